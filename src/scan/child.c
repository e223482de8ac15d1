/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of candor-reader: starts it, hands it one open file, takes what it says through the wire decoder, and never waits
 * for it longer than it deserves. Whatever becomes of the child, the container ends with a coverage and a reason. */
#include "scan/child.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/program.h"
#include "base/text.h"
#include "detect/emitter.h"
#include "scan/request.h"
#include "scan/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100
#define IDLE_TICKS 600               /* a reader tells progress every few megabytes: one minute of silence is a hang */
#define PIPE_BYTES (1 << 18)
#define CONTAINER_PATH_MAX (CDR_WIRE_PATH_MAX / 2)   /* members are named behind it */

typedef struct child {
    const cdr_child_job *job;
    pid_t pid;
    int pipe, wal, request;
    uint64_t waited, patience;           /* ticks without a word so far, and how many there may be in all */
    const char *reason_id;
    const char *reason;
} child;

static cdr_status give_up(child *c, const char *id, const char *reason)
{
    c->reason_id = id;
    c->reason = reason;
    return CDR_PARTIAL;
}

/* --- what lies beside a database ------------------------------------------------------------------------------------------------- */

/* Open "${path}${suffix}" if ${path} still is the file behind the job's descriptor. */
static int open_beside(int fd, const char *suffix, struct stat *ret)
{
    char link[64], path[4096 + 16];
    struct stat here, there;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, 4096);
    if (n <= 0 || n >= 4096)
        return -1;
    path[n] = '\0';
    if (fstat(fd, &here) || stat(path, &there) || here.st_dev != there.st_dev || here.st_ino != there.st_ino)
        return -1;
    snprintf(path + n, sizeof path - (size_t)n, "%s", suffix);
    int got = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (got < 0)
        return errno == ENOENT ? -1 : -2;
    if (!fstat(got, ret) && S_ISREG(ret->st_mode) && ret->st_size > 0)
        return got;
    close(got);
    return -1;
}

static void look_beside(child *c, cdr_reader_request *q)
{
    struct stat st;
    static const unsigned char journal_magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    char head[8];
    if (c->job->type.class != CDR_CONTENT_SQLITE)
        return;
    c->wal = open_beside(c->job->fd, "-wal", &st);
    q->wal = c->wal >= 0;
    q->wal_unread = c->wal == -2;
    if (c->wal < 0)
        c->wal = -1;
    int journal = open_beside(c->job->fd, "-journal", &st);
    q->journal = journal == -2 || (journal >= 0 && pread(journal, head, sizeof head, 0) == sizeof head && !memcmp(head, journal_magic, sizeof head));
    if (journal >= 0)
        close(journal);
}

/* --- starting ---------------------------------------------------------------------------------------------------------------------- */

static cdr_status write_request(child *c, cdr_err *err)
{
    const cdr_scan_options *o = c->job->options;
    cdr_ruleset_options defaults = {0};
    const cdr_ruleset_options *ro = o->ruleset_options ? o->ruleset_options : &defaults;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_REQUEST_MAX), name = CDR_BUF(4096);
    cdr_reader_request q = {.container = (char *)(uintptr_t)c->job->path, .rules = (char *)(uintptr_t)(ro->rules_json ? ro->rules_json : ""),
                            .archive_bytes = o->archive_bytes, .archive_depth = o->archive_depth, .archive_entries = o->archive_entries,
                            .archive_ratio = o->archive_ratio, .detect = *ro};
    if (cdr_text_escape(&name, c->job->name, strlen(c->job->name)) == CDR_OK && name.data)
        q.name = name.data;
    look_beside(c, &q);
    cdr_status s = cdr_request_encode(&q, &text, err);
    if (s != CDR_OK)
        return s;
    c->request = memfd_create("candor-request", MFD_CLOEXEC);
    if (c->request < 0)
        return cdr_fail_errno(err, CDR_E_IO, "scan", "reader.start", errno, "Cannot make the request for candor-reader");
    return cdr_write_all(c->request, text.data, text.len, err);
}

bool cdr_child_installed(const char *given)
{
    char path[4096];
    return cdr_program_path(given, "candor-reader", path, sizeof path);
}

static int spawn_with(child *c, const char *path, int out, int null)
{
    const int fds[CDR_READER_FDS] = {c->job->fd, out, CDR_PROGRAM_RELAYS_ERRORS ? STDERR_FILENO : null, c->wal >= 0 ? c->wal : null, c->request};
    return cdr_program_start(path, "candor-reader", fds, CDR_READER_FDS, &c->pid);
}

static cdr_status start(child *c, cdr_err *err)
{
    char path[4096];
    if (!cdr_program_path(c->job->options->reader_path, "candor-reader", path, sizeof path))
        return give_up(c, "reader.missing", "The program candor-reader is not beside candor, so archives and databases cannot be read; install it.");
    cdr_status s = write_request(c, err);
    if (s == CDR_E_NOMEM)
        return s;
    if (s != CDR_OK)
        return give_up(c, "reader.start", "candor-reader could not be started: its request could not be written.");
    int ends[2];
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || pipe2(ends, O_CLOEXEC))
        return give_up(c, "reader.start", "candor-reader could not be started: too many files are open.");
    fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);       /* fewer switches; refused beyond the user's share, which is fine */
    c->pipe = ends[0];
    int bad = spawn_with(c, path, ends[1], null);
    close(ends[1]);
    if (bad == ENOENT || bad == EACCES)
        return give_up(c, "reader.missing", "The program candor-reader cannot be run, so archives and databases cannot be read; install it.");
    return bad ? give_up(c, "reader.start", "candor-reader could not be started.") : CDR_OK;
}

/* --- listening ----------------------------------------------------------------------------------------------------------------------- */

/* A reader may keep silent for two minutes and half a second for each MiB in all: one that tells progress now and then but never
 * ends, ends here. What it spends computing is limited by the system. */
static uint64_t patience(const cdr_child_job *job)
{
    uint64_t bytes = job->options->archive_bytes > UINT64_MAX - job->size ? UINT64_MAX : job->options->archive_bytes + job->size;
    return (120 * 1000 + (bytes >> 20) * 500) / TICK_MS;
}

/* One portion from the pipe. CDR_DONE at its end, CDR_PARTIAL when the child is silent for too long. */
static cdr_status hear(child *c, char *buf, size_t cap, size_t *ret, cdr_err *err)
{
    for (unsigned idle = 0; idle < IDLE_TICKS; idle++) {
        struct pollfd p = {.fd = c->pipe, .events = POLLIN};
        if (cdr_cancelled(c->job->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted.");
        int got = poll(&p, 1, TICK_MS);
        if (got <= 0 && ++c->waited > c->patience)
            break;
        if (got <= 0)
            continue;
        ssize_t n = cdr_read_some(c->pipe, buf, cap);
        if (n < 0)
            return give_up(c, "reader.crashed", "The connection to candor-reader failed.");
        *ret = (size_t)n;
        return n ? CDR_OK : CDR_DONE;
    }
    return give_up(c, "reader.timeout", "Reading made too little progress and was stopped.");
}

static cdr_status listen_to(child *c, cdr_wire_in *in, char *buf, cdr_err *err)
{
    for (;;) {
        size_t n = 0;
        cdr_status s = hear(c, buf, PIPE_BYTES, &n, err);
        if (s != CDR_OK)
            return s;
        s = cdr_wire_in_feed(in, buf, n, err);
        explicit_bzero(buf, n);
        if (s != CDR_OK && cdr_wire_in_violated(in))
            return give_up(c, "reader.protocol", s == CDR_E_UNSUPPORTED ? "candor-reader is of another version than candor; install both from one build."
                                                                        : "Reading was stopped: the reader broke its rules, which a hostile file may have caused.");
        if (s != CDR_OK)
            return s;
        if (cdr_wire_in_done(in))
            return CDR_OK;
    }
}

/* Why a child ended by itself. */
static void explain_end(child *c, int status)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (sig == SIGSYS)
        give_up(c, "reader.crashed", "Reading was stopped: the reader tried what it may not do, which a hostile file may have caused.");
    else if (sig == SIGXCPU)
        give_up(c, "reader.timeout", "Reading took more computing time than is allowed and was stopped.");
    else if (sig)
        give_up(c, "reader.crashed", "The reader crashed on this file; what came before was read.");
    else
        give_up(c, "reader.crashed", "The reader gave up on this file; what came before was read.");
}

/* Reap: a child that has closed its pipe gets a moment to leave by itself, any other none. */
static void finish(child *c, bool by_itself)
{
    if (c->pid <= 0)
        return;
    int status = 0;
    pid_t got = 0;
    for (unsigned i = 0; by_itself && i < 200 && got == 0; i++) {
        got = waitpid(c->pid, &status, WNOHANG);
        if (got == 0)
            poll(NULL, 0, 5);
    }
    if (got == 0) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
            ;
    } else if (by_itself && !c->reason_id) {
        explain_end(c, status);
    }
    c->pid = 0;
}

static cdr_status converse(child *c, cdr_wire_in *in, cdr_err *err)
{
    _cleanup_free_ char *buf = cdr_alloc(PIPE_BYTES);
    if (!buf)
        return cdr_fail_nomem(err, "scan");
    cdr_status s = start(c, err);
    if (s == CDR_OK)
        s = listen_to(c, in, buf, err);
    finish(c, s == CDR_DONE);
    if (s == CDR_DONE && !c->reason_id)
        give_up(c, "reader.crashed", "The reader gave up on this file; what came before was read.");
    return s == CDR_DONE ? CDR_PARTIAL : s;
}

cdr_status cdr_child_scan(const cdr_child_job *job, cdr_sink *sink, cdr_err *err)
{
    child c = {.job = job, .pipe = -1, .wal = -1, .request = -1, .patience = patience(job)};
    cdr_wire_in *in;
    /* A table or member is an object; databases have as many as the reader's own limit. */
    cdr_wire_expect expect = {.container = job->path, .ruleset_version = cdr_ruleset_version(job->options->ruleset),
                              .rules = (uint16_t)CDR_MIN(cdr_rules_count(cdr_ruleset_rules(job->options->ruleset)), (size_t)UINT16_MAX),
                              .objects = 2 * (uint64_t)job->options->archive_entries + 100000};
    cdr_status s = cdr_wire_in_new(&expect, sink, &in, err);
    if (s != CDR_OK)
        return s;
    if (strlen(job->path) > CONTAINER_PATH_MAX)
        s = give_up(&c, "file.name-too-long", "Its path is too long for what is in it to be named; move it to a place with a shorter one.");
    else
        s = converse(&c, in, err);
    if (s == CDR_OK && !cdr_wire_in_named_container(in))
        s = give_up(&c, "reader.crashed", cdr_wire_in_result(in) == CDR_E_NOMEM ? "Reading needs more memory than is allowed; what came before was read."
                                                                               : "The reader gave up on this file; what came before was read.");
    if (s == CDR_PARTIAL)
        s = cdr_wire_in_abandon(in, job->type.format, c.reason_id, c.reason, job->size, err);
    cdr_wire_in_free(in);
    cdr_closep(&c.pipe);
    cdr_closep(&c.wal);
    cdr_closep(&c.request);
    return s;
}
