/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ledger/store.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { ST_SIZE, ST_ADD_ENTRY, ST_ADD_NODE, ST_ADD_CHECKPOINT, ST_ENTRY, ST_NODE, ST_CHECKPOINT, ST_LAST_CHECKPOINT, ST_EACH, ST_SET_HEAD, ST_HEAD, ST__MAX };

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_SIZE] = {"ledger-size", "SELECT coalesce(max(idx) + 1, 0) FROM ledger_entry", true},
    [ST_ADD_ENTRY] = {"ledger-add-entry", "INSERT INTO ledger_entry(idx, entry) VALUES(?1, ?2)", false},
    [ST_ADD_NODE] = {"ledger-add-node", "INSERT INTO ledger_node(level, idx, hash) VALUES(?1, ?2, ?3)", false},
    [ST_ADD_CHECKPOINT] = {"ledger-add-checkpoint", "INSERT INTO ledger_checkpoint(size, note) VALUES(?1, ?2)", false},
    [ST_ENTRY] = {"ledger-entry", "SELECT entry FROM ledger_entry WHERE idx = ?1", true},
    [ST_NODE] = {"ledger-node", "SELECT hash FROM ledger_node WHERE level = ?1 AND idx = ?2", true},
    [ST_CHECKPOINT] = {"ledger-checkpoint", "SELECT note FROM ledger_checkpoint WHERE size = ?1", true},
    [ST_LAST_CHECKPOINT] = {"ledger-last-checkpoint", "SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1", true},
    [ST_SET_HEAD] = {"ledger-set-head", "INSERT INTO setting(key, value) VALUES('ledger.head', ?1) ON CONFLICT(key) DO UPDATE SET value = excluded.value", false},
    [ST_HEAD] = {"ledger-head", "SELECT value FROM setting WHERE key = 'ledger.head'", true},
    [ST_EACH] = {"ledger-each", "SELECT idx, entry FROM ledger_entry WHERE idx >= ?1 ORDER BY idx", true},
};

struct cdr_ledger {
    const cdr_ctx *ctx;
    cdr_db *db;
    cdr_db_set *set;
    cdr_secret *signer;  /* the seed, expanded once */
    cdr_vkey vkey;
    char *head_file;     /* NULL: none */
};

cdr_status cdr_ledger_open(const cdr_ctx *ctx, cdr_db *db, const char *origin, const cdr_secret *seed, cdr_ledger **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_ledger *l = cdr_alloc(sizeof *l);
    if (!l)
        return cdr_fail_nomem(err, "ledger");
    uint8_t pub[CDR_SIGN_PUBLIC_BYTES];
    l->ctx = ctx;
    l->db = db;
    cdr_sign_public(seed, pub);
    cdr_status s = cdr_vkey_make(origin, pub, &l->vkey, err);
    if (s == CDR_OK)
        s = cdr_sign_expand(seed, &l->signer, err);
    if (s == CDR_OK)
        s = cdr_db_prepare_set(db, statements, ST__MAX, &l->set, err);
    if (s != CDR_OK) {
        cdr_ledger_close(l);
        return s;
    }
    *ret = l;
    return CDR_OK;
}

void cdr_ledger_close(cdr_ledger *l)
{
    if (!l)
        return;
    cdr_db_set_free(l->set);
    cdr_secret_free(l->signer);
    cdr_free(l->head_file);
    cdr_free(l);
}

const cdr_vkey *cdr_ledger_vkey(const cdr_ledger *l)
{
    return &l->vkey;
}

cdr_status cdr_ledger_set_head_file(cdr_ledger *l, const char *path, cdr_err *err)
{
    char *copy = cdr_strdup(path);
    if (!copy)
        return cdr_fail_nomem(err, "ledger");
    cdr_free(l->head_file);
    l->head_file = copy;
    return CDR_OK;
}

const char *cdr_ledger_head_file(const cdr_ledger *l)
{
    return l->head_file;
}

cdr_status cdr_ledger_begin_read(cdr_ledger *l, cdr_err *err)
{
    return cdr_db_begin_read(l->db, err);
}

void cdr_ledger_end_read(cdr_ledger *l)
{
    /* Nothing was written, so nothing can be lost. */
    if (cdr_db_commit(l->db, NULL) != CDR_OK)
        return;
}

cdr_status cdr_ledger_read_size(cdr_ledger *l, uint64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(l->set, ST_SIZE, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    *ret = s == CDR_OK ? (uint64_t)cdr_db_col_int(&q, 0) : 0;
    cdr_db_end(&q);
    return s;
}

uint64_t cdr_ledger_size(const cdr_ledger *l)
{
    /* Asked of the database each time: a rolled-back transaction takes its entries with it. */
    uint64_t size;
    cdr_ledger copy = *l;
    return cdr_ledger_read_size(&copy, &size, NULL) == CDR_OK ? size : 0;
}

cdr_status cdr_ledger_node(void *ledger, unsigned level, uint64_t idx, cdr_hash *ret, cdr_err *err)
{
    cdr_ledger *l = ledger;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(l->set, ST_NODE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, level);
    cdr_db_bind_int(&q, 2, (int64_t)idx);
    s = cdr_db_step(&q, err);
    size_t len = 0;
    const void *hash = s == CDR_OK ? cdr_db_col_blob(&q, 0, &len) : NULL;
    if (hash && len == CDR_HASH)
        memcpy(ret->bytes, hash, CDR_HASH);
    else if (s == CDR_OK || s == CDR_DONE)
        s = cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.node-missing", "The ledger lacks tree node %u/%llu; run candor ledger verify.", level, (unsigned long long)idx);
    cdr_db_end(&q);
    return s;
}

static cdr_status add_node(cdr_ledger *l, unsigned level, uint64_t idx, const cdr_hash *hash, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(l->set, ST_ADD_NODE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, level);
    cdr_db_bind_int(&q, 2, (int64_t)idx);
    cdr_db_bind_blob(&q, 3, hash->bytes, CDR_HASH);
    return cdr_db_run(&q, err);
}

/* The leaf and every subtree it completes. */
static cdr_status add_leaf(cdr_ledger *l, uint64_t idx, const cdr_hash *leaf, cdr_err *err)
{
    cdr_hash h = *leaf;
    unsigned level = 0;
    cdr_status s = add_node(l, 0, idx, &h, err);
    for (; s == CDR_OK && idx & 1; idx >>= 1) {
        cdr_hash left;
        s = cdr_ledger_node(l, level, idx - 1, &left, err);
        if (s == CDR_OK) {
            cdr_merkle_join(&left, &h, &h);
            s = add_node(l, ++level, idx >> 1, &h, err);
        }
    }
    return s;
}

static cdr_status add_checkpoint(cdr_ledger *l, uint64_t size, cdr_err *err)
{
    cdr_checkpoint c = {.size = size};
    memcpy(c.origin, l->vkey.name, sizeof c.origin);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1024), note = CDR_BUF(4096);
    cdr_status s = cdr_merkle_root(cdr_ledger_node, l, size, &c.root, err);
    if (s == CDR_OK)
        s = cdr_checkpoint_format(&c, &text, err);
    if (s == CDR_OK)
        s = cdr_note_sign(text.data, &l->vkey, l->signer, &note, err);
    cdr_db_query q = {0};
    if (s == CDR_OK)
        s = cdr_db_begin_query(l->set, ST_ADD_CHECKPOINT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, (int64_t)size);
    cdr_db_bind_textn(&q, 2, note.data, note.len);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(l->set, ST_SET_HEAD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_textn(&q, 1, note.data, note.len);
    return cdr_db_run(&q, err);
}

static cdr_status build_entry(cdr_ledger *l, const cdr_ledger_event *ev, cdr_buf *out, cdr_err *err)
{
    char at[CDR_TIME_TEXT];
    cdr_time_format(cdr_now_us(l->ctx), at);
    _cleanup_json_ json_t *details = NULL;
    if (ev->details_json) {
        cdr_status s = cdr_json_parse(ev->details_json, strlen(ev->details_json), "The details of a ledger entry", &details, err);
        if (s != CDR_OK)
            return s;
        if (!json_is_object(details))
            return cdr_fail(err, CDR_E_INVAL, "ledger", "ledger.details", "The details of a ledger entry must be a JSON object.");
    }
    _cleanup_json_ json_t *entry = json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "at", at, "kind", ev->kind, "actor", ev->actor ? ev->actor : "unknown");
    if (!entry || (ev->subject && json_object_set_new(entry, "subject", json_string(ev->subject))) || (details && json_object_set(entry, "details", details)))
        return cdr_fail_nomem(err, "ledger");
    cdr_status s = cdr_json_canonical(entry, out, err);
    if (s == CDR_E_LIMIT)
        return cdr_fail(err, s, "ledger", "ledger.entry-too-large", "A ledger entry holds at most %d bytes; keep the details elsewhere and enter their hash.", CDR_LEDGER_ENTRY_MAX);
    return s;
}

static cdr_status append(cdr_ledger *l, const cdr_buf *entry, uint64_t *ret_index, cdr_err *err)
{
    uint64_t idx;
    cdr_hash leaf;
    cdr_db_query q = {0};
    cdr_status s = cdr_ledger_read_size(l, &idx, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(l->set, ST_ADD_ENTRY, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, (int64_t)idx);
    cdr_db_bind_textn(&q, 2, entry->data, entry->len);
    s = cdr_db_run(&q, err);
    cdr_merkle_leaf(entry->data, entry->len, &leaf);
    if (s == CDR_OK)
        s = add_leaf(l, idx, &leaf, err);
    if (s == CDR_OK)
        s = add_checkpoint(l, idx + 1, err);
    if (s == CDR_OK && ret_index)
        *ret_index = idx;
    /* Only what another program cut off leaves nodes or checkpoints behind that stand in the way. */
    return s == CDR_E_INVAL ? cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.cut", "Entries were cut off the end of the ledger; run candor ledger verify.") : s;
}

cdr_status cdr_ledger_append(cdr_ledger *l, const cdr_ledger_event *ev, uint64_t *ret_index, cdr_err *err)
{
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = build_entry(l, ev, &entry, err);
    if (s == CDR_OK)
        s = cdr_db_begin(l->db, err);
    if (s != CDR_OK)
        return s;
    s = append(l, &entry, ret_index, err);
    if (s == CDR_OK)
        return cdr_db_commit(l->db, err);
    cdr_db_rollback(l->db);
    return s;
}

cdr_status cdr_ledger_root(cdr_ledger *l, uint64_t size, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err)
{
    uint64_t have;
    cdr_hash root;
    cdr_status s = cdr_ledger_read_size(l, &have, err);
    if (s == CDR_OK && size > have)
        s = cdr_fail(err, CDR_NOT_FOUND, "ledger", "ledger.short", "The ledger has %llu entries, not %llu.", (unsigned long long)have, (unsigned long long)size);
    if (s == CDR_OK)
        s = cdr_merkle_root(cdr_ledger_node, l, size, &root, err);
    if (s == CDR_OK)
        memcpy(ret, root.bytes, CDR_HASH);
    return s;
}

/* One text column of one row into ${out}. */
static cdr_status read_text(cdr_ledger *l, size_t statement, bool bind, uint64_t param, cdr_buf *out, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(l->set, statement, &q, err);
    if (s != CDR_OK)
        return s;
    if (bind)
        cdr_db_bind_int(&q, 1, (int64_t)param);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        size_t len;
        const char *text = cdr_db_col_text(&q, 0, &len);
        s = cdr_buf_add(out, text, len) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "ledger");
    } else if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "ledger", "ledger.not-found", "The ledger has no entry or checkpoint %llu.", (unsigned long long)param);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_ledger_entry(cdr_ledger *l, uint64_t idx, cdr_buf *out, cdr_err *err)
{
    return read_text(l, ST_ENTRY, true, idx, out, err);
}

cdr_status cdr_ledger_checkpoint_at(cdr_ledger *l, uint64_t size, cdr_buf *out, cdr_err *err)
{
    return read_text(l, ST_CHECKPOINT, true, size, out, err);
}

cdr_status cdr_ledger_stored_head(cdr_ledger *l, cdr_buf *out, cdr_err *err)
{
    return read_text(l, ST_HEAD, false, 0, out, err);
}

cdr_status cdr_ledger_checkpoint(cdr_ledger *l, char **ret, cdr_err *err)
{
    cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    *ret = NULL;
    cdr_status s = read_text(l, ST_LAST_CHECKPOINT, false, 0, &note, err);
    if (s == CDR_OK && !(*ret = cdr_buf_take(&note)))
        s = cdr_fail_nomem(err, "ledger");
    cdr_buf_done(&note);
    return s;
}

cdr_status cdr_ledger_each(cdr_ledger *l, uint64_t from, cdr_status (*fn)(void *arg, uint64_t idx, const char *entry, size_t len), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(l->set, ST_EACH, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, (int64_t)from);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        size_t len;
        const char *entry = cdr_db_col_text(&q, 1, &len);
        s = fn(arg, (uint64_t)cdr_db_col_int(&q, 0), entry, len);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
