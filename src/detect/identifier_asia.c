/* SPDX-License-Identifier: Apache-2.0 */
/* India, China, Korea, Japan, Taiwan, Hong Kong, south-east Asia. */
#include "detect/identifier.h"

#include <string.h>

static bool aadhaar(const char *s, size_t len)
{
    for (size_t i = 0; i < len / 2; i++)
        if (s[i] != s[len - 1 - i])
            return true;
    return false;
}

const cdr_id_rule cdr_id_IN_AADHAAR = {
    .shape = "[23456789]d{11}", .strip = " -", .valid = aadhaar, .sums = CDR_ID_SUMS(WHOLE(0, VERHOEFF)), .says = "twelve digits, first 2 to 9, not a palindrome; Verhoeff", .source = "UIDAI, Aadhaar Act 2016"};

static bool pan(const char *s, size_t len)
{
    (void)len;
    return memcmp(s + 5, "0000", 4) != 0;
}

#define PAN_SHAPE "a{3}[ABCFGHJKLPT]ad{4}a"
const cdr_id_rule cdr_id_IN_PAN = {
    .shape = PAN_SHAPE, .strip = " -", .valid = pan, .says = "three letters, kind of holder, initial, four digits not all 0, letter", .source = "Income-tax Act 1961 s. 139A"};

static bool gstin(const char *s, size_t len)
{
    unsigned state = cdr_id_two(s);
    return ((state >= 1 && state <= 38) || state == 97 || state == 99) && pan(s + 2, 10) && cdr_id_luhn(s, len, 36);
}

const cdr_id_rule cdr_id_IN_GSTIN = {
    .shape = "d{2}" PAN_SHAPE "[123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ]Zx", .strip = " -", .valid = gstin, .flags = CDR_ID_ISSUER, .says = "state, PAN, number, Z, check: Luhn in base 36", .source = "CGST Rules 2017 r. 10"};

static bool epic(const char *s, size_t len)
{
    return cdr_id_luhn(s + 3, len - 3, 10);
}

const cdr_id_rule cdr_id_IN_EPIC = {.shape = "a{3}d{7}", .strip = " -", .valid = epic, .says = "three letters, seven digits: Luhn", .source = "Election Commission of India, EPIC"};

static bool ric(const char *s, size_t len)
{
    (void)len;
    return cdr_id_date_at(CDR_DATE_YYYYMMDD, s + 6) && cdr_id_cn_region((unsigned)cdr_id_number(s, 6), (unsigned)cdr_id_number(s + 6, 4));
}

static bool ric_in_text(const char *s, size_t len)
{
    (void)len;
    uint64_t year = cdr_id_number(s + 6, 4);
    return year >= 1850 && year <= CDR_ID_LAST_BIRTH_YEAR;
}

const cdr_id_rule cdr_id_CN_RIC = {
    .shape = "d{17}[0123456789X]", .strip = "", .valid = ric, .found = ric_in_text, .flags = CDR_ID_DATED | CDR_ID_ISSUER, .sums = CDR_ID_SUMS(WHOLE(0, MOD11_2)),
    .says = "division that existed at birth (GB/T 2260), date of birth, serial; ISO 7064 mod 11-2", .source = "GB 11643-1999"};

static bool uscc(const char *s, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    unsigned weight = 1, sum = 0;
    for (size_t i = 0; i + 1 < len; i++) {
        sum += weight * (unsigned)(strchr(alphabet, s[i]) - alphabet);
        weight = weight * 3 % 31;
    }
    return s[17] == alphabet[(31 - sum % 31) % 31];
}

#define USCC "[0123456789ABCDEFGHJKLMNPQRTUWXY]"
const cdr_id_rule cdr_id_CN_USCC = {.shape = USCC "{2}d{6}" USCC "{10}", .strip = " -", .valid = uscc, .says = "authority, kind, division, organisation; powers of 3 mod 31", .source = "GB 32100-2015"};

/* The seventh digit tells sex, century and nationality. Numbers given out since October 2020 have no check digit. */
static bool rrn(const char *s, size_t len)
{
    static const unsigned century[10] = {1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800};
    static const cdr_id_sum sum = TABLE(0, 0, 12, "10987654321", 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5);
    unsigned year = century[s[6] - '0'] + cdr_id_two(s), month = cdr_id_two(s + 2);
    if (!cdr_id_date(year, month, cdr_id_two(s + 4)) || cdr_id_two(s + 7) > 96)
        return false;
    return cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_KR_RRN = {
    .shape = "d{13}", .strip = "-", .valid = rrn, .flags = CDR_ID_DATED, .says = "date of birth, sex and century, place up to 96; weights 2 to 9, 2 to 5 mod 11", .source = "주민등록법 시행규칙 제2조"};

static bool brn(const char *s, size_t len)
{
    (void)len;
    return cdr_id_number(s, 3) >= 101 && memcmp(s + 3, "00", 2) && memcmp(s + 5, "0000", 4);
}

static bool brn_sum(const char *s, size_t len)
{
    static const uint8_t weights[9] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    unsigned sum = (unsigned)(s[8] - '0') * 5 / 10;
    (void)len;
    for (int i = 0; i < 9; i++)
        sum += weights[i] * (unsigned)(s[i] - '0');
    return s[9] == TEN[sum % 10];
}

const cdr_id_rule cdr_id_KR_BRN = {
    .shape = "d{10}", .strip = " -", .valid = brn, .found = brn_sum, .says = "office from 101, kind not 00, serial not 0000; in texts weights 1 3 7 1 3 7 1 3 5 mod 10", .source = "부가가치세법 시행령 제12조"};

static bool my_number(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 11, ELEVEN_ZERO, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2);
    return cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_JP_IN = {.shape = "d{12}", .strip = " -", .valid = my_number, .says = "twelve digits; weights 6 5 4 3 2 7 6 5 4 3 2 mod 11", .source = "My Number Act, 2014 MIC ordinance 85 art. 5"};

const cdr_id_rule cdr_id_JP_CN = {
    .shape = "d{13}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 1, 0, "987654321", 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)), .says = "check digit first: weights 2 and 1, 9 - sum mod 9", .source = "My Number Act, 2014 MOF ordinance 70"};

const cdr_id_rule cdr_id_TH_PIN = {
    .shape = "[12345678]d{12}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 0, 12, "10987654321", 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)), .says = "first digit 1 to 8; weights 13 to 2 mod 11", .source = "พ.ร.บ. การทะเบียนราษฎร พ.ศ. 2534"};

static bool nric(const char *s, size_t len)
{
    static const uint8_t weights[7] = {2, 7, 6, 5, 4, 3, 2};
    unsigned sum = s[0] == 'T' || s[0] == 'G' ? 4 : s[0] == 'M' ? 3 : 0;
    (void)len;
    for (int i = 0; i < 7; i++)
        sum += weights[i] * (unsigned)(s[i + 1] - '0');
    if (s[0] == 'S' || s[0] == 'T')
        return s[8] == "JZIHGFEDCBA"[sum % 11];
    return s[8] == (s[0] == 'M' ? "KLJNPQRTUWX"[10 - sum % 11] : "XWUTRQPNMLK"[sum % 11]);
}

const cdr_id_rule cdr_id_SG_NRIC = {
    .shape = "[STFGM]d{7}a", .strip = " -", .valid = nric, .says = "series, seven digits; weights 2 7 6 5 4 3 2 plus 4 for T and G, 3 for M, mod 11 gives the letter", .source = "National Registration Act 1965"};

static bool uen(const char *s, size_t len)
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWX0123456789", checks[] = "XMKECAWLJDB", local[] = "ZKCMDNERGWH";
    static const uint8_t business[8] = {10, 4, 9, 3, 8, 2, 7, 1}, company[9] = {10, 8, 6, 4, 9, 7, 5, 3, 1}, other[9] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
    unsigned sum = 0;
    if (len == 9) {
        for (int i = 0; i < 8; i++)
            sum += business[i] * (unsigned)(s[i] - '0');
        return s[8] == checks[sum % 11];
    }
    if (cdr_id_is_digit(s[0])) {
        for (int i = 0; i < 9; i++)
            sum += company[i] * (unsigned)(s[i] - '0');
        return cdr_id_number(s, 4) <= 2100 && s[9] == local[sum % 11];
    }
    if (!cdr_id_listed("LP|LL|FC|PF|RF|MQ|MM|NB|CC|CS|MB|FM|GS|GA|GB|DP|CP|NR|CM|CD|MD|HS|VH|CH|MH|CL|XL|CX|RP|TU|TC|FB|FN|PA|PB|SS|MC|SM", s + 3, 2))
        return false;
    for (int i = 0; i < 9; i++) {
        const char *p = strchr(alphabet, s[i]);
        if (!p)
            return false;
        sum += other[i] * (unsigned)(p - alphabet);
    }
    return s[9] == alphabet[(sum + 11 - 5) % 11];
}

const cdr_id_rule cdr_id_SG_UEN = {
    .shape = "d{8}a|d{9}a|[RST]d{2}a[ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789]d{4}a", .strip = " ", .valid = uen, .says = "businesses, local companies, other entities: each with its weights mod 11", .source = "ACRA, UEN"};

static bool hkid(const char *s, size_t len)
{
    unsigned sum = 0;
    if (len == 8)
        sum = 36 * 9;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned)(len - i) * (s[i] == 'A' && i + 1 == len ? 10 : cdr_id_value(s[i]));
    return sum % 11 == 0;
}

const cdr_id_rule cdr_id_HK_HKID = {
    .shape = "a{1,2}d{6}[0123456789A]", .strip = " -()", .valid = hkid, .says = "one or two letters, six digits, check: weights 9 to 1, a missing letter 36, mod 11 = 0", .source = "Registration of Persons Ordinance, cap. 177"};

static bool tw_nid(const char *s, size_t len)
{
    static const uint8_t letters[26] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
    unsigned v = letters[s[0] - 'A'], sum = v / 10 + v % 10 * 9;
    (void)len;
    for (unsigned i = 1; i < 9; i++)
        sum += (9 - i) * (unsigned)(s[i] - '0');
    return (sum + (unsigned)(s[9] - '0')) % 10 == 0;
}

const cdr_id_rule cdr_id_TW_NID = {.shape = "a[1289]d{8}", .strip = " ", .valid = tw_nid, .says = "place, sex, serial; letter as two digits, weights 1 9 8 … 1 mod 10", .source = "戶籍法"};

/* Sum of digit sums divisible by 5; a 7 in seventh place counts 0 or 1. */
static bool ubn(const char *s, size_t len)
{
    static const uint8_t weights[8] = {1, 2, 1, 2, 1, 2, 4, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned v = weights[i] * (unsigned)(s[i] - '0');
        sum += v / 10 + v % 10;
    }
    return sum % 5 == 0 || (s[6] == '7' && (sum + 1) % 5 == 0);
}

const cdr_id_rule cdr_id_TW_UBN = {.shape = "d{8}", .strip = " -", .valid = ubn, .says = "weights 1 2 1 2 1 2 4 1 with digit sums, divisible by 5", .source = "財政部, 統一編號"};

static bool mykad(const char *s, size_t len)
{
    static const char places[] = "01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|47|48|49|50|51|52|53|54|55|56|57|58|59|60|61|62|63|"
                                 "64|65|66|67|68|71|72|74|75|76|77|78|79|82|83|84|85|86|87|88|89|90|91|92|93|98|99";
    (void)len;
    return cdr_id_listed(places, s + 6, 2);
}

const cdr_id_rule cdr_id_MY_NRIC = {
    .shape = "d{12}", .strip = " -*", .date = CDR_DATE_YYMMDD, .flags = CDR_ID_DATED | CDR_ID_ISSUER, .valid = mykad, .says = "date of birth, place of birth, serial", .source = "National Registration Regulations 1990"};

/* The two digits of the year may be of either century: none is in the future. */
static bool nik(const char *s, size_t len)
{
    static const char provinces[] = "11|12|13|14|15|16|17|18|19|21|31|32|33|34|35|36|51|52|53|61|62|63|64|65|71|72|73|74|75|76|81|82|91|92|93|94|95|96";
    unsigned day = cdr_id_two(s + 6);
    (void)len;
    return cdr_id_listed(provinces, s, 2) && cdr_id_date_short(cdr_id_two(s + 10), cdr_id_two(s + 8), day % 40);
}

/* Regencies count from 01, cities from 71. */
static bool nik_in_text(const char *s, size_t len)
{
    unsigned place = cdr_id_two(s + 2), day = cdr_id_two(s + 6);
    (void)len;
    return ((place >= 1 && place <= 29) || (place >= 71 && place <= 79)) && cdr_id_two(s + 4) >= 1 && cdr_id_two(s + 4) <= 60 && day <= 71 && memcmp(s + 12, "0000", 4) &&
           memcmp(s + 12, "00", 2) == 0;
}

const cdr_id_rule cdr_id_ID_NIK = {
    .shape = "d{16}", .strip = " -.", .flags = CDR_ID_DATED | CDR_ID_ISSUER, .valid = nik, .found = nik_in_text, .says = "province, regency, date of birth (women's days plus 40), serial", .source = "UU 23/2006 ps. 13; Permendagri"};
