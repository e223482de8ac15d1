/* SPDX-License-Identifier: Apache-2.0 */
/* What LOOK asks of the style sheet, measured: contrast in light, dark and print, nothing loaded. And charts are well-formed. */
#include "template/svg.h"
#include "template/template.h"

#include "base/parse.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static double channel(uint8_t c)
{
    double v = c / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* Colour --${name} of the scheme that begins at ${scheme}: its relative luminance (WCAG 2.2). */
static double luminance(const char *scheme, const char *name)
{
    char key[32];
    uint8_t rgb[3];
    snprintf(key, sizeof key, "--%s:#", name);
    const char *p = strstr(scheme, key);
    assert_non_null(p);
    assert_true(cdr_hex_decode(p + strlen(key), 6, rgb, 3));
    return 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
}

static void style__contrast__at_least_4_5(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"ink", "paper"}, {"ink", "wash"}, {"soft", "paper"}, {"soft", "wash"}, {"brand", "paper"}, {"brand", "wash"}, {"ok", "ok-wash"}, {"warn", "warn-wash"},
                                           {"bad", "bad-wash"}, {"brand", "brand-wash"}, {"paper", "brand"}, {"warn", "wash"}, {"t0", "h0"}, {"t1", "h1"}, {"t2", "h2"}, {"t3", "h3"}, {"t4", "h4"}};
    cdr_template_source css;
    assert_true(cdr_page_find(NULL, "candor.css", &css));
    const char *schemes[] = {css.text, strstr(css.text, "prefers-color-scheme:dark"), strstr(css.text, "@media print")};
    for (size_t s = 0; s < 3; s++) {
        assert_non_null(schemes[s]);
        for (size_t i = 0; i < CDR_COUNT(pairs); i++) {
            double a = luminance(schemes[s], pairs[i][0]), b = luminance(schemes[s], pairs[i][1]), ratio = (CDR_MAX(a, b) + 0.05) / (CDR_MIN(a, b) + 0.05);
            if (ratio < 4.5)
                fail_msg("scheme %zu: %s on %s has contrast %.2f", s, pairs[i][0], pairs[i][1], ratio);
        }
    }
}

/* A word that cannot be broken may not push the column beside it off the paper: tracks that may become narrower than their words, words that break. */
static void style__steps__fit_whatever_their_words(void **state)
{
    (void)state;
    cdr_template_source css;
    unsigned grids = 0;
    assert_true(cdr_page_find(NULL, "candor.css", &css));
    for (const char *p = css.text; (p = strstr(p, ".task{")); p++) {
        char rule[400];
        snprintf(rule, sizeof rule, "%.*s", (int)CDR_MIN(strcspn(p, "}"), sizeof rule - 1), p);
        grids += strstr(rule, "grid-template-columns:") != NULL;
        assert_true(!strstr(rule, "grid-template-columns:") || strstr(rule, "minmax(0,1fr)"));
        if (grids == 1 && strstr(rule, "display:grid"))
            assert_non_null(strstr(rule, "overflow-wrap:anywhere"));
    }
    assert_true(grids >= 2);
}

static void style__self_contained__no_loads(void **state)
{
    (void)state;
    cdr_template_source css;
    assert_true(cdr_page_find(NULL, "candor.css", &css));
    static const char *const loads[] = {"url(", "@import", "@font-face", "http:", "https:", "expression(", "</style"};
    for (size_t i = 0; i < CDR_COUNT(loads); i++)
        assert_null(strstr(css.text, loads[i]));
    assert_null(strstr(css.text, "{{"));
}

/* A small check of XML: every tag closes in order, attributes are quoted, no bare & or <. */
static void expect_xml(const char *p)
{
    char open[64][24];
    size_t depth = 0;
    for (; *p; p++) {
        if (*p == '&')
            assert_true(!strncmp(p, "&amp;", 5) || !strncmp(p, "&lt;", 4) || !strncmp(p, "&gt;", 4) || !strncmp(p, "&quot;", 6) || !strncmp(p, "&#39;", 5));
        if (*p != '<')
            continue;
        bool closing = p[1] == '/';
        const char *name = p + 1 + closing;
        size_t len = strcspn(name, " />");
        assert_true(len > 0 && len < 24);
        const char *end = name;
        for (bool quoted = false; *end && (quoted || *end != '>'); end++) {
            quoted ^= *end == '"';
            assert_true(*end != '<');
        }
        assert_int_equal(*end, '>');
        if (closing) {
            assert_true(depth > 0 && strlen(open[depth - 1]) == len && !memcmp(open[depth - 1], name, len));
            depth--;
        } else if (end[-1] != '/') {
            assert_true(depth < 64);
            snprintf(open[depth++], 24, "%.*s", (int)len, name);
        }
        p = end;
    }
    assert_int_equal(depth, 0);
}

#define HOSTILE "<script>\"'&\x01\xFF"

static void svg__hostile_names__well_formed(void **state)
{
    (void)state;
    const cdr_svg_node left[] = {{HOSTILE, HOSTILE, "", 1}, {"a very long name of a system that does not fit into its box at all", "note", HOSTILE, 0.001}, {"", "", "", -1}};
    const cdr_svg_node right[] = {{HOSTILE, HOSTILE, "", -1}};
    const cdr_svg_link links[] = {{0, 0, HOSTILE, CDR_SVG_LINE_THICK}, {1, 0, "hosts", CDR_SVG_LINE_DASHED}, {1, 0, "x", CDR_SVG_LINE_DOTTED}};
    const cdr_svg_bow bows[] = {{0, 1, HOSTILE}, {0, 2, "12"}};
    const cdr_svg_map map = {"m", HOSTILE, HOSTILE, HOSTILE, "Holders", left, right, 3, 1, links, 3, bows, 2};
    _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
    assert_int_equal(cdr_svg_map_write(&out, &map, NULL), CDR_OK);
    expect_xml(out.data);
    assert_null(strstr(out.data, "<script"));
    assert_non_null(strstr(out.data, "a very long name"));
    assert_non_null(strstr(out.data, "…"));
    cdr_buf_clear(&out);
    const char *rows[] = {HOSTILE, "b"}, *columns[] = {"x", HOSTILE};
    const cdr_svg_cell cells[] = {{"1", 1}, {HOSTILE, 4}, {"–", 0}, {"4", 99}};
    const cdr_svg_heat heat = {"h", HOSTILE, "d", rows, 2, columns, 2, cells};
    assert_int_equal(cdr_svg_heat_write(&out, &heat, NULL), CDR_OK);
    cdr_svg_bar(&out, 3, 9, 10, HOSTILE);
    cdr_svg_parts(&out, (const cdr_svg_part[]){{HOSTILE, 1}, {"b", 0}, {"c", 1e9}}, 3, HOSTILE);
    expect_xml(out.data);
}

static void svg__bad_index__refused(void **state)
{
    (void)state;
    const cdr_svg_node one[] = {{"a", "", "", -1}};
    const cdr_svg_link links[] = {{0, 1, "x", CDR_SVG_LINE_THIN}};
    const cdr_svg_map map = {"m", "t", "d", "l", "r", one, one, 1, 1, links, 1, NULL, 0};
    _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
    assert_int_equal(cdr_svg_map_write(&out, &map, NULL), CDR_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(style__contrast__at_least_4_5), cmocka_unit_test(style__self_contained__no_loads), cmocka_unit_test(style__steps__fit_whatever_their_words), cmocka_unit_test(svg__hostile_names__well_formed),
        cmocka_unit_test(svg__bad_index__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
