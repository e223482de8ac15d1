/* SPDX-License-Identifier: Apache-2.0 */
/* What the matched factors prove together, and what would have to be added. A level's ways are needs ("1 knowledge and 1 possession"); a factor serves one need only, so that the same call-back is
 * never counted twice. That is a matching between needs and factors: more factors can only fill more needs, hence a factor more never lowers a level. */
#include "core/disclosure/policy.h"

#include <stdio.h>
#include <string.h>

uint64_t cdr_kinds_of_class(const cdr_disclosure_policy *p, cdr_factor_class class)
{
    uint64_t bits = 0;
    for (unsigned k = 1; k < CDR_DISCLOSURE_KINDS; k++)
        if (p->classes[k] == class && class != CDR_CLASS_NONE)
            bits |= UINT64_C(1) << k;
    return bits;
}

cdr_factor_class cdr_disclosure_class(const cdr_disclosure_policy *p, cdr_factor_kind kind)
{
    return kind > 0 && (unsigned)kind < CDR_DISCLOSURE_KINDS ? p->classes[kind] : CDR_CLASS_NONE;
}

static uint64_t bits_of(const cdr_disclosure_policy *p, const cdr_factor_kind *matched, size_t count)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        if (cdr_disclosure_class(p, matched[i]) != CDR_CLASS_NONE)
            bits |= UINT64_C(1) << matched[i];
    return bits;
}

/* --- the matching: slots are needs one by one, and each holds the kind that fills it --- */

typedef struct slots {
    uint64_t accepts[CDR_DISCLOSURE_SLOTS];
    const cdr_level_need *need[CDR_DISCLOSURE_SLOTS];
    unsigned held[CDR_DISCLOSURE_SLOTS];      /* 0: open */
    size_t count;
} slots;

static void spread(const cdr_level_way *way, slots *s)
{
    s->count = 0;
    for (size_t i = 0; i < way->count; i++)
        for (unsigned n = 0; n < way->needs[i].count && s->count < CDR_DISCLOSURE_SLOTS; n++) {
            s->accepts[s->count] = way->needs[i].kinds;
            s->need[s->count] = &way->needs[i];
            s->held[s->count++] = 0;
        }
}

/* What may still fill an open slot: a call-back that fills "possession" is asked for no second time. */
static uint64_t choice(const slots *s, size_t i, uint64_t matched)
{
    uint64_t fresh = s->accepts[i] & ~matched;
    return fresh ? fresh : s->accepts[i];
}

/* Finds ${kind} a slot, moving others; depth is at most the number of slots, twelve. */
static bool place(slots *s, unsigned kind, unsigned *seen)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!(s->accepts[i] >> kind & 1) || *seen >> i & 1)
            continue;
        *seen |= 1u << i;
        if (s->held[i] == 0 || place(s, s->held[i], seen)) {
            s->held[i] = kind;
            return true;
        }
    }
    return false;
}

static size_t fill(const cdr_level_way *way, uint64_t matched, slots *s)
{
    size_t filled = 0;
    spread(way, s);
    for (unsigned k = 1; k < CDR_DISCLOSURE_KINDS; k++) {
        unsigned seen = 0;
        if (matched >> k & 1)
            filled += place(s, k, &seen);
    }
    return filled;
}

/* --- sentences --- */

static void add_names(cdr_buf *out, const cdr_disclosure_policy *p, uint64_t bits, bool classes)
{
    const cdr_factor_kind *order;
    size_t kinds = cdr_factor_kinds(&order), left = (size_t)__builtin_popcountll(bits), done = 0;
    for (size_t i = 0; i < kinds; i++) {
        if (!(bits >> order[i] & 1))
            continue;
        cdr_buf_addf(out, "%s%s", done == 0 ? "" : done + 1 == left ? " and " : ", ", cdr_factor_label(order[i]));
        cdr_factor_class c = p->classes[order[i]];
        if (classes && (c == CDR_CLASS_KNOWLEDGE || c == CDR_CLASS_POSSESSION))
            cdr_buf_addf(out, " (%s)", cdr_factor_class_names[c]);
        done++;
    }
}

static void say_why(const cdr_disclosure_policy *p, uint64_t bits, cdr_level_answer *ret)
{
    uint64_t record = cdr_kinds_of_class(p, CDR_CLASS_RECORD), know = cdr_kinds_of_class(p, CDR_CLASS_KNOWLEDGE), have = cdr_kinds_of_class(p, CDR_CLASS_POSSESSION);
    uint64_t strong = bits & ~record;
    _cleanup_buf_ cdr_buf out = CDR_BUF(4096);
    add_names(&out, p, strong ? strong : bits, true);
    if (!bits)
        cdr_buf_adds(&out, "nothing has matched");
    else if (ret->one_class_only) {
        cdr_buf_adds(&out, " with ");
        add_names(&out, p, bits & record, false);
        cdr_buf_adds(&out, ": one class only, for an identifier proves nothing");
    } else if (!strong)
        cdr_buf_adds(&out, ret->level >= CDR_LEVEL_C1 ? ": found, not verified" : ": not enough to find anybody");
    else if (ret->level < CDR_LEVEL_C1)
        cdr_buf_adds(&out, ": whose they are is not known yet");
    else
        cdr_buf_adds(&out, bits & know && bits & have ? ": two classes" : bits & (know | have) ? ": one class" : "");
    /* Cut before a character that does not fit; the names are ASCII. */
    snprintf(ret->why, sizeof ret->why, "%s", out.data ? out.data : "");
}

void cdr_disclosure_level(const cdr_disclosure_policy *p, const cdr_factor_kind *matched, size_t count, cdr_level_answer *ret)
{
    uint64_t bits = bits_of(p, matched, count);
    *ret = (cdr_level_answer){.level = CDR_LEVEL_C0};
    for (int l = CDR_LEVEL_C4; l > CDR_LEVEL_C0 && ret->level == CDR_LEVEL_C0; l--) {
        bool by_identifier = false;
        for (size_t i = 0; i < p->levels[l].count && ret->level == CDR_LEVEL_C0; i++) {
            slots s;
            const cdr_level_way *way = &p->levels[l].ways[i];
            if (fill(way, bits, &s) < s.count)
                continue;
            if (way->identifier_counts)
                by_identifier = true;
            else
                ret->level = (cdr_level)l;
        }
        if (ret->level == CDR_LEVEL_C0 && by_identifier) {
            ret->level = (cdr_level)l;
            ret->one_class_only = true;
        }
    }
    say_why(p, bits, ret);
}

bool cdr_disclosure_purpose_met(const cdr_disclosure_policy *p, const char *purpose, const cdr_factor_kind *matched, size_t count, const char *const *flags, size_t flag_count, char ret_why[200])
{
    const cdr_purpose *one = cdr_purpose_find(p, purpose);
    cdr_level needed = cdr_disclosure_purpose_level(p, purpose, flags, flag_count);
    cdr_level_answer now;
    char unused[200];
    ret_why = ret_why ? ret_why : unused;
    cdr_disclosure_level(p, matched, count, &now);
    if (needed <= CDR_LEVEL_C4 && now.level >= needed) {
        snprintf(ret_why, 200, "%s needs %s, and %s is reached.", purpose, cdr_level_names[needed], cdr_level_names[now.level]);
        return true;
    }
    bool stopped = cdr_disclosure_stops(p, flags, flag_count);
    for (size_t i = 0; one && !stopped && i < one->instead.count; i++) {
        slots s;
        if (fill(&one->instead.ways[i], bits_of(p, matched, count), &s) == s.count) {
            snprintf(ret_why, 200, "%s needs %s; the policy takes this instead: two ways on file and a second employee.", purpose, cdr_level_names[needed]);
            return true;
        }
    }
    snprintf(ret_why, 200, stopped ? "%s: the call is stopped." : "%s needs %s, and %s is reached.", one ? purpose : "This purpose", cdr_level_names[needed], cdr_level_names[now.level]);
    return false;
}

/* --- what is missing --- */

enum { WAYS_MAX = 64 };

typedef struct missing { const cdr_level_way *way; slots s; size_t open; } missing;

/* "PIN or three words": what may fill an open slot, without what has matched already. */
static void add_choice(cdr_buf *out, uint64_t bits)
{
    const cdr_factor_kind *order;
    size_t kinds = cdr_factor_kinds(&order), left = (size_t)__builtin_popcountll(bits), done = 0;
    for (size_t i = 0; i < kinds; i++)
        if (bits >> order[i] & 1) {
            cdr_buf_addf(out, "%s%s", done == 0 ? "" : done + 1 == left ? " or " : ", ", cdr_factor_label(order[i]));
            done++;
        }
}

/* What somebody is asked for first: what finds her, what she knows, what she has, what a colleague does. */
static unsigned rank_of(const cdr_disclosure_policy *p, uint64_t accepts)
{
    static const cdr_factor_class order[] = {CDR_CLASS_RECORD, CDR_CLASS_KNOWLEDGE, CDR_CLASS_POSSESSION};
    for (unsigned i = 0; i < CDR_COUNT(order); i++)
        if (accepts & cdr_kinds_of_class(p, order[i]))
            return 2 * i + (accepts != cdr_kinds_of_class(p, order[i]));
    return 2 * CDR_COUNT(order);
}

/* "two things that find her (name, …)", "something she has (…)": the words of a class where all of it will do. */
static void add_need(cdr_buf *out, const cdr_disclosure_policy *p, uint64_t accepts, uint64_t bits, unsigned n)
{
    static const char *const numbers[] = {"none", "one", "two", "three", "four", "five", "six"};
    static const struct { cdr_factor_class class; const char *one, *many; } words[] = {
        {CDR_CLASS_RECORD, "one more thing that finds her", "things that find her"}, {CDR_CLASS_KNOWLEDGE, "a secret that she knows", "secrets that she knows"}, {CDR_CLASS_POSSESSION, "something that she has", "things that she has"},
    };
    const char *number = numbers[CDR_MIN(n, CDR_COUNT(numbers) - 1)];
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (accepts == cdr_kinds_of_class(p, words[i].class)) {
            if (n > 1)
                cdr_buf_addf(out, "%s %s (", number, words[i].many);
            else
                cdr_buf_addf(out, "%s (", words[i].one);
            add_choice(out, bits);
            cdr_buf_adds(out, ")");
            return;
        }
    if (n > 1)
        cdr_buf_addf(out, "%s of ", number);
    add_choice(out, bits);
}

/* What is known of the call while its ways are put into words. */
typedef struct asking { const cdr_disclosure_policy *p; uint64_t matched, shut; const char *note; cdr_buf *out; cdr_factor_kind next; } asking;

/* What may fill an open slot in this call. */
static uint64_t open_choice(const asking *a, const slots *s, size_t i)
{
    return choice(s, i, a->matched) & ~a->shut;
}

/* How many slots of the need at ${i} are open; ${ret_last}: its last slot. */
static unsigned open_slots(const slots *s, size_t i, size_t *ret_last)
{
    unsigned n = s->held[i] == 0;
    for (; i + 1 < s->count && s->need[i + 1] == s->need[i]; i++)
        n += s->held[i + 1] == 0;
    *ret_last = i;
    return n;
}

static bool is_possible(const asking *a, const missing *m)
{
    for (size_t i = 0; i < m->s.count; i++) {
        size_t at = i;
        unsigned n = open_slots(&m->s, at, &i);
        if (n > 0 && open_choice(a, &m->s, at) == 0)
            return false;
    }
    return true;
}

/* A postcode is said more surely than a name is spelt; a text message reaches more people than a page. */
static cdr_factor_kind first_of(uint64_t bits)
{
    static const cdr_factor_kind likely[] = {CDR_FACTOR_POSTCODE, CDR_FACTOR_PIN, CDR_FACTOR_SMS};
    const cdr_factor_kind *order;
    size_t kinds = cdr_factor_kinds(&order);
    for (size_t i = 0; i < CDR_COUNT(likely); i++)
        if (bits >> likely[i] & 1)
            return likely[i];
    for (size_t i = 0; i < kinds; i++)
        if (bits >> order[i] & 1)
            return order[i];
    return (cdr_factor_kind)0;
}

static void say_missing(asking *a, const missing *m)
{
    bool first = true;
    for (unsigned rank = 0; rank <= 2 * 3; rank++)
        for (size_t i = 0; i < m->s.count; i++) {
            size_t at = i;
            unsigned n = open_slots(&m->s, at, &i);
            if (n == 0 || rank_of(a->p, m->s.accepts[at]) != rank)
                continue;
            cdr_buf_adds(a->out, first ? "Ask for " : "; then ");
            add_need(a->out, a->p, m->s.accepts[at], open_choice(a, &m->s, at), n);
            if (!a->next)
                a->next = first_of(open_choice(a, &m->s, at));
            first = false;
        }
    if (m->way->identifier_counts)
        cdr_buf_adds(a->out, " (one class only: for fields of little weight)");
    cdr_buf_addf(a->out, "%s.\n", a->note);
}

/* The ways of one rule, the shortest first; of equals, the order of the file. */
static void say_ways(asking *a, const cdr_level_rule *rule)
{
    missing all[WAYS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < rule->count && n < WAYS_MAX; i++) {
        missing m = {.way = &rule->ways[i]};
        size_t filled = fill(m.way, a->matched, &m.s), at = n;
        m.open = m.s.count - filled;
        if (!is_possible(a, &m))
            continue;
        n++;
        while (at > 0 && all[at - 1].open > m.open) {
            all[at] = all[at - 1];
            at--;
        }
        all[at] = m;
    }
    for (size_t i = 0; i < n; i++)
        say_missing(a, &all[i]);
}

cdr_status cdr_disclosure_ask_for(const cdr_disclosure_policy *p, const cdr_disclosure_ask *r, cdr_buf *out, cdr_factor_kind *ret_next, cdr_err *err)
{
    const cdr_purpose *one = r->purpose ? cdr_purpose_find(p, r->purpose) : NULL;
    asking a = {.p = p, .matched = bits_of(p, r->matched, r->matched_count), .shut = bits_of(p, r->shut, r->shut_count), .note = "", .out = out};
    cdr_level_answer now;
    cdr_disclosure_level(p, r->matched, r->matched_count, &now);
    if (r->level <= CDR_LEVEL_C4 && now.level < r->level)
        say_ways(&a, &p->levels[r->level]);
    a.note = " (for this purpose only: nothing more is told for it)";
    if (one && !cdr_disclosure_purpose_met(p, r->purpose, r->matched, r->matched_count, r->flags, r->flag_count, NULL) && !cdr_disclosure_stops(p, r->flags, r->flag_count))
        say_ways(&a, &one->instead);
    if (ret_next)
        *ret_next = a.next;
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "disclosure");
}

cdr_status cdr_disclosure_ways(const cdr_disclosure_policy *p, const cdr_factor_kind *matched, size_t count, cdr_level level, cdr_buf *out, cdr_err *err)
{
    return cdr_disclosure_ask_for(p, &(cdr_disclosure_ask){.matched = matched, .matched_count = count, .level = level}, out, NULL, err);
}

cdr_status cdr_disclosure_purpose_ways(const cdr_disclosure_policy *p, const char *purpose, const cdr_factor_kind *matched, size_t count, const char *const *flags, size_t flag_count, cdr_buf *out, cdr_err *err)
{
    if (!cdr_purpose_find(p, purpose) || cdr_disclosure_purpose_met(p, purpose, matched, count, flags, flag_count, NULL) || cdr_disclosure_stops(p, flags, flag_count))
        return CDR_OK;
    return cdr_disclosure_ask_for(p, &(cdr_disclosure_ask){.matched = matched, .matched_count = count, .level = cdr_disclosure_purpose_level(p, purpose, flags, flag_count), .purpose = purpose,
                                  .flags = flags, .flag_count = flag_count}, out, NULL, err);
}
