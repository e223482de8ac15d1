/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of conditions: what reading makes and evaluating uses. For condition_*.c alone. */
#ifndef CDR_CORE_CACAO_CONDITION_TREE_H
#define CDR_CORE_CACAO_CONDITION_TREE_H

#include "base/vec.h"
#include "core/cacao/condition.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* --- words of the text --- */

typedef enum cdr_word_kind {
    CDR_WORD_END, CDR_WORD_NAME, CDR_WORD_HYPHENATED, CDR_WORD_INT, CDR_WORD_FLOAT, CDR_WORD_STRING, CDR_WORD_BOOL, CDR_WORD_TIME, CDR_WORD_HEX, CDR_WORD_BINARY, CDR_WORD_BARE /* lenient: unquoted */,
    CDR_WORD_EQ, CDR_WORD_NE, CDR_WORD_LT, CDR_WORD_LE, CDR_WORD_GT, CDR_WORD_GE, CDR_WORD_COLON, CDR_WORD_DOT, CDR_WORD_COMMA, CDR_WORD_OPEN, CDR_WORD_SHUT, CDR_WORD_OPEN_BRACKET, CDR_WORD_SHUT_BRACKET,
    CDR_WORD_STAR, CDR_WORD_AND, CDR_WORD_OR, CDR_WORD_NOT, CDR_WORD_IN, CDR_WORD_LIKE, CDR_WORD_MATCHES, CDR_WORD_ISSUBSET, CDR_WORD_ISSUPERSET, CDR_WORD_EXISTS, CDR_WORD_FOLLOWEDBY, CDR_WORD_LAST,
    CDR_WORD_START, CDR_WORD_STOP, CDR_WORD_SECONDS, CDR_WORD_WITHIN, CDR_WORD_REPEATS, CDR_WORD_TIMES
} cdr_word_kind;

typedef struct cdr_word { cdr_word_kind kind; size_t at, len; /* of literals: what stands between the quotes */ size_t end; } cdr_word;
typedef struct cdr_words { const char *text; size_t len, pos; bool lenient; } cdr_words;

cdr_status cdr_words_next(cdr_words *w, cdr_word *ret, cdr_err *err);
/* The value after an operator: as cdr_words_next, and in lenient reading anything up to a blank, "," or ")". */
cdr_status cdr_words_value(cdr_words *w, cdr_word *ret, cdr_err *err);
/* The sentence of an error at ${at}: "column 12: …". */
cdr_status cdr_words_bad(const cdr_words *w, size_t at, cdr_err *err, const char *fmt, ...) CDR_PRINTF(4, 5);

/* --- the condition --- */

typedef struct cdr_literal { cdr_word_kind kind; char *text; size_t len; /* decoded: bytes of hex and base64 */ int64_t time_us; } cdr_literal;
CDR_VEC(cdr_literals, cdr_literal)

typedef struct cdr_test {
    cdr_word_kind op;            /* EQ … GE, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET, EXISTS */
    bool negated, alone, loose /* IN a network */;
    uint32_t name;               /* of the variable, in names */
    uint32_t literal, literal_count;
    pcre2_code *regex;
} cdr_test;
CDR_VEC(cdr_tests, cdr_test)

/* Postfix: a test puts its result on the stack, AND and OR take two and put one. */
typedef struct cdr_step_op { cdr_word_kind op; /* EXISTS: a test */ uint32_t test; } cdr_step_op;
CDR_VEC(cdr_step_ops, cdr_step_op)
typedef struct cdr_text_at { char *text; } cdr_text_at;
CDR_VEC(cdr_texts, cdr_text_at)

struct cdr_condition {
    cdr_condition_mode mode;
    cdr_literals literals;
    cdr_tests tests;
    cdr_step_ops ops;
    cdr_texts names, warnings;
};

/* ${text} with one spelling for each letter (NFC): "é" is one letter or two, depending on whose keyboard wrote it. NULL: out of memory. */
char *cdr_condition_nfc(const char *text, size_t len);
/* What a variable is compared with: CDR_OK and ${ret}, or CDR_E_INVAL with the reason. */
cdr_status cdr_test_eval(const cdr_condition *c, const cdr_test *t, const cdr_variable *v, bool *ret, cdr_err *err);

#endif
