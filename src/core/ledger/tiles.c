/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger as a tlog-tiles directory (C2SP): hash tiles of 256, entry bundles with 16-bit lengths, partial tiles for the rest. */
#include "core/ledger/store.h"

#include "base/io.h"
#include "base/parse.h"

#include <stdio.h>
#include <string.h>

#define TILE 256u

typedef struct export { cdr_ledger *ledger; const char *dir; cdr_buf *buf; cdr_err *err; } export;

/* "tile/0/x001/x234/067" and ".p/8" for a partial tile of 8. */
static cdr_status write_tile(export *x, const char *kind, uint64_t n, unsigned width)
{
    char number[64] = "", path[128], partial[16] = "";
    snprintf(number, sizeof number, "%03u", (unsigned)(n % 1000));
    for (n /= 1000; n > 0; n /= 1000) {
        char more[80];
        snprintf(more, sizeof more, "x%03u/%s", (unsigned)(n % 1000), number);
        memcpy(number, more, sizeof number - 1);
    }
    if (width < TILE)
        snprintf(partial, sizeof partial, ".p/%u", width);
    snprintf(path, sizeof path, "tile/%s/%s%s", kind, number, partial);
    _cleanup_free_ char *full = cdr_path_join(x->dir, path), *folder = full ? cdr_strdup(full) : NULL;
    if (!folder)
        return cdr_fail_nomem(x->err, "ledger");
    *strrchr(folder, '/') = '\0';
    cdr_status s = cdr_mkdirs(folder, 0777, x->err);
    return s == CDR_OK ? cdr_file_write(full, x->buf->data, x->buf->len, 0644, x->err) : s;
}

static cdr_status export_hashes(export *x, uint64_t size)
{
    for (unsigned tile_level = 0, level = 0; size >> level > 0; tile_level++, level += 8) {
        uint64_t nodes = size >> level;
        char kind[8];
        snprintf(kind, sizeof kind, "%u", tile_level);
        for (uint64_t n = 0; n * TILE < nodes; n++) {
            unsigned width = (unsigned)CDR_MIN(nodes - n * TILE, (uint64_t)TILE);
            cdr_buf_clear(x->buf);
            for (unsigned i = 0; i < width; i++) {
                cdr_hash h;
                cdr_status s = cdr_ledger_node(x->ledger, level, n * TILE + i, &h, x->err);
                if (s == CDR_OK && cdr_buf_add(x->buf, h.bytes, CDR_HASH) != CDR_OK)
                    s = cdr_fail_nomem(x->err, "ledger");
                if (s != CDR_OK)
                    return s;
            }
            cdr_status s = write_tile(x, kind, n, width);
            if (s != CDR_OK)
                return s;
        }
    }
    return CDR_OK;
}

static cdr_status add_entry(void *arg, uint64_t idx, const char *entry, size_t len)
{
    export *x = arg;
    uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    if (cdr_buf_add(x->buf, head, 2) != CDR_OK || cdr_buf_add(x->buf, entry, len) != CDR_OK)
        return cdr_fail_nomem(x->err, "ledger");
    if (idx % TILE != TILE - 1)
        return CDR_OK;
    cdr_status s = write_tile(x, "entries", idx / TILE, TILE);
    cdr_buf_clear(x->buf);
    return s;
}

static cdr_status write_named(export *x, const char *name, const char *text)
{
    _cleanup_free_ char *path = cdr_path_join(x->dir, name);
    return path ? cdr_file_write(path, text, strlen(text), 0644, x->err) : cdr_fail_nomem(x->err, "ledger");
}

static cdr_status write_keys(export *x)
{
    const cdr_vkey *key = cdr_ledger_vkey(x->ledger);
    char text[CDR_ORIGIN_MAX + 200];
    cdr_vkey_pem(key, text);
    cdr_status s = write_named(x, "key.pem", text);
    cdr_vkey_format(key, text, sizeof text - 1);
    memcpy(text + strlen(text), "\n", 2);
    return s == CDR_OK ? write_named(x, "key.vkey", text) : s;
}

static cdr_status export_all(cdr_ledger *l, const char *dir, cdr_err *err)
{
    _cleanup_buf_ cdr_buf buf = CDR_BUF(TILE * (CDR_LEDGER_ENTRY_MAX + 2));
    export x = {l, dir, &buf, err};
    uint64_t size = 0;
    cdr_status s = cdr_ledger_read_size(l, &size, err);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0777, err);
    if (s == CDR_OK)
        s = export_hashes(&x, size);
    cdr_buf_clear(&buf);
    if (s == CDR_OK)
        s = cdr_ledger_each(l, 0, add_entry, &x, err);
    if (s == CDR_OK && size % TILE)
        s = write_tile(&x, "entries", size / TILE, (unsigned)(size % TILE));
    if (s == CDR_OK)
        s = write_keys(&x);
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    if (s == CDR_OK)
        s = cdr_ledger_checkpoint_at(l, size, &note, err);
    /* Last, so that a reader never sees a checkpoint whose tiles are not there yet. */
    if (s == CDR_OK)
        s = write_named(&x, "checkpoint", note.data);
    return s;
}

cdr_status cdr_ledger_export(cdr_ledger *l, const char *dir, cdr_err *err)
{
    cdr_status s = cdr_ledger_begin_read(l, err);
    if (s != CDR_OK)
        return s;
    s = export_all(l, dir, err);
    cdr_ledger_end_read(l);
    return s;
}
