/* SPDX-License-Identifier: Apache-2.0 */
/* Walls around candor-reader. Everything is best effort by kind of kernel and told honestly: cdr_sandbox_enter says which walls
 * stand, the greeting carries it to the parent, `candor doctor` prints it. What the child may still do afterwards: read the
 * descriptors it holds, write to its pipe, use memory and time up to its limits, and exit. */
#ifndef CDR_SCAN_SANDBOX_H
#define CDR_SCAN_SANDBOX_H

#include "candor/base.h"

typedef struct cdr_sandbox_limits {
    uint64_t memory_bytes;      /* address space; not with the address sanitizer, which reserves terabytes */
    uint64_t cpu_seconds;
    int keep_fds;               /* descriptors 0..keep_fds-1 stay open, nothing above, no new ones */
    uint32_t without;           /* CDR_WALL_SECCOMP or _LANDLOCK: leave that wall out, so that a test can try the other alone */
} cdr_sandbox_limits;

/* Enter for ever. ${ret_walls}: CDR_WALL_ bits (wire.h) of what stands. Only a wall the kernel knows and then refuses is a
 * failure; one it does not know is missing in ${ret_walls}. */
cdr_status cdr_sandbox_enter(const cdr_sandbox_limits *limits, uint32_t *ret_walls, cdr_err *err) CDR_NODISCARD;

/* Which walls this machine would give, without entering. */
uint32_t cdr_sandbox_probe(void);
/* "seccomp+landlock"…, a literal. */
const char *cdr_sandbox_describe(uint32_t walls);

#endif
