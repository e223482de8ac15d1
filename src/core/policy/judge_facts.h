/* SPDX-License-Identifier: Apache-2.0 */
/* Plain facts for the judge, and its run. core/minimise/facts.c takes them from the inventory; tests make their own. Texts are never
 * NULL; what nobody has said is "" or a set that is not known. */
#ifndef CDR_CORE_POLICY_JUDGE_FACTS_H
#define CDR_CORE_POLICY_JUDGE_FACTS_H

#include "base/arena.h"
#include "candor/base.h"
#include "core/policy/item.h"

/* --- what was seen --- */

enum {
    CDR_TRAIT_FREE_TEXT = 1,     /* inside of running text, not a column of its own */
    CDR_TRAIT_FILE_NAME = 2,     /* in the name of the file or folder */
    CDR_TRAIT_DIRECT = 4,        /* names or reaches one person by itself */
    CDR_TRAIT_HASHED = 8         /* a password as a hash: nobody can read it */
};

typedef struct cdr_judge_field { /* one kind in one field of an object, plain as it lies; doubtful findings are left out */
    const char *name;            /* column or JSON path, "" running text */
    const char *category;        /* key of the taxonomy */
    const char *what;            /* "E-mail address" */
    bool exact;                  /* the category and nothing below it */
    unsigned traits;
    uint64_t amount;             /* findings */
    uint64_t distinct, values;   /* values told apart, 0 not counted; non-empty values of the field */
} cdr_judge_field;

typedef struct cdr_judge_retained {   /* over age, as candor retention run counted it */
    size_t object;
    const char *rule, *trigger_field, *cutoff, *reason, *oldest;
    bool known, stale;           /* stale: the object was read again, or the day is over */
    uint64_t rows, over_age, undated;
    uint64_t kept;               /* over age by this rule, but another one keeps the record: not to be purged as a whole */
} cdr_judge_retained;

typedef struct cdr_judge_object {     /* holds at least one field */
    int64_t id;
    const char *path;            /* as shown: values of people masked */
    const char *real, *absolute; /* what waivers look at; never told */
    const char *container, *container_shown;
    const char *file;            /* the outermost file as a command names it, "" when that would show a value */
    const char *format;
    size_t system;
    bool inside;                 /* a member of an archive or a table of a database */
    bool everyone;               /* every account of the machine may read it */
    bool log, backup;            /* by name and format */
    bool consents;               /* proof of who agreed to what, by name and columns */
    uint64_t people_min, people_max, rows;
    int64_t mtime_us;
    const cdr_judge_field *fields; size_t field_count;
    const char *copy_of;         /* system whose people it holds, or its twin; "" no copy */
    bool twin;
    uint64_t shared, record_people;
    const cdr_judge_retained *retained; size_t retained_count;
    const char *hold;            /* a legal hold covers it */
} cdr_judge_object;

typedef struct cdr_judge_residue {
    size_t object;
    const char *plan, *what;
    uint64_t values;
    bool inside, governed;       /* stayed in the file that the plan changed; by a retention rule */
} cdr_judge_residue;

/* --- what was said --- */

typedef struct cdr_judge_party {
    const char *key, *name, *country;
    bool ours;                   /* the organisation, or a part of it */
    bool authority;
    int agreement;               /* 1 signed and running, 0 none, -1 nobody has said, -2 run out */
    const char *agreement_until;
} cdr_judge_party;

typedef enum cdr_judge_relation { CDR_JUDGE_RESPONSIBLE, CDR_JUDGE_HOSTS, CDR_JUDGE_STORES, CDR_JUDGE_SHARES } cdr_judge_relation;
typedef struct cdr_judge_holder { size_t party; cdr_judge_relation relation; } cdr_judge_holder;

typedef struct cdr_judge_system {
    const char *key, *name;      /* unregistered: "" and the folder */
    bool registered, record;
    const char *country;
    int encrypted;               /* 1, 0, -1 unknown */
    const char *backup_of;       /* key, "" none */
    const char *side;            /* "test", "analytics": not where the work is done; "" */
    const cdr_judge_holder *holders; size_t holder_count;
    cdr_key_set readers;         /* who may read it: roles or groups */
    cdr_key_set datasets;        /* categories that descriptions of its datasets name */
    uint64_t objects, unread;    /* that were read there; not in full */
    uint64_t people_min, people_max;
} cdr_judge_system;

typedef struct cdr_judge_transfer { const char *text, *country, *mechanism; } cdr_judge_transfer;   /* "US (standard contractual clauses)", "US", "standard contractual clauses" */

typedef struct cdr_judge_activity {
    const char *key, *name, *function;
    const char *use;             /* key of the taxonomy, "" unsaid */
    bool processor, confirmed;   /* on behalf of others; somebody looked whether it is so */
    const char *basis, *condition;
    bool assessed;               /* legitimate interests were balanced */
    cdr_item_keys subjects, categories;
    cdr_key_set recipients;      /* keys of parties, or words */
    const cdr_judge_transfer *transfers; size_t transfer_count; bool transfers_known;
    const char *safeguards;
    const char *period, *trigger, *source;
    cdr_key_set systems;
} cdr_judge_activity;

typedef struct cdr_judge_consent { const char *purpose; uint64_t valid, other; } cdr_judge_consent;   /* people */
typedef struct cdr_judge_overlap { size_t a, b; uint64_t shared; } cdr_judge_overlap;

typedef struct cdr_judge_facts {
    cdr_date today;
    const cdr_judge_system *systems; size_t system_count;      /* every object belongs to one; places that nobody named, too */
    const cdr_judge_object *objects; size_t object_count;      /* by path */
    const cdr_judge_activity *activities; size_t activity_count;
    const cdr_judge_party *parties; size_t party_count;
    const cdr_judge_overlap *overlaps; size_t overlap_count;   /* of people */
    const cdr_judge_residue *residue; size_t residue_count;
    const cdr_judge_consent *consents; size_t consent_count; bool consents_known;
    cdr_key_set observable;      /* categories that detectors look for */
    uint64_t erasures; bool erasures_known;                    /* plans that erased something */
    bool scanned, complete;      /* anything at all; everything in full */
    uint64_t unread;             /* objects that were not read in full */
    const char *home_country;    /* of the organisation, "" unknown */
    const cdr_ctx *ctx;          /* NULL, or judging ends with CDR_E_CANCELLED once it is cancelled */
} cdr_judge_facts;

/* --- the thirty tests --- */

typedef struct judging judging;
typedef enum cdr_test_sees { CDR_SEES_DECLARED = 1, CDR_SEES_OBSERVED = 2 } cdr_test_sees;
typedef struct cdr_min_test {
    const char *id;
    uint32_t version;
    cdr_severity severity;
    const char *title, *why, *law;
    unsigned sees;               /* what it looks at: nothing observed was wrong is no pass when not everything was read */
    void (*judge)(judging *j);   /* NULL: not evaluated yet */
    const char *needs;           /* what it would need; of one that is judged: what it does not look at, or "" */
} cdr_min_test;
const cdr_min_test *cdr_min_tests(size_t *ret_count);
const cdr_min_test *cdr_min_test_find(const char *id);   /* NULL when there is none */

/* --- the run --- */

#define CDR_VERDICTS_PER_RULE 2000   /* of one result; more are counted */

typedef struct cdr_judge_result {
    const cdr_verdict *verdicts; size_t count;   /* fails by severity, then unknown, gaps, waived, passes, not evaluated, off */
    uint64_t by_result[CDR_VERDICT_OFF + 1], left_out;
    const cdr_verdict *explained;                /* the one that was asked about, NULL: there is none */
    const cdr_reason *reasons; size_t reason_count;
} cdr_judge_result;

/* ${explain}: id of a verdict whose reasons are wanted, NULL none. Everything in ${a} but what the policy holds. */
cdr_status cdr_judge_run(const cdr_policy *p, const cdr_judge_facts *facts, const char *explain, cdr_arena *a, cdr_judge_result *ret, cdr_err *err) CDR_NODISCARD;

#endif
