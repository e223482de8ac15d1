/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/sketch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static cdr_status show_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    (void)row;
    cdr_buf_adds(arg, column ? "|" : "");
    return cdr_buf_add(arg, s, len);
}

static cdr_status show_row(void *arg, uint64_t row, uint32_t columns)
{
    (void)row;
    (void)columns;
    return cdr_buf_adds(arg, "/");
}

/* Fed in pieces of every size, the cells must be the same. */
static void expect_cells(const char *text, char delimiter, const char *expected)
{
    static const cdr_csv_events events = {show_cell, show_row};
    size_t len = strlen(text);
    for (size_t piece = 1; piece <= len; piece++) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
        cdr_csv_reader *r = cdr_csv_reader_new(delimiter, 100, 10, &events, &out);
        for (size_t i = 0; i < len; i += piece)
            assert_int_equal(cdr_csv_feed(r, text + i, CDR_MIN(piece, len - i), i + piece >= len, NULL), CDR_OK);
        cdr_csv_reader_free(r);
        assert_string_equal(out.data, expected);
    }
}

static void csv_read__forms_people_make__cells(void **state)
{
    (void)state;
    expect_cells("a,b\r\nc,\"d \"\"x\"\", e\"\n", ',', "a|b/c|d \"x\", e/");
    expect_cells("a;b\r\rc;;\n\n\nlast", ';', "a|b/c||/last/");
    expect_cells("\"two\nlines\",x", ',', "two\nlines|x/");
    expect_cells("a\"b,\"c\"d\n", ',', "a\"b|cd/");
    expect_cells("\"open,\nto the end", ',', "open,\nto the end/");
}

static void csv_read__endless_cell__limit(void **state)
{
    (void)state;
    static const cdr_csv_events events = {show_cell, show_row};
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    cdr_csv_reader *r = cdr_csv_reader_new(',', 10, 3, &events, &out);
    cdr_err err;
    cdr_status s = CDR_OK;
    for (int i = 0; i < 5 && s == CDR_OK; i++)
        s = cdr_csv_feed(r, "aaaa", 4, false, &err);
    assert_int_equal(s, CDR_E_LIMIT);
    cdr_csv_reader_free(r);
    r = cdr_csv_reader_new(',', 10, 3, &events, &out);
    assert_int_equal(cdr_csv_feed(r, "a,b,c,d\n", 8, true, &err), CDR_E_LIMIT);
    cdr_csv_reader_free(r);
}

static void csv_write__formulas__defused(void **state)
{
    (void)state;
    static const char *const cells[] = {"=1+1", "-5", "+1 (617)", "@x", "a,b", "say \"hi\"", "-x\ny", ""};
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    for (size_t i = 0; i < CDR_COUNT(cells); i++)
        cdr_csv_cell(&out, i == 0, cells[i], strlen(cells[i]));
    cdr_csv_end(&out);
    assert_string_equal(out.data, "'=1+1,-5,'+1 (617),'@x,\"a,b\",\"say \"\"hi\"\"\",\"'-x\ny\",\r\n");
}

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static void fill(cdr_sketch *s, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        assert_int_equal(cdr_sketch_add(s, mix(i)), CDR_OK);
}

static void sketch__small__exact_with_repeats(void **state)
{
    (void)state;
    cdr_sketch a = {0}, b = {0};
    fill(&a, 0, 5000);
    fill(&a, 0, 5000);
    fill(&b, 4000, 9000);
    assert_true(cdr_sketch_exact(&a));
    assert_int_equal(cdr_sketch_count(&a), 5000);
    assert_int_equal(cdr_sketch_shared(&a, &b), 1000);
    assert_int_equal(cdr_sketch_merge(&a, &b), CDR_OK);
    assert_int_equal(cdr_sketch_count(&a), 9000);
    cdr_sketch_done(&a);
    cdr_sketch_done(&b);
}

static void sketch__large__within_four_standard_errors(void **state)
{
    (void)state;
    cdr_sketch a = {0}, b = {0};
    fill(&a, 0, 1000000);
    fill(&b, 600000, 1400000);
    assert_false(cdr_sketch_exact(&a));
    assert_in_range(cdr_sketch_count(&a), 968000, 1032000);
    assert_in_range(cdr_sketch_shared(&a, &b), 370000, 430000);
    assert_true(cdr_sketch_error(&a) > 0.002 && cdr_sketch_error(&a) < 0.0035);
    assert_int_equal(cdr_sketch_merge(&a, &b), CDR_OK);
    assert_in_range(cdr_sketch_count(&a), 1355000, 1445000);
    cdr_sketch_done(&a);
    cdr_sketch_done(&b);
}

static void sketch__saved__loads_equal_and_refuses_damage(void **state)
{
    (void)state;
    cdr_sketch a = {0}, b;
    void *data;
    size_t len;
    fill(&a, 0, 100000);
    assert_int_equal(cdr_sketch_save(&a, &data, &len), CDR_OK);
    assert_int_equal(cdr_sketch_load(&b, data, len), CDR_OK);
    assert_int_equal(cdr_sketch_count(&b), cdr_sketch_count(&a));
    cdr_sketch_done(&b);
    assert_int_equal(cdr_sketch_load(&b, data, len - 1), CDR_E_CORRUPT);
    ((char *)data)[40] ^= 1;
    ((char *)data)[39] ^= 0x40;
    assert_int_equal(cdr_sketch_load(&b, data, len), CDR_E_CORRUPT);
    cdr_free(data);
    cdr_sketch_done(&a);
}

static void arena__past_its_maximum__null(void **state)
{
    (void)state;
    cdr_arena *a = cdr_arena_new(200000);
    assert_non_null(cdr_arena_alloc(a, 150000));
    assert_string_equal(cdr_arena_printf(a, "%d %s", 5, "x"), "5 x");
    assert_null(cdr_arena_alloc(a, 60000));
    assert_null(cdr_arena_alloc(a, SIZE_MAX));
    cdr_arena_free(a);
}

static void buf__past_its_maximum__error_sticks(void **state)
{
    (void)state;
    cdr_buf b = CDR_BUF(5);
    assert_int_equal(cdr_buf_adds(&b, "abc"), CDR_OK);
    assert_int_equal(cdr_buf_adds(&b, "def"), CDR_E_LIMIT);
    assert_int_equal(cdr_buf_addc(&b, 'x'), CDR_E_LIMIT);
    assert_string_equal(b.data, "abc");
    assert_null(cdr_buf_take(&b));
    cdr_buf_done(&b);
}

static void outfile__any_write_or_sync_fails__old_file_stays(void **state)
{
    (void)state;
#ifndef CANDOR_FAULTS
    skip();
#else
    char dir[] = "/tmp/candor-io-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *path = cdr_path_join(dir, "f");
    assert_int_equal(cdr_file_write(path, "old", 3, 0600, NULL), CDR_OK);
    for (int kind = CDR_FAULT_WRITE; kind <= CDR_FAULT_FSYNC; kind++) {
        cdr_fault_arm((cdr_fault_kind)kind, 1);
        assert_int_equal(cdr_file_write(path, "new!", 4, 0600, NULL), CDR_E_IO);
        cdr_fault_arm((cdr_fault_kind)kind, 0);
        _cleanup_buf_ cdr_buf b = CDR_BUF(100);
        assert_int_equal(cdr_file_read(path, &b, NULL), CDR_OK);
        assert_string_equal(b.data, "old");
    }
    unlink(path);
    assert_int_equal(rmdir(dir), 0);   /* no temporary file stays behind */
    cdr_free(path);
#endif
}

/* A file in the place of a device takes it from everybody: whoever wrote to /dev/null as root had none any more. */
static void outfile__pipe_or_folder__is_not_replaced(void **state)
{
    (void)state;
    char dir[] = "/tmp/candor-io-XXXXXX", got[8] = {0};
    cdr_err err;
    struct stat st;
    assert_non_null(mkdtemp(dir));
    char *path = cdr_path_join(dir, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(cdr_file_write(path, "text", 4, 0600, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "base.no-reader");
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_int_equal(cdr_file_write(path, "text", 4, 0600, &err), CDR_OK);
    assert_int_equal(read(fd, got, sizeof got), 4);
    assert_string_equal(got, "text");
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    close(fd);
    unlink(path);
    assert_int_equal(cdr_file_write(dir, "text", 4, 0600, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "base.folder");
    assert_int_equal(rmdir(dir), 0);
    cdr_free(path);
}

static void file_read__missing_folder_too_large__sentences(void **state)
{
    (void)state;
    cdr_err err;
    cdr_buf b = CDR_BUF(3);
    assert_int_equal(cdr_file_read("/no/such/file", &b, &err), CDR_NOT_FOUND);
    assert_int_equal(cdr_file_read("/tmp", &b, &err), CDR_E_INVAL);
    assert_int_equal(cdr_file_read("/proc/self/status", &b, &err), CDR_E_LIMIT);
    cdr_buf_done(&b);
}

/* Below and beyond what is kept exactly: every third of n hashes is in the second set. */
static void sketch__merge_without__difference(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 10, 3000, 90000};
    for (size_t n = 0; n < CDR_COUNT(sizes); n++) {
        cdr_sketch a = {0}, b = {0}, d = {0};
        for (uint64_t i = 0; i < sizes[n]; i++) {
            uint64_t hash = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
            assert_int_equal(cdr_sketch_add(&a, hash), CDR_OK);
            if (i % 3 == 0)
                assert_int_equal(cdr_sketch_add(&b, hash), CDR_OK);
        }
        assert_int_equal(cdr_sketch_merge_without(&d, &a, &b), CDR_OK);
        double expected = (double)(sizes[n] - (sizes[n] + 2) / 3), got = (double)cdr_sketch_count(&d);
        if (got < expected * 0.96 || got > expected * 1.04)
            fail_msg("of %llu: %.0f, not %.0f", (unsigned long long)sizes[n], got, expected);
        assert_int_equal(cdr_sketch_shared(&d, &b), 0);
        cdr_sketch_done(&a);
        cdr_sketch_done(&b);
        cdr_sketch_done(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sketch__merge_without__difference),
        cmocka_unit_test(csv_read__forms_people_make__cells), cmocka_unit_test(csv_read__endless_cell__limit), cmocka_unit_test(csv_write__formulas__defused),
        cmocka_unit_test(sketch__small__exact_with_repeats), cmocka_unit_test(sketch__large__within_four_standard_errors),
        cmocka_unit_test(sketch__saved__loads_equal_and_refuses_damage), cmocka_unit_test(arena__past_its_maximum__null),
        cmocka_unit_test(buf__past_its_maximum__error_sticks), cmocka_unit_test(outfile__any_write_or_sync_fails__old_file_stays),
        cmocka_unit_test(outfile__pipe_or_folder__is_not_replaced),
        cmocka_unit_test(file_read__missing_folder_too_large__sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
