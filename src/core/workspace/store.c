/* SPDX-License-Identifier: Apache-2.0 */
#include "core/workspace/store.h"

enum { ST_GET, ST_SET, ST_NAME, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_GET] = {"setting-get", "SELECT value FROM setting WHERE key = ?1", true},
    /* The party "us" is the organisation; before anything is declared the name given to candor init stands for it. */
    [ST_NAME] = {"organisation-name", "SELECT value FROM (SELECT name AS value, 0 AS rank FROM party WHERE key = 'us' "
                 "UNION ALL SELECT value, 1 FROM setting WHERE key = 'organisation') WHERE ?1 IS NOT NULL ORDER BY rank LIMIT 1", true},
    [ST_SET] = {"setting-set", "INSERT INTO setting(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value", false},
};

static cdr_status get(cdr_db *db, size_t statement, const char *key, char **ret, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    *ret = NULL;
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, statement, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, key);
        s = cdr_db_step(&q, err);
        if (s == CDR_DONE)
            s = cdr_fail(err, CDR_NOT_FOUND, "workspace", "workspace.setting", "The workspace has no setting %s.", key);
        else if (s == CDR_OK && !(*ret = cdr_strdup(cdr_db_col_text(&q, 0, NULL))))
            s = cdr_fail_nomem(err, "workspace");
        cdr_db_end(&q);
    }
    cdr_db_set_free(set);
    return s;
}

cdr_status cdr_setting_get(cdr_db *db, const char *key, char **ret, cdr_err *err)
{
    return get(db, ST_GET, key, ret, err);
}

cdr_status cdr_organisation_name(cdr_db *db, char **ret, cdr_err *err)
{
    return get(db, ST_NAME, "organisation", ret, err);
}

cdr_status cdr_setting_set(cdr_db *db, const char *key, const char *value, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_SET, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_text(&q, 1, key);
        cdr_db_bind_text(&q, 2, value);
        s = cdr_db_run(&q, err);
    }
    cdr_db_set_free(set);
    return s;
}
