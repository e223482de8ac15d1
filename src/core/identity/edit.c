/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/edit.h"

#include "base/io.h"
#include "base/parse.h"
#include "core/identity/message.h"

#include <stdio.h>
#include <string.h>

#define PROOF_DAYS 30u
#define DAY_US INT64_C(86400000000)
#define LETTER_MAX ((size_t)8 << 10)

typedef struct route { uint16_t field; cdr_send_way way; const char *label; } route;
static const route routes[] = {
    {CDR_FIELD_EMAIL, CDR_SEND_EMAIL, "e-mail address"}, {CDR_FIELD_MOBILE, CDR_SEND_SMS, "mobile telephone number"}, {CDR_FIELD_PHONE, CDR_SEND_SMS, "telephone number"},
    {CDR_FIELD_ADDRESS, CDR_SEND_LETTER, "address"}, {CDR_FIELD_DELIVERY_ADDRESS, CDR_SEND_LETTER, "delivery address"},
};
#define ROUTES CDR_COUNT(routes)

typedef struct telling {
    cdr_vault *v;
    cdr_sender *sender;
    int64_t customer;
    cdr_secret *before[ROUTES];      /* where a message would have gone before the edit */
    cdr_edit_told *told;
} telling;

/* --- where a message goes --- */

typedef struct taking { const route *r; cdr_buf *to; } taking;

/* Telephones in the one form that senders take; letters get the whole postal address from several fields. */
static cdr_status take(void *arg, const cdr_secret *value, cdr_err *err)
{
    taking *t = arg;
    const char *text = (const char *)cdr_secret_bytes(value);
    char normal[CDR_NORMAL_MAX];
    size_t len = strlen(text), n;
    if (t->r->way != CDR_SEND_SMS)
        return cdr_buf_add(t->to, text, len) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
    bool good = cdr_vault_normalise(CDR_FORM_PHONE, text, len, normal, sizeof normal, &n);
    if (good)
        cdr_buf_add(t->to, normal, n);
    cdr_wipe(normal, sizeof normal);
    return good ? cdr_buf_status(t->to) : CDR_NOT_FOUND;
}

static cdr_status add_field(telling *t, uint16_t field, const char *before, cdr_buf *to, cdr_err *err)
{
    static const route plain = {.way = CDR_SEND_LETTER};
    taking x = {&plain, to};
    size_t len = to->len;
    if (len)
        cdr_buf_adds(to, before);
    size_t mark = to->len;
    cdr_status s = cdr_vault_deliver(t->v, t->customer, field, take, &x, err);
    if (to->len == mark)
        to->len = len;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status postal(telling *t, const route *r, cdr_buf *to, cdr_err *err)
{
    cdr_status s = add_field(t, CDR_FIELD_NAME, "", to, err);
    if (s == CDR_OK && !to->len) {
        s = add_field(t, CDR_FIELD_GIVEN_NAME, "", to, err);
        if (s == CDR_OK)
            s = add_field(t, CDR_FIELD_FAMILY_NAME, " ", to, err);
    }
    if (s == CDR_OK)
        s = add_field(t, r->field, "\n", to, err);
    if (s == CDR_OK && r->field == CDR_FIELD_DELIVERY_ADDRESS)
        return CDR_OK;   /* is whole by itself */
    if (s == CDR_OK)
        s = add_field(t, CDR_FIELD_POSTCODE, "\n", to, err);
    if (s == CDR_OK)
        s = add_field(t, CDR_FIELD_CITY, " ", to, err);
    return s == CDR_OK ? add_field(t, CDR_FIELD_COUNTRY, "\n", to, err) : s;
}

/* NULL: the customer has none. */
static cdr_status where(telling *t, const route *r, cdr_secret **ret, cdr_err *err)
{
    cdr_buf to = CDR_BUF(LETTER_MAX);
    taking x = {r, &to};
    int64_t since = 0;
    *ret = NULL;
    if (cdr_buf_reserve(&to, LETTER_MAX - 1) != CDR_OK)   /* growing would leave copies behind */
        return cdr_fail_nomem(err, "identity");
    cdr_status s = cdr_vault_route_since(t->v, t->customer, r->field, &since, err);
    if (s == CDR_OK && since)
        s = r->way == CDR_SEND_LETTER ? postal(t, r, &to, err) : cdr_vault_deliver(t->v, t->customer, r->field, take, &x, err);
    if (s == CDR_OK && to.len)
        s = cdr_secret_new(to.data, to.len + 1, ret, err);
    cdr_buf_wipe(&to);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* --- telling --- */

static bool same(const cdr_secret *a, const cdr_secret *b)
{
    return a && b && cdr_secret_equal(a, b);
}

static cdr_status compose(telling *t, const route *changed, bool old, cdr_buf *subject, cdr_buf *text, cdr_err *err)
{
    cdr_workspace *ws = cdr_vault_workspace(t->v);
    int64_t now = cdr_now_us(cdr_workspace_ctx(ws));
    _cleanup_free_ char *folder = cdr_path_join(cdr_workspace_dir(ws), "messages");
    cdr_message_facts facts = {.org = cdr_workspace_org(ws), .change = changed->label, .contact = t->sender ? cdr_sender_contact(t->sender) : NULL, .at_us = now, .until_us = now + PROOF_DAYS * DAY_US,
                               .days = PROOF_DAYS};
    return folder ? cdr_message_text(folder, old ? "route_changed_old" : "route_changed_new", &facts, subject, text, err) : cdr_fail_nomem(err, "identity");
}

static cdr_status hand_over(telling *t, const route *by, const route *changed, bool old, const cdr_secret *to, cdr_err *err)
{
    uint8_t chance[12];
    char id[2 * sizeof chance + 1];
    const cdr_ctx *ctx = cdr_workspace_ctx(cdr_vault_workspace(t->v));
    _cleanup_buf_ cdr_buf subject = CDR_BUF(1000), text = CDR_BUF(CDR_MESSAGE_BYTES_MAX);
    if (!t->sender)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "identity", "edit.no-sender", "nothing can be sent from here");
    cdr_status s = compose(t, changed, old, &subject, &text, err);
    if (s != CDR_OK)
        return s;
    ctx->random(ctx->rng, chance, sizeof chance);
    cdr_hex_encode(chance, sizeof chance, id);
    return cdr_send(t->sender, &(cdr_message){by->way, (const char *)cdr_secret_bytes(to), subject.data ? subject.data : "", text.data, id}, err);
}

static void failed(telling *t, const cdr_err *detail)
{
    if (!t->told->failed)
        snprintf(t->told->why, sizeof t->told->why, "%s", detail->text);
    t->told->failed++;
}

/* To where the route was; if that cannot be, to another one that was on file before and did not change. */
static void tell_old(telling *t, size_t which, cdr_secret *const after[ROUTES])
{
    cdr_err detail = {0}, other = {0};
    if (t->before[which] && hand_over(t, &routes[which], &routes[which], true, t->before[which], &detail) == CDR_OK) {
        t->told->sent++;
        return;
    }
    for (size_t i = 0; i < ROUTES; i++)
        if (i != which && same(t->before[i], after[i]) && hand_over(t, &routes[i], &routes[which], true, t->before[i], &other) == CDR_OK) {
            t->told->sent++;
            return;
        }
    if (t->before[which])
        failed(t, &detail);
}

static void tell(telling *t, cdr_secret *const after[ROUTES])
{
    for (size_t i = 0; i < ROUTES; i++) {
        cdr_err detail = {0};
        if ((!t->before[i] && !after[i]) || same(t->before[i], after[i]))
            continue;
        t->told->routes++;
        tell_old(t, i, after);
        if (!after[i])
            continue;
        if (hand_over(t, &routes[i], &routes[i], false, after[i], &detail) == CDR_OK)
            t->told->sent++;
        else
            failed(t, &detail);
    }
}

static bool changes_route(const cdr_vault_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ROUTES; k++)
            if (values[i].field == routes[k].field)
                return true;
    return false;
}

cdr_status cdr_identity_edit(cdr_vault *v, cdr_sender *sender, int64_t customer, const cdr_vault_value *values, size_t count, const char *reason, cdr_edit_told *ret, cdr_err *err)
{
    telling t = {.v = v, .sender = sender, .customer = customer, .told = ret};
    cdr_secret *after[ROUTES] = {0};
    bool route_given = changes_route(values, count);
    *ret = (cdr_edit_told){0};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && route_given && i < ROUTES; i++)
        s = where(&t, &routes[i], &t.before[i], err);
    if (s == CDR_OK)
        s = cdr_vault_edit(v, customer, values, count, reason, &ret->changed, err);
    if (s == CDR_OK && ret->changed && route_given) {
        cdr_err detail = {0};
        cdr_status after_s = CDR_OK;
        for (size_t i = 0; after_s == CDR_OK && i < ROUTES; i++)
            after_s = where(&t, &routes[i], &after[i], &detail);
        if (after_s == CDR_OK)
            tell(&t, after);
        else
            failed(&t, &detail);
    }
    for (size_t i = 0; i < ROUTES; i++) {
        cdr_secret_free(t.before[i]);
        cdr_secret_free(after[i]);
    }
    return s;
}
