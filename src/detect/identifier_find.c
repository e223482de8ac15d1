/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates against the kinds of identifiers. */
#include "detect/engine.h"

#include <string.h>

static bool luhn(const char *s, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned v = (unsigned)(s[len - 1 - i] - '0');
        sum += i & 1 ? v * 2 / 10 + v * 2 % 10 : v;
    }
    return sum % 10 == 0;
}

size_t cdr_find_identifiers(const cdr_candidate *c, cdr_emitter *e)
{
    size_t end = 0;
    for (size_t k = 0; k < c->part_count; k++) {
        size_t n = c->compact_end[k];
        if (c->digits[k] != n)
            break;
        if (n == 9 && k == 2 && c->part_end[0] - c->start == 3 && c->part_end[1] - c->part_start[1] == 2 && c->separator[0] == '-' && c->separator[1] == '-') {
            cdr_emit(e, CDR_K_US_SSN, c->start, c->part_end[k], CDR_EV_SHAPE);
            end = c->part_end[k];
        }
        if (n >= 13 && n <= 19 && c->compact[0] >= '3' && c->compact[0] <= '6' && luhn(c->compact, n)) {
            cdr_emit(e, CDR_K_CARD, c->start, c->part_end[k], CDR_EV_CHECKSUM);
            end = c->part_end[k];
        }
    }
    return end;
}
