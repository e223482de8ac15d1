/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file inventory.h
 * What an organisation knows of the customer data it holds: parties, systems and who holds them in which way, processing
 * activities (all three declared by people), and datasets, fields and findings (observed by scans). Everything carries where
 * it comes from: declared, observed or confirmed, with date and evidence. No value in the clear: masked samples, counts and
 * sketches of keyed hashes only.
 *
 * One inventory per workspace; not for use by two threads at once. Changes are entered in the ledger in the same transaction.
 */
#ifndef CANDOR_INVENTORY_H
#define CANDOR_INVENTORY_H

#include "candor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cdr_workspace;
struct cdr_observation;

typedef struct cdr_inventory cdr_inventory;

/** The inventory in ${ws}, which must outlive it. Writing calls need a workspace that is open for writing. */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_open(struct cdr_workspace *ws, cdr_inventory **ret, cdr_err *err);
/** Rolls back what was not committed (the last batch of a scan that was not finished is committed first). NULL is fine. */
CDR_API void cdr_inventory_close(cdr_inventory *inv);

/* --- what people declare --- */

/** What an import did. */
typedef struct cdr_import_counts {
    uint64_t added, changed, same, removed;
    uint64_t kept;               /**< stored, but not in the file; kept because prune was not asked for */
    uint64_t datasets_moved;     /**< found data that now belongs to another system, or to one at all */
} cdr_import_counts;

/**
 * Read one inventory.yaml (${text}) and make the stored declarations equal to it, in one transaction: all of it or nothing.
 * ${where} names the file in messages, ${root} is the absolute folder that relative claims start from. With ${prune} parties,
 * systems and activities that the file does not name are removed, without it they are kept. CDR_E_INVAL names file, path
 * ("systems[2].holders[0].relation") and, where there is one, the nearest right word.
 */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_import(cdr_inventory *inv, const char *text, size_t len, const char *where, const char *root, bool prune,
                                                      cdr_import_counts *ret, cdr_err *err);
/** The mistakes that the last import was refused for, the first of them being its error; NULL past the last. At most 20 are looked for. */
CDR_API const char *cdr_inventory_mistake(const cdr_inventory *inv, size_t i);
/** The declarations as inventory.yaml; importing it again changes nothing. The caller frees it with free(). */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_export(cdr_inventory *inv, char **ret, cdr_err *err);

/** Read a fides manifest: lists `organization`, `system` (with privacy_declarations) and `dataset`. Unknown taxonomy keys are errors. */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_import_fides(cdr_inventory *inv, const char *text, size_t len, const char *where, cdr_import_counts *ret, cdr_err *err);
/** Declarations as a fides manifest; what fides has no word for stands under `meta`. The caller frees it with free(). */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_export_fides(cdr_inventory *inv, char **ret, cdr_err *err);

/* --- what scans see --- */

/** By what a container (the outermost file) is recognised as unchanged. The same facts as cdr_scan_known of scan.h. */
typedef struct cdr_container_state {
    uint64_t dev, ino, size;
    int64_t mtime_us;
    uint8_t content_id[32];      /**< all zero when not taken */
    uint32_t mode, uid;          /**< as observed; not stored a second time */
    char ruleset[17];
} cdr_container_state;

typedef struct cdr_inventory_scan {
    const char *const *targets;  /**< absolute, escaped as in observations; "-" is standard input */
    size_t target_count;
    const char *ruleset;         /**< cdr_ruleset_version */
    bool full;
    /** Id of the user's detector with this number, NULL when unknown. May be NULL. */
    const char *(*rule_name)(void *arg, uint16_t rule);
    void *arg;
    /** Its title and its data category, likewise. */
    const char *(*rule_title)(void *arg, uint16_t rule);
    const char *(*rule_category)(void *arg, uint16_t rule);
} cdr_inventory_scan;

typedef struct cdr_inventory_totals {
    uint64_t objects, complete, partial, skipped, unchanged, bytes_read, findings, suppressed;
    int64_t elapsed_us;
    bool interrupted;
} cdr_inventory_totals;

/**
 * A scan begins. Enters scan.start in the ledger. A scan that was killed before is closed as interrupted; what it finished is
 * kept and is known, so that this one goes on where it stopped. ${ret_scan} (may be NULL) is the number of the scan.
 */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_scan_begin(cdr_inventory *inv, const cdr_inventory_scan *scan, int64_t *ret_scan, cdr_err *err);
/** What is stored of ${container} (absolute, escaped); false when it is new or was not finished. Works without a scan too. */
CDR_API bool cdr_inventory_known(cdr_inventory *inv, const char *container, cdr_container_state *ret);
/**
 * Store one object. Paths must be absolute. ${state} comes with the container's last object, NULL before that: only then is the
 * container known. Objects are committed in batches (at least once a second); a crash loses at most the last batch, and its
 * containers are read again. After a failure the scan must be given up: close the inventory, earlier batches are kept.
 */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_observe(cdr_inventory *inv, const struct cdr_observation *o, const cdr_container_state *state, cdr_err *err);
/** The container is as it was: it and what is in it stay. */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_unchanged(cdr_inventory *inv, const char *container, cdr_err *err);
/**
 * The scan ends: unless it was interrupted, objects under its targets that were neither observed nor unchanged are gone. Enters
 * scan.finish in the ledger.
 */
CDR_API CDR_NODISCARD cdr_status cdr_inventory_scan_finish(cdr_inventory *inv, const cdr_inventory_totals *totals, cdr_err *err);

#ifdef __cplusplus
}
#endif
#endif
