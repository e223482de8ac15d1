/* SPDX-License-Identifier: Apache-2.0 */
/* What happens without anybody typing: the manager is told that she is, the deputy that the manager does not answer, and takes over where the incident says so. */
#include "../clock/world.h"

#include "core/incident/canary.h"
#include "core/incident/team.h"

static void name(world *w, cdr_incidents *in, cdr_duty_role role, const char *who)
{
    cdr_team_member m = {.role = role};
    snprintf(m.who, sizeof m.who, "%s", who);
    snprintf(m.email, sizeof m.email, "%s@shop.example.com", who);
    world_ok(w, cdr_team_set(in, &m, &w->err));
}

static int64_t begin(world *w, cdr_incidents **in, bool self, bool drill)
{
    int64_t id = 0;
    world_make(w);
    world_ok(w, cdr_incidents_open(w->ws, in, &w->err));
    name(w, *in, CDR_DUTY_MANAGER, "mia");
    name(w, *in, CDR_DUTY_DEPUTY, "dan");
    world_ok(w, cdr_incident_open(*in, &(cdr_incident_open_request){.title = "A laptop is gone", .no_run = true, .takeover_self = self, .drill = drill}, &id, NULL, &w->err));
    return id;
}

static cdr_incident_tick run(world *w, cdr_incidents *in)
{
    cdr_incident_tick t = {.sender = NULL};
    cdr_sender *sender;
    int64_t since = 0;
    world_ok(w, cdr_sender_open(&w->ctx, w->home, &sender, &w->err));
    t.sender = sender;
    world_ok(w, cdr_incident_tick_waits(in, &since, &w->err));
    world_ok(w, cdr_incident_run_tick(in, &t, &w->err));
    assert_int_equal(since != INT64_MAX, t.warned + t.due + t.escalated + t.sent + t.taken_over > 0);
    cdr_sender_close(sender);
    return t;
}

static cdr_status keep_manager(void *arg, const cdr_incident_role *r)
{
    if (r->role == CDR_DUTY_MANAGER)
        snprintf(arg, CDR_INCIDENT_WHO_MAX, "%s", r->who);
    return CDR_OK;
}

static void check_manager(world *w, cdr_incidents *in, int64_t id, const char *who)
{
    char now[CDR_INCIDENT_WHO_MAX] = "";
    world_ok(w, cdr_incident_roles(in, id, false, keep_manager, now, &w->err));
    assert_string_equal(now, who);
}

static void finish(world *w, cdr_incidents *in)
{
    cdr_incidents_close(in);
    world_drop(w);
}

static void manager__is_told_and_the_deputy_when_she_does_not_answer(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    int64_t id = begin(&w, &in, false, false);
    assert_int_equal(run(&w, in).sent, 1);
    assert_int_equal(outbox(&w, "To: mia@shop.example.com"), 1);
    assert_int_equal(outbox(&w, "candor incident accept I-1"), 1);
    assert_int_equal(outbox(&w, "30 minutes left"), 1);
    assert_int_equal(run(&w, in).sent, 0);
    w.now_us += 31 * 60 * SECOND;
    cdr_incident_tick t = run(&w, in);
    assert_int_equal(t.due, 1);
    assert_int_equal(t.escalated, 1);
    assert_int_equal(t.taken_over, 0);
    assert_int_equal(outbox(&w, "To: dan@shop.example.com"), 1);
    assert_int_equal(outbox(&w, "candor incident takeover I-1"), 1);
    check_manager(&w, in, id, "mia");
    world_ok(&w, cdr_incident_accept(in, id, &w.err));
    w.now_us += DAY;
    t = run(&w, in);
    assert_int_equal(t.due + t.escalated + t.sent, 0);
    finish(&w, in);
}

static void deputy__takes_over_by_herself_where_the_incident_says_so(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    int64_t id = begin(&w, &in, true, false);
    run(&w, in);
    w.now_us += 31 * 60 * SECOND;
    cdr_incident_tick t = run(&w, in);
    assert_int_equal(t.taken_over, 1);
    check_manager(&w, in, id, "dan");
    assert_int_equal(entries(&w, "incident.take-over"), 1);
    t = run(&w, in);
    assert_int_equal(t.taken_over, 0);
    assert_int_equal(t.sent, 1);      /* that it is hers now */
    assert_int_equal(outbox(&w, "For you: The incident manager answers") , 2);
    w.now_us += 31 * 60 * SECOND;
    assert_int_equal(run(&w, in).taken_over, 0);      /* nobody is left to take it */
    check_manager(&w, in, id, "dan");
    finish(&w, in);
}

/* Who does not answer is not told that she does not answer: the owner is. */
static void deputy__without_an_address__the_owner_is_told(void **state)
{
    world w;
    cdr_incidents *in;
    cdr_unreachable u;
    (void)state;
    int64_t id = begin(&w, &in, false, false);
    world_ok(&w, cdr_incident_unreachable(in, &u, &w.err));
    assert_int_equal(u.count, 0);
    world_ok(&w, cdr_incident_assign(in, id, CDR_DUTY_DEPUTY, "eve", "", "she is here", &w.err));
    world_ok(&w, cdr_incident_unreachable(in, &u, &w.err));
    assert_true(u.count == 1 && u.role == CDR_DUTY_DEPUTY && u.incident == id);
    assert_int_equal(run(&w, in).sent, 1);
    w.now_us += 31 * 60 * SECOND;
    run(&w, in);
    assert_int_equal(outbox(&w, "candor incident takeover I-1"), 1);
    assert_int_equal(outbox(&w, "To: mia@shop.example.com"), 2);      /* that it is hers, and that it is due: not the deputy's */
    finish(&w, in);
}

static void drill__rings_and_tells_nobody(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    begin(&w, &in, true, true);
    assert_int_equal(run(&w, in).sent, 0);
    w.now_us += 31 * 60 * SECOND;
    cdr_incident_tick t = run(&w, in);
    assert_int_equal(t.due, 1);
    assert_int_equal(t.escalated, 1);
    assert_int_equal(t.sent, 0);
    assert_int_equal(outbox(&w, NULL), 0);
    finish(&w, in);
}

static cdr_status keep_item(void *arg, const cdr_item *item)
{
    *(cdr_item *)arg = *item;
    return CDR_OK;
}

static void updates__at_their_rhythm(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    int64_t id = begin(&w, &in, false, false);
    world_ok(&w, cdr_incident_accept(in, id, &w.err));
    world_ok(&w, cdr_incident_promise_updates(in, id, 4 * HOUR, "the insurer", &w.err));
    w.now_us += 3 * HOUR;
    assert_int_equal(run(&w, in).warned, 1);
    assert_int_equal(outbox(&w, "candor incident update I-1"), 1);
    world_ok(&w, cdr_incident_updated(in, id, "The disk was encrypted.", &w.err));
    w.now_us += 2 * HOUR;
    assert_int_equal(run(&w, in).warned, 0);
    w.now_us += 3 * HOUR;
    cdr_incident_tick t = run(&w, in);
    assert_int_equal(t.warned, 1);
    assert_int_equal(t.due, 1);
    world_ok(&w, cdr_incident_updated(in, id, "Nothing new.", &w.err));
    assert_int_equal(entries(&w, "clock.late"), 1);
    world_ok(&w, cdr_incident_promise_updates(in, id, 0, NULL, &w.err));
    assert_int_equal(cdr_incident_promise_updates(in, id, 0, NULL, &w.err), CDR_NOT_FOUND);
    assert_int_equal(cdr_incident_promise_updates(in, id, SECOND, "the press", &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_incident_promise_updates(in, id, HOUR, " ", &w.err), CDR_E_INVAL);
    w.now_us += 10 * DAY;
    t = run(&w, in);
    assert_int_equal(t.warned + t.due + t.escalated, 0);
    world_ok(&w, cdr_incident_promise_updates(in, id, 4 * HOUR, "the insurer", &w.err));
    world_ok(&w, cdr_incident_promise_updates(in, id, 8 * HOUR, "the press", &w.err));
    w.now_us += 5 * HOUR;
    assert_int_equal(run(&w, in).warned, 0);      /* the newer rhythm holds */
    cdr_item last = {0};
    world_ok(&w, cdr_incident_items(in, id, false, keep_item, &last, &w.err));
    world_ok(&w, cdr_incident_end_item(in, last.id, CDR_ITEM_DONE, NULL, &w.err));
    w.now_us += DAY;
    t = run(&w, in);
    assert_int_equal(t.warned + t.due + t.escalated, 0);
    finish(&w, in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manager__is_told_and_the_deputy_when_she_does_not_answer),
        cmocka_unit_test(deputy__takes_over_by_herself_where_the_incident_says_so),
        cmocka_unit_test(deputy__without_an_address__the_owner_is_told), cmocka_unit_test(drill__rings_and_tells_nobody),
        cmocka_unit_test(updates__at_their_rhythm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
