/* SPDX-License-Identifier: Apache-2.0 */
/* Parties outside: counsel, insurer, forensic firm, police, authority. */
#include "core/incident/inside.h"

#include <string.h>

static const char *const kinds[] = {"counsel", "insurer", "broker", "forensic", "police", "authority", "bank", "processor", "other"};

cdr_status cdr_incident_add_party(cdr_incidents *in, int64_t id, const cdr_incident_party *party, cdr_err *err)
{
    cdr_incident i;
    char name[sizeof party->name], contact[sizeof party->contact], words[CDR_IN_WORDS];
    uint8_t salt[CDR_IN_SALT];
    bool found = false;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++)
        found = found || !strcmp(kinds[k], party->kind);
    if (!found)
        return cdr_fail(err, CDR_E_INVAL, "incident", "party.kind", "The party is counsel, insurer, broker, forensic, police, authority, bank, processor or other.");
    cdr_status s = cdr_in_name(in, party->name, "The name", true, name, sizeof name, err);
    if (s == CDR_OK)
        s = cdr_in_name(in, party->contact, "How to reach them", false, contact, sizeof contact, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){name, contact}, 2, words);
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_PARTY_ADD, CDR_V(cdr_v_int(id), cdr_v_text(party->kind), cdr_v_text(name), cdr_v_text(contact), cdr_v_int(party->privileged), cdr_v_int(cdr_in_now(in)),
                                                    cdr_v_blob(salt, sizeof salt)), err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.party", id, json_pack("{s:I, s:s, s:b, s:s}", "party", (json_int_t)cdr_db_last_id(in->db), "kind", party->kind, "privileged", (int)party->privileged, "words", words), err);
    return cdr_in_end(in, s, err);
}

cdr_status cdr_incident_parties(cdr_incidents *in, int64_t id, cdr_incident_party_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_PARTIES, &q, CDR_V(cdr_v_int(id)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_incident_party p = {.id = cdr_db_col_int(&q, 0), .privileged = cdr_db_col_int(&q, 4) != 0, .added_us = cdr_db_col_int(&q, 5)};
        cdr_in_text(&q, 1, p.kind, sizeof p.kind);
        cdr_in_text(&q, 2, p.name, sizeof p.name);
        cdr_in_text(&q, 3, p.contact, sizeof p.contact);
        s = fn(arg, &p);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
