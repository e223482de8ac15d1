/* SPDX-License-Identifier: Apache-2.0 */
/* room: incident. What somebody types as an answer: what is taken is kept in a form that reads back as itself. The first byte chooses the question. */
#include "core/incident/lane_parts.h"

#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1803027600000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char typed[600], kept[CDR_LANE_ANSWER_MAX], again[CDR_LANE_ANSWER_MAX];
    cdr_err err = {0};
    if (!size)
        return 0;
    cdr_lane_q q = (cdr_lane_q)(data[0] % CDR_LANE_Q__MAX);
    size_t n = CDR_MIN(size - 1, sizeof typed - 1);
    memcpy(typed, data + 1, n);
    typed[n] = '\0';
    if (cdr_lane_read(q, typed, NOW, kept, &err) != CDR_OK) {
        if (!err.text[0])
            abort();
        return 0;
    }
    if (!kept[0] || cdr_lane_read(q, kept, NOW, again, &err) != CDR_OK || strcmp(kept, again) != 0)
        abort();
    cdr_lane_answers a = {0};
    cdr_lane_result r;
    a.said[q] = CDR_LANE_SAID;
    memcpy(a.text[q], kept, sizeof kept);
    cdr_lane_result_make(&a, NOW, &r);
    if (!r.headline[0])
        abort();
    return 0;
}
