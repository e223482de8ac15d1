/* SPDX-License-Identifier: Apache-2.0 */
/* The minimisation policy as plain data, read from policy.yaml (docs/policy.md): what may be kept, about whom, for what, where,
 * in which form and how long. Pure: no database, clock or file. Categories, uses and subjects are keys of the taxonomy and are
 * checked when the policy is read. Texts are never NULL ("" when empty) and live in the policy's arena. */
#ifndef CDR_CORE_POLICY_H
#define CDR_CORE_POLICY_H

#include "base/arena.h"
#include "base/json.h"
#include "base/severity.h"
#include "base/time.h"

/* Three-valued: what is not known is neither yes nor no, and never counts as a pass. */
typedef enum cdr_truth { CDR_FALSE, CDR_TRUE, CDR_UNKNOWN } cdr_truth;
cdr_truth cdr_truth_and(cdr_truth a, cdr_truth b);
cdr_truth cdr_truth_or(cdr_truth a, cdr_truth b);
cdr_truth cdr_truth_not(cdr_truth a);

/* Texts without duplicates, in the order of the file. ->known false: nobody has said (not the same as an empty list). */
typedef struct cdr_key_set { const char *const *keys; size_t count; bool known; } cdr_key_set;

/* In which form a category is held or handed on. Bits of a set of forms; the file's words stand beside. */
typedef enum cdr_form {
    CDR_FORM_UNKNOWN = 0,
    CDR_FORM_NEVER = 1 << 0,        /* never      not at all: dropped */
    CDR_FORM_REDACTED = 1 << 1,     /* redacted   a label in its place: "[EMAIL_ADDRESS]" */
    CDR_FORM_MASKED = 1 << 2,       /* masked     last four, first letter… */
    CDR_FORM_GENERALISED = 1 << 3,  /* generalised  year of birth, first digits of a postcode, network of an address */
    CDR_FORM_HASHED = 1 << 4,       /* hashed     keyed hash, a pseudonym that joins within a purpose */
    CDR_FORM_TOKENISED = 1 << 5,    /* tokenised  reversible by the vault only */
    CDR_FORM_ENCRYPTED = 1 << 6,    /* encrypted  sealed under the workspace's key */
    CDR_FORM_PLAIN = 1 << 7         /* plain */
} cdr_form;
const char *cdr_form_name(cdr_form f);                    /* one form; "unknown" */
bool cdr_form_parse(const char *word, cdr_form *ret);

/* A period as ISO 8601 writes it, P2Y6M, P90D, P4W: calendar arithmetic, no times. */
typedef struct cdr_period { int32_t years, months, days; } cdr_period;
bool cdr_period_parse(const char *text, cdr_period *ret);   /* the whole text, not negative, not over 1,000 years */
bool cdr_period_read_words(const char *text, cdr_period *ret);   /* "24 months", "2 years and 6 months": what people write into the file */
bool cdr_period_is_zero(cdr_period p);
/* ${d} and ${p}: years and months first, with the day cut to the month's last (31 January + P1M = 28 February), then days. Dates
 * outside of the years 0 to 9999 become the first or last day of these. */
cdr_date cdr_period_after(cdr_date d, cdr_period p);
/* The last day from which ${p} has gone by on ${d}: the greatest D with cdr_period_after(D, p) <= d, so that for every D
 * cdr_period_after(D, p) <= d just when D <= cdr_period_before(d, p). 28 February less P1M is 31 January. */
cdr_date cdr_period_before(cdr_date d, cdr_period p);
void cdr_period_words(cdr_period p, cdr_buf *out);          /* "2 years and 6 months", appended */

/* --- rules --- */

typedef enum cdr_dimension { CDR_DIM_CATEGORIES, CDR_DIM_USES, CDR_DIM_SUBJECTS, CDR_DIM_SYSTEMS, CDR_DIM_RECIPIENTS, CDR_DIM_COUNTRIES, CDR_DIM__MAX } cdr_dimension;
typedef enum cdr_match { CDR_MATCH_ANY, CDR_MATCH_ALL, CDR_MATCH_NONE, CDR_MATCH_OTHER } cdr_match;   /* other: something else besides */
typedef struct cdr_clause { cdr_dimension dimension; cdr_match match; cdr_key_set values; } cdr_clause;

/* What lifts a rule; all of a rule's must hold. */
typedef enum cdr_unless_kind { CDR_UNLESS_CONSENT, CDR_UNLESS_COUNTRY_IN, CDR_UNLESS_COUNTRY_NOT_IN, CDR_UNLESS_FLOW_ANY, CDR_UNLESS_FLOW_NONE, CDR_UNLESS_ENCRYPTED, CDR_UNLESS_FORM } cdr_unless_kind;
typedef struct cdr_unless { cdr_unless_kind kind; cdr_key_set values; unsigned forms; } cdr_unless;

typedef enum cdr_effect { CDR_EFFECT_FORBID, CDR_EFFECT_ALLOW } cdr_effect;

/* What every kind of rule has. */
typedef struct cdr_rule_head {
    const char *id, *title, *why, *law;      /* law: with its section, "" good practice */
    const char *remedy;                      /* in words, "" the judge's own */
    cdr_severity severity;
    const char *where;                       /* "policy.yaml: rules[2]" */
    bool enabled;
} cdr_rule_head;

/* Forbidden (or, with a higher priority, allowed again): when every clause holds. No clause: everything. */
typedef struct cdr_use_rule {
    cdr_rule_head head;
    cdr_effect effect;
    int priority;
    const cdr_clause *clauses; size_t clause_count;
    const cdr_unless *unless; size_t unless_count;
} cdr_use_rule;

/* Forms in which categories may be held, for all purposes and systems or for some. */
typedef struct cdr_form_rule {
    cdr_rule_head head;
    cdr_key_set categories, purposes, systems;   /* purposes and systems empty: all */
    unsigned allowed;                            /* set of cdr_form; CDR_FORM_NEVER alone: not at all */
} cdr_form_rule;

/* Systems in which categories may be held, or may not. */
typedef struct cdr_place_rule {
    cdr_rule_head head;
    cdr_key_set categories;
    cdr_key_set only, never;                     /* keys of systems; "unregistered" stands for every place that no system claims */
} cdr_place_rule;

typedef enum cdr_retention_action { CDR_RETAIN_DELETE, CDR_RETAIN_ANONYMISE, CDR_RETAIN_MASK, CDR_RETAIN_REVIEW } cdr_retention_action;
extern const char *const cdr_retention_action_names[];   /* "delete", "anonymise", "mask", "review" */

/* How long: at most ->period after ->trigger, and not less than ->minimum where a law says so. */
typedef struct cdr_retention_rule {
    cdr_rule_head head;
    cdr_key_set categories;                      /* empty: every category */
    cdr_key_set purposes;                        /* keys of uses; empty: every purpose */
    cdr_key_set systems;                         /* keys; empty: all */
    const char *trigger;                         /* event in words: "last order" */
    cdr_key_set trigger_fields;                  /* columns that hold its date, "ordered_at"; "file" stands for the time the file was changed */
    bool has_period, has_minimum, indefinite;    /* indefinite: needs an approver */
    cdr_period period, minimum;
    const char *source, *source_as_of, *confidence;   /* of the law: citation, date, "high", "medium", "low"; "" unknown */
    cdr_retention_action action;
    const char *approver;
} cdr_retention_rule;

/* What we tell people, and what it means for a machine. */
typedef enum cdr_promise_kind {
    CDR_PROMISE_NEVER_USE,       /* uses (and, if given, categories): "we never sell" */
    CDR_PROMISE_NEVER_SHARE,     /* no recipient but those in recipients */
    CDR_PROMISE_NEVER_HOLD,      /* categories */
    CDR_PROMISE_DELETE_AFTER,    /* period (categories, systems) */
    CDR_PROMISE_ONLY_IN,         /* countries */
    CDR_PROMISE_ENCRYPTED,       /* systems that hold categories are encrypted */
    CDR_PROMISE_ONLY_COLLECT,    /* no other categories than these are collected */
    CDR_PROMISE_CONSENT_FIRST    /* uses only with consent */
} cdr_promise_kind;
extern const char *const cdr_promise_kind_names[];       /* "never use", … */
typedef struct cdr_promise {
    cdr_rule_head head;                          /* title: the words of the notice, "We never sell your data." */
    cdr_promise_kind kind;
    cdr_key_set uses, categories, systems, recipients, countries;
    cdr_period period;
} cdr_promise;

/* Somebody answers for breaking a rule for a while. */
typedef struct cdr_waiver {
    const char *rule;                            /* id of a rule or test */
    const char *system, *path, *category;        /* "" all; path as inventories show it, may end in / or be a glob */
    const char *reason, *approver, *where;
    const char *granted, *until;                 /* dates; until is needed, and is the last day */
} cdr_waiver;

/* --- purposes: what the filter hands on --- */

typedef enum cdr_generalise { CDR_GENERAL_AUTO, CDR_GENERAL_YEAR, CDR_GENERAL_MONTH, CDR_GENERAL_DECADE, CDR_GENERAL_AGE_BAND, CDR_GENERAL_PREFIX, CDR_GENERAL_NETWORK, CDR_GENERAL_ROUND, CDR_GENERAL_REGION } cdr_generalise;
typedef struct cdr_treatment {                   /* how one category is handed on */
    cdr_key_set categories;                      /* empty: of ->fields only */
    cdr_key_set fields;                          /* names of columns, "*" at an end matches; looked at before categories */
    cdr_form form;
    cdr_generalise how; uint32_t amount;         /* generalised: digits of a prefix, years of a band, step of rounding; 0 the default */
} cdr_treatment;
typedef struct cdr_purpose {
    const char *key, *title, *use;               /* use: key of the taxonomy */
    cdr_key_set subjects;
    const char *consent;                         /* records pass only with consent to this; "" none needed */
    cdr_key_set subject_field;                   /* columns that hold the key under which consents are recorded */
    const cdr_treatment *treatments; size_t treatment_count;   /* the first that fits counts */
    cdr_form other;                              /* personal data that no treatment names; default never */
    cdr_form unrecognised;                       /* columns in which nothing personal is seen; default plain */
    cdr_form free_text;                          /* findings inside of free text; default redacted */
    bool free_text_said;                         /* it is no default: columns of remarks are looked through, too */
    const char *where;
} cdr_purpose;

/* --- numbers that tests need --- */

typedef struct cdr_policy_limits {
    uint32_t stores_max;                         /* MIN-14: systems that may hold the same people's category, default 3 */
    uint32_t constant_percent;                   /* MIN-16: default 99 */
    uint32_t adequacy_months;                    /* MIN-22: a list older than that is stale, default 12 */
    const char *adequacy_as_of, *adequacy_source;
    cdr_key_set adequate;                        /* countries to which data may go freely; not known: unknown, ask counsel */
    const char *home_country;                    /* "" unknown */
} cdr_policy_limits;

/* An example the policy carries: judged by `candor policy test`. Facts and expectations stay JSON, as the file has them; case.c reads them. */
typedef struct cdr_policy_case { const char *name, *where; const json_t *given, *expect; } cdr_policy_case;

typedef struct cdr_policy {
    cdr_arena *arena;
    const char *name, *file;                     /* file: as messages name it */
    char sha256[65];                             /* of the text; "" until who loads the file fills it in (cli/policy.h): this room does not hash */
    const cdr_use_rule *rules;               size_t rule_count;
    const cdr_form_rule *forms;              size_t form_count;
    const cdr_place_rule *places;            size_t place_count;
    const cdr_retention_rule *retention;     size_t retention_count;
    const cdr_promise *promises;             size_t promise_count;
    const cdr_waiver *waivers;               size_t waiver_count;
    const cdr_purpose *purposes;             size_t purpose_count;
    const cdr_policy_case *cases;            size_t case_count;
    cdr_policy_limits limits;
    cdr_key_set tests_off;                       /* MIN tests that the owner does not want; told as "off", never as passed */
    json_t *tree;                                /* the file */
} cdr_policy;

/* Read a policy. ${file} names it in messages, which carry the path ("policy.yaml: rules[2].when.categories.any[0]") and the nearest
 * right word. CDR_E_INVAL on the first mistake; cdr_policy_mistakes lists up to 20. */
cdr_status cdr_policy_read(const char *text, size_t len, const char *file, cdr_policy **ret, cdr_err *err) CDR_NODISCARD;
/* All mistakes of ${text} (at most 20), as a JSON array of sentences; empty when there are none. */
cdr_status cdr_policy_mistakes(const char *text, size_t len, const char *file, json_t **ret, cdr_err *err) CDR_NODISCARD;
void cdr_policy_free(cdr_policy *p);             /* NULL is fine */
static inline void cdr_policy_freep(cdr_policy **p) { cdr_policy_free(*p); }

const cdr_purpose *cdr_policy_purpose(const cdr_policy *p, const char *key);    /* NULL: none of that key */

/* The policies that come with the program (playbooks/policies): NULL past the last. */
typedef struct cdr_policy_template { const char *key, *title, *text; size_t len; } cdr_policy_template;
const cdr_policy_template *cdr_policy_templates(size_t *ret_count);

#endif
