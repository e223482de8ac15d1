/* SPDX-License-Identifier: Apache-2.0 */
/* From a purpose of the policy and a look at the beginning of the data to what the filter does with each column. Fails closed: what looks
 * personal and has no treatment is handed on as purpose.other says (never, unless the policy says otherwise); what is not recognised
 * passes, but what detection finds in it does not. */
#ifndef CDR_CORE_MINIMISE_FILTER_POLICY_H
#define CDR_CORE_MINIMISE_FILTER_POLICY_H

#include "base/arena.h"
#include "core/care/consent.h"
#include "core/minimise/filter.h"

#define CDR_FILTER_SAMPLE ((size_t)2 << 20)   /* bytes at the beginning that are enough to know the columns by */
#define CDR_FILTER_SAMPLE_VALUES 1000u        /* and values of each column */

typedef enum cdr_filter_why {
    CDR_FILTER_WHY_NOTHING,       /* nothing personal was seen */
    CDR_FILTER_WHY_MAP,           /* the map says so */
    CDR_FILTER_WHY_FIELD,         /* the policy names the column */
    CDR_FILTER_WHY_HEADER, CDR_FILTER_WHY_CONTENT, CDR_FILTER_WHY_BOTH,
    CDR_FILTER_WHY_NAME,          /* its name is personal data itself */
    CDR_FILTER_WHY_EMPTY,         /* it held no value at the beginning, and more follows */
    CDR_FILTER_WHY_LATE,          /* it turned up after the beginning */
    CDR_FILTER_WHY_KEY,           /* a number beside what says who somebody is: it leads back */
    CDR_FILTER_WHY_REMARKS        /* its name announces remarks, in which anything may stand */
} cdr_filter_why;
extern const char *const cdr_filter_why_words[];   /* "nothing personal seen", "map", … */

/* One column: what it was taken for and what is done with it. */
typedef struct cdr_filter_seen {
    const char *name;
    cdr_kind kind;
    const char *category;         /* "" nothing personal */
    cdr_filter_why why;
    float confidence;
    bool free_text;
    const char *rule;             /* "treatments[2]", "other", "unrecognised", "map" */
    cdr_filter_column column;
    uint64_t count;               /* values changed or removed */
} cdr_filter_seen;

/* What the user says of columns: category, form or "free text" by name. */
typedef struct cdr_filter_map cdr_filter_map;
/* YAML ("email: user.contact.email", "notes: free text", "ref: plain") or, when ${file} ends in .csv, two columns. In ${a}. */
cdr_status cdr_filter_map_read(const char *text, size_t len, const char *file, cdr_arena *a, cdr_filter_map **ret, cdr_err *err) CDR_NODISCARD;

typedef enum cdr_filter_header { CDR_FILTER_HEADER_AUTO, CDR_FILTER_HEADER_YES, CDR_FILTER_HEADER_NO } cdr_filter_header;

typedef struct cdr_filter_ask {
    const cdr_purpose *purpose;
    const cdr_filter_map *map;                    /* NULL: none */
    const cdr_ruleset *ruleset, *watch_ruleset;   /* free text; columns, as a scan has them */
    const cdr_purpose_keys *keys;
    const cdr_consent_set *consents;              /* when the purpose needs consent */
    const cdr_ctx *ctx;
    cdr_filter_format format;
    char delimiter;
    cdr_filter_header header;
    const char *name;                             /* of the input */
} cdr_filter_ask;

typedef struct cdr_filter_plan {
    cdr_filter_spec spec;                         /* for cdr_filter_run */
    cdr_filter_seen **seen; size_t seen_count;    /* columns that turn up late are added while it runs */
    bool whole;                                   /* the sample was all there is */
    const char *subject;                          /* column that consent is asked by; NULL none */
    uint64_t left_out;                            /* records without consent */
    /* for the calls that the filter makes back */
    const cdr_filter_ask *ask; cdr_arena *arena; size_t seen_cap; bool failed;
    cdr_filter_rows rows; const char *asked[1];
} cdr_filter_plan;

/* Does anything in this purpose or map need the key of a workspace? */
bool cdr_filter_needs_keys(const cdr_purpose *p, const cdr_filter_map *map);
/* ${ask} must outlive the plan, which lives in ${a}. ${whole}: nothing follows the sample. */
cdr_status cdr_filter_plan_make(const cdr_filter_ask *ask, const char *sample, size_t len, bool whole, cdr_arena *a, cdr_filter_plan **ret, cdr_err *err) CDR_NODISCARD;

#endif
