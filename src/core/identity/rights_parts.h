/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the requests by right. */
#ifndef CDR_CORE_IDENTITY_RIGHTS_PARTS_H
#define CDR_CORE_IDENTITY_RIGHTS_PARTS_H

#include "core/identity/rights.h"

struct cdr_rights {
    cdr_vault *vault;
    cdr_workspace *ws;
    const cdr_ctx *ctx;
    cdr_db *db;
    cdr_db_set *set;
};

/* ${kind} about the request, with ${details}, which it takes; the customer's pseudonym is added while there is one. */
cdr_status cdr_rights_enter(cdr_rights *r, const char *kind, const cdr_request *q, json_t *details, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED unless the request is open, and for ${proved} proved. */
cdr_status cdr_rights_check(const cdr_request *q, bool proved, cdr_err *err) CDR_NODISCARD;

/* --- store_rights.c --- */
cdr_status cdr_rights_store_open(cdr_db *db, cdr_db_set **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rights_store_add(cdr_rights *r, cdr_request *q, cdr_err *err) CDR_NODISCARD;              /* sets ->id and ->name */
cdr_status cdr_rights_store_get(cdr_rights *r, int64_t id, cdr_request *ret, cdr_err *err) CDR_NODISCARD; /* CDR_NOT_FOUND without words; ->ref is not filled */
cdr_status cdr_rights_store_each(cdr_rights *r, bool all, int64_t customer, cdr_request_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rights_store_same(cdr_rights *r, const cdr_request *q, int64_t *ret, cdr_err *err) CDR_NODISCARD;
/* Everything that may change. */
cdr_status cdr_rights_store_update(cdr_rights *r, const cdr_request *q, const uint8_t *sha256, cdr_err *err) CDR_NODISCARD;
/* The receipt of the customer's erasure; CDR_NOT_FOUND without words. */
cdr_status cdr_rights_store_receipt(cdr_rights *r, int64_t customer, char ret[17], cdr_err *err) CDR_NODISCARD;
/* "staff:dana" as "staff": the role, never the name. */
cdr_status cdr_rights_store_role(cdr_rights *r, const char *actor, const char **ret, cdr_err *err) CDR_NODISCARD;

#endif
