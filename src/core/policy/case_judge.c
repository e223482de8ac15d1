/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule of any kind says of a case. Forms, places and promises are use rules in other words: when something holds, and nothing lifts
 * it, they are broken. Periods ask which of them wins. */
#include "core/policy/case_parts.h"

#include "core/policy/retention.h"

#include <limits.h>
#include <string.h>

typedef struct verdict { cdr_truth broken; const char *missing; } verdict;

static const char *const nothing_missing = "";

static verdict by_rule(const cdr_policy *p, const cdr_use_rule *rule, const cdr_case_facts *f, cdr_arena *a)
{
    cdr_truth t = cdr_rule_judge(p, rule, &f->item);
    return (verdict){t, t == CDR_UNKNOWN ? cdr_rule_missing(p, rule, &f->item, a) : nothing_missing};
}

/* Either is enough; what is missing is told when it decides. */
static verdict either(verdict a, verdict b)
{
    cdr_truth t = cdr_truth_or(a.broken, b.broken);
    return (verdict){t, t != CDR_UNKNOWN ? nothing_missing : a.broken == CDR_UNKNOWN ? a.missing : b.missing};
}

typedef struct rule_maker { cdr_clause clauses[CDR_DIM__MAX]; cdr_unless unless; size_t count; cdr_use_rule rule; } rule_maker;

static void add_clause(rule_maker *m, cdr_dimension d, cdr_match match, const cdr_key_set *values)
{
    m->clauses[m->count++] = (cdr_clause){d, match, *values};
}

static void add_any(rule_maker *m, cdr_dimension d, const cdr_key_set *values)
{
    if (values->count > 0)
        add_clause(m, d, CDR_MATCH_ANY, values);
}

static verdict by_made(rule_maker *m, const cdr_rule_head *head, bool lifted, const cdr_case_facts *f, cdr_arena *a)
{
    m->rule = (cdr_use_rule){.head = *head, .effect = CDR_EFFECT_FORBID, .priority = INT_MAX, .clauses = m->clauses, .clause_count = m->count, .unless = &m->unless, .unless_count = lifted};
    return by_rule(NULL, &m->rule, f, a);
}

/* --- forms, places --- */

static verdict judge_form(const cdr_form_rule *r, const cdr_case_facts *f, cdr_arena *a)
{
    rule_maker m = {.unless = {.kind = CDR_UNLESS_FORM, .forms = r->allowed}};
    add_any(&m, CDR_DIM_CATEGORIES, &r->categories);
    add_any(&m, CDR_DIM_USES, &r->purposes);
    add_any(&m, CDR_DIM_SYSTEMS, &r->systems);
    if (f->item.forms == CDR_FORM_NEVER)    /* the case says that the data are not there */
        return (verdict){CDR_FALSE, nothing_missing};
    return by_made(&m, &r->head, r->allowed != CDR_FORM_NEVER, f, a);
}

static verdict judge_place(const cdr_place_rule *r, const cdr_case_facts *f, cdr_arena *a)
{
    verdict v = {CDR_FALSE, nothing_missing};
    rule_maker only = {.count = 0}, never = {.count = 0};
    add_any(&only, CDR_DIM_CATEGORIES, &r->categories);
    add_any(&never, CDR_DIM_CATEGORIES, &r->categories);
    if (r->only.count > 0) {
        add_clause(&only, CDR_DIM_SYSTEMS, CDR_MATCH_OTHER, &r->only);
        v = by_made(&only, &r->head, false, f, a);
    }
    if (r->never.count == 0)
        return v;
    add_any(&never, CDR_DIM_SYSTEMS, &r->never);
    return either(v, by_made(&never, &r->head, false, f, a));
}

/* --- periods --- */

/* Ages are counted back from some day; it matters to none that is given in years or months. */
static const cdr_date some_day = {2027, 1, 15};

static bool stands_in(const cdr_retention_rule *const *rules, size_t count, const cdr_retention_rule *r)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i] == r)
            return true;
    return false;
}

/* Does the rule have a say in that answer? */
static cdr_truth has_say(const cdr_retention_answer *a, const cdr_retention_rule *r)
{
    for (size_t i = 0; i < a->lost_count; i++)
        if (a->lost[i] == r && a->lost_why[i] == CDR_LOST_UNCERTAIN)
            return CDR_UNKNOWN;
    if (a->overflow || a->why == CDR_RETENTION_UNKNOWN)
        return CDR_UNKNOWN;
    return a->won == r || stands_in(a->lost, a->lost_count, r) || stands_in(a->ends, a->end_count, r) ? CDR_TRUE : CDR_FALSE;
}

/* Is the age behind that day? */
static cdr_truth before(const cdr_case_facts *f, cdr_date day)
{
    cdr_date since = cdr_period_before(some_day, f->age);
    if (!f->has_age)
        return CDR_UNKNOWN;
    return cdr_days_from_date(since) < cdr_days_from_date(day) ? CDR_TRUE : CDR_FALSE;
}

static verdict judge_period_of(const cdr_policy *p, const cdr_retention_rule *r, const char *category, const char *system, const cdr_case_facts *f)
{
    cdr_retention_answer a;
    cdr_retention_question q = {.category = category, .system = system, .uses = f->item.of[CDR_DIM_USES].keys, .held = f->held, .hold = f->held ? "a hold" : ""};
    cdr_date cutoff;
    cdr_retention_resolve(p, &q, &a);
    cdr_truth says = has_say(&a, r);
    if (says == CDR_FALSE || !r->has_period || a.why == CDR_KEPT_BY_HOLD)
        return (verdict){CDR_FALSE, nothing_missing};
    cdr_truth own = before(f, cdr_retention_day(r->period, some_day));
    cdr_truth all = says == CDR_UNKNOWN ? own : cdr_retention_cutoff(&a, some_day, &cutoff) ? before(f, cutoff) : CDR_FALSE;
    bool other = says == CDR_TRUE && cdr_retention_other_clocks(&a);    /* a minimum that begins with another event */
    cdr_truth t = cdr_truth_and(cdr_truth_and(says, own), cdr_truth_and(all, other ? CDR_UNKNOWN : CDR_TRUE));
    const char *missing = own == CDR_UNKNOWN ? "how long ago the period began (age)" : other ? "when the period of a legal minimum began" : "whether the rule applies: what the data are used for, or which they are";
    return (verdict){t, t == CDR_UNKNOWN ? missing : nothing_missing};
}

static verdict judge_period(const cdr_policy *p, const cdr_retention_rule *r, const cdr_case_facts *f)
{
    static const char *const unsaid[] = {""};
    const cdr_key_set *given = &f->item.of[CDR_DIM_CATEGORIES].keys, *places = &f->item.of[CDR_DIM_SYSTEMS].keys;
    cdr_key_set categories = given->count ? *given : (cdr_key_set){unsaid, 1, false}, systems = places->count ? *places : (cdr_key_set){unsaid, 1, false};
    verdict v = {CDR_FALSE, nothing_missing};
    for (size_t c = 0; c < categories.count; c++)
        for (size_t s = 0; s < systems.count; s++)
            v = either(v, judge_period_of(p, r, categories.keys[c], systems.keys[s], f));
    /* Nobody has said where the data are, and the rule is about some systems only. */
    if (!places->known && r->systems.count > 0)
        return (verdict){CDR_UNKNOWN, "nobody has said which systems"};
    return v;
}

/* --- promises --- */

static verdict judge_consent_first(rule_maker *m, const cdr_promise *x, const cdr_case_facts *f, cdr_arena *a)
{
    /* Consents are recorded under names of purposes; those that the case gives are those that count. */
    const char **names = cdr_arena_alloc(a, (f->item.consent_count + 1) * sizeof *names);
    if (!names)
        return (verdict){CDR_UNKNOWN, NULL};
    for (size_t i = 0; i < f->item.consent_count; i++)
        names[i] = f->item.consents[i].purpose;
    m->unless = (cdr_unless){.kind = CDR_UNLESS_CONSENT, .values = {names, f->item.consent_count, true}};
    verdict v = by_made(m, &x->head, true, f, a);
    if (v.broken == CDR_UNKNOWN && v.missing && !v.missing[0])
        v.missing = "whether everybody concerned consented";
    return v;
}

static verdict judge_delete_after(rule_maker *m, const cdr_promise *x, const cdr_case_facts *f, cdr_arena *a)
{
    verdict v = by_made(m, &x->head, false, f, a);
    cdr_truth old = before(f, cdr_retention_day(x->period, some_day));
    v.broken = cdr_truth_and(v.broken, old);
    if (v.broken == CDR_UNKNOWN && old == CDR_UNKNOWN)
        v.missing = "how long ago the period began (age)";
    return v.broken == CDR_UNKNOWN ? v : (verdict){v.broken, nothing_missing};
}

static verdict judge_promise(const cdr_promise *x, const cdr_case_facts *f, cdr_arena *a)
{
    rule_maker m = {.unless = {.kind = CDR_UNLESS_ENCRYPTED}};
    if (x->kind == CDR_PROMISE_ONLY_COLLECT)
        add_clause(&m, CDR_DIM_CATEGORIES, CDR_MATCH_OTHER, &x->categories);
    else
        add_any(&m, CDR_DIM_CATEGORIES, &x->categories);
    add_any(&m, CDR_DIM_USES, &x->uses);
    add_any(&m, CDR_DIM_SYSTEMS, &x->systems);
    if (x->kind == CDR_PROMISE_NEVER_SHARE)
        add_clause(&m, CDR_DIM_RECIPIENTS, CDR_MATCH_OTHER, &x->recipients);
    if (x->kind == CDR_PROMISE_ONLY_IN)
        add_clause(&m, CDR_DIM_COUNTRIES, CDR_MATCH_OTHER, &x->countries);
    if (x->kind == CDR_PROMISE_DELETE_AFTER)
        return judge_delete_after(&m, x, f, a);
    if (x->kind == CDR_PROMISE_CONSENT_FIRST)
        return judge_consent_first(&m, x, f, a);
    return by_made(&m, &x->head, x->kind == CDR_PROMISE_ENCRYPTED, f, a);
}

static verdict judge(const cdr_policy *p, const char *id, const cdr_case_facts *f, cdr_arena *a)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (!strcmp(p->rules[i].head.id, id))
            return by_rule(p, &p->rules[i], f, a);
    for (size_t i = 0; i < p->form_count; i++)
        if (!strcmp(p->forms[i].head.id, id))
            return judge_form(&p->forms[i], f, a);
    for (size_t i = 0; i < p->place_count; i++)
        if (!strcmp(p->places[i].head.id, id))
            return judge_place(&p->places[i], f, a);
    for (size_t i = 0; i < p->retention_count; i++)
        if (!strcmp(p->retention[i].head.id, id))
            return judge_period(p, &p->retention[i], f);
    for (size_t i = 0; i < p->promise_count; i++)
        if (!strcmp(p->promises[i].head.id, id))
            return judge_promise(&p->promises[i], f, a);
    return (verdict){CDR_UNKNOWN, "a rule of that id"};
}

cdr_truth cdr_case_judge(const cdr_policy *p, const char *rule, const cdr_case_facts *facts, cdr_arena *a, const char **ret_missing)
{
    verdict v = judge(p, rule, facts, a);
    *ret_missing = v.missing;
    return v.broken;
}
