/* SPDX-License-Identifier: Apache-2.0 */
/* What a finding is to a policy: a category of the taxonomy, finer than the kind's own where the taxonomy has a finer word. */
#include "core/minimise/facts.h"

#include "core/taxonomy/taxonomy.h"
#include "detect/engine.h"
#include "detect/kinds.h"

#include <string.h>

static const struct { cdr_kind kind; const char *category; } finer[] = {
    {CDR_K_CARD, "user.financial.credit_card.number"},
    {CDR_K_CVV, "user.financial.credit_card.verification_code"},
    {CDR_K_TRACK, "user.financial.credit_card.track"},
    {CDR_K_US_SSN, "user.government_id.national_identification_number.us_ssn"},
    {CDR_K_SALARY, "user.financial.income"},
};

/* Kinds that say no more than that it is one of several things: any of the keys below theirs may be meant. */
static bool is_broad(cdr_kind kind)
{
    return kind == CDR_K_HEALTH || kind == CDR_K_USER || kind == CDR_KIND_NONE;
}

static const char *category_of(cdr_kind kind)
{
    for (size_t i = 0; i < CDR_COUNT(finer); i++)
        if (finer[i].kind == kind)
            return finer[i].category;
    return cdr_kind_get(kind)->category;
}

const char *cdr_minimise_category(const cdr_inv_finding *f, bool *ret_exact)
{
    *ret_exact = !is_broad(f->kind);
    return f->rule_name[0] ? f->rule_category : category_of(f->kind);
}

bool cdr_minimise_is_of(const cdr_finding *f, const cdr_ruleset *rs, const char *const *categories, size_t count)
{
    const char *category = f->rule ? cdr_rules_category(cdr_ruleset_rules(rs), f->rule) : category_of(f->kind);
    for (size_t i = 0; category && i < count; i++)
        if (cdr_taxon_within(category, categories[i]))
            return true;
    return count == 0;
}

size_t cdr_minimise_observable(const char **ret, size_t room)
{
    size_t count = 0;
    for (size_t k = 1; k < cdr_kind_count() && count < room; k++) {
        const char *category = cdr_kind_get((cdr_kind)k)->category;
        for (size_t i = 0; i < CDR_COUNT(finer); i++)
            if (finer[i].kind == k)
                category = finer[i].category;
        bool again = !category[0];
        for (size_t i = 0; i < count && !again; i++)
            again = !strcmp(ret[i], category);
        if (!again)
            ret[count++] = category;
    }
    return count;
}
