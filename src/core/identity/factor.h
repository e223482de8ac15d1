/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of a customer: enrolled, checked, ended. Counting tries is the work of verify.h, before it calls these. Secrets are sealed under the customer's key; PIN, words and
 * recovery codes are kept as Argon2id and then a keyed hash under the vault's pepper. Nobody can read them back. */
#ifndef CDR_CORE_IDENTITY_FACTOR_H
#define CDR_CORE_IDENTITY_FACTOR_H

#include "core/disclosure/disclosure.h"
#include "core/vault/vault.h"

typedef struct cdr_factors cdr_factors;                    /* the statements of this part, for one vault */
cdr_status cdr_factors_open(cdr_vault *v, cdr_factors **ret, cdr_err *err) CDR_NODISCARD;
void cdr_factors_close(cdr_factors *f);                    /* NULL is fine */
static inline void cdr_factors_closep(cdr_factors **f) { cdr_factors_close(*f); }
/* The call in which she asked for what comes next, verified for it (cdr_verify_may_do): stands in the ledger's entries. NULL: none. */
void cdr_factors_set_call(cdr_factors *f, const char *call);
/* Fewest digits of a new PIN: 8 unless the policy says 6 or 7. */
void cdr_factors_set_pin_min(cdr_factors *f, unsigned digits);

typedef struct cdr_factor {
    int64_t id; cdr_factor_kind kind; int64_t enrolled_us, ended_us;
    char enrolled_by[80], source[80], ended_by[80], end_reason[80];
    unsigned left;                                         /* recovery codes that are not used */
    bool pending;                                          /* an authenticator from which no code came yet: it counts for nothing */
} cdr_factor;
typedef cdr_status cdr_factor_fn(void *arg, const cdr_factor *f);
/* ${ended}: those that ended too. In the order in which they came; ${fn} may stop with another status than CDR_OK. */
cdr_status cdr_factor_each(cdr_factors *f, int64_t customer, bool ended, cdr_factor_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* One that counts: confirmed, not ended, and with a code left. */
cdr_status cdr_factor_has(cdr_factors *f, int64_t customer, cdr_factor_kind kind, bool *ret, cdr_err *err) CDR_NODISCARD;

#define CDR_FACTOR_BY_CALL "call "           /* a source that begins so names the verified call it was enrolled in; nobody may type one */
/* Enrolling ends an older one of the same kind, enters factor.enrol in the ledger and leaves telling the customer to the caller. ${source}: how she was known
 * ("call 7F3K, C4"; "counter, passport seen"), 1 to 79 bytes without personal data. */
cdr_status cdr_factor_enrol_pin(cdr_factors *f, int64_t customer, const cdr_secret *pin, const char *source, cdr_err *err) CDR_NODISCARD;   /* CDR_E_INVAL says why it is refused, not what it was */
cdr_status cdr_factor_enrol_words(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_words, cdr_err *err) CDR_NODISCARD;
/* ${ret_uri}: otpauth://… for the QR code, shown once. It counts once a code from it was accepted by cdr_factor_confirm_totp; until then an older authenticator stays. */
cdr_status cdr_factor_enrol_totp(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_uri, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_confirm_totp(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_factor_enrol_recovery(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_codes /* one a line */, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: there is none that could end. Its secret is destroyed. ${reason}: 1 to 79 bytes without personal data. */
cdr_status cdr_factor_end(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *reason, cdr_err *err) CDR_NODISCARD;
/* All of them and codes by letter, for a customer who is erased: erase.h calls it before her key is destroyed. ${ret_count} may be NULL. */
cdr_status cdr_factor_end_all(cdr_factors *f, int64_t customer, const char *reason, size_t *ret_count, cdr_err *err) CDR_NODISCARD;

/* PIN, words, TOTP, recovery: does it match? ${customer} 0 (nobody) or one without such a factor does the same work and says no. What is used up is used up
 * in the database when this returns. Record kinds (card-last4…) compare with the vault's field. Kinds that are sent are checked by cdr_code_check. */
cdr_status cdr_factor_check(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

/* A one-time code of 6 to 12 digits for ${call}: SMS, e-mail, link, call-back. ${ret_code} (NUL-ended) is for the sender alone. ${real} false: nobody is there; made in the same
 * way and never accepted. Earlier codes of the call and kind end. Longest life: 10 minutes; by e-mail 24 hours. */
cdr_status cdr_code_make(cdr_factors *f, const char *call, cdr_factor_kind kind, unsigned digits, int64_t lasts_us, bool real, cdr_secret **ret_code, cdr_err *err) CDR_NODISCARD;
/* Spaces and hyphens in ${said} do not matter. A code of another call or kind never matches, and each matches once. */
cdr_status cdr_code_check(cdr_factors *f, const char *call, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_code_end(cdr_factors *f, const char *call, cdr_err *err) CDR_NODISCARD;      /* all of the call */

/* A code by letter outlives the call in which it was asked for: twelve digits, 21 days unless the policy says otherwise (30 at most), bound to the customer. ${customer} 0: as above.
 * A newer one ends it. */
#define CDR_LETTER_DIGITS 12
#define CDR_LETTER_LASTS_US (INT64_C(21) * 24 * 3600 * 1000000)
cdr_status cdr_letter_make(cdr_factors *f, int64_t customer, int64_t lasts_us, cdr_secret **ret_code, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_letter_check(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
