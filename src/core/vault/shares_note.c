/* SPDX-License-Identifier: Apache-2.0 */
/* Which shares were given out last: told by key status, so that somebody notices when there are none. */
#include "core/vault/shares.h"

#include "base/json.h"
#include "base/time.h"
#include "core/workspace/store.h"

#include <string.h>

#define SETTING "key.shares"

cdr_status cdr_shares_workspace(cdr_db *db, char ret[25], cdr_err *err)
{
    _cleanup_free_ char *id = NULL;
    cdr_status s = cdr_setting_get(db, "workspace.id", &id, err);
    if (s != CDR_OK)
        return s;
    if (strlen(id) != 24)
        return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.workspace-id", "The workspace's identity is damaged; restore the database from a backup.");
    memcpy(ret, id, 25);
    return CDR_OK;
}

cdr_status cdr_shares_note(cdr_workspace *ws, const cdr_share_set *set, cdr_err *err)
{
    cdr_db *db = cdr_workspace_db(ws);
    _cleanup_json_ json_t *j = json_pack("{s:s, s:i, s:i, s:I}", "set", set->set, "shares", (int)set->shares, "needed", (int)set->needed, "made_us", (json_int_t)set->made_us);
    _cleanup_free_ char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
    cdr_status s = text ? cdr_db_begin(db, err) : cdr_fail_nomem(err, "vault");
    if (s != CDR_OK)
        return s;
    s = cdr_setting_set(db, SETTING, text, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){"key.shares", cdr_workspace_actor(ws), "candor.key", text}, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(db, err);
    cdr_db_rollback(db);
    return s;
}

cdr_status cdr_shares_noted(cdr_workspace *ws, cdr_share_set *ret, cdr_err *err)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ json_t *j = NULL;
    const char *set;
    int shares, needed;
    json_int_t made;
    *ret = (cdr_share_set){0};
    cdr_status s = cdr_setting_get(cdr_workspace_db(ws), SETTING, &text, err);
    if (s == CDR_OK)
        s = cdr_json_parse(text, strlen(text), SETTING, &j, err);
    if (s != CDR_OK)
        return s;
    if (json_unpack(j, "{s:s, s:i, s:i, s:I}", "set", &set, "shares", &shares, "needed", &needed, "made_us", &made) || strlen(set) != 16 || shares < 0 || needed < 0)
        return cdr_fail(err, CDR_E_CORRUPT, "vault", "shares.noted", "What the workspace says of its recovery shares is damaged; make new ones with candor key shares.");
    memcpy(ret->set, set, sizeof ret->set);
    ret->shares = (unsigned)shares;
    ret->needed = (unsigned)needed;
    ret->made_us = made;
    return CDR_OK;
}
