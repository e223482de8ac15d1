/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that gather the facts. */
#ifndef CDR_CORE_MINIMISE_FACTS_PARTS_H
#define CDR_CORE_MINIMISE_FACTS_PARTS_H

#include "base/reach.h"
#include "base/vec.h"
#include "core/inventory/query.h"
#include "core/minimise/holds.h"
#include "core/policy/judge_facts.h"
#include "detect/path_value.h"

CDR_VEC(facts_objects, cdr_judge_object)
CDR_VEC(facts_fields, cdr_judge_field)
CDR_VEC(facts_retained, cdr_judge_retained)
CDR_VEC(facts_residues, cdr_judge_residue)
CDR_VEC(facts_activities, cdr_judge_activity)
CDR_VEC(facts_parties, cdr_judge_party)
CDR_VEC(facts_consents, cdr_judge_consent)
CDR_VEC(facts_ids, int64_t)

typedef struct facts_said { const char *key, *parent; cdr_key_set readers; const char *description; } facts_said;
CDR_VEC(facts_said_list, facts_said)

typedef struct gathering {
    cdr_inventory *inv;
    cdr_workspace *ws;
    const cdr_policy *policy;
    cdr_arena *arena;
    cdr_err *err;
    cdr_inv_overview overview;
    cdr_judge_system *systems;
    facts_objects objects;
    facts_fields fields;
    facts_ids ids;               /* of objects, in their order */
    size_t *by_id;               /* their indexes, by id */
    facts_retained retained;
    facts_residues residues;
    facts_activities activities;
    facts_parties parties;
    facts_said_list party_parents, readers;
    facts_consents consents;
    cdr_holds *holds;
    cdr_reach reach;
    cdr_path_masker *masker;
    size_t at, last_system;      /* object that findings are told of; system that was looked up last */
    cdr_judge_facts facts;
} gathering;

const char *facts_keep(gathering *g, const char *s);                    /* copy in the arena, NULL without memory; "" for NULL */
bool facts_keys(gathering *g, const json_t *list, cdr_key_set *ret);    /* false without memory; no list: not known */
cdr_status facts_nomem(gathering *g);
size_t facts_object_with(const gathering *g, int64_t id);               /* index, SIZE_MAX: none */

cdr_status facts_gather_declared(gathering *g);      /* facts_declared.c: parties, activities, systems */
cdr_status facts_gather_seen(gathering *g);          /* facts_seen.c: objects, fields, copies */
cdr_status facts_gather_known(gathering *g);         /* facts_known.c: consents, retention counts, residue */

#endif
