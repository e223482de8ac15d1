/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that candor-perform carries out, for the files perform*.c alone. */
#ifndef CDR_CORE_PLAYBOOK_PERFORM_H
#define CDR_CORE_PLAYBOOK_PERFORM_H

#include "core/playbook/perform_wire.h"
#include "core/playbook/runs_parts.h"

/* May it be carried out as things stand? CDR_OK: yes; otherwise ${err} says why people are asked instead. */
cdr_status cdr_perform_judge(cdr_runs *r, cdr_run *run, bool drill, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, cdr_err *err) CDR_NODISCARD;
/* The request to candor-perform, where commands.yaml allows the command. ${ret} NULL: only whether it does. CDR_DENIED: it does not. */
cdr_status cdr_perform_prepare(cdr_runs *r, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Through candor-perform, and waits for the end. */
cdr_status cdr_perform_call(cdr_runs *r, cdr_run *run, const cdr_run_todo *todo, const char *token, cdr_performed *ret, cdr_err *err) CDR_NODISCARD;

bool cdr_perform_is_type(const json_t *object, const char *const *types, size_t count);
/* A run's variables as a cdr_variable_find; ->value is room for what is made of one. */
typedef struct cdr_perform_view { cdr_run *run; uint32_t activation; cdr_buf value; bool odd /* a value was not plain */; } cdr_perform_view;
bool cdr_perform_plain(void *view, const char *name, cdr_variable *ret);
/* "https://api.example.com:8443/base" taken apart; a bare name or address is a host. What is called is put together from the parts, so that no other reader can see another host in it. */
#define CDR_PERFORM_HOST_MAX 256
typedef struct cdr_perform_url { char host[CDR_PERFORM_HOST_MAX]; unsigned port /* 0: none said */; bool plain, six; const char *path; } cdr_perform_url;
bool cdr_perform_take_url(const char *text, cdr_perform_url *ret);
/* Whom a command is for: the target where it has an address, else the agent. */
typedef struct cdr_perform_place { const json_t *definition; char *text; unsigned port /* 0: none said */; bool is_url; } cdr_perform_place;
cdr_status cdr_perform_address(cdr_run *run, uint32_t activation, const json_t *agent, const json_t *target, cdr_perform_place *ret, cdr_err *err) CDR_NODISCARD;
void cdr_perform_place_done(cdr_perform_place *p);
cdr_status cdr_perform_http(const cdr_allowed_hosts *hosts, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_perform_bash(const cdr_allowed *allowed, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, json_t **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_perform_ssh(const cdr_allowed *allowed, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif
