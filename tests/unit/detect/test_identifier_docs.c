/* SPDX-License-Identifier: Apache-2.0 */
/* docs/identifiers.md says what the code does: its table has a line for every kind, as the code would print it. */
#include "candor/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void detect__identifiers__are_documented_as_they_are(void **state)
{
    (void)state;
    FILE *f = fopen(CANDOR_SOURCE_DIR "/docs/identifiers.md", "r");
    assert_non_null(f);
    char line[1024], expected[1024];
    size_t i = 0;
    bool table = false;
    cdr_identifier_info info;
    while (fgets(line, sizeof line, f)) {
        if (!strncmp(line, "| id | what |", 13)) {
            table = true;
            assert_non_null(fgets(line, sizeof line, f));
            continue;
        }
        if (!table)
            continue;
        assert_true(cdr_identifier_get(i++, &info));
        snprintf(expected, sizeof expected, "| %s | %s | %s | %s | %s | %s |\n", info.kind->id, info.kind->title, info.kind->region, info.strength, info.rule, info.source);
        if (strcmp(line, expected))
            fail_msg("docs/identifiers.md has\n%s, the code\n%s(candor identifier list --markdown prints the table)", line, expected);
    }
    fclose(f);
    assert_int_equal(i, cdr_identifier_count());
    assert_true(i > 150);
}

static void detect__identifiers__say_rule_and_source(void **state)
{
    (void)state;
    cdr_identifier_info info;
    for (size_t i = 0; cdr_identifier_get(i, &info); i++)
        if (!info.rule || !info.rule[0] || !info.source || !info.source[0] || strchr(info.rule, '|'))
            fail_msg("%s has no rule or no source", info.kind->id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(detect__identifiers__are_documented_as_they_are), cmocka_unit_test(detect__identifiers__say_rule_and_source)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
