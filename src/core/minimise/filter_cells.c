/* SPDX-License-Identifier: Apache-2.0 */
/* Cells: what they mean, what is found in them, what is written in their place. */
#include "core/minimise/filter_parts.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/text.h"
#include "detect/engine.h"
#include "detect/kinds.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BATCH_BYTES ((size_t)256 << 10)
#define BATCH_CELLS 4096u
#define LOOKS_MAX 3u

uint64_t cdr_filter_lines(const char *s, size_t len)
{
    uint64_t n = 0;
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i line = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    while (i + 16 <= len) {
        __m128i sum = zero;
        for (size_t end = CDR_MIN(len, i + 255 * 16); i + 16 <= end; i += 16)
            sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s + i)), line));
        sum = _mm_sad_epu8(sum, zero);
        n += (uint64_t)_mm_cvtsi128_si64(sum) + (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum));
    }
#endif
    for (; i < len; i++)
        n += s[i] == '\n';
    return n;
}

/* --- what a cell means --- */

static void csv_value(const char *s, size_t len, cdr_buf *buf)
{
    while (len) {
        const char *quote = memchr(s, '"', len);
        size_t n = quote ? (size_t)(quote - s) + 1 : len;
        cdr_buf_add(buf, s, n);
        n += n < len && quote;       /* the second of two */
        s += n;
        len -= n;
    }
}

static uint32_t hex4(const char *s)
{
    uint8_t two[2];
    return cdr_hex_decode(s, 4, two, 2) ? (uint32_t)two[0] << 8 | two[1] : UINT32_MAX;
}

/* \uXXXX at ${s}, perhaps a pair of them: what it means, and its length. A half of a pair means U+FFFD. */
static size_t json_code(const char *s, size_t len, uint32_t *ret)
{
    uint32_t one = len >= 6 ? hex4(s + 2) : UINT32_MAX, two;
    *ret = 0xFFFD;
    if (one == UINT32_MAX)
        return CDR_MIN(len, (size_t)2);
    if (one < 0xD800 || one > 0xDFFF) {
        *ret = one;
        return 6;
    }
    if (one < 0xDC00 && len >= 12 && s[6] == '\\' && s[7] == 'u' && (two = hex4(s + 8)) >= 0xDC00 && two <= 0xDFFF) {
        *ret = 0x10000 + ((one - 0xD800) << 10) + (two - 0xDC00);
        return 12;
    }
    return 6;
}

static void json_value(const char *s, size_t len, cdr_buf *buf)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    while (len) {
        const char *escape = memchr(s, '\\', len);
        size_t n = escape ? (size_t)(escape - s) : len;
        cdr_buf_add(buf, s, n);
        s += n;
        len -= n;
        if (len < 2)
            break;
        const char *known = strchr(from, s[1]);
        size_t used = 2;
        if (s[1] == 'u') {
            char utf8[4];
            uint32_t cp;
            used = json_code(s, len, &cp);
            cdr_buf_add(buf, utf8, cdr_utf8_encode(cp, utf8));
        } else {
            cdr_buf_addc(buf, known && s[1] ? to[known - from] : s[1]);
        }
        s += used;
        len -= used;
    }
}

cdr_status cdr_filter_value(const char *raw, size_t len, cdr_filter_syntax syntax, cdr_buf *buf, const char **ret, size_t *ret_len, cdr_err *err)
{
    bool quoted = syntax == CDR_SYNTAX_CSV_QUOTED || syntax == CDR_SYNTAX_JSON_STRING;
    char sign = syntax == CDR_SYNTAX_CSV_QUOTED ? '"' : '\\';
    if (quoted) {
        raw++;
        len -= 2;
    }
    *ret = raw;
    *ret_len = len;
    if (!quoted || !memchr(raw, sign, len))
        return CDR_OK;
    cdr_buf_clear(buf);
    if (syntax == CDR_SYNTAX_CSV_QUOTED)
        csv_value(raw, len, buf);
    else
        json_value(raw, len, buf);
    *ret = buf->data ? buf->data : "";
    *ret_len = buf->len;
    return cdr_buf_status(buf) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "minimise");
}

/* --- looking --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 2024-05-01, with or without a time behind it. */
static bool is_moment(const char *s, size_t len)
{
    if (len < 10 || len > 35 || s[4] != '-' || s[7] != '-')
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 4 && i != 7 && !is_digit(s[i]))
            return false;
    if (len > 10 && s[10] != 'T' && s[10] != ' ')
        return false;
    for (size_t i = 11; i < len; i++)
        if (!is_digit(s[i]) && s[i] != ':' && s[i] != '.' && s[i] != '+' && s[i] != '-' && s[i] != 'Z' && s[i] != ' ')
            return false;
    return len == 10 || (len >= 16 && s[13] == ':');
}

bool cdr_filter_worth_a_look(const char *s, size_t len)
{
    if (len < 6)
        return false;
    size_t digits = 0, signs = 0, letters = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        digits += is_digit(c);
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        signs += c == '.' || c == ',';
        if (i == 15 && digits + letters < 10)
            break;
    }
    if (letters == len && len <= 24)
        return false;
    if (digits + signs == len && digits <= 6 && signs <= 1)
        return false;
    if (*s == '-' && digits + signs + 1 == len && digits <= 6 && signs <= 1)
        return false;
    return !is_moment(s, len);
}

bool cdr_filter_is_nobody(const cdr_finding *x)
{
    return x->kind == CDR_K_ORGANIZATION || (x->kind != CDR_K_USER && !cdr_kind_get(x->kind)->category[0]);
}

bool cdr_filter_is_wanted(const cdr_filter *f, const cdr_finding *x)
{
    return !cdr_filter_is_nobody(x) && (!f->spec->only || f->spec->only(f->spec->only_arg, x));
}

/* Published test numbers are let be where findings are listed; here a card number that is right is one. */
static bool is_certain(const cdr_finding *x)
{
    bool test = (x->evidence & CDR_EV_VETO_TEST) && (x->evidence & CDR_EV_CHECKSUM) && !(x->evidence & (CDR_EV_VETO_SERIAL | CDR_EV_VETO_EMBEDDED));
    return x->band >= CDR_BAND_MEDIUM || test;
}

typedef struct looker { cdr_filter *f; size_t cell, count; bool watch; cdr_status status; } looker;

static cdr_status note(void *arg, const cdr_finding *x)
{
    looker *l = arg;
    cdr_filter *f = l->f;
    if ((l->watch && !is_certain(x)) || !cdr_filter_is_wanted(f, x))
        return CDR_OK;
    while (l->cell + 1 < l->count && f->starts[l->cell + 1] <= x->start)
        l->cell++;
    cdr_filter_op *op = &f->ops[f->start_ops[l->cell]];
    uint32_t base = f->starts[l->cell];
    cdr_filter_found *found = cdr_filter_founds_push(&f->found);
    if (!found)
        return CDR_E_NOMEM;
    *found = (cdr_filter_found){.start = (uint32_t)x->start - base, .end = (uint32_t)x->end - base, .kind = x->kind, .rule = x->rule, .evidence = x->evidence};
    if (op->found_count++ == 0)
        op->found = (uint32_t)(f->found.len - 1);
    return CDR_OK;
}

static const cdr_ruleset *ruleset_of(const cdr_filter *f, const cdr_filter_column *c)
{
    return c->free_text || !f->spec->watch_ruleset ? f->spec->ruleset : f->spec->watch_ruleset;
}

/* Words: letters on both sides of a gap. */
static bool has_words(const char *s, size_t len)
{
    const char *gap = len > 2 ? memchr(s + 1, ' ', len - 2) : NULL;
    bool before = false, behind = false;
    for (const char *p = s; gap && p < s + len; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (unsigned char)*p >= 0x80;
        before |= letter && p < gap;
        behind |= (letter || is_digit(*p)) && p > gap;
    }
    return before && behind;
}

static cdr_status look_batch(cdr_filter *f, const cdr_filter_col *c, bool words, size_t count, cdr_err *err)
{
    const cdr_ruleset *rs = words ? f->spec->ruleset : ruleset_of(f, c->what);
    looker l = {.f = f, .count = count, .watch = !words && !c->what->free_text};
    if (count == 0 || !rs)
        return CDR_OK;
    f->starts[count] = (uint32_t)f->batch.len;
    cdr_status s = cdr_detect_cells(rs, f->scratch, f->batch.data, f->starts, count, c->hint, note, &l, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s;
}

/* Of a column of numbers all but the words, or ${words} alone. */
static cdr_status look_column(cdr_filter *f, cdr_filter_col *c, bool words, cdr_err *err)
{
    size_t count = 0;
    cdr_status s = CDR_OK;
    cdr_buf_clear(&f->batch);
    for (uint32_t i = c->first_op; s == CDR_OK && i != UINT32_MAX; i = f->ops[i].next) {
        const cdr_filter_op *op = &f->ops[i];
        const char *v;
        size_t len;
        s = cdr_filter_value(f->text + op->start, op->end - op->start, (cdr_filter_syntax)op->syntax, &f->value, &v, &len, err);
        if (s != CDR_OK || cdr_value_is_masked(v, len) || (c->what->numbers && has_words(v, len) != words))
            continue;
        if (count == BATCH_CELLS || (count && f->batch.len + len > BATCH_BYTES)) {
            s = look_batch(f, c, words, count, err);
            count = 0;
            cdr_buf_clear(&f->batch);
        }
        f->starts[count] = (uint32_t)f->batch.len;
        f->start_ops[count++] = i;
        cdr_buf_add(&f->batch, v, len);
        if (cdr_buf_addc(&f->batch, '\n') != CDR_OK)
            s = cdr_fail_nomem(err, "minimise");
    }
    return s == CDR_OK ? look_batch(f, c, words, count, err) : s;
}

cdr_status cdr_filter_look(cdr_filter *f, cdr_err *err)
{
    bool any = false;
    for (uint32_t i = 0; i < f->op_count; i++) {
        cdr_filter_op *op = &f->ops[i];
        if (op->act != CDR_FILTER_LOOK || op->syntax == CDR_SYNTAX_TEXT)
            continue;
        cdr_filter_col *c = &f->cols.at[op->column];
        op->next = UINT32_MAX;
        if (c->first_op == UINT32_MAX)
            c->first_op = i;
        else
            f->ops[c->last_op].next = i;
        c->last_op = i;
        any = true;
    }
    if (any && !f->starts) {
        f->starts = cdr_alloc_array(BATCH_CELLS + 1, sizeof *f->starts);
        f->start_ops = cdr_alloc_array(BATCH_CELLS, sizeof *f->start_ops);
        if (!f->starts || !f->start_ops)
            return cdr_fail_nomem(err, "minimise");
    }
    cdr_status s = CDR_OK;
    for (size_t i = 0; any && s == CDR_OK && i < f->cols.len; i++)
        if (f->cols.at[i].first_op != UINT32_MAX) {
            cdr_filter_col *c = &f->cols.at[i];
            s = look_column(f, c, false, err);
            if (s == CDR_OK && c->what->numbers)
                s = look_column(f, c, true, err);
            c->first_op = c->last_op = UINT32_MAX;
        }
    return s;
}

/* --- changing --- */

static void count(cdr_filter *f, const cdr_filter_col *c, unsigned bit)
{
    f->counts->by_form[bit]++;
    if (c->count)
        ++*c->count;
    if (c->count2)
        ++*c->count2;
}

static unsigned bit_of(cdr_form form)
{
    return form ? (unsigned)__builtin_ctz((unsigned)form) : 0;
}

/* A private key is found by its first line and goes as a whole. */
static size_t end_of_key(const char *v, size_t len, size_t from)
{
    const char *end = memmem(v + from, len - from, "-----END", 8);
    const char *dashes = end ? memmem(end + 8, (size_t)(v + len - end) - 8, "-----", 5) : NULL;
    return dashes ? (size_t)(dashes - v) + 5 : len;
}

static cdr_status replace_finding(cdr_filter *f, const cdr_filter_col *c, const cdr_filter_found *x, const char *v, size_t len, cdr_buf *out, cdr_err *err)
{
    cdr_transform t = {.form = c->what->text_form, .kind = x->kind == CDR_K_USER ? CDR_KIND_NONE : x->kind, .column = c->transform.column};
    const cdr_ruleset *rs = ruleset_of(f, c->what);
    if (x->kind == CDR_K_USER && rs)
        t.label = cdr_rules_type(cdr_ruleset_rules(rs), x->rule);
    cdr_status s = cdr_transform_apply(&t, f->spec->keys, &f->ctx, v, len, out, err);
    if (s == CDR_DENIED) {
        f->counts->by_form[8]++;
        t.form = CDR_FORM_REDACTED;
        s = cdr_transform_apply(&t, NULL, &f->ctx, v, len, out, err);
    }
    if (s == CDR_OK)
        count(f, c, bit_of(t.form));
    return s;
}

/* The value with what was found in it replaced, to ${out}. */
static cdr_status replace_found(cdr_filter *f, const cdr_filter_col *c, const char *v, size_t len, const cdr_filter_found *found, size_t n, cdr_buf *out, cdr_err *err)
{
    size_t at = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < n; i++) {
        size_t start = CDR_MIN(found[i].start, len), end = CDR_MIN(found[i].end, len);
        if (start < at)
            start = at;
        if (found[i].kind == CDR_K_SECRET_PRIVATE_KEY)
            end = end_of_key(v, len, start);
        if (end <= start)
            continue;
        cdr_buf_add(out, v + at, start - at);
        s = replace_finding(f, c, &found[i], v + start, end - start, out, err);
        at = end;
    }
    cdr_buf_add(out, v + at, len - at);
    return s != CDR_OK ? s : cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "minimise");
}

typedef struct again { const cdr_filter *f; cdr_filter_founds found; bool watch; } again;

static cdr_status note_again(void *arg, const cdr_finding *x)
{
    again *a = arg;
    if ((a->watch && !is_certain(x)) || !cdr_filter_is_wanted(a->f, x))
        return CDR_OK;
    cdr_filter_found *found = cdr_filter_founds_push(&a->found);
    if (!found)
        return CDR_E_NOMEM;
    *found = (cdr_filter_found){.start = (uint32_t)x->start, .end = (uint32_t)x->end, .kind = x->kind, .rule = x->rule, .evidence = x->evidence};
    return CDR_OK;
}

/* What hid behind its neighbours shows once they are replaced. Pseudonyms and sealed texts would be taken for secrets: those are let be. */
static cdr_status look_again(cdr_filter *f, const cdr_filter_col *c, cdr_err *err)
{
    const cdr_ruleset *rs = ruleset_of(f, c->what);
    bool simple = c->what->text_form == CDR_FORM_REDACTED || c->what->text_form == CDR_FORM_MASKED || c->what->text_form == CDR_FORM_NEVER;
    cdr_status s = CDR_OK;
    for (unsigned i = 0; simple && rs && s == CDR_OK && i < LOOKS_MAX; i++) {
        again a = {.f = f, .watch = !c->what->free_text};
        cdr_buf next = CDR_BUF(f->changed.max);
        s = cdr_detect_window(rs, f->scratch, f->changed.data ? f->changed.data : "", f->changed.len, 0, f->changed.len, c->hint, note_again, &a, err);
        size_t n = s == CDR_OK ? a.found.len : 0;
        if (n) {
            s = replace_found(f, c, f->changed.data, f->changed.len, a.found.at, n, &next, err);
            bool same = next.len == f->changed.len && !memcmp(next.data, f->changed.data, next.len);
            cdr_buf_clear(&f->changed);
            cdr_buf_add(&f->changed, next.data, next.len);
            n = same ? 0 : n;
        }
        cdr_buf_wipe(&next);
        cdr_filter_founds_done(&a.found);
        if (n == 0)
            break;
    }
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s;
}

static bool is_sealed_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

/* Every "enc1:…" in the value. */
static cdr_status open_sealed(cdr_filter *f, const cdr_filter_col *c, const char *v, size_t len, bool *ret_any, cdr_err *err)
{
    const size_t mark = sizeof CDR_SEALED_MARK - 1;
    size_t at = 0;
    cdr_status s = CDR_OK;
    *ret_any = false;
    while (s == CDR_OK) {
        const char *seal = memmem(v + at, len - at, CDR_SEALED_MARK, mark);
        size_t start = seal ? (size_t)(seal - v) : len, end = start + mark;
        cdr_buf_add(&f->changed, v + at, start - at);
        if (!seal)
            break;
        while (end < len && is_sealed_letter(v[end]))
            end++;
        s = cdr_transform_open(f->spec->keys, c->transform.column, v + start, end - start, &f->changed, err);
        *ret_any = true;
        count(f, c, bit_of(CDR_FORM_ENCRYPTED));
        at = end;
    }
    return s;
}

/* The new value to ->changed; ${ret_same}: it stays as it is. */
static cdr_status change(cdr_filter *f, const cdr_filter_op *op, const char *v, size_t len, bool *ret_same, cdr_err *err)
{
    cdr_filter_col *c = &f->cols.at[op->column];
    cdr_buf_clear(&f->changed);
    *ret_same = false;
    bool any = false;
    cdr_status s = CDR_OK;
    switch ((cdr_filter_act)op->act) {
    case CDR_FILTER_EMPTY: case CDR_FILTER_DROP:
        if (len)
            count(f, c, 0);
        return CDR_OK;
    case CDR_FILTER_CHANGE:
        if (len == 0) {
            *ret_same = true;
            return CDR_OK;
        }
        s = cdr_transform_apply(&c->transform, f->spec->keys, &f->ctx, v, len, &f->changed, err);
        if (s == CDR_DENIED)
            cdr_buf_clear(&f->changed);
        *ret_same = s == CDR_OK && f->changed.len == len && !memcmp(f->changed.data, v, len);
        if (!*ret_same && (s == CDR_OK || s == CDR_DENIED))
            count(f, c, s == CDR_OK ? bit_of(c->transform.form) : 8);
        return s == CDR_DENIED ? CDR_OK : s;
    case CDR_FILTER_LOOK:
        *ret_same = op->found_count == 0;
        if (*ret_same)
            return CDR_OK;
        s = replace_found(f, c, v, len, f->found.at + op->found, op->found_count, &f->changed, err);
        return s == CDR_OK && op->syntax != CDR_SYNTAX_TEXT ? look_again(f, c, err) : s;
    case CDR_FILTER_OPEN:
        s = open_sealed(f, c, v, len, &any, err);
        *ret_same = !any;
        return s;
    case CDR_FILTER_KEEP: case CDR_FILTER_LEARN: break;
    }
    *ret_same = true;
    return CDR_OK;
}

/* --- writing --- */

/* Pieces are short and the room for them is there mostly. */
static inline void put(cdr_buf *b, const char *s, size_t len)
{
    if (b->cap > b->len + len && b->status == CDR_OK) {
        memcpy(b->data + b->len, s, len);
        b->len += len;
    } else {
        cdr_buf_add(b, s, len);
    }
}

/* A cell that a spreadsheet would take for a formula. */
static bool is_formula(const char *v, size_t len)
{
    double number;
    return len && strchr("=+-@\t\r", v[0]) && v[0] && !cdr_parse_double(v, len, -1e300, 1e300, &number);
}

static void write_csv(cdr_filter *f, bool quoted, char delimiter)
{
    const char *v = f->changed.data;
    size_t len = f->changed.len;
    bool formula = !f->spec->open && is_formula(v, len);   /* what is opened is as it was */
    if (len == 0) {
        if (quoted || f->lone)
            put(&f->out, "\"\"", 2);
        return;
    }
    for (size_t i = 0; i < len && !quoted; i++)
        quoted = v[i] == delimiter || v[i] == '"' || v[i] == '\n' || v[i] == '\r';
    if (quoted)
        cdr_buf_addc(&f->out, '"');
    if (formula)
        cdr_buf_addc(&f->out, '\'');
    while (quoted && len) {
        const char *quote = memchr(v, '"', len);
        size_t n = quote ? (size_t)(quote - v) + 1 : len;
        put(&f->out, v, n);
        if (quote)
            cdr_buf_addc(&f->out, '"');
        v += n;
        len -= n;
    }
    put(&f->out, v, len);
    if (quoted)
        cdr_buf_addc(&f->out, '"');
}

/* A number made coarser stays a number. */
static bool is_json_number(const char *v, size_t len)
{
    double x;
    size_t sign = len && v[0] == '-';
    return len > sign && is_digit(v[sign]) && (v[sign] != '0' || len == sign + 1 || v[sign + 1] == '.') && is_digit(v[len - 1]) && cdr_parse_double(v, len, -1e300, 1e300, &x);
}

static void write_json(cdr_filter *f, const cdr_filter_op *op)
{
    const char *v = f->changed.data ? f->changed.data : "";
    bool gone = op->act == CDR_FILTER_EMPTY || (f->changed.len == 0 && op->act == CDR_FILTER_CHANGE);
    if (gone) {
        put(&f->out, "null", 4);
        return;
    }
    bool bare = op->syntax == CDR_SYNTAX_JSON_BARE && is_json_number(v, f->changed.len) && f->cols.at[op->column].transform.form == CDR_FORM_GENERALISED;
    if (!bare)
        cdr_buf_addc(&f->out, '"');
    cdr_json_escape(&f->out, v, f->changed.len);
    if (!bare)
        cdr_buf_addc(&f->out, '"');
}

static cdr_status write_op(cdr_filter *f, const cdr_filter_op *op, cdr_err *err)
{
    const char *raw = f->text + op->start, *v;
    size_t len = op->end - op->start, n;
    bool same;
    if (op->syntax == CDR_SYNTAX_REMOVE) {
        if (op->found_count)
            count(f, &f->cols.at[op->column], 0);
        return CDR_OK;
    }
    cdr_status s = cdr_filter_value(raw, len, (cdr_filter_syntax)op->syntax, &f->value, &v, &n, err);
    if (s == CDR_OK && f->learn)
        return f->learn(f->learn_arg, op->column, f->cols.at[op->column].name, f->cols.at[op->column].name_len, v, n, err);
    if (s == CDR_OK)
        s = change(f, op, v, n, &same, err);
    if (s != CDR_OK)
        return s;
    if (same && !(f->lone && len == 0))
        put(&f->out, raw, len);
    else if (op->syntax == CDR_SYNTAX_TEXT)
        put(&f->out, f->changed.data ? f->changed.data : "", f->changed.len);
    else if (op->syntax == CDR_SYNTAX_JSON_STRING || op->syntax == CDR_SYNTAX_JSON_BARE)
        write_json(f, op);
    else
        write_csv(f, op->syntax == CDR_SYNTAX_CSV_QUOTED, f->delimiter);
    return CDR_OK;
}

cdr_status cdr_filter_copy(cdr_filter *f, cdr_err *err)
{
    size_t at = f->skip;
    cdr_status s = CDR_OK;
    cdr_buf_clear(&f->out);
    if (cdr_buf_reserve(&f->out, f->done - f->skip + 4096) != CDR_OK)
        return cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; s == CDR_OK && i < f->op_count && f->ops[i].start < f->done; i++) {
        const cdr_filter_op *op = &f->ops[i];
        if (op->start > at && !f->learn)
            put(&f->out, f->text + at, op->start - at);
        s = write_op(f, op, err);
        at = CDR_MAX(at, op->end);
    }
    if (s == CDR_OK && at < f->done && !f->learn)
        put(&f->out, f->text + at, f->done - at);
    return s == CDR_OK && cdr_buf_status(&f->out) != CDR_OK ? cdr_fail_nomem(err, "minimise") : s;
}
