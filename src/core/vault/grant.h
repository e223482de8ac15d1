/* SPDX-License-Identifier: Apache-2.0 */
/* No grant, no plaintext. A grant names the customer, the fields and how each may be shown, the purpose, who, until when and how often. Issuing one commits its ledger
 * entry; revealing a field commits another one before the field is opened. cdr_grant_reveal is the only function of Candor that hands out a sealed field,
 * and it takes nothing but a grant that stands in the database with an entry in the ledger.
 *
 * cdr_grant_issue may be called by core/identity alone (tests/checks/house.py holds that), where the policy decides. */
#ifndef CDR_CORE_VAULT_GRANT_H
#define CDR_CORE_VAULT_GRANT_H

#include "core/vault/vault.h"

typedef enum cdr_grant_mode { CDR_GRANT_CONFIRM = 1, CDR_GRANT_MASKED = 2, CDR_GRANT_PLAIN = 3, CDR_GRANT_SEND = 4 } cdr_grant_mode;
#define CDR_GRANT_REVEAL_US 60000000    /* a grant ends after a minute unless its maker says otherwise */

typedef struct cdr_grant cdr_grant;

typedef struct cdr_grant_field { uint16_t field; cdr_grant_mode mode; } cdr_grant_field;
typedef struct cdr_grant_request {
    int64_t customer;
    const cdr_grant_field *fields; size_t count;
    const char *purpose, *call;         /* words for the ledger; call: its reference, NULL outside of calls */
    const char *basis;                  /* "verified C3", "third party: police, document …", "break-glass": NULL never */
    const char *details_json;           /* more for the ledger entry, without personal data; NULL none */
    unsigned uses;                      /* reveals of each field; 0: 1 */
    int64_t lasts_us;                   /* 0: CDR_GRANT_REVEAL_US */
} cdr_grant_request;

/* One transaction: the grant and its ledger entry disclosure.grant, committed when this returns. CDR_E_INVAL inside an open transaction. */
cdr_status cdr_grant_issue(cdr_vault *v, const cdr_grant_request *r, cdr_grant **ret, cdr_err *err) CDR_NODISCARD;
/* A grant that was issued before, by its number (32 hexadecimal digits); CDR_NOT_FOUND. */
cdr_status cdr_grant_load(cdr_vault *v, const char *id, cdr_grant **ret, cdr_err *err) CDR_NODISCARD;
void cdr_grant_free(cdr_grant *g);
const char *cdr_grant_id(const cdr_grant *g);
uint64_t cdr_grant_ledger_index(const cdr_grant *g);

/* Counts the use and enters disclosure.reveal in the ledger, commits, then opens: PLAIN the value, MASKED its masked form, NUL-ended, in locked memory. CDR_DENIED: run
 * out, used up, not granted, or CONFIRM or SEND. CDR_NOT_FOUND: the customer has no such field. */
cdr_status cdr_grant_reveal(cdr_grant *g, uint16_t field, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* CONFIRM, MASKED, PLAIN: is what the caller says right? The same order; the entry is disclosure.confirm. */
cdr_status cdr_grant_confirm(cdr_grant *g, uint16_t field, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;
/* SEND, PLAIN: the value to a function that sends it to the route on record; the entry is disclosure.send. */
cdr_status cdr_grant_send(cdr_grant *g, uint16_t field, cdr_vault_deliver_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Ends it before its time: at the end of a call. */
cdr_status cdr_grant_end(cdr_vault *v, const char *call, cdr_err *err) CDR_NODISCARD;

#endif
