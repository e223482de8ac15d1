/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes. Kept is a keyed hash over what the code is bound to, its kind, a salt and its digits: whoever has the database cannot try a million codes, and a code of another
 * call or kind has another hash. */
#include "core/identity/factor_parts.h"

#include "core/identity/chance.h"

#include <sodium.h>
#include <string.h>

#define DIGITS_MIN 6
#define DIGITS_MAX 12
#define CALL_MAX 64
#define MINUTE (INT64_C(60) * 1000000)
#define DAY (24 * 60 * MINUTE)
#define FORGET_US (90 * DAY)
#define NOBODY "nobody"

static cdr_status hash_code(cdr_factors *f, const char *call, cdr_factor_kind kind, const uint8_t salt[CDR_CODE_SALT], const char *digits, size_t n, uint8_t ret[CDR_CODE_HASH],
                            cdr_err *err)
{
    static const char label[] = "candor one-time code 1";
    uint8_t all[sizeof label + 2 + CDR_CODE_SALT + CALL_MAX + 1 + DIGITS_MAX];
    size_t len = strlen(call);
    const cdr_secret *key = cdr_workspace_key(f->ws, CDR_KEY_CALLER);
    if (!key)
        return cdr_fail_nomem(err, "identity");
    /* Fixed places: no two codes have the same bytes. */
    memset(all, 0, sizeof all);
    memcpy(all, label, sizeof label);
    all[sizeof label] = (uint8_t)kind;
    all[sizeof label + 1] = (uint8_t)n;
    memcpy(all + sizeof label + 2, salt, CDR_CODE_SALT);
    memcpy(all + sizeof label + 2 + CDR_CODE_SALT, call, len);
    memcpy(all + sizeof all - DIGITS_MAX, digits, n);
    cdr_blake2b(key, all, sizeof all, ret);
    cdr_wipe(all, sizeof all);
    return CDR_OK;
}

static bool is_sent(cdr_factor_kind kind)
{
    return kind == CDR_FACTOR_SMS || kind == CDR_FACTOR_EMAIL || kind == CDR_FACTOR_LINK || kind == CDR_FACTOR_CALLBACK;
}

static cdr_status good_call(const char *call, cdr_err *err)
{
    size_t len = call ? strlen(call) : 0;
    if (!len || len > CALL_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "code.call", "A code is bound to a call; the name of the call has 1 to %d bytes.", CALL_MAX);
    return CDR_OK;
}

static cdr_status no_letter(const char *call, cdr_factor_kind kind, cdr_err *err)
{
    cdr_status s = good_call(call, err);
    if (s == CDR_OK && !is_sent(kind))
        s = cdr_fail(err, CDR_E_INVAL, "identity", "code.kind", "Only text message, e-mail, link and call-back take a code that is bound to a call.");
    return s;
}

static cdr_status replace(cdr_factors *f, const char *call, cdr_factor_kind kind, const cdr_code_row *row, int64_t lasts_us, cdr_err *err)
{
    cdr_status s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_code_store_end(f, call, kind, err);
    if (s == CDR_OK)
        s = cdr_code_store_forget(f, row->made_us - FORGET_US, err);
    if (s == CDR_OK)
        s = cdr_code_store_add(f, call, kind, row, row->made_us + lasts_us, err);
    if (s == CDR_OK)
        return cdr_db_commit(f->db, err);
    cdr_db_rollback(f->db);
    return s;
}

static cdr_status make(cdr_factors *f, const char *call, cdr_factor_kind kind, unsigned digits, int64_t lasts_us, bool real, cdr_secret **ret, cdr_err *err)
{
    cdr_code_row row = {.made_us = cdr_now_us(f->ctx)};
    uint8_t noise[CDR_CODE_HASH];
    cdr_secret *code;
    cdr_status s = cdr_secret_new(NULL, digits + 1, &code, err);
    if (s != CDR_OK)
        return s;
    char *text = (char *)cdr_secret_writable(code);
    f->ctx->random(f->ctx->rng, row.salt, sizeof row.salt);
    f->ctx->random(f->ctx->rng, noise, sizeof noise);
    s = cdr_chance_digits(f->ctx, text, digits, err);
    if (s == CDR_OK)
        s = hash_code(f, call, kind, row.salt, text, digits, row.hash, err);
    /* Nobody's code is stored like any other, as a hash that no code has. */
    if (!real)
        memcpy(row.hash, noise, sizeof row.hash);
    if (s == CDR_OK)
        s = replace(f, call, kind, &row, lasts_us, err);
    if (s == CDR_OK)
        *ret = code;
    else
        cdr_secret_free(code);
    return s;
}

cdr_status cdr_code_make(cdr_factors *f, const char *call, cdr_factor_kind kind, unsigned digits, int64_t lasts_us, bool real, cdr_secret **ret_code, cdr_err *err)
{
    int64_t longest = kind == CDR_FACTOR_EMAIL ? DAY : 10 * MINUTE;
    *ret_code = NULL;
    cdr_status s = no_letter(call, kind, err);
    if (s == CDR_OK && (digits < DIGITS_MIN || digits > DIGITS_MAX))
        s = cdr_fail(err, CDR_E_INVAL, "identity", "code.digits", "A code has %d to %d digits.", DIGITS_MIN, DIGITS_MAX);
    if (s == CDR_OK && (lasts_us <= 0 || lasts_us > longest))
        s = cdr_fail(err, CDR_E_INVAL, "identity", "code.lasts", "A code lasts %s at most.", kind == CDR_FACTOR_EMAIL ? "24 hours" : "10 minutes");
    return s == CDR_OK ? make(f, call, kind, digits, lasts_us, real, ret_code, err) : s;
}

/* --- checking --- */

static size_t read_digits(const char *said, size_t len, char ret[DIGITS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (said[i] == ' ' || said[i] == '-')
            continue;
        if (said[i] < '0' || said[i] > '9' || n == DIGITS_MAX) {
            cdr_wipe(ret, DIGITS_MAX);
            return 0;
        }
        ret[n++] = said[i];
    }
    return n;
}

static cdr_status use_code(cdr_factors *f, const char *call, cdr_factor_kind kind, const char *digits, size_t n, bool *ret, cdr_err *err)
{
    cdr_code_row row;
    uint8_t hash[CDR_CODE_HASH];
    bool marked = false;
    cdr_status s = cdr_code_store_get(f, call, kind, &row, err);
    if (s == CDR_OK)
        s = hash_code(f, call, kind, row.salt, digits, n, hash, err);
    if (s != CDR_OK)
        return s;
    bool same = !sodium_memcmp(hash, row.hash, sizeof hash);
    /* A clock that was set back must not make an old code last longer. */
    same = same & (row.id > 0) & (n >= DIGITS_MIN) & (row.made_us <= cdr_now_us(f->ctx) + MINUTE);
    s = cdr_code_store_use(f, same ? row.id : 0, &marked, err);
    *ret = s == CDR_OK && same && marked;
    return s;
}

static cdr_status check(cdr_factors *f, const char *call, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char digits[DIGITS_MAX] = {0};
    size_t n = read_digits(said, len, digits);
    cdr_status s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    s = use_code(f, call, kind, digits, n, ret, err);
    cdr_wipe(digits, sizeof digits);
    return cdr_factor_finish(f, s, ret, err);
}

cdr_status cdr_code_check(cdr_factors *f, const char *call, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err)
{
    *ret = false;
    cdr_status s = no_letter(call, kind, err);
    return s == CDR_OK ? check(f, call, kind, said, len, ret, err) : s;
}

cdr_status cdr_code_end(cdr_factors *f, const char *call, cdr_err *err)
{
    cdr_status s = good_call(call, err);
    return s == CDR_OK ? cdr_code_store_end(f, call, (cdr_factor_kind)0, err) : s;
}

/* --- letters --- */

/* What a letter is bound to: the customer, not the call, which is over when it arrives. */
static cdr_status letter_call(cdr_factors *f, int64_t customer, char ret[CDR_PSEUDONYM_TEXT], cdr_err *err)
{
    memcpy(ret, NOBODY, sizeof NOBODY);
    return customer ? cdr_vault_pseudonym(f->vault, customer, ret, err) : CDR_OK;
}

cdr_status cdr_letter_make(cdr_factors *f, int64_t customer, int64_t lasts_us, cdr_secret **ret_code, cdr_err *err)
{
    char call[CDR_PSEUDONYM_TEXT];
    *ret_code = NULL;
    if (lasts_us <= 0 || lasts_us > 30 * DAY)
        return cdr_fail(err, CDR_E_INVAL, "identity", "code.lasts", "A code by letter lasts 30 days at most.");
    cdr_status s = letter_call(f, customer, call, err);
    return s == CDR_OK ? make(f, call, CDR_FACTOR_LETTER, CDR_LETTER_DIGITS, lasts_us, customer != 0, ret_code, err) : s;
}

cdr_status cdr_letter_check(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char call[CDR_PSEUDONYM_TEXT];
    *ret = false;
    cdr_status s = letter_call(f, customer, call, err);
    return s == CDR_OK ? check(f, call, CDR_FACTOR_LETTER, said, len, ret, err) : s;
}
