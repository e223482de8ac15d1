/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: hash and size at once, a copy if that is wanted, whose hands it is in, and whether it is still what it was. Symbolic links are never followed: what they point to may change. */
#include "core/incident/inside.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_NAME 40

static cdr_status evidence_row(cdr_db_query *q, cdr_evidence *e, cdr_err *err)
{
    size_t len;
    *e = (cdr_evidence){.id = cdr_db_col_int(q, 0), .size = cdr_db_col_int(q, 4), .taken_us = cdr_db_col_int(q, 5), .copied = cdr_db_col_int(q, 8) != 0};
    const void *hash = cdr_db_col_blob(q, 3, &len);
    if (!hash || len != sizeof e->sha256)
        return cdr_fail(err, CDR_E_CORRUPT, "incident", "evidence.row", "Evidence %lld is damaged in the database; put back a backup.", (long long)e->id);
    memcpy(e->sha256, hash, sizeof e->sha256);
    cdr_in_text(q, 1, e->name, sizeof e->name);
    cdr_in_text(q, 2, e->place, sizeof e->place);
    cdr_in_text(q, 6, e->by, sizeof e->by);
    cdr_in_text(q, 7, e->custodian, sizeof e->custodian);
    cdr_in_text(q, 9, e->about, sizeof e->about);
    return CDR_OK;
}

cdr_status cdr_incident_evidence(cdr_incidents *in, int64_t id, cdr_evidence_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_evidence e;
    cdr_status s = cdr_in_begin(in->set, IN_EVIDENCE, &q, CDR_V(cdr_v_int(id)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        s = evidence_row(&q, &e, err);
        if (s == CDR_OK)
            s = fn(arg, &e);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- taking it in --- */

/* A regular file, itself and not what a link points to. ${dir}: AT_FDCWD, or the folder it lies in. */
static cdr_status open_file(int dir, const char *path, int *ret, cdr_err *err)
{
    struct stat st;
    *ret = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (*ret < 0 && errno == ELOOP)
        return cdr_fail(err, CDR_E_INVAL, "incident", "evidence.link", "The evidence is a symbolic link; name the file itself.");
    if (*ret < 0)
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "incident", "evidence.open", errno, "The evidence cannot be opened");
    if (fstat(*ret, &st) || !S_ISREG(st.st_mode)) {
        cdr_closep(ret);
        return cdr_fail(err, CDR_E_INVAL, "incident", "evidence.file", "Evidence is a file; pack a folder first, for example with tar.");
    }
    return CDR_OK;
}

static int open_below(int dir, const char *name)
{
    if (mkdirat(dir, name, 0700) && errno != EEXIST)
        return -1;
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static cdr_status copy_bytes(int from, int to, cdr_err *err)
{
    _cleanup_free_ char *piece = cdr_alloc(1 << 16);
    ssize_t n = 0;
    cdr_status s = piece ? CDR_OK : cdr_fail_nomem(err, "incident");
    while (s == CDR_OK && (n = cdr_read_some(from, piece, 1 << 16)) > 0)
        s = cdr_write_all(to, piece, (size_t)n, err);
    if (s == CDR_OK && (n < 0 || cdr_sync_fd(to)))
        s = cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.copy", errno, "The evidence could not be copied");
    return s;
}

typedef struct kept { char place[PATH_MAX]; int dir; char name[COPY_NAME]; } kept;

static void kept_done(kept *k, bool drop)
{
    if (k->dir >= 0 && drop && *k->name)
        unlinkat(k->dir, k->name, 0);
    cdr_closep(&k->dir);
}

/* WORKSPACE/evidence/I-3/E-<random>, 0600, made here and nowhere else. ${file} becomes the copy: that is what is hashed. */
static cdr_status keep_copy(cdr_incidents *in, int64_t id, int *file, kept *k, cdr_err *err)
{
    char folder[CDR_IN_SUBJECT], hex[25];
    uint8_t chance[12];
    cdr_in_subject(id, folder);
    in->ctx->random(in->ctx->rng, chance, sizeof chance);
    cdr_hex_encode(chance, sizeof chance, hex);
    snprintf(k->name, sizeof k->name, "E-%s", hex);
    _cleanup_close_ int home = open(cdr_workspace_dir(in->ws), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_close_ int all = home >= 0 ? open_below(home, "evidence") : -1;
    k->dir = all >= 0 ? open_below(all, folder) : -1;
    int to = k->dir >= 0 ? openat(k->dir, k->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    if (to < 0) {
        *k->name = '\0';
        return cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.folder", errno, "The folder evidence of the workspace cannot be written");
    }
    cdr_status s = copy_bytes(*file, to, err);
    if (s == CDR_OK && cdr_sync_fd(k->dir))
        s = cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.folder", errno, "The folder evidence of the workspace cannot be written");
    snprintf(k->place, sizeof k->place, "evidence/%s/%s", folder, k->name);   /* from the workspace: it may be moved */
    cdr_closep(file);
    *file = to;
    return s;
}

static cdr_status add(cdr_incidents *in, int64_t id, cdr_evidence *e, cdr_err *err)
{
    cdr_incident i;
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS], hash[65];
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){e->name, e->place, e->about}, 3, words);
    cdr_hex_encode(e->sha256, sizeof e->sha256, hash);
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_EVIDENCE_ADD, CDR_V(cdr_v_int(id), cdr_v_text(e->name), cdr_v_text(e->place), cdr_v_blob(e->sha256, sizeof e->sha256), cdr_v_int(e->size), cdr_v_int(e->taken_us),
                                                       cdr_v_text(e->by), cdr_v_int(e->copied), cdr_v_text(e->about), cdr_v_blob(salt, sizeof salt)), err);
    e->id = cdr_db_last_id(in->db);
    return s == CDR_OK ? cdr_in_enter(in, "incident.evidence", id, json_pack("{s:I, s:s, s:I, s:b, s:s}", "evidence", (json_int_t)e->id, "sha256", hash, "size", (json_int_t)e->size, "copied", (int)e->copied,
                                                                             "words", words), err) : s;
}

static cdr_status describe(cdr_incidents *in, const char *path, const char *about, cdr_evidence *e, char *real, cdr_err *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_buf_ cdr_buf name = CDR_BUF(4096);
    *e = (cdr_evidence){.taken_us = cdr_in_now(in)};
    cdr_text_quote(&name, slash ? slash + 1 : path, sizeof e->name - 8);
    snprintf(e->name, sizeof e->name, "%s", name.data ? name.data : "");
    snprintf(e->by, sizeof e->by, "%.79s", cdr_in_actor(in));
    if (!realpath(path, real) || strlen(real) >= sizeof e->place)
        return cdr_fail(err, CDR_E_INVAL, "incident", "evidence.place", "The path of the evidence is too long or leads nowhere; at most %zu bytes.", sizeof e->place - 1);
    return cdr_in_clean(in, about, "What it shows", false, e->about, sizeof e->about, err);
}

cdr_status cdr_incident_add_evidence(cdr_incidents *in, int64_t id, const char *path, const char *about, bool copy, int64_t *ret_evidence, cdr_err *err)
{
    cdr_evidence e;
    cdr_incident i;
    _cleanup_free_ char *real = cdr_alloc(PATH_MAX + 1);
    _cleanup_free_ kept *k = cdr_alloc(sizeof *k);
    _cleanup_close_ int file = -1;
    uint64_t size = 0;
    if (!real || !k)
        return cdr_fail_nomem(err, "incident");
    k->dir = -1;
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = open_file(AT_FDCWD, path, &file, err);
    if (s == CDR_OK)
        s = describe(in, path, about, &e, real, err);
    if (s == CDR_OK && copy)
        s = keep_copy(in, id, &file, k, err);
    if (s == CDR_OK)
        s = cdr_sha256_fd(file, "the evidence", e.sha256, &size, err);
    if (s == CDR_OK) {
        e.size = (int64_t)size;
        e.copied = copy;
        snprintf(e.place, sizeof e.place, "%.299s", copy ? k->place : real);
        s = cdr_db_begin(in->db, err);
        if (s == CDR_OK)
            s = cdr_in_end(in, add(in, id, &e, err), err);
    }
    kept_done(k, s != CDR_OK);
    if (s == CDR_OK && ret_evidence)
        *ret_evidence = e.id;
    return s;
}

/* --- custody --- */

static cdr_status hand(cdr_incidents *in, int64_t id, int64_t evidence, const char *to, const char *reason, cdr_err *err)
{
    cdr_incident i;
    cdr_db_query q;
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK && (s = cdr_in_begin(in->set, IN_EVIDENCE_GET, &q, CDR_V(cdr_v_int(id), cdr_v_int(evidence)), err)) == CDR_OK) {
        s = cdr_db_step(&q, err);
        cdr_db_end(&q);
    }
    if (s == CDR_DONE)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "evidence.none", "I-%lld has no evidence %lld; candor incident evidence list I-%lld shows what it has.", (long long)id, (long long)evidence, (long long)id);
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){to, reason}, 2, words);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_CUSTODY_ADD, CDR_V(cdr_v_int(evidence), cdr_v_int(cdr_in_now(in)), cdr_v_text(to), cdr_v_text(cdr_in_actor(in)), cdr_v_text(reason), cdr_v_blob(salt, sizeof salt)), err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.custody", id, json_pack("{s:I, s:s}", "evidence", (json_int_t)evidence, "words", words), err) : s;
}

cdr_status cdr_incident_hand_evidence(cdr_incidents *in, int64_t id, int64_t evidence, const char *to, const char *reason, cdr_err *err)
{
    char whom[CDR_INCIDENT_WHO_MAX], clean[400];
    cdr_status s = cdr_in_name(in, to, "To whom it is handed", true, whom, sizeof whom, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, reason, "The reason", true, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, hand(in, id, evidence, whom, clean, err), err) : s;
}

/* --- is it still what it was? --- */

typedef struct checking { cdr_incidents *in; cdr_evidence_check_fn *fn; void *arg; unsigned changed; cdr_err *err; } checking;

/* Our own copy: no folder on the way to it is a link either. */
static cdr_status open_copy(cdr_incidents *in, const cdr_evidence *e, int *ret, cdr_err *err)
{
    const char *slash = strrchr(e->place, '/');
    char folder[sizeof e->place];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - e->place) : 0, e->place);
    const char *second = strchr(folder, '/');
    _cleanup_close_ int home = open(cdr_workspace_dir(in->ws), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (strncmp(folder, "evidence/I-", 11) != 0 || !second || strchr(second + 1, '/'))
        return cdr_fail(err, CDR_E_CORRUPT, "incident", "evidence.place", "its place was changed in the database");
    _cleanup_close_ int all = home >= 0 ? openat(home, "evidence", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    _cleanup_close_ int dir = all >= 0 ? openat(all, second + 1, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (dir < 0)
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "incident", "evidence.open", errno, "The folder of the evidence cannot be opened");
    return open_file(dir, slash + 1, ret, err);
}

static const char *fault_of(checking *c, const cdr_evidence *e, char words[160])
{
    uint8_t hash[32];
    uint64_t size = 0;
    cdr_err err = {0};
    _cleanup_close_ int fd = -1;
    cdr_status s = e->copied ? open_copy(c->in, e, &fd, &err) : open_file(AT_FDCWD, e->place, &fd, &err);
    if (s == CDR_NOT_FOUND)
        return "is gone";
    if (s == CDR_OK)
        s = cdr_sha256_fd(fd, "the evidence", hash, &size, &err);
    if (s != CDR_OK)
        snprintf(words, 160, "cannot be read: %.120s", err.text);
    else if (memcmp(hash, e->sha256, sizeof hash) != 0 && size != (uint64_t)e->size)
        snprintf(words, 160, "has changed: it had %lld bytes and has %llu now", (long long)e->size, (unsigned long long)size);
    else if (memcmp(hash, e->sha256, sizeof hash) != 0)
        snprintf(words, 160, "has changed: its SHA-256 is another one");
    else
        return NULL;
    return words;
}

static cdr_status check_one(void *arg, const cdr_evidence *e)
{
    checking *c = arg;
    char words[160];
    const char *fault = fault_of(c, e, words);
    c->changed += fault != NULL;
    return c->fn(c->arg, e, fault);
}

cdr_status cdr_incident_check_evidence(cdr_incidents *in, int64_t id, cdr_evidence_check_fn *fn, void *arg, unsigned *ret_changed, cdr_err *err)
{
    checking c = {.in = in, .fn = fn, .arg = arg, .err = err};
    cdr_status s = cdr_incident_evidence(in, id, check_one, &c, err);
    *ret_changed = c.changed;
    return s;
}
