/* SPDX-License-Identifier: Apache-2.0 */
/* United Kingdom and Ireland. */
#include "detect/identifier.h"

#include <string.h>

const cdr_id_rule cdr_id_GB_NHS = {
    .shape = "d{10}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 0, 9, ELEVEN_STRICT, 10, 9, 8, 7, 6, 5, 4, 3, 2)), .says = "weights 10 to 2 mod 11, 10 is never given", .source = "NHS Data Dictionary"};

static bool nino(const char *s, size_t len)
{
    (void)len;
    return !cdr_id_listed("BG|GB|NK|KN|NT|TN|ZZ", s, 2);
}

const cdr_id_rule cdr_id_GB_NINO = {
    .shape = "[ABCEGHJKLMNOPRSTWXYZ][ABCEGHJKLMNPRSTWXYZ]d{6}[ABCD]", .valid = nino,
    .says = "two letters (no D, F, I, Q, U, V; second no O; not BG, GB, NK, KN, NT, TN, ZZ), six digits, A to D", .source = "HMRC NIM39110"};

static bool utr(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 1, 0, "21987654321", 6, 7, 8, 9, 10, 5, 4, 3, 2);
    return cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_GB_UTR = {.shape = "d{10}K{0,1}", .prefix = "K", .strip = " ", .inner = "K", .valid = utr, .says = "first digit is the check: weights 6 7 8 9 10 5 4 3 2 mod 11", .source = "HMRC, unique taxpayer reference"};

static bool gb_vat(const char *s, size_t len)
{
    if (cdr_id_is_letter(s[0])) {   /* government departments below 500, health authorities from 500 */
        const char *digits = len == 5 ? s + 2 : s + 6;
        unsigned n = (unsigned)cdr_id_number(digits, 3);
        return (s[0] == 'G') == (n < 500) && (len == 5 || n % 97 == cdr_id_two(s + 9));
    }
    static const uint8_t weights[9] = {8, 7, 6, 5, 4, 3, 2, 10, 1};
    unsigned sum = 0;
    for (int i = 0; i < 9; i++)
        sum += weights[i] * (unsigned)(s[i] - '0');
    sum %= 97;
    return sum == 0 || ((sum == 42 || sum == 55) && cdr_id_number(s, 3) >= 100);
}

const cdr_id_rule cdr_id_GB_VAT = {
    .shape = "d{9}|d{12}|GDd{3}|HAd{3}|GD8888d{5}|HA8888d{5}", .prefix = "GB|XI", .valid = gb_vat,
    .says = "nine digits, weights 8 to 2 and 10, 1: mod 97 is 0, from 100 also 42 or 55; three digits more for branches; GD and HA for government and health", .source = "HMRC VAT notice 700/21"};

static const char irish[] = "WABCDEFGHIJKLMNOPQRSTUV";

static char irish_check(const char *digits, char extra)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 7; i++)
        sum += (8 - i) * (unsigned)(digits[i] - '0');
    const char *p = extra ? strchr(irish, extra) : NULL;
    return irish[(sum + (p ? 9 * (unsigned)(p - irish) : 0)) % 23];
}

static bool pps(const char *s, size_t len)
{
    return s[7] == irish_check(s, len == 9 && s[8] != 'T' && s[8] != 'X' && s[8] != 'W' ? s[8] : 0);
}

const cdr_id_rule cdr_id_IE_PPS = {
    .shape = "d{7}[ABCDEFGHIJKLMNOPQRSTUVW][ABHWTX]{0,1}", .strip = " -", .valid = pps, .says = "weights 8 to 2, nine times a second letter A, B or H, mod 23 gives the letter",
    .source = "Social Welfare Consolidation Act 2005, s. 262"};

static bool ie_vat(const char *s, size_t len)
{
    if (!cdr_id_is_digit(s[1])) {
        char digits[8] = {'0', s[2], s[3], s[4], s[5], s[6], s[0]};
        return s[7] == irish_check(digits, 0);
    }
    return s[7] == irish_check(s, len == 9 ? s[8] : 0) && (len == 8 || strchr(irish, s[8]));
}

const cdr_id_rule cdr_id_IE_VAT = {
    .shape = "d{7}a{1,2}|d[ABCDEFGHIJKLMNOPQRSTUVWXYZ+*]d{5}a", .strip = " -", .prefix = "IE", .valid = ie_vat, .says = "as the PPS number; older ones have a letter second", .source = "Revenue, VAT registration"};
