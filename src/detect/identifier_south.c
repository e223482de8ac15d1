/* SPDX-License-Identifier: Apache-2.0 */
/* Australia, New Zealand, Africa, Israel. */
#include "detect/identifier.h"

#include <string.h>

static bool tfn(const char *s, size_t len)
{
    static const cdr_id_sum nine = ZERO(0, 0, 11, 1, 4, 3, 7, 5, 8, 6, 9, 10), eight = ZERO(0, 0, 11, 1, 4, 3, 7, 5, 8, 6, 9);
    return cdr_id_sum_fits(len == 9 ? &nine : &eight, s, len);
}

const cdr_id_rule cdr_id_AU_TFN = {.shape = "d{8,9}", .strip = " ", .valid = tfn, .says = "weights 1 4 3 7 5 8 6 9 10 from the left: sum mod 11 = 0", .source = "Taxation Administration Act 1953; ATO"};
const cdr_id_rule cdr_id_AU_ACN = {.shape = "d{9}", .strip = " ", .sums = CDR_ID_SUMS(TABLE(0, 0, 8, TEN, 8, 7, 6, 5, 4, 3, 2, 1)), .says = "weights 8 to 1, 10 - sum mod 10", .source = "Corporations Act 2001; ASIC"};

static bool abn(const char *s, size_t len)
{
    static const uint8_t weights[11] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += weights[i] * (unsigned)(s[i] - '0');
    return sum % 89 == 10 && (s[0] != '1' || s[1] != '0');   /* one is taken off the first digit */
}

const cdr_id_rule cdr_id_AU_ABN = {.shape = "[123456789]d{10}", .strip = " ", .valid = abn, .says = "first digit less 1; weights 10 1 3 … 19 mod 89 = 0", .source = "A New Tax System (ABN) Act 1999"};

static bool medicare(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 8, "0123456789", 1, 3, 7, 9, 1, 3, 7, 9);
    return cdr_id_sum_fits(&sum, s, len) && s[9] != '0';
}

const cdr_id_rule cdr_id_AU_MEDICARE = {
    .shape = "[23456]d{9}|[23456]d{10}", .strip = " -/", .valid = medicare, .says = "first digit 2 to 6; weights 1 3 7 9 mod 10; issue number, person", .source = "Services Australia"};

static bool ird(const char *s, size_t len)
{
    static const uint8_t first[8] = {3, 2, 7, 6, 5, 4, 3, 2}, second[8] = {7, 4, 3, 2, 5, 2, 7, 6};
    uint64_t n = cdr_id_number(s, len);
    unsigned a = 0, b = 0;
    for (int i = 0; i < 8; i++) {
        a += first[i] * (unsigned)(s[i] - '0');
        b += second[i] * (unsigned)(s[i] - '0');
    }
    unsigned check = (11 - a % 11) % 11;
    check = check == 10 ? (11 - b % 11) % 11 : check;
    return n > 10000000 && n < 150000000 && s[8] == (char)('0' + check);
}

const cdr_id_rule cdr_id_NZ_IRD = {
    .shape = "d{8,9}", .pad_to = 9, .strip = " -", .prefix = "NZ", .valid = ird, .says = "10,000,000 to 150,000,000; weights 3 2 7 6 5 4 3 2, on 10 then 7 4 3 2 5 2 7 6, mod 11", .source = "Inland Revenue, NRWT specification"};

static bool za_idnr(const char *s, size_t len)
{
    (void)len;
    return s[10] <= '2';
}

const cdr_id_rule cdr_id_ZA_IDNR = {
    .shape = "d{13}", .strip = " ", .date = CDR_DATE_YYMMDD, .flags = CDR_ID_DATED, .valid = za_idnr, .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "date of birth, sex, citizenship 0 to 2; Luhn", .source = "Identification Act 68 of 1997"};

static bool ghana(const char *s, size_t len)
{
    unsigned sum = 0;
    (void)len;
    for (unsigned i = 1; i < 10; i++)
        sum += i * cdr_id_value(s[i]);
    return s[10] == "0123456789X"[sum % 11];
}

const cdr_id_rule cdr_id_GH_TIN = {.shape = "[PCGQV]00d{7}[0123456789X]", .strip = " ", .valid = ghana, .says = "kind of payer, 00, weights 1 to 9 mod 11, X is 10", .source = "Revenue Administration Act 2016 (Act 915)"};
const cdr_id_rule cdr_id_GN_NIFP = {.shape = "d{9}", .strip = " -", .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "nine digits; Luhn", .source = "Direction nationale des impôts, NIFp"};

static bool mauritius(const char *s, size_t len)
{
    unsigned sum = 0;
    for (unsigned i = 0; i + 1 < len; i++)
        sum += (14 - i) * cdr_id_value(s[i]);
    return s[13] == "0GFEDCBA987654321"[sum % 17] && cdr_id_date_at(CDR_DATE_DDMMYY, s + 1);
}

const cdr_id_rule cdr_id_MU_NID = {
    .shape = "ad{12}x", .strip = " ", .valid = mauritius, .flags = CDR_ID_DATED, .says = "initial, date of birth, serial; weights 14 to 2, letters from 10, 17 - sum mod 17", .source = "National Identity Card Act 1985"};

static bool ninea(const char *s, size_t len)
{
    size_t n = len > 9 ? len - 3 : len;
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(s[n - 1 - i] - '0') * (i & 1 ? 2 : 1);
    return sum % 10 == 0;
}

#define COFI "[012][ABCDEFGHJKLMNPQRSTUVWZ]d"
const cdr_id_rule cdr_id_SN_NINEA = {
    .shape = "d{7}|d{9}|d{7}" COFI "|d{9}" COFI, .strip = " -/,", .valid = ninea, .says = "seven or nine digits, weights 1 and 2 from the right mod 10; a tax code of three characters may follow", .source = "Décret n° 2012-886"};

const cdr_id_rule cdr_id_EG_TN = {.shape = "d{9}", .strip = " -/", .says = "nine digits", .source = "Egyptian Tax Authority"};

static bool not_zero(const char *s, size_t len)
{
    return cdr_id_number(s, len) > 0;
}

const cdr_id_rule cdr_id_IL_IDNR = {.shape = "d{1,9}", .pad_to = 9, .strip = " -", .valid = not_zero, .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "nine digits, zeros in front; Luhn", .source = "Population Registry Law, 1965"};
const cdr_id_rule cdr_id_IL_HP = {.shape = "5d{8}", .strip = " -", .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "nine digits, first 5; Luhn", .source = "Companies Law, 1999"};
