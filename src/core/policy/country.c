/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/country.h"

#include "base/text.h"

#include <string.h>

static const struct { const char code[3]; const char *name; bool eea; } countries[] = {
#define CDR_COUNTRY(code_, name_, eea_) {code_, name_, eea_},
#include "core/taxonomy/countries.def"
#undef CDR_COUNTRY
};
_Static_assert(CDR_COUNT(countries) < CDR_COUNTRIES_MAX, "sets of countries have room for all");

const char *cdr_country_find(const char *code)
{
    for (size_t i = 0; i < CDR_COUNT(countries); i++)
        if (cdr_ascii_ieq(countries[i].code, 2, code, strlen(code)))
            return countries[i].code;
    return NULL;
}

const char *cdr_country_named(const char *name)
{
    if (!strcmp(name, "UK"))
        return "GB";
    for (size_t i = 0; i < CDR_COUNT(countries); i++) {
        const char *own = countries[i].name + (strncmp(countries[i].name, "the ", 4) ? 0 : 4);
        if (cdr_ascii_ieq(own, strlen(own), name, strlen(name)))
            return countries[i].code;
    }
    return NULL;
}

bool cdr_country_is_group(const char *word)
{
    return !strcmp(word, "EU") || !strcmp(word, "EEA");
}

/* Members of the European Union are those of the European Economic Area but three. */
static bool is_member(const char *group, size_t country)
{
    static const char *const others[] = {"IS", "LI", "NO"};
    bool other = false;
    for (size_t i = 0; i < CDR_COUNT(others); i++)
        other |= !strcmp(countries[country].code, others[i]);
    return countries[country].eea && (!strcmp(group, "EEA") || !other);
}

const char *cdr_country_member(const char *group, size_t i)
{
    for (size_t c = 0; c < CDR_COUNT(countries); c++)
        if (is_member(group, c) && i-- == 0)
            return countries[c].code;
    return NULL;
}

static bool has(const cdr_key_set *set, const char *key)
{
    for (size_t i = 0; i < set->count; i++)
        if (!strcmp(set->keys[i], key))
            return true;
    return false;
}

const char *cdr_country_group_of(const cdr_key_set *codes)
{
    static const char *const groups[] = {"EU", "EEA"};
    for (size_t g = 0; g < CDR_COUNT(groups); g++) {
        const char *code;
        size_t n = 0;
        while ((code = cdr_country_member(groups[g], n)) != NULL && has(codes, code))
            n++;
        if (!code && n == codes->count)
            return groups[g];
    }
    return NULL;
}
