/* SPDX-License-Identifier: Apache-2.0 */
/* A small firm made of facts, judged by a policy in YAML. Everything fixed in size; texts are literals. */
#ifndef TEST_POLICY_JUDGE_WORLD_H
#define TEST_POLICY_JUDGE_WORLD_H

#include "core/policy/judge_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { W_SYSTEMS = 8, W_OBJECTS = 16, W_FIELDS = 8, W_ACTIVITIES = 6, W_PARTIES = 6 };

typedef struct world {
    cdr_judge_system systems[W_SYSTEMS];
    cdr_judge_object objects[W_OBJECTS];
    cdr_judge_field fields[W_OBJECTS][W_FIELDS];
    cdr_judge_activity activities[W_ACTIVITIES];
    cdr_judge_party parties[W_PARTIES];
    cdr_judge_holder holders[W_SYSTEMS][2];
    cdr_judge_facts facts;
    cdr_policy *policy;
    cdr_arena *arena;
    cdr_judge_result result;
} world;

#define SET(...) ((cdr_key_set){(const char *const[]){__VA_ARGS__}, CDR_COUNT(((const char *const[]){__VA_ARGS__})), true})
#define NO_SET ((cdr_key_set){NULL, 0, false})
#define EMPTY_SET ((cdr_key_set){NULL, 0, true})

static inline cdr_judge_system *system_of(world *w, const char *key)
{
    cdr_judge_system *s = &w->systems[w->facts.system_count++];
    *s = (cdr_judge_system){.key = key, .name = key[0] ? key : "files/away", .registered = key[0] != '\0', .country = "DE", .encrypted = 1, .backup_of = "", .side = "", .objects = 1, .people_min = 90,
                            .people_max = 100};
    return s;
}

static inline cdr_judge_object *object_in(world *w, size_t system, const char *path)
{
    size_t n = w->facts.object_count++;
    cdr_judge_object *o = &w->objects[n];
    *o = (cdr_judge_object){.id = (int64_t)n + 1, .path = path, .real = path, .absolute = path, .container = path, .container_shown = path, .file = path, .format = "csv", .system = system, .rows = 100,
                            .people_min = 90, .people_max = 100, .copy_of = "", .hold = "", .fields = w->fields[n]};
    return o;
}

static inline cdr_judge_field *field_of(cdr_judge_object *o, const char *name, const char *category)
{
    cdr_judge_field *f = (cdr_judge_field *)(uintptr_t)&o->fields[o->field_count++];
    *f = (cdr_judge_field){.name = name, .category = category, .what = category, .exact = true, .traits = name[0] ? 0 : CDR_TRAIT_FREE_TEXT, .amount = 100, .values = 100, .distinct = 90};
    return f;
}

static inline cdr_judge_activity *activity_for(world *w, const char *key, const char *use, cdr_key_set systems, cdr_key_set categories)
{
    static const char *const customer[] = {"customer"};
    cdr_judge_activity *a = &w->activities[w->facts.activity_count++];
    *a = (cdr_judge_activity){.key = key, .name = key, .function = "", .use = use, .basis = "contract", .condition = "", .subjects = {.keys = {customer, 1, true}}, .categories = {.keys = categories},
                              .recipients = EMPTY_SET, .transfers_known = true, .safeguards = "", .period = "P2Y", .trigger = "order", .source = "", .systems = systems};
    return a;
}

static inline cdr_judge_party *party_of(world *w, const char *key, bool ours)
{
    cdr_judge_party *p = &w->parties[w->facts.party_count++];
    *p = (cdr_judge_party){.key = key, .name = key, .country = "DE", .ours = ours, .agreement = 1, .agreement_until = ""};
    return p;
}

static inline void world_make(world *w)
{
    static const char *const observable[] = {"user.contact.email", "user.name", "user.demographic.date_of_birth"};
    memset(w, 0, sizeof *w);
    w->facts = (cdr_judge_facts){.today = {2026, 11, 25}, .systems = w->systems, .objects = w->objects, .activities = w->activities, .parties = w->parties, .observable = {observable, 3, true},
                                 .erasures_known = true, .consents_known = true, .scanned = true, .complete = true, .home_country = "DE"};
    party_of(w, "us", true);
}

/* A shop that has everything in order. */
static inline void world_shop(world *w)
{
    static const char *const sales[] = {"Sales"}, *const shop[] = {"shop"}, *const categories[] = {"user.contact.email", "user.name"};
    world_make(w);
    system_of(w, "shop")->readers = (cdr_key_set){sales, 1, true};
    cdr_judge_object *o = object_in(w, 0, "files/shop.csv");
    field_of(o, "email", "user.contact.email")->traits |= CDR_TRAIT_DIRECT;
    field_of(o, "name", "user.name");
    activity_for(w, "orders", "essential.service", (cdr_key_set){shop, 1, true}, (cdr_key_set){categories, 2, true})->function = "Sales";
}

static inline void judge(world *w, const char *policy)
{
    cdr_err err = {0};
    if (w->arena)
        cdr_arena_free(w->arena);
    cdr_policy_free(w->policy);
    w->policy = NULL;
    w->arena = cdr_arena_new(64u << 20);
    assert_non_null(w->arena);
    if (cdr_policy_read(policy, strlen(policy), "policy.yaml", &w->policy, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_judge_run(w->policy, &w->facts, NULL, w->arena, &w->result, &err), CDR_OK);
}

static inline void world_done(world *w)
{
    cdr_arena_free(w->arena);
    cdr_policy_free(w->policy);
}

static inline size_t count_of(const world *w, const char *rule, cdr_verdict_result r)
{
    size_t n = 0;
    for (size_t i = 0; i < w->result.count; i++)
        n += w->result.verdicts[i].result == r && !strcmp(w->result.verdicts[i].rule, rule);
    return n;
}

static inline const cdr_verdict *first(const world *w, const char *rule, cdr_verdict_result r)
{
    for (size_t i = 0; i < w->result.count; i++)
        if (w->result.verdicts[i].result == r && !strcmp(w->result.verdicts[i].rule, rule))
            return &w->result.verdicts[i];
    fail_msg("no verdict %s of %s", cdr_verdict_names[r], rule);
    return NULL;
}

static inline void expect_at(const world *w, const char *rule, cdr_verdict_result r, size_t n, const char *file, int line)
{
    if (count_of(w, rule, r) == n)
        return;
    for (size_t i = 0; i < w->result.count; i++)
        if (!strcmp(w->result.verdicts[i].rule, rule))
            print_error("  %s: %s; missing: %s\n", cdr_verdict_names[w->result.verdicts[i].result], w->result.verdicts[i].evidence, w->result.verdicts[i].missing);
    print_error("%s: %zu verdicts \"%s\", expected %zu\n", rule, count_of(w, rule, r), cdr_verdict_names[r], n);
    _fail(file, line);
}

#define EXPECT(w, rule, result, n) expect_at(w, rule, CDR_VERDICT_##result, n, __FILE__, __LINE__)

#endif
