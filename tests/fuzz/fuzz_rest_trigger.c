/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. Triggers of foreign databases: names lie in the text, and one that names a table that is no index is never taken to feed indexes only. */
#include "core/minimise/rest_trigger.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct asked { const char *sql; size_t size; bool no; } asked;

static bool is_index(void *arg, const char *name, size_t len)
{
    asked *a = arg;
    if (name < a->sql || name + len > a->sql + a->size)
        abort();
    bool index = len > 0 && (*name == 'f' || *name == 'F');
    a->no |= !index;
    return index;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *sql = cdr_strndup((const char *)data, strnlen((const char *)data, size));
    if (!sql)
        return 0;
    asked a = {sql, strlen(sql), false};
    (void)cdr_rest_trigger_runs(sql, CDR_REST_ON_DELETE, is_index, &a);
    (void)cdr_rest_trigger_runs(sql, CDR_REST_ON_UPDATE, is_index, &a);
    a.no = false;
    if (cdr_rest_trigger_only_feeds(sql, is_index, &a) && a.no)
        abort();
    return 0;
}
