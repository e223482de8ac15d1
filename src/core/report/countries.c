/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/register.h"

#include <ctype.h>
#include <string.h>

static const struct country { const char *code, *name; bool eea; } countries[] = {
#define CDR_COUNTRY(code, name, eea) {code, name, eea},
#include "core/taxonomy/countries.def"
#undef CDR_COUNTRY
};

static const struct country *find(const char *code)
{
    for (size_t i = 0; i < CDR_COUNT(countries); i++)
        if (!strcmp(countries[i].code, code))
            return &countries[i];
    return NULL;
}

const char *cdr_country_name(const char *code)
{
    const struct country *c = find(code);
    return c ? c->name : code;
}

bool cdr_country_exists(const char *code)
{
    return find(code);
}

bool cdr_country_in_eea(const char *code)
{
    const struct country *c = find(code);
    return c && c->eea;
}

void cdr_country_of(const char *text, char ret[3])
{
    ret[0] = '\0';
    if (!text[0] || !text[1] || isalnum((unsigned char)text[2]))
        return;
    const char code[3] = {text[0], text[1], '\0'};
    if (find(code))
        memcpy(ret, code, sizeof code);
}
