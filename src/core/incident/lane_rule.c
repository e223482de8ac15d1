/* SPDX-License-Identifier: Apache-2.0 */
/* How bad it is, by general rules over what was answered: what the data say, who may read them, whether they are missed, whether it goes on. Replacing any answer by "I do not know" never makes it less: each unknown stands for
 * the worst answer. After EDPB Guidelines 01/2021, whose eighteen cases the tests hold against it. */
#include "core/incident/lane_parts.h"

#include "base/parse.h"

#include <string.h>

#define MANY 10                /* people from which it is not small any more */
#define DATA_WORST 4
#define REACH_WORST 6

/* By what the data say (rows) and who may read them (columns). */
static const uint8_t matrix[DATA_WORST + 1][REACH_WORST + 1] = {
    /*            nobody trusted near known used stranger anybody */
    /* nothing */ {0, 0, 0, 0, 0, 0, 1},
    /* simple  */ {0, 0, 0, 0, 1, 1, 1},
    /* personal*/ {0, 0, 0, 1, 1, 2, 2},
    /* harm    */ {0, 0, 1, 1, 2, 2, 2},
    /* special */ {0, 1, 1, 2, 2, 2, 2},
};
/* The same for many people. */
static const uint8_t matrix_many[DATA_WORST + 1][REACH_WORST + 1] = {
    {0, 0, 0, 0, 0, 0, 1},
    {0, 0, 0, 0, 1, 1, 1},
    {0, 0, 1, 1, 1, 2, 2},
    {0, 0, 1, 2, 2, 2, 2},
    {0, 1, 2, 2, 2, 2, 2},
};

/* The rank of a choice; where it is asked and nobody knows, the worst there is. ${none}: where it is not asked. */
static unsigned rank_of(const cdr_lane_answers *a, cdr_lane_q q, unsigned none)
{
    unsigned worst = 0;
    if (!cdr_lane_applies(q, a))
        return none;
    for (const cdr_lane_choice *c = cdr_lane_rows[q].choices; c->key; c++)
        if (a->said[q] != CDR_LANE_SAID || cdr_lane_has(a, q, c->key))
            worst = CDR_MAX(worst, (unsigned)c->rank);
    return worst;
}

static unsigned data_of(const cdr_lane_answers *a)
{
    unsigned data = rank_of(a, CDR_LANE_DATA, 0), whose = rank_of(a, CDR_LANE_WHOSE, 0);
    if (!data)
        return 0;
    /* That somebody is a patient says something about health; what is simple about adults is not about children. */
    return whose >= 2 ? DATA_WORST : CDR_MIN(data + whose, (unsigned)DATA_WORST);
}

static unsigned reach_of(const cdr_lane_answers *a, bool protected_data)
{
    enum { NOBODY, TRUSTED, KNOWN, UNKNOWN, PUBLIC };
    const unsigned has = rank_of(a, CDR_LANE_HAS, PUBLIC), asked = rank_of(a, CDR_LANE_ASKED, 0);
    if (has == NOBODY || protected_data)
        return 0;
    if (has == UNKNOWN || has == PUBLIC)
        return has == UNKNOWN ? 5 : 6;
    if (asked == 3)
        return 4;
    return has == TRUSTED ? (asked == 0 ? 1 : 2) : (asked == 0 ? 2 : 3);
}

static int64_t people_of(const cdr_lane_answers *a)
{
    int64_t n;
    return a->said[CDR_LANE_PEOPLE] == CDR_LANE_SAID && cdr_parse_i64(a->text[CDR_LANE_PEOPLE], strlen(a->text[CDR_LANE_PEOPLE]), 0, INT64_MAX, &n) ? n : -1;
}

void cdr_lane_judge(const cdr_lane_answers *a, cdr_lane_judgement *ret)
{
    *ret = (cdr_lane_judgement){.people = people_of(a)};
    ret->many = ret->people < 0 || ret->people >= MANY;
    ret->protected_data = cdr_lane_applies(CDR_LANE_LOCKED, a) && cdr_lane_has(a, CDR_LANE_LOCKED, "safe");
    ret->data = data_of(a);
    ret->reach = reach_of(a, ret->protected_data);
    ret->by_reach = (cdr_lane_risk)(ret->many ? matrix_many : matrix)[ret->data][ret->reach];
    if (rank_of(a, CDR_LANE_BACK, 0) >= 2 && ret->data)
        ret->by_loss = ret->data == DATA_WORST ? CDR_LANE_HIGH : CDR_LANE_RISK;
    ret->going = rank_of(a, CDR_LANE_GOING, 0) > 0;
    if (ret->going && ret->data)
        ret->by_going = CDR_LANE_RISK;
    ret->risk = CDR_MAX(CDR_MAX(ret->by_reach, ret->by_loss), ret->by_going);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        ret->unknown += cdr_lane_applies(q, a) && a->said[q] != CDR_LANE_SAID;
    ret->small = !ret->many && !ret->going && ret->risk < CDR_LANE_HIGH;
}

const char *cdr_lane_risk_name(cdr_lane_risk risk)
{
    static const char *const names[] = {"unlikely", "risk", "high risk"};
    return names[risk];
}
