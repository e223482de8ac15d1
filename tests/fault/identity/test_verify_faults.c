/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, sync or write fails, for every n until the work succeeds: a try is never given back, nothing is verified that the ledger does not know, and no value is heard whose
 * entry does not stand when the workspace is opened again. */
#include "../../unit/identity/desk.h"

#include "base/fault.h"
#include "core/identity/oversight.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};

static void desk_again(desk *d)
{
    world *w = d->w;
    cdr_secret *seed = d->seed;
    cdr_call call = d->call;
    d->seed = NULL;
    desk_close(d);
    world_reopen(w);
    desk_open(d, w);
    d->seed = seed;
    d->call = call;
}

/* Disarms; after a fault everything is opened anew, as the next command would. */
static bool fired(desk *d)
{
    bool yes = false;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        yes |= cdr_fault_fired(kinds[i]);
        cdr_fault_arm(kinds[i], 0);
    }
    if (yes)
        desk_again(d);
    return yes;
}

static unsigned count_kind(desk *d, uint64_t from, const char *kind)
{
    unsigned n = 0;
    cdr_ledger *l = cdr_workspace_ledger(d->w->ws);
    for (uint64_t i = from; i < cdr_ledger_size(l); i++) {
        _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX + 1);
        ok(d->w, cdr_ledger_entry(l, i, &entry, &d->w->err));
        n += strstr(entry.data, kind) != NULL;
    }
    return n;
}

static uint64_t size_of(desk *d)
{
    return cdr_ledger_size(cdr_workspace_ledger(d->w->ws));
}

static void answer__a_fault_anywhere__counts_or_did_not_begin(void **state)
{
    desk d;
    desk_open(&d, *state);
    enrol_totp(&d);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 400; n++) {
            char code[12];
            cdr_verify_answer a;
            d.w->now_us += 8 * DAY;
            begin(&d);
            totp_now(&d, code);
            uint64_t before = size_of(&d);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_verify_answer_factor(d.id, d.call.call, CDR_FACTOR_TOTP, code, strlen(code), &a, &d.w->err);
            done = !fired(&d);
            unsigned tries = count_kind(&d, before, "\"verify.try\""), matches = count_kind(&d, before, "\"verify.match\"");
            ok(d.w, cdr_verify_status(d.id, d.call.call, &d.call, &d.w->err));
            assert_true(tries <= 1 && matches <= tries);
            assert_true((d.call.level == CDR_LEVEL_C2) == (matches == 1));
            assert_true(s != CDR_OK || !a.matched || matches == 1);
            assert_true(s != CDR_OK || tries == 1);
            if (done)
                assert_true(s == CDR_OK && a.matched);
        }
        assert_true(done);
    }
    desk_close(&d);
}

static void disclose__a_fault_anywhere__no_value_without_its_entry(void **state)
{
    const uint16_t fields[] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE};
    desk d;
    desk_open(&d, *state);
    enrol_totp(&d);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 600; n++) {
            char code[12];
            cdr_telling t;
            heard h = {0};
            d.w->now_us += 8 * DAY;
            begin(&d);
            totp_now(&d, code);
            assert_true(answer(&d, CDR_FACTOR_TOTP, code).matched);
            uint64_t before = size_of(&d);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_disclose(d.id, d.call.call, fields, 2, hear, &h, &t, &d.w->err);
            done = !fired(&d);
            assert_true(count_kind(&d, before, "\"disclosure.reveal\"") >= h.done);
            assert_true(!done || (s == CDR_OK && h.done == 2));
        }
        assert_true(done);
    }
    cdr_oversight *o = cdr_alloc(sizeof *o);
    ok(d.w, cdr_oversight_read(d.id, 0, o, &d.w->err));
    assert_int_equal(o->unverified, 0);
    cdr_free(o);
    desk_close(&d);
}

static void start_and_send__a_fault_anywhere__leaves_a_sound_workspace(void **state)
{
    desk d;
    static const cdr_said said[] = {SAID(ACCOUNT, "AC-10442"), SAID(POSTCODE, "02110")};
    desk_open(&d, *state);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 600; n++) {
            cdr_ledger_verdict verdict;
            d.w->now_us += 8 * DAY;
            uint64_t before = size_of(&d);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = begin_with(&d, "account-help", CDR_FIELD_EMAIL, said, 2);
            if (s == CDR_OK)
                s = cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_SMS, NULL, &d.w->err);
            done = !fired(&d);
            assert_true(count_kind(&d, before, "\"verify.start\"") <= 1);
            ok(d.w, cdr_ledger_verify(cdr_workspace_ledger(d.w->ws), NULL, &verdict, &d.w->err));
            assert_true(verdict.ok && (!done || s == CDR_OK));
        }
        assert_true(done);
    }
    desk_close(&d);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answer__a_fault_anywhere__counts_or_did_not_begin, world_make, world_drop),
        cmocka_unit_test_setup_teardown(disclose__a_fault_anywhere__no_value_without_its_entry, world_make, world_drop),
        cmocka_unit_test_setup_teardown(start_and_send__a_fault_anywhere__leaves_a_sound_workspace, world_make, world_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    print_message("built without fault injection\n");
    return 77;
#endif
}
