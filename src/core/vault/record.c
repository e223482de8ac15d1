/* SPDX-License-Identifier: Apache-2.0 */
/* One customer's record: what may stand in it, how it is opened, what it is called outside. */
#include "core/vault/vault_parts.h"

#include "base/parse.h"
#include "base/text.h"
#include "candor/detect.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const cdr_vault_field *cdr_vault_field_info(const cdr_vault *v, uint16_t id)
{
    return cdr_own_fields_of(v->own, id);
}

const cdr_vault_field *cdr_vault_field_named(const cdr_vault *v, const char *key)
{
    return cdr_own_fields_find(v->own, key);
}

cdr_own_fields *cdr_vault_own_fields(cdr_vault *v)
{
    return v->own;
}

cdr_vault_form cdr_vault_form_of(const cdr_vault *v, uint16_t field)
{
    const cdr_vault_field *f = cdr_vault_field_info(v, field);
    return f ? f->form : CDR_FORM_TEXT;
}

bool cdr_vault_is_indexed(uint16_t field)
{
    const cdr_vault_field *f = cdr_vault_field_of(field);
    return f && (f->flags & CDR_VF_INDEXED);
}

int cdr_vault_route_of(uint16_t field)
{
    for (int i = 0; i < CDR_ROUTES; i++)
        if (cdr_route_fields[i] == field)
            return i;
    return -1;
}

int cdr_vault_route_touched(uint16_t field)
{
    bool part = field == CDR_FIELD_CITY || field == CDR_FIELD_POSTCODE || field == CDR_FIELD_REGION || field == CDR_FIELD_COUNTRY;
    return cdr_vault_route_of(part ? CDR_FIELD_ADDRESS : field);
}

/* --- what may stand in it --- */

const char *cdr_vault_label_of(const cdr_vault *v, uint16_t field)
{
    const cdr_vault_field *f = cdr_vault_field_info(v, field);
    return f ? f->label : "field";
}

/* Line breaks belong into addresses and notes, other control characters nowhere: they would write lines of their own into letters and terminals. */
static bool is_clean(uint16_t field, const char *text, size_t len)
{
    bool lines = field == CDR_FIELD_ADDRESS || field == CDR_FIELD_DELIVERY_ADDRESS || field == CDR_FIELD_NOTE || field == CDR_FIELD_ORDERS || field >= CDR_FIELD_OWN;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && !(lines && (c == '\n' || c == '\r')) && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

/* One mailbox as mail servers take it without quotes: what cannot be sent to proves nothing and tells nobody. */
static bool is_mailbox(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len), *end = text + len;
    if (!at || at == text || text[0] == '-' || text[0] == '.' || at[-1] == '.' || memchr(at + 1, '@', (size_t)(end - at - 1)))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || strchr("\"(),:;<>[\\]", text[i]))
            return false;
    const char *dot = memrchr(at, '.', (size_t)(end - at));
    return dot && dot > at + 1 && end - dot > 2 && at[1] != '-' && at[1] != '.';
}

static cdr_status check_one(const cdr_vault *v, const cdr_vault_value *x, cdr_err *err)
{
    char normal[CDR_NORMAL_MAX];
    size_t len;
    if (!cdr_utf8_valid(x->text, x->len) || memchr(x->text, '\0', x->len))
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.text", "The %s is no UTF-8 text.", cdr_vault_label_of(v, x->field));
    if (x->len > CDR_VAULT_TEXT_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.long", "The %s is longer than %d bytes; keep documents elsewhere.", cdr_vault_label_of(v, x->field), CDR_VAULT_TEXT_MAX);
    if (!is_clean(x->field, x->text, x->len))
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.control", "The %s holds a control character%s; take it out.", cdr_vault_label_of(v, x->field), memchr(x->text, '\n', x->len) ? " (a line break)" : "");
    if (!cdr_vault_is_indexed(x->field))
        return CDR_OK;
    bool good = (x->field != CDR_FIELD_EMAIL || is_mailbox(x->text, x->len)) && cdr_vault_normalise(cdr_vault_form_of(v, x->field), x->text, x->len, normal, sizeof normal, &len);
    cdr_wipe(normal, sizeof normal);
    return good ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "vault", "vault.value", "The %s is none that somebody could be reached or found by; correct it, or leave it out.", cdr_vault_label_of(v, x->field));
}

static int by_field(const void *a, const void *b)
{
    const cdr_vault_value *x = a, *y = b;
    return (x->field > y->field) - (x->field < y->field);
}

static size_t text_len(const cdr_vault_value *x)
{
    return x->text ? x->len : 0;
}

cdr_status cdr_vault_values_check(const cdr_vault *v, const cdr_vault_value *values, size_t count, cdr_vault_value *kept, size_t *ret_count, cdr_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (text_len(&values[i]) == 0)
            continue;
        if (n == CDR_VAULT_FIELDS_MAX)
            return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.too-many-fields", "A customer may have at most %d fields.", CDR_VAULT_FIELDS_MAX);
        cdr_status s = check_one(v, &values[i], err);
        if (s != CDR_OK)
            return s;
        kept[n++] = values[i];
    }
    qsort(kept, n, sizeof *kept, by_field);
    for (size_t i = 1; i < n; i++)
        if (kept[i].field == kept[i - 1].field)
            return cdr_fail(err, CDR_E_INVAL, "vault", "vault.twice", "The %s is given twice.", cdr_vault_label_of(v, kept[i].field));
    *ret_count = n;
    return CDR_OK;
}

bool cdr_vault_token(cdr_vault *v, uint16_t field, const char *text, size_t len, uint8_t ret[CDR_INDEX_TOKEN])
{
    char normal[CDR_NORMAL_MAX + 2];
    size_t n = 0;
    const cdr_secret *key = cdr_workspace_key(v->ws, CDR_KEY_INDEX);
    bool good = key && cdr_vault_normalise(cdr_vault_form_of(v, field), text, len, normal + 2, CDR_NORMAL_MAX, &n);
    /* A fixed and a mobile telephone are looked for as one. */
    uint16_t kind = field == CDR_FIELD_MOBILE ? CDR_FIELD_PHONE : field;
    normal[0] = (char)(kind & 0xFF);
    normal[1] = (char)(kind >> 8);
    if (key)
        crypto_generichash(ret, CDR_INDEX_TOKEN, (const uint8_t *)normal, n + 2, cdr_secret_bytes(key), cdr_secret_len(key));
    cdr_wipe(normal, sizeof normal);
    return good;
}

/* --- opening it --- */

cdr_status cdr_vault_record(cdr_vault *v, int64_t customer, cdr_record_of *ret, cdr_err *err)
{
    *ret = (cdr_record_of){.blob = CDR_BUF(CDR_CELLS_MAX)};
    cdr_status s = cdr_customer_get(v, customer, &ret->row, &ret->blob, err);
    if (s == CDR_OK && ret->row.state != CDR_CUSTOMER_ACTIVE)
        s = cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.erased", "This customer was erased.");
    if (s == CDR_OK)
        s = cdr_cells_read(ret->blob.data, ret->blob.len, &ret->cells, err);
    if (s == CDR_OK)
        s = cdr_vault_dek(v, customer, &ret->key, err);
    ret->at = (cdr_cell_place){.customer = customer, .version = ret->row.version};
    memcpy(ret->at.workspace, v->id, sizeof v->id);
    if (s != CDR_OK)
        cdr_vault_record_done(ret);
    return s;
}

void cdr_vault_record_done(cdr_record_of *r)
{
    cdr_buf_done(&r->blob);
    r->cells = (cdr_cells){0};
}

cdr_status cdr_vault_record_open(cdr_vault *v, const cdr_record_of *r, uint16_t field, const char **ret, size_t *ret_len, cdr_err *err)
{
    int i = cdr_cells_find(&r->cells, field);
    *ret = (const char *)cdr_secret_bytes(v->work);
    *ret_len = 0;
    if (i < 0)
        return cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.no-field", "The customer has no %s on file.", cdr_vault_label_of(v, field));
    return cdr_cells_open(&r->cells, r->key, &r->at, (unsigned)i, cdr_secret_writable(v->work), ret_len, err);
}

void cdr_vault_work_wipe(cdr_vault *v)
{
    cdr_wipe(cdr_secret_writable(v->work), CDR_CELL_WORK);
}

/* --- what it is called --- */

static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";   /* without 0, 1, I and O: read out on the telephone */

static void check_letters(const cdr_vault *v, int64_t id, char ret[5])
{
    uint8_t hash[CDR_VALUE_ID_BYTES];
    char text[40];
    const cdr_secret *key = cdr_workspace_key(v->ws, CDR_KEY_INDEX);
    int n = snprintf(text, sizeof text, "customer %lld", (long long)id);
    memset(hash, 0, sizeof hash);
    if (key)
        cdr_value_id(key, text, (size_t)n, hash);
    for (int i = 0; i < 4; i++)
        ret[i] = letters[hash[i] & 31];
    ret[4] = '\0';
}

void cdr_vault_ref(const cdr_vault *v, int64_t id, char ret[CDR_CUSTOMER_REF_MAX])
{
    char check[5];
    check_letters(v, id, check);
    snprintf(ret, CDR_CUSTOMER_REF_MAX, "C-%lld-%s", (long long)id, check);
}

void cdr_vault_show(const cdr_vault *v, const cdr_customer_row *row, cdr_customer *ret)
{
    *ret = (cdr_customer){.id = row->id, .created_us = row->created_us, .changed_us = row->changed_us, .canary = row->canary, .erased = row->state != CDR_CUSTOMER_ACTIVE};
    cdr_vault_ref(v, row->id, ret->ref);
}

/* "c 1042 k7qf", "1042-K7QF": the number, and the letters behind it. */
static bool read_ref(const char *text, int64_t *ret_id, char check[5])
{
    char plain[CDR_CUSTOMER_REF_MAX];
    size_t n = 0, digits = 0;
    for (const char *p = text; *p; p++) {
        char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        if (c == ' ' || c == '-')
            continue;
        if (n + 1 >= sizeof plain)
            return false;
        plain[n++] = c;
    }
    plain[n] = '\0';
    const char *p = plain[0] == 'C' ? plain + 1 : plain;
    size_t len = strlen(p);
    if (len < 5)
        return false;
    digits = len - 4;
    memcpy(check, p + digits, 5);
    return cdr_parse_i64(p, digits, 1, INT64_MAX, ret_id);
}

static cdr_status no_such(cdr_err *err)
{
    return cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.no-customer", "There is no such customer; a reference looks like C-1042-K7QF, and candor customer find looks one up.");
}

cdr_status cdr_vault_customer(cdr_vault *v, const char *ref, cdr_customer *ret, cdr_err *err)
{
    int64_t id;
    char given[5], right[5];
    if (!read_ref(ref, &id, given))
        return no_such(err);
    check_letters(v, id, right);
    return sodium_memcmp(given, right, 4) ? no_such(err) : cdr_vault_customer_by_id(v, id, ret, err);
}

cdr_status cdr_vault_customer_by_id(cdr_vault *v, int64_t id, cdr_customer *ret, cdr_err *err)
{
    cdr_customer_row row;
    cdr_status s = cdr_customer_get(v, id, &row, NULL, err);
    if (s == CDR_OK)
        cdr_vault_show(v, &row, ret);
    return s;
}

/* --- the ledger --- */

cdr_status cdr_vault_pseudonym(cdr_vault *v, int64_t customer, char ret[CDR_PSEUDONYM_TEXT], cdr_err *err)
{
    static const char label[] = "candor ledger subject v1";
    const uint8_t *dek;
    uint8_t hash[16];
    cdr_status s = cdr_vault_dek(v, customer, &dek, err);
    if (s != CDR_OK)
        return s;
    crypto_generichash(hash, sizeof hash, (const uint8_t *)label, sizeof label - 1, dek + CDR_KEY_BYTES, CDR_DEK_BYTES - CDR_KEY_BYTES);
    memcpy(ret, "cust:", 5);
    cdr_hex_encode(hash, sizeof hash, ret + 5);
    return CDR_OK;
}

cdr_status cdr_vault_enter(cdr_vault *v, const char *kind, int64_t customer, json_t *details, uint64_t *ret_index, cdr_err *err)
{
    char subject[CDR_PSEUDONYM_TEXT];
    _cleanup_free_ char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    json_decref(details);
    cdr_status s = text ? cdr_vault_pseudonym(v, customer, subject, err) : cdr_fail_nomem(err, "vault");
    return s == CDR_OK ? cdr_ledger_append(cdr_workspace_ledger(v->ws), &(cdr_ledger_event){kind, cdr_workspace_actor(v->ws), subject, text}, ret_index, err) : s;
}

cdr_status cdr_vault_fields_json(const cdr_vault *v, const cdr_vault_value *values, size_t count, json_t **ret, cdr_err *err)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(v, values[i].field);
        if (json_array_append_new(list, json_string(f ? f->key : "field"))) {
            json_decref(list);
            list = NULL;
        }
    }
    *ret = list;
    return list ? CDR_OK : cdr_fail_nomem(err, "vault");
}
