/* SPDX-License-Identifier: Apache-2.0 */
/* A flow chart as SVG: a column of boxes from top to bottom, branches side by side, lines that split and meet again. Shapes and words tell kinds apart, never colour alone; a chart may be cut into
 * pieces for paper. All strings are escaped here. */
#ifndef CDR_TEMPLATE_SVG_FLOW_H
#define CDR_TEMPLATE_SVG_FLOW_H

#include "base/buf.h"

#define CDR_FLOW_NONE UINT32_MAX
#define CDR_FLOW_DEPTH_MAX 48

typedef enum cdr_flow_shape {
    CDR_FLOW_BOX,            /* something to do */
    CDR_FLOW_CALL,           /* another flow: double sides */
    CDR_FLOW_QUESTION,       /* six corners: one way is gone */
    CDR_FLOW_LOOP,           /* six corners, and a line back */
    CDR_FLOW_FORK,           /* bars above and below: all ways are gone at the same time */
    CDR_FLOW_JUMP,           /* dashed: it goes on elsewhere */
    CDR_FLOW_TERMINAL,       /* round: begin and end */
    CDR_FLOW_BRANCH          /* no box: a way that the box above opens */
} cdr_flow_shape;

/* Boxes stand in ->first of a branch and follow each other by ->next; ->first of a box are its branches. */
typedef struct cdr_flow_node {
    cdr_flow_shape shape;
    const char *head;        /* "14 · IT · 4 h", "" none */
    const char *title;
    const char *flag;        /* a word below: "decision"; "" none */
    const char *label;       /* BRANCH: on its line: "yes" */
    bool failure;            /* BRANCH: gone when the box above fails: dashed, beside the straight way */
    bool loop;               /* BRANCH: leads back to the box */
    bool apart;              /* no line leads to it from the one before */
    uint32_t first, next;
} cdr_flow_node;

typedef struct cdr_svg_flow {
    const char *id, *title, *description;
    const cdr_flow_node *nodes;
    size_t count;
    const uint32_t *roots;   /* branches, one below the other, each with its label as a heading */
    size_t root_count;
    bool standalone;         /* a file of its own, with its colours in it and a legend */
} cdr_svg_flow;

cdr_status cdr_svg_flow_write(cdr_buf *out, const cdr_svg_flow *f, cdr_err *err) CDR_NODISCARD;

/* For paper: pieces of at most ${ratio} times as high as they are wide, cut between boxes where that can be, each an SVG of its own. ${ret_width}: of all of them, in units of text
 * 13.5 high. Each piece is handed to ${fn}, whose CDR_DONE ends it. */
typedef cdr_status cdr_svg_piece_fn(void *arg, const char *svg, size_t len, cdr_err *err);
/* ${ret_axis}: where the first box stands, 0 left to 1 right. */
cdr_status cdr_svg_flow_size(const cdr_svg_flow *f, double *ret_width, double *ret_height, double *ret_axis, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_svg_flow_pieces(const cdr_svg_flow *f, double ratio, cdr_svg_piece_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
