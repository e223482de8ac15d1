/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. UTF-8 decoding ends, counts agree, and escaped text is printable whatever came in. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *s = (const char *)data;
    size_t count = 0;
    bool replaced = false;
    for (size_t at = 0; at < size; count++) {
        uint32_t cp;
        char back[4];
        size_t n = cdr_utf8_decode(s + at, size - at, &cp);
        if (n == 0 || n > 4 || at + n > size)
            abort();
        bool invalid = n == 1 && data[at] >= 0x80;
        replaced = replaced || invalid;
        if (!invalid && (cdr_utf8_encode(cp, back) != n || memcmp(back, s + at, n) != 0))
            abort();
        at += n;
    }
    if (count != cdr_utf8_count(s, size) || cdr_utf8_valid(s, size) == replaced)
        abort();
    _cleanup_buf_ cdr_buf escaped = CDR_BUF(8u << 20);
    if (cdr_text_escape(&escaped, s, size) != CDR_OK)
        return 0;
    for (size_t i = 0; i < escaped.len; i++)
        if ((unsigned char)escaped.data[i] < 0x20 || escaped.data[i] == 0x7F)
            abort();
    if (escaped.len && (!cdr_utf8_valid(escaped.data, escaped.len) || cdr_text_width(escaped.data) > 4 * size))
        abort();
    char *a = cdr_strndup(s, CDR_MIN(size / 2, (size_t)40)), *b = cdr_strndup(s + size / 2, CDR_MIN(size - size / 2, (size_t)40));
    if (a && b && cdr_edit_distance(a, b, 5) != cdr_edit_distance(b, a, 5))
        abort();
    if (a)
        cdr_str_trim(a);
    cdr_free(a);
    cdr_free(b);
    return 0;
}
