/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ledger.h
 * What happened, in a Merkle log nobody can rewrite unnoticed: RFC 6962 tree (SHA-256, leaf 0x00, node 0x01), canonical
 * JSON entries (RFC 8785) of at most 65,535 bytes, a C2SP signed-note checkpoint (Ed25519) with each commit, exported as
 * tlog-tiles. Entries hold no personal data: pseudonyms and salted commitments only.
 */
#ifndef CANDOR_LEDGER_H
#define CANDOR_LEDGER_H

#include "candor/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CDR_LEDGER_ENTRY_MAX 65535

typedef struct cdr_ledger cdr_ledger;

/**
 * What happened. ${kind} is a dotted name ("scan.finish"), ${actor} who did it ("cli:root" or a user's id), ${subject} what
 * it happened to (a system key, a pseudonym; may be NULL), ${details_json} a JSON object without personal data (may be NULL).
 */
typedef struct cdr_ledger_event {
    const char *kind;
    const char *actor;
    const char *subject;
    const char *details_json;
} cdr_ledger_event;

/** Append in the open transaction of the ledger's database (or one of its own). Sets ${ret_index} (0-based; may be NULL). */
CDR_API CDR_NODISCARD cdr_status cdr_ledger_append(cdr_ledger *l, const cdr_ledger_event *ev, uint64_t *ret_index, cdr_err *err);

/** Number of entries. */
CDR_API uint64_t cdr_ledger_size(const cdr_ledger *l);

/** Merkle root over the first ${size} entries; CDR_NOT_FOUND when the ledger is shorter. */
CDR_API CDR_NODISCARD cdr_status cdr_ledger_root(cdr_ledger *l, uint64_t size, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err);

/** The newest signed checkpoint as text (signed note); the caller frees it with free(). */
CDR_API CDR_NODISCARD cdr_status cdr_ledger_checkpoint(cdr_ledger *l, char **ret, cdr_err *err);

/** Outcome of a verification: ${ok}, and otherwise the first entry that does not fit and a sentence. */
typedef struct cdr_ledger_verdict {
    bool ok;
    uint64_t size;
    uint64_t bad_index;
    char reason[256];
} cdr_ledger_verdict;

/**
 * Recompute everything: each entry's canonical form and leaf, all nodes, each stored checkpoint's root and signature.
 * ${kept_checkpoint} (NULL or a signed note that was kept elsewhere) must also be a prefix of this ledger.
 * Returns CDR_OK with the verdict filled, also when it is bad.
 */
CDR_API CDR_NODISCARD cdr_status cdr_ledger_verify(cdr_ledger *l, const char *kept_checkpoint, cdr_ledger_verdict *ret, cdr_err *err);

#ifdef __cplusplus
}
#endif
#endif
