/* SPDX-License-Identifier: Apache-2.0 */
/* room: drill. Scenarios that somebody wrote by hand. */
#include "core/drill/scenario.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_scenario *s = NULL;
    cdr_err err;
    if (cdr_scenario_read((const char *)data, size, "fuzz", &s, &err) != CDR_OK)
        return 0;
    if (!cdr_scenario_title(s) || s->begins_us <= 0 || s->lasts_us <= 0)
        __builtin_trap();
    for (size_t i = 1; i < s->injects.len; i++)
        if (s->injects.at[i].at_us < s->injects.at[i - 1].at_us || !s->injects.at[i].text)
            __builtin_trap();
    for (size_t i = 0; i < s->script.len; i++)
        if (!s->script.at[i].step || s->script.at[i].after_us < 0)
            __builtin_trap();
    cdr_scenario_free(s);
    return 0;
}
