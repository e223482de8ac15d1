/* SPDX-License-Identifier: Apache-2.0 */
/* The policy inside: what reading makes of a file. Everything lies in one arena; after reading nothing changes any more. */
#ifndef CDR_CORE_DISCLOSURE_POLICY_H
#define CDR_CORE_DISCLOSURE_POLICY_H

#include "base/arena.h"
#include "core/disclosure/disclosure.h"

enum { CDR_DISCLOSURE_LEVELS = 5, CDR_DISCLOSURE_KINDS = 64, CDR_DISCLOSURE_CHANNELS = 5, CDR_DISCLOSURE_ROLES = 5, CDR_DISCLOSURE_SLOTS = 12, CDR_DISCLOSURE_FLAGS = 64 };

/* So many different kinds of those in ->kinds (bits by number), each of them counted for one need only. */
typedef struct cdr_level_need {
    uint64_t kinds;
    unsigned count;
    const char *words;       /* "possession", "callback or letter": as the file says */
} cdr_level_need;

typedef struct cdr_level_way {
    const cdr_level_need *needs;
    size_t count;
    bool identifier_counts;
} cdr_level_way;

typedef struct cdr_level_rule { const cdr_level_way *ways; size_t count; const char *means; } cdr_level_rule;

typedef struct cdr_words { const char *const *at; size_t count; } cdr_words;

/* ->mode[L]: what the rule lets be done at level L and above, never less than below it. */
typedef struct cdr_tell_rule {
    cdr_words fields;        /* keys, and categories, which hold a full stop or are "user" */
    cdr_words except;        /* keys that ->fields does not mean */
    cdr_words purposes;      /* of a rule under never: those it speaks of; none: all; under always likewise */
    unsigned roles, channels;
    bool never;
    cdr_mode mode[CDR_DISCLOSURE_LEVELS];
    const char *why, *place;
    unsigned line;           /* of the file; 0 not known */
} cdr_tell_rule;

typedef struct cdr_tell_rules { const cdr_tell_rule *at; size_t count; } cdr_tell_rules;

typedef struct cdr_purpose { const char *key, *label; cdr_level needs; bool ground; unsigned roles, channels; cdr_tell_rules tell; cdr_level_rule instead; } cdr_purpose;
typedef struct cdr_flag_rule { const char *key, *why; unsigned raise; bool stop; } cdr_flag_rule;

typedef struct cdr_example {
    const char *name, *field, *purpose, *role, *channel, *why, *place;
    cdr_factor_kind proved[CDR_DISCLOSURE_KINDS];
    size_t proved_count;
    bool has_proved, has_level, has_needs, ground, one_class, stopped;
    cdr_level level, needs;
    cdr_mode answer;
    cdr_words flags;
} cdr_example;

struct cdr_disclosure_policy {
    cdr_arena *arena;
    const char *name;
    cdr_factor_class classes[CDR_DISCLOSURE_KINDS];
    cdr_level_rule levels[CDR_DISCLOSURE_LEVELS];
    const cdr_purpose *purposes; size_t purpose_count;
    cdr_tell_rules always, never;
    const cdr_flag_rule *flags; size_t flag_count;
    unsigned stop_at;        /* so many flags together stop a call; 0: never */
    const cdr_example *cases; size_t case_count;
    cdr_disclosure_limits limits;
};

const cdr_purpose *cdr_purpose_find(const cdr_disclosure_policy *p, const char *key);
const cdr_flag_rule *cdr_flag_find(const cdr_disclosure_policy *p, const char *key);
int cdr_channel_index(const char *channel);   /* -1: there is none */
int cdr_role_index(const char *role);
/* A field of one's own may be written "own:level"; the vault calls it "level". */
const char *cdr_bare_key(const char *field);
/* Is ${field}, of ${category}, one of those that the rule names? */
bool cdr_tell_names(const cdr_tell_rule *rule, const char *field, const char *category);
/* The kinds of a class by this policy, as bits. */
uint64_t cdr_kinds_of_class(const cdr_disclosure_policy *p, cdr_factor_class class);

/* The shipped policy, made at build time. */
extern const char cdr_disclosure_default[];
extern const size_t cdr_disclosure_default_len;

#endif
