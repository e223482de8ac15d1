/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as reports show them: short, and without the values that somebody put into the names of files and folders. */
#include "core/report/audit_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *below(const char *path, const char *folder)
{
    size_t len = folder ? strlen(folder) : 0;
    if (len == 0 || strncmp(path, folder, len) || path[len] != '/')
        return path;
    return path + len + 1;
}

const char *audit_shortened(const audit_source *from, const char *path)
{
    const char *shown = cdr_inventory_display(from->inv, path);
    return shown != path ? shown : below(path, from->cwd);
}

bool audit_path_speaks(audit_source *from, const char *path)
{
    return cdr_path_mask(from->masker, path) != path;
}

const char *audit_display(audit_source *from, const char *path, int64_t number)
{
    const char *shown = audit_shortened(from, path), *masked = cdr_path_mask(from->masker, shown);
    if (masked == shown || number == 0)
        return masked;
    /* Two customers may have one mask: the number tells their files apart, and candor inventory show takes it. */
    snprintf(from->shown, sizeof from->shown, "%s (object:%" PRId64 ")", masked, number);
    return from->shown;
}

const char *build_display(build *b, const char *path, int64_t number)
{
    return build_keep(b, audit_display(b->source, path, number));
}

cdr_status build_source(build *b)
{
    b->source = cdr_arena_alloc(b->arena, sizeof *b->source);
    if (!b->source)
        return cdr_fail_nomem(b->err, "report");
    *b->source = (audit_source){.inv = b->inv, .cwd = build_keep(b, b->cwd), .all = b->request->all};
    b->audit->source = b->source;
    if (!b->source->cwd)
        return cdr_fail_nomem(b->err, "report");
    return cdr_path_masker_new(&b->source->masker, b->err);
}
