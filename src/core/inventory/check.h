/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold between declarations, checked before they are stored. Sentences begin with ${where}, "inventory.yaml: systems[2]". */
#ifndef CDR_CORE_INVENTORY_CHECK_H
#define CDR_CORE_INVENTORY_CHECK_H

#include "core/inventory/state.h"

CDR_VEC(cdr_words, const char *)

/* Keys that exist or are about to; words are lent. */
typedef struct cdr_known_keys { cdr_words parties, systems; } cdr_known_keys;
void cdr_known_keys_done(cdr_known_keys *k);

/* CDR_OK when ${key} is in ${known}; otherwise CDR_E_INVAL "${where}.${field} names no ${what}; did you mean …?" */
cdr_status cdr_check_reference(const cdr_words *known, const char *key, const char *where, const char *field, const char *what, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_check_party(const cdr_party *p, const cdr_known_keys *known, const char *where, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_check_system(const cdr_system *s, const cdr_known_keys *known, const char *root, const char *where, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_check_activity(const cdr_activity *a, const cdr_known_keys *known, const char *where, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_check_dataset(const cdr_declared_dataset *d, const cdr_known_keys *known, const char *where, cdr_err *err) CDR_NODISCARD;
/* Over all that is stored: no system is the backup of itself through others, no two systems claim the same, no party is part of itself. */
cdr_status cdr_check_whole(cdr_inventory *inv, cdr_err *err) CDR_NODISCARD;

#endif
