/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace with a vault in a temporary folder, and a clock that stands still. */
#ifndef TEST_VAULT_WORLD_H
#define TEST_VAULT_WORLD_H

#include "core/vault/vault.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world {
    char dir[64], home[100];
    int64_t now_us;
    int stop;                        /* what the context is cancelled by */
    cdr_ctx ctx;
    cdr_workspace *ws;
    cdr_vault *v;
    cdr_customer ada;
    unsigned faults; uint64_t fault_line;      /* of an import */
    cdr_err err;
} world;

#define DAY INT64_C(86400000000)
#define NOW INT64_C(1803027600000000)   /* 2027-02-19 */

static inline int64_t world_now(void *clock)
{
    return *(int64_t *)clock;
}

static inline void ok(world *w, cdr_status s)
{
    if (s != CDR_OK)
        fail_msg("%s: %s", cdr_status_name(s), w->err.text);
}

static inline void reopen(world *w)
{
    cdr_vault_close(w->v);
    cdr_workspace_close(w->ws);
    w->v = NULL;
    w->ws = NULL;
    ok(w, cdr_workspace_open(&w->ctx, w->home, CDR_WORKSPACE_WRITE, NULL, &w->ws, &w->err));
    ok(w, cdr_vault_open(w->ws, &w->v, &w->err));
}

static inline int world_make(void **state)
{
    world *w = calloc(1, sizeof *w);
    cdr_ctx_init(&w->ctx);
    w->now_us = NOW;
    w->ctx.now_us = world_now;
    w->ctx.clock = &w->now_us;
    w->ctx.cancel = &w->stop;
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-vault-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->home, sizeof w->home, "%s/home", w->dir);
    ok(w, cdr_workspace_create(&w->ctx, w->home, "Harbour Books", NULL, &w->err));
    reopen(w);
    *state = w;
    return 0;
}

static inline int world_remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    return remove(path);
}

static inline int world_drop(void **state)
{
    world *w = *state;
    cdr_vault_close(w->v);
    cdr_workspace_close(w->ws);
    nftw(w->dir, world_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(w);
    return 0;
}

#endif
