/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/sqlite_btree.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

#define WINDOW (256u << 10)      /* bytes read at once: pages of a table mostly follow each other */
#define DEPTH_MAX 24u            /* 2^32 pages of two children each are 32 levels; real trees have at most six */
#define COLUMNS_MAX 32767u

enum { INTERIOR_TABLE = 5, LEAF_TABLE = 13 };

typedef struct frame {
    uint32_t page;
    uint8_t kind;
    uint32_t cells, next;        /* next == cells: the right-most child */
    uint32_t header;             /* offset of the b-tree header in the page */
    uint8_t *data;               /* of interior pages; leaves are read in the window */
} frame;

struct cdr_btree {
    cdr_source *src;
    uint32_t page_size, usable, pages;
    uint8_t *window;
    uint64_t window_at;
    size_t window_len;
    uint8_t *seen;               /* a bit per page */
    uint8_t *leaf;               /* the leaf being read: overflow pages move the window */
    cdr_buf row;                 /* a record put together from overflow pages */
    frame stack[DEPTH_MAX];
    uint8_t *interior;           /* DEPTH_MAX pages */
    cdr_btree_end end;
    const cdr_btree_column *columns;
    size_t column_count;
    cdr_cells *cells;
};

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Bytes used, 0 when it does not end before ${end}. */
static size_t varint(const uint8_t *p, const uint8_t *end, uint64_t *ret)
{
    uint64_t v = 0;
    if (p < end && !(p[0] & 0x80)) {
        *ret = p[0];
        return 1;
    }
    for (size_t i = 0; i < 9 && p + i < end; i++) {
        if (i == 8) {
            *ret = v << 8 | p[8];
            return 9;
        }
        v = v << 7 | (p[i] & 0x7F);
        if (!(p[i] & 0x80)) {
            *ret = v;
            return i + 1;
        }
    }
    return 0;
}

static void damaged(cdr_btree *b)
{
    if (b->end == CDR_BTREE_WHOLE)
        b->end = CDR_BTREE_DAMAGED;
}

/* --- pages ----------------------------------------------------------------------------------------------------------------------- */

/* The page in the window, valid until the next call; NULL when it is not there. */
static const uint8_t *page_in_window(cdr_btree *b, uint32_t page)
{
    if (page == 0 || page > b->pages)
        return NULL;
    uint64_t at = (uint64_t)(page - 1) * b->page_size;
    if (at < b->window_at || at + b->page_size > b->window_at + b->window_len) {
        b->window_len = 0;
        if (b->src->pread(b->src->arg, at, (char *)b->window, WINDOW, &b->window_len, NULL) != CDR_OK)
            b->window_len = 0;
        b->window_at = at;
        if (b->window_len < b->page_size)
            return NULL;
    }
    return b->window + (at - b->window_at);
}

/* As above, and only once in a walk. */
static const uint8_t *page_once(cdr_btree *b, uint32_t page)
{
    if (page == 0 || page > b->pages || (b->seen[page / 8] & 1 << page % 8))
        return NULL;
    b->seen[page / 8] |= (uint8_t)(1 << page % 8);
    return page_in_window(b, page);
}

static bool read_header(cdr_btree *b, cdr_source *src)
{
    uint8_t h[100];
    size_t n = 0;
    if (src->pread(src->arg, 0, (char *)h, sizeof h, &n, NULL) != CDR_OK || n != sizeof h || memcmp(h, "SQLite format 3", 16) != 0)
        return false;
    b->src = src;
    b->page_size = be16(h + 16) == 1 ? 65536 : be16(h + 16);
    b->usable = b->page_size - h[20];
    uint64_t pages = b->page_size ? src->size / b->page_size : 0;
    b->pages = (uint32_t)CDR_MIN(pages, (uint64_t)UINT32_MAX - 1);
    bool plain = h[18] <= 2 && h[19] <= 2 && h[21] == 64 && h[22] == 32 && h[23] == 32 && be32(h + 44) <= 4 && be32(h + 56) <= 1;
    return plain && b->page_size >= 512 && (b->page_size & (b->page_size - 1)) == 0 && b->usable >= 480 && b->pages > 0;
}

cdr_status cdr_btree_new(cdr_source *src, cdr_btree **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_btree *b = cdr_alloc(sizeof *b);
    if (!b)
        return cdr_fail_nomem(err, "scan");
    if (!read_header(b, src)) {
        cdr_free(b);
        return CDR_E_UNSUPPORTED;
    }
    b->window = cdr_alloc(WINDOW);
    b->seen = cdr_alloc((size_t)b->pages / 8 + 1);
    b->leaf = cdr_alloc(b->page_size);
    b->interior = cdr_alloc_array(DEPTH_MAX, b->page_size);
    b->row = CDR_BUF(CDR_SQLITE_ROW_MAX + 65536);
    if (!b->window || !b->seen || !b->leaf || !b->interior) {
        cdr_btree_free(b);
        return cdr_fail_nomem(err, "scan");
    }
    for (size_t i = 0; i < DEPTH_MAX; i++)
        b->stack[i].data = b->interior + i * b->page_size;
    *ret = b;
    return CDR_OK;
}

void cdr_btree_free(cdr_btree *b)
{
    if (!b)
        return;
    cdr_free(b->window);
    cdr_free(b->seen);
    cdr_free(b->leaf);
    cdr_free(b->interior);
    cdr_buf_wipe(&b->row);
    cdr_free(b);
}

bool cdr_btree_is_table(cdr_btree *b, uint32_t root)
{
    const uint8_t *p = root > 1 ? page_in_window(b, root) : NULL;
    return p && (p[0] == INTERIOR_TABLE || p[0] == LEAF_TABLE);
}

/* --- records --------------------------------------------------------------------------------------------------------------------- */

static int64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* Size of a value by its serial type, SIZE_MAX for types that do not exist. */
static uint64_t value_size(uint64_t type)
{
    static const uint8_t sizes[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type >= 12 ? (type - 12) / 2 : type == 10 || type == 11 ? UINT64_MAX : sizes[type];
}

static cdr_status give_value(cdr_btree *b, const cdr_btree_column *c, uint64_t type, const uint8_t *p, size_t len, uint64_t rowid, cdr_err *err)
{
    if (type >= 13 && type % 2)
        return cdr_cells_text(b->cells, c->number, (const char *)p, len, err);
    if (type >= 12)
        return cdr_cells_blob(b->cells, c->number, (const char *)p, len, err);
    if (type >= 1 && type <= 6)
        return cdr_cells_int(b->cells, c->number, big_endian(p, len), err);
    if (type == 7) {
        uint64_t bits = (uint64_t)big_endian(p, 8);
        double v;
        memcpy(&v, &bits, sizeof v);
        return cdr_cells_real(b->cells, c->number, v, err);
    }
    if (type == 8 || type == 9)
        return cdr_cells_int(b->cells, c->number, type == 9, err);
    return c->is_rowid ? cdr_cells_int(b->cells, c->number, (int64_t)rowid, err) : CDR_OK;
}

/* A record: its header names the type of each value, the values follow. */
static cdr_status give_record(cdr_btree *b, const uint8_t *p, size_t len, uint64_t rowid, cdr_err *err)
{
    uint64_t header_len, type = 0;
    const uint8_t *end = p + len, *value;
    size_t n = varint(p, end, &header_len);
    if (!n || header_len < n || header_len > len) {
        damaged(b);
        return CDR_OK;
    }
    const uint8_t *header = p + n, *header_end = p + header_len;
    value = header_end;
    size_t i = 0;
    for (; i < b->column_count && header < header_end; i++) {
        n = varint(header, header_end, &type);
        uint64_t size = n ? value_size(type) : UINT64_MAX;
        if (size > (uint64_t)(end - value)) {
            damaged(b);
            break;
        }
        cdr_status s = give_value(b, &b->columns[i], type, value, (size_t)size, rowid, err);
        if (s != CDR_OK)
            return s;
        header += n;
        value += size;
    }
    for (; i < b->column_count && header >= header_end; i++) {
        const cdr_btree_column *c = &b->columns[i];
        cdr_status s = c->missing ? cdr_cells_text(b->cells, c->number, c->missing, c->missing_len, err) : CDR_OK;
        if (s != CDR_OK)
            return s;
    }
    return cdr_cells_row_end(b->cells, err);
}

/* --- cells of a leaf ---------------------------------------------------------------------------------------------------------------- */

/* How much of a payload of ${len} bytes lies in the leaf itself. */
static uint64_t local_part(const cdr_btree *b, uint64_t len)
{
    uint64_t most = b->usable - 35, least = (uint64_t)(b->usable - 12) * 32 / 255 - 23;
    if (len <= most)
        return len;
    uint64_t fitting = least + (len - least) % (b->usable - 4);
    return fitting <= most ? fitting : least;
}

/* Put a record together: ${local} bytes at ${p}, the rest in the chain of pages whose first number follows. */
static cdr_status gather(cdr_btree *b, const uint8_t *p, uint64_t local, uint64_t len, bool *ret_whole, cdr_err *err)
{
    uint32_t page = be32(p + local);
    cdr_buf_clear(&b->row);
    *ret_whole = false;
    if (cdr_buf_add(&b->row, p, (size_t)local) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    while (b->row.len < len) {
        const uint8_t *more = page_once(b, page);
        if (!more)
            return CDR_OK;
        size_t n = (size_t)CDR_MIN((uint64_t)(b->usable - 4), len - b->row.len);
        page = be32(more);
        if (cdr_buf_add(&b->row, more + 4, n) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
    }
    *ret_whole = true;
    return CDR_OK;
}

static cdr_status read_cell(cdr_btree *b, const uint8_t *cell, const uint8_t *page_end, cdr_err *err)
{
    uint64_t len, rowid;
    size_t a = varint(cell, page_end, &len), c = a ? varint(cell + a, page_end, &rowid) : 0;
    const uint8_t *payload = cell + a + c;
    if (!c || len > INT32_MAX) {
        damaged(b);
        return CDR_OK;
    }
    uint64_t local = local_part(b, len);
    if (local + (local < len ? 4 : 0) > (uint64_t)(page_end - payload)) {
        damaged(b);
        return CDR_OK;
    }
    if (local == len)
        return give_record(b, payload, (size_t)len, rowid, err);
    if (len > CDR_SQLITE_ROW_MAX) {
        b->end = CDR_BTREE_LIMIT;
        return CDR_OK;
    }
    bool whole;
    cdr_status s = gather(b, payload, local, len, &whole, err);
    if (s != CDR_OK)
        return s;
    if (!whole)
        damaged(b);                      /* what is there is read all the same */
    return give_record(b, (const uint8_t *)b->row.data, b->row.len, rowid, err);
}

static cdr_status read_leaf(cdr_btree *b, const frame *f, const uint8_t *page, cdr_err *err)
{
    memcpy(b->leaf, page, b->page_size);
    const uint8_t *end = b->leaf + b->usable;
    for (uint32_t i = 0; i < f->cells; i++) {
        uint32_t at = be16(b->leaf + f->header + 8 + 2 * (size_t)i);
        if (at < f->header + 8 || at >= b->usable) {
            damaged(b);
            continue;
        }
        cdr_status s = read_cell(b, b->leaf + at, end, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* --- the tree ------------------------------------------------------------------------------------------------------------------------ */

/* Look at a page; CDR_DONE when it is unusable (remembered). */
static cdr_status enter(cdr_btree *b, uint32_t number, frame *f, const uint8_t **ret)
{
    const uint8_t *page = page_once(b, number);
    f->page = number;
    f->header = number == 1 ? 100 : 0;
    f->kind = page ? page[f->header] : 0;
    f->cells = page ? be16(page + f->header + 3) : 0;
    f->next = 0;
    uint32_t header = f->header + (f->kind == INTERIOR_TABLE ? 12 : 8);
    bool fine = (f->kind == INTERIOR_TABLE || f->kind == LEAF_TABLE) && header + 2 * (uint64_t)f->cells <= b->usable;
    if (!fine) {
        damaged(b);
        return CDR_DONE;
    }
    *ret = page;
    return CDR_OK;
}

/* The next child of an interior page, 0 when it is bad. */
static uint32_t next_child(cdr_btree *b, frame *f)
{
    uint32_t i = f->next++;
    if (i == f->cells)
        return be32(f->data + f->header + 8);
    uint32_t at = be16(f->data + f->header + 12 + 2 * (size_t)i);
    return at + 4 <= b->usable ? be32(f->data + at) : 0;
}

static cdr_status walk(cdr_btree *b, uint32_t root, cdr_err *err)
{
    uint32_t depth = 0, number = root;
    for (;;) {
        frame *f = &b->stack[depth];
        const uint8_t *page;
        cdr_status s = depth < DEPTH_MAX ? enter(b, number, f, &page) : CDR_DONE;
        if (s == CDR_OK && f->kind == INTERIOR_TABLE) {
            memcpy(f->data, page, b->page_size);
            depth++;
        } else if (s == CDR_OK) {
            s = read_leaf(b, f, page, err);
            if (s != CDR_OK)
                return s;
        }
        while (depth > 0 && b->stack[depth - 1].next > b->stack[depth - 1].cells)
            depth--;
        if (depth == 0)
            return CDR_OK;
        number = next_child(b, &b->stack[depth - 1]);
    }
}

cdr_status cdr_btree_rows(cdr_btree *b, uint32_t root, const cdr_btree_column *columns, size_t count, cdr_cells *cells, cdr_btree_end *ret_end, cdr_err *err)
{
    memset(b->seen, 0, (size_t)b->pages / 8 + 1);
    b->columns = columns;
    b->column_count = CDR_MIN(count, (size_t)COLUMNS_MAX);
    b->cells = cells;
    b->end = CDR_BTREE_WHOLE;
    cdr_status s = walk(b, root, err);
    *ret_end = b->end;
    return s;
}
