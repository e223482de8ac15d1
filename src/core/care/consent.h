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

#define CDR_CONSENT_SUBJECT_MAX 512    /* bytes of a subject's key */
#define CDR_CONSENT_TEXT_MAX 200       /* of method, channel, jurisdiction, language, recorded_by */
#define CDR_CONSENT_PURPOSE_MAX 64     /* letters of a purpose */
#define CDR_CONSENT_PURPOSES_MAX 1000  /* in one workspace: more are a column taken for another */

/* "given", "request deferred" also as "request_deferred", "deferred"; the words of mailing tools: "opt_in", "unsubscribed"…  CDR_CONSENT_NONE: none of them. */
cdr_consent_state cdr_consent_state_by_word(const char *word, size_t len);
/* What is wrong with the event, as the end of a sentence ("the purpose is empty"), NULL when nothing is. Never repeats a value. */
const char *cdr_consent_event_fault(const cdr_consent_event *e);

/* Append one event and enter consent.record in the ledger (purpose, state, hash of the text; no subject but its pseudonym). */
cdr_status cdr_consent_record(cdr_workspace *ws, const cdr_consent_event *e, cdr_err *err) CDR_NODISCARD;
/* The same, telling whether it was new: what is told twice, word for word, is stored once. ${ret_event}: its number, 16 bytes; may be NULL. */
cdr_status cdr_consent_add(cdr_workspace *ws, const cdr_consent_event *e, bool *ret_new, uint8_t *ret_event, cdr_err *err) CDR_NODISCARD;
/* The state at ${at_us} (0: now). Events of one instant: the one that takes most away wins. */
cdr_status cdr_consent_check(cdr_workspace *ws, const char *subject, const char *purpose, int64_t at_us, cdr_consent_answer *ret, cdr_err *err) CDR_NODISCARD;

/* What is known of one subject, by purpose and time. The event's subject is NULL. */
typedef struct cdr_consent_entry { cdr_consent_event e; uint8_t id[16]; int64_t recorded_us; } cdr_consent_entry;
typedef cdr_status cdr_consent_history_fn(void *arg, const cdr_consent_entry *e);
cdr_status cdr_consent_history(cdr_workspace *ws, const char *subject, cdr_consent_history_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* What stands for the subject in database and ledger; CDR_E_INVAL for what is no key. */
cdr_status cdr_consent_pseudonym(cdr_workspace *ws, const char *subject, uint8_t ret[16], cdr_err *err) CDR_NODISCARD;

/* Many events: batches of CDR_CONSENT_BATCH, each a transaction with one entry consent.import in the ledger (count, SHA-256 of the numbers of the new
 * events in the order of the table). What was committed stays when a later batch fails; told again, it is not stored again. */
#define CDR_CONSENT_BATCH 100000u
typedef struct cdr_consent_import cdr_consent_import;
typedef struct cdr_consent_import_counts { uint64_t rows, added, known, batches; } cdr_consent_import_counts;   /* rows: those of committed batches */
cdr_status cdr_consent_import_begin(cdr_workspace *ws, cdr_consent_import **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_consent_import_add(cdr_consent_import *im, const cdr_consent_event *e, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_consent_import_finish(cdr_consent_import *im, cdr_err *err) CDR_NODISCARD;   /* the last batch */
const cdr_consent_import_counts *cdr_consent_import_told(const cdr_consent_import *im);
void cdr_consent_import_free(cdr_consent_import *im);

/* Everybody who allows ${purpose} now, for asking about millions of records: subjects are looked up by their hash. The workspace must outlive the set;
 * several threads may ask it. */
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
