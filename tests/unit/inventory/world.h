/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace of its own in a temporary folder, a clock that stands still, and observations made of a few words. */
#ifndef TEST_INVENTORY_WORLD_H
#define TEST_INVENTORY_WORLD_H

#include "core/inventory/edit.h"
#include "core/inventory/query.h"
#include "core/ledger/store.h"
#include "core/workspace/workspace.h"
#include "detect/observation.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], home[100]; int64_t now_us; cdr_ctx ctx; cdr_workspace *ws; cdr_inventory *inv; cdr_err err; } world;

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
    world_ok(w, cdr_inventory_open(w->ws, &w->inv, &w->err));
}

static inline void world_close(world *w)
{
    cdr_inventory_close(w->inv);
    cdr_workspace_close(w->ws);
    w->inv = NULL;
    w->ws = NULL;
}

static inline void world_make(world *w)
{
    memset(w, 0, sizeof *w);
    cdr_ctx_init(&w->ctx);
    w->now_us = INT64_C(1803027600000000);   /* 2027-02-19 */
    w->ctx.now_us = world_now;
    w->ctx.clock = &w->now_us;
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-inventory-XXXXXX");
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

static inline uint64_t world_hash(uint64_t n)
{
    n += UINT64_C(0x9E3779B97F4A7C15);
    n = (n ^ (n >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (n ^ (n >> 31)) | 1;
}

/* An object with e-mail addresses (and rows) of people ${from} to ${to}. */
static inline cdr_observation *seen(const char *path, const char *container, uint64_t from, uint64_t to)
{
    cdr_observation *o = calloc(1, sizeof *o);
    assert_non_null(o);
    *o = (cdr_observation){.path = strdup(path), .container = strdup(container ? container : path), .format = "csv", .reason_id = "", .size = 1000, .bytes_read = 1000,
                           .rows = to - from, .mtime_us = 1, .mode = 0100640};
    if (to == from)
        return o;
    o->field_count = 1;
    o->fields = calloc(1, sizeof *o->fields);
    cdr_field_seen *f = o->fields;
    f->name = strdup("email");
    f->column_kind = cdr_kind_by_id("email");
    f->column_support = 0.99f;
    f->column_confidence = 0.95f;
    f->values = to - from;
    f->kind_count = 1;
    f->kinds = calloc(1, sizeof *f->kinds);
    cdr_kind_seen *k = f->kinds;
    *k = (cdr_kind_seen){.kind = cdr_kind_by_id("email"), .by_band = {0, 0, to - from}, .max_confidence = 0.98f, .sample_count = 2};
    for (uint32_t i = 0; i < 2; i++) {
        k->samples[i] = (cdr_sample){.offset = 10 + i, .line = 2 + i, .confidence = 0.98f, .evidence = CDR_EV_SHAPE};
        memset(k->samples[i].value_id, (int)(from + i), CDR_VALUE_ID_BYTES);
        snprintf(k->samples[i].masked, CDR_MASK_MAX, "%c…@…m", 'a' + (int)i);
    }
    for (uint64_t n = from; n < to; n++) {
        assert_int_equal(cdr_sketch_add(&k->values, world_hash(n)), CDR_OK);
        assert_int_equal(cdr_sketch_add(&o->emails, world_hash(n)), CDR_OK);
        assert_int_equal(cdr_sketch_add(&o->people, world_hash(n)), CDR_OK);
    }
    o->people_min = o->people_max = to - from;
    return o;
}

/* One more kind in a field of its own. */
static inline void also(cdr_observation *o, const char *kind, const char *name, uint64_t high)
{
    o->fields = realloc(o->fields, (o->field_count + 1) * sizeof *o->fields);
    assert_non_null(o->fields);
    cdr_field_seen *f = &o->fields[o->field_count++];
    *f = (cdr_field_seen){.name = strdup(name), .values = high, .kind_count = 1, .kinds = calloc(1, sizeof *f->kinds)};
    assert_int_not_equal(cdr_kind_by_id(kind), CDR_KIND_NONE);
    *f->kinds = (cdr_kind_seen){.kind = cdr_kind_by_id(kind), .by_band = {0, 0, high}, .max_confidence = 0.9f, .sample_count = 1};
    f->kinds->samples[0] = (cdr_sample){.line = 9, .confidence = 0.9f};
    snprintf(f->kinds->samples[0].masked, CDR_MASK_MAX, "…");
    assert_int_equal(cdr_sketch_add(&f->kinds->values, world_hash(77)), CDR_OK);
}

static inline void unsee(cdr_observation *o)
{
    for (size_t i = 0; i < o->field_count; i++) {
        for (size_t k = 0; k < o->fields[i].kind_count; k++)
            cdr_sketch_done(&o->fields[i].kinds[k].values);
        free(o->fields[i].kinds);
        free(o->fields[i].name);
    }
    free(o->fields);
    cdr_sketch_done(&o->emails);
    cdr_sketch_done(&o->phones);
    for (size_t i = 0; i < o->id_count; i++)
        cdr_sketch_done(&o->ids[i].values);
    cdr_sketch_done(&o->others);
    cdr_sketch_done(&o->people);
    free(o->path);
    free(o->container);
    free(o);
}

static inline cdr_container_state state_of(uint64_t ino)
{
    cdr_container_state s = {.dev = 1, .ino = ino, .size = 1000, .mtime_us = 7, .ruleset = "0123456789abcdef"};
    memset(s.content_id, (int)ino, sizeof s.content_id);
    return s;
}

static inline cdr_status scan_begin(world *w, const char *target)
{
    const char *targets[] = {target};
    return cdr_inventory_scan_begin(w->inv, &(cdr_inventory_scan){.targets = targets, .target_count = 1, .ruleset = "0123456789abcdef"}, NULL, &w->err);
}

/* Observe and free. */
static inline void tell(world *w, cdr_observation *o, uint64_t ino)
{
    cdr_container_state s = state_of(ino);
    world_ok(w, cdr_inventory_observe(w->inv, o, ino ? &s : NULL, &w->err));
    unsee(o);
}

static inline void scan_finish(world *w)
{
    world_ok(w, cdr_inventory_scan_finish(w->inv, &(cdr_inventory_totals){.objects = 1, .complete = 1}, &w->err));
}

#endif
