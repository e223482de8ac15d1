/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt of an erasure as a folder that anybody checks with openssl and sha256sum. */
#ifndef CDR_CLI_ERASURE_RECEIPT_H
#define CDR_CLI_ERASURE_RECEIPT_H

#include "cli/cmd.h"
#include "core/vault/erase.h"

/* receipt.json, its ledger entry with the proof up to the signed checkpoint, the key, and check.sh, in ${dir} (made if missing). */
cdr_status cdr_cli_erasure_receipt(cdr_cli *cli, cdr_vault *v, const char *receipt, const char *dir) CDR_NODISCARD;

#endif
