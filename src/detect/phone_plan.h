/* SPDX-License-Identifier: Apache-2.0 */
/* Telephone numbers: calling codes of E.164 with the lengths of their national numbers. */
#ifndef CDR_DETECT_PHONE_PLAN_H
#define CDR_DETECT_PHONE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cdr_phone_plan {
    uint16_t code;        /* calling code */
    uint8_t min, max;     /* digits of the national number, without the trunk prefix */
    char trunk;           /* digit dialled before it inside the country, 0 for none */
    uint16_t first;       /* bit per digit a national number may begin with */
} cdr_phone_plan;

/* The plan that ${digits} (calling code first) begin with; NULL when the code is not assigned. */
const cdr_phone_plan *cdr_phone_plan_of(const char *digits, size_t len, size_t *ret_code_len);
/* Area and exchange of a North American number may not begin with 0 or 1, and N11 is no exchange. */
bool cdr_phone_is_nanp(const char *ten_digits);
/* Do ${digits} behind the calling code make a national number of the plan? */
bool cdr_phone_fits(const cdr_phone_plan *plan, const char *national, size_t len);

#endif
