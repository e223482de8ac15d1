/* SPDX-License-Identifier: Apache-2.0 */
#include "core/workspace/workspace.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/ledger/store.h"
#include "core/workspace/rows.h"
#include "core/workspace/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEAD_FILE "candor.head"
#define LOCK_TURN_MS 20

struct cdr_workspace {
    const cdr_ctx *ctx;
    char *dir, *org;
    int lock;
    cdr_db *db;
    cdr_ledger *ledger;
    cdr_rows *rows;      /* of a writer */
    cdr_secret *root;
    cdr_secret *derived[CDR_KEY__MAX];
    char actor[80];
    bool writer;         /* what it adds to the ledger is noted in the head file */
    bool paused;         /* it will write again */
};

void cdr_workspace_harden_process(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void name_actor(char *ret, size_t cap)
{
    struct passwd entry, *found = NULL;
    char text[1024];
    if (!getpwuid_r(geteuid(), &entry, text, sizeof text, &found) && found)
        snprintf(ret, cap, "cli:%.40s", found->pw_name);
    else
        snprintf(ret, cap, "cli:uid-%u", (unsigned)geteuid());
}

static int64_t monotonic_ms(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Asked again and again: waiting inside flock could not be limited, nor ended by a signal without a race. 0, or the number of the error. */
static int lock_within(const cdr_ctx *ctx, int fd, unsigned wait_ms)
{
    const int64_t end = monotonic_ms() + wait_ms;
    for (;;) {
        if (!flock(fd, LOCK_EX | LOCK_NB))
            return 0;
        if (errno != EWOULDBLOCK)
            return errno;
        int64_t left = end - monotonic_ms();
        if (cdr_cancelled(ctx))
            return ECANCELED;
        if (left <= 0)
            return EWOULDBLOCK;
        int64_t turn = CDR_MIN(left, LOCK_TURN_MS);
        nanosleep(&(struct timespec){.tv_nsec = turn * 1000000}, NULL);
    }
}

/* One writer at a time; the lock goes with the process, however it ends. */
static cdr_status take_lock(const cdr_ctx *ctx, const char *dir, unsigned wait_ms, int *ret, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_path_join(dir, "candor.lock");
    if (!path)
        return cdr_fail_nomem(err, "workspace");
    *ret = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*ret < 0)
        return cdr_fail_errno(err, errno == EROFS || errno == EACCES ? CDR_DENIED : CDR_E_IO, "workspace", "workspace.readonly", errno,
                              "The workspace %s cannot be written", dir);
    int errnum = lock_within(ctx, *ret, wait_ms);
    if (!errnum)
        return CDR_OK;
    cdr_closep(ret);
    if (errnum == ECANCELED)
        return cdr_fail(err, CDR_E_CANCELLED, "workspace", "workspace.cancelled", "Another candor is writing to the workspace %s; the waiting was ended, nothing was done.", dir);
    if (errnum == EWOULDBLOCK)
        return cdr_fail(err, CDR_E_LOCKED, "workspace", "workspace.busy", "Another candor is writing to the workspace %s; wait until it is done.", dir);
    return cdr_fail_errno(err, CDR_E_IO, "workspace", "workspace.lock", errnum, "The workspace %s cannot be locked", dir);
}

static cdr_status open_ledger(cdr_workspace *ws, cdr_err *err)
{
    char *id;
    cdr_status s = cdr_setting_get(ws->db, "workspace.id", &id, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, CDR_E_CORRUPT, "workspace", "workspace.incomplete", "The database in %s has no identity: candor init was interrupted there; move candor.db and candor.key away and run it again.", ws->dir);
    if (s != CDR_OK)
        return s;
    char origin[80];
    snprintf(origin, sizeof origin, "candor/%.40s", id);
    cdr_free(id);
    const cdr_secret *seed = cdr_workspace_key(ws, CDR_KEY_LEDGER_SIGN);
    _cleanup_free_ char *head = cdr_path_join(ws->dir, HEAD_FILE);
    if (!seed || !head)
        return cdr_fail_nomem(err, "workspace");
    s = cdr_ledger_open(ws->ctx, ws->db, origin, seed, &ws->ledger, err);
    return s == CDR_OK ? cdr_ledger_set_head_file(ws->ledger, head, err) : s;
}

/* The database and what is read from it. The key is open. */
static cdr_status open_data(cdr_workspace *ws, cdr_db_mode mode, cdr_err *err)
{
    _cleanup_free_ char *db = cdr_path_join(ws->dir, "candor.db");
    if (!db)
        return cdr_fail_nomem(err, "workspace");
    cdr_status s = cdr_db_open(ws->ctx, db, mode, &ws->db, err);
    if (s == CDR_OK)
        s = open_ledger(ws, err);
    if (s == CDR_OK)
        s = cdr_organisation_name(ws->db, &ws->org, err);
    return s == CDR_OK && mode != CDR_DB_READ ? cdr_rows_open(ws->db, ws->ledger, ws->actor, &ws->rows, err) : s;
}

static cdr_status open_parts(cdr_workspace *ws, const char *keyfile, cdr_db_mode mode, const cdr_secret *passphrase, cdr_err *err)
{
    _cleanup_free_ char *own = cdr_path_join(ws->dir, "candor.key");
    if (!own)
        return cdr_fail_nomem(err, "workspace");
    cdr_status s = cdr_keyfile_open(keyfile ? keyfile : own, passphrase, &ws->root, err);
    return s == CDR_OK ? open_data(ws, mode, err) : s;
}

/* A ledger that is shorter than it was must not grow again: the cut would be signed over. */
static cdr_status check_history(cdr_workspace *ws, cdr_err *err)
{
    bool missing;
    cdr_outfile_sweep(cdr_ledger_head_file(ws->ledger));   /* of writers that were killed: the lock is ours */
    cdr_status s = cdr_ledger_check_head(ws->ledger, cdr_ledger_head_file(ws->ledger), &missing, err);
    if (s == CDR_OK && missing)
        s = cdr_ledger_append(ws->ledger, &(cdr_ledger_event){.kind = "ledger.head-missing", .actor = ws->actor, .subject = HEAD_FILE}, NULL, err);
    ws->writer = s == CDR_OK;
    return s;
}

static cdr_status new_workspace(const cdr_ctx *ctx, const char *dir, cdr_workspace **ret, cdr_err *err)
{
    cdr_workspace *ws = cdr_alloc(sizeof *ws);
    *ret = NULL;
    if (ws)
        ws->dir = cdr_strdup(dir);
    if (!ws || !ws->dir) {
        cdr_free(ws);
        return cdr_fail_nomem(err, "workspace");
    }
    ws->ctx = ctx;
    ws->lock = -1;
    name_actor(ws->actor, sizeof ws->actor);
    *ret = ws;
    return CDR_OK;
}

static cdr_status open_in(const cdr_ctx *ctx, const char *dir, const char *keyfile, cdr_workspace_mode mode, unsigned wait_ms, const cdr_secret *passphrase, cdr_workspace **ret, cdr_err *err)
{
    cdr_workspace *ws;
    cdr_status s = new_workspace(ctx, dir, &ws, err);
    if (s == CDR_OK && mode == CDR_WORKSPACE_WRITE)
        s = take_lock(ctx, dir, wait_ms, &ws->lock, err);
    if (s == CDR_OK)
        s = open_parts(ws, keyfile, mode == CDR_WORKSPACE_WRITE ? CDR_DB_WRITE : CDR_DB_READ, passphrase, err);
    if (s == CDR_OK && mode == CDR_WORKSPACE_WRITE)
        s = check_history(ws, err);
    if (s != CDR_OK) {
        cdr_workspace_close(ws);
        return s;
    }
    *ret = ws;
    return CDR_OK;
}

cdr_status cdr_workspace_open(const cdr_ctx *ctx, const char *dir, cdr_workspace_mode mode, const cdr_secret *passphrase, cdr_workspace **ret, cdr_err *err)
{
    return cdr_workspace_open_waiting(ctx, dir, mode, 0, passphrase, ret, err);
}

cdr_status cdr_workspace_open_waiting(const cdr_ctx *ctx, const char *dir, cdr_workspace_mode mode, unsigned wait_ms, const cdr_secret *passphrase, cdr_workspace **ret,
                                      cdr_err *err)
{
    return cdr_workspace_open_keyed(ctx, dir, NULL, mode, wait_ms, passphrase, ret, err);
}

cdr_status cdr_workspace_open_keyed(const cdr_ctx *ctx, const char *dir, const char *keyfile, cdr_workspace_mode mode, unsigned wait_ms, const cdr_secret *passphrase, cdr_workspace **ret,
                                    cdr_err *err)
{
    *ret = NULL;
    _cleanup_free_ char *db = cdr_path_join(dir, "candor.db");
    if (!db)
        return cdr_fail_nomem(err, "workspace");
    struct stat st;
    if (stat(db, &st))
        return errno == ENOENT || errno == ENOTDIR
                   ? cdr_fail(err, CDR_NOT_FOUND, "workspace", "workspace.missing", "There is no workspace in %s; make one with candor init, or name another with --workspace.", dir)
                   : cdr_fail_errno(err, errno == EACCES ? CDR_DENIED : CDR_E_IO, "workspace", "workspace.unreadable", errno, "The workspace %s cannot be read", dir);
    if (!S_ISREG(st.st_mode))
        return cdr_fail(err, CDR_E_CORRUPT, "workspace", "workspace.no-file", "%s is no file; put back your copy of the database.", db);
    cdr_err detail = {0};
    cdr_status s = open_in(ctx, dir, keyfile, mode, wait_ms, passphrase, ret, &detail);
    if (s == CDR_E_UNSUPPORTED && mode == CDR_WORKSPACE_READ && !strcmp(detail.id, "db.older")) {
        /* A reader may be the first to come after an update of the program: writing once brings the schema up to date. */
        cdr_workspace *writer = NULL;
        s = open_in(ctx, dir, keyfile, CDR_WORKSPACE_WRITE, wait_ms, passphrase, &writer, &detail);
        cdr_workspace_close(writer);
        if (s == CDR_OK)
            s = open_in(ctx, dir, keyfile, mode, wait_ms, passphrase, ret, &detail);
    }
    if (s != CDR_OK && err)
        *err = detail;
    return s;
}

static void close_data(cdr_workspace *ws)
{
    cdr_rows_close(ws->rows);
    ws->rows = NULL;
    cdr_ledger_close(ws->ledger);
    ws->ledger = NULL;
    cdr_db_close(ws->db);
    ws->db = NULL;
    cdr_free(ws->org);
    ws->org = NULL;
}

cdr_status cdr_workspace_start_writing(cdr_workspace *ws, unsigned wait_ms, cdr_err *err)
{
    if (ws->writer)
        return CDR_OK;
    cdr_status s = take_lock(ws->ctx, ws->dir, wait_ms, &ws->lock, err);
    if (s != CDR_OK)
        return s;
    close_data(ws);
    s = open_data(ws, CDR_DB_WRITE, err);
    return s == CDR_OK ? check_history(ws, err) : s;
}

/* Only what is committed: left behind it does no harm, ahead it would cry wolf. A disk without room leaves it behind. */
static void note_head(cdr_workspace *ws)
{
    if (ws->writer && ws->ledger && !cdr_db_in_transaction(ws->db) && cdr_ledger_write_head(ws->ledger, cdr_ledger_head_file(ws->ledger), NULL) != CDR_OK)
        ws->writer = false;
}

cdr_status cdr_workspace_stop_writing(cdr_workspace *ws, cdr_err *err)
{
    if (!ws->writer)
        return CDR_OK;
    note_head(ws);
    ws->writer = false;
    close_data(ws);
    cdr_closep(&ws->lock);
    ws->lock = -1;
    return open_data(ws, CDR_DB_READ, err);
}

cdr_status cdr_workspace_pause_writing(cdr_workspace *ws, cdr_err *err)
{
    if (!ws->writer || cdr_db_in_transaction(ws->db))
        return CDR_OK;
    cdr_status s = cdr_db_only_read(ws->db, true, err);
    if (s != CDR_OK)
        return s;
    note_head(ws);
    ws->writer = false;
    ws->paused = true;
    cdr_closep(&ws->lock);
    ws->lock = -1;
    return CDR_OK;
}

cdr_status cdr_workspace_resume_writing(cdr_workspace *ws, unsigned wait_ms, cdr_err *err)
{
    if (!ws->paused)
        return CDR_OK;
    cdr_status s = take_lock(ws->ctx, ws->dir, wait_ms, &ws->lock, err);
    if (s == CDR_OK)
        s = cdr_db_only_read(ws->db, false, err);
    if (s == CDR_OK)
        s = check_history(ws, err);
    ws->paused = s != CDR_OK;
    return s;
}

bool cdr_workspace_writes(const cdr_workspace *ws)
{
    return ws->writer;
}

void cdr_workspace_close(cdr_workspace *ws)
{
    if (!ws)
        return;
    note_head(ws);
    close_data(ws);
    for (size_t i = 0; i < CDR_COUNT(ws->derived); i++)
        cdr_secret_free(ws->derived[i]);
    cdr_secret_free(ws->root);
    cdr_closep(&ws->lock);
    cdr_free(ws->dir);
    cdr_free(ws);
}

static cdr_status put_first_head(cdr_workspace *ws, cdr_err *err)
{
    char *note;
    cdr_status s = cdr_ledger_checkpoint(ws->ledger, &note, err);
    if (s != CDR_OK)
        return s;
    s = cdr_file_write(cdr_ledger_head_file(ws->ledger), note, strlen(note), 0600, err);
    cdr_free(note);
    return s;
}

/* The first entries of database and ledger, in one transaction. */
static cdr_status enter_identity(cdr_workspace *ws, const char *org, cdr_err *err)
{
    uint8_t id[12];
    char hex[25];
    ws->ctx->random(ws->ctx->rng, id, sizeof id);
    cdr_hex_encode(id, sizeof id, hex);
    cdr_status s = cdr_db_begin(ws->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_setting_set(ws->db, "workspace.id", hex, err);
    if (s == CDR_OK)
        s = cdr_setting_set(ws->db, "organisation", org, err);
    if (s == CDR_OK)
        s = open_ledger(ws, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(ws->ledger, &(cdr_ledger_event){.kind = "workspace.create", .actor = ws->actor, .subject = hex, .details_json = "{\"head\":\"" HEAD_FILE "\"}"}, NULL, err);
    /* Here before the commit: an init that is interrupted in between leaves no workspace anyway, and entry 0 promises the file. */
    if (s == CDR_OK)
        s = put_first_head(ws, err);
    if (s == CDR_OK)
        return cdr_db_commit(ws->db, err);
    cdr_db_rollback(ws->db);
    return s;
}

static cdr_status make_parts(cdr_workspace *ws, const char *keyfile, const char *db, const char *org, const cdr_secret *passphrase, cdr_err *err)
{
    cdr_status s = cdr_secret_random(ws->ctx, CDR_KEY_BYTES, &ws->root, err);
    if (s == CDR_OK)
        s = cdr_keyfile_create(ws->ctx, keyfile, ws->root, passphrase, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_open(ws->ctx, db, CDR_DB_CREATE, &ws->db, err);
    return s == CDR_OK ? enter_identity(ws, org, err) : s;
}

static void remove_parts(const char *dir, bool made_dir)
{
    static const char *const names[] = {"candor.key", "candor.db", "candor.db-wal", "candor.db-shm", "candor.db-journal", HEAD_FILE, "candor.lock"};
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) < (int)sizeof path)
            unlink(path);
    }
    if (made_dir)
        rmdir(dir);
}

static cdr_status refuse_existing(const char *dir, const char *keyfile, const char *db, cdr_err *err)
{
    struct stat st;
    bool have_key = !lstat(keyfile, &st), have_db = !lstat(db, &st);
    if (have_key && have_db)
        return cdr_fail(err, CDR_E_INVAL, "workspace", "workspace.exists", "%s holds a workspace already; use it, or choose another folder.", dir);
    if (have_key)
        return cdr_fail(err, CDR_E_INVAL, "workspace", "workspace.lone-key", "%s holds a key file without a database; put the database back, or remove candor.key if candor init was interrupted there.", dir);
    if (have_db)
        return cdr_fail(err, CDR_E_INVAL, "workspace", "workspace.lone-database", "%s holds a database without its key file; put back your copy of candor.key.", dir);
    return CDR_OK;
}

/* The name stands in reports, on terminals and in the inventory. */
static cdr_status check_name(const char *org, cdr_err *err)
{
    size_t len = strlen(org), spaces = strspn(org, " ");
    bool good = spaces < len && cdr_utf8_valid(org, len);
    for (size_t i = 0; good && i < len;) {
        uint32_t cp;
        i += cdr_utf8_decode(org + i, len - i, &cp);
        good = cp >= 0x20 && !(cp >= 0x7F && cp < 0xA0) && !(cp >= 0x202A && cp <= 0x202E) && !(cp >= 0x2066 && cp <= 0x2069) && cp != 0x2028 && cp != 0x2029;
    }
    if (good && cdr_utf8_count(org, len) <= CDR_ORG_NAME_MAX)
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "workspace", "workspace.name",
                    spaces == len ? "The name of the organisation is empty; give one with --org."
                    : good        ? "The name of the organisation is longer than 200 characters; give a shorter one with --org."
                                  : "The name of the organisation must be UTF-8 text on one line, without control characters; give another with --org.");
}

cdr_status cdr_workspace_create(const cdr_ctx *ctx, const char *dir, const char *org, const cdr_secret *passphrase, cdr_err *err)
{
    _cleanup_free_ char *keyfile = cdr_path_join(dir, "candor.key"), *db = cdr_path_join(dir, "candor.db");
    struct stat st;
    if (!keyfile || !db)
        return cdr_fail_nomem(err, "workspace");
    cdr_status s = check_name(org, err);
    if (s == CDR_OK)
        s = refuse_existing(dir, keyfile, db, err);
    if (s != CDR_OK)
        return s;
    bool made_dir = stat(dir, &st) != 0;
    cdr_workspace *ws = NULL;
    s = cdr_mkdirs(dir, 0700, err);
    if (s == CDR_OK)
        s = new_workspace(ctx, dir, &ws, err);
    if (s == CDR_OK)
        s = take_lock(ctx, dir, 0, &ws->lock, err);
    /* Asked again under the lock: another candor init may just have finished, and its files are not ours to remove. */
    if (s == CDR_OK)
        s = refuse_existing(dir, keyfile, db, err);
    if (s == CDR_OK && (s = make_parts(ws, keyfile, db, org, passphrase, err)) != CDR_OK) {
        close_data(ws);
        remove_parts(dir, made_dir);
    } else if (s != CDR_OK && made_dir)
        rmdir(dir);   /* stays when anything is in it */
    cdr_workspace_close(ws);
    return s;
}

const char *cdr_workspace_dir(const cdr_workspace *ws)
{
    return ws->dir;
}

const char *cdr_workspace_org(const cdr_workspace *ws)
{
    return ws->org;
}

const cdr_ctx *cdr_workspace_ctx(const cdr_workspace *ws)
{
    return ws->ctx;
}

bool cdr_workspace_is_writer(const cdr_workspace *ws)
{
    return ws->lock >= 0;
}

cdr_db *cdr_workspace_db(cdr_workspace *ws)
{
    return ws->db;
}

cdr_ledger *cdr_workspace_ledger(cdr_workspace *ws)
{
    return ws->ledger;
}

const cdr_secret *cdr_workspace_root(const cdr_workspace *ws)
{
    return ws->root;
}

const char *cdr_workspace_actor(const cdr_workspace *ws)
{
    return ws->actor;
}

void cdr_workspace_set_actor(cdr_workspace *ws, const char *actor)
{
    snprintf(ws->actor, sizeof ws->actor, "%s", actor);
}

const cdr_secret *cdr_workspace_key(cdr_workspace *ws, cdr_key_purpose purpose)
{
    cdr_secret **slot = &ws->derived[purpose];
    if (!*slot && cdr_key_derive(ws->root, purpose, slot, NULL) != CDR_OK)
        return NULL;
    return *slot;
}
