/* SPDX-License-Identifier: Apache-2.0 */
/* The state that events fold to, against a second description of it: every sequence of up to five events, and their order of arrival. */
#include "core/care/consent_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct step { cdr_consent_state state; int64_t at, until; } step;

static cdr_consent_answer answer(const step *steps, size_t n, int64_t asked)
{
    cdr_consent_fold f;
    cdr_consent_answer a;
    cdr_consent_fold_begin(&f, asked);
    for (size_t i = 0; i < n; i++)
        cdr_consent_fold_add(&f, steps[i].state, steps[i].at, steps[i].until);
    cdr_consent_fold_end(&f, &a);
    return a;
}

/* A renewal counts back to the consent it renews: nothing but renewals, requests and ends by time may lie between. */
static bool may_renew(const step *steps, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        if (steps[i].state == CDR_CONSENT_GIVEN)
            return true;
        if (steps[i].state == CDR_CONSENT_REFUSED || steps[i].state == CDR_CONSENT_INVALIDATED || steps[i].state == CDR_CONSENT_REVOKED ||
            steps[i].state == CDR_CONSENT_WITHDRAWN)
            return false;
        if (steps[i].state == CDR_CONSENT_RENEWED && !may_renew(steps, i))
            return false;
    }
    return false;
}

static bool expected(const step *steps, size_t n)
{
    if (!n)
        return false;
    const step *last = &steps[n - 1];
    return last->state == CDR_CONSENT_GIVEN || (last->state == CDR_CONSENT_RENEWED && may_renew(steps, n - 1));
}

static void fold__every_sequence_up_to_five__valid_only_when_the_last_makes_it_so(void **state)
{
    (void)state;
    size_t total = 1, seen = 0;
    for (size_t n = 0; n <= 5; n++, total *= 9)
        for (size_t code = 0; code < total; code++) {
            step steps[5];
            size_t rest = code;
            for (size_t i = 0; i < n; i++, rest /= 9)
                steps[i] = (step){(cdr_consent_state)(1 + rest % 9), 10 + (int64_t)i, 0};
            cdr_consent_answer a = answer(steps, n, 100);
            if (a.allowed != expected(steps, n))
                fail_msg("sequence %zu of length %zu: allowed %d", code, n, a.allowed);
            assert_int_equal(a.allowed, a.state == CDR_CONSENT_GIVEN || a.state == CDR_CONSENT_RENEWED);
            assert_int_equal(a.events, n);
            /* Whoever asks before an event does not see it. */
            if (n && answer(steps, n, 10 + (int64_t)n - 2).allowed != expected(steps, n - 1))
                fail_msg("sequence %zu of length %zu: the last event counted too early", code, n);
            seen++;
        }
    assert_int_equal(seen, 1 + 9 + 81 + 729 + 6561 + 59049);
}

static void fold__one_instant__the_order_does_not_matter_and_no_wins(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 9 * 9 * 9; code++) {
        step a[4] = {{CDR_CONSENT_GIVEN, 5, 0}}, b[4] = {{CDR_CONSENT_GIVEN, 5, 0}};
        bool takes_away = false;
        for (unsigned i = 0, rest = code; i < 3; i++, rest /= 9) {
            a[1 + i] = b[3 - i] = (step){(cdr_consent_state)(1 + rest % 9), 10, 0};
            cdr_consent_state s = a[1 + i].state;
            takes_away = takes_away || s == CDR_CONSENT_WITHDRAWN || s == CDR_CONSENT_REVOKED || s == CDR_CONSENT_REFUSED || s == CDR_CONSENT_INVALIDATED || s == CDR_CONSENT_EXPIRED;
        }
        cdr_consent_answer x = answer(a, 4, 100), y = answer(b, 4, 100);
        assert_int_equal(x.state, y.state);
        if (takes_away)
            assert_false(x.allowed);
    }
}

static void fold__until__ends_at_the_moment_itself(void **state)
{
    (void)state;
    const step given[] = {{CDR_CONSENT_GIVEN, 10, 20}};
    assert_true(answer(given, 1, 10).allowed);
    assert_true(answer(given, 1, 19).allowed);
    assert_false(answer(given, 1, 20).allowed);
    assert_int_equal(answer(given, 1, 25).state, CDR_CONSENT_EXPIRED);
    assert_int_equal(answer(given, 1, 25).since_us, 20);
    assert_int_equal(answer(given, 1, 15).until_us, 20);
    const step renewed[] = {{CDR_CONSENT_GIVEN, 10, 20}, {CDR_CONSENT_RENEWED, 30, 40}};
    assert_false(answer(renewed, 2, 25).allowed);
    assert_true(answer(renewed, 2, 35).allowed);
    assert_false(answer(renewed, 2, 40).allowed);
    /* Of two ends for one instant the earlier counts; an end that lies before its beginning never was valid. */
    const step twice[] = {{CDR_CONSENT_GIVEN, 10, 0}, {CDR_CONSENT_GIVEN, 10, 20}};
    assert_false(answer(twice, 2, 30).allowed);
    const step backwards[] = {{CDR_CONSENT_GIVEN, 10, 5}};
    assert_false(answer(backwards, 1, 10).allowed);
}

static void fold__reasons__are_sentences_that_fit(void **state)
{
    (void)state;
    for (unsigned s = 1; s < CDR_CONSENT__MAX; s++) {
        const step steps[] = {{(cdr_consent_state)s, INT64_C(1803027600000000), INT64_C(1903027600000000)}};
        cdr_consent_answer a = answer(steps, 1, INT64_C(1803027600000001));
        assert_non_null(strstr(a.reason, "2027-02-19T"));
        assert_int_equal(a.reason[strlen(a.reason) - 1], '.');
        assert_null(strchr(a.reason, '%'));
    }
    assert_non_null(strstr(answer(NULL, 0, 1).reason, "no record means no"));
}

static void words__are_read_in_the_ways_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *word; cdr_consent_state state; } words[] = {
        {"given", CDR_CONSENT_GIVEN}, {"GIVEN", CDR_CONSENT_GIVEN}, {"request deferred", CDR_CONSENT_DEFERRED}, {"request_deferred", CDR_CONSENT_DEFERRED},
        {"deferred", CDR_CONSENT_DEFERRED}, {"opt-in", CDR_CONSENT_GIVEN}, {"opt_out", CDR_CONSENT_WITHDRAWN}, {"Unsubscribed", CDR_CONSENT_WITHDRAWN},
        {"none", CDR_CONSENT_NONE}, {"", CDR_CONSENT_NONE}, {"givenx", CDR_CONSENT_NONE}, {"yes", CDR_CONSENT_NONE}};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_consent_state_by_word(words[i].word, strlen(words[i].word)) != words[i].state)
            fail_msg("%s", words[i].word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fold__every_sequence_up_to_five__valid_only_when_the_last_makes_it_so),
                                       cmocka_unit_test(fold__one_instant__the_order_does_not_matter_and_no_wins), cmocka_unit_test(fold__until__ends_at_the_moment_itself),
                                       cmocka_unit_test(fold__reasons__are_sentences_that_fit), cmocka_unit_test(words__are_read_in_the_ways_people_write_them)};
    return cmocka_run_group_tests_name("consent_fold", tests, NULL, NULL);
}
