/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence is taken in: hash, size and, if that is wanted, a copy, while nobody is kept waiting; then the entry. Symbolic links are never followed: what they point to may change. Names of files hold
 * what they will: what is kept of them is cleaned like anything that is typed, and where that changes the path, the path itself is kept sealed, so that the file is found again. */
#include "core/incident/inside.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define COPY_NAME 40
#define PART ".part-"                          /* a copy that is not whole yet; locked while somebody writes it */
#define TRIES 3

struct cdr_evidence_taken {
    cdr_evidence e;
    char real[PATH_MAX + 1];                   /* where the file lies */
    int file, dir;                             /* what was hashed; the folder of the copy */
    char part[COPY_NAME], name[COPY_NAME];     /* of the copy, before and after; "" no copy */
    cdr_evidence_told *told;
    void *arg;
    uint64_t before, size;                     /* bytes done before this pass; all that is to be done */
};

/* A regular file, itself and not what a link points to. ${dir}: AT_FDCWD, or the folder it lies in. */
cdr_status cdr_in_open_file(int dir, const char *path, int *ret, cdr_err *err)
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

static bool tell(void *arg, uint64_t done)
{
    cdr_evidence_taken *t = arg;
    return !t->told || t->told(t->arg, t->before + done, t->size);
}

/* --- a copy --- */

static cdr_status copy_bytes(cdr_evidence_taken *t, int to, cdr_err *err)
{
    enum { PIECE = 1 << 18 };
    _cleanup_free_ char *piece = cdr_alloc(PIECE);
    ssize_t n = 0;
    uint64_t done = 0;
    cdr_status s = piece ? CDR_OK : cdr_fail_nomem(err, "incident");
    while (s == CDR_OK && (n = cdr_read_some(t->file, piece, PIECE)) > 0) {
        s = cdr_write_all(to, piece, (size_t)n, NULL);
        if (s != CDR_OK)
            return cdr_fail_errno(err, s, "incident", "evidence.copy", errno, "The evidence could not be copied into the workspace");
        done += (uint64_t)n;
        if (!tell(t, done))
            s = cdr_fail(err, CDR_E_CANCELLED, "incident", "evidence.stopped", "Stopped before all of it was copied; nothing was kept.");
    }
    t->before = done;
    if (s == CDR_OK && (n < 0 || cdr_sync_fd(to)))
        s = cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.copy", errno, "The evidence could not be copied");
    return s;
}

/* Copies that were begun by somebody who was killed: nobody holds their lock any more. */
static int abandoned(int dir, const char *name)
{
    int fd = strncmp(name, PART, sizeof PART - 1) != 0 ? -1 : openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB))
        cdr_closep(&fd);
    return fd;      /* locked; -1: it is none, or somebody writes it */
}

static void sweep(int dir)
{
    int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again >= 0 ? fdopendir(again) : NULL;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        _cleanup_close_ int fd = abandoned(dir, e->d_name);
        if (fd >= 0)
            (void)!unlinkat(dir, e->d_name, 0);
    }
    if (d)
        closedir(d);
    else
        cdr_closep(&again);
}

/* A new file that is ours: whoever sweeps meanwhile may have been faster than our lock. */
static int make_part(cdr_incidents *in, cdr_evidence_taken *t)
{
    for (unsigned i = 0; i < TRIES; i++) {
        char hex[25];
        uint8_t chance[12];
        struct stat st;
        in->ctx->random(in->ctx->rng, chance, sizeof chance);
        cdr_hex_encode(chance, sizeof chance, hex);
        snprintf(t->name, sizeof t->name, "E-%s", hex);
        snprintf(t->part, sizeof t->part, PART "%s", hex);
        int fd = openat(t->dir, t->part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            break;
        if (!flock(fd, LOCK_EX) && !fstat(fd, &st) && st.st_nlink > 0)
            return fd;
        cdr_closep(&fd);
    }
    *t->part = *t->name = '\0';
    return -1;
}

/* WORKSPACE/evidence/I-3/E-<random>, 0600, made here and nowhere else. ->file becomes the copy: that is what is hashed. */
static cdr_status copy_it(cdr_incidents *in, int64_t id, cdr_evidence_taken *t, cdr_err *err)
{
    char folder[CDR_IN_SUBJECT];
    cdr_in_subject(id, folder);
    _cleanup_close_ int home = open(cdr_workspace_dir(in->ws), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_close_ int all = home >= 0 ? open_below(home, "evidence") : -1;
    t->dir = all >= 0 ? open_below(all, folder) : -1;
    if (t->dir >= 0)
        sweep(t->dir);
    int to = t->dir >= 0 ? make_part(in, t) : -1;
    if (to < 0)
        return cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.folder", errno, "The folder evidence of the workspace cannot be written");
    cdr_status s = copy_bytes(t, to, err);
    snprintf(t->e.place, sizeof t->e.place, "evidence/%s/%s", folder, t->name);   /* from the workspace: it may be moved */
    cdr_closep(&t->file);
    t->file = to;
    return s;
}

/* From now on it is there for good. */
static cdr_status name_copy(cdr_evidence_taken *t, cdr_err *err)
{
    if (!*t->name)
        return CDR_OK;
    if (renameat(t->dir, t->part, t->dir, t->name) || cdr_sync_fd(t->dir))
        return cdr_fail_errno(err, CDR_E_IO, "incident", "evidence.folder", errno, "The folder evidence of the workspace cannot be written");
    *t->part = '\0';
    return CDR_OK;
}

/* --- taking --- */

void cdr_evidence_taken_free(cdr_evidence_taken *t)
{
    if (!t)
        return;
    if (t->dir >= 0 && *t->part)
        unlinkat(t->dir, t->part, 0);
    else if (t->dir >= 0 && *t->name && !t->e.id)
        unlinkat(t->dir, t->name, 0);
    cdr_closep(&t->file);
    cdr_closep(&t->dir);
    cdr_free(t);
}

const uint8_t *cdr_evidence_taken_hash(const cdr_evidence_taken *t)
{
    return t->e.sha256;
}

/* ${text} as it may be shown and kept. */
static cdr_status shown(cdr_incidents *in, const char *text, char *ret, size_t cap, cdr_err *err)
{
    _cleanup_buf_ cdr_buf quoted = CDR_BUF(8 * PATH_MAX), clean = CDR_BUF(16 * PATH_MAX);
    cdr_status s = cdr_text_quote(&quoted, text, cap - 8) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "incident");
    if (s == CDR_OK && !in->cleaner)
        s = cdr_cleaner_new(&in->cleaner, err);
    if (s == CDR_OK)
        s = cdr_note_clean_name(in->cleaner, quoted.data ? quoted.data : "", quoted.len, &clean, NULL, err);
    cdr_text_cut(ret, cap, clean.data ? clean.data : "");
    return s;
}

static cdr_status describe(cdr_incidents *in, const char *path, cdr_evidence_taken *t, cdr_err *err)
{
    const char *slash = strrchr(path, '/');
    struct stat st;
    t->e.taken_us = cdr_in_now(in);
    snprintf(t->e.by, sizeof t->e.by, "%.79s", cdr_in_actor(in));
    if (!realpath(path, t->real) || strlen(t->real) >= sizeof t->e.place)
        return cdr_fail(err, CDR_E_INVAL, "incident", "evidence.place", "The path of the evidence is too long or leads nowhere; at most %zu bytes.", sizeof t->e.place - 1);
    t->size = !fstat(t->file, &st) ? (uint64_t)st.st_size : 0;
    cdr_status s = shown(in, slash ? slash + 1 : path, t->e.name, sizeof t->e.name, err);
    return s == CDR_OK ? shown(in, t->real, t->e.place, sizeof t->e.place, err) : s;
}

cdr_status cdr_incident_take_evidence(cdr_incidents *in, int64_t id, const char *path, bool copy, cdr_evidence_told *told, void *arg, cdr_evidence_taken **ret, cdr_err *err)
{
    cdr_incident i;
    uint64_t size = 0;
    _cleanup_evidence_ cdr_evidence_taken *t = cdr_alloc(sizeof *t);
    *ret = NULL;
    if (!t)
        return cdr_fail_nomem(err, "incident");
    *t = (cdr_evidence_taken){.file = -1, .dir = -1, .told = told, .arg = arg};
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_open_file(AT_FDCWD, path, &t->file, err);
    if (s == CDR_OK)
        s = describe(in, path, t, err);
    t->size *= copy ? 2 : 1;
    if (s == CDR_OK && copy)
        s = copy_it(in, id, t, err);
    if (s == CDR_OK)
        s = cdr_sha256_fd_told(t->file, "the evidence", tell, t, t->e.sha256, &size, err);
    t->e.size = (int64_t)size;
    t->e.copied = copy;
    if (s == CDR_OK)
        *ret = CDR_TAKE(t);
    return s;
}

/* --- the entry --- */

static void bound_of(const uint8_t sha256[32], char ret[96])
{
    char hex[65];
    cdr_hex_encode(sha256, 32, hex);
    snprintf(ret, 96, "incident-evidence:%s", hex);
}

static cdr_status seal_place(cdr_incidents *in, const cdr_evidence_taken *t, uint8_t **ret, size_t *ret_len, cdr_err *err)
{
    char bound[96];
    size_t len = strlen(t->real);
    if (t->e.copied || !strcmp(t->real, t->e.place))
        return CDR_OK;
    const cdr_secret *key = cdr_workspace_key(in->ws, CDR_KEY_INCIDENT);
    bound_of(t->e.sha256, bound);
    *ret_len = len + CDR_SEAL_BYTES;
    *ret = key ? cdr_alloc(*ret_len) : NULL;
    if (!*ret)
        return cdr_fail_nomem(err, "incident");
    return cdr_seal(in->ctx, key, t->real, len, bound, strlen(bound), *ret, err);
}

cdr_status cdr_in_place_of(cdr_incidents *in, const cdr_evidence *e, char **ret, cdr_err *err)
{
    char bound[96];
    cdr_db_query q;
    size_t len = 0;
    cdr_status s = cdr_in_begin(in->set, IN_EVIDENCE_SEALED, &q, CDR_V(cdr_v_int(e->id)), err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    const uint8_t *sealed = s == CDR_OK ? cdr_db_col_blob(&q, 0, &len) : NULL;
    const cdr_secret *key = cdr_workspace_key(in->ws, CDR_KEY_INCIDENT);
    *ret = sealed ? cdr_alloc(len + 1) : cdr_strdup(e->place);
    bound_of(e->sha256, bound);
    if (s == CDR_OK && (!*ret || !key))
        s = cdr_fail_nomem(err, "incident");
    if (s == CDR_OK && sealed && (len < CDR_SEAL_BYTES || cdr_unseal(key, sealed, len, bound, strlen(bound), (uint8_t *)*ret, NULL) != CDR_OK))
        s = cdr_fail(err, CDR_E_CORRUPT, "incident", "evidence.place", "its place was changed in the database");
    if (s == CDR_OK && sealed)
        (*ret)[len - CDR_SEAL_BYTES] = '\0';
    cdr_db_end(&q);
    return s;
}

static cdr_status add(cdr_incidents *in, int64_t id, cdr_evidence *e, const uint8_t *sealed, size_t sealed_len, int64_t *ret, cdr_err *err)
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
                                                       cdr_v_text(e->by), cdr_v_int(e->copied), cdr_v_text(e->about), cdr_v_blob(salt, sizeof salt), sealed ? cdr_v_blob(sealed, sealed_len) : (cdr_in_value){.type = CDR_IN_NULL}), err);
    *ret = cdr_db_last_id(in->db);
    return s == CDR_OK ? cdr_in_enter(in, "incident.evidence", id, json_pack("{s:I, s:s, s:I, s:b, s:s}", "evidence", (json_int_t)*ret, "sha256", hash, "size", (json_int_t)e->size, "copied", (int)e->copied,
                                                                             "words", words), err) : s;
}

cdr_status cdr_incident_keep_evidence(cdr_incidents *in, int64_t id, cdr_evidence_taken *t, const char *about, int64_t *ret_evidence, cdr_err *err)
{
    _cleanup_free_ uint8_t *sealed = NULL;
    size_t sealed_len = 0;
    int64_t evidence = 0;
    cdr_status s = cdr_in_clean(in, about, "What it shows", false, t->e.about, sizeof t->e.about, err);
    if (s == CDR_OK)
        s = seal_place(in, t, &sealed, &sealed_len, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = add(in, id, &t->e, sealed, sealed_len, &evidence, err);
    if (s == CDR_OK)
        s = name_copy(t, err);
    s = cdr_in_end(in, s, err);
    if (s == CDR_OK)
        t->e.id = evidence;
    if (s == CDR_OK && ret_evidence)
        *ret_evidence = evidence;
    return s;
}

cdr_status cdr_incident_add_evidence(cdr_incidents *in, int64_t id, const char *path, const char *about, bool copy, int64_t *ret_evidence, cdr_err *err)
{
    _cleanup_evidence_ cdr_evidence_taken *t = NULL;
    cdr_status s = cdr_incident_take_evidence(in, id, path, copy, NULL, NULL, &t, err);
    return s == CDR_OK ? cdr_incident_keep_evidence(in, id, t, about, ret_evidence, err) : s;
}

/* --- copies that nothing stands behind --- */

static cdr_status is_known(cdr_incidents *in, const char *place, bool *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_EVIDENCE_AT, &q, CDR_V(cdr_v_text(place)), err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    *ret = s == CDR_OK;
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status count_in(cdr_incidents *in, const char *folder, unsigned *count, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_asprintf("%s/evidence/%s", cdr_workspace_dir(in->ws), folder);
    cdr_status s = path ? CDR_OK : cdr_fail_nomem(err, "incident");
    DIR *d = path ? opendir(path) : NULL;
    for (struct dirent *e; s == CDR_OK && d && (e = readdir(d)) != NULL;) {
        char place[300];
        bool known = false;
        _cleanup_close_ int part = abandoned(dirfd(d), e->d_name);
        *count += part >= 0;
        if (strncmp(e->d_name, "E-", 2) != 0 || snprintf(place, sizeof place, "evidence/%s/%s", folder, e->d_name) >= (int)sizeof place)
            continue;
        s = is_known(in, place, &known, err);
        *count += s == CDR_OK && !known;
    }
    if (d)
        closedir(d);
    return s;
}

cdr_status cdr_incident_stray_copies(cdr_incidents *in, unsigned *ret, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_path_join(cdr_workspace_dir(in->ws), "evidence");
    cdr_status s = path ? CDR_OK : cdr_fail_nomem(err, "incident");
    DIR *d = path ? opendir(path) : NULL;
    *ret = 0;
    for (struct dirent *e; s == CDR_OK && d && (e = readdir(d)) != NULL;)
        if (!strncmp(e->d_name, "I-", 2))
            s = count_in(in, e->d_name, ret, err);
    if (d)
        closedir(d);
    return s;
}
