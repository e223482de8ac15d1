/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "template/template.h"

#include <string.h>

enum { NAME_WIDTH = 210, CELL_HEIGHT = 40, HEAD_HEIGHT = 92, WIDTH = 1000 };

static void labels(cdr_buf *out, const cdr_svg_heat *h, double cell)
{
    for (size_t i = 0; i < h->column_count; i++) {
        double x = NAME_WIDTH + cell * ((double)i + 0.5);
        cdr_buf_addf(out, "<text class=\"quiet\" transform=\"translate(%.1f %d) rotate(-38)\">", x - 6, HEAD_HEIGHT - 8);
        cdr_svg_text(out, h->columns[i], 17);
        cdr_buf_adds(out, "</text>");
    }
    for (size_t i = 0; i < h->row_count; i++) {
        cdr_buf_addf(out, "<text class=\"strong\" x=\"0\" y=\"%zu\"><title>", HEAD_HEIGHT + i * CELL_HEIGHT + CELL_HEIGHT / 2 + 5);
        cdr_html_escape(out, h->rows[i], strlen(h->rows[i]));
        cdr_buf_adds(out, "</title>");
        cdr_svg_text(out, h->rows[i], 24);
        cdr_buf_adds(out, "</text>\n");
    }
}

static void square(cdr_buf *out, const cdr_svg_cell *c, double x, double y, double cell)
{
    int level = CDR_MAX(0, CDR_MIN(4, c->level));
    /* Size repeats what shade says, for paper and for eyes that do not tell shades apart. */
    double shrink = level == 0 ? 0.5 : 0.58 + 0.105 * level, w = (cell - 4) * shrink, hgt = (CELL_HEIGHT - 4) * shrink;
    if (level > 0)
        cdr_buf_addf(out, "<rect class=\"heat-%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>", level, x + (cell - w) / 2, y + (CELL_HEIGHT - hgt) / 2, w, hgt);
    cdr_buf_addf(out, "<text class=\"on-%d\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">", level, x + cell / 2, y + CELL_HEIGHT / 2.0 + 4.5);
    cdr_svg_text(out, c->text, 8);
    cdr_buf_adds(out, "</text>");
}

cdr_status cdr_svg_heat_write(cdr_buf *out, const cdr_svg_heat *h, cdr_err *err)
{
    double cell = CDR_MIN((double)(WIDTH - NAME_WIDTH) / (double)CDR_MAX(h->column_count, 1u), 110.0);
    cdr_buf_addf(out, "<svg class=\"heatmap\" role=\"img\" aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d %zu\" xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-t\">", h->id, h->id,
                 WIDTH, HEAD_HEIGHT + h->row_count * CELL_HEIGHT + 4, h->id);
    cdr_html_escape(out, h->title, strlen(h->title));
    cdr_buf_addf(out, "</title><desc id=\"%s-d\">", h->id);
    cdr_html_escape(out, h->description, strlen(h->description));
    cdr_buf_adds(out, "</desc>\n");
    labels(out, h, cell);
    for (size_t i = 0; i < h->row_count * h->column_count; i++)
        square(out, &h->cells[i], NAME_WIDTH + cell * (double)(i % h->column_count), (double)(HEAD_HEIGHT + i / h->column_count * CELL_HEIGHT), cell);
    cdr_buf_adds(out, "</svg>\n");
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.heat-size", "The heat map is larger than allowed.");
}
