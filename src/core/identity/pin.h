/* SPDX-License-Identifier: Apache-2.0 */
/* Which PINs are refused because many people choose them or because they can be guessed from what is known about the customer. Pure. A refusal is a sentence that says
 * why and never repeats the number. */
#ifndef CDR_CORE_IDENTITY_PIN_H
#define CDR_CORE_IDENTITY_PIN_H

#include "core/vault/field.h"

#define CDR_PIN_MIN 8          /* a shorter one, down to 6, only where the policy says so */
#define CDR_PIN_SHORTEST 6
#define CDR_PIN_MAX 12

/* ASCII digits of what was said, without spaces and hyphens ("4820 1957"). 0: anything else is in it, or more than CDR_PIN_MAX. */
size_t cdr_pin_digits(const char *said, size_t len, char ret[CDR_PIN_MAX]);
/* NULL: good. ${digits}: what cdr_pin_digits gave. */
const char *cdr_pin_fault(const char *digits, size_t n, unsigned min);

/* What the customer's own data adds: fed field by field, asked at the end. */
typedef struct cdr_pin_own {
    const char *digits;
    size_t n;
    bool found;                /* the PIN holds digits of one of them */
    char fours[24][4];         /* pieces of four that stand for the customer: ends of numbers, year and day of birth */
    size_t four_count;
} cdr_pin_own;
void cdr_pin_own_add(cdr_pin_own *own, uint16_t field, const char *value, size_t len);
/* NULL: nothing of hers. Which of them it is, is not said: a PIN must not be a way to ask for digits of an account. */
const char *cdr_pin_own_fault(const cdr_pin_own *own);

#endif
