/* SPDX-License-Identifier: Apache-2.0 */
/* A playbook in the order in which people read it: a tree of steps, the branches that they open, and what stands in those. Each step stands once, under a number of its own; where the flow
 * comes to a step that stands elsewhere, it says so. Playbooks that do not hang together have an outline too. Pure. */
#ifndef CDR_CORE_CACAO_OUTLINE_H
#define CDR_CORE_CACAO_OUTLINE_H

#include "core/cacao/playbook.h"

#define CDR_OUTLINE_DEPTH_MAX 40             /* branches in branches; deeper ones are named, not shown */
#define CDR_OUTLINE_NONE UINT32_MAX

typedef enum cdr_outline_kind {
    CDR_OUTLINE_BRANCH = 1,                  /* ->first: what stands in it. Nothing: it leads straight to its end */
    CDR_OUTLINE_STEP,                        /* ->first: the branches it opens, then what follows when it fails */
    CDR_OUTLINE_GOTO,                        /* it goes on at ->step, which stands elsewhere */
    CDR_OUTLINE_END                          /* depth 0 and 1: the workflow is over; deeper: the branch around it */
} cdr_outline_kind;

typedef enum cdr_outline_way {               /* BRANCH: when it is gone */
    CDR_WAY_MAIN, CDR_WAY_EXCEPTION, CDR_WAY_UNREACHED, CDR_WAY_TRUE, CDR_WAY_FALSE, CDR_WAY_WHILE, CDR_WAY_CASE, CDR_WAY_OTHERWISE, CDR_WAY_PARALLEL, CDR_WAY_FAILURE
} cdr_outline_way;

typedef struct cdr_outline_node {
    cdr_outline_kind kind;
    cdr_outline_way way;
    uint32_t step;                           /* STEP, GOTO, END; BRANCH: who opens it, CDR_NO_STEP nobody */
    const char *value;                       /* CASE: its value, borrowed from the playbook */
    char number[12];                         /* STEP: "14", in the order of reading; GOTO: that of the step, "" none */
    uint32_t first, next;                    /* children, and what stands beside it; CDR_OUTLINE_NONE */
    unsigned depth;                          /* of branches; 0 the workflow */
    bool apart;                              /* among steps that nothing leads to: not even the one before it does */
} cdr_outline_node;

typedef struct cdr_outline { cdr_outline_node *nodes; size_t count; } cdr_outline;   /* ->nodes[0]: the workflow; its ->next: exception, steps that nothing leads to */
cdr_status cdr_outline_new(const cdr_playbook *p, cdr_outline *ret, cdr_err *err) CDR_NODISCARD;
void cdr_outline_done(cdr_outline *o);
/* The step's number; NULL: it stands nowhere (an end). */
const char *cdr_outline_number(const cdr_outline *o, uint32_t step);
/* What people do, not how the flow is drawn: the one count of steps that people are told. */
unsigned cdr_playbook_steps_for_people(const cdr_playbook *p);

#endif
