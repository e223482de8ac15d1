/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the checker: for this room alone. An object's rules are a table: a row for each property, with the function that judges its value. */
#ifndef CDR_CORE_CACAO_CHECK_INSIDE_H
#define CDR_CORE_CACAO_CHECK_INSIDE_H

#include "core/cacao/check.h"
#include "core/cacao/inside.h"

CDR_VEC(check_findings, cdr_cacao_finding)

struct check_id { const char *uuid, *id; const json_t *object; };
CDR_VEC(check_ids, struct check_id)

struct check {
    const cdr_playbook *p;
    const json_t *json;              /* the playbook */
    bool lenient, nomem, more;
    unsigned errors, warnings, structure;
    bool fatal;
    check_findings found;
    char path[1024];
    size_t path_len;
    char quoted[4][120];             /* for messages, in turn */
    unsigned quote;
    check_ids ids;                   /* everything that has an identifier */
    json_t *activities;              /* of commands: names as keys */
    json_t *references;              /* external references of the playbook, each as a text; NULL: none was asked for yet */
    json_t *step_variables;          /* names declared by any step */
    json_t *sectors;                 /* of the playbook: names as keys */
    uint32_t *openers;               /* of each step: the step that opened its branch; CDR_NO_STEP none */
    const cdr_step *step;            /* whose variables are seen; NULL: those of the playbook */
    bool any_step;                   /* agents and targets: what uses them may declare the variable */
    bool uses_extension, uses_delay, uses_other_command, has_command;
};

struct check_shape;
struct check_prop;
typedef void check_value_fn(struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value);

typedef enum check_need { CHECK_MAY, CHECK_MUST } check_need;
struct check_prop {
    const char *key;
    check_value_fn *fn;
    check_need need;
    const void *arg;                 /* of the function: words, the prefix of an identifier … */
};
struct check_shape {
    const char *name;                /* "an action step" */
    const char *clause;
    const struct check_prop *props;
    size_t count;
    const struct check_shape *base;  /* what it inherits */
};

/* --- check.c: telling --- */
void cdr_cacao_check_tell(struct check *c, cdr_cacao_level level, bool fatal, const char *id, const char *clause, const char *fmt, ...) CDR_PRINTF(6, 7);
#define check_error(c, id, clause, ...) cdr_cacao_check_tell(c, CDR_CACAO_ERROR, false, id, clause, __VA_ARGS__)
#define check_warn(c, id, clause, ...) cdr_cacao_check_tell(c, CDR_CACAO_WARNING, false, id, clause, __VA_ARGS__)
#define check_structure(c, fatal, id, clause, ...) cdr_cacao_check_tell(c, CDR_CACAO_STRUCTURE, fatal, id, clause, __VA_ARGS__)
const char *cdr_cacao_check_quote(struct check *c, const char *s);      /* as a message may quote it; four at a time */
size_t cdr_cacao_check_enter(struct check *c, const char *key);         /* path; gives what leave wants */
size_t cdr_cacao_check_enter_index(struct check *c, size_t i);
void cdr_cacao_check_leave(struct check *c, size_t was);

/* --- check_shape.c --- */
void cdr_cacao_check_shape(struct check *c, const struct check_shape *shape, const json_t *object);
void cdr_cacao_check_missing(struct check *c, const char *name, const char *clause, const char *key);
bool cdr_cacao_check_is_object(struct check *c, const struct check_shape *shape, const json_t *value, const char *what);
const char *cdr_cacao_check_text(struct check *c, const struct check_shape *shape, const json_t *value);   /* NULL: it was told that it is none */
bool cdr_cacao_check_in(const char *const *words, const char *word);    /* words end with NULL */

/* --- check_types.c, check_values.c: functions of rows --- */
check_value_fn cdr_cacao_check_any, cdr_cacao_check_string, cdr_cacao_check_bool, cdr_cacao_check_whole, cdr_cacao_check_percent, cdr_cacao_check_time, cdr_cacao_check_exact_time, cdr_cacao_check_id, cdr_cacao_check_ids, cdr_cacao_check_word, cdr_cacao_check_words,
    cdr_cacao_check_enum, cdr_cacao_check_texts, cdr_cacao_check_base64, cdr_cacao_check_references, cdr_cacao_check_own_references, cdr_cacao_check_civic, cdr_cacao_check_contact, cdr_cacao_check_address, cdr_cacao_check_headers, cdr_cacao_check_extensions, cdr_cacao_check_variables;
bool cdr_cacao_check_identifier(const char *id, size_t *ret_prefix, char *ret_version);     /* length of the prefix; version of the UUID */
int cdr_cacao_check_compare_times(const char *a, const char *b);        /* two timestamps that are valid */
bool cdr_cacao_check_time_valid(const char *s, size_t *ret_digits);
void cdr_cacao_check_take_id(struct check *c, const char *id, const json_t *object);
bool cdr_cacao_check_has_variable(const char *text);                    /* "__name__:value" stands in it */
/* Tells every variable that is used in ${text} and declared nowhere. ${hard}: an error, else a warning. */
void cdr_cacao_check_uses(struct check *c, const char *text, bool hard);
void cdr_cacao_check_variable(struct check *c, const char *name, bool hard);
/* JSON of the variable's declaration as the step sees it; NULL none. */
const json_t *cdr_cacao_check_declared(const struct check *c, const char *name);

/* The step that opened the branch of the step that is looked at, or the branch around it, and declares ${name}: a run finds its value there. NULL none. */
const cdr_step *cdr_cacao_check_opener(const struct check *c, const char *name);

/* --- check_step.c, check_objects.c, check_whole.c, check_flow.c --- */
void cdr_cacao_check_workflow(struct check *c, const json_t *workflow);
void cdr_cacao_check_agents(struct check *c, const json_t *dictionary);
void cdr_cacao_check_targets(struct check *c, const json_t *dictionary);
void cdr_cacao_check_authentications(struct check *c, const json_t *dictionary);
void cdr_cacao_check_markings(struct check *c, const json_t *dictionary);
void cdr_cacao_check_extension_definitions(struct check *c, const json_t *dictionary);
void cdr_cacao_check_signatures(struct check *c, const json_t *list);
void cdr_cacao_check_playbook_object(struct check *c);
void cdr_cacao_check_whole_playbook(struct check *c);
void cdr_cacao_check_flow(struct check *c);
void cdr_cacao_check_openers(struct check *c);                          /* before the steps: fills c->openers */

extern const char *const cdr_cacao_check_activities[], *const cdr_cacao_check_sectors[];

#endif
