/* SPDX-License-Identifier: Apache-2.0 */
/* An allocation, a write or a statement fails somewhere in a drill: it is told, nothing leaks, and the real workspace has the whole drill or nothing of it. */
#include "../../unit/workspace_world.h"

#include "base/fault.h"
#include "core/drill/drill.h"

#ifdef CANDOR_FAULTS
static const char text[] = "title: T\nplaybook: misdirected-message\nbegins: 2027-04-20T10:15:00Z\nlasts: PT4H\nroles: {it: x}\nabsent: [{role: it, until: PT1H}]\ninject: [{at: PT1H, text: a, set: [awareness]}]\n"
                           "answer:\n  - {step: Write down what is known, after: PT5M}\n  - {step: Stop what can be stopped, after: PT5M, answers: {__stopped__: 'no'}}\n";

static cdr_status count(void *arg, const cdr_drill_row *row)
{
    (void)row;
    (*(unsigned *)arg)++;
    return CDR_OK;
}

static bool drill(world *w, cdr_fault_kind kind, long n, unsigned *kept)
{
    cdr_scenario *s = NULL;
    json_t *report = NULL;
    cdr_drill_row row;
    unsigned after = 0;
    cdr_fault_arm(kind, n);
    cdr_status st = cdr_scenario_read(text, sizeof text - 1, "t", &s, &w->err);
    if (st == CDR_OK)
        st = cdr_drill_run(w->ws, s, NULL, &row, &report, &w->err);
    bool fired = cdr_fault_fired(kind);
    cdr_fault_arm(kind, 0);
    cdr_scenario_free(s);
    if (st == CDR_OK)
        assert_non_null(report);
    else {
        assert_null(report);
        assert_true(w->err.text[0] != '\0');
    }
    json_decref(report);
    world_close(w);
    world_open(w);
    world_ok(w, cdr_drill_each(w->ws, count, &after, &w->err));
    assert_int_equal(after, *kept + (st == CDR_OK));
    *kept = after;
    return fired;
}

/* Every place at the beginning, then ever larger steps: there are tens of thousands. */
static void fail_some(cdr_fault_kind kind)
{
    world w;
    unsigned kept = 0;
    world_make(&w);
    for (long n = 1; drill(&w, kind, n, &kept); n += n < 20 ? 1 : n / 5)
        assert_true(n < 10000000);
    assert_true(kept > 0);
    world_drop(&w);
}

static void drill__something_fails__whole_or_nothing(void **state)
{
    (void)state;
    fail_some(CDR_FAULT_ALLOC);
    fail_some(CDR_FAULT_SQL);
    fail_some(CDR_FAULT_WRITE);
    fail_some(CDR_FAULT_FSYNC);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(drill__something_fails__whole_or_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
