/* SPDX-License-Identifier: Apache-2.0 */
/* What is not said may still be sent: to the address on record, where only the customer gets it. Below C2 nobody learns whether there was somebody to send to. */
#include "core/identity/disclose_parts.h"

#include <stdio.h>
#include <string.h>

#define LETTER_MAX 24000

typedef struct letter { cdr_buf text; const cdr_vault_field *field; } letter;

static cdr_status add_value(void *arg, const cdr_secret *value, cdr_err *err)
{
    letter *l = arg;
    size_t len = cdr_secret_len(value);
    const char *text = (const char *)cdr_secret_bytes(value);
    while (len && text[len - 1] == '\0')
        len--;
    cdr_buf_addf(&l->text, "%s: ", l->field->label);
    cdr_buf_add(&l->text, text, len);
    return cdr_buf_addc(&l->text, '\n') == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_LIMIT, "identity", "send.long", "This is too much for one message; send fewer fields.");
}

static bool is_sending(cdr_mode mode)
{
    return mode == CDR_MODE_SEND || mode == CDR_MODE_PLAIN;
}

/* What is said that goes out, and what does go out: a flag that is not told stops the second alone. */
static bool sends(const cdr_decided *d)
{
    return is_sending(d->answer.mode);
}

static bool goes(const cdr_decided *d)
{
    return sends(d) && is_sending(d->real);
}

/* One message with everything that was granted; each value behind its entry. */
static cdr_status write_letter(cdr_identity *id, int64_t customer, cdr_grant *g, const cdr_decided *list, size_t count, letter *l, cdr_err *err)
{
    cdr_status s = cdr_buf_reserve(&l->text, LETTER_MAX) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
    cdr_buf_addf(&l->text, "%s: you asked us for this.\n\n", cdr_workspace_org(id->ws));
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        if (goes(&list[i])) {
            l->field = list[i].field;
            s = cdr_grant_send(g, l->field->id, add_value, l, err);
            if (s == CDR_NOT_FOUND) {
                cdr_buf_addf(&l->text, "%s: we hold none.\n", l->field->label);
                s = cdr_enter_void(id, customer, cdr_grant_id(g), &l->field, 1, "nothing on file", err);
            }
        }
    cdr_buf_adds(&l->text, "\nYou did not ask for it? Please tell us.\n");
    return s;
}

static cdr_status send_granted(cdr_identity *id, const cdr_asking *a, const cdr_decided *asked, size_t count, bool by_email, uint16_t route, cdr_err *err)
{
    cdr_decided list[CDR_CALL_FIELDS_MAX];
    cdr_grant_field fields[CDR_CALL_FIELDS_MAX];
    const cdr_vault_field *going[CDR_CALL_FIELDS_MAX];
    letter l = {.text = CDR_BUF(LETTER_MAX)};
    cdr_grant *g = NULL;
    size_t n = 0;
    char basis[40], mark[17], subject[CDR_ORG_NAME_MAX * 4 + 32];
    memcpy(list, asked, count * sizeof *list);
    cdr_status s = cdr_asking_stand_in(id, a, list, count, err);
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; i < count; i++)
        if (goes(&list[i])) {
            going[n] = list[i].field;
            fields[n++] = (cdr_grant_field){list[i].field->id, CDR_GRANT_SEND};
        }
    _cleanup_json_ json_t *details = cdr_call_details(&a->v, a->level);
    snprintf(basis, sizeof basis, "verified %s, to the record", cdr_level_names[a->level]);
    s = details ? cdr_issue(id, &(cdr_opening){.customer = a->v.customer, .purpose = a->v.purpose, .call = a->v.call, .basis = basis, .details = details}, fields, n, &g, err)
                           : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = write_letter(id, a->v.customer, g, list, count, &l, err);
    cdr_random_id(id->ctx, mark);
    snprintf(subject, sizeof subject, "%s: what you asked for", cdr_workspace_org(id->ws));
    cdr_message m = {.way = by_email ? CDR_SEND_EMAIL : CDR_SEND_LETTER, .subject = subject, .text = l.text.data, .id = mark};
    if (s == CDR_OK)
        s = by_email ? cdr_route_send(id, a->v.customer, route, &m, err) : cdr_letter_send(id, a->v.customer, &m, err);
    /* Its entries stand before it went out; they must not say that it did when it did not. */
    if (s != CDR_OK && g) {
        cdr_err failed;
        cdr_status noted = cdr_enter_void(id, a->v.customer, cdr_grant_id(g), going, n, "not sent", &failed);
        if (noted != CDR_OK && err)
            *err = failed;
        s = noted == CDR_OK ? s : noted;
    }
    cdr_grant_free(g);
    cdr_buf_wipe(&l.text);
    return s;
}

/* As many entries as if it had gone out, for what did not: a grant, and one for each field. Below C2 the number of the receipt must not tell. */
static cdr_status enter_unmet(cdr_identity *id, const cdr_asking *a, unsigned count, cdr_err *err)
{
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    for (unsigned i = 0; s == CDR_OK && i < count; i++)
        s = cdr_verify_enter(id, &a->v, "disclosure.unmet", NULL, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

cdr_status cdr_disclose_send(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, bool by_email, cdr_told_fn *fn, void *arg, cdr_sending *ret, cdr_err *err)
{
    cdr_asking a;
    cdr_decided list[CDR_CALL_FIELDS_MAX];
    uint16_t route = 0;
    int64_t usable = 0;
    *ret = (cdr_sending){.sent = 0};
    cdr_status s = cdr_asking_begin(id, call, fields, count, &a, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = cdr_asking_decide(id, &a, fields[i], &list[i], err);
    if (s == CDR_OK)
        s = cdr_route_find(id, a.v.customer, by_email ? CDR_FACTOR_EMAIL : CDR_FACTOR_LETTER, &route, &usable, err);
    if (s != CDR_OK)
        return s;
    bool counts = route && usable <= cdr_now_us(id->ctx);
    ret->certain = a.level >= CDR_LEVEL_C2;
    bool any = false;
    unsigned unmet = 1;
    for (size_t i = 0; i < count; i++) {
        ret->sent += sends(&list[i]);
        any |= goes(&list[i]);
        unmet += sends(&list[i]) && !goes(&list[i]);
    }
    ret->refused = (unsigned)count - ret->sent;
    if (ret->sent && ret->certain && !counts)
        return cdr_fail(err, CDR_DENIED, "identity", "send.no-route", "There is no %s on file that counts: none at all, or one that was changed lately.", by_email ? "e-mail address" : "postal address");
    /* The presumed level decides what is said; only the level that was reached lets anything go out. */
    bool out = any && a.level >= CDR_LEVEL_C1 && counts;
    if (ret->sent && !ret->certain && (!out || unmet > 1))
        s = enter_unmet(id, &a, out ? unmet - 1 : ret->sent + 1, err);
    if (s != CDR_OK)
        return s;
    if (out) {
        s = send_granted(id, &a, list, count, by_email, route, err);
        if (s != CDR_OK && !ret->certain)
            s = CDR_OK;
    } else if (ret->sent && id->sender)
        cdr_send_decoy(id->sender, by_email ? CDR_SEND_EMAIL : CDR_SEND_LETTER);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        char why[320];
        cdr_why_words(list[i].field, list[i].answer.why, why, sizeof why);
        s = fn(arg, &(cdr_told){.field = list[i].field, .mode = list[i].answer.mode, .done = sends(&list[i]), .best = list[i].answer.best, .needed = list[i].answer.needed, .why = why}, err);
    }
    return s == CDR_OK ? cdr_verify_describe(id, &a.v, &ret->call, err) : s;
}
