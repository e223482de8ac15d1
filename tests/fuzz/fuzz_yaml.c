/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. YAML that parses is written in a form that reads back as the same tree. */
#include "base/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_err err = {0};
    _cleanup_json_ json_t *tree = NULL, *again = NULL;
    if (cdr_yaml_parse((const char *)data, size, "input", &tree, &err) != CDR_OK) {
        if (!err.text[0])
            abort();
        return 0;
    }
    _cleanup_buf_ cdr_buf text = CDR_BUF(8u << 20);
    if (!tree || cdr_yaml_write(tree, &text, NULL) != CDR_OK)
        return 0;
    if (cdr_yaml_parse(text.data, text.len, "written", &again, &err) != CDR_OK || !json_equal(tree, again))
        abort();
    return 0;
}
