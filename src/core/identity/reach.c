/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/reach.h"

#include "base/io.h"
#include "base/parse.h"

#include <string.h>

#define LETTER_MAX ((size_t)8 << 10)

const cdr_reach cdr_reaches[CDR_REACHES] = {
    [CDR_REACH_EMAIL] = {CDR_FIELD_EMAIL, CDR_SEND_EMAIL, "e-mail address"}, [CDR_REACH_MOBILE] = {CDR_FIELD_MOBILE, CDR_SEND_SMS, "mobile telephone number"},
    [CDR_REACH_PHONE] = {CDR_FIELD_PHONE, CDR_SEND_SMS, "telephone number"}, [CDR_REACH_ADDRESS] = {CDR_FIELD_ADDRESS, CDR_SEND_LETTER, "address"},
    [CDR_REACH_DELIVERY] = {CDR_FIELD_DELIVERY_ADDRESS, CDR_SEND_LETTER, "delivery address"},
};

/* --- where a message goes --- */

typedef struct taking { const cdr_reach *r; cdr_buf *to; } taking;

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

static cdr_status add_field(cdr_vault *v, int64_t customer, uint16_t field, const char *before, cdr_buf *to, cdr_err *err)
{
    static const cdr_reach plain = {.way = CDR_SEND_LETTER};
    taking x = {&plain, to};
    size_t len = to->len;
    if (len)
        cdr_buf_adds(to, before);
    size_t mark = to->len;
    cdr_status s = cdr_vault_deliver(v, customer, field, take, &x, err);
    /* Nothing came: what was put before it goes, and the text ends there. */
    if (to->len == mark && len) {
        to->len = len;
        to->data[len] = '\0';
    }
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status postal(cdr_vault *v, int64_t customer, const cdr_reach *r, cdr_buf *to, cdr_err *err)
{
    cdr_status s = add_field(v, customer, CDR_FIELD_NAME, "", to, err);
    if (s == CDR_OK && !to->len) {
        s = add_field(v, customer, CDR_FIELD_GIVEN_NAME, "", to, err);
        if (s == CDR_OK)
            s = add_field(v, customer, CDR_FIELD_FAMILY_NAME, " ", to, err);
    }
    if (s == CDR_OK)
        s = add_field(v, customer, r->field, "\n", to, err);
    if (s == CDR_OK && r->field == CDR_FIELD_DELIVERY_ADDRESS)
        return CDR_OK;   /* is whole by itself */
    if (s == CDR_OK)
        s = add_field(v, customer, CDR_FIELD_POSTCODE, "\n", to, err);
    if (s == CDR_OK)
        s = add_field(v, customer, CDR_FIELD_CITY, " ", to, err);
    return s == CDR_OK ? add_field(v, customer, CDR_FIELD_COUNTRY, "\n", to, err) : s;
}

cdr_status cdr_reach_where(cdr_vault *v, int64_t customer, const cdr_reach *r, cdr_secret **ret, int64_t *ret_since_us, cdr_err *err)
{
    cdr_buf to = CDR_BUF(LETTER_MAX);
    taking x = {r, &to};
    int64_t since = 0;
    *ret = NULL;
    if (cdr_buf_reserve(&to, LETTER_MAX - 1) != CDR_OK)   /* growing would leave copies behind */
        return cdr_fail_nomem(err, "identity");
    cdr_status s = cdr_vault_route_since(v, customer, r->field, &since, err);
    if (s == CDR_OK && since)
        s = r->way == CDR_SEND_LETTER ? postal(v, customer, r, &to, err) : cdr_vault_deliver(v, customer, r->field, take, &x, err);
    if (s == CDR_OK && to.len)
        s = cdr_secret_new(to.data, to.len + 1, ret, err);
    cdr_buf_wipe(&to);
    if (ret_since_us)
        *ret_since_us = since;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* --- telling --- */

cdr_status cdr_reach_tell(cdr_vault *v, cdr_sender *sender, const cdr_reach *r, const cdr_secret *to, const char *name, const cdr_message_facts *facts, cdr_err *err)
{
    uint8_t chance[12];
    char id[2 * sizeof chance + 1];
    cdr_workspace *ws = cdr_vault_workspace(v);
    const cdr_ctx *ctx = cdr_workspace_ctx(ws);
    cdr_message_facts all = *facts;
    _cleanup_buf_ cdr_buf subject = CDR_BUF(1000), text = CDR_BUF(CDR_MESSAGE_BYTES_MAX);
    if (!sender)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "identity", "reach.no-sender", "nothing can be sent from here");
    _cleanup_free_ char *folder = cdr_path_join(cdr_workspace_dir(ws), "messages");
    if (!folder)
        return cdr_fail_nomem(err, "identity");
    all.org = cdr_workspace_org(ws);
    all.contact = cdr_sender_contact(sender);
    all.at_us = cdr_now_us(ctx);
    cdr_status s = cdr_message_text(folder, name, &all, &subject, &text, err);
    if (s != CDR_OK)
        return s;
    ctx->random(ctx->rng, chance, sizeof chance);
    cdr_hex_encode(chance, sizeof chance, id);
    return cdr_send(sender, &(cdr_message){r->way, (const char *)cdr_secret_bytes(to), subject.data ? subject.data : "", text.data, id}, err);
}
