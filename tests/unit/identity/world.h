/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace with a vault, two customers and a clock that stands still. */
#ifndef TEST_IDENTITY_WORLD_H
#define TEST_IDENTITY_WORLD_H

#include "core/identity/factor.h"

#include "base/io.h"
#include "core/ledger/store.h"

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
    cdr_ctx ctx;
    cdr_workspace *ws;
    cdr_vault *v;
    cdr_factors *f;
    cdr_customer ada, bob;
    cdr_err err;
} world;

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define NOW INT64_C(1803027600000000)   /* 2027-02-19 */
#define GOOD_PIN "48203957"
#define VALUE(field, text) {CDR_FIELD_##field, text, sizeof(text) - 1}

static inline int64_t world_now(void *clock)
{
    return *(int64_t *)clock;
}

static inline void ok(world *w, cdr_status s)
{
    if (s != CDR_OK)
        fail_msg("%s: %s", cdr_status_name(s), w->err.text);
}

static inline void world_reopen(world *w)
{
    cdr_factors_close(w->f);
    cdr_vault_close(w->v);
    cdr_workspace_close(w->ws);
    w->f = NULL;
    w->v = NULL;
    w->ws = NULL;
    ok(w, cdr_workspace_open(&w->ctx, w->home, CDR_WORKSPACE_WRITE, NULL, &w->ws, &w->err));
    ok(w, cdr_vault_open(w->ws, &w->v, &w->err));
    ok(w, cdr_factors_open(w->v, &w->f, &w->err));
}

static inline int world_make(void **state)
{
    static const cdr_vault_value ada[] = {VALUE(NAME, "Ada Lovelace"), VALUE(EMAIL, "ada@example.com"), VALUE(PHONE, "+1 212 555 0123"), VALUE(MOBILE, "+1 212 555 0188"),
                                          VALUE(ACCOUNT, "AC-10442"), VALUE(DATE_OF_BIRTH, "1984-07-13"), VALUE(POSTCODE, "02110"), VALUE(CARD, "4242424242424242")};
    static const cdr_vault_value bob[] = {VALUE(NAME, "Bob Stone"), VALUE(EMAIL, "bob@example.com"), VALUE(CARD_LAST4, "1881")};
    world *w = calloc(1, sizeof *w);
    cdr_ctx_init(&w->ctx);
    w->now_us = NOW;
    w->ctx.now_us = world_now;
    w->ctx.clock = &w->now_us;
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-factor-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->home, sizeof w->home, "%s/home", w->dir);
    ok(w, cdr_workspace_create(&w->ctx, w->home, "Harbour Books", NULL, &w->err));
    world_reopen(w);
    ok(w, cdr_vault_add(w->v, ada, CDR_COUNT(ada), NOW - 400 * DAY, &w->ada, &w->err));
    ok(w, cdr_vault_add(w->v, bob, CDR_COUNT(bob), NOW - 400 * DAY, &w->bob, &w->err));
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
    cdr_factors_close(w->f);
    cdr_vault_close(w->v);
    cdr_workspace_close(w->ws);
    nftw(w->dir, world_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(w);
    return 0;
}

/* Is ${what} anywhere in the files of the workspace? */
static inline bool world_holds(const world *w, const void *what, size_t len)
{
    static const char *const names[] = {"candor.db", "candor.db-wal", "candor.keys", "candor.keys-wal", "candor.head"};
    bool found = false;
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char path[200];
        cdr_buf text = CDR_BUF(64u << 20);
        snprintf(path, sizeof path, "%s/%s", w->home, names[i]);
        if (cdr_file_read(path, &text, NULL) == CDR_OK && memmem(text.data, text.len, what, len))
            found = true;
        cdr_buf_done(&text);
    }
    return found;
}

static inline bool says(world *w, int64_t customer, cdr_factor_kind kind, const char *said)
{
    bool yes = true;
    ok(w, cdr_factor_check(w->f, customer, kind, said, strlen(said), &yes, &w->err));
    return yes;
}

static inline cdr_status try_pin(world *w, int64_t customer, const char *pin)
{
    cdr_secret *s;
    ok(w, cdr_secret_new(pin, strlen(pin), &s, &w->err));
    /* Not by whoever takes the calls: that would count after three days only. */
    char actor[80];
    snprintf(actor, sizeof actor, "%s", cdr_workspace_actor(w->ws));
    cdr_workspace_set_actor(w->ws, "staff:counter");
    cdr_status status = cdr_factor_enrol_pin(w->f, customer, s, "counter, passport seen", &w->err);
    cdr_workspace_set_actor(w->ws, actor);
    cdr_secret_free(s);
    return status;
}

#endif
