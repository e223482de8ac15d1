/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan does not reach. Always told, by name where a name is known: nobody should take a cleaned file for a cleaned house. */
#include "core/minimise/store_plan.h"

#include "base/vec.h"
#include "detect/path_value.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define COPIES_MAX 100
#define BTRFS 0x9123683EL
#define ZFS 0x2FC12FC1L

CDR_VEC(gaps, cdr_plan_gap)
CDR_VEC(words, const char *)

typedef struct finding {
    const cdr_plan_context *c;
    cdr_plan *p;
    gaps list;
    words systems;               /* whose data the plan changes, or copies of it */
    cdr_path_masker *masker;
    uint64_t copies;
    cdr_status failed;
    cdr_err *err;
} finding;

static bool has(const words *w, const char *word)
{
    for (size_t i = 0; i < w->len; i++)
        if (!strcmp(w->at[i], word))
            return true;
    return false;
}

static cdr_status add_system(finding *f, const char *key)
{
    if (!*key || has(&f->systems, key))
        return CDR_OK;
    const char **slot = words_push(&f->systems);
    return slot && (*slot = cdr_arena_strdup(f->p->arena, key)) ? CDR_OK : cdr_fail_nomem(f->err, "minimise");
}

static cdr_status add(finding *f, const char *kind, const char *system, const char *what)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (!strcmp(f->list.at[i].kind, kind) && what && !strcmp(f->list.at[i].what, what))
            return CDR_OK;
    cdr_plan_gap *g = what ? gaps_push(&f->list) : NULL;
    if (!g)
        return cdr_fail_nomem(f->err, "minimise");
    *g = (cdr_plan_gap){kind, cdr_arena_strdup(f->p->arena, what), cdr_arena_strdup(f->p->arena, system)};
    return g->what && g->system ? CDR_OK : cdr_fail_nomem(f->err, "minimise");
}

/* The unit that changes this object, which may lie inside its file. */
static bool is_changed(const finding *f, const char *path)
{
    for (size_t i = 0; i < f->p->unit_count; i++) {
        const char *unit = f->p->units[i].path;
        size_t len = strlen(unit);
        if (!strncmp(path, unit, len) && (path[len] == '\0' || (path[len] == '!' && path[len + 1] == '/')))
            return true;
    }
    return false;
}

/* Whose people are in a file that changes: then the other places with those people matter. */
static cdr_status note_origin(void *arg, const cdr_inv_copy *c)
{
    finding *f = arg;
    f->failed = is_changed(f, c->path) ? add_system(f, c->of) : CDR_OK;
    return f->failed;
}

static const char *shown(finding *f, const char *path)
{
    return cdr_path_mask(f->masker, cdr_inventory_display(f->c->inv, path));
}

static cdr_status note_copy(void *arg, const cdr_inv_copy *c)
{
    finding *f = arg;
    bool twin = c->same_content && is_changed(f, c->twin), people = !c->same_content && has(&f->systems, c->of);
    if (is_changed(f, c->path) || (!twin && !people) || ++f->copies > COPIES_MAX)
        return CDR_OK;
    const char *what = twin ? cdr_arena_printf(f->p->arena, "%s is byte for byte a copy of a file that changes; it is not changed by this plan", shown(f, c->path))
                            : cdr_arena_printf(f->p->arena, "%s holds %llu people of %s; it is not changed by this plan", shown(f, c->path), (unsigned long long)c->shared, c->of_name);
    f->failed = add(f, "copy", c->system, what);
    return f->failed;
}

static cdr_status note_backup(void *arg, const char *of, const char *key, const char *name, const char *location)
{
    finding *f = arg;
    if (!has(&f->systems, of))
        return CDR_OK;
    f->failed = add(f, "backup", key, cdr_arena_printf(f->p->arena, "%s is a backup of %s%s%s; what is removed stays in it until it runs out", name, of, *location ? ", kept in " : "", location));
    return f->failed;
}

static cdr_status note_holder(void *arg, const char *system, const char *party, const char *name, int relation)
{
    finding *f = arg;
    (void)party;
    if (!has(&f->systems, system) || relation == 0)
        return CDR_OK;
    static const char *const does[] = {"answers for", "hosts", "stores", "receives data of"};
    f->failed = add(f, "holder", system, cdr_arena_printf(f->p->arena, "%s %s %s; ask them to delete their copies", name, does[relation & 3], system));
    return f->failed;
}

/* Rows and columns are rewritten in a new file under the same name: other names of the old one keep the old content. */
static cdr_status note_disk(finding *f, const cdr_plan_unit *u)
{
    struct stat st;
    struct statfs fs;
    const char *file = cdr_plan_file(u->path, f->p->arena);
    cdr_status s = file ? CDR_OK : cdr_fail_nomem(f->err, "minimise");
    if (s == CDR_OK && !lstat(file, &st) && st.st_nlink > 1)
        s = add(f, "hard link", u->system, cdr_arena_printf(f->p->arena, "%s has %llu more name%s on its disk, under which the old content stays", u->shown, (unsigned long long)st.st_nlink - 1,
                                                            st.st_nlink > 2 ? "s" : ""));
    if (s == CDR_OK && !statfs(file, &fs) && ((long)fs.f_type == BTRFS || (long)fs.f_type == ZFS))
        s = add(f, "snapshot", "", (long)fs.f_type == BTRFS ? "files lie on Btrfs; its snapshots keep the old content" : "files lie on ZFS; its snapshots keep the old content");
    return s;
}

static cdr_status find(finding *f, cdr_plan_store *st)
{
    cdr_plan *p = f->p;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < p->step_count; i++)
        if (p->steps[i].how == CDR_PLANNED_DO)
            s = add_system(f, p->steps[i].system);
    if (s == CDR_OK && p->unit_count)
        s = cdr_inventory_each_copy(f->c->inv, 1, note_origin, f, f->err);
    if (s == CDR_OK && p->unit_count)
        s = cdr_store_each_backup(st, note_backup, f, f->err);
    if (s == CDR_OK && p->unit_count)
        s = cdr_inventory_each_copy(f->c->inv, 1, note_copy, f, f->err);
    if (s == CDR_OK && f->copies > COPIES_MAX)
        s = add(f, "copy", "", cdr_arena_printf(p->arena, "and %llu more copies; candor audit lists them", (unsigned long long)(f->copies - COPIES_MAX)));
    if (s == CDR_OK && p->unit_count)
        s = cdr_store_each_other_holder(st, note_holder, f, f->err);
    if (s == CDR_OK && p->left_out)
        s = add(f, "left out", "", cdr_arena_printf(p->arena, "%llu more findings than one rule lists at once; plan again when this plan is carried out", (unsigned long long)p->left_out));
    for (size_t i = 0; s == CDR_OK && i < p->unit_count; i++)
        s = note_disk(f, &p->units[i]);
    if (s == CDR_OK && p->unit_count)
        s = add(f, "elsewhere", "", "copies that no scan has seen: backups nobody declared, snapshots of file systems and machines, sent mail, other devices");
    if (s == CDR_OK && p->unit_count)
        s = add(f, "elsewhere", "", "what was removed stays on the disk as free space until it is written over");
    return s;
}

cdr_status cdr_plan_find_gaps(const cdr_plan_context *c, cdr_plan_store *st, cdr_plan *p, cdr_err *err)
{
    finding f = {.c = c, .p = p, .err = err};
    cdr_status s = cdr_path_masker_new(&f.masker, err);
    if (s == CDR_OK)
        s = find(&f, st);
    cdr_plan_gap *kept = s == CDR_OK ? cdr_arena_alloc(p->arena, (f.list.len + 1) * sizeof *kept) : NULL;
    if (kept && f.list.len)
        memcpy(kept, f.list.at, f.list.len * sizeof *kept);
    if (s == CDR_OK && !kept)
        s = cdr_fail_nomem(err, "minimise");
    p->gaps = kept;
    p->gap_count = kept ? f.list.len : 0;
    gaps_done(&f.list);
    words_done(&f.systems);
    cdr_path_masker_free(f.masker);
    return s;
}
