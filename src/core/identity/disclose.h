/* SPDX-License-Identifier: Apache-2.0 */
/* Telling: in a verified call, to third parties with a legal ground, and by breaking the glass. Each field is decided by the policy, what is allowed gets one grant, and
 * every value leaves after its entry in the ledger. The ways to cdr_grant_issue are in these files and nowhere else. */
#ifndef CDR_CORE_IDENTITY_DISCLOSE_H
#define CDR_CORE_IDENTITY_DISCLOSE_H

#include "core/identity/verify.h"

typedef struct cdr_told {
    const cdr_vault_field *field;
    cdr_mode mode;              /* what was done, or might be: plain and masked were shown, confirm and send-to-record are other commands, never is a refusal */
    bool done;
    const cdr_secret *value;    /* plain or masked, NUL-ended, wiped when the function returns; NULL: nothing is on file */
    cdr_mode best; cdr_level needed;
    const char *why;
    const cdr_vault_field *stands_for;  /* what was asked for and is not on file, when ->field stands for it; mostly NULL */
} cdr_told;
/* Called for each field as it is opened, in the order asked for. */
typedef cdr_status cdr_told_fn(void *arg, const cdr_told *t, cdr_err *err);

typedef struct cdr_telling {
    cdr_call call;              /* of a call */
    unsigned told, refused;
    char grant[33];             /* empty: none was issued */
    uint64_t grant_index;
} cdr_telling;

/* CDR_DENIED: the call is over, or somebody else's. Refused fields are told to ${fn} and are no error. */
cdr_status cdr_disclose(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_confirming {
    cdr_call call;
    bool allowed, right;        /* not allowed: ->why */
    bool locked;                /* no tries are left for this field */
    unsigned tries_left;
    cdr_level needed;
    char why[240];
} cdr_confirming;
/* Is what the caller says right? Tries count as those of a factor do. */
cdr_status cdr_disclose_confirm(cdr_identity *id, const char *call, uint16_t field, const char *said, size_t len, cdr_confirming *ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_sending { cdr_call call; unsigned sent, refused; bool certain; /* false: it is not told whether there was anybody to send to */ } cdr_sending;
/* What may be sent to the address on record goes there, by letter or e-mail. */
cdr_status cdr_disclose_send(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, bool by_email, cdr_told_fn *fn, void *arg, cdr_sending *ret, cdr_err *err) CDR_NODISCARD;

/* --- third parties --- */
extern const char *const cdr_third_parties[];       /* "police", "insurer", "family"…; ends with NULL */
typedef struct cdr_third_party {
    const char *party, *ground, *document;          /* who, by which law, the reference of the paper: all needed */
    const char *channel;                            /* NULL: "post" */
    const char *ref;
    const uint16_t *fields; size_t field_count;
} cdr_third_party;
cdr_status cdr_disclose_third(cdr_identity *id, const cdr_third_party *t, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err) CDR_NODISCARD;

/* --- breaking the glass: asked for by one, approved by another, then opened by the first, once --- */
#define CDR_GLASS_ID 17
#define CDR_GLASS_WAITS_US INT64_C(3600000000)      /* from asking to approval */
#define CDR_GLASS_LASTS_US INT64_C(900000000)       /* from approval to opening */
typedef struct cdr_glass {
    char id[CDR_GLASS_ID], requested_by[80], approver[80], reason[400];
    int64_t customer, requested_us, approved_us, used_us;
    uint16_t fields[CDR_CALL_FIELDS_MAX]; size_t field_count;
    uint64_t approved_index;
} cdr_glass;
cdr_status cdr_glass_ask(cdr_identity *id, const char *ref, const uint16_t *fields, size_t count, const char *reason, const char *approver, cdr_glass *ret, cdr_err *err) CDR_NODISCARD;
/* By the login that was named, which is not the one that asked. */
cdr_status cdr_glass_approve(cdr_identity *id, const char *glass, cdr_glass *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_glass_open(cdr_identity *id, const char *glass, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err) CDR_NODISCARD;

#endif
