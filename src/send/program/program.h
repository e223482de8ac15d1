/* SPDX-License-Identifier: Apache-2.0 */
/* candor-send inside: one request, one way, one answer. */
#ifndef CDR_SEND_PROGRAM_H
#define CDR_SEND_PROGRAM_H

#include "base/json.h"
#include "send/wire.h"

typedef struct cdr_send_answer { cdr_send_result result; unsigned number; } cdr_send_answer;

cdr_send_answer cdr_program_smtp(const json_t *request);
cdr_send_answer cdr_program_webhook(const json_t *request);
cdr_send_answer cdr_program_command(const json_t *request);

/* The first line of a file that nobody else may read. Otherwise what is wrong with it, which goes back as the number of the answer. */
cdr_send_secret cdr_program_secret(const char *path, cdr_buf *ret);
/* {"way", "to", "subject", "text", "id"} for web hooks and commands. */
bool cdr_program_message(const json_t *request, cdr_buf *out);
/* What a transfer's end means; ${code} is a CURLcode. */
cdr_send_answer cdr_program_curl(int code, long response);

#endif
