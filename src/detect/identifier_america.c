/* SPDX-License-Identifier: Apache-2.0 */
/* United States and Canada. */
#include "detect/identifier.h"

#include <string.h>

static bool ssn(const char *s, size_t len)
{
    (void)len;
    return s[0] != '9' && memcmp(s, "000", 3) && memcmp(s, "666", 3) && memcmp(s + 3, "00", 2) && memcmp(s + 5, "0000", 4) && !cdr_id_listed("078051120|219099999|457555462", s, 9);
}

const cdr_id_rule cdr_id_US_SSN = {
    .shape = "d{3}-{0,1}d{2}-{0,1}d{4}", .strip = "", .inner = "-", .valid = ssn,
    .says = "area not 000, 666 or 9xx, group not 00, serial not 0000; published numbers refused", .source = "SSA, 20 CFR 422.103"};

static bool itin(const char *s, size_t len)
{
    unsigned g = cdr_id_two(s + 3);
    (void)len;
    return (g >= 50 && g <= 65) || (g >= 70 && g <= 88) || (g >= 90 && g <= 92) || g >= 94;
}

const cdr_id_rule cdr_id_US_ITIN = {
    .shape = "9d{2}-{0,1}d{2}-{0,1}d{4}", .strip = "", .inner = "-", .valid = itin, .says = "first digit 9, group 50-65, 70-88, 90-92 or 94-99", .source = "IRS Publication 1915"};

static bool atin_in_text(const char *s, size_t len)
{
    (void)len;
    return s[0] == '9' && !memcmp(s + 3, "93", 2);
}

const cdr_id_rule cdr_id_US_ATIN = {
    .shape = "d{3}-{0,1}d{2}-{0,1}d{4}", .strip = "", .inner = "-", .found = atin_in_text, .says = "nine digits; in texts 9xx-93-xxxx", .source = "IRS Form W-7A"};

const cdr_id_rule cdr_id_US_PTIN = {.shape = "Pd{8}", .strip = "-", .says = "P and eight digits", .source = "IRS Form W-12"};

static bool ein(const char *s, size_t len)
{
    (void)len;
    return cdr_id_listed("01|02|03|04|05|06|10|11|12|13|14|15|16|20|21|22|23|24|25|26|27|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|47|48|50|51|52|53|54|55|56|57|58|59|60|61|62|63|64|65|66|67|68|"
                         "71|72|73|74|75|76|77|80|81|82|83|84|85|86|87|88|90|91|92|93|94|95|98|99", s, 2);
}

const cdr_id_rule cdr_id_US_EIN = {
    .shape = "d{2}-{0,1}d{7}", .strip = "", .inner = "-", .valid = ein, .flags = CDR_ID_ISSUER, .says = "two digits of an issuing office, seven more", .source = "IRS, valid EIN prefixes"};

static bool npi(const char *s, size_t len)
{
    char whole[16] = "80840";
    memcpy(whole + 5, s, len);
    return cdr_id_luhn(whole, len + 5, 10);
}

const cdr_id_rule cdr_id_US_NPI = {.shape = "[12]d{9}", .strip = " -", .valid = npi, .says = "ten digits, first 1 or 2; Luhn with 80840 in front", .source = "45 CFR 162.406"};

static bool dea(const char *s, size_t len)
{
    const char *d = s + 2;
    (void)len;
    unsigned sum = (unsigned)(d[0] + d[2] + d[4] - 3 * '0') + 2 * (unsigned)(d[1] + d[3] + d[5] - 3 * '0');
    return d[6] == (char)('0' + sum % 10);
}

const cdr_id_rule cdr_id_US_DEA = {
    .shape = "[ABCDEFGHJKLMPRSTUX][ABCDEFGHIJKLMNOPQRSTUVWXYZ9]d{7}", .strip = " -", .valid = dea,
    .says = "registrant type, initial, seven digits: odd places plus twice the even ones, mod 10", .source = "DEA, 21 CFR 1301"};

#define MBI_LETTER "[ACDEFGHJKMNPQRTUVWXY]"
#define MBI_EITHER "[0123456789ACDEFGHJKMNPQRTUVWXY]"
const cdr_id_rule cdr_id_US_MBI = {
    .shape = "[123456789]" MBI_LETTER MBI_EITHER "d" MBI_LETTER MBI_EITHER "d" MBI_LETTER "{2}d{2}", .strip = " -",
    .says = "eleven characters, each place with its own alphabet, without S, L, O, I, B, Z", .source = "CMS, MBI format"};

const cdr_id_rule cdr_id_CA_SIN = {
    .shape = "[12345679]d{8}", .strip = " -", .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "nine digits, first not 0 or 8; Luhn", .source = "Employment Insurance Act, Service Canada"};

const cdr_id_rule cdr_id_CA_BC_PHN = {
    .shape = "9d{9}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 1, 9, ELEVEN_STRICT, 2, 4, 8, 5, 10, 9, 7, 3)), .says = "ten digits, first 9; weights 2 4 8 5 10 9 7 3 mod 11",
    .source = "BC Ministry of Health, PHN"};

static bool bn(const char *s, size_t len)
{
    (void)len;
    return cdr_id_luhn(s, 9, 10);
}

const cdr_id_rule cdr_id_CA_BN = {.shape = "d{9}|d{9}R[CMPT]d{4}", .strip = " -", .valid = bn, .says = "nine digits: Luhn; a program account may follow", .source = "Canada Revenue Agency"};
