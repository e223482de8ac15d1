/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to a foreign database, each one statement over a whole table. What a statement asks about a value is answered by functions that only
 * this connection knows, and that no schema can call. */
#include "core/minimise/store_rest.h"

#include "base/text.h"

#include <sqlite3.h>
#include <string.h>

#define ARGUMENTS_MAX 100u                   /* SQLite allows 127 */
#define SQL_MAX (4u << 20)
#define VALUE_MAX ((size_t)256 << 20)

/* --- functions --- */

/* Text, or a number as text; a blob as its bytes. NULL: no value. */
static const char *value_of(sqlite3_value *v, size_t *ret_len)
{
    int type = sqlite3_value_type(v);
    const char *s = type == SQLITE_NULL ? NULL : type == SQLITE_BLOB ? sqlite3_value_blob(v) : (const char *)sqlite3_value_text(v);
    *ret_len = s ? (size_t)sqlite3_value_bytes(v) : 0;
    return s || type == SQLITE_NULL ? s : "";
}

static void on_over(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const cdr_rest_asked *a = sqlite3_user_data(context);
    size_t len, step = (size_t)sqlite3_value_int64(argv[0]);
    (void)argc;
    const char *s = value_of(argv[1], &len);
    sqlite3_result_int(context, a->over(a->arg, step, s, len));
}

static void on_held(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const cdr_rest_asked *a = sqlite3_user_data(context);
    size_t len;
    bool held = false;
    for (int i = 0; i < argc && !held; i++) {
        const char *s = value_of(argv[i], &len);
        held = s && len && a->held(a->arg, s, len);
    }
    sqlite3_result_int(context, held);
}

/* candor_kept(step, held): the row stays, and is counted. */
static void on_kept(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const cdr_rest_asked *a = sqlite3_user_data(context);
    bool held = sqlite3_value_int(argv[1]) != 0;
    (void)argc;
    if (held)
        a->kept(a->arg, (size_t)sqlite3_value_int64(argv[0]));
    sqlite3_result_int(context, held);
}

static void give(sqlite3_context *context, sqlite3_value *old, const cdr_buf *text)
{
    if (sqlite3_value_type(old) == SQLITE_BLOB)
        sqlite3_result_blob64(context, text->len ? text->data : "", text->len, SQLITE_TRANSIENT);
    else
        sqlite3_result_text64(context, text->len ? text->data : "", text->len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* candor_value(step, column, value, empty): empty stands where nothing is to stay. */
static void on_value(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const cdr_rest_asked *a = sqlite3_user_data(context);
    size_t len, step = (size_t)sqlite3_value_int64(argv[0]), column = (size_t)sqlite3_value_int64(argv[1]);
    (void)argc;
    cdr_buf text = CDR_BUF(VALUE_MAX);
    const char *s = value_of(argv[2], &len);
    cdr_status status = s ? a->value(a->arg, step, column, s, len, &text) : CDR_DONE;
    bool same = status == CDR_OK && text.len == len && (!len || !memcmp(text.data, s, len));
    if (status == CDR_DONE || same) {
        sqlite3_result_value(context, argv[2]);
    } else if (status == CDR_OK) {
        a->changed(a->arg, step, len, text.len);
        give(context, argv[2], &text);
    } else if (status == CDR_NOT_FOUND) {
        size_t left;
        const char *empty = value_of(argv[3], &left);
        if (!empty || left != len || (len && memcmp(empty, s, len) != 0))
            a->changed(a->arg, step, len, left);
        sqlite3_result_value(context, argv[3]);
    } else {
        sqlite3_result_error_code(context, status == CDR_E_NOMEM ? SQLITE_NOMEM : status == CDR_E_CANCELLED ? SQLITE_INTERRUPT : SQLITE_ABORT);
    }
    cdr_buf_wipe(&text);
}

cdr_status cdr_store_rest_teach(cdr_rest_db *db, const cdr_rest_asked *asked, cdr_err *err)
{
    static const struct { const char *name; int arguments; void (*call)(sqlite3_context *, int, sqlite3_value **); } functions[] = {
        {"candor_over", 2, on_over}, {"candor_held", -1, on_held}, {"candor_kept", 2, on_kept}, {"candor_value", 4, on_value},
    };
    for (size_t i = 0; i < CDR_COUNT(functions); i++) {
        /* SQLite hands the pointer back as it came; nothing is written through it. */
        void *arg = (void *)(uintptr_t)asked;
        if (sqlite3_create_function_v2(cdr_store_rest_handle(db), functions[i].name, functions[i].arguments, SQLITE_UTF8 | SQLITE_DIRECTONLY, arg, functions[i].call, NULL, NULL, NULL) != SQLITE_OK)
            return cdr_fail_nomem(err, "minimise");
    }
    return CDR_OK;
}

/* --- pieces of statements --- */

static void add_table(cdr_buf *sql, const cdr_rest_table *t)
{
    cdr_buf_adds(sql, "main.");
    cdr_store_rest_quote(sql, t->name);
}

static const char marks[] = "marked", holds[] = "held";

static void add_marks(cdr_buf *sql, const cdr_rest_table *t, const char *which)
{
    cdr_buf_addf(sql, "temp.candor_%s_%zu", which, t->number);
}

/* What tells rows of the table apart, each behind ${prefix}. */
static void add_identity(cdr_buf *sql, const cdr_rest_table *t, const char *prefix)
{
    if (t->rowid) {
        cdr_buf_addf(sql, "%s%s", prefix, t->rowid);
        return;
    }
    for (size_t i = 0, n = 0; i < t->column_count; i++) {
        if (!t->columns[i].key)
            continue;
        cdr_buf_addf(sql, "%s%s", n++ ? ", " : "", prefix);
        cdr_store_rest_quote(sql, t->columns[i].name);
    }
}

/* "(a, b) IN marked" */
static void add_is_in(cdr_buf *sql, const cdr_rest_table *t, const char *which, const char *prefix)
{
    cdr_buf_addc(sql, '(');
    add_identity(sql, t, prefix);
    cdr_buf_adds(sql, ") IN ");
    add_marks(sql, t, which);
}

static void add_is_marked(cdr_buf *sql, const cdr_rest_table *t, const char *prefix)
{
    add_is_in(sql, t, marks, prefix);
}

static void add_held_by_value(cdr_buf *sql, const cdr_rest_table *t)
{
    size_t in_call = 0, calls = 0;
    for (size_t i = 0; i < t->column_count; i++) {
        if (t->columns[i].generated)
            continue;
        if (in_call == 0)
            cdr_buf_adds(sql, calls++ ? " OR candor_held(" : "(candor_held(");
        else
            cdr_buf_adds(sql, ", ");
        cdr_store_rest_quote(sql, t->columns[i].name);
        if (++in_call == ARGUMENTS_MAX) {
            cdr_buf_addc(sql, ')');
            in_call = 0;
        }
    }
    cdr_buf_adds(sql, in_call ? "))" : calls ? ")" : "0");
}

/* Rows that stay: " THEN NOT …", or " THEN 1" where nobody asks. */
static void add_unless_held(cdr_buf *sql, const cdr_rest_table *t, size_t step, cdr_rest_holding held)
{
    if (held == CDR_REST_NOT_HELD) {
        cdr_buf_adds(sql, " THEN 1");
        return;
    }
    cdr_buf_addf(sql, " THEN NOT candor_kept(%zu, ", step);
    if (held == CDR_REST_HELD_BY_MARK)
        add_is_in(sql, t, holds, "");
    else
        add_held_by_value(sql, t);
    cdr_buf_addc(sql, ')');
}

/* "p.id = c.customer AND …" */
static void add_refers(cdr_buf *sql, const cdr_rest_link *l)
{
    for (size_t i = 0; i < l->count; i++) {
        cdr_buf_adds(sql, i ? " AND p." : "p.");
        cdr_store_rest_quote(sql, l->to[i]);
        cdr_buf_adds(sql, " = c.");
        cdr_store_rest_quote(sql, l->from[i]);
    }
}

/* Child rows whose parent is marked: " FROM child c WHERE EXISTS (…)". */
static void add_children(cdr_buf *sql, const cdr_rest_link *l, const char *which)
{
    cdr_buf_adds(sql, " FROM ");
    add_table(sql, l->child);
    cdr_buf_adds(sql, " AS c WHERE EXISTS (SELECT 1 FROM ");
    add_table(sql, l->parent);
    cdr_buf_adds(sql, " AS p WHERE ");
    add_refers(sql, l);
    cdr_buf_adds(sql, " AND ");
    add_is_in(sql, l->parent, which, "p.");
    cdr_buf_addc(sql, ')');
}

/* --- reading --- */

cdr_status cdr_store_rest_each(cdr_rest_db *db, const cdr_rest_table *t, const char *column, cdr_rest_value_fn *fn, void *arg, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    sqlite3_stmt *st = NULL;
    cdr_buf_adds(&sql, "SELECT ");
    cdr_store_rest_quote(&sql, column);
    cdr_buf_adds(&sql, " FROM ");
    add_table(&sql, t);
    cdr_status s = cdr_buf_status(&sql) == CDR_OK ? cdr_store_rest_prepare(db, sql.data, &st, err) : cdr_fail_nomem(err, "minimise");
    while (s == CDR_OK && (s = cdr_store_rest_step(db, st, err)) == CDR_OK) {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        fn(arg, text, text ? (size_t)sqlite3_column_bytes(st, 0) : 0);
    }
    sqlite3_finalize(st);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_rest_rows(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "SELECT count(*) FROM ");
    add_table(&sql, t);
    return cdr_store_rest_count(db, &sql, ret, err);
}

/* --- rows that go --- */

static cdr_status make_marks(cdr_rest_db *db, const cdr_rest_table *t, const char *which, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "CREATE TEMP TABLE IF NOT EXISTS ");
    cdr_buf_addf(&sql, "candor_%s_%zu(", which, t->number);
    if (t->rowid) {
        cdr_buf_adds(&sql, "k INTEGER PRIMARY KEY)");
        return cdr_store_rest_run(db, &sql, NULL, err);
    }
    size_t keys = 0;
    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].key)
            cdr_buf_addf(&sql, "k%zu, ", keys++);
    if (keys == 0)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.rows", "Rows of a table of %s cannot be told apart; purge them with its own program.", cdr_store_rest_shown(db));
    cdr_buf_adds(&sql, "PRIMARY KEY(");
    for (size_t i = 0; i < keys; i++)
        cdr_buf_addf(&sql, "%sk%zu", i ? ", " : "", i);
    cdr_buf_adds(&sql, ")) WITHOUT ROWID");
    return cdr_store_rest_run(db, &sql, NULL, err);
}

cdr_status cdr_store_rest_mark_table(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err)
{
    return make_marks(db, t, marks, err);
}

static void begin_marking(cdr_buf *sql, const cdr_rest_table *t, const char *which, const char *prefix)
{
    cdr_buf_adds(sql, "INSERT OR IGNORE INTO ");
    add_marks(sql, t, which);
    cdr_buf_adds(sql, " SELECT ");
    add_identity(sql, t, prefix);
}

cdr_status cdr_store_rest_hold_table(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_status s = make_marks(db, t, holds, err);
    begin_marking(&sql, t, holds, "");
    cdr_buf_adds(&sql, " FROM ");
    add_table(&sql, t);
    cdr_buf_adds(&sql, " WHERE ");
    add_held_by_value(&sql, t);
    return s == CDR_OK ? cdr_store_rest_run(db, &sql, NULL, err) : s;
}

static cdr_status mark_referrers(cdr_rest_db *db, const cdr_rest_link *l, const char *which, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    begin_marking(&sql, l->child, which, "c.");
    add_children(&sql, l, which);
    return cdr_store_rest_run(db, &sql, ret, err);
}

cdr_status cdr_store_rest_hold_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err)
{
    return mark_referrers(db, l, holds, ret, err);
}

cdr_status cdr_store_rest_mark_over(cdr_rest_db *db, const cdr_rest_table *t, size_t step, const char *column, cdr_rest_holding held, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    begin_marking(&sql, t, marks, "");
    cdr_buf_adds(&sql, " FROM ");
    add_table(&sql, t);
    cdr_buf_addf(&sql, " WHERE CASE WHEN candor_over(%zu, ", step);
    cdr_store_rest_quote(&sql, column);
    cdr_buf_addc(&sql, ')');
    add_unless_held(&sql, t, step, held);
    cdr_buf_adds(&sql, " ELSE 0 END");
    return cdr_store_rest_run(db, &sql, ret, err);
}

cdr_status cdr_store_rest_mark_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err)
{
    return mark_referrers(db, l, marks, ret, err);
}

cdr_status cdr_store_rest_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "SELECT count(*)");
    add_children(&sql, l, marks);
    cdr_buf_adds(&sql, " AND NOT ");
    add_is_marked(&sql, l->child, "c.");
    return cdr_store_rest_count(db, &sql, ret, err);
}

cdr_status cdr_store_rest_marked_held(cdr_rest_db *db, const cdr_rest_table *t, size_t step, cdr_rest_holding held, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "SELECT count(*) FROM ");
    add_table(&sql, t);
    cdr_buf_adds(&sql, " WHERE NOT CASE WHEN ");
    add_is_marked(&sql, t, "");
    add_unless_held(&sql, t, step, held);
    cdr_buf_adds(&sql, " ELSE 1 END");
    return cdr_store_rest_count(db, &sql, ret, err);
}

cdr_status cdr_store_rest_marked(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "SELECT count(*) FROM ");
    add_marks(&sql, t, marks);
    return cdr_store_rest_count(db, &sql, ret, err);
}

/* The child's rows are marked by none: what is set to nothing is told by the parent's. */
cdr_status cdr_store_rest_release_children(cdr_rest_db *db, const cdr_rest_link *l, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "UPDATE ");
    add_table(&sql, l->child);
    cdr_buf_adds(&sql, " AS c SET ");
    for (size_t i = 0; i < l->count; i++) {
        cdr_buf_adds(&sql, i ? ", " : "");
        cdr_store_rest_quote(&sql, l->from[i]);
        cdr_buf_adds(&sql, " = NULL");
    }
    cdr_buf_adds(&sql, " WHERE EXISTS (SELECT 1 FROM ");
    add_table(&sql, l->parent);
    cdr_buf_adds(&sql, " AS p WHERE ");
    add_refers(&sql, l);
    cdr_buf_adds(&sql, " AND ");
    add_is_marked(&sql, l->parent, "p.");
    cdr_buf_adds(&sql, ") AND NOT ");
    add_is_marked(&sql, l->child, "c.");
    return cdr_store_rest_run(db, &sql, NULL, err);
}

cdr_status cdr_store_rest_delete_marked(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "DELETE FROM ");
    add_table(&sql, t);
    cdr_buf_adds(&sql, " WHERE ");
    add_is_marked(&sql, t, "");
    return cdr_store_rest_run(db, &sql, ret, err);
}

/* --- columns --- */

static const char *empty_of(const cdr_rest_column *c)
{
    return !c->not_null ? "NULL" : c->class == 'n' ? "0" : c->class == 'b' ? "x''" : "''";
}

static void add_value(cdr_buf *sql, const cdr_rest_column *c, size_t step, size_t i)
{
    cdr_buf_addf(sql, "candor_value(%zu, %zu, ", step, i);
    cdr_store_rest_quote(sql, c->name);
    cdr_buf_addf(sql, ", %s)", empty_of(c));
}

static void add_where(cdr_buf *sql, const cdr_rest_table *t, size_t step, const cdr_rest_column *const *columns, size_t count, cdr_rest_holding held)
{
    cdr_buf_adds(sql, " WHERE CASE WHEN ");
    for (size_t i = 0; i < count; i++) {
        cdr_buf_adds(sql, i ? " OR " : "");
        cdr_store_rest_quote(sql, columns[i]->name);
        cdr_buf_addf(sql, " IS NOT %s", empty_of(columns[i]));
    }
    add_unless_held(sql, t, step, held);
    cdr_buf_adds(sql, " ELSE 0 END");
}

cdr_status cdr_store_rest_update(cdr_rest_db *db, const cdr_rest_table *t, size_t step, const cdr_rest_column *const *columns, size_t count, cdr_rest_holding held, bool dry, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, dry ? "SELECT " : "UPDATE ");
    if (!dry) {
        add_table(&sql, t);
        cdr_buf_adds(&sql, " SET ");
    }
    for (size_t i = 0; i < count; i++) {
        cdr_buf_adds(&sql, i ? ", " : "");
        if (!dry) {
            cdr_store_rest_quote(&sql, columns[i]->name);
            cdr_buf_adds(&sql, " = ");
        }
        add_value(&sql, columns[i], step, i);
    }
    if (dry) {
        cdr_buf_adds(&sql, " FROM ");
        add_table(&sql, t);
    }
    add_where(&sql, t, step, columns, count, held);
    return cdr_store_rest_run(db, &sql, NULL, err);
}

/* --- copies of values that are no rows --- */

cdr_status cdr_store_rest_forget_samples(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err)
{
    static const char *const statements[] = {"DELETE FROM main.sqlite_stat4 WHERE tbl = ?1 COLLATE NOCASE", "DELETE FROM main.sqlite_stat3 WHERE tbl = ?1 COLLATE NOCASE"};
    for (size_t i = 0; i < CDR_COUNT(statements); i++) {
        sqlite3_stmt *st = NULL;
        if (cdr_store_rest_prepare(db, statements[i], &st, NULL) != CDR_OK)
            continue;                        /* there is no such table */
        sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
        cdr_status s = cdr_store_rest_step(db, st, err);
        sqlite3_finalize(st);
        if (s != CDR_DONE)
            return s;
    }
    return CDR_OK;
}

cdr_status cdr_store_rest_rebuild(cdr_rest_db *db, const cdr_rest_table *index, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(SQL_MAX);
    cdr_buf_adds(&sql, "INSERT INTO ");
    add_table(&sql, index);
    cdr_buf_addc(&sql, '(');
    cdr_store_rest_quote(&sql, index->name);
    cdr_buf_adds(&sql, ") VALUES('rebuild')");
    cdr_status s = cdr_store_rest_run(db, &sql, NULL, err);
    /* An index keeps what is new in memory up to a savepoint or the end; the state after the change must know it. */
    static const char *const flush[] = {"SAVEPOINT candor_flush", "RELEASE candor_flush"};
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(flush); i++) {
        cdr_buf_clear(&sql);
        cdr_buf_adds(&sql, flush[i]);
        s = cdr_store_rest_run(db, &sql, NULL, err);
    }
    return s;
}
