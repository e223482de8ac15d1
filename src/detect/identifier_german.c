/* SPDX-License-Identifier: Apache-2.0 */
/* Germany, Austria, Switzerland, Liechtenstein. */
#include "detect/identifier.h"

#include "detect/identifier_courts.h"

#include <string.h>

static bool idnr(const char *s, size_t len)
{
    unsigned counts[10] = {0}, repeated = 0, times = 0;
    (void)len;
    for (int i = 0; i < 10; i++)
        counts[s[i] - '0']++;
    for (int d = 0; d < 10; d++)
        if (counts[d] > 1) {
            repeated++;
            times = counts[d];
        }
    return repeated == 1 && (times == 2 || times == 3);
}

const cdr_id_rule cdr_id_DE_IDNR = {
    .shape = "[123456789]d{10}", .strip = " -./,", .valid = idnr, .sums = CDR_ID_SUMS(WHOLE(0, MOD11_10)),
    .says = "eleven digits, first not 0; one digit stands two or three times among the first ten; ISO 7064 mod 11,10", .source = "AO § 139b; BZSt, Aufbau der IdNr"};

/* Thirteen digits across the Länder begin with the Land and hold a 0; ten or eleven as the tax offices write them. */
const cdr_id_rule cdr_id_DE_STNR = {
    .shape = "d{10}|d{11}|28d{2}0d{8}|9d{3}0d{8}|11d{2}0d{8}|30d{2}0d{8}|24d{2}0d{8}|22d{2}0d{8}|26d{2}0d{8}|40d{2}0d{8}|23d{2}0d{8}|5d{3}0d{8}|27d{2}0d{8}|10d{2}0d{8}|32d{2}0d{8}|31d{2}0d{8}|"
             "21d{2}0d{8}|41d{2}0d{8}",
    .strip = " -./,", .says = "ten or eleven digits; thirteen with the number of the Land and a 0 in its place", .source = "BMF, Aufbau der Steuernummer"};

const cdr_id_rule cdr_id_DE_VAT = {
    .shape = "[123456789]d{8}", .strip = " -./,", .prefix = "DE", .sums = CDR_ID_SUMS(WHOLE(0, MOD11_10)), .says = "nine digits, first not 0; ISO 7064 mod 11,10", .source = "UStG § 27a"};

/* The letter as two digits, then weights 1, 2 with digit sums. */
static bool kvnr(const char *s, size_t len)
{
    char whole[12] = {(char)('0' + (s[0] - 'A' + 1) / 10), (char)('0' + (s[0] - 'A' + 1) % 10)};
    unsigned sum = 0;
    memcpy(whole + 2, s + 1, len - 1);
    for (int i = 0; i < 10; i++) {
        unsigned v = (unsigned)(whole[i] - '0') * (i & 1 ? 2 : 1);
        sum += v / 10 + v % 10;
    }
    return s[9] == (char)('0' + sum % 10);
}

const cdr_id_rule cdr_id_DE_KVNR = {.shape = "ad{9}", .strip = " -", .valid = kvnr, .says = "letter as two digits, weights 1 and 2 with digit sums, mod 10", .source = "SGB V § 290"};

static bool rvnr(const char *s, size_t len)
{
    static const uint8_t weights[12] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    char whole[13];
    unsigned sum = 0, day = cdr_id_two(s + 2), month = cdr_id_two(s + 4);
    (void)len;
    memcpy(whole, s, 8);
    whole[8] = (char)('0' + (s[8] - 'A' + 1) / 10);
    whole[9] = (char)('0' + (s[8] - 'A' + 1) % 10);
    memcpy(whole + 10, s + 9, 2);
    for (int i = 0; i < 12; i++) {
        unsigned v = (unsigned)(whole[i] - '0') * weights[i];
        sum += v / 10 + v % 10;
    }
    return day <= 31 && month <= 12 && s[11] == (char)('0' + sum % 10);
}

const cdr_id_rule cdr_id_DE_RVNR = {
    .shape = "d{8}ad{3}", .valid = rvnr, .flags = CDR_ID_DATED, .says = "area, date of birth, initial, serial; weights 2 1 2 5 7 1 2 1 2 1 2 1 with digit sums, mod 10", .source = "VKVV § 2"};

static bool weights731(const char *s, size_t len)
{
    static const uint8_t weights[3] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < len; i++)
        sum += weights[i % 3] * cdr_id_value(s[i]);
    return s[len - 1] == (char)('0' + sum % 10);
}

#define SERIAL "[0123456789CFGHJKLMNPRTVWXYZ]"
const cdr_id_rule cdr_id_DE_PERSONALAUSWEIS = {
    .shape = "[CFGHJKLMNPRTVWXYZ]" SERIAL "{8}d", .strip = " -", .valid = weights731, .says = "nine characters without vowels, check digit with weights 7, 3, 1 mod 10", .source = "PAuswG § 5; ICAO Doc 9303"};

/* The next letter of a court's name, lower case, without umlaut; 0 at the end. */
static char court_letter(const char *s, size_t len, size_t *i)
{
    while (*i < len) {
        unsigned char c = (unsigned char)s[(*i)++];
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            return (char)(c | 0x20);
        if (c != 0xC3 || *i >= len)
            continue;
        unsigned char second = (unsigned char)(s[(*i)++] | 0x20);
        if (second == 0xA4 || second == 0xB6 || second == 0xBC)
            return second == 0xA4 ? 'a' : second == 0xB6 ? 'o' : 'u';
        if (second == 0xBF)   /* 0x9F, sharp s, of which the second s is left out */
            return 's';
    }
    return 0;
}

static bool same_court(const char *court, const char *s, size_t len)
{
    size_t n = strlen(court), i = 0, k = 0;
    for (;;) {
        char a = court_letter(court, n, &i), b = court_letter(s, len, &k);
        if (a != b)
            return false;
        if (!a)
            return true;
    }
}

/* Court, kind of register, number and, in some courts, a letter. */
static bool register_number(const char *s, size_t len)
{
    static const char *const kinds[] = {" HRA ", " HRB ", " PR ", " GnR ", " VR ", " GsR "};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const char *at = strstr(s, kinds[k]);
        if (!at)
            continue;
        size_t court = (size_t)(at - s), i = court + strlen(kinds[k]), digits = 0;
        if (s[i] == '0')
            return false;
        while (i < len && cdr_id_is_digit(s[i])) {
            i++;
            digits++;
        }
        if (i < len && s[i] == ' ')
            i++;
        while (i < len && cdr_id_is_letter(s[i]))
            i++;
        if (i != len || digits < 1 || digits > 7)
            return false;
        for (size_t c = 0; c < sizeof german_courts / sizeof german_courts[0]; c++)
            if (same_court(german_courts[c], s, court))
                return true;
        return false;
    }
    return false;
}

const cdr_id_rule cdr_id_DE_HANDELSREGISTER = {
    .flags = CDR_ID_RAW | CDR_ID_ISSUER, .valid = register_number, .says = "register court, HRA, HRB, PR, GnR or VR, number", .source = "HGB § 8; HRV"};

const cdr_id_rule cdr_id_DE_WKN = {
    .shape = "[0123456789ABCDEFGHJKLMNPQRSTUVWXYZ]{6}", .strip = " ", .says = "six letters and digits without I and O", .source = "WM Datenservice"};

static bool at_vnr(const char *s, size_t len)
{
    static const uint8_t weights[10] = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += weights[i] * (unsigned)(s[i] - '0');
    return s[3] == SAME_STRICT[sum % 11];
}

/* Where the days are used up the month goes on from 13. */
static bool at_birth(const char *s, size_t len)
{
    (void)len;
    return cdr_id_two(s + 4) >= 1 && cdr_id_two(s + 4) <= 31 && cdr_id_two(s + 6) >= 1 && cdr_id_two(s + 6) <= 15;
}

const cdr_id_rule cdr_id_AT_VNR = {
    .shape = "[123456789]d{9}", .strip = " ", .valid = at_vnr, .found = at_birth, .flags = CDR_ID_DATED, .says = "weights 3 7 9 . 5 8 4 2 1 6 mod 11 give the fourth digit; in texts with a date of birth",
    .source = "ASVG § 31; Sozialversicherung"};

static bool at_uid(const char *s, size_t len)
{
    unsigned sum = 4;
    (void)len;
    for (int i = 1; i < 8; i++) {
        unsigned v = (unsigned)(s[i] - '0') * (i & 1 ? 1 : 2);
        sum += v / 10 + v % 10;
    }
    return s[8] == TEN[sum % 10];
}

const cdr_id_rule cdr_id_AT_UID = {.shape = "Ud{8}", .strip = " -./", .prefix = "AT", .valid = at_uid, .says = "U and eight digits; weights 1 and 2 with digit sums plus 4, mod 10", .source = "UStG (AT) Art. 28"};

static bool at_tin(const char *s, size_t len)
{
    unsigned sum = 0;
    (void)len;
    for (int i = 0; i < 8; i++) {
        unsigned v = (unsigned)(s[i] - '0') * (i & 1 ? 2 : 1);
        sum += v / 10 + v % 10;
    }
    return s[8] == TEN[sum % 10] && cdr_id_listed(AUSTRIAN_TAX_OFFICES, s, 2);
}

const cdr_id_rule cdr_id_AT_TIN = {
    .shape = "d{9}", .strip = " -./,", .valid = at_tin, .flags = CDR_ID_ISSUER, .says = "tax office, number; weights 1 and 2 with digit sums, mod 10", .source = "BMF (AT), Abgabenkontonummer"};

static bool ean13(const char *s, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned)(s[i] - '0') * (i & 1 ? 3 : 1);
    return sum % 10 == 0;
}

const cdr_id_rule cdr_id_CH_AHV = {.shape = "756d{10}", .strip = " .", .valid = ean13, .says = "756 and ten digits; EAN-13", .source = "AHVG Art. 50c; AHVV Art. 133"};

#define SWISS_UID TABLE(0, 3, 11, ELEVEN_STRICT, 5, 4, 3, 2, 7, 6, 5, 4)
const cdr_id_rule cdr_id_CH_UID = {.shape = "CHEd{9}", .strip = " -.", .sums = CDR_ID_SUMS(SWISS_UID), .says = "CHE and nine digits; weights 5 4 3 2 7 6 5 4 mod 11", .source = "UIDV Art. 2"};
const cdr_id_rule cdr_id_CH_VAT = {
    .shape = "CHEd{9}MWST|CHEd{9}TVA|CHEd{9}IVA|CHEd{9}TPV", .strip = " -.", .sums = CDR_ID_SUMS(SWISS_UID), .says = "company number and MWST, TVA, IVA or TPV", .source = "MWSTG Art. 18"};

static bool peid(const char *s, size_t len)
{
    size_t zeros = 0;
    while (zeros < len && s[zeros] == '0')
        zeros++;
    return len - zeros >= 4 && len - zeros <= 12;
}

const cdr_id_rule cdr_id_LI_PEID = {.shape = "d{4,64}", .strip = " .", .valid = peid, .says = "four to twelve digits after leading zeros", .source = "Liechtenstein, PEID"};
