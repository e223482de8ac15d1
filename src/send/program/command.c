/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the organisation's own gets the message as JSON on its standard input. No shell; it sees neither our descriptors nor our environment, and what it prints goes nowhere. */
#include "send/program/program.h"

#include "base/io.h"
#include "send/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int spawn(char *const argv[], int in, int null, pid_t *ret)
{
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LC_ALL=C.UTF-8";
    char *const env[] = {path, lang, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t defaults;
    sigfillset(&defaults);
    if (posix_spawn_file_actions_init(&actions))
        return ENOMEM;
    if (posix_spawnattr_init(&attr)) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int bad = posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (!bad)
        bad = posix_spawn_file_actions_adddup2(&actions, null, 1);
    if (!bad)
        bad = posix_spawn_file_actions_adddup2(&actions, null, 2);
#ifdef __GLIBC__
    if (!bad)
        bad = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);     /* it stays in our group, so that it ends when we are ended */
    if (!bad)
        bad = posix_spawn(ret, argv[0], &actions, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return bad;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All of ${body} to the program; one that does not read it is its own affair. */
static void feed(int fd, const cdr_buf *body, int64_t end_ms)
{
    size_t sent = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (sent < body->len && now_ms() < end_ms) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        poll(&p, 1, 100);
        ssize_t n = write(fd, body->data + sent, body->len - sent);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return;
        sent += n > 0 ? (size_t)n : 0;
    }
}

static cdr_send_answer await(pid_t pid, int64_t end_ms)
{
    int status = 0;
    pid_t got = 0;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end_ms)
        poll(NULL, 0, 10);
    if (got == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return (cdr_send_answer){CDR_SEND_TIMEOUT, 0};
    }
    if (got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return (cdr_send_answer){CDR_SEND_OK, 0};
    return (cdr_send_answer){CDR_SEND_EXIT, got == pid && WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 128u};
}

cdr_send_answer cdr_program_command(const json_t *q)
{
    const json_t *list = json_object_get(q, "command");
    char *argv[CDR_SEND_ARGS_MAX + 1] = {0};
    size_t n = json_array_size(list);
    cdr_send_answer a = {CDR_SEND_BAD_REQUEST, 0};
    for (size_t i = 0; i < n && i < CDR_SEND_ARGS_MAX; i++)
        argv[i] = (char *)(uintptr_t)json_string_value(json_array_get(list, i));
    if (n == 0 || n > CDR_SEND_ARGS_MAX || !argv[0] || argv[0][0] != '/')
        return a;
    cdr_buf body;
    int ends[2];
    pid_t pid = -1;
    int64_t end_ms = now_ms() + (int64_t)json_integer_value(json_object_get(q, "timeout")) * 1000;
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (cdr_program_message(q, &body) && null >= 0 && !pipe2(ends, O_CLOEXEC)) {
        int bad = spawn(argv, ends[0], null, &pid);
        close(ends[0]);
        if (bad)
            a = (cdr_send_answer){CDR_SEND_MISSING, 0};
        else
            feed(ends[1], &body, end_ms);
        close(ends[1]);
        if (!bad)
            a = await(pid, end_ms);
    }
    cdr_buf_wipe(&body);
    return a;
}
