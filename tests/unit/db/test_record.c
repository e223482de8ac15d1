/* SPDX-License-Identifier: Apache-2.0 */
/* One description per entity: what it reads, refuses, writes and stores. */
#include "base/text.h"
#include "db/backend.h"
#include "db/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct thing {
    int64_t id;
    char *key, *name;
    int64_t kind, count;
    double share;
    bool active;
    int64_t seen_us;
    char *since;
    int64_t sealed;
    json_t *tags, *extra;
    char *period, *trigger;
    json_t *links;
} thing;

static const char *const kinds[] = {"unknown", "vendor", "department", NULL};
static bool is_key(const char *s)
{
    return strspn(s, "abcdefghijklmnopqrstuvwxyz-") == strlen(s);
}

static const cdr_field fields[] = {
    CDR_FIELD(thing, id, CDR_F_ID, 0, ""),
    CDR_FIELD_CHECKED(thing, key, "key", CDR_F_TEXT, CDR_F_REQUIRED | CDR_F_KEY, "Key", is_key, "small letters and dashes"),
    CDR_FIELD(thing, name, CDR_F_TEXT, CDR_F_REQUIRED, "Name"),
    CDR_FIELD_ENUM(thing, kind, kinds, 0, "Kind"),
    CDR_FIELD(thing, count, CDR_F_INT, 0, "Count"),
    CDR_FIELD(thing, share, CDR_F_REAL, 0, "Share"),
    CDR_FIELD(thing, active, CDR_F_BOOL, 0, "Active"),
    CDR_FIELD(thing, seen_us, CDR_F_TIME, 0, "Seen"),
    CDR_FIELD(thing, since, CDR_F_DATE, 0, "Since"),
    CDR_FIELD(thing, sealed, CDR_F_TRISTATE, 0, "Sealed"),
    CDR_FIELD_CHECKED(thing, tags, "tags", CDR_F_LIST, 0, "Tags", is_key, "small letters and dashes"),
    CDR_FIELD(thing, extra, CDR_F_JSON, 0, "Extra"),
    CDR_FIELD_NAMED(thing, period, "keep.period", CDR_F_TEXT, 0, "Period"),
    CDR_FIELD_NAMED(thing, trigger, "keep.trigger", CDR_F_TEXT, 0, "Trigger"),
    CDR_FIELD(thing, links, CDR_F_LIST, CDR_F_ELSEWHERE, "Links"),
};
static const cdr_record record = CDR_RECORD("thing", thing, fields);

static json_t *json(const char *text)
{
    json_t *j;
    cdr_err err;
    if (cdr_json_parse(text, strlen(text), "test", &j, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return j;
}

static const char full[] = "{\"key\":\"a-b\",\"name\":\"Ünï\",\"kind\":\"vendor\",\"count\":-7,\"share\":0.25,\"active\":true,\"seen_us\":\"2027-03-14T09:12:00Z\","
                           "\"since\":\"2024-02-29\",\"sealed\":false,\"tags\":[\"x\",\"y\"],\"extra\":{\"deep\":[1,{\"er\":null}]},"
                           "\"keep\":{\"period\":\"P6Y\",\"trigger\":\"end\"},\"links\":[\"l\"]}";

static void from_json__everything__comes_back_equal(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = json(full), *back = NULL;
    thing t;
    cdr_err err = {0};
    if (cdr_record_from_json(&record, j, "f.yaml: things[0]", &t, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(t.kind, 1);
    assert_int_equal(t.sealed, 0);
    assert_int_equal(t.seen_us, INT64_C(1805015520000000));
    assert_string_equal(t.trigger, "end");
    assert_int_equal(cdr_record_to_json(&record, &t, &back, &err), CDR_OK);
    assert_true(json_equal(j, back));
    cdr_record_done(&record, &t);
    assert_null(t.name);
}

static void from_json__little__defaults_are_unknown_not_no(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = json("{\"key\":\"a\",\"name\":2024,\"tags\":\"x\",\"kind\":\"Vendor\",\"since\":null,\"sealed\":\"unknown\"}"), *back = NULL;
    thing t;
    assert_int_equal(cdr_record_from_json(&record, j, "f", &t, NULL), CDR_OK);
    assert_string_equal(t.name, "2024");   /* YAML takes an unquoted year for a number */
    assert_int_equal(t.kind, 1);
    assert_int_equal(t.sealed, -1);
    assert_int_equal(json_array_size(t.tags), 1);
    assert_int_equal(cdr_record_to_json(&record, &t, &back, NULL), CDR_OK);
    assert_null(json_object_get(back, "sealed"));
    assert_null(json_object_get(back, "keep"));
    assert_null(json_object_get(back, "since"));
    cdr_record_done(&record, &t);
}

static void from_json__wrong__named_with_place_and_suggestion(void **state)
{
    (void)state;
    static const struct { const char *text, *sentence; } cases[] = {
        {"{\"key\":\"a\",\"nmae\":\"x\"}", "f.yaml: things[0].nmae: a thing has no such key; did you mean name?"},
        {"{\"key\":\"a\",\"name\":\"n\",\"zzzzzzzz\":1}", "f.yaml: things[0].zzzzzzzz: a thing has no such key."},
        {"{\"key\":\"a\",\"name\":\"n\",\"keep\":{\"perod\":\"P1Y\"}}", "f.yaml: things[0].keep.perod: a thing has no such key; did you mean period?"},
        {"{\"key\":\"a\",\"name\":\"n\",\"keep\":7}", "f.yaml: things[0].keep must hold keys and values of its own."},
        {"{\"key\":\"a\"}", "f.yaml: things[0].name is missing; every thing needs it."},
        {"{\"key\":\"a\",\"name\":\"\"}", "f.yaml: things[0].name is missing; every thing needs it."},
        {"{\"key\":\"A b\",\"name\":\"n\"}", "f.yaml: things[0].key must be small letters and dashes."},
        {"{\"key\":\"a\",\"name\":\"n\",\"kind\":\"vendro\"}", "f.yaml: things[0].kind must be one of unknown, vendor, department; did you mean vendor?"},
        {"{\"key\":\"a\",\"name\":\"n\",\"kind\":3}", "f.yaml: things[0].kind must be one of unknown, vendor, department."},
        {"{\"key\":\"a\",\"name\":\"n\",\"since\":\"2023-02-29\"}", "f.yaml: things[0].since must be a date such as 2027-03-14."},
        {"{\"key\":\"a\",\"name\":\"n\",\"since\":2001}", "f.yaml: things[0].since must be a date such as 2027-03-14."},
        {"{\"key\":\"a\",\"name\":\"n\",\"seen_us\":\"yesterday\"}", "f.yaml: things[0].seen_us must be a time such as 2027-03-14T09:00:00Z."},
        {"{\"key\":\"a\",\"name\":\"n\",\"sealed\":\"maybe\"}", "f.yaml: things[0].sealed must be true, false or unknown."},
        {"{\"key\":\"a\",\"name\":\"n\",\"active\":\"yes\"}", "f.yaml: things[0].active must be true or false."},
        {"{\"key\":\"a\",\"name\":\"n\",\"count\":1.5}", "f.yaml: things[0].count must be a whole number."},
        {"{\"key\":\"a\",\"name\":\"n\",\"tags\":[\"x\",\"Y Z\"]}", "f.yaml: things[0].tags must be small letters and dashes."},
        {"{\"key\":\"a\",\"name\":{}}", "f.yaml: things[0].name must be text."},
        {"{\"key\":\"a\",\"name\":\"n\",\"id\":1}", "f.yaml: things[0].id: a thing has no such key."},
        {"[]", "f.yaml: things[0] must be one thing with keys and values."},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        _cleanup_json_ json_t *j = json(cases[i].text);
        thing t;
        cdr_err err = {0};
        assert_int_equal(cdr_record_from_json(&record, j, "f.yaml: things[0]", &t, &err), CDR_E_INVAL);
        assert_string_equal(err.text, cases[i].sentence);
        assert_null(t.key);
    }
}

static void set__typed_by_people__checked(void **state)
{
    (void)state;
    thing t;
    cdr_err err = {0};
    cdr_record_init(&record, &t);
    static const char *const good[][2] = {{"key", "a"}, {"name", "N"}, {"kind", "department"}, {"count", "12"}, {"share", "0.5"}, {"active", "yes"},
                                          {"seen_us", "2027-03-14"}, {"since", "2024-02-29"}, {"sealed", "no"}, {"tags", " x , y,"}, {"extra", "[1]"},
                                          {"keep.period", "P1Y"}};
    for (size_t i = 0; i < CDR_COUNT(good); i++)
        if (cdr_record_set(&record, &t, good[i][0], good[i][1], "", &err) != CDR_OK)
            fail_msg("%s", err.text);
    assert_int_equal(json_array_size(t.tags), 2);
    assert_int_equal(t.sealed, 0);
    assert_string_equal(t.period, "P1Y");
    assert_int_equal(cdr_record_set(&record, &t, "since", "2023-02-30", "", &err), CDR_E_INVAL);
    assert_string_equal(err.text, "since must be a date such as 2027-03-14.");
    assert_string_equal(t.since, "2024-02-29");
    assert_int_equal(cdr_record_set(&record, &t, "knid", "vendor", "", &err), CDR_E_INVAL);
    assert_string_equal(err.text, "knid: a thing has no such key; did you mean kind?");
    assert_int_equal(cdr_record_set(&record, &t, "kind", "depratment", "", &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "did you mean department?"));
    assert_int_equal(cdr_record_set(&record, &t, "tags", "x,Bad One", "", &err), CDR_E_INVAL);
    assert_int_equal(json_array_size(t.tags), 2);
    assert_int_equal(cdr_record_set(&record, &t, "name", "", "", &err), CDR_OK);
    assert_int_equal(cdr_record_check(&record, &t, "", &err), CDR_E_INVAL);
    assert_string_equal(err.text, "name is missing; every thing needs it.");
    cdr_record_done(&record, &t);
}

static void csv__row__guards_formulas_and_joins_lists(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = json("{\"key\":\"a\",\"name\":\"=1+1\",\"tags\":[\"x\",\"y\"],\"active\":false}");
    _cleanup_buf_ cdr_buf out = CDR_BUF(4096);
    thing t;
    assert_int_equal(cdr_record_from_json(&record, j, "f", &t, NULL), CDR_OK);
    cdr_record_csv_header(&record, &out);
    cdr_record_csv_row(&record, &t, &out);
    assert_string_equal(out.data, "key,name,kind,count,share,active,seen_us,since,sealed,tags,extra,keep.period,keep.trigger,links\r\n"
                                  "a,'=1+1,unknown,0,0,no,,,unknown,\"x; y\",,,,\r\n");
    cdr_record_done(&record, &t);
}

static void diff__changed_fields__named_without_values(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = json(full), *names = NULL;
    thing a, b;
    assert_int_equal(cdr_record_from_json(&record, j, "f", &a, NULL), CDR_OK);
    assert_int_equal(cdr_record_copy(&record, &a, &b, NULL), CDR_OK);
    assert_true(cdr_record_equal(&record, &a, &b));
    b.id = 9;   /* where it is stored does not make it another */
    assert_true(cdr_record_equal(&record, &a, &b));
    assert_int_equal(cdr_record_set(&record, &b, "name", "Other", "", NULL), CDR_OK);
    assert_int_equal(cdr_record_set(&record, &b, "sealed", "unknown", "", NULL), CDR_OK);
    assert_int_equal(cdr_record_set(&record, &b, "tags", "", "", NULL), CDR_OK);
    assert_false(cdr_record_equal(&record, &a, &b));
    assert_int_equal(cdr_record_diff(&record, &a, &b, &names, NULL), CDR_OK);
    _cleanup_json_ json_t *expected = json("[\"name\",\"sealed\",\"tags\"]");
    assert_true(json_equal(names, expected));
    cdr_record_done(&record, &a);
    cdr_record_done(&record, &b);
}

enum { ST_ADD, ST_GET, ST_SPOIL, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"thing-add", "INSERT INTO thing VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", false},
    [ST_GET] = {"thing-get", "SELECT *, '[\"l\"]' FROM thing", true},
    [ST_SPOIL] = {"thing-spoil", "UPDATE thing SET kind = ?1, tags = ?2", false},
};

static cdr_status get(cdr_db_set *set, thing *t, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_db_begin_query(set, ST_GET, &q, err);
    assert_int_equal(s, CDR_OK);
    assert_int_equal(cdr_db_step(&q, err), CDR_OK);
    s = cdr_record_read(&record, &q, t, err);
    cdr_db_end(&q);
    return s;
}

static void database__bound_and_read__equal_and_damage_refused(void **state)
{
    (void)state;
    char dir[] = "/tmp/candor-record-XXXXXX", path[64];
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_db *db;
    cdr_db_set *set;
    cdr_db_query q;
    thing t, back;
    cdr_ctx_init(&ctx);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/t.db", dir);
    if (cdr_db_open(&ctx, path, CDR_DB_CREATE, &db, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_db_script(db, "CREATE TABLE thing(id INTEGER PRIMARY KEY, key TEXT, name TEXT, kind INTEGER, count INTEGER, share REAL, active INTEGER, "
                                       "seen_us INTEGER, since TEXT, sealed INTEGER, tags TEXT, extra TEXT, period TEXT, trig TEXT) STRICT", &err), CDR_OK);
    assert_int_equal(cdr_db_prepare_set(db, statements, ST__MAX, &set, &err), CDR_OK);
    _cleanup_json_ json_t *j = json(full);
    assert_int_equal(cdr_record_from_json(&record, j, "f", &t, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin_query(set, ST_ADD, &q, &err), CDR_OK);
    cdr_record_bind(&record, &t, &q);
    assert_int_equal(cdr_db_run(&q, &err), CDR_OK);
    assert_int_equal(get(set, &back, &err), CDR_OK);
    assert_true(cdr_record_equal(&record, &t, &back));
    assert_int_equal(back.id, 1);
    cdr_record_done(&record, &back);
    static const struct { int64_t kind; const char *tags; } damage[] = {{99, "[]"}, {-1, "[]"}, {1, "{}"}, {1, "["}};
    for (size_t i = 0; i < CDR_COUNT(damage); i++) {
        assert_int_equal(cdr_db_begin_query(set, ST_SPOIL, &q, &err), CDR_OK);
        cdr_db_bind_int(&q, 1, damage[i].kind);
        cdr_db_bind_text(&q, 2, damage[i].tags);
        assert_int_equal(cdr_db_run(&q, &err), CDR_OK);
        assert_int_equal(get(set, &back, &err), CDR_E_CORRUPT);
        assert_null(back.key);
    }
    cdr_record_done(&record, &t);
    cdr_db_set_free(set);
    cdr_db_close(db);
    unlink(path);
    rmdir(dir);
}

static void nearest__slips__found_and_strangers_not(void **state)
{
    (void)state;
    static const char *const words[] = {"relation", "party", "responsible", "user.contact.email"};
    assert_string_equal(cdr_text_nearest("relaiton", words, 4), "relation");
    assert_string_equal(cdr_text_nearest("responsble", words, 4), "responsible");
    assert_string_equal(cdr_text_nearest("user.contact.emial", words, 4), "user.contact.email");
    assert_null(cdr_text_nearest("colour", words, 4));
    assert_null(cdr_text_nearest("", words, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_json__everything__comes_back_equal), cmocka_unit_test(from_json__little__defaults_are_unknown_not_no),
        cmocka_unit_test(from_json__wrong__named_with_place_and_suggestion), cmocka_unit_test(set__typed_by_people__checked),
        cmocka_unit_test(csv__row__guards_formulas_and_joins_lists), cmocka_unit_test(diff__changed_fields__named_without_values),
        cmocka_unit_test(database__bound_and_read__equal_and_damage_refused), cmocka_unit_test(nearest__slips__found_and_strangers_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
