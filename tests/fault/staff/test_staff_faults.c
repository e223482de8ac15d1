/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step or sync fails, for every n until the work succeeds: a user stands with her entry in the ledger or not at all, a failed login is counted whatever fails
 * afterwards, a code is never accepted twice, and no session comes of a fault. */
#include "../../unit/staff/people.h"

#include "base/fault.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC};

/* After a failure everything is opened anew, as the next command would. */
static bool finished(stage *s, cdr_status status)
{
    bool fired = false;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        fired = fired || cdr_fault_fired(kinds[i]);
        cdr_fault_arm(kinds[i], 0);
    }
    if (!fired)
        world_ok(&s->w, status);
    else if (status != CDR_OK) {
        cdr_staff_close(s->st);
        world_close(&s->w);
        world_open(&s->w);
        world_ok(&s->w, cdr_staff_open(s->w.ws, &s->st, &s->w.err));
    }
    return !fired;
}

/* Only the login itself may fail. */
static cdr_status faulty_login(stage *s, cdr_fault_kind kind, long n, const char *password)
{
    char code[12];
    cdr_user u;
    assert_int_equal(cdr_totp_make(s->dana.seed, CDR_TOTP_SHA1, s->w.now_us / SECOND, 0, 30, 6, code, NULL), CDR_OK);
    cdr_secret *p = secret(password), *c = secret(code);
    cdr_fault_arm(kind, n);
    cdr_status status = cdr_staff_authenticate(s->st, "dana", p, c, &u, &s->w.err);
    cdr_secret_free(p);
    cdr_secret_free(c);
    return status;
}

static void add__a_fault_anywhere__whole_or_not(void **state)
{
    stage s;
    (void)state;
    setup(&s);
    unsigned added = 0;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 400; n++) {
            char login[16];
            cdr_secret *password = secret("seven wet stones"), *uri;
            cdr_user u;
            snprintf(login, sizeof login, "p%u", added);
            uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(s.w.ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status status = cdr_staff_add(s.st, login, CDR_ROLE_STAFF, password, false, &uri, &s.w.err);
            done = finished(&s, status);
            assert_true((status == CDR_OK) == (uri != NULL));
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(s.w.ws)) - entries, status == CDR_OK);
            assert_int_equal(cdr_staff_find(s.st, login, true, &u, &s.w.err), status == CDR_OK ? CDR_OK : CDR_NOT_FOUND);
            added += status == CDR_OK;
            cdr_secret_free(uri);
            cdr_secret_free(password);
        }
        assert_true(done);
    }
    teardown(&s);
}

static void login__a_fault_anywhere__counted_and_never_twice(void **state)
{
    stage s;
    uint8_t subject[16];
    (void)state;
    setup(&s);
    cdr_staff_subject(s.st, "dana", subject);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 400; n++) {
            cdr_staff_tries tries;
            s.w.now_us += 3600 * SECOND;
            cdr_status status = faulty_login(&s, kinds[k], n, "nine cold lamps");
            done = finished(&s, status);
            world_ok(&s.w, cdr_staff_store_tries(s.st->set, subject, &tries, &s.w.err));
            if (status == CDR_OK)
                assert_int_equal(tries.failures, 0);
            /* What failed may be tried again with the same code; what was accepted may not. */
            assert_int_equal(try_login(&s.w, s.st, &s.dana, "nine cold lamps", 0), status == CDR_OK ? CDR_DENIED : CDR_OK);
            if (status == CDR_OK) {
                world_ok(&s.w, cdr_db_begin(cdr_workspace_db(s.w.ws), &s.w.err));
                world_ok(&s.w, cdr_staff_store_forgive(s.st->set, subject, &s.w.err));
                world_ok(&s.w, cdr_db_commit(cdr_workspace_db(s.w.ws), &s.w.err));
            }
        }
        assert_true(done);
    }
    teardown(&s);
}

static void wrong_login__a_fault_anywhere__never_let_in(void **state)
{
    stage s;
    (void)state;
    setup(&s);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired && n < 400; n++) {
            s.w.now_us += 86400 * SECOND;
            cdr_status status = faulty_login(&s, kinds[k], n, "not her password");
            assert_int_not_equal(status, CDR_OK);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            uint8_t subject[16];
            cdr_staff_close(s.st);
            world_close(&s.w);
            world_open(&s.w);
            world_ok(&s.w, cdr_staff_open(s.w.ws, &s.st, &s.w.err));
            cdr_staff_subject(s.st, "dana", subject);
            world_ok(&s.w, cdr_db_begin(cdr_workspace_db(s.w.ws), &s.w.err));
            world_ok(&s.w, cdr_staff_store_forgive(s.st->set, subject, &s.w.err));
            world_ok(&s.w, cdr_db_commit(cdr_workspace_db(s.w.ws), &s.w.err));
        }
        assert_false(fired);
    }
    teardown(&s);
}

static void session__a_fault_anywhere__a_token_or_none(void **state)
{
    stage s;
    cdr_user dana;
    (void)state;
    setup(&s);
    world_ok(&s.w, cdr_staff_find(s.st, "dana", false, &dana, &s.w.err));
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 400; n++) {
            cdr_secret *token;
            cdr_session session;
            bool stale;
            uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(s.w.ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status status = cdr_session_start(s.st, &dana, &token, &s.w.err);
            done = finished(&s, status);
            assert_true((status == CDR_OK) == (token != NULL));
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(s.w.ws)) - entries, status == CDR_OK);
            if (token)
                world_ok(&s.w, cdr_session_check(s.st, (const char *)cdr_secret_bytes(token), &session, &stale, &s.w.err));
            cdr_secret_free(token);
        }
        assert_true(done);
    }
    teardown(&s);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add__a_fault_anywhere__whole_or_not),
        cmocka_unit_test(login__a_fault_anywhere__counted_and_never_twice),
        cmocka_unit_test(wrong_login__a_fault_anywhere__never_let_in),
        cmocka_unit_test(session__a_fault_anywhere__a_token_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
