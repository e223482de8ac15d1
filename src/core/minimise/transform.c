/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a value. */
#include "core/minimise/transform.h"

#include "base/parse.h"
#include "core/minimise/transform_general.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/kinds.h"

#include <string.h>

#define NORMAL_MAX 480            /* longer values are hashed as they are */
#define MASK_MAX 128
#define SEALED_MAX ((size_t)1 << 20)

struct cdr_purpose_keys {
    cdr_secret *hash, *seal;
    char purpose[128];
};

static cdr_status derive(const cdr_secret *from, const char *what, const char *purpose, cdr_secret **ret, cdr_err *err)
{
    char text[192];
    size_t a = strlen(what) + 1, b = strlen(purpose);
    memcpy(text, what, a);
    memcpy(text + a, purpose, b);
    cdr_status s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s == CDR_OK)
        cdr_blake2b(from, text, a + b, cdr_secret_writable(*ret));
    return s;
}

cdr_status cdr_purpose_keys_new(const cdr_secret *pseudonym_key, const char *purpose, cdr_purpose_keys **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_purpose_keys *k = cdr_alloc(sizeof *k);
    if (!k)
        return cdr_fail_nomem(err, "minimise");
    if (strlen(purpose) >= sizeof k->purpose) {
        cdr_free(k);
        return cdr_fail(err, CDR_E_INVAL, "minimise", "transform.purpose", "The name of a purpose has at most %zu characters.", sizeof k->purpose - 1);
    }
    memcpy(k->purpose, purpose, strlen(purpose));
    cdr_status s = derive(pseudonym_key, "candor/minimise/hash/1", purpose, &k->hash, err);
    if (s == CDR_OK)
        s = derive(pseudonym_key, "candor/minimise/seal/1", purpose, &k->seal, err);
    if (s != CDR_OK) {
        cdr_purpose_keys_free(k);
        return s;
    }
    *ret = k;
    return CDR_OK;
}

void cdr_purpose_keys_free(cdr_purpose_keys *k)
{
    if (!k)
        return;
    cdr_secret_free(k->hash);
    cdr_secret_free(k->seal);
    cdr_free(k);
}

bool cdr_transform_is_reversible(const cdr_transform *t)
{
    return t->form == CDR_FORM_HASHED || t->form == CDR_FORM_TOKENISED || t->form == CDR_FORM_ENCRYPTED || t->form == CDR_FORM_PLAIN || t->form == CDR_FORM_UNKNOWN;
}

cdr_kind cdr_transform_kind_of(const char *category)
{
    static const struct { const char *category; cdr_kind kind; } kinds[] = {
        {"user.contact.email", CDR_K_EMAIL}, {"user.contact.phone_number", CDR_K_PHONE}, {"user.contact.fax_number", CDR_K_PHONE},
        {"user.demographic.date_of_birth", CDR_K_BIRTH_DATE}, {"user.demographic.age_range", CDR_K_AGE}, {"user.contact.address.postal_code", CDR_K_POSTCODE},
        {"user.contact.address.street", CDR_K_STREET}, {"user.contact.address.city", CDR_K_CITY}, {"user.contact.address.state", CDR_K_REGION},
        {"user.contact.address.country", CDR_K_COUNTRY}, {"user.name.first", CDR_K_NAME_FIRST}, {"user.name.last", CDR_K_NAME_LAST}, {"user.name", CDR_K_NAME},
        {"user.financial.bank_account", CDR_K_BANK_ACCOUNT}, {"user.financial.credit_card.verification_code", CDR_K_CVV}, {"user.financial.credit_card.track", CDR_K_TRACK},
        {"user.financial.credit_card.number", CDR_K_CARD}, {"user.financial.credit_card", CDR_K_CARD}, {"user.government_id.passport_number", CDR_K_PASSPORT},
        {"user.government_id.drivers_license_number", CDR_K_DRIVER_LICENCE}, {"user.account.username", CDR_K_USERNAME}, {"user.account.number", CDR_K_CUSTOMER_ID},
        {"user.device.device_id", CDR_K_MAC}, {"user.location.precise", CDR_K_GEO}, {"user.health_and_medical.record_id", CDR_K_HEALTH_RECORD},
        {"user.authorization.password", CDR_K_SECRET_PASSWORD}, {"user.job_title", CDR_K_JOB_TITLE}, {"user.demographic.gender", CDR_K_GENDER},
    };
    for (size_t i = 0; category && i < CDR_COUNT(kinds); i++)
        if (!strcmp(category, kinds[i].category))
            return kinds[i].kind;
    return CDR_KIND_NONE;
}

static cdr_kind kind_of(const cdr_transform *t)
{
    return t->kind != CDR_KIND_NONE ? t->kind : cdr_transform_kind_of(t->category);
}

static bool blank(const char *v, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (v[i] != ' ' && v[i] != '\t' && v[i] != '\r' && v[i] != '\n')
            return false;
    return true;
}

/* --- masked --- */

/* 411111••••••1111: as many dots as digits go. Eight digits at the front are for numbers of sixteen and more. */
static bool mask_card(uint32_t front, const char *v, size_t len, cdr_buf *out)
{
    char digits[20];
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (v[i] >= '0' && v[i] <= '9') {
            if (n == 19)
                return false;
            digits[n++] = v[i];
        } else if (v[i] != ' ' && v[i] != '-') {
            return false;
        }
    }
    if (n < 13)
        return false;
    size_t keep = front >= 8 && n >= 16 ? 8 : front >= 6 ? 6 : 0;
    cdr_buf_add(out, digits, keep);
    for (size_t i = keep; i < n - 4; i++)
        cdr_buf_add(out, "\xe2\x80\xa2", 3);
    return cdr_buf_add(out, digits + n - 4, 4) == CDR_OK;
}

/* Dots, a label, "private key": nothing else is taken for a mask. */
static bool may_be_masked(const char *v, size_t len)
{
    while (len && *v == ' ') {
        v++;
        len--;
    }
    return len && (*v == '[' || *v == 'p' || memchr(v, 0xE2, len));
}

static void mask(const cdr_transform *t, const char *v, size_t len, cdr_buf *out)
{
    char masked[MASK_MAX];
    cdr_kind kind = kind_of(t);
    if (may_be_masked(v, len) && cdr_value_is_masked(v, len)) {
        cdr_buf_add(out, v, len);
        return;
    }
    if (kind == CDR_K_CARD && mask_card(t->amount, v, len, out))
        return;
    while (len && v[len - 1] == ' ')
        len--;
    while (len && *v == ' ') {
        v++;
        len--;
    }
    cdr_mask_value(kind, v, len, masked, sizeof masked);
    cdr_buf_adds(out, masked);
}

/* --- hashed --- */

static void pseudonym(const cdr_purpose_keys *keys, cdr_kind kind, const char *v, size_t len, cdr_buf *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    char normal[NORMAL_MAX], text[CDR_PSEUDONYM_BYTES] = "p_";
    uint8_t id[CDR_VALUE_ID_BYTES];
    if (len <= sizeof normal) {
        size_t n = cdr_normalise_value(kind, v, len, normal, sizeof normal);
        /* A value that has nothing of its kind in it ("n/a" as a number) is hashed as it stands, not as nothing. */
        if (n) {
            v = normal;
            len = n;
        }
    }
    cdr_value_id(keys->hash, v, len, id);
    uint64_t high = 0, low = 0;
    for (size_t i = 0; i < 8; i++) {
        high = high << 8 | id[i];
        low = low << 8 | id[8 + i];
    }
    /* 26 letters of five bits, the last one of three: from the front. */
    for (size_t i = 0; i < 26; i++) {
        text[2 + i] = letters[high >> 59];
        high = high << 5 | low >> 59;
        low <<= 5;
    }
    cdr_buf_add(out, text, sizeof text);
    cdr_wipe(normal, CDR_MIN(len, sizeof normal));
}

/* --- encrypted --- */

/* What the text is bound to: purpose and column. */
static size_t bound_to(const cdr_purpose_keys *keys, const char *column, char *ret, size_t cap)
{
    size_t a = strlen(keys->purpose), b = CDR_MIN(strlen(column ? column : ""), cap - a - 1);
    memcpy(ret, keys->purpose, a + 1);
    memcpy(ret + a + 1, column ? column : "", b);
    return a + 1 + b;
}

static void to_url_letters(char *s, size_t *len)
{
    while (*len && s[*len - 1] == '=')
        --*len;
    for (size_t i = 0; i < *len; i++)
        s[i] = s[i] == '+' ? '-' : s[i] == '/' ? '_' : s[i];
}

static cdr_status encrypt(const cdr_transform *t, const cdr_purpose_keys *keys, const cdr_ctx *ctx, const char *v, size_t len, cdr_buf *out, cdr_err *err)
{
    char bound[1024];
    if (len > SEALED_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "transform.long", "A value of more than 1 MiB cannot be encrypted in its place.");
    size_t bound_len = bound_to(keys, t->column, bound, sizeof bound), sealed_len = len + CDR_SEAL_BYTES;
    _cleanup_free_ uint8_t *sealed = cdr_alloc(sealed_len);
    if (!sealed || cdr_buf_adds(out, CDR_SEALED_MARK) != CDR_OK || cdr_buf_reserve(out, 4 * ((sealed_len + 2) / 3) + 1) != CDR_OK)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_seal(ctx, keys->seal, v, len, bound, bound_len, sealed, err);
    if (s != CDR_OK)
        return s;
    size_t n = cdr_base64_encode(sealed, sealed_len, out->data + out->len);
    to_url_letters(out->data + out->len, &n);
    out->len += n;
    out->data[out->len] = '\0';
    return CDR_OK;
}

static cdr_status unsealed(const cdr_purpose_keys *keys, const char *column, const uint8_t *sealed, size_t len, cdr_buf *out, cdr_err *err)
{
    char bound[1024];
    size_t bound_len = bound_to(keys, column, bound, sizeof bound);
    if (len < CDR_SEAL_BYTES || cdr_buf_reserve(out, len) != CDR_OK)
        return len < CDR_SEAL_BYTES ? cdr_fail(err, CDR_DENIED, "minimise", "transform.sealed", "An encrypted value was cut short.") : cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_unseal(keys->seal, sealed, len, bound, bound_len, (uint8_t *)out->data + out->len, err);
    if (s == CDR_OK)
        out->len += len - CDR_SEAL_BYTES;
    out->data[out->len] = '\0';
    return s;
}

cdr_status cdr_transform_open(const cdr_purpose_keys *keys, const char *column, const char *text, size_t len, cdr_buf *out, cdr_err *err)
{
    const size_t mark = sizeof CDR_SEALED_MARK - 1;
    if (len < mark || memcmp(text, CDR_SEALED_MARK, mark) != 0)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "transform.not-sealed", "This is no encrypted value: it does not begin with " CDR_SEALED_MARK ".");
    size_t n = len - mark, padded = (n + 3) / 4 * 4, sealed_len = 0;
    _cleanup_free_ char *plain = cdr_alloc(padded + 1);
    _cleanup_free_ uint8_t *sealed = cdr_alloc(padded + 1);
    if (!plain || !sealed)
        return cdr_fail_nomem(err, "minimise");
    memset(plain, '=', padded);
    for (size_t i = 0; i < n; i++)
        plain[i] = text[mark + i] == '-' ? '+' : text[mark + i] == '_' ? '/' : text[mark + i];
    if (cdr_base64_decode(plain, padded, sealed, padded + 1, &sealed_len) != CDR_OK)
        return cdr_fail(err, CDR_DENIED, "minimise", "transform.sealed", "An encrypted value was changed: it is not base64url.");
    return unsealed(keys, column, sealed, sealed_len, out, err);
}

/* --- all --- */

cdr_status cdr_transform_check(const cdr_transform *t, const cdr_purpose_keys *keys, cdr_err *err)
{
    if (t->form == CDR_FORM_TOKENISED)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "transform.tokenised",
                        "Reversible tokens are made by the vault only, which this version does not have; use \"hashed\" for a pseudonym that joins, or \"encrypted\" for what the holder of the key can open again.");
    if ((t->form == CDR_FORM_HASHED || t->form == CDR_FORM_ENCRYPTED) && !keys)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "transform.no-key", "Hashed and encrypted values need the key of a workspace; make one with candor init.");
    return CDR_OK;
}

static void redact(const cdr_transform *t, cdr_buf *out)
{
    cdr_kind kind = kind_of(t);
    const char *label = t->label ? t->label : kind == CDR_KIND_NONE ? "PERSONAL_DATA" : cdr_kind_get(kind)->type;
    cdr_buf_addc(out, '[');
    cdr_buf_adds(out, label);
    cdr_buf_addc(out, ']');
}

cdr_status cdr_transform_apply(const cdr_transform *t, const cdr_purpose_keys *keys, const cdr_ctx *ctx, const char *value, size_t len, cdr_buf *out, cdr_err *err)
{
    cdr_status s = CDR_OK;
    if (t->form == CDR_FORM_NEVER)
        return CDR_OK;
    if (t->form == CDR_FORM_PLAIN || blank(value, len)) {
        cdr_buf_add(out, value, len);
        return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "minimise");
    }
    s = cdr_transform_check(t, keys, err);
    if (s != CDR_OK)
        return s;
    switch (t->form) {
    case CDR_FORM_REDACTED: redact(t, out); break;
    case CDR_FORM_MASKED: mask(t, value, len, out); break;
    case CDR_FORM_GENERALISED:
        if (!cdr_generalise_value(t, kind_of(t), ctx ? cdr_now_us(ctx) / INT64_C(86400000000) : 0, value, len, out))
            return cdr_fail(err, CDR_DENIED, "minimise", "transform.shape", "A value cannot be made coarser: its form is not understood.");
        break;
    case CDR_FORM_HASHED: pseudonym(keys, kind_of(t), value, len, out); break;
    case CDR_FORM_ENCRYPTED: return encrypt(t, keys, ctx, value, len, out, err);
    case CDR_FORM_UNKNOWN: case CDR_FORM_NEVER: case CDR_FORM_TOKENISED: case CDR_FORM_PLAIN:
        return cdr_fail(err, CDR_E_INVAL, "minimise", "transform.form", "No form was chosen for a value.");
    }
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "minimise");
}
