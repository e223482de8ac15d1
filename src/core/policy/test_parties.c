/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets data, where, and on whose word: MIN-21, 22, 23. */
#include "core/policy/judge_tests.h"

#include <string.h>
#include <strings.h>

/* --- MIN-21 --- */

/* What the party does with our data: "hosts Shop", "gets data of Newsletter"; NULL nothing. */
static const char *dealings(judging *j, size_t party)
{
    static const char *const relations[] = {"is responsible for", "hosts", "stores data of", "shares data of"};
    const cdr_judge_facts *f = j->facts;
    for (size_t s = 0; s < f->system_count; s++)
        for (size_t i = 0; i < f->systems[s].holder_count; i++)
            if (f->systems[s].holders[i].party == party)
                return judge_text(j, "%s %s", relations[f->systems[s].holders[i].relation], f->systems[s].name);
    for (size_t i = 0; i < f->activity_count; i++)
        for (size_t k = 0; k < f->activities[i].recipients.count; k++)
            if (judge_party(j, f->activities[i].recipients.keys[k]) == &f->parties[party])
                return judge_text(j, "gets data of %s", f->activities[i].name);
    return NULL;
}

static void judge_agreement(judging *j, size_t party)
{
    const cdr_judge_party *p = &j->facts->parties[party];
    const char *does = p->ours || p->authority || p->agreement == 1 ? NULL : dealings(j, party);
    if (!does)
        return;
    cdr_verdict v = judge_verdict(j, p->agreement == -1 ? CDR_VERDICT_UNKNOWN : CDR_VERDICT_FAIL);
    v.party = p->key;
    v.remedy = CDR_REMEDY_AGREE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s %s; %s", p->name, does,
                            p->agreement == -2 ? (p->agreement_until[0] ? judge_text(j, "the agreement ran out on %s", p->agreement_until) : "the agreement has run out")
                            : p->agreement == 0 ? "there is no agreement" : "nobody has said whether an agreement is signed");
    v.missing = p->agreement == -1 ? judge_text(j, "whether %s has signed an agreement", p->name) : "";
    v.remedy_text = "Sign a data-processing agreement, then write down its date and its end.";
    v.command = judge_text(j, "candor inventory set party %s agreement=signed agreement_date=YYYY-MM-DD", p->key);
    judge_put(j, &v);
    judge_reason(j, "gets data of ours", does, "", CDR_TRUE);
    judge_reason(j, "a signed agreement is running", v.evidence, "", p->agreement == -1 ? CDR_UNKNOWN : CDR_FALSE);
}

/* A recipient that is no party: nobody can say what was agreed with it. */
static void judge_stranger(judging *j, const cdr_judge_activity *a, const char *recipient)
{
    if (judge_party(j, recipient))
        return;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_UNKNOWN);
    judge_at_activity(&v, a);
    v.party = recipient;
    v.severity = CDR_SEV_MEDIUM;
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s gives data to %s, which is no party of the inventory", a->name, recipient);
    v.missing = judge_text(j, "who %s is, and what was agreed", recipient);
    v.remedy_text = "Add the party, with kind authority where it is one.";
    v.command = "candor inventory add party KEY name=NAME agreement=signed";
    judge_put(j, &v);
    judge_reason(j, "the recipient is a party", recipient, "", CDR_UNKNOWN);
}

/* Who gets data is not written down: nobody is left out by saying nothing. */
static void note_recipients(judging *j)
{
    for (size_t i = 0; i < j->facts->activity_count; i++)
        if (!j->facts->activities[i].recipients.known)
            j->open = judge_text(j, "who gets data of %s (recipients=nobody when nobody does)", j->facts->activities[i].name);
}

void judge_min_21(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-21"), NULL))
        return;
    for (size_t i = 0; i < j->facts->party_count; i++)
        judge_agreement(j, i);
    note_recipients(j);
    for (size_t i = 0; i < j->facts->activity_count; i++)
        for (size_t k = 0; k < j->facts->activities[i].recipients.count; k++)
            judge_stranger(j, &j->facts->activities[i], j->facts->activities[i].recipients.keys[k]);
    judge_end(j, 0);
}

/* --- MIN-22 --- */

static const char *home(const judging *j)
{
    return j->policy->limits.home_country[0] ? j->policy->limits.home_country : j->facts->home_country;
}

/* Does the list of adequate countries say something today? ${*ret_why}: why not. */
static cdr_truth is_adequate(judging *j, const char *country, const char **ret_why)
{
    const cdr_policy_limits *l = &j->policy->limits;
    cdr_date as_of;
    *ret_why = "";
    if (!l->adequate.known) {
        *ret_why = "which countries are adequate: the policy has no list";
        return CDR_UNKNOWN;
    }
    if (!cdr_date_parse(l->adequacy_as_of, &as_of)) {
        *ret_why = "of which day the list of adequate countries is";
        return CDR_UNKNOWN;
    }
    int32_t months = (int32_t)CDR_MIN(l->adequacy_months, 1200u);
    cdr_date stale = cdr_period_after(as_of, (cdr_period){.months = months});
    if (cdr_days_from_date(stale) < cdr_days_from_date(j->facts->today)) {
        *ret_why = judge_text(j, "whether the list of adequate countries of %s still holds: it is older than %d months", l->adequacy_as_of, (int)months);
        return CDR_UNKNOWN;
    }
    return judge_has(&l->adequate, country) ? CDR_TRUE : CDR_FALSE;
}

typedef struct transfer { const cdr_judge_activity *activity; const char *to, *country, *mechanism; } transfer;    /* to: as evidence names it */

static void judge_transfer(judging *j, const transfer *t)
{
    const char *why, *here = home(j);
    if (here[0] && t->country[0] && !strcmp(here, t->country))
        return;
    bool by_adequacy = !t->mechanism[0] || strcasestr(t->mechanism, "adequa");
    if (!by_adequacy)
        return;    /* a contract or an exception is named; whether it holds is for counsel */
    cdr_truth fine = t->country[0] ? is_adequate(j, t->country, &why) : CDR_UNKNOWN;
    if (fine == CDR_TRUE)
        return;
    if (!t->country[0])
        why = judge_text(j, "in which country %s is", t->to);
    else if (!here[0]) {
        why = judge_text(j, "the country of the organisation, and whether %s lies abroad", t->country);
        fine = CDR_UNKNOWN;
    }
    cdr_verdict v = judge_verdict(j, fine == CDR_FALSE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_activity(&v, t->activity);
    v.party = t->to;
    v.remedy = CDR_REMEDY_AGREE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s: data go to %s%s%s%s, %s", t->activity->name, t->to, t->country[0] && strcmp(t->country, t->to) ? " (" : "", strcmp(t->country, t->to) ? t->country : "",
                            t->country[0] && strcmp(t->country, t->to) ? ")" : "", t->mechanism[0] ? "on the word of a decision of adequacy" : "and no mechanism is written down");
    v.missing = fine == CDR_UNKNOWN ? judge_text(j, "%s; ask counsel", why) : "";
    v.remedy_text = "Agree on standard clauses or name another mechanism, and write it behind the country: transfers: [\"US (standard contractual clauses)\"].";
    v.command = judge_text(j, "candor inventory set activity %s transfer_safeguards=WHICH", t->activity->key);
    judge_put(j, &v);
    judge_reason(j, "the country is home, or adequate", t->country[0] ? t->country : "unknown", here[0] ? here : "home is unknown", fine);
    judge_reason(j, "a mechanism is written down", t->mechanism[0] ? t->mechanism : "none", "", CDR_FALSE);
}

/* Among the transfers that are written down, by country or by name. */
static bool is_listed(const cdr_judge_activity *a, const char *country, const char *name)
{
    for (size_t i = 0; i < a->transfer_count; i++)
        if ((a->transfers[i].country[0] && !strcmp(a->transfers[i].country, country)) || strcasestr(a->transfers[i].text, name))
            return true;
    return false;
}

/* Who gets data, and where they lie: either may be abroad. */
static void judge_recipients(judging *j, const cdr_judge_activity *a)
{
    for (size_t k = 0; k < a->recipients.count; k++) {
        const cdr_judge_party *p = judge_party(j, a->recipients.keys[k]);
        if (p && !p->ours && p->country[0] && !is_listed(a, p->country, p->name))
            judge_transfer(j, &(transfer){a, p->name, p->country, a->safeguards});
        else if (p && !p->ours && !p->country[0])
            j->open = judge_text(j, "in which country %s is", p->name);
    }
    for (size_t k = 0; k < a->systems.count; k++)
        for (size_t s = 0; s < j->facts->system_count; s++) {
            const cdr_judge_system *x = &j->facts->systems[s];
            if (!x->registered || strcmp(x->key, a->systems.keys[k]) != 0)
                continue;
            if (x->country[0] && !is_listed(a, x->country, x->name))
                judge_transfer(j, &(transfer){a, x->name, x->country, a->safeguards});
            else if (!x->country[0])
                j->open = judge_text(j, "in which country %s lies", x->name);
        }
}

void judge_min_22(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-22"), NULL))
        return;
    note_recipients(j);
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        for (size_t k = 0; k < a->transfer_count; k++) {
            const cdr_judge_transfer *x = &a->transfers[k];
            judge_transfer(j, &(transfer){a, x->country[0] ? x->country : x->text, x->country, x->mechanism[0] ? x->mechanism : a->safeguards});
        }
        judge_recipients(j, a);
    }
    judge_end(j, 0);
}

/* --- MIN-23 --- */

/* Under which names consents to the activity may be recorded: its key, its use, what a purpose of the policy says. */
static const cdr_judge_consent *consents_of(const judging *j, const cdr_judge_activity *a)
{
    for (size_t i = 0; i < j->facts->consent_count; i++) {
        const cdr_judge_consent *c = &j->facts->consents[i];
        if (!strcmp(c->purpose, a->key) || (a->use[0] && !strcmp(c->purpose, a->use)))
            return c;
        const char *top = strchr(a->use, '.');
        if (a->use[0] && strlen(c->purpose) == (top ? (size_t)(top - a->use) : strlen(a->use)) && !strncmp(c->purpose, a->use, strlen(c->purpose)))
            return c;
        for (size_t k = 0; k < j->policy->purpose_count; k++) {
            const cdr_purpose *p = &j->policy->purposes[k];
            if (a->use[0] && !strcmp(p->use, a->use) && !strcmp(p->consent, c->purpose))
                return c;
        }
    }
    return NULL;
}

/* Everybody in the systems of the activity, at least and at most. */
static void people_of(const judging *j, const cdr_judge_activity *a, uint64_t *least, uint64_t *most)
{
    *least = *most = 0;
    for (size_t s = 0; s < j->facts->system_count; s++)
        if (j->facts->systems[s].registered && judge_has(&a->systems, j->facts->systems[s].key)) {
            *least = CDR_MAX(*least, j->facts->systems[s].people_min);
            *most += j->facts->systems[s].people_max;
        }
}

void judge_consents(judging *j, const cdr_judge_activity *a)
{
    const cdr_judge_consent *c = consents_of(j, a);
    uint64_t least, most;
    people_of(j, a, &least, &most);
    bool none = j->facts->consents_known && (!c || c->valid == 0);
    if (!none && c && c->other == 0 && most > 0 && c->valid >= most)
        return;
    cdr_verdict v = judge_verdict(j, none ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_activity(&v, a);
    v.people_min = least;
    v.people_max = most;
    v.remedy = none ? CDR_REMEDY_STOP : CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = none ? judge_text(j, "%s rests on consent, and no valid consent is recorded", a->name)
                 : c  ? judge_text(j, "%s rests on consent: %s valid, %s; %s in its systems", a->name, judge_number(j, c->valid),
                                   judge_count(j, c->other, "person has refused, withdrawn or not answered", "people have refused, withdrawn or not answered"), judge_people(j, least, most))
                      : judge_text(j, "%s rests on consent, and consents were not looked at", a->name);
    v.missing = none ? "" : c ? "whether it is used only for those who agreed" : "the records of consent";
    v.remedy_text = none ? "Record the consents you can show, and stop the use for everybody else." : "Pass the data through candor minimise, which leaves out whoever has not agreed.";
    v.command = none ? judge_text(j, "candor consent import FILE --purpose %s", a->key) : judge_text(j, "candor consent list --purpose %s", c ? c->purpose : a->key);
    judge_put(j, &v);
    judge_reason(j, "the use rests on consent", a->basis, "", CDR_TRUE);
    judge_reason(j, "everybody concerned has consented", v.evidence, c ? c->purpose : "", none ? CDR_FALSE : CDR_UNKNOWN);
}

void judge_min_23(judging *j)
{
    if (!judge_begin(j, cdr_min_test_find("MIN-23"), NULL))
        return;
    for (size_t i = 0; i < j->facts->activity_count; i++) {
        const cdr_judge_activity *a = &j->facts->activities[i];
        if (!a->basis[0] && !a->processor)
            j->open = judge_text(j, "on what ground %s rests", a->name);
        if (!strcmp(a->basis, "consent") && !a->processor)
            judge_consents(j, a);
    }
    judge_end(j, 0);
}
