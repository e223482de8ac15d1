/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with files and databases for executors to work on. */
#ifndef TEST_REST_LAB_H
#define TEST_REST_LAB_H

#include "base/arena.h"
#include "base/io.h"
#include "core/minimise/plan.h"

#include <ftw.h>
#include <signal.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct lab {
    char dir[64], path[128];
    cdr_ctx ctx;
    cdr_arena *arena;
    cdr_purpose_keys *keys;
    cdr_ruleset *rules;
    cdr_err err;
    cdr_step_effect effects[8];
    cdr_target_state before, after;
    const char *held;            /* a value that a hold keeps */
    int ready_calls;
    cdr_status ready_says;
} lab;

static inline int lab_forget(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline void lab_name(lab *l, const char *name)
{
    snprintf(l->path, sizeof l->path, "%s/%s", l->dir, name);
}

static inline int lab_new(void **state)
{
    lab *l = calloc(1, sizeof *l);
    uint8_t key[CDR_KEY_BYTES] = {7};
    cdr_secret *secret = NULL;
    snprintf(l->dir, sizeof l->dir, "/tmp/candor-rest-XXXXXX");
    if (!mkdtemp(l->dir) || cdr_crypto_start(NULL) != CDR_OK || cdr_secret_new(key, sizeof key, &secret, NULL) != CDR_OK)
        return -1;
    cdr_ctx_init(&l->ctx);
    l->arena = cdr_arena_new(64u << 20);
    if (cdr_purpose_keys_new(secret, "remedy", &l->keys, NULL) != CDR_OK || cdr_ruleset_new(&(cdr_ruleset_options){.min_confidence = 0.45f}, &l->rules, NULL) != CDR_OK)
        return -1;
    cdr_secret_free(secret);
    *state = l;
    return 0;
}

static inline int lab_free(void **state)
{
    lab *l = *state;
    nftw(l->dir, lab_forget, 16, FTW_DEPTH | FTW_PHYS);
    cdr_purpose_keys_free(l->keys);
    cdr_ruleset_free(l->rules);
    cdr_arena_free(l->arena);
    free(l);
    return 0;
}

static inline void lab_write(lab *l, const char *name, const char *text)
{
    lab_name(l, name);
    FILE *f = fopen(l->path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline void lab_expect_file(lab *l, const char *text)
{
    cdr_buf b = CDR_BUF(1u << 20);
    if (cdr_file_read(l->path, &b, &l->err) != CDR_OK)
        fail_msg("%s", l->err.text);
    assert_string_equal(b.len ? b.data : "", text);
    cdr_buf_done(&b);
}

/* Is the text in any byte of the file, its log or its journal? */
static inline bool lab_has_bytes(lab *l, const char *text)
{
    static const char *const suffixes[] = {"", "-wal", "-journal"};
    for (size_t i = 0; i < 3; i++) {
        char path[160];
        cdr_buf b = CDR_BUF(64u << 20);
        snprintf(path, sizeof path, "%s%s", l->path, suffixes[i]);
        bool found = cdr_file_read(path, &b, NULL) == CDR_OK && b.len && memmem(b.data, b.len, text, strlen(text));
        cdr_buf_done(&b);
        if (found)
            return true;
    }
    return false;
}

static inline int lab_entries(lab *l)
{
    char command[200];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", l->dir);
    FILE *p = popen(command, "r");
    int n = -1;
    if (fscanf(p, "%d", &n) != 1)
        n = -1;
    pclose(p);
    return n;
}

static inline void lab_sql_at(lab *l, const char *sql)
{
    sqlite3 *db;
    char *text = NULL;
    assert_int_equal(sqlite3_open(l->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s", text);
    sqlite3_close(db);
}

static inline void lab_db(lab *l, const char *name, const char *sql)
{
    lab_name(l, name);
    lab_sql_at(l, sql);
}

/* Another program that has the database open: it runs one of ${sql} after the other, each when told, and closes it in the end. */
typedef struct lab_other { pid_t pid; int to, from; } lab_other;

static inline void lab_other_next(lab_other *o)
{
    char c = 'n';
    assert_int_equal(write(o->to, &c, 1), 1);
    assert_int_equal(read(o->from, &c, 1), 1);
    assert_int_equal(c, 'k');
}

static inline lab_other lab_other_start(lab *l, const char *const *sql, size_t count)
{
    int to[2], from[2];
    char c;
    assert_int_equal(pipe(to) + pipe(from), 0);
    lab_other o = {fork(), to[1], from[0]};
    if (o.pid == 0) {
        sqlite3 *db = NULL;
        close(to[1]);
        int rc = sqlite3_open(l->path, &db);
        for (size_t i = 0; read(to[0], &c, 1) == 1 && i < count; i++) {
            rc = rc == SQLITE_OK ? sqlite3_exec(db, sql[i], NULL, NULL, NULL) : rc;
            if (write(from[1], rc == SQLITE_OK ? "k" : "e", 1) != 1)
                break;
        }
        sqlite3_close(db);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    lab_other_next(&o);
    return o;
}

static inline void lab_other_kill(lab_other *o)
{
    kill(o->pid, SIGKILL);
    waitpid(o->pid, NULL, 0);
    close(o->to);
    close(o->from);
}

static inline void lab_other_end(lab_other *o)
{
    close(o->to);
    waitpid(o->pid, NULL, 0);
    close(o->from);
}

/* The first column of all rows, joined by "|". */
static inline const char *lab_ask(lab *l, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    char *text = cdr_arena_strdup(l->arena, "");
    assert_int_equal(sqlite3_open(l->path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    for (bool first = true; sqlite3_step(st) == SQLITE_ROW; first = false) {
        const char *v = (const char *)sqlite3_column_text(st, 0);
        text = cdr_arena_printf(l->arena, "%s%s%s", text, first ? "" : "|", v ? v : "NULL");
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
    return text;
}

static inline bool lab_held(void *arg, const char *value, size_t len)
{
    const lab *l = arg;
    return len == strlen(l->held) && !memcmp(value, l->held, len);
}

static inline cdr_status lab_ready(void *arg, const cdr_target_state *after, cdr_err *err)
{
    lab *l = arg;
    l->ready_calls++;
    l->after = *after;
    return l->ready_says == CDR_OK ? CDR_OK : cdr_fail(err, l->ready_says, "test", "test.no", "No.");
}

static inline bool lab_same_state(const cdr_target_state *a, const cdr_target_state *b)
{
    return !memcmp(a->sha256, b->sha256, 32) && a->size == b->size && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

static inline cdr_status lab_run(lab *l, const cdr_step *steps, size_t count, bool dry)
{
    cdr_target_state after = {0}, seen;
    cdr_execution e = {.ctx = &l->ctx, .steps = steps, .step_count = count, .keys = l->keys, .ruleset = l->rules, .arena = l->arena, .dry = dry, .held = l->held ? lab_held : NULL,
                       .held_arg = l, .ready = lab_ready, .ready_arg = l, .expected = &l->before};
    l->ready_calls = 0;
    cdr_status s = cdr_target_observe(&steps[0].target, &l->before, &l->err);
    if (s == CDR_OK)
        s = cdr_execute(&e, l->effects, &after, &l->err);
    if (s == CDR_OK && !dry && steps[0].action != CDR_ACT_DELETE_FILE) {
        /* What was promised is what is there. */
        assert_int_equal(l->ready_calls, 1);
        assert_int_equal(cdr_target_observe(&steps[0].target, &seen, &l->err), CDR_OK);
        assert_true(lab_same_state(&l->after, &seen));
        assert_true(lab_same_state(&after, &seen));
    }
    return s;
}

static inline void lab_ok(lab *l, cdr_status s)
{
    if (s != CDR_OK)
        fail_msg("%s: %s", cdr_status_name(s), l->err.text);
}

#endif
