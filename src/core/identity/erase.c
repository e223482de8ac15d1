/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/erase.h"

#include "core/identity/note.h"
#include "core/identity/factor.h"
#include "core/identity/verify.h"

cdr_status cdr_identity_erase(cdr_vault *v, int64_t customer, const char *reason, cdr_erasure *ret, cdr_err *err)
{
    _cleanup_(cdr_factors_closep) cdr_factors *f = NULL;
    char clean[150];
    cdr_status s = cdr_note_clean_once(reason, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_factors_open(v, &f, err);
    if (s == CDR_OK)
        s = cdr_factor_end_all(f, customer, "customer erased", NULL, err);
    if (s == CDR_OK)
        s = cdr_verify_forget(v, customer, err);
    return s == CDR_OK ? cdr_vault_erase(v, customer, clean, ret, err) : s;
}
