/* SPDX-License-Identifier: Apache-2.0 */
/* WORKSPACE/commands.yaml: which commands of playbooks Candor may carry out by itself, each by name. Without the file none but Candor's own actions; everything else is put before people (E19).
 *
 *   http-api:    { hosts: ["api.example.com", "*.tickets.example.com:8443", "http://127.0.0.1:8080"], ca_file: own-ca.pem }
 *   openc2-http: { hosts: ["openc2.example.com"] }
 *   bash:        { agents: ["this machine"], programs: [/usr/bin/uptime] }
 *                  starts_others: true, where a program is listed that starts others (env, sh, xargs, find, python3 …): then any program may run
 *   ssh:         { hosts: ["admin@web.example.com", "backup.example.com:2222"], identity_file: id_ed25519 }
 *   limits:      { seconds: 30, bytes: 65536 } */
#ifndef CDR_CORE_PLAYBOOK_ALLOWED_H
#define CDR_CORE_PLAYBOOK_ALLOWED_H

#include "base/arena.h"
#include "base/buf.h"

#define CDR_COMMANDS_FILE "commands.yaml"
#define CDR_COMMANDS_LIST_MAX 100u
#define CDR_COMMANDS_SECONDS 30u               /* when limits say nothing */
#define CDR_COMMANDS_SECONDS_MAX 600u
#define CDR_COMMANDS_BYTES 65536u
#define CDR_COMMANDS_BYTES_MAX (1u << 20)

typedef struct cdr_allowed_host {
    const char *user;      /* ssh; NULL: whoever runs candor */
    const char *name;      /* lower case, an address without brackets; of a wildcard what follows "*" */
    bool wildcard;         /* any name that ends so. Such a name may not lead to a private address */
    bool plain;            /* http without TLS: to this machine alone */
    unsigned port;
} cdr_allowed_host;

typedef struct cdr_allowed_hosts { cdr_allowed_host *at; size_t count; const char *ca_file; } cdr_allowed_hosts;

typedef struct cdr_allowed {
    cdr_arena *arena;
    cdr_allowed_hosts http, openc2, ssh;
    const char *const *agents;         /* bash: names or ids of agents */
    size_t agent_count;
    const char *const *programs;       /* bash: absolute paths */
    size_t program_count;
    bool starts_others;                /* one of them can start any other, and that was said to be meant */
    const char *identity_file, *known_hosts;     /* ssh */
    unsigned seconds, bytes;
} cdr_allowed;

/* ${dir}: relative files lie there. CDR_E_INVAL names place and what would be right. */
cdr_status cdr_allowed_read(const char *text, size_t len, const char *where, const char *dir, cdr_allowed **ret, cdr_err *err) CDR_NODISCARD;
/* Of the workspace ${dir}; ${ret} NULL: there is no such file. */
cdr_status cdr_allowed_load(const char *dir, cdr_allowed **ret, cdr_err *err) CDR_NODISCARD;
void cdr_allowed_free(cdr_allowed *c);
static inline void cdr_allowed_freep(cdr_allowed **c) { cdr_allowed_free(*c); }
/* The entry that allows ${name}:${port}; ${plain}: without TLS. An exact one before a wildcard. NULL: none. */
const cdr_allowed_host *cdr_allowed_host_of(const cdr_allowed_hosts *list, const char *name, unsigned port, bool plain);
/* This machine itself: "localhost", 127.0.0.0/8, ::1. */
bool cdr_allowed_is_here(const char *name);

#endif
