/* SPDX-License-Identifier: Apache-2.0 */
/* Charts as SVG text for a page: readable without script, each with a title and a description for those who do not see it. Colours,
 * dashes and hatching come from the classes of candor.css, so that one page serves light, dark and paper; no chart says anything by
 * colour alone. All strings are escaped here. Output is well-formed XML. */
#ifndef CDR_TEMPLATE_SVG_H
#define CDR_TEMPLATE_SVG_H

#include "base/buf.h"

/* A map in two columns: who or what on the left, who holds it on the right, a line for each relation with its word. */
typedef struct cdr_svg_node {
    const char *title, *note;
    const char *flag;        /* a word in a tag, "" none: "unregistered" */
    double share;            /* 0-1: length of the bar below; < 0 none */
} cdr_svg_node;

/* Line styles tell relations apart without colour. */
typedef enum cdr_svg_line { CDR_SVG_LINE_THICK, CDR_SVG_LINE_THIN, CDR_SVG_LINE_DASHED, CDR_SVG_LINE_DOTTED, CDR_SVG_LINE__MAX } cdr_svg_line;
typedef struct cdr_svg_link { size_t left, right; const char *word; cdr_svg_line line; } cdr_svg_link;
/* Something two nodes of the left column share: drawn as a bow beside them. */
typedef struct cdr_svg_bow { size_t a, b; const char *word; } cdr_svg_bow;

typedef struct cdr_svg_map {
    const char *id;                             /* unique in the page, [a-z-] */
    const char *title, *description;
    const char *left_head, *right_head;
    const cdr_svg_node *left, *right;
    size_t left_count, right_count;
    const cdr_svg_link *links; size_t link_count;
    const cdr_svg_bow *bows; size_t bow_count;
} cdr_svg_map;
cdr_status cdr_svg_map_write(cdr_buf *out, const cdr_svg_map *m, cdr_err *err) CDR_NODISCARD;

/* A number with bounds against a whole: solid up to ${min}, hatched from there to ${max}. */
void cdr_svg_bar(cdr_buf *out, double min, double max, double whole, const char *title);

/* Parts of a whole in one bar, told apart by fill and hatching (class part-<i>). */
typedef struct cdr_svg_part { const char *title; double value; } cdr_svg_part;
void cdr_svg_parts(cdr_buf *out, const cdr_svg_part *parts, size_t count, const char *title);

/* A heat map: rows by columns, the square's size and shade say how much, the number stands in it. ${level} 0-4 per cell. */
typedef struct cdr_svg_cell { const char *text; int level; } cdr_svg_cell;
typedef struct cdr_svg_heat {
    const char *id, *title, *description;
    const char *const *rows; size_t row_count;
    const char *const *columns; size_t column_count;
    const cdr_svg_cell *cells;                  /* row by row */
} cdr_svg_heat;
cdr_status cdr_svg_heat_write(cdr_buf *out, const cdr_svg_heat *h, cdr_err *err) CDR_NODISCARD;

/* Columns side by side, such as the shares of a distribution. Flagged ones are hatched; those at the left are bracketed with ${flag_text}. */
typedef struct cdr_svg_column { const char *name, *note, *text; double value; bool flagged; } cdr_svg_column;   /* ${text} stands on top, ${note} below the name */
typedef struct cdr_svg_columns {
    const char *id, *title, *description, *flag_text;
    const cdr_svg_column *columns; size_t count;
    bool standalone;                            /* a file of its own, with its colours in it */
} cdr_svg_columns;
cdr_status cdr_svg_columns_write(cdr_buf *out, const cdr_svg_columns *s, cdr_err *err) CDR_NODISCARD;

/* Columns of several parts on top of each other, such as kinds over months. Parts are told apart by fill and hatching (classes stack-0 to stack-5), and their numbers stand in them. */
#define CDR_SVG_STACK_PARTS 6
typedef struct cdr_svg_stack_column { const char *name; unsigned parts[CDR_SVG_STACK_PARTS]; } cdr_svg_stack_column;
typedef struct cdr_svg_stack {
    const char *id, *title, *description;
    const char *parts[CDR_SVG_STACK_PARTS]; size_t part_count;      /* names, from below to above */
    const cdr_svg_stack_column *columns; size_t count;
} cdr_svg_stack;
cdr_status cdr_svg_stack_write(cdr_buf *out, const cdr_svg_stack *s, cdr_err *err) CDR_NODISCARD;
/* A square with the fill of part ${i}, for a legend. */
void cdr_svg_stack_key(cdr_buf *out, const char *id, size_t i);

/* How long something takes: from the shortest to the longest, the middle half thick, the median as a mark; on a scale of minutes to years. */
typedef struct cdr_svg_range { const char *name, *text; size_t count; double least, low, median, high, most; } cdr_svg_range;      /* seconds; ${text} stands at the right; ->count 0: not known */
typedef struct cdr_svg_ranges {
    const char *id, *title, *description;
    const cdr_svg_range *ranges; size_t count;
} cdr_svg_ranges;
cdr_status cdr_svg_ranges_write(cdr_buf *out, const cdr_svg_ranges *r, cdr_err *err) CDR_NODISCARD;

/* Time that was left at deadlines: in time to the right of the line (round), late to its left (pointed); what is open and late is hollow. Marks of about the same time stand on top of each other. */
typedef struct cdr_svg_mark { const char *title; double seconds; bool open; } cdr_svg_mark;      /* < 0: late */
typedef struct cdr_svg_strip {
    const char *id, *title, *description;
    const cdr_svg_mark *marks; size_t count;
} cdr_svg_strip;
cdr_status cdr_svg_strip_write(cdr_buf *out, const cdr_svg_strip *s, cdr_err *err) CDR_NODISCARD;

/* The beginning of a picture: role, title and description. */
void cdr_svg_begin(cdr_buf *out, const char *class, const char *id, const char *title, const char *description, int width, int height);

/* ${s} cut to ${columns} terminal columns with an ellipsis, escaped for XML. */
void cdr_svg_text(cdr_buf *out, const char *s, size_t columns);

#endif
