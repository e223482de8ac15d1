/* SPDX-License-Identifier: Apache-2.0 */
/* Kleene's three values: unknown stays unknown unless the other side decides alone. */
#include "core/policy/policy.h"

/* A value that is none of the three counts as unknown: nothing passes by accident. */
static cdr_truth sane(cdr_truth t)
{
    return t == CDR_FALSE || t == CDR_TRUE ? t : CDR_UNKNOWN;
}

cdr_truth cdr_truth_and(cdr_truth a, cdr_truth b)
{
    if (a == CDR_FALSE || b == CDR_FALSE)
        return CDR_FALSE;
    return a == CDR_TRUE && b == CDR_TRUE ? CDR_TRUE : CDR_UNKNOWN;
}

cdr_truth cdr_truth_or(cdr_truth a, cdr_truth b)
{
    if (a == CDR_TRUE || b == CDR_TRUE)
        return CDR_TRUE;
    return a == CDR_FALSE && b == CDR_FALSE ? CDR_FALSE : CDR_UNKNOWN;
}

cdr_truth cdr_truth_not(cdr_truth a)
{
    cdr_truth t = sane(a);
    return t == CDR_UNKNOWN ? CDR_UNKNOWN : t == CDR_TRUE ? CDR_FALSE : CDR_TRUE;
}
