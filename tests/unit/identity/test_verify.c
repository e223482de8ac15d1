/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on a real workspace: from the first word to the receipt, and everything that must not help a thief. */
#include "desk.h"

#include "crypto/totp.h"

static void call__pin_and_authenticator__opens_what_c3_may_see(void **state)
{
    world *w = *state;
    desk d;
    char code[12];
    desk_open(&d, w);
    ok(w, try_pin(w, w->ada.id, GOOD_PIN));
    enrol_totp(&d);
    begin(&d);
    assert_int_equal(d.call.level, CDR_LEVEL_C0);
    assert_int_equal(d.call.needed, CDR_LEVEL_C3);
    assert_int_equal(ask(&d, CDR_FIELD_EMAIL).done, 0);
    assert_true(answer(&d, CDR_FACTOR_PIN, "4820 3957").matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C2);
    heard masked = ask(&d, CDR_FIELD_EMAIL);
    assert_int_equal(masked.done, 1);
    assert_null(strstr(masked.values, "ada@example.com"));
    totp_now(&d, code);
    assert_true(answer(&d, CDR_FACTOR_TOTP, code).matched);
    assert_int_equal(d.call.level, CDR_LEVEL_C3);
    heard h = ask(&d, CDR_FIELD_EMAIL);
    assert_string_equal(h.values, "ada@example.com|");
    cdr_call_end e;
    ok(w, cdr_verify_end(d.id, d.call.call, "done", "card 4111 1111 1111 1111, cvv 123", true, &e, &w->err));
    assert_string_equal(e.told, "e-mail address (in full)");
    assert_int_equal(e.cleaned, 2);
    assert_false(world_holds(w, "4111 1111 1111 1111", 19));
    assert_int_equal(outbox(&d, 0, NULL), 1);
    assert_int_equal(try_answer(&d, CDR_FACTOR_PIN, GOOD_PIN), CDR_DENIED);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(call__pin_and_authenticator__opens_what_c3_may_see, world_make, world_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
