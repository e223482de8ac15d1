/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. A plan as a file that somebody hands over: refused, or read; its canonical form is read as the same
 * plan, whose hash is that of the text. */
#include "core/minimise/plan_parts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_plan *p = NULL;
    cdr_err err = {0};
    if (cdr_plan_read((const char *)data, size, "plan.json", &p, &err) != CDR_OK)
        return 0;
    cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX), twice = CDR_BUF(CDR_PLAN_BYTES_MAX);
    cdr_plan *again = NULL;
    if (cdr_json_canonical(p->document, &text, &err) == CDR_OK) {
        if (cdr_plan_read(text.data, text.len, "plan.json", &again, &err) != CDR_OK || cdr_json_canonical(again->document, &twice, &err) != CDR_OK || text.len != twice.len ||
            memcmp(text.data, twice.data, text.len) != 0 || again->step_count != p->step_count)
            abort();
    }
    cdr_buf_done(&twice);
    cdr_buf_done(&text);
    cdr_plan_free(again);
    cdr_plan_free(p);
    return 0;
}
