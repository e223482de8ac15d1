/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out a plan. Everything is checked before anything is changed. What happens to a file is written down before and after it happens,
 * each in a transaction of its own: begun, the hash it is about to get, done. A file is therefore always recognised after a kill: as it was, then
 * its steps are run; with the noted hash, then they were run. Anything else is somebody else's change, and nothing more is done. */
#include "core/minimise/store_plan.h"

#include "base/fault.h"
#include "core/minimise/retention.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct applying {
    const cdr_plan_context *c;
    cdr_plan *p;
    cdr_plan_store st;
    cdr_db *db;
    const cdr_ctx *ctx;
    cdr_holds *holds;
    cdr_purpose_keys *keys;
    cdr_retention_world *world;
    cdr_arena *arena, *rules;    /* of one file; of the world */
    bool going_on;               /* it was begun: a file that was changed meanwhile does not stop the others */
    cdr_err *err;
} applying;

static void kill_point(void)
{
    if (cdr_fault(CDR_FAULT_STOP))
        (void)raise(SIGKILL);
}

size_t cdr_plan_units_done(const cdr_plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->unit_count; i++)
        n += p->units[i].status == 2;
    return n;
}

size_t cdr_plan_units_refused(const cdr_plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->unit_count; i++)
        n += p->units[i].status == 3;
    return n;
}

static size_t units_left(const cdr_plan *p)
{
    return p->unit_count - cdr_plan_units_done(p) - cdr_plan_units_refused(p);
}

/* --- the state of a file --- */

static const cdr_step *first_step(const cdr_plan *p, const cdr_plan_unit *u)
{
    return &p->steps[u->first].step;
}

static bool goes(const cdr_plan *p, const cdr_plan_unit *u)
{
    return first_step(p, u)->action == CDR_ACT_DELETE_FILE || first_step(p, u)->action == CDR_ACT_MOVE;
}

static bool only_rights(const cdr_plan *p, const cdr_plan_unit *u)
{
    return u->count == 1 && first_step(p, u)->action == CDR_ACT_REVOKE;
}

static bool same_state(const cdr_target_state *a, const cdr_target_state *b)
{
    return !memcmp(a->sha256, b->sha256, sizeof a->sha256) && a->size == b->size && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

static cdr_status observe(const char *file, cdr_target_state *ret, cdr_err *err)
{
    return cdr_target_observe(&(cdr_target){.file = file, .inside = "", .format = ""}, ret, err);
}

/* Moved: the same bytes are where they should have gone. */
static bool has_arrived(const cdr_plan *p, const cdr_plan_unit *u)
{
    cdr_target_state there;
    const cdr_step *s = first_step(p, u);
    return s->action == CDR_ACT_DELETE_FILE || (observe(s->destination, &there, NULL) == CDR_OK && !memcmp(there.sha256, u->state.sha256, 32));
}

typedef enum found { AS_IT_WAS, ALREADY_DONE, CHANGED } found;

static cdr_status look(const applying *a, const cdr_plan_unit *u, const char *file, found *ret)
{
    cdr_target_state now;
    cdr_err why = {0};
    cdr_status s = observe(file, &now, &why);
    *ret = CHANGED;
    if (s == CDR_NOT_FOUND) {
        if (u->status == 1 && u->after_gone && has_arrived(a->p, u))
            *ret = ALREADY_DONE;
        return CDR_OK;
    }
    if (s != CDR_OK) {
        if (a->err)
            *a->err = why;
        return s;
    }
    bool content = !memcmp(now.sha256, u->state.sha256, sizeof now.sha256);
    if (same_state(&now, &u->state))
        *ret = AS_IT_WAS;
    else if (u->status == 1 && only_rights(a->p, u) && content && !(now.mode & 07) && (now.mode | 07) == (u->state.mode | 07))
        *ret = ALREADY_DONE;
    else if (u->status == 1 && u->has_after && !memcmp(now.sha256, u->after, sizeof now.sha256) && now.uid == u->state.uid)
        *ret = ALREADY_DONE;
    return CDR_OK;
}

/* --- what speaks against it --- */

static cdr_status check_policy(const applying *a)
{
    if (!strcmp(a->p->policy_sha256, a->c->policy->sha256))
        return CDR_OK;
    return cdr_fail(a->err, CDR_DENIED, "minimise", "apply.policy", "The policy was changed since plan %s was made; nothing was changed. Make a new plan with candor policy plan.", a->p->id);
}

static bool was_counted(const cdr_plan *p, int64_t hold)
{
    for (size_t i = 0; i < p->hold_count; i++)
        if (p->holds[i] == hold)
            return true;
    return false;
}

/* One that ended since kept records as they are: without it more would change than was agreed to. */
static bool hold_ended(const applying *a, const cdr_plan_unit *u)
{
    bool kept = false, ended = false;
    for (size_t i = 0; i < u->count; i++)
        kept = kept || a->p->steps[u->first + i].effect.rows_held;
    for (size_t i = 0; i < a->p->hold_count && kept && !ended; i++) {
        ended = true;
        for (size_t k = 0; k < cdr_holds_count(a->holds) && ended; k++)
            ended = cdr_holds_get(a->holds, k)->id != a->p->holds[i];
    }
    return ended;
}

/* Holds by person that were there when the plan was made are kept to by the executor; a later one needs a new dry run. */
static cdr_status check_holds(const applying *a, const cdr_plan_unit *u, const char *file, cdr_held_people *people)
{
    cdr_step_hold *holds = cdr_arena_alloc(a->arena, (u->count + 1) * sizeof *holds);
    if (!holds)
        return cdr_fail_nomem(a->err, "minimise");
    cdr_status s = cdr_plan_holds((cdr_plan_store *)(uintptr_t)&a->st, a->holds, cdr_workspace_key(a->c->ws, CDR_KEY_VALUE_ID), a->p, u, file, a->arena, holds, people, a->err);
    for (size_t i = 0; s == CDR_OK && i < u->count; i++) {
        const cdr_hold *stop = holds[i].stop;
        if (!stop && holds[i].person && !was_counted(a->p, holds[i].person->id))
            stop = holds[i].person;
        if (stop)
            s = cdr_fail(a->err, CDR_DENIED, "minimise", "apply.hold", "Hold %lld (%.60s) now covers step %zu (%.120s); nothing was changed. Make a new plan with candor policy plan.",
                         (long long)stop->id, stop->name, u->first + i + 1, u->shown);
    }
    if (s == CDR_OK && hold_ended(a, u))
        s = cdr_fail(a->err, CDR_DENIED, "minimise", "apply.hold-ended", "A hold that kept records of %.200s was released since the plan was made; nothing was changed. Make a new plan with candor policy plan.", u->shown);
    return s;
}

/* Holds that came after the plan also stop rows that would only go along; which tables those are, the database tells too late. */
static cdr_status check_new_holds(applying *a, const cdr_plan_unit *u)
{
    cdr_plan_along along;
    cdr_status s = cdr_plan_find_along(&a->st, a->world, a->p, u, a->arena, &along, a->err);
    for (size_t i = 0; s == CDR_OK && i < cdr_holds_count(a->holds); i++) {
        const cdr_hold *h = cdr_holds_get(a->holds, i);
        for (size_t k = 0; s == CDR_OK && !h->person_count && h->placed_us > a->p->made_us + 1000000 && k < along.len; k++) {
            const char *path = cdr_arena_printf(a->arena, "%s!/%s", u->path, along.at[k].table);
            if (!path)
                return cdr_fail_nomem(a->err, "minimise");
            if (cdr_hold_reaches(h, u->system, path, ""))
                s = cdr_fail(a->err, CDR_DENIED, "minimise", "apply.hold", "Hold %lld (%.60s) now covers %.80s in %.200s, which may be changed along; nothing was changed. Make a new plan with candor policy plan.",
                             (long long)h->id, h->name, along.at[k].table, u->shown);
        }
    }
    return s;
}

/* A copy goes only while the file whose copy it is still has the same bytes, or those that this very plan gave it. */
static cdr_status check_kept(applying *a, const cdr_plan_unit *u, const char *file)
{
    const cdr_planned *step = &a->p->steps[u->first];
    cdr_place place = {0};
    cdr_target_state kept = {0};
    struct stat st, own;
    if (!step->kept)
        return CDR_OK;
    cdr_status s = cdr_store_place(&a->st, step->kept, a->arena, &place, a->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    const char *other = s == CDR_OK ? cdr_plan_file(place.path, a->arena) : NULL;
    bool same = other && observe(other, &kept, NULL) == CDR_OK && !lstat(other, &st) && !lstat(file, &own) && (st.st_dev != own.st_dev || st.st_ino != own.st_ino || own.st_nlink > 1);
    bool equal = same && kept.size == u->state.size && !memcmp(kept.sha256, u->state.sha256, sizeof kept.sha256);
    for (size_t i = 0; same && !equal && i < a->p->unit_count; i++) {
        const cdr_plan_unit *x = &a->p->units[i];
        equal = !strcmp(x->path, place.path) && x->status == 2 && x->has_after && !x->after_gone && !memcmp(kept.sha256, x->after, sizeof kept.sha256);
    }
    return equal ? CDR_OK : cdr_fail(a->err, CDR_DENIED, "minimise", "apply.kept", "%.200s stays as it is: %.200s, which was to be kept in its place, is gone or was changed. Scan both again and make a new plan.",
                                     u->shown, step->kept_shown);
}

static cdr_status check_unit(applying *a, cdr_plan_unit *u)
{
    cdr_held_people people;
    found f;
    if (cdr_cancelled(a->ctx))
        return cdr_fail(a->err, CDR_E_CANCELLED, "minimise", "apply.stopped", "Stopped before anything was changed.");
    const char *file = cdr_plan_file(u->path, a->arena);
    cdr_status s = file ? look(a, u, file, &f) : cdr_fail_nomem(a->err, "minimise");
    if (s == CDR_OK && f == CHANGED && a->going_on)
        return CDR_OK;
    if (s == CDR_OK && f == CHANGED)
        return cdr_fail(a->err, CDR_DENIED, "minimise", "apply.changed", "%.200s was changed since the plan was made; %s. Scan it again and make a new plan.", u->shown,
                        a->p->status == 0 ? "nothing was changed" : "it will be left as it is, the others are done with --yes");
    if (s == CDR_OK && f == AS_IT_WAS && !only_rights(a->p, u))
        s = cdr_target_writable(&(cdr_target){.file = file, .inside = "", .format = ""}, a->err);
    if (s == CDR_OK && f == AS_IT_WAS && !a->going_on)
        s = check_holds(a, u, file, &people);
    if (s == CDR_OK && f == AS_IT_WAS && !a->going_on)
        s = check_new_holds(a, u);
    return s == CDR_OK && f == AS_IT_WAS && !a->going_on ? check_kept(a, u, file) : s;
}

static cdr_status check_all(applying *a)
{
    cdr_status s = a->p->status == 0 || units_left(a->p) ? check_policy(a) : CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < a->p->unit_count; i++)
        if (a->p->units[i].status < 2)
            s = check_unit(a, &a->p->units[i]);
    return s;
}

/* --- writing down --- */

static cdr_status commit(const applying *a, cdr_status s)
{
    if (s == CDR_OK)
        return cdr_db_commit(a->db, a->err);
    cdr_db_rollback(a->db);
    return s;
}

static cdr_status begin_plan(applying *a)
{
    int64_t now = cdr_now_us(a->ctx);
    _cleanup_free_ char *details = cdr_asprintf("{\"plan\":\"%s\",\"files\":%zu}", a->p->sha256, a->p->unit_count);
    if (!details)
        return cdr_fail_nomem(a->err, "minimise");
    cdr_status s = cdr_db_begin(a->db, a->err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_plan_status(&a->st, a->p->row, 1, now, a->err);
    if (s == CDR_OK && a->p->status == 0)
        s = cdr_residue_note(&a->st, a->p, now, a->err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(a->c->ws), &(cdr_ledger_event){a->p->status ? "remedy.resume" : "remedy.apply", cdr_workspace_actor(a->c->ws), a->p->id, details}, NULL, a->err);
    s = commit(a, s);
    if (s == CDR_OK)
        a->p->status = 1;
    return s;
}

static cdr_status begin_unit(applying *a, size_t i)
{
    cdr_status s = cdr_db_begin(a->db, a->err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_unit_begin(&a->st, a->p->row, i, cdr_now_us(a->ctx), a->err);
    if (s == CDR_OK && goes(a->p, &a->p->units[i]))
        s = cdr_store_unit_ready(&a->st, a->p->row, i, NULL, a->err);
    return commit(a, s);
}

typedef struct readying { applying *a; size_t unit; } readying;

static cdr_status ready(void *arg, const cdr_target_state *after, cdr_err *err)
{
    readying *r = arg;
    (void)err;
    cdr_status s = cdr_db_begin(r->a->db, r->a->err);
    if (s != CDR_OK)
        return s;
    s = commit(r->a, cdr_store_unit_ready(&r->a->st, r->a->p->row, r->unit, after->sha256, r->a->err));
    if (s == CDR_OK) {
        memcpy(r->a->p->units[r->unit].after, after->sha256, sizeof after->sha256);
        r->a->p->units[r->unit].has_after = true;
    }
    kill_point();
    return s;
}

static cdr_status end_unit(applying *a, size_t i, const cdr_step_effect *effects)
{
    cdr_plan_unit *u = &a->p->units[i];
    cdr_status s = cdr_db_begin(a->db, a->err);
    if (s != CDR_OK)
        return s;
    for (size_t k = 0; s == CDR_OK && k < u->count; k++)
        s = cdr_store_step_done(&a->st, a->p->row, u->first + k, effects ? &effects[k] : &a->p->steps[u->first + k].effect, a->err);
    if (s == CDR_OK)
        s = cdr_store_unit_done(&a->st, a->p->row, i, cdr_now_us(a->ctx), a->err);
    s = commit(a, s);
    if (s == CDR_OK)
        u->status = 2;
    return s;
}

/* --- a file that is left --- */

/* Errors that are about this file alone, not about the machine or the rights of who runs this: they stand before any change to it. */
static cdr_refusal refusal_of(const cdr_err *err)
{
    static const struct { const char *id; cdr_refusal why; } refusals[] = {
        {"apply.changed", CDR_REFUSED_CHANGED}, {"rest.changed", CDR_REFUSED_CHANGED}, {"rest.gone", CDR_REFUSED_CHANGED}, {"rest.link", CDR_REFUSED_CHANGED}, {"rest.special", CDR_REFUSED_CHANGED},
        {"apply.hold", CDR_REFUSED_HELD},       {"apply.hold-ended", CDR_REFUSED_HELD}, {"apply.kept", CDR_REFUSED_KEPT}, {"rest.refused", CDR_REFUSED_OTHER},
    };
    for (size_t i = 0; err->id && i < CDR_COUNT(refusals); i++)
        if (!strcmp(err->id, refusals[i].id))
            return refusals[i].why;
    return CDR_REFUSED_NOT;
}

/* Its content is the new one already: then it was not left, and the next run finishes it. */
static bool is_after(const cdr_plan_unit *u, const char *file)
{
    cdr_target_state now;
    return u->has_after && observe(file, &now, NULL) == CDR_OK && !memcmp(now.sha256, u->after, sizeof now.sha256);
}

static cdr_status refuse_unit(applying *a, size_t i, cdr_refusal why)
{
    const cdr_step_effect nothing = {.note = ""};
    cdr_plan_unit *u = &a->p->units[i];
    cdr_status s = cdr_db_begin(a->db, a->err);
    if (s != CDR_OK)
        return s;
    for (size_t k = 0; s == CDR_OK && k < u->count; k++)
        s = cdr_store_step_done(&a->st, a->p->row, u->first + k, &nothing, a->err);
    if (s == CDR_OK)
        s = cdr_store_unit_refuse(&a->st, a->p->row, i, why, cdr_now_us(a->ctx), a->err);
    s = commit(a, s);
    if (s == CDR_OK) {
        u->status = 3;
        u->refusal = why;
        *a->err = (cdr_err){0};
    }
    return s;
}

/* --- one file --- */

static cdr_status run_unit(applying *a, size_t i, const char *file)
{
    cdr_plan_unit *u = &a->p->units[i];
    cdr_held_people people = {0};
    cdr_step *steps = cdr_plan_steps_of(&a->p->steps[u->first], u->count, file, a->arena);
    cdr_step_effect *effects = cdr_arena_alloc(a->arena, (u->count + 1) * sizeof *effects);
    if (!steps || !effects)
        return cdr_fail_nomem(a->err, "minimise");
    cdr_plan_along along;
    cdr_status s = check_holds(a, u, file, &people);
    if (s == CDR_OK)
        s = cdr_plan_find_along(&a->st, a->world, a->p, u, a->arena, &along, a->err);
    if (s == CDR_OK)
        s = begin_unit(a, i);
    if (s != CDR_OK)
        return s;
    kill_point();
    readying r = {a, i};
    cdr_target_state after;
    cdr_execution e = {.ctx = a->ctx, .steps = steps, .step_count = u->count, .expected = &u->state, .keys = a->keys, .ruleset = a->c->ruleset, .arena = a->arena,
                       .held = people.len ? cdr_held_value : NULL, .held_arg = &people, .along = along.at, .along_count = along.len, .ready = ready, .ready_arg = &r};
    s = check_kept(a, u, file);
    if (s == CDR_OK)
        s = cdr_plan_execute(&e, effects, &after, a->err);
    kill_point();
    if (s != CDR_OK)
        return s;
    return end_unit(a, i, effects);
}

/* A killed run had changed it; rights come after the content and may be left to take away. What it did is what the dry run counted: the file was
 * in the same state. */
static cdr_status end_done(applying *a, size_t i, const char *file)
{
    const cdr_plan_unit *u = &a->p->units[i];
    cdr_status s = CDR_OK;
    cdr_step_effect effect;
    for (size_t k = 0; s == CDR_OK && k < u->count; k++)
        if (a->p->steps[u->first + k].step.action == CDR_ACT_REVOKE)
            s = cdr_plan_revoke(file, false, &effect, a->err);
    if (s == CDR_OK && !goes(a->p, u) && !only_rights(a->p, u))
        cdr_target_tidy(&(cdr_target){.file = file, .inside = "", .format = ""}, a->ctx);
    return s == CDR_OK ? end_unit(a, i, NULL) : s;
}

static cdr_status do_unit(applying *a, size_t i)
{
    cdr_plan_unit *u = &a->p->units[i];
    found f;
    if (cdr_cancelled(a->ctx))
        return cdr_fail(a->err, CDR_E_CANCELLED, "minimise", "apply.stopped", "Stopped after %zu of %zu files; the others are as they were. candor policy apply %s --yes goes on.",
                        cdr_plan_units_done(a->p), a->p->unit_count, a->p->id);
    if (a->c->progress)
        a->c->progress(a->c->arg, i, a->p->unit_count, u->shown);
    cdr_arena_free(a->arena);
    if (!(a->arena = cdr_arena_new((size_t)256 << 20)))
        return cdr_fail_nomem(a->err, "minimise");
    const char *file = cdr_plan_file(u->path, a->arena);
    cdr_status s = file ? look(a, u, file, &f) : cdr_fail_nomem(a->err, "minimise");
    if (s == CDR_OK && f == CHANGED)
        s = cdr_fail(a->err, CDR_DENIED, "minimise", "apply.changed", "%.200s was changed while the plan was carried out.", u->shown);
    if (s == CDR_OK)
        s = f == ALREADY_DONE ? end_done(a, i, file) : run_unit(a, i, file);
    cdr_refusal why = s != CDR_OK && !(file && is_after(u, file)) ? refusal_of(a->err) : CDR_REFUSED_NOT;
    if (why)
        s = refuse_unit(a, i, why);
    kill_point();
    return s;
}

/* --- the whole --- */

static cdr_status start(applying *a)
{
    const cdr_secret *pseudonyms = cdr_workspace_key(a->c->ws, CDR_KEY_PSEUDONYM), *values = cdr_workspace_key(a->c->ws, CDR_KEY_VALUE_ID);
    if (!pseudonyms || !values || !(a->arena = cdr_arena_new((size_t)256 << 20)) || !(a->rules = cdr_arena_new((size_t)256 << 20)))
        return cdr_fail_nomem(a->err, "minimise");
    cdr_status s = cdr_plan_store_open(a->db, &a->st, a->err);
    if (s == CDR_OK)
        s = cdr_holds_load(a->c->ws, &a->holds, a->err);
    if (s == CDR_OK)
        s = cdr_retention_world_load(a->c->ws, a->c->inv, a->c->policy, a->rules, &a->world, a->err);
    return s == CDR_OK ? cdr_purpose_keys_new(pseudonyms, "remedy", &a->keys, a->err) : s;
}

static void done(applying *a)
{
    cdr_plan_store_close(&a->st);
    cdr_holds_free(a->holds);
    cdr_purpose_keys_free(a->keys);
    cdr_retention_world_done(a->world);
    cdr_arena_free(a->arena);
    cdr_arena_free(a->rules);
}

static applying begin(const cdr_plan_context *c, cdr_plan *p, cdr_err *err)
{
    return (applying){.c = c, .p = p, .db = cdr_workspace_db(c->ws), .ctx = cdr_workspace_ctx(c->ws), .err = err};
}

cdr_status cdr_plan_check(const cdr_plan_context *c, cdr_plan *p, cdr_err *err)
{
    applying a = begin(c, p, err);
    cdr_status s = start(&a);
    if (s == CDR_OK)
        s = check_all(&a);
    done(&a);
    return s;
}

cdr_status cdr_plan_apply(const cdr_plan_context *c, cdr_plan *p, cdr_err *err)
{
    cdr_err own = {0};
    applying a = begin(c, p, err ? err : &own);
    size_t left = units_left(p);
    a.going_on = p->status != 0;
    cdr_status s = start(&a);
    if (s == CDR_OK && left)
        s = check_all(&a);
    if (s == CDR_OK && (left || p->status == 0))
        s = begin_plan(&a);
    kill_point();
    for (size_t i = 0; s == CDR_OK && i < p->unit_count; i++)
        if (p->units[i].status < 2)
            s = do_unit(&a, i);
    done(&a);
    return s;
}
