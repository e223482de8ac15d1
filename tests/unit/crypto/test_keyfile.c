/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: opened by who may, refused with the right word otherwise; never overwritten; nothing in the clear behind a passphrase. */
#include "base/io.h"
#include "base/parse.h"
#include "candor/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], path[100]; cdr_ctx ctx; cdr_secret *key, *passphrase, *wrong; } world;

static int make(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    cdr_ctx_init(&w->ctx);
    strcpy(w->dir, "/tmp/candor-keyfile-XXXXXX");
    if (!w || !mkdtemp(w->dir))
        return 1;
    snprintf(w->path, sizeof w->path, "%s/candor.key", w->dir);
    return cdr_secret_random(&w->ctx, 32, &w->key, NULL) != CDR_OK || cdr_secret_new("correct horse battery", 21, &w->passphrase, NULL) != CDR_OK ||
           cdr_secret_new("correct horse batterz", 21, &w->wrong, NULL) != CDR_OK;
}

static int drop(void **state)
{
    world *w = *state;
    unlink(w->path);
    int gone = rmdir(w->dir);
    cdr_secret_free(w->key);
    cdr_secret_free(w->passphrase);
    cdr_secret_free(w->wrong);
    free(w);
    return gone;
}

static void expect_open(world *w, const cdr_secret *passphrase, cdr_status status, const char *id)
{
    cdr_secret *key = NULL;
    cdr_err err = {0};
    assert_int_equal(cdr_keyfile_open(w->path, passphrase, &key, &err), status);
    if (status == CDR_OK)
        assert_true(cdr_secret_equal(key, w->key));
    else {
        assert_null(key);
        assert_string_equal(err.id, id);
        assert_non_null(strstr(err.text, w->path));
    }
    cdr_secret_free(key);
}

static void replace(world *w, const char *text, mode_t mode)
{
    assert_int_equal(cdr_file_write(w->path, text, strlen(text), mode, NULL), CDR_OK);
}

static void plain__created__opens_and_is_ours_alone(void **state)
{
    world *w = *state;
    struct stat st;
    cdr_keyfile_kind kind;
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, w->key, NULL, NULL), CDR_OK);
    assert_int_equal(stat(w->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(cdr_keyfile_kind_of(w->path, &kind, NULL), CDR_OK);
    assert_int_equal(kind, CDR_KEYFILE_PLAIN);
    expect_open(w, NULL, CDR_OK, NULL);
}

static void create__existing_or_dangling__never_overwritten(void **state)
{
    world *w = *state;
    cdr_err err = {0};
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, w->key, NULL, NULL), CDR_OK);
    cdr_secret *other;
    assert_int_equal(cdr_secret_random(&w->ctx, 32, &other, NULL), CDR_OK);
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, other, NULL, &err), CDR_E_INVAL);
    cdr_secret_free(other);
    expect_open(w, NULL, CDR_OK, NULL);
    unlink(w->path);
    assert_int_equal(symlink("/nonexistent/elsewhere", w->path), 0);
    assert_int_not_equal(cdr_keyfile_create(&w->ctx, w->path, w->key, NULL, &err), CDR_OK);
    cdr_secret *small;
    assert_int_equal(cdr_secret_new("x", 1, &small, NULL), CDR_OK);
    unlink(w->path);
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, small, NULL, &err), CDR_E_INVAL);
    assert_int_not_equal(access(w->path, F_OK), 0);
    cdr_secret_free(small);
}

static void open__others_may_read__denied(void **state)
{
    world *w = *state;
    static const mode_t modes[] = {0644, 0640, 0604, 0660, 0601, 0610};
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, w->key, NULL, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(modes); i++) {
        assert_int_equal(chmod(w->path, modes[i]), 0);
        expect_open(w, NULL, CDR_DENIED, "keyfile.mode");
    }
    assert_int_equal(chmod(w->path, 0400), 0);
    expect_open(w, NULL, CDR_OK, NULL);
}

static void open__missing_or_damaged__says_which(void **state)
{
    world *w = *state;
    static const char *const damaged[] = {
        "", "\n", "candor-key-1", "candor-key-1 ", "candor-key-1 plain", "candor-key-1 plain \n", "candor-key-1 plain 00ff\n", "candor-key-2 plain 00\n",
        "candor-key-1 rot13 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
        "candor-key-1 plain 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g\n",
        "candor-key-1 argon2id\n", "candor-key-1 argon2id 3 268435456 00 00 00\n", "candor-key-1 argon2id 0 268435456 x\n",
        /* Parameters that would cost an hour or all memory are refused before any work. */
        "candor-key-1 argon2id 4294967295 268435456 000102030405060708090a0b0c0d0e0f 000102030405060708090a0b0c0d0e0f1011121314151617 00\n",
        "candor-key-1 argon2id 3 18446744073709551615 000102030405060708090a0b0c0d0e0f 000102030405060708090a0b0c0d0e0f1011121314151617 00\n",
    };
    expect_open(w, NULL, CDR_NOT_FOUND, "keyfile.open");
    for (size_t i = 0; i < CDR_COUNT(damaged); i++) {
        replace(w, damaged[i], 0600);
        expect_open(w, NULL, CDR_E_CORRUPT, "keyfile.damaged");
        expect_open(w, w->passphrase, CDR_E_CORRUPT, "keyfile.damaged");
    }
    unlink(w->path);
    assert_int_equal(mkdir(w->path, 0700), 0);
    expect_open(w, NULL, CDR_E_CORRUPT, "keyfile.damaged");
    rmdir(w->path);
}

static void sealed__right_wrong_and_no_passphrase__told_apart(void **state)
{
    world *w = *state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(2000);
    char hex[65];
    cdr_keyfile_kind kind;
    assert_int_equal(cdr_keyfile_create(&w->ctx, w->path, w->key, w->passphrase, NULL), CDR_OK);
    assert_int_equal(cdr_keyfile_kind_of(w->path, &kind, NULL), CDR_OK);
    assert_int_equal(kind, CDR_KEYFILE_PASSPHRASE);
    expect_open(w, w->passphrase, CDR_OK, NULL);
    expect_open(w, w->wrong, CDR_DENIED, "keyfile.passphrase");
    expect_open(w, NULL, CDR_E_LOCKED, "keyfile.sealed");
    assert_int_equal(cdr_file_read(w->path, &text, NULL), CDR_OK);
    cdr_hex_encode(cdr_secret_bytes(w->key), 32, hex);
    assert_null(strstr(text.data, hex));
    /* Weaker parameters written into the file do not open it: they are bound to the seal. */
    char *operations = strstr(text.data, "argon2id ");
    assert_non_null(operations);
    operations[9] = operations[9] == '1' ? '2' : '1';
    replace(w, text.data, 0600);
    expect_open(w, w->passphrase, CDR_DENIED, "keyfile.passphrase");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain__created__opens_and_is_ours_alone, make, drop),
        cmocka_unit_test_setup_teardown(create__existing_or_dangling__never_overwritten, make, drop),
        cmocka_unit_test_setup_teardown(open__others_may_read__denied, make, drop),
        cmocka_unit_test_setup_teardown(open__missing_or_damaged__says_which, make, drop),
        cmocka_unit_test_setup_teardown(sealed__right_wrong_and_no_passphrase__told_apart, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
