/* SPDX-License-Identifier: Apache-2.0 */
/* How bad it is when a rule is broken: one scale for the audit and the policy. */
#ifndef CDR_BASE_SEVERITY_H
#define CDR_BASE_SEVERITY_H

typedef enum cdr_severity { CDR_SEV_INFO, CDR_SEV_LOW, CDR_SEV_MEDIUM, CDR_SEV_HIGH, CDR_SEV_SEVERE } cdr_severity;
#define CDR_SEVERITIES 5

const char *cdr_severity_name(cdr_severity s);   /* "note", "low", "medium", "high", "severe" */

#endif
