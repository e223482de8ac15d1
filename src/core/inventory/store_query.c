/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the inventory: the statements behind query.h and people.c. */
#include "core/inventory/query.h"
#include "core/inventory/people.h"

#include "base/parse.h"
#include "detect/observation.h"

#include <stdio.h>
#include <string.h>

enum {
    ST_LAST_SCAN, ST_TARGETS, ST_ROWS, ST_PEOPLE, ST_VALUES, ST_TWINS, ST_DATASETS, ST_FINDINGS, ST_SAMPLES, ST_GAPS, ST_CHANGES, ST_COUNTS, ST_ID_OF, ST_PATH_OF,
    ST__MAX
};

#define SCAN_COLUMNS                                                                                                                    \
    "SELECT id, started_us, coalesce(finished_us, 0), status, full_read, ruleset, targets, objects, complete, partial, skipped, unchanged, " \
    "bytes_read, findings, suppressed, elapsed_us, gone FROM scan"
/* ?1 system key, ?2 path, ?3 only unregistered, ?4 only with findings, ?5 families, ?6 least band, ?7 only what was not read in full. */
#define WITHIN                                                                                                                          \
    "(?1 IS NULL OR s.key = ?1) AND (?2 IS NULL OR d.path = ?2 OR substr(d.path, 1, length(rtrim(?2, '/')) + 1) = rtrim(?2, '/') || '/' OR "     \
    "substr(d.path, 1, length(?2) + 2) = ?2 || '!/') AND "                                                                               \
    "(?3 = 0 OR d.system_id IS NULL)"

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_LAST_SCAN] = {"scan-last", SCAN_COLUMNS " WHERE status = 1 OR ?1 = 1 ORDER BY id DESC LIMIT 1", true},
    [ST_TARGETS] = {"scan-targets", "SELECT json_group_array(DISTINCT j.value) FROM scan, json_each(scan.targets) j", true},
    [ST_ROWS] = {"dataset-rows",
        "SELECT id, coalesce(system_id, 0), path, observed, container_id IS NOT NULL, coverage, clean_members, size, bytes_read, people_max, low, medium, high, "
        "suppressed, mtime_us, people_min FROM dataset ORDER BY path", true},
    [ST_PEOPLE] = {"dataset-people", "SELECT p.emails, p.phones, p.names, p.people, p.ids, d.people_min FROM dataset_people p JOIN dataset d ON d.id = p.dataset_id WHERE p.dataset_id = ?1", true},
    [ST_VALUES] = {"dataset-values",
        "SELECT f.family, f.kind, f.medium + f.high, f.sketch FROM field c JOIN finding f ON f.field_id = c.id WHERE c.dataset_id = ?1 AND f.medium + f.high > 0", true},
    [ST_TWINS] = {"dataset-twins",
        "SELECT d.path, t.path, d.id FROM (SELECT content_id, min(path) AS path FROM dataset WHERE content_id IS NOT NULL AND known_size > 0 GROUP BY content_id "
        "HAVING count(*) > 1) t JOIN dataset d ON d.content_id = t.content_id WHERE d.path <> t.path AND (d.medium + d.high > 0 OR EXISTS(SELECT 1 FROM dataset m "
        "WHERE m.container_id = d.id AND m.medium + m.high > 0)) ORDER BY d.path", true},
    [ST_DATASETS] = {"dataset-each",
        "SELECT d.id, d.path, coalesce(c.path, d.path), d.format, s.key, s.name, d.coverage, d.reason_id, d.reason, d.size, d.bytes_read, d.row_count, d.mtime_us, "
        "d.mode, d.uid, d.people_min, d.people_max, d.low, d.medium, d.high, d.suppressed, d.families, d.first_scan, d.last_scan, d.state, d.state_date, d.evidence "
        "FROM dataset d LEFT JOIN dataset c ON c.id = d.container_id LEFT JOIN system s ON s.id = d.system_id WHERE d.observed = 1 AND " WITHIN
        " AND (?4 = 0 OR d.low + d.medium + d.high > 0) AND (?5 = 0 OR d.families & ?5 <> 0) AND (?6 = 0 OR (?6 = 1 AND d.medium + d.high > 0) OR d.high > 0) "
        "AND (?7 = 0 OR d.coverage > 0) ORDER BY d.path", true},
    [ST_FINDINGS] = {"finding-each",
        "SELECT f.id, d.id, s.key, s.name, d.path, d.format, c.name, f.kind, f.rule, f.rule_name, f.low, f.medium, f.high, f.suppressed, f.distinct_count, "
        "f.confidence, c.column_kind, c.column_support, c.column_confidence, c.value_count, f.rule_title, f.rule_category FROM dataset d JOIN field c ON c.dataset_id = d.id "
        "JOIN finding f ON f.field_id = c.id LEFT JOIN system s ON s.id = d.system_id WHERE " WITHIN
        " AND (?4 = 0 OR f.low + f.medium + f.high > 0) AND (?5 = 0 OR (1 << f.family) & ?5 <> 0) AND (?6 = 0 OR (?6 = 1 AND f.medium + f.high > 0) OR f.high > 0) "
        "AND (?7 = 0 OR d.coverage > 0) ORDER BY d.path, c.position, f.kind, f.rule", true},
    [ST_SAMPLES] = {"sample-each", "SELECT byte_offset, line, confidence, evidence, value_id, masked FROM sample WHERE finding_id = ?1 ORDER BY position", true},
    [ST_GAPS] = {"gap-each",
        "SELECT reason_id, min(reason), coverage, count(*), sum(max(size - bytes_read, 0)), min(path) FROM dataset WHERE coverage > 0 AND observed = 1 "
        "GROUP BY reason_id, coverage ORDER BY 4 DESC, 1", true},
    [ST_CHANGES] = {"change-each",
        "SELECT x.direction, x.path, s.key, s.name, x.kind, x.finding_count, x.scan_id, coalesce(x.before_count, 0), "
        "x.direction < 0 AND EXISTS(SELECT 1 FROM dataset d JOIN field c ON c.dataset_id = d.id JOIN finding f ON f.field_id = c.id WHERE d.path = x.path "
        "AND f.suppressed > 0 AND (x.kind IS NULL OR f.kind = x.kind)) FROM change x LEFT JOIN system s ON s.id = x.system_id WHERE x.scan_id > ?1 "
        "ORDER BY x.scan_id DESC, x.id", true},
    [ST_ID_OF] = {"object-id", "SELECT id FROM dataset WHERE path = ?1 AND observed = 1", true},
    [ST_PATH_OF] = {"object-path", "SELECT path FROM dataset WHERE id = ?1 AND observed = 1", true},
    [ST_COUNTS] = {"inventory-counts",
        "SELECT (SELECT count(*) FROM party), (SELECT count(*) FROM system), (SELECT count(*) FROM activity), "
        "(SELECT coalesce(sum(observed + clean_members), 0) FROM dataset), (SELECT count(*) FROM dataset WHERE medium + high > 0 AND families & ?1 <> 0), "
        "(SELECT count(*) FROM dataset WHERE medium + high > 0 AND families & ?1 <> 0 AND system_id IS NULL), (SELECT count(*) FROM scan WHERE status = 1)", true},
};

static cdr_status begin(cdr_inventory *inv, size_t statement, cdr_db_query *q, cdr_err *err)
{
    *q = (cdr_db_query){0};    /* callers end it also when it never began */
    if (!inv->asking) {
        cdr_status s = cdr_db_prepare_set(inv->db, statements, ST__MAX, &inv->asking, err);
        if (s != CDR_OK)
            return s;
    }
    return cdr_db_begin_query(inv->asking, statement, q, err);
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

/* --- scans --- */

static cdr_status copy_targets(const json_t *list, cdr_arena *a, cdr_inv_scan *ret, cdr_err *err)
{
    size_t count = json_array_size(list);
    char **targets = cdr_arena_alloc(a, (count + 1) * sizeof *targets);
    for (size_t i = 0; targets && i < count; i++) {
        const char *target = json_string_value(json_array_get(list, i));
        if (!(targets[i] = cdr_arena_strdup(a, target ? target : "")))
            return cdr_fail_nomem(err, "inventory");
    }
    ret->targets = targets;
    ret->target_count = count;
    return targets ? CDR_OK : cdr_fail_nomem(err, "inventory");
}

static cdr_status read_scan(cdr_db_query *q, cdr_arena *a, cdr_inv_scan *ret, cdr_err *err)
{
    *ret = (cdr_inv_scan){.id = cdr_db_col_int(q, 0), .started_us = cdr_db_col_int(q, 1), .finished_us = cdr_db_col_int(q, 2),
                          .interrupted = cdr_db_col_int(q, 3) != 1, .full = cdr_db_col_int(q, 4) != 0, .gone = number(q, 16)};
    snprintf(ret->ruleset, sizeof ret->ruleset, "%.16s", text(q, 5));
    ret->totals = (cdr_inventory_totals){.objects = number(q, 7), .complete = number(q, 8), .partial = number(q, 9), .skipped = number(q, 10),
                                         .unchanged = number(q, 11), .bytes_read = number(q, 12), .findings = number(q, 13), .suppressed = number(q, 14),
                                         .elapsed_us = cdr_db_col_int(q, 15), .interrupted = ret->interrupted};
    _cleanup_json_ json_t *list = NULL;
    const char *targets = text(q, 6);
    cdr_status s = cdr_json_parse(targets, strlen(targets), "The targets of a stored scan", &list, err);
    return s == CDR_OK ? copy_targets(list, a, ret, err) : s;
}

cdr_status cdr_inventory_last_scan(cdr_inventory *inv, bool any, cdr_arena *a, cdr_inv_scan *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_LAST_SCAN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, any);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        s = read_scan(&q, a, ret, err);
    else if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "inventory", "inventory.no-scan-yet", "Nothing has been scanned yet; run candor audit FOLDER.");
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_store_targets(cdr_inventory *inv, json_t **ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = NULL;
    cdr_status s = begin(inv, ST_TARGETS, &q, err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        const char *list = text(&q, 0);
        s = cdr_json_parse(list, strlen(list), "The targets of the stored scans", ret, err);
    }
    cdr_db_end(&q);
    return s;
}

/* --- for people.c --- */

cdr_status cdr_store_each_row(cdr_inventory *inv, cdr_status (*fn)(void *arg, const cdr_dataset_row *row), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_ROWS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_dataset_row row = {.id = cdr_db_col_int(&q, 0), .system = cdr_db_col_int(&q, 1), .path = text(&q, 2), .observed = cdr_db_col_int(&q, 3) != 0,
                               .contained = cdr_db_col_int(&q, 4) != 0, .coverage = (int)cdr_db_col_int(&q, 5), .clean_members = number(&q, 6), .size = number(&q, 7),
                               .bytes_read = number(&q, 8), .people_max = number(&q, 9), .findings = {number(&q, 10), number(&q, 11), number(&q, 12)},
                               .suppressed = number(&q, 13), .mtime_us = cdr_db_col_int(&q, 14), .people_min = number(&q, 15)};
        s = fn(arg, &row);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status stored(cdr_status s, cdr_err *err)
{
    return s == CDR_E_CORRUPT ? cdr_fail(err, s, "inventory", "inventory.sketch", "A stored count of people is damaged; scan again with --full.")
           : s == CDR_OK      ? CDR_OK
                              : cdr_fail_nomem(err, "inventory");
}

static cdr_status load_sketch(cdr_db_query *q, int col, cdr_sketch *ret, cdr_err *err)
{
    size_t len;
    const void *data = cdr_db_col_blob(q, col, &len);
    return stored(cdr_sketch_load(ret, data, data ? len : 0), err);
}

cdr_status cdr_store_people(cdr_inventory *inv, int64_t dataset, cdr_people *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_people){0};
    cdr_status s = begin(inv, ST_PEOPLE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, dataset);
    cdr_sketch *sketches[] = {&ret->emails, &ret->phones, &ret->others, &ret->people};
    s = cdr_db_step(&q, err);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(sketches); i++)
        s = load_sketch(&q, (int)i, sketches[i], err);
    if (s == CDR_OK) {
        size_t len;
        const void *data = cdr_db_col_blob(&q, 4, &len);
        s = stored(cdr_people_load_ids(ret, data, data ? len : 0), err);
        ret->least = number(&q, 5);
    }
    cdr_db_end(&q);
    if (s == CDR_OK || s == CDR_DONE)
        return CDR_OK;
    cdr_people_done(ret);
    return s;
}

cdr_status cdr_store_each_value(cdr_inventory *inv, int64_t dataset, cdr_status (*fn)(void *arg, const cdr_value_row *row), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_VALUES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, dataset);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t family = cdr_db_col_int(&q, 0);
        cdr_value_row row = {.family = family < CDR_FAMILY__MAX ? (cdr_family)family : CDR_FAMILY_OTHER, .kind = text(&q, 1), .rows = number(&q, 2)};
        s = load_sketch(&q, 3, &row.values, err);
        if (s == CDR_OK)
            s = fn(arg, &row);
        cdr_sketch_done(&row.values);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_each_twin(cdr_inventory *inv, cdr_status (*fn)(void *arg, const cdr_twin_row *row), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_TWINS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_twin_row row = {.path = text(&q, 0), .twin = text(&q, 1), .dataset = cdr_db_col_int(&q, 2)};
        s = fn(arg, &row);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- objects --- */

static void bind_filter(cdr_db_query *q, const cdr_inv_filter *f)
{
    static const cdr_inv_filter everything;
    f = f ? f : &everything;
    cdr_db_bind_text(q, 1, f->system);
    cdr_db_bind_text(q, 2, f->path);
    cdr_db_bind_int(q, 3, f->unregistered);
    cdr_db_bind_int(q, 4, f->with_findings);
    cdr_db_bind_int(q, 5, f->families);
    cdr_db_bind_int(q, 6, f->min_band);
    cdr_db_bind_int(q, 7, f->unread);
}

static const char *provenance(int64_t state)
{
    return state >= 0 && state <= CDR_CONFIRMED ? cdr_provenance_names[state] : "";
}

static cdr_inv_dataset dataset_of(cdr_db_query *q)
{
    return (cdr_inv_dataset){.id = cdr_db_col_int(q, 0), .path = text(q, 1), .container = text(q, 2), .format = text(q, 3), .system = text(q, 4),
                             .system_name = text(q, 5), .place = "", .coverage = (int)cdr_db_col_int(q, 6), .reason_id = text(q, 7), .reason = text(q, 8),
                             .size = number(q, 9), .bytes_read = number(q, 10), .rows = number(q, 11), .mtime_us = cdr_db_col_int(q, 12),
                             .mode = (uint32_t)number(q, 13), .uid = (uint32_t)number(q, 14), .people_min = number(q, 15), .people_max = number(q, 16),
                             .findings = {number(q, 17), number(q, 18), number(q, 19)}, .suppressed = number(q, 20), .families = (uint32_t)number(q, 21),
                             .first_scan = cdr_db_col_int(q, 22), .last_scan = cdr_db_col_int(q, 23), .provenance = provenance(cdr_db_col_int(q, 24)),
                             .provenance_date = text(q, 25), .evidence = text(q, 26)};
}

cdr_status cdr_inventory_each_dataset(cdr_inventory *inv, const cdr_inv_filter *filter, cdr_inv_dataset_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    _cleanup_json_ json_t *targets = NULL;
    char place[CDR_CLAIM_MAX];
    cdr_status s = cdr_store_targets(inv, &targets, err);
    if (s == CDR_OK)
        s = begin(inv, ST_DATASETS, &q, err);
    if (s != CDR_OK)
        return s;
    bind_filter(&q, filter);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_inv_dataset d = dataset_of(&q);
        if (!cdr_in_scope(inv, d.path))
            continue;
        if (!*d.system) {
            cdr_place_of(targets, d.path, place, sizeof place);
            d.place = place;
        }
        s = fn(arg, &d);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_object_id(cdr_inventory *inv, const char *path, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = begin(inv, ST_ID_OF, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, path);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_object_path(cdr_inventory *inv, int64_t id, cdr_arena *a, const char **ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_PATH_OF, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK && !(*ret = cdr_arena_strdup(a, text(&q, 0))))
        s = cdr_fail_nomem(err, "inventory");
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

/* --- findings --- */

typedef struct samples { cdr_inv_sample at[CDR_SAMPLES_MAX]; char masked[CDR_SAMPLES_MAX][CDR_MASK_MAX]; size_t count; } samples;

static cdr_status read_samples(cdr_inventory *inv, int64_t finding, samples *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    ret->count = 0;
    cdr_status s = begin(inv, ST_SAMPLES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, finding);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK && ret->count < CDR_SAMPLES_MAX) {
        cdr_inv_sample *x = &ret->at[ret->count];
        size_t len;
        *x = (cdr_inv_sample){.offset = number(&q, 0), .line = number(&q, 1), .confidence = (float)cdr_db_col_double(&q, 2), .evidence = (uint32_t)number(&q, 3),
                              .masked = ret->masked[ret->count]};
        const void *id = cdr_db_col_blob(&q, 4, &len);
        if (id && len == CDR_VALUE_ID_BYTES)
            cdr_hex_encode(id, len, x->value_id);
        snprintf(ret->masked[ret->count], CDR_MASK_MAX, "%s", text(&q, 5));
        ret->count++;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_inv_finding finding_of(cdr_db_query *q)
{
    cdr_inv_finding f = {.id = cdr_db_col_int(q, 0), .dataset_id = cdr_db_col_int(q, 1), .system = text(q, 2), .system_name = text(q, 3), .path = text(q, 4),
                         .format = text(q, 5), .field = text(q, 6), .kind_id = text(q, 7), .rule = (uint16_t)number(q, 8), .rule_name = text(q, 9),
                         .by_band = {number(q, 10), number(q, 11), number(q, 12)}, .suppressed = number(q, 13), .distinct = number(q, 14),
                         .confidence = (float)cdr_db_col_double(q, 15), .column_support = (float)cdr_db_col_double(q, 17),
                         .column_confidence = (float)cdr_db_col_double(q, 18), .values = number(q, 19), .rule_title = text(q, 20), .rule_category = text(q, 21)};
    if (!f.rule_title[0])
        f.rule_title = f.rule_name;
    f.kind = cdr_kind_by_id(f.kind_id);
    f.column_kind = cdr_kind_by_id(text(q, 16));
    return f;
}

cdr_status cdr_inventory_each_finding(cdr_inventory *inv, const cdr_inv_filter *filter, cdr_inv_finding_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    samples list;
    cdr_status s = begin(inv, ST_FINDINGS, &q, err);
    if (s != CDR_OK)
        return s;
    bind_filter(&q, filter);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_inv_finding f = finding_of(&q);
        if (!cdr_in_scope(inv, f.path))
            continue;
        list.count = 0;
        if (!filter || !filter->no_samples)
            s = read_samples(inv, f.id, &list, err);
        f.samples = list.at;
        f.sample_count = list.count;
        if (s == CDR_OK)
            s = fn(arg, &f);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- the rest --- */

cdr_status cdr_inventory_each_gap(cdr_inventory *inv, cdr_inv_gap_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_GAPS, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_inv_gap g = {.reason_id = text(&q, 0), .reason = text(&q, 1), .coverage = (int)cdr_db_col_int(&q, 2), .count = number(&q, 3), .bytes = number(&q, 4),
                         .example = text(&q, 5)};
        s = fn(arg, &g);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_inventory_each_change(cdr_inventory *inv, int64_t since_scan, cdr_inv_change_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_CHANGES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, since_scan);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_inv_change c = {.direction = (int)cdr_db_col_int(&q, 0), .path = text(&q, 1), .system = text(&q, 2), .system_name = text(&q, 3),
                            .kind = cdr_kind_by_id(text(&q, 4)), .count = number(&q, 5), .scan = cdr_db_col_int(&q, 6), .before = number(&q, 7),
                            .set_aside = cdr_db_col_int(&q, 8) != 0};
        if (cdr_in_scope(inv, c.path))
            s = fn(arg, &c);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_inventory_counts(cdr_inventory *inv, cdr_inv_counts *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = begin(inv, ST_COUNTS, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, (int64_t)(UINT32_MAX & ~CDR_FAMILIES_SECRET));
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK)
        *ret = (cdr_inv_counts){.parties = number(&q, 0), .systems = number(&q, 1), .activities = number(&q, 2), .datasets = number(&q, 3),
                                .with_findings = number(&q, 4), .unregistered = number(&q, 5), .scans = number(&q, 6)};
    cdr_db_end(&q);
    return s;
}

/* --- declarations --- */

typedef struct giving { cdr_inventory *inv; cdr_inv_declared_fn *system; cdr_inv_party_fn *party; cdr_inv_activity_fn *activity; void *arg; cdr_err *err; } giving;

static cdr_status give_party(void *arg, const void *obj)
{
    giving *g = arg;
    return g->party(g->arg, obj);
}

static cdr_status give_activity(void *arg, const void *obj)
{
    giving *g = arg;
    return g->activity(g->arg, obj);
}

static cdr_status give_system(void *arg, const void *obj)
{
    giving *g = arg;
    cdr_holdings holders;
    cdr_status s = cdr_store_holdings(g->inv, ((const cdr_system *)obj)->key, &holders, g->err);
    if (s == CDR_OK)
        s = g->system(g->arg, obj, holders.at, holders.len);
    cdr_holdings_clear(&holders);
    return s;
}

cdr_status cdr_inventory_each_party(cdr_inventory *inv, cdr_inv_party_fn *fn, void *arg, cdr_err *err)
{
    return cdr_store_each(inv, CDR_ENTITY_PARTY, give_party, &(giving){.inv = inv, .party = fn, .arg = arg, .err = err}, err);
}

cdr_status cdr_inventory_each_activity(cdr_inventory *inv, cdr_inv_activity_fn *fn, void *arg, cdr_err *err)
{
    return cdr_store_each(inv, CDR_ENTITY_ACTIVITY, give_activity, &(giving){.inv = inv, .activity = fn, .arg = arg, .err = err}, err);
}

cdr_status cdr_inventory_each_declared_system(cdr_inventory *inv, cdr_inv_declared_fn *fn, void *arg, cdr_err *err)
{
    return cdr_store_each(inv, CDR_ENTITY_SYSTEM, give_system, &(giving){.inv = inv, .system = fn, .arg = arg, .err = err}, err);
}
