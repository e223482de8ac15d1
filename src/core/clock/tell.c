/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of clocks. Each waits in the database until it was handed over: a crash between the two sends the one that was under way again, under the same id, and none is lost. */
#include "core/clock/inside.h"

#include "base/io.h"
#include "template/message.h"

#include <stdio.h>
#include <string.h>

#define LATE_US (INT64_C(600) * 1000000)       /* a message says when it was meant when it comes later than this */

static const char *message_of(const cdr_clock_row *clock, const cdr_clock_event_row *e, int64_t now)
{
    if (e->kind == CDR_CLOCK_ESCALATE)
        return "clock_escalate";
    if ((e->kind == CDR_CLOCK_SET || e->kind == CDR_CLOCK_MOVED) && now < clock->due_us)
        return "clock_new";
    if (e->kind == CDR_CLOCK_WARN && now < clock->due_us)
        return "clock_warn";
    return now - clock->due_us > LATE_US ? "clock_overdue" : "clock_due";
}

static cdr_status write_letter(cdr_clocks *c, const cdr_clock_tick *tick, const cdr_clock_row *clock, const cdr_clock_event_row *e, cdr_clock_letter *ret, cdr_err *err)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(c->ws));
    char left[CDR_DURATION_TEXT], command[120] = "";
    cdr_clock shown;
    cdr_clock_show(clock, &shown);
    cdr_status s = tick->command ? tick->command(tick->arg, &shown, e->to, command, err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    cdr_span_words(clock->due_us - now, left);
    _cleanup_free_ char *folder = cdr_path_join(cdr_workspace_dir(c->ws), "messages");
    if (!folder)
        return cdr_fail_nomem(err, "clock");
    snprintf(ret->id, sizeof ret->id, "clock-%lld-%llx", (long long)e->id, (unsigned long long)e->at_us);
    cdr_message_facts facts = {.org = cdr_workspace_org(c->ws), .task = clock->label[0] ? clock->label : "something", .left = left, .role = e->to == CDR_DUTY_ANYBODY ? "whoever is in charge" : cdr_duty_role_label(e->to),
                               .command = command[0] ? command : NULL, .due_us = clock->due_us, .meant_us = now - e->meant_us > LATE_US && e->kind != CDR_CLOCK_SET && e->kind != CDR_CLOCK_MOVED ? e->meant_us : 0, .at_us = now};
    return cdr_message_text(folder, message_of(clock, e, now), &facts, &ret->subject, &ret->text, err);
}

static cdr_status address(const cdr_clock_tick *tick, const cdr_clock_row *clock, const cdr_clock_event_row *e, cdr_clock_letter *ret, cdr_err *err)
{
    cdr_status s = tick->whom ? tick->whom(tick->arg, clock->subject, e->to, ret->to, err) : CDR_OK;
    bool mail = ret->to[0] && e->tries < CDR_CLOCK_TRIES_MAX && (!tick->sender || cdr_sender_way(tick->sender, CDR_SEND_EMAIL));
    if (s == CDR_OK)
        ret->way = mail ? CDR_SEND_EMAIL : CDR_SEND_ALERT;
    return s;
}

cdr_status cdr_clock_letter_next(cdr_clocks *c, const cdr_clock_tick *tick, int64_t after, cdr_clock_letter *ret, cdr_err *err)
{
    cdr_clock_row clock;
    cdr_clock_event_row e;
    *ret = (cdr_clock_letter){.subject = CDR_BUF(1), .text = CDR_BUF(1)};
    cdr_status s = cdr_clock_store_unsent(c, tick->subject, after, &e, &clock, err);
    if (s != CDR_OK)
        return s;
    ret->event = e.id;
    s = write_letter(c, tick, &clock, &e, ret, err);
    if (s == CDR_OK)
        s = address(tick, &clock, &e, ret, err);
    return s == CDR_E_NOMEM || s == CDR_E_DB ? s : CDR_OK;      /* one that cannot be written keeps no other one waiting */
}

void cdr_clock_letter_done(cdr_clock_letter *letter)
{
    cdr_buf_wipe(&letter->subject);
    cdr_buf_wipe(&letter->text);
}

bool cdr_clock_letter_send(cdr_sender *sender, const cdr_clock_letter *l, bool *ret_away)
{
    cdr_err why = {0};
    *ret_away = false;
    if (!l->way)
        return false;
    cdr_status s = cdr_send(sender, &(cdr_message){.way = l->way, .to = l->way == CDR_SEND_EMAIL ? l->to : NULL, .subject = l->subject.data, .text = l->text.data, .id = l->id}, &why);
    /* A drop that holds it already has it: it was written before a crash. */
    if (s == CDR_OK || (s == CDR_E_INVAL && why.id && !strcmp(why.id, "send.twice")))
        return true;
    *ret_away = why.id && (!strcmp(why.id, "send.unreachable") || !strcmp(why.id, "send.timeout"));
    return false;
}

cdr_status cdr_clock_letter_sent(cdr_clocks *c, int64_t event, bool left, cdr_err *err)
{
    return cdr_clock_store_sent(c, event, left, err);
}

cdr_status cdr_clock_tell(cdr_clocks *c, cdr_clock_tick *tick, cdr_err *err)
{
    unsigned row = 0;
    int64_t after = 0;
    cdr_clock_letter l;
    cdr_status s;
    while ((s = cdr_clock_letter_next(c, tick, after, &l, err)) == CDR_OK) {
        bool left = false, away = false, tries = row < CDR_CLOCK_GIVE_UP && !cdr_cancelled(cdr_workspace_ctx(c->ws));
        after = l.event;
        if (tries) {      /* otherwise it is counted, and left for the next tick */
            left = cdr_clock_letter_send(tick->sender, &l, &away);
            row = away ? row + 1 : 0;
            s = cdr_clock_store_sent(c, l.event, left, err);
        }
        cdr_clock_letter_done(&l);
        tick->sent += left;
        tick->failed += !left;
        if (s != CDR_OK)
            return s;
    }
    return s == CDR_DONE ? CDR_OK : s;
}
