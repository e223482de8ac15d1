/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/state.h"

#include "core/inventory/query.h"
#include "core/workspace/store.h"

#include <string.h>

cdr_status cdr_inventory_open(cdr_workspace *ws, cdr_inventory **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_inventory *inv = cdr_alloc(sizeof *inv);
    if (!inv)
        return cdr_fail_nomem(err, "inventory");
    inv->ws = ws;
    inv->ctx = cdr_workspace_ctx(ws);
    inv->db = cdr_workspace_db(ws);
    inv->ledger = cdr_workspace_ledger(ws);
    cdr_status s = cdr_store_open(inv, err);
    if (s == CDR_OK && (s = cdr_setting_get(inv->db, "inventory.root", &inv->root, err)) == CDR_NOT_FOUND)
        s = (inv->root = cdr_strdup("")) ? CDR_OK : cdr_fail_nomem(err, "inventory");
    if (s != CDR_OK) {
        cdr_inventory_close(inv);
        return s;
    }
    *ret = inv;
    return CDR_OK;
}

void cdr_inventory_close(cdr_inventory *inv)
{
    if (!inv)
        return;
    cdr_store_scan_close(inv);
    cdr_db_set_free(inv->declared);
    cdr_db_set_free(inv->scanning);
    cdr_db_set_free(inv->asking);
    cdr_claims_done(&inv->claims);
    json_decref(inv->scope);
    json_decref(inv->mistakes);
    cdr_free(inv->root);
    cdr_free(inv);
}

const char *cdr_inventory_display(const cdr_inventory *inv, const char *path)
{
    size_t len = strlen(inv->root);
    if (len > 1 && !strncmp(path, inv->root, len) && path[len] == '/' && path[len + 1])
        return path + len + 1;
    return path;
}

cdr_status cdr_inventory_scope(cdr_inventory *inv, const char *const *targets, size_t count, cdr_err *err)
{
    json_decref(inv->scope);
    inv->scope = count ? json_array() : NULL;
    bool ok = !count || inv->scope;
    for (size_t i = 0; ok && i < count; i++)
        ok = json_array_append_new(inv->scope, json_string(targets[i])) == 0;
    return ok ? CDR_OK : cdr_fail_nomem(err, "inventory");
}

/* --- entities --- */

const cdr_record *cdr_entity_record(cdr_entity e)
{
    static const cdr_record *const records[CDR_ENTITY__MAX] = {&cdr_party_record, &cdr_system_record, &cdr_activity_record, &cdr_declared_dataset_record};
    return records[e];
}

const char *cdr_entity_plural(cdr_entity e)
{
    static const char *const words[CDR_ENTITY__MAX] = {"parties", "systems", "activities", "datasets"};
    return words[e];
}
