/* SPDX-License-Identifier: Apache-2.0 */
/* What leaving out or coarsening one quasi-identifier would do: its hierarchy when there is one, otherwise years of dates, bands of numbers, the
 * beginnings of codes. */
#include "cli/anonymity.h"

#include "base/parse.h"
#include "base/time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef struct coarser { const cdr_hierarchy *hierarchy; unsigned level, base; size_t letters; int64_t band; } coarser;

static bool by_hierarchy(void *arg, const char *value, size_t len, char out[256])
{
    const coarser *c = arg;
    const char *form = cdr_hierarchy_form(c->hierarchy, value, len, c->level);
    if (!form || strlen(form) > 255)
        return false;
    memcpy(out, form, strlen(form) + 1);
    return true;
}

static bool by_letters(void *arg, const char *value, size_t len, char out[256])
{
    size_t n = ((const coarser *)arg)->letters;
    if (len < n || n > 255)
        return false;
    memcpy(out, value, n);
    out[n] = '\0';
    return true;
}

static bool by_band(void *arg, const char *value, size_t len, char out[256])
{
    int64_t v, band = ((const coarser *)arg)->band;
    if (!cdr_parse_i64(value, len, INT64_MIN / 2, INT64_MAX / 2, &v))
        return false;
    snprintf(out, 256, "%lld", (long long)(v / band - (v % band < 0)));
    return true;
}

/* --- what the values are --- */

typedef struct looks { size_t values, dates, numbers, codes, length; int64_t low, high; bool zero_first; } looks;

static bool is_code(const char *s, size_t len)
{
    bool digit = false;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)s[i]) && s[i] != ' ' && s[i] != '-')
            return false;
        digit = digit || isdigit((unsigned char)s[i]);
    }
    return digit && len >= 3 && len <= 12;
}

static looks look(const cdr_anonymity *a, size_t column)
{
    looks k = {.low = INT64_MAX, .high = INT64_MIN};
    for (size_t i = 0; i < cdr_anonymity_value_count(a, column); i++) {
        size_t len;
        int64_t v;
        cdr_date d;
        const char *s = cdr_anonymity_value(a, column, i, &len);
        if (!len)
            continue;
        k.values++;
        k.dates += cdr_date_parse(s, &d);
        k.codes += is_code(s, len);
        k.zero_first = k.zero_first || (len > 1 && *s == '0');
        k.length = k.values == 1 || k.length == len ? len : 0;
        if (cdr_parse_i64(s, len, INT64_MIN / 2, INT64_MAX / 2, &v)) {
            k.numbers++;
            k.low = CDR_MIN(k.low, v);
            k.high = CDR_MAX(k.high, v);
        }
    }
    return k;
}

/* --- trying --- */

static cdr_status try(cdr_anon *q, size_t column, const char *form, cdr_anonymity_form *fn, void *arg)
{
    if (q->change_count >= CDR_ANON_CHANGES_MAX)
        return CDR_OK;
    cdr_anon_change *c = &q->changes[q->change_count++];
    c->column = column;
    snprintf(c->form, sizeof c->form, "%s", form);
    return cdr_anonymity_without(q->a, column, fn, arg, &c->figures, &q->cli->err);
}

/* With a level the present values are forms; the hierarchy is asked from values upwards, so the column is then only left out. */
static cdr_status try_levels(cdr_anon *q, size_t column)
{
    const cdr_hierarchy *h = q->quasi[column].hierarchy;
    cdr_status s = CDR_OK;
    for (unsigned level = 1; s == CDR_OK && !q->quasi[column].level && level < cdr_hierarchy_levels(h) && level <= 4; level++) {
        char form[32];
        coarser c = {.hierarchy = h, .level = level};
        snprintf(form, sizeof form, "level %u", level);
        s = try(q, column, form, by_hierarchy, &c);
    }
    return s;
}

static cdr_status try_letters(cdr_anon *q, size_t column, size_t letters, const char *form)
{
    coarser c = {.letters = letters};
    return try(q, column, form, by_letters, &c);
}

/* Bands that cut the range into some ten parts: 10 years of age, 10,000 of salary. */
static cdr_status try_bands(cdr_anon *q, size_t column, const looks *k)
{
    char form[64];
    coarser c = {.band = 10};
    while (c.band < INT64_MAX / 100 && (k->high - k->low) / c.band > 20)
        c.band *= 10;
    snprintf(form, sizeof form, "in bands of %lld", (long long)c.band);
    return try(q, column, form, by_band, &c);
}

static cdr_status try_column(cdr_anon *q, size_t column)
{
    looks k = look(q->a, column);
    cdr_status s = try(q, column, "", NULL, NULL);
    if (s != CDR_OK || q->quasi[column].hierarchy)
        return s == CDR_OK ? try_levels(q, column) : s;
    if (k.values && k.dates == k.values) {
        s = try_letters(q, column, 7, "month only");
        return s == CDR_OK ? try_letters(q, column, 4, "year only") : s;
    }
    bool code = k.values && k.codes == k.values && k.length >= 5 && (k.zero_first || k.numbers < k.values || k.length == 5);
    if (code)
        return try_letters(q, column, 3, "first 3 characters");
    return k.values > 2 && k.numbers == k.values && k.high - k.low >= 10 ? try_bands(q, column, &k) : CDR_OK;
}

cdr_status cdr_anon_try_changes(cdr_anon *q)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < q->quasi_count; i++)
        s = cdr_cancelled(&q->cli->ctx) ? cdr_fail(&q->cli->err, CDR_E_CANCELLED, "cli", "cli.stopped", "Stopped.") : try_column(q, i);
    return s;
}
