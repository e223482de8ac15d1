/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: remedies with what each would change, made as a dry run, kept in the database, carried out exactly and once. A plan is a file
 * too (JSON, canonical, its id is its hash): what was agreed to is what is done. */
#ifndef CDR_CORE_MINIMISE_PLAN_H
#define CDR_CORE_MINIMISE_PLAN_H

#include "core/inventory/query.h"
#include "core/minimise/transform.h"
#include "core/policy/judge.h"

typedef enum cdr_action { CDR_ACT_DELETE_FILE, CDR_ACT_PURGE_ROWS, CDR_ACT_NULL_COLUMN, CDR_ACT_MASK_COLUMN, CDR_ACT_REDACT_TEXT, CDR_ACT_MOVE, CDR_ACT_REVOKE, CDR_ACT_BY_HAND } cdr_action;
extern const char *const cdr_action_names[];     /* "delete file", "purge rows", "null column", "mask column", "redact text", "move", "revoke", "by hand" */

/* A thing to change: "/data/shop.db!/customer" lies in the file "/data/shop.db". Unescaped paths, absolute. */
typedef struct cdr_target {
    const char *file, *inside;   /* inside: table or archive member, "" none */
    const char *format;          /* as observed: "csv", "sqlite-table"… */
    int64_t object;              /* in the inventory */
} cdr_target;

typedef struct cdr_step {
    cdr_action action;
    cdr_target target;
    const char *const *columns; size_t column_count;   /* to null or mask */
    cdr_transform transform;
    const char *const *categories; size_t category_count;   /* redact text: findings of these and what lies below; none: all that is personal */
    const char *purpose;         /* whose keys hash; "" "remedy" */
    const char *trigger_field, *cutoff;   /* purge rows: column ("file" is not possible here), rows dated before this day */
    const char *destination;     /* move: file */
    const char *hand;            /* by hand: what to do, in words */
} cdr_step;

/* What a step did, or would do. */
typedef struct cdr_step_effect {
    uint64_t rows, values, bytes;        /* rows that go, values changed, bytes that go */
    uint64_t rows_unknown;               /* rows whose trigger date is missing or cannot be read: they stay */
    uint64_t rows_after;
    uint64_t rows_held;                  /* rows that a legal hold by person keeps as they are */
    bool held_asked;                     /* every record was asked about ->held: a hold by person does not stop the step as a whole */
    const char *note;                    /* what is not covered, "" nothing; static or in the arena */
} cdr_step_effect;

/* The state by which a target is recognised as unchanged: SHA-256 of the file's bytes (of a database: of its pages and journal as read in
 * one transaction), size, mode, owner. */
typedef struct cdr_target_state { uint8_t sha256[32]; uint64_t size; uint32_t mode, uid, gid; uint64_t dev, ino; } cdr_target_state;
cdr_status cdr_target_observe(const cdr_target *t, cdr_target_state *ret, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND: it is gone */

/* Before anything is changed: may this user write there at all? CDR_DENIED with a sentence. */
cdr_status cdr_target_writable(const cdr_target *t, cdr_err *err) CDR_NODISCARD;

/* It was changed by a run that was killed right after: what follows a change to a database is made good, as far as that can be done. */
void cdr_target_tidy(const cdr_target *t, const cdr_ctx *ctx);

/* A table of a database whose rows may (->why NULL) or may not go along with rows they refer to. */
typedef struct cdr_along { const char *table, *why; } cdr_along;

/* Executors (rest_file.c, rest_sqlite.c). ${dry}: count only. Otherwise atomic: after a kill at any moment the target is as before or as
 * after. Steps of one file come together: a file is rewritten once, a database changed in one transaction in the order of its foreign keys.
 * CDR_DENIED: the target is not in state ${expected} any more (not looked at when dry). */
typedef struct cdr_execution {
    const cdr_ctx *ctx;
    const cdr_step *steps; size_t step_count;        /* all of one file */
    const cdr_target_state *expected;
    const cdr_purpose_keys *keys;
    const cdr_ruleset *ruleset;                      /* for redaction */
    cdr_arena *arena;
    bool dry;
    /* A record in which this value stands stays as it is (a legal hold by person). NULL: there is no such hold. An executor that goes record
     * by record asks about every cell of each, whatever its column, and says so in ->held_asked; one that cannot leaves that false. */
    bool (*held)(void *arg, const char *value, size_t len); void *held_arg;
    /* Rows that would go only because they refer to rows that go (ON DELETE CASCADE) go when their table is listed without a reason against it;
     * otherwise the steps are refused with the table's name. Rows with a step of their own are not asked about. NULL: all may. */
    const cdr_along *along; size_t along_count;
    /* The new content is complete and durable beside the old, and is about to take its place: the caller writes its state down first, so that
     * a run that is killed right after is understood. Any other status than CDR_OK: nothing is changed. NULL is fine; not asked when dry or
     * when a file goes. ${after}: dev and ino need not be set. */
    cdr_status (*ready)(void *arg, const cdr_target_state *after, cdr_err *err); void *ready_arg;
} cdr_execution;
cdr_status cdr_execute(const cdr_execution *e, cdr_step_effect *ret /* one per step */, cdr_target_state *ret_after /* not when dry */, cdr_err *err) CDR_NODISCARD;

#endif
