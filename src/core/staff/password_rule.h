/* SPDX-License-Identifier: Apache-2.0 */
/* What a password may be (NIST SP 800-63B-4, 3.1.1): long enough, and none that somebody would try first. No rules of composition, no end by the calendar. It is
 * compared whole: a long password with a common word in it is fine. */
#ifndef CDR_CORE_STAFF_PASSWORD_RULE_H
#define CDR_CORE_STAFF_PASSWORD_RULE_H

#include "candor/crypto.h"

/* Words that this password must not be: names of the organisation, of the user. */
typedef struct cdr_password_context { const char *organisation, *login; } cdr_password_context;

/* The form in which a password is hashed, so that the same keys give the same bytes on every machine: NFC, with full-width forms and unusual spaces made plain.
 * CDR_E_INVAL: no UTF-8, control characters, fewer than 8 or more than 256 characters. */
cdr_status cdr_password_form(const cdr_secret *typed, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* CDR_E_INVAL says why ${form} is refused, never what it was. */
cdr_status cdr_password_rule(const cdr_secret *form, const cdr_password_context *context, cdr_err *err) CDR_NODISCARD;

#endif
