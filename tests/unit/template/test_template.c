/* SPDX-License-Identifier: Apache-2.0 */
#include "template/template.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool find_nothing(void *arg, const char *name, cdr_template_source *ret)
{
    (void)arg;
    if (!strcmp(name, "row.html"))
        *ret = (cdr_template_source){"row.html", "<i>{{name}}</i>", 15};
    else if (!strcmp(name, "loop.html"))
        *ret = (cdr_template_source){"loop.html", "{{> loop.html}}", 15};
    else if (!strcmp(name, "open.html"))
        *ret = (cdr_template_source){"open.html", "{{/a}}", 6};
    else
        return false;
    return true;
}

static cdr_status render(const char *text, cdr_template_mode mode, const char *json, cdr_buf *out, cdr_err *err)
{
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    _cleanup_json_ json_t *data = json_loads(json, 0, NULL);
    assert_non_null(data);
    cdr_template_source src = {"page", text, strlen(text)};
    cdr_status s = cdr_template_new(&src, mode, find_nothing, NULL, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, data, out, err) : s;
}

static void expect(const char *text, const char *json, const char *expected)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
    cdr_err err = {0};
    if (render(text, CDR_TEMPLATE_PAGE, json, &out, &err) != CDR_OK)
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(out.data ? out.data : "", expected);
}

static void expect_error(const char *text, const char *json, const char *id)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
    cdr_err err = {0};
    assert_true(render(text, CDR_TEMPLATE_HTML, json, &out, &err) < 0);
    assert_string_equal(err.id, id);
}

static void template__values__escaped(void **state)
{
    (void)state;
    expect("a{{x}}b", "{\"x\":\"<b a=\\\"1\\\" c='2'>&\"}", "a&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;b");
    expect("{{{x}}}{{&x}}", "{\"x\":\"<svg>\"}", "<svg><svg>");
    expect("{{ n }} {{r}} {{t}} {{f}} [{{z}}]", "{\"n\":-12,\"r\":1.5,\"t\":true,\"f\":false,\"z\":null}", "-12 1.5 yes no []");
    expect("{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep");
    expect("{{x}}", "{\"x\":\"a\\u0001b\\u007f\\ufffe\\u00e9\"}", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA9");
    expect("{single} }} {", "{}", "{single} }} {");
}

static void template__text_mode__as_it_is(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    assert_int_equal(render("Dear {{name}},\n{{#a}}\n- {{.}}\n{{/a}}\nBye\n", CDR_TEMPLATE_TEXT, "{\"name\":\"O'Neil & Co\",\"a\":[\"x\",\"y\"]}", &out, NULL), CDR_OK);
    assert_string_equal(out.data, "Dear O'Neil & Co,\n- x\n- y\nBye\n");
}

static void template__sections__repeat_and_nest(void **state)
{
    (void)state;
    expect("{{#a}}[{{n}}{{#b}}<{{.}}{{n}}>{{/b}}]{{/a}}", "{\"a\":[{\"n\":1,\"b\":[\"x\",\"y\"]},{\"n\":2}]}", "[1<x1><y1>][2]");
    expect("{{^a}}none{{/a}}{{#a}}some{{/a}}", "{\"a\":[]}", "none");
    expect("{{^a}}none{{/a}}", "{}", "none");
    expect("{{#a}}yes{{/a}}", "{\"a\":0}", "");
    expect("{{#a}}{{b}}{{/a}}{{#t}}T{{/t}}{{#s}}{{s}}{{/s}}", "{\"a\":{\"b\":\"in\"},\"t\":true,\"s\":\"text\"}", "inTtext");
    expect("{{#a}}{{^b}}x{{/b}}{{/a}}", "{\"a\":[{\"b\":1},{\"b\":0},{}]}", "xx");
    expect("{{#a.b}}{{.}}{{/a.b}}", "{\"a\":{\"b\":[1,2,3]}}", "123");
}

static void template__partials__included(void **state)
{
    (void)state;
    expect("{{#a}}{{> row.html}}{{/a}}", "{\"a\":[{\"name\":\"<x>\"},{\"name\":\"y\"}]}", "<i>&lt;x&gt;</i><i>y</i>");
    expect_error("{{> missing.html}}", "{}", "template.no-partial");
    expect_error("{{> loop.html}}", "{}", "template.partial-depth");
    /* A partial cannot close what it did not open. */
    expect_error("{{#a}}{{> open.html}}{{/a}}", "{\"a\":1}", "template.unopened");
}

static void template__lines__of_tags_vanish(void **state)
{
    (void)state;
    expect("<ul>\n  {{#a}}\n  <li>{{.}}</li>\n  {{/a}}\n</ul>\n", "{\"a\":[1,2]}", "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>\n");
    expect("{{! a remark }}\nx\n", "{}", "x\n");
    expect("a {{! in line }} b", "{}", "a  b");
    expect("{{#a}}\n{{/a}}\n", "{\"a\":1}", "");
}

static void template__mistakes__named(void **state)
{
    (void)state;
    expect_error("{{x", "{}", "template.open-tag");
    expect_error("{{{x}}}", "{\"x\":1}", "template.raw");
    expect_error("{{& x}}", "{\"x\":1}", "template.raw");
    expect_error("{{{x}}", "{\"x\":1}", "template.open-tag");
    expect_error("{{#a}}", "{}", "template.unclosed");
    expect_error("{{/a}}", "{}", "template.unopened");
    expect_error("{{#a}}{{#b}}{{/a}}{{/b}}", "{}", "template.mismatch");
    expect_error("{{=<%%>=}}", "{}", "template.delimiters");
    expect_error("{{= = = =}}", "{}", "template.delimiters");
    expect_error("{{=a b c=}}", "{}", "template.delimiters");
    expect_error("{{=123456789 b=}}", "{}", "template.delimiters");
    expect_error("{{! optional: a..b }}", "{}", "template.name");
    expect_error("{{}}", "{}", "template.name");
    expect_error("{{a..b}}", "{}", "template.name");
    expect_error("{{a b}}", "{}", "template.name");
    expect_error("{{missing}}", "{}", "template.no-value");
    expect_error("{{a}}", "{\"a\":[1]}", "template.no-value");
    cdr_err err = {0};
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    assert_int_equal(render("one\ntwo\n{{who.is}}\n", CDR_TEMPLATE_HTML, "{}", &out, &err), CDR_E_INVAL);
    assert_string_equal(err.text, "Template page, line 3: who.is has no value.");
}

static void template__too_much__refused(void **state)
{
    (void)state;
    cdr_buf deep = CDR_BUF(10000);
    for (int i = 0; i < 17; i++)
        cdr_buf_adds(&deep, "{{#a}}");
    for (int i = 0; i < 17; i++)
        cdr_buf_adds(&deep, "{{/a}}");
    expect_error(deep.data, "{\"a\":1}", "template.too-deep");
    cdr_buf_done(&deep);
    /* Twelve nested sections over the same ten items: ten to the twelfth steps, were they taken. */
    cdr_buf wide = CDR_BUF(10000);
    for (int i = 0; i < 12; i++)
        cdr_buf_adds(&wide, "{{#a}}");
    for (int i = 0; i < 12; i++)
        cdr_buf_adds(&wide, "{{/a}}");
    expect_error(wide.data, "{\"a\":[1,2,3,4,5,6,7,8,9,10]}", "template.endless");
    cdr_buf_done(&wide);
    _cleanup_buf_ cdr_buf small = CDR_BUF(8);
    cdr_err err = {0};
    assert_int_equal(render("0123456789", CDR_TEMPLATE_HTML, "{}", &small, &err), CDR_E_LIMIT);
}

#ifdef CANDOR_FAULTS
static void template__no_memory__clean(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = render("a{{x}}{{#y}}{{> row.html}}{{/y}}", CDR_TEMPLATE_HTML, "{\"x\":\"<\",\"y\":{\"name\":\"n\"}}", &out, NULL);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (s == CDR_OK) {
            assert_false(fired);
            break;
        }
        assert_int_equal(s, CDR_E_NOMEM);
    }
}
#endif

static void pages__all__compile(void **state)
{
    (void)state;
    static const char *const names[] = {"report.html", "head.html", "place_table.html"};
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        cdr_template_source src;
        _cleanup_(cdr_template_freep) cdr_template *t = NULL;
        cdr_err err = {0};
        assert_true(cdr_page_find(NULL, names[i], &src));
        if (cdr_template_new(&src, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, &t, &err) != CDR_OK)
            fail_msg("%s", err.text);
    }
    cdr_template_source none;
    assert_false(cdr_page_find(NULL, "../secret", &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(template__values__escaped), cmocka_unit_test(template__text_mode__as_it_is), cmocka_unit_test(template__sections__repeat_and_nest),
        cmocka_unit_test(template__partials__included), cmocka_unit_test(template__lines__of_tags_vanish), cmocka_unit_test(template__mistakes__named),
        cmocka_unit_test(template__too_much__refused), cmocka_unit_test(pages__all__compile),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(template__no_memory__clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
