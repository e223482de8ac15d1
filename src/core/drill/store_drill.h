/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of drills in the real workspace: for this room alone. */
#ifndef CDR_CORE_DRILL_STORE_DRILL_H
#define CDR_CORE_DRILL_STORE_DRILL_H

#include "core/drill/drill.h"

/* In the open transaction. */
cdr_status cdr_drill_store_add(cdr_workspace *ws, const cdr_drill_row *row, const char *report, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_drill_store_last(cdr_workspace *ws, int64_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_drill_store_has(cdr_workspace *ws, int64_t id, bool *ret, cdr_err *err) CDR_NODISCARD;
/* ->report of ${id}; CDR_NOT_FOUND. */
cdr_status cdr_drill_store_report(cdr_workspace *ws, int64_t id, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* {"drill", "at", "percent"} of earlier drills of ${playbook}, newest first, at most 20. */
cdr_status cdr_drill_store_earlier(cdr_workspace *ws, const char *playbook, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif
