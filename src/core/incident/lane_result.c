/* SPDX-License-Identifier: Apache-2.0 */
/* The answer first, then why, then what would change it. Words are made from the rules' own facts. */
#include "core/incident/lane_parts.h"

#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define UNKNOWN_HOURS 24       /* left when nobody knows when it was noticed */
#define LISTED_MAX 4           /* kinds of data that a reason names */

/* ${b} into ${ret}, cut between characters. */
static void give(const cdr_buf *b, char *ret, size_t cap)
{
    size_t n = CDR_MIN(b->len, cap - 1);
    while (n && n < b->len && ((unsigned char)b->data[n] & 0xC0) == 0x80)
        n--;
    memcpy(ret, b->data ? b->data : "", n);
    ret[n] = '\0';
}

void cdr_lane_people_words(int64_t people, char *ret, size_t cap)
{
    if (people < 0)
        snprintf(ret, cap, "the people, whose number is not known");
    else if (people == 1)
        snprintf(ret, cap, "the one person");
    else
        snprintf(ret, cap, "the %lld people", (long long)people);
}

static void add_data(const cdr_lane_answers *a, const cdr_lane_judgement *j, cdr_buf *out)
{
    static const char *const classes[] = {"data that do not say whose they are", "simple data", "personal details", "data that can do direct harm", "sensitive data"};
    unsigned n = 0, more = 0;
    cdr_buf_addf(out, " These are %s", classes[j->data]);
    for (const cdr_lane_choice *c = cdr_lane_rows[CDR_LANE_DATA].choices; c->key; c++)
        if (cdr_lane_has(a, CDR_LANE_DATA, c->key)) {
            if (n < LISTED_MAX)
                cdr_buf_addf(out, "%s%s", n ? "; " : " (", c->phrase);
            else
                more++;
            n++;
        }
    if (more)
        cdr_buf_addf(out, "; %u more", more);
    cdr_buf_adds(out, n ? ")" : "");
    if (cdr_lane_has(a, CDR_LANE_WHOSE, "patients") || cdr_lane_has(a, CDR_LANE_WHOSE, "children"))
        cdr_buf_addf(out, " of %s", cdr_lane_has(a, CDR_LANE_WHOSE, "patients") ? "patients" : "children");
    if (j->people >= 0)
        cdr_buf_addf(out, ", of at most %lld %s", (long long)j->people, j->people == 1 ? "person" : "people");
    cdr_buf_adds(out, ".");
}

static void add_sentence(const cdr_lane_answers *a, cdr_lane_q q, cdr_buf *out)
{
    _cleanup_buf_ cdr_buf words = CDR_BUF(300);
    if (!cdr_lane_applies(q, a) || a->said[q] != CDR_LANE_SAID)
        return;
    cdr_lane_words(a, q, true, &words);
    if (!words.len)
        return;
    if (words.data[0] >= 'a' && words.data[0] <= 'z')
        words.data[0] = (char)(words.data[0] - 32);
    cdr_buf_addf(out, "%s%s.", out->len ? " " : "", words.data);
}

/* What the judgement rests on, the doubts first: they are what she can do something about. */
static void add_grounds(const cdr_lane_answers *a, const cdr_lane_judgement *j, cdr_buf *out)
{
    static const cdr_lane_q weighed[] = {CDR_LANE_HAS, CDR_LANE_ASKED, CDR_LANE_LOCKED, CDR_LANE_BACK, CDR_LANE_GOING};
    static const cdr_lane_q doubted[] = {CDR_LANE_HAS, CDR_LANE_DATA, CDR_LANE_ASKED, CDR_LANE_LOCKED, CDR_LANE_BACK, CDR_LANE_GOING, CDR_LANE_PEOPLE, CDR_LANE_WHOSE};
    for (size_t i = 0; i < CDR_COUNT(doubted); i++)
        if (cdr_lane_applies(doubted[i], a) && a->said[doubted[i]] != CDR_LANE_SAID)
            cdr_buf_addf(out, "%s%s", out->len ? " " : "", cdr_lane_rows[doubted[i]].doubt);
    for (size_t i = 0; i < CDR_COUNT(weighed); i++)
        if (!(weighed[i] == CDR_LANE_BACK && !j->by_loss) && !(weighed[i] == CDR_LANE_GOING && !j->going))
            add_sentence(a, weighed[i], out);
    if (a->said[CDR_LANE_DATA] == CDR_LANE_SAID)
        add_data(a, j, out);
}

static void reasons(const cdr_lane_answers *a, const cdr_lane_judgement *j, cdr_lane_result *ret)
{
    static const char *const ends[] = {"So a risk to people is unlikely.", "So a risk to people cannot be ruled out.", "So the risk to people is likely to be high."};
    static const char *const people[] = {"A risk to the people is unlikely; nothing has to be done by them.", "There may be a risk, but it is not likely to be high for them.",
                                         "The risk to them is likely to be high: they must be able to protect themselves."};
    _cleanup_buf_ cdr_buf grounds = CDR_BUF(4000);
    add_grounds(a, j, &grounds);
    /* The end is what matters: the grounds give way. */
    char room[sizeof ret->why_authority];
    _cleanup_buf_ cdr_buf all = CDR_BUF(sizeof ret->why_authority - 1);
    give(&grounds, room, sizeof room - strlen(ends[j->risk]) - 5);
    cdr_buf_addf(&all, "%s%s %s", room, strlen(room) < grounds.len ? "\xe2\x80\xa6" : "", ends[j->risk]);
    give(&all, ret->why_authority, sizeof ret->why_authority);
    snprintf(ret->why_people, sizeof ret->why_people, "%s", people[j->risk]);
}

static void law_words(const cdr_lane_place *p, cdr_lane_result *ret)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(sizeof ret->law - 1);
    for (size_t i = 0; i < p->law_count; i++)
        cdr_buf_addf(&out, "%s%s: %s (%s; looked up %s, confidence %s)", i ? " " : "", p->laws[i]->name, i ? "the same" : p->laws[i]->to_authority, p->laws[i]->source, p->laws[i]->as_of,
                     p->laws[i]->confidence);
    if (p->law_count)
        cdr_buf_adds(&out, ".");
    if (p->nobody_said)
        cdr_buf_adds(&out, " Where the people live is not known; this is the strictest that is known here.");
    if (p->others[0])
        cdr_buf_addf(&out, "%sNothing is known here yet of the law of %s: ask counsel whom to tell, and by when.", out.len ? " " : "", p->others);
    give(&out, ret->law, sizeof ret->law);
}

static void headline(const cdr_lane_judgement *j, const cdr_lane_place *p, int64_t now_us, cdr_lane_result *ret)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(sizeof ret->headline - 1);
    char people[60], due[CDR_LANE_DATE];
    const char *who = p->law_count > 1 ? "both authorities (EU and UK)" : "the authority";
    cdr_lane_people_words(j->people, people, sizeof people);
    cdr_lane_date(ret->due_us, due);
    char when[100];
    if (ret->due_us && ret->due_us < now_us)
        snprintf(when, sizeof when, "now; the time was over on %s", due);
    else
        snprintf(when, sizeof when, "by %s", due);
    if (!p->law_count)
        cdr_buf_addf(&out, "Ask counsel whether an authority must be told (%s): its law is not known here yet. %s%s%s", p->others, j->risk == CDR_LANE_HIGH ? "Tell " : "",
                     j->risk == CDR_LANE_HIGH ? people : "", j->risk == CDR_LANE_HIGH ? " without delay." : j->risk == CDR_LANE_RISK ? "A risk to people cannot be ruled out." : "A risk to people is unlikely.");
    else if (j->risk == CDR_LANE_UNLIKELY)
        cdr_buf_addf(&out, "You need not tell %s, nor %s.", who, people);
    else if (j->risk == CDR_LANE_RISK)
        cdr_buf_addf(&out, "Tell %s %s. You need not tell %s.", who, when, people);
    else
        cdr_buf_addf(&out, "Tell %s %s. Tell %s without delay, too.", who, when, people);
    if (p->law_count && p->others[0])
        cdr_buf_addf(&out, " For %s ask counsel.", p->others);
    give(&out, ret->headline, sizeof ret->headline);
}

static void hand_over(const cdr_lane_judgement *j, cdr_lane_result *ret)
{
    const char *why = j->people < 0 ? "how many people is not known" : j->many ? "it concerns ten people or more" : j->risk == CDR_LANE_HIGH ? "the risk is high" : "it may still be going on";
    if (!j->small)
        snprintf(ret->handover, sizeof ret->handover, "This is more than small: %s. The whole playbook takes over, with your answers.", why);
}

void cdr_lane_result_make(const cdr_lane_answers *a, int64_t now_us, cdr_lane_result *ret)
{
    cdr_lane_judgement j;
    cdr_lane_place p;
    *ret = (cdr_lane_result){0};
    cdr_lane_judge(a, &j);
    cdr_lane_place_of(a, &p);
    if (a->said[CDR_LANE_NOTICED] != CDR_LANE_SAID || !cdr_time_parse(a->text[CDR_LANE_NOTICED], &ret->aware_us))
        ret->aware_us = 0;
    ret->small = j.small;
    ret->risk = cdr_lane_risk_name(j.risk);
    ret->people = j.people;
    ret->unknown = j.unknown;
    ret->tell_authority = p.law_count && j.risk > CDR_LANE_UNLIKELY;
    ret->tell_people = j.risk == CDR_LANE_HIGH;
    ret->ask_counsel = p.unknown;
    if (ret->tell_authority)
        ret->due_us = ret->aware_us ? ret->aware_us + p.laws[0]->hours * HOUR_US : (a->opened_us ? a->opened_us : now_us) + UNKNOWN_HOURS * HOUR_US;
    reasons(a, &j, ret);
    law_words(&p, ret);
    headline(&j, &p, now_us, ret);
    hand_over(&j, ret);
}

/* --- what would change it --- */

static const char *outcome(const cdr_lane_result *r)
{
    if (r->tell_people)
        return r->tell_authority ? "tell the authority, and the people" : "tell the people";
    return r->tell_authority ? "tell the authority, not the people" : "nobody outside need be told";
}

static bool same(const cdr_lane_result *x, const cdr_lane_result *y)
{
    return x->tell_authority == y->tell_authority && x->tell_people == y->tell_people;
}

typedef struct changes { const cdr_lane_answers *a; const cdr_lane_result *now; int64_t now_us; unsigned left; cdr_lane_change_fn *fn; void *arg; } changes;

/* Says it when ${b} leads elsewhere; ${ret_said}. */
static cdr_status try_one(changes *c, const cdr_lane_answers *b, const char *when, bool *ret_said)
{
    cdr_lane_result r;
    *ret_said = false;
    if (!c->left)
        return CDR_OK;
    cdr_lane_result_make(b, c->now_us, &r);
    if (same(c->now, &r))
        return CDR_OK;
    *ret_said = true;
    c->left--;
    return c->fn(c->arg, when, outcome(&r));
}

static cdr_status try_choices(changes *c, cdr_lane_q q)
{
    const bool adds = cdr_lane_rows[q].kind == CDR_LANE_CHOICES;
    cdr_status s = CDR_OK;
    bool said = false;
    for (const cdr_lane_choice *k = cdr_lane_rows[q].choices; k->key && s == CDR_OK && !said; k++) {
        cdr_lane_answers b = *c->a;
        char when[240];
        if (cdr_lane_has(c->a, q, k->key))
            continue;
        b.said[q] = CDR_LANE_SAID;
        size_t n = adds ? strlen(b.text[q]) : 0;
        snprintf(b.text[q] + n, sizeof b.text[q] - n, "%s%s", n ? "," : "", k->key);
        if (cdr_lane_open(&b) != CDR_LANE_Q__MAX && cdr_lane_open(c->a) == CDR_LANE_Q__MAX)
            continue;
        snprintf(when, sizeof when, q == CDR_LANE_DATA ? "if %s were in it, too" : q == CDR_LANE_WHOSE ? "if %s were among them" : "if %s", k->phrase);
        s = try_one(c, &b, when, &said);
    }
    return s;
}

static cdr_status try_people(changes *c)
{
    bool said;
    cdr_lane_answers b = *c->a;
    const bool few = c->a->said[CDR_LANE_PEOPLE] == CDR_LANE_SAID && c->now->people < 10;
    b.said[CDR_LANE_PEOPLE] = CDR_LANE_SAID;
    snprintf(b.text[CDR_LANE_PEOPLE], sizeof b.text[CDR_LANE_PEOPLE], "%s", few ? "10" : "9");
    return try_one(c, &b, few ? "if it were ten people or more" : "if it were fewer than ten people", &said);
}

cdr_status cdr_lane_changes_of(const cdr_lane_answers *a, int64_t now_us, unsigned max, cdr_lane_change_fn *fn, void *arg)
{
    static const cdr_lane_q order[] = {CDR_LANE_ASKED, CDR_LANE_LOCKED, CDR_LANE_HAS, CDR_LANE_BACK, CDR_LANE_GOING, CDR_LANE_DATA, CDR_LANE_WHOSE};
    cdr_lane_result now;
    cdr_lane_result_make(a, now_us, &now);
    changes c = {a, &now, now_us, max, fn, arg};
    cdr_status s = CDR_OK;
    /* First what is not known: it can be found out. */
    for (int known = 0; known < 2; known++)
        for (size_t i = 0; i < CDR_COUNT(order) && s == CDR_OK; i++)
            if (cdr_lane_applies(order[i], a) && (a->said[order[i]] == CDR_LANE_SAID) == (known == 1))
                s = try_choices(&c, order[i]);
    return s == CDR_OK ? try_people(&c) : s;
}
