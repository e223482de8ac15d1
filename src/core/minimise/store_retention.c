/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/state.h"
#include "core/minimise/retention_parts.h"

#include <string.h>

#define ARENA_MAX ((size_t)1 << 30)

enum { ST_SAME, ST_PRUNE, ST_CLEAR, ST_PUT, ST_EACH, ST_RULES, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_SAME] = {"retention-same",
        "SELECT count(*), coalesce(sum(last_scan = ?2 AND file_size = ?3 AND file_mtime_us = ?4 AND basis = ?5), 0), coalesce(sum(rules <> ?6), 0) FROM retention_count WHERE dataset_id = ?1", true},
    [ST_PRUNE] = {"retention-prune", "DELETE FROM retention_count WHERE EXISTS(SELECT 1 FROM dataset d WHERE d.id = dataset_id AND d.last_scan <> retention_count.last_scan)", false},
    [ST_CLEAR] = {"retention-clear", "DELETE FROM retention_count WHERE dataset_id = ?1", false},
    [ST_PUT] = {"retention-put",
        "INSERT INTO retention_count(dataset_id, position, why, rule, trigger_field, cutoff, categories, explanation, hold, known, reason, row_count, over_age, undated, kept, "
        "again, oldest, last_scan, file_size, file_mtime_us, basis, counted_us, rules) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)", false},
    [ST_RULES] = {"retention-rules", "UPDATE retention_count SET rules = ?2 WHERE dataset_id = ?1", false},
    [ST_EACH] = {"retention-each",
        "SELECT r.dataset_id, d.path, d.format, s.key, s.name, r.why, r.rule, r.trigger_field, r.cutoff, r.categories, r.explanation, r.hold, r.known, r.reason, r.row_count, "
        "r.over_age, r.undated, r.kept, r.again, r.oldest, d.people_min, d.people_max, r.counted_us, r.last_scan = d.last_scan, r.rules FROM retention_count r "
        "JOIN dataset d ON d.id = r.dataset_id LEFT JOIN system s ON s.id = d.system_id WHERE d.observed = 1 AND (?1 = 0 OR d.id = ?1) ORDER BY d.path, r.position", true},
};

cdr_status cdr_rt_store_open(cdr_db *db, cdr_rt_store *ret, cdr_err *err)
{
    *ret = (cdr_rt_store){.db = db};
    return cdr_db_prepare_set(db, statements, ST__MAX, &ret->set, err);
}

void cdr_rt_store_close(cdr_rt_store *s)
{
    cdr_db_set_free(s->set);
    s->set = NULL;
}

cdr_status cdr_rt_store_same(cdr_rt_store *st, const cdr_rt_object *o, bool *ret, bool *ret_other, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = *ret_other = false;
    cdr_status s = cdr_db_begin_query(st->set, ST_SAME, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, o->id);
    cdr_db_bind_int(&q, 2, o->last_scan);
    cdr_db_bind_int(&q, 3, o->file_size);
    cdr_db_bind_int(&q, 4, o->file_mtime_us);
    cdr_db_bind_text(&q, 5, o->basis);
    cdr_db_bind_text(&q, 6, o->rules);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        *ret = cdr_db_col_int(&q, 0) > 0 && cdr_db_col_int(&q, 0) == cdr_db_col_int(&q, 1);
        *ret_other = cdr_db_col_int(&q, 2) > 0;
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_rt_store_prune(cdr_rt_store *st, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PRUNE, &q, err);
    return s == CDR_OK ? cdr_db_run(&q, err) : s;
}

cdr_status cdr_rt_store_clear(cdr_rt_store *st, int64_t object, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_CLEAR, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, object);
    return cdr_db_run(&q, err);
}

cdr_status cdr_rt_store_rules(cdr_rt_store *st, const cdr_rt_object *o, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_RULES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, o->id);
    cdr_db_bind_text(&q, 2, o->rules);
    return cdr_db_run(&q, err);
}

cdr_status cdr_rt_store_put(cdr_rt_store *st, const cdr_rt_object *o, int64_t position, const cdr_retention_count *c, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PUT, &q, err);
    if (s != CDR_OK)
        return s;
    const int64_t before[] = {o->id, position, c->why}, numbers[] = {(int64_t)c->rows, (int64_t)c->over_age, (int64_t)c->undated, (int64_t)c->kept, (int64_t)c->again};
    const char *const texts[] = {c->rule, c->trigger_field, c->cutoff, c->categories, c->explanation, c->hold};
    const int64_t after[] = {o->last_scan, o->file_size, o->file_mtime_us};
    for (int i = 0; i < 3; i++)
        cdr_db_bind_int(&q, i + 1, before[i]);
    for (int i = 0; i < 6; i++)
        cdr_db_bind_text(&q, i + 4, texts[i]);
    cdr_db_bind_int(&q, 10, c->known);
    cdr_db_bind_text(&q, 11, c->reason);
    for (int i = 0; i < 5; i++)
        cdr_db_bind_int(&q, i + 12, numbers[i]);
    cdr_db_bind_text(&q, 17, c->oldest);
    for (int i = 0; i < 3; i++)
        cdr_db_bind_int(&q, i + 18, after[i]);
    cdr_db_bind_text(&q, 21, o->basis);
    cdr_db_bind_int(&q, 22, c->counted_us);
    cdr_db_bind_text(&q, 23, o->rules);
    return cdr_db_run(&q, err);
}

static const char *text(cdr_db_query *q, int col)
{
    const char *s = cdr_db_col_text(q, col, NULL);
    return s ? s : "";
}

static uint64_t number(cdr_db_query *q, int col)
{
    return (uint64_t)cdr_db_col_int(q, col);
}

static cdr_retention_count row_of(cdr_db_query *q, int64_t today, const char *rules)
{
    cdr_retention_count c = {
        .object = cdr_db_col_int(q, 0), .path = text(q, 1), .format = text(q, 2), .system = text(q, 3), .system_name = text(q, 4), .why = (cdr_retention_why)cdr_db_col_int(q, 5),
        .rule = text(q, 6), .trigger_field = text(q, 7), .cutoff = text(q, 8), .categories = text(q, 9), .explanation = text(q, 10), .hold = text(q, 11),
        .known = cdr_db_col_int(q, 12) != 0, .reason = text(q, 13), .rows = number(q, 14), .over_age = number(q, 15), .undated = number(q, 16), .kept = number(q, 17),
        .again = number(q, 18), .oldest = text(q, 19), .people_min = number(q, 20), .people_max = number(q, 21), .counted_us = cdr_db_col_int(q, 22),
        .same_object = cdr_db_col_int(q, 23) != 0, .same_rules = !strcmp(text(q, 24), rules),
    };
    c.stands = c.same_object && c.same_rules;
    c.fresh = c.stands && c.counted_us / INT64_C(86400000000) == today;
    /* Somebody in every row that goes: nobody when none does, all when all do. */
    if (c.over_age == 0)
        c.people_min = c.people_max = 0;
    else if (c.over_age < c.rows)
        c.people_min = c.people_min > 0;
    return c;
}

static cdr_status rules_now(cdr_inventory *inv, const cdr_policy *p, char ret[17], cdr_err *err)
{
    static const cdr_policy none = {.name = "", .file = ""};
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(ARENA_MAX);
    _cleanup_(cdr_retention_world_donep) cdr_retention_world *w = NULL;
    if (!arena)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_retention_world_load(inv->ws, inv, p ? p : &none, arena, &w, err);
    if (s == CDR_OK)
        cdr_retention_rules_digest(w, ret);
    return s;
}

const char *cdr_retention_void_reason(const cdr_retention_count *c)
{
    return c->stands ? "" : c->same_object ? "the rules, the activities or the holds have changed since it was counted; candor retention run" : "it changed since it was counted; candor retention run";
}

cdr_status cdr_retention_each_count(cdr_inventory *inv, const cdr_policy *p, int64_t object, cdr_retention_count_fn *fn, void *arg, cdr_err *err)
{
    cdr_rt_store st;
    cdr_db_query q = {0};
    char rules[17];
    int64_t today = cdr_now_us(cdr_workspace_ctx(inv->ws)) / INT64_C(86400000000);
    cdr_status s = rules_now(inv, p, rules, err);
    if (s != CDR_OK)
        return s;
    s = cdr_rt_store_open(cdr_workspace_db(inv->ws), &st, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(st.set, ST_EACH, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, object);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_retention_count c = row_of(&q, today, rules);
        s = fn(arg, &c);
    }
    cdr_db_end(&q);
    cdr_rt_store_close(&st);
    return s == CDR_DONE ? CDR_OK : s;
}
