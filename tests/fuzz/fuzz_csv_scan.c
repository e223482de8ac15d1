/* SPDX-License-Identifier: Apache-2.0 */
/* room: scan. Bytes read as tables, whole and in pieces: the same is told. */
#include "scan_transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t step = data[0] % 61u + 1;
    fuzz_content(data[1] & 1 ? "a.csv" : data[1] & 2 ? "a.tsv" : "a", data + 2, size - 2, step);
    return 0;
}
