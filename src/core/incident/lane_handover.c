/* SPDX-License-Identifier: Apache-2.0 */
/* What the small lane knows, in the words of the playbook that takes over. Each is offered where the playbook asks, and an answer only when somebody says so. Not handed over: what was not answered, what the playbook calls
 * otherwise than the lane, and what passes with time ("asked, no answer yet"; whether it is stopped), for the playbook asks how it stands now. */
#include "core/incident/lane_parts.h"

#include "core/identity/rights_clock.h"

#include <string.h>

/* Where the answer is a choice, what the playbook calls it; only those that mean the same. */
typedef struct same_choice { cdr_lane_q q; const char *said, *name, *value; } same_choice;
static const same_choice same[] = {
    {CDR_LANE_HAS, "trusted", "__recipient__", "trusted"},
    {CDR_LANE_HAS, "known", "__recipient__", "stranger"},      /* a customer is a stranger there, even a good one */
    {CDR_LANE_HAS, "stranger", "__recipient__", "stranger"},
    {CDR_LANE_HAS, "public", "__recipient__", "many"},
    {CDR_LANE_HAS, "nobody", "__copied__", "no"},
    {CDR_LANE_HAS, "public", "__copied__", "yes"},
    {CDR_LANE_ASKED, "confirmed", "__deleted__", "yes"},
    {CDR_LANE_ASKED, "refused", "__deleted__", "no"},
    {CDR_LANE_LOCKED, "safe", "__encrypted__", "yes"},
    {CDR_LANE_LOCKED, "key-gone", "__encrypted__", "no"},
    {CDR_LANE_LOCKED, "no", "__encrypted__", "no"},
    {CDR_LANE_BACK, "fine", "__only_copy__", "no"},
    {CDR_LANE_BACK, "soon", "__only_copy__", "no"},
    {CDR_LANE_BACK, "lost", "__only_copy__", "yes"},
    {CDR_LANE_BACK, "soon", "__backup__", "yes"},
    {CDR_LANE_DID, "insurer", "__insurer__", "yes"},
};

/* As they were typed, for playbooks of the firm's own that have places for them. */
static const struct { const char *name; cdr_lane_q q; } plain[] = {
    {"__people_max__", CDR_LANE_PEOPLE}, {"__what__", CDR_LANE_WHAT}, {"__whose__", CDR_LANE_WHOSE}, {"__data__", CDR_LANE_DATA}, {"__who_has_it__", CDR_LANE_HAS}, {"__usable__", CDR_LANE_BACK},
    {"__countries__", CDR_LANE_WHERE},
};

/* From the best to the worst. A whole file, and what says nobody's name, are neither: somebody has to look. */
static const struct { const char *said, *worst; unsigned rank; } kinds[] = {
    {"contact", "contact", 1}, {"email", "contact", 1}, {"orders", "contact", 1}, {"wishes", "contact", 1}, {"birth", "contact", 1}, {"pay", "money", 2}, {"bank", "money", 2}, {"card", "money", 2},
    {"id", "identity-papers", 3}, {"password", "passwords", 4}, {"place", "health-or-other-sensitive", 5}, {"health", "health-or-other-sensitive", 5}, {"belief", "health-or-other-sensitive", 5},
};
#define WORST_RANK 5u

static const char *worst_of(const cdr_lane_answers *a)
{
    const char *worst = NULL;
    unsigned rank = 0;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++)
        if (kinds[i].rank > rank && cdr_lane_has(a, CDR_LANE_DATA, kinds[i].said)) {
            worst = kinds[i].worst;
            rank = kinds[i].rank;
        }
    return cdr_lane_has(a, CDR_LANE_DATA, "file") && rank < WORST_RANK ? NULL : worst;
}

static bool is_eu_uk(const char *code)
{
    cdr_regime r = strlen(code) >= 2 ? cdr_regime_by_place(code, 2, "", 0) : CDR_REGIME_UNKNOWN;
    return r == CDR_REGIME_GDPR || r == CDR_REGIME_UK_GDPR;
}

/* Countries of the people. Where the business is not known they may be its own, so a yes may be more than is true, a no never is. A business inside is told nothing of a no: the law goes with it, too. */
static const char *eu_uk_of(const cdr_lane_answers *a)
{
    if (a->said[CDR_LANE_WHERE] != CDR_LANE_SAID)
        return NULL;
    for (const char *p = a->text[CDR_LANE_WHERE]; strlen(p) >= 2; p += 2 + (p[2] == ','))
        if (is_eu_uk(p))
            return "yes";
    return is_eu_uk(a->home) ? NULL : "no";
}

/* Has the playbook a place for it, and is it among the answers that its steps take? */
static bool takes(const cdr_playbook *p, const char *name, const char *value)
{
    size_t count, k;
    const cdr_variable *v = cdr_playbook_variables(p, &count);
    json_t *choice;
    bool found = false;
    for (size_t i = 0; i < count && !found; i++)
        found = v[i].external && !v[i].constant && !strcmp(v[i].name, name) && cdr_variable_value_valid(v[i].type, value, NULL);
    for (uint32_t i = 0; i < cdr_playbook_step_count(p) && found; i++) {
        const json_t *choices = json_object_get(json_object_get(cdr_playbook_step(p, i)->rule.answers, name), "choices");
        bool among = !json_array_size(choices);
        json_array_foreach(choices, k, choice)
            among = among || (json_string_value(choice) && !strcmp(json_string_value(choice), value));
        found = among;
    }
    return found;
}

static void offer(json_t *all, const cdr_playbook *p, const char *name, const char *value)
{
    if (value && takes(p, name, value))
        json_object_set_new(all, name, json_string(value));
}

void cdr_lane_handover(const cdr_lane_answers *a, const cdr_lane_result *r, const cdr_playbook *p, json_t *ret)
{
    for (size_t i = 0; i < CDR_COUNT(plain); i++)
        if (a->said[plain[i].q] == CDR_LANE_SAID)
            offer(ret, p, plain[i].name, a->text[plain[i].q]);
    for (size_t i = 0; i < CDR_COUNT(same); i++)
        if (cdr_lane_has(a, same[i].q, same[i].said))
            offer(ret, p, same[i].name, same[i].value);
    offer(ret, p, "__worst_data__", worst_of(a));
    offer(ret, p, "__eu_uk__", eu_uk_of(a));
    offer(ret, p, "__risk__", r->risk);
    if (!r->unknown)      /* what nobody knows made it so bad: that is for somebody to judge */
        offer(ret, p, "__harm__", !strcmp(r->risk, "high risk") ? "serious" : !strcmp(r->risk, "risk") ? "some" : NULL);
}
