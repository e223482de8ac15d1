/* SPDX-License-Identifier: Apache-2.0 */
/* Another project's log read from its tiles, a note that openssl signed, and every edge case of Ed25519 points. */
#include "base/io.h"
#include "base/json.h"
#include "base/parse.h"
#include "core/ledger/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define VECTORS CANDOR_SHARED_DIR "/facts/vectors/"
#define LOG VECTORS "ledger-log/tessera-log/"
#define LOG_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static void read_whole(const char *path, cdr_buf *ret)
{
    cdr_err err = {0};
    if (cdr_file_read(path, ret, &err) != CDR_OK)
        fail_msg("%s", err.text);
}

/* Entries are length (two bytes, big-endian) and bytes; each leaf must be in the hash tile, the root in the checkpoint. */
static void check_log_of(unsigned size)
{
    char path[300];
    _cleanup_buf_ cdr_buf entries = CDR_BUF(1u << 20), hashes = CDR_BUF(1u << 20), note = CDR_BUF(CDR_NOTE_MAX);
    cdr_merkle_range range = {0};
    cdr_vkey key;
    cdr_checkpoint c;
    cdr_hash root;
    snprintf(path, sizeof path, LOG "tile/entries/000.p/%u", size);
    read_whole(path, &entries);
    snprintf(path, sizeof path, LOG "tile/0/000.p/%u", size);
    read_whole(path, &hashes);
    snprintf(path, sizeof path, LOG "checkpoint.%u", size);
    read_whole(path, &note);
    assert_int_equal(hashes.len, size * CDR_HASH);
    size_t at = 0;
    for (unsigned i = 0; i < size; i++) {
        cdr_hash leaf;
        assert_true(at + 2 <= entries.len);
        size_t len = (size_t)(unsigned char)entries.data[at] << 8 | (unsigned char)entries.data[at + 1];
        assert_true(at + 2 + len <= entries.len);
        cdr_merkle_leaf(entries.data + at + 2, len, &leaf);
        assert_memory_equal(leaf.bytes, hashes.data + i * CDR_HASH, CDR_HASH);
        cdr_merkle_range_add(&range, &leaf);
        at += 2 + len;
    }
    assert_int_equal(at, entries.len);
    cdr_merkle_range_root(&range, &root);
    assert_int_equal(cdr_vkey_parse(LOG_KEY, &key, NULL), CDR_OK);
    assert_int_equal(cdr_checkpoint_open(note.data, note.len, &key, &c, NULL), CDR_OK);
    assert_int_equal(c.size, size);
    assert_memory_equal(c.root.bytes, root.bytes, CDR_HASH);
    /* One digit of the root changed: the signature no longer fits. */
    char *line = strchr(strchr(note.data, '\n') + 1, '\n') + 1;
    line[3] = line[3] == 'A' ? 'B' : 'A';
    assert_int_equal(cdr_checkpoint_open(note.data, note.len, &key, &c, NULL), CDR_DENIED);
}

static void log_of_another_project__tiles_and_checkpoints__agree(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 15; size++)
        check_log_of(size);
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    cdr_vkey key;
    cdr_checkpoint c;
    cdr_merkle_range empty = {0};
    cdr_hash root;
    read_whole(LOG "checkpoint.0", &note);
    assert_int_equal(cdr_vkey_parse(LOG_KEY, &key, NULL), CDR_OK);
    assert_int_equal(cdr_checkpoint_open(note.data, note.len, &key, &c, NULL), CDR_OK);
    cdr_merkle_range_root(&empty, &root);
    assert_memory_equal(c.root.bytes, root.bytes, CDR_HASH);
}

/* Signatures by others under the text are no reason to refuse, and no reason to accept. */
static void checkpoint_with_strangers_signatures__parsed_not_trusted(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    cdr_vkey key;
    cdr_checkpoint c;
    read_whole(VECTORS "signed-note/cosigned-checkpoint.txt", &note);
    const char *end = strstr(note.data, "\n\n");
    assert_non_null(end);
    assert_int_equal(cdr_checkpoint_parse(note.data, (size_t)(end + 1 - note.data), &c, NULL), CDR_OK);
    assert_string_equal(c.origin, "rome2026h1.example.org");
    assert_int_equal(c.size, 300);
    assert_int_equal(cdr_vkey_parse(LOG_KEY, &key, NULL), CDR_OK);
    assert_int_equal(cdr_checkpoint_open(note.data, note.len, &key, &c, NULL), CDR_DENIED);
}

static void note_signed_by_openssl__verifies(void **state)
{
    (void)state;
    static const uint8_t head[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096), sig = CDR_BUF(64), pem = CDR_BUF(4096);
    uint8_t der[44];
    size_t n;
    read_whole(VECTORS "signed-note/candor_note.txt", &text);
    read_whole(VECTORS "signed-note/candor_note.sig", &sig);
    read_whole(VECTORS "signed-note/candor_note.pem", &pem);
    char *base64 = strchr(pem.data, '\n') + 1;
    assert_int_equal(cdr_base64_decode(base64, strcspn(base64, "\n"), der, sizeof der, &n), CDR_OK);
    assert_int_equal(n, sizeof der);
    assert_memory_equal(der, head, sizeof head);
    assert_true(cdr_verify(der + 12, text.data, text.len, (const uint8_t *)sig.data));
    text.data[0] ^= 1;
    assert_false(cdr_verify(der + 12, text.data, text.len, (const uint8_t *)sig.data));
}

static bool has_flag(const json_t *flags, const char *name)
{
    size_t i;
    const json_t *flag;
    json_array_foreach(flags, i, flag)
        if (!strcmp(json_string_value(flag), name))
            return true;
    return false;
}

/* We are strict: points of low order and encodings that are not canonical are refused, whatever the equation says. */
static void ed25519__edge_points__strict(void **state)
{
    (void)state;
    static const char *const refused[] = {"low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R", "reencoded_k"};
    _cleanup_buf_ cdr_buf text = CDR_BUF(4u << 20);
    _cleanup_json_ json_t *j = NULL;
    read_whole(VECTORS "ed25519/ed25519vectors.json", &text);
    assert_int_equal(cdr_json_parse(text.data, text.len, "vectors", &j, NULL), CDR_OK);
    size_t i, accepted = 0;
    const json_t *row;
    json_array_foreach(j, i, row) {
        uint8_t key[32], sig[64];
        const char *k = cdr_json_str(row, "key"), *s = cdr_json_str(row, "sig"), *m = cdr_json_str(row, "msg");
        assert_true(cdr_hex_decode(k, strlen(k), key, 32) && cdr_hex_decode(s, strlen(s), sig, 64));
        bool expected = true;
        for (size_t f = 0; f < CDR_COUNT(refused); f++)
            expected = expected && !has_flag(json_object_get(row, "flags"), refused[f]);
        bool good = cdr_verify(key, m, strlen(m), sig);
        accepted += good;
        if (good != expected)
            fail_msg("vector %zu: %s", i, good ? "accepted" : "refused");
    }
    assert_int_equal(json_array_size(j), 914);
    assert_true(accepted > 0);
}

int main(void)
{
    struct stat st;
    if (stat(VECTORS, &st)) {
        puts("skipped: the shared vectors are not here");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_of_another_project__tiles_and_checkpoints__agree), cmocka_unit_test(checkpoint_with_strangers_signatures__parsed_not_trusted),
        cmocka_unit_test(note_signed_by_openssl__verifies), cmocka_unit_test(ed25519__edge_points__strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
