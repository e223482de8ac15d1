/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule: facts that break it, and the smallest change that mends it. */
#include "core/report/checks.h"

#include "detect/kinds.h"
#include "detect/path_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define YEAR_US (INT64_C(365) * 86400 * 1000000)
#define NOW_US (INT64_C(57) * YEAR_US)
#define FAMILY(f) (UINT32_C(1) << (f))

/* A firm in order: one system, one object, one activity; every case spoils one thing. */
typedef struct firm {
    cdr_fact_holder holders[2];
    const char *categories[4];
    cdr_fact_system systems[2];
    cdr_fact_finding findings[3];
    cdr_fact_object object;
    cdr_fact_activity activity;
    cdr_facts facts;
} firm;

static void in_order(firm *f)
{
    *f = (firm){
        .holders = {{"us", "Us", true, false, "responsible", -1, false}, {"host", "Host & Co", false, true, "hosts", 1, true}},
        .categories = {"user.name", "user.contact", "user.financial"},
        .findings = {{CDR_K_EMAIL, "email", 500, 500, 2}},
        .activity = {"orders", "Deliver orders", "contract", true, false, false},
    };
    f->systems[0] = (cdr_fact_system){.key = "shop", .name = "Order database", .folder = "", .registered = true, .record = true, .owner = "Web shop", .encrypted = 1, .backup_of = "", .holders = f->holders,
                                      .holder_count = 2, .people = 500, .families = FAMILY(CDR_FAMILY_CONTACT), .activities = 1, .payments = true, .retention = true,
                                      .keep_since_us = NOW_US - 6 * YEAR_US, .categories = f->categories, .category_count = 3};
    f->systems[1] = (cdr_fact_system){.key = "", .name = "marketing", .folder = "/srv/Marketing Team", .owner = "", .encrypted = -1, .backup_of = "", .keep_since_us = INT64_MIN};
    f->object = (cdr_fact_object){.path = "shop/orders.csv", .file = "shop/orders.csv", .format = "csv", .mtime_us = NOW_US - YEAR_US, .people = 500, .findings = f->findings,
                                  .finding_count = 1, .copy_of = ""};
    f->facts = (cdr_facts){.now_us = NOW_US, .systems = f->systems, .system_count = 2, .objects = &f->object, .object_count = 1, .activities = &f->activity, .activity_count = 1};
}

static cdr_arena *arena;

static cdr_check_result judge(const firm *f)
{
    cdr_check_result r;
    cdr_err err = {0};
    if (cdr_checks_run(&f->facts, arena, &r, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return r;
}

static const cdr_audit_violation *broken(const cdr_check_result *r, const char *rule)
{
    for (size_t i = 0; i < r->violation_count; i++)
        if (!strcmp(r->violations[i].rule, rule))
            return &r->violations[i];
    return NULL;
}

static void find(firm *f, cdr_kind kind, const char *field, uint64_t sure)
{
    f->findings[0] = (cdr_fact_finding){kind, field, sure, sure, 4, false};
    f->systems[0].families |= FAMILY(cdr_kind_get(kind)->family);
}

/* --- the cases --- */

static void cvv(firm *f) { find(f, CDR_K_CVV, "", 212); }
static void track(firm *f) { find(f, CDR_K_TRACK, "t", 1); }
static void weak_cvv(firm *f) { find(f, CDR_K_CVV, "", 0); }
static void card_elsewhere(firm *f) { find(f, CDR_K_CARD, "", 14); f->systems[0].payments = false; }
static void card_in_payments(firm *f) { find(f, CDR_K_CARD, "", 14); }
static void card_unencrypted(firm *f) { find(f, CDR_K_CARD, "", 14); f->systems[0].encrypted = 0; }
static void key_in_file(firm *f) { find(f, CDR_K_SECRET_AWS_ACCESS_KEY, "", 1); }
static void password_hash(firm *f) { find(f, CDR_K_SECRET_PASSWORD_HASH, "password", 500); }
static void password_list(firm *f) { find(f, CDR_K_SECRET_PASSWORD, "password", 500); }
static void health(firm *f) { find(f, CDR_K_HEALTH, "sick_note", 4); }
static void health_allowed(firm *f) { find(f, CDR_K_HEALTH, "sick_note", 4); f->systems[0].special_condition = true; }
static void special_activity(firm *f) { f->activity.special = true; }
static void special_activity_ok(firm *f) { f->activity.special = f->activity.special_condition = true; }
static void ssn_in_log(firm *f) { find(f, CDR_K_US_SSN, "", 3); f->object.path = f->object.file = "x/app.log"; f->object.format = "text"; }
static void ssn_in_mail(firm *f) { find(f, CDR_K_US_SSN, "", 3); f->object.path = f->object.file = "x/inbox"; f->object.format = "mbox"; }
static void ssn_in_table(firm *f) { find(f, CDR_K_US_SSN, "ssn", 3); }
static void unregistered(firm *f) { f->object.system = 1; f->systems[1].people = 500; f->systems[1].families = FAMILY(CDR_FAMILY_CONTACT); }
static void copy(firm *f) { unregistered(f); f->object.copy_of = "Order database"; f->object.shared = 480; f->object.record_people = 500; }
static void twin(firm *f) { f->object.copy_of = "a/b.csv"; f->object.copy_system = SIZE_MAX; }
static void everyone(firm *f) { f->object.everyone = true; }
static void everyone_but_empty(firm *f) { f->object.everyone = true; f->object.people = 0; }
static void open_health(firm *f) { f->systems[0].families |= FAMILY(CDR_FAMILY_HEALTH); f->systems[0].encrypted = 0; }
static void open_contacts(firm *f) { f->systems[0].encrypted = 0; }
static void unsaid_health(firm *f) { f->systems[0].families |= FAMILY(CDR_FAMILY_HEALTH); f->systems[0].encrypted = -1; }
static void no_agreement(firm *f) { f->holders[1].agreement = 0; }
static void unsaid_agreement(firm *f) { f->holders[1].agreement = -1; }
static void own_department(firm *f) { f->holders[1].agreement = 0; f->holders[1].vendor = false; }
static void nobody_responsible(firm *f) { f->holders[0].relation = "stores"; }
static void no_holder(firm *f) { f->systems[0].holder_count = 0; }
static void too_old(firm *f) { f->object.mtime_us = NOW_US - 7 * YEAR_US; }
static void old_without_period(firm *f) { too_old(f); f->systems[0].keep_since_us = INT64_MIN; }
static void old_copy(firm *f) { copy(f); too_old(f); }
static void no_period(firm *f) { f->activity.retention = false; }
static void no_purpose(firm *f) { f->systems[0].activities = 0; }
static void no_owner(firm *f) { f->systems[0].owner = ""; }
static void no_basis(firm *f) { f->activity.lawful_basis = "unknown"; }
static void lost_backup(firm *f) { unregistered(f); f->object.path = f->object.file = "backup/all.zip"; }
static void backup_of_nothing(firm *f) { f->systems[0].backup_of = "gone"; }
static void backup_of_itself(firm *f) { f->systems[0].backup_of = "shop"; }
static void birthdays(firm *f) { find(f, CDR_K_BIRTH_DATE, "dob", 400); }
static void mail_in_log(firm *f) { f->object.path = f->object.file = "logs/web.txt"; }
static void no_notice(firm *f) { f->holders[1].breach_notice = false; }
static void shared_customers(firm *f) { copy(f); f->object.system = 0; }
static void backup_of_2015(firm *f) { old_copy(f); f->object.mtime_us = NOW_US; f->object.path = f->object.file = "backup/year-end-2015.zip"; }
static void nothing(firm *f) { (void)f; }

static void rules__each__breaks_and_mends(void **state)
{
    (void)state;
    static const struct { const char *name, *rule; void (*spoil)(firm *f); bool expected; cdr_severity severity; const char *evidence; } cases[] = {
        {"codes", "AUD-01", cvv, true, CDR_SEV_SEVERE, "212 codes, the first in line 4"},
        {"stripe", "AUD-01", track, true, CDR_SEV_SEVERE, "1 code, in column t"},
        {"weak code", "AUD-01", weak_cvv, false, 0, ""},
        {"card elsewhere", "AUD-02", card_elsewhere, true, CDR_SEV_HIGH, "14 card numbers"},
        {"card for payments", "AUD-02", card_in_payments, false, 0, ""},
        {"card unencrypted", "AUD-02", card_unencrypted, true, CDR_SEV_HIGH, "14 card numbers"},
        {"key", "AUD-03", key_in_file, true, CDR_SEV_HIGH, "AWS access key"},
        {"hash", "AUD-03", password_hash, false, 0, ""},
        {"passwords are not settings", "AUD-03", password_list, false, 0, ""},
        {"passwords", "AUD-04", password_list, true, CDR_SEV_SEVERE, "500 passwords, in column password"},
        {"one password", "AUD-04", key_in_file, false, 0, ""},
        {"health", "AUD-05", health, true, CDR_SEV_HIGH, "no condition of Art. 9"},
        {"health allowed", "AUD-05", health_allowed, false, 0, ""},
        {"special activity", "AUD-05", special_activity, true, CDR_SEV_HIGH, "no condition"},
        {"special activity with reason", "AUD-05", special_activity_ok, false, 0, ""},
        {"id in log", "AUD-06", ssn_in_log, true, CDR_SEV_HIGH, "3 numbers"},
        {"id in mail", "AUD-06", ssn_in_mail, true, CDR_SEV_HIGH, "3 numbers"},
        {"id in table", "AUD-06", ssn_in_table, false, 0, ""},
        {"unregistered", "AUD-07", unregistered, true, CDR_SEV_HIGH, "500 people; contact"},
        {"registered", "AUD-07", nothing, false, 0, ""},
        {"copy", "AUD-08", copy, true, CDR_SEV_HIGH, "480 of 500 people of Order database"},
        {"twin", "AUD-08", twin, true, CDR_SEV_MEDIUM, "byte for byte the same as a/b.csv"},
        {"shared customers", "AUD-08", shared_customers, false, 0, ""},
        {"no copy", "AUD-08", nothing, false, 0, ""},
        {"everyone", "AUD-09", everyone, true, CDR_SEV_HIGH, "500 people"},
        {"everyone, no person", "AUD-09", everyone_but_empty, false, 0, ""},
        {"open health", "AUD-10", open_health, true, CDR_SEV_HIGH, "health of 500 people"},
        {"open contacts", "AUD-10", open_contacts, false, 0, ""},
        {"unsaid health", "AUD-22", unsaid_health, true, CDR_SEV_INFO, "health"},
        {"said", "AUD-22", open_health, false, 0, ""},
        {"no agreement", "AUD-11", no_agreement, true, CDR_SEV_HIGH, "no agreement is running"},
        {"unsaid agreement", "AUD-11", unsaid_agreement, true, CDR_SEV_MEDIUM, "nobody has said"},
        {"department", "AUD-11", own_department, false, 0, ""},
        {"signed", "AUD-11", nothing, false, 0, ""},
        {"nobody responsible", "AUD-12", nobody_responsible, true, CDR_SEV_MEDIUM, "none as responsible"},
        {"no holder", "AUD-12", no_holder, true, CDR_SEV_MEDIUM, "no holder is named"},
        {"responsible", "AUD-12", nothing, false, 0, ""},
        {"too old", "AUD-13", too_old, true, CDR_SEV_MEDIUM, "7 years old"},
        {"old, no period", "AUD-13", old_without_period, false, 0, ""},
        {"old copy", "AUD-13", old_copy, true, CDR_SEV_MEDIUM, "longer than declared for Order database"},
        {"backup of 2015", "AUD-13", backup_of_2015, true, CDR_SEV_MEDIUM, "from 2015 by its name"},
        {"young", "AUD-13", nothing, false, 0, ""},
        {"no period", "AUD-14", no_period, true, CDR_SEV_LOW, "no period"},
        {"period", "AUD-14", nothing, false, 0, ""},
        {"no purpose", "AUD-15", no_purpose, true, CDR_SEV_MEDIUM, "500 people"},
        {"purpose", "AUD-15", nothing, false, 0, ""},
        {"no owner", "AUD-16", no_owner, true, CDR_SEV_LOW, "500 people"},
        {"owner", "AUD-16", nothing, false, 0, ""},
        {"no basis", "AUD-17", no_basis, true, CDR_SEV_MEDIUM, "no lawful basis"},
        {"basis", "AUD-17", nothing, false, 0, ""},
        {"lost backup", "AUD-18", lost_backup, true, CDR_SEV_MEDIUM, "365 days old"},
        {"backup of nothing", "AUD-18", backup_of_nothing, true, CDR_SEV_MEDIUM, "gone"},
        {"declared backup", "AUD-18", backup_of_itself, false, 0, ""},
        {"birthdays", "AUD-19", birthdays, true, CDR_SEV_LOW, "Date of birth"},
        {"declared kinds", "AUD-19", nothing, false, 0, ""},
        {"mail in log", "AUD-20", mail_in_log, true, CDR_SEV_LOW, "500 addresses"},
        {"mail in table", "AUD-20", nothing, false, 0, ""},
        {"no notice", "AUD-21", no_notice, true, CDR_SEV_LOW, "Host & Co"},
        {"notice", "AUD-21", nothing, false, 0, ""},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        firm f;
        in_order(&f);
        cases[i].spoil(&f);
        cdr_check_result r = judge(&f);
        const cdr_audit_violation *v = broken(&r, cases[i].rule);
        if (!v != !cases[i].expected)
            fail_msg("%s: %s is %s", cases[i].name, cases[i].rule, v ? "broken" : "kept");
        if (!v)
            continue;
        if (v->severity != cases[i].severity || !strstr(v->evidence, cases[i].evidence))
            fail_msg("%s: severity %d, %s", cases[i].name, (int)v->severity, v->evidence);
        assert_true(v->title[0] && v->why[0] && v->law[0] && v->remedy[0] && v->headline[0]);
    }
}

static void rules__firm_in_order__none(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    cdr_check_result r = judge(&f);
    if (r.violation_count)
        fail_msg("%s: %s", r.violations[0].rule, r.violations[0].evidence);
    assert_int_equal(r.todo_count, 0);
}

/* Ids are unique, and every rule is reached by a case above. */
static void rules__table__sound(void **state)
{
    (void)state;
    size_t count;
    const cdr_rule *rules = cdr_rules(&count);
    for (size_t i = 0; i < count; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "AUD-%02zu", i + 1);
        assert_string_equal(rules[i].id, expected);
        assert_non_null(strstr(rules[i].one, "%s"));
        assert_non_null(strstr(rules[i].many, "%s"));
        assert_true(rules[i].ease >= 1 && rules[i].ease <= 3);
    }
}

/* Numbers and places are of what is named: no kind lends its name to another's findings, no line is called the first that is not. */
static void evidence__several_kinds__each_its_own(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    f.findings[0] = (cdr_fact_finding){CDR_K_RELIGION, "Religion", 12, 12, 2, false};
    f.findings[1] = (cdr_fact_finding){CDR_K_UNION, "Union", 6, 6, 2, false};
    f.object.finding_count = 2;
    cdr_check_result r = judge(&f);
    assert_non_null(broken(&r, "AUD-05"));
    assert_string_equal(broken(&r, "AUD-05")->evidence, "Religion: 12, in column Religion; Trade union membership: 6, in column Union; no condition of Art. 9 is stated");
    in_order(&f);
    f.findings[0] = (cdr_fact_finding){CDR_K_CVV, "", 3, 3, 9, false};
    f.findings[1] = (cdr_fact_finding){CDR_K_TRACK, "", 1, 1, 3, false};
    f.object.finding_count = 2;
    r = judge(&f);
    assert_string_equal(broken(&r, "AUD-01")->evidence, "4 codes, the first in line 3");
    in_order(&f);
    f.findings[0] = (cdr_fact_finding){CDR_K_CVV, CDR_FIELD_FILE_NAME, 1, 1, 0, false};
    f.object.finding_count = 1;
    f.object.object = 7;
    f.object.file = "";
    r = judge(&f);
    assert_string_equal(broken(&r, "AUD-01")->evidence, "1 code, in the name of the file or folder");
    assert_string_equal(broken(&r, "AUD-01")->command, "candor inventory show object:7");
}

/* A command that only records is told as the second step. */
static void commands__recording__after_the_deed(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    f.systems[0].encrypted = 0;
    f.systems[0].families |= FAMILY(CDR_FAMILY_PAYMENT);
    cdr_check_result r = judge(&f);
    assert_non_null(broken(&r, "AUD-10"));
    assert_non_null(strstr(broken(&r, "AUD-10")->note, "encrypts nothing"));
    assert_null(strstr(broken(&r, "AUD-10")->command, ">"));
}

static void todo__five__one_per_theme_and_place(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    cvv(&f);
    f.findings[1] = (cdr_fact_finding){CDR_K_CARD, "", 212, 212, 4, false};
    f.findings[2] = (cdr_fact_finding){CDR_K_SECRET_PASSWORD, "", 1, 1, 9, false};
    f.object.finding_count = 3;
    f.systems[0].payments = false;
    everyone(&f);
    no_agreement(&f);
    f.systems[0].owner = "";
    no_basis(&f);
    no_period(&f);
    f.holders[0].relation = "stores";
    cdr_check_result r = judge(&f);
    assert_int_equal(r.todo_count, 5);
    assert_string_equal(r.todo[0].rule, "AUD-01");
    assert_string_equal(r.todo[0].headline, "Delete 212 card verification codes");
    assert_string_equal(r.todo[0].command, "candor detect --redact --in-place --kind pay.cvv --kind pay.card shop/orders.csv");
    for (size_t i = 1; i < 5; i++)
        assert_true(strcmp(r.todo[i].rule, "AUD-02") != 0);   /* the same file is already being cleaned */
    assert_string_equal(r.todo[1].headline, "Sign a data agreement with Host & Co");
    for (size_t i = 1; i < r.violation_count; i++)
        assert_true(r.violations[i - 1].severity >= r.violations[i].severity);
}

/* A name from a file system must not become a command of its own when somebody copies the line. */
static void commands__hostile_names__quoted(void **state)
{
    (void)state;
    static const struct { const char *path, *command; } cases[] = {
        {"a b.csv", "chmod o-rwx -- 'a b.csv'"}, {"$(reboot).csv", "chmod o-rwx -- '$(reboot).csv'"}, {"it's.csv", "chmod o-rwx -- 'it'\\''s.csv'"}, {"-rf", "chmod o-rwx -- ./'-rf'"},
        {"plain/x_1.csv", "chmod o-rwx -- plain/x_1.csv"}, {"odd\\x1B.csv", ""}, {"a;b", "chmod o-rwx -- 'a;b'"}, {"a\nb", ""},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        firm f;
        in_order(&f);
        everyone(&f);
        f.object.path = f.object.file = cases[i].path;
        cdr_check_result r = judge(&f);
        const cdr_audit_violation *v = broken(&r, "AUD-09");
        assert_non_null(v);
        assert_string_equal(v->command, cases[i].command);
    }
}

static void commands__unregistered__can_be_typed(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    unregistered(&f);
    cdr_check_result r = judge(&f);
    assert_string_equal(broken(&r, "AUD-07")->command, "candor inventory add system marketing-team name=NAME owner=OWNER 'claims=/srv/Marketing Team' holders=us:responsible");
    f.systems[1].folder = "/srv/shop";     /* the key is taken */
    r = judge(&f);
    assert_string_equal(broken(&r, "AUD-07")->command, "candor inventory add system shop-2 name=NAME owner=OWNER claims=/srv/shop holders=us:responsible");
    f.systems[1].folder = "/srv/\xE2\x80\xA6";
    r = judge(&f);
    assert_non_null(strstr(broken(&r, "AUD-07")->command, "add system place "));
}

static void hits__very_many__counted(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    key_in_file(&f);
    static cdr_fact_object many[CDR_CHECK_HITS_MAX + 500];
    for (size_t i = 0; i < CDR_COUNT(many); i++)
        many[i] = f.object;
    f.facts.objects = many;
    f.facts.object_count = CDR_COUNT(many);
    cdr_check_result r = judge(&f);
    assert_int_equal(r.violation_count, CDR_CHECK_HITS_MAX);
    assert_int_equal(r.left_out, 500);
    assert_string_equal(r.todo[0].headline, "Change 2,500 passwords and keys");
}

/* Tables of a database and members of an archive have no rights of their own: one file, one command. */
static void access__parts_of_a_file__one_file(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    everyone(&f);
    cdr_fact_object parts[5];
    static const char *const paths[] = {"a.db!/orders", "a.db!/people", "b.zip!/1.csv", "b.zip!/2.csv", "c.csv"}, *const files[] = {"a.db", "a.db", "b.zip", "b.zip", "c.csv"};
    for (size_t i = 0; i < CDR_COUNT(parts); i++) {
        parts[i] = f.object;
        parts[i].path = paths[i];
        parts[i].file = parts[i].outer = parts[i].outer_shown = files[i];
        parts[i].inside = i < 4;
        parts[i].people = 100 + i;
    }
    f.facts.objects = parts;
    f.facts.object_count = CDR_COUNT(parts);
    cdr_check_result r = judge(&f);
    size_t count = 0;
    for (size_t i = 0; i < r.violation_count; i++)
        count += !strcmp(r.violations[i].rule, "AUD-09");
    assert_int_equal(count, 3);
    assert_string_equal(broken(&r, "AUD-09")->headline, "Stop everyone from reading 3 files");
    f.facts.object_count = 2;
    r = judge(&f);
    assert_string_equal(broken(&r, "AUD-09")->headline, "Stop everyone from reading a.db");
    assert_string_equal(broken(&r, "AUD-09")->path, "a.db");
    assert_string_equal(broken(&r, "AUD-09")->command, "chmod o-rwx -- a.db");
    assert_string_equal(broken(&r, "AUD-09")->evidence, "every account of the machine may read it; 101 people in one part of it");
}

static int setup(void **state)
{
    (void)state;
    arena = cdr_arena_new(64u << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdr_arena_free(arena);
    return 0;
}

static void playbooks_nobody_read(void **state)
{
    (void)state;
    firm f;
    in_order(&f);
    const cdr_audit_review late[] = {{"lost-device", NOW_US - YEAR_US}, {"ransomware", NOW_US - 1}};
    f.facts.reviews = late;
    f.facts.review_count = 1;
    cdr_check_result r = judge(&f);
    const cdr_audit_violation *v = broken(&r, "AUD-23");
    assert_non_null(v);
    assert_int_equal(r.violation_count, 1);
    assert_int_equal(v->severity, CDR_SEV_LOW);
    assert_string_equal(v->system, "lost-device");
    assert_non_null(strstr(v->evidence, "2025-12-18"));
    assert_string_equal(v->command, "candor playbook review lost-device --result good");
    assert_string_equal(r.todo[0].headline, "Review the playbook lost-device");
    f.facts.review_count = 2;
    r = judge(&f);
    assert_int_equal(r.violation_count, 2);
    assert_string_equal(r.todo[0].headline, "Review 2 playbooks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(playbooks_nobody_read),
        cmocka_unit_test(rules__each__breaks_and_mends), cmocka_unit_test(rules__firm_in_order__none), cmocka_unit_test(rules__table__sound),
        cmocka_unit_test(todo__five__one_per_theme_and_place), cmocka_unit_test(evidence__several_kinds__each_its_own), cmocka_unit_test(commands__recording__after_the_deed), cmocka_unit_test(commands__hostile_names__quoted), cmocka_unit_test(commands__unregistered__can_be_typed), cmocka_unit_test(hits__very_many__counted),
        cmocka_unit_test(access__parts_of_a_file__one_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
