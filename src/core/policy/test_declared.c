/* SPDX-License-Identifier: Apache-2.0 */
/* What was declared against what was seen, and what a declaration needs: MIN-02 to 06, 08. */
#include "core/policy/judge_tests.h"

#include <string.h>

#define ADD_ACTIVITY "candor inventory add activity KEY purpose=PURPOSE data_use=USE lawful_basis=BASIS systems=%s"

/* A list as candor inventory set takes it, with one key more or less. */
static const char *list_with(judging *j, const cdr_key_set *keys, const char *more, const char *less)
{
    const char *list = "";
    for (size_t i = 0; i < keys->count; i++)
        if (!less || strcmp(keys->keys[i], less) != 0)
            list = judge_text(j, "%s%s%s", list, list[0] ? "," : "", keys->keys[i]);
    return more ? judge_text(j, "%s%s%s", list, list[0] ? "," : "", more) : list;
}

/* --- MIN-02 --- */

/* Is ${seen} in what the system's declarations name? What an activity leaves unsaid may hold it. */
static cdr_truth is_declared(const judging *j, size_t system, const judge_seen *seen)
{
    const judge_system *s = &j->systems[system];
    cdr_truth t = judge_within(&j->facts->systems[system].datasets, seen->category, seen->exact);
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_item_keys *said = &j->facts->activities[s->activities[i]].categories;
        t = cdr_truth_or(t, said->keys.known && said->keys.count ? judge_within(&said->keys, seen->category, seen->exact) : CDR_UNKNOWN);
    }
    return t;
}

static const char *unsaid_activities(judging *j, size_t system)
{
    const judge_system *s = &j->systems[system];
    const char *names = "";
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[s->activities[i]];
        if (!a->categories.keys.known || a->categories.keys.count == 0)
            names = judge_text(j, "%s%s%s", names, names[0] ? ", " : "", a->key);
    }
    return names;
}

static void judge_undeclared(judging *j, size_t system, const judge_seen *seen)
{
    const cdr_judge_system *s = &j->facts->systems[system];
    cdr_truth t = is_declared(j, system, seen);
    if (t == CDR_TRUE)
        return;
    cdr_verdict v = judge_verdict(j, t == CDR_FALSE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.category = seen->category;
    v.severity = judge_tier(seen->category) >= 4 ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
    v.amount = seen->amount;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    const char *unsaid = unsaid_activities(j, system);
    v.evidence = judge_text(j, "%s (%s) in %s, most of it in %s; no activity of %s declares it", seen->what, seen->category, judge_count(j, seen->objects, "object", "objects"), seen->most->path, s->name);
    v.missing = t == CDR_FALSE ? "" : unsaid[0] ? judge_text(j, "which categories these activities use: %s", unsaid) : judge_text(j, "what kind of %s it is: narrower ones are declared", seen->category);
    v.remedy_text = judge_text(j, "Add %s to the activity of %s that needs it; or stop keeping it.", seen->category, s->name);
    const judge_system *x = &j->systems[system];
    const cdr_judge_activity *first = x->activity_count ? &j->facts->activities[x->activities[0]] : NULL;
    v.command = first ? judge_text(j, "candor inventory set activity %s categories=%s", first->key, list_with(j, &first->categories.keys, seen->category, NULL)) : judge_text(j, ADD_ACTIVITY, s->key);
    judge_put(j, &v);
    for (size_t i = 0; i < x->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[x->activities[i]];
        judge_reason(j, judge_text(j, "activity %s declares %s", a->key, seen->category), a->categories.keys.known ? judge_join(j, &a->categories.keys) : "nobody has said which categories", "",
                     a->categories.keys.known && a->categories.keys.count ? judge_within(&a->categories.keys, seen->category, seen->exact) : CDR_UNKNOWN);
    }
}

void judge_min_02(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-02"), NULL))
        return;
    for (size_t s = 0; s < j->facts->system_count; s++) {
        if (!j->facts->systems[s].registered)
            continue;
        if (j->systems[s].activity_count == 0 && j->facts->systems[s].datasets.count == 0) {
            if (j->systems[s].personal)
                j->open = judge_text(j, "what %s is for", j->facts->systems[s].name);
            continue;
        }
        for (size_t i = 0; i < j->systems[s].seen.len; i++) {
            const judge_seen *seen = &j->systems[s].seen.at[i];
            if (judge_tier(seen->category) > 0 && !cdr_taxon_within(seen->category, "user.authorization.credentials"))
                judge_undeclared(j, s, seen);
        }
    }
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-03 --- */

static size_t system_index(const judging *j, const char *key)
{
    for (size_t i = 0; i < j->facts->system_count; i++)
        if (j->facts->systems[i].registered && !strcmp(j->facts->systems[i].key, key))
            return i;
    return SIZE_MAX;
}

/* Was anything within ${category} seen where the activity works? ${*ret_blind}: why that cannot be told; "" it can. */
static bool was_seen(judging *j, const cdr_judge_activity *a, const char *category, const char **ret_blind)
{
    cdr_key_set one = {&category, 1, true};
    *ret_blind = a->systems.count ? "" : "in which systems the activity works";
    for (size_t i = 0; i < a->systems.count; i++) {
        size_t s = system_index(j, a->systems.keys[i]);
        const judge_seen_list *seen = s == SIZE_MAX ? NULL : &j->systems[s].seen;
        for (size_t k = 0; seen && k < seen->len; k++)
            if (judge_within(&one, seen->at[k].category, seen->at[k].exact) != CDR_FALSE)
                return true;
        if (!seen || j->facts->systems[s].objects == 0)
            *ret_blind = judge_text(j, "what lies in %s: nothing of it was scanned", a->systems.keys[i]);
        else if (j->facts->systems[s].unread > 0)
            *ret_blind = judge_text(j, "%s of %s not read in full", judge_count(j, j->facts->systems[s].unread, "object was", "objects were"), a->systems.keys[i]);
    }
    return false;
}

static bool can_be_seen(const judging *j, const char *category)
{
    for (size_t i = 0; i < j->facts->observable.count; i++)
        if (cdr_taxon_within(j->facts->observable.keys[i], category))
            return true;
    return false;
}

/* A parent is well declared when it is there; a key that no detector knows can only be confirmed by somebody. */
static void judge_unseen(judging *j, const cdr_judge_activity *a, const char *category)
{
    const char *blind;
    if (judge_tier(category) == 0 || was_seen(j, a, category, &blind))
        return;
    bool visible = can_be_seen(j, category);
    if (!visible && a->confirmed)
        return;
    if (!visible)
        blind = judge_text(j, "whether %s is there: no detector looks for it", category);
    else if (!j->facts->scanned)
        blind = "what lies there: nothing has been scanned";
    else if (!j->facts->complete && !blind[0])
        blind = "what the last scan did not read";
    cdr_verdict v = judge_verdict(j, blind[0] ? CDR_VERDICT_UNKNOWN : CDR_VERDICT_FAIL);
    judge_at_activity(&v, a);
    v.category = category;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s declares %s, and nothing of it was found in %s", a->name, category, a->systems.count ? judge_join(j, &a->systems) : "any system");
    v.missing = blind;
    v.remedy_text = visible ? "Take the category out of the activity, and out of the notice." : "Look whether it is there; then confirm the activity or take the category out.";
    v.command = visible ? judge_text(j, "candor inventory set activity %s categories=%s", a->key, list_with(j, &a->categories.keys, NULL, category)) : judge_text(j, "candor inventory confirm %s --evidence TEXT", a->key);
    judge_put(j, &v);
    judge_reason(j, "seen where the activity works", v.evidence, "", CDR_FALSE);
    judge_reason(j, "everything there was read, and a detector looks for it", blind[0] ? blind : "yes", "", blind[0] ? CDR_UNKNOWN : CDR_TRUE);
}

void judge_min_03(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-03"), NULL))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        if (a->categories.keys.count == 0)
            j->open = judge_text(j, "which categories %s uses", a->name);
        for (size_t k = 0; k < a->categories.keys.count; k++)
            judge_unseen(j, a, a->categories.keys.keys[k]);
    }
    judge_end(j, j->facts->activity_count ? CDR_SEES_OBSERVED : 0);
}

/* --- MIN-04, 05 --- */

static void put_gap(judging *j, cdr_verdict *v, const char *evidence, const char *missing, const char *remedy, const char *command)
{
    if (!judge_wants(j, v, NULL))
        return;
    v->evidence = evidence;
    v->missing = missing;
    v->remedy = CDR_REMEDY_DECLARE;
    v->remedy_text = remedy;
    v->command = command;
    judge_put(j, v);
    judge_reason(j, "a purpose is declared", evidence, "", CDR_UNKNOWN);
}

void judge_min_04(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-04"), NULL))
        return;
    for (size_t s = 0; s < j->facts->system_count; s++) {
        const cdr_judge_system *x = &j->facts->systems[s];
        if (!x->registered || j->systems[s].activity_count > 0 || x->backup_of[0] || (!j->systems[s].personal && x->objects > 0))
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_GAP);
        judge_at_system(&v, x);
        v.people_min = x->people_min;
        v.people_max = x->people_max;
        put_gap(j, &v, judge_text(j, "no activity names %s%s", x->name, x->people_max ? judge_text(j, "; it holds %s", judge_people(j, x->people_min, x->people_max)) : ""), judge_text(j, "what %s is for", x->name),
                judge_text(j, "Write down what %s is for, as an activity.", x->name), judge_text(j, ADD_ACTIVITY, x->key));
    }
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        if (a->use[0])
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_GAP);
        judge_at_activity(&v, a);
        put_gap(j, &v, judge_text(j, "%s has a purpose in words only, and no data_use that rules can be held against", a->name), judge_text(j, "which use of the taxonomy %s is", a->name),
                judge_text(j, "Write down which use of the taxonomy %s is: data_use.", a->name),
                judge_text(j, "candor inventory set activity %s data_use=USE", a->key));
    }
    judge_end(j, j->facts->activity_count ? 0 : CDR_SEES_OBSERVED);
}

void judge_min_05(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-05"), NULL))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        const cdr_taxon *use = a->use[0] ? cdr_taxon_find(CDR_TAXONOMY_USE, a->use) : NULL;
        if (!a->use[0])
            j->open = judge_text(j, "which use %s is", a->name);
        if (!use || !use->weak)
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        judge_at_activity(&v, a);
        v.remedy = CDR_REMEDY_DECLARE;
        if (!judge_wants(j, &v, NULL))
            continue;
        v.evidence = judge_text(j, "%s is declared as %s, which says nothing of what for", a->name, a->use);
        v.remedy_text = judge_text(j, "Name the use that says what %s needs the data for.", a->name);
        v.command = judge_text(j, "candor inventory set activity %s data_use=USE", a->key);
        judge_put(j, &v);
        judge_reason(j, "the use is specific", a->use, "", CDR_FALSE);
    }
    judge_end(j, 0);
}

/* --- MIN-06 --- */

typedef struct consumer { const cdr_judge_party *party; size_t system; const char **uses; size_t use_count, unsaid; } consumer;

/* What the activities give the party data for, wherever they work. */
static void uses_of(const judging *j, consumer *c)
{
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        bool gets = false;
        for (size_t k = 0; k < a->recipients.count && !gets; k++)
            gets = judge_party(j, a->recipients.keys[k]) == c->party;
        if (gets && a->use[0])
            c->uses[c->use_count++] = a->use;
        c->unsaid += gets && !a->use[0];
    }
}

/* Do the purposes meet? A consumer's broad purpose may lie outside of a narrow one. */
static cdr_truth purposes_meet(const judging *j, const consumer *c)
{
    const judge_system *s = &j->systems[c->system];
    cdr_truth t = c->unsaid ? CDR_UNKNOWN : CDR_FALSE;
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[s->activities[i]];
        if (!a->use[0])
            t = cdr_truth_or(t, CDR_UNKNOWN);
        for (size_t k = 0; a->use[0] && k < c->use_count; k++)
            t = cdr_truth_or(t, judge_within(&(cdr_key_set){&a->use, 1, true}, c->uses[k], false));
    }
    return t;
}

static void judge_consumer(judging *j, consumer *c)
{
    const cdr_judge_system *s = &j->facts->systems[c->system];
    uses_of(j, c);
    bool nothing = c->use_count == 0 && c->unsaid == 0;
    cdr_truth t = nothing ? CDR_UNKNOWN : purposes_meet(j, c);
    if (t == CDR_TRUE)
        return;
    cdr_verdict v = judge_verdict(j, nothing ? CDR_VERDICT_GAP : t == CDR_FALSE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.party = c->party->key;
    v.people_min = s->people_min;
    v.people_max = s->people_max;
    v.remedy = nothing ? CDR_REMEDY_DECLARE : CDR_REMEDY_STOP;
    if (!judge_wants(j, &v, NULL))
        return;
    const char *uses = judge_join(j, &(cdr_key_set){c->uses, c->use_count, true});
    v.evidence = nothing ? judge_text(j, "%s holds data of %s, and no activity names it as recipient", c->party->name, s->name)
                         : judge_text(j, "%s holds data of %s for %s; none of the purposes of %s is that%s", c->party->name, s->name, uses[0] ? uses : "a use without a key", s->name, t == CDR_UNKNOWN ? " for sure" : "");
    v.missing = nothing ? judge_text(j, "for which purpose %s gets the data", c->party->name) : t == CDR_UNKNOWN ? "the narrower purpose on both sides" : "";
    v.remedy_text = nothing ? "Name it among the recipients of the activity it works for." : "End the flow, or declare the purpose for which the data are kept.";
    v.command = nothing ? judge_text(j, "candor inventory set activity KEY recipients=%s", c->party->key) : "";
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "purposes of %s", c->party->name), uses[0] ? uses : "nobody has said", "", nothing || c->unsaid ? CDR_UNKNOWN : CDR_TRUE);
    for (size_t i = 0; i < j->systems[c->system].activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[j->systems[c->system].activities[i]];
        judge_reason(j, judge_text(j, "purpose of %s by activity %s", s->name, a->key), a->use[0] ? a->use : "nobody has said", "", a->use[0] ? CDR_FALSE : CDR_UNKNOWN);
    }
}

void judge_min_06(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-06"), NULL))
        return;
    for (size_t s = 0; s < j->facts->system_count; s++) {
        const cdr_judge_system *x = &j->facts->systems[s];
        for (size_t i = 0; x->registered && i < x->holder_count; i++) {
            const cdr_judge_party *p = &j->facts->parties[x->holders[i].party];
            /* Who hosts acts for the purposes of whoever it hosts for. */
            if (p->ours || (x->holders[i].relation != CDR_JUDGE_SHARES && x->holders[i].relation != CDR_JUDGE_STORES))
                continue;
            if (j->systems[s].activity_count == 0) {
                j->open = judge_text(j, "what %s is for", x->name);
                continue;
            }
            consumer c = {.party = p, .system = s, .uses = cdr_arena_alloc(j->arena, (j->facts->activity_count + 1) * sizeof *c.uses)};
            if (!c.uses)
                j->failed = true;
            else
                judge_consumer(j, &c);
        }
    }
    judge_end(j, 0);
}

/* --- MIN-08 --- */

static bool is_said(const char *s)
{
    return s[0] && strcmp(s, "unknown") != 0;
}

static void put_basis(judging *j, cdr_verdict *v, const cdr_judge_activity *a, const char *evidence, const char *missing, const char *remedy, const char *setting)
{
    judge_at_activity(v, a);
    v->remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, v, NULL)) {
        j->apart = NULL;
        return;
    }
    v->evidence = evidence;
    v->missing = missing;
    v->remedy_text = remedy;
    v->command = judge_text(j, "candor inventory set activity %s %s", a->key, setting);
    judge_put(j, v);
    judge_reason(j, "a ground is declared", evidence, v->category, v->result == CDR_VERDICT_FAIL ? CDR_FALSE : CDR_UNKNOWN);
}

/* Is ${t} special: surely, or depending on what it is used for? */
static cdr_truth is_special(const cdr_taxon *t)
{
    return !t->special[0] ? CDR_FALSE : !strcmp(t->special_when, "always") ? CDR_TRUE : CDR_UNKNOWN;
}

/* What a declared key may hold that is special. ${*ret}: the first such key, "" none. */
static cdr_truth special_within(const char *category, const cdr_taxon **ret)
{
    const cdr_taxonomy *all = &cdr_taxonomies[CDR_TAXONOMY_CATEGORY];
    *ret = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const cdr_taxon *t = &all->entries[i];
        if (cdr_taxon_within(category, t->key) && is_special(t) != CDR_FALSE) {
            *ret = t;    /* the key itself or what it stands below */
            return is_special(t);
        }
    }
    for (size_t i = 0; i < all->count; i++)
        if (cdr_taxon_within(all->entries[i].key, category) && is_special(&all->entries[i]) == CDR_TRUE) {
            *ret = &all->entries[i];
            return CDR_UNKNOWN;
        }
    return CDR_FALSE;
}

static bool is_met(const cdr_judge_activity *a, const cdr_taxon *t)
{
    if (!strcmp(t->special, "criminal"))
        return !strcmp(a->basis, "legal obligation") || !strcmp(a->basis, "public task");
    return is_said(a->condition);
}

static void judge_special(judging *j, const cdr_judge_activity *a, const char *category)
{
    const cdr_taxon *t;
    cdr_truth special = special_within(category, &t);
    if (special == CDR_FALSE || is_met(a, t))
        return;
    bool criminal = !strcmp(t->special, "criminal");
    cdr_verdict v = judge_verdict(j, special == CDR_TRUE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    v.severity = CDR_SEV_HIGH;
    v.category = category;
    v.law = criminal ? "GDPR Art. 10" : "GDPR Art. 9(1), 9(2)";
    const char *need = criminal ? "a law that allows it" : "a condition of Art. 9(2)";
    const char *evidence = !strcmp(t->key, category) || special == CDR_TRUE ? judge_text(j, "%s declares %s (%s) without %s", a->name, category, t->name, need)
                                                                           : judge_text(j, "%s declares %s, which may hold %s, without %s", a->name, category, t->key, need);
    const char *missing = special == CDR_TRUE ? "" : strcmp(t->key, category) && cdr_taxon_within(t->key, category) ? judge_text(j, "which categories below %s are used", category)
                                                   : judge_text(j, "whether it is so (%s)", t->special_when);
    put_basis(j, &v, a, evidence, missing, criminal ? "Name the law, with lawful_basis legal obligation or public task; or stop keeping it." : "Choose the condition, or stop keeping it.",
              criminal ? "lawful_basis='legal obligation'" : "special_condition=CONDITION");
}

static void judge_activity_basis(judging *j, const cdr_judge_activity *a)
{
    if (!is_said(a->basis)) {
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        put_basis(j, &v, a, judge_text(j, "no lawful basis is written down for %s", a->name), "", "Choose the ground and write it down.", "lawful_basis=BASIS");
    } else if (!strcmp(a->basis, "legitimate interests") && !a->assessed) {
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        v.law = "GDPR Art. 6(1)(f), 5(2)";
        j->apart = "assessment";
        put_basis(j, &v, a, judge_text(j, "%s rests on legitimate interests, and no balancing of them is on file", a->name), "", "Weigh the interests, and write down where that lies.",
                  "interest_assessment=WHERE");
    }
    if (a->categories.keys.count == 0)
        j->open = judge_text(j, "which categories %s uses", a->name);
    for (size_t i = 0; i < a->categories.keys.count; i++)
        judge_special(j, a, a->categories.keys.keys[i]);
}

/* Special data that lie in a system none of whose activities has a condition. */
static void judge_special_seen(judging *j, size_t system, const judge_seen *seen)
{
    const cdr_taxon *t;
    const judge_system *s = &j->systems[system];
    if (special_within(seen->category, &t) != CDR_TRUE)
        return;
    for (size_t i = 0; i < s->activity_count; i++)
        if (is_met(&j->facts->activities[s->activities[i]], t))
            return;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_system(&v, &j->facts->systems[system]);
    v.severity = CDR_SEV_HIGH;
    v.law = !strcmp(t->special, "criminal") ? "GDPR Art. 10" : "GDPR Art. 9(1), 9(2)";
    v.category = seen->category;
    v.amount = seen->amount;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s in %s, most of it in %s; no activity of %s states a ground for it", seen->what, judge_count(j, seen->objects, "object", "objects"), seen->most->path,
                            j->facts->systems[system].name);
    v.remedy_text = judge_text(j, "State the ground for %s in the activity that needs it; or delete the data.", seen->category);
    v.command = s->activity_count ? judge_text(j, "candor inventory set activity %s special_condition=CONDITION", j->facts->activities[s->activities[0]].key)
                                  : judge_text(j, ADD_ACTIVITY, j->facts->systems[system].key);
    judge_put(j, &v);
    judge_reason(j, "a special category was found", v.evidence, t->key, CDR_TRUE);
    judge_reason(j, "an activity states a ground for it", s->activity_count ? "none of them does" : "no activity names the system", "", CDR_FALSE);
}

void judge_min_08(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-08"), NULL))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++)
        if (!j->facts->activities[i].processor)    /* the ground is the controller's business */
            judge_activity_basis(j, &j->facts->activities[i]);
    for (size_t s = 0; s < j->facts->system_count; s++)
        for (size_t i = 0; j->facts->systems[s].registered && i < j->systems[s].seen.len; i++)
            judge_special_seen(j, s, &j->systems[s].seen.at[i]);
    judge_end(j, CDR_SEES_OBSERVED);
}
