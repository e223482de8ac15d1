/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the rows of an ordinary table straight from the pages of the file, as the format is documented
 * (https://www.sqlite.org/fileformat2.html). Several times faster than SQLite's own machine, because a scan needs no more than
 * every cell once. What is not plain (write-ahead log, UTF-16, tables without row ids) is left to SQLite.
 *
 * Every number in the file is doubted: no page is entered twice, nothing is read outside its page, depth, row size and memory
 * are bounded. A bad page or cell is left out and remembered; the walk goes on with the next. */
#ifndef CDR_SCAN_READER_SQLITE_BTREE_H
#define CDR_SCAN_READER_SQLITE_BTREE_H

#include "scan/reader/sqlite_cells.h"

typedef struct cdr_btree cdr_btree;

/* A column as the record stores it. */
typedef struct cdr_btree_column {
    uint32_t number;             /* in the cdr_table */
    bool is_rowid;               /* INTEGER PRIMARY KEY: stored as the row's id */
    const char *missing;         /* what rows that are older than the column hold, NULL for nothing */
    size_t missing_len;
} cdr_btree_column;

typedef enum cdr_btree_end { CDR_BTREE_WHOLE, CDR_BTREE_DAMAGED, CDR_BTREE_LIMIT } cdr_btree_end;

/* CDR_E_UNSUPPORTED: a database for SQLite itself. */
cdr_status cdr_btree_new(cdr_source *src, cdr_btree **ret, cdr_err *err) CDR_NODISCARD;
void cdr_btree_free(cdr_btree *b);
/* Is ${root} the root of a table with row ids? */
bool cdr_btree_is_table(cdr_btree *b, uint32_t root);
/* All rows of the table at ${root}; ${ret_end} tells whether that was all. */
cdr_status cdr_btree_rows(cdr_btree *b, uint32_t root, const cdr_btree_column *columns, size_t count, cdr_cells *cells, cdr_btree_end *ret_end, cdr_err *err) CDR_NODISCARD;

#endif
