/* SPDX-License-Identifier: Apache-2.0 */
/* Starts candor-send, hands it one message, takes its answer. */
#ifndef CDR_SEND_CHILD_H
#define CDR_SEND_CHILD_H

#include "send/config.h"

/* ${program} NULL: candor-send beside candor. The error never repeats address or text. */
cdr_status cdr_send_by_child(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, cdr_err *err) CDR_NODISCARD;
/* Without waiting: candor-send goes on alone and writes what became of it to ${log} (-1: nowhere). ${m} NULL: it does nothing, in the same way. */
cdr_status cdr_send_by_child_begin(const cdr_ctx *ctx, const char *program, const cdr_send_route *route, const cdr_message *m, int log, cdr_err *err) CDR_NODISCARD;
bool cdr_send_child_installed(const char *program);

#endif
