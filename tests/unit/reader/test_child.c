/* SPDX-License-Identifier: Apache-2.0 */
/* Parent and reader together: the real program in its sandbox, and impostors in its place. */
#include "lab.h"

#include "base/io.h"
#include "scan/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAIL "write to ada@example.com about it\n"

typedef struct scene {
    recorder rec;
    cdr_scan_options options;
    cdr_ruleset *rules;
    cdr_ctx ctx;
    volatile int cancel;
    char dir[64], path[128];
    cdr_status status;
    cdr_err err;
} scene;

static void scene_init(scene *s)
{
    memset(s, 0, sizeof *s);
    recorder_init(&s->rec);
    cdr_ctx_init(&s->ctx);
    s->ctx.cancel = &s->cancel;
    assert_int_equal(cdr_ruleset_new(NULL, &s->rules, NULL), CDR_OK);
    s->options = (cdr_scan_options){.ruleset = s->rules, .archive_depth = 5, .archive_bytes = (uint64_t)1 << 32, .archive_entries = 100000, .archive_ratio = 200,
                                    .reader_path = CANDOR_BIN_DIR "/candor-reader"};
    snprintf(s->dir, sizeof s->dir, "/tmp/candor-child-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->path, sizeof s->path, "%s/a.zip", s->dir);
}

static void scene_done(scene *s)
{
    DIR *d = opendir(s->dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(s->dir);
    cdr_ruleset_free(s->rules);
    recorder_done(&s->rec);
}

static void scan_file(scene *s, const char *path, const char *name, cdr_content_type type)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    recorder_done(&s->rec);
    recorder_init(&s->rec);
    cdr_child_job job = {.ctx = &s->ctx, .options = &s->options, .fd = fd, .path = "/d/a.zip", .name = name, .type = type, .size = (uint64_t)st.st_size};
    s->status = cdr_child_scan(&job, &s->rec.sink, &s->err);
    close(fd);
    assert_int_equal(s->rec.disorder, 0);
}

static const cdr_content_type zip = {CDR_CONTENT_ARCHIVE, "zip"}, sqlite = {CDR_CONTENT_SQLITE, "sqlite"};

static void write_zip(const char *path)
{
    packer p;
    pack_open(&p, "zip", NULL, NULL);
    pack_text(&p, "dir/one.txt", MAIL);
    pack_text(&p, "people.csv", "name,email,phone\nAda,ada@example.com,+1 212 555 0143\nBob,bob@example.com,+1 212 555 0144\n");
    pack_close(&p);
    assert_int_equal(cdr_file_write(path, p.data, p.used, 0600, NULL), CDR_OK);
    pack_free(&p);
}

#define scene_says(s, line)                                                                              \
    do {                                                                                                 \
        if (!recorder_has(&(s)->rec, line))                                                              \
            fail_msg("\"%s\" is missing in:\n%s", line, (s)->rec.text.data ? (s)->rec.text.data : "");    \
    } while (0)

static void reader__child__reads_an_archive_in_its_sandbox(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    scan_file(&s, s.path, "a.zip", zip);
    assert_int_equal(s.status, CDR_OK);
    scene_says(&s, "begin /d/a.zip!/dir/one.txt text 34\n");
    scene_says(&s, "value 0 email high 1 ada@example.com\n");
    scene_says(&s, "begin /d/a.zip!/people.csv csv");
    scene_says(&s, "column 1 email 2 0\n");
    scene_says(&s, "begin /d/a.zip zip");
    assert_int_equal(s.rec.partial + s.rec.skipped, 0);
    scene_done(&s);
}

static void reader__child__the_users_rules_reach_it(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    packer p;
    pack_open(&p, "zip", NULL, NULL);
    pack_text(&p, "x.txt", "ticket CUST-004711 is open\n");
    pack_close(&p);
    assert_int_equal(cdr_file_write(s.path, p.data, p.used, 0600, NULL), CDR_OK);
    pack_free(&p);
    cdr_ruleset_options ro = {.min_confidence = 0.3f, .plain_dates = true, .names = CDR_NAMES_ALL, .min_names = 0.45f, .rules_json = "{\"detectors\":[{\"id\":\"cust\",\"pattern\":\"CUST-[0-9]{6}\",\"literal\":\"CUST-\",\"confidence\":0.9}]}"};
    cdr_ruleset_free(s.rules);
    assert_int_equal(cdr_ruleset_new(&ro, &s.rules, NULL), CDR_OK);
    s.options.ruleset = s.rules;
    s.options.ruleset_options = &ro;
    scan_file(&s, s.path, "a.zip", zip);
    assert_int_equal(s.status, CDR_OK);
    scene_says(&s, "CUST-004711\n");
    /* A reader with other rules is no use: it says so. */
    s.options.ruleset_options = NULL;
    scan_file(&s, s.path, "a.zip", zip);
    assert_int_equal(s.status, CDR_OK);
    scene_says(&s, "end skipped reader.protocol");
    scene_done(&s);
}

static unsigned count_descriptors(void)
{
    unsigned n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void reader__child__hundreds_one_after_the_other(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    struct timespec a, b;
    unsigned before = count_descriptors();
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < 100; i++) {
        scan_file(&s, s.path, "a.zip", zip);
        assert_int_equal(s.status, CDR_OK);
        assert_int_equal(s.rec.objects, 3);
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    print_message("one small archive takes %.2f ms\n", ((double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6) / 100);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    scene_done(&s);
}

static void impostor(scene *s, const char *script)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/reader", s->dir);
    assert_int_equal(cdr_file_write(path, script, strlen(script), 0700, NULL), CDR_OK);
    s->options.reader_path = path;
    scan_file(s, s->path, "a.zip", zip);
}

static void reader__child__impostors_end_with_a_reason(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    static const struct {
        const char *script, *says;
    } cases[] = {
        {"#!/bin/sh\nexit 0\n", "end skipped reader.crashed"},
        {"#!/bin/sh\nkill -SEGV $$\n", "end skipped reader.crashed"},
        {"#!/bin/sh\nkill -XCPU $$\n", "end skipped reader.timeout"},
        {"#!/bin/sh\nhead -c 100000 /dev/zero\n", "end skipped reader.protocol"},
        {"#!/bin/sh\nhead -c 100000 /dev/urandom\nsleep 60\n", "end skipped reader.protocol"},
        {"#!/bin/sh\nexec 1>&-\nsleep 60\n", "end skipped reader.crashed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        impostor(&s, cases[i].script);
        assert_int_equal(s.status, CDR_OK);
        scene_says(&s, cases[i].says);
    }
    s.options.reader_path = "/nonexistent/candor-reader";
    scan_file(&s, s.path, "a.zip", zip);
    assert_int_equal(s.status, CDR_OK);
    scene_says(&s, "end skipped reader.missing");
    scene_done(&s);
}

static void reader__child__a_cancel_kills_it_at_once(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    s.cancel = 1;
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    impostor(&s, "#!/bin/sh\nsleep 60\n");
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_int_equal(s.status, CDR_E_CANCELLED);
    assert_true(b.tv_sec - a.tv_sec <= 1);
    scene_done(&s);
}

static void reader__child__a_path_without_room_for_members_is_said_to_be(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    char path[9000];
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    int fd = open(s.path, O_RDONLY | O_CLOEXEC);
    cdr_child_job job = {.ctx = &s.ctx, .options = &s.options, .fd = fd, .path = path, .name = "a.zip", .type = zip, .size = 1};
    assert_int_equal(cdr_child_scan(&job, &s.rec.sink, &s.err), CDR_OK);
    assert_int_equal(s.rec.objects, 1);
    assert_int_equal(s.rec.skipped, 1);
    assert_non_null(strstr(s.rec.text.data, "file.name-too-long"));
    close(fd);
    scene_done(&s);
}

static void reader__child__the_sinks_failure_is_returned(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    write_zip(s.path);
    for (uint64_t n = 1; n < 8; n++) {
        int fd = open(s.path, O_RDONLY | O_CLOEXEC);
        recorder_done(&s.rec);
        recorder_init(&s.rec);
        s.rec.fail_at = n;
        cdr_child_job job = {.ctx = &s.ctx, .options = &s.options, .fd = fd, .path = "/d/a.zip", .name = "a.zip", .type = zip, .size = 1};
        assert_int_equal(cdr_child_scan(&job, &s.rec.sink, &s.err), CDR_E_DB);
        close(fd);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    scene_done(&s);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s: %s", sql, text);
}

static void reader__child__a_write_ahead_log_is_read_too(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    char path[160];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/live.db", s.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run_sql(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(email TEXT); INSERT INTO t VALUES('old@example.com');"
                "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES('new@example.com');");
    scan_file(&s, path, "live.db", sqlite);
    assert_int_equal(s.status, CDR_OK);
    scene_says(&s, "old@example.com\n");
    scene_says(&s, "new@example.com\n");
    assert_int_equal(s.rec.partial + s.rec.skipped, 0);
    /* Nothing was written, nothing checkpointed. */
    struct stat st;
    char wal[176];
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 0);
    sqlite3_close(db);
    scan_file(&s, path, "live.db", sqlite);
    scene_says(&s, "new@example.com\n");
    assert_int_equal(s.rec.partial + s.rec.skipped, 0);
    /* An interrupted change of a database without write-ahead log. */
    static const unsigned char magic[16] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    snprintf(wal, sizeof wal, "%s-journal", path);
    assert_int_equal(cdr_file_write(wal, magic, sizeof magic, 0600, NULL), CDR_OK);
    scan_file(&s, path, "live.db", sqlite);
    scene_says(&s, "end partial sqlite.journal-not-read");
    scene_done(&s);
}

/* An archive whose 16 members each hold 16 archives of 256 MiB of text; read by a real child, in bounded time and memory. */
static void reader__child__bombs_stay_small(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    static char block[1 << 20];
    for (size_t i = 0; i < sizeof block; i += 16)
        memcpy(block + i, "bob@example.com\n", 16);
    packer p, outer;
    pack_open(&p, "zip", NULL, NULL);
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, "text.txt");
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (la_int64_t)256 << 20);
    assert_int_equal(archive_write_header(p.a, e), ARCHIVE_OK);
    for (int i = 0; i < 256; i++)
        assert_true(archive_write_data(p.a, block, sizeof block) >= 0);
    archive_entry_free(e);
    pack_close(&p);
    for (int level = 0; level < 2; level++) {
        pack_open(&outer, "zip", NULL, NULL);
        for (int i = 0; i < 16; i++) {
            char name[16];
            snprintf(name, sizeof name, "%d.zip", i);
            pack(&outer, name, p.data, p.used);
        }
        pack_close(&outer);
        pack_free(&p);
        p = outer;
    }
    assert_int_equal(cdr_file_write(s.path, p.data, p.used, 0600, NULL), CDR_OK);
    pack_free(&p);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    int fd = open(s.path, O_RDONLY | O_CLOEXEC);
    s.rec.values_off = true;
    cdr_child_job job = {.ctx = &s.ctx, .options = &s.options, .fd = fd, .path = "/d/a.zip", .name = "a.zip", .type = zip, .size = 1};
    assert_int_equal(cdr_child_scan(&job, &s.rec.sink, &s.err), CDR_OK);
    close(fd);
    clock_gettime(CLOCK_MONOTONIC, &b);
    scene_says(&s, "archive.ratio");
    scene_says(&s, "begin /d/a.zip zip");
    struct rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    print_message("a bomb takes %ld s and at most %ld MiB\n", (long)(b.tv_sec - a.tv_sec), use.ru_maxrss / 1024);
    assert_true(b.tv_sec - a.tv_sec < 60);
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(use.ru_maxrss < 64 * 1024);
#endif
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader__child__reads_an_archive_in_its_sandbox), cmocka_unit_test(reader__child__the_users_rules_reach_it),
        cmocka_unit_test(reader__child__hundreds_one_after_the_other),    cmocka_unit_test(reader__child__impostors_end_with_a_reason),
        cmocka_unit_test(reader__child__a_cancel_kills_it_at_once),       cmocka_unit_test(reader__child__the_sinks_failure_is_returned),
        cmocka_unit_test(reader__child__a_path_without_room_for_members_is_said_to_be),
        cmocka_unit_test(reader__child__a_write_ahead_log_is_read_too),   cmocka_unit_test(reader__child__bombs_stay_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
