/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite tables: candor-reader against a bare loop of sqlite3_step and sqlite3_column_text over the same columns, in turn, on the
 * same cached file; best of the rounds, as JSON.  sqlite_step make FILE ROWS | sqlite_step run FILE [ROUNDS] */
#include "scan/child.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Computing time of this process, or of the children it has waited for: means something on a busy machine too. */
static double computing(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "sqlite_step: %s failed\n", what);
    exit(1);
}

static uint64_t state = 88172645463325252u;

static unsigned pick(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state % n);
}

/* Orders of a shop: ten columns, some personal. */
static void make(const char *path, long rows)
{
    static const char *const first[] = {"Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Niklaus", "Frances"};
    static const char *const last[] = {"Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Wirth", "Allen"};
    static const char *const words[] = {"deliver", "after", "noon", "please", "ring", "twice", "leave", "with", "neighbour", "fragile", "blue", "large"};
    sqlite3 *db;
    sqlite3_stmt *st;
    unlink(path);
    must(sqlite3_open(path, &db) == SQLITE_OK, "open");
    must(sqlite3_exec(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE orders(id INTEGER PRIMARY KEY, created TEXT, name TEXT, email TEXT, street TEXT,"
                          " city TEXT, sku TEXT, amount REAL, status TEXT, note TEXT); BEGIN", NULL, NULL, NULL) == SQLITE_OK, "schema");
    must(sqlite3_prepare_v2(db, "INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?,?)", -1, &st, NULL) == SQLITE_OK, "prepare");
    for (long i = 0; i < rows; i++) {
        char text[10][256];
        unsigned f = pick(8), l = pick(8), n = 0;
        snprintf(text[1], 256, "20%02u-%02u-%02uT%02u:%02u:00Z", 10 + pick(16), 1 + pick(12), 1 + pick(28), pick(24), pick(60));
        snprintf(text[2], 256, "%s %s", first[f], last[l]);
        snprintf(text[3], 256, "%s.%s%u@example.com", first[f], last[l], pick(100000));
        snprintf(text[4], 256, "%u Harbour Street", 1 + pick(400));
        snprintf(text[5], 256, "Port %s", last[pick(8)]);
        snprintf(text[6], 256, "SKU-%06u-%c", pick(1000000), 'A' + (int)pick(26));
        snprintf(text[8], 256, "%s", pick(3) ? "shipped" : "open");
        text[9][0] = '\0';
        for (unsigned w = 0; w < 12; w++)
            n += (unsigned)snprintf(text[9] + n, 256 - n, "%s ", words[pick(12)]);
        sqlite3_bind_int64(st, 1, i + 1);
        for (int c = 1; c < 10; c++)
            if (c == 7)
                sqlite3_bind_double(st, c + 1, (double)pick(100000) / 100);
            else
                sqlite3_bind_text(st, c + 1, text[c], -1, SQLITE_TRANSIENT);
        must(sqlite3_step(st) == SQLITE_DONE, "insert");
        sqlite3_reset(st);
    }
    sqlite3_finalize(st);
    must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
    sqlite3_close(db);
}

static double bare_loop(const char *path, uint64_t *ret_bytes)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    uint64_t bytes = 0, sum = 0;
    double start = now();
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, "open");
    must(sqlite3_prepare_v2(db, "SELECT * FROM orders", -1, &st, NULL) == SQLITE_OK, "prepare");
    int columns = sqlite3_column_count(st);
    while (sqlite3_step(st) == SQLITE_ROW)
        for (int c = 0; c < columns; c++) {
            const unsigned char *s = sqlite3_column_text(st, c);
            bytes += (uint64_t)sqlite3_column_bytes(st, c);
            sum += s ? s[0] : 0;
        }
    sqlite3_finalize(st);
    sqlite3_close(db);
    must(sum > 0, "reading");
    *ret_bytes = bytes;
    return now() - start;
}

typedef struct counter {
    cdr_sink sink;
    uint64_t values, records;
} counter;

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    (void)s, (void)path, (void)format, (void)size, (void)err;
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    (void)s, (void)name, (void)len, (void)err;
    return CDR_OK;
}

static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    (void)v, (void)err;
    ((counter *)(void *)s)->values++;
    return CDR_OK;
}

static cdr_status on_record(cdr_sink *s, cdr_err *err)
{
    (void)err;
    ((counter *)(void *)s)->records++;
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    (void)s, (void)field, (void)c, (void)values, (void)untold, (void)err;
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *id, const char *reason, uint64_t bytes, uint64_t rows, cdr_err *err)
{
    (void)s, (void)bytes, (void)rows, (void)err;
    if (coverage != CDR_COVERAGE_COMPLETE)
        fprintf(stderr, "incomplete: %s %s\n", id, reason);
    return CDR_OK;
}

static double candor(const char *path, const char *reader, counter *ret)
{
    static const cdr_sink_calls calls = {on_begin, on_field, on_value, on_record, on_column, on_end};
    cdr_ctx ctx;
    cdr_ruleset *rules;
    struct stat st;
    cdr_err err = {0};
    cdr_ctx_init(&ctx);
    must(cdr_ruleset_new(NULL, &rules, NULL) == CDR_OK, "rules");
    *ret = (counter){.sink.calls = &calls};
    cdr_scan_options options = {.ruleset = rules, .archive_depth = 5, .archive_bytes = (uint64_t)1 << 40, .archive_entries = 1000, .archive_ratio = 1000, .reader_path = reader};
    double start = now();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    must(fd >= 0 && !fstat(fd, &st), "open");
    cdr_child_job job = {.ctx = &ctx, .options = &options, .fd = fd, .path = path, .name = path, .type = {CDR_CONTENT_SQLITE, "sqlite"}, .size = (uint64_t)st.st_size};
    must(cdr_child_scan(&job, &ret->sink, &err) == CDR_OK, "scan");
    close(fd);
    double took = now() - start;
    cdr_ruleset_free(rules);
    return took;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "make")) {
        make(argv[2], strtol(argv[3], NULL, 10));
        return 0;
    }
    if (argc < 3 || strcmp(argv[1], "run") != 0) {
        fprintf(stderr, "usage: sqlite_step make FILE ROWS | sqlite_step run FILE [ROUNDS]\n");
        return 2;
    }
    long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 3;
    double best[2] = {1e9, 1e9}, cpu[2] = {1e9, 1e9};
    uint64_t bytes = 0;
    counter c = {0};
    for (long i = 0; i < rounds; i++) {
        double self = computing(RUSAGE_SELF), a = bare_loop(argv[2], &bytes);
        self = computing(RUSAGE_SELF) - self;
        double child = computing(RUSAGE_CHILDREN), b = candor(argv[2], CANDOR_BIN_DIR "/candor-reader", &c);
        child = computing(RUSAGE_CHILDREN) - child;
        cpu[0] = self < cpu[0] ? self : cpu[0];
        cpu[1] = child < cpu[1] ? child : cpu[1];
        best[0] = a < best[0] ? a : best[0];
        best[1] = b < best[1] ? b : best[1];
    }
    struct rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    printf("{\"bytes\": %" PRIu64 ", \"bare_wall\": %.6f, \"candor_wall\": %.6f, \"bare_cpu\": %.6f, \"candor_cpu\": %.6f, \"values\": %" PRIu64 ", \"peak_kib\": %ld}\n",
           bytes, best[0], best[1], cpu[0], cpu[1], c.values, use.ru_maxrss);
    return 0;
}
