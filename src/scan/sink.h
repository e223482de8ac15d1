/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader tells while it walks an object. Readers (text, csv, json, mbox, archive members, database tables) run
 * detection themselves and tell the sink what they found; a sink is either the collector (collect.c: hashes, masks, counts,
 * makes the cdr_observation) or the pipe to it (wire.c, inside candor-reader, which has no keys). Same calls, same order, so
 * that a CSV in a zip is treated exactly like a CSV on disk.
 *
 * Order:  begin, (fields as they become known), {values… record_end}*, (judged per column), end.
 * Values are in the clear and live only for the call. A status other than CDR_OK stops the reader, which returns it. */
#ifndef CDR_SCAN_SINK_H
#define CDR_SCAN_SINK_H

#include "detect/column.h"
#include "detect/observation.h"

/* Something found in a field. */
typedef struct cdr_seen_value {
    uint32_t field;            /* number given by field() */
    cdr_kind kind;
    uint16_t rule;
    uint8_t band;
    float confidence;
    uint32_t evidence;
    uint64_t offset;           /* byte offset in the object, or within the cell for tables */
    uint64_t line;             /* 1-based line, or row (header is row 1) */
    const char *value;
    size_t len;
} cdr_seen_value;

typedef struct cdr_sink cdr_sink;
typedef struct cdr_sink_calls {
    /* An object (file, archive member, table) begins. ${path} is displayed text (escaped UTF-8); ${format} a literal or one of
     * cdr_format_names. */
    cdr_status (*begin)(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err);
    /* A field becomes known; the first gets number 0, and so on. Free text: one field with the name "". */
    cdr_status (*field)(cdr_sink *s, const char *name, size_t len, cdr_err *err);
    cdr_status (*value)(cdr_sink *s, const cdr_seen_value *v, cdr_err *err);
    /* The values told since the last record_end belong to one record (row, JSON object, mail, line of a log): they speak of
     * one person, or of nobody. */
    cdr_status (*record_end)(cdr_sink *s, cdr_err *err);
    /* At the end, per column: what it is, and how many non-empty values it held. Names, streets, salaries… that no detector
     * reports by value have been told through value() with the column's kind when the column was judged early enough;
     * ${untold} more of them were counted but not told. */
    cdr_status (*column)(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err);
    cdr_status (*end)(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err);
} cdr_sink_calls;

struct cdr_sink {
    const cdr_sink_calls *calls;
};

#endif
