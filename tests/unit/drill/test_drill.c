/* SPDX-License-Identifier: Apache-2.0 */
#include "../workspace_world.h"

#include "base/io.h"
#include "core/drill/drill.h"
#include "core/incident/team.h"

static world w;

static int make(void **state)
{
    (void)state;
    world_make(&w);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    world_drop(&w);
    return 0;
}

static json_t *run(const char *text, const cdr_drill_options *o, cdr_drill_row *row)
{
    cdr_scenario *s = NULL;
    json_t *report = NULL;
    world_ok(&w, cdr_scenario_read(text, strlen(text), "test.yaml", &s, &w.err));
    world_ok(&w, cdr_drill_run(w.ws, s, o, row, &report, &w.err));
    cdr_scenario_free(s);
    return report;
}

static json_t *run_shipped(const char *name, cdr_drill_row *row)
{
    cdr_scenario *s = NULL;
    json_t *report = NULL;
    world_ok(&w, cdr_scenario_find(name, &s, &w.err));
    world_ok(&w, cdr_drill_run(w.ws, s, NULL, row, &report, &w.err));
    cdr_scenario_free(s);
    return report;
}

static bool mentions(const json_t *report, const char *list, const char *words)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(report, list), i, one) {
        const char *text = json_is_object(one) ? cdr_json_str(one, "text") : json_string_value(one);
        if (text && strstr(text, words))
            return true;
    }
    return false;
}

static const json_t *deadline(const json_t *report, const char *what)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(report, "deadlines"), i, one)
        if (!strcmp(cdr_json_str(one, "what"), what))
            return one;
    fail_msg("no deadline %s", what);
    return NULL;
}

static void drill__seventy_two_hours__well_under_two_seconds(void **state)
{
    (void)state;
    cdr_ctx real;
    cdr_ctx_init(&real);
    cdr_drill_row row;
    int64_t before = cdr_now_us(&real);
    json_t *report = run_shipped("ransomware-bank-holiday", &row);
    assert_true(cdr_now_us(&real) - before < 2000000);
    assert_int_equal(row.id, 1);
    assert_string_equal(row.playbook, "ransomware");
    assert_true(row.score.clocks > 10 && row.score.clocks_met > 10);
    assert_true(row.score.decisions >= 3);
    assert_true(row.score.simulated_us > 48 * INT64_C(3600000000));
    assert_string_equal(cdr_json_str(report, "mark"), "DRILL");
    json_decref(report);
}

/* Whoever is away does not answer: she is reminded, somebody else is called, and answers. */
static void drill__absent__escalation_and_take_over_happen(void **state)
{
    (void)state;
    cdr_drill_row row;
    json_t *report = run_shipped("lost-laptop-friday", &row);
    assert_true(mentions(report, "timeline", "Called because it was not done in time (incident manager): Lock it from afar"));
    assert_true(mentions(report, "timeline", "called because nobody answered): \"Lock it from afar\""));
    assert_string_equal(cdr_json_str(deadline(report, "Lock it from afar"), "state"), "late");
    json_decref(report);
    report = run_shipped("ransomware-bank-holiday", &row);
    assert_int_equal(json_integer_value(json_object_get(report, "taken_over")), 1);
    assert_true(mentions(report, "mend", "could not be reached"));
    json_decref(report);
}

static void drill__nobody_answers__deadlines_missed_and_score_low(void **state)
{
    (void)state;
    static const char silent[] = "title: Silence\nplaybook: lost-device\nbegins: 2027-03-12T16:00:00Z\naccepts: false\nlasts: PT72H\ninject:\n  - {at: PT1H, text: Something comes in.}\n";
    static const char half[] = "title: Half\nplaybook: lost-device\nbegins: 2027-03-12T16:00:00Z\nlasts: PT72H\nanswer:\n  - {step: Write down what is known, after: PT5M}\n  - {step: Call the police, after: PT1H}\n"
                               "  - {step: Look for it once, after: PT5M, answers: {__found__: 'no'}}\n";
    cdr_drill_row none, some, most;
    json_t *report = run(silent, NULL, &none);
    assert_true(none.score.clocks_missed > 0);
    assert_int_equal(none.score.clocks_met, 0);
    assert_int_equal(none.score.steps_done, 0);
    assert_int_equal(none.score.injects, 1);
    assert_int_equal(none.score.injects_answered, 0);
    assert_true(mentions(report, "mend", "Nobody did anything in time"));
    assert_true(mentions(report, "timeline", "takes over"));
    json_decref(report);
    json_decref(run(half, NULL, &some));
    report = run_shipped("lost-laptop-friday", &most);
    assert_true(none.score.percent < some.score.percent && some.score.percent < most.score.percent);
    assert_int_equal(json_array_size(json_object_get(report, "earlier")), 2);
    assert_true(mentions(report, "well", "Better than in the drill before, D-2"));
    json_decref(report);
}

static void drill__decision_without_reason_or_second__is_not_recorded(void **state)
{
    (void)state;
    static const char text[] = "title: T\nplaybook: misdirected-message\nbegins: 2027-04-20T10:15:00Z\nanswer:\n"
                               "  - {step: '*', after: PT20M, evidence: e, answers: {__stopped__: 'no', __recipient__: stranger, __deleted__: 'no', __worst_data__: contact, __people_max__: 3, __eu_uk__: 'yes', __harm__: some, "
                               "__breach__: 'yes', __notify_authority__: 'yes', __notify_people__: 'no'}}\n";
    cdr_drill_row row;
    json_t *report = run(text, NULL, &row);
    assert_true(row.score.decisions_wanted >= 2);
    assert_int_equal(row.score.decisions, 0);
    assert_true(mentions(report, "mend", "without a reason"));
    json_decref(report);
}

/* The real team is used, and its absence is not made up. */
static void drill__team__copied_by_name_without_addresses(void **state)
{
    (void)state;
    cdr_incidents *in = NULL;
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    cdr_team_member m = {.role = CDR_DUTY_MANAGER, .who = "robin", .email = "robin@example.com"};
    world_ok(&w, cdr_team_set(in, &m, &w.err));
    cdr_incidents_close(in);
    cdr_drill_row row;
    json_t *report = run_shipped("misdirected-message", &row);
    assert_true(mentions(report, "mend", "deputy, privacy-lead"));
    assert_false(mentions(report, "mend", "manager, deputy"));
    char *text = json_dumps(report, 0);
    assert_null(strstr(text, "robin"));
    free(text);
    json_decref(report);
}

static void drill__real_workspace__has_a_row_and_an_entry(void **state)
{
    (void)state;
    cdr_drill_row row;
    char path[200];
    json_t *report = run_shipped("misdirected-message", &row), *again = NULL;
    world_ok(&w, cdr_drill_report(w.ws, 1, &again, &w.err));
    assert_true(json_equal(report, again));
    json_decref(report);
    json_decref(again);
    cdr_incidents *in = NULL;
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    cdr_incident i;
    assert_int_equal(cdr_incident_get(in, 1, &i, &w.err), CDR_NOT_FOUND);
    cdr_incidents_close(in);
    snprintf(path, sizeof path, "%s/outbox", w.home);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/drills/D-1/outbox", w.home);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(cdr_drill_report(w.ws, 2, &again, &w.err), CDR_NOT_FOUND);
}

/* Whoever sits there answers what the scenario has no answer for. */
typedef struct asked { unsigned count; bool stop; } asked;

static cdr_status answer(void *arg, const cdr_drill_question *q, json_t **ret_answers, cdr_buf *text, cdr_drill_reply *ret, cdr_err *err)
{
    (void)err;
    asked *a = arg;
    a->count++;
    assert_true(q->now_us > 0 && q->role && q->step && q->text);
    if (a->stop)
        *ret = CDR_DRILL_STOP;
    else if (json_array_size(q->names) && !q->approval && !q->evidence)
        *ret = CDR_DRILL_SKIP;
    else
        *ret = CDR_DRILL_DONE;
    (void)ret_answers;
    return cdr_buf_adds(text, "because");
}

static void drill__somebody_is_asked__her_answers_count(void **state)
{
    (void)state;
    static const char text[] = "title: T\nplaybook: lost-device\nbegins: 2027-03-12T16:00:00Z\n";
    asked a = {0};
    cdr_drill_options o = {.ask = answer, .arg = &a};
    cdr_drill_row row;
    json_decref(run(text, &o, &row));
    assert_true(a.count > 10);
    assert_true(row.score.steps_done > 0 && row.score.steps_skipped > 0);
    a = (asked){.stop = true};
    json_t *report = run(text, &o, &row);
    assert_int_equal(a.count, 1);
    assert_true(mentions(report, "timeline", "ended by hand"));
    /* Nobody knows what would have come due: no score, nothing well, nothing compared. */
    assert_true(row.score.stopped && json_is_null(json_object_get(json_object_get(report, "score"), "percent")));
    assert_true(mentions(report, "mend", "it has no score") && json_array_size(json_object_get(report, "well")) == 0);
    assert_false(mentions(report, "mend", "Better than") || mentions(report, "mend", "Worse than"));
    json_decref(report);
    report = run(text, NULL, &row);      /* nor is a later one compared with it */
    assert_int_equal(json_array_size(json_object_get(report, "earlier")), 1);
    json_decref(report);
}

/* Whoever plays a role is asked its steps although the scenario has answers, and nobody else's. */
typedef struct playing { unsigned asked, then_stop; const char *role; cdr_drill_reply reply; bool again; } playing;

static cdr_status play(void *arg, const cdr_drill_question *q, json_t **ret_answers, cdr_buf *text, cdr_drill_reply *ret, cdr_err *err)
{
    (void)err, (void)ret_answers;
    playing *p = arg;
    p->asked++;
    assert_string_equal(q->role, p->role);
    p->again |= q->again;
    *ret = p->then_stop && p->asked >= p->then_stop ? CDR_DRILL_STOP : q->again ? CDR_DRILL_DONE : p->reply;
    return cdr_buf_adds(text, "because");
}

static void drill__a_role_is_played__its_steps_are_asked(void **state)
{
    (void)state;
    playing p = {.role = "IT", .reply = CDR_DRILL_SKIP};
    cdr_drill_options o = {.ask = play, .arg = &p, .plays = 1u << CDR_DUTY_IT};
    cdr_drill_row row;
    cdr_scenario *s = NULL;
    json_t *report = NULL;
    world_ok(&w, cdr_scenario_find("lost-laptop-friday", &s, &w.err));
    world_ok(&w, cdr_drill_run(w.ws, s, &o, &row, &report, &w.err));
    assert_true(p.asked > 0 && row.score.steps_skipped > 0 && row.score.steps_done > row.score.steps_skipped && !row.score.stopped);
    json_decref(report);
    /* What did not work is tried again, and what is stopped stops at once. */
    p = (playing){.role = "incident manager", .reply = CDR_DRILL_NO, .then_stop = 3};
    o.plays = 1u << CDR_DUTY_MANAGER;
    world_ok(&w, cdr_drill_run(w.ws, s, &o, &row, &report, &w.err));
    assert_true(mentions(report, "timeline", "Did not work") && p.again && row.score.stopped && row.score.simulated_us == 0);
    json_decref(report);
    /* Who takes her time is asked again; the rest goes on, and her step stays open, or whoever is called does it. */
    p = (playing){.role = "privacy lead", .reply = CDR_DRILL_LATER};
    o.plays = 1u << CDR_DUTY_PRIVACY_LEAD;
    world_ok(&w, cdr_drill_run(w.ws, s, &o, &row, &report, &w.err));
    assert_true(p.asked > 1 && row.score.clocks_late + row.score.clocks_missed > 0);
    json_decref(report);
    cdr_scenario_free(s);
}

static void drill__wrong__refused(void **state)
{
    (void)state;
    cdr_scenario *s = NULL;
    json_t *report = NULL;
    cdr_drill_row row;
    static const char text[] = "title: T\nbegins: 2027-03-12T16:00:00Z\n";
    world_ok(&w, cdr_scenario_read(text, strlen(text), "t", &s, &w.err));
    assert_int_equal(cdr_drill_run(w.ws, s, NULL, &row, &report, &w.err), CDR_E_INVAL);
    cdr_drill_options o = {.playbook = "no-such-thing"};
    assert_int_equal(cdr_drill_run(w.ws, s, &o, &row, &report, &w.err), CDR_NOT_FOUND);
    assert_null(report);
    cdr_scenario_free(s);
    static const char typo[] = "title: T\nplaybook: lost-device\nbegins: 2027-03-12T16:00:00Z\nanswer: [{step: Call the polise}]\n";
    world_ok(&w, cdr_scenario_read(typo, strlen(typo), "t", &s, &w.err));
    assert_int_equal(cdr_drill_run(w.ws, s, NULL, &row, &report, &w.err), CDR_E_INVAL);
    assert_non_null(strstr(w.err.text, "Call the polise"));
    cdr_scenario_free(s);
    int64_t id;
    assert_true(cdr_drill_parse_id("D-12", &id) && id == 12);
    assert_true(cdr_drill_parse_id("d3", &id) && id == 3);
    assert_false(cdr_drill_parse_id("I-3", &id));
    assert_false(cdr_drill_parse_id("D-", &id));
}

/* Each shipped scenario speaks of steps that its playbook has, and goes well apart from what it is about. */
static void shipped__each__goes_through(void **state)
{
    (void)state;
    for (const cdr_drill_scenario *k = cdr_drill_scenarios; k->name; k++) {
        cdr_drill_row row;
        json_t *report = run_shipped(k->name, &row);
        if (row.score.percent < 90 || row.score.decisions != row.score.decisions_wanted || row.score.clocks_missed)
            fail_msg("%s: %u %%", k->name, row.score.percent);
        assert_false(mentions(report, "timeline", "could not be answered"));
        json_decref(report);
    }
}

/* A playbook of the workspace's own that waits two weeks by itself and has a step with a time. */
static const char waits[] =
    "{\"type\": \"playbook\", \"spec_version\": \"cacao-2.0\", \"id\": \"playbook--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a01\", \"name\": \"Waits\", \"created_by\": \"identity--7c1d6f0a-3b52-4e8f-9d61-2f4a8e90c5b3\","
    " \"created\": \"2026-11-25T12:00:00.000Z\", \"modified\": \"2026-11-25T12:00:00.000Z\", \"workflow_start\": \"start--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a02\","
    " \"agent_definitions\": {\"individual--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a03\": {\"type\": \"individual\", \"name\": \"Somebody\"}}, \"workflow\": {"
    " \"start--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a02\": {\"type\": \"start\", \"on_completion\": \"action--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a04\"},"
    " \"action--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a04\": {\"type\": \"action\", \"name\": \"Ask again\", \"delay\": 1209600000, \"timeout\": 3600000, \"agent\": \"individual--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a03\","
    " \"commands\": [{\"type\": \"manual\", \"command\": \"Ask again.\"}], \"on_completion\": \"end--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a05\"},"
    " \"end--6b0c0a3e-3f0c-4f3e-8f57-3a5f0d6c1a05\": {\"type\": \"end\"}}}";

static void drill__delays_and_timeouts__pass_at_once(void **state)
{
    (void)state;
    char path[200];
    snprintf(path, sizeof path, "%s/playbooks", w.home);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/playbooks/waits.json", w.home);
    world_ok(&w, cdr_file_write(path, waits, sizeof waits - 1, 0600, &w.err));
    static const char answered[] = "title: T\nplaybook: waits\nbegins: 2027-03-12T16:00:00Z\nlasts: P30D\nanswer:\n  - {step: Ask again, after: PT20M}\n";
    static const char silent[] = "title: T\nplaybook: waits\nbegins: 2027-03-12T16:00:00Z\nlasts: P30D\n";
    cdr_drill_row row;
    json_decref(run(answered, NULL, &row));
    assert_int_equal(row.score.steps_done, 1);
    assert_int_equal(row.score.simulated_us, 14 * DAY + 20 * 60 * SECOND);
    json_t *report = run(silent, NULL, &row);
    assert_int_equal(row.score.steps_done, 0);
    assert_true(mentions(report, "mend", "Still open when the drill ended: \"Ask again\""));
    json_decref(report);
}

static void page__of_a_report__answer_first(void **state)
{
    (void)state;
    cdr_drill_row row;
    json_t *report = run_shipped("misdirected-message", &row);
    cdr_buf out = CDR_BUF(8 << 20);
    world_ok(&w, cdr_drill_page(report, "sha256-x", &out, &w.err));
    assert_non_null(strstr(out.data, "<h1>"));
    assert_non_null(strstr(out.data, "deadlines"));
    assert_non_null(strstr(out.data, "DRILL"));
    cdr_buf_done(&out);
    json_decref(report);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(drill__seventy_two_hours__well_under_two_seconds), EACH(drill__absent__escalation_and_take_over_happen), EACH(drill__nobody_answers__deadlines_missed_and_score_low),
        EACH(drill__decision_without_reason_or_second__is_not_recorded), EACH(drill__team__copied_by_name_without_addresses), EACH(drill__real_workspace__has_a_row_and_an_entry),
        EACH(drill__somebody_is_asked__her_answers_count), EACH(drill__a_role_is_played__its_steps_are_asked), EACH(drill__wrong__refused), EACH(shipped__each__goes_through), EACH(drill__delays_and_timeouts__pass_at_once), EACH(page__of_a_report__answer_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
