/* SPDX-License-Identifier: Apache-2.0 */
/* Any text for who lists or counts what is in it. */
#include "cli/detect_cells.h"

#include <string.h>

typedef struct listing { const cdr_detect_job *job; const cdr_detect_sink *sink; } listing;

static cdr_status tell(listing *l, cdr_cells *t, const cdr_cell *c, cdr_finding f, cdr_err *err)
{
    if (f.confidence < l->job->min_confidence || !cdr_detect_wanted(l->job, &f))
        return CDR_OK;
    const char *raw = t->text.data + c->start;
    size_t len = c->end - c->start;
    if (len != c->value_len) {
        f.start = cdr_cell_place(c->syntax, raw, len, (size_t)f.start, false);
        f.end = cdr_cell_place(c->syntax, raw, len, (size_t)f.end, true);
    }
    f.start += c->start;
    f.end += c->start;
    return l->sink->found(l->sink->arg, t->text.data, t->text.len, t->base, &f, err);
}

/* As a scan counts: a cell of a column of names once, what was found in it besides. */
static cdr_status on_cell(void *arg, cdr_cells *t, const cdr_cell *c, const cdr_cell_found *found, size_t count, cdr_err *err)
{
    listing *l = arg;
    const cdr_column_class *k = cdr_cells_class(t, c->column);
    bool whole = k->kind != CDR_KIND_NONE && !k->by_value;
    cdr_status s = CDR_OK;
    if (whole && !c->later_piece && !cdr_table_says_nothing(k, t->values.data + c->value, c->value_len))
        s = tell(l, t, c, (cdr_finding){.end = c->value_len, .kind = k->kind, .band = (uint8_t)cdr_band_of(k->confidence), .confidence = k->confidence, .evidence = k->evidence}, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        const cdr_finding *f = &found[i].f;
        if (!whole || (f->kind != k->kind && !(f->band == CDR_BAND_LOW && cdr_band_of(k->confidence) == CDR_BAND_HIGH)))
            s = tell(l, t, c, *f, err);
    }
    return s;
}

static cdr_status on_passed(void *arg, cdr_cells *t, size_t to, cdr_err *err)
{
    listing *l = arg;
    return l->sink->passed ? l->sink->passed(l->sink->arg, t->text.data, t->text.len, t->base, to, err) : CDR_OK;
}

cdr_status cdr_detect_read(const cdr_detect_job *job, int fd, const char *name, const cdr_detect_sink *sink, cdr_err *err)
{
    cdr_detect_source source;
    cdr_status s = cdr_detect_source_open(job, fd, name, &source, err);
    if (s != CDR_OK)
        return s;
    if (cdr_cells_reads(source.format)) {
        listing l = {job, sink};
        cdr_cells_sink cells = {on_cell, on_passed, &l};
        s = cdr_cells_run(job, &source, &cells, err);
    } else {
        s = cdr_detect_stream(job, &source, sink, err);
    }
    cdr_detect_source_close(&source);
    return s;
}
