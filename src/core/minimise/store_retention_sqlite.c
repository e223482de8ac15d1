/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the rows of a table in somebody else's SQLite database. The file may be hostile: it is read in a process of its own, which cannot write
 * files, start programs or outlive its parent, and tells counts through memory of fixed size, which the parent checks. Nothing beside the database
 * is made or changed: one that nobody has open is read as a file that does not change, one with commits waiting in its log through that log. */
#include "core/minimise/retention_parts.h"

#include "base/buf.h"
#include "core/minimise/store_rest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100
#define STEPS 10000                          /* of SQLite's machine between two looks at whether to stop */
#define MEMORY ((rlim_t)2 << 30)
#define VALUE_MAX (64 << 20)
#define COLUMNS_MAX 2000
#define CACHE_KB "-16000"

typedef struct shared {
    bool done;
    uint64_t rows;
    cdr_rt_column columns[CDR_RT_WANTS];
    struct { uint64_t over_age, undated, kept, again; int32_t oldest_over, oldest; } lines[CDR_RT_LINES];
    char problem[sizeof((cdr_rt_tally *)0)->problem];
} shared;

/* --- in the child --- */

typedef struct reading { cdr_rt_tally *t; const cdr_rt_source *src; sqlite3 *db; shared *out; pid_t parent; } reading;

static int is_stopped(void *arg)
{
    const reading *r = arg;
    return cdr_cancelled(r->src->ctx) || getppid() != r->parent;
}

static bool has_bytes(const char *path, const char *suffix)
{
    struct stat st;
    _cleanup_free_ char *beside = cdr_asprintf("%s%s", path, suffix);
    return !beside || (!stat(beside, &st) && st.st_size > 0);
}

/* "file:PATH?mode=ro", with what means something in a URI escaped. */
static bool uri_of(const char *path, bool still, cdr_buf *out)
{
    cdr_buf_adds(out, "file:");
    for (; *path; path++)
        if (strchr("?#%", *path))
            cdr_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*path);
        else
            cdr_buf_addc(out, *path);
    cdr_buf_adds(out, still ? "?mode=ro&immutable=1" : "?mode=ro");
    return cdr_buf_status(out) == CDR_OK;
}

static void sql_problem(reading *r, int rc)
{
    static const struct { int rc; const char *says; } words[] = {
        {SQLITE_BUSY, "another program is working on the database"}, {SQLITE_CORRUPT, "the database is damaged"}, {SQLITE_NOTADB, "it is no database that can be read"},
        {SQLITE_CANTOPEN, "the database cannot be opened for reading"}, {SQLITE_NOMEM, "the database asks for more memory than it gets"},
        {SQLITE_TOOBIG, "a value in it is too large"}, {SQLITE_INTERRUPT, "it was interrupted"}};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (words[i].rc == (rc & 0xFF)) {
            cdr_rt_problem(r->t, "%s", words[i].says);
            return;
        }
    cdr_rt_problem(r->t, "the database cannot be read (%s)", sqlite3_errstr(rc));
}

static bool open_database(reading *r)
{
    _cleanup_buf_ cdr_buf uri = CDR_BUF(1 << 16);
    struct stat named, held;
    if (stat(r->src->file, &named) || fstat(r->src->fd, &held) || named.st_dev != held.st_dev || named.st_ino != held.st_ino) {
        cdr_rt_problem(r->t, "the file was replaced meanwhile");
        return false;
    }
    if (has_bytes(r->src->file, "-journal")) {
        cdr_rt_problem(r->t, "a change to the database was never finished; open it once with its own program");
        return false;
    }
    if (!uri_of(r->src->file, !has_bytes(r->src->file, "-wal"), &uri)) {
        cdr_rt_problem(r->t, "its path is too long");
        return false;
    }
    int rc = sqlite3_open_v2(uri.data, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK) {
        sql_problem(r, rc);
        return false;
    }
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    sqlite3_limit(r->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(r->db, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(r->db, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_busy_timeout(r->db, 2000);
    sqlite3_progress_handler(r->db, STEPS, is_stopped, r);
    return true;
}

static bool prepare(reading *r, const char *sql, sqlite3_stmt **ret)
{
    int rc = sqlite3_prepare_v2(r->db, sql, -1, ret, NULL);
    if (rc != SQLITE_OK)
        sql_problem(r, rc);
    return rc == SQLITE_OK;
}

/* An ordinary table of that name: a virtual one would run somebody's code. */
static bool is_table(reading *r)
{
    sqlite3_stmt *q = NULL;
    bool yes = false;
    if (!prepare(r, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND rootpage > 0", &q))
        return false;
    sqlite3_bind_text(q, 1, r->src->inside, -1, SQLITE_STATIC);
    int rc = sqlite3_step(q);
    yes = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        sql_problem(r, rc);
    else if (!yes)
        cdr_rt_problem(r->t, "the database has no such table of rows any more");
    sqlite3_finalize(q);
    return yes;
}

static bool find_columns(reading *r)
{
    sqlite3_stmt *q = NULL;
    const char *names[COLUMNS_MAX];
    _cleanup_buf_ cdr_buf sql = CDR_BUF(1 << 16);
    cdr_buf_adds(&sql, "SELECT * FROM ");
    cdr_store_rest_quote(&sql, r->src->inside);
    if (cdr_buf_status(&sql) != CDR_OK || !prepare(r, sql.data, &q))
        return false;
    int count = sqlite3_column_count(q);
    for (int i = 0; i < CDR_MIN(count, COLUMNS_MAX); i++)
        names[i] = sqlite3_column_name(q, i);
    bool found = cdr_rt_columns(r->t, names, (size_t)CDR_MIN(count, COLUMNS_MAX), 0);
    sqlite3_finalize(q);
    return found;
}

static void read_value(sqlite3_stmt *q, int col, cdr_record_date *ret)
{
    char number[40];
    switch (sqlite3_column_type(q, col)) {
    case SQLITE_NULL: cdr_record_date_read(NULL, 0, ret); return;
    case SQLITE_FLOAT: {
        double v = sqlite3_column_double(q, col);
        int n = v > -1e15 && v < 1e15 ? snprintf(number, sizeof number, "%.3f", v) : 0;
        while (n > 0 && (number[n - 1] == '0' || number[n - 1] == '.'))
            if (number[--n] == '.')
                break;
        cdr_record_date_read(n > 0 ? number : "?", n > 0 ? (size_t)n : 1, ret);
        return;
    }
    default: {
        const void *s = sqlite3_column_blob(q, col);
        if (sqlite3_column_type(q, col) == SQLITE_INTEGER)
            s = sqlite3_column_text(q, col);
        cdr_record_date_read(s ? s : "", s ? (size_t)sqlite3_column_bytes(q, col) : 0, ret);
    }
    }
}

static bool select_dates(reading *r, sqlite3_stmt **ret, int place[CDR_RT_WANTS])
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(1 << 16);
    int columns = 0;
    cdr_buf_adds(&sql, "SELECT ");
    for (size_t i = 0; i < r->t->want_count; i++) {
        place[i] = -1;
        if (!r->t->columns[i].found)
            continue;
        cdr_buf_adds(&sql, columns ? ", " : "");
        cdr_store_rest_quote(&sql, r->t->columns[i].name);
        place[i] = columns++;
    }
    cdr_buf_adds(&sql, " FROM ");
    cdr_store_rest_quote(&sql, r->src->inside);
    return cdr_buf_status(&sql) == CDR_OK && prepare(r, sql.data, ret);
}

static bool read_rows(reading *r)
{
    sqlite3_stmt *q = NULL;
    cdr_record_date dates[CDR_RT_WANTS] = {{0}};
    int place[CDR_RT_WANTS], rc;
    if (!select_dates(r, &q, place))
        return false;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        for (size_t i = 0; i < r->t->want_count; i++)
            if (place[i] >= 0)
                read_value(q, place[i], &dates[i]);
        cdr_rt_row(r->t, dates);
        if ((r->t->rows & 0xFFF) == 0)
            r->out->rows = r->t->rows;
    }
    sqlite3_finalize(q);
    if (rc != SQLITE_DONE)
        sql_problem(r, rc);
    return rc == SQLITE_DONE;
}

static void read_table(reading *r)
{
    if (!open_database(r) || !is_table(r) || !find_columns(r) || !read_rows(r) || cdr_rt_end(r->t))
        return;
    if (find_columns(r) && read_rows(r))
        (void)cdr_rt_end(r->t);
}

static void wall(void)
{
    const struct rlimit none = {0, 0};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NPROC, &none);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
#if !defined(__SANITIZE_ADDRESS__)
    const struct rlimit memory = {MEMORY, MEMORY};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

static void be_child(reading *r, int pipe_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != r->parent)
        _exit(1);
    signal(SIGINT, SIG_IGN);                 /* the parent is told, and ends us */
    int low = CDR_MIN(pipe_fd, r->src->fd), high = CDR_MAX(pipe_fd, r->src->fd);
    if (low > 3)
        syscall(SYS_close_range, 3u, (unsigned)low - 1, 0);
    if (high > low + 1)
        syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0);
    syscall(SYS_close_range, (unsigned)high + 1, ~0u, 0);
    wall();
    read_table(r);
    shared *out = r->out;
    out->rows = r->t->rows;
    memcpy(out->columns, r->t->columns, sizeof out->columns);
    memcpy(out->problem, r->t->problem, sizeof out->problem);
    for (size_t i = 0; i < r->t->line_count; i++) {
        const cdr_rt_line *l = &r->t->lines[i];
        out->lines[i].over_age = l->over_age;
        out->lines[i].undated = l->undated;
        out->lines[i].kept = l->kept;
        out->lines[i].again = l->again;
        out->lines[i].oldest = l->oldest;
        out->lines[i].oldest_over = l->oldest_over;
    }
    out->done = true;
    _exit(0);
}

/* --- in the parent --- */

/* Until the child closes its end of the pipe. */
static void wait_for(pid_t pid, int fd, const cdr_rt_source *src, const shared *out)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t told = 0;
    while (poll(&p, 1, TICK_MS) <= 0) {
        if (cdr_cancelled(src->ctx)) {
            kill(pid, SIGKILL);
            return;
        }
        uint64_t rows = out->rows;
        if (src->progress && rows != told)
            src->progress(src->arg, 0, rows);
        told = rows;
    }
}

/* Nothing in it is believed that could not be. */
static bool take(cdr_rt_tally *t, const shared *out)
{
    if (!out->done)
        return false;
    t->rows = out->rows;
    memcpy(t->problem, out->problem, sizeof t->problem);
    t->problem[sizeof t->problem - 1] = '\0';
    for (char *s = t->problem; *s; s++)
        if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7F)
            *s = '?';
    for (size_t i = 0; i < t->want_count; i++) {
        t->columns[i] = out->columns[i];
        t->columns[i].name[sizeof t->columns[i].name - 1] = '\0';
        t->columns[i].file = false;
    }
    for (size_t i = 0; i < t->line_count; i++) {
        cdr_rt_line *l = &t->lines[i];
        l->over_age = out->lines[i].over_age;
        l->undated = out->lines[i].undated;
        l->kept = out->lines[i].kept;
        l->again = out->lines[i].again;
        l->oldest = out->lines[i].oldest;
        l->oldest_over = out->lines[i].oldest_over;
        if (l->over_age > t->rows || l->undated > t->rows || l->kept > t->rows || l->again > l->over_age)
            return false;
    }
    return t->rows < UINT64_C(1) << 62;
}

static cdr_status in_child(cdr_rt_tally *t, const cdr_rt_source *src, shared *out, cdr_err *err)
{
    int fds[2], how = 0;
    if (pipe2(fds, O_CLOEXEC))
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "retention.child", errno, "Cannot start a process to read a database");
    reading r = {.t = t, .src = src, .out = out, .parent = getpid()};
    pid_t pid = fork();
    if (pid == 0)
        be_child(&r, fds[1]);
    close(fds[1]);
    if (pid > 0) {
        wait_for(pid, fds[0], src, out);
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
            ;
    }
    close(fds[0]);
    if (pid < 0)
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "retention.child", errno, "Cannot start a process to read a database");
    if (cdr_cancelled(src->ctx))
        return cdr_fail(err, CDR_E_CANCELLED, "minimise", "retention.stopped", "Stopped; what was counted so far is kept.");
    if (!take(t, out)) {
        t->rows = 0;
        t->problem[0] = '\0';
        cdr_rt_problem(t, "the process that read it died: the database is damaged or hostile");
    }
    return CDR_OK;
}

cdr_status cdr_rt_read_sqlite(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err)
{
    shared *out = mmap(NULL, sizeof *out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (out == MAP_FAILED)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = in_child(t, src, out, err);
    munmap(out, sizeof *out);
    return s;
}
