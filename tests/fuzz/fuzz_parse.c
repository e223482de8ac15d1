/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. Numbers, sizes, hexadecimal, base64 and times: what is accepted says the same when written again. */
#include "base/parse.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_numbers(const char *s, size_t len)
{
    uint64_t u, again;
    int64_t i;
    double d;
    char text[64];
    if (cdr_parse_u64(s, len, 0, UINT64_MAX, &u)) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)u);
        if (!cdr_parse_u64(text, strlen(text), u, u, &again) || again != u)
            abort();
    }
    if (cdr_parse_i64(s, len, INT64_MIN, INT64_MAX, &i)) {
        snprintf(text, sizeof text, "%lld", (long long)i);
        if (!cdr_parse_i64(text, strlen(text), i, i, &i))
            abort();
    }
    if (cdr_parse_double(s, len, -1e300, 1e300, &d) && !(d >= -1e300 && d <= 1e300))
        abort();
}

static void check_bytes(const char *s, size_t len)
{
    uint8_t bytes[256];
    char text[4 * ((sizeof bytes + 2) / 3) + 1];
    size_t n;
    if (len % 2 == 0 && len / 2 <= sizeof bytes && len && cdr_hex_decode(s, len, bytes, len / 2))
        for (size_t i = 0; i < len; i++)
            if (!strchr("0123456789abcdefABCDEF", s[i]))
                abort();
    if (cdr_base64_decode(s, len, bytes, sizeof bytes, &n) == CDR_OK && (cdr_base64_encode(bytes, n, text) != len || memcmp(text, s, len) != 0))
        abort();
}

static void check_times(const char *s)
{
    cdr_date d;
    char text[CDR_TIME_TEXT];
    int64_t us, again;
    uint64_t size;
    if (cdr_date_parse(s, &d)) {
        char date[11];
        cdr_date_format(d, date);
        if (strcmp(date, s) != 0)
            abort();
    }
    if (cdr_time_parse(s, &us)) {
        cdr_time_format(us, text);
        if (cdr_time_parse(text, &again) && (again > us || us - again >= 1000000))
            abort();
    }
    if (cdr_parse_size(s, &size) && !*s)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 400)
        return 0;
    check_numbers((const char *)data, size);
    check_bytes((const char *)data, size);
    char *text = cdr_strndup((const char *)data, size);
    if (text)
        check_times(text);
    cdr_free(text);
    return 0;
}
