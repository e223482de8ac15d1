/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the inventory, answered as plain data. Rows are lent for the call of ${fn}, which stops the walk by returning
 * another status than CDR_OK (that status is then returned; CDR_DONE stops quietly) and must not ask the same question again.
 * Only what exists now is told: objects that are gone are not. Texts are never NULL ("" when empty), paths are escaped and
 * absolute; cdr_inventory_display shortens them. */
#ifndef CDR_CORE_INVENTORY_QUERY_H
#define CDR_CORE_INVENTORY_QUERY_H

#include "base/arena.h"
#include "candor/detect.h"
#include "candor/inventory.h"
#include "core/inventory/entity.h"

/* --- scans --- */

typedef struct cdr_inv_scan {
    int64_t id;
    int64_t started_us, finished_us;      /* finished_us 0: killed before it could finish */
    bool interrupted;
    bool full;
    char ruleset[17];
    char *const *targets;                 /* in the arena */
    size_t target_count;
    cdr_inventory_totals totals;
    uint64_t gone;                        /* objects that were there before */
} cdr_inv_scan;

/* The newest scan that was finished (interrupted ones count when ${any}); CDR_NOT_FOUND: there is none. Texts in ${a}. */
cdr_status cdr_inventory_last_scan(cdr_inventory *inv, bool any, cdr_arena *a, cdr_inv_scan *ret, cdr_err *err) CDR_NODISCARD;

/* From now on questions are about what lies in ${targets} (absolute, escaped); 0: everything. Copies are still looked for by the people of
 * every system of record. */
cdr_status cdr_inventory_scope(cdr_inventory *inv, const char *const *targets, size_t count, cdr_err *err) CDR_NODISCARD;

/* --- the whole --- */

typedef struct cdr_inv_holder {
    const char *party, *name;             /* key, name */
    bool is_us;
    const char *relation;                 /* "responsible", "hosts", "stores", "shares" */
    const char *provenance;
} cdr_inv_holder;

typedef struct cdr_inv_system {
    int64_t id;                           /* 0: a place that no system claims */
    bool registered;
    const char *key, *name;               /* unregistered: "" and the folder below the scanned target */
    const char *owner, *location, *country;
    int encrypted;                        /* 1, 0, -1 unknown */
    const char *backup_of;                /* key or "" */
    bool system_of_record;
    const char *provenance, *provenance_date, *evidence;
    const cdr_inv_holder *holders;
    size_t holder_count;
    uint64_t elsewhere;                   /* objects outside the scope */
    uint64_t objects;                     /* all that were read there, archive members and tables included */
    uint64_t with_findings, partial, skipped, bytes;
    uint64_t findings[3];                 /* by cdr_band */
    uint64_t people_min, people_max;      /* distinct: at least by e-mail, phone or number; at most by records that no shared identifier joins */
    double people_error;                  /* relative standard error of both, 0 when exact */
    uint64_t by_family[CDR_FAMILY__MAX];  /* medium and above: distinct values over all objects; of what people share (first names, addresses, dates of
                                             birth, salaries): rows of each object's fullest column, added up */
    int64_t newest_mtime_us;
} cdr_inv_system;

typedef struct cdr_inv_overlap { size_t a, b; uint64_t shared; } cdr_inv_overlap;   /* indexes into systems, a < b; most shared first */

typedef struct cdr_inv_overview {
    cdr_inv_system *systems;              /* registered first, then places; within each by people */
    size_t system_count, registered_count;
    cdr_inv_overlap *overlaps;            /* pairs that share at least one person */
    size_t overlap_count;
    uint64_t elsewhere;                   /* objects outside the scope */
    uint64_t people_min, people_max;      /* in all */
    double people_error;
    uint64_t objects, with_findings, complete, partial, skipped, bytes, suppressed;
    uint64_t findings[3];
} cdr_inv_overview;

/* Merges the sketches of every object once. Everything lives in ${a}. Beyond 200 unregistered places the smallest are summed up
 * under the name "other places". */
cdr_status cdr_inventory_overview(cdr_inventory *inv, cdr_arena *a, cdr_inv_overview *ret, cdr_err *err) CDR_NODISCARD;

/* --- objects --- */

typedef struct cdr_inv_dataset {
    int64_t id;
    const char *path, *container, *format;
    const char *system, *system_name;     /* key and name, "" when unregistered */
    const char *place;                    /* unregistered: the folder it is counted under, as in cdr_inv_system.name */
    int coverage;                         /* cdr_coverage */
    const char *reason_id, *reason;
    uint64_t size, bytes_read, rows;
    int64_t mtime_us;
    uint32_t mode, uid;
    uint64_t people_min, people_max;
    uint64_t findings[3], suppressed;
    uint32_t families;                    /* bit per cdr_family with medium or high findings */
    int64_t first_scan, last_scan;        /* when it was first seen, when it was last read */
    const char *provenance, *provenance_date, *evidence;
} cdr_inv_dataset;

typedef struct cdr_inv_filter {           /* zeroed: everything */
    const char *system;                   /* key */
    const char *path;                     /* this object, or everything below this folder or container */
    bool unregistered;                    /* only what no system claims */
    bool with_findings;
    bool unread;                          /* only what was not read in full */
    uint32_t families;                    /* bit per cdr_family; 0: all */
    uint8_t min_band;                     /* cdr_band: rows with at least one finding of it */
    bool no_samples;                      /* of findings: without ->samples, which cost a look each */
} cdr_inv_filter;

#define CDR_FAMILY_BIT(f) (UINT32_C(1) << (f))
#define CDR_FAMILIES_SECRET CDR_FAMILY_BIT(CDR_FAMILY_SECRET)
#define CDR_FAMILIES_SPECIAL (CDR_FAMILY_BIT(CDR_FAMILY_SPECIAL) | CDR_FAMILY_BIT(CDR_FAMILY_HEALTH))

typedef cdr_status cdr_inv_dataset_fn(void *arg, const cdr_inv_dataset *d);
/* By path. Archive members and tables that were read completely and hold nothing are counted, not listed. */
cdr_status cdr_inventory_each_dataset(cdr_inventory *inv, const cdr_inv_filter *filter, cdr_inv_dataset_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- findings --- */

typedef struct cdr_inv_sample {
    uint64_t offset, line;
    float confidence;
    uint32_t evidence;
    char value_id[33];                    /* hex */
    const char *masked;
} cdr_inv_sample;

/* One kind in one field of one object. */
typedef struct cdr_inv_finding {
    int64_t id, dataset_id;
    const char *system, *system_name, *path, *format, *field;
    cdr_kind kind;                        /* CDR_KIND_NONE when this program no longer has the kind; then see kind_id */
    const char *kind_id;
    uint16_t rule;
    const char *rule_name, *rule_title, *rule_category;   /* user's detector: id, title, data category; "" otherwise */
    uint64_t by_band[3], suppressed;
    uint64_t distinct;                    /* values, medium and above; 0 when values were not told apart */
    float confidence;
    cdr_kind column_kind;                 /* what the column is */
    float column_support, column_confidence;
    uint64_t values;                      /* non-empty values in the field */
    const cdr_inv_sample *samples;        /* strongest first */
    size_t sample_count;
} cdr_inv_finding;

typedef cdr_status cdr_inv_finding_fn(void *arg, const cdr_inv_finding *f);
/* By path, field, kind. Secrets: filter.families = CDR_FAMILIES_SECRET; special categories: CDR_FAMILIES_SPECIAL. */
cdr_status cdr_inventory_each_finding(cdr_inventory *inv, const cdr_inv_filter *filter, cdr_inv_finding_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- what was not read --- */

typedef struct cdr_inv_gap {
    const char *reason_id, *reason;       /* the sentence of one of them */
    int coverage;                         /* CDR_COVERAGE_PARTIAL or _SKIPPED */
    uint64_t count, bytes;                /* bytes: size of the objects minus what was read */
    const char *example;
} cdr_inv_gap;
typedef cdr_status cdr_inv_gap_fn(void *arg, const cdr_inv_gap *g);
cdr_status cdr_inventory_each_gap(cdr_inventory *inv, cdr_inv_gap_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;   /* most objects first */

/* --- copies --- */

typedef struct cdr_inv_copy {
    const char *path, *system, *system_name;   /* the object, and where it is registered ("" nowhere) */
    const char *of, *of_name;                  /* system whose people it holds */
    uint64_t shared;                           /* people in both */
    uint64_t object_people, record_people;
    bool same_content;                         /* byte for byte another object: ${twin} */
    const char *twin;
} cdr_inv_copy;
typedef cdr_status cdr_inv_copy_fn(void *arg, const cdr_inv_copy *c);
/* Objects that hold many people of a system of record without belonging to it or to a declared backup of it: at least
 * ${min_shared} people (0: 10) and either 5 % of the record's people or half of the object's. When no system is marked as
 * system of record, the registered system with the most people stands in. Most shared first. Then objects with findings that
 * are byte for byte the same as an earlier one (same_content). */
cdr_status cdr_inventory_each_copy(cdr_inventory *inv, uint64_t min_shared, cdr_inv_copy_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- changes --- */

typedef struct cdr_inv_change {
    int direction;                        /* +1 new, -1 gone, 0 changed */
    bool set_aside;                       /* gone from what counts because somebody set it aside; it is still there */
    const char *path, *system, *system_name;
    cdr_kind kind;                        /* a kind that is new in, or gone from, an object that stays; else CDR_KIND_NONE */
    uint64_t count;                       /* findings of medium and above: now, or before when gone */
    uint64_t before;                      /* before the scan; 0 also when an older version wrote it */
    int64_t scan;
} cdr_inv_change;
typedef cdr_status cdr_inv_change_fn(void *arg, const cdr_inv_change *c);
/* Objects with findings that came, went or changed their kinds in scans after ${since_scan} (0: from the beginning; the first scan
 * of a place counts as new only when a scan was finished before). Newest scan first. */
cdr_status cdr_inventory_each_change(cdr_inventory *inv, int64_t since_scan, cdr_inv_change_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- declarations, by key --- */

typedef cdr_status cdr_inv_party_fn(void *arg, const cdr_party *p);
typedef cdr_status cdr_inv_activity_fn(void *arg, const cdr_activity *a);
typedef cdr_status cdr_inv_declared_fn(void *arg, const cdr_system *s, const cdr_holding *holders, size_t holder_count);
cdr_status cdr_inventory_each_party(cdr_inventory *inv, cdr_inv_party_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_inventory_each_activity(cdr_inventory *inv, cdr_inv_activity_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_inventory_each_declared_system(cdr_inventory *inv, cdr_inv_declared_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_inv_counts { uint64_t parties, systems, activities, datasets, with_findings, unregistered, scans; } cdr_inv_counts;
/* Cheap: no sketches. with_findings: datasets with more than secrets; unregistered: those of them that no system claims. */
cdr_status cdr_inventory_counts(cdr_inventory *inv, cdr_inv_counts *ret, cdr_err *err) CDR_NODISCARD;

/* ${path} as people know it: relative to the inventory file's folder when it lies below it. Points into ${path}. */
const char *cdr_inventory_display(const cdr_inventory *inv, const char *path);
/* The object that people mean: "object:12" as reports name what they show with masks, a whole path, or a path relative to ${cwd}, to the
 * inventory file's folder, or to a folder above a target. CDR_NOT_FOUND (quiet): ${ret} is then the likeliest path, NULL for a number. */
cdr_status cdr_inventory_locate(cdr_inventory *inv, const char *typed, const char *cwd, cdr_arena *a, const char **ret, cdr_err *err) CDR_NODISCARD;

#endif
