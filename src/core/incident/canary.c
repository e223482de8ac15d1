/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/canary.h"

#include "core/identity/overview.h"
#include "core/incident/store_canary.h"

#include <stdio.h>

#define DAY_US INT64_C(86400000000)
#define AT_ONCE_MAX 1000       /* of one call: the next goes on */

static int64_t since(cdr_workspace *ws)
{
    return cdr_now_us(cdr_workspace_ctx(ws)) - CDR_OVERVIEW_DAYS * DAY_US;
}

cdr_status cdr_canary_waiting(cdr_workspace *ws, bool *ret, cdr_err *err)
{
    cdr_canary_row row;
    cdr_status s = cdr_canary_store_first(cdr_workspace_db(ws), since(ws), &row, err);
    *ret = s == CDR_OK;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* No names: who opened it stands in the ledger and in candor disclosure report. */
static cdr_status open_one(cdr_incidents *in, const cdr_canary_row *row, cdr_err *err)
{
    char note[160];
    int64_t id;
    const cdr_incident_open_request request = {.kind = row->staff ? "insider-misuse" : "customer-data-breach", .title = "A canary record was opened", .found_by = "a canary record",
                                               .began_us = row->at_us, .no_run = true};
    cdr_status s = cdr_incident_open(in, &request, &id, NULL, err);
    snprintf(note, sizeof note, "Alert %lld of the canary records. Nobody has a reason to open one; candor disclosure report shows by whom and in which call.", (long long)row->id);
    if (s == CDR_OK)
        s = cdr_incident_note(in, id, "note", note, row->at_us, 0, false, true, err);
    return s == CDR_OK ? cdr_canary_store_join(cdr_workspace_db(cdr_incidents_workspace(in)), row->id, id, err) : s;
}

cdr_status cdr_canary_incidents(cdr_incidents *in, unsigned *ret_opened, cdr_err *err)
{
    cdr_workspace *ws = cdr_incidents_workspace(in);
    cdr_db *db = cdr_workspace_db(ws);
    unsigned opened = 0;
    cdr_canary_row row;
    cdr_status s = CDR_OK;
    while (opened < AT_ONCE_MAX && (s = cdr_canary_store_first(db, since(ws), &row, err)) == CDR_OK) {
        if ((s = cdr_db_begin(db, err)) != CDR_OK)
            break;
        s = open_one(in, &row, err);
        if (s == CDR_OK)
            s = cdr_db_commit(db, err);
        else
            cdr_db_rollback(db);
        if (s != CDR_OK)
            break;
        opened++;
    }
    if (ret_opened)
        *ret_opened = opened;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}
