/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of playbook_review, and the newest drill of a playbook. */
#ifndef CDR_CORE_PLAYBOOK_STORE_REVIEW_H
#define CDR_CORE_PLAYBOOK_STORE_REVIEW_H

#include "core/playbook/review.h"

typedef struct cdr_review_store cdr_review_store;
cdr_status cdr_review_store_open(cdr_workspace *ws, cdr_review_store **ret, cdr_err *err) CDR_NODISCARD;
void cdr_review_store_close(cdr_review_store *st);
static inline void cdr_review_store_closep(cdr_review_store **st) { cdr_review_store_close(*st); }

cdr_status cdr_review_store_add(cdr_review_store *st, const cdr_review *review, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_review_store_each(cdr_review_store *st, const char *name /* NULL all */, cdr_review_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* The newest review and the newest drill of ${name}: what there is not stays 0. ${ret_version} is empty without a review. */
typedef struct cdr_review_last { int64_t at_us, drilled_us; cdr_review_result result; int percent; char version[40]; } cdr_review_last;
cdr_status cdr_review_store_last(cdr_review_store *st, const char *name, cdr_review_last *ret, cdr_err *err) CDR_NODISCARD;

#endif
