/* SPDX-License-Identifier: Apache-2.0 */
/* What a template is compiled to: programs (the template and each of its partials), one after another in a flat list of steps with
 * jumps, so that neither compiling nor rendering needs recursion. */
#ifndef CDR_TEMPLATE_COMPILED_H
#define CDR_TEMPLATE_COMPILED_H

#include "base/arena.h"
#include "base/vec.h"
#include "template/template.h"

typedef enum step_kind { STEP_TEXT, STEP_VALUE, STEP_RAW, STEP_SECTION, STEP_INVERTED, STEP_END, STEP_PARTIAL, STEP_RETURN } step_kind;

typedef struct step {
    step_kind kind;
    bool line_start;        /* a line of the template begins here: a partial's indentation goes before it */
    bool optional;          /* may be missing */
    bool alone;             /* partial: on a line of its own, so that ->text indents what it brings */
    uint32_t jump;          /* section: its end; end: its section; partial: its program */
    uint32_t line;
    uint32_t parts;         /* words in a dotted name; 0: the current item */
    const char *source;     /* name of the template it stands in */
    const char *text;       /* text, the words of the name, each with its NUL, or an indentation */
    size_t len;
} step;
CDR_VEC(step_list, step)

#define NO_PROGRAM UINT32_MAX

typedef struct program {
    const char *name;       /* copy in the arena */
    cdr_template_source src;
    size_t begin;           /* its first step */
} program;
CDR_VEC(program_list, program)

struct cdr_template {
    cdr_arena *arena;
    cdr_template_mode mode;
    bool lenient;
    step_list steps;
    program_list programs;  /* the first is the template itself */
};

struct cdr_template_columns {
    size_t count;           /* columns */
    size_t step_count;
    uint16_t slot[];        /* per step: column of the name's first word + 1, 0 none */
};

#endif
