/* SPDX-License-Identifier: Apache-2.0 */
/* Whole scans of folders made for the purpose: coverage of odd files, threads, cancelling, what is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "candor/scan.h"
#include "detect/observation.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct object {
    char path[512], reason[64], format[32];
    cdr_coverage coverage;
    uint64_t firm, rows, people;
    bool last;
    cdr_scan_known state;
} object;

typedef struct fixture {
    cdr_ctx ctx;
    cdr_ruleset *rs;
    cdr_secret *key;
    cdr_scan_options o;
    char dir[64];
    object *objects;
    size_t count, cap, unchanged;
    cdr_buf dump;              /* everything of every observation */
    bool know;                 /* answer `known` from what was seen before */
    object *before;
    size_t before_count;
    volatile int cancel;
    size_t cancel_after;
    int64_t cancel_us;
} fixture;

static void dump_kind(cdr_buf *d, const cdr_kind_seen *k)
{
    cdr_buf_addf(d, "  %s %llu %llu %llu max %.4f distinct %llu\n", cdr_kind_get(k->kind)->id, (unsigned long long)k->by_band[0], (unsigned long long)k->by_band[1],
                 (unsigned long long)k->by_band[2], (double)k->max_confidence, (unsigned long long)cdr_sketch_count(&k->values));
    for (uint32_t i = 0; i < k->sample_count; i++)
        cdr_buf_addf(d, "    %llu %llu %.4f %x %s %02x%02x\n", (unsigned long long)k->samples[i].offset, (unsigned long long)k->samples[i].line, (double)k->samples[i].confidence,
                     k->samples[i].evidence, k->samples[i].masked, k->samples[i].value_id[0], k->samples[i].value_id[15]);
}

static cdr_status observed(void *arg, const cdr_observation *o, const cdr_scan_known *state, cdr_err *err)
{
    fixture *f = arg;
    (void)err;
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 64;
        f->objects = cdr_realloc_array(f->objects, f->cap, sizeof *f->objects);
        assert_non_null(f->objects);
    }
    object *x = &f->objects[f->count++];
    *x = (object){.coverage = o->coverage, .rows = o->rows, .people = o->people_max, .last = state != NULL};
    if (state)
        x->state = *state;
    snprintf(x->path, sizeof x->path, "%s", o->path);
    snprintf(x->reason, sizeof x->reason, "%s", o->reason_id);
    snprintf(x->format, sizeof x->format, "%s", o->format);
    cdr_buf_addf(&f->dump, "%s %s rows %llu people %llu %llu\n", o->path, o->format, (unsigned long long)o->rows, (unsigned long long)o->people_min, (unsigned long long)o->people_max);
    for (size_t i = 0; i < o->field_count; i++)
        for (size_t k = 0; k < o->fields[i].kind_count; k++) {
            const cdr_kind_seen *kind = &o->fields[i].kinds[k];
            x->firm += kind->by_band[1] + kind->by_band[2];
            dump_kind(&f->dump, kind);
        }
    if (f->cancel_after && f->count >= f->cancel_after)
        f->cancel = 1;
    return CDR_OK;
}

static bool known(void *arg, const char *container, cdr_scan_known *ret)
{
    fixture *f = arg;
    for (size_t i = 0; f->know && i < f->before_count; i++)
        if (f->before[i].last && !strcmp(f->before[i].path, container)) {
            *ret = f->before[i].state;
            return true;
        }
    return false;
}

static cdr_status unchanged(void *arg, const char *container, cdr_err *err)
{
    fixture *f = arg;
    (void)container;
    (void)err;
    f->unchanged++;
    return CDR_OK;
}

static int setup(void **state)
{
    fixture *f = cdr_alloc(sizeof *f);
    cdr_err err;
    uint8_t key[32] = {7};
    assert_non_null(f);
    cdr_ctx_init(&f->ctx);
    f->ctx.cancel = &f->cancel;
    assert_int_equal(cdr_crypto_start(&err), CDR_OK);
    assert_int_equal(cdr_ruleset_new(NULL, &f->rs, &err), CDR_OK);
    assert_int_equal(cdr_secret_new(key, sizeof key, &f->key, &err), CDR_OK);
    snprintf(f->dir, sizeof f->dir, "/tmp/candor-scan-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    cdr_scan_options_init(&f->o);
    f->o.ruleset = f->rs;
    f->o.value_key = f->key;
    f->o.content_key = f->key;
    f->o.threads = 2;
    f->o.arg = f;
    f->o.observed = observed;
    f->o.known = known;
    f->o.unchanged = unchanged;
    f->dump.max = 256 * 1024 * 1024;
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    fixture *f = *state;
    nftw(f->dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    cdr_secret_free(f->key);
    cdr_ruleset_free(f->rs);
    cdr_buf_done(&f->dump);
    cdr_free(f->objects);
    cdr_free(f->before);
    cdr_free(f);
    return 0;
}

static const char *at(fixture *f, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", f->dir, name);
    return path;
}

static void put(fixture *f, const char *name, const char *text)
{
    char path[256];
    cdr_err err;
    assert_int_equal(cdr_file_write(at(f, name, path), text, strlen(text), 0600, &err), CDR_OK);
}

static cdr_status scan_with(fixture *f, cdr_scan_totals *t)
{
    cdr_err err = {0};
    const char *targets[] = {f->dir};
    f->count = f->unchanged = 0;
    cdr_buf_clear(&f->dump);
    return cdr_scan_run(&f->ctx, targets, 1, &f->o, t, &err);
}

static const object *find(const fixture *f, const char *ending)
{
    for (size_t i = 0; i < f->count; i++) {
        size_t n = strlen(f->objects[i].path), e = strlen(ending);
        if (n >= e && !strcmp(f->objects[i].path + n - e, ending))
            return &f->objects[i];
    }
    return NULL;
}

static void scan__run__finds_and_counts(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t;
    put(f, "a.csv", "id,mail\n1,ada@example.com\n2,boris@example.com\n3,ada@example.com\n");
    put(f, "b.txt", "nothing\n");
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.objects, 2);
    assert_int_equal(t.complete, 2);
    const object *a = find(f, "/a.csv");
    assert_non_null(a);
    assert_int_equal(a->firm, 3);
    assert_int_equal(a->people, 2);
    assert_true(a->last);
}

static void scan__run__missing_target(void **state)
{
    fixture *f = *state;
    cdr_err err = {0};
    char path[256];
    const char *targets[] = {f->dir, at(f, "none", path)};
    put(f, "a.txt", "ada@example.com\n");
    assert_int_equal(cdr_scan_run(&f->ctx, targets, 2, &f->o, NULL, &err), CDR_NOT_FOUND);
    assert_int_equal(f->count, 0);
    assert_non_null(strstr(err.text, "none"));
}

static void scan__walk__odd_files(void **state)
{
    fixture *f = *state;
    char path[256], to[256];
    cdr_scan_totals t;
    put(f, "empty", "");
    put(f, "bad\xff\x1bname.txt", "ada@example.com\n");
    put(f, "target.txt", "boris@example.com\n");
    assert_int_equal(mkfifo(at(f, "pipe", path), 0600), 0);
    assert_int_equal(symlink(at(f, "target.txt", to), at(f, "inside", path)), 0);
    assert_int_equal(symlink("/etc/hostname", at(f, "outside", path)), 0);
    assert_int_equal(symlink("nowhere", at(f, "dangling", path)), 0);
    assert_int_equal(symlink(".", at(f, "loop", path)), 0);
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(sun.sun_path, sizeof sun.sun_path, "%s/socket", f->dir);
    assert_int_equal(bind(s, (struct sockaddr *)&sun, sizeof sun), 0);
    assert_int_equal(scan_with(f, &t), CDR_PARTIAL);
    close(s);
    assert_int_equal(find(f, "/empty")->coverage, CDR_COVERAGE_COMPLETE);
    assert_non_null(find(f, "/bad\\xFF\\x1Bname.txt"));
    assert_int_equal(find(f, "/bad\\xFF\\x1Bname.txt")->firm, 1);
    assert_string_equal(find(f, "/pipe")->reason, "file.special");
    assert_string_equal(find(f, "/socket")->reason, "file.special");
    assert_string_equal(find(f, "/outside")->reason, "file.symlink");
    assert_null(find(f, "/inside"));
    assert_null(find(f, "/dangling"));
    f->o.follow_symlinks = true;
    assert_int_equal(scan_with(f, &t), CDR_PARTIAL);
    f->o.follow_symlinks = false;
    assert_string_equal(find(f, "/loop")->reason, "file.symlink-loop");
    assert_non_null(find(f, "/inside"));
}

static void scan__walk__deeper_than_a_path_may_be(void **state)
{
    fixture *f = *state;
    char name[201];
    cdr_scan_totals t;
    memset(name, 'd', 200);
    name[200] = '\0';
    int fd = open(f->dir, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(mkdirat(fd, name, 0700), 0);
        int next = openat(fd, name, O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = next;
    }
    int file = openat(fd, "deep.txt", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "ada@example.com\n", 16), 16);
    close(file);
    close(fd);
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.objects, 1);
    assert_int_equal(f->objects[0].firm, 1);
    /* nftw cannot go that deep. */
    char command[128];
    snprintf(command, sizeof command, "%s", f->dir);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", command, (char *)NULL);
        _exit(1);
    }
}

static void scan__walk__excludes(void **state)
{
    fixture *f = *state;
    char path[256];
    cdr_scan_totals t;
    static const char *const globs[] = {"*.log", "skip", "sub/only.txt", NULL};
    assert_int_equal(mkdir(at(f, "skip", path), 0700), 0);
    assert_int_equal(mkdir(at(f, "sub", path), 0700), 0);
    put(f, "a.log", "ada@example.com\n");
    put(f, "skip/b.txt", "ada@example.com\n");
    put(f, "sub/only.txt", "ada@example.com\n");
    put(f, "sub/kept.txt", "ada@example.com\n");
    f->o.exclude = globs;
    assert_int_equal(scan_with(f, &t), CDR_OK);
    f->o.exclude = NULL;
    assert_int_equal(t.objects, 1);
    assert_non_null(find(f, "/sub/kept.txt"));
}

static void scan__walk__unreadable(void **state)
{
    fixture *f = *state;
    char path[256];
    cdr_scan_totals t;
    if (geteuid() == 0)
        skip();   /* the superuser may read everything */
    put(f, "secret", "ada@example.com\n");
    assert_int_equal(chmod(at(f, "secret", path), 0), 0);
    assert_int_equal(mkdir(at(f, "closed", path), 0), 0);
    assert_int_equal(scan_with(f, &t), CDR_PARTIAL);
    assert_string_equal(find(f, "/secret")->reason, "file.unreadable");
    assert_string_equal(find(f, "/closed")->reason, "folder.unreadable");
    assert_int_equal(chmod(at(f, "closed", path), 0700), 0);
}

/* Large enough for several parts, with values near and across their borders, long lines, and mails. */
static void write_large(fixture *f, const char *name, int kind)
{
    char path[256];
    FILE *out = fopen(at(f, name, path), "w");
    assert_non_null(out);
    uint32_t dice = 12345;
    if (kind == 1)
        fputs("id;mail;name\n", out);
    if (kind == 3)
        fputs("id,note,mail\n", out);
    for (uint32_t i = 0; ftell(out) < 9 * 1024 * 1024; i++) {
        dice = dice * 1664525 + 1013904223;
        if (kind == 0 && i % 4096 == 7) {
            for (int k = 0; k < 20000; k++)
                fputs("word ", out);
            fprintf(out, "tail%u@example.com\n", i);
        } else if (kind == 2 && i % 20 == 0) {
            fprintf(out, "\nFrom user%u@example.com Thu Oct  1 10:00:00 2026\nFrom: Ada Byron <user%u@example.com>\n\n", dice % 5000, dice % 5000);
        } else if (kind == 3) {
            fprintf(out, "%u,\"note %u, of\nmany,lines%u@example.org,\n%s\"\"quoted\"\"\",user%u@example.com%s\n", i, i, dice % 900, i % 97 ? "" : "\"", dice % 50000, i % 11 ? "" : ",extra");
        } else if (kind == 4) {
            fprintf(out, "{\"id\": %u, \"who\": {\"mail\": \"user%u@example.com\", \"key%u\": \"x\"}, \"list\": [{\"to\": \"a\"}, {\"to\": \"b%u@example.com\"}]}\n%s", i, dice % 50000, i / 9000,
                    dice % 90, i % 5000 ? "" : "no JSON but carla@example.com\n");
        } else if (kind == 1) {
            fprintf(out, "%u;user%u@example.com;Ada Byron\n", i, dice % 50000);
        } else {
            fprintf(out, "%u words of no meaning %s%u%s and 10.%u.%u.7 again\n", i, dice % 5 ? "" : "user", dice % 3000, dice % 5 ? "" : "@example.com", dice % 200, i % 200);
        }
    }
    fclose(out);
}

static void scan__threads__see_the_same(void **state)
{
    fixture *f = *state;
    static const char *const names[] = {"text.txt", "table.csv", "box.mbox", "quoted.csv", "lines.ndjson"};
    for (int kind = 0; kind < 5; kind++) {
        cdr_scan_totals t;
        char path[256], *first = NULL;
        write_large(f, names[kind], kind);
        for (unsigned threads = 1; threads <= 4; threads += threads) {
            f->o.threads = threads;
            assert_int_equal(scan_with(f, &t), kind == 4 ? CDR_PARTIAL : CDR_OK);
            assert_int_equal(f->count, 1);
            if (first)
                assert_string_equal(f->dump.data, first);
            else
                first = cdr_strdup(f->dump.data);
            assert_true(f->objects[0].firm > 1000);
        }
        cdr_free(first);
        unlink(at(f, names[kind], path));
    }
    f->o.threads = 2;
}

/* The log of a database counts as read because the database is; one that is scanned by itself does not. */
static void scan__log_of_a_database__alone_is_not_read(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t;
    cdr_err err;
    char path[256];
    char database[512] = "SQLite format 3";
    int fd = open(at(f, "a.db", path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(cdr_write_all(fd, database, sizeof database, NULL), CDR_OK);
    close(fd);
    fd = open(at(f, "a.db-wal", path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    memcpy(database, "\x37\x7f\x06\x82", 4);
    memset(database + 4, 0x80, 300);
    assert_int_equal(cdr_write_all(fd, database, sizeof database, NULL), CDR_OK);
    close(fd);
    const char *targets[] = {path};
    f->count = 0;
    assert_int_equal(cdr_scan_run(&f->ctx, targets, 1, &f->o, &t, &err), CDR_PARTIAL);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->objects[0].coverage, CDR_COVERAGE_SKIPPED);
    assert_int_not_equal(scan_with(f, &t), CDR_OK);   /* no database behind its first bytes */
    const object *log = find(f, "a.db-wal");
    assert_non_null(log);
    assert_int_equal(log->coverage, CDR_COVERAGE_COMPLETE);
}

static void *cancel_soon(void *arg)
{
    fixture *f = arg;
    usleep((useconds_t)f->cancel_us);
    f->cancel = 1;
    return NULL;
}

/* Whatever the moment, a file of which a part was not read does not end as read, for it would be taken as unchanged next time. */
static void scan__cancel__file_in_parts_is_whole_or_not_told(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t;
    write_large(f, "text.txt", 0);
    f->o.threads = 4;
    assert_int_equal(scan_with(f, &t), CDR_OK);
    uint64_t all = f->objects[0].firm;
    int64_t whole_us = t.elapsed_us;
    for (int i = 1; i <= 60; i++) {
        pthread_t thread;
        f->cancel_us = whole_us * i / 50;
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f), 0);
        cdr_status s = scan_with(f, &t);
        pthread_join(thread, NULL);
        f->cancel = 0;
        assert_true(s == CDR_OK || s == CDR_E_CANCELLED);
        if (f->count > 0 && f->objects[0].coverage == CDR_COVERAGE_COMPLETE)
            assert_int_equal(f->objects[0].firm, all);
    }
    f->o.threads = 2;
}

static void scan__known__unchanged_is_not_read(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t;
    char path[256];
    struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    put(f, "old.txt", "ada@example.com\n");
    put(f, "new.txt", "boris@example.com\n");
    assert_int_equal(utimensat(AT_FDCWD, at(f, "old.txt", path), old, 0), 0);
    assert_int_equal(scan_with(f, &t), CDR_OK);
    f->before = cdr_alloc_array(f->count, sizeof *f->before);
    f->before_count = f->count;
    memcpy(f->before, f->objects, f->count * sizeof *f->before);
    f->know = true;
    /* Written a moment ago: its stamp proves nothing, its hash does. */
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.unchanged, 2);
    assert_int_equal(f->count, 0);
    put(f, "new.txt", "carla@example.com\n");
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.unchanged, 1);
    assert_int_equal(f->count, 1);
    f->o.full = true;
    assert_int_equal(scan_with(f, &t), CDR_OK);
    f->o.full = false;
    assert_int_equal(t.unchanged, 0);
    assert_int_equal(f->count, 2);
    snprintf(f->before[0].state.ruleset, sizeof f->before[0].state.ruleset, "other");
    snprintf(f->before[1].state.ruleset, sizeof f->before[1].state.ruleset, "other");
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.unchanged, 0);
    f->know = false;
}

static void scan__cancel__keeps_what_was_finished(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t = {0};
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%d.txt", i);
        put(f, name, "ada@example.com\n");
    }
    f->cancel_after = 10;
    assert_int_equal(scan_with(f, &t), CDR_E_CANCELLED);
    assert_true(t.interrupted);
    assert_true(f->count >= 10 && f->count < 300);
    f->cancel = 0;
    f->cancel_after = 0;
}

typedef struct growing { char path[256]; volatile int stop; } growing;

static void *grow(void *arg)
{
    growing *g = arg;
    int fd = open(g->path, O_WRONLY | O_APPEND);
    while (!g->stop) {
        if (write(fd, "more text\n", 10) != 10)
            break;
        usleep(200);
    }
    close(fd);
    return NULL;
}

static void scan__growing__is_partial(void **state)
{
    fixture *f = *state;
    cdr_scan_totals t;
    growing g = {.stop = 0};
    pthread_t thread;
    write_large(f, "grows.txt", 0);
    at(f, "grows.txt", g.path);
    assert_int_equal(pthread_create(&thread, NULL, grow, &g), 0);
    usleep(20000);
    assert_int_equal(scan_with(f, &t), CDR_PARTIAL);
    g.stop = 1;
    pthread_join(thread, NULL);
    assert_string_equal(find(f, "/grows.txt")->reason, "file.changed");
    assert_true(find(f, "/grows.txt")->firm > 0);
}

static void scan__own__workspaces_and_reports_are_left_out(void **state)
{
    fixture *f = *state;
    char path[256];
    cdr_scan_totals t;
    struct stat st;
    static const char *const dirs[] = {"ws", "other", "report", "out", "alike"};
    for (size_t i = 0; i < CDR_COUNT(dirs); i++)
        assert_int_equal(mkdir(at(f, dirs[i], path), 0700), 0);
    put(f, "a.txt", "ada@example.com\n");
    put(f, "ws/anything", "ada@example.com\n");
    put(f, "other/candor.db", "SQLite format 3");
    put(f, "other/candor.db-wal", "ada@example.com\n");
    put(f, "other/candor.key", "k");
    put(f, "other/candor.lock", "");
    put(f, "other/beside.txt", "ada@example.com\n");
    put(f, "report/report.json", "{\"schema\":\"candor-audit-1\",\"organisation\":\"ada@example.com\"}");
    put(f, "report/report.html", "ada@example.com\n");
    put(f, "report/findings.sarif", "{}");
    put(f, "report/findings.csv", "ada@example.com\n");
    put(f, "report/beside.txt", "ada@example.com\n");
    put(f, "out/coverage.csv", "ada@example.com\n");
    put(f, "alike/report.json", "{\"schema\":\"other\",\"mail\":\"ada@example.com\"}");
    put(f, "alike/report.html", "x");
    put(f, "alike/findings.sarif", "{}");
    cdr_scan_own own[2] = {{0}};
    assert_int_equal(stat(at(f, "ws", path), &st), 0);
    own[0] = (cdr_scan_own){.dev = st.st_dev, .ino = st.st_ino};
    assert_int_equal(stat(at(f, "out", path), &st), 0);
    own[1] = (cdr_scan_own){.dev = st.st_dev, .ino = st.st_ino, .report = true};
    f->o.own = own;
    f->o.own_count = 2;
    assert_int_equal(scan_with(f, &t), CDR_OK);
    assert_int_equal(t.objects, 6);
    assert_int_equal(t.own_folders, 4);
    assert_int_equal(find(f, "/other/beside.txt")->firm, 1);
    assert_int_equal(find(f, "/report/beside.txt")->firm, 1);
    assert_non_null(find(f, "/alike/report.json"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(scan__run__finds_and_counts), T(scan__run__missing_target), T(scan__walk__odd_files), T(scan__walk__deeper_than_a_path_may_be), T(scan__walk__excludes),
        T(scan__walk__unreadable), T(scan__threads__see_the_same), T(scan__known__unchanged_is_not_read), T(scan__cancel__keeps_what_was_finished),
        T(scan__cancel__file_in_parts_is_whole_or_not_told), T(scan__log_of_a_database__alone_is_not_read),
        T(scan__growing__is_partial), T(scan__own__workspaces_and_reports_are_left_out),
    };
    return cmocka_run_group_tests_name("scan run", tests, NULL, NULL);
}
