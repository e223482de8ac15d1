/* SPDX-License-Identifier: Apache-2.0 */
/* One value of free text: what is found inside is replaced, the rest stays. */
#ifndef CDR_CORE_MINIMISE_REST_REDACT_H
#define CDR_CORE_MINIMISE_REST_REDACT_H

#include "base/buf.h"
#include "core/minimise/transform.h"

typedef struct cdr_rest_redactor {
    const cdr_ruleset *ruleset;
    const char *const *categories; size_t category_count;   /* of what goes; none: all that is personal */
    cdr_form form;               /* of what is found */
    const cdr_purpose_keys *keys;
    const cdr_ctx *ctx;
    cdr_detect_scratch *scratch;
    cdr_hint *hint;              /* of the column, may be NULL */
} cdr_rest_redactor;

/* CDR_DONE: nothing is found in it. Otherwise the new text in ${out}. */
cdr_status cdr_rest_redact(const cdr_rest_redactor *r, const char *value, size_t len, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
