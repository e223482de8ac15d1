/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/store_grant.h"

#include <stdio.h>

#define FIELD_BYTES 6u

enum { ST_INSERT, ST_GET, ST_PUT_FIELDS, ST_END, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_INSERT] = {"grant-insert", "INSERT INTO disclosure_grant(id, customer_id, call, purpose, basis, actor, issued_us, expires_us, ledger_index, fields) "
                   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", false},
    [ST_GET] = {"grant-get", "SELECT id, customer_id, issued_us, expires_us, ledger_index, fields FROM disclosure_grant WHERE id = ?1", true},
    [ST_PUT_FIELDS] = {"grant-put-fields", "UPDATE disclosure_grant SET fields = ?2 WHERE id = ?1", false},
    /* The id begins with the time, so that no index of calls is needed. */
    [ST_END] = {"grant-end-call", "UPDATE disclosure_grant SET expires_us = min(expires_us, ?3) WHERE id >= ?2 AND call = ?1", false},
};

cdr_status cdr_grant_prepare(cdr_vault *v, cdr_err *err)
{
    return cdr_db_prepare_set(v->db, statements, ST__MAX, &v->gset, err);
}

static void put16(uint8_t *p, uint16_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static void bind_fields(cdr_db_query *q, int param, const cdr_grant_row *g)
{
    uint8_t packed[CDR_VAULT_FIELDS_MAX * FIELD_BYTES];
    for (size_t i = 0; i < g->count; i++) {
        put16(packed + FIELD_BYTES * i, g->fields[i].field);
        put16(packed + FIELD_BYTES * i + 2, g->fields[i].mode);
        put16(packed + FIELD_BYTES * i + 4, g->fields[i].uses);
    }
    cdr_db_bind_blob(q, param, packed, g->count * FIELD_BYTES);
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
    bind_fields(&q, 10, g);
    return cdr_db_run(&q, err);
}

static cdr_status read_fields(cdr_db_query *q, int col, cdr_grant_row *ret, cdr_err *err)
{
    size_t len;
    const uint8_t *p = cdr_db_col_blob(q, col, &len);
    if (!p || len % FIELD_BYTES != 0 || len / FIELD_BYTES > CDR_VAULT_FIELDS_MAX)
        return cdr_fail(err, CDR_E_CORRUPT, "vault", "grant.damaged", "A grant is damaged; nothing is opened. Run candor ledger verify.");
    ret->count = len / FIELD_BYTES;
    for (size_t i = 0; i < ret->count; i++, p += FIELD_BYTES)
        ret->fields[i] = (cdr_granted){(uint16_t)(p[0] | p[1] << 8), (uint16_t)(p[2] | p[3] << 8), (uint16_t)(p[4] | p[5] << 8)};
    return CDR_OK;
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
        const char *own = cdr_db_col_text(&q, 0, NULL);
        ret->customer = cdr_db_col_int(&q, 1);
        ret->issued_us = cdr_db_col_int(&q, 2);
        ret->expires_us = cdr_db_col_int(&q, 3);
        ret->ledger_index = (uint64_t)cdr_db_col_int(&q, 4);
        char copy[sizeof ret->id];
        snprintf(copy, sizeof copy, "%s", own ? own : "");
        snprintf(ret->id, sizeof ret->id, "%s", copy);
        s = read_fields(&q, 5, ret, err);
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_grant_put_fields(cdr_vault *v, const cdr_grant_row *g, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_PUT_FIELDS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, g->id);
    bind_fields(&q, 2, g);
    return cdr_db_run(&q, err);
}

cdr_status cdr_grant_end_call(cdr_vault *v, const char *call, const char *from, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->gset, ST_END, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, call);
    cdr_db_bind_text(&q, 2, from);
    cdr_db_bind_int(&q, 3, cdr_now_us(v->ctx));
    return cdr_db_run(&q, err);
}
