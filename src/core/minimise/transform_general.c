/* SPDX-License-Identifier: Apache-2.0 */
/* Coarser values. What is not understood is not handed on: a value that looks odd could be anything. */
#include "core/minimise/transform_general.h"

#include "base/parse.h"
#include "base/text.h"
#include "core/minimise/record_date.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/kinds.h"
#include "detect/phone_plan.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#define OLD_AGE 90   /* ages from here on are one group: so few are that old that the age alone would tell who it is */

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- dates and ages --- */

static bool band(int64_t age, uint32_t width, cdr_buf *out)
{
    width = width ? width : 10;
    if (age < 0 || age > 130 || width > 90)
        return false;
    if (age >= OLD_AGE)
        return cdr_buf_addf(out, "%d+", OLD_AGE) == CDR_OK;
    int64_t low = age - age % width, high = CDR_MIN(low + width, OLD_AGE) - 1;
    return cdr_buf_addf(out, "%lld-%lld", (long long)low, (long long)high) == CDR_OK;
}

static int64_t age_on(int64_t born, int64_t today)
{
    cdr_date b = cdr_date_from_days(born), t = cdr_date_from_days(today);
    return t.year - b.year - (t.month < b.month || (t.month == b.month && t.day < b.day));
}

/* Four digits, zeros in front; years of dates are from 1900 to 2199. */
static bool put_year(int32_t year, cdr_buf *out)
{
    char digits[4];
    for (size_t i = 4; i-- > 0; year /= 10)
        digits[i] = (char)('0' + year % 10);
    return cdr_buf_add(out, digits, sizeof digits) == CDR_OK;
}

/* Both readings of a date ("03/04/1990", "1990") must give the same. */
static bool coarse_date(cdr_generalise how, uint32_t amount, cdr_kind kind, int64_t today, const char *v, size_t len, cdr_buf *out)
{
    cdr_record_date d;
    cdr_record_date_read(v, len, &d);
    if (d.kind == CDR_RECORD_NO_DATE || d.kind == CDR_RECORD_UNREADABLE || d.kind == CDR_RECORD_EPOCH)
        return false;
    cdr_date a = cdr_date_from_days(d.first), b = cdr_date_from_days(d.second);
    if (kind == CDR_K_BIRTH_DATE && CDR_MIN(d.first, d.second) > today)
        return false;
    switch (how) {
    case CDR_GENERAL_MONTH: return a.year == b.year && a.month == b.month && cdr_buf_addf(out, "%04d-%02d", (int)a.year, a.month) == CDR_OK;
    case CDR_GENERAL_DECADE: return a.year / 10 == b.year / 10 && cdr_buf_addf(out, "%ds", (int)(a.year - a.year % 10)) == CDR_OK;
    case CDR_GENERAL_AGE_BAND: {
        uint32_t width = amount ? amount : 10;
        int64_t one = age_on(d.first, today), other = age_on(d.second, today);
        return (one / width == other / width || (one >= OLD_AGE && other >= OLD_AGE)) && band(one, width, out);
    }
    case CDR_GENERAL_AUTO: case CDR_GENERAL_YEAR: return a.year == b.year && a.year > 0 && put_year(a.year, out);
    case CDR_GENERAL_PREFIX: case CDR_GENERAL_NETWORK: case CDR_GENERAL_ROUND: case CDR_GENERAL_REGION: break;
    }
    return false;
}

static bool coarse_age(uint32_t amount, const char *v, size_t len, cdr_buf *out)
{
    uint64_t age;
    return cdr_parse_u64(v, len, 0, 130, &age) && band((int64_t)age, amount, out);
}

/* --- postcodes --- */

/* Areas of the first three digits with at most 20,000 people (45 CFR 164.514(b)(2)(i)(B), census of 2000). */
static bool is_small_zip3(const char *v)
{
    static const char small[][4] = {"036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"};
    for (size_t i = 0; i < CDR_COUNT(small); i++)
        if (!memcmp(v, small[i], 3))
            return true;
    return false;
}

/* Figures: the first three of five and more, two of four. Codes that begin with letters: those letters (SW1A 1AA: SW). At least two signs go. */
static bool postcode(uint32_t amount, const char *v, size_t len, cdr_buf *out)
{
    char code[16];
    size_t n = 0, letters = 0, keep;
    bool figures = true;
    for (size_t i = 0; i < len; i++) {
        if (v[i] == ' ' || v[i] == '-')
            continue;
        if ((!digit(v[i]) && !letter(v[i])) || n == sizeof code)
            return false;
        figures = figures && digit(v[i]);
        code[n++] = v[i] >= 'a' && v[i] <= 'z' ? (char)(v[i] - 32) : v[i];
    }
    while (letters < n && letter(code[letters]))
        letters++;
    if (n < 4 || n > 10 || letters == n)
        return false;
    keep = amount ? amount : letters ? letters : n == 4 ? 2 : 3;
    if (keep + 2 > n)
        return false;
    if (figures && (n == 5 || n == 9) && keep >= 3 && is_small_zip3(code))
        return cdr_buf_add(out, "000", 3) == CDR_OK;
    return cdr_buf_add(out, code, keep) == CDR_OK;
}

/* --- addresses of the network --- */

static void cut_bits(uint8_t *address, size_t bytes, uint32_t keep)
{
    for (size_t i = 0; i < bytes; i++) {
        uint32_t left = keep > i * 8 ? keep - (uint32_t)i * 8 : 0;
        address[i] = (uint8_t)(left >= 8 ? address[i] : address[i] & (uint8_t)(0xFF00u >> left));
    }
}

static bool network(uint32_t amount, const char *v, size_t len, cdr_buf *out)
{
    char text[INET6_ADDRSTRLEN + 1];
    uint8_t a[16];
    static const uint8_t mapped[12] = {[10] = 0xFF, 0xFF};
    if (len >= sizeof text)
        return false;
    memcpy(text, v, len);
    text[len] = '\0';
    int family = inet_pton(AF_INET, text, a) == 1 ? AF_INET : inet_pton(AF_INET6, text, a) == 1 ? AF_INET6 : 0;
    if (family == AF_INET6 && !memcmp(a, mapped, sizeof mapped)) {
        memmove(a, a + 12, 4);
        family = AF_INET;
    }
    uint32_t most = family == AF_INET ? 24 : 64, keep = amount ? amount : family == AF_INET ? 24 : 48;
    if (!family || keep > most)
        return false;
    cut_bits(a, family == AF_INET ? 4 : 16, keep);
    return inet_ntop(family, a, text, sizeof text) && cdr_buf_addf(out, "%s/%u", text, keep) == CDR_OK;
}

/* --- numbers --- */

/* "54,321.00", "€ 54321", "-12.5": a plain number, thousands in commas. */
static bool plain_number(const char *v, size_t len, double *ret)
{
    char text[40];
    size_t n = 0, i = 0, group = 0;
    bool grouped = false, point = false;
    static const char *const signs[] = {"$", "€", "£", "USD", "EUR", "GBP", "CHF"};
    for (size_t k = 0; k < CDR_COUNT(signs); k++)
        if (len > strlen(signs[k]) && !memcmp(v, signs[k], strlen(signs[k])))
            i = strlen(signs[k]);
    while (i < len && v[i] == ' ')
        i++;
    if (i < len && (v[i] == '-' || v[i] == '+'))
        text[n++] = v[i++];
    for (; i < len && n < sizeof text; i++) {
        if (v[i] == ',' && !point && n && (!grouped || group == 3) && group <= 3) {
            grouped = true;
            group = 0;
            continue;
        }
        if (v[i] == '.') {
            if (point || (grouped && group != 3))
                return false;
            point = true;
        } else if (!digit(v[i])) {
            return false;
        }
        group += !point;
        text[n++] = v[i];
    }
    return i == len && n && n < sizeof text && !(grouped && !point && group != 3) && cdr_parse_double(text, n, -1e15, 1e15, ret);
}

static bool rounded(uint32_t step, const char *v, size_t len, cdr_buf *out)
{
    double x;
    if (!plain_number(v, len, &x))
        return false;
    double y = round(x / step) * step;
    return cdr_buf_addf(out, "%.0f", y == 0 ? 0.0 : y) == CDR_OK;
}

/* --- places --- */

/* "52.5200, 13.4050": at most ${decimals} of each; one is ten kilometres, none a hundred. */
static bool coordinates(uint32_t decimals, const char *v, size_t len, cdr_buf *out)
{
    const char *comma = memchr(v, ',', len);
    size_t n = comma ? (size_t)(comma - v) : len, skip = n + 1;
    double a, b;
    if (decimals > 2 || !cdr_parse_double(v, n, -180, 180, &a))
        return false;
    if (!comma)
        return memchr(v, '.', len) && cdr_buf_addf(out, "%.*f", (int)decimals, a) == CDR_OK;
    while (skip < len && v[skip] == ' ')
        skip++;
    return cdr_parse_double(v + skip, len - skip, -180, 180, &b) && cdr_buf_addf(out, "%.*f, %.*f", (int)decimals, a, (int)decimals, b) == CDR_OK;
}

/* The country a number says itself: of a telephone with its code, of an IBAN. */
static bool region(cdr_kind kind, const char *v, size_t len, cdr_buf *out)
{
    char norm[64];
    size_t n = cdr_normalise_value(kind, v, len, norm, sizeof norm), code;
    if (kind == CDR_K_IBAN)
        return n > 14 && letter(norm[0]) && letter(norm[1]) && cdr_buf_add(out, norm, 2) == CDR_OK;
    if (kind != CDR_K_PHONE || n < 8 || norm[0] != '+' || !cdr_phone_plan_of(norm + 1, n - 1, &code))
        return false;
    return cdr_buf_add(out, norm, 1 + code) == CDR_OK;
}

/* --- which way --- */

static cdr_generalise way_of(const cdr_transform *t, cdr_kind kind)
{
    static const struct { const char *category; cdr_generalise how; } ways[] = {
        {"user.demographic.date_of_birth", CDR_GENERAL_YEAR}, {"user.demographic.age_range", CDR_GENERAL_AGE_BAND}, {"user.contact.address.postal_code", CDR_GENERAL_PREFIX},
        {"user.device.ip_address", CDR_GENERAL_NETWORK}, {"user.location", CDR_GENERAL_ROUND}, {"user.contact.phone_number", CDR_GENERAL_REGION},
    };
    if (t->how != CDR_GENERAL_AUTO)
        return t->how;
    switch (kind) {
    case CDR_K_BIRTH_DATE: case CDR_K_DATE: return CDR_GENERAL_YEAR;
    case CDR_K_AGE: return CDR_GENERAL_AGE_BAND;
    case CDR_K_POSTCODE: return CDR_GENERAL_PREFIX;
    case CDR_K_IPV4: case CDR_K_IPV6: return CDR_GENERAL_NETWORK;
    case CDR_K_SALARY: case CDR_K_GEO: return CDR_GENERAL_ROUND;
    case CDR_K_PHONE: case CDR_K_IBAN: return CDR_GENERAL_REGION;
    default: break;
    }
    for (size_t i = 0; i < CDR_COUNT(ways) && kind == CDR_KIND_NONE && t->category; i++)
        if (cdr_taxon_within(t->category, ways[i].category))
            return ways[i].how;
    return CDR_GENERAL_AUTO;
}

/* Nothing is known of the column, and no way was asked for: the value itself must tell. */
static bool by_shape(cdr_kind kind, int64_t today, const char *v, size_t len, cdr_buf *out)
{
    return kind == CDR_KIND_NONE && (network(0, v, len, out) || (len >= 6 && coarse_date(CDR_GENERAL_YEAR, 0, kind, today, v, len, out)));
}

static bool is_place(const cdr_transform *t, cdr_kind kind)
{
    return kind == CDR_K_GEO || (kind == CDR_KIND_NONE && t->category && cdr_taxon_within(t->category, "user.location"));
}

bool cdr_generalise_value(const cdr_transform *t, cdr_kind kind, int64_t today, const char *v, size_t len, cdr_buf *out)
{
    cdr_generalise how = way_of(t, kind);
    while (len && (*v == ' ' || *v == '\t')) {
        v++;
        len--;
    }
    while (len && (v[len - 1] == ' ' || v[len - 1] == '\t' || v[len - 1] == '\r'))
        len--;
    if (len == 0 || len > 256)
        return false;
    switch (how) {
    case CDR_GENERAL_AUTO: return by_shape(kind, today, v, len, out);
    case CDR_GENERAL_AGE_BAND:
        if (coarse_age(t->amount, v, len, out))
            return true;
        return coarse_date(how, t->amount, kind, today, v, len, out);
    case CDR_GENERAL_YEAR: case CDR_GENERAL_MONTH: case CDR_GENERAL_DECADE: return coarse_date(how, t->amount, kind, today, v, len, out);
    case CDR_GENERAL_PREFIX:
        if (is_place(t, kind))
            return coordinates(t->amount ? t->amount : 1, v, len, out);
        return postcode(t->amount, v, len, out);
    case CDR_GENERAL_NETWORK: return network(t->amount, v, len, out);
    case CDR_GENERAL_ROUND:
        if (is_place(t, kind))
            return coordinates(t->amount ? t->amount : 1, v, len, out);
        return rounded(t->amount ? t->amount : 1000, v, len, out);
    case CDR_GENERAL_REGION: return region(kind, v, len, out);
    }
    return false;
}
