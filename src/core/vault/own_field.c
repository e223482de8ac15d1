/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/own_field.h"

#include "detect/fold.h"

#include <string.h>

#define KEY_MAX 64

const cdr_vault_field *cdr_own_fields_of(const cdr_own_fields *f, uint16_t id)
{
    if (id < CDR_FIELD_OWN)
        return cdr_vault_field_of(id);
    for (size_t i = 0; f && i < f->count; i++)
        if (f->at[i].id == id)
            return &f->at[i];
    return NULL;
}

const cdr_vault_field *cdr_own_fields_find(const cdr_own_fields *f, const char *key)
{
    char plain[KEY_MAX + 1];
    bool own = !strncmp(key, CDR_OWN_PREFIX, strlen(CDR_OWN_PREFIX));
    const cdr_vault_field *standard = own ? NULL : cdr_vault_field_find(key);
    if (standard || !cdr_own_field_key(own ? key + strlen(CDR_OWN_PREFIX) : key, plain))
        return standard;
    for (size_t i = 0; f && i < f->count; i++)
        if (!strcmp(f->at[i].key, plain))
            return &f->at[i];
    return NULL;
}

bool cdr_own_field_key(const char *text, char ret[65])
{
    char folded[512];
    size_t n = cdr_fold(text, strlen(text), folded, sizeof folded), len = 0;
    bool gap = false;
    for (size_t i = 0; i < n; i++) {
        char c = folded[i];
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!keep) {
            gap = len > 0;
            continue;
        }
        if (len + gap >= KEY_MAX)
            return false;
        if (gap)
            ret[len++] = '_';
        gap = false;
        ret[len++] = c;
    }
    ret[len] = '\0';
    return len > 0;
}
