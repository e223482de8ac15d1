/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: read by recursive descent into postfix order. */
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "core/cacao/address.h"
#include "core/cacao/condition_tree.h"

#include <stdio.h>

typedef struct reader {
    cdr_words words;
    cdr_word now;                /* the word that is looked at */
    cdr_condition *c;
    cdr_condition_mode mode;
    int depth;
    size_t hash_bits;            /* PATTERN: the path ended in hashes.<algorithm> of so many bits; 0 not */
    cdr_err *err;
} reader;

#define TRY(call)                     \
    do {                              \
        cdr_status try_s = (call);    \
        if (try_s != CDR_OK)          \
            return try_s;             \
    } while (0)

static cdr_status advance(reader *r)
{
    return cdr_words_next(&r->words, &r->now, r->err);
}

/* What stands here is not what is expected. */
static cdr_status expected(reader *r, const char *what)
{
    const cdr_word *n = &r->now;
    if (n->kind == CDR_WORD_END)
        return cdr_words_bad(&r->words, n->at, r->err, "the condition ends where %s is expected", what);
    if (r->mode != CDR_CONDITION_PATTERN && (n->kind == CDR_WORD_OPEN_BRACKET || n->kind == CDR_WORD_SHUT_BRACKET))
        return cdr_words_bad(&r->words, n->at, r->err, "square brackets belong to patterns over observations; a condition of a playbook is written without them");
    if (r->mode != CDR_CONDITION_PATTERN && (n->kind == CDR_WORD_FOLLOWEDBY || n->kind == CDR_WORD_WITHIN || n->kind == CDR_WORD_REPEATS || n->kind == CDR_WORD_START || n->kind == CDR_WORD_STOP))
        return cdr_words_bad(&r->words, n->at, r->err, "FOLLOWEDBY, WITHIN, REPEATS, START and STOP belong to patterns over observations and have no meaning in a condition of a playbook");
    _cleanup_buf_ cdr_buf quoted = CDR_BUF(256);
    _cleanup_free_ char *text = cdr_strndup(r->words.text + n->at, CDR_MIN(n->len, (size_t)80));
    if (!text || cdr_text_quote(&quoted, text, 40) != CDR_OK)
        return cdr_fail_nomem(r->err, "cacao");
    const char *hint = n->kind == CDR_WORD_NAME && n->len == 2 && (!strncasecmp(text, "or", 2) || !strncasecmp(text, "in", 2))   ? " (keywords are written in capitals)"
                       : n->kind == CDR_WORD_NAME && n->len == 3 && (!strncasecmp(text, "and", 3) || !strncasecmp(text, "not", 3)) ? " (keywords are written in capitals)"
                                                                                                                                   : "";
    return cdr_words_bad(&r->words, n->at, r->err, "%s is expected, not \"%s\"%s", what, quoted.data ? quoted.data : "", hint);
}

static cdr_status warn(reader *r, const char *fmt, ...) CDR_PRINTF(2, 3);
static cdr_status warn(reader *r, const char *fmt, ...)
{
    cdr_buf b = CDR_BUF(600);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&b, fmt, ap);
    va_end(ap);
    cdr_text_at *w = r->c->warnings.len < CDR_CONDITION_TESTS_MAX ? cdr_texts_push(&r->c->warnings) : NULL;
    if (w)
        w->text = cdr_buf_take(&b);
    cdr_buf_done(&b);
    return r->c->warnings.len < CDR_CONDITION_TESTS_MAX && (!w || !w->text) ? cdr_fail_nomem(r->err, "cacao") : CDR_OK;
}

/* --- paths --- */

static cdr_status name_index(reader *r, size_t at, size_t len, uint32_t *ret)
{
    cdr_texts *names = &r->c->names;
    for (size_t i = 0; i < names->len; i++)
        if (strlen(names->at[i].text) == len && !memcmp(names->at[i].text, r->words.text + at, len)) {
            *ret = (uint32_t)i;
            return CDR_OK;
        }
    _cleanup_free_ char *text = cdr_strndup(r->words.text + at, len);
    cdr_text_at *n = text ? cdr_texts_push(names) : NULL;
    if (!n)
        return cdr_fail_nomem(r->err, "cacao");
    n->text = CDR_TAKE(text);
    *ret = (uint32_t)(names->len - 1);
    return CDR_OK;
}

/* __name__:value */
static cdr_status variable_path(reader *r, uint32_t *ret)
{
    cdr_word n = r->now;
    if ((n.kind != CDR_WORD_NAME && n.kind != CDR_WORD_HYPHENATED) || !cdr_variable_name_valid(r->words.text + n.at, n.len))
        return expected(r, "a variable, written __name__:value,");
    TRY(name_index(r, n.at, n.len, ret));
    TRY(advance(r));
    if (r->now.kind != CDR_WORD_COLON) {
        if (r->mode != CDR_CONDITION_LENIENT)
            return cdr_words_bad(&r->words, n.at + n.len, r->err, ":value is missing after %s", r->c->names.at[*ret].text);
        return warn(r, "%s is read as %s:value", r->c->names.at[*ret].text, r->c->names.at[*ret].text);
    }
    TRY(advance(r));
    if (r->now.kind != CDR_WORD_NAME || r->now.len != 5 || memcmp(r->words.text + r->now.at, "value", 5) != 0)
        return expected(r, "the word value, as in __name__:value,");
    return advance(r);
}

/* Bits of what hashes.<algorithm> holds; 0: not known, so not checked. */
static size_t hash_bits(const char *s, size_t len)
{
    static const struct { const char *name; size_t bits; } algorithms[] = {{"MD5", 128}, {"SHA-1", 160}, {"SHA1", 160}, {"SHA-224", 224}, {"SHA-256", 256}, {"SHA256", 256}, {"SHA-384", 384}, {"SHA-512", 512}, {"SHA512", 512},
                                                                           {"SHA3-224", 224}, {"SHA3-256", 256}, {"SHA3-384", 384}, {"SHA3-512", 512}};
    for (size_t i = 0; i < CDR_COUNT(algorithms); i++)
        if (cdr_ascii_ieq(s, len, algorithms[i].name, strlen(algorithms[i].name)))
            return algorithms[i].bits;
    return 0;
}

static bool is_name_or_text(const cdr_word *n)
{
    return n->kind == CDR_WORD_NAME || n->kind == CDR_WORD_STRING;
}

/* type:first.second['third'][*] of STIX */
static cdr_status pattern_path(reader *r, uint32_t *ret)
{
    size_t at = r->now.at;
    bool hashes = false;
    r->hash_bits = 0;
    if (r->now.kind != CDR_WORD_NAME && r->now.kind != CDR_WORD_HYPHENATED)
        return expected(r, "a path, such as file:name,");
    TRY(name_index(r, at, r->now.len, ret));
    TRY(advance(r));
    if (r->now.kind != CDR_WORD_COLON)
        return expected(r, "a colon");
    TRY(advance(r));
    if (!is_name_or_text(&r->now))
        return expected(r, "the name of a property");
    hashes = r->now.len == 6 && !memcmp(r->words.text + r->now.at, "hashes", 6);
    TRY(advance(r));
    while (r->now.kind == CDR_WORD_DOT || r->now.kind == CDR_WORD_OPEN_BRACKET) {
        bool index = r->now.kind == CDR_WORD_OPEN_BRACKET;
        TRY(advance(r));
        if (index ? r->now.kind != CDR_WORD_INT && r->now.kind != CDR_WORD_STAR : !is_name_or_text(&r->now))
            return expected(r, index ? "a number or * in brackets" : "the name of a property");
        const char *key = r->words.text + r->now.at;
        r->hash_bits = hashes && !index ? hash_bits(key, r->now.len) : 0;
        hashes = !index && r->now.len == 6 && !memcmp(key, "hashes", 6);
        TRY(advance(r));
        if (!index)
            continue;
        if (r->now.kind != CDR_WORD_SHUT_BRACKET)
            return expected(r, "]");
        TRY(advance(r));
    }
    return CDR_OK;
}

static cdr_status path(reader *r, uint32_t *ret)
{
    return r->mode == CDR_CONDITION_PATTERN ? pattern_path(r, ret) : variable_path(r, ret);
}

/* --- literals --- */

static cdr_status one_spelling(reader *r, cdr_literal *l)
{
    char *text = cdr_condition_nfc(l->text, l->len);
    if (!text)
        return cdr_fail_nomem(r->err, "cacao");
    cdr_free(l->text);
    l->text = text;
    l->len = strlen(text);
    return CDR_OK;
}

static cdr_status decode(reader *r, const cdr_word *n, cdr_literal *l)
{
    const char *raw = r->words.text + n->at;
    l->kind = n->kind;
    l->text = cdr_alloc(n->len + 4);
    if (!l->text)
        return cdr_fail_nomem(r->err, "cacao");
    switch ((int)n->kind) {      /* a few of many */
    case CDR_WORD_STRING:
        for (size_t i = 0; i < n->len; i++) {
            i += raw[i] == '\\';
            l->text[l->len++] = raw[i];
        }
        return one_spelling(r, l);
    case CDR_WORD_HEX:
        l->len = n->len / 2;
        return cdr_hex_decode(raw, n->len, (uint8_t *)l->text, l->len) ? CDR_OK : expected(r, "hexadecimal digits");
    case CDR_WORD_BINARY:
        if (cdr_base64_decode(raw, n->len, (uint8_t *)l->text, n->len, &l->len) != CDR_OK)
            return cdr_words_bad(&r->words, n->at, r->err, "this is no base64");
        return CDR_OK;
    case CDR_WORD_TIME:
        memcpy(l->text, raw, n->len);
        l->len = n->len;
        if (!cdr_time_parse(l->text, &l->time_us) && r->mode != CDR_CONDITION_PATTERN)
            return cdr_words_bad(&r->words, n->at, r->err, "there is no such day");
        return CDR_OK;
    default:
        memcpy(l->text, raw, n->len);
        l->len = n->len;
        return n->kind == CDR_WORD_BARE ? one_spelling(r, l) : CDR_OK;
    }
}

static bool is_literal(cdr_word_kind k)
{
    return k >= CDR_WORD_INT && k <= CDR_WORD_BARE;
}

static cdr_status check_hash(reader *r, const cdr_word *n, const cdr_literal *l)
{
    if (!r->hash_bits || l->kind != CDR_WORD_STRING)
        return CDR_OK;
    if (l->len == r->hash_bits / 4 && strspn(l->text, "0123456789abcdefABCDEF") == l->len)
        return CDR_OK;
    return cdr_words_bad(&r->words, n->at, r->err, "this is no such hash: %zu hexadecimal digits are expected", r->hash_bits / 4);
}

/* The word in r->now, as a literal of ${t}. */
static cdr_status add_literal(reader *r, cdr_test *t)
{
    cdr_word n = r->now;
    cdr_literal *l = cdr_literals_push(&r->c->literals);
    if (!l)
        return cdr_fail_nomem(r->err, "cacao");
    TRY(decode(r, &n, l));
    TRY(check_hash(r, &n, l));
    t->literal_count++;
    if (n.kind != CDR_WORD_BARE)
        return CDR_OK;
    _cleanup_buf_ cdr_buf quoted = CDR_BUF(400);
    if (cdr_text_quote(&quoted, l->text, 60) != CDR_OK)
        return cdr_fail_nomem(r->err, "cacao");
    return warn(r, "%s is read as the text '%s'", quoted.data ? quoted.data : "", quoted.data ? quoted.data : "");
}

/* IN ( … ); lenient: IN one */
static cdr_status set(reader *r, cdr_test *t)
{
    TRY(cdr_words_value(&r->words, &r->now, r->err));
    if (r->now.kind != CDR_WORD_OPEN) {
        if (r->mode != CDR_CONDITION_LENIENT || !is_literal(r->now.kind))
            return expected(r, "( and a list of values after IN");
        t->loose = true;
        TRY(add_literal(r, t));
        TRY(warn(r, "IN without round brackets is read as a list of one, and of addresses as a network"));
        return advance(r);
    }
    TRY(cdr_words_value(&r->words, &r->now, r->err));
    while (r->now.kind != CDR_WORD_SHUT || t->literal_count) {
        if (!is_literal(r->now.kind))
            return expected(r, "a value");
        TRY(add_literal(r, t));
        TRY(advance(r));
        if (r->now.kind == CDR_WORD_SHUT)
            break;
        if (r->now.kind != CDR_WORD_COMMA)
            return expected(r, ", or )");
        TRY(cdr_words_value(&r->words, &r->now, r->err));
    }
    return advance(r);
}

static cdr_status compile(reader *r, cdr_test *t, size_t at)
{
    const cdr_literal *l = &r->c->literals.at[t->literal];
    int code;
    PCRE2_SIZE offset;
    t->regex = pcre2_compile((PCRE2_SPTR)l->text, l->len, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
    if (t->regex)
        return CDR_OK;
    char text[120] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
    return cdr_words_bad(&r->words, at, r->err, "the expression after MATCHES cannot be read: %s", text);
}

static cdr_status value(reader *r, cdr_test *t)
{
    bool text_only = t->op >= CDR_WORD_LIKE && t->op <= CDR_WORD_ISSUPERSET, ordered = t->op >= CDR_WORD_LT && t->op <= CDR_WORD_GE;
    TRY(cdr_words_value(&r->words, &r->now, r->err));
    if (r->now.kind == CDR_WORD_NAME || r->now.kind == CDR_WORD_HYPHENATED)
        return expected(r, "a value (texts stand between ', as in = 'yes')");
    if (!is_literal(r->now.kind) || (ordered && r->now.kind == CDR_WORD_BOOL) || (text_only && r->now.kind != CDR_WORD_STRING && r->mode != CDR_CONDITION_LENIENT))
        return expected(r, text_only ? "a text between '" : "a value");
    size_t at = r->now.at;
    TRY(add_literal(r, t));
    if (r->mode != CDR_CONDITION_PATTERN && t->op == CDR_WORD_MATCHES)
        TRY(compile(r, t, at));
    cdr_address a;
    const cdr_literal *l = &r->c->literals.at[t->literal];
    if (r->mode != CDR_CONDITION_PATTERN && t->op >= CDR_WORD_ISSUBSET && text_only && !cdr_address_parse(l->text, l->len, false, &a) && !cdr_address_parse(l->text, l->len, true, &a))
        return cdr_words_bad(&r->words, at, r->err, "a network is expected, such as '192.0.2.0/24' or '2001:db8::/32'");
    return advance(r);
}

/* --- tests --- */

static cdr_status emit(reader *r, cdr_word_kind op, uint32_t test)
{
    cdr_step_op *o = cdr_step_ops_push(&r->c->ops);
    if (!o)
        return cdr_fail_nomem(r->err, "cacao");
    *o = (cdr_step_op){op, test};
    return CDR_OK;
}

static cdr_status add_test(reader *r, const cdr_test *t)
{
    if (r->c->tests.len >= CDR_CONDITION_TESTS_MAX) {
        pcre2_code_free(t->regex);
        return cdr_words_bad(&r->words, r->now.at, r->err, "a condition has at most %d comparisons: split it into several steps", CDR_CONDITION_TESTS_MAX);
    }
    cdr_test *kept = cdr_tests_push(&r->c->tests);
    if (!kept) {
        pcre2_code_free(t->regex);
        return cdr_fail_nomem(r->err, "cacao");
    }
    *kept = *t;
    return emit(r, CDR_WORD_EXISTS, (uint32_t)(r->c->tests.len - 1));
}

static cdr_status comparison(reader *r, cdr_test *t)
{
    TRY(path(r, &t->name));
    t->literal = (uint32_t)r->c->literals.len;
    cdr_word_kind k = r->now.kind;
    if (r->mode == CDR_CONDITION_LENIENT && (k == CDR_WORD_END || k == CDR_WORD_SHUT || k == CDR_WORD_AND || k == CDR_WORD_OR)) {
        t->op = CDR_WORD_EQ;
        t->alone = true;
        return warn(r, "%s alone is read as %s:value = true", r->c->names.at[t->name].text, r->c->names.at[t->name].text);
    }
    t->negated = k == CDR_WORD_NOT;
    if (t->negated)
        TRY(advance(r));
    t->op = r->now.kind;
    if ((t->op < CDR_WORD_EQ || t->op > CDR_WORD_GE) && (t->op < CDR_WORD_IN || t->op > CDR_WORD_ISSUPERSET))
        return expected(r, "a comparison (= != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET)");
    return t->op == CDR_WORD_IN ? set(r, t) : value(r, t);
}

static cdr_status either(reader *r);

static cdr_status nested(reader *r, cdr_status (*inner)(reader *), cdr_word_kind shut, const char *what)
{
    if (++r->depth > CDR_CONDITION_DEPTH_MAX)
        return cdr_words_bad(&r->words, r->now.at, r->err, "brackets are nested more than %d deep", CDR_CONDITION_DEPTH_MAX);
    TRY(advance(r));
    TRY(inner(r));
    if (r->now.kind != shut)
        return expected(r, what);
    r->depth--;
    return advance(r);
}

static cdr_status test(reader *r)
{
    if (r->now.kind == CDR_WORD_OPEN)
        return nested(r, either, CDR_WORD_SHUT, ")");
    cdr_test t = {.op = CDR_WORD_EXISTS};
    if (r->now.kind == CDR_WORD_NOT || r->now.kind == CDR_WORD_EXISTS) {
        t.negated = r->now.kind == CDR_WORD_NOT;
        if (t.negated)
            TRY(advance(r));
        if (r->now.kind != CDR_WORD_EXISTS)
            return expected(r, "EXISTS (elsewhere NOT stands before the comparison, as in __a__:value NOT = 1)");
        TRY(advance(r));
        TRY(path(r, &t.name));
        return add_test(r, &t);
    }
    cdr_status s = comparison(r, &t);
    if (s != CDR_OK) {
        pcre2_code_free(t.regex);
        return s;
    }
    return add_test(r, &t);
}

static cdr_status both(reader *r)
{
    TRY(test(r));
    while (r->now.kind == CDR_WORD_AND) {
        TRY(advance(r));
        TRY(test(r));
        TRY(emit(r, CDR_WORD_AND, 0));
    }
    return CDR_OK;
}

static cdr_status either(reader *r)
{
    TRY(both(r));
    while (r->now.kind == CDR_WORD_OR) {
        TRY(advance(r));
        TRY(both(r));
        TRY(emit(r, CDR_WORD_OR, 0));
    }
    return CDR_OK;
}

/* --- patterns over observations, for reading alone --- */

static cdr_status followed(reader *r);

static cdr_status qualifier(reader *r)
{
    cdr_word_kind k = r->now.kind;
    TRY(advance(r));
    bool number = r->now.kind == CDR_WORD_INT || (r->now.kind == CDR_WORD_FLOAT && k == CDR_WORD_WITHIN);
    if (k == CDR_WORD_START ? r->now.kind != CDR_WORD_TIME : !number || r->words.text[r->now.at] == '-')
        return expected(r, k == CDR_WORD_START ? "a time" : "a number above zero");
    TRY(advance(r));
    cdr_word_kind wanted = k == CDR_WORD_START ? CDR_WORD_STOP : k == CDR_WORD_WITHIN ? CDR_WORD_SECONDS : CDR_WORD_TIMES;
    if (r->now.kind != wanted)
        return expected(r, wanted == CDR_WORD_STOP ? "STOP" : wanted == CDR_WORD_SECONDS ? "SECONDS" : "TIMES");
    TRY(advance(r));
    if (wanted != CDR_WORD_STOP)
        return CDR_OK;
    return r->now.kind == CDR_WORD_TIME ? advance(r) : expected(r, "a time");
}

static cdr_status observation(reader *r)
{
    bool bracket = r->now.kind == CDR_WORD_OPEN_BRACKET;
    if (r->now.kind == CDR_WORD_OPEN)
        TRY(nested(r, followed, CDR_WORD_SHUT, ")"));
    else if (bracket)
        TRY(nested(r, either, CDR_WORD_SHUT_BRACKET, "]"));
    else
        return expected(r, "[");
    for (unsigned seen = 0; r->now.kind == CDR_WORD_START || r->now.kind == CDR_WORD_WITHIN || r->now.kind == CDR_WORD_REPEATS;) {
        unsigned bit = r->now.kind == CDR_WORD_START ? 1 : r->now.kind == CDR_WORD_WITHIN ? 2 : 4;
        if (bracket && (seen & bit))      /* round brackets make a new one of it */
            return cdr_words_bad(&r->words, r->now.at, r->err, "the same qualifier stands here twice");
        seen |= bit;
        TRY(qualifier(r));
    }
    return CDR_OK;
}

static cdr_status observations(reader *r)
{
    TRY(observation(r));
    while (r->now.kind == CDR_WORD_AND || r->now.kind == CDR_WORD_OR) {      /* their order does not matter for reading */
        TRY(advance(r));
        TRY(observation(r));
    }
    return CDR_OK;
}

static cdr_status followed(reader *r)
{
    TRY(observations(r));
    while (r->now.kind == CDR_WORD_FOLLOWEDBY) {
        TRY(advance(r));
        TRY(observations(r));
    }
    return CDR_OK;
}

/* --- the whole --- */

cdr_status cdr_condition_parse(const char *text, size_t len, cdr_condition_mode mode, cdr_condition **ret, cdr_err *err)
{
    *ret = NULL;
    if (len > CDR_CONDITION_BYTES_MAX)
        return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.condition", "the condition has %zu bytes; at most %u are read: split it into several steps", len, CDR_CONDITION_BYTES_MAX);
    if (!cdr_utf8_valid(text, len) || memchr(text, '\0', len))
        return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.condition", "the condition is no valid UTF-8 text");
    _cleanup_(cdr_condition_freep) cdr_condition *c = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "cacao");
    c->mode = mode;
    reader r = {.words = {text, len, 0, mode == CDR_CONDITION_LENIENT}, .c = c, .mode = mode, .err = err};
    TRY(advance(&r));
    TRY(mode == CDR_CONDITION_PATTERN ? followed(&r) : either(&r));
    if (r.now.kind != CDR_WORD_END)
        return expected(&r, "AND, OR or the end");
    *ret = CDR_TAKE(c);
    return CDR_OK;
}

void cdr_condition_free(cdr_condition *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->tests.len; i++)
        pcre2_code_free(c->tests.at[i].regex);
    for (size_t i = 0; i < c->literals.len; i++)
        cdr_free(c->literals.at[i].text);
    for (size_t i = 0; i < c->names.len; i++)
        cdr_free(c->names.at[i].text);
    for (size_t i = 0; i < c->warnings.len; i++)
        cdr_free(c->warnings.at[i].text);
    cdr_tests_done(&c->tests);
    cdr_literals_done(&c->literals);
    cdr_step_ops_done(&c->ops);
    cdr_texts_done(&c->names);
    cdr_texts_done(&c->warnings);
    cdr_free(c);
}

size_t cdr_condition_warning_count(const cdr_condition *c)
{
    return c->warnings.len;
}

const char *cdr_condition_warning(const cdr_condition *c, size_t i)
{
    return i < c->warnings.len ? c->warnings.at[i].text : NULL;
}

size_t cdr_condition_variable_count(const cdr_condition *c)
{
    return c->mode == CDR_CONDITION_PATTERN ? 0 : c->names.len;
}

const char *cdr_condition_variable(const cdr_condition *c, size_t i)
{
    return i < cdr_condition_variable_count(c) ? c->names.at[i].text : NULL;
}
