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

/* ${s} cut to ${columns} terminal columns with an ellipsis, escaped for XML. */
void cdr_svg_text(cdr_buf *out, const char *s, size_t columns);

#endif
