/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace of its own in a temporary folder, and a clock that stands still. */
#ifndef TEST_CARE_WORLD_H
#define TEST_CARE_WORLD_H

#include "core/care/consent.h"

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
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-care-XXXXXX");
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

static inline void world_verify(world *w)
{
    cdr_ledger_verdict v;
    world_ok(w, cdr_db_check(cdr_workspace_db(w->ws), &w->err));
    world_ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &v, &w->err));
    if (!v.ok)
        fail_msg("ledger: %s", v.reason);
}

static inline cdr_consent_event event(const char *subject, const char *purpose, cdr_consent_state state, int64_t at_us)
{
    return (cdr_consent_event){.subject = subject, .purpose = purpose, .state = state, .at_us = at_us, .method = "web form", .channel = "checkout"};
}

static inline bool allows(world *w, const char *subject, const char *purpose, int64_t at_us)
{
    cdr_consent_answer a;
    world_ok(w, cdr_consent_check(w->ws, subject, purpose, at_us, &a, &w->err));
    assert_int_equal(a.allowed, a.state == CDR_CONSENT_GIVEN || a.state == CDR_CONSENT_RENEWED);
    assert_true(a.reason[0]);
    return a.allowed;
}

#endif
