/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg.h"

#include "template/template.h"

#include <string.h>

/* Geometry in user units; text is 13 to 15 units high. */
enum { WIDTH = 1000, HEAD = 34, GAP = 14, ROW_MIN = 58, PORT = 20, BOW_WIDTH = 150, LEFT_WIDTH = 345, RIGHT_WIDTH = 260, WORD_WIDTH = 92, HOLDER_HEIGHT = 58 };

typedef struct box { double y, height; size_t ports; } box;

typedef struct layout {
    box *left, *right;
    double height, left_x, right_x;
} layout;

static void free_layout(layout *l)
{
    cdr_free(l->left);
    cdr_free(l->right);
}

static double column_height(box *boxes, size_t count, double least)
{
    double y = HEAD;
    for (size_t i = 0; i < count; i++) {
        boxes[i].y = y;
        boxes[i].height = CDR_MAX(least, 22.0 + PORT * (double)boxes[i].ports);
        y += boxes[i].height + GAP;
    }
    return y - (count > 0 ? GAP : 0);
}

static cdr_status lay_out(const cdr_svg_map *m, layout *l, cdr_err *err)
{
    *l = (layout){.left_x = m->bow_count > 0 ? BOW_WIDTH : 2, .right_x = WIDTH - RIGHT_WIDTH - 2};
    l->left = cdr_alloc_array(m->left_count + 1, sizeof(box));
    l->right = cdr_alloc_array(m->right_count + 1, sizeof(box));
    if (!l->left || !l->right)
        return cdr_fail_nomem(err, "template");
    for (size_t i = 0; i < m->link_count; i++)
        l->left[m->links[i].left].ports++;
    double left = column_height(l->left, m->left_count, ROW_MIN), right = column_height(l->right, m->right_count, HOLDER_HEIGHT);
    l->height = CDR_MAX(left, right) + 4;
    /* The shorter column spreads over the height of the taller one. */
    box *shorter = left < right ? l->left : l->right;
    size_t count = left < right ? m->left_count : m->right_count;
    double slack = (left < right ? right - left : left - right) / (double)(count > 0 ? count : 1);
    for (size_t i = 0; i < count; i++)
        shorter[i].y += slack * ((double)i + 0.5);
    return CDR_OK;
}

/* A box with two lines of text and a bar. */
static void node(cdr_buf *out, const cdr_svg_node *n, double x, const box *b, double width, size_t columns)
{
    bool flagged = n->flag && n->flag[0];
    cdr_buf_addf(out, "<g><title>");
    cdr_html_escape(out, n->title, strlen(n->title));
    cdr_buf_adds(out, ". ");
    cdr_html_escape(out, n->note, strlen(n->note));
    cdr_buf_addf(out, "</title><rect class=\"node%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\"/>", flagged ? " flagged" : "", x, b->y, width, b->height);
    cdr_buf_addf(out, "<text class=\"strong\" x=\"%.1f\" y=\"%.1f\">", x + 14, b->y + 23);
    cdr_svg_text(out, n->title, flagged ? columns - 12 : columns);
    cdr_buf_addf(out, "</text><text class=\"quiet\" x=\"%.1f\" y=\"%.1f\">", x + 14, b->y + 41);
    cdr_svg_text(out, n->note, columns + 6);
    cdr_buf_adds(out, "</text>");
    if (flagged) {
        cdr_buf_addf(out, "<text class=\"flag\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">", x + width - 12, b->y + 23);
        cdr_svg_text(out, n->flag, 14);
        cdr_buf_adds(out, "</text>");
    }
    if (n->share >= 0)
        cdr_buf_addf(out, "<rect class=\"track\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"3\"/><rect class=\"amount\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"3\"/>",
                     x + 14, b->y + b->height - 9, width - 28, x + 14, b->y + b->height - 9, (width - 28) * CDR_MIN(1.0, n->share));
    cdr_buf_adds(out, "</g>\n");
}

/* Where line ${n} of a node's lines begins. */
static double port_y(const box *b, size_t n)
{
    return b->y + b->height * ((double)n + 0.5) / (double)CDR_MAX(b->ports, 1u);
}

static void link_lines(cdr_buf *out, const cdr_svg_map *m, const layout *l)
{
    static const char *const classes[CDR_SVG_LINE__MAX] = {"thick", "thin", "dashed", "dotted"};
    size_t used = 0;
    for (size_t i = 0; i < m->link_count; i++) {
        const cdr_svg_link *k = &m->links[i];
        used = i > 0 && m->links[i - 1].left == k->left ? used + 1 : 0;
        double from = port_y(&l->left[k->left], used), to = l->right[k->right].y + l->right[k->right].height / 2;
        double x0 = l->left_x + LEFT_WIDTH, x1 = x0 + WORD_WIDTH, x2 = l->right_x, bend = (x2 - x1) / 2;
        cdr_buf_addf(out, "<path class=\"link %s\" d=\"M%.1f %.1fH%.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>", classes[k->line], x0, from, x1, x1 + bend, from, x2 - bend, to, x2, to);
        cdr_buf_addf(out, "<text class=\"word\" x=\"%.1f\" y=\"%.1f\">", x0 + 8, from - 4);
        cdr_svg_text(out, k->word, 13);
        cdr_buf_adds(out, "</text>\n");
    }
}

static size_t span(const cdr_svg_bow *b)
{
    return b->a < b->b ? b->b - b->a : b->a - b->b;
}

/* How many bows lie inside this one: the longer, the farther out. */
static size_t rank(const cdr_svg_map *m, size_t bow)
{
    size_t shorter = 0;
    for (size_t i = 0; i < m->bow_count; i++)
        shorter += span(&m->bows[i]) < span(&m->bows[bow]) || (span(&m->bows[i]) == span(&m->bows[bow]) && i < bow);
    return shorter;
}

typedef struct curve { double y0, y1, depth, middle, reach; } curve;     /* reach: how far it comes out */

static curve curve_of(const cdr_svg_map *m, const layout *l, size_t i)
{
    const box *a = &l->left[m->bows[i].a], *b = &l->left[m->bows[i].b];
    curve c = {.y0 = a->y + a->height / 2, .y1 = b->y + b->height / 2, .depth = CDR_MIN(26.0 + 16.0 * (double)rank(m, i), 74.0)};
    c.middle = (c.y0 + c.y1) / 2;
    c.reach = c.depth * 0.75;
    return c;
}

/* How far curves come out at ${y}: a word stands outside of them all, so that none crosses it. */
static double outside(const cdr_svg_map *m, const layout *l, double y)
{
    double most = 0;
    for (size_t i = 0; i < m->bow_count; i++) {
        curve c = curve_of(m, l, i);
        if (y > CDR_MIN(c.y0, c.y1) - 12 && y < CDR_MAX(c.y0, c.y1) + 12)
            most = CDR_MAX(most, c.reach);
    }
    return most;
}

static void bows(cdr_buf *out, const cdr_svg_map *m, const layout *l)
{
    double taken = -100, x = l->left_x;
    for (size_t i = 0; i < m->bow_count; i++) {
        curve c = curve_of(m, l, i);
        cdr_buf_addf(out, "<path class=\"bow\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"><title>", x, c.y0, x - c.depth, c.y0, x - c.depth, c.y1, x, c.y1);
        cdr_html_escape(out, m->bows[i].word, strlen(m->bows[i].word));
        cdr_buf_adds(out, "</title></path>");
        /* A word that would lie on the last one is left to the title and the table beside the map. */
        if (c.middle - taken < 18 && taken - c.middle < 18)
            continue;
        taken = c.middle;
        double edge = outside(m, l, c.middle);
        if (edge > c.reach)
            cdr_buf_addf(out, "<path class=\"bow lead\" d=\"M%.1f %.1fH%.1f\"/>", x - c.reach, c.middle, x - edge - 3);
        cdr_buf_addf(out, "<text class=\"word\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">", x - edge - 5, c.middle + 4);
        cdr_svg_text(out, m->bows[i].word, 14);
        cdr_buf_adds(out, "</text>\n");
    }
}

static bool indexes_fit(const cdr_svg_map *m)
{
    for (size_t i = 0; i < m->link_count; i++)
        if (m->links[i].left >= m->left_count || m->links[i].right >= m->right_count || (unsigned)m->links[i].line >= CDR_SVG_LINE__MAX)
            return false;
    for (size_t i = 0; i < m->bow_count; i++)
        if (m->bows[i].a >= m->left_count || m->bows[i].b >= m->left_count)
            return false;
    return true;
}

cdr_status cdr_svg_map_write(cdr_buf *out, const cdr_svg_map *m, cdr_err *err)
{
    if (!indexes_fit(m))
        return cdr_fail(err, CDR_E_INVAL, "template", "template.map", "A line of the map leads to a box that does not exist.");
    _cleanup_(free_layout) layout l = {0};
    cdr_status s = lay_out(m, &l, err);
    if (s != CDR_OK)
        return s;
    cdr_buf_addf(out, "<svg class=\"map\" role=\"img\" aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d %.0f\" xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-t\">", m->id, m->id,
                 WIDTH, l.height, m->id);
    cdr_html_escape(out, m->title, strlen(m->title));
    cdr_buf_addf(out, "</title><desc id=\"%s-d\">", m->id);
    cdr_html_escape(out, m->description, strlen(m->description));
    cdr_buf_addf(out, "</desc>\n<text class=\"quiet\" x=\"%.1f\" y=\"16\">", l.left_x);
    cdr_svg_text(out, m->left_head, 50);
    cdr_buf_addf(out, "</text><text class=\"quiet\" x=\"%.1f\" y=\"16\">", l.right_x);
    cdr_svg_text(out, m->right_head, 40);
    cdr_buf_adds(out, "</text>\n");
    link_lines(out, m, &l);
    bows(out, m, &l);
    for (size_t i = 0; i < m->left_count; i++)
        node(out, &m->left[i], l.left_x, &l.left[i], LEFT_WIDTH, 36);
    for (size_t i = 0; i < m->right_count; i++)
        node(out, &m->right[i], l.right_x, &l.right[i], RIGHT_WIDTH, 27);
    cdr_buf_adds(out, "</svg>\n");
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.map-size", "The map is larger than allowed.");
}
