/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions with their reasons. To tell or not to tell somebody takes two people, unless there is one alone. A newer decision of the same name counts; the older stays. */
#include "core/incident/inside.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

void cdr_in_decision_row(cdr_db_query *q, cdr_decision *d)
{
    *d = (cdr_decision){.id = cdr_db_col_int(q, 0), .at_us = cdr_db_col_int(q, 5), .needs_second = cdr_db_col_int(q, 6) != 0, .approved_us = cdr_db_col_int(q, 8), .rejected = cdr_db_col_int(q, 9) != 0,
                        .alone = cdr_db_col_int(q, 11) != 0, .replaced = cdr_db_col_int(q, 15) != 0};
    cdr_in_text(q, 1, d->name, sizeof d->name);
    cdr_in_text(q, 2, d->outcome, sizeof d->outcome);
    cdr_in_text(q, 3, d->reason, sizeof d->reason);
    cdr_in_text(q, 4, d->by, sizeof d->by);
    cdr_in_text(q, 7, d->approved_by, sizeof d->approved_by);
    cdr_in_text(q, 10, d->said, sizeof d->said);
    cdr_in_text(q, 12, d->ref, sizeof d->ref);
}

bool cdr_decision_left_out(const cdr_decision *d)
{
    return !strcmp(d->outcome, CDR_DECISION_LEFT_OUT);
}

cdr_status cdr_incident_decisions(cdr_incidents *in, int64_t id, cdr_decision_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    _cleanup_free_ cdr_decision *d = cdr_alloc(sizeof *d);
    cdr_status s = d ? cdr_in_begin(in->set, IN_DECISIONS, &q, CDR_V(cdr_v_int(id)), err) : cdr_fail_nomem(err, "incident");
    if (!d)
        return s;
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_in_decision_row(&q, d);
        s = fn(arg, d);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_in_put_decision(cdr_incidents *in, int64_t id, const cdr_decision *d, int64_t *ret, cdr_err *err)
{
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){d->name, d->outcome, d->reason}, 3, words);
    cdr_status s = cdr_in_run(in->set, IN_DECISION_ADD, CDR_V(cdr_v_int(id), cdr_v_text(d->name), cdr_v_text(d->outcome), cdr_v_text(d->reason), cdr_v_text(d->by), cdr_v_int(d->at_us),
                              cdr_v_int(d->needs_second), cdr_v_maybe(d->ref), cdr_v_int(d->alone), cdr_v_blob(salt, sizeof salt)), err);
    *ret = cdr_db_last_id(in->db);
    if (s != CDR_OK)
        return s;
    return cdr_in_enter(in, "incident.decision", id, json_pack("{s:I, s:s, s:b, s:b, s:s}", "decision", (json_int_t)*ret, "name", d->name, "second", (int)d->needs_second, "alone", (int)d->alone, "words", words), err);
}

cdr_status cdr_incident_decide(cdr_incidents *in, int64_t id, const char *name, const char *outcome, const char *reason, int64_t *ret_decision, cdr_err *err)
{
    cdr_incident i;
    int64_t made = 0;
    cdr_decision d = {.at_us = cdr_in_now(in)};
    if (!cdr_in_is_key(name, sizeof d.name - 1) || !cdr_in_is_key(outcome, sizeof d.outcome - 1))
        return cdr_fail(err, CDR_E_INVAL, "incident", "decision.name", "A decision has a short name such as notify-authority, and an outcome such as yes or no: letters a-z, digits and hyphens.");
    snprintf(d.name, sizeof d.name, "%s", name);
    snprintf(d.outcome, sizeof d.outcome, "%s", outcome);
    snprintf(d.by, sizeof d.by, "%.79s", cdr_in_actor(in));
    cdr_status s = cdr_in_clean(in, reason, "The reason", true, d.reason, sizeof d.reason, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_incident_alone(in, id, &d.alone, err);
    d.needs_second = !strncmp(d.name, "notify", 6) && !d.alone;
    if (s == CDR_OK)
        s = cdr_in_put_decision(in, id, &d, &made, err);
    if (s == CDR_OK)
        s = cdr_in_authority(in, id, err);
    s = cdr_in_end(in, s, err);
    if (s == CDR_OK && ret_decision)
        *ret_decision = made;
    return s;
}

/* --- the second person --- */

static cdr_status get(cdr_incidents *in, int64_t id, int64_t decision, cdr_decision *ret, uint8_t salt[CDR_IN_SALT], cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_DECISION_GET, &q, CDR_V(cdr_v_int(id), cdr_v_int(decision)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        size_t len;
        cdr_in_decision_row(&q, ret);
        const void *bytes = cdr_db_col_blob(&q, 14, &len);
        if (bytes && len == CDR_IN_SALT)
            memcpy(salt, bytes, CDR_IN_SALT);
    }
    cdr_db_end(&q);
    if (s == CDR_DONE)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "decision.none", "I-%lld has no decision %lld; candor incident show I-%lld lists them.", (long long)id, (long long)decision, (long long)id);
    return s;
}

/* ${role}: of the step that asks for it; the approver otherwise. ${ret}: as whom. */
static cdr_status check(cdr_incidents *in, int64_t id, const cdr_decision *d, cdr_duty_role role, char ret[CDR_INCIDENT_WHO_MAX], cdr_err *err)
{
    if (d->approved_us)
        return cdr_fail(err, CDR_DENIED, "incident", "decision.answered", "%.60s answered this decision already: %s.", d->approved_by, d->rejected ? "no" : "yes");
    if (d->replaced)
        return cdr_fail(err, CDR_DENIED, "incident", "decision.replaced", "A newer decision of this name took its place; candor incident show I-%lld lists them.", (long long)id);
    if (!d->needs_second)
        return cdr_fail(err, CDR_DENIED, "incident", "decision.alone", "This decision needs no second person.");
    cdr_status s = cdr_incident_alone_as(in, id, d->by, ret, err);
    if (s != CDR_OK || *ret)
        return s;
    snprintf(ret, CDR_INCIDENT_WHO_MAX, "%.79s", cdr_in_actor(in));
    return cdr_incident_check_second(in, id, role, d->by, ret, err);
}

static cdr_status approve(cdr_incidents *in, int64_t id, int64_t decision, bool yes, const char *said, cdr_err *err)
{
    cdr_incident i;
    uint8_t salt[CDR_IN_SALT] = {0};
    char words[CDR_IN_WORDS], by[CDR_INCIDENT_WHO_MAX];
    _cleanup_free_ cdr_decision *d = cdr_alloc(sizeof *d);
    if (!d)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = get(in, id, decision, d, salt, err);
    if (s == CDR_OK)
        s = check(in, id, d, CDR_DUTY_APPROVER, by, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_DECISION_ANSWER, CDR_V(cdr_v_int(decision), cdr_v_text(by), cdr_v_int(cdr_in_now(in)), cdr_v_int(!yes), cdr_v_text(said)), err);
    cdr_in_words(salt, (const char *const[]){said}, 1, words);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.approve", id, json_pack("{s:I, s:b, s:s}", "decision", (json_int_t)decision, "yes", (int)yes, "words", words), err);
    return s == CDR_OK ? cdr_in_authority(in, id, err) : s;
}

/* A decision that a step of a run asked for waits there, too: what is said to one is said to the other. "R-7/12": ->ok. */
static bool step_of(const char *ref, int64_t *ret_run, uint32_t *ret_step)
{
    uint64_t step;
    const char *slash = strchr(ref, '/');
    size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;
    if (strncmp(ref, "R-", 2) != 0 || !slash || !cdr_parse_i64(ref + 2, (size_t)(slash - ref) - 2, 1, INT64_MAX, ret_run) || !cdr_parse_u64(slash + 1, digits, 1, UINT32_MAX, &step))
        return false;
    *ret_step = (uint32_t)step;
    return true;
}

static cdr_status say_to_step(cdr_incidents *in, int64_t id, int64_t decision, bool yes, const char *said, bool *ret_done, cdr_err *err)
{
    _cleanup_free_ cdr_decision *d = cdr_alloc(sizeof *d);
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    uint8_t salt[CDR_IN_SALT];
    int64_t run_id;
    uint32_t step;
    char by[CDR_INCIDENT_WHO_MAX];
    *ret_done = false;
    cdr_status s = d ? get(in, id, decision, d, salt, err) : cdr_fail_nomem(err, "incident");
    if (s != CDR_OK || d->approved_us || d->replaced || !step_of(d->ref, &run_id, &step))
        return s;
    s = cdr_runs_load(in->runs, run_id, NULL, &run, err);
    const cdr_activation *a = s == CDR_OK ? cdr_run_activation(run, step) : NULL;
    if (s != CDR_OK || !a || a->state == CDR_ACT_CLOSED)
        return s;
    if (a->state != CDR_ACT_APPROVAL)
        return cdr_fail(err, CDR_DENIED, "incident", "decision.step", "The step that asked for this decision is not done: it is %s; candor run show R-%lld says what is to be done first.", cdr_activation_state_name(a->state),
                        (long long)run_id);
    if (a->skipped)
        return cdr_fail(err, CDR_DENIED, "incident", "decision.left-out", "%.60s wants to leave this step out; say yes or no to that first: candor run approve R-%lld, or candor run reject.", a->answered_by,
                        (long long)run_id);
    s = check(in, id, d, a->step->rule.approver, by, err);
    if (s == CDR_OK)
        s = cdr_runs_say(in->runs, run_id, yes ? CDR_DEED_APPROVE : CDR_DEED_REJECT,
                         &(cdr_run_say){.activation = step, .by = by, .text = *said ? said : NULL, .alone = !strncmp(by, CDR_INCIDENT_ALONE, strlen(CDR_INCIDENT_ALONE)), .now_us = cdr_in_now(in)}, err);
    *ret_done = s == CDR_OK;
    return s == CDR_OK ? cdr_incident_settle(in, id, err) : s;
}

cdr_status cdr_incident_approve(cdr_incidents *in, int64_t id, int64_t decision, bool yes, const char *reason, cdr_err *err)
{
    char said[256];
    bool done = false;
    cdr_status s = cdr_in_clean(in, reason, "The reason", !yes, said, sizeof said, err);
    if (s == CDR_OK)
        s = say_to_step(in, id, decision, yes, said, &done, err);
    if (s == CDR_OK && !done)
        s = cdr_db_begin(in->db, err);
    if (done)
        return s;
    return s == CDR_OK ? cdr_in_end(in, approve(in, id, decision, yes, said, err), err) : s;
}
