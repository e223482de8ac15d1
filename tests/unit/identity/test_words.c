/* SPDX-License-Identifier: Apache-2.0 */
/* The word list, words as they are said, recovery codes, chance. */
#include "base/mem.h"
#include "core/identity/chance.h"
#include "core/identity/recovery.h"
#include "core/identity/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void list__whole_and_no_word_begins_another(void **state)
{
    (void)state;
    typedef char letters[CDR_WORDS_LETTERS];
    letters *all = test_calloc(CDR_WORDS_COUNT, sizeof *all);
    size_t len, same = 0;
    for (size_t i = 0; i < CDR_WORDS_COUNT; i++) {
        const char *word = cdr_words_at(i, &len);
        assert_non_null(word);
        assert_true(len >= 3 && len <= 9);
        all[i][cdr_words_letters(word, len, all[i])] = '\0';
        assert_true(strlen(all[i]) >= 3);
    }
    assert_null(cdr_words_at(CDR_WORDS_COUNT, &len));
    qsort(all, CDR_WORDS_COUNT, sizeof *all, by_text);
    for (size_t i = 1; i < CDR_WORDS_COUNT; i++) {
        same += !strcmp(all[i - 1], all[i]);
        assert_true(!strcmp(all[i - 1], all[i]) || strncmp(all[i - 1], all[i], strlen(all[i - 1])) != 0);
    }
    assert_true(same <= 1);   /* one word stands there with and without a hyphen */
    test_free(all);
}

static void letters__case_spaces_hyphens_and_commas__do_not_matter(void **state)
{
    (void)state;
    static const char *const same[] = {"harbour copper wagon", "Harbour, Copper, Wagon", "HARBOUR-COPPER-WAGON", "  harbour copper\twagon. ", "harbourcopperwagon"};
    char a[CDR_WORDS_LETTERS];
    for (size_t i = 0; i < CDR_COUNT(same); i++) {
        assert_int_equal(cdr_words_letters(same[i], strlen(same[i]), a), 18);
        assert_memory_equal(a, "harbourcopperwagon", 18);
    }
    static const char *const none[] = {"", " - ", "harbour copper wagon 1", "h\xc3\xa4rbour", "a\nb", "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"};
    for (size_t i = 0; i < CDR_COUNT(none); i++)
        assert_int_equal(cdr_words_letters(none[i], strlen(none[i]), a), 0);
    assert_int_equal(cdr_words_letters("a\0b", 3, a), 0);
}

static void choose__three_of_the_list__never_the_same(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    cdr_secret *a, *b;
    assert_int_equal(cdr_words_choose(&ctx, &a, NULL), CDR_OK);
    assert_int_equal(cdr_words_choose(&ctx, &b, NULL), CDR_OK);
    assert_string_not_equal((const char *)cdr_secret_bytes(a), (const char *)cdr_secret_bytes(b));
    char copy[64], *rest = copy;
    snprintf(copy, sizeof copy, "%s", (const char *)cdr_secret_bytes(a));
    unsigned count = 0;
    for (char *word; (word = strsep(&rest, " ")); count++) {
        bool found = false;
        for (size_t i = 0; i < CDR_WORDS_COUNT && !found; i++) {
            size_t len;
            const char *w = cdr_words_at(i, &len);
            found = len == strlen(word) && !memcmp(w, word, len);
        }
        assert_true(found);
    }
    assert_int_equal(count, CDR_WORDS);
    cdr_secret_free(a);
    cdr_secret_free(b);
}

static void recovery__made_and_read_again(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    char text[CDR_RECOVERY_TEXT], a[CDR_RECOVERY_SIGNS], b[CDR_RECOVERY_SIGNS];
    for (unsigned i = 0; i < 100; i++) {
        cdr_recovery_make(&ctx, text);
        assert_true(cdr_recovery_read(text, sizeof text, a));
        assert_true(text[4] == '-' && text[9] == '-' && text[14] == '-');
    }
    assert_true(cdr_recovery_read("4k7q m2xw 9d3b oil1", 19, a));
    assert_true(cdr_recovery_read("4K7Q-M2XW-9D3B-0111", 19, b));
    assert_memory_equal(a, b, sizeof a);
    static const char *const none[] = {"", "4K7Q-M2XW-9D3B", "4K7Q-M2XW-9D3B-0111-2", "4K7Q-M2XW-9D3B-011U", "4K7Q_M2XW_9D3B_0111", "0"};
    for (size_t i = 0; i < CDR_COUNT(none); i++)
        assert_false(cdr_recovery_read(none[i], strlen(none[i]), a));
    assert_false(cdr_recovery_read("4K7QM2XW9D3B011\0", 16, a));
}

/* A source of 8,000,000,00x: numbers above the last whole multiple are drawn again. */
static void low_then_high(void *rng, void *buf, size_t len)
{
    unsigned *calls = rng;
    uint32_t v = (*calls)++ == 0 ? UINT32_MAX : 7;
    memcpy(buf, &v, CDR_MIN(len, sizeof v));
}

static void all_ones(void *rng, void *buf, size_t len)
{
    (void)rng;
    memset(buf, 0xff, len);
}

static void chance__no_fold__and_a_broken_source_ends(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    unsigned calls = 0;
    uint32_t got;
    ctx.random = low_then_high;
    ctx.rng = &calls;
    assert_int_equal(cdr_chance_below(&ctx, 10, &got, NULL), CDR_OK);
    assert_int_equal(got, 7);
    assert_int_equal(calls, 2);
    ctx.random = all_ones;
    cdr_err err;
    assert_int_equal(cdr_chance_below(&ctx, 10, &got, &err), CDR_E_CRYPTO);
    char digits[8];
    assert_int_equal(cdr_chance_digits(&ctx, digits, sizeof digits, &err), CDR_E_CRYPTO);
    cdr_secret *words;
    assert_int_equal(cdr_words_choose(&ctx, &words, &err), CDR_E_CRYPTO);
    assert_null(words);
    assert_int_equal(cdr_chance_below(&ctx, 0, &got, &err), CDR_E_CRYPTO);
}

static void chance__each_digit__equally_often(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    static char digits[100000];
    unsigned counts[10] = {0};
    assert_int_equal(cdr_chance_digits(&ctx, digits, sizeof digits, NULL), CDR_OK);
    for (size_t i = 0; i < sizeof digits; i++)
        counts[digits[i] - '0']++;
    for (size_t i = 0; i < 10; i++)
        assert_in_range(counts[i], 9300, 10700);   /* more than seven standard deviations */
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__whole_and_no_word_begins_another), cmocka_unit_test(letters__case_spaces_hyphens_and_commas__do_not_matter),
        cmocka_unit_test(choose__three_of_the_list__never_the_same), cmocka_unit_test(recovery__made_and_read_again), cmocka_unit_test(chance__no_fold__and_a_broken_source_ends),
        cmocka_unit_test(chance__each_digit__equally_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
