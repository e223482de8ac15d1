/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/csv.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/candor-files-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(folder);    /* fails when something half-written was left */
}

typedef cdr_status write_fn(const cdr_audit *a, const char *path, cdr_err *err);
static write_fn *const writers[] = {cdr_audit_write_html, cdr_audit_write_json, cdr_audit_write_csv, cdr_audit_write_sarif, cdr_audit_write_ropa};

static void write_with(write_fn *write, cdr_buf *out)
{
    _cleanup_free_ char *path = cdr_path_join(folder, "file");
    cdr_audit a = fixture_audit();
    cdr_err err = {0};
    if (write(&a, path, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_file_read(path, out, NULL), CDR_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(path);
}

static json_t *parsed(write_fn *write, const char *keep_as)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(8u << 20);
    write_with(write, &text);
    const char *keep = getenv("CANDOR_KEEP_FOLDER");
    if (keep) {
        _cleanup_free_ char *path = cdr_path_join(keep, keep_as);
        assert_int_equal(cdr_file_write(path, text.data, text.len, 0644, NULL), CDR_OK);
    }
    json_t *j = NULL;
    cdr_err err = {0};
    if (cdr_json_parse(text.data, text.len, "file", &j, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return j;
}

static const json_t *at(const json_t *j, const char *key)
{
    const json_t *v = json_object_get(j, key);
    if (!v)
        fail_msg("no %s", key);
    return v;
}

static void json__read_back__same_numbers(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = parsed(cdr_audit_write_json, "report.json");
    cdr_audit a = fixture_audit();
    assert_string_equal(cdr_json_str(j, "schema"), "candor-audit-1");
    assert_string_equal(cdr_json_str(j, "at"), "2027-03-14T09:12:00Z");
    assert_int_equal(json_integer_value(at(at(j, "people"), "max")), 5017);
    assert_int_equal(json_array_size(at(j, "systems")), a.system_count);
    assert_int_equal(json_array_size(at(j, "violations")), a.violation_count);
    assert_int_equal(json_array_size(at(j, "secrets")), a.secret_count);
    assert_int_equal(json_array_size(at(j, "changes")), a.change_count);
    assert_string_equal(cdr_json_str(json_array_get(at(j, "secrets"), 1), "path"), FIXTURE_SCRIPT);
    assert_int_equal(json_integer_value(at(at(json_array_get(at(j, "systems"), 1), "values"), "bank")), 1200);
    assert_true(json_is_false(at(at(j, "coverage"), "complete_audit")));
}

/* Every ruleIndex leads to the rule it names; levels go with kinds; every place that was not read is a notification. */
static void sarif__results__fit_their_rules(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = parsed(cdr_audit_write_sarif, "findings.sarif");
    assert_string_equal(cdr_json_str(j, "version"), "2.1.0");
    const json_t *run = json_array_get(at(j, "runs"), 0), *rules = at(at(at(run, "tool"), "driver"), "rules"), *results = at(run, "results");
    assert_int_equal(json_array_size(results), CDR_COUNT(fixture_findings) + CDR_COUNT(fixture_violations));
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *r = json_array_get(results, i);
        const json_t *rule = json_array_get(rules, (size_t)json_integer_value(at(r, "ruleIndex")));
        assert_string_equal(cdr_json_str(r, "ruleId"), cdr_json_str(rule, "id"));
        const char *kind = cdr_json_str(r, "kind");
        assert_int_equal(kind && !strcmp(kind, "review"), !strcmp(cdr_json_str(r, "level"), "none"));
        assert_true(json_string_length(at(at(r, "message"), "text")) > 0);
    }
    const json_t *invocation = json_array_get(at(run, "invocations"), 0);
    assert_true(json_is_true(at(invocation, "executionSuccessful")));
    assert_int_equal(json_array_size(at(invocation, "toolExecutionNotifications")), CDR_COUNT(fixture_unread));
}

static const json_t *result_of(const json_t *sarif, const char *rule, const char *uri)
{
    const json_t *results = at(json_array_get(at(sarif, "runs"), 0), "results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *r = json_array_get(results, i), *place = json_array_get(json_object_get(r, "locations"), 0);
        const char *has = cdr_json_str(json_object_get(json_object_get(place, "physicalLocation"), "artifactLocation"), "uri");
        if (!strcmp(cdr_json_str(r, "ruleId"), rule) && has && !strcmp(has, uri))
            return r;
    }
    fail_msg("no result %s at %s", rule, uri);
    return NULL;
}

static void sarif__odd_paths__are_uris(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = parsed(cdr_audit_write_sarif, "findings.sarif");
    const json_t *r = result_of(j, "secret.aws-access-key", "drop/%3Cscript%3Ealert(1)%3C/script%3E%22'%26.csv");
    assert_string_equal(cdr_json_str(at(r, "partialFingerprints"), "candorValueId/v1"), "ffeeddccbbaa99887766554433221100");
    assert_int_equal(json_integer_value(at(at(at(json_array_get(at(r, "locations"), 0), "physicalLocation"), "region"), "startLine")), 4);
    r = result_of(j, "iban", "shop/orders.db!/payment");
    assert_null(json_object_get(at(json_array_get(at(r, "locations"), 0), "physicalLocation"), "region"));
    assert_string_equal(cdr_json_str(json_array_get(at(json_array_get(at(r, "locations"), 0), "logicalLocations"), 0), "name"), "iban");
    r = result_of(j, "email", "odd/gpj.%E2%80%AEexe");
    assert_string_equal(cdr_json_str(json_array_get(at(r, "suppressions"), 0), "kind"), "external");
}

/* --- tables read back --- */

typedef struct table { char cells[40][32][400]; uint64_t rows; uint32_t columns[40]; } table;

static cdr_status keep_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    table *t = arg;
    assert_true(row < 40 && column < 32 && len < 400);
    memcpy(t->cells[row][column], s, len);
    return CDR_OK;
}

static cdr_status keep_row(void *arg, uint64_t row, uint32_t columns)
{
    table *t = arg;
    t->rows = row + 1;
    t->columns[row] = columns;
    return CDR_OK;
}

static table *read_table(write_fn *write)
{
    static const cdr_csv_events events = {keep_cell, keep_row};
    _cleanup_buf_ cdr_buf text = CDR_BUF(8u << 20);
    write_with(write, &text);
    table *t = cdr_alloc(sizeof *t);
    assert_non_null(t);
    cdr_csv_reader *r = cdr_csv_reader_new(',', 4096, 64, &events, t);
    assert_int_equal(cdr_csv_feed(r, text.data, text.len, true, NULL), CDR_OK);
    cdr_csv_reader_free(r);
    return t;
}

static void csv__read_back__no_formula(void **state)
{
    (void)state;
    _cleanup_free_ table *t = read_table(cdr_audit_write_csv);
    assert_int_equal(t->rows, 1 + CDR_COUNT(fixture_findings));
    for (size_t i = 0; i < t->rows; i++) {
        assert_int_equal(t->columns[i], 19);
        for (size_t k = 0; k < 19; k++)
            assert_null(t->cells[i][k][0] ? strchr("=+-@\t\r", t->cells[i][k][0]) : NULL);
    }
    assert_string_equal(t->cells[3][1], FIXTURE_SCRIPT);
    assert_string_equal(t->cells[4][1], "'" FIXTURE_FORMULA);
    assert_string_equal(t->cells[4][2], "'=1+1");
    assert_string_equal(t->cells[6][4], "shop.member");
    assert_string_equal(t->cells[6][5], "member number");
    assert_string_equal(t->cells[6][7], "user.unique_id");
    assert_string_equal(t->cells[5][14], "1200");
}

static void ropa__columns__thirty(void **state)
{
    (void)state;
    _cleanup_free_ table *t = read_table(cdr_audit_write_ropa);
    assert_int_equal(t->rows, 9 + CDR_COUNT(fixture_activities));
    assert_string_equal(t->cells[1][1], "Harbour Books");
    for (size_t i = 8; i < t->rows; i++)
        assert_int_equal(t->columns[i], 30);
    assert_string_equal(t->cells[8][9], "Retention schedule");
    assert_string_equal(t->cells[9][11], "contract");
    assert_non_null(strstr(t->cells[9][15], "portability"));
    assert_string_equal(t->cells[10][0], "'=cmd|' /C calc'!A0");
}

static void terminal__80_columns__no_escapes(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1u << 20);
    cdr_audit a = fixture_audit();
    assert_int_equal(cdr_audit_write_terminal(&a, 80, false, &out, NULL), CDR_OK);
    if (getenv("CANDOR_KEEP_FOLDER"))
        printf("%s", out.data);
    assert_null(memchr(out.data, 0x1B, out.len));
    assert_true(cdr_utf8_valid(out.data, out.len));
    for (char *line = out.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (cdr_text_width(line) > 80 && !strstr(line, "alert(1)"))
            fail_msg("too wide: %s", line);
        *end = '\n';
    }
    assert_int_equal(strncmp(out.data, "Customer data lies in 6 places. You named 4.\n", 45), 0);
    cdr_buf_clear(&out);
    assert_int_equal(cdr_audit_write_terminal(&a, 80, true, &out, NULL), CDR_OK);
    assert_non_null(strstr(out.data, "\x1B[1;31msevere"));
}

static void files__canaries__none(void **state)
{
    (void)state;
    for (size_t w = 0; w < CDR_COUNT(writers); w++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(8u << 20);
        write_with(writers[w], &text);
        assert_true(cdr_utf8_valid(text.data, text.len));
        for (size_t i = 0; i < CDR_COUNT(fixture_canaries); i++)
            assert_null(strstr(text.data, fixture_canaries[i]));
    }
}

static bool folder_is_empty(void)
{
    DIR *d = opendir(folder);
    size_t n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n == 2;
}

#ifdef CANDOR_FAULTS
/* The n-th write, fsync or allocation fails: one clear sentence, and neither the file nor a piece of it. */
static void files__faults__nothing_half_written(void **state)
{
    (void)state;
    static const cdr_fault_kind kinds[] = {CDR_FAULT_WRITE, CDR_FAULT_FSYNC, CDR_FAULT_ALLOC};
    cdr_audit a = fixture_audit();
    _cleanup_free_ char *path = cdr_path_join(folder, "file");
    for (size_t w = 0; w < CDR_COUNT(writers); w++)
        for (size_t k = 0; k < CDR_COUNT(kinds); k++)
            for (long n = 1;; n += n < 60 ? 1 : 37) {
                cdr_err err = {0};
                cdr_fault_arm(kinds[k], n);
                cdr_status s = writers[w](&a, path, &err);
                bool fired = cdr_fault_fired(kinds[k]);
                cdr_fault_arm(kinds[k], 0);
                if (s == CDR_OK) {
                    unlink(path);
                    if (!fired)
                        break;
                    continue;   /* a failure that could be survived, such as the folder's fsync being refused */
                }
                assert_true(fired && err.text[0]);
                unlink(path);   /* renamed before the folder's fsync failed: whole, but not durable */
                assert_true(folder_is_empty());
            }
}
#endif

static cdr_status stop_early(const cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_finding *f), void *arg, cdr_err *err)
{
    (void)a;
    cdr_status s = fn(arg, &fixture_findings[0]);
    return s == CDR_OK ? cdr_fail(err, CDR_E_DB, "test", "test.stop", "The database failed.") : s;
}

static void files__source_fails__no_file(void **state)
{
    (void)state;
    cdr_audit a = fixture_audit();
    a.each_finding = stop_early;
    _cleanup_free_ char *path = cdr_path_join(folder, "file");
    cdr_err err = {0};
    assert_int_equal(cdr_audit_write_csv(&a, path, &err), CDR_E_DB);
    assert_int_equal(cdr_audit_write_sarif(&a, path, &err), CDR_E_DB);
    assert_true(folder_is_empty());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json__read_back__same_numbers), cmocka_unit_test(sarif__results__fit_their_rules), cmocka_unit_test(sarif__odd_paths__are_uris),
        cmocka_unit_test(csv__read_back__no_formula), cmocka_unit_test(ropa__columns__thirty), cmocka_unit_test(terminal__80_columns__no_escapes),
        cmocka_unit_test(files__canaries__none), cmocka_unit_test(files__source_fails__no_file),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(files__faults__nothing_half_written),
#endif
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
