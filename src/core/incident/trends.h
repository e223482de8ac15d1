/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns over the register: kinds over time, what recurs, how long it takes to detect, decide, contain and notify, how much time was left at the deadlines. */
#ifndef CDR_CORE_INCIDENT_TRENDS_H
#define CDR_CORE_INCIDENT_TRENDS_H

#include "core/incident/incident.h"

/* As JSON (documented in the verb's json_shape) of the incidents that were opened from ${from_us} (0: the first) until before ${to_us}; drills left out unless ${drills}. */
cdr_status cdr_incident_trends(cdr_incidents *in, int64_t from_us, int64_t to_us, bool drills, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* The answer in a sentence or two, for terminal and page. */
void cdr_incident_trends_words(const json_t *trends, cdr_buf *headline, cdr_buf *answer);
/* The picture: a page of its own (HTML with SVG) of what cdr_incident_trends gave. ${style}: hash of the style sheet. */
cdr_status cdr_incident_trends_page(const char *org, const char *style, const json_t *trends, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
