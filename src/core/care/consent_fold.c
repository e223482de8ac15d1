/* SPDX-License-Identifier: Apache-2.0 */
/* The states of a consent and what each event makes of them. Which step is lawful:
 *
 *   given                                from any state: a person may always say yes
 *   renewed                              where a consent stands, has run out or is asked for again; else it makes the consent invalid
 *   requested, request deferred          from any state; until the answer comes there is no consent
 *   expired                              from any state; can be renewed
 *   refused, invalidated, revoked,       from any state; only a new consent helps
 *   withdrawn
 */
#include "core/care/consent_fold.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

const char *const cdr_consent_state_names[] = {"none", "requested", "request deferred", "refused", "given", "expired", "invalidated", "revoked", "withdrawn", "renewed", NULL};

/* Within one instant: what takes more away comes later. */
static const cdr_consent_state order[] = {CDR_CONSENT_REQUESTED, CDR_CONSENT_DEFERRED, CDR_CONSENT_GIVEN, CDR_CONSENT_RENEWED, CDR_CONSENT_EXPIRED,
                                          CDR_CONSENT_REFUSED, CDR_CONSENT_INVALIDATED, CDR_CONSENT_REVOKED, CDR_CONSENT_WITHDRAWN};

void cdr_consent_fold_begin(cdr_consent_fold *f, int64_t asked_us)
{
    *f = (cdr_consent_fold){.asked_us = asked_us, .given_until = INT64_MAX, .renewed_until = INT64_MAX};
}

static void step(cdr_consent_fold *f, cdr_consent_state state)
{
    bool stray = state == CDR_CONSENT_RENEWED && !f->renewable;
    f->stray_renewal = stray;
    f->state = stray ? CDR_CONSENT_INVALIDATED : state;
    f->since_us = f->at_us;
    f->until_us = f->state == CDR_CONSENT_GIVEN ? f->given_until : f->state == CDR_CONSENT_RENEWED ? f->renewed_until : INT64_MAX;
    if (state == CDR_CONSENT_GIVEN)
        f->renewable = true;
    else if (state == CDR_CONSENT_REFUSED || state == CDR_CONSENT_WITHDRAWN || state == CDR_CONSENT_REVOKED || f->state == CDR_CONSENT_INVALIDATED)
        f->renewable = false;
}

/* The events of the instant that was being collected. */
static void fold_instant(cdr_consent_fold *f)
{
    for (size_t i = 0; f->states && i < CDR_COUNT(order); i++)
        if (f->states & 1u << order[i])
            step(f, order[i]);
    f->states = 0;
    f->given_until = f->renewed_until = INT64_MAX;
}

void cdr_consent_fold_add(cdr_consent_fold *f, cdr_consent_state state, int64_t at_us, int64_t until_us)
{
    if (at_us > f->asked_us || state <= CDR_CONSENT_NONE || state >= CDR_CONSENT__MAX)
        return;
    if (f->states && at_us != f->at_us)
        fold_instant(f);
    f->at_us = at_us;
    f->states |= 1u << state;
    f->events++;
    int64_t *until = state == CDR_CONSENT_GIVEN ? &f->given_until : state == CDR_CONSENT_RENEWED ? &f->renewed_until : NULL;
    if (until && until_us)
        *until = CDR_MIN(*until, until_us);
}

cdr_consent_state cdr_consent_fold_state(cdr_consent_fold *f)
{
    fold_instant(f);
    bool stands = f->state == CDR_CONSENT_GIVEN || f->state == CDR_CONSENT_RENEWED;
    return stands && f->until_us <= f->asked_us ? CDR_CONSENT_EXPIRED : f->state;
}

/* What stands before and behind the date. */
static const struct { const char *before, *behind; } reasons[CDR_CONSENT__MAX] = {
    [CDR_CONSENT_NONE] = {"", ""},
    [CDR_CONSENT_REQUESTED] = {"Asked on ", "; there is no answer yet."},
    [CDR_CONSENT_DEFERRED] = {"Asked; the answer was put off on ", "."},
    [CDR_CONSENT_REFUSED] = {"Refused on ", "."},
    [CDR_CONSENT_GIVEN] = {"Given on ", ""},
    [CDR_CONSENT_EXPIRED] = {"The consent ended on ", "."},
    [CDR_CONSENT_INVALIDATED] = {"Declared invalid on ", "."},
    [CDR_CONSENT_REVOKED] = {"Revoked by the organisation on ", "."},
    [CDR_CONSENT_WITHDRAWN] = {"Withdrawn on ", "."},
    [CDR_CONSENT_RENEWED] = {"Renewed on ", ""},
};

static void say(const cdr_consent_fold *f, cdr_consent_answer *a)
{
    char since[CDR_TIME_TEXT], until[CDR_TIME_TEXT] = "";
    cdr_time_format(a->since_us, since);
    if (a->until_us)
        cdr_time_format(a->until_us, until);
    if (a->state == CDR_CONSENT_NONE)
        snprintf(a->reason, sizeof a->reason, "There is no record of consent; no record means no.");
    else if (f->stray_renewal)
        snprintf(a->reason, sizeof a->reason, "Renewed on %s, but no consent stood that could be renewed: ask again.", since);
    else if (a->allowed)
        snprintf(a->reason, sizeof a->reason, "%s%s%s%s.", reasons[a->state].before, since, *until ? ", valid until " : "", until);
    else
        snprintf(a->reason, sizeof a->reason, "%s%s%s", reasons[a->state].before, since, reasons[a->state].behind);
}

void cdr_consent_fold_end(cdr_consent_fold *f, cdr_consent_answer *ret)
{
    *ret = (cdr_consent_answer){.state = cdr_consent_fold_state(f), .events = f->events};
    ret->allowed = ret->state == CDR_CONSENT_GIVEN || ret->state == CDR_CONSENT_RENEWED;
    bool by_time = ret->state == CDR_CONSENT_EXPIRED && f->state != CDR_CONSENT_EXPIRED;
    ret->since_us = by_time ? CDR_MAX(f->until_us, f->since_us) : f->since_us;
    ret->until_us = ret->allowed && f->until_us != INT64_MAX ? f->until_us : 0;
    say(f, ret);
}
