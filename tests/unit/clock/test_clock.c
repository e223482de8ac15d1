/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks: every moment happens once, whatever was moved, stopped, slept over or interrupted. */
#include "world.h"

#include <sys/stat.h>

static void moments__one_after_the_other__each_once(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR - 1, true), 0, 0, 0, 0);
    expect(tick(&w, NOW + 48 * HOUR, true), 1, 0, 0, 1);
    expect(tick(&w, NOW + 48 * HOUR, true), 0, 0, 0, 0);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_WARNED);
    expect(tick(&w, NOW + 68 * HOUR + 5, true), 1, 0, 0, 1);
    expect(tick(&w, NOW + 72 * HOUR, true), 0, 1, 1, 2);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_OVERDUE);
    assert_int_equal(look(&w, "I-3").escalated_to, CDR_DUTY_MANAGER);
    expect(tick(&w, NOW + 76 * HOUR, true), 0, 0, 1, 1);
    expect(tick(&w, NOW + 1000 * HOUR, true), 0, 0, 0, 0);
    assert_int_equal(look(&w, "I-3").next_us, INT64_MAX);
    assert_int_equal(look(&w, "I-3").escalated_to, CDR_DUTY_OWNER);
    assert_int_equal(entries(&w, "clock.warn"), 2);
    assert_int_equal(entries(&w, "clock.due"), 1);
    assert_int_equal(entries(&w, "clock.overdue"), 0);
    assert_int_equal(entries(&w, "clock.escalate"), 2);
    assert_int_equal(outbox(&w, NULL), 5);
    assert_int_equal(outbox(&w, "To: privacy-lead@example.com"), 3);
    assert_int_equal(outbox(&w, "24 hours left") + outbox(&w, "1 day left"), 1);
    assert_int_equal(outbox(&w, "Due now: Tell the authority"), 1);
    assert_int_equal(outbox(&w, "Way: alert"), 1);      /* nobody is owner here, so the owner's alert */
    assert_int_equal(outbox(&w, "was not running"), 0);
    world_drop(&w);
}

static void slept__all_at_once__told_once_with_when_it_was_meant(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 100 * HOUR, true), 2, 1, 2, 3);
    assert_int_equal(entries(&w, "clock.warn"), 2);
    assert_int_equal(entries(&w, "clock.overdue"), 1);
    assert_int_equal(outbox(&w, NULL), 3);
    assert_int_equal(outbox(&w, "Overdue: Tell the authority"), 1);
    assert_int_equal(outbox(&w, "was not running then"), 3);
    assert_int_equal(outbox(&w, "meant for Monday 22 February 2027"), 3);
    expect(tick(&w, NOW + 101 * HOUR, true), 0, 0, 0, 0);
    world_drop(&w);
}

static void crash__between_commit_and_send__the_message_leaves_later_and_once(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR, false), 1, 0, 0, 0);      /* committed, and the machine stops before anything is sent */
    world_close(&w);
    world_open(&w);
    expect(tick(&w, NOW + 48 * HOUR + SECOND, true), 0, 0, 0, 1);
    expect(tick(&w, NOW + 48 * HOUR + 2 * SECOND, true), 0, 0, 0, 0);
    assert_int_equal(outbox(&w, NULL), 1);
    world_drop(&w);
}

static void send__that_fails__is_tried_again(void **state)
{
    world w;
    char path[160];
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    snprintf(path, sizeof path, "%s/outbox", w.home);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(chmod(path, 0777), 0);      /* open to others: refused */
    seen t = tick(&w, NOW + 48 * HOUR, true);
    assert_int_equal(t.warned, 1);
    assert_int_equal(t.sent, 0);
    assert_int_equal(t.failed, 1);
    assert_int_equal(chmod(path, 0700), 0);
    expect(tick(&w, NOW + 49 * HOUR, true), 0, 0, 0, 1);
    assert_int_equal(outbox(&w, "meant for Sunday 21 February 2027, 09:20 UTC") + outbox(&w, "was not running"), 1);
    world_drop(&w);
}

static void stop__before_the_message_left__nothing_is_sent(void **state)
{
    world w;
    cdr_clocks *c;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR, false), 1, 0, 0, 0);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    world_ok(&w, cdr_clock_stop(c, "I-3", "R-7/12", true, &w.err));
    assert_int_equal(cdr_clock_stop(c, "I-3", "R-7/12", true, &w.err), CDR_NOT_FOUND);
    cdr_clocks_close(c);
    expect(tick(&w, NOW + 100 * HOUR, true), 0, 0, 0, 0);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_KEPT);
    assert_int_equal(entries(&w, "clock.late"), 0);
    world_drop(&w);
}

static void stop__late__stands_in_the_ledger(void **state)
{
    world w;
    cdr_clocks *c;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    w.now_us = NOW + 80 * HOUR;
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    world_ok(&w, cdr_clock_stop(c, "I-3", "R-7/12", true, &w.err));
    cdr_clocks_close(c);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_LATE);
    assert_int_equal(entries(&w, "clock.late"), 1);
    world_drop(&w);
}

static void moved__later__what_lies_ahead_again_happens_again(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 69 * HOUR, true), 2, 0, 0, 1);
    s.due_us = NOW + 80 * HOUR;                  /* a day before is past, four hours before is not */
    set(&w, &s);
    expect(tick(&w, NOW + 70 * HOUR, true), 0, 0, 0, 0);
    expect(tick(&w, NOW + 76 * HOUR, true), 1, 0, 0, 1);
    expect(tick(&w, NOW + 80 * HOUR, true), 0, 1, 1, 2);
    s.due_us = NOW + 79 * HOUR;                  /* past either way: nothing again */
    set(&w, &s);
    expect(tick(&w, NOW + 80 * HOUR + 1, true), 0, 0, 0, 0);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_OVERDUE);
    s.due_us = NOW + 200 * HOUR;
    set(&w, &s);
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_RUNNING);
    assert_int_equal(look(&w, "I-3").escalated_to, CDR_DUTY_ANYBODY);
    expect(tick(&w, NOW + 300 * HOUR, true), 2, 1, 2, 3);
    world_drop(&w);
}

static void moved__earlier__what_is_past_happens_at_once(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR, true), 1, 0, 0, 1);
    s.due_us = NOW + 50 * HOUR;
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR + 1, true), 1, 0, 0, 1);      /* four hours before; a day before was said already */
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR + 2, true), 0, 0, 0, 0);
    world_drop(&w);
}

static void warnings__before_it_began__are_none(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    s.due_us = NOW + 4 * HOUR;
    set(&w, &s);
    expect(tick(&w, NOW + HOUR, true), 0, 0, 0, 0);
    expect(tick(&w, NOW + 4 * HOUR, true), 0, 1, 1, 2);
    world_drop(&w);
}

static void business_days__warn_before_the_weekend_and_the_holiday(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    /* Tuesday 6 April 2027 09:20, the day after Easter Monday; one business day before is Thursday 1 April in England, Monday where weekends alone count */
    int64_t due = NOW + 46 * DAY;
    cdr_clock_setup s = {.subject = "I-1", .ref = "a", .label = "Answer", .began_us = NOW, .due_us = due, .warn_count = 1, .warn = {duration("P1B")}, .calendar = "GB"};
    assert_int_equal(cdr_weekday(cdr_date_from_days(due / DAY)), 2);
    cdr_clock_setup plain = s;
    plain.subject = "I-2";
    plain.calendar = NULL;
    cdr_clock_setup monday = s;
    monday.subject = "I-4";
    monday.due_us = NOW + 3 * DAY;               /* Monday; Friday before is when it began */
    monday.began_us = NOW - DAY;
    set(&w, &s);
    set(&w, &plain);
    set(&w, &monday);
    bool easter = !cdr_business_day("GB", due / DAY - 1);
    assert_int_equal(look(&w, "I-1").next_us, due - (easter ? 5 : 1) * DAY);
    assert_int_equal(look(&w, "I-2").next_us, due - DAY);
    assert_int_equal(look(&w, "I-4").next_us, NOW);
    world_drop(&w);
}

static void set_late__what_is_past_is_said_once_and_nobody_slept(void **state)
{
    world w;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW - 100 * HOUR);
    set(&w, &s);
    expect(tick(&w, NOW + SECOND, true), 2, 1, 2, 3);
    assert_int_equal(entries(&w, "clock.overdue"), 1);
    assert_int_equal(outbox(&w, "Overdue: Tell the authority"), 1);
    assert_int_equal(outbox(&w, "was not running"), 0);
    world_drop(&w);
}

static void drills__never_send_and_tick_alone(void **state)
{
    world w;
    cdr_clocks *c;
    cdr_sender *sender;
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    s.subject = "D-2";
    s.drill = true;
    set(&w, &s);
    expect(tick(&w, NOW + 100 * HOUR, true), 0, 0, 0, 0);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    world_ok(&w, cdr_sender_open(&w.ctx, w.home, &sender, &w.err));
    cdr_buf label = CDR_BUF(300);
    int64_t due;
    assert_int_equal(cdr_clock_next(c, &label, NULL, &due, &w.err), CDR_NOT_FOUND);
    cdr_clock_tick t = {.sender = sender, .whom = whom, .subject = "D-2"};
    world_ok(&w, cdr_clock_run_tick(c, &t, &w.err));
    assert_int_equal(t.warned + t.due + t.escalated, 5);
    assert_int_equal(t.sent, 0);
    cdr_sender_close(sender);
    cdr_clocks_close(c);
    assert_int_equal(outbox(&w, NULL), 0);
    world_drop(&w);
}

static void set__in_a_transaction_that_is_rolled_back__leaves_none(void **state)
{
    world w;
    cdr_clocks *c;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    world_ok(&w, cdr_db_begin(cdr_workspace_db(w.ws), &w.err));
    world_ok(&w, cdr_clock_set(c, &s, &w.err));
    cdr_db_rollback(cdr_workspace_db(w.ws));
    cdr_buf label = CDR_BUF(300);
    char subject[32];
    int64_t due;
    assert_int_equal(cdr_clock_next(c, &label, subject, &due, &w.err), CDR_NOT_FOUND);
    world_ok(&w, cdr_clock_set(c, &s, &w.err));
    world_ok(&w, cdr_clock_next(c, &label, subject, &due, &w.err));
    assert_string_equal(subject, "I-3");
    assert_string_equal(label.data, "Tell the authority");
    assert_true(due == s.due_us);
    world_ok(&w, cdr_clock_stop_all(c, "I-3", &w.err));
    assert_int_equal(look(&w, "I-3").state, CDR_CLOCK_DROPPED);
    cdr_buf_done(&label);
    cdr_clocks_close(c);
    world_drop(&w);
}

static void label__of_any_kind__is_kept_fit_for_a_message(void **state)
{
    world w;
    cdr_clocks *c;
    char label[400];
    (void)state;
    world_make(&w);
    memset(label, 'a', sizeof label);
    memcpy(label, "Line\none\x1b[31m", 13);
    for (size_t i = 150; i < 398; i += 2)
        memcpy(label + i, "\xC3\xA9", 2);
    label[398] = '\0';
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    s.label = label;
    set(&w, &s);
    expect(tick(&w, NOW + 48 * HOUR, true), 1, 0, 0, 1);
    assert_int_equal(outbox(&w, "Line one [31m"), 1);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    s.label = "\xff";
    assert_int_equal(cdr_clock_set(c, &s, &w.err), CDR_E_INVAL);
    s.label = "a";
    s.subject = "a subject that is longer than any of them is";
    assert_int_equal(cdr_clock_set(c, &s, &w.err), CDR_E_INVAL);
    s.subject = "I-3";
    s.warn_count = 9;
    assert_int_equal(cdr_clock_set(c, &s, &w.err), CDR_E_LIMIT);
    cdr_clocks_close(c);
    world_drop(&w);
}

static cdr_status count_event(void *arg, const cdr_clock_event *e)
{
    unsigned *kinds = arg;
    kinds[e->kind]++;
    return CDR_OK;
}

static void events__tell_the_story(void **state)
{
    world w;
    cdr_clocks *c;
    unsigned kinds[8] = {0};
    (void)state;
    world_make(&w);
    cdr_clock_setup s = setup_of("R-7/12", NOW);
    set(&w, &s);
    set(&w, &s);
    s.due_us += HOUR;
    set(&w, &s);
    tick(&w, NOW + 200 * HOUR, false);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    int64_t since = 0;
    world_ok(&w, cdr_clock_waits(c, &since, &w.err));
    assert_true(since == NOW + 200 * HOUR);
    world_ok(&w, cdr_clock_stop(c, "I-3", "R-7/12", true, &w.err));
    world_ok(&w, cdr_clock_waits(c, &since, &w.err));
    assert_true(since == INT64_MAX);
    world_ok(&w, cdr_clock_events(c, "I-3", count_event, kinds, &w.err));
    const unsigned want[8] = {0, 1, 2, 1, 2, 1, 1, 0};
    assert_memory_equal(kinds, want, sizeof want);
    cdr_clocks_close(c);
    world_drop(&w);
}

static void many__due_at_once__more_than_a_batch(void **state)
{
    world w;
    cdr_clocks *c;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
    world_ok(&w, cdr_db_begin(cdr_workspace_db(w.ws), &w.err));
    for (int i = 0; i < 100; i++) {
        char ref[20];
        snprintf(ref, sizeof ref, "R-7/%d", i);
        cdr_clock_setup s = setup_of(ref, NOW);
        s.escalation_count = 0;
        world_ok(&w, cdr_clock_set(c, &s, &w.err));
    }
    world_ok(&w, cdr_db_commit(cdr_workspace_db(w.ws), &w.err));
    cdr_clocks_close(c);
    expect(tick(&w, NOW + 72 * HOUR, true), 200, 100, 0, 100);
    expect(tick(&w, NOW + 73 * HOUR, true), 0, 0, 0, 0);
    assert_int_equal(outbox(&w, NULL), 100);
    world_drop(&w);
}

/* The same told otherwise: a moment happens when it lies behind and has not happened; it has not happened any more when it lies ahead. */
typedef struct model { int64_t due, began; bool happened[5], runs; } model;

static int64_t model_moment(const model *m, int i)
{
    static const int hours[5] = {-24, -4, 0, 0, 4};
    return m->due + hours[i] * HOUR;
}

static bool model_is(const model *m, int i)
{
    return i >= 2 || model_moment(m, i) > m->began;
}

static void model_set(model *m, int64_t due, int64_t now)
{
    *m = (model){.due = due, .began = m->began, .runs = true, .happened = {m->happened[0], m->happened[1], m->happened[2], m->happened[3], m->happened[4]}};
    for (int i = 0; i < 5; i++)
        m->happened[i] = m->happened[i] && model_moment(m, i) <= now && model_is(m, i);
    for (int i = 3; i >= 0; i--)      /* who was told that hours are left is not told of a day */
        m->happened[i] = (m->happened[i] || m->happened[i + 1]) && model_is(m, i);
}

static unsigned model_tick(model *m, int64_t now)
{
    unsigned n = 0;
    for (int i = 0; m->runs && i < 5; i++)
        if (model_is(m, i) && !m->happened[i] && model_moment(m, i) <= now) {
            m->happened[i] = true;
            n++;
        }
    return n;
}

static void any_order_of_deeds__as_the_model_says(void **state)
{
    (void)state;
    uint64_t seed = 0x9E3779B97F4A7C15u;
    for (int round = 0; round < 40; round++) {
        world w;
        cdr_clocks *c;
        world_make(&w);
        world_ok(&w, cdr_clocks_open(w.ws, &c, &w.err));
        cdr_clock_setup s = setup_of("R-7/12", NOW);
        model m = {.began = NOW};
        for (int step = 0; step < 40; step++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            unsigned what = (unsigned)(seed >> 60), how_far = (unsigned)(seed >> 40) % 60;
            if (what < 3) {
                s.due_us = w.now_us + ((int64_t)how_far - 20) * HOUR;
                world_ok(&w, cdr_clock_set(c, &s, &w.err));
                model_set(&m, s.due_us, w.now_us);
            } else if (what < 4) {
                assert_int_equal(cdr_clock_stop(c, "I-3", "R-7/12", true, &w.err), m.runs ? CDR_OK : CDR_NOT_FOUND);
                m.runs = false;
            } else if (what < 12) {
                w.now_us += how_far * HOUR / 4;
            }
            cdr_clock_tick t = {.sender = NULL};
            world_ok(&w, cdr_clock_run_tick(c, &t, &w.err));
            unsigned want = model_tick(&m, w.now_us);
            if (t.warned + t.due + t.escalated != want)
                fail_msg("round %d, step %d: %u moments, not %u", round, step, t.warned + t.due + t.escalated, want);
        }
        cdr_clocks_close(c);
        world_drop(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments__one_after_the_other__each_once),
        cmocka_unit_test(slept__all_at_once__told_once_with_when_it_was_meant),
        cmocka_unit_test(crash__between_commit_and_send__the_message_leaves_later_and_once),
        cmocka_unit_test(send__that_fails__is_tried_again),
        cmocka_unit_test(stop__before_the_message_left__nothing_is_sent),
        cmocka_unit_test(stop__late__stands_in_the_ledger),
        cmocka_unit_test(moved__later__what_lies_ahead_again_happens_again),
        cmocka_unit_test(moved__earlier__what_is_past_happens_at_once),
        cmocka_unit_test(warnings__before_it_began__are_none),
        cmocka_unit_test(business_days__warn_before_the_weekend_and_the_holiday),
        cmocka_unit_test(set_late__what_is_past_is_said_once_and_nobody_slept),
        cmocka_unit_test(drills__never_send_and_tick_alone),
        cmocka_unit_test(set__in_a_transaction_that_is_rolled_back__leaves_none),
        cmocka_unit_test(label__of_any_kind__is_kept_fit_for_a_message),
        cmocka_unit_test(events__tell_the_story),
        cmocka_unit_test(any_order_of_deeds__as_the_model_says),
        cmocka_unit_test(many__due_at_once__more_than_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
