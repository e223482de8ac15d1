/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. JSON and lines of JSON through the filter. */
#include "filter_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size)
        try_text(data[0] & 1 ? CDR_FILTER_NDJSON : CDR_FILTER_JSON, data, size);
    return 0;
}
