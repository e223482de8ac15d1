/* SPDX-License-Identifier: Apache-2.0 */
/* A playbook of one's own made from another: a new playbook in the words of the standard (CACAO 2.0, section 3.1), with an id of its own, that says what it was derived from. */
#ifndef CDR_CORE_PLAYBOOK_DERIVE_H
#define CDR_CORE_PLAYBOOK_DERIVE_H

#include "core/cacao/playbook.h"

typedef struct cdr_derivation {
    const char *title;           /* its name and its headline; NULL: as they were */
    const char *created_by;      /* identity--…; NULL: as it was */
    bool signs;                  /* it will be signed, and says so */
} cdr_derivation;
/* The text of the new one. Id, created, modified and derived_from are set, signatures are gone (they were for the other), all else stays byte for byte: also the ids of steps, so that scenarios and
 * notes that name a step fit both. */
cdr_status cdr_playbook_derive(const cdr_ctx *ctx, const cdr_playbook *p, const cdr_derivation *how, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* The text of ${p} as a new version of itself: signatures are gone (they were for what it said before), and with ${new_time} modified is now, later than it was in any case; all else byte for byte. */
cdr_status cdr_playbook_renew(const cdr_ctx *ctx, const cdr_playbook *p, bool new_time, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
