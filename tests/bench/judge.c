/* SPDX-License-Identifier: Apache-2.0 */
/* judge [N]: how long a policy takes over an inventory of N objects with findings, three kinds in each, one in ten outside of every
 * registered system. Prints seconds of gathering and judging together. */
#include "core/minimise/facts.h"
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

static void observe(cdr_inventory *inv, uint64_t i, cdr_err *err)
{
    static const char *const kinds[] = {"email", "name.full", "birth.date"};
    static char names[3][8] = {"email", "name", "born"};
    char path[100];
    cdr_kind_seen seen[3] = {{0}};
    cdr_field_seen fields[3];
    snprintf(path, sizeof path, "/srv/data/%s/%03llu/%03llu/file-%07llu.csv", i % 10 ? "shop" : "elsewhere", (unsigned long long)(i / 10000), (unsigned long long)(i / 100 % 100), (unsigned long long)i);
    cdr_observation o = {.path = path, .container = path, .format = "csv", .reason_id = "", .size = 4096, .bytes_read = 4096, .mtime_us = 1, .dev = 1, .ino = i, .mode = 0100600, .rows = 8,
                         .people_min = 2, .people_max = 2, .fields = fields, .field_count = 3};
    for (size_t k = 0; k < 3; k++) {
        seen[k] = (cdr_kind_seen){.kind = cdr_kind_by_id(kinds[k]), .by_band = {0, 1, 3}, .max_confidence = 0.97f, .sample_count = 2};
        fields[k] = (cdr_field_seen){.name = names[k], .column_kind = seen[k].kind, .kinds = &seen[k], .kind_count = 1, .values = 8};
        must(cdr_sketch_add(&seen[k].values, mix(i * 3 + k)), err);
    }
    must(cdr_sketch_add(&o.emails, mix(i)), err);
    must(cdr_sketch_add(&o.people, mix(i)), err);
    cdr_container_state s = {.dev = 1, .ino = i, .size = 4096, .mtime_us = 1, .ruleset = "0123456789abcdef"};
    memcpy(s.content_id, &i, sizeof i);
    must(cdr_inventory_observe(inv, &o, &s, err), err);
    for (size_t k = 0; k < 3; k++)
        cdr_sketch_done(&seen[k].values);
    cdr_sketch_done(&o.emails);
    cdr_sketch_done(&o.people);
}

static const char yaml[] = "systems: [{key: shop, name: Shop, claims: [/srv/data/shop], system_of_record: true, encrypted: false}]\n"
                           "activities: [{key: orders, purpose: Orders, data_use: essential.service, lawful_basis: contract, subjects: [customers], categories: [user.contact, user.name], systems: [shop]}]\n";
static const char policy[] = "rules:\n  - {id: no-marketing, when: {categories: [user.contact], uses: [marketing]}}\n  - {id: no-birthdays, when: {categories: [user.demographic.date_of_birth]}}\n"
                             "forms: [{id: masked, categories: [user.contact.email], allowed: [masked, encrypted]}]\nplaces: [{id: registered, categories: [user], never: [unregistered]}]\n"
                             "retention: [{id: two-years, trigger: order, trigger_fields: [ordered_at], period: P2Y}]\n";

int main(int argc, char **argv)
{
    uint64_t n = 100000;
    char dir[] = "/tmp/candor-bench-XXXXXX", home[64];
    cdr_ctx ctx;
    cdr_err err = {0};
    cdr_workspace *ws;
    cdr_inventory *inv;
    cdr_policy *p;
    cdr_judgement j;
    cdr_inv_overview v;
    static const char *const targets[] = {"/srv/data"};
    if (argc > 1 && !cdr_parse_u64(argv[1], strlen(argv[1]), 10, 100000000, &n))
        return 2;
    cdr_ctx_init(&ctx);
    if (!mkdtemp(dir))
        return 1;
    snprintf(home, sizeof home, "%s/home", dir);
    must(cdr_workspace_create(&ctx, home, "Bench", NULL, &err), &err);
    must(cdr_workspace_open(&ctx, home, CDR_WORKSPACE_WRITE, NULL, &ws, &err), &err);
    must(cdr_inventory_open(ws, &inv, &err), &err);
    must(cdr_inventory_import(inv, yaml, strlen(yaml), "bench", "/", false, NULL, &err), &err);
    must(cdr_inventory_scan_begin(inv, &(cdr_inventory_scan){.targets = targets, .target_count = 1, .ruleset = "0123456789abcdef"}, NULL, &err), &err);
    for (uint64_t i = 0; i < n; i++)
        observe(inv, i, &err);
    must(cdr_inventory_scan_finish(inv, &(cdr_inventory_totals){.objects = n, .complete = n}, &err), &err);
    must(cdr_policy_read(policy, strlen(policy), "bench", &p, &err), &err);
    cdr_arena *a = cdr_arena_new((size_t)2 << 30);
    double t = seconds();
    must(cdr_inventory_overview(inv, a, &v, &err), &err);
    printf("overview alone       %9llu objects  %7.3f s\n", (unsigned long long)n, seconds() - t);
    t = seconds();
    must(cdr_minimise_judge(inv, p, a, &j, &err), &err);
    double took = seconds() - t;
    printf("facts and judgement  %9llu objects  %7.3f s  %10.0f objects/s; %llu fail, %llu unknown, %llu not listed\n", (unsigned long long)n, took, (double)n / took, (unsigned long long)j.by_result[CDR_VERDICT_FAIL],
           (unsigned long long)j.by_result[CDR_VERDICT_UNKNOWN], (unsigned long long)j.left_out);
    cdr_arena_free(a);
    cdr_policy_free(p);
    cdr_inventory_close(inv);
    cdr_workspace_close(ws);
    nftw(dir, drop, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
