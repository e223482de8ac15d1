/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/run_number.h"

#include "base/parse.h"
#include "base/vec.h"
#include "core/cacao/outline.h"
#include "core/cacao/run_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct plan { const cdr_playbook *p; unsigned *numbers; } plan;
CDR_VEC(plans, plan)

/* A coming of a step: which of how many. */
typedef struct coming { uint32_t frame, step, id; } coming;
typedef struct which { uint32_t nth, times; } which;

struct cdr_run_numbers {
    const cdr_run *run;
    plans plans;
    which *at;               /* by activation - 1 */
    size_t count;
};

static uint32_t index_of(const cdr_playbook *p, const cdr_step *s)
{
    return (uint32_t)(s - cdr_playbook_step(p, 0));      /* steps stand side by side */
}

static const plan *plan_of(const cdr_run_numbers *n, const cdr_playbook *p)
{
    for (size_t i = 0; i < n->plans.len; i++)
        if (n->plans.at[i].p == p)
            return &n->plans.at[i];
    return NULL;
}

static cdr_status add_plan(cdr_run_numbers *n, const cdr_playbook *p, cdr_err *err)
{
    cdr_outline outline;
    if (plan_of(n, p))
        return CDR_OK;
    plan *one = plans_push(&n->plans);
    unsigned *numbers = cdr_alloc_array(cdr_playbook_step_count(p) + 1, sizeof *numbers);
    if (one)
        *one = (plan){p, numbers};
    if (!one || !numbers) {
        if (!one)
            cdr_free(numbers);
        return cdr_fail_nomem(err, "cacao");
    }
    cdr_status s = cdr_outline_new(p, &outline, err);
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; i < outline.count; i++) {
        uint64_t number;
        const cdr_outline_node *node = &outline.nodes[i];
        if (node->kind == CDR_OUTLINE_STEP && cdr_parse_u64(node->number, strlen(node->number), 1, UINT32_MAX, &number))
            numbers[node->step] = (unsigned)number;
    }
    cdr_outline_done(&outline);
    return CDR_OK;
}

static int in_order(const void *a, const void *b)
{
    const coming *x = a, *y = b;
    if (x->frame != y->frame)
        return x->frame < y->frame ? -1 : 1;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Sorted, as a table of frames by steps could be larger than any memory. */
static cdr_status count_comings(cdr_run_numbers *n, cdr_err *err)
{
    _cleanup_free_ coming *all = cdr_alloc_array(n->count + 1, sizeof *all);
    n->at = cdr_alloc_array(n->count + 1, sizeof *n->at);
    if (!all || !n->at)
        return cdr_fail_nomem(err, "cacao");
    for (uint32_t i = 1; i <= n->count; i++) {
        const cdr_activation *a = cdr_run_activation(n->run, i);
        all[i - 1] = (coming){a->frame, index_of(a->playbook, a->step), i};
    }
    qsort(all, n->count, sizeof *all, in_order);
    for (size_t from = 0, to; from < n->count; from = to) {
        for (to = from + 1; to < n->count && all[to].frame == all[from].frame && all[to].step == all[from].step; to++)
            continue;
        for (size_t i = from; i < to; i++)
            n->at[all[i].id - 1] = (which){(uint32_t)(i - from + 1), (uint32_t)(to - from)};
    }
    return CDR_OK;
}

cdr_status cdr_run_numbers_new(const cdr_run *run, cdr_run_numbers **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_(cdr_run_numbers_freep) cdr_run_numbers *n = cdr_alloc(sizeof *n);
    if (!n)
        return cdr_fail_nomem(err, "cacao");
    n->run = run;
    n->count = cdr_run_activation_count(run);
    cdr_status s = add_plan(n, cdr_run_playbook(run), err);
    for (uint32_t i = 1; s == CDR_OK && i <= n->count; i++)
        s = add_plan(n, cdr_run_activation(run, i)->playbook, err);
    if (s == CDR_OK)
        s = count_comings(n, err);
    if (s == CDR_OK) {
        *ret = n;
        n = NULL;
    }
    return s;
}

void cdr_run_numbers_free(cdr_run_numbers *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->plans.len; i++)
        cdr_free(n->plans.at[i].numbers);
    plans_done(&n->plans);
    cdr_free(n->at);
    cdr_free(n);
}

unsigned cdr_run_plan_number(const cdr_run_numbers *n, const cdr_playbook *p, uint32_t step)
{
    const plan *one = plan_of(n, p);
    return one && step < cdr_playbook_step_count(p) ? one->numbers[step] : 0;
}

const cdr_activation *cdr_run_caller(const cdr_run *run, const cdr_activation *a)
{
    return a->frame && a->frame < run->frames.len ? cdr_run_activation(run, run->frames.at[a->frame].opener) : NULL;
}

/* ${nth}: always with which coming it is. */
static void put(const cdr_run_numbers *n, uint32_t activation, bool nth, char ret[CDR_RUN_NUMBER_MAX])
{
    const cdr_activation *chain[CDR_RUN_FRAMES_MAX + 1];
    size_t depth = 0, len = 0;
    ret[0] = '\0';
    for (const cdr_activation *a = activation && activation <= n->count ? cdr_run_activation(n->run, activation) : NULL; a && depth < CDR_COUNT(chain); a = cdr_run_caller(n->run, a))
        chain[depth++] = a;
    while (depth > 0 && len < CDR_RUN_NUMBER_MAX) {
        const cdr_activation *a = chain[--depth];
        unsigned number = cdr_run_plan_number(n, a->playbook, index_of(a->playbook, a->step));
        const which *w = &n->at[a->id - 1];
        if (!number) {
            ret[0] = '\0';
            return;
        }
        len += (size_t)snprintf(ret + len, CDR_RUN_NUMBER_MAX - len, "%s%u", len ? "/" : "", number);
        if (len < CDR_RUN_NUMBER_MAX && (w->times > 1 || nth))
            len += (size_t)snprintf(ret + len, CDR_RUN_NUMBER_MAX - len, ".%u", w->nth);
    }
}

void cdr_run_number(const cdr_run_numbers *n, uint32_t activation, char ret[CDR_RUN_NUMBER_MAX])
{
    put(n, activation, false, ret);
}

/* Between each two slashes the coming may be left out. */
bool cdr_run_number_is(const cdr_run_numbers *n, uint32_t activation, const char *word)
{
    char number[CDR_RUN_NUMBER_MAX];
    put(n, activation, true, number);
    const char *whole = number;
    for (;;) {
        size_t len = strcspn(word, "/"), all = strcspn(whole, "/"), plain = strcspn(whole, "./");
        if (!len || (len != all && len != plain) || strncmp(word, whole, len) != 0)
            return false;
        word += len;
        whole += all;
        if (!*word || !*whole)
            return *word == *whole;
        word++;
        whole++;
    }
}
