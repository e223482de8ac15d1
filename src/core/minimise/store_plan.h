/* SPDX-License-Identifier: Apache-2.0 */
/* Plans in the database: the calls behind plan_make.c, apply.c, residue.c and receipt.c. */
#ifndef CDR_CORE_MINIMISE_STORE_PLAN_H
#define CDR_CORE_MINIMISE_STORE_PLAN_H

#include "core/minimise/plan_parts.h"

typedef struct cdr_plan_store cdr_plan_store;
struct cdr_plan_store { cdr_db *db; cdr_db_set *set; };
cdr_status cdr_plan_store_open(cdr_db *db, cdr_plan_store *ret, cdr_err *err) CDR_NODISCARD;
void cdr_plan_store_close(cdr_plan_store *s);

/* --- the inventory, as plans look at it --- */

cdr_status cdr_store_place(cdr_plan_store *s, int64_t object, cdr_arena *a, cdr_place *ret, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: quiet */
/* The object with this path; 0: none. */
cdr_status cdr_store_place_of(cdr_plan_store *s, const char *path, int64_t *ret, cdr_err *err) CDR_NODISCARD;
/* Everything that was seen in the file ${container} and in what lies inside. Objects without findings come once, with kind "". */
cdr_status cdr_store_each_kind(cdr_plan_store *s, int64_t container, cdr_held_kind_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* The same of every object there is; ->values only when ${values}. */
cdr_status cdr_store_each_kind_of_all(cdr_plan_store *s, bool values, cdr_held_kind_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_backup { const char *key, *name, *location; } cdr_backup;
typedef cdr_status cdr_backup_fn(void *arg, const char *of, const char *key, const char *name, const char *location);
/* Declared backups of every system, those of a backup among them. */
cdr_status cdr_store_each_backup(cdr_plan_store *s, cdr_backup_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_holder_fn(void *arg, const char *system, const char *party, const char *name, int relation);
cdr_status cdr_store_each_other_holder(cdr_plan_store *s, cdr_holder_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;   /* not us */
cdr_status cdr_store_newest_scan(cdr_plan_store *s, int64_t *ret, cdr_err *err) CDR_NODISCARD;

/* --- plans --- */

typedef struct cdr_plan_row {
    int64_t id;
    const char *sha256, *document;
    int status;
    int64_t made_us, begun_us, finished_us;
    uint64_t units, units_done;
    int64_t receipt;             /* index in the ledger, -1 none */
} cdr_plan_row;
typedef cdr_status cdr_plan_row_fn(void *arg, const cdr_plan_row *r);

cdr_status cdr_store_plan_add(cdr_plan_store *s, const char *sha256, const char *document, size_t len, int64_t made_us, int64_t *ret_row, bool *ret_new, cdr_err *err) CDR_NODISCARD;
/* Newest first. ${prefix}: "" all; lent for the call. */
cdr_status cdr_store_each_plan(cdr_plan_store *s, const char *prefix, cdr_plan_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_plan_status(cdr_plan_store *s, int64_t plan, int status, int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_unit_add(cdr_plan_store *s, int64_t plan, size_t unit, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_units_load(cdr_plan_store *s, cdr_plan *p, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_unit_begin(cdr_plan_store *s, int64_t plan, size_t unit, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* The state it is about to get; ${after} NULL: it goes. */
cdr_status cdr_store_unit_ready(cdr_plan_store *s, int64_t plan, size_t unit, const uint8_t after[32], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_unit_done(cdr_plan_store *s, int64_t plan, size_t unit, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* It was left as it was. */
cdr_status cdr_store_unit_refuse(cdr_plan_store *s, int64_t plan, size_t unit, cdr_refusal why, int64_t at_us, cdr_err *err) CDR_NODISCARD;

/* --- what steps did --- */

typedef struct cdr_step_done cdr_step_done;
struct cdr_step_done { bool done; uint64_t rows, values, bytes, rows_undated, rows_held; cdr_outcome outcome; const char *reason; };
cdr_status cdr_store_step_done(cdr_plan_store *s, int64_t plan, size_t step, const cdr_step_effect *e, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_step_outcome(cdr_plan_store *s, int64_t plan, size_t step, cdr_outcome outcome, const char *reason, cdr_err *err) CDR_NODISCARD;
/* ${ret}: one per step of the plan. */
cdr_status cdr_store_steps_load(cdr_plan_store *s, const cdr_plan *p, cdr_step_done *ret, cdr_arena *a, cdr_err *err) CDR_NODISCARD;

/* --- what was erased --- */

typedef enum cdr_erased_state { CDR_HELD_BEFORE, CDR_GONE, CDR_LEFT_GOVERNED, CDR_LEFT } cdr_erased_state;
typedef struct cdr_erased {
    const char *sha256;          /* of the plan; not put */
    int64_t plan, erased_us;
    size_t unit;
    const char *file;            /* of the unit; not put */
    const char *kind;
    cdr_erased_state state;
    const char *inside, *field;  /* CDR_HELD_BEFORE: where it was; CDR_LEFT…: where it stands, ->field "" */
    uint64_t found;              /* findings; CDR_LEFT…: so many of the values at most */
    cdr_sketch values;
} cdr_erased;
cdr_status cdr_store_erased_put(cdr_plan_store *s, const cdr_erased *e, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_erased_drop(cdr_plan_store *s, int64_t plan, cdr_err *err) CDR_NODISCARD;   /* all of it */
typedef cdr_status cdr_erased_fn(void *arg, const cdr_erased *e);   /* lent for the call */
/* Of one plan, or (${plan} 0) of all, then only what is known after the next scan. */
cdr_status cdr_store_each_erased(cdr_plan_store *s, int64_t plan, cdr_erased_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
typedef struct cdr_seen_values { int64_t object; const char *path, *container, *system, *kind; cdr_sketch values; } cdr_seen_values;
typedef cdr_status cdr_seen_values_fn(void *arg, const cdr_seen_values *v);
/* The values of one kind in every object that has them told apart. */
cdr_status cdr_store_each_seen(cdr_plan_store *s, const char *kind, cdr_seen_values_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- receipts --- */

cdr_status cdr_store_receipt_add(cdr_plan_store *s, int64_t plan, uint64_t ledger_index, const char *document, size_t len, int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_receipt_get(cdr_plan_store *s, int64_t plan, uint64_t *ret_index, cdr_buf *document, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND */

#endif
