/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of content: what they find where, whatever the encoding, the dialect and the damage. */
#include "recorder.h"

#include "base/text.h"

#include <stdlib.h>

static void scan__text__lines_are_records(void **state)
{
    fixture *f = *state;
    read_text(f, "a.txt", "nothing here\nmail ada@example.com and 078-05-1120 ssn\n\nboris@example.org wrote\n");
    assert_string_equal(f->r.format, "text");
    assert_true(told(f, "email 2 ada@example.com\n"));
    assert_true(told(f, "email 4 boris@example.org\nrecord\n"));
    assert_int_equal(f->r.records, 2);
    assert_int_equal(f->r.rows, 4);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
}

static void scan__text__last_line_without_end_counts(void **state)
{
    fixture *f = *state;
    read_text(f, "a.log", "one\nada@example.com");
    assert_int_equal(f->r.rows, 2);
    assert_true(told(f, "email 2 ada@example.com\n"));
}

static void scan__text__finds_the_same_however_bytes_come(void **state)
{
    fixture *f = *state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(16 * 1024 * 1024);
    for (int i = 0; i < 20000; i++)
        cdr_buf_addf(&text, i % 7 ? "line %d of nothing in particular, only words\n" : "line %d from user%d@example.com today\n", i, i);
    read_bytes(f, "a.txt", text.data, text.len, 0);
    assert_int_equal(f->r.values, 2858);
    char *whole = cdr_strdup(f->r.text.data);
    static const size_t steps[] = {1009, 4096, 65537};
    for (size_t i = 0; i < CDR_COUNT(steps); i++) {
        read_bytes(f, "a.txt", text.data, text.len, steps[i]);
        assert_string_equal(f->r.text.data, whole);
    }
    cdr_free(whole);
}

static void scan__text__endless_line(void **state)
{
    fixture *f = *state;
    size_t len = 3 * 1024 * 1024;
    char *text = cdr_alloc(len);
    memset(text, 'x', len);
    memcpy(text + 2000000, " ada@example.com ", 17);
    read_bytes(f, "a.txt", text, len, 0);
    assert_true(told(f, "email 1 ada@example.com\n"));
    assert_int_equal(f->r.rows, 1);
    cdr_free(text);
}

static void scan__text__encodings(void **state)
{
    fixture *f = *state;
    static const char utf8[] = "\xef\xbb\xbfJürgen: juergen@example.com\n";
    read_bytes(f, "a.txt", utf8, sizeof utf8 - 1, 0);
    assert_true(told(f, "juergen@example.com\n"));
    for (int big = 0; big < 2; big++)
        for (int mark = 0; mark < 2; mark++) {
            char wide[256];
            size_t n = 0;
            if (mark) {
                wide[n++] = big ? '\xfe' : '\xff';
                wide[n++] = big ? '\xff' : '\xfe';
            }
            for (const char *p = "write to ada@example.com\nor boris@example.com\n"; *p; p++) {
                wide[n + (size_t)big] = *p;
                wide[n + !big] = 0;
                n += 2;
            }
            read_bytes(f, "a.txt", wide, n, 7);
            assert_true(told(f, "email 1 ada@example.com\n"));
            assert_true(told(f, "email 2 boris@example.com\n"));
        }
    read_text(f, "a.txt", "M\xfcller in K\xf6ln: mueller@example.com\n");
    assert_true(told(f, "mueller@example.com\n"));
    read_text(f, "a.txt", "bad \xff\xfe\xc3 bytes, ada@example.com\n");
    assert_true(told(f, "ada@example.com\n"));
}

static void scan__text__binary_is_skipped(void **state)
{
    fixture *f = *state;
    static const char nul[] = "ada@example.com\0\1\2\3\0\0\7 and so on";
    read_bytes(f, "a.bin", nul, sizeof nul, 0);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_SKIPPED);
    assert_string_equal(f->r.reason_id, "format.binary");
    read_bytes(f, "a", "", 0, 0);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
}

static void scan__text__zeros_end_lines(void **state)
{
    fixture *f = *state;
    static const char names[] = "/home/ada@example.com/notes\0/srv/bob@example.com/mail\0", vars[] = "PATH=/usr/bin\0MAIL=eve@example.com\0LANG=C";
    static const char zeros[4096], pads[] = "M\xc3\xbcller\0\0\0\0\0\0\0\0mueller@example.com\0\0\0\0";
    read_bytes(f, "list", names, sizeof names - 1, 0);
    assert_true(told(f, "email 1 ada@example.com\n"));
    assert_true(told(f, "email 2 bob@example.com\n"));
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
    read_bytes(f, "environ", vars, sizeof vars - 1, 3);
    assert_true(told(f, "email 2 eve@example.com\n"));
    read_bytes(f, "records", pads, sizeof pads - 1, 0);
    assert_true(told(f, "mueller@example.com\n"));
    read_bytes(f, "zeros", zeros, sizeof zeros, 0);
    assert_string_equal(f->r.reason_id, "format.binary");
    /* Beyond what was looked at first, too. */
    char *long_list = malloc(200000);
    size_t n = 0;
    while (n < 150000)
        n += (size_t)sprintf(long_list + n, "/srv/files/of/the/shop/%zu", n) + 1;
    n += (size_t)sprintf(long_list + n, "/home/jo@example.com") + 1;
    read_bytes(f, "list", long_list, n, 0);
    assert_true(told(f, "jo@example.com\n"));
    free(long_list);
}

static void scan__text__hole_at_the_start_is_skipped(void **state)
{
    fixture *f = *state;
    static const size_t holes[] = {16, 300, 8192, 70000, 300000};
    char *log = calloc(1, 400000);
    for (size_t i = 0; i < CDR_COUNT(holes); i++) {
        memset(log, 0, 400000);
        size_t n = holes[i];
        n += (size_t)sprintf(log + n, "login of ada@example.com\nlogin of ben@example.com\n");
        for (size_t step = 0; step <= 4096; step += 4096) {
            read_bytes(f, "app.log", log, n, step);
            assert_true(told(f, "email 1 ada@example.com\n"));
            assert_true(told(f, "email 2 ben@example.com\n"));
            assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
        }
    }
    memset(log, 0, 400000);
    memcpy(log + 1000, "ab\1\2\0\3\0\0\0xx", 11);
    read_bytes(f, "disk", log, 100000, 0);
    assert_string_equal(f->r.reason_id, "format.binary");
    memset(log, 0, 400000);
    read_bytes(f, "disk", log, 400000, 0);
    assert_string_equal(f->r.reason_id, "format.binary");
    free(log);
}

static void scan__text__unknown_encodings_are_not_complete(void **state)
{
    fixture *f = *state;
    static const char text[] = "write to ada@example.com\nor to ben@example.com\n";
    for (int big = 0; big < 2; big++)
        for (int mark = 0; mark < 2; mark++) {
            char wide[512] = {0};
            size_t n = 0;
            if (mark) {
                memcpy(wide, big ? "\0\0\xfe\xff" : "\xff\xfe\0\0", 4);
                n = 4;
            }
            for (const char *p = text; *p; p++, n += 4)
                wide[n + (big ? 3 : 0)] = *p;
            read_bytes(f, "a.txt", wide, n, 0);
            assert_int_equal(f->r.coverage, CDR_COVERAGE_SKIPPED);
            assert_string_equal(f->r.reason_id, "format.encoding-unknown");
            assert_non_null(strstr(f->r.reason, "UTF-32"));
        }
    /* "MUELLER  ANNA  4111 MAIN STREET" twice, in EBCDIC */
    static const char ebcdic[] = "\xd4\xe4\xc5\xd3\xd3\xc5\xd9\x40\x40\xc1\xd5\xd5\xc1\x40\x40\xf4\xf1\xf1\xf1\x40\xd4\xc1\xc9\xd5\x40\xe2\xe3\xd9\xc5\xc5\xe3\x25"
                                 "\xd4\xe4\xc5\xd3\xd3\xc5\xd9\x40\x40\xc1\xd5\xd5\xc1\x40\x40\xf4\xf1\xf1\xf1\x40\xd4\xc1\xc9\xd5\x40\xe2\xe3\xd9\xc5\xc5\xe3\x15";
    read_bytes(f, "host.dat", ebcdic, sizeof ebcdic - 1, 0);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_SKIPPED);
    assert_string_equal(f->r.reason_id, "format.encoding-unknown");
    /* Russian in KOI8-R: its ASCII is read, and it is said that the rest was not understood. */
    read_text(f, "koi8.txt", "\xf0\xc9\xd3\xd8\xcd\xcf \xcf\xd4 \xe9\xd7\xc1\xce\xc1 \xf0\xc5\xd4\xd2\xcf\xd7\xc1 \xc9\xda \xed\xcf\xd3\xcb\xd7\xd9 ivan@example.com\n");
    assert_true(told(f, "ivan@example.com\n"));
    assert_int_equal(f->r.coverage, CDR_COVERAGE_PARTIAL);
    assert_string_equal(f->r.reason_id, "format.encoding-unknown");
    read_text(f, "ja.txt", "日本語の文章です。これは完全に読めるはずです。");
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
    read_text(f, "de.txt", "M\xfcller, Gr\xfc\xdf" "e aus K\xf6ln: mueller@example.com\n");
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
}

static void scan__formats__of_later_are_named(void **state)
{
    fixture *f = *state;
#define CASE(name, bytes, format) {name, bytes, sizeof(bytes) - 1, format}
    static const struct { const char *name, *bytes; size_t len; const char *format; } cases[] = {
        CASE("a.pdf", "%PDF-1.7\n", "pdf"),
        CASE("a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "ole"),
        CASE("renamed", "PK\3\4\24\0\6\0\10\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\23\0\0\0[Content_Types].xml and word/document.xml", "docx"),
        CASE("b.xlsx", "PK\3\4\24\0\6\0\10\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0x", "xlsx"),
        CASE("c.odt", "PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\47\0\0\0\47\0\0\0\10\0\0\0mimetypeapplication/vnd.oasis.opendocument.text", "odf"),
        CASE("a.png", "\x89PNG\r\n\x1a\n\0\0\0\15IHDR", "image"),
        CASE("a.parquet", "PAR1\0\0\0\0", "parquet"),
        CASE("a.pst", "!BDN\0\0\0\0", "pst"),
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        read_bytes(f, cases[i].name, cases[i].bytes, cases[i].len, 0);
        assert_int_equal(f->r.coverage, CDR_COVERAGE_SKIPPED);
        assert_string_equal(f->r.reason_id, "format.not-supported");
        assert_string_equal(f->r.format, cases[i].format);
    }
}

static void scan__csv__columns_and_rows(void **state)
{
    fixture *f = *state;
    read_text(f, "a.csv", "id,e-mail,note\n1,ada@example.com,\"two\nlines, and a comma\"\n2,boris@example.com,\"says \"\"hi\"\"\"\n3,carla@example.com,\n");
    assert_string_equal(f->r.format, "csv");
    assert_true(told(f, "field e-mail\n"));
    assert_true(told(f, "value e-mail email 2 ada@example.com\nrecord\n"));
    assert_true(told(f, "value e-mail email 4 carla@example.com\n"));
    assert_true(told(f, "column e-mail email 3\n"));
    assert_true(told(f, "column note "));
    assert_int_equal(f->r.rows, 3);
}

static void scan__csv__dialects(void **state)
{
    fixture *f = *state;
    static const char delimiters[] = ";\t|,";
    for (const char *d = delimiters; *d; d++) {
        char text[512];
        snprintf(text, sizeof text, "name%cmail%ccity\r\nAda Byron%cada@example.com%cLondon\r\nBoris Vian%cboris@example.com%cParis\r\nCarla Bley%ccarla@example.com%cOakland\r\n",
                 *d, *d, *d, *d, *d, *d, *d, *d);
        read_text(f, "export", text);
        assert_string_equal(f->r.format, *d == '\t' ? "tsv" : "csv");
        assert_true(told(f, "value mail email 3 boris@example.com\n"));
        assert_true(told(f, "column mail email 3\n"));
    }
    read_text(f, "excel.csv", "sep=;\nname;mail\nAda;ada@example.com\n");
    assert_true(told(f, "field mail\n"));
}

static void scan__csv__without_header(void **state)
{
    fixture *f = *state;
    read_text(f, "a.csv", "1,ada@example.com\n2,boris@example.com\n3,carla@example.com\n");
    assert_true(told(f, "field column 2\n"));
    assert_int_equal(f->r.values, 3);
    assert_true(told(f, "value column 2 email 1 ada@example.com\n"));
}

static void scan__csv__ragged_rows_and_open_quotes(void **state)
{
    fixture *f = *state;
    read_text(f, "a.csv", "id,mail\n1,ada@example.com,extra@example.com\n2\n\n3,\"boris@example.com\n4,carla@example.com");
    assert_true(told(f, "field column 3\n"));
    assert_true(told(f, "ada@example.com\n"));
    assert_true(told(f, "extra@example.com\n"));
    assert_true(told(f, "boris@example.com\n"));
    assert_true(told(f, "carla@example.com\n"));
}

static void scan__csv__cells_cut_by_reads(void **state)
{
    fixture *f = *state;
    const char *text = "id,mail,note\r\n1,ada@example.com,\"quoted, \"\"twice\"\"\"\r\n2,boris@example.com,plain\r\n3,carla@example.com,\"\"\r\n";
    read_text(f, "a.csv", text);
    char *whole = cdr_strdup(f->r.text.data);
    for (size_t step = 1; step < 9; step++) {
        read_bytes(f, "a.csv", text, strlen(text), step);
        assert_string_equal(f->r.text.data, whole);
    }
    cdr_free(whole);
}

static void scan__csv__huge_cell(void **state)
{
    fixture *f = *state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(16 * 1024 * 1024);
    cdr_buf_adds(&text, "id,blob\n1,");
    for (int i = 0; i < 400000; i++)
        cdr_buf_adds(&text, "abcde ");
    cdr_buf_adds(&text, "ada@example.com\n2,boris@example.com\n");
    read_bytes(f, "a.csv", text.data, text.len, 0);
    assert_true(told(f, "ada@example.com\n"));
    assert_true(told(f, "boris@example.com\n"));
}

static void scan__json__paths_and_records(void **state)
{
    fixture *f = *state;
    read_text(f, "a.json", "{\"shop\": \"Harbour\", \"customers\": [{\"mail\": \"ada@example.com\", \"orders\": [{\"to\": \"x@example.com\"}, {\"to\": \"y@example.com\"}]},\n"
                           " {\"mail\": \"bor\\u0069s@example.com\", \"tags\": [\"a\", true, null, 1.5e3]}]}");
    assert_string_equal(f->r.format, "json");
    assert_true(told(f, "value customers[].mail email 2 ada@example.com\nrecord\n"));
    assert_true(told(f, "value customers[].mail email 5 boris@example.com\nrecord\n"));
    assert_true(told(f, "value customers[].orders[].to email 3 x@example.com\nrecord\n"));
    assert_int_equal(f->r.records, 4);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
}

static void scan__json__bare_values_of_the_outer_array_are_records(void **state)
{
    fixture *f = *state;
    read_text(f, "a.json", "[\"ada@example.com\", \"boris@example.com\"]");
    assert_int_equal(f->r.records, 2);
}

static void scan__json__keys_that_are_data(void **state)
{
    fixture *f = *state;
    read_text(f, "a.json", "{\"ada@example.com\": {\"plan\": \"gold\"}, \"boris@example.com\": {\"plan\": \"silver\"}}");
    assert_true(told(f, "email 1 ada@example.com\n"));
    for (uint32_t i = 0; i < f->r.field_count; i++)
        assert_null(strchr(f->r.fields[i], '@'));
}

static void scan__json__malformed_is_partial_and_read_on(void **state)
{
    fixture *f = *state;
    read_text(f, "a.json", "{\"a\": [1, 2,\n \"mail\": oops }\nada@example.com\n");
    assert_int_equal(f->r.coverage, CDR_COVERAGE_PARTIAL);
    assert_string_equal(f->r.reason_id, "json.malformed");
    assert_true(told(f, "email 3 ada@example.com\n"));
}

static void scan__json__depth_is_capped(void **state)
{
    fixture *f = *state;
    size_t deep = 100000;
    char *text = cdr_alloc(deep * 2 + 64);
    memset(text, '[', deep);
    memcpy(text + deep, "\"ada@example.com\"", 17);
    memset(text + deep + 17, ']', deep);
    read_bytes(f, "a.json", text, deep * 2 + 17, 0);
    assert_int_equal(f->r.coverage, CDR_COVERAGE_PARTIAL);
    assert_string_equal(f->r.reason_id, "json.too-deep");
    assert_true(told(f, "ada@example.com\n"));
    cdr_free(text);
}

static void scan__json__lines(void **state)
{
    fixture *f = *state;
    read_text(f, "a.ndjson", "{\"mail\": \"ada@example.com\"}\n{\"mail\": \"boris@example.com\"}\nnot json carla@example.com\n{\"mail\": \"deniz@example.com\", \"x\": {}}\n");
    assert_string_equal(f->r.format, "ndjson");
    assert_true(told(f, "value mail email 2 boris@example.com\nrecord\n"));
    assert_true(told(f, "value  email 3 carla@example.com\n"));
    assert_true(told(f, "value mail email 4 deniz@example.com\n"));
    assert_int_equal(f->r.coverage, CDR_COVERAGE_PARTIAL);
}

static void scan__json__log_that_begins_like_json(void **state)
{
    fixture *f = *state;
    read_text(f, "a.log", "[2026-11-20 10:00:00] INFO started\n[2026-11-20 10:00:01] INFO ada@example.com\n");
    assert_string_equal(f->r.format, "log");
    read_text(f, "a.log", "{\"event\": \"start\"}\n2026-11-20 INFO ada@example.com\nmore\n");
    assert_string_equal(f->r.format, "log");
    assert_int_equal(f->r.coverage, CDR_COVERAGE_COMPLETE);
}

static void scan__xml__paths_attributes_entities(void **state)
{
    fixture *f = *state;
    read_text(f, "a.xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY e \"v\">]>\n<customers><customer id='7' mail=\"ada@example.com\"><note><![CDATA[<b>boris@example.com</b>]]></note></customer>\n"
                          "<customer><mail>carla&#64;example.com</mail><!-- deniz@example.com --></customer></customers>");
    assert_string_equal(f->r.format, "xml");
    assert_true(told(f, "value customers.customer.@mail email 3 ada@example.com\n"));
    assert_true(told(f, "boris@example.com\n"));
    assert_true(told(f, "value customers.customer.mail email 4 carla@example.com\n"));
    assert_true(told(f, "deniz@example.com\n"));
    assert_int_equal(f->r.records, 2);
}

static void scan__xml__names_that_are_data(void **state)
{
    fixture *f = *state;
    read_text(f, "a.xml", "<?xml version=\"1.0\"?><people><ada@example.com><since>2019</since></ada@example.com><ben@example.com><since>2020</since></ben@example.com>"
                          "<x _5555341244441115='yes' carla@example.com='no'/></people>");
    assert_true(told(f, "value people.* email 1 ada@example.com\n"));
    assert_true(told(f, "value people.* email 1 ben@example.com\n"));
    assert_true(told(f, "carla@example.com\n"));
    for (uint32_t i = 0; i < f->r.field_count && i < 64; i++) {
        assert_null(strstr(f->r.fields[i], "example"));
        assert_null(strstr(f->r.fields[i], "5555"));
    }
    read_text(f, "a.xml", "<?xml version=\"1.0\"?><r><step2><line1 id2='x'>ada@example.com</line1></step2></r>");
    assert_true(told(f, "value r.step2.line1 email 1 ada@example.com\n"));
}

static void scan__xml__cut_and_deep(void **state)
{
    fixture *f = *state;
    read_text(f, "a.xml", "<a><b mail='ada@example.com'>boris@example.com");
    assert_int_equal(f->r.coverage, CDR_COVERAGE_PARTIAL);
    assert_true(told(f, "ada@example.com\n"));
    assert_true(told(f, "boris@example.com\n"));
    _cleanup_buf_ cdr_buf deep = CDR_BUF(4 * 1024 * 1024);
    cdr_buf_adds(&deep, "<?xml version='1.0'?>");
    for (int i = 0; i < 100000; i++)
        cdr_buf_adds(&deep, "<e>");
    cdr_buf_adds(&deep, "ada@example.com");
    read_bytes(f, "b.xml", deep.data, deep.len, 0);
    assert_true(told(f, "ada@example.com\n"));
}

static void scan__mbox__messages_are_records(void **state)
{
    fixture *f = *state;
    read_text(f, "box", "From ada@example.com Thu Oct  1 10:00:00 2026\nFrom: Ada Byron <ada@example.com>\nTo: shop@example.org\nSubject: hi\n\nCall me: boris@example.com\n"
                        "From here it goes on, 2026 or not\n\nFrom carla@example.com Fri Oct  2 10:00:00 2026\nFrom: \"Carla Bley\"\n <carla@example.com>\n\nbody\n");
    assert_string_equal(f->r.format, "mbox");
    assert_true(told(f, "value From name.full 2 Ada Byron\n"));
    assert_true(told(f, "value From email 2 ada@example.com\n"));
    assert_true(told(f, "value To email 3 shop@example.org\n"));
    assert_true(told(f, "value  email 6 boris@example.com\nrecord\n"));
    assert_true(told(f, "value From name.full 11 Carla Bley\n"));
    const char *once = strstr(f->r.text.data, " Ada Byron\n");
    assert_null(strstr(once + 1, " Ada Byron\n"));
    assert_int_equal(f->r.records, 2);
}

static void scan__mail__alone(void **state)
{
    fixture *f = *state;
    read_text(f, "a.eml", "Received: from x\nFrom: Ada Byron <ada@example.com>\nTo: shop@example.org\nSubject: hello\n\nboris@example.com\n");
    assert_string_equal(f->r.format, "eml");
    assert_true(told(f, "value From email 2 ada@example.com\n"));
    assert_true(told(f, "value  email 6 boris@example.com\n"));
    assert_int_equal(f->r.records, 1);
}

static void scan__table__a_cell_counts_once_for_a_kind(void **state)
{
    fixture *f = *state;
    read_text(f, "a.json", "[{\"x\": \"ada@example.com 10.1.2.3 boris@example.com 10.1.2.4 carla@example.com 10.1.2.5\"}, {\"x\": \"deniz@example.com\"}]");
    assert_true(f->r.confidence <= 1 && f->r.support <= 1);
    assert_true(told(f, "column [].x email 2\n"));
}

/* What is coded is not searched, and the mailbox says so. */
static void scan__mail__coded_parts__partial(void **state)
{
    fixture *f = *state;
    static const char head[] = "From: Ada <ada@example.com>\nTo: ben@example.org\nDate: Mon, 5 Oct 2026 10:00:00 +0000\n";
    static const struct { const char *rest; bool whole; } cases[] = {
        {"Subject: plain\nContent-Transfer-Encoding: 7bit\n\nhello = 3D\n", true},
        {"Subject: coded\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n", false},
        {"Subject: folded\nContent-transfer-encoding:\n BASE64\n\naGVsbG8=\n", false},
        {"Subject: =?UTF-8?B?SGVsbG8=?=\n\nhello\n", false},
        {"Subject: a\n =?iso-8859-1?q?caf=E9?= b\n\nhello\n", false},
        {"Subject: few\nContent-Transfer-Encoding: quoted-printable\n\none=20two=\nthree\n", true},
        {"Subject: many\nContent-Transfer-Encoding: quoted-printable\n\n=41=42=43=44=45=46=47=48=49\n", false},
        {"Subject: next\nContent-Transfer-Encoding: quoted-printable\n\n--x\n=41=42=43=44=45=46=47=48=49\n", true},
        {"Subject: what is =? this ?=\n\nhello =?no?\n", true},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", head, cases[i].rest);
        read_text(f, "a.eml", text);
        assert_string_equal(f->r.format, "eml");
        assert_int_equal(f->r.coverage, cases[i].whole ? CDR_COVERAGE_COMPLETE : CDR_COVERAGE_PARTIAL);
        assert_string_equal(f->r.reason_id, cases[i].whole ? "" : "mail.encoded-parts-not-read");
    }
}

/* The same count however the bytes come. */
static void scan__mail__coded_parts__counted_across_windows(void **state)
{
    fixture *f = *state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(16 * 1024 * 1024);
    for (int i = 0; i < 3000; i++)
        cdr_buf_addf(&text, "From u%d@example.com Mon Oct  5 10:00:00 2026\nFrom: u%d@example.com\nSubject: =?utf-8?Q?n=C3=B6%d?=\nContent-Transfer-Encoding: base64\n\n%0*d\n\n", i, i, i, 40 + i % 300, 7);
    static const size_t steps[] = {0, 1009, 65537};
    for (size_t i = 0; i < CDR_COUNT(steps); i++) {
        read_bytes(f, "a.mbox", text.data, text.len, steps[i]);
        assert_string_equal(f->r.reason_id, "mail.encoded-parts-not-read");
        assert_non_null(strstr(f->r.reason, "3000 coded parts and 3000 coded header words"));
    }
}

static void scan__mbox__python_is_no_mailbox(void **state)
{
    fixture *f = *state;
    read_text(f, "a.py", "from typing import List\n\n@decorator\ndef f(): pass\n");
    assert_string_equal(f->r.format, "text");
}

static void scan__table__too_many_columns_are_bounded(void **state)
{
    fixture *f = *state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(16 * 1024 * 1024);
    cdr_buf_adds(&text, "{");
    for (int i = 0; i < 5000; i++)
        cdr_buf_addf(&text, "\"key%c%c%c%c\": \"ada@example.com\",", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676, 'q');
    cdr_buf_adds(&text, "\"last\": 1}");
    read_bytes(f, "a.json", text.data, text.len, 0);
    assert_true(f->r.field_count <= 2048);
    assert_int_equal(f->r.values, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan__text__lines_are_records), cmocka_unit_test(scan__text__last_line_without_end_counts),
        cmocka_unit_test(scan__text__finds_the_same_however_bytes_come), cmocka_unit_test(scan__text__endless_line),
        cmocka_unit_test(scan__text__encodings), cmocka_unit_test(scan__text__binary_is_skipped), cmocka_unit_test(scan__text__zeros_end_lines),
        cmocka_unit_test(scan__text__hole_at_the_start_is_skipped), cmocka_unit_test(scan__text__unknown_encodings_are_not_complete), cmocka_unit_test(scan__formats__of_later_are_named),
        cmocka_unit_test(scan__csv__columns_and_rows), cmocka_unit_test(scan__csv__dialects), cmocka_unit_test(scan__csv__without_header),
        cmocka_unit_test(scan__csv__ragged_rows_and_open_quotes), cmocka_unit_test(scan__csv__cells_cut_by_reads), cmocka_unit_test(scan__csv__huge_cell),
        cmocka_unit_test(scan__json__paths_and_records), cmocka_unit_test(scan__json__bare_values_of_the_outer_array_are_records),
        cmocka_unit_test(scan__json__keys_that_are_data), cmocka_unit_test(scan__json__malformed_is_partial_and_read_on),
        cmocka_unit_test(scan__json__depth_is_capped), cmocka_unit_test(scan__json__lines), cmocka_unit_test(scan__json__log_that_begins_like_json),
        cmocka_unit_test(scan__xml__paths_attributes_entities), cmocka_unit_test(scan__xml__cut_and_deep), cmocka_unit_test(scan__xml__names_that_are_data),
        cmocka_unit_test(scan__mbox__messages_are_records), cmocka_unit_test(scan__mail__alone), cmocka_unit_test(scan__mail__coded_parts__partial), cmocka_unit_test(scan__mail__coded_parts__counted_across_windows), cmocka_unit_test(scan__table__a_cell_counts_once_for_a_kind), cmocka_unit_test(scan__mbox__python_is_no_mailbox),
        cmocka_unit_test(scan__table__too_many_columns_are_bounded),
    };
    return cmocka_run_group_tests_name("scan content", tests, fixture_new, fixture_free);
}
