/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that was taken in (take_in.c): whose hands it is in, and whether it is still what it was. Symbolic links are never followed: what they point to may change. */
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
    return cdr_in_open_file(dir, slash + 1, ret, err);
}

static const char *fault_of(checking *c, const cdr_evidence *e, char words[160])
{
    uint8_t hash[32];
    uint64_t size = 0;
    cdr_err err = {0};
    _cleanup_close_ int fd = -1;
    char *real = NULL;
    cdr_status s = e->copied ? open_copy(c->in, e, &fd, &err) : cdr_in_place_of(c->in, e, &real, &err);
    if (s == CDR_OK && !e->copied)
        s = cdr_in_open_file(AT_FDCWD, real, &fd, &err);
    cdr_free(real);
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
