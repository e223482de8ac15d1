/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_MINIMISE_TRANSFORM_GENERAL_H
#define CDR_CORE_MINIMISE_TRANSFORM_GENERAL_H

#include "core/minimise/transform.h"

/* Append the coarser value; false, and nothing appended, when the value cannot be made coarser in that way. ${today}: days since 1970. */
bool cdr_generalise_value(const cdr_transform *t, cdr_kind kind, int64_t today, const char *v, size_t len, cdr_buf *out);

#endif
