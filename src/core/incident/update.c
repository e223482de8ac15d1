/* SPDX-License-Identifier: Apache-2.0 */
/* Progress updates: a rhythm is promised to somebody, and kept. The promise is a commitment among the others, open until no more updates are owed; a clock has the next one. */
#include "core/incident/inside.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_US (INT64_C(60) * 1000000)
#define EVERY_MIN_US (5 * MINUTE_US)
#define EVERY_MAX_US (90 * 24 * 60 * MINUTE_US)
#define WARN_MAX_S (4 * 3600)
#define UPDATES "updates"                      /* the commitment's reference */

/* --- the clock --- */

/* Reminded when a quarter of the time is left; a quarter late the manager is called, at double the time the owner. */
static cdr_status set_clock(cdr_incidents *in, const cdr_incident *i, int64_t every_us, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    int64_t now = cdr_in_now(in), quarter = CDR_MIN(every_us / 1000000 / 4, WARN_MAX_S);
    cdr_in_subject(i->id, subject);
    cdr_clock_setup c = {.subject = subject, .ref = "update", .label = "Progress update", .began_us = now, .due_us = now + every_us, .role = CDR_DUTY_COMMUNICATIONS, .drill = i->drill, .warn_count = 1,
                         .warn = {{.seconds = quarter}}, .escalation_count = 2, .escalate = {{{.seconds = quarter}, CDR_DUTY_MANAGER}, {{.seconds = every_us / 1000000}, CDR_DUTY_OWNER}}};
    return cdr_clock_set(cdr_runs_clocks(in->runs), &c, err);
}

static cdr_status stop_clock(cdr_incidents *in, int64_t id, bool kept, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(id, subject);
    cdr_status s = cdr_clock_stop(cdr_runs_clocks(in->runs), subject, "update", kept, err);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* --- the commitment --- */

typedef struct found { int64_t id; char what[512]; } found;

static cdr_status is_updates(void *arg, const cdr_item *t)
{
    found *f = arg;
    if (t->kind == CDR_ITEM_PROMISE && !strcmp(t->ref, UPDATES)) {
        f->id = t->id;
        snprintf(f->what, sizeof f->what, "%s", t->what);
    }
    return CDR_OK;
}

static cdr_status commitment(cdr_incidents *in, int64_t id, found *ret, cdr_err *err)
{
    *ret = (found){0};
    return cdr_incident_items(in, id, false, is_updates, ret, err);
}

static cdr_status check_every(int64_t every_us, cdr_err *err)
{
    if (!every_us || (every_us >= EVERY_MIN_US && every_us <= EVERY_MAX_US))
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "incident", "update.every", "Updates are promised every 5 minutes at the most often, and every 90 days at the least.");
}

static cdr_status promise(cdr_incidents *in, const cdr_incident *i, int64_t every_us, const char *to_whom, cdr_err *err)
{
    char span[CDR_DURATION_TEXT];
    cdr_item t = {.incident = i->id, .kind = CDR_ITEM_PROMISE, .ref = UPDATES};
    cdr_span_words(every_us, span);
    snprintf(t.what, sizeof t.what, "Progress updates every %s", span);
    snprintf(t.to_whom, sizeof t.to_whom, "%s", to_whom);
    cdr_status s = cdr_incident_add_item(in, &t, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_SET_UPDATES, CDR_V(cdr_v_int(i->id), cdr_v_int(every_us)), err);
    return s == CDR_OK ? set_clock(in, i, every_us, err) : s;
}

static cdr_status change(cdr_incidents *in, int64_t id, int64_t every_us, const char *to_whom, cdr_err *err)
{
    cdr_incident i;
    found f;
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = commitment(in, id, &f, err);
    if (s == CDR_OK && !every_us && !f.id)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "update.none", "No updates are promised in I-%lld.", (long long)id);
    if (s == CDR_OK && f.id)      /* which ends the rhythm, too */
        s = cdr_incident_end_item(in, f.id, CDR_ITEM_DONE, every_us ? "promised anew" : "no more updates are owed", err);
    return s == CDR_OK && every_us ? promise(in, &i, every_us, to_whom, err) : s;
}

cdr_status cdr_in_end_updates(cdr_incidents *in, const cdr_item *item, cdr_err *err)
{
    if (item->kind != CDR_ITEM_PROMISE || strcmp(item->ref, UPDATES) != 0)
        return CDR_OK;
    cdr_status s = cdr_in_run(in->set, IN_SET_UPDATES, CDR_V(cdr_v_int(item->incident), cdr_v_int(0)), err);
    return s == CDR_OK ? stop_clock(in, item->incident, false, err) : s;
}

cdr_status cdr_incident_promise_updates(cdr_incidents *in, int64_t id, int64_t every_us, const char *to_whom, cdr_err *err)
{
    char whom[120];
    cdr_status s = check_every(every_us, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, to_whom, "To whom updates are promised", every_us != 0, whom, sizeof whom, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, change(in, id, every_us, whom, err), err) : s;
}

/* --- an update --- */

static cdr_status note_update(cdr_incidents *in, int64_t id, const char *text, cdr_err *err)
{
    cdr_incident i;
    _cleanup_free_ char *words = cdr_asprintf("Progress update: %s", text);
    if (!words)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_SET_UPDATED, CDR_V(cdr_v_int(id), cdr_v_int(cdr_in_now(in))), err);
    if (s == CDR_OK)
        s = cdr_in_add_event(in, id, &(cdr_in_event){.kind = "promise", .text = words, .pinned = true}, err);
    if (s == CDR_OK && i.update_every_us)
        s = stop_clock(in, id, true, err);
    return s == CDR_OK && i.update_every_us ? set_clock(in, &i, i.update_every_us, err) : s;
}

cdr_status cdr_incident_updated(cdr_incidents *in, int64_t id, const char *text, cdr_err *err)
{
    _cleanup_free_ char *clean = cdr_alloc(CDR_INCIDENT_TEXT_MAX);
    if (!clean)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = cdr_in_clean(in, text, "The update", true, clean, CDR_INCIDENT_TEXT_MAX - 20, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, note_update(in, id, clean, err), err) : s;
}
