/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/own_field.h"

#include <string.h>

enum { ST_ALL, ST_ADD, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ALL] = {"own-fields", "SELECT id, key, label, category, form, flags FROM vault_field ORDER BY id", true},
    [ST_ADD] = {"own-field-add", "INSERT INTO vault_field(id, key, label, category, form, flags) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
};

static void field_done(cdr_vault_field *f)
{
    cdr_free((char *)(uintptr_t)f->key);
    cdr_free((char *)(uintptr_t)f->label);
    cdr_free((char *)(uintptr_t)f->category);
}

void cdr_own_fields_free(cdr_own_fields *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++)
        field_done(&f->at[i]);
    cdr_free(f);
}

static cdr_status keep(cdr_own_fields *f, uint16_t id, const char *key, const char *label, const char *category, cdr_vault_form form, unsigned flags, cdr_err *err)
{
    cdr_vault_field *n = &f->at[f->count];
    *n = (cdr_vault_field){id, cdr_strdup(key), cdr_strdup(label), cdr_strdup(category), form, flags};
    if (n->key && n->label && n->category) {
        f->count++;
        return CDR_OK;
    }
    field_done(n);
    return cdr_fail_nomem(err, "vault");
}

cdr_status cdr_own_fields_load(cdr_db *db, cdr_own_fields **ret, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    *ret = NULL;
    cdr_own_fields *f = cdr_alloc(sizeof *f);
    if (!f)
        return cdr_fail_nomem(err, "vault");
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s == CDR_OK) {
        s = cdr_db_begin_query(set, ST_ALL, &q, err);
        while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
            int64_t form = cdr_db_col_int(&q, 4);
            if (f->count == CDR_OWN_FIELDS_MAX || form < CDR_FORM_TEXT || form > CDR_FORM_DATE)
                s = cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.own-field", "The table of own fields holds what this version does not know; restore the database from a backup.");
            else
                s = keep(f, (uint16_t)cdr_db_col_int(&q, 0), cdr_db_col_text(&q, 1, NULL), cdr_db_col_text(&q, 2, NULL), cdr_db_col_text(&q, 3, NULL), (cdr_vault_form)form,
                         (unsigned)cdr_db_col_int(&q, 5) | CDR_VF_OWN, err);
        }
        cdr_db_end(&q);
        cdr_db_set_free(set);
    }
    if (s != CDR_DONE) {
        cdr_own_fields_free(f);
        return s;
    }
    *ret = f;
    return CDR_OK;
}

cdr_status cdr_own_field_make(cdr_db *db, cdr_own_fields *f, const char *key, const char *label, const char *category, const cdr_vault_field **ret, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    *ret = cdr_own_fields_find(f, key);
    if (*ret)
        return CDR_OK;
    if (f->count == CDR_OWN_FIELDS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.own-fields", "There are %u fields of your own already; leave columns out that no call needs.", CDR_OWN_FIELDS_MAX);
    uint16_t id = f->count ? (uint16_t)(f->at[f->count - 1].id + 1) : CDR_FIELD_OWN;
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_ADD, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        cdr_db_bind_text(&q, 2, key);
        cdr_db_bind_text(&q, 3, label);
        cdr_db_bind_text(&q, 4, category);
        cdr_db_bind_int(&q, 5, CDR_FORM_TEXT);
        cdr_db_bind_int(&q, 6, CDR_VF_OWN);
        s = cdr_db_run(&q, err);
    }
    cdr_db_set_free(set);
    if (s == CDR_OK)
        s = keep(f, id, key, label, category, CDR_FORM_TEXT, CDR_VF_OWN, err);
    if (s == CDR_OK)
        *ret = &f->at[f->count - 1];
    return s;
}
