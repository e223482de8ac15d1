/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of networks and machines as bytes, so that "2001:db8::1" and "2001:0DB8:0:0:0:0:0:1" are the same. Pure. */
#ifndef CDR_CORE_CACAO_ADDRESS_H
#define CDR_CORE_CACAO_ADDRESS_H

#include "base/mem.h"

typedef struct cdr_address {
    uint8_t bytes[16];       /* 4, 16 or 6 are used */
    uint8_t len;
    uint8_t prefix;          /* bits; all of them without a "/" */
} cdr_address;

/* With or without "/prefix". */
bool cdr_address_parse(const char *s, size_t len, bool v6, cdr_address *ret);
bool cdr_address_parse_mac(const char *s, size_t len, cdr_address *ret);      /* colons or hyphens between the bytes */
/* Is everything of ${a} in the network ${b}? */
bool cdr_address_within(const cdr_address *a, const cdr_address *b);
/* Below 0, 0, above 0: by bytes, then by prefix. */
int cdr_address_compare(const cdr_address *a, const cdr_address *b);

#endif
