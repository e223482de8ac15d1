/* SPDX-License-Identifier: Apache-2.0 */
/* Words of fides manifests and ours. */
#ifndef CDR_CORE_INVENTORY_FIDES_H
#define CDR_CORE_INVENTORY_FIDES_H

#include "core/inventory/declare.h"
#include "core/taxonomy/taxonomy.h"

#define CDR_FIDES_META "candor"   /* under `meta` of a row stands what fides has no word for */

/* Index of our word for a fides legal basis or condition, 0 (unknown) when there is none. */
int64_t cdr_fides_basis(const char *word);
int64_t cdr_fides_condition(const char *word);
const char *cdr_fides_basis_word(int64_t basis);          /* NULL for unknown */
const char *cdr_fides_condition_word(int64_t condition);
/* Today's key for a key of older taxonomies ("advertising", "user.cookie_id", "user.provided.identifiable.contact"); ${key} itself when it
 * is known or nothing is. ${space} holds what is returned. */
const char *cdr_fides_key(cdr_taxonomy_id id, const char *key, char space[200]);
/* "30 days", "6 years", "P6Y" as an ISO 8601 period; false when it is something else. */
bool cdr_fides_period(const char *text, char ret[16]);

#endif
