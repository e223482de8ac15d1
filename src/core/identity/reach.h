/* SPDX-License-Identifier: Apache-2.0 */
/* The ways on file by which a customer is told that something of hers changed, whoever changed it. */
#ifndef CDR_CORE_IDENTITY_REACH_H
#define CDR_CORE_IDENTITY_REACH_H

#include "template/message.h"
#include "core/vault/vault.h"
#include "send/send.h"

typedef struct cdr_reach { uint16_t field; cdr_send_way way; const char *label; } cdr_reach;
enum { CDR_REACH_EMAIL, CDR_REACH_MOBILE, CDR_REACH_PHONE, CDR_REACH_ADDRESS, CDR_REACH_DELIVERY, CDR_REACHES };
extern const cdr_reach cdr_reaches[CDR_REACHES];

/* Where a message goes by ${r}, as senders take it: an address, a telephone in E.164, name and address in lines. NULL: the customer has none. ${ret_since_us} (may be NULL): since when. */
cdr_status cdr_reach_where(cdr_vault *v, int64_t customer, const cdr_reach *r, cdr_secret **ret, int64_t *ret_since_us, cdr_err *err) CDR_NODISCARD;
/* The message ${name} to there; ${facts} need no organisation, contact and time of now. ${sender} NULL: CDR_E_UNSUPPORTED. */
cdr_status cdr_reach_tell(cdr_vault *v, cdr_sender *sender, const cdr_reach *r, const cdr_secret *to, const char *name, const cdr_message_facts *facts, cdr_err *err) CDR_NODISCARD;

#endif
