/* SPDX-License-Identifier: Apache-2.0 */
/* Any k of n shares give the key back, k - 1 do not, and a share that was changed says so. */
#include "core/vault/shares.h"

#include "base/io.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct world { char dir[64]; cdr_ctx ctx; cdr_secret *key; cdr_share_set set; cdr_buf text[8]; cdr_share at[8]; cdr_err err; } world;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st; (void)flag; (void)f;
    return remove(path);
}

static cdr_status split(world *w, unsigned shares, unsigned needed, const char *name)
{
    char dir[100];
    snprintf(dir, sizeof dir, "%s/%s", w->dir, name);
    w->set = (cdr_share_set){.workspace = "00112233445566778899aabb", .shares = shares, .needed = needed};
    cdr_status s = cdr_shares_write(&w->ctx, w->key, "Harbour Books & Söhne", &w->set, dir, &w->err);
    for (unsigned i = 0; s == CDR_OK && i < shares; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s/share-%u.txt", dir, i + 1);
        w->text[i] = CDR_BUF(CDR_SHARE_TEXT_MAX);
        assert_int_equal(cdr_file_read(path, &w->text[i], &w->err), CDR_OK);
        if (cdr_share_read(w->text[i].data, w->text[i].len, "share", &w->at[i], &w->err) != CDR_OK)
            fail_msg("%s", w->err.text);
    }
    return s;
}

static void forget(world *w)
{
    for (size_t i = 0; i < CDR_COUNT(w->at); i++) {
        cdr_buf_done(&w->text[i]);
        cdr_share_done(&w->at[i]);
    }
}

static int make(void **state)
{
    world *w = calloc(1, sizeof *w);
    cdr_ctx_init(&w->ctx);
    snprintf(w->dir, sizeof w->dir, "/tmp/candor-shares-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    assert_int_equal(cdr_crypto_start(&w->err), CDR_OK);
    assert_int_equal(cdr_secret_random(&w->ctx, CDR_KEY_BYTES, &w->key, &w->err), CDR_OK);
    *state = w;
    return 0;
}

static int drop(void **state)
{
    world *w = *state;
    forget(w);
    cdr_secret_free(w->key);
    nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(w);
    return 0;
}

/* The shares of ${bits} joined: is it the key? */
static bool joins(world *w, unsigned bits, cdr_status expected)
{
    cdr_share some[8] = {0};
    size_t count = 0;
    cdr_secret *key = NULL;
    for (unsigned i = 0; i < w->set.shares; i++)
        if (bits & (1u << i))
            some[count++] = w->at[i];
    cdr_status s = cdr_shares_join(some, count, &key, &w->err);
    if (s != expected)
        fail_msg("%u: %s", bits, w->err.text);
    bool same = key && cdr_secret_equal(key, w->key);
    cdr_secret_free(key);
    return same;
}

static void shares__any_that_are_enough_give_the_key(void **state)
{
    world *w = *state;
    static const unsigned sets[][2] = {{2, 2}, {3, 2}, {5, 3}, {7, 4}, {8, 8}};
    for (size_t k = 0; k < CDR_COUNT(sets); k++) {
        char name[20];
        snprintf(name, sizeof name, "set-%zu", k);
        assert_int_equal(split(w, sets[k][0], sets[k][1], name), CDR_OK);
        for (unsigned bits = 1; bits < 1u << sets[k][0]; bits++) {
            bool enough = (unsigned)__builtin_popcount(bits) >= sets[k][1];
            assert_int_equal(joins(w, bits, enough ? CDR_OK : CDR_E_INVAL), enough);
        }
        forget(w);
    }
}

/* Whoever lies about how many are needed gets another key, not this one. */
static void shares__one_too_few_tells_nothing(void **state)
{
    world *w = *state;
    assert_int_equal(split(w, 5, 3, "few"), CDR_OK);
    for (unsigned i = 0; i < 5; i++)
        w->at[i].of.needed = 2;
    for (unsigned a = 0; a < 5; a++)
        for (unsigned b = 0; b < a; b++)
            assert_false(joins(w, 1u << a | 1u << b, CDR_OK));
    /* No share is the key, and no two are alike. */
    for (unsigned a = 0; a < 5; a++) {
        assert_false(cdr_secret_equal(w->at[a].data, w->key));
        for (unsigned b = 0; b < a; b++)
            assert_false(cdr_secret_equal(w->at[a].data, w->at[b].data));
    }
}

static void shares__a_changed_one_is_refused(void **state)
{
    world *w = *state;
    assert_int_equal(split(w, 3, 2, "changed"), CDR_OK);
    cdr_buf *t = &w->text[0];
    const char *block = strstr(t->data, "candor-share-1\n");
    assert_non_null(block);
    size_t from = (size_t)(block - t->data), tried = 0;
    for (size_t i = from; i < t->len; i++) {
        char old = t->data[i];
        cdr_share s;
        if (old == '\n' || old == '-' || old == ' ')
            continue;
        t->data[i] = old == '7' ? '1' : '7';
        if (cdr_share_read(t->data, t->len, "share", &s, &w->err) == CDR_OK)
            fail_msg("a change at %zu is not told", i - from);
        assert_null(s.data);
        t->data[i] = old;
        tried++;
    }
    assert_true(tried > 100);
    /* Cut anywhere. */
    for (size_t n = 0; n + 1 < t->len; n++) {
        cdr_share s;
        assert_int_not_equal(cdr_share_read(t->data, n, "share", &s, &w->err), CDR_OK);
    }
}

/* As somebody types it from paper: capitals, no hyphens, spaces, Windows line ends. */
static void shares__typed_from_paper(void **state)
{
    world *w = *state;
    char typed[4000];
    size_t n = 0;
    assert_int_equal(split(w, 3, 2, "paper"), CDR_OK);
    for (const char *p = strstr(w->text[0].data, "candor-share-1"); *p; p++) {
        bool data = false;
        for (const char *q = p; q >= w->text[0].data && *q != '\n'; q--)
            data = !strncmp(q, "data ", 5);
        if (*p == '-' && data)
            typed[n++] = ' ';
        else if (*p == '\n') {
            typed[n++] = '\r';
            typed[n++] = '\n';
        } else
            typed[n++] = data && *p >= 'a' && *p <= 'f' ? (char)(*p - 32) : *p;
    }
    cdr_share s;
    if (cdr_share_read(typed, n, "typed", &s, &w->err) != CDR_OK)
        fail_msg("%s", w->err.text);
    assert_true(cdr_secret_equal(s.data, w->at[0].data));
    cdr_share_done(&s);
}

static void shares__sets_are_not_mixed(void **state)
{
    world *w = *state;
    cdr_share old;
    cdr_secret *key;
    assert_int_equal(split(w, 3, 2, "one"), CDR_OK);
    assert_int_equal(cdr_share_read(w->text[0].data, w->text[0].len, "share", &old, &w->err), CDR_OK);
    forget(w);
    assert_int_equal(split(w, 3, 2, "two"), CDR_OK);
    cdr_share both[2] = {old, w->at[1]};
    assert_int_equal(cdr_shares_join(both, 2, &key, &w->err), CDR_E_INVAL);
    both[0] = w->at[1];
    assert_int_equal(cdr_shares_join(both, 2, &key, &w->err), CDR_E_INVAL);
    cdr_share_done(&old);
}

static void shares__numbers_and_folders(void **state)
{
    world *w = *state;
    static const unsigned wrong[][2] = {{1, 1}, {3, 1}, {3, 4}, {33, 3}, {0, 0}};
    for (size_t i = 0; i < CDR_COUNT(wrong); i++) {
        w->set = (cdr_share_set){.workspace = "00112233445566778899aabb", .shares = wrong[i][0], .needed = wrong[i][1]};
        assert_int_equal(cdr_shares_write(&w->ctx, w->key, "x", &w->set, w->dir, &w->err), CDR_E_INVAL);
    }
    assert_int_equal(split(w, 3, 2, "there"), CDR_OK);
    forget(w);
    assert_int_equal(split(w, 3, 2, "there"), CDR_E_INVAL);   /* nothing is overwritten */
    cdr_share s;
    assert_int_equal(cdr_share_read("hello\n", 6, "share", &s, &w->err), CDR_E_CORRUPT);
    assert_int_equal(cdr_share_read("", 0, "share", &s, &w->err), CDR_E_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shares__any_that_are_enough_give_the_key, make, drop), cmocka_unit_test_setup_teardown(shares__one_too_few_tells_nothing, make, drop),
        cmocka_unit_test_setup_teardown(shares__a_changed_one_is_refused, make, drop), cmocka_unit_test_setup_teardown(shares__typed_from_paper, make, drop),
        cmocka_unit_test_setup_teardown(shares__sets_are_not_mixed, make, drop), cmocka_unit_test_setup_teardown(shares__numbers_and_folders, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
