/* SPDX-License-Identifier: Apache-2.0 */
/* Breaking the glass: a field that no rule allows now, for a reason that cannot wait. One asks, another approves, the first opens it once; the owner is told at both steps. */
#include "core/identity/disclose_parts.h"

#include "core/staff/staff.h"

#include <stdio.h>
#include <string.h>

#define REASON_MIN 10

/* Who could approve it, in words: at most a few. */
typedef struct naming { const char *asker; char names[200]; unsigned count; } naming;

static cdr_status name_one(void *arg, const cdr_user *u)
{
    naming *n = arg;
    size_t at = strlen(n->names);
    if (!(CDR_ROLES_APPROVE & (unsigned)u->role) || u->disabled || !strcmp(u->login, n->asker))
        return CDR_OK;
    if (n->count++ < 4)
        snprintf(n->names + at, sizeof n->names - at, "%s%s", at ? ", " : "", u->login);
    return CDR_OK;
}

/* Nobody would find out within the hour that the one who was named cannot. A workspace without users has no logins to look at. */
static cdr_status check_approver(cdr_identity *id, const char *asker, const char *approver, char ret[80], cdr_err *err)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_user u;
    naming n = {.asker = asker};
    bool any = false;
    snprintf(ret, 80, "%s", approver);
    cdr_status s = cdr_staff_open(id->ws, &st, err);
    if (s == CDR_OK)
        s = cdr_staff_any(st, &any, err);
    if (s != CDR_OK || !any)
        return s;
    s = cdr_staff_find(st, approver, false, &u, err);
    if (s == CDR_OK)
        snprintf(ret, 80, "%s", u.login);
    if (s == CDR_OK && !strcmp(u.login, asker))
        return cdr_fail(err, CDR_DENIED, "identity", "glass.self", "Somebody else approves: two people break the glass.");
    if (s == CDR_OK && (CDR_ROLES_APPROVE & (unsigned)u.role) && !u.disabled)
        return CDR_OK;
    if (s != CDR_OK && s != CDR_NOT_FOUND && s != CDR_E_INVAL)
        return s;
    cdr_status listed = cdr_staff_each(st, false, name_one, &n, err);
    if (listed != CDR_OK)
        return listed;
    if (!n.count)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.nobody", "Nobody but you may approve this here; an owner lets somebody: candor user add LOGIN --role staff.");
    return cdr_fail(err, CDR_E_INVAL, "identity", "glass.approver", "%.40s %s, so nothing was asked for; these may: %s%s.", approver,
                    s != CDR_OK ? "is no login here" : u.disabled ? "cannot sign in" : "has a role that may not approve", n.names, n.count > 4 ? " and others" : "");
}

static cdr_status check_ask(cdr_identity *id, const uint16_t *fields, size_t count, const char *reason, const char *approver, cdr_glass *ret, cdr_err *err)
{
    const char *actor = cdr_identity_actor(id), *login = strchr(actor, ':');
    if (count == 0 || count > CDR_CALL_FIELDS_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.count", "Name one to %d fields.", CDR_CALL_FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!cdr_identity_field(id, fields[i]))
            return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.field", "There is no such field.");
    cdr_status s = cdr_note_clean_to(id->cleaner, reason, ret->reason, sizeof ret->reason, err);
    if (s == CDR_OK && strlen(ret->reason) < REASON_MIN)
        return cdr_fail(err, CDR_E_INVAL, "identity", "glass.reason", "Say why this cannot wait (--reason, at least %d characters); the owner and the supervisor read it.", REASON_MIN);
    if (s == CDR_OK && (!approver || !*approver || strlen(approver) > 60))
        return cdr_fail(err, CDR_E_INVAL, "identity", "glass.approver", "Name who is to approve this: --approver LOGIN.");
    if (s == CDR_OK && !strcmp(approver, login ? login + 1 : actor))
        return cdr_fail(err, CDR_DENIED, "identity", "glass.self", "Somebody else approves: two people break the glass.");
    return s == CDR_OK ? check_approver(id, login ? login + 1 : actor, approver, ret->approver, err) : s;
}

static cdr_status enter(cdr_identity *id, const cdr_glass *g, const char *kind, uint64_t *ret_index, cdr_err *err)
{
    char who[CDR_PSEUDONYM_TEXT];
    json_t *fields = json_array();
    for (size_t i = 0; fields && i < g->field_count; i++)
        json_array_append_new(fields, json_string(cdr_identity_field(id, g->fields[i]) ? cdr_identity_field(id, g->fields[i])->key : "?"));
    _cleanup_json_ json_t *d = json_pack("{s:s, s:o, s:s, s:s}", "approval", g->id, "fields", fields, "requested_by", g->requested_by, "approver", g->approver);
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = d ? cdr_json_canonical(d, &text, err) : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = cdr_vault_pseudonym(id->vault, g->customer, who, err);
    return s == CDR_OK ? cdr_ledger_append(cdr_workspace_ledger(id->ws), &(cdr_ledger_event){.kind = kind, .actor = cdr_identity_actor(id), .subject = who, .details_json = text.data}, ret_index, err) : s;
}

static void alert(cdr_identity *id, const cdr_glass *g, const char *what)
{
    char text[300];
    snprintf(text, sizeof text, "Break-glass %s: %s by %.70s", g->id, what, cdr_identity_actor(id));
    /* That it could not be sent stops nobody in an emergency; the report shows it. */
    if (!cdr_alert_owner(id, text, NULL))
        return;
}

cdr_status cdr_glass_ask(cdr_identity *id, const char *ref, const uint16_t *fields, size_t count, const char *reason, const char *approver, cdr_glass *ret, cdr_err *err)
{
    cdr_customer c;
    *ret = (cdr_glass){.requested_us = cdr_now_us(id->ctx)};
    cdr_status s = check_ask(id, fields, count, reason, approver, ret, err);
    if (s == CDR_OK)
        s = cdr_vault_customer(id->vault, ref ? ref : "", &c, err);
    if (s == CDR_OK && c.erased)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "third.erased", "This customer was erased; nothing is left that could be told.");
    if (s != CDR_OK)
        return s;
    cdr_random_id(id->ctx, ret->id);
    ret->customer = c.id;
    snprintf(ret->requested_by, sizeof ret->requested_by, "%s", cdr_identity_actor(id));
    for (size_t i = 0; i < count; i++)
        ret->fields[ret->field_count++] = fields[i];
    s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vo_glass_add(id, ret, err);
    if (s == CDR_OK)
        s = enter(id, ret, "disclosure.break-glass", NULL, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    if (s == CDR_OK)
        alert(id, ret, "asked for");
    return s;
}

static cdr_status check_approve(cdr_identity *id, const cdr_glass *g, cdr_err *err)
{
    const char *actor = cdr_identity_actor(id), *login = strchr(actor, ':');
    int64_t waited = cdr_now_us(id->ctx) - g->requested_us;
    if (!strcmp(actor, g->requested_by))
        return cdr_fail(err, CDR_DENIED, "identity", "glass.self", "Whoever asked cannot approve: two people break the glass.");
    if (strcmp(login ? login + 1 : actor, g->approver) != 0)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.other", "This request names another approver.");
    if (g->approved_us)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.approved", "This request was approved already.");
    if (waited < 0 || waited >= CDR_GLASS_WAITS_US)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.late", "This request is older than an hour; what could wait so long needs no broken glass.");
    return CDR_OK;
}

cdr_status cdr_glass_approve(cdr_identity *id, const char *glass, cdr_glass *ret, cdr_err *err)
{
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vo_glass_get(id, glass, ret, err);
    if (s == CDR_OK)
        s = check_approve(id, ret, err);
    ret->approved_us = cdr_now_us(id->ctx);
    if (s == CDR_OK)
        s = enter(id, ret, "disclosure.approve", &ret->approved_index, err);
    if (s == CDR_OK)
        s = cdr_vo_glass_approved(id, ret, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    if (s == CDR_OK)
        alert(id, ret, "approved");
    return s;
}

/* Whatever a policy says, what is never spoken stays masked. */
static void allow(cdr_decided *d)
{
    bool unspoken = (d->field->flags & CDR_VF_UNSPOKEN) != 0;
    d->answer = (cdr_disclosure_answer){.mode = unspoken ? CDR_MODE_MASKED : CDR_MODE_PLAIN, .best = unspoken ? CDR_MODE_MASKED : CDR_MODE_PLAIN, .needed = CDR_LEVEL_C0};
    snprintf(d->answer.why, sizeof d->answer.why, "The glass was broken by two people.");
}

static cdr_status check_open(cdr_identity *id, const cdr_glass *g, cdr_err *err)
{
    int64_t now = cdr_now_us(id->ctx);
    if (strcmp(g->requested_by, cdr_identity_actor(id)) != 0)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.not-yours", "Only whoever asked opens it.");
    if (!g->approved_us)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.waiting", "%.60s has not approved this yet: candor disclose approve %s, signed in as %.60s.", g->approver, g->id, g->approver);
    if (g->used_us)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.used", "This approval was used already; ask again.");
    if (now < g->approved_us || now - g->approved_us >= CDR_GLASS_LASTS_US)
        return cdr_fail(err, CDR_DENIED, "identity", "glass.expired", "The approval has run out; ask again.");
    return CDR_OK;
}

cdr_status cdr_glass_open(cdr_identity *id, const char *glass, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err)
{
    cdr_glass g;
    cdr_decided list[CDR_CALL_FIELDS_MAX] = {0};
    char basis[120];
    *ret = (cdr_telling){.told = 0};
    cdr_status s = cdr_vo_glass_get(id, glass, &g, err);
    if (s == CDR_OK)
        s = check_open(id, &g, err);
    for (size_t i = 0; s == CDR_OK && i < g.field_count; i++) {
        list[i] = (cdr_decided){.field = cdr_identity_field(id, g.fields[i])};
        if (!list[i].field)
            return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.field", "There is no such field.");
        allow(&list[i]);
    }
    /* Used before it is opened: whoever stops in between asks again. */
    if (s == CDR_OK)
        s = cdr_vo_glass_used(id, &g, cdr_now_us(id->ctx), err);
    if (s != CDR_OK)
        return s;
    snprintf(basis, sizeof basis, "break-glass, approved by %.60s", g.approver);
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s, s:I}", "by", "break-glass", "approval", g.id, "approved_at", (json_int_t)g.approved_index);
    if (!details)
        return cdr_fail_nomem(err, "identity");
    return cdr_open_fields(id, &(cdr_opening){.customer = g.customer, .purpose = "break-glass", .basis = basis, .details = details, .list = list, .count = g.field_count}, fn, arg, ret, err);
}
