/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a few records, seen by a scan, and a policy in hand. The clock stands at 19 February 2027. */
#ifndef TEST_MINIMISE_RETENTION_LAB_H
#define TEST_MINIMISE_RETENTION_LAB_H

#include "../inventory/world.h"

#include "core/minimise/retention.h"

#include <sqlite3.h>
#include <sys/time.h>

#define LAB_KEYS(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), true}

typedef struct lab {
    world w;
    cdr_retention_rule rules[8];
    size_t rule_count;
    cdr_retention_summary sum;
    cdr_retention_count counts[16];          /* texts are not kept, but for these */
    char text[16][6][120];
    size_t count;
} lab;

static inline cdr_retention_rule *lab_rule(lab *l, const char *id, cdr_key_set fields)
{
    cdr_retention_rule *r = &l->rules[l->rule_count++];
    *r = (cdr_retention_rule){.head = {.id = id, .title = "", .why = "", .law = "", .remedy = "", .where = id, .enabled = true}, .trigger = "", .trigger_fields = fields, .source = "",
                              .source_as_of = "", .confidence = "", .approver = ""};
    return r;
}

static inline cdr_retention_rule *lab_max(lab *l, const char *id, int32_t years, const char *const *field)
{
    cdr_retention_rule *r = lab_rule(l, id, (cdr_key_set){field, field ? 1 : 0, true});
    r->has_period = true;
    r->period = (cdr_period){years, 0, 0};
    r->trigger = field ? *field : "";
    return r;
}

static const char *const lab_ordered[] = {"ordered_at"}, *const lab_file[] = {"file"}, *const lab_invoiced[] = {"invoiced_at"};

static inline void lab_make(lab *l)
{
    memset(l, 0, sizeof *l);
    world_make(&l->w);
}

static inline const char *lab_path(lab *l, const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", l->w.dir, name);
    return path;
}

static inline void lab_write(lab *l, const char *name, const char *bytes, size_t len)
{
    FILE *f = fopen(lab_path(l, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* A scan of one object with ten addresses. ${inside} names a table. */
static inline void lab_see(lab *l, const char *name, const char *format, const char *inside)
{
    char file[300], path[400];
    snprintf(file, sizeof file, "%s", lab_path(l, name));
    snprintf(path, sizeof path, "%s%s%s", file, inside ? "!/" : "", inside ? inside : "");
    world_ok(&l->w, scan_begin(&l->w, file));
    cdr_observation *o = seen(path, file, 0, 10);
    o->format = format;
    tell(&l->w, o, 1);
    scan_finish(&l->w);
}

static inline void lab_file_of(lab *l, const char *name, const char *format, const char *text)
{
    lab_write(l, name, text, strlen(text));
    lab_see(l, name, format, NULL);
}

static inline cdr_status lab_keep(void *arg, const cdr_retention_count *c)
{
    lab *l = arg;
    size_t i = l->count++;
    assert_true(i < CDR_COUNT(l->counts));
    const char *const texts[] = {c->rule, c->trigger_field, c->cutoff, c->reason, c->oldest, c->hold};
    l->counts[i] = *c;
    for (size_t j = 0; j < CDR_COUNT(texts); j++)
        snprintf(l->text[i][j], sizeof l->text[i][j], "%s", texts[j]);
    l->counts[i].rule = l->text[i][0];
    l->counts[i].trigger_field = l->text[i][1];
    l->counts[i].cutoff = l->text[i][2];
    l->counts[i].reason = l->text[i][3];
    l->counts[i].oldest = l->text[i][4];
    l->counts[i].hold = l->text[i][5];
    return CDR_OK;
}

static inline cdr_policy lab_policy(const lab *l)
{
    return (cdr_policy){.retention = l->rules, .retention_count = l->rule_count, .name = "", .file = "policy.yaml"};
}

static inline cdr_status lab_try(lab *l, const cdr_retention_options *o)
{
    cdr_policy p = lab_policy(l);
    return cdr_retention_run(l->w.ws, l->w.inv, &p, o, &l->sum, &l->w.err);
}

/* What was counted, seen by the rules as they are now. */
static inline void lab_look(lab *l)
{
    cdr_policy p = lab_policy(l);
    l->count = 0;
    world_ok(&l->w, cdr_retention_each_count(l->w.inv, &p, 0, lab_keep, l, &l->w.err));
}

static inline const cdr_retention_count *lab_run(lab *l)
{
    world_ok(&l->w, lab_try(l, &(cdr_retention_options){0}));
    lab_look(l);
    return l->counts;
}

static inline void lab_drop(lab *l)
{
    world_verify(&l->w);
    world_drop(&l->w);
}

#endif
