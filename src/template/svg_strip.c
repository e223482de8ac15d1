/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "template/svg_time.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 1000, HEIGHT = 240, TOP = 40, BASE = 188, EDGE = 30, STEP = 15, BINS = (WIDTH - 2 * EDGE) / STEP + 1, HIGHEST = (BASE - TOP) / STEP };

typedef struct strip { double left, right; /* units of the scale on both sides of the line */ double line; unsigned stacked[BINS]; } strip;

static double units(double seconds)
{
    return 0.35 + cdr_svg_time(seconds);      /* minutes stand beside the line, not on it */
}

static double x_of(const strip *s, double seconds)
{
    double whole = s->left + s->right, u = units(seconds < 0 ? -seconds : seconds);
    double x = s->line + (seconds < 0 ? -u : u) / whole * (WIDTH - 2 * EDGE);
    return CDR_MAX((double)EDGE, CDR_MIN((double)WIDTH - EDGE, x));
}

static void measure(const cdr_svg_strip *in, strip *s)
{
    double early = 0, late = 0;
    for (size_t i = 0; i < in->count; i++) {
        early = CDR_MAX(early, in->marks[i].seconds);
        late = CDR_MAX(late, -in->marks[i].seconds);
    }
    *s = (strip){.left = late > 0 ? units(cdr_svg_ticks[cdr_svg_tick_above(late)].seconds) : 0.8, .right = early > 0 ? units(cdr_svg_ticks[cdr_svg_tick_above(early)].seconds) : 0.8};
    s->line = EDGE + s->left / (s->left + s->right) * (WIDTH - 2 * EDGE);
}

static void axis(cdr_buf *out, const strip *s)
{
    double last = s->line;
    for (int side = -1; side <= 1; side += 2) {
        last = s->line;
        for (size_t i = 0; i < cdr_svg_tick_count && units(cdr_svg_ticks[i].seconds) <= (side < 0 ? s->left : s->right) + 0.01; i++) {
            double x = x_of(s, side * cdr_svg_ticks[i].seconds), at = CDR_MAX(34.0, CDR_MIN(WIDTH - 34.0, x)), gap = at > last ? at - last : last - at;
            cdr_buf_addf(out, "<path class=\"rule-line\" d=\"M%.1f %dV%d\"/>", x, TOP - 6, BASE);
            if (gap < 72)
                continue;
            cdr_buf_addf(out, "<text class=\"quiet\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>", at, BASE + 24, cdr_svg_ticks[i].word);
            last = at;
        }
    }
    cdr_buf_addf(out, "<path class=\"due-line\" d=\"M%.1f %dV%d\"/><text class=\"strong\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">due</text>", s->line, TOP - 12, BASE, CDR_MAX(20.0, CDR_MIN(WIDTH - 20.0, s->line)), TOP - 20);
    if (s->line > 160)
        cdr_buf_addf(out, "<text class=\"late-word\" x=\"%d\" y=\"%d\">late by</text>", EDGE - 22, TOP - 20);
    if (WIDTH - s->line > 280)
        cdr_buf_addf(out, "<text class=\"early-word\" text-anchor=\"end\" x=\"%d\" y=\"%d\">in time, with this much left</text>", WIDTH - EDGE + 22, TOP - 20);
}

static void mark(cdr_buf *out, strip *s, const cdr_svg_mark *m)
{
    double x = x_of(s, m->seconds);
    size_t bin = (size_t)((x - EDGE) / STEP);
    if (s->stacked[bin]++ >= HIGHEST)
        return;
    x = EDGE + STEP * ((double)bin + 0.5);
    double y = BASE - STEP * ((double)s->stacked[bin] - 0.5) - 2;
    if (m->seconds < 0)
        cdr_buf_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fZ\">", m->open ? "late-open" : "late", x, y - 7, x + 7, y, x, y + 7, x - 7, y);
    else
        cdr_buf_addf(out, "<circle class=\"early\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\">", x, y);
    cdr_buf_adds(out, "<title>");
    cdr_svg_text(out, m->title, 200);
    cdr_buf_adds(out, m->seconds < 0 ? "</title></path>" : "</title></circle>");
}

/* Where more stand than there is room for, their number tops the pile. */
static void piles(cdr_buf *out, const strip *s)
{
    for (size_t b = 0; b < BINS; b++)
        if (s->stacked[b] > HIGHEST)
            cdr_buf_addf(out, "<text class=\"strong\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%u</text>", EDGE + STEP * ((double)b + 0.5), TOP + 4, s->stacked[b]);
}

cdr_status cdr_svg_strip_write(cdr_buf *out, const cdr_svg_strip *in, cdr_err *err)
{
    strip s;
    measure(in, &s);
    cdr_svg_begin(out, "heatmap strip", in->id, in->title, in->description, WIDTH, HEIGHT);
    axis(out, &s);
    cdr_buf_addc(out, '\n');
    for (size_t i = 0; i < in->count; i++)
        mark(out, &s, &in->marks[i]);
    piles(out, &s);
    cdr_buf_addf(out, "<path class=\"base\" d=\"M0 %dH%d\"/></svg>\n", BASE, WIDTH);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.strip-size", "The chart is larger than allowed.");
}
