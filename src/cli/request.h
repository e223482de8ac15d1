/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about requests by right share. */
#ifndef CDR_CLI_REQUEST_H
#define CDR_CLI_REQUEST_H

#include "cli/verify.h"
#include "core/identity/rights.h"

/* The desk and the requests together, and the request that was named. */
typedef struct cdr_counter { cdr_desk desk; cdr_rights *rights; cdr_request q; } cdr_counter;
/* ${name} NULL: no request yet. */
cdr_status cdr_counter_open(cdr_cli *cli, const char *name, cdr_counter *ret) CDR_NODISCARD;
void cdr_counter_close(cdr_counter *c);
#define _cleanup_counter_ _cleanup_(cdr_counter_close)

json_t *cdr_request_json(cdr_cli *cli, const cdr_request *q);
/* "Friday 25 December 2026 (30 days left)", "… (3 days late)", "unknown, ask counsel". */
#define CDR_DUE_TEXT 96
void cdr_request_due(cdr_cli *cli, int64_t day, char ret[CDR_DUE_TEXT]);
/* What to do next with an open request, as a command. */
void cdr_request_next(cdr_cli *cli, const cdr_request *q);

/* --- request_around.c --- */
/* Consents, purposes and recipients, and her rights, added to what the vault knows. */
cdr_status cdr_request_around(cdr_cli *cli, cdr_counter *c, json_t *package) CDR_NODISCARD;
/* The package as a page for people, appended. */
cdr_status cdr_request_page(cdr_cli *cli, const cdr_request *q, const json_t *package, cdr_buf *out) CDR_NODISCARD;

#endif
