/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/state.h"

#include <stdio.h>
#include <string.h>

/* Length of the longest target that is ${path} or holds it, 0 when none does. */
static size_t target_length(const json_t *targets, const char *path)
{
    size_t best = 0;
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const char *target = json_string_value(json_array_get(targets, i));
        size_t len = target ? strlen(target) : 0;
        while (len > 1 && target[len - 1] == '/')
            len--;
        if (len <= best || strncmp(path, target, len) != 0)
            continue;
        if (path[len] == '\0' || path[len] == '/' || (path[len] == '!' && path[len + 1] == '/') || (len == 1 && *target == '/'))
            best = len;
    }
    return best;
}

bool cdr_in_scope(const cdr_inventory *inv, const char *path)
{
    return !inv->scope || target_length(inv->scope, path) > 0;
}

void cdr_place_of(const json_t *targets, const char *path, char *ret, size_t cap)
{
    size_t base = target_length(targets, path), end = base;
    if (path[base] == '/' || (base == 1 && path[0] == '/')) {
        /* The folder below the target; what lies in the target itself counts under the target. */
        const char *next = path + (base == 1 ? 1 : base + 1);
        size_t inside = strcspn(next, "!"), name = strcspn(next, "/");
        if (base > 0 && name < inside && next[name] == '/')
            end = (size_t)(next - path) + name;
    } else if (base > 0 && path[base] != '!') {
        /* The target is the file itself: its folder. */
        const char *slash = NULL;
        for (size_t i = 0; i < base; i++)
            slash = path[i] == '/' ? path + i : slash;
        end = slash && slash > path ? (size_t)(slash - path) : base;
    }
    if (end == 0) {
        const char *bang = strstr(path, "!/");
        size_t file = bang ? (size_t)(bang - path) : strlen(path);
        while (file > 1 && path[file - 1] != '/')
            file--;
        end = file > 1 ? file - 1 : strlen(path);
    }
    snprintf(ret, cap, "%.*s", (int)CDR_MIN(end, cap - 1), path);
}
