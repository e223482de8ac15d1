/* SPDX-License-Identifier: Apache-2.0 */
/* Erasure by right: nothing that a legal hold covers. The vault finishes what was interrupted; here the request follows it. */
#include "core/identity/erase.h"
#include "core/identity/rights_parts.h"
#include "core/identity/verify_parts.h"

#include "core/vault/own_field.h"

#include <stdio.h>
#include <string.h>

typedef struct asking { cdr_held_fn *held; void *arg; const cdr_vault_field *field; const char *hold; } asking;

static cdr_status ask(void *arg, const cdr_secret *value, cdr_err *err)
{
    asking *a = arg;
    (void)err;
    const char *text = (const char *)cdr_secret_bytes(value);
    a->hold = a->held(a->arg, a->field, text, strlen(text));
    return CDR_OK;
}

static cdr_status check_holds(cdr_rights *r, int64_t customer, cdr_held_fn *held, void *arg, cdr_err *err)
{
    uint16_t ids[CDR_VAULT_FIELDS_MAX];
    size_t count = 0;
    _cleanup_(cdr_own_fields_freep) cdr_own_fields *own = NULL;
    cdr_status s = cdr_own_fields_load(r->db, &own, err);
    if (s == CDR_OK)
        s = cdr_vault_fields(r->vault, customer, ids, CDR_COUNT(ids), &count, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        asking a = {held, arg, cdr_own_fields_of(own, ids[i]), NULL};
        if (!a.field)
            continue;
        s = cdr_vault_deliver(r->vault, customer, ids[i], ask, &a, err);
        if (s == CDR_OK && a.hold)
            s = cdr_fail(err, CDR_DENIED, "identity", "request.held", "Nothing was erased: the legal hold \"%.80s\" covers this customer's data. Release it with candor hold release, or refuse the request with --ground legal-claim.", a.hold);
    }
    return s;
}

cdr_status cdr_rights_erase(cdr_rights *r, cdr_request *q, cdr_held_fn *held, void *arg, cdr_erasure *ret, unsigned *ret_closed, cdr_err *err)
{
    char reason[40];
    cdr_customer c;
    *ret = (cdr_erasure){0};
    *ret_closed = 0;
    cdr_status s = cdr_rights_check(q, true, err);
    if (s == CDR_OK && q->kind != CDR_RIGHT_ERASURE)
        s = cdr_fail(err, CDR_E_INVAL, "identity", "request.other-kind", "%s asks for %s, not for erasure.", q->name, cdr_right_of(q->kind)->label);
    if (s == CDR_OK && !q->customer)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "request.nobody", "%s has no customer, so there is nothing to erase; candor request refuse %s --ground not-held.", q->name, q->name);
    if (s == CDR_OK)
        s = cdr_vault_customer_by_id(r->vault, q->customer, &c, err);
    if (s == CDR_OK && !c.erased)
        s = check_holds(r, q->customer, held, arg, err);
    snprintf(reason, sizeof reason, "request %s", q->name);
    if (s == CDR_OK && !c.erased)
        s = cdr_identity_erase(r->vault, q->customer, reason, ret, err);
    cdr_verify_stop_point();
    if (s == CDR_OK && !c.erased)
        memcpy(q->receipt, ret->receipt, sizeof q->receipt);
    else if (s == CDR_OK)
        s = cdr_rights_store_receipt(r, q->customer, q->receipt, err);   /* an erasure that was not written down in time */
    /* The others before this one: whoever stops in between asks for this one again, and all is finished. */
    if (s == CDR_OK)
        s = cdr_rights_end_erased(r, q->customer, q->id, ret_closed, err);
    return s == CDR_OK ? cdr_rights_fulfilled(r, q, "erased", NULL, err) : s;
}
