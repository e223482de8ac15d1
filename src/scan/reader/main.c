/* SPDX-License-Identifier: Apache-2.0 */
/* candor-reader: reads the request, makes its detection rules, locks itself in, and only then looks at the container. */
#include "scan/reader/reader.h"

#include "base/io.h"
#include "base/mem.h"
#include "scan/reader/selftest.h"
#include "scan/sandbox.h"
#include "scan/wire.h"

#include <locale.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY ((uint64_t)768 << 20)     /* address space: program and libraries take 150 MiB of it */
#define SQLITE_MEMORY (96 << 20)

static cdr_status read_request(cdr_reader_request *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_REQUEST_MAX);
    for (;;) {
        char chunk[4096];
        ssize_t n = pread(CDR_READER_FD_REQUEST, chunk, sizeof chunk, (off_t)text.len);
        if (n < 0 || cdr_buf_add(&text, chunk, (size_t)n) != CDR_OK)
            return cdr_fail(err, CDR_E_INVAL, "scan", "reader.request", "candor-reader is started by candor only; there is nothing to run by hand.");
        if (n == 0)
            break;
    }
    close(CDR_READER_FD_REQUEST);
    return cdr_request_decode(text.data ? text.data : "", text.len, ret, err);
}

static cdr_status tell_progress(void *arg, uint64_t bytes, cdr_err *err)
{
    return cdr_wire_progress(arg, bytes, err);
}

/* CPU seconds: what the most bytes allowed take on a slow machine. */
static uint64_t cpu_seconds(const cdr_reader_request *q, uint64_t size)
{
    uint64_t bytes = q->archive_bytes > UINT64_MAX - size ? UINT64_MAX : q->archive_bytes + size;
    return CDR_MIN(60 + bytes / (4u << 20), (uint64_t)6 * 3600);
}

static cdr_status read_container(const cdr_reader_request *q, const cdr_ruleset *rules, uint64_t size, uint64_t wal_size, cdr_wire_out *out, cdr_err *err)
{
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    cdr_reader r;
    cdr_status s = cdr_reader_init(&r, q, rules, &ctx, cdr_wire_out_sink(out), err);
    if (s != CDR_OK)
        return s;
    r.progress = tell_progress;
    r.progress_arg = out;
    cdr_source file, wal;
    cdr_source_from_fd(&file, CDR_READER_FD_FILE, size);
    cdr_source_from_fd(&wal, CDR_READER_FD_WAL, wal_size);
    s = cdr_reader_run(&r, &file, q->wal ? &wal : NULL, q->name, err);
    cdr_reader_done(&r);
    return s;
}

static cdr_status run(cdr_reader_request *q, cdr_ruleset **rules, cdr_wire_out **out, cdr_err *err)
{
    struct stat file, wal = {0};
    cdr_status s = read_request(q, err);
    if (s != CDR_OK)
        return s;
    if (fstat(CDR_READER_FD_FILE, &file) || (q->wal && fstat(CDR_READER_FD_WAL, &wal)))
        return cdr_fail(err, CDR_E_INVAL, "scan", "reader.request", "candor-reader was started without a file to read.");
    s = cdr_ruleset_new(&q->detect, rules, err);
    if (s == CDR_OK)
        s = cdr_wire_out_new(CDR_READER_FD_PIPE, out, err);
    if (s != CDR_OK)
        return s;
    setlocale(LC_CTYPE, "C.UTF-8");      /* names of members; needs files, so before the walls */
    sqlite3_initialize();
    sqlite3_hard_heap_limit64(SQLITE_MEMORY);
    uint32_t walls;
    uint64_t size = (uint64_t)file.st_size;
    s = cdr_sandbox_enter(&(cdr_sandbox_limits){.memory_bytes = MEMORY, .cpu_seconds = cpu_seconds(q, size), .keep_fds = CDR_READER_FD_REQUEST}, &walls, err);
    if (s == CDR_OK)
        s = cdr_wire_hello(*out, walls, cdr_ruleset_version(*rules), err);
    if (s == CDR_OK)
        s = read_container(q, *rules, size, (uint64_t)wal.st_size, *out, err);
    return s == CDR_OK || s == CDR_E_NOMEM ? cdr_wire_done(*out, s, err) : s;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[1], "--self-test"))
        _exit(cdr_reader_self_test(argv[2], argv[3]));
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    cdr_reader_request request = {0};
    cdr_ruleset *rules = NULL;
    cdr_wire_out *out = NULL;
    cdr_err err = {0};
    cdr_status s = run(&request, &rules, &out, &err);
    if (s != CDR_OK && err.text[0]) {
        ssize_t ignored = write(CDR_READER_FD_ERR, err.text, strlen(err.text));
        ignored += write(CDR_READER_FD_ERR, "\n", 1);
        (void)ignored;
    }
    _exit(s == CDR_OK ? 0 : 5);          /* no destructors: they would do what the walls forbid */
}
