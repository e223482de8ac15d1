/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "base/text.h"
#include "template/template.h"

#include <string.h>

void cdr_svg_text(cdr_buf *out, const char *s, size_t columns)
{
    size_t len = strlen(s), width = 0, at = 0, cut = 0;
    while (at < len) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + at, len - at, &cp);
        char one[8] = {0};
        memcpy(one, s + at, CDR_MIN(n, sizeof one - 1));
        width += cdr_text_width(one);
        if (width > columns)
            break;
        at += n;
        if (width < columns)
            cut = at;
    }
    if (at == len) {
        cdr_html_escape(out, s, len);
        return;
    }
    cdr_html_escape(out, s, cut);
    cdr_buf_adds(out, "…");
}

void cdr_svg_begin(cdr_buf *out, const char *class, const char *id, const char *title, const char *description, int width, int height)
{
    cdr_buf_addf(out, "<svg class=\"%s\" role=\"img\" aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d %d\" xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-t\">", class, id, id, width, height, id);
    cdr_html_escape(out, title, strlen(title));
    cdr_buf_addf(out, "</title><desc id=\"%s-d\">", id);
    cdr_html_escape(out, description, strlen(description));
    cdr_buf_adds(out, "</desc>\n");
}

static void begin_bar(cdr_buf *out, const char *title)
{
    cdr_buf_adds(out, "<svg class=\"bar\" role=\"img\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" xmlns=\"http://www.w3.org/2000/svg\"><title>");
    cdr_html_escape(out, title, strlen(title));
    cdr_buf_adds(out, "</title><rect class=\"track\" width=\"100\" height=\"10\"/>");
}

static double percent_of(double value, double whole)
{
    return whole > 0 && value > 0 ? CDR_MIN(100.0, 100.0 * value / whole) : 0;
}

/* Hatching by strokes: a pattern would be stretched with the bar. */
static void hatch(cdr_buf *out, double from, double to)
{
    cdr_buf_addf(out, "<rect class=\"doubt\" x=\"%.2f\" width=\"%.2f\" height=\"10\"/>", from, to - from);
    for (double x = from + 0.6; x < to; x += 1.2)
        cdr_buf_addf(out, "<path class=\"tick\" d=\"M%.2f 0V10\"/>", x);
}

void cdr_svg_bar(cdr_buf *out, double min, double max, double whole, const char *title)
{
    double sure = percent_of(min, whole), most = percent_of(max, whole);
    begin_bar(out, title);
    cdr_buf_addf(out, "<rect class=\"amount\" width=\"%.2f\" height=\"10\"/>", sure);
    if (most - sure > 0.2)
        hatch(out, sure, most);
    cdr_buf_adds(out, "</svg>");
}

void cdr_svg_parts(cdr_buf *out, const cdr_svg_part *parts, size_t count, const char *title)
{
    double whole = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        whole += CDR_MAX(parts[i].value, 0.0);
    begin_bar(out, title);
    for (size_t i = 0; i < count; i++) {
        double width = percent_of(parts[i].value, whole);
        if (width <= 0)
            continue;
        width = CDR_MAX(width, 0.6);   /* what exists is seen */
        cdr_buf_addf(out, "<rect class=\"part-%zu\" x=\"%.2f\" width=\"%.2f\" height=\"10\"><title>", i, CDR_MIN(at, 100 - width), width);
        cdr_html_escape(out, parts[i].title, strlen(parts[i].title));
        cdr_buf_adds(out, "</title></rect>");
        at += width;
    }
    cdr_buf_adds(out, "</svg>");
}
