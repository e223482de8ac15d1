/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of letters, reports and notices from the texts in playbooks/incident; a file of the same name in WORKSPACE/letters takes the place of one. */
#ifndef CDR_CORE_INCIDENT_DRAFT_TEXT_H
#define CDR_CORE_INCIDENT_DRAFT_TEXT_H

#include "base/buf.h"
#include "base/json.h"

#define CDR_DRAFT_BYTES_MAX 32768u

/* ${name}: "letter_people", "letter_recipient", "report_authority", "notice_insurer", "note_internal". ${folder}: WORKSPACE/letters, which need not exist; NULL: only those that come with Candor.
 * A value that the text names and ${data} lacks is an error: nothing leaves with a hole. What stands in [square brackets] is filled in when it is sent. */
cdr_status cdr_draft_text(const char *folder, const char *name, const json_t *data, cdr_buf *subject, cdr_buf *text, cdr_err *err) CDR_NODISCARD;
/* What is still to be filled in by hand: "[name], [signature]", each once. */
void cdr_draft_open_places(const char *text, cdr_buf *out);

#endif
