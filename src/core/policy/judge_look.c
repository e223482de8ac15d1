/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests ask of the facts. */
#include "core/policy/judge_tests.h"

#include <string.h>
#include <strings.h>

bool judge_has(const cdr_key_set *set, const char *key)
{
    for (size_t i = 0; i < set->count; i++)
        if (!strcmp(set->keys[i], key))
            return true;
    return false;
}

cdr_truth judge_within(const cdr_key_set *set, const char *key, bool exact)
{
    cdr_truth t = CDR_FALSE;
    for (size_t i = 0; i < set->count; i++) {
        if (cdr_taxon_within(key, set->keys[i]))
            return CDR_TRUE;
        if (!exact && cdr_taxon_within(set->keys[i], key))
            t = CDR_UNKNOWN;
    }
    return t;
}

int judge_tier(const char *category)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category);
    return t ? t->tier : 2;
}

bool judge_is_secret(const cdr_judge_field *f)
{
    return (cdr_taxon_within(f->category, "user.authorization") || cdr_taxon_within(f->category, "system.authentication")) && !cdr_taxon_within(f->category, "user.authorization.biometric");
}

bool judge_is_personal(const cdr_judge_field *f)
{
    bool machine = cdr_taxon_within(f->category, "user.authorization.credentials") || cdr_taxon_within(f->category, "system");
    return !machine && judge_tier(f->category) > 0;
}

bool judge_is_sad(const cdr_judge_field *f)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, f->category);
    return t && !strcmp(t->pci, "SAD");
}

/* The number itself, not what stands beside it on the card. */
bool judge_is_pan(const cdr_judge_field *f)
{
    return !strcmp(f->category, "user.financial.credit_card.number") || !strcmp(f->category, "user.financial.credit_card");
}

const cdr_judge_party *judge_party(const judging *j, const char *key_or_name)
{
    const cdr_judge_party *named = NULL;
    for (size_t i = 0; i < j->facts->party_count; i++) {
        const cdr_judge_party *p = &j->facts->parties[i];
        if (!strcmp(p->key, key_or_name))
            return p;
        if (!named && !strcasecmp(p->name, key_or_name))
            named = p;
    }
    return named;
}

cdr_truth judge_used_for(const judging *j, size_t system, const cdr_key_set *purposes, const char *category)
{
    const judge_system *s = &j->systems[system];
    if (purposes->count == 0)
        return CDR_TRUE;
    cdr_truth t = s->activity_count ? CDR_FALSE : CDR_UNKNOWN;
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[s->activities[i]];
        cdr_truth use = a->use[0] ? judge_within(purposes, a->use, false) : CDR_UNKNOWN;
        cdr_truth about = !a->categories.keys.known ? CDR_UNKNOWN : judge_within(&a->categories.keys, category, true);
        if (about == CDR_FALSE && use == CDR_TRUE)
            about = CDR_UNKNOWN;    /* nobody said that it uses this, but it works where this lies */
        t = cdr_truth_or(t, cdr_truth_and(use, about));
    }
    return t;
}

/* --- items --- */

static void add(const char **keys, size_t *count, const char *key)
{
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(keys[i], key))
            return;
    keys[(*count)++] = key;
}

/* Where it goes: the countries of the place, of everybody who gets it, and of every transfer that is written down. */
static void countries_of(judging *j, const cdr_judge_activity *a, size_t system, cdr_item *ret)
{
    size_t count = 0, room = a->recipients.count + a->transfer_count + 1;
    const char **keys = cdr_arena_alloc(j->arena, room * sizeof *keys);
    bool open = !a->recipients.known || system == SIZE_MAX;
    j->failed |= !keys;
    if (keys && system != SIZE_MAX) {
        const char *country = j->facts->systems[system].country;
        open |= !country[0];
        if (country[0])
            add(keys, &count, country);
    }
    for (size_t i = 0; keys && i < a->recipients.count; i++) {
        const cdr_judge_party *p = judge_party(j, a->recipients.keys[i]);
        open |= !p || !p->country[0];
        if (p && p->country[0])
            add(keys, &count, p->country);
    }
    for (size_t i = 0; keys && i < a->transfer_count; i++) {
        open |= !a->transfers[i].country[0];
        if (a->transfers[i].country[0])
            add(keys, &count, a->transfers[i].country);
    }
    ret->of[CDR_DIM_COUNTRIES] = (cdr_item_keys){.keys = {keys, count, count > 0}, .open = open};
}

/* Recipients by their keys, whichever way they are written down; and who else holds data of the system. */
static cdr_key_set recipients_of(judging *j, const cdr_judge_activity *a, size_t system)
{
    const cdr_judge_system *s = system == SIZE_MAX ? NULL : &j->facts->systems[system];
    const char **keys = cdr_arena_alloc(j->arena, (a->recipients.count + (s ? s->holder_count : 0) + 1) * sizeof *keys);
    size_t count = 0;
    j->failed |= !keys;
    for (size_t i = 0; keys && i < a->recipients.count; i++) {
        const cdr_judge_party *p = judge_party(j, a->recipients.keys[i]);
        add(keys, &count, p ? p->key : a->recipients.keys[i]);
    }
    for (size_t i = 0; keys && s && i < s->holder_count; i++)
        if (!j->facts->parties[s->holders[i].party].ours)
            add(keys, &count, j->facts->parties[s->holders[i].party].key);
    return (cdr_key_set){keys, count, keys && a->recipients.known};
}

static cdr_key_set flows_of(judging *j, const cdr_judge_activity *a, const cdr_key_set *recipients)
{
    const char **keys = cdr_arena_alloc(j->arena, (recipients->count + 2) * sizeof *keys);
    size_t count = 0;
    j->failed |= !keys;
    if (keys && recipients->count > 0)
        add(keys, &count, "egress");
    for (size_t i = 0; keys && i < recipients->count; i++)
        add(keys, &count, recipients->keys[i]);
    return (cdr_key_set){keys, count, keys && a->recipients.known};
}

void judge_item_of_activity(judging *j, const cdr_judge_activity *a, size_t system, cdr_item *ret)
{
    cdr_item_init(ret);
    ret->of[CDR_DIM_CATEGORIES] = a->categories;
    if (a->use[0])
        ret->of[CDR_DIM_USES] = (cdr_item_keys){.keys = {&a->use, 1, true}};
    ret->of[CDR_DIM_SUBJECTS] = a->subjects;
    ret->of[CDR_DIM_RECIPIENTS].keys = recipients_of(j, a, system);
    ret->flows = flows_of(j, a, &ret->of[CDR_DIM_RECIPIENTS].keys);
    countries_of(j, a, system, ret);
    if (system != SIZE_MAX) {
        const cdr_judge_system *s = &j->facts->systems[system];
        ret->of[CDR_DIM_SYSTEMS].keys = s->registered ? (cdr_key_set){&s->key, 1, true} : (cdr_key_set){NULL, 0, true};
        ret->encrypted = s->encrypted < 0 ? CDR_UNKNOWN : s->encrypted ? CDR_TRUE : CDR_FALSE;
    }
    ret->consents = j->consents;
    while (j->consents && j->consents[ret->consent_count].purpose)
        ret->consent_count++;
}

/* --- made once --- */

/* No record means no, once consents are recorded here at all; that some people agreed says nothing of the others. Where nothing was ever recorded
 * the consents may be kept elsewhere. */
static cdr_truth everybody_consents(const cdr_judge_facts *f, const char *purpose)
{
    if (!f->consents_known || f->consent_count == 0)
        return CDR_UNKNOWN;
    for (size_t i = 0; i < f->consent_count; i++)
        if (!strcmp(f->consents[i].purpose, purpose) && f->consents[i].valid > 0)
            return CDR_UNKNOWN;
    return CDR_FALSE;
}

static void prepare_consents(judging *j)
{
    size_t room = 1, count = 0;
    for (size_t i = 0; i < j->policy->rule_count; i++)
        for (size_t u = 0; u < j->policy->rules[i].unless_count; u++)
            room += j->policy->rules[i].unless[u].kind == CDR_UNLESS_CONSENT ? j->policy->rules[i].unless[u].values.count : 0;
    if (!(j->consents = cdr_arena_alloc(j->arena, room * sizeof *j->consents))) {
        j->failed = true;
        return;
    }
    for (size_t i = 0; i < j->policy->rule_count; i++)
        for (size_t u = 0; u < j->policy->rules[i].unless_count; u++) {
            const cdr_unless *x = &j->policy->rules[i].unless[u];
            for (size_t k = 0; x->kind == CDR_UNLESS_CONSENT && k < x->values.count; k++)
                j->consents[count++] = (cdr_item_consent){x->values.keys[k], everybody_consents(j->facts, x->values.keys[k])};
        }
}

static void prepare_activities(judging *j)
{
    for (size_t s = 0; s < j->facts->system_count && !j->failed; s++) {
        size_t *list = cdr_arena_alloc(j->arena, (j->facts->activity_count + 1) * sizeof *list);
        j->failed |= !list;
        for (size_t i = 0; list && j->facts->systems[s].registered && i < j->facts->activity_count; i++)
            if (judge_has(&j->facts->activities[i].systems, j->facts->systems[s].key))
                list[j->systems[s].activity_count++] = i;
        j->systems[s].activities = list;
    }
}

static void note_seen(judging *j, const cdr_judge_object *o, const cdr_judge_field *f, const cdr_judge_object *previous)
{
    judge_seen_list *list = &j->systems[o->system].seen;
    judge_seen *seen = NULL;
    for (size_t i = 0; i < list->len && !seen; i++)
        if (!strcmp(list->at[i].category, f->category) && list->at[i].exact == f->exact)
            seen = &list->at[i];
    if (!seen) {
        if (!(seen = judge_seen_list_push(list))) {
            j->failed = true;
            return;
        }
        *seen = (judge_seen){.category = f->category, .what = f->what, .exact = f->exact};
    }
    seen->objects += previous != o;
    seen->amount += f->amount;
    if (!seen->most || f->amount > seen->most_amount) {
        seen->most = o;
        seen->most_amount = f->amount;
    }
}

static void prepare_seen(judging *j)
{
    for (size_t i = 0; i < j->facts->object_count && !j->failed; i++) {
        const cdr_judge_object *o = &j->facts->objects[i];
        for (size_t k = 0; k < o->field_count; k++) {
            const cdr_judge_field *f = &o->fields[k];
            bool again = false;
            for (size_t b = 0; b < k && !again; b++)
                again = !strcmp(o->fields[b].category, f->category) && o->fields[b].exact == f->exact;
            note_seen(j, o, f, again ? o : NULL);
            j->systems[o->system].personal |= judge_is_personal(f);
        }
    }
}

static void prepare_own(judging *j)
{
    j->own = cdr_arena_alloc(j->arena, (j->facts->activity_count + 1) * sizeof *j->own);
    j->failed |= !j->own;
    for (size_t i = 0; j->own && i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        const cdr_retention_own own = {.id = judge_text(j, "activity %s", a->key), .period = a->period, .trigger = a->trigger, .source = a->source, .categories = a->categories.keys,
                                       .uses = {&a->use, a->use[0] != '\0', a->use[0] != '\0'}, .systems = a->systems, .fields = {&a->trigger, a->trigger[0] != '\0', a->trigger[0] != '\0'}};
        j->own_count += a->period[0] && cdr_retention_of_activity(&own, &j->own[j->own_count]);
    }
}

void judge_prepare(judging *j)
{
    if (!(j->systems = cdr_arena_alloc(j->arena, (j->facts->system_count + 1) * sizeof *j->systems))) {
        j->failed = true;
        return;
    }
    prepare_activities(j);
    prepare_seen(j);
    prepare_own(j);
    if (!j->failed)
        prepare_consents(j);
}
