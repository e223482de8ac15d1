/* SPDX-License-Identifier: Apache-2.0 */
/* Where data lie and who can reach them there: MIN-01, 13, 14, 20, 24, and the places of a policy. */
#include "core/policy/judge_tests.h"

#include <string.h>

enum { MANY_PEOPLE = 100, SOME_PEOPLE = 10 };

/* The field that would do most harm; NULL when none tells of people. */
static const cdr_judge_field *worst_field(const cdr_judge_object *o)
{
    const cdr_judge_field *worst = NULL;
    for (size_t i = 0; i < o->field_count; i++) {
        const cdr_judge_field *f = &o->fields[i];
        if (!judge_is_personal(f))
            continue;
        int here = judge_tier(f->category), there = worst ? judge_tier(worst->category) : -1;
        if (here > there || (here == there && f->amount > worst->amount))
            worst = f;
    }
    return worst;
}

static bool is_grave(const cdr_judge_object *o, const cdr_judge_field *worst)
{
    return o->people_max >= MANY_PEOPLE || judge_tier(worst->category) >= 3;
}

/* Up to five kinds: "E-mail address, Name, Telephone number". */
static const char *kinds_of(judging *j, const cdr_judge_object *o)
{
    enum { SHOWN = 5 };
    const char *names[SHOWN];
    size_t count = 0, more = 0;
    for (size_t i = 0; i < o->field_count; i++) {
        bool again = !judge_is_personal(&o->fields[i]);
        for (size_t k = 0; k < count && !again; k++)
            again = !strcmp(names[k], o->fields[i].what);
        if (!again && count < SHOWN)
            names[count++] = o->fields[i].what;
        else
            more += !again;
    }
    const char *said = judge_join(j, &(cdr_key_set){names, count, true});
    return more ? judge_text(j, "%s and others", said) : said;
}

static const char *people_there(judging *j, const cdr_judge_object *o)
{
    return o->people_max ? judge_text(j, "; %s", judge_people(j, o->people_min, o->people_max)) : "";
}

/* Tables and members of one file are one place, told once by the worst part: of the parts from ${*at} on that lie in one file. NULL when none
 * of them counts. */
static const cdr_judge_object *worst_of_file(const judging *j, size_t *at, bool (*counts)(const judging *j, const cdr_judge_object *o))
{
    const cdr_judge_facts *f = j->facts;
    const cdr_judge_object *worst = NULL;
    const char *container = f->objects[*at].container;
    bool grave = false;
    for (; *at < f->object_count && !strcmp(f->objects[*at].container, container); ++*at) {
        const cdr_judge_object *o = &f->objects[*at];
        if (!counts(j, o))
            continue;
        bool also_grave = is_grave(o, worst_field(o));
        if (!worst || also_grave > grave || (also_grave == grave && o->people_max > worst->people_max)) {
            worst = o;
            grave = also_grave;
        }
    }
    return worst;
}

/* --- MIN-01 --- */

static bool is_unregistered(const judging *j, const cdr_judge_object *o)
{
    return !j->facts->systems[o->system].registered && worst_field(o);
}

void judge_min_01(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-01"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count;) {
        const cdr_judge_object *o = worst_of_file(j, &i, is_unregistered);
        if (!o)
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        judge_at_object(j, &v, o);
        v.path = o->container_shown;
        v.severity = is_grave(o, worst_field(o)) ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
        v.category = worst_field(o)->category;
        v.remedy = CDR_REMEDY_DECLARE;
        if (!judge_wants(j, &v, o))
            continue;
        const char *word = o->file[0] ? judge_shell_word(j, judge_text(j, "claims=%s", o->file)) : "";
        v.evidence = judge_text(j, "%s%s%s; no system claims it", kinds_of(j, o), o->inside ? " in one part of it" : "", people_there(j, o));
        v.remedy_text = "Let a system of inventory.yaml claim it, with an owner and a purpose; or delete it.";
        v.command = word[0] ? judge_text(j, "candor inventory add system KEY name=NAME owner=OWNER %s holders=us:responsible", word) : judge_text(j, "candor inventory show object:%lld", (long long)o->id);
        judge_put(j, &v);
        judge_reason(j, "holds personal data", kinds_of(j, o), v.category, CDR_TRUE);
        judge_reason(j, "a registered system claims it", "no claim of inventory.yaml covers it", "", CDR_FALSE);
    }
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-13 --- */

/* Why the place is no place for names: "a test system"; NULL when it is a place like others. */
static const char *aside(judging *j, const cdr_judge_object *o)
{
    const cdr_judge_system *s = &j->facts->systems[o->system];
    if (s->side[0])
        return judge_text(j, "%s is %s %s system", s->name, strchr("aeiou", s->side[0]) ? "an" : "a", s->side);
    if (!s->registered && o->backup)
        return "it looks like a backup, and nobody declared one";
    if (!s->registered || !s->backup_of[0])
        return NULL;
    for (size_t i = 0; i < j->facts->system_count; i++)
        if (j->facts->systems[i].registered && !strcmp(j->facts->systems[i].key, s->backup_of))
            return NULL;
    return judge_text(j, "it is declared as a backup of %s, which is no registered system", s->backup_of);
}

static void judge_aside(judging *j, const cdr_judge_object *o, const char *why)
{
    for (size_t k = 0; k < o->field_count; k++) {
        const cdr_judge_field *f = &o->fields[k];
        if (!(f->traits & CDR_TRAIT_DIRECT))
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        judge_at_field(j, &v, o, f);
        v.severity = is_grave(o, f) ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
        bool backup = !j->facts->systems[o->system].side[0];
        if (backup && !o->inside)
            v.remedy = CDR_REMEDY_DELETE_FILE;
        else
            judge_remedy_field(j, &v, o, f, CDR_FORM_HASHED);
        if (!judge_wants(j, &v, o))
            continue;
        v.evidence = judge_text(j, "%s; %s", judge_field_evidence(j, o, f), why);
        if (v.remedy == CDR_REMEDY_DELETE_FILE)
            v.remedy_text = "Delete it, or declare it with backup_of in inventory.yaml.";
        judge_put(j, &v);
        judge_reason(j, "a place where work needs no names", why, "", CDR_TRUE);
        judge_reason(j, "holds a direct identifier", judge_field_evidence(j, o, f), f->category, CDR_TRUE);
        if (v.remedy == CDR_REMEDY_DELETE_FILE)
            return;    /* the file goes as a whole */
    }
}

/* --- places of a policy --- */

/* Does the rule speak of the field? */
static cdr_truth is_placed(const cdr_place_rule *r, const cdr_judge_field *f)
{
    return !judge_is_personal(f) && r->categories.count == 0 ? CDR_FALSE : r->categories.count ? judge_within(&r->categories, f->category, f->exact) : CDR_TRUE;
}

/* The smallest remedy: the column where only that is out of place, else the whole file. */
static void remedy_place(judging *j, cdr_verdict *v, const cdr_place_rule *r, const cdr_judge_object *o, const cdr_judge_field *f, bool whole)
{
    bool registered = j->facts->systems[o->system].registered;
    if (!whole) {
        judge_remedy_field(j, v, o, f, 0);
        return;
    }
    v->field = "";
    if (r->only.count > 0) {
        v->remedy = CDR_REMEDY_MOVE;
        v->remedy_text = judge_text(j, "Move it to %s, or delete it.", judge_join(j, &r->only));
    } else if (!registered) {
        v->remedy = CDR_REMEDY_DECLARE;
        v->remedy_text = "Let a system of inventory.yaml claim the place, move it to one that does, or delete it.";
        v->command = judge_text(j, "candor inventory show object:%lld", (long long)o->id);
    } else {
        v->remedy = o->inside ? CDR_REMEDY_NONE : CDR_REMEDY_DELETE_FILE;
        v->remedy_text = "Move it to a system that may have it, or delete it.";
    }
}

static void judge_place_of(judging *j, const cdr_place_rule *r, const cdr_judge_object *o, const cdr_judge_field *f, cdr_truth t, bool whole)
{
    const cdr_judge_system *s = &j->facts->systems[o->system];
    cdr_verdict v = judge_verdict(j, t == CDR_UNKNOWN ? CDR_VERDICT_UNKNOWN : CDR_VERDICT_FAIL);
    judge_at_field(j, &v, o, f);
    remedy_place(j, &v, r, o, f, whole);
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = whole ? judge_text(j, "%s%s; it lies in %s", kinds_of(j, o), people_there(j, o), s->registered ? s->name : "no registered system")
                       : judge_text(j, "%s; it lies in %s", judge_field_evidence(j, o, f), s->registered ? s->name : "no registered system");
    v.missing = t == CDR_UNKNOWN ? judge_text(j, "whether %s is %s", f->what, judge_join(j, &r->categories)) : "";
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "categories: any of %s", judge_join(j, &r->categories)), f->category, "", t);
    if (r->only.count > 0)
        judge_reason(j, judge_text(j, "only in: %s", judge_join(j, &r->only)), s->registered ? s->key : CDR_SYSTEM_UNREGISTERED, "", CDR_FALSE);
    if (r->never.count > 0)
        judge_reason(j, judge_text(j, "never in: %s", judge_join(j, &r->never)), s->registered ? s->key : CDR_SYSTEM_UNREGISTERED, "", CDR_TRUE);
}

/* All that tells of people is out of place: then the object is, once. */
static void judge_place_at(judging *j, const cdr_place_rule *r, const cdr_judge_object *o)
{
    const cdr_judge_field *worst = worst_field(o);
    bool whole = worst && is_placed(r, worst) == CDR_TRUE;
    for (size_t k = 0; k < o->field_count && whole; k++)
        whole = !judge_is_personal(&o->fields[k]) || is_placed(r, &o->fields[k]) == CDR_TRUE;
    if (whole) {
        judge_place_of(j, r, o, worst, CDR_TRUE, true);
        return;
    }
    for (size_t k = 0; k < o->field_count; k++) {
        cdr_truth t = is_placed(r, &o->fields[k]);
        if (t != CDR_FALSE)
            judge_place_of(j, r, o, &o->fields[k], t, false);
    }
}

static void judge_place(judging *j, const cdr_place_rule *r)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-13"), &r->head))
        return;
    for (size_t i = 0; i < j->facts->object_count; i++) {
        const cdr_judge_object *o = &j->facts->objects[i];
        const cdr_judge_system *s = &j->facts->systems[o->system];
        const char *key = s->registered ? s->key : CDR_SYSTEM_UNREGISTERED;
        if ((r->only.count > 0 && !judge_has(&r->only, key)) || judge_has(&r->never, key))
            judge_place_at(j, r, o);
    }
    judge_end(j, CDR_SEES_OBSERVED);
}

void judge_min_13(judging *j)
{
    if (judge_begin(j, cdr_min_test_find("MIN-13"), NULL)) {
        for (size_t i = 0; i < j->facts->object_count; i++) {
            const char *why = aside(j, &j->facts->objects[i]);
            if (why)
                judge_aside(j, &j->facts->objects[i], why);
        }
        judge_end(j, CDR_SEES_OBSERVED);
    }
    for (size_t i = 0; i < j->policy->place_count; i++)
        judge_place(j, &j->policy->places[i]);
}

/* --- MIN-14 --- */

static void judge_copy(judging *j, const cdr_judge_object *o)
{
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_object(j, &v, o);
    v.severity = !o->twin && o->shared >= MANY_PEOPLE ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
    v.amount = o->shared;
    v.remedy = o->inside ? CDR_REMEDY_DECLARE : CDR_REMEDY_DELETE_FILE;
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = o->twin ? judge_text(j, "byte for byte the same as %s", o->copy_of)
                         : judge_text(j, "%s of %s of %s", judge_number(j, o->shared), judge_people(j, o->record_people, o->record_people), o->copy_of);
    v.remedy_text = o->inside ? "Take it out of the file it lies in, or declare that as a backup with backup_of in inventory.yaml." : "Delete the copy, or declare it as a backup with backup_of in inventory.yaml.";
    v.command = o->inside ? judge_text(j, "candor inventory show object:%lld", (long long)o->id) : "";
    if (o->consents)
        v.thought = "It seems to hold who agreed to what, which nobody can show without it; candor consent import takes it over.";
    else if (j->facts->systems[o->system].registered)
        v.thought = judge_text(j, "%s claims it: which of the two is the copy, and whether both are needed, nobody has said.", j->facts->systems[o->system].name);
    else if (!o->twin)
        v.thought = "It tells of the same people; what else stands in it may stand nowhere else.";
    judge_put(j, &v);
    judge_reason(j, "holds the people of a system of record, or the bytes of another file", v.evidence, "", CDR_TRUE);
    judge_reason(j, "is declared as a backup of it", "no", "", CDR_FALSE);
}

static bool is_backup(const judging *j, size_t system)
{
    return j->facts->systems[system].backup_of[0] != '\0';
}

static bool holds(const judging *j, size_t system, const char *category)
{
    const judge_seen_list *seen = &j->systems[system].seen;
    for (size_t i = 0; i < seen->len; i++)
        if (!strcmp(seen->at[i].category, category))
            return true;
    return false;
}

/* Stores that hold ${category} and share people with ${system}, itself among them; backups are not counted. */
static uint64_t stores_with(judging *j, size_t system, const char *category, const char **ret_names)
{
    const cdr_judge_facts *f = j->facts;
    uint64_t count = 1;
    *ret_names = f->systems[system].name;
    for (size_t i = 0; i < f->overlap_count; i++) {
        const cdr_judge_overlap *x = &f->overlaps[i];
        size_t other = x->a == system ? x->b : x->b == system ? x->a : SIZE_MAX;
        if (other == SIZE_MAX || x->shared < SOME_PEOPLE || !f->systems[other].registered || is_backup(j, other) || !holds(j, other, category))
            continue;
        count++;
        *ret_names = judge_text(j, "%s, %s", *ret_names, f->systems[other].name);
    }
    return count;
}

static void judge_stores(judging *j, size_t system)
{
    const judge_seen_list *seen = &j->systems[system].seen;
    for (size_t i = 0; i < seen->len; i++) {
        const char *names;
        uint64_t count = stores_with(j, system, seen->at[i].category, &names);
        if (count <= j->policy->limits.stores_max)
            continue;
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
        judge_at_system(&v, &j->facts->systems[system]);
        v.category = seen->at[i].category;
        v.severity = CDR_SEV_LOW;
        v.amount = count;
        v.remedy = CDR_REMEDY_STOP;
        if (!judge_wants(j, &v, NULL))
            continue;
        v.evidence = judge_text(j, "%s of the same people in %s: %s; the policy allows %u", seen->at[i].what, judge_count(j, count, "system", "systems"), names, j->policy->limits.stores_max);
        v.remedy_text = judge_text(j, "Keep %s in one of these systems, and let the others ask for it.", seen->at[i].category);
        judge_put(j, &v);
        judge_reason(j, judge_text(j, "at most %u systems hold the same people's %s", j->policy->limits.stores_max, v.category), names, "", CDR_FALSE);
    }
}

void judge_min_14(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-14"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count; i++) {
        const cdr_judge_object *o = &j->facts->objects[i];
        if (o->copy_of[0] && (o->twin || !j->facts->systems[o->system].registered))
            judge_copy(j, o);
    }
    for (size_t s = 0; s < j->facts->system_count; s++)
        if (j->facts->systems[s].registered && j->facts->systems[s].record)
            judge_stores(j, s);
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-20 --- */

static bool is_open(const judging *j, const cdr_judge_object *o)
{
    (void)j;
    const cdr_judge_field *worst = worst_field(o);
    return o->everyone && worst && (o->people_max > 0 || judge_tier(worst->category) >= 3);
}

static void judge_everyone(judging *j, const cdr_judge_object *o)
{
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_object(j, &v, o);
    v.path = o->container_shown;
    v.severity = o->people_max >= SOME_PEOPLE || judge_tier(worst_field(o)->category) >= 3 ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
    v.remedy = CDR_REMEDY_REVOKE;
    if (!judge_wants(j, &v, o))
        return;
    const char *word = judge_shell_word(j, o->file);
    v.evidence = judge_text(j, "every account of the machine may read it; %s%s%s", kinds_of(j, o), people_there(j, o), o->inside ? " in one part of it" : "");
    v.remedy_text = "Take the right to read away from everyone else.";
    v.command = word[0] ? judge_text(j, "chmod o-rwx -- %s", word) : judge_text(j, "candor inventory show object:%lld", (long long)o->id);
    judge_put(j, &v);
    judge_reason(j, "readable by those with a purpose only", "the file and all folders above it let everyone read", "", CDR_FALSE);
}

/* Readers that no activity of the system names as those who work with it, nor its holders. */
static void judge_readers(judging *j, size_t system)
{
    const cdr_judge_system *s = &j->facts->systems[system];
    const judge_system *x = &j->systems[system];
    const char **strange = cdr_arena_alloc(j->arena, (s->readers.count + 1) * sizeof *strange);
    size_t count = 0;
    if (strange && x->personal && (s->readers.count == 0 || x->activity_count == 0))
        j->open = s->readers.count ? judge_text(j, "what %s is for", s->name) : judge_text(j, "who may read %s (access)", s->name);
    if (!strange || s->readers.count == 0 || x->activity_count == 0 || !x->personal) {
        j->failed |= !strange;
        return;
    }
    for (size_t i = 0; i < s->readers.count; i++) {
        const cdr_judge_party *p = judge_party(j, s->readers.keys[i]);
        bool named = false;
        for (size_t k = 0; k < x->activity_count && !named; k++) {
            const cdr_judge_activity *a = &j->facts->activities[x->activities[k]];
            named = !strcmp(a->function, s->readers.keys[i]) || !strcmp(a->key, s->readers.keys[i]) || judge_has(&a->recipients, s->readers.keys[i]) || (p && judge_has(&a->recipients, p->key));
        }
        for (size_t k = 0; k < s->holder_count && !named; k++)
            named = p == &j->facts->parties[s->holders[k].party];
        if (!named)
            strange[count++] = s->readers.keys[i];
    }
    if (count == 0)
        return;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.remedy = CDR_REMEDY_DECLARE;
    v.amount = count;
    if (!judge_wants(j, &v, NULL))
        return;
    const char *who = judge_join(j, &(cdr_key_set){strange, count, true});
    v.evidence = judge_text(j, "%s of %s may read it, and no activity has them as function, recipient or holder: %s", judge_number(j, count), judge_count(j, s->readers.count, "reader", "readers"), who);
    v.missing = judge_text(j, "for which activity they read it: %s", who);
    v.remedy_text = "Write them into the activity they work for as function or recipient; take the right away from the others.";
    judge_put(j, &v);
    judge_reason(j, "every reader works for an activity of the system", who, "", CDR_UNKNOWN);
}

void judge_min_20(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-20"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count;) {
        const cdr_judge_object *o = worst_of_file(j, &i, is_open);
        if (o)
            judge_everyone(j, o);
    }
    for (size_t s = 0; s < j->facts->system_count; s++)
        if (j->facts->systems[s].registered)
            judge_readers(j, s);
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-24 --- */

/* What stayed in the changed file itself by a rule may be right, and may not: nobody has looked. */
static void judge_residue(judging *j, const cdr_judge_residue *r, const cdr_judge_object *o)
{
    cdr_verdict v = judge_verdict(j, r->governed ? CDR_VERDICT_UNKNOWN : CDR_VERDICT_FAIL);
    judge_at_object(j, &v, o);
    v.amount = r->values;
    v.retention = r->plan;    /* tells verdicts of two plans apart */
    v.remedy = o->inside || r->inside ? CDR_REMEDY_NONE : CDR_REMEDY_DELETE_FILE;
    j->apart = r->inside ? r->what : NULL;
    if (!judge_wants(j, &v, o)) {
        j->apart = NULL;
        return;
    }
    v.evidence = r->inside ? judge_text(j, "up to %s (%s) that plan %s took away elsewhere in this file still %s here%s", judge_count(j, r->values, "value", "values"), r->what, r->plan,
                                        r->values == 1 ? "stands" : "stand", r->governed ? ", where a retention rule keeps them" : "")
                           : judge_text(j, "%s of %s that plan %s erased %s here", judge_number(j, r->values), r->what, r->plan, r->values == 1 ? "is" : "are");
    v.missing = r->governed ? "whether the reason to keep them here holds for these people" : "";
    v.remedy_text = r->governed ? "Look whether they may stay here; what is asked to be erased goes from here, too." : "Erase it here, too; or say by which retention rule it stays.";
    judge_put(j, &v);
    judge_reason(j, "nothing that a plan erased is found again", v.evidence, "", r->governed ? CDR_UNKNOWN : CDR_FALSE);
}

void judge_min_24(judging *j)
{
    const cdr_judge_facts *f = j->facts;
    if (!judge_begin(j, cdr_min_test_find("MIN-24"), NULL))
        return;
    for (size_t i = 0; i < f->residue_count; i++) {
        const cdr_judge_residue *r = &f->residue[i];
        const cdr_judge_object *o = &f->objects[r->object];
        judge_residue(j, r, o);
    }
    if (!f->erasures_known) {
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_NOT_EVALUATED);
        if (judge_wants(j, &v, NULL)) {
            v.missing = "the record of what plans erased";
            v.evidence = "not looked at";
            judge_put(j, &v);
        }
    }
    judge_end(j, f->erasures ? CDR_SEES_OBSERVED : 0);
}
