/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the vault; adding and changing customers. */
#include "core/vault/vault_parts.h"

#include "base/parse.h"
#include "core/vault/store_grant.h"
#include "core/workspace/store.h"

#include <string.h>

static cdr_status read_id(cdr_vault *v, cdr_err *err)
{
    char *hex;
    cdr_status s = cdr_setting_get(v->db, "workspace.id", &hex, err);
    if (s == CDR_OK && !cdr_hex_decode(hex, strlen(hex), v->id, sizeof v->id))
        s = cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.workspace-id", "The workspace's identity is damaged; restore the database from a backup.");
    cdr_free(s == CDR_NOT_FOUND ? NULL : hex);
    return s;
}

static cdr_status open_parts(cdr_vault *v, cdr_err *err)
{
    bool writer = cdr_workspace_is_writer(v->ws);
    cdr_status s = cdr_secret_new(NULL, CDR_DEK_BYTES, &v->dek, err);
    if (s == CDR_OK)
        s = cdr_secret_new(NULL, CDR_CELL_WORK, &v->work, err);
    if (s == CDR_OK)
        s = read_id(v, err);
    if (s == CDR_OK)
        s = cdr_own_fields_load(v->db, &v->own, err);
    if (s == CDR_OK)
        s = cdr_vault_prepare(v, err);
    if (s == CDR_OK)
        s = cdr_grant_prepare(v, err);
    if (s == CDR_OK)
        s = cdr_vault_open_keys(v, writer, err);
    return s == CDR_OK && writer ? cdr_vault_finish_erasures(v, err) : s;
}

cdr_status cdr_vault_open(cdr_workspace *ws, cdr_vault **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_vault *v = cdr_alloc(sizeof *v);
    if (!v)
        return cdr_fail_nomem(err, "vault");
    v->ws = ws;
    v->ctx = cdr_workspace_ctx(ws);
    v->db = cdr_workspace_db(ws);
    v->nonces.ctx = v->ctx;
    cdr_status s = open_parts(v, err);
    if (s != CDR_OK) {
        cdr_vault_close(v);
        return s;
    }
    *ret = v;
    return CDR_OK;
}

void cdr_vault_close(cdr_vault *v)
{
    if (!v)
        return;
    cdr_db_set_free(v->set);
    cdr_db_set_free(v->kset);
    cdr_db_set_free(v->gset);
    cdr_db_close(v->keys);
    cdr_secret_free(v->kek);
    cdr_secret_free(v->old_kek);
    cdr_secret_free(v->pepper);
    cdr_secret_free(v->dek);
    cdr_secret_free(v->work);
    cdr_own_fields_free(v->own);
    cdr_wipe(&v->nonces, sizeof v->nonces);
    cdr_free(v);
}

cdr_workspace *cdr_vault_workspace(cdr_vault *v)
{
    return v->ws;
}

const cdr_secret *cdr_vault_pepper(const cdr_vault *v)
{
    return v->pepper;
}

cdr_status cdr_vault_count(cdr_vault *v, uint64_t *ret_active, uint64_t *ret_erased, cdr_err *err)
{
    return cdr_customer_count(v, ret_active, ret_erased, err);
}

cdr_status cdr_vault_each(cdr_vault *v, cdr_customer_fn *fn, void *arg, cdr_err *err)
{
    cdr_customer_row row = {0};
    cdr_status s;
    while ((s = cdr_customer_after(v, row.id, &row, err)) == CDR_OK) {
        cdr_customer c;
        cdr_vault_show(v, &row, &c);
        if (row.state == CDR_CUSTOMER_ACTIVE && (s = fn(arg, &c)) != CDR_OK)
            return s;
    }
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- adding --- */

/* An account number names one customer: with a second one nobody could be found by it any more. */
static cdr_status check_account(cdr_vault *v, const cdr_vault_value *values, size_t count, int64_t customer, cdr_err *err)
{
    int64_t ids[CDR_VAULT_FIND_MAX];
    size_t n = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        if (values[i].field == CDR_FIELD_ACCOUNT && values[i].len && (s = cdr_vault_find(v, CDR_FIELD_ACCOUNT, values[i].text, values[i].len, ids, &n, err)) == CDR_OK && n && (n > 1 || ids[0] != customer))
            s = cdr_fail(err, CDR_E_INVAL, "vault", "vault.account-taken", "Another customer has this account number; nothing was stored. candor customer find looks her up, candor customer edit changes her.");
    return s;
}

static cdr_status put_index(cdr_vault *v, const cdr_vault_value *values, size_t count, int64_t customer, bool drop, unsigned *ret_rows, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        uint8_t token[CDR_INDEX_TOKEN];
        uint16_t field = values[i].field == CDR_FIELD_MOBILE ? CDR_FIELD_PHONE : values[i].field;
        if (!cdr_vault_is_indexed(field) || !cdr_vault_token(v, field, values[i].text, values[i].len, token))
            continue;
        s = drop ? cdr_index_drop(v, field, token, customer, err) : cdr_index_put(v, field, token, customer, err);
        if (ret_rows)
            ++*ret_rows;
    }
    return s;
}

static cdr_cell_place place_of(const cdr_vault *v, const cdr_customer_row *row)
{
    cdr_cell_place at = {.customer = row->id, .version = row->version};
    memcpy(at.workspace, v->id, sizeof v->id);
    return at;
}

/* A key is committed before the first cell that needs it: a crash in between leaves a key without a customer, which the next customer's key replaces. */
static cdr_status add(cdr_vault *v, const cdr_vault_value *values, size_t count, cdr_customer_row *row, cdr_err *err)
{
    cdr_sealed_key key;
    _cleanup_buf_ cdr_buf cells = CDR_BUF(CDR_CELLS_MAX);
    json_t *fields = NULL;
    cdr_status s = cdr_customer_next_id(v, &row->id, err);
    if (s == CDR_OK)
        s = cdr_vault_dek_new(v, row->id, &key, err);
    if (s == CDR_OK)
        s = cdr_keys_put(v, row->id, &key, err);
    cdr_cell_place at = place_of(v, row);
    if (s == CDR_OK)
        s = cdr_cells_seal(&v->nonces, cdr_secret_bytes(v->dek), &at, values, count, cdr_secret_writable(v->work), &cells, err);
    if (s == CDR_OK)
        s = cdr_customer_insert(v, row, &cells, err);
    if (s == CDR_OK)
        s = put_index(v, values, count, row->id, false, NULL, err);
    if (s == CDR_OK)
        s = cdr_vault_fields_json(v, values, count, &fields, err);
    return s == CDR_OK ? cdr_vault_enter(v, "customer.add", row->id, json_pack("{s:o}", "fields", fields), NULL, err) : s;
}

cdr_status cdr_vault_add(cdr_vault *v, const cdr_vault_value *values, size_t count, int64_t on_file_us, cdr_customer *ret, cdr_err *err)
{
    cdr_vault_value kept[CDR_VAULT_FIELDS_MAX];
    size_t n;
    int64_t now = cdr_now_us(v->ctx);
    cdr_status s = cdr_vault_values_check(v, values, count, kept, &n, err);
    if (s == CDR_OK && n == 0)
        s = cdr_fail(err, CDR_E_INVAL, "vault", "vault.empty", "A customer needs at least one field.");
    if (s == CDR_OK)
        s = check_account(v, kept, n, 0, err);
    if (s == CDR_OK)
        s = cdr_db_begin(v->db, err);
    if (s != CDR_OK)
        return s;
    cdr_customer_row row = {.state = CDR_CUSTOMER_ACTIVE, .version = 1, .created_us = now, .changed_us = now};
    for (size_t i = 0; i < n; i++)
        if (cdr_vault_route_of(kept[i].field) >= 0)
            row.route_us[cdr_vault_route_of(kept[i].field)] = on_file_us ? CDR_MIN(on_file_us, now) : now;
    s = add(v, kept, n, &row, err);
    if (s == CDR_OK)
        s = cdr_db_commit(v->db, err);
    else
        cdr_db_rollback(v->db);
    if (s == CDR_OK)
        cdr_vault_show(v, &row, ret);
    else
        v->dek_of = 0;
    return s;
}

/* --- changing --- */

/* The old record opened, the new values laid over it. Texts of the old one live in ${plain}, which is locked and wiped. */
typedef struct merge {
    cdr_vault_value now[CDR_VAULT_FIELDS_MAX * 2];
    size_t count;
    cdr_secret *plain;
    cdr_vault_value gone[CDR_VAULT_FIELDS_MAX], fresh[CDR_VAULT_FIELDS_MAX];   /* index rows to drop and to put */
    size_t gone_count, fresh_count;
} merge;

static const cdr_vault_value *given(const cdr_vault_value *values, size_t count, uint16_t field)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].field == field)
            return &values[i];
    return NULL;
}

static cdr_status open_old(cdr_vault *v, const cdr_record_of *r, merge *m, cdr_err *err)
{
    size_t used = 0;
    cdr_status s = cdr_secret_new(NULL, r->blob.len + 1, &m->plain, err);
    for (unsigned i = 0; s == CDR_OK && i < r->cells.count; i++) {
        size_t len;
        s = cdr_cells_open(&r->cells, r->key, &r->at, i, cdr_secret_writable(v->work), &len, err);
        if (s != CDR_OK)
            break;
        char *to = (char *)cdr_secret_writable(m->plain) + used;
        memcpy(to, cdr_secret_bytes(v->work), len);
        m->now[m->count++] = (cdr_vault_value){cdr_cells_field(&r->cells, i), to, len};
        used += len;
    }
    cdr_vault_work_wipe(v);
    return s;
}

static bool same(const cdr_vault_value *a, const cdr_vault_value *b)
{
    return a && b && a->len == b->len && !memcmp(a->text, b->text, a->len);
}

/* Lays ${values} over the old ones; says which differ and what the index loses and gains. */
static uint64_t lay_over(merge *m, const cdr_vault_value *values, size_t count, cdr_customer_row *row, int64_t now)
{
    uint64_t changed = 0;
    for (size_t i = 0; i < count; i++) {
        cdr_vault_value empty = {values[i].field, "", 0};
        const cdr_vault_value *new = values[i].text ? &values[i] : &empty;
        cdr_vault_value *old = (cdr_vault_value *)(uintptr_t)given(m->now, m->count, new->field);
        if (same(old, new) || (!old && new->len == 0))
            continue;
        changed |= i < 64 ? (uint64_t)1 << i : 0;
        if (old)
            m->gone[m->gone_count++] = *old;
        if (new->len)
            m->fresh[m->fresh_count++] = *new;
        int route = cdr_vault_route_of(new->field), touched = cdr_vault_route_touched(new->field);
        if (route >= 0)
            row->route_us[route] = new->len ? now : 0;
        else if (touched >= 0 && row->route_us[touched])
            row->route_us[touched] = now;   /* a letter to another town is a letter to somebody else */
        if (old)
            *old = *new;
        else
            m->now[m->count++] = *new;
    }
    return changed;
}

static cdr_status write_merged(cdr_vault *v, const cdr_record_of *r, cdr_customer_row *row, merge *m, const char *reason, cdr_err *err)
{
    cdr_vault_value kept[CDR_VAULT_FIELDS_MAX];
    size_t n;
    json_t *fields = NULL, *gone = NULL;
    _cleanup_buf_ cdr_buf cells = CDR_BUF(CDR_CELLS_MAX);
    row->version++;
    cdr_cell_place at = place_of(v, row);
    cdr_status s = cdr_vault_values_check(v, m->now, m->count, kept, &n, err);
    if (s == CDR_OK && n == 0)
        s = cdr_fail(err, CDR_E_INVAL, "vault", "vault.empty", "A customer needs at least one field; erase the customer instead: candor customer erase.");
    if (s == CDR_OK)
        s = cdr_cells_seal(&v->nonces, r->key, &at, kept, n, cdr_secret_writable(v->work), &cells, err);
    if (s == CDR_OK)
        s = cdr_customer_update(v, row, &cells, err);
    if (s == CDR_OK)
        s = put_index(v, m->gone, m->gone_count, row->id, true, NULL, err);
    /* A number that stands as telephone and as mobile has one row: put again what another field still needs. */
    if (s == CDR_OK)
        s = put_index(v, kept, n, row->id, false, NULL, err);
    if (s == CDR_OK)
        s = cdr_vault_fields_json(v, m->fresh, m->fresh_count, &fields, err);
    if (s == CDR_OK)
        s = cdr_vault_fields_json(v, m->gone, m->gone_count, &gone, err);
    if (s == CDR_OK)
        return cdr_vault_enter(v, "customer.edit", row->id, json_pack("{s:o, s:o, s:s}", "set", fields, "replaced", gone, "reason", reason), NULL, err);
    json_decref(fields);
    json_decref(gone);
    return s;
}

cdr_status cdr_vault_edit(cdr_vault *v, int64_t customer, const cdr_vault_value *values, size_t count, const char *reason, uint64_t *ret_changed, cdr_err *err)
{
    cdr_record_of r;
    merge m = {0};
    uint64_t changed = 0;
    if (count > 64)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.too-many-fields", "At most 64 fields can be changed at once.");
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    s = open_old(v, &r, &m, err);
    if (s == CDR_OK)
        s = check_account(v, values, count, customer, err);
    cdr_customer_row row = r.row;
    if (s == CDR_OK) {
        row.changed_us = cdr_now_us(v->ctx);
        changed = lay_over(&m, values, count, &row, row.changed_us);
    }
    if (s == CDR_OK && changed && (s = cdr_db_begin(v->db, err)) == CDR_OK) {
        s = write_merged(v, &r, &row, &m, reason ? reason : "", err);
        if (s == CDR_OK)
            s = cdr_db_commit(v->db, err);
        else
            cdr_db_rollback(v->db);
    }
    cdr_secret_free(m.plain);
    cdr_vault_record_done(&r);
    if (ret_changed)
        *ret_changed = s == CDR_OK ? changed : 0;
    return s;
}

cdr_status cdr_vault_set_canary(cdr_vault *v, int64_t customer, bool canary, cdr_err *err)
{
    cdr_status s = cdr_db_begin(v->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_customer_set_canary(v, customer, canary, err);
    if (s == CDR_OK)
        s = cdr_vault_enter(v, "customer.canary", customer, json_pack("{s:b}", "canary", canary), NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(v->db, err);
    cdr_db_rollback(v->db);
    return s;
}

/* --- index rows of an erasure --- */

cdr_status cdr_vault_drop_index(cdr_vault *v, const cdr_record_of *r, unsigned *ret_rows, cdr_err *err)
{
    cdr_status s = CDR_OK;
    *ret_rows = 0;
    for (unsigned i = 0; s == CDR_OK && i < r->cells.count; i++) {
        size_t len;
        if (!cdr_vault_is_indexed(cdr_cells_field(&r->cells, i)))
            continue;
        s = cdr_cells_open(&r->cells, r->key, &r->at, i, cdr_secret_writable(v->work), &len, err);
        cdr_vault_value x = {cdr_cells_field(&r->cells, i), (const char *)cdr_secret_bytes(v->work), len};
        if (s == CDR_OK)
            s = put_index(v, &x, 1, r->row.id, true, ret_rows, err);
    }
    cdr_vault_work_wipe(v);
    return s;
}
