/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the search for identifiers. */
#ifndef CDR_DETECT_IDENTIFIER_FIND_H
#define CDR_DETECT_IDENTIFIER_FIND_H

#include "detect/engine.h"

/* What no table of forms can say: IBAN, wallets, magnetic stripes, passports' lines, numbers that only words make. Returns the end of
 * the longest found, 0 for none. */
size_t cdr_find_odd_identifiers(const cdr_candidate *c, cdr_emitter *e);

/* What the name before the ':' or '=' at ${at} makes an identifier: a card's verification code ("cvv": "123"), a bank's code of letters
 * (SWIFT: …). And the verification code in the text that follows a card at ${end}. */
void cdr_find_named_identifier(const char *text, size_t len, size_t at, cdr_emitter *e);
void cdr_find_code_after_card(const char *text, size_t len, size_t end, cdr_emitter *e);

#endif
