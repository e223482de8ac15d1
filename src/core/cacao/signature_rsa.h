/* SPDX-License-Identifier: Apache-2.0 */
/* RS256 by OpenSSL's library, which is loaded when the first such signature is met: most starts of candor never need it. For signature*.c alone. */
#ifndef CDR_CORE_CACAO_SIGNATURE_RSA_H
#define CDR_CORE_CACAO_SIGNATURE_RSA_H

#include "base/mem.h"

typedef enum cdr_rsa_answer { CDR_RSA_GOOD, CDR_RSA_BAD, CDR_RSA_NO_KEY /* no RSA public key */, CDR_RSA_WEAK /* fewer than 2048 bits, or absurdly many */, CDR_RSA_NO_LIBRARY } cdr_rsa_answer;
/* RSASSA-PKCS1-v1_5 with SHA-256. ${key}: SubjectPublicKeyInfo in DER. */
cdr_rsa_answer cdr_rsa_verify(const uint8_t *key, size_t key_len, const void *msg, size_t len, const uint8_t *signature, size_t signature_len);

#endif
