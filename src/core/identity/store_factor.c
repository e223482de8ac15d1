/* SPDX-License-Identifier: Apache-2.0 */
/* Factors, recovery codes and one-time codes in the database (migration 007). */
#include "core/identity/factor_parts.h"

#include <stdio.h>
#include <string.h>

enum {
    ST_GET, ST_ADD, ST_SECRET, ST_END_CODES, ST_END, ST_STEP, ST_EACH, ST_RECOVERY_ADD, ST_RECOVERY_GET, ST_RECOVERY_USE, ST_CODE_ADD, ST_CODE_GET, ST_CODE_USE, ST_CODE_END,
    ST_CODE_FORGET, ST__MAX
};

#define ENDING "customer_id = ?1 AND (?2 = 0 OR kind = ?2) AND id <> ?3 AND ended_us IS NULL AND (?4 = 0 OR confirmed_us IS NULL)"
#define ALIVE "used_us IS NULL AND ended_us IS NULL"

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_GET] = {"factor-get",
        "SELECT id, last_step, secret FROM factor WHERE customer_id = ?1 AND kind = ?2 AND ended_us IS NULL AND (confirmed_us IS NULL) = ?3 ORDER BY id DESC LIMIT 1", true},
    [ST_ADD] = {"factor-add", "INSERT INTO factor(customer_id, kind, enrolled_us, confirmed_us, enrolled_by, source) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_SECRET] = {"factor-secret", "UPDATE factor SET secret = ?2 WHERE id = ?1 AND ended_us IS NULL", false},
    [ST_END_CODES] = {"factor-end-codes", "UPDATE recovery_code SET secret = NULL WHERE secret IS NOT NULL AND factor_id IN (SELECT id FROM factor WHERE " ENDING ")", false},
    [ST_END] = {"factor-end", "UPDATE factor SET secret = NULL, ended_us = ?5, ended_by = ?6, end_reason = ?7 WHERE " ENDING, false},
    [ST_STEP] = {"factor-step", "UPDATE factor SET last_step = ?2, confirmed_us = coalesce(confirmed_us, ?3) WHERE id = ?1 AND last_step < ?2 AND ended_us IS NULL", false},
    [ST_EACH] = {"factor-each",
        "SELECT f.id, f.kind, f.enrolled_us, f.ended_us, f.enrolled_by, f.source, f.ended_by, f.end_reason, f.confirmed_us IS NULL, "
        "(SELECT count(*) FROM recovery_code r WHERE r.factor_id = f.id AND r.secret IS NOT NULL) FROM factor f WHERE f.customer_id = ?1 AND (?2 OR f.ended_us IS NULL) ORDER BY f.id", true},
    [ST_RECOVERY_ADD] = {"recovery-add", "INSERT INTO recovery_code(factor_id, n, secret) VALUES(?1, ?2, ?3)", false},
    [ST_RECOVERY_GET] = {"recovery-get", "SELECT factor_id, secret FROM recovery_code WHERE factor_id = ?1 AND n = ?2 AND secret IS NOT NULL", true},
    [ST_RECOVERY_USE] = {"recovery-use", "UPDATE recovery_code SET secret = NULL, used_us = ?3 WHERE factor_id = ?1 AND n = ?2 AND secret IS NOT NULL", false},
    [ST_CODE_ADD] = {"code-add", "INSERT INTO one_time_code(call, kind, salt, code_hash, made_us, expires_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_CODE_GET] = {"code-get",
        "SELECT id, made_us, salt, code_hash FROM one_time_code WHERE call = ?1 AND kind = ?2 AND " ALIVE " AND expires_us > ?3 ORDER BY id DESC LIMIT 1", true},
    [ST_CODE_USE] = {"code-use", "UPDATE one_time_code SET used_us = ?2 WHERE id = ?1 AND " ALIVE " AND expires_us > ?2", false},
    [ST_CODE_END] = {"code-end", "UPDATE one_time_code SET ended_us = ?3 WHERE call = ?1 AND (?2 = 0 OR kind = ?2) AND " ALIVE, false},
    [ST_CODE_FORGET] = {"code-forget", "DELETE FROM one_time_code WHERE expires_us < ?1", false},
};

cdr_status cdr_factor_store_open(cdr_factors *f, cdr_err *err)
{
    return cdr_db_prepare_set(f->db, statements, ST__MAX, &f->set, err);
}

/* --- factors --- */

static cdr_status damaged(cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "identity", "factor.damaged", "A stored factor is not what was written; run candor doctor, and enrol it again.");
}

static cdr_status take_sealed(cdr_db_query *q, int col, cdr_factor_row *ret, cdr_err *err)
{
    size_t len = 0;
    const void *blob = cdr_db_col_blob(q, col, &len);
    if (len > sizeof ret->sealed)
        return damaged(err);
    if (len)
        memcpy(ret->sealed, blob, len);
    ret->sealed_len = len;
    return CDR_OK;
}

cdr_status cdr_factor_store_get(cdr_factors *f, int64_t customer, cdr_factor_kind kind, bool pending, cdr_factor_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_factor_row){.last_step = -1};
    cdr_status s = cdr_db_begin_query(f->set, ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_int(&q, 2, kind);
    cdr_db_bind_int(&q, 3, pending);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        ret->id = cdr_db_col_int(&q, 0);
        ret->last_step = cdr_db_col_int(&q, 1);
        s = take_sealed(&q, 2, ret, err);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_factor_store_add(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *source, bool confirmed, int64_t *ret_id, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    int64_t now = cdr_now_us(f->ctx);
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_int(&q, 2, kind);
    cdr_db_bind_int(&q, 3, now);
    if (confirmed)
        cdr_db_bind_int(&q, 4, now);
    else
        cdr_db_bind_null(&q, 4);
    cdr_db_bind_text(&q, 5, cdr_workspace_actor(f->ws));
    cdr_db_bind_text(&q, 6, source);
    s = cdr_db_run(&q, err);
    *ret_id = s == CDR_OK ? cdr_db_last_id(f->db) : 0;
    return s;
}

cdr_status cdr_factor_store_secret(cdr_factors *f, int64_t id, const void *sealed, size_t len, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_SECRET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_blob(&q, 2, sealed, len);
    return cdr_db_run(&q, err);
}

static void bind_ending(cdr_db_query *q, int64_t customer, cdr_factor_kind kind, int64_t except, bool only_pending)
{
    cdr_db_bind_int(q, 1, customer);
    cdr_db_bind_int(q, 2, kind);
    cdr_db_bind_int(q, 3, except);
    cdr_db_bind_int(q, 4, only_pending);
}

cdr_status cdr_factor_store_end(cdr_factors *f, int64_t customer, cdr_factor_kind kind, int64_t except, bool only_pending, const char *reason, size_t *ret_count, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_END_CODES, &q, err);
    if (s != CDR_OK)
        return s;
    bind_ending(&q, customer, kind, except, only_pending);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(f->set, ST_END, &q, err);
    if (s != CDR_OK)
        return s;
    bind_ending(&q, customer, kind, except, only_pending);
    cdr_db_bind_int(&q, 5, cdr_now_us(f->ctx));
    cdr_db_bind_text(&q, 6, cdr_workspace_actor(f->ws));
    cdr_db_bind_text(&q, 7, reason);
    s = cdr_db_run(&q, err);
    if (ret_count)
        *ret_count = s == CDR_OK ? (size_t)cdr_db_changes(f->db) : 0;
    return s;
}

/* Runs a statement that changes one row or none. */
static cdr_status run_one(cdr_factors *f, cdr_db_query *q, bool *ret, cdr_err *err)
{
    cdr_status s = cdr_db_run(q, err);
    *ret = s == CDR_OK && cdr_db_changes(f->db) == 1;
    return s;
}

cdr_status cdr_factor_store_step(cdr_factors *f, int64_t id, int64_t step, bool *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = false;
    cdr_status s = cdr_db_begin_query(f->set, ST_STEP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, step);
    cdr_db_bind_int(&q, 3, cdr_now_us(f->ctx));
    return run_one(f, &q, ret, err);
}

static void take_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *text = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", text ? text : "");
}

cdr_status cdr_factor_each(cdr_factors *f, int64_t customer, bool ended, cdr_factor_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_EACH, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_int(&q, 2, ended);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_factor row = {.id = cdr_db_col_int(&q, 0), .kind = (cdr_factor_kind)cdr_db_col_int(&q, 1), .enrolled_us = cdr_db_col_int(&q, 2), .ended_us = cdr_db_col_int(&q, 3),
                          .pending = cdr_db_col_int(&q, 8) != 0, .left = (unsigned)cdr_db_col_int(&q, 9)};
        take_text(&q, 4, row.enrolled_by, sizeof row.enrolled_by);
        take_text(&q, 5, row.source, sizeof row.source);
        take_text(&q, 6, row.ended_by, sizeof row.ended_by);
        take_text(&q, 7, row.end_reason, sizeof row.end_reason);
        s = fn(arg, &row);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- recovery codes --- */

cdr_status cdr_recovery_store_add(cdr_factors *f, int64_t factor, unsigned n, const void *sealed, size_t len, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_RECOVERY_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, factor);
    cdr_db_bind_int(&q, 2, n);
    cdr_db_bind_blob(&q, 3, sealed, len);
    return cdr_db_run(&q, err);
}

cdr_status cdr_recovery_store_get(cdr_factors *f, int64_t factor, unsigned n, cdr_factor_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_factor_row){.last_step = -1};
    cdr_status s = cdr_db_begin_query(f->set, ST_RECOVERY_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, factor);
    cdr_db_bind_int(&q, 2, n);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        ret->id = cdr_db_col_int(&q, 0);
        s = take_sealed(&q, 1, ret, err);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_recovery_store_use(cdr_factors *f, int64_t factor, unsigned n, bool *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = false;
    cdr_status s = cdr_db_begin_query(f->set, ST_RECOVERY_USE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, factor);
    cdr_db_bind_int(&q, 2, n);
    cdr_db_bind_int(&q, 3, cdr_now_us(f->ctx));
    return run_one(f, &q, ret, err);
}

/* --- one-time codes --- */

cdr_status cdr_code_store_add(cdr_factors *f, const char *call, cdr_factor_kind kind, const cdr_code_row *row, int64_t expires_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_CODE_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, call);
    cdr_db_bind_int(&q, 2, kind);
    cdr_db_bind_blob(&q, 3, row->salt, sizeof row->salt);
    cdr_db_bind_blob(&q, 4, row->hash, sizeof row->hash);
    cdr_db_bind_int(&q, 5, row->made_us);
    cdr_db_bind_int(&q, 6, expires_us);
    return cdr_db_run(&q, err);
}

static cdr_status take_bytes(cdr_db_query *q, int col, uint8_t *ret, size_t want, cdr_err *err)
{
    size_t len = 0;
    const void *blob = cdr_db_col_blob(q, col, &len);
    if (len != want)
        return damaged(err);
    memcpy(ret, blob, want);
    return CDR_OK;
}

cdr_status cdr_code_store_get(cdr_factors *f, const char *call, cdr_factor_kind kind, cdr_code_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_code_row){0};
    cdr_status s = cdr_db_begin_query(f->set, ST_CODE_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, call);
    cdr_db_bind_int(&q, 2, kind);
    cdr_db_bind_int(&q, 3, cdr_now_us(f->ctx));
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        ret->id = cdr_db_col_int(&q, 0);
        ret->made_us = cdr_db_col_int(&q, 1);
        s = take_bytes(&q, 2, ret->salt, sizeof ret->salt, err);
        if (s == CDR_OK)
            s = take_bytes(&q, 3, ret->hash, sizeof ret->hash, err);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_code_store_use(cdr_factors *f, int64_t id, bool *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = false;
    cdr_status s = cdr_db_begin_query(f->set, ST_CODE_USE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, cdr_now_us(f->ctx));
    return run_one(f, &q, ret, err);
}

cdr_status cdr_code_store_end(cdr_factors *f, const char *call, cdr_factor_kind kind, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_CODE_END, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, call);
    cdr_db_bind_int(&q, 2, kind);
    cdr_db_bind_int(&q, 3, cdr_now_us(f->ctx));
    return cdr_db_run(&q, err);
}

cdr_status cdr_code_store_forget(cdr_factors *f, int64_t before_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(f->set, ST_CODE_FORGET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, before_us);
    return cdr_db_run(&q, err);
}
