/* SPDX-License-Identifier: Apache-2.0 */
/* Who does what in an incident: named, handed over, taken over. Whoever had a role before has it no more, and stays in the register. */
#include "core/incident/inside.h"

#include <stdio.h>
#include <string.h>

static void role_row(cdr_db_query *q, cdr_incident_role *r)
{
    *r = (cdr_incident_role){.role = (cdr_duty_role)cdr_db_col_int(q, 0), .since_us = cdr_db_col_int(q, 5), .until_us = cdr_db_col_int(q, 6)};
    cdr_in_text(q, 1, r->who, sizeof r->who);
    cdr_in_text(q, 2, r->email, sizeof r->email);
    cdr_in_text(q, 3, r->by, sizeof r->by);
    cdr_in_text(q, 4, r->reason, sizeof r->reason);
}

cdr_status cdr_in_put_role(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *who, const char *email, const char *reason, cdr_err *err)
{
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    int64_t now = cdr_in_now(in);
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){who}, 1, words);
    cdr_status s = cdr_in_run(in->set, IN_ROLE_END, CDR_V(cdr_v_int(id), cdr_v_int((int64_t)role), cdr_v_int(now)), err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_ROLE_ADD, CDR_V(cdr_v_int(id), cdr_v_int((int64_t)role), cdr_v_text(who), cdr_v_text(email), cdr_v_text(cdr_in_actor(in)), cdr_v_text(reason), cdr_v_int(now),
                                       cdr_v_blob(salt, sizeof salt)), err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.role", id, json_pack("{s:s, s:s}", "role", cdr_duty_role_key(role), "words", words), err) : s;
}

cdr_status cdr_incident_role_of(cdr_incidents *in, int64_t id, cdr_duty_role role, cdr_incident_role *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_ROLE_NOW, &q, CDR_V(cdr_v_int(id), cdr_v_int((int64_t)role)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        role_row(&q, ret);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_incident_roles(cdr_incidents *in, int64_t id, bool ended_too, cdr_incident_role_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_ROLES, &q, CDR_V(cdr_v_int(id), cdr_v_int(ended_too)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_incident_role r;
        role_row(&q, &r);
        s = fn(arg, &r);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status check_who(cdr_incidents *in, const char *who, const char *email, char ret_who[CDR_INCIDENT_WHO_MAX], char ret_email[256], cdr_err *err)
{
    cdr_status s = cdr_in_name(in, who, "Who it is", true, ret_who, CDR_INCIDENT_WHO_MAX, err);
    if (s == CDR_OK)
        s = cdr_in_name(in, email, "The e-mail address", false, ret_email, 256, err);
    if (s == CDR_OK && *ret_email && !strchr(ret_email, '@'))
        s = cdr_fail(err, CDR_E_INVAL, "incident", "incident.email", "An e-mail address has an @ in it.");
    return s;
}

/* The manager changes: the new one has to say that she has it, unless she took it herself. */
cdr_status cdr_in_ask_manager(cdr_incidents *in, const cdr_incident *i, const char *who, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    int64_t now = cdr_in_now(in);
    bool self = cdr_same_person(who, cdr_in_actor(in));
    cdr_in_subject(i->id, subject);
    cdr_clock_setup c = {.subject = subject, .ref = "take-over", .label = "The incident manager answers", .began_us = now, .due_us = now + i->takeover_us, .role = CDR_DUTY_MANAGER, .drill = i->drill,
                         .escalation_count = 2, .escalate = {{{.seconds = 0}, CDR_DUTY_DEPUTY}, {{.seconds = 1800}, CDR_DUTY_OWNER}}};
    cdr_status s = cdr_in_run(in->set, IN_SET_ACCEPTED, CDR_V(cdr_v_int(i->id), cdr_v_int(self ? now : 0)), err);
    if (s == CDR_OK && !self) {
        s = cdr_clock_set(cdr_runs_clocks(in->runs), &c, err);
        return s == CDR_OK ? cdr_clock_announce(cdr_runs_clocks(in->runs), subject, c.ref, err) : s;
    }
    if (s == CDR_OK)
        s = cdr_clock_stop(cdr_runs_clocks(in->runs), subject, "take-over", true, err);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status assign(cdr_incidents *in, const cdr_incident *i, cdr_duty_role role, const char *who, const char *email, const char *reason, cdr_err *err)
{
    cdr_status s = cdr_in_put_role(in, i->id, role, who, email, reason, err);
    return s == CDR_OK && role == CDR_DUTY_MANAGER ? cdr_in_ask_manager(in, i, who, err) : s;
}

cdr_status cdr_incident_assign(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *who, const char *email, const char *reason, cdr_err *err)
{
    cdr_incident i;
    cdr_incident_role before;
    char name[CDR_INCIDENT_WHO_MAX], address[256], clean[256];
    if (role <= CDR_DUTY_ANYBODY || role >= CDR_DUTY__MAX)
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.role", "The role is manager, deputy, privacy-lead, legal, communications, it, scribe, approver or owner.");
    cdr_status s = check_who(in, who, email, name, address, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, reason, "The word about what is open", false, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK) {
        s = cdr_incident_role_of(in, id, role, &before, err);
        if (s == CDR_OK && !cdr_same_person(before.who, name) && !*clean)
            s = cdr_fail(err, CDR_E_INVAL, "incident", "incident.hand-over", "%s has this role: say what is open with --reason, so that the next one knows.", before.who);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    if (s == CDR_OK)
        s = assign(in, &i, role, name, address, clean, err);
    return cdr_in_end(in, s, err);
}

/* --- handing over --- */

typedef struct having { const char *from; cdr_duty_role roles[CDR_DUTY__MAX]; char email[256]; size_t count; } having;

static cdr_status role_of_her(void *arg, const cdr_incident_role *r)
{
    having *h = arg;
    if (cdr_same_person(r->who, h->from) && h->count < CDR_DUTY__MAX)
        h->roles[h->count++] = r->role;
    return CDR_OK;
}

static cdr_status hand_over(cdr_incidents *in, const cdr_incident *i, having *h, const char *to, const char *email, const char *reason, cdr_incident_handed *ret, cdr_err *err)
{
    char text[800];
    cdr_status s = cdr_incident_roles(in, i->id, false, role_of_her, h, err);
    for (size_t k = 0; s == CDR_OK && k < h->count; k++)
        s = assign(in, i, h->roles[k], to, email, reason, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_ITEM_WHO, CDR_V(cdr_v_int(i->id), cdr_v_text(h->from), cdr_v_text(to)), err);
    if (s != CDR_OK)
        return s;
    *ret = (cdr_incident_handed){.roles = (unsigned)h->count, .items = (unsigned)cdr_db_changes(in->db)};
    if (!ret->roles && !ret->items)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "incident.hand-over", "%.60s has no role and no open work in I-%lld.", h->from, (long long)i->id);
    snprintf(text, sizeof text, "%s handed over to %s (%u role%s, %u open item%s): %s", h->from, to, ret->roles, ret->roles == 1 ? "" : "s", ret->items, ret->items == 1 ? "" : "s", reason);
    s = cdr_in_enter(in, "incident.hand-over", i->id, json_pack("{s:i, s:i}", "roles", (int)ret->roles, "items", (int)ret->items), err);
    return s == CDR_OK ? cdr_in_add_event(in, i->id, &(cdr_in_event){.kind = "role", .text = text}, err) : s;
}

cdr_status cdr_incident_hand_over(cdr_incidents *in, int64_t id, const char *from, const char *to, const char *email, const char *reason, cdr_incident_handed *ret, cdr_err *err)
{
    cdr_incident i;
    char giver[CDR_INCIDENT_WHO_MAX], name[CDR_INCIDENT_WHO_MAX], address[256], clean[256];
    having h = {.from = giver};
    cdr_status s = cdr_in_name(in, from && *from ? from : cdr_in_login(cdr_in_actor(in)), "Whose work it is", true, giver, sizeof giver, err);
    if (s == CDR_OK)
        s = check_who(in, to, email, name, address, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, reason, "The word about what is open", true, clean, sizeof clean, err);
    if (s == CDR_OK && cdr_same_person(giver, name))
        s = cdr_fail(err, CDR_E_INVAL, "incident", "incident.hand-over", "It is handed over to the same person.");
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = hand_over(in, &i, &h, name, address, clean, ret, err);
    return cdr_in_end(in, s, err);
}

/* --- the manager answers, or does not --- */

static cdr_status stop_take_over(cdr_incidents *in, int64_t id, bool kept, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(id, subject);
    cdr_status s = cdr_clock_stop(cdr_runs_clocks(in->runs), subject, "take-over", kept, err);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status accept(cdr_incidents *in, int64_t id, cdr_err *err)
{
    cdr_incident i;
    cdr_incident_role r;
    char text[200];
    cdr_role role;
    bool users = false;
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s != CDR_OK)
        return s;
    if (i.accepted_us)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.accepted", "The incident manager has it already.");
    s = cdr_incident_role_of(in, id, CDR_DUTY_MANAGER, &r, err);
    if (s == CDR_OK)
        s = cdr_in_staff_role(in, cdr_in_actor(in), &role, &users, err);
    if (s == CDR_OK && users && !cdr_same_person(r.who, cdr_in_actor(in)))
        return cdr_fail(err, CDR_DENIED, "incident", "incident.manager", "%s is the incident manager and accepts it; who takes her place types candor incident takeover I-%lld.", r.who, (long long)id);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_SET_ACCEPTED, CDR_V(cdr_v_int(id), cdr_v_int(cdr_in_now(in))), err);
    if (s == CDR_OK)
        s = stop_take_over(in, id, true, err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.accept", id, json_object(), err);
    snprintf(text, sizeof text, "The incident manager has it: %.79s", r.who);
    return s == CDR_OK ? cdr_in_add_event(in, id, &(cdr_in_event){.kind = "role", .text = text}, err) : s;
}

cdr_status cdr_incident_accept(cdr_incidents *in, int64_t id, cdr_err *err)
{
    cdr_status s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, accept(in, id, err), err) : s;
}

/* When the manager's time was over; 0: there is no such clock. */
typedef struct waited { int64_t due_us; } waited;

static cdr_status take_over_clock(void *arg, const cdr_clock *c)
{
    waited *w = arg;
    if (!strcmp(c->ref, "take-over"))
        w->due_us = c->due_us;
    return CDR_OK;
}

static cdr_status may_take_over(cdr_incidents *in, int64_t id, const char *who, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    bool may = false;
    cdr_in_subject(id, subject);
    cdr_status s = cdr_in_may(in, subject, CDR_DUTY_DEPUTY, who, &may, err);
    if (s == CDR_OK && !may)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.deputy", "The deputy or the owner takes over, nobody else.");
    return s;
}

/* Where nobody signs in, whoever types it may be anybody: she says who she is, and that is who is named for it. */
static cdr_status check_named(cdr_incidents *in, int64_t id, const char *who, cdr_err *err)
{
    static const cdr_duty_role may[] = {CDR_DUTY_DEPUTY, CDR_DUTY_OWNER};
    cdr_incident_role r;
    cdr_role staff;
    bool users = false, named = false;
    cdr_status s = cdr_in_staff_role(in, cdr_in_actor(in), &staff, &users, err);
    if (s != CDR_OK || users)
        return s;
    for (size_t k = 0; k < CDR_COUNT(may); k++) {
        s = cdr_incident_role_of(in, id, may[k], &r, err);
        named = named || s == CDR_OK;
        if (s == CDR_OK && cdr_same_person(r.who, who))
            return CDR_OK;
        if (s != CDR_OK && s != CDR_NOT_FOUND)
            return s;
    }
    if (!named)
        return CDR_OK;
    return cdr_fail(err, CDR_DENIED, "incident", "incident.deputy", "The deputy or the owner takes over; say who you are: candor incident takeover I-%lld --as WHO.", (long long)id);
}

static cdr_status take_over(cdr_incidents *in, int64_t id, const char *by, cdr_err *err)
{
    cdr_incident i;
    waited w = {0};
    cdr_incident_role deputy = {.who = ""};
    char subject[CDR_IN_SUBJECT], who[CDR_INCIDENT_WHO_MAX];
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = may_take_over(in, id, by, err);

    cdr_in_subject(id, subject);
    if (s == CDR_OK)
        s = cdr_clock_each(cdr_runs_clocks(in->runs), subject, false, take_over_clock, &w, err);
    if (s != CDR_OK)
        return s;
    if (i.accepted_us)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.accepted", "The incident manager has it; only a hand-over changes that: candor incident handover I-%lld.", (long long)id);
    long long left = (w.due_us - cdr_in_now(in)) / 60000000 + 1;
    if (w.due_us && cdr_in_now(in) < w.due_us)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.early", "The incident manager still has %lld minute%s to answer.", left, left == 1 ? "" : "s");
    s = check_named(in, id, by, err);
    snprintf(who, sizeof who, "%.79s", cdr_in_login(by));
    if (s == CDR_OK)
        s = cdr_incident_role_of(in, id, CDR_DUTY_DEPUTY, &deputy, err);
    if (s == CDR_OK || s == CDR_NOT_FOUND)
        s = assign(in, &i, CDR_DUTY_MANAGER, who, cdr_same_person(deputy.who, by) ? deputy.email : "", "the manager did not answer in time", err);
    if (s == CDR_OK)      /* whoever takes it has it, at whoever's terminal */
        s = cdr_in_run(in->set, IN_SET_ACCEPTED, CDR_V(cdr_v_int(id), cdr_v_int(cdr_in_now(in))), err);
    if (s == CDR_OK)
        s = stop_take_over(in, id, true, err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.take-over", id, json_object(), err) : s;
}

cdr_status cdr_incident_take_over_as(cdr_incidents *in, int64_t id, const char *by, cdr_err *err)
{
    cdr_status s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, take_over(in, id, by ? by : cdr_in_actor(in), err), err) : s;
}

cdr_status cdr_incident_take_over(cdr_incidents *in, int64_t id, cdr_err *err)
{
    return cdr_incident_take_over_as(in, id, NULL, err);
}
