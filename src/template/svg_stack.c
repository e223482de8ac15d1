/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 1000, HIGHEST = 234, TOP = 34, FOOT = 52, LEFT = 8, WIDEST = 120, SMALL = 15 };

/* Strokes over the fill: what a part is must not hang on a colour. Drawn per rectangle, so that the picture needs no ids of its own. */
static void hatch(cdr_buf *out, size_t part, double x, double y, double w, double h)
{
    const double step = 7;
    switch (part) {
    case 1:
        for (double at = step; at < w + h; at += step) {
            double x0 = CDR_MAX(0.0, at - h), x1 = CDR_MIN(at, w);
            cdr_buf_addf(out, "<path class=\"stack-line\" d=\"M%.1f %.1fL%.1f %.1f\"/>", x + x0, y + at - x0, x + x1, y + at - x1);
        }
        break;
    case 3:
        for (double at = step; at < h; at += step)
            cdr_buf_addf(out, "<path class=\"stack-line\" d=\"M%.1f %.1fH%.1f\"/>", x, y + at, x + w);
        break;
    case 4:
        for (double at = step; at < w; at += step)
            cdr_buf_addf(out, "<path class=\"stack-line\" d=\"M%.1f %.1fV%.1f\"/>", x + at, y, y + h);
        break;
    default:
        break;
    }
}

static void part_box(cdr_buf *out, size_t part, double x, double y, double w, double h)
{
    cdr_buf_addf(out, "<rect class=\"stack-%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", part, x, y, w, h);
    hatch(out, part, x, y, w, h);
}

void cdr_svg_stack_key(cdr_buf *out, const char *id, size_t i)
{
    cdr_buf_addf(out, "<svg role=\"presentation\" id=\"%s-k%zu\" viewBox=\"0 0 36 14\" xmlns=\"http://www.w3.org/2000/svg\">", id, i);
    part_box(out, i, 0.75, 0.75, 34.5, 12.5);
    cdr_buf_adds(out, "</svg>");
}

static void label(cdr_buf *out, const char *class, double x, double y, const char *text)
{
    cdr_buf_addf(out, "<text class=\"%s\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    cdr_svg_text(out, text, 14);
    cdr_buf_adds(out, "</text>");
}

static unsigned whole_of(const cdr_svg_stack *s, const cdr_svg_stack_column *c)
{
    unsigned n = 0;
    for (size_t p = 0; p < s->part_count; p++)
        n += c->parts[p];
    return n;
}

static void column(cdr_buf *out, const cdr_svg_stack *s, const cdr_svg_stack_column *c, double x, double w, double base, double unit)
{
    char text[24];
    double y = base;
    for (size_t p = 0; p < s->part_count; p++) {
        double h = unit * c->parts[p];
        if (!c->parts[p])
            continue;
        y -= h;
        part_box(out, p, x, y, w, h);
        snprintf(text, sizeof text, "%u", c->parts[p]);
        if (h >= SMALL && whole_of(s, c) != c->parts[p]) {
            cdr_buf_addf(out, "<rect class=\"stack-back\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\" rx=\"3\"/>", x + w / 2 - 5 - 4 * (double)strlen(text), y + h / 2 - 7, 10 + 8 * (double)strlen(text));
            label(out, "strong", x + w / 2, y + h / 2 + 5, text);
        }
    }
    unsigned whole = whole_of(s, c);
    snprintf(text, sizeof text, "%u", whole);
    if (whole)
        label(out, "strong", x + w / 2, y - 8, text);
}

cdr_status cdr_svg_stack_write(cdr_buf *out, const cdr_svg_stack *s, cdr_err *err)
{
    unsigned most = 0;
    double step = CDR_MIN((double)(WIDTH - 2 * LEFT) / (double)CDR_MAX(s->count, 1u), 1.5 * WIDEST), w = CDR_MIN(step * 0.72, (double)WIDEST);
    size_t every = s->count > 14 ? (s->count + 13) / 14 : 1;      /* names that would touch each other are left out */
    for (size_t i = 0; i < s->count; i++)
        most = CDR_MAX(most, whole_of(s, &s->columns[i]));
    double unit = most ? CDR_MIN((double)HIGHEST / most, 60.0) : 0, base = TOP + CDR_MAX(unit * most, 60.0);
    cdr_svg_begin(out, "heatmap stack", s->id, s->title, s->description, WIDTH, (int)base + FOOT);
    for (size_t i = 0; i < s->count; i++) {
        double x = LEFT + step * (double)i + (step - w) / 2;
        column(out, s, &s->columns[i], x, w, base, unit);
        if (i % every == 0)
            label(out, "quiet", x + w / 2, base + 24, s->columns[i].name);
        cdr_buf_addc(out, '\n');
    }
    cdr_buf_addf(out, "<path class=\"base\" d=\"M0 %.1fH%d\"/></svg>\n", base, WIDTH);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.stack-size", "The chart is larger than allowed.");
}
