/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, write or sync fails, for every n until the work succeeds: an event stands with its entry in the ledger, or neither does. */
#include "../../unit/care/world.h"

#include "base/fault.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};

static cdr_status record(world *w)
{
    cdr_consent_event e = event("ada@example.com", "marketing", CDR_CONSENT_GIVEN, NOW);
    return cdr_consent_record(w->ws, &e, &w->err);
}

static cdr_status import(world *w)
{
    cdr_consent_import *im;
    cdr_consent_event e = event("ada@example.com", "marketing", CDR_CONSENT_GIVEN, NOW), f = event("bob@example.com", "analytics", CDR_CONSENT_REFUSED, NOW);
    cdr_status s = cdr_consent_import_begin(w->ws, &im, &w->err);
    if (s != CDR_OK)
        return s;
    s = cdr_consent_import_add(im, &e, &w->err);
    if (s == CDR_OK)
        s = cdr_consent_import_add(im, &f, &w->err);
    if (s == CDR_OK)
        s = cdr_consent_import_finish(im, &w->err);
    cdr_consent_import_free(im);
    return s;
}

static cdr_status nothing(void *arg, const cdr_consent_tally *t)
{
    *(uint64_t *)arg += t->by_state[CDR_CONSENT_GIVEN];
    return CDR_OK;
}

static cdr_status ask(world *w)
{
    cdr_consent_set *set = NULL;
    cdr_consent_answer a;
    uint64_t given = 0;
    cdr_status s = cdr_consent_set_load(w->ws, "marketing", 0, &set, &w->err);
    cdr_consent_set_free(set);
    if (s == CDR_OK)
        s = cdr_consent_check(w->ws, "ada@example.com", "marketing", 0, &a, &w->err);
    if (s == CDR_OK)
        s = cdr_consent_each_purpose(w->ws, 0, nothing, &given, &w->err);
    return s;
}

/* Entries of the ledger about consents stand and fall with the events. */
static void drive(cdr_status (*prepare)(world *w), cdr_status (*work)(world *w), uint64_t entries)
{
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 60 ? 1 : n / 12) {
            world w;
            world_make(&w);
            if (prepare)
                world_ok(&w, prepare(&w));
            uint64_t before = cdr_ledger_size(cdr_workspace_ledger(w.ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = work(&w);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (!fired && s != CDR_OK)
                fail_msg("kind %zu, without a fault: %s", k, w.err.text);
            if (s != CDR_OK && !w.err.text[0])
                fail_msg("kind %zu, fault %ld: no sentence", k, n);
            world_close(&w);
            world_open(&w);
            world_verify(&w);
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), before + (s == CDR_OK ? entries : 0));
            assert_int_equal(allows(&w, "ada@example.com", "marketing", 0), prepare != NULL || s == CDR_OK);
            w.err = (cdr_err){0};
            world_ok(&w, work(&w));
            assert_true(allows(&w, "ada@example.com", "marketing", 0));
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), before + entries);
            world_verify(&w);
            world_drop(&w);
            assert_in_range(n, 1, 100000);
        }
    }
}

static void record__any_step_fails__all_or_nothing(void **state)
{
    (void)state;
    drive(NULL, record, 1);
}

static void import__any_step_fails__all_or_nothing(void **state)
{
    (void)state;
    drive(NULL, import, 1);
}

static void ask__any_step_fails__is_told_and_changes_nothing(void **state)
{
    (void)state;
    drive(record, ask, 0);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(record__any_step_fails__all_or_nothing), cmocka_unit_test(import__any_step_fails__all_or_nothing),
                                       cmocka_unit_test(ask__any_step_fails__is_told_and_changes_nothing)};
    cdr_err err;
    if (cdr_crypto_start(&err) != CDR_OK)
        return 1;
    return cmocka_run_group_tests_name("consent_faults", tests, NULL, NULL);
#else
    return 77;
#endif
}
