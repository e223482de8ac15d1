/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of candor-send. One socket pair carries the request down and one line back; nothing else is inherited: no descriptor, no environment, no argument. Whatever becomes of the child, it ends
 * within its time. */
#include "send/child.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/program.h"
#include "send/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 50
#define GRACE_S 5             /* beyond the time that the program itself allows */

/* --- the request --- */

static void put(cdr_json_writer *w, const char *key, const char *value)
{
    if (!value)
        return;
    cdr_jw_key(w, key);
    cdr_jw_str(w, value);
}

/* ${m} NULL: a decoy, as long as a message is. */
static cdr_status write_request(const cdr_ctx *ctx, const cdr_send_route *route, const cdr_message *m, bool later, cdr_buf *out, cdr_err *err)
{
    static const cdr_message nobody = {.text = "Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody. Nothing is sent to nobody.", .id = "decoy", .way = CDR_SEND_SMS};
    bool decoy = !m;
    m = m ? m : &nobody;
    static const char *const hows[] = {"", "drop", "command", "webhook", "smtp"};
    cdr_json_writer w;
    if (cdr_buf_reserve(out, CDR_SEND_REQUEST_MAX - 1) != CDR_OK)     /* growing would leave copies behind */
        return cdr_fail_nomem(err, "send");
    cdr_jw_begin(&w, out);
    cdr_jw_open(&w, '{');
    put(&w, "how", decoy ? "decoy" : hows[route->how]);
    put(&w, "way", cdr_send_way_keys[m->way]);
    put(&w, "to", m->to ? m->to : route->to);
    put(&w, "subject", m->subject);
    put(&w, "text", m->text);
    put(&w, "id", m->id);
    put(&w, "url", route->url);
    put(&w, "from", route->from);
    put(&w, "user", route->user);
    put(&w, "password_file", route->password_file);
    put(&w, "header_file", route->header_file);
    put(&w, "ca_file", route->ca_file);
    cdr_jw_key(&w, "later");
    cdr_jw_bool(&w, later);
    cdr_jw_key(&w, "no_tls");
    cdr_jw_bool(&w, route->no_tls);
    cdr_jw_key(&w, "timeout");
    cdr_jw_int(&w, route->timeout_s);
    cdr_jw_key(&w, "at_us");
    cdr_jw_int(&w, cdr_now_us(ctx));
    cdr_jw_key(&w, "command");
    cdr_jw_open(&w, '[');
    for (size_t i = 0; route->args[i]; i++)
        cdr_jw_str(&w, route->args[i]);
    cdr_jw_close(&w, ']');
    cdr_jw_close(&w, '}');
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_LIMIT, "send", "send.long", "The message is too long to be sent.");
}

/* --- starting --- */

bool cdr_send_child_installed(const char *program)
{
    char path[4096];
    return cdr_program_path(program, "candor-send", path, sizeof path);
}

static cdr_status start(const char *program, int ends[2], int log, pid_t *ret, cdr_err *err)
{
    char path[4096];
    if (!cdr_program_path(program, "candor-send", path, sizeof path))
        return cdr_fail(err, CDR_NOT_FOUND, "send", "send.missing", "The program candor-send is not beside candor, so nothing can be sent; install it, or use drop in send.yaml.");
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return cdr_fail_errno(err, CDR_E_IO, "send", "send.start", errno, "Cannot start candor-send");
    const int fds[] = {ends[1], ends[1], null, log >= 0 ? log : null};
    _Static_assert(CDR_COUNT(fds) == CDR_SEND_FD_LOG + 1, "the log comes last");
    int bad = cdr_program_start(path, "candor-send", fds, CDR_COUNT(fds), ret);
    return bad ? cdr_fail_errno(err, CDR_E_IO, "send", "send.start", bad, "Cannot start candor-send") : CDR_OK;
}

/* --- talking --- */

/* Sends what is left and reads what comes, until the line ends, the child closes, or time is up. */
static cdr_status talk(const cdr_ctx *ctx, int fd, const cdr_buf *request, unsigned seconds, char *line, size_t cap, size_t *ret, cdr_err *err)
{
    size_t sent = 0, got = 0;
    for (unsigned tick = 0; tick < seconds * 1000 / TICK_MS;) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (sent < request->len ? POLLOUT : 0))};
        if (cdr_cancelled(ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "send", "send.cancelled", "Sending was interrupted; whether the message left is not known.");
        int n = poll(&p, 1, TICK_MS);
        if (n <= 0) {
            tick++;
            continue;
        }
        if (sent < request->len && p.revents & POLLOUT) {
            ssize_t k = send(fd, request->data + sent, request->len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (k > 0)
                sent += (size_t)k;
            if (sent == request->len)
                shutdown(fd, SHUT_WR);
        }
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t k = recv(fd, line + got, cap - got, MSG_DONTWAIT);
            got += k > 0 ? (size_t)k : 0;
            if (k == 0 || (k < 0 && errno != EAGAIN && errno != EINTR) || got == cap || memchr(line, '\n', got)) {
                *ret = got;
                return CDR_OK;
            }
        }
    }
    return cdr_fail(err, CDR_E_IO, "send", "send.timeout", "Sending took longer than %u seconds and was stopped; whether the message left is not known.", seconds);
}

/* One that has answered is about to leave; any other gets no more time. */
static void finish(pid_t pid, bool answered)
{
    pid_t got = 0;
    for (unsigned i = 0; i < (answered ? 1000 : 4) && got == 0; i++) {
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

static cdr_status judge_secret(const cdr_send_route *route, unsigned number, cdr_err *err)
{
    static const char *const words[CDR_SECRETS] = {
        [CDR_SECRET_GOOD] = "cannot be used", [CDR_SECRET_UNREADABLE] = "cannot be read, or is no file", [CDR_SECRET_OPEN] = "can be read by others; chmod 600 it", [CDR_SECRET_EMPTY] = "is empty",
        [CDR_SECRET_LONG] = "holds more than one line of text", [CDR_SECRET_NO_HEADER] = "holds no header, such as Authorization: Bearer …",
    };
    const char *file = route->password_file ? route->password_file : route->header_file;
    return cdr_fail(err, CDR_E_IO, "send", "send.secret", "The file with the secret for %s, %.200s, %s.", route->shown, file ? file : "see send.yaml", words[number < CDR_SECRETS ? number : 0]);
}

static cdr_status judge(const cdr_send_route *route, cdr_send_result result, unsigned number, cdr_err *err)
{
    const char *via = route->shown;
    switch (result) {
    case CDR_SEND_OK: return CDR_OK;
    case CDR_SEND_REFUSED: return cdr_fail(err, CDR_E_IO, "send", "send.refused", "%s refused the message (%u).", via, number);
    case CDR_SEND_UNREACHABLE: return cdr_fail(err, CDR_E_IO, "send", "send.unreachable", "%s cannot be reached; see send.yaml and the network.", via);
    case CDR_SEND_TLS: return cdr_fail(err, CDR_E_CRYPTO, "send", "send.tls", "%s did not prove who it is, or offers no encryption; nothing was sent. A certificate of your own goes into ca_file in send.yaml.", via);
    case CDR_SEND_TIMEOUT: return cdr_fail(err, CDR_E_IO, "send", "send.timeout", "%s did not answer in %u seconds; whether the message left is not known.", via, route->timeout_s);
    case CDR_SEND_AUTH: return cdr_fail(err, CDR_E_IO, "send", "send.auth", "%s does not accept user and password; see user and password_file in send.yaml.", via);
    case CDR_SEND_EXIT: return cdr_fail(err, CDR_E_IO, "send", "send.exit", "The %s ended with exit code %u.", via, number);
    case CDR_SEND_MISSING: return cdr_fail(err, CDR_NOT_FOUND, "send", "send.no-program", "The %s cannot be run; see send.yaml.", via);
    case CDR_SEND_SECRET: return judge_secret(route, number, err);
    case CDR_SEND_BAD_REQUEST: return cdr_fail(err, CDR_E_INVAL, "send", "send.request", "candor-send did not accept the message; candor and candor-send must be of one build.");
    case CDR_SEND_FAILED:
    case CDR_SEND_RESULTS: break;
    }
    return cdr_fail(err, CDR_E_IO, "send", "send.failed", "%s: sending failed (error %u of the library).", via, number);
}

static cdr_status converse(const cdr_ctx *ctx, const char *program, const cdr_buf *request, unsigned seconds, int log, cdr_send_result *ret, unsigned *ret_number, cdr_err *err)
{
    char line[CDR_SEND_ANSWER_MAX];
    size_t got = 0;
    int ends[2];
    pid_t pid = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return cdr_fail_errno(err, CDR_E_IO, "send", "send.start", errno, "Cannot start candor-send");
    cdr_status s = start(program, ends, log, &pid, err);
    close(ends[1]);
    if (s == CDR_OK)
        s = talk(ctx, ends[0], request, seconds, line, sizeof line, &got, err);
    close(ends[0]);
    if (pid > 0)
        finish(pid, s == CDR_OK && got > 0);
    if (s == CDR_OK && !cdr_send_answer_read(line, got, ret, ret_number))
        s = cdr_fail(err, CDR_E_IO, "send", "send.crashed", "candor-send ended without an answer; whether the message left is not known.");
    return s;
}

static cdr_status by_child(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, bool later, int log, cdr_err *err)
{
    cdr_buf request = CDR_BUF(CDR_SEND_REQUEST_MAX);
    cdr_send_result result = CDR_SEND_FAILED;
    unsigned number = 0;
    cdr_status s = write_request(ctx, route, m, later, &request, err);
    if (s == CDR_OK)
        s = converse(ctx, program, &request, (later ? 0 : route->timeout_s) + GRACE_S, log, &result, &number, err);
    cdr_buf_wipe(&request);
    return s == CDR_OK ? judge(route, result, number, err) : s;
}

cdr_status cdr_send_by_child(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, cdr_err *err)
{
    return by_child(ctx, program, route, m, false, -1, err);
}

cdr_status cdr_send_by_child_begin(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, int log, cdr_err *err)
{
    return by_child(ctx, program, route, m, true, log, err);
}
