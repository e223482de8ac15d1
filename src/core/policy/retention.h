/* SPDX-License-Identifier: Apache-2.0 */
/* Which retention rule counts, and until when: pure calendar arithmetic. Holds beat everything; then the longest statutory minimum; then
 * the shortest maximum (MIN-11).
 *
 * A rule applies when its categories contain the category, its purposes one of the uses, its systems the system; an empty set is all. Where
 * that cannot be told (nobody has said what the data are used for; the question is about a category of which the rule names a part), a
 * minimum counts and a maximum does not: what is uncertain never deletes.
 *
 * Rules that start at the same event share a clock and are compared by length. Rules that start at other events cannot be compared without
 * dates: then each keeps its own clock, and a record is over age when the period of any maximum and of every minimum has gone by, each
 * counted from its own date (->ends, ->keeps). A minimum whose date is missing keeps. */
#ifndef CDR_CORE_POLICY_RETENTION_H
#define CDR_CORE_POLICY_RETENTION_H

#include "core/policy/policy.h"

#define CDR_RETENTION_MAX 8

typedef struct cdr_retention_question {
    const char *category;        /* fideslang key */
    const char *system;          /* key, "" unregistered */
    cdr_key_set uses;            /* purposes for which it is held there; not known or empty: unknown */
    bool held;                   /* a legal hold covers it */
    const char *hold;            /* its name */
    const cdr_retention_rule *own; size_t own_count;   /* periods that the register's activities give; they count where no rule of the policy applies */
} cdr_retention_question;

typedef enum cdr_retention_why { CDR_KEPT_BY_HOLD, CDR_KEPT_BY_MINIMUM, CDR_ENDED_BY_MAXIMUM, CDR_KEPT_FOR_EVER /* indefinite, approved */, CDR_NO_RULE, CDR_RETENTION_UNKNOWN } cdr_retention_why;
extern const char *const cdr_retention_why_names[];   /* "hold", "minimum", "maximum", "for ever", "no rule", "unknown" */

/* Why a rule did not win. */
typedef enum cdr_retention_lost {
    CDR_LOST_TO_HOLD, CDR_LOST_TO_MINIMUM /* a maximum, shorter than the minimum */, CDR_LOST_LONGER /* maximum */, CDR_LOST_SHORTER /* minimum */, CDR_LOST_RUN_OUT /* minimum,
    over before the maximum */, CDR_LOST_SAME /* says the same */, CDR_LOST_OTHER_CLOCK /* counts beside the winner, from its own event */, CDR_LOST_UNCERTAIN /* maximum that may not
    apply */, CDR_LOST_NOT_APPROVED /* indefinite, without approver */
} cdr_retention_lost;
extern const char *const cdr_retention_lost_words[];  /* "a legal minimum beats a maximum", … */

typedef struct cdr_retention_answer {
    cdr_retention_why why;
    const cdr_retention_rule *won;      /* NULL: none, or a hold */
    const char *hold;                   /* its name as asked, "" none */
    const cdr_retention_rule *lost[CDR_RETENTION_MAX];  /* others that apply or would */
    cdr_retention_lost lost_why[CDR_RETENTION_MAX];
    size_t lost_count;
    bool clash;                         /* they disagreed */
    bool has_end;                       /* some maximum applies; without one nothing is ever over age, and CDR_KEPT_BY_MINIMUM is a gap: nobody says when it must go */
    cdr_period period;                  /* after the trigger; what is older goes */
    /* All clocks: maxima, shortest first; minima, longest first. Of several with the same trigger and period one stands here. Also filled when held. */
    const cdr_retention_rule *ends[CDR_RETENTION_MAX], *keeps[CDR_RETENTION_MAX];
    size_t end_count, keep_count;
    bool maybe_for_ever;                /* a rule that keeps without end may apply, or may not */
    bool overflow;                      /* more than fit: CDR_RETENTION_UNKNOWN */
    char explanation[800];              /* which rule won and why */
} cdr_retention_answer;

void cdr_retention_resolve(const cdr_policy *p, const cdr_retention_question *q, cdr_retention_answer *ret);
/* Rows whose trigger date lies before this day are over age today; false when nothing ever is. A record is over age on the day after the one
 * on which its period ends. Counts the winner's clock only: see cdr_retention_other_clocks. */
bool cdr_retention_cutoff(const cdr_retention_answer *a, cdr_date today, cdr_date *ret);
/* For one period, be it a maximum or a minimum: dates before this day have it behind them. */
cdr_date cdr_retention_day(cdr_period p, cdr_date today);
/* Do both start at the same event? By the words of the trigger or a field that both name; a rule that names none goes by the other's. */
bool cdr_retention_same_clock(const cdr_retention_rule *a, const cdr_retention_rule *b);
/* Some minimum counts from another event than the winner: a record that is older than the cutoff may still have to stay. */
bool cdr_retention_other_clocks(const cdr_retention_answer *a);
/* Shorter, longer or as long, by the mean length of months: <0, >0, 0. */
int cdr_retention_compare(cdr_period a, cdr_period b);
/* Source with its date and confidence, and "ask counsel" where that is low or nobody has said; "" when no law is named. Appended. */
void cdr_retention_citation(const cdr_retention_rule *r, cdr_buf *out);

/* What the fields of an activity say, as a rule; false when it gives no period that can be read. ${id} names it, ${fields} are columns to look in
 * (mostly the trigger's own words). Texts are borrowed. */
typedef struct cdr_retention_own { const char *id, *period, *trigger, *source; cdr_key_set categories, uses, systems, fields; } cdr_retention_own;
bool cdr_retention_of_activity(const cdr_retention_own *own, cdr_retention_rule *ret);

#endif
