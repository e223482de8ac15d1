/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers fill and the checker looks into: for this room alone. */
#ifndef CDR_CORE_CACAO_INSIDE_H
#define CDR_CORE_CACAO_INSIDE_H

#include "base/arena.h"
#include "candor/crypto.h"
#include "core/cacao/playbook.h"

struct step_name { const char *id; uint32_t step; };

struct cdr_playbook {
    unsigned refs;
    char *text, *where;
    size_t len;
    json_t *json;
    cdr_arena *arena;                 /* all that follows */
    cdr_step *steps;                  /* in the order of the file */
    struct step_name *names;          /* the same, by id */
    size_t step_count, variable_total;
    uint32_t start, exception;
    const cdr_variable *variables;
    size_t variable_count;
    const char *id, *name, *description, *modified, *tlp;
    bool revoked, canonical;          /* canonical: there is a canonical form, so it can be signed */
    int64_t valid_from, valid_until;
    cdr_playbook_rule rule;
    uint8_t sha256[CDR_SHA256_BYTES];
};

/* Fills ->steps and ->names of ${workflow}. */
cdr_status cdr_playbook_read_steps(cdr_playbook *p, const json_t *workflow, cdr_err *err) CDR_NODISCARD;
/* ${object}: playbook_variables or step_variables; anything but an object has none. */
cdr_status cdr_playbook_read_variables(cdr_playbook *p, const json_t *object, const cdr_variable **ret, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* The level whose official marking (the same identifier everywhere) ${id} is; NULL none. And the other way round. */
const char *cdr_playbook_official_tlp(const char *id);
const char *cdr_playbook_official_tlp_id(const char *level);

#endif
