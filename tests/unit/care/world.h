/* SPDX-License-Identifier: Apache-2.0 */
/* Consents in a workspace of their own. */
#ifndef TEST_CARE_WORLD_H
#define TEST_CARE_WORLD_H

#include "../workspace_world.h"

#include "core/care/consent.h"

static inline void world_verify(world *w)
{
    cdr_ledger_verdict v;
    world_ok(w, cdr_db_check(cdr_workspace_db(w->ws), &w->err));
    world_ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &v, &w->err));
    if (!v.ok)
        fail_msg("ledger: %s", v.reason);
}

static inline cdr_consent_event event(const char *subject, const char *purpose, cdr_consent_state state, int64_t at_us)
{
    return (cdr_consent_event){.subject = subject, .purpose = purpose, .state = state, .at_us = at_us, .method = "web form", .channel = "checkout"};
}

static inline bool allows(world *w, const char *subject, const char *purpose, int64_t at_us)
{
    cdr_consent_answer a;
    world_ok(w, cdr_consent_check(w->ws, subject, purpose, at_us, &a, &w->err));
    assert_int_equal(a.allowed, a.state == CDR_CONSENT_GIVEN || a.state == CDR_CONSENT_RENEWED);
    assert_true(a.reason[0]);
    return a.allowed;
}

#endif
