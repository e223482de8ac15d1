/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg_flow.h"

#include "base/text.h"
#include "base/vec.h"
#include "template/svg.h"
#include "template/template.h"

#include <stdlib.h>
#include <string.h>

/* User units; text is 13.5 high. AXIS: each box hangs on an upright line, and has an extent to its left and to its right. */
enum { BOX = 216, LINE = 18, HEAD_LINE = 17, PAD = 10, DROP = 22, FORK = 46, JOIN = 20, GAP = 26, SIDE = 34, MARGIN = 14, LINES_MAX = 4, HEADING = 34, HEADING_COLUMNS = 80, PAGE = 720 };
#define HEADING_LETTER 8.4      /* width of one, on the average, and a little more: a heading is never cut off by the edge */

struct extent { double left, right, height; };
struct piece { double from, to; };
CDR_VEC(pieces, struct piece)

struct chart {
    const cdr_svg_flow *f;
    cdr_buf *out;
    struct extent *box;      /* of each node, its branches included */
    double *inner;           /* height of the box alone */
    pieces cuts;             /* where the outermost column may be cut */
    double width, height;
    double from, to;         /* only what is seen there is drawn; to 0: all */
    pieces *measuring;       /* takes from where to where each box stands */
};

/* --- words in boxes --- */

/* Whose letters will be drawn nobody knows here: as wide as in the widest of the usual faces (DejaVu Sans and Verdana, bold), in hundredths of the size. */
static double letter(uint32_t cp, const char *one)
{
    if (cp < 128 && cp > ' ' && strchr("ijlI.,:;'|!()[]/-ftr\"`", (int)cp))
        return strchr("ftr-\"", (int)cp) ? 48 : 40;
    if (cp == ' ')
        return 35;
    if (cp < 128 && strchr("mMwW@%&", (int)cp))
        return 105;
    if (cp < 128)
        return (cp >= 'A' && cp <= 'Z') ? 78 : 70;
    return 75.0 * (double)CDR_MAX(cdr_text_width(one), (size_t)1);
}

/* What there is room for in a box: titles are 14 high, what stands over and under them 12.5 and not bold. */
static double room_of(const cdr_flow_node *n, bool title)
{
    double inside = BOX - (n->shape == CDR_FLOW_QUESTION || n->shape == CDR_FLOW_LOOP ? 34 : n->shape == CDR_FLOW_TERMINAL || n->shape == CDR_FLOW_JUMP ? 64 : 20);
    return inside * 100 / (title ? 14.0 : 12.5 * 0.9);
}

/* Bytes of the next line in ${room}; ${*ret_next}: where the one after it begins. */
static size_t line_of(const char *s, double room, size_t *ret_next)
{
    size_t i = 0, fits = 0, after = 0;
    double used = 0;
    while (s[i]) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, strnlen(s + i, 8), &cp);
        char one[8] = {0};
        memcpy(one, s + i, n < 7 ? n : 7);
        double w = letter(cp, one);
        if (used + w > room)
            break;
        used += w;
        i += n;
        if (s[i] == ' ' || s[i] == '\0') {
            fits = i;
            after = s[i] ? i + 1 : i;
        }
    }
    if (fits == 0) {
        fits = i ? i : strlen(s);
        after = fits;
    }
    *ret_next = after;
    return fits;
}

static unsigned lines_in(const char *s, double room)
{
    unsigned n = 0;
    for (size_t next; *s && n < LINES_MAX; s += next, n++)
        (void)line_of(s, room, &next);
    return n;
}

static void text(cdr_buf *out, const char *class, const char *anchor, double x, double y, const char *s, size_t columns)
{
    cdr_buf_addf(out, "<text class=\"%s\"%s x=\"%.1f\" y=\"%.1f\">", class, anchor, x, y);
    cdr_svg_text(out, s, columns);
    cdr_buf_adds(out, "</text>");
}

/* One line, cut where the box ends. */
static void line_in(cdr_buf *out, const char *class, const char *anchor, double x, double y, const char *s, double room)
{
    size_t i = 0, columns = 0;
    double used = 0, ellipsis = 100;
    while (s[i]) {
        uint32_t cp;
        char one[8] = {0};
        size_t n = cdr_utf8_decode(s + i, strnlen(s + i, 8), &cp);
        memcpy(one, s + i, n < 7 ? n : 7);
        used += letter(cp, one);
        i += n;
        columns += used + ellipsis <= room ? (size_t)cdr_text_width(one) : 0;
    }
    text(out, class, anchor, x, y, s, used <= room ? 400 : columns + 1);
}

/* ${title} in lines below each other; the last one that has room is cut. */
static void title_lines(cdr_buf *out, const char *class, const char *anchor, double x, double y, const char *s, double room)
{
    for (unsigned i = 0; *s && i < LINES_MAX; i++, y += LINE) {
        size_t next, n = i + 1 == LINES_MAX ? strlen(s) : line_of(s, room, &next);
        char line[200];
        n = CDR_MIN(n, sizeof line - 1);
        memcpy(line, s, n);
        line[n] = '\0';
        line_in(out, class, anchor, x, y, line, room);
        s += i + 1 == LINES_MAX ? strlen(s) : next;
    }
}

/* --- measuring --- */

static const cdr_flow_node *node(const struct chart *c, uint32_t i)
{
    return &c->f->nodes[i];
}

static double box_height(const cdr_flow_node *n)
{
    if (n->shape == CDR_FLOW_TERMINAL || n->shape == CDR_FLOW_JUMP)
        return 34;
    return 2.0 * PAD + (n->head[0] ? HEAD_LINE : 0) + LINE * (double)CDR_MAX(lines_in(n->title, room_of(n, true)), 1u) + (n->flag[0] ? HEAD_LINE : 0) - 4;
}


/* Branches that are no failures. */
static size_t ways(const struct chart *c, const cdr_flow_node *n)
{
    size_t count = 0;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        count += !node(c, b)->failure;
    return count;
}

/* One way that is gone or not: it stands straight below its box, and a line passes it by. */
static bool is_passed(const struct chart *c, const cdr_flow_node *n)
{
    return ways(c, n) == 1 && (n->shape == CDR_FLOW_QUESTION || n->shape == CDR_FLOW_LOOP);
}

static void measure(struct chart *c, uint32_t branch, unsigned depth);

/* Ways side by side, middle of them on the axis. */
static void measure_fan(struct chart *c, const cdr_flow_node *n, struct extent *e)
{
    double width = 0, most = 0;
    size_t count = 0;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        if (!node(c, b)->failure) {
            width += c->box[b].left + c->box[b].right + (count++ ? GAP : 0);
            most = CDR_MAX(most, c->box[b].height);
        }
    e->left = CDR_MAX(e->left, width / 2);
    e->right = CDR_MAX(e->right, width / 2);
    e->height += FORK + most + JOIN;
}

static void measure_box(struct chart *c, uint32_t i, unsigned depth)
{
    const cdr_flow_node *n = node(c, i);
    struct extent *e = &c->box[i];
    size_t count = ways(c, n);
    c->inner[i] = box_height(n);
    *e = (struct extent){BOX / 2.0, BOX / 2.0, c->inner[i]};
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        measure(c, b, depth + 1);
    if (is_passed(c, n)) {
        uint32_t b = n->first;
        while (node(c, b)->failure)
            b = node(c, b)->next;
        e->left = CDR_MAX(e->left, c->box[b].left + (node(c, b)->loop ? SIDE : 0));
        e->right = CDR_MAX(e->right, c->box[b].right) + SIDE;
        e->height += FORK + c->box[b].height + JOIN;
    } else if (count > 0)
        measure_fan(c, n, e);
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        if (node(c, b)->failure) {
            e->right += GAP + c->box[b].left + c->box[b].right;
            e->height = CDR_MAX(e->height, c->inner[i] / 2 + FORK + c->box[b].height);
        }
}

static void measure(struct chart *c, uint32_t branch, unsigned depth)
{
    struct extent *e = &c->box[branch];
    *e = (struct extent){SIDE, SIDE, 0};
    for (uint32_t i = node(c, branch)->first; i != CDR_FLOW_NONE && depth < CDR_FLOW_DEPTH_MAX; i = node(c, i)->next) {
        measure_box(c, i, depth);
        e->left = CDR_MAX(e->left, c->box[i].left);
        e->right = CDR_MAX(e->right, c->box[i].right);
        e->height += c->box[i].height + (node(c, i)->next != CDR_FLOW_NONE ? DROP : 0);
    }
}

/* --- drawing --- */

static void line(cdr_buf *out, const char *class, double x1, double y1, double x2, double y2)
{
    cdr_buf_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>", class, x1, y1, x2, y2);
}

static void arrow(cdr_buf *out, double x, double y)
{
    cdr_buf_addf(out, "<path class=\"tip\" d=\"M%.1f %.1fl-4.5 -8h9z\"/>", x, y);
}

static void label(cdr_buf *out, const char *anchor, double x, double y, const char *s)
{
    if (s[0])
        text(out, "word", anchor, x, y, s, 30);
}

static void outline(cdr_buf *out, const cdr_flow_node *n, double x, double y, double h)
{
    double l = x - BOX / 2.0, r = x + BOX / 2.0;
    switch (n->shape) {
    case CDR_FLOW_QUESTION:
    case CDR_FLOW_LOOP:
        cdr_buf_addf(out, "<path class=\"node ask\" d=\"M%.1f %.1fL%.1f %.1fH%.1fL%.1f %.1fL%.1f %.1fH%.1fz\"/>", l, y + h / 2, l + 12, y, r - 12, r, y + h / 2, r - 12, y + h, l + 12);
        return;
    case CDR_FLOW_TERMINAL:
    case CDR_FLOW_JUMP:
        cdr_buf_addf(out, "<rect class=\"node%s\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" rx=\"%.1f\"/>", n->shape == CDR_FLOW_JUMP ? " flagged" : "", l + 24, y, BOX - 48, h, h / 2);
        return;
    case CDR_FLOW_BOX:
    case CDR_FLOW_CALL:
    case CDR_FLOW_FORK:
    case CDR_FLOW_BRANCH:
        break;
    }
    cdr_buf_addf(out, "<rect class=\"node\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" rx=\"%d\"/>", l, y, BOX, h, n->shape == CDR_FLOW_BOX ? 7 : 0);
    if (n->shape == CDR_FLOW_CALL)
        cdr_buf_addf(out, "<path class=\"rail\" d=\"M%.1f %.1fV%.1fM%.1f %.1fV%.1f\"/>", l + 5, y, y + h, r - 5, y, y + h);
    if (n->shape == CDR_FLOW_FORK)
        cdr_buf_addf(out, "<path class=\"rail thick\" d=\"M%.1f %.1fH%.1fM%.1f %.1fH%.1f\"/>", l, y, r, l, y + h, r);
}

static void draw_inner(cdr_buf *out, const cdr_flow_node *n, double x, double y, double h)
{
    cdr_buf_adds(out, "<g><title>");
    cdr_html_escape(out, n->title, strlen(n->title));
    cdr_buf_adds(out, "</title>");
    outline(out, n, x, y, h);
    bool middle = n->shape == CDR_FLOW_TERMINAL || n->shape == CDR_FLOW_JUMP;
    double left = x - BOX / 2.0 + (n->shape == CDR_FLOW_QUESTION || n->shape == CDR_FLOW_LOOP ? 18 : 12), at = y + PAD + 10;
    if (middle)
        line_in(out, "strong", " text-anchor=\"middle\"", x, y + 22, n->title, room_of(n, true));
    else {
        if (n->head[0]) {
            line_in(out, "quiet", "", left, at, n->head, room_of(n, false));
            at += HEAD_LINE;
        }
        title_lines(out, "strong", "", left, at + 1, n->title, room_of(n, true));
        at += LINE * (double)CDR_MAX(lines_in(n->title, room_of(n, true)), 1u);
        if (n->flag[0])
            line_in(out, "flag", "", left, at + 1, n->flag, room_of(n, true));
    }
    cdr_buf_adds(out, "</g>\n");
}

static bool draw_branch(struct chart *c, uint32_t branch, double x, double y, unsigned depth);

/* One way below the box; a line passes it by on the right, or, of a loop, leads back on the left. */
static void draw_passed(struct chart *c, uint32_t i, double x, double y, unsigned depth)
{
    const cdr_flow_node *n = node(c, i);
    uint32_t b = n->first;
    while (node(c, b)->failure)
        b = node(c, b)->next;
    double top = y + c->inner[i], begin = top + FORK, end = begin + c->box[b].height, join = end + JOIN, right = x + CDR_MAX(BOX / 2.0, c->box[b].right) + SIDE - 8, mid = y + c->inner[i] / 2;
    bool loop = node(c, b)->loop, goes_on;
    line(c->out, "link", x, top, x, begin);
    label(c->out, "", x + 8, top + 18, node(c, b)->label);
    if (node(c, b)->first != CDR_FLOW_NONE)
        arrow(c->out, x, begin);
    goes_on = draw_branch(c, b, x, begin, depth + 1);
    cdr_buf_addf(c->out, "<path class=\"link\" d=\"M%.1f %.1fH%.1fV%.1fH%.1f\"/>", x + BOX / 2.0, mid, right, join, x);
    label(c->out, " text-anchor=\"end\"", right - 6, mid - 6, loop ? "" : "no");
    if (loop) {
        double left = x - CDR_MAX(BOX / 2.0, c->box[b].left) - SIDE + 10;
        label(c->out, "", x + 10, join - 6, "then on");
        cdr_buf_addf(c->out, "<path class=\"link\" d=\"M%.1f %.1fV%.1fH%.1fV%.1fH%.1f\"/><path class=\"tip\" d=\"M%.1f %.1fl-8 -4.5v9z\"/>", x, end, end + 9, left, mid, x - BOX / 2.0, x - BOX / 2.0, mid);
    } else if (goes_on)
        line(c->out, "link", x, end, x, join);
}

static void draw_fan(struct chart *c, uint32_t i, double x, double y, unsigned depth)
{
    const cdr_flow_node *n = node(c, i);
    double width = 0, most = 0, first = 0, last = 0, top = y + c->inner[i], at, joined_first = 0, joined_last = 0;
    size_t count = 0;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        if (!node(c, b)->failure) {
            width += c->box[b].left + c->box[b].right + (count++ ? GAP : 0);
            most = CDR_MAX(most, c->box[b].height);
        }
    bool any = false;
    double fork = top + 12, begin = top + FORK, join = begin + most + JOIN - 8;
    at = x - width / 2;
    size_t k = 0;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next) {
        if (node(c, b)->failure)
            continue;
        double axis = at + c->box[b].left, end = begin + c->box[b].height;
        first = k == 0 ? axis : first;
        last = axis;
        line(c->out, "link", axis, fork, axis, begin);
        label(c->out, "", axis + 8, fork + 17, node(c, b)->label);
        if (node(c, b)->first != CDR_FLOW_NONE)
            arrow(c->out, axis, begin);
        if (draw_branch(c, b, axis, begin, depth + 1)) {
            line(c->out, "link", axis, end, axis, join);
            joined_first = any ? joined_first : axis;
            joined_last = axis;
            any = true;
        }
        at += c->box[b].left + c->box[b].right + GAP;
        k++;
    }
    line(c->out, "link", x, top, x, fork);
    line(c->out, n->shape == CDR_FLOW_FORK ? "link thick" : "link", CDR_MIN(first, x), fork, CDR_MAX(last, x), fork);
    if (any) {
        line(c->out, n->shape == CDR_FLOW_FORK ? "link thick" : "link", CDR_MIN(joined_first, x), join, CDR_MAX(joined_last, x), join);
        line(c->out, "link", x, join, x, begin + most + JOIN);
    }
}

static void draw_failures(struct chart *c, uint32_t i, double x, double y, unsigned depth)
{
    const cdr_flow_node *n = node(c, i);
    double at = x + c->box[i].right, mid = y + c->inner[i] / 2;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next)
        if (node(c, b)->failure)
            at -= GAP + c->box[b].left + c->box[b].right;
    for (uint32_t b = n->first; b != CDR_FLOW_NONE; b = node(c, b)->next) {
        if (!node(c, b)->failure)
            continue;
        double axis = at + GAP + c->box[b].left, begin = mid + FORK;
        cdr_buf_addf(c->out, "<path class=\"link dashed\" d=\"M%.1f %.1fH%.1fV%.1f\"/>", x + BOX / 2.0, mid, axis, begin);
        label(c->out, "", axis + 8, mid + 20, node(c, b)->label);
        arrow(c->out, axis, begin);
        draw_branch(c, b, axis, begin, depth + 1);
        at = axis + c->box[b].right;
    }
}

static bool follows(const cdr_flow_node *n)
{
    return n->shape != CDR_FLOW_JUMP && !(n->shape == CDR_FLOW_TERMINAL && n->next == CDR_FLOW_NONE);
}

/* False: nothing goes on behind it. */
static bool draw_box(struct chart *c, uint32_t i, double x, double y, unsigned depth)
{
    const cdr_flow_node *n = node(c, i);
    size_t count = ways(c, n);
    if (is_passed(c, n))
        draw_passed(c, i, x, y, depth);
    else if (count > 0)
        draw_fan(c, i, x, y, depth);
    draw_failures(c, i, x, y, depth);
    if (c->measuring) {
        struct piece *p = pieces_push(c->measuring);
        if (p)
            *p = (struct piece){y - 4, y + c->inner[i] + 4};
    }
    draw_inner(c->out, n, x, y, c->inner[i]);
    /* Beside a long way of failure the straight one goes on down. */
    if (count == 0 && c->box[i].height > c->inner[i])
        line(c->out, "link", x, y + c->inner[i], x, y + c->box[i].height);
    return follows(n);
}

static bool draw_branch(struct chart *c, uint32_t branch, double x, double y, unsigned depth)
{
    bool goes_on = true;
    for (uint32_t i = node(c, branch)->first; i != CDR_FLOW_NONE && depth < CDR_FLOW_DEPTH_MAX; i = node(c, i)->next) {
        bool seen = c->to <= 0 || (y < c->to && y + c->box[i].height + DROP > c->from);
        goes_on = seen ? draw_box(c, i, x, y, depth) : follows(node(c, i));
        y += c->box[i].height;
        if (node(c, i)->next != CDR_FLOW_NONE) {
            if (goes_on && seen && !node(c, node(c, i)->next)->apart) {
                line(c->out, "link", x, y, x, y + DROP - 2);
                arrow(c->out, x, y + DROP);
            }
            y += DROP;
        }
    }
    return goes_on;
}

/* --- the whole --- */

static const char style[] = "<style>text{fill:#16202b;font:13.5px system-ui,\"Segoe UI\",sans-serif}.strong{font-weight:600;font-size:14px}.quiet{fill:#55626f;font-size:12.5px}.flag{fill:#7d5200;font-weight:600;font-size:12.5px}"
                            ".word{fill:#16202b;font-size:12.5px;font-style:italic}.node{fill:#f4f6f8;stroke:#7c8996;stroke-width:1.3}.node.ask{fill:#e3f1f3;stroke:#0f5f6b}.node.flagged{stroke-dasharray:5 4}.rail{fill:none;stroke:#7c8996;stroke-width:1.3}"
                            ".rail.thick{stroke:#0f5f6b;stroke-width:4}.link{fill:none;stroke:#0f5f6b;stroke-width:1.5}.link.thick{stroke-width:4}.link.dashed{stroke-dasharray:7 5}.tip{fill:#0f5f6b}.back{fill:#fff}.head{font-weight:600;font-size:15px}"
                            "@media (prefers-color-scheme:dark){text,.word{fill:#e7edf2}.quiet{fill:#a3b0bc}.flag{fill:#f0c167}.node{fill:#182129;stroke:#73808c}.node.ask{fill:#14323a;stroke:#6cc3cf}.rail{stroke:#73808c}.rail.thick,.link{stroke:#6cc3cf}"
                            ".tip{fill:#6cc3cf}.back{fill:#11181f}}</style>";

static void begin_svg(const cdr_svg_flow *f, cdr_buf *out, size_t piece, double left, double top, double width, double height)
{
    cdr_buf_addf(out, "<svg class=\"flow\" role=\"img\" aria-labelledby=\"%s-%zu-t %s-%zu-d\" viewBox=\"%.1f %.1f %.1f %.1f\"", f->id, piece, f->id, piece, left, top, width, height);
    if (f->standalone)
        cdr_buf_addf(out, " width=\"%.0f\" height=\"%.0f\"", width, height);
    cdr_buf_addf(out, " xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-%zu-t\">", f->id, piece);
    cdr_html_escape(out, f->title, strlen(f->title));
    cdr_buf_addf(out, "</title><desc id=\"%s-%zu-d\">", f->id, piece);
    cdr_html_escape(out, f->description, strlen(f->description));
    cdr_buf_adds(out, "</desc>\n");
    if (f->standalone)
        cdr_buf_addf(out, "%s<rect class=\"back\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", style, top, width, height);
}

/* What the shapes mean, for a picture that travels alone. */
static double legend(const struct chart *c, double y, bool draw)
{
    static const struct { cdr_flow_shape shape; const char *word; } kinds[] = {
        {CDR_FLOW_BOX, "something to do"}, {CDR_FLOW_QUESTION, "a question: one way"}, {CDR_FLOW_FORK, "at the same time"}, {CDR_FLOW_CALL, "another playbook"}, {CDR_FLOW_JUMP, "goes on elsewhere"},
    };
    size_t columns = (size_t)CDR_MAX((c->width - 2 * MARGIN + GAP) / (BOX + GAP), 1.0), rows = (CDR_COUNT(kinds) + columns - 1) / columns;
    for (size_t i = 0; draw && i < CDR_COUNT(kinds); i++) {
        const cdr_flow_node n = {kinds[i].shape, "", kinds[i].word, "", "", false, false, false, CDR_FLOW_NONE, CDR_FLOW_NONE};
        draw_inner(c->out, &n, MARGIN + BOX / 2.0 + (double)(i % columns) * (BOX + GAP), y + (double)(i / columns) * 48, 36);
    }
    return (double)rows * 48;
}

static cdr_status lay_out(struct chart *c, const cdr_svg_flow *f, cdr_err *err)
{
    *c = (struct chart){.f = f, .box = cdr_alloc_array(f->count + 1, sizeof *c->box), .inner = cdr_alloc_array(f->count + 1, sizeof *c->inner)};
    if (!c->box || !c->inner)
        return cdr_fail_nomem(err, "template");
    double left = 0, right = 0, heading = 0;
    c->height = MARGIN;
    for (size_t r = 0; r < f->root_count; r++) {
        const struct extent *e = &c->box[f->roots[r]];
        measure(c, f->roots[r], 0);
        left = CDR_MAX(left, e->left);
        right = CDR_MAX(right, e->right);
        heading = CDR_MAX(heading, HEADING_LETTER * (double)CDR_MIN(cdr_text_width(node(c, f->roots[r])->label), (size_t)HEADING_COLUMNS));
        c->height += e->height + HEADING * (node(c, f->roots[r])->label[0] != '\0') + (r ? GAP : 0);
    }
    c->width = CDR_MAX(left + right, heading) + 2.0 * MARGIN;
    c->height += MARGIN;
    c->box[f->count].left = left + MARGIN;   /* the axis of all */
    return CDR_OK;
}

static void free_chart(struct chart *c)
{
    cdr_free(c->box);
    cdr_free(c->inner);
    pieces_done(&c->cuts);
}

static void draw_all(struct chart *c)
{
    double y = MARGIN, x = c->box[c->f->count].left;
    for (size_t r = 0; r < c->f->root_count; r++) {
        uint32_t root = c->f->roots[r];
        y += r ? GAP : 0;
        if (node(c, root)->label[0]) {
            text(c->out, "head", "", MARGIN, y + 16, node(c, root)->label, HEADING_COLUMNS);
            y += HEADING;
        }
        draw_branch(c, root, x, y, 0);
        y += c->box[root].height;
    }
}

static cdr_status finish(const cdr_buf *out, cdr_err *err)
{
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "template", "template.flow-size", "The flow chart is larger than allowed.");
}

cdr_status cdr_svg_flow_size(const cdr_svg_flow *f, double *ret_width, double *ret_height, double *ret_axis, cdr_err *err)
{
    struct chart c _cleanup_(free_chart) = {0};
    cdr_status s = lay_out(&c, f, err);
    *ret_width = c.width;
    *ret_height = c.height;
    double page = CDR_MAX(c.width, (double)PAGE);
    *ret_axis = s == CDR_OK ? (c.box[f->count].left + (page - c.width) / 2) / page : 0.5;
    return s;
}

cdr_status cdr_svg_flow_write(cdr_buf *out, const cdr_svg_flow *f, cdr_err *err)
{
    struct chart c _cleanup_(free_chart) = {0};
    cdr_status s = lay_out(&c, f, err);
    if (s != CDR_OK)
        return s;
    c.out = out;
    double below = f->standalone ? legend(&c, 0, false) + GAP : 0;
    begin_svg(f, out, 0, 0, 0, c.width, c.height + below);
    draw_all(&c);
    if (f->standalone)
        legend(&c, c.height + GAP / 2.0, true);
    cdr_buf_adds(out, "</svg>\n");
    return finish(out, err);
}

static int compare_pieces(const void *a, const void *b)
{
    double x = ((const struct piece *)a)->from, y = ((const struct piece *)b)->from;
    return (x > y) - (x < y);
}

/* Boxes that overlap become one, so that between two of them no box is cut. */
static void merge(pieces *boxes)
{
    size_t n = 0;
    if (boxes->len)
        qsort(boxes->at, boxes->len, sizeof *boxes->at, compare_pieces);
    for (size_t i = 0; i < boxes->len; i++)
        if (n > 0 && boxes->at[i].from <= boxes->at[n - 1].to)
            boxes->at[n - 1].to = CDR_MAX(boxes->at[n - 1].to, boxes->at[i].to);
        else
            boxes->at[n++] = boxes->at[i];
    boxes->len = n;
}

/* As low as ${most} allows, between boxes; where boxes of several columns leave no gap, as low as it allows. */
static cdr_status find_cuts(struct chart *c, double most, cdr_err *err)
{
    pieces boxes _cleanup_(pieces_done) = {0};
    cdr_buf drawn _cleanup_buf_ = CDR_BUF(32u << 20);
    c->out = &drawn;
    c->measuring = &boxes;
    draw_all(c);
    c->measuring = NULL;
    merge(&boxes);
    size_t i = 0;
    for (double from = 0; from < c->height;) {
        double cut = from + most;
        while (i < boxes.len && boxes.at[i].to <= cut)
            i++;
        /* The box that is cut, and the gap above it. */
        if (i < boxes.len && boxes.at[i].from < cut && boxes.at[i].from > from + most / 2)
            cut = boxes.at[i].from;
        if (cut + 60 >= c->height)
            cut = c->height;
        struct piece *p = pieces_push(&c->cuts);
        if (!p)
            return cdr_fail_nomem(err, "template");
        *p = (struct piece){from, cut};
        from = cut;
    }
    return CDR_OK;
}

cdr_status cdr_svg_flow_pieces(const cdr_svg_flow *f, double ratio, cdr_svg_piece_fn *fn, void *arg, cdr_err *err)
{
    struct chart c _cleanup_(free_chart) = {0};
    cdr_buf one _cleanup_buf_ = CDR_BUF(32u << 20);
    cdr_status s = lay_out(&c, f, err);
    /* A narrow chart does not fill a page: its boxes would be as large as posters. */
    double page = CDR_MAX(c.width, (double)PAGE);
    if (s == CDR_OK)
        s = find_cuts(&c, page * ratio, err);
    if (s != CDR_OK)
        return s;
    c.out = &one;
    for (size_t i = 0; s == CDR_OK && i < c.cuts.len; i++) {
        cdr_buf_clear(&one);
        c.from = c.cuts.at[i].from;
        c.to = c.cuts.at[i].to;
        begin_svg(f, &one, i, (c.width - page) / 2, c.from, page, c.to - c.from);
        draw_all(&c);
        cdr_buf_adds(&one, "</svg>\n");
        s = finish(&one, err);
        if (s == CDR_OK)
            s = fn(arg, one.data, one.len, err);
    }
    return s;
}
