/* SPDX-License-Identifier: Apache-2.0 */
/* room: detect. The first line is a header, the others are the cells of its column; then the first two lines as rows of one table. */
#include "detect/column.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cdr_ruleset *rs;
    static uint32_t starts[4097];
    const char *text = (const char *)data;
    cdr_column *c;
    cdr_column_class k;
    if (!rs && cdr_ruleset_new(NULL, &rs, NULL) != CDR_OK)
        abort();
    if (size == 0 || size > 1 << 16)
        return 0;
    size_t count = 0, header = 0;
    while (header < size && text[header] != '\n')
        header++;
    size_t body = header < size ? header + 1 : size;
    starts[0] = 0;
    for (size_t i = body; i < size && count < 4096; i++)
        if (text[i] == '\n')
            starts[++count] = (uint32_t)(i + 1 - body);
    if (cdr_column_new(rs, text, header, &c, NULL) != CDR_OK)
        abort();
    cdr_column_cells(c, text + body, starts, count);
    cdr_column_found(c, (cdr_kind)(data[0]), CDR_BAND_MEDIUM);
    cdr_column_judge(c, &k);
    if (k.support < 0 || k.support > 1 || k.confidence < 0 || k.confidence > 1 || cdr_column_values(c) > count)
        abort();
    cdr_column_free(c);
    if (count > 1)
        (void)cdr_row_is_header(rs, text + body, starts, count / 2, text + body + starts[count / 2], starts, 0);
    return 0;
}
