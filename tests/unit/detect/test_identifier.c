/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of identifiers by hand-worked examples, and what of them is found in a text. */
#include "candor/detect.h"
#include "detect/identifier.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct example { const char *kind, *number; } example;

static void expect(const example *list, size_t count, cdr_status status)
{
    for (size_t i = 0; i < count; i++) {
        cdr_status s = cdr_identifier_check(list[i].kind, list[i].number, strlen(list[i].number), NULL);
        if (s != status)
            fail_msg("%s %s: expected %s", list[i].kind, list[i].number, cdr_status_name(status));
    }
}

#define VALID(list) expect(list, CDR_COUNT(list), CDR_OK)
#define INVALID(list) expect(list, CDR_COUNT(list), CDR_DENIED)

static void detect__card__wants_issuer_length_and_luhn(void **state)
{
    (void)state;
    const example good[] = {{"pay.card", "4111 1111 1111 1111"}, {"pay.card", "5555-5555-5555-4444"}, {"pay.card", "378282246310005"}, {"pay.card", "2223003122003222"},
                            {"pay.card", "30569309025904"}, {"pay.card", "6011111111111117"}, {"pay.card", "3530111333300000"}, {"card", "4222222222222"}};
    const example bad[] = {{"pay.card", "4111 1111 1111 1112"}, {"pay.card", "41111111111111"}, {"pay.card", "1234567812345670"}, {"pay.card", "37828224631000"}, {"pay.card", ""}, {"pay.card", "4111a11111111111"}};
    VALID(good);
    INVALID(bad);
}

static void detect__iban__refuses_wrong_country_length_shape_and_check(void **state)
{
    (void)state;
    const example good[] = {{"iban", "DE89 3704 0044 0532 0130 00"}, {"iban", "GB82WEST12345698765432"}, {"iban", "fr14 2004 1010 0505 0001 3m02 606"}, {"iban", "NO93 8601 1117 947"},
                            {"iban", "ES91 2100 0418 4502 0005 1332"}, {"iban", "BE68 5390 0754 7034"}, {"iban", "MT84MALT011000012345MTLCAST001S"}};
    const example bad[] = {{"iban", "DE89 3704 0044 0532 0130 01"}, {"iban", "DE89 3704 0044 0532 0130 0"}, {"iban", "ZZ89370400440532013000"}, {"iban", "GB82123412345698765432"},
                           {"iban", "D"}, {"iban", "DE"}, {"iban", "DE89"}};
    VALID(good);
    INVALID(bad);
}

static void detect__us__numbers(void **state)
{
    (void)state;
    const example good[] = {{"us.ssn", "536-90-4399"}, {"us.itin", "912-70-1234"}, {"us.itin", "900-55-1234"}, {"us.npi", "1234567893"}, {"us.dea", "AB1234563"}, {"us.mbi", "1EG4-TE5-MK73"},
                            {"us.rtn", "021000021"}, {"us.ein", "91-1144442"}, {"us.ptin", "P12345678"}};
    const example bad[] = {{"us.ssn", "900-12-3456"}, {"us.ssn", "666-12-3456"}, {"us.ssn", "536-00-4399"}, {"us.ssn", "078-05-1120"}, {"us.itin", "912-89-1234"}, {"us.itin", "912-93-1234"},
                           {"us.npi", "1234567890"}, {"us.npi", "3234567893"}, {"us.dea", "AB1234560"}, {"us.mbi", "1SG4-TE5-MK73"}, {"us.rtn", "021000022"}};
    VALID(good);
    INVALID(bad);
}

static void detect__britain_and_ireland__numbers(void **state)
{
    (void)state;
    const example good[] = {{"gb.nhs", "943 476 5919"}, {"gb.nino", "AB 12 34 56 C"}, {"gb.utr", "1955839661"}, {"gb.vat", "GB 980 7806 84"}, {"ie.pps", "6433435F"}, {"ie.pps", "1234567FA"}};
    const example bad[] = {{"gb.nhs", "943 476 5918"}, {"gb.nino", "BG123456A"}, {"gb.nino", "QQ123456C"}, {"gb.nino", "AB123456E"}, {"gb.utr", "2955839661"}, {"ie.pps", "6433435E"}};
    VALID(good);
    INVALID(bad);
}

static void detect__german_speaking__numbers(void **state)
{
    (void)state;
    const example good[] = {{"de.idnr", "36 574 261 809"}, {"de.kvnr", "A123456780"}, {"de.rvnr", "65 170839 J 003"}, {"de.personalausweis", "L01X00T471"}, {"de.vat", "DE136695976"},
                            {"at.vnr", "1237 010180"}, {"ch.ssn", "756.9217.0769.85"}, {"ch.uid", "CHE-100.155.212"}};
    const example bad[] = {{"de.idnr", "36 574 261 890"}, {"de.kvnr", "A123456781"}, {"de.rvnr", "65 170839 J 004"}, {"de.personalausweis", "L01X00T472"}, {"de.vat", "DE136695978"},
                           {"at.vnr", "1238 010180"}, {"ch.ssn", "756.9217.0769.84"}, {"ch.uid", "CHE-100.155.213"}};
    VALID(good);
    INVALID(bad);
}

static void detect__latin_europe__numbers(void **state)
{
    (void)state;
    const example good[] = {{"fr.nir", "2 95 10 99 126 111 93"}, {"fr.nir", "253072A07300443"}, {"fr.siret", "73282932000074"}, {"fr.tva", "FR 40 303 265 045"}, {"es.dni", "54362315K"}, {"es.nie", "X-2482300W"},
                            {"it.codicefiscale", "RCCMNL83S18D969H"}, {"it.iva", "IT 00743110157"}, {"pt.nif", "501964843"}, {"nl.bsn", "111222333"}, {"be.nn", "85.07.30-033 28"}, {"lu.nin", "1893120105732"}};
    const example bad[] = {{"fr.nir", "253072C07300443"}, {"fr.siret", "73282932000079"}, {"es.dni", "54362315Z"}, {"es.nie", "X-2482300A"}, {"it.codicefiscale", "RCCMNL83S48D969H"},
                           {"pt.nif", "501964842"}, {"nl.bsn", "111252333"}, {"nl.bsn", "000000000"}, {"be.nn", "85.07.30-033 29"}, {"lu.nin", "1893120105733"}};
    VALID(good);
    INVALID(bad);
}

static void detect__nordic__numbers(void **state)
{
    (void)state;
    const example good[] = {{"se.personnummer", "121212+1212"}, {"no.fodselsnummer", "151086 95088"}, {"dk.cpr", "211062-5629"}, {"fi.hetu", "131052-308T"}, {"fi.hetu", "131052B308T"}, {"is.kennitala", "120174-3399"}};
    const example bad[] = {{"se.personnummer", "880320-0018"}, {"se.personnummer", "881320-0016"}, {"no.fodselsnummer", "151086 95077"}, {"dk.cpr", "311162-5629"}, {"fi.hetu", "131052-308U"}, {"is.kennitala", "530575-0299"}};
    VALID(good);
    INVALID(bad);
}

static void detect__east__numbers(void **state)
{
    (void)state;
    const example good[] = {{"pl.pesel", "44051401359"}, {"pl.nip", "856-734-62-15"}, {"cz.rc", "710319/2745"}, {"sk.rc", "7103192745"}, {"ro.cnp", "1630615123457"}, {"bg.egn", "7523169263"}, {"hr.oib", "33392005961"},
                            {"si.emso", "0101006500006"}, {"ee.ik", "36805280109"}, {"lt.asmens", "33309240064"}, {"gr.amka", "01013099997"}, {"tr.tckimlik", "17291716060"}, {"ua.rntrc", "1759013776"}, {"ru.inn", "123456789047"}};
    const example bad[] = {{"pl.pesel", "44051401358"}, {"pl.nip", "856-734-62-16"}, {"cz.rc", "710319/2746"}, {"ro.cnp", "1630615123458"}, {"bg.egn", "7523169264"}, {"hr.oib", "33392005962"},
                           {"si.emso", "0101006500007"}, {"ee.ik", "36805280108"}, {"lt.asmens", "36813280103"}, {"gr.amka", "01013099998"}, {"tr.tckimlik", "17291716050"}, {"ru.inn", "123456789037"}};
    VALID(good);
    INVALID(bad);
}

static void detect__asia_and_south__numbers(void **state)
{
    (void)state;
    const example good[] = {{"in.aadhaar", "2341 2341 2346"}, {"in_.aadhaar", "234123412346"}, {"in.pan", "ACUPA7085R"}, {"in.gstin", "27AAPFU0939F1ZV"}, {"cn.ric", "360426199101010071"}, {"kr.rrn", "971013-9019902"},
                            {"jp.in", "6214 9832 0257"}, {"th.pin", "1-2345-45678-78-1"}, {"sg.nric", "S1234567D"}, {"sg.nric", "F1234567N"}, {"hk.hkid", "A123456(3)"}, {"tw.nid", "A123456789"}, {"my.nric", "770305-02-1234"},
                            {"au.tfn", "123 456 782"}, {"au.abn", "51 824 753 556"}, {"au.medicare", "2123 45670 1"}, {"nz.ird", "49091850"}, {"za.idnr", "7503305044089"}, {"il.idnr", "3933742-3"}};
    const example bad[] = {{"in.aadhaar", "222222222222"}, {"in.pan", "ACUPA0000R"}, {"in.gstin", "27AAPFU0939F1ZO"}, {"cn.ric", "110111198012010078"}, {"kr.rrn", "971013-9019903"}, {"jp.in", "6214 9832 0258"},
                           {"th.pin", "9-2345-45678-78-1"}, {"sg.nric", "S1234567E"}, {"hk.hkid", "A123456(4)"}, {"tw.nid", "A123456788"}, {"my.nric", "771305-02-1234"}, {"au.abn", "51 824 753 557"}, {"nz.ird", "49091851"},
                           {"za.idnr", "7503305044088"}, {"il.idnr", "3933742-4"}};
    VALID(good);
    INVALID(bad);
}

static void detect__later_rules__refuse_more(void **state)
{
    (void)state;
    const example good[] = {{"au.tfn", "12345679"}, {"es.cae", "ES00008V1488Q"}, {"es.cae", "ES00056T7001A"}, {"pt.cc", "00000000 0 ZZ4"}, {"pt.cc", "1002 ZZ9"}, {"dk.cpr", "010126-4003"}};
    const example bad[] = {{"au.tfn", "12345678"}, {"es.cae", "ES00008Q1488Q"}, {"es.cae", "ES00057V1488Q"}, {"pt.cc", "1002 ZZ8"}, {"dk.cpr", "010136-4003"}, {"dk.cpr", "010157-5003"}};
    VALID(good);
    INVALID(bad);
}

static void detect__latin_america__numbers(void **state)
{
    (void)state;
    const example good[] = {{"br.cpf", "390.533.447-05"}, {"br.cnpj", "16.727.230/0001-97"}, {"br.cnpj", "12.ABC.345/01DE-35"}, {"ar.cuit", "20-05536168-2"}, {"ar.cbu", "2850590940090418135201"}, {"cl.rut", "12.531.909-2"},
                            {"co.nit", "213.123.432-1"}, {"mx.curp", "BOXW310820HNERXN09"}, {"mx.rfc", "GODE561231GR8"}, {"pe.ruc", "20512333797"}, {"ec.ci", "171430710-3"}, {"ve.rif", "V-11470283-4"}, {"gt.nit", "576937-K"}};
    const example bad[] = {{"br.cpf", "231.002.999-00"}, {"br.cnpj", "16.727.230.0001-98"}, {"br.cnpj", "12.ABC.345/01DE-36"}, {"ar.cuit", "99-05536168-8"}, {"cl.rut", "12.531.909-3"}, {"mx.curp", "BACA890909MJCRMS05"},
                           {"pe.ruc", "20512333798"}, {"ec.ci", "171430710-4"}, {"ve.rif", "V-11470283-3"}, {"gt.nit", "576937-9"}};
    VALID(good);
    INVALID(bad);
}

static void detect__things__numbers(void **state)
{
    (void)state;
    const example good[] = {{"vin", "1M8GDM9AXKP042788"}, {"imei", "35-209900-176148-1"}, {"isin", "US0378331005"}, {"lei", "213800KUD8LAJWSQ9D15"}, {"bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"},
                            {"bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"}, {"bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}, {"bitcoin", "BC1SW50QGDZ25J"}, {"ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
                            {"ethereum", "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"}, {"mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}, {"mrz", "I<UTOD231458907<<<<<<<<<<<<<<<"},
                            {"mrz", "7408122F1204159UTO<<<<<<<<<<<6"}, {"mrz", "D231458907UTO7408122F1204159<<<<<<<6"}, {"pay.track", "%B4111111111111111^DOE/JOHN^25121010000000000000?"}, {"pay.track", ";4111111111111111=25121010000012300000?"}};
    const example bad[] = {{"vin", "1M8GDM9A1KP042788"}, {"vin", "1M8GDM9AXKP04278O"}, {"imei", "35-417803-685978-2"}, {"isin", "US0378331006"}, {"lei", "213800KUD8XPJWSQ9D15"}, {"bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"},
                           {"bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"}, {"bitcoin", "bc1"}, {"bitcoin", "bc1q"}, {"ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"}, {"ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA"},
                           {"mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<11"}, {"mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"}, {"pay.track", ";4111111111111112=25121010000012300000?"}, {"pay.track", "%B4111111111111111^DOE/JOHN^2513"}};
    VALID(good);
    INVALID(bad);
}

static void detect__identifier_check__suggests_a_kind(void **state)
{
    (void)state;
    cdr_err err = {0};
    assert_int_equal(cdr_identifier_check("us.sn", "1", 1, &err), CDR_NOT_FOUND);
    assert_non_null(strstr(err.text, "us.ssn"));
    assert_int_equal(cdr_identifier_check("email", "a@example.com", 13, &err), CDR_NOT_FOUND);
    assert_int_equal(cdr_identifier_check("us.ssn", "536904399\n", 10, NULL), CDR_OK);
    assert_int_equal(cdr_identifier_check("us.ssn", "", 0, &err), CDR_DENIED);
    assert_null(strstr(err.text, "536"));
}

typedef struct seen { char kinds[512]; size_t count; } seen;

static cdr_status note(void *arg, const cdr_finding *f)
{
    seen *s = arg;
    if (f->band == CDR_BAND_LOW)
        return CDR_OK;
    size_t n = strlen(s->kinds);
    snprintf(s->kinds + n, sizeof s->kinds - n, "%s@%u-%u ", cdr_kind_get(f->kind)->id, (unsigned)f->start, (unsigned)f->end);
    s->count++;
    return CDR_OK;
}

static void scan(const char *text, seen *ret)
{
    cdr_ruleset *rs = NULL;
    cdr_detect_scratch *scratch = NULL;
    cdr_ruleset_options options = {0};
    *ret = (seen){0};
    assert_int_equal(cdr_ruleset_new(&options, &rs, NULL), CDR_OK);
    assert_int_equal(cdr_detect_scratch_new(&scratch, NULL), CDR_OK);
    assert_int_equal(cdr_detect_window(rs, scratch, text, strlen(text), 0, strlen(text), NULL, note, ret, NULL), CDR_OK);
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(rs);
}

static void detect__identifiers__are_found_where_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *text, *found; } cases[] = {
        {"Card 5105-1051-0510-5100 on file", "pay.card@5-24 "},
        {"pay with 4539 1488 0343 6467, cvv 123", "pay.card@9-28 pay.cvv@34-37 "},
        {"IBAN: DE89 3704 0044 0532 0130 00.", "iban@6-33 "},
        {"his SSN is 536-90-4399 now", "us.ssn@11-22 "},
        {"social security number 536904399", "us.ssn@23-32 "},
        {"NI number AB 12 84 56 C", "gb.nino@10-23 "},
        {"NHS number: 943 476 5919", "gb.nhs@12-24 "},
        {"Steuer-ID 36 574 261 809", "de.idnr@10-24 "},
        {"Sozialversicherungsnummer 65 170839 J 003", "de.rvnr@26-41 "},
        {"né, NIR 2 95 10 99 126 111 93", "fr.nir@9-30 "},
        {"DNI 54362315K de Ana", "es.dni@4-13 "},
        {"codice fiscale RCCMNL83S18D969H", "it.codicefiscale@15-31 "},
        {"hetu 131052-308T", "fi.hetu@5-16 "},
        {"personnummer 880320-0016", "se.personnummer@13-24 "},
        {"CPF 390.533.447-05", "br.cpf@4-18 "},
        {"身份证号 360426199101010071", "cn.ric@13-31 "},
        {"HKID A123456(3)", "hk.hkid@5-15 "},
        {"Passport number C01X00T47", "passport@16-25 "},
        {"driver's license: D123-4567-8901", "driver.licence@18-32 "},
        {"account number 123450987", "bank.account@15-24 "},
        {"{\"cvv\": \"321\"}", "pay.cvv@9-12 "},
        {"%B4539148803436467^DOE/JOHN^25121010000000000000?", "pay.track@0-49 "},
        {"SWIFT: DEUTDEFF", "bic@7-15 "},
        {"my card 3598899323053410 is lost", "pay.card@8-24 "},
        {"L898902C36UTO7408122F1204159ZE184226B<<<<<10", "mrz@0-44 "},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        seen s;
        scan(cases[i].text, &s);
        if (strcmp(s.kinds, cases[i].found))
            fail_msg("in \"%s\": %s", cases[i].text, s.kinds);
    }
}

static void detect__identifiers__stay_silent_about_other_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "version 1.2.3.4567 build 123456789", "0.123456789012", "order 536904399", "tracking number 943 476 5919", "int x = 123456782;", "commit 9434765919ab", "sha 0x5f3759df 3.14159265358979",
        "rows 111222333 of 444555666", "1234 5678 9012 3456", "cvv: 12345", "2021-03-14 15:09:26", "size=4111111111", "id 00000000000", "111-11-1111", "12 345 678 901",
    };
    /* Times, dates with a counter, article numbers and ids of messages, each more often than chance would allow. */
    for (unsigned i = 0; i < 3000; i++) {
        char text[160];
        seen s;
        uint64_t ms = 1732500000000u + (uint64_t)i * 86413337u;
        snprintf(text, sizeof text, "{\"time\": %llu, \"at\": %llu, \"n\": \"20241125%05u\", \"ean\": 400%010u}", (unsigned long long)ms, (unsigned long long)(ms / 1000), i * 31, i * 1237603u);
        scan(text, &s);
        if (s.count)
            fail_msg("in \"%s\": %s", text, s.kinds);
    }
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        seen s;
        scan(texts[i], &s);
        if (s.count)
            fail_msg("in \"%s\": %s", texts[i], s.kinds);
    }
}

static void detect__identifiers__are_told_by_the_header_of_their_column(void **state)
{
    (void)state;
    static const struct { const char *header, *cell, *found; } cases[] = {
        {"ssn", "536904399", "us.ssn@0-9 "}, {"nhs_number", "9434765919", "gb.nhs@0-10 "}, {"customer.bsn", "111222333", "nl.bsn@0-9 "}, {"Steuer-ID", "36574261809", "de.idnr@0-11 "},
        {"passport_no", "C01X00T47", "passport@0-9 "}, {"routing number", "021000021", "us.rtn@0-9 "}, {"account_number", "123450987", "bank.account@0-9 "}, {"cpf", "39053344705", "br.cpf@0-11 "},
        {"tracking_number", "9434765919", ""}, {"order_id", "536904399", ""}, {"quantity", "111222333", ""},
    };
    cdr_ruleset *rs = NULL;
    cdr_detect_scratch *scratch = NULL;
    cdr_ruleset_options options = {0};
    assert_int_equal(cdr_ruleset_new(&options, &rs, NULL), CDR_OK);
    assert_int_equal(cdr_detect_scratch_new(&scratch, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_hint *hint = NULL;
        seen s = {0};
        char text[64];
        int n = snprintf(text, sizeof text, "%s\n", cases[i].cell);
        uint32_t starts[2] = {0, (uint32_t)n};
        assert_int_equal(cdr_hint_new(rs, cases[i].header, strlen(cases[i].header), &hint, NULL), CDR_OK);
        assert_int_equal(cdr_detect_cells(rs, scratch, text, starts, 1, hint, note, &s, NULL), CDR_OK);
        cdr_hint_free(hint);
        if (strcmp(s.kinds, cases[i].found))
            fail_msg("%s under \"%s\": %s", cases[i].cell, cases[i].header, s.kinds);
    }
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(rs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detect__card__wants_issuer_length_and_luhn), cmocka_unit_test(detect__iban__refuses_wrong_country_length_shape_and_check), cmocka_unit_test(detect__us__numbers),
        cmocka_unit_test(detect__britain_and_ireland__numbers), cmocka_unit_test(detect__german_speaking__numbers), cmocka_unit_test(detect__latin_europe__numbers), cmocka_unit_test(detect__nordic__numbers),
        cmocka_unit_test(detect__east__numbers), cmocka_unit_test(detect__asia_and_south__numbers), cmocka_unit_test(detect__later_rules__refuse_more), cmocka_unit_test(detect__latin_america__numbers), cmocka_unit_test(detect__things__numbers),
        cmocka_unit_test(detect__identifier_check__suggests_a_kind), cmocka_unit_test(detect__identifiers__are_found_where_people_write_them), cmocka_unit_test(detect__identifiers__stay_silent_about_other_numbers),
        cmocka_unit_test(detect__identifiers__are_told_by_the_header_of_their_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
