/* SPDX-License-Identifier: Apache-2.0 */
/* What is found again of erased values (MIN-24): one pass over what scans saw, kind by kind. */
#include "core/minimise/residue.h"
#include "core/minimise/store_plan.h"

#include "base/vec.h"
#include "core/inventory/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct kept {
    char plan[13], kind[48];
    int64_t erased_us, row;
    cdr_erased_state state;
    char *place;                 /* CDR_LEFT…: the object in which it stayed, of ->most values at most */
    uint64_t most;
    cdr_sketch values;
} kept;
CDR_VEC(kept_list, kept)

typedef struct looking { kept_list all; const char *kind; cdr_residue_fn *fn; void *arg; } looking;

/* One set per plan and kind, whatever file it was removed from; what stayed in a changed file is looked for there only. */
static cdr_status take(void *arg, const cdr_erased *e)
{
    looking *l = arg;
    kept *k = NULL;
    for (size_t i = 0; i < l->all.len && !k && e->state == CDR_GONE; i++)
        if (l->all.at[i].row == e->plan && l->all.at[i].state == CDR_GONE && !strcmp(l->all.at[i].kind, e->kind))
            k = &l->all.at[i];
    if (!k && (k = kept_list_push(&l->all))) {
        k->row = e->plan;
        k->erased_us = e->erased_us;
        k->state = e->state;
        k->most = e->found;
        snprintf(k->plan, sizeof k->plan, "%.12s", e->sha256);
        snprintf(k->kind, sizeof k->kind, "%s", e->kind);
        if (e->state != CDR_GONE && !(k->place = *e->inside ? cdr_asprintf("%s!/%s", e->file, e->inside) : cdr_asprintf("%s", e->file)))
            return CDR_E_NOMEM;
    }
    return k ? cdr_sketch_merge(&k->values, &e->values) : CDR_E_NOMEM;
}

static uint64_t shared_with(const kept *k, const cdr_seen_values *v)
{
    uint64_t shared = cdr_sketch_shared(&k->values, &v->values);
    if (!k->place)
        return shared;
    if (strcmp(k->place, v->path) != 0)
        return 0;
    if (!shared && !(cdr_sketch_exact(&k->values) && cdr_sketch_exact(&v->values)))
        return k->most;          /* more than is told apart: it may be there */
    return CDR_MIN(shared, k->most);
}

static cdr_status compare(void *arg, const cdr_seen_values *v)
{
    looking *l = arg;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < l->all.len; i++) {
        const kept *k = &l->all.at[i];
        uint64_t shared = !strcmp(k->kind, l->kind) ? shared_with(k, v) : 0;
        if (shared)
            s = l->fn(l->arg, &(cdr_residue){.plan = k->plan, .erased_us = k->erased_us, .object = v->object, .path = v->path, .system = v->system, .kind = cdr_kind_by_id(k->kind),
                                             .values = shared, .inside = k->place != NULL, .governed = k->state == CDR_LEFT_GOVERNED});
    }
    return s;
}

static uint64_t count_plans(const kept_list *l)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->len; i++)
        n += i == 0 || l->at[i].row != l->at[i - 1].row;
    return n;
}

cdr_status cdr_residue_each(cdr_inventory *inv, cdr_residue_fn *fn, void *arg, uint64_t *ret_plans, cdr_err *err)
{
    cdr_plan_store st;
    looking l = {.fn = fn, .arg = arg};
    *ret_plans = 0;
    cdr_status s = cdr_plan_store_open(inv->db, &st, err);
    if (s != CDR_OK)
        return s;
    if ((s = cdr_store_each_erased(&st, 0, take, &l, err)) == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "minimise");
    *ret_plans = count_plans(&l.all);
    for (size_t i = 0; s == CDR_OK && i < l.all.len; i++) {
        bool asked = false;
        for (size_t k = 0; k < i && !asked; k++)
            asked = !strcmp(l.all.at[k].kind, l.all.at[i].kind);
        l.kind = l.all.at[i].kind;
        if (!asked)
            s = cdr_store_each_seen(&st, l.kind, compare, &l, err);
    }
    for (size_t i = 0; i < l.all.len; i++) {
        cdr_sketch_done(&l.all.at[i].values);
        cdr_free(l.all.at[i].place);
    }
    kept_list_done(&l.all);
    cdr_plan_store_close(&st);
    return s == CDR_DONE ? CDR_OK : s;
}
