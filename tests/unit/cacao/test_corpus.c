/* SPDX-License-Identifier: Apache-2.0 */
/* Playbooks of others, and what is said of each: which load and pass, load with warnings, are refused, and for what reason first. Skipped where the collection is not at hand. */
#include "base/io.h"
#include "core/cacao/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CORPUS CANDOR_SHARED_DIR "/data/cacao"

typedef enum expected { PASS, WARN, REFUSED, UNREADABLE } expected;
/* ${reasons}: ids of findings that must be among those told. A file whose name only begins so is meant too: its version stands behind. */
static const struct { const char *file; expected want; const char *reasons[4]; } corpus[] = {
    {"oasis-basic-example-1-", PASS, {0}},
    {"oasis-spec-3.1-example-", WARN, {"activity.unused"}},
    {"oasis-locky-bart-mbc-examples-3474", WARN, {"target.undefined", "step.uuid", "command.type", "agent.type"}},
    {"oasis-locky-bart-mbc-examples-block0", UNREADABLE, {0}},
    {"oasis-playbook--aa1898b6-5251-49b4-aeb7-fd5e912583ff-3b64", REFUSED, {"property.missing"}},
    {"oasis-playbook--aa1898b6-5251-49b4-aeb7-fd5e912583ff-8108", REFUSED, {"property.missing"}},
    {"cyentific-cisa-vulnerability-response", REFUSED, {"property.missing", "flow.shared"}},
    {"soarca-changed-playbook", UNREADABLE, {0}},
    {"soarca-executable-playbooks", REFUSED, {"property.missing"}},
    {"soarca-fin-playbook", REFUSED, {"time.order", "id.form"}},
    {"soarca-http-playbook", WARN, {"time.milliseconds", "agent.type"}},
    {"soarca-infinite-playbook", REFUSED, {"flow.cycle", "flow.start", "step.dangling"}},
    {"soarca-invalid-email-playbook", REFUSED, {"flow.start", "step.dangling"}},
    {"soarca-invalid-playbook", REFUSED, {"flow.start", "step.dangling"}},
    {"soarca-manual-playbook", WARN, {"agent.type"}},
    {"soarca-missing-step-playbook", REFUSED, {"flow.start", "step.dangling", "flow.unreachable"}},
    {"soarca-openc2-playbook", WARN, {"time.milliseconds", "command.type"}},
    {"soarca-parallels-playbook", REFUSED, {"flow.start", "flow.shared-end", "property.unknown"}},
    {"soarca-playbook-e427", REFUSED, {"flow.start"}},
    {"soarca-playbook-routes", REFUSED, {"flow.start"}},
    {"soarca-powershell-playbook", WARN, {"authentication.type", "agent.type"}},
    {"soarca-ssh-playbook", WARN, {"time.milliseconds", "authentication.secret"}},
};

static bool told(const cdr_cacao_verdict *v, const char *id)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->findings[i].id, id) == 0)
            return true;
    return false;
}

static void check_file(const char *name, size_t row)
{
    char path[1000];
    snprintf(path, sizeof path, CORPUS "/%s", name);
    cdr_buf text _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    assert_int_equal(cdr_file_read(path, &text, NULL), CDR_OK);
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = NULL;
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    cdr_status st = cdr_playbook_read(text.data, text.len, name, &p, NULL);
    if (corpus[row].want == UNREADABLE) {
        assert_int_equal(st, CDR_E_INVAL);
        return;
    }
    assert_int_equal(st, CDR_OK);
    assert_int_equal(cdr_playbook_check(p, NULL, &v, NULL), CDR_OK);
    expected got = !v.runnable ? REFUSED : v.count ? WARN : PASS;
    for (size_t i = 0; i < CDR_COUNT(corpus[row].reasons) && corpus[row].reasons[i]; i++)
        if (!told(&v, corpus[row].reasons[i]))
            fail_msg("%s: %s was not told", name, corpus[row].reasons[i]);
    if (got != corpus[row].want)
        fail_msg("%s: %d, want %d (%u errors, %u warnings; first: %s)", name, (int)got, (int)corpus[row].want, v.errors, v.warnings, v.count ? v.findings[0].text : "");
    /* Changed in one place and changed back, it is the same to the byte, whatever it holds. */
    cdr_buf with _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX), back _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    assert_int_equal(cdr_playbook_edit(p, "signatures", "[]", &with, NULL), CDR_OK);
    cdr_playbook *q _cleanup_(cdr_playbook_freep) = NULL;
    assert_int_equal(cdr_playbook_read(with.data, with.len, name, &q, NULL), CDR_OK);
    assert_int_equal(cdr_playbook_edit(q, "signatures", NULL, &back, NULL), CDR_OK);
    assert_int_equal(back.len, text.len);
    assert_memory_equal(back.data, text.data, text.len);
}

static void corpus__every_file__gets_its_verdict(void **state)
{
    (void)state;
    DIR *d = opendir(CORPUS);
    if (!d) {
        print_message("skipped: there is no %s\n", CORPUS);
        skip();
    }
    size_t met = 0;
    for (struct dirent *e; (e = readdir(d));)
        for (size_t i = 0; i < CDR_COUNT(corpus); i++)
            if (strncmp(e->d_name, corpus[i].file, strlen(corpus[i].file)) == 0) {
                check_file(e->d_name, i);
                met++;
            }
    closedir(d);
    assert_int_equal(met, CDR_COUNT(corpus));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(corpus__every_file__gets_its_verdict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
