/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: opening the room, starting one, looking at them. */
#include "core/playbook/runs_parts.h"

#include "base/io.h"
#include "base/text.h"
#include "core/playbook/signed.h"

#include <stdio.h>
#include <string.h>

cdr_status cdr_runs_open(cdr_workspace *ws, cdr_runs **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_runs *r = cdr_alloc(sizeof *r);
    if (!r)
        return cdr_fail_nomem(err, "playbook");
    r->ws = ws;
    r->mark = -1;
    r->db = cdr_workspace_db(ws);
    cdr_status s = cdr_runs_store_open(ws, &r->store, err);
    if (s == CDR_OK)
        s = cdr_clocks_open(ws, &r->clocks, err);
    if (s == CDR_OK)
        *ret = r;
    else
        cdr_runs_close(r);
    return s;
}

static void forget_found(cdr_runs *r)
{
    for (size_t i = 0; i < r->found.len; i++)
        cdr_playbook_free(r->found.at[i]);
    r->found.len = 0;
}

void cdr_runs_close(cdr_runs *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < CDR_RUNS_CACHE; i++)
        cdr_playbook_free(r->cache[i].playbook);
    forget_found(r);
    runs_playbooks_done(&r->found);
    runs_actions_done(&r->actions);
    cdr_closep(&r->mark);
    cdr_allowed_free(r->allowed);
    cdr_clocks_close(r->clocks);
    cdr_runs_store_close(r->store);
    cdr_free(r);
}

cdr_clocks *cdr_runs_clocks(cdr_runs *r)
{
    return r->clocks;
}

cdr_status cdr_runs_register(cdr_runs *r, const cdr_action *action, cdr_err *err)
{
    for (size_t i = 0; i < r->actions.len; i++)
        if (!strcmp(r->actions.at[i].name, action->name))
            return cdr_fail(err, CDR_E_INVAL, "playbook", "run.action-twice", "The action %.80s is registered already.", action->name);
    cdr_action *place = runs_actions_push(&r->actions);
    if (!place)
        return cdr_fail_nomem(err, "playbook");
    *place = *action;
    return CDR_OK;
}

void cdr_runs_guard(cdr_runs *r, cdr_runs_may *may, void *arg)
{
    r->may = may;
    r->may_arg = arg;
}

void cdr_runs_cleaner(cdr_runs *r, cdr_runs_clean *clean, void *arg)
{
    r->clean = clean;
    r->clean_arg = arg;
}

void cdr_runs_program(cdr_runs *r, const char *path)
{
    r->program = path;
}

cdr_status cdr_runs_read_commands(cdr_runs *r, cdr_err *err)
{
    if (r->allowed_read)
        return CDR_OK;
    cdr_status s = cdr_allowed_load(cdr_workspace_dir(r->ws), &r->allowed, err);
    r->allowed_read = s == CDR_OK;
    return s;
}

/* --- starting --- */

cdr_status cdr_runs_check_signed(cdr_runs *r, const cdr_playbook *p, cdr_err *err)
{
    cdr_signed_by by;
    _cleanup_buf_ cdr_buf where = CDR_BUF(1000);
    cdr_status s = cdr_signed_by_whom(r->ws, p, cdr_now_us(cdr_workspace_ctx(r->ws)), &by, NULL, err);
    if (s != CDR_OK)
        return s;
    cdr_text_quote(&where, cdr_playbook_where(p), 100);
    if (by == CDR_SIGNED_BADLY && !(r->changed && !r->verify))
        return cdr_fail(err, CDR_DENIED, "playbook", "run.changed", "%s was changed after it was signed, so nothing of it was begun. Look at it: candor playbook verify. If it is right, sign it: candor playbook sign; or start it as it is: candor run start --changed.",
                        where.data ? where.data : "The playbook");
    if (r->verify && by != CDR_SIGNED_CANDOR && by != CDR_SIGNED_HERE)
        return cdr_fail(err, CDR_DENIED, "playbook", "run.not-signed", "%s is not signed by Candor or by this workspace, so nothing of it was begun. Look at it with candor playbook verify, then sign it: candor playbook sign.",
                        where.data ? where.data : "The playbook");
    return CDR_OK;
}

/* The playbook and all it calls stand in the database before the first event. */
static cdr_status keep_playbooks(cdr_runs *r, runs_batch *b, const cdr_run_request *q, cdr_playbook *p, cdr_err *err)
{
    uint8_t sha256[32];
    cdr_status s = cdr_runs_store_playbook(r->store, p, sha256, err);
    memcpy(b->row.sha256, sha256, sizeof sha256);
    if (s == CDR_OK)
        s = cdr_runs_store_new(r->store, &b->row, q->subject, sha256, q->lenient, &b->row.id, err);
    for (size_t i = 0; i < r->found.len && s == CDR_OK; i++) {
        s = cdr_runs_store_playbook(r->store, r->found.at[i], sha256, err);
        if (s == CDR_OK)
            s = cdr_runs_store_pin(r->store, b->row.id, sha256, err);
    }
    if (s == CDR_OK && !q->subject)
        snprintf(b->row.subject, sizeof b->row.subject, "R-%lld", (long long)b->row.id);
    return s;
}

/* Everything it may need is found, and judged, before it exists (E2, E3, E4). */
static cdr_status first_event(cdr_runs *r, const cdr_run_request *q, cdr_playbook *p, const json_t *variables, cdr_run *run, cdr_run_event *ret, cdr_err *err)
{
    r->verify = q->verify;
    r->changed = q->changed;
    cdr_status s = cdr_runs_check_signed(r, p, err);
    if (s != CDR_OK)
        return s;
    if (cdr_runs_read_commands(r, NULL) == CDR_E_NOMEM)      /* one that is broken keeps nobody from acting: it allows nothing, and that is said at the step */
        return cdr_fail_nomem(err, "playbook");
    cdr_run_start start = {.variables = variables, .by = cdr_workspace_actor(r->ws), .now_us = cdr_now_us(cdr_workspace_ctx(r->ws)), .ask = !q->fail};
    start.default_timeout_ms = r->allowed ? (int64_t)r->allowed->seconds * 1000 : 0;
    forget_found(r);
    r->starting = true;
    r->own = p;
    s = cdr_run_start_event(run, &start, ret, err);
    r->starting = false;
    r->own = NULL;
    return s;
}

static cdr_status set_clocks(runs_batch *b, const cdr_run_request *q, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < q->clock_count && s == CDR_OK; i++) {
        cdr_run_event e;
        if (!q->clock_us[i])
            continue;
        s = cdr_run_set_clock(b->run, q->clock_names[i], q->clock_us[i], cdr_workspace_actor(b->r->ws), cdr_now_us(cdr_workspace_ctx(b->r->ws)), &e, err);
        if (s == CDR_OK)
            s = cdr_runs_batch_add(b, &e, err);
    }
    return s;
}

static cdr_status begin(cdr_runs *r, const cdr_run_request *q, cdr_playbook *p, const char *name, int64_t *ret_id, cdr_err *err)
{
    _cleanup_batch_ runs_batch b = {.first = 0};
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    _cleanup_json_ json_t *variables = NULL;
    cdr_run_event e;
    cdr_status s = cdr_runs_clean_values(r, p, NULL, q->variables, &variables, err);
    if (s == CDR_OK)
        s = cdr_run_new(&(cdr_run_setup){.playbook = p, .find = cdr_runs_find_called, .arg = r, .lenient = q->lenient}, &run, err);
    if (s == CDR_OK)
        s = first_event(r, q, p, variables, run, &e, err);
    if (s == CDR_OK)
        s = cdr_runs_batch_begin(r, &b, err);
    if (s != CDR_OK)
        return s;
    b.run = run;
    b.row = (cdr_run_row){.drill = q->drill, .verified = q->verify, .started_us = e.at_us};
    snprintf(b.row.playbook, sizeof b.row.playbook, "%s", name);
    snprintf(b.row.subject, sizeof b.row.subject, "%s", q->subject ? q->subject : "");
    s = keep_playbooks(r, &b, q, p, err);
    if (s == CDR_OK)
        s = cdr_runs_batch_add(&b, &e, err);
    if (s == CDR_OK)
        s = set_clocks(&b, q, err);
    *ret_id = s == CDR_OK ? b.row.id : 0;
    if (s == CDR_OK)
        s = cdr_runs_go(&b, err);
    return s == CDR_OK ? cdr_runs_batch_commit(&b, err) : s;
}

cdr_status cdr_runs_start(cdr_runs *r, const cdr_run_request *q, int64_t *ret_id, cdr_err *err)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    char name[CDR_PLAYBOOK_NAME_MAX + 1];
    *ret_id = 0;
    cdr_status s = q->subject && strlen(q->subject) >= sizeof ((cdr_run_row *)NULL)->subject ? cdr_fail(err, CDR_E_INVAL, "playbook", "run.subject", "What a run belongs to has a name of at most 31 bytes.") : CDR_OK;
    if (s == CDR_OK)
        s = cdr_library_find(cdr_workspace_dir(r->ws), q->playbook, q->version, &p, name, err);
    if (s == CDR_OK)
        s = begin(r, q, p, name, ret_id, err);
    forget_found(r);
    return s;
}

/* --- looking --- */

cdr_status cdr_runs_load(cdr_runs *r, int64_t id, cdr_run_row *row, cdr_run **ret, cdr_err *err)
{
    cdr_run_row own;
    *ret = NULL;
    cdr_status s = cdr_db_begin_read(r->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_runs_replay(r, id, row ? row : &own, ret, err);
    cdr_status end = cdr_db_commit(r->db, s == CDR_OK ? err : NULL);
    if (s == CDR_OK && end != CDR_OK) {
        cdr_run_free(*ret);
        *ret = NULL;
        s = end;
    }
    return s;
}

cdr_status cdr_runs_each(cdr_runs *r, const char *subject, bool ended_too, cdr_run_row_fn *fn, void *arg, cdr_err *err)
{
    runs_ids ids = {0};
    cdr_status s = cdr_runs_store_ids(r->store, ended_too ? RUNS_ALL : RUNS_OPEN, subject, 0, &ids, err);
    for (size_t i = 0; i < ids.len && s == CDR_OK; i++) {
        cdr_run_row row;
        uint8_t bytes[32];
        bool lenient;
        s = cdr_runs_store_get(r->store, ids.at[i], &row, bytes, &lenient, err);
        if (s == CDR_OK)
            s = fn(arg, &row);
    }
    runs_ids_done(&ids);
    return s;
}

typedef struct telling { cdr_run_event_fn *fn; void *arg; } telling;

static cdr_status tell(void *arg, const cdr_run_event *e, cdr_err *err)
{
    (void)err;
    telling *t = arg;
    return t->fn(t->arg, e);
}

cdr_status cdr_runs_events(cdr_runs *r, int64_t id, cdr_run_event_fn *fn, void *arg, cdr_err *err)
{
    telling t = {fn, arg};
    return cdr_runs_store_events(r->store, id, 0, UINT64_MAX, false, NULL, tell, &t, err);
}
