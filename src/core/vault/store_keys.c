/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of candor.keys. */
#include "core/vault/vault_parts.h"

#include <string.h>

enum { ST_PUT, ST_GET, ST_DROP, ST_COUNT, ST_OLDER, ST_KEK_ADD, ST_KEK_NEWEST, ST_KEK_GET, ST_KEK_DROP, ST_SECRET_PUT, ST_SECRET_GET, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_PUT] = {"customer-key-put", "INSERT INTO customer_key(customer_id, kek, sealed) VALUES(?1, ?2, ?3) "
                "ON CONFLICT(customer_id) DO UPDATE SET kek = excluded.kek, sealed = excluded.sealed", false},
    [ST_GET] = {"customer-key-get", "SELECT kek, sealed FROM customer_key WHERE customer_id = ?1", true},
    [ST_DROP] = {"customer-key-drop", "DELETE FROM customer_key WHERE customer_id = ?1", false},
    [ST_COUNT] = {"customer-key-count", "SELECT count(*), coalesce(sum(kek <> ?1), 0) FROM customer_key", true},
    [ST_OLDER] = {"customer-key-older", "SELECT customer_id, kek, sealed FROM customer_key WHERE customer_id > ?1 AND kek <> ?2 ORDER BY customer_id LIMIT ?3", true},
    [ST_KEK_ADD] = {"kek-add", "INSERT INTO kek(version, sealed, made_us) VALUES(?1, ?2, ?3)", false},
    [ST_KEK_NEWEST] = {"kek-newest", "SELECT version, sealed, made_us FROM kek ORDER BY version DESC LIMIT 1", true},
    [ST_KEK_GET] = {"kek-get", "SELECT sealed FROM kek WHERE version = ?1", true},
    [ST_KEK_DROP] = {"kek-drop", "DELETE FROM kek WHERE version < ?1", false},
    [ST_SECRET_PUT] = {"vault-secret-put", "INSERT INTO vault_secret(name, sealed, made_us) VALUES(?1, ?2, ?3) "
                       "ON CONFLICT(name) DO UPDATE SET sealed = excluded.sealed, made_us = excluded.made_us", false},
    [ST_SECRET_GET] = {"vault-secret-get", "SELECT sealed FROM vault_secret WHERE name = ?1", true},
};

cdr_status cdr_keys_prepare(cdr_vault *v, cdr_err *err)
{
    return cdr_db_prepare_set(v->keys, statements, ST__MAX, &v->kset, err);
}

static cdr_status damaged(cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.keys", "candor.keys holds a key of the wrong size; restore it from a backup.");
}

/* A blob of exactly ${len} bytes from column ${col}. */
static cdr_status take(cdr_db_query *q, int col, void *ret, size_t len, cdr_err *err)
{
    size_t have;
    const void *p = cdr_db_col_blob(q, col, &have);
    if (!p || have != len)
        return damaged(err);
    memcpy(ret, p, len);
    return CDR_OK;
}

cdr_status cdr_keys_put(cdr_vault *v, int64_t customer, const cdr_sealed_key *k, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_PUT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    cdr_db_bind_int(&q, 2, k->kek);
    cdr_db_bind_blob(&q, 3, k->sealed, sizeof k->sealed);
    return cdr_db_run(&q, err);
}

cdr_status cdr_keys_get(cdr_vault *v, int64_t customer, cdr_sealed_key *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, customer);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.no-key", "The key of this customer does not exist: it was destroyed, or candor.keys is an older copy.");
    else if (s == CDR_OK) {
        ret->kek = (uint32_t)cdr_db_col_int(&q, 0);
        s = take(&q, 1, ret->sealed, sizeof ret->sealed, err);
    }
    cdr_db_end(&q);
    return s;
}

static cdr_status run_one(cdr_vault *v, size_t statement, int64_t value, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, statement, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, value);
    return cdr_db_run(&q, err);
}

cdr_status cdr_keys_drop(cdr_vault *v, int64_t customer, cdr_err *err)
{
    return run_one(v, ST_DROP, customer, err);
}

cdr_status cdr_kek_drop_before(cdr_vault *v, uint32_t version, cdr_err *err)
{
    return run_one(v, ST_KEK_DROP, version, err);
}

cdr_status cdr_keys_count(cdr_vault *v, uint32_t version, uint64_t *ret_all, uint64_t *ret_older, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_COUNT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, version);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        *ret_all = (uint64_t)cdr_db_col_int(&q, 0);
        *ret_older = (uint64_t)cdr_db_col_int(&q, 1);
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_keys_older(cdr_vault *v, uint32_t version, int64_t after, int64_t *ret, cdr_sealed_key *ret_keys, size_t cap, size_t *ret_count, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret_count = 0;
    cdr_status s = cdr_db_begin_query(v->kset, ST_OLDER, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, after);
    cdr_db_bind_int(&q, 2, version);
    cdr_db_bind_int(&q, 3, (int64_t)cap);
    while ((s = cdr_db_step(&q, err)) == CDR_OK && *ret_count < cap) {
        ret[*ret_count] = cdr_db_col_int(&q, 0);
        ret_keys[*ret_count].kek = (uint32_t)cdr_db_col_int(&q, 1);
        if ((s = take(&q, 2, ret_keys[*ret_count].sealed, CDR_DEK_SEALED, err)) != CDR_OK)
            break;
        ++*ret_count;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_kek_add(cdr_vault *v, uint32_t version, const uint8_t sealed[72], cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_KEK_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, version);
    cdr_db_bind_blob(&q, 2, sealed, 72);
    cdr_db_bind_int(&q, 3, cdr_now_us(v->ctx));
    return cdr_db_run(&q, err);
}

cdr_status cdr_kek_newest(cdr_vault *v, uint32_t *ret_version, uint8_t sealed[72], int64_t *ret_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_KEK_NEWEST, &q, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = CDR_NOT_FOUND;
    else if (s == CDR_OK) {
        *ret_version = (uint32_t)cdr_db_col_int(&q, 0);
        *ret_us = cdr_db_col_int(&q, 2);
        s = take(&q, 1, sealed, 72, err);
    }
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_kek_get(cdr_vault *v, uint32_t version, uint8_t sealed[72], cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_KEK_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, version);
    s = cdr_db_step(&q, err);
    s = s == CDR_OK ? take(&q, 0, sealed, 72, err) : s == CDR_DONE ? damaged(err) : s;
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_vault_secret_put(cdr_vault *v, const char *name, const void *sealed, size_t len, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_SECRET_PUT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, name);
    cdr_db_bind_blob(&q, 2, sealed, len);
    cdr_db_bind_int(&q, 3, cdr_now_us(v->ctx));
    return cdr_db_run(&q, err);
}

cdr_status cdr_vault_secret_get(cdr_vault *v, const char *name, cdr_buf *sealed, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(v->kset, ST_SECRET_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, name);
    s = cdr_db_step(&q, err);
    if (s == CDR_DONE)
        s = CDR_NOT_FOUND;
    else if (s == CDR_OK) {
        size_t len;
        const void *p = cdr_db_col_blob(&q, 0, &len);
        s = !p ? damaged(err) : cdr_buf_add(sealed, p, len) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "vault");
    }
    cdr_db_end(&q);
    return s;
}
