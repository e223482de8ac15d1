/* SPDX-License-Identifier: Apache-2.0 */
/* Calling back. The caller hears a code, hangs up, and says it again when she answers at the number on file: whoever is at that telephone is who called.
 *
 * The number is shown to the agent of the call once a secret matched. Before that it would tell her, and through her the caller, that there is such a customer and where she
 * can be reached; then the owner or another employee dials, who does not have the caller on the line. Its ledger entry stands before it is shown. */
#include "core/identity/disclose_parts.h"
#include "template/message.h"

#include <string.h>

static cdr_status no_number(cdr_err *err)
{
    return cdr_fail(err, CDR_DENIED, "identity", "verify.no-number",
                    "There is no number that counts for this call: nobody was found, or none is on file for long enough. Offer a letter, or that she comes to the counter.");
}

/* Numbers of one customer, and of all whom one employee calls, on one day. */
#define DIALS_PER_CUSTOMER 5
#define DIALS_PER_EMPLOYEE 20

/* What stops a call stops its call-back. Flags that are not told look as if there were nobody. */
static cdr_status check_stops(cdr_identity *id, const cdr_verification *v, cdr_err *err)
{
    cdr_flags all, shown = {.count = 0};
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_flags_refresh(id, v, &all, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    for (size_t i = 0; i < all.count; i++)
        if (!all.of_customer[i])
            shown.list[shown.count++] = all.list[i];
    if (s == CDR_OK && cdr_disclosure_stops(id->policy, shown.list, shown.count))
        return cdr_fail(err, CDR_DENIED, "identity", "verify.dial-stopped", "Flags stop this call; nobody is called back in it.");
    return s == CDR_OK && cdr_disclosure_stops(id->policy, all.list, all.count) ? no_number(err) : s;
}

/* The employee's limit comes first, whoever is asked for; the customer's looks as if there were nobody. */
static cdr_status check_limits(cdr_identity *id, const cdr_verification *v, cdr_err *err)
{
    unsigned mine = 0, hers = 0;
    int64_t since = cdr_now_us(id->ctx) - DAY_US;
    cdr_status s = cdr_vo_dials(id, v, cdr_identity_actor(id), since, &mine, &hers, err);
    if (s == CDR_OK && mine >= DIALS_PER_EMPLOYEE)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.dial-limit", "You were given %d numbers within 24 hours, which is the most; somebody else makes this call-back.", DIALS_PER_EMPLOYEE);
    return s == CDR_OK && hers >= DIALS_PER_CUSTOMER ? no_number(err) : s;
}

static cdr_status check_dial(cdr_identity *id, const cdr_verification *v, bool is_owner, cdr_send_row *ret, cdr_err *err)
{
    cdr_level_answer level;
    cdr_status s = cdr_verify_check_open(id, v, false, err);
    if (s == CDR_OK)
        s = cdr_vs_last_send(id, v, CDR_FACTOR_CALLBACK, false, ret, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.no-callback", "No call-back was promised in this call; do that first: candor verify send --call %s callback.", v->call);
    if (s == CDR_OK)
        s = cdr_verify_level(id, v, &level, err);
    if (s != CDR_OK)
        return s;
    bool mine = !strcmp(v->agent, cdr_identity_actor(id));
    if (mine && !is_owner && level.level < CDR_LEVEL_C2)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.dial-other", "No secret has matched, so the number is not shown to whoever has the caller on the line. The owner or another employee makes this call-back.");
    s = check_stops(id, v, err);
    return s == CDR_OK ? check_limits(id, v, err) : s;
}

cdr_status cdr_verify_dial(cdr_identity *id, const char *call, bool is_owner, cdr_secret **ret_number, cdr_call *ret, cdr_err *err)
{
    cdr_verification v;
    cdr_send_row sent;
    uint16_t field = 0;
    int64_t usable = 0;
    cdr_grant *g = NULL;
    *ret_number = NULL;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = check_dial(id, &v, is_owner, &sent, err);
    if (s == CDR_OK)
        s = cdr_route_find(id, v.customer, CDR_FACTOR_CALLBACK, &field, &usable, err);
    if (s != CDR_OK)
        return s;
    if (!field || usable > cdr_now_us(id->ctx))
        return no_number(err);
    const cdr_grant_field fields[] = {{field, CDR_GRANT_PLAIN}};
    _cleanup_json_ json_t *details = json_pack("{s:s}", "by", "call-back");
    s = details ? cdr_issue(id, &(cdr_opening){.customer = v.customer, .purpose = "call-back", .call = v.call, .basis = "call-back to the number on file", .details = details}, fields, 1, &g, err)
                : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = cdr_vs_dialled(id, sent.id, cdr_now_us(id->ctx), err);
    if (s == CDR_OK)
        s = cdr_vs_touch(id, &v, cdr_now_us(id->ctx), err);
    if (s == CDR_OK)
        s = cdr_grant_reveal(g, field, ret_number, err);
    cdr_grant_free(g);
    return s == CDR_OK ? cdr_verify_describe(id, &v, ret, err) : s;
}

cdr_status cdr_verify_script(cdr_identity *id, const char *call, cdr_buf *out, cdr_err *err)
{
    cdr_verification v;
    char purpose[64];
    _cleanup_free_ char *folder = cdr_message_folder(id);
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s != CDR_OK)
        return s;
    cdr_purpose_words(v.purpose, purpose);
    return cdr_message_text(folder, "callback_script", &(cdr_message_facts){.org = cdr_workspace_org(id->ws), .purpose = purpose, .word = v.word}, NULL, out, err);
}
