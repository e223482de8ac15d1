/* SPDX-License-Identifier: Apache-2.0 */
/* Consent: what a person allowed or refused, for which purpose, shown which text. Events are only ever added; the state is what they
 * fold to (ISO/IEC TS 27560). No event means no. People are known by a keyed hash of their subject key; the key itself is not kept. */
#ifndef CDR_CORE_CARE_CONSENT_H
#define CDR_CORE_CARE_CONSENT_H

#include "base/json.h"
#include "core/workspace/workspace.h"

typedef enum cdr_consent_state {
    CDR_CONSENT_NONE,            /* no record */
    CDR_CONSENT_REQUESTED, CDR_CONSENT_DEFERRED, CDR_CONSENT_REFUSED, CDR_CONSENT_GIVEN, CDR_CONSENT_EXPIRED,
    CDR_CONSENT_INVALIDATED, CDR_CONSENT_REVOKED, CDR_CONSENT_WITHDRAWN, CDR_CONSENT_RENEWED, CDR_CONSENT__MAX
} cdr_consent_state;
extern const char *const cdr_consent_state_names[];      /* "none", "requested", "request deferred", "refused", "given", … */

typedef struct cdr_consent_event {
    const char *subject;         /* the subject's key as somebody typed it (customer number, e-mail); hashed before it is stored */
    const char *purpose;         /* "marketing" */
    cdr_consent_state state;
    int64_t at_us;               /* when it happened; 0: now */
    int64_t until_us;            /* given and renewed: valid so long; 0: not limited */
    const char *method, *channel, *jurisdiction, *language, *recorded_by;   /* "" unknown */
    uint8_t text_sha256[32]; bool has_text;                  /* of the words that were shown */
} cdr_consent_event;

typedef struct cdr_consent_answer {
    bool allowed;                /* given or renewed, and not run out at the time asked about */
    cdr_consent_state state;
    int64_t since_us, until_us;
    uint64_t events;
    char reason[160];            /* a sentence without the subject */
} cdr_consent_answer;

/* Append one event and enter consent.record in the ledger (purpose, state, hash of the text; no subject but its pseudonym). */
cdr_status cdr_consent_record(cdr_workspace *ws, const cdr_consent_event *e, cdr_err *err) CDR_NODISCARD;
/* The state at ${at_us} (0: now). */
cdr_status cdr_consent_check(cdr_workspace *ws, const char *subject, const char *purpose, int64_t at_us, cdr_consent_answer *ret, cdr_err *err) CDR_NODISCARD;

/* Everybody who allows ${purpose} now, for asking about millions of records: subjects are looked up by their hash. */
typedef struct cdr_consent_set cdr_consent_set;
cdr_status cdr_consent_set_load(cdr_workspace *ws, const char *purpose, int64_t at_us, cdr_consent_set **ret, cdr_err *err) CDR_NODISCARD;
bool cdr_consent_set_allows(const cdr_consent_set *s, const char *subject, size_t len);   /* the key is normalised as in record: trimmed, e-mail in lower case */
uint64_t cdr_consent_set_count(const cdr_consent_set *s);
void cdr_consent_set_free(cdr_consent_set *s);

/* Counts by purpose and state, for policies and reports. */
typedef struct cdr_consent_tally { const char *purpose; uint64_t by_state[CDR_CONSENT__MAX]; int64_t newest_us; } cdr_consent_tally;
typedef cdr_status cdr_consent_tally_fn(void *arg, const cdr_consent_tally *t);
cdr_status cdr_consent_each_purpose(cdr_workspace *ws, int64_t at_us, cdr_consent_tally_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
