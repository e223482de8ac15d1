/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step or sync fails, for every n until the work succeeds: a request stands with its entry in the ledger or neither does, and an answer is whole or there is none; no
 * value is in it that has no entry of its own. */
#include "../../unit/identity/desk.h"

#include "base/fault.h"
#include "core/identity/rights.h"
#include "core/ledger/store.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC};

static bool disarm(void)
{
    bool fired = false;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        fired = fired || cdr_fault_fired(kinds[i]);
        cdr_fault_arm(kinds[i], 0);
    }
    return fired;
}

typedef struct office { desk d; cdr_rights *r; } office;

static void office_open(office *o, world *w)
{
    desk_open(&o->d, w);
    ok(w, cdr_rights_open(w->v, &o->r, &w->err));
}

static void office_close(office *o)
{
    cdr_rights_close(o->r);
    desk_close(&o->d);
}

/* As the next command would. */
static void office_reopen(office *o, world *w)
{
    office_close(o);
    world_reopen(w);
    office_open(o, w);
}

static cdr_status count_one(void *arg, const cdr_request *q)
{
    (void)q;
    ++*(unsigned *)arg;
    return CDR_OK;
}

static void begin__a_fault_anywhere__with_its_entry_or_not_at_all(void **state)
{
    world *w = *state;
    office o;
    office_open(&o, w);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 400; n++) {
            unsigned before = 0, after = 0;
            cdr_request q;
            ok(w, cdr_rights_each(o.r, true, 0, count_one, &before, &w->err));
            uint64_t entries = cdr_ledger_size(cdr_workspace_ledger(w->ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_rights_begin(o.r, &(cdr_request_new){.kind = CDR_RIGHT_COPY, .ref = w->ada.ref, .channel = "phone"}, &q, NULL, &w->err);
            done = !disarm();
            if (done)
                ok(w, s);
            if (s != CDR_OK)
                office_reopen(&o, w);
            ok(w, cdr_rights_each(o.r, true, 0, count_one, &after, &w->err));
            assert_int_equal(after - before, s == CDR_OK);
            assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w->ws)) - entries, s == CDR_OK);
        }
        assert_true(done);
    }
    office_close(&o);
}

static cdr_status count_reveal(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    *(unsigned *)arg += memmem(entry, len, "\"disclosure.reveal\"", 19) != NULL;
    return CDR_OK;
}

static unsigned reveals(world *w, uint64_t from)
{
    unsigned n = 0;
    ok(w, cdr_ledger_each(cdr_workspace_ledger(w->ws), from, count_reveal, &n, &w->err));
    return n;
}

static void package__a_fault_anywhere__whole_and_entered_or_none(void **state)
{
    world *w = *state;
    office o;
    office_open(&o, w);
    cdr_request q;
    ok(w, cdr_rights_begin(o.r, &(cdr_request_new){.kind = CDR_RIGHT_COPY, .ref = w->ada.ref, .regime = CDR_REGIME_GDPR, .regime_given = true, .channel = "phone"}, &q, NULL, &w->err));
    w->now_us += HOUR;
    q.proved_us = w->now_us;          /* how it was proved is tested elsewhere */
    q.proved_level = CDR_LEVEL_C4;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool done = false;
        for (long n = 1; !done && n < 3000; n += 1 + n / 40) {
            json_t *package;
            uint64_t from = cdr_ledger_size(cdr_workspace_ledger(w->ws));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_rights_package(o.r, o.d.id, &q, &package, &w->err);
            done = !disarm();
            assert_true((s == CDR_OK) == (package != NULL));
            if (s != CDR_OK)
                office_reopen(&o, w);
            else
                assert_int_equal(reveals(w, from), json_array_size(json_object_get(package, "data")));
            cdr_rights_wipep(&package);
        }
        assert_true(done);
    }
    office_close(&o);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(begin__a_fault_anywhere__with_its_entry_or_not_at_all, world_make, world_drop),
        cmocka_unit_test_setup_teardown(package__a_fault_anywhere__whole_and_entered_or_none, world_make, world_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
