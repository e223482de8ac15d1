/* SPDX-License-Identifier: Apache-2.0 */
/* Random policies and random questions. What must hold of every policy: a proof more never lowers the level, a level more never shows less, a flag more never opens, a rule less never opens, what is forbidden stays
 * forbidden, two proofs of one class are no C3. Levels are compared with a search through all ways to hand out the proofs. */
#include "core/disclosure/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POLICIES = 150, QUESTIONS = 400, RULES_MAX = 12 };

static uint64_t seed = 20270314;
static unsigned dice(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % n);
}

/* --- a policy --- */

static const char *const fields[] = {"name", "email", "address", "card", "passport", "orders"};
static const char *const categories[] = {"user.name", "user.contact.email", "user.contact.address.street", "user.financial.credit_card", "user.government_id", "user.behavior"};
static const bool unspoken[] = {false, false, false, true, true, false};
static const char *const named[] = {"name", "email", "address", "card", "passport", "orders", "user", "user.contact", "user.contact.address", "user.government_id"};
static const char *const purposes[] = {"one", "two", "three"};
static const char *const modes[] = {"confirm", "send-to-record", "masked", "plain"};

typedef struct plan { char rules[RULES_MAX][300]; unsigned of[RULES_MAX], count; char never[2][200]; unsigned nevers; char levels[1200], flags[400]; } plan;

static void make_rule(char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "{fields: [%s%s%s], ", named[dice(CDR_COUNT(named))], dice(2) ? ", " : "", "");
    if (strstr(out, ", ]"))
        n = (size_t)snprintf(out, cap, "{fields: [%s, %s], ", named[dice(CDR_COUNT(named))], fields[dice(CDR_COUNT(fields))]);
    if (dice(2))
        n += (size_t)snprintf(out + n, cap - n, "channels: [%s, %s], ", cdr_disclosure_channels[dice(5)], cdr_disclosure_channels[dice(5)]);
    if (dice(2))
        n += (size_t)snprintf(out + n, cap - n, "roles: [%s], ", cdr_disclosure_roles[dice(5)]);
    if (!dice(4))
        n += (size_t)snprintf(out + n, cap - n, "except: [%s], ", fields[dice(CDR_COUNT(fields))]);
    unsigned level = dice(5), mode = dice(4);
    n += (size_t)snprintf(out + n, cap - n, "C%u: %s", level, modes[mode]);
    if (level < 4 && mode < 3)
        n += (size_t)snprintf(out + n, cap - n, ", C%u: %s", level + 1 + dice(4 - level), modes[mode + 1 + dice(3 - mode)]);
    snprintf(out + n, cap - n, "}");
}

static void make_plan(plan *p)
{
    static const char *const c4[] = {"{record: 2, knowledge: 1, possession: 1, second-employee: 1}", "{record: 2, knowledge: 1, possession: 2}", "{record: 3, pin: 1, totp or link: 1, callback or letter: 1, staff: 1}",
                                     "{record: 2, knowledge: 2, possession: 1, callback: 1}"};
    static const char *const c3[] = {"{record: 2, knowledge: 1, possession: 1}", "{record: 2, pin or words: 1, callback or totp: 1}", "{name: 1, account: 1, words: 1, link: 1}", "{record: 2, knowledge: 1, totp or sms: 1, totp or link: 1}"};
    static const char *const c2[] = {"{record: 2, knowledge: 1}", "{record: 2, possession: 1}", "{knowledge: 1, card-last4 or account: 1, identifier_counts: true}", "{record: 3, sms or link: 1}"};
    static const char *const c1[] = {"{record: 2}", "{record: 3}", "{name: 1, record: 1}"};
    *p = (plan){.count = dice(RULES_MAX), .nevers = dice(3)};
    for (unsigned i = 0; i < p->count; i++) {
        make_rule(p->rules[i], sizeof p->rules[i]);
        p->of[i] = dice(4);
    }
    for (unsigned i = 0; i < p->nevers; i++)
        snprintf(p->never[i], sizeof p->never[i], "{fields: [%s], channels: [%s], why: x}", named[dice(CDR_COUNT(named))], cdr_disclosure_channels[dice(5)]);
    snprintf(p->levels, sizeof p->levels, "levels:\n  C1: {any: [%s]}\n  C2: {any: [%s, %s]}\n  C3: {any: [%s]}\n  C4: {any: [%s, %s]}\n", c1[dice(3)], c2[dice(4)], c2[dice(4)], c3[dice(4)], c4[dice(4)], c4[dice(4)]);
    snprintf(p->flags, sizeof p->flags, "flags: {pressure: {raise: %u}, withheld-number: {raise: %u}, not-me: {stop: true}}\n%s", dice(4), dice(3), dice(2) ? "flags_together: 2\n" : "");
}

/* The policy without rule number ${without}; ${nevers} false: and without what is forbidden. */
static cdr_disclosure_policy *build(const plan *p, unsigned without, bool nevers)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
    cdr_buf_addf(&text, "version: 1\nroles: [staff, owner]\nchannels: [phone, chat, counter]\n%s%s%spurposes:\n", dice(2) ? "factors: {email-code: possession}\n" : "", p->levels, p->flags);
    for (unsigned i = 0; i < 3; i++) {
        cdr_buf_addf(&text, "  %s:\n    needs: C2\n    tell:\n", purposes[i]);
        for (unsigned k = 0; k < p->count; k++)
            if (p->of[k] == i && k != without)
                cdr_buf_addf(&text, "      - %s\n", p->rules[k]);
        if (text.data[text.len - 2] == ':' && text.data[text.len - 3] == 'l') {   /* an empty list */
            text.len -= 1;
            cdr_buf_adds(&text, " []\n");
        }
    }
    cdr_buf_adds(&text, "always: [");
    for (unsigned k = 0, n = 0; k < p->count; k++)
        if (p->of[k] == 3 && k != without)
            cdr_buf_addf(&text, "%s%s", n++ ? ", " : "", p->rules[k]);
    cdr_buf_adds(&text, "]\nnever: [");
    for (unsigned k = 0; k < p->nevers && nevers; k++)
        cdr_buf_addf(&text, "%s%s", k ? ", " : "", p->never[k]);
    cdr_buf_adds(&text, "]\n");
    cdr_disclosure_policy *policy = NULL;
    cdr_err err = {0};
    if (cdr_disclosure_policy_read(text.data, text.len, "random", &policy, &err) != CDR_OK)
        fail_msg("%s\n%s", err.text, text.data);
    return policy;
}

/* --- levels --- */

/* By trying every way to hand the proofs out. */
static bool can_fill(const cdr_level_way *w, size_t need, unsigned done, uint64_t left)
{
    if (need == w->count)
        return true;
    if (done == w->needs[need].count)
        return can_fill(w, need + 1, 0, left);
    for (unsigned k = 1; k < CDR_DISCLOSURE_KINDS; k++)
        if (left >> k & 1 && w->needs[need].kinds >> k & 1 && can_fill(w, need, done + 1, left & ~(UINT64_C(1) << k)))
            return true;
    return false;
}

static cdr_level level_by_search(const cdr_disclosure_policy *p, uint64_t bits)
{
    for (int l = CDR_LEVEL_C4; l > CDR_LEVEL_C0; l--)
        for (size_t i = 0; i < p->levels[l].count; i++)
            if (can_fill(&p->levels[l].ways[i], 0, 0, bits))
                return (cdr_level)l;
    return CDR_LEVEL_C0;
}

static void check_levels(const cdr_disclosure_policy *p)
{
    const cdr_factor_kind *kinds;
    size_t count = cdr_factor_kinds(&kinds), n = 0;
    cdr_factor_kind have[40];
    uint64_t bits = 0;
    unsigned often = 2 + dice(4);
    for (size_t i = 0; i < count; i++)
        if (!dice(often)) {
            have[n++] = kinds[i];
            bits |= p->classes[kinds[i]] != CDR_CLASS_NONE ? UINT64_C(1) << kinds[i] : 0;
        }
    cdr_level_answer before, after;
    cdr_disclosure_level(p, have, n, &before);
    assert_int_equal(before.level, level_by_search(p, bits));
    assert_true(before.why[0]);
    if (before.level >= CDR_LEVEL_C3) {
        assert_true(bits & cdr_kinds_of_class(p, CDR_CLASS_KNOWLEDGE));
        assert_true(bits & cdr_kinds_of_class(p, CDR_CLASS_POSSESSION));
        assert_false(before.one_class_only);
    }
    have[n] = kinds[dice((unsigned)count)];
    cdr_disclosure_level(p, have, n + 1, &after);
    assert_true(after.level >= before.level);
    /* What is missing is told whenever something is, and a line a way. */
    for (int l = CDR_LEVEL_C1; l <= CDR_LEVEL_C4; l++) {
        _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 16);
        assert_int_equal(cdr_disclosure_ways(p, have, n, (cdr_level)l, &ways, NULL), CDR_OK);
        assert_int_equal(ways.len > 0, (cdr_level)l > before.level);
        if (ways.len)
            assert_int_equal(strncmp(ways.data, "Ask for ", 8), 0);
    }
}

/* --- questions --- */

static cdr_disclosure_request question(const char *const flags[3])
{
    unsigned f = dice(CDR_COUNT(fields));
    return (cdr_disclosure_request){.field = fields[f], .category = categories[f], .unspoken = unspoken[f], .purpose = purposes[dice(3)], .role = cdr_disclosure_roles[dice(5)],
                                    .channel = cdr_disclosure_channels[dice(5)], .level = (cdr_level)dice(5), .flags = flags, .flag_count = dice(3)};
}

static cdr_disclosure_answer ask(const cdr_disclosure_policy *p, const cdr_disclosure_request *q)
{
    cdr_disclosure_answer a;
    cdr_disclosure_decide(p, q, &a);
    assert_true(a.why[0]);
    assert_true(a.mode <= a.best);
    assert_int_equal(a.best == CDR_MODE_NEVER, a.needed == CDR_LEVEL_NEVER);
    return a;
}

static void check_question(const cdr_disclosure_policy *p, const cdr_disclosure_policy *less, const cdr_disclosure_policy *lax)
{
    static const char *const all[] = {"pressure", "withheld-number", "not-me", "number-differs"};
    const char *flags[3] = {all[dice(4)], all[dice(4)], all[dice(4)]};
    cdr_disclosure_request q = question(flags), more = q;
    cdr_disclosure_answer a = ask(p, &q), b;
    more.level = q.level < CDR_LEVEL_C4 ? (cdr_level)(q.level + 1) : q.level;
    b = ask(p, &more);
    assert_true(b.mode >= a.mode);
    assert_int_equal(b.best, a.best);
    assert_int_equal(b.needed, a.needed);
    /* The level that is said to suffice does, and none below it. */
    if (a.best > CDR_MODE_NEVER) {
        more.level = a.needed;
        assert_int_equal(ask(p, &more).mode, a.best);
        more.level = a.needed > CDR_LEVEL_C0 ? (cdr_level)(a.needed - 1) : CDR_LEVEL_C0;
        assert_true(a.needed == CDR_LEVEL_C0 || ask(p, &more).mode < a.best);
    }
    more = q;
    more.flag_count = q.flag_count + 1;
    b = ask(p, &more);
    assert_true(b.mode <= a.mode);
    assert_true(b.stopped || !a.stopped);
    if (a.stopped) {
        more = q;
        more.level = CDR_LEVEL_C0;
        more.flag_count = 0;
        assert_int_equal(ask(p, &more).mode, a.mode);
    }
    assert_true(ask(less, &q).mode <= a.mode);
    assert_true(ask(lax, &q).mode >= a.mode);
    if (q.unspoken && (!strcmp(q.channel, "phone") || !strcmp(q.channel, "chat") || !strcmp(q.channel, "email")))
        assert_true(a.best <= CDR_MODE_MASKED);
}

static void check_never(const cdr_disclosure_policy *p)
{
    for (size_t i = 0; i < p->never.count; i++)
        for (size_t f = 0; f < CDR_COUNT(fields); f++)
            for (int channel = 0; channel < CDR_DISCLOSURE_CHANNELS; channel++) {
                cdr_disclosure_request q = {.field = fields[f], .category = categories[f], .purpose = purposes[dice(3)], .role = "staff", .channel = cdr_disclosure_channels[channel], .level = CDR_LEVEL_C4};
                if (p->never.at[i].channels >> channel & 1 && cdr_tell_names(&p->never.at[i], q.field, q.category))
                    assert_int_equal(ask(p, &q).best, CDR_MODE_NEVER);
            }
}

static void disclosure__every_policy__keeps_its_promises(void **state)
{
    (void)state;
    for (unsigned i = 0; i < POLICIES; i++) {
        plan p;
        uint64_t again;
        make_plan(&p);
        again = seed;       /* the three differ in one thing only */
        cdr_disclosure_policy *whole = build(&p, RULES_MAX, true);
        seed = again;
        cdr_disclosure_policy *less = build(&p, p.count ? dice(p.count) : RULES_MAX, true);
        seed = again;
        cdr_disclosure_policy *lax = build(&p, RULES_MAX, false);
        for (unsigned k = 0; k < QUESTIONS; k++) {
            check_levels(whole);
            check_question(whole, less, lax);
        }
        check_never(whole);
        cdr_disclosure_policy_free(whole);
        cdr_disclosure_policy_free(less);
        cdr_disclosure_policy_free(lax);
    }
}

static void disclosure__no_rule__tells_nothing(void **state)
{
    (void)state;
    plan p;
    static const char *const flags[3] = {"pressure", "pressure", "pressure"};
    make_plan(&p);
    p.count = 0;
    cdr_disclosure_policy *policy = build(&p, RULES_MAX, true);
    for (unsigned k = 0; k < QUESTIONS; k++) {
        cdr_disclosure_request q = question(flags);
        assert_int_equal(ask(policy, &q).best, CDR_MODE_NEVER);
    }
    cdr_disclosure_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disclosure__every_policy__keeps_its_promises),
        cmocka_unit_test(disclosure__no_rule__tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
