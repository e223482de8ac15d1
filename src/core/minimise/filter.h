/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of records in, the same stream with fields dropped or changed and records left out: for data handed on (candor minimise) and
 * for files cleaned in place (plan). CSV, NDJSON, JSON (an array of objects) and plain text. Constant memory; never half a row: a
 * malformed row ends it with CDR_E_INVAL naming the line, and what was written before ends with a whole row. */
#ifndef CDR_CORE_MINIMISE_FILTER_H
#define CDR_CORE_MINIMISE_FILTER_H

#include "core/minimise/transform.h"

typedef enum cdr_filter_format { CDR_FILTER_AUTO, CDR_FILTER_CSV, CDR_FILTER_NDJSON, CDR_FILTER_JSON, CDR_FILTER_TEXT } cdr_filter_format;

/* What happens to one column: CSV header, or JSON path as a scan names it: "customer.email", arrays as "orders[].city", keys that are data
 * themselves as "*". Of JSON a name holds for all below it that has no entry of its own, and the objects of the outermost array are named
 * with or without "[]." in front. Columns of a CSV that share a name take the entries of that name in their order, the last one for the rest. */
typedef struct cdr_filter_column {
    const char *name;
    cdr_transform transform;     /* CDR_FORM_PLAIN leaves it, byte for byte; CDR_FORM_NEVER takes column or member away */
    bool empty;                  /* with CDR_FORM_NEVER: the column stays, its values go (null in JSON): cleaning in place */
    bool values_only;            /* JSON: it speaks of values at its path, not of objects and arrays there and what lies in them */
    bool free_text;              /* findings inside are treated by ->text_form, the rest stays; only with CDR_FORM_PLAIN */
    bool watch;                  /* like free_text, for a column believed to hold nothing personal: only what is found with some certainty counts */
    bool numbers;                /* with ->watch: hardly a word was seen in it, or nobody says what it is; where some turn up, they are looked at like free text */
    cdr_form text_form;
    uint64_t *count;             /* values changed or removed are added there; may be NULL */
} cdr_filter_column;

/* Which records pass. Called for each with the cells asked for in ->cells: what they mean (not as they are written), not ended by NUL;
 * NULL: not there. Of an array the first counts. Records: rows of CSV, lines of NDJSON, objects of the outermost array of JSON (or of the
 * arrays that the outermost object holds: there a cell is called "orders[].id"). */
typedef struct cdr_filter_rows {
    const char *const *cells; size_t cell_count;           /* columns it looks at, at most 8 */
    cdr_status (*keep)(void *arg, const char *const *cells, const size_t *lens, bool *ret, cdr_err *err);
    void *arg;
} cdr_filter_rows;

typedef struct cdr_filter_spec {
    cdr_filter_format format;
    char delimiter;              /* CSV; 0: found out */
    const cdr_filter_column *columns; size_t column_count;
    cdr_filter_column other;     /* columns not named; its name is not looked at */
    /* Asked once for each column that ->columns does not name; NULL or no answer: ->other. What it returns must live until the end. */
    const cdr_filter_column *(*resolve)(void *arg, const char *name); void *resolve_arg;
    bool headless;               /* CSV: the first row is data; columns are called "column 1", "column 2"… as a scan calls them */
    bool utf8;                   /* what is not written in UTF-8 ends it with CDR_E_INVAL; else bytes that are none pass as they are */
    bool open;                   /* the other way round: what was encrypted is opened again (with ->keys), nothing else is done */
    const cdr_filter_rows *rows; /* NULL: all pass */
    /* A record in which any value is held (asked about every cell, NULL there is nothing held) passes byte for byte, whatever rows and columns
     * say: a legal hold by person. */
    bool (*held)(void *arg, const char *value, size_t len); void *held_arg;
    /* What of the findings in text is treated; NULL: all that is personal. */
    bool (*only)(void *arg, const cdr_finding *f); void *only_arg;
    const cdr_ruleset *ruleset;  /* for free text and plain text; NULL when nothing needs it */
    const cdr_ruleset *watch_ruleset;   /* for columns that are watched; NULL: ->ruleset */
    const cdr_purpose_keys *keys;
    const cdr_ctx *ctx;
    const char *name;            /* of the input, in messages */
} cdr_filter_spec;

typedef struct cdr_filter_counts {
    uint64_t bytes_in, bytes_out, rows_in, rows_out;
    uint64_t rows_held;
    uint64_t by_form[9];         /* values, by bit of cdr_form: never, redacted, masked… ; [8]: could not be generalised and went */
    uint64_t *by_column;         /* values changed or removed, by column of the spec; the caller's, may be NULL */
} cdr_filter_counts;

#define CDR_FILTER_ROW_MAX ((size_t)16 << 20)   /* bytes of one record */
#define CDR_FILTER_COLUMNS_MAX 8192u             /* of a CSV */
#define CDR_FILTER_DEPTH_MAX 64u                 /* of JSON */

typedef cdr_status (*cdr_filter_read)(void *arg, void *buf, size_t cap, size_t *ret_len, cdr_err *err);   /* 0 bytes: the end */
typedef cdr_status (*cdr_filter_write)(void *arg, const void *data, size_t len, cdr_err *err);
cdr_status cdr_filter_run(const cdr_filter_spec *spec, cdr_filter_read read, cdr_filter_write write, void *arg, cdr_filter_counts *ret, cdr_err *err) CDR_NODISCARD;

#endif
