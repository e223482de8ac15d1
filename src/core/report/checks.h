/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in checks of the audit: pure judgements over plain facts. Each says what is wrong, why (law or standard with its section),
 * what shows it (no values), and the smallest remedy. Facts come from the inventory; tests make their own. */
#ifndef CDR_CORE_REPORT_CHECKS_H
#define CDR_CORE_REPORT_CHECKS_H

#include "core/report/audit.h"

typedef struct cdr_fact_holder {
    const char *party, *name;       /* key, name */
    bool is_us, vendor;             /* vendor: another firm, not a part of ours or an authority */
    const char *relation;
    int agreement;                  /* 1 signed and running, 0 none or run out, -1 nobody has said */
    bool breach_notice;             /* it is written down how soon they must tell us of a breach */
} cdr_fact_holder;

typedef struct cdr_fact_system {
    const char *key, *name;
    const char *folder;             /* unregistered: where it lies, as a claim names it; "" otherwise */
    bool registered, record;        /* record: system of record */
    const char *owner;
    int encrypted;                  /* 1, 0, -1 unknown */
    const char *backup_of;          /* key, "" none */
    const cdr_fact_holder *holders;
    size_t holder_count;
    uint64_t people, people_doubt;  /* at most; so many of them may be others counted twice */
    uint32_t families;              /* bit per family with medium or high findings */
    size_t activities;              /* processing activities that name it */
    bool special_condition;         /* one of them has a condition of Art. 9 */
    bool payments;                  /* one of them is about payment cards: their category itself, or the use payment_processing */
    bool retention;                 /* each of them says how long */
    int64_t keep_since_us;          /* what is older than this is kept too long; INT64_MIN when not said */
    const char *const *categories;  /* what its activities declare: fideslang keys */
    size_t category_count;
} cdr_fact_system;

typedef struct cdr_fact_finding {   /* one kind in one field */
    cdr_kind kind;
    const char *field;
    uint64_t sure;                  /* high and medium */
    uint64_t distinct, line;        /* line: the first that is known, 0 none */
    bool line_unsure;               /* an earlier line may hold one, too */
} cdr_fact_finding;

typedef struct cdr_fact_object {
    const char *path, *format;      /* as displayed */
    const char *real;               /* path that names are judged by; NULL: ->path */
    const char *file;               /* the outermost container as a command can name it; "" when that would show a value */
    int64_t object;                 /* not 0: the path is shown with masks, and this number leads to it */
    const char *outer, *outer_shown; /* the file it lies in, or is: told apart by, and as displayed; NULL: ->path */
    bool inside;                    /* a member of an archive or a table of a database, not a file of its own */
    size_t system;                  /* index into systems; places that nobody named are systems with registered false */
    bool everyone;                  /* every account of the machine can read it */
    int64_t mtime_us;               /* 0 unknown */
    uint64_t people, people_doubt;  /* as of systems */
    const cdr_fact_finding *findings;
    size_t finding_count;
    /* A copy: */
    const char *copy_of;            /* name of the system of record, or path of the twin; "" no copy */
    size_t copy_system;             /* index of the record, SIZE_MAX when it is a twin of another file */
    uint64_t shared, record_people;
} cdr_fact_object;

typedef struct cdr_fact_activity {
    const char *key, *name, *lawful_basis;    /* "" or "unknown": not said */
    bool retention;
    bool special;                   /* declares a special category */
    bool special_condition;
} cdr_fact_activity;

typedef struct cdr_facts {
    int64_t now_us;
    const cdr_fact_system *systems; size_t system_count;
    const cdr_fact_object *objects; size_t object_count;
    const cdr_fact_activity *activities; size_t activity_count;
    const cdr_audit_review *reviews; size_t review_count;
    const cdr_ctx *ctx;             /* NULL, or judging ends with CDR_E_CANCELLED once it is cancelled */
} cdr_facts;

/* What a rule is, apart from where it is broken. */
typedef enum cdr_rule_unit { CDR_UNIT_AMOUNT, CDR_UNIT_PLACES } cdr_rule_unit;
typedef struct cdr_rule {
    const char *id, *theme;         /* one thing of each theme stands among the five */
    cdr_severity severity;
    int ease;                       /* 3: a minute, 2: an hour, 1: a project */
    const char *title, *why, *law, *remedy;
    const char *one, *many;         /* headline: with the subject's name, with a number */
    cdr_rule_unit unit;             /* what the number counts */
    uint64_t reach;                 /* people it concerns at least, for its rank: a key opens more than the file it lies in */
} cdr_rule;
const cdr_rule *cdr_rules(size_t *ret_count);

/* Judging. */
typedef struct cdr_hit {
    const char *path, *system, *evidence, *command, *place;   /* "" where there is none; in the arena or static */
    cdr_severity severity;
    uint64_t amount, people;
    const char *note;               /* what the command does not do, or is to be done before it; NULL nothing */
} cdr_hit;
typedef struct cdr_checks cdr_checks;
/* For the judges: a rule is broken here. */
void cdr_checks_hit(cdr_checks *c, const char *rule, const cdr_hit *hit);
/* As above, once for ${file}: hits of its parts come one after another, and the worst of them speaks for it. */
void cdr_checks_hit_file(cdr_checks *c, const char *rule, const char *file, const cdr_hit *hit);
const char *cdr_checks_text(cdr_checks *c, const char *fmt, ...) CDR_PRINTF(2, 3);
const char *cdr_checks_number(cdr_checks *c, uint64_t n);             /* "4,870" */
const char *cdr_checks_people(cdr_checks *c, uint64_t most, uint64_t doubt);   /* "4,860 to 4,870 people", "1 person", "no people" */
/* A word for a command line, quoted where a shell needs it; "" when the name cannot be typed (it has escaped bytes). */
const char *cdr_checks_shell_word(cdr_checks *c, const char *path);
const cdr_facts *cdr_checks_facts(const cdr_checks *c);
void cdr_checks_object(cdr_checks *c, const cdr_fact_object *o);      /* checks_data.c */
void cdr_checks_register(cdr_checks *c);                              /* checks_register.c */

typedef struct cdr_check_result {
    cdr_audit_violation *violations; size_t violation_count;   /* most severe first, then most people */
    cdr_audit_todo *todo; size_t todo_count;                   /* at most five */
    uint64_t left_out;              /* beyond CDR_CHECK_HITS_MAX of one rule */
} cdr_check_result;
#define CDR_CHECK_HITS_MAX 2000
/* Everything in ${a}. */
cdr_status cdr_checks_run(const cdr_facts *facts, cdr_arena *a, cdr_check_result *ret, cdr_err *err) CDR_NODISCARD;

#endif
