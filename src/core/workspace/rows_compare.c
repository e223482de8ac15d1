/* SPDX-License-Identifier: Apache-2.0 */
/* Are the rows as the ledger knows them? It is read once; what it said last of each row counts. */
#include "core/workspace/rows.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/vec.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct mark { size_t part, order; int64_t id; bool gone, added, seen; char of[40]; uint8_t sha256[CDR_SHA256_BYTES]; } mark;
CDR_VEC(marks, mark)
#define PARTS_MAX 64
typedef struct comparing {
    cdr_rows_difference_fn *fn;
    void *arg;
    marks all;
    int64_t since[PARTS_MAX];                  /* the first row that was entered when it was made: older ones are not known, and no finding. 0: none was */
    size_t team_set, team_known;
    cdr_err *err;
} comparing;

static bool is_team(size_t part)
{
    return !strcmp(cdr_rows_parts[part].table, "team");
}

static cdr_status note(comparing *c, const json_t *row)
{
    const char *table = cdr_json_str(row, "table"), *name = cdr_json_str(row, "part"), *hex = cdr_json_str(row, "sha256"), *of = cdr_json_str(row, "of");
    size_t p = 0;
    while (table && name && p < cdr_rows_part_count && (strcmp(cdr_rows_parts[p].table, table) != 0 || strcmp(cdr_rows_parts[p].name, name) != 0))
        p++;
    if (!table || !name || p == cdr_rows_part_count)
        return CDR_OK;
    mark *m = marks_push(&c->all);
    if (!m)
        return cdr_fail_nomem(c->err, "workspace");
    *m = (mark){.part = p, .order = c->all.len, .id = (int64_t)json_integer_value(json_object_get(row, "id")), .added = json_is_true(json_object_get(row, "new"))};
    m->gone = !hex || !cdr_hex_decode(hex, strlen(hex), m->sha256, sizeof m->sha256);
    snprintf(m->of, sizeof m->of, "%.39s", of ? of : "");
    c->team_known += is_team(p) && !m->gone;
    if (m->added && (!c->since[p] || m->id < c->since[p]))
        c->since[p] = m->id;
    return CDR_OK;
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    comparing *c = arg;
    static const char ours[] = "\"kind\":\"rows.change\"", team[] = "\"kind\":\"team.set\"";
    c->team_set += memmem(entry, len, team, sizeof team - 1) != NULL;
    if (!memmem(entry, len, ours, sizeof ours - 1))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, c->err);
    const json_t *rows = s == CDR_OK ? json_object_get(json_object_get(j, "details"), "rows") : NULL, *row;
    size_t i;
    json_array_foreach(rows, i, row) {
        s = note(c, row);
        if (s != CDR_OK)
            break;
    }
    return s;
}

static int by_row(const void *x, const void *y)
{
    const mark *a = x, *b = y;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_row_and_time(const void *x, const void *y)
{
    int way = by_row(x, y);
    return way ? way : (((const mark *)x)->order > ((const mark *)y)->order) - (((const mark *)x)->order < ((const mark *)y)->order);
}

/* Of each row what was said last. */
static void settle(marks *all)
{
    size_t kept = 0;
    if (all->len)
        qsort(all->at, all->len, sizeof *all->at, by_row_and_time);
    for (size_t i = 0; i < all->len; i++) {
        if (kept && !by_row(&all->at[kept - 1], &all->at[i]))
            kept--;
        all->at[kept++] = all->at[i];
    }
    all->len = kept;
}

static cdr_status differ(comparing *c, size_t part, int64_t id, const char *of, const char *what)
{
    char text[240];
    snprintf(text, sizeof text, "%s %lld (%.39s)%s", cdr_rows_parts[part].noun, (long long)id, of, what);
    return c->fn(c->arg, text);
}

static cdr_status hold_against(void *arg, size_t part, const cdr_rows_row *row)
{
    comparing *c = arg;
    mark like = {.part = part, .id = row->id};
    mark *m = c->all.len ? bsearch(&like, c->all.at, c->all.len, sizeof like, by_row) : NULL;
    char what[160];
    if (m && !m->gone) {
        m->seen = true;
        snprintf(what, sizeof what, ": %s is not what the ledger knows", cdr_rows_parts[part].what);
        return memcmp(m->sha256, row->sha256, sizeof m->sha256) != 0 ? differ(c, part, row->id, row->of, what) : CDR_OK;
    }
    bool older = !m && (is_team(part) ? c->team_set > c->team_known : !c->since[part] || row->id < c->since[part]);
    return older || !cdr_rows_parts[part].alone ? CDR_OK : differ(c, part, row->id, row->of, " was never made, as far as the ledger knows");
}

static cdr_status compare_tables(comparing *c, cdr_db_set *set, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t p = 0; s == CDR_OK && p < cdr_rows_part_count; p++)
        s = cdr_rows_each(set, p, hold_against, c, err);
    for (size_t i = 0; s == CDR_OK && i < c->all.len; i++) {
        const mark *m = &c->all.at[i];
        if (!m->seen && !m->gone && cdr_rows_parts[m->part].alone)
            s = differ(c, m->part, m->id, m->of, " is gone, and the ledger knows it");
    }
    return s;
}

cdr_status cdr_rows_compare_ledger(cdr_workspace *ws, cdr_rows_difference_fn *fn, void *arg, cdr_err *err)
{
    comparing c = {.fn = fn, .arg = arg, .err = err};
    cdr_db *db = cdr_workspace_db(ws);
    cdr_db_set *set = NULL;
    cdr_status s = cdr_db_begin_read(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_each(cdr_workspace_ledger(ws), 0, look, &c, err);
    settle(&c.all);
    if (s == CDR_OK)
        s = cdr_rows_prepare(db, &set, err);
    if (s == CDR_OK)
        s = compare_tables(&c, set, err);
    cdr_db_set_free(set);
    if (s == CDR_OK)
        s = cdr_db_commit(db, err);
    else
        cdr_db_rollback(db);
    marks_done(&c.all);
    return s;
}
