/* SPDX-License-Identifier: Apache-2.0 */
/* Netherlands, Belgium, Luxembourg. */
#include "detect/identifier.h"

#include <string.h>

static bool bsn(const char *s, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < len; i++)
        sum += (unsigned)(9 - i) * (unsigned)(s[i] - '0');
    return sum % 11 == (unsigned)(s[len - 1] - '0') && cdr_id_number(s, len) > 0;
}

const cdr_id_rule cdr_id_NL_BSN = {
    .shape = "d{1,9}", .pad_to = 9, .strip = " -.", .valid = bsn, .says = "weights 9 to 2 and -1: sum mod 11 = 0 (elfproef); shorter ones have zeros in front", .source = "Besluit BSN art. 1"};

static bool btw(const char *s, size_t len)
{
    char n[13] = "000000000B00", whole[15];
    unsigned r = 0;
    memcpy(n + 12 - len, s, len);
    memcpy(whole, "NL", 2);
    memcpy(whole + 2, n, 12);
    return cdr_id_number(n, 9) > 0 && cdr_id_number(n + 10, 2) > 0 && (bsn(n, 9) || (cdr_id_mod97(whole, 14, &r) && r == 1));
}

const cdr_id_rule cdr_id_NL_BTW = {
    .shape = "d{1,9}Bd{2}", .prefix = "NL", .valid = btw, .says = "nine digits, B, two digits: elfproef over the nine, or mod 97 = 1 with NL in front (since 2020)", .source = "Wet OB 1968; Belastingdienst"};

/* The check is 97 minus the rest of the first nine digits, with a 2 in front for those born from 2000 on. */
static bool national_number(const char *s, unsigned *ret_century)
{
    uint64_t n = cdr_id_number(s, 9);
    unsigned check = cdr_id_two(s + 9);
    *ret_century = 97 - n % 97 == check ? 1900 : 97 - (n + 2000000000) % 97 == check ? 2000 : 0;
    return *ret_century != 0;
}

/* Where a date is not known, or all serials of a day are used up, month or day are none of the calendar's. */
static bool be_date(const char *s, unsigned month, unsigned century)
{
    return month <= 12 && century + cdr_id_two(s) <= CDR_ID_LAST_BIRTH_YEAR;
}

static bool be_nn_in_text(const char *s, size_t len)
{
    unsigned day = cdr_id_two(s + 4), month = cdr_id_two(s + 2);
    (void)len;
    return cdr_id_date_short(cdr_id_two(s), month, day);
}

static bool be_nn(const char *s, size_t len)
{
    unsigned century = 0;
    (void)len;
    return national_number(s, &century) && be_date(s, cdr_id_two(s + 2), century);
}

const cdr_id_rule cdr_id_BE_NN = {
    .shape = "d{11}", .valid = be_nn, .found = be_nn_in_text, .flags = CDR_ID_DATED, .says = "date of birth, serial; check 97 - n mod 97, a 2 in front from 2000; parts of the date may be unknown", .source = "AR/KB 3 avril 1984"};

static bool be_bis(const char *s, size_t len)
{
    unsigned century = 0, month = cdr_id_two(s + 2);
    (void)len;
    if (!national_number(s, &century) || month < 20 || (month > 32 && month < 40) || month > 52)
        return false;
    return century + cdr_id_two(s) <= CDR_ID_LAST_BIRTH_YEAR;
}

static bool be_bis_in_text(const char *s, size_t len)
{
    (void)len;
    return cdr_id_two(s + 4) <= 31;
}

const cdr_id_rule cdr_id_BE_BIS = {.shape = "d{11}", .valid = be_bis, .found = be_bis_in_text, .flags = CDR_ID_DATED, .says = "as the national number, month plus 20 (sex unknown) or 40", .source = "AR/KB 8 février 1991"};

static bool be_vat(const char *s, size_t len)
{
    (void)len;
    return (cdr_id_number(s, 8) + cdr_id_two(s + 8)) % 97 == 0 && cdr_id_number(s, 10) > 0 && (s[0] == '0' || s[0] == '1');
}

const cdr_id_rule cdr_id_BE_VAT = {
    .shape = "d{9,10}", .pad_to = 10, .strip = " -./()", .prefix = "BE", .valid = be_vat, .says = "ten digits, first 0 or 1 (an older one has nine); check 97 - n mod 97", .source = "Code TVA art. 50"};

static bool lu_nin(const char *s, size_t len)
{
    char turned[13];
    (void)len;
    memcpy(turned, s, 11);
    turned[11] = s[12];
    return cdr_id_luhn(s, 12, 10) && cdr_id_verhoeff(turned, 12);
}

const cdr_id_rule cdr_id_LU_NIN = {
    .shape = "d{13}", .strip = " -", .date = CDR_DATE_YYYYMMDD, .valid = lu_nin, .says = "date of birth, serial; Luhn, then Verhoeff over the same eleven digits", .source = "Loi du 19 juin 2013, CNS"};
