/* SPDX-License-Identifier: Apache-2.0 */
/* Factors: opened, listed, ended; what all of them share. */
#include "core/identity/factor_parts.h"

#include "core/identity/note.h"

#include "core/identity/pin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cdr_status cdr_factors_open(cdr_vault *v, cdr_factors **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_factors *f = cdr_alloc(sizeof *f);
    if (!f)
        return cdr_fail_nomem(err, "identity");
    f->vault = v;
    f->ws = cdr_vault_workspace(v);
    f->db = cdr_workspace_db(f->ws);
    f->ctx = cdr_workspace_ctx(f->ws);
    f->pin_min = CDR_PIN_MIN;
    cdr_status s = cdr_factor_store_open(f, err);
    if (s != CDR_OK) {
        cdr_factors_close(f);
        return s;
    }
    *ret = f;
    return CDR_OK;
}

void cdr_factors_close(cdr_factors *f)
{
    if (!f)
        return;
    cdr_db_set_free(f->set);
    cdr_free(f);
}

void cdr_factors_set_call(cdr_factors *f, const char *call)
{
    snprintf(f->call, sizeof f->call, "%s", call ? call : "");
}

void cdr_factors_set_pin_min(cdr_factors *f, unsigned digits)
{
    f->pin_min = CDR_MIN(CDR_MAX(digits, (unsigned)CDR_PIN_SHORTEST), (unsigned)CDR_PIN_MAX);
}

void cdr_factor_place(int64_t id, cdr_factor_kind kind, unsigned n, char ret[CDR_FACTOR_PLACE])
{
    snprintf(ret, CDR_FACTOR_PLACE, "factor/%" PRId64 "/%d/%u", id, (int)kind, n);
}

cdr_status cdr_factor_enter(cdr_factors *f, int64_t customer, const char *event, cdr_factor_kind kind, int left, cdr_err *err)
{
    char subject[CDR_PSEUDONYM_TEXT];
    cdr_status s = cdr_vault_pseudonym(f->vault, customer, subject, err);
    if (s != CDR_OK)
        return s;
    _cleanup_json_ json_t *j = json_pack("{s:s}", "kind", cdr_factor_key(kind));
    if (!j || (left >= 0 && json_object_set_new(j, "left", json_integer(left))) || (*f->call && json_object_set_new(j, "call", json_string(f->call))))
        return cdr_fail_nomem(err, "identity");
    _cleanup_free_ char *details = json_dumps(j, JSON_COMPACT);
    if (!details)
        return cdr_fail_nomem(err, "identity");
    return cdr_ledger_append(cdr_workspace_ledger(f->ws), &(cdr_ledger_event){event, cdr_workspace_actor(f->ws), subject, details}, NULL, err);
}

typedef struct has_walk { cdr_factor_kind kind; bool found; } has_walk;

static cdr_status has_one(void *arg, const cdr_factor *row)
{
    has_walk *w = arg;
    w->found = w->found || (row->kind == w->kind && !row->pending && (row->kind != CDR_FACTOR_RECOVERY || row->left));
    return CDR_OK;
}

cdr_status cdr_factor_has(cdr_factors *f, int64_t customer, cdr_factor_kind kind, bool *ret, cdr_err *err)
{
    has_walk w = {.kind = kind};
    cdr_status s = cdr_factor_each(f, customer, false, has_one, &w, err);
    *ret = s == CDR_OK && w.found;
    return s;
}

static cdr_status good_reason(const char *reason, cdr_err *err)
{
    size_t len = reason ? strlen(reason) : 0;
    if (!len || len > 79)
        return cdr_fail(err, CDR_E_INVAL, "identity", "factor.reason", "Say in a few words why the factor ends, at most 79 bytes and without personal data.");
    return CDR_OK;
}

typedef struct kinds_seen { uint64_t bits; } kinds_seen;

static cdr_status see_kind(void *arg, const cdr_factor *row)
{
    kinds_seen *k = arg;
    if (row->kind > 0 && (unsigned)row->kind < 64)
        k->bits |= UINT64_C(1) << row->kind;
    return CDR_OK;
}

static cdr_status end_kind(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *reason, size_t *ret_count, cdr_err *err)
{
    size_t count = 0;
    cdr_status s = cdr_factor_store_end(f, customer, kind, 0, false, reason, &count, err);
    if (s == CDR_OK && count)
        s = cdr_factor_enter(f, customer, "factor.end", kind, -1, err);
    *ret_count += count;
    return s;
}

static cdr_status end_those(cdr_factors *f, int64_t customer, uint64_t kinds, const char *reason, size_t *ret_count, cdr_err *err)
{
    size_t count = 0;
    *ret_count = 0;
    cdr_status s = cdr_db_begin(f->db, err);
    if (s != CDR_OK)
        return s;
    for (unsigned kind = 1; s == CDR_OK && kind < 64; kind++)
        if (kinds >> kind & 1)
            s = end_kind(f, customer, (cdr_factor_kind)kind, reason, &count, err);
    if (s == CDR_OK)
        s = cdr_db_commit(f->db, err);
    else
        cdr_db_rollback(f->db);
    if (s == CDR_OK)
        *ret_count = count;
    return s;
}

cdr_status cdr_factor_end(cdr_factors *f, int64_t customer, cdr_factor_kind kind, const char *reason, cdr_err *err)
{
    size_t count = 0;
    char clean[80];
    cdr_status s = good_reason(reason, err);
    if (s == CDR_OK)
        s = cdr_note_clean_once(reason, clean, sizeof clean, err);
    if (s == CDR_OK && (kind < 1 || (unsigned)kind > 63))
        s = cdr_fail(err, CDR_E_INVAL, "identity", "factor.kind", "Only a factor that was enrolled can end: pin, words, totp or recovery.");
    if (s == CDR_OK)
        s = end_those(f, customer, UINT64_C(1) << kind, clean, &count, err);
    if (s == CDR_OK && !count)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "factor.none", "The customer has no such factor that could end; candor factor list shows what she has.");
    return s;
}

static cdr_status end_letters(cdr_factors *f, int64_t customer, cdr_err *err)
{
    char subject[CDR_PSEUDONYM_TEXT];
    cdr_status s = cdr_vault_pseudonym(f->vault, customer, subject, err);
    if (s == CDR_NOT_FOUND)
        return CDR_OK;   /* her key is gone, and with it what a letter is bound to */
    return s == CDR_OK ? cdr_code_store_end(f, subject, CDR_FACTOR_LETTER, err) : s;
}

cdr_status cdr_factor_end_all(cdr_factors *f, int64_t customer, const char *reason, size_t *ret_count, cdr_err *err)
{
    kinds_seen kinds = {0};
    size_t count = 0;
    cdr_status s = good_reason(reason, err);
    if (s == CDR_OK)
        s = cdr_factor_each(f, customer, false, see_kind, &kinds, err);
    if (s == CDR_OK)
        s = end_those(f, customer, kinds.bits, reason, &count, err);
    if (s == CDR_OK)
        s = end_letters(f, customer, err);
    if (ret_count)
        *ret_count = count;
    return s;
}
