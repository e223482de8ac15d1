/* SPDX-License-Identifier: Apache-2.0 */
/* inventory [N]: how fast the inventory takes what a scan tells, without the scan: N objects without findings, the same
 * unchanged, N/10 with findings and people, and the overview over all of it. Prints objects per second. */
#include "core/inventory/query.h"
#include "core/workspace/workspace.h"
#include "detect/observation.h"

#include "base/parse.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(cdr_status s, const cdr_err *err)
{
    if (s == CDR_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void tell(const char *what, uint64_t n, double from)
{
    double took = seconds() - from;
    printf("%-34s %9llu objects  %7.3f s  %10.0f objects/s\n", what, (unsigned long long)n, took, (double)n / took);
}

static int drop(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    return remove(path);
}

static uint64_t mix(uint64_t n)
{
    n = (n ^ (n >> 30)) * UINT64_C(0xBF58476D1CE4E5B9) + UINT64_C(0x9E3779B97F4A7C15);
    n = (n ^ (n >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (n ^ (n >> 31)) | 1;
}

static void begin(cdr_inventory *inv, cdr_err *err)
{
    static const char *const targets[] = {"/srv/data"};
    must(cdr_inventory_scan_begin(inv, &(cdr_inventory_scan){.targets = targets, .target_count = 1, .ruleset = "0123456789abcdef"}, NULL, err), err);
}

static cdr_observation object(char *path, uint64_t i, const char *folder)
{
    snprintf(path, 100, "/srv/data/%s/%03llu/%03llu/file-%07llu.txt", folder, (unsigned long long)(i / 10000), (unsigned long long)(i / 100 % 100), (unsigned long long)i);
    return (cdr_observation){.path = path, .container = path, .format = "text", .reason_id = "", .size = 4096, .bytes_read = 4096, .mtime_us = 1, .dev = 1, .ino = i, .mode = 0100644};
}

static void observe(cdr_inventory *inv, const cdr_observation *o, uint64_t i, cdr_err *err)
{
    cdr_container_state s = {.dev = 1, .ino = i, .size = 4096, .mtime_us = 1, .ruleset = "0123456789abcdef"};
    memcpy(s.content_id, &i, sizeof i);
    must(cdr_inventory_observe(inv, o, &s, err), err);
}

static void with_findings(cdr_inventory *inv, uint64_t n, cdr_err *err)
{
    char path[100], name[] = "";
    for (uint64_t i = 0; i < n; i++) {
        cdr_observation o = object(path, i, "people");
        cdr_kind_seen kinds[2] = {{.kind = cdr_kind_by_id("email"), .by_band = {0, 1, 3}, .max_confidence = 0.97f, .sample_count = 4},
                                  {.kind = cdr_kind_by_id("phone"), .by_band = {1, 2, 1}, .max_confidence = 0.8f, .sample_count = 4}};
        cdr_field_seen field = {.name = name, .kinds = kinds, .kind_count = 2, .values = 8};
        o.fields = &field;
        o.field_count = 1;
        for (uint64_t k = 0; k < 4; k++) {
            uint64_t hash = mix(i * 3 + k);
            must(cdr_sketch_add(&kinds[0].values, hash) == CDR_OK && cdr_sketch_add(&kinds[1].values, ~hash) == CDR_OK && cdr_sketch_add(&o.emails, hash) == CDR_OK &&
                         cdr_sketch_add(&o.people, hash) == CDR_OK ? CDR_OK : CDR_E_NOMEM, err);
            snprintf(kinds[0].samples[k].masked, CDR_MASK_MAX, "a…@…m");
            snprintf(kinds[1].samples[k].masked, CDR_MASK_MAX, "…-1234");
        }
        o.people_min = o.people_max = 4;
        observe(inv, &o, i, err);
        cdr_sketch_done(&kinds[0].values);
        cdr_sketch_done(&kinds[1].values);
        cdr_sketch_done(&o.emails);
        cdr_sketch_done(&o.people);
    }
}

static void finish(cdr_inventory *inv, cdr_err *err)
{
    must(cdr_inventory_scan_finish(inv, &(cdr_inventory_totals){.objects = 1}, err), err);
}

int main(int argc, char **argv)
{
    uint64_t n = 100000;
    char dir[] = "/tmp/candor-bench-XXXXXX", home[64], path[100];
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_workspace *ws;
    cdr_inventory *inv;
    if (argc > 1 && !cdr_parse_u64(argv[1], strlen(argv[1]), 10, 100000000, &n))
        return 2;
    cdr_ctx_init(&ctx);
    if (!mkdtemp(dir))
        return 1;
    snprintf(home, sizeof home, "%s/home", dir);
    must(cdr_workspace_create(&ctx, home, "Bench", NULL, &err), &err);
    must(cdr_workspace_open(&ctx, home, CDR_WORKSPACE_WRITE, NULL, &ws, &err), &err);
    must(cdr_inventory_open(ws, &inv, &err), &err);
    static const char yaml[] = "systems: [{key: a, name: A, claims: [/srv/data/clean/000]}, {key: p, name: P, claims: [/srv/data/people], system_of_record: true}]";
    must(cdr_inventory_import(inv, yaml, strlen(yaml), "bench", "/", false, NULL, &err), &err);
    double t = seconds();
    begin(inv, &err);
    for (uint64_t i = 0; i < n; i++) {
        cdr_observation o = object(path, i, "clean");
        observe(inv, &o, i, &err);
    }
    finish(inv, &err);
    tell("new, without findings", n, t);
    t = seconds();
    begin(inv, &err);
    for (uint64_t i = 0; i < n; i++) {
        cdr_container_state s;
        object(path, i, "clean");
        if (!cdr_inventory_known(inv, path, &s) || s.ino != i)
            return 1;
        must(cdr_inventory_unchanged(inv, path, &err), &err);
    }
    finish(inv, &err);
    tell("known and unchanged", n, t);
    t = seconds();
    begin(inv, &err);
    with_findings(inv, n / 10, &err);
    finish(inv, &err);
    tell("new, with findings; others gone", n / 10, t);
    t = seconds();
    cdr_arena *arena = cdr_arena_new(1u << 28);
    cdr_inv_overview v;
    must(cdr_inventory_overview(inv, arena, &v, &err), &err);
    tell("overview", v.objects, t);
    printf("people %llu to %llu (error %.4f)\n", (unsigned long long)v.people_min, (unsigned long long)v.people_max, v.people_error);
    cdr_arena_free(arena);
    cdr_inventory_close(inv);
    cdr_workspace_close(ws);
    nftw(dir, drop, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
