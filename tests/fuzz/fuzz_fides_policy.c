/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. Policies of a stranger's manifest: whatever becomes a rule, our own reader takes. */
#include "core/minimise/fides_policy.h"
#include "core/policy/policy.h"

#include "base/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_json_ json_t *rules = NULL, *notes = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 19);
    cdr_err err = {0};
    if (size > 1u << 16 || cdr_minimise_fides_policy((const char *)data, size, "p.yml", &rules, &notes, &err) != CDR_OK)
        return 0;
    _cleanup_json_ json_t *whole = json_pack("{s:O}", "rules", rules);
    cdr_policy *p = NULL;
    if (whole && cdr_yaml_write(whole, &text, &err) == CDR_OK && cdr_policy_read(text.data, text.len, "policy.yaml", &p, &err) != CDR_OK)
        abort();
    cdr_policy_free(p);
    return 0;
}
