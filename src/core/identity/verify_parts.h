/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the caller check share: the open parts, a call's row, and the statements (store_verification.c, store_oversight.c). */
#ifndef CDR_CORE_IDENTITY_VERIFY_PARTS_H
#define CDR_CORE_IDENTITY_VERIFY_PARTS_H

#include "base/json.h"
#include "candor/ledger.h"
#include "core/identity/note.h"
#include "core/identity/verify.h"

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define CDR_SUBJECT_BYTES CDR_VALUE_ID_BYTES
/* Tries of --confirm are counted under the field's number, apart from factors. */
#define CDR_TRY_CONFIRM 1000

struct cdr_identity {
    cdr_vault *vault;
    cdr_workspace *ws;
    const cdr_ctx *ctx;
    cdr_db *db;
    cdr_db_set *calls, *oversight;
    cdr_factors *factors;
    const cdr_disclosure_policy *policy;
    const cdr_disclosure_limits *limits;
    cdr_sender *sender;
    cdr_cleaner *cleaner;
    char role[32];
};

typedef struct cdr_verification {
    int64_t id, customer;                       /* customer 0: nobody */
    uint8_t subject[CDR_SUBJECT_BYTES], number[CDR_SUBJECT_BYTES];
    bool has_number, withheld;
    cdr_direction direction;
    char call[12], word[24], channel[16], purpose[64], agent[64], ticket[96];
    uint16_t fields[CDR_CALL_FIELDS_MAX]; size_t field_count;
    int64_t started_us, active_us, ended_us;
    uint64_t start_index;                       /* of its first entry in the ledger */
} cdr_verification;

/* --- verify_state.c --- */
const char *cdr_identity_actor(const cdr_identity *id);
/* Standard or own; NULL none. */
const cdr_vault_field *cdr_identity_field(const cdr_identity *id, uint16_t field);
/* Keyed hash under CDR_KEY_CALLER of ${what} and ${text}. */
cdr_status cdr_identity_hash(cdr_identity *id, const char *what, const char *text, size_t len, uint8_t ret[CDR_SUBJECT_BYTES], cdr_err *err) CDR_NODISCARD;
/* The row of ${call} as somebody typed it. */
cdr_status cdr_verify_load(cdr_identity *id, const char *call, cdr_verification *ret, cdr_err *err) CDR_NODISCARD;
bool cdr_verify_live(const cdr_identity *id, const cdr_verification *v);
/* CDR_DENIED when the call is over; ${mine}: also when it is another agent's. */
cdr_status cdr_verify_check_open(const cdr_identity *id, const cdr_verification *v, bool mine, cdr_err *err) CDR_NODISCARD;
/* Kinds that matched in this call: none for nobody, none when the call is over. */
#define CDR_MATCHED_MAX 32
cdr_status cdr_verify_matched(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_level(cdr_identity *id, const cdr_verification *v, cdr_level_answer *ret, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED with the reason when the policy counts ${kind} as nothing: the same for everybody. */
cdr_status cdr_verify_check_counts(const cdr_identity *id, cdr_factor_kind kind, cdr_err *err) CDR_NODISCARD;
/* What may be told to the agent. */
cdr_status cdr_verify_describe(cdr_identity *id, const cdr_verification *v, cdr_call *ret, cdr_err *err) CDR_NODISCARD;
/* Enters ${kind} with the call's pseudonym: the customer's, or one that looks alike and stands for this call alone. ${more}: members of the details, stolen. */
cdr_status cdr_verify_enter(cdr_identity *id, const cdr_verification *v, const char *kind, json_t *more, uint64_t *ret_index, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_verify_pseudonym(cdr_identity *id, const cdr_verification *v, char ret[CDR_PSEUDONYM_TEXT], cdr_err *err) CDR_NODISCARD;
/* Dies here when the n-th stop is armed (builds with fault hooks). */
void cdr_verify_stop_point(void);

/* The policy's reason with the label of the field in the place of its key. */
void cdr_why_words(const cdr_vault_field *f, const char *why, char *ret, size_t cap);

/* --- verify_said.c --- */
/* Does the customer's record say so? ${customer} 0: the same work, and no. */
cdr_status cdr_said_matches(cdr_identity *id, int64_t customer, const cdr_said *said, bool *ret, cdr_err *err) CDR_NODISCARD;
bool cdr_said_is_record(cdr_factor_kind kind);
/* The customer who is meant, 0 nobody; which of ${said} fit her; the subject under which tries are counted. */
cdr_status cdr_said_find(cdr_identity *id, const cdr_verify_start *s, int64_t *ret_customer, bool ret_matched[CDR_CALL_SAID_MAX], uint8_t ret_subject[CDR_SUBJECT_BYTES], cdr_err *err) CDR_NODISCARD;

/* --- verify_answer.c --- */
/* Counts a try of ${factor} in one transaction with the look at the limits. ${ret_try} 0: locked, nothing is to be compared. */
typedef struct cdr_try { int64_t id; unsigned left; int64_t open_us; } cdr_try;
cdr_status cdr_verify_tries_left(cdr_identity *id, const cdr_verification *v, int factor, cdr_try *ret, cdr_err *err) CDR_NODISCARD;
/* Has ${kind} a place in a call that we make? Nobody is asked for a PIN or a code in one. */
bool cdr_verify_fits_direction(const cdr_verification *v, cdr_factor_kind kind);
cdr_status cdr_verify_count(cdr_identity *id, cdr_verification *v, int factor, bool day_limit, cdr_try *ret, cdr_err *err) CDR_NODISCARD;
/* The try matched: noted, and entered as ${kind}. */
cdr_status cdr_verify_note_match(cdr_identity *id, cdr_verification *v, const cdr_try *t, int factor, cdr_err *err) CDR_NODISCARD;

/* --- verify_send.c --- */
/* The field that ${kind} goes to, the newest of the customer's that serves; 0 none. ${ret_usable_us}: from when it counts. */
cdr_status cdr_route_find(cdr_identity *id, int64_t customer, cdr_factor_kind kind, uint16_t *ret_field, int64_t *ret_usable_us, cdr_err *err) CDR_NODISCARD;
/* One message to the customer's own route; ${m}->to is filled here. */
cdr_status cdr_route_send(cdr_identity *id, int64_t customer, uint16_t field, const cdr_message *m, cdr_err *err) CDR_NODISCARD;
/* A letter to name and address on file. */
cdr_status cdr_letter_send(cdr_identity *id, int64_t customer, const cdr_message *m, cdr_err *err) CDR_NODISCARD;
cdr_send_way cdr_route_way(cdr_factor_kind kind);
/* A message to the owner, without personal data. It is not told when it fails. ${fields} may be NULL. */
bool cdr_alert_owner(cdr_identity *id, const char *what, const char *fields);
/* WORKSPACE/messages; to be freed. */
char *cdr_message_folder(cdr_identity *id) CDR_NODISCARD;
/* "delivery-question" as "delivery question". */
void cdr_purpose_words(const char *purpose, char ret[64]);
/* 64 random bits as 16 hexadecimal digits. */
void cdr_random_id(const cdr_ctx *ctx, char ret[17]);

/* --- flags.c --- */
typedef struct cdr_flags { const char *list[CDR_CALL_FLAGS_MAX]; char text[CDR_CALL_FLAGS_MAX][CDR_CALL_FLAG_TEXT]; size_t count; bool of_customer[CDR_CALL_FLAGS_MAX]; } cdr_flags;
/* Those of the call, after looking whether new ones are due; new ones are entered. Inside of a transaction. */
cdr_status cdr_flags_refresh(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_flags_read(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_flags_raise(cdr_identity *id, const cdr_verification *v, const char *flag, bool by_hand, cdr_err *err) CDR_NODISCARD;
/* Flags that follow from what is known of the customer: not shown before a secret matched. */
bool cdr_flag_tells_of_customer(const char *flag);

/* --- callword.c --- */
void cdr_call_make_id(const cdr_ctx *ctx, char ret[12]);
void cdr_call_make_word(const cdr_ctx *ctx, char ret[24]);
void cdr_call_make_code(const cdr_ctx *ctx, char ret[12]);
/* Letters that are misread become what they were meant to be; "7f3k92" -> "7F3K-92". False: it is none. */
bool cdr_call_normalise_id(const char *typed, char ret[12]);
bool cdr_call_normalise_code(const char *typed, char ret[12]);

/* --- store_verification.c --- */
cdr_status cdr_vs_prepare(cdr_identity *id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_add(cdr_identity *id, cdr_verification *v, const uint8_t *check_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_load(cdr_identity *id, const char *call, cdr_verification *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_by_check(cdr_identity *id, const uint8_t check_id[CDR_SUBJECT_BYTES], cdr_verification *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_set_start(cdr_identity *id, const cdr_verification *v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_touch(cdr_identity *id, cdr_verification *v, int64_t now_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_end(cdr_identity *id, const cdr_verification *v, int64_t now_us, const char *outcome, const char *note, cdr_err *err) CDR_NODISCARD;
/* What was noted at the call's end. */
cdr_status cdr_vs_ending(cdr_identity *id, const cdr_verification *v, char ret_outcome[64], cdr_buf *ret_note, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_verification_fn(void *arg, const cdr_verification *v);
/* Calls of ${agent} that have not ended and in which something happened since then. */
cdr_status cdr_vs_each_open(cdr_identity *id, const char *agent, int64_t since_us, cdr_verification_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_said(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, bool matched, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_matched(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_failures_call(cdr_identity *id, const cdr_verification *v, int factor, unsigned *ret, cdr_err *err) CDR_NODISCARD;
/* Newer than ${since_us}; ${ret_open_us}: when fewer than ${limit} are left of them. */
cdr_status cdr_vs_failures_day(cdr_identity *id, const cdr_verification *v, int factor, int64_t since_us, unsigned limit, unsigned *ret, int64_t *ret_open_us, cdr_err *err) CDR_NODISCARD;
/* One after the other without a match, since the factor was set. */
cdr_status cdr_vs_failures_run(cdr_identity *id, const cdr_verification *v, int factor, unsigned *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_try(cdr_identity *id, const cdr_verification *v, int factor, int64_t now_us, bool matched, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_try_matched(cdr_identity *id, int64_t try_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_tries(cdr_identity *id, const cdr_verification *v, unsigned *ret_all, unsigned *ret_matched, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_send_row { int64_t id, at_us, usable_us, dialled_us; cdr_factor_kind kind; int result; } cdr_send_row;
cdr_status cdr_vs_send(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, int64_t now_us, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_send_result(cdr_identity *id, int64_t send_id, int result, int64_t usable_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_dialled(cdr_identity *id, int64_t send_id, int64_t now_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_send_counts(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, int64_t since_us, unsigned *ret_call, unsigned *ret_day, cdr_err *err) CDR_NODISCARD;
/* The newest of the kind in this call, or for the subject when ${any_call}; CDR_NOT_FOUND none. */
cdr_status cdr_vs_last_send(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, bool any_call, cdr_send_row *ret, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_send_row_fn(void *arg, const cdr_send_row *r);
cdr_status cdr_vs_each_send(cdr_identity *id, const cdr_verification *v, cdr_send_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_try_row_fn(void *arg, int factor, unsigned tries, unsigned matched);
cdr_status cdr_vs_each_try(cdr_identity *id, const cdr_verification *v, cdr_try_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* ${by_hand}: somebody said so; otherwise it followed from what is known, and counts for this call alone. */
cdr_status cdr_vs_flag(cdr_identity *id, const cdr_verification *v, const char *flag, bool by_hand, int64_t now_us, bool *ret_new, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_flags(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_unflag_subject(cdr_identity *id, const cdr_verification *v, const char *flag, bool *ret_any, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_subject_flagged(cdr_identity *id, const cdr_verification *v, const char *flag, int64_t since_us, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_number_subjects(cdr_identity *id, const cdr_verification *v, int64_t since_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_failed_calls(cdr_identity *id, const cdr_verification *v, int64_t since_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;
/* Grants for calls: of ${agent} since then; what 19 of 20 hours of work of the others stay below, 0 when too little is known. */
cdr_status cdr_vs_agent_reveals(cdr_identity *id, const char *agent, int64_t since_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_team_hour(cdr_identity *id, const char *agent, int64_t since_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;

cdr_status cdr_vs_call_check(cdr_identity *id, int64_t now_us, bool found, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vs_call_checks_since(cdr_identity *id, int64_t since_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;

/* What the caller said she is at the beginning, whether it was right or not. */
cdr_status cdr_vo_said_kinds(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err) CDR_NODISCARD;

#endif
