/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign databases: what is in them and how it is changed. The only SQL that is put together from names, which are checked against the
 * schema and quoted by one function. All of this runs in a child (rest_child.h). */
#ifndef CDR_CORE_MINIMISE_STORE_REST_H
#define CDR_CORE_MINIMISE_STORE_REST_H

#include "base/buf.h"
#include "core/minimise/record_date.h"
#include "core/minimise/rest_child.h"
#include "core/minimise/rest_trigger.h"

typedef struct cdr_rest_db cdr_rest_db;
typedef struct sqlite3_stmt sqlite3_stmt;

/* --- opening, transactions, tidying up (store_rest.c) --- */

cdr_status cdr_store_rest_open(cdr_rest_channel *c, int folder, cdr_rest_db **ret, cdr_err *err) CDR_NODISCARD;
void cdr_store_rest_close(cdr_rest_db *db);          /* rolls back what is open; NULL is fine */
cdr_status cdr_store_rest_begin(cdr_rest_db *db, bool write, cdr_err *err) CDR_NODISCARD;
/* CDR_E_CORRUPT: pages do not hang together; what is broken would be made worse by a change. */
cdr_status cdr_store_rest_check(cdr_rest_db *db, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_commit(cdr_rest_db *db, cdr_err *err) CDR_NODISCARD;
/* What the database says now, inside of the transaction. */
cdr_status cdr_store_rest_hash(cdr_rest_db *db, cdr_target_state *ret, cdr_err *err) CDR_NODISCARD;
/* The log is emptied into the file. False: another program is in the way. */
bool cdr_store_rest_checkpoint(cdr_rest_db *db);
/* Free pages and gaps within pages go. False: it was not possible. */
bool cdr_store_rest_vacuum(cdr_rest_db *db);

/* --- statements (store_rest.c) --- */

/* "name", quotes doubled: the one place where a name becomes part of a statement. */
void cdr_store_rest_quote(cdr_buf *sql, const char *name);
cdr_status cdr_store_rest_prepare(cdr_rest_db *db, const char *sql, sqlite3_stmt **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_step(cdr_rest_db *db, sqlite3_stmt *st, cdr_err *err) CDR_NODISCARD;   /* CDR_OK: a row; CDR_DONE */
cdr_status cdr_store_rest_run(cdr_rest_db *db, const cdr_buf *sql, uint64_t *ret_changes, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_count(cdr_rest_db *db, const cdr_buf *sql, uint64_t *ret, cdr_err *err) CDR_NODISCARD;   /* the one number it gives */
const char *cdr_store_rest_shown(const cdr_rest_db *db);
void *cdr_store_rest_handle(const cdr_rest_db *db);  /* sqlite3 * */

/* --- schema (store_rest_schema.c) --- */

typedef struct cdr_rest_column {
    const char *name;
    char class;                  /* of its type: 'n' number, 'b' blob, 't' text */
    bool not_null, generated, key /* of the primary key */, alone /* unique by itself */;
} cdr_rest_column;

typedef enum cdr_rest_table_kind { CDR_REST_TABLE, CDR_REST_VIEW, CDR_REST_VIRTUAL, CDR_REST_SHADOW } cdr_rest_table_kind;

typedef struct cdr_rest_table {
    const char *name;
    cdr_rest_table_kind kind;
    bool without_rowid;
    const char *rowid;           /* the name by which rows are told; NULL: by their primary key, or not at all */
    const char *sql;             /* of virtual tables */
    const cdr_rest_column *columns; size_t column_count;
    const char *const *triggers; size_t trigger_count;   /* as they were written */
    bool loose;                  /* rows have numbers that tidying up may change */
    size_t number;               /* index in the schema */
} cdr_rest_table;

typedef enum cdr_rest_reaction { CDR_REST_REFUSES, CDR_REST_CASCADES, CDR_REST_EMPTIES, CDR_REST_DEFAULTS } cdr_rest_reaction;

typedef struct cdr_rest_link {           /* rows of child refer to rows of parent */
    const cdr_rest_table *child, *parent;
    const char *const *from, *const *to; size_t count;
    cdr_rest_reaction on_delete;
} cdr_rest_link;

typedef struct cdr_rest_schema {
    const cdr_rest_table *tables; size_t table_count;
    const cdr_rest_link *links; size_t link_count;
    bool samples;                /* statistics with samples of values */
} cdr_rest_schema;

cdr_status cdr_store_rest_schema(cdr_rest_db *db, cdr_arena *a, cdr_rest_schema *ret, cdr_err *err) CDR_NODISCARD;
const cdr_rest_table *cdr_rest_table_find(const cdr_rest_schema *s, const char *name);      /* NULL: none */
const cdr_rest_column *cdr_rest_column_find(const cdr_rest_table *t, const char *name);

/* --- changes (store_rest_change.c) --- */

/* Functions of statements ask these. */
typedef struct cdr_rest_asked {
    void *arg;
    bool (*over)(void *arg, size_t step, const char *text, size_t len);      /* text NULL: no value */
    bool (*held)(void *arg, const char *text, size_t len);
    /* What stands for the value of a column; CDR_DONE: it stays, CDR_NOT_FOUND: it goes. */
    cdr_status (*value)(void *arg, size_t step, size_t column, const char *text, size_t len, cdr_buf *ret);
    void (*kept)(void *arg, size_t step);                                    /* a row that is held */
    void (*changed)(void *arg, size_t step, uint64_t before, uint64_t after);/* a value, its bytes */
} cdr_rest_asked;
cdr_status cdr_store_rest_teach(cdr_rest_db *db, const cdr_rest_asked *asked, cdr_err *err) CDR_NODISCARD;

/* Every value of a column, in no order; NULL where there is none. */
typedef void cdr_rest_value_fn(void *arg, const char *text, size_t len);
cdr_status cdr_store_rest_each(cdr_rest_db *db, const cdr_rest_table *t, const char *column, cdr_rest_value_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_rows(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err) CDR_NODISCARD;

/* Which rows are held. By value: one of the row's own values says so; by mark: it was marked before, for a value or for a row that it refers to. */
typedef enum cdr_rest_holding { CDR_REST_NOT_HELD, CDR_REST_HELD_BY_VALUE, CDR_REST_HELD_BY_MARK } cdr_rest_holding;

/* Rows that are held, or that go, are marked first, in tables of their own that are never on disk. */
cdr_status cdr_store_rest_hold_table(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err) CDR_NODISCARD;                  /* marks those held by value */
cdr_status cdr_store_rest_hold_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err) CDR_NODISCARD; /* …and those that refer to them */
cdr_status cdr_store_rest_mark_table(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_mark_over(cdr_rest_db *db, const cdr_rest_table *t, size_t step, const char *column, cdr_rest_holding held, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_mark_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_children(cdr_rest_db *db, const cdr_rest_link *l, uint64_t *ret, cdr_err *err) CDR_NODISCARD;      /* that refer to marked rows and are not marked */
cdr_status cdr_store_rest_marked_held(cdr_rest_db *db, const cdr_rest_table *t, size_t step, cdr_rest_holding held, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_marked(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_release_children(cdr_rest_db *db, const cdr_rest_link *l, cdr_err *err) CDR_NODISCARD;             /* their references are emptied */
cdr_status cdr_store_rest_delete_marked(cdr_rest_db *db, const cdr_rest_table *t, uint64_t *ret, cdr_err *err) CDR_NODISCARD;

/* Columns of a table, numbered as the step has them. Dry: asked, not changed. */
cdr_status cdr_store_rest_update(cdr_rest_db *db, const cdr_rest_table *t, size_t step, const cdr_rest_column *const *columns, size_t count, cdr_rest_holding held, bool dry, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_forget_samples(cdr_rest_db *db, const cdr_rest_table *t, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_rest_rebuild(cdr_rest_db *db, const cdr_rest_table *index, cdr_err *err) CDR_NODISCARD;    /* a full-text index */

#endif
