/* SPDX-License-Identifier: Apache-2.0 */
#include "template/template.h"

#include "base/text.h"

static const char *reference_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Control characters and noncharacters: HTML renders them as it likes, XML refuses the whole document. */
static bool has_no_place(uint32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || (cp >= 0x7F && cp < 0xA0) || (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF);
}

static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

cdr_status cdr_html_escape(cdr_buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t from = i;
        while (i < len && plain((unsigned char)s[i]))
            i++;
        if (i > from)
            cdr_buf_add(out, s + from, i - from);
        if (i == len)
            break;
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        const char *reference = reference_of(s[i]);
        if (reference)
            cdr_buf_adds(out, reference);
        else if (cp == 0xFFFD || has_no_place(cp))
            cdr_buf_adds(out, "\xEF\xBF\xBD");
        else
            cdr_buf_add(out, s + i, n);
        i += n;
    }
    return cdr_buf_reserve(out, 0);
}
