/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/kinds.h"

#include <string.h>

static const cdr_kind_info kinds[CDR_K__MAX] = {
    [CDR_K_NONE] = {"", "", "", "nothing", "", CDR_FAMILY_NONE, 1, 0, false},
#define CDR_KIND(name, ...) [CDR_K_##name] = {__VA_ARGS__},
#include "detect/kinds_contact.def"
#include "detect/kinds_identifier.def"
#include "detect/kinds_secret.def"
#include "detect/kinds_column.def"
#undef CDR_KIND
    [CDR_K_USER] = {"user", "CUSTOM", "", "Own detector", "", CDR_FAMILY_OTHER, 0.1f, 0, false},
};

size_t cdr_kind_count(void)
{
    return CDR_K__MAX;
}

const cdr_kind_info *cdr_kind_get(cdr_kind kind)
{
    return &kinds[kind < CDR_K__MAX ? kind : CDR_K_NONE];
}

cdr_kind cdr_kind_by_id(const char *id)
{
    for (cdr_kind k = 1; k < CDR_K__MAX; k++)
        if (!strcmp(kinds[k].id, id))
            return k;
    return CDR_KIND_NONE;
}

const char *cdr_family_name(cdr_family family)
{
    static const char *const names[CDR_FAMILY__MAX] = {"none", "name", "contact", "address", "birth", "payment", "bank", "government id", "health",
                                                        "special category", "device", "location", "secret", "work", "other"};
    return (unsigned)family < CDR_FAMILY__MAX ? names[family] : names[0];
}

cdr_band cdr_band_of(float confidence)
{
    return confidence >= 0.75f ? CDR_BAND_HIGH : confidence >= 0.45f ? CDR_BAND_MEDIUM : CDR_BAND_LOW;
}

const char *cdr_band_name(cdr_band band)
{
    static const char *const names[] = {"low", "medium", "high"};
    return (unsigned)band < 3 ? names[band] : names[0];
}
