/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace with the register open. */
#ifndef TEST_INCIDENT_PLACE_H
#define TEST_INCIDENT_PLACE_H

#include "../workspace_world.h"

#include "core/incident/incident.h"
#include "core/incident/team.h"
#include "core/staff/staff.h"

#define MINUTE (60 * SECOND)

typedef struct place { world w; cdr_incidents *in; int64_t id; } place;

static inline int place_make(void **state)
{
    place *p = calloc(1, sizeof *p);
    world_make(&p->w);
    cdr_workspace_set_actor(p->w.ws, "cli:ada");
    world_ok(&p->w, cdr_incidents_open(p->w.ws, &p->in, &p->w.err));
    *state = p;
    return 0;
}

static inline int place_drop(void **state)
{
    place *p = *state;
    cdr_incidents_close(p->in);
    world_drop(&p->w);
    free(p);
    return 0;
}

static inline void place_open(place *p, const char *title)
{
    world_ok(&p->w, cdr_incident_open(p->in, &(cdr_incident_open_request){.kind = "lost-device", .title = title, .found_by = "the shop assistant", .no_run = true}, &p->id, NULL, &p->w.err));
}

static inline void place_team(place *p, cdr_duty_role role, const char *who)
{
    cdr_team_member m = {.role = role};
    snprintf(m.who, sizeof m.who, "%s", who);
    snprintf(m.email, sizeof m.email, "%s@example.com", who);
    world_ok(&p->w, cdr_team_set(p->in, &m, &p->w.err));
}

static inline cdr_incident place_get(place *p)
{
    cdr_incident i;
    world_ok(&p->w, cdr_incident_get(p->in, p->id, &i, &p->w.err));
    return i;
}

static inline void place_status(place *p, cdr_status wanted, cdr_status is)
{
    if (wanted != is)
        fail_msg("%s instead of %s: %s", cdr_status_name(is), cdr_status_name(wanted), p->w.err.text);
}

/* A user with a password of her own; the authenticator is never asked for here. */
static inline void place_user(place *p, const char *login, cdr_role role)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_secret *password = NULL, *uri = NULL;
    world_ok(&p->w, cdr_staff_open(p->w.ws, &st, &p->w.err));
    world_ok(&p->w, cdr_secret_new("gravel orbit lantern", 20, &password, &p->w.err));
    world_ok(&p->w, cdr_staff_add(st, login, role, password, false, &uri, &p->w.err));
    cdr_secret_free(password);
    cdr_secret_free(uri);
}

static inline cdr_status place_keep_decision(void *arg, const cdr_decision *d)
{
    *(cdr_decision *)arg = *d;   /* the last one */
    return CDR_OK;
}

static inline cdr_decision place_decision(place *p)
{
    cdr_decision d = {0};
    world_ok(&p->w, cdr_incident_decisions(p->in, p->id, place_keep_decision, &d, &p->w.err));
    return d;
}

#endif
