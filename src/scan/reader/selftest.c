/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/selftest.h"

#include "base/mem.h"
#include "scan/sandbox.h"
#include "scan/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool try_open(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool try_list(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
}

static bool try_reopen(void)
{
    return open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool try_write(void)
{
    int fd = open("/tmp/candor-reader-self-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool made = fd >= 0;
    if (made)
        unlink("/tmp/candor-reader-self-test");
    return made;
}

static bool try_unlink(void)
{
    return unlink("/tmp/candor-reader-self-test-victim") == 0;
}

static bool try_connect(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
}

static bool try_socket(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool try_fork(void)
{
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return pid > 0;
}

static bool try_exec(void)
{
    static char *const argv[] = {(char *)(uintptr_t)"true", NULL};
    execv("/bin/true", argv);        /* leaves with 0 when it works */
    return false;
}

static bool try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool try_kill(void)
{
    return kill(getppid(), 0) == 0;
}

static bool try_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool try_memory(void)
{
    return mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool try_nothing(void)
{
    return true;
}

static const struct {
    const char *name;
    bool (*attempt)(void);
} attempts[] = {
    {"nothing", try_nothing}, {"open", try_open}, {"list", try_list}, {"reopen", try_reopen}, {"write", try_write}, {"unlink", try_unlink}, {"connect", try_connect},
    {"socket", try_socket}, {"fork", try_fork}, {"exec", try_exec}, {"ptrace", try_ptrace}, {"kill", try_kill}, {"code", try_code}, {"memory", try_memory},
};

int cdr_reader_self_test(const char *name, const char *wall)
{
    cdr_sandbox_limits limits = {.memory_bytes = 1u << 30, .cpu_seconds = 10, .keep_fds = 3};
    if (wall)
        limits.keep_fds = 64;            /* or else the limit on descriptors would answer in the wall's place */
    if (wall)
        limits.without = (strcmp(wall, "seccomp") ? CDR_WALL_SECCOMP : 0u) | (strcmp(wall, "landlock") ? CDR_WALL_LANDLOCK : 0u);
    for (size_t i = 0; i < CDR_COUNT(attempts); i++) {
        if (strcmp(name, attempts[i].name) != 0)
            continue;
        uint32_t walls;
        if (cdr_sandbox_enter(&limits, &walls, NULL) != CDR_OK)
            return 3;
        return attempts[i].attempt() ? 0 : 1;
    }
    return 2;
}
