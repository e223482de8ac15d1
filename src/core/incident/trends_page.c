/* SPDX-License-Identifier: Apache-2.0 */
/* Trends as a page: the answer first, three pictures, each with its table. */
#include "core/incident/trends.h"

#include "base/calendar.h"
#include "base/words.h"
#include "template/svg.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>

#define LATE_SHOWN 12
#define MARKS_MAX 5000
#define COLUMNS_MAX 64
#define SVG_MAX (4u << 20)

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static void span(json_int_t seconds, char ret[CDR_DURATION_TEXT])
{
    cdr_span_words((int64_t)seconds * 1000000, ret);
}

static bool push(json_t *list, json_t *item)
{
    return list && json_array_append_new(list, item) == 0;
}

/* "2027-03-14T09:12:00Z" as "14 March 2027" */
static void day_words(const json_t *at, cdr_buf *out)
{
    int64_t us;
    const char *text = json_string_value(at);
    if (text && cdr_time_parse(text, &us))
        cdr_words_date(out, us);
}

/* --- the answer --- */

void cdr_incident_trends_words(const json_t *t, cdr_buf *headline, cdr_buf *answer)
{
    json_int_t n = number(t, "incidents"), met = number(t, "deadlines_met"), late = number(t, "deadlines_late"), open = number(t, "open");
    const json_t *most = json_array_get(json_object_get(t, "kinds"), 0);
    cdr_words_count(headline, (uint64_t)n, "incident", "incidents");
    if (headline->len && n == 0)
        headline->data[0] = 'N';
    if (late && late + met == 1)
        cdr_buf_adds(headline, n == 1 ? ", its one deadline late" : "; of one deadline, which was late");
    else if (late)
        cdr_buf_addf(headline, ", %lld of %lld deadlines late", (long long)late, (long long)(late + met));
    else if (met)
        cdr_buf_addf(headline, ", %s", met == 1 ? "the one deadline met" : "every deadline met");
    cdr_buf_addc(headline, '.');
    if (!n) {
        cdr_buf_adds(answer, "Nothing stands in the register for this time.");
        return;
    }
    if (number(most, "count") > 1)
        cdr_buf_addf(answer, "The most frequent is %s: %lld of %lld. ", cdr_json_str(most, "label"), (long long)number(most, "count"), (long long)n);
    if (open)
        cdr_buf_addf(answer, "%lld %s still open. ", (long long)open, open == 1 ? "is" : "are");
    bool begun = false;
    size_t i;
    const json_t *j;
    char text[CDR_DURATION_TEXT];
    json_array_foreach(json_object_get(t, "times"), i, j) {
        if (!number(j, "known") || (strcmp(cdr_json_str(j, "name"), "detect") != 0 && strcmp(cdr_json_str(j, "name"), "decide") != 0))
            continue;
        span(number(j, "median_s"), text);
        cdr_buf_addf(answer, "%s%s %s", begun ? ", and " : n == 1 ? "It took " : "Usually it took ", text, cdr_json_str(j, "label"));
        begun = true;
    }
    cdr_buf_adds(answer, begun ? "." : "");
    while (answer->len && answer->data[answer->len - 1] == ' ')
        answer->data[--answer->len] = '\0';
}

/* --- kinds over time --- */

/* The ${i}th part of the stack is the ${i}th most frequent kind; the last takes all others. */
static size_t part_of(const json_t *kinds, const char *key)
{
    size_t i;
    const json_t *j;
    json_array_foreach(kinds, i, j)
        if (!strcmp(cdr_json_str(j, "kind"), key))
            return CDR_MIN(i, (size_t)CDR_SVG_STACK_PARTS - 1);
    return CDR_SVG_STACK_PARTS - 1;
}

static const char *label_of(const json_t *kinds, const char *key)
{
    size_t i;
    const json_t *j;
    json_array_foreach(kinds, i, j)
        if (!strcmp(cdr_json_str(j, "kind"), key))
            return cdr_json_str(j, "label");
    return key;
}

static void kind_words(const json_t *kinds, const json_t *counts, cdr_buf *out)
{
    const char *key;
    json_t *n;
    json_object_foreach((json_t *)(uintptr_t)counts, key, n)
        cdr_buf_addf(out, json_integer_value(n) > 1 ? "%s%s (%lld)" : "%s%s", out->len ? "; " : "", label_of(kinds, key), (long long)json_integer_value(n));
}

static bool add_legend(const json_t *kinds, const cdr_svg_stack *s, json_t *page)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < s->part_count; i++) {
        _cleanup_buf_ cdr_buf swatch = CDR_BUF(8192);
        cdr_svg_stack_key(&swatch, "kinds", i);
        ok = push(list, json_pack("{s:s, s:s}", "swatch", swatch.data ? swatch.data : "", "label", s->parts[i]));
    }
    (void)kinds;
    return json_object_set_new(page, "legend", list) == 0 && ok;
}

static bool add_periods(const json_t *t, json_t *page, cdr_err *err)
{
    const json_t *periods = json_object_get(t, "periods"), *kinds = json_object_get(t, "kinds"), *p;
    cdr_svg_stack_column columns[COLUMNS_MAX] = {{0}};
    cdr_svg_stack s = {.id = "kinds", .title = "Incidents over time, by kind", .description = "A column for each period; the table that follows holds the same numbers.", .columns = columns,
                       .part_count = CDR_MIN(json_array_size(kinds), (size_t)CDR_SVG_STACK_PARTS), .count = CDR_MIN(json_array_size(periods), (size_t)COLUMNS_MAX)};
    _cleanup_buf_ cdr_buf svg = CDR_BUF(SVG_MAX);
    json_t *list = json_array();
    bool ok = true;
    size_t i;
    for (i = 0; i < s.part_count; i++)
        s.parts[i] = i + 1 == CDR_SVG_STACK_PARTS && json_array_size(kinds) > CDR_SVG_STACK_PARTS ? "all other kinds" : cdr_json_str(json_array_get(kinds, i), "label");
    json_array_foreach(periods, i, p) {
        _cleanup_buf_ cdr_buf words = CDR_BUF(4096);
        const char *key;
        json_t *n;
        json_object_foreach(json_object_get(p, "kinds"), key, n)
            if (i < s.count)
                columns[i].parts[part_of(kinds, key)] += (unsigned)json_integer_value(n);
        if (i < s.count)
            columns[i].name = cdr_json_str(p, "name");
        kind_words(kinds, json_object_get(p, "kinds"), &words);
        ok = ok && push(list, json_pack("{s:s, s:I, s:s}", "name", cdr_json_str(p, "name"), "count", number(p, "count"), "words", words.data ? words.data : ""));
    }
    ok = json_object_set_new(page, "periods", list) == 0 && ok && cdr_svg_stack_write(&svg, &s, err) == CDR_OK;
    return ok && json_object_set_new(page, "kinds_svg", json_string(svg.data)) == 0 && add_legend(kinds, &s, page);
}

/* --- how long --- */

static bool add_times(const json_t *t, json_t *page, cdr_err *err)
{
    const json_t *times = json_object_get(t, "times"), *j;
    cdr_svg_range ranges[16];
    char texts[16][160], least[CDR_DURATION_TEXT], median[CDR_DURATION_TEXT], most[CDR_DURATION_TEXT];
    cdr_svg_ranges s = {.id = "times", .title = "How long it took", .description = "From the fastest to the slowest, with the middle one; the table that follows holds the same numbers.", .ranges = ranges,
                        .count = CDR_MIN(json_array_size(times), CDR_COUNT(ranges))};
    _cleanup_buf_ cdr_buf svg = CDR_BUF(SVG_MAX);
    json_t *list = json_array();
    bool ok = true;
    size_t i;
    json_array_foreach(times, i, j) {
        json_int_t known = number(j, "known");
        if (i >= s.count)
            break;
        span(number(j, "least_s"), least);
        span(number(j, "median_s"), median);
        span(number(j, "most_s"), most);
        snprintf(texts[i], sizeof texts[i], known ? "%s (%lld of %lld)" : "not known yet", median, (long long)known, (long long)number(j, "of"));
        ranges[i] = (cdr_svg_range){cdr_json_str(j, "label"), texts[i], (size_t)known, (double)number(j, "least_s"), (double)number(j, "low_s"), (double)number(j, "median_s"), (double)number(j, "high_s"),
                                    (double)number(j, "most_s")};
        ok = ok && push(list, json_pack("{s:s, s:I, s:I, s:s, s:s, s:s}", "label", cdr_json_str(j, "label"), "known", known, "of", number(j, "of"), "least", known ? least : "-", "median", known ? median : "-", "most",
                                        known ? most : "-"));
    }
    ok = json_object_set_new(page, "times", list) == 0 && ok && cdr_svg_ranges_write(&svg, &s, err) == CDR_OK;
    return ok && json_object_set_new(page, "times_svg", json_string(svg.data)) == 0;
}

/* --- deadlines --- */

static void mark_words(const json_t *d, cdr_buf *out)
{
    char by[CDR_DURATION_TEXT];
    span(number(d, "slack_s"), by);
    if (json_is_true(json_object_get(d, "unmet")))
        cdr_buf_addf(out, "%s, %s: closed before it was done", cdr_json_str(d, "incident"), cdr_json_str(d, "what"));
    else
        cdr_buf_addf(out, "%s, %s: %s %s", cdr_json_str(d, "incident"), cdr_json_str(d, "what"), by, json_is_true(json_object_get(d, "late")) ? "late" : "left");
    cdr_buf_addc(out, '\0');
}

static bool add_marks(const json_t *deadlines, json_t *page, cdr_err *err)
{
    size_t count = CDR_MIN(json_array_size(deadlines), (size_t)MARKS_MAX), i;
    _cleanup_free_ cdr_svg_mark *marks = cdr_alloc_array(count ? count : 1, sizeof *marks);
    _cleanup_free_ size_t *at = cdr_alloc_array(count ? count : 1, sizeof *at);
    _cleanup_buf_ cdr_buf titles = CDR_BUF(SVG_MAX), svg = CDR_BUF(SVG_MAX);
    if (!marks || !at)
        return false;
    for (i = 0; i < count; i++) {
        at[i] = titles.len;
        mark_words(json_array_get(deadlines, i), &titles);
    }
    for (i = 0; i < count && cdr_buf_status(&titles) == CDR_OK; i++) {
        const json_t *d = json_array_get(deadlines, i);
        marks[i] = (cdr_svg_mark){titles.data + at[i], (double)number(d, "slack_s"), json_is_true(json_object_get(d, "open"))};
    }
    cdr_svg_strip s = {.id = "deadlines", .title = "Time left at the deadlines", .description = "Each mark is a deadline; the table that follows lists those that were late.", .marks = marks, .count = count};
    return cdr_buf_status(&titles) == CDR_OK && cdr_svg_strip_write(&svg, &s, err) == CDR_OK && json_object_set_new(page, "deadlines_svg", json_string(svg.data)) == 0;
}

/* The worst first. */
static bool add_late(const json_t *deadlines, json_t *page)
{
    json_t *list = json_array();
    size_t late = 0, i;
    const json_t *d;
    bool ok = true;
    json_int_t before = INT64_MIN;
    json_array_foreach(deadlines, i, d)
        late += json_is_true(json_object_get(d, "late"));
    while (ok && json_array_size(list) < CDR_MIN(late, (size_t)LATE_SHOWN)) {
        json_int_t next = 0;
        json_array_foreach(deadlines, i, d)      /* the next worse than what stands there already */
            if (number(d, "slack_s") > before && number(d, "slack_s") < next)
                next = number(d, "slack_s");
        json_array_foreach(deadlines, i, d) {
            char by[CDR_DURATION_TEXT];
            _cleanup_buf_ cdr_buf due = CDR_BUF(100);
            if (number(d, "slack_s") != next || json_array_size(list) >= LATE_SHOWN)
                continue;
            if (json_is_true(json_object_get(d, "unmet")))
                snprintf(by, sizeof by, "never done");
            else
                span(next, by);
            day_words(json_object_get(d, "due"), &due);
            ok = ok && push(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "incident", cdr_json_str(d, "incident"), "what", cdr_json_str(d, "what"), "due", due.data ? due.data : "", "by", by, "open",
                                            json_is_true(json_object_get(d, "open"))));
        }
        if (next == 0)
            break;
        before = next;
    }
    size_t shown = json_array_size(list);
    return json_object_set_new(page, "late", list) == 0 && json_object_set_new(page, "has_late", json_boolean(late > 0)) == 0 && json_object_set_new(page, "more_late", json_integer((json_int_t)(late > shown ? late - shown : 0))) == 0 && ok;
}

/* --- what recurs --- */

static bool add_kinds(const json_t *t, json_t *page)
{
    json_t *list = json_array();
    size_t i;
    const json_t *k;
    bool ok = true;
    json_array_foreach(json_object_get(t, "kinds"), i, k) {
        _cleanup_buf_ cdr_buf last = CDR_BUF(100), every = CDR_BUF(100);
        day_words(json_object_get(k, "last"), &last);
        if (json_is_integer(json_object_get(k, "every_days")))
            cdr_words_count(&every, (uint64_t)CDR_MAX(number(k, "every_days"), 1), "day", "days");
        ok = ok && push(list, json_pack("{s:s, s:I, s:s, s:s}", "label", cdr_json_str(k, "label"), "count", number(k, "count"), "every", every.data ? every.data : "once so far", "last", last.data ? last.data : ""));
    }
    return json_object_set_new(page, "kinds", list) == 0 && ok;
}

static bool add_causes(const json_t *t, json_t *page)
{
    json_t *list = json_array();
    size_t i;
    const json_t *c;
    bool ok = true;
    json_array_foreach(json_object_get(t, "causes"), i, c) {
        _cleanup_buf_ cdr_buf words = CDR_BUF(4096);
        kind_words(json_object_get(t, "kinds"), json_object_get(c, "kinds"), &words);
        ok = ok && push(list, json_pack("{s:s, s:I, s:s}", "cause", cdr_json_str(c, "cause"), "count", number(c, "count"), "words", words.data ? words.data : ""));
    }
    size_t count = json_array_size(list);
    return json_object_set_new(page, "causes", list) == 0 && json_object_set_new(page, "has_causes", json_boolean(count > 0)) == 0 && ok;
}

/* --- the page --- */

static bool add_stats(const json_t *t, json_t *page)
{
    json_t *list = json_array();
    return push(list, json_pack("{s:I, s:s}", "value", number(t, "incidents"), "label", "incidents")) && push(list, json_pack("{s:I, s:s}", "value", number(t, "open"), "label", "still open")) &&
           push(list, json_pack("{s:I, s:s}", "value", number(t, "deadlines_met"), "label", "deadlines met")) && push(list, json_pack("{s:I, s:s}", "value", number(t, "deadlines_late"), "label", "deadlines late")) &&
           json_object_set_new(page, "stats", list) == 0;
}

static void period_words(const json_t *t, cdr_buf *out)
{
    _cleanup_buf_ cdr_buf from = CDR_BUF(100), to = CDR_BUF(100);
    day_words(json_object_get(t, "from"), &from);
    day_words(json_object_get(t, "to"), &to);
    if (!from.len)
        cdr_buf_addf(out, "until %s", to.data ? to.data : "");
    else if (to.data && !strcmp(from.data, to.data))
        cdr_buf_adds(out, from.data);
    else
        cdr_buf_addf(out, "%s to %s", from.data, to.data ? to.data : "");
}

static json_t *page_of(const char *org, const char *style, const json_t *t, cdr_err *err)
{
    _cleanup_buf_ cdr_buf headline = CDR_BUF(400), answer = CDR_BUF(2000), period = CDR_BUF(200);
    const json_t *deadlines = json_object_get(t, "deadlines");
    cdr_incident_trends_words(t, &headline, &answer);
    period_words(t, &period);
    json_t *page = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "style_hash", style, "page_title", "Incidents over time", "org", org, "headline", headline.data, "answer", answer.data ? answer.data : "",
                             "period", period.data, "unit", cdr_json_str(t, "period"), "drills", json_is_true(json_object_get(t, "drills")), "any", (int)(number(t, "incidents") > 0), "has_deadlines",
                             (int)(json_array_size(deadlines) > 0));
    bool ok = page && add_stats(t, page) && add_periods(t, page, err) && add_times(t, page, err) && add_marks(deadlines, page, err) && add_late(deadlines, page) && add_kinds(t, page) && add_causes(t, page);
    if (!ok) {
        json_decref(page);
        return NULL;
    }
    return page;
}

cdr_status cdr_incident_trends_page(const char *org, const char *style, const json_t *trends, cdr_buf *out, cdr_err *err)
{
    cdr_template_source source;
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    if (!cdr_page_find(NULL, "trends.html", &source))
        return cdr_fail(err, CDR_E_CORRUPT, "incident", "trends.page", "This build lacks its template trends.html; build it again.");
    _cleanup_json_ json_t *page = page_of(org, style, trends, err);
    if (!page)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = cdr_template_new(&source, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, page, out, err) : s;
}
