/* SPDX-License-Identifier: Apache-2.0 */
/* A run goes on: the state from its events, what comes next, commands carried out between two commits. */
#include "core/playbook/runs_parts.h"

#include <stdio.h>
#include <string.h>

/* --- playbooks --- */

static cdr_status cached(cdr_runs *r, const uint8_t sha256[32], const char *where, cdr_playbook **ret, cdr_err *err)
{
    size_t oldest = 0;
    for (size_t i = 0; i < CDR_RUNS_CACHE; i++) {
        runs_cached *c = &r->cache[i];
        if (c->playbook && !memcmp(c->sha256, sha256, 32)) {
            c->used = ++r->used;
            *ret = cdr_playbook_ref(c->playbook);
            return CDR_OK;
        }
        if (c->used < r->cache[oldest].used)
            oldest = i;
    }
    cdr_status s = cdr_runs_store_read_playbook(r->store, sha256, where, ret, err);
    if (s != CDR_OK)
        return s;
    runs_cached *c = &r->cache[oldest];
    cdr_playbook_free(c->playbook);
    *c = (runs_cached){.playbook = cdr_playbook_ref(*ret), .used = ++r->used};
    memcpy(c->sha256, sha256, 32);
    return CDR_OK;
}

/* E18: what a run calls is pinned when it starts, and taken from there ever after. */
cdr_status cdr_runs_find_called(void *runs, const char *id, const char *version, cdr_playbook **ret, cdr_err *err)
{
    cdr_runs *r = runs;
    uint8_t sha256[32];
    char where[48];
    if (!r->starting) {
        snprintf(where, sizeof where, "R-%lld", (long long)r->current);
        cdr_status s = cdr_runs_store_pinned(r->store, r->current, id, version ? version : "", sha256, err);
        return s == CDR_OK ? cached(r, sha256, where, ret, err) : s;
    }
    const char *modified = r->own ? cdr_playbook_modified(r->own) : NULL;
    bool own = r->own && !strcmp(id, cdr_playbook_id(r->own)) && (!version || (modified && !strcmp(version, modified)));
    if (own)      /* judged already, as the whole is */
        *ret = cdr_playbook_ref(r->own);
    cdr_status s = own ? CDR_OK : cdr_library_find(cdr_workspace_dir(r->ws), id, version, ret, NULL, err);
    if (s == CDR_OK && !own)
        s = cdr_runs_check_signed(r, *ret, err);
    cdr_playbook **place = s == CDR_OK ? runs_playbooks_push(&r->found) : NULL;
    if (place)
        *place = cdr_playbook_ref(*ret);
    else if (*ret) {
        cdr_playbook_free(*ret);
        *ret = NULL;
    }
    return s == CDR_OK && !place ? cdr_fail_nomem(err, "playbook") : s;
}

/* --- replay --- */

static cdr_status apply_stored(void *run, const cdr_run_event *e, cdr_err *err)
{
    return cdr_run_apply(run, e, err);
}

cdr_status cdr_runs_replay(cdr_runs *r, int64_t id, cdr_run_row *row, cdr_run **ret, cdr_err *err)
{
    uint8_t bytes[32];
    bool lenient;
    char where[48];
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    cdr_status s = cdr_runs_store_get(r->store, id, row, bytes, &lenient, err);
    if (s != CDR_OK)
        return s;
    snprintf(where, sizeof where, "R-%lld", (long long)id);
    s = cached(r, bytes, where, &p, err);
    if (s == CDR_OK)
        s = cdr_run_new(&(cdr_run_setup){.playbook = p, .find = cdr_runs_find_called, .arg = r, .lenient = lenient}, &run, err);
    if (s != CDR_OK)
        return s;
    r->current = id;
    r->starting = false;
    s = cdr_runs_store_events(r->store, id, 0, UINT64_MAX, true, NULL, apply_stored, run, err);
    if (s == CDR_OK && cdr_run_seq(run) != row->events)
        s = cdr_fail(err, CDR_E_CORRUPT, "playbook", "run.events", "R-%lld has %llu events, and its row knows of %llu; somebody wrote to the database. Put back a backup.", (long long)id,
                     (unsigned long long)cdr_run_seq(run), (unsigned long long)row->events);
    if (s == CDR_OK)
        *ret = CDR_TAKE(run);
    return s;
}

cdr_status cdr_runs_catch_up(cdr_runs *r, int64_t id, cdr_run *run, cdr_err *err)
{
    r->current = id;
    return cdr_runs_store_events(r->store, id, cdr_run_seq(run), UINT64_MAX, true, NULL, apply_stored, run, err);
}

/* --- going on --- */

/* What was being carried out when everything stopped: again where that does no harm, otherwise a person is asked. */
cdr_status cdr_runs_recover(runs_batch *b, cdr_err *err)
{
    while (b->r->performing != b->row.id && !cdr_runs_at_work_elsewhere(b->r, b->row.id)) {      /* an action of this very run may ask for something */
        cdr_run_event e;
        cdr_status s = cdr_run_recover(b->run, cdr_now_us(cdr_workspace_ctx(b->r->ws)), &e, err);
        if (s != CDR_OK)
            return s == CDR_DONE ? CDR_OK : s;
        const cdr_activation *a = cdr_run_activation(b->run, e.activation);
        const cdr_command *c = a && a->command < a->step->command_count ? &a->step->commands[a->command] : NULL;
        const cdr_action *action = c ? cdr_perform_action(b->r, a, c) : NULL;
        if (e.kind == CDR_RUN_DOUBTED && action && action->repeatable) {
            e.kind = CDR_RUN_RETRIED;
            e.text = "it may be carried out twice";
        }
        s = cdr_runs_batch_add(b, &e, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* What others did meanwhile, and then the end of the command; nothing where somebody ended the run. */
static cdr_status keep_result(runs_batch *b, uint32_t activation, const cdr_performed *done, cdr_err *err)
{
    cdr_runs *r = b->r;
    cdr_run_event e;
    uint8_t bytes[32];
    bool lenient;
    cdr_status s = cdr_runs_store_get(r->store, b->row.id, &b->row, bytes, &lenient, err);
    if (s == CDR_OK)
        s = cdr_runs_catch_up(r, b->row.id, b->run, err);
    if (s == CDR_OK)
        s = cdr_runs_batch_look(b, err);
    const cdr_activation *a = s == CDR_OK ? cdr_run_activation(b->run, activation) : NULL;
    if (!a || a->state != CDR_ACT_RUNNING)
        return s;
    s = cdr_run_result(b->run, activation, done->outcome, done->out, done->text, cdr_now_us(cdr_workspace_ctx(r->ws)), &e, err);
    return s == CDR_OK ? cdr_runs_batch_add(b, &e, err) : s;
}

/* A boundary before, so that what began is known whatever happens; a boundary after, so that what ended is. Nobody's transaction is open meanwhile, and others may write. */
static cdr_status carry_out_marked(runs_batch *b, const cdr_run_todo *todo, cdr_err *err)
{
    cdr_runs *r = b->r;
    cdr_performed done = {.outcome = CDR_OUT_FAILURE};
    uint32_t activation = todo->activation->id;
    cdr_status s = cdr_runs_batch_add(b, &todo->event, err);
    if (s == CDR_OK)
        s = cdr_runs_batch_commit(b, err);
    if (s != CDR_OK)
        return s;
    int64_t before = r->performing;
    r->performing = b->row.id;
    cdr_runs_stop_point();
    s = cdr_perform(r, b->run, &b->row, todo, &done, err);
    cdr_runs_stop_point();
    r->performing = before;
    if (s == CDR_OK)
        s = cdr_runs_batch_begin(r, b, err);
    if (s == CDR_OK)
        s = keep_result(b, activation, &done, err);
    json_decref(done.out);
    return s == CDR_OK ? cdr_runs_batch_commit(b, err) : s;
}

static cdr_status carry_out(runs_batch *b, const cdr_run_todo *todo, cdr_err *err)
{
    cdr_status s = cdr_runs_mark(b->r, b->row.id, err);
    if (s == CDR_OK)
        s = carry_out_marked(b, todo, err);
    cdr_runs_unmark(b->r, b->row.id);
    return s == CDR_OK ? cdr_runs_batch_begin(b->r, b, err) : s;
}

cdr_status cdr_runs_go(runs_batch *b, cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(b->r->ws);
    cdr_status s = CDR_OK;
    if (b->r->performing == b->row.id || cdr_runs_at_work_elsewhere(b->r, b->row.id))
        return CDR_OK;      /* its end goes on */
    while (s == CDR_OK) {
        cdr_run_todo todo;
        if (cdr_cancelled(ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "playbook", "run.cancelled", "Interrupted. What was done is kept; candor run show R-%lld shows it.", (long long)b->row.id);
        b->r->current = b->row.id;
        b->r->drill = b->row.drill;
        b->r->at_work = b->run;
        s = cdr_run_next(b->run, cdr_now_us(ctx), cdr_perform_automatic, b->r, &todo, err);
        if (s != CDR_OK || todo.what == CDR_RUN_SLEEP || todo.what == CDR_RUN_OVER)
            return s;
        if (todo.what == CDR_RUN_APPEND || todo.manual)
            s = cdr_runs_batch_add(b, &todo.event, err);
        else if (b->nested)
            return CDR_OK;
        else
            s = carry_out(b, &todo, err);
    }
    return s;
}

cdr_status cdr_runs_proceed(cdr_runs *r, int64_t id, cdr_run *run, cdr_err *err)
{
    _cleanup_batch_ runs_batch b = {.first = 0};
    _cleanup_(cdr_run_freep) cdr_run *own = NULL;
    uint8_t bytes[32];
    bool lenient;
    cdr_status s = cdr_runs_batch_begin(r, &b, err);
    if (s != CDR_OK)
        return s;
    if (run) {
        s = cdr_runs_store_get(r->store, id, &b.row, bytes, &lenient, err);
        if (s == CDR_OK)
            s = cdr_runs_catch_up(r, id, run, err);
        b.run = run;
    } else {
        s = cdr_runs_replay(r, id, &b.row, &own, err);
        b.run = own;
    }
    if (s == CDR_OK)
        s = cdr_runs_batch_look(&b, err);
    if (s == CDR_OK)
        s = cdr_runs_recover(&b, err);
    if (s == CDR_OK)
        s = cdr_runs_go(&b, err);
    return s == CDR_OK ? cdr_runs_batch_commit(&b, err) : s;
}

cdr_status cdr_runs_tick(cdr_runs *r, unsigned *ret_count, cdr_err *err)
{
    runs_ids ids = {0};
    unsigned done = 0;
    cdr_err first = {0};
    cdr_status s = cdr_runs_store_ids(r->store, RUNS_DUE, NULL, cdr_now_us(cdr_workspace_ctx(r->ws)), &ids, err), worst = CDR_OK;
    for (size_t i = 0; i < ids.len && s == CDR_OK; i++) {
        cdr_err inner = {0};
        cdr_status one = cdr_runs_proceed(r, ids.at[i], NULL, &inner);
        done += one == CDR_OK;
        if (one != CDR_OK && worst == CDR_OK) {      /* one that cannot go on keeps no other one waiting */
            worst = one;
            first = inner;
        }
        s = one == CDR_E_CANCELLED || one == CDR_E_NOMEM ? one : CDR_OK;
    }
    runs_ids_done(&ids);
    if (ret_count)
        *ret_count = done;
    if (worst != CDR_OK && err)
        *err = first;
    return worst != CDR_OK ? worst : s;
}

cdr_status cdr_runs_waits(cdr_runs *r, bool *ret, cdr_err *err)
{
    runs_ids ids = {0};
    cdr_status s = cdr_runs_store_ids(r->store, RUNS_DUE, NULL, cdr_now_us(cdr_workspace_ctx(r->ws)), &ids, err);
    *ret = ids.len > 0;
    runs_ids_done(&ids);
    return s;
}
