/* SPDX-License-Identifier: Apache-2.0 */
/* By whom a playbook is signed: asked before it is begun, and said to people. */
#ifndef CDR_CORE_PLAYBOOK_SIGNED_H
#define CDR_CORE_PLAYBOOK_SIGNED_H

#include "core/cacao/signature.h"
#include "core/playbook/library.h"

typedef enum cdr_signed_by { CDR_SIGNED_NOBODY, CDR_SIGNED_CANDOR, CDR_SIGNED_HERE /* this workspace */, CDR_SIGNED_OTHER /* a key that nobody here vouches for */, CDR_SIGNED_BADLY /* any signature that does not fit */ } cdr_signed_by;
const char *cdr_signed_by_key(cdr_signed_by by);            /* "nobody", "candor", "workspace", "other", "bad" */
/* ${ws} NULL: without a workspace. ${who} (may be NULL): "signed by Candor", "not signed", "the signature does not fit: CHANGED AFTER IT WAS SIGNED" … */
cdr_status cdr_signed_by_whom(cdr_workspace *ws, const cdr_playbook *p, int64_t now_us, cdr_signed_by *ret, cdr_buf *who, cdr_err *err) CDR_NODISCARD;
/* Of the workspace's own files in a sentence: those that take the place of one that comes with Candor, and those whose signature does not fit. Nothing: there are none. */
cdr_status cdr_signed_own(cdr_workspace *ws, cdr_buf *out, unsigned *ret_bad, cdr_err *err) CDR_NODISCARD;

#endif
