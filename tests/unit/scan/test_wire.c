/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/wire.h"

#include "base/mem.h"
#include "../reader/recorder.h"
#include "scan/wire_format.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define VERSION "0123456789abcdef"

/* What a child would write, gathered in a file. */
typedef struct tape {
    int fd;
    cdr_wire_out *out;
} tape;

static void tape_open(tape *t)
{
    char path[] = "/tmp/candor-wire-XXXXXX";
    t->fd = mkstemp(path);
    assert_true(t->fd >= 0);
    unlink(path);
    assert_int_equal(cdr_wire_out_new(t->fd, &t->out, NULL), CDR_OK);
}

static cdr_buf tape_close(tape *t)
{
    cdr_buf b = CDR_BUF((size_t)16 << 20);
    char chunk[65536];
    ssize_t n;
    cdr_wire_out_free(t->out);
    while ((n = pread(t->fd, chunk, sizeof chunk, (off_t)b.len)) > 0)
        assert_int_equal(cdr_buf_add(&b, chunk, (size_t)n), CDR_OK);
    close(t->fd);
    return b;
}

static cdr_wire_in *decoder(recorder *r)
{
    cdr_wire_in *in;
    recorder_init(r);
    static const cdr_wire_expect expect = {.container = "/d/a.zip", .ruleset_version = VERSION, .rules = 3, .objects = 1000};
    assert_int_equal(cdr_wire_in_new(&expect, &r->sink, &in, NULL), CDR_OK);
    return in;
}

static void tell(cdr_sink *s)
{
    const cdr_sink_calls *c = s->calls;
    cdr_kind email = cdr_kind_by_id("email");
    assert_int_equal(c->begin(s, "/d/a.zip!/b.csv", "csv", 99, NULL), CDR_OK);
    assert_int_equal(c->field(s, "mail", 4, NULL), CDR_OK);
    assert_int_equal(c->field(s, "", 0, NULL), CDR_OK);
    cdr_seen_value v = {.field = 1, .kind = email, .rule = 3, .band = CDR_BAND_HIGH, .confidence = 0.9f, .evidence = 7, .offset = 5, .line = 2, .value = "a@example.com", .len = 13};
    assert_int_equal(c->value(s, &v, NULL), CDR_OK);
    assert_int_equal(c->record_end(s, NULL), CDR_OK);
    assert_int_equal(c->record_end(s, NULL), CDR_OK);
    cdr_column_class class = {.kind = email, .support = 1, .confidence = 0.5f, .by_value = true};
    assert_int_equal(c->column(s, 1, &class, 10, 2, NULL), CDR_OK);
    assert_int_equal(c->end(s, CDR_COVERAGE_PARTIAL, "archive.encrypted", "Is encrypted.", 7, 1, NULL), CDR_OK);
    assert_int_equal(c->begin(s, "/d/a.zip", "zip", 100, NULL), CDR_OK);
    assert_int_equal(c->end(s, CDR_COVERAGE_COMPLETE, "", "", 100, 1, NULL), CDR_OK);
}

static const char told[] = "begin /d/a.zip!/b.csv csv 99\nfield mail\nfield \nvalue 1 email high 2 a@example.com\nrecord\n"
                           "column 1 email 10 2\nend partial archive.encrypted 7 1\nbegin /d/a.zip zip 100\nend complete 100 1\n";

static cdr_buf good_tape(void)
{
    tape t;
    tape_open(&t);
    assert_int_equal(cdr_wire_hello(t.out, CDR_WALL_SECCOMP, VERSION, NULL), CDR_OK);
    tell(cdr_wire_out_sink(t.out));
    assert_int_equal(cdr_wire_progress(t.out, 12345, NULL), CDR_OK);
    assert_int_equal(cdr_wire_done(t.out, CDR_OK, NULL), CDR_OK);
    return tape_close(&t);
}

static void scan__wire__carries_every_call(void **state)
{
    (void)state;
    recorder r;
    cdr_wire_in *in = decoder(&r);
    cdr_buf b = good_tape();
    assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_OK);
    assert_true(cdr_wire_in_done(in));
    assert_string_equal(r.text.data, told);
    assert_int_equal(cdr_wire_in_bytes(in), 12345);
    assert_int_equal(cdr_wire_in_walls(in), CDR_WALL_SECCOMP);
    assert_true(cdr_wire_in_named_container(in));
    cdr_wire_in_free(in);
    cdr_buf_done(&b);
    recorder_done(&r);
}

static void scan__wire__any_portions_give_the_same(void **state)
{
    (void)state;
    cdr_buf b = good_tape();
    for (size_t step = 1; step < 64; step++) {
        recorder r;
        cdr_wire_in *in = decoder(&r);
        for (size_t at = 0; at < b.len; at += step)
            assert_int_equal(cdr_wire_in_feed(in, b.data + at, CDR_MIN(step, b.len - at), NULL), CDR_OK);
        assert_true(cdr_wire_in_done(in));
        assert_string_equal(r.text.data, told);
        cdr_wire_in_free(in);
        recorder_done(&r);
    }
    cdr_buf_done(&b);
}

static void scan__wire__a_cut_stream_is_abandoned_with_a_reason(void **state)
{
    (void)state;
    cdr_buf b = good_tape();
    for (size_t cut = 0; cut < b.len; cut++) {
        recorder r;
        cdr_wire_in *in = decoder(&r);
        assert_int_equal(cdr_wire_in_feed(in, b.data, cut, NULL), CDR_OK);
        assert_false(cdr_wire_in_done(in));
        assert_int_equal(cdr_wire_in_abandon(in, "zip", "reader.crashed", "The reader crashed.", 100, NULL), CDR_OK);
        assert_false(r.open);
        assert_int_equal(r.disorder, 0);
        assert_true(recorder_has(&r, "begin /d/a.zip zip 100\n"));
        cdr_wire_in_free(in);
        recorder_done(&r);
    }
    cdr_buf_done(&b);
}

static void scan__wire__every_flipped_bit_is_harmless(void **state)
{
    (void)state;
    cdr_buf b = good_tape();
    unsigned refused = 0;
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        recorder r;
        cdr_wire_in *in = decoder(&r);
        b.data[bit / 8] = (char)(b.data[bit / 8] ^ (1 << (bit % 8)));
        cdr_err err = {0};
        cdr_status s = cdr_wire_in_feed(in, b.data, b.len, &err);
        refused += s != CDR_OK;
        if (s != CDR_OK)
            assert_true(cdr_wire_in_violated(in) && err.text[0]);
        assert_int_equal(cdr_wire_in_abandon(in, "zip", "reader.crashed", "The reader crashed.", 100, NULL), CDR_OK);
        assert_false(r.open);
        assert_int_equal(r.disorder, 0);
        b.data[bit / 8] = (char)(b.data[bit / 8] ^ (1 << (bit % 8)));
        cdr_wire_in_free(in);
        recorder_done(&r);
    }
    assert_true(refused > b.len);
    cdr_buf_done(&b);
}

/* One hostile message after a proper beginning. */
typedef struct hostile {
    const char *what;
    uint32_t size_more;        /* added to the true size */
    uint8_t type, a;
    uint16_t b;
    const void *body;
    size_t len;
    bool in_object;            /* after begin and one field */
} hostile;

static void send_raw(cdr_buf *b, const hostile *h)
{
    cdr_wire_head head = {.size = (uint32_t)(sizeof head + h->len) + h->size_more, .type = h->type, .a = h->a, .b = h->b};
    cdr_buf_add(b, &head, sizeof head);
    cdr_buf_add(b, h->body, h->len);
}

static void refuse(const hostile *h)
{
    tape t;
    tape_open(&t);
    cdr_sink *s = cdr_wire_out_sink(t.out);
    assert_int_equal(cdr_wire_hello(t.out, CDR_WALL_SECCOMP, VERSION, NULL), CDR_OK);
    if (h->in_object) {
        assert_int_equal(s->calls->begin(s, "/d/a.zip!/x", "text", 1, NULL), CDR_OK);
        assert_int_equal(s->calls->field(s, "f", 1, NULL), CDR_OK);
    }
    assert_int_equal(cdr_wire_progress(t.out, 1, NULL), CDR_OK);
    cdr_buf b = tape_close(&t);
    send_raw(&b, h);
    recorder r;
    cdr_wire_in *in = decoder(&r);
    cdr_status got = cdr_wire_in_feed(in, b.data, b.len, NULL);
    if (got != CDR_E_CORRUPT)
        fail_msg("%s was taken", h->what);
    assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_E_CORRUPT);   /* nothing more is heard */
    assert_int_equal(cdr_wire_in_abandon(in, "zip", "reader.protocol", "Broke its rules.", 1, NULL), CDR_OK);
    assert_int_equal(r.disorder, 0);
    cdr_wire_in_free(in);
    cdr_buf_done(&b);
    recorder_done(&r);
}

static void scan__wire__refuses_what_no_reader_says(void **state)
{
    (void)state;
    cdr_wire_value v = {.confidence = 0.5f}, field = v, confidence = v, nan_confidence = v, rule = v;
    field.field = 1;
    confidence.confidence = 1.5f;
    nan_confidence.confidence = NAN;
    rule.rule = 4;
    cdr_wire_column col = {.values = 1, .support = 0.5f, .confidence = 0.5f}, untold = col, col_field = col, share = col;
    untold.untold = 2;
    cdr_wire_column endless = col;
    endless.values = endless.untold = UINT64_MAX;
    col_field.field = 7;
    share.support = -1;
    cdr_wire_end end = {0};
    char reason[sizeof end + 200], begin[8 + 4 + 64], huge[CDR_WIRE_MESSAGE_MAX];
    memset(huge, 'x', sizeof huge);
    memset(reason, 0, sizeof reason);
    memset(reason + sizeof end, 'r', 200);
    static const char *const paths[] = {"/d/b.zip", "/d/a.zi", "/d/a.zip!/", "/d/a.zipx", "/d/a.zip/x", "/d/a.zip!/a\nb", "/d/a.zip!/\xff", ""};
    for (size_t i = 0; i < CDR_COUNT(paths); i++) {
        memset(begin, 0, 8);
        memcpy(begin + 8, "text", 4);
        memcpy(begin + 12, paths[i], strlen(paths[i]));
        refuse(&(hostile){paths[i], 0, WIRE_BEGIN, 4, 0, begin, 12 + strlen(paths[i]), false});
    }
    memcpy(begin + 8, "evil/d/a.zip!/x", 15);
    uint16_t email = cdr_kind_by_id("email");
    const hostile list[] = {
        {"a message of no size", (uint32_t)-8, WIRE_PROGRESS, 0, 0, "", 0, false},
        {"a message of 4 GiB", (uint32_t)-100, WIRE_PROGRESS, 0, 0, huge, 50, false},
        {"a message larger than any", 0, WIRE_FIELD, 0, 0, huge, CDR_WIRE_MESSAGE_MAX - 7, true},
        {"type 0", 0, 0, 0, 0, "", 0, false},
        {"type 200", 0, 200, 0, 0, "", 0, true},
        {"a second greeting", 0, WIRE_HELLO, 0, 0, huge, sizeof(cdr_wire_hello_body), false},
        {"an unknown format", 0, WIRE_BEGIN, 4, 0, begin, 23, false},
        {"a format longer than the message", 0, WIRE_BEGIN, 255, 0, begin, 23, false},
        {"an object within an object", 0, WIRE_BEGIN, 4, 0, begin, 23, true},
        {"a field of no object", 0, WIRE_FIELD, 0, 0, "f", 1, false},
        {"a long field", 0, WIRE_FIELD, 0, 0, huge, CDR_WIRE_NAME_MAX + 1, true},
        {"a value of no object", 0, WIRE_VALUE, 0, email, &v, sizeof v, false},
        {"a value of an unknown field", 0, WIRE_VALUE, 0, email, &field, sizeof v, true},
        {"a value of no kind", 0, WIRE_VALUE, 0, 0, &v, sizeof v, true},
        {"a value of an unknown kind", 0, WIRE_VALUE, 0, 65535, &v, sizeof v, true},
        {"a value in band 3", 0, WIRE_VALUE, 3, email, &v, sizeof v, true},
        {"more than certain", 0, WIRE_VALUE, 0, email, &confidence, sizeof v, true},
        {"a confidence that is no number", 0, WIRE_VALUE, 0, email, &nan_confidence, sizeof v, true},
        {"an unknown rule", 0, WIRE_VALUE, 0, email, &rule, sizeof v, true},
        {"half a value", 0, WIRE_VALUE, 0, email, &v, sizeof v - 1, true},
        {"the end of a record with a body", 0, WIRE_RECORD_END, 0, 0, "x", 1, true},
        {"the end of a record of no object", 0, WIRE_RECORD_END, 0, 0, "", 0, false},
        {"a column with more untold than told", 0, WIRE_COLUMN, 1, email, &untold, sizeof col, true},
        {"more values than can be counted", 0, WIRE_COLUMN, 1, email, &endless, sizeof col, true},
        {"an end with more bytes than can be counted", 0, WIRE_END, 0, 0, &(cdr_wire_end){.bytes_read = UINT64_MAX}, sizeof end, true},
        {"a value at a place that cannot be", 0, WIRE_VALUE, 0, email, &(cdr_wire_value){.confidence = 0.5f, .offset = UINT64_MAX}, sizeof v, true},
        {"an object of a size that cannot be", 0, WIRE_BEGIN, 4, 0, "\xff\xff\xff\xff\xff\xff\xff\xfftext/d/a.zip!/x", 23, false},
        {"a column of an unknown field", 0, WIRE_COLUMN, 1, email, &col_field, sizeof col, true},
        {"a column with a share below 0", 0, WIRE_COLUMN, 1, email, &share, sizeof col, true},
        {"a column of an unknown kind", 0, WIRE_COLUMN, 1, 65535, &col, sizeof col, true},
        {"coverage 3", 0, WIRE_END, 3, 0, &end, sizeof end, true},
        {"complete with a reason", 0, WIRE_END, 0, 3, reason, sizeof end + 3, true},
        {"partial without one", 0, WIRE_END, 1, 0, &end, sizeof end, true},
        {"a reason id longer than the message", 0, WIRE_END, 1, 300, reason, sizeof reason, true},
        {"a long reason", 0, WIRE_END, 1, 3, reason, sizeof reason, true},
        {"the end of no object", 0, WIRE_END, 0, 0, &end, sizeof end, false},
        {"done within an object", 0, WIRE_DONE, 0, 0, huge, 4, true},
        {"done of 3 bytes", 0, WIRE_DONE, 0, 0, huge, 3, false},
    };
    for (size_t i = 0; i < CDR_COUNT(list); i++)
        refuse(&list[i]);
}

static void scan__wire__refuses_other_versions_and_rules(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        tape t;
        tape_open(&t);
        assert_int_equal(cdr_wire_hello(t.out, 0, i ? VERSION : "fedcba9876543210", NULL), CDR_OK);
        cdr_buf b = tape_close(&t);
        if (i)
            b.data[sizeof(cdr_wire_head) + offsetof(cdr_wire_hello_body, version)] ^= 1;
        recorder r;
        cdr_wire_in *in = decoder(&r);
        assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_E_UNSUPPORTED);
        assert_true(cdr_wire_in_violated(in));
        cdr_wire_in_free(in);
        cdr_buf_done(&b);
        recorder_done(&r);
    }
}

static void scan__wire__counts_are_capped(void **state)
{
    (void)state;
    tape t;
    tape_open(&t);
    cdr_sink *s = cdr_wire_out_sink(t.out);
    assert_int_equal(s->calls->begin(s, "/d/a.zip!/x", "text", 1, NULL), CDR_OK);
    cdr_err err = {0};
    uint32_t n = 0;
    while (s->calls->field(s, "f", 1, &err) == CDR_OK)
        n++;
    assert_int_equal(n, CDR_WIRE_FIELDS_MAX);
    assert_int_equal(err.status, CDR_E_LIMIT);
    cdr_buf b = tape_close(&t);
    cdr_buf_done(&b);

    tape_open(&t);
    assert_int_equal(cdr_wire_hello(t.out, 0, VERSION, NULL), CDR_OK);
    s = cdr_wire_out_sink(t.out);
    for (int i = 0; i < 1001; i++) {
        assert_int_equal(s->calls->begin(s, "/d/a.zip!/x", "text", 1, NULL), CDR_OK);
        assert_int_equal(s->calls->end(s, CDR_COVERAGE_COMPLETE, "", "", 1, 1, NULL), CDR_OK);
    }
    assert_int_equal(cdr_wire_done(t.out, CDR_OK, NULL), CDR_OK);
    b = tape_close(&t);
    recorder r;
    cdr_wire_in *in = decoder(&r);
    assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_E_CORRUPT);
    assert_int_equal(r.objects, 1000);
    cdr_wire_in_free(in);
    cdr_buf_done(&b);
    recorder_done(&r);
}

static void scan__wire__long_texts_are_cut_whole_characters(void **state)
{
    (void)state;
    static char path[20000], value[20000];
    tape t;
    tape_open(&t);
    assert_int_equal(cdr_wire_hello(t.out, 0, VERSION, NULL), CDR_OK);
    cdr_sink *s = cdr_wire_out_sink(t.out);
    strcpy(path, "/d/a.zip!/x");
    for (size_t i = strlen(path); i + 2 < sizeof path; i += 2)
        memcpy(path + i, "\xc3\xa9", 2);
    memset(value, 'v', sizeof value);
    assert_int_equal(s->calls->begin(s, path, "text", 1, NULL), CDR_OK);
    assert_int_equal(s->calls->field(s, value, sizeof value, NULL), CDR_OK);
    cdr_seen_value v = {.kind = 1, .value = value, .len = sizeof value};
    assert_int_equal(s->calls->value(s, &v, NULL), CDR_OK);
    assert_int_equal(s->calls->end(s, CDR_COVERAGE_PARTIAL, "archive.encrypted", path + 11, 1, 1, NULL), CDR_OK);
    assert_int_equal(cdr_wire_done(t.out, CDR_OK, NULL), CDR_OK);
    cdr_buf b = tape_close(&t);
    recorder r;
    cdr_wire_in *in = decoder(&r);
    assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_OK);
    assert_true(cdr_wire_in_done(in));
    cdr_wire_in_free(in);
    cdr_buf_done(&b);
    recorder_done(&r);
}

static void scan__wire__the_sinks_own_failure_is_not_the_childs(void **state)
{
    (void)state;
    cdr_buf b = good_tape();
    for (uint64_t n = 1; n <= 9; n++) {
        recorder r;
        cdr_wire_in *in = decoder(&r);
        r.fail_at = n;
        assert_int_equal(cdr_wire_in_feed(in, b.data, b.len, NULL), CDR_E_DB);
        assert_false(cdr_wire_in_violated(in));
        cdr_wire_in_free(in);
        recorder_done(&r);
    }
    cdr_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan__wire__carries_every_call),
        cmocka_unit_test(scan__wire__any_portions_give_the_same),
        cmocka_unit_test(scan__wire__a_cut_stream_is_abandoned_with_a_reason),
        cmocka_unit_test(scan__wire__every_flipped_bit_is_harmless),
        cmocka_unit_test(scan__wire__refuses_what_no_reader_says),
        cmocka_unit_test(scan__wire__refuses_other_versions_and_rules),
        cmocka_unit_test(scan__wire__counts_are_capped),
        cmocka_unit_test(scan__wire__long_texts_are_cut_whole_characters),
        cmocka_unit_test(scan__wire__the_sinks_own_failure_is_not_the_childs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
