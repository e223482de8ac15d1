/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers as data: a rule says how a number is written, how long it is, what its check digits are and what date stands
 * inside. One const rule per kind of kinds_identifier.def, in identifier_<region>.c; what no table can say is a small function. */
#ifndef CDR_DETECT_IDENTIFIER_H
#define CDR_DETECT_IDENTIFIER_H

#include "detect/kinds.h"

#define CDR_ID_MAX 64         /* longest compact form of a number */

typedef enum cdr_id_algorithm {
    CDR_SUM_NONE,             /* ends a list */
    CDR_SUM_TABLE,            /* weighted sum mod the table's length looks up the check character */
    CDR_SUM_ZERO,             /* weighted sum mod m is 0 */
    CDR_SUM_LUHN,             /* over the whole, letters as 10..35 in base 36 */
    CDR_SUM_LUHN36,
    CDR_SUM_MOD97,            /* ISO 7064 mod 97-10 over the whole, letters as 10..35 */
    CDR_SUM_MOD11_10, CDR_SUM_MOD11_2, CDR_SUM_VERHOEFF
} cdr_id_algorithm;

/* ${weights}[i] belongs to character ${from} + i; with ${right}, to the i-th character left of the check character. */
typedef struct cdr_id_sum {
    uint8_t algorithm;
    uint8_t len;              /* of numbers it is for; 0 for all */
    uint8_t from, at;
    uint8_t modulus;          /* length of the table */
    uint8_t count;
    bool right;
    uint8_t weights[18];
    const char *table;        /* '-' where a remainder is never given out */
} cdr_id_sum;

typedef enum cdr_id_date_form {
    CDR_DATE_NONE, CDR_DATE_YYMMDD, CDR_DATE_DDMMYY, CDR_DATE_YYYYMMDD, CDR_DATE_DDMMYYYY
} cdr_id_date_form;           /* two-digit years: valid in 19xx or 20xx */

enum {
    CDR_ID_RAW = 1,           /* case and separators matter: nothing is folded */
    CDR_ID_CYRILLIC = 2,      /* Cyrillic letters that look Latin are written as well */
    CDR_ID_ISSUER = 4,        /* holds an issuer, bank or region code that is checked */
    CDR_ID_DATED = 8,         /* the function checks a date */
    CDR_ID_KEEP_PREFIX = 16   /* the prefix is required and stays for the function to see */
};

typedef struct cdr_id_rule {
    const char *strip;        /* bytes that may stand anywhere and mean nothing; NULL " -." */
    const char *prefix;       /* "GB|XI": dropped in front when there */
    const char *shape;        /* "d{9}|d{12}": d digit, a letter, x either, [set], anything else is itself; NULL any */
    const char *inner;        /* bytes that the shape asks for in their places and nothing further on needs: "-" */
    const cdr_id_sum *sums;   /* ends with CDR_SUM_NONE; all that are for the length must fit */
    uint8_t date, date_at;    /* cdr_id_date_form and where it stands */
    uint8_t flags;
    uint8_t pad_to;           /* shorter numbers are filled with zeros on the left */
    bool (*valid)(const char *s, size_t len);  /* further conditions on the compact, upper-cased number */
    bool (*found)(const char *s, size_t len);  /* conditions for a number met in a text, where people write more kinds of numbers */
    const char *says;         /* the rule in words, for the documentation */
    const char *source;       /* law or standard it stands in */
} cdr_id_rule;

#define CDR_ID_SUMS(...) (const cdr_id_sum[]){__VA_ARGS__, {0}}
#define CDR_ID_WEIGHTS(...) (uint8_t)sizeof((const uint8_t[]){__VA_ARGS__}), false, {__VA_ARGS__}
#define CDR_ID_RIGHTWARD(...) (uint8_t)sizeof((const uint8_t[]){__VA_ARGS__}), true, {__VA_ARGS__}
/* TABLE(length, from, at, table, weights...), RTABLE counts from the check character leftwards, ZERO(length, from, modulus, weights...) */
#define TABLE(n, f, a, t, ...) {CDR_SUM_TABLE, (n), (f), (a), sizeof(t) - 1, CDR_ID_WEIGHTS(__VA_ARGS__), (t)}
#define RTABLE(n, t, ...) {CDR_SUM_TABLE, (n), 0, 0, sizeof(t) - 1, CDR_ID_RIGHTWARD(__VA_ARGS__), (t)}
#define ZERO(n, f, m, ...) {CDR_SUM_ZERO, (n), (f), 0, (m), CDR_ID_WEIGHTS(__VA_ARGS__), NULL}
#define WHOLE(n, what) {.algorithm = CDR_SUM_##what, .len = (n)}
/* Remainders to check digits: 11 - r (11 is 0, 10 never), the same with 10 as 0, 10 - r, r itself with 10 as 0 or never. */
#define ELEVEN_STRICT "0-987654321"
#define ELEVEN_ZERO "00987654321"
#define TEN "0987654321"
#define SAME_ZERO "01234567890"
#define SAME_STRICT "0123456789-"

/* One extern const rule for every kind, so that a kind without a rule does not link. */
#define CDR_KIND(name, ...) extern const cdr_id_rule cdr_id_##name;
#include "detect/kinds_identifier.def"
#undef CDR_KIND

const cdr_id_rule *cdr_id_rule_of(cdr_kind kind);       /* NULL: not a kind of kinds_identifier.def */
bool cdr_id_fits(const cdr_id_rule *rule, const char *s, size_t len);   /* s: compact, upper-cased, prefix dropped */
bool cdr_id_fits_digits(const cdr_id_rule *rule, const char *s, size_t len);   /* the same where the shape is known to fit */
/* Separators and prefix dropped, upper-cased; length, 0 when it cannot be a number of this kind. */
size_t cdr_id_compact(const cdr_id_rule *rule, const char *text, size_t len, char ret[CDR_ID_MAX + 1]);
bool cdr_id_check(const cdr_id_rule *rule, const char *text, size_t len);
bool cdr_id_shape(const char *shape, const char *s, size_t len);

/* Nobody was born after the year the program was built in, which the build sets; makes numbers of the next century, which some rules
 * leave open, invalid. This room has no clock. */
#ifndef CDR_ID_LAST_BIRTH_YEAR
#define CDR_ID_LAST_BIRTH_YEAR 2026
#endif

/* Pieces for the functions. */
static inline bool cdr_id_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool cdr_id_is_letter(char c) { return c >= 'A' && c <= 'Z'; }
static inline unsigned cdr_id_value(char c) { return cdr_id_is_digit(c) ? (unsigned)(c - '0') : cdr_id_is_letter(c) ? (unsigned)(c - 'A') + 10 : 36; }
bool cdr_id_digits(const char *s, size_t len);
uint64_t cdr_id_number(const char *s, size_t len);      /* of at most 18 digits */
unsigned cdr_id_modulo(const char *s, size_t len, unsigned m);   /* of any number of digits */
bool cdr_id_same(const char *s, size_t len);            /* one character all along */
bool cdr_id_sums_fit(const cdr_id_rule *rule, const char *s, size_t len);
bool cdr_id_sum_fits(const cdr_id_sum *sum, const char *s, size_t len);
bool cdr_id_luhn(const char *s, size_t len, unsigned base);
bool cdr_id_mod97(const char *s, size_t len, unsigned *ret);     /* letters as 10..35; remainder */
bool cdr_id_mod11_10(const char *s, size_t len);
bool cdr_id_mod11_2(const char *s, size_t len);
bool cdr_id_verhoeff(const char *s, size_t len);
bool cdr_id_date(unsigned year, unsigned month, unsigned day);
bool cdr_id_date_short(unsigned year, unsigned month, unsigned day);   /* two digits of a year: 19xx or 20xx */
bool cdr_id_date_at(cdr_id_date_form form, const char *s);
unsigned cdr_id_two(const char *s);                     /* two digits */
/* ${s}[0..len) is one of the '|' separated codes of ${list}, all of one length. */
bool cdr_id_listed(const char *list, const char *s, size_t len);

/* Cards and accounts, used by the finder too. */
bool cdr_id_card(const char *s, size_t len);            /* issuer range and length for it, Luhn */
size_t cdr_id_iban_length(const char *country);         /* 0: the country has none */
bool cdr_id_cn_region(unsigned code, unsigned year);

#endif
