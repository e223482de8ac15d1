/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of disclosure_grant and disclosure_grant_field. */
#include "core/vault/store_grant.h"

#include <stdio.h>

enum { ST_INSERT, ST_FIELD, ST_GET, ST_GET_FIELD, ST_USE, ST_END, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_INSERT] = {"grant-insert", "INSERT INTO disclosure_grant(id, customer_id, call, purpose, basis, actor, issued_us, expires_us, ledger_index) "
                   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", false},
    [ST_FIELD] = {"grant-field-insert", "INSERT INTO disclosure_grant_field(grant_id, field, mode, uses_left) VALUES(?1, ?2, ?3, ?4)", false},
    [ST_GET] = {"grant-get", "SELECT id, customer_id, call, issued_us, expires_us, ledger_index FROM disclosure_grant WHERE id = ?1", true},
    [ST_GET_FIELD] = {"grant-field-get", "SELECT mode, uses_left FROM disclosure_grant_field WHERE grant_id = ?1 AND field = ?2", true},
    [ST_USE] = {"grant-field-use", "UPDATE disclosure_grant_field SET uses_left = uses_left - 1 WHERE grant_id = ?1 AND field = ?2", false},
    [ST_END] = {"grant-end-call", "UPDATE disclosure_grant_field SET uses_left = 0 WHERE grant_id IN (SELECT id FROM disclosure_grant WHERE call = ?1)", false},
};

cdr_status cdr_grant_prepare(cdr_vault *v, cdr_err *err)
{
    return cdr_db_prepare_set(v->db, statements, ST__MAX, &v->gset, err);
}

static cdr_status insert_field(cdr_vault *v, const char *id, const cdr_grant_field *f, unsigned uses, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_FIELD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, id);
    cdr_db_bind_int(&q, 2, f->field);
    cdr_db_bind_int(&q, 3, f->mode);
    cdr_db_bind_int(&q, 4, uses);
    return cdr_db_run(&q, err);
}

cdr_status cdr_grant_insert(cdr_vault *v, const cdr_grant_row *g, const cdr_grant_request *r, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_INSERT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, g->id);
    cdr_db_bind_int(&q, 2, g->customer);
    cdr_db_bind_text(&q, 3, r->call);
    cdr_db_bind_text(&q, 4, r->purpose);
    cdr_db_bind_text(&q, 5, r->basis);
    cdr_db_bind_text(&q, 6, cdr_workspace_actor(v->ws));
    cdr_db_bind_int(&q, 7, g->issued_us);
    cdr_db_bind_int(&q, 8, g->expires_us);
    cdr_db_bind_int(&q, 9, (int64_t)g->ledger_index);
    s = cdr_db_run(&q, err);
    for (size_t i = 0; s == CDR_OK && i < r->count; i++)
        s = insert_field(v, g->id, &r->fields[i], r->uses ? r->uses : 1, err);
    return s;
}

cdr_status cdr_grant_get(cdr_vault *v, const char *id, cdr_grant_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "vault", "grant.none", "There is no such grant; without one no field can be opened.");
    else if (s == CDR_OK) {
        const char *own = cdr_db_col_text(&q, 0, NULL), *call = cdr_db_col_text(&q, 2, NULL);
        *ret = (cdr_grant_row){.customer = cdr_db_col_int(&q, 1), .issued_us = cdr_db_col_int(&q, 3), .expires_us = cdr_db_col_int(&q, 4), .ledger_index = (uint64_t)cdr_db_col_int(&q, 5)};
        snprintf(ret->id, sizeof ret->id, "%s", own ? own : "");
        snprintf(ret->call, sizeof ret->call, "%s", call ? call : "");
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_grant_get_field(cdr_vault *v, const char *id, uint16_t field, cdr_grant_mode *ret_mode, int64_t *ret_uses, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_GET_FIELD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, id);
    cdr_db_bind_int(&q, 2, field);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = CDR_NOT_FOUND;
    else if (s == CDR_OK) {
        *ret_mode = (cdr_grant_mode)cdr_db_col_int(&q, 0);
        *ret_uses = cdr_db_col_int(&q, 1);
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_grant_use(cdr_vault *v, const char *id, uint16_t field, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_USE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, id);
    cdr_db_bind_int(&q, 2, field);
    return cdr_db_run(&q, err);
}

cdr_status cdr_grant_end_call(cdr_vault *v, const char *call, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_END, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, call);
    return cdr_db_run(&q, err);
}
