/* SPDX-License-Identifier: Apache-2.0 */
/* What a column header or a JSON path says of the values under it. */
#include "detect/context.h"

#include "base/mem.h"

#include <string.h>

static void add_kinds(cdr_hint *h, const cdr_context_index *x, const char *header, size_t len)
{
    cdr_kind kinds[CDR_HINT_KINDS];
    size_t n = cdr_context_kinds(x, header, len, kinds, CDR_COUNT(kinds));
    for (size_t i = 0; i < n; i++) {
        h->kinds[h->count++] = kinds[i];
        h->birth |= kinds[i] == CDR_K_BIRTH_DATE;
        h->secret |= cdr_kind_get(kinds[i])->family == CDR_FAMILY_SECRET;
    }
}

/* "order_phone" is a phone, "phone_order_id" is none: the last words decide. */
static bool ends_in_veto(const cdr_context_index *x, const char *header, size_t len)
{
    cdr_context_window w = {0};
    cdr_context_before(x, &w, header, len, 0, len);
    size_t last = 0;
    bool veto = false;
    for (size_t i = 0; i < w.count; i++)
        if (w.hit[i].end >= last) {
            bool is = cdr_context_speaks_of(x, &w.hit[i], CDR_K_VETO);
            /* A longer phrase that ends at the same place ("passport number") outweighs the word in it. */
            veto = w.hit[i].end > last ? is : is && veto;
            last = w.hit[i].end;
        }
    return veto;
}

cdr_status cdr_hint_new(const cdr_ruleset *rs, const char *header, size_t len, cdr_hint **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_hint *h = cdr_alloc(sizeof *h);
    if (!h)
        return cdr_fail_nomem(err, "detect");
    if (header) {
        /* The end of a path is what names the value. */
        size_t skip = len > 256 ? len - 256 : 0;
        const cdr_context_index *x = cdr_ruleset_context(rs);
        add_kinds(h, x, header + skip, len - skip);
        h->veto_numbers = ends_in_veto(x, header + skip, len - skip);
    }
    *ret = h;
    return CDR_OK;
}

void cdr_hint_free(cdr_hint *h)
{
    cdr_free(h);
}
