/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FD_FLOOR 16                  /* descriptors to be handed down lie above those they become */
_Static_assert(FD_FLOOR >= CDR_PROGRAM_FDS_MAX, "room below");

bool cdr_program_path(const char *given, const char *name, char *ret, size_t cap)
{
    if (given)
        return (size_t)snprintf(ret, cap, "%s", given) < cap && !access(ret, X_OK);
    ssize_t n = readlink("/proc/self/exe", ret, cap - 32);
    if (n <= 0)
        return false;
    ret[n] = '\0';
    char *slash = strrchr(ret, '/');
    if (!slash)
        return false;
    snprintf(slash + 1, 32, "%s", name);
    return !access(ret, X_OK);
}

static int spawn(const char *path, const char *name, const int *from, size_t count, pid_t *ret)
{
    static char plain[] = "LC_ALL=C.UTF-8", sanitized[] = "ASAN_OPTIONS=detect_leaks=0";
    char *const argv[] = {(char *)(uintptr_t)name, NULL}, *const env[] = {CDR_PROGRAM_RELAYS_ERRORS ? sanitized : plain, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    int bad = posix_spawn_file_actions_init(&actions);
    if (bad)
        return bad;
    bad = posix_spawnattr_init(&attr);
    if (bad) {
        posix_spawn_file_actions_destroy(&actions);
        return bad;
    }
    for (size_t i = 0; i < count && !bad; i++)
        bad = posix_spawn_file_actions_adddup2(&actions, from[i], (int)i);
#ifdef __GLIBC__
    if (!bad)
        bad = posix_spawn_file_actions_addclosefrom_np(&actions, (int)count);
#endif
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!bad)
        bad = posix_spawn(ret, path, &actions, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return bad;
}

int cdr_program_start(const char *path, const char *name, const int *fds, size_t count, pid_t *ret)
{
    int from[CDR_PROGRAM_FDS_MAX], bad = count <= CDR_PROGRAM_FDS_MAX ? 0 : EINVAL;
    for (size_t i = 0; i < CDR_PROGRAM_FDS_MAX; i++)
        from[i] = -1;
    for (size_t i = 0; i < count && !bad; i++) {
        from[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_FLOOR);
        bad = from[i] < 0 ? errno : 0;
    }
    if (!bad)
        bad = spawn(path, name, from, count, ret);
    for (size_t i = 0; i < CDR_PROGRAM_FDS_MAX; i++)
        cdr_closep(&from[i]);
    return bad;
}
