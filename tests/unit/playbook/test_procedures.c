/* SPDX-License-Identifier: Apache-2.0 */
/* The playbooks that come with Candor: each keeps the rules of CACAO without a warning, is signed under signer.pub, and a change shows. */
#include "core/cacao/check.h"
#include "core/cacao/signature.h"
#include "core/playbook/library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1803027600000000)   /* 2027-02-19 */

static cdr_playbook *read_text(const char *text, size_t len, const char *name)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    if (cdr_playbook_read(text, len, name, &p, &err) != CDR_OK)
        fail_msg("%s: %s", name, err.text);
    return p;
}

static bool signed_by_candor(const cdr_playbook *p)
{
    cdr_err err = {0};
    bool good = false;
    if (cdr_signature_by(p, cdr_procedure_key, NOW, &good, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return good;
}

static void there_is_one_for_each_kind(void **state)
{
    (void)state;
    static const char *const kinds[] = {"complaint", "customer-data-breach", "denial-of-service", "identity-theft", "insider-misuse", "lost-device", "malpractice", "misdirected-message", "natural-disaster",
                                        "ransomware", "vendor-breach"};
    assert_int_equal(cdr_procedure_count, CDR_COUNT(kinds));
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(cdr_procedures[i].text, cdr_procedures[i].len, cdr_procedures[i].name);
        const cdr_playbook_rule *rule = cdr_playbook_rule_of(p);
        assert_string_equal(cdr_procedures[i].name, kinds[i]);
        assert_true(rule->present && rule->has_review);
        assert_string_equal(rule->kind, kinds[i]);
        assert_non_null(rule->headline);
    }
}

static void each_keeps_the_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(cdr_procedures[i].text, cdr_procedures[i].len, cdr_procedures[i].name);
        cdr_cacao_verdict v;
        cdr_err err = {0};
        if (cdr_playbook_check(p, NULL, &v, &err) != CDR_OK)
            fail_msg("%s: %s", cdr_procedures[i].name, err.text);
        if (v.count)
            fail_msg("%s: %s %s: %s", cdr_procedures[i].name, cdr_cacao_level_name(v.findings[0].level), v.findings[0].where, v.findings[0].text);
        assert_true(v.runnable);
        cdr_cacao_verdict_done(&v);
    }
}

static void each_is_signed_and_a_change_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < cdr_procedure_count; i++) {
        const cdr_procedure *at = &cdr_procedures[i];
        _cleanup_(cdr_playbook_freep) cdr_playbook *p = read_text(at->text, at->len, at->name);
        if (!signed_by_candor(p))
            fail_msg("%s is not signed under playbooks/procedures/signer.pub: sign it again (SECURITY.md)", at->name);
        /* one word of one command */
        _cleanup_buf_ cdr_buf changed = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
        assert_int_equal(cdr_buf_add(&changed, at->text, at->len), CDR_OK);
        char *word = strstr(changed.data, "Write down");
        assert_non_null(word);
        word[0] = 'w';
        _cleanup_(cdr_playbook_freep) cdr_playbook *other = read_text(changed.data, changed.len, at->name);
        assert_false(signed_by_candor(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_one_for_each_kind),
        cmocka_unit_test(each_keeps_the_rules),
        cmocka_unit_test(each_is_signed_and_a_change_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
