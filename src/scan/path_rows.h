/* SPDX-License-Identifier: Apache-2.0 */
/* Where a reader of nested data stands: the path so far, and which record the present level belongs to. JSON and XML share it. */
#ifndef CDR_SCAN_PATH_ROWS_H
#define CDR_SCAN_PATH_ROWS_H

#include "scan/content_parts.h"
#include "scan/table_parts.h"

#define CDR_NEST_MAX 200
#define CDR_NEST_PATH 1024

typedef struct cdr_nest_level {
    uint16_t path_len;         /* path of this level; longer paths are cut */
    bool array;                /* JSON: an array */
    bool own_row;              /* opened a record of its own */
    uint32_t row;
    uint64_t generation;       /* of the table when the row was opened; UINT64_MAX: not opened yet */
    uint32_t last_child;       /* XML: hash of the last child's name */
} cdr_nest_level;

typedef struct cdr_nest {
    cdr_table *table;
    cdr_nest_level levels[CDR_NEST_MAX];
    uint32_t depth;
    char path[CDR_NEST_PATH];
    size_t path_len;
    uint64_t rows;             /* opened so far */
    uint64_t row_number;       /* for people, of the rows opened next; 0: count them */
} cdr_nest;

void cdr_nest_begin(cdr_nest *n, cdr_table *table);
/* One level down; false when too deep. */
bool cdr_nest_push(cdr_nest *n, bool array, bool own_row);
/* One level up; tells the batch when a record ended and the batch is full. */
cdr_status cdr_nest_pop(cdr_nest *n, cdr_err *err) CDR_NODISCARD;
void cdr_nest_path_add(cdr_nest *n, const char *s, size_t len);
/* Path back to the one of the present level. */
void cdr_nest_path_reset(cdr_nest *n);
/* A value at the present path, in the record of the present level. */
cdr_status cdr_nest_cell(cdr_nest *n, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;
/* Add a name to the path; one that is itself data ("ada@example.com": {...}) becomes "*" and is told as a value. */
cdr_status cdr_nest_name(cdr_nest *n, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;

#endif
