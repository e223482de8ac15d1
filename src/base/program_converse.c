/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 50 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int start(const cdr_program_call *c, int socket, pid_t *ret)
{
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int fds[] = {socket, socket, null, c->log >= 0 ? c->log : null};
    return null < 0 ? errno : cdr_program_start(c->path, c->name, fds, CDR_COUNT(fds), ret);
}

/* Sends what is left and reads what comes, until the answer is whole, the program closes, or time is up. */
static cdr_call_end talk(cdr_program_call *c, int fd)
{
    size_t sent = 0;
    int64_t end = now_ms() + c->wait_ms;
    while (now_ms() < end) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (sent < c->len ? POLLOUT : 0))};
        if (cdr_cancelled(c->ctx))
            return CDR_CALL_CANCELLED;
        if (poll(&p, 1, TICK_MS) <= 0)
            continue;
        if (sent < c->len && p.revents & POLLOUT) {
            ssize_t k = send(fd, (const char *)c->request + sent, c->len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            sent += k > 0 ? (size_t)k : 0;
            if (sent == c->len)
                shutdown(fd, SHUT_WR);
        }
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t k = recv(fd, c->answer + c->answer_len, c->cap - c->answer_len, MSG_DONTWAIT);
            bool closed = k == 0 || (k < 0 && errno != EAGAIN && errno != EINTR);
            bool whole = c->line && k > 0 && memchr(c->answer + c->answer_len, '\n', (size_t)k);
            c->answer_len += k > 0 ? (size_t)k : 0;
            if (closed || whole || c->answer_len == c->cap)
                return CDR_CALL_ANSWERED;
        }
    }
    return CDR_CALL_TIMEOUT;
}

/* One that has answered is about to leave; any other is asked to, and gets a moment to end what it began. */
static void finish(pid_t pid, bool answered)
{
    pid_t got = 0;
    if (!answered)
        kill(pid, SIGTERM);
    for (unsigned i = 0; i < (answered ? 1000 : 200) && got == 0; i++) {
        got = waitpid(pid, NULL, WNOHANG);
        if (got == 0)
            poll(NULL, 0, 5);
    }
    if (got == 0) {
        kill(-pid, SIGKILL);      /* its group: a command that hangs goes too */
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

cdr_call_end cdr_program_converse(cdr_program_call *c)
{
    int ends[2];
    pid_t pid = -1;
    c->answer_len = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        c->errnum = errno;
        return CDR_CALL_NOT_STARTED;
    }
    c->errnum = start(c, ends[1], &pid);
    close(ends[1]);
    cdr_call_end end = c->errnum ? CDR_CALL_NOT_STARTED : talk(c, ends[0]);
    close(ends[0]);
    if (pid > 0)
        finish(pid, end == CDR_CALL_ANSWERED && c->answer_len > 0);
    return end;
}
