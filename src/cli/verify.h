/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about callers share: vault, policy, sender and the check itself, open together; and how a call is shown. */
#ifndef CDR_CLI_VERIFY_H
#define CDR_CLI_VERIFY_H

#include "cli/cmd.h"
#include "core/identity/disclose.h"

typedef struct cdr_desk { cdr_vault *vault; cdr_disclosure_policy *policy; cdr_sender *sender; cdr_identity *id; int64_t begun_us; } cdr_desk;
/* Opens the workspace for writing when it is not open: verbs that ask something ask first, and nobody holds the lock while a person types. */
cdr_status cdr_desk_open(cdr_cli *cli, cdr_desk *ret) CDR_NODISCARD;
void cdr_desk_close(cdr_desk *d);
#define _cleanup_desk_ _cleanup_(cdr_desk_close)

/* Names of fields, at most CDR_CALL_FIELDS_MAX; the error names the nearest. */
cdr_status cdr_desk_fields(cdr_cli *cli, cdr_desk *d, const char *const *names, size_t count, uint16_t *ret, size_t *ret_count) CDR_NODISCARD;
/* --call, needed. */
cdr_status cdr_desk_call(cdr_cli *cli, const char **ret) CDR_NODISCARD;
/* Sending takes its time only when there is somebody to send to, so every command that may send takes a whole number of slices of it. */
void cdr_desk_wait_out(cdr_cli *cli, const cdr_desk *d);

/* {call, word, level, needed, …}; the reference is the caller's. NULL: no memory. */
json_t *cdr_call_json(const cdr_desk *d, const cdr_call *c);
/* Two lines: what is verified and until when; what was asked for and what that needs. */
void cdr_call_print(cdr_cli *cli, const cdr_desk *d, const cdr_call *c);
/* "Next: …": what to ask for first (cdr_verify_ways), or to tell what was asked for. */
void cdr_next_print(cdr_cli *cli, const cdr_desk *d, const cdr_call *c, cdr_factor_kind next);
/* The same for programs: ${j}.next, the factor's key or null. */
void cdr_next_json(json_t *j, cdr_factor_kind next);
/* "14:32 left" */
void cdr_call_left(cdr_cli *cli, const cdr_call *c, char ret[32]);
/* Lines as a list. */
void cdr_lines_print(cdr_cli *cli, const cdr_buf *lines);
json_t *cdr_lines_json(const cdr_buf *lines);

/* One value: on the terminal without echo, or all of standard input, without its line's end. */
cdr_status cdr_desk_value(cdr_cli *cli, const char *prompt, cdr_secret **ret) CDR_NODISCARD;

/* Values go to whoever reads them now: CDR_E_INVAL when standard output is a file, where they would stay. */
cdr_status cdr_desk_check_output(cdr_cli *cli) CDR_NODISCARD;

#define CDR_OPT_CALL {"call", 'c', CDR_OPT_TEXT, "ID", NULL, "the call, as candor verify start named it: 7F3K-92"}

#endif
