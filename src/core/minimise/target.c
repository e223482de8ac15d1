/* SPDX-License-Identifier: Apache-2.0 */
/* What is at a target now, and who changes it. */
#include "core/minimise/rest.h"

#include "base/io.h"
#include "core/minimise/rest_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cdr_status observe_file(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_target_state *ret, cdr_err *err)
{
    cdr_rest_state_of(&f->st, ret);
    ret->size = (uint64_t)f->st.st_size;
    cdr_status s = cdr_rest_hash(f, ctx, ret->sha256, err);
    return s == CDR_OK ? cdr_rest_still(f, err) : s;
}

/* A database by what it says, wherever its pages lie at the moment; what cannot be read as one, by its bytes. */
static cdr_status observe(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_target_state *ret, cdr_err *err)
{
    *ret = (cdr_target_state){0};
    if (!cdr_rest_is_sqlite(f))
        return observe_file(f, ctx, ret, err);
    cdr_status s = cdr_rest_sqlite_observe(f, ctx, ret, err);
    return s == CDR_E_CORRUPT || s == CDR_E_UNSUPPORTED ? observe_file(f, ctx, ret, err) : s;
}

cdr_status cdr_target_observe(const cdr_target *t, cdr_target_state *ret, cdr_err *err)
{
    cdr_ctx ctx;
    cdr_rest_file f;
    cdr_ctx_init(&ctx);
    cdr_status s = cdr_rest_open(t->file, &f, err);
    if (s != CDR_OK)
        return s;
    s = observe(&f, &ctx, ret, err);
    cdr_rest_close(&f);
    return s;
}

cdr_status cdr_target_writable(const cdr_target *t, cdr_err *err)
{
    cdr_rest_file f;
    cdr_status s = cdr_rest_open(t->file, &f, err);
    if (s != CDR_OK)
        return s;
    if (faccessat(f.dir, ".", W_OK | X_OK, AT_EACCESS))
        s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.read-only", errno, "The folder of %s cannot be written with the rights of this user; nothing was changed", f.shown);
    else if (cdr_rest_is_sqlite(&f) && faccessat(f.dir, f.base, W_OK, AT_EACCESS))
        s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.read-only", errno, "%s cannot be written with the rights of this user; nothing was changed", f.shown);
    cdr_rest_close(&f);
    return s;
}

void cdr_target_tidy(const cdr_target *t, const cdr_ctx *ctx)
{
    cdr_rest_file f;
    if (cdr_rest_open(t->file, &f, NULL) != CDR_OK)
        return;
    if (cdr_rest_is_sqlite(&f) && cdr_rest_sqlite_tidy(&f, ctx, NULL) != CDR_OK) {
        /* The change itself is done; another program that has it open clears its own log. */
    }
    cdr_rest_close(&f);
}

/* --- deletion --- */

static cdr_status remove_name(const cdr_rest_file *f, const char *suffix, cdr_err *err)
{
    char name[NAME_MAX + 16];
    snprintf(name, sizeof name, "%s%s", f->base, suffix);
    if (unlinkat(f->dir, name, 0) && errno != ENOENT)
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.unlink", errno, "Cannot delete %s%s", f->shown, suffix);
    return CDR_OK;
}

/* What lies beside a database goes before it: its log is empty by then, so that a kill between leaves the database as it was. */
static cdr_status remove_all(const cdr_rest_file *f, bool database, cdr_err *err)
{
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    cdr_status s = CDR_OK;
    for (size_t i = 0; database && s == CDR_OK && i < CDR_COUNT(beside); i++)
        s = remove_name(f, beside[i], err);
    if (s == CDR_OK)
        s = remove_name(f, "", err);
    return s == CDR_OK ? cdr_rest_sync_folder(f, err) : s;
}

static cdr_status note_deletion(const cdr_execution *e, const cdr_rest_file *f, cdr_step_effect *ret)
{
    cdr_status s = CDR_OK;
    if (f->st.st_nlink > 1)
        s = cdr_rest_note(e->arena, ret, "The file has %llu more name%s, under which its content stays.", (unsigned long long)(f->st.st_nlink - 1), f->st.st_nlink == 2 ? "" : "s");
    return s == CDR_OK ? cdr_rest_note(e->arena, ret, CDR_REST_BLOCKS) : s;
}

cdr_status cdr_rest_delete(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_err *err)
{
    bool database = cdr_rest_is_sqlite(f);
    ret->bytes = (uint64_t)f->st.st_size;
    if (note_deletion(e, f, ret) != CDR_OK)
        return cdr_fail_nomem(err, "minimise");
    if (e->dry)
        return CDR_OK;
    if (faccessat(f->dir, ".", W_OK, AT_EACCESS))
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.unlink", errno, "Cannot delete %s", f->shown);
    cdr_target_state now;
    cdr_status s = CDR_OK;
    if (database) {
        s = cdr_rest_sqlite_settle(f, e->ctx, err);
        if (s == CDR_E_CORRUPT || s == CDR_E_UNSUPPORTED)
            s = CDR_OK;
        if (s == CDR_OK && fstat(f->fd, &f->st))
            s = cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.read", errno, "Cannot look at %s", f->shown);
    }
    if (s == CDR_OK)
        s = observe(f, e->ctx, &now, err);
    if (s == CDR_OK)
        s = cdr_rest_expect(f, &now, e->expected, err);
    if (s == CDR_OK)
        s = cdr_rest_still(f, err);
    if (s == CDR_OK)
        s = cdr_rest_alone(f, err);
    return s == CDR_OK ? remove_all(f, database, err) : s;
}

/* --- steps of one file --- */

static cdr_status check_step(const cdr_execution *e, size_t i, const cdr_rest_file *f, cdr_err *err)
{
    const cdr_step *step = &e->steps[i];
    bool whole = step->action == CDR_ACT_DELETE_FILE;
    if (strcmp(step->target.file, e->steps[0].target.file) != 0 || (whole && e->step_count > 1))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.steps", "Steps of several files, or a deletion among others, cannot be carried out together.");
    if (step->action > CDR_ACT_REDACT_TEXT)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.action", "What the plan says of %s is nothing that can be done by machine; do it by hand.", f->shown);
    bool inside = step->target.inside && *step->target.inside;
    if (inside && whole)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.member", "Only a whole file can be deleted, nothing inside of %s.", f->shown);
    if (inside && !cdr_rest_is_sqlite(f))
        return cdr_fail(err, CDR_E_UNSUPPORTED, "minimise", "rest.member", "Nothing inside of the container %s can be changed; unpack it, clean what it holds, pack it again, or delete it whole.", f->shown);
    return CDR_OK;
}

cdr_status cdr_execute(const cdr_execution *e, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err)
{
    cdr_rest_file f;
    for (size_t i = 0; i < e->step_count; i++)
        ret[i] = (cdr_step_effect){.note = ""};
    if (e->step_count == 0)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.steps", "There is no step to carry out.");
    cdr_status s = cdr_rest_open(e->steps[0].target.file, &f, err);
    for (size_t i = 0; s == CDR_OK && i < e->step_count; i++)
        s = check_step(e, i, &f, err);
    if (s == CDR_OK && e->steps[0].action == CDR_ACT_DELETE_FILE) {
        s = cdr_rest_delete(e, &f, ret, err);
        if (ret_after)
            *ret_after = (cdr_target_state){0};
    } else if (s == CDR_OK && cdr_rest_is_sqlite(&f)) {
        s = cdr_rest_run_sqlite(e, &f, ret, ret_after, err);
    } else if (s == CDR_OK) {
        s = cdr_rest_run_file(e, &f, ret, ret_after, err);
    }
    cdr_rest_close(&f);
    return s;
}
