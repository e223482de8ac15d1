/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "template/template.h"

#include <string.h>

enum { WIDTH = 1000, HEIGHT = 330, TOP = 64, BASE = 262, GAP = 18 };

/* A picture that stands alone brings its colours along. */
static const char style[] = "<style>text{fill:#16202b;font:13.5px system-ui,sans-serif}.strong{font-weight:600}.quiet{fill:#55626f}.flag{fill:#a3242b;font-weight:600}.amount{fill:#0f5f6b}"
                            ".risk{fill:#fbe6e6;stroke:#a3242b;stroke-width:1.5}.risk-line{stroke:#a3242b;stroke-width:1.5;fill:none}.base{stroke:#55626f;fill:none}.back{fill:#fff}"
                            "@media (prefers-color-scheme:dark){text{fill:#e7edf2}.quiet{fill:#a3b0bc}.flag{fill:#ff9a9a}.amount{fill:#6cc3cf}.risk{fill:#3d1719;stroke:#ff9a9a}"
                            ".risk-line{stroke:#ff9a9a}.base{stroke:#a3b0bc}.back{fill:#11181f}}</style><rect class=\"back\" width=\"1000\" height=\"330\"/>\n";

static void label(cdr_buf *out, const char *class, double x, double y, const char *text)
{
    cdr_buf_addf(out, "<text class=\"%s\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    cdr_svg_text(out, text, 18);
    cdr_buf_adds(out, "</text>");
}

/* Flagged columns are hatched: what they mean must not hang on a colour. */
static void bar(cdr_buf *out, const cdr_svg_column *c, double x, double w, double h)
{
    cdr_buf_addf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\"/>", c->flagged ? "risk" : "amount", x, BASE - h, w, h);
    for (double y = BASE - h + 7; c->flagged && y < BASE; y += 7)
        cdr_buf_addf(out, "<path class=\"risk-line\" d=\"M%.1f %.1fH%.1f\"/>", x, y, x + w);
}

static void bracket(cdr_buf *out, const cdr_svg_columns *s, double step)
{
    size_t flagged = 0;
    while (flagged < s->count && s->columns[flagged].flagged)
        flagged++;
    if (!flagged)
        return;
    double to = (double)flagged * step - GAP / 2.0;
    cdr_buf_addf(out, "<path class=\"risk-line\" d=\"M%.1f 34V26H%.1fV34\"/><text class=\"flag\" x=\"%.1f\" y=\"18\">", GAP / 2.0, to, GAP / 2.0);
    cdr_html_escape(out, s->flag_text, strlen(s->flag_text));
    cdr_buf_adds(out, "</text>");
}

cdr_status cdr_svg_columns_write(cdr_buf *out, const cdr_svg_columns *s, cdr_err *err)
{
    double step = (double)WIDTH / (double)CDR_MAX(s->count, 1u), most = 0;
    for (size_t i = 0; i < s->count; i++)
        most = CDR_MAX(most, s->columns[i].value);
    cdr_svg_begin(out, "heatmap columns", s->id, s->title, s->description, WIDTH, HEIGHT);
    if (s->standalone)
        cdr_buf_adds(out, style);
    for (size_t i = 0; i < s->count; i++) {
        const cdr_svg_column *c = &s->columns[i];
        double x = step * (double)i + GAP / 2.0, w = step - GAP, h = most > 0 ? c->value / most * (BASE - TOP) : 0;
        if (c->value > 0)
            bar(out, c, x, w, CDR_MAX(h, 2.0));   /* what exists is seen */
        label(out, "strong", x + w / 2, BASE - CDR_MAX(h, 0.0) - 8, c->text);
        label(out, "strong", x + w / 2, BASE + 24, c->name);
        label(out, "quiet", x + w / 2, BASE + 46, c->note);
        cdr_buf_addc(out, '\n');
    }
    bracket(out, s, step);
    cdr_buf_addf(out, "<path class=\"base\" d=\"M0 %dH%d\"/></svg>\n", BASE, WIDTH);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.columns-size", "The chart is larger than allowed.");
}
