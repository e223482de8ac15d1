/* SPDX-License-Identifier: Apache-2.0 */
/* One use of data, as somebody declares it or as it was observed, and what a use rule says of it. Pure and three-valued: what nobody
 * has said is unknown, never a pass. Order and duplicates of keys do not change a result. */
#ifndef CDR_CORE_POLICY_ITEM_H
#define CDR_CORE_POLICY_ITEM_H

#include "core/policy/judge.h"

/* Keys of one dimension. ->keys.known false: nobody has said. Known and empty: of categories, uses, subjects and countries there must be
 * some, so that it is unknown, too; no system is the system "unregistered"; no recipient is no recipient. */
typedef struct cdr_item_keys {
    cdr_key_set keys;
    bool open;                   /* there are, or may be, others besides: a word that nobody understood, a list that is not whole */
    bool exact;                  /* keys are meant to the letter: a key does not stand for what lies below it (a detector's kind) */
} cdr_item_keys;

typedef struct cdr_item_consent { const char *purpose; cdr_truth all; } cdr_item_consent;   /* did everybody concerned consent to it? */

typedef struct cdr_item {
    cdr_item_keys of[CDR_DIM__MAX];              /* by cdr_dimension */
    const cdr_item_consent *consents; size_t consent_count;   /* what stands not here is unknown */
    cdr_key_set flows;                           /* kinds of flow, "ingress", "egress", "user", or keys of where they go */
    cdr_truth encrypted;                         /* where it lies; zeroed it would say no: cdr_item_init */
    unsigned forms;                              /* in which it is held: set of cdr_form, 0 unknown */
} cdr_item;

/* Everything unknown. */
void cdr_item_init(cdr_item *ret);

#define CDR_SYSTEM_UNREGISTERED "unregistered"

/* One clause, without exceptions. */
cdr_truth cdr_clause_judge(const cdr_clause *c, const cdr_item *item);
/* Do all clauses hold? A rule without clauses matches everything. */
cdr_truth cdr_rule_match(const cdr_use_rule *r, const cdr_item *item);
/* Does what lifts the rule hold? CDR_FALSE when nothing does. */
cdr_truth cdr_rule_lifted(const cdr_use_rule *r, const cdr_item *item);
/* Is ${rule} broken by the item (forbid), or does it allow it (allow)? match AND NOT lifted; of a forbid rule also: and no allow rule of
 * ${p} with a higher priority says otherwise. CDR_UNKNOWN is not a pass. ${p} NULL: the rule alone. */
cdr_truth cdr_rule_judge(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item);

/* Clause by clause, then exceptions, then allow rules that speak: in ${a}. NULL without memory. */
const cdr_reason *cdr_rule_reasons(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item, cdr_arena *a, size_t *ret_count);
/* What would have to be known: "declares user.contact, which may hold user.contact.email"; "" when nothing. In ${a}, NULL without memory. */
const char *cdr_rule_missing(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item, cdr_arena *a);

extern const char *const cdr_dimension_names[];  /* "categories", … */
extern const char *const cdr_match_names[];      /* "any", "all", "none", "other" */
extern const char *const cdr_unless_names[];     /* "consent", "country_in", … */

#endif
