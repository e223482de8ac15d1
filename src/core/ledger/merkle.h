/* SPDX-License-Identifier: Apache-2.0 */
/* The Merkle tree of RFC 6962 and RFC 9162: leaf SHA-256(00 || data), node SHA-256(01 || left || right). Pure: stored nodes come
 * through a callback. Node (level, i) is the root of the complete subtree over leaves [i * 2^level, (i + 1) * 2^level). */
#ifndef CDR_LEDGER_MERKLE_H
#define CDR_LEDGER_MERKLE_H

#include "candor/crypto.h"

#define CDR_HASH CDR_SHA256_BYTES
#define CDR_PROOF_MAX 130   /* hashes: more than any proof in a tree of 2^64 leaves */

typedef struct cdr_hash { uint8_t bytes[CDR_HASH]; } cdr_hash;

typedef struct cdr_proof {
    cdr_hash hashes[CDR_PROOF_MAX];
    size_t count;
} cdr_proof;

/* Reads a complete node; every call asks for one below the tree's size. */
typedef cdr_status cdr_node_fn(void *arg, unsigned level, uint64_t idx, cdr_hash *ret, cdr_err *err);

void cdr_merkle_leaf(const void *data, size_t len, cdr_hash *ret);
void cdr_merkle_join(const cdr_hash *left, const cdr_hash *right, cdr_hash *ret);

cdr_status cdr_merkle_root(cdr_node_fn *node, void *arg, uint64_t size, cdr_hash *ret, cdr_err *err) CDR_NODISCARD;
/* Needs idx < size. */
cdr_status cdr_merkle_prove_inclusion(cdr_node_fn *node, void *arg, uint64_t idx, uint64_t size, cdr_proof *ret, cdr_err *err) CDR_NODISCARD;
/* Needs 0 < old_size <= size. */
cdr_status cdr_merkle_prove_consistency(cdr_node_fn *node, void *arg, uint64_t old_size, uint64_t size, cdr_proof *ret, cdr_err *err) CDR_NODISCARD;

/* RFC 9162, 2.1.3.2 and 2.1.4.2. A proof from size 0 is refused: it says nothing. */
bool cdr_merkle_check_inclusion(const cdr_hash *leaf, uint64_t idx, uint64_t size, const cdr_hash *root, const cdr_hash *proof, size_t count);
bool cdr_merkle_check_consistency(uint64_t old_size, const cdr_hash *old_root, uint64_t size, const cdr_hash *root, const cdr_hash *proof, size_t count);

/* Leaves in, roots out, with one hash per level held: for recomputing a whole log. */
typedef struct cdr_merkle_range {
    cdr_hash at[64];
    uint64_t size;
} cdr_merkle_range;
void cdr_merkle_range_add(cdr_merkle_range *r, const cdr_hash *leaf);
void cdr_merkle_range_root(const cdr_merkle_range *r, cdr_hash *ret);

#endif
