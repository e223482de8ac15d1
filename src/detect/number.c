/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of digits and tokens of letters and digits: found out how far they reach, then offered to the finders. */
#include "detect/emitter.h"

#include "base/mem.h"

#include <string.h>

#define REGION_MAX 64
#define TOKEN_BACK 64

static bool is_joint(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

void cdr_candidate_at(const cdr_emitter *e, size_t start, cdr_candidate *c)
{
    const char *t = e->text;
    size_t i = start, n = 0;
    uint8_t digits = 0;
    c->text = t;
    c->len = e->len;
    c->start = start;
    c->part_count = 0;
    c->cut = false;
    c->before = start > 0 ? t[start - 1] : 0;
    for (;;) {
        size_t from = i;
        while (i < e->len && n < CDR_COMPACT_MAX && cdr_is_alnum(t[i])) {
            digits = (uint8_t)(digits + cdr_is_digit(t[i]));
            c->compact[n++] = t[i] >= 'a' ? (char)(t[i] - 32) : t[i];
            i++;
        }
        uint8_t k = c->part_count++;
        c->part_start[k] = from;
        c->part_end[k] = i;
        c->compact_end[k] = (uint8_t)n;
        c->digits[k] = digits;
        c->separator[k] = 0;
        if (i < e->len && cdr_is_alnum(t[i])) {
            c->cut = true;
            break;
        }
        bool joined = i + 1 < e->len && (t[i] == ' ' || t[i] == '-' || t[i] == '.' || t[i] == '/') && cdr_is_alnum(t[i + 1]);
        if (!joined)
            break;
        if (c->part_count == CDR_PARTS_MAX || n >= 40) {
            c->cut = true;
            break;
        }
        c->separator[k] = t[i++];
    }
    c->compact[n] = '\0';
    c->after_first = c->part_end[0] < e->len ? t[c->part_end[0]] : 0;
}

/* Back to where the digits and their joints begin. */
static size_t region_start(const cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t low = at > e->floor + 24 ? at - 24 : e->floor, i = at;
    while (i > low) {
        if (cdr_is_digit(t[i - 1])) {
            i--;
            continue;
        }
        size_t joints = 0;
        while (i - joints > low && joints < 2 && is_joint(t[i - joints - 1]))
            joints++;
        if (joints == 0 || i - joints == low || !cdr_is_digit(t[i - joints - 1]))
            break;
        i -= joints;
    }
    return i;
}

static size_t region_end(const cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t i = at, limit = CDR_MIN(e->len, at + REGION_MAX);
    while (i < limit) {
        if (cdr_is_digit(t[i])) {
            i++;
            continue;
        }
        size_t joints = 0;
        while (i + joints < limit && joints < 2 && is_joint(t[i + joints]))
            joints++;
        if (joints == 0 || i + joints >= limit || !cdr_is_digit(t[i + joints]))
            break;
        i += joints;
    }
    return i;
}

/* Long runs of short groups ("1.1.1.1.1…", hex dumps) are nothing of ours; look no further into them. */
static size_t skip_run(const cdr_emitter *e, size_t i)
{
    while (i < e->len && (cdr_is_digit(e->text[i]) || (is_joint(e->text[i]) && i + 1 < e->len && cdr_is_digit(e->text[i + 1]))))
        i++;
    return i;
}

static size_t try_place(cdr_emitter *e, size_t at, bool first)
{
    size_t end = 0;
    const char *t = e->text;
    size_t digits = 0;
    while (at + digits < e->len && cdr_is_digit(t[at + digits]) && digits < 20)
        digits++;
    char next = at + digits < e->len ? t[at + digits] : 0;
    if (digits <= 4 && (next == '-' || next == '/' || next == '.') && (end = cdr_find_date(e, at)) != 0)
        return end;
    if (digits <= 3 && next == '.' && ((end = cdr_find_ipv4(e, at)) != 0 || (end = cdr_find_geo(e, at)) != 0))
        return end;
    if (!first && digits < 2)
        return 0;
    cdr_candidate c;
    cdr_candidate_at(e, at, &c);
    return c.digits[c.part_count - 1] >= 6 || c.digits[0] >= 3 ? cdr_find_identifiers(&c, e) : 0;
}

size_t cdr_find_number(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t start = region_start(e, at), end = region_end(e, at);
    if (start > 0 && cdr_is_letter(t[start - 1]) && start > e->floor)
        return end;   /* the tail of a token, which was looked at where letter meets digit */
    bool whole = true;
    for (size_t i = start; i < end;) {
        size_t found = try_place(e, i, i == start);
        if (found) {
            e->floor = CDR_MAX(e->floor, found);
            return CDR_MAX(found, at + 1);
        }
        while (i < end && cdr_is_digit(t[i]))
            i++;
        while (i < end && !cdr_is_digit(t[i]))
            i++;
        whole = whole && i - start < REGION_MAX;
    }
    size_t phone = cdr_find_phone(e, start, end);
    if (!phone && end - at >= REGION_MAX)
        end = skip_run(e, end);
    e->floor = phone ? phone : end;
    return CDR_MAX(e->floor, at + 1);
}

static bool is_secret_byte(char c)
{
    return cdr_is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '+' || c == '/' || c == '=';
}

/* First letters that a known key may begin with; most tokens are hashes and names of versions. */
static void try_secret(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (at < e->secret_end)
        return;
    size_t low = at > e->floor + TOKEN_BACK ? at - TOKEN_BACK : e->floor, start = at, end = at;
    while (start > low && is_secret_byte(t[start - 1]))
        start--;
    while (end < e->len && is_secret_byte(t[end]))
        end++;
    e->secret_end = end;
    if (end - start >= 16)
        cdr_find_secret_token(t, e->len, start, end, e);
}

size_t cdr_find_token(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t low = at > e->floor + TOKEN_BACK ? at - TOKEN_BACK : e->floor, start = at, end = at;
    while (start > low && cdr_is_alnum(t[start - 1]))
        start--;
    while (end < e->len && cdr_is_alnum(t[end]))
        end++;
    if (end - start >= 2 && end - start <= CDR_COMPACT_MAX) {
        cdr_candidate c;
        cdr_candidate_at(e, start, &c);
        size_t found = c.compact_end[c.part_count - 1] >= 6 ? cdr_find_identifiers(&c, e) : 0;
        if (found) {
            e->floor = found;
            return found;
        }
    }
    if (end - start >= 4)
        try_secret(e, start);
    /* What follows the token's last letter may be a number of its own ("x036", "tel0123"): leave the floor before it. */
    return end;
}
