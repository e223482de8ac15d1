/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest_child.h"

#include "base/buf.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MAX ((size_t)10000)
#define TICK_MS 100
#define PATIENCE_TICKS 50                    /* after a wish to stop: then it is killed, which leaves the database as it was, too */

static size_t shared_size(size_t steps)
{
    return sizeof(cdr_rest_shared) + steps * sizeof(cdr_rest_said);
}

void cdr_rest_shared_free(cdr_rest_shared *s)
{
    if (s)
        munmap(s, shared_size(s->step_count));
}

/* --- in the child --- */

bool cdr_rest_is_stopped(const cdr_rest_channel *c)
{
    char byte;
    return cdr_cancelled(c->ctx) || recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

cdr_status cdr_rest_ask_ready(cdr_rest_channel *c, cdr_err *err)
{
    char answer = 0;
    ssize_t n = send(c->fd, "r", 1, MSG_NOSIGNAL);
    if (n == 1)
        do
            n = recv(c->fd, &answer, 1, 0);
        while (n < 0 && errno == EINTR);
    return n == 1 && answer == 'g' ? CDR_OK : cdr_rest_cancelled(err);
}

/* Descriptors that belong to other work; those of a database would take its locks along when they were closed later. */
static void keep_only(int a, int b)
{
    int low = CDR_MIN(a, b), high = CDR_MAX(a, b);
    if (low > 3)
        syscall(SYS_close_range, 3u, (unsigned)low - 1, 0);
    if (high > low + 1)
        syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0);
    syscall(SYS_close_range, (unsigned)high + 1, ~0u, 0);
}

static cdr_status real_path(const cdr_rest_file *f, char *folder, char *path, size_t cap, cdr_err *err)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", f->dir);
    ssize_t n = readlink(link, folder, cap - 1);
    if (n <= 0 || (size_t)n >= cap - 1)
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.open", errno, "Cannot tell where %s lies", f->shown);
    folder[n] = '\0';
    if ((size_t)snprintf(path, cap, "%s/%s", n == 1 ? "" : folder, f->base) >= cap)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.name", "The path of %s is too long.", f->shown);
    return CDR_OK;
}

static void be_child(const cdr_rest_file *f, cdr_rest_channel *c, pid_t parent, cdr_rest_work *work, void *arg)
{
    char folder[PATH_MAX + 1], path[PATH_MAX + 1];
    cdr_err err = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGINT, SIG_IGN);                 /* the parent is told, and tells us */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    close(f->fd);
    keep_only(c->fd, f->dir);
    cdr_status s = real_path(f, folder, path, sizeof path, &err);
    /* Room for sorting and for tidying up lies where the data lies. */
    if (s == CDR_OK && setenv("SQLITE_TMPDIR", folder, 1))
        s = cdr_fail_nomem(&err, "minimise");
    c->path = path;
    if (s == CDR_OK)
        s = work(arg, c, &err);
    c->shared->status = s;
#ifdef CANDOR_FAULTS
    for (int k = 0; k < CDR_FAULT__MAX; k++)
        c->shared->fault_fired |= cdr_fault_fired((cdr_fault_kind)k);
#endif
    snprintf(c->shared->id, sizeof c->shared->id, "%s", err.id ? err.id : "");
    memcpy(c->shared->text, err.text, sizeof c->shared->text);
    _exit(0);
}

/* --- in the parent --- */

typedef struct watch {
    pid_t pid;
    int fd;
    const cdr_ctx *ctx;
    bool stopped, allowed;
    unsigned ticks;
    cdr_status ready;            /* what the caller said */
} watch;

static void tick(watch *w)
{
    if (!w->stopped && !w->allowed && cdr_cancelled(w->ctx)) {
        w->stopped = true;
        shutdown(w->fd, SHUT_WR);
    }
    if (w->stopped && ++w->ticks == PATIENCE_TICKS)
        kill(w->pid, SIGKILL);
}

static void answer(watch *w, cdr_rest_shared *shared, cdr_rest_ready *ready, void *arg, cdr_err *err)
{
    cdr_target_state after = shared->state;
    w->ready = ready && !cdr_cancelled(w->ctx) ? ready(arg, &after, err) : CDR_OK;
    bool yes = w->ready == CDR_OK && !w->stopped && !cdr_cancelled(w->ctx);
    w->allowed = yes && send(w->fd, "g", 1, MSG_NOSIGNAL) == 1;
    if (!w->allowed)
        shutdown(w->fd, SHUT_WR);
}

/* Until the child closes its end. */
static void listen_to(watch *w, cdr_rest_shared *shared, cdr_rest_ready *ready, void *arg, cdr_err *err)
{
    for (bool asked = false;;) {
        struct pollfd p = {.fd = w->fd, .events = POLLIN};
        char byte;
        if (poll(&p, 1, TICK_MS) <= 0) {
            tick(w);
            continue;
        }
        ssize_t n = recv(w->fd, &byte, 1, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        if (!asked)
            answer(w, shared, ready, arg, err);
        asked = true;
    }
}

/* Of what the child says only words that are known here are passed on. */
static const char *known_id(const char *id)
{
    static const char *const ids[] = {"rest.changed", "rest.refused"};
    for (size_t i = 0; i < CDR_COUNT(ids); i++)
        if (!strcmp(id, ids[i]))
            return ids[i];
    return "rest.sqlite";
}

static cdr_status verdict(const watch *w, int how, cdr_rest_shared *shared, const cdr_rest_file *f, cdr_err *err)
{
    if (w->ready != CDR_OK)
        return w->ready;                     /* ${err} is the caller's */
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        if (shared->status == CDR_OK)
            return CDR_OK;
        _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
        shared->text[sizeof shared->text - 1] = shared->id[sizeof shared->id - 1] = '\0';
        cdr_text_escape(&text, shared->text, strlen(shared->text));
        return cdr_fail(err, shared->status, "minimise", known_id(shared->id), "%s", text.len ? text.data : "The database could not be worked on.");
    }
    if (w->stopped && !w->allowed)
        return cdr_rest_cancelled(err);
    if (w->allowed)
        return cdr_fail(err, CDR_E_IO, "minimise", "rest.child", "The process that worked on %s died at the last moment; run this again to see whether the change is done.", f->shown);
    return cdr_fail(err, CDR_E_CORRUPT, "minimise", "rest.child", "The process that worked on %s died, and the database has been left as it was; have its own program check it.", f->shown);
}

/* What SQLite knows of a database that this program itself has open would come along and mislead the child. */
static bool is_open_here(const cdr_rest_file *f)
{
    DIR *d = opendir("/proc/self/fd");
    bool open_here = false;
    for (struct dirent *e; d && (e = readdir(d));) {
        int64_t fd;
        struct stat st;
        if (cdr_parse_i64(e->d_name, strlen(e->d_name), 0, INT_MAX, &fd) && fd != f->fd && !fstat((int)fd, &st))
            open_here |= st.st_dev == f->st.st_dev && st.st_ino == f->st.st_ino;
    }
    if (d)
        closedir(d);
    return open_here;
}

static cdr_status start(watch *w, const cdr_rest_file *f, cdr_rest_shared *shared, cdr_rest_work *work, void *arg, cdr_err *err)
{
    int pair[2];
    if (is_open_here(f))
        return cdr_fail(err, CDR_E_LOCKED, "minimise", "rest.own", "%s is open in this program itself, and has been left as it is.", f->shown);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.child", errno, "Cannot start a process for %s", f->shown);
    pid_t parent = getpid();
    w->pid = fork();
    if (w->pid == 0) {
        cdr_rest_channel c = {.fd = pair[1], .ctx = w->ctx, .shown = f->shown, .st = f->st, .shared = shared};
        be_child(f, &c, parent, work, arg);
    }
    close(pair[1]);
    w->fd = pair[0];
    if (w->pid > 0)
        return CDR_OK;
    close(pair[0]);
    return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.child", errno, "Cannot start a process for %s", f->shown);
}

cdr_status cdr_rest_in_child(const cdr_rest_file *f, const cdr_ctx *ctx, size_t step_count, cdr_rest_work *work, void *arg, cdr_rest_ready *ready, void *ready_arg,
                             cdr_rest_shared **ret, cdr_err *err)
{
    *ret = NULL;
    if (step_count > STEPS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "rest.steps", "%s has %zu steps; at most %zu can be carried out together.", f->shown, step_count, STEPS_MAX);
    void *memory = mmap(NULL, shared_size(step_count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return cdr_fail_nomem(err, "minimise");
    cdr_rest_shared *shared = memory;
    shared->step_count = step_count;
    watch w = {.ctx = ctx};
    cdr_status s = start(&w, f, shared, work, arg, err);
    if (s == CDR_OK) {
        int how = 0;
        listen_to(&w, shared, ready, ready_arg, err);
        while (waitpid(w.pid, &how, 0) < 0 && errno == EINTR)
            ;
        close(w.fd);
        shared->step_count = step_count;     /* whatever the child wrote there */
        s = verdict(&w, how, shared, f, err);
    }
    if (s != CDR_OK)
        cdr_rest_shared_free(shared);
    else
        *ret = shared;
    return s;
}
