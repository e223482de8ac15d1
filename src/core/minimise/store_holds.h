/* SPDX-License-Identifier: Apache-2.0 */
/* Between holds.c and its statements. */
#ifndef CDR_CORE_MINIMISE_STORE_HOLDS_H
#define CDR_CORE_MINIMISE_STORE_HOLDS_H

#include "base/arena.h"
#include "base/vec.h"
#include "core/minimise/holds.h"

CDR_VEC(cdr_hold_list, cdr_hold)

/* Texts in ${a}. ${all}: released ones, too. */
cdr_status cdr_store_hold_load(cdr_db *db, bool all, cdr_arena *a, cdr_hold_list *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_store_hold_add(cdr_db *db, const cdr_hold *hold, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: no hold in force has this number. */
cdr_status cdr_store_hold_release(cdr_db *db, int64_t id, int64_t at_us, const char *reason, cdr_err *err) CDR_NODISCARD;

#endif
