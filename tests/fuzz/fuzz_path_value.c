/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. Values in names of files: in order, inside the path, without overlaps; a path is shown. */
#include "detect/path_value.h"

#include <stdlib.h>
#include <string.h>

typedef struct seen { uint64_t end; size_t len; } seen;

static cdr_status in_order(void *arg, const cdr_finding *f)
{
    seen *s = arg;
    if (f->start < s->end || f->end <= f->start || f->end > s->len || f->band < CDR_BAND_MEDIUM)
        abort();
    s->end = f->end;
    return CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_ruleset *rs;
    static cdr_detect_scratch *scratch;
    static cdr_path_masker *masker;
    if (!masker && (cdr_ruleset_new(NULL, &rs, NULL) != CDR_OK || cdr_detect_scratch_new(&scratch, NULL) != CDR_OK || cdr_path_masker_new(&masker, NULL) != CDR_OK))
        abort();
    seen s = {.len = size};
    if (cdr_path_values(rs, scratch, (const char *)data, size, in_order, &s, NULL) != CDR_OK)
        abort();
    char *path = cdr_strndup((const char *)data, strnlen((const char *)data, size));
    if (path) {
        const char *shown = cdr_path_mask(masker, path);
        if (!shown || (shown != path && *path && !*shown))
            abort();
    }
    cdr_free(path);
    return 0;
}
