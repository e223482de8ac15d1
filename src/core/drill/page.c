/* SPDX-License-Identifier: Apache-2.0 */
/* The report as a page: the answer first, then what to mend. */
#include "core/drill/drill.h"

#include "base/time.h"
#include "template/svg.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>

static const char *tone_of(const char *state)
{
    return !strcmp(state, "met") || !strcmp(state, "done") ? "ok" : !strcmp(state, "late") || !strcmp(state, "skipped") || !strcmp(state, "running") || !strcmp(state, "not due yet") ? "warn" : "bad";
}

/* "2027-03-12T16:00:00Z" with its weekday, as people read it; "–" for none. ${brief}: "Fri 2027-03-12 16:00", for columns. */
static void set_time(json_t *object, const char *key, const json_t *from, bool brief)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    char text[64] = "–";
    int64_t us;
    const char *at = json_string_value(from);
    if (at && cdr_time_parse(at, &us)) {
        cdr_time_format_long(us, text);
        if (brief)
            snprintf(text, sizeof text, "%s\xc2\xa0%.10s\xc2\xa0%.5s", days[cdr_weekday(cdr_date_from_days(us / INT64_C(86400000000))) - 1], at, at + 11);
    }
    json_object_set_new(object, key, json_string(text));
}

static json_t *rows(const json_t *report, const char *key, const char *const *times)
{
    json_t *all = json_deep_copy(json_object_get(report, key)), *one;
    size_t i;
    json_array_foreach(all, i, one) {
        for (const char *const *t = times; *t; t++)
            set_time(one, *t, json_object_get(one, *t), true);
        const char *state = cdr_json_str(one, "state"), *span = cdr_json_str(one, "span");
        if (state)
            json_object_set_new(one, "tone", json_string(tone_of(state)));
        if (state && span)
            json_object_set_new(one, "words", !strcmp(state, "met") || !strcmp(state, "running") ? json_sprintf("%s left", span) : json_sprintf("%s over", span));
    }
    return all;
}

static json_int_t number(const json_t *score, const char *key)
{
    return json_integer_value(json_object_get(score, key));
}

/* Each deadline as a mark: how much time was left, or by how much it was late. */
static bool add_strip(const json_t *report, json_t *data, cdr_err *err)
{
    const json_t *all = json_object_get(report, "deadlines");
    size_t count = 0, i;
    json_t *one;
    _cleanup_free_ cdr_svg_mark *marks = cdr_alloc_array(json_array_size(all) + 1, sizeof *marks);
    _cleanup_buf_ cdr_buf svg = CDR_BUF(4u << 20);
    json_array_foreach(all, i, one) {
        const char *state = cdr_json_str(one, "state");
        if (marks && state && strcmp(state, "running") != 0)
            marks[count++] = (cdr_svg_mark){cdr_json_str(one, "what"), (double)json_integer_value(json_object_get(one, "slack_seconds")), !strcmp(state, "missed")};
    }
    cdr_svg_strip s = {.id = "slack", .title = "Time left at the deadlines", .description = "Each mark is a deadline; the table that follows lists them all.", .marks = marks, .count = count};
    if (count == 0)
        return json_object_set_new(data, "strip", json_string("")) == 0;
    return marks && cdr_svg_strip_write(&svg, &s, err) == CDR_OK && json_object_set_new(data, "strip", json_string(svg.data)) == 0;
}

static void answer(const json_t *report, const json_t *score, char headline[200], char text[300])
{
    json_int_t deadlines = number(score, "deadlines"), met = number(score, "met"), late = number(score, "late"), missed = number(score, "missed");
    size_t mend = json_array_size(json_object_get(report, "mend"));
    char slack[CDR_DURATION_TEXT] = "";
    if (json_is_true(json_object_get(score, "stopped"))) {
        cdr_span_words(number(score, "simulated_seconds") * 1000000, slack);
        snprintf(headline, 200, "Stopped after %s: no score.", slack);
        snprintf(text, 300, "What would have come due is not known, so that nothing is counted as done well.");
        return;
    }
    if (!deadlines)
        snprintf(headline, 200, "No deadline came up.");
    else if (met == deadlines)
        snprintf(headline, 200, "Every deadline was met: %lld of %lld.", (long long)met, (long long)deadlines);
    else
        snprintf(headline, 200, "%lld of %lld deadlines were met; %lld late, %lld missed.", (long long)met, (long long)deadlines, (long long)late, (long long)missed);
    if (json_is_integer(json_object_get(score, "slack_seconds")))
        cdr_span_words(number(score, "slack_seconds") * 1000000, slack);
    snprintf(text, 300, "%s%s%s%zu thing%s to mend.", *slack ? "At the tightest deadline that was met there were " : "", slack, *slack ? " left. " : "", mend, mend == 1 ? "" : "s");
}

static json_t *data_of(const json_t *report, const char *style)
{
    static const char *const clock_times[] = {"due", "ended", NULL}, *const step_times[] = {"began", "ended", NULL}, *const at[] = {"at", NULL};
    const json_t *score = json_object_get(report, "score"), *earlier = json_object_get(report, "earlier");
    char headline[200], text[300];
    answer(report, score, headline, text);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "style_hash", style, "page_title", "After the drill", "headline", headline, "answer", text, "percent",
                             json_is_integer(json_object_get(score, "percent")) ? json_sprintf("%d %%", (int)number(score, "percent")) : json_string("none"), "met", number(score, "met"), "deadlines_count", number(score, "deadlines"), "decisions_got", number(score, "decisions"), "decisions_wanted",
                             number(score, "decisions_wanted"), "done", number(score, "done"), "steps_count", number(score, "steps"), "injects_got", number(score, "injects_answered"), "injects_count",
                             number(score, "injects"), "took_ms", number(score, "took_ms"), "earlier_any", (int)(json_array_size(earlier) > 0));
    static const char *const texts[] = {"drill", "name", "scenario", "playbook", "version", "well", "mend"}, *const times[] = {"began", "ended", "at"};
    for (size_t i = 0; data && i < CDR_COUNT(texts); i++)
        json_object_set(data, texts[i], json_object_get(report, texts[i]));
    for (size_t i = 0; data && i < CDR_COUNT(times); i++)
        set_time(data, times[i], json_object_get(report, times[i]), false);
    if (data && (json_object_set_new(data, "deadlines", rows(report, "deadlines", clock_times)) || json_object_set_new(data, "steps", rows(report, "steps", step_times)) ||
                 json_object_set_new(data, "timeline", rows(report, "timeline", at)) || json_object_set_new(data, "earlier", rows(report, "earlier", at)))) {
        json_decref(data);
        return NULL;
    }
    return data;
}

cdr_status cdr_drill_page(const json_t *report, const char *style, cdr_buf *out, cdr_err *err)
{
    cdr_template_source source;
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    if (!cdr_page_find(NULL, "drill.html", &source))
        return cdr_fail(err, CDR_E_CORRUPT, "drill", "drill.page", "This build lacks its template drill.html; build it again.");
    _cleanup_json_ json_t *data = data_of(report, style);
    if (!data || !add_strip(report, data, err))
        return cdr_fail_nomem(err, "drill");
    cdr_status s = cdr_template_new(&source, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, data, out, err) : s;
}
