/* SPDX-License-Identifier: Apache-2.0 */
/* Between the judge and its tests. */
#ifndef CDR_CORE_POLICY_JUDGE_TESTS_H
#define CDR_CORE_POLICY_JUDGE_TESTS_H

#include "base/vec.h"
#include "core/policy/judge_facts.h"
#include "core/policy/retention.h"
#include "core/taxonomy/taxonomy.h"

CDR_VEC(judge_verdicts, cdr_verdict)
CDR_VEC(judge_reasons, cdr_reason)

typedef struct judge_tally { const char *rule; uint64_t by_result[CDR_VERDICT_OFF + 1]; } judge_tally;
CDR_VEC(judge_tallies, judge_tally)

/* What a system is used for, made once: its activities, and what stands in it. */
typedef struct judge_seen {      /* one category as observed in a system */
    const char *category, *what;
    bool exact;
    uint64_t objects, amount;
    const cdr_judge_object *most;        /* object with most of it */
    uint64_t most_amount;
    const cdr_retention_answer *answer;  /* of the retention clock, once it was asked */
} judge_seen;
CDR_VEC(judge_seen_list, judge_seen)
typedef struct judge_system { const size_t *activities; size_t activity_count; judge_seen_list seen; bool personal; } judge_system;

struct judging {
    const cdr_policy *policy;
    const cdr_judge_facts *facts;
    const char *explain;
    cdr_arena *arena;
    judge_verdicts verdicts;
    judge_tallies tallies;
    judge_system *systems;       /* as facts->systems */
    cdr_item_consent *consents;  /* what tallies of consent say of everybody */
    cdr_retention_rule *own; size_t own_count;   /* periods that activities give */
    size_t tally;                /* of the rule that is being judged */
    const cdr_min_test *test;
    const cdr_rule_head *head;   /* NULL: the test itself */
    const char *open;            /* what is not written down, so that this is no pass; NULL nothing */
    const char *apart;           /* tells the next verdict from another one about the same thing; NULL nothing */
    bool explaining;             /* the verdict put last is the one asked about */
    size_t explained;            /* its index, SIZE_MAX none */
    judge_reasons reasons;
    uint64_t left_out;
    bool failed;
};

/* --- rules --- */

/* The verdicts that follow are of the test itself (${head} NULL) or of a rule of the policy that belongs to it. false: it is switched off. */
bool judge_begin(judging *j, const cdr_min_test *t, const cdr_rule_head *head);
/* Nothing was wrong: passed, or not if not everything could be seen (${sees}). */
void judge_end(judging *j, unsigned sees);

/* A verdict about nothing yet, with what the rule says. */
cdr_verdict judge_verdict(const judging *j, cdr_verdict_result result);
void judge_at_system(cdr_verdict *v, const cdr_judge_system *s);
void judge_at_object(const judging *j, cdr_verdict *v, const cdr_judge_object *o);
void judge_at_field(const judging *j, cdr_verdict *v, const cdr_judge_object *o, const cdr_judge_field *f);
void judge_at_activity(cdr_verdict *v, const cdr_judge_activity *a);
/* Counts ${v} and looks whether it is waived; true when it will be listed, so that its words are worth making. ${o}: NULL, or the object. */
bool judge_wants(judging *j, cdr_verdict *v, const cdr_judge_object *o);
/* Lists it. ->command "" and a remedy that a plan can carry out: the command for that. */
void judge_put(judging *j, const cdr_verdict *v);
/* After judge_put, for explain: does nothing for other verdicts. */
void judge_reason(judging *j, const char *clause, const char *found, const char *matched, cdr_truth truth);

/* --- words --- */

const char *judge_text(judging *j, const char *fmt, ...) CDR_PRINTF(2, 3);
const char *judge_number(judging *j, uint64_t n);                     /* "4,870" */
const char *judge_count(judging *j, uint64_t n, const char *one, const char *many);
const char *judge_people(judging *j, uint64_t least, uint64_t most);  /* "4,860 to 4,870 people" */
const char *judge_shell_word(judging *j, const char *path);           /* "" when it cannot be typed */
const char *judge_join(judging *j, const cdr_key_set *keys);
const char *judge_where(judging *j, const cdr_judge_field *f);        /* "in column email" */
const char *judge_field_evidence(judging *j, const cdr_judge_object *o, const cdr_judge_field *f);   /* "4,870 × E-mail address in column email, plain; 4,860 people" */
/* The smallest remedy that takes a field away, or puts another form (0: none) in its place. */
void judge_remedy_field(judging *j, cdr_verdict *v, const cdr_judge_object *o, const cdr_judge_field *f, unsigned forms);

/* --- facts (judge_look.c) --- */

void judge_prepare(judging *j);                        /* what tests ask again and again, made once */

bool judge_has(const cdr_key_set *set, const char *key);
cdr_truth judge_within(const cdr_key_set *set, const char *key, bool exact);    /* is ${key}, or may it be, within one of the set? */
int judge_tier(const char *category);
bool judge_is_personal(const cdr_judge_field *f);     /* tells of people: not the machine's own keys */
bool judge_is_secret(const cdr_judge_field *f);
bool judge_is_sad(const cdr_judge_field *f);
bool judge_is_pan(const cdr_judge_field *f);
uint64_t judge_stable_id(const char *const *parts, size_t count);
const cdr_judge_party *judge_party(const judging *j, const char *key_or_name);  /* NULL: none of that */
/* Is the system used for one of ${purposes} (empty: all)? Unknown when an activity does not say what it is for, or there is none. */
cdr_truth judge_used_for(const judging *j, size_t system, const cdr_key_set *purposes, const char *category);
/* An activity as item: at ${system} (SIZE_MAX none). */
void judge_item_of_activity(judging *j, const cdr_judge_activity *a, size_t system, cdr_item *ret);

/* --- the tests, by file --- */

void judge_min_01(judging *j);   /* test_places.c */
void judge_min_13(judging *j);
void judge_min_14(judging *j);
void judge_min_20(judging *j);
void judge_min_24(judging *j);
void judge_min_02(judging *j);   /* test_declared.c */
void judge_min_03(judging *j);
void judge_min_04(judging *j);
void judge_min_05(judging *j);
void judge_min_06(judging *j);
void judge_min_08(judging *j);
void judge_min_07(judging *j);   /* test_rules.c */
void judge_use_rule(judging *j, const cdr_min_test *test, const cdr_use_rule *rule);   /* one rule over all that is declared and was seen */
void judge_min_09(judging *j);   /* test_keeping.c */
void judge_min_10(judging *j);
void judge_min_11(judging *j);
const cdr_retention_answer *judge_retention(judging *j, size_t system, judge_seen *seen);   /* what counts for it; NULL without memory */
void judge_min_12(judging *j);   /* test_forms.c */
void judge_min_16(judging *j);
void judge_min_17(judging *j);
void judge_min_18(judging *j);
void judge_min_19(judging *j);
void judge_min_21(judging *j);   /* test_parties.c */
void judge_min_22(judging *j);
void judge_min_23(judging *j);
void judge_consents(judging *j, const cdr_judge_activity *a);   /* does everybody concerned consent? */
void judge_promises(judging *j); /* test_promises.c: rules of several tests */

#endif
