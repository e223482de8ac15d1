/* SPDX-License-Identifier: Apache-2.0 */
/* Telephone numbers. Digits are cheap, so the way they are written must speak for them: a plus or 00 and an assigned calling code,
 * brackets, the grouping of a national plan. The rest is emitted weakly, and counts only where words or a header say "phone". */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/text.h"
#include "detect/phone_plan.h"

#include <string.h>

#define GROUPS_MAX 8
#define DIGITS_MAX 17

/* Groups of digits as written. */
typedef struct written {
    size_t start[GROUPS_MAX], end[GROUPS_MAX];
    uint8_t len[GROUPS_MAX];
    char sign[GROUPS_MAX];       /* the separator before the group: '(' or ')' when there is a bracket among it */
    size_t count;
    size_t bracket;              /* group in brackets + 1; 0 none */
    bool plus;
    char digits[DIGITS_MAX + 1];
    size_t n;
} written;

enum { REFUSED = -1, WEAK = 0 };

static inline bool is_gap(char c)
{
    return cdr_is_in(c, CDR_C_JOINT);
}

/* The sign between two groups: none of them when it is no usual one. */
static bool read_gap(const char *t, size_t from, size_t to, char *ret)
{
    char sign = 0;
    for (size_t i = from; i < to; i++) {
        if (!is_gap(t[i]))
            return false;
        if (t[i] == '(' || t[i] == ')')
            sign = t[i];
        else if (!sign || sign == ' ')
            sign = t[i];
    }
    *ret = sign;
    return sign != 0 && to - from <= 3;
}

/* Groups ${first} to ${last} of the region. False when there is too much of them or they are oddly separated. */
static bool read_groups(const cdr_emitter *e, const cdr_region *r, size_t first, size_t last, written *w)
{
    const char *t = e->text;
    w->count = w->bracket = w->n = 0;
    w->plus = false;
    if (last - first + 1 > GROUPS_MAX)
        return false;
    for (size_t i = first; i <= last; i++) {
        size_t k = w->count++, start = r->at[i], len = r->len[i];
        if (w->n + len > DIGITS_MAX || (k && !read_gap(t, w->end[k - 1], start, &w->sign[k])))
            return false;
        w->start[k] = start;
        w->end[k] = start + len;
        w->len[k] = (uint8_t)len;
        memcpy(w->digits + w->n, t + start, len);
        w->n += len;
        if (start + len < e->len && t[start + len] == ')' && start > 0 && t[start - 1] == '(')
            w->bracket = w->bracket ? w->bracket : k + 1;
    }
    return true;
}

/* Trunk zero in brackets after the calling code: +41 (0)96 … */
static size_t without_trunk(const written *w, size_t code_len, char out[DIGITS_MAX + 1])
{
    size_t n = 0;
    bool drop = w->count > 1 && w->len[0] == code_len && w->digits[code_len] == '0' && w->bracket == 2;
    for (size_t i = code_len + drop; i < w->n; i++)
        out[n++] = w->digits[i];
    return n;
}

/* ${skip}: digits before the calling code ("00"). */
static int grade_international(const written *w, size_t skip)
{
    size_t code_len;
    char national[DIGITS_MAX + 1];
    written v = *w;
    memmove(v.digits, v.digits + skip, v.n - skip);
    v.n -= skip;
    v.len[0] = (uint8_t)(v.len[0] - skip);
    const cdr_phone_plan *p = cdr_phone_plan_of(v.digits, v.n, &code_len);
    if (!p || v.n < 7 || v.n > 15)
        return REFUSED;
    size_t n = without_trunk(&v, code_len, national);
    if (n > 1 && cdr_phone_fits(p, national, n))
        return CDR_EV_SHAPE | CDR_EV_ISSUER;
    if (n > 1 && p->trunk && national[0] == p->trunk && cdr_phone_fits(p, national + 1, n - 1))
        return CDR_EV_SHAPE | CDR_EV_ISSUER;
    /* A calling code and about as many digits as its numbers have: mistyped more likely than something else. */
    return w->plus && w->count > 1 && n + 1 >= p->min && n <= (size_t)p->max + 1 ? CDR_EV_SHAPE : WEAK;
}

static bool uniform(const written *w, size_t from)
{
    for (size_t i = from + 1; i < w->count; i++)
        if (w->sign[i] != w->sign[from])
            return false;
    return true;
}

/* [1] 3-3-4 as written in North America. */
static int grade_nanp(const written *w)
{
    size_t first = w->count == 4 && w->len[0] == 1 && w->digits[0] == '1' ? 1 : 0;
    if (w->count != first + 3 || w->len[first] != 3 || w->len[first + 1] != 3 || w->len[first + 2] != 4)
        return REFUSED;
    bool valid = w->digits[first] >= '2' && w->digits[first + 3] >= '2';
    bool bracket = w->bracket == first + 1;
    if (!valid)
        return bracket ? CDR_EV_SHAPE : WEAK;
    if (bracket || first)
        return CDR_EV_SHAPE | CDR_EV_ISSUER;
    if (!uniform(w, 1) || w->sign[1] == '/')
        return WEAK;
    bool real = cdr_phone_is_nanp(w->digits);
    return w->sign[1] == ' ' ? (real ? CDR_EV_ISSUER : WEAK) : real ? CDR_EV_SHAPE | CDR_EV_ISSUER : CDR_EV_ISSUER;
}

/* (0xx) xxxx xxxx, (xx) xxxx-xxxx */
static int grade_bracket(const written *w)
{
    if (w->bracket != 1 || w->len[0] < 2 || w->len[0] > 5 || w->count < 2 || w->count > 5 || w->n < 8 || w->n > 12)
        return REFUSED;
    for (size_t i = 1; i < w->count; i++)
        if (w->len[i] < 2)
            return REFUSED;
    bool trunk = w->digits[0] == '0' && w->digits[1] != '0' && w->n >= 9;
    bool two = w->len[0] == 2 && w->count == 3 && (w->len[1] == 4 || w->len[1] == 5) && w->len[2] == 4 && w->digits[0] != '0';
    return trunk || two ? CDR_EV_SHAPE | CDR_EV_ISSUER : w->count > 2 ? CDR_EV_SHAPE : WEAK;
}

/* 0xxxx xxxxxx, 0x xx xx xx xx and other groupings behind a trunk zero. */
static int grade_trunk(const written *w)
{
    if (w->digits[0] != '0' || w->digits[1] == '0' || w->count < 2 || w->count > 5 || w->n < 9 || w->n > 11 || w->len[0] < 2 || w->len[0] > 5)
        return REFUSED;
    size_t pairs = 0, longest = 0, at = w->len[0], zeros = 0;
    for (size_t i = 1; i < w->count; at += w->len[i++]) {
        if (w->len[i] < 2)
            return REFUSED;
        zeros += w->digits[at] == '0';
        pairs += w->len[i] == 2;
        longest = CDR_MAX(longest, (size_t)w->len[i]);
    }
    if (!uniform(w, 1) || zeros == w->count - 1)
        return WEAK;   /* "010 011 012" counts */
    if (w->len[0] == 2 && pairs == w->count - 1)
        return w->count == 5 ? CDR_EV_ISSUER : WEAK;
    if (w->count == 2)
        return longest >= 5 && longest <= 8 ? CDR_EV_ISSUER : WEAK;
    return longest <= 4 ? CDR_EV_ISSUER : WEAK;
}

/* Digits that words must vouch for. */
static int grade_weak(const written *w)
{
    if (w->n < 7 || w->n > 13)
        return REFUSED;
    for (size_t i = 0; i < w->count; i++)
        if (w->len[i] < 2 && !(i == 0 && (w->digits[0] == '0' || w->digits[0] == '1' || w->digits[0] == '8' || w->digits[0] == '7')))
            return REFUSED;
    bool ssn = w->count == 3 && w->len[0] == 3 && w->len[1] == 2 && w->len[2] == 4;
    bool card = w->n >= 12 && w->count >= 3 && w->len[0] == 4 && w->len[1] == 4;
    return ssn || card || w->count > 6 ? REFUSED : WEAK;
}

static bool is_year_group(const written *w, size_t k, size_t at)
{
    return w->len[k] == 4 && ((w->digits[at] == '1' && w->digits[at + 1] == '9') || (w->digits[at] == '2' && w->digits[at + 1] == '0'));
}

/* "1995-2011" are years, "02110-1301" is a postal code. */
static bool is_other_pair(const written *w)
{
    if (w->plus || w->bracket || w->count != 2)
        return false;
    return (w->len[0] == 5 && w->len[1] == 4) || (is_year_group(w, 0, 0) && is_year_group(w, 1, 4));
}

static int grade(const written *w, bool whole)
{
    if (is_other_pair(w))
        return REFUSED;
    if (w->plus)
        return grade_international(w, 0);
    if (w->n > 9 && w->len[0] >= 3 && w->digits[0] == '0' && w->digits[1] == '0' && w->digits[2] != '0') {
        int g = grade_international(w, 2);
        return g == REFUSED || w->count == 1 ? WEAK : g;
    }
    int g = grade_nanp(w);
    if (g == REFUSED)
        g = grade_bracket(w);
    if (g == REFUSED && whole)
        g = grade_trunk(w);
    if (g == REFUSED && whole)
        g = grade_weak(w);
    return g;
}

/* 030/901820-0: area code, number, direct dialling. */
static bool is_direct_dial(const written *w)
{
    return w->count == 3 && !w->plus && w->digits[0] == '0' && w->digits[1] != '0' && w->len[0] >= 3 && w->len[0] <= 5 && w->sign[1] == '/' && w->sign[2] == '-' && w->len[1] >= 4
           && w->len[2] <= 3 && w->n >= 9 && w->n <= 12;
}

static bool good_before(const cdr_emitter *e, size_t start, bool plus)
{
    if (start == 0)
        return true;
    char c = e->text[start - 1];
    if (c == '_' && (plus || e->text[start] == '('))
        return true;
    if (cdr_is_alnum(c) || c == '_' || c == '$' || c == '%' || c == '+' || c == '&' || (unsigned char)c >= 0x80)
        return (unsigned char)c >= 0x80 && start >= 2 && ((unsigned char)e->text[start - 2] == 0xC2 || (unsigned char)e->text[start - 2] >= 0xE0 || (unsigned char)c != 0xA3);
    return plus || (e->text[start] == '(' && (c == '-' || c == '/' || c == '.')) || (c != '.' && c != '-' && c != '/' && c != '\\' && c != '#' && c != '^' && c != '*');
}

/* ${single}: one run of digits, which a comma may go on with ("1,234,567"). */
static bool good_after(const cdr_emitter *e, size_t end, bool single)
{
    const char *t = e->text;
    if (end >= e->len)
        return true;
    char c = t[end], next = end + 1 < e->len ? t[end + 1] : 0;
    if (cdr_is_alnum(c) || c == '_' || c == '%' || c == '$')
        return false;
    if (c == ',')
        return !(single && cdr_is_digit(next));
    if (c == '/')
        return !cdr_is_letter(next);
    return !((c == '.' || c == '-' || c == ':') && cdr_is_alnum(next));
}

/* "(212) 736-6152.Smith", "030 901829/Tel": what is written so that it can be nothing else may be joined to a word, others by a slash. */
static bool good_after_sure(const cdr_emitter *e, size_t end, const written *w, int g)
{
    if (end + 1 >= e->len || !(g & CDR_EV_ISSUER))
        return false;
    char c = e->text[end], next = e->text[end + 1];
    if (g == (CDR_EV_SHAPE | CDR_EV_ISSUER) && (w->plus || w->bracket == 1))
        return c == '_' || (memchr("/-.:", c, 4) && cdr_is_letter(next));
    return c == '/' && w->count > 1 && w->n >= 9 && cdr_is_upper(next);
}

/* "x036", " ext. 12", "#4": the end with it, or ${end}. */
static size_t with_extension(const cdr_emitter *e, size_t end)
{
    static const struct { const char *text; size_t len; } words[] = {{"extension", 9}, {"ext.", 4}, {"ext", 3}, {"x", 1}, {"#", 1}};
    const char *t = e->text;
    size_t i = end;
    while (i < e->len && i - end < 2 && (t[i] == ' ' || t[i] == ','))
        i++;
    if (i >= e->len || ((t[i] | 0x20) != 'e' && (t[i] | 0x20) != 'x' && t[i] != '#'))
        return end;
    for (size_t k = 0; k < CDR_COUNT(words); k++) {
        size_t n = words[k].len;
        if (e->len - i <= n || !cdr_ascii_ieq(t + i, n, words[k].text, n))
            continue;
        size_t at = i + n;
        while (at < e->len && at - i - n < 2 && (t[at] == ' ' || t[at] == '.' || t[at] == ':'))
            at++;
        size_t from = at;
        while (at < e->len && at - from < 7 && cdr_is_digit(t[at]))
            at++;
        if (at > from && at - from <= 6 && (at == e->len || !cdr_is_alnum(t[at])))
            return at;
    }
    return end;
}

/* Where the number as written begins: its plus and its bracket belong to it. */
static size_t outer_start(const cdr_emitter *e, size_t start, bool *ret_plus)
{
    const char *t = e->text;
    size_t i = start;
    if (i > e->floor && t[i - 1] == '(')
        i--;
    if (i > e->floor && t[i - 1] == '+') {
        *ret_plus = true;
        return i - 1;
    }
    if (i > e->floor + 1 && t[i - 1] == ' ' && t[i] == '(' && t[i - 2] == '+') {
        *ret_plus = true;
        return i - 2;
    }
    *ret_plus = false;
    return i;
}

static size_t try_span(cdr_emitter *e, const cdr_region *r, size_t first, size_t last, bool whole)
{
    written w;
    size_t start = r->at[first], end = r->at[last] + r->len[last];
    if (!read_groups(e, r, first, last, &w) || w.n < 6)
        return 0;
    size_t from = outer_start(e, start, &w.plus);
    /* wa.me/49170…: international without its plus. */
    if (from >= 6 && e->text[from - 1] == '/' && !memcmp(e->text + from - 6, "wa.me/", 6))
        w.plus = true;
    if (!good_before(e, from, w.plus))
        return 0;
    int g = whole && is_direct_dial(&w) ? CDR_EV_ISSUER : grade(&w, whole);
    if (g == REFUSED)
        return 0;
    size_t to = g != WEAK || w.n >= 10 ? with_extension(e, end) : end;
    if (to == end && !good_after(e, end, w.count == 1) && !good_after_sure(e, end, &w, g))
        return 0;
    /* An opening bracket counts only when it closes. */
    if (e->text[from] == '(' && !memchr(e->text + from, ')', end - from))
        from++;
    cdr_emit(e, CDR_K_PHONE, from, to, (uint32_t)g | (to > end && w.n >= 10 ? CDR_EV_SHAPE : 0));
    return to;
}

/* No digit stands behind a single joint before or after: the groups are all there are. */
static bool is_whole(const cdr_emitter *e, size_t start, size_t end)
{
    const char *t = e->text;
    if (start >= 2 && (t[start - 1] == ' ' || is_gap(t[start - 1])) && cdr_is_digit(t[start - 2]))
        return false;
    return !(end + 1 < e->len && is_gap(t[end]) && cdr_is_digit(t[end + 1]));
}

/* The last group before two blanks, or before what is too much for one number. */
static size_t last_group(const char *t, const cdr_region *r, size_t first)
{
    size_t k = first, digits = r->len[first];
    for (; k + 1 < r->count && r->at[k + 1] - r->at[first] < 32; k++) {
        size_t end = r->at[k] + r->len[k];
        digits += r->len[k + 1];
        if (digits > DIGITS_MAX || (t[end] == ' ' && t[end + 1] == ' '))
            break;
    }
    return k;
}

/* The last group of those that dashes or dots join, where a blank follows: "212-555-0142 212-555-0143". */
static size_t chunk_end(const char *t, const cdr_region *r, size_t first, size_t last)
{
    bool other = false;
    for (size_t k = first; k < last; k++) {
        char sign = t[r->at[k] + r->len[k]];
        if (sign == ' ' && other)
            return k;
        other |= sign == '-' || sign == '.';
    }
    return last;
}

/* More digits than any plan has where no sign of an international number stands in front: cards, most of them. */
static bool is_too_long(const char *t, const cdr_region *r, size_t first, size_t last)
{
    size_t at = r->at[first], digits = 0;
    if (at > 0 && (t[at - 1] == '+' || t[at - 1] == '('))
        return false;
    for (size_t k = first; k <= last; k++)
        digits += r->len[k];
    return digits > 13 && !(t[at] == '0' && t[at + 1] == '0');
}

/* "0170 / 1234567": where the area code before the group at ${at} begins; ${at} when there is none. */
static size_t area_code(const cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (at < e->low + 6 || t[at - 1] != ' ' || (t[at - 2] != '/' && t[at - 2] != '-') || t[at - 3] != ' ')
        return at;
    size_t from = at - 3;
    while (from > e->low && at - 3 - from < 6 && cdr_is_digit(t[from - 1]))
        from--;
    size_t len = at - 3 - from;
    bool good = len >= 3 && len <= 5 && t[from] == '0' && t[from + 1] >= '1' && good_before(e, from, false) && !(from > 1 && t[from - 1] == ' ' && cdr_is_digit(t[from - 2]));
    return good ? from : at;
}

/* A number that is complete by its plan, and the groups it is written in. */
typedef struct joined {
    written w;
    size_t from, last;   /* first byte; last group */
    int grade;
    bool final, fixed;   /* nothing follows; its plan has one length, and it is written so that it can be nothing else */
} joined;

enum { SEAM_NONE, SEAM_BLANK, SEAM_SLASH, SEAM_OTHER, SEAM_DATE };

static int seam_after(const cdr_emitter *e, const cdr_region *r, size_t k)
{
    const char *t = e->text;
    size_t end = r->at[k] + r->len[k], next = r->at[k + 1];
    bool blank = memchr(t + end, ' ', next - end) != NULL, slash = memchr(t + end, '/', next - end) != NULL;
    if (r->len[k + 1] <= 4 && cdr_date_at(t + next, CDR_MIN(e->len - next, (size_t)16)))
        return SEAM_DATE;
    return slash ? SEAM_SLASH : blank ? SEAM_BLANK : SEAM_OTHER;
}

/* One run of digits that a word may call a telephone number. */
static bool is_single(const written *w)
{
    return w->count == 1 && (w->n == 10 || w->n == 11) && (w->digits[0] == '0' ? w->digits[1] != '0' : w->n == 10 && cdr_phone_is_nanp(w->digits));
}

static bool is_fixed(const written *w)
{
    size_t code;
    const cdr_phone_plan *p = w->plus ? cdr_phone_plan_of(w->digits, w->n, &code) : NULL;
    return p ? p->min == p->max && w->n == code + p->min : w->bracket == 1 && w->count == 3 && w->len[0] == 3 && w->len[1] == 3 && w->len[2] == 4;
}

/* The shortest complete number from group ${first} on that ends where another may begin. */
static bool complete_at(const cdr_emitter *e, const cdr_region *r, size_t first, joined *ret)
{
    const char *t = e->text;
    bool plus;
    size_t digits = 0;
    ret->from = outer_start(e, r->at[first], &plus);
    for (size_t k = first; k < r->count && digits + r->len[k] <= DIGITS_MAX; k++) {
        size_t end = r->at[k] + r->len[k];
        digits += r->len[k];
        if (digits < 9)
            continue;
        if (!read_groups(e, r, first, k, &ret->w))
            return false;
        ret->w.plus = plus;
        int g = is_direct_dial(&ret->w) ? CDR_EV_ISSUER : grade(&ret->w, true);
        if (g == REFUSED || !((g & CDR_EV_ISSUER) || is_single(&ret->w)))
            continue;
        ret->grade = g;
        ret->last = k;
        ret->final = k + 1 == r->count || (t[end] == ' ' && t[end + 1] == ' ');
        ret->fixed = g == (CDR_EV_SHAPE | CDR_EV_ISSUER) && is_fixed(&ret->w);
        return !ret->final || good_after(e, end, ret->w.count == 1) || good_after_sure(e, end, &ret->w, g);
    }
    return false;
}

static size_t emit_joined(cdr_emitter *e, const cdr_region *r, const joined *n, uint32_t but)
{
    size_t end = r->at[n->last] + r->len[n->last];
    cdr_emit(e, CDR_K_PHONE, n->from, end, (uint32_t)n->grade & ~but);
    return end;
}

/* Does ${b} begin as a number does behind ${a}: with its own plus or bracket, a trunk zero, or in the same groups? */
static bool begins_anew(const joined *a, const joined *b)
{
    bool zero = b->w.digits[0] == '0', sure = a->w.plus || a->w.bracket == 1;
    bool alike = a->w.count == b->w.count && !memcmp(a->w.len, b->w.len, a->w.count);
    return b->w.bracket == 1 || (zero && (sure || a->w.digits[0] == '0')) || alike || ((a->w.n == 10 || a->fixed) && grade_nanp(&b->w) > 0);
}

/* Nine digits and more groups behind them: most regions hold one number. */
static bool may_be_joined(const cdr_region *r, size_t first)
{
    size_t digits = 0;
    for (size_t k = first; k + 1 < r->count && digits < 9; k++)
        digits += r->len[k];
    return digits >= 9;
}

/* "030 901829/0171 2345678", "+49 30 901795 12.03.1984": complete numbers, one behind the other or before a date. The end of the last,
 * 0 when the groups from ${first} on are no such thing. */
static size_t find_joined(cdr_emitter *e, const cdr_region *r, size_t first)
{
    const char *t = e->text;
    joined a, b;
    size_t at = r->at[first];
    bool sign = at > e->floor && (t[at - 1] == '+' || t[at - 1] == '(');
    if (!may_be_joined(r, first) || !(sign || t[at] == '0' || r->len[first] == 3 || r->len[first] == 10) || !complete_at(e, r, first, &a) || a.final || !good_before(e, a.from, a.w.plus))
        return 0;
    if (!sign && at >= 2 && is_gap(t[at - 1]) && cdr_is_digit(t[at - 2]))
        return 0;
    for (size_t found = 0;; a = b) {
        size_t k = a.last;
        int seam = a.final ? SEAM_NONE : seam_after(e, r, k);
        bool sure = (a.w.plus || a.w.bracket == 1) && a.grade == (CDR_EV_SHAPE | CDR_EV_ISSUER);
        if (found && a.final)
            return emit_joined(e, r, &a, 0);
        if (seam == SEAM_DATE && (sure || memchr(" /", t[r->at[k] + r->len[k]], 2)))
            return emit_joined(e, r, &a, sure || found ? 0 : CDR_EV_ISSUER);
        /* Figures of a table go on and on. */
        bool told = complete_at(e, r, k + 1, &b) && (seam != SEAM_OTHER || sure) && begins_anew(&a, &b);
        if (told && (sure || b.final || seam_after(e, r, b.last) >= SEAM_SLASH)) {
            found = emit_joined(e, r, &a, 0);
            continue;
        }
        /* "0171-2345678/89": the other ending belongs to it. */
        if (seam == SEAM_SLASH && k + 2 == r->count && r->len[k + 1] <= 3 && (sure || a.w.digits[0] == '0') && good_after(e, r->end, false)) {
            cdr_emit(e, CDR_K_PHONE, a.from, r->end, (uint32_t)a.grade);
            return r->end;
        }
        /* "+49 30 901795 2nd floor" */
        if (seam == SEAM_BLANK && k + 2 == r->count && r->len[k + 1] <= 3 && r->end < e->len && cdr_is_letter(t[r->end]))
            return emit_joined(e, r, &a, sure || found ? 0 : CDR_EV_ISSUER);
        if (found || (sure && seam == SEAM_SLASH) || (a.fixed && (seam == SEAM_BLANK || r->end - r->at[k + 1] > 5)))
            return emit_joined(e, r, &a, 0);
        return 0;
    }
}

size_t cdr_find_phone(cdr_emitter *e, const cdr_region *r, size_t first)
{
    const char *t = e->text;
    if (r->len[first] > 15 || r->end - r->at[first] < 6)
        return 0;
    size_t last = last_group(t, r, first), end = r->at[last] + r->len[last], code = area_code(e, r->at[first]);
    if (code < r->at[first] && end - code >= 11 && end - code <= 18 && good_after(e, end, false)) {
        cdr_emit(e, CDR_K_PHONE, code, end, CDR_EV_ISSUER);
        return end;
    }
    size_t got = find_joined(e, r, first);
    if (got)
        return got;
    got = is_too_long(t, r, first, last) ? 0 : try_span(e, r, first, last, is_whole(e, r->at[first], end));
    if (got)
        return got;
    size_t chunk = chunk_end(t, r, first, last);
    return chunk < last && chunk > first ? try_span(e, r, first, chunk, false) : 0;
}
