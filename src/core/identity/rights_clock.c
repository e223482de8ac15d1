/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/rights_clock.h"

#include "base/calendar.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

static const cdr_right_info rights[] = {
    {CDR_RIGHT_ACCESS, "access", "which data are held", "data-request"},
    {CDR_RIGHT_COPY, "copy", "a copy of the data", "data-copy"},
    {CDR_RIGHT_CORRECTION, "correction", "correction", "correction"},
    {CDR_RIGHT_ERASURE, "erasure", "erasure", "erasure"},
    {CDR_RIGHT_RESTRICTION, "restriction", "restriction of processing", "data-request"},
    {CDR_RIGHT_OBJECTION, "objection", "objection to processing", NULL},
    {CDR_RIGHT_PORTABILITY, "portability", "the data for another provider", "data-copy"},
    {CDR_RIGHT_OPT_OUT, "opt-out", "no sale or sharing of the data", NULL},
};

const cdr_right_info *cdr_right_of(cdr_right right)
{
    return right >= CDR_RIGHT_ACCESS && right < CDR_RIGHT__MAX ? &rights[right - 1] : NULL;
}

const cdr_right_info *cdr_right_by_key(const char *key)
{
    for (size_t i = 0; i < CDR_COUNT(rights); i++)
        if (cdr_ascii_ieq(key, strlen(key), rights[i].key, strlen(rights[i].key)))
            return &rights[i];
    return NULL;
}

/* --- laws --- */

static const cdr_regime_info regimes[] = {
    {CDR_REGIME_UNKNOWN, "unknown", "no law known here", "none", "", "none", "Whether and how it may be extended is for counsel.", "What a refusal must tell is for counsel."},
    {CDR_REGIME_GDPR, "gdpr", "GDPR", "Regulation (EU) 2016/679, Art. 12(3): one month from receipt, two more where complexity or number ask for it", "2026-11", "high",
     "Tell the customer within the first month that it takes longer, and why.",
     "Tell the customer within one month why, and that she may complain to the supervisory authority and go to court (Art. 12(4))."},
    {CDR_REGIME_UK_GDPR, "uk-gdpr", "UK GDPR", "UK GDPR, Art. 12(3), as the ICO reads it: to the same date of the next month, or its last day", "2026-11", "high",
     "Tell the customer within the first month that it takes longer, and why.",
     "Tell the customer within one month why, and that she may complain to the ICO and go to court (Art. 12(4))."},
    {CDR_REGIME_CCPA, "ccpa", "CCPA", "11 CCR 7021: receipt confirmed within 10 business days, answer within 45 calendar days from receipt, 45 more with notice; opt-out 15 business days", "2026-11",
     "high", "Tell the customer within the first 45 days that it takes longer, and why; it may take 90 days in all.",
     "Tell the customer why, and what may still be done without proof; a request that cannot be verified within 45 days may be denied."},
};

const cdr_regime_info *cdr_regime_of(cdr_regime regime)
{
    return &regimes[regime < CDR_REGIME__MAX ? regime : CDR_REGIME_UNKNOWN];
}

const cdr_regime_info *cdr_regime_by_key(const char *key)
{
    for (size_t i = 0; i < CDR_COUNT(regimes); i++)
        if (cdr_ascii_ieq(key, strlen(key), regimes[i].key, strlen(regimes[i].key)))
            return &regimes[i];
    return NULL;
}

/* The European Economic Area: codes, then names in English and at home. */
static const char *const eea[] = {
    "AT", "AUT", "Austria", "Österreich", "BE", "BEL", "Belgium", "België", "Belgique", "BG", "BGR", "Bulgaria", "България", "HR", "HRV", "Croatia", "Hrvatska", "CY", "CYP", "Cyprus", "Κύπρος",
    "CZ", "CZE", "Czechia", "Czech Republic", "Česko", "DK", "DNK", "Denmark", "Danmark", "EE", "EST", "Estonia", "Eesti", "FI", "FIN", "Finland", "Suomi", "FR", "FRA", "France", "DE", "DEU",
    "Germany", "Deutschland", "GR", "EL", "GRC", "Greece", "Ελλάδα", "HU", "HUN", "Hungary", "Magyarország", "IE", "IRL", "Ireland", "Éire", "IT", "ITA", "Italy", "Italia", "LV", "LVA", "Latvia",
    "Latvija", "LT", "LTU", "Lithuania", "Lietuva", "LU", "LUX", "Luxembourg", "Luxemburg", "MT", "MLT", "Malta", "NL", "NLD", "Netherlands", "The Netherlands", "Nederland", "PL", "POL", "Poland",
    "Polska", "PT", "PRT", "Portugal", "RO", "ROU", "Romania", "România", "SK", "SVK", "Slovakia", "Slovensko", "SI", "SVN", "Slovenia", "Slovenija", "ES", "ESP", "Spain", "España", "SE", "SWE",
    "Sweden", "Sverige", "IS", "ISL", "Iceland", "Ísland", "LI", "LIE", "Liechtenstein", "NO", "NOR", "Norway", "Norge",
};
static const char *const uk[] = {"GB", "UK", "GBR", "United Kingdom", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"};
static const char *const usa[] = {"US", "USA", "U.S.", "U.S.A.", "United States", "United States of America"};
static const char *const california[] = {"CA", "US-CA", "Calif.", "California"};

static bool among(const char *text, size_t len, const char *const *names, size_t count)
{
    while (len && text[0] == ' ')
        text++, len--;
    while (len && text[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < count; i++)
        if (cdr_ascii_ieq(text, len, names[i], strlen(names[i])))
            return true;
    return false;
}

cdr_regime cdr_regime_by_place(const char *country, size_t country_len, const char *region, size_t region_len)
{
    if (among(country, country_len, eea, CDR_COUNT(eea)))
        return CDR_REGIME_GDPR;
    if (among(country, country_len, uk, CDR_COUNT(uk)))
        return CDR_REGIME_UK_GDPR;
    bool american = among(country, country_len, usa, CDR_COUNT(usa));
    /* "CA" alone is Canada as well: only a country that is known says that it is a state. */
    if ((american && among(region, region_len, california, CDR_COUNT(california))) || among(country, country_len, california + 1, CDR_COUNT(california) - 1))
        return CDR_REGIME_CCPA;
    return CDR_REGIME_UNKNOWN;
}

/* --- days --- */

static void days_of_month_rule(int64_t received, cdr_rights_days *ret)
{
    ret->due = ret->extend_by = cdr_add_months(received, 1);
    ret->extended_due = cdr_add_months(received, 3);
}

void cdr_rights_days_of(cdr_regime regime, cdr_right right, int64_t received, cdr_rights_days *ret)
{
    *ret = (cdr_rights_days){0};
    switch (regime) {
    case CDR_REGIME_GDPR:
    case CDR_REGIME_UK_GDPR:
        days_of_month_rule(received, ret);
        return;
    case CDR_REGIME_CCPA:
        if (right == CDR_RIGHT_OPT_OUT || right == CDR_RIGHT_OBJECTION) {
            ret->due = cdr_add_business_days(NULL, received, 15);
            return;
        }
        ret->confirm = cdr_add_business_days(NULL, received, 10);
        ret->due = ret->extend_by = received + 45;
        ret->extended_due = received + 90;
        return;
    case CDR_REGIME_UNKNOWN:
    case CDR_REGIME__MAX:
        return;
    }
}
