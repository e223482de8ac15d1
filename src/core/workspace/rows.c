/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction did to rows that the ledger answers for is entered before it is committed; a comparison reads the ledger once and then the tables. */
#include "core/workspace/rows.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/time.h"
#include "base/vec.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND "rows.change"
#define ROWS_OF_ENTRY 180                      /* 350 bytes each at most */

typedef struct touched { size_t first; int64_t id; unsigned change, parts; } touched;   /* first: of the parts of its table; parts: those from there on that are entered, one bit each */
CDR_VEC(touches, touched)

struct cdr_rows {
    cdr_db *db;
    cdr_ledger *ledger;
    const char *actor;
    cdr_db_set *set;
    touches list;
    bool nomem;
};

/* --- writing --- */

/* Does ${sql} write one of ${columns}? What cannot be told is taken for yes. */
static bool writes(const char *sql, const cdr_rows_part *part)
{
    char update[64], insert[64];
    snprintf(update, sizeof update, "UPDATE %s SET ", part->table);
    snprintf(insert, sizeof insert, "INTO %s(", part->table);
    if (!sql || (!strstr(sql, update) && !strstr(sql, insert)))
        return true;
    for (const char *c = part->columns; *c;) {
        size_t len = strcspn(c, ",");
        for (const char *at = sql; (at = memmem(at, strlen(at), c, len)) != NULL; at += len)
            if (at > sql && strchr(" ,(", at[-1]) && (at[len] == '=' || (at[len] == ' ' && at[len + 1] == '=')))
                return true;
        c += len + strspn(c + len, ", ");
    }
    return false;
}

static bool same_table(size_t a, size_t b)
{
    return b < cdr_rows_part_count && !strcmp(cdr_rows_parts[a].table, cdr_rows_parts[b].table);
}

static void on_row(void *arg, const char *table, int64_t id, cdr_db_change change, const char *sql)
{
    cdr_rows *r = arg;
    size_t first = 0;
    unsigned parts = 0;
    while (first < cdr_rows_part_count && strcmp(cdr_rows_parts[first].table, table) != 0)
        first++;
    for (size_t p = first; same_table(first, p); p++)
        if (change != CDR_DB_CHANGED || (cdr_rows_parts[p].moves && writes(sql, &cdr_rows_parts[p])))
            parts |= 1u << (p - first);
    const touched *last = r->list.len ? &r->list.at[r->list.len - 1] : NULL;
    if (!parts || (last && last->first == first && last->id == id && (last->change & change) && (last->parts & parts) == parts))
        return;
    touched *t = touches_push(&r->list);
    if (t)
        *t = (touched){first, id, change, parts};
    r->nomem = r->nomem || !t;
}

static void on_undone(void *arg)
{
    cdr_rows *r = arg;
    r->list.len = 0;
    r->nomem = false;
}

static int by_row(const void *x, const void *y)
{
    const touched *a = x, *b = y;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* Each row once. */
static void settle(touches *list)
{
    size_t kept = 0;
    qsort(list->at, list->len, sizeof *list->at, by_row);
    for (size_t i = 0; i < list->len; i++)
        if (kept && !by_row(&list->at[kept - 1], &list->at[i])) {
            list->at[kept - 1].change |= list->at[i].change;
            list->at[kept - 1].parts |= list->at[i].parts;
        } else
            list->at[kept++] = list->at[i];
    list->len = kept;
}

typedef struct writing { cdr_rows *r; cdr_json_writer w; cdr_buf text; size_t count; } writing;

static cdr_status flush(writing *o, cdr_err *err)
{
    if (!o->count)
        return CDR_OK;
    cdr_jw_close(&o->w, ']');
    cdr_jw_close(&o->w, '}');
    cdr_status s = cdr_buf_status(&o->text) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "workspace");
    if (s == CDR_OK)
        s = cdr_ledger_append(o->r->ledger, &(cdr_ledger_event){.kind = KIND, .actor = o->r->actor, .details_json = o->text.data}, NULL, err);
    cdr_buf_clear(&o->text);
    o->count = 0;
    return s;
}

static void put_text(writing *o, const char *key, const char *value)
{
    cdr_jw_key(&o->w, key);
    cdr_jw_str(&o->w, value);
}

/* ${row} NULL: it is gone. */
static cdr_status put(writing *o, const cdr_rows_part *part, int64_t id, const cdr_rows_row *row, bool added, cdr_err *err)
{
    char hex[2 * CDR_SHA256_BYTES + 1], due[CDR_TIME_TEXT];
    if (!o->count) {
        cdr_jw_begin(&o->w, &o->text);
        cdr_jw_open(&o->w, '{');
        cdr_jw_key(&o->w, "rows");
        cdr_jw_open(&o->w, '[');
    }
    cdr_jw_open(&o->w, '{');
    put_text(o, "table", part->table);
    put_text(o, "part", part->name);
    cdr_jw_key(&o->w, "id");
    cdr_jw_int(&o->w, id);
    if (row) {
        cdr_hex_encode(row->sha256, sizeof row->sha256, hex);
        put_text(o, "sha256", hex);
        put_text(o, "of", row->of);
    }
    if (row && row->due_us) {
        cdr_time_format(row->due_us, due);
        put_text(o, "due", due);
    }
    if (added && row) {
        cdr_jw_key(&o->w, "new");
        cdr_jw_bool(&o->w, true);
    }
    cdr_jw_close(&o->w, '}');
    return ++o->count == ROWS_OF_ENTRY ? flush(o, err) : CDR_OK;
}

static cdr_status put_row(writing *o, const touched *t, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t p = t->first; s == CDR_OK && same_table(t->first, p); p++) {
        cdr_rows_row row;
        bool added = t->change & CDR_DB_ADDED;
        if (!(t->parts >> (p - t->first) & 1))
            continue;
        s = cdr_rows_read(o->r->set, p, t->id, &row, err);
        if (s == CDR_OK)
            s = put(o, &cdr_rows_parts[p], t->id, &row, added, err);
        else if (s == CDR_DONE)
            s = added ? CDR_OK : put(o, &cdr_rows_parts[p], t->id, NULL, false, err);
    }
    return s;
}

static cdr_status on_closing(void *arg, cdr_err *err)
{
    cdr_rows *r = arg;
    if (r->nomem)
        return cdr_fail_nomem(err, "workspace");
    if (!r->list.len)
        return CDR_OK;
    writing o = {.r = r, .text = CDR_BUF((size_t)1 << 20)};
    cdr_status s = CDR_OK;
    settle(&r->list);
    for (size_t i = 0; s == CDR_OK && i < r->list.len; i++)
        s = put_row(&o, &r->list.at[i], err);
    if (s == CDR_OK)
        s = flush(&o, err);
    cdr_buf_done(&o.text);
    r->list.len = 0;
    return s;
}

cdr_status cdr_rows_open(cdr_db *db, cdr_ledger *ledger, const char *actor, cdr_rows **ret, cdr_err *err)
{
    cdr_rows *r = cdr_alloc(sizeof *r);
    *ret = r;
    if (!r)
        return cdr_fail_nomem(err, "workspace");
    r->db = db;
    r->ledger = ledger;
    r->actor = actor;
    cdr_status s = cdr_rows_prepare(db, &r->set, err);
    if (s == CDR_OK)
        cdr_db_watch_rows(db, &(cdr_db_watch){on_row, on_closing, on_undone, r});
    return s;
}

void cdr_rows_close(cdr_rows *r)
{
    if (!r)
        return;
    cdr_db_watch_rows(r->db, NULL);
    cdr_db_set_free(r->set);
    touches_done(&r->list);
    cdr_free(r);
}
