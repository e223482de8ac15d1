/* SPDX-License-Identifier: Apache-2.0 */
/* room: policy. A policy of a stranger: refused with sentences, or read; then its cases are judged. */
#include "core/policy/case.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_policy *p = NULL;
    json_t *mistakes = NULL;
    cdr_err err = {0};
    cdr_status s = cdr_policy_read((const char *)data, size, "policy.yaml", &p, &err), m = cdr_policy_mistakes((const char *)data, size, "policy.yaml", &mistakes, &err);
    /* Both readings agree. */
    if (m == CDR_OK && (s == CDR_OK) != (json_array_size(mistakes) == 0))
        abort();
    cdr_arena *a = cdr_arena_new(4u << 20);
    const cdr_case_result *results;
    size_t count;
    if (p && a && cdr_policy_run_cases(p, a, &results, &count, &err) > 0)
        abort();
    cdr_arena_free(a);
    json_decref(mistakes);
    cdr_policy_free(p);
    return 0;
}
