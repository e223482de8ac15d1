/* SPDX-License-Identifier: Apache-2.0 */
/* The language against the rules of Mustache: cases of our own here, and the public specification where it is to be had: a folder of its
 * JSON files (comments, delimiters, interpolation, inverted, partials, sections) named by CANDOR_MUSTACHE_SPEC. */
#include "base/io.h"
#include "template/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool find_partial(void *arg, const char *name, cdr_template_source *ret)
{
    const char *text = json_string_value(json_object_get(arg, name));
    if (text)
        *ret = (cdr_template_source){name, text, strlen(text)};
    return text;
}

static cdr_status render(const char *text, const json_t *data, json_t *partials, unsigned mode, cdr_buf *out, cdr_err *err)
{
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    cdr_template_source src = {"page", text, strlen(text)};
    cdr_status s = cdr_template_new(&src, (cdr_template_mode)mode, find_partial, partials, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, data, out, err) : s;
}

static void expect(const char *text, const char *data, const char *partials, const char *expected)
{
    _cleanup_json_ json_t *d = json_loads(data, JSON_DECODE_ANY, NULL), *p = json_loads(partials, 0, NULL);
    _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
    cdr_err err = {0};
    assert_non_null(d);
    assert_non_null(p);
    if (render(text, d, p, CDR_TEMPLATE_PAGE | CDR_TEMPLATE_LENIENT, &out, &err) != CDR_OK)
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(out.data ? out.data : "", expected);
}

static void mustache__delimiters__to_the_end_of_their_text(void **state)
{
    (void)state;
    expect("{{=<% %>=}}<% a %> {{a}} <%={{ }}=%>{{a}}", "{\"a\":\"1\"}", "{}", "1 {{a}} 1");
    expect("{{= | | =}}|>p| |a| {{a}}", "{\"a\":\"1\"}", "{\"p\":\"[{{a}} |a|]\"}", "[1 |a|] 1 {{a}}");
    expect("{{>p}} {{a}} |a|", "{\"a\":\"1\"}", "{\"p\":\"{{=| |=}}|a|\"}", "1 1 |a|");
    expect("a\n {{=@ @=}} \r\nb@#a@x@/a@", "{\"a\":true}", "{}", "a\nbx");
    expect("{{=<% %>=}}<%{a}%><%&a%>", "{\"a\":\"<\"}", "{}", "<<");
}

static void mustache__partials__may_use_themselves(void **state)
{
    (void)state;
    expect("{{>tree}}", "{\"n\":1,\"in\":[{\"n\":2,\"in\":[{\"n\":3,\"in\":[]},{\"n\":4,\"in\":[]}]}]}", "{\"tree\":\"({{n}}{{#in}}{{>tree}}{{/in}})\"}", "(1(2(3)(4)))");
    expect("{{>gone}}x", "{}", "{}", "x");
}

static void mustache__partials__indent_their_lines(void **state)
{
    (void)state;
    expect("  {{>p}}\nz", "{\"v\":\"a\\nb\"}", "{\"p\":\"1\\n{{{v}}}\\n2\\n\"}", "  1\n  a\nb\n  2\nz");
    expect(" {{>p}}\n", "{\"l\":[1,2]}", "{\"p\":\"{{#l}}\\n{{.}};\\n{{/l}}\\nend\"}", " 1;\n 2;\n end");
    expect(" {{>p}}\n", "{\"l\":[1,2]}", "{\"p\":\"{{#l}}<{{.}}>{{/l}}\\n\"}", " <1><2>\n");
    expect("  {{>p}}\n", "{}", "{\"p\":\"a\\n  {{>q}}\\nb\\n\",\"q\":\"1\\n2\\n\"}", "  a\n    1\n    2\n  b\n");
    expect("  {{>p}}\n", "{}", "{\"p\":\"a {{>q}} b\\n\",\"q\":\"1\\n2\"}", "  a 1\n2 b\n");
    expect("- {{>p}}\n", "{}", "{\"p\":\"1\\n2\\n\"}", "- 1\n2\n\n");
    expect("\t{{>p}}\r\n|", "{}", "{\"p\":\"1\\n\\n2\"}", "\t1\n\t\n\t2|");
}

static void mustache__names__resolve_from_inside_out(void **state)
{
    (void)state;
    expect("{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"no\"}}", "{}", "");
    expect("{{a.b}}", "{\"a.b\":\"no\"}", "{}", "");
    expect("{{#.}}({{v}}){{/.}}", "[{\"v\":1},{\"v\":2}]", "{}", "(1)(2)");
    expect("{{#a}}{{#.}}{{.}}{{/.}};{{/a}}", "{\"a\":[[1,2],[3]]}", "{}", "12;3;");
    expect("{{.}} & {{{.}}}", "\"<\"", "{}", "&lt; & <");
}

static void mustache__missing__only_where_declared(void **state)
{
    (void)state;
    _cleanup_json_ json_t *d = json_loads("{\"a\":{}}", 0, NULL), *p = json_loads("{\"p\":\"{{c}}\"}", 0, NULL);
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    cdr_err err = {0};
    assert_int_equal(render("{{! optional: a.b, c }}[{{a.b}}{{> p}}]", d, p, CDR_TEMPLATE_HTML, &out, &err), CDR_OK);
    assert_string_equal(out.data, "[]");
    assert_int_equal(render("{{! optional: a.b }}[{{a.b}}{{a.x}}]", d, p, CDR_TEMPLATE_HTML, &out, &err), CDR_E_INVAL);
    assert_string_equal(err.text, "Template page, line 1: a.x has no value.");
    /* Only the whole name is declared. */
    assert_int_equal(render("{{! optional: a }}[{{a.b}}]", d, p, CDR_TEMPLATE_HTML, &out, &err), CDR_E_INVAL);
    assert_int_equal(render("{{! optional: c }}{{> q}}", d, p, CDR_TEMPLATE_HTML, &out, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "template.no-partial");
}

static void mustache__endless_partials__end(void **state)
{
    (void)state;
    static const char *const loops[] = {"{\"p\":\"{{>p}}\"}", "{\"p\":\" {{>p}}\\n\"}", "{\"p\":\"{{#a}}{{>p}}{{/a}}\"}", "{\"p\":\"{{>q}}\",\"q\":\"{{>p}}{{>p}}\"}"};
    for (size_t i = 0; i < CDR_COUNT(loops); i++) {
        _cleanup_json_ json_t *d = json_loads("{\"a\":[1,1]}", 0, NULL), *p = json_loads(loops[i], 0, NULL);
        _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
        cdr_err err = {0};
        assert_int_equal(render("{{>p}}", d, p, CDR_TEMPLATE_TEXT, &out, &err), CDR_E_LIMIT);
        assert_string_equal(err.id, "template.partial-depth");
    }
}

static void mustache__rows__as_objects(void **state)
{
    (void)state;
    static const char text[] = "{{! optional: c }}{{a}} {{#b}}<{{b}}{{.}}>{{/b}}{{^b}}none{{/b}} {{#l}}[{{.}} {{a}}]{{/l}}{{c}}{{o.x}}";
    static const char *const names[] = {"a", "b", "c", "l", "o", "unused"};
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    cdr_template_source src = {"row", text, sizeof text - 1};
    cdr_template_columns *columns = NULL;
    assert_int_equal(cdr_template_new(&src, CDR_TEMPLATE_HTML, NULL, NULL, &t, NULL), CDR_OK);
    assert_int_equal(cdr_template_columns_new(t, names, CDR_COUNT(names), &columns, NULL), CDR_OK);
    _cleanup_json_ json_t *list = json_loads("[1,2]", 0, NULL), *object = json_loads("{\"x\":\"X\"}", 0, NULL);
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    cdr_template_cell cells[CDR_COUNT(names)] = {{.text = "A&", .len = 2}, {.text = "", .len = 0}, {0}, {.json = list}, {.json = object}};
    cdr_err err = {0};
    if (cdr_template_render_row(t, columns, cells, &out, &err) != CDR_OK)
        fail_msg("%s", err.text);
    cells[1] = (cdr_template_cell){.text = "B", .len = 1};
    cells[3] = (cdr_template_cell){0};
    assert_int_equal(cdr_template_render_row(t, columns, cells, &out, &err), CDR_OK);
    assert_string_equal(out.data, "A&amp; none [1 A&amp;][2 A&amp;]XA&amp; <BB> X");
    /* A row with a hole leaves nothing behind. */
    size_t before = out.len;
    cells[4] = (cdr_template_cell){0};
    assert_int_equal(cdr_template_render_row(t, columns, cells, &out, &err), CDR_E_INVAL);
    assert_string_equal(err.text, "Template row, line 1: o.x has no value.");
    assert_int_equal(out.len, before);
    cdr_template_columns_free(columns);
}

/* Escaping is the same at every place in a block of sixteen. */
static void escape__places__alike(void **state)
{
    (void)state;
    static const char *const specials[][2] = {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}, {"\x7F", "\xEF\xBF\xBD"}, {"\x1F", "\xEF\xBF\xBD"}, {"\xC3\xA9", "\xC3\xA9"}, {"\xFF", "\xEF\xBF\xBD"}, {"\xE2\x80\xAE", "\\xE2\\x80\\xAE"}};
    for (size_t k = 0; k < CDR_COUNT(specials); k++)
        for (size_t before = 0; before < 40; before++) {
            _cleanup_buf_ cdr_buf in = CDR_BUF(1000), want = CDR_BUF(1000), out = CDR_BUF(1000);
            for (size_t i = 0; i < before; i++) {
                cdr_buf_addc(&in, (char)(' ' + i % 2));
                cdr_buf_addc(&want, (char)(' ' + i % 2));
            }
            cdr_buf_addf(&in, "%s~tail~tail~tail~tail", specials[k][0]);
            cdr_buf_addf(&want, "%s~tail~tail~tail~tail", specials[k][1]);
            assert_int_equal(cdr_html_escape(&out, in.data, in.len), CDR_OK);
            assert_string_equal(out.data, want.data);
        }
}

static size_t run_spec_file(const char *folder, const char *module)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4u << 20);
    _cleanup_free_ char *path = cdr_asprintf("%s/%s.json", folder, module);
    assert_int_equal(cdr_file_read(path, &text, NULL), CDR_OK);
    _cleanup_json_ json_t *spec = json_loadb(text.data, text.len, 0, NULL);
    size_t i, failed = 0;
    json_t *test;
    json_array_foreach(json_object_get(spec, "tests"), i, test) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(100000);
        cdr_err err = {0};
        cdr_status s = render(json_string_value(json_object_get(test, "template")), json_object_get(test, "data"), json_object_get(test, "partials"),
                              CDR_TEMPLATE_PAGE | CDR_TEMPLATE_LENIENT, &out, &err);
        if (s != CDR_OK || strcmp(out.data ? out.data : "", json_string_value(json_object_get(test, "expected")))) {
            print_message("%s: %s: %s\n", module, json_string_value(json_object_get(test, "name")), s == CDR_OK ? out.data : err.text);
            failed++;
        }
    }
    print_message("%s: %zu cases, %zu failed\n", module, i, failed);
    return failed;
}

static void mustache__public_specification__holds(void **state)
{
    (void)state;
    static const char *const modules[] = {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"};
    const char *folder = getenv("CANDOR_MUSTACHE_SPEC");
    if (!folder) {
        print_message("CANDOR_MUSTACHE_SPEC does not name the folder of the public specification: skipped\n");
        skip();
    }
    size_t failed = 0;
    for (size_t i = 0; i < CDR_COUNT(modules); i++)
        failed += run_spec_file(folder, modules[i]);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mustache__delimiters__to_the_end_of_their_text), cmocka_unit_test(mustache__partials__may_use_themselves),
        cmocka_unit_test(mustache__partials__indent_their_lines), cmocka_unit_test(mustache__names__resolve_from_inside_out),
        cmocka_unit_test(mustache__missing__only_where_declared), cmocka_unit_test(mustache__endless_partials__end),
        cmocka_unit_test(mustache__rows__as_objects), cmocka_unit_test(escape__places__alike), cmocka_unit_test(mustache__public_specification__holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
