/* SPDX-License-Identifier: Apache-2.0 */
/* A call ends: codes and grants with it, what was told is summed up from the ledger, and the customer may be told so. */
#include "template/message.h"
#include "core/identity/summary.h"
#include "core/vault/grant.h"

#include <stdio.h>
#include <string.h>

static json_t *end_details(const cdr_summary *sum, const cdr_call_end *e, unsigned matched, const char *outcome)
{
    json_t *told = json_object();
    for (size_t i = 0; told && i < sum->count; i++)
        json_object_set_new(told, sum->told[i].key, json_string(sum->told[i].how));
    return json_pack("{s:s, s:o, s:i, s:i, s:s}", "outcome", outcome, "told", told, "tries", (int)e->tries, "matched", (int)matched, "level", cdr_level_names[e->call.level]);
}

/* The same work for everybody; a message only where there is a route that counts. */
static cdr_status tell_customer(cdr_identity *id, const cdr_verification *v, cdr_level level, const char *told, cdr_err *err)
{
    static const cdr_factor_kind kinds[] = {CDR_FACTOR_SMS, CDR_FACTOR_EMAIL};
    char mark[17], purpose[64];
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_MESSAGE_BYTES_MAX), subject = CDR_BUF(4096);
    _cleanup_free_ char *folder = cdr_message_folder(id);
    cdr_purpose_words(v->purpose, purpose);
    cdr_random_id(id->ctx, mark);
    /* Somebody who showed nothing may not have been her: then she hears that somebody asked. */
    cdr_status s = cdr_message_text(folder, level >= CDR_LEVEL_C2 || told[0] ? "after_call" : "refused_call", &(cdr_message_facts){.org = cdr_workspace_org(id->ws), .purpose = purpose, .word = v->word, .fields = told[0] ? told : NULL, .at_us = v->started_us,
                                    .contact = id->sender ? cdr_sender_contact(id->sender) : NULL},
                                    &subject, &text, err);
    bool sent = false;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(kinds) && !sent; i++) {
        uint16_t field;
        int64_t usable;
        s = cdr_route_find(id, v->customer, kinds[i], &field, &usable, err);
        sent = s == CDR_OK && field && usable <= cdr_now_us(id->ctx) &&
               cdr_route_send(id, v->customer, field, &(cdr_message){.way = cdr_route_way(kinds[i]), .subject = subject.data, .text = text.data, .id = mark}, NULL) == CDR_OK;
    }
    if (s == CDR_OK && !sent && id->sender)
        cdr_send_decoy(id->sender, cdr_sender_way(id->sender, CDR_SEND_SMS) ? CDR_SEND_SMS : CDR_SEND_EMAIL);
    return s;
}

static cdr_status end_in_transaction(cdr_identity *id, cdr_verification *v, const cdr_summary *sum, const char *outcome, const char *note, cdr_call_end *ret, cdr_err *err)
{
    cdr_factor_kind kinds[CDR_MATCHED_MAX];
    cdr_level_answer level;
    size_t count = 0;
    unsigned matched = 0;
    cdr_status s = cdr_vs_tries(id, v, &ret->tries, &matched, err);
    if (s == CDR_OK)
        s = cdr_vs_matched(id, v, kinds, &count, err);
    cdr_disclosure_level(id->policy, kinds, count, &level);
    /* Identifiers that fit are not told before a secret matched; the ledger knows them. */
    ret->matched = level.level >= CDR_LEVEL_C2 ? matched : 0;
    if (s == CDR_OK)
        s = cdr_grant_end(id->vault, v->call, err);
    if (s == CDR_OK)
        s = cdr_code_end(id->factors, v->call, err);
    if (s == CDR_OK)
        s = cdr_vs_end(id, v, cdr_now_us(id->ctx), outcome, note, err);
    json_t *details = s == CDR_OK ? end_details(sum, ret, matched, outcome) : NULL;
    if (s == CDR_OK)
        s = details ? cdr_verify_enter(id, v, "verify.end", details, &ret->receipt, err) : cdr_fail_nomem(err, "identity");
    return s;
}

static bool is_hers(const cdr_identity *id, const cdr_verification *v)
{
    return !strcmp(v->agent, cdr_identity_actor(id)) || !strcmp(id->role, "owner");
}

static cdr_status read_outcome(const char *said, const char **ret, cdr_err *err)
{
    static const char *const words[] = {"done", "not verified", "will write"};
    for (size_t i = 0; i < CDR_COUNT(words); i++) {
        bool same = true;
        for (size_t k = 0; same && said && k <= strlen(words[i]); k++)
            same = said[k] == words[i][k] || (said[k] == '-' && words[i][k] == ' ');
        if (same) {
            *ret = words[i];
            return CDR_OK;
        }
    }
    return cdr_fail(err, CDR_E_INVAL, "identity", "verify.outcome", "A call ends with --outcome done, not-verified or will-write; \"%.30s\" is none of them. What else is to be said goes into --note.", said);
}

cdr_status cdr_verify_ending(cdr_identity *id, const char *call, char ret_outcome[64], cdr_buf *ret_note, cdr_err *err)
{
    cdr_verification v;
    ret_outcome[0] = '\0';
    cdr_status s = cdr_verify_load(id, call, &v, err);
    return s == CDR_OK && v.ended_us && is_hers(id, &v) ? cdr_vs_ending(id, &v, ret_outcome, ret_note, err) : s;
}

cdr_status cdr_verify_end(cdr_identity *id, const char *call, const char *outcome, const char *note, bool tell, cdr_call_end *ret, cdr_err *err)
{
    cdr_verification v;
    cdr_summary sum;
    const char *ended = NULL;
    _cleanup_buf_ cdr_buf clean = CDR_BUF(4 * CDR_NOTE_TEXT_MAX);
    *ret = (cdr_call_end){.receipt = 0};
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK && v.ended_us)
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.ended", "The call %s has ended already.", v.call);
    if (s == CDR_OK && !is_hers(id, &v))
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.not-yours", "The call %s is another employee's; whoever has it ends it, or the owner.", v.call);
    if (s == CDR_OK)
        s = read_outcome(outcome, &ended, err);
    if (s == CDR_OK && note)
        s = cdr_note_clean(id->cleaner, note, strlen(note), &clean, &ret->cleaned, err);
    if (s == CDR_OK)
        s = cdr_verify_describe(id, &v, &ret->call, err);
    if (s == CDR_OK)
        s = cdr_summary_of_call(id, &v, &sum, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    char told[sizeof ret->told];
    cdr_summary_words(id, &sum, true, told, sizeof told);
    ret->told_count = cdr_summary_words(id, &sum, false, ret->told, sizeof ret->told);
    ret->tells = tell || (ret->told_count && strcmp(v.agent, cdr_identity_actor(id)) != 0);
    s = end_in_transaction(id, &v, &sum, ended, clean.data, ret, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    ret->call.ended_us = cdr_now_us(id->ctx);
    return s == CDR_OK && ret->tells ? tell_customer(id, &v, ret->call.level, told, err) : s;
}
