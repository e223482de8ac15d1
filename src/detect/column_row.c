/* SPDX-License-Identifier: Apache-2.0 */
/* Is the first row of a table its header? */
#include "detect/column.h"

#include "base/mem.h"
#include "detect/column_header.h"
#include "detect/column_value.h"

#include <string.h>

#define BIT(fit) (UINT64_C(1) << CDR_FIT_##fit)
#define CELLS_MAX 256

typedef struct piece { const char *s; size_t len; uint64_t fits; } piece;

static piece cell_at(const char *text, const uint32_t *starts, size_t i)
{
    piece p = {text + starts[i], starts[i + 1] > starts[i] ? starts[i + 1] - starts[i] - 1u : 0, 0};
    while (p.len && (p.s[p.len - 1] == ' ' || p.s[p.len - 1] == '\r'))
        p.len--;
    while (p.len && *p.s == ' ') {
        p.s++;
        p.len--;
    }
    p.fits = cdr_cell_fits(p.s, p.len);
    return p;
}

static bool is_year(const piece *p)
{
    return p->len == 4 && (p->fits & BIT(DATE)) && (p->s[0] == '1' || p->s[0] == '2');
}

/* Written like the name of a column: "customer_id", "firstName", "E-Mail-Adresse". */
static bool is_column_name(const piece *p)
{
    bool under = false, camel = false, other = false;
    for (size_t i = 0; i < p->len; i++) {
        char ch = p->s[i];
        under |= ch == '_';
        camel |= i > 0 && ch >= 'A' && ch <= 'Z' && p->s[i - 1] >= 'a' && p->s[i - 1] <= 'z';
        other |= ch == ' ' || ch == '@' || ch == ':' || ch == ',' || (ch >= '0' && ch <= '9' && i == 0);
    }
    return (under || camel) && !other && p->len <= 64;
}

/* Points for the first row being a header, from one cell of it and the one below (below may be empty). */
static int points(const piece *first, const piece *below)
{
    uint64_t f = first->fits, b = below->fits;
    bool value = memchr(first->s, '@', first->len) || first->len > 60 || ((f & (BIT(NUMBER) | BIT(DATE) | BIT(PHONE) | BIT(HASH))) && !is_year(first));
    if (value)
        return (b & (BIT(NUMBER) | BIT(DATE) | BIT(PHONE))) || !below->len ? -4 : -2;
    cdr_header h;
    cdr_header_read(first->s, first->len, &h);
    int n = h.count ? 3 : h.known ? 2 : is_column_name(first) ? 2 : 0;
    /* The same word below says nothing; a value of another sort below says much. */
    if (first->len == below->len && first->len && !memcmp(first->s, below->s, first->len))
        n = CDR_MIN(n, 1) - 1;
    else if (below->len && (b & (BIT(NUMBER) | BIT(DATE) | BIT(PHONE))) && !(f & (BIT(NUMBER) | BIT(DATE) | BIT(PHONE))))
        n += 2;
    else if (memchr(below->s, '@', below->len) && !memchr(first->s, '@', first->len))
        n += 2;
    if (is_year(first))
        return below->len && !is_year(below) ? 1 : 0;
    if (n < 2 && (f & (BIT(FULL) | BIT(STREET))))
        n -= 3;
    else if (n < 2 && (f & b & (BIT(FIRST) | BIT(LAST) | BIT(CITY) | BIT(COUNTRY) | BIT(REGION) | BIT(GENDER) | BIT(ID) | BIT(PLATE) | BIT(BOOL))))
        n -= 2;
    return n;
}

static bool any_repeated(const piece *cells, size_t count)
{
    for (size_t i = 0; i < count && i < 64; i++)
        for (size_t k = i + 1; k < count && k < 64; k++)
            if (cells[i].len && cells[i].len == cells[k].len && !memcmp(cells[i].s, cells[k].s, cells[i].len))
                return true;
    return false;
}

bool cdr_row_is_header(const cdr_ruleset *rs, const char *first, const uint32_t *first_starts, size_t count, const char *second,
                       const uint32_t *second_starts, size_t second_count)
{
    (void)rs;
    piece cells[CELLS_MAX];
    int sum = 0;
    size_t text = 0, full = 0;
    count = CDR_MIN(count, (size_t)CELLS_MAX);
    for (size_t i = 0; i < count; i++) {
        piece below = {"", 0, 0};
        cells[i] = cell_at(first, first_starts, i);
        if (i < second_count)
            below = cell_at(second, second_starts, i);
        full += cells[i].len > 0;
        text += (cells[i].fits & BIT(TEXT)) != 0;
        if (cells[i].len)
            sum += points(&cells[i], &below);
    }
    if (full == 0)
        return false;
    if (any_repeated(cells, count))
        sum -= 2;
    if (sum != 0)
        return sum > 0;
    /* Nothing speaks for either: short words over a further row are taken for names of columns. */
    return second_count > 0 && text == full;
}
