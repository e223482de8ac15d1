/* SPDX-License-Identifier: Apache-2.0 */
/* room: template. A template of a stranger, up to the first NUL, and after it data as JSON: refused or rendered, within bounds. What is
 * rendered from escaped values alone holds no markup that the template did not bring. */
#include "template/template.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool find_self(void *arg, const char *name, cdr_template_source *ret)
{
    (void)name;
    *ret = *(const cdr_template_source *)arg;
    return true;
}

/* A stand-in for a file: counts, and stops where a page would be absurd. */
static cdr_status count(void *arg, const char *text, size_t len, cdr_err *err)
{
    size_t *total = arg;
    (void)text;
    *total += len;
    return *total > (1u << 20) ? cdr_fail(err, CDR_E_LIMIT, "fuzz", "fuzz.enough", "Enough.") : CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t len = nul ? (size_t)(nul - data) : size;
    cdr_template_source src = {"fuzz", (const char *)data, len}, partial = {"partial", (const char *)data, len > 64 ? 64 : len};
    cdr_template *t = NULL;
    cdr_err err;
    if (cdr_template_new(&src, size & 1 ? CDR_TEMPLATE_PAGE : CDR_TEMPLATE_HTML, find_self, &partial, &t, &err) != CDR_OK)
        return 0;
    json_t *values = NULL;
    if (nul && cdr_json_parse((const char *)nul + 1, size - len - 1, "fuzz", &values, &err) != CDR_OK)
        values = NULL;
    if (!values)
        values = json_pack("{s:s, s:[s,s], s:{s:i}}", "a", "<x>", "b", "1", "2", "c", "d", 3);
    size_t total = 0;
    if (values && cdr_template_render(t, values, count, &total, &err) > 0)
        abort();
    json_decref(values);
    cdr_template_free(t);
    return 0;
}
