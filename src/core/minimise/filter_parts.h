/* SPDX-License-Identifier: Apache-2.0 */
/* How the filter's parts work together. A reader of one format cuts the text that is held into whole records and leaves behind, in the order
 * of the text, what has to be changed in it (->ops); detection runs over all cells of a column at once; then the text is copied with the
 * changes made. What no column asks for costs nothing but being passed over. */
#ifndef CDR_CORE_MINIMISE_FILTER_PARTS_H
#define CDR_CORE_MINIMISE_FILTER_PARTS_H

#include "base/vec.h"
#include "core/minimise/filter.h"

#define CDR_FILTER_BLOCK ((size_t)256 << 10)
#define CDR_FILTER_PAD 64             /* zero bytes behind the text, so that readers may look 64 bytes at a time */
#define CDR_FILTER_NO_COLUMN UINT32_MAX
#define CDR_FILTER_PERSONAL_KEY "(a key that is personal data)"   /* where members under such keys are counted: their paths are named nowhere */

typedef enum cdr_filter_act {
    CDR_FILTER_KEEP, CDR_FILTER_DROP, CDR_FILTER_EMPTY, CDR_FILTER_CHANGE, CDR_FILTER_LOOK, CDR_FILTER_OPEN, CDR_FILTER_LEARN
} cdr_filter_act;

typedef enum cdr_filter_syntax {
    CDR_SYNTAX_REMOVE,                /* nothing in its place */
    CDR_SYNTAX_CSV, CDR_SYNTAX_CSV_QUOTED,
    CDR_SYNTAX_JSON_STRING, CDR_SYNTAX_JSON_BARE,
    CDR_SYNTAX_TEXT
} cdr_filter_syntax;

typedef struct cdr_filter_op {
    uint32_t start, end;              /* of the text held; of a cell with its quotes */
    uint32_t column;
    uint32_t next;                    /* the column's next op of this block, UINT32_MAX none */
    uint32_t found, found_count;      /* of a removal: found_count 1 when a value goes */
    uint8_t syntax, act;
} cdr_filter_op;

typedef struct cdr_filter_found { uint32_t start, end; uint32_t evidence; cdr_kind kind; uint16_t rule; } cdr_filter_found;   /* within the value */

typedef struct cdr_filter_col {
    const cdr_filter_column *what;
    cdr_transform transform;          /* with the column's own name */
    char *name; size_t name_len;
    uint64_t *count;                  /* may be NULL */
    uint64_t *count2;
    cdr_hint *hint;
    uint32_t first_op, last_op;       /* to be looked into, of this block */
    uint8_t act;
    uint8_t asked;                    /* 1 + index into rows->cells */
} cdr_filter_col;

CDR_VEC(cdr_filter_cols, cdr_filter_col)
CDR_VEC(cdr_filter_founds, cdr_filter_found)

typedef struct cdr_filter cdr_filter;

typedef struct cdr_filter_reader {
    cdr_status (*begin)(cdr_filter *f, cdr_err *err);      /* once, with the first text; makes ->state */
    cdr_status (*cut)(cdr_filter *f, cdr_err *err);        /* sets ->done; an error holds for what stands behind ->done */
    void (*end)(cdr_filter *f);
} cdr_filter_reader;
extern const cdr_filter_reader cdr_filter_csv, cdr_filter_json, cdr_filter_text;

/* Tells the values of a sample to whoever learns what the columns are. */
typedef cdr_status (*cdr_filter_learn_fn)(void *arg, uint32_t column, const char *name, size_t name_len, const char *value, size_t len, cdr_err *err);

struct cdr_filter {
    const cdr_filter_spec *spec;
    const cdr_filter_reader *reader;
    void *state;
    cdr_ctx ctx;                      /* the spec's with its clock stopped: a day does not change within a run, and asking costs */
    int64_t now_us;
    cdr_filter_format format;
    char *text; size_t len, cap;
    size_t skip;                      /* bytes at the beginning that were handed on already and stay as context */
    size_t done;                      /* how far whole records go */
    bool last;                        /* nothing follows what is held */
    bool binary;                      /* a zero byte follows it: that is the end */
    bool foreign;                     /* a byte that is no UTF-8 follows it: that is the end */
    size_t checked;                   /* how much of the text held is whole characters; with spec->utf8 */
    uint64_t line;                    /* line ends before the text held */
    cdr_filter_cols cols;
    uint32_t *names; size_t names_cap;   /* hash table of the spec's columns: 1 + index */
    cdr_filter_op *ops; size_t op_count, op_cap;
    cdr_filter_founds found;
    cdr_buf out, value, changed, batch;
    uint32_t *starts, *start_ops; size_t starts_cap;
    cdr_detect_scratch *scratch;
    char delimiter;                   /* CSV */
    bool lone;                        /* CSV: one column is left of several, so that an empty cell needs quotes */
    cdr_filter_counts *counts;
    cdr_filter_write write; cdr_filter_read read; void *arg;
    cdr_filter_learn_fn learn; void *learn_arg;
};

/* --- filter.c --- */
cdr_status cdr_filter_op_add(cdr_filter *f, const cdr_filter_op *op, cdr_err *err) CDR_NODISCARD;
/* The column of that name: what the spec says of it. ${alias} may be NULL: another name to look under. ${inherited} may be NULL: what holds
 * when neither is known. Adds it to ->cols. */
cdr_status cdr_filter_col_add(cdr_filter *f, const char *name, size_t len, const char *alias, size_t alias_len, const cdr_filter_column *inherited, uint32_t *ret, cdr_err *err) CDR_NODISCARD;
const cdr_filter_column *cdr_filter_named(const cdr_filter *f, const char *name, size_t len);   /* of the spec; NULL: not named */
cdr_status cdr_filter_malformed(const cdr_filter *f, cdr_err *err, uint64_t line, const char *what);
/* Does the record pass? ${cells} by index of rows->cells. */
cdr_status cdr_filter_record(cdr_filter *f, const char *const *cells, const size_t *lens, bool *ret_pass, cdr_err *err) CDR_NODISCARD;
/* Format and delimiter, as said or as the beginning shows them. */
void cdr_filter_shape(const cdr_filter_spec *spec, const char *text, size_t len, bool whole, cdr_filter_format *ret_format, char *ret_delimiter);
/* Run over a sample (all of it in memory, possibly cut off within a record) telling values instead of writing. Every column is told once with an
 * empty value, before its first. What is malformed ends the sample: the filter itself will say so. */
cdr_status cdr_filter_sample(const cdr_filter_spec *spec, const char *text, size_t len, cdr_filter_learn_fn fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- filter_cells.c --- */
/* What the raw cell means; in place when nothing is escaped, else in ${buf}, which is cleared. */
cdr_status cdr_filter_value(const char *raw, size_t len, cdr_filter_syntax syntax, cdr_buf *buf, const char **ret, size_t *ret_len, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_filter_look(cdr_filter *f, cdr_err *err) CDR_NODISCARD;      /* detection over the ops of ->cols that ask for it */
cdr_status cdr_filter_copy(cdr_filter *f, cdr_err *err) CDR_NODISCARD;      /* ->text up to ->done with its ops to ->out */
/* False: whatever stands in it tells of nobody (a short number, one word of letters, a date): not worth a look. */
bool cdr_filter_worth_a_look(const char *s, size_t len);
/* Securities, companies and their like are nobody. */
bool cdr_filter_is_nobody(const cdr_finding *x);
bool cdr_filter_is_wanted(const cdr_filter *f, const cdr_finding *x);   /* of somebody, and asked for */
uint64_t cdr_filter_lines(const char *s, size_t len);

/* --- filter_utf8.c --- */
/* How many bytes are whole characters; ${ret_wrong}: what stands there is none (else it ends within one). */
size_t cdr_filter_utf8(const char *s, size_t len, bool *ret_wrong);
bool cdr_filter_is_utf16(const char *s, size_t len);                       /* by the mark at its beginning */
cdr_status cdr_filter_foreign(const char *name, uint64_t line, uint64_t at, cdr_err *err);

/* --- filter_csv.c --- */
char cdr_filter_delimiter(const char *text, size_t len, bool whole);        /* ',' when nothing speaks for another */

#endif
