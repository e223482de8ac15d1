/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the builder share. */
#ifndef CDR_CORE_REPORT_AUDIT_PARTS_H
#define CDR_CORE_REPORT_AUDIT_PARTS_H

#include "base/reach.h"
#include "base/vec.h"
#include "core/report/audit_build.h"
#include "core/report/checks.h"
#include "detect/path_value.h"

typedef struct party { const char *key, *name, *agreement_date, *parent; bool vendor, ours, breach_notice; int agreement; } party;   /* ours: a part of the organisation */
CDR_VEC(party_list, party)

typedef struct activity {
    const char *const *systems; size_t system_count;       /* keys */
    const char *const *categories; size_t category_count;
    const char *period, *data_use;
    bool special_condition;
} activity;
CDR_VEC(activity_list, activity)
CDR_VEC(activity_fact_list, cdr_fact_activity)
CDR_VEC(activity_row_list, cdr_audit_activity)

/* An object with findings. */
typedef struct object {
    int64_t id;
    const char *key;              /* path as stored, by which copies name it */
    cdr_fact_object fact;
    uint32_t families;
} object;
CDR_VEC(object_list, object)
typedef struct object_finding { size_t object; cdr_fact_finding fact; } object_finding;
CDR_VEC(object_finding_list, object_finding)
CDR_VEC(place_list, cdr_audit_place)
CDR_VEC(gap_list, cdr_audit_gap)
CDR_VEC(change_list, cdr_audit_change)

/* What is needed as long as the audit is written. */
typedef struct audit_source { cdr_inventory *inv; const char *cwd; cdr_path_masker *masker; bool all; char shown[8192]; } audit_source;

typedef struct build {
    cdr_workspace *ws;
    cdr_inventory *inv;
    cdr_arena *arena;
    cdr_audit *audit;
    const cdr_audit_request *request;
    const char *cwd;
    audit_source *source;
    cdr_inv_overview overview;
    cdr_inv_scan scan;
    int64_t previous_scan;
    size_t *shown;                /* index in the audit of each system of the overview, SIZE_MAX when left out */
    party_list parties;
    activity_list activities;
    activity_fact_list activity_facts;
    activity_row_list activity_rows;
    object_list objects;
    size_t *by_id, *by_key;       /* indexes of objects, in these orders */
    object_finding_list findings;
    place_list copies, secrets, special, unregistered;
    gap_list gaps;
    change_list changes;
    cdr_fact_system *system_facts;
    cdr_fact_object *object_facts;
    size_t last_system;           /* found last: rows come in runs */
    cdr_reach reach;
    cdr_err *err;
} build;

/* As the user can type it here: this program, and the workspace when it is not the one that would be taken. NULL: no memory. */
const char *build_command(build *b, const char *command);
const char *build_keep(build *b, const char *s);                        /* copy in the arena; NULL when out of memory, "" for NULL */
const char *build_display(build *b, const char *path, int64_t number);  /* as people know it, values masked, kept */
/* audit_display.c. ${number} of the object (0 none) leads to the file whose path holds a mask. Stays until the next call. */
const char *audit_shortened(const audit_source *from, const char *path);
const char *audit_display(audit_source *from, const char *path, int64_t number);
bool audit_path_speaks(audit_source *from, const char *path);           /* holds a value that is not shown */
bool audit_is_weak(const audit_source *from, const cdr_inv_finding *f);  /* left out of the lists of findings */
cdr_status build_source(build *b);
cdr_status build_gaps(build *b);           /* audit_gaps.c */
bool build_is_ours(const build *b, const char *party);                  /* by key */
cdr_status build_declared(build *b);       /* audit_declared.c: parties, activities */
cdr_status build_objects(build *b);        /* audit_objects.c: objects, findings, copies and the lists made of them */
cdr_status build_facts(build *b, cdr_facts *ret);   /* audit_facts.c */
cdr_status build_policy(build *b);         /* audit_policy.c */

#endif
