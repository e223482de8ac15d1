/* SPDX-License-Identifier: Apache-2.0 */
/* Flags: what speaks for caution. The policy says whether one raises the level that is needed or stops the call. */
#include "core/identity/verify_parts.h"

#include <string.h>

#define SAID_NO_LASTS_US (30 * DAY_US)
#define TEAM_US (30 * DAY_US)
#define FEW_REVEALS 10u
/* A customer who came with all her routes did not change one; she is as new as they are. */
#define CAME_WITH_US INT64_C(1000000)

const char *const cdr_verify_agent_flags[] = {"pressure", "number-differs", "no-authority", NULL};

static const char *const of_customer[] = {"recent-change", "failed-calls", "not-me", "number-differs"};

bool cdr_flag_tells_of_customer(const char *flag)
{
    for (size_t i = 0; i < CDR_COUNT(of_customer); i++)
        if (!strcmp(of_customer[i], flag))
            return true;
    return false;
}

cdr_status cdr_flags_raise(cdr_identity *id, const cdr_verification *v, const char *flag, bool by_hand, cdr_err *err)
{
    bool is_new;
    cdr_status s = cdr_vs_flag(id, v, flag, by_hand, cdr_now_us(id->ctx), &is_new, err);
    if (s != CDR_OK || !is_new)
        return s;
    json_t *more = by_hand ? json_pack("{s:s, s:b}", "flag", flag, "by_hand", 1) : json_pack("{s:s}", "flag", flag);
    return more ? cdr_verify_enter(id, v, "verify.flag", more, NULL, err) : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_flags_read(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err)
{
    return cdr_vs_flags(id, v, ret, err);
}

/* --- what is looked at: each says whether its flag is due --- */

static cdr_status withheld(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    (void)id, (void)now, (void)err;
    *ret = v->withheld;
    return CDR_OK;
}

static cdr_status many_customers(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    unsigned n = 0;
    cdr_status s = v->has_number ? cdr_vs_number_subjects(id, v, now - DAY_US, &n, err) : CDR_OK;
    *ret = id->limits->number_customers_per_day && n >= id->limits->number_customers_per_day;
    return s;
}

static cdr_status failed_before(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    unsigned n = 0;
    cdr_status s = cdr_vs_failed_calls(id, v, now - 7 * DAY_US, &n, err);
    *ret = id->limits->failed_calls_per_week && n >= id->limits->failed_calls_per_week;
    return s;
}

static cdr_status changed_lately(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    static const uint16_t routes[] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ADDRESS, CDR_FIELD_DELIVERY_ADDRESS};
    cdr_customer c;
    *ret = false;
    cdr_status s = v->customer ? cdr_vault_customer_by_id(id->vault, v->customer, &c, err) : CDR_OK;
    for (size_t i = 0; s == CDR_OK && v->customer && i < CDR_COUNT(routes); i++) {
        int64_t since = 0;
        s = cdr_vault_route_since(id->vault, v->customer, routes[i], &since, err);
        *ret = *ret || (since > c.created_us + CAME_WITH_US && now - since < id->limits->change_then_request_us);
    }
    return s;
}

static cdr_status said_no(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    return cdr_vs_subject_flagged(id, v, "not-me", now - SAID_NO_LASTS_US, ret, err);
}

static cdr_status hasty_agent(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    unsigned mine = 0, limit = id->limits->agent_reveals_per_hour;
    cdr_status s = cdr_vs_agent_reveals(id, v->agent, now - HOUR_US, &mine, err);
    /* What the team does in an hour takes a while to count, and fewer than ten are never hasty. */
    if (s == CDR_OK && limit == 0 && mine > FEW_REVEALS) {
        s = cdr_vs_team_hour(id, v->agent, now - TEAM_US, &limit, err);
        limit = limit ? CDR_MAX(limit, FEW_REVEALS) : 0;
    }
    *ret = limit > 0 && mine > limit;
    return s;
}

/* Only where the organisation made a flag of it; the report counts what was told without a ticket anyway. */
static cdr_status no_ticket(cdr_identity *id, const cdr_verification *v, int64_t now, bool *ret, cdr_err *err)
{
    (void)now, (void)err;
    *ret = !v->ticket[0] && cdr_disclosure_has_flag(id->policy, "no-ticket");
    return CDR_OK;
}

static const struct { const char *flag; cdr_status (*due)(cdr_identity *, const cdr_verification *, int64_t, bool *, cdr_err *); } looks[] = {
    {"withheld-number", withheld}, {"velocity-number", many_customers}, {"failed-calls", failed_before}, {"recent-change", changed_lately}, {"not-me", said_no},
    {"velocity-agent", hasty_agent}, {"no-ticket", no_ticket},
};

cdr_status cdr_flags_refresh(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err)
{
    int64_t now = cdr_now_us(id->ctx);
    for (size_t i = 0; i < CDR_COUNT(looks); i++) {
        bool due = false;
        cdr_status s = looks[i].due(id, v, now, &due, err);
        if (s == CDR_OK && due)
            s = cdr_flags_raise(id, v, looks[i].flag, false, err);
        if (s != CDR_OK)
            return s;
    }
    return cdr_flags_read(id, v, ret, err);
}

/* One change with its entry, in a transaction. */
static cdr_status raise_in_one(cdr_identity *id, const char *call, const char *flag, bool open, cdr_err *err)
{
    cdr_verification v;
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK && open)
        s = cdr_verify_check_open(id, &v, false, err);
    if (s == CDR_OK)
        s = cdr_flags_raise(id, &v, flag, true, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

static bool is_among(const char *flag, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (!strcmp(list[i], flag))
            return true;
    return false;
}

/* Those of the house that staff can see for themselves, and the organisation's own. */
cdr_status cdr_verify_raise_flag(cdr_identity *id, const char *call, const char *flag, cdr_err *err)
{
    bool own = !is_among(flag, cdr_disclosure_known_flags) && cdr_disclosure_has_flag(id->policy, flag);
    if (strlen(flag) < CDR_CALL_FLAG_TEXT && (own || is_among(flag, cdr_verify_agent_flags)))
        return raise_in_one(id, call, flag, true, err);
    return cdr_fail(err, CDR_E_INVAL, "identity", "verify.flag", "\"%.30s\" is no flag that is raised by hand; there are pressure, number-differs, no-authority and those that disclosure.yaml calls its own.", flag);
}

cdr_status cdr_verify_reply_cleared(cdr_identity *id, const char *call, const char *reason, cdr_err *err)
{
    cdr_verification v;
    char clean[200];
    bool any = false;
    if (strcmp(id->role, "owner") != 0)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.clear-owner", "Only the owner lifts what a customer's NO has stopped; tell the owner.");
    if (!reason || !*reason)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.clear-reason", "Say why it is lifted: --reason \"reached her by letter; it was her son\". It stands in the ledger.");
    cdr_status s = cdr_note_clean_to(id->cleaner, reason, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = cdr_vs_unflag_subject(id, &v, "not-me", &any, err);
    if (s == CDR_OK && !any)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "verify.not-stopped", "Nobody answered NO to the call %s or to another about the same customer; nothing is lifted.", v.call);
    json_t *more = s == CDR_OK ? json_pack("{s:s, s:s, s:b}", "flag", "not-me", "cleared", clean, "by_hand", 1) : NULL;
    if (s == CDR_OK)
        s = more ? cdr_verify_enter(id, &v, "verify.flag", more, NULL, err) : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

cdr_status cdr_verify_reply_no(cdr_identity *id, const char *call, cdr_err *err)
{
    return raise_in_one(id, call, "not-me", false, err);
}
