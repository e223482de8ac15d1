/* SPDX-License-Identifier: Apache-2.0 */
/* Between special_index.c (words) and special.c (sentences). */
#ifndef CDR_DETECT_SPECIAL_INDEX_H
#define CDR_DETECT_SPECIAL_INDEX_H

#include "base/mem.h"
#include "detect/special.h"

#include <string.h>

enum {
    CDR_SP_PERSON = 1 << 0, CDR_SP_OWNER = 1 << 1, CDR_SP_ROLE = 1 << 2, CDR_SP_GENERIC = 1 << 3, CDR_SP_COND = 1 << 4, CDR_SP_MOD = 1 << 5, CDR_SP_AND = 1 << 6,
    CDR_SP_HAVE = 1 << 7, CDR_SP_HAVE_SELF = 1 << 8, CDR_SP_AFTER = 1 << 9, CDR_SP_BE = 1 << 10, CDR_SP_BE_SELF = 1 << 11, CDR_SP_MEMBER = 1 << 12,
    CDR_SP_NOUN = 1 << 13, CDR_SP_SOFT = 1 << 14, CDR_SP_ADJ = 1 << 15, CDR_SP_ORG = 1 << 16, CDR_SP_STATE = 1 << 17, CDR_SP_LABEL = 1 << 18,
    CDR_SP_LEAD = 1 << 19,       /* phrases begin with this word */
    CDR_SP_TRIGGER = 1 << 20,    /* the longest word of a value or label: where it stands its sentence is looked at */
    CDR_SP_VALUE = CDR_SP_NOUN | CDR_SP_SOFT | CDR_SP_ADJ | CDR_SP_ORG | CDR_SP_STATE,
    CDR_SP_KINDS = 7
};
#define CDR_SP_PHRASE 5          /* words of the longest phrase */
#define CDR_SP_KEY 64

/* What a word or phrase is, per kind: classes with a kind are counted for the kind that names them. */
typedef struct cdr_special_entry {
    uint32_t at;                 /* in the pool */
    uint32_t classes;
    uint32_t by_kind[CDR_SP_KINDS];
    uint8_t len;
} cdr_special_entry;

extern const cdr_kind cdr_special_kinds[CDR_SP_KINDS];

/* The entry of a folded word or phrase, NULL for none. */
const cdr_special_entry *cdr_special_lookup(const cdr_special_index *x, const char *key, size_t len);
/* Hash of a word's first four letters, in lower case, and its length; ${key} is folded. */
static inline uint32_t cdr_special_mix(uint32_t letters, size_t len)
{
    return ((letters ^ (uint32_t)len * 0x9E3779B1u) * 0x85EBCA6Bu) >> 16;
}

static inline uint32_t cdr_special_head4(const char *key, size_t len)
{
    uint32_t v;
    memcpy(&v, key, 4);
    return cdr_special_mix(v | 0x20202020u, len);
}

static inline uint32_t cdr_special_head(const char *key, size_t len)
{
    char first[4] = {0};
    memcpy(first, key, CDR_MIN(len, sizeof first));
    return cdr_special_head4(first, len);
}

/* Bits by cdr_special_head: words that call for a look. */
const uint64_t *cdr_special_heads(const cdr_special_index *x);

#endif
