/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of content.c share. Each reader finds ->input begun and the sink's begin() told; it tells fields, values and
 * columns and fills ->outcome; content.c tells end(). */
#ifndef CDR_SCAN_CONTENT_PARTS_H
#define CDR_SCAN_CONTENT_PARTS_H

#include "scan/input.h"
#include "scan/mail_parts.h"
#include "scan/table.h"

typedef struct cdr_outcome {
    cdr_coverage coverage;
    const char *reason_id;
    char reason[160];
    uint64_t rows;
} cdr_outcome;

#define CDR_SPLIT_MIN ((uint64_t)4 * 1024 * 1024)   /* texts of this size are read in parts */

typedef enum cdr_text_mode { CDR_TEXT_LINES, CDR_TEXT_MAILS } cdr_text_mode;

/* What is to be read in parts: a text, or a table whose columns are known by now. */
typedef struct cdr_split {
    enum { CDR_SPLIT_TEXT, CDR_SPLIT_CSV, CDR_SPLIT_JSON_LINES } kind;
    cdr_text_mode mode;        /* of a text */
    uint64_t from;             /* offset where the parts begin */
    uint64_t lines;            /* lines (of a CSV: rows) before */
    struct cdr_table_snapshot *columns;
    /* out */
    uint64_t lines_read, rows, broken;
    cdr_mail_parts mail;       /* of mails */
} cdr_split;

struct cdr_content {
    const cdr_ctx *ctx;
    const cdr_ruleset *rs;
    cdr_detect_scratch *scratch;
    cdr_input input;
    cdr_table *table;          /* made when first needed */
    const char *path;          /* of the object that is read */
    struct cdr_csv_state *csv;
    struct cdr_json_state *json;
    struct cdr_xml_state *xml;
    cdr_outcome outcome;
    /* Reads what is large in parts, on several threads; NULL: from front to back. */
    cdr_status (*split)(void *arg, cdr_content *c, cdr_split *how, cdr_sink *sink, cdr_err *err);
    void *split_arg;
};

/* cdr_content_read in two steps, for who opens containers: the first bytes, then the rest. */
cdr_status cdr_content_open(cdr_content *c, const cdr_content_source *src, const char *name, cdr_content_type *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_content_go_on(cdr_content *c, const cdr_content_type *type, const char *path, const char *name, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;

/* A part of a text that starts and ends between records: [from, to) of the object; ->input has been resumed at or before ${from}
 * and its source goes on behind ${to} as far as context reaches. Lines are counted from ${line} + 1. */
typedef struct cdr_text_part {
    uint64_t from, to;         /* to UINT64_MAX: all there is */
    uint64_t lines;            /* in: lines before; out: lines ended, plus one for a last line without end */
    cdr_text_mode mode;
    cdr_mail_parts mail;       /* out, of mails */
} cdr_text_part;
cdr_status cdr_read_text_part(cdr_content *c, cdr_text_part *part, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;

bool cdr_content_may_split(const cdr_content *c);

/* A part of a table, [from, to) by where rows begin, into ${sink} with the columns of ${columns}; ->input has been resumed at
 * ${from}. ->outcome.rows and ${ret_lines} count rows and lines; ${ret_end} is where the next row begins. */
cdr_status cdr_read_csv_part(cdr_content *c, const cdr_content *owner, const struct cdr_table_snapshot *columns, uint64_t to, cdr_sink *sink, uint64_t *ret_lines,
                             uint64_t *ret_end, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_read_json_part(cdr_content *c, const struct cdr_table_snapshot *columns, uint64_t to, cdr_sink *sink, uint64_t *ret_lines, uint64_t *ret_broken,
                              cdr_err *err) CDR_NODISCARD;

bool cdr_text_begins_mail(const char *s, size_t len);   /* the line that begins a message in a mailbox */
cdr_status cdr_text_fields(cdr_text_mode mode, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;   /* tells the fields of a text */
void cdr_mail_outcome(cdr_content *c, const cdr_mail_parts *m);    /* mails with coded parts are read in part */
cdr_status cdr_read_text(cdr_content *c, cdr_text_mode mode, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_read_csv(cdr_content *c, char delimiter, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_read_json(cdr_content *c, bool lines, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_read_xml(cdr_content *c, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
void cdr_csv_state_free(struct cdr_csv_state *s);
void cdr_json_state_free(struct cdr_json_state *s);
void cdr_xml_state_free(struct cdr_xml_state *s);

/* Delimiter when ${head} looks like a table of values, 0 otherwise; ${named} when the name says so. */
char cdr_csv_sniff(const char *head, size_t len, bool whole, const char *name);
cdr_status cdr_content_table(cdr_content *c, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;   /* c->table, begun */
void cdr_outcome_set(cdr_outcome *o, cdr_coverage coverage, const char *reason_id, const char *fmt, ...) CDR_PRINTF(4, 5);

#endif
