/* SPDX-License-Identifier: Apache-2.0 */
/* Between scan_run.c, which decides what a scan changes, and store_scan.c, which writes it. */
#ifndef CDR_CORE_INVENTORY_SCAN_RUN_H
#define CDR_CORE_INVENTORY_SCAN_RUN_H

#include "core/inventory/state.h"
#include "detect/observation.h"

typedef struct cdr_scan_run {
    int64_t id;
    bool first;                  /* no scan was finished before: nothing counts as a change */
    bool failed;
    bool in_batch;
    int64_t batch_us;
    uint64_t batch_objects;
    uint64_t *met;               /* a bit per container's row id: observed or unchanged */
    size_t met_words;
    json_t *targets;
    const char *(*rule_name)(void *arg, uint16_t rule), *(*rule_title)(void *arg, uint16_t rule), *(*rule_category)(void *arg, uint16_t rule);
    void *arg;
} cdr_scan_run;

typedef struct cdr_object_place {
    int64_t container, system, scan;    /* 0: none */
    bool members_only;                  /* a container of which only members are told */
} cdr_object_place;

typedef struct cdr_object_sum {
    uint64_t by_band[3], suppressed;
    uint32_t families;
    bool found;                         /* anything worth a row: findings of any band, suppressed ones, a classified column */
} cdr_object_sum;

typedef struct cdr_stored_object { int64_t id, found, found_strong; } cdr_stored_object;   /* id 0: new */

typedef struct cdr_kind_sum { cdr_kind kind; uint64_t before, now; } cdr_kind_sum;
CDR_VEC(cdr_kind_sums, cdr_kind_sum)
CDR_VEC(cdr_ids, int64_t)

cdr_status cdr_store_add_scan(cdr_inventory *inv, const char *targets_json, const char *ruleset, bool full, int64_t *ret_id, bool *ret_first, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_end_scan(cdr_inventory *inv, int64_t scan, const cdr_inventory_totals *t, uint64_t gone, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_find(cdr_inventory *inv, const char *path, cdr_stored_object *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_touch(cdr_inventory *inv, int64_t id, int64_t scan, cdr_err *err) CDR_NODISCARD;      /* a container is being read again */
cdr_status cdr_store_count_clean(cdr_inventory *inv, int64_t id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_finish_container(cdr_inventory *inv, int64_t id, const cdr_container_state *state, cdr_err *err) CDR_NODISCARD;
/* Insert when ${id} is 0 (and set it), update otherwise. */
cdr_status cdr_store_object(cdr_inventory *inv, const cdr_observation *o, const cdr_object_place *place, const cdr_object_sum *sum, int64_t *id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_clear(cdr_inventory *inv, int64_t id, cdr_err *err) CDR_NODISCARD;                      /* fields, findings, people */
cdr_status cdr_store_field(cdr_inventory *inv, int64_t dataset, size_t position, const cdr_field_seen *f, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_add_people(cdr_inventory *inv, int64_t dataset, const cdr_observation *o, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_old_kinds(cdr_inventory *inv, int64_t dataset, cdr_kind_sums *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_change(cdr_inventory *inv, const char *path, int64_t system, int direction, cdr_kind kind, uint64_t before, uint64_t count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_stale(cdr_inventory *inv, int64_t scan, cdr_ids *ret, cdr_err *err) CDR_NODISCARD;     /* members that their container no longer has */
cdr_status cdr_store_each_container(cdr_inventory *inv, cdr_status (*fn)(void *arg, int64_t id, const char *path), void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_gone(cdr_inventory *inv, int64_t scan, int64_t id, cdr_err *err) CDR_NODISCARD;        /* with its members; enters the changes */

#endif
