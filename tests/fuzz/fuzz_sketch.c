/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. A stored sketch that loads says the same when stored again, and can be counted and merged. */
#include "base/sketch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_sketch a = {0}, b = {0};
    void *saved = NULL;
    size_t len = 0;
    if (cdr_sketch_load(&a, data, size) != CDR_OK) {
        cdr_sketch_done(&a);
        return 0;
    }
    if (size == 0)
        return 0;
    if (cdr_sketch_save(&a, &saved, &len) != CDR_OK || len != size || memcmp(saved, data, size) != 0)
        abort();
    if (cdr_sketch_shared(&a, &a) != cdr_sketch_count(&a) || cdr_sketch_error(&a) < 0)
        abort();
    if (cdr_sketch_merge(&b, &a) != CDR_OK || cdr_sketch_count(&b) != cdr_sketch_count(&a) || cdr_sketch_add(&b, 12345) != CDR_OK)
        abort();
    cdr_free(saved);
    cdr_sketch_done(&a);
    cdr_sketch_done(&b);
    return 0;
}
