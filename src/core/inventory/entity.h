/* SPDX-License-Identifier: Apache-2.0 */
/* What people declare, one record description per entity (db/record.h): structs, YAML keys, columns, forms. Entities name one
 * another by key; the organisation itself is the party "us". Texts are NULL when empty. */
#ifndef CDR_CORE_INVENTORY_ENTITY_H
#define CDR_CORE_INVENTORY_ENTITY_H

#include "db/record.h"

/* Where a fact comes from. */
typedef enum cdr_provenance { CDR_DECLARED, CDR_OBSERVED, CDR_CONFIRMED } cdr_provenance;
extern const char *const cdr_provenance_names[];   /* "declared", "observed", "confirmed" */

typedef enum cdr_party_kind { CDR_PARTY_VENDOR, CDR_PARTY_DEPARTMENT, CDR_PARTY_ORGANISATION, CDR_PARTY_AUTHORITY, CDR_PARTY_OTHER } cdr_party_kind;
extern const char *const cdr_party_kind_names[];

typedef enum cdr_agreement { CDR_AGREEMENT_UNKNOWN, CDR_AGREEMENT_NONE, CDR_AGREEMENT_SIGNED, CDR_AGREEMENT_EXPIRED } cdr_agreement;
extern const char *const cdr_agreement_names[];

#define CDR_PARTY_US "us"

typedef struct cdr_party {
    int64_t id;
    char *key, *name;
    int64_t kind;                /* cdr_party_kind */
    char *contact, *country;     /* country: ISO 3166-1 alpha-2 */
    char *parent;                /* key of the party it is part of */
    int64_t agreement;           /* cdr_agreement: data-processing agreement */
    char *agreement_date, *agreement_until;
    int64_t breach_notice_hours; /* within which they must tell us of a breach; 0 unknown */
    char *note;
    int64_t state;               /* cdr_provenance */
    char *state_date, *evidence;
} cdr_party;
extern const cdr_record cdr_party_record;

/* The four ways in which somebody holds data. */
typedef enum cdr_relation { CDR_REL_RESPONSIBLE, CDR_REL_HOSTS, CDR_REL_STORES, CDR_REL_SHARES } cdr_relation;
extern const char *const cdr_relation_names[];     /* "responsible", "hosts", "stores", "shares" */

typedef struct cdr_holding {
    int64_t id;
    char *system, *party;        /* keys */
    int64_t relation;            /* cdr_relation */
    char *note;
    int64_t state;
    char *state_date, *evidence;
} cdr_holding;
extern const cdr_record cdr_holding_record;        /* all fields */
extern const cdr_record cdr_holder_record;         /* as written under a system: without the system */

typedef struct cdr_system {
    int64_t id;
    char *key, *name, *description, *owner, *location, *country;
    int64_t encrypted;           /* 1, 0, -1 unknown */
    char *backup_of;             /* key of the system it is a copy of */
    bool system_of_record;
    json_t *claims;              /* paths, globs (*, **, ?) and database URLs "sqlite:/path/db#table"; relative to the inventory file's folder */
    json_t *access;              /* who may read it: roles or groups */
    int64_t state;
    char *state_date, *evidence;
} cdr_system;
extern const cdr_record cdr_system_record;         /* holders stand in table holding and under "holders" in YAML */

extern const char *const cdr_activity_role_names[];      /* "controller", "joint controller", "processor" */
extern const char *const cdr_lawful_basis_names[];       /* "unknown", "consent", "contract", "legal obligation", "vital interests", "public task", "legitimate interests" */
extern const char *const cdr_special_condition_names[];  /* "unknown", "explicit consent", "employment law", … Art. 9(2)(a)-(j) */
extern const char *const cdr_dpia_names[];               /* "unknown", "not required", "required", "in progress", "done" */

/* One processing activity: the columns of a record under GDPR Art. 30 and of the ICO's template. */
/* Stands in a list where "none" is an answer: an empty list says nothing. */
#define CDR_NOBODY "nobody"

typedef struct cdr_activity {
    int64_t id;
    char *key, *function, *purpose;
    char *data_use;              /* fideslang key, "essential.service" */
    int64_t role;                /* index into cdr_activity_role_names */
    char *joint_controller;
    int64_t lawful_basis, special_condition;
    char *legitimate_interest, *interest_assessment;   /* what it is; where its balancing test lies */
    json_t *subjects;            /* words or fideslang keys */
    json_t *categories;          /* fideslang keys, checked */
    json_t *recipients;          /* names or party keys; CDR_NOBODY alone: declared that there are none */
    char *processor_contract;
    json_t *transfers;           /* countries or organisations outside, with the mechanism: "US (standard contractual clauses)" */
    char *transfer_safeguards;
    char *retention_period, *retention_trigger, *retention_source;   /* ISO 8601 duration, event, law or reason */
    json_t *safeguards;          /* security measures */
    json_t *rights;              /* rights available to the people */
    int64_t automated_decisions; /* tristate */
    char *consent_record;
    int64_t dpia;                /* index into cdr_dpia_names */
    char *dpia_link;
    json_t *systems;             /* keys */
    char *source;                /* where the data come from */
    char *note;
    int64_t state;
    char *state_date, *evidence;
} cdr_activity;
extern const cdr_record cdr_activity_record;

/* A dataset as somebody describes it (fides manifest): to be compared with what scans find. */
typedef struct cdr_declared_dataset {
    int64_t id;
    char *key, *name, *description;
    char *system;                /* key, may be empty */
    json_t *categories;          /* fideslang keys that hold for all of it */
    json_t *collections;         /* as in the manifest: [{name, data_categories, fields: [{name, data_categories, fields}]}] */
    int64_t state;
    char *state_date, *evidence;
} cdr_declared_dataset;
extern const cdr_record cdr_declared_dataset_record;

/* A key that people type: lower-case letters, digits, dot, dash, underscore; starts with a letter or digit; at most 64. */
bool cdr_inventory_key_valid(const char *key);

#endif
