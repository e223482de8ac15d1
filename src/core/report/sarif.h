/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of SARIF 2.1.0 (OASIS) that the audit's and the policy's files share. */
#ifndef CDR_CORE_REPORT_SARIF_H
#define CDR_CORE_REPORT_SARIF_H

#include "base/json.h"
#include "base/severity.h"

#define CDR_SARIF_SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

void cdr_sarif_open(cdr_json_writer *w, const char *key, char bracket);
void cdr_sarif_message(cdr_json_writer *w, const char *key, const char *text);
/* ${path} as shown; ${line} 0 and ${field} NULL or "": not told. */
void cdr_sarif_location(cdr_json_writer *w, const char *path, uint64_t line, const char *field);
const char *cdr_sarif_level(cdr_severity s);

#endif
