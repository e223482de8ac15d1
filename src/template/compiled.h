/* SPDX-License-Identifier: Apache-2.0 */
/* What a template is compiled to: a flat list of steps with jumps, so that rendering needs no recursion. */
#ifndef CDR_TEMPLATE_COMPILED_H
#define CDR_TEMPLATE_COMPILED_H

#include "base/arena.h"
#include "base/vec.h"
#include "template/template.h"

typedef enum step_kind { STEP_TEXT, STEP_VALUE, STEP_RAW, STEP_SECTION, STEP_INVERTED, STEP_END } step_kind;

typedef struct step {
    step_kind kind;
    uint32_t jump;          /* section: its end; end: its section */
    uint32_t line;
    uint32_t parts;         /* words in a dotted name; 0: the current item */
    const char *source;     /* name of the template it stands in */
    const char *text;       /* text, or the words of the name, each with its NUL */
    size_t len;
} step;
CDR_VEC(step_list, step)

struct cdr_template {
    cdr_arena *arena;
    cdr_template_mode mode;
    step_list steps;
};

#endif
