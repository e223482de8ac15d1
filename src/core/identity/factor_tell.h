/* SPDX-License-Identifier: Apache-2.0 */
/* Telling a customer that one of her factors changed, by what is on file and not by who is standing there: whoever has one set up in her name is told on. */
#ifndef CDR_CORE_IDENTITY_FACTOR_TELL_H
#define CDR_CORE_IDENTITY_FACTOR_TELL_H

#include "core/identity/factor.h"
#include "send/send.h"

typedef enum cdr_factor_change { CDR_FACTOR_SET, CDR_FACTOR_ENDED, CDR_FACTOR_USED /* a recovery code */ } cdr_factor_change;
typedef struct cdr_factor_told {
    unsigned sent, failed;
    bool letter;                     /* one of them by post: no other route has been on file for 30 days */
    char why[CDR_ERR_TEXT_MAX];      /* the first reason */
} cdr_factor_told;

/* To e-mail address and mobile telephone (or the other telephone), and by letter when neither has been on file for 30 days. What was changed stands whether or not she can be told; ->sent 0 and
 * ->failed 0: nothing is on file. ${sender} NULL: counted as failed. */
void cdr_factor_tell(cdr_factors *f, cdr_sender *sender, int64_t customer, cdr_factor_kind kind, cdr_factor_change change, cdr_factor_told *ret);

#endif
