/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/column_value.h"

#include "base/mem.h"
#include "detect/emitter.h"
#include "detect/gazetteer.h"
#include "detect/street.h"

#include <string.h>

#define CELL_MAX 120
#define WORDS_MAX 10
#define BIT(fit) (UINT64_C(1) << CDR_FIT_##fit)

typedef struct word { const char *s; size_t len; uint32_t flags; int shape; bool initial; } word;   /* shape: 'l', 'U' all capitals, 'C' capitalised, 'm' mixed */

typedef struct cell {
    const char *s;
    size_t len;
    char folded[CELL_MAX * 2 + 1];
    size_t folded_len;
    word words[WORDS_MAX];
    size_t count;
    bool more;                       /* more words than fit */
    size_t letters, digits, spaces, commas, others;
    uint32_t all;                    /* flags that every word has */
    uint32_t any;
    uint32_t phrase;                 /* flags of the whole cell */
} cell;

static int shape_of(const char *s, size_t len)
{
    size_t upper = 0, lower = 0, used;
    bool first_upper = false;
    for (size_t i = 0; i < len; i += used) {
        int c = cdr_letter_at(s + i, len - i, &used);
        if (i == 0)
            first_upper = c == CDR_LETTER_UPPER;
        upper += c == CDR_LETTER_UPPER;
        lower += c == CDR_LETTER_LOWER;
    }
    if (!lower && upper)
        return upper > 1 ? 'U' : 'C';
    if (!upper)
        return 'l';
    return first_upper ? 'C' : 'm';
}

static bool is_split(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == ';' || (unsigned char)c == 0;
}

static void add_word(cell *c, const char *raw, size_t len)
{
    if (c->count == WORDS_MAX || c->folded_len + len * 3 + 2 > sizeof c->folded) {
        c->more = true;
        return;
    }
    char *to = c->folded + c->folded_len + (c->count ? 1 : 0);
    size_t n = cdr_fold(raw, len, to, len * 3 + 1);
    if (c->count)
        to[-1] = ' ';
    c->folded_len += n + (c->count ? 1 : 0);
    while (n > 1 && to[n - 1] == '.')
        n--;
    c->words[c->count++] = (word){to, n, cdr_gazetteer(to, n), shape_of(raw, len), n == 1};
}

static void count_bytes(cell *c)
{
    for (size_t i = 0; i < c->len;) {
        size_t used;
        int letter = cdr_letter_at(c->s + i, c->len - i, &used);
        char b = c->s[i];
        if (letter != CDR_LETTER_NONE)
            c->letters++;
        else if (cdr_is_digit(b))
            c->digits++;
        else if (b == ' ')
            c->spaces++;
        else if (b == ',')
            c->commas++;
        else if (!(b == '.' || b == '-' || b == '\'' || (unsigned char)b >= 0x80))
            c->others++;
        i += used;
    }
}

static void cut(cell *c)
{
    for (size_t i = 0; i < c->len;) {
        while (i < c->len && is_split(c->s[i]))
            i++;
        size_t start = i;
        while (i < c->len && !is_split(c->s[i]))
            i++;
        if (i > start)
            add_word(c, c->s + start, i - start);
    }
    c->all = c->count ? UINT32_MAX : 0;
    for (size_t i = 0; i < c->count; i++) {
        c->all &= c->words[i].flags;
        c->any |= c->words[i].flags;
    }
    c->phrase = cdr_gazetteer(c->folded, c->folded_len);
}

/* Words as names are written: capitalised, all capitals, or all small; no word that is plainly something else. */
static bool nameish(const cell *c)
{
    if (c->digits || c->others || c->letters < 2 || c->count == 0 || c->count > 5 || c->more || c->len > 60)
        return false;
    size_t small = 0, common = 0;
    for (size_t i = 0; i < c->count; i++) {
        small += c->words[i].shape == 'l';
        common += (c->words[i].flags & CDR_G_WORD) && !(c->words[i].flags & (CDR_G_FIRST | CDR_G_LAST));
    }
    return (small == 0 || small == c->count || c->count > 2) && common * 2 <= c->count && (common == 0 || c->count > 1);
}

static bool is_particle(const word *w)
{
    static const char *const particles[] = {"van", "von", "de", "der", "den", "di", "da", "del", "della", "la", "le", "du", "des", "dos", "das", "do", "bin", "ibn", "al", "el", "ter", "ten", "zu", "af", "av",
                                            "y", "e", "und", "san", "st", "mc", "mac", "o"};
    for (size_t i = 0; i < CDR_COUNT(particles); i++)
        if (strlen(particles[i]) == w->len && !memcmp(w->s, particles[i], w->len))
            return true;
    return false;
}

/* The flags of a double name's parts: "anna-lena", "smith-jones". */
static uint32_t name_flags(const word *w)
{
    const char *dash = memchr(w->s, '-', w->len);
    if (w->flags || !dash)
        return w->flags;
    size_t at = (size_t)(dash - w->s);
    return cdr_gazetteer(w->s, at) | cdr_gazetteer(dash + 1, w->len - at - 1);
}

static uint64_t name_fits(const cell *c)
{
    size_t first = 0, last = 0, plain_first = 0, plain_last = 0, known = 0, names = 0;
    if (!nameish(c))
        return 0;
    for (size_t i = 0; i < c->count; i++) {
        const word *w = &c->words[i];
        uint32_t flags = name_flags(w);
        if (is_particle(w) || w->initial || (w->flags & CDR_G_HONORIFIC))
            continue;
        names++;
        first += (flags & CDR_G_FIRST) != 0;
        last += (flags & CDR_G_LAST) != 0;
        plain_first += (flags & CDR_G_FIRST) && !(flags & (CDR_G_WORD | CDR_G_CALENDAR));
        plain_last += (flags & CDR_G_LAST) && !(flags & (CDR_G_WORD | CDR_G_CALENDAR));
        known += (flags & (CDR_G_FIRST | CDR_G_LAST)) != 0;
    }
    uint64_t fits = BIT(NAMEISH);
    if (names && plain_first == names)
        fits |= BIT(FIRST);
    if (names && plain_last == names)
        fits |= BIT(LAST);
    bool full = names >= 2 && first && (last || known < names) && plain_first + plain_last > 0 && !(c->any & (CDR_G_ORG | CDR_G_STREET));
    if (full || (names == 1 && c->count == 2 && plain_last && (c->words[0].initial || (c->words[0].flags & CDR_G_HONORIFIC))))
        fits |= BIT(FULL);
    return fits;
}

static bool is_iso_country(const cell *c)
{
    static const char codes[] = "adaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchcickclcmcncocrcucvcwcxcyczdedjdkdmdodzeceeegeheresetfifjfkfmfofrga"
                                "gbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthuidieiliminiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvlymamcmdmemfmgmhmkmlmmmnmomp"
                                "mqmrmsmtmumvmwmxmymznancnenfngninlnonpnrnunzompapepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrssstsvsxsysztctdtftgthtjtktl"
                                "tmtntotrtttvtwtzuaugumusuyuzvavcvevgvivnvuwfwsyeytzazmzwukeu";
    if (c->len != 2 || c->letters != 2)
        return false;
    for (size_t i = 0; i + 1 < sizeof codes; i += 2)
        if (codes[i] == c->folded[0] && codes[i + 1] == c->folded[1])
            return true;
    return false;
}

static uint64_t list_fits(const cell *c)
{
    static const struct { uint32_t flag; uint64_t fit; bool whole; } by_list[] = {
        {CDR_G_CITY, BIT(CITY), true}, {CDR_G_COUNTRY, BIT(COUNTRY), true}, {CDR_G_REGION, BIT(REGION), true}, {CDR_G_NATION, BIT(NATION), true},
        {CDR_G_GENDER, BIT(GENDER), true}, {CDR_G_MARITAL, BIT(MARITAL), false}, {CDR_G_RELIGION, BIT(RELIGION), false}, {CDR_G_ETHNIC, BIT(ETHNIC), false},
        {CDR_G_PARTY, BIT(PARTY), false}, {CDR_G_ORIENTATION, BIT(ORIENTATION), false}, {CDR_G_JOB, BIT(JOB), false}, {CDR_G_HEALTH, BIT(HEALTH), false},
        {CDR_G_ORG, BIT(ORG), false}, {CDR_G_HONORIFIC, BIT(HONORIFIC), true},
    };
    uint64_t fits = 0;
    for (size_t i = 0; i < CDR_COUNT(by_list); i++)
        if ((c->phrase | (by_list[i].whole ? 0 : c->any)) & by_list[i].flag)
            fits |= by_list[i].fit;
    if (c->count == 1 && (c->words[0].flags & CDR_G_HONORIFIC))
        fits |= BIT(HONORIFIC);
    if (is_iso_country(c))
        fits |= BIT(COUNTRY);
    if (c->len == 1 && strchr("mfwdxhvkunoi", c->folded[0]))
        fits |= BIT(GENDER);
    return fits;
}

static bool ends_like(const word *w, const char *const *endings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(endings[i]);
        if (w->len > n + 2 && !memcmp(w->s + w->len - n, endings[i], n))
            return true;
    }
    return false;
}

/* Illness by the endings that medicine gives them, or an ICD code: "J45.0". */
static uint64_t health_fits(const cell *c)
{
    static const char *const endings[] = {"itis", "osis", "emia", "aemia", "oma", "pathy", "algia", "ectomy", "opathie", "ose", "amie", "azole", "mycin", "cillin", "prazole", "statin", "sartan", "olol"};
    for (size_t i = 0; i < c->count; i++)
        if (ends_like(&c->words[i], endings, CDR_COUNT(endings)) && !(c->words[i].flags & CDR_G_WORD) && c->words[i].len > 6)
            return BIT(HEALTH);
    bool icd = c->len >= 3 && c->len <= 8 && cdr_is_letter(c->s[0]) && cdr_is_digit(c->s[1]) && (cdr_is_digit(c->s[2]) || cdr_is_letter(c->s[2])) && (c->len == 3 || c->s[3] == '.');
    return icd ? BIT(ICD) : 0;
}

static uint64_t job_fits(const cell *c)
{
    static const char *const endings[] = {"ist", "ician", "eur", "euse", "iere", "leiter", "leiterin", "sekretar", "kauffrau", "kaufmann", "ingenieur", "monteur", "ologist"};
    if (c->digits || c->count == 0 || c->count > 6)
        return 0;
    for (size_t i = 0; i < c->count; i++)
        if (ends_like(&c->words[i], endings, CDR_COUNT(endings)) && !(c->words[i].flags & (CDR_G_FIRST | CDR_G_LAST)))
            return BIT(JOB);
    return 0;
}

static uint64_t street_fits(const cell *c)
{
    size_t words = 0;
    if (c->others > 2 || c->letters < 3 || memchr(c->s, '@', c->len) || memchr(c->s, ':', c->len) || memchr(c->s, '_', c->len))
        return 0;
    for (size_t i = 0; i < c->count; i++)
        words += cdr_is_street_word(c->words[i].s, c->words[i].len);
    bool house = false;                                   /* a word that begins with a digit and is short */
    for (size_t i = 0; i < c->count; i++)
        house |= cdr_is_digit(c->words[i].s[0]) && c->words[i].len <= 6;
    if (words && (house || c->count <= 4))
        return BIT(STREETISH) | (house && c->count >= 2 ? BIT(STREET) : 0);
    return house && c->count >= 2 ? BIT(STREETISH) : 0;
}

/* 9 for a digit, A for a letter, the rest as it is. */
static size_t pattern_of(const cell *c, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < c->len && n + 1 < cap; i++)
        out[n++] = cdr_is_digit(c->s[i]) ? '9' : cdr_is_letter(c->s[i]) ? 'A' : c->s[i];
    out[n] = 0;
    return n;
}

static bool is_postcode(const char *pattern)
{
    static const char *const shapes[] = {"9999", "99999", "999999", "99999-9999", "99-999", "999 99", "999-99", "99 999", "9999 AA", "9999AA", "9999-999", "99999-999", "999-9999", "A9A 9A9", "A9A9A9", "A9 9AA", "A99 9AA",
                                         "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA", "A99AA", "A999AA", "AA99AA", "AA999AA", "AA9A9AA", "A99 A999", "A9A A9A", "A-9999", "A-99999", "AA-9999", "AA-99999", "AA 9999", "AA-999 99",
                                         "AA 99999", "999999999", "999 9999", "999-999", "AAA 9999"};
    for (size_t i = 0; i < CDR_COUNT(shapes); i++)
        if (!strcmp(pattern, shapes[i]))
            return true;
    return false;
}

static uint64_t number_fits(const cell *c, const char *pattern)
{
    size_t digits = c->digits, at = strspn(pattern, "9");
    uint64_t fits = 0;
    bool plain = pattern[at] == 0 && digits;
    bool decimal = digits && strspn(pattern, "9.,' -+") == c->len && c->spaces < 3;
    if (plain || decimal)
        fits |= BIT(NUMBER);
    if (plain && digits <= 3) {
        unsigned n = 0;
        for (size_t i = 0; i < c->len; i++)
            n = n * 10 + (unsigned)(c->s[i] - '0');
        if (n <= 120)
            fits |= BIT(AGE);
    }
    if (c->len <= 7 && digits >= 2 && digits <= 6 && !plain && strspn(pattern, "9-+< >") == c->len)
        fits |= BIT(AGE);                                 /* a group: "30-39", "65+" */
    const char *point = memchr(c->s, '.', c->len);
    size_t decimals = point ? strspn(pattern + (point - c->s) + 1, "9") : 0;
    if (digits >= 3 && decimals <= 3 && c->s[0] != '0' && c->letters <= 4 && c->len <= 24 && c->others <= 3 && !memchr(c->s, ':', c->len) && !memchr(c->s, '/', c->len))
        fits |= BIT(MONEY);
    if (digits >= 6 && digits <= 16 && c->letters <= 4 && strspn(pattern, "9 +()-./A") == c->len)
        fits |= BIT(PHONE);
    return fits;
}

static bool is_hex_text(const cell *c)
{
    for (size_t i = 0; i < c->len; i++)
        if (!cdr_is_hex(c->s[i]))
            return false;
    return true;
}

static uint64_t token_fits(const cell *c, const char *pattern)
{
    uint64_t fits = 0;
    if (c->spaces == 0 && c->len >= 2)
        fits |= BIT(TOKEN);
    bool id = c->digits && strspn(pattern, "9A-/. _") == c->len && c->len >= 2 && c->len <= 40 && c->spaces <= 3;
    if (id)
        fits |= BIT(ID);
    if (c->digits && c->letters && c->len >= 4 && c->len <= 11 && strspn(pattern, "9A- ") == c->len)
        fits |= BIT(PLATE);
    bool hash = (c->len == 32 || c->len == 40 || c->len == 64 || c->len == 96 || c->len == 128) && is_hex_text(c);
    if (hash || (c->len > 20 && c->s[0] == '$' && memchr(c->s + 1, '$', c->len - 1)) || (c->len > 10 && c->s[0] == '{' && memchr(c->s, '}', c->len)))
        fits |= BIT(HASH);
    return fits;
}

static bool is_bool(const cell *c)
{
    static const char *const words[] = {"yes", "no", "true", "false", "y", "n", "t", "f", "0", "1", "ja", "nein", "oui", "non", "si", "tak", "nie", "nej", "nee", "unknown", "none", "n/a", "null", "x", "-"};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (strlen(words[i]) == c->folded_len && !memcmp(words[i], c->folded, c->folded_len))
            return true;
    return false;
}

static bool is_date(const cell *c, const char *pattern)
{
    size_t n = cdr_date_at(c->s, c->len);
    if (n && (n == c->len || c->s[n] == ' ' || c->s[n] == 'T'))
        return true;
    return (!strcmp(pattern, "99999999") || !strcmp(pattern, "9999")) && (c->s[0] == '1' || c->s[0] == '2' || c->s[0] == '0' || c->s[0] == '3');
}

uint64_t cdr_cell_fits(const char *s, size_t len)
{
    while (len && (s[len - 1] == ' ' || s[len - 1] == '\r' || s[len - 1] == '\t'))
        len--;
    while (len && *s == ' ') {
        s++;
        len--;
    }
    if (len == 0)
        return 0;
    if (len > CELL_MAX)
        return BIT(ANY) | BIT(TEXT);
    cell c = {.s = s, .len = len};
    char pattern[CELL_MAX + 1];
    count_bytes(&c);
    cut(&c);
    pattern_of(&c, pattern, sizeof pattern);
    uint64_t fits = BIT(ANY) | (c.letters ? BIT(TEXT) : 0) | (len <= 40 ? BIT(SHORT) : 0);
    fits |= name_fits(&c) | list_fits(&c) | street_fits(&c) | token_fits(&c, pattern) | number_fits(&c, pattern);
    if (c.letters)
        fits |= health_fits(&c) | job_fits(&c);
    if (is_postcode(pattern))
        fits |= BIT(POSTCODE);
    if (is_bool(&c))
        fits |= BIT(BOOL);
    if (c.digits == len && (len == 3 || len == 4))
        fits |= BIT(CODE);
    if (c.digits >= 4 && is_date(&c, pattern))
        fits |= BIT(DATE);
    return fits;
}
