/* SPDX-License-Identifier: Apache-2.0 */
/* Does what somebody said match? The same statements run and the same hashes are computed for a customer who has the factor, for one who has none, and for nobody. */
#include "core/identity/factor_parts.h"

#include "core/identity/pin.h"
#include "core/identity/recovery.h"
#include "core/identity/words.h"
#include "crypto/password.h"
#include "crypto/totp.h"

#include <sodium.h>
#include <string.h>

#define SECOND INT64_C(1000000)

/* What is checked where there is nothing to check: a stored password that nothing matches, and a seed. */
static const uint8_t decoy_normal[CDR_PASSWORD_STORED] = {1, CDR_PASSWORD_NORMAL}, decoy_light[CDR_PASSWORD_STORED] = {1, CDR_PASSWORD_LIGHT};

static cdr_status open_decoy(cdr_factors *f, int64_t customer, size_t len, cdr_secret **ret, cdr_err *err)
{
    static const uint8_t nothing[CDR_FACTOR_SEALED_MAX];
    cdr_status s = cdr_vault_open_for(f->vault, customer, "factor/0/0/0", nothing, len + CDR_SEAL_BYTES, ret, err);
    cdr_secret_free(*ret);
    *ret = NULL;
    return s == CDR_DENIED || s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* The secret of ${row}, which has ${len} bytes; NULL where there is none, or where the customer's key is gone. */
static cdr_status open_row(cdr_factors *f, int64_t customer, const cdr_factor_row *row, cdr_factor_kind kind, unsigned n, size_t len, cdr_secret **ret, cdr_err *err)
{
    char place[CDR_FACTOR_PLACE];
    *ret = NULL;
    if (!row->id)
        return open_decoy(f, customer, len, ret, err);
    cdr_factor_place(row->id, kind, n, place);
    cdr_status s = cdr_vault_open_for(f->vault, customer, place, row->sealed, row->sealed_len, ret, err);
    if (s == CDR_NOT_FOUND)
        return CDR_OK;
    if (s == CDR_DENIED || (s == CDR_OK && cdr_secret_len(*ret) != len)) {
        cdr_secret_free(*ret);
        *ret = NULL;
        s = cdr_fail(err, CDR_E_CORRUPT, "identity", "factor.changed", "A stored factor was changed or moved from another place; nothing is accepted from it. Enrol it again and look into the ledger.");
    }
    return s;
}

/* --- PIN and words --- */

static cdr_status check_password(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *text, size_t n, bool *ret, cdr_err *err)
{
    cdr_factor_row row;
    cdr_secret *stored = NULL;
    bool same = false;
    cdr_status s = cdr_factor_store_get(f, customer, kind, false, &row, err);
    if (s == CDR_OK)
        s = open_row(f, customer, &row, kind, 0, CDR_PASSWORD_STORED, &stored, err);
    if (s == CDR_OK)
        s = cdr_password_check(cdr_vault_pepper(f->vault), stored ? cdr_secret_bytes(stored) : decoy_normal, n ? text : "?", n ? n : 1, &same, err);
    *ret = (s == CDR_OK) & same & (stored != NULL) & (n > 0);
    cdr_secret_free(stored);
    return s;
}

static cdr_status check_pin(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char digits[CDR_PIN_MAX];
    size_t n = cdr_pin_digits(said, len, digits);
    cdr_status s = check_password(f, customer, CDR_FACTOR_PIN, digits, n, ret, err);
    cdr_wipe(digits, sizeof digits);
    return s;
}

static cdr_status check_words(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char letters[CDR_WORDS_LETTERS];
    size_t n = cdr_words_letters(said, len, letters);
    cdr_status s = check_password(f, customer, CDR_FACTOR_WORDS, letters, n, ret, err);
    cdr_wipe(letters, sizeof letters);
    return s;
}

/* --- authenticator --- */

/* The step is marked in the transaction in which it was found, and only who marked it hears yes. */
static cdr_status use_totp(cdr_factors *f, int64_t customer, bool pending, const char *said, size_t len, bool *ret, cdr_err *err)
{
    static const uint8_t nobody[CDR_TOTP_SEED_BYTES] = "nobody's seed";
    cdr_factor_row row;
    cdr_secret *seed = NULL;
    int64_t step = -1;
    bool marked = false;
    cdr_status s = cdr_factor_store_get(f, customer, CDR_FACTOR_TOTP, pending, &row, err);
    if (s == CDR_OK)
        s = open_row(f, customer, &row, CDR_FACTOR_TOTP, 0, CDR_TOTP_SEED_BYTES, &seed, err);
    bool known = seed != NULL;
    if (s == CDR_OK && !known)
        s = cdr_secret_new(nobody, sizeof nobody, &seed, err);
    if (s == CDR_OK)
        s = cdr_totp_check(seed, cdr_now_us(f->ctx) / SECOND, 6, row.last_step, said, len, &step, err);
    bool found = known & (step >= 0);
    if (s == CDR_OK)
        s = cdr_factor_store_step(f, found ? row.id : 0, step, &marked, err);
    if (s == CDR_OK && marked && pending)
        s = cdr_factor_store_end(f, customer, CDR_FACTOR_TOTP, row.id, false, "replaced", NULL, err);
    if (s == CDR_OK && marked && pending)
        s = cdr_factor_enter(f, customer, "factor.enrol", CDR_FACTOR_TOTP, -1, err);
    cdr_secret_free(seed);
    *ret = s == CDR_OK && found && marked;
    return s;
}

cdr_status cdr_factor_finish(cdr_factors *f, cdr_status s, bool *ret, cdr_err *err)
{
    if (s == CDR_OK)
        s = cdr_db_commit(f->db, err);
    else
        cdr_db_rollback(f->db);
    if (s != CDR_OK)
        *ret = false;
    return s;
}

static cdr_status check_totp(cdr_factors *f, int64_t customer, bool pending, const char *said, size_t len, bool *ret, cdr_err *err)
{
    cdr_status s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    return cdr_factor_finish(f, use_totp(f, customer, pending, said, len, ret, err), ret, err);
}

cdr_status cdr_factor_confirm_totp(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    *ret = false;
    return check_totp(f, customer, true, said, len, ret, err);
}

/* --- recovery codes --- */

static cdr_status check_code(cdr_factors *f, int64_t customer, int64_t factor, unsigned n, const char signs[CDR_RECOVERY_SIGNS], bool *ret, cdr_err *err)
{
    cdr_factor_row row;
    cdr_secret *stored = NULL;
    bool same = false;
    *ret = false;
    cdr_status s = cdr_recovery_store_get(f, factor, n, &row, err);
    if (s == CDR_OK)
        s = open_row(f, customer, &row, CDR_FACTOR_RECOVERY, n, CDR_PASSWORD_STORED, &stored, err);
    if (s == CDR_OK)
        s = cdr_password_check(cdr_vault_pepper(f->vault), stored ? cdr_secret_bytes(stored) : decoy_light, signs, CDR_RECOVERY_SIGNS, &same, err);
    *ret = (s == CDR_OK) & same & (stored != NULL);
    cdr_secret_free(stored);
    return s;
}

typedef struct left_walk { unsigned left; } left_walk;

static cdr_status count_left(void *arg, const cdr_factor *row)
{
    left_walk *w = arg;
    if (row->kind == CDR_FACTOR_RECOVERY)
        w->left = row->left;
    return CDR_OK;
}

static cdr_status mark_code(cdr_factors *f, int64_t customer, int64_t factor, unsigned n, bool *ret, cdr_err *err)
{
    left_walk w = {0};
    cdr_status s = cdr_recovery_store_use(f, factor, n, ret, err);
    if (s == CDR_OK && *ret) {
        s = cdr_factor_each(f, customer, false, count_left, &w, err);
        if (s == CDR_OK)
            s = cdr_factor_enter(f, customer, "factor.recovery-used", CDR_FACTOR_RECOVERY, (int)w.left, err);
    }
    return s;
}

/* All ten are compared, the used ones too, whichever matches. Hashing takes a while, so the database is locked for the marking only. */
static cdr_status check_recovery(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char signs[CDR_RECOVERY_SIGNS];
    cdr_factor_row row;
    unsigned found = 0;
    bool good = cdr_recovery_read(said, len, signs);
    cdr_status s = cdr_factor_store_get(f, customer, CDR_FACTOR_RECOVERY, false, &row, err);
    for (unsigned n = 1; s == CDR_OK && n <= CDR_RECOVERY_CODES; n++) {
        bool same;
        s = check_code(f, customer, row.id, n, signs, &same, err);
        found = (same & good) ? n : found;
    }
    cdr_wipe(signs, sizeof signs);
    if (s == CDR_OK)
        s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    return cdr_factor_finish(f, mark_code(f, customer, found ? row.id : 0, found, ret, err), ret, err);
}

/* --- what the record holds --- */

typedef struct last_four { const char *said; bool same; } last_four;

static cdr_status compare_last_four(void *arg, const cdr_secret *value, cdr_err *err)
{
    last_four *l = arg;
    char end[4] = {0};
    const char *text = (const char *)cdr_secret_bytes(value);
    size_t n = 0;
    (void)err;
    for (size_t i = strlen(text); i-- > 0 && n < 4;)
        if (text[i] >= '0' && text[i] <= '9')
            end[3 - n++] = text[i];
    l->same = n == 4 && !sodium_memcmp(end, l->said, 4);
    cdr_wipe(end, sizeof end);
    return CDR_OK;
}

/* A card of which the record holds the whole number has a last four too. */
static cdr_status check_last_four(cdr_factors *f, int64_t customer, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char digits[CDR_PIN_MAX] = "xxxx";
    bool kept = false, good = cdr_pin_digits(said, len, digits) == 4;
    last_four l = {.said = digits};
    cdr_status s = cdr_vault_matches(f->vault, customer, CDR_FIELD_CARD_LAST4, digits, 4, &kept, err);
    if (s == CDR_OK)
        s = cdr_vault_deliver(f->vault, customer, CDR_FIELD_CARD, compare_last_four, &l, err);
    if (s == CDR_NOT_FOUND)
        s = CDR_OK;
    *ret = (s == CDR_OK) & good & (kept | l.same);
    cdr_wipe(digits, sizeof digits);
    return s;
}

static const struct { cdr_factor_kind kind; uint16_t fields[2]; } record_kinds[] = {
    {CDR_FACTOR_ACCOUNT, {CDR_FIELD_ACCOUNT}}, {CDR_FACTOR_DATE_OF_BIRTH, {CDR_FIELD_DATE_OF_BIRTH}}, {CDR_FACTOR_POSTCODE, {CDR_FIELD_POSTCODE}},
    {CDR_FACTOR_NAME, {CDR_FIELD_NAME}}, {CDR_FACTOR_PHONE_NUMBER, {CDR_FIELD_PHONE, CDR_FIELD_MOBILE}}, {CDR_FACTOR_EMAIL_ADDRESS, {CDR_FIELD_EMAIL}},
};

static cdr_status check_record(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err)
{
    cdr_status s = CDR_OK;
    bool any = false;
    for (size_t i = 0; i < CDR_COUNT(record_kinds); i++)
        for (size_t k = 0; s == CDR_OK && record_kinds[i].kind == kind && k < 2 && record_kinds[i].fields[k]; k++) {
            bool same = false;
            s = cdr_vault_matches(f->vault, customer, record_kinds[i].fields[k], said, len, &same, err);
            any |= same;
        }
    *ret = s == CDR_OK && any;
    return s;
}

cdr_status cdr_factor_check(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err)
{
    *ret = false;
    if (kind == CDR_FACTOR_PIN)
        return check_pin(f, customer, said, len, ret, err);
    if (kind == CDR_FACTOR_WORDS)
        return check_words(f, customer, said, len, ret, err);
    if (kind == CDR_FACTOR_TOTP)
        return check_totp(f, customer, false, said, len, ret, err);
    if (kind == CDR_FACTOR_RECOVERY)
        return check_recovery(f, customer, said, len, ret, err);
    if (kind == CDR_FACTOR_CARD_LAST4)
        return check_last_four(f, customer, said, len, ret, err);
    if (cdr_factor_class_of(kind) == CDR_CLASS_RECORD)
        return check_record(f, customer, kind, said, len, ret, err);
    return cdr_fail(err, CDR_E_INVAL, "identity", "factor.check-kind", "A factor of this kind is sent as a code or seen by an employee; it is not enrolled, so there is nothing to compare with.");
}
