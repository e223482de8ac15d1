/* SPDX-License-Identifier: Apache-2.0 */
/* Romania, Bulgaria, the Balkans, Greece, Cyprus, Turkey, Ukraine, Russia, Belarus, Moldova. */
#include "detect/identifier.h"

#include <string.h>

/* First digit: century and sex, 7 and 8 residents, 9 foreigners; then date, county, serial. */
static bool cnp(const char *s, size_t len)
{
    static const unsigned century[10] = {0, 1900, 1900, 1800, 1800, 2000, 2000, 1900, 1900, 1900};
    static const char counties[] = "01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|47|48|51|52|70|80|81|82|83";
    (void)len;
    return cdr_id_date(century[s[0] - '0'] + cdr_id_two(s + 1), cdr_id_two(s + 3), cdr_id_two(s + 5)) && cdr_id_listed(counties, s + 7, 2);
}

#define CNP_SUM TABLE(13, 0, 12, "01234567891", 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
const cdr_id_rule cdr_id_RO_CNP = {
    .shape = "[123456789]d{12}", .strip = " -", .valid = cnp, .flags = CDR_ID_DATED | CDR_ID_ISSUER, .sums = CDR_ID_SUMS(CNP_SUM),
    .says = "sex and century, date of birth, county, serial; weights 2 7 9 1 4 6 3 5 8 2 7 9 mod 11, 10 is 1", .source = "OUG 97/2005"};

static bool ro_cf(const char *s, size_t len)
{
    static const cdr_id_sum person = CNP_SUM;
    if (len == 13)
        return s[0] != '0' && cnp(s, len) && cdr_id_sum_fits(&person, s, len);
    static const uint8_t weights[9] = {7, 5, 3, 2, 1, 7, 5, 3, 2};
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < len; i++)
        sum += weights[9 - (len - 1) + i] * (unsigned)(s[i] - '0');
    return s[0] != '0' && s[len - 1] == (char)('0' + 10 * sum % 11 % 10);
}

const cdr_id_rule cdr_id_RO_CF = {
    .shape = "d{2,10}|d{13}", .strip = " -", .prefix = "RO", .valid = ro_cf, .says = "two to ten digits, weights 7 5 3 2 1 7 5 3 2 from the right; or a personal code", .source = "Codul fiscal art. 316"};

static bool egn_date(const char *s, size_t len)
{
    unsigned month = cdr_id_two(s + 2), century = month > 40 ? 2000 : month > 20 ? 1800 : 1900;
    (void)len;
    return cdr_id_date(century + cdr_id_two(s), month > 40 ? month - 40 : month > 20 ? month - 20 : month, cdr_id_two(s + 4));
}

const cdr_id_rule cdr_id_BG_EGN = {
    .shape = "d{10}", .strip = " -.", .valid = egn_date, .flags = CDR_ID_DATED, .sums = CDR_ID_SUMS(TABLE(0, 0, 9, SAME_ZERO, 2, 4, 8, 5, 10, 9, 7, 3, 6)),
    .says = "date of birth, month plus 20 for 18xx and 40 for 20xx; weights 2 4 8 5 10 9 7 3 6 mod 11, 10 is 0", .source = "Закон за гражданската регистрация чл. 11"};

const cdr_id_rule cdr_id_HR_OIB = {.shape = "d{11}", .strip = " -", .prefix = "HR", .sums = CDR_ID_SUMS(WHOLE(0, MOD11_10)), .says = "eleven digits; ISO 7064 mod 11,10", .source = "Zakon o osobnom identifikacijskom broju"};

static bool emso_date(const char *s, size_t len)
{
    unsigned year = (unsigned)cdr_id_number(s + 4, 3);
    (void)len;
    return cdr_id_date(year < 800 ? 2000 + year : 1000 + year, cdr_id_two(s + 2), cdr_id_two(s));
}

const cdr_id_rule cdr_id_SI_EMSO = {
    .shape = "d{13}", .strip = " ", .valid = emso_date, .flags = CDR_ID_DATED, .sums = CDR_ID_SUMS(TABLE(0, 0, 12, ELEVEN_ZERO, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)),
    .says = "date of birth with three digits of the year, region, serial; weights 7 to 2 twice, mod 11; the same in all of former Yugoslavia", .source = "Zakon o centralnem registru prebivalstva"};

static bool maticna(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 6, "-0987654321", 7, 6, 5, 4, 3, 2);
    return cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_SI_MATICNA = {.shape = "d{7}|d{7}xd{2}", .strip = " .", .valid = maticna, .says = "weights 7 to 2 mod 11; a unit of three characters may follow", .source = "Zakon o Poslovnem registru Slovenije"};

const cdr_id_rule cdr_id_SI_DDV = {
    .shape = "[123456789]d{7}", .strip = " -", .prefix = "SI", .sums = CDR_ID_SUMS(TABLE(0, 0, 7, "-0987654321", 8, 7, 6, 5, 4, 3, 2)), .says = "first not 0; weights 8 to 2 mod 11", .source = "ZDDV-1"};

const cdr_id_rule cdr_id_RS_PIB = {.shape = "d{9}", .strip = " -.", .prefix = "RS", .sums = CDR_ID_SUMS(WHOLE(0, MOD11_10)), .says = "nine digits; ISO 7064 mod 11,10", .source = "Zakon o poreskom postupku čl. 26"};

const cdr_id_rule cdr_id_MK_EDB = {
    .shape = "d{13}", .strip = " -", .prefix = "MK", .flags = CDR_ID_CYRILLIC, .sums = CDR_ID_SUMS(TABLE(0, 0, 12, ELEVEN_ZERO, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)),
    .says = "thirteen digits; weights 7 to 2 twice, mod 11", .source = "Закон за даночна постапка"};

const cdr_id_rule cdr_id_GR_AMKA = {
    .shape = "d{11}", .strip = " -", .date = CDR_DATE_DDMMYY, .flags = CDR_ID_DATED, .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "date of birth, serial; Luhn", .source = "N. 3655/2008 art. 153"};

const cdr_id_rule cdr_id_GR_VAT = {
    .shape = "d{8,9}", .pad_to = 9, .strip = " -./:", .prefix = "EL|GR", .sums = CDR_ID_SUMS(TABLE(0, 0, 8, SAME_ZERO, 3, 7, 9, 10, 5, 8, 4, 2)), .says = "powers of two from the right, mod 11, 10 is 0",
    .source = "N. 27/1975; AADE"};

static bool cy_vat(const char *s, size_t len)
{
    static const uint8_t odd[10] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;
    (void)len;
    for (int i = 0; i < 8; i++)
        sum += i & 1 ? (unsigned)(s[i] - '0') : odd[s[i] - '0'];
    return memcmp(s, "12", 2) && s[8] == (char)('A' + sum % 26);
}

const cdr_id_rule cdr_id_CY_VAT = {.shape = "d{8}a", .strip = " -", .prefix = "CY", .valid = cy_vat, .says = "eight digits, not from 12; odd places through a table, mod 26 gives the letter", .source = "N. 95(I)/2000"};

static bool tckimlik(const char *s, size_t len)
{
    unsigned odd = 0, even = 0;
    (void)len;
    for (int i = 0; i < 9; i++)
        *(i & 1 ? &even : &odd) += (unsigned)(s[i] - '0');
    unsigned ten = (odd * 7 + 90 - even) % 10;
    return s[9] == (char)('0' + ten) && s[10] == (char)('0' + (odd + even + ten) % 10);
}

const cdr_id_rule cdr_id_TR_TCKIMLIK = {.shape = "[123456789]d{10}", .strip = "", .valid = tckimlik, .says = "tenth digit 7 times the odd less the even places, eleventh the sum, mod 10", .source = "Nüfus Hizmetleri Kanunu 5490"};

static bool vkn(const char *s, size_t len)
{
    unsigned sum = 0;
    (void)len;
    for (unsigned i = 0; i < 9; i++) {
        unsigned v = ((unsigned)(s[i] - '0') + 9 - i) % 10, p = v * (1U << (9 - i)) % 9;
        sum += v && p == 0 ? 9 : p;
    }
    return s[9] == TEN[sum % 10];
}

const cdr_id_rule cdr_id_TR_VKN = {.shape = "d{10}", .strip = "", .valid = vkn, .says = "places shifted by 9 to 1, powers of two mod 9, sum mod 10", .source = "Vergi Usul Kanunu 213"};

static bool rntrc(const char *s, size_t len)
{
    static const int weights[9] = {-1, 5, 7, 9, 4, 6, 10, 5, 7};
    int sum = 0;
    (void)len;
    for (int i = 0; i < 9; i++)
        sum += weights[i] * (s[i] - '0');
    return s[9] == (char)('0' + (sum + 22) % 11 % 10);
}

const cdr_id_rule cdr_id_UA_RNTRC = {.shape = "d{10}", .strip = " ", .valid = rntrc, .says = "weights -1 5 7 9 4 6 10 5 7 mod 11, then mod 10", .source = "Податковий кодекс України ст. 70"};

const cdr_id_rule cdr_id_RU_INN = {
    .shape = "d{10}|d{12}", .strip = " ",
    .sums = CDR_ID_SUMS(TABLE(10, 0, 9, SAME_ZERO, 2, 4, 10, 3, 5, 9, 4, 6, 8), TABLE(12, 0, 10, SAME_ZERO, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8), TABLE(12, 0, 11, SAME_ZERO, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
    .says = "companies ten digits with one, people twelve with two check digits mod 11 mod 10", .source = "Приказ ФНС ЕД-7-14/559@"};

static bool unp(const char *s, size_t len)
{
    static const uint8_t weights[8] = {29, 23, 19, 17, 13, 7, 5, 3};
    static const char second[] = "ABCEHKMOPT";
    unsigned sum = 0;
    (void)len;
    if (cdr_id_is_digit(s[0]) != cdr_id_is_digit(s[1]))
        return false;
    for (int i = 0; i < 8; i++) {
        unsigned v = cdr_id_value(s[i]);
        if (i == 1 && v > 9)
            v = (unsigned)(strchr(second, s[i]) - second);
        sum += weights[i] * v;
    }
    return s[8] == SAME_STRICT[sum % 11];
}

const cdr_id_rule cdr_id_BY_UNP = {
    .shape = "[1234567ABCEHKM][0123456789ABCEHKMOPT]d{7}", .strip = " ", .prefix = "UHN|UNP", .flags = CDR_ID_CYRILLIC, .valid = unp,
    .says = "weights 29 23 19 17 13 7 5 3 mod 11; letters (people) by their place in the list, 10 is never given", .source = "Налоговый кодекс РБ ст. 66"};

const cdr_id_rule cdr_id_MD_IDNO = {
    .shape = "d{13}", .strip = " ", .sums = CDR_ID_SUMS(TABLE(0, 0, 12, "0123456789", 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)), .says = "weights 7 3 1 mod 10", .source = "HG 272/2002"};
