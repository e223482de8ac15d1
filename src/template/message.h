/* SPDX-License-Identifier: Apache-2.0 */
/* The words of messages: files in playbooks/messages, part of the program; a file of the same name in WORKSPACE/messages takes its place. */
#ifndef CDR_TEMPLATE_MESSAGE_H
#define CDR_TEMPLATE_MESSAGE_H

#include "base/buf.h"

/* What a message may name. NULL: not said; a message that needs it is refused, so that none with a hole leaves the house. */
typedef struct cdr_message_facts {
    const char *org;         /* cdr_workspace_org */
    const char *purpose;     /* "delivery question" */
    const char *word;        /* call word, "LARK-29" */
    const char *code;
    const char *change;      /* "telephone number"; "a new PIN was set"; what an alert is about */
    const char *fields;      /* "delivery address, state of the order" */
    const char *contact;     /* how to reach us, "0800 555 0100" */
    const char *link, *address /* of a letter, lines */;
    int64_t at_us, until_us; /* {{date}} with the time, {{until}} without; 0: not said */
    unsigned minutes, days;  /* 0: not said */
    const char *task;        /* what is due, "Tell the authority" */
    const char *left;        /* "4 hours": until it is due, or since */
    const char *role;        /* "incident manager" */
    const char *command;     /* to type, "candor run show R-7" */
    int64_t due_us, meant_us; /* {{due}}, {{meant}}: with the time; 0: not said */
} cdr_message_facts;

/* ${name}: "code_sms", "code_email", "code_link", "code_letter", "callback_script", "route_changed_old", "route_changed_new", "factor_changed", "after_call", "refused_call", "alert", "test", "clock_new", "clock_warn",
 * "clock_due", "clock_overdue", "clock_escalate".
 * ${folder}: WORKSPACE/messages, which need not exist; NULL: only those that come with Candor. ${subject} is empty where the message has none (and may be NULL); ${text} is reserved before it is
 * filled, so that no piece of a code stays behind: wipe it. Control characters in values are refused, so that nobody writes lines into a message through his name. */
#define CDR_MESSAGE_BYTES_MAX 16384u
cdr_status cdr_message_text(const char *folder, const char *name, const cdr_message_facts *facts, cdr_buf *subject, cdr_buf *text, cdr_err *err) CDR_NODISCARD;
/* Names of the messages, ends with NULL. */
extern const char *const cdr_message_names[];

#endif
