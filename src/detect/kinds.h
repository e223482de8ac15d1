/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds. One line per kind, each list owned by the file that finds them:
 *   CDR_KIND(NAME, "id", "TYPE", "fideslang.category", "Title", "REGION", FAMILY, prior, person_rank, checked) */
#ifndef CDR_DETECT_KINDS_H
#define CDR_DETECT_KINDS_H

#include "candor/detect.h"

enum {
    CDR_K_NONE = 0,
#define CDR_KIND(name, ...) CDR_K_##name,
#include "detect/kinds_contact.def"      /* e-mail, phone, IP, MAC, URL, dates, coordinates: engine */
#include "detect/kinds_identifier.def"   /* cards, IBAN, national, tax, health, vehicle, device, crypto: identifiers */
#include "detect/kinds_secret.def"       /* keys, tokens, passwords: secrets */
#include "detect/kinds_column.def"       /* what a column can be by its header and values: names, street, salary… */
#undef CDR_KIND
    CDR_K_USER,                          /* the user's own detectors */
    CDR_K__MAX
};

#endif
