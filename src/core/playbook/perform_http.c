/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/perform.h"

cdr_status cdr_perform_prepare(cdr_runs *r, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err)
{
    (void)r;
    (void)run;
    (void)a;
    (void)agent;
    (void)target;
    (void)ret;
    return cdr_fail(err, CDR_DENIED, "playbook", "perform.type", "Commands of type %.40s are for people to carry out.", c->type);
}

cdr_status cdr_perform_call(cdr_runs *r, cdr_run *run, const cdr_run_todo *todo, const char *token, cdr_performed *ret, cdr_err *err)
{
    (void)r;
    (void)run;
    (void)token;
    (void)ret;
    return cdr_fail(err, CDR_E_UNSUPPORTED, "playbook", "perform.type", "Commands of type %.40s are for people to carry out.", todo->command->type);
}
