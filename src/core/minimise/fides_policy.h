/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a fides manifest as rules of ours. */
#ifndef CDR_CORE_MINIMISE_FIDES_POLICY_H
#define CDR_CORE_MINIMISE_FIDES_POLICY_H

#include "base/json.h"

/* ${ret}: a list of rules as policy.yaml has them under `rules`. Old keys of the taxonomy become today's; what nobody knows is CDR_E_INVAL,
 * with the nearest right key. ${ret_notes}: sentences about what could not be taken over; never less is forbidden than the manifest forbids. */
cdr_status cdr_minimise_fides_policy(const char *text, size_t len, const char *where, json_t **ret, json_t **ret_notes, cdr_err *err) CDR_NODISCARD;

#endif
