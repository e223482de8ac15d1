/* SPDX-License-Identifier: Apache-2.0 */
/* Names that stand beside addresses in the header of a mail ("Ada Lovelace <ada@example.com>"), told among what else was found. */
#ifndef CDR_CLI_DETECT_MAIL_H
#define CDR_CLI_DETECT_MAIL_H

#include "candor/detect.h"

typedef struct cdr_detect_mail cdr_detect_mail;
/* ${all}: names of one word and encoded ones too; a scan takes none of these for a name. */
cdr_status cdr_detect_mail_new(bool all, cdr_detect_mail **ret, cdr_err *err) CDR_NODISCARD;
void cdr_detect_mail_free(cdr_detect_mail *m);
cdr_status cdr_detect_mail_keep(cdr_detect_mail *m, const cdr_finding *f) CDR_NODISCARD;
/* What was kept and the names of [${from}, ${to}) in order; borrowed until the next keep. Windows follow each other. */
cdr_status cdr_detect_mail_merge(cdr_detect_mail *m, const char *buffer, size_t have, size_t from, size_t to, const cdr_finding **ret, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
uint64_t cdr_detect_mail_encoded(const cdr_detect_mail *m);   /* parts in base64 so far; NULL: 0 */

#endif
