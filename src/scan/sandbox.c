/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sandbox.h"

#include "base/mem.h"
#include "candor/scan.h"
#include "scan/wire.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define RELAXED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RELAXED 1
#endif
#endif
#ifndef RELAXED
#define RELAXED 0
#endif

static cdr_status refused(cdr_err *err, int errnum, const char *what)
{
    return cdr_fail_errno(err, CDR_E_IO, "scan", "reader.sandbox", errnum, "candor-reader cannot lock itself in (%s)", what);
}

/* --- resource limits ------------------------------------------------------------------------------------------------------- */

static int lower(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now))
        return -1;
    rlim_t cap = now.rlim_max == RLIM_INFINITY || value < now.rlim_max ? value : now.rlim_max;
    return setrlimit(what, &(struct rlimit){.rlim_cur = cap, .rlim_max = cap});
}

static cdr_status set_limits(const cdr_sandbox_limits *l, cdr_err *err)
{
    bool bad = lower(RLIMIT_CORE, 0) || lower(RLIMIT_FSIZE, 0) || lower(RLIMIT_NPROC, 0) || lower(RLIMIT_MEMLOCK, 0);
    bad |= lower(RLIMIT_NOFILE, (rlim_t)l->keep_fds) != 0;
    bad |= l->cpu_seconds && lower(RLIMIT_CPU, (rlim_t)l->cpu_seconds);
    if (!RELAXED)
        bad |= l->memory_bytes && lower(RLIMIT_AS, (rlim_t)l->memory_bytes);
    return bad ? refused(err, errno, "limits") : CDR_OK;
}

/* --- Landlock: no path at all, no port, no abstract socket or signal to others ----------------------------------------------- */

/* The kernel's structure as of ABI 6; an older kernel is told a smaller size. */
struct ruleset_attr {
    uint64_t fs, net, scoped;
};

static int landlock_abi(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static cdr_status landlock(uint32_t *walls, cdr_err *err)
{
    int abi = landlock_abi();
    if (abi < 1)
        return CDR_OK;
    /* File rights by ABI: 13 in the first, then refer, truncate, device ioctl. */
    static const uint64_t fs_rights[] = {0x1FFF, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF};
    struct ruleset_attr attr = {.fs = fs_rights[CDR_MIN(abi, 5)], .net = abi >= 4 ? 3 : 0, .scoped = abi >= 6 ? 3 : 0};
    size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? offsetof(struct ruleset_attr, scoped) : sizeof attr.fs;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0)
        return refused(err, errno, "Landlock rules");
    long failed = syscall(SYS_landlock_restrict_self, fd, 0);
    int why = errno;
    close(fd);
    if (failed)
        return refused(err, why, "Landlock");
    *walls |= CDR_WALL_LANDLOCK | (abi >= 4 ? (uint32_t)CDR_WALL_LANDLOCK_NET : 0u);
    return CDR_OK;
}

/* --- seccomp ----------------------------------------------------------------------------------------------------------------- */

/* Memory, reading what is open, the pipe, time, leaving. */
static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(lseek), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(close), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigprocmask),
};
/* What libraries try for their own comfort (locales, converters, terminals) and do without: refused, not killed. */
static const int without[] = {
    SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(ioctl), SCMP_SYS(fcntl), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit), SCMP_SYS(umask),
    SCMP_SYS(geteuid), SCMP_SYS(getuid),
};
/* The address sanitizer reports through these. */
static const int sanitizer[] = {SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction), SCMP_SYS(prctl), SCMP_SYS(tgkill), SCMP_SYS(uname)};

static int allow_memory(scmp_filter_ctx f)
{
    /* New memory may not be executable: what is loaded now is all the code there will be. */
    int bad = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    return bad ? bad : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static int fill(scmp_filter_ctx f)
{
    int bad = allow_memory(f);
    for (size_t i = 0; !bad && i < CDR_COUNT(allowed); i++)
        bad = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; !bad && i < CDR_COUNT(without); i++) {
        int r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), without[i], 0);
        bad = r == -EDOM || r == -ENOSYS ? 0 : r;   /* no such call on this machine */
    }
    for (size_t i = 0; RELAXED && !bad && i < CDR_COUNT(sanitizer); i++)
        bad = seccomp_rule_add(f, SCMP_ACT_ALLOW, sanitizer[i], 0);
    return bad;
}

static bool seccomp_known(void)
{
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static cdr_status filter(uint32_t *walls, cdr_err *err)
{
    if (!seccomp_known())
        return CDR_OK;
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!f)
        return cdr_fail_nomem(err, "scan");
    int bad = fill(f);
    if (!bad)
        bad = seccomp_load(f);
    seccomp_release(f);
    if (bad)
        return refused(err, -bad, "seccomp filter");
    *walls |= CDR_WALL_SECCOMP | (RELAXED ? (uint32_t)CDR_WALL_RELAXED : 0u);
    return CDR_OK;
}

/* Every descriptor from ${first} on. The parent opens its own so that they close by themselves; this is for others'. */
static void close_above(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd < 4096; fd++)   /* an older kernel, or a container that does not know the call */
        close(fd);
}

/* --- together ------------------------------------------------------------------------------------------------------------------ */

cdr_status cdr_sandbox_enter(const cdr_sandbox_limits *limits, uint32_t *ret_walls, cdr_err *err)
{
    *ret_walls = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return refused(err, errno, "no new privileges");
    if (!RELAXED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        return refused(err, errno, "no core dumps");
    close_above(limits->keep_fds);
    /* Landlock needs one more descriptor for a moment, so the limits come after it. */
    cdr_status s = limits->without & CDR_WALL_LANDLOCK ? CDR_OK : landlock(ret_walls, err);
    if (s == CDR_OK)
        s = set_limits(limits, err);
    if (s == CDR_OK)
        *ret_walls |= CDR_WALL_LIMITS;
    return s == CDR_OK && !(limits->without & CDR_WALL_SECCOMP) ? filter(ret_walls, err) : s;
}

uint32_t cdr_sandbox_probe(void)
{
    int abi = landlock_abi();
    return CDR_WALL_LIMITS | (seccomp_known() ? (uint32_t)CDR_WALL_SECCOMP : 0u) | (abi >= 1 ? (uint32_t)CDR_WALL_LANDLOCK : 0u) |
           (abi >= 4 ? (uint32_t)CDR_WALL_LANDLOCK_NET : 0u) | (RELAXED ? (uint32_t)CDR_WALL_RELAXED : 0u);
}

const char *cdr_sandbox_describe(uint32_t walls)
{
    bool relaxed = walls & CDR_WALL_RELAXED;
    switch (walls & (CDR_WALL_SECCOMP | CDR_WALL_LANDLOCK)) {
    case CDR_WALL_SECCOMP | CDR_WALL_LANDLOCK: return relaxed ? "seccomp+landlock (relaxed: built with sanitizers)" : "seccomp+landlock";
    case CDR_WALL_SECCOMP: return relaxed ? "seccomp (relaxed: built with sanitizers)" : "seccomp";
    case CDR_WALL_LANDLOCK: return "landlock";
    default: return "none (the kernel has neither seccomp nor Landlock)";
    }
}

const char *cdr_scan_sandbox_level(void)
{
    return cdr_sandbox_describe(cdr_sandbox_probe());
}
