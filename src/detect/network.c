/* SPDX-License-Identifier: Apache-2.0 */
/* IP and MAC addresses. */
#include "detect/emitter.h"

#include "base/mem.h"

#include <string.h>

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

static bool is_figure(char c)
{
    return cdr_is_digit(c) || c == '.' || c == '-';
}

/* Between two other figures, as the points of a drawing are ("-2.12 3.51.98.32 2.03.5"); a list of addresses is none of these. */
static bool among_figures(const char *t, size_t len, size_t start, size_t end)
{
    if (start < 2 || end + 1 >= len || (t[start - 1] != ' ' && t[start - 1] != ',') || (t[end] != ' ' && t[end] != ','))
        return false;
    size_t before = start - 1, after = end + 1, dots_before = 0, dots_after = 0;
    while (before > 0 && start - before < 24 && is_figure(t[before - 1]))
        dots_before += t[--before] == '.';
    while (after < len && after - end < 24 && is_figure(t[after]))
        dots_after += t[after++] == '.';
    return start - before > 1 && after - end > 1 && dots_before != 3 && dots_after != 3;
}

/* What no version is: the first word of a line of an access log ("5.9.1.2 - - ["), or an address with its port. */
static bool is_peer(const char *t, size_t len, size_t start, size_t end)
{
    bool line = start == 0 || t[start - 1] == '\n';
    if (line && end + 3 <= len && !memcmp(t + end, " - ", 3))
        return true;
    return end + 2 < len && t[end] == ':' && cdr_is_digit(t[end + 1]) && cdr_is_digit(t[end + 2]);
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
    /* Addresses of nobody's machine, networks and masks; small numbers are versions and sections more often. Multicast and reserved ones
     * are weak, private ones name a machine only inside of their network. */
    bool network = part[3] == 0 && (part[2] == 0 || (i < e->len && t[i] == '/'));
    bool nobody = part[0] == 0 || part[0] == 127 || part[0] == 255 || network;
    size_t low = 0;
    for (int k = 0; k < 4; k++)
        low += part[k] < 32;
    /* Examples in documents (RFC 5737) look like people's addresses, all of them. */
    bool example = (part[0] == 192 && part[1] == 0 && part[2] == 2) || (part[0] == 198 && part[1] == 51 && part[2] == 100) || (part[0] == 203 && part[1] == 0 && part[2] == 113);
    bool small = !example && !is_peer(t, e->len, start, i) && ((part[0] < 20 && part[1] < 20) || low >= 3 || among_figures(t, e->len, start, i));
    bool weak = part[0] >= 224 || part[0] == 10 || (part[0] == 192 && part[1] == 168) || (part[0] == 172 && part[1] >= 16 && part[1] < 32) || (part[0] == 169 && part[1] == 254);
    cdr_emit(e, CDR_K_IPV4, start, i, nobody ? CDR_EV_VETO_TEST : small ? CDR_EV_VETO_SERIAL : weak ? 0 : CDR_EV_SHAPE);
    return i;
}

static size_t mac_at(const char *t, size_t len, size_t start, char sign)
{
    if (start + 17 > len || (start > 0 && cdr_is_alnum(t[start - 1])) || (start + 17 < len && (cdr_is_alnum(t[start + 17]) || t[start + 17] == sign)))
        return 0;
    for (size_t i = 0; i < 17; i++)
        if (i % 3 == 2 ? t[start + i] != sign : !cdr_is_hex(t[start + i]))
            return 0;
    return start + 17;
}

/* An address with a gap is believed only in the ranges that are given out: 2000::/3, fe80::/10, fc00::/7. "add::cafe" is program text. */
static bool is_assigned(const char *t, size_t start, size_t digits)
{
    char a = t[start], b = digits > 1 ? (char)(t[start + 1] | 0x20) : 0;
    bool letter = (a | 0x20) == 'f';
    return digits == 4 && (a == '2' || a == '3' || (letter && (b == 'c' || b == 'd')) || (letter && b == 'e' && strchr("89abAB", t[start + 2]) != NULL));
}

/* Eight groups of up to four hexadecimal digits, one run of which may be "::"; an IPv4 tail is left to the number finder. */
static size_t ipv6_at(const char *t, size_t len, size_t start)
{
    size_t i = start, groups = 0, first = 0;
    bool gap = false;
    while (i < len && groups < 8) {
        size_t from = i;
        while (i < len && i - from < 5 && cdr_is_hex(t[i]))
            i++;
        if (i == from || i - from > 4)
            break;
        first = groups++ ? first : i - from;
        if (i + 1 < len && t[i] == ':' && t[i + 1] == ':' && !gap) {
            gap = true;
            i += 2;
        } else if (i + 1 < len && t[i] == ':' && cdr_is_hex(t[i + 1]))
            i++;
        else
            break;
    }
    bool whole = gap ? groups >= 2 && groups < 8 && is_assigned(t, start, first) : groups == 8;
    return whole && !(i < len && (cdr_is_alnum(t[i]) || t[i] == ':')) ? i : 0;
}

/* The last colon of a chain of many, which is no address of any kind; ${at} for a short one. */
static size_t chain_end(const char *t, size_t len, size_t at)
{
    size_t colons = 0, last = at;
    for (size_t i = at; i < len && (t[i] == ':' || cdr_is_hex(t[i])) && i - last < 6; i++)
        if (t[i] == ':') {
            last = i;
            colons++;
        }
    return colons > 9 ? last : at;
}

/* 00:00:00:00:00:00, ff:ff:…: nobody's. */
static bool is_one_byte(const char *t, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++)
        if (t[i] != ':' && t[i] != t[start])
            return false;
    return true;
}

size_t cdr_find_colons(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t start = at, low = at > e->floor + 48 ? at - 48 : e->floor;
    while (start > low && (cdr_is_hex(t[start - 1]) || t[start - 1] == ':'))
        start--;
    while (start < at && t[start] == ':')
        start++;   /* "mac:00:…" */
    if (start > 0 && cdr_is_alnum(t[start - 1])) {
        while (start < at && t[start] != ':')
            start++;
        start++;
    }
    if (start >= at || at - start > 44)
        return chain_end(t, e->len, at);
    size_t end = start + 17 <= e->len ? mac_at(t, e->len, start, ':') : 0;
    if (end)
        cdr_emit(e, CDR_K_MAC, start, end, CDR_EV_SHAPE | (is_one_byte(t, start, end) ? CDR_EV_VETO_TEST : 0));
    else if ((end = ipv6_at(t, e->len, start)) != 0)
        cdr_emit(e, CDR_K_IPV6, start, end, is_one_byte(t, start, end) || ((t[start] | 0x20) == 'f' && (t[start + 1] | 0x20) == 'f') ? 0 : CDR_EV_SHAPE);
    if (!end)
        return chain_end(t, e->len, at);
    e->floor = end;
    return end;
}
