/* SPDX-License-Identifier: Apache-2.0 */
/* What of a mail cannot be searched as it stands: coded bodies and attachments (RFC 2045), coded words in headers (RFC 2047). They are
 * counted, so that a mailbox that holds some does not pass for read in full. */
#ifndef CDR_SCAN_MAIL_PARTS_H
#define CDR_SCAN_MAIL_PARTS_H

#include "candor/base.h"

typedef struct cdr_mail_parts {
    uint64_t encoded;          /* parts in base64 or the like, or in quoted-printable with more than a few coded bytes */
    uint64_t words;            /* coded words of headers */
    uint32_t escapes;          /* of the quoted-printable part that goes on */
    bool quoted, awaits_value; /* inside such a part; a header line whose value stands in the next */
} cdr_mail_parts;

/* The next line, its end included when it has one. */
void cdr_mail_parts_line(cdr_mail_parts *m, const char *s, size_t len);

#endif
