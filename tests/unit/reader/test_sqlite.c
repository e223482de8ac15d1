/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

static void run_sql(sqlite3 *db, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s: %s", sql, text);
}

/* The bytes of a database made by ${sql}. */
static unsigned char *make(const char *sql, size_t *len)
{
    sqlite3 *db;
    sqlite3_int64 n;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    run_sql(db, sql);
    unsigned char *image = sqlite3_serialize(db, "main", &n, 0);
    assert_non_null(image);
    *len = (size_t)n;
    sqlite3_close(db);
    return image;
}

static bool by_sqlite;

static void read_image(lab *l, const unsigned char *image, size_t len)
{
    lab_init(l);
    l->request.container = (char *)(uintptr_t)"/d/s.db";
    l->by_sqlite = by_sqlite;
    lab_read(l, image, len, "s.db");
    assert_int_equal(l->status, CDR_OK);
    assert_int_equal(l->rec.disorder, 0);
    assert_false(l->rec.open);
}

static void read_sql(lab *l, const char *sql)
{
    size_t len;
    unsigned char *image = make(sql, &len);
    read_image(l, image, len);
    sqlite3_free(image);
}

#define PEOPLE "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT, note TEXT);" \
               "INSERT INTO customer VALUES(1,'Ada Lovelace','ada@example.com','+1 212 555 0143',NULL),"       \
               "(2,'Grace Hopper','grace@example.com','+1 212 555 0144',''),(3,'Alan Turing','alan@example.com','+1 212 555 0145','call back');"

static void reader__sqlite__tells_tables_rows_and_columns(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, PEOPLE "CREATE TABLE bare(x TEXT);");
    lab_says(&l, "begin /d/s.db!/customer sqlite-table");
    lab_says(&l, "field id\nfield name\nfield email\nfield phone\nfield note\n");
    lab_says(&l, "value 2 email high 2 ada@example.com\n");
    lab_says(&l, "value 2 email high 4 alan@example.com\n");
    lab_says(&l, "column 2 email 3 0\n");
    lab_says(&l, "begin /d/s.db!/bare sqlite-table");
    lab_says(&l, "field x\n");
    lab_says(&l, "begin /d/s.db sqlite");
    assert_int_equal(l.rec.objects, 3);
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
}

static void reader__sqlite__every_way_to_store_a_row(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "CREATE TABLE t(k TEXT PRIMARY KEY, email TEXT) WITHOUT ROWID; INSERT INTO t VALUES('a','ada@example.com')",
        "CREATE TABLE t(email TEXT PRIMARY KEY, k TEXT) WITHOUT ROWID; INSERT INTO t VALUES('ada@example.com','a')",
        "CREATE TABLE t(email, g TEXT GENERATED ALWAYS AS (upper(email)) STORED, v TEXT AS (lower(email)) VIRTUAL, k TEXT); INSERT INTO t(email,k) VALUES('ada@example.com','a')",
        "PRAGMA encoding='UTF-16le'; CREATE TABLE t(email TEXT); INSERT INTO t VALUES('ada@example.com')",
        "PRAGMA encoding='UTF-16be'; CREATE TABLE t(email TEXT); INSERT INTO t VALUES('ada@example.com')",
        "CREATE TABLE t(a); INSERT INTO t VALUES(1); ALTER TABLE t ADD COLUMN email TEXT DEFAULT 'ada@example.com'",
        "CREATE TABLE t(email BLOB); INSERT INTO t VALUES(CAST('ada@example.com' AS BLOB))",
        "PRAGMA page_size=512; CREATE TABLE t(big TEXT, email TEXT); INSERT INTO t VALUES(printf('%.9000c','x'),'ada@example.com')",
        "PRAGMA page_size=65536; CREATE TABLE t(email TEXT); INSERT INTO t VALUES('ada@example.com')",
        "PRAGMA auto_vacuum=FULL; CREATE TABLE t(email TEXT); INSERT INTO t VALUES('ada@example.com')",
        "CREATE TABLE t(email TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) INSERT INTO t SELECT iif(i=12345,'ada@example.com',i) FROM n",
        "CREATE TABLE t(a, b, email TEXT); INSERT INTO t VALUES(1,2,'ada@example.com'); ALTER TABLE t DROP COLUMN b",
        "CREATE TABLE \"t\"(\"strange \"\"name, [x]\" TEXT, 'e''mail' TEXT, [select] TEXT, `group` TEXT); INSERT INTO t VALUES('ada@example.com','b','c','d')",
        "CREATE TABLE t(rowid TEXT, oid TEXT, _rowid_ TEXT); INSERT INTO t VALUES('x','y','ada@example.com')",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        lab l;
        read_sql(&l, ways[i]);
        if (!recorder_has(&l.rec, "ada@example.com\n") || l.rec.partial + l.rec.skipped)
            fail_msg("%s:\n%.2000s", ways[i], l.rec.text.data);
        lab_done(&l);
    }
}

static void reader__sqlite__numbers_are_read_as_people_write_them(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, "CREATE TABLE card(number INTEGER, real_number REAL); INSERT INTO card VALUES(4111111111111111,5500005555555559.0),(378282246310005,1.5);"
                 "CREATE TABLE m(v INTEGER); INSERT INTO m VALUES(-9223372036854775808),(9223372036854775807),(0),(-1)");
    lab_says(&l, "4111111111111111\n");
    lab_says(&l, "378282246310005\n");
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
}

static void reader__sqlite__strange_table_names_are_quoted_and_escaped(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, "CREATE TABLE \"a\"\"b'; DROP TABLE x; --\"(email TEXT); INSERT INTO \"a\"\"b'; DROP TABLE x; --\" VALUES('ada@example.com');"
                 "CREATE TABLE \"\x1b[31m\"(email TEXT); INSERT INTO \"\x1b[31m\" VALUES('bob@example.com');");
    lab_says(&l, "begin /d/s.db!/a\"b'; DROP TABLE x; -- sqlite-table");
    lab_says(&l, "ada@example.com\n");
    lab_says(&l, "begin /d/s.db!/\\x1B[31m sqlite-table");
    lab_says(&l, "bob@example.com\n");
    lab_done(&l);
}

static void reader__sqlite__views_triggers_and_virtual_tables_are_not_run(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, PEOPLE "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n;"
                        "CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES('mail eve@example.com now');"
                        "CREATE TRIGGER tr AFTER INSERT ON customer BEGIN SELECT * FROM v; END;");
    assert_false(recorder_has(&l.rec, "/d/s.db!/v "));
    assert_false(recorder_has(&l.rec, "/d/s.db!/f "));
    lab_says(&l, "begin /d/s.db!/f_content sqlite-table");   /* what the virtual table holds lies in an ordinary one */
    lab_says(&l, "eve@example.com\n");
    lab_done(&l);
}

static void reader__sqlite__pictures_and_hashes_are_no_gap(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, "CREATE TABLE t(b BLOB); INSERT INTO t VALUES(x'00ff00ff'),(x'89504e470d0a1a0a'),('ada@example.com'),(randomblob(32)),(x'')");
    lab_says(&l, "ada@example.com\n");
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
}

static void reader__sqlite__documents_in_cells_are_told(void **state)
{
    (void)state;
    static const char *const cells[] = {"'%PDF-1.4' || x'0a00'", "x'504b0304140000000800'", "x'1f8b0800000000000003'", "x'789c' || zeroblob(200)",
                                        "x'6100640061004000650078002e006f0072006700'" /* UTF-16 */};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char sql[512];
        lab l;
        snprintf(sql, sizeof sql, "CREATE TABLE t(b BLOB); INSERT INTO t VALUES(CAST(%s AS BLOB)),('ada@example.com')", cells[i]);
        read_sql(&l, sql);
        lab_says(&l, "ada@example.com\n");
        lab_says(&l, "end partial sqlite.blobs-not-read");
        lab_done(&l);
    }
}

static void reader__sqlite__texts_in_binary_cells_are_read(void **state)
{
    (void)state;
    lab l;
    read_sql(&l, "CREATE TABLE t(b BLOB); INSERT INTO t VALUES(CAST(x'0a0f08961a' || 'bob@example.com' || x'1801f4' AS BLOB)),(CAST('eve@example.com' AS BLOB))");
    lab_says(&l, "bob@example.com\n");
    lab_says(&l, "eve@example.com\n");
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
}

static void reader__sqlite__many_columns(void **state)
{
    (void)state;
    lab l;
    cdr_buf sql = CDR_BUF(1 << 20);
    cdr_buf_adds(&sql, "CREATE TABLE t(");
    for (int i = 0; i < 1000; i++)
        cdr_buf_addf(&sql, "%sc%d TEXT", i ? "," : "", i);
    cdr_buf_adds(&sql, "); INSERT INTO t(c0,c999) VALUES('a@example.com','z@example.com')");
    read_sql(&l, sql.data);
    lab_says(&l, "value 999 email high 2 z@example.com\n");
    assert_int_equal(l.rec.columns, 1000);
    cdr_buf_done(&sql);
    lab_done(&l);
}

static void reader__sqlite__huge_cells(void **state)
{
    (void)state;
    lab l;
    /* 8 MiB is read to its end; 33 MiB is more than allowed and ends the table, not the database. */
    read_sql(&l, "CREATE TABLE a(t TEXT); INSERT INTO a VALUES(printf('%.8388608c','x') || ' end@example.com');"
                 "CREATE TABLE b(t TEXT); INSERT INTO b VALUES('before@example.com'),(printf('%.34603008c','x'));"
                 "CREATE TABLE c(t TEXT); INSERT INTO c VALUES('after@example.com');");
    lab_says(&l, "end@example.com\n");
    lab_says(&l, "before@example.com\n");
    lab_says(&l, "end partial sqlite.limit");
    lab_says(&l, "after@example.com\n");
    lab_done(&l);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Every byte of the first pages in turn is made something else: always an end, never a crash, never long. */
static void reader__sqlite__damage_is_survived(void **state)
{
    (void)state;
    size_t len, complete = 0, others = 0;
    unsigned char *image = make("PRAGMA page_size=512;" PEOPLE "CREATE INDEX i ON customer(email); CREATE TABLE w(a TEXT PRIMARY KEY, b) WITHOUT ROWID;"
                                "INSERT INTO w VALUES('x',printf('%.3000c','y')); INSERT INTO customer(name) SELECT printf('%.2000c','z') FROM customer;", &len);
    double before = now();
    for (size_t at = 16; at < len; at += at < 1024 ? 3 : 61)
        for (int v = 0; v < 2; v++) {
            lab l;
            unsigned char was = image[at];
            image[at] = v ? (unsigned char)~was : (unsigned char)(was + 1);
            read_image(&l, image, len);
            if (l.rec.partial || l.rec.skipped)
                others++;
            else
                complete++;
            image[at] = was;
            lab_done(&l);
        }
    assert_true(complete > 0 && others > 0);
    assert_true(now() - before < 120);
    for (size_t cut = 16; cut < len; cut += len / 40) {
        lab l;
        read_image(&l, image, cut);
        assert_true(l.rec.partial + l.rec.skipped > 0);
        lab_done(&l);
    }
    sqlite3_free(image);
}

static void reader__sqlite__a_tree_that_bites_its_tail_ends(void **state)
{
    (void)state;
    size_t len;
    unsigned char *image = make("PRAGMA page_size=512; CREATE TABLE t(email TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<500)"
                                " INSERT INTO t SELECT 'u' || i || '@example.com' FROM n", &len);
    /* Page 2 is the root, an interior page: make each of its children the root again. */
    unsigned char *root = image + 512;
    assert_int_equal(root[0], 5);
    unsigned cells = (unsigned)root[3] << 8 | root[4];
    for (unsigned i = 0; i < cells; i++) {
        unsigned at = (unsigned)root[12 + 2 * i] << 8 | root[13 + 2 * i];
        memcpy(root + at, "\0\0\0\2", 4);
    }
    memcpy(root + 8, "\0\0\0\2", 4);
    lab l;
    double before = now();
    read_image(&l, image, len);
    assert_true(now() - before < 20);
    lab_says(&l, "sqlite.damaged");
    sqlite3_free(image);
    lab_done(&l);
}

static void reader__sqlite__no_database_behind_the_name(void **state)
{
    (void)state;
    lab l;
    unsigned char junk[8192];
    for (size_t i = 0; i < sizeof junk; i++)
        junk[i] = (unsigned char)(i * 2654435761u >> 13);
    memcpy(junk, "SQLite format 3", 16);
    read_image(&l, junk, sizeof junk);
    assert_int_equal(l.rec.skipped, 1);
    assert_int_equal(l.rec.objects, 1);
    lab_done(&l);
    read_image(&l, junk, 20);
    assert_int_equal(l.rec.skipped, 1);
    lab_done(&l);
}

static void reader__sqlite__inside_an_archive(void **state)
{
    (void)state;
    size_t len;
    unsigned char *image = make(PEOPLE, &len);
    packer p;
    lab l;
    pack_open(&p, "ustar", "gzip", NULL);
    pack(&p, "backup/shop.db", image, len);
    pack_close(&p);
    lab_init(&l);
    lab_read(&l, p.data, p.used, "a.tar.gz");
    lab_says(&l, "begin /d/a.zip!/backup/shop.db!/customer sqlite-table");
    lab_says(&l, "ada@example.com\n");
    lab_says(&l, "begin /d/a.zip!/backup/shop.db sqlite");
    assert_int_equal(l.rec.partial + l.rec.skipped, 0);
    lab_done(&l);
    pack_free(&p);
    sqlite3_free(image);
}

/* The walk through the pages and SQLite itself must tell the same, for random tables. */
static void both_ways(const unsigned char *image, size_t len, const char *what)
{
    lab a, b;
    read_image(&a, image, len);
    by_sqlite = true;
    read_image(&b, image, len);
    by_sqlite = false;
    if (a.rec.text.len != b.rec.text.len || memcmp(a.rec.text.data, b.rec.text.data, a.rec.text.len) != 0) {
        size_t i = 0;
        while (a.rec.text.data[i] == b.rec.text.data[i])
            i++;
        i = i > 200 ? i - 200 : 0;
        fail_msg("%s: the walk says\n%.400s\nSQLite says\n%.400s", what, a.rec.text.data + i, b.rec.text.data + i);
    }
    lab_done(&a);
    lab_done(&b);
}

static uint64_t noise = 88172645463325252u;

static unsigned pick(unsigned n)
{
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    return (unsigned)(noise >> 11) % n;
}

static void random_value(cdr_buf *sql)
{
    static const char *const numbers[] = {"0", "1", "-1", "127", "-129", "32768", "8388608", "-2147483649", "140737488355328", "9223372036854775807", "NULL", "1.5", "1e300",
                                          "-0.1", "12345678.25", "3.0", "x'00ff'", "x'6162'", "''"};
    switch (pick(4)) {
    case 0:
        cdr_buf_adds(sql, numbers[pick(sizeof numbers / sizeof numbers[0])]);
        break;
    case 1:
        cdr_buf_addf(sql, "'user%u@example.com'", pick(1000));
        break;
    case 2:
        cdr_buf_addf(sql, "printf('%%.*c %%s', %u, 'x', 'p%u@example.com')", pick(3) ? pick(100) : pick(9000), pick(1000));
        break;
    default:
        cdr_buf_addf(sql, "%u", pick(1u << pick(31)));
        break;
    }
}

static void random_database(cdr_buf *sql)
{
    static const char *const types[] = {"TEXT", "INTEGER", "REAL", "BLOB", "", "NUMERIC"};
    unsigned columns = 1 + pick(8), rows = pick(300), key = pick(3);
    cdr_buf_addf(sql, "PRAGMA page_size=%u; PRAGMA auto_vacuum=%u; CREATE TABLE t(", 512u << pick(8), pick(3));
    for (unsigned c = 0; c < columns; c++)
        cdr_buf_addf(sql, "%sc%u %s%s", c ? "," : "", c, c == 0 && key == 0 ? "INTEGER" : types[pick(6)], c == 0 && key == 0 ? " PRIMARY KEY" : "");
    cdr_buf_addf(sql, "%s);", key == 1 && columns > 1 ? ", PRIMARY KEY(c0, c1)" : "");
    for (unsigned r = 0; r < rows; r++) {
        if (r == rows / 2 && pick(2))
            cdr_buf_adds(sql, "ALTER TABLE t ADD COLUMN late TEXT DEFAULT 'it''s late@example.com';");
        cdr_buf_adds(sql, "INSERT OR IGNORE INTO t(");
        for (unsigned c = 0; c < columns; c++)
            cdr_buf_addf(sql, "%sc%u", c ? "," : "", c);
        cdr_buf_adds(sql, ") VALUES(");
        for (unsigned c = 0; c < columns; c++) {
            cdr_buf_adds(sql, c ? "," : "");
            if (c == 0 && key == 0)
                cdr_buf_adds(sql, "NULL");
            else
                random_value(sql);
        }
        cdr_buf_adds(sql, ");");
        if (pick(4) == 0)
            cdr_buf_addf(sql, "DELETE FROM t WHERE rowid = %u;", pick(rows));
    }
}

static void reader__sqlite__the_walk_agrees_with_sqlite(void **state)
{
    (void)state;
    for (int i = 0; i < 150; i++) {
        cdr_buf sql = CDR_BUF(8 << 20);
        random_database(&sql);
        assert_int_equal(cdr_buf_status(&sql), CDR_OK);
        size_t len;
        unsigned char *image = make(sql.data, &len);
        both_ways(image, len, "a random table");
        sqlite3_free(image);
        cdr_buf_done(&sql);
    }
}

static void reader__sqlite__every_allocation_may_fail(void **state)
{
    (void)state;
    size_t len;
    unsigned char *image = make("PRAGMA page_size=512;" PEOPLE "CREATE TABLE w(a TEXT PRIMARY KEY, b DEFAULT 'x') WITHOUT ROWID; INSERT INTO w VALUES('x',printf('%.3000c','y'));", &len);
    lab_fail_allocations(image, len, "s.db", false);
    lab_fail_allocations(image, len, "s.db", true);
    sqlite3_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader__sqlite__tells_tables_rows_and_columns),
        cmocka_unit_test(reader__sqlite__every_way_to_store_a_row),
        cmocka_unit_test(reader__sqlite__numbers_are_read_as_people_write_them),
        cmocka_unit_test(reader__sqlite__strange_table_names_are_quoted_and_escaped),
        cmocka_unit_test(reader__sqlite__views_triggers_and_virtual_tables_are_not_run),
        cmocka_unit_test(reader__sqlite__pictures_and_hashes_are_no_gap), cmocka_unit_test(reader__sqlite__documents_in_cells_are_told),
        cmocka_unit_test(reader__sqlite__texts_in_binary_cells_are_read),
        cmocka_unit_test(reader__sqlite__the_walk_agrees_with_sqlite),
        cmocka_unit_test(reader__sqlite__every_allocation_may_fail),
        cmocka_unit_test(reader__sqlite__many_columns),
        cmocka_unit_test(reader__sqlite__huge_cells),
        cmocka_unit_test(reader__sqlite__damage_is_survived),
        cmocka_unit_test(reader__sqlite__a_tree_that_bites_its_tail_ends),
        cmocka_unit_test(reader__sqlite__no_database_behind_the_name),
        cmocka_unit_test(reader__sqlite__inside_an_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
