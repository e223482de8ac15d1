/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a customer's record so that she hears of it: whoever changes an address to take over an account is told on by the old one. */
#ifndef CDR_CORE_IDENTITY_EDIT_H
#define CDR_CORE_IDENTITY_EDIT_H

#include "core/vault/vault.h"
#include "send/send.h"

typedef struct cdr_edit_told {
    uint64_t changed;                /* bit i: values[i] differed */
    unsigned routes;                 /* routes among them */
    unsigned sent;                   /* messages handed over, to old and new routes */
    unsigned failed;                 /* that could not be; */
    char why[CDR_ERR_TEXT_MAX];      /* the first reason */
} cdr_edit_told;

/* cdr_vault_edit, and then a message to the old and to the new of each route that changed (e-mail address, telephones by text message, addresses by letter); the old one gone
 * or out of reach, another route that was on file before is used. ${sender} NULL: nobody is told, and ->failed counts them. The edit stands whether or not messages go out. */
cdr_status cdr_identity_edit(cdr_vault *v, cdr_sender *sender, int64_t customer, const cdr_vault_value *values, size_t count, const char *reason, cdr_edit_told *ret, cdr_err *err) CDR_NODISCARD;

#endif
