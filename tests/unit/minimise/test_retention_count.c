/* SPDX-License-Identifier: Apache-2.0 */
/* Counting what is over age: known numbers in CSV, JSON, NDJSON and SQLite; what cannot be dated; holds, clocks and what is not read again. */
#include "retention_lab.h"

#include <sys/wait.h>

static void expect(const cdr_retention_count *c, uint64_t rows, uint64_t over, uint64_t undated, int line)
{
    if (!c->known || c->rows != rows || c->over_age != over || c->undated != undated)
        fail_msg("line %d: known %d (%s), rows %llu, over %llu, undated %llu", line, (int)c->known, c->reason, (unsigned long long)c->rows, (unsigned long long)c->over_age,
                 (unsigned long long)c->undated);
}

#define ROWS(c, rows, over, undated) expect(c, rows, over, undated, __LINE__)

typedef struct file_case { const char *name, *format, *text; uint64_t rows, over, undated; const char *oldest; } file_case;

static void try_files(const file_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lab l;
        lab_make(&l);
        lab_max(&l, "orders", 2, lab_ordered);       /* cutoff 2025-02-19 */
        lab_file_of(&l, cases[i].name, cases[i].format, cases[i].text);
        const cdr_retention_count *c = lab_run(&l);
        assert_int_equal(l.count, 1);
        if (!c->known || c->rows != cases[i].rows || c->over_age != cases[i].over || c->undated != cases[i].undated || strcmp(c->oldest, cases[i].oldest) != 0)
            fail_msg("case %zu %s: known %d (%s), rows %llu, over %llu, undated %llu, oldest %s", i, cases[i].text, (int)c->known, c->reason, (unsigned long long)c->rows,
                     (unsigned long long)c->over_age, (unsigned long long)c->undated, c->oldest);
        assert_string_equal(c->rule, "orders");
        assert_string_equal(c->cutoff, "2025-02-19");
        assert_int_equal(c->kept, 0);
        lab_drop(&l);
    }
}

static void run__csv__known_numbers(void **state)
{
    (void)state;
    static const file_case cases[] = {
        {"a.csv", "csv", "email,ordered_at\na@example.com,2025-02-18\nb@example.com,2025-02-19\nc@example.com,2027-02-18\nd@example.com,\ne@example.com,soon\n", 5, 1, 2, "2025-02-18"},
        {"b.csv", "csv", "\xef\xbb\xbf" "email;Ordered At;note\r\n\"a\"\"b\";17.03.2014;\"two\r\nlines; of text\"\r\nx;01.01.2026;\r\n", 2, 1, 0, "2014-03-17"},
        {"c.csv", "csv", "sep=|\nemail|ORDERED_AT\nx|2014-03-17T10:00:00Z\n\n\nx|2026-03-17", 2, 1, 0, "2014-03-17"},
        {"d.tsv", "tsv", "email\tordered_at\nx\t1394990000\nx\t1790000000\n", 2, 1, 0, "2014-03-16"},
        /* a row with more cells than the header has no certain date; empty ones at its end do no harm, missing ones are missing */
        {"e.csv", "csv", "email,ordered_at\nx,2014-01-02,extra\nx,2014-01-02,,\nx\n", 3, 1, 2, "2014-01-02"},
        /* day first, as the last row tells: the first two are read again then */
        {"f.csv", "csv", "email,ordered_at\nx,03/02/2025\nx,02/03/2025\nx,25/12/2026\n", 3, 1, 0, "2025-02-03"},
        {"g.csv", "csv", "email,ordered_at\nx,03/02/2025\nx,02/03/2025\nx,12/25/2026\n", 3, 1, 0, "2025-02-03"},
        /* nothing tells, or both do: only what is old either way */
        {"h.csv", "csv", "email,ordered_at\nx,03/02/2025\nx,02/03/2025\nx,01/02/2014\n", 3, 1, 2, ""},
        {"i.csv", "csv", "email,ordered_at\nx,03/02/2025\nx,12/25/2026\nx,25/12/2026\n", 3, 0, 1, "2026-12-25"},
        {"j.csv", "csv", "email,ordered_at\n", 0, 0, 0, ""},
        {"k.csv", "csv", "email,ordered_at\nx,0000-00-00\nx,9999-12-31\nx,-1\nx,1000000000000000000\nx,1970-01-01\n", 5, 0, 5, ""},
    };
    try_files(cases, CDR_COUNT(cases));
}

static void run__json__known_numbers(void **state)
{
    (void)state;
    static const file_case cases[] = {
        {"a.ndjson", "ndjson", "{\"email\":\"a\",\"ordered_at\":\"2014-03-17\"}\n{\"ordered_at\":\"2026-01-02\",\"x\":[1,{\"y\":null}]}\r\n\n{\"email\":\"c\"}\n", 3, 1, 1, "2014-03-17"},
        {"b.ndjson", "ndjson", "{\"ordered_at\":1394990000}\n{\"ordered_at\":null}\nnot json\n{\"ordered_at\":\"2014-\n{\"ordered_at\":\"2014-01-02\"}", 5, 2, 3, "2014-01-02"},
        {"c.json", "json", "[{\"email\":\"a\",\"ordered_at\":\"2014-03-17\"},{\"ordered_at\":\"2026-01-02\"},{\"email\":true}]", 3, 1, 1, "2014-03-17"},
        {"d.json", "json", "{\"version\":1,\"data\":{\"orders\":[{\"ordered_at\":\"2014-03-17\"},{\"ordered_at\":{\"$date\":\"2014-03-18T00:00:00Z\"}}],\"none\":[]}}", 2, 2, 0, "2014-03-17"},
        {"e.json", "json", "{\"email\":\"a\",\"ordered_at\":\"2014-03-17\",\"tags\":[\"x\"]}", 1, 1, 0, "2014-03-17"},
        /* nested name, by its last part; the latest of several counts */
        {"f.json", "json", "[{\"order\":{\"ordered_at\":\"2014-03-17\"}}]", 1, 1, 0, "2014-03-17"},
        {"g.json", "json", "[{\"orders\":[{\"ordered_at\":\"2014-03-17\"},{\"ordered_at\":\"2026-03-17\"}]},{\"orders\":[{\"ordered_at\":\"2014-05-06\"},{\"ordered_at\":\"2013-05-06\"}]}]", 2, 1, 0, "2014-05-06"},
        {"h.json", "json", "[{\"ordered_at\":\"2014\\u002d03\\u002D17\"},{\"\\u006frdered_at\":\"2014-03-18\"}]", 2, 2, 0, "2014-03-17"},
        {"i.json", "json", "{\"ordered_at\":\"2014-03-17\"} {\"ordered_at\":\"2014-03-18\"}", 2, 2, 0, "2014-03-17"},
    };
    try_files(cases, CDR_COUNT(cases));
}

static void run__what_cannot_be_counted__unknown_with_a_reason(void **state)
{
    (void)state;
    static const struct { const char *name, *format, *text, *reason; } cases[] = {
        {"a.csv", "csv", "email,created\nx,2014-01-02\n", "no column is called ordered_at"},
        {"b.csv", "csv", "email,ordered_at\nx,2014-01-02\nx,\"2014-01-02\nx,2014-01-02\n", "a quotation mark in it is never closed"},
        {"c.csv", "csv", "\xff\xfe" "e", "not written in UTF-8"},
        {"d.json", "json", "[{\"ordered_at\":\"2014-01-02\"},{\"ordered_at\":\"2014-01-02\"", "no whole JSON"},
        {"e.json", "json", "[{\"created\":\"2014-01-02\"}]", "no column is called ordered_at"},
        {"f.json", "json", "{\"a\":{\"ordered_at\":\"2014-01-02\"},\"b\":{\"ordered_at\":\"2014-01-02\"}}", "no column is called ordered_at"},
        {"g.txt", "text", "ordered_at 2014-01-02", "no dates that can be read (text)"},
        {"h.csv", "csv", "", "no column is called ordered_at"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        lab l;
        lab_make(&l);
        lab_max(&l, "orders", 2, lab_ordered);
        lab_file_of(&l, cases[i].name, cases[i].format, cases[i].text);
        const cdr_retention_count *c = lab_run(&l);
        if (l.count != 1 || c->known || c->over_age || !strstr(c->reason, cases[i].reason))
            fail_msg("case %zu: %zu counts, known %d, over %llu, %s", i, l.count, (int)c->known, (unsigned long long)c->over_age, c->reason);
        assert_int_equal(l.sum.unknown_objects, 1);
        lab_drop(&l);
    }
}

static void sql(lab *l, const char *name, const char *script)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(lab_path(l, name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void run__sqlite__known_numbers(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    sql(&l, "shop.db", "CREATE TABLE \"or\"\"ders\"(email, Ordered_At); INSERT INTO \"or\"\"ders\" VALUES('a','2025-02-18'),('b','2025-02-19'),('c',NULL),('d',1394990000),"
                       "('e',1394990000.25),('f',1790000000.0),('g','soon'),('h',x'323031342d30312d3032'),('i',1394990000000),('j',9.0e99),('k',-1)");
    lab_see(&l, "shop.db", "sqlite-table", "or\"ders");
    const cdr_retention_count *c = lab_run(&l);
    ROWS(c, 11, 5, 4);
    assert_string_equal(c->trigger_field, "Ordered_At");
    assert_string_equal(c->oldest, "2014-01-02");
    lab_drop(&l);
}

/* Another program has the database open, with commits in its log: only another process can, as one process shares what SQLite keeps of a file. */
static void run__sqlite__log_waits_beside_it__is_read_too(void **state)
{
    (void)state;
    lab l;
    int ready[2], done[2];
    char byte = 0;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    assert_int_equal(pipe(ready) | pipe(done), 0);
    pid_t pid = fork();
    if (pid == 0) {
        sqlite3 *db;
        close(done[1]);
        int rc = sqlite3_open(lab_path(&l, "shop.db"), &db);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, "PRAGMA journal_mode = WAL; CREATE TABLE t(email, ordered_at); INSERT INTO t VALUES('a','2014-01-02'),('b','2026-01-02')", NULL, NULL, NULL);
        (void)!write(ready[1], "r", 1);
        (void)!read(done[0], &byte, 1);
        sqlite3_close(db);
        _exit(rc != SQLITE_OK);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    lab_see(&l, "shop.db", "sqlite-table", "t");
    ROWS(lab_run(&l), 2, 1, 0);
    int how;
    close(done[0]);
    close(done[1]);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    close(ready[0]);
    close(ready[1]);
    lab_drop(&l);
}

static void run__sqlite__hostile__unknown(void **state)
{
    (void)state;
    static const struct { const char *script, *reason; } cases[] = {
        {"CREATE TABLE x(ordered_at); CREATE VIEW t AS SELECT * FROM x", "no such table of rows"},
        {"CREATE VIRTUAL TABLE t USING fts5(email, ordered_at)", "no such table of rows"},
        {"CREATE TABLE other(a)", "no such table of rows"},
        {"CREATE TABLE t(email, created)", "no column is called ordered_at"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        lab l;
        lab_make(&l);
        lab_max(&l, "orders", 2, lab_ordered);
        sql(&l, "shop.db", cases[i].script);
        lab_see(&l, "shop.db", "sqlite-table", "t");
        const cdr_retention_count *c = lab_run(&l);
        if (c->known || !strstr(c->reason, cases[i].reason))
            fail_msg("case %zu: %s", i, c->reason);
        lab_drop(&l);
    }
    /* Cut in the middle, and a change that was never finished. */
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    sql(&l, "shop.db", "CREATE TABLE t(email, ordered_at); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT 'x', '2014-01-02' FROM n");
    lab_see(&l, "shop.db", "sqlite-table", "t");
    ROWS(lab_run(&l), 5000, 5000, 0);
    lab_write(&l, "shop.db-journal", "x", 1);
    assert_int_equal(truncate(lab_path(&l, "shop.db"), 40000), 0);
    assert_false(lab_run(&l)->known);
    assert_non_null(strstr(l.counts[0].reason, "never finished"));
    assert_int_equal(unlink(lab_path(&l, "shop.db-journal")), 0);
    assert_int_equal(truncate(lab_path(&l, "shop.db"), 30000), 0);
    assert_false(lab_run(&l)->known);
    assert_non_null(strstr(l.counts[0].reason, "damaged"));
    lab_drop(&l);
}

static void run__file_trigger__the_file_is_one_record(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "files", 2, lab_file);
    lab_write(&l, "a.csv", "email\nx\ny\n", 10);
    struct timeval old[2] = {{1394990000, 0}, {1394990000, 0}};
    assert_int_equal(utimes(lab_path(&l, "a.csv"), old), 0);
    lab_see(&l, "a.csv", "csv", NULL);
    const cdr_retention_count *c = lab_run(&l);
    ROWS(c, 1, 1, 0);
    assert_string_equal(c->trigger_field, "file");
    assert_string_equal(c->oldest, "2014-03-16");
    lab_drop(&l);
    lab_make(&l);
    lab_max(&l, "files", 2, lab_file);
    lab_write(&l, "a.txt", "x", 1);
    assert_int_equal(utimes(lab_path(&l, "a.txt"), old), 0);
    lab_see(&l, "a.txt", "text", NULL);
    ROWS(lab_run(&l), 1, 1, 0);
    lab_drop(&l);
}

static void run__another_clock__must_have_run_out_too(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    cdr_retention_rule *law = lab_rule(&l, "law", (cdr_key_set){lab_invoiced, 1, true});
    law->trigger = "invoice";
    law->has_minimum = true;
    law->minimum = (cdr_period){10, 0, 0};
    lab_file_of(&l, "a.csv", "csv",
                "email,ordered_at,invoiced_at\nx,2014-01-02,2014-01-02\nx,2014-01-02,2020-01-02\nx,2014-01-02,\nx,2026-01-02,\nx,,2014-01-02\nx,,2020-01-02\n");
    const cdr_retention_count *c = lab_run(&l);
    ROWS(c, 6, 1, 2);                        /* a minimum that runs keeps, whatever the rest; one without a date may keep */
    lab_drop(&l);
}

static void run__a_longer_rule_for_another_column__keeps_the_record(void **state)
{
    (void)state;
    static const char *const mail[] = {"user.contact.email"}, *const phone[] = {"user.contact.phone_number"};
    lab l;
    lab_make(&l);
    lab_max(&l, "mail", 2, lab_ordered)->categories = (cdr_key_set){mail, 1, true};
    lab_max(&l, "phone", 5, lab_ordered)->categories = (cdr_key_set){phone, 1, true};
    static const char text[] = "email,phone,ordered_at\nx,y,2014-01-02\nx,y,2024-01-02\nx,y,2026-01-02\n";
    lab_write(&l, "a.csv", text, sizeof text - 1);
    world_ok(&l.w, scan_begin(&l.w, l.w.dir));
    cdr_observation *o = seen(lab_path(&l, "a.csv"), NULL, 0, 3);
    also(o, "phone", "phone", 3);
    tell(&l.w, o, 1);
    scan_finish(&l.w);
    const cdr_retention_count *c = lab_run(&l);
    assert_int_equal(l.count, 2);
    ROWS(&c[0], 3, 2, 0);
    ROWS(&c[1], 3, 1, 0);
    assert_int_equal(c[0].kept, 1);          /* the one of 2024: its address must go, its telephone number may stay */
    assert_int_equal(c[1].again, 1);
    assert_int_equal(c[0].again + c[1].kept, 0);
    assert_int_equal(l.sum.over_age, 2);
    assert_int_equal(l.sum.over_age_objects, 1);
    lab_drop(&l);
}

static void run__hold__counts_what_it_keeps(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at\nx,2014-01-02\nx,2026-01-02\n");
    int64_t id;
    cdr_hold h = {.name = "CASE-17", .reason = "suit", .approver = "counsel", .system = "", .category = "user.contact", .path = ""};
    world_ok(&l.w, cdr_hold_place(l.w.ws, &h, &id, &l.w.err));
    const cdr_retention_count *c = lab_run(&l);
    ROWS(c, 2, 0, 0);
    assert_int_equal(c->why, CDR_KEPT_BY_HOLD);
    assert_int_equal(c->kept, 1);
    assert_string_equal(c->hold, "CASE-17");
    assert_int_equal(l.sum.held, 1);
    assert_int_equal(l.sum.over_age, 0);
    world_ok(&l.w, cdr_hold_release(l.w.ws, id, "over", &l.w.err));
    ROWS(lab_run(&l), 2, 1, 0);              /* counted anew without being told */
    lab_drop(&l);
}

static void run__no_rule__a_gap_and_no_pass(void **state)
{
    (void)state;
    static const char *const finance[] = {"user.financial"};
    lab l;
    lab_make(&l);
    lab_max(&l, "money", 2, lab_ordered)->categories = (cdr_key_set){finance, 1, true};
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at\nx,2014-01-02\n");
    const cdr_retention_count *c = lab_run(&l);
    assert_int_equal(l.count, 1);
    assert_int_equal(c->why, CDR_NO_RULE);
    assert_false(c->known);
    assert_int_equal(l.sum.no_rule_objects, 1);
    assert_int_equal(l.sum.unknown_objects, 0);
    lab_drop(&l);
}

static void run__again__reads_only_what_changed(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at\nx,2025-02-18\nx,2025-02-19\n");
    ROWS(lab_run(&l), 2, 1, 0);
    assert_int_equal(l.sum.unchanged, 0);
    ROWS(lab_run(&l), 2, 1, 0);
    assert_int_equal(l.sum.unchanged, 1);
    assert_true(l.counts[0].fresh);
    world_ok(&l.w, lab_try(&l, &(cdr_retention_options){.again = true}));
    assert_int_equal(l.sum.unchanged, 0);
    l.w.now_us += INT64_C(86400000000);      /* the next day one more is over age */
    lab_look(&l);
    assert_false(l.counts[0].fresh);
    assert_true(l.counts[0].same_object);
    ROWS(lab_run(&l), 2, 2, 0);
    lab_write(&l, "a.csv", "email,ordered_at\nx,2025-02-18\n", 30);   /* changed without a scan */
    ROWS(lab_run(&l), 1, 1, 0);
    lab_see(&l, "a.csv", "csv", NULL);       /* a scan makes old counts old */
    lab_look(&l);
    assert_false(l.counts[0].same_object);
    ROWS(lab_run(&l), 1, 1, 0);
    assert_int_equal(unlink(lab_path(&l, "a.csv")), 0);
    assert_false(lab_run(&l)->known);
    assert_non_null(strstr(l.counts[0].reason, "not there any more"));
    lab_drop(&l);
}

static void count__two_columns_of_one_name__unknown(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at,ordered_at\nx,2014-02-18,2027-01-01\n");
    const cdr_retention_count *c = lab_run(&l);
    assert_int_equal(c->over_age, 0);
    assert_false(c->known);
    assert_non_null(strstr(c->reason, "two columns are called ordered_at"));
    lab_drop(&l);
}

static bool stands(lab *l)
{
    lab_look(l);
    return l->counts[0].stands && l->counts[0].fresh && !*cdr_retention_void_reason(&l->counts[0]);
}

/* A longer period, a minimum, another column, a hold: what was counted before says nothing any more. */
static void count__the_rules_change__is_void(void **state)
{
    (void)state;
    static const char *const invoiced[] = {"invoiced_at"};
    lab l;
    lab_make(&l);
    cdr_retention_rule *r = lab_max(&l, "orders", 2, lab_ordered), before = *r;
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at,invoiced_at\nx,2014-02-18,2027-01-01\n");
    ROWS(lab_run(&l), 1, 1, 0);
    assert_true(stands(&l));
    r->period.years = 20;
    assert_false(stands(&l));
    *r = before;
    assert_true(stands(&l));
    r->has_minimum = true;
    r->minimum = (cdr_period){15, 0, 0};
    assert_false(stands(&l));
    *r = before;
    r->trigger_fields.keys = invoiced;
    assert_false(stands(&l));
    *r = before;
    r->action = CDR_RETAIN_ANONYMISE;
    assert_false(stands(&l));
    *r = before;
    int64_t hold;
    cdr_hold h = {.name = "H", .reason = "r", .approver = "a", .system = "", .category = "", .path = "/elsewhere"};
    world_ok(&l.w, cdr_hold_place(l.w.ws, &h, &hold, &l.w.err));
    assert_false(stands(&l));
    ROWS(lab_run(&l), 1, 1, 0);              /* the same comes out by the new rules: nothing is read again */
    assert_int_equal(l.sum.unchanged, 1);
    assert_true(stands(&l));
    world_ok(&l.w, cdr_hold_release(l.w.ws, hold, "over", &l.w.err));
    assert_false(stands(&l));
    lab_drop(&l);
}

static void run__leap_day_and_year_end__the_calendar_decides(void **state)
{
    (void)state;
    lab l;
    lab_make(&l);
    lab_max(&l, "orders", 1, lab_ordered);
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at\nx,2024-02-28\nx,2024-02-29\nx,2024-03-01\n");
    static const struct { int64_t day; uint64_t over; } days[] = {{20146, 0} /* 2025-02-27 */, {20147, 0} /* 28 */, {20148, 2} /* 2025-03-01 */, {20149, 3}};
    for (size_t i = 0; i < CDR_COUNT(days); i++) {
        l.w.now_us = days[i].day * INT64_C(86400000000);             /* the first moment of the day, and its last */
        ROWS(lab_run(&l), 3, days[i].over, 0);
        l.w.now_us += INT64_C(86399999999);
        ROWS(lab_run(&l), 3, days[i].over, 0);
    }
    lab_drop(&l);
}

static void run__interrupted__says_so(void **state)
{
    (void)state;
    lab l;
    volatile int stop = 1;
    lab_make(&l);
    lab_max(&l, "orders", 2, lab_ordered);
    lab_file_of(&l, "a.csv", "csv", "email,ordered_at\nx,2025-02-18\n");
    l.w.ctx.cancel = &stop;
    assert_int_equal(lab_try(&l, &(cdr_retention_options){0}), CDR_E_CANCELLED);
    stop = 0;
    ROWS(lab_run(&l), 1, 1, 0);
    lab_drop(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run__csv__known_numbers),
        cmocka_unit_test(run__json__known_numbers),
        cmocka_unit_test(run__what_cannot_be_counted__unknown_with_a_reason),
        cmocka_unit_test(run__sqlite__known_numbers),
        cmocka_unit_test(run__sqlite__log_waits_beside_it__is_read_too),
        cmocka_unit_test(run__sqlite__hostile__unknown),
        cmocka_unit_test(run__file_trigger__the_file_is_one_record),
        cmocka_unit_test(run__another_clock__must_have_run_out_too),
        cmocka_unit_test(run__a_longer_rule_for_another_column__keeps_the_record),
        cmocka_unit_test(run__hold__counts_what_it_keeps),
        cmocka_unit_test(run__no_rule__a_gap_and_no_pass),
        cmocka_unit_test(run__again__reads_only_what_changed),
        cmocka_unit_test(count__the_rules_change__is_void),
        cmocka_unit_test(count__two_columns_of_one_name__unknown),
        cmocka_unit_test(run__leap_day_and_year_end__the_calendar_decides),
        cmocka_unit_test(run__interrupted__says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
