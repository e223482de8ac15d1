/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. JSON that parses has a canonical form, and that form reads back as the same tree and writes as itself. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_err err = {0};
    _cleanup_json_ json_t *tree = NULL, *again = NULL;
    if (cdr_json_parse((const char *)data, size, "input", &tree, &err) != CDR_OK) {
        if (!err.text[0])
            abort();
        return 0;
    }
    _cleanup_buf_ cdr_buf first = CDR_BUF(1u << 20), second = CDR_BUF(1u << 20);
    if (cdr_json_canonical(tree, &first, NULL) != CDR_OK)
        return 0;
    if (cdr_json_parse(first.data, first.len, "canonical", &again, NULL) != CDR_OK || cdr_json_canonical(again, &second, NULL) != CDR_OK)
        abort();
    if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
        abort();
    return 0;
}
