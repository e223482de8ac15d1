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
void cdr_identity_close(cdr_identity *id);     /* NULL is fine */

typedef enum cdr_direction { CDR_CALL_IN = 1, CDR_CALL_OUT = 2 } cdr_direction;

#define CDR_CALL_FIELDS_MAX 32
#define CDR_CALL_SAID_MAX 8
#define CDR_CALL_SAID_TEXT_MAX 512
#define CDR_CALL_FLAGS_MAX 12
#define CDR_CALL_FLAG_TEXT 32

typedef struct cdr_said { cdr_factor_kind kind; const char *text; size_t len; } cdr_said;

typedef struct cdr_verify_start {
    cdr_direction direction;
    const char *channel;                       /* "phone", "chat", "counter" */
    const char *number; bool withheld;         /* the caller's number as it was shown; NULL: not a telephone */
    const char *purpose;
    const uint16_t *fields; size_t field_count;
    const char *ticket;                        /* may be NULL */
    /* What the caller says she is: at least one identifier that is indexed (e-mail, telephone, account), or a reference; further ones (name, postcode, date of birth)
     * narrow it. Of several customers none is meant until one is left. */
    const cdr_said *said; size_t said_count;
    const char *ref;
} cdr_verify_start;

typedef struct cdr_call {
    char call[12];                             /* "7F3K-92" */
    char word[24];                             /* "LARK-29": told to both sides */
    char code[12];                             /* outgoing calls, when they start: what the customer may check with call-check */
    cdr_direction direction;
    char channel[16], purpose[64], agent[64], ticket[96];
    uint16_t fields[CDR_CALL_FIELDS_MAX]; size_t field_count;
    /* C0 until a secret matched: whether somebody was found at all is not told. */
    cdr_level level, needed;
    int64_t started_us, active_us, ended_us, expires_us;
    bool live;                                 /* neither ended nor idle for too long */
    char why_needed[240], why_level[320];
    bool secret_matched;                       /* a proof of hers matched; whose it is may still be open, then the level is C0 */
    bool stopped, one_class_only;
    char flags[CDR_CALL_FLAGS_MAX][CDR_CALL_FLAG_TEXT]; size_t flag_count;     /* those that may be told at this level */
} cdr_call;

cdr_status cdr_verify_start_call(cdr_identity *id, const cdr_verify_start *s, cdr_call *ret, cdr_err *err) CDR_NODISCARD;
/* As somebody typed it: lower case, spaces, without the hyphen. CDR_NOT_FOUND: no such call. */
cdr_status cdr_verify_status(cdr_identity *id, const char *call, cdr_call *ret, cdr_err *err) CDR_NODISCARD;
/* Calls of whoever works here that are on now, the oldest first; at most ${cap}. */
cdr_status cdr_verify_open_calls(cdr_identity *id, cdr_call *ret, size_t cap, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* How the level that is needed may be reached from here: one sentence a line, the best first. What is locked, or has no place in this call, is not named. ${ret_next} (may be NULL): what to ask for
 * first; 0: nothing. */
cdr_status cdr_verify_ways(cdr_identity *id, const char *call, cdr_buf *out, cdr_factor_kind *ret_next, cdr_err *err) CDR_NODISCARD;
/* What was tried and asked for in this call; routes that do not count and from when they do, once a secret matched. One sentence a line. */
cdr_status cdr_verify_history(cdr_identity *id, const char *call, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_verify_answer {
    bool matched;
    bool noted;                                /* an identifier before a secret matched: whether it is right is not told yet */
    unsigned tries_left;                       /* in this call, of this factor */
    bool locked;                               /* nothing was compared: no tries are left, in this call or for a day; call-back and letter stay open */
    int64_t open_us;                           /* locked for a day: until then; 0: for this call */
    cdr_call call;
} cdr_verify_answer;
/* CDR_DENIED: the call is over, is somebody else's, or this factor has no place in it. */
cdr_status cdr_verify_answer_factor(cdr_identity *id, const char *call, cdr_factor_kind kind, const char *said, size_t len, cdr_verify_answer *ret, cdr_err *err) CDR_NODISCARD;
/* SMS, e-mail, link, call-back, letter. Says the same whoever it is, and whether or not there is a route that counts. ${ret_code} (may be NULL): of a call-back, to be
 * told to the caller; NULL for the others. CDR_DENIED also when codes were asked for too often. */
cdr_status cdr_verify_send_code(cdr_identity *id, const char *call, cdr_factor_kind kind, cdr_secret **ret_code, cdr_err *err) CDR_NODISCARD;
/* Whoever calls back gets the number on file, after its ledger entry: the agent of the call once a secret matched, the owner or another employee before. CDR_DENIED: no
 * call-back was asked for, or there is no number that counts. */
cdr_status cdr_verify_dial(cdr_identity *id, const char *call, bool is_owner, cdr_secret **ret_number, cdr_call *ret, cdr_err *err) CDR_NODISCARD;
/* What is said in a call-back: the organisation's own words, or those that come with Candor. */
cdr_status cdr_verify_script(cdr_identity *id, const char *call, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* Another employee stands in for this caller: somebody who is not the agent of the call. */
cdr_status cdr_verify_second(cdr_identity *id, const char *call, cdr_call *ret, cdr_err *err) CDR_NODISCARD;

/* May ${purpose} be done now for ${customer}? Only in a live call of this agent that is about it, whose proofs meet it (cdr_disclosure_purpose_met), and in which she was found. CDR_DENIED says why
 * not. ${ret_call}: its name in full. */
/* The same, for changing ${field}: of a correction, proofs that lean on the disputed field itself do not count (11 CCR 7060(h)). */
cdr_status cdr_verify_may_change(cdr_identity *id, const char *call, const char *purpose, uint16_t field, int64_t customer, char ret_call[12], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_may_do(cdr_identity *id, const char *call, const char *purpose, int64_t customer, char ret_call[12], cdr_err *err) CDR_NODISCARD;

/* Flags that the agent may raise; ends with NULL. */
extern const char *const cdr_verify_agent_flags[];
cdr_status cdr_verify_raise_flag(cdr_identity *id, const char *call, const char *flag, cdr_err *err) CDR_NODISCARD;
/* The customer answered a message: "It was not me." The flag stays on her later calls for a while, too. */
cdr_status cdr_verify_reply_no(cdr_identity *id, const char *call, cdr_err *err) CDR_NODISCARD;
/* The owner has looked at it: calls about this customer go on. ${reason} is cleaned and stands in the ledger. CDR_DENIED: not the owner; CDR_NOT_FOUND: nobody had said so. */
cdr_status cdr_verify_reply_cleared(cdr_identity *id, const char *call, const char *reason, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_call_end {
    cdr_call call;
    uint64_t receipt;                          /* index of the ledger's entry */
    char told[600];                            /* "delivery address (in full), card number (confirmed)": by the ledger; "" nothing */
    unsigned told_count, tries, matched;
    unsigned cleaned;                          /* what was masked in the note */
    bool tells;                                /* the customer is told, if there is a way: asked for, or something was told in a call that is not one's own */
} cdr_call_end;
/* By its agent or the owner. ${outcome}: "done", "not verified", "will write", also with a hyphen; NULL is done. ${note} may be NULL; it is cleaned before it is stored. ${tell}: a message to the route on file, if there is one that counts. */
cdr_status cdr_verify_end(cdr_identity *id, const char *call, const char *outcome, const char *note, bool tell, cdr_call_end *ret, cdr_err *err) CDR_NODISCARD;

/* How an ended call ended, for its agent and the owner; others, and calls that are on, get nothing. */
cdr_status cdr_verify_ending(cdr_identity *id, const char *call, char ret_outcome[64], cdr_buf *ret_note, cdr_err *err) CDR_NODISCARD;

/* Notes, tickets and callers' numbers of a customer who is erased. */
cdr_status cdr_verify_forget(cdr_vault *v, int64_t customer, cdr_err *err) CDR_NODISCARD;

/* Is somebody here calling with this code? ${ret} filled with agent and ticket when so. CDR_DENIED: too many questions within a short time. */
typedef struct cdr_call_check { bool calling; char agent[64], ticket[96], word[24]; } cdr_call_check;
cdr_status cdr_verify_call_check(cdr_identity *id, const char *code, cdr_call_check *ret, cdr_err *err) CDR_NODISCARD;

#endif
