/* SPDX-License-Identifier: Apache-2.0 */
/* JSON. Trees are jansson's; here: parsing with limits (depth, size, duplicate keys refused), canonical text
 * (RFC 8785) for what gets hashed or signed, and a streaming writer for large output. */
#ifndef CDR_BASE_JSON_H
#define CDR_BASE_JSON_H

#include "base/buf.h"
#include <jansson.h>

#define CDR_JSON_DEPTH_MAX 64

/* ${where} names the source in messages ("inventory.yaml"). Refuses duplicate keys, NUL in keys, depth over 64. */
cdr_status cdr_json_parse(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* The same, but "\u0000" is a character of texts like any other: ask for their lengths. */
cdr_status cdr_json_parse_bytes(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* RFC 8785: keys by UTF-16 code units, ECMAScript numbers; refuses lone surrogates and integers beyond 2^53. */
cdr_status cdr_json_canonical(const json_t *value, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_json_escape(cdr_buf *out, const char *s, size_t len);   /* without the quotes; invalid UTF-8 -> U+FFFD */
static inline void cdr_json_decrefp(json_t **j) { json_decref(*j); }
#define _cleanup_json_ _cleanup_(cdr_json_decrefp)

/* Typed field access with sentences as errors: ${path} is for the message ("systems[2].owner"). */
const char *cdr_json_str(const json_t *obj, const char *key);          /* NULL when absent or no string */

/* "2027-03-14T09:12:00Z" of microseconds, "2027-03-14" of days since 1970-01-01; null for 0, which is unknown. NULL: out of memory. */
json_t *cdr_json_time(int64_t us);
json_t *cdr_json_day(int64_t day);

/* Streaming writer. Commas and quoting are its business. */
typedef struct cdr_json_writer {
    cdr_buf *out;
    uint64_t has_item;   /* bit per level */
    unsigned depth;
    bool after_key;
} cdr_json_writer;
void cdr_jw_begin(cdr_json_writer *w, cdr_buf *out);
void cdr_jw_open(cdr_json_writer *w, char bracket);    /* '{' or '[' */
void cdr_jw_close(cdr_json_writer *w, char bracket);   /* '}' or ']' */
void cdr_jw_key(cdr_json_writer *w, const char *key);
void cdr_jw_str(cdr_json_writer *w, const char *s);    /* NULL -> null */
void cdr_jw_strn(cdr_json_writer *w, const char *s, size_t len);
void cdr_jw_int(cdr_json_writer *w, int64_t v);
void cdr_jw_num(cdr_json_writer *w, double v);
void cdr_jw_bool(cdr_json_writer *w, bool v);

#endif
