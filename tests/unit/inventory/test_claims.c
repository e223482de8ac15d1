/* SPDX-License-Identifier: Apache-2.0 */
/* Claims: what people write, which pattern it makes, what it covers, and that hostile patterns take bounded time. */
#include "core/inventory/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void resolve__as_written__absolute_pattern(void **state)
{
    (void)state;
    static const struct { const char *claim, *root, *pattern; } cases[] = {
        {"files/crm", "/co", "/co/files/crm"}, {"./files//crm/", "/co", "/co/files/crm"}, {"../other", "/co/a", "/co/other"}, {"../../../x", "/co", "/x"},
        {"/srv/a/../b/", NULL, "/srv/b"}, {"/", NULL, "/"}, {".", "/co", "/co"}, {"**/*.csv", "/co", "/co/**/*.csv"}, {"sqlite:shop.db", "/co", "/co/shop.db"},
        {"sqlite:shop.db#customer", "/co", "/co/shop.db!/customer"}, {"sqlite:/srv/shop.db#", NULL, "/srv/shop.db"}, {"sqlite:///srv/shop.db#t", NULL, "/srv/shop.db!/t"},
        {"postgresql://db.example/shop#customer", NULL, "postgresql://db.example/shop#customer"}, {"-", NULL, "-"}, {"Kunden übersicht", "/co", "/co/Kunden übersicht"},
        {"a\x1b[31m", "/co", "/co/a\\x1B[31m"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        _cleanup_buf_ cdr_buf out = CDR_BUF(4 * CDR_CLAIM_MAX);
        assert_int_equal(cdr_claim_resolve(cases[i].claim, cases[i].root, &out, NULL), CDR_OK);
        assert_string_equal(out.data, cases[i].pattern);
    }
}

static void resolve__relative_without_root_or_too_long__refused(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * CDR_CLAIM_MAX);
    cdr_err err = {0};
    assert_int_equal(cdr_claim_resolve("files", "", &out, &err), CDR_E_INVAL);
    assert_string_equal(err.text, "A relative claim needs the folder it starts from; write the whole path.");
    assert_int_equal(cdr_claim_resolve("", "/co", &out, &err), CDR_E_INVAL);
    char *big = calloc(1, CDR_CLAIM_MAX + 2);
    memset(big, 'a', CDR_CLAIM_MAX + 1);
    assert_int_equal(cdr_claim_resolve(big, "/co", &out, &err), CDR_E_INVAL);
    free(big);
}

static void matches__patterns__what_they_name_and_below(void **state)
{
    (void)state;
    static const struct { const char *pattern, *path; bool is; } cases[] = {
        {"/co/crm", "/co/crm", true}, {"/co/crm", "/co/crm/a/b.csv", true}, {"/co/crm", "/co/crm2/a", false}, {"/co/crm", "/co/cr", false}, {"/co/a.zip", "/co/a.zip!/b", true},
        {"/", "/anything", true}, {"/co/shop.db!/customer", "/co/shop.db!/customer", true}, {"/co/shop.db!/customer", "/co/shop.db!/customers", false},
        {"/co/*.csv", "/co/a.csv", true}, {"/co/*.csv", "/co/a.csv.bak", false}, {"/co/*.csv", "/co/d/a.csv", false}, {"/co/*", "/co/d/a.csv", true},
        {"/co/**/*.csv", "/co/a.csv", true}, {"/co/**/*.csv", "/co/d/e/a.csv", true}, {"/co/**/*.csv", "/co/d/e/a.txt", false}, {"/co/**", "/co/x/y", true}, {"/co/**/x", "/co/x", true},
        {"/co/**/x", "/co/ax", false}, {"/co/20?\?/log", "/co/2026/log", true}, {"/co/20?\?/log", "/co/20/6/log", false}, {"/co/20?\?/log", "/co/2026/log/deep/er", true},
        {"/co/*.zip", "/co/a.zip!/in/side.csv", true}, {"/co/*backup*", "/co/old-backup-2", true}, {"/co/*backup*", "/co/backup", true}, {"/co/***/a", "/co/b/a", true},
        {"postgresql://db/shop", "postgresql://db/shop#customer", true}, {"postgresql://db/shop", "postgresql://db/shopping", false},
        {"postgresql://db/shop?ssl=1", "postgresql://db/shop?ssl=1", true},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        if (cdr_claim_matches(cases[i].pattern, cases[i].path) != cases[i].is)
            fail_msg("%s on %s", cases[i].pattern, cases[i].path);
}

static void find__several__the_longest_wins(void **state)
{
    (void)state;
    cdr_claims c = {0};
    static const char *const patterns[] = {"/co", "/co/shop", "/co/**/*.csv", "/co/shop/secret*", "/co/shop"};
    for (size_t i = 0; i < CDR_COUNT(patterns); i++)
        assert_int_equal(cdr_claims_add(&c, patterns[i], (int64_t)i + 1), CDR_OK);
    assert_int_equal(cdr_claims_find(&c, "/co/a"), 1);
    assert_int_equal(cdr_claims_find(&c, "/co/shop/a.txt"), 2);        /* the first of two equal ones */
    assert_int_equal(cdr_claims_find(&c, "/co/x/a.csv"), 3);
    assert_int_equal(cdr_claims_find(&c, "/co/shop/secret-1/a.csv"), 4);
    assert_int_equal(cdr_claims_find(&c, "/elsewhere"), 0);
    cdr_claims_done(&c);
}

static void matches__hostile_stars__bounded_time(void **state)
{
    (void)state;
    char pattern[2002] = "/", path[4002] = "/";
    for (size_t i = 1; i + 2 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 3);
    memset(path + 1, 'a', sizeof path - 2);
    path[sizeof path - 2] = 'b';
    clock_t before = clock();
    assert_false(cdr_claim_matches(pattern, path));
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolve__as_written__absolute_pattern), cmocka_unit_test(resolve__relative_without_root_or_too_long__refused),
        cmocka_unit_test(matches__patterns__what_they_name_and_below), cmocka_unit_test(find__several__the_longest_wins),
        cmocka_unit_test(matches__hostile_stars__bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
