/* SPDX-License-Identifier: Apache-2.0 */
/* Playbooks as pictures and pages: boxes do not overlap and stay within, everything is there and escaped, large ones stay within bounds. */
#include "core/playbook/library.h"
#include "core/playbook/show.h"
#include "core/playbook/show_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static cdr_playbook *read_text(const char *text, size_t len)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    if (cdr_playbook_read(text, len, "it.json", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return p;
}

/* Each element is closed by its own end: XML enough for a text that we write ourselves. */
static void assert_well_formed(const char *s)
{
    char stack[64][16];
    size_t depth = 0;
    for (; (s = strchr(s, '<')); s++) {
        char name[16];
        size_t n = strcspn(s + 1, " />\n"), end = strcspn(s, ">");
        if (s[1] == '/') {
            n = strcspn(s + 2, ">");
            assert_true(depth > 0 && strlen(stack[depth - 1]) == n && !strncmp(stack[depth - 1], s + 2, n));
            depth--;
        } else if (s[1] != '!' && s[end - 1] != '/') {
            snprintf(name, sizeof name, "%.*s", (int)n, s + 1);
            assert_true(depth < 64);
            memcpy(stack[depth++], name, sizeof name);
        }
    }
    assert_int_equal(depth, 0);
}

struct box { double x, y, w, h; };

static void assert_boxes_apart(const char *svg)
{
    static struct box boxes[4096];
    size_t n = 0;
    double width = strtod(strstr(svg, "viewBox=\"") + strlen("viewBox=\"0.0 0.0 "), NULL);
    for (const char *s = svg; (s = strstr(s, "<rect class=\"node")) && n < CDR_COUNT(boxes); s++) {
        boxes[n].x = strtod(strstr(s, " x=\"") + 4, NULL);
        boxes[n].y = strtod(strstr(s, " y=\"") + 4, NULL);
        boxes[n].w = strtod(strstr(s, " width=\"") + 8, NULL);
        boxes[n].h = strtod(strstr(s, " height=\"") + 9, NULL);
        assert_true(boxes[n].x >= 0 && boxes[n].x + boxes[n].w <= width);
        n++;
    }
    assert_true(n >= 5);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (boxes[i].x < boxes[k].x + boxes[k].w && boxes[k].x < boxes[i].x + boxes[i].w && boxes[i].y < boxes[k].y + boxes[k].h && boxes[k].y < boxes[i].y + boxes[i].h)
                fail_msg("boxes at %.0f,%.0f and %.0f,%.0f overlap", boxes[i].x, boxes[i].y, boxes[k].x, boxes[k].y);
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

static void show__procedures__have_charts_and_sheets(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(cdr_procedures[i].text, cdr_procedures[i].len);
        cdr_buf svg _cleanup_buf_ = CDR_BUF(4u << 20), page _cleanup_buf_ = CDR_BUF(8u << 20), sheet _cleanup_buf_ = CDR_BUF(8u << 20);
        size_t actions = 0;
        for (uint32_t s = 0; s < cdr_playbook_step_count(p); s++)
            actions += cdr_playbook_step(p, s)->type == CDR_STEP_ACTION;
        assert_int_equal(cdr_show_chart(p, &svg, NULL), CDR_OK);
        assert_well_formed(svg.data);
        assert_boxes_apart(svg.data);
        assert_true(count_of(svg.data, "<g><title>") >= actions);
        assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.now_us = 1}, &page, NULL), CDR_OK);
        assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.paper = true, .now_us = 1, .organisation = "Harbour Books"}, &sheet, NULL), CDR_OK);
        assert_int_equal(count_of(sheet.data, "class=\"sign\""), actions);
        assert_non_null(strstr(sheet.data, "Harbour Books"));
        assert_null(strstr(sheet.data, "__:value"));
        assert_null(strstr(page.data, "{{"));
        /* Nothing is fetched: the only addresses are the name of SVG. */
        assert_int_equal(count_of(page.data, "http"), count_of(page.data, "http://www.w3.org/2000/svg") + count_of(page.data, "http-equiv"));
    }
}

static const char RED[] = "{\"type\": \"playbook\", \"id\": \"playbook--1\", \"name\": \"<script>alert(1)</script> & \\\"co\\\"\", \"markings\": [\"marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1\"], \"workflow_start\": \"a\","
                          "\"workflow\": {\"a\": {\"type\": \"action\", \"name\": \"<b>\\u0007x</b>\", \"agent\": \"i\", \"commands\": [{\"type\": \"bash\", \"command\": \"rm <x>; echo __gone__:value\"}], \"on_completion\": \"s\"},"
                          "\"s\": {\"type\": \"switch-condition\", \"switch\": \"__x__:value\", \"cases\": {\"<i>\": \"q\"}, \"on_completion\": \"e\"}, \"q\": {\"type\": \"action\"}, \"e\": {\"type\": \"end\"}}}";

static void show__hostile__is_escaped_and_marked(void **state)
{
    (void)state;
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(RED, strlen(RED));
    cdr_buf svg _cleanup_buf_ = CDR_BUF(4u << 20), sheet _cleanup_buf_ = CDR_BUF(8u << 20), page _cleanup_buf_ = CDR_BUF(8u << 20);
    assert_int_equal(cdr_show_chart(p, &svg, NULL), CDR_OK);
    assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.paper = true, .now_us = 1}, &sheet, NULL), CDR_OK);
    assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.now_us = 1}, &page, NULL), CDR_OK);
    assert_well_formed(svg.data);
    const char *const texts[] = {svg.data, sheet.data, page.data};
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        assert_null(strstr(texts[i], "<script>"));
        assert_null(strstr(texts[i], "<b>x"));
        assert_null(strchr(texts[i], '\a'));
        assert_non_null(strstr(texts[i], "TLP:RED"));
    }
    assert_non_null(strstr(sheet.data, "rm &lt;x&gt;; echo [gone]"));
}

/* Who is named stands in the row of her role; a role that no step has gets one, and what is not known is blank. */
static void show__sheet__has_the_team(void **state)
{
    (void)state;
    static const char PLAIN[] = "{\"type\": \"playbook\", \"id\": \"playbook--1\", \"name\": \"Fire\", \"workflow_start\": \"a\", \"agent_definitions\": {\"i\": {\"type\": \"individual\", \"name\": \"IT\"}},"
                                "\"workflow\": {\"a\": {\"type\": \"action\", \"name\": \"Run\", \"agent\": \"i\"}}}";
    static const cdr_show_person people[] = {{CDR_DUTY_IT, "Lee <b>Park</b>", "617-555-0142"}, {CDR_DUTY_DEPUTY, "Bob", NULL}};
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(PLAIN, strlen(PLAIN));
    cdr_buf named _cleanup_buf_ = CDR_BUF(8u << 20), blank _cleanup_buf_ = CDR_BUF(8u << 20);
    assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.paper = true, .now_us = 1, .people = people, .people_count = 2}, &named, NULL), CDR_OK);
    assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.paper = true, .now_us = 1}, &blank, NULL), CDR_OK);
    assert_non_null(strstr(named.data, ">IT</th><td>Lee &lt;b&gt;Park&lt;/b&gt;</td><td>617-555-0142</td><td></td>"));
    assert_non_null(strstr(named.data, ">deputy</th><td>Bob</td><td></td><td></td>"));
    assert_int_equal(count_of(named.data, "<b>Park"), 0);
    assert_non_null(strstr(named.data, "Fill in the rest today"));
    assert_non_null(strstr(blank.data, ">IT</th><td></td><td></td><td></td>"));
    assert_null(strstr(blank.data, ">deputy</th>"));
    assert_non_null(strstr(blank.data, "Fill this in today"));
}

static void show__condition__in_words(void **state)
{
    (void)state;
    static const struct { const char *condition, *words; } cases[] = {
        {"__contained__:value != 'yes'", "contained is not \"yes\""}, {"__eu_uk__:value != 'no' OR __n__:value >= 500", "eu uk is not \"no\" or n is at least 500"},
        {"__x__:value NOT IN ('a', 'OR = b')", "x is none of (\"a\", \"OR = b\")"}, {"EXISTS __x__:value", "there is x"}, {"__ broken", "__ broken"}, {"", ""},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_buf out _cleanup_buf_ = CDR_BUF(1000);
        cdr_show_condition(&out, cases[i].condition);
        assert_string_equal(out.data ? out.data : "", cases[i].words);
    }
}

/* On paper no box is cut, and the pieces are the whole. */
static cdr_status on_piece(void *arg, const char *svg, size_t len, cdr_err *err)
{
    double *sum = arg;
    (void)len, (void)err;
    char *end;
    double left = strtod(strstr(svg, "viewBox=\"") + strlen("viewBox=\""), &end), from = strtod(end, &end), width = strtod(end, &end), height = strtod(end, &end);
    assert_true(left <= 0 && width >= 700 && from > sum[0] - 0.5 && from < sum[0] + 0.5);
    sum[0] += height;
    sum[1]++;
    for (const char *s = svg; (s = strstr(s, "<rect class=\"node")); s++) {
        double y = strtod(strstr(s, " y=\"") + 4, NULL), h = strtod(strstr(s, " height=\"") + 9, NULL);
        if (y + h > from && y < from + height && (y < from || y + h > from + height))
            fail_msg("a box at %.0f is cut at %.0f", y, y < from ? from : from + height);
    }
    return CDR_OK;
}

static void show__pieces__cut_no_box(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(cdr_procedures[i].text, cdr_procedures[i].len);
        cdr_outline o _cleanup_(cdr_outline_done) = {0};
        cdr_arena *a _cleanup_(cdr_arena_freep) = cdr_arena_new(1u << 22);
        cdr_svg_flow flow;
        double width, height, axis, sum[2] = {0, 0};
        assert_int_equal(cdr_outline_new(p, &o, NULL), CDR_OK);
        assert_int_equal(cdr_show_flow(p, &o, false, a, &flow, NULL), CDR_OK);
        assert_int_equal(cdr_svg_flow_size(&flow, &width, &height, &axis, NULL), CDR_OK);
        assert_true(axis > 0 && axis < 1);
        assert_int_equal(cdr_svg_flow_pieces(&flow, 0.6, on_piece, sum, NULL), CDR_OK);
        assert_true(sum[1] >= 2 && sum[0] > height - 1 && sum[0] < height + 1);
    }
}

/* Letters are wide in some faces: 23 of them do not stand in a box. */
static void show__titles__stay_in_their_boxes(void **state)
{
    (void)state;
    static const char text[] = "{\"type\":\"playbook\",\"name\":\"W\",\"workflow_start\":\"a\",\"workflow\":{\"a\":{\"type\":\"action\",\"name\":\"Judge what could happen\",\"on_completion\":\"b\"},"
                               "\"b\":{\"type\":\"action\",\"name\":\"ill lilt, till it fills\",\"on_completion\":\"c\"},\"c\":{\"type\":\"action\",\"name\":\"WWWWWWWWWWWWWWWWWWWWWWWW MMMMMMMMMMMMMMMMMMMMMMM\"}}}";
    cdr_buf out _cleanup_buf_ = CDR_BUF(1u << 20);
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(text, sizeof text - 1);
    assert_int_equal(cdr_show_chart(p, &out, NULL), CDR_OK);
    assert_non_null(strstr(out.data, ">Judge what could</text>"));
    assert_non_null(strstr(out.data, ">ill lilt, till it fills</text>"));      /* narrow ones do */
    assert_null(strstr(out.data, "\">WWWWWWWWWWWWWWWWWW"));
}

static void show__large__stays_within_bounds(void **state)
{
    (void)state;
    cdr_buf b _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX), out _cleanup_buf_ = CDR_BUF(32u << 20);
    cdr_buf_adds(&b, "{\"type\":\"playbook\",\"name\":\"L\",\"workflow_start\":\"a0\",\"workflow\":{");
    for (unsigned i = 0; i < 9999; i++)
        cdr_buf_addf(&b, "%s\"a%u\":{\"type\":\"action\",\"name\":\"Step of the great many\",\"on_completion\":\"a%u\"}", i ? "," : "", i, i + 1);
    cdr_buf_adds(&b, "}}");
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(b.data, b.len);
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    assert_int_equal(cdr_show_chart(p, &out, NULL), CDR_OK);
    cdr_buf_clear(&out);
    assert_int_equal(cdr_show_page_write(p, &(cdr_show_page){.paper = true, .now_us = 1}, &out, NULL), CDR_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    print_message("chart and sheet of 9,999 steps: %.0f ms, %zu KiB\n", seconds * 1000, out.len >> 10);
    assert_true(seconds < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(show__procedures__have_charts_and_sheets), cmocka_unit_test(show__hostile__is_escaped_and_marked), cmocka_unit_test(show__sheet__has_the_team), cmocka_unit_test(show__titles__stay_in_their_boxes), cmocka_unit_test(show__condition__in_words),
        cmocka_unit_test(show__pieces__cut_no_box), cmocka_unit_test(show__large__stays_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
