/* SPDX-License-Identifier: Apache-2.0 */
/* Fault injection for tests: in a build with CANDOR_FAULTS, the n-th operation of a kind fails once. In other builds
 * cdr_fault() is the constant false and costs nothing. The counters are the one deliberate global of the project:
 * they exist in test builds only. */
#ifndef CDR_BASE_FAULT_H
#define CDR_BASE_FAULT_H

#include <stdbool.h>

typedef enum cdr_fault_kind { CDR_FAULT_ALLOC, CDR_FAULT_WRITE, CDR_FAULT_FSYNC, CDR_FAULT_SQL, CDR_FAULT_STOP /* the process kills itself: between the steps of a plan */, CDR_FAULT__MAX } cdr_fault_kind;

#ifdef CANDOR_FAULTS
/* Make operation number ${n} (1 = the next) of ${kind} fail; 0 switches it off. */
void cdr_fault_arm(cdr_fault_kind kind, long n);
/* True if an armed fault of ${kind} has fired since it was armed. */
bool cdr_fault_fired(cdr_fault_kind kind);
bool cdr_fault(cdr_fault_kind kind);
/* Is one armed that has not fired? */
bool cdr_fault_armed(cdr_fault_kind kind);
#else
static inline bool cdr_fault_armed(cdr_fault_kind kind) { (void)kind; return false; }
static inline bool cdr_fault(cdr_fault_kind kind) { (void)kind; return false; }
#endif
/* A program may be armed from outside: CANDOR_FAULT="alloc:17" in the environment, read by cdr_fault_from_env(). */
void cdr_fault_from_env(void);

#endif
