/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/calendar_feed.h"

#include "base/io.h"
#include "base/program.h"
#include "core/incident/inside.h"
#include "core/ledger/store.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRIES_MAX 20000
#define REQUEST_MAX (32u << 20)
#define WAIT_S 60

/* --- the request --- */

typedef struct entry { int64_t id, due_us, changed_us, warn_us[CDR_RULE_WARNS_MAX]; size_t warn_count; unsigned revision; cdr_duty_role role; char label[160], ref[80]; } entry;
typedef struct feed { cdr_incidents *in; cdr_json_writer w; entry *at; size_t count, cap, total; bool drills; char subject[CDR_IN_SUBJECT]; } feed;

static cdr_status keep_clock(void *arg, const cdr_clock *c)
{
    feed *f = arg;
    if (c->drill && !f->drills)
        return CDR_OK;
    if (f->count == f->cap) {
        size_t cap = f->cap ? 2 * f->cap : 32;
        entry *more = cap <= 2 * ENTRIES_MAX ? cdr_realloc_array(f->at, cap, sizeof *more) : NULL;
        if (!more)
            return CDR_E_NOMEM;
        f->at = more;
        f->cap = cap;
    }
    entry *e = &f->at[f->count++];
    *e = (entry){.id = c->id, .due_us = c->due_us, .changed_us = c->began_us, .warn_count = c->warn_count, .role = c->role};
    memcpy(e->warn_us, c->warn_us, sizeof e->warn_us);
    snprintf(e->label, sizeof e->label, "%s", c->label);
    snprintf(e->ref, sizeof e->ref, "%s", c->ref);
    return CDR_OK;
}

/* Each time a clock was set or moved is a revision of its entry. */
static cdr_status count_revision(void *arg, const cdr_clock_event *event)
{
    feed *f = arg;
    if (event->kind != CDR_CLOCK_SET && event->kind != CDR_CLOCK_MOVED)
        return CDR_OK;
    for (size_t i = 0; i < f->count; i++)
        if (f->at[i].id == event->clock->id) {
            f->at[i].revision++;
            f->at[i].changed_us = event->at_us;
        }
    return CDR_OK;
}

static void put(cdr_json_writer *w, const char *key, const char *value)
{
    cdr_jw_key(w, key);
    cdr_jw_str(w, value);
}

static void put_number(cdr_json_writer *w, const char *key, int64_t value)
{
    cdr_jw_key(w, key);
    cdr_jw_int(w, value);
}

static void write_entry(feed *f, const entry *e)
{
    char text[400];
    uint32_t workspace = cdr_ledger_vkey(cdr_workspace_ledger(f->in->ws))->id;
    cdr_jw_open(&f->w, '{');
    snprintf(text, sizeof text, "candor-%08x-clock-%lld", workspace, (long long)e->id);
    put(&f->w, "uid", text);
    snprintf(text, sizeof text, "%s (%s)", e->label[0] ? e->label : "Something is due", f->subject);
    put(&f->w, "summary", text);
    bool typed = strchr(e->ref, '/') && strncmp(e->ref, "R-", 2) != 0;
    snprintf(text, sizeof text, "Due for: %s.%s\ncandor incident %s %s", e->role == CDR_DUTY_ANYBODY ? "whoever is in charge" : cdr_duty_role_label(e->role),
             typed ? "\nWhat it is stands in the register, as it was typed there." : "", typed ? "item list" : "show", f->subject);
    put(&f->w, "description", text);
    put_number(&f->w, "due", e->due_us / 1000000);
    put_number(&f->w, "changed", e->changed_us / 1000000);
    put_number(&f->w, "revision", e->revision ? e->revision - 1 : 0);
    cdr_jw_key(&f->w, "warn");
    cdr_jw_open(&f->w, '[');
    for (size_t i = 0; i < e->warn_count; i++)
        cdr_jw_int(&f->w, (e->due_us - e->warn_us[i]) / 1000000);
    cdr_jw_close(&f->w, ']');
    cdr_jw_close(&f->w, '}');
}

static cdr_status write_incident(void *arg, const cdr_incident *i)
{
    feed *f = arg;
    cdr_clocks *clocks = cdr_runs_clocks(f->in->runs);
    f->count = 0;
    cdr_in_subject(i->id, f->subject);
    if (i->drill && !f->drills)
        return CDR_OK;
    cdr_status s = cdr_clock_each(clocks, f->subject, false, keep_clock, f, NULL);
    if (s == CDR_OK)
        s = cdr_clock_events(clocks, f->subject, count_revision, f, NULL);
    if (s == CDR_OK && (f->total += f->count) > ENTRIES_MAX)
        s = CDR_E_LIMIT;
    for (size_t k = 0; s == CDR_OK && k < f->count; k++)
        write_entry(f, &f->at[k]);
    return s;
}

static cdr_status write_entries(feed *f, int64_t id, cdr_err *err)
{
    cdr_incident i;
    cdr_status s;
    if (id) {
        s = cdr_incident_get(f->in, id, &i, err);
        if (s != CDR_OK)
            return s;
        f->drills = i.drill;
        s = write_incident(f, &i);
    } else {
        s = cdr_incident_each(f->in, false, write_incident, f, err);
    }
    if (s == CDR_E_LIMIT)
        return cdr_fail(err, s, "incident", "calendar.many", "More than %d clocks run; name one incident.", ENTRIES_MAX);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "incident") : s;
}

static cdr_status write_request(cdr_incidents *in, const cdr_calendar_request *r, cdr_buf *request, size_t *ret_count, cdr_err *err)
{
    char name[260];
    feed f = {.in = in};
    snprintf(name, sizeof name, "Candor: %.200s", cdr_workspace_org(in->ws));
    cdr_jw_begin(&f.w, request);
    cdr_jw_open(&f.w, '{');
    put(&f.w, "name", name);
    cdr_jw_key(&f.w, "tasks");
    cdr_jw_bool(&f.w, r->tasks);
    cdr_jw_key(&f.w, "entries");
    cdr_jw_open(&f.w, '[');
    cdr_status s = write_entries(&f, r->id, err);
    cdr_jw_close(&f.w, ']');
    cdr_jw_close(&f.w, '}');
    cdr_free(f.at);
    *ret_count = f.total;
    return s == CDR_OK && cdr_buf_status(request) != CDR_OK ? cdr_fail_nomem(err, "incident") : s;
}

/* --- the program --- */

/* It reads everything before it writes, so that nobody waits for the other. */
static bool talk(int fd, const cdr_buf *request, cdr_buf *out)
{
    const struct timeval patience = {.tv_sec = WAIT_S};
    char chunk[65536];
    size_t sent = 0;
    ssize_t n = 0;
    bool ok = !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) && !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    while (ok && sent < request->len) {
        n = send(fd, request->data + sent, request->len - sent, MSG_NOSIGNAL);
        ok = n > 0 || (n < 0 && errno == EINTR);
        sent += n > 0 ? (size_t)n : 0;
    }
    ok = ok && !shutdown(fd, SHUT_WR);
    while (ok && (n = cdr_read_some(fd, chunk, sizeof chunk)) > 0)
        ok = cdr_buf_add(out, chunk, (size_t)n) == CDR_OK;
    return ok && n == 0;
}

static cdr_status run_program(const char *given, const cdr_buf *request, cdr_buf *out, cdr_err *err)
{
    char path[PATH_MAX];
    int ends[2], status = 0;
    pid_t pid = -1;
    if (!cdr_program_path(given, "candor-calendar", path, sizeof path))
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "calendar.missing", "candor-calendar is not beside candor, so no calendar can be written; install it");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return cdr_fail_errno(err, CDR_E_IO, "incident", "calendar.start", errno, "Cannot start candor-calendar");
    const int fds[3] = {ends[1], ends[1], STDERR_FILENO};
    int bad = cdr_program_start(path, "candor-calendar", fds, 2 + (size_t)CDR_PROGRAM_RELAYS_ERRORS, &pid);
    close(ends[1]);
    bool ok = !bad && talk(ends[0], request, out);
    close(ends[0]);
    if (bad)
        return cdr_fail_errno(err, CDR_E_IO, "incident", "calendar.start", bad, "Cannot start candor-calendar");
    if (!ok)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!ok || !WIFEXITED(status) || WEXITSTATUS(status) || !out->len)
        return cdr_fail(err, CDR_E_IO, "incident", "calendar.failed", "candor-calendar did not write the calendar; candor and candor-calendar must be of one build.");
    return CDR_OK;
}

cdr_status cdr_incident_calendar(cdr_incidents *in, const cdr_calendar_request *request, cdr_buf *out, size_t *ret_count, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(REQUEST_MAX);
    size_t count = 0;
    cdr_status s = write_request(in, request, &text, &count, err);
    if (s == CDR_OK)
        s = run_program(request->program, &text, out, err);
    if (s == CDR_OK && ret_count)
        *ret_count = count;
    return s;
}
