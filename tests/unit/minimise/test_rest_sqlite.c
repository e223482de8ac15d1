/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on real databases: what goes is gone from every byte, what stays is as it was, and a refusal changes nothing. */
#include "rest_lab.h"

#define SHOP                                                                                                                                                   \
    "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, phone TEXT NOT NULL, joined TEXT);"                                           \
    "CREATE TABLE purchase(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer(id) ON DELETE CASCADE, sent TEXT, note TEXT);"                       \
    "INSERT INTO customer VALUES(1,'Ada Vole','ada.vole@example.com','+1 202 555 0101','2015-02-03'),(2,'Ben Roe','ben.roe@example.com','+1 202 555 0102','2024-05-06')," \
    "(3,'Cy Doe','cy.doe@example.com','+1 202 555 0103',NULL);"                                                                                                \
    "INSERT INTO purchase VALUES(1,1,'2015-03-01','call ada.vole@example.com'),(2,2,'2024-06-01','ok'),(3,1,'2016-01-01','gift');"

static cdr_step on(lab *l, cdr_action action, const char *table)
{
    return (cdr_step){.action = action, .target = {.file = l->path, .inside = table, .format = "sqlite-table"}, .purpose = "remedy"};
}

static cdr_step columns(lab *l, cdr_action action, const char *table, const char *const *names, size_t count, cdr_form form)
{
    cdr_step s = on(l, action, table);
    s.columns = names;
    s.column_count = count;
    s.transform.form = form;
    return s;
}

static cdr_step purging(lab *l, const char *table, const char *column, const char *cutoff)
{
    cdr_step s = on(l, CDR_ACT_PURGE_ROWS, table);
    s.trigger_field = column;
    s.cutoff = cutoff;
    return s;
}

static void rest_sqlite__nulls_a_column_out_of_every_byte(void **state)
{
    lab *l = *state;
    const char *names[] = {"email", "phone"};
    lab_db(l, "shop.db", SHOP);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 2, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, true));
    assert_int_equal(l->effects[0].values, 6);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].values, 6);
    assert_int_equal(l->effects[0].rows_after, 3);
    assert_false(lab_has_bytes(l, "ben.roe@example.com"));
    assert_false(lab_has_bytes(l, "555 0102"));
    assert_string_equal(lab_ask(l, "SELECT email IS NULL AND phone = '' AND name <> '' FROM customer"), "1|1|1");
    assert_int_equal(lab_entries(l), 1);
}

static void rest_sqlite__masks_and_hashes(void **state)
{
    lab *l = *state;
    const char *email[] = {"email"}, *name[] = {"name"};
    lab_db(l, "shop.db", SHOP);
    cdr_step steps[] = {columns(l, CDR_ACT_MASK_COLUMN, "customer", email, 1, CDR_FORM_HASHED), columns(l, CDR_ACT_MASK_COLUMN, "customer", name, 1, CDR_FORM_MASKED)};
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_int_equal(l->effects[0].values, 3);
    assert_int_equal(l->effects[1].values, 3);
    assert_false(lab_has_bytes(l, "ben.roe@example.com"));
    assert_false(lab_has_bytes(l, "Ben Roe"));
    assert_string_equal(lab_ask(l, "SELECT count(DISTINCT email) FROM customer"), "3");
    assert_string_equal(lab_ask(l, "SELECT joined FROM customer ORDER BY id"), "2015-02-03|2024-05-06|NULL");
}

static void rest_sqlite__purges_old_rows_and_what_cascades(void **state)
{
    lab *l = *state;
    lab_db(l, "shop.db", SHOP);
    cdr_step step = purging(l, "customer", "joined", "2020-01-01");
    lab_ok(l, lab_run(l, &step, 1, true));
    assert_int_equal(l->effects[0].rows, 3);
    assert_int_equal(l->effects[0].rows_unknown, 1);
    assert_int_equal(l->effects[0].rows_after, 2);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].rows, 3);
    assert_int_equal(l->effects[0].rows_after, 2);
    assert_string_equal(lab_ask(l, "SELECT id FROM customer"), "2|3");
    assert_string_equal(lab_ask(l, "SELECT id FROM purchase"), "2");
    assert_false(lab_has_bytes(l, "ada.vole"));
    assert_string_equal(lab_ask(l, "PRAGMA integrity_check"), "ok");
    assert_non_null(strstr(l->effects[0].note, "purchase"));
}

static void rest_sqlite__refuses_rows_that_others_still_need(void **state)
{
    lab *l = *state;
    lab_db(l, "shop.db", "CREATE TABLE a(id INTEGER PRIMARY KEY, day TEXT); CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a(id), day TEXT);"
                         "INSERT INTO a VALUES(1,'2010-01-01'),(2,'2024-01-01'); INSERT INTO b VALUES(1,1,'2024-01-01');");
    cdr_step steps[] = {purging(l, "a", "day", "2020-01-01"), purging(l, "b", "day", "2020-01-01")};
    assert_int_equal(lab_run(l, steps, 2, false), CDR_E_INVAL);
    assert_non_null(strstr(l->err.text, "1 row of b still refers to rows of a"));
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM a"), "2");
    lab_sql_at(l, "UPDATE b SET day = '2011-01-01'");
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_string_equal(lab_ask(l, "SELECT (SELECT count(*) FROM a) || (SELECT count(*) FROM b)"), "10");
}

static void rest_sqlite__follows_circles_and_itself(void **state)
{
    lab *l = *state;
    lab_db(l, "tree.db", "CREATE TABLE node(id INTEGER PRIMARY KEY, up INTEGER REFERENCES node ON DELETE CASCADE, day TEXT);"
                         "CREATE TABLE x(id INTEGER PRIMARY KEY, y INTEGER REFERENCES y(id) ON DELETE CASCADE, day TEXT);"
                         "CREATE TABLE y(id INTEGER PRIMARY KEY, x INTEGER REFERENCES x(id) ON DELETE CASCADE);"
                         "INSERT INTO node VALUES(1,NULL,'2001-01-01'),(2,1,'2024-01-01'),(3,2,'2024-01-01'),(4,NULL,'2024-01-01');"
                         "INSERT INTO x VALUES(1,1,'2001-01-01'),(2,1,'2024-01-01'),(3,NULL,'2024-01-01'); INSERT INTO y VALUES(1,1),(2,2),(3,3);");
    cdr_step steps[] = {purging(l, "node", "day", "2020-01-01"), purging(l, "x", "day", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_string_equal(lab_ask(l, "SELECT id FROM node"), "4");
    assert_string_equal(lab_ask(l, "SELECT id FROM x"), "3");
    assert_string_equal(lab_ask(l, "SELECT id FROM y"), "3");
    assert_string_equal(lab_ask(l, "PRAGMA foreign_key_check"), "");
}

static void rest_sqlite__empties_references_that_are_to_be_emptied(void **state)
{
    lab *l = *state;
    lab_db(l, "s.db", "CREATE TABLE a(id TEXT PRIMARY KEY, day TEXT) WITHOUT ROWID; CREATE TABLE b(id INTEGER PRIMARY KEY, a TEXT REFERENCES a ON DELETE SET NULL);"
                      "INSERT INTO a VALUES('k1','2010-01-01'),('k2','2024-01-01'); INSERT INTO b VALUES(1,'k1'),(2,'k2');");
    cdr_step step = purging(l, "a", "day", "2020-01-01");
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_string_equal(lab_ask(l, "SELECT a FROM b ORDER BY id"), "NULL|k2");
    assert_false(lab_has_bytes(l, "k1"));
}

static void rest_sqlite__takes_hostile_names(void **state)
{
    lab *l = *state;
    const char *table = "a\"b'; DROP TABLE keep; --\n\xc3\xa9", *names[] = {"-c\"ol]`", "select"};
    lab_db(l, "-odd name's.db", "CREATE TABLE keep(x); CREATE TABLE \"a\"\"b'; DROP TABLE keep; --\n\xc3\xa9\"(\"-c\"\"ol]`\" TEXT, \"select\" TEXT, \"rowid\" TEXT, \"when\" TEXT);"
                                "INSERT INTO \"a\"\"b'; DROP TABLE keep; --\n\xc3\xa9\" VALUES('secret1','secret2','r','2001-01-01');");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, table, names, 2, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_false(lab_has_bytes(l, "secret"));
    cdr_step old = purging(l, table, "when", "2020-01-01");
    lab_ok(l, lab_run(l, &old, 1, false));
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM \"a\"\"b'; DROP TABLE keep; --\n\xc3\xa9\""), "0");
    const char *absent[] = {"x\" FROM keep; --"};
    cdr_step wrong = columns(l, CDR_ACT_NULL_COLUMN, "keep", absent, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &wrong, 1, false), CDR_E_INVAL);
}

static void rest_sqlite__works_on_a_log_and_knows_its_state(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    const char *sql[] = {"PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" SHOP, "PRAGMA wal_checkpoint(TRUNCATE)", "UPDATE customer SET name = 'x' WHERE id = 3"};
    cdr_target_state a, b;
    lab_name(l, "wal.db");
    lab_other o = lab_other_start(l, sql, 3);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, cdr_target_observe(&step.target, &a, &l->err));
    lab_other_next(&o);
    lab_ok(l, cdr_target_observe(&step.target, &b, &l->err));
    assert_true(lab_same_state(&a, &b));
    lab_other_next(&o);
    lab_ok(l, cdr_target_observe(&step.target, &b, &l->err));
    assert_false(lab_same_state(&a, &b));
    lab_ok(l, lab_run(l, &step, 1, false));     /* while somebody has it open */
    lab_other_end(&o);
    assert_false(lab_has_bytes(l, "ben.roe@example.com"));
    assert_string_equal(lab_ask(l, "PRAGMA journal_mode"), "wal");
}

static void rest_sqlite__tells_that_a_reader_keeps_the_log(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    const char *sql[] = {"PRAGMA journal_mode=WAL;" SHOP, "BEGIN; SELECT count(*) FROM customer"};
    lab_name(l, "wal.db");
    lab_other o = lab_other_start(l, sql, 2);
    lab_other_next(&o);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_non_null(strstr(l->effects[0].note, "-wal"));
    lab_other_end(&o);
}

static void rest_sqlite__says_that_another_program_works_on_it(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    const char *sql[] = {"BEGIN IMMEDIATE; UPDATE customer SET name = 'y'"};
    lab_db(l, "shop.db", SHOP);
    lab_other o = lab_other_start(l, sql, 1);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_LOCKED);
    lab_other_end(&o);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
}

static void rest_sqlite__refuses_what_must_be_unique_and_filled(void **state)
{
    lab *l = *state;
    const char *names[] = {"code"};
    lab_db(l, "u.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, n INTEGER NOT NULL); INSERT INTO t VALUES(1,'abcdef1',5),(2,'abcdef2',6);");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "t", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_non_null(strstr(l->err.text, "unique"));
    /* Two masks that are alike: all of it is undone. */
    step = columns(l, CDR_ACT_MASK_COLUMN, "t", names, 1, CDR_FORM_REDACTED);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_string_equal(lab_ask(l, "SELECT code FROM t"), "abcdef1|abcdef2");
    const char *number[] = {"n"};
    step = columns(l, CDR_ACT_NULL_COLUMN, "t", number, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_string_equal(lab_ask(l, "SELECT n FROM t"), "0|0");
}

static void rest_sqlite__does_not_run_triggers(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"}, *phone[] = {"phone"};
    lab_db(l, "shop.db", SHOP "CREATE TABLE audit(old TEXT); CREATE TRIGGER keep AFTER UPDATE OF \"phone\" ON customer BEGIN INSERT INTO audit VALUES(old.phone); END;");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", phone, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, true), CDR_E_INVAL);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_non_null(strstr(l->err.text, "customer has a trigger"));
    assert_null(strstr(l->err.text, "audit"));
    step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM audit"), "0");
    assert_non_null(strstr(l->effects[0].note, "Triggers of customer do not run"));
}

static void rest_sqlite__refuses_where_a_trigger_may_guard(void **state)
{
    static const char *const guards[] = {
        "CREATE TRIGGER \"x delete\" BEFORE DELETE ON customer WHEN old.id < 9 BEGIN SELECT RAISE(ABORT, 'kept'); END;",
        "CREATE TRIGGER g /* after insert */ DELETE ON customer BEGIN DELETE FROM purchase WHERE customer = old.id; END;",
        "CREATE TRIGGER g AFTER DELETE ON purchase BEGIN INSERT INTO log VALUES(old.id); END;",
    };
    lab *l = *state;
    for (size_t i = 0; i < CDR_COUNT(guards); i++) {
        char name[20];
        snprintf(name, sizeof name, "guard%zu.db", i);
        lab_db(l, name, SHOP "CREATE TABLE log(n);");
        lab_sql_at(l, guards[i]);
        cdr_step step = purging(l, "customer", "joined", "2020-01-01");
        assert_int_equal(lab_run(l, &step, 1, true), CDR_E_INVAL);
        assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
        assert_non_null(strstr(l->err.text, i == 2 ? "purchase has a trigger" : "customer has a trigger"));
        assert_string_equal(lab_ask(l, "SELECT count(*) FROM customer"), "3");
    }
}

static void rest_sqlite__does_what_feeds_an_index_itself(void **state)
{
    lab *l = *state;
    lab_db(l, "mail.db", "CREATE TABLE mail(id INTEGER PRIMARY KEY, body TEXT, day TEXT); CREATE VIRTUAL TABLE find USING fts5(body, content='mail', content_rowid='id');"
                         "CREATE TRIGGER a AFTER INSERT ON mail BEGIN INSERT INTO find(rowid, body) VALUES(new.id, new.body); END;"
                         "CREATE TRIGGER b AFTER DELETE ON mail BEGIN INSERT INTO find(find, rowid, body) VALUES('delete', old.id, old.body); END;"
                         "INSERT INTO mail VALUES(1,'zanzibarword one','2010-01-01'),(2,'two','2024-01-01');");
    cdr_step step = purging(l, "mail", "day", "2020-01-01");
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_false(lab_has_bytes(l, "zanzibarword"));
    assert_string_equal(lab_ask(l, "SELECT rowid FROM find WHERE find MATCH 'two'"), "2");
    lab_sql_at(l, "CREATE TRIGGER c AFTER DELETE ON mail BEGIN INSERT INTO find(find, rowid, body) VALUES('delete', old.id, old.body); DELETE FROM other; END; CREATE TABLE other(x);");
    step = purging(l, "mail", "day", "2025-01-01");
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
}

static void rest_sqlite__makes_a_fulltext_index_anew(void **state)
{
    lab *l = *state;
    const char *names[] = {"body"};
    lab_db(l, "mail.db", "CREATE TABLE mail(id INTEGER PRIMARY KEY, body TEXT, note TEXT); INSERT INTO mail VALUES(1,'zanzibarword one','kept'),(2,'two','stays');"
                         "CREATE TABLE other(x);"
                         "CREATE VIRTUAL TABLE old USING fts4(note, body, content=\"mail\"); CREATE VIRTUAL TABLE find USING fts5(body, note, content='mail', content_rowid='id'); INSERT INTO find(find) VALUES('rebuild'); INSERT INTO old(old) VALUES('rebuild');"
                         "CREATE VIRTUAL TABLE own USING fts5(body); INSERT INTO own VALUES('other');");
    assert_true(lab_has_bytes(l, "zanzibarword"));
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "mail", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_false(lab_has_bytes(l, "zanzibarword"));
    assert_non_null(strstr(l->effects[0].note, "find was made anew"));
    assert_non_null(strstr(l->effects[0].note, "old was made anew"));
    assert_string_equal(lab_ask(l, "SELECT rowid FROM find WHERE find MATCH 'kept'"), "1");
    assert_string_equal(lab_ask(l, "SELECT rowid FROM old WHERE old MATCH 'stays'"), "2");
    assert_non_null(strstr(l->effects[0].note, "index own may hold"));
    step = columns(l, CDR_ACT_NULL_COLUMN, "own_content", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
}

static void rest_sqlite__keeps_rows_that_are_held(void **state)
{
    lab *l = *state;
    const char *names[] = {"phone"};
    lab_db(l, "shop.db", SHOP);
    l->held = "ada.vole@example.com";
    cdr_step steps[] = {purging(l, "customer", "joined", "2030-01-01"), columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER)};
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_true(l->effects[0].held_asked);
    assert_int_equal(l->effects[0].rows_held, 1);
    assert_int_equal(l->effects[1].rows_held, 1);
    assert_string_equal(lab_ask(l, "SELECT email || phone FROM customer ORDER BY id"), "ada.vole@example.com+1 202 555 0101|cy.doe@example.com");
    l->held = NULL;
}

/* Orders and their lines name nobody; they refer, through two tables, one without row numbers, to somebody who is held. */
static void rest_sqlite__keeps_what_belongs_to_a_held_row(void **state)
{
    lab *l = *state;
    const char *names[] = {"what"};
    lab_db(l, "shop.db", "CREATE TABLE customer(id INTEGER PRIMARY KEY, email TEXT, up INTEGER REFERENCES customer);"
                         "CREATE TABLE purchase(a TEXT, b INTEGER, customer REFERENCES customer(id), day TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID;"
                         "CREATE TABLE line(id INTEGER PRIMARY KEY, a TEXT, b INTEGER, what TEXT, day TEXT, FOREIGN KEY(a, b) REFERENCES purchase(a, b));"
                         "INSERT INTO customer VALUES(1,'ada@example.com',NULL),(2,'ben@example.com',NULL),(3,'cy@example.com',1);"
                         "INSERT INTO purchase VALUES('x',1,1,'2010-01-01'),('x',2,2,'2010-01-01'),('y',1,3,'2010-01-01');"
                         "INSERT INTO line VALUES(1,'x',1,'book','2010-01-01'),(2,'x',2,'pen','2010-01-01'),(3,'y',1,'cup','2010-01-01'),(4,NULL,NULL,'hat','2010-01-01');");
    l->held = "ada@example.com";
    cdr_step steps[] = {purging(l, "purchase", "day", "2020-01-01"), purging(l, "line", "day", "2020-01-01")};
    lab_ok(l, lab_run(l, steps, 2, true));
    assert_int_equal(l->effects[0].rows, 1);
    assert_int_equal(l->effects[0].rows_held, 2);
    assert_int_equal(l->effects[1].rows, 2);
    assert_int_equal(l->effects[1].rows_held, 2);
    lab_ok(l, lab_run(l, steps, 2, false));
    assert_string_equal(lab_ask(l, "SELECT a || b FROM purchase"), "x1|y1");
    assert_string_equal(lab_ask(l, "SELECT id FROM line"), "1|3");
    lab_sql_at(l, "INSERT INTO line VALUES(5,NULL,NULL,'pan','2010-01-01')");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "line", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].rows_held, 2);
    l->held = NULL;
    assert_string_equal(lab_ask(l, "SELECT coalesce(what, '-') FROM line ORDER BY id"), "book|cup|-");
}

static void rest_sqlite__refuses_when_the_data_changed(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    cdr_target_state after;
    lab_db(l, "shop.db", SHOP);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, cdr_target_observe(&step.target, &l->before, &l->err));
    lab_sql_at(l, "INSERT INTO purchase VALUES(9,2,'','')");
    cdr_execution e = {.ctx = &l->ctx, .steps = &step, .step_count = 1, .keys = l->keys, .arena = l->arena, .expected = &l->before};
    assert_int_equal(cdr_execute(&e, l->effects, &after, &l->err), CDR_DENIED);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
}

static void rest_sqlite__does_nothing_when_the_caller_is_not_ready(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    lab_db(l, "shop.db", SHOP);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    l->ready_says = CDR_E_DB;
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_DB);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
    volatile int stop = 1;
    l->ready_says = CDR_OK;
    cdr_target_state after;
    lab_ok(l, cdr_target_observe(&step.target, &l->before, &l->err));
    l->ctx.cancel = &stop;
    cdr_execution e = {.ctx = &l->ctx, .steps = &step, .step_count = 1, .keys = l->keys, .arena = l->arena, .expected = &l->before};
    cdr_status s = cdr_execute(&e, l->effects, &after, &l->err);
    l->ctx.cancel = NULL;
    assert_int_equal(s, CDR_E_CANCELLED);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
}

static void rest_sqlite__redacts_free_text(void **state)
{
    lab *l = *state;
    const char *names[] = {"note"};
    lab_db(l, "shop.db", SHOP);
    cdr_step step = columns(l, CDR_ACT_REDACT_TEXT, "purchase", names, 1, CDR_FORM_REDACTED);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(l->effects[0].values, 1);
    assert_string_equal(lab_ask(l, "SELECT note FROM purchase"), "call [EMAIL_ADDRESS]|ok|gift");
}

static void rest_sqlite__clears_gaps_left_by_others(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    lab_db(l, "shop.db", "PRAGMA secure_delete=OFF;" SHOP "UPDATE customer SET email = 'new.' || email; DELETE FROM customer WHERE id = 2;");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_false(lab_has_bytes(l, "cy.doe"));
    assert_false(lab_has_bytes(l, "ben.roe"));
}

static void rest_sqlite__deletes_a_database_with_what_lies_beside(void **state)
{
    lab *l = *state;
    lab_db(l, "wal.db", "PRAGMA journal_mode=WAL;" SHOP);
    const char *sql[] = {"UPDATE customer SET name = 'z'"};
    lab_other o = lab_other_start(l, sql, 1);
    cdr_step step = on(l, CDR_ACT_DELETE_FILE, "");
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_LOCKED);
    lab_other_kill(&o);
    assert_int_not_equal(lab_entries(l), 1);   /* its log was left behind */
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(lab_entries(l), 0);
}

static void rest_sqlite__tells_what_is_damaged(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    lab_db(l, "shop.db", SHOP);
    FILE *f = fopen(l->path, "r+");
    fseek(f, 100, SEEK_SET);
    for (int i = 0; i < 3000; i++)
        fputc(i * 7 & 255, f);
    fclose(f);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    cdr_status s = lab_run(l, &step, 1, false);
    assert_int_equal(s, CDR_E_CORRUPT);
    step = on(l, CDR_ACT_DELETE_FILE, "");
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_int_equal(lab_entries(l), 0);
}

static void rest_sqlite__leaves_alone_what_does_not_hang_together(void **state)
{
    lab *l = *state;
    const char *names[] = {"v"};
    lab_db(l, "t.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES(1,'aaaa'),(2,'bbbb');");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "t", names, 1, CDR_FORM_NEVER);
    /* The two cells of the table's page change places, so that its rows are out of order. */
    unsigned char cells[4];
    FILE *f = fopen(l->path, "r+");
    fseek(f, 4096 + 8, SEEK_SET);
    assert_int_equal(fread(cells, 1, 4, f), 4);
    fseek(f, 4096 + 8, SEEK_SET);
    fwrite((unsigned char[]){cells[2], cells[3], cells[0], cells[1]}, 1, 4, f);
    fclose(f);
    assert_int_equal(lab_run(l, &step, 1, true), CDR_E_CORRUPT);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_CORRUPT);
    assert_true(lab_has_bytes(l, "aaaa"));
    /* A condition that does not hold is no damage. */
    lab_db(l, "u.db", "PRAGMA ignore_check_constraints=ON; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, n INT CHECK(n > 0)); INSERT INTO t VALUES(1,'aaaa',-1);");
    lab_ok(l, lab_run(l, &step, 1, true));
}

static void rest_sqlite__leaves_no_copy_in_a_journal_that_stays(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    lab_db(l, "shop.db", "PRAGMA journal_mode=PERSIST;" SHOP "UPDATE customer SET name = 'n';");
    assert_int_equal(lab_entries(l), 2);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_false(lab_has_bytes(l, "ben.roe@example.com"));
}

static void rest_sqlite__takes_strange_schemas(void **state)
{
    lab *l = *state;
    const char *names[] = {"v"}, *computed[] = {"twice"};
    lab_db(l, "odd.db", "PRAGMA encoding='UTF-16le'; CREATE TABLE t(v TEXT, w TEXT NOT NULL DEFAULT 'd', twice TEXT GENERATED ALWAYS AS (v || v) STORED, lazy TEXT AS (upper(v)) VIRTUAL, PRIMARY KEY(w, v)) WITHOUT ROWID;"
                        "INSERT INTO t(v, w) VALUES('vvv1','a'),('vvv2','b'); CREATE INDEX i ON t(lower(v)); CREATE VIEW seen AS SELECT v FROM t;"
                        "CREATE TABLE s(v TEXT, n INT NOT NULL) STRICT; INSERT INTO s VALUES('vvv3',1); CREATE TABLE kept(x);"
                        "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES('table','alien','alien',0,'CREATE VIRTUAL TABLE alien USING nosuchmodule(a)'); PRAGMA writable_schema=OFF;");
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "t", computed, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = columns(l, CDR_ACT_NULL_COLUMN, "seen", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = columns(l, CDR_ACT_NULL_COLUMN, "alien", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = columns(l, CDR_ACT_MASK_COLUMN, "t", names, 1, CDR_FORM_HASHED);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM t WHERE v LIKE 'p_%' AND twice = v || v"), "2");
    const char *number[] = {"n"};
    step = columns(l, CDR_ACT_MASK_COLUMN, "s", number, 1, CDR_FORM_MASKED);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    assert_string_equal(lab_ask(l, "SELECT v || n FROM s"), "vvv31");
}

static void rest_sqlite__keeps_keys_together(void **state)
{
    lab *l = *state;
    const char *id[] = {"id"}, *customer[] = {"customer"};
    lab_db(l, "shop.db", SHOP);
    cdr_step step = columns(l, CDR_ACT_MASK_COLUMN, "customer", id, 1, CDR_FORM_HASHED);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    step = columns(l, CDR_ACT_NULL_COLUMN, "purchase", customer, 1, CDR_FORM_NEVER);
    lab_ok(l, lab_run(l, &step, 1, false));
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM purchase WHERE customer IS NULL"), "3");
}

static void rest_sqlite__does_not_let_a_held_row_go_along(void **state)
{
    lab *l = *state;
    lab_db(l, "shop.db", SHOP);
    l->held = "gift";
    cdr_step step = purging(l, "customer", "joined", "2020-01-01");
    assert_int_equal(lab_run(l, &step, 1, true), CDR_E_INVAL);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_INVAL);
    l->held = NULL;
    assert_string_equal(lab_ask(l, "SELECT count(*) FROM purchase"), "3");
}

static void rest_sqlite__does_not_follow_a_journal_elsewhere(void **state)
{
    lab *l = *state;
    const char *names[] = {"email"};
    char path[160];
    static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    lab_db(l, "shop.db", SHOP);
    snprintf(path, sizeof path, "%s-journal", l->path);
    FILE *f = fopen(path, "w");
    fwrite(magic, 1, 8, f);
    for (int i = 0; i < 1016; i++)
        fputc(0, f);
    fwrite(magic, 1, 8, f);
    fclose(f);
    cdr_step step = columns(l, CDR_ACT_NULL_COLUMN, "customer", names, 1, CDR_FORM_NEVER);
    assert_int_equal(lab_run(l, &step, 1, false), CDR_E_LOCKED);
    assert_true(lab_has_bytes(l, "ben.roe@example.com"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, lab_new, lab_free)
    const struct CMUnitTest tests[] = {
        T(rest_sqlite__nulls_a_column_out_of_every_byte), T(rest_sqlite__masks_and_hashes), T(rest_sqlite__purges_old_rows_and_what_cascades),
        T(rest_sqlite__refuses_rows_that_others_still_need), T(rest_sqlite__follows_circles_and_itself), T(rest_sqlite__empties_references_that_are_to_be_emptied),
        T(rest_sqlite__takes_hostile_names), T(rest_sqlite__works_on_a_log_and_knows_its_state), T(rest_sqlite__says_that_another_program_works_on_it),
        T(rest_sqlite__tells_that_a_reader_keeps_the_log),
        T(rest_sqlite__refuses_what_must_be_unique_and_filled), T(rest_sqlite__does_not_run_triggers), T(rest_sqlite__refuses_where_a_trigger_may_guard), T(rest_sqlite__does_what_feeds_an_index_itself), T(rest_sqlite__makes_a_fulltext_index_anew),
        T(rest_sqlite__keeps_rows_that_are_held), T(rest_sqlite__keeps_what_belongs_to_a_held_row), T(rest_sqlite__refuses_when_the_data_changed), T(rest_sqlite__does_nothing_when_the_caller_is_not_ready),
        T(rest_sqlite__redacts_free_text), T(rest_sqlite__clears_gaps_left_by_others), T(rest_sqlite__deletes_a_database_with_what_lies_beside),
        T(rest_sqlite__tells_what_is_damaged), T(rest_sqlite__leaves_alone_what_does_not_hang_together), T(rest_sqlite__leaves_no_copy_in_a_journal_that_stays), T(rest_sqlite__takes_strange_schemas),
        T(rest_sqlite__keeps_keys_together), T(rest_sqlite__does_not_let_a_held_row_go_along), T(rest_sqlite__does_not_follow_a_journal_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
