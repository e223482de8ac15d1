/* SPDX-License-Identifier: Apache-2.0 */
/* From a person's events to the state at a moment. Events come in order of time. Of those of one instant the order does not matter: the one that
 * takes most away wins, so that a withdrawal beats the consent of the same second. */
#ifndef CDR_CORE_CARE_CONSENT_FOLD_H
#define CDR_CORE_CARE_CONSENT_FOLD_H

#include "core/care/consent.h"

typedef struct cdr_consent_fold {
    int64_t asked_us;            /* what happens later does not count */
    cdr_consent_state state;     /* of what is folded; expiry by time is not in it yet */
    int64_t since_us, until_us;
    bool renewable;              /* a consent was given, and nobody has refused, withdrawn, revoked or invalidated it since */
    bool stray_renewal;          /* the state is invalidated because a renewal had nothing to renew */
    uint64_t events;
    int64_t at_us;               /* the instant that is not folded yet, */
    unsigned states;             /* its states as bits, */
    int64_t given_until, renewed_until;   /* the earliest ends; INT64_MAX without one */
} cdr_consent_fold;

void cdr_consent_fold_begin(cdr_consent_fold *f, int64_t asked_us);
/* ${at_us} is not before that of the event added last. ${until_us} 0: without an end. */
void cdr_consent_fold_add(cdr_consent_fold *f, cdr_consent_state state, int64_t at_us, int64_t until_us);
/* ${ret->allowed} exactly when ${ret->state} is given or renewed. The reason is a sentence. */
void cdr_consent_fold_end(cdr_consent_fold *f, cdr_consent_answer *ret);
/* The same without words, for millions. */
cdr_consent_state cdr_consent_fold_state(cdr_consent_fold *f);

#endif
