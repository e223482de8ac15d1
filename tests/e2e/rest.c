/* SPDX-License-Identifier: Apache-2.0 */
/* candor-rest observe FILE | clean FILE TABLE FORMAT: an executor in a process that can be killed. Cleaning empties the column "name" and
 * purges rows whose "day" lies before 2020. Says "ready HASH" just before the change, "done" after it. */
#include "core/minimise/plan.h"

#include "base/arena.h"
#include "base/parse.h"

#include <stdio.h>
#include <string.h>

static void say(const char *word, const cdr_target_state *t)
{
    char hex[2 * sizeof t->sha256 + 1];
    cdr_hex_encode(t->sha256, sizeof t->sha256, hex);
    printf("%s %s\n", word, hex);
    fflush(stdout);
}

static cdr_status on_ready(void *arg, const cdr_target_state *after, cdr_err *err)
{
    (void)arg, (void)err;
    say("ready", after);
    return CDR_OK;
}

static cdr_status clean(const cdr_target *target, cdr_err *err)
{
    static const char *const names[] = {"name"};
    cdr_ctx ctx;
    cdr_target_state before, after;
    cdr_step_effect effects[2];
    cdr_step steps[2] = {{.action = CDR_ACT_NULL_COLUMN, .target = *target, .columns = names, .column_count = 1},
                         {.action = CDR_ACT_PURGE_ROWS, .target = *target, .trigger_field = "day", .cutoff = "2020-01-01"}};
    cdr_ctx_init(&ctx);
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1u << 20);
    cdr_status s = arena ? cdr_target_observe(target, &before, err) : CDR_E_NOMEM;
    if (s != CDR_OK)
        return s;
    cdr_execution e = {.ctx = &ctx, .steps = steps, .step_count = 2, .expected = &before, .arena = arena, .ready = on_ready};
    s = cdr_execute(&e, effects, &after, err);
    if (s == CDR_OK)
        say("done", &after);
    return s;
}

int main(int argc, char **argv)
{
    cdr_err err = {0};
    cdr_target_state now;
    cdr_status s = cdr_crypto_start(&err);
    if (s == CDR_OK && argc == 3 && !strcmp(argv[1], "observe")) {
        cdr_target target = {.file = argv[2], .inside = "", .format = ""};
        s = cdr_target_observe(&target, &now, &err);
        if (s == CDR_OK)
            say("is", &now);
    } else if (s == CDR_OK && argc == 5 && !strcmp(argv[1], "clean")) {
        cdr_target target = {.file = argv[2], .inside = argv[3], .format = argv[4]};
        s = clean(&target, &err);
    } else if (s == CDR_OK) {
        return 2;
    }
    if (s != CDR_OK)
        fprintf(stderr, "%s\n", err.text);
    return s == CDR_OK ? 0 : 5;
}
