/* SPDX-License-Identifier: Apache-2.0 */
/* What people declared, joined up: who we are, who else holds data, systems, activities. The one source of the record of processing
 * activities (GDPR Art. 30), of the privacy notice and of their checks. Texts are never NULL ("" nothing is said) and live in the
 * arena it was read into. */
#ifndef CDR_CORE_REPORT_REGISTER_H
#define CDR_CORE_REPORT_REGISTER_H

#include "core/inventory/query.h"
#include "core/report/audit.h"

struct cdr_policy;

typedef struct cdr_reg_list { const char *const *at; size_t count; } cdr_reg_list;

typedef struct cdr_reg_party {
    const char *key, *name, *contact, *country, *parent, *agreement_date, *agreement_until;
    cdr_party_kind kind;
    cdr_agreement agreement;
    bool ours;                     /* "us", our departments, and what is part of them */
    int64_t breach_notice_hours;
} cdr_reg_party;

typedef struct cdr_reg_holder { const cdr_reg_party *party; cdr_relation relation; } cdr_reg_holder;

typedef struct cdr_reg_system {
    const char *key, *name, *owner, *location, *country, *backup_of;
    int encrypted;                 /* 1, 0, -1 unknown */
    cdr_reg_list access;
    const cdr_reg_holder *holders; size_t holder_count;
} cdr_reg_system;

typedef struct cdr_reg_activity {
    const char *key, *function, *purpose, *data_use, *joint_controller, *lawful_basis, *special_condition;   /* the last two as words, "" unknown */
    size_t basis, condition;       /* index into cdr_lawful_basis_names, cdr_special_condition_names; 0 unknown */
    const char *legitimate_interest, *interest_assessment, *processor_contract, *transfer_safeguards, *consent_record, *dpia, *dpia_link, *source, *state_date;
    const char *retention_period, *retention_trigger, *retention_source;
    bool processor;                /* done for somebody else */
    bool nobody_receives;          /* it is declared that there are no recipients */
    int automated;                 /* 1, 0, -1 unknown */
    cdr_reg_list subjects, categories, recipients, transfers, safeguards, rights, system_keys;
    const cdr_reg_system *const *systems; size_t system_count;   /* those that exist */
    const char *contracts;         /* what is on file with those who receive data */
    const char *retention;         /* the period in words */
} cdr_reg_activity;

typedef struct cdr_register {
    cdr_arena *arena;
    const char *org, *contact, *country;
    const cdr_reg_party *us, *dpo, *representative;   /* parties "us", "dpo", "representative"; NULL when not declared */
    const cdr_reg_party *parties;       size_t party_count;
    const cdr_reg_system *systems;      size_t system_count;
    const cdr_reg_activity *activities; size_t activity_count;   /* in the order of the inventory, both roles */
} cdr_register;

/* Reads the declarations into ${a}, which must outlive the result. */
cdr_status cdr_register_read(cdr_inventory *inv, cdr_arena *a, cdr_register *ret, cdr_err *err) CDR_NODISCARD;
/* By key or name, NULL when there is none. */
const cdr_reg_party *cdr_register_party(const cdr_register *r, const char *name);

/* The activity as a row of the register, lists with commas. False: out of memory. */
bool cdr_register_row(const cdr_register *r, const cdr_reg_activity *x, cdr_audit_activity *ret);

/* Does the category stand in GDPR Art. 9(1) or 10 by itself? "" no, else what it is about: "health", "criminal"… */
const char *cdr_register_special(const char *category);
/* The texts of ${list} with commas, appended. */
void cdr_register_join(cdr_buf *out, const cdr_reg_list *list);

/* --- papers --- */

typedef enum cdr_register_format { CDR_REGISTER_ICO, CDR_REGISTER_CNIL, CDR_REGISTER_MINIMUM, CDR_REGISTER_DPV } cdr_register_format;
typedef enum cdr_register_shape { CDR_SHAPE_CSV, CDR_SHAPE_MARKDOWN, CDR_SHAPE_HTML, CDR_SHAPE_JSON } cdr_register_shape;

/* Who is responsible: the block above the table. */
typedef struct cdr_register_head { const char *org, *contact, *country, *dpo, *representative; int64_t at_us; } cdr_register_head;
cdr_register_head cdr_register_head_of(const cdr_register *r, int64_t at_us);

#define CDR_ICO_COLUMNS 30
/* The controller's register in the columns of the UK regulator's template: rows 1 to 6 who is responsible, row 9 the heads. Appended. */
void cdr_register_ico(const cdr_register_head *head, const cdr_audit_activity *rows, size_t count, cdr_buf *out);

/* The paper, appended to ${out}. CDR_E_INVAL: this format has no such shape. */
cdr_status cdr_register_write(const cdr_register *r, bool processor, cdr_register_format format, cdr_register_shape shape, int64_t at_us, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* For a terminal of ${width} columns. */
void cdr_register_show(const cdr_register *r, bool processor, unsigned width, cdr_buf *out);
/* The controllers for whom a processor's activity is done, with commas; "" not said. NULL: out of memory. */
const char *cdr_register_served(const cdr_register *r, const cdr_reg_activity *x);

/* --- countries --- */

/* "the United States" for "US"; the code itself when nobody has it. */
const char *cdr_country_name(const char *code);
bool cdr_country_exists(const char *code);
bool cdr_country_in_eea(const char *code);
/* The two letters that ${text} begins with when they are a country's ("US (standard contractual clauses)"), else "". */
void cdr_country_of(const char *text, char ret[3]);

#endif
