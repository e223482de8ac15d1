/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/detect_cells.h"

#include "base/mem.h"
#include "base/text.h"
#include "detect/column_header.h"
#include "detect/kinds.h"

#include <string.h>

#define HELD_BYTES ((size_t)2 << 20)
#define PIECE_BYTES ((size_t)48 << 10)      /* less than the table cuts cells at */
#define BATCH_BYTES ((size_t)256 << 10)
#define LEAST_CLASS 0.15f                   /* less is no judgement */

bool cdr_cells_reads(const char *format)
{
    return !strcmp(format, "csv") || !strcmp(format, "tsv") || !strcmp(format, "json") || !strcmp(format, "ndjson") || !strcmp(format, "xml");
}

/* --- what the table tells --- */

static cdr_cells *of_sink(cdr_sink *s)
{
    return (cdr_cells *)((char *)s - offsetof(cdr_cells, table_sink));
}

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    (void)s; (void)path; (void)format; (void)size; (void)err;
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    (void)s; (void)name; (void)len; (void)err;
    return CDR_OK;
}

static cdr_status on_record_end(cdr_sink *s, cdr_err *err)
{
    (void)s; (void)err;
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    (void)s; (void)field; (void)c; (void)values; (void)untold; (void)err;
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    (void)s; (void)coverage; (void)reason_id; (void)reason; (void)bytes_read; (void)rows; (void)err;
    return CDR_OK;
}

/* Each cell is a row of its own, numbered from 1. */
static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    cdr_cells *t = of_sink(s);
    if (v->line == 0 || v->line > t->count)
        return CDR_OK;
    if (t->found_count == t->found_cap) {
        size_t cap = t->found_cap ? t->found_cap * 2 : 1024;
        cdr_cell_found *grown = cdr_realloc_array(t->found, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "cli");
        t->found = grown;
        t->found_cap = cap;
    }
    cdr_cell_found *f = &t->found[t->found_count++];
    *f = (cdr_cell_found){.cell = (uint32_t)v->line - 1, .f = {.start = v->offset, .end = v->offset + v->len, .kind = v->kind, .band = v->band, .confidence = v->confidence,
                                                             .evidence = v->evidence, .rule = v->rule}};
    return CDR_OK;
}

static const cdr_sink_calls table_calls = {on_begin, on_field, on_value, on_record_end, on_column, on_end};

/* --- columns --- */

const cdr_column_class *cdr_cells_class(const cdr_cells *t, uint32_t column)
{
    return &t->table->columns[column].class;
}

const cdr_hint *cdr_cells_hint(const cdr_cells *t, uint32_t column)
{
    return t->table->columns[column].hint;
}

/* A header that leaves no doubt, where the values are too few or too odd to bear it out. */
static bool header_says(cdr_cells *t, uint32_t column, cdr_kind *ret)
{
    const cdr_table_col *c = &t->table->columns[column];
    cdr_header h;
    if (t->said[column] == 1)
        return false;
    cdr_header_read(c->name, c->name_len, &h);
    bool personal = h.count && h.says[0].strength >= 3 && !h.thing && h.says[0].kind != CDR_K_ORGANIZATION;
    t->said[column] = personal ? 2 : 1;
    *ret = personal ? h.says[0].kind : CDR_KIND_NONE;
    return personal;
}

/* Values that fill their cells, or that the header announces: a cell of such a column that looks otherwise is one mistyped. */
static bool all_of_cells(const cdr_cells *t, uint32_t column, const cdr_column_class *k)
{
    bool fills = t->found_bytes[column] * 10 >= t->cell_bytes[column] * 7;
    return cdr_band_of(k->confidence) >= CDR_BAND_MEDIUM && k->support >= 0.5f && (fills || (k->evidence & CDR_EV_HEADER));
}

bool cdr_cells_whole(cdr_cells *t, uint32_t column, cdr_finding *ret)
{
    const cdr_column_class *k = cdr_cells_class(t, column);
    *ret = (cdr_finding){.kind = k->kind, .band = (uint8_t)cdr_band_of(k->confidence), .confidence = k->confidence, .evidence = k->evidence};
    if (k->kind != CDR_KIND_NONE && k->confidence >= LEAST_CLASS && (!k->by_value || all_of_cells(t, column, k)))
        return true;
    cdr_kind said;
    if (!header_says(t, column, &said))
        return false;
    *ret = (cdr_finding){.kind = said, .band = CDR_BAND_LOW, .confidence = 0.4f, .evidence = CDR_EV_HEADER};
    return true;
}

cdr_status cdr_cells_column(cdr_cells *t, const char *name, size_t len, uint32_t *ret, cdr_err *err)
{
    uint32_t before = cdr_table_columns(t->table);
    cdr_status s = cdr_table_column(t->table, name, len, ret, err);
    /* A name that is a value itself has been put into the row that would come next. */
    bool fresh = cdr_table_columns(t->table) > before;
    if (s == CDR_OK && fresh && t->table->cells && t->table->columns[*ret].count)
        s = cdr_table_row_end(t->table, 0, err);
    return s;
}

static cdr_status note_personal(void *arg, const cdr_finding *f)
{
    if (f->band >= CDR_BAND_MEDIUM)
        *(bool *)arg = true;
    return CDR_OK;
}

cdr_status cdr_cells_personal(cdr_cells *t, const char *text, size_t len, bool *ret, cdr_err *err)
{
    *ret = false;
    return cdr_detect_window(t->rules, t->scratch, text, len, 0, len, NULL, note_personal, ret, err);
}

/* --- batches --- */

static void note_cover(cdr_cells *t)
{
    for (size_t i = 0; i < t->count; i++)
        t->cell_bytes[t->cells[i].column] += t->cells[i].value_len;
    for (size_t i = 0; i < t->found_count; i++)
        t->found_bytes[t->cells[t->found[i].cell].column] += t->found[i].f.end - t->found[i].f.start;
}

static cdr_status flush(cdr_cells *t, cdr_err *err)
{
    t->found_count = 0;
    cdr_status s = cdr_table_flush(t->table, err);
    if (s == CDR_OK && t->judging)
        note_cover(t);
    for (size_t i = 0, f = 0; s == CDR_OK && i < t->count && !t->judging; i++) {
        size_t first = f;
        while (f < t->found_count && t->found[f].cell == i)
            f++;
        s = t->sink->cell(t->sink->arg, t, &t->cells[i], t->found + first, f - first, err);
    }
    t->count = 0;
    cdr_buf_clear(&t->values);
    return s;
}

static bool is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", s[i]) || !s[i])
            return false;
    return true;
}

/* Nothing, or what an earlier redaction left: that is not masked again. */
static bool says_nothing(const cdr_cells *t, size_t start, size_t end)
{
    const char *raw = t->text.data + start;
    return is_blank(raw, end - start) || cdr_value_is_masked(raw, end - start);
}

static cdr_status add_value(cdr_cells *t, const char *raw, size_t len, cdr_cell_syntax syntax, cdr_err *err)
{
    static const char signs[] = {[CDR_CELL_CSV_QUOTED] = '"', [CDR_CELL_JSON_STRING] = '\\', [CDR_CELL_JSON_KEY] = '\\', [CDR_CELL_XML] = '&'};
    if (!signs[syntax] || !memchr(raw, signs[syntax], len)) {
        cdr_buf_add(&t->values, raw, len);
    } else {
        for (size_t i = 0; i < len;) {
            char out[8];
            size_t means;
            i += cdr_cell_unit(syntax, raw + i, len - i, out, &means);
            cdr_buf_add(&t->values, out, means);
        }
    }
    return cdr_buf_status(&t->values) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "cli");
}

static cdr_status add_piece(cdr_cells *t, uint32_t column, size_t start, size_t end, cdr_cell_syntax syntax, bool later, cdr_err *err)
{
    cdr_status s = CDR_OK;
    uint32_t row;
    if (says_nothing(t, start, end))
        return CDR_OK;
    if (t->count == CDR_CELLS_BATCH || t->values.len + (end - start) > BATCH_BYTES || cdr_table_full(t->table))
        s = flush(t, err);
    cdr_cell *c = &t->cells[t->count];
    *c = (cdr_cell){.start = start, .end = end, .value = t->values.len, .column = column, .syntax = syntax, .later_piece = later};
    if (s == CDR_OK)
        s = add_value(t, t->text.data + start, end - start, syntax, err);
    c->value_len = t->values.len - c->value;
    if (s == CDR_OK)
        s = cdr_table_row_open(t->table, ++t->count, &row, err);
    return s == CDR_OK ? cdr_table_cell_at(t->table, row, column, t->values.data + c->value, c->value_len, err) : s;
}

/* The end of a piece: behind a blank where there is one near, never inside of an escape. */
static size_t piece_end(const char *raw, size_t len, cdr_cell_syntax syntax)
{
    size_t at = 0, blank = 0;
    while (at < len && at < PIECE_BYTES - 16) {
        char out[8];
        size_t means;
        at += cdr_cell_unit(syntax, raw + at, len - at, out, &means);
        if (means == 1 && (out[0] == ' ' || out[0] == '\n'))
            blank = at;
    }
    return at < len && blank + 4096 > at ? blank : at;
}

cdr_status cdr_cells_add(cdr_cells *t, uint32_t column, size_t start, size_t end, cdr_cell_syntax syntax, bool later_piece, cdr_err *err)
{
    cdr_status s = CDR_OK;
    while (s == CDR_OK && end - start > PIECE_BYTES) {
        size_t cut = start + piece_end(t->text.data + start, end - start, syntax);
        s = add_piece(t, column, start, cut, syntax, later_piece, err);
        later_piece = true;
        start = cut;
    }
    return s == CDR_OK && end > start ? add_piece(t, column, start, end, syntax, later_piece, err) : s;
}

bool cdr_cells_must_go_on(const cdr_cells *t)
{
    return t->last || t->text.len - t->pos >= CDR_CELLS_TOKEN;
}

/* --- the text --- */

static cdr_status hold_more(cdr_cells *t, cdr_err *err)
{
    cdr_buf *b = &t->text;
    if (t->pos) {
        memmove(b->data, b->data + t->pos, b->len - t->pos);
        b->len -= t->pos;
        t->base += t->pos;
        t->pos = 0;
    }
    if (cdr_buf_reserve(b, HELD_BYTES - b->len) != CDR_OK)
        return cdr_fail_nomem(err, "cli");
    while (!t->last && HELD_BYTES - b->len >= 64) {
        size_t n;
        cdr_status s = cdr_detect_source_read(t->source, b->data + b->len, HELD_BYTES - b->len, &n, err);
        if (s != CDR_OK)
            return s;
        b->len += n;
        t->last = n == 0;
    }
    return CDR_OK;
}

static cdr_status read_steps(cdr_cells *t, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (unsigned i = 0; s == CDR_OK; i++) {
        if (i % 1024 == 0 && cdr_cancelled(&t->job->cli->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", t->source->name);
        s = t->pos < t->text.len ? t->reader->step(t, err) : t->last ? CDR_DONE : CDR_NEED_MORE;
    }
    return s;
}

/* What was learnt stays. */
static void settle(cdr_cells *t)
{
    for (uint32_t i = 0; i < cdr_table_columns(t->table); i++)
        t->table->columns[i].final = t->table->columns[i].class.kind != CDR_KIND_NONE && cdr_band_of(t->table->columns[i].class.confidence) >= CDR_BAND_MEDIUM;
}

static cdr_status learn(cdr_cells *t, cdr_err *err)
{
    t->judging = true;
    cdr_status s = hold_more(t, err);
    if (s == CDR_OK)
        s = t->reader->begin(t, err);
    if (s != CDR_OK)
        return s;
    t->reader->rewind(t);
    s = read_steps(t, err);
    if (s == CDR_DONE || s == CDR_NEED_MORE)
        s = flush(t, err);
    settle(t);
    t->judging = false;
    t->pos = 0;
    t->reader->rewind(t);
    return s;
}

static cdr_status tell(cdr_cells *t, cdr_err *err)
{
    for (;;) {
        cdr_status s = read_steps(t, err);
        if (s != CDR_DONE && s != CDR_NEED_MORE)
            return s;
        bool done = s == CDR_DONE;
        s = flush(t, err);
        if (s == CDR_OK)
            s = t->sink->passed(t->sink->arg, t, t->pos, err);
        if (s == CDR_OK && !done)
            s = hold_more(t, err);
        if (s != CDR_OK || done)
            return s;
    }
}

static const cdr_cells_reader *reader_of(const char *format)
{
    return !strcmp(format, "xml") ? &cdr_cells_xml : strstr(format, "json") ? &cdr_cells_json : &cdr_cells_csv;
}

cdr_status cdr_cells_run(const cdr_detect_job *job, cdr_detect_source *source, const cdr_cells_sink *sink, cdr_err *err)
{
    cdr_cells *t = cdr_alloc(sizeof *t);
    if (!t)
        return cdr_fail_nomem(err, "cli");
    t->job = job;
    t->source = source;
    t->sink = sink;
    t->reader = reader_of(source->format);
    t->table_sink.calls = &table_calls;
    t->text.max = HELD_BYTES;
    t->values.max = 2 * BATCH_BYTES;
    cdr_status s = cdr_ruleset_new(&job->table_options, &t->rules, err);
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&t->scratch, err);
    if (s == CDR_OK)
        s = cdr_table_new(t->rules, t->scratch, &t->table, err);
    if (s == CDR_OK) {
        cdr_table_begin(t->table, &t->table_sink);
        cdr_table_named(t->table, source->name);
        s = learn(t, err);
    }
    if (s == CDR_OK)
        s = tell(t, err);
    if (t->state)
        t->reader->end(t);
    cdr_table_free(t->table);
    cdr_detect_scratch_free(t->scratch);
    cdr_ruleset_free(t->rules);
    cdr_buf_wipe(&t->text);
    cdr_buf_wipe(&t->values);
    cdr_free(t->found);
    cdr_free(t);
    return s;
}
