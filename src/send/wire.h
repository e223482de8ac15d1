/* SPDX-License-Identifier: Apache-2.0 */
/* Between candor and candor-send: one request as JSON, then the end; one line as the answer, a word and a number. No text comes back, so that nothing of address or message can. */
#ifndef CDR_SEND_WIRE_H
#define CDR_SEND_WIRE_H

#include "base/buf.h"
#include "base/json.h"

#define CDR_SEND_REQUEST_MAX (512u << 10)
#define CDR_SEND_ANSWER_MAX 64u
#define CDR_SEND_FD_LOG 3          /* of a message that is not waited for: a line at the end, "TIME ID WAY WORD NUMBER" */

/* The word of an answer. */
/* What may be wrong with a file that holds a secret. */
typedef enum cdr_send_secret { CDR_SECRET_GOOD, CDR_SECRET_UNREADABLE, CDR_SECRET_OPEN /* to others */, CDR_SECRET_EMPTY, CDR_SECRET_LONG, CDR_SECRET_NO_HEADER, CDR_SECRETS } cdr_send_secret;

typedef enum cdr_send_result {
    CDR_SEND_OK, CDR_SEND_REFUSED /* number: what the server said, 550 */, CDR_SEND_UNREACHABLE, CDR_SEND_TLS, CDR_SEND_TIMEOUT, CDR_SEND_AUTH, CDR_SEND_EXIT /* number: exit code of the command */,
    CDR_SEND_MISSING /* no such program */, CDR_SEND_SECRET /* a file with a secret cannot be read */, CDR_SEND_FAILED /* number: the library's error */, CDR_SEND_BAD_REQUEST, CDR_SEND_RESULTS
} cdr_send_result;
extern const char *const cdr_send_result_names[CDR_SEND_RESULTS];

/* "refused 550" */
bool cdr_send_answer_read(const char *line, size_t len, cdr_send_result *ret, unsigned *ret_number);

#endif
