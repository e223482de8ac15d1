/* SPDX-License-Identifier: Apache-2.0 */
/* Typed growing array: CDR_VEC(name, type) declares `struct name {type *at; size_t len, cap;}` with
 * name_push (returns the new zeroed element or NULL), name_done. */
#ifndef CDR_BASE_VEC_H
#define CDR_BASE_VEC_H

#include "base/mem.h"
#include <string.h>

#define CDR_VEC(name, type)                                                                         \
    typedef struct name {                                                                           \
        type *at;                                                                                   \
        size_t len, cap;                                                                            \
    } name;                                                                                         \
    __attribute__((unused)) static inline type *name##_push(name *v)                                \
    {                                                                                               \
        if (v->len == v->cap) {                                                                     \
            size_t cap = v->cap ? v->cap * 2 : 8;                                                   \
            type *grown = cdr_realloc_array(v->at, cap, sizeof(type));                              \
            if (!grown)                                                                             \
                return NULL;                                                                        \
            v->at = grown;                                                                          \
            v->cap = cap;                                                                           \
        }                                                                                           \
        memset(&v->at[v->len], 0, sizeof(type));                                                    \
        return &v->at[v->len++];                                                                    \
    }                                                                                               \
    __attribute__((unused)) static inline void name##_done(name *v)                                 \
    {                                                                                               \
        cdr_free(v->at);                                                                            \
        *v = (name){0};                                                                             \
    }

#endif
