/* SPDX-License-Identifier: Apache-2.0 */
/* Memory runs out at each allocation in turn: reading, judging, ordering and editing a playbook fail cleanly, or do the whole of it; nothing is told that is not so. */
#include "../../unit/cacao/check_world.h"

#include "base/fault.h"
#include "core/cacao/outline.h"

static cdr_status all(const char *text, unsigned *ret_findings)
{
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = NULL;
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    cdr_buf edited _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    cdr_err err = {0};
    cdr_status s = cdr_playbook_read(text, strlen(text), "it.json", &p, &err);
    if (s == CDR_OK)
        s = cdr_playbook_check(p, NULL, &v, &err);
    *ret_findings = v.errors + v.warnings + v.structure;
    if (s == CDR_OK)
        s = cdr_outline_new(p, &o, &err);
    if (s == CDR_OK)
        s = cdr_playbook_edit(p, "labels", "[\"x\"]", &edited, &err);
    return s;
}

static void playbook__memory_runs_out__fails_cleanly(void **state)
{
    (void)state;
    unsigned findings;
    assert_int_equal(all(GOOD, &findings), CDR_OK);
    assert_int_equal(findings, 0);
    long n = 1, denied = 0;
    for (;; n++) {
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = all(GOOD, &findings);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (!fired)
            break;
        /* A word quoted in a sentence that is never told may be done without. */
        if (s != CDR_E_NOMEM && s != CDR_OK)
            fail_msg("allocation %ld: status %d", n, (int)s);
        denied += s == CDR_E_NOMEM;
        assert_int_equal(findings, 0);
    }
    print_message("%ld allocations failed, one at a time\n", n - 1);
    assert_true(denied > 30 && denied >= n - 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(playbook__memory_runs_out__fails_cleanly)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
