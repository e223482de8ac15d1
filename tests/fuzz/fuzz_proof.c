/* SPDX-License-Identifier: Apache-2.0 */
/* room: ledger. Proof files of others: no crash, and a proof that parses is written again as it was. Merkle checks take any numbers. */
#include "core/ledger/note.h"

#include <stdlib.h>
#include <string.h>

static uint64_t number_at(const uint8_t *data)
{
    uint64_t v;
    memcpy(&v, data, sizeof v);
    return v;
}

static void check_merkle(const uint8_t *data, size_t size)
{
    static const cdr_hash zero;
    cdr_hash proof[CDR_PROOF_MAX];
    if (size < 16 + 2 * CDR_HASH)
        return;
    size_t count = (size - 16 - 2 * CDR_HASH) / CDR_HASH;
    count = CDR_MIN(count, (size_t)CDR_PROOF_MAX);
    if (count)
        memcpy(proof, data + 16 + 2 * CDR_HASH, count * CDR_HASH);
    cdr_hash a, b;
    memcpy(&a, data + 16, CDR_HASH);
    memcpy(&b, data + 16 + CDR_HASH, CDR_HASH);
    uint64_t m = number_at(data), n = number_at(data + 8);
    /* Of a tree of one leaf the leaf is the root; anything else would be a preimage. */
    if (cdr_merkle_check_inclusion(&a, m, n, &zero, proof, count) && !(n == 1 && !memcmp(&a, &zero, sizeof a)))
        abort();
    bool same = cdr_merkle_check_consistency(m, &a, n, &b, proof, count);
    if (same && (m == 0 || m > n))
        abort();
}

/* What is written again: the file as it came, without the line "extra …" that other logs may put behind the first, and ours never does. */
static bool is_same(const cdr_buf *text, const char *data, size_t size)
{
    static const char head[] = "c2sp.org/tlog-proof@v1\n", extra[] = "extra ";
    const char *rest = data + sizeof head - 1, *end = data + size;
    if ((size_t)(end - rest) > sizeof extra - 1 && !memcmp(rest, extra, sizeof extra - 1)) {
        const char *line = memchr(rest, '\n', (size_t)(end - rest));
        rest = line ? line + 1 : end;
    }
    size_t len = (size_t)(end - rest);
    return text->len == sizeof head - 1 + len && !memcmp(text->data, head, sizeof head - 1) && !memcmp(text->data + sizeof head - 1, rest, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cdr_tlog_proof p;
    cdr_err err = {0};
    check_merkle(data, size);
    if (cdr_tlog_proof_parse((const char *)data, size, &p, &err) != CDR_OK) {
        if (!err.text[0])
            abort();
        return 0;
    }
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20);
    _cleanup_free_ char *note = cdr_strndup(p.note, p.note_len);
    if (note && strlen(note) == p.note_len && cdr_tlog_proof_format(p.idx, &p.proof, note, &text, NULL) == CDR_OK &&
        !is_same(&text, (const char *)data, size))
        abort();
    return 0;
}
