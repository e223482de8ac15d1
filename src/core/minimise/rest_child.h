/* SPDX-License-Identifier: Apache-2.0 */
/* A process of its own for somebody else's database: it reaches the folder of that file and nothing else, dies with its parent, and tells what it
 * did through memory of fixed size. */
#ifndef CDR_CORE_MINIMISE_REST_CHILD_H
#define CDR_CORE_MINIMISE_REST_CHILD_H

#include "core/minimise/rest.h"

typedef struct cdr_rest_said { cdr_step_effect effect; char note[CDR_REST_NOTE]; } cdr_rest_said;

/* What the child says. The parent believes no length and no pointer in it. */
typedef struct cdr_rest_shared {
    cdr_status status;
    char id[64], text[CDR_ERR_TEXT_MAX];   /* of the error */
    cdr_target_state state;      /* as observed, or after the change */
    bool committed;
    bool fault_fired;            /* tests */
    size_t step_count;
    cdr_rest_said said[];        /* one per step */
} cdr_rest_shared;

typedef struct cdr_rest_channel {
    int fd;
    const cdr_ctx *ctx;
    const char *path;            /* real path of the database */
    const char *shown;
    struct stat st;
    bool committed;              /* from here on a wish to stop only ends what tidies up */
    cdr_rest_shared *shared;
} cdr_rest_channel;

typedef cdr_status cdr_rest_work(void *arg, cdr_rest_channel *c, cdr_err *err);
typedef cdr_status cdr_rest_ready(void *arg, const cdr_target_state *after, cdr_err *err);

/* Run ${work} in a child. ${f}->fd is closed there first: locks of the database would be lost with it. ${ret} is freed with cdr_rest_said_free. */
cdr_status cdr_rest_in_child(const cdr_rest_file *f, const cdr_ctx *ctx, size_t step_count, cdr_rest_work *work, void *arg, cdr_rest_ready *ready, void *ready_arg,
                             cdr_rest_shared **ret, cdr_err *err) CDR_NODISCARD;
void cdr_rest_shared_free(cdr_rest_shared *s);

/* In the child: ask the parent whether to go on. CDR_OK: yes. */
cdr_status cdr_rest_ask_ready(cdr_rest_channel *c, cdr_err *err) CDR_NODISCARD;
/* In the child: has the parent gone, or is it to stop? */
bool cdr_rest_is_stopped(const cdr_rest_channel *c);

/* Walls: files in this folder only, no new program, no port (Landlock, where the kernel has it); no core dump, no other process. */
cdr_status cdr_rest_wall(int folder, cdr_err *err) CDR_NODISCARD;

#endif
