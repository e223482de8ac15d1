/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of clocks. Each waits in the database until it was handed over: a crash between the two sends the one that was under way again, under the same id, and none is lost. */
#include "core/clock/inside.h"

#include "base/io.h"
#include "template/message.h"

#include <stdio.h>
#include <string.h>

#define LATE_US (INT64_C(600) * 1000000)       /* a message says when it was meant when it comes later than this */
#define GIVE_UP 3                              /* times that nobody answered, one behind the other: the server is away, and each message would wait for it */

typedef struct letter { cdr_buf subject, text; char id[64]; } letter;

static const char *message_of(const cdr_clock_row *clock, const cdr_clock_event_row *e, int64_t now)
{
    if (e->kind == CDR_CLOCK_ESCALATE)
        return "clock_escalate";
    if (e->kind == CDR_CLOCK_WARN && now < clock->due_us)
        return "clock_warn";
    return now - clock->due_us > LATE_US ? "clock_overdue" : "clock_due";
}

static cdr_status write_letter(cdr_clocks *c, const cdr_clock_tick *tick, const cdr_clock_row *clock, const cdr_clock_event_row *e, letter *ret, cdr_err *err)
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
                               .command = command[0] ? command : NULL, .due_us = clock->due_us, .meant_us = now - e->meant_us > LATE_US ? e->meant_us : 0, .at_us = now};
    return cdr_message_text(folder, message_of(clock, e, now), &facts, &ret->subject, &ret->text, err);
}

/* A drop that holds it already has it: it was written before a crash. */
static cdr_status hand_over(cdr_sender *sender, const cdr_message *m, cdr_err *err)
{
    cdr_err why = {0};
    cdr_status s = cdr_send(sender, m, &why);
    if (s == CDR_E_INVAL && why.id && !strcmp(why.id, "send.twice"))
        return CDR_OK;
    if (s != CDR_OK && err)
        *err = why;
    return s;
}

static cdr_status tell_one(cdr_clocks *c, const cdr_clock_tick *tick, const cdr_clock_row *clock, const cdr_clock_event_row *e, cdr_err *err)
{
    char to[256] = "";
    letter l = {.subject = CDR_BUF(0), .text = CDR_BUF(0)};
    cdr_status s = tick->whom ? tick->whom(tick->arg, clock->subject, e->to, to, err) : CDR_OK;
    if (s == CDR_OK)
        s = write_letter(c, tick, clock, e, &l, err);
    bool mail = to[0] && e->tries < CDR_CLOCK_TRIES_MAX && cdr_sender_way(tick->sender, CDR_SEND_EMAIL);
    if (s == CDR_OK)
        s = hand_over(tick->sender, &(cdr_message){.way = mail ? CDR_SEND_EMAIL : CDR_SEND_ALERT, .to = mail ? to : NULL, .subject = l.subject.data, .text = l.text.data, .id = l.id}, err);
    cdr_buf_wipe(&l.subject);
    cdr_buf_wipe(&l.text);
    return s;
}

cdr_status cdr_clock_tell(cdr_clocks *c, cdr_clock_tick *tick, cdr_err *err)
{
    cdr_clock_row clock;
    cdr_clock_event_row e = {0};
    unsigned row = 0;
    cdr_status s;
    while ((s = cdr_clock_store_unsent(c, tick->subject, e.id, &e, &clock, err)) == CDR_OK) {
        if (row == GIVE_UP || cdr_cancelled(cdr_workspace_ctx(c->ws))) {      /* counted, and left for the next tick */
            tick->failed++;
            continue;
        }
        cdr_err why = {0};
        bool left = tell_one(c, tick, &clock, &e, &why) == CDR_OK, away = !left && why.id && (!strcmp(why.id, "send.unreachable") || !strcmp(why.id, "send.timeout"));
        row = away ? row + 1 : 0;
        tick->sent += left;
        tick->failed += !left;
        s = cdr_clock_store_sent(c, e.id, left, err);
        if (s != CDR_OK)
            return s;
    }
    return s == CDR_DONE ? CDR_OK : s;
}
