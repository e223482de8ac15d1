/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about factors share. */
#ifndef CDR_CLI_FACTOR_H
#define CDR_CLI_FACTOR_H

#include "cli/cmd.h"
#include "core/identity/factor_tell.h"
#include "core/identity/verify.h"

typedef struct cdr_cli_factors {
    cdr_vault *vault;
    cdr_factors *factors;
    cdr_customer customer;
} cdr_cli_factors;

/* The vault, and the customer whom the first argument names. */
cdr_status cdr_cli_factors_open(cdr_cli *cli, cdr_cli_factors *ret) CDR_NODISCARD;
void cdr_cli_factors_close(cdr_cli_factors *f);
/* From reading to writing, and back while somebody types, so that nobody else is kept waiting. Both open everything anew. */
cdr_status cdr_cli_factors_write(cdr_cli *cli, cdr_cli_factors *f) CDR_NODISCARD;
cdr_status cdr_cli_factors_rest(cdr_cli *cli, cdr_cli_factors *f) CDR_NODISCARD;
/* The call of --call was verified for changing how she proves herself; otherwise an error. ${ret_source}: what stands as the source. Changes nothing without --call. */
cdr_status cdr_cli_factors_call(cdr_cli *cli, cdr_cli_factors *f, char ret_source[80]) CDR_NODISCARD;
/* "PIN", "three words", "authenticator", "recovery codes". */
const char *cdr_cli_factor_noun(cdr_factor_kind kind);
/* "pin", "words", "totp", "recovery", and what people call them; 0 and a message: none of those that are enrolled. */
cdr_status cdr_cli_factor_kind(cdr_cli *cli, const char *word, cdr_factor_kind *ret) CDR_NODISCARD;

/* Tells the customer by what is on file. The exit code of a verb that did this last: CDR_EXIT_INCOMPLETE when nothing could be sent where something should have been. With --json adds
 * "told" and "not_told" to ${j} (may be NULL). */
cdr_exit cdr_cli_factor_tell(cdr_cli *cli, cdr_cli_factors *f, cdr_factor_kind kind, cdr_factor_change change, json_t *j);

#endif
