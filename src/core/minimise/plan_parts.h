/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as plain data, and the calls that make it, keep it and carry it out (docs/internals/minimise.md). Texts are never NULL and live in
 * the plan's arena. Paths in a plan are shown as reports show them, with values masked; the real ones stay in the database. */
#ifndef CDR_CORE_MINIMISE_PLAN_PARTS_H
#define CDR_CORE_MINIMISE_PLAN_PARTS_H

#include "base/json.h"
#include "base/sketch.h"
#include "core/minimise/facts.h"
#include "core/minimise/holds.h"
#include "core/minimise/plan.h"

#define CDR_PLAN_FORMAT "candor-plan@1"
#define CDR_PLAN_STEPS_MAX 20000
#define CDR_PLAN_BYTES_MAX ((size_t)64 << 20)

typedef enum cdr_planned_how { CDR_PLANNED_DO, CDR_PLANNED_HAND, CDR_PLANNED_HELD } cdr_planned_how;
extern const char *const cdr_planned_names[];    /* "do", "by hand", "held" */

/* What is left of it after it was done (the residue test). */
typedef enum cdr_outcome { CDR_OUTCOME_NONE, CDR_ERASED, CDR_ANONYMISED, CDR_PSEUDONYMISED, CDR_GOVERNED, CDR_UNVERIFIED, CDR_OUTCOME__MAX } cdr_outcome;
extern const char *const cdr_outcome_names[];    /* "", "erased", "anonymised", "pseudonymised", "governed by retention", "unverified" */

/* What asks for a step. */
typedef struct cdr_planned_why { const char *rule, *test, *title; } cdr_planned_why;

/* Why a file was left as it was while the others of the plan were done. */
typedef enum cdr_refusal { CDR_REFUSED_NOT, CDR_REFUSED_CHANGED, CDR_REFUSED_HELD, CDR_REFUSED_KEPT, CDR_REFUSED_OTHER, CDR_REFUSAL__MAX } cdr_refusal;
extern const char *const cdr_refusal_words[];    /* sentences */

typedef struct cdr_planned {
    cdr_planned_how how;
    cdr_step step;
    const char *const *verdicts; size_t verdict_count;   /* ids */
    const char *const *rules; size_t rule_count;
    const cdr_planned_why *why; size_t why_count;        /* the same rules with their tests and titles */
    const char *shown;           /* path, masked */
    const char *system;          /* key, "" unregistered */
    const char *text;            /* what it does, why it must be done by hand, or which hold stops it */
    const char *merged;          /* what it replaced: "emptying phone instead of masking it", "" nothing */
    int64_t hold;                /* CDR_PLANNED_HELD: its number */
    int64_t kept;                /* a copy goes because this object has the same bytes: it must still have them when the copy goes; 0 none */
    const char *kept_shown;      /* its path, masked */
    cdr_step_effect effect;
    uint64_t people_min, people_max;
    size_t unit;                 /* CDR_PLANNED_DO: index of its file */
} cdr_planned;

/* A file and the steps that change it together: ->steps[first .. first + count) of the plan. */
typedef struct cdr_plan_unit {
    const char *path;            /* as the inventory writes it; from the database, not in the document */
    const char *shown, *system;
    char path_id[33];            /* keyed hash of ->path */
    cdr_target_state state;
    size_t first, count;
    int status;                  /* 0 pending, 1 begun, 2 done, 3 refused */
    cdr_refusal refusal;
    bool has_after, after_gone;
    uint8_t after[32];
} cdr_plan_unit;

typedef struct cdr_plan_gap { const char *kind, *what, *system; } cdr_plan_gap;   /* kind: "backup", "copy", "holder", "hard link", "snapshot", "elsewhere" */

typedef struct cdr_plan {
    cdr_arena *arena;
    int64_t row;                 /* in the database; 0 not kept */
    int status;                  /* 0 made, 1 begun, 2 done */
    char sha256[65], id[13];
    int64_t made_us;
    const char *policy_name, *policy_sha256;
    int64_t scan;                /* number of the newest scan it goes by */
    const int64_t *holds; size_t hold_count;        /* by person, in force when it was counted */
    cdr_planned *steps; size_t step_count;          /* those to do first, file by file; then by hand, then held */
    cdr_plan_unit *units; size_t unit_count;
    const cdr_plan_gap *gaps; size_t gap_count;
    uint64_t left_out;           /* verdicts beyond what one rule lists; only when it was just made */
    json_t *document;
} cdr_plan;
void cdr_plan_free(cdr_plan *p);
static inline void cdr_plan_freep(cdr_plan **p) { cdr_plan_free(*p); }

/* --- where a thing of the inventory lies (store_plan.c) --- */

typedef struct cdr_place {
    int64_t object, container_object;
    const char *path, *container, *format, *system, *system_name;
    int coverage;
    uint64_t people_min, people_max, known_size;
    int64_t known_mtime_us;      /* of the container, when it was last read; 0 unknown */
} cdr_place;

/* One kind of value in one field of an object of a file, as the last scan saw it. */
typedef struct cdr_held_kind {
    int64_t object;
    const char *path, *inside, *field, *kind, *category, *system;
    int coverage;
    uint64_t low, strong;        /* findings; strong: medium and above */
    bool has_sketch;
    cdr_sketch values;           /* lent for the call */
} cdr_held_kind;
typedef cdr_status cdr_held_kind_fn(void *arg, const cdr_held_kind *k);

/* --- plan_steps.c: from verdicts to steps. Pure: places come by a call --- */

typedef struct cdr_plan_wishes {
    const char *const *only; size_t only_count;      /* ids of verdicts, of rules or tests; none: all */
    const char *system;          /* NULL: all */
    const char *move_to;         /* folder of the system of record; NULL: moves are done by hand */
} cdr_plan_wishes;
/* Every rule and every test has some verdict, be it that it passed: a word of ${w} without one is mistyped. CDR_NOT_FOUND. */
cdr_status cdr_plan_check_words(const cdr_judgement *j, const cdr_plan_wishes *w, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_place_fn(void *arg, int64_t object, cdr_place *ret, cdr_err *err);   /* CDR_NOT_FOUND: no such object */
/* Fills steps (unsorted effects, no units): one per target and action. */
cdr_status cdr_plan_steps_make(const cdr_judgement *j, const cdr_plan_wishes *w, cdr_place_fn *place, void *arg, cdr_plan *p, cdr_err *err) CDR_NODISCARD;

/* --- plan_document.c --- */

/* Canonical JSON of the plan, its hash and id. */
cdr_status cdr_plan_write(cdr_plan *p, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_plan_read(const char *text, size_t len, const char *where, cdr_plan **ret, cdr_err *err) CDR_NODISCARD;

/* --- making and carrying out: what they need of the caller --- */

typedef struct cdr_plan_context {
    cdr_workspace *ws;
    cdr_inventory *inv;
    const cdr_policy *policy;
    const cdr_ruleset *ruleset;
    /* Before each file; may be NULL. */
    void (*progress)(void *arg, size_t done, size_t all, const char *shown);
    void *arg;
} cdr_plan_context;

/* Judge, plan, count by a dry run; nothing is changed and nothing kept. */
cdr_status cdr_plan_make(const cdr_plan_context *c, const cdr_plan_wishes *w, cdr_plan **ret, cdr_err *err) CDR_NODISCARD;
/* Keep it in the database and enter remedy.plan in the ledger; the same plan again is kept once. */
cdr_status cdr_plan_keep(const cdr_plan_context *c, cdr_plan *p, cdr_err *err) CDR_NODISCARD;
/* ${id}: at least 6 digits of its id. CDR_NOT_FOUND. With how far it has come. */
cdr_status cdr_plan_load(cdr_workspace *ws, const char *id, cdr_plan **ret, cdr_err *err) CDR_NODISCARD;
/* A plan handed over as a file: CDR_DENIED unless it is, to the byte, one that was made here. */
cdr_status cdr_plan_load_text(cdr_workspace *ws, const char *text, size_t len, const char *where, cdr_plan **ret, cdr_err *err) CDR_NODISCARD;

/* --- plan_hold.c --- */

/* Holds by person that reach into one file: what cdr_execution.held is given. */
typedef struct cdr_held_people { const cdr_secret *key; const cdr_hold **at; size_t len; } cdr_held_people;
bool cdr_held_value(void *held, const char *value, size_t len);

/* What holds mean for one step. */
typedef struct cdr_step_hold {
    const cdr_hold *stop;        /* stops it as a whole */
    const char *why;             /* its sentence, without names */
    const cdr_hold *person;      /* somebody's records may be among what it touches… */
    bool sure;                   /* …and were seen there */
} cdr_step_hold;
struct cdr_plan_store;
/* For each step of ${u}, whose file is ${file}; and the people held there. In ${a}. */
cdr_status cdr_plan_holds(struct cdr_plan_store *st, const cdr_holds *h, const cdr_secret *key, const cdr_plan *p, const cdr_plan_unit *u, const char *file, cdr_arena *a,
                          cdr_step_hold *ret, cdr_held_people *ret_people, cdr_err *err) CDR_NODISCARD;
/* After a dry run: a hold by person that reaches it stops a step which could not ask about each record, or did not meet the one that was seen. */
const char *cdr_step_hold_unmet(const cdr_step_hold *h, const cdr_step_effect *e);

/* --- plan_along.c: which tables of the file of ${u} may lose rows only because rows they refer to go: nothing in them is under a minimum, kept
 * without end, or held --- */
typedef struct cdr_plan_along { const cdr_along *at; size_t len; } cdr_plan_along;
struct cdr_retention_world;
cdr_status cdr_plan_find_along(struct cdr_plan_store *st, struct cdr_retention_world *w, const cdr_plan *p, const cdr_plan_unit *u, cdr_arena *a, cdr_plan_along *ret, cdr_err *err) CDR_NODISCARD;

/* --- plan_gaps.c: what no step of ${p} reaches --- */
cdr_status cdr_plan_find_gaps(const cdr_plan_context *c, struct cdr_plan_store *st, cdr_plan *p, cdr_err *err) CDR_NODISCARD;

/* --- plan_run.c: as cdr_execute, with moves and rights --- */
cdr_status cdr_plan_execute(const cdr_execution *e, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err) CDR_NODISCARD;
/* Nobody but owner and group. */
cdr_status cdr_plan_revoke(const char *file, bool dry, cdr_step_effect *ret, cdr_err *err) CDR_NODISCARD;

/* --- apply.c --- */

/* May it be carried out now? The policy is the one it was made with, no hold covers a step that is still to be done, every file is as it was
 * then or as the plan leaves it. CDR_DENIED with the first thing that speaks against it; nothing is changed. */
cdr_status cdr_plan_check(const cdr_plan_context *c, cdr_plan *p, cdr_err *err) CDR_NODISCARD;
/* Check, then change file by file what is still to be done. Killed at any moment it is finished by calling it again. CDR_E_CANCELLED: stopped
 * between two files. A file that is not as it was agreed to any more, once the first was begun, is left and noted, and the others are done.
 * ->units[] say how far it has come. */
cdr_status cdr_plan_apply(const cdr_plan_context *c, cdr_plan *p, cdr_err *err) CDR_NODISCARD;
size_t cdr_plan_units_done(const cdr_plan *p);
size_t cdr_plan_units_refused(const cdr_plan *p);
/* The verdict on a step that was to be done, in a word: "not done" where its file was refused. */
const char *cdr_plan_verdict(const cdr_plan *p, size_t step, cdr_outcome o);

/* --- residue.c: after the files were scanned again --- */

/* Judge each step, keep what was erased, make the receipt and enter it in the ledger. ${rescanned}: the scan of what is left was complete. */
cdr_status cdr_plan_finish(const cdr_plan_context *c, cdr_plan *p, bool rescanned, cdr_err *err) CDR_NODISCARD;
/* Before anything changes: what the files hold now. In the caller's transaction. */
cdr_status cdr_residue_note(struct cdr_plan_store *st, const cdr_plan *p, int64_t at_us, cdr_err *err) CDR_NODISCARD;

/* --- receipt.c --- */

struct cdr_step_done;
cdr_status cdr_receipt_make(const cdr_plan_context *c, struct cdr_plan_store *st, const cdr_plan *p, const struct cdr_step_done *done, cdr_err *err) CDR_NODISCARD;

/* The file itself: unescaped, if need be. In ${a}. */
const char *cdr_plan_file(const char *path, cdr_arena *a);
/* ${count} steps of one file as the executor wants them: with the file's real name. NULL: no memory. */
cdr_step *cdr_plan_steps_of(const cdr_planned *at, size_t count, const char *file, cdr_arena *a);

#endif
