/* SPDX-License-Identifier: Apache-2.0 */
/* France, Spain, Italy, Portugal, San Marino. */
#include "detect/identifier.h"

#include <string.h>

/* Corsican departments 2A and 2B count as 19 and 18. */
static bool nir(const char *s, size_t len)
{
    char n[16];
    memcpy(n, s, len);
    if (n[6] == 'A' || n[6] == 'B') {
        if (n[5] != '2')
            return false;
        n[6] = n[6] == 'A' ? '9' : '8';
        n[5] = '1';
    }
    return 97 - cdr_id_number(n, 13) % 97 == cdr_id_two(n + 13);
}

static bool nir_in_text(const char *s, size_t len)
{
    unsigned month = cdr_id_two(s + 3);
    (void)len;
    return strchr("123478", s[0]) && ((month >= 1 && month <= 12) || month == 20 || month == 99) && memcmp(s + 5, "00", 2) && memcmp(s + 10, "000", 3);
}

const cdr_id_rule cdr_id_FR_NIR = {
    .shape = "d{6}[0123456789AB]d{8}", .strip = " .", .valid = nir, .found = nir_in_text, .flags = CDR_ID_DATED,
    .says = "sex, year, month, department, commune, serial; key 97 - n mod 97, Corsica 2A as 19 and 2B as 18", .source = "Décret 82-103; INSEE"};

static bool fr_nif(const char *s, size_t len)
{
    (void)len;
    return cdr_id_number(s, 10) % 511 == cdr_id_number(s + 10, 3);
}

const cdr_id_rule cdr_id_FR_NIF = {.shape = "[0123]d{12}", .strip = " ", .valid = fr_nif, .says = "first digit 0 to 3; the first ten digits mod 511 are the last three", .source = "DGFiP, numéro fiscal (SPI)"};

const cdr_id_rule cdr_id_FR_SIREN = {.shape = "d{9}", .strip = " .", .sums = CDR_ID_SUMS(WHOLE(0, LUHN)), .says = "nine digits; Luhn", .source = "Code de commerce R123-221"};

static bool siret(const char *s, size_t len)
{
    if (!memcmp(s, "356000000", 9) && memcmp(s, "35600000000048", 14)) {   /* the post office has more branches than Luhn has numbers */
        unsigned sum = 0;
        for (size_t i = 0; i < len; i++)
            sum += (unsigned)(s[i] - '0');
        return sum % 5 == 0;
    }
    return cdr_id_luhn(s, len, 10) && cdr_id_luhn(s, 9, 10);
}

const cdr_id_rule cdr_id_FR_SIRET = {.shape = "d{14}", .strip = " .", .valid = siret, .says = "SIREN and five digits; Luhn over both (La Poste: digit sum mod 5)", .source = "Code de commerce R123-221; INSEE"};

static bool tva(const char *s, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    const char *siren = s + 2;
    (void)len;
    if (memcmp(siren, "000", 3) && !cdr_id_luhn(siren, 9, 10))   /* Monaco's begin with 000 and are no SIREN */
        return false;
    if (cdr_id_digits(s, 2))
        return (cdr_id_number(siren, 9) * 100 + 12) % 97 == cdr_id_two(s);
    const char *a = strchr(alphabet, s[0]), *b = strchr(alphabet, s[1]);
    if (!a || !b)
        return false;
    unsigned x = (unsigned)(a - alphabet), y = (unsigned)(b - alphabet), check = cdr_id_is_digit(s[0]) ? x * 24 + y - 10 : x * 34 + y - 100;
    return (cdr_id_number(siren, 9) + 1 + check / 11) % 11 == check % 11;
}

const cdr_id_rule cdr_id_FR_TVA = {.shape = "x{2}d{9}", .prefix = "FR", .valid = tva, .says = "two characters and the SIREN: (SIREN × 100 + 12) mod 97, or the key with letters mod 11", .source = "CGI annexe II; DGFiP"};

static const char spanish[] = "TRWAGMYFPDXBNJZSQVHLCKE";

static bool dni(const char *s, size_t len)
{
    (void)len;
    return s[8] == spanish[cdr_id_number(s, 8) % 23];
}

const cdr_id_rule cdr_id_ES_DNI = {.shape = "d{8}a", .strip = " -.", .valid = dni, .says = "number mod 23 gives the letter of TRWAGMYFPDXBNJZSQVHLCKE", .source = "Real Decreto 255/2025; Orden INT/2058/2008"};

static bool nie(const char *s, size_t len)
{
    (void)len;
    return s[8] == spanish[((uint64_t)(s[0] - 'X') * 10000000 + cdr_id_number(s + 1, 7)) % 23];
}

const cdr_id_rule cdr_id_ES_NIE = {.shape = "[XYZ]d{7}a", .strip = " -.", .valid = nie, .says = "X, Y, Z as 0, 1, 2; number mod 23 gives the letter", .source = "Real Decreto 557/2011, art. 206"};

static bool cif(const char *s, size_t len)
{
    unsigned sum = 0;
    (void)len;
    for (int i = 1; i < 8; i++) {
        unsigned v = (unsigned)(s[i] - '0') * (i & 1 ? 2 : 1);
        sum += v / 10 + v % 10;
    }
    unsigned check = (10 - sum % 10) % 10;
    bool digit = s[8] == (char)('0' + check), letter = s[8] == "JABCDEFGHI"[check];
    return digit || letter;
}

/* Which of the two is used hangs on the kind of entity. */
static bool cif_in_text(const char *s, size_t len)
{
    (void)len;
    return strchr("NPQRSW", s[0]) ? cdr_id_is_letter(s[8]) : strchr("ABEH", s[0]) ? cdr_id_is_digit(s[8]) : true;
}

const cdr_id_rule cdr_id_ES_CIF = {
    .shape = "[ABCDEFGHJNPQRSUVW]d{7}x", .strip = " -.", .valid = cif, .found = cif_in_text, .says = "kind of entity, seven digits; Luhn, as digit or as letter of JABCDEFGHI", .source = "Orden EHA/451/2008"};

static bool cae(const char *s, size_t len)
{
    static const char offices[] = "01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|47|48|49|50|51|52|53|54|55|56";
    static const char activities[] = "A0|A1|A2|A6|A7|A9|AC|AF|AT|AV|AW|AX|B0|B1|B6|B7|B9|BA|BT|C1|C7|DA|DB|DF|DM|DP|E7|EC|F1|H0|H1|H2|H4|H6|H7|H8|H9|HA|HB|HC|HD|HE|HF|HH|HI|HJ|HK|HL|HM|HN|HP|HQ|HR|HS|HT|HU|"
                                     "HV|HW|HX|HZ|L0|L1|L2|L3|L7|M7|OA|OB|OE|OH|OR|OT|OV|PF|RF|T1|T7|TT|V1|V7|VD";
    (void)len;
    return cdr_id_listed(offices, s + 5, 2) && cdr_id_listed(activities, s + 7, 2);
}

const cdr_id_rule cdr_id_ES_CAE = {
    .shape = "ES000d{2}axd{3}a", .valid = cae, .flags = CDR_ID_ISSUER, .says = "ES000, office 01 to 56, activity of the published list, serial, letter", .source = "Reglamento de los Impuestos Especiales, art. 41; BOE 28-12-2006"};

/* Omocodia: letters stand for digits when two people would have the same code. */
static unsigned omocodia(char c)
{
    const char *p = strchr("LMNPQRSTUV", c);
    return cdr_id_is_digit(c) ? (unsigned)(c - '0') : p && *p ? (unsigned)(p - "LMNPQRSTUV") : 10;
}

static bool it_iva(const char *s, size_t len)
{
    unsigned office = (unsigned)cdr_id_number(s + 7, 3);
    return memcmp(s, "0000000", 7) && ((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999) && cdr_id_luhn(s, len, 10);
}

static bool codice_fiscale(const char *s, size_t len)
{
    static const uint8_t odd[36] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    static const char months[] = "ABCDEHLMPRST";
    if (len == 11)
        return it_iva(s, len);
    static const uint8_t numeric[] = {6, 7, 9, 10, 12, 13, 14};
    unsigned d[7], sum = 0;
    for (int i = 0; i < 7; i++)
        if ((d[i] = omocodia(s[numeric[i]])) > 9)
            return false;
    unsigned day = d[2] * 10 + d[3], month = (unsigned)(strchr(months, s[8]) - months) + 1;
    if (!cdr_id_date_short(d[0] * 10 + d[1], month, day % 40))
        return false;
    for (int i = 0; i < 15; i++) {
        unsigned v = cdr_id_value(s[i]);
        sum += i & 1 ? (v > 9 ? v - 10 : v) : odd[v];
    }
    return s[15] == (char)('A' + sum % 26);
}

static bool codice_in_text(const char *s, size_t len)
{
    return len == 16 && omocodia(s[9]) <= 7;
}

#define OMOCODIA "[0123456789LMNPQRSTUV]"
const cdr_id_rule cdr_id_IT_CF = {
    .shape = "a{6}" OMOCODIA "{2}[ABCDEHLMPRST]" OMOCODIA "{2}a" OMOCODIA "{3}a|d{11}", .strip = " -:", .valid = codice_fiscale, .found = codice_in_text, .flags = CDR_ID_DATED,
    .says = "name, date of birth (women's days plus 40), place; odd and even tables mod 26; letters for digits on a tie (omocodia); companies have eleven digits", .source = "DM 23 dicembre 1976 n. 13815"};

const cdr_id_rule cdr_id_IT_IVA = {
    .shape = "d{11}", .strip = " -:", .prefix = "IT", .valid = it_iva, .flags = CDR_ID_ISSUER, .says = "number, province office 001-100, 120, 121, 888 or 999; Luhn", .source = "DPR 633/1972 art. 35"};

const cdr_id_rule cdr_id_PT_NIF = {
    .shape = "[123456789]d{8}", .prefix = "PT", .sums = CDR_ID_SUMS(TABLE(0, 0, 8, ELEVEN_ZERO, 9, 8, 7, 6, 5, 4, 3, 2)), .says = "first not 0; weights 9 to 2, 11 - r, 10 and 11 are 0",
    .source = "Decreto-Lei 14/2013"};

static bool pt_cc(const char *s, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < len; i++) {
        unsigned v = cdr_id_value(s[len - 2 - i]);
        v = i & 1 ? v : v * 2;
        sum += v > 9 && !(i & 1) ? v - 9 : v;
    }
    return s[len - 1] == TEN[sum % 10];
}

/* Old numbers are shorter; the card prints zeros before them. */
static bool pt_cc_in_text(const char *s, size_t len)
{
    (void)s;
    return len == 12;
}

const cdr_id_rule cdr_id_PT_CC = {.shape = "d{9}x{2}d|d{1,8}axd", .strip = " ", .valid = pt_cc, .found = pt_cc_in_text, .says = "number, check, version of the card; Luhn with letters as 10 to 35; zeros before the number may be left out", .source = "Lei 7/2007; AMA"};

static bool coe(const char *s, size_t len)
{
    while (len > 0 && *s == '0') {
        s++;
        len--;
    }
    return len >= 1 && len <= 5;
}

const cdr_id_rule cdr_id_SM_COE = {.shape = "d{1,16}", .strip = " .", .prefix = "SM", .valid = coe, .says = "up to five digits after leading zeros", .source = "San Marino, COE"};
