/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "template/svg_time.h"

#include <string.h>

enum { WIDTH = 1000, LEFT = 275, RIGHT = 720, TEXT = 745, TOP = 20, ROW = 46, FOOT = 40 };

typedef struct scale { size_t from, to; } scale;

static double at(const scale *s, double seconds)
{
    double a = cdr_svg_time(cdr_svg_ticks[s->from].seconds), b = cdr_svg_time(cdr_svg_ticks[s->to].seconds);
    double share = b > a ? (cdr_svg_time(seconds) - a) / (b - a) : 0.5;
    return LEFT + CDR_MAX(0.0, CDR_MIN(1.0, share)) * (RIGHT - LEFT);
}

static scale scale_of(const cdr_svg_ranges *r)
{
    double least = 0, most = 0;
    bool any = false;
    for (size_t i = 0; i < r->count; i++) {
        const cdr_svg_range *one = &r->ranges[i];
        if (!one->count)
            continue;
        least = any ? CDR_MIN(least, one->least) : one->least;
        most = any ? CDR_MAX(most, one->most) : one->most;
        any = true;
    }
    scale s = {cdr_svg_tick_below(least), cdr_svg_tick_above(most)};
    if (!any)
        return (scale){0, cdr_svg_tick_count - 2};
    if (s.from == s.to)
        s.from > 0 ? s.from-- : s.to++;
    return s;
}

static void axis(cdr_buf *out, const scale *s, double bottom)
{
    double last = -1000;
    for (size_t i = s->from; i <= s->to; i++) {
        double x = at(s, cdr_svg_ticks[i].seconds);
        cdr_buf_addf(out, "<path class=\"rule-line\" d=\"M%.1f %dV%.1f\"/>", x, TOP - 8, bottom);
        if (x - last < 72)
            continue;
        cdr_buf_addf(out, "<text class=\"quiet\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>", x, bottom + 22, cdr_svg_ticks[i].word);
        last = x;
    }
}

static void range(cdr_buf *out, const scale *s, const cdr_svg_range *r, double y)
{
    cdr_buf_addf(out, "<text class=\"strong\" x=\"0\" y=\"%.1f\">", y + 5);
    cdr_svg_text(out, r->name, 36);
    cdr_buf_addf(out, "</text><text class=\"quiet\" x=\"%d\" y=\"%.1f\">", TEXT, y + 5);
    cdr_svg_text(out, r->text, 36);
    cdr_buf_adds(out, "</text>");
    if (r->count > 1)
        cdr_buf_addf(out, "<path class=\"range-line\" d=\"M%.1f %.1fH%.1fM%.1f %.1fV%.1fM%.1f %.1fV%.1f\"/>", at(s, r->least), y, at(s, r->most), at(s, r->least), y - 6, y + 6, at(s, r->most), y - 6, y + 6);
    if (r->count > 3)
        cdr_buf_addf(out, "<rect class=\"range-half\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\" rx=\"4\"/>", at(s, r->low), y - 7, CDR_MAX(at(s, r->high) - at(s, r->low), 2.0));
    if (r->count)
        cdr_buf_addf(out, "<circle class=\"range-mark\" cx=\"%.1f\" cy=\"%.1f\" r=\"7\"/>", at(s, r->median), y);
    cdr_buf_addc(out, '\n');
}

cdr_status cdr_svg_ranges_write(cdr_buf *out, const cdr_svg_ranges *r, cdr_err *err)
{
    scale s = scale_of(r);
    double bottom = TOP + (double)(ROW * r->count);
    cdr_svg_begin(out, "heatmap ranges", r->id, r->title, r->description, WIDTH, (int)bottom + FOOT);
    axis(out, &s, bottom);
    for (size_t i = 0; i < r->count; i++)
        range(out, &s, &r->ranges[i], TOP + ROW * ((double)i + 0.4));
    cdr_buf_adds(out, "</svg>\n");
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.ranges-size", "The chart is larger than allowed.");
}
