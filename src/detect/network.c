/* SPDX-License-Identifier: Apache-2.0 */
/* IP and MAC addresses. */
#include "detect/emitter.h"

#include "base/mem.h"

/* An octet at ${i}: its value, -1 when it is none. */
static int octet(const char *t, size_t len, size_t *i)
{
    int v = 0;
    size_t from = *i;
    while (*i < len && *i - from < 4 && cdr_is_digit(t[*i]))
        v = v * 10 + (t[(*i)++] - '0');
    size_t n = *i - from;
    return n == 0 || n > 3 || v > 255 || (n > 1 && t[from] == '0') ? -1 : v;
}

size_t cdr_find_ipv4(cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    int part[4];
    size_t i = start;
    if (start > 0 && (cdr_is_alnum(t[start - 1]) || t[start - 1] == '.' || t[start - 1] == '-'))
        return 0;
    for (int k = 0; k < 4; k++) {
        part[k] = octet(t, e->len, &i);
        if (part[k] < 0 || (k < 3 && (i >= e->len || t[i++] != '.')))
            return 0;
    }
    if (i < e->len && (cdr_is_alnum(t[i]) || t[i] == '-' || (t[i] == '.' && i + 1 < e->len && cdr_is_digit(t[i + 1]))))
        return 0;
    /* Addresses that name no machine of anybody, masks, and small numbers, which are versions more often. */
    bool nobody = part[0] == 0 || part[0] == 127 || part[0] >= 224 || (part[3] == 0 && part[2] == 0);
    bool small = part[0] < 20 && part[1] < 20 && part[2] < 20 && part[0] != 10;
    cdr_emit(e, CDR_K_IPV4, start, i, nobody ? CDR_EV_VETO_TEST : small ? CDR_EV_VETO_SERIAL : CDR_EV_SHAPE);
    return i;
}

static size_t mac_at(const char *t, size_t len, size_t start, char sign)
{
    if (start + 17 > len || (start > 0 && (cdr_is_alnum(t[start - 1]) || t[start - 1] == sign)) || (start + 17 < len && (cdr_is_alnum(t[start + 17]) || t[start + 17] == sign)))
        return 0;
    for (size_t i = 0; i < 17; i++)
        if (i % 3 == 2 ? t[start + i] != sign : !cdr_is_hex(t[start + i]))
            return 0;
    return start + 17;
}

/* Eight groups of up to four hexadecimal digits, one run of which may be "::"; an IPv4 tail is left to the number finder. */
static size_t ipv6_at(const char *t, size_t len, size_t start)
{
    size_t i = start, groups = 0;
    bool gap = false, letters = false;
    if (start + 1 < len && t[start] == ':' && t[start + 1] == ':') {
        gap = true;
        i += 2;
    }
    while (i < len && groups < 8) {
        size_t from = i;
        for (; i < len && i - from < 5 && cdr_is_hex(t[i]); i++)
            letters |= cdr_is_letter(t[i]);
        if (i == from || i - from > 4)
            break;
        groups++;
        if (i + 1 < len && t[i] == ':' && t[i + 1] == ':' && !gap) {
            gap = true;
            i += 2;
        } else if (i + 1 < len && t[i] == ':' && cdr_is_hex(t[i + 1]))
            i++;
        else
            break;
    }
    bool whole = gap ? groups >= 2 && groups < 8 : groups == 8;
    if (!whole || (gap && groups < 3 && !letters) || (i < len && (cdr_is_alnum(t[i]) || t[i] == ':')))
        return 0;
    return i;
}

size_t cdr_find_colons(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t start = at;
    while (start > e->floor && at - start < 4 && cdr_is_hex(t[start - 1]))
        start--;
    /* Only the first colon of a chain: the others were seen from there. */
    if (start > 0 && (cdr_is_alnum(t[start - 1]) || t[start - 1] == ':'))
        return at;
    size_t end = at - start == 2 ? mac_at(t, e->len, start, ':') : 0;
    if (end)
        cdr_emit(e, CDR_K_MAC, start, end, CDR_EV_SHAPE);
    else if ((end = ipv6_at(t, e->len, start)) != 0)
        cdr_emit(e, CDR_K_IPV6, start, end, CDR_EV_SHAPE);
    if (!end)
        return at;
    e->floor = end;
    return end;
}
