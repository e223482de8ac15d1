/* SPDX-License-Identifier: Apache-2.0 */
/* Factors in a call: a new one needs a call that is about it, verified for it, of this customer and this employee; a recovery code that was used is told to her. */
#include "desk.h"

#include "core/identity/recovery.h"

static cdr_status may(desk *d, int64_t customer)
{
    char full[12];
    d->w->err = (cdr_err){0};
    cdr_status s = cdr_verify_may_do(d->id, d->call.call, "change-proof", customer, full, &d->w->err);
    assert_true(s == CDR_OK ? !strcmp(full, d->call.call) : !full[0]);
    return s;
}

static void begin_proof(desk *d, const char *account)
{
    const cdr_said said[] = {{CDR_FACTOR_ACCOUNT, account, strlen(account)}, SAID(POSTCODE, "02110")};
    ok(d->w, begin_with(d, "change-proof", 0, said, CDR_COUNT(said)));
}

static void new_factor__only_in_a_call_verified_for_it(void **state)
{
    world *w = *state;
    desk d;
    char code[12];
    cdr_secret *spoken, *number;
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    desk_open(&d, w);
    enrol_totp(&d);
    begin_proof(&d, "AC-10442");
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);
    assert_true(answer(&d, CDR_FACTOR_PIN, GOOD_PIN).matched);
    totp_now(&d, code);
    assert_true(answer(&d, CDR_FACTOR_TOTP, code).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C3);
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);
    ok(w, cdr_verify_send_code(d.id, d.call.call, CDR_FACTOR_CALLBACK, &spoken, &w->err));
    ok(w, cdr_verify_dial(d.id, d.call.call, false, &number, &d.call, &w->err));
    assert_true(answer(&d, CDR_FACTOR_CALLBACK, (const char *)cdr_secret_bytes(spoken)).matched);
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);
    cdr_workspace_set_actor(w->ws, "staff:erin");
    ok(w, cdr_verify_second(d.id, d.call.call, &d.call, &w->err));
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);   /* it is Dana's call */
    cdr_workspace_set_actor(w->ws, "staff:dana");
    assert_int_equal(d.call.level, CDR_LEVEL_C4);
    ok(w, may(&d, w->ada.id));
    assert_int_equal(may(&d, w->bob.id), CDR_DENIED);
    char full[12];
    assert_int_equal(cdr_verify_may_do(d.id, d.call.call, "change-bank", w->ada.id, full, &w->err), CDR_DENIED);
    assert_int_equal(cdr_verify_may_do(d.id, "2222-22", "change-proof", w->ada.id, full, &w->err), CDR_NOT_FOUND);
    ok(w, cdr_verify_raise_flag(d.id, d.call.call, "pressure", &w->err));
    w->now_us += 16 * MINUTE;
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);   /* idle for too long */
    cdr_secret_free(spoken);
    cdr_secret_free(number);
    desk_close(&d);
}

static void nobody__may_nothing(void **state)
{
    world *w = *state;
    desk d;
    desk_open(&d, w);
    begin_proof(&d, "AC-99999");
    assert_int_equal(may(&d, w->ada.id), CDR_DENIED);
    assert_int_equal(may(&d, 0), CDR_DENIED);
    assert_null(strstr(w->err.text, "customer"));
    desk_close(&d);
}

/* The entry of the ledger names the call. */
static void enrolled_in_a_call__stands_in_the_ledger(void **state)
{
    world *w = *state;
    cdr_factors_set_call(w->f, "7F3K-92");
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    assert_true(world_holds(w, "\"call\":\"7F3K-92\"", strlen("\"call\":\"7F3K-92\"")));
}

static void recovery_code__used_in_a_call__she_is_told(void **state)
{
    world *w = *state;
    desk d;
    cdr_secret *codes;
    char one[CDR_RECOVERY_TEXT + 1] = "";
    ok(w, cdr_factor_enrol_recovery(w->f, w->ada.id, "counter", &codes, &w->err));
    memcpy(one, cdr_secret_bytes(codes), CDR_RECOVERY_TEXT);
    desk_open(&d, w);
    begin(&d);
    unsigned before = outbox(&d, 0, NULL);
    assert_false(answer(&d, CDR_FACTOR_RECOVERY, "4K7Q-M2XW-9D3B-T6HZ").matched);
    assert_int_equal(outbox(&d, 0, NULL), before);
    assert_true(answer(&d, CDR_FACTOR_RECOVERY, one).matched);
    assert_int_equal(outbox(&d, 0, NULL), before + 2);
    assert_false(answer(&d, CDR_FACTOR_RECOVERY, one).matched);
    assert_int_equal(outbox(&d, 0, NULL), before + 2);
    desk_close(&d);
    cdr_secret_free(codes);
}

/* Five tries a day for three weeks: after a hundred the PIN is locked until it is set anew, and the right one does not help. */
static void hundred_failures__locked_until_set_anew(void **state)
{
    world *w = *state;
    desk d;
    unsigned tried = 0;
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    desk_open(&d, w);
    for (unsigned day = 0; day < 40 && tried < 100; day++) {
        w->now_us += DAY + HOUR;
        for (unsigned call = 0; call < 2 && tried < 100; call++) {
            begin(&d);
            for (unsigned i = 0; i < 3 && tried < 100; i++) {
                cdr_verify_answer a = answer(&d, CDR_FACTOR_PIN, "x");
                tried += !a.locked;
                assert_false(a.matched);
            }
            ok(w, cdr_verify_end(d.id, d.call.call, "not-verified", NULL, false, &(cdr_call_end){.receipt = 0}, &w->err));
        }
    }
    assert_int_equal(tried, 100);
    w->now_us += 3 * DAY;
    begin(&d);
    cdr_verify_answer a = answer(&d, CDR_FACTOR_PIN, GOOD_PIN);
    assert_true(a.locked && !a.matched);
    w->now_us += HOUR;
    ok(w, try_pin(w, w->ada.id, "70518324"));
    w->now_us += HOUR;
    begin(&d);
    assert_true(answer(&d, CDR_FACTOR_PIN, "70518324").matched);
    desk_close(&d);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(new_factor__only_in_a_call_verified_for_it), T(nobody__may_nothing), T(enrolled_in_a_call__stands_in_the_ledger), T(recovery_code__used_in_a_call__she_is_told),
        T(hundred_failures__locked_until_set_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
