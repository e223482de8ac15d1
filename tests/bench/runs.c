/* SPDX-License-Identifier: Apache-2.0 */
/* bench_runs DIR [EVENTS] [RUNS]: events of runs appended a second, the replay of a run with EVENTS of them, and one step with one and with RUNS open runs; beside SQLite alone: the same rows inserted and read, and a
 * commit that changes one row. One line of JSON for each. */
#include "core/playbook/runs_parts.h"

#include "base/io.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 100000, OPEN_RUNS = 10000, STEPS = 300 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(cdr_status s, const cdr_err *err)
{
    if (s != CDR_OK) {
        fprintf(stderr, "%s: %s\n", cdr_status_name(s), err->text);
        exit(1);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list, size_t n)
{
    qsort(list, n, sizeof *list, by_size);
    return list[n / 2];
}

#define ID(n) "00000000-0000-4000-8000-0000000000" n
#define ASK(n, after) "\"action--" ID(n) "\":{\"type\":\"action\",\"name\":\"Ask " n "\",\"on_completion\":\"" after "\",\"agent\":\"individual--" ID("90") "\",\"out_args\":[\"__answer__\"],\"commands\":[{\"type\":\"manual\",\"command\":\"Do it.\"}]}"
#define LOOP(n, body, end) "\"while-condition--" ID(n) "\":{\"type\":\"while-condition\",\"condition\":\"__more__:value = 'yes'\",\"on_true\":\"action--" ID(body) "\",\"on_completion\":\"end--" ID(end) "\"}"
#define HEAD                                                                                                                                                                                          \
    "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook--" ID("99") "\",\"name\":\"bench\",\"created_by\":\"identity--" ID("98") "\",\"created\":\"2026-01-01T00:00:00.000Z\","    \
    "\"modified\":\"2026-01-01T00:00:00.000Z\",\"workflow_start\":\"start--" ID("01") "\",\"playbook_variables\":{\"__more__\":{\"type\":\"string\",\"value\":\"yes\"},\"__answer__\":{\"type\":\"string\"}}," \
    "\"agent_definitions\":{\"individual--" ID("90") "\":{\"type\":\"individual\",\"name\":\"Dana\"}},\"workflow\":{"

/* Two loops that ask for ever, side by side; and one question after the other. */
static const char loops[] = HEAD "\"start--" ID("01") "\":{\"type\":\"start\",\"on_completion\":\"parallel--" ID("02") "\"},\"parallel--" ID("02") "\":{\"type\":\"parallel\",\"next_steps\":[\"while-condition--" ID("03") "\",\"while-condition--" ID("04")
    "\"],\"on_completion\":\"end--" ID("0f") "\"}," LOOP("03", "05", "0c") "," LOOP("04", "06", "0d") "," ASK("05", "end--" ID("0a")) "," ASK("06", "end--" ID("0b")) ",\"end--" ID("0a") "\":{\"type\":\"end\"},\"end--" ID("0b")
    "\":{\"type\":\"end\"},\"end--" ID("0c") "\":{\"type\":\"end\"},\"end--" ID("0d") "\":{\"type\":\"end\"},\"end--" ID("0f") "\":{\"type\":\"end\"}}}";
static const char small[] = HEAD "\"start--" ID("01") "\":{\"type\":\"start\",\"on_completion\":\"while-condition--" ID("03") "\"}," LOOP("03", "05", "0e") "," ASK("05", "end--" ID("0a")) ",\"end--" ID("0a") "\":{\"type\":\"end\"},\"end--" ID("0e") "\":{\"type\":\"end\"}}}";

typedef struct bench { cdr_workspace *ws; cdr_runs *r; char home[500], db[600]; cdr_err err; } bench;

static void put(bench *b, const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/playbooks", b->home);
    must(cdr_mkdirs(path, 0700, &b->err), &b->err);
    snprintf(path, sizeof path, "%s/playbooks/%s.json", b->home, name);
    must(cdr_file_write(path, text, strlen(text), 0600, &b->err), &b->err);
}

static uint32_t waiting(cdr_run *run)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(run, &n);
    for (size_t i = 0; i < n; i++)
        if (open[i]->state == CDR_ACT_ANSWER)
            return open[i]->id;
    return 0;
}

/* Answers as people give them, many to a commit: appending itself is measured, not the disk. */
static double append(bench *b, int64_t id, uint64_t events, uint64_t *ret_events)
{
    runs_batch batch = {.first = 0};
    cdr_run *run = NULL;
    json_t *answers = json_pack("{s:s}", "__answer__", "the password was changed, and all sessions were ended");
    double at = now();
    must(cdr_runs_batch_begin(b->r, &batch, &b->err), &b->err);
    must(cdr_runs_replay(b->r, id, &batch.row, &run, &b->err), &b->err);
    batch.run = run;
    must(cdr_runs_batch_look(&batch, &b->err), &b->err);
    while (cdr_run_seq(run) < events) {
        cdr_run_event e;
        cdr_run_say say = {.activation = waiting(run), .by = "staff:dana", .answers = answers, .now_us = cdr_now_us(cdr_workspace_ctx(b->ws))};
        must(cdr_run_answer(run, &say, &e, &b->err), &b->err);
        must(cdr_runs_batch_add(&batch, &e, &b->err), &b->err);
        must(cdr_runs_go(&batch, &b->err), &b->err);
    }
    must(cdr_runs_batch_commit(&batch, &b->err), &b->err);
    double took = now() - at;
    *ret_events = cdr_run_seq(run);
    cdr_runs_batch_done(&batch);
    cdr_run_free(run);
    json_decref(answers);
    return took;
}

static double replay(bench *b, int64_t id, int rounds)
{
    double best = 1e9;
    for (int i = 0; i < rounds; i++) {
        cdr_run *run = NULL;
        double at = now();
        must(cdr_runs_load(b->r, id, NULL, &run, &b->err), &b->err);
        best = CDR_MIN(best, now() - at);
        cdr_run_free(run);
    }
    return best;
}

static double step(bench *b, int64_t id)
{
    json_t *answers = json_pack("{s:s}", "__answer__", "done");
    cdr_run *run = NULL;
    must(cdr_runs_load(b->r, id, NULL, &run, &b->err), &b->err);
    cdr_run_say say = {.activation = waiting(run), .by = "staff:dana", .answers = answers};
    cdr_run_free(run);
    double at = now();
    must(cdr_runs_say(b->r, id, CDR_DEED_ANSWER, &say, &b->err), &b->err);
    double took = now() - at;
    json_decref(answers);
    return took;
}

/* --- SQLite alone --- */

static sqlite3 *floor_open(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) || sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS one(id INTEGER PRIMARY KEY, n INTEGER); INSERT OR IGNORE INTO one VALUES(1, 0);", NULL, NULL, NULL))
        exit(1);
    return db;
}

static double floor_commit(sqlite3 *db)
{
    double at = now();
    if (sqlite3_exec(db, "BEGIN IMMEDIATE; UPDATE one SET n = n + 1; COMMIT", NULL, NULL, NULL))
        exit(1);
    return now() - at;
}

static double floor_read(const char *path, int64_t id, int rounds)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    double best = 1e9;
    int64_t sum = 0;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) || sqlite3_prepare_v2(db, "SELECT seq, kind, at_us, activation, opener, frame, command, target, attempt, number, outcome, step, by, text, data FROM run_event WHERE run_id = ?1 ORDER BY seq", -1, &st, NULL))
        exit(1);
    for (int i = 0; i < rounds; i++) {
        double at = now();
        sqlite3_bind_int64(st, 1, id);
        while (sqlite3_step(st) == SQLITE_ROW) {
            for (int k = 0; k < 11; k++)
                sum += sqlite3_column_int64(st, k);
            for (int k = 11; k < 15; k++)
                sum += sqlite3_column_bytes(st, k) + (sqlite3_column_text(st, k) ? 1 : 0);
        }
        sqlite3_reset(st);
        best = CDR_MIN(best, now() - at);
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
    if (!sum)
        exit(1);
    return best;
}

static double floor_insert(sqlite3 *db, uint64_t rows)
{
    sqlite3_stmt *st = NULL;
    double at = now();
    sqlite3_exec(db, "CREATE TABLE e(run_id INTEGER, seq INTEGER, a, b, c, d, e, f, g, h, i, j, k, l, m, n, PRIMARY KEY(run_id, seq)) WITHOUT ROWID", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO e VALUES(1, ?1, ?2, ?2, ?2, ?2, ?2, ?2, ?2, ?2, ?2, ?2, ?3, ?3, NULL, NULL)", -1, &st, NULL);
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (uint64_t i = 1; i <= rows; i++) {
        sqlite3_bind_int64(st, 1, (int64_t)i);
        sqlite3_bind_int64(st, 2, (int64_t)i);
        sqlite3_bind_text(st, 3, "action--" ID("05"), -1, SQLITE_STATIC);
        if (sqlite3_step(st) != SQLITE_DONE)
            exit(1);
        sqlite3_reset(st);
        if (i % CDR_RUNS_BATCH == 0)
            sqlite3_exec(db, "COMMIT; BEGIN", NULL, NULL, NULL);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_finalize(st);
    return now() - at;
}

/* --- */

static int64_t begin(bench *b, const char *name)
{
    int64_t id;
    must(cdr_runs_start(b->r, &(cdr_run_request){.playbook = name}, &id, &b->err), &b->err);
    return id;
}

static void say(const char *part, double value, const char *unit, double ratio)
{
    printf("{\"part\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"of_floor\": %.3f}\n", part, value, unit, ratio);
    fflush(stdout);
}

static void open_bench(bench *b, const cdr_ctx *ctx, const char *dir, const char *name)
{
    snprintf(b->home, sizeof b->home, "%.400s/%s", dir, name);
    snprintf(b->db, sizeof b->db, "%s/candor.db", b->home);
    must(cdr_workspace_create(ctx, b->home, "Bench", NULL, &b->err), &b->err);
    must(cdr_workspace_open(ctx, b->home, CDR_WORKSPACE_WRITE, NULL, &b->ws, &b->err), &b->err);
    must(cdr_runs_open(b->ws, &b->r, &b->err), &b->err);
    put(b, "loops", loops);
    put(b, "small", small);
}

static void close_bench(bench *b)
{
    cdr_runs_close(b->r);
    cdr_workspace_close(b->ws);
}

/* In turn, so that a slow moment of the machine hits them alike. */
static void measure_steps(bench *one, bench *many, uint64_t open_runs, sqlite3 *floor_db)
{
    static double lists[3][STEPS];
    char part[80];
    must(cdr_db_begin(cdr_workspace_db(many->ws), &many->err), &many->err);
    double at = now();
    for (uint64_t i = 1; i < open_runs; i++)
        begin(many, "small");
    must(cdr_db_commit(cdr_workspace_db(many->ws), &many->err), &many->err);
    say("runs begun a second", (double)(open_runs - 1) / (now() - at), "/s", 0);
    int64_t alone = begin(one, "small"), last = begin(many, "small");
    for (int i = 0; i < STEPS; i++) {
        lists[0][i] = floor_commit(floor_db);
        lists[1][i] = step(one, alone);
        lists[2][i] = step(many, last);
    }
    double commit = median(lists[0], STEPS), first = median(lists[1], STEPS), second = median(lists[2], STEPS);
    say("SQLite alone, a commit", commit * 1e6, "us", 1);
    say("a step, 1 open run", first * 1e6, "us", commit / first);
    snprintf(part, sizeof part, "a step, %llu open runs", (unsigned long long)open_runs);
    say(part, second * 1e6, "us", commit / second);
}

static void measure_events(bench *b, uint64_t wanted, sqlite3 *floor_db)
{
    uint64_t made;
    char part[80];
    int64_t id = begin(b, "loops");
    double took = append(b, id, wanted, &made), insert = floor_insert(floor_db, made);
    say("SQLite alone, rows inserted", (double)made / insert, "/s", 1);
    say("events appended", (double)made / took, "/s", insert / took);
    double read = floor_read(b->db, id, 5), replayed = replay(b, id, 5);
    say("SQLite alone, rows read", read * 1000, "ms", 1);
    snprintf(part, sizeof part, "replay of %llu events", (unsigned long long)made);
    say(part, replayed * 1000, "ms", read / replayed);
}

int main(int argc, char **argv)
{
    bench one = {.ws = NULL}, many = {.ws = NULL};
    cdr_ctx ctx;
    uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : EVENTS, open_runs = argc > 3 ? strtoull(argv[3], NULL, 10) : OPEN_RUNS;
    char floor_path[600];
    if (argc < 2)
        return 2;
    cdr_ctx_init(&ctx);
    snprintf(floor_path, sizeof floor_path, "%s/floor.db", argv[1]);
    open_bench(&one, &ctx, argv[1], "one");
    open_bench(&many, &ctx, argv[1], "many");
    sqlite3 *floor_db = floor_open(floor_path);
    measure_steps(&one, &many, open_runs, floor_db);
    measure_events(&one, wanted, floor_db);
    sqlite3_close(floor_db);
    close_bench(&one);
    close_bench(&many);
    return 0;
}
