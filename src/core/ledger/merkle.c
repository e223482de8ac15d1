/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ledger/merkle.h"

#include <string.h>

void cdr_merkle_leaf(const void *data, size_t len, cdr_hash *ret)
{
    static const uint8_t tag = 0;
    cdr_sha256_parts((const void *const[]){&tag, data}, (const size_t[]){1, len}, 2, ret->bytes);
}

void cdr_merkle_join(const cdr_hash *left, const cdr_hash *right, cdr_hash *ret)
{
    uint8_t text[1 + 2 * CDR_HASH] = {1};
    memcpy(text + 1, left->bytes, CDR_HASH);
    memcpy(text + 1 + CDR_HASH, right->bytes, CDR_HASH);
    cdr_sha256(text, sizeof text, ret->bytes);
}

/* Largest power of two below ${n}, as its exponent; n >= 2. */
static unsigned split_level(uint64_t n)
{
    return 63 - (unsigned)__builtin_clzll(n - 1);
}

/* Root over leaves [from, from + count); from is a multiple of the power of two at or above count. */
static cdr_status subtree(cdr_node_fn *node, void *arg, uint64_t from, uint64_t count, cdr_hash *ret, cdr_err *err)
{
    if ((count & (count - 1)) == 0) {
        unsigned level = (unsigned)__builtin_ctzll(count);
        return node(arg, level, from >> level, ret, err);
    }
    uint64_t left = UINT64_C(1) << split_level(count);
    cdr_hash a, b;
    cdr_status s = subtree(node, arg, from, left, &a, err);
    if (s == CDR_OK)
        s = subtree(node, arg, from + left, count - left, &b, err);
    if (s == CDR_OK)
        cdr_merkle_join(&a, &b, ret);
    return s;
}

cdr_status cdr_merkle_root(cdr_node_fn *node, void *arg, uint64_t size, cdr_hash *ret, cdr_err *err)
{
    if (size == 0) {
        cdr_sha256("", 0, ret->bytes);
        return CDR_OK;
    }
    return subtree(node, arg, 0, size, ret, err);
}

static void reverse(cdr_proof *p)
{
    for (size_t i = 0; i < p->count / 2; i++) {
        cdr_hash other = p->hashes[i];
        p->hashes[i] = p->hashes[p->count - 1 - i];
        p->hashes[p->count - 1 - i] = other;
    }
}

cdr_status cdr_merkle_prove_inclusion(cdr_node_fn *node, void *arg, uint64_t idx, uint64_t size, cdr_proof *ret, cdr_err *err)
{
    uint64_t from = 0, count = size;
    cdr_status s = CDR_OK;
    ret->count = 0;
    while (count > 1 && s == CDR_OK) {
        uint64_t left = UINT64_C(1) << split_level(count);
        if (idx - from < left) {
            s = subtree(node, arg, from + left, count - left, &ret->hashes[ret->count++], err);
            count = left;
        } else {
            s = subtree(node, arg, from, left, &ret->hashes[ret->count++], err);
            from += left;
            count -= left;
        }
    }
    reverse(ret);
    return s;
}

cdr_status cdr_merkle_prove_consistency(cdr_node_fn *node, void *arg, uint64_t old_size, uint64_t size, cdr_proof *ret, cdr_err *err)
{
    uint64_t from = 0, count = size, old = old_size;
    bool whole = true;   /* the old tree is the whole left part so far: its root is known to the verifier */
    cdr_status s = CDR_OK;
    ret->count = 0;
    while (s == CDR_OK && old != count) {
        uint64_t left = UINT64_C(1) << split_level(count);
        if (old <= left) {
            s = subtree(node, arg, from + left, count - left, &ret->hashes[ret->count++], err);
            count = left;
        } else {
            s = subtree(node, arg, from, left, &ret->hashes[ret->count++], err);
            from += left;
            count -= left;
            old -= left;
            whole = false;
        }
    }
    if (s == CDR_OK && !whole)
        s = subtree(node, arg, from, count, &ret->hashes[ret->count++], err);
    reverse(ret);
    return s;
}

bool cdr_merkle_check_inclusion(const cdr_hash *leaf, uint64_t idx, uint64_t size, const cdr_hash *root, const cdr_hash *proof, size_t count)
{
    if (idx >= size)
        return false;
    uint64_t fn = idx, sn = size - 1;
    cdr_hash r = *leaf;
    for (size_t i = 0; i < count; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            cdr_merkle_join(&proof[i], &r, &r);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else
            cdr_merkle_join(&r, &proof[i], &r);
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && !memcmp(r.bytes, root->bytes, CDR_HASH);
}

bool cdr_merkle_check_consistency(uint64_t old_size, const cdr_hash *old_root, uint64_t size, const cdr_hash *root, const cdr_hash *proof, size_t count)
{
    if (old_size == 0 || old_size > size)
        return false;
    if (old_size == size)
        return count == 0 && !memcmp(old_root->bytes, root->bytes, CDR_HASH);
    bool power = (old_size & (old_size - 1)) == 0;
    if (count == 0 && !power)
        return false;
    size_t i = 0;
    cdr_hash fr, sr;
    fr = sr = power ? *old_root : proof[i++];
    uint64_t fn = old_size - 1, sn = size - 1;
    for (; fn & 1; fn >>= 1)
        sn >>= 1;
    for (; i < count; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            cdr_merkle_join(&proof[i], &fr, &fr);
            cdr_merkle_join(&proof[i], &sr, &sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else
            cdr_merkle_join(&sr, &proof[i], &sr);
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && !memcmp(fr.bytes, old_root->bytes, CDR_HASH) && !memcmp(sr.bytes, root->bytes, CDR_HASH);
}

void cdr_merkle_range_add(cdr_merkle_range *r, const cdr_hash *leaf)
{
    cdr_hash h = *leaf;
    unsigned level = 0;
    for (uint64_t n = r->size; n & 1; n >>= 1)
        cdr_merkle_join(&r->at[level++], &h, &h);
    r->at[level] = h;
    r->size++;
}

void cdr_merkle_range_root(const cdr_merkle_range *r, cdr_hash *ret)
{
    if (r->size == 0) {
        cdr_sha256("", 0, ret->bytes);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(r->size);
    cdr_hash h = r->at[level];
    for (level++; level < 64 && r->size >> level; level++)
        if (r->size >> level & 1)
            cdr_merkle_join(&r->at[level], &h, &h);
    *ret = h;
}
