/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: written with their ledger entry, used with another one, and only then is a field opened. cdr_vault_open_field is called here and by the vault's own deliveries; no header
 * that others include declares it. */
#include "core/vault/open_field.h"
#include "core/vault/store_grant.h"

#include "base/parse.h"
#include "core/ledger/store.h"

#include <string.h>

struct cdr_grant {
    cdr_vault *v;
    cdr_grant_row row;
};

#define TIME_BYTES 7
#define LASTS_MAX_US INT64_C(86400000000)

static const char *const mode_names[] = {"", "confirm", "masked", "plain", "send-to-record"};

const char *cdr_grant_id(const cdr_grant *g)
{
    return g->row.id;
}

uint64_t cdr_grant_ledger_index(const cdr_grant *g)
{
    return g->row.ledger_index;
}

void cdr_grant_free(cdr_grant *g)
{
    cdr_free(g);
}

static cdr_status new_grant(cdr_vault *v, cdr_grant **ret, cdr_err *err)
{
    *ret = cdr_alloc(sizeof **ret);
    if (!*ret)
        return cdr_fail_nomem(err, "vault");
    (*ret)->v = v;
    return CDR_OK;
}

/* --- issuing --- */

static cdr_status check_request(cdr_vault *v, const cdr_grant_request *r, cdr_err *err)
{
    if (cdr_db_in_transaction(v->db))
        return cdr_fail(err, CDR_E_INVAL, "vault", "grant.in-transaction", "A grant is written in a transaction of its own, so that its ledger entry stands before anything is opened.");
    if (r->lasts_us > LASTS_MAX_US)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "grant.long", "A grant lasts a day at most.");
    if (r->count == 0 || r->count > CDR_VAULT_FIELDS_MAX || !r->purpose || !*r->purpose || !r->basis || !*r->basis)
        return cdr_fail(err, CDR_E_INVAL, "vault", "grant.incomplete", "A grant names at least one field, a purpose and what it rests on.");
    for (size_t i = 0; i < r->count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(v, r->fields[i].field);
        if (r->fields[i].mode < CDR_GRANT_CONFIRM || r->fields[i].mode > CDR_GRANT_SEND)
            return cdr_fail(err, CDR_E_INVAL, "vault", "grant.mode", "A field may be confirmed, shown masked, shown, or sent to the route on record.");
        if (!f)
            return cdr_fail(err, CDR_E_INVAL, "vault", "grant.field", "A grant names a field that does not exist.");
    }
    return CDR_OK;
}

/* {"fields":{"delivery_address":"plain"},"grant":…,"purpose":…}: names, never values. */
static json_t *grant_details(const cdr_vault *v, const cdr_grant_row *g, const cdr_grant_request *r)
{
    json_t *fields = json_object(), *more = r->details_json ? json_loads(r->details_json, JSON_REJECT_DUPLICATES, NULL) : json_object();
    for (size_t i = 0; fields && i < r->count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(v, r->fields[i].field);
        json_object_set_new(fields, f ? f->key : "field", json_string(mode_names[r->fields[i].mode]));
    }
    json_t *d = json_pack("{s:s, s:o, s:s, s:s, s:I, s:i}", "grant", g->id, "fields", fields, "purpose", r->purpose, "basis", r->basis, "seconds",
                          (json_int_t)((g->expires_us - g->issued_us) / 1000000), "uses", (int)(r->uses ? r->uses : 1));
    if (d && r->call)
        json_object_set_new(d, "call", json_string(r->call));
    if (!d || !more || json_object_update_missing(d, more)) {
        json_decref(d);
        d = NULL;
    }
    json_decref(more);
    return d;
}

static void first_id(int64_t at, char ret[33])
{
    uint8_t id[16] = {0};
    for (int i = 0; i < TIME_BYTES; i++)
        id[i] = (uint8_t)((uint64_t)at >> (8 * (TIME_BYTES - 1 - i)));
    cdr_hex_encode(id, sizeof id, ret);
}

/* Time first, then chance: nobody guesses it, and rows are added at the end of their table, not on a random page for each. */
static void new_id(cdr_vault *v, int64_t now, char ret[33])
{
    uint8_t id[16];
    for (int i = 0; i < TIME_BYTES; i++)
        id[i] = (uint8_t)((uint64_t)now >> (8 * (TIME_BYTES - 1 - i)));
    v->ctx->random(v->ctx->rng, id + TIME_BYTES, sizeof id - TIME_BYTES);
    cdr_hex_encode(id, sizeof id, ret);
}

static cdr_status take_fields(cdr_grant_row *g, const cdr_grant_request *r, cdr_err *err)
{
    unsigned uses = r->uses ? r->uses : 1;
    if (uses > UINT16_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "grant.uses", "A grant may be used %d times at most.", UINT16_MAX);
    g->count = r->count;
    for (size_t i = 0; i < r->count; i++)
        g->fields[i] = (cdr_granted){r->fields[i].field, (uint16_t)r->fields[i].mode, (uint16_t)uses};
    return CDR_OK;
}

cdr_status cdr_grant_issue(cdr_vault *v, const cdr_grant_request *r, cdr_grant **ret, cdr_err *err)
{
    cdr_grant *g;
    *ret = NULL;
    cdr_status s = check_request(v, r, err);
    if (s == CDR_OK)
        s = new_grant(v, &g, err);
    if (s != CDR_OK)
        return s;
    g->row.customer = r->customer;
    g->row.issued_us = cdr_now_us(v->ctx);
    new_id(v, g->row.issued_us, g->row.id);
    g->row.expires_us = g->row.issued_us + (r->lasts_us > 0 ? r->lasts_us : CDR_GRANT_REVEAL_US);
    s = take_fields(&g->row, r, err);
    if (s == CDR_OK && (s = cdr_db_begin(v->db, err)) == CDR_OK) {
        s = cdr_vault_enter(v, "disclosure.grant", r->customer, grant_details(v, &g->row, r), &g->row.ledger_index, err);
        if (s == CDR_OK)
            s = cdr_grant_insert(v, &g->row, r, err);
        if (s == CDR_OK)
            s = cdr_db_commit(v->db, err);
        else
            cdr_db_rollback(v->db);
    }
    if (s != CDR_OK) {
        cdr_grant_free(g);
        return s;
    }
    *ret = g;
    return CDR_OK;
}

cdr_status cdr_grant_load(cdr_vault *v, const char *id, cdr_grant **ret, cdr_err *err)
{
    cdr_status s = new_grant(v, ret, err);
    if (s == CDR_OK)
        s = cdr_grant_get(v, id, &(*ret)->row, err);
    if (s != CDR_OK) {
        cdr_grant_free(*ret);
        *ret = NULL;
    }
    return s;
}

/* --- using --- */

/* The row alone could have been written by somebody else than cdr_grant_issue: the ledger must know the grant. */
static cdr_status check_entry(cdr_grant *g, cdr_err *err)
{
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX + 1);
    cdr_status s = cdr_ledger_entry(cdr_workspace_ledger(g->v->ws), g->row.ledger_index, &entry, err);
    bool sound = s == CDR_OK && strstr(entry.data, "\"kind\":\"disclosure.grant\"") && strstr(entry.data, g->row.id);
    return s != CDR_OK && s != CDR_NOT_FOUND ? s : sound ? CDR_OK : cdr_fail(err, CDR_E_CORRUPT, "vault", "grant.forged", "A grant has no entry in the ledger; nothing is opened. Run candor ledger verify.");
}

static cdr_granted *field_of(cdr_grant_row *g, uint16_t field)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->fields[i].field == field)
            return &g->fields[i];
    return NULL;
}

static cdr_status check_use(cdr_grant *g, const cdr_granted *f, unsigned modes, cdr_err *err)
{
    int64_t now = cdr_now_us(g->v->ctx);
    if (!f)
        return cdr_fail(err, CDR_DENIED, "vault", "grant.other-field", "The grant does not name this field; ask for it: candor disclose.");
    if (now >= g->row.expires_us || now < g->row.issued_us)
        return cdr_fail(err, CDR_DENIED, "vault", "grant.expired", "The grant has run out; ask again: candor disclose.");
    if (f->uses == 0)
        return cdr_fail(err, CDR_DENIED, "vault", "grant.used", "The grant was used already; ask again: candor disclose.");
    if (f->mode > CDR_GRANT_SEND || !(modes >> f->mode & 1))
        return cdr_fail(err, CDR_DENIED, "vault", "grant.mode", "The grant does not allow this: the field may be %s only.", f->mode <= CDR_GRANT_SEND ? mode_names[f->mode] : "left alone");
    return CDR_OK;
}

/* What stands in the database counts, not what this grant remembers. */
static cdr_status count_use(cdr_grant *g, uint16_t field, unsigned modes, cdr_grant_mode *ret_mode, cdr_err *err)
{
    cdr_status s = cdr_grant_get(g->v, g->row.id, &g->row, err);
    if (s == CDR_OK)
        s = check_entry(g, err);
    if (s != CDR_OK)
        return s;
    cdr_granted *f = field_of(&g->row, field);
    s = check_use(g, f, modes, err);
    if (s != CDR_OK)
        return s;
    *ret_mode = (cdr_grant_mode)f->mode;
    f->uses--;
    return cdr_grant_put_fields(g->v, &g->row, err);
}

/* One use, counted and entered; committed when this returns. ${modes}: a bit for each mode that allows it. */
static cdr_status use(cdr_grant *g, uint16_t field, const char *kind, unsigned modes, cdr_grant_mode *ret_mode, cdr_err *err)
{
    const cdr_vault_field *f = cdr_vault_field_info(g->v, field);
    if (cdr_db_in_transaction(g->v->db))
        return cdr_fail(err, CDR_E_INVAL, "vault", "grant.in-transaction", "Nothing is opened inside a transaction: its ledger entry could still be taken back.");
    cdr_status s = cdr_db_begin(g->v->db, err);
    if (s != CDR_OK)
        return s;
    s = count_use(g, field, modes, ret_mode, err);
    if (s == CDR_OK)
        s = cdr_vault_enter(g->v, kind, g->row.customer, json_pack("{s:s, s:s, s:s, s:I}", "grant", g->row.id, "field", f ? f->key : "field", "mode", mode_names[*ret_mode], "granted_at",
                                                                   (json_int_t)g->row.ledger_index), NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(g->v->db, err);
    cdr_db_rollback(g->v->db);
    return s;
}

#define BIT(mode) (1u << (mode))

cdr_status cdr_grant_reveal(cdr_grant *g, uint16_t field, cdr_secret **ret, cdr_err *err)
{
    cdr_grant_mode mode;
    *ret = NULL;
    cdr_status s = use(g, field, "disclosure.reveal", BIT(CDR_GRANT_MASKED) | BIT(CDR_GRANT_PLAIN), &mode, err);
    if (s != CDR_OK)
        return s;
    return mode == CDR_GRANT_PLAIN ? cdr_vault_open_field(g->v, g->row.customer, field, ret, err) : cdr_vault_mask_field(g->v, g->row.customer, field, ret, err);
}

cdr_status cdr_grant_confirm(cdr_grant *g, uint16_t field, const char *said, size_t len, bool *ret, cdr_err *err)
{
    cdr_grant_mode mode;
    *ret = false;
    cdr_status s = use(g, field, "disclosure.confirm", BIT(CDR_GRANT_CONFIRM) | BIT(CDR_GRANT_MASKED) | BIT(CDR_GRANT_PLAIN), &mode, err);
    return s == CDR_OK ? cdr_vault_matches(g->v, g->row.customer, field, said, len, ret, err) : s;
}

cdr_status cdr_grant_send(cdr_grant *g, uint16_t field, cdr_vault_deliver_fn *fn, void *arg, cdr_err *err)
{
    cdr_grant_mode mode;
    cdr_status s = use(g, field, "disclosure.send", BIT(CDR_GRANT_SEND) | BIT(CDR_GRANT_PLAIN), &mode, err);
    return s == CDR_OK ? cdr_vault_deliver(g->v, g->row.customer, field, fn, arg, err) : s;
}

cdr_status cdr_grant_end(cdr_vault *v, const char *call, cdr_err *err)
{
    /* No grant lasts longer than a day. */
    char from[33];
    first_id(cdr_now_us(v->ctx) - LASTS_MAX_US, from);
    return cdr_grant_end_call(v, call, from, err);
}
