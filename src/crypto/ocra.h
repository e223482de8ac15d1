/* SPDX-License-Identifier: Apache-2.0 */
/* Challenge and response (RFC 6287, OCRA), for tokens that answer a question: one way, both ways (each side proves itself to the other), and signatures. */
#ifndef CDR_CRYPTO_OCRA_H
#define CDR_CRYPTO_OCRA_H

#include "crypto/totp.h"

#define CDR_OCRA_SUITE_MAX 80
#define CDR_OCRA_SESSION_MAX 512
#define CDR_OCRA_QUESTION 128     /* bytes; one challenge has up to 64, two of them one behind the other twice that */

typedef struct cdr_ocra {
    char suite[CDR_OCRA_SUITE_MAX];
    cdr_totp_hash hash, pin_hash;
    unsigned digits;              /* 4 to 10 */
    char question;                /* 'A' letters and digits, 'N' digits, 'H' hexadecimal */
    unsigned question_len;        /* of one challenge: 4 to 64 */
    unsigned session;             /* bytes; 0: none */
    unsigned step_s;              /* 0: no time */
    bool counter, pin;
} cdr_ocra;

typedef struct cdr_ocra_input {
    const char *question; size_t question_len;
    const char *pin; size_t pin_len;
    const void *session;          /* as many bytes as the suite says */
    uint64_t counter, step;       /* ${step}: seconds since 1970 by the suite's step_s */
} cdr_ocra_input;

/* "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1". CDR_E_INVAL names what is wrong; a response without truncation (0 digits) is CDR_E_UNSUPPORTED. */
cdr_status cdr_ocra_read(const char *suite, cdr_ocra *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_ocra_make(const cdr_ocra *o, const cdr_secret *key, const cdr_ocra_input *in, char ret[12], cdr_err *err) CDR_NODISCARD;
/* Is ${said} (spaces do not matter) the response? Constant in time. The caller sees to it that a question is asked once. */
cdr_status cdr_ocra_check(const cdr_ocra *o, const cdr_secret *key, const cdr_ocra_input *in, const char *said, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
