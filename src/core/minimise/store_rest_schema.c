/* SPDX-License-Identifier: Apache-2.0 */
/* What a foreign database says of itself: tables, columns, keys, and who refers to whom. */
#include "core/minimise/store_rest.h"

#include "base/text.h"
#include "base/vec.h"

#include <sqlite3.h>
#include <string.h>

#define TABLES_MAX 20000u
#define LINKS_MAX 100000u

CDR_VEC(table_list, cdr_rest_table)
CDR_VEC(column_list, cdr_rest_column)
CDR_VEC(link_list, cdr_rest_link)
CDR_VEC(name_list, const char *)

static const char list_tables[] = "SELECT l.name, l.type, l.wr, (SELECT sql FROM main.sqlite_schema s WHERE s.name = l.name AND s.type = 'table') FROM pragma_table_list l "
                                  "WHERE l.schema = 'main' AND l.name <> 'sqlite_schema' ORDER BY l.name";
static const char list_columns[] = "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid";
static const char list_unique[] = "SELECT il.origin, count(*), max(ii.name) FROM pragma_index_list(?1, 'main') il, pragma_index_info(il.name, 'main') ii "
                                  "WHERE il.\"unique\" = 1 GROUP BY il.name";
static const char list_triggers[] = "SELECT sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
static const char list_links[] = "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?1, 'main') ORDER BY id, seq";
static const char list_key[] = "SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE pk > 0 ORDER BY pk";

typedef struct reading { cdr_rest_db *db; cdr_arena *a; cdr_err *err; } reading;

static const char *text_at(const reading *r, sqlite3_stmt *st, int i)
{
    const char *s = (const char *)sqlite3_column_text(st, i);
    return s ? cdr_arena_strdup(r->a, s) : NULL;
}

static cdr_status nomem(const reading *r)
{
    return cdr_fail(r->err, CDR_E_LIMIT, "minimise", "rest.schema", "%s has more tables or longer names than can be worked on.", cdr_store_rest_shown(r->db));
}

static cdr_status ask(const reading *r, const char *sql, const char *name, sqlite3_stmt **ret)
{
    cdr_status s = cdr_store_rest_prepare(r->db, sql, ret, r->err);
    if (s == CDR_OK && name)
        sqlite3_bind_text(*ret, 1, name, -1, SQLITE_STATIC);
    return s;
}

static cdr_status finish(sqlite3_stmt *st, cdr_status s)
{
    sqlite3_finalize(st);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- columns --- */

static bool mentions(const char *type, const char *const *words, size_t count)
{
    for (size_t len = strlen(type), at = 0; at < len; at++)
        for (size_t i = 0; i < count; i++)
            if (at + strlen(words[i]) <= len && cdr_ascii_ieq(type + at, strlen(words[i]), words[i], strlen(words[i])))
                return true;
    return false;
}

static char class_of(const char *type)
{
    static const char *const numbers[] = {"INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL"}, *const texts[] = {"CHAR", "CLOB", "TEXT"}, *const blobs[] = {"BLOB"};
    if (mentions(type, texts, CDR_COUNT(texts)))
        return 't';
    return mentions(type, numbers, CDR_COUNT(numbers)) ? 'n' : mentions(type, blobs, CDR_COUNT(blobs)) ? 'b' : 't';
}

static cdr_status read_columns(const reading *r, cdr_rest_table *t, column_list *list)
{
    sqlite3_stmt *st = NULL;
    cdr_status s = ask(r, list_columns, t->name, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        int hidden = sqlite3_column_int(st, 4);
        cdr_rest_column *c = column_list_push(list);
        const char *type = (const char *)sqlite3_column_text(st, 1);
        if (!c || !(c->name = text_at(r, st, 0))) {
            s = nomem(r);
            break;
        }
        c->class = class_of(type ? type : "");
        c->not_null = sqlite3_column_int(st, 2) != 0 || (t->without_rowid && sqlite3_column_int(st, 3) != 0);
        c->key = sqlite3_column_int(st, 3) != 0;
        c->generated = hidden != 0;
    }
    return finish(st, s);
}

static cdr_status read_unique(const reading *r, cdr_rest_table *t, column_list *list)
{
    sqlite3_stmt *st = NULL;
    bool indexed_key = false, has_key = false;
    cdr_status s = ask(r, list_unique, t->name, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        const char *origin = (const char *)sqlite3_column_text(st, 0), *name = (const char *)sqlite3_column_text(st, 2);
        indexed_key |= origin && !strcmp(origin, "pk");
        for (size_t i = 0; name && sqlite3_column_int(st, 1) == 1 && i < list->len; i++)
            list->at[i].alone |= !strcmp(list->at[i].name, name);
    }
    for (size_t i = 0; i < list->len; i++)
        has_key |= list->at[i].key;
    t->loose = !t->without_rowid && (!has_key || indexed_key);
    return finish(st, s);
}

static const char *rowid_name(const column_list *list)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    for (size_t n = 0; n < CDR_COUNT(names); n++) {
        bool taken = false;
        for (size_t i = 0; i < list->len; i++)
            taken |= cdr_ascii_ieq(list->at[i].name, strlen(list->at[i].name), names[n], strlen(names[n]));
        if (!taken)
            return names[n];
    }
    return NULL;
}

static cdr_status keep_names(const reading *r, const name_list *names, const char *const **ret)
{
    const char **copy = cdr_arena_alloc(r->a, CDR_MAX(names->len, (size_t)1) * sizeof *copy);
    if (!copy)
        return nomem(r);
    if (names->len)
        memcpy(copy, names->at, names->len * sizeof *copy);
    *ret = copy;
    return CDR_OK;
}

static cdr_status read_triggers(const reading *r, cdr_rest_table *t)
{
    sqlite3_stmt *st = NULL;
    name_list list = {0};
    cdr_status s = ask(r, list_triggers, t->name, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        const char **sql = name_list_push(&list);
        if (!sql || !(*sql = sqlite3_column_type(st, 0) == SQLITE_NULL ? "" : text_at(r, st, 0))) {
            s = nomem(r);
            break;
        }
    }
    s = finish(st, s);
    if (s == CDR_OK)
        s = keep_names(r, &list, &t->triggers);
    t->trigger_count = s == CDR_OK ? list.len : 0;
    name_list_done(&list);
    return s;
}

static cdr_status read_table(const reading *r, cdr_rest_table *t)
{
    column_list list = {0};
    cdr_status s = t->kind == CDR_REST_VIEW || t->kind == CDR_REST_VIRTUAL ? CDR_OK : read_columns(r, t, &list);
    if (s == CDR_OK && list.len)
        s = read_unique(r, t, &list);
    if (s == CDR_OK)
        s = read_triggers(r, t);
    cdr_rest_column *columns = s == CDR_OK && list.len ? cdr_arena_alloc(r->a, list.len * sizeof *columns) : NULL;
    if (columns)
        memcpy(columns, list.at, list.len * sizeof *columns);
    else if (s == CDR_OK && list.len)
        s = nomem(r);
    t->columns = columns;
    t->column_count = list.len;
    t->rowid = t->without_rowid ? NULL : rowid_name(&list);
    column_list_done(&list);
    return s;
}

static cdr_rest_table_kind kind_of(const char *type)
{
    return !type || !strcmp(type, "table") ? CDR_REST_TABLE : !strcmp(type, "view") ? CDR_REST_VIEW : !strcmp(type, "virtual") ? CDR_REST_VIRTUAL : CDR_REST_SHADOW;
}

static cdr_status read_tables(const reading *r, table_list *list)
{
    sqlite3_stmt *st = NULL;
    cdr_status s = ask(r, list_tables, NULL, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        cdr_rest_table *t = list->len < TABLES_MAX ? table_list_push(list) : NULL;
        if (!t || !(t->name = text_at(r, st, 0))) {
            s = nomem(r);
            break;
        }
        t->kind = kind_of((const char *)sqlite3_column_text(st, 1));
        t->without_rowid = sqlite3_column_int(st, 2) != 0;
        t->sql = t->kind == CDR_REST_VIRTUAL ? text_at(r, st, 3) : NULL;
        t->number = list->len - 1;
    }
    s = finish(st, s);
    for (size_t i = 0; s == CDR_OK && i < list->len; i++)
        s = read_table(r, &list->at[i]);
    return s;
}

/* --- who refers to whom --- */

/* A reference that names no columns means the primary key. */
static cdr_status read_key(const reading *r, const cdr_rest_table *t, name_list *ret)
{
    sqlite3_stmt *st = NULL;
    cdr_status s = ask(r, list_key, t->name, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        const char **name = name_list_push(ret);
        if (!name || !(*name = text_at(r, st, 0))) {
            s = nomem(r);
            break;
        }
    }
    return finish(st, s);
}

static cdr_rest_reaction reaction_of(const char *words)
{
    return !words ? CDR_REST_REFUSES : !strcmp(words, "CASCADE") ? CDR_REST_CASCADES : !strcmp(words, "SET NULL") ? CDR_REST_EMPTIES :
           !strcmp(words, "SET DEFAULT") ? CDR_REST_DEFAULTS : CDR_REST_REFUSES;
}

typedef struct half { int id; cdr_rest_link link; name_list from, to; bool implied; } half;

/* One reference is whole when the rows of its columns are. */
static cdr_status end_link(const reading *r, half *h, link_list *links)
{
    cdr_status s = CDR_OK;
    if (h->link.parent && h->implied)
        s = read_key(r, h->link.parent, &h->to);
    if (s == CDR_OK && h->link.parent && h->from.len && h->from.len == h->to.len) {
        cdr_rest_link *l = links->len < LINKS_MAX ? link_list_push(links) : NULL;
        if (!l)
            return nomem(r);
        *l = h->link;
        l->count = h->from.len;
        s = keep_names(r, &h->from, &l->from);
        if (s == CDR_OK)
            s = keep_names(r, &h->to, &l->to);
    }
    h->from.len = h->to.len = 0;
    h->implied = false;
    return s;
}

static cdr_status add_link_row(const reading *r, const cdr_rest_schema *schema, half *h, sqlite3_stmt *st)
{
    const char *parent = (const char *)sqlite3_column_text(st, 1);
    h->link.parent = parent ? cdr_rest_table_find(schema, parent) : NULL;
    h->link.on_delete = reaction_of((const char *)sqlite3_column_text(st, 4));
    const char **from = name_list_push(&h->from);
    if (!from || !(*from = text_at(r, st, 2)))
        return nomem(r);
    if (sqlite3_column_type(st, 3) == SQLITE_NULL) {
        h->implied = true;
        return CDR_OK;
    }
    const char **to = name_list_push(&h->to);
    return to && (*to = text_at(r, st, 3)) ? CDR_OK : nomem(r);
}

static cdr_status read_links_of(const reading *r, const cdr_rest_schema *schema, const cdr_rest_table *t, link_list *links)
{
    sqlite3_stmt *st = NULL;
    half h = {.id = -1, .link.child = t};
    cdr_status s = ask(r, list_links, t->name, &st);
    while (s == CDR_OK && (s = cdr_store_rest_step(r->db, st, r->err)) == CDR_OK) {
        if (sqlite3_column_int(st, 0) != h.id)
            s = end_link(r, &h, links);
        h.id = sqlite3_column_int(st, 0);
        if (s == CDR_OK)
            s = add_link_row(r, schema, &h, st);
    }
    s = finish(st, s);
    if (s == CDR_OK)
        s = end_link(r, &h, links);
    name_list_done(&h.from);
    name_list_done(&h.to);
    return s;
}

cdr_status cdr_store_rest_schema(cdr_rest_db *db, cdr_arena *a, cdr_rest_schema *ret, cdr_err *err)
{
    reading r = {db, a, err};
    table_list tables = {0};
    link_list links = {0};
    *ret = (cdr_rest_schema){0};
    cdr_status s = read_tables(&r, &tables);
    cdr_rest_table *kept = s == CDR_OK ? cdr_arena_alloc(a, CDR_MAX(tables.len, (size_t)1) * sizeof *kept) : NULL;
    if (s == CDR_OK && !kept)
        s = nomem(&r);
    if (s == CDR_OK && tables.len)
        memcpy(kept, tables.at, tables.len * sizeof *kept);
    ret->tables = kept;
    ret->table_count = kept ? tables.len : 0;
    for (size_t i = 0; s == CDR_OK && i < ret->table_count; i++) {
        ret->samples |= !strcmp(kept[i].name, "sqlite_stat4") || !strcmp(kept[i].name, "sqlite_stat3");
        if (kept[i].kind == CDR_REST_TABLE)
            s = read_links_of(&r, ret, &kept[i], &links);
    }
    cdr_rest_link *all = s == CDR_OK ? cdr_arena_alloc(a, CDR_MAX(links.len, (size_t)1) * sizeof *all) : NULL;
    if (s == CDR_OK && !all)
        s = nomem(&r);
    if (s == CDR_OK && links.len)
        memcpy(all, links.at, links.len * sizeof *all);
    ret->links = all;
    ret->link_count = all ? links.len : 0;
    table_list_done(&tables);
    link_list_done(&links);
    return s;
}

static bool same(const char *a, const char *b)
{
    return cdr_ascii_ieq(a, strlen(a), b, strlen(b));
}

const cdr_rest_table *cdr_rest_table_find(const cdr_rest_schema *s, const char *name)
{
    for (size_t i = 0; i < s->table_count; i++)
        if (same(s->tables[i].name, name))
            return &s->tables[i];
    return NULL;
}

const cdr_rest_column *cdr_rest_column_find(const cdr_rest_table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (same(t->columns[i].name, name))
            return &t->columns[i];
    return NULL;
}
