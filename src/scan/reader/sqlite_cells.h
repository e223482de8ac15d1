/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a database on their way into the cdr_table: numbers become text as people write them, texts are taken out of binary data. */
#ifndef CDR_SCAN_READER_SQLITE_CELLS_H
#define CDR_SCAN_READER_SQLITE_CELLS_H

#include "scan/reader/reader.h"

#define CDR_SQLITE_ROW_MAX (32u << 20)   /* longest row that is held in memory */

typedef struct cdr_cells {
    cdr_reader *r;
    uint64_t rows, bytes, told, blobs;   /* of the table being read; blobs: cells with documents or packed data, not read */
} cdr_cells;

cdr_status cdr_cells_text(cdr_cells *c, uint32_t column, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_cells_blob(cdr_cells *c, uint32_t column, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_cells_int(cdr_cells *c, uint32_t column, int64_t v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_cells_real(cdr_cells *c, uint32_t column, double v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_cells_row_end(cdr_cells *c, cdr_err *err) CDR_NODISCARD;

#endif
