/* SPDX-License-Identifier: Apache-2.0 */
/* The register: opening, states, roles, taking over, times, items, drafts. */
#include "place.h"

static cdr_status count_end(void *arg, const char *kind, const char *what, const char *command)
{
    (void)command;
    (void)what;
    char *all = arg;
    strncat(all, kind, 900 - strlen(all));
    strncat(all, " ", 900 - strlen(all));
    return CDR_OK;
}

static const char *ends(place *p, char all[1000])
{
    all[0] = '\0';
    world_ok(&p->w, cdr_incident_open_ends(p->in, p->id, count_end, all, &p->w.err));
    return all;
}

static void opening(void **state)
{
    place *p = *state;
    place_open(p, "A laptop is gone");
    cdr_incident i = place_get(p);
    assert_int_equal(i.id, 1);
    assert_int_equal(i.state, CDR_INCIDENT_SUSPECTED);
    assert_string_equal(i.title, "A laptop is gone");
    assert_int_equal(i.times[CDR_INCIDENT_DISCOVERY], NOW);
    assert_int_equal(i.people_max, -1);
    assert_int_equal(i.accepted_us, NOW);   /* nobody is named: whoever opens manages it */
    cdr_incident_role r;
    world_ok(&p->w, cdr_incident_role_of(p->in, 1, CDR_DUTY_MANAGER, &r, &p->w.err));
    assert_string_equal(r.who, "ada");
    int64_t id;
    assert_true(cdr_incident_parse_id("I-3", &id) && id == 3 && cdr_incident_parse_id("i7", &id) && id == 7 && cdr_incident_parse_id("9", &id) && id == 9);
    assert_false(cdr_incident_parse_id("I-", &id) || cdr_incident_parse_id("", &id) || cdr_incident_parse_id("I-0", &id) || cdr_incident_parse_id("I--3", &id) || cdr_incident_parse_id("R-3", &id));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = " "}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.kind = "nothing", .title = "x"}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "x", .began_us = NOW + DAY}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "x", .began_us = NOW - MINUTE, .discovered_us = NOW - DAY}, &id, NULL, &p->w.err));
    place_status(p, CDR_NOT_FOUND, cdr_incident_get(p->in, 2, &i, &p->w.err));
    /* A playbook that is not there stops nobody. */
    world_ok(&p->w, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "Something", .playbook = "no-such-thing"}, &id, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_get(p->in, id, &i, &p->w.err));
    assert_false(i.run_wanted);
}

static cdr_status find_note(void *arg, const cdr_timeline_entry *e)
{
    if (!strcmp(e->kind, "note"))
        *(size_t *)arg = strlen(e->text);
    return CDR_OK;
}

/* A whole story is no reason to refuse anybody; what terminals obey is. */
static void a_long_story(void **state)
{
    place *p = *state;
    char story[1201];
    size_t len = 0;
    int64_t id;
    memset(story, 'a', sizeof story - 1);
    for (size_t i = 10; i < sizeof story - 1; i += 11)
        story[i] = ' ';
    story[sizeof story - 1] = '\0';
    place_open(p, story);
    assert_in_range(strlen(place_get(p).title), 190, 199);
    world_ok(&p->w, cdr_incident_timeline(p->in, p->id, find_note, &len, &p->w.err));
    assert_int_equal(len, 1200);
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "red \x1b[31m", .no_run = true}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "red \xc2\x9b" "31m", .no_run = true}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_open(p->in, &(cdr_incident_open_request){.title = "\xff", .no_run = true}, &id, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_assign(p->in, p->id, CDR_DUTY_IT, "bob\xc2\x9b", NULL, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_assign(p->in, p->id, CDR_DUTY_IT, "bob", "no address", NULL, &p->w.err));
}

static void states(void **state)
{
    place *p = *state;
    char all[1000];
    place_open(p, "A stick is gone");
    place_status(p, CDR_E_INVAL, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_ASSESSED, "", &p->w.err));
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_NO_BREACH, "found in the drawer", &p->w.err));
    assert_int_equal(place_get(p).verdict, CDR_INCIDENT_NO_BREACH);
    place_status(p, CDR_DENIED, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_BREACH, "no", &p->w.err));
    assert_string_equal(ends(p, all), "");
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_ASSESSED, "it was another stick", &p->w.err));
    assert_int_equal(place_get(p).verdict, 0);
    p->w.now_us += MINUTE;
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_BREACH, "customers' orders were on it", &p->w.err));
    cdr_incident i = place_get(p);
    assert_int_equal(i.times[CDR_INCIDENT_AWARENESS], NOW + MINUTE);
    assert_string_equal(i.reason, "customers' orders were on it");
    place_status(p, CDR_DENIED, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_SUSPECTED, "back", &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_assess(p->in, p->id, (cdr_incident_state)0, "back", &p->w.err));
    assert_string_equal(ends(p, all), "decision decision review ");
}

static void times(void **state)
{
    place *p = *state;
    place_open(p, "A stick is gone");
    place_status(p, CDR_E_INVAL, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_BEGAN, NOW + DAY, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_AWARENESS, NOW - DAY, &p->w.err));
    world_ok(&p->w, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_BEGAN, NOW - DAY, &p->w.err));
    assert_int_equal(place_get(p).times[CDR_INCIDENT_BEGAN], NOW - DAY);
    world_ok(&p->w, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_BEGAN, 0, &p->w.err));
    assert_int_equal(place_get(p).times[CDR_INCIDENT_BEGAN], 0);
    place_status(p, CDR_E_INVAL, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_DISCOVERY, 0, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_set_people(p->in, p->id, 5, 3, "guess", &p->w.err));
    world_ok(&p->w, cdr_incident_set_people(p->in, p->id, 3, 9, "rows of the list", &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_set_severity(p->in, p->id, "awful", "x", &p->w.err));
    world_ok(&p->w, cdr_incident_set_severity(p->in, p->id, "very high", "health data", &p->w.err));
    cdr_incident i = place_get(p);
    assert_int_equal(i.people_min, 3);
    assert_int_equal(i.people_max, 9);
    assert_string_equal(i.severity, "very high");
}

static void taking_over(void **state)
{
    place *p = *state;
    cdr_incident_role r;
    place_team(p, CDR_DUTY_MANAGER, "bob");
    place_team(p, CDR_DUTY_DEPUTY, "cleo");
    place_open(p, "A laptop is gone");
    assert_int_equal(place_get(p).accepted_us, 0);
    place_status(p, CDR_DENIED, cdr_incident_take_over(p->in, p->id, &p->w.err));
    p->w.now_us += 31 * MINUTE;
    /* Whoever types it says who she is, and is who is named for it. */
    place_status(p, CDR_DENIED, cdr_incident_take_over(p->in, p->id, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_take_over_as(p->in, p->id, "named:eve", &p->w.err));
    cdr_workspace_set_actor(p->w.ws, "cli:cleo");
    world_ok(&p->w, cdr_incident_take_over(p->in, p->id, &p->w.err));
    world_ok(&p->w, cdr_incident_role_of(p->in, p->id, CDR_DUTY_MANAGER, &r, &p->w.err));
    assert_string_equal(r.who, "cleo");
    assert_true(place_get(p).accepted_us);
    place_status(p, CDR_DENIED, cdr_incident_take_over(p->in, p->id, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_accept(p->in, p->id, &p->w.err));
    /* Another manager has to answer again. */
    place_status(p, CDR_E_INVAL, cdr_incident_assign(p->in, p->id, CDR_DUTY_MANAGER, "bob", "bob@example.com", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_MANAGER, "bob", "bob@example.com", "the police call back at four", &p->w.err));
    assert_int_equal(place_get(p).accepted_us, 0);
    world_ok(&p->w, cdr_incident_accept(p->in, p->id, &p->w.err));
    assert_int_equal(place_get(p).accepted_us, p->w.now_us);
}

static void handing_over(void **state)
{
    place *p = *state;
    cdr_incident_handed h;
    cdr_incident_role r;
    place_open(p, "A laptop is gone");
    cdr_item t = {.incident = p->id, .kind = CDR_ITEM_TASK, .what = "Ask whether the disk was encrypted"};
    world_ok(&p->w, cdr_incident_add_item(p->in, &t, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_SCRIBE, "ada", NULL, NULL, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_hand_over(p->in, p->id, "ada", "dan", NULL, "", &h, &p->w.err));
    place_status(p, CDR_NOT_FOUND, cdr_incident_hand_over(p->in, p->id, "eve", "dan", NULL, "nothing", &h, &p->w.err));
    world_ok(&p->w, cdr_incident_hand_over(p->in, p->id, "ada", "dan", NULL, "the encryption is unclear", &h, &p->w.err));
    assert_int_equal(h.roles, 2);
    assert_int_equal(h.items, 1);
    world_ok(&p->w, cdr_incident_role_of(p->in, p->id, CDR_DUTY_SCRIBE, &r, &p->w.err));
    assert_string_equal(r.who, "dan");
}

static void items_and_drafts(void **state)
{
    place *p = *state;
    int64_t item, other;
    char all[1000];
    _cleanup_buf_ cdr_buf subject = CDR_BUF(4096), text = CDR_BUF(1 << 16);
    place_open(p, "A laptop is gone");
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_NO_BREACH, "encrypted", &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_PROMISE, .what = "Call back"}, &item, &p->w.err));
    world_ok(&p->w, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_LETTER, .what = "Letter to the customer", .due_us = NOW + 3 * DAY}, &item, &p->w.err));
    world_ok(&p->w, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_PROMISE, .what = "Call back", .to_whom = "the customer"}, &other, &p->w.err));
    place_status(p, CDR_NOT_FOUND, cdr_incident_draft(p->in, item, &subject, &text, &p->w.err));
    world_ok(&p->w, cdr_incident_keep_draft(p->in, item, "Your data", "Dear Ada Example,\n…", &p->w.err));
    world_ok(&p->w, cdr_incident_draft(p->in, item, &subject, &text, &p->w.err));
    assert_string_equal(subject.data, "Your data");
    assert_string_equal(text.data, "Dear Ada Example,\n…");
    assert_string_equal(ends(p, all), "letter commitment ");
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
    assert_non_null(strstr(p->w.err.text, "2 things are open, the first a letter"));
    place_status(p, CDR_E_INVAL, cdr_incident_end_item(p->in, item, CDR_ITEM_DROPPED, "", &p->w.err));
    world_ok(&p->w, cdr_incident_end_item(p->in, item, CDR_ITEM_DONE, "sent", &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_end_item(p->in, item, CDR_ITEM_DONE, "sent", &p->w.err));
    world_ok(&p->w, cdr_incident_end_item(p->in, other, CDR_ITEM_DROPPED, "she called herself", &p->w.err));
    world_ok(&p->w, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
    assert_int_equal(place_get(p).state, CDR_INCIDENT_CLOSED);
    assert_int_equal(place_get(p).verdict, CDR_INCIDENT_NO_BREACH);
    place_status(p, CDR_DENIED, cdr_incident_note(p->in, p->id, "note", "late", 0, 0, false, false, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
}

static cdr_status find_review(void *arg, const cdr_item *t)
{
    if (t->kind == CDR_ITEM_REVIEW && t->state == CDR_ITEM_OPEN)
        *(cdr_item *)arg = *t;
    return CDR_OK;
}

static void closing_a_breach(void **state)
{
    place *p = *state;
    cdr_item review = {0};
    place_open(p, "A laptop is gone");
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_BREACH, "orders", &p->w.err));
    world_ok(&p->w, cdr_incident_decide(p->in, p->id, "notify-authority", "yes", "orders of 40 people", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_decide(p->in, p->id, "notify-people", "no", "the disk is encrypted", NULL, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_items(p->in, p->id, false, find_review, &review, &p->w.err));
    assert_true(review.id > 0);
    assert_int_equal(review.due_us, NOW + 7 * DAY);   /* a Friday and five business days */
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", "cli:ada", &p->w.err));      /* herself */
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", "named:nobody", &p->w.err)); /* nobody */
    world_ok(&p->w, cdr_incident_end_item(p->in, review.id, CDR_ITEM_DONE, "held", &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));   /* decided to be told, and not told */
    world_ok(&p->w, cdr_incident_set_time(p->in, p->id, CDR_INCIDENT_NOTIFIED_AUTHORITY, NOW, &p->w.err));
    world_ok(&p->w, cdr_incident_close(p->in, p->id, "over", NULL, &p->w.err));
}

static void closing_with_open_work(void **state)
{
    place *p = *state;
    place_team(p, CDR_DUTY_DEPUTY, "cleo");
    place_open(p, "A laptop is gone");
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, "a test of the register", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_close(p->in, p->id, "a test of the register", "named:cleo", &p->w.err));
    assert_int_equal(place_get(p).state, CDR_INCIDENT_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opening, place_make, place_drop),          cmocka_unit_test_setup_teardown(states, place_make, place_drop),         cmocka_unit_test_setup_teardown(a_long_story, place_make, place_drop),
        cmocka_unit_test_setup_teardown(times, place_make, place_drop),            cmocka_unit_test_setup_teardown(taking_over, place_make, place_drop),
        cmocka_unit_test_setup_teardown(handing_over, place_make, place_drop),     cmocka_unit_test_setup_teardown(items_and_drafts, place_make, place_drop),
        cmocka_unit_test_setup_teardown(closing_a_breach, place_make, place_drop), cmocka_unit_test_setup_teardown(closing_with_open_work, place_make, place_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
