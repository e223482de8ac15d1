/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/store_holds.h"

#include <string.h>

enum { ST_LOAD, ST_ADD, ST_RELEASE, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_LOAD] = {"hold-each",
        "SELECT id, name, reason, approver, system_key, category, path, person, placed_us, coalesce(released_us, 0), release_reason FROM hold "
        "WHERE ?1 = 1 OR released_us IS NULL ORDER BY id", true},
    [ST_ADD] = {"hold-add", "INSERT INTO hold(name, reason, approver, system_key, category, path, person, placed_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", false},
    [ST_RELEASE] = {"hold-release", "UPDATE hold SET released_us = max(?2, placed_us), release_reason = ?3 WHERE id = ?1 AND released_us IS NULL", false},
};

static const char *text(cdr_db_query *q, int col, cdr_arena *a)
{
    const char *s = cdr_db_col_text(q, col, NULL);
    return s ? cdr_arena_strdup(a, s) : "";
}

static cdr_status read_one(cdr_db_query *q, cdr_arena *a, cdr_hold_list *ret, cdr_err *err)
{
    size_t len = 0;
    cdr_hold *h = cdr_hold_list_push(ret);
    if (!h)
        return cdr_fail_nomem(err, "minimise");
    *h = (cdr_hold){.id = cdr_db_col_int(q, 0), .name = text(q, 1, a), .reason = text(q, 2, a), .approver = text(q, 3, a), .system = text(q, 4, a), .category = text(q, 5, a),
                    .path = text(q, 6, a), .placed_us = cdr_db_col_int(q, 8), .released_us = cdr_db_col_int(q, 9), .release_reason = text(q, 10, a)};
    const void *person = cdr_db_col_blob(q, 7, &len);
    if (person && len % sizeof h->person[0] == 0 && len <= sizeof h->person) {
        memcpy(h->person, person, len);
        h->person_count = len / sizeof h->person[0];
    }
    return h->name && h->reason && h->approver && h->system && h->category && h->path && h->release_reason ? CDR_OK : cdr_fail_nomem(err, "minimise");
}

cdr_status cdr_store_hold_load(cdr_db *db, bool all, cdr_arena *a, cdr_hold_list *ret, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_LOAD, &q, err);
    if (s == CDR_OK)
        cdr_db_bind_int(&q, 1, all);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = read_one(&q, a, ret, err);
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s == CDR_DONE ? CDR_OK : s;
}

static const char *or_null(const char *s)
{
    return s && *s ? s : NULL;
}

cdr_status cdr_store_hold_add(cdr_db *db, const cdr_hold *h, int64_t *ret_id, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_ADD, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, h->name);
        cdr_db_bind_text(&q, 2, h->reason);
        cdr_db_bind_text(&q, 3, h->approver);
        cdr_db_bind_text(&q, 4, or_null(h->system));
        cdr_db_bind_text(&q, 5, or_null(h->category));
        cdr_db_bind_text(&q, 6, or_null(h->path));
        if (h->person_count)
            cdr_db_bind_blob(&q, 7, h->person, h->person_count * sizeof h->person[0]);
        cdr_db_bind_int(&q, 8, h->placed_us);
        s = cdr_db_run(&q, err);
    }
    if (s == CDR_OK)
        *ret_id = cdr_db_last_id(db);
    cdr_db_set_free(set);
    return s;
}

cdr_status cdr_store_hold_release(cdr_db *db, int64_t id, int64_t at_us, const char *reason, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_RELEASE, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        cdr_db_bind_int(&q, 2, at_us);
        cdr_db_bind_text(&q, 3, reason);
        s = cdr_db_run(&q, err);
    }
    if (s == CDR_OK && cdr_db_changes(db) == 0)
        s = cdr_fail(err, CDR_NOT_FOUND, "minimise", "hold.none", "No hold in force has the number %lld; candor hold list shows them.", (long long)id);
    cdr_db_set_free(set);
    return s;
}
