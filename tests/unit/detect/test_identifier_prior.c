/* SPDX-License-Identifier: Apache-2.0 */
/* The prior of a kind is the share of random strings of its shape that pass: it decides how much a finding is worth, so it is measured.
 * Letters stay letters and digits digits; fixed digits and digits of a small set count as what has to be hit. */
#include "detect/identifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SAMPLES 60000u

typedef struct chance { uint64_t state; } chance;

static unsigned below(chance *c, unsigned n)
{
    c->state ^= c->state << 13;
    c->state ^= c->state >> 7;
    c->state ^= c->state << 17;
    return (unsigned)(c->state >> 33) % n;
}

static char any_digit(chance *c) { return (char)('0' + below(c, 10)); }
static char any_letter(chance *c) { return (char)('A' + below(c, 26)); }

/* A character where the shape has ${e}, or one of [set, set + n). */
static char any_of(chance *c, char e, const char *set, size_t n)
{
    bool digits = false, letters = false;
    if (e == 'd' || (e != '[' && cdr_id_is_digit(e)))
        return any_digit(c);
    if (e == 'a')
        return any_letter(c);
    if (e == 'x')
        return below(c, 36) < 10 ? any_digit(c) : any_letter(c);
    if (e != '[')
        return e;
    for (size_t i = 0; i < n; i++) {
        digits |= cdr_id_is_digit(set[i]);
        letters |= cdr_id_is_letter(set[i]);
    }
    return digits && letters ? set[below(c, (unsigned)n)] : digits ? any_digit(c) : any_letter(c);
}

static size_t random_number(chance *c, const char *shape, char *ret)
{
    size_t n = 0;
    /* One of the alternatives. */
    unsigned alternatives = 1;
    for (const char *p = shape; *p; p++)
        alternatives += *p == '|';
    for (unsigned other = below(c, alternatives); other > 0; other--)
        shape = strchr(shape, '|') + 1;
    for (const char *p = shape; *p && *p != '|';) {
        char e = *p++;
        const char *set = p;
        size_t members = 0;
        if (e == '[') {
            members = strcspn(p, "]");
            p += members + 1;
        }
        unsigned least = 1, most = 1;
        if (*p == '{') {
            least = most = 0;
            for (p++; cdr_id_is_digit(*p); p++)
                least = least * 10 + (unsigned)(*p - '0');
            most = least;
            for (; *p != '}'; p++)
                most = *p == ',' ? 0 : most * 10 + (unsigned)(*p - '0');
            p++;
        }
        for (unsigned k = e == '-' || e == 'K' ? least : most; k > 0; k--)   /* the longest, without what may be left out */
            ret[n++] = any_of(c, e, set, members);
    }
    ret[n] = '\0';
    return n;
}

/* Where the shape allows signs or lengths that texts do not have. */
static const char *shape_of(cdr_kind kind, const cdr_id_rule *rule)
{
    static const struct { const char *id, *shape; } written[] = {
        {"se.personnummer", "d{10}"}, {"li.peid", "d{8}"}, {"sm.coe", "d{5}"}, {"mx.rfc", "a{4}d{6}x{3}"}, {"pe.cui", "d{9}"}, {"cr.cpf", "d{9}"}, {"imei", "d{15}"}, {"ru.inn", "d{10}"},
        {"pay.card", "d{16}"}, {"ie.pps", "d{7}a"}, {"fr.tva", "d{11}"}, {"fr.nir", "d{15}"}, {"us.mbi", "daxdaxda{2}d{2}"}, {"us.dea", "a{2}d{7}"}, {"de.personalausweis", "ax{8}d"},
        {"in.gstin", "d{2}a{5}d{4}axZx"}, {"sn.ninea", "d{7}"}, {"de.stnr", "d{10}"}, {"de.stnr", "d{10}"}, {"lu.nin", "d{13}"}, {"gb.vat", "d{9}"}};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
        if (!strcmp(cdr_kind_get(kind)->id, written[i].id))
            return written[i].shape;
    return rule->shape;
}

static double measure(cdr_kind kind, const cdr_id_rule *rule)
{
    chance c = {0x9E3779B97F4A7C15u};
    char number[CDR_ID_MAX + 1];
    unsigned passed = 0;
    for (unsigned i = 0; i < SAMPLES; i++) {
        size_t n = random_number(&c, shape_of(kind, rule), number);
        passed += cdr_id_fits(rule, number, n) && (!rule->found || rule->found(number, n));
    }
    return (double)passed / SAMPLES;
}

static void detect__identifier__passes_as_many_random_numbers_as_it_says(void **state)
{
    (void)state;
    unsigned wrong = 0, measured = 0;
    for (cdr_kind k = 1; k < CDR_K__MAX; k++) {
        const cdr_id_rule *rule = cdr_id_rule_of(k);
        if (!rule || !rule->shape)
            continue;
        double share = measure(k, rule), prior = (double)cdr_kind_get(k)->prior;
        measured++;
        /* Rare ones give few hits: leave room for chance. */
        bool fits = share <= prior * 1.5 + 3.0 / SAMPLES && share >= prior / 2 - 8.0 / SAMPLES;
        if (!fits) {
            wrong++;
            print_error("%-26s says %.5f, measured %.5f\n", cdr_kind_get(k)->id, prior, share);
        }
    }
    assert_true(measured > 140);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(detect__identifier__passes_as_many_random_numbers_as_it_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
