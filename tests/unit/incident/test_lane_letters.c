/* SPDX-License-Identifier: Apache-2.0 */
/* Every letter from every kind of answers: without a hole, short, without a phrase that promises what nobody looked at. */
#include "core/incident/draft_text.h"
#include "core/incident/lane_letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1803027600000000)
#define WORDS_MAX 450

static uint32_t dice = 3;
static uint32_t roll(uint32_t n)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % n;
}

static void random_answers(cdr_lane_answers *a)
{
    memset(a, 0, sizeof *a);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        const cdr_lane_row *row = &cdr_lane_rows[q];
        size_t n = 0, at = 0;
        if (!cdr_lane_applies(q, a))
            continue;
        while (row->choices[n].key)
            n++;
        a->said[q] = roll(6) ? CDR_LANE_SAID : CDR_LANE_UNKNOWN;
        if (a->said[q] != CDR_LANE_SAID)
            continue;
        if (row->kind == CDR_LANE_CHOICES)
            for (size_t i = q == CDR_LANE_DID; i < n; i++)
                at += roll(3) ? 0 : (size_t)snprintf(a->text[q] + at, sizeof a->text[q] - at, "%s%s", at ? "," : "", row->choices[i].key);
        if (row->kind == CDR_LANE_CHOICE || (row->kind == CDR_LANE_CHOICES && !at))
            snprintf(a->text[q], sizeof a->text[q], "%s", row->choices[roll((uint32_t)n)].key);
        if (row->kind == CDR_LANE_NUMBER)
            snprintf(a->text[q], sizeof a->text[q], "%u", roll(30));
        if (row->kind == CDR_LANE_TIME)
            snprintf(a->text[q], sizeof a->text[q], "2027-02-%02uT07:30:00Z", 10 + roll(9));
        if (row->kind == CDR_LANE_TEXT)
            snprintf(a->text[q], sizeof a->text[q], "%s", roll(2) ? "DE" : "DE,US,JP");
    }
}

static unsigned words_of(const char *s)
{
    unsigned n = 0;
    for (bool in = false; *s; s++) {
        bool letter = *s != ' ' && *s != '\n';
        n += letter && !in;
        in = letter;
    }
    return n;
}

static void check(const char *name, const cdr_buf *subject, const cdr_buf *text)
{
    static const char *const banned[] = {"no evidence of", "{{", "}}", "out of an abundance of caution", "take your privacy seriously", "  ", "\n\n\n", " .", "..", "(null)"};
    for (size_t i = 0; i < CDR_COUNT(banned); i++)
        if (strstr(text->data, banned[i]) || strstr(subject->data, banned[i]))
            fail_msg("%s holds \"%s\":\n%s", name, banned[i], text->data);
    /* The note for the file holds the questions and the law as well, and goes to nobody. */
    if (strcmp(name, "note_internal") != 0 && words_of(text->data) > WORDS_MAX)
        fail_msg("%s has %u words:\n%s", name, words_of(text->data), text->data);
}

static void test_all(void **state)
{
    (void)state;
    static const char *const names[] = {"letter_people", "letter_recipient", "report_authority", "notice_insurer", "note_internal"};
    const char *show = getenv("CANDOR_SHOW_LETTERS");
    for (unsigned i = 0; i < 3000; i++) {
        cdr_lane_answers a;
        cdr_lane_result r;
        random_answers(&a);
        cdr_lane_result_make(&a, NOW, &r);
        const cdr_lane_letter_facts facts = {"Harbour Books", i % 2 ? "0800 555 0100" : "", i % 3 ? NULL : "we asked twice", 7, NOW, 0};
        json_t *data = cdr_lane_letter_data(&a, &r, &facts);
        assert_non_null(data);
        for (size_t k = 0; k < CDR_COUNT(names); k++) {
            cdr_buf subject, text;
            cdr_err err = {0};
            if (cdr_draft_text(NULL, names[k], data, &subject, &text, &err) != CDR_OK)
                fail_msg("%s: %s", names[k], err.text);
            if (show && i == (unsigned)strtoul(show, NULL, 10))
                print_message("----- %s\n%s\n\n%s", names[k], subject.data, text.data);
            check(names[k], &subject, &text);
            cdr_buf_done(&subject);
            cdr_buf_done(&text);
        }
        json_decref(data);
        assert_true(strlen(r.headline) > 30 && strlen(r.why_authority) > 20);
    }
}

static void test_which(void **state)
{
    (void)state;
    cdr_lane_letter l[CDR_LANE_LETTERS_MAX];
    cdr_lane_answers a = {0};
    cdr_lane_result r;
    static const struct { cdr_lane_q q; const char *text; } said[] = {{CDR_LANE_WHAT, "wrong-recipient"}, {CDR_LANE_NOTICED, "2027-02-19T08:00:00Z"}, {CDR_LANE_BY, "staff"}, {CDR_LANE_PEOPLE, "1"},
        {CDR_LANE_WHOSE, "customers"}, {CDR_LANE_DATA, "contact"}, {CDR_LANE_HAS, "known"}, {CDR_LANE_ASKED, "no"}, {CDR_LANE_WHERE, "DE"}};
    for (size_t i = 0; i < CDR_COUNT(said); i++) {
        a.said[said[i].q] = CDR_LANE_SAID;
        snprintf(a.text[said[i].q], CDR_LANE_ANSWER_MAX, "%s", said[i].text);
    }
    cdr_lane_result_make(&a, NOW, &r);
    assert_int_equal(cdr_lane_letters(&a, &r, NOW, l), 2);
    assert_string_equal(l[0].name, "letter_recipient");
    assert_true(l[1].filed);
    snprintf(a.text[CDR_LANE_DATA], CDR_LANE_ANSWER_MAX, "contact,health");
    cdr_lane_result_make(&a, NOW, &r);
    assert_int_equal(cdr_lane_letters(&a, &r, NOW, l), 5);
    snprintf(a.text[CDR_LANE_ASKED], CDR_LANE_ANSWER_MAX, "confirmed");
    cdr_lane_result_make(&a, NOW, &r);
    assert_int_equal(cdr_lane_letters(&a, &r, NOW, l), 3);
    assert_string_equal(l[0].name, "report_authority");
}

/* A file of the organisation's own comes first; one with a hole is refused. */
static void test_own(void **state)
{
    (void)state;
    char dir[] = "/tmp/candor-unit-XXXXXX", path[100];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/letter_recipient.txt", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("Subject: From {{org}}\n\nPlease delete it by {{until}}. [name]\n", f);
    fclose(f);
    cdr_lane_answers a = {0};
    cdr_lane_result r;
    cdr_err err = {0};
    cdr_buf subject, text, places = CDR_BUF(200);
    cdr_lane_result_make(&a, NOW, &r);
    json_t *data = cdr_lane_letter_data(&a, &r, &(cdr_lane_letter_facts){"Harbour Books", "", NULL, 7, NOW, 0});
    assert_int_equal(cdr_draft_text(dir, "letter_recipient", data, &subject, &text, &err), CDR_OK);
    assert_string_equal(subject.data, "From Harbour Books");
    assert_string_equal(text.data, "Please delete it by Sunday 21 February 2027 at 09:00 (time zone UTC). [name]\n");
    cdr_draft_open_places(text.data, &places);
    assert_string_equal(places.data, "[name]");
    cdr_buf_done(&subject);
    cdr_buf_done(&text);
    cdr_buf_done(&places);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("Subject: x\n\nDear {{customer}}\n", f);
    fclose(f);
    assert_int_not_equal(cdr_draft_text(dir, "letter_recipient", data, &subject, &text, &err), CDR_OK);
    assert_non_null(strstr(err.text, "customer"));
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("Dear you\n", f);
    fclose(f);
    assert_int_equal(cdr_draft_text(dir, "letter_recipient", data, &subject, &text, &err), CDR_E_INVAL);
    json_decref(data);
    unlink(path);
    rmdir(dir);
}

/* To the authority what is not known is never nothing while a place is open or the recipient has not answered. */
static void test_not_known(void **state)
{
    (void)state;
    cdr_lane_answers a = {0};
    cdr_lane_result r;
    cdr_err err = {0};
    cdr_buf subject, text;
    static const struct { cdr_lane_q q; const char *text; } said[] = {{CDR_LANE_WHAT, "wrong-recipient"}, {CDR_LANE_NOTICED, "2027-02-19T08:00:00Z"}, {CDR_LANE_BY, "staff"}, {CDR_LANE_PEOPLE, "1"},
        {CDR_LANE_WHOSE, "customers"}, {CDR_LANE_DATA, "health"}, {CDR_LANE_HAS, "known"}, {CDR_LANE_ASKED, "asked"}, {CDR_LANE_WHERE, "DE"}};
    for (size_t i = 0; i < CDR_COUNT(said); i++) {
        a.said[said[i].q] = CDR_LANE_SAID;
        snprintf(a.text[said[i].q], CDR_LANE_ANSWER_MAX, "%s", said[i].text);
    }
    for (int known = 0; known < 2; known++) {
        cdr_lane_result_make(&a, NOW, &r);
        json_t *data = cdr_lane_letter_data(&a, &r, &(cdr_lane_letter_facts){"Harbour Books", "", NULL, 7, NOW, known ? NOW : 0});
        assert_int_equal(cdr_draft_text(NULL, "report_authority", data, &subject, &text, &err), CDR_OK);
        assert_null(strstr(text.data, "Nothing that we know of"));
        assert_non_null(strstr(text.data, "- We do not know yet whether those who got the data have deleted it."));
        assert_non_null(strstr(text.data, "- We do not know yet how many records it concerns."));
        assert_int_equal(strstr(text.data, "- We do not know yet when it began.") != NULL, !known);
        assert_non_null(strstr(text.data, "- We asked those who have the data to delete it."));
        cdr_buf_done(&subject);
        cdr_buf_done(&text);
        json_decref(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all), cmocka_unit_test(test_which), cmocka_unit_test(test_own), cmocka_unit_test(test_not_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
