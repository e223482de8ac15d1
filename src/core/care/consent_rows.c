/* SPDX-License-Identifier: Apache-2.0 */
#include "core/care/consent_rows.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <string.h>

typedef enum field { F_SUBJECT, F_PURPOSE, F_STATE, F_AT, F_UNTIL, F_METHOD, F_CHANNEL, F_JURISDICTION, F_LANGUAGE, F_RECORDED_BY, F_TEXT_HASH, F_TEXT, F__MAX, F_SKIP } field;

/* The first name of each is the one the documentation uses. */
static const struct { const char *name; field field; } names[] = {
    {"subject_key", F_SUBJECT}, {"subject", F_SUBJECT}, {"purpose", F_PURPOSE}, {"state", F_STATE}, {"status", F_STATE}, {"at", F_AT}, {"time", F_AT}, {"timestamp", F_AT},
    {"until", F_UNTIL}, {"valid_until", F_UNTIL}, {"expires", F_UNTIL}, {"method", F_METHOD}, {"channel", F_CHANNEL}, {"jurisdiction", F_JURISDICTION}, {"language", F_LANGUAGE},
    {"recorded_by", F_RECORDED_BY}, {"text_sha256", F_TEXT_HASH}, {"text", F_TEXT},
};

struct cdr_consent_rows {
    cdr_rows *rows;
    const char *name;
    const cdr_consent_defaults *defaults;
    cdr_consent_row_fn *fn;
    void *arg;
    field fields[CDR_ROWS_COLUMNS_MAX];
    bool has[F__MAX];
};

static cdr_status wrong(cdr_consent_rows *r, const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "care", "consent.line", "%s, line %llu: %s.", r->name, (unsigned long long)cdr_rows_line(r->rows), what);
}

/* --- columns --- */

static bool is_skipped(const cdr_consent_rows *r, const char *name)
{
    for (size_t i = 0; i < r->defaults->skip_count; i++)
        if (!strcmp(r->defaults->skip[i], name))
            return true;
    return false;
}

/* A header may be the first row of data: it is shown only when it is like a name. */
static cdr_status unknown_column(cdr_consent_rows *r, uint32_t column, const char *name, cdr_err *err)
{
    const char *words[CDR_COUNT(names)];
    for (size_t i = 0; i < CDR_COUNT(names); i++)
        words[i] = names[i].name;
    const char *nearest = cdr_text_nearest(name, words, CDR_COUNT(words));
    return cdr_fail(err, CDR_E_INVAL, "care", "consent.column", "%s: column %u has a name that is not known here%s%s%s; the columns are subject_key, purpose, state, at, until, method, channel, "
                    "jurisdiction, language, recorded_by, text and text_sha256. Leave others out with --skip.", r->name, column + 1, nearest ? " (did you mean " : "",
                    nearest ? nearest : "", nearest ? "?)" : "");
}

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    cdr_consent_rows *r = arg;
    r->fields[column] = F_SKIP;
    if (is_skipped(r, name))
        return CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(names); i++)
        if (cdr_ascii_ieq(name, strlen(name), names[i].name, strlen(names[i].name))) {
            if (r->has[names[i].field])
                return cdr_fail(err, CDR_E_INVAL, "care", "consent.column", "%s: two columns say the same (%s); leave one out with --skip.", r->name, names[i].name);
            r->fields[column] = names[i].field;
            r->has[names[i].field] = true;
            return CDR_OK;
        }
    return unknown_column(r, column, name, err);
}

/* --- rows --- */

bool cdr_consent_time(const char *s, size_t len, int64_t *ret_us)
{
    char text[64];
    uint64_t number;
    if (len >= sizeof text - 2)
        return false;
    memcpy(text, s, len);
    text[len] = '\0';
    if (cdr_parse_u64(text, len, 1, INT64_MAX, &number)) {
        *ret_us = (int64_t)(len == 10 ? number * 1000000 : len == 13 ? number * 1000 : number);
        return len == 10 || len == 13 || len == 16;
    }
    bool zone = len < 19 || memchr(text + 19, 'Z', len - 19) || memchr(text + 19, 'z', len - 19) || memchr(text + 19, '+', len - 19) || memchr(text + 19, '-', len - 19);
    if (!zone)
        memcpy(text + len, "Z", 2);
    return cdr_time_parse(text, ret_us) && *ret_us > 0;
}

bool cdr_consent_until(const char *s, size_t len, int64_t *ret_us)
{
    if (!cdr_consent_time(s, len, ret_us))
        return false;
    if (len == 10 && memchr(s, '-', len))
        *ret_us += INT64_C(86400000000) - 1;
    return true;
}

typedef struct row { cdr_consent_event e; const char *fault; } row;

static void set_time(row *w, bool (*read)(const char *s, size_t len, int64_t *ret_us), const char *s, size_t len, int64_t *to, const char *fault)
{
    if (!read(s, len, to))
        w->fault = fault;
}

/* ${s} is not empty and ends with NUL. */
static void set(row *w, field f, const char *s, size_t len)
{
    cdr_consent_event *e = &w->e;
    switch (f) {
    case F_SUBJECT: e->subject = s; break;
    case F_PURPOSE: e->purpose = s; break;
    case F_STATE: e->state = cdr_consent_state_by_word(s, len); break;
    case F_AT: set_time(w, cdr_consent_time, s, len, &e->at_us, "at is no time such as 2027-03-01T10:00:00Z or 2027-03-01"); break;
    case F_UNTIL: set_time(w, cdr_consent_until, s, len, &e->until_us, "until is no time such as 2027-03-01T10:00:00Z or 2027-03-01"); break;
    case F_METHOD: e->method = s; break;
    case F_CHANNEL: e->channel = s; break;
    case F_JURISDICTION: e->jurisdiction = s; break;
    case F_LANGUAGE: e->language = s; break;
    case F_RECORDED_BY: e->recorded_by = s; break;
    case F_TEXT_HASH:
        e->has_text = cdr_hex_decode(s, len, e->text_sha256, sizeof e->text_sha256);
        if (!e->has_text)
            w->fault = "text_sha256 must be 64 hexadecimal digits";
        break;
    case F_TEXT:
        e->has_text = true;
        cdr_sha256(s, len, e->text_sha256);
        break;
    case F__MAX:
    case F_SKIP: break;
    }
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    cdr_consent_rows *r = arg;
    row w = {.e = r->defaults->e};
    (void)line;
    w.e.subject = "";
    if (r->has[F_TEXT] && r->has[F_TEXT_HASH])
        return wrong(r, "both text and text_sha256 are there; leave one out with --skip", err);
    for (uint32_t i = 0; i < count && !w.fault; i++) {
        if (!cells[i].len)
            continue;
        if (memchr(cells[i].s, '\0', cells[i].len))
            w.fault = "a cell holds a NUL character";
        else
            set(&w, r->fields[i], cells[i].s, cells[i].len);
    }
    if (!w.fault && !w.e.at_us)
        w.fault = "at is empty: when did it happen? (--at gives a time for all rows without one)";
    if (!w.fault)
        w.fault = cdr_consent_event_fault(&w.e);
    return w.fault ? wrong(r, w.fault, err) : r->fn(r->arg, &w.e, err);
}

/* --- the reader --- */

cdr_status cdr_consent_rows_new(const char *name, const cdr_consent_defaults *defaults, cdr_consent_row_fn *fn, void *arg, cdr_consent_rows **ret, cdr_err *err)
{
    static const cdr_rows_events events = {on_column, on_row, NULL};
    cdr_consent_rows *r = cdr_alloc(sizeof *r);
    *ret = r;
    if (!r)
        return cdr_fail_nomem(err, "care");
    r->name = name;
    r->defaults = defaults;
    r->fn = fn;
    r->arg = arg;
    r->rows = cdr_rows_new(CDR_ROWS_AUTO, 0, name, &events, r);
    if (r->rows)
        return CDR_OK;
    cdr_consent_rows_free(r);
    *ret = NULL;
    return cdr_fail_nomem(err, "care");
}

cdr_status cdr_consent_rows_feed(cdr_consent_rows *r, const char *data, size_t len, bool last, cdr_err *err)
{
    cdr_status s = cdr_rows_feed(r->rows, data, len, last, err);
    if (s == CDR_OK && last && !r->has[F_SUBJECT])
        return cdr_fail(err, CDR_E_INVAL, "care", "consent.column", "%s has no column subject_key, the key under which each person is known.", r->name);
    return s;
}

void cdr_consent_rows_free(cdr_consent_rows *r)
{
    if (!r)
        return;
    cdr_rows_free(r->rows);
    cdr_free(r);
}
