/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_INCIDENT_STORE_CANARY_H
#define CDR_CORE_INCIDENT_STORE_CANARY_H

#include "core/workspace/workspace.h"

typedef struct cdr_canary_row { int64_t id, at_us; bool staff /* somebody who signed in */; } cdr_canary_row;
/* The oldest alert after ${from_us} that has no incident. CDR_NOT_FOUND: none. */
cdr_status cdr_canary_store_first(cdr_db *db, int64_t from_us, cdr_canary_row *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_canary_store_join(cdr_db *db, int64_t alert, int64_t incident, cdr_err *err) CDR_NODISCARD;
/* Is any incident open that is no drill? */
cdr_status cdr_incident_store_any(cdr_db *db, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
