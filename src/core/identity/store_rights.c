/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/rights_parts.h"

#include "core/staff/role.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ST_ADD, ST_GET, ST_EACH, ST_SAME, ST_UPDATE, ST_RECEIPT, ST_ROLE, ST__MAX };

#define REQUEST "SELECT id, customer_id, kind, regime, state, channel, ticket, received_day, due_day, confirm_day, opened_us, opened_by, confirmed_us, extended_us, extend_reason, " \
                "proved_us, proved_call, proved_level, proved_by, decided_us, decided_by, ground, outcome, receipt FROM request "

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"request-add", "INSERT INTO request(customer_id, kind, regime, channel, ticket, received_day, due_day, confirm_day, opened_us, opened_by) "
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", false},
    [ST_GET] = {"request-get", REQUEST "WHERE id = ?1", true},
    [ST_EACH] = {"request-each", REQUEST "WHERE (?1 OR state = 1) AND (?2 = 0 OR customer_id = ?2) ORDER BY state != 1, due_day IS NULL, due_day, id", true},
    [ST_SAME] = {"request-same", "SELECT id FROM request WHERE state = 1 AND kind = ?1 AND customer_id = ?2 ORDER BY id LIMIT 1", true},
    [ST_UPDATE] = {"request-update", "UPDATE request SET state = ?2, due_day = ?3, confirmed_us = ?4, extended_us = ?5, extend_reason = ?6, proved_us = ?7, proved_call = ?8, proved_level = ?9, "
                   "proved_by = ?10, decided_us = ?11, decided_by = ?12, ground = ?13, outcome = ?14, document_sha256 = ?15, receipt = ?16 WHERE id = ?1", false},
    [ST_RECEIPT] = {"request-receipt", "SELECT receipt FROM customer_erasure WHERE customer_id = ?1 ORDER BY begun_us DESC LIMIT 1", true},
    [ST_ROLE] = {"request-role", "SELECT role FROM staff WHERE login = ?1", true},
};

cdr_status cdr_rights_store_open(cdr_db *db, cdr_db_set **ret, cdr_err *err)
{
    return cdr_db_prepare_set(db, statements, ST__MAX, ret, err);
}

/* 0 and "" stand for what is not there. */
static void bind_number(cdr_db_query *q, int param, int64_t v)
{
    if (v)
        cdr_db_bind_int(q, param, v);
    else
        cdr_db_bind_null(q, param);
}

static void bind_words(cdr_db_query *q, int param, const char *text)
{
    cdr_db_bind_text(q, param, *text ? text : NULL);
}

static void copy_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *text = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", text ? text : "");
}

static void read_request(cdr_db_query *q, cdr_request *r)
{
    *r = (cdr_request){.id = cdr_db_col_int(q, 0), .customer = cdr_db_col_int(q, 1), .kind = (cdr_right)cdr_db_col_int(q, 2), .regime = (cdr_regime)cdr_db_col_int(q, 3),
                       .state = (cdr_request_state)cdr_db_col_int(q, 4), .received_day = cdr_db_col_int(q, 7), .due_day = cdr_db_col_int(q, 8), .confirm_day = cdr_db_col_int(q, 9),
                       .opened_us = cdr_db_col_int(q, 10), .confirmed_us = cdr_db_col_int(q, 12), .extended_us = cdr_db_col_int(q, 13), .proved_us = cdr_db_col_int(q, 15),
                       .proved_level = (cdr_level)cdr_db_col_int(q, 17), .decided_us = cdr_db_col_int(q, 19)};
    snprintf(r->name, sizeof r->name, "R-%" PRId64, r->id);
    copy_text(q, 5, r->channel, sizeof r->channel);
    copy_text(q, 6, r->ticket, sizeof r->ticket);
    copy_text(q, 11, r->opened_by, sizeof r->opened_by);
    copy_text(q, 14, r->extend_reason, sizeof r->extend_reason);
    copy_text(q, 16, r->proved_call, sizeof r->proved_call);
    copy_text(q, 18, r->proved_by, sizeof r->proved_by);
    copy_text(q, 20, r->decided_by, sizeof r->decided_by);
    copy_text(q, 21, r->ground, sizeof r->ground);
    copy_text(q, 22, r->outcome, sizeof r->outcome);
    copy_text(q, 23, r->receipt, sizeof r->receipt);
}

cdr_status cdr_rights_store_add(cdr_rights *r, cdr_request *n, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(r->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    bind_number(&q, 1, n->customer);
    cdr_db_bind_int(&q, 2, n->kind);
    cdr_db_bind_int(&q, 3, n->regime);
    cdr_db_bind_text(&q, 4, n->channel);
    bind_words(&q, 5, n->ticket);
    cdr_db_bind_int(&q, 6, n->received_day);
    bind_number(&q, 7, n->due_day);
    bind_number(&q, 8, n->confirm_day);
    cdr_db_bind_int(&q, 9, n->opened_us);
    cdr_db_bind_text(&q, 10, n->opened_by);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK) {
        n->id = cdr_db_last_id(r->db);
        snprintf(n->name, sizeof n->name, "R-%" PRId64, n->id);
    }
    return s;
}

cdr_status cdr_rights_store_get(cdr_rights *r, int64_t id, cdr_request *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(r->set, ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        read_request(&q, ret);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_rights_store_each(cdr_rights *r, bool all, int64_t customer, cdr_request_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_request one;
    cdr_status s = cdr_db_begin_query(r->set, ST_EACH, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, all);
    cdr_db_bind_int(&q, 2, customer);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        read_request(&q, &one);
        s = fn(arg, &one);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_rights_store_same(cdr_rights *r, const cdr_request *n, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(r->set, ST_SAME, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, n->kind);
    cdr_db_bind_int(&q, 2, n->customer);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_rights_store_update(cdr_rights *r, const cdr_request *n, const uint8_t *sha256, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(r->set, ST_UPDATE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, n->id);
    cdr_db_bind_int(&q, 2, n->state);
    bind_number(&q, 3, n->due_day);
    bind_number(&q, 4, n->confirmed_us);
    bind_number(&q, 5, n->extended_us);
    bind_words(&q, 6, n->extend_reason);
    bind_number(&q, 7, n->proved_us);
    bind_words(&q, 8, n->proved_call);
    bind_number(&q, 9, n->proved_level);
    bind_words(&q, 10, n->proved_by);
    bind_number(&q, 11, n->decided_us);
    bind_words(&q, 12, n->decided_by);
    bind_words(&q, 13, n->ground);
    bind_words(&q, 14, n->outcome);
    if (sha256)
        cdr_db_bind_blob(&q, 15, sha256, CDR_SHA256_BYTES);
    else
        cdr_db_bind_null(&q, 15);
    bind_words(&q, 16, n->receipt);
    return cdr_db_run(&q, err);
}

cdr_status cdr_rights_store_receipt(cdr_rights *r, int64_t customer, char ret[17], cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(r->set, ST_RECEIPT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        copy_text(&q, 0, ret, 17);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_rights_store_role(cdr_rights *r, const char *actor, const char **ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = "our staff";
    if (strncmp(actor, "staff:", 6) != 0)
        return CDR_OK;
    cdr_status s = cdr_db_begin_query(r->set, ST_ROLE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, actor + 6);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_role_name((cdr_role)cdr_db_col_int(&q, 0));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
