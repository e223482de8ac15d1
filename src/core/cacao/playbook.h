/* SPDX-License-Identifier: Apache-2.0 */
/* A CACAO 2.0 playbook, read (OASIS CACAO Security Playbooks 2.0, CS01). Pure: bytes in, a model out. What is unknown (types, properties, extensions) is kept as it stands in the text, shown, and never
 * carried out. Whether it keeps the rules of the standard is asked separately (check.h): a file with errors can be looked at. */
#ifndef CDR_CORE_CACAO_PLAYBOOK_H
#define CDR_CORE_CACAO_PLAYBOOK_H

#include "core/cacao/rule.h"
#include "core/cacao/variable.h"

#define CDR_PLAYBOOK_BYTES_MAX (4u << 20)
#define CDR_PLAYBOOK_STEPS_MAX 10000u
#define CDR_PLAYBOOK_COMMANDS_MAX 1000u       /* of one step */
#define CDR_PLAYBOOK_VARIABLES_MAX 5000u
#define CDR_NO_STEP UINT32_MAX

typedef enum cdr_step_type {
    CDR_STEP_UNKNOWN, CDR_STEP_START, CDR_STEP_END, CDR_STEP_ACTION, CDR_STEP_PLAYBOOK_ACTION, CDR_STEP_PARALLEL, CDR_STEP_IF, CDR_STEP_WHILE, CDR_STEP_SWITCH
} cdr_step_type;

#define CDR_STEP_WAIT_MAX_MS (INT64_C(36525) * 86400000)   /* delay, timeout: 100 years, a bound of ours */

typedef struct cdr_step_case { const char *value; uint32_t step; } cdr_step_case;

typedef struct cdr_command {
    const char *type;                    /* "manual", "http-api", "bash", "ssh" … or anything else */
    const char *command;                 /* decoded of command_b64 where that stands; NULL: neither */
    const char *activity;                /* playbook_activity; NULL */
    const json_t *json;
} cdr_command;

/* Everything is borrowed from the playbook. Texts that lack are NULL, steps that lack or are not in the workflow CDR_NO_STEP. */
typedef struct cdr_step {
    const char *id, *type_name, *name, *description;
    const char *label;                   /* how people are told of it; never NULL */
    cdr_step_type type;
    int64_t delay_ms, timeout_ms;        /* 0: none; timeout -1: none given */
    uint32_t on_completion, on_success, on_failure, on_true, on_false;
    const uint32_t *branches;            /* parallel */
    size_t branch_count;
    const cdr_step_case *cases;          /* switch, without default */
    size_t case_count;
    uint32_t otherwise;                  /* switch, "default" */
    const char *condition;               /* if, while */
    const char *switch_on;               /* "__name__:value", as it stands */
    const char *playbook_id, *playbook_version;
    const cdr_command *commands;
    size_t command_count;
    const char *agent;                   /* id in agent_definitions */
    const json_t *targets, *in_args, *out_args;   /* arrays of texts; NULL none */
    const cdr_variable *variables;       /* step_variables */
    size_t variable_count;
    cdr_rule rule;                       /* the Candor extension */
    const json_t *json;
} cdr_step;

typedef struct cdr_playbook cdr_playbook;

/* ${where} names the source in messages. CDR_E_INVAL: no JSON, no playbook object, or so broken that there is nothing to show (workflow is no object, or there is neither workflow nor id …); CDR_E_LIMIT: larger than the limits. */
cdr_status cdr_playbook_read(const char *text, size_t len, const char *where, cdr_playbook **ret, cdr_err *err) CDR_NODISCARD;
cdr_playbook *cdr_playbook_ref(cdr_playbook *p);                         /* counted; immutable once read */
void cdr_playbook_free(cdr_playbook *p);                                 /* NULL is fine */
static inline void cdr_playbook_freep(cdr_playbook **p) { cdr_playbook_free(*p); }

const char *cdr_playbook_text(const cdr_playbook *p, size_t *ret_len);   /* as it was read, byte for byte */
const json_t *cdr_playbook_json(const cdr_playbook *p);
const char *cdr_playbook_where(const cdr_playbook *p);
const char *cdr_playbook_id(const cdr_playbook *p);
const char *cdr_playbook_name(const cdr_playbook *p);
const char *cdr_playbook_description(const cdr_playbook *p);             /* NULL none */
const char *cdr_playbook_modified(const cdr_playbook *p);                /* with the id: the version */
bool cdr_playbook_revoked(const cdr_playbook *p);
int64_t cdr_playbook_valid_from(const cdr_playbook *p);                  /* microseconds; 0 not said */
int64_t cdr_playbook_valid_until(const cdr_playbook *p);
const uint8_t *cdr_playbook_sha256(const cdr_playbook *p);               /* of the canonical text without signatures: signing makes no new version */
const cdr_playbook_rule *cdr_playbook_rule_of(const cdr_playbook *p);
size_t cdr_playbook_step_count(const cdr_playbook *p);
const cdr_step *cdr_playbook_step(const cdr_playbook *p, uint32_t step);
uint32_t cdr_playbook_find_step(const cdr_playbook *p, const char *id);  /* CDR_NO_STEP */
uint32_t cdr_playbook_start(const cdr_playbook *p);                      /* workflow_start; CDR_NO_STEP */
uint32_t cdr_playbook_exception(const cdr_playbook *p);                  /* workflow_exception; CDR_NO_STEP */
const cdr_variable *cdr_playbook_variables(const cdr_playbook *p, size_t *ret_count);
/* The object of ${id} in agent_definitions, target_definitions, authentication_info_definitions, extension_definitions or data_marking_definitions; NULL none. */
const json_t *cdr_playbook_object(const cdr_playbook *p, const char *dictionary, const char *id);
/* TLP level of the playbook's markings: "TLP:RED" …; NULL none. TLP:RED must not be exported. */
const char *cdr_playbook_tlp(const cdr_playbook *p);
/* How people are told of a step: its name, else its type and the start of its id ("action 3f2a91bc"). */
const char *cdr_step_label(const cdr_step *s);

/* A copy of the text with top-level member ${key} replaced (or added before the end) by ${json}; everything else stays byte for byte. ${json} NULL: the member is taken out. */
cdr_status cdr_playbook_edit(const cdr_playbook *p, const char *key, const char *json, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
