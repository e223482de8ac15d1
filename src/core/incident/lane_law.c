/* SPDX-License-Identifier: Apache-2.0 */
/* What the small lane knows of the law of a place, with its source, when it was looked up and how sure it is. Of any other place it says that nothing is known here. */
#include "core/incident/lane_parts.h"

#include "core/identity/rights_clock.h"

#include <stdio.h>
#include <string.h>

static const cdr_lane_law laws[] = {
    {"gdpr", "GDPR", "the data protection authority", "Regulation (EU) 2016/679, Art. 33(1), 33(4), 33(5) and 34(1)", "2026-10-17", "high",
     "The authority must be told within 72 hours after you became aware, unless a risk to people is unlikely; you may send what you know and add the rest later",
     "The people must be told without undue delay when the risk to them is likely to be high.", "Every breach is kept in a register, told or not.", 72},
    {"uk-gdpr", "UK GDPR", "the Information Commissioner (ICO)", "UK GDPR, Art. 33 and 34", "2026-10-17", "high",
     "The authority must be told within 72 hours after you became aware, unless a risk to people is unlikely; you may send what you know and add the rest later",
     "The people must be told without undue delay when the risk to them is likely to be high.", "Every breach is kept in a register, told or not.", 72},
};

static void add_law(cdr_lane_place *ret, const cdr_lane_law *law)
{
    for (size_t i = 0; i < ret->law_count; i++)
        if (ret->laws[i] == law)
            return;
    ret->laws[ret->law_count++] = law;
}

static void add_other(cdr_lane_place *ret, const char *code)
{
    size_t n = strlen(ret->others);
    const char *name = cdr_lane_country(code);
    ret->unknown = true;
    if (n + strlen(name) + 3 < sizeof ret->others)
        snprintf(ret->others + n, sizeof ret->others - n, "%s%s", n ? ", " : "", name);
}

static void add_place(cdr_lane_place *ret, const char *code)
{
    cdr_regime r = cdr_regime_by_place(code, 2, "", 0);
    if (r == CDR_REGIME_GDPR || r == CDR_REGIME_UK_GDPR)
        add_law(ret, &laws[r == CDR_REGIME_UK_GDPR]);
    else
        add_other(ret, code);
}

void cdr_lane_place_of(const cdr_lane_answers *a, cdr_lane_place *ret)
{
    *ret = (cdr_lane_place){0};
    bool home = false;
    for (const char *p = a->said[CDR_LANE_WHERE] == CDR_LANE_SAID ? a->text[CDR_LANE_WHERE] : ""; strlen(p) >= 2; p += 2 + (p[2] == ',')) {
        const char code[3] = {p[0], p[1], '\0'};
        home = home || !strcmp(code, a->home);
        add_place(ret, code);
    }
    /* Where the business is counts, too: a law goes with the one as with the other. */
    if (a->home[0] && !home)
        add_place(ret, a->home);
    if (a->said[CDR_LANE_WHERE] != CDR_LANE_SAID) {
        ret->nobody_said = ret->unknown = true;
        add_law(ret, &laws[0]);
    }
}
