/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of ours that are started beside candor (candor-reader, candor-send): they inherit nothing but what they are handed. */
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

#endif
