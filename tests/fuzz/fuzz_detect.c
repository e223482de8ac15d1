/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. Any text: no byte outside of it is read, both CPU paths agree, findings are in order and within it. */
#include "candor/detect.h"

#include <stdlib.h>
#include <string.h>

typedef struct seen { uint64_t last, hash; size_t len; const char *text; } seen;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    seen *s = arg;
    char out[256];
    if (f->start < s->last || f->end <= f->start || f->end > s->len || f->confidence < 0 || f->confidence > 1)
        abort();
    s->last = f->end;
    s->hash = (s->hash ^ f->start ^ f->end << 20 ^ (uint64_t)f->kind << 40) * 0x9E3779B97F4A7C15u;
    cdr_mask_value(f->kind, s->text + f->start, (size_t)(f->end - f->start), out, 1 + f->start % sizeof out);
    if (cdr_normalise_value(f->kind, s->text + f->start, (size_t)(f->end - f->start), out, sizeof out) > sizeof out)
        abort();
    return CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_ruleset *rulesets[2];
    static cdr_detect_scratch *scratch;
    if (!scratch) {
        cdr_ruleset_options o = {.plain_dates = true}, p = {.cpu = CDR_CPU_PORTABLE, .plain_dates = true};
        if (cdr_ruleset_new(&o, &rulesets[0], NULL) != CDR_OK || cdr_ruleset_new(&p, &rulesets[1], NULL) != CDR_OK || cdr_detect_scratch_new(&scratch, NULL) != CDR_OK)
            abort();
    }
    uint64_t hash[2];
    for (int i = 0; i < 2; i++) {
        seen s = {.len = size, .text = (const char *)data};
        if (cdr_detect_window(rulesets[i], scratch, s.text, size, 0, size, NULL, on_finding, &s, NULL) != CDR_OK)
            abort();
        hash[i] = s.hash;
    }
    if (hash[0] != hash[1])
        abort();
    return 0;
}
