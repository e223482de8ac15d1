/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the records of JSON and NDJSON, as the bytes come: constant memory, no tree. A record is a line of NDJSON, an object in the outermost
 * array of a document, or the document itself when it has no such array. Where a trigger stands in an inner array, the latest date counts.
 *
 * Two readings: first which names there are, until the triggers are found, then the dates. */
#include "core/minimise/retention_parts.h"

#include "base/text.h"
#include "base/vec.h"
#include "candor/crypto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)
#define DEPTH_MAX 128u
#define PATH_MAX_BYTES 512u
#define TEXT_MAX 256u                        /* no date and no name that is looked for is longer */
#define NAMES_MAX 1000u
#define NAMES_BYTES ((uint64_t)16 << 20)     /* a trigger that comes up later than this is not found: unknown */

typedef enum place { VALUE, FIRST_VALUE /* or the array's end */, FIRST_KEY /* or the object's end */, KEY, COLON, AFTER_VALUE, IN_KEY, IN_TEXT, IN_WORD } place;
typedef struct level { bool array; uint16_t path_len; } level;

CDR_VEC(name_list, char *)

typedef struct json {
    cdr_rt_tally *t;
    bool lines, naming;
    name_list names;
    bool names_full;
    place place;
    level levels[DEPTH_MAX + 1];
    unsigned depth, record_depth;            /* record_depth: levels open when the record began, 0 none is open */
    uint64_t records;                        /* in this document */
    char path[PATH_MAX_BYTES];
    size_t path_len;                         /* SIZE_MAX: too long to be looked for */
    char text[TEXT_MAX];
    size_t text_len;                         /* over TEXT_MAX: the rest was left out */
    unsigned escape;                         /* 1 after a backslash, 2 to 5: digits of \u still to come + 1 */
    uint32_t code;
    cdr_record_date dates[CDR_RT_WANTS], document[CDR_RT_WANTS];
    bool skipping;                           /* the rest of a broken line */
    bool broken;
} json;

/* --- dates --- */

static cdr_record_date later_of(const cdr_record_date *a, const cdr_record_date *b)
{
    if (a->kind == CDR_RECORD_NO_DATE)
        return *b;
    if (b->kind == CDR_RECORD_NO_DATE)
        return *a;
    if (a->kind != b->kind)
        return (cdr_record_date){.kind = CDR_RECORD_UNREADABLE};
    return (cdr_record_date){a->kind, a->says ? a->says : b->says, CDR_MAX(a->first, b->first), CDR_MAX(a->second, b->second)};
}

static void no_dates(cdr_record_date dates[CDR_RT_WANTS])
{
    for (size_t i = 0; i < CDR_RT_WANTS; i++)
        dates[i] = (cdr_record_date){.kind = CDR_RECORD_NO_DATE};
}

static void end_record(json *x, const cdr_record_date dates[CDR_RT_WANTS])
{
    x->records++;
    if (!x->naming)
        cdr_rt_row(x->t, dates);
}

/* --- names --- */

/* What databases wrap dates in: {"ordered_at": {"$date": "…"}} is ordered_at. */
static size_t unwrapped(const char *path, size_t len)
{
    static const char *const wraps[] = {".$numberLong", ".$date"};
    for (size_t i = 0; i < CDR_COUNT(wraps); i++) {
        size_t n = strlen(wraps[i]);
        if (len > n && !memcmp(path + len - n, wraps[i], n))
            len -= n;
    }
    return len;
}

static bool note_name(json *x, const char *path, size_t len)
{
    for (size_t i = 0; i < x->names.len; i++)
        if (!strncmp(x->names.at[i], path, len) && !x->names.at[i][len])
            return true;
    x->names_full = x->names.len >= NAMES_MAX;
    if (x->names_full)
        return true;
    char **slot = name_list_push(&x->names), *copy = cdr_strndup(path, len);
    if (slot)
        *slot = copy;
    else
        cdr_free(copy);
    return slot && copy;
}

static bool scalar(json *x, bool null)
{
    if (x->path_len == SIZE_MAX)
        return true;
    size_t len = unwrapped(x->path, x->path_len);
    if (x->naming)
        return len == 0 || note_name(x, x->path, len);
    cdr_record_date *dates = x->record_depth ? x->dates : x->document;
    for (size_t i = 0; i < x->t->want_count; i++) {
        const cdr_rt_column *c = &x->t->columns[i];
        if (!c->found || strlen(c->name) != len || memcmp(c->name, x->path, len) != 0)
            continue;
        cdr_record_date d = {.kind = CDR_RECORD_NO_DATE};
        if (!null && x->text_len <= TEXT_MAX)
            cdr_record_date_read(x->text, x->text_len, &d);
        else if (!null)
            d.kind = CDR_RECORD_UNREADABLE;
        dates[i] = later_of(&dates[i], &d);
    }
    return true;
}

static void path_add(json *x, const char *s, size_t len)
{
    if (x->path_len == SIZE_MAX || len > sizeof x->path - x->path_len) {
        x->path_len = SIZE_MAX;
        return;
    }
    memcpy(x->path + x->path_len, s, len);
    x->path_len += len;
}

/* Back to the path of the container that is open. */
static void path_back(json *x)
{
    uint16_t len = x->depth ? x->levels[x->depth].path_len : 0;
    x->path_len = len == UINT16_MAX ? SIZE_MAX : len;
}

static void take_key(json *x)
{
    path_back(x);
    if (x->text_len > TEXT_MAX) {
        x->path_len = SIZE_MAX;
        return;
    }
    if (x->path_len > 0)
        path_add(x, ".", 1);
    path_add(x, x->text, x->text_len);
}

/* --- structure --- */

static bool open_container(json *x, bool array)
{
    bool record = !array && !x->record_depth && (x->depth ? x->levels[x->depth].array : x->lines);
    if (x->depth == DEPTH_MAX)
        return false;
    if (x->depth == 0) {
        x->records = 0;
        no_dates(x->document);
        x->path_len = 0;
    }
    x->depth++;
    if (record) {
        x->record_depth = x->depth;
        x->path_len = 0;
        no_dates(x->dates);
    } else if (array) {
        path_add(x, "[]", 2);
    }
    x->levels[x->depth] = (level){array, x->path_len == SIZE_MAX ? UINT16_MAX : (uint16_t)x->path_len};
    x->place = array ? FIRST_VALUE : FIRST_KEY;
    return true;
}

static bool close_container(json *x, bool array)
{
    if (!x->depth || x->levels[x->depth].array != array)
        return false;
    if (x->record_depth == x->depth) {
        end_record(x, x->dates);
        x->record_depth = 0;
    }
    x->depth--;
    path_back(x);
    if (x->depth == 0 && !array && !x->lines && x->records == 0)
        end_record(x, x->document);
    x->place = x->depth ? AFTER_VALUE : VALUE;
    return true;
}

static void after_scalar(json *x)
{
    x->place = x->depth ? AFTER_VALUE : VALUE;
    path_back(x);
}

/* A word: number, true, false, null. */
static bool end_word(json *x)
{
    bool null = x->text_len == 4 && !memcmp(x->text, "null", 4), word = null || (x->text_len == 4 && !memcmp(x->text, "true", 4)) || (x->text_len == 5 && !memcmp(x->text, "false", 5));
    bool number = x->text_len && (x->text[0] == '-' || (x->text[0] >= '0' && x->text[0] <= '9'));
    if ((!word && !number) || !scalar(x, null))
        return false;
    after_scalar(x);
    return true;
}

/* --- texts --- */

static void text_add(json *x, const char *s, size_t len)
{
    size_t room = x->text_len < TEXT_MAX ? TEXT_MAX - x->text_len : 0;
    memcpy(x->text + CDR_MIN(x->text_len, (size_t)TEXT_MAX), s, CDR_MIN(len, room));
    x->text_len = len > room ? TEXT_MAX + 1 : x->text_len + len;
}

static bool escaped(json *x, char c)
{
    static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    char utf8[4];
    if (x->escape == 1) {
        const char *at = c ? strchr(plain, c) : NULL;
        x->escape = c == 'u' ? 5 : 0;
        x->code = 0;
        if (at)
            text_add(x, &means[at - plain], 1);
        return at || c == 'u';
    }
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10 : 16;
    if (digit == 16)
        return false;
    x->code = x->code << 4 | digit;
    if (--x->escape == 1) {
        x->escape = 0;
        text_add(x, utf8, cdr_utf8_encode(x->code >= 0xD800 && x->code < 0xE000 ? 0xFFFD : x->code, utf8));
    }
    return true;
}

/* Bytes of a text from ${p}; NULL: no JSON. */
static const char *in_text(json *x, const char *p, const char *end)
{
    if (x->escape)
        return escaped(x, *p) ? p + 1 : NULL;
    const char *from = p;
    while (p < end && *p != '"' && *p != '\\' && *p != '\n')
        p++;
    text_add(x, from, (size_t)(p - from));
    if (p == end)
        return p;
    if (*p == '\n')
        return NULL;
    if (*p == '\\') {
        x->escape = 1;
        return p + 1;
    }
    if (x->place == IN_KEY) {
        take_key(x);
        x->place = COLON;
    } else {
        if (!scalar(x, false))
            return NULL;
        after_scalar(x);
    }
    return p + 1;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' || c == '-' || c == '.';
}

static bool begin_value(json *x, char c)
{
    x->text_len = 0;
    if (c == '"')
        x->place = IN_TEXT;
    else if (c == '{' || c == '[')
        return open_container(x, c == '[');
    else if (is_word_byte(c)) {
        x->place = IN_WORD;
        text_add(x, &c, 1);
    } else
        return false;
    return true;
}

/* One sign outside of texts and words. */
static bool sign(json *x, char c)
{
    switch (x->place) {
    case FIRST_VALUE:
        if (c == ']')
            return close_container(x, true);
        return begin_value(x, c);
    case VALUE: return begin_value(x, c);
    case FIRST_KEY:
        if (c == '}')
            return close_container(x, false);
        __attribute__((fallthrough));
    case KEY:
        x->text_len = 0;
        x->place = IN_KEY;
        return c == '"';
    case COLON:
        x->place = VALUE;
        return c == ':';
    case AFTER_VALUE:
        if (c == ',') {
            x->place = x->levels[x->depth].array ? VALUE : KEY;
            return true;
        }
        return (c == '}' || c == ']') && close_container(x, c == ']');
    case IN_KEY:
    case IN_TEXT:
    case IN_WORD: break;
    }
    return false;
}

/* NDJSON: a line that is none is a record without a date; the next one is read as if nothing had been. */
static void drop_line(json *x)
{
    no_dates(x->dates);
    end_record(x, x->dates);
    x->depth = x->record_depth = x->escape = 0;
    x->path_len = x->text_len = 0;
    x->place = VALUE;
}

static const char *step(json *x, const char *p, const char *end)
{
    if (x->place == IN_KEY || x->place == IN_TEXT)
        return in_text(x, p, end);
    if (x->place == IN_WORD) {
        const char *from = p;
        while (p < end && is_word_byte(*p))
            p++;
        text_add(x, from, (size_t)(p - from));
        return p == end || end_word(x) ? p : NULL;
    }
    if (*p == '\n' && x->lines && (x->depth || x->place != VALUE))
        return NULL;
    if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
        return p + 1;
    return sign(x, *p) ? p + 1 : NULL;
}

static void feed(json *x, const char *p, const char *end)
{
    while (p < end && !x->broken) {
        if (x->skipping) {
            const char *nl = memchr(p, '\n', (size_t)(end - p));
            if (!nl)
                return;
            x->skipping = false;
            p = nl + 1;
            continue;
        }
        const char *next = step(x, p, end);
        if (next) {
            p = next;
        } else if (x->lines) {
            drop_line(x);
            x->skipping = true;              /* from here, which may be the line's end itself */
        } else {
            x->broken = true;
        }
    }
}

static void finish(json *x)
{
    if (x->place == IN_WORD && !end_word(x))
        x->broken = true;
    if (x->depth || x->place != VALUE) {
        if (x->lines)
            drop_line(x);
        else
            x->broken = true;
    }
}

/* --- reading --- */

static cdr_status pass(json *x, const cdr_rt_source *src, char *chunk, cdr_err *err)
{
    ssize_t n = 1;
    x->place = VALUE;
    for (off_t at = 0; n > 0 && !x->broken; at += n) {
        if (cdr_cancelled(src->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "minimise", "retention.stopped", "Stopped; what was counted so far is kept.");
        if (x->naming && (uint64_t)at >= NAMES_BYTES)
            return CDR_OK;
        while ((n = pread(src->fd, chunk, CHUNK, at)) < 0 && errno == EINTR)
            ;
        if (n < 0) {
            cdr_rt_problem(x->t, "it cannot be read (%s)", strerror(errno));
            return CDR_OK;
        }
        size_t skip = at == 0 && n >= 3 && !memcmp(chunk, "\xef\xbb\xbf", 3) ? 3 : 0;
        feed(x, chunk + skip, chunk + n);
        if (src->progress && !x->naming)
            src->progress(src->arg, (uint64_t)n, x->t->rows);
    }
    finish(x);
    if (x->broken)
        cdr_rt_problem(x->t, "it is no whole JSON");
    return CDR_OK;
}

static cdr_status find_columns(json *x, const cdr_rt_source *src, char *chunk, bool *ret, cdr_err *err)
{
    x->naming = true;
    cdr_status s = pass(x, src, chunk, err);
    for (size_t i = 0; i < x->names.len && s == CDR_OK; i++)
        if (!x->names.at[i])
            s = cdr_fail_nomem(err, "minimise");
    if (s == CDR_OK && !x->t->problem[0])
        *ret = cdr_rt_columns(x->t, (const char *const *)x->names.at, x->names.len, src->mtime_us);
    for (size_t i = 0; i < x->names.len; i++)
        cdr_free(x->names.at[i]);
    name_list_done(&x->names);
    return s;
}

cdr_status cdr_rt_read_json(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err)
{
    _cleanup_free_ json *x = cdr_alloc(sizeof *x);
    _cleanup_free_ char *chunk = cdr_alloc(CHUNK);
    bool lines = !strcmp(src->format, "ndjson");
    if (!x || !chunk)
        return cdr_fail_nomem(err, "minimise");
    *x = (json){.t = t, .lines = lines};
    bool any = false;
    cdr_status s = find_columns(x, src, chunk, &any, err);
    if (any && cdr_rt_is_file(t)) {
        cdr_rt_file_row(t);
        any = false;
    }
    for (int i = 0; i < 2 && s == CDR_OK && any && !t->problem[0]; i++) {
        *x = (json){.t = t, .lines = lines};
        s = pass(x, src, chunk, err);
        if (s == CDR_OK && cdr_rt_end(t))
            break;
    }
    cdr_wipe(chunk, CHUNK);
    return s;
}
