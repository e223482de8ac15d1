/* SPDX-License-Identifier: Apache-2.0 */
/* Recompute the whole ledger from its entries and hold everything else against the result. The first entry that does not fit is
 * named; what comes after it may or may not be genuine. */
#include "core/ledger/store.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

typedef struct check {
    cdr_ledger *ledger;
    cdr_merkle_range range;
    cdr_ledger_verdict *verdict;
    const cdr_checkpoint *kept;      /* NULL: none */
    cdr_checkpoint heads[2];         /* of the database, of the file; size 0: none */
    bool wrong[2];                   /* the head is there and not ours */
    cdr_err *err;
} check;

/* ${index}: the first entry that does not fit. Returning CDR_DENIED stops the walk; it is no failure of the check. */
static cdr_status bad(check *c, uint64_t index, const char *reason)
{
    c->verdict->ok = false;
    c->verdict->bad_index = index;
    snprintf(c->verdict->reason, sizeof c->verdict->reason, "%s", reason);
    return CDR_DENIED;
}

/* Every workspace begins with the entry that it was made. */
static bool begins_right(const json_t *j)
{
    const char *kind = cdr_json_str(j, "kind");
    return kind && !strcmp(kind, "workspace.create");
}

static cdr_status check_canonical(check *c, uint64_t idx, const char *entry, size_t len)
{
    _cleanup_json_ json_t *j = NULL;
    _cleanup_buf_ cdr_buf canonical = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = cdr_json_parse(entry, len, "entry", &j, NULL);
    if (s == CDR_OK)
        s = cdr_json_canonical(j, &canonical, NULL);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(c->err, "ledger");
    if (s != CDR_OK || canonical.len != len || memcmp(canonical.data, entry, len) != 0)
        return bad(c, idx, "the entry is not the canonical JSON that was written");
    if (idx == 0 && !begins_right(j))
        return bad(c, 0, "the first entry is not the one that was made with the workspace");
    return CDR_OK;
}

/* The nodes that leaf ${idx} completes must be the stored ones. */
static cdr_status check_nodes(check *c, uint64_t idx, const cdr_hash *leaf)
{
    cdr_hash h = *leaf, stored;
    unsigned level = 0;
    for (uint64_t i = idx;; i >>= 1) {
        cdr_status s = cdr_ledger_node(c->ledger, level, i, &stored, c->err);
        if (s == CDR_E_CORRUPT)
            return bad(c, idx, "a node of the tree is missing");
        if (s != CDR_OK)
            return s;
        if (memcmp(stored.bytes, h.bytes, CDR_HASH) != 0)
            return bad(c, idx, level == 0 ? "the entry's hash differs: it was changed, moved or put in" : "a node of the tree was changed");
        if (!(i & 1))
            return CDR_OK;
        cdr_merkle_join(&c->range.at[level++], &h, &h);
    }
}

static cdr_status check_checkpoint(check *c)
{
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    cdr_checkpoint said;
    cdr_hash root;
    cdr_merkle_range_root(&c->range, &root);
    uint64_t last = c->range.size - 1;
    if (c->kept && c->kept->size == c->range.size && memcmp(c->kept->root.bytes, root.bytes, CDR_HASH) != 0)
        return bad(c, last, "the kept checkpoint has another root: this entry or one before it is not what it was");
    for (size_t i = 0; i < CDR_COUNT(c->heads); i++)
        if (c->heads[i].size == c->range.size && memcmp(c->heads[i].root.bytes, root.bytes, CDR_HASH) != 0)
            return bad(c, last, "the head of the ledger has another root: this entry or one before it is not what it was");
    cdr_status s = cdr_ledger_checkpoint_at(c->ledger, c->range.size, &note, c->err);
    if (s == CDR_NOT_FOUND)
        return bad(c, last, "the checkpoint signed with this entry is missing");
    if (s != CDR_OK)
        return s;
    s = cdr_checkpoint_open(note.data, note.len, cdr_ledger_vkey(c->ledger), &said, NULL);
    if (s != CDR_OK)
        return bad(c, last, "the signature of the checkpoint does not fit");
    if (said.size != c->range.size || memcmp(said.root.bytes, root.bytes, CDR_HASH) != 0)
        return bad(c, last, "the signed checkpoint has another root: this entry or one before it was changed, moved or put in");
    return CDR_OK;
}

static cdr_status check_entry(void *arg, uint64_t idx, const char *entry, size_t len)
{
    check *c = arg;
    cdr_hash leaf;
    if (idx != c->range.size)
        return bad(c, c->range.size, "the entry is missing");
    cdr_status s = check_canonical(c, idx, entry, len);
    if (s != CDR_OK)
        return s;
    cdr_merkle_leaf(entry, len, &leaf);
    s = check_nodes(c, idx, &leaf);
    if (s != CDR_OK)
        return s;
    cdr_merkle_range_add(&c->range, &leaf);
    c->verdict->size = c->range.size;
    return check_checkpoint(c);
}

/* What was noted in the database and in the file beside the key. A missing file only tells something when the first entry promises one. */
static cdr_status read_heads(check *c)
{
    const char *paths[] = {NULL, cdr_ledger_head_file(c->ledger)};
    for (size_t i = 0; i < CDR_COUNT(paths); i++) {
        cdr_status s = i && !paths[i] ? CDR_NOT_FOUND : cdr_ledger_read_head(c->ledger, paths[i], &c->heads[i], c->err);
        if (s != CDR_OK && s != CDR_NOT_FOUND && s != CDR_E_CORRUPT)
            return s;
        c->wrong[i] = s == CDR_E_CORRUPT;
    }
    return CDR_OK;
}

static cdr_status check_heads(check *c)
{
    bool promised = false;
    cdr_status s = c->heads[1].size || !cdr_ledger_head_file(c->ledger) ? CDR_OK : cdr_ledger_promises_head(c->ledger, &promised, c->err);
    if (s != CDR_OK)
        return s;
    if (c->wrong[0])
        return bad(c, c->range.size, "the head of the ledger in the database is not signed with this ledger's key");
    if (c->wrong[1])
        return bad(c, c->range.size, "candor.head is not signed with this ledger's key");
    if (c->heads[0].size > c->range.size || c->heads[1].size > c->range.size)
        return bad(c, c->range.size, c->heads[0].size > c->range.size ? "entries were cut off the end: the head of the ledger covers more"
                                                                      : "candor.head covers more: entries were cut off the end, or an old copy of the database was put back");
    if (promised)
        return bad(c, c->range.size, "candor.head is missing, so that entries may have been cut off the end; put it back from a copy of the workspace");
    return CDR_OK;
}

/* What the signed checkpoints promise beyond the entries that are there. */
static cdr_status check_end(check *c)
{
    char *note;
    cdr_checkpoint last;
    cdr_hash stored;
    cdr_status s = cdr_ledger_checkpoint(c->ledger, &note, c->err);
    if (s == CDR_OK) {
        s = cdr_checkpoint_open(note, strlen(note), cdr_ledger_vkey(c->ledger), &last, NULL);
        cdr_free(note);
        if (s != CDR_OK)
            return bad(c, c->range.size, "the newest checkpoint is not signed with this ledger's key");
        if (last.size > c->range.size)
            return bad(c, c->range.size, "entries were cut off the end: a signed checkpoint covers more");
    } else if (s != CDR_NOT_FOUND)
        return s;
    if (cdr_ledger_node(c->ledger, 0, c->range.size, &stored, NULL) == CDR_OK)
        return bad(c, c->range.size, "entries were cut off the end: the tree covers more");
    if (c->kept && c->kept->size > c->range.size)
        return bad(c, c->range.size, "the kept checkpoint covers more entries: the ledger was cut or rolled back");
    if (c->range.size == 0)
        return bad(c, 0, "the ledger is empty: the entry that was made with the workspace is missing");
    return check_heads(c);
}

cdr_status cdr_ledger_verify(cdr_ledger *l, const char *kept_checkpoint, cdr_ledger_verdict *ret, cdr_err *err)
{
    cdr_checkpoint kept;
    *ret = (cdr_ledger_verdict){.ok = true};
    check c = {.ledger = l, .verdict = ret, .err = err};
    if (kept_checkpoint) {
        cdr_status s = cdr_checkpoint_open(kept_checkpoint, strlen(kept_checkpoint), cdr_ledger_vkey(l), &kept, err);
        if (s == CDR_DENIED) {
            bad(&c, 0, "the kept checkpoint is not signed with this ledger's key: it is of another ledger, or this one was put in its place");
            return CDR_OK;
        }
        if (s != CDR_OK)
            return s;
        c.kept = &kept;
    }
    cdr_status s = cdr_ledger_begin_read(l, err);
    if (s != CDR_OK)
        return s;
    s = read_heads(&c);
    if (s == CDR_OK)
        s = cdr_ledger_each(l, 0, check_entry, &c, err);
    if (s == CDR_OK)
        s = check_end(&c);
    cdr_ledger_end_read(l);
    return s == CDR_DENIED ? CDR_OK : s;
}
