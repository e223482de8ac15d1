/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: statements of consent, pseudonyms, rows as they are stored. */
#ifndef CDR_CORE_CARE_CONSENT_STATE_H
#define CDR_CORE_CARE_CONSENT_STATE_H

#include "core/care/consent.h"

/* The key as it is hashed: trimmed, an e-mail address in lower case. Returns its length, 0 when there is no key in it (empty, too long). */
size_t cdr_consent_subject_form(const char *key, size_t len, char ret[CDR_CONSENT_SUBJECT_MAX]);
bool cdr_consent_subject_id(const cdr_secret *key, const char *subject, size_t len, uint8_t ret[CDR_VALUE_ID_BYTES]);

typedef struct cdr_consent_row {
    uint8_t subject[CDR_VALUE_ID_BYTES], event[CDR_VALUE_ID_BYTES];
    int64_t purpose_id;
    cdr_consent_event e;         /* its subject is not looked at */
} cdr_consent_row;

/* ${row->event}: what the event says, as a keyed hash; who recorded it and when is not in it. */
void cdr_consent_event_id(const cdr_secret *key, cdr_consent_row *row);

typedef struct cdr_consent_store cdr_consent_store;
cdr_status cdr_consent_store_open(cdr_workspace *ws, cdr_consent_store **ret, cdr_err *err) CDR_NODISCARD;
void cdr_consent_store_close(cdr_consent_store *st);
static inline void cdr_consent_store_closep(cdr_consent_store **st) { cdr_consent_store_close(*st); }

/* 0: no such purpose. With ${make} it is made. */
cdr_status cdr_consent_store_purpose(cdr_consent_store *st, const char *purpose, bool make, int64_t *ret, cdr_err *err) CDR_NODISCARD;
/* ${ret_new}: false when the event stands there already. */
cdr_status cdr_consent_store_add(cdr_consent_store *st, const cdr_consent_row *row, int64_t recorded_us, bool *ret_new, cdr_err *err) CDR_NODISCARD;
/* Events by purpose, subject and time. ${subject} NULL: everybody's; ${purpose_id} 0: of all purposes. Texts are borrowed for the call. */
typedef struct cdr_consent_seen {
    int64_t purpose_id, at_us, until_us;
    cdr_consent_state state;
    const uint8_t *subject;
} cdr_consent_seen;
typedef cdr_status cdr_consent_seen_fn(void *arg, const cdr_consent_seen *e);
cdr_status cdr_consent_store_each(cdr_consent_store *st, int64_t purpose_id, const uint8_t *subject, cdr_consent_seen_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_consent_store_history(cdr_consent_store *st, const uint8_t *subject, cdr_consent_history_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_consent_store_purposes(cdr_consent_store *st, cdr_status (*fn)(void *arg, int64_t id, const char *key), void *arg, cdr_err *err) CDR_NODISCARD;

#endif
