/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace of its own in a temporary folder, and a clock that stands still: for rooms that need nothing else. */
#ifndef TEST_WORKSPACE_WORLD_H
#define TEST_WORKSPACE_WORLD_H

#include "core/workspace/workspace.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], home[100]; int64_t now_us; cdr_ctx ctx; cdr_workspace *ws; cdr_err err; } world;

#define SECOND ((int64_t)1000000)
#define DAY (86400 * SECOND)
#define NOW INT64_C(1803027600000000)   /* 2027-02-19 */

static inline int64_t world_now(void *clock)
{
    return *(int64_t *)clock;
}

static inline void world_ok(world *w, cdr_status s)
{
    if (s != CDR_OK)
        fail_msg("%s: %s", cdr_status_name(s), w->err.text);
}

static inline void world_open(world *w)
{
    world_ok(w, cdr_workspace_open(&w->ctx, w->home, CDR_WORKSPACE_WRITE, NULL, &w->ws, &w->err));
}

static inline void world_close(world *w)
{
    cdr_workspace_close(w->ws);
    w->ws = NULL;
}

static inline void world_make(world *w)
{
    memset(w, 0, sizeof *w);
    cdr_ctx_init(&w->ctx);
    w->now_us = NOW;
    w->ctx.now_us = world_now;
    w->ctx.clock = &w->now_us;
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-unit-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->home, sizeof w->home, "%s/home", w->dir);
    world_ok(w, cdr_workspace_create(&w->ctx, w->home, "Harbour Books", NULL, &w->err));
    world_open(w);
}

static inline int world_unlink(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    return remove(path);
}

static inline void world_drop(world *w)
{
    world_close(w);
    nftw(w->dir, world_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
