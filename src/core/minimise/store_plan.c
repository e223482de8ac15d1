/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/store_plan.h"

#include "base/buf.h"
#include "candor/detect.h"

#include <string.h>

enum {
    ST_PLACE, ST_PLACE_OF, ST_KINDS, ST_ALL_KINDS, ST_BACKUPS, ST_HOLDERS, ST_SCAN, ST_PLAN_ADD, ST_PLAN_FIND, ST_PLANS, ST_PLAN_STATUS, ST_UNIT_ADD, ST_UNITS, ST_UNIT_BEGIN, ST_UNIT_READY,
    ST_UNIT_DONE, ST_UNIT_REFUSE, ST_STEP_DONE, ST_STEP_OUTCOME, ST_STEPS, ST_ERASED_PUT, ST_ERASED_DROP, ST_ERASED, ST_SEEN, ST_RECEIPT_ADD, ST_RECEIPT, ST__MAX
};
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_PLACE] = {"plan-place",
        "SELECT d.id, coalesce(c.id, d.id), d.path, coalesce(c.path, d.path), d.format, s.key, s.name, d.coverage, d.people_min, d.people_max, coalesce(c.known_size, d.known_size, 0), "
        "coalesce(c.known_mtime, d.known_mtime, 0) FROM dataset d LEFT JOIN dataset c ON c.id = d.container_id LEFT JOIN system s ON s.id = d.system_id WHERE d.id = ?1", true},
    [ST_PLACE_OF] = {"plan-place-of", "SELECT id FROM dataset WHERE path = ?1", true},
    [ST_KINDS] = {"plan-kinds",
        "SELECT d.id, d.path, d.coverage, coalesce(c.name, ''), coalesce(f.kind, ''), coalesce(f.rule_category, ''), coalesce(f.low, 0), coalesce(f.medium + f.high, 0), f.sketch, "
        "d.container_id IS NOT NULL, coalesce(s.key, '') FROM dataset d LEFT JOIN system s ON s.id = d.system_id LEFT JOIN field c ON c.dataset_id = d.id LEFT JOIN finding f ON f.field_id = c.id WHERE d.id = ?1 OR d.container_id = ?1 ORDER BY d.id, c.position, f.kind", true},
    [ST_ALL_KINDS] = {"plan-all-kinds",
        "SELECT d.id, d.path, d.coverage, coalesce(c.name, ''), coalesce(f.kind, ''), coalesce(f.rule_category, ''), coalesce(f.low, 0), coalesce(f.medium + f.high, 0), CASE WHEN ?1 THEN f.sketch END, "
        "d.container_id IS NOT NULL, coalesce(s.key, '') FROM dataset d LEFT JOIN system s ON s.id = d.system_id LEFT JOIN field c ON c.dataset_id = d.id LEFT JOIN finding f ON f.field_id = c.id ORDER BY d.id", true},
    [ST_BACKUPS] = {"plan-backups", "SELECT o.key, b.key, b.name, coalesce(b.location, '') FROM system b JOIN system o ON o.id = b.backup_of_id ORDER BY o.key, b.key", true},
    [ST_HOLDERS] = {"plan-holders",
        "SELECT s.key, p.key, p.name, h.relation FROM holding h JOIN system s ON s.id = h.system_id JOIN party p ON p.id = h.party_id WHERE p.key <> 'us' ORDER BY s.key, p.key, h.relation", true},
    [ST_SCAN] = {"plan-scan", "SELECT coalesce(max(id), 0) FROM scan", true},
    [ST_PLAN_ADD] = {"plan-add", "INSERT INTO plan(sha256, document, made_us, status) VALUES(?1, ?2, ?3, 0)", false},
    [ST_PLAN_FIND] = {"plan-find", "SELECT id FROM plan WHERE sha256 = ?1", true},
    [ST_PLANS] = {"plan-each",
        "SELECT p.id, p.sha256, p.document, p.status, p.made_us, coalesce(p.begun_us, 0), coalesce(p.finished_us, 0), (SELECT count(*) FROM plan_unit u WHERE u.plan_id = p.id), "
        "(SELECT count(*) FROM plan_unit u WHERE u.plan_id = p.id AND u.status = 2), coalesce((SELECT ledger_index FROM receipt r WHERE r.plan_id = p.id), -1) "
        "FROM plan p WHERE substr(p.sha256, 1, length(?1)) = ?1 ORDER BY p.id DESC", true},
    [ST_PLAN_STATUS] = {"plan-status",
        "UPDATE plan SET status = ?2, begun_us = CASE WHEN ?2 = 1 THEN coalesce(begun_us, ?3) ELSE begun_us END, finished_us = CASE WHEN ?2 = 2 THEN ?3 ELSE finished_us END WHERE id = ?1", false},
    [ST_UNIT_ADD] = {"plan-unit-add", "INSERT INTO plan_unit(plan_id, unit, file, status) VALUES(?1, ?2, ?3, 0)", false},
    [ST_UNITS] = {"plan-units", "SELECT unit, file, status, after_sha256, after_gone, refusal FROM plan_unit WHERE plan_id = ?1 ORDER BY unit", true},
    [ST_UNIT_BEGIN] = {"plan-unit-begin", "UPDATE plan_unit SET status = 1, begun_us = ?3, after_sha256 = NULL, after_gone = 0 WHERE plan_id = ?1 AND unit = ?2", false},
    [ST_UNIT_READY] = {"plan-unit-ready", "UPDATE plan_unit SET after_sha256 = ?3, after_gone = ?3 IS NULL WHERE plan_id = ?1 AND unit = ?2", false},
    [ST_UNIT_DONE] = {"plan-unit-done", "UPDATE plan_unit SET status = 2, done_us = ?3 WHERE plan_id = ?1 AND unit = ?2", false},
    [ST_UNIT_REFUSE] = {"plan-unit-refuse", "UPDATE plan_unit SET status = 3, refusal = ?3, done_us = ?4 WHERE plan_id = ?1 AND unit = ?2", false},
    [ST_STEP_DONE] = {"plan-step-done",
        "INSERT INTO plan_step(plan_id, step, rows_gone, values_gone, bytes_gone, rows_undated, rows_held) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(plan_id, step) DO UPDATE SET "
        "rows_gone = excluded.rows_gone, values_gone = excluded.values_gone, bytes_gone = excluded.bytes_gone, rows_undated = excluded.rows_undated, rows_held = excluded.rows_held", false},
    [ST_STEP_OUTCOME] = {"plan-step-outcome", "UPDATE plan_step SET result = ?3, reason = ?4 WHERE plan_id = ?1 AND step = ?2", false},
    [ST_STEPS] = {"plan-steps", "SELECT step, rows_gone, values_gone, bytes_gone, rows_undated, rows_held, coalesce(result, 0), coalesce(reason, '') FROM plan_step WHERE plan_id = ?1", true},
    [ST_ERASED_PUT] = {"erased-put",
        "INSERT INTO erased_value(plan_id, unit, kind, state, inside, field, found, erased_us, sketch) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
        "ON CONFLICT(plan_id, unit, kind, state, inside, field) DO UPDATE SET found = excluded.found, erased_us = excluded.erased_us, sketch = excluded.sketch", false},
    [ST_ERASED_DROP] = {"erased-drop", "DELETE FROM erased_value WHERE plan_id = ?1", false},
    [ST_ERASED] = {"erased-each",
        "SELECT p.sha256, e.kind, e.plan_id, e.erased_us, e.unit, e.state, e.sketch, e.inside, e.field, e.found, u.file FROM erased_value e JOIN plan p ON p.id = e.plan_id "
        "JOIN plan_unit u ON u.plan_id = e.plan_id AND u.unit = e.unit WHERE (?1 = 0 AND e.state > 0) OR e.plan_id = ?1 ORDER BY e.plan_id, e.unit, e.kind, e.state, e.inside, e.field", true},
    [ST_SEEN] = {"erased-seen",
        "SELECT d.id, d.path, coalesce(o.path, d.path), coalesce(s.key, ''), f.sketch FROM finding f JOIN field c ON c.id = f.field_id JOIN dataset d ON d.id = c.dataset_id "
        "LEFT JOIN dataset o ON o.id = d.container_id LEFT JOIN system s ON s.id = d.system_id WHERE f.kind = ?1 AND f.sketch IS NOT NULL ORDER BY d.path", true},
    [ST_RECEIPT_ADD] = {"receipt-add", "INSERT INTO receipt(plan_id, ledger_index, document, made_us) VALUES(?1, ?2, ?3, ?4)", false},
    [ST_RECEIPT] = {"receipt-get", "SELECT ledger_index, document FROM receipt WHERE plan_id = ?1", true},
};

cdr_status cdr_plan_store_open(cdr_db *db, cdr_plan_store *ret, cdr_err *err)
{
    *ret = (cdr_plan_store){.db = db};
    return cdr_db_prepare_set(db, statements, ST__MAX, &ret->set, err);
}

void cdr_plan_store_close(cdr_plan_store *s)
{
    cdr_db_set_free(s->set);
    s->set = NULL;
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

static cdr_status sketch(cdr_db_query *q, int col, cdr_sketch *ret, bool *ret_has, cdr_err *err)
{
    size_t len = 0;
    const void *blob = cdr_db_col_blob(q, col, &len);
    *ret = (cdr_sketch){0};
    *ret_has = blob && len;
    cdr_status s = *ret_has ? cdr_sketch_load(ret, blob, len) : CDR_OK;
    return s == CDR_OK ? s : s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : cdr_fail(err, s, "minimise", "plan.sketch", "Stored counts of values are damaged; run candor doctor.");
}

/* --- the inventory --- */

cdr_status cdr_store_place(cdr_plan_store *st, int64_t object, cdr_arena *a, cdr_place *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PLACE, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, object);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK) {
        *ret = (cdr_place){.object = cdr_db_col_int(&q, 0), .container_object = cdr_db_col_int(&q, 1), .path = cdr_arena_strdup(a, text(&q, 2)), .container = cdr_arena_strdup(a, text(&q, 3)),
                           .format = cdr_arena_strdup(a, text(&q, 4)), .system = cdr_arena_strdup(a, text(&q, 5)), .system_name = cdr_arena_strdup(a, text(&q, 6)),
                           .coverage = (int)cdr_db_col_int(&q, 7), .people_min = number(&q, 8), .people_max = number(&q, 9), .known_size = number(&q, 10), .known_mtime_us = cdr_db_col_int(&q, 11)};
        if (!ret->path || !ret->container || !ret->format || !ret->system || !ret->system_name)
            s = cdr_fail_nomem(err, "minimise");
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_store_place_of(cdr_plan_store *st, const char *path, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_PLACE_OF, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, path);
        if ((s = cdr_db_step(&q, err)) == CDR_OK)
            *ret = cdr_db_col_int(&q, 0);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static const char *inside_of(const char *path)
{
    const char *mark = strstr(path, "!/");
    return mark ? mark + 2 : "";
}

static cdr_status each_kind(cdr_plan_store *st, size_t statement, int64_t which, cdr_held_kind_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, statement, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, which);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_held_kind k = {.object = cdr_db_col_int(&q, 0), .path = text(&q, 1), .inside = cdr_db_col_int(&q, 9) ? inside_of(text(&q, 1)) : "", .coverage = (int)cdr_db_col_int(&q, 2), .field = text(&q, 3),
                           .kind = text(&q, 4), .category = text(&q, 5), .low = number(&q, 6), .strong = number(&q, 7), .system = text(&q, 10)};
        if (!*k.category && *k.kind)
            k.category = cdr_kind_get(cdr_kind_by_id(k.kind))->category;
        s = sketch(&q, 8, &k.values, &k.has_sketch, err);
        if (s == CDR_OK)
            s = fn(arg, &k);
        cdr_sketch_done(&k.values);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_each_kind(cdr_plan_store *st, int64_t container, cdr_held_kind_fn *fn, void *arg, cdr_err *err)
{
    return each_kind(st, ST_KINDS, container, fn, arg, err);
}

cdr_status cdr_store_each_kind_of_all(cdr_plan_store *st, bool values, cdr_held_kind_fn *fn, void *arg, cdr_err *err)
{
    return each_kind(st, ST_ALL_KINDS, values, fn, arg, err);
}

cdr_status cdr_store_each_backup(cdr_plan_store *st, cdr_backup_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_BACKUPS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = fn(arg, text(&q, 0), text(&q, 1), text(&q, 2), text(&q, 3));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_each_other_holder(cdr_plan_store *st, cdr_holder_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_HOLDERS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = fn(arg, text(&q, 0), text(&q, 1), text(&q, 2), (int)cdr_db_col_int(&q, 3));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_newest_scan(cdr_plan_store *st, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_SCAN, &q, err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- plans --- */

static cdr_status find_plan(cdr_plan_store *st, const char *sha256, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_PLAN_FIND, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, sha256);
        if ((s = cdr_db_step(&q, err)) == CDR_OK)
            *ret = cdr_db_col_int(&q, 0);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_plan_add(cdr_plan_store *st, const char *sha256, const char *document, size_t len, int64_t made_us, int64_t *ret_row, bool *ret_new, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = find_plan(st, sha256, ret_row, err);
    *ret_new = s == CDR_OK && *ret_row == 0;
    if (s != CDR_OK || *ret_row)
        return s;
    s = cdr_db_begin_query(st->set, ST_PLAN_ADD, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, sha256);
        cdr_db_bind_textn(&q, 2, document, len);
        cdr_db_bind_int(&q, 3, made_us);
        s = cdr_db_run(&q, err);
    }
    if (s == CDR_OK)
        *ret_row = cdr_db_last_id(st->db);
    return s;
}

cdr_status cdr_store_each_plan(cdr_plan_store *st, const char *prefix, cdr_plan_row_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PLANS, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_text(&q, 1, prefix);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_plan_row r = {.id = cdr_db_col_int(&q, 0), .sha256 = text(&q, 1), .document = text(&q, 2), .status = (int)cdr_db_col_int(&q, 3), .made_us = cdr_db_col_int(&q, 4),
                          .begun_us = cdr_db_col_int(&q, 5), .finished_us = cdr_db_col_int(&q, 6), .units = number(&q, 7), .units_done = number(&q, 8), .receipt = cdr_db_col_int(&q, 9)};
        s = fn(arg, &r);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_plan_status(cdr_plan_store *st, int64_t plan, int status, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PLAN_STATUS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, plan);
    cdr_db_bind_int(&q, 2, status);
    cdr_db_bind_int(&q, 3, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_unit_add(cdr_plan_store *st, int64_t plan, size_t unit, const char *path, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_UNIT_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, plan);
    cdr_db_bind_int(&q, 2, (int64_t)unit);
    cdr_db_bind_text(&q, 3, path);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_units_load(cdr_plan_store *st, cdr_plan *p, cdr_err *err)
{
    cdr_db_query q = {0};
    size_t count = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_UNITS, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, p->row);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        size_t i = (size_t)cdr_db_col_int(&q, 0), len = 0;
        if (i != count++ || i >= p->unit_count) {
            s = cdr_fail(err, CDR_E_CORRUPT, "minimise", "plan.units", "The stored plan and its files do not fit; run candor doctor.");
            break;
        }
        cdr_plan_unit *u = &p->units[i];
        u->path = cdr_arena_strdup(p->arena, text(&q, 1));
        u->status = (int)cdr_db_col_int(&q, 2);
        const void *after = cdr_db_col_blob(&q, 3, &len);
        u->has_after = after && len == sizeof u->after;
        if (u->has_after)
            memcpy(u->after, after, len);
        u->after_gone = cdr_db_col_int(&q, 4) != 0;
        u->refusal = (cdr_refusal)CDR_MIN(CDR_MAX(cdr_db_col_int(&q, 5), 0), CDR_REFUSAL__MAX - 1);
        if (!u->path)
            s = cdr_fail_nomem(err, "minimise");
    }
    cdr_db_end(&q);
    if (s == CDR_DONE && count != p->unit_count)
        s = cdr_fail(err, CDR_E_CORRUPT, "minimise", "plan.units", "The stored plan and its files do not fit; run candor doctor.");
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status unit_query(cdr_plan_store *st, size_t statement, int64_t plan, size_t unit, cdr_db_query *q, cdr_err *err)
{
    cdr_status s = cdr_db_begin_query(st->set, statement, q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(q, 1, plan);
        cdr_db_bind_int(q, 2, (int64_t)unit);
    }
    return s;
}

cdr_status cdr_store_unit_begin(cdr_plan_store *st, int64_t plan, size_t unit, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_UNIT_BEGIN, plan, unit, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 3, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_unit_ready(cdr_plan_store *st, int64_t plan, size_t unit, const uint8_t after[32], cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_UNIT_READY, plan, unit, &q, err);
    if (s != CDR_OK)
        return s;
    if (after)
        cdr_db_bind_blob(&q, 3, after, 32);
    else
        cdr_db_bind_null(&q, 3);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_unit_done(cdr_plan_store *st, int64_t plan, size_t unit, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_UNIT_DONE, plan, unit, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 3, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_unit_refuse(cdr_plan_store *st, int64_t plan, size_t unit, cdr_refusal why, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_UNIT_REFUSE, plan, unit, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 3, why);
    cdr_db_bind_int(&q, 4, at_us);
    return cdr_db_run(&q, err);
}

/* --- steps --- */

cdr_status cdr_store_step_done(cdr_plan_store *st, int64_t plan, size_t step, const cdr_step_effect *e, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_STEP_DONE, plan, step, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 3, (int64_t)e->rows);
    cdr_db_bind_int(&q, 4, (int64_t)e->values);
    cdr_db_bind_int(&q, 5, (int64_t)e->bytes);
    cdr_db_bind_int(&q, 6, (int64_t)e->rows_unknown);
    cdr_db_bind_int(&q, 7, (int64_t)e->rows_held);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_step_outcome(cdr_plan_store *st, int64_t plan, size_t step, cdr_outcome outcome, const char *reason, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = unit_query(st, ST_STEP_OUTCOME, plan, step, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 3, outcome);
    cdr_db_bind_text(&q, 4, reason);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_steps_load(cdr_plan_store *st, const cdr_plan *p, cdr_step_done *ret, cdr_arena *a, cdr_err *err)
{
    cdr_db_query q = {0};
    for (size_t i = 0; i < p->step_count; i++)
        ret[i] = (cdr_step_done){.reason = ""};
    cdr_status s = cdr_db_begin_query(st->set, ST_STEPS, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, p->row);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        size_t i = (size_t)cdr_db_col_int(&q, 0);
        if (i >= p->step_count)
            continue;
        ret[i] = (cdr_step_done){.done = true, .rows = number(&q, 1), .values = number(&q, 2), .bytes = number(&q, 3), .rows_undated = number(&q, 4), .rows_held = number(&q, 5),
                                 .outcome = (cdr_outcome)cdr_db_col_int(&q, 6), .reason = cdr_arena_strdup(a, text(&q, 7))};
        if (!ret[i].reason)
            s = cdr_fail_nomem(err, "minimise");
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- what was erased --- */

cdr_status cdr_store_erased_put(cdr_plan_store *st, const cdr_erased *e, cdr_err *err)
{
    cdr_db_query q = {0};
    void *blob = NULL;
    size_t len = 0;
    cdr_status s = cdr_sketch_save(&e->values, &blob, &len);
    if (s != CDR_OK)
        return cdr_fail_nomem(err, "minimise");
    s = unit_query(st, ST_ERASED_PUT, e->plan, e->unit, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 3, e->kind);
        cdr_db_bind_int(&q, 4, e->state);
        cdr_db_bind_text(&q, 5, e->inside);
        cdr_db_bind_text(&q, 6, e->field);
        cdr_db_bind_int(&q, 7, (int64_t)CDR_MIN(e->found, (uint64_t)INT64_MAX));
        cdr_db_bind_int(&q, 8, e->erased_us);
        cdr_db_bind_blob(&q, 9, blob, len);
        s = cdr_db_run(&q, err);
    }
    cdr_free(blob);
    return s;
}

cdr_status cdr_store_erased_drop(cdr_plan_store *st, int64_t plan, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_ERASED_DROP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, plan);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_each_erased(cdr_plan_store *st, int64_t plan, cdr_erased_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_ERASED, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, plan);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        bool has;
        cdr_erased e = {.sha256 = text(&q, 0), .kind = text(&q, 1), .plan = cdr_db_col_int(&q, 2), .erased_us = cdr_db_col_int(&q, 3), .unit = (size_t)cdr_db_col_int(&q, 4),
                        .state = (cdr_erased_state)cdr_db_col_int(&q, 5), .inside = text(&q, 7), .field = text(&q, 8), .found = number(&q, 9), .file = text(&q, 10)};
        s = sketch(&q, 6, &e.values, &has, err);
        if (s == CDR_OK)
            s = fn(arg, &e);
        cdr_sketch_done(&e.values);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_each_seen(cdr_plan_store *st, const char *kind, cdr_seen_values_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_SEEN, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_text(&q, 1, kind);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        bool has;
        cdr_seen_values v = {.object = cdr_db_col_int(&q, 0), .path = text(&q, 1), .container = text(&q, 2), .system = text(&q, 3), .kind = kind};
        s = sketch(&q, 4, &v.values, &has, err);
        if (s == CDR_OK && has)
            s = fn(arg, &v);
        cdr_sketch_done(&v.values);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- receipts --- */

cdr_status cdr_store_receipt_add(cdr_plan_store *st, int64_t plan, uint64_t ledger_index, const char *document, size_t len, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_RECEIPT_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, plan);
    cdr_db_bind_int(&q, 2, (int64_t)ledger_index);
    cdr_db_bind_textn(&q, 3, document, len);
    cdr_db_bind_int(&q, 4, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_receipt_get(cdr_plan_store *st, int64_t plan, uint64_t *ret_index, cdr_buf *document, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_RECEIPT, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, plan);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK) {
        *ret_index = number(&q, 0);
        if (cdr_buf_adds(document, text(&q, 1)) != CDR_OK)
            s = cdr_fail_nomem(err, "minimise");
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}
