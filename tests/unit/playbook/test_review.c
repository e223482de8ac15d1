/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews of playbooks: when the first and the next are due, what retires one, what the ledger keeps; and playbooks made from others. */
#include "base/io.h"
#include "core/ledger/store.h"
#include "core/playbook/derive.h"
#include "core/playbook/review.h"
#include "../workspace_world.h"

#define LOST "lost-device"

typedef struct seen { const char *name; cdr_standing st; unsigned count, overdue; char by[80], note[200], version[40]; cdr_review_result result; } seen;

static cdr_status note_standing(void *arg, const cdr_standing *st)
{
    seen *s = arg;
    s->count++;
    s->overdue += st->overdue;
    if (!strcmp(st->item->name, s->name))
        s->st = *st;
    return CDR_OK;
}

static seen standing(world *w, const char *name)
{
    seen s = {.name = name};
    world_ok(w, cdr_standing_each(w->ws, w->now_us, note_standing, &s, &w->err));
    return s;
}

static void review(world *w, const char *name, cdr_review_result result, const char *note)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    world_ok(w, cdr_library_find(w->home, name, NULL, &p, NULL, &w->err));
    world_ok(w, cdr_review_add(w->ws, name, p, result, note, &w->err));
}

static void the_first_is_due_a_quarter_after_the_workspace(void **state)
{
    world *w = *state;
    cdr_reviews_late late;
    seen s = standing(w, LOST);
    assert_int_equal(s.count, cdr_procedure_count);
    assert_true(s.count >= 11);
    assert_int_equal(s.overdue, 0);
    assert_true(s.st.reviewed_us == 0 && s.st.result == CDR_REVIEW_NONE);
    assert_true(s.st.next_us == NOW + 89 * DAY);       /* 2027-02-19 to 2027-05-19 */
    w->now_us = NOW + 89 * DAY;
    world_ok(w, cdr_reviews_late_read(w->ws, w->now_us, &late, &w->err));
    assert_int_equal(late.count, 0);
    w->now_us += 1;
    world_ok(w, cdr_reviews_late_read(w->ws, w->now_us, &late, &w->err));
    assert_int_equal(late.count, cdr_procedure_count);
    assert_true(late.due_us == NOW + 89 * DAY && late.name[0]);
}

static void the_next_is_due_a_quarter_after_the_last(void **state)
{
    world *w = *state;
    w->now_us = NOW + 100 * DAY;
    assert_true(standing(w, LOST).st.overdue);
    review(w, LOST, CDR_REVIEW_GOOD, NULL);
    seen s = standing(w, LOST);
    assert_false(s.st.overdue);
    assert_false(s.st.changed);
    assert_true(s.st.reviewed_us == w->now_us && s.st.result == CDR_REVIEW_GOOD);
    assert_true(s.st.next_us > w->now_us + 89 * DAY && s.st.next_us < w->now_us + 93 * DAY);
    assert_int_equal(s.overdue, s.count - 1);
    w->now_us += 100 * DAY;
    assert_true(standing(w, LOST).st.overdue);
}

static void one_that_is_retired_wants_none(void **state)
{
    world *w = *state;
    review(w, "natural-disaster", CDR_REVIEW_RETIRED, "we have no office");
    w->now_us = NOW + 1000 * DAY;
    seen s = standing(w, "natural-disaster");
    assert_false(s.st.overdue);
    assert_true(s.st.next_us == 0);
    review(w, "natural-disaster", CDR_REVIEW_GOOD, NULL);
    assert_true(standing(w, "natural-disaster").st.next_us > w->now_us);
}

static cdr_status keep_review(void *arg, const cdr_review *r)
{
    seen *s = arg;
    if (!s->count++) {
        s->result = r->result;
        snprintf(s->by, sizeof s->by, "%s", r->by);
        snprintf(s->note, sizeof s->note, "%s", r->note ? r->note : "");
        snprintf(s->version, sizeof s->version, "%s", r->version);
    }
    return CDR_OK;
}

static cdr_status look_for_note(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    unsigned *found = arg;
    found[0] += memmem(entry, len, "playbook.review", 15) != NULL;
    found[1] += memmem(entry, len, "Mrs Lee", 7) != NULL;
    return CDR_OK;
}

static void the_register_keeps_them_and_the_ledger_no_note(void **state)
{
    world *w = *state;
    unsigned found[2] = {0};
    review(w, LOST, CDR_REVIEW_GOOD, NULL);
    w->now_us += DAY;
    review(w, LOST, CDR_REVIEW_CHANGED, "Mrs Lee has the spare key");
    review(w, "ransomware", CDR_REVIEW_GOOD, NULL);
    seen s = {0};
    world_ok(w, cdr_review_each(w->ws, LOST, keep_review, &s, &w->err));
    assert_int_equal(s.count, 2);
    assert_int_equal(s.result, CDR_REVIEW_CHANGED);      /* the newest first */
    assert_string_equal(s.note, "Mrs Lee has the spare key");
    _cleanup_(cdr_playbook_freep) cdr_playbook *lost = NULL;
    world_ok(w, cdr_library_find(NULL, LOST, NULL, &lost, NULL, &w->err));
    assert_string_equal(s.version, cdr_playbook_modified(lost));
    assert_string_equal(s.by, cdr_workspace_actor(w->ws));
    s = (seen){0};
    world_ok(w, cdr_review_each(w->ws, NULL, keep_review, &s, &w->err));
    assert_int_equal(s.count, 3);
    world_ok(w, cdr_ledger_each(cdr_workspace_ledger(w->ws), 0, look_for_note, found, &w->err));
    assert_int_equal(found[0], 3);
    assert_int_equal(found[1], 0);
}

static void what_is_no_result_is_refused(void **state)
{
    world *w = *state;
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    static char longer[CDR_REVIEW_NOTE_MAX + 2];
    memset(longer, 'x', sizeof longer - 1);
    world_ok(w, cdr_library_find(w->home, LOST, NULL, &p, NULL, &w->err));
    assert_int_equal(cdr_review_add(w->ws, LOST, p, CDR_REVIEW_NONE, NULL, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_review_add(w->ws, LOST, p, CDR_REVIEW__MAX, NULL, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_review_add(w->ws, LOST, p, CDR_REVIEW_GOOD, longer, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_review_result_by_name("fine"), CDR_REVIEW_NONE);
    assert_int_equal(cdr_review_result_by_name("retired"), CDR_REVIEW_RETIRED);
    assert_true(standing(w, LOST).st.reviewed_us == 0);
}

/* Writes WORKSPACE/playbooks/lost-device.json, derived from Candor's, and gives it back. */
static cdr_playbook *own_copy(world *w)
{
    char path[200];
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    cdr_playbook *own = NULL;
    world_ok(w, cdr_library_find(NULL, LOST, NULL, &p, NULL, &w->err));
    world_ok(w, cdr_playbook_derive(&w->ctx, p, &(cdr_derivation){.title = "Ours"}, &text, &w->err));
    snprintf(path, sizeof path, "%s/playbooks", w->home);
    world_ok(w, cdr_mkdirs(path, 0700, &w->err));
    snprintf(path, sizeof path, "%s/playbooks/" LOST ".json", w->home);
    world_ok(w, cdr_file_write(path, text.data, text.len, 0600, &w->err));
    world_ok(w, cdr_library_find(w->home, LOST, NULL, &own, NULL, &w->err));
    assert_string_equal(cdr_playbook_name(own), "Ours");
    return own;
}

/* What status asks does not read the playbooks; it must say the same as reading them. */
static void the_short_way_says_the_same(void **state)
{
    world *w = *state;
    cdr_reviews_late late;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
        char words[CDR_DURATION_TEXT];
        world_ok(w, cdr_library_find(NULL, cdr_procedures[i].name, NULL, &p, NULL, &w->err));
        assert_true(cdr_playbook_rule_of(p)->has_review);
        cdr_duration_format(&cdr_playbook_rule_of(p)->review_every, words);
        assert_string_equal(cdr_procedures[i].review_every, words);
    }
    review(w, "ransomware", CDR_REVIEW_RETIRED, NULL);
    w->now_us = NOW + 50 * DAY;
    review(w, "complaint", CDR_REVIEW_GOOD, NULL);
    cdr_playbook_free(own_copy(w));
    static const int days[] = {80, 95, 130, 150, 400};
    for (size_t i = 0; i < CDR_COUNT(days); i++) {
        w->now_us = NOW + days[i] * DAY;
        world_ok(w, cdr_reviews_late_read(w->ws, w->now_us, &late, &w->err));
        assert_int_equal(late.count, standing(w, LOST).overdue);
    }
    assert_int_equal(late.count, cdr_procedure_count - 1);
}

static void a_playbook_of_ones_own_counts_from_its_day(void **state)
{
    world *w = *state;
    review(w, LOST, CDR_REVIEW_GOOD, NULL);
    assert_false(standing(w, LOST).st.changed);
    w->now_us = NOW + 60 * DAY;
    cdr_playbook_free(own_copy(w));
    seen s = standing(w, LOST);
    assert_int_equal(s.count, cdr_procedure_count);      /* in the place of Candor's */
    assert_true(s.st.changed);                           /* that version was not the one that was read */
    assert_true(s.st.next_us < NOW + 93 * DAY);
}

static void one_made_from_another_is_another(void **state)
{
    world *w = *state;
    _cleanup_(cdr_playbook_freep) cdr_playbook *from = NULL;
    world_ok(w, cdr_library_find(NULL, LOST, NULL, &from, NULL, &w->err));
    w->now_us = NOW + 7000;
    _cleanup_(cdr_playbook_freep) cdr_playbook *own = own_copy(w);
    const json_t *j = cdr_playbook_json(own), *old = cdr_playbook_json(from);
    assert_string_not_equal(cdr_playbook_id(own), cdr_playbook_id(from));
    assert_int_equal(strlen(cdr_playbook_id(own)), strlen("playbook--") + 36);
    assert_int_equal(cdr_playbook_id(own)[strlen("playbook--") + 14], '4');      /* random: version 4 */
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "derived_from"), 0)), cdr_playbook_id(from));
    assert_string_equal(cdr_playbook_modified(own), "2027-02-19T09:00:00.007Z");
    assert_string_equal(json_string_value(json_object_get(j, "created")), cdr_playbook_modified(own));
    assert_null(json_object_get(j, "signatures"));
    assert_string_equal(cdr_playbook_rule_of(own)->headline, "Ours");
    assert_string_equal(cdr_playbook_rule_of(own)->kind, LOST);
    assert_false(json_is_true(json_object_get(json_object_get(j, "playbook_processing_summary"), "digital_signatures")));
    assert_true(json_equal((json_t *)json_object_get(j, "workflow"), (json_t *)json_object_get(old, "workflow")));
}

static int setup(void **state)
{
    static world w;
    world_make(&w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    world_drop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_is_due_a_quarter_after_the_workspace, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_is_due_a_quarter_after_the_last, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_retired_wants_none, setup, teardown),
        cmocka_unit_test_setup_teardown(the_register_keeps_them_and_the_ledger_no_note, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_result_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(the_short_way_says_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_playbook_of_ones_own_counts_from_its_day, setup, teardown),
        cmocka_unit_test_setup_teardown(one_made_from_another_is_another, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
