/* SPDX-License-Identifier: Apache-2.0 */
/* The check of a caller: started, answered factor by factor, ended. Whoever asks learns "matched" or "not matched, N tries left in this call" and nothing else, and a caller whom
 * nobody knows is treated alike, in words, time and exit code. A try is committed before anything is compared. */
#ifndef CDR_CORE_IDENTITY_VERIFY_H
#define CDR_CORE_IDENTITY_VERIFY_H

#include "core/identity/factor.h"
#include "send/send.h"

typedef struct cdr_identity cdr_identity;      /* vault, factors, policy and sender together */

/* ${policy} and ${sender} are borrowed; NULL ${sender}: nothing can be sent. ${role}: of whoever works here ("staff"). */
cdr_status cdr_identity_open(cdr_vault *v, const cdr_disclosure_policy *policy, cdr_sender *sender, const char *role, cdr_identity **ret, cdr_err *err) CDR_NODISCARD;
void cdr_identity_close(cdr_identity *id);

typedef enum cdr_direction { CDR_CALL_IN = 1, CDR_CALL_OUT = 2 } cdr_direction;

typedef struct cdr_verify_start {
    cdr_direction direction;
    const char *channel;                       /* "phone" */
    const char *number; bool withheld;         /* the caller's number as it was shown; NULL: not a telephone */
    const char *purpose;
    const uint16_t *fields; size_t field_count;
    const char *ticket;                        /* may be NULL */
    /* What the caller says she is: one identifier that is indexed, or a reference; further ones (name, postcode, date of birth) narrow it. */
    const struct cdr_said { cdr_factor_kind kind; const char *text; size_t len; } *said; size_t said_count;
    const char *ref;
} cdr_verify_start;

typedef struct cdr_call {
    char call[12];                             /* "7F3K-92" */
    char word[24];                             /* "LARK-29": told to both sides */
    char code[12];                             /* outgoing calls: what the customer may check with call-check */
    cdr_level level, needed;
    int64_t started_us, active_us, ended_us, expires_us;
    char why_needed[240], why_level[200];
    bool stopped, one_class_only;
} cdr_call;

cdr_status cdr_verify_start_call(cdr_identity *id, const cdr_verify_start *s, cdr_call *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_status(cdr_identity *id, const char *call, cdr_call *ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_verify_answer {
    bool matched;
    unsigned tries_left;                       /* in this call, of this factor */
    bool locked;                               /* the factor is locked for a day; call-back and letter stay open */
    cdr_call call;
} cdr_verify_answer;
cdr_status cdr_verify_answer_factor(cdr_identity *id, const char *call, cdr_factor_kind kind, const char *said, size_t len, cdr_verify_answer *ret, cdr_err *err) CDR_NODISCARD;
/* SMS, e-mail, link, call-back, letter. Says the same whoever it is, and whether or not there is a route that counts. */
cdr_status cdr_verify_send_code(cdr_identity *id, const char *call, cdr_factor_kind kind, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_raise_flag(cdr_identity *id, const char *call, const char *flag, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_end(cdr_identity *id, const char *call, const char *outcome, bool tell_customer, cdr_err *err) CDR_NODISCARD;

#endif
