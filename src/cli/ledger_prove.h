/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs that verbs hand out and check. */
#ifndef CDR_CLI_LEDGER_PROVE_H
#define CDR_CLI_LEDGER_PROVE_H

#include "cli/cmd.h"
#include "core/ledger/store.h"

/* Entry ${idx} and its proof (c2sp.org/tlog-proof@v1), checked before they are given out. */
cdr_status cdr_cli_prove(cdr_cli *cli, uint64_t idx, cdr_buf *entry, cdr_buf *proof) CDR_NODISCARD;
/* ${name}.entry and ${name}.tlog-proof under ${key}; CDR_DENIED: the proof does not hold. ${entry} is filled. Needs no workspace. */
cdr_status cdr_cli_prove_check(cdr_cli *cli, const char *name, const char *key, cdr_buf *entry, cdr_checkpoint *ret, uint64_t *ret_idx) CDR_NODISCARD;

#endif
