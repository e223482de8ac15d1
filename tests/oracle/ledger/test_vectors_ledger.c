/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of others: RFC 6962 leaves, 196 proofs good and mutated, signed notes, proof files, a log of 300 entries, Ed25519. */
#include "base/io.h"
#include "base/json.h"
#include "base/parse.h"
#include "core/ledger/note.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define VECTORS CANDOR_SHARED_DIR "/facts/vectors/"

static json_t *load(const char *path)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64u << 20);
    cdr_err err = {0};
    if (cdr_file_read(path, &text, &err) != CDR_OK)
        fail_msg("%s", err.text);
    /* Mutated sizes reach 2^64 - 1, which jansson's integers do not. */
    json_t *j = json_loadb(text.data, text.len, JSON_DECODE_INT_AS_REAL, NULL);
    if (!j)
        fail_msg("%s is no JSON", path);
    return j;
}

static bool hash_of_base64(const char *s, cdr_hash *ret)
{
    size_t n;
    return s && cdr_base64_decode(s, strlen(s), ret->bytes, CDR_HASH, &n) == CDR_OK && n == CDR_HASH;
}

/* Some files give short texts for roots, to be compared as they are: padded, they stay as equal or unequal as they were. */
static bool root_of_base64(const char *s, cdr_hash *ret)
{
    size_t n;
    memset(ret, 0, sizeof *ret);
    return s && cdr_base64_decode(s, strlen(s), ret->bytes, CDR_HASH, &n) == CDR_OK;
}

static void hash_of_hex(const char *s, cdr_hash *ret)
{
    assert_true(cdr_hex_decode(s, strlen(s), ret->bytes, CDR_HASH));
}

/* Missing roots in a file stand for empty byte strings: never a hash. */
static bool proof_of(const json_t *j, cdr_proof *ret)
{
    const json_t *list = json_object_get(j, "proof");
    ret->count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (i >= CDR_PROOF_MAX || !hash_of_base64(json_string_value(json_array_get(list, i)), &ret->hashes[ret->count++]))
            return false;
    return true;
}

static uint64_t number(const json_t *j, const char *key)
{
    double v = json_real_value(json_object_get(j, key));
    return v >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)v;
}

static void check_inclusion(const json_t *j, const char *path)
{
    cdr_hash leaf, root;
    cdr_proof proof;
    bool good = hash_of_base64(cdr_json_str(j, "leafHash"), &leaf) && hash_of_base64(cdr_json_str(j, "root"), &root) && proof_of(j, &proof) &&
                cdr_merkle_check_inclusion(&leaf, number(j, "leafIdx"), number(j, "treeSize"), &root, proof.hashes, proof.count);
    if (good == json_is_true(json_object_get(j, "wantErr")))
        fail_msg("%s: %s", path, good ? "accepted" : "refused");
}

static void check_consistency(const json_t *j, const char *path)
{
    cdr_hash old_root, root;
    cdr_proof proof;
    bool good = root_of_base64(cdr_json_str(j, "root1"), &old_root) && root_of_base64(cdr_json_str(j, "root2"), &root) && proof_of(j, &proof) &&
                cdr_merkle_check_consistency(number(j, "size1"), &old_root, number(j, "size2"), &root, proof.hashes, proof.count);
    if (good == json_is_true(json_object_get(j, "wantErr")))
        fail_msg("%s: %s", path, good ? "accepted" : "refused");
}

static int each_file(const char *dir, void (*check)(const json_t *, const char *))
{
    int seen = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[1024];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st))
            continue;
        if (S_ISDIR(st.st_mode))
            seen += each_file(path, check);
        else {
            _cleanup_json_ json_t *j = load(path);
            check(j, path);
            seen++;
        }
    }
    closedir(d);
    return seen;
}

static void merkle__196_proof_files__as_marked(void **state)
{
    (void)state;
    assert_int_equal(each_file(VECTORS "merkle/inclusion", check_inclusion), 98);
    assert_int_equal(each_file(VECTORS "merkle/consistency", check_consistency), 98);
}

static void merkle__rfc6962_leaves__roots(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = load(VECTORS "merkle/rfc6962_leaves.json");
    cdr_merkle_range range = {0};
    for (size_t i = 0; i < 9; i++) {
        cdr_hash root, expected;
        cdr_merkle_range_root(&range, &root);
        hash_of_hex(json_string_value(json_array_get(json_object_get(j, "roots_hex"), i)), &expected);
        assert_memory_equal(root.bytes, expected.bytes, CDR_HASH);
        if (i == 8)
            break;
        const char *hex = json_string_value(json_array_get(json_object_get(j, "leaves_hex"), i));
        uint8_t data[32];
        cdr_hash leaf;
        assert_true(cdr_hex_decode(hex, strlen(hex), data, strlen(hex) / 2));
        cdr_merkle_leaf(data, strlen(hex) / 2, &leaf);
        cdr_merkle_range_add(&range, &leaf);
    }
}

static void note__good_and_bad__as_marked(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = load(VECTORS "signed-note/notes.json");
    const json_t *rows = json_object_get(j, "rows");
    size_t ours = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *note = cdr_json_str(row, "note");
        cdr_vkey key;
        size_t text_len;
        bool good = cdr_vkey_parse(cdr_json_str(row, "vkey"), &key, NULL) == CDR_OK && cdr_note_verify(note, strlen(note), &key, &text_len, NULL) == CDR_OK;
        bool expected = json_is_true(json_object_get(row, "ok"));
        /* Witness cosignatures have another type; we verify type 0x01 alone and refuse what we cannot check. */
        if (strstr(cdr_json_str(row, "name"), "cosignature"))
            continue;
        ours++;
        if (good != expected)
            fail_msg("%s: %s", cdr_json_str(row, "name"), good ? "accepted" : "refused");
    }
    assert_in_range(ours, 20, 22);
}

static void proof_file__malformed__refused(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = load(VECTORS "signed-note/tlog_proof_bad.json");
    const json_t *bad = json_object_get(j, "reject");
    assert_int_equal(json_array_size(bad), 9);
    for (size_t i = 0; i < json_array_size(bad); i++) {
        cdr_tlog_proof p;
        const char *text = json_string_value(json_array_get(bad, i));
        if (cdr_tlog_proof_parse(text, strlen(text), &p, NULL) == CDR_OK)
            fail_msg("accepted: %s", text);
    }
}

typedef struct tree { cdr_hash level[10][300]; } tree;

static cdr_status tree_node(void *arg, unsigned level, uint64_t idx, cdr_hash *ret, cdr_err *err)
{
    (void)err;
    *ret = ((tree *)arg)->level[level][idx];
    return CDR_OK;
}

static void grow(tree *t, cdr_merkle_range *range, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "{\"n\":%u}", i);
        cdr_merkle_leaf(entry, strlen(entry), &t->level[0][i]);
        cdr_merkle_range_add(range, &t->level[0][i]);
    }
    for (unsigned level = 1; level < 10; level++)
        for (unsigned i = 0; (i + 1) << level <= count; i++)
            cdr_merkle_join(&t->level[level - 1][2 * i], &t->level[level - 1][2 * i + 1], &t->level[level][i]);
}

static void log_300__roots_consistency_proofs__equal(void **state)
{
    (void)state;
    static tree t;
    cdr_merkle_range range = {0};
    grow(&t, &range, 300);
    _cleanup_json_ json_t *j = load(VECTORS "ledger-log/candor_300.json");
    const char *size;
    json_t *root_hex;
    json_object_foreach(json_object_get(j, "roots_hex"), size, root_hex) {
        uint64_t n;
        cdr_hash root, expected;
        assert_true(cdr_parse_u64(size, strlen(size), 0, 300, &n));
        assert_int_equal(cdr_merkle_root(tree_node, &t, n, &root, NULL), CDR_OK);
        hash_of_hex(json_string_value(root_hex), &expected);
        assert_memory_equal(root.bytes, expected.bytes, CDR_HASH);
    }
    const json_t *list = json_object_get(j, "consistency");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i), *hashes = json_object_get(row, "proof_hex");
        cdr_proof proof;
        assert_int_equal(cdr_merkle_prove_consistency(tree_node, &t, number(row, "m"), number(row, "n"), &proof, NULL), CDR_OK);
        assert_int_equal(proof.count, json_array_size(hashes));
        for (size_t k = 0; k < proof.count; k++) {
            cdr_hash expected;
            hash_of_hex(json_string_value(json_array_get(hashes, k)), &expected);
            assert_memory_equal(proof.hashes[k].bytes, expected.bytes, CDR_HASH);
        }
    }
    cdr_vkey key;
    assert_int_equal(cdr_vkey_parse(cdr_json_str(j, "vkey"), &key, NULL), CDR_OK);
    const json_t *proofs = json_object_get(j, "tlog_proofs");
    assert_int_equal(json_array_size(proofs), 6);
    for (size_t i = 0; i < json_array_size(proofs); i++) {
        const json_t *row = json_array_get(proofs, i);
        const char *text = cdr_json_str(row, "proof"), *entry = cdr_json_str(row, "entry");
        cdr_tlog_proof p;
        cdr_checkpoint c;
        cdr_hash leaf;
        assert_int_equal(cdr_tlog_proof_parse(text, strlen(text), &p, NULL), CDR_OK);
        assert_int_equal(cdr_checkpoint_open(p.note, p.note_len, &key, &c, NULL), CDR_OK);
        cdr_merkle_leaf(entry, strlen(entry), &leaf);
        assert_true(cdr_merkle_check_inclusion(&leaf, p.idx, c.size, &c.root, p.proof.hashes, p.proof.count));
        leaf.bytes[0] ^= 1;
        assert_false(cdr_merkle_check_inclusion(&leaf, p.idx, c.size, &c.root, p.proof.hashes, p.proof.count));
        /* What we make ourselves is the same text. */
        cdr_proof ours;
        _cleanup_buf_ cdr_buf again = CDR_BUF(65536);
        char note[4096];
        snprintf(note, sizeof note, "%.*s", (int)p.note_len, p.note);
        assert_int_equal(cdr_merkle_prove_inclusion(tree_node, &t, p.idx, c.size, &ours, NULL), CDR_OK);
        assert_int_equal(cdr_tlog_proof_format(p.idx, &ours, note, &again, NULL), CDR_OK);
        assert_string_equal(again.data, text);
    }
}

static void proofs__every_pair_up_to_70__verify(void **state)
{
    (void)state;
    static tree t;
    cdr_merkle_range range = {0};
    grow(&t, &range, 70);
    for (uint64_t n = 1; n <= 70; n++) {
        cdr_hash root, old;
        cdr_proof p;
        assert_int_equal(cdr_merkle_root(tree_node, &t, n, &root, NULL), CDR_OK);
        for (uint64_t i = 0; i < n; i++) {
            assert_int_equal(cdr_merkle_prove_inclusion(tree_node, &t, i, n, &p, NULL), CDR_OK);
            assert_true(cdr_merkle_check_inclusion(&t.level[0][i], i, n, &root, p.hashes, p.count));
            assert_int_equal(cdr_merkle_root(tree_node, &t, i + 1, &old, NULL), CDR_OK);
            assert_int_equal(cdr_merkle_prove_consistency(tree_node, &t, i + 1, n, &p, NULL), CDR_OK);
            assert_true(cdr_merkle_check_consistency(i + 1, &old, n, &root, p.hashes, p.count));
        }
    }
}

static void ed25519__wycheproof__as_marked(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = load(VECTORS "wycheproof/ed25519_test.json");
    const json_t *groups = json_object_get(j, "testGroups");
    size_t seen = 0;
    for (size_t g = 0; g < json_array_size(groups); g++) {
        const json_t *group = json_array_get(groups, g), *tests = json_object_get(group, "tests");
        const json_t *key = json_object_get(group, "publicKey") ? json_object_get(group, "publicKey") : json_object_get(group, "key");
        const char *pk = cdr_json_str(key, "pk");
        uint8_t pub[32];
        assert_non_null(pk);
        assert_true(cdr_hex_decode(pk, strlen(pk), pub, 32));
        for (size_t i = 0; i < json_array_size(tests); i++, seen++) {
            const json_t *test = json_array_get(tests, i);
            const char *msg = cdr_json_str(test, "msg"), *sig = cdr_json_str(test, "sig");
            uint8_t m[4096], s[64];
            assert_true(cdr_hex_decode(msg, strlen(msg), m, strlen(msg) / 2));
            bool good = cdr_hex_decode(sig, strlen(sig), s, 64) && cdr_verify(pub, m, strlen(msg) / 2, s);
            assert_int_equal(good, !strcmp(cdr_json_str(test, "result"), "valid"));
        }
    }
    assert_in_range(seen, 100, 1000);
}

int main(void)
{
    struct stat st;
    if (stat(VECTORS, &st)) {
        puts("skipped: the shared vectors are not here");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merkle__196_proof_files__as_marked), cmocka_unit_test(merkle__rfc6962_leaves__roots), cmocka_unit_test(note__good_and_bad__as_marked),
        cmocka_unit_test(proof_file__malformed__refused), cmocka_unit_test(log_300__roots_consistency_proofs__equal),
        cmocka_unit_test(proofs__every_pair_up_to_70__verify), cmocka_unit_test(ed25519__wycheproof__as_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
