/* SPDX-License-Identifier: Apache-2.0 */
/* Who carries out a command: a lock on one byte of a file in the workspace, at the number of the run. */
#include "core/playbook/runs_parts.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MARK_FILE "candor.performing"

static struct flock byte_of(int64_t id, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)id, .l_len = 1};
}

static bool open_mark(cdr_runs *r, bool make)
{
    if (r->mark >= 0)
        return true;
    _cleanup_free_ char *path = cdr_path_join(cdr_workspace_dir(r->ws), MARK_FILE);
    r->mark = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600) : -1;
    return r->mark >= 0;
}

cdr_status cdr_runs_mark(cdr_runs *r, int64_t id, cdr_err *err)
{
    struct flock byte = byte_of(id, F_WRLCK);
    if (open_mark(r, true) && !fcntl(r->mark, F_OFD_SETLK, &byte))
        return CDR_OK;
    return cdr_fail_errno(err, CDR_E_IO, "playbook", "run.mark", errno, "Cannot note in " MARK_FILE " of the workspace that a command is being carried out, so it was not begun");
}

void cdr_runs_unmark(cdr_runs *r, int64_t id)
{
    struct flock byte = byte_of(id, F_UNLCK);
    if (r->mark >= 0)
        (void)fcntl(r->mark, F_OFD_SETLK, &byte);
}

bool cdr_runs_at_work_elsewhere(cdr_runs *r, int64_t id)
{
    struct flock byte = byte_of(id, F_WRLCK);
    return id > 0 && open_mark(r, false) && !fcntl(r->mark, F_OFD_GETLK, &byte) && byte.l_type != F_UNLCK;
}
