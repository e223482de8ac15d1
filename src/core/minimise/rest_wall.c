/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest_child.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's structures, in bits that older headers do not name. */
struct wall_attr { uint64_t fs, net, scoped; };
struct beneath_attr { uint64_t allowed; int32_t parent; } __attribute__((packed));

enum { WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3, REMOVE_FILE = 1 << 5, MAKE_REG = 1 << 8, TRUNCATE = 1 << 14 };

static cdr_status refused(cdr_err *err, const char *what)
{
    return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.wall", errno, "The process that works on the database cannot lock itself in (%s)", what);
}

static cdr_status landlock(int folder, cdr_err *err)
{
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return CDR_OK;                       /* a kernel that does not know it */
    /* File rights by version: 13 in the first, then refer, truncate, device ioctl. */
    static const uint64_t rights[] = {0x1FFF, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF};
    struct wall_attr attr = {.fs = rights[CDR_MIN(abi, 5)], .net = abi >= 4 ? 3 : 0, .scoped = abi >= 6 ? 3 : 0};
    struct beneath_attr beneath = {.allowed = (WRITE_FILE | READ_FILE | READ_DIR | REMOVE_FILE | MAKE_REG | TRUNCATE) & attr.fs, .parent = folder};
    size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? offsetof(struct wall_attr, scoped) : sizeof attr.fs;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0)
        return refused(err, "Landlock rules");
    bool failed = syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) || syscall(SYS_landlock_restrict_self, fd, 0);
    int why = errno;
    close(fd);
    errno = why;
    return failed ? refused(err, "Landlock") : CDR_OK;
}

cdr_status cdr_rest_wall(int folder, cdr_err *err)
{
    const struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none) || setrlimit(RLIMIT_NPROC, &none))
        return refused(err, "limits");
    return landlock(folder, err);
}
