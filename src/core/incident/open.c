/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: the row, who the team says, the take-over clock, all at once; then the playbook. In an emergency nothing but a missing title stops it: a playbook that cannot be started is noted. */
#include "core/incident/inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define TITLE_MAX 200

typedef struct opening {
    cdr_incidents *in;
    int64_t id, now;
    bool manager;                              /* the team names one */
    char names[CDR_DUTY__MAX][CDR_INCIDENT_WHO_MAX], emails[CDR_DUTY__MAX][256];
} opening;

static cdr_status keep_member(void *arg, const cdr_team_member *m)
{
    opening *o = arg;
    if ((unsigned)m->role < CDR_DUTY__MAX) {
        snprintf(o->names[m->role], sizeof o->names[0], "%s", m->who);
        snprintf(o->emails[m->role], sizeof o->emails[0], "%s", m->email);
    }
    return CDR_OK;
}

/* Whoever opens is the manager where nobody is named. */
static cdr_status name_people(opening *o, cdr_err *err)
{
    const char *actor = cdr_in_actor(o->in);
    o->manager = *o->names[CDR_DUTY_MANAGER] != '\0';
    if (!o->manager)
        snprintf(o->names[CDR_DUTY_MANAGER], sizeof o->names[0], "%.79s", cdr_in_login(actor));
    cdr_status s = CDR_OK;
    for (unsigned r = CDR_DUTY_MANAGER; s == CDR_OK && r < CDR_DUTY__MAX; r++)
        if (*o->names[r])
            s = cdr_in_put_role(o->in, o->id, (cdr_duty_role)r, o->names[r], o->emails[r], r == CDR_DUTY_MANAGER && !o->manager ? "nobody was named before" : "named in the team", err);
    return s;
}

static cdr_status enter_open(opening *o, const cdr_incident *i, const uint8_t salt[CDR_IN_SALT], cdr_err *err)
{
    char words[CDR_IN_WORDS];
    cdr_in_words(salt, (const char *const[]){i->title, i->found_by, i->codename}, 3, words);
    return cdr_in_enter(o->in, "incident.open", o->id, json_pack("{s:s, s:b, s:s, s:s}", "kind", i->kind, "drill", (int)i->drill, "playbook", i->playbook, "words", words), err);
}

static cdr_status put_times(opening *o, const cdr_incident_open_request *r, cdr_err *err)
{
    cdr_status s = cdr_in_put_time(o->in, o->id, CDR_INCIDENT_DISCOVERY, r->discovered_us ? r->discovered_us : o->now, err);
    return s == CDR_OK && r->began_us ? cdr_in_put_time(o->in, o->id, CDR_INCIDENT_BEGAN, r->began_us, err) : s;
}

static cdr_status check_times(const cdr_incident_open_request *r, int64_t now, cdr_err *err)
{
    if (r->began_us > now + MINUTE || r->discovered_us > now + MINUTE)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.future", "When it began and when it was noticed lie in the past; one of them lies in the future.");
    if (r->discovered_us && r->discovered_us < CDR_INCIDENT_FIRST_US)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.past", "It was noticed before the year 2000, which cannot be; look at the date. Only when it began may be older.");
    if (r->takeover_us > CDR_INCIDENT_SPAN_MAX_US)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.take-over", "The incident manager cannot be waited for that long; at most ten years, and 30 minutes are usual.");
    if (r->began_us && r->began_us > (r->discovered_us ? r->discovered_us : now))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.order", "It was noticed before it began; look at both times.");
    return CDR_OK;
}

/* The row as it is to be: cleaned, checked. Whoever tells a whole story is not stopped: its beginning is the title, and all of it (${whole}) the first note. */
static cdr_status make_row(cdr_incidents *in, const cdr_incident_open_request *r, cdr_incident *i, char whole[CDR_INCIDENT_TEXT_MAX], cdr_err *err)
{
    const char *key = r->kind && *r->kind ? r->kind : "other";
    const cdr_incident_kind *kind = cdr_incident_kind_of(key);
    if (!kind)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.kind", "There is no such kind of incident; candor incident open --help lists them, and \"other\" is always right.");
    *i = (cdr_incident){.drill = r->drill, .takeover_self = r->takeover_self, .takeover_us = r->takeover_us > 0 ? r->takeover_us : CDR_INCIDENT_TAKE_OVER_US};
    snprintf(i->kind, sizeof i->kind, "%s", kind->key);
    const char *playbook = r->no_run ? "" : r->playbook ? r->playbook : kind->playbook ? kind->playbook : "";
    if (strlen(playbook) > CDR_PLAYBOOK_NAME_MAX)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.playbook", "The name of a playbook has at most %d bytes; candor playbook list shows them.", CDR_PLAYBOOK_NAME_MAX);
    snprintf(i->playbook, sizeof i->playbook, "%s", playbook);
    cdr_status s = cdr_in_clean(in, r->title, "What happened", true, whole, CDR_INCIDENT_TEXT_MAX, err);
    cdr_text_cut(i->title, TITLE_MAX - 4, whole);
    if (s == CDR_OK && strlen(whole) >= TITLE_MAX)
        memcpy(i->title + strlen(i->title), "…", sizeof "…");
    else
        cdr_text_cut(i->title, TITLE_MAX, whole);
    if (s == CDR_OK)
        s = cdr_in_clean(in, r->found_by, "How it came to light", false, i->found_by, sizeof i->found_by, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, r->codename, "The code name", false, i->codename, sizeof i->codename, err);
    return s == CDR_OK ? check_times(r, cdr_in_now(in), err) : s;
}

static cdr_status open_all(opening *o, const cdr_incident_open_request *r, const cdr_incident *i, const char *whole, cdr_err *err)
{
    uint8_t salt[CDR_IN_SALT];
    cdr_in_salt(o->in, salt);
    cdr_status s = cdr_in_run(o->in->set, IN_ADD, CDR_V(cdr_v_text(i->kind), cdr_v_text(i->title), cdr_v_text(i->codename), cdr_v_int(o->now), cdr_v_text(cdr_in_actor(o->in)), cdr_v_text(i->found_by),
                              cdr_v_int(i->drill), cdr_v_int(i->takeover_us), cdr_v_text(i->playbook), cdr_v_int(*i->playbook != '\0'), cdr_v_blob(salt, sizeof salt),
                              cdr_v_int(i->takeover_self)), err);
    o->id = cdr_db_last_id(o->in->db);
    if (s == CDR_OK)
        s = enter_open(o, i, salt, err);
    if (s == CDR_OK)
        s = put_times(o, r, err);
    if (s == CDR_OK)
        s = name_people(o, err);
    if (s == CDR_OK && strlen(whole) >= TITLE_MAX)
        s = cdr_in_add_event(o->in, o->id, &(cdr_in_event){.kind = "note", .text = whole, .pinned = true}, err);
    return s == CDR_OK ? cdr_in_ask_manager(o->in, &(cdr_incident){.id = o->id, .takeover_us = i->takeover_us, .drill = i->drill}, o->names[CDR_DUTY_MANAGER], err) : s;
}

cdr_status cdr_incident_open(cdr_incidents *in, const cdr_incident_open_request *request, int64_t *ret_id, int64_t *ret_run, cdr_err *err)
{
    cdr_incident i;
    _cleanup_free_ opening *o = cdr_alloc(sizeof *o);
    if (ret_run)
        *ret_run = 0;
    in->not_started[0] = '\0';
    _cleanup_free_ char *whole = cdr_alloc(CDR_INCIDENT_TEXT_MAX);
    if (!o || !whole)
        return cdr_fail_nomem(err, "incident");
    *o = (opening){.in = in, .now = cdr_in_now(in)};
    cdr_status s = make_row(in, request, &i, whole, err);
    if (s == CDR_OK)
        s = cdr_team_each(in, keep_member, o, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_end(in, open_all(o, request, &i, whole, err), err);
    if (s != CDR_OK)
        return s;
    *ret_id = o->id;
    if (*i.playbook)
        s = cdr_in_start(in, o->id, request->variables, ret_run, err);
    return s == CDR_OK ? cdr_incident_settle(in, o->id, err) : s;
}
