/* SPDX-License-Identifier: Apache-2.0 */
/* Every number of ../shared/data/validators/vectors.tsv gets the answer that stands beside it. */
#include "candor/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void detect__identifiers__answer_every_vector(void **state)
{
    (void)state;
    FILE *f = fopen(CANDOR_SHARED_DIR "/data/validators/vectors.tsv", "r");
    if (!f) {
        print_message("skipped: no vectors beside the project\n");
        skip();
        return;
    }
    char line[512];
    unsigned rows = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        char *number = strchr(line, '\t'), *valid = number ? strchr(number + 1, '\t') : NULL;
        if (line[0] == '#' || !valid)
            continue;
        *number++ = '\0';
        *valid++ = '\0';
        cdr_status expected = *valid == '1' ? CDR_OK : CDR_DENIED, s = cdr_identifier_check(line, number, strlen(number), NULL);
        rows++;
        if (s != expected) {
            wrong++;
            print_error("%s\t%s\tis %s\n", line, number, *valid == '1' ? "valid" : "invalid");
        }
    }
    fclose(f);
    print_message("%u rows, %u wrong\n", rows, wrong);
    assert_true(rows > 2000);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(detect__identifiers__answer_every_vector)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
