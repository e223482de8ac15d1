/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks are set, stopped and looked at. What happens to them by itself is in tick.c. */
#include "core/clock/inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void cdr_clock_show(const cdr_clock_row *row, cdr_clock *ret)
{
    cdr_moment list[CDR_MOMENTS_MAX];
    size_t count = cdr_moments_of(row, list);
    *ret = (cdr_clock){.id = row->id, .subject = row->subject, .ref = row->ref, .label = row->label, .began_us = row->began_us, .due_us = row->due_us, .next_us = row->ended_us ? INT64_MAX : row->next_us,
                       .ended_us = row->ended_us, .state = row->state, .role = row->role, .escalated_to = row->escalated_to, .drill = row->drill};
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == CDR_CLOCK_WARN)
            ret->warn_us[ret->warn_count++] = list[i].at_us;
}

/* --- setting --- */

static bool copy_word(char *out, size_t cap, const char *s)
{
    size_t len = s ? strlen(s) : 0;
    if (!len || len >= cap || !cdr_utf8_valid(s, len))
        return false;
    memcpy(out, s, len + 1);
    return true;
}

/* A long name of a step is no reason to go without its clock. */
static bool copy_label(char out[CDR_CLOCK_LABEL_MAX + 1], const char *s)
{
    static const char more[] = "…";
    size_t len = s ? strlen(s) : 0;
    if (!cdr_utf8_valid(s ? s : "", len))
        return false;
    bool cut = len > CDR_CLOCK_LABEL_MAX;
    if (cut)
        for (len = CDR_CLOCK_LABEL_MAX + 1 - sizeof more; len && ((unsigned char)s[len] & 0xC0) == 0x80;)
            len--;
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)s[i] < 0x20 || s[i] == 0x7F ? ' ' : s[i];
    memcpy(out + len, cut ? more : "", cut ? sizeof more : 1);
    return true;
}

static cdr_status row_of(const cdr_clock_setup *setup, cdr_clock_row *ret, cdr_err *err)
{
    *ret = (cdr_clock_row){.began_us = setup->began_us, .due_us = setup->due_us, .role = setup->role, .drill = setup->drill};
    bool ok = copy_word(ret->subject, sizeof ret->subject, setup->subject) && copy_word(ret->ref, sizeof ret->ref, setup->ref) && copy_label(ret->label, setup->label) &&
              (!setup->calendar || !setup->calendar[0] || copy_word(ret->calendar, sizeof ret->calendar, setup->calendar));
    if (!ok)
        return cdr_fail(err, CDR_E_INVAL, "clock", "clock.setup", "A clock needs what it belongs to (at most %d bytes), what of it (at most %d), and a name in UTF-8.", CDR_CLOCK_SUBJECT_MAX, CDR_CLOCK_REF_MAX);
    if (setup->warn_count > CDR_RULE_WARNS_MAX || setup->escalation_count > CDR_RULE_ESCALATIONS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "clock", "clock.moments", "A clock has at most %d warnings and %d escalations.", CDR_RULE_WARNS_MAX, CDR_RULE_ESCALATIONS_MAX);
    ret->warn_count = setup->warn_count;
    ret->escalation_count = setup->escalation_count;
    memcpy(ret->warn, setup->warn, sizeof ret->warn);
    memcpy(ret->escalate, setup->escalate, sizeof ret->escalate);
    return CDR_OK;
}

static bool same_setup(const cdr_clock_row *a, const cdr_clock_row *b)
{
    bool same = !strcmp(a->label, b->label) && !strcmp(a->calendar, b->calendar) && a->began_us == b->began_us && a->due_us == b->due_us && a->role == b->role && a->drill == b->drill &&
                a->warn_count == b->warn_count && a->escalation_count == b->escalation_count;
    for (size_t i = 0; same && i < a->warn_count; i++)
        same = !memcmp(&a->warn[i], &b->warn[i], sizeof a->warn[i]);
    for (size_t i = 0; same && i < a->escalation_count; i++)
        same = a->escalate[i].to == b->escalate[i].to && !memcmp(&a->escalate[i].after, &b->escalate[i].after, sizeof(cdr_duration));
    return same;
}

static cdr_status set_inside(cdr_clocks *c, cdr_clock_row *row, cdr_err *err)
{
    cdr_clock_row before;
    int64_t now = cdr_now_us(cdr_workspace_ctx(c->ws));
    cdr_clock_event_row e = {.at_us = now, .meant_us = row->due_us, .kind = CDR_CLOCK_SET};
    cdr_status s = cdr_clock_store_find(c, row->subject, row->ref, &before, err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    bool known = s == CDR_OK, moved = known && before.due_us != row->due_us;
    if (known && !before.ended_us && same_setup(&before, row))
        return CDR_OK;
    if (known) {
        row->id = before.id;
        row->done = cdr_moments_kept(&before, row, now);
    }
    row->set_us = known && !before.ended_us && !moved ? before.set_us : now;
    cdr_moments_settle(row);
    s = cdr_clock_store_put(c, row, err);
    /* What was to be said of the old time is not true any more. */
    if (s == CDR_OK && moved)
        s = cdr_clock_store_supersede(c, row->id, CDR_DUTY__MAX, err);
    if (known && !before.ended_us)
        e.kind = CDR_CLOCK_MOVED;
    return s == CDR_OK && (!known || before.ended_us || moved) ? cdr_clock_store_event(c, row->id, &e, false, err) : s;
}

/* In the open transaction, or one of its own. */
static cdr_status end_transaction(cdr_clocks *c, cdr_status s, cdr_err *err)
{
    if (s == CDR_OK)
        return cdr_db_commit(c->db, err);
    cdr_db_rollback(c->db);
    return s;
}

cdr_status cdr_clock_set(cdr_clocks *c, const cdr_clock_setup *setup, cdr_err *err)
{
    cdr_clock_row row;
    cdr_status s = row_of(setup, &row, err);
    if (s == CDR_OK)
        s = cdr_db_begin(c->db, err);
    return s == CDR_OK ? end_transaction(c, set_inside(c, &row, err), err) : s;
}

cdr_status cdr_clock_announce(cdr_clocks *c, const char *subject, const char *ref, cdr_err *err)
{
    return cdr_clock_store_announce(c, subject, ref, err);
}

/* --- stopping --- */

static cdr_status enter_late(cdr_clocks *c, const cdr_clock_row *row, int64_t now, cdr_err *err)
{
    char text[CDR_CLOCK_REF_MAX * 6 + 200], due[CDR_TIME_TEXT];
    cdr_buf ref = CDR_BUF(CDR_CLOCK_REF_MAX * 6 + 1);
    cdr_json_escape(&ref, row->ref, strlen(row->ref));
    cdr_time_format(row->due_us, due);
    snprintf(text, sizeof text, "{\"clock\":%lld,\"due\":\"%s\",\"late_s\":%lld,\"ref\":\"%s\"}", (long long)row->id, due, (long long)((now - row->due_us) / 1000000), ref.data ? ref.data : "");
    cdr_buf_done(&ref);
    return cdr_ledger_append(cdr_workspace_ledger(c->ws), &(cdr_ledger_event){"clock.late", cdr_workspace_actor(c->ws), row->subject, text}, NULL, err);
}

static cdr_status stop_row(cdr_clocks *c, cdr_clock_row *row, bool kept, cdr_err *err)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(c->ws));
    cdr_clock_event_row e = {.at_us = now, .meant_us = row->due_us, .kind = kept ? CDR_CLOCK_STOPPED : CDR_CLOCK_CANCELLED};
    row->ended_us = now;
    row->state = !kept ? CDR_CLOCK_DROPPED : now <= row->due_us ? CDR_CLOCK_KEPT : CDR_CLOCK_LATE;
    cdr_status s = cdr_clock_store_put(c, row, err);
    if (s == CDR_OK)
        s = cdr_clock_store_supersede(c, row->id, CDR_DUTY__MAX, err);
    if (s == CDR_OK)
        s = cdr_clock_store_event(c, row->id, &e, false, err);
    return s == CDR_OK && row->state == CDR_CLOCK_LATE ? enter_late(c, row, now, err) : s;
}

static cdr_status stop_inside(cdr_clocks *c, const char *subject, const char *ref, bool kept, cdr_err *err)
{
    cdr_clock_row row;
    cdr_status s = cdr_clock_store_find(c, subject, ref, &row, err);
    if (s == CDR_NOT_FOUND || (s == CDR_OK && row.ended_us))
        return cdr_fail(err, CDR_NOT_FOUND, "clock", "clock.none", "No clock runs for this.");
    return s == CDR_OK ? stop_row(c, &row, kept, err) : s;
}

cdr_status cdr_clock_stop(cdr_clocks *c, const char *subject, const char *ref, bool kept, cdr_err *err)
{
    cdr_status s = cdr_db_begin(c->db, err);
    if (s != CDR_OK)
        return s;
    s = stop_inside(c, subject, ref, kept, err);
    if (s != CDR_NOT_FOUND)
        return end_transaction(c, s, err);
    /* Nothing was written: whoever began the transaction goes on. */
    s = cdr_db_commit(c->db, err);
    return s == CDR_OK ? CDR_NOT_FOUND : s;
}

typedef struct gathered { cdr_clock_row *rows; size_t count, cap; } gathered;

static cdr_status gather(void *arg, const cdr_clock_row *row)
{
    gathered *g = arg;
    if (g->count == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 16;
        cdr_clock_row *more = cdr_realloc_array(g->rows, cap, sizeof *more);
        if (!more)
            return CDR_E_NOMEM;
        g->rows = more;
        g->cap = cap;
    }
    g->rows[g->count++] = *row;
    return CDR_OK;
}

cdr_status cdr_clock_stop_all(cdr_clocks *c, const char *subject, cdr_err *err)
{
    gathered g = {0};
    cdr_status s = cdr_db_begin(c->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_clock_store_each(c, subject, false, gather, &g, err);
    for (size_t i = 0; s == CDR_OK && i < g.count; i++)
        s = stop_row(c, &g.rows[i], false, err);
    cdr_free(g.rows);
    return end_transaction(c, s == CDR_E_NOMEM ? cdr_fail_nomem(err, "clock") : s, err);
}

/* --- looking --- */

typedef struct viewer { cdr_clock_fn *fn; cdr_clock_event_fn *event; void *arg; } viewer;

static cdr_status view(void *arg, const cdr_clock_row *row)
{
    const viewer *v = arg;
    cdr_clock shown;
    cdr_clock_show(row, &shown);
    return v->fn(v->arg, &shown);
}

cdr_status cdr_clock_each(cdr_clocks *c, const char *subject, bool ended_too, cdr_clock_fn *fn, void *arg, cdr_err *err)
{
    return cdr_clock_store_each(c, subject, ended_too, view, &(viewer){.fn = fn, .arg = arg}, err);
}

static cdr_status view_event(void *arg, const cdr_clock_row *row, const cdr_clock_event_row *e)
{
    const viewer *v = arg;
    cdr_clock shown;
    cdr_clock_show(row, &shown);
    return v->event(v->arg, &(cdr_clock_event){&shown, e->kind, e->at_us, e->meant_us, e->to});
}

cdr_status cdr_clock_events(cdr_clocks *c, const char *subject, cdr_clock_event_fn *fn, void *arg, cdr_err *err)
{
    return cdr_clock_store_events(c, subject, view_event, &(viewer){.event = fn, .arg = arg}, err);
}

cdr_status cdr_clock_next(cdr_clocks *c, cdr_buf *label, char subject[32], int64_t *ret_due_us, cdr_err *err)
{
    cdr_clock_row row;
    cdr_status s = cdr_clock_store_next(c, &row, err);
    if (s != CDR_OK)
        return s;
    if (label && cdr_buf_adds(label, row.label) != CDR_OK)
        return cdr_fail_nomem(err, "clock");
    if (subject)
        snprintf(subject, 32, "%s", row.subject);
    *ret_due_us = row.due_us;
    return CDR_OK;
}

cdr_status cdr_clock_waits(cdr_clocks *c, int64_t *ret_since_us, cdr_err *err)
{
    return cdr_clock_store_waits(c, cdr_now_us(cdr_workspace_ctx(c->ws)), ret_since_us, err);
}
