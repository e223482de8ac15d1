/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/fides.h"

#include "base/parse.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const bases[] = {"", "Consent", "Contract", "Legal obligations", "Vital interests", "Public interest", "Legitimate interests"};
static const char *const conditions[] = {"", "Explicit consent", "Employment, social security and social protection", "Vital interests", "Not-for-profit bodies",
                                         "Made public by the data subject", "Legal claims or judicial acts", "Reasons of substantial public interest (with a basis in law)",
                                         "Health or social care (with a basis in law)", "Public health (with a basis in law)",
                                         "Archiving, research and statistics (with a basis in law)"};

static int64_t find(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 1; i < count; i++)
        if (cdr_ascii_ieq(words[i], strlen(words[i]), word, strlen(word)))
            return (int64_t)i;
    return 0;
}

int64_t cdr_fides_basis(const char *word)
{
    int64_t known = find(bases, CDR_COUNT(bases), word);
    /* Singular and plural are both in use. */
    return known ? known : cdr_ascii_ieq(word, strlen(word), "Legal obligation", 16) ? 3 : cdr_ascii_ieq(word, strlen(word), "Legitimate interest", 19) ? 6 : 0;
}

int64_t cdr_fides_condition(const char *word)
{
    int64_t known = find(conditions, CDR_COUNT(conditions), word);
    return known ? known : cdr_ascii_ieq(word, strlen(word), "Consent", 7) ? 1 : 0;
}

const char *cdr_fides_basis_word(int64_t basis)
{
    return basis > 0 && (size_t)basis < CDR_COUNT(bases) ? bases[basis] : NULL;
}

const char *cdr_fides_condition_word(int64_t condition)
{
    return condition > 0 && (size_t)condition < CDR_COUNT(conditions) ? conditions[condition] : NULL;
}

typedef struct renamed { cdr_taxonomy_id id; const char *old, *now; } renamed;
/* The longest old prefix decides; what follows stays. */
static const renamed renames[] = {
    {CDR_TAXONOMY_USE, "advertising.first_party.personalized", "marketing.advertising.first_party.targeted"},
    {CDR_TAXONOMY_USE, "advertising.third_party.personalized", "marketing.advertising.third_party.targeted"},
    {CDR_TAXONOMY_USE, "advertising", "marketing.advertising"},
    {CDR_TAXONOMY_USE, "improve.system", "functional.service.improve"},
    {CDR_TAXONOMY_USE, "improve", "functional.service.improve"},
    {CDR_TAXONOMY_USE, "provide.service.operations", "essential.service.operations"},
    {CDR_TAXONOMY_USE, "provide.service", "essential.service"},
    {CDR_TAXONOMY_USE, "provide", "essential"},
    {CDR_TAXONOMY_CATEGORY, "user.provided.identifiable", "user"},
    {CDR_TAXONOMY_CATEGORY, "user.derived.identifiable", "user"},
    {CDR_TAXONOMY_CATEGORY, "user.provided.nonidentifiable", "user"},
    {CDR_TAXONOMY_CATEGORY, "user.derived.nonidentifiable", "user"},
    {CDR_TAXONOMY_CATEGORY, "user.cookie_id", "user.device.cookie_id"},
    {CDR_TAXONOMY_CATEGORY, "user.ip_address", "user.device.ip_address"},
    {CDR_TAXONOMY_CATEGORY, "user.date_of_birth", "user.demographic.date_of_birth"},
    {CDR_TAXONOMY_CATEGORY, "user.gender", "user.demographic.gender"},
    {CDR_TAXONOMY_CATEGORY, "user.credentials", "user.authorization.credentials"},
    {CDR_TAXONOMY_CATEGORY, "user.browsing_history", "user.behavior.browsing_history"},
    {CDR_TAXONOMY_CATEGORY, "user.non_specific_age", "user.demographic.age_range"},
    {CDR_TAXONOMY_CATEGORY, "user.political_opinion", "user.demographic.political_opinion"},
    {CDR_TAXONOMY_CATEGORY, "user.race", "user.demographic.race_ethnicity"},
    {CDR_TAXONOMY_CATEGORY, "user.religious_belief", "user.demographic.religious_belief"},
    {CDR_TAXONOMY_CATEGORY, "user.sexual_orientation", "user.demographic.sexual_orientation"},
    {CDR_TAXONOMY_CATEGORY, "user.media_consumption", "user.behavior.media_consumption"},
    {CDR_TAXONOMY_CATEGORY, "user.search_history", "user.behavior.search_history"},
    {CDR_TAXONOMY_CATEGORY, "user.observed", "user.behavior"},
    {CDR_TAXONOMY_CATEGORY, "user.organization", "user.contact.organization"},
    {CDR_TAXONOMY_CATEGORY, "user.genetic", "user.health_and_medical.genetic"},
    {CDR_TAXONOMY_CATEGORY, "user.biometric_health", "user.biometric.health"},
    {CDR_TAXONOMY_CATEGORY, "user.financial.account_number", "user.financial.bank_account"},
    {CDR_TAXONOMY_CATEGORY, "account.contact", "user.contact"},
};

const char *cdr_fides_key(cdr_taxonomy_id id, const char *key, char space[200])
{
    if (cdr_taxon_find(id, key))
        return key;
    for (size_t i = 0; i < CDR_COUNT(renames); i++) {
        const renamed *r = &renames[i];
        if (r->id != id || !cdr_taxon_within(key, r->old))
            continue;
        int n = snprintf(space, 200, "%s%s", r->now, key + strlen(r->old));
        if (n > 0 && n < 200 && cdr_taxon_find(id, space))
            return space;
    }
    return key;
}

bool cdr_fides_period(const char *text, char ret[16])
{
    static const struct { const char *word; char unit; } units[] = {{"day", 'D'}, {"week", 'W'}, {"month", 'M'}, {"year", 'Y'}};
    size_t digits = strspn(text, "0123456789");
    uint64_t n;
    if (text[0] == 'P' && strlen(text) < 16 && strspn(text + 1, "0123456789YMWDTHS") == strlen(text + 1)) {
        memcpy(ret, text, strlen(text) + 1);
        return true;
    }
    if (!cdr_parse_u64(text, digits, 1, 99999, &n))
        return false;
    const char *word = text + digits + strspn(text + digits, " ");
    size_t len = strlen(word), singular = len > 1 && word[len - 1] == 's' ? len - 1 : len;
    for (size_t i = 0; i < CDR_COUNT(units); i++)
        if (cdr_ascii_ieq(units[i].word, strlen(units[i].word), word, singular)) {
            snprintf(ret, 16, "P%llu%c", (unsigned long long)n, units[i].unit);
            return true;
        }
    return false;
}
