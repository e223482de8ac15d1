/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody else than the customer asks. Nothing without the law and the reference of the paper, both recorded before anything is opened. */
#include "core/identity/disclose_parts.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

const char *const cdr_third_parties[] = {"police", "court", "authority", "insurer", "lawyer", "family", "guardian", "other", NULL};

static cdr_status check_party(cdr_identity *id, const cdr_third_party *t, char ground[400], char document[200], cdr_err *err)
{
    bool known = false;
    for (size_t i = 0; cdr_third_parties[i]; i++)
        known |= t->party && !strcmp(t->party, cdr_third_parties[i]);
    if (!known)
        return cdr_fail(err, CDR_E_INVAL, "identity", "third.party", "Say who asks: police, court, authority, insurer, lawyer, family, guardian or other.");
    if (!t->ref)
        return cdr_fail(err, CDR_E_INVAL, "identity", "third.ref", "Say about whom: --ref C-….");
    if (t->field_count == 0 || t->field_count > CDR_CALL_FIELDS_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.count", "Name one to %d fields.", CDR_CALL_FIELDS_MAX);
    cdr_status s = cdr_note_clean_to(id->cleaner, t->ground, ground, 400, err);
    if (s == CDR_OK)
        s = cdr_note_clean_to(id->cleaner, t->document, document, 200, err);
    if (s == CDR_OK && (strspn(ground, " \t\n") == strlen(ground) || strspn(document, " \t\n") == strlen(document)))
        s = cdr_fail(err, CDR_DENIED, "identity", "third.ground", "Nothing is told to third parties without a legal ground (--ground) and the reference of its document (--document); both are kept.");
    return s;
}

static cdr_status hash_hex(cdr_identity *id, const char *what, const char *text, char ret[2 * CDR_SUBJECT_BYTES + 1], cdr_err *err)
{
    uint8_t h[CDR_SUBJECT_BYTES];
    cdr_status s = cdr_identity_hash(id, what, text, strlen(text), h, err);
    if (s == CDR_OK)
        cdr_hex_encode(h, sizeof h, ret);
    return s;
}

static cdr_status record(cdr_identity *id, int64_t customer, const cdr_third_party *t, const char *ground, const char *document, json_t *details, cdr_err *err)
{
    char who[CDR_PSEUDONYM_TEXT];
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = cdr_vault_pseudonym(id->vault, customer, who, err);
    if (s == CDR_OK)
        s = cdr_json_canonical(details, &text, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vo_third(id, customer, t->party, ground, document, cdr_now_us(id->ctx), err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(id->ws), &(cdr_ledger_event){.kind = "disclosure.ground", .actor = cdr_identity_actor(id), .subject = who, .details_json = text.data}, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

cdr_status cdr_disclose_third(cdr_identity *id, const cdr_third_party *t, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err)
{
    char ground[400], document[200], ground_hash[33], document_hash[33], basis[64];
    cdr_decided list[CDR_CALL_FIELDS_MAX];
    cdr_customer c;
    *ret = (cdr_telling){.told = 0};
    cdr_status s = check_party(id, t, ground, document, err);
    if (s == CDR_OK)
        s = cdr_vault_customer(id->vault, t->ref, &c, err);
    if (s == CDR_OK && c.erased)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "third.erased", "This customer was erased; nothing is left that could be told.");
    if (s == CDR_OK)
        s = hash_hex(id, "ground", ground, ground_hash, err);
    if (s == CDR_OK)
        s = hash_hex(id, "document", document, document_hash, err);
    for (size_t i = 0; s == CDR_OK && i < t->field_count; i++) {
        const cdr_vault_field *f = cdr_identity_field(id, t->fields[i]);
        list[i] = (cdr_decided){.field = f};
        if (!f)
            return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.field", "There is no such field.");
        cdr_disclosure_decide(id->policy, &(cdr_disclosure_request){.field = f->key, .category = f->category, .unspoken = (f->flags & CDR_VF_UNSPOKEN) != 0, .purpose = "third-party", .role = id->role,
                              .channel = t->channel ? t->channel : "post", .level = CDR_LEVEL_C0, .ground = true}, &list[i].answer);
    }
    _cleanup_json_ json_t *details = s == CDR_OK ? json_pack("{s:s, s:s, s:s, s:s}", "by", "third-party", "party", t->party, "ground", ground_hash, "document", document_hash) : NULL;
    if (s == CDR_OK)
        s = details ? record(id, c.id, t, ground, document, details, err) : cdr_fail_nomem(err, "identity");
    if (s != CDR_OK)
        return s;
    snprintf(basis, sizeof basis, "third party: %s", t->party);
    return cdr_open_fields(id, &(cdr_opening){.customer = c.id, .purpose = "third-party", .basis = basis, .details = details, .list = list, .count = t->field_count}, fn, arg, ret, err);
}
