/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that draft a notice share. */
#ifndef CDR_CORE_REPORT_NOTICE_PARTS_H
#define CDR_CORE_REPORT_NOTICE_PARTS_H

#include "base/vec.h"
#include "core/report/notice.h"
#include "core/report/view.h"

CDR_VEC(gap_list, cdr_notice_gap)

typedef struct drafting {
    cdr_view v;
    const cdr_register *r;
    const cdr_policy *policy;     /* NULL: none */
    const json_t *words;
    cdr_notice_kind kind;
    const char *program;
    gap_list gaps, questions;
    json_t *root;
    unsigned bases;               /* bit per lawful basis that is used */
    bool marketing, automated;
    cdr_err *err;
} drafting;

/* --- texts, in notice_words.c --- */

typedef struct notice_item { const char *id, *law, *what; } notice_item;
extern const notice_item notice_gdpr_items[], notice_ccpa_items[];
extern const size_t notice_gdpr_item_count, notice_ccpa_item_count;
extern const char notice_gdpr_checked[], notice_ccpa_checked[];     /* when the law was last looked up, and how sure we are */
/* By index of cdr_lawful_basis_names. */
typedef struct notice_basis { const char *title, *law, *text, *must; } notice_basis;
extern const notice_basis notice_bases[7];
extern const char *const notice_conditions[11];       /* by index of cdr_special_condition_names */
typedef struct notice_right { const char *title, *text; unsigned bases; } notice_right;   /* bases: 0 always, else one of these must be used */
extern const notice_right notice_rights[];
extern const size_t notice_right_count;
typedef struct notice_group { char letter; const char *title, *law; } notice_group;
extern const notice_group notice_groups[];            /* of Cal. Civ. Code 1798.140(v)(1) */
extern const size_t notice_group_count;
extern const char *const notice_relations[4];         /* what a holder does, by cdr_relation */

/* --- building, in notice_build.c --- */

const char *notice_text(drafting *d, const char *fmt, ...) CDR_PRINTF(2, 3);    /* in the arena, never NULL */
json_t *notice_section(drafting *d, const char *name);                          /* a new object in the root, with an empty list "gaps" */
void notice_say(drafting *d, json_t *section, const char *list, const char *text);
/* Marks a gap in ${section}: ${text} takes the place of what is missing. ${fix} NULL: none. */
void notice_gap(drafting *d, json_t *section, const char *id, const char *activity, const char *fix, const char *text);
void notice_gap_command(drafting *d, json_t *section, const char *id, const char *activity, const char *command, const char *text);
void notice_ask(drafting *d, const char *id, const char *activity, const char *fix, const char *text);
const char *notice_capital(drafting *d, const char *text);                      /* first letter large */
const char *notice_set(drafting *d, const char *activity, const char *what);    /* "candor inventory set activity KEY WHAT" */
const char *notice_word(const drafting *d, const char *key);                    /* of words.yaml, "" none */
const char *notice_activity_word(const drafting *d, const char *activity, const char *key);
/* "your name, contact details and your address": plain names of ${keys}, each once. */
const char *notice_categories(drafting *d, const cdr_reg_list *keys);
const char *notice_plain(const char *category);                                 /* plain name of one */
bool notice_covers(const cdr_reg_activity *x);                                  /* ours to tell: not done for somebody else */

enum { NOTICE_KEPT_MAX = 8 };
/* How long one kind of data is kept in the systems of the activity, each answer once; 0: out of memory. notice_kept.c. */
size_t notice_kept_category(const cdr_register *r, const cdr_policy *p, const cdr_reg_activity *x, const char *category, cdr_kept ret[NOTICE_KEPT_MAX]);
/* The gap of an answer that is not known: what is missing, and the command that fills it. ${data}: of which kinds of data, "" all of the activity. */
void notice_kept_gap(drafting *d, json_t *section, const cdr_reg_activity *x, const cdr_kept *kept, const char *data);

void notice_who(drafting *d);        /* notice_who.c: who sees the data, and where */
void notice_where(drafting *d);
cdr_status notice_gdpr(drafting *d);
cdr_status notice_ccpa(drafting *d); /* notice_ccpa.c */
void notice_reach(drafting *d);

#endif
