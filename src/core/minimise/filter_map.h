/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_MINIMISE_FILTER_MAP_H
#define CDR_CORE_MINIMISE_FILTER_MAP_H

#include "core/minimise/filter_policy.h"

/* One word of the map. Exactly one of category, form and free_text is set; not_personal goes with none. */
typedef struct cdr_filter_mapped { const char *column; const char *category; cdr_form form; bool free_text, not_personal; } cdr_filter_mapped;

struct cdr_filter_map { cdr_filter_mapped *at; size_t count; const char *file; };

/* How well a pattern fits a column, 0 not at all. "*" at an end matches anything. Of a path the last name counts most, then what it lies in, so that
 * "customer" is all of a customer but for what is named itself; a pattern with dots is held against the path. Letter case does not count. */
unsigned cdr_filter_name_level(const char *pattern, const char *name);
const cdr_filter_mapped *cdr_filter_map_find(const cdr_filter_map *m, const char *column);   /* NULL: not in it */

#endif
