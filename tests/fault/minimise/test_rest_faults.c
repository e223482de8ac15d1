/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, write, fsync or SQL step fails, for every n: a file or database is as before or as after, never between, and nothing
 * lies about. */
#include "base/fault.h"

#include "../../unit/minimise/rest_lab.h"

#ifdef CANDOR_FAULTS
#define BEFORE "id,name,day\n1,Ada,2015-01-01\n2,Ben,2024-01-01\n"
#define AFTER "id,name,day\n2,,2024-01-01\n"
#define SQL_BEFORE "1Ada|2Ben"
#define SQL_AFTER "2"

static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_WRITE, CDR_FAULT_FSYNC, CDR_FAULT_SQL};
static const long most[] = {250, 20, 6, 160};

static const char *const names[] = {"name"};

static void make_steps(lab *l, cdr_step steps[2], const char *inside, const char *format)
{
    steps[0] = (cdr_step){.action = CDR_ACT_NULL_COLUMN, .target = {.file = l->path, .inside = inside, .format = format}, .columns = names, .column_count = 1};
    steps[1] = (cdr_step){.action = CDR_ACT_PURGE_ROWS, .target = {.file = l->path, .inside = inside, .format = format}, .trigger_field = "day", .cutoff = "2020-01-01"};
}

static cdr_status run_armed(lab *l, const cdr_step *steps, size_t count, cdr_fault_kind kind, long n)
{
    cdr_execution e = {.ctx = &l->ctx, .steps = steps, .step_count = count, .keys = l->keys, .ruleset = l->rules, .arena = l->arena, .expected = &l->before};
    lab_ok(l, cdr_target_observe(&steps[0].target, &l->before, &l->err));
    cdr_fault_arm(kind, n);
    cdr_status s = cdr_execute(&e, l->effects, &l->after, &l->err);
    cdr_fault_arm(kind, 0);
    return s;
}

static void rest_faults__leave_a_file_before_or_after(void **state)
{
    lab *l = *state;
    unsigned failed = 0;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++)
        for (long n = 1; n <= most[k]; n++) {
            cdr_step steps[2];
            lab_write(l, "people.csv", BEFORE);
            make_steps(l, steps, "", "csv");
            cdr_status s = run_armed(l, steps, 2, kinds[k], n);
            cdr_buf b = CDR_BUF(4096);
            assert_int_equal(cdr_file_read(l->path, &b, NULL), CDR_OK);
            bool before = !strcmp(b.data, BEFORE), after = !strcmp(b.data, AFTER);
            if (!before && !after)
                fail_msg("kind %d, %ld: %s, %s", (int)kinds[k], n, cdr_status_name(s), b.data);
            cdr_buf_done(&b);
            assert_true(s != CDR_OK || after);
            /* The folder alone could not be synced. */
            assert_true(s == CDR_OK || before || (kinds[k] == CDR_FAULT_FSYNC && strstr(l->err.text, "it is done")));
            assert_int_equal(lab_entries(l), 1);
            failed += s != CDR_OK;
        }
    assert_true(failed > 10);
}

static void rest_faults__leave_a_database_before_or_after(void **state)
{
    lab *l = *state;
    unsigned failed = 0;
    for (size_t k = 0; k < CDR_COUNT(kinds); k += 3)
        for (long n = 1; n <= most[k]; n += kinds[k] == CDR_FAULT_ALLOC ? 3 : 1) {
            cdr_step steps[2];
            lab_name(l, "a.db");
            unlink(l->path);
            lab_sql_at(l, "CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT, day TEXT); INSERT INTO p VALUES(1,'Ada','2015-01-01'),(2,'Ben','2024-01-01');");
            make_steps(l, steps, "p", "sqlite-table");
            cdr_status s = run_armed(l, steps, 2, kinds[k], n);
            const char *now = lab_ask(l, "SELECT id || ifnull(name, '') FROM p");
            bool before = !strcmp(now, SQL_BEFORE), after = !strcmp(now, SQL_AFTER);
            if (s == CDR_OK ? !after : !before)
                fail_msg("kind %d, %ld: %s, %s", (int)kinds[k], n, cdr_status_name(s), now);
            assert_int_equal(lab_entries(l), 1);
            failed += s != CDR_OK;
        }
    assert_true(failed > 20);
}

static void rest_faults__delete_or_do_not(void **state)
{
    lab *l = *state;
    for (long n = 1; n <= 20; n++) {
        lab_write(l, "x.bin", "x");
        cdr_step step = {.action = CDR_ACT_DELETE_FILE, .target = {.file = l->path, .inside = "", .format = "binary"}};
        cdr_status s = run_armed(l, &step, 1, CDR_FAULT_ALLOC, n);
        assert_int_equal(lab_entries(l), s == CDR_OK ? 0 : 1);
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
#define T(f) cmocka_unit_test_setup_teardown(f, lab_new, lab_free)
    const struct CMUnitTest tests[] = {T(rest_faults__leave_a_file_before_or_after), T(rest_faults__leave_a_database_before_or_after), T(rest_faults__delete_or_do_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
