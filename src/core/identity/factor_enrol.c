/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling: one transaction in which the older factor ends, the new one is sealed and the ledger learns of it. */
#include "core/identity/factor_parts.h"

#include "core/identity/note.h"

#include "base/text.h"
#include "core/identity/pin.h"
#include "core/identity/recovery.h"
#include "core/identity/words.h"
#include "crypto/password.h"
#include "crypto/totp.h"

#include <string.h>

static cdr_status good_source(const char *source, cdr_err *err)
{
    size_t len = source ? strlen(source) : 0;
    bool good = len && len < 80 && cdr_utf8_valid(source, len);
    for (size_t i = 0; good && i < len; i++)
        good = (unsigned char)source[i] >= ' ' && source[i] != 127;
    if (!good)
        return cdr_fail(err, CDR_E_INVAL, "identity", "factor.source",
                        "Say how the customer is known at this moment, in one line of at most 79 bytes without personal data: \"counter, passport seen\".");
    return CDR_OK;
}

static cdr_status living(cdr_factors *f, int64_t customer, cdr_err *err)
{
    cdr_customer c;
    cdr_status s = cdr_vault_customer_by_id(f->vault, customer, &c, err);
    if (s == CDR_OK && c.erased)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "factor.erased", "The customer was erased; nothing can be enrolled for her.");
    return s;
}

static cdr_status seal_secret(cdr_factors *f, int64_t customer, int64_t id, cdr_factor_kind kind, unsigned n, const void *secret, size_t len, cdr_err *err)
{
    char place[CDR_FACTOR_PLACE];
    _cleanup_buf_ cdr_buf sealed = CDR_BUF(CDR_FACTOR_SEALED_MAX);
    cdr_factor_place(id, kind, n, place);
    cdr_status s = cdr_vault_seal_for(f->vault, customer, place, secret, len, &sealed, err);
    if (s != CDR_OK)
        return s;
    return n ? cdr_recovery_store_add(f, id, n, sealed.data, sealed.len, err) : cdr_factor_store_secret(f, id, sealed.data, sealed.len, err);
}

/* ${pieces}: secrets of ${len} bytes one behind the other; one, or a recovery code each. */
typedef struct new_factor {
    cdr_factor_kind kind;
    const char *source;
    const uint8_t *pieces;
    size_t len;
    unsigned count;
    bool confirmed;
} new_factor;

static cdr_status put_in(cdr_factors *f, int64_t customer, const new_factor *n, cdr_err *err)
{
    int64_t id = 0;
    char source[80];
    cdr_status s = living(f, customer, err);
    if (s == CDR_OK)
        s = cdr_note_clean_once(n->source, source, sizeof source, err);
    /* An authenticator that waits for its first code does not end the one that is in use. */
    if (s == CDR_OK)
        s = cdr_factor_store_end(f, customer, n->kind, 0, !n->confirmed, "replaced", NULL, err);
    if (s == CDR_OK)
        s = cdr_factor_store_add(f, customer, n->kind, source, n->confirmed, &id, err);
    for (unsigned i = 0; s == CDR_OK && i < n->count; i++)
        s = seal_secret(f, customer, id, n->kind, n->kind == CDR_FACTOR_RECOVERY ? i + 1 : 0, n->pieces + i * n->len, n->len, err);
    if (s == CDR_OK)
        s = cdr_factor_enter(f, customer, n->confirmed ? "factor.enrol" : "factor.enrol-pending", n->kind, -1, err);
    return s;
}

static cdr_status enrol(cdr_factors *f, int64_t customer, const new_factor *n, cdr_err *err)
{
    cdr_status s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    s = put_in(f, customer, n, err);
    if (s == CDR_OK)
        return cdr_db_commit(f->db, err);
    cdr_db_rollback(f->db);
    return s;
}

/* --- PIN --- */

typedef struct own_field { cdr_pin_own *own; uint16_t field; } own_field;

static cdr_status add_own(void *arg, const cdr_secret *value, cdr_err *err)
{
    own_field *o = arg;
    (void)err;
    cdr_pin_own_add(o->own, o->field, (const char *)cdr_secret_bytes(value), strlen((const char *)cdr_secret_bytes(value)));
    return CDR_OK;
}

static cdr_status own_data(cdr_factors *f, int64_t customer, cdr_pin_own *own, cdr_err *err)
{
    static const uint16_t fields[] = {CDR_FIELD_DATE_OF_BIRTH, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ACCOUNT, CDR_FIELD_CARD, CDR_FIELD_CARD_LAST4, CDR_FIELD_BANK_ACCOUNT,
                                      CDR_FIELD_NATIONAL_ID, CDR_FIELD_POSTCODE};
    for (size_t i = 0; i < CDR_COUNT(fields); i++) {
        own_field o = {own, fields[i]};
        cdr_status s = cdr_vault_deliver(f->vault, customer, fields[i], add_own, &o, err);
        if (s != CDR_OK && s != CDR_NOT_FOUND)
            return s;
    }
    return CDR_OK;
}

static cdr_status judge_pin(cdr_factors *f, int64_t customer, const char *digits, size_t n, cdr_err *err)
{
    cdr_pin_own own = {.digits = digits, .n = n};
    const char *fault = cdr_pin_fault(digits, n, f->pin_min);
    cdr_status s = fault ? CDR_OK : own_data(f, customer, &own, err);
    if (s == CDR_OK && !fault)
        fault = cdr_pin_own_fault(&own);
    if (s == CDR_OK && fault)
        s = cdr_fail(err, CDR_E_INVAL, "identity", "factor.pin", "This PIN cannot be used. %s", fault);
    cdr_wipe(&own, sizeof own);
    return s;
}

static cdr_status store_knowledge(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *text, size_t len, const char *source, cdr_err *err)
{
    uint8_t stored[CDR_PASSWORD_STORED];
    cdr_status s = cdr_password_store(f->ctx, cdr_vault_pepper(f->vault), CDR_PASSWORD_NORMAL, text, len, stored, err);
    if (s == CDR_OK)
        s = enrol(f, customer, &(new_factor){kind, source, stored, sizeof stored, 1, true}, err);
    cdr_wipe(stored, sizeof stored);
    return s;
}

cdr_status cdr_factor_enrol_pin(cdr_factors *f, int64_t customer, const cdr_secret *pin, const char *source, cdr_err *err)
{
    char digits[CDR_PIN_MAX];
    cdr_status s = good_source(source, err);
    if (s == CDR_OK)
        s = living(f, customer, err);
    if (s != CDR_OK)
        return s;
    size_t n = cdr_pin_digits((const char *)cdr_secret_bytes(pin), cdr_secret_len(pin), digits);
    s = judge_pin(f, customer, digits, n, err);
    if (s == CDR_OK)
        s = store_knowledge(f, customer, CDR_FACTOR_PIN, digits, n, source, err);
    cdr_wipe(digits, sizeof digits);
    return s;
}

/* --- words --- */

cdr_status cdr_factor_enrol_words(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_words, cdr_err *err)
{
    char letters[CDR_WORDS_LETTERS];
    cdr_secret *words = NULL;
    *ret_words = NULL;
    cdr_status s = good_source(source, err);
    if (s == CDR_OK)
        s = living(f, customer, err);
    if (s == CDR_OK)
        s = cdr_words_choose(f->ctx, &words, err);
    if (s != CDR_OK)
        return s;
    size_t n = cdr_words_letters((const char *)cdr_secret_bytes(words), strlen((const char *)cdr_secret_bytes(words)), letters);
    s = store_knowledge(f, customer, CDR_FACTOR_WORDS, letters, n, source, err);
    cdr_wipe(letters, sizeof letters);
    if (s == CDR_OK)
        *ret_words = words;
    else
        cdr_secret_free(words);
    return s;
}

/* --- authenticator --- */

cdr_status cdr_factor_enrol_totp(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_uri, cdr_err *err)
{
    cdr_customer c;
    cdr_secret *seed = NULL, *uri = NULL;
    *ret_uri = NULL;
    cdr_status s = good_source(source, err);
    if (s == CDR_OK)
        s = cdr_vault_customer_by_id(f->vault, customer, &c, err);
    if (s == CDR_OK)
        s = cdr_secret_random(f->ctx, CDR_TOTP_SEED_BYTES, &seed, err);
    if (s != CDR_OK)
        return s;
    /* The reference, and not her name: the text stands on a screen and in the backups of a telephone. */
    char issuer[128] = "";
    size_t len = strlen(cdr_workspace_org(f->ws));
    if (len >= sizeof issuer)
        len = sizeof issuer - 1;
    while (len && !cdr_utf8_valid(cdr_workspace_org(f->ws), len))
        len--;
    memcpy(issuer, cdr_workspace_org(f->ws), len);
    s = cdr_totp_uri(seed, issuer, c.ref, &uri, err);
    if (s == CDR_OK)
        s = enrol(f, customer, &(new_factor){CDR_FACTOR_TOTP, source, cdr_secret_bytes(seed), CDR_TOTP_SEED_BYTES, 1, false}, err);
    cdr_secret_free(seed);
    if (s == CDR_OK)
        *ret_uri = uri;
    else
        cdr_secret_free(uri);
    return s;
}

/* --- recovery codes --- */

static cdr_status make_codes(cdr_factors *f, uint8_t *stored, char *text, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (unsigned i = 0; s == CDR_OK && i < CDR_RECOVERY_CODES; i++) {
        char signs[CDR_RECOVERY_SIGNS];
        cdr_recovery_make(f->ctx, text);
        if (!cdr_recovery_read(text, CDR_RECOVERY_TEXT, signs))
            return cdr_fail(err, CDR_E_CORRUPT, "identity", "factor.recovery", "A recovery code could not be made.");
        text += CDR_RECOVERY_TEXT;
        *text++ = '\n';
        s = cdr_password_store(f->ctx, cdr_vault_pepper(f->vault), CDR_PASSWORD_LIGHT, signs, sizeof signs, stored + i * CDR_PASSWORD_STORED, err);
        cdr_wipe(signs, sizeof signs);
    }
    return s;
}

cdr_status cdr_factor_enrol_recovery(cdr_factors *f, int64_t customer, const char *source, cdr_secret **ret_codes, cdr_err *err)
{
    uint8_t stored[CDR_RECOVERY_CODES * CDR_PASSWORD_STORED];
    cdr_secret *codes = NULL;
    *ret_codes = NULL;
    cdr_status s = good_source(source, err);
    if (s == CDR_OK)
        s = living(f, customer, err);
    if (s == CDR_OK)
        s = cdr_secret_new(NULL, CDR_RECOVERY_CODES * (CDR_RECOVERY_TEXT + 1) + 1, &codes, err);
    if (s != CDR_OK)
        return s;
    s = make_codes(f, stored, (char *)cdr_secret_writable(codes), err);
    if (s == CDR_OK)
        s = enrol(f, customer, &(new_factor){CDR_FACTOR_RECOVERY, source, stored, CDR_PASSWORD_STORED, CDR_RECOVERY_CODES, true}, err);
    cdr_wipe(stored, sizeof stored);
    if (s == CDR_OK)
        *ret_codes = codes;
    else
        cdr_secret_free(codes);
    return s;
}
