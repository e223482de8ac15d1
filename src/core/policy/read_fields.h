/* SPDX-License-Identifier: Apache-2.0 */
/* From the tree of policy.yaml to structs, by tables of fields: what a section may hold is data, and every mistake carries its path. */
#ifndef CDR_CORE_POLICY_READ_FIELDS_H
#define CDR_CORE_POLICY_READ_FIELDS_H

#include "core/policy/policy.h"
#include "core/taxonomy/taxonomy.h"

typedef enum cdr_read_type {
    CDR_READ_TEXT,          /* const char * */
    CDR_READ_BOOL,          /* bool */
    CDR_READ_UINT,          /* uint32_t, from ->least to ->most */
    CDR_READ_INT,           /* int, -1,000 to 1,000 */
    CDR_READ_DATE,          /* const char *, "YYYY-MM-DD" */
    CDR_READ_PERIOD,        /* cdr_period; ->also is the offset of a bool that says whether there is one, 0: none */
    CDR_READ_WORD,          /* an enum (int): index into ->words */
    CDR_READ_FORM,          /* cdr_form */
    CDR_READ_FORMS,         /* unsigned, a set of them */
    CDR_READ_CATEGORIES, CDR_READ_USES, CDR_READ_SUBJECTS, CDR_READ_COUNTRIES, CDR_READ_KEYS,   /* cdr_key_set */
    CDR_READ_USE, CDR_READ_CATEGORY, CDR_READ_COUNTRY,   /* const char *, one key */
    CDR_READ_CUSTOM         /* ->custom reads it */
} cdr_read_type;

typedef struct cdr_policy_reader {
    cdr_policy *policy;
    cdr_arena *arena;
    json_t *mistakes;       /* sentences */
    const char *file;       /* "policy.yaml:" */
    size_t entries;         /* of all lists of rules */
    bool no_memory;
} cdr_policy_reader;

typedef struct cdr_read_field {
    const char *key;
    cdr_read_type type;
    bool required;
    size_t offset, also;
    const char *const *words;       /* NULL-terminated */
    uint32_t least, most;
    void (*custom)(cdr_policy_reader *r, json_t *value, const char *where, void *object);
} cdr_read_field;

#define CDR_POLICY_MISTAKES_MAX 20

/* A sentence more; beyond the twentieth they are not kept. ${where} begins it. */
void cdr_read_mistake(cdr_policy_reader *r, const char *where, const char *fmt, ...) CDR_PRINTF(3, 4);
/* "${where}.${key}" and "${where}[i]", in the arena; never NULL. */
const char *cdr_read_path(cdr_policy_reader *r, const char *where, const char *key);
const char *cdr_read_item(cdr_policy_reader *r, const char *where, size_t i);
/* Members of ${tree} into ${object} by one or two tables; what stands in neither is a mistake with the nearest right word. */
void cdr_read_object(cdr_policy_reader *r, json_t *tree, const char *where, const cdr_read_field *fields, size_t count, const cdr_read_field *more, size_t more_count, void *object);
/* A text or a list of them, as a set without duplicates. */
/* ->when and ->unless of a cdr_use_rule (read_use.c). */
void cdr_read_when(cdr_policy_reader *r, json_t *value, const char *where, void *object);
void cdr_read_unless(cdr_policy_reader *r, json_t *value, const char *where, void *object);
void cdr_read_keys(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type, cdr_key_set *ret);
const char *cdr_read_copy(cdr_policy_reader *r, const char *text);
/* What the file says, as a sentence may show it: escaped, cut after sixty bytes. */
const char *cdr_read_shown(cdr_policy_reader *r, const char *text);
/* "did you mean high?", or "known are low, high and severe." when nothing is near. */
const char *cdr_read_near(cdr_policy_reader *r, const char *word, const char *const *words, size_t count);

#endif
