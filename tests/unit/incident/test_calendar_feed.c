/* SPDX-License-Identifier: Apache-2.0 */
/* The calendar is read back by libical: every clock once, its reminders, the same UID for ever, a higher SEQUENCE when it moved. */
#include "../workspace_world.h"

#include "core/incident/calendar_feed.h"

#include <libical/ical.h>

#define HOUR (3600 * SECOND)

static icalcomponent *read_back(world *w, cdr_incidents *in, int64_t id, bool tasks)
{
    cdr_buf text = CDR_BUF(1 << 22);
    size_t count = 99;
    world_ok(w, cdr_incident_calendar(in, &(cdr_calendar_request){.id = id, .tasks = tasks, .program = CANDOR_BIN_DIR "/candor-calendar"}, &text, &count, &w->err));
    icalcomponent *c = icalparser_parse_string(text.data);
    assert_non_null(c);
    assert_int_equal(icalrestriction_check(c), 1);
    assert_int_equal(icalcomponent_count_errors(c), 0);
    assert_int_equal(icalcomponent_count_components(c, tasks ? ICAL_VTODO_COMPONENT : ICAL_VEVENT_COMPONENT), (int)count);
    for (const char *line = text.data; *line;) {       /* folded at 75 octets, CRLF */
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 75);
        line = end + 2;
    }
    cdr_buf_done(&text);
    return c;
}

static int64_t open_incident(world *w, cdr_incidents *in, bool drill)
{
    int64_t id = 0;
    world_ok(w, cdr_incident_open(in, &(cdr_incident_open_request){.title = "A laptop is gone", .no_run = true, .drill = drill}, &id, NULL, &w->err));
    return id;
}

static cdr_clock_setup setup_of(const char *subject, const char *label)
{
    return (cdr_clock_setup){.subject = subject, .ref = "R-1/2", .label = label, .began_us = NOW, .due_us = NOW + 72 * HOUR, .warn_count = 2, .warn = {{.seconds = 86400}, {.seconds = 4 * 3600}},
                             .role = CDR_DUTY_PRIVACY_LEAD};
}

static void feed__clocks__once_with_their_reminders(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    int64_t id = open_incident(&w, in, false);
    cdr_clock_setup s = setup_of("I-1", "Tell the authority; then, with care: l'autorité, 個人情報保護委員会に知らせる \\ a name that is long enough to be folded");
    world_ok(&w, cdr_clock_set(cdr_incidents_clocks(in), &s, &w.err));
    icalcomponent *c = read_back(&w, in, id, false), *e = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT);
    assert_non_null(strstr(icalcomponent_get_summary(e), "then, with care: l'autorité, 個人情報保護委員会に知らせる \\ a name"));
    assert_int_equal(icaltime_as_timet(icalcomponent_get_dtstart(e)), s.due_us / SECOND);
    assert_true(icaltime_is_utc(icalcomponent_get_dtstart(e)));
    assert_int_equal(icaltime_as_timet(icalcomponent_get_dtstamp(e)), NOW / SECOND);
    assert_int_equal(icalcomponent_get_sequence(e), 0);
    assert_int_equal(icalcomponent_count_components(e, ICAL_VALARM_COMPONENT), 2);
    icalcomponent *alarm = icalcomponent_get_first_component(e, ICAL_VALARM_COMPONENT);
    struct icaltriggertype t = icalproperty_get_trigger(icalcomponent_get_first_property(alarm, ICAL_TRIGGER_PROPERTY));
    assert_int_equal(icaldurationtype_as_int(t.duration), -86400);
    char uid[200];
    snprintf(uid, sizeof uid, "%s", icalcomponent_get_uid(e));
    icalcomponent_free(c);
    w.now_us += HOUR;
    s.due_us += HOUR;
    world_ok(&w, cdr_clock_set(cdr_incidents_clocks(in), &s, &w.err));
    c = read_back(&w, in, 0, true);
    e = icalcomponent_get_first_component(c, ICAL_VTODO_COMPONENT);
    assert_string_equal(icalcomponent_get_uid(e), uid);
    assert_int_equal(icalcomponent_get_sequence(e), 1);
    assert_int_equal(icaltime_as_timet(icalcomponent_get_due(e)), s.due_us / SECOND);
    assert_int_equal(icaltime_as_timet(icalcomponent_get_dtstamp(e)), w.now_us / SECOND);
    icalcomponent_free(c);
    world_ok(&w, cdr_clock_stop(cdr_incidents_clocks(in), "I-1", "R-1/2", true, &w.err));
    c = read_back(&w, in, 0, false);
    assert_int_equal(icalcomponent_count_components(c, ICAL_VEVENT_COMPONENT), 0);
    icalcomponent_free(c);
    cdr_incidents_close(in);
    world_drop(&w);
}

static void feed__drills__only_when_named(void **state)
{
    world w;
    cdr_incidents *in;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    int64_t id = open_incident(&w, in, true);
    cdr_clock_setup s = setup_of("I-1", "Tell the authority");
    s.drill = true;
    world_ok(&w, cdr_clock_set(cdr_incidents_clocks(in), &s, &w.err));
    icalcomponent *c = read_back(&w, in, 0, false);
    icalcomponent_free(c);
    c = read_back(&w, in, id, false);
    assert_int_equal(icalcomponent_count_components(c, ICAL_VEVENT_COMPONENT), 1);
    icalcomponent_free(c);
    cdr_incidents_close(in);
    world_drop(&w);
}

static void feed__no_program__says_so(void **state)
{
    world w;
    cdr_incidents *in;
    cdr_buf text = CDR_BUF(1 << 20);
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    assert_int_equal(cdr_incident_calendar(in, &(cdr_calendar_request){.program = "/nowhere/candor-calendar"}, &text, NULL, &w.err), CDR_NOT_FOUND);
    assert_non_null(strstr(w.err.text, "install it"));
    assert_int_equal(cdr_incident_calendar(in, &(cdr_calendar_request){.program = "/bin/false"}, &text, NULL, &w.err), CDR_E_IO);
    assert_int_equal(cdr_incident_calendar(in, &(cdr_calendar_request){.id = 7}, &text, NULL, &w.err), CDR_NOT_FOUND);
    cdr_buf_done(&text);
    cdr_incidents_close(in);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feed__clocks__once_with_their_reminders),
        cmocka_unit_test(feed__drills__only_when_named),
        cmocka_unit_test(feed__no_program__says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
