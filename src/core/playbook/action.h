/* SPDX-License-Identifier: Apache-2.0 */
/* Candor's own actions: a step of a playbook names one ("candor.affected-people"), the room that has it registered it under that name. The vocabulary is open: a name that nobody registered is shown as a manual step. */
#ifndef CDR_CORE_PLAYBOOK_ACTION_H
#define CDR_CORE_PLAYBOOK_ACTION_H

#include "base/json.h"
#include "core/workspace/workspace.h"

typedef struct cdr_action_call {
    cdr_workspace *ws;
    const char *subject;                       /* "I-3", "D-2", "R-7" */
    const char *step;                          /* id */
    const char *command;                       /* text with its variables put in */
    const json_t *in;                          /* in_args with their values */
    const char *token;                         /* the same for the same attempt: an action that keeps it can tell whether it was carried out already */
    int64_t now_us, deadline_us;
    bool drill;                                /* nothing leaves the house */
} cdr_action_call;
/* CDR_OK: ${ret_out} (may stay NULL) are variables for out_args. CDR_DENIED and below 0: the command failed, ${err} says why. */
typedef cdr_status cdr_action_fn(void *arg, const cdr_action_call *call, json_t **ret_out, cdr_err *err);
typedef struct cdr_action { const char *name; cdr_action_fn *run; void *arg; bool repeatable; } cdr_action;

#endif
