/* SPDX-License-Identifier: Apache-2.0 */
/* An e-mail as bytes (RFC 5322, 2045, 2047), and what an address may be. Nothing that comes from outside can begin a header. */
#ifndef CDR_SEND_MAIL_H
#define CDR_SEND_MAIL_H

#include "base/buf.h"

/* One plain address: local@domain in ASCII, no quotes, no comments, no list. */
bool cdr_mail_address(const char *s, size_t len);
/* "+" and 7 to 15 digits. */
bool cdr_mail_telephone(const char *s, size_t len);
/* One line of UTF-8 without control characters, at most 200 bytes. */
bool cdr_mail_subject(const char *s, size_t len);
/* 1 to 64 letters, digits, ".", "_" and "-", not beginning with a stop: names a file and a Message-ID. */
bool cdr_mail_id(const char *s);
/* UTF-8 of at most ${most} bytes, with line ends and tabs but no other control characters. */
bool cdr_mail_text(const char *s, size_t len, size_t most);

typedef struct cdr_mail { const char *from, *to, *subject, *text, *id; int64_t at_us; } cdr_mail;
/* Everything is checked as above; CDR_E_INVAL names what is wrong, not what it was. Lines end in CR LF and are at most 76 characters long. */
cdr_status cdr_mail_write(const cdr_mail *m, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
