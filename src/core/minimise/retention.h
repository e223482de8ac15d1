/* SPDX-License-Identifier: Apache-2.0 */
/* What is over age (MIN-10, MIN-11): the retention rules of the policy asked for what the inventory found, the records counted by the date in
 * their trigger column, and the counts kept until the object, the rules, the holds or the day change. Reads only; nothing is deleted here.
 *
 * A row of a table, an element of a JSON array, a line of NDJSON is a record; with the trigger "file" a whole file is one. */
#ifndef CDR_CORE_MINIMISE_RETENTION_H
#define CDR_CORE_MINIMISE_RETENTION_H

#include "core/inventory/query.h"
#include "core/minimise/holds.h"
#include "core/policy/retention.h"

/* --- asking the rules --- */

/* The policy, what activities say and which holds are in force, loaded once. ${inv}, ${p} and ${a} must outlive it. */
typedef struct cdr_retention_world cdr_retention_world;
cdr_status cdr_retention_world_load(cdr_workspace *ws, cdr_inventory *inv, const cdr_policy *p, cdr_arena *a, cdr_retention_world **ret, cdr_err *err) CDR_NODISCARD;
void cdr_retention_world_done(cdr_retention_world *w);   /* NULL is fine; what was answered lives on in the arena */
static inline void cdr_retention_world_donep(cdr_retention_world **w) { cdr_retention_world_done(*w); }
/* The answer for one category in one place. ${path} as the inventory writes it, "" any; it lives in the arena and is the same for the same question.
 * NULL: no memory. */
const cdr_retention_answer *cdr_retention_ask(cdr_retention_world *w, const char *system, const char *path, const char *category);
/* The uses that activities give for this category in this system. Not known: some activity does not say, or none covers it. */
cdr_key_set cdr_retention_uses(cdr_retention_world *w, const char *system, const char *category);
/* Columns in which the date of ${r} is looked for: its trigger_fields, else the words of its trigger. */
cdr_key_set cdr_retention_fields(cdr_retention_world *w, const cdr_retention_rule *r);
/* The category of personal data that a finding stands for, as the judge sees it; "" none: a secret, a kind that is no longer known, what is not personal. */
const char *cdr_retention_category(const cdr_inv_finding *f);
/* All that answers come from, as 16 hex digits: the rules of the policy, the periods and uses of activities, the holds in force. */
void cdr_retention_rules_digest(const cdr_retention_world *w, char ret[17]);
const cdr_holds *cdr_retention_holds(const cdr_retention_world *w);

/* --- what was counted --- */

/* One rule in one object. */
typedef struct cdr_retention_count {
    int64_t object;
    const char *path, *format, *system, *system_name;   /* escaped path; key and name, "" unregistered */
    cdr_retention_why why;       /* CDR_ENDED_BY_MAXIMUM, CDR_KEPT_BY_MINIMUM: counted by ->cutoff. CDR_KEPT_BY_HOLD: counted too, but nothing of it is over age */
    const char *rule;            /* id of the rule that won; "" none */
    const char *trigger_field;   /* column, JSON path or "file"; "" not found */
    const char *cutoff;          /* "YYYY-MM-DD", "" nothing is ever over age by this */
    const char *categories;      /* keys, by comma */
    const char *explanation;     /* which rule won, which lost, why; with citation */
    const char *hold;            /* its name, "" none */
    bool known;                  /* false: could not be counted, ->reason says why. Always true where there is nothing to count */
    const char *reason;
    uint64_t rows;
    uint64_t over_age;           /* records that must go */
    uint64_t undated;            /* records whose date is missing or not certain: unknown, never a pass */
    uint64_t kept;               /* over age by this rule, but another category, clock or hold keeps (or may keep) the record as a whole: to be done by
                                    hand, column by column. 0: every record before ->cutoff may go, so that a purge by this column does no harm */
    uint64_t again;              /* of ->over_age those that an earlier count of the same object has already: for totals */
    const char *oldest;          /* "YYYY-MM-DD" of the records over age, else of all; "" none */
    uint64_t people_min, people_max;   /* who may be affected, as far as the inventory tells */
    int64_t counted_us;
    bool same_object;            /* not scanned anew since it was counted */
    bool same_rules;             /* nor has any rule, activity or hold changed that it may have been counted by */
    bool stands;                 /* both: what was over age then still is */
    bool fresh;                  /* ->stands, and counted on this day: also what was not over age is known */
} cdr_retention_count;

typedef cdr_status cdr_retention_count_fn(void *arg, const cdr_retention_count *c);
/* By path, then in the order of counting. Lent for the call; CDR_DONE stops quietly. ${p} as it is now, NULL none. ${object} 0: all. */
cdr_status cdr_retention_each_count(cdr_inventory *inv, const cdr_policy *p, int64_t object, cdr_retention_count_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Why a count does not stand, as a sentence that says what to do; "" it does. */
const char *cdr_retention_void_reason(const cdr_retention_count *c);

/* --- counting --- */

typedef struct cdr_retention_progress { uint64_t objects, total, bytes, records; const char *current; } cdr_retention_progress;
typedef struct cdr_retention_options {
    const char *system;          /* only this one; NULL all */
    const char *path;            /* only this object or what lies below it; NULL all */
    bool again;                  /* read unchanged objects, too */
    void (*progress)(void *arg, const cdr_retention_progress *p); void *arg;   /* at most ten times a second */
} cdr_retention_options;

typedef struct cdr_retention_summary {
    uint64_t objects;            /* with personal data, looked at */
    uint64_t unchanged;          /* of them: counted before, not read again */
    uint64_t over_age, over_age_objects;      /* records, each once */
    uint64_t undated, undated_objects;        /* records without a certain date */
    uint64_t unknown_objects;    /* could not be dated at all */
    uint64_t no_rule_objects;    /* some category there has no rule, or one that says no end */
    uint64_t held_objects, held; /* records past their period that a hold keeps */
    uint64_t rows;
    char oldest[11];             /* of what is over age; "" none */
} cdr_retention_summary;

/* Count everything that changed since it was counted, and enter retention.run in the ledger. CDR_E_CANCELLED: what was counted is kept. */
cdr_status cdr_retention_run(cdr_workspace *ws, cdr_inventory *inv, const cdr_policy *p, const cdr_retention_options *o, cdr_retention_summary *ret, cdr_err *err) CDR_NODISCARD;

#endif
