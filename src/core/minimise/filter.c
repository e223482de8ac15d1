/* SPDX-License-Identifier: Apache-2.0 */
/* The filter's loop: read, cut, look, copy, write. */
#include "core/minimise/filter_parts.h"

#include "detect/engine.h"

#include <stdio.h>
#include <string.h>

/* --- columns --- */

static uint64_t hash_of(const char *s, size_t len)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static cdr_status index_names(cdr_filter *f, cdr_err *err)
{
    size_t cap = 16;
    while (cap < f->spec->column_count * 2)
        cap *= 2;
    f->names = cdr_alloc_array(cap, sizeof *f->names);
    if (!f->names)
        return cdr_fail_nomem(err, "minimise");
    f->names_cap = cap;
    for (size_t i = 0; i < f->spec->column_count; i++) {
        const char *name = f->spec->columns[i].name;
        size_t slot = hash_of(name, strlen(name)) & (cap - 1);
        while (f->names[slot])
            slot = (slot + 1) & (cap - 1);
        f->names[slot] = (uint32_t)i + 1;
    }
    return CDR_OK;
}

/* Of several entries of one name the one numbered ${nth}, or the last. */
static const cdr_filter_column *named_nth(const cdr_filter *f, const char *name, size_t len, size_t nth)
{
    const cdr_filter_column *found = NULL;
    for (size_t slot = hash_of(name, len) & (f->names_cap - 1); f->names[slot]; slot = (slot + 1) & (f->names_cap - 1)) {
        const cdr_filter_column *c = &f->spec->columns[f->names[slot] - 1];
        if (!strncmp(c->name, name, len) && !c->name[len]) {
            found = c;
            if (nth-- == 0)
                break;
        }
    }
    return found;
}

const cdr_filter_column *cdr_filter_named(const cdr_filter *f, const char *name, size_t len)
{
    return named_nth(f, name, len, 0);
}

/* Columns of a CSV may share a name: the second is the second entry of that name, so that it is not taken for the first. */
static size_t namesakes(const cdr_filter *f, const char *name, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; f->format == CDR_FILTER_CSV && i + 1 < f->cols.len; i++)
        n += f->cols.at[i].name_len == len && !memcmp(f->cols.at[i].name, name, len);
    return n;
}

static uint8_t act_of(const cdr_filter *f, const cdr_filter_column *c)
{
    if (f->learn)
        return CDR_FILTER_LEARN;
    if (f->spec->open)
        return CDR_FILTER_OPEN;
    if (c->transform.form == CDR_FORM_NEVER || c->transform.form == CDR_FORM_UNKNOWN)
        return c->empty ? CDR_FILTER_EMPTY : CDR_FILTER_DROP;
    if (c->transform.form != CDR_FORM_PLAIN)
        return CDR_FILTER_CHANGE;
    return (c->free_text || c->watch) && c->text_form != CDR_FORM_PLAIN ? CDR_FILTER_LOOK : CDR_FILTER_KEEP;
}

/* NULL: no memory. */
static const cdr_filter_column *what_of(cdr_filter *f, const char *name, size_t len, const char *alias, size_t alias_len, const cdr_filter_column *inherited)
{
    const cdr_filter_column *c = named_nth(f, name, len, namesakes(f, name, len));
    if (!c && len > 256)                       /* a scan knows the beginnings of such names */
        c = cdr_filter_named(f, name, 256);
    if (!c && alias)
        c = cdr_filter_named(f, alias, alias_len);
    if (!c)
        c = inherited;
    if (!c && f->spec->resolve) {
        char *text = cdr_strndup(alias ? alias : name, alias ? alias_len : len);
        if (!text)
            return NULL;
        c = f->spec->resolve(f->spec->resolve_arg, text);
        cdr_free(text);
    }
    return c ? c : &f->spec->other;
}

static uint8_t asked(const cdr_filter *f, const char *name, size_t len, const char *alias, size_t alias_len)
{
    const cdr_filter_rows *r = f->spec->rows;
    for (size_t i = 0; r && i < r->cell_count; i++) {
        size_t n = strlen(r->cells[i]);
        if ((n == len && !memcmp(r->cells[i], name, n)) || (alias && n == alias_len && !memcmp(r->cells[i], alias, n)))
            return (uint8_t)(i + 1);
    }
    return 0;
}

cdr_status cdr_filter_col_add(cdr_filter *f, const char *name, size_t len, const char *alias, size_t alias_len, const cdr_filter_column *inherited, uint32_t *ret, cdr_err *err)
{
    cdr_filter_col *c = cdr_filter_cols_push(&f->cols);
    char *copy = cdr_strndup(name, len);
    if (!c || !copy) {
        if (c)
            f->cols.len--;
        cdr_free(copy);
        return cdr_fail_nomem(err, "minimise");
    }
    *ret = (uint32_t)(f->cols.len - 1);
    c->what = what_of(f, name, len, alias, alias_len, inherited);
    c->name = copy;
    c->name_len = len;
    if (!c->what)
        return cdr_fail_nomem(err, "minimise");
    c->act = act_of(f, c->what);
    c->asked = asked(f, name, len, alias, alias_len);
    c->transform = c->what->transform;
    if (!c->transform.column)
        c->transform.column = alias ? c->name + (len - alias_len) : c->name;
    c->count = c->what->count;
    bool of_spec = f->spec->column_count && c->what >= f->spec->columns && c->what < f->spec->columns + f->spec->column_count;
    c->count2 = of_spec && f->counts->by_column ? &f->counts->by_column[c->what - f->spec->columns] : NULL;
    c->first_op = c->last_op = UINT32_MAX;
    if (f->learn)
        return f->learn(f->learn_arg, *ret, c->name, c->name_len, "", 0, err);
    if (c->act == CDR_FILTER_LOOK) {
        const cdr_ruleset *rs = c->what->free_text || !f->spec->watch_ruleset ? f->spec->ruleset : f->spec->watch_ruleset;
        cdr_status s = rs ? cdr_hint_new(rs, alias ? alias : name, alias ? alias_len : len, &c->hint, err) : CDR_OK;
        /* A name such as "ref" is no reason to let a number pass that would be found anywhere else. */
        if (c->hint)
            c->hint->veto_numbers = false;
        return s;
    }
    return c->act == CDR_FILTER_CHANGE ? cdr_transform_check(&c->transform, f->spec->keys, err) : CDR_OK;
}

/* --- records and changes --- */

cdr_status cdr_filter_op_add(cdr_filter *f, const cdr_filter_op *op, cdr_err *err)
{
    if (f->op_count == f->op_cap) {
        size_t cap = f->op_cap ? f->op_cap * 2 : 4096;
        cdr_filter_op *grown = cdr_realloc_array(f->ops, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "minimise");
        f->ops = grown;
        f->op_cap = cap;
    }
    f->ops[f->op_count++] = *op;
    return CDR_OK;
}

cdr_status cdr_filter_record(cdr_filter *f, const char *const *cells, const size_t *lens, bool *ret_pass, cdr_err *err)
{
    *ret_pass = true;
    f->counts->rows_in++;
    cdr_status s = f->spec->rows && !f->learn ? f->spec->rows->keep(f->spec->rows->arg, cells, lens, ret_pass, err) : CDR_OK;
    f->counts->rows_out += s == CDR_OK && *ret_pass;
    return s;
}

cdr_status cdr_filter_malformed(const cdr_filter *f, cdr_err *err, uint64_t line, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.malformed", "%.120s, line %llu: %s; what was written ends with the record before.", f->spec->name ? f->spec->name : "input",
                    (unsigned long long)line, what);
}

/* --- the loop --- */

static cdr_status reserve(cdr_filter *f, size_t more, cdr_err *err)
{
    if (f->cap - f->len >= more + CDR_FILTER_PAD)
        return CDR_OK;
    size_t cap = f->cap ? f->cap : CDR_FILTER_BLOCK + CDR_FILTER_PAD;
    while (cap - f->len < more + CDR_FILTER_PAD)
        cap *= 2;
    char *grown = cdr_realloc_array(f->text, cap, 1);
    if (!grown)
        return cdr_fail_nomem(err, "minimise");
    f->text = grown;
    f->cap = cap;
    return CDR_OK;
}

/* What the beginning must show: marks before the text; its format and delimiter, when nobody has said. */
static size_t beginning(const cdr_filter_spec *s)
{
    bool said = s->format != CDR_FILTER_AUTO && (s->format != CDR_FILTER_CSV || s->delimiter);
    return said ? 16 : CDR_FILTER_BLOCK / 4;
}

/* Whole records before what is no UTF-8 pass, nothing behind it. */
static void check_utf8(cdr_filter *f)
{
    bool wrong;
    if (!f->spec->utf8 || (f->checked == 0 && cdr_filter_is_utf16(f->text, f->len)))   /* its zero bytes say it better */
        return;
    f->checked += cdr_filter_utf8(f->text + f->checked, f->len - f->checked, &wrong);
    if (!wrong && !(f->last && f->checked < f->len))
        return;
    f->foreign = true;
    f->last = false;     /* the record is not whole */
    f->counts->bytes_in -= f->len - f->checked;
    f->len = f->checked;
}

/* Read once, or until what is held has doubled when no record was whole yet. */
static cdr_status hold_more(cdr_filter *f, cdr_err *err)
{
    size_t from = f->len - f->skip, want = !f->reader ? beginning(f->spec) : from > CDR_FILTER_BLOCK / 2 ? from : 1, got = 0;
    if (from > CDR_FILTER_ROW_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "filter.long", "%.120s, line %llu: a record has more than %zu MiB%s; what was written ends with the record before.",
                        f->spec->name ? f->spec->name : "input", (unsigned long long)f->line + 1, CDR_FILTER_ROW_MAX >> 20,
                        f->format == CDR_FILTER_CSV ? " (or a quote is never closed)" : "");
    cdr_status s = reserve(f, CDR_MAX(want, CDR_FILTER_BLOCK), err);
    while (s == CDR_OK && !f->last && !f->binary && !f->foreign && got < want) {
        size_t n = 0;
        if (cdr_cancelled(f->spec->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "minimise", "filter.stopped", "Stopped; what was written ends with a whole record.");
        s = f->read(f->arg, f->text + f->len, CDR_MIN(f->cap - f->len - CDR_FILTER_PAD, CDR_MAX(want - got, CDR_FILTER_BLOCK)), &n, err);
        f->last = s == CDR_OK && n == 0;
        const char *zero = n ? memchr(f->text + f->len, 0, n) : NULL;
        if (zero) {
            f->binary = true;
            n = (size_t)(zero - f->text) - f->len;
        }
        f->len += n;
        got += n;
        f->counts->bytes_in += n;
        check_utf8(f);
    }
    if (s == CDR_OK)
        memset(f->text + f->len, 0, CDR_FILTER_PAD);
    return s;
}

static cdr_status hand_on(cdr_filter *f, cdr_err *err)
{
    size_t n = f->done - f->skip;
    cdr_status s = CDR_OK;
    if (n == 0)
        return CDR_OK;
    if (f->op_count == 0) {
        f->counts->bytes_out += n;
        return f->learn ? CDR_OK : f->write(f->arg, f->text + f->skip, n, err);
    }
    s = cdr_filter_look(f, err);
    if (s == CDR_OK)
        s = cdr_filter_copy(f, err);
    if (s == CDR_OK && f->out.len) {
        f->counts->bytes_out += f->out.len;
        s = f->write(f->arg, f->out.data, f->out.len, err);
    }
    return s;
}

static void forget_done(cdr_filter *f, size_t context)
{
    size_t from = f->done > context ? f->done - context : 0;
    f->line += cdr_filter_lines(f->text + f->skip, f->done - f->skip);
    memmove(f->text, f->text + from, f->len - from);
    f->len -= from;
    f->checked -= CDR_MIN(f->checked, from);
    f->skip = f->done - from;
    f->op_count = 0;
    f->found.len = 0;
}

static cdr_filter_format guess(const char *s, size_t len);

static cdr_status begin(cdr_filter *f, cdr_err *err)
{
    size_t bom = f->len >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3) ? 3 : 0;
    f->format = f->spec->format == CDR_FILTER_AUTO ? guess(f->text + bom, f->len - bom) : f->spec->format;
    f->reader = f->format == CDR_FILTER_CSV ? &cdr_filter_csv : f->format == CDR_FILTER_TEXT ? &cdr_filter_text : &cdr_filter_json;
    return f->reader->begin(f, err);
}

static cdr_status loop(cdr_filter *f, cdr_err *err)
{
    bool begun = false;
    for (;;) {
        cdr_status s = hold_more(f, err);
        if (s == CDR_OK && !begun)
            s = begin(f, err);
        begun = true;
        if (s != CDR_OK)
            return s;
        f->done = f->skip;
        cdr_status cut = f->reader->cut(f, err);
        if (cut == CDR_E_NOMEM || cut == CDR_E_CANCELLED)
            return cut;
        cdr_err more = {0};
        s = hand_on(f, &more);
        if (s != CDR_OK) {
            if (err)
                *err = more;
            return s;
        }
        if (cut == CDR_OK && f->binary)
            return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.binary", "%.120s holds a zero byte: it is no text in UTF-8; convert it first (iconv -f UTF-16 -t UTF-8).", f->spec->name ? f->spec->name : "The input");
        if (cut == CDR_OK && f->foreign)
            return cdr_filter_foreign(f->spec->name, f->line + cdr_filter_lines(f->text + f->skip, f->len - f->skip) + 1, f->counts->bytes_in + 1, err);
        if (cut != CDR_OK || f->last)
            return cut;
        forget_done(f, f->format == CDR_FILTER_TEXT ? 512 : 0);
    }
}

static void clear(cdr_filter *f)
{
    if (f->reader && f->state)
        f->reader->end(f);
    for (size_t i = 0; i < f->cols.len; i++) {
        cdr_hint_free(f->cols.at[i].hint);
        cdr_free(f->cols.at[i].name);
    }
    cdr_filter_cols_done(&f->cols);
    cdr_filter_founds_done(&f->found);
    if (f->text)
        cdr_wipe(f->text, f->cap);
    cdr_free(f->text);
    cdr_free(f->names);
    cdr_free(f->ops);
    cdr_free(f->starts);
    cdr_free(f->start_ops);
    cdr_buf_wipe(&f->out);
    cdr_buf_wipe(&f->value);
    cdr_buf_wipe(&f->changed);
    cdr_buf_wipe(&f->batch);
    cdr_detect_scratch_free(f->scratch);
}

static int64_t stopped_clock(void *clock)
{
    return *(const int64_t *)clock;
}

static cdr_status run(cdr_filter *f, cdr_err *err)
{
    const size_t most = CDR_FILTER_ROW_MAX * 8;
    f->now_us = cdr_now_us(f->spec->ctx);
    f->ctx = *f->spec->ctx;
    f->ctx.now_us = stopped_clock;
    f->ctx.clock = &f->now_us;
    f->out.max = most;
    f->value.max = f->changed.max = f->batch.max = most;
    cdr_status s = index_names(f, err);
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&f->scratch, err);
    if (s == CDR_OK)
        s = loop(f, err);
    clear(f);
    return s;
}

cdr_status cdr_filter_run(const cdr_filter_spec *spec, cdr_filter_read read, cdr_filter_write write, void *arg, cdr_filter_counts *ret, cdr_err *err)
{
    cdr_filter f = {.spec = spec, .read = read, .write = write, .arg = arg, .counts = ret};
    uint64_t *by_column = ret->by_column;
    *ret = (cdr_filter_counts){.by_column = by_column};
    return run(&f, err);
}

/* --- samples --- */

typedef struct sample { const char *text; size_t len, at; } sample;

static cdr_status read_sample(void *arg, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    sample *s = arg;
    (void)err;
    size_t n = CDR_MIN(cap, s->len - s->at);
    memcpy(buf, s->text + s->at, n);
    s->at += n;
    *ret = n;
    return CDR_OK;
}

void cdr_filter_shape(const cdr_filter_spec *spec, const char *text, size_t len, bool whole, cdr_filter_format *ret_format, char *ret_delimiter)
{
    size_t bom = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    *ret_format = spec->format == CDR_FILTER_AUTO ? guess(text + bom, len - bom) : spec->format;
    *ret_delimiter = *ret_format == CDR_FILTER_CSV && !spec->delimiter ? cdr_filter_delimiter(text + bom, len - bom, whole) : spec->delimiter;
}

cdr_status cdr_filter_sample(const cdr_filter_spec *spec, const char *text, size_t len, cdr_filter_learn_fn fn, void *arg, cdr_err *err)
{
    sample s = {text, len, 0};
    cdr_filter_counts counts = {0};
    cdr_filter_spec own = *spec;
    own.rows = NULL;
    own.held = NULL;
    own.resolve = NULL;
    own.other = (cdr_filter_column){.transform = {.form = CDR_FORM_PLAIN}};
    cdr_filter f = {.spec = &own, .read = read_sample, .arg = &s, .counts = &counts, .learn = fn, .learn_arg = arg};
    cdr_status st = run(&f, err);
    return st == CDR_E_INVAL || st == CDR_E_LIMIT ? CDR_OK : st;
}

static cdr_filter_format guess(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
        i++;
    if (i < len && s[i] == '[')
        return CDR_FILTER_JSON;
    if (i == len || s[i] != '{')
        return CDR_FILTER_CSV;
    /* An object that is whole on its line, or several: lines of JSON. */
    const char *line = memchr(s + i, '\n', len - i);
    size_t end = line ? (size_t)(line - s) : len, tail = end;
    while (tail > i && (s[tail - 1] == ' ' || s[tail - 1] == '\r'))
        tail--;
    size_t opens = 0, closes = 0;
    bool in_string = false;
    for (size_t k = i; k < tail; k++) {
        if (in_string && s[k] == '\\')
            k++;
        else if (s[k] == '"')
            in_string = !in_string;
        else if (!in_string) {
            opens += s[k] == '{' || s[k] == '[';
            closes += s[k] == '}' || s[k] == ']';
        }
    }
    if (opens != closes)
        return CDR_FILTER_JSON;
    while (end < len && (s[end] == '\n' || s[end] == '\r' || s[end] == ' '))
        end++;
    return end < len && s[end] == '{' ? CDR_FILTER_NDJSON : CDR_FILTER_JSON;
}
