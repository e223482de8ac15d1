/* SPDX-License-Identifier: Apache-2.0 */
#include "base/severity.h"

#include "base/mem.h"

const char *cdr_severity_name(cdr_severity s)
{
    static const char *const names[] = {"note", "low", "medium", "high", "severe"};
    return (unsigned)s < CDR_COUNT(names) ? names[s] : names[0];
}
