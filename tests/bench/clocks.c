/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks: what a tick costs when nothing is due, with few and with many running; and what moments cost that are due. As JSON lines.
 *   bench_clocks FOLDER COUNT [keep]: FOLDER/w gets a workspace with COUNT clocks, none due; keep: it is left there, without those that rang */
#include "core/clock/clock.h"

#include "base/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR_US (INT64_C(3600) * 1000000)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(cdr_status s, const cdr_err *err)
{
    if (s != CDR_OK) {
        fprintf(stderr, "bench_clocks: %s\n", err->text);
        exit(1);
    }
}

static void set_many(cdr_clocks *c, cdr_db *db, int64_t from, uint64_t first, uint64_t count)
{
    cdr_err err;
    must(cdr_db_begin(db, &err), &err);
    for (uint64_t i = first; i < first + count; i++) {
        char subject[32], ref[40];
        snprintf(subject, sizeof subject, "I-%llu", (unsigned long long)i / 20 + 1);
        snprintf(ref, sizeof ref, "R-%llu/%llu", (unsigned long long)i / 20 + 1, (unsigned long long)i);
        must(cdr_clock_set(c, &(cdr_clock_setup){.subject = subject, .ref = ref, .label = "Tell the authority", .began_us = from, .due_us = from + 72 * HOUR_US, .warn_count = 2,
                           .warn = {{.seconds = 86400}, {.seconds = 4 * 3600}}, .escalation_count = 1, .escalate = {{{0}, CDR_DUTY_MANAGER}}, .role = CDR_DUTY_PRIVACY_LEAD}, &err), &err);
    }
    must(cdr_db_commit(db, &err), &err);
}

static double tick(cdr_clocks *c, cdr_clock_tick *t)
{
    cdr_err err;
    double best = 1e9;
    for (int i = 0; i < 50; i++) {
        double start = now();
        must(cdr_clock_run_tick(c, t, &err), &err);
        best = CDR_MIN(best, now() - start);
        if (t->due)
            return now() - start;
    }
    return best;
}

int main(int argc, char **argv)
{
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_workspace *ws = NULL;
    cdr_clocks *c = NULL;
    cdr_clock_tick t = {.sender = NULL};
    char home[4096];
    uint64_t count;
    if (argc < 3 || !cdr_parse_u64(argv[2], strlen(argv[2]), 0, 10000000, &count))
        return 2;
    cdr_ctx_init(&ctx);
    snprintf(home, sizeof home, "%s/w", argv[1]);
    must(cdr_workspace_create(&ctx, home, "Bench", NULL, &err), &err);
    must(cdr_workspace_open(&ctx, home, CDR_WORKSPACE_WRITE, NULL, &ws, &err), &err);
    must(cdr_clocks_open(ws, &c, &err), &err);
    double start = now();
    set_many(c, cdr_workspace_db(ws), cdr_now_us(&ctx), 0, count);
    double set = now() - start, idle = tick(c, &t);
    printf("{\"clocks\": %llu, \"set_us\": %.1f, \"idle_us\": %.1f", (unsigned long long)count, count ? set * 1e6 / (double)count : 0.0, idle * 1e6);
    if (argc < 4) {
        set_many(c, cdr_workspace_db(ws), cdr_now_us(&ctx) - 73 * HOUR_US, count, 1000);
        double ring = tick(c, &t);
        printf(", \"moments\": %u, \"moment_us\": %.1f", t.warned + t.due + t.escalated, ring * 1e6 / (t.warned + t.due + t.escalated));
    }
    printf("}\n");
    cdr_clocks_close(c);
    cdr_workspace_close(ws);
    return 0;
}
