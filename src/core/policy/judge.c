/* SPDX-License-Identifier: Apache-2.0 */
/* The run of the judge: every test in turn, and what becomes of a verdict on its way into the list. */
#include "core/policy/judge_tests.h"

#include "base/text.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

const char *const cdr_verdict_names[] = {"pass", "fail", "gap", "unknown", "waived", "not evaluated", "off", NULL};
const char *const cdr_remedy_names[] = {"none", "declare", "delete file", "purge rows", "null column", "mask column", "redact text", "move", "revoke", "stop", "agree", NULL};

/* --- rules --- */

static const char *rule_id(const judging *j)
{
    return j->head ? j->head->id : j->test->id;
}

static judge_tally *tally_of(judging *j, const char *rule)
{
    for (size_t i = 0; i < j->tallies.len; i++)
        if (!strcmp(j->tallies.at[i].rule, rule)) {
            j->tally = i;
            return &j->tallies.at[i];
        }
    judge_tally *t = judge_tallies_push(&j->tallies);
    if (!t) {
        j->failed = true;
        return NULL;
    }
    t->rule = rule;
    j->tally = j->tallies.len - 1;
    return t;
}

static void put_plain(judging *j, cdr_verdict_result result, const char *evidence, const char *missing)
{
    cdr_verdict v = judge_verdict(j, result);
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = evidence;
    v.missing = missing;
    judge_put(j, &v);
    judge_reason(j, "the whole inventory", evidence, missing, result == CDR_VERDICT_PASS ? CDR_FALSE : CDR_UNKNOWN);
}

bool judge_begin(judging *j, const cdr_min_test *t, const cdr_rule_head *head)
{
    j->test = t;
    j->head = head;
    j->open = NULL;
    if (!tally_of(j, rule_id(j)))
        return false;
    bool off = judge_has(&j->policy->tests_off, t->id);
    if (!off && (!head || head->enabled))
        return true;
    put_plain(j, CDR_VERDICT_OFF, off ? "switched off by tests_off" : "switched off by enabled: false", "");
    return false;
}

static bool said_something(const judging *j)
{
    const judge_tally *t = &j->tallies.at[j->tally];
    for (size_t i = 0; i <= CDR_VERDICT_OFF; i++)
        if (t->by_result[i] > 0)
            return true;
    return false;
}

void judge_end(judging *j, unsigned sees)
{
    const cdr_judge_facts *f = j->facts;
    if (j->failed || said_something(j))
        return;
    if (sees & CDR_SEES_OBSERVED && !f->scanned)
        put_plain(j, CDR_VERDICT_UNKNOWN, "nothing has been scanned", "scan first: candor scan FOLDER");
    else if (sees & CDR_SEES_OBSERVED && !f->complete)
        put_plain(j, CDR_VERDICT_UNKNOWN, f->unread ? judge_text(j, "nothing wrong in what was read; %s not read in full", judge_count(j, f->unread, "object was", "objects were"))
                                                   : "nothing wrong in what was read; the last scan did not come to its end", "what was not read: candor audit lists it in coverage.csv");
    else if (j->open)
        put_plain(j, CDR_VERDICT_UNKNOWN, "nothing wrong in what is written down, and not all is", j->open);
    else
        put_plain(j, CDR_VERDICT_PASS, "nothing breaks it", "");
}

static void not_evaluated(judging *j, const cdr_min_test *t)
{
    if (judge_begin(j, t, NULL))
        put_plain(j, CDR_VERDICT_NOT_EVALUATED, "not looked at", t->needs);
}

/* --- a verdict --- */

cdr_verdict judge_verdict(const judging *j, cdr_verdict_result result)
{
    const cdr_rule_head *h = j->head;
    const cdr_min_test *t = j->test;
    return (cdr_verdict){.rule = rule_id(j), .test = t->id, .version = t->version, .result = result, .severity = h ? h->severity : t->severity,
                         .title = h && h->title[0] ? h->title : t->title, .why = h && h->why[0] ? h->why : t->why, .law = h ? h->law : t->law, .evidence = "", .missing = "",
                         .system = "", .system_name = "", .path = "", .field = "", .activity = "", .party = "", .category = "", .remedy_text = "", .thought = "", .command = "", .retention = "",
                         .cutoff = "", .trigger_field = ""};
}

void judge_at_system(cdr_verdict *v, const cdr_judge_system *s)
{
    v->system = s->registered ? s->key : "";
    v->system_name = s->name;
}

void judge_at_object(const judging *j, cdr_verdict *v, const cdr_judge_object *o)
{
    judge_at_system(v, &j->facts->systems[o->system]);
    v->path = o->path;
    v->object = o->id;
    v->people_min = o->people_min;
    v->people_max = o->people_max;
}

void judge_at_field(const judging *j, cdr_verdict *v, const cdr_judge_object *o, const cdr_judge_field *f)
{
    judge_at_object(j, v, o);
    v->field = f->name;
    v->category = f->category;
    v->amount = f->amount;
}

void judge_at_activity(cdr_verdict *v, const cdr_judge_activity *a)
{
    v->activity = a->key;
}

/* FNV-1a with its parts told apart: 64 bits are enough to name the verdicts of one workspace. */
uint64_t judge_stable_id(const char *const *parts, size_t count)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < count; i++)
        for (const char *p = parts[i];; p++) {
            h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001B3);
            if (!*p)
                break;
        }
    /* Its last bytes stir only the low half. */
    h = (h ^ (h >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 31);
}

static void set_id(const judging *j, cdr_verdict *v)
{
    const char *const parts[] = {v->rule, v->system, v->path, v->field, v->category, v->activity, v->party, v->system[0] || v->path[0] ? "" : v->system_name, v->retention, j->apart ? j->apart : ""};
    uint64_t h = judge_stable_id(parts, CDR_COUNT(parts));
    for (size_t i = 0; i < 16; i++)
        v->id[i] = "0123456789abcdef"[h >> (60 - 4 * i) & 15];
    v->id[16] = '\0';
}

/* --- waivers --- */

static bool path_fits(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);
    if (len == 0 || !path[0])
        return false;
    if (!strpbrk(pattern, "*?[") && !strncmp(path, pattern, len) && (pattern[len - 1] == '/' || path[len] == '\0' || path[len] == '/' || !strncmp(path + len, "!/", 2)))
        return true;
    return fnmatch(pattern, path, 0) == 0;
}

static bool waives(const cdr_waiver *w, const cdr_verdict *v, const cdr_judge_object *o)
{
    if (strcmp(w->rule, v->rule) != 0 && strcmp(w->rule, v->test) != 0)
        return false;
    if (w->system[0] && strcmp(w->system, v->system[0] ? v->system : CDR_SYSTEM_UNREGISTERED) != 0)
        return false;
    if (w->path[0] && (!o || (!path_fits(w->path, o->real) && !path_fits(w->path, o->absolute) && !path_fits(w->path, v->path))))
        return false;
    return !w->category[0] || (v->category[0] && cdr_taxon_within(v->category, w->category));
}

/* The last day counts; a waiver whose date cannot be read waives nothing. */
static bool runs(const cdr_waiver *w, cdr_date today)
{
    cdr_date until, granted;
    if (!cdr_date_parse(w->until, &until) || cdr_days_from_date(until) < cdr_days_from_date(today))
        return false;
    return !w->granted[0] || !cdr_date_parse(w->granted, &granted) || cdr_days_from_date(granted) <= cdr_days_from_date(today);
}

static void look_for_waiver(const judging *j, cdr_verdict *v, const cdr_judge_object *o)
{
    const cdr_policy *p = j->policy;
    if (v->result != CDR_VERDICT_FAIL && v->result != CDR_VERDICT_GAP && v->result != CDR_VERDICT_UNKNOWN)
        return;
    for (size_t i = 0; i < p->waiver_count; i++) {
        if (!waives(&p->waivers[i], v, o))
            continue;
        v->waiver = &p->waivers[i];    /* one that has run out is told of, unless another one still holds */
        if (runs(v->waiver, j->facts->today)) {
            v->result = CDR_VERDICT_WAIVED;
            return;
        }
    }
}

/* --- into the list --- */

bool judge_wants(judging *j, cdr_verdict *v, const cdr_judge_object *o)
{
    if (v->waiver == NULL)
        look_for_waiver(j, v, o);
    judge_tally *t = &j->tallies.at[j->tally];
    uint64_t before = t->by_result[v->result]++;
    if (before < CDR_VERDICTS_PER_RULE)
        return true;
    j->left_out++;
    if (!j->explain)
        return false;
    set_id(j, v);
    return !strcmp(v->id, j->explain);
}

/* What a plan can do itself. */
static bool is_for_plan(cdr_remedy r)
{
    return (r >= CDR_REMEDY_DELETE_FILE && r <= CDR_REMEDY_MOVE) || r == CDR_REMEDY_REVOKE;
}

static const char *keep(judging *j, const char *s)
{
    if (!s[0])
        return "";
    const char *kept = cdr_arena_strdup(j->arena, s);
    j->failed |= !kept;
    return kept ? kept : "";
}

void judge_put(judging *j, const cdr_verdict *v)
{
    cdr_verdict *at = judge_verdicts_push(&j->verdicts);
    j->explaining = false;
    if (!at) {
        j->failed = true;
        return;
    }
    *at = *v;
    set_id(j, at);
    j->apart = NULL;
    const char **const borrowed[] = {&at->system, &at->system_name, &at->path, &at->field, &at->activity, &at->party, &at->category, &at->rule, &at->trigger_field, &at->retention, &at->cutoff};
    for (size_t i = 0; i < CDR_COUNT(borrowed); i++)
        *borrowed[i] = keep(j, *borrowed[i]);
    if (at->waiver && at->result != CDR_VERDICT_WAIVED)
        at->evidence = judge_text(j, "%s; the waiver ran out on %s", at->evidence, at->waiver->until);
    if (j->head && j->head->remedy[0] && at->result == CDR_VERDICT_FAIL)
        at->remedy_text = j->head->remedy;
    if (!at->command[0] && at->result == CDR_VERDICT_FAIL && is_for_plan(at->remedy))
        at->command = judge_text(j, "candor policy plan --only %s", at->id);
    if (j->explain && !strcmp(at->id, j->explain) && j->explained == SIZE_MAX) {
        j->explaining = true;
        j->explained = j->verdicts.len - 1;
    }
}

void judge_reason(judging *j, const char *clause, const char *found, const char *matched, cdr_truth truth)
{
    if (!j->explaining)
        return;
    cdr_reason *r = judge_reasons_push(&j->reasons);
    if (!r) {
        j->failed = true;
        return;
    }
    *r = (cdr_reason){keep(j, clause), keep(j, found), keep(j, matched), truth};
}

/* --- the run --- */

static int rank(cdr_verdict_result r)
{
    static const int ranks[] = {[CDR_VERDICT_FAIL] = 0, [CDR_VERDICT_UNKNOWN] = 1, [CDR_VERDICT_GAP] = 2, [CDR_VERDICT_WAIVED] = 3, [CDR_VERDICT_PASS] = 4,
                                [CDR_VERDICT_NOT_EVALUATED] = 5, [CDR_VERDICT_OFF] = 6};
    return ranks[r];
}

static int worst_first(const void *a, const void *b)
{
    const cdr_verdict *x = a, *y = b;
    if (x->result != y->result)
        return rank(x->result) - rank(y->result);
    if (x->severity != y->severity && x->result <= CDR_VERDICT_UNKNOWN)
        return x->severity > y->severity ? -1 : 1;
    int order = strcmp(x->test, y->test);
    order = order ? order : strcmp(x->rule, y->rule);
    if (order)
        return order;
    if (x->people_max != y->people_max)
        return x->people_max > y->people_max ? -1 : 1;
    const char *const left[] = {x->path, x->system, x->field, x->category, x->activity, x->party, x->id}, *const right[] = {y->path, y->system, y->field, y->category, y->activity, y->party, y->id};
    for (size_t i = 0; i < CDR_COUNT(left) && !order; i++)
        order = strcmp(left[i], right[i]);
    return order;
}

static void sort(judging *j)
{
    if (j->verdicts.len < 2)
        return;
    char wanted[17] = "";
    if (j->explained != SIZE_MAX)
        memcpy(wanted, j->verdicts.at[j->explained].id, sizeof wanted);
    qsort(j->verdicts.at, j->verdicts.len, sizeof *j->verdicts.at, worst_first);
    for (size_t i = 0; wanted[0] && i < j->verdicts.len; i++)
        if (!strcmp(j->verdicts.at[i].id, wanted)) {
            j->explained = i;
            return;
        }
}

static void hand_over(judging *j, cdr_judge_result *ret)
{
    cdr_verdict *verdicts = cdr_arena_alloc(j->arena, (j->verdicts.len + 1) * sizeof *verdicts);
    cdr_reason *reasons = cdr_arena_alloc(j->arena, (j->reasons.len + 1) * sizeof *reasons);
    if (!verdicts || !reasons) {
        j->failed = true;
        return;
    }
    if (j->verdicts.len)
        memcpy(verdicts, j->verdicts.at, j->verdicts.len * sizeof *verdicts);
    if (j->reasons.len)
        memcpy(reasons, j->reasons.at, j->reasons.len * sizeof *reasons);
    *ret = (cdr_judge_result){.verdicts = verdicts, .count = j->verdicts.len, .left_out = j->left_out, .explained = j->explained == SIZE_MAX ? NULL : &verdicts[j->explained],
                              .reasons = reasons, .reason_count = j->reasons.len};
    for (size_t i = 0; i < j->tallies.len; i++)
        for (size_t r = 0; r <= CDR_VERDICT_OFF; r++)
            ret->by_result[r] += j->tallies.at[i].by_result[r];
}

static void run_tests(judging *j, bool *ret_stopped)
{
    size_t count;
    const cdr_min_test *tests = cdr_min_tests(&count);
    for (size_t i = 0; i < count && !j->failed; i++) {
        if ((*ret_stopped = j->facts->ctx && cdr_cancelled(j->facts->ctx)))
            return;
        if (tests[i].judge)
            tests[i].judge(j);
        else
            not_evaluated(j, &tests[i]);
    }
    judge_promises(j);
}

static void done(judging *j)
{
    for (size_t i = 0; j->systems && i < j->facts->system_count; i++)
        judge_seen_list_done(&j->systems[i].seen);
    judge_verdicts_done(&j->verdicts);
    judge_tallies_done(&j->tallies);
    judge_reasons_done(&j->reasons);
}

cdr_status cdr_judge_run(const cdr_policy *p, const cdr_judge_facts *facts, const char *explain, cdr_arena *a, cdr_judge_result *ret, cdr_err *err)
{
    judging j = {.policy = p, .facts = facts, .explain = explain, .arena = a, .explained = SIZE_MAX};
    bool stopped = false;
    *ret = (cdr_judge_result){0};
    judge_prepare(&j);
    if (!j.failed)
        run_tests(&j, &stopped);
    if (!j.failed && !stopped) {
        sort(&j);
        hand_over(&j, ret);
    }
    done(&j);
    return stopped ? cdr_fail(err, CDR_E_CANCELLED, "policy", "policy.stopped", "Stopped while judging.") : j.failed ? cdr_fail_nomem(err, "policy") : CDR_OK;
}
