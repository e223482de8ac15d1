/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. Any bytes as text whose names are looked for, everywhere and near other data; findings lie within it, in order. */
#include "candor/detect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct range { size_t len; uint64_t last; } range;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    range *r = arg;
    if (f->start < r->last || f->end <= f->start || f->end > r->len || f->confidence < 0 || f->confidence > 1)
        abort();
    r->last = f->start;
    return CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_ruleset *rs[2];
    static cdr_detect_scratch *scratch;
    if (!scratch) {
        cdr_ruleset_options all = {.names = CDR_NAMES_ALL}, near = {.names = CDR_NAMES_NEAR};
        if (cdr_ruleset_new(&all, &rs[0], NULL) != CDR_OK || cdr_ruleset_new(&near, &rs[1], NULL) != CDR_OK || cdr_detect_scratch_new(&scratch, NULL) != CDR_OK)
            abort();
    }
    for (int i = 0; i < 2; i++) {
        range r = {size, 0};
        if (cdr_detect_window(rs[i], scratch, (const char *)data, size, 0, size, NULL, on_finding, &r, NULL) != CDR_OK)
            abort();
    }
    return 0;
}
