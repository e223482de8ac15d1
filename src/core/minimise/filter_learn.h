/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_MINIMISE_FILTER_LEARN_H
#define CDR_CORE_MINIMISE_FILTER_LEARN_H

#include "core/minimise/filter_policy.h"

/* What the beginning of the data shows of one column. */
typedef struct cdr_filter_learnt {
    const char *name;
    cdr_kind kind;                 /* CDR_KIND_NONE: nothing personal that fills the column */
    const char *category;          /* of the kind, or by the name alone; "" nothing personal */
    float confidence;
    bool by_header, by_content, free_text, personal_name;
    bool remarks;                  /* its name says so; what stands there is text, as far as it was seen */
    bool numbers;                  /* many values, hardly one with a letter; or no header names it */
    bool codes;                    /* words with a digit in them, most of them */
    uint64_t values;
} cdr_filter_learnt;

typedef struct cdr_filter_lesson { const cdr_filter_learnt *columns; size_t count; cdr_filter_format format; char delimiter; bool headless; } cdr_filter_lesson;

cdr_status cdr_filter_learn(const cdr_filter_ask *ask, const char *sample, size_t len, bool whole, cdr_arena *a, cdr_filter_lesson *ret, cdr_err *err) CDR_NODISCARD;
/* What a name alone says for certain; CDR_KIND_NONE nothing. */
cdr_kind cdr_filter_name_says(const char *name, size_t len);
/* What it speaks of, perhaps. */
cdr_kind cdr_filter_name_hints(const cdr_ruleset *rs, const char *name, size_t len);

/* The same of names that stand in a table, whatever the values look like; false: not in it. */
bool cdr_filter_name_known(const char *name, size_t len, cdr_kind *ret_kind, const char **ret_category);
bool cdr_filter_is_yes_or_no(const char *value, size_t len);

/* --- filter_key.c --- */
bool cdr_filter_name_remarks(const char *name, size_t len);
bool cdr_filter_is_direct(const char *category);       /* who somebody is, by itself */
/* Is "id" or its like a key of people, beside columns of the names ${direct} that say who they are? ${codes}: its values look like one. */
bool cdr_filter_is_key(const char *name, bool codes, const char *const *direct, size_t count);

#endif
