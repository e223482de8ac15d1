/* SPDX-License-Identifier: Apache-2.0 */
/* PINs: what is refused and why, and that hardly any of those drawn by chance is. */
#include "core/identity/chance.h"
#include "core/identity/pin.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *fault_of(const char *said, unsigned min)
{
    char d[CDR_PIN_MAX];
    size_t n = cdr_pin_digits(said, strlen(said), d);
    return cdr_pin_fault(d, n, min);
}

static void pin__good_ones__are_taken(void **state)
{
    (void)state;
    static const char *const good[] = {"48203957", "4820 3957", "4820-3957", "70318254", "918264053", "502917364820", "83520417"};
    for (size_t i = 0; i < CDR_COUNT(good); i++)
        if (fault_of(good[i], CDR_PIN_MIN))
            fail_msg("case %zu: %s", i, fault_of(good[i], CDR_PIN_MIN));
    assert_null(fault_of("482039", 6));
    assert_null(fault_of("4820395", 6));
}

static void pin__form__digits_and_length(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "48203a57", "+48203957", "4820395\xc2\xb2", "\xef\xbc\x94\xef\xbc\x98\xef\xbc\x92\xef\xbc\x90\xef\xbc\x93\xef\xbc\x99\xef\xbc\x95\xef\xbc\x97",
                                      "\xd9\xa4\xd9\xa8\xd9\xa2\xd9\xa0\xd9\xa3\xd9\xa9\xd9\xa5\xd9\xa7", "4820395703918", "4820.3957", "48203957\t", "4820395703918264053829164"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_non_null(fault_of(bad[i], CDR_PIN_MIN));
    assert_non_null(fault_of("4820395", CDR_PIN_MIN));
    assert_non_null(fault_of("482039", CDR_PIN_MIN));
    assert_non_null(fault_of("482039", 7));
    /* Below six there is no policy. */
    assert_non_null(fault_of("48203", 6));
    assert_non_null(fault_of("48203", 4));
    assert_non_null(fault_of("4820", 0));
    char d[CDR_PIN_MAX];
    assert_int_equal(cdr_pin_digits("4820\0003957", 9, d), 0);
}

static void pin__patterns__refused_with_a_reason(void **state)
{
    (void)state;
    static const struct { const char *why; const char *pins[12]; } rows[] = {
        {"counts", {"12345678", "23456789", "34567890", "87654321", "98765432", "10987654", "78901234", "24680246", "13579135", "02468024"}},
        {"halves", {"12344321", "45670123", "56781234", "43215678", "123456654321", "98763210"}},
        {"one digit", {"11111111", "11112222", "12222222", "10000009", "48444482", "12121112", "555551234"}},
        {"group", {"12351235", "48204820", "1234512345", "482048204820"}},
        {"doubles", {"11223344", "99887766", "11335577", "111222333"}},
        {"behind", {"48200284", "829464928"}},
        {"date", {"13071984", "07131984", "19840713", "19841307", "31122099", "01011900", "29022000", "20260229x", "19841999", "20182019", "4813071984", "1307198499"}},
        {"keys", {"14789632", "25809632", "14725836", "15935725", "78945612", "36925814", "74108520", "95175325"}},
        {"many people", {"31415926", "27182818", "52013140", "12345679", "11235813", "16180339", "314159261"}},
    };
    for (size_t i = 0; i < CDR_COUNT(rows); i++)
        for (size_t k = 0; k < CDR_COUNT(rows[i].pins) && rows[i].pins[k]; k++) {
            if (strchr(rows[i].pins[k], 'x'))
                continue;
            const char *why = fault_of(rows[i].pins[k], CDR_PIN_MIN);
            if (!why)
                fail_msg("%s was taken", rows[i].pins[k]);
            assert_null(strstr(why, rows[i].pins[k]));
        }
    static const char *const six[] = {"123456", "654321", "130784", "840713", "071384", "121212", "147258", "789456", "159753", "520131", "007007", "112358", "456789", "5201314", "1371984", "1984713"};
    for (size_t i = 0; i < CDR_COUNT(six); i++)
        if (!fault_of(six[i], 6))
            fail_msg("%s was taken", six[i]);
    /* 29 February of a year that has none is no date. */
    assert_null(fault_of("29021983", CDR_PIN_MIN));
}

static void pin__every_date__refused(void **state)
{
    (void)state;
    for (int year = 1900; year < 2100; year += 7)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 28; day += 9) {
                char pins[4][40];
                snprintf(pins[0], sizeof pins[0], "%02d%02d%04d", day, month, year);
                snprintf(pins[1], sizeof pins[1], "%02d%02d%04d", month, day, year);
                snprintf(pins[2], sizeof pins[2], "%04d%02d%02d", year, month, day);
                snprintf(pins[3], sizeof pins[3], "%04d%02d%02d", year, day, month);
                for (size_t i = 0; i < 4; i++)
                    if (!fault_of(pins[i], CDR_PIN_MIN))
                        fail_msg("%s was taken", pins[i]);
            }
}

/* A list that refuses too much makes the rest easier to guess. */
static void pin__drawn_by_chance__hardly_ever_refused(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    unsigned refused = 0, drawn = 100000;
    for (unsigned i = 0; i < drawn; i++) {
        char d[8];
        assert_int_equal(cdr_chance_digits(&ctx, d, 8, NULL), CDR_OK);
        refused += cdr_pin_fault(d, 8, CDR_PIN_MIN) != NULL;
    }
    print_message("refused: %.2f %%\n", 100.0 * refused / drawn);
    assert_true(refused < drawn * 2 / 100);
}

static const char *own_fault(const char *pin, uint16_t field, const char *value)
{
    cdr_pin_own own = {.digits = pin, .n = strlen(pin)};
    cdr_pin_own_add(&own, field, value, strlen(value));
    return cdr_pin_own_fault(&own);
}

static void pin__own_data__refused(void **state)
{
    (void)state;
    static const struct { const char *pin; uint16_t field; const char *value; } hits[] = {
        {"55501234", CDR_FIELD_PHONE, "+1 202 555-0123"}, {"20255501", CDR_FIELD_MOBILE, "(202) 555 0199"}, {"91055502", CDR_FIELD_PHONE, "+1 202 555-0191"},
        {"41234567", CDR_FIELD_ACCOUNT, "AC-1234567"}, {"90000242", CDR_FIELD_CARD, "4242 4242 4242 0000"}, {"42420000", CDR_FIELD_CARD, "4242424242420000"},
        {"91307841", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"}, {"90713849", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"}, {"28407139", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"},
        {"19841307", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"}, {"71319842", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"}, {"98413074", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"},
        {"48213957", CDR_FIELD_ACCOUNT, "4821"}, {"90713195", CDR_FIELD_DATE_OF_BIRTH, "0713"},
    };
    for (size_t i = 0; i < CDR_COUNT(hits); i++)
        if (!own_fault(hits[i].pin, hits[i].field, hits[i].value) )
            fail_msg("case %zu was taken", i);
    assert_null(own_fault("48203957", CDR_FIELD_PHONE, "+1 202 555-0123"));
    assert_null(own_fault("48203957", CDR_FIELD_DATE_OF_BIRTH, "1984-07-13"));
    assert_null(own_fault("48203957", CDR_FIELD_ACCOUNT, "48"));
    assert_null(own_fault("48203957", CDR_FIELD_PHONE, ""));
    /* Pieces of several: last four of the card, year of birth. */
    cdr_pin_own own = {.digits = "03181984", .n = 8};
    cdr_pin_own_add(&own, CDR_FIELD_CARD, "4111111111110318", 16);
    assert_null(cdr_pin_own_fault(&own));
    cdr_pin_own_add(&own, CDR_FIELD_DATE_OF_BIRTH, "1984-07-13", 10);
    assert_non_null(cdr_pin_own_fault(&own));
    assert_null(strstr(cdr_pin_own_fault(&own), "0318"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pin__good_ones__are_taken), cmocka_unit_test(pin__form__digits_and_length), cmocka_unit_test(pin__patterns__refused_with_a_reason),
        cmocka_unit_test(pin__every_date__refused), cmocka_unit_test(pin__drawn_by_chance__hardly_ever_refused), cmocka_unit_test(pin__own_data__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
