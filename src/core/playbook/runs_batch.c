/* SPDX-License-Identifier: Apache-2.0 */
/* Events that are committed together: stored before they are applied; with them the row of the run, its clocks, and one entry of the ledger with a hash over the rows. */
#include "core/playbook/runs_parts.h"

#include "base/fault.h"
#include "base/parse.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX ((size_t)64 << 20)

/* What people did, as the ledger names it. */
static const char *deed_name(unsigned kind)
{
    static const char *const names[CDR_RUN_KIND__MAX] = {
        [CDR_RUN_STARTED] = "started", [CDR_RUN_ENDED_COMMAND] = "answered", [CDR_RUN_RETRIED] = "retried",   [CDR_RUN_SKIPPED] = "skipped",   [CDR_RUN_BY_HAND] = "by-hand",
        [CDR_RUN_ABORTED] = "aborted", [CDR_RUN_SHOWN] = "evidence",         [CDR_RUN_APPROVED] = "approved", [CDR_RUN_REJECTED] = "rejected", [CDR_RUN_CLOCK] = "clock",
    };
    return kind < CDR_RUN_KIND__MAX ? names[kind] : NULL;
}

void cdr_runs_stop_point(void)
{
    if (cdr_fault(CDR_FAULT_STOP))
        kill(getpid(), SIGKILL);
}

/* --- clocks --- */

static cdr_status look_at_dues(cdr_run *run, runs_dues *out, cdr_err *err)
{
    size_t count;
    const cdr_activation *const *open = cdr_run_open(run, &count);
    out->len = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t due;
        if (!cdr_run_due(run, open[i], &due))
            continue;
        runs_due *d = runs_dues_push(out);
        if (!d)
            return cdr_fail_nomem(err, "playbook");
        *d = (runs_due){.activation = open[i]->id, .due_us = due};
    }
    return CDR_OK;
}

cdr_status cdr_runs_batch_look(runs_batch *b, cdr_err *err)
{
    return look_at_dues(b->run, &b->dues, err);
}

static void ref_of(const runs_batch *b, uint32_t activation, char ret[48])
{
    snprintf(ret, 48, "R-%lld/%u", (long long)b->row.id, activation);
}

static cdr_status set_clock(runs_batch *b, const runs_due *d, cdr_err *err)
{
    const cdr_activation *a = cdr_run_activation(b->run, d->activation);
    const cdr_rule *rule = &a->step->rule;
    char ref[48];
    ref_of(b, d->activation, ref);
    cdr_clock_setup setup = {.subject = b->row.subject, .ref = ref, .label = cdr_step_label(a->step), .began_us = a->began_us ? a->began_us : a->entered_us, .due_us = d->due_us, .role = rule->role, .drill = b->row.drill};
    if (rule->clock && strcmp(rule->clock, "step") != 0 && !cdr_run_clock(b->run, rule->clock, &setup.began_us))
        return CDR_OK;
    setup.warn_count = rule->warn_count;
    setup.escalation_count = rule->escalation_count;
    memcpy(setup.warn, rule->warn, sizeof setup.warn);
    memcpy(setup.escalate, rule->escalate, sizeof setup.escalate);
    return cdr_clock_set(b->r->clocks, &setup, err);
}

/* The step ended, or its clock was taken back. */
static cdr_status stop_clock(runs_batch *b, uint32_t activation, cdr_err *err)
{
    const cdr_activation *a = cdr_run_activation(b->run, activation);
    char ref[48];
    ref_of(b, activation, ref);
    bool kept = a->state == CDR_ACT_CLOSED && (a->outcome == CDR_OUT_SUCCESS || a->outcome == CDR_OUT_BY_HAND);
    cdr_status s = cdr_clock_stop(b->r->clocks, b->row.subject, ref, kept, err);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* What was due before the batch against what is due now; both are in the order of entering. */
static cdr_status sync_clocks(runs_batch *b, cdr_err *err)
{
    runs_dues now = {0};
    size_t was = 0;
    cdr_status s = look_at_dues(b->run, &now, err);
    for (size_t i = 0; i < now.len && s == CDR_OK; i++) {
        const runs_due *d = &now.at[i];
        for (; was < b->dues.len && b->dues.at[was].activation < d->activation && s == CDR_OK; was++)
            s = stop_clock(b, b->dues.at[was].activation, err);
        bool same = was < b->dues.len && b->dues.at[was].activation == d->activation;
        if (s == CDR_OK && !(same && b->dues.at[was].due_us == d->due_us))
            s = set_clock(b, d, err);
        was += same;
    }
    for (; was < b->dues.len && s == CDR_OK; was++)
        s = stop_clock(b, b->dues.at[was].activation, err);
    runs_dues_done(&b->dues);
    b->dues = now;
    return s;
}

/* --- the batch --- */

cdr_status cdr_runs_batch_begin(cdr_runs *r, runs_batch *b, cdr_err *err)
{
    if (!b->r) {
        b->nested = cdr_db_in_transaction(r->db);
        b->bytes = CDR_BUF(BYTES_MAX);
        b->r = r;
    }
    cdr_status s = cdr_db_begin(r->db, err);
    b->open = s == CDR_OK;
    return s;
}

/* The next one of the same run. */
static cdr_status begin_again(runs_batch *b, cdr_err *err)
{
    cdr_status s = cdr_runs_batch_commit(b, err);
    return s == CDR_OK ? cdr_runs_batch_begin(b->r, b, err) : s;
}

cdr_status cdr_runs_batch_add(runs_batch *b, const cdr_run_event *event, cdr_err *err)
{
    cdr_runs *r = b->r;
    uint64_t seq = event->seq;
    bool deed = event->by != NULL;
    cdr_run_kind kind = event->kind;
    int64_t at_us = event->at_us;
    r->current = b->row.id;
    _cleanup_json_ json_t *sealed = NULL;
    cdr_status s = cdr_runs_seal(b, event, &sealed, err);
    cdr_run_event kept = *event;
    kept.data = sealed ? sealed : event->data;
    if (s == CDR_OK)
        s = cdr_runs_store_add(r->store, b->row.id, &kept, &b->bytes, err);
    if (s == CDR_OK)
        s = cdr_run_apply(b->run, event, err);
    if (s != CDR_OK)
        return s;
    b->first = b->first ? b->first : seq;
    b->deeds |= deed && (unsigned)kind < 64 ? UINT64_C(1) << kind : 0;
    b->row.events = seq;
    if (cdr_run_over(b->run, &b->row.outcome))
        b->row.ended_us = at_us;
    bool full = seq - b->first + 1 >= CDR_RUNS_BATCH || b->bytes.len > BYTES_MAX / 2;
    return full || cdr_fault_armed(CDR_FAULT_STOP) ? begin_again(b, err) : CDR_OK;
}

static unsigned count_waiting(cdr_run *run)
{
    size_t count;
    unsigned n = 0;
    const cdr_activation *const *open = cdr_run_open(run, &count);
    for (size_t i = 0; i < count; i++) {
        cdr_activation_state st = open[i]->state;
        n += st == CDR_ACT_ANSWER || st == CDR_ACT_EVIDENCE || st == CDR_ACT_APPROVAL || st == CDR_ACT_DOUBT || st == CDR_ACT_FAILED;
    }
    return n;
}

cdr_status cdr_runs_hash(cdr_workspace *ws, int64_t run, const cdr_buf *bytes, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err)
{
    char text[48];
    uint8_t salt[CDR_VALUE_ID_BYTES];
    const cdr_secret *key = cdr_workspace_key(ws, CDR_KEY_PSEUDONYM);
    if (!key)
        return cdr_fail_nomem(err, "playbook");
    int n = snprintf(text, sizeof text, "events of R-%lld", (long long)run);
    cdr_value_id(key, text, (size_t)n, salt);
    const void *const parts[] = {salt, bytes->data ? bytes->data : ""};
    const size_t lens[] = {sizeof salt, bytes->len};
    cdr_sha256_parts(parts, lens, CDR_COUNT(parts), ret);
    return CDR_OK;
}

static cdr_status enter(runs_batch *b, cdr_err *err)
{
    uint8_t sha256[32];
    char hex[65], subject[32];
    bool over = b->row.outcome != CDR_OUT_NONE;
    _cleanup_json_ json_t *people = json_array();
    cdr_status s = cdr_runs_hash(b->r->ws, b->row.id, &b->bytes, sha256, err);
    if (s != CDR_OK)
        return s;
    cdr_hex_encode(sha256, sizeof sha256, hex);
    for (unsigned k = 0; k < CDR_RUN_KIND__MAX; k++)
        if (b->deeds >> k & 1 && deed_name(k))
            json_array_append_new(people, json_string(deed_name(k)));
    _cleanup_json_ json_t *d = json_pack("{s:s, s:I, s:I, s:s, s:O}", "of", b->row.subject, "first", (json_int_t)b->first, "last", (json_int_t)b->row.events, "sha256", hex, "people", people);
    bool bad = !d || !people;
    if (!bad && b->first == 1) {
        cdr_hex_encode(b->row.sha256, sizeof b->row.sha256, hex);
        bad = json_object_set_new(d, "playbook", json_string(b->row.playbook)) || json_object_set_new(d, "playbook_sha256", json_string(hex)) ||
              (b->row.drill && json_object_set_new(d, "drill", json_true())) || (b->row.verified && json_object_set_new(d, "verified", json_true()));
    }
    if (!bad && over)
        bad = json_object_set_new(d, "outcome", json_string(cdr_run_outcome_name(b->row.outcome)));
    _cleanup_buf_ cdr_buf out = CDR_BUF(8192);
    s = bad ? cdr_fail_nomem(err, "playbook") : cdr_json_canonical(d, &out, err);
    if (s != CDR_OK)
        return s;
    snprintf(subject, sizeof subject, "R-%lld", (long long)b->row.id);
    cdr_ledger_event ev = {.kind = b->first == 1 ? "run.start" : over ? "run.end" : "run.events", .actor = cdr_workspace_actor(b->r->ws), .subject = subject, .details_json = out.data};
    return cdr_ledger_append(cdr_workspace_ledger(b->r->ws), &ev, NULL, err);
}

cdr_status cdr_runs_batch_commit(runs_batch *b, cdr_err *err)
{
    cdr_status s = CDR_OK;
    if (b->first) {
        b->row.waiting = count_waiting(b->run);
        s = sync_clocks(b, err);
        if (s == CDR_OK)
            s = cdr_runs_store_save(b->r->store, &b->row, cdr_run_wake(b->run), err);
        if (s == CDR_OK)
            s = enter(b, err);
        cdr_runs_stop_point();
    }
    if (s == CDR_OK) {
        b->open = false;
        s = cdr_db_commit(b->r->db, err);
    }
    if (b->first)
        cdr_runs_stop_point();
    b->first = b->deeds = 0;
    cdr_buf_clear(&b->bytes);
    return s;
}

void cdr_runs_batch_done(runs_batch *b)
{
    if (b->open)
        cdr_db_rollback(b->r->db);
    b->open = false;
    runs_dues_done(&b->dues);
    cdr_buf_done(&b->bytes);
}
