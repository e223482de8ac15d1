/* SPDX-License-Identifier: Apache-2.0 */
/* The Candor extension of CACAO steps and playbooks: what CACAO has no words for. Clocks and due dates, who is reminded and who is called when one is missed, who may answer and
 * approve, what has to be shown. docs/cacao-extension.md describes it, docs/cacao-extension.schema.json is its JSON Schema (2020-12). Other CACAO tools ignore it and still read the file.
 *
 *   step_extensions: { "extension-definition--<CDR_RULE_UUID>": { "clock": "awareness", "due": "PT72H", "calendar": "DE", "warn": ["PT24H","PT4H"],
 *       "escalate": [{"after": "PT0S", "to_role": "manager"}, {"after": "PT4H", "to_role": "owner"}], "role": "privacy-lead", "approver_role": "approver", "two_person": true,
 *       "evidence_required": true, "repeatable": false, "why": "…", "decision": "notify", "sets": "people", "answers": {"__notify__": {"ask": "…?", "choices": ["yes","no"]}}, "action": "…" } } */
#ifndef CDR_CORE_CACAO_RULE_H
#define CDR_CORE_CACAO_RULE_H

#include "base/calendar.h"
#include "base/json.h"

#define CDR_RULE_UUID "b1f6c0de-6d2b-4c7e-9a54-0c5a2c3b7e11"
#define CDR_RULE_KEY "extension-definition--" CDR_RULE_UUID
#define CDR_RULE_WARNS_MAX 8
#define CDR_RULE_ESCALATIONS_MAX 8

/* Roles in an incident; stored and written by name. */
typedef enum cdr_duty_role {
    CDR_DUTY_ANYBODY, CDR_DUTY_MANAGER, CDR_DUTY_DEPUTY, CDR_DUTY_PRIVACY_LEAD, CDR_DUTY_LEGAL, CDR_DUTY_COMMUNICATIONS, CDR_DUTY_IT, CDR_DUTY_SCRIBE, CDR_DUTY_APPROVER,
    CDR_DUTY_OWNER, CDR_DUTY__MAX
} cdr_duty_role;
const char *cdr_duty_role_key(cdr_duty_role role);        /* "manager", "deputy", "privacy-lead", "legal", "communications", "it", "scribe", "approver", "owner"; "anybody" */
const char *cdr_duty_role_label(cdr_duty_role role);      /* "incident manager", "privacy lead" … */
/* Are two actors one person? What stands before the first colon says how she was known ("cli:dana", "staff:Dana"), the rest who she is, in any case of letters. */
bool cdr_same_person(const char *a, const char *b);
cdr_duty_role cdr_duty_role_by_key(const char *key);      /* CDR_DUTY__MAX: none */

typedef struct cdr_escalation { cdr_duration after; cdr_duty_role to; } cdr_escalation;   /* after: beyond the due time */

typedef struct cdr_rule {
    bool present;
    const char *clock;                   /* "step" (the step began; also when NULL), "discovery", "awareness", "confirmation", "request", "incident" (it began) … */
    bool has_due;
    cdr_duration due;
    const char *calendar;                /* for business days: "US", "DE", "GB" …; NULL: weekends only */
    size_t warn_count, escalation_count;
    cdr_duration warn[CDR_RULE_WARNS_MAX];          /* before the due time */
    cdr_escalation escalate[CDR_RULE_ESCALATIONS_MAX];
    cdr_duty_role role, approver;        /* ANYBODY: not bound; no approval */
    bool two_person;                     /* who approves is somebody else than who answered; the approver, where nobody else is named */
    bool evidence_required, repeatable;  /* repeatable: may be carried out again after a crash without asking */
    const char *why;                     /* a sentence for who does it */
    const char *decision;                /* the answer is a decision of this name, kept in the register: "notify" … */
    const char *sets;                    /* done, it tells the incident: "contained", "authority-told", "people-told", "resolved" (that it is, from then on), "people" (its first number is the largest number of people) */
    const char *action;                  /* Candor's own action, carried out in place of a manual command when it is registered */
    const json_t *answers;               /* by variable: ask, choices; NULL none */
} cdr_rule;

/* Of a step as it stands in the file. Texts are borrowed from ${step}. CDR_E_INVAL: ${where} and what is wrong. A step without the extension gives one with ->present false. */
cdr_status cdr_rule_read(const json_t *step, const char *where, cdr_rule *ret, cdr_err *err) CDR_NODISCARD;

/* Of the playbook (playbook_extensions, the same key): {"kind": "lost-device", "review_every": "P3M", "headline": "…", "roles": ["manager", …]} */
typedef struct cdr_playbook_rule {
    bool present;
    const char *kind;                    /* of incident: core/incident has the list */
    bool has_review;
    cdr_duration review_every;
    const char *headline;                /* "A laptop, phone or stick is gone." */
    const json_t *roles;                 /* who must be named before it starts; NULL none */
} cdr_playbook_rule;
cdr_status cdr_playbook_rule_read(const json_t *playbook, const char *where, cdr_playbook_rule *ret, cdr_err *err) CDR_NODISCARD;

#endif
