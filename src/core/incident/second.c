/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what in an incident: answer for a role, be the second person. While there are no users of Candor nobody can be told from another by a login: whoever opens the key works as the owner. */
#include "core/incident/inside.h"

#include <stdio.h>
#include <string.h>

cdr_status cdr_in_staff_role(cdr_incidents *in, const char *actor, cdr_role *ret, bool *ret_any, cdr_err *err)
{
    cdr_user u;
    *ret = CDR_ROLE_NONE;
    cdr_status s = cdr_staff_any(in->staff, ret_any, err);
    if (s != CDR_OK)
        return s;
    if (!*ret_any) {
        *ret = CDR_ROLE_OWNER;
        return CDR_OK;
    }
    s = cdr_staff_find(in->staff, cdr_in_login(actor), false, &u, NULL);
    if (s == CDR_OK && !u.disabled)
        *ret = u.role;
    return s == CDR_NOT_FOUND || s == CDR_E_INVAL ? CDR_OK : s;
}

/* Named, and able to sign in: a role that somebody has who cannot answer here counts as nobody's. */
static cdr_status holds(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *actor, bool *ret_she, bool *ret_somebody, cdr_err *err)
{
    cdr_incident_role r;
    cdr_role staff;
    bool any = false;
    *ret_she = *ret_somebody = false;
    cdr_status s = cdr_incident_role_of(in, id, role, &r, err);
    if (s != CDR_OK)
        return s == CDR_NOT_FOUND ? CDR_OK : s;
    *ret_she = cdr_same_person(r.who, actor);
    s = cdr_in_staff_role(in, r.who, &staff, &any, err);
    *ret_somebody = staff != CDR_ROLE_NONE;
    return s;
}

cdr_status cdr_in_may(void *arg, const char *subject, cdr_duty_role role, const char *actor, bool *ret, cdr_err *err)
{
    cdr_incidents *in = arg;
    int64_t id;
    cdr_role staff;
    bool any = false, she = false, somebody = false, manager = false, managed = false;
    *ret = true;
    if (role == CDR_DUTY_ANYBODY || subject[0] != 'I' || !cdr_incident_parse_id(subject, &id))
        return CDR_OK;
    cdr_status s = cdr_in_staff_role(in, actor, &staff, &any, err);
    if (s != CDR_OK || staff == CDR_ROLE_OWNER)
        return s;
    s = holds(in, id, role, actor, &she, &somebody, err);
    if (s == CDR_OK && !she && !somebody)
        s = holds(in, id, CDR_DUTY_MANAGER, actor, &manager, &managed, err);
    bool manages = staff == CDR_ROLE_MANAGER && (!somebody || role == CDR_DUTY_APPROVER);   /* of all incidents: a second person always */
    *ret = s == CDR_OK && staff != CDR_ROLE_NONE && staff != CDR_ROLE_AUDITOR && (she || manages || (!somebody && manager));
    return s;
}

/* --- is there somebody else? --- */

typedef struct counting { const char *me; unsigned others; } counting;

/* Whoever is locked out for a while is somebody else as well: nobody becomes alone by typing wrong passwords for others. */
static cdr_status count_user(void *arg, const cdr_user *u)
{
    counting *c = arg;
    c->others += u->role != CDR_ROLE_AUDITOR && !cdr_same_person(u->login, c->me);
    return CDR_OK;
}

static cdr_status count_member(void *arg, const cdr_team_member *m)
{
    counting *c = arg;
    c->others += !cdr_same_person(m->who, c->me);
    return CDR_OK;
}

static cdr_status count_role(void *arg, const cdr_incident_role *r)
{
    counting *c = arg;
    c->others += !cdr_same_person(r->who, c->me);
    return CDR_OK;
}

cdr_status cdr_in_alone(cdr_incidents *in, int64_t id, const char *who, bool *ret, cdr_err *err)
{
    counting c = {.me = who};
    cdr_status s = cdr_staff_each(in->staff, false, count_user, &c, err);
    if (s == CDR_OK)
        s = cdr_team_each(in, count_member, &c, err);
    if (s == CDR_OK && id)
        s = cdr_incident_roles(in, id, false, count_role, &c, err);
    *ret = s == CDR_OK && c.others == 0;
    return s;
}

cdr_status cdr_incident_alone(cdr_incidents *in, int64_t id, bool *ret, cdr_err *err)
{
    return cdr_in_alone(in, id, cdr_in_actor(in), ret, err);
}

cdr_status cdr_incident_alone_as(cdr_incidents *in, int64_t id, const char *first, char ret[CDR_INCIDENT_WHO_MAX], cdr_err *err)
{
    bool alone = false;
    cdr_status s = cdr_same_person(first, cdr_in_actor(in)) ? cdr_incident_alone(in, id, &alone, err) : CDR_OK;
    snprintf(ret, CDR_INCIDENT_WHO_MAX, "%s%.70s", alone ? CDR_INCIDENT_ALONE : "", alone ? cdr_in_login(cdr_in_actor(in)) : "");
    return s;
}

/* --- the second person --- */

typedef struct naming { const char *who; bool found; } naming;

static cdr_status name_role(void *arg, const cdr_incident_role *r)
{
    naming *n = arg;
    n->found = n->found || cdr_same_person(r->who, n->who);
    return CDR_OK;
}

static cdr_status name_member(void *arg, const cdr_team_member *m)
{
    naming *n = arg;
    n->found = n->found || cdr_same_person(m->who, n->who);
    return CDR_OK;
}

/* Without users: another login of the machine, or somebody who is named in the team. */
static cdr_status second_without_users(cdr_incidents *in, int64_t id, const char *second, cdr_err *err)
{
    naming n = {.who = second, .found = !strncmp(second, "cli:", 4)};
    cdr_status s = cdr_incident_roles(in, id, false, name_role, &n, err);
    if (s == CDR_OK)
        s = cdr_team_each(in, name_member, &n, err);
    if (s == CDR_OK && !n.found)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.second", "Nobody of this name has a role here; name her first: candor team add ROLE NAME.");
    return s;
}

cdr_status cdr_incident_check_second(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *first, const char *second, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    bool any = false, may = false;
    if (!second || !*second)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.second", "This needs a second person.");
    if (cdr_same_person(first, second))
        return cdr_fail(err, CDR_DENIED, "incident", "incident.self", "Somebody else says yes to this: two people decide.");
    cdr_status s = cdr_staff_any(in->staff, &any, err);
    if (s == CDR_OK && !any)
        return second_without_users(in, id, second, err);
    cdr_in_subject(id, subject);
    role = role == CDR_DUTY_ANYBODY ? CDR_DUTY_APPROVER : role;
    if (s == CDR_OK)
        s = cdr_in_may(in, subject, role, second, &may, err);
    if (s != CDR_OK || may)
        return s;
    return cdr_fail(err, CDR_DENIED, "incident", "incident.second", "The second person is an owner, %swhoever is %s of this incident: candor incident assign I-%lld %s LOGIN.",
                    role == CDR_DUTY_APPROVER ? "an incident manager, or " : "or ", cdr_duty_role_label(role), (long long)id, cdr_duty_role_key(role));
}
