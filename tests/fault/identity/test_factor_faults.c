/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step or sync fails, for every n until the work succeeds: a factor stands with its entry in the ledger or neither does, nothing is accepted that was not marked, and
 * nothing is accepted twice. */
#include "../../unit/identity/world.h"

#include "base/fault.h"
#include "crypto/base32.h"
#include "crypto/totp.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC};

static cdr_status count_one(void *arg, const cdr_factor *f)
{
    (void)f;
    ++*(unsigned *)arg;
    return CDR_OK;
}

static void code_of(world *w, const cdr_secret *uri, char ret[12])
{
    uint8_t bytes[64];
    size_t n;
    cdr_secret *seed;
    const char *at = strstr((const char *)cdr_secret_bytes(uri), "secret=") + 7;
    assert_int_equal(cdr_base32_decode(at, strcspn(at, "&"), bytes, sizeof bytes, &n), CDR_OK);
    ok(w, cdr_secret_new(bytes, n, &seed, &w->err));
    ok(w, cdr_totp_make(seed, CDR_TOTP_SHA1, w->now_us / SECOND, 0, 30, 6, ret, &w->err));
    cdr_secret_free(seed);
}

/* After a failure the vault is opened anew, as the next command would. */
static bool finished(world *w, cdr_status s)
{
    bool fired = cdr_fault_fired(CDR_FAULT_ALLOC) || cdr_fault_fired(CDR_FAULT_SQL) || cdr_fault_fired(CDR_FAULT_FSYNC);
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        cdr_fault_arm(kinds[i], 0);
    if (!fired)
        ok(w, s);
    else if (s != CDR_OK)
        world_reopen(w);
    return !fired;
}

static void enrol_totp__a_fault_anywhere__all_or_nothing(void **state)
{
    world *w = *state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 300; n++) {
            unsigned before = 0, after = 0;
            cdr_secret *uri = NULL;
            ok(w, cdr_factor_each(w->f, w->ada.id, true, count_one, &before, &w->err));
            uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(w->ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_factor_enrol_totp(w->f, w->ada.id, "counter", &uri, &w->err);
            assert_true((s == CDR_OK) == (uri != NULL));
            done = finished(w, s);
            ok(w, cdr_factor_each(w->f, w->ada.id, true, count_one, &after, &w->err));
            assert_int_equal(after - before, cdr_ledger_size(cdr_workspace_ledger(w->ws)) - entries);
            assert_int_equal(after - before, s == CDR_OK);
            cdr_secret_free(uri);
        }
        assert_true(done);
    }
}

/* A code that came to nothing because of a fault may be said again; one that was accepted may not. */
static void accept__a_fault_anywhere__never_twice(void **state)
{
    world *w = *state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 300; n++) {
            cdr_secret *uri, *code;
            char totp[12];
            bool yes, again;
            w->now_us += 600 * SECOND;
            ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "counter", &uri, &w->err));
            code_of(w, uri, totp);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_factor_confirm_totp(w->f, w->ada.id, totp, 6, &yes, &w->err);
            assert_true((s == CDR_OK) == yes);
            done = finished(w, s);
            ok(w, cdr_factor_confirm_totp(w->f, w->ada.id, totp, 6, &again, &w->err));
            assert_true(again != yes);
            ok(w, cdr_code_make(w->f, "7F3K-92", CDR_FACTOR_SMS, 6, 600 * SECOND, true, &code, &w->err));
            cdr_fault_arm(kinds[k], n);
            s = cdr_code_check(w->f, "7F3K-92", CDR_FACTOR_SMS, (const char *)cdr_secret_bytes(code), 6, &yes, &w->err);
            assert_true((s == CDR_OK) == yes);
            done = finished(w, s) && done;
            ok(w, cdr_code_check(w->f, "7F3K-92", CDR_FACTOR_SMS, (const char *)cdr_secret_bytes(code), 6, &again, &w->err));
            assert_true(again != yes);
            cdr_secret_free(code);
            cdr_secret_free(uri);
        }
        assert_true(done);
    }
}

static void make_code__a_fault_anywhere__no_code_goes_out(void **state)
{
    world *w = *state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 300; n++) {
            cdr_secret *code;
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_letter_make(w->f, w->ada.id, CDR_LETTER_LASTS_US, &code, &w->err);
            assert_true((s == CDR_OK) == (code != NULL));
            done = finished(w, s);
            cdr_secret_free(code);
        }
        assert_true(done);
    }
}

static void end__a_fault_anywhere__all_or_nothing(void **state)
{
    world *w = *state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 300; n++) {
            cdr_secret *uri;
            unsigned left = 0;
            ok(w, cdr_factor_enrol_totp(w->f, w->ada.id, "counter", &uri, &w->err));
            cdr_secret_free(uri);
            uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(w->ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_factor_end(w->f, w->ada.id, CDR_FACTOR_TOTP, "lost", &w->err);
            done = finished(w, s);
            ok(w, cdr_factor_each(w->f, w->ada.id, false, count_one, &left, &w->err));
            assert_int_equal(left, s == CDR_OK ? 0 : 1);
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w->ws)) - entries, s == CDR_OK);
        }
        assert_true(done);
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(enrol_totp__a_fault_anywhere__all_or_nothing), T(accept__a_fault_anywhere__never_twice), T(make_code__a_fault_anywhere__no_code_goes_out), T(end__a_fault_anywhere__all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
