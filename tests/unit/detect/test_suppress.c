/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a suppression concerns, and when it is over. */
#include "detect/suppress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RULES "0123456789abcdef"
#define DAY ((int64_t)86400 * 1000000)

static cdr_suppressions *parse(const char *json, int64_t now)
{
    cdr_suppressions *s = NULL;
    cdr_err err = {0};
    assert_int_equal(cdr_suppressions_parse(json, strlen(json), now, &s, &err), CDR_OK);
    return s;
}

static void version(const char *json, int64_t now, const char *path, char ret[17])
{
    cdr_suppressions *s = json ? parse(json, now) : NULL;
    cdr_suppressions_version(s, RULES, path, ret);
    cdr_suppressions_free(s);
}

static const char fixtures[] = "[{\"kind\":\"email\",\"path\":\"**/fixtures/*\",\"reason\":\"r\",\"author\":\"a\",\"expires\":\"1970-01-03\"}]";
static const char everywhere[] = "[{\"kind\":\"email\",\"path\":\"**\",\"reason\":\"r\",\"author\":\"a\"}]";

static void version__changes_where_the_path_fits(void **state)
{
    char a[17], b[17];
    (void)state;
    version(NULL, 0, "/f/a.txt", a);
    assert_string_equal(a, RULES);
    version(fixtures, 0, "/f/a.txt", a);
    assert_string_equal(a, RULES);
    version(fixtures, 0, "/f/fixtures/a.txt", a);
    assert_string_not_equal(a, RULES);
    assert_int_equal(strlen(a), 16);
    version(everywhere, 0, "/f/a.txt", a);
    version(everywhere, 0, "/g/b.csv", b);
    assert_string_equal(a, b);
    assert_string_not_equal(a, RULES);
}

static void version__returns_when_expired(void **state)
{
    char a[17];
    (void)state;
    version(fixtures, DAY, "/f/fixtures/a.txt", a);
    assert_string_not_equal(a, RULES);
    version(fixtures, 3 * DAY, "/f/fixtures/a.txt", a);
    assert_string_equal(a, RULES);
}

/* What is inside a container has paths that are not known before: any suppression concerns it. */
static void version__of_containers_is_of_all(void **state)
{
    char none[17], some[17], file[17];
    (void)state;
    version(NULL, 0, NULL, none);
    assert_string_not_equal(none, RULES);
    version(fixtures, 0, NULL, some);
    assert_string_not_equal(none, some);
    version(everywhere, 0, NULL, some);
    version(everywhere, 0, "/f/a.zip", file);
    assert_string_not_equal(some, file);
}

static void suppressed__by_kind_and_path(void **state)
{
    (void)state;
    cdr_suppressions *s = parse(fixtures, 0);
    assert_true(cdr_suppressed(s, NULL, "/f/fixtures/a.txt", cdr_kind_by_id("email"), "", "x@example.org", 13));
    assert_false(cdr_suppressed(s, NULL, "/f/a.txt", cdr_kind_by_id("email"), "", "x@example.org", 13));
    assert_false(cdr_suppressed(s, NULL, "/f/fixtures/a.txt", cdr_kind_by_id("iban"), "", "x", 1));
    cdr_suppressions_free(s);
}

/* The id of a detector of one's own sets aside what that detector finds, nothing of another; "user" all of them. */
static void suppressed__by_own_detector(void **state)
{
    (void)state;
    static const char one[] = "{\"suppressions\": [{\"kind\": \"shop.customer-number\", \"reason\": \"r\", \"author\": \"a\"}]}";
    static const char other[] = "{\"suppressions\": [{\"kind\": \"shop.order\", \"reason\": \"r\", \"author\": \"a\"}]}";
    static const char all[] = "{\"suppressions\": [{\"kind\": \"user\", \"reason\": \"r\", \"author\": \"a\"}]}";
    cdr_kind own = cdr_kind_by_id("user");
    cdr_suppressions *s = parse(one, 0);
    assert_true(cdr_suppressed(s, NULL, "/f/a.txt", own, "shop.customer-number", "CUST-100001", 11));
    assert_false(cdr_suppressed(s, NULL, "/f/a.txt", own, "shop.order", "CUST-100001", 11));
    assert_false(cdr_suppressed(s, NULL, "/f/a.txt", cdr_kind_by_id("email"), "", "x@example.org", 13));
    cdr_suppressions_free(s);
    s = parse(all, 0);
    assert_true(cdr_suppressed(s, NULL, "/f/a.txt", own, "shop.order", "ORDER-1", 7));
    cdr_suppressions_free(s);
    char before[17], after[17];
    version(one, 0, "/f/a.txt", before);
    version(other, 0, "/f/a.txt", after);
    assert_string_not_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(version__changes_where_the_path_fits), cmocka_unit_test(version__returns_when_expired),
                                       cmocka_unit_test(version__of_containers_is_of_all), cmocka_unit_test(suppressed__by_kind_and_path),
                                       cmocka_unit_test(suppressed__by_own_detector)};
    cdr_err err;
    if (cdr_crypto_start(&err) != CDR_OK)
        return 1;
    return cmocka_run_group_tests_name("suppress", tests, NULL, NULL);
}
