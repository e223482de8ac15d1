/* SPDX-License-Identifier: Apache-2.0 */
/* Countries by their codes, and the two groups that laws speak of most. */
#ifndef CDR_CORE_POLICY_COUNTRY_H
#define CDR_CORE_POLICY_COUNTRY_H

#include "core/policy/policy.h"

#define CDR_COUNTRIES_MAX 300

const char *cdr_country_find(const char *code);      /* as it is written, "DE" for "de"; NULL: no country's */
const char *cdr_country_named(const char *name);     /* code of "Germany"; "GB" for "UK"; NULL */
bool cdr_country_is_group(const char *word);         /* EU, EEA */
const char *cdr_country_member(const char *group, size_t i);    /* codes of a group's members; NULL past the last */
const char *cdr_country_group_of(const cdr_key_set *codes);     /* the group whose members these are, no more and no less; NULL */

#endif
