/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include "base/parse.h"

#include <math.h>
#include <string.h>

/* A spreadsheet takes a cell that starts like this for a formula, and may run it. A plain number is harmless. */
static bool is_formula(const char *s, size_t len)
{
    double number;
    return len > 0 && memchr("=+-@\t\r", s[0], 6) && !cdr_parse_double(s, len, -HUGE_VAL, HUGE_VAL, &number);
}

static bool needs_quotes(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] == '"' || s[i] == ',' || s[i] == ';' || s[i] == '\n' || s[i] == '\r')
            return true;
    return len > 0 && (s[0] == ' ' || s[len - 1] == ' ');
}

void cdr_csv_cell(cdr_buf *out, bool first, const char *s, size_t len)
{
    if (!first)
        cdr_buf_addc(out, ',');
    bool formula = is_formula(s, len);
    if (!needs_quotes(s, len)) {
        if (formula)
            cdr_buf_addc(out, '\'');
        cdr_buf_add(out, s, len);
        return;
    }
    cdr_buf_addc(out, '"');
    if (formula)
        cdr_buf_addc(out, '\'');
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"')
            cdr_buf_addc(out, '"');
        cdr_buf_addc(out, s[i]);
    }
    cdr_buf_addc(out, '"');
}

void cdr_csv_end(cdr_buf *out)
{
    cdr_buf_add(out, "\r\n", 2);
}
