/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept and what is not: masks, the ledger without a typed word, the timeline's order and privilege, evidence, quiet edits. */
#include "place.h"

#include "base/text.h"
#include "core/ledger/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static cdr_status keep_line(void *arg, const cdr_timeline_entry *e)
{
    cdr_buf_addf(arg, "%s|%s%s\n", e->kind, e->privileged ? "(p) " : "", e->text);
    return CDR_OK;
}

static char *timeline(place *p, cdr_buf *out)
{
    *out = CDR_BUF(1 << 16);
    world_ok(&p->w, cdr_incident_timeline(p->in, p->id, keep_line, out, &p->w.err));
    return out->data;
}

static cdr_status all_entries(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    cdr_buf_add(arg, entry, len);
    return CDR_OK;
}

static void masks(void **state)
{
    place *p = *state;
    cdr_buf lines;
    _cleanup_buf_ cdr_buf ledger = CDR_BUF(1 << 20);
    place_open(p, "Mrs Example says her card 4111 1111 1111 1111 was used");
    world_ok(&p->w, cdr_incident_note(p->in, p->id, "note", "The other card is 5555555555554444", 0, 0, false, false, &p->w.err));
    world_ok(&p->w, cdr_incident_decide(p->in, p->id, "notify-people", "yes", "card 4111111111111111 is out", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_TASK, .what = "Block 4111 1111 1111 1111"}, NULL, &p->w.err));
    char *text = timeline(p, &lines);
    assert_non_null(strstr(text, "1111 was used"));
    assert_null(strstr(text, "4111"));
    assert_null(strstr(text, "55555555"));
    cdr_buf_done(&lines);
    /* Nothing that was typed stands in the ledger. */
    world_ok(&p->w, cdr_ledger_each(cdr_workspace_ledger(p->w.ws), 0, all_entries, &ledger, &p->w.err));
    assert_non_null(strstr(ledger.data, "incident.open"));
    assert_null(strstr(ledger.data, "Example"));
    assert_null(strstr(ledger.data, "Block"));
    assert_null(strstr(ledger.data, "shop assistant"));
    assert_null(strstr(ledger.data, "is out"));
}

static void in_order(void **state)
{
    place *p = *state;
    cdr_buf lines;
    place_open(p, "A laptop is gone");
    p->w.now_us += MINUTE;
    world_ok(&p->w, cdr_incident_note(p->in, p->id, "call", "The train company called back", NOW - DAY, NOW, false, false, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_note(p->in, p->id, "note", "x", p->w.now_us + DAY, 0, false, false, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_note(p->in, p->id, "note", "x", NOW, NOW - DAY, false, false, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_note(p->in, p->id, "letter", "x", 0, 0, false, false, &p->w.err));
    world_ok(&p->w, cdr_incident_add_party(p->in, p->id, &(cdr_incident_party){.kind = "counsel", .name = "Law office Example", .privileged = true}, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_add_party(p->in, p->id, &(cdr_incident_party){.kind = "friend", .name = "x"}, &p->w.err));
    char *text = timeline(p, &lines);
    assert_true(strstr(text, "call|The train company") < strstr(text, "state|Opened"));
    assert_true(strstr(text, "state|Opened") < strstr(text, "party|(p) counsel"));
    assert_non_null(strstr(text, "role|ada is incident manager"));
    cdr_buf_done(&lines);
}

/* Everything that is shown stays text, however long and in whatever letters. */
static cdr_status is_text(void *arg, const cdr_timeline_entry *e)
{
    (void)arg;
    assert_true(cdr_utf8_valid(e->text, strlen(e->text)));
    return CDR_OK;
}

static cdr_status end_is_text(void *arg, const char *kind, const char *what, const char *command)
{
    (void)command;
    (void)arg;
    (void)kind;
    assert_true(cdr_utf8_valid(what, strlen(what)));
    return CDR_OK;
}

static void other_letters(void **state)
{
    place *p = *state;
    char title[200] = "x", reason[500] = "x", what[506] = "";
    cdr_incident_handed h;
    int64_t item;
    while (strlen(title) < 194)
        strcat(title, "\xc3\xa9");
    while (strlen(reason) < 495)
        strcat(reason, "\xe6\xbc\x8f");
    while (strlen(what) < 500)
        strcat(what, "\xf0\x9f\x94\x92");
    place_open(p, title);
    world_ok(&p->w, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_TASK, .what = "x"}, &item, &p->w.err));
    cdr_item long_item = {.incident = p->id, .kind = CDR_ITEM_TASK};
    snprintf(long_item.what, sizeof long_item.what, "%s", what);
    world_ok(&p->w, cdr_incident_add_item(p->in, &long_item, &item, &p->w.err));
    reason[250] = '\0';
    world_ok(&p->w, cdr_incident_hand_over(p->in, p->id, "ada", "dan", NULL, reason, &h, &p->w.err));
    world_ok(&p->w, cdr_incident_end_item(p->in, item, CDR_ITEM_DONE, reason, &p->w.err));
    place_status(p, CDR_DENIED, cdr_incident_close(p->in, p->id, reason, NULL, &p->w.err));
    assert_true(cdr_utf8_valid(p->w.err.text, strlen(p->w.err.text)));
    world_ok(&p->w, cdr_incident_timeline(p->in, p->id, is_text, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_open_ends(p->in, p->id, end_is_text, NULL, &p->w.err));
}

static cdr_status keep_fault(void *arg, const cdr_evidence *e, const char *fault)
{
    (void)e;
    snprintf(arg, 200, "%s", fault ? fault : "good");
    return CDR_OK;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void evidence(void **state)
{
    place *p = *state;
    char path[120], link[120], fault[200], folder[160];
    unsigned changed = 9;
    int64_t id;
    struct stat st;
    place_open(p, "A laptop is gone");
    snprintf(path, sizeof path, "%s/log.txt", p->w.dir);
    snprintf(link, sizeof link, "%s/link", p->w.dir);
    put(path, "one line\n");
    assert_int_equal(symlink(path, link), 0);
    place_status(p, CDR_E_INVAL, cdr_incident_add_evidence(p->in, p->id, link, NULL, true, &id, &p->w.err));
    place_status(p, CDR_E_INVAL, cdr_incident_add_evidence(p->in, p->id, p->w.dir, NULL, false, &id, &p->w.err));
    place_status(p, CDR_NOT_FOUND, cdr_incident_add_evidence(p->in, p->id, "/nowhere/at/all", NULL, false, &id, &p->w.err));
    world_ok(&p->w, cdr_incident_add_evidence(p->in, p->id, path, "of the night", false, &id, &p->w.err));
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_string_equal(fault, "good");
    assert_int_equal(changed, 0);
    put(path, "two line\n");
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_non_null(strstr(fault, "SHA-256"));
    put(path, "longer\nthan before\n");
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_non_null(strstr(fault, "9 bytes and has 19"));
    unlink(path);
    assert_int_equal(symlink("/etc/hostname", path), 0);   /* a link in its place is never followed */
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_non_null(strstr(fault, "cannot be read"));
    unlink(path);
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_string_equal(fault, "is gone");
    assert_int_equal(changed, 1);
    put(path, "a copy is kept\n");
    world_ok(&p->w, cdr_incident_add_evidence(p->in, p->id, path, NULL, true, &id, &p->w.err));
    unlink(path);
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_string_equal(fault, "good");   /* the last one */
    snprintf(folder, sizeof folder, "%s/evidence/I-1", p->w.home);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    char aside[200];
    snprintf(aside, sizeof aside, "%s/aside", p->w.dir);
    assert_int_equal(rename(folder, aside), 0);
    assert_int_equal(symlink(aside, folder), 0);   /* the same files, behind a link */
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_non_null(strstr(fault, "cannot be read"));
    unlink(folder);
    assert_int_equal(rename(aside, folder), 0);
    place_status(p, CDR_NOT_FOUND, cdr_incident_hand_evidence(p->in, p->id, 77, "bob", "x", &p->w.err));
    world_ok(&p->w, cdr_incident_hand_evidence(p->in, p->id, id, "Forensics Example", "examination", &p->w.err));
}

static void edit(place *p, const char *sql, const char *wanted);

static cdr_status keep_last(void *arg, const cdr_evidence *e)
{
    *(cdr_evidence *)arg = *e;
    return CDR_OK;
}

/* What stands in the name of a file is not kept, and the file is found all the same. */
static void evidence_names(void **state)
{
    place *p = *state;
    char path[160], fault[200];
    unsigned changed = 9;
    cdr_evidence e = {0};
    place_open(p, "A list of cards lies about");
    snprintf(path, sizeof path, "%s/card 4111 1111 1111 1111 ssn 078-05-1120.txt", p->w.dir);
    put(path, "x");
    world_ok(&p->w, cdr_incident_add_evidence(p->in, p->id, path, NULL, false, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_evidence(p->in, p->id, keep_last, &e, &p->w.err));
    assert_null(strstr(e.name, "4111 1111"));
    assert_null(strstr(e.place, "4111 1111"));
    assert_null(strstr(e.place, "078-05"));
    assert_non_null(strstr(e.place, p->w.dir));
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_string_equal(fault, "good");
    edit(p, "UPDATE incident_evidence SET sealed = zeroblob(80)", NULL);
    world_ok(&p->w, cdr_incident_check_evidence(p->in, p->id, keep_fault, fault, &changed, &p->w.err));
    assert_non_null(strstr(fault, "its place was changed"));
}

static bool stop_it(void *arg, uint64_t done, uint64_t all)
{
    unsigned *calls = arg;
    assert_true(done <= all);
    return ++*calls < 3;
}

static unsigned files_in(const char *folder)
{
    unsigned n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* Nothing is left of what was not entered; what a killed one left is cleared away, and a whole copy without an entry is counted. */
static void evidence_in_two_parts(void **state)
{
    place *p = *state;
    char path[160], folder[160], stray[200];
    unsigned calls = 0, n = 9;
    cdr_evidence_taken *t = NULL;
    place_open(p, "A laptop is gone");
    snprintf(path, sizeof path, "%s/large", p->w.dir);
    snprintf(folder, sizeof folder, "%s/evidence/I-1", p->w.home);
    put(path, "x");
    assert_int_equal(truncate(path, 3 << 20), 0);
    place_status(p, CDR_E_CANCELLED, cdr_incident_take_evidence(p->in, p->id, path, true, stop_it, &calls, &t, &p->w.err));
    assert_int_equal(calls, 3);
    assert_null(t);
    assert_int_equal(files_in(folder), 0);
    world_ok(&p->w, cdr_incident_take_evidence(p->in, p->id, path, true, NULL, NULL, &t, &p->w.err));
    assert_int_equal(files_in(folder), 1);
    cdr_evidence_taken *other = NULL;      /* does not take the first one's away */
    world_ok(&p->w, cdr_incident_take_evidence(p->in, p->id, path, true, NULL, NULL, &other, &p->w.err));
    world_ok(&p->w, cdr_incident_keep_evidence(p->in, p->id, t, NULL, NULL, &p->w.err));
    cdr_evidence_taken_free(t);
    cdr_evidence_taken_free(other);
    assert_int_equal(files_in(folder), 1);
    world_ok(&p->w, cdr_incident_stray_copies(p->in, &n, &p->w.err));
    assert_int_equal(n, 0);
    snprintf(stray, sizeof stray, "%s/.part-0123", folder);
    put(stray, "half");
    snprintf(stray, sizeof stray, "%s/E-0123", folder);
    put(stray, "whole");
    world_ok(&p->w, cdr_incident_stray_copies(p->in, &n, &p->w.err));
    assert_int_equal(n, 2);
    world_ok(&p->w, cdr_incident_add_evidence(p->in, p->id, path, NULL, true, NULL, &p->w.err));
    assert_int_equal(files_in(folder), 3);
    world_ok(&p->w, cdr_incident_stray_copies(p->in, &n, &p->w.err));
    assert_int_equal(n, 1);
}

/* A folder that somebody put a link in place of keeps nothing. */
static void evidence_folder_is_a_link(void **state)
{
    place *p = *state;
    char path[120], folder[160];
    place_open(p, "A laptop is gone");
    snprintf(path, sizeof path, "%s/log.txt", p->w.dir);
    snprintf(folder, sizeof folder, "%s/evidence", p->w.home);
    put(path, "x");
    assert_int_equal(symlink("/tmp", folder), 0);
    place_status(p, CDR_E_IO, cdr_incident_add_evidence(p->in, p->id, path, NULL, true, NULL, &p->w.err));
}

/* --- quiet edits --- */

static cdr_status keep_difference(void *arg, const char *what)
{
    cdr_buf_addf(arg, "%s\n", what);
    return CDR_OK;
}

static void edit(place *p, const char *sql, const char *wanted)
{
    char path[160];
    sqlite3 *db = NULL;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 16);
    cdr_incidents_close(p->in);
    p->in = NULL;
    world_close(&p->w);
    snprintf(path, sizeof path, "%s/candor.db", p->w.home);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sql && sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    world_open(&p->w);
    world_ok(&p->w, cdr_incidents_open(p->w.ws, &p->in, &p->w.err));
    world_ok(&p->w, cdr_incident_compare_ledger(p->w.ws, keep_difference, &out, &p->w.err));
    const char *text = out.data ? out.data : "";
    if (wanted ? !strstr(text, wanted) : *text != '\0')
        fail_msg("\"%s\" instead of \"%s\"", text, wanted ? wanted : "");
}

static void quiet_edits(void **state)
{
    place *p = *state;
    char path[120];
    int64_t item;
    snprintf(path, sizeof path, "%s/log.txt", p->w.dir);
    put(path, "x");
    place_team(p, CDR_DUTY_DEPUTY, "cleo");
    place_open(p, "A laptop is gone");
    world_ok(&p->w, cdr_incident_assess(p->in, p->id, CDR_INCIDENT_BREACH, "orders", &p->w.err));
    world_ok(&p->w, cdr_incident_decide(p->in, p->id, "notify-people", "no", "encrypted", NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_add_evidence(p->in, p->id, path, NULL, false, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_add_item(p->in, &(cdr_item){.incident = p->id, .kind = CDR_ITEM_DUTY, .what = "Tell the insurer"}, &item, &p->w.err));
    world_ok(&p->w, cdr_incident_end_item(p->in, item, CDR_ITEM_DONE, NULL, &p->w.err));
    world_ok(&p->w, cdr_incident_assign(p->in, p->id, CDR_DUTY_IT, "bob", NULL, NULL, &p->w.err));
    edit(p, NULL, NULL);
    edit(p, "UPDATE incident SET state = 4", "I-1 is no-breach, and breach for the ledger");
    edit(p, "UPDATE incident SET state = 3, reason = 'other'", "the reason of I-1 was changed");
    edit(p, "UPDATE incident SET reason = 'orders', title = 'A pencil is gone'", "the title of I-1 was changed");
    edit(p, "UPDATE incident SET title = 'A laptop is gone'", NULL);
    edit(p, "UPDATE incident_decision SET outcome = 'yes'", "decision 1 of I-1 was changed");
    edit(p, "UPDATE incident_decision SET outcome = 'no', approved_by = 'staff:cleo', approved_us = 5", "what the second person said");
    edit(p, "UPDATE incident_decision SET approved_by = NULL, approved_us = NULL", NULL);
    edit(p, "UPDATE incident_decision SET needs_second = NOT needs_second", "takes two people was changed");
    edit(p, "UPDATE incident_decision SET needs_second = NOT needs_second; UPDATE incident_time SET at_us = at_us - 86400000000 WHERE which = 2", "the time \"awareness\" is not");
    edit(p, "UPDATE incident_time SET at_us = at_us + 86400000000 WHERE which = 2; UPDATE incident SET verdict = 4", "whether I-1 is a breach");
    edit(p, "UPDATE incident SET verdict = 3", NULL);
    edit(p, "UPDATE incident_evidence SET sha256 = zeroblob(32)", "evidence 1 of I-1 has another hash");
    edit(p, "DELETE FROM incident_evidence", "evidence 1 is gone");
    edit(p, "UPDATE incident_role SET who = 'eve' WHERE who = 'bob'", "who is IT is not");
    edit(p, "UPDATE incident_role SET who = 'bob' WHERE who = 'eve'; UPDATE incident_item SET state = 1", "item 1 is not as");
    edit(p, "UPDATE incident_item SET state = 2; UPDATE incident_event SET text = text || '!' WHERE id = 1", "entry 1 of the timeline");
    edit(p, "INSERT INTO incident(kind, title, opened_us, opened_by, takeover_us, salt) VALUES('other', 'x', 1, 'x', 1, zeroblob(16))", "I-2 was never opened");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(masks, place_make, place_drop),    cmocka_unit_test_setup_teardown(in_order, place_make, place_drop),
        cmocka_unit_test_setup_teardown(evidence, place_make, place_drop), cmocka_unit_test_setup_teardown(evidence_folder_is_a_link, place_make, place_drop),
        cmocka_unit_test_setup_teardown(evidence_names, place_make, place_drop), cmocka_unit_test_setup_teardown(evidence_in_two_parts, place_make, place_drop),
        cmocka_unit_test_setup_teardown(other_letters, place_make, place_drop),
        cmocka_unit_test_setup_teardown(quiet_edits, place_make, place_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
