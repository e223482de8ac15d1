/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that gather facts. */
#ifndef CDR_CORE_MINIMISE_FACTS_PARTS_H
#define CDR_CORE_MINIMISE_FACTS_PARTS_H

#include "base/reach.h"
#include "base/vec.h"
#include "core/inventory/state.h"
#include "core/inventory/query.h"
#include "core/minimise/facts.h"
#include "core/minimise/holds.h"
#include "core/policy/judge_facts.h"
#include "detect/path_value.h"

CDR_VEC(gather_objects, cdr_judge_object)
CDR_VEC(gather_parties, cdr_judge_party)
CDR_VEC(gather_activities, cdr_judge_activity)
CDR_VEC(gather_residue, cdr_judge_residue)
CDR_VEC(gather_consents, cdr_judge_consent)
typedef struct gathered_field { size_t object; cdr_judge_field field; } gathered_field;
CDR_VEC(gather_fields, gathered_field)
typedef struct gathered_count { size_t object; cdr_judge_retained count; } gathered_count;
CDR_VEC(gather_counts, gathered_count)

/* What is needed while facts are gathered; what judging needs lives in the arena. */
typedef struct gather {
    cdr_inventory *inv;
    cdr_arena *arena;
    cdr_err *err;
    cdr_date today;
    cdr_judge_facts facts;
    cdr_judge_system *systems; size_t system_count;
    size_t last_system;              /* found last: rows come in runs */
    gather_objects objects;
    gather_fields fields;
    gather_counts counts;
    gather_parties parties;
    gather_activities activities;
    gather_residue residue;
    gather_consents consents;
    size_t *by_id, *by_path;         /* indexes of objects, in these orders */
    const char **paths;              /* of objects, as stored */
    size_t path_cap;
    cdr_path_masker *masker;
    cdr_holds *holds;
    cdr_reach reach;
    bool failed;                     /* no memory */
} gather;

const char *gather_keep(gather *g, const char *s);      /* copy in the arena; "" for NULL and on failure */
const char *gather_display(gather *g, const char *path, int64_t number);   /* as people know it, values masked */
size_t gather_party(const gather *g, const char *key);  /* SIZE_MAX: none */
cdr_status gather_parties_and_activities(gather *g);    /* facts_declared.c */
cdr_status gather_systems(gather *g, const cdr_inv_overview *v);
cdr_status gather_observed(gather *g);                  /* facts_observed.c: objects, fields, copies, counts, residue */
cdr_status gather_observable(gather *g);

#endif
