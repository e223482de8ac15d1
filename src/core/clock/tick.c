/* SPDX-License-Identifier: Apache-2.0 */
/* What became due happens: event and ledger entry in one transaction with the clock's new state, so that it happens once; the messages leave after that. */
#include "core/clock/inside.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define SLEPT_US (INT64_C(3600) * 1000000)      /* a due time that is told of later than this was missed */

typedef struct happened { size_t clock; cdr_clock_event_row e; } happened;
typedef struct batch { cdr_clock_row rows[CDR_CLOCK_BATCH]; happened events[CDR_CLOCK_BATCH * CDR_MOMENTS_MAX]; size_t row_count, event_count; } batch;

static const char *ledger_kind(const cdr_clock_row *row, const cdr_clock_event_row *e)
{
    if (e->kind == CDR_CLOCK_DUE)
        return e->at_us - row->due_us > SLEPT_US ? "clock.overdue" : "clock.due";
    return e->kind == CDR_CLOCK_WARN ? "clock.warn" : "clock.escalate";
}

static cdr_status enter(cdr_clocks *c, const cdr_clock_row *row, const cdr_clock_event_row *e, cdr_err *err)
{
    cdr_json_writer w;
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    char due[CDR_TIME_TEXT], meant[CDR_TIME_TEXT];
    cdr_time_format(row->due_us, due);
    cdr_time_format(e->meant_us, meant);
    cdr_jw_begin(&w, &text);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "clock");
    cdr_jw_int(&w, row->id);
    cdr_jw_key(&w, "drill");
    cdr_jw_bool(&w, row->drill);
    cdr_jw_key(&w, "due");
    cdr_jw_str(&w, due);
    cdr_jw_key(&w, "meant");
    cdr_jw_str(&w, meant);
    cdr_jw_key(&w, "ref");
    cdr_jw_str(&w, row->ref);
    cdr_jw_key(&w, "to");
    cdr_jw_str(&w, cdr_duty_role_key(e->to));
    cdr_jw_close(&w, '}');
    if (cdr_buf_status(&text) != CDR_OK)
        return cdr_fail_nomem(err, "clock");
    return cdr_ledger_append(cdr_workspace_ledger(c->ws), &(cdr_ledger_event){ledger_kind(row, e), cdr_workspace_actor(c->ws), row->subject, text.data}, NULL, err);
}

/* The newest word to each role is what is sent; what waited for the same role is not needed any more. */
static bool is_newest(const cdr_moment *list, size_t i, size_t until)
{
    for (size_t k = i + 1; k < until; k++)
        if (list[k].to == list[i].to)
            return false;
    return true;
}

static cdr_status advance(cdr_clocks *c, batch *b, size_t n, int64_t now, cdr_err *err)
{
    cdr_clock_row *row = &b->rows[n];
    cdr_moment list[CDR_MOMENTS_MAX];
    size_t count = cdr_moments_of(row, list), first = row->done, until = first;
    cdr_status s = CDR_OK;
    while (until < count && list[until].at_us <= now)
        until++;
    for (size_t i = first; s == CDR_OK && i < until; i++) {
        /* what was past already when it was set could not be told before */
        cdr_clock_event_row e = {.at_us = now, .meant_us = CDR_MAX(list[i].at_us, row->set_us), .kind = list[i].kind, .to = list[i].to};
        bool send = !row->drill && is_newest(list, i, until);
        if (send)
            s = cdr_clock_store_supersede(c, row->id, e.to, err);
        if (s == CDR_OK)
            s = cdr_clock_store_event(c, row->id, &e, send, err);
        if (s == CDR_OK)
            s = enter(c, row, &e, err);
        b->events[b->event_count++] = (happened){n, e};
    }
    row->done = until;
    cdr_moments_settle(row);
    return s == CDR_OK ? cdr_clock_store_put(c, row, err) : s;
}

/* One transaction. */
static cdr_status advance_some(cdr_clocks *c, const cdr_clock_tick *tick, batch *b, int64_t now, cdr_err *err)
{
    b->event_count = 0;
    cdr_status s = cdr_db_begin(c->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_clock_store_due(c, tick->subject, now, b->rows, CDR_CLOCK_BATCH, &b->row_count, err);
    for (size_t i = 0; s == CDR_OK && i < b->row_count; i++)
        s = advance(c, b, i, now, err);
    if (s == CDR_OK)
        return cdr_db_commit(c->db, err);
    cdr_db_rollback(c->db);
    return s;
}

static cdr_status report(cdr_clock_tick *tick, const batch *b)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < b->event_count; i++) {
        const cdr_clock_event_row *e = &b->events[i].e;
        cdr_clock shown;
        tick->warned += e->kind == CDR_CLOCK_WARN;
        tick->due += e->kind == CDR_CLOCK_DUE;
        tick->escalated += e->kind == CDR_CLOCK_ESCALATE;
        if (!tick->event)
            continue;
        cdr_clock_show(&b->rows[b->events[i].clock], &shown);
        s = tick->event(tick->arg, &(cdr_clock_event){&shown, e->kind, e->at_us, e->meant_us, e->to});
    }
    return s;
}

cdr_status cdr_clock_run_tick(cdr_clocks *c, cdr_clock_tick *tick, cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(c->ws);
    int64_t now = cdr_now_us(ctx);
    tick->warned = tick->due = tick->escalated = tick->sent = tick->failed = 0;
    batch *b = cdr_alloc(sizeof *b);
    if (!b)
        return cdr_fail_nomem(err, "clock");
    cdr_status s = CDR_OK;
    do {
        s = cdr_cancelled(ctx) ? cdr_fail(err, CDR_E_CANCELLED, "clock", "clock.stopped", "Stopped; the next tick goes on from here.") : advance_some(c, tick, b, now, err);
        if (s == CDR_OK)
            s = report(tick, b);
    } while (s == CDR_OK && b->row_count == CDR_CLOCK_BATCH);
    cdr_free(b);
    return s == CDR_OK && tick->sender ? cdr_clock_tell(c, tick, err) : s;
}
