/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions by two people, who may answer for a role, and the authority's clock. */
#include "place.h"

#include "core/incident/inside.h"

static cdr_status find_clock(void *arg, const cdr_clock *c)
{
    if (!strcmp(c->ref, "authority"))
        *(int64_t *)arg = c->due_us;
    return CDR_OK;
}

static int64_t authority_due(place *p)
{
    int64_t due = 0;
    world_ok(&p->w, cdr_clock_each(cdr_incidents_clocks(p->in), "I-1", false, find_clock, &due, &p->w.err));
    return due;
}

static void decide(place *p, const char *name, const char *outcome, int64_t *ret)
{
    world_ok(&p->w, cdr_incident_decide(p->in, p->id, name, outcome, "the list held bank details", ret, &p->w.err));
}

static void alone(void **state)
{
    place *p = *state;
    place_open(p, "A stick is gone");
    decide(p, "notify-authority", "no", NULL);
    cdr_decision d = place_decision(p);
    assert_false(d.needs_second);
    assert_true(d.alone);
    assert_false(cdr_decision_waits(&d));
    place_status(p, CDR_E_INVAL, cdr_incident_decide(p->in, p->id, "Notify me", "yes", "x", NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_decide(p->in, p->id, "notify-people", "555-0100", "x", NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_decide(p->in, p->id, "notify-people", "yes", " ", NULL, &p->w.err));
}

static void named_without_users(void **state)
{
    place *p = *state;
    int64_t id;
    place_team(p, CDR_DUTY_DEPUTY, "cleo");
    place_open(p, "A stick is gone");
    decide(p, "pay-ransom", "no", &id);   /* whatever is no telling takes one */
    assert_false(place_decision(p).needs_second);
    decide(p, "notify-people", "no", &id);
    assert_true(place_decision(p).needs_second);
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, id, true, NULL, &p->w.err));   /* herself */
    cdr_workspace_set_actor(p->w.ws, "named:nobody");
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, id, true, NULL, &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "named:cleo");
    place_status(p, CDR_E_INVAL, cdr_incident_approve(p->in, p->id, id, false, NULL, &p->w.err));   /* no without a reason */
    world_ok(&p->w, cdr_incident_approve(p->in, p->id, id, true, NULL, &p->w.err));
    cdr_decision d = place_decision(p);
    assert_string_equal(d.approved_by, "named:cleo");
    assert_false(cdr_decision_waits(&d));
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, id, true, NULL, &p->w.err));   /* once */
}

static void with_users(void **state)
{
    place *p = *state;
    int64_t first, second;
    place_user(p, "ada", CDR_ROLE_OWNER);
    place_user(p, "bob", CDR_ROLE_RESPONDER);
    place_user(p, "eve", CDR_ROLE_AUDITOR);
    cdr_workspace_set_actor(p->w.ws, "staff:ada");
    place_open(p, "A stick is gone");
    decide(p, "notify-people", "no", &first);
    cdr_workspace_set_actor(p->w.ws, "staff:bob");
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, first, true, NULL, &p->w.err));   /* no role for it */
    cdr_workspace_set_actor(p->w.ws, "staff:ada");
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_APPROVER, "bob", NULL, NULL, &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "staff:eve");
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, first, true, NULL, &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "cli:root");   /* who is at the machine is nobody, once there are users */
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, first, true, NULL, &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "staff:bob");
    world_ok(&p->w, cdr_incident_approve(p->in, p->id, first, false, "the key lay beside it", &p->w.err));
    cdr_decision d = place_decision(p);
    assert_true(d.rejected && cdr_decision_waits(&d));
    decide(p, "notify-people", "yes", &second);   /* by bob: ada is the second person now */
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, second, true, NULL, &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "staff:ada");
    place_status(p, CDR_DENIED, cdr_incident_approve(p->in, p->id, first, true, NULL, &p->w.err));   /* the old one is over */
    place_status(p, CDR_NOT_FOUND, cdr_incident_approve(p->in, p->id, 99, true, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_approve(p->in, p->id, second, true, NULL, &p->w.err));
    d = place_decision(p);
    assert_false(cdr_decision_waits(&d));
}

static bool may(place *p, cdr_duty_role role, const char *actor)
{
    bool ret = false;
    world_ok(&p->w, cdr_in_may(p->in, "I-1", role, actor, &ret, &p->w.err));
    return ret;
}

static void answering_for_a_role(void **state)
{
    place *p = *state;
    place_user(p, "ada", CDR_ROLE_OWNER);
    place_user(p, "bob", CDR_ROLE_RESPONDER);
    place_user(p, "cleo", CDR_ROLE_RESPONDER);
    place_user(p, "eve", CDR_ROLE_AUDITOR);
    cdr_workspace_set_actor(p->w.ws, "staff:bob");
    place_open(p, "A stick is gone");   /* bob manages it */
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_IT, "cleo", NULL, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_LEGAL, "Law office Example", NULL, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_SCRIBE, "eve", NULL, NULL, &p->w.err));
    assert_true(may(p, CDR_DUTY_IT, "staff:cleo") && may(p, CDR_DUTY_IT, "staff:ada"));
    assert_false(may(p, CDR_DUTY_IT, "staff:bob"));            /* cleo has it */
    assert_true(may(p, CDR_DUTY_COMMUNICATIONS, "staff:bob")); /* nobody has it: the manager */
    assert_false(may(p, CDR_DUTY_COMMUNICATIONS, "staff:cleo"));
    assert_true(may(p, CDR_DUTY_LEGAL, "staff:bob"));          /* who has it cannot sign in */
    assert_false(may(p, CDR_DUTY_SCRIBE, "staff:eve"));        /* an auditor changes nothing */
    assert_false(may(p, CDR_DUTY_IT, "cli:root"));
    assert_true(may(p, CDR_DUTY_ANYBODY, "staff:cleo"));
}

static void the_authority(void **state)
{
    place *p = *state;
    place_open(p, "A stick is gone");
    assert_int_equal(authority_due(p), 0);
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_BREACH, "orders", &p->w.err));
    assert_int_equal(authority_due(p), NOW + 72 * 60 * MINUTE);
    p->w.now_us += 60 * MINUTE;
    decide(p, "notify-authority", "no", NULL);
    assert_int_equal(authority_due(p), 0);
    decide(p, "notify-authority", "yes", NULL);
    assert_int_equal(authority_due(p), NOW + 72 * 60 * MINUTE);
    world_ok(&p->w, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_AWARENESS, NOW + 30 * MINUTE, &p->w.err));
    assert_int_equal(authority_due(p), NOW + 30 * MINUTE + 72 * 60 * MINUTE);
    world_ok(&p->w, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_NOTIFIED_AUTHORITY, NOW + 60 * MINUTE, &p->w.err));
    assert_int_equal(authority_due(p), 0);
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_NO_BREACH, "the stick was encrypted", &p->w.err));
    assert_int_equal(authority_due(p), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(alone, place_make, place_drop),         cmocka_unit_test_setup_teardown(named_without_users, place_make, place_drop),
        cmocka_unit_test_setup_teardown(with_users, place_make, place_drop),    cmocka_unit_test_setup_teardown(answering_for_a_role, place_make, place_drop),
        cmocka_unit_test_setup_teardown(the_authority, place_make, place_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
