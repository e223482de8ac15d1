/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's audit as plain data: built from the inventory by audit_build.c, rendered by the writers beside it. No value in
 * the clear anywhere. Strings live in ->arena. */
#ifndef CDR_CORE_REPORT_AUDIT_H
#define CDR_CORE_REPORT_AUDIT_H

#include "base/arena.h"
#include "base/severity.h"
#include "candor/detect.h"
#include "core/policy/judge.h"

typedef struct cdr_audit_holder {
    const char *party;             /* name; the organisation itself is "you" */
    bool is_us;
    const char *relation;          /* "responsible", "hosts", "stores", "shares" */
    bool ours;                     /* a part of the organisation, such as a department */
} cdr_audit_holder;

typedef struct cdr_audit_system {
    const char *key, *name;
    bool registered;               /* false: found outside every registered system */
    const char *location;          /* country or place, "" unknown */
    const char *owner;             /* "" unknown */
    int encrypted;                 /* 1 yes, 0 no, -1 unknown */
    const char *backup_of;         /* system key or "" */
    cdr_audit_holder *holders;
    size_t holder_count;
    uint64_t objects, people_min, people_max;
    bool people_about;             /* estimated: the bounds are three standard errors from the estimate */
    uint64_t by_family[CDR_FAMILY__MAX];   /* as in cdr_inv_system: distinct values, or entries of what people share */
    size_t violations;
} cdr_audit_system;

typedef struct cdr_audit_overlap { size_t a, b; uint64_t shared; } cdr_audit_overlap;   /* indexes into systems */

typedef struct cdr_audit_place {   /* an object with something worth naming: duplicate, secret, special category */
    const char *path, *system;     /* system name, "" when unregistered */
    const char *what;              /* "AWS access key", "health", "copy of Order database" */
    const char *where;             /* "line 214", "column cvv", "4,870 of 5,000 people" */
    const char *masked;            /* "" when there is none */
    uint64_t count;
    cdr_severity severity;
} cdr_audit_place;

typedef struct cdr_audit_violation {
    const char *rule;              /* "AUD-01" */
    cdr_severity severity;
    const char *title, *why, *path, *system, *evidence, *remedy, *command;
    const char *law;               /* "PCI DSS 4.0.1, 3.3.1"; "" when it is good practice only */
    const char *headline;          /* what to do, with numbers: "Delete 212 card verification codes" */
    const char *place;             /* name of the system or of the unregistered place it belongs to, "" neither */
    uint64_t people;
    const char *note;              /* to be read before the command is given; NULL or "" nothing */
} cdr_audit_violation;

typedef struct cdr_audit_todo { cdr_severity severity; const char *headline, *detail, *command, *rule, *note; } cdr_audit_todo;

/* A playbook whose review is overdue. */
typedef struct cdr_audit_review { const char *name; int64_t due_us; } cdr_audit_review;

/* Objects that were not read in full for one reason. */
typedef struct cdr_audit_gap {
    const char *reason_id, *reason;
    bool partial;                  /* read in part */
    uint64_t count, bytes;         /* bytes: size of the objects */
    const char *const *names;      /* the first of them */
    size_t name_count;
} cdr_audit_gap;
#define CDR_AUDIT_GAP_NAMES 20

typedef struct cdr_audit_unread {  /* one such object */
    const char *path, *system, *format, *reason_id, *reason;
    bool partial;
    uint64_t size, bytes_read;
} cdr_audit_unread;

typedef struct cdr_audit_change { const char *what; const char *path; int direction; /* +1 new, -1 gone, 0 changed */ bool set_aside; /* not gone, but set aside */ } cdr_audit_change;

typedef struct cdr_audit_activity {   /* one row of the record of processing activities */
    const char *function, *purpose, *joint_controller, *subjects, *categories, *recipients, *processor_contract, *transfers,
        *safeguards, *retention, *security, *lawful_basis, *special_condition, *systems, *source, *legitimate_interest, *interest_assessment, *rights,
        *automated_decisions, *consent_record, *dpia_required, *dpia_progress, *dpia_link;   /* "" where nothing is said */
    const char *special_basis;     /* basis again, where special or criminal data are among the categories */
    const char *retention_link;    /* where the retention policy stands */
    const char *kept, *kept_why;   /* retained and erased as said: "yes", "no", "" unknown */
    bool processor;                /* done for somebody else: stands in the processor's register */
} cdr_audit_activity;

/* What is over age in one object, or could not be counted. */
typedef struct cdr_audit_kept { const char *path, *system, *rule, *oldest, *trigger, *reason; bool known; uint64_t rows, over_age; } cdr_audit_kept;

/* What the policy of the organisation says. */
typedef struct cdr_audit_policy {
    const char *name;
    const char *check;                           /* the command that tells all of it, as it can be typed here */
    const cdr_verdict *verdicts; size_t count;   /* as cdr_judgement */
    const bool *is_promise;                      /* by verdict: of a promise of the notice */
    uint64_t by_result[8], severe;
    const cdr_audit_kept *kept; size_t kept_count;
} cdr_audit_policy;

/* An earlier audit, from the ledger. */
typedef struct cdr_audit_point { int64_t at_us; uint64_t people_min, people_max, systems, unregistered, violations, severe; int64_t scan; char scope[33]; int64_t broken; /* of the policy; -1: there was none */ } cdr_audit_point;   /* scope: keyed id of what was audited, "" all */

/* One row of findings.csv / one result of findings.sarif: a kind in a field of an object. */
typedef struct cdr_audit_finding {
    const char *system, *path, *field, *format;
    cdr_kind kind;
    const char *rule_name;         /* id of the user's detector, or NULL */
    uint64_t high, medium, low, suppressed, distinct;
    float confidence;
    uint64_t line, offset;         /* first sample */
    const char *masked;
    const char *value_id;          /* hex keyed id of the first sample: stable fingerprint */
    const char *explanation;
    const char *rule_title, *rule_category;   /* of the user's detector; NULL: its id, none */
} cdr_audit_finding;
const char *cdr_audit_finding_id(const cdr_audit_finding *f);         /* kind or detector */
const char *cdr_audit_finding_title(const cdr_audit_finding *f);
const char *cdr_audit_finding_category(const cdr_audit_finding *f);

#define CDR_AUDIT_LEAST 0.2f       /* confidence below which a finding is hardly more than its shape */

typedef struct cdr_audit {
    cdr_arena *arena;
    const char *org, *program_version, *ruleset_version;
    const char *contact, *country;  /* of the organisation; "" unknown */
    const char *dpo, *representative;   /* name and contact; "" or NULL none declared */
    bool interrupted;               /* stopped by the user: what was not reached is missing everywhere below */
    int64_t at_us, previous_us;    /* previous_us 0: first audit */
    const char *const *targets;
    size_t target_count;
    uint64_t objects, complete, partial, skipped, unchanged, bytes_read, suppressed;
    uint64_t own_folders;           /* workspaces and reports of ours that the scan met and left out */
    uint64_t weak_left_out;         /* rows of findings below CDR_AUDIT_LEAST that each_finding leaves out */
    uint64_t findings_high, findings_medium, findings_low;
    uint64_t people_min, people_max; bool people_about;
    cdr_audit_system *systems;      size_t system_count;      /* registered first, by people */
    cdr_audit_overlap *overlaps;    size_t overlap_count;
    cdr_audit_place *copies;        size_t copy_count;
    cdr_audit_place *secrets;       size_t secret_count;
    cdr_audit_place *special;       size_t special_count;
    cdr_audit_place *unregistered;  size_t unregistered_count;
    cdr_audit_violation *violations; size_t violation_count;  /* most severe first */
    uint64_t violations_left_out;   /* the same rule broken in so many places that not all are listed */
    cdr_audit_todo *todo;           size_t todo_count;        /* at most five */
    const cdr_audit_policy *policy;  /* NULL: there is none */
    cdr_audit_gap *gaps;            size_t gap_count;
    cdr_audit_change *changes;      size_t change_count;
    cdr_audit_activity *activities; size_t activity_count;
    cdr_audit_point *history;       size_t history_count;     /* earlier audits, oldest first; may be empty */
    uint64_t elsewhere;             /* objects that the workspace knows and this report is not about */
    char scope[33];                 /* as in cdr_audit_point */
    const char *program, *workspace;  /* how commands call the program; --workspace they need, "" or NULL none */
    const char *cwd;                /* where the audit was made, "" or NULL unknown */
    int64_t scan;                  /* number of the scan that was judged, 0 none */
    const char *folder;            /* where its files will lie, as a command can name it; NULL unknown */
    uint64_t ledger_size;
    const char *ledger_root;       /* hex */
    /* Findings can be many: they are streamed. Calls ${fn} once per row until it returns another status than CDR_OK. */
    cdr_status (*each_finding)(const struct cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_finding *f), void *arg, cdr_err *err);
    /* Every object that was not read in full, likewise. */
    cdr_status (*each_unread)(const struct cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_unread *u), void *arg, cdr_err *err);
    void *source;                  /* for both */
} cdr_audit;

/* The answer, one sentence ("Customer data lies in 9 places. You named 6.") and the paragraph below it; appended to ${out}. */
struct cdr_buf;
void cdr_audit_headline(const cdr_audit *a, struct cdr_buf *out);
void cdr_audit_answer(const cdr_audit *a, struct cdr_buf *out);
/* "54 things break your policy, Small shop; …": there must be one. */
void cdr_policy_sentence(const cdr_audit *a, struct cdr_buf *out);
/* What kept parts from being looked at, or an interruption. */
bool cdr_audit_is_complete(const cdr_audit *a);

/* The answer without its lists, as members of the object that is open in ${w}. */
struct cdr_json_writer;
void cdr_audit_summary_json(const cdr_audit *a, struct cdr_json_writer *w);

/* Writers: each renders the whole file into ${path} atomically. */
cdr_status cdr_audit_write_html(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_audit_write_json(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_audit_write_csv(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD;      /* findings.csv */
cdr_status cdr_audit_write_coverage(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD; /* coverage.csv: what was not read in full */
cdr_status cdr_audit_write_sarif(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_audit_write_ropa(const cdr_audit *a, const char *path, cdr_err *err) CDR_NODISCARD;
/* The terminal summary: the answer, the five things, coverage. ${width} columns, ${colour} ANSI. */
cdr_status cdr_audit_write_terminal(const cdr_audit *a, unsigned width, bool colour, struct cdr_buf *out, cdr_err *err) CDR_NODISCARD;
void cdr_audit_free(cdr_audit *a);

#endif
