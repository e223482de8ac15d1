/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the inventory: what an open inventory is, and the calls of the store files (the only ones with SQL). */
#ifndef CDR_CORE_INVENTORY_STATE_H
#define CDR_CORE_INVENTORY_STATE_H

#include "base/arena.h"
#include "base/sketch.h"
#include "base/vec.h"
#include "candor/detect.h"
#include "candor/inventory.h"
#include "core/inventory/claims.h"
#include "core/inventory/edit.h"
#include "core/inventory/entity.h"
#include "core/workspace/workspace.h"
#include "detect/observation.h"
#include "db/db.h"

struct cdr_scan_run;

struct cdr_inventory {
    cdr_workspace *ws;
    const cdr_ctx *ctx;
    cdr_db *db;
    cdr_ledger *ledger;
    cdr_db_set *declared, *scanning, *asking;
    char *root;                  /* folder of the inventory file; "" unknown */
    cdr_claims claims;           /* of all systems, by key; valid when claims_loaded */
    bool claims_loaded;
    struct cdr_scan_run *run;    /* the scan in progress */
    json_t *mistakes;            /* of the last import, sentences; NULL none */
    json_t *scope;               /* targets that questions are about; NULL: all */
    /* The container that was asked for last: "unchanged" mostly follows "known" at once. */
    char last_known[512];
    int64_t last_known_id;
};

/* --- store.c: declarations --- */

CDR_VEC(cdr_holdings, cdr_holding)

cdr_status cdr_store_open(cdr_inventory *inv, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_get(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: quiet */
cdr_status cdr_store_put(cdr_inventory *inv, cdr_entity e, const void *obj, cdr_err *err) CDR_NODISCARD;               /* by key */
cdr_status cdr_store_delete(cdr_inventory *inv, cdr_entity e, const char *key, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_each(cdr_inventory *inv, cdr_entity e, cdr_status (*fn)(void *arg, const void *obj), void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_holdings(cdr_inventory *inv, const char *system, cdr_holdings *ret, cdr_err *err) CDR_NODISCARD;  /* in the order they were stored */
cdr_status cdr_store_put_holding(cdr_inventory *inv, const cdr_holding *h, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_delete_holding(cdr_inventory *inv, const cdr_holding *h, cdr_err *err) CDR_NODISCARD;
void cdr_holdings_clear(cdr_holdings *list);
/* Who names ${key}: "the system crm", appended; nothing when nobody does. */
cdr_status cdr_store_users(cdr_inventory *inv, cdr_entity e, const char *key, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_confirm_dataset(cdr_inventory *inv, const char *path, const char *date, const char *evidence, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: quiet */

/* --- store_scan.c --- */

cdr_status cdr_store_load_claims(cdr_inventory *inv, cdr_err *err) CDR_NODISCARD;
/* Every dataset to the system that claims it now. */
cdr_status cdr_store_reassign(cdr_inventory *inv, uint64_t *ret_moved, cdr_err *err) CDR_NODISCARD;
void cdr_store_scan_close(cdr_inventory *inv);

/* People of one object or of several: the counts of observation.h. Merged ones have every kind of number that any of them has. */
typedef struct cdr_people {
    cdr_sketch emails, phones, people, others;
    uint64_t email_extra, phone_extra;
    cdr_id_set *ids;
    size_t id_count;
    uint64_t least;              /* the most that one of the merged objects has at least */
    size_t objects;              /* that were merged into it */
} cdr_people;
void cdr_people_done(cdr_people *p);

/* --- store_query.c: for people.c --- */

typedef struct cdr_dataset_row {
    int64_t id, system;          /* system 0: nobody's */
    const char *path;
    bool observed, contained;
    int coverage;
    uint64_t clean_members, size, bytes_read, people_min, people_max, findings[3], suppressed;
    int64_t mtime_us;
} cdr_dataset_row;
cdr_status cdr_store_each_row(cdr_inventory *inv, cdr_status (*fn)(void *arg, const cdr_dataset_row *row), void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_people(cdr_inventory *inv, int64_t dataset, cdr_people *ret, cdr_err *err) CDR_NODISCARD;   /* empty when there are none */
typedef struct cdr_value_row { cdr_family family; const char *kind; uint64_t rows; cdr_sketch values; } cdr_value_row;
cdr_status cdr_store_each_value(cdr_inventory *inv, int64_t dataset, cdr_status (*fn)(void *arg, const cdr_value_row *row), void *arg, cdr_err *err) CDR_NODISCARD;
typedef struct cdr_twin_row { const char *path, *twin; int64_t dataset; } cdr_twin_row;
cdr_status cdr_store_each_twin(cdr_inventory *inv, cdr_status (*fn)(void *arg, const cdr_twin_row *row), void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_object_id(cdr_inventory *inv, const char *path, int64_t *ret, cdr_err *err) CDR_NODISCARD;   /* 0: no such object */
cdr_status cdr_store_object_path(cdr_inventory *inv, int64_t id, cdr_arena *a, const char **ret, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: quiet */
/* The distinct targets of all scans, as a JSON array. */
cdr_status cdr_store_targets(cdr_inventory *inv, json_t **ret, cdr_err *err) CDR_NODISCARD;

/* places.c: the folder under which an unregistered object is counted: the one below the longest target that holds it. */
/* Is ${path} among what questions are about? */
bool cdr_in_scope(const cdr_inventory *inv, const char *path);
void cdr_place_of(const json_t *targets, const char *path, char *ret, size_t cap);

#endif
