/* SPDX-License-Identifier: Apache-2.0 */
/* Walls around a script: no network, no other session or group to hide in, no file but the system's own and its folder, no program but those that commands.yaml lists, and bounds on what it takes. */
#include "core/playbook/program/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* The kernel's structures, in bits that older headers do not name. */
struct wall_attr { uint64_t fs, net, scoped; };
struct beneath_attr { uint64_t allowed; int32_t parent; } __attribute__((packed));
enum { EXECUTE = 1 << 0, READ_FILE = 1 << 2, READ_DIR = 1 << 3 };

/* --- files --- */

static int abi(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static bool allow(int rules, const char *path, uint64_t rights)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;      /* not on this machine */
    if (fstat(fd, &st) || !S_ISDIR(st.st_mode))
        rights &= (uint64_t)(EXECUTE | READ_FILE | 1 << 1 | 1 << 14);       /* only what can be done to a file */
    struct beneath_attr b = {.allowed = rights, .parent = fd};
    bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &b, 0) == 0;
    close(fd);
    return ok;
}

/* The dynamic loader is a program to the kernel as well. */
static bool fill(int rules, const perform_walls *w, uint64_t all)
{
    static const char *const readable[] = {"/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/proc", "/sys/devices/system/cpu", "/dev/urandom"};
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-armhf.so.3", "/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld64.so.2", "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"};
    size_t i;
    json_t *program;
    bool ok = allow(rules, w->folder, all & ~(uint64_t)EXECUTE) && allow(rules, "/dev/null", all & ~(uint64_t)EXECUTE) && allow(rules, "/bin/bash", EXECUTE | READ_FILE);
    for (size_t k = 0; ok && k < CDR_COUNT(readable); k++)
        ok = allow(rules, readable[k], READ_FILE | READ_DIR);
    for (size_t k = 0; ok && k < CDR_COUNT(loaders); k++)
        ok = allow(rules, loaders[k], EXECUTE | READ_FILE);
    json_array_foreach(w->programs, i, program) {
        const char *path = json_string_value(program);
        ok = ok && path && allow(rules, path, EXECUTE | READ_FILE);
    }
    return ok;
}

/* A kernel without Landlock has one wall less; seccomp and the restricted shell stay. */
static bool wall_files(const perform_walls *w)
{
    int version = abi();
    if (version < 1)
        return true;
    static const uint64_t rights[] = {0x1FFF, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF};
    struct wall_attr attr = {.fs = rights[CDR_MIN(version, 5)], .net = version >= 4 ? 3 : 0, .scoped = version >= 6 ? 3 : 0};
    size_t size = version >= 6 ? sizeof attr : version >= 4 ? offsetof(struct wall_attr, scoped) : sizeof attr.fs;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    bool ok = rules >= 0 && fill(rules, w, attr.fs) && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok;
}

/* --- calls --- */

/* No socket of any kind, no way out of the process group, nothing that looks into other processes or changes the machine. */
static const int refused[] = {
    SCMP_SYS(socket), SCMP_SYS(socketcall), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(io_uring_setup), SCMP_SYS(setsid), SCMP_SYS(setpgid), SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(userfaultfd), SCMP_SYS(open_by_handle_at), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(sethostname), SCMP_SYS(memfd_create), SCMP_SYS(execveat),
    SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(msgget), SCMP_SYS(shmget), SCMP_SYS(semget), SCMP_SYS(mq_open),
};

static bool wall_calls(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = f != NULL;
    for (size_t i = 0; ok && i < CDR_COUNT(refused); i++) {
        int r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
        ok = r == 0 || r == -EDOM || r == -ENOSYS;      /* no such call on this machine */
    }
    /* A clone into namespaces of its own is a way around the others; the newer call hides its flags, and programs fall back to the older one. */
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
    ok = ok && seccomp_load(f) == 0;
    seccomp_release(f);
    return ok;
}

/* --- together --- */

static bool lower(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now))
        return false;
    rlim_t cap = now.rlim_max == RLIM_INFINITY || value < now.rlim_max ? value : now.rlim_max;
    return setrlimit(what, &(struct rlimit){.rlim_cur = cap, .rlim_max = cap}) == 0;
}

unsigned perform_walls_there(void)
{
    uint32_t action = SECCOMP_RET_ERRNO;
    bool filters = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
    return (filters ? CDR_PERFORM_WALL_NET : 0u) | (abi() >= 1 ? (unsigned)CDR_PERFORM_WALL_FILES : 0u);
}

bool perform_walls_enter(const perform_walls *w)
{
    bool ok = lower(RLIMIT_CORE, 0) && lower(RLIMIT_CPU, w->seconds) && lower(RLIMIT_FSIZE, 16u << 20) && lower(RLIMIT_NOFILE, 128) && lower(RLIMIT_NPROC, 4096) && lower(RLIMIT_MEMLOCK, 0);
    if (!RELAXED)
        ok = ok && lower(RLIMIT_AS, (rlim_t)2 << 30);
    /* Without a filter it would have the network: then it does not begin. */
    return ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && wall_files(w) && perform_walls_there() & CDR_PERFORM_WALL_NET && wall_calls();
}
