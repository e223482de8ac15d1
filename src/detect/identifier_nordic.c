/* SPDX-License-Identifier: Apache-2.0 */
/* Sweden, Norway, Denmark, Finland, Iceland, Faroe Islands. */
#include "detect/identifier.h"

#include <string.h>

static bool personnummer(const char *s, size_t len)
{
    char digits[13];
    size_t n = 0;
    bool joint = false;
    for (size_t i = 0; i < len; i++)
        if (cdr_id_is_digit(s[i]) && n < sizeof digits - 1)
            digits[n++] = s[i];
        else if (i == len - 5)
            joint = true;
    if ((n != 10 && n != 12) || (n != len && !joint))
        return false;
    const char *d = digits + n - 10;
    unsigned month = cdr_id_two(d + 2), day = cdr_id_two(d + 4), year = cdr_id_two(d);
    bool dated = n == 12 ? cdr_id_date((unsigned)cdr_id_number(digits, 4), month, day) : cdr_id_date_short(year, month, day);
    return dated && cdr_id_luhn(d, 10, 10);
}

static bool personnummer_in_text(const char *s, size_t len)
{
    return len != 12 || (memcmp(s, "18", 2) >= 0 && memcmp(s, "20", 2) <= 0);
}

/* A plus instead of the dash: a hundred years or older. */
const cdr_id_rule cdr_id_SE_PERSONNUMMER = {
    .shape = "[0123456789+-]{10,14}", .strip = " :", .valid = personnummer, .found = personnummer_in_text, .flags = CDR_ID_DATED,
    .says = "date of birth, serial; Luhn over the last ten digits; a plus for those of hundred years", .source = "Folkbokföringslag (1991:481) § 18"};

const cdr_id_rule cdr_id_SE_ORGNR = {.shape = "d{10}", .strip = " -.", .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "ten digits; Luhn", .source = "Lag (1974:174)"};

static bool se_vat(const char *s, size_t len)
{
    (void)len;
    return cdr_id_luhn(s, 10, 10);
}

const cdr_id_rule cdr_id_SE_VAT = {.shape = "d{10}01", .strip = " -.", .prefix = "SE", .valid = se_vat, .says = "organisation number and 01", .source = "Mervärdesskattelag (2023:200)"};
const cdr_id_rule cdr_id_SE_POSTNUMMER = {.shape = "[123456789]d{4}", .strip = " -", .prefix = "SE", .says = "five digits, first not 0", .source = "PostNord"};

/* Day plus 40: D number; month plus 40: H number; individual numbers tell the century. */
static bool fodselsnummer(const char *s, size_t len)
{
    unsigned day = cdr_id_two(s), month = cdr_id_two(s + 2), year = cdr_id_two(s + 4), serial = (unsigned)cdr_id_number(s + 6, 3);
    (void)len;
    day -= day > 40 ? 40 : 0;
    month -= month > 40 ? 40 : 0;
    unsigned century = serial < 500 ? 1900 : serial < 750 && year >= 54 ? 1800 : year < 40 ? 2000 : serial >= 900 && year >= 40 ? 1900 : 0;
    return century && cdr_id_date(century + year, month, day) && century + year <= CDR_ID_LAST_BIRTH_YEAR;
}

static bool without_h_number(const char *s, size_t len)
{
    (void)len;
    return cdr_id_two(s + 2) <= 12;
}

const cdr_id_rule cdr_id_NO_FODSELSNUMMER = {
    .shape = "d{11}", .strip = " -:", .valid = fodselsnummer, .found = without_h_number, .flags = CDR_ID_DATED,
    .sums = CDR_ID_SUMS(TABLE(0, 0, 9, ELEVEN_STRICT, 3, 7, 6, 1, 8, 9, 4, 5, 2), TABLE(0, 0, 10, ELEVEN_STRICT, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)),
    .says = "date of birth (D numbers: day plus 40, H numbers: month plus 40), serial, two check digits mod 11", .source = "Folkeregisterforskriften § 2-2-3"};

const cdr_id_rule cdr_id_NO_ORGNR = {
    .shape = "d{9}", .strip = " ", .prefix = "NO", .sums = CDR_ID_SUMS(TABLE(0, 0, 8, ELEVEN_STRICT, 3, 2, 7, 6, 5, 4, 3, 2)), .says = "weights 3 2 7 6 5 4 3 2 mod 11", .source = "Enhetsregisterloven § 23"};

/* The check digit was given up in 2007; the seventh digit tells the century. */
static bool cpr(const char *s, size_t len)
{
    unsigned year = cdr_id_two(s + 4);
    char c = s[6];
    (void)len;
    unsigned century = c <= '3' ? 1900 : c == '4' || c == '9' ? (year <= 36 ? 2000 : 1900) : year >= 58 ? 1800 : 2000;
    return cdr_id_date(century + year, cdr_id_two(s + 2), cdr_id_two(s)) && century + year <= CDR_ID_LAST_BIRTH_YEAR;
}

const cdr_id_rule cdr_id_DK_CPR = {.shape = "d{10}", .strip = " -", .valid = cpr, .flags = CDR_ID_DATED, .says = "date of birth; the seventh digit gives the century; no check digit since 2007", .source = "CPR-loven § 3"};

const cdr_id_rule cdr_id_DK_CVR = {
    .shape = "[123456789]d{7}", .strip = " -.,/:", .prefix = "DK", .sums = CDR_ID_SUMS(ZERO(0, 0, 11, 2, 7, 6, 5, 4, 3, 2, 1)), .says = "weights 2 7 6 5 4 3 2 1: sum mod 11 = 0", .source = "CVR-loven § 6"};

static bool hetu(const char *s, size_t len)
{
    static const char checks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    unsigned century = s[6] == '+' ? 1800 : s[6] >= 'A' && s[6] <= 'F' ? 2000 : 1900, serial = (unsigned)cdr_id_number(s + 7, 3);
    (void)len;
    return serial >= 2 && serial <= 899 && cdr_id_date(century + cdr_id_two(s + 4), cdr_id_two(s + 2), cdr_id_two(s)) &&
           s[10] == checks[(cdr_id_number(s, 6) * 1000 + serial) % 31];
}

const cdr_id_rule cdr_id_FI_HETU = {
    .shape = "d{6}[-+ABCDEFUVWXY]d{3}[0123456789ABCDEFHJKLMNPRSTUVWXY]", .strip = "", .valid = hetu, .flags = CDR_ID_DATED,
    .says = "date of birth, sign of the century, serial 002-899; number mod 31", .source = "VTJ-laki 661/2009 § 11"};

#define FINNISH ZERO(0, 0, 11, 7, 9, 10, 5, 8, 4, 2, 1)
const cdr_id_rule cdr_id_FI_YTUNNUS = {.shape = "d{8}", .strip = " -", .sums = CDR_ID_SUMS(FINNISH), .says = "weights 7 9 10 5 8 4 2 1: sum mod 11 = 0", .source = "Yritys- ja yhteisötietolaki 244/2001"};
const cdr_id_rule cdr_id_FI_ALV = {.shape = "d{8}", .strip = " -", .prefix = "FI", .sums = CDR_ID_SUMS(FINNISH), .says = "FI and the business number", .source = "Arvonlisäverolaki 1501/1993"};
const cdr_id_rule cdr_id_FI_ASSOCIATION = {.shape = "d{1,6}", .strip = " -._+", .says = "up to six digits", .source = "Yhdistyslaki 503/1989"};

/* Companies have the day plus 40; the last digit is the century. */
static bool kennitala(const char *s, size_t len)
{
    unsigned day = cdr_id_two(s), century = s[9] == '0' ? 2000 : s[9] == '9' ? 1900 : 1800;
    (void)len;
    return cdr_id_date(century + cdr_id_two(s + 4), cdr_id_two(s + 2), day > 40 ? day - 40 : day);
}

const cdr_id_rule cdr_id_IS_KENNITALA = {
    .shape = "[01234567]d{8}[09]", .strip = "-", .valid = kennitala, .flags = CDR_ID_DATED, .sums = CDR_ID_SUMS(TABLE(0, 0, 8, ELEVEN_STRICT, 3, 2, 7, 6, 5, 4, 3, 2)),
    .says = "date of birth (companies: day plus 40), serial, check with 3 2 7 6 5 4 3 2 mod 11, century", .source = "Lög um skráningu einstaklinga 140/2019"};

const cdr_id_rule cdr_id_IS_VSK = {.shape = "d{5,6}", .strip = " ", .prefix = "IS", .says = "five or six digits", .source = "Lög um virðisaukaskatt 50/1988"};
const cdr_id_rule cdr_id_FO_VN = {.shape = "d{6}", .strip = " -.", .prefix = "FO", .says = "six digits", .source = "Faroe Islands, vinnutal"};
