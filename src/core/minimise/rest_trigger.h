/* SPDX-License-Identifier: Apache-2.0 */
/* What a trigger of a foreign database says: when it runs, and whether it does no more than feed an index. Words only; nothing is run. What is
 * not understood runs always and feeds nothing. */
#ifndef CDR_CORE_MINIMISE_REST_TRIGGER_H
#define CDR_CORE_MINIMISE_REST_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum cdr_rest_event { CDR_REST_ON_DELETE, CDR_REST_ON_UPDATE } cdr_rest_event;
typedef bool cdr_rest_name_fn(void *arg, const char *name, size_t len);

/* Would it run? ${changes}: is a column of this name changed? (UPDATE OF) */
bool cdr_rest_trigger_runs(const char *sql, cdr_rest_event event, cdr_rest_name_fn *changes, void *arg);
/* Do all its statements write to tables of which ${is_index} says yes, ask nothing else and refuse nothing? */
bool cdr_rest_trigger_only_feeds(const char *sql, cdr_rest_name_fn *is_index, void *arg);

#endif
