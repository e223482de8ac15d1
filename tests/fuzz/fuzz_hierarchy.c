/* SPDX-License-Identifier: Apache-2.0 */
/* room: anonymity. Hierarchies of values: what is read can be asked for, and distances over its tree stay between 0 and 1. */
#include "core/anonymity/anonymity.h"

#include <stdlib.h>
#include <string.h>

static void judge(const cdr_hierarchy *h, const char *text, size_t size)
{
    cdr_anonymity_column sensitive = {.name = "s", .order = CDR_SENSITIVE_HIERARCHICAL, .hierarchy = h}, quasi = {.name = "q"};
    cdr_anonymity *a;
    cdr_anonymity_attribute w;
    if (cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = &quasi, .quasi_count = 1, .sensitive = &sensitive, .sensitive_count = 1}, &a, NULL) != CDR_OK)
        abort();
    /* The first words of the lines are values; which group a row is in hangs on where it stands. */
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t len = (end ? (size_t)(end - text) : size) - at, word = 0;
        while (word < len && !strchr(";,\t", text[at + word]))
            word++;
        cdr_row_cell cells[2] = {{at % 3 ? "x" : "y", 1}, {text + at, word}};
        if (cdr_anonymity_add(a, cells, NULL) != CDR_OK)
            abort();
        at += len + 1;
    }
    if (cdr_anonymity_attribute_get(a, 0, &w, NULL) == CDR_OK && !(w.t >= -1e-9 && w.t <= 1 + 1e-9))
        abort();
    cdr_anonymity_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_hierarchy *h;
    cdr_err err;
    if (cdr_hierarchy_parse((const char *)data, size, "f", &h, &err) != CDR_OK)
        return 0;
    for (unsigned level = 0; level <= cdr_hierarchy_levels(h); level++)
        (void)cdr_hierarchy_form(h, "a", 1, level);
    judge(h, (const char *)data, size);
    cdr_hierarchy_free(h);
    return 0;
}
