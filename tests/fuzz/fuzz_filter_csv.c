/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. CSV through the filter. */
#include "filter_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_text(CDR_FILTER_CSV, data, size);
    return 0;
}
