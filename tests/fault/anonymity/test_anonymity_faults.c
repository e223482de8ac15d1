/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation fails, for every n until the judgement succeeds: each failure is told, nothing leaks, the figures are the same in the end. */
#include "core/anonymity/anonymity.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#ifdef CANDOR_FAULTS
static const char tree[] = "0;even;*\n1;odd;*\n2;even;*\n3;odd;*\n4;even;*\n5;odd;*\n6;even;*\n";

static bool half(void *arg, const char *value, size_t len, char out[256])
{
    (void)arg;
    (void)len;
    out[0] = value[0];
    out[1] = '\0';
    return true;
}

static cdr_status feed(cdr_anonymity *a, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (unsigned i = 0; s == CDR_OK && i < 300; i++) {
        char name[16], value[16], age[16];
        snprintf(name, sizeof name, "%u", i % 90);
        snprintf(value, sizeof value, "%u", i % 7);
        snprintf(age, sizeof age, "%u", i % 5);
        cdr_row_cell cells[4] = {{name, strlen(name)}, {age, 1}, {value, 1}, {value, 1}};
        s = cdr_anonymity_add(a, cells, err);
    }
    return s;
}

static cdr_status judge(cdr_err *err)
{
    cdr_hierarchy *h;
    cdr_anonymity *a = NULL;
    cdr_status s = cdr_hierarchy_parse(tree, sizeof tree - 1, "tree", &h, err);
    if (s != CDR_OK)
        return s;
    const cdr_anonymity_column quasi[] = {{.name = "a"}, {.name = "b", .hierarchy = h, .level = 1}};
    const cdr_anonymity_column sensitive[] = {{.name = "c", .order = CDR_SENSITIVE_ORDERED}, {.name = "d", .order = CDR_SENSITIVE_HIERARCHICAL, .hierarchy = h}};
    cdr_anonymity_attribute w;
    cdr_anonymity_figures f;
    s = cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = quasi, .quasi_count = 2, .sensitive = sensitive, .sensitive_count = 2}, &a, err);
    if (s == CDR_OK)
        s = feed(a, err);
    for (size_t i = 0; s == CDR_OK && i < 2; i++)
        s = cdr_anonymity_attribute_get(a, i, &w, err);
    if (s == CDR_OK)
        s = cdr_anonymity_without(a, 0, half, NULL, &f, err);
    if (s == CDR_OK) {
        assert_int_equal(f.rows, 300);
        assert_int_equal(f.classes, 18);   /* first digits 1 to 8 with even and odd, 0 and 9 with even only */
    }
    cdr_anonymity_free(a);
    cdr_hierarchy_free(h);
    return s;
}

static void judge__any_allocation_fails__is_told(void **state)
{
    (void)state;
    bool fired = true;
    for (long n = 1; fired; n++) {
        cdr_err err = {0};
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = judge(&err);
        fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (!fired)
            assert_int_equal(s, CDR_OK);
        else if (s != CDR_E_NOMEM || !err.text[0])
            fail_msg("allocation %ld: status %d", n, (int)s);
        assert_in_range(n, 1, 10000);
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(judge__any_allocation_fails__is_told)};
    return cmocka_run_group_tests_name("anonymity_faults", tests, NULL, NULL);
#else
    return 77;
#endif
}
