/* SPDX-License-Identifier: Apache-2.0 */
/* Poland, Czechia, Slovakia, Hungary, Baltic states. */
#include "detect/identifier.h"

#include <string.h>

/* The month tells the century: 80 for 18xx, 20 for 20xx and so on. */
static bool pesel_date(const char *s, size_t len)
{
    static const unsigned century[5] = {1900, 2000, 2100, 2200, 1800};
    unsigned month = cdr_id_two(s + 2);
    (void)len;
    return cdr_id_date(century[month / 20] + cdr_id_two(s), month % 20, cdr_id_two(s + 4));
}

static bool pesel_in_text(const char *s, size_t len)
{
    unsigned month = cdr_id_two(s + 2);
    (void)len;
    return month <= 12 || (month >= 21 && month <= 32 && 2000 + cdr_id_two(s) <= CDR_ID_LAST_BIRTH_YEAR);
}

const cdr_id_rule cdr_id_PL_PESEL = {
    .shape = "d{11}", .strip = " -", .valid = pesel_date, .found = pesel_in_text, .flags = CDR_ID_DATED, .sums = CDR_ID_SUMS(TABLE(0, 0, 10, TEN, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)),
    .says = "date of birth, month with the century, serial; weights 1 3 7 9 mod 10", .source = "Ustawa o ewidencji ludności art. 15"};

const cdr_id_rule cdr_id_PL_NIP = {
    .shape = "d{10}", .strip = " -", .prefix = "PL", .sums = CDR_ID_SUMS(TABLE(0, 0, 9, SAME_STRICT, 6, 5, 7, 2, 3, 4, 5, 6, 7)), .says = "weights 6 5 7 2 3 4 5 6 7 mod 11, 10 is never given",
    .source = "Ustawa o NIP art. 8b"};

static bool regon(const char *s, size_t len)
{
    static const cdr_id_sum nine = TABLE(0, 0, 8, SAME_ZERO, 8, 9, 2, 3, 4, 5, 6, 7), fourteen = TABLE(0, 0, 13, SAME_ZERO, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8);
    return cdr_id_sum_fits(&nine, s, len) && (len == 9 || cdr_id_sum_fits(&fourteen, s, len));
}

const cdr_id_rule cdr_id_PL_REGON = {
    .shape = "d{9}|d{14}", .strip = " -", .valid = regon, .says = "weights 8 9 2 3 4 5 6 7 mod 11; local units five more digits with their own check", .source = "Ustawa o statystyce publicznej"};

/* Birth numbers: women's months plus 50, and plus 20 where a day is full; nine digits until 1953, then ten, divisible by 11. */
static bool birth_number(const char *s, size_t len)
{
    unsigned year = 1900 + cdr_id_two(s), month = cdr_id_two(s + 2) % 50 % 20;
    if (len == 9) {
        year -= year >= 1980 ? 100 : 0;
        if (year > 1953)
            return false;
    } else if (year < 1954) {
        year += 100;
    }
    if (!cdr_id_date(year, month, cdr_id_two(s + 4)))
        return false;
    unsigned check = (unsigned)(cdr_id_number(s, 9) % 11 % 10);
    return len == 9 || s[9] == (char)('0' + check);
}

static bool birth_number_in_text(const char *s, size_t len)
{
    unsigned month = cdr_id_two(s + 2) % 50;
    return cdr_id_two(s + 2) < 100 && (month <= 12 || (len == 10 && month >= 21 && month <= 32 && cdr_id_two(s) >= 4 && cdr_id_two(s) <= CDR_ID_LAST_BIRTH_YEAR - 2000)) &&
           (len == 9 || cdr_id_two(s) >= 54 || 2000 + cdr_id_two(s) <= CDR_ID_LAST_BIRTH_YEAR);
}

#define BIRTH_NUMBER .shape = "d{9,10}", .strip = " /", .valid = birth_number, .found = birth_number_in_text, .flags = CDR_ID_DATED, .says = "date of birth (women's months plus 50, plus 20 when full), serial; from 1954 first nine digits mod 11"
const cdr_id_rule cdr_id_CZ_RC = {BIRTH_NUMBER, .source = "Zákon č. 133/2000 Sb. § 13"};
const cdr_id_rule cdr_id_SK_RC = {BIRTH_NUMBER, .source = "Zákon č. 301/1995 Z. z."};

static bool dic(const char *s, size_t len)
{
    unsigned sum = 0;
    if (len == 8) {
        for (unsigned i = 0; i < 7; i++)
            sum += (8 - i) * (unsigned)(s[i] - '0');
        unsigned check = (11 - sum % 11) % 11;
        return s[0] != '9' && s[7] == (char)('0' + (check ? check : 1) % 10);
    }
    if (len == 9 && s[0] == '6') {
        for (unsigned i = 1; i < 8; i++)
            sum += (9 - i) * (unsigned)(s[i] - '0');
        unsigned check = sum % 11;
        return s[8] == (char)('0' + (8 - (10 - check + 11) % 11 + 10) % 10);
    }
    return birth_number(s, len);
}

const cdr_id_rule cdr_id_CZ_DIC = {
    .shape = "d{8,10}", .strip = " /", .prefix = "CZ", .valid = dic, .says = "companies: eight digits, weights 8 to 2; people: their birth number; nine digits from 6 with their own check", .source = "Daňový řád § 130"};

#define CZECH_BANKS "0100|0300|0600|0710|0800|2010|2020|2060|2070|2100|2200|2220|2240|2250|2260|2275|2310|2600|2700|3030|3040|3050|3060|3500|4000|4300|5400|5500|5800|6000|6100|6200|6210|6300|6363|6700|6800|7910|7940|7950|7960|7970|7980|7990|8030|8040|8060|8090|8150|8190|8198|8199|8200|8211|8215|8220|8221|8223|8225|8226|8227|8228|8230|8231|8232|8234|8235|8236|8237|8238|8239|8240|8241|8242|8243|8244|8246|8250|8255|8265|8270|8272|8276|8280|8283|8285|8291|8292|8293|8294|8296|8297|8298|8299|8500"

static bool account_part(const char *s, size_t len)
{
    static const cdr_id_sum sum = ZERO(0, 0, 11, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1);
    char n[10];
    memset(n, '0', sizeof n);
    memcpy(n + 10 - len, s, len);
    return cdr_id_sum_fits(&sum, n, sizeof n);
}

static bool bankaccount(const char *s, size_t len)
{
    const char *dash = memchr(s, '-', len), *slash = memchr(s, '/', len);
    if (!slash || s + len - slash != 5)
        return false;
    const char *root = dash ? dash + 1 : s;
    size_t n = (size_t)(slash - root), zeros = 0;
    while (zeros < n && root[zeros] == '0')
        zeros++;
    if (n < 2 || n > 10 || (dash && dash - s > 6) || n == zeros)
        return false;
    if ((dash && dash > s && (!cdr_id_digits(s, (size_t)(dash - s)) || !account_part(s, (size_t)(dash - s)))) || !cdr_id_digits(root, n) || !account_part(root, n))
        return false;
    unsigned significant = 0;
    for (size_t i = 0; i < n; i++)
        significant += root[i] != '0';
    return significant >= 2 && cdr_id_listed(CZECH_BANKS, slash + 1, 4);
}

const cdr_id_rule cdr_id_CZ_BANKACCOUNT = {
    .strip = "", .valid = bankaccount, .flags = CDR_ID_ISSUER, .says = "prefix-number/bank: weights 6 3 7 9 10 5 8 4 2 1 mod 11 = 0 for both parts; the bank exists", .source = "ČNB, vyhláška č. 169/2011 Sb."};

static bool dph(const char *s, size_t len)
{
    (void)len;
    return (s[0] != '0' && strchr("234789", s[2]) && cdr_id_modulo(s, 10, 11) == 0) || birth_number(s, 10);
}

const cdr_id_rule cdr_id_SK_DPH = {.shape = "d{10}", .strip = " -", .prefix = "SK", .valid = dph, .says = "ten digits, third of 2 3 4 7 8 9, divisible by 11; or a birth number", .source = "Zákon č. 222/2004 Z. z."};

const cdr_id_rule cdr_id_HU_ANUM = {
    .shape = "d{8}", .strip = " -", .prefix = "HU", .sums = CDR_ID_SUMS(TABLE(0, 0, 7, TEN, 9, 7, 3, 1, 9, 7, 3)), .says = "weights 9 7 3 1 9 7 3 mod 10", .source = "2017. évi CL. törvény"};

/* First digit: century and sex. Ten as a remainder goes on to a second row of weights. */
static bool baltic_sum(const char *s, size_t len)
{
    static const uint8_t first[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, second[10] = {3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
    unsigned a = 0, b = 0;
    (void)len;
    for (int i = 0; i < 10; i++) {
        a += first[i] * (unsigned)(s[i] - '0');
        b += second[i] * (unsigned)(s[i] - '0');
    }
    unsigned check = a % 11 < 10 ? a % 11 : b % 11 % 10;
    return s[10] == (char)('0' + check);
}

static bool baltic_date(const char *s)
{
    static const unsigned century[9] = {0, 1800, 1800, 1900, 1900, 2000, 2000, 2100, 2100};
    unsigned c = (unsigned)(s[0] - '0');
    return c >= 1 && c <= 8 && cdr_id_date(century[c] + cdr_id_two(s + 1), cdr_id_two(s + 3), cdr_id_two(s + 5));
}

static bool ee_ik(const char *s, size_t len)
{
    return baltic_date(s) && baltic_sum(s, len);
}

static bool baltic_in_text(const char *s, size_t len)
{
    (void)len;
    return s[0] >= '1' && s[0] <= '6' && (s[0] < '5' || 2000 + cdr_id_two(s + 1) <= CDR_ID_LAST_BIRTH_YEAR);
}

const cdr_id_rule cdr_id_EE_IK = {
    .shape = "[12345678]d{10}", .strip = " ", .valid = ee_ik, .found = baltic_in_text, .flags = CDR_ID_DATED, .says = "century and sex, date of birth, serial; weights 1 to 9, 1, then 3 to 9, 1 to 3, mod 11", .source = "Rahvastikuregistri seadus; EVS 585:2007"};

static bool lt_asmens(const char *s, size_t len)
{
    return (s[0] == '9' || baltic_date(s)) && baltic_sum(s, len);
}

const cdr_id_rule cdr_id_LT_ASMENS = {
    .shape = "[123456789]d{10}", .strip = " ", .valid = lt_asmens, .found = baltic_in_text, .flags = CDR_ID_DATED, .says = "as the Estonian code; 9 in front where no date is known", .source = "Gyventojų registro įstatymas I-2237"};

static bool registrikood(const char *s, size_t len)
{
    unsigned a = 0, b = 0;
    (void)len;
    for (unsigned i = 0; i < 7; i++) {
        a += (i + 1) * (unsigned)(s[i] - '0');
        b += (i + 3) * (unsigned)(s[i] - '0');
    }
    unsigned check = a % 11 < 10 ? a % 11 : b % 11 % 10;
    return s[7] == (char)('0' + check);
}

const cdr_id_rule cdr_id_EE_REGISTRIKOOD = {.shape = "[1789]d{7}", .strip = " ", .valid = registrikood, .says = "first digit 1, 7, 8 or 9; weights 1 to 7, then 3 to 9, mod 11", .source = "Äriregistri seadus"};

static bool lt_pvm(const char *s, size_t len)
{
    unsigned a = 0, b = 0;
    for (unsigned i = 0; i + 1 < len; i++) {
        a += (1 + i % 9) * (unsigned)(s[i] - '0');
        b += (1 + (i + 2) % 9) * (unsigned)(s[i] - '0');
    }
    unsigned check = a % 11 < 10 ? a % 11 : b % 11 % 10;
    return s[len - 1] == (char)('0' + check) && s[len == 9 ? 7 : 10] == '1';
}

const cdr_id_rule cdr_id_LT_PVM = {.shape = "d{9}|d{12}", .strip = " -", .prefix = "LT", .valid = lt_pvm, .says = "last but one digit 1; weights 1 to 9, then from 3, mod 11", .source = "PVM įstatymas IX-751"};

/* From 2017 personal codes begin with 32 and hold no date; companies begin with 4 to 9. */
static bool lv_pk(const char *s, size_t len)
{
    static const uint8_t company[11] = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1}, person[10] = {10, 5, 8, 4, 2, 1, 6, 3, 7, 9};
    unsigned sum = 0;
    if (s[0] > '3') {
        for (size_t i = 0; i < len; i++)
            sum += company[i] * (unsigned)(s[i] - '0');
        return sum % 11 == 3;
    }
    for (size_t i = 0; i < 10; i++)
        sum += person[i] * (unsigned)(s[i] - '0');
    unsigned century = 1800 + 100 * (unsigned)(s[6] - '0');
    bool dated = !memcmp(s, "32", 2) || cdr_id_date(century + cdr_id_two(s + 4), cdr_id_two(s + 2), cdr_id_two(s));
    return dated && s[10] == (char)('0' + (1 + sum) % 11 % 10);
}

static bool lv_person(const char *s, size_t len)
{
    (void)len;
    return s[0] < '3' ? s[6] <= '2' : s[0] == '3' && (s[1] == '2' || s[6] <= '2');
}

const cdr_id_rule cdr_id_LV_PK = {
    .shape = "d{11}", .strip = " -", .prefix = "LV", .valid = lv_pk, .found = lv_person, .flags = CDR_ID_DATED,
    .says = "date of birth, century, serial, check mod 11; from 2017 32 and no date; companies from 4 with weights 9 1 4 8 3 10 2 5 7 6 1", .source = "Fizisko personu reģistra likums"};
