/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of a customer: enrolled, checked, ended. Counting tries is the work of verify.h, before it calls these. Secrets are sealed under the customer's key; PIN, words and
 * recovery codes are kept as Argon2id and then a keyed hash under the vault's pepper. Nobody can read them back. */
#ifndef CDR_CORE_IDENTITY_FACTOR_H
#define CDR_CORE_IDENTITY_FACTOR_H

#include "core/disclosure/disclosure.h"
#include "core/vault/vault.h"

typedef struct cdr_factors cdr_factors;                    /* the statements of this part, for one vault */
cdr_status cdr_factors_open(cdr_vault *v, cdr_factors **ret, cdr_err *err) CDR_NODISCARD;
void cdr_factors_close(cdr_factors *f);

typedef struct cdr_factor { int64_t id; cdr_factor_kind kind; int64_t enrolled_us, ended_us; char enrolled_by[80], source[80]; unsigned left /* recovery codes */; } cdr_factor;
typedef cdr_status cdr_factor_fn(void *arg, const cdr_factor *f);
cdr_status cdr_factor_each(cdr_factors *f, int64_t customer, bool ended, cdr_factor_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_has(cdr_factors *f, int64_t customer, cdr_factor_kind kind, bool *ret, cdr_err *err) CDR_NODISCARD;

/* Enrolling ends an older one of the same kind, enters factor.enrol in the ledger and leaves telling the customer to the caller. ${source}: how she was known
 * ("call 7F3K, C4"; "counter, passport seen"). */
cdr_status cdr_factor_enrol_pin(cdr_factors *f, int64_t customer, const cdr_secret *pin, const char *source, cdr_err *err) CDR_NODISCARD;   /* CDR_E_INVAL says why it is refused, not what it was */
cdr_status cdr_factor_enrol_words(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_words, cdr_err *err) CDR_NODISCARD;
/* ${ret_uri}: otpauth://… for the QR code, shown once. The factor counts once a first code was accepted (cdr_factor_check). */
cdr_status cdr_factor_enrol_totp(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_uri, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_enrol_recovery(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_codes /* one a line */, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_end(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *reason, cdr_err *err) CDR_NODISCARD;
/* Called by erasure's counterpart in this room: what a customer without a key leaves. */

/* PIN, words, TOTP, recovery: does it match? ${customer} 0 (nobody) or one without such a factor does the same work and says no. What is used up is used up
 * in the database when this returns. Record kinds (card-last4…) compare with the vault's field. */
cdr_status cdr_factor_check(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

/* A one-time code for ${call}: SMS, e-mail, link, call-back, letter. ${ret_code} is for the sender alone. ${customer} 0: made and thrown away, in the same time. Earlier codes of the call and kind end. */
cdr_status cdr_code_make(cdr_factors *f, const char *call, cdr_factor_kind kind, unsigned digits, int64_t lasts_us, bool real, cdr_secret **ret_code, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_code_check(cdr_factors *f, const char *call, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_code_end(cdr_factors *f, const char *call, cdr_err *err) CDR_NODISCARD;

#endif
