/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_MINIMISE_FILTER_JSON_PARTS_H
#define CDR_CORE_MINIMISE_FILTER_JSON_PARTS_H

#include "core/minimise/filter_parts.h"

#define CDR_JSON_NODES_MAX 65536u
#define CDR_JSON_NODES_FEW 16384u     /* from here on, new keys are taken together as "*" */

/* A path: what stands under a key of another path. */
typedef struct cdr_json_node {
    uint32_t parent;
    char *path; uint32_t path_len;
    uint32_t key;                     /* offset of the key in ->path; keys that are data: "*" */
    uint32_t next;                    /* which key came behind it last time: it will again; 0 none */
    uint32_t col;                     /* of a value here; CDR_FILTER_NO_COLUMN: not asked yet */
    const cdr_filter_column *named;   /* an entry of its own, or of what it lies in; NULL none */
    bool personal_key;                /* the key itself says who: the member goes */
} cdr_json_node;

CDR_VEC(cdr_json_nodes, cdr_json_node)

typedef struct cdr_json_paths {
    cdr_json_nodes nodes;             /* [0] is the root */
    uint32_t *slots; size_t cap;
} cdr_json_paths;

cdr_status cdr_json_paths_begin(cdr_json_paths *p, cdr_err *err) CDR_NODISCARD;
void cdr_json_paths_end(cdr_json_paths *p);
/* The node of ${key} (as it is meant) below ${parent}; behind ${before} (0 none) in its object. */
cdr_status cdr_json_path(cdr_filter *f, cdr_json_paths *p, uint32_t parent, uint32_t before, const char *key, size_t len, uint32_t *ret, bool *ret_personal, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_json_path_array(cdr_filter *f, cdr_json_paths *p, uint32_t parent, uint32_t *ret, cdr_err *err) CDR_NODISCARD;   /* its elements */
/* The column of a value at a node. */
cdr_status cdr_json_path_column(cdr_filter *f, cdr_json_paths *p, uint32_t node, uint32_t *ret, cdr_err *err) CDR_NODISCARD;

#endif
