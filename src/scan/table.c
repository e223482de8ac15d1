/* SPDX-License-Identifier: Apache-2.0 */
/* Cells are gathered by column into batches; detection runs over a column's cells at once, then what was found is put back
 * in the order of rows, so that a record is told in one piece. */
#include "scan/table_parts.h"

#include "detect/kinds.h"
#include "scan/person.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BATCH_BYTES ((size_t)384 * 1024)
#define BATCH_ROWS 4096u
#define BATCH_CELLS 65536u
#define CELL_KINDS 24u
#define JUDGED_AFTER 4096u         /* values after which a column's class is final */
#define MORE_NAME "\xe2\x80\xa6"   /* the column of what did not fit: … */

cdr_status cdr_table_new(const cdr_ruleset *rs, cdr_detect_scratch *scratch, cdr_table **ret, cdr_err *err)
{
    cdr_table *t = *ret = cdr_alloc(sizeof *t);
    if (!t)
        return cdr_fail_nomem(err, "scan");
    t->rs = rs;
    t->scratch = scratch;
    return CDR_OK;
}

static void forget_columns(cdr_table *t)
{
    for (size_t i = 0; i < t->column_count; i++) {
        cdr_table_col *c = &t->columns[i];
        if (!c->borrowed) {
            cdr_column_free(c->column);
            cdr_free(c->name);
        }
        c->column = NULL;
        c->name = NULL;
        c->borrowed = false;
    }
    t->column_count = 0;
    memset(t->index, 0, sizeof t->index);
}

void cdr_table_free(cdr_table *t)
{
    if (!t)
        return;
    forget_columns(t);
    for (size_t i = 0; i < t->column_cap; i++) {
        cdr_free(t->columns[i].text);
        cdr_free(t->columns[i].starts);
        cdr_free(t->columns[i].rows);
    }
    cdr_free(t->columns);
    cdr_free(t->row_numbers);
    cdr_free(t->found.at);
    cdr_free(t->order);
    cdr_free(t->first);
    cdr_free(t);
}

void cdr_table_begin(cdr_table *t, cdr_sink *sink)
{
    forget_columns(t);
    t->sink = sink;
    t->bytes = t->cells = 0;
    t->row_count = 0;
    t->rows_told = 0;
    t->found.len = 0;
    t->path = NULL;
}

void cdr_table_named(cdr_table *t, const char *path)
{
    t->path = path;
}

cdr_status cdr_table_snapshot_take(const cdr_table *t, cdr_table_snapshot *ret, cdr_err *err)
{
    *ret = (cdr_table_snapshot){.columns = cdr_alloc_array(t->column_count + 1, sizeof *ret->columns), .count = t->column_count};
    if (!ret->columns)
        return cdr_fail_nomem(err, "scan");
    memcpy(ret->columns, t->columns, t->column_count * sizeof *ret->columns);
    memcpy(ret->index, t->index, sizeof ret->index);
    return CDR_OK;
}

static cdr_status grow_columns(cdr_table *t, cdr_err *err);

cdr_status cdr_table_follow(cdr_table *t, const cdr_table_snapshot *s, cdr_sink *sink, cdr_err *err)
{
    cdr_table_begin(t, sink);
    for (size_t i = 0; i < s->count; i++) {
        cdr_status st = grow_columns(t, err);
        if (st != CDR_OK)
            return st;
        cdr_table_col *c = &t->columns[t->column_count++];
        const cdr_table_col *from = &s->columns[i];
        c->name = from->name;
        c->name_len = from->name_len;
        c->hint = from->hint;
        c->class = from->class;
        c->borrowed = c->judged = c->final = true;
        c->values = c->untold = 0;
        c->len = 0;
        c->count = 0;
    }
    memcpy(t->index, s->index, sizeof t->index);
    return CDR_OK;
}

static uint32_t hash_of(const char *s, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h;
}

static cdr_status grow_columns(cdr_table *t, cdr_err *err)
{
    if (t->column_count < t->column_cap)
        return CDR_OK;
    size_t cap = t->column_cap ? t->column_cap * 2 : 16;
    cdr_table_col *grown = cdr_realloc_array(t->columns, cap, sizeof *grown);
    if (!grown)
        return cdr_fail_nomem(err, "scan");
    memset(grown + t->column_cap, 0, (cap - t->column_cap) * sizeof *grown);
    t->columns = grown;
    t->column_cap = cap;
    return CDR_OK;
}

/* "id" in a table of customers is read as "customer_id". */
static size_t header_of(const cdr_table *t, const char *name, size_t len, char *ret, size_t cap)
{
    const char *noun;
    bool bare = (len == 2 && (!strncasecmp(name, "id", 2) || !strncasecmp(name, "nr", 2) || !strncasecmp(name, "no", 2))) || (len == 6 && !strncasecmp(name, "number", 6)) ||
                (len == 6 && !strncasecmp(name, "nummer", 6));
    if (!bare || !t->path || !cdr_role_noun(t->path, &noun))
        return 0;
    return (size_t)snprintf(ret, cap, "%s_%.*s", noun, (int)len, name);
}

static cdr_status add_named(cdr_table *t, const char *name, size_t len, uint32_t *ret, cdr_err *err)
{
    if (t->column_count >= CDR_TABLE_COLUMNS_MAX) {
        *ret = CDR_TABLE_COLUMNS_MAX - 1;
        return CDR_OK;
    }
    if (t->column_count == CDR_TABLE_COLUMNS_MAX - 1) {
        name = MORE_NAME;
        len = strlen(MORE_NAME);
    }
    cdr_status s = grow_columns(t, err);
    if (s != CDR_OK)
        return s;
    cdr_table_col *c = &t->columns[t->column_count];
    c->name = cdr_strndup(name, len);
    if (!c->name)
        return cdr_fail_nomem(err, "scan");
    c->name_len = len;
    char whose[64];
    size_t said = header_of(t, name, len, whose, sizeof whose);
    s = cdr_column_new(t->rs, said ? whose : name, said ? said : len, &c->column, err);
    if (s != CDR_OK) {
        cdr_free(c->name);
        c->name = NULL;
        return s;
    }
    c->hint = cdr_column_hint(c->column);
    c->len = 0;
    c->count = 0;
    c->values = c->untold = 0;
    c->final = c->judged = false;
    c->class = (cdr_column_class){0};
    *ret = (uint32_t)t->column_count++;
    return t->sink->calls->field(t->sink, name, len, err);
}

static cdr_status note_personal(void *arg, const cdr_finding *f)
{
    if (f->band >= CDR_BAND_MEDIUM)
        *(bool *)arg = true;
    return CDR_OK;
}

/* A table without a header, taken for one with: a value must not end up as the name of a field. */
static cdr_status add_unnamed(cdr_table *t, const char *value, size_t len, uint32_t *ret, cdr_err *err)
{
    char name[32];
    snprintf(name, sizeof name, "column %zu", t->column_count + 1);
    cdr_status s = cdr_table_add_column(t, name, strlen(name), ret, err);
    return s == CDR_OK ? cdr_table_cell(t, *ret, value, len, err) : s;
}

cdr_status cdr_table_add_column(cdr_table *t, const char *name, size_t len, uint32_t *ret, cdr_err *err)
{
    bool personal = false;
    cdr_status s = cdr_detect_window(t->rs, t->scratch, name, len, 0, len, NULL, note_personal, &personal, err);
    if (s != CDR_OK)
        return s;
    return personal ? add_unnamed(t, name, len, ret, err) : add_named(t, name, len, ret, err);
}

cdr_status cdr_table_column(cdr_table *t, const char *name, size_t len, uint32_t *ret, cdr_err *err)
{
    uint32_t slot = hash_of(name, len) & (CDR_TABLE_INDEX - 1);
    for (; t->index[slot]; slot = (slot + 1) & (CDR_TABLE_INDEX - 1)) {
        const cdr_table_col *c = &t->columns[t->index[slot] - 1];
        if (c->name_len == len && !memcmp(c->name, name, len)) {
            *ret = t->index[slot] - 1;
            return CDR_OK;
        }
    }
    bool full = t->column_count >= CDR_TABLE_COLUMNS_MAX - 1;
    cdr_status s = cdr_table_add_column(t, name, len, ret, err);
    if (s == CDR_OK && !full)
        t->index[slot] = (uint16_t)(*ret + 1);
    return s;
}

uint32_t cdr_table_columns(const cdr_table *t)
{
    return (uint32_t)t->column_count;
}

static cdr_status grow_cells(cdr_table_col *c, cdr_err *err)
{
    uint32_t cap = c->cap ? c->cap * 2 : 64;
    uint32_t *starts = cdr_realloc_array(c->starts, cap + 1, sizeof *starts);
    if (starts)
        c->starts = starts;
    uint32_t *rows = starts ? cdr_realloc_array(c->rows, cap, sizeof *rows) : NULL;
    if (!rows)
        return cdr_fail_nomem(err, "scan");
    c->rows = rows;
    c->cap = cap;
    return CDR_OK;
}

static cdr_status grow_text(cdr_table_col *c, size_t len, cdr_err *err)
{
    size_t cap = CDR_MAX(c->text_cap * 2, c->len + len + 256);
    char *text = cdr_realloc_array(c->text, cap, 1);
    if (!text)
        return cdr_fail_nomem(err, "scan");
    c->text = text;
    c->text_cap = cap;
    return CDR_OK;
}

cdr_status cdr_table_cell_at(cdr_table *t, uint32_t row, uint32_t column, const char *s, size_t len, cdr_err *err)
{
    while (len > CDR_TABLE_CELL_MAX) {
        cdr_status st = cdr_table_cell_at(t, row, column, s, CDR_TABLE_CELL_MAX, err);
        if (st != CDR_OK)
            return st;
        s += CDR_TABLE_CELL_MAX;
        len -= CDR_TABLE_CELL_MAX;
    }
    if (len == 0)
        return CDR_OK;
    cdr_table_col *c = &t->columns[column];
    cdr_status st = c->count == c->cap ? grow_cells(c, err) : CDR_OK;
    if (st == CDR_OK && c->len + len + 1 > c->text_cap)
        st = grow_text(c, len, err);
    if (st != CDR_OK)
        return st;
    c->starts[c->count] = (uint32_t)c->len;
    c->rows[c->count++] = row;
    memcpy(c->text + c->len, s, len);
    c->len += len;
    c->text[c->len++] = '\n';
    t->bytes += len + 1;
    t->cells++;
    /* A row that never ends (one JSON object of a gigabyte) is told in pieces. */
    return t->bytes > BATCH_BYTES * 2 || t->cells > BATCH_CELLS * 2 ? cdr_table_flush(t, err) : CDR_OK;
}

cdr_status cdr_table_cell(cdr_table *t, uint32_t column, const char *s, size_t len, cdr_err *err)
{
    return cdr_table_cell_at(t, t->row_count, column, s, len, err);
}

static cdr_status reserve_row(cdr_table *t, cdr_err *err)
{
    if (t->row_count < t->row_cap)
        return CDR_OK;
    uint32_t cap = t->row_cap ? t->row_cap * 2 : 256;
    uint64_t *grown = cdr_realloc_array(t->row_numbers, cap, sizeof *grown);
    if (!grown)
        return cdr_fail_nomem(err, "scan");
    t->row_numbers = grown;
    t->row_cap = cap;
    return CDR_OK;
}

cdr_status cdr_table_row_open(cdr_table *t, uint64_t row, uint32_t *ret, cdr_err *err)
{
    cdr_status s = reserve_row(t, err);
    if (s != CDR_OK)
        return s;
    *ret = t->row_count;
    t->row_numbers[t->row_count++] = row;
    return CDR_OK;
}

bool cdr_table_full(const cdr_table *t)
{
    return t->row_count >= BATCH_ROWS || t->bytes >= BATCH_BYTES || t->cells >= BATCH_CELLS;
}

cdr_status cdr_table_row_end(cdr_table *t, uint64_t row, cdr_err *err)
{
    uint32_t ignored;
    cdr_status s = cdr_table_row_open(t, row, &ignored, err);
    return s == CDR_OK && cdr_table_full(t) ? cdr_table_flush(t, err) : s;
}

typedef struct gathering {
    cdr_table *t;
    uint32_t column, cell;     /* cell: the last one looked at */
    cdr_column *counted;       /* told of each cell with a finding while it still judges; NULL later */
    uint32_t counted_cell;
    cdr_kind kinds[CELL_KINDS];    /* found in that cell: each counts once */
    size_t kind_count;
} gathering;

static cdr_table_found *push_found(cdr_table *t)
{
    if (t->found.len == t->found.cap) {
        size_t cap = t->found.cap ? t->found.cap * 2 : 1024;
        cdr_table_found *grown = cdr_realloc_array(t->found.at, cap, sizeof *grown);
        if (!grown)
            return NULL;
        t->found.at = grown;
        t->found.cap = cap;
    }
    return &t->found.at[t->found.len++];
}

static void count_once(gathering *g, const cdr_finding *f)
{
    if (!g->counted)
        return;
    if (g->counted_cell != g->cell)
        g->kind_count = 0;
    g->counted_cell = g->cell;
    for (size_t i = 0; i < g->kind_count; i++)
        if (g->kinds[i] == f->kind)
            return;
    if (g->kind_count == CELL_KINDS)
        return;
    g->kinds[g->kind_count++] = f->kind;
    cdr_column_found(g->counted, f->kind, (cdr_band)f->band);
}

static cdr_status gather(void *arg, const cdr_finding *f)
{
    gathering *g = arg;
    const cdr_table_col *c = &g->t->columns[g->column];
    while (c->starts[g->cell + 1] <= f->start)
        g->cell++;
    cdr_table_found *found = push_found(g->t);
    if (!found)
        return CDR_E_NOMEM;
    *found = (cdr_table_found){.row = c->rows[g->cell], .column = g->column, .start = (uint32_t)f->start, .end = (uint32_t)f->end, .cell = c->starts[g->cell],
                               .kind = f->kind, .rule = f->rule, .band = f->band, .confidence = f->confidence, .evidence = f->evidence};
    count_once(g, f);
    return CDR_OK;
}

/* Kinds that tell people apart, or help to; of the others only the first values are told, all are counted. */
static bool worth_telling(cdr_kind kind)
{
    const cdr_kind_info *info = cdr_kind_get(kind);
    return info->person_rank > 0 || info->family == CDR_FAMILY_NAME || info->family == CDR_FAMILY_BIRTH || kind == CDR_K_POSTCODE;
}

/* What detection found in single cells gives way to what the column is: the same kind, and weak guesses where the column is sure. */
static void drop_overruled(cdr_table *t, const cdr_column_class *class, size_t from)
{
    size_t kept = from;
    for (size_t i = from; i < t->found.len; i++) {
        const cdr_table_found *f = &t->found.at[i];
        if (f->kind != class->kind && !(f->band == CDR_BAND_LOW && cdr_band_of(class->confidence) == CDR_BAND_HIGH))
            t->found.at[kept++] = *f;
    }
    t->found.len = kept;
}

/* Nothing, or what a redaction left. */
static bool is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
            return cdr_value_is_masked(s, len);
    return true;
}

/* "none" under religion is no religion. */
bool cdr_table_says_nothing(const cdr_column_class *class, const char *s, size_t len)
{
    static const char *const words[] = {"-", "--", "/", "?", "x", "n/a", "na", "n.a.", "none", "no", "nil", "null", "unknown", "not specified", "not stated", "not known", "nothing", "keine", "kein", "keiner",
                                        "nein", "unbekannt", "keine angabe", "k.a.", "k. a.", "ohne", "aucun", "aucune", "non", "inconnu", "ninguno", "ninguna", "nessuno", "nessuna", "geen", "brak", "ingen", "inga"};
    cdr_family family = cdr_kind_get(class->kind)->family;
    if (is_blank(s, len))
        return true;
    if (family != CDR_FAMILY_SPECIAL && family != CDR_FAMILY_HEALTH)
        return false;
    while (len && (s[len - 1] == ' ' || s[len - 1] == '\r'))
        len--;
    while (len && *s == ' ') {
        s++;
        len--;
    }
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (strlen(words[i]) == len && !strncasecmp(s, words[i], len))
            return true;
    return false;
}

/* The column as a whole is something that detection does not see in a single value. */
static cdr_status tell_column_values(cdr_table *t, uint32_t column, bool first, size_t found_before, cdr_err *err)
{
    cdr_table_col *c = &t->columns[column];
    if (c->class.kind == CDR_KIND_NONE || c->class.by_value)
        return CDR_OK;
    drop_overruled(t, &c->class, found_before);
    if (!first && !worth_telling(c->class.kind)) {
        for (uint32_t i = 0; i < c->count; i++)
            c->untold += !cdr_table_says_nothing(&c->class, c->text + c->starts[i], c->starts[i + 1] - c->starts[i] - 1);
        return CDR_OK;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        if (cdr_table_says_nothing(&c->class, c->text + c->starts[i], c->starts[i + 1] - c->starts[i] - 1))
            continue;
        cdr_table_found *f = push_found(t);
        if (!f)
            return cdr_fail_nomem(err, "scan");
        *f = (cdr_table_found){.row = c->rows[i], .column = column, .start = c->starts[i], .end = c->starts[i + 1] - 1, .cell = c->starts[i], .kind = c->class.kind,
                               .band = (uint8_t)cdr_band_of(c->class.confidence), .confidence = c->class.confidence, .evidence = c->class.evidence};
    }
    return CDR_OK;
}

#define TRIALS_MIN 20u
#define CHANCE_KINDS 8u

typedef struct chance { cdr_kind kind; uint32_t hits; } chance;

/* Found by a check digit and nothing else, over the whole of a cell. */
static bool by_chance(const cdr_table_col *c, const cdr_table_found *f)
{
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    if (f->band < CDR_BAND_MEDIUM || f->evidence & (CDR_EV_CONTEXT | CDR_EV_HEADER | CDR_EV_USER) || k->person_rank < 1 || k->person_rank > 6)
        return false;
    const char *cell = c->text + f->cell, *end = c->text + f->end;
    if (f->kind == CDR_K_EMAIL || f->start != f->cell || *end != '\n' || *cell == '+')
        return false;
    return !memchr(cell, ' ', f->end - f->cell);
}

/* Cells that are one word with digits: each might have passed the check. */
static uint32_t trials_of(const cdr_table_col *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        bool digit = false, one = true;
        size_t len = c->starts[i + 1] - c->starts[i] - 1u;
        for (const char *p = c->text + c->starts[i], *end = p + len; p < end && one; p++) {
            digit = digit || (*p >= '0' && *p <= '9');
            one = *p != ' ' && *p != '@';
        }
        n += one && digit && len >= 5 && len <= 40;
    }
    return n;
}

/* What a few values of many alike happen to be, is not what they are: a column of readings of which some pass a check digit. */
static void doubt_chance(cdr_table *t, const cdr_table_col *c, size_t from)
{
    chance kinds[CHANCE_KINDS];
    size_t count = 0;
    for (size_t i = from; i < t->found.len; i++) {
        size_t k = 0;
        if (!by_chance(c, &t->found.at[i]))
            continue;
        while (k < count && kinds[k].kind != t->found.at[i].kind)
            k++;
        if (k == CHANCE_KINDS)
            continue;
        if (k == count)
            kinds[count++] = (chance){t->found.at[i].kind, 0};
        kinds[k].hits++;
    }
    uint32_t trials = count ? trials_of(c) : 0;
    for (size_t k = 0; k < count && trials >= TRIALS_MIN; k++) {
        double share = (double)kinds[k].hits / trials, expected = (double)cdr_kind_get(kinds[k].kind)->prior;
        if (share > 3 * expected && (share >= 0.02 || expected < 0.01))
            continue;
        for (size_t i = from; i < t->found.len; i++) {
            cdr_table_found *f = &t->found.at[i];
            if (f->kind == kinds[k].kind && by_chance(c, f)) {
                f->band = CDR_BAND_LOW;
                f->confidence = CDR_MIN(f->confidence, 0.3f);
            }
        }
    }
}

static cdr_status scan_column(cdr_table *t, uint32_t column, cdr_err *err)
{
    cdr_table_col *c = &t->columns[column];
    bool judging = c->values < JUDGED_AFTER && !c->final;
    c->starts[c->count] = (uint32_t)c->len;
    c->values += c->count;
    if (judging)
        cdr_column_cells(c->column, c->text, c->starts, c->count);
    size_t found_before = t->found.len;
    gathering g = {.t = t, .column = column, .counted = judging ? c->column : NULL, .counted_cell = UINT32_MAX};
    cdr_status s = cdr_detect_cells(t->rs, t->scratch, c->text, c->starts, c->count, c->hint, gather, &g, err);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "scan");
    if (s != CDR_OK)
        return s;
    if (judging)
        cdr_column_judge(c->column, &c->class);
    doubt_chance(t, c, found_before);
    c->judged = true;
    return tell_column_values(t, column, judging, found_before, err);
}

static cdr_status grow_order(cdr_table *t, cdr_err *err)
{
    if (t->found.len > t->order_cap) {
        uint32_t *order = cdr_realloc_array(t->order, t->found.cap, sizeof *order);
        if (!order)
            return cdr_fail_nomem(err, "scan");
        t->order = order;
        t->order_cap = t->found.cap;
    }
    if (t->row_count + 2 > t->first_cap) {
        uint32_t cap = t->row_count * 2 + 64, *first = cdr_realloc_array(t->first, cap, sizeof *first);
        if (!first)
            return cdr_fail_nomem(err, "scan");
        t->first = first;
        t->first_cap = cap;
    }
    return CDR_OK;
}

/* Counting sort by row; within a row by column and place, as they were found. */
static cdr_status sort_by_row(cdr_table *t, cdr_err *err)
{
    cdr_status s = grow_order(t, err);
    if (s != CDR_OK)
        return s;
    uint32_t rows = t->row_count + 1;
    memset(t->first, 0, (rows + 1) * sizeof *t->first);
    for (size_t i = 0; i < t->found.len; i++)
        t->first[t->found.at[i].row + 1]++;
    for (uint32_t r = 0; r < rows; r++)
        t->first[r + 1] += t->first[r];
    for (size_t i = 0; i < t->found.len; i++)
        t->order[t->first[t->found.at[i].row]++] = (uint32_t)i;
    return CDR_OK;
}

static cdr_status tell_rows(cdr_table *t, cdr_err *err)
{
    uint32_t row = UINT32_MAX;
    for (size_t i = 0; i < t->found.len; i++) {
        const cdr_table_found *f = &t->found.at[t->order[i]];
        cdr_status s = CDR_OK;
        if (row != UINT32_MAX && f->row != row)
            s = t->sink->calls->record_end(t->sink, err);
        row = f->row;
        const cdr_table_col *c = &t->columns[f->column];
        cdr_seen_value v = {.field = f->column, .kind = f->kind, .rule = f->rule, .band = f->band, .confidence = f->confidence, .evidence = f->evidence,
                            .offset = f->start - f->cell, .line = f->row < t->row_count ? t->row_numbers[f->row] : t->last_row + 1,
                            .value = c->text + f->start, .len = f->end - f->start};
        if (s == CDR_OK)
            s = t->sink->calls->value(t->sink, &v, err);
        if (s != CDR_OK)
            return s;
    }
    return row == UINT32_MAX ? CDR_OK : t->sink->calls->record_end(t->sink, err);
}

cdr_status cdr_table_flush(cdr_table *t, cdr_err *err)
{
    t->found.len = 0;
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (t->columns[i].count == 0)
            continue;
        cdr_status s = scan_column(t, i, err);
        if (s != CDR_OK)
            return s;
    }
    if (t->row_count)
        t->last_row = t->row_numbers[t->row_count - 1];
    cdr_status s = t->found.len ? sort_by_row(t, err) : CDR_OK;
    if (s == CDR_OK && t->found.len)
        s = tell_rows(t, err);
    for (uint32_t i = 0; i < t->column_count; i++) {
        t->columns[i].len = 0;
        t->columns[i].count = 0;
    }
    t->rows_told += t->row_count;
    t->row_count = 0;
    t->bytes = t->cells = 0;
    t->generation++;
    return s;
}

void cdr_table_add_counts(cdr_table *t, uint32_t column, const cdr_column_class *class, uint64_t values, uint64_t untold)
{
    cdr_table_col *c = &t->columns[column];
    c->values += values;
    c->untold += untold;
    if (!c->judged)
        c->class = *class;
    c->judged = true;
}

cdr_status cdr_table_end(cdr_table *t, uint64_t *ret_rows, cdr_err *err)
{
    cdr_status s = cdr_table_flush(t, err);
    for (uint32_t i = 0; s == CDR_OK && i < t->column_count; i++) {
        const cdr_table_col *c = &t->columns[i];
        cdr_column_class class = c->class;
        if (!c->judged)
            cdr_column_judge(c->column, &class);
        s = t->sink->calls->column(t->sink, i, &class, c->values, c->untold, err);
    }
    if (ret_rows)
        *ret_rows = t->rows_told;
    return s;
}
