/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_DETECT_NAMES_H
#define CDR_DETECT_NAMES_H

#include "detect/emitter.h"

/* Persons, addresses, places, organisations, ages, nationalities and occupations in running text, as far as the ruleset wants
 * them; called after the walk, whose findings it looks at. ${starts} with ${cells} + 1 entries when the text is made of cells: each is
 * a text of its own. */
void cdr_find_names(cdr_emitter *e, const uint32_t *starts, size_t cells);

#endif
