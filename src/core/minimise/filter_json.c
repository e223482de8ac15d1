/* SPDX-License-Identifier: Apache-2.0 */
/* JSON and lines of JSON, without a tree: the text is passed over once, token by token; what stays is not touched. A record must be whole before
 * anything of it is handed on; between records every value is a place to stop. Nested data without recursion, at most 64 deep. */
#include "core/minimise/filter_json_parts.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define DROPPED_AT_ONCE ((size_t)64 << 10)
#define NO_LEVEL UINT32_MAX

typedef enum expect { EXPECT_ROOT, EXPECT_VALUE, EXPECT_FIRST, EXPECT_NEXT, EXPECT_MEMBER } expect;

/* An object or array that is open. */
typedef struct level {
    uint32_t node;
    bool array;
    bool kept_any;             /* a member before this one stays: the comma between them does, too */
    bool first;                /* no member yet */
    uint32_t value_node;       /* of the member that is read */
    uint32_t before;           /* node of the member before it */
    size_t from;               /* where the member begins, with the comma before it or right behind the bracket */
    size_t ops;                /* ops before the member's */
} level;

typedef struct state {
    level levels[CDR_FILTER_DEPTH_MAX + 1];   /* [0]: the text itself */
    uint32_t depth;
    expect expect;
    uint32_t record;           /* depth of the value that is a record, NO_LEVEL: none is open */
    uint32_t dropping;         /* depth of the value that goes as a whole, NO_LEVEL: none */
    size_t drop_from;
    bool empties;              /* it leaves a null behind */
    uint32_t drop_column;
} state;

typedef struct json {
    cdr_json_paths paths;
    state s, saved;
    bool lines;                /* each record a line */
    bool root_record;          /* JSON: the outermost value is the record, whatever lies in it */
    uint64_t rows_before;      /* records before the outermost value */
    bool held;                 /* somebody holds the record */
    bool has_personal; uint32_t personal;
    struct { uint32_t start, end; uint8_t syntax, set; } asked[8];
} json;

/* --- tokens --- */

static inline size_t plain_string(const char *t, size_t at, size_t len)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (; at < len; at += 16) {       /* zero bytes behind the text stop it */
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(t + at));
        __m128i m = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, back)), _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
        int mask = _mm_movemask_epi8(m);
        if (mask)
            return CDR_MIN(at + (size_t)__builtin_ctz((unsigned)mask), len);
    }
    return len;
#else
    while (at < len && t[at] != '"' && t[at] != '\\' && (unsigned char)t[at] > 0x1F)
        at++;
    return at;
#endif
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the string whose quote stands at ${at}; CDR_NEED_MORE, or CDR_E_INVAL. */
static cdr_status pass_string(const cdr_filter *f, size_t at, size_t *ret, bool *ret_escaped)
{
    const char *t = f->text;
    *ret_escaped = false;
    for (at++;;) {
        at = plain_string(t, at, f->len);
        if (at >= f->len)
            return CDR_NEED_MORE;
        if (t[at] == '"') {
            *ret = at + 1;
            return CDR_OK;
        }
        if (t[at] != '\\')
            return CDR_E_INVAL;
        *ret_escaped = true;
        size_t n = at + 1 < f->len && t[at + 1] == 'u' ? 6 : 2;
        if (at + n > f->len)
            return CDR_NEED_MORE;
        if (!memchr("\"\\/bfnrtu", t[at + 1], 9))
            return CDR_E_INVAL;
        for (size_t i = 2; i < n; i++)
            if (!is_hex(t[at + i]))
                return CDR_E_INVAL;
        at += n;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(const char *s, size_t len)
{
    size_t i = len && *s == '-', from = i;
    while (i < len && is_digit(s[i]))
        i++;
    if (i == from || (s[from] == '0' && i - from > 1))
        return false;
    if (i < len && s[i] == '.') {
        from = ++i;
        while (i < len && is_digit(s[i]))
            i++;
        if (i == from)
            return false;
    }
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        i += i < len && (s[i] == '+' || s[i] == '-');
        from = i;
        while (i < len && is_digit(s[i]))
            i++;
        if (i == from)
            return false;
    }
    return i == len;
}

static cdr_status pass_bare(const cdr_filter *f, size_t at, size_t *ret)
{
    const char *t = f->text;
    size_t end = at;
    while (end < f->len && ((t[end] >= 'a' && t[end] <= 'z') || is_digit(t[end]) || t[end] == '-' || t[end] == '+' || t[end] == '.' || t[end] == 'E'))
        end++;
    if (end == f->len && !f->last)
        return CDR_NEED_MORE;
    size_t n = end - at;
    bool word = (n == 4 && (!memcmp(t + at, "true", 4) || !memcmp(t + at, "null", 4))) || (n == 5 && !memcmp(t + at, "false", 5));
    *ret = end;
    return n && (word || is_number(t + at, n)) ? CDR_OK : CDR_E_INVAL;
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static cdr_status broken(const cdr_filter *f, size_t at, const char *what, cdr_err *err)
{
    return cdr_filter_malformed(f, err, f->line + cdr_filter_lines(f->text, CDR_MIN(at, f->len)) + 1, what);
}

/* --- records --- */

/* Is the value that begins at this depth a record? */
static bool begins_record(const json *j, const state *s, char opens)
{
    if (s->record != NO_LEVEL)
        return false;
    if (j->lines || j->root_record)
        return s->depth == 0;
    if (s->depth == 1)
        return s->levels[1].array;
    return s->depth == 2 && s->levels[2].array && !s->levels[1].array && opens == '{';
}

static bool ends_record(const state *s)
{
    return s->record == s->depth;
}

static cdr_status record_passes(cdr_filter *f, json *j, bool *ret, cdr_err *err)
{
    const char *cells[8] = {0};
    size_t lens[8] = {0};
    cdr_buf bufs[8];
    cdr_status s = CDR_OK;
    if (!f->spec->rows)
        return cdr_filter_record(f, cells, lens, ret, err);
    for (size_t i = 0; i < CDR_COUNT(bufs); i++)
        bufs[i] = CDR_BUF(CDR_FILTER_ROW_MAX);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(bufs); i++)
        if (j->asked[i].set)
            s = cdr_filter_value(f->text + j->asked[i].start, j->asked[i].end - j->asked[i].start, (cdr_filter_syntax)j->asked[i].syntax, &bufs[i], &cells[i], &lens[i], err);
    if (s == CDR_OK)
        s = cdr_filter_record(f, cells, lens, ret, err);
    for (size_t i = 0; i < CDR_COUNT(bufs); i++)
        cdr_buf_wipe(&bufs[i]);
    return s;
}

static cdr_status remove_from(cdr_filter *f, size_t start, size_t end, uint32_t column, cdr_err *err)
{
    return cdr_filter_op_add(f, &(cdr_filter_op){.start = (uint32_t)start, .end = (uint32_t)end, .column = column, .syntax = CDR_SYNTAX_REMOVE, .found_count = column != CDR_FILTER_NO_COLUMN}, err);
}

/* The record that ends at ${at} is judged; ${ret_kept}. Lines go with their end. */
static cdr_status end_record(cdr_filter *f, json *j, size_t *at, bool *ret_kept, cdr_err *err)
{
    level *l = &j->s.levels[j->s.depth];
    size_t end = *at;
    *ret_kept = true;
    if (j->lines) {
        while (end < f->len && (f->text[end] == ' ' || f->text[end] == '\t' || f->text[end] == '\r'))
            end++;
        if (end >= f->len && !f->last)
            return CDR_NEED_MORE;
        if (end < f->len && f->text[end] != '\n')
            return broken(f, end, "something stands behind the record", err);
        end += end < f->len;
        *at = end;
    }
    if (j->held) {
        f->op_count = l->ops;
        f->counts->rows_held++;
        f->counts->rows_in++;
        f->counts->rows_out++;
        return CDR_OK;
    }
    cdr_status s = record_passes(f, j, ret_kept, err);
    if (s != CDR_OK || *ret_kept)
        return s;
    f->op_count = l->ops;
    return remove_from(f, l->from, end, CDR_FILTER_NO_COLUMN, err);
}

/* --- values --- */

static bool in_drop(const state *s)
{
    return s->dropping != NO_LEVEL;
}

/* The comma before a member that stays, when all before it went. */
static cdr_status keep_member(cdr_filter *f, const state *s, cdr_err *err)
{
    const level *l = &s->levels[s->depth];
    if (s->depth == 0 || l->kept_any || l->first || in_drop(s))
        return CDR_OK;
    return remove_from(f, l->from, l->from + 1, CDR_FILTER_NO_COLUMN, err);
}

/* A value has ended at ${*at}: its record, the place to go on. */
static cdr_status value_ended(cdr_filter *f, json *j, size_t *at, bool kept, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    cdr_status st = CDR_OK;
    if (ends_record(s)) {
        bool passes;
        st = end_record(f, j, at, &passes, err);
        kept = kept && passes;
        if (st == CDR_OK)
            s->record = NO_LEVEL;
    }
    l->kept_any |= kept;
    l->first = false;
    l->before = l->value_node;
    s->expect = s->depth ? EXPECT_NEXT : EXPECT_ROOT;
    return st;
}

static void ask(json *j, const cdr_filter_col *c, size_t start, size_t end, cdr_filter_syntax syntax, const char *t)
{
    unsigned k = c->asked;
    if (!k || k > CDR_COUNT(j->asked) || j->asked[k - 1].set || (syntax == CDR_SYNTAX_JSON_BARE && t[start] == 'n'))
        return;
    j->asked[k - 1].start = (uint32_t)start;
    j->asked[k - 1].end = (uint32_t)end;
    j->asked[k - 1].syntax = (uint8_t)syntax;
    j->asked[k - 1].set = true;
}

static cdr_status hold_if_asked(cdr_filter *f, json *j, const char *raw, size_t len, cdr_filter_syntax syntax, bool *ret, cdr_err *err)
{
    const char *v;
    size_t n;
    *ret = false;
    if (!f->spec->held || f->learn)
        return CDR_OK;
    cdr_status s = cdr_filter_value(raw, len, syntax, &f->value, &v, &n, err);
    if (s == CDR_OK && n)
        *ret = f->spec->held(f->spec->held_arg, v, n);
    j->held |= *ret && j->s.record != NO_LEVEL;
    return s;
}

/* Values without anything to change: null, true and false unless all of the column goes or becomes something else. */
static bool untouched(const cdr_filter *f, const cdr_filter_op *op)
{
    const char *raw = f->text + op->start;
    size_t len = op->end - op->start;
    if (op->syntax == CDR_SYNTAX_JSON_BARE && (*raw == 'n' || ((op->act == CDR_FILTER_LOOK || op->act == CDR_FILTER_OPEN) && !is_digit(*raw) && *raw != '-')))
        return true;
    if (op->syntax == CDR_SYNTAX_JSON_STRING && len == 2)
        return true;
    return op->act == CDR_FILTER_LOOK && !cdr_filter_worth_a_look(op->syntax == CDR_SYNTAX_JSON_STRING ? raw + 1 : raw, op->syntax == CDR_SYNTAX_JSON_STRING ? len - 2 : len);
}

static cdr_status scalar(cdr_filter *f, json *j, size_t *at, size_t end, cdr_filter_syntax syntax, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    uint32_t column;
    bool held;
    size_t start = *at;
    *at = end;
    cdr_status st = hold_if_asked(f, j, f->text + start, end - start, syntax, &held, err);
    /* Of what goes as a whole nothing is asked but the keys of people. */
    if (st == CDR_OK && in_drop(s) && !f->spec->rows)
        return value_ended(f, j, at, true, err);
    if (st == CDR_OK)
        st = cdr_json_path_column(f, &j->paths, l->value_node, &column, err);
    if (st != CDR_OK)
        return st;
    const cdr_filter_col *c = &f->cols.at[column];
    ask(j, c, start, end, syntax, f->text);
    bool outside_held = held && s->record == NO_LEVEL;
    if (c->act == CDR_FILTER_DROP && !in_drop(s) && !outside_held && s->depth > 0) {
        st = remove_from(f, l->from, end, column, err);
        return st == CDR_OK ? value_ended(f, j, at, false, err) : st;
    }
    st = keep_member(f, s, err);
    cdr_filter_op op = {.start = (uint32_t)start, .end = (uint32_t)end, .column = column, .syntax = (uint8_t)syntax, .act = c->act};
    if (op.act == CDR_FILTER_DROP)
        op.act = CDR_FILTER_EMPTY;      /* the outermost value cannot go: it becomes null */
    if (st == CDR_OK && op.act != CDR_FILTER_KEEP && !in_drop(s) && !outside_held && !untouched(f, &op))
        st = cdr_filter_op_add(f, &op, err);
    return st == CDR_OK ? value_ended(f, j, at, true, err) : st;
}

/* The act of a whole object or array: only an entry of its own takes it away. */
static cdr_status begin_drop(cdr_filter *f, json *j, size_t at, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    const cdr_filter_column *named = j->paths.nodes.at[l->value_node].named;
    if (in_drop(s) || f->learn || f->spec->open || !named || named->values_only || named->transform.form != CDR_FORM_NEVER || s->depth == 0)
        return CDR_OK;
    s->dropping = s->depth;
    s->empties = named->empty;
    s->drop_from = named->empty ? at : l->from;
    return cdr_json_path_column(f, &j->paths, l->value_node, &s->drop_column, err);
}

static cdr_status open_value(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    bool array = f->text[*at] == '[';
    if (s->depth >= CDR_FILTER_DEPTH_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "filter.deep", "%.120s, line %llu: values are nested more than %u deep.", f->spec->name ? f->spec->name : "The input",
                        (unsigned long long)(f->line + cdr_filter_lines(f->text, *at) + 1), CDR_FILTER_DEPTH_MAX);
    cdr_status st = begin_drop(f, j, *at, err);
    if (st == CDR_OK && !(s->dropping == s->depth && !s->empties))
        st = keep_member(f, s, err);
    uint32_t node = s->levels[s->depth].value_node, elements = node;
    if (st == CDR_OK && array)
        st = cdr_json_path_array(f, &j->paths, node, &elements, err);
    if (st != CDR_OK)
        return st;
    ++*at;
    s->levels[++s->depth] = (level){.node = array ? elements : node, .array = array, .first = true, .from = *at, .value_node = elements};
    s->expect = EXPECT_FIRST;
    return CDR_OK;
}

/* An object in which no list of records lies is one itself. */
static void count_alone(cdr_filter *f, const json *j)
{
    bool alone = j->s.depth == 0 && !j->s.levels[1].array && !j->lines && !f->spec->rows && f->counts->rows_in == j->rows_before;
    f->counts->rows_in += alone;
    f->counts->rows_out += alone;
}

static cdr_status close_value(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    bool kept = true;
    cdr_status st = CDR_OK;
    ++*at;
    s->depth--;
    if (s->dropping == s->depth) {
        s->dropping = NO_LEVEL;
        cdr_filter_op op = {.start = (uint32_t)s->drop_from, .end = (uint32_t)*at, .column = s->drop_column, .act = CDR_FILTER_EMPTY, .syntax = CDR_SYNTAX_JSON_BARE};
        st = s->empties ? cdr_filter_op_add(f, &op, err) : remove_from(f, s->drop_from, *at, s->drop_column, err);
        kept = s->empties;
    }
    count_alone(f, j);
    return st == CDR_OK ? value_ended(f, j, at, kept, err) : st;
}

static cdr_status personal_column(cdr_filter *f, json *j, uint32_t *ret, cdr_err *err)
{
    static const char name[] = CDR_FILTER_PERSONAL_KEY;
    static const cdr_filter_column goes = {.transform = {.form = CDR_FORM_NEVER}};
    cdr_status s = CDR_OK;
    if (!j->has_personal)
        s = cdr_filter_col_add(f, name, sizeof name - 1, NULL, 0, &goes, &j->personal, err);
    j->has_personal = s == CDR_OK;
    *ret = j->personal;
    return s;
}

static cdr_status member_key(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    size_t end;
    bool escaped, personal = false;
    cdr_status st = pass_string(f, *at, &end, &escaped);
    if (st != CDR_OK)
        return st == CDR_E_INVAL ? broken(f, *at, "a key is no JSON string", err) : st;
    const char *key = f->text + *at + 1;
    size_t len = end - *at - 2;
    if (escaped)
        st = cdr_filter_value(f->text + *at, end - *at, CDR_SYNTAX_JSON_STRING, &f->value, &key, &len, err);
    if (st == CDR_OK)
        st = cdr_json_path(f, &j->paths, l->node, l->before, key, len, &l->value_node, &personal, err);
    if (st != CDR_OK)
        return st;
    if (personal && !in_drop(s)) {
        s->dropping = s->depth;
        s->empties = false;
        s->drop_from = l->from;
        st = personal_column(f, j, &s->drop_column, err);
    }
    while (end < f->len && is_space(f->text[end]))
        end++;
    if (end >= f->len)
        return CDR_NEED_MORE;
    if (f->text[end] != ':')
        return broken(f, end, "a colon is missing behind a key", err);
    *at = end + 1;
    s->expect = EXPECT_VALUE;
    return st;
}

static cdr_status any_value(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    char ch = f->text[*at];
    if (begins_record(j, s, ch) && !in_drop(s)) {
        s->record = s->depth;
        j->held = false;
        memset(j->asked, 0, sizeof j->asked);
        l->ops = f->op_count;
    }
    if (ch == '{' || ch == '[')
        return open_value(f, j, at, err);
    size_t end;
    bool escaped;
    cdr_status st = ch == '"' ? pass_string(f, *at, &end, &escaped) : pass_bare(f, *at, &end);
    if (st != CDR_OK)
        return st == CDR_E_INVAL ? broken(f, *at, ch == '"' ? "a text holds a control character or an unknown escape" : "this is no JSON value", err) : st;
    /* A member under a personal key ends with its value. */
    if (s->dropping == s->depth) {
        s->dropping = NO_LEVEL;
        st = remove_from(f, s->drop_from, end, s->drop_column, err);
        *at = end;
        return st == CDR_OK ? value_ended(f, j, at, false, err) : st;
    }
    return scalar(f, j, at, end, ch == '"' ? CDR_SYNTAX_JSON_STRING : CDR_SYNTAX_JSON_BARE, err);
}

/* --- one token after another --- */

static cdr_status next_or_close(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    level *l = &s->levels[s->depth];
    char ch = f->text[*at];
    if (ch == (l->array ? ']' : '}'))
        return close_value(f, j, at, err);
    if (s->expect == EXPECT_NEXT) {
        if (ch != ',')
            return broken(f, *at, "a comma or a closing bracket is missing", err);
        l->from = (*at)++;
        s->expect = l->array ? EXPECT_VALUE : EXPECT_MEMBER;
        return CDR_OK;
    }
    s->expect = l->array ? EXPECT_VALUE : EXPECT_MEMBER;
    return CDR_OK;
}

static bool cells_are_outside_arrays(const cdr_filter_rows *r)
{
    for (size_t i = 0; i < r->cell_count; i++)
        if (strstr(r->cells[i], "[]") && strncmp(r->cells[i], "[].", 3) != 0)
            return false;
    return true;
}

static cdr_status token(cdr_filter *f, json *j, size_t *at, cdr_err *err)
{
    state *s = &j->s;
    switch (s->expect) {
    case EXPECT_ROOT:
        s->levels[0].from = *at;
        s->levels[0].ops = f->op_count;
        s->levels[0].value_node = 0;
        j->rows_before = f->counts->rows_in;
        /* An object is one record when what is asked about stands in it once. */
        j->root_record = !j->lines && f->text[*at] == '{' && f->spec->rows && cells_are_outside_arrays(f->spec->rows);
        return any_value(f, j, at, err);
    case EXPECT_VALUE: return any_value(f, j, at, err);
    case EXPECT_MEMBER: return f->text[*at] == '"' ? member_key(f, j, at, err) : broken(f, *at, "a key in quotes is missing", err);
    case EXPECT_FIRST: case EXPECT_NEXT: break;
    }
    return next_or_close(f, j, at, err);
}

static void save(json *j)
{
    memcpy(j->saved.levels, j->s.levels, (j->s.depth + 1) * sizeof *j->s.levels);
    j->saved.depth = j->s.depth;
    j->saved.expect = j->s.expect;
    j->saved.record = j->s.record;
    j->saved.dropping = j->s.dropping;
    j->saved.drop_from = j->s.drop_from;
    j->saved.empties = j->s.empties;
    j->saved.drop_column = j->s.drop_column;
}

/* Between records, behind a value or a bracket: what stands before may be handed on. */
static cdr_status settle(cdr_filter *f, json *j, size_t at, size_t *ops, cdr_err *err)
{
    state *s = &j->s;
    bool place = s->record == NO_LEVEL && (s->expect == EXPECT_ROOT || s->expect == EXPECT_NEXT || s->expect == EXPECT_FIRST);
    if (!place)
        return CDR_OK;
    if (in_drop(s)) {
        if (at - f->done < DROPPED_AT_ONCE)
            return CDR_OK;
        cdr_status st = remove_from(f, s->drop_from, at, CDR_FILTER_NO_COLUMN, err);
        if (st != CDR_OK)
            return st;
        s->drop_from = at;
    }
    f->done = at;
    *ops = f->op_count;
    save(j);
    return CDR_OK;
}

static cdr_status begin(cdr_filter *f, cdr_err *err)
{
    json *j = f->state = cdr_alloc(sizeof *j);
    if (!j)
        return cdr_fail_nomem(err, "minimise");
    j->lines = f->format == CDR_FILTER_NDJSON;
    j->s.record = j->s.dropping = NO_LEVEL;
    j->s.expect = EXPECT_ROOT;
    save(j);
    return cdr_json_paths_begin(&j->paths, err);
}

/* Positions are those of the text held; between two texts only ->done remains, and stands at the beginning. */
static void take_up(json *j)
{
    state *s = &j->s;
    *s = j->saved;
    s->drop_from = 0;
    for (uint32_t i = 0; i <= s->depth; i++) {
        s->levels[i].from = 0;
        s->levels[i].ops = 0;
    }
}

static cdr_status finish(const cdr_filter *f, const json *j, size_t at, cdr_err *err)
{
    if (!f->last || (j->s.expect == EXPECT_ROOT && j->s.depth == 0))
        return CDR_OK;
    return broken(f, at, "the text ends within a value", err);
}

static cdr_status cut(cdr_filter *f, cdr_err *err)
{
    json *j = f->state;
    if (f->done == 0 && f->line == 0 && j->paths.nodes.len == 1 && f->len >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3))
        f->done = 3;
    size_t at = f->done, ops = f->op_count;
    take_up(j);
    if (j->s.expect == EXPECT_FIRST)
        j->s.levels[j->s.depth].from = at;
    cdr_status s = CDR_OK;
    while (s == CDR_OK) {
        while (at < f->len && is_space(f->text[at])) {
            if (f->text[at] == '\n' && j->lines && j->s.record != NO_LEVEL)
                return f->op_count = ops, broken(f, at, "the line ends within a record", err);
            at++;
        }
        if (at >= f->len) {
            s = finish(f, j, at, err);
            break;
        }
        s = token(f, j, &at, err);
        if (s == CDR_OK)
            s = settle(f, j, at, &ops, err);
    }
    f->op_count = ops;
    /* White space at the very end belongs to no record. */
    if (s == CDR_OK && f->last)
        f->done = f->len;
    if (s == CDR_NEED_MORE)
        s = f->last ? broken(f, at, "the text ends within a value", err) : CDR_OK;
    return s;
}

static void end(cdr_filter *f)
{
    json *j = f->state;
    cdr_json_paths_end(&j->paths);
    cdr_free(j);
}

const cdr_filter_reader cdr_filter_json = {begin, cut, end};
