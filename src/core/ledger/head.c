/* SPDX-License-Identifier: Apache-2.0 */
/* How far the ledger has come, kept twice: in the database with each entry, and in a small file beside the key. Both are the newest signed
 * checkpoint, so that nobody without the key can make one. The file is written after the commit: a crash leaves it behind, never ahead. */
#include "core/ledger/store.h"

#include "base/io.h"
#include "base/json.h"

#include <string.h>

static cdr_status changed(const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.head-wrong", "%s is not signed with this ledger's key; run candor ledger verify.", what);
}

cdr_status cdr_ledger_read_head(cdr_ledger *l, const char *path, cdr_checkpoint *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    *ret = (cdr_checkpoint){0};
    cdr_err inner = {0};
    cdr_status s = path ? cdr_file_read_regular(path, &note, &inner) : cdr_ledger_stored_head(l, &note, &inner);
    if (s == CDR_NOT_FOUND)
        return s;
    if (s == CDR_E_NOMEM || s == CDR_E_IO || s == CDR_E_DB) {
        if (err)
            *err = inner;
        return s;
    }
    if (s == CDR_OK && note.len > 0)
        s = cdr_checkpoint_open(note.data, note.len, cdr_ledger_vkey(l), ret, NULL);
    return s == CDR_OK && note.len > 0 ? CDR_OK : changed(path ? path : "The head of the ledger in the database", err);
}

cdr_status cdr_ledger_write_head(cdr_ledger *l, const char *path, cdr_err *err)
{
    cdr_checkpoint there, newest;
    char *note;
    cdr_status s = cdr_ledger_checkpoint(l, &note, err);
    if (s != CDR_OK)
        return s;
    s = cdr_checkpoint_open(note, strlen(note), cdr_ledger_vkey(l), &newest, err);
    cdr_status had = s == CDR_OK ? cdr_ledger_read_head(l, path, &there, NULL) : CDR_OK;
    /* What is wrong there is evidence, and never made lower. */
    if (s == CDR_OK && (had == CDR_NOT_FOUND || (had == CDR_OK && there.size < newest.size)))
        s = cdr_file_write(path, note, strlen(note), 0600, err);
    cdr_free(note);
    return s;
}

/* Entry 0 says whether a head was kept from the beginning: older ledgers have none yet. */
cdr_status cdr_ledger_promises_head(cdr_ledger *l, bool *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    _cleanup_json_ json_t *j = NULL;
    *ret = false;
    cdr_status s = cdr_ledger_entry(l, 0, &entry, err);
    if (s != CDR_OK)
        return s;
    if (cdr_json_parse(entry.data ? entry.data : "", entry.len, "entry", &j, NULL) == CDR_OK)
        *ret = cdr_json_str(json_object_get(j, "details"), "head") != NULL;
    return CDR_OK;
}

static cdr_status check_one(cdr_ledger *l, const char *path, uint64_t size, cdr_err *err)
{
    cdr_checkpoint head;
    uint8_t root[CDR_SHA256_BYTES];
    cdr_status s = cdr_ledger_read_head(l, path, &head, err);
    if (s != CDR_OK)
        return s;
    if (head.size > size)
        return cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.cut",
                        "The ledger has %llu entr%s and had %llu: some were cut off, or an old copy was put back; run candor ledger verify. docs/ledger.md says how to go on from a backup.",
                        (unsigned long long)size, size == 1 ? "y" : "ies", (unsigned long long)head.size);
    s = cdr_ledger_root(l, head.size, root, err);
    if (s == CDR_OK && memcmp(root, head.root.bytes, CDR_HASH) != 0)
        s = cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.other-history", "The ledger does not continue the history it had; run candor ledger verify.");
    return s;
}

cdr_status cdr_ledger_check_head(cdr_ledger *l, const char *path, bool *ret_missing, cdr_err *err)
{
    uint64_t size;
    bool promised;
    *ret_missing = false;
    cdr_status s = cdr_ledger_read_size(l, &size, err);
    if (s == CDR_OK && size == 0)
        return cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.empty", "The ledger is empty, and every workspace begins with an entry; run candor ledger verify.");
    if (s == CDR_OK)
        s = cdr_ledger_promises_head(l, &promised, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, CDR_E_CORRUPT, "ledger", "ledger.cut", "The first entry of the ledger is missing; run candor ledger verify.");
    if (s == CDR_OK && (s = check_one(l, NULL, size, err)) == CDR_NOT_FOUND)
        s = CDR_OK;
    if (s == CDR_OK && (s = check_one(l, path, size, err)) == CDR_NOT_FOUND) {
        *ret_missing = promised;
        s = CDR_OK;
    }
    return s;
}
