/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of the Candor extension takes and refuses the examples of tests/data/cacao_extension.json; tests/e2e/extension_schema.py holds the published schema against the same ones. */
#include "core/cacao/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void examples__each__taken_or_refused(void **state)
{
    (void)state;
    _cleanup_json_ json_t *examples = json_load_file(CANDOR_SOURCE_DIR "/tests/data/cacao_extension.json", 0, NULL);
    assert_true(json_array_size(examples) > 50);
    size_t i;
    json_t *one;
    json_array_foreach(examples, i, one) {
        bool step = !strcmp(cdr_json_str(one, "of"), "step");
        _cleanup_json_ json_t *object = json_pack("{s:{s:O}}", step ? "step_extensions" : "playbook_extensions", CDR_RULE_KEY, json_object_get(one, "extension"));
        cdr_rule r;
        cdr_playbook_rule p;
        cdr_err err = {0};
        cdr_status s = step ? cdr_rule_read(object, "test", &r, &err) : cdr_playbook_rule_read(object, "test", &p, &err);
        if ((s == CDR_OK) != json_is_true(json_object_get(one, "good"))) {
            char *text = json_dumps(one, JSON_COMPACT);
            fail_msg("%s: %s", text, err.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(examples__each__taken_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
