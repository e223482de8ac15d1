/* SPDX-License-Identifier: Apache-2.0 */
/* Names, addresses, places and organisations in running text: what is found, where it begins and ends, how firm it is. */
#include "base/buf.h"
#include "detect/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include <string.h>

static cdr_detect_scratch *scratch;
static cdr_ruleset *all, *near, *off;

typedef struct seen { const char *text; cdr_buf list; cdr_band band; const char *want; } seen;

static bool is_name_kind(cdr_kind k)
{
    return k == CDR_K_NAME || k == CDR_K_STREET || k == CDR_K_CITY || k == CDR_K_COUNTRY || k == CDR_K_REGION || k == CDR_K_ORGANIZATION || k == CDR_K_AGE || k == CDR_K_NATIONALITY ||
           k == CDR_K_JOB_TITLE || k == CDR_K_POSTCODE || k == CDR_K_HONORIFIC || k == CDR_K_EMPLOYEE_ID || k == CDR_K_CUSTOMER_ID || k == CDR_K_HEALTH_RECORD || k == CDR_K_USERNAME || k == CDR_K_PLATE;
}

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    seen *s = arg;
    if (!is_name_kind(f->kind))
        return CDR_OK;
    return cdr_buf_addf(&s->list, "%s[%.*s]%s", s->list.len ? " " : "", (int)(f->end - f->start), s->text + f->start, cdr_kind_get(f->kind)->type);
}

static const char *found(const cdr_ruleset *rs, const char *text, seen *s)
{
    *s = (seen){.text = text, .list = CDR_BUF(4096)};
    size_t len = strlen(text);
    assert_int_equal(cdr_detect_window(rs, scratch, text, len, 0, len, NULL, on_finding, s, NULL), CDR_OK);
    return s->list.data ? s->list.data : "";
}

typedef struct example { const char *text, *found; } example;

static void check(const example *e, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        seen s;
        const char *got = found(all, e[i].text, &s);
        if (strcmp(got, e[i].found)) {
            print_message("%s\n  is        %s\n  should be %s\n", e[i].text, got, e[i].found);
            wrong++;
        }
        cdr_buf_done(&s.list);
    }
    assert_int_equal(wrong, 0);
}

static void detect__names__persons(void **state)
{
    (void)state;
    static const example e[] = {
        {"I met Anna Smith yesterday.", "[Anna Smith]PERSON"},
        {"my name is Maria Silva and", "[Maria Silva]PERSON"},
        {"My name is Xanthippe Qwertyson.", "[Xanthippe Qwertyson]PERSON"},
        {"Dear Mrs. O'Connor-Smith,", "[Mrs.]TITLE [O'Connor-Smith]PERSON"},
        {"Sehr geehrter Herr Müller,", "[Herr]TITLE [Müller]PERSON"},
        {"Bonjour Madame Lefèvre, merci", "[Madame]TITLE [Lefèvre]PERSON"},
        {"SMITH, JOHN", "[SMITH, JOHN]PERSON"},
        {"We talked to Ludwig van Beethoven there.", "[Ludwig van Beethoven]PERSON"},
        {"written by John Q. Public, then", "[John Q. Public]PERSON"},
        {"they had: silvana, adam and kristina.", "[silvana]PERSON [adam]PERSON [kristina]PERSON"},
        {"Регистрация: Дмитрий Иванов", "[Дмитрий Иванов]PERSON"},
        {"Contact Hans-Peter Schmidt today", "[Hans-Peter Schmidt]PERSON"},
        {"Martin Luther King Jr. spoke", "[Martin Luther King Jr]PERSON"},
        {"Smith said that it works.", "[Smith]PERSON"},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__what_only_looks_like_persons(void **state)
{
    (void)state;
    static const example e[] = {
        {"Will May come? March on.", ""},
        {"Please Read The Manual Before Use.", ""},
        {"THIS SOFTWARE IS PROVIDED AS IS, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES", ""},
        {"The Python interpreter is written in C. See the Makefile.", ""},
        {"Click the Save button, then Close Window.", ""},
        {"error: No such file. Case Sensitive Order Number", ""},
        {"see @Anna, #London, img/Martin.jpg, Jordan.txt, Victor_Hugo and Lopez(3)", ""},
        {"In April and June, on Monday, we can.", ""},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__addresses(void **state)
{
    (void)state;
    static const example e[] = {
        {"Ship to 742 Evergreen Terrace, Springfield, IL 62704 please", "[742 Evergreen Terrace, Springfield, IL 62704]ADDRESS"},
        {"It is at 22 Baker Street, London NW1 6XE.", "[22 Baker Street, London NW1 6XE]ADDRESS"},
        {"an Hauptstraße 5, 10115 Berlin geliefert", "[Hauptstraße 5, 10115 Berlin]ADDRESS"},
        {"au 12 rue de la Paix, 75002 Paris.", "[12 rue de la Paix, 75002 Paris]ADDRESS"},
        {"es Calle Mayor 4, 28013 Madrid.", "[Calle Mayor 4, 28013 Madrid]ADDRESS"},
        {"in Via Roma 3, 00184 Roma.", "[Via Roma 3, 00184 Roma]ADDRESS"},
        {"przy ul. Marszałkowska 12/3, 00-590 Warszawa.", "[ul. Marszałkowska 12/3, 00-590 Warszawa]ADDRESS"},
        {"is Keizersgracht 123, 1015 CJ Amsterdam.", "[Keizersgracht 123, 1015 CJ Amsterdam]ADDRESS"},
        {"Write to PO Box 1234, Portland, OR 97201.", "[PO Box 1234, Portland, OR 97201]ADDRESS"},
        {"100 MAIN ST APT 4B, ANYTOWN, TX 75001", "[100 MAIN ST APT 4B, ANYTOWN, TX 75001]ADDRESS"},
        {"5 Oak Avenue\nApt. 7\nDenver\nCO 80202\n\nNext", "[5 Oak Avenue\nApt. 7\nDenver\nCO 80202]ADDRESS"},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__what_only_looks_like_addresses(void **state)
{
    (void)state;
    static const example e[] = {
        {"Copyright (C) 2016 Anna Lane and others", "[Anna Lane]PERSON"},
        {"see RFC 2616 Section 8 for more", ""},
        {"5. NOBODY SHALL BE LIABLE TO LICENSEE OR ANY OTHER USERS OF IT", ""},
        {"version 3 Release Candidate 4", ""},
        {"run 12 times in a row", ""},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__places_and_organisations(void **state)
{
    (void)state;
    static const example e[] = {
        {"He flew from Berlin to New York.", "[Berlin]LOCATION [New York]LOCATION"},
        {"She was born in Upper Wallop.", "[Upper Wallop]LOCATION"},
        {"They sold it to Acme Widgets Inc. in Ukraine", "[Acme Widgets Inc.]ORGANIZATION [Ukraine]LOCATION"},
        {"at Stanford University and St. Mary's Hospital.", "[Stanford University]ORGANIZATION [St. Mary's Hospital]ORGANIZATION"},
        {"Zendelin is a software company.", "[Zendelin]ORGANIZATION"},
        {"a 45-year-old Canadian woman", "[45]AGE [Canadian]NRP"},
        {"He works as a nurse.", "[nurse]TITLE"},
        {"the zip code is 53650 there", "[53650]POSTAL_CODE"},
    };
    check(e, CDR_COUNT(e));
}

static cdr_status keep_band(void *arg, const cdr_finding *f)
{
    if (f->kind == CDR_K_NAME || f->kind == CDR_K_STREET)
        *(int *)arg = f->band;
    return CDR_OK;
}

static int band_of(const cdr_ruleset *rs, const char *text)
{
    int band = -1;
    assert_int_equal(cdr_detect_window(rs, scratch, text, strlen(text), 0, strlen(text), NULL, keep_band, &band, NULL), CDR_OK);
    return band;
}

static void detect__names__values_that_their_label_tells(void **state)
{
    (void)state;
    static const example e[] = {
        {"Employee ID: EMP-34472 ok", "[EMP-34472]EMPLOYEE_ID"},
        {"the patient id is 12345678", "[12345678]MEDICAL_RECORD"},
        {"MRN 100443", "[100443]MEDICAL_RECORD"},
        {"username: jdoe_77", "[jdoe_77]USERNAME"},
        {"Kundennummer: 4711001", "[4711001]CUSTOMER_ID"},
        {"license plate ABC-1234", "[ABC-1234]VEHICLE_PLATE"},
        {"Login is required. The username is case sensitive.", ""},
        {"the patient took 5000 steps", ""},
        {"order number 4711001", ""},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__known_again_in_the_same_text(void **state)
{
    (void)state;
    static const example e[] = {
        {"We saw Angela Zqwerty; later Zqwerty left.", "[Angela Zqwerty]PERSON [Zqwerty]PERSON"},
        {"a film by Bryan Maclean and starring Maclean", "[Bryan Maclean]PERSON [Maclean]PERSON"},
    };
    check(e, CDR_COUNT(e));
}

static void detect__names__firm_only_with_more_than_a_list(void **state)
{
    (void)state;
    assert_int_equal(band_of(all, "and Anna Smith was there"), CDR_BAND_LOW);
    assert_int_equal(band_of(all, "and Mrs. Smith was there"), CDR_BAND_MEDIUM);
    assert_int_equal(band_of(all, "Patient: Anna Smith"), CDR_BAND_MEDIUM);
    assert_int_equal(band_of(all, "Anna Smith <anna@example.com>"), CDR_BAND_MEDIUM);
    assert_int_equal(band_of(all, "It is 12 Oak Avenue, Denver, CO 80202."), CDR_BAND_LOW);
    assert_int_equal(band_of(all, "She lives at 12 Oak Avenue, Denver, CO 80202."), CDR_BAND_MEDIUM);
    assert_int_equal(band_of(all, "51 Franklin Street, Fifth Floor, Boston, MA 02110"), CDR_BAND_LOW);
}

static void detect__names__near_mode_looks_beside_other_data_only(void **state)
{
    (void)state;
    assert_int_equal(band_of(near, "and Anna Smith was there"), -1);
    assert_int_equal(band_of(near, "Anna Smith <anna@example.com>"), CDR_BAND_MEDIUM);
    assert_int_equal(band_of(off, "Anna Smith <anna@example.com>"), -1);
}

static cdr_status count_names(void *arg, const cdr_finding *f)
{
    *(int *)arg += f->kind == CDR_K_NAME;
    return CDR_OK;
}

/* The name in the next cell stands beside nothing. */
static void detect__names__cells_are_texts_of_their_own(void **state)
{
    (void)state;
    static const char text[] = "anna@example.com\nAnna Smith\nBob Jones <bob@example.org>\nDr.\nMiller\n";
    static const uint32_t starts[] = {0, 17, 28, 56, 60, 67};
    int names = 0;
    assert_int_equal(cdr_detect_cells(near, scratch, text, starts, 5, NULL, count_names, &names, NULL), CDR_OK);
    assert_int_equal(names, 1);
    names = 0;
    assert_int_equal(cdr_detect_cells(all, scratch, text, starts, 5, NULL, count_names, &names, NULL), CDR_OK);
    assert_int_equal(names, 2);
}

/* A text in windows gives what it gives at once. */
static void detect__names__windows_agree(void **state)
{
    (void)state;
    cdr_buf text = CDR_BUF(1 << 20), whole = CDR_BUF(1 << 20), parts = CDR_BUF(1 << 20);
    for (int i = 0; i < 400; i++)
        assert_int_equal(cdr_buf_addf(&text, "Line %d: Patient: Anna Smith lives at %d Oak Avenue, Denver, CO 80202.\n", i, 10 + i), CDR_OK);
    seen s = {.text = text.data, .list = whole};
    assert_int_equal(cdr_detect_window(all, scratch, text.data, text.len, 0, text.len, NULL, on_finding, &s, NULL), CDR_OK);
    whole = s.list;
    s.list = parts;
    for (size_t at = 0; at < text.len; at += 1000)
        assert_int_equal(cdr_detect_window(all, scratch, text.data, text.len, at, at + 1000, NULL, on_finding, &s, NULL), CDR_OK);
    parts = s.list;
    assert_string_equal(whole.data, parts.data);
    cdr_buf_done(&text);
    cdr_buf_done(&whole);
    cdr_buf_done(&parts);
}

static int setup(void **state)
{
    (void)state;
    cdr_ruleset_options o = {.names = CDR_NAMES_ALL};
    if (cdr_ruleset_new(&o, &all, NULL) != CDR_OK)
        return -1;
    o.names = CDR_NAMES_NEAR;
    if (cdr_ruleset_new(&o, &near, NULL) != CDR_OK)
        return -1;
    o.names = CDR_NAMES_OFF;
    return cdr_ruleset_new(&o, &off, NULL) == CDR_OK && cdr_detect_scratch_new(&scratch, NULL) == CDR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(all);
    cdr_ruleset_free(near);
    cdr_ruleset_free(off);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detect__names__persons),
        cmocka_unit_test(detect__names__what_only_looks_like_persons),
        cmocka_unit_test(detect__names__addresses),
        cmocka_unit_test(detect__names__what_only_looks_like_addresses),
        cmocka_unit_test(detect__names__places_and_organisations),
        cmocka_unit_test(detect__names__values_that_their_label_tells),
        cmocka_unit_test(detect__names__known_again_in_the_same_text),
        cmocka_unit_test(detect__names__firm_only_with_more_than_a_list),
        cmocka_unit_test(detect__names__near_mode_looks_beside_other_data_only),
        cmocka_unit_test(detect__names__cells_are_texts_of_their_own),
        cmocka_unit_test(detect__names__windows_agree),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
