/* SPDX-License-Identifier: Apache-2.0 */
/* Payment, banking, securities: cards, IBAN, BIC, ISIN, LEI. */
#include "detect/identifier.h"

#include "base/mem.h"

#include <string.h>

/* Issuer ranges by their first six digits, and the lengths (bits) that cards of the range have. */
#define LEN(n) (1U << (n))
#define MAESTRO (LEN(12) | LEN(13) | LEN(14) | LEN(15) | LEN(16) | LEN(17) | LEN(18) | LEN(19))
typedef struct range { uint32_t first, last, lengths; } range;
static const range ranges[] = {
    {60400, 60499, MAESTRO},
    {180000, 180099, LEN(15)}, {213100, 213199, LEN(15)},             /* JCB of old */
    {222100, 272099, LEN(16)},                                        /* Mastercard, second series */
    {300000, 305999, LEN(14) | LEN(16)},                              /* Diners Club */
    {309500, 309599, LEN(14) | LEN(16)},
    {340000, 349999, LEN(15)}, {370000, 379999, LEN(15)},             /* American Express */
    {352800, 358999, LEN(16) | LEN(17) | LEN(18) | LEN(19)},          /* JCB */
    {360000, 369999, LEN(14) | LEN(15) | LEN(16) | LEN(17) | LEN(18) | LEN(19)},
    {380000, 399999, LEN(14) | LEN(16)},
    {400000, 499999, LEN(13) | LEN(16) | LEN(19)},                    /* Visa */
    {500000, 509999, MAESTRO},
    {510000, 559999, LEN(16)},                                        /* Mastercard */
    {560000, 589999, MAESTRO},
    {600000, 601099, MAESTRO},
    {601100, 601199, LEN(16) | LEN(19)},                              /* Discover */
    {601200, 621999, MAESTRO},
    {622000, 629999, LEN(16) | LEN(17) | LEN(18) | LEN(19)},          /* UnionPay, co-branded Discover */
    {630000, 639999, MAESTRO},
    {640000, 659999, LEN(16) | LEN(19)},                              /* Discover, RuPay, Elo */
    {660000, 699999, MAESTRO},
    {810000, 817199, LEN(16) | LEN(17) | LEN(18) | LEN(19)},          /* UnionPay, RuPay */
};

bool cdr_id_card(const char *s, size_t len)
{
    if (len < 12 || len > 19 || !cdr_id_digits(s, len))
        return false;
    uint32_t first = (uint32_t)cdr_id_number(s, 6);
    for (size_t i = 0; i < CDR_COUNT(ranges); i++)
        if (first >= ranges[i].first && first <= ranges[i].last)
            return (ranges[i].lengths & LEN(len)) && cdr_id_luhn(s, len, 10);
    return false;
}

const cdr_id_rule cdr_id_CARD = {
    .shape = "d{12,19}", .valid = cdr_id_card, .flags = CDR_ID_ISSUER,
    .says = "issuer range and the lengths it gives out; Luhn", .source = "ISO/IEC 7812-1; issuers' published ranges"};

const cdr_id_rule cdr_id_CVV = {.shape = "d{3,4}", .says = "three or four digits, told by the words next to it", .source = "card schemes' rules; PCI DSS 3.3"};

/* Track 1: %B number ^ name ^ YYMM ...; track 2: ;number = YYMM ... */
static bool track(const char *s, size_t len)
{
    bool one = len > 2 && s[0] == '%' && (s[1] == 'B' || s[1] == 'b');
    size_t i = one ? 2 : 0;
    i += !one && len && s[0] == ';';
    size_t start = i;
    while (i < len && cdr_id_is_digit(s[i]))
        i++;
    if (i >= len || !cdr_id_card(s + start, i - start) || s[i] != (one ? '^' : '='))
        return false;
    i++;
    if (one) {
        const char *hat = memchr(s + i, '^', len - i);
        if (!hat)
            return false;
        i = (size_t)(hat - s) + 1;
    }
    return i + 4 <= len && cdr_id_digits(s + i, 4) && cdr_id_two(s + i + 2) >= 1 && cdr_id_two(s + i + 2) <= 12;
}

const cdr_id_rule cdr_id_TRACK = {
    .flags = CDR_ID_RAW, .valid = track, .says = "format B of track 1 or track 2: a valid card number, separators, expiry month", .source = "ISO/IEC 7813"};

typedef struct iban_form { char country[3]; uint8_t len; const char *bban; } iban_form;
static const iban_form iban_forms[] = {
    {"AD", 24, "d{8}x{12}"}, {"AE", 23, "d{19}"}, {"AL", 28, "d{8}x{16}"}, {"AT", 20, "d{16}"}, {"AZ", 28, "a{4}x{20}"}, {"BA", 20, "d{16}"}, {"BE", 16, "d{12}"},
    {"BG", 22, "a{4}d{6}x{8}"}, {"BH", 22, "a{4}x{14}"}, {"BI", 27, "d{23}"}, {"BR", 29, "d{23}ax"}, {"BY", 28, "x{4}d{4}x{16}"}, {"CH", 21, "d{5}x{12}"},
    {"CR", 22, "d{18}"}, {"CY", 28, "d{8}x{16}"}, {"CZ", 24, "d{20}"}, {"DE", 22, "d{18}"}, {"DJ", 27, "d{23}"}, {"DK", 18, "d{14}"}, {"DO", 28, "x{4}d{20}"},
    {"EE", 20, "d{16}"}, {"EG", 29, "d{25}"}, {"ES", 24, "d{20}"}, {"FI", 18, "d{14}"}, {"FK", 18, "a{2}d{12}"}, {"FO", 18, "d{14}"}, {"FR", 27, "d{10}x{11}d{2}"},
    {"GB", 22, "a{4}d{14}"}, {"GE", 22, "a{2}d{16}"}, {"GI", 23, "a{4}x{15}"}, {"GL", 18, "d{14}"}, {"GR", 27, "d{7}x{16}"}, {"GT", 28, "x{24}"}, {"HN", 28, "a{4}d{20}"},
    {"HR", 21, "d{17}"}, {"HU", 28, "d{24}"}, {"IE", 22, "a{4}d{14}"}, {"IL", 23, "d{19}"}, {"IQ", 23, "a{4}d{15}"}, {"IS", 26, "d{22}"}, {"IT", 27, "ad{10}x{12}"},
    {"JO", 30, "a{4}d{4}x{18}"}, {"KW", 30, "a{4}x{22}"}, {"KZ", 20, "d{3}x{13}"}, {"LB", 28, "d{4}x{20}"}, {"LC", 32, "a{4}x{24}"}, {"LI", 21, "d{5}x{12}"},
    {"LT", 20, "d{16}"}, {"LU", 20, "d{3}x{13}"}, {"LV", 21, "a{4}x{13}"}, {"LY", 25, "d{21}"}, {"MC", 27, "d{10}x{11}d{2}"}, {"MD", 24, "x{20}"}, {"ME", 22, "d{18}"},
    {"MK", 19, "d{3}x{10}d{2}"}, {"MN", 20, "d{16}"}, {"MR", 27, "d{23}"}, {"MT", 31, "a{4}d{5}x{18}"}, {"MU", 30, "a{4}d{19}a{3}"}, {"NI", 28, "a{4}d{20}"},
    {"NL", 18, "a{4}d{10}"}, {"NO", 15, "d{11}"}, {"OM", 23, "d{3}x{16}"}, {"PK", 24, "a{4}x{16}"}, {"PL", 28, "d{24}"}, {"PS", 29, "a{4}x{21}"}, {"PT", 25, "d{21}"},
    {"QA", 29, "a{4}x{21}"}, {"RO", 24, "a{4}x{16}"}, {"RS", 22, "d{18}"}, {"RU", 33, "d{14}x{15}"}, {"SA", 24, "d{2}x{18}"}, {"SC", 31, "a{4}d{20}a{3}"}, {"SD", 18, "d{14}"},
    {"SE", 24, "d{20}"}, {"SI", 19, "d{15}"}, {"SK", 24, "d{20}"}, {"SM", 27, "ad{10}x{12}"}, {"SO", 23, "d{19}"}, {"ST", 25, "d{21}"}, {"SV", 28, "a{4}d{20}"},
    {"TL", 23, "d{19}"}, {"TN", 24, "d{20}"}, {"TR", 26, "d{6}x{16}"}, {"UA", 29, "d{6}x{19}"}, {"VA", 22, "d{18}"}, {"VG", 24, "a{4}d{16}"}, {"XK", 20, "d{16}"},
    {"YE", 30, "a{4}d{4}x{18}"},
};

static const iban_form *form_of(const char *s)
{
    size_t low = 0, high = CDR_COUNT(iban_forms);
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = memcmp(s, iban_forms[mid].country, 2);
        if (order == 0)
            return &iban_forms[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

size_t cdr_id_iban_length(const char *country)
{
    const iban_form *f = form_of(country);
    return f ? f->len : 0;
}

/* Countries whose account numbers have check digits of their own. */
static bool national_checks(const char *s)
{
    static const cdr_id_sum spain[] = {TABLE(0, 0, 8, "01987654321", 4, 8, 5, 10, 9, 7, 3, 6), TABLE(0, 10, 9, "01987654321", 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)};
    static const cdr_id_sum norway[] = {TABLE(0, 0, 10, ELEVEN_STRICT, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)};
    const char *b = s + 4;
    if (!memcmp(s, "ES", 2))
        return cdr_id_sum_fits(&spain[0], b, 20) && cdr_id_sum_fits(&spain[1], b, 20);
    if (!memcmp(s, "NO", 2))
        return cdr_id_sum_fits(&norway[0], b, 11);
    if (!memcmp(s, "BE", 2)) {
        unsigned r = cdr_id_modulo(b, 10, 97);
        return (r ? r : 97) == cdr_id_two(b + 10);
    }
    return memcmp(s, "ME", 2) != 0 || cdr_id_modulo(b, 18, 97) == 1;
}

static bool iban(const char *s, size_t len)
{
    if (len < 15 || len > 34 || !cdr_id_is_digit(s[2]) || !cdr_id_is_digit(s[3]))
        return false;
    const iban_form *f = form_of(s);
    char turned[CDR_ID_MAX];
    unsigned r = 0;
    if (!f || f->len != len)
        return false;
    memcpy(turned, s + 4, len - 4);
    memcpy(turned + len - 4, s, 4);
    return cdr_id_mod97(turned, len, &r) && r == 1 && cdr_id_shape(f->bban, s + 4, len - 4) && national_checks(s);
}

const cdr_id_rule cdr_id_IBAN = {
    .valid = iban, .flags = CDR_ID_ISSUER, .says = "length and shape of the country's account numbers; mod 97 = 1; Belgian, Spanish, Norwegian and Montenegrin check digits",
    .source = "ISO 13616-1; SWIFT IBAN registry"};

static const char countries[] =
    "AD|AE|AF|AG|AI|AL|AM|AO|AQ|AR|AS|AT|AU|AW|AX|AZ|BA|BB|BD|BE|BF|BG|BH|BI|BJ|BL|BM|BN|BO|BQ|BR|BS|BT|BV|BW|BY|BZ|CA|CC|CD|CF|CG|CH|CI|CK|CL|CM|CN|CO|CR|CU|CV|CW|CX|CY|CZ|DE|DJ|DK|DM|"
    "DO|DZ|EC|EE|EG|EH|ER|ES|ET|FI|FJ|FK|FM|FO|FR|GA|GB|GD|GE|GF|GG|GH|GI|GL|GM|GN|GP|GQ|GR|GS|GT|GU|GW|GY|HK|HM|HN|HR|HT|HU|ID|IE|IL|IM|IN|IO|IQ|IR|IS|IT|JE|JM|JO|JP|KE|KG|KH|KI|KM|KN|KP|"
    "KR|KW|KY|KZ|LA|LB|LC|LI|LK|LR|LS|LT|LU|LV|LY|MA|MC|MD|ME|MF|MG|MH|MK|ML|MM|MN|MO|MP|MQ|MR|MS|MT|MU|MV|MW|MX|MY|MZ|NA|NC|NE|NF|NG|NI|NL|NO|NP|NR|NU|NZ|OM|PA|PE|PF|PG|PH|PK|PL|PM|PN|PR|"
    "PS|PT|PW|PY|QA|RE|RO|RS|RU|RW|SA|SB|SC|SD|SE|SG|SH|SI|SJ|SK|SL|SM|SN|SO|SR|SS|ST|SV|SX|SY|SZ|TC|TD|TF|TG|TH|TJ|TK|TL|TM|TN|TO|TR|TT|TV|TW|TZ|UA|UG|UM|US|UY|UZ|VA|VC|VE|VG|VI|VN|VU|WF|"
    "WS|XK|YE|YT|ZA|ZM|ZW";

static bool bic_country(const char *s, size_t len)
{
    (void)len;
    return cdr_id_listed(countries, s + 4, 2);
}

const cdr_id_rule cdr_id_BIC = {
    .shape = "a{6}x{2}|a{6}x{5}", .strip = " -", .valid = bic_country, .flags = CDR_ID_ISSUER, .says = "four letters, country, two or five letters and digits", .source = "ISO 9362"};

/* Luhn over the digits that letters become as 10..35. */
static bool isin(const char *s, size_t len)
{
    unsigned sum = 0, place = 0;
    for (size_t i = len; i-- > 0;) {
        unsigned v = cdr_id_value(s[i]), parts[2] = {v % 10, v / 10};
        for (unsigned k = 0; k < (v > 9 ? 2U : 1U); k++, place++)
            sum += place & 1 ? parts[k] * 2 / 10 + parts[k] * 2 % 10 : parts[k];
    }
    return sum % 10 == 0 && (cdr_id_listed(countries, s, 2) || cdr_id_listed("AN|CS|EU|QS|QT|XA|XB|XC|XD|XF|XS", s, 2));
}

const cdr_id_rule cdr_id_ISIN = {
    .shape = "a{2}x{9}d", .strip = " ", .valid = isin, .flags = CDR_ID_ISSUER, .says = "country, nine letters and digits; Luhn with letters as 10 to 35", .source = "ISO 6166"};

const cdr_id_rule cdr_id_LEI = {
    .shape = "x{18}d{2}", .strip = " -", .sums = CDR_ID_SUMS(WHOLE(0, MOD97)), .says = "18 letters and digits, two check digits: mod 97 = 1", .source = "ISO 17442-1"};

const cdr_id_rule cdr_id_BANK_ACCOUNT = {.shape = "d{5,17}", .strip = " -", .says = "digits that the words next to them call an account", .source = "none: depends on the bank"};

static bool assigned_district(const char *s, size_t len)
{
    unsigned d = cdr_id_two(s);
    (void)len;
    return d <= 12 || (d >= 21 && d <= 32) || (d >= 61 && d <= 72) || d == 80;
}

const cdr_id_rule cdr_id_US_RTN = {
    .shape = "d{9}", .strip = "", .sums = CDR_ID_SUMS(ZERO(0, 0, 10, 3, 7, 1, 3, 7, 1, 3, 7, 1)), .found = assigned_district,
    .says = "weights 3, 7, 1: sum mod 10 = 0; in texts the Federal Reserve district must exist", .source = "ABA routing number policy"};

/* The business code (three characters) is no part of the sum. */
static bool creditor(const char *s, size_t len)
{
    char turned[CDR_ID_MAX];
    unsigned r = 0;
    memcpy(turned, s + 7, len - 7);
    memcpy(turned + len - 7, s, 4);
    return cdr_id_mod97(turned, len - 3, &r) && r == 1;
}

const cdr_id_rule cdr_id_EU_AT_02 = {
    .shape = "a{2}d{2}x{4,31}", .strip = " -/?:().',+", .valid = creditor, .says = "country, check digits, business code, national number: mod 97 = 1 without the business code",
    .source = "EPC AT-02, SEPA direct debit rulebook"};
