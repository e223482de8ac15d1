/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of one file, whoever carries them out: content is the executors' business (cdr_execute); rights and places of files are handled
 * here. Content first, then rights; a move or a deletion stands alone. */
#include "core/minimise/plan_parts.h"

#include "base/io.h"
#include "core/minimise/rest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For everyone but owner and group. */
#define OTHERS 07u

cdr_status cdr_plan_revoke(const char *file, bool dry, cdr_step_effect *ret, cdr_err *err)
{
    cdr_rest_file f;
    cdr_status s = cdr_rest_open(file, &f, err);
    if (s != CDR_OK)
        return s;
    *ret = (cdr_step_effect){.values = (f.st.st_mode & OTHERS) != 0, .held_asked = true, .note = "Who read it before may have a copy."};
    if (!dry && (f.st.st_mode & OTHERS) && (fchmod(f.fd, f.st.st_mode & 07777 & ~OTHERS) || cdr_sync_fd(f.fd)))
        s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.rights", errno, "The rights of %s cannot be changed", f.shown);
    cdr_rest_close(&f);
    return s;
}

/* --- moving --- */

/* The folder of ${to}, open, when the file can be moved there in one piece. */
static cdr_status check_move(const cdr_rest_file *f, const char *to, int *ret, cdr_err *err)
{
    struct stat folder;
    const char *slash = strrchr(to, '/');
    _cleanup_free_ char *dir = slash ? cdr_strndup(to, slash > to ? (size_t)(slash - to) : 1) : cdr_strdup(".");
    if (!dir)
        return cdr_fail_nomem(err, "minimise");
    *ret = cdr_open_folder(dir);
    if (*ret < 0 || fstat(*ret, &folder))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.move", "The folder to move %s to is no folder, or the way to it leads through a symbolic link.", f->shown);
    if (folder.st_dev != f->st.st_dev)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.move", "The folder lies on another file system, where a file cannot be moved to in one piece: copy it, compare both, and delete it by hand.");
    if (faccessat(*ret, ".", W_OK | X_OK, 0))
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.move", "The folder to move to cannot be written with the rights of this user.");
    return CDR_OK;
}

static cdr_status move_open(const cdr_execution *e, const cdr_step *step, const cdr_rest_file *f, int folder, cdr_err *err)
{
    cdr_target_state now;
    const char *slash = strrchr(step->destination, '/');
    cdr_status s = cdr_target_observe(&step->target, &now, err);
    if (s != CDR_OK)
        return s;
    if (e->expected && (memcmp(now.sha256, e->expected->sha256, sizeof now.sha256) != 0 || now.mode != e->expected->mode))
        return cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "%s was changed since the plan was made.", f->shown);
    if ((s = cdr_rest_still(f, err)) != CDR_OK)
        return s;
    /* Never over another file. */
    if (renameat2(f->dir, f->base, folder, slash ? slash + 1 : step->destination, RENAME_NOREPLACE))
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.move", errno, "%s cannot be moved", f->shown);
    if (cdr_sync_fd(folder) && errno != EINVAL)
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.fsync", errno, "Cannot make the new place of %s durable", f->shown);
    return cdr_rest_sync_folder(f, err);
}

static cdr_status move_file(const cdr_execution *e, const cdr_step *step, cdr_step_effect *ret, cdr_err *err)
{
    _cleanup_close_ int folder = -1;
    cdr_rest_file f;
    *ret = (cdr_step_effect){.note = "It is moved, not erased."};
    cdr_status s = cdr_rest_open(step->target.file, &f, err);
    if (s != CDR_OK)
        return s;
    s = check_move(&f, step->destination, &folder, err);
    if (s == CDR_OK && !e->dry)
        s = move_open(e, step, &f, folder, err);
    cdr_rest_close(&f);
    return s;
}

/* --- together --- */

cdr_status cdr_plan_execute(const cdr_execution *e, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err)
{
    cdr_execution content = *e;
    cdr_step *steps = cdr_arena_alloc(e->arena, (e->step_count + 1) * sizeof *steps);
    cdr_step_effect *effects = cdr_arena_alloc(e->arena, (e->step_count + 1) * sizeof *effects);
    size_t *place = cdr_arena_alloc(e->arena, (e->step_count + 1) * sizeof *place);
    if (!steps || !effects || !place)
        return cdr_fail_nomem(err, "minimise");
    if (e->step_count == 1 && e->steps[0].action == CDR_ACT_MOVE)
        return move_file(e, e->steps, ret, err);
    content.steps = steps;
    content.step_count = 0;
    size_t rights = e->step_count;
    for (size_t i = 0; i < e->step_count; i++) {
        if (e->steps[i].action == CDR_ACT_REVOKE) {
            rights = i;
            continue;
        }
        place[content.step_count] = i;
        steps[content.step_count++] = e->steps[i];
    }
    cdr_status s = CDR_OK;
    if (content.step_count)
        s = cdr_execute(&content, effects, ret_after, err);
    else if (!e->dry && e->expected) {
        cdr_target_state now;
        s = cdr_target_observe(&e->steps[0].target, &now, err);
        if (s == CDR_OK && (memcmp(now.sha256, e->expected->sha256, sizeof now.sha256) != 0 || now.mode != e->expected->mode))
            s = cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "The file was changed since the plan was made.");
    }
    for (size_t i = 0; s == CDR_OK && i < content.step_count; i++)
        ret[place[i]] = effects[i];
    return s == CDR_OK && rights < e->step_count ? cdr_plan_revoke(e->steps[rights].target.file, e->dry, &ret[rights], err) : s;
}
