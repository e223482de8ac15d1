/* SPDX-License-Identifier: Apache-2.0 */
/* candor-perform inside: one request, one way, one answer. */
#ifndef CDR_CORE_PLAYBOOK_PROGRAM_H
#define CDR_CORE_PLAYBOOK_PROGRAM_H

#include "base/json.h"
#include "core/playbook/perform_wire.h"

typedef struct perform_answer { cdr_perform_result result; unsigned number, walls; cdr_buf output; } perform_answer;

void perform_http(const json_t *request, perform_answer *ret);
void perform_bash(const json_t *request, perform_answer *ret);
void perform_ssh(const json_t *request, perform_answer *ret);

/* Milliseconds that never go back. */
int64_t perform_now_ms(void);

/* --- walls.c: around a script, in the process that becomes it. False: it cannot be locked in, and must not begin --- */
typedef struct perform_walls { const char *folder /* its own */, *bin /* links to the programs it may use */; const json_t *programs; unsigned seconds; } perform_walls;
/* Which walls this machine has; asked by the parent, as the child cannot answer any more. */
unsigned perform_walls_there(void);
bool perform_walls_enter(const perform_walls *w);

#endif
