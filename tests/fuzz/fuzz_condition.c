/* SPDX-License-Identifier: Apache-2.0 */
/* room: cacao. Conditions of playbooks in each mode, evaluated with variables of several types; and texts with variables put in. */
#include "core/cacao/condition.h"

#include <string.h>

static bool find(void *arg, const char *name, cdr_variable *ret)
{
    static const char *const values[] = {"true", "12", "10.0.0.1", "2001:db8::1", "ffd8", "some text", NULL, "7.5"};
    size_t len = strlen(name), *asked = arg;
    *ret = (cdr_variable){.name = name, .type = (cdr_variable_type)(len % CDR_VAR__MAX), .value = values[(*asked)++ % CDR_COUNT(values)]};
    return len % 7 != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    for (int mode = CDR_CONDITION_STRICT; mode <= CDR_CONDITION_PATTERN; mode++) {
        cdr_condition *c = NULL;
        cdr_err err;
        if (cdr_condition_parse(text, size, (cdr_condition_mode)mode, &c, &err) != CDR_OK)
            continue;
        bool result;
        size_t asked = 0;
        for (size_t i = 0; i < 8; i++)
            if (cdr_condition_eval(c, find, &asked, &result, &err) != CDR_OK)
                asked++;
        for (size_t i = 0; i < cdr_condition_warning_count(c); i++)
            if (!cdr_condition_warning(c, i))
                __builtin_trap();
        cdr_condition_free(c);
    }
    cdr_buf out = CDR_BUF(4096);
    size_t asked = 0;
    if (cdr_variable_interpolate(text, size, find, &asked, &out, NULL) == CDR_OK && out.len > out.max)
        __builtin_trap();
    cdr_buf_done(&out);
    return 0;
}
