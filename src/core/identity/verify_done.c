/* SPDX-License-Identifier: Apache-2.0 */
/* What a call was verified for may be done: once its purpose is met, for the customer who was verified, by the employee who did it. */
#include "core/identity/rights.h"
#include "core/identity/summary.h"
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

/* ${disputed}: the field that is to be put right; 0: none. */
static cdr_status is_met(cdr_identity *id, const cdr_verification *v, uint16_t disputed, cdr_err *err)
{
    cdr_factor_kind matched[CDR_MATCHED_MAX];
    cdr_flags flags;
    char why[200];
    size_t count, left = 0;
    cdr_status s = cdr_verify_matched(id, v, matched, &count, err);
    if (s == CDR_OK)
        s = cdr_summary_check(id, v, matched, count, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        if (!disputed || !cdr_proof_leans_on(matched[i], disputed))
            matched[left++] = matched[i];
    if (s == CDR_OK)
        s = cdr_flags_read(id, v, &flags, err);
    if (s == CDR_OK && !cdr_disclosure_purpose_met(id->policy, v->purpose, matched, left, flags.list, flags.count, why))
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.not-met", "Not in this call: %s%s See candor verify status --call %s.", why,
                     left < count ? " What leans on the disputed item does not count." : "", v->call);
    return s;
}

cdr_status cdr_verify_may_change(cdr_identity *id, const char *call, const char *purpose, uint16_t field, int64_t customer, char ret_call[12], cdr_err *err)
{
    cdr_verification v;
    ret_call[0] = '\0';
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = cdr_verify_check_open(id, &v, true, err);
    if (s == CDR_OK && strcmp(v.purpose, purpose) != 0)
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.other-purpose", "The call %s is about something else (%s); begin one for this: candor verify start --purpose %s.", v.call, v.purpose, purpose);
    if (s == CDR_OK)
        s = is_met(id, &v, !strcmp(purpose, cdr_right_of(CDR_RIGHT_CORRECTION)->purpose) ? field : 0, err);
    /* Whose call it is shows only to whoever verified her. */
    if (s == CDR_OK && (v.customer == 0 || v.customer != customer))
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.other-customer", "The call %s is another customer's.", v.call);
    if (s == CDR_OK)
        memcpy(ret_call, v.call, 12);
    return s;
}

cdr_status cdr_verify_may_do(cdr_identity *id, const char *call, const char *purpose, int64_t customer, char ret_call[12], cdr_err *err)
{
    return cdr_verify_may_change(id, call, purpose, 0, customer, ret_call, err);
}
