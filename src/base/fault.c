/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#ifdef CANDOR_FAULTS
#include "base/parse.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Atomic, because scanning threads allocate too. */
static atomic_long countdown[CDR_FAULT__MAX];
static atomic_bool fired[CDR_FAULT__MAX];

void cdr_fault_arm(cdr_fault_kind kind, long n)
{
    atomic_store(&fired[kind], false);
    atomic_store(&countdown[kind], n);
}

bool cdr_fault_fired(cdr_fault_kind kind)
{
    return atomic_load(&fired[kind]);
}

bool cdr_fault_armed(cdr_fault_kind kind)
{
    return atomic_load(&countdown[kind]) > 0;
}

bool cdr_fault(cdr_fault_kind kind)
{
    if (atomic_load_explicit(&countdown[kind], memory_order_relaxed) <= 0)
        return false;
    if (atomic_fetch_sub(&countdown[kind], 1) != 1)
        return false;
    atomic_store(&fired[kind], true);
    return true;
}

void cdr_fault_from_env(void)
{
    static const char *const names[CDR_FAULT__MAX] = {"alloc:", "write:", "fsync:", "sql:", "stop:"};
    const char *spec = getenv("CANDOR_FAULT");
    for (int kind = 0; spec && kind < CDR_FAULT__MAX; kind++) {
        size_t prefix = strlen(names[kind]);
        uint64_t n;
        if (!strncmp(spec, names[kind], prefix) && cdr_parse_u64(spec + prefix, strlen(spec + prefix), 1, 1000000000, &n))
            cdr_fault_arm((cdr_fault_kind)kind, (long)n);
    }
}
#else
void cdr_fault_from_env(void)
{
}
#endif
