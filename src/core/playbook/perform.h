/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that candor-perform carries out, for the files perform*.c alone. */
#ifndef CDR_CORE_PLAYBOOK_PERFORM_H
#define CDR_CORE_PLAYBOOK_PERFORM_H

#include "core/playbook/runs_parts.h"

/* May it be carried out as things stand? CDR_OK: yes; otherwise ${err} says why people are asked instead. */
cdr_status cdr_perform_judge(cdr_runs *r, cdr_run *run, bool drill, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, cdr_err *err) CDR_NODISCARD;
/* The request to candor-perform, where commands.yaml allows the command. ${ret} NULL: only whether it does. CDR_DENIED: it does not. */
cdr_status cdr_perform_prepare(cdr_runs *r, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Through candor-perform, and waits for the end. */
cdr_status cdr_perform_call(cdr_runs *r, cdr_run *run, const cdr_run_todo *todo, const char *token, cdr_performed *ret, cdr_err *err) CDR_NODISCARD;

#endif
