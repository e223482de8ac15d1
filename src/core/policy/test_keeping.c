/* SPDX-License-Identifier: Apache-2.0 */
/* How long data are kept: MIN-09, 10, 11. Which rule counts says the retention clock (retention.h). */
#include "core/policy/judge_tests.h"

#include <string.h>

/* --- questions to the clock --- */

/* The same questions as retention runs ask (core/minimise/retention_rules.c), so that their counts answer them. */
static void ask(const judging *j, const char *system, const char *category, const cdr_key_set *uses, cdr_retention_answer *ret)
{
    const cdr_retention_question q = {.category = category, .system = system, .uses = *uses, .hold = "", .own = j->own, .own_count = j->own_count};
    cdr_retention_resolve(j->policy, &q, ret);
}

const cdr_retention_answer *judge_retention(judging *j, size_t system, judge_seen *seen)
{
    const judge_system *s = &j->systems[system];
    if (seen->answer)
        return seen->answer;
    cdr_retention_answer *answer = cdr_arena_alloc(j->arena, sizeof *answer);
    const char **keys = cdr_arena_alloc(j->arena, (s->activity_count + 1) * sizeof *keys);
    if (!answer || !keys) {
        j->failed = true;
        return NULL;
    }
    cdr_key_set uses = {.keys = keys};
    bool unsaid = false;
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[s->activities[i]];
        if (a->categories.keys.count > 0 && judge_within(&a->categories.keys, seen->category, false) == CDR_FALSE)
            continue;
        unsaid |= !a->use[0];
        if (a->use[0] && !judge_has(&uses, a->use))
            keys[uses.count++] = a->use;
    }
    uses.known = uses.count > 0 && !unsaid;
    ask(j, j->facts->systems[system].registered ? j->facts->systems[system].key : "", seen->category, &uses, answer);
    return seen->answer = answer;
}

static judge_seen *seen_of(judging *j, const cdr_judge_object *o, const cdr_judge_field *f)
{
    judge_seen_list *list = &j->systems[o->system].seen;
    for (size_t i = 0; i < list->len; i++)
        if (list->at[i].exact == f->exact && !strcmp(list->at[i].category, f->category))
            return &list->at[i];
    return NULL;
}

static bool not_approved(const cdr_retention_answer *a)
{
    for (size_t i = 0; i < a->lost_count; i++)
        if (a->lost_why[i] == CDR_LOST_NOT_APPROVED)
            return true;
    return false;
}

/* --- MIN-09 --- */

static void judge_covered(judging *j, const cdr_judge_activity *a, const char *system, const char *category)
{
    cdr_retention_answer answer;
    ask(j, system, category, &(cdr_key_set){&a->use, a->use[0] != '\0', a->use[0] != '\0'}, &answer);
    bool endless = answer.why == CDR_KEPT_BY_MINIMUM && !answer.has_end, none = answer.why == CDR_NO_RULE;
    bool unapproved = !answer.has_end && not_approved(&answer);
    if (!none && !endless && !unapproved && answer.why != CDR_RETENTION_UNKNOWN)
        return;
    cdr_verdict v = judge_verdict(j, none || unapproved ? CDR_VERDICT_FAIL : answer.why == CDR_RETENTION_UNKNOWN ? CDR_VERDICT_UNKNOWN : CDR_VERDICT_GAP);
    judge_at_activity(&v, a);
    v.system = system;
    for (size_t i = 0; i < j->facts->system_count; i++)
        if (j->facts->systems[i].registered && !strcmp(j->facts->systems[i].key, system))
            v.system_name = j->facts->systems[i].name;
    v.category = category;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = unapproved ? judge_text(j, "%s keeps %s without end, and nobody has approved it", a->name, category)
                 : none     ? judge_text(j, "no retention rule speaks of %s for %s", category, a->use[0] ? a->use : a->name)
                            : judge_text(j, "%s for %s: %s", category, a->name, answer.explanation);
    v.missing = v.result == CDR_VERDICT_UNKNOWN ? "which of the rules applies" : endless ? "when it must go: only a minimum is known" : "";
    v.remedy_text = unapproved ? "Name the approver in the rule, or give it a period." : "Write a retention rule into policy.yaml, or a period into the activity.";
    v.command = unapproved ? "" : judge_text(j, "candor inventory set activity %s retention.period=P2Y retention.trigger=EVENT", a->key);
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "a rule says how long %s is kept for %s", category, a->use[0] ? a->use : a->name), answer.explanation, "", none || unapproved ? CDR_FALSE : CDR_UNKNOWN);
}

void judge_min_09(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-09"), NULL))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        if (a->categories.keys.count == 0)
            j->open = judge_text(j, "which categories %s uses", a->name);
        for (size_t k = 0; k < a->categories.keys.count; k++) {
            if (a->systems.count == 0)
                judge_covered(j, a, "", a->categories.keys.keys[k]);
            for (size_t s = 0; s < a->systems.count; s++)
                judge_covered(j, a, a->systems.keys[s], a->categories.keys.keys[k]);
        }
    }
    for (size_t s = 0; s < j->facts->system_count; s++)
        if (j->facts->systems[s].registered && j->systems[s].personal && j->systems[s].activity_count == 0)
            j->open = judge_text(j, "what %s is for", j->facts->systems[s].name);
    judge_end(j, j->facts->activity_count ? 0 : CDR_SEES_OBSERVED);
}

/* --- MIN-10 --- */

/* Why nothing can be said of some objects' age. */
typedef enum blind { NOT_COUNTED, NOT_DATED, NO_SURE_RULE, NO_RULE } blind;
typedef struct uncounted { blind why; const char *rule, *reason; size_t system; uint64_t objects; const cdr_judge_object *first; } uncounted;
CDR_VEC(uncounted_list, uncounted)

static void note_uncounted(judging *j, uncounted_list *list, const cdr_judge_object *o, blind why, const char *rule, const char *reason)
{
    for (size_t i = 0; i < list->len; i++) {
        uncounted *u = &list->at[i];
        if (u->system == o->system && !strcmp(u->rule, rule) && !strcmp(u->reason, reason)) {
            u->objects++;
            u->why = CDR_MIN(u->why, why);
            return;
        }
    }
    uncounted *u = uncounted_list_push(list);
    if (u)
        *u = (uncounted){why, rule, reason, o->system, 1, o};
    j->failed |= !u;
}

static void fail_over_age(judging *j, const cdr_judge_object *o, const cdr_retention_rule *rule, const cdr_judge_retained *r)
{
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    bool file = !strcmp(r->trigger_field, "file"), mask = rule->action == CDR_RETAIN_MASK || rule->action == CDR_RETAIN_ANONYMISE;
    judge_at_object(j, &v, o);
    v.retention = rule->head.id;
    v.trigger_field = r->trigger_field;
    v.cutoff = r->cutoff;
    v.amount = r->over_age;
    v.severity = rule->head.severity ? rule->head.severity : CDR_SEV_HIGH;
    v.remedy = rule->action == CDR_RETAIN_REVIEW || (file && o->inside) || r->kept > 0 ? CDR_REMEDY_NONE : file ? CDR_REMEDY_DELETE_FILE : CDR_REMEDY_PURGE_ROWS;
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = file ? judge_text(j, "the file was last changed before %s, and %s ends after %s", r->cutoff, rule->head.title[0] ? rule->head.title : rule->head.id, r->oldest[0] ? r->oldest : "its period")
                      : judge_text(j, "%s of %s over age by %s: dated before %s%s%s", judge_number(j, r->over_age), judge_count(j, r->rows, "row is", "rows are"), r->trigger_field, r->cutoff,
                                   r->oldest[0] ? ", the oldest " : "", r->oldest);
    v.remedy_text = r->kept > 0 ? "Another rule keeps some of these records: take away the columns that are over age, by hand." : v.remedy == CDR_REMEDY_NONE ? "Look at them, and decide." : mask ? "Purge these rows, or make them anonymous, as the rule says." : file ? "Delete the file." : "Purge these rows.";
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "retention rule %s counts here", rule->head.id), r->trigger_field, "", CDR_TRUE);
    judge_reason(j, judge_text(j, "no row is dated before %s", r->cutoff), v.evidence, "", CDR_FALSE);
}

static const cdr_judge_retained *count_of(const cdr_judge_object *o, const char *rule)
{
    for (size_t i = 0; i < o->retained_count; i++)
        if (!strcmp(o->retained[i].rule, rule))
            return &o->retained[i];
    return NULL;
}

static void judge_age(judging *j, const cdr_judge_object *o, const cdr_retention_rule *rule, uncounted_list *list)
{
    const cdr_judge_retained *r = count_of(o, rule->head.id);
    if (!r)
        note_uncounted(j, list, o, NOT_COUNTED, rule->head.id, "it was not counted");
    else if (r->stale)
        note_uncounted(j, list, o, NOT_COUNTED, rule->head.id, "it has changed since it was counted");
    else if (!r->known)
        note_uncounted(j, list, o, NOT_DATED, rule->head.id, r->reason[0] ? r->reason : "it cannot be counted");
    else if (r->over_age > 0)
        fail_over_age(j, o, rule, r);
    if (r && r->known && !r->stale && r->undated > 0)
        note_uncounted(j, list, o, NOT_DATED, rule->head.id, "some rows have no date that can be read");
}

/* Why no period can be held against a kind of data; NULL: one can, or it may stay for ever. */
static const char *no_period(const cdr_retention_answer *a, blind *ret)
{
    *ret = a->why == CDR_NO_RULE ? NO_RULE : NO_SURE_RULE;
    return a->why == CDR_NO_RULE ? "no retention rule speaks of it" : a->why == CDR_RETENTION_UNKNOWN ? "it cannot be told which retention rule applies" : NULL;
}

/* The rules that count in one object, each once. */
static void judge_object_age(judging *j, const cdr_judge_object *o, uncounted_list *list)
{
    enum { RULES = 16 };
    const cdr_retention_rule *done[RULES];
    const char *said[2] = {NULL, NULL};
    size_t count = 0;
    for (size_t k = 0; k < o->field_count; k++) {
        judge_seen *seen = judge_is_personal(&o->fields[k]) ? seen_of(j, o, &o->fields[k]) : NULL;
        const cdr_retention_answer *a = seen ? judge_retention(j, o->system, seen) : NULL;
        cdr_date cutoff;
        blind why;
        const char *reason = a ? no_period(a, &why) : NULL;
        if (reason && !said[why == NO_RULE]) {
            note_uncounted(j, list, o, why, "", reason);    /* once for the object */
            said[why == NO_RULE] = reason;
        }
        if (!a || reason || !a->won || !cdr_retention_cutoff(a, j->facts->today, &cutoff))
            continue;
        bool again = count == RULES;
        for (size_t i = 0; i < count && !again; i++)
            again = done[i] == a->won || !strcmp(done[i]->head.id, a->won->head.id);
        if (again)
            continue;
        done[count++] = a->won;
        judge_age(j, o, a->won, list);
    }
}

static void tell_uncounted(judging *j, const uncounted *u)
{
    static const struct { const char *missing, *remedy, *command; } words[] = {
        [NOT_COUNTED] = {"how old the records are", "Count them.", "candor retention run"},
        [NOT_DATED] = {"how old these records are", "Name the column with the date as trigger_fields of the rule, or look at the dates yourself.", "candor retention run"},
        [NO_SURE_RULE] = {"what the data are used for, which decides between rules", "Write data_use into the activities of the system.", ""},
        [NO_RULE] = {"how long it may be kept", "Write a retention rule into policy.yaml, or a period into the activity.", ""}};
    const cdr_judge_system *s = &j->facts->systems[u->system];
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, s);
    v.retention = u->rule;
    j->apart = u->reason;
    v.amount = u->objects;
    v.severity = u->why >= NO_SURE_RULE ? CDR_SEV_MEDIUM : v.severity;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, u->first)) {
        j->apart = NULL;
        return;
    }
    v.evidence = judge_text(j, "%s%s%s of %s, the first %s: %s", u->rule[0] ? "rule " : "", u->rule, u->rule[0] ? judge_text(j, ", %s", judge_count(j, u->objects, "object", "objects")) : judge_count(j, u->objects, "object", "objects"),
                            s->name, u->first->path, u->reason);
    v.missing = words[u->why].missing;
    v.remedy_text = words[u->why].remedy;
    const char *word = u->why >= NO_SURE_RULE ? judge_shell_word(j, u->first->file) : "";
    v.command = u->why < NO_SURE_RULE ? words[u->why].command : word[0] ? judge_text(j, "candor retention explain %s", word) : "";
    judge_put(j, &v);
    judge_reason(j, u->rule[0] ? judge_text(j, "records over age by %s are counted", u->rule) : "a period says when they are over age", u->reason, "", CDR_UNKNOWN);
}

void judge_min_10(judging *j)
{
    uncounted_list list = {0};
    if (!judge_begin(j, cdr_min_test_find("MIN-10"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count && !j->failed; i++)
        if (!j->facts->objects[i].hold[0])    /* a hold keeps everything */
            judge_object_age(j, &j->facts->objects[i], &list);
    for (size_t i = 0; i < list.len && !j->failed; i++)
        tell_uncounted(j, &list.at[i]);
    uncounted_list_done(&list);
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-11 --- */

static void judge_clash(judging *j, size_t system, judge_seen *seen)
{
    const cdr_retention_answer *a = judge_retention(j, system, seen);
    if (a && a->why == CDR_RETENTION_UNKNOWN)
        j->open = judge_text(j, "what %s is used for in %s", seen->category, j->facts->systems[system].name);
    if (!a || !a->clash)
        return;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_system(&v, &j->facts->systems[system]);
    v.category = seen->category;
    v.retention = a->won ? a->won->head.id : "";
    v.amount = a->lost_count;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s in %s: %s", seen->category, j->facts->systems[system].name, a->explanation);
    v.remedy_text = "Make the rules agree, or narrow one of them to other categories, purposes or systems.";
    v.command = j->facts->systems[system].registered ? judge_text(j, "candor retention explain %s --category %s", j->facts->systems[system].key, seen->category) : "";
    judge_put(j, &v);
    for (size_t i = 0; i < a->lost_count; i++)
        judge_reason(j, judge_text(j, "rule %s", a->lost[i]->head.id), cdr_retention_lost_words[a->lost_why[i]], "", CDR_FALSE);
    if (a->won)
        judge_reason(j, judge_text(j, "rule %s", a->won->head.id), "it won", "", CDR_TRUE);
}

void judge_min_11(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-11"), NULL))
        return;
    for (size_t s = 0; s < j->facts->system_count && !j->failed; s++)
        for (size_t i = 0; j->facts->systems[s].registered && i < j->systems[s].seen.len; i++)
            judge_clash(j, s, &j->systems[s].seen.at[i]);
    judge_end(j, CDR_SEES_OBSERVED);
}
