/* SPDX-License-Identifier: Apache-2.0 */
/* Codes to the routes on file. Whoever asks for one hears the same, whether it went out or not: no customer, no such route, one that was changed lately, or a sender that failed. */
#include "template/message.h"
#include "core/identity/verify_parts.h"

#include "base/io.h"


#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX 900         /* bytes of the lines on a letter */
#define SENDS_PER_CALL 3
#define SENDS_PER_DAY 5
#define LETTERS_PER_WEEK 2

static const struct { cdr_factor_kind kind; cdr_send_way way; uint16_t fields[2]; } routes[] = {
    {CDR_FACTOR_SMS, CDR_SEND_SMS, {CDR_FIELD_MOBILE, CDR_FIELD_PHONE}},
    {CDR_FACTOR_LINK, CDR_SEND_SMS, {CDR_FIELD_MOBILE, CDR_FIELD_PHONE}},
    {CDR_FACTOR_CALLBACK, CDR_SEND_SMS, {CDR_FIELD_PHONE, CDR_FIELD_MOBILE}},
    {CDR_FACTOR_EMAIL, CDR_SEND_EMAIL, {CDR_FIELD_EMAIL, 0}},
    {CDR_FACTOR_LETTER, CDR_SEND_LETTER, {CDR_FIELD_ADDRESS, 0}},
};

static size_t row_of(cdr_factor_kind kind)
{
    for (size_t i = 0; i < CDR_COUNT(routes); i++)
        if (routes[i].kind == kind)
            return i;
    return SIZE_MAX;
}

cdr_send_way cdr_route_way(cdr_factor_kind kind)
{
    size_t row = row_of(kind);
    return row == SIZE_MAX ? CDR_SEND_EMAIL : routes[row].way;
}

/* The first field that is there and old enough; else the one that will be soonest. */
cdr_status cdr_route_find(cdr_identity *id, int64_t customer, cdr_factor_kind kind, uint16_t *ret_field, int64_t *ret_usable_us, cdr_err *err)
{
    size_t row = row_of(kind);
    int64_t now = cdr_now_us(id->ctx);
    *ret_field = 0;
    *ret_usable_us = 0;
    for (size_t i = 0; customer && row != SIZE_MAX && i < CDR_COUNT(routes[row].fields) && routes[row].fields[i]; i++) {
        int64_t since = 0;
        cdr_status s = cdr_vault_route_since(id->vault, customer, routes[row].fields[i], &since, err);
        if (s != CDR_OK)
            return s;
        int64_t usable = since + id->limits->route_age_us;
        if (since == 0 || (*ret_field && (*ret_usable_us <= now || *ret_usable_us <= usable)))
            continue;
        *ret_field = routes[row].fields[i];
        *ret_usable_us = usable;
    }
    return CDR_OK;
}

/* --- what is said in messages --- */

typedef struct delivery { cdr_identity *id; cdr_message m; } delivery;

static cdr_status hand_over(void *arg, const cdr_secret *value, cdr_err *err)
{
    delivery *d = arg;
    char e164[64];
    size_t len = cdr_secret_len(value), n = 0;
    const char *text = (const char *)cdr_secret_bytes(value);
    d->m.to = text;
    while (len && text[len - 1] == '\0')
        len--;
    if (d->m.way == CDR_SEND_SMS) {
        if (!cdr_vault_normalise(CDR_FORM_PHONE, text, len, e164, sizeof e164 - 1, &n))
            return cdr_fail(err, CDR_E_INVAL, "identity", "send.number", "The number on file is none that can be dialled.");
        e164[n] = '\0';
        d->m.to = e164;
    }
    cdr_status s = cdr_send_begin(d->id->sender, &d->m, err);
    cdr_wipe(e164, sizeof e164);
    return s;
}

cdr_status cdr_route_send(cdr_identity *id, int64_t customer, uint16_t field, const cdr_message *m, cdr_err *err)
{
    delivery d = {.id = id, .m = *m};
    if (!id->sender || !cdr_sender_way(id->sender, m->way))
        return cdr_fail(err, CDR_E_UNSUPPORTED, "identity", "send.no-way", "There is no way to send this; see send.yaml.");
    return cdr_vault_deliver(id->vault, customer, field, hand_over, &d, err);
}

bool cdr_alert_owner(cdr_identity *id, const char *what, const char *fields)
{
    char mark[17];
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_MESSAGE_BYTES_MAX), subject = CDR_BUF(4096);
    _cleanup_free_ char *folder = cdr_message_folder(id);
    if (!id->sender || !cdr_sender_way(id->sender, CDR_SEND_ALERT))
        return false;
    cdr_random_id(id->ctx, mark);
    cdr_message_facts facts = {.org = cdr_workspace_org(id->ws), .change = what, .fields = fields, .at_us = cdr_now_us(id->ctx)};
    return cdr_message_text(folder, "alert", &facts, &subject, &text, NULL) == CDR_OK &&
           cdr_send_begin(id->sender, &(cdr_message){.way = CDR_SEND_ALERT, .subject = subject.data, .text = text.data, .id = mark}, NULL) == CDR_OK;
}

/* Lines of a letter's address, one field behind the other; what the customer does not have is left out. */
static cdr_status add_line(void *arg, const cdr_secret *value, cdr_err *err)
{
    cdr_buf *out = arg;
    size_t len = cdr_secret_len(value);
    const char *text = (const char *)cdr_secret_bytes(value);
    while (len && text[len - 1] == '\0')
        len--;
    if (out->len && out->data[out->len - 1] != ' ')
        cdr_buf_addc(out, '\n');
    return cdr_buf_add(out, text, len) == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_LIMIT, "identity", "send.address", "The address on file is too long for a letter.");
}

static cdr_status letter_address(cdr_identity *id, int64_t customer, cdr_buf *out, cdr_err *err)
{
    static const struct { uint16_t field; bool joins; } lines[] = {{CDR_FIELD_NAME, false}, {CDR_FIELD_ADDRESS, false}, {CDR_FIELD_POSTCODE, true}, {CDR_FIELD_CITY, false}, {CDR_FIELD_COUNTRY, false}};
    cdr_status s = cdr_buf_reserve(out, ADDRESS_MAX) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(lines); i++) {
        size_t before = out->len;
        s = cdr_vault_deliver(id->vault, customer, lines[i].field, add_line, out, err);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;
        if (s == CDR_OK && lines[i].joins && out->len > before)
            cdr_buf_addc(out, ' ');
    }
    return s;
}

cdr_status cdr_letter_send(cdr_identity *id, int64_t customer, const cdr_message *m, cdr_err *err)
{
    cdr_message out = *m;
    cdr_buf address = CDR_BUF(ADDRESS_MAX);
    if (!id->sender || !cdr_sender_way(id->sender, CDR_SEND_LETTER))
        return cdr_fail(err, CDR_E_UNSUPPORTED, "identity", "send.no-way", "There is no way to send letters; see send.yaml.");
    cdr_status s = letter_address(id, customer, &address, err);
    out.to = address.data;
    if (s == CDR_OK)
        s = cdr_send_begin(id->sender, &out, err);
    cdr_buf_wipe(&address);
    return s;
}

char *cdr_message_folder(cdr_identity *id)
{
    return cdr_path_join(cdr_workspace_dir(id->ws), "messages");
}

void cdr_purpose_words(const char *purpose, char ret[64])
{
    snprintf(ret, 64, "%s", purpose);
    for (char *p = ret; *p; p++)
        *p = *p == '-' || *p == '_' ? ' ' : *p;
}

static const char *message_of(cdr_factor_kind kind)
{
    return kind == CDR_FACTOR_LETTER ? "code_letter" : kind == CDR_FACTOR_LINK ? "code_link" : kind == CDR_FACTOR_EMAIL ? "code_email" : "code_sms";
}

/* The code stands in the text, so the buffers are wiped. */
static cdr_status send_to(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, uint16_t field, const cdr_secret *code, cdr_err *err)
{
    char mark[17], purpose[64];
    cdr_buf text = CDR_BUF(CDR_MESSAGE_BYTES_MAX), subject = CDR_BUF(4096), address = CDR_BUF(ADDRESS_MAX);
    _cleanup_free_ char *folder = cdr_message_folder(id);
    int64_t now = cdr_now_us(id->ctx);
    cdr_random_id(id->ctx, mark);
    cdr_purpose_words(v->purpose, purpose);
    bool letter = kind == CDR_FACTOR_LETTER;
    cdr_status s = letter ? letter_address(id, v->customer, &address, err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_message_text(folder, message_of(kind), &(cdr_message_facts){.org = cdr_workspace_org(id->ws), .purpose = purpose, .word = v->word, .code = (const char *)cdr_secret_bytes(code), .link = kind == CDR_FACTOR_LINK && id->sender ? cdr_sender_page(id->sender) : NULL, .contact = id->sender ? cdr_sender_contact(id->sender) : NULL,
                             .address = letter ? address.data : NULL, .at_us = now, .until_us = now + (letter ? id->limits->letter_us : id->limits->code_us),
                             .minutes = (unsigned)(id->limits->code_us / 60000000)}, &subject, &text, err);
    cdr_message m = {.way = cdr_route_way(kind), .subject = subject.data, .text = text.data, .id = mark};
    if (s == CDR_OK)
        s = letter ? cdr_letter_send(id, v->customer, &m, err) : cdr_route_send(id, v->customer, field, &m, err);
    cdr_buf_wipe(&text);
    cdr_buf_wipe(&address);
    cdr_buf_done(&subject);
    return s;
}

/* --- one code asked for --- */

static cdr_status check_send(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    if (row_of(kind) == SIZE_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.send-kind", "What can be sent is sms, email-code, link, callback or letter.");
    cdr_status s = cdr_verify_check_open(id, v, true, err);
    if (s == CDR_OK)
        s = cdr_verify_check_counts(id, kind, err);
    if (s == CDR_OK && v->direction == CDR_CALL_OUT && kind != CDR_FACTOR_LINK && kind != CDR_FACTOR_LETTER)
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.we-called", "We called, so no code is sent that the customer would have to read out to us: use link, or let her call us.");
    return s;
}

static cdr_status count_send(cdr_identity *id, cdr_verification *v, cdr_factor_kind kind, int64_t *ret_id, cdr_err *err)
{
    unsigned in_call, lately;
    int64_t now = cdr_now_us(id->ctx);
    bool letter = kind == CDR_FACTOR_LETTER;
    cdr_status s = cdr_vs_send_counts(id, v, kind, now - (letter ? 7 * DAY_US : DAY_US), &in_call, &lately, err);
    if (s == CDR_OK && (in_call >= SENDS_PER_CALL || lately >= (letter ? LETTERS_PER_WEEK : SENDS_PER_DAY)))
        return cdr_fail(err, CDR_DENIED, "identity", "verify.too-many-codes", "A %s was asked for often enough %s; use another way.", cdr_factor_label(kind),
                        in_call >= SENDS_PER_CALL ? "in this call" : letter ? "this week" : "today");
    if (s == CDR_OK)
        s = cdr_vs_send(id, v, kind, now, ret_id, err);
    json_t *more = s == CDR_OK ? json_pack("{s:s}", "factor", cdr_factor_key(kind)) : NULL;
    if (s == CDR_OK)
        s = more ? cdr_verify_enter(id, v, "verify.send", more, NULL, err) : cdr_fail_nomem(err, "identity");
    return s == CDR_OK ? cdr_vs_touch(id, v, now, err) : s;
}

static cdr_status make_code(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, bool real, cdr_secret **ret, cdr_err *err)
{
    if (kind == CDR_FACTOR_LETTER)
        return cdr_letter_make(id->factors, real ? v->customer : 0, id->limits->letter_us, ret, err);
    return cdr_code_make(id->factors, v->call, kind, id->limits->code_digits, id->limits->code_us, real, ret, err);
}

/* A row, an entry and a code for everybody; a message for whoever has a route that counts. */
static cdr_status make_and_send(cdr_identity *id, cdr_verification *v, cdr_factor_kind kind, int64_t send_id, cdr_secret **ret_code, cdr_err *err)
{
    uint16_t field = 0;
    int64_t usable = 0;
    cdr_secret *code = NULL;
    cdr_status s = cdr_route_find(id, v->customer, kind, &field, &usable, err);
    bool counts = s == CDR_OK && field && usable <= cdr_now_us(id->ctx);
    int result = 0;
    if (s == CDR_OK)
        s = make_code(id, v, kind, counts, &code, err);
    if (s == CDR_OK && counts && kind != CDR_FACTOR_CALLBACK)
        /* Were a failure told, it would tell that there is somebody to send to; it stands in the call's record and in the report. */
        result = send_to(id, v, kind, field, code, NULL) == CDR_OK ? 1 : 2;
    else if (s == CDR_OK && kind != CDR_FACTOR_CALLBACK && id->sender)
        cdr_send_decoy(id->sender, cdr_route_way(kind));      /* nobody's message takes as long */
    if (s == CDR_OK)
        s = cdr_vs_send_result(id, send_id, result, field && !counts ? usable : 0, err);
    if (s == CDR_OK && kind == CDR_FACTOR_CALLBACK && ret_code) {
        *ret_code = code;
        code = NULL;
    }
    cdr_secret_free(code);
    return s;
}

cdr_status cdr_verify_send_code(cdr_identity *id, const char *call, cdr_factor_kind kind, cdr_secret **ret_code, cdr_err *err)
{
    cdr_verification v;
    int64_t send_id = 0;
    if (ret_code)
        *ret_code = NULL;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = check_send(id, &v, kind, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = count_send(id, &v, kind, &send_id, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    return s == CDR_OK ? make_and_send(id, &v, kind, send_id, ret_code, err) : s;
}
