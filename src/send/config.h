/* SPDX-License-Identifier: Apache-2.0 */
/* send.yaml, read. */
#ifndef CDR_SEND_CONFIG_H
#define CDR_SEND_CONFIG_H

#include "base/arena.h"
#include "send/send.h"

enum { CDR_SEND_WAYS = 5, CDR_SEND_ARGS_MAX = 32 };

typedef enum cdr_send_how { CDR_SEND_HOW_NONE, CDR_SEND_HOW_DROP, CDR_SEND_HOW_COMMAND, CDR_SEND_HOW_WEBHOOK, CDR_SEND_HOW_SMTP } cdr_send_how;

typedef struct cdr_send_route {
    cdr_send_how how;
    const char *drop;                       /* folder */
    const char *args[CDR_SEND_ARGS_MAX + 1];
    const char *url, *header_file, *ca_file;
    const char *from, *user, *password_file;
    const char *to;                         /* of alerts */
    bool no_tls;                            /* smtp to this machine itself */
    unsigned timeout_s;
    const char *shown;                      /* "SMTP smtp.example.com": never a user, a path or a secret */
} cdr_send_route;

typedef struct cdr_send_config {
    cdr_arena *arena;
    cdr_send_route routes[CDR_SEND_WAYS];   /* by cdr_send_way */
    const char *contact;                    /* how customers reach the organisation; NULL: not said */
    const char *page;                       /* where customers enter a code themselves; NULL: nowhere */
} cdr_send_config;

extern const char *const cdr_send_way_keys[CDR_SEND_WAYS];   /* NULL, "sms", "email", "letter", "alert" */

/* Paths are taken from ${dir}. */
cdr_status cdr_send_config_read(const char *text, size_t len, const char *where, const char *dir, cdr_send_config *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_send_config_default(const char *dir, cdr_send_config *ret, cdr_err *err) CDR_NODISCARD;
void cdr_send_config_done(cdr_send_config *c);

#endif
