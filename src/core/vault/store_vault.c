/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of candor.db that are the vault's: customers, index, erasures. */
#include "core/vault/vault_parts.h"

#include <stdio.h>
#include <string.h>

const uint16_t cdr_route_fields[CDR_ROUTES] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ADDRESS, CDR_FIELD_DELIVERY_ADDRESS};

#define ROW "id, state, version, canary, created_us, changed_us, email_us, phone_us, mobile_us, address_us, delivery_us"
enum { ST_NEXT, ST_INSERT, ST_UPDATE, ST_GET, ST_GET_CELLS, ST_AFTER, ST_CANARY, ST_STATE, ST_ROUTES, ST_CLEAR, ST_COUNT, ST_INDEX_PUT, ST_INDEX_DROP, ST_INDEX_FIND, ST_ERASE_BEGIN, ST_ERASE_OPEN,
       ST_ERASE_DONE, ST_ERASE_GET, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_NEXT] = {"customer-next", "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'customer'", true},
    [ST_INSERT] = {"customer-insert", "INSERT INTO customer(id, state, version, canary, created_us, changed_us, email_us, phone_us, mobile_us, address_us, delivery_us, cells) "
                   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", false},
    [ST_UPDATE] = {"customer-update", "UPDATE customer SET version = ?3, changed_us = ?6, email_us = ?7, phone_us = ?8, mobile_us = ?9, address_us = ?10, delivery_us = ?11, cells = ?12 "
                   "WHERE id = ?1 AND state = 1", false},
    [ST_GET] = {"customer-get", "SELECT " ROW " FROM customer WHERE id = ?1", true},
    [ST_GET_CELLS] = {"customer-get-cells", "SELECT " ROW ", cells FROM customer WHERE id = ?1", true},
    [ST_AFTER] = {"customer-after", "SELECT " ROW " FROM customer WHERE id > ?1 ORDER BY id LIMIT 1", true},
    [ST_CANARY] = {"customer-canary", "UPDATE customer SET canary = ?2 WHERE id = ?1 AND state = 1", false},
    [ST_STATE] = {"customer-state", "UPDATE customer SET state = ?2 WHERE id = ?1", false},
    [ST_ROUTES] = {"customer-routes", "UPDATE customer SET email_us = ?2, phone_us = ?3, mobile_us = ?4, address_us = ?5, delivery_us = ?6 WHERE id = ?1 AND state = 1", false},
    [ST_CLEAR] = {"customer-clear", "UPDATE customer SET state = 3, cells = NULL, canary = 0, email_us = NULL, phone_us = NULL, mobile_us = NULL, address_us = NULL, delivery_us = NULL "
                  "WHERE id = ?1 AND state = 2", false},
    [ST_COUNT] = {"customer-count", "SELECT count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state <> 1) FROM customer", true},
    [ST_INDEX_PUT] = {"customer-index-put", "INSERT INTO customer_index(field, token, customer_id) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING", false},
    [ST_INDEX_DROP] = {"customer-index-drop", "DELETE FROM customer_index WHERE field = ?1 AND token = ?2 AND customer_id = ?3", false},
    [ST_INDEX_FIND] = {"customer-index-find", "SELECT customer_id FROM customer_index WHERE field = ?1 AND token = ?2 ORDER BY customer_id LIMIT ?3", true},
    [ST_ERASE_BEGIN] = {"erasure-begin", "INSERT INTO customer_erasure(receipt, customer_id, begun_us, reason, counts, pseudonym) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_ERASE_OPEN] = {"erasure-open", "SELECT e.receipt, e.customer_id, e.begun_us, e.reason, e.counts, e.pseudonym FROM customer c JOIN customer_erasure e ON e.customer_id = c.id "
                       "WHERE c.state = 2 AND e.document IS NULL LIMIT 1", true},
    [ST_ERASE_DONE] = {"erasure-done", "UPDATE customer_erasure SET document = ?2, ledger_index = ?3, pseudonym = NULL WHERE receipt = ?1", false},
    [ST_ERASE_GET] = {"erasure-get", "SELECT document, ledger_index FROM customer_erasure WHERE receipt = ?1 AND document IS NOT NULL", true},
};

cdr_status cdr_vault_prepare(cdr_vault *v, cdr_err *err)
{
    return cdr_db_prepare_set(v->db, statements, ST__MAX, &v->set, err);
}

static cdr_status one_int(cdr_vault *v, size_t statement, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, statement, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_customer_next_id(cdr_vault *v, int64_t *ret, cdr_err *err)
{
    return one_int(v, ST_NEXT, ret, err);
}

static cdr_status write_row(cdr_vault *v, size_t statement, const cdr_customer_row *c, const cdr_buf *cells, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, statement, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, c->id);
    cdr_db_bind_int(&q, 3, c->version);
    cdr_db_bind_int(&q, 6, c->changed_us);
    for (int i = 0; i < CDR_ROUTES; i++)
        if (c->route_us[i])
            cdr_db_bind_int(&q, 7 + i, c->route_us[i]);
        else
            cdr_db_bind_null(&q, 7 + i);
    cdr_db_bind_blob(&q, 12, cells->data, cells->len);
    if (statement == ST_INSERT) {
        cdr_db_bind_int(&q, 2, c->state);
        cdr_db_bind_int(&q, 4, c->canary);
        cdr_db_bind_int(&q, 5, c->created_us);
    }
    return cdr_db_run(&q, err);
}

cdr_status cdr_customer_insert(cdr_vault *v, const cdr_customer_row *c, const cdr_buf *cells, cdr_err *err)
{
    return write_row(v, ST_INSERT, c, cells, err);
}

cdr_status cdr_customer_update(cdr_vault *v, const cdr_customer_row *c, const cdr_buf *cells, cdr_err *err)
{
    return write_row(v, ST_UPDATE, c, cells, err);
}

static void read_row(cdr_db_query *q, cdr_customer_row *ret)
{
    *ret = (cdr_customer_row){.id = cdr_db_col_int(q, 0), .state = (int)cdr_db_col_int(q, 1), .version = (uint32_t)cdr_db_col_int(q, 2), .canary = cdr_db_col_int(q, 3) != 0,
                              .created_us = cdr_db_col_int(q, 4), .changed_us = cdr_db_col_int(q, 5)};
    for (int i = 0; i < CDR_ROUTES; i++)
        ret->route_us[i] = cdr_db_col_int(q, 6 + i);
}

cdr_status cdr_customer_get(cdr_vault *v, int64_t id, cdr_customer_row *ret, cdr_buf *cells, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, cells ? ST_GET_CELLS : ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.no-customer", "There is no such customer; candor customer find looks one up.");
    else if (s == CDR_OK) {
        size_t len = 0;
        const void *p = cells ? cdr_db_col_blob(&q, 11, &len) : NULL;
        read_row(&q, ret);
        if (p && cdr_buf_add(cells, p, len) != CDR_OK)
            s = cdr_fail_nomem(err, "vault");
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_customer_after(cdr_vault *v, int64_t after, cdr_customer_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_AFTER, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, after);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        read_row(&q, ret);
    cdr_db_end(&q);
    return s;
}

static cdr_status change(cdr_vault *v, size_t statement, int64_t id, int value, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, statement, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    if (statement != ST_CLEAR)
        cdr_db_bind_int(&q, 2, value);
    return cdr_db_run(&q, err);
}

cdr_status cdr_customer_set_canary(cdr_vault *v, int64_t id, bool canary, cdr_err *err)
{
    return change(v, ST_CANARY, id, canary, err);
}

cdr_status cdr_customer_set_routes(cdr_vault *v, const cdr_customer_row *c, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_ROUTES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, c->id);
    for (int i = 0; i < CDR_ROUTES; i++)
        if (c->route_us[i])
            cdr_db_bind_int(&q, 2 + i, c->route_us[i]);
    return cdr_db_run(&q, err);
}

cdr_status cdr_customer_set_state(cdr_vault *v, int64_t id, int state, cdr_err *err)
{
    return change(v, state == CDR_CUSTOMER_ERASED ? ST_CLEAR : ST_STATE, id, state, err);
}

cdr_status cdr_customer_count(cdr_vault *v, uint64_t *ret_active, uint64_t *ret_erased, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_COUNT, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        *ret_active = (uint64_t)cdr_db_col_int(&q, 0);
        *ret_erased = (uint64_t)cdr_db_col_int(&q, 1);
    }
    cdr_db_end(&q);
    return s;
}

/* --- index --- */

static cdr_status index_row(cdr_vault *v, size_t statement, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t third, cdr_db_query *q, cdr_err *err)
{
    cdr_status s = cdr_db_begin_query(v->set, statement, q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(q, 1, field);
    cdr_db_bind_blob(q, 2, token, CDR_INDEX_TOKEN);
    cdr_db_bind_int(q, 3, third);
    return CDR_OK;
}

cdr_status cdr_index_put(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t customer, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = index_row(v, ST_INDEX_PUT, field, token, customer, &q, err);
    return s == CDR_OK ? cdr_db_run(&q, err) : s;
}

cdr_status cdr_index_drop(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t customer, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = index_row(v, ST_INDEX_DROP, field, token, customer, &q, err);
    return s == CDR_OK ? cdr_db_run(&q, err) : s;
}

cdr_status cdr_index_find(cdr_vault *v, uint16_t field, const uint8_t token[CDR_INDEX_TOKEN], int64_t *ret, size_t cap, size_t *ret_count, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret_count = 0;
    cdr_status s = index_row(v, ST_INDEX_FIND, field, token, (int64_t)cap, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK && *ret_count < cap)
        ret[(*ret_count)++] = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- erasures --- */

cdr_status cdr_erasure_begin(cdr_vault *v, int64_t customer, const char *receipt, const char *reason, const char *pseudonym, const char *counts, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_ERASE_BEGIN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, receipt);
    cdr_db_bind_int(&q, 2, customer);
    cdr_db_bind_int(&q, 3, cdr_now_us(v->ctx));
    cdr_db_bind_text(&q, 4, reason);
    cdr_db_bind_text(&q, 5, counts);
    cdr_db_bind_text(&q, 6, pseudonym);
    return cdr_db_run(&q, err);
}

static void copy_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *text = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", text ? text : "");
}

cdr_status cdr_erasure_open(cdr_vault *v, cdr_erasure_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_ERASE_OPEN, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        *ret = (cdr_erasure_row){.customer = cdr_db_col_int(&q, 1), .begun_us = cdr_db_col_int(&q, 2)};
        copy_text(&q, 0, ret->receipt, sizeof ret->receipt);
        copy_text(&q, 3, ret->reason, sizeof ret->reason);
        copy_text(&q, 4, ret->counts, sizeof ret->counts);
        copy_text(&q, 5, ret->pseudonym, sizeof ret->pseudonym);
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_erasure_finish(cdr_vault *v, const char *receipt, const char *document, int64_t ledger_index, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_ERASE_DONE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, receipt);
    cdr_db_bind_text(&q, 2, document);
    cdr_db_bind_int(&q, 3, ledger_index);
    return cdr_db_run(&q, err);
}

cdr_status cdr_erasure_document(cdr_vault *v, const char *receipt, cdr_buf *document, uint64_t *ret_index, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->set, ST_ERASE_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, receipt);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.no-receipt", "There is no erasure with this receipt number; candor customer erase printed it, and the ledger has it (customer.erase).");
    else if (s == CDR_OK) {
        *ret_index = (uint64_t)cdr_db_col_int(&q, 1);
        if (cdr_buf_adds(document, cdr_db_col_text(&q, 0, NULL)) != CDR_OK)
            s = cdr_fail_nomem(err, "vault");
    }
    cdr_db_end(&q);
    return s;
}
