/* SPDX-License-Identifier: Apache-2.0 */
/* What a column of a table, or a JSON path, is: judged by header and values together. Feed the cells in batches, tell it what
 * cdr_detect_cells found in them, ask at the end (or after the first batches). */
#ifndef CDR_DETECT_COLUMN_H
#define CDR_DETECT_COLUMN_H

#include "candor/detect.h"

typedef struct cdr_column cdr_column;

typedef struct cdr_column_class {
    cdr_kind kind;        /* CDR_KIND_NONE: nothing personal */
    float support;        /* share of non-empty values that fit, 0-1 */
    float confidence;
    uint32_t evidence;
    bool by_value;        /* true: cdr_detect_cells reports its values itself; false (names, salary, gender…): each non-empty value counts */
} cdr_column_class;

cdr_status cdr_column_new(const cdr_ruleset *rs, const char *header, size_t len, cdr_column **ret, cdr_err *err) CDR_NODISCARD;
const cdr_hint *cdr_column_hint(const cdr_column *c);         /* borrowed, for cdr_detect_cells */
/* Cells as for cdr_detect_cells. Cheap: looks at most at the first 4,096 non-empty cells, counts the rest. */
void cdr_column_cells(cdr_column *c, const char *text, const uint32_t *starts, size_t count);
void cdr_column_found(cdr_column *c, cdr_kind kind, cdr_band band);  /* once per cell with a finding */
uint64_t cdr_column_values(const cdr_column *c);              /* non-empty cells so far */
void cdr_column_judge(const cdr_column *c, cdr_column_class *ret);
void cdr_column_free(cdr_column *c);

/* Is the first row of a table a header? cells as above, one row each. */
bool cdr_row_is_header(const cdr_ruleset *rs, const char *first, const uint32_t *first_starts, size_t count,
                       const char *second, const uint32_t *second_starts, size_t second_count);

#endif
