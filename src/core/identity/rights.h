/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of customers by right: opened, proved, answered or refused, each step with its ledger entry (subject "request:R-12"). What is written to her is built here, from her
 * record alone: fields through one grant, each after its entry in the ledger; what must never be told is named as held. */
#ifndef CDR_CORE_IDENTITY_RIGHTS_H
#define CDR_CORE_IDENTITY_RIGHTS_H

#include "base/json.h"
#include "core/identity/edit.h"
#include "core/identity/rights_clock.h"
#include "core/identity/verify.h"
#include "core/vault/erase.h"

#define CDR_REQUEST_WORDS_MAX 400          /* bytes of a reason or outcome */

typedef enum cdr_request_state { CDR_REQUEST_OPEN = 1, CDR_REQUEST_FULFILLED, CDR_REQUEST_REFUSED, CDR_REQUEST_CLOSED } cdr_request_state;
extern const char *const cdr_request_state_names[];

typedef struct cdr_request {
    int64_t id, customer;                  /* customer 0: nobody like that was found */
    char name[16];                         /* "R-12" */
    char ref[CDR_CUSTOMER_REF_MAX];        /* "" without a customer */
    bool erased;                           /* the customer is, so nothing is left to answer with */
    cdr_right kind;
    cdr_regime regime;
    cdr_request_state state;
    char channel[16], ticket[96], opened_by[80];
    int64_t received_day, due_day /* 0 no law known */, confirm_day /* 0 no such rule */;
    int64_t opened_us, confirmed_us, extended_us, proved_us, decided_us;
    char extend_reason[CDR_REQUEST_WORDS_MAX + 1];
    char proved_call[12]; cdr_level proved_level; char proved_by[400];
    char decided_by[80], ground[40], outcome[CDR_REQUEST_WORDS_MAX + 1], receipt[17];
} cdr_request;

typedef struct cdr_rights cdr_rights;      /* the statements of this part, for one vault, which must outlive it */
cdr_status cdr_rights_open(cdr_vault *v, cdr_rights **ret, cdr_err *err) CDR_NODISCARD;
void cdr_rights_close(cdr_rights *r);
static inline void cdr_rights_closep(cdr_rights **r) { cdr_rights_close(*r); }

typedef struct cdr_request_new {
    cdr_right kind;
    const char *ref;                       /* NULL: no customer was found; then ->ticket says whom to answer */
    cdr_regime regime; bool regime_given;  /* not given: from the customer's country and region */
    const char *channel, *ticket;          /* ticket may be NULL */
    int64_t received_day;                  /* 0: today (UTC) */
} cdr_request_new;
/* ${ret_same} (may be NULL): number of an open request of the same kind by the same customer, 0 none. */
cdr_status cdr_rights_begin(cdr_rights *r, const cdr_request_new *n, cdr_request *ret, int64_t *ret_same, cdr_err *err) CDR_NODISCARD;
/* "R-12", "r12" or "12". */
cdr_status cdr_rights_find(cdr_rights *r, const char *name, cdr_request *ret, cdr_err *err) CDR_NODISCARD;
/* By due date, those without one last; ${all}: also what is answered. ${customer} 0: everybody's. */
typedef cdr_status cdr_request_fn(void *arg, const cdr_request *q);
cdr_status cdr_rights_each(cdr_rights *r, bool all, int64_t customer, cdr_request_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* Is the request late at ${now_us}: its answer, or the confirmation of its receipt? */
bool cdr_request_overdue(const cdr_request *q, int64_t now_us);
bool cdr_request_confirm_overdue(const cdr_request *q, int64_t now_us);
/* Has the customer proved enough for it? Rights without a purpose in the policy need nothing. */
bool cdr_request_proved(const cdr_request *q);

/* The level that was reached in a call with this customer is written down with the request: it outlives the call. CDR_DENIED: another customer's call, one that is over, or too low
 * a level; the sentence says what is needed. */
cdr_status cdr_rights_prove(cdr_rights *r, cdr_identity *id, cdr_request *q, const char *call, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rights_confirm_receipt(cdr_rights *r, cdr_request *q, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED: the law knows no extension, there was one already, or it is too late to tell. */
cdr_status cdr_rights_extend(cdr_rights *r, cdr_request *q, const char *reason, cdr_err *err) CDR_NODISCARD;
/* Grounds of refusals; ends with {0}. */
typedef struct cdr_refusal { const char *key, *label; } cdr_refusal;
extern const cdr_refusal cdr_refusals[];
cdr_status cdr_rights_refuse(cdr_rights *r, cdr_request *q, const char *ground, const char *words, cdr_err *err) CDR_NODISCARD;
/* Withdrawn, answered elsewhere, a duplicate. */
cdr_status cdr_rights_end(cdr_rights *r, cdr_request *q, const char *reason, cdr_err *err) CDR_NODISCARD;

/* The customer was erased: what else she asked for, and is open, is closed with that word. ${except}: the request that did it, 0 none. */
cdr_status cdr_rights_end_erased(cdr_rights *r, int64_t customer, int64_t except, unsigned *ret_closed, cdr_err *err) CDR_NODISCARD;

/* --- answering --- */

/* Everything about the customer that is hers to know: fields, what is held and not shown, proofs, what was told of her, requests. For COPY and PORTABILITY with values, otherwise without. ${ret}: a
 * JSON object, whose values are to be overwritten with cdr_rights_wipe before it is freed. */
cdr_status cdr_rights_package(cdr_rights *r, cdr_identity *id, const cdr_request *q, json_t **ret, cdr_err *err) CDR_NODISCARD;
void cdr_rights_wipe(json_t *package);
static inline void cdr_rights_wipep(json_t **j) { cdr_rights_wipe(*j); json_decref(*j); }
/* Under which names others may know her: her reference, e-mail addresses, telephones, account number; to ${fn}, which compares or hashes them and keeps nothing. */
typedef cdr_status cdr_identifier_fn(void *arg, const char *text, cdr_err *err);
cdr_status cdr_rights_identifiers(cdr_rights *r, const cdr_request *q, cdr_identifier_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* It was answered. ${sha256} of what was written; NULL: nothing was. ${outcome}: what was done, in words without personal data. */
cdr_status cdr_rights_fulfilled(cdr_rights *r, cdr_request *q, const char *outcome, const uint8_t *sha256, cdr_err *err) CDR_NODISCARD;
/* Is a proof of this kind worth no more than the field is: a code by text message and the telephone, a letter and the address, the name that was said and the name? */
bool cdr_proof_leans_on(cdr_factor_kind kind, uint16_t field);
/* May the field be corrected with what was proved? Not with the disputed item itself (11 CCR 7060(h)), and a way to reach her or a bank account only with the proofs that changing those asks for. */
cdr_status cdr_rights_may_correct(cdr_rights *r, cdr_identity *id, const cdr_request *q, const cdr_vault_field *field, cdr_err *err) CDR_NODISCARD;
/* All of ${values} or nothing; old and new routes are told. */
cdr_status cdr_rights_correct(cdr_rights *r, cdr_identity *id, cdr_request *q, const cdr_vault_value *values, size_t count, cdr_edit_told *ret, cdr_err *err) CDR_NODISCARD;
/* ${held} is asked for each field (its value too) whether a legal hold covers it: the name of the hold, NULL none. Then nothing is erased (CDR_DENIED). An erasure that was interrupted is finished.
 * ${ret_closed}: her other open requests, which were closed with it. */
typedef const char *cdr_held_fn(void *arg, const cdr_vault_field *field, const char *value, size_t len);
cdr_status cdr_rights_erase(cdr_rights *r, cdr_request *q, cdr_held_fn *held, void *arg, cdr_erasure *ret, unsigned *ret_closed, cdr_err *err) CDR_NODISCARD;

#endif
