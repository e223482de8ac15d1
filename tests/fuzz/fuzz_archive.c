/* SPDX-License-Identifier: Apache-2.0 */
/* room: reader. Archives and compressed files of every supported sort. */
#include "reader_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_in_memory(data, size, "a.zip", false);
    return 0;
}
