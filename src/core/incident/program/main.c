/* SPDX-License-Identifier: Apache-2.0 */
/* candor-calendar: reads one request from standard input, writes it as iCalendar (RFC 5545) by libical, ends. It is started by candor only (core/incident/calendar_feed.c). Exit code 0, or 5 and nothing written.
 *
 *   {"name": "…", "tasks": false, "entries": [{"uid": "…", "summary": "…", "description": "…", "due": SECONDS, "changed": SECONDS, "revision": 2, "warn": [SECONDS, …]}]} */
#include "base/io.h"
#include "base/json.h"

#include <libical/ical.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define REQUEST_MAX (64u << 20)
#define PRODID "-//Candor//Candor " CANDOR_VERSION "//EN"

static void harden(void)
{
    const struct rlimit none = {0, 0}, files = {64, 64};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NOFILE, &files);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    alarm(120);      /* should all else hang */
}

static bool read_request(json_t **ret)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(REQUEST_MAX);
    char chunk[65536];
    ssize_t n;
    while ((n = cdr_read_some(0, chunk, sizeof chunk)) > 0)
        if (cdr_buf_add(&text, chunk, (size_t)n) != CDR_OK)
            return false;
    return n == 0 && text.data && cdr_json_parse(text.data, text.len, "request", ret, NULL) == CDR_OK;
}

static icaltimetype utc(json_int_t seconds)
{
    return icaltime_from_timet_with_zone((time_t)seconds, 0, icaltimezone_get_utc_timezone());
}

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static void add_alarm(icalcomponent *to, json_int_t before, const char *summary, bool tasks)
{
    icalcomponent *alarm = icalcomponent_new(ICAL_VALARM_COMPONENT);
    struct icaltriggertype when = {.time = icaltime_null_time(), .duration = icaldurationtype_from_int((int)-before)};
    icalproperty *trigger = icalproperty_new_trigger(when);
    if (tasks)      /* a task has no start that a reminder could count from */
        icalproperty_add_parameter(trigger, icalparameter_new_related(ICAL_RELATED_END));
    icalcomponent_add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
    icalcomponent_add_property(alarm, trigger);
    icalcomponent_add_property(alarm, icalproperty_new_description(summary));
    icalcomponent_add_component(to, alarm);
}

static bool add_entry(icalcomponent *calendar, const json_t *e, bool tasks)
{
    const char *uid = cdr_json_str(e, "uid"), *summary = cdr_json_str(e, "summary"), *description = cdr_json_str(e, "description");
    const json_t *warn = json_object_get(e, "warn"), *seconds;
    size_t i;
    if (!uid || !summary || !description)
        return false;
    icalcomponent *c = icalcomponent_new(tasks ? ICAL_VTODO_COMPONENT : ICAL_VEVENT_COMPONENT);
    icaltimetype due = utc(number(e, "due")), changed = utc(number(e, "changed"));
    icalcomponent_add_property(c, icalproperty_new_uid(uid));
    icalcomponent_add_property(c, icalproperty_new_dtstamp(changed));
    icalcomponent_add_property(c, icalproperty_new_lastmodified(changed));
    icalcomponent_add_property(c, icalproperty_new_sequence((int)number(e, "revision")));
    icalcomponent_add_property(c, icalproperty_new_summary(summary));
    icalcomponent_add_property(c, icalproperty_new_description(description));
    if (tasks) {
        icalcomponent_add_property(c, icalproperty_new_due(due));
        icalcomponent_add_property(c, icalproperty_new_status(ICAL_STATUS_NEEDSACTION));
    } else {
        icalcomponent_add_property(c, icalproperty_new_dtstart(due));
        icalcomponent_add_property(c, icalproperty_new_duration(icaldurationtype_from_int(900)));
        icalcomponent_add_property(c, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
    }
    json_array_foreach(warn, i, seconds)
        add_alarm(c, json_integer_value(seconds), summary, tasks);
    icalcomponent_add_component(calendar, c);
    return true;
}

static icalcomponent *make(const json_t *request)
{
    const json_t *entries = json_object_get(request, "entries"), *e;
    const char *name = cdr_json_str(request, "name");
    size_t i;
    icalcomponent *calendar = icalcomponent_new_vcalendar();
    icalcomponent_add_property(calendar, icalproperty_new_version("2.0"));
    icalcomponent_add_property(calendar, icalproperty_new_prodid(PRODID));
    icalproperty *shown = icalproperty_new_x(name ? name : "Candor");
    icalproperty_set_x_name(shown, "X-WR-CALNAME");
    icalcomponent_add_property(calendar, shown);
    json_array_foreach(entries, i, e)
        if (!add_entry(calendar, e, json_is_true(json_object_get(request, "tasks")))) {
            icalcomponent_free(calendar);
            return NULL;
        }
    return calendar;
}

int main(void)
{
    _cleanup_json_ json_t *request = NULL;
    harden();
    icalcomponent *calendar = read_request(&request) ? make(request) : NULL;
    char *text = calendar ? icalcomponent_as_ical_string_r(calendar) : NULL;
    bool ok = text && cdr_write_all(1, text, strlen(text), NULL) == CDR_OK;
    icalmemory_free_buffer(text);
    if (calendar)
        icalcomponent_free(calendar);
    return ok ? 0 : 5;
}
