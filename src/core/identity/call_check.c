/* SPDX-License-Identifier: Apache-2.0 */
/* The other way round: a customer asks whether it is us who are calling. She has a code from the caller; only the call that is on now has it. */
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_US INT64_C(600000000)
#define CHECKS_MAX 60          /* in ten minutes, by everybody together: a code has 30 bits */

static cdr_status count(cdr_identity *id, bool found, const cdr_verification *v, cdr_err *err)
{
    unsigned lately = 0;
    int64_t now = cdr_now_us(id->ctx);
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vs_call_checks_since(id, now - WINDOW_US, &lately, err);
    if (s == CDR_OK && lately >= CHECKS_MAX)
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.checks", "Too many calls were asked about; try again in ten minutes. If in doubt, hang up and call us on the number you know.");
    if (s == CDR_OK)
        s = cdr_vs_call_check(id, now, found, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(id->ws), &(cdr_ledger_event){.kind = "verify.call-check", .actor = cdr_identity_actor(id), .subject = found ? v->call : NULL,
                              .details_json = found ? "{\"calling\":true}" : "{\"calling\":false}"}, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

cdr_status cdr_verify_call_check(cdr_identity *id, const char *code, cdr_call_check *ret, cdr_err *err)
{
    char normal[12];
    uint8_t check[CDR_SUBJECT_BYTES];
    cdr_verification v;
    *ret = (cdr_call_check){.calling = false};
    /* What is no code is looked up like one. */
    if (!cdr_call_normalise_code(code, normal))
        snprintf(normal, sizeof normal, "-");
    cdr_status s = cdr_identity_hash(id, "check", normal, strlen(normal), check, err);
    if (s == CDR_OK)
        s = cdr_vs_by_check(id, check, &v, err);
    bool found = s == CDR_OK && v.direction == CDR_CALL_OUT && cdr_verify_live(id, &v);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    s = count(id, found, &v, err);
    if (s != CDR_OK || !found)
        return s;
    ret->calling = true;
    const char *who = strchr(v.agent, ':');
    snprintf(ret->agent, sizeof ret->agent, "%s", who ? who + 1 : v.agent);
    memcpy(ret->ticket, v.ticket, sizeof ret->ticket);
    memcpy(ret->word, v.word, sizeof ret->word);
    return CDR_OK;
}
