/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/emitter.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

typedef struct reason { uint32_t bit; const char *text; } reason;

static const reason reasons[] = {
    {CDR_EV_SHAPE, "it is written the way such values are"},
    {CDR_EV_ISSUER, "its issuer, bank, region or numbering plan exists"},
    {CDR_EV_DATE, "a valid date stands in it"},
    {CDR_EV_LIST, "it is in a list of such words"},
    {CDR_EV_ENTROPY, "it looks random enough for a key"},
    {CDR_EV_CONTEXT, "a word close by says so"},
    {CDR_EV_HEADER, "the header or key says so"},
    {CDR_EV_COLUMN, "most values of the column are of this kind"},
    {CDR_EV_NEIGHBOUR, "other personal data stands beside it"},
    {CDR_EV_USER, "your own detector found it"},
    {CDR_EV_VETO_HEADER, "but a word or header close by speaks of something else"},
    {CDR_EV_VETO_TEST, "but it is a published test or example value, or belongs to no one"},
    {CDR_EV_VETO_SERIAL, "but its digits run in a series, or are small as those of versions are"},
    {CDR_EV_VETO_EMBEDDED, "but it is part of a longer token"},
};

static size_t add(char *ret, size_t cap, size_t n, const char *text)
{
    size_t len = strlen(text), gap = n ? 2 : 0;
    if (n + gap + len + 1 > cap)
        return n;
    memcpy(ret + n, "; ", gap);
    memcpy(ret + n + gap, text, len + 1);
    return n + gap + len;
}

cdr_status cdr_finding_explain(const cdr_ruleset *rs, const cdr_finding *f, char *ret, size_t cap, cdr_err *err)
{
    if (cap == 0)
        return cdr_fail(err, CDR_E_INVAL, "detect", "explain.no-room", "No room was given for the explanation.");
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    char line[160];
    size_t n = 0;
    ret[0] = '\0';
    if (f->kind == CDR_K_USER) {
        snprintf(line, sizeof line, "detector %.100s", cdr_rules_name(rs->rules, f->rule));
        n = add(ret, cap, n, line);
    } else if (f->evidence & CDR_EV_CHECKSUM) {
        if (k->prior >= 0.001f)
            snprintf(line, sizeof line, "its check digits are right, which %.2g %% of random strings manage", (double)k->prior * 100);
        else
            snprintf(line, sizeof line, "its check digits are right, which random strings hardly ever manage");
        n = add(ret, cap, n, line);
    }
    for (size_t i = 0; i < CDR_COUNT(reasons); i++)
        if (f->evidence & reasons[i].bit)
            n = add(ret, cap, n, reasons[i].text);
    if (n == 0)
        add(ret, cap, n, "nothing but its length and characters speaks for it");
    return CDR_OK;
}
