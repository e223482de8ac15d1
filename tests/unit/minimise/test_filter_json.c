/* SPDX-License-Identifier: Apache-2.0 */
#include "filtering.h"

#include "detect/kinds.h"

static cdr_ctx ctx;

static cdr_filter_spec spec_of(cdr_filter_format format, const cdr_filter_column *columns, size_t count)
{
    ctx = test_ctx();
    return (cdr_filter_spec){.format = format, .columns = columns, .column_count = count, .other = {.transform = {.form = CDR_FORM_PLAIN}}, .ctx = &ctx, .name = "test.json"};
}

static void filter_json__plain_values_pass_byte_for_byte(void **state)
{
    (void)state;
    cdr_filter_spec s = spec_of(CDR_FILTER_JSON, NULL, 0), n = spec_of(CDR_FILTER_NDJSON, NULL, 0);
    const char *texts[] = {"[]", "{}", "[{\"a\": 1, \"b\" : [1,2,{\"c\":null}]}]\n", " {\"a\":\"x\\n\\u00e4\\\"\"} ", "[1, -2.5e3, true, false, null, \"x\"]", "\xef\xbb\xbf[{}]", "", "\n\n", "\"x\"", "3"};
    for (size_t i = 0; i < CDR_COUNT(texts); i++)
        assert_filters(&s, texts[i], texts[i]);
    assert_filters(&n, "{\"a\":1}\r\n\n {\"b\":[{}]} \n{}", "{\"a\":1}\r\n\n {\"b\":[{}]} \n{}");
}

static void filter_json__members_go_with_their_comma(void **state)
{
    (void)state;
    cdr_filter_column columns[] = {DROP("a"), DROP("n.x"), DROP("list[].p"), DROP("whole")};
    cdr_filter_spec s = spec_of(CDR_FILTER_NDJSON, columns, CDR_COUNT(columns));
    assert_filters(&s, "{\"a\":1, \"b\":2}\n", "{ \"b\":2}\n");
    assert_filters(&s, "{\"b\":2, \"a\":\"x\"}\n", "{\"b\":2}\n");
    assert_filters(&s, "{\"a\":1}\n", "{}\n");
    assert_filters(&s, "{\"a\":1,\"a\":2,\"b\":3,\"a\":4}\n", "{\"b\":3}\n");
    assert_filters(&s, "{\"n\":{\"x\":1,\"y\":{\"a\":5}},\"whole\":{\"q\":[1,{\"z\":\"}\"}]},\"k\":1}\n", "{\"n\":{\"y\":{\"a\":5}},\"k\":1}\n");
    assert_filters(&s, "{\"list\":[{\"p\":1},{\"p\":2,\"q\":3}],\"whole\":[]}\n", "{\"list\":[{},{\"q\":3}]}\n");
    s.format = CDR_FILTER_JSON;
    assert_filters(&s, "[{\"a\":1,\"b\":2},\n{\"a\":3}]", "[{\"b\":2},\n{}]");
    cdr_filter_column tags[] = {DROP("tags[]")};
    s = spec_of(CDR_FILTER_NDJSON, tags, 1);
    assert_filters(&s, "{\"tags\":[\"x\", \"y\"],\"b\":1}", "{\"tags\":[],\"b\":1}");
}

static void filter_json__values_change_and_stay_json(void **state)
{
    (void)state;
    cdr_filter_column columns[] = {FORM("mail", CDR_FORM_MASKED, CDR_K_EMAIL), FORM("born", CDR_FORM_GENERALISED, CDR_K_BIRTH_DATE), FORM("who", CDR_FORM_REDACTED, CDR_K_NAME),
                                   {.name = "pay", .transform = {.form = CDR_FORM_GENERALISED, .how = CDR_GENERAL_ROUND}}, {.name = "gone", .transform = {.form = CDR_FORM_NEVER}, .empty = true}};
    cdr_filter_spec s = spec_of(CDR_FILTER_JSON, columns, CDR_COUNT(columns));
    assert_filters(&s, "[{\"mail\":\"\\u0061da@example.com\",\"born\":\"1990-03-04\",\"pay\":54321,\"gone\":\"x\",\"who\":{\"first\":\"Ada\",\"n\":[1,null,true]}},{\"mail\":null,\"born\":\"?\",\"gone\":{\"k\":1}}]",
                   "[{\"mail\":\"a\xe2\x80\xa6@e\xe2\x80\xa6" "com\",\"born\":\"1990\",\"pay\":54000,\"gone\":null,\"who\":{\"first\":\"[PERSON]\",\"n\":[\"[PERSON]\",null,\"[PERSON]\"]}},{\"mail\":null,\"born\":null,\"gone\":null}]");
}

static void refused(cdr_filter_format format, const char *in, const char *written, const char *words)
{
    cdr_filter_spec s = spec_of(format, NULL, 0);
    for (size_t piece = 1; piece < 70; piece += 17) {
        char *out;
        cdr_err err = {0};
        cdr_status st = filter_text_in(&s, in, strlen(in), piece, &out, NULL, &err);
        if (st != CDR_E_INVAL || strcmp(out, written) || !strstr(err.text, words)) {
            print_error("pieces of %zu: %d %s; written: %s\n", piece, st, err.text, out);
            fail();
        }
        cdr_free(out);
    }
}

static void filter_json__a_malformed_record_leaves_whole_records(void **state)
{
    (void)state;
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":}\n{\"a\":2}\n", "{\"a\":1}\n", "line 2");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":1\n,\"b\":2}\n", "{\"a\":1}\n", "line 2: the line ends within a record");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":1} x\n", "{\"a\":1}\n", "line 2: something stands behind");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":\"x\n", "{\"a\":1}\n", "line 2");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":01}\n", "{\"a\":1}\n", "no JSON value");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\" 1}\n", "{\"a\":1}\n", "colon");
    refused(CDR_FILTER_NDJSON, "{\"a\":1}\n{\"a\":\"\\q\"}\n", "{\"a\":1}\n", "escape");
    refused(CDR_FILTER_JSON, "[{\"a\":1},{\"a\":1]", "[{\"a\":1}", "bracket");
    refused(CDR_FILTER_JSON, "[{\"a\":1},", "[{\"a\":1}", "ends within");
    refused(CDR_FILTER_JSON, "[{\"a\":1},]", "[{\"a\":1}", "no JSON value");
    refused(CDR_FILTER_JSON, "{\"a\":1,}", "{\"a\":1", "key in quotes");
}

static cdr_status keep_yes(void *arg, const char *const *cells, const size_t *lens, bool *ret, cdr_err *err)
{
    (void)arg; (void)err;
    *ret = cells[0] && lens[0] == 3 && !memcmp(cells[0], "yes", 3);
    return CDR_OK;
}

static void filter_json__records_are_left_out(void **state)
{
    (void)state;
    const char *const ask[] = {"ok"}, *const deep[] = {"people[].ok"};
    cdr_filter_rows rows = {.cells = ask, .cell_count = 1, .keep = keep_yes};
    cdr_filter_column columns[] = {DROP("ok")};
    cdr_filter_spec s = spec_of(CDR_FILTER_JSON, columns, 1);
    s.rows = &rows;
    assert_filters(&s, "[{\"ok\":\"no\",\"n\":1}, {\"ok\":\"\\u0079es\",\"n\":2}, {\"n\":3},{\"n\":4,\"ok\":\"yes\"}]", "[ {\"n\":2},{\"n\":4}]");
    assert_filters(&s, "{\"ok\":\"no\",\"n\":1}", "");
    s.format = CDR_FILTER_NDJSON;
    assert_filters(&s, "{\"ok\":\"no\"}\n{\"ok\":\"yes\",\"n\":2}\n{}\n", "{\"n\":2}\n");
    s = spec_of(CDR_FILTER_JSON, NULL, 0);
    rows.cells = deep;
    s.rows = &rows;
    assert_filters(&s, "{\"v\":1,\"people\":[{\"ok\":\"no\"},{\"ok\":\"yes\"},{}],\"w\":[1]}", "{\"v\":1,\"people\":[{\"ok\":\"yes\"}],\"w\":[1]}");
}

static bool holds_seven(void *arg, const char *v, size_t len)
{
    (void)arg;
    return len == 1 && *v == '7';
}

static void filter_json__held_records_stay(void **state)
{
    (void)state;
    cdr_filter_column columns[] = {{.name = "a", .transform = {.form = CDR_FORM_NEVER}, .empty = true}};
    cdr_filter_spec s = spec_of(CDR_FILTER_JSON, columns, 1);
    s.held = holds_seven;
    assert_filters(&s, "[{\"a\":1,\"b\":[7]},{\"a\":2},{\"a\":\"7\"}]", "[{\"a\":1,\"b\":[7]},{\"a\":null},{\"a\":\"7\"}]");
}

static void filter_json__deep_values_are_refused(void **state)
{
    (void)state;
    cdr_filter_spec s = spec_of(CDR_FILTER_NDJSON, NULL, 0);
    char in[200], *out;
    cdr_err err = {0};
    memset(in, '[', 100);
    memset(in + 100, ']', 100);
    assert_int_equal(filter_text_in(&s, in, 200, 64, &out, NULL, &err), CDR_E_LIMIT);
    assert_string_equal(out, "");
    cdr_free(out);
}

static void filter_json__large_objects_pass_in_pieces(void **state)
{
    (void)state;
    cdr_filter_column columns[] = {DROP("junk"), FORM("people[].mail", CDR_FORM_REDACTED, CDR_K_EMAIL)};
    cdr_filter_spec s = spec_of(CDR_FILTER_JSON, columns, 2);
    cdr_buf in = CDR_BUF(8u << 20), want = CDR_BUF(8u << 20);
    cdr_buf_adds(&in, "{\"junk\":[");
    for (int i = 0; i < 30000; i++)
        cdr_buf_addf(&in, "{\"k\":\"%d value that goes\"},", i);
    cdr_buf_adds(&in, "0],\"people\":[");
    cdr_buf_adds(&want, "{\"people\":[");
    for (int i = 0; i < 30000; i++) {
        cdr_buf_addf(&in, "%s{\"mail\":\"m%d@example.com\",\"n\":%d}", i ? "," : "", i, i);
        cdr_buf_addf(&want, "%s{\"mail\":\"[EMAIL_ADDRESS]\",\"n\":%d}", i ? "," : "", i);
    }
    cdr_buf_adds(&in, "]}");
    cdr_buf_adds(&want, "]}");
    char *out;
    cdr_err err = {0};
    cdr_filter_counts counts = {0};
    assert_int_equal(filter_text_in(&s, in.data, in.len, 1u << 16, &out, &counts, &err), CDR_OK);
    assert_string_equal(out, want.data);
    assert_int_equal(counts.rows_in, 30000);
    cdr_free(out);
    cdr_buf_done(&in);
    cdr_buf_done(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_json__plain_values_pass_byte_for_byte), cmocka_unit_test(filter_json__members_go_with_their_comma), cmocka_unit_test(filter_json__values_change_and_stay_json),
        cmocka_unit_test(filter_json__a_malformed_record_leaves_whole_records), cmocka_unit_test(filter_json__records_are_left_out), cmocka_unit_test(filter_json__held_records_stay),
        cmocka_unit_test(filter_json__deep_values_are_refused), cmocka_unit_test(filter_json__large_objects_pass_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
