/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of one file, whoever carries them out: content is the executors' business (cdr_execute); rights and places of files are handled
 * here. Content first, then rights; a move or a deletion stands alone. */
#include "core/minimise/plan_parts.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For everyone but owner and group. */
#define OTHERS 07u

static cdr_status open_regular(const char *file, int *ret, struct stat *st, cdr_err *err)
{
    *ret = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*ret < 0 || fstat(*ret, st))
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "minimise", "rest.open", errno, "The file cannot be opened");
    return S_ISREG(st->st_mode) ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "minimise", "rest.open", "It is no regular file.");
}

cdr_status cdr_plan_revoke(const char *file, bool dry, cdr_step_effect *ret, cdr_err *err)
{
    _cleanup_close_ int fd = -1;
    struct stat st;
    cdr_status s = open_regular(file, &fd, &st, err);
    if (s != CDR_OK)
        return s;
    *ret = (cdr_step_effect){.values = (st.st_mode & OTHERS) != 0, .held_asked = true, .note = "Who read it before may have a copy."};
    if (dry || !(st.st_mode & OTHERS))
        return CDR_OK;
    if (fchmod(fd, st.st_mode & 07777 & ~OTHERS) || cdr_sync_fd(fd))
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.rights", errno, "The rights of the file cannot be changed");
    return CDR_OK;
}

/* --- moving --- */

static cdr_status check_move(const cdr_execution *e, const cdr_step *step, cdr_err *err)
{
    struct stat from, folder;
    const char *slash = strrchr(step->destination, '/');
    _cleanup_free_ char *dir = cdr_strndup(step->destination, slash && slash > step->destination ? (size_t)(slash - step->destination) : 1);
    if (!dir)
        return cdr_fail_nomem(err, "minimise");
    if (lstat(step->target.file, &from) || !S_ISREG(from.st_mode))
        return cdr_fail(err, CDR_NOT_FOUND, "minimise", "rest.move", "There is no regular file to move any more.");
    if (stat(dir, &folder) || !S_ISDIR(folder.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.move", "The folder to move to is no folder.");
    if (folder.st_dev != from.st_dev)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.move", "The folder lies on another file system, where a file cannot be moved to in one piece: copy it, compare both, and delete it by hand.");
    if (access(dir, W_OK | X_OK))
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.move", "The folder to move to cannot be written with the rights of this user.");
    (void)e;
    return CDR_OK;
}

static cdr_status move_file(const cdr_execution *e, const cdr_step *step, cdr_step_effect *ret, cdr_err *err)
{
    cdr_status s = check_move(e, step, err);
    *ret = (cdr_step_effect){.note = "It is moved, not erased."};
    if (s != CDR_OK || e->dry)
        return s;
    cdr_target_state now;
    if ((s = cdr_target_observe(&step->target, &now, err)) != CDR_OK)
        return s;
    if (e->expected && (memcmp(now.sha256, e->expected->sha256, sizeof now.sha256) != 0 || now.mode != e->expected->mode))
        return cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "The file was changed since the plan was made.");
    /* Never over another file. */
    if (renameat2(AT_FDCWD, step->target.file, AT_FDCWD, step->destination, RENAME_NOREPLACE))
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.move", errno, "The file cannot be moved");
    s = cdr_sync_folder_of(step->destination, err);
    return s == CDR_OK ? cdr_sync_folder_of(step->target.file, err) : s;
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
