/* SPDX-License-Identifier: Apache-2.0 */
/* Roles before the day. */
#include "core/incident/inside.h"

#include <string.h>

cdr_status cdr_team_set(cdr_incidents *in, const cdr_team_member *m, cdr_err *err)
{
    cdr_team_member c = {.role = m->role};
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    if (m->role <= CDR_DUTY_ANYBODY || m->role >= CDR_DUTY__MAX)
        return cdr_fail(err, CDR_E_INVAL, "incident", "team.role", "The role is manager, deputy, privacy-lead, legal, communications, it, scribe, approver or owner.");
    cdr_status s = cdr_in_name(in, m->who, "Who it is", true, c.who, sizeof c.who, err);
    if (s == CDR_OK)
        s = cdr_in_name(in, m->email, "The e-mail address", false, c.email, sizeof c.email, err);
    if (s == CDR_OK)
        s = cdr_in_name(in, m->phone, "The telephone number", false, c.phone, sizeof c.phone, err);
    if (s == CDR_OK && *c.email && !strchr(c.email, '@'))
        s = cdr_fail(err, CDR_E_INVAL, "incident", "team.email", "An e-mail address has an @ in it.");
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    /* The salt is thrown away: who it was stands in the team, not in the ledger. */
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){c.who, c.email, c.phone}, 3, words);
    s = cdr_in_run(in->set, IN_TEAM_SET, CDR_V(cdr_v_int((int64_t)c.role), cdr_v_text(c.who), cdr_v_text(c.email), cdr_v_text(c.phone), cdr_v_int(cdr_in_now(in))), err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "team.set", 0, json_pack("{s:s, s:s}", "role", cdr_duty_role_key(c.role), "words", words), err);
    return cdr_in_end(in, s, err);
}

cdr_status cdr_team_remove(cdr_incidents *in, cdr_duty_role role, cdr_err *err)
{
    cdr_status s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_run(in->set, IN_TEAM_DROP, CDR_V(cdr_v_int((int64_t)role)), err);
    if (s == CDR_OK && !cdr_db_changes(in->db))
        s = cdr_fail(err, CDR_NOT_FOUND, "incident", "team.none", "Nobody is %s; candor team list shows who is what.", cdr_duty_role_label(role));
    if (s == CDR_OK)
        s = cdr_in_enter(in, "team.remove", 0, json_pack("{s:s}", "role", cdr_duty_role_key(role)), err);
    return cdr_in_end(in, s, err);
}

cdr_status cdr_team_each(cdr_incidents *in, cdr_team_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_TEAM, &q, NULL, 0, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_team_member m = {.role = (cdr_duty_role)cdr_db_col_int(&q, 0), .since_us = cdr_db_col_int(&q, 4)};
        cdr_in_text(&q, 1, m.who, sizeof m.who);
        cdr_in_text(&q, 2, m.email, sizeof m.email);
        cdr_in_text(&q, 3, m.phone, sizeof m.phone);
        s = fn(arg, &m);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
