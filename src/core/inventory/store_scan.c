/* SPDX-License-Identifier: Apache-2.0 */
/* Storing what scans see. Objects go into batches of one transaction each; a container is marked as known only with its last
 * object, so that a crash at any moment leaves finished containers known and all others to be read again. Which containers were
 * met is a bit per row id in memory: an unchanged file costs one look-up and no write. */
#include "core/inventory/people.h"
#include "core/inventory/scan_run.h"

#include "detect/observation.h"

#include <stdio.h>
#include <string.h>

enum {
    ST_ADD_SCAN, ST_CLOSE_KILLED, ST_HAS_FINISHED, ST_END_SCAN, ST_KNOWN, ST_FIND, ST_INSERT, ST_UPDATE, ST_TOUCH, ST_FINISH_CONTAINER, ST_COUNT_CLEAN,
    ST_CLEAR, ST_CLEAR_PEOPLE, ST_ADD_FIELD, ST_ADD_FINDING, ST_ADD_SAMPLE, ST_ADD_PEOPLE, ST_OLD_KINDS, ST_ADD_CHANGE, ST_STALE, ST_CONTAINERS,
    ST_GONE_CHANGES, ST_DELETE, ST_CLAIMS, ST_ALL_PATHS, ST_SET_SYSTEM, ST__MAX
};

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD_SCAN] = {"scan-add", "INSERT INTO scan(started_us, status, targets, ruleset, full_read) VALUES(?1, 0, ?2, ?3, ?4)", false},
    [ST_CLOSE_KILLED] = {"scan-close-killed", "UPDATE scan SET status = 2 WHERE status = 0", false},
    [ST_HAS_FINISHED] = {"scan-has-finished", "SELECT count(*) FROM scan WHERE status = 1", true},
    [ST_END_SCAN] = {"scan-end",
        "UPDATE scan SET finished_us = max(?2, started_us), status = ?3, objects = ?4, complete = ?5, partial = ?6, skipped = ?7, unchanged = ?8, "
        "bytes_read = ?9, findings = ?10, suppressed = ?11, gone = ?12, elapsed_us = ?13 WHERE id = ?1", false},
    [ST_KNOWN] = {"dataset-known", "SELECT dev, ino, known_size, known_mtime, content_id, ruleset, id, mode, uid FROM dataset WHERE path = ?1 AND known = 1", true},
    [ST_FIND] = {"dataset-find", "SELECT id, low + medium + high + suppressed, medium + high FROM dataset WHERE path = ?1", true},
    [ST_INSERT] = {"dataset-insert",
        "INSERT INTO dataset(path, container_id, system_id, observed, format, coverage, reason_id, reason, size, bytes_read, row_count, mtime_us, mode, uid, "
        "first_scan, last_scan, people_min, people_max, low, medium, high, suppressed, families) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)", false},
    [ST_UPDATE] = {"dataset-update",
        "UPDATE dataset SET container_id = ?2, system_id = ?3, observed = ?4, format = ?5, coverage = ?6, reason_id = ?7, reason = ?8, size = ?9, "
        "bytes_read = ?10, row_count = ?11, mtime_us = ?12, mode = ?13, uid = ?14, last_scan = ?15, people_min = ?16, people_max = ?17, low = ?18, "
        "medium = ?19, high = ?20, suppressed = ?21, families = ?22 WHERE path = ?1", false},
    [ST_TOUCH] = {"container-touch", "UPDATE dataset SET known = 0, clean_members = 0, last_scan = ?2 WHERE id = ?1", false},
    [ST_FINISH_CONTAINER] = {"container-finish",
        "UPDATE dataset SET known = 1, dev = ?2, ino = ?3, known_size = ?4, known_mtime = ?5, content_id = ?6, ruleset = ?7 WHERE id = ?1", false},
    [ST_COUNT_CLEAN] = {"container-count", "UPDATE dataset SET clean_members = clean_members + 1 WHERE id = ?1", false},
    [ST_CLEAR] = {"dataset-clear", "DELETE FROM field WHERE dataset_id = ?1", false},
    [ST_CLEAR_PEOPLE] = {"dataset-clear-people", "DELETE FROM dataset_people WHERE dataset_id = ?1", false},
    [ST_ADD_FIELD] = {"field-add",
        "INSERT INTO field(dataset_id, position, name, column_kind, column_support, column_confidence, value_count) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", false},
    [ST_ADD_FINDING] = {"finding-add",
        "INSERT INTO finding(field_id, kind, family, rule, rule_name, low, medium, high, suppressed, confidence, distinct_count, sketch, rule_title, rule_category) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", false},
    [ST_ADD_SAMPLE] = {"sample-add",
        "INSERT INTO sample(finding_id, position, byte_offset, line, confidence, evidence, value_id, masked) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", false},
    [ST_ADD_PEOPLE] = {"people-add", "INSERT INTO dataset_people(dataset_id, emails, phones, ids, names, people) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_OLD_KINDS] = {"dataset-kinds",
        "SELECT f.kind, sum(f.medium + f.high) FROM finding f JOIN field c ON c.id = f.field_id WHERE c.dataset_id = ?1 GROUP BY f.kind", true},
    [ST_ADD_CHANGE] = {"change-add", "INSERT INTO change(scan_id, path, system_id, direction, kind, finding_count, before_count) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", false},
    [ST_STALE] = {"dataset-stale",
        "SELECT m.id FROM dataset m JOIN dataset c ON c.id = m.container_id WHERE c.last_scan = ?1 AND c.known = 1 AND m.last_scan < ?1", true},
    [ST_CONTAINERS] = {"container-each", "SELECT id, path FROM dataset WHERE container_id IS NULL", true},
    [ST_GONE_CHANGES] = {"change-gone",
        "INSERT INTO change(scan_id, path, system_id, direction, kind, finding_count) SELECT ?1, path, system_id, -1, NULL, medium + high FROM dataset "
        "WHERE (id = ?2 OR container_id = ?2) AND medium + high > 0", false},
    [ST_DELETE] = {"dataset-delete", "DELETE FROM dataset WHERE id = ?1", false},
    [ST_CLAIMS] = {"system-claims", "SELECT s.id, j.value FROM system s, json_each(s.claims) j ORDER BY s.key, j.key", true},
    [ST_ALL_PATHS] = {"dataset-paths", "SELECT id, path, coalesce(system_id, 0) FROM dataset", true},
    [ST_SET_SYSTEM] = {"dataset-set-system", "UPDATE dataset SET system_id = nullif(?2, 0) WHERE id = ?1", false},
};

static cdr_status begin(cdr_inventory *inv, size_t statement, cdr_db_query *q, cdr_err *err)
{
    *q = (cdr_db_query){0};    /* callers end it also when it never began */
    if (!inv->scanning) {
        cdr_status s = cdr_db_prepare_set(inv->db, statements, ST__MAX, &inv->scanning, err);
        if (s != CDR_OK)
            return s;
    }
    return cdr_db_begin_query(inv->scanning, statement, q, err);
}

/* A statement with one or two numbers for parameters. */
static cdr_status run(cdr_inventory *inv, size_t statement, int64_t a, int64_t b, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, statement, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, a);
    if (b >= 0)
        cdr_db_bind_int(&q, 2, b);
    return cdr_db_run(&q, err);
}

/* --- scans --- */

cdr_status cdr_store_add_scan(cdr_inventory *inv, const char *targets_json, const char *ruleset, bool full, int64_t *ret_id, bool *ret_first, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_CLOSE_KILLED, &q, err);
    if (s == CDR_OK)
        s = cdr_db_run(&q, err);
    if (s == CDR_OK)
        s = begin(inv, ST_HAS_FINISHED, &q, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_step(&q, err);
    *ret_first = s == CDR_OK && cdr_db_col_int(&q, 0) == 0;
    cdr_db_end(&q);
    if (s == CDR_OK)
        s = begin(inv, ST_ADD_SCAN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, cdr_now_us(inv->ctx));
    cdr_db_bind_text(&q, 2, targets_json);
    cdr_db_bind_text(&q, 3, ruleset);
    cdr_db_bind_int(&q, 4, full);
    s = cdr_db_run(&q, err);
    *ret_id = cdr_db_last_id(inv->db);
    return s;
}

/* Sums of what readers of hostile files say may be anything: the largest number there is, not a negative one that the table refuses. */
static int64_t capped(uint64_t n)
{
    return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

cdr_status cdr_store_end_scan(cdr_inventory *inv, int64_t scan, const cdr_inventory_totals *t, uint64_t gone, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_END_SCAN, &q, err);
    if (s != CDR_OK)
        return s;
    const int64_t values[] = {scan, cdr_now_us(inv->ctx), t->interrupted ? 2 : 1, capped(t->objects), capped(t->complete), capped(t->partial),
                              capped(t->skipped), capped(t->unchanged), capped(t->bytes_read), capped(t->findings), capped(t->suppressed),
                              capped(gone), t->elapsed_us};
    for (size_t i = 0; i < CDR_COUNT(values); i++)
        cdr_db_bind_int(&q, (int)i + 1, values[i]);
    return cdr_db_run(&q, err);
}

/* --- containers --- */

static cdr_status read_known(cdr_db_query *q, cdr_container_state *ret)
{
    size_t len;
    *ret = (cdr_container_state){.dev = (uint64_t)cdr_db_col_int(q, 0), .ino = (uint64_t)cdr_db_col_int(q, 1), .size = (uint64_t)cdr_db_col_int(q, 2),
                                 .mtime_us = cdr_db_col_int(q, 3), .mode = (uint32_t)cdr_db_col_int(q, 7), .uid = (uint32_t)cdr_db_col_int(q, 8)};
    const void *content = cdr_db_col_blob(q, 4, &len);
    if (content && len == sizeof ret->content_id)
        memcpy(ret->content_id, content, len);
    const char *ruleset = cdr_db_col_text(q, 5, &len);
    if (!ruleset || len >= sizeof ret->ruleset)
        return CDR_NOT_FOUND;
    memcpy(ret->ruleset, ruleset, len);
    return CDR_OK;
}

bool cdr_inventory_known(cdr_inventory *inv, const char *container, cdr_container_state *ret)
{
    cdr_db_query q = {0};
    if (begin(inv, ST_KNOWN, &q, NULL) != CDR_OK)
        return false;
    cdr_db_bind_text(&q, 1, container);
    cdr_status s = cdr_db_step(&q, NULL);
    if (s == CDR_OK)
        s = read_known(&q, ret);
    inv->last_known_id = 0;
    if (s == CDR_OK && snprintf(inv->last_known, sizeof inv->last_known, "%s", container) < (int)sizeof inv->last_known)
        inv->last_known_id = cdr_db_col_int(&q, 6);
    cdr_db_end(&q);
    return s == CDR_OK;
}

cdr_status cdr_store_find(cdr_inventory *inv, const char *path, cdr_stored_object *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_stored_object){0};
    cdr_status s = begin(inv, ST_FIND, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, path);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = (cdr_stored_object){.id = cdr_db_col_int(&q, 0), .found = cdr_db_col_int(&q, 1), .found_strong = cdr_db_col_int(&q, 2)};
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_touch(cdr_inventory *inv, int64_t id, int64_t scan, cdr_err *err)
{
    return run(inv, ST_TOUCH, id, scan, err);
}

cdr_status cdr_store_count_clean(cdr_inventory *inv, int64_t id, cdr_err *err)
{
    return run(inv, ST_COUNT_CLEAN, id, -1, err);
}

cdr_status cdr_store_finish_container(cdr_inventory *inv, int64_t id, const cdr_container_state *state, cdr_err *err)
{
    static const uint8_t none[sizeof state->content_id];
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_FINISH_CONTAINER, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, (int64_t)state->dev);
    cdr_db_bind_int(&q, 3, (int64_t)state->ino);
    cdr_db_bind_int(&q, 4, (int64_t)state->size);
    cdr_db_bind_int(&q, 5, state->mtime_us);
    if (memcmp(state->content_id, none, sizeof none))
        cdr_db_bind_blob(&q, 6, state->content_id, sizeof state->content_id);
    else
        cdr_db_bind_null(&q, 6);
    cdr_db_bind_textn(&q, 7, state->ruleset, strnlen(state->ruleset, sizeof state->ruleset - 1));
    return cdr_db_run(&q, err);
}

/* --- objects --- */

static void bind_object(cdr_db_query *q, const cdr_observation *o, const cdr_object_place *place, const cdr_object_sum *sum)
{
    cdr_db_bind_text(q, 1, o->path);
    if (place->container)
        cdr_db_bind_int(q, 2, place->container);
    if (place->system)
        cdr_db_bind_int(q, 3, place->system);
    cdr_db_bind_int(q, 4, !place->members_only);
    cdr_db_bind_text(q, 5, o->format ? o->format : "");
    cdr_db_bind_int(q, 6, o->coverage);
    if (o->coverage != CDR_COVERAGE_COMPLETE) {
        cdr_db_bind_text(q, 7, o->reason_id ? o->reason_id : "");
        cdr_db_bind_text(q, 8, o->reason);
    }
    const int64_t values[] = {(int64_t)o->size, (int64_t)o->bytes_read, (int64_t)o->rows, o->mtime_us, o->mode, o->uid, place->scan, (int64_t)o->people_min,
                              (int64_t)o->people_max, (int64_t)sum->by_band[CDR_BAND_LOW], (int64_t)sum->by_band[CDR_BAND_MEDIUM],
                              (int64_t)sum->by_band[CDR_BAND_HIGH], (int64_t)sum->suppressed, sum->families};
    for (size_t i = 0; i < CDR_COUNT(values); i++)
        cdr_db_bind_int(q, 9 + (int)i, values[i]);
}

cdr_status cdr_store_object(cdr_inventory *inv, const cdr_observation *o, const cdr_object_place *place, const cdr_object_sum *sum, int64_t *id, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, *id ? ST_UPDATE : ST_INSERT, &q, err);
    if (s != CDR_OK)
        return s;
    bind_object(&q, o, place, sum);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK && !*id)
        *id = cdr_db_last_id(inv->db);
    return s;
}

cdr_status cdr_store_clear(cdr_inventory *inv, int64_t id, cdr_err *err)
{
    cdr_status s = run(inv, ST_CLEAR, id, -1, err);
    return s == CDR_OK ? run(inv, ST_CLEAR_PEOPLE, id, -1, err) : s;
}

/* Bind the saved form of ${sketch}, NULL when it is empty. */
static cdr_status bind_sketch(cdr_db_query *q, int param, const cdr_sketch *sketch, cdr_err *err)
{
    void *saved;
    size_t len;
    if (sketch->len == 0) {
        cdr_db_bind_null(q, param);
        return CDR_OK;
    }
    if (cdr_sketch_save(sketch, &saved, &len) != CDR_OK)
        return cdr_fail_nomem(err, "inventory");
    cdr_db_bind_blob(q, param, saved, len);
    cdr_free(saved);
    return CDR_OK;
}

static cdr_status add_samples(cdr_inventory *inv, int64_t finding, const cdr_kind_seen *k, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; s == CDR_OK && i < k->sample_count && i < CDR_SAMPLES_MAX; i++) {
        const cdr_sample *x = &k->samples[i];
        cdr_db_query q = {0};
        s = begin(inv, ST_ADD_SAMPLE, &q, err);
        if (s != CDR_OK)
            return s;
        cdr_db_bind_int(&q, 1, finding);
        cdr_db_bind_int(&q, 2, i);
        cdr_db_bind_int(&q, 3, (int64_t)x->offset);
        cdr_db_bind_int(&q, 4, (int64_t)x->line);
        cdr_db_bind_double(&q, 5, (double)x->confidence);
        cdr_db_bind_int(&q, 6, x->evidence);
        cdr_db_bind_blob(&q, 7, x->value_id, sizeof x->value_id);
        cdr_db_bind_textn(&q, 8, x->masked, strnlen(x->masked, sizeof x->masked));
        s = cdr_db_run(&q, err);
    }
    return s;
}

static cdr_status add_finding(cdr_inventory *inv, int64_t field, const cdr_kind_seen *k, cdr_err *err)
{
    cdr_db_query q = {0};
    const cdr_kind_info *info = cdr_kind_get(k->kind);
    const cdr_scan_run *r = inv->run;
    cdr_status s = begin(inv, ST_ADD_FINDING, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, field);
    cdr_db_bind_text(&q, 2, info->id);
    cdr_db_bind_int(&q, 3, info->family);
    cdr_db_bind_int(&q, 4, k->rule);
    cdr_db_bind_text(&q, 5, k->rule && r->rule_name ? r->rule_name(r->arg, k->rule) : NULL);
    cdr_db_bind_int(&q, 6, (int64_t)k->by_band[CDR_BAND_LOW]);
    cdr_db_bind_int(&q, 7, (int64_t)k->by_band[CDR_BAND_MEDIUM]);
    cdr_db_bind_int(&q, 8, (int64_t)k->by_band[CDR_BAND_HIGH]);
    cdr_db_bind_int(&q, 9, (int64_t)k->suppressed);
    cdr_db_bind_double(&q, 10, (double)k->max_confidence);
    cdr_db_bind_int(&q, 11, (int64_t)cdr_sketch_count(&k->values));
    cdr_db_bind_text(&q, 13, k->rule && r->rule_title ? r->rule_title(r->arg, k->rule) : NULL);
    cdr_db_bind_text(&q, 14, k->rule && r->rule_category ? r->rule_category(r->arg, k->rule) : NULL);
    s = bind_sketch(&q, 12, &k->values, err);
    if (s == CDR_OK)
        s = cdr_db_run(&q, err);
    cdr_db_end(&q);
    return s == CDR_OK ? add_samples(inv, cdr_db_last_id(inv->db), k, err) : s;
}

cdr_status cdr_store_field(cdr_inventory *inv, int64_t dataset, size_t position, const cdr_field_seen *f, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_ADD_FIELD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, dataset);
    cdr_db_bind_int(&q, 2, (int64_t)position);
    cdr_db_bind_text(&q, 3, f->name ? f->name : "");
    cdr_db_bind_text(&q, 4, f->column_kind ? cdr_kind_get(f->column_kind)->id : NULL);
    cdr_db_bind_double(&q, 5, (double)f->column_support);
    cdr_db_bind_double(&q, 6, (double)f->column_confidence);
    cdr_db_bind_int(&q, 7, (int64_t)f->values);
    s = cdr_db_run(&q, err);
    int64_t field = cdr_db_last_id(inv->db);
    for (size_t i = 0; s == CDR_OK && i < f->kind_count; i++)
        s = add_finding(inv, field, &f->kinds[i], err);
    return s;
}

cdr_status cdr_store_add_people(cdr_inventory *inv, int64_t dataset, const cdr_observation *o, cdr_err *err)
{
    const cdr_sketch *sketches[] = {&o->emails, &o->phones, NULL, &o->others, &o->people};
    if (o->emails.len + o->phones.len + o->people.len == 0)
        return CDR_OK;
    _cleanup_buf_ cdr_buf ids = CDR_BUF(64 * 1024 * 1024);
    if (cdr_people_save_ids(o, &ids) != CDR_OK)
        return cdr_fail_nomem(err, "inventory");
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_ADD_PEOPLE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, dataset);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(sketches); i++)
        if (sketches[i])
            s = bind_sketch(&q, 2 + (int)i, sketches[i], err);
        else
            cdr_db_bind_blob(&q, 2 + (int)i, ids.data, ids.len);
    if (s == CDR_OK)
        s = cdr_db_run(&q, err);
    cdr_db_end(&q);
    return s;
}

/* --- changes --- */

cdr_status cdr_store_old_kinds(cdr_inventory *inv, int64_t dataset, cdr_kind_sums *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_OLD_KINDS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, dataset);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t count = cdr_db_col_int(&q, 1);
        cdr_kind_sum *sum = count > 0 ? cdr_kind_sums_push(ret) : NULL;
        if (count > 0 && !sum) {
            s = cdr_fail_nomem(err, "inventory");
            break;
        }
        if (sum)
            *sum = (cdr_kind_sum){.kind = cdr_kind_by_id(cdr_db_col_text(&q, 0, NULL)), .before = (uint64_t)count};
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_change(cdr_inventory *inv, const char *path, int64_t system, int direction, cdr_kind kind, uint64_t before, uint64_t count, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_ADD_CHANGE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, inv->run->id);
    cdr_db_bind_text(&q, 2, path);
    if (system)
        cdr_db_bind_int(&q, 3, system);
    cdr_db_bind_int(&q, 4, direction);
    cdr_db_bind_text(&q, 5, kind ? cdr_kind_get(kind)->id : NULL);
    cdr_db_bind_int(&q, 6, (int64_t)count);
    cdr_db_bind_int(&q, 7, (int64_t)before);
    return cdr_db_run(&q, err);
}

cdr_status cdr_store_stale(cdr_inventory *inv, int64_t scan, cdr_ids *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_STALE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, scan);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t *id = cdr_ids_push(ret);
        if (!id) {
            s = cdr_fail_nomem(err, "inventory");
            break;
        }
        *id = cdr_db_col_int(&q, 0);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_each_container(cdr_inventory *inv, cdr_status (*fn)(void *arg, int64_t id, const char *path), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_CONTAINERS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = fn(arg, cdr_db_col_int(&q, 0), cdr_db_col_text(&q, 1, NULL));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_gone(cdr_inventory *inv, int64_t scan, int64_t id, cdr_err *err)
{
    cdr_status s = run(inv, ST_GONE_CHANGES, scan, id, err);
    return s == CDR_OK ? run(inv, ST_DELETE, id, -1, err) : s;
}

/* --- claims --- */

static cdr_status add_claim(cdr_inventory *inv, cdr_claims *claims, int64_t system, const char *claim, cdr_err *err)
{
    _cleanup_buf_ cdr_buf pattern = CDR_BUF(4 * CDR_CLAIM_MAX);
    cdr_status s = cdr_claim_resolve(claim, inv->root, &pattern, err);
    if (s == CDR_OK && cdr_claims_add(claims, pattern.data, system) != CDR_OK)
        s = cdr_fail_nomem(err, "inventory");
    return s;
}

cdr_status cdr_store_load_claims(cdr_inventory *inv, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_claims claims = {0};
    cdr_status s = begin(inv, ST_CLAIMS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = add_claim(inv, &claims, cdr_db_col_int(&q, 0), cdr_db_col_text(&q, 1, NULL), err);
    cdr_db_end(&q);
    if (s != CDR_DONE) {
        cdr_claims_done(&claims);
        return s;
    }
    cdr_claims_done(&inv->claims);
    inv->claims = claims;
    inv->claims_loaded = true;
    return CDR_OK;
}

typedef struct move { int64_t dataset, system; } move;
CDR_VEC(moves, move)

static cdr_status find_moves(cdr_inventory *inv, moves *list, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_ALL_PATHS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t system = cdr_claims_find(&inv->claims, cdr_db_col_text(&q, 1, NULL));
        move *m = system == cdr_db_col_int(&q, 2) ? NULL : moves_push(list);
        if (m)
            *m = (move){cdr_db_col_int(&q, 0), system};
        else if (system != cdr_db_col_int(&q, 2))
            s = cdr_fail_nomem(err, "inventory");
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_reassign(cdr_inventory *inv, uint64_t *ret_moved, cdr_err *err)
{
    moves list = {0};
    cdr_status s = cdr_store_load_claims(inv, err);
    if (s == CDR_OK)
        s = find_moves(inv, &list, err);
    for (size_t i = 0; s == CDR_OK && i < list.len; i++)
        s = run(inv, ST_SET_SYSTEM, list.at[i].dataset, list.at[i].system, err);
    *ret_moved = list.len;
    moves_done(&list);
    return s;
}
