/* SPDX-License-Identifier: Apache-2.0 */
/* room: minimise. Somebody else's database, cleaned: the process that works on it does not die, and what is there afterwards is what was told, or
 * what was there before. */
#include "base/arena.h"
#include "core/minimise/plan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"name"}, *const notes[] = {"note"};

static void must_live(const cdr_err *err)
{
    if (err->id && strstr(err->text, "The process that worked on"))
        abort();
}

static cdr_status on_ready(void *arg, const cdr_target_state *after, cdr_err *err)
{
    (void)err;
    *(cdr_target_state *)arg = *after;
    return CDR_OK;
}

static void clean(const char *path)
{
    cdr_ctx ctx;
    cdr_target_state before, told = {0}, after, now;
    cdr_step_effect effects[3];
    cdr_err err = {0};
    const cdr_target p = {.file = path, .inside = "p", .format = "sqlite-table"}, q = {.file = path, .inside = "q", .format = "sqlite-table"};
    const cdr_step steps[] = {{.action = CDR_ACT_NULL_COLUMN, .target = p, .columns = names, .column_count = 1},
                              {.action = CDR_ACT_MASK_COLUMN, .target = q, .columns = notes, .column_count = 1, .transform.form = CDR_FORM_REDACTED},
                              {.action = CDR_ACT_PURGE_ROWS, .target = p, .trigger_field = "day", .cutoff = "2020-01-01"}};
    cdr_ctx_init(&ctx);
    cdr_arena *arena = cdr_arena_new(1u << 20);
    cdr_status seen = cdr_target_observe(&p, &before, &err);
    must_live(&err);
    cdr_execution e = {.ctx = &ctx, .steps = steps, .step_count = 3, .expected = seen == CDR_OK ? &before : NULL, .arena = arena, .ready = on_ready, .ready_arg = &told};
    cdr_status s = seen == CDR_OK ? cdr_execute(&e, effects, &after, &err) : seen;
    must_live(&err);
    if (seen == CDR_OK && cdr_target_observe(&p, &now, &err) == CDR_OK)
        if (memcmp(now.sha256, s == CDR_OK ? told.sha256 : before.sha256, sizeof now.sha256) != 0)
            abort();
    must_live(&err);
    cdr_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char dir[] = "/tmp/candor-fuzz-XXXXXX", path[64];
    if (size > (256u << 10) || cdr_crypto_start(NULL) != CDR_OK || !mkdtemp(dir))
        return 0;
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    snprintf(path, sizeof path, "%s/a.db", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && write(fd, data, size) == (ssize_t)size)
        close(fd), fd = -1, clean(path);
    if (fd >= 0)
        close(fd);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        snprintf(path, sizeof path, "%s/a.db%s", dir, beside[i]);
        unlink(path);
    }
    return rmdir(dir) == 0 ? 0 : (abort(), 0);
}
