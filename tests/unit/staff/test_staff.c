/* SPDX-License-Identifier: Apache-2.0 */
/* Users, logins and sessions under a clock that is set. */
#include "people.h"

static void login__right_wrong_and_used__one_answer(void **state)
{
    (void)state;
    stage s;
    setup(&s);
    world_ok(&s.w, try_login(&s.w, s.st, &s.ada, PASSWORD, 0));
    assert_int_equal(try_login(&s.w, s.st, &s.ada, PASSWORD, 0), CDR_DENIED);     /* the step is used up */
    assert_int_equal(try_login(&s.w, s.st, &s.ada, PASSWORD, -1), CDR_DENIED);    /* and an older one with it */
    world_ok(&s.w, try_login(&s.w, s.st, &s.ada, PASSWORD, 1));
    assert_int_equal(try_login(&s.w, s.st, &s.ada, PASSWORD, 2), CDR_DENIED);     /* drift is one step */
    char said[CDR_ERR_TEXT_MAX];
    snprintf(said, sizeof said, "%s", s.w.err.text);
    s.w.now_us += 90 * SECOND;
    static const char *const wrong[][3] = {{"ada", PASSWORD, "000000"}, {"ada", "x", "123456"}, {"nobody", PASSWORD, "123456"}, {"no body!", "x", "x"}, {"ada", "tall green ferry ", "123456"}};
    for (size_t i = 0; i < CDR_COUNT(wrong); i++) {
        assert_int_equal(try_code(&s.w, s.st, wrong[i][0], wrong[i][1], wrong[i][2]), CDR_DENIED);
        assert_string_equal(s.w.err.text, said);
    }
    person other = {"dana", s.ada.seed};   /* the authenticator of somebody else */
    assert_int_equal(try_login(&s.w, s.st, &other, "nine cold lamps", 0), CDR_DENIED);
    teardown(&s);
}

static void login__failures__wait_grow_disable_and_are_lifted(void **state)
{
    (void)state;
    stage s;
    setup(&s);
    static const int64_t waits[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(try_code(&s.w, s.st, "dana", "x", "1"), CDR_DENIED);
    for (size_t i = 0; i < CDR_COUNT(waits); i++) {
        s.w.now_us += waits[i] * SECOND - 1;
        assert_int_equal(try_login(&s.w, s.st, &s.dana, "nine cold lamps", 0), CDR_DENIED);
        assert_string_equal(s.w.err.id, "staff.login-wait");
        s.w.now_us += 1;
        assert_int_equal(try_code(&s.w, s.st, "dana", "x", "1"), CDR_DENIED);
        assert_string_equal(s.w.err.id, "staff.login-refused");
    }
    /* A clock that was set back makes nobody wait for longer than the wait. */
    s.w.now_us -= 100 * DAY;
    assert_int_equal(try_code(&s.w, s.st, "dana", "x", "1"), CDR_DENIED);
    assert_non_null(strstr(s.w.err.text, "3600 seconds"));
    s.w.now_us += 100 * DAY;
    for (unsigned i = 15; i < 100; i++) {
        s.w.now_us += 3600 * SECOND;
        assert_int_equal(try_code(&s.w, s.st, "dana", "x", "1"), CDR_DENIED);
        assert_string_equal(s.w.err.id, "staff.login-refused");
    }
    s.w.now_us += 400 * DAY;
    assert_int_equal(try_login(&s.w, s.st, &s.dana, "nine cold lamps", 0), CDR_DENIED);
    assert_string_equal(s.w.err.id, "staff.login-disabled");
    world_ok(&s.w, try_login(&s.w, s.st, &s.ada, PASSWORD, 0));     /* others are not touched */
    cdr_user u;
    world_ok(&s.w, cdr_staff_find(s.st, "dana", false, &u, &s.w.err));
    assert_true(u.disabled);
    cdr_secret *p = secret("seven wet stones");
    world_ok(&s.w, cdr_staff_set_password(s.st, "dana", p, true, NULL, &s.w.err));
    cdr_secret_free(p);
    world_ok(&s.w, try_login(&s.w, s.st, &s.dana, "seven wet stones", 0));
    teardown(&s);
}

/* What a program that is killed between count and comparison leaves: the failure. */
static void login__counted_before_it_is_compared(void **state)
{
    (void)state;
    stage s;
    setup(&s);
    uint8_t subject[16];
    cdr_staff_tries tries;
    cdr_staff_subject(s.st, "ada", subject);
    world_ok(&s.w, cdr_staff_store_failure(s.st->set, subject, s.w.now_us, &s.w.err));
    world_ok(&s.w, cdr_staff_store_tries(s.st->set, subject, &tries, &s.w.err));
    assert_int_equal(tries.failures, 1);
    world_ok(&s.w, cdr_db_begin(cdr_workspace_db(s.w.ws), &s.w.err));
    assert_int_equal(try_login(&s.w, s.st, &s.ada, PASSWORD, 0), CDR_E_INVAL);   /* inside a transaction the count could be rolled back */
    cdr_db_rollback(cdr_workspace_db(s.w.ws));
    world_ok(&s.w, try_login(&s.w, s.st, &s.ada, PASSWORD, 0));
    world_ok(&s.w, cdr_staff_store_tries(s.st->set, subject, &tries, &s.w.err));
    assert_int_equal(tries.failures, 0);
    teardown(&s);
}

static cdr_status check(stage *s, const cdr_secret *token)
{
    cdr_session session;
    bool stale;
    return cdr_session_check(s->st, (const char *)cdr_secret_bytes(token), &session, &stale, &s->w.err);
}

/* Whoever locks somebody out does not lock out the way back. */
static void recovery__also_when_disabled__once(void **state)
{
    (void)state;
    stage s;
    setup(&s);
    cdr_secret *shown, *uri = NULL, *next = NULL, *password = secret(PASSWORD), *wrong = secret("AAAA-AAAA");
    world_ok(&s.w, cdr_staff_new_recovery(s.st, "ada", &shown, &s.w.err));
    cdr_secret *code = secret((const char *)cdr_secret_bytes(shown));
    cdr_secret_free(shown);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(try_code(&s.w, s.st, "ada", "x", "1"), CDR_DENIED);
        s.w.now_us += 3600 * SECOND;
    }
    assert_int_equal(try_login(&s.w, s.st, &s.ada, PASSWORD, 0), CDR_DENIED);
    assert_string_equal(s.w.err.id, "staff.login-disabled");
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(cdr_staff_recover(s.st, "ada", password, wrong, &uri, &next, &s.w.err), CDR_DENIED);
        assert_string_equal(s.w.err.id, "staff.login-refused");
    }
    assert_int_equal(cdr_staff_recover(s.st, "ada", wrong, code, &uri, &next, &s.w.err), CDR_DENIED);
    world_ok(&s.w, cdr_staff_recover(s.st, "ada", password, code, &uri, &next, &s.w.err));
    cdr_secret_free(s.ada.seed);
    s.ada.seed = seed_of(uri);
    world_ok(&s.w, try_login(&s.w, s.st, &s.ada, PASSWORD, 0));
    cdr_secret_free(uri);
    cdr_secret *none = NULL, *again = secret((const char *)cdr_secret_bytes(next));
    assert_int_equal(cdr_staff_recover(s.st, "ada", password, code, &uri, &none, &s.w.err), CDR_DENIED);
    world_ok(&s.w, cdr_staff_recover(s.st, "ada", password, again, &uri, &none, &s.w.err));
    cdr_secret_free(code);
    cdr_secret_free(next);
    cdr_secret_free(again);
    cdr_secret_free(none);
    cdr_secret_free(uri);
    cdr_secret_free(password);
    cdr_secret_free(wrong);
    teardown(&s);
}

static void session__idle_absolute_clock_and_changes__end_it(void **state)
{
    (void)state;
    stage s;
    setup(&s);
    cdr_user dana;
    cdr_secret *token, *second;
    world_ok(&s.w, cdr_staff_find(s.st, "dana", false, &dana, &s.w.err));
    world_ok(&s.w, cdr_session_start(s.st, &dana, &token, &s.w.err));
    world_ok(&s.w, check(&s, token));
    s.w.now_us += CDR_SESSION_IDLE_US - 1;
    cdr_session shown;
    bool stale;
    /* Looking does not prolong it: it ends where it would have. */
    world_ok(&s.w, cdr_session_check(s.st, (const char *)cdr_secret_bytes(token), &shown, &stale, &s.w.err));
    assert_int_equal(shown.ends_us, s.w.now_us + 1);
    s.w.now_us += 1;
    assert_int_equal(check(&s, token), CDR_DENIED);
    s.w.now_us -= 1;
    for (int64_t used = CDR_SESSION_IDLE_US - 1; used + CDR_SESSION_IDLE_US - 1 < CDR_SESSION_LASTS_US; used += CDR_SESSION_IDLE_US - 1) {
        world_ok(&s.w, cdr_session_touch(s.st, (const char *)cdr_secret_bytes(token), &s.w.err));
        s.w.now_us += CDR_SESSION_IDLE_US - 1;
        world_ok(&s.w, check(&s, token));
    }
    world_ok(&s.w, cdr_session_touch(s.st, (const char *)cdr_secret_bytes(token), &s.w.err));
    s.w.now_us = NOW + CDR_SESSION_LASTS_US;
    assert_int_equal(check(&s, token), CDR_DENIED);
    s.w.now_us = NOW;
    assert_int_equal(check(&s, token), CDR_DENIED);      /* the clock stands before its last use */
    cdr_secret_free(token);
    s.w.now_us = NOW + 2 * CDR_SESSION_LASTS_US;
    world_ok(&s.w, cdr_session_start(s.st, &dana, &token, &s.w.err));
    world_ok(&s.w, cdr_session_start(s.st, &dana, &second, &s.w.err));
    world_ok(&s.w, cdr_session_end(s.st, (const char *)cdr_secret_bytes(token), &s.w.err));
    assert_int_equal(cdr_session_end(s.st, (const char *)cdr_secret_bytes(token), &s.w.err), CDR_NOT_FOUND);
    assert_int_equal(check(&s, token), CDR_DENIED);
    world_ok(&s.w, check(&s, second));
    world_ok(&s.w, cdr_staff_set_role(s.st, "dana", CDR_ROLE_AUDITOR, &s.w.err));
    assert_int_equal(check(&s, second), CDR_DENIED);
    cdr_secret_free(token);
    cdr_secret_free(second);
    teardown(&s);
}

static void users__first_last_and_again__refused(void **state)
{
    (void)state;
    world w;
    cdr_staff *st;
    world_make(&w);
    world_ok(&w, cdr_staff_open(w.ws, &st, &w.err));
    assert_int_equal(add(&w, st, "dana", CDR_ROLE_STAFF, PASSWORD, NULL), CDR_DENIED);
    static const char *const bad[] = {"", "-x", "a b", "d\xC3\xA4na", "a/b", "abcdefghijabcdefghijabcdefghijabcdefghijk"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_int_equal(add(&w, st, bad[i], CDR_ROLE_OWNER, PASSWORD, NULL), CDR_E_INVAL);
    world_ok(&w, add(&w, st, "Ada", CDR_ROLE_OWNER, PASSWORD, NULL));
    assert_int_equal(add(&w, st, "ada", CDR_ROLE_STAFF, PASSWORD, NULL), CDR_E_INVAL);
    assert_int_equal(cdr_staff_end(st, "ada", &w.err), CDR_DENIED);
    assert_int_equal(cdr_staff_set_role(st, "ADA", CDR_ROLE_AUDITOR, &w.err), CDR_DENIED);
    assert_int_equal(cdr_staff_end(st, "bea", &w.err), CDR_NOT_FOUND);
    world_ok(&w, add(&w, st, "bea", CDR_ROLE_OWNER, PASSWORD, NULL));
    world_ok(&w, cdr_staff_end(st, "ada", &w.err));
    assert_int_equal(cdr_staff_end(st, "bea", &w.err), CDR_DENIED);
    assert_int_equal(add(&w, st, "ada", CDR_ROLE_STAFF, PASSWORD, NULL), CDR_E_INVAL);
    cdr_staff_close(st);
    world_drop(&w);
}

static void roles__names__both_ways(void **state)
{
    (void)state;
    char text[CDR_ROLES_TEXT];
    for (unsigned role = 1; role <= CDR_ROLE_ALL; role <<= 1)
        assert_int_equal(cdr_role_by_name(cdr_role_name((cdr_role)role)), role);
    assert_int_equal(cdr_role_by_name("Incident Manager"), CDR_ROLE_MANAGER);
    assert_int_equal(cdr_role_by_name("owners"), CDR_ROLE_NONE);
    assert_int_equal(cdr_role_by_name(""), CDR_ROLE_NONE);
    cdr_roles_text(CDR_ROLE_ALL, text);
    assert_string_equal(text, "owner, staff, responder, incident-manager or auditor");
    cdr_roles_text(CDR_ROLE_OWNER, text);
    assert_string_equal(text, "owner");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(login__right_wrong_and_used__one_answer),
        cmocka_unit_test(login__failures__wait_grow_disable_and_are_lifted),
        cmocka_unit_test(login__counted_before_it_is_compared),
        cmocka_unit_test(recovery__also_when_disabled__once),
        cmocka_unit_test(session__idle_absolute_clock_and_changes__end_it),
        cmocka_unit_test(users__first_last_and_again__refused),
        cmocka_unit_test(roles__names__both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
