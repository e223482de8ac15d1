/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/checks.h"

#include "base/buf.h"
#include "base/vec.h"
#include "core/report/words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES_MAX = 64, TODO_MAX = 5, TEXT_MAX = 8192 };

typedef struct found { size_t rule; cdr_hit hit; } found;
CDR_VEC(found_list, found)

/* What of one rule was found in all. */
typedef struct tally {
    uint64_t amount, places, people;
    double weight;
    size_t worst;          /* index into found */
    const char *file;      /* the file that was hit last, when files count */
    size_t at;             /* its hit, index into found; SIZE_MAX left out */
} tally;

struct cdr_checks {
    const cdr_facts *facts;
    const cdr_rule *rules;
    size_t rule_count;
    cdr_arena *arena;
    found_list found;
    tally tally[RULES_MAX];
    uint64_t left_out;
    bool failed;
};

const cdr_facts *cdr_checks_facts(const cdr_checks *c)
{
    return c->facts;
}

const char *cdr_checks_text(cdr_checks *c, const char *fmt, ...)
{
    cdr_buf text = CDR_BUF(TEXT_MAX);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(c->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    c->failed |= !kept;
    return kept ? kept : "";
}

const char *cdr_checks_number(cdr_checks *c, uint64_t n)
{
    cdr_buf text = CDR_BUF(32);
    cdr_words_number(&text, n);
    const char *kept = cdr_checks_text(c, "%s", text.data ? text.data : "");
    cdr_buf_done(&text);
    return kept;
}

const char *cdr_checks_people(cdr_checks *c, uint64_t most, uint64_t doubt)
{
    cdr_buf text = CDR_BUF(64);
    if (doubt)
        cdr_words_people(&text, most - CDR_MIN(doubt, most), most, false);
    else
        cdr_words_count(&text, most, "person", "people");
    const char *kept = cdr_checks_text(c, "%s", text.data ? text.data : "");
    cdr_buf_done(&text);
    return kept;
}

const char *cdr_checks_shell_word(cdr_checks *c, const char *path)
{
    cdr_buf word = CDR_BUF(TEXT_MAX);
    const char *kept = cdr_words_shell_path(&word, path) && cdr_buf_status(&word) == CDR_OK ? cdr_checks_text(c, "%s", word.data ? word.data : "") : "";
    cdr_buf_done(&word);
    return kept;
}

/* Severity counts most, then how many people, then how easy it is: a severe thing about one person outranks a high one about many
 * thousands only when it is no harder to mend. */
static double weight_of(const cdr_hit *h, const cdr_rule *r)
{
    static const double by_severity[] = {1, 4, 16, 64, 512};
    return by_severity[h->severity] * (1 + log2(1 + (double)CDR_MAX(h->people, r->reach))) * (1 + 0.25 * r->ease);
}

static size_t rule_with(cdr_checks *c, const char *id)
{
    size_t n = 0;
    while (n < c->rule_count && strcmp(c->rules[n].id, id))
        n++;
    c->failed |= n == c->rule_count;
    return n;
}

void cdr_checks_hit(cdr_checks *c, const char *rule, const cdr_hit *hit)
{
    size_t n = rule_with(c, rule);
    if (n == c->rule_count)
        return;
    tally *t = &c->tally[n];
    t->amount += hit->amount;
    t->people = CDR_MAX(t->people, hit->people);
    double weight = weight_of(hit, &c->rules[n]);
    if (t->places++ >= CDR_CHECK_HITS_MAX) {
        c->left_out++;
        return;
    }
    found *f = found_list_push(&c->found);
    if (!f) {
        c->failed = true;
        return;
    }
    *f = (found){n, *hit};
    if (weight > t->weight) {
        t->weight = weight;
        t->worst = c->found.len - 1;
    }
}

void cdr_checks_hit_file(cdr_checks *c, const char *rule, const char *file, const cdr_hit *hit)
{
    size_t n = rule_with(c, rule);
    if (n == c->rule_count)
        return;
    tally *t = &c->tally[n];
    if (!t->file || strcmp(t->file, file)) {
        size_t before = c->found.len;
        cdr_checks_hit(c, rule, hit);
        t->file = file;
        t->at = c->found.len > before ? before : SIZE_MAX;
        return;
    }
    t->people = CDR_MAX(t->people, hit->people);
    double weight = weight_of(hit, &c->rules[n]);
    if (t->at == SIZE_MAX || weight <= weight_of(&c->found.at[t->at].hit, &c->rules[n]))
        return;
    c->found.at[t->at].hit = *hit;
    if (weight > t->weight) {
        t->weight = weight;
        t->worst = t->at;
    }
}

static const char *subject(const cdr_hit *h)
{
    return h->path[0] ? h->path : h->system;
}

static const char *headline(cdr_checks *c, size_t rule)
{
    const cdr_rule *r = &c->rules[rule];
    const tally *t = &c->tally[rule];
    uint64_t n = r->unit == CDR_UNIT_AMOUNT ? t->amount : t->places;
    cdr_buf number = CDR_BUF(32);
    cdr_words_number(&number, n);
    const char *with = n == 1 || (r->unit == CDR_UNIT_PLACES && t->places == 1) ? subject(&c->found.at[t->worst].hit) : number.data ? number.data : "";
    const char *form = with == number.data ? r->many : r->one, *gap = strstr(form, "%s");
    const char *said = gap ? cdr_checks_text(c, "%.*s%s%s", (int)(gap - form), form, with, gap + 2) : form;
    cdr_buf_done(&number);
    return said;
}

typedef struct ranked { size_t rule; double weight; } ranked;

static int heavier_first(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->weight > y->weight ? -1 : x->weight < y->weight ? 1 : x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* One file broken by several rules is one errand: what names the same place as a weightier thing waits. */
static bool already_named(const cdr_checks *c, const size_t *chosen, size_t count, const cdr_hit *h)
{
    for (size_t i = 0; i < count; i++) {
        const cdr_hit *other = &c->found.at[c->tally[chosen[i]].worst].hit;
        if (h->path[0] && !strcmp(other->path, h->path))
            return true;
    }
    return false;
}

static void add_todo(cdr_checks *c, size_t rule, cdr_audit_todo *ret)
{
    const tally *t = &c->tally[rule];
    const cdr_hit *h = &c->found.at[t->worst].hit;
    const char *more = t->places > 1 ? cdr_checks_text(c, " And %s more place%s.", cdr_checks_number(c, t->places - 1), t->places == 2 ? "" : "s") : "";
    bool named = t->places == 1 && c->rules[rule].unit == CDR_UNIT_PLACES;
    const char *detail = named ? cdr_checks_text(c, "%s. %s", h->evidence, c->rules[rule].why) : cdr_checks_text(c, "%s: %s.%s", subject(h), h->evidence, more);
    if (named && detail[0] >= 'a' && detail[0] <= 'z')
        detail = cdr_checks_text(c, "%c%s", detail[0] - 32, detail + 1);
    *ret = (cdr_audit_todo){h->severity, headline(c, rule), detail, h->command, c->rules[rule].id, h->note ? h->note : ""};
}

static void choose(cdr_checks *c, cdr_check_result *ret)
{
    ranked order[RULES_MAX];
    size_t count = 0, chosen[TODO_MAX], n = 0;
    for (size_t i = 0; i < c->rule_count; i++)
        if (c->tally[i].places > 0)
            order[count++] = (ranked){i, c->tally[i].weight};
    qsort(order, count, sizeof *order, heavier_first);
    /* Twice: first one errand per place, then what is left, should there be room. */
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < count && n < TODO_MAX; i++) {
            bool taken = false;
            for (size_t k = 0; k < n; k++)
                taken |= chosen[k] == order[i].rule || !strcmp(c->rules[chosen[k]].theme, c->rules[order[i].rule].theme);
            if (taken || (!again && already_named(c, chosen, n, &c->found.at[c->tally[order[i].rule].worst].hit)))
                continue;
            chosen[n++] = order[i].rule;
        }
    for (size_t i = 0; i < n; i++)
        add_todo(c, chosen[i], &ret->todo[ret->todo_count++]);
}

static int severe_first(const void *a, const void *b)
{
    const cdr_audit_violation *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    int rule = strcmp(x->rule, y->rule);
    if (rule)
        return rule;
    return x->people != y->people ? (x->people > y->people ? -1 : 1) : strcmp(x->path, y->path);
}

static void list(cdr_checks *c, cdr_check_result *ret)
{
    const char *headlines[RULES_MAX] = {0};
    for (size_t i = 0; i < c->found.len; i++) {
        const found *f = &c->found.at[i];
        const cdr_rule *r = &c->rules[f->rule];
        if (!headlines[f->rule])
            headlines[f->rule] = headline(c, f->rule);
        ret->violations[ret->violation_count++] = (cdr_audit_violation){
            .rule = r->id, .severity = f->hit.severity, .title = r->title, .why = r->why, .path = f->hit.path, .system = f->hit.system, .evidence = f->hit.evidence, .remedy = r->remedy,
            .command = f->hit.command, .law = r->law, .headline = headlines[f->rule], .place = f->hit.place, .people = f->hit.people, .note = f->hit.note ? f->hit.note : ""};
    }
    qsort(ret->violations, ret->violation_count, sizeof *ret->violations, severe_first);
}

cdr_status cdr_checks_run(const cdr_facts *facts, cdr_arena *a, cdr_check_result *ret, cdr_err *err)
{
    cdr_checks c = {.facts = facts, .arena = a};
    *ret = (cdr_check_result){0};
    c.rules = cdr_rules(&c.rule_count);
    bool stop = false;
    for (size_t i = 0; i < facts->object_count && !(stop = facts->ctx && cdr_cancelled(facts->ctx)); i++)
        cdr_checks_object(&c, &facts->objects[i]);
    if (stop) {
        found_list_done(&c.found);
        return cdr_fail(err, CDR_E_CANCELLED, "report", "report.stopped", "Stopped while judging.");
    }
    cdr_checks_register(&c);
    ret->violations = cdr_arena_alloc(a, (c.found.len + 1) * sizeof *ret->violations);
    ret->todo = cdr_arena_alloc(a, TODO_MAX * sizeof *ret->todo);
    ret->left_out = c.left_out;
    if (ret->violations && ret->todo && !c.failed) {
        list(&c, ret);
        choose(&c, ret);
    } else
        c.failed = true;
    found_list_done(&c.found);
    return c.failed ? cdr_fail_nomem(err, "report") : CDR_OK;
}
