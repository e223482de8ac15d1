/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/letters.h"

#include "base/vec.h"

#include <stdlib.h>

CDR_VEC(items, cdr_item)

static cdr_status keep(void *arg, const cdr_item *item)
{
    items *all = arg;
    if (item->kind != CDR_ITEM_LETTER)
        return CDR_OK;
    cdr_item *kept = items_push(all);
    if (!kept)
        return CDR_E_NOMEM;
    *kept = *item;
    return CDR_OK;
}

static int by_id(const void *x, const void *y)
{
    const cdr_item *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

cdr_status cdr_incident_letters(cdr_incidents *in, int64_t id, cdr_letter_fn *fn, void *arg, cdr_err *err)
{
    items all = {0};
    cdr_status s = cdr_incident_items(in, id, true, keep, &all, err);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "incident");
    if (all.len)
        qsort(all.at, all.len, sizeof *all.at, by_id);
    for (size_t i = 0; i < all.len && s == CDR_OK; i++)
        s = fn(arg, (unsigned)i + 1, &all.at[i]);
    items_done(&all);
    return s;
}
