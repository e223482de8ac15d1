/* SPDX-License-Identifier: Apache-2.0 */
/* What the columns of a customer list are, judged as a scan judges them: by their names and the values at the beginning. */
#include "core/vault/import_map.h"

#include "base/vec.h"
#include "detect/column.h"
#include "detect/kinds.h"

#include <string.h>

#define VALUES_MAX 1000u
#define VALUE_BYTES ((size_t)1 << 10)
#define CERTAIN 0.75f

typedef struct pupil {
    cdr_buf text;
    uint32_t *starts; uint32_t count;
} pupil;
CDR_VEC(pupils, pupil)

typedef struct lesson {
    cdr_import_map *m;
    pupils at;
    cdr_ruleset *rs;
    cdr_detect_scratch *scratch;
    const char *name;
    uint64_t rows, wrong;                /* the first line that is no row; 0 none */
    cdr_buf first, second;               /* the line of names and the first of values: are they different? */
    uint32_t *first_starts, *second_starts;
} lesson;

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    lesson *l = arg;
    cdr_import_map *m = l->m;
    pupil *p = pupils_push(&l->at);
    if (!p)
        return cdr_fail_nomem(err, "vault");
    p->text = CDR_BUF(VALUES_MAX * (VALUE_BYTES + 1));
    if (m->count == m->cap) {
        uint32_t cap = m->cap ? m->cap * 2 : 16;
        cdr_import_column *grown = cdr_realloc_array(m->at, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "vault");
        m->at = grown;
        m->cap = cap;
    }
    m->at[column] = (cdr_import_column){.name = cdr_strdup(name), .stem = ""};
    if (!m->at[column].name)
        return cdr_fail_nomem(err, "vault");
    m->count = column + 1;
    return CDR_OK;
}

static cdr_status keep_value(pupil *p, const cdr_row_cell *c, cdr_err *err)
{
    if (p->count == VALUES_MAX || !c->len)
        return CDR_OK;
    if (!p->starts && !(p->starts = cdr_alloc_array(VALUES_MAX + 1, sizeof *p->starts)))
        return cdr_fail_nomem(err, "vault");
    p->starts[p->count++] = (uint32_t)p->text.len;
    cdr_buf_add(&p->text, c->s, CDR_MIN(c->len, VALUE_BYTES));
    if (cdr_buf_addc(&p->text, '\n') != CDR_OK)
        return cdr_fail_nomem(err, "vault");
    p->starts[p->count] = (uint32_t)p->text.len;
    return CDR_OK;
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    lesson *l = arg;
    cdr_status s = CDR_OK;
    (void)line;
    for (uint32_t i = 0; i < count && s == CDR_OK; i++) {
        if (!l->rows) {
            l->second_starts[i] = (uint32_t)l->second.len;
            cdr_buf_add(&l->second, cells[i].s ? cells[i].s : "", CDR_MIN(cells[i].len, VALUE_BYTES));
            cdr_buf_addc(&l->second, '\n');
            l->second_starts[i + 1] = (uint32_t)l->second.len;
        }
        s = keep_value(&l->at.at[i], &cells[i], err);
    }
    l->rows++;
    return s;
}

/* A row that is no row: the import itself will say so, or pass over it. */
static cdr_status on_wrong(void *arg, uint64_t line, cdr_err *err)
{
    lesson *l = arg;
    (void)err;
    l->wrong = l->wrong ? l->wrong : line;
    return CDR_OK;
}

typedef struct teller { cdr_column *column; const pupil *p; uint32_t cell, told; cdr_kind told_kind; } teller;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    teller *t = arg;
    while (t->cell + 1 < t->p->count && t->p->starts[t->cell + 1] <= f->start)
        t->cell++;
    if (t->told != t->cell || t->told_kind != f->kind)
        cdr_column_found(t->column, f->kind, (cdr_band)f->band);
    t->told = t->cell;
    t->told_kind = f->kind;
    return CDR_OK;
}

/* A number above 12 in front or behind tells which is the day, as long as no other says the opposite. */
static cdr_import_order order_of(const pupil *p)
{
    bool day = false, month = false;
    for (uint32_t i = 0; i < p->count; i++) {
        const char *s = p->text.data + p->starts[i];
        unsigned n[2] = {0};
        size_t at = 0, k = 0;
        for (; k < 2; k++, at++) {
            size_t digits = 0;
            for (; s[at] >= '0' && s[at] <= '9' && digits < 3; at++, digits++)
                n[k] = n[k] * 10 + (unsigned)(s[at] - '0');
            if (digits == 0 || digits > 2 || s[at] != '/')
                break;
        }
        day |= k == 2 && n[0] > 12;
        month |= k == 2 && n[1] > 12;
    }
    return day == month ? CDR_ORDER_UNKNOWN : day ? CDR_ORDER_DAY_FIRST : CDR_ORDER_MONTH_FIRST;
}

static cdr_status judge(lesson *l, const pupil *p, cdr_import_column *c, cdr_err *err)
{
    cdr_column *column;
    cdr_column_class k;
    c->values = p->count;
    if (!p->count)
        return CDR_OK;
    c->order = order_of(p);
    cdr_status s = cdr_column_new(l->rs, c->name, strlen(c->name), &column, err);
    if (s != CDR_OK)
        return s;
    teller t = {.column = column, .p = p, .told = UINT32_MAX};
    cdr_column_cells(column, p->text.data, p->starts, p->count);
    s = cdr_detect_cells(l->rs, l->scratch, p->text.data, p->starts, p->count, cdr_column_hint(column), on_finding, &t, err);
    if (s == CDR_OK) {
        cdr_column_judge(column, &k);
        c->kind = cdr_band_of(k.confidence) >= CDR_BAND_MEDIUM && (!k.by_value || k.support >= 0.5f) ? k.kind : CDR_KIND_NONE;
        /* A name such as "account" says less than a column full of e-mail addresses. */
        static const cdr_kind sure[] = {CDR_K_EMAIL, CDR_K_CARD, CDR_K_IBAN, CDR_K_CVV, CDR_K_TRACK, CDR_K_SECRET_PASSWORD_HASH, CDR_K_SECRET_PASSWORD, CDR_K_SECRET_PRIVATE_KEY};
        for (size_t i = 0; i < CDR_COUNT(sure); i++)
            c->certain |= c->kind == sure[i] && k.confidence >= CERTAIN && k.support >= 0.5f;
    }
    cdr_column_free(column);
    return s;
}

/* A list without a line of names would show its first customer where names are shown. */
static cdr_status check_header(lesson *l, cdr_err *err)
{
    for (uint32_t i = 0; i < l->m->count; i++) {
        l->first_starts[i] = (uint32_t)l->first.len;
        cdr_buf_adds(&l->first, l->m->at[i].name);
        cdr_buf_addc(&l->first, '\n');
        l->first_starts[i + 1] = (uint32_t)l->first.len;
    }
    if (cdr_buf_status(&l->first) != CDR_OK || cdr_buf_status(&l->second) != CDR_OK)
        return cdr_fail_nomem(err, "vault");
    if (cdr_row_is_header(l->rs, l->first.data, l->first_starts, l->m->count, l->rows ? l->second.data : "", l->second_starts, l->rows ? l->m->count : 0))
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "vault", "import.header", "The first line of %s is no line of column names; put one on top.", l->name);
}

static cdr_status read_sample(lesson *l, const char *sample, size_t len, bool whole, cdr_err *err)
{
    static const cdr_rows_events events = {on_column, on_row, on_wrong};
    cdr_rows *rows = cdr_rows_new(CDR_ROWS_AUTO, 0, l->name, &events, l);
    if (!rows)
        return cdr_fail_nomem(err, "vault");
    cdr_status s = cdr_rows_feed(rows, sample, len, whole, err);
    bool csv = cdr_rows_format_of(rows) == CDR_ROWS_CSV;
    cdr_rows_free(rows);
    if (s != CDR_OK)
        return s;
    if (!l->m->count && l->wrong)
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.unreadable", "No line of %s can be read; the first that is wrong is line %llu.", l->name, (unsigned long long)l->wrong);
    if (!l->m->count)
        return cdr_fail(err, CDR_E_INVAL, "vault", "import.empty", "%s is empty.", l->name);
    return csv && !l->m->named ? check_header(l, err) : CDR_OK;
}

cdr_status cdr_import_map_learn(cdr_import_map *m, const char *name, const char *sample, size_t len, bool whole, cdr_err *err)
{
    lesson l = {.m = m, .name = name, .first = CDR_BUF((size_t)CDR_ROWS_COLUMNS_MAX * (VALUE_BYTES + 1)), .second = CDR_BUF((size_t)CDR_ROWS_COLUMNS_MAX * (VALUE_BYTES + 1))};
    l.first_starts = cdr_alloc_array(CDR_ROWS_COLUMNS_MAX + 1, sizeof *l.first_starts);
    l.second_starts = cdr_alloc_array(CDR_ROWS_COLUMNS_MAX + 1, sizeof *l.second_starts);
    cdr_status s = l.first_starts && l.second_starts ? cdr_ruleset_new(&(cdr_ruleset_options){.names = CDR_NAMES_OFF}, &l.rs, err) : cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&l.scratch, err);
    if (s == CDR_OK)
        s = read_sample(&l, sample, len, whole, err);
    for (uint32_t i = 0; i < m->count && s == CDR_OK; i++)
        s = judge(&l, &l.at.at[i], &m->at[i], err);
    for (size_t i = 0; i < l.at.len; i++) {
        cdr_buf_wipe(&l.at.at[i].text);
        cdr_free(l.at.at[i].starts);
    }
    pupils_done(&l.at);
    cdr_detect_scratch_free(l.scratch);
    cdr_ruleset_free(l.rs);
    cdr_buf_wipe(&l.second);
    cdr_buf_done(&l.first);
    cdr_free(l.first_starts);
    cdr_free(l.second_starts);
    return s;
}
