/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, write or fsync of making a key file fails, for every n until it succeeds: then there is no file, or a whole one. */
#include "base/fault.h"
#include "base/mem.h"
#include "candor/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void create_and_open__any_step_fails__no_file_or_a_whole_one(void **state)
{
    (void)state;
#ifndef CANDOR_FAULTS
    skip();
#else
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_WRITE, CDR_FAULT_FSYNC};
    char dir[] = "/tmp/candor-fault-XXXXXX", path[100];
    cdr_ctx ctx;
    cdr_secret *key, *back;
    cdr_ctx_init(&ctx);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/candor.key", dir);
    assert_int_equal(cdr_secret_random(&ctx, 32, &key, NULL), CDR_OK);
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        long n = 1;
        for (bool fired = true; fired; n++) {
            cdr_err err = {0};
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_keyfile_create(&ctx, path, key, NULL, &err);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            assert_true(fired ? s < 0 && err.text[0] : s == CDR_OK);
            assert_int_equal(access(path, F_OK) == 0, s == CDR_OK);
            assert_in_range(n, 1, 50);
        }
        assert_in_range(n, 3, 50);   /* at least one step of each kind did fail */
        long opens = 1;
        for (bool fired = true; fired && kinds[k] == CDR_FAULT_ALLOC; opens++) {
            cdr_fault_arm(kinds[k], opens);
            cdr_status s = cdr_keyfile_open(path, NULL, &back, NULL);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            assert_int_equal(s, fired ? CDR_E_NOMEM : CDR_OK);
            if (s == CDR_OK)
                assert_true(cdr_secret_equal(back, key));
            cdr_secret_free(s == CDR_OK ? back : NULL);
        }
        assert_int_equal(unlink(path), 0);
    }
    cdr_secret_free(key);
    assert_int_equal(rmdir(dir), 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(create_and_open__any_step_fails__no_file_or_a_whole_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
