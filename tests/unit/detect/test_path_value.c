/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/path_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cdr_path_masker *masker(void)
{
    cdr_path_masker *m;
    assert_int_equal(cdr_path_masker_new(&m, NULL), CDR_OK);
    return m;
}

static void path__values__masked(void **state)
{
    (void)state;
    static const struct { const char *path, *shown; } cases[] = {
        {"/srv/n1/jane.doe@example.com/note.txt", "/srv/n1/j…@e…com/note.txt"},
        {"/srv/jane_doe@example.org.pdf", "/srv/j…@e…org.pdf"},
        {"/srv/inv_DE89370400440532013000.pdf", "/srv/inv_DE…00.pdf"},
        {"/srv/DE89370400440532013000", "/srv/DE…00"},
        {"/srv/ada@example.org.csv.gz", "/srv/a…@e…org.csv.gz"},
        {"/srv/mary@example.co.uk", "/srv/m…@e…uk"},
        {"a.zip!/mails/ada@example.org", "a.zip!/mails/a…@e…org"},
    };
    cdr_path_masker *m = masker();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cdr_path_mask(m, cases[i].path), cases[i].shown);
    cdr_path_masker_free(m);
}

/* Dates, hashes, versions, names of packages, users of a host are no values. */
static void path__ordinary__as_it_is(void **state)
{
    (void)state;
    static const char *const paths[] = {"/srv/2026-11-25/backup-20261125T101500.log", "/var/log/app.log.1.gz", "/srv/node_modules/@types/node/index.d.ts",
        "/srv/.git/objects/da/39a3ee5e6b4b0d3255bfef95601890afd80709", "/srv/report-1764032400123.csv", "/srv/img_20261125_101500_1234.jpg", "/srv/systemd/getty@tty1.service",
        "/srv/lib/libfoo.so.1.2.3", "/srv/3f2504e0-4f89-11d3-9a0c-0305e82c3301.json", "/srv/invoice_2026_000123456.pdf", ""};
    cdr_path_masker *m = masker();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_ptr_equal(cdr_path_mask(m, paths[i]), paths[i]);
    cdr_path_masker_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(path__values__masked), cmocka_unit_test(path__ordinary__as_it_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
