/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of ours that are started beside candor (candor-reader, candor-send, candor-perform, candor-calendar): they inherit nothing but what they are handed. */
#ifndef CDR_BASE_PROGRAM_H
#define CDR_BASE_PROGRAM_H

#include "base/mem.h"

#include <sys/types.h>

/* In sanitized builds standard error is handed down, as the sanitizer reports there. */
#if defined(__SANITIZE_ADDRESS__)
#define CDR_PROGRAM_RELAYS_ERRORS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CDR_PROGRAM_RELAYS_ERRORS 1
#endif
#endif
#ifndef CDR_PROGRAM_RELAYS_ERRORS
#define CDR_PROGRAM_RELAYS_ERRORS 0
#endif

#define CDR_PROGRAM_FDS_MAX 8

/* ${given}, or ${name} in the folder of the running program. False: it is not there, or may not be run. */
bool cdr_program_path(const char *given, const char *name, char *ret, size_t cap);
/* Starts ${path}: ${fds}[i] becomes descriptor i, all others are closed; no argument but ${name}, no environment but the character set; signals as they are by default; a process group of
 * its own, so that Ctrl-C reaches the parent first. 0, or an errno. */
int cdr_program_start(const char *path, const char *name, const int *fds, size_t count, pid_t *ret) CDR_NODISCARD;

/* One request and one answer through a socket that is the program's standard input and output. Whatever becomes of the program and of those it started in its group, they end with the call. */
typedef struct cdr_program_call {
    const cdr_ctx *ctx;          /* cancelled: the call ends */
    const char *path, *name;
    int log;                     /* handed down as descriptor 3; -1: nothing */
    const void *request;
    size_t len;
    int64_t wait_ms;
    bool line;                   /* the first line is the whole answer; otherwise it ends when the program closes */
    char *answer;                /* ${cap} bytes: more are not read */
    size_t cap;
    size_t answer_len;           /* out; 0: it ended without a word */
    int errnum;                  /* out, CDR_CALL_NOT_STARTED */
} cdr_program_call;
typedef enum cdr_call_end { CDR_CALL_ANSWERED, CDR_CALL_NOT_STARTED, CDR_CALL_TIMEOUT, CDR_CALL_CANCELLED } cdr_call_end;
cdr_call_end cdr_program_converse(cdr_program_call *call) CDR_NODISCARD;

#endif
