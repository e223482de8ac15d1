/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/edit.h"

#include "core/identity/note.h"
#include "core/identity/reach.h"

#include <stdio.h>
#include <string.h>

#define REASON_MAX 400
#define PROOF_DAYS 30u
#define DAY_US INT64_C(86400000000)

typedef struct telling {
    cdr_vault *v;
    cdr_sender *sender;
    cdr_secret *before[CDR_REACHES];      /* where a message would have gone before the edit */
    cdr_edit_told *told;
} telling;

/* --- telling --- */

static bool same(const cdr_secret *a, const cdr_secret *b)
{
    return a && b && cdr_secret_equal(a, b);
}

static cdr_status hand_over(telling *t, const cdr_reach *by, const cdr_reach *changed, bool old, const cdr_secret *to, cdr_err *err)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(cdr_vault_workspace(t->v)));
    cdr_message_facts facts = {.change = changed->label, .until_us = now + PROOF_DAYS * DAY_US, .days = PROOF_DAYS};
    return cdr_reach_tell(t->v, t->sender, by, to, old ? "route_changed_old" : "route_changed_new", &facts, err);
}

static void failed(telling *t, const cdr_err *detail)
{
    if (!t->told->failed)
        snprintf(t->told->why, sizeof t->told->why, "%s", detail->text);
    t->told->failed++;
}

/* To where the route was; if that cannot be, to another one that was on file before and did not change. */
static void tell_old(telling *t, size_t which, cdr_secret *const after[CDR_REACHES])
{
    cdr_err detail = {0}, other = {0};
    if (t->before[which] && hand_over(t, &cdr_reaches[which], &cdr_reaches[which], true, t->before[which], &detail) == CDR_OK) {
        t->told->sent++;
        return;
    }
    for (size_t i = 0; i < CDR_REACHES; i++)
        if (i != which && same(t->before[i], after[i]) && hand_over(t, &cdr_reaches[i], &cdr_reaches[which], true, t->before[i], &other) == CDR_OK) {
            t->told->sent++;
            return;
        }
    if (t->before[which])
        failed(t, &detail);
}

static void tell(telling *t, cdr_secret *const after[CDR_REACHES])
{
    for (size_t i = 0; i < CDR_REACHES; i++) {
        cdr_err detail = {0};
        if ((!t->before[i] && !after[i]) || same(t->before[i], after[i]))
            continue;
        t->told->routes++;
        tell_old(t, i, after);
        if (!after[i])
            continue;
        if (hand_over(t, &cdr_reaches[i], &cdr_reaches[i], false, after[i], &detail) == CDR_OK)
            t->told->sent++;
        else
            failed(t, &detail);
    }
}

/* A letter goes to several fields. */
static bool is_postal(uint16_t field)
{
    return field == CDR_FIELD_POSTCODE || field == CDR_FIELD_CITY || field == CDR_FIELD_COUNTRY;
}

static bool changes_route(const cdr_vault_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_postal(values[i].field))
            return true;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < CDR_REACHES; k++)
            if (values[i].field == cdr_reaches[k].field)
                return true;
    return false;
}

cdr_status cdr_identity_edit(cdr_vault *v, cdr_sender *sender, int64_t customer, const cdr_vault_value *values, size_t count, const char *reason, cdr_edit_told *ret, cdr_err *err)
{
    telling t = {.v = v, .sender = sender, .told = ret};
    cdr_secret *after[CDR_REACHES] = {0};
    bool route_given = changes_route(values, count);
    char clean[REASON_MAX];
    *ret = (cdr_edit_told){0};
    cdr_status s = cdr_note_clean_once(reason, clean, sizeof clean, err);
    for (size_t i = 0; s == CDR_OK && route_given && i < CDR_REACHES; i++)
        s = cdr_reach_where(v, customer, &cdr_reaches[i], &t.before[i], NULL, err);
    if (s == CDR_OK)
        s = cdr_vault_edit(v, customer, values, count, clean, &ret->changed, err);
    if (s == CDR_OK && ret->changed && route_given) {
        cdr_err detail = {0};
        cdr_status after_s = CDR_OK;
        for (size_t i = 0; after_s == CDR_OK && i < CDR_REACHES; i++)
            after_s = cdr_reach_where(v, customer, &cdr_reaches[i], &after[i], NULL, &detail);
        if (after_s == CDR_OK)
            tell(&t, after);
        else
            failed(&t, &detail);
    }
    for (size_t i = 0; i < CDR_REACHES; i++) {
        cdr_secret_free(t.before[i]);
        cdr_secret_free(after[i]);
    }
    return s;
}
