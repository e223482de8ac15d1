/* SPDX-License-Identifier: Apache-2.0 */
/* In which form data lie: MIN-12, 16, 17, 18, 19, and the forms of a policy. What a scan finds lies plain: masked values are not found. */
#include "core/policy/judge_tests.h"

#include <string.h>

typedef bool field_test(const cdr_judge_field *f);

/* --- forms of a policy --- */

/* PCI's rules are MIN-18, those about secrets MIN-19. */
static const char *test_of(const cdr_form_rule *r)
{
    bool cards = r->categories.count > 0, secrets = r->categories.count > 0;
    for (size_t i = 0; i < r->categories.count; i++) {
        cards &= cdr_taxon_within(r->categories.keys[i], "user.financial.credit_card");
        secrets &= cdr_taxon_within(r->categories.keys[i], "user.authorization");
    }
    return cards ? "MIN-18" : secrets ? "MIN-19" : "MIN-12";
}

static cdr_truth lies_encrypted(const cdr_judge_system *s)
{
    return s->encrypted < 0 ? CDR_UNKNOWN : s->encrypted ? CDR_TRUE : CDR_FALSE;
}

/* Does the rule speak of this field in this place? */
static cdr_truth speaks_of(const judging *j, const cdr_form_rule *r, const cdr_judge_object *o, const cdr_judge_field *f)
{
    const cdr_judge_system *s = &j->facts->systems[o->system];
    if (r->systems.count > 0 && !judge_has(&r->systems, s->registered ? s->key : CDR_SYSTEM_UNREGISTERED))
        return CDR_FALSE;
    cdr_truth t = r->categories.count ? judge_within(&r->categories, f->category, f->exact) : CDR_TRUE;
    return t == CDR_FALSE ? CDR_FALSE : cdr_truth_and(t, judge_used_for(j, o->system, &r->purposes, f->category));
}

static const char *form_words(judging *j, unsigned forms)
{
    const char *said = "";
    for (unsigned f = CDR_FORM_NEVER; f <= CDR_FORM_PLAIN; f <<= 1)
        if (forms & f)
            said = judge_text(j, "%s%s%s", said, said[0] ? " or " : "", f == CDR_FORM_NEVER ? "not at all" : cdr_form_name((cdr_form)f));
    return said;
}

static void judge_form_at(judging *j, const cdr_form_rule *r, const cdr_judge_object *o, const cdr_judge_field *f)
{
    const cdr_judge_system *s = &j->facts->systems[o->system];
    cdr_truth about = speaks_of(j, r, o, f);
    cdr_truth allowed = r->allowed & CDR_FORM_ENCRYPTED ? lies_encrypted(s) : CDR_FALSE;
    if (f->traits & CDR_TRAIT_HASHED && r->allowed & CDR_FORM_HASHED)
        allowed = CDR_TRUE;
    cdr_truth t = cdr_truth_and(about, cdr_truth_not(allowed));
    if (t == CDR_FALSE)
        return;
    cdr_verdict v = judge_verdict(j, t == CDR_TRUE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_field(j, &v, o, f);
    judge_remedy_field(j, &v, o, f, r->allowed);
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = judge_text(j, "%s; allowed: %s", judge_field_evidence(j, o, f), form_words(j, r->allowed));
    if (t == CDR_UNKNOWN) {
        v.missing = allowed == CDR_UNKNOWN ? judge_text(j, "whether %s is encrypted", s->registered ? s->name : "the place") : judge_text(j, "what %s is used for in %s", f->what, s->name);
        v.remedy = CDR_REMEDY_DECLARE;
        v.remedy_text = "Write down what is missing.";
        v.command = allowed == CDR_UNKNOWN && s->registered ? judge_text(j, "candor inventory set system %s encrypted=YES-OR-NO", s->key) : "";
    }
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "the rule speaks of %s here", f->category), judge_join(j, &r->categories), judge_join(j, &r->purposes), about);
    judge_reason(j, judge_text(j, "it lies %s", form_words(j, r->allowed)), f->traits & CDR_TRAIT_HASHED ? "hashed" : allowed == CDR_TRUE ? "plain in an encrypted place" : "plain", "", allowed);
}

static void judge_forms(judging *j, const char *test)
{
    for (size_t n = 0; n < j->policy->form_count && !j->failed; n++) {
        const cdr_form_rule *r = &j->policy->forms[n];
        if (strcmp(test_of(r), test) != 0 || !judge_begin(j, cdr_min_test_find(test), &r->head))
            continue;
        for (size_t i = 0; !(r->allowed & CDR_FORM_PLAIN) && i < j->facts->object_count; i++)
            for (size_t k = 0; k < j->facts->objects[i].field_count; k++)
                judge_form_at(j, r, &j->facts->objects[i], &j->facts->objects[i].fields[k]);
        judge_end(j, CDR_SEES_OBSERVED);
    }
}

/* --- MIN-12 --- */

static const char *const fine[] = {"user.demographic.date_of_birth", "user.location.precise", "user.device.ip_address", "user.contact.address.postal_code", "user.financial.credit_card.number"};

static bool is_ruled(const judging *j, const char *category)
{
    for (size_t i = 0; i < j->policy->form_count; i++)
        if (j->policy->forms[i].head.enabled && judge_within(&j->policy->forms[i].categories, category, true) == CDR_TRUE)
            return true;
    return false;
}

static bool is_there(const judging *j, const char *category)
{
    for (size_t s = 0; s < j->facts->system_count; s++)
        for (size_t i = 0; i < j->systems[s].seen.len; i++)
            if (cdr_taxon_within(j->systems[s].seen.at[i].category, category))
                return true;
    return false;
}

/* How fine is fine enough depends on the purpose: only the policy can say. */
void judge_min_12(judging *j)
{
    judge_forms(j, "MIN-12");
    if (!judge_begin(j, cdr_min_test_find("MIN-12"), NULL))
        return;
    const char *unruled[CDR_COUNT(fine)];
    size_t count = 0;
    for (size_t i = 0; i < CDR_COUNT(fine); i++)
        if (is_there(j, fine[i]) && !is_ruled(j, fine[i]))
            unruled[count++] = fine[i];
    for (size_t i = 0; i < count; i++) {
        cdr_verdict v = judge_verdict(j, CDR_VERDICT_GAP);
        v.category = unruled[i];
        v.remedy = CDR_REMEDY_DECLARE;
        if (!judge_wants(j, &v, NULL))
            continue;
        v.evidence = judge_text(j, "%s lies plain, and the policy does not say how fine it needs to be", unruled[i]);
        v.missing = judge_text(j, "in which form %s is needed", unruled[i]);
        v.remedy_text = judge_text(j, "Write a rule under forms in policy.yaml: {categories: [%s], allowed: [generalised]}, or allowed: [plain] if all of it is needed.", unruled[i]);
        judge_put(j, &v);
        judge_reason(j, judge_text(j, "a rule under forms speaks of %s", unruled[i]), "none does", "", CDR_UNKNOWN);
    }
    judge_end(j, CDR_SEES_OBSERVED);
}

/* --- MIN-16 --- */

enum { ROWS_THAT_TELL = 50 };

/* Share in percent of rows that say nothing, by what was counted: all values alike, or none. -1 the counts cannot tell. */
static int says_nothing(const cdr_judge_object *o, const cdr_judge_field *f, bool *ret_empty)
{
    static const char *const tables[] = {"csv", "tsv", "ndjson", "json", "sqlite-table", "xlsx"};
    uint64_t rows = o->rows;
    bool table = false;
    *ret_empty = false;
    for (size_t i = 0; i < CDR_COUNT(tables); i++)
        table |= !strcmp(o->format, tables[i]);
    if (!table || f->values == 0 || !f->name[0] || f->traits & (CDR_TRAIT_FREE_TEXT | CDR_TRAIT_FILE_NAME) || rows < ROWS_THAT_TELL || f->values > rows)
        return -1;
    uint64_t empty = (rows - f->values) * 100 / rows;
    if (f->distinct == 1 && f->amount <= f->values && f->amount * 100 / rows > empty)
        return (int)(f->amount * 100 / rows);
    *ret_empty = true;
    return (int)empty;
}

static void judge_constant(judging *j, const cdr_judge_object *o, const cdr_judge_field *f, int percent, bool empty)
{
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_field(j, &v, o, f);
    judge_remedy_field(j, &v, o, f, 0);
    v.thought = "That a column says nothing does not show that no program and no person needs it.";
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = empty ? judge_text(j, "column %s has a value in %s of %s rows", f->name, judge_number(j, f->values), judge_number(j, o->rows))
                       : judge_text(j, "column %s has the same %s in %s of %s rows", f->name, f->what, judge_number(j, f->amount), judge_number(j, o->rows));
    judge_put(j, &v);
    judge_reason(j, judge_text(j, "fewer than %u %% of the rows are empty or alike", j->policy->limits.constant_percent), v.evidence, judge_text(j, "%d %%", percent), CDR_FALSE);
}

void judge_min_16(judging *j)
{
    bool told = false;
    if (!judge_begin(j, cdr_min_test_find("MIN-16"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count; i++)
        for (size_t k = 0; k < j->facts->objects[i].field_count; k++) {
            const cdr_judge_object *o = &j->facts->objects[i];
            bool empty;
            int percent = says_nothing(o, &o->fields[k], &empty);
            told |= percent >= 0;
            if (percent >= 0 && (uint32_t)percent >= j->policy->limits.constant_percent)
                judge_constant(j, o, &o->fields[k], percent, empty);
        }
    if (told) {
        judge_end(j, CDR_SEES_OBSERVED);
        return;
    }
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_NOT_EVALUATED);
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = "not looked at";
    v.missing = "tables with enough rows of personal data to tell";
    judge_put(j, &v);
}

/* --- MIN-17, 18, 19 --- */

/* Everything of one sort is wrong wherever it lies. */
static void fail_all(judging *j, field_test *wanted, unsigned forms)
{
    for (size_t i = 0; i < j->facts->object_count; i++)
        for (size_t k = 0; k < j->facts->objects[i].field_count; k++) {
            const cdr_judge_object *o = &j->facts->objects[i];
            const cdr_judge_field *f = &o->fields[k];
            if (!wanted(f))
                continue;
            cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
            judge_at_field(j, &v, o, f);
            judge_remedy_field(j, &v, o, f, forms);
            if (!judge_wants(j, &v, o))
                continue;
            v.evidence = judge_field_evidence(j, o, f);
            judge_put(j, &v);
            judge_reason(j, "nothing of this sort lies anywhere in the clear", v.evidence, f->category, CDR_FALSE);
        }
}

static bool in_log(const cdr_judge_object *o, const cdr_judge_field *f)
{
    return o->log || f->traits & (CDR_TRAIT_FREE_TEXT | CDR_TRAIT_FILE_NAME) || !f->name[0];
}

/* Cards and secrets are told by the tests after this one. */
static bool is_sensitive(const cdr_judge_field *f)
{
    return judge_tier(f->category) >= 3 && !judge_is_secret(f) && !judge_is_sad(f) && !judge_is_pan(f);
}

void judge_min_17(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-17"), NULL))
        return;
    for (size_t i = 0; i < j->facts->object_count; i++)
        for (size_t k = 0; k < j->facts->objects[i].field_count; k++) {
            const cdr_judge_object *o = &j->facts->objects[i];
            const cdr_judge_field *f = &o->fields[k];
            if (!is_sensitive(f) || !in_log(o, f))
                continue;
            cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
            judge_at_field(j, &v, o, f);
            v.severity = judge_tier(f->category) >= 4 ? CDR_SEV_HIGH : CDR_SEV_MEDIUM;
            judge_remedy_field(j, &v, o, f, 0);
            if (!judge_wants(j, &v, o))
                continue;
            v.evidence = judge_text(j, "%s%s", judge_field_evidence(j, o, f), o->log ? "; it is a log" : "");
            judge_put(j, &v);
            judge_reason(j, "not in running text, names of files or logs", v.evidence, f->category, CDR_FALSE);
        }
    judge_end(j, CDR_SEES_OBSERVED);
}

static void judge_pan(judging *j, const cdr_judge_object *o, const cdr_judge_field *f)
{
    const cdr_judge_system *s = &j->facts->systems[o->system];
    cdr_truth hidden = s->registered ? lies_encrypted(s) : CDR_FALSE;
    if (hidden == CDR_TRUE)
        return;
    cdr_verdict v = judge_verdict(j, hidden == CDR_FALSE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_field(j, &v, o, f);
    v.severity = CDR_SEV_HIGH;
    v.law = "PCI DSS 4.0.1, 3.5.1";
    judge_remedy_field(j, &v, o, f, CDR_FORM_MASKED);
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = judge_text(j, "%s; %s", judge_field_evidence(j, o, f), !s->registered ? "in no registered system" : hidden == CDR_FALSE ? "the system is not encrypted" : "nobody has said whether the system is encrypted");
    if (hidden == CDR_UNKNOWN) {
        v.missing = judge_text(j, "whether %s is encrypted", s->name);
        v.command = judge_text(j, "candor inventory set system %s encrypted=YES-OR-NO", s->key);
    }
    judge_put(j, &v);
    judge_reason(j, "a card number is masked", "a whole number was found", f->category, CDR_FALSE);
    judge_reason(j, "the place is encrypted", v.evidence, "", hidden);
}

static bool is_sad(const cdr_judge_field *f)
{
    return judge_is_sad(f);
}

void judge_min_18(judging *j)
{
    if (judge_begin(j, cdr_min_test_find("MIN-18"), NULL)) {
        fail_all(j, is_sad, 0);
        for (size_t i = 0; i < j->facts->object_count; i++)
            for (size_t k = 0; k < j->facts->objects[i].field_count; k++)
                if (judge_is_pan(&j->facts->objects[i].fields[k]))
                    judge_pan(j, &j->facts->objects[i], &j->facts->objects[i].fields[k]);
        judge_end(j, CDR_SEES_OBSERVED);
    }
    judge_forms(j, "MIN-18");
}

static bool is_readable_secret(const cdr_judge_field *f)
{
    return judge_is_secret(f) && !(f->traits & CDR_TRAIT_HASHED);
}

void judge_min_19(judging *j)
{
    if (judge_begin(j, cdr_min_test_find("MIN-19"), NULL)) {
        fail_all(j, is_readable_secret, 0);
        judge_end(j, CDR_SEES_OBSERVED);
    }
    judge_forms(j, "MIN-19");
}
