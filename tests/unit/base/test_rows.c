/* SPDX-License-Identifier: Apache-2.0 */
/* Rows with named columns from CSV and NDJSON: the same cells whole and byte by byte, lines counted, mistakes told without values. */
#include "base/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    (void)err;
    return cdr_buf_addf(arg, "[%u %s]", column, name);
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    (void)err;
    cdr_buf_addf(arg, "%llu:", (unsigned long long)line);
    for (uint32_t i = 0; i < count; i++) {
        cdr_buf_addc(arg, '<');
        cdr_buf_add(arg, cells[i].s ? cells[i].s : "-", cells[i].s ? cells[i].len : 1);
        if (cells[i].s)
            assert_int_equal(cells[i].s[cells[i].len], 0);
        cdr_buf_addc(arg, '>');
    }
    return cdr_buf_addc(arg, '\n');
}

static cdr_status read_in(const char *text, size_t len, size_t piece, cdr_buf *out, cdr_err *err)
{
    static const cdr_rows_events events = {on_column, on_row, NULL};
    cdr_rows *r = cdr_rows_new(CDR_ROWS_AUTO, 0, "f.csv", &events, out);
    assert_non_null(r);
    cdr_status s = CDR_OK;
    for (size_t at = 0; s == CDR_OK && at <= len; at += piece) {
        size_t n = CDR_MIN(piece, len - at);
        s = cdr_rows_feed(r, text + at, n, at + n == len && n < piece, err);
    }
    cdr_rows_free(r);
    return s;
}

static void expect(const char *text, const char *wanted)
{
    static const size_t pieces[] = {1 << 20, 1, 2, 3, 7};
    for (size_t i = 0; i < CDR_COUNT(pieces); i++) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
        cdr_err err = {0};
        if (read_in(text, strlen(text), pieces[i], &out, &err) != CDR_OK)
            fail_msg("in pieces of %zu: %s", pieces[i], err.text);
        assert_string_equal(out.data ? out.data : "", wanted);
    }
}

static void refuse(const char *text, const char *part)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    cdr_err err = {0};
    assert_int_not_equal(read_in(text, strlen(text), 1 << 20, &out, &err), CDR_OK);
    if (!strstr(err.text, part) || strstr(err.text, "secret"))
        fail_msg("%s", err.text);
}

static void csv__as_people_write_it(void **state)
{
    (void)state;
    expect("a,b\n1,2\n3,4", "[0 a][1 b]2:<1><2>\n3:<3><4>\n");
    expect("a;b\r\n1;2\r\n\r\n3;\r\n", "[0 a][1 b]2:<1><2>\n4:<3><>\n");
    expect("a\tb\n1\t2\n", "[0 a][1 b]2:<1><2>\n");
    expect("a,b\r1,2\r3,4\r", "[0 a][1 b]2:<1><2>\n3:<3><4>\n");
    expect("\xEF\xBB\xBF\"a\",\" b \",\n1,2,3\n", "[0 a][1 b][2 column 3]2:<1><2><3>\n");
    expect("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\nz,w\n", "[0 a][1 b]2:<x,\"y\"><two\nlines>\n4:<z><w>\n");
    expect("a,b\n5\" disk,x\n\"q\"tail,y\n", "[0 a][1 b]2:<5\" disk><x>\n3:<qtail><y>\n");
    expect("a\n\"\"\n\"\"\"\"\n", "[0 a]2:<>\n3:<\">\n");
    expect("sep=|\r\na,1|b\r\n1|2,3\r\n", "[0 a,1][1 b]3:<1><2,3>\n");
    expect("sep=;\na;b\n1;2\n", "[0 a][1 b]3:<1><2>\n");
    expect("", "");
    expect("a", "[0 a]");
}

static void csv__mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    refuse("a,b\n1,2\nsecret\n", "line 3: the row has 1 columns where the header has 2");
    refuse("a,b\n1,2\n\"x\ny\",2\nsecret,2,3\n", "line 5: the row has 3 columns");
    refuse("a,b\n1,\"secret\n", "line 2: a quotation mark");
    refuse("a,a\n", "columns 1 and 2 have the same name");
    refuse("[{\"a\":1}]", "one object a line");
    static const char utf16[] = "\xFF\xFE" "a\0,\0b\0\n\0";
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 20);
    cdr_err err = {0};
    assert_int_equal(read_in(utf16, sizeof utf16 - 1, 1 << 20, &out, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "UTF-8"));
}

static void ndjson__columns_appear_when_they_do(void **state)
{
    (void)state;
    expect("{\"a\":1,\"b\":\"x\"}\n\n{\"b\":null,\"c\":{\"d\":true,\"e\":[1,2]}}\n{\"a\":\"\"}", "[0 a][1 b]1:<1><x>\n[2 c.d][3 c.e]3:<-><-><true><[1,2]>\n4:<><-><-><->\n");
    expect(" { \"a\" : -12 , \"b\":false,\"c\" : null }\r\n{\"b\":\"q\\\"\\u00e4\",\"a\":1.50}\n{\"c\":\"\",\"a\":0}\n{}\n",
           "[0 a][1 b][2 c]1:<-12><false><->\n2:<1.5><q\"\xc3\xa4><->\n3:<0><-><>\n4:<-><-><->\n");
    refuse("{\"a\":01}\n", "line 1");
    refuse("{\"a\":1,}\n", "line 1");
    refuse("{\"a\":1 2}\n", "line 1");
    refuse("{\"a\":\"secret\xff\"}\n", "line 1");
    refuse("{\"a\":1} {\n", "line 1");
    refuse("{\"a.b\":1,\"a\":{\"b\":2}}\n", "the same once inner objects");
    refuse("{\"a\":null,\"a\":\"secret\"}\n", "line 1");
    refuse("{\"a\":1}\nsecret\n", "line 2: the line is no JSON object");
    refuse("{\"a\":1}\n{\"a\":1,\"a\":2}\n", "line 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv__as_people_write_it), cmocka_unit_test(csv__mistakes_are_told_with_their_line),
                                       cmocka_unit_test(ndjson__columns_appear_when_they_do)};
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
