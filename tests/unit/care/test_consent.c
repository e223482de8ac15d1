/* SPDX-License-Identifier: Apache-2.0 */
/* Consent in a workspace: recorded, asked for, imported, counted; in any order, and once. */
#include "world.h"

#include "core/ledger/store.h"

/* --- one at a time --- */

static void record__then_check__and_no_record_means_no(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_consent_event e = event("Ada@Example.com ", "marketing", CDR_CONSENT_GIVEN, NOW - DAY);
    world_ok(&w, cdr_consent_record(w.ws, &e, &w.err));
    assert_true(allows(&w, "ada@example.com", "marketing", 0));
    assert_true(allows(&w, "\tADA@EXAMPLE.COM\n", "marketing", 0));
    assert_false(allows(&w, "ada@example.com", "analytics", 0));
    assert_false(allows(&w, "bob@example.com", "marketing", 0));
    assert_false(allows(&w, "ada@example.com", "marketing", NOW - 2 * DAY));
    e.state = CDR_CONSENT_WITHDRAWN;
    e.at_us = NOW - 10;
    world_ok(&w, cdr_consent_record(w.ws, &e, &w.err));
    assert_false(allows(&w, "ada@example.com", "marketing", 0));
    assert_true(allows(&w, "ada@example.com", "marketing", NOW - 11));
    world_verify(&w);
    world_drop(&w);
}

static void record__keys_other_than_mail__keep_their_letters(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_consent_event e = event("Kd-77", "marketing", CDR_CONSENT_GIVEN, NOW);
    world_ok(&w, cdr_consent_record(w.ws, &e, &w.err));
    assert_true(allows(&w, " Kd-77", "marketing", 0));
    assert_false(allows(&w, "kd-77", "marketing", 0));
    world_drop(&w);
}

static void record__wrong_events__are_refused_without_their_values(void **state)
{
    static const char longer[] = "a234567890123456789012345678901234567890123456789012345678901234x";
    world w;
    (void)state;
    world_make(&w);
    const cdr_consent_event good = event("ada@example.com", "marketing", CDR_CONSENT_GIVEN, NOW);
    cdr_consent_event bad[] = {good, good, good, good, good, good, good, good, good};
    bad[0].subject = " \t";
    bad[1].purpose = "";
    bad[2].purpose = longer;
    bad[3].purpose = "ada@example.com";
    bad[4].purpose = "555-0100";
    bad[5].state = CDR_CONSENT_NONE;
    bad[6].state = CDR_CONSENT__MAX;
    bad[7].until_us = NOW;
    bad[8].channel = "two\nlines";
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        w.err = (cdr_err){0};
        if (cdr_consent_record(w.ws, &bad[i], &w.err) != CDR_E_INVAL)
            fail_msg("case %zu was taken", i);
        assert_null(strstr(w.err.text, "ada"));
        assert_null(strstr(w.err.text, "0100"));
    }
    assert_false(allows(&w, "ada@example.com", "marketing", 0));
    world_drop(&w);
}

static void record__the_same_twice__is_stored_and_entered_once(void **state)
{
    world w;
    bool is_new;
    uint8_t first[16], second[16];
    (void)state;
    world_make(&w);
    cdr_consent_event e = event("ada@example.com", "marketing", CDR_CONSENT_GIVEN, NOW);
    world_ok(&w, cdr_consent_add(w.ws, &e, &is_new, first, &w.err));
    assert_true(is_new);
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    world_ok(&w, cdr_consent_add(w.ws, &e, &is_new, second, &w.err));
    assert_false(is_new);
    assert_memory_equal(first, second, 16);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size);
    e.channel = "shop";   /* another event */
    world_ok(&w, cdr_consent_add(w.ws, &e, &is_new, second, &w.err));
    assert_true(is_new);
    world_verify(&w);
    world_drop(&w);
}

/* --- what lies in the database and the ledger --- */

static cdr_status no_value(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)arg;
    (void)idx;
    assert_null(memmem(entry, len, "ada", 3));
    return CDR_OK;
}

static void ledger__knows_pseudonyms_only(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_consent_event e = event("ada@example.com", "marketing", CDR_CONSENT_GIVEN, NOW);
    e.has_text = true;
    memset(e.text_sha256, 7, sizeof e.text_sha256);
    world_ok(&w, cdr_consent_record(w.ws, &e, &w.err));
    _cleanup_buf_ cdr_buf last = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_ledger *l = cdr_workspace_ledger(w.ws);
    world_ok(&w, cdr_ledger_entry(l, cdr_ledger_size(l) - 1, &last, &w.err));
    assert_non_null(strstr(last.data, "consent.record"));
    assert_non_null(strstr(last.data, "\"marketing\""));
    assert_non_null(strstr(last.data, "0707070707"));
    world_ok(&w, cdr_ledger_each(l, 0, no_value, NULL, &w.err));
    world_drop(&w);
}

enum { ST_CHANGE, ST_DELETE, ST__MAX };
static const cdr_db_stmt forbidden[ST__MAX] = {
    [ST_CHANGE] = {"change", "UPDATE consent_event SET state = 4", false},
    [ST_DELETE] = {"delete", "DELETE FROM consent_event", false},
};

static void database__refuses_change_and_deletion(void **state)
{
    world w;
    cdr_db_set *set;
    (void)state;
    world_make(&w);
    cdr_consent_event e = event("ada@example.com", "marketing", CDR_CONSENT_REFUSED, NOW);
    world_ok(&w, cdr_consent_record(w.ws, &e, &w.err));
    world_ok(&w, cdr_db_prepare_set(cdr_workspace_db(w.ws), forbidden, ST__MAX, &set, &w.err));
    for (size_t i = 0; i < ST__MAX; i++) {
        cdr_db_query q = {0};
        world_ok(&w, cdr_db_begin_query(set, i, &q, &w.err));
        assert_int_not_equal(cdr_db_run(&q, &w.err), CDR_OK);
    }
    cdr_db_set_free(set);
    assert_false(allows(&w, "ada@example.com", "marketing", 0));
    world_drop(&w);
}

/* --- many --- */

static void import(world *w, const cdr_consent_event *events, size_t count, cdr_consent_import_counts *ret)
{
    cdr_consent_import *im;
    world_ok(w, cdr_consent_import_begin(w->ws, &im, &w->err));
    for (size_t i = 0; i < count; i++)
        world_ok(w, cdr_consent_import_add(im, &events[i], &w->err));
    world_ok(w, cdr_consent_import_finish(im, &w->err));
    *ret = *cdr_consent_import_told(im);
    cdr_consent_import_free(im);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Whatever the order in which events are told, check, set and tally say the same. */
static void import__any_order__folds_to_the_same(void **state)
{
    enum { EVENTS = 400, SUBJECTS = 40 };
    static char subjects[SUBJECTS][32];
    cdr_consent_event events[EVENTS];
    bool first[SUBJECTS] = {false};
    uint64_t seed = 2027;
    (void)state;
    for (size_t i = 0; i < SUBJECTS; i++)
        snprintf(subjects[i], sizeof subjects[i], "p%zu@example.com", i);
    for (size_t i = 0; i < EVENTS; i++) {
        events[i] = event(subjects[next_random(&seed) % SUBJECTS], "marketing", (cdr_consent_state)(1 + next_random(&seed) % 9), NOW - (int64_t)(next_random(&seed) % 12) * DAY);
        if (next_random(&seed) % 4 == 0)
            events[i].until_us = events[i].at_us + (int64_t)(1 + next_random(&seed) % 9) * DAY;
    }
    for (int round = 0; round < 6; round++) {
        world w;
        cdr_consent_import_counts n;
        cdr_consent_set *set;
        uint64_t allowed = 0;
        world_make(&w);
        import(&w, events, EVENTS, &n);
        assert_int_equal(n.rows, EVENTS);
        assert_int_equal(n.added + n.known, EVENTS);
        world_ok(&w, cdr_consent_set_load(w.ws, "marketing", 0, &set, &w.err));
        for (size_t i = 0; i < SUBJECTS; i++) {
            bool yes = allows(&w, subjects[i], "marketing", 0);
            if (!round)
                first[i] = yes;
            assert_int_equal(yes, first[i]);
            assert_int_equal(cdr_consent_set_allows(set, subjects[i], strlen(subjects[i])), yes);
            allowed += yes;
        }
        assert_int_equal(cdr_consent_set_count(set), allowed);
        assert_in_range(allowed, 1, SUBJECTS - 1);
        cdr_consent_set_free(set);
        world_verify(&w);
        world_drop(&w);
        for (size_t i = EVENTS - 1; i > 0; i--) {
            size_t j = next_random(&seed) % (i + 1);
            cdr_consent_event swap = events[i];
            events[i] = events[j];
            events[j] = swap;
        }
    }
}

static void import__twice__adds_nothing_the_second_time(void **state)
{
    enum { EVENTS = CDR_CONSENT_BATCH + 5 };
    world w;
    cdr_consent_import_counts n;
    (void)state;
    world_make(&w);
    cdr_consent_event *events = calloc(EVENTS, sizeof *events);
    char (*subjects)[16] = calloc(EVENTS, sizeof *subjects);
    assert_true(events && subjects);
    for (size_t i = 0; i < EVENTS; i++) {
        snprintf(subjects[i], sizeof subjects[i], "K%zu", i);
        events[i] = event(subjects[i], i % 2 ? "marketing" : "analytics", CDR_CONSENT_GIVEN, NOW);
    }
    uint64_t before = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    import(&w, events, EVENTS, &n);
    assert_int_equal(n.added, EVENTS);
    assert_int_equal(n.batches, 2);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), before + 2);
    import(&w, events, EVENTS, &n);
    assert_int_equal(n.added, 0);
    assert_int_equal(n.known, EVENTS);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), before + 2);
    world_verify(&w);
    free(events);
    free(subjects);
    world_drop(&w);
}

static cdr_status keep_tally(void *arg, const cdr_consent_tally *t)
{
    cdr_consent_tally *list = arg;
    size_t i = !strcmp(t->purpose, "marketing");
    list[i] = *t;
    return CDR_OK;
}

static void tally__counts_subjects_by_their_state(void **state)
{
    world w;
    cdr_consent_import_counts n;
    (void)state;
    world_make(&w);
    cdr_consent_event events[] = {
        event("a", "marketing", CDR_CONSENT_GIVEN, NOW - 3 * DAY), event("b", "marketing", CDR_CONSENT_GIVEN, NOW - 3 * DAY), event("b", "marketing", CDR_CONSENT_WITHDRAWN, NOW - DAY),
        event("c", "marketing", CDR_CONSENT_GIVEN, NOW - 3 * DAY), event("d", "marketing", CDR_CONSENT_RENEWED, NOW - DAY), event("a", "analytics", CDR_CONSENT_REFUSED, NOW - DAY),
        event("e", "marketing", CDR_CONSENT_GIVEN, NOW + DAY)};
    events[3].until_us = NOW - 2 * DAY;
    import(&w, events, CDR_COUNT(events), &n);
    cdr_consent_tally list[2] = {{0}};
    world_ok(&w, cdr_consent_each_purpose(w.ws, 0, keep_tally, list, &w.err));
    assert_int_equal(list[1].by_state[CDR_CONSENT_GIVEN], 1);
    assert_int_equal(list[1].by_state[CDR_CONSENT_WITHDRAWN], 1);
    assert_int_equal(list[1].by_state[CDR_CONSENT_EXPIRED], 1);
    assert_int_equal(list[1].by_state[CDR_CONSENT_INVALIDATED], 1);   /* renewed, never given */
    assert_int_equal(list[1].by_state[CDR_CONSENT_RENEWED], 0);
    assert_int_equal(list[1].by_state[CDR_CONSENT_NONE], 1);          /* only in the future */
    assert_int_equal(list[1].newest_us, NOW - DAY);
    assert_int_equal(list[0].by_state[CDR_CONSENT_REFUSED], 1);
    world_drop(&w);
}

static void set__of_many__finds_each_and_nobody_else(void **state)
{
    enum { PEOPLE = 5000 };
    world w;
    cdr_consent_set *set;
    char subject[32];
    (void)state;
    world_make(&w);
    cdr_consent_import *im;
    world_ok(&w, cdr_consent_import_begin(w.ws, &im, &w.err));
    for (size_t i = 0; i < PEOPLE; i++) {
        snprintf(subject, sizeof subject, "p%zu@example.com", i);
        cdr_consent_event e = event(subject, "marketing", i % 3 ? CDR_CONSENT_GIVEN : CDR_CONSENT_REFUSED, NOW);
        world_ok(&w, cdr_consent_import_add(im, &e, &w.err));
    }
    world_ok(&w, cdr_consent_import_finish(im, &w.err));
    cdr_consent_import_free(im);
    world_ok(&w, cdr_consent_set_load(w.ws, "marketing", 0, &set, &w.err));
    for (size_t i = 0; i < 2 * PEOPLE; i++) {
        int n = snprintf(subject, sizeof subject, " P%zu@Example.com", i);
        assert_int_equal(cdr_consent_set_allows(set, subject, (size_t)n), i < PEOPLE && i % 3);
    }
    assert_false(cdr_consent_set_allows(set, "", 0));
    cdr_consent_set_free(set);
    world_ok(&w, cdr_consent_set_load(w.ws, "nobody asked", 0, &set, &w.err));
    assert_int_equal(cdr_consent_set_count(set), 0);
    assert_false(cdr_consent_set_allows(set, "p1@example.com", 14));
    cdr_consent_set_free(set);
    world_drop(&w);
}

/* A column of addresses in the place of the purposes: a thousand of them, and no more, get in; here none, as "@" is no letter of a purpose. */
static void import__more_purposes_than_anybody_has__stops(void **state)
{
    world w;
    char purpose[32];
    cdr_status s = CDR_OK;
    (void)state;
    world_make(&w);
    cdr_consent_import *im;
    world_ok(&w, cdr_consent_import_begin(w.ws, &im, &w.err));
    for (size_t i = 0; i < CDR_CONSENT_PURPOSES_MAX + 10 && s == CDR_OK; i++) {
        snprintf(purpose, sizeof purpose, "p%zu", i);
        cdr_consent_event e = event("a", purpose, CDR_CONSENT_GIVEN, NOW);
        s = cdr_consent_import_add(im, &e, &w.err);
    }
    assert_int_equal(s, CDR_E_LIMIT);
    assert_non_null(strstr(w.err.text, "column of purposes"));
    cdr_consent_import_free(im);
    world_drop(&w);
}

typedef struct told { size_t count; cdr_consent_state states[8]; } told;

static cdr_status keep_history(void *arg, const cdr_consent_entry *e)
{
    told *t = arg;
    assert_in_range(t->count, 0, 7);
    t->states[t->count++] = e->e.state;
    assert_string_equal(e->e.method, "web form");
    assert_non_null(strstr(e->e.recorded_by, "cli:"));
    return CDR_OK;
}

static void history__is_in_order_of_time_by_purpose(void **state)
{
    world w;
    cdr_consent_import_counts n;
    told t = {0};
    (void)state;
    world_make(&w);
    const cdr_consent_event events[] = {event("a", "marketing", CDR_CONSENT_WITHDRAWN, NOW), event("a", "marketing", CDR_CONSENT_GIVEN, NOW - DAY),
                                        event("a", "analytics", CDR_CONSENT_REFUSED, NOW), event("b", "marketing", CDR_CONSENT_REVOKED, NOW)};
    import(&w, events, CDR_COUNT(events), &n);
    world_ok(&w, cdr_consent_history(w.ws, "a", keep_history, &t, &w.err));
    assert_int_equal(t.count, 3);
    assert_int_equal(t.states[0], CDR_CONSENT_REFUSED);
    assert_int_equal(t.states[1], CDR_CONSENT_GIVEN);
    assert_int_equal(t.states[2], CDR_CONSENT_WITHDRAWN);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__then_check__and_no_record_means_no), cmocka_unit_test(record__keys_other_than_mail__keep_their_letters),
        cmocka_unit_test(record__wrong_events__are_refused_without_their_values), cmocka_unit_test(record__the_same_twice__is_stored_and_entered_once),
        cmocka_unit_test(ledger__knows_pseudonyms_only), cmocka_unit_test(database__refuses_change_and_deletion), cmocka_unit_test(import__any_order__folds_to_the_same),
        cmocka_unit_test(import__twice__adds_nothing_the_second_time), cmocka_unit_test(tally__counts_subjects_by_their_state),
        cmocka_unit_test(set__of_many__finds_each_and_nobody_else), cmocka_unit_test(import__more_purposes_than_anybody_has__stops),
        cmocka_unit_test(history__is_in_order_of_time_by_purpose)};
    cdr_err err;
    if (cdr_crypto_start(&err) != CDR_OK)
        return 1;
    return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
