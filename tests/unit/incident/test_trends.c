/* SPDX-License-Identifier: Apache-2.0 */
/* Trends: counted right, with few incidents and with many; every page is well-formed. CANDOR_TRENDS_PAGE=FILE keeps the page with many. */
#include "../workspace_world.h"

#include "base/io.h"
#include "core/incident/trends.h"

#define HOUR (3600 * SECOND)

static int64_t open_one(world *w, cdr_incidents *in, const char *kind, int64_t began_us, int64_t noticed_us)
{
    int64_t id = 0;
    world_ok(w, cdr_incident_open(in, &(cdr_incident_open_request){.kind = kind, .title = "Something happened", .no_run = true, .began_us = began_us, .discovered_us = noticed_us}, &id, NULL, &w->err));
    return id;
}

/* A deadline that is met with ${slack_us} left; < 0: late. */
static void deadline(world *w, cdr_incidents *in, int64_t id, const char *label, int64_t slack_us)
{
    char subject[32], ref[40];
    snprintf(subject, sizeof subject, "I-%lld", (long long)id);
    snprintf(ref, sizeof ref, "R-1/%s", label);
    cdr_clock_setup s = {.subject = subject, .ref = ref, .label = label, .began_us = w->now_us - 72 * HOUR, .due_us = w->now_us + slack_us};
    world_ok(w, cdr_clock_set(cdr_incidents_clocks(in), &s, &w->err));
    world_ok(w, cdr_clock_stop(cdr_incidents_clocks(in), subject, ref, true, &w->err));
}

static json_t *count(world *w, cdr_incidents *in, int64_t from_us)
{
    json_t *t;
    world_ok(w, cdr_incident_trends(in, from_us, w->now_us + 1, false, &t, &w->err));
    return t;
}

static json_int_t number(const json_t *t, const char *key)
{
    return json_integer_value(json_object_get(t, key));
}

static const json_t *span_of(const json_t *t, const char *name)
{
    size_t i;
    const json_t *j;
    json_array_foreach(json_object_get(t, "times"), i, j)
        if (!strcmp(cdr_json_str(j, "name"), name))
            return j;
    fail();
    return NULL;
}

/* Tags close in the order in which they were opened. */
static void check_page(world *w, const json_t *t, cdr_buf *out)
{
    char stack[64][24];
    size_t depth = 0;
    *out = CDR_BUF(16 << 20);
    world_ok(w, cdr_incident_trends_page("Söhne & <Töchter>", "sha256-abc", t, out, &w->err));
    assert_non_null(strstr(out->data, "Söhne &amp; &lt;Töchter&gt;"));
    assert_null(strstr(out->data, "nan"));
    assert_null(strstr(out->data, "inf\""));
    for (const char *s = strstr(out->data, "<body>"); (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        char name[24];
        bool closes = s[1] == '/';
        if (s[1] == '!')
            continue;
        size_t n = strcspn(s + 1 + closes, " >/");
        assert_non_null(end);
        assert_true(n < sizeof name);
        snprintf(name, sizeof name, "%.*s", (int)n, s + 1 + closes);
        if (end[-1] == '/')
            continue;
        if (closes) {
            if (!strcmp(name, "html"))
                break;
            assert_true(depth > 0);
            assert_string_equal(stack[--depth], name);
        } else {
            assert_true(depth < 64);
            snprintf(stack[depth++], sizeof stack[0], "%s", name);
        }
    }
    assert_int_equal(depth, 0);
}

static void trends__nothing__says_so(void **state)
{
    world w;
    cdr_incidents *in;
    cdr_buf page;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    json_t *t = count(&w, in, 0), *none = NULL;
    assert_int_equal(number(t, "incidents"), 0);
    check_page(&w, t, &page);
    assert_non_null(strstr(page.data, "No incidents."));
    cdr_buf_done(&page);
    json_decref(t);
    assert_int_equal(cdr_incident_trends(in, w.now_us, w.now_us, false, &none, &w.err), CDR_E_INVAL);
    assert_null(none);
    cdr_incidents_close(in);
    world_drop(&w);
}

static void trends__one_incident__looks_right(void **state)
{
    world w;
    cdr_incidents *in;
    cdr_buf page;
    (void)state;
    world_make(&w);
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    int64_t id = open_one(&w, in, "lost-device", w.now_us - 5 * HOUR, w.now_us - 3 * HOUR);
    int64_t decision;
    world_ok(&w, cdr_incident_decide(in, id, "notify-authority", "no", "the disk was encrypted", &decision, &w.err));
    world_ok(&w, cdr_incident_decide(in, id, "cause", "forgotten", "left on a train", &decision, &w.err));
    w.now_us += HOUR;
    world_ok(&w, cdr_incident_set_time(in, id, CDR_INCIDENT_CONTAINED, w.now_us, &w.err));
    json_t *t = count(&w, in, 0);
    assert_int_equal(number(t, "incidents"), 1);
    assert_int_equal(number(t, "open"), 1);
    assert_int_equal(number(span_of(t, "detect"), "median_s"), 2 * 3600);
    assert_int_equal(number(span_of(t, "decide"), "median_s"), 3 * 3600);
    assert_int_equal(number(span_of(t, "contain"), "most_s"), 4 * 3600);
    assert_int_equal(number(span_of(t, "notify-authority"), "known"), 0);
    assert_true(json_is_null(json_object_get(span_of(t, "notify-authority"), "median_s")));
    assert_string_equal(cdr_json_str(json_array_get(json_object_get(t, "causes"), 0), "cause"), "forgotten");
    assert_int_equal(json_array_size(json_object_get(t, "deadlines")), 0);
    check_page(&w, t, &page);
    assert_non_null(strstr(page.data, "No deadline has come to its end yet."));
    cdr_buf_done(&page);
    json_decref(t);
    cdr_incidents_close(in);
    world_drop(&w);
}

static void trends__many__counted_by_kind_and_time(void **state)
{
    static const struct { int day; const char *kind; int detect_hours, contain_hours, tell_hours; } rows[] = {
        {0, "misdirected-message", 1, 2, 0}, {9, "misdirected-message", 30, 1, 0}, {31, "lost-device", 4, 8, 50}, {40, "misdirected-message", 2, 2, 0}, {75, "ransomware", 200, 90, 71},
        {80, "vendor-breach", 2000, 30, 60}, {95, "misdirected-message", 1, 3, 0}, {130, "lost-device", 12, 20, 0}, {131, "identity-theft", 400, 12, 70}, {160, "complaint", 24, 300, 0},
        {190, "misdirected-message", 3, 1, 0}, {200, "insider-misuse", 3000, 50, 80}, {215, "malpractice", 700, 40, 0}, {230, "misdirected-message", 2, 4, 0}, {231, "lost-device", 5, 6, 0},
    };
    world w;
    cdr_incidents *in;
    cdr_buf page;
    (void)state;
    world_make(&w);
    int64_t start = w.now_us, decision;
    world_ok(&w, cdr_incidents_open(w.ws, &in, &w.err));
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        w.now_us = start + rows[i].day * DAY;
        int64_t id = open_one(&w, in, rows[i].kind, w.now_us - (rows[i].detect_hours + 1) * HOUR, w.now_us - HOUR);
        w.now_us += 5 * HOUR;
        world_ok(&w, cdr_incident_decide(in, id, "notify-people", i % 3 ? "no" : "yes", "because", &decision, &w.err));
        if (i % 2)
            world_ok(&w, cdr_incident_decide(in, id, "cause", i % 4 == 1 ? "typing-error" : "no-training", "because", &decision, &w.err));
        w.now_us = start + rows[i].day * DAY + (rows[i].contain_hours - 1) * HOUR;
        world_ok(&w, cdr_incident_set_time(in, id, CDR_INCIDENT_CONTAINED, w.now_us, &w.err));
        if (rows[i].tell_hours) {
            w.now_us = CDR_MAX(w.now_us, start + rows[i].day * DAY + (rows[i].tell_hours - 1) * HOUR);
            world_ok(&w, cdr_incident_set_time(in, id, CDR_INCIDENT_NOTIFIED_AUTHORITY, w.now_us, &w.err));
        }
        deadline(&w, in, id, "Tell the authority", (72 - rows[i].tell_hours) * HOUR);
        deadline(&w, in, id, "Stop it", (int64_t)(i * 7 % 5) * HOUR - HOUR);
        deadline(&w, in, id, "Write down what is known", 10 * 60 * SECOND * (int64_t)(i % 3 + 1));
    }
    w.now_us = start + 240 * DAY;
    json_t *t = count(&w, in, 0);
    assert_int_equal(number(t, "incidents"), 15);
    assert_string_equal(cdr_json_str(t, "period"), "month");
    assert_int_equal(json_array_size(json_object_get(t, "periods")), 9);
    const json_t *most = json_array_get(json_object_get(t, "kinds"), 0);
    assert_string_equal(cdr_json_str(most, "kind"), "misdirected-message");
    assert_int_equal(number(most, "count"), 6);
    assert_int_equal(number(most, "every_days"), 46);
    assert_int_equal(number(t, "deadlines_met") + number(t, "deadlines_late"), 45);
    assert_int_equal(number(t, "deadlines_late"), 4);
    assert_int_equal(number(span_of(t, "detect"), "median_s"), 12 * 3600);
    assert_int_equal(number(span_of(t, "detect"), "known"), 15);
    assert_int_equal(number(span_of(t, "notify-authority"), "known"), 5);
    check_page(&w, t, &page);
    assert_non_null(strstr(page.data, "15 incidents, 4 of 45 deadlines late."));
    const char *keep = getenv("CANDOR_TRENDS_PAGE");
    if (keep)
        assert_int_equal(cdr_file_write(keep, page.data, page.len, 0600, NULL), CDR_OK);
    cdr_buf_done(&page);
    json_decref(t);
    t = count(&w, in, start + 200 * DAY);
    assert_int_equal(number(t, "incidents"), 4);
    json_decref(t);
    w.now_us = start + 3000 * DAY;
    t = count(&w, in, 0);
    assert_string_equal(cdr_json_str(t, "period"), "quarter");
    check_page(&w, t, &page);
    cdr_buf_done(&page);
    json_decref(t);
    cdr_incidents_close(in);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trends__nothing__says_so),
        cmocka_unit_test(trends__one_incident__looks_right),
        cmocka_unit_test(trends__many__counted_by_kind_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
