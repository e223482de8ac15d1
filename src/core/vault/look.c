/* SPDX-License-Identifier: Apache-2.0 */
/* What may be known without a grant: who it may be, masked forms, yes and no. */
#include "core/vault/open_field.h"
#include "core/vault/vault_parts.h"

#include "core/vault/import_map.h"

#include "base/text.h"
#include "candor/detect.h"
#include "detect/kinds.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Said as it is dialled at home in any country whose telephones are on file; ${ret_count} stays when somebody was found. */
static cdr_status find_abroad(cdr_vault *v, const char *text, size_t len, int64_t *ret, size_t *ret_count, cdr_err *err)
{
    cdr_calling_codes codes;
    size_t found = 0;
    cdr_status s = cdr_calling_codes_get(v->db, &codes, err);
    for (size_t i = 0; s == CDR_OK && i < codes.count; i++) {
        char world[CDR_NORMAL_MAX];
        uint8_t token[CDR_INDEX_TOKEN];
        int64_t ids[CDR_VAULT_FIND_MAX];
        size_t n = 0, count = 0;
        bool known = len < CDR_NORMAL_MAX - 8 && cdr_import_phone(codes.at[i], text, len, world, sizeof world, &n) && n;
        /* Nothing to look for costs the same. */
        bool good = cdr_vault_token(v, CDR_FIELD_PHONE, known ? world : text, known ? n : len, token);
        s = cdr_index_find(v, CDR_FIELD_PHONE, token, ids, CDR_VAULT_FIND_MAX, &count, err);
        cdr_wipe(world, sizeof world);
        for (size_t k = 0; s == CDR_OK && good && known && !*ret_count && k < count && found < CDR_VAULT_FIND_MAX; k++)
            ret[found++] = ids[k];
    }
    *ret_count = *ret_count ? *ret_count : found;
    return s;
}

cdr_status cdr_vault_find(cdr_vault *v, uint16_t field, const char *text, size_t len, int64_t *ret, size_t *ret_count, cdr_err *err)
{
    uint8_t token[CDR_INDEX_TOKEN];
    uint16_t kind = field == CDR_FIELD_MOBILE ? CDR_FIELD_PHONE : field;
    *ret_count = 0;
    if (!cdr_vault_is_indexed(kind))
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.not-indexed", "Customers are found by e-mail, telephone and account number only: other values can be guessed, and no index of them is kept.");
    /* What cannot be a value is looked for all the same, so that it takes as long. */
    bool good = cdr_vault_token(v, kind, text, len, token);
    cdr_status s = cdr_index_find(v, kind, token, ret, CDR_VAULT_FIND_MAX, ret_count, err);
    if (!good)
        *ret_count = 0;
    return s == CDR_OK && kind == CDR_FIELD_PHONE ? find_abroad(v, text, len, ret, ret_count, err) : s;
}

/* --- masks --- */

static void first_letter(const char *text, size_t len, char *ret, size_t cap, const char *behind)
{
    uint32_t cp;
    size_t n = len ? cdr_utf8_decode(text, len, &cp) : 0;
    snprintf(ret, cap, "%.*s%s", (int)n, text, n ? behind : "");
}

/* "Ada Maria Lovelace" -> "A. M. L." */
static void initials(const char *text, size_t len, char *ret, size_t cap)
{
    size_t out = 0;
    bool start = true;
    ret[0] = '\0';
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(text + i, len - i, &cp);
        bool gap = cp == ' ' || cp == '-' || cp == '.' || cp == ',';
        if (start && !gap && out + n + 3 < cap)
            out += (size_t)snprintf(ret + out, cap - out, "%s%.*s.", out ? " " : "", (int)n, text + i);
        start = gap;
        i += n;
    }
}

static cdr_kind kind_of(uint16_t field)
{
    switch (field) {
    case CDR_FIELD_EMAIL: return CDR_K_EMAIL;
    case CDR_FIELD_PHONE: case CDR_FIELD_MOBILE: return CDR_K_PHONE;
    case CDR_FIELD_CARD: return CDR_K_CARD;
    case CDR_FIELD_BANK_ACCOUNT: return CDR_K_IBAN;
    case CDR_FIELD_DATE_OF_BIRTH: return CDR_K_BIRTH_DATE;
    default: return CDR_K_NONE;
    }
}

static void mask(const cdr_vault *v, uint16_t field, const char *text, size_t len, char *ret, size_t cap)
{
    const cdr_vault_field *f = cdr_vault_field_info(v, field);
    switch (field) {
    case CDR_FIELD_NAME: case CDR_FIELD_GIVEN_NAME: case CDR_FIELD_FAMILY_NAME: case CDR_FIELD_GUARDIAN: initials(text, len, ret, cap); return;
    case CDR_FIELD_CITY: case CDR_FIELD_REGION: first_letter(text, len, ret, cap, "…"); return;
    /* The country alone tells little, and the one who asks must know which rules apply. */
    case CDR_FIELD_COUNTRY: case CDR_FIELD_LANGUAGE: snprintf(ret, cap, "%.*s", (int)CDR_MIN(len, (size_t)40), text); return;
    default: break;
    }
    cdr_kind kind = kind_of(field);
    if (kind != CDR_K_NONE)
        cdr_mask_value(kind, text, len, ret, cap);
    else if (f && f->form == CDR_FORM_NUMBER && len >= 8)
        snprintf(ret, cap, "…%.*s", 2, text + len - 2);
    else
        snprintf(ret, cap, "…");
}

/* What a caller may be asked for must not be shown to whoever asks: all of it is masked where no grant is. */
static bool is_asked_for(uint16_t field)
{
    return field == CDR_FIELD_CARD || field == CDR_FIELD_CARD_LAST4 || field == CDR_FIELD_DATE_OF_BIRTH || field == CDR_FIELD_POSTCODE || field == CDR_FIELD_ACCOUNT;
}

static cdr_status mask_to(cdr_vault *v, int64_t customer, uint16_t field, bool granted, cdr_buf *out, cdr_err *err)
{
    cdr_record_of r;
    const char *text;
    size_t len;
    char masked[256];
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vault_record_open(v, &r, field, &text, &len, err);
    if (s == CDR_OK) {
        if (granted || !is_asked_for(field))
            mask(v, field, text, len, masked, sizeof masked);
        else
            snprintf(masked, sizeof masked, "…");
        s = cdr_buf_adds(out, masked) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "vault");
    }
    cdr_vault_work_wipe(v);
    cdr_vault_record_done(&r);
    return s;
}

cdr_status cdr_vault_mask(cdr_vault *v, int64_t customer, uint16_t field, cdr_buf *out, cdr_err *err)
{
    return mask_to(v, customer, field, false, out, err);
}

static cdr_status hint_of(cdr_vault *v, const cdr_record_of *r, cdr_customer_hint *ret, cdr_err *err)
{
    static const uint16_t names[] = {CDR_FIELD_NAME, CDR_FIELD_GIVEN_NAME, CDR_FIELD_FAMILY_NAME};
    const char *text;
    size_t len;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(names); i++) {
        if (cdr_cells_find(&r->cells, names[i]) < 0 || (i > 0 && ret->initials[0] && cdr_cells_find(&r->cells, CDR_FIELD_NAME) >= 0))
            continue;
        s = cdr_vault_record_open(v, r, names[i], &text, &len, err);
        size_t have = strlen(ret->initials);
        if (s == CDR_OK && have + 6 < sizeof ret->initials) {
            if (have)
                ret->initials[have++] = ' ';
            initials(text, len, ret->initials + have, sizeof ret->initials - have);
        }
    }
    if (s == CDR_OK && cdr_cells_find(&r->cells, CDR_FIELD_CITY) >= 0) {
        s = cdr_vault_record_open(v, r, CDR_FIELD_CITY, &text, &len, err);
        if (s == CDR_OK)
            mask(v, CDR_FIELD_CITY, text, len, ret->city, sizeof ret->city);
    }
    cdr_vault_work_wipe(v);
    return s;
}

cdr_status cdr_vault_hint(cdr_vault *v, int64_t customer, cdr_customer_hint *ret, cdr_err *err)
{
    cdr_record_of r;
    *ret = (cdr_customer_hint){{0}, {0}};
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    s = hint_of(v, &r, ret, err);
    cdr_vault_record_done(&r);
    return s;
}

cdr_status cdr_vault_fields(cdr_vault *v, int64_t customer, uint16_t *ret, size_t cap, size_t *ret_count, cdr_err *err)
{
    cdr_record_of r;
    *ret_count = 0;
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    for (unsigned i = 0; i < r.cells.count && *ret_count < cap; i++)
        ret[(*ret_count)++] = cdr_cells_field(&r.cells, i);
    cdr_vault_record_done(&r);
    return CDR_OK;
}

cdr_status cdr_vault_route_since(cdr_vault *v, int64_t customer, uint16_t field, int64_t *ret_us, cdr_err *err)
{
    cdr_customer_row row;
    int route = cdr_vault_route_of(field);
    *ret_us = 0;
    if (route < 0)
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.no-route", "Messages go to e-mail, telephone and address only.");
    cdr_status s = cdr_customer_get(v, customer, &row, NULL, err);
    if (s == CDR_OK)
        *ret_us = row.route_us[route];
    return s;
}

/* --- yes and no --- */

/* Both sides in the same form, compared over the whole buffer whatever their lengths. */
static bool equal(cdr_vault_form form, const char *stored, size_t stored_len, const char *said, size_t said_len)
{
    char a[CDR_NORMAL_MAX], b[CDR_NORMAL_MAX];
    size_t an = 0, bn = 0;
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    bool good = cdr_vault_normalise(form, stored, stored_len, a, sizeof a, &an);
    good = cdr_vault_normalise(form, said, said_len, b, sizeof b, &bn) && good;
    bool match = !sodium_memcmp(a, b, sizeof a) && an == bn;
    cdr_wipe(a, sizeof a);
    cdr_wipe(b, sizeof b);
    return good && match;
}

/* A telephone is one number, whether it is said as the world dials it or as it is dialled at home. */
static bool equal_either(cdr_vault_form form, const char *stored, size_t stored_len, const char *said, size_t said_len)
{
    char world[CDR_NORMAL_MAX];
    size_t n = 0;
    bool match = equal(form, stored, stored_len, said, said_len);
    if (form != CDR_FORM_PHONE || stored_len > CDR_NORMAL_MAX - 8 || said_len > CDR_NORMAL_MAX - 8)
        return match;
    bool other = cdr_import_phone_like(stored, stored_len, said, said_len, world, sizeof world, &n);
    match = equal(form, stored, stored_len, other ? world : said, other ? n : said_len) || match;
    other = cdr_import_phone_like(said, said_len, stored, stored_len, world, sizeof world, &n);
    match = equal(form, other ? world : stored, other ? n : stored_len, said, said_len) || match;
    cdr_wipe(world, sizeof world);
    return match;
}

cdr_status cdr_vault_matches(cdr_vault *v, int64_t customer, uint16_t field, const char *said, size_t len, bool *ret, cdr_err *err)
{
    cdr_record_of r;
    const char *text = "";
    size_t text_len = 0;
    cdr_err quiet = {0};
    *ret = false;
    cdr_status s = cdr_vault_record(v, customer, &r, &quiet);
    bool known = s == CDR_OK;
    if (known)
        s = cdr_vault_record_open(v, &r, field, &text, &text_len, &quiet);
    bool have = s == CDR_OK;
    bool match = equal_either(cdr_vault_form_of(v, field), text, have ? text_len : 0, said, len);
    cdr_vault_work_wipe(v);
    if (known)
        cdr_vault_record_done(&r);
    if (s != CDR_OK && s != CDR_NOT_FOUND) {
        if (err)
            *err = quiet;
        return s;
    }
    *ret = have && match;
    return CDR_OK;
}

/* --- to the customer's own route --- */

cdr_status cdr_vault_open_field(cdr_vault *v, int64_t customer, uint16_t field, cdr_secret **ret, cdr_err *err)
{
    cdr_record_of r;
    const char *text;
    size_t len;
    *ret = NULL;
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vault_record_open(v, &r, field, &text, &len, err);
    if (s == CDR_OK)
        s = cdr_secret_new(text, len + 1, ret, err);
    cdr_vault_work_wipe(v);
    cdr_vault_record_done(&r);
    return s;
}

cdr_status cdr_vault_mask_field(cdr_vault *v, int64_t customer, uint16_t field, cdr_secret **ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf masked = CDR_BUF(512);
    *ret = NULL;
    cdr_status s = mask_to(v, customer, field, true, &masked, err);
    return s == CDR_OK ? cdr_secret_new(masked.data, masked.len + 1, ret, err) : s;
}

cdr_status cdr_vault_deliver(cdr_vault *v, int64_t customer, uint16_t field, cdr_vault_deliver_fn *fn, void *arg, cdr_err *err)
{
    cdr_secret *value;
    cdr_status s = cdr_vault_open_field(v, customer, field, &value, err);
    if (s == CDR_OK)
        s = fn(arg, value, err);
    cdr_secret_free(value);
    return s;
}

/* --- what other rooms keep under the customer's key --- */

static cdr_status bound_of(const cdr_vault *v, int64_t customer, const char *place, cdr_buf *ret, cdr_err *err)
{
    cdr_buf_adds(ret, "candor factor v1 ");
    cdr_buf_add(ret, v->id, sizeof v->id);
    cdr_buf_addf(ret, " %lld %s", (long long)customer, place);
    return cdr_buf_status(ret) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "vault");
}

cdr_status cdr_vault_seal_for(cdr_vault *v, int64_t customer, const char *place, const void *data, size_t len, cdr_buf *out, cdr_err *err)
{
    const uint8_t *key;
    _cleanup_buf_ cdr_buf bound = CDR_BUF(256);
    cdr_status s = bound_of(v, customer, place, &bound, err);
    if (s == CDR_OK)
        s = cdr_vault_dek(v, customer, &key, err);
    if (s == CDR_OK && cdr_buf_reserve(out, len + CDR_SEAL_BYTES) != CDR_OK)
        s = cdr_fail_nomem(err, "vault");
    if (s != CDR_OK)
        return s;
    cdr_seal_pooled(&v->nonces, key, data, len, bound.data, bound.len, (uint8_t *)out->data + out->len);
    out->len += len + CDR_SEAL_BYTES;
    out->data[out->len] = '\0';
    return CDR_OK;
}

cdr_status cdr_vault_open_for(cdr_vault *v, int64_t customer, const char *place, const void *sealed, size_t len, cdr_secret **ret, cdr_err *err)
{
    const uint8_t *key;
    _cleanup_buf_ cdr_buf bound = CDR_BUF(256);
    *ret = NULL;
    if (len < CDR_SEAL_BYTES)
        return cdr_fail(err, CDR_DENIED, "vault", "vault.sealed", "A sealed value is damaged; restore the database from a backup.");
    cdr_status s = bound_of(v, customer, place, &bound, err);
    if (s == CDR_OK)
        s = cdr_vault_dek(v, customer, &key, err);
    if (s == CDR_OK)
        s = cdr_secret_new(NULL, len - CDR_SEAL_BYTES, ret, err);
    if (s == CDR_OK && !cdr_unseal_bytes(key, sealed, len, bound.data, bound.len, cdr_secret_writable(*ret))) {
        cdr_secret_free(*ret);
        *ret = NULL;
        s = cdr_fail(err, CDR_DENIED, "vault", "vault.sealed", "A sealed value does not open: it was changed or moved; run candor ledger verify and restore from a backup.");
    }
    return s;
}
