/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/import.h"

#include "base/parse.h"
#include "base/time.h"
#include "core/vault/vault_parts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX ((size_t)48 << 20)     /* a batch whose texts take more is stored before it is full */
#define VALUES_MAX (CDR_VAULT_IMPORT_BATCH * 16u)
#define CHECK_EVERY 1024u
#define PIECE 2048u                      /* rows that are sealed by one thread while another one writes those before */
#define PIECE_BYTES ((size_t)32 << 20)   /* a piece ends earlier when its cells are large */
#define PAGES_MIB 64u                    /* of candor.db: the leaves of the index are written to all over */

/* Values lie in one array, their texts in one buffer: a batch is a few large pieces of memory, which are wiped. */
typedef struct held_value { uint32_t at; uint16_t field, len; } held_value;
typedef struct held_row {
    uint64_t line;
    int64_t on_file_us;
    int64_t customer;                    /* known already; 0: new */
    uint32_t first;
    uint16_t count;
    bool merged;                         /* into an earlier one */
    uint8_t token[CDR_INDEX_TOKEN];
} held_row;
typedef struct index_row { int64_t customer; uint16_t field; uint8_t token[CDR_INDEX_TOKEN]; } index_row;

/* New customers, sealed and not yet written. Sealing is the only one to touch the vault's key, nonces and working memory meanwhile. */
typedef struct piece {
    cdr_vault_import *im;
    uint32_t from, to;                   /* of im->fresh */
    cdr_sealed_key keys[PIECE];
    uint32_t ends[PIECE];                /* of each one's cells */
    cdr_buf cells;
    cdr_status status;
    cdr_err err;
} piece;

struct cdr_vault_import {
    cdr_vault *v;
    uint16_t key;
    cdr_vault_import_fault_fn *fn;
    void *arg;
    cdr_buf texts;
    held_value *values; uint32_t value_count, value_cap;
    held_row *rows; uint32_t row_count;
    uint32_t *order;
    uint32_t *fresh; uint32_t fresh_count;    /* rows that are new customers, in the order of the file */
    int64_t first_id;                         /* of the first of them */
    piece *pieces;                            /* two */
    index_row *index; uint32_t index_count, index_cap;
    cdr_buf digest;
    cdr_vault_import_counts told, batch;
};

_Static_assert(CDR_VAULT_TEXT_MAX < 65536, "lengths have 16 bits");

void cdr_vault_import_free(cdr_vault_import *im)
{
    if (!im)
        return;
    cdr_buf_wipe(&im->texts);
    for (size_t i = 0; im->pieces && i < 2; i++)
        cdr_buf_done(&im->pieces[i].cells);
    cdr_buf_done(&im->digest);
    cdr_free(im->pieces);
    cdr_free(im->fresh);
    cdr_free(im->values);
    cdr_free(im->rows);
    cdr_free(im->order);
    cdr_free(im->index);
    (void)!cdr_db_keep_pages(im->v->db, 0, NULL);
    cdr_free(im);
}

cdr_status cdr_vault_import_begin(cdr_vault *v, uint16_t key, cdr_vault_import_fault_fn *fn, void *arg, cdr_vault_import **ret, cdr_err *err)
{
    *ret = NULL;
    if (!cdr_vault_is_indexed(key))
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.key", "Customers are known again by account number, e-mail address or telephone number.");
    cdr_vault_import *im = cdr_alloc(sizeof *im);
    if (!im)
        return cdr_fail_nomem(err, "vault");
    *im = (cdr_vault_import){.v = v, .key = key, .fn = fn, .arg = arg, .texts = CDR_BUF(TEXTS_MAX + CDR_VAULT_FIELDS_MAX * (size_t)CDR_VAULT_TEXT_MAX),
                             .digest = CDR_BUF((size_t)CDR_VAULT_IMPORT_BATCH * 40)};
    im->rows = cdr_alloc_array(CDR_VAULT_IMPORT_BATCH, sizeof *im->rows);
    im->order = cdr_alloc_array(CDR_VAULT_IMPORT_BATCH, sizeof *im->order);
    im->fresh = cdr_alloc_array(CDR_VAULT_IMPORT_BATCH, sizeof *im->fresh);
    im->pieces = cdr_alloc_array(2, sizeof *im->pieces);
    for (size_t i = 0; im->pieces && i < 2; i++)
        im->pieces[i] = (piece){.im = im, .cells = CDR_BUF(PIECE_BYTES + CDR_CELLS_MAX)};
    cdr_status s = im->rows && im->order && im->fresh && im->pieces ? cdr_db_keep_pages(v->db, PAGES_MIB, err) : cdr_fail_nomem(err, "vault");
    if (s != CDR_OK) {
        cdr_vault_import_free(im);
        return s;
    }
    *ret = im;
    return CDR_OK;
}

const cdr_vault_import_counts *cdr_vault_import_told(const cdr_vault_import *im)
{
    return &im->told;
}

/* --- collecting --- */

static cdr_status room_for_values(cdr_vault_import *im, size_t more, cdr_err *err)
{
    if (im->value_count + more <= im->value_cap)
        return CDR_OK;
    uint32_t cap = CDR_MAX(im->value_cap * 2, (uint32_t)(im->value_count + more + 4096));
    held_value *grown = cdr_realloc_array(im->values, cap, sizeof *grown);
    if (!grown)
        return cdr_fail_nomem(err, "vault");
    im->values = grown;
    im->value_cap = cap;
    return CDR_OK;
}

/* Grown by hand: what a growing buffer leaves behind would hold names and addresses. */
static cdr_status room_for_texts(cdr_vault_import *im, size_t more, cdr_err *err)
{
    if (im->texts.cap > im->texts.len + more + 1)
        return CDR_OK;
    cdr_buf larger = CDR_BUF(im->texts.max);
    size_t want = CDR_MIN(CDR_MAX(im->texts.len * 2, (size_t)1 << 20) + more, im->texts.max);
    if (cdr_buf_reserve(&larger, want) != CDR_OK)
        return cdr_fail_nomem(err, "vault");
    cdr_buf_add(&larger, im->texts.data ? im->texts.data : "", im->texts.len);
    cdr_buf_wipe(&im->texts);
    im->texts = larger;
    return CDR_OK;
}

static cdr_status keep(cdr_vault_import *im, held_row *row, const cdr_vault_value *values, size_t count, cdr_err *err)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += values[i].len;
    cdr_status s = room_for_values(im, count, err);
    if (s == CDR_OK)
        s = room_for_texts(im, size, err);
    if (s != CDR_OK)
        return s;
    row->first = im->value_count;
    row->count = (uint16_t)count;
    for (size_t i = 0; i < count; i++) {
        im->values[im->value_count++] = (held_value){(uint32_t)im->texts.len, values[i].field, (uint16_t)values[i].len};
        cdr_buf_add(&im->texts, values[i].text, values[i].len);
    }
    return cdr_buf_status(&im->texts) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "vault");
}

cdr_status cdr_vault_import_add(cdr_vault_import *im, uint64_t line, const cdr_vault_value *values, size_t count, int64_t on_file_us, cdr_err *err)
{
    cdr_vault_value kept[CDR_VAULT_FIELDS_MAX];
    size_t n;
    held_row row = {.line = line, .on_file_us = on_file_us};
    bool known = false;
    cdr_status s = cdr_vault_values_check(im->v, values, count, kept, &n, err);
    for (size_t i = 0; s == CDR_OK && i < n; i++)
        if (kept[i].field == im->key)
            known = cdr_vault_token(im->v, im->key, kept[i].text, kept[i].len, row.token);
    if (s == CDR_OK && !known)
        s = cdr_fail(err, CDR_E_INVAL, "vault", "import.no-key", "The row does not say which customer it is about.");
    if (s == CDR_OK && (im->row_count == CDR_VAULT_IMPORT_BATCH || im->texts.len > TEXTS_MAX || im->value_count > VALUES_MAX))
        s = cdr_vault_import_finish(im, err);
    if (s == CDR_OK)
        s = keep(im, &row, kept, n, err);
    if (s == CDR_OK)
        im->rows[im->row_count++] = row;
    return s;
}

/* --- which are known --- */

static int by_token(const void *a, const void *b, void *arg)
{
    const cdr_vault_import *im = arg;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int c = memcmp(im->rows[i].token, im->rows[k].token, CDR_INDEX_TOKEN);
    return c ? c : (i > k) - (i < k);
}

/* The later row over the earlier one, field by field. */
static cdr_status merge(cdr_vault_import *im, held_row *row, held_row *later, cdr_err *err)
{
    cdr_status s = room_for_values(im, (size_t)row->count + later->count, err);
    if (s != CDR_OK)
        return s;
    const held_value *a = &im->values[row->first], *b = &im->values[later->first], *a_end = a + row->count, *b_end = b + later->count;
    uint32_t first = im->value_count;
    while (a < a_end || b < b_end) {
        bool second = a == a_end || (b < b_end && b->field <= a->field);
        if (second && a < a_end && a->field == b->field)
            a++;
        im->values[im->value_count++] = second ? *b++ : *a++;
    }
    if (im->value_count - first > CDR_VAULT_FIELDS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.too-many-fields", "A customer may have at most %d fields.", CDR_VAULT_FIELDS_MAX);
    row->first = first;
    row->count = (uint16_t)(im->value_count - first);
    later->merged = true;
    im->batch.again++;
    return CDR_OK;
}

/* In the order of the index, which makes looking up quick. */
static cdr_status look_up(cdr_vault_import *im, cdr_err *err)
{
    uint16_t field = im->key == CDR_FIELD_MOBILE ? CDR_FIELD_PHONE : im->key;
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; i < im->row_count; i++)
        im->order[i] = i;
    qsort_r(im->order, im->row_count, sizeof *im->order, by_token, im);
    for (uint32_t i = 0; s == CDR_OK && i < im->row_count; i++) {
        held_row *row = &im->rows[im->order[i]];
        uint32_t k = i + 1;
        for (; s == CDR_OK && k < im->row_count && !memcmp(im->rows[im->order[k]].token, row->token, CDR_INDEX_TOKEN); k++)
            s = merge(im, row, &im->rows[im->order[k]], err);
        i = k - 1;
        int64_t found[2];
        size_t count = 0;
        if (s == CDR_OK)
            s = cdr_index_find(im->v, field, row->token, found, CDR_COUNT(found), &count, err);
        row->customer = s == CDR_OK && count == 1 ? found[0] : 0;
        if (s == CDR_OK && count > 1) {
            row->merged = true;
            s = im->fn(im->arg, row->line, "what the customer is known by stands with several customers; take another key", err);
        }
    }
    return s;
}

/* --- storing --- */

static size_t row_values(const cdr_vault_import *im, const held_row *row, cdr_vault_value *ret)
{
    for (uint16_t i = 0; i < row->count; i++) {
        const held_value *x = &im->values[row->first + i];
        ret[i] = (cdr_vault_value){x->field, im->texts.data + x->at, x->len};
    }
    return row->count;
}

static cdr_status note_index(cdr_vault_import *im, const held_row *held, const cdr_vault_value *x, int64_t customer, cdr_err *err)
{
    if (!cdr_vault_is_indexed(x->field))
        return CDR_OK;
    if (im->index_count == im->index_cap) {
        uint32_t cap = im->index_cap ? im->index_cap * 2 : 16384;
        index_row *grown = cdr_realloc_array(im->index, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "vault");
        im->index = grown;
        im->index_cap = cap;
    }
    index_row *row = &im->index[im->index_count];
    *row = (index_row){.customer = customer, .field = x->field == CDR_FIELD_MOBILE ? CDR_FIELD_PHONE : x->field};
    if (x->field == im->key) {
        memcpy(row->token, held->token, sizeof row->token);
        im->index_count++;
    } else
        im->index_count += cdr_vault_token(im->v, row->field, x->text, x->len, row->token);
    return CDR_OK;
}

static cdr_status note_digest(cdr_vault_import *im, int64_t customer, const char *cells, size_t len, cdr_err *err)
{
    uint8_t part[40];
    for (unsigned b = 0; b < 8; b++)
        part[b] = (uint8_t)((uint64_t)customer >> (8 * b));
    cdr_blake2b(NULL, cells, len, part + 8);
    return cdr_buf_add(&im->digest, part, sizeof part) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "vault");
}

static cdr_status seal_one(piece *p, uint32_t i, cdr_err *err)
{
    cdr_vault_import *im = p->im;
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX];
    const held_row *held = &im->rows[im->fresh[p->from + i]];
    size_t n = row_values(im, held, values), start = p->cells.len;
    int64_t id = im->first_id + p->from + i;
    cdr_cell_place at = {.customer = id, .version = 1};
    memcpy(at.workspace, im->v->id, sizeof at.workspace);
    cdr_status s = cdr_vault_dek_new(im->v, id, &p->keys[i], err);
    if (s == CDR_OK)
        s = cdr_cells_seal(&im->v->nonces, cdr_secret_bytes(im->v->dek), &at, values, n, cdr_secret_writable(im->v->work), &p->cells, err);
    p->ends[i] = (uint32_t)p->cells.len;
    for (size_t k = 0; s == CDR_OK && k < n; k++)
        s = note_index(im, held, &values[k], id, err);
    return s == CDR_OK ? note_digest(im, id, p->cells.data + start, p->cells.len - start, err) : s;
}

/* Seals from p->from on; p->to is how far it came. */
static void *seal_piece(void *arg)
{
    piece *p = arg;
    uint32_t count = CDR_MIN(p->im->fresh_count - p->from, PIECE), i = 0;
    cdr_buf_clear(&p->cells);
    p->status = CDR_OK;
    for (; p->status == CDR_OK && i < count && p->cells.len < PIECE_BYTES; i++)
        p->status = seal_one(p, i, &p->err);
    p->to = p->from + i;
    return NULL;
}

static cdr_status write_one(cdr_vault_import *im, const piece *p, uint32_t i, int64_t now, cdr_err *err)
{
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX];
    const held_row *held = &im->rows[im->fresh[p->from + i]];
    size_t n = row_values(im, held, values), start = i ? p->ends[i - 1] : 0;
    int64_t id = im->first_id + p->from + i;
    cdr_buf cells = {.data = p->cells.data + start, .len = p->ends[i] - start, .cap = p->ends[i] - start, .max = p->ends[i] - start};
    cdr_customer_row row = {.id = id, .state = CDR_CUSTOMER_ACTIVE, .version = 1, .created_us = now, .changed_us = now};
    for (size_t k = 0; k < n; k++)
        if (cdr_vault_route_of(values[k].field) >= 0)
            row.route_us[cdr_vault_route_of(values[k].field)] = held->on_file_us ? CDR_MIN(held->on_file_us, now) : now;
    cdr_status s = cdr_keys_put(im->v, id, &p->keys[i], err);
    if (s == CDR_OK)
        s = cdr_customer_insert(im->v, &row, &cells, err);
    im->batch.added += s == CDR_OK;
    return s;
}

static cdr_status write_piece(cdr_vault_import *im, const piece *p, int64_t now, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; s == CDR_OK && i < p->to - p->from; i++)
        s = write_one(im, p, i, now, err);
    if (s == CDR_OK && cdr_cancelled(im->v->ctx))
        s = cdr_fail(err, CDR_E_CANCELLED, "vault", "import.stopped", "Stopped; the batches before stay, and the same import goes on from there.");
    return s;
}

/* Piece by piece: while one is written, the next one is sealed. */
static cdr_status add_new(cdr_vault_import *im, int64_t now, cdr_err *err)
{
    piece *ready = &im->pieces[0], *next = &im->pieces[1];
    ready->from = 0;
    seal_piece(ready);
    while (ready->status == CDR_OK) {
        pthread_t thread;
        bool more = ready->to < im->fresh_count;
        next->from = ready->to;
        bool apart = more && pthread_create(&thread, NULL, seal_piece, next) == 0;
        cdr_status s = write_piece(im, ready, now, err);
        if (apart)
            pthread_join(thread, NULL);
        else if (more && s == CDR_OK)
            seal_piece(next);
        if (!more || s != CDR_OK)
            return s;
        piece *written = ready;
        ready = next;
        next = written;
    }
    if (err)
        *err = ready->err;
    return ready->status;
}

/* Opens only what is compared. */
static cdr_status differing(cdr_vault_import *im, const held_row *held, cdr_vault_value *ret, size_t *ret_count, cdr_err *err)
{
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX];
    size_t n = row_values(im, held, values);
    cdr_record_of r;
    *ret_count = 0;
    cdr_status s = cdr_vault_record(im->v, held->customer, &r, err);
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; s == CDR_OK && i < n; i++) {
        size_t len = 0;
        int cell = cdr_cells_find(&r.cells, values[i].field);
        if (cell >= 0)
            s = cdr_cells_open(&r.cells, r.key, &r.at, (unsigned)cell, cdr_secret_writable(im->v->work), &len, err);
        if (s == CDR_OK && (cell < 0 || len != values[i].len || memcmp(cdr_secret_bytes(im->v->work), values[i].text, len) != 0))
            ret[(*ret_count)++] = values[i];
    }
    cdr_vault_work_wipe(im->v);
    cdr_vault_record_done(&r);
    return s;
}

/* Routes that came without a date, and stand in the row as they came, are as old as the row says. What changed meanwhile keeps the date of its change. */
static cdr_status date_routes(cdr_vault_import *im, const held_row *held, cdr_err *err)
{
    cdr_customer_row row;
    unsigned dated = 0;
    cdr_status s = held->on_file_us ? cdr_customer_get(im->v, held->customer, &row, NULL, err) : CDR_OK;
    if (s != CDR_OK || !held->on_file_us)
        return s;
    for (uint16_t i = 0; i < held->count; i++) {
        int route = cdr_vault_route_of(im->values[held->first + i].field);
        if (route >= 0 && row.route_us[route] == row.created_us && held->on_file_us < row.created_us) {
            row.route_us[route] = held->on_file_us;
            dated++;
        }
    }
    im->batch.dated += dated;
    return dated ? cdr_customer_set_routes(im->v, &row, err) : CDR_OK;
}

static cdr_status compare(cdr_vault_import *im, const held_row *held, cdr_err *err)
{
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX];
    size_t count;
    uint64_t changed = 0;
    cdr_status s = differing(im, held, values, &count, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        im->batch.routes += cdr_vault_route_touched(values[i].field) >= 0;
    for (size_t i = 0; s == CDR_OK && i < count; i += 64) {
        uint64_t bits;
        s = cdr_vault_edit(im->v, held->customer, values + i, CDR_MIN(count - i, (size_t)64), "import", &bits, err);
        changed |= bits;
    }
    if (s == CDR_OK)
        s = date_routes(im, held, err);
    im->batch.changed += s == CDR_OK && changed;
    im->batch.same += s == CDR_OK && !changed;
    return s;
}

static int by_index(const void *a, const void *b)
{
    const index_row *x = a, *y = b;
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    int c = memcmp(x->token, y->token, CDR_INDEX_TOKEN);
    return c ? c : (x->customer > y->customer) - (x->customer < y->customer);
}

static cdr_status put_index(cdr_vault_import *im, cdr_err *err)
{
    cdr_status s = CDR_OK;
    if (im->index_count)
        qsort(im->index, im->index_count, sizeof *im->index, by_index);
    for (uint32_t i = 0; s == CDR_OK && i < im->index_count; i++)
        if (i == 0 || by_index(&im->index[i - 1], &im->index[i]) != 0)
            s = cdr_index_put(im->v, im->index[i].field, im->index[i].token, im->index[i].customer, err);
    return s;
}

static cdr_status enter(cdr_vault_import *im, cdr_err *err)
{
    uint8_t hash[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1];
    if (!im->batch.added && !im->batch.changed && !im->batch.dated)
        return CDR_OK;
    cdr_sha256(im->digest.data ? im->digest.data : "", im->digest.len, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    _cleanup_json_ json_t *j = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s}", "added", (json_int_t)im->batch.added, "changed", (json_int_t)im->batch.changed, "same", (json_int_t)im->batch.same, "routes_dated", (json_int_t)im->batch.dated, "known_by",
                                         cdr_vault_field_of(im->key)->key, "records_sha256", hex);
    _cleanup_free_ char *details = j ? json_dumps(j, JSON_COMPACT) : NULL;
    if (!details)
        return cdr_fail_nomem(err, "vault");
    return cdr_ledger_append(cdr_workspace_ledger(im->v->ws), &(cdr_ledger_event){"customer.import", cdr_workspace_actor(im->v->ws), NULL, details}, NULL, err);
}

/* First those that are known, then the new ones. */
static cdr_status store_rows(cdr_vault_import *im, cdr_err *err)
{
    cdr_status s = cdr_customer_next_id(im->v, &im->first_id, err);
    im->fresh_count = 0;
    for (uint32_t i = 0; s == CDR_OK && i < im->row_count; i++) {
        if (im->rows[i].merged)
            continue;
        if (im->rows[i].customer)
            s = compare(im, &im->rows[i], err);
        else
            im->fresh[im->fresh_count++] = i;
        if (s == CDR_OK && i % CHECK_EVERY == 0 && cdr_cancelled(im->v->ctx))
            s = cdr_fail(err, CDR_E_CANCELLED, "vault", "import.stopped", "Stopped; the batches before stay, and the same import goes on from there.");
    }
    return s == CDR_OK && im->fresh_count ? add_new(im, cdr_now_us(im->v->ctx), err) : s;
}

/* Keys are committed before the cells that need them: a crash in between leaves keys without customers, which the next customers' keys replace. */
static cdr_status store(cdr_vault_import *im, cdr_err *err)
{
    cdr_vault *v = im->v;
    cdr_status s = cdr_db_begin(v->keys, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin(v->db, err);
    if (s != CDR_OK) {
        cdr_db_rollback(v->keys);
        return s;
    }
    s = look_up(im, err);
    if (s == CDR_OK)
        s = store_rows(im, err);
    if (s == CDR_OK)
        s = put_index(im, err);
    if (s == CDR_OK)
        s = enter(im, err);
    v->dek_of = 0;
    cdr_wipe(cdr_secret_writable(v->dek), CDR_DEK_BYTES);
    if (s == CDR_OK)
        s = cdr_db_commit(v->keys, err);
    else
        cdr_db_rollback(v->keys);
    if (s == CDR_OK)
        return cdr_db_commit(v->db, err);
    cdr_db_rollback(v->db);
    return s;
}

cdr_status cdr_vault_import_finish(cdr_vault_import *im, cdr_err *err)
{
    im->batch = (cdr_vault_import_counts){0};
    im->index_count = 0;
    cdr_buf_clear(&im->digest);
    cdr_status s = im->row_count ? store(im, err) : CDR_OK;
    if (s == CDR_OK && im->row_count) {
        im->told.added += im->batch.added;
        im->told.changed += im->batch.changed;
        im->told.same += im->batch.same;
        im->told.again += im->batch.again;
        im->told.routes += im->batch.routes;
        im->told.dated += im->batch.dated;
        im->told.batches++;
    }
    if (im->texts.data)
        cdr_wipe(im->texts.data, im->texts.len);
    cdr_buf_clear(&im->texts);
    im->row_count = im->value_count = 0;
    return s;
}
