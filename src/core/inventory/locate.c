/* SPDX-License-Identifier: Apache-2.0 */
/* From what people type to the object they mean. */
#include "core/inventory/query.h"
#include "core/inventory/state.h"

#include "base/parse.h"

#include <string.h>

/* The number in "object:12", or at the end of "n1/j…@e…com/x.csv (object:12)" as reports show it. */
static bool object_number(const char *typed, int64_t *ret)
{
    static const char mark[] = "object:";
    const char *at = strstr(typed, mark);
    for (const char *next = at; next; next = strstr(at + 1, mark))
        at = next;
    if (!at || (at != typed && at[-1] != '('))
        return false;
    const char *digits = at + sizeof mark - 1;
    size_t len = strspn(digits, "0123456789");
    uint64_t n;
    if (digits[len] && strcmp(digits + len, ")") != 0)
        return false;
    if (!cdr_parse_u64(digits, len, 1, INT64_MAX, &n))
        return false;
    *ret = (int64_t)n;
    return true;
}

typedef struct locating { cdr_inventory *inv; cdr_arena *arena; const char **ret; cdr_err *err; } locating;

/* CDR_OK when an object has this path; CDR_NOT_FOUND, and the path in ->ret when it is the first one tried. */
static cdr_status try_path(const locating *l, const char *path)
{
    int64_t id;
    cdr_status s = cdr_store_object_id(l->inv, path, &id, l->err);
    if (s != CDR_OK)
        return s;
    if (id && !(*l->ret = cdr_arena_strdup(l->arena, path)))
        return cdr_fail_nomem(l->err, "inventory");
    if (id)
        return CDR_OK;
    if (!*l->ret && !(*l->ret = cdr_arena_strdup(l->arena, path)))
        return cdr_fail_nomem(l->err, "inventory");
    return CDR_NOT_FOUND;
}

static cdr_status try_from(const locating *l, const char *typed, const char *folder)
{
    _cleanup_buf_ cdr_buf path = CDR_BUF(4 * CDR_CLAIM_MAX);
    cdr_status s = cdr_claim_resolve(typed, folder, &path, l->err);
    if (s == CDR_OK)
        s = try_path(l, path.data);
    if (s != CDR_NOT_FOUND || typed[0] == '/' || !strstr(typed, "\\x"))
        return s == CDR_NOT_FOUND && typed[0] == '/' ? try_path(l, typed) : s;
    /* Copied from a report, where bytes of names are escaped already. */
    cdr_buf_clear(&path);
    cdr_buf_addf(&path, "%s/%s", folder, typed);
    return cdr_buf_status(&path) == CDR_OK ? try_path(l, path.data) : cdr_fail_nomem(l->err, "inventory");
}

/* Reports shorten paths to what lies below the folder of the audit: mostly the one that holds a target. */
static cdr_status try_targets(const locating *l, const char *typed)
{
    _cleanup_json_ json_t *targets = NULL;
    cdr_status s = cdr_store_targets(l->inv, &targets, l->err);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(targets); i++) {
        const char *target = json_string_value(json_array_get(targets, i));
        _cleanup_free_ char *folder = cdr_strdup(target ? target : "");
        if (!folder)
            return cdr_fail_nomem(l->err, "inventory");
        for (char *slash; folder[0] == '/'; *slash = '\0') {
            cdr_status found = try_from(l, typed, folder);
            slash = strrchr(folder, '/');
            if (found != CDR_NOT_FOUND)
                return found;
            if (slash == folder)
                break;
        }
    }
    return s == CDR_OK ? CDR_NOT_FOUND : s;
}

cdr_status cdr_inventory_locate(cdr_inventory *inv, const char *typed, const char *cwd, cdr_arena *a, const char **ret, cdr_err *err)
{
    int64_t number;
    locating l = {inv, a, ret, err};
    *ret = NULL;
    if (object_number(typed, &number))
        return cdr_store_object_path(inv, number, a, ret, err);
    if (typed[0] == '/' || strstr(typed, "://"))
        return try_from(&l, typed, "");
    cdr_status s = cwd && cwd[0] ? try_from(&l, typed, cwd) : CDR_NOT_FOUND;
    if (s == CDR_NOT_FOUND && inv->root[0])
        s = try_from(&l, typed, inv->root);
    return s == CDR_NOT_FOUND ? try_targets(&l, typed) : s;
}
