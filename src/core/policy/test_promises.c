/* SPDX-License-Identifier: Apache-2.0 */
/* Promises of the notice, held against what is declared and what was seen. Most are use rules in other words. */
#include "core/policy/judge_tests.h"

#include <limits.h>
#include <string.h>

static const char *const tests[] = {[CDR_PROMISE_NEVER_USE] = "MIN-07", [CDR_PROMISE_NEVER_SHARE] = "MIN-21", [CDR_PROMISE_NEVER_HOLD] = "MIN-07", [CDR_PROMISE_DELETE_AFTER] = "MIN-10",
                                    [CDR_PROMISE_ONLY_IN] = "MIN-22", [CDR_PROMISE_ENCRYPTED] = "MIN-12", [CDR_PROMISE_ONLY_COLLECT] = "MIN-02", [CDR_PROMISE_CONSENT_FIRST] = "MIN-23"};

typedef struct rule_maker { cdr_clause clauses[CDR_DIM__MAX]; size_t count; } rule_maker;

static void add_clause(rule_maker *m, cdr_dimension d, cdr_match match, const cdr_key_set *values)
{
    if (values->count > 0)
        m->clauses[m->count++] = (cdr_clause){d, match, *values};
}

/* Parts of the organisation are no others. */
static cdr_key_set with_ours(judging *j, const cdr_key_set *recipients)
{
    const char **keys = cdr_arena_alloc(j->arena, (recipients->count + j->facts->party_count + 1) * sizeof *keys);
    size_t count = 0;
    j->failed |= !keys;
    for (size_t i = 0; keys && i < recipients->count; i++) {
        const cdr_judge_party *p = judge_party(j, recipients->keys[i]);
        keys[count++] = p ? p->key : recipients->keys[i];
    }
    for (size_t i = 0; keys && i < j->facts->party_count; i++)
        if (j->facts->parties[i].ours)
            keys[count++] = j->facts->parties[i].key;
    return (cdr_key_set){keys, count, true};
}

/* What the promise forbids, as a use rule that nothing lifts. */
static void judge_as_rule(judging *j, const cdr_promise *p)
{
    cdr_use_rule *rule = cdr_arena_alloc(j->arena, sizeof *rule);
    rule_maker *m = cdr_arena_alloc(j->arena, sizeof *m);
    if (!rule || !m) {
        j->failed = true;
        return;
    }
    cdr_key_set others = with_ours(j, &p->recipients);
    add_clause(m, CDR_DIM_CATEGORIES, p->kind == CDR_PROMISE_ONLY_COLLECT ? CDR_MATCH_OTHER : CDR_MATCH_ANY, &p->categories);
    add_clause(m, CDR_DIM_USES, CDR_MATCH_ANY, &p->uses);
    add_clause(m, CDR_DIM_SYSTEMS, CDR_MATCH_ANY, &p->systems);
    if (p->kind == CDR_PROMISE_ONLY_IN)
        add_clause(m, CDR_DIM_COUNTRIES, CDR_MATCH_OTHER, &p->countries);
    if (p->kind == CDR_PROMISE_NEVER_SHARE)
        m->clauses[m->count++] = (cdr_clause){CDR_DIM_RECIPIENTS, CDR_MATCH_OTHER, others};
    *rule = (cdr_use_rule){.head = p->head, .effect = CDR_EFFECT_FORBID, .priority = INT_MAX, .clauses = m->clauses, .clause_count = m->count};
    judge_use_rule(j, cdr_min_test_find(tests[p->kind]), rule);
}

static bool speaks_of(const cdr_promise *p, const cdr_judge_system *s, const judge_seen *seen, cdr_truth *ret)
{
    if (p->systems.count > 0 && !judge_has(&p->systems, s->registered ? s->key : CDR_SYSTEM_UNREGISTERED))
        return false;
    *ret = p->categories.count ? judge_within(&p->categories, seen->category, seen->exact) : CDR_TRUE;
    return *ret != CDR_FALSE && judge_tier(seen->category) > 0;
}

/* --- deleted after --- */

/* Of one kind of data in one system: is it gone in time? */
static cdr_truth keeps_promise(judging *j, const cdr_promise *p, size_t system, judge_seen *seen, const cdr_retention_answer **ret)
{
    cdr_truth about;
    *ret = NULL;
    if (!speaks_of(p, &j->facts->systems[system], seen, &about))
        return CDR_TRUE;
    about = cdr_truth_and(about, judge_used_for(j, system, &p->uses, seen->category));
    const cdr_retention_answer *a = about == CDR_FALSE ? NULL : judge_retention(j, system, seen);
    if (!a || a->why == CDR_KEPT_BY_HOLD)
        return CDR_TRUE;
    *ret = a;
    cdr_truth in_time = a->has_end ? (cdr_retention_compare(a->period, p->period) <= 0 ? CDR_TRUE : CDR_FALSE) : a->why == CDR_RETENTION_UNKNOWN ? CDR_UNKNOWN : CDR_FALSE;
    return cdr_truth_or(in_time, cdr_truth_not(about));
}

/* One verdict for a system, about the kind of data that keeps the promise least. */
static void judge_period(judging *j, const cdr_promise *p, size_t system)
{
    const cdr_judge_system *s = &j->facts->systems[system];
    const cdr_retention_answer *a = NULL;
    const judge_seen *about = NULL;
    cdr_truth t = CDR_TRUE;
    for (size_t i = 0; i < j->systems[system].seen.len && t != CDR_FALSE; i++) {
        const cdr_retention_answer *answer;
        cdr_truth one = keeps_promise(j, p, system, &j->systems[system].seen.at[i], &answer);
        if (!answer || one == CDR_TRUE || (t == CDR_UNKNOWN && one == CDR_UNKNOWN))
            continue;
        t = one;
        a = answer;
        about = &j->systems[system].seen.at[i];
    }
    if (!about || !a)
        return;
    cdr_verdict v = judge_verdict(j, t == CDR_FALSE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.category = p->categories.count == 1 ? p->categories.keys[0] : "";
    v.people_min = s->people_min;
    v.people_max = s->people_max;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    cdr_buf words = CDR_BUF(128);
    cdr_period_words(p->period, &words);
    v.evidence = judge_text(j, "promised: gone after %s; %s in %s: %s", words.data ? words.data : "", about->category, s->name, a->explanation);
    cdr_buf_done(&words);
    v.missing = t == CDR_UNKNOWN ? judge_text(j, "what %s is used for in %s, or which retention rule applies", about->category, s->name) : "";
    v.remedy_text = "Write a retention rule that keeps the promise; or change the notice, where the data must be kept longer.";
    judge_put(j, &v);
    judge_reason(j, "the policy deletes within the promised time", a->explanation, about->category, t);
}

static void judge_delete_after(judging *j, const cdr_promise *p)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-10"), &p->head))
        return;
    for (size_t s = 0; s < j->facts->system_count && !j->failed; s++)
        judge_period(j, p, s);
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- encrypted --- */

static void judge_encrypted(judging *j, const cdr_promise *p, size_t system)
{
    const cdr_judge_system *s = &j->facts->systems[system];
    const judge_seen *about = NULL;
    cdr_truth t = CDR_FALSE, one;
    for (size_t i = 0; i < j->systems[system].seen.len; i++)
        if (speaks_of(p, s, &j->systems[system].seen.at[i], &one)) {
            t = cdr_truth_or(t, one);
            about = about && one != CDR_TRUE ? about : &j->systems[system].seen.at[i];
        }
    if (!about || s->encrypted == 1)
        return;
    cdr_truth open = cdr_truth_and(t, s->encrypted == 0 || !s->registered ? CDR_TRUE : CDR_UNKNOWN);
    cdr_verdict v = judge_verdict(j, open == CDR_TRUE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.people_min = s->people_min;
    v.people_max = s->people_max;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s in %s, which is %s", about->what, s->name, !s->registered ? "no registered system" : s->encrypted == 0 ? "not encrypted" : "encrypted or not, nobody has said");
    v.missing = open == CDR_TRUE ? "" : judge_text(j, "whether %s is encrypted", s->name);
    v.remedy_text = "Encrypt the disk or the database it lies on, then write encrypted: true.";
    v.command = s->registered ? judge_text(j, "candor inventory set system %s encrypted=YES-OR-NO", s->key) : "";
    judge_put(j, &v);
    judge_reason(j, "holds what the promise speaks of", about->category, "", t);
    judge_reason(j, "is encrypted", v.evidence, "", open == CDR_TRUE ? CDR_FALSE : CDR_UNKNOWN);
}

/* --- consent first --- */

static void judge_consent_first(judging *j, const cdr_promise *p)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-23"), &p->head))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        cdr_truth about = a->use[0] ? judge_within(&p->uses, a->use, false) : CDR_UNKNOWN;
        if (about == CDR_FALSE)
            continue;
        if (about == CDR_TRUE && !strcmp(a->basis, "consent")) {
            judge_consents(j, a);
            continue;
        }
        cdr_verdict v = judge_verdict(j, about == CDR_TRUE && a->basis[0] ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
        judge_at_activity(&v, a);
        v.remedy = CDR_REMEDY_DECLARE;
        if (!judge_wants(j, &v, NULL))
            continue;
        v.evidence = judge_text(j, "%s (%s) rests on %s, not on consent", a->name, a->use[0] ? a->use : "a use without a key", a->basis[0] ? a->basis : "a ground nobody has named");
        v.missing = v.result == CDR_VERDICT_FAIL ? "" : about == CDR_UNKNOWN ? judge_text(j, "what %s is used for", a->name) : judge_text(j, "on what ground %s rests", a->name);
        v.remedy_text = "Ask for consent before this use; or change the notice.";
        v.command = judge_text(j, "candor inventory set activity %s lawful_basis=consent", a->key);
        judge_put(j, &v);
        judge_reason(j, judge_text(j, "the use is one of %s", judge_join(j, &p->uses)), a->use[0] ? a->use : "nobody has said", "", about);
        judge_reason(j, "it rests on consent", a->basis[0] ? a->basis : "nobody has said", "", a->basis[0] ? CDR_FALSE : CDR_UNKNOWN);
    }
    judge_end(j, 0);
}

/* A system that others have a share in is shared, whatever its activities say. */
static void judge_sharers(judging *j, const cdr_promise *p)
{
    cdr_key_set allowed = with_ours(j, &p->recipients);
    for (size_t s = 0; s < j->facts->system_count && !j->failed; s++) {
        const cdr_judge_system *x = &j->facts->systems[s];
        for (size_t i = 0; i < x->holder_count; i++) {
            const cdr_judge_party *party = &j->facts->parties[x->holders[i].party];
            if (x->holders[i].relation != CDR_JUDGE_SHARES || judge_has(&allowed, party->key) || (p->systems.count && !judge_has(&p->systems, x->key)))
                continue;
            cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
            judge_at_system(&v, x);
            v.party = party->key;
            v.remedy = CDR_REMEDY_STOP;
            if (!judge_wants(j, &v, NULL))
                continue;
            v.evidence = judge_text(j, "%s shares data of %s", party->name, x->name);
            v.remedy_text = "End the sharing; or name it in the notice and in the promise.";
            judge_put(j, &v);
            judge_reason(j, judge_text(j, "recipients: none but %s", judge_join(j, &p->recipients)), party->key, "", CDR_FALSE);
        }
    }
}

static void judge_promise(judging *j, const cdr_promise *p)
{
    switch (p->kind) {
    case CDR_PROMISE_NEVER_SHARE:
        if (judge_begin(j, cdr_min_test_find("MIN-21"), &p->head)) {
            judge_sharers(j, p);
            judge_as_rule(j, p);
        }
        break;
    case CDR_PROMISE_NEVER_USE:
    case CDR_PROMISE_NEVER_HOLD:
    case CDR_PROMISE_ONLY_IN:
    case CDR_PROMISE_ONLY_COLLECT:
        judge_as_rule(j, p);
        break;
    case CDR_PROMISE_DELETE_AFTER:
        judge_delete_after(j, p);
        break;
    case CDR_PROMISE_ENCRYPTED:
        if (!judge_begin(j, cdr_min_test_find("MIN-12"), &p->head))
            break;
        for (size_t s = 0; s < j->facts->system_count; s++)
            judge_encrypted(j, p, s);
        judge_end(j, CDR_SEES_OBSERVED);
        break;
    case CDR_PROMISE_CONSENT_FIRST:
        judge_consent_first(j, p);
        break;
    }
}

void judge_promises(judging *j)
{
    for (size_t i = 0; i < j->policy->promise_count && !j->failed; i++)
        judge_promise(j, &j->policy->promises[i]);
}
