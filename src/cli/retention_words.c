/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/retention.h"

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/policy_words.h"

#include <string.h>

void cdr_cli_labelled(cdr_cli *cli, const char *label, const char *text)
{
    _cleanup_buf_ cdr_buf safe = CDR_BUF(1 << 20);
    cdr_text_escape(&safe, text, strlen(text));
    cdr_cli_print(cli, "  %-*s", CDR_RETENTION_INDENT - 2, label);
    cdr_cli_wrapped(cli, 0, CDR_RETENTION_INDENT, safe.data ? safe.data : "");
}

void cdr_cli_day(const char *iso, cdr_buf *out)
{
    cdr_date d;
    if (cdr_date_parse(iso, &d))
        cdr_words_date(out, cdr_days_from_date(d) * INT64_C(86400000000));
}

const char *cdr_cli_retention_path(cdr_inventory *inv, cdr_path_masker *m, const char *path, int64_t object, cdr_buf *buf)
{
    const char *plain = cdr_inventory_display(inv, path), *masked = cdr_path_mask(m, plain);
    if (masked == plain)
        return plain;
    cdr_buf_clear(buf);
    cdr_buf_addf(buf, "%s (object:%lld)", masked, (long long)object);
    return buf->data ? buf->data : "";
}

void cdr_cli_own_periods(const cdr_policy *p, cdr_buf *out)
{
    enum { NAMED = 4 };
    size_t count = 0;
    _cleanup_buf_ cdr_buf names = CDR_BUF(4096);
    for (size_t i = 0; i < p->retention_count; i++) {
        const cdr_retention_rule *r = &p->retention[i];
        if (r->head.enabled && r->has_period && !*r->source && count++ < NAMED)
            cdr_buf_addf(&names, "%s%.60s", names.len ? ", " : "", r->head.id);
    }
    if (count == 0)
        return;
    if (count > NAMED)
        cdr_buf_addf(&names, " and %zu more", count - NAMED);
    cdr_buf_addf(out, "No law is named for the period%s of %s: %s your own choice. Ask counsel before records go that tax or trade law may want.", count == 1 ? "" : "s", names.data ? names.data : "",
                 count == 1 ? "it is" : "they are");
}
