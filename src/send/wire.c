/* SPDX-License-Identifier: Apache-2.0 */
#include "send/wire.h"

#include "base/parse.h"

#include <string.h>

const char *const cdr_send_result_names[CDR_SEND_RESULTS] = {"ok", "refused", "unreachable", "tls", "timeout", "auth", "exit", "missing", "secret", "failed", "bad-request"};

bool cdr_send_answer_read(const char *line, size_t len, cdr_send_result *ret, unsigned *ret_number)
{
    const char *end = memchr(line, '\n', len), *space = end ? memchr(line, ' ', (size_t)(end - line)) : NULL;
    uint64_t number;
    if (!space || !cdr_parse_u64(space + 1, (size_t)(end - space - 1), 0, 9999, &number))
        return false;
    for (unsigned i = 0; i < CDR_SEND_RESULTS; i++)
        if (strlen(cdr_send_result_names[i]) == (size_t)(space - line) && !memcmp(cdr_send_result_names[i], line, (size_t)(space - line))) {
            *ret = (cdr_send_result)i;
            *ret_number = (unsigned)number;
            return true;
        }
    return false;
}
