/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on real files: what changes, what stays, what is refused. */
#include "rest_lab.h"

#include <sys/xattr.h>
#include <utime.h>

#define PEOPLE "id,name,email,joined\r\n1,\"Vole, Ada\",ada.vole@example.com,03/14/2015\r\n2,Ben Roe,ben.roe@example.com,04/05/2024\r\n3,Cy Doe,,\r\n"

static cdr_step on(lab *l, cdr_action action, const char *format)
{
    return (cdr_step){.action = action, .target = {.file = l->path, .inside = "", .format = format}, .purpose = "remedy"};
}

static cdr_step columns(lab *l, cdr_action action, const char *format, const char *const *names, size_t count, cdr_form form)
{
    cdr_step s = on(l, action, format);
    s.columns = names;
    s.column_count = count;
    s.transform.form = form;
    return s;
}

static cdr_step purging(lab *l, const char *format, const char *column, const char *cutoff)
{
    cdr_step s = on(l, CDR_ACT_PURGE_ROWS, format);
    s.trigger_field = column;
    s.cutoff = cutoff;
    return s;
}

static void rest_file__deletes_a_file(void **state)
{
    lab *l = *state;
    lab_write(l, "-rf 'a\nb\".bin", "x");
    cdr_step step = on(l, CDR_ACT_DELETE_FILE, "binary");
    lab_ok(l, lab_run(l, &step, 1, true));
    assert_int_equal(l->effects[0].bytes, 1);
    assert_int_equal(lab_entries(l), 1 + 1);   /* the name has two lines */
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(lab_entries(l), 0);
    assert_int_equal(cdr_target_observe(&step.target, &l->before, &l->err), CDR_NOT_FOUND);
}

static void rest_file__nulls_and_purges_in_one_go(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, "people.csv", PEOPLE);
    cdr_step steps[] = {columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER), purging(l, "csv", "joined", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 2, true));
    assert_int_equal(l->effects[1].rows, 1);
    assert_int_equal(l->effects[1].rows_unknown, 1);
    lab_expect_file(l, PEOPLE);
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_int_equal(l->effects[0].values, 2);
    assert_int_equal(l->effects[1].rows, 1);
    assert_int_equal(l->effects[1].rows_after, 2);
    lab_expect_file(l, "id,name,email,joined\r\n2,,ben.roe@example.com,04/05/2024\r\n3,,,\r\n");
    assert_int_equal(lab_entries(l), 1);
}

static void rest_file__leaves_dates_that_may_be_either(void **state)
{
    lab *l = *state;
    lab_write(l, "d.csv", "id,day\n1,03/04/2019\n2,04/03/2020\n3,01/02/2010\n");
    cdr_step step = purging(l, "csv", "day", "2020-03-15");
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].rows, 2);
    assert_int_equal(l->effects[0].rows_unknown, 1);
    lab_expect_file(l, "id,day\n2,04/03/2020\n");
}

static void rest_file__masks_json_and_lines_of_json(void **state)
{
    lab *l = *state;
    const char *names[] = {"customer.email"}, *gone[] = {"customer.phone"};
    lab_write(l, "a.json", "[{\"customer\": {\"email\": \"ada@example.com\", \"phone\": \"1\"}, \"day\": \"2015-01-01\"},\n {\"customer\": {\"email\": \"ben@example.com\", \"phone\": 2}, \"day\": \"2024-01-01\"}]\n");
    cdr_step steps[] = {columns(l, CDR_ACT_MASK_COLUMN, "json", names, 1, CDR_FORM_REDACTED), columns(l, CDR_ACT_NULL_COLUMN, "json", gone, 1, CDR_FORM_NEVER), purging(l, "json", "day", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 3, false));
    lab_expect_file(l, "[\n {\"customer\": {\"email\": \"[PERSONAL_DATA]\", \"phone\": null}, \"day\": \"2024-01-01\"}]\n");
    lab_write(l, "a.ndjson", "{\"customer\":{\"email\":\"ada@example.com\",\"phone\":\"1\"},\"day\":1420070400}\n{\"customer\":{\"email\":\"b@example.com\",\"phone\":\"1\"},\"day\":1704067200}\n");
    for (int i = 0; i < 3; i++)
        steps[i].target.format = "ndjson";
    lab_ok(l, lab_run(l, steps, 3, false));
    lab_expect_file(l, "{\"customer\":{\"email\":\"[PERSONAL_DATA]\",\"phone\":null},\"day\":1704067200}\n");
}

static void rest_file__redacts_text(void **state)
{
    lab *l = *state;
    lab_write(l, "note.txt", "Write to ada.vole@example.com or not.\nSecond line.\n");
    cdr_step step = on(l, CDR_ACT_REDACT_TEXT, "text");
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].values, 1);
    lab_expect_file(l, "Write to [EMAIL_ADDRESS] or not.\nSecond line.\n");
    lab_write(l, "note.csv", "id,note\n1,call ada.vole@example.com\n2,ok\n");
    const char *names[] = {"note"};
    step = columns(l, CDR_ACT_REDACT_TEXT, "csv", names, 1, CDR_FORM_REDACTED);
    lab_ok(l, lab_run(l, &step, 1, false));
    lab_expect_file(l, "id,note\n1,call [EMAIL_ADDRESS]\n2,ok\n");
}

static void rest_file__keeps_mode_owner_times_and_attributes(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    struct stat before, after;
    char value[8] = "";
    lab_write(l, "people.csv", PEOPLE);
    assert_int_equal(chmod(l->path, 0640), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(l->path, 1234, 2345), 0);
    bool attributes = !setxattr(l->path, "user.note", "kept", 4, 0);
    assert_int_equal(utime(l->path, &(struct utimbuf){1000000000, 1100000000}), 0);
    assert_int_equal(stat(l->path, &before), 0);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(stat(l->path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mode, after.st_mode);
    assert_int_equal(before.st_uid, after.st_uid);
    assert_int_equal(before.st_gid, after.st_gid);
    assert_int_equal(after.st_mtim.tv_sec, 1100000000);
    if (attributes)
        assert_int_equal(getxattr(l->path, "user.note", value, sizeof value), 4);
}

static void rest_file__refuses_links_and_specials(void **state)
{
    lab *l = *state;
    char other[160];
    const char *names[] = {"name"};
    lab_write(l, "people.csv", PEOPLE);
    snprintf(other, sizeof other, "%s/second", l->dir);
    assert_int_equal(link(l->path, other), 0);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_non_null(strstr(l->err.text, "2 names"));
    cdr_step gone = on(l, CDR_ACT_DELETE_FILE, "csv");
    lab_ok(l, lab_run(l, &gone, 1, false));
    assert_non_null(strstr(l->effects[0].note, "1 more name"));
    snprintf(l->path, sizeof l->path, "%s/link", l->dir);
    assert_int_equal(symlink("second", l->path), 0);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_int_equal(lab_run(l, &gone, 1, false), CDR_E_INVAL);
    snprintf(l->path, sizeof l->path, "%s/pipe", l->dir);
    assert_int_equal(mkfifo(l->path, 0600), 0);
    assert_int_equal(lab_run(l, &gone, 1, false), CDR_E_INVAL);
    gone.target.file = l->dir;
    assert_int_equal(lab_run(l, &gone, 1, false), CDR_E_INVAL);
}

/* A folder on the way that became a link since: what lies behind it is somebody else's. */
static void rest_file__a_link_on_the_way__refused(void **state)
{
    lab *l = *state;
    char inside[160], moved[160];
    snprintf(inside, sizeof inside, "%s/in", l->dir);
    snprintf(moved, sizeof moved, "%s/moved", l->dir);
    assert_int_equal(mkdir(inside, 0700), 0);
    lab_write(l, "in/people.csv", PEOPLE);
    cdr_step gone = on(l, CDR_ACT_DELETE_FILE, "csv");
    lab_ok(l, lab_run(l, &gone, 1, true));
    assert_int_equal(rename(inside, moved), 0);
    assert_int_equal(symlink("moved", inside), 0);
    assert_int_equal(lab_run(l, &gone, 1, true), CDR_E_INVAL);
    assert_non_null(strstr(l->err.text, "leads through a symbolic link"));
    assert_int_equal(lab_run(l, &gone, 1, false), CDR_E_INVAL);
    assert_int_equal(access(l->path, F_OK), 0);
    assert_int_equal(unlink(inside), 0);
    assert_int_equal(rename(moved, inside), 0);
    lab_ok(l, lab_run(l, &gone, 1, false));
    assert_int_equal(access(l->path, F_OK), -1);
}

static void rest_file__refuses_what_it_cannot_clean(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"}, *absent[] = {"Name "};
    lab_write(l, "people.csv", PEOPLE);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", absent, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = purging(l, "csv", "left", "2020-01-01");
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = columns(l, CDR_ACT_NULL_COLUMN, "docx", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_UNSUPPORTED);
    step = columns(l, CDR_ACT_NULL_COLUMN, "xml", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_UNSUPPORTED);
    step = columns(l, CDR_ACT_MASK_COLUMN, "csv", names, 1, CDR_FORM_TOKENISED);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_UNSUPPORTED);
    step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    step.target.inside = "member";
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_UNSUPPORTED);
    lab_expect_file(l, PEOPLE);
    lab_write(l, "bad.csv", "id,name\n1,a\n2,b,c\n");
    step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    lab_expect_file(l, "id,name\n1,a\n2,b,c\n");
    assert_int_equal(lab_entries(l), 2);
}

static void rest_file__knows_other_encodings(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, "latin.csv", "id,name,city\n1,J\xfcrgen,K\xf6ln\n");
    cdr_step step = columns(l, CDR_ACT_MASK_COLUMN, "csv", names, 1, CDR_FORM_MASKED);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_UNSUPPORTED);
    step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    lab_expect_file(l, "id,name,city\n1,,K\xf6ln\n");
    lab_name(l, "wide.csv");
    FILE *f = fopen(l->path, "w");
    fwrite("\xff\xfe" "n\0a\0m\0e\0\n\0", 1, 12, f);
    fclose(f);
    assert_int_not_equal(lab_run(l, &step, 1, false), CDR_OK);
    /* A character cut in two by a block is one. */
    lab_name(l, "long.csv");
    f = fopen(l->path, "w");
    fputs("id,name\n", f);
    for (int i = 0; i < 200000; i++)
        fprintf(f, "%d,Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80 %s\n", i, i % 3 ? "x" : "");
    fclose(f);
    step = columns(l, CDR_ACT_MASK_COLUMN, "csv", names, 1, CDR_FORM_REDACTED);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].values, 200000);
}

static void rest_file__keeps_rows_that_are_held(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, "people.csv", PEOPLE);
    l->held = "ada.vole@example.com";
    cdr_step steps[] = {columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER), purging(l, "csv", "joined", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_true(l->effects[1].held_asked);
    assert_int_equal(l->effects[1].rows_held, 1);
    assert_int_equal(l->effects[1].rows, 0);
    lab_expect_file(l, "id,name,email,joined\r\n1,\"Vole, Ada\",ada.vole@example.com,03/14/2015\r\n2,,ben.roe@example.com,04/05/2024\r\n3,,,\r\n");
}

static void rest_file__refuses_when_the_data_changed(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, "people.csv", PEOPLE);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    lab_ok(l, cdr_target_observe(&step.target, &l->before, &l->err));
    lab_write(l, "people.csv", PEOPLE "4,x,y,z\r\n");
    cdr_execution e = {.ctx = &l->ctx, .steps = &step, .step_count = 1, .keys = l->keys, .arena = l->arena, .expected = &l->before};
    assert_int_equal(cdr_execute(&e, l->effects, &l->after, &l->err), CDR_DENIED);
    step = on(l, CDR_ACT_DELETE_FILE, "csv");
    assert_int_equal(cdr_execute(&e, l->effects, &l->after, &l->err), CDR_DENIED);
    assert_int_equal(chmod(l->path, 0600), 0);
    lab_expect_file(l, PEOPLE "4,x,y,z\r\n");
}

static void rest_file__leaves_nothing_when_it_may_not_go_on(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    volatile int stop = 1;
    lab_write(l, "people.csv", PEOPLE);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    l->ready_says = CDR_E_DB;
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_DB);
    l->ready_says = CDR_OK;
    l->ctx.cancel = &stop;
    cdr_status s = lab_run(l, &step, 1, false);
    l->ctx.cancel = NULL;
    assert_int_equal(s, CDR_E_CANCELLED);
    lab_expect_file(l, PEOPLE);
    assert_int_equal(lab_entries(l), 1);
}

static void rest_file__removes_what_a_killed_run_left(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, ".candor-0123456789abcdef.tmp", "half");
    lab_write(l, ".candor-not-ours.tmp", "keep");
    lab_write(l, "people.csv", PEOPLE);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(lab_entries(l), 2);
}

static void rest_file__takes_tables_without_header(void **state)
{
    lab *l = *state;
    const char *names[] = {"column 2"};
    lab_write(l, "raw.csv", "1,ada@example.com,2015-01-01\n2,ben@example.com,2024-01-01\n");
    cdr_step steps[] = {columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER), purging(l, "csv", "column 3", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 2, false));
    lab_expect_file(l, "2,,2024-01-01\n");
}

static void rest_file__does_not_pull_a_file_away_from_a_writer(void **state)
{
    lab *l = *state;
    const char *names[] = {"name"};
    lab_write(l, "people.csv", PEOPLE);
    FILE *f = fopen(l->path, "a");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "csv", names, 1, CDR_FORM_NEVER), gone = on(l, CDR_ACT_DELETE_FILE, "csv");
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_LOCKED);
    assert_int_equal(lab_run(l, &gone, 1, false), CDR_E_LOCKED);
    fclose(f);
    lab_ok(l, lab_run(l, &step, 1, false));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, lab_new, lab_free)
    const struct CMUnitTest tests[] = {
        T(rest_file__deletes_a_file), T(rest_file__nulls_and_purges_in_one_go), T(rest_file__leaves_dates_that_may_be_either), T(rest_file__masks_json_and_lines_of_json),
        T(rest_file__redacts_text), T(rest_file__keeps_mode_owner_times_and_attributes), T(rest_file__refuses_links_and_specials), T(rest_file__a_link_on_the_way__refused), T(rest_file__refuses_what_it_cannot_clean),
        T(rest_file__knows_other_encodings), T(rest_file__keeps_rows_that_are_held), T(rest_file__refuses_when_the_data_changed), T(rest_file__leaves_nothing_when_it_may_not_go_on),
        T(rest_file__removes_what_a_killed_run_left), T(rest_file__takes_tables_without_header),
        T(rest_file__does_not_pull_a_file_away_from_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
