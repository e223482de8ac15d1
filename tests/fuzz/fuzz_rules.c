/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. Rules of the user and suppressions as JSON; rules that are taken run over a short text. */
#include "candor/detect.h"
#include "detect/suppress.h"

#include <stdlib.h>
#include <string.h>

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    (void)arg;
    return f->end > f->start ? CDR_OK : CDR_E_INVAL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char text[] = "CUST-123456 and ACC 99-1234, ada@example.com; aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
    cdr_suppressions *s = NULL;
    if (size > 1 << 16)
        return 0;
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    copy[size] = '\0';
    if (cdr_suppressions_parse(copy, size, 1700000000000000, &s, NULL) == CDR_OK)
        cdr_suppressed(s, NULL, "a/b.csv", cdr_kind_by_id("email"), "", "a@example.com", 13);
    cdr_suppressions_free(s);
    cdr_ruleset *rs = NULL;
    cdr_detect_scratch *scratch = NULL;
    cdr_ruleset_options o = {.rules_json = copy};
    if (cdr_ruleset_new(&o, &rs, NULL) == CDR_OK && cdr_detect_scratch_new(&scratch, NULL) == CDR_OK) {
        cdr_status st = cdr_detect_window(rs, scratch, text, sizeof text - 1, 0, sizeof text - 1, NULL, on_finding, NULL, NULL);
        if (st == CDR_E_INVAL)
            abort();
    }
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(rs);
    free(copy);
    return 0;
}
