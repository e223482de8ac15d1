/* SPDX-License-Identifier: Apache-2.0 */
/* room: reader. Databases: the walk through the pages, and SQLite's own reading. */
#include "reader_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_in_memory(data, size, "a.db", false);
    read_in_memory(data, size, "a.db", true);
    return 0;
}
