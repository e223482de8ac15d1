/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing: first what needs the key (index rows, the pseudonym for the last entry), then the key, then the rest. Each step is committed; cdr_vault_open goes on where it
 * stopped, and between the steps nobody can read the customer any more than before. */
#include "core/vault/vault_parts.h"

#include "base/fault.h"
#include "base/parse.h"
#include "base/time.h"
#include "core/workspace/store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define KIND "customer.erase"

/* Where a test may kill the process. */
static void may_stop(void)
{
    if (cdr_fault(CDR_FAULT_STOP))
        raise(SIGKILL);
}

static cdr_status backup_days(cdr_vault *v, int64_t *ret, cdr_err *err)
{
    char *text = NULL;
    *ret = CDR_KEY_BACKUP_DAYS;
    cdr_status s = cdr_setting_get(v->db, "vault.key-backup-days", &text, NULL);
    if (s == CDR_NOT_FOUND)
        return CDR_OK;
    if (s == CDR_OK && !cdr_parse_i64(text, strlen(text), 0, 3650, ret))
        s = cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.backup-days", "The setting vault.key-backup-days is no number of days.");
    cdr_free(text);
    return s;
}

/* --- first: while the key still opens --- */

static cdr_status begin(cdr_vault *v, int64_t customer, const char *reason, cdr_erasure *ret, cdr_err *err)
{
    cdr_record_of r;
    char pseudonym[CDR_PSEUDONYM_TEXT], counts[64];
    uint8_t id[8];
    cdr_status s = cdr_vault_record(v, customer, &r, err);
    if (s != CDR_OK)
        return s;
    v->ctx->random(v->ctx->rng, id, sizeof id);
    cdr_hex_encode(id, sizeof id, ret->receipt);
    ret->cells = r.cells.count;
    s = cdr_db_begin(v->db, err);
    if (s == CDR_OK) {
        s = cdr_vault_drop_index(v, &r, &ret->index_rows, err);
        if (s == CDR_OK)
            s = cdr_vault_pseudonym(v, customer, pseudonym, err);
        snprintf(counts, sizeof counts, "{\"fields\":%u,\"index_rows\":%u}", ret->cells, ret->index_rows);
        if (s == CDR_OK)
            s = cdr_erasure_begin(v, customer, ret->receipt, reason, pseudonym, counts, err);
        /* Factors and codes go with the state: a trigger of the schema. */
        if (s == CDR_OK)
            s = cdr_customer_set_state(v, customer, CDR_CUSTOMER_ERASING, err);
        if (s == CDR_OK)
            s = cdr_db_commit(v->db, err);
        else
            cdr_db_rollback(v->db);
    }
    cdr_vault_record_done(&r);
    return s;
}

/* --- second: the key --- */

static cdr_status destroy_key(cdr_vault *v, int64_t customer, cdr_err *err)
{
    cdr_wipe(cdr_secret_writable(v->dek), CDR_DEK_BYTES);
    v->dek_of = 0;
    cdr_status s = cdr_keys_drop(v, customer, err);
    return s == CDR_OK ? cdr_db_cut_log(v->keys, err) : s;
}

/* --- third: what is left, and the receipt --- */

static cdr_status make_document(cdr_vault *v, const cdr_erasure_row *e, cdr_buf *out, int64_t *ret_gone, cdr_err *err)
{
    char begun[CDR_TIME_TEXT], done[CDR_TIME_TEXT], gone[CDR_TIME_TEXT];
    int64_t days, now = cdr_now_us(v->ctx);
    cdr_status s = backup_days(v, &days, err);
    if (s != CDR_OK)
        return s;
    *ret_gone = now + days * DAY_US;
    cdr_time_format(e->begun_us, begun);
    cdr_time_format(now, done);
    cdr_time_format(*ret_gone, gone);
    json_t *counts = json_loads(e->counts, 0, NULL);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "receipt", e->receipt, "organisation", cdr_workspace_org(v->ws), "subject", e->pseudonym, "reason", e->reason, "begun", begun,
                            "key_destroyed", done, "key_backups_gone_by", gone, "erased", counts, "means",
                            "The key that opened this person's fields was destroyed, with the rows of the index and the key of the pseudonym. What is left cannot be read. Copies of the key file "
                            "from before are overwritten by the date above; until then whoever holds such a copy, a copy of the database and the workspace key could still read.");
    s = doc ? cdr_json_canonical(doc, out, err) : cdr_fail_nomem(err, "vault");
    json_decref(doc);
    return s;
}

static cdr_status finish(cdr_vault *v, const cdr_erasure_row *e, cdr_erasure *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf document = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    uint8_t hash[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1], details[160];
    cdr_status s = make_document(v, e, &document, &ret->backups_gone_us, err);
    if (s == CDR_OK)
        s = cdr_db_begin(v->db, err);
    if (s != CDR_OK)
        return s;
    cdr_sha256(document.data, document.len, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    snprintf(details, sizeof details, "{\"receipt\":\"%s\",\"sha256\":\"%s\"}", e->receipt, hex);
    s = cdr_customer_set_state(v, e->customer, CDR_CUSTOMER_ERASED, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(v->ws), &(cdr_ledger_event){KIND, cdr_workspace_actor(v->ws), e->pseudonym, details}, &ret->ledger_index, err);
    if (s == CDR_OK)
        s = cdr_erasure_finish(v, e->receipt, document.data, (int64_t)ret->ledger_index, err);
    if (s != CDR_OK) {
        cdr_db_rollback(v->db);
        return s;
    }
    s = cdr_db_commit(v->db, err);
    ret->at_us = cdr_now_us(v->ctx);
    return s;
}

/* A reader may hold the log: then it is cut by the next erasure or by SQLite itself, and the cells in it are sealed under a key that is gone. */
static cdr_status cut(cdr_vault *v, cdr_err *err)
{
    cdr_status s = cdr_db_cut_log(v->db, err);
    return s == CDR_E_LOCKED ? CDR_OK : s;
}

static cdr_status go_on(cdr_vault *v, cdr_erasure *ret, cdr_err *err)
{
    cdr_erasure_row e;
    cdr_status s = cdr_erasure_open(v, &e, err);
    if (s != CDR_OK)
        return s;
    s = destroy_key(v, e.customer, err);
    may_stop();
    if (s == CDR_OK)
        s = finish(v, &e, ret, err);
    may_stop();
    return s == CDR_OK ? cut(v, err) : s;
}

cdr_status cdr_vault_finish_erasures(cdr_vault *v, cdr_err *err)
{
    cdr_erasure done;
    cdr_status s;
    while ((s = go_on(v, &done, err)) == CDR_OK)
        ;
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vault_erase(cdr_vault *v, int64_t customer, const char *reason, cdr_erasure *ret, cdr_err *err)
{
    *ret = (cdr_erasure){.receipt = ""};
    if (strlen(reason) > 150)
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.reason", "The reason is longer than 150 bytes; a word and a number are enough.");
    if (cdr_db_in_transaction(v->db))
        return cdr_fail(err, CDR_E_INVAL, "vault", "vault.in-transaction", "An erasure writes in transactions of its own.");
    cdr_status s = begin(v, customer, reason, ret, err);
    may_stop();
    return s == CDR_OK ? go_on(v, ret, err) : s;
}

cdr_status cdr_vault_erasure_receipt(cdr_vault *v, const char *receipt, cdr_buf *document, uint64_t *ret_index, cdr_err *err)
{
    return cdr_erasure_document(v, receipt, document, ret_index, err);
}
