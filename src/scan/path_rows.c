/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/path_rows.h"

#include "base/text.h"

#include <string.h>

void cdr_nest_begin(cdr_nest *n, cdr_table *table)
{
    n->table = table;
    n->depth = 0;
    n->path_len = 0;
    n->rows = 0;
    n->row_number = 0;
    n->levels[0] = (cdr_nest_level){.own_row = true, .generation = UINT64_MAX};
}

bool cdr_nest_push(cdr_nest *n, bool array, bool own_row)
{
    if (n->depth + 1 >= CDR_NEST_MAX)
        return false;
    n->levels[++n->depth] = (cdr_nest_level){.path_len = (uint16_t)n->path_len, .array = array, .own_row = own_row, .generation = UINT64_MAX};
    return true;
}

cdr_status cdr_nest_pop(cdr_nest *n, cdr_err *err)
{
    bool record = n->levels[n->depth].own_row;
    if (n->depth > 0)
        n->depth--;
    cdr_nest_path_reset(n);
    if (n->depth == 0)
        n->levels[0].generation = UINT64_MAX;
    return record && cdr_table_full(n->table) ? cdr_table_flush(n->table, err) : CDR_OK;
}

void cdr_nest_path_reset(cdr_nest *n)
{
    n->path_len = n->levels[n->depth].path_len;
}

void cdr_nest_path_add(cdr_nest *n, const char *s, size_t len)
{
    len = CDR_MIN(len, sizeof n->path - n->path_len);
    memcpy(n->path + n->path_len, s, len);
    n->path_len += len;
}

/* The record of the present level: the nearest level above that owns one. It is opened when its first value comes, and again
 * when the batch it stood in has been told. */
static cdr_status row_of(cdr_nest *n, uint32_t *ret, cdr_err *err)
{
    uint32_t d = n->depth;
    while (d > 0 && !n->levels[d].own_row)
        d--;
    cdr_nest_level *owner = &n->levels[d];
    if (owner->generation != n->table->generation) {
        n->rows++;
        cdr_status s = cdr_table_row_open(n->table, n->row_number ? n->row_number : n->rows, &owner->row, err);
        if (s != CDR_OK)
            return s;
        owner->generation = n->table->generation;
    }
    *ret = owner->row;
    return CDR_OK;
}

cdr_status cdr_nest_cell(cdr_nest *n, const char *s, size_t len, cdr_err *err)
{
    uint32_t row, column;
    if (len == 0)
        return CDR_OK;
    cdr_status st = row_of(n, &row, err);
    if (st == CDR_OK)
        st = cdr_table_column(n->table, n->path, n->path_len, &column, err);
    return st == CDR_OK ? cdr_table_cell_at(n->table, row, column, s, len, err) : st;
}

cdr_status cdr_nest_name(cdr_nest *n, const char *s, size_t len, cdr_err *err)
{
    if (n->path_len > 0)
        cdr_nest_path_add(n, ".", 1);
    if (!cdr_text_is_data(s, len)) {
        cdr_nest_path_add(n, s, len);
        return CDR_OK;
    }
    cdr_nest_path_add(n, "*", 1);
    return cdr_nest_cell(n, s, len, err);
}
