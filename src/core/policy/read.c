/* SPDX-License-Identifier: Apache-2.0 */
/* policy.yaml: its sections and what they may hold. Every mistake is looked for before anything is refused, so that one reading tells all. */
#include "core/policy/read_fields.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/yaml.h"
#include "core/policy/case_parts.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { RULES_MAX = 2000, POLICY_BYTES = 1 << 20, ARENA_BYTES = 64 << 20 };

const char *const cdr_retention_action_names[] = {"delete", "anonymise", "mask", "review", NULL};
const char *const cdr_promise_kind_names[] = {"never use", "never share", "never hold", "delete after", "only in", "encrypted", "only collect", "consent first", NULL};
static const char *const severities[] = {"note", "low", "medium", "high", "severe", NULL};
static const char *const effects[] = {"forbid", "allow", NULL};
static const char *const confidences[] = {"unknown", "low", "medium", "high", NULL};
static const char *const generalisations[] = {"auto", "year", "month", "decade", "age band", "prefix", "network", "round", "region", NULL};

#define FIELD(struct_, member_, key_, type_) {.key = (key_), .type = (type_), .offset = offsetof(struct_, member_)}
#define NEEDED(struct_, member_, key_, type_) {.key = (key_), .type = (type_), .required = true, .offset = offsetof(struct_, member_)}
#define WORD(struct_, member_, key_, words_) {.key = (key_), .type = CDR_READ_WORD, .offset = offsetof(struct_, member_), .words = (words_)}
#define PERIOD(struct_, member_, has_, key_) {.key = (key_), .type = CDR_READ_PERIOD, .offset = offsetof(struct_, member_), .also = offsetof(struct_, has_)}
#define NUMBER(struct_, member_, key_, least_, most_) {.key = (key_), .type = CDR_READ_UINT, .offset = offsetof(struct_, member_), .least = (least_), .most = (most_)}
#define CUSTOM(key_, custom_) {.key = (key_), .type = CDR_READ_CUSTOM, .custom = (custom_)}

/* Every rule's first member is its head. */
static const cdr_read_field head_fields[] = {
    NEEDED(cdr_rule_head, id, "id", CDR_READ_TEXT), FIELD(cdr_rule_head, title, "title", CDR_READ_TEXT), FIELD(cdr_rule_head, why, "why", CDR_READ_TEXT),
    FIELD(cdr_rule_head, law, "law", CDR_READ_TEXT), FIELD(cdr_rule_head, remedy, "remedy", CDR_READ_TEXT), WORD(cdr_rule_head, severity, "severity", severities),
    FIELD(cdr_rule_head, enabled, "enabled", CDR_READ_BOOL),
};

/* --- use rules --- */

static void check_use(cdr_policy_reader *r, const char *where, void *object)
{
    const cdr_use_rule *rule = object;
    if (rule->effect == CDR_EFFECT_ALLOW && rule->clause_count == 0)
        cdr_read_mistake(r, where, "would allow everything; say under when what it allows.");
}

static const cdr_read_field use_fields[] = {
    WORD(cdr_use_rule, effect, "effect", effects), FIELD(cdr_use_rule, priority, "priority", CDR_READ_INT), CUSTOM("when", cdr_read_when), CUSTOM("unless", cdr_read_unless),
};

/* --- forms, places, retention, promises --- */

static const cdr_read_field form_fields[] = {
    NEEDED(cdr_form_rule, categories, "categories", CDR_READ_CATEGORIES), FIELD(cdr_form_rule, purposes, "uses", CDR_READ_USES),
    FIELD(cdr_form_rule, systems, "systems", CDR_READ_KEYS), NEEDED(cdr_form_rule, allowed, "allowed", CDR_READ_FORMS),
};
static const cdr_read_field place_fields[] = {
    NEEDED(cdr_place_rule, categories, "categories", CDR_READ_CATEGORIES), FIELD(cdr_place_rule, only, "only", CDR_READ_KEYS), FIELD(cdr_place_rule, never, "never", CDR_READ_KEYS),
};

static void read_confidence(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    struct { int at; } word = {-1};
    static const cdr_read_field field[] = {{.key = "confidence", .type = CDR_READ_WORD, .words = confidences}};
    _cleanup_json_ json_t *group = json_pack("{s:O}", "confidence", value);
    if (group)
        cdr_read_object(r, group, where, field, 1, NULL, 0, &word);
    r->no_memory |= !group;
    if (word.at > 0)
        ((cdr_retention_rule *)object)->confidence = confidences[word.at];
}

static const cdr_read_field retention_fields[] = {
    FIELD(cdr_retention_rule, categories, "categories", CDR_READ_CATEGORIES), FIELD(cdr_retention_rule, purposes, "uses", CDR_READ_USES),
    FIELD(cdr_retention_rule, systems, "systems", CDR_READ_KEYS), FIELD(cdr_retention_rule, trigger, "trigger", CDR_READ_TEXT),
    FIELD(cdr_retention_rule, trigger_fields, "trigger_fields", CDR_READ_KEYS), PERIOD(cdr_retention_rule, period, has_period, "period"),
    PERIOD(cdr_retention_rule, minimum, has_minimum, "minimum"), FIELD(cdr_retention_rule, indefinite, "indefinite", CDR_READ_BOOL),
    FIELD(cdr_retention_rule, source, "source", CDR_READ_TEXT), FIELD(cdr_retention_rule, source_as_of, "source_as_of", CDR_READ_DATE), CUSTOM("confidence", read_confidence),
    WORD(cdr_retention_rule, action, "action", cdr_retention_action_names), FIELD(cdr_retention_rule, approver, "approver", CDR_READ_TEXT),
};
static const cdr_read_field promise_fields[] = {
    {.key = "kind", .type = CDR_READ_WORD, .required = true, .offset = offsetof(cdr_promise, kind), .words = cdr_promise_kind_names},
    FIELD(cdr_promise, head.title, "says", CDR_READ_TEXT), FIELD(cdr_promise, uses, "uses", CDR_READ_USES), FIELD(cdr_promise, categories, "categories", CDR_READ_CATEGORIES),
    FIELD(cdr_promise, systems, "systems", CDR_READ_KEYS), FIELD(cdr_promise, recipients, "recipients", CDR_READ_KEYS), FIELD(cdr_promise, countries, "countries", CDR_READ_COUNTRIES),
    {.key = "period", .type = CDR_READ_PERIOD, .offset = offsetof(cdr_promise, period)},
};

static void check_form(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_form_rule *f = object;
    if ((f->allowed & CDR_FORM_NEVER) && f->allowed != CDR_FORM_NEVER)
        cdr_read_mistake(r, where, "allows never together with other forms; decide for one.");
}

static void check_place(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_place_rule *p = object;
    if (p->only.count == 0 && p->never.count == 0)
        cdr_read_mistake(r, where, "needs only or never: the systems in which these data may be, or may not.");
}

static void check_retention(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_retention_rule *t = object;
    if (!t->has_period && !t->has_minimum && !t->indefinite)
        cdr_read_mistake(r, where, "needs a period, a minimum, or indefinite: true.");
    if ((t->has_period && cdr_period_is_zero(t->period)) || (t->has_minimum && cdr_period_is_zero(t->minimum)))
        cdr_read_mistake(r, where, "has a period of no time; for what may not be kept at all write a rule under forms with allowed: never.");
    /* Days cannot be compared with months in general; what is longer from two days a leap year apart is longer. */
    static const cdr_date days[] = {{2023, 1, 1}, {2024, 2, 1}};
    bool longer = t->has_period && t->has_minimum;
    for (size_t i = 0; longer && i < CDR_COUNT(days); i++)
        longer = cdr_days_from_date(cdr_period_after(days[i], t->minimum)) > cdr_days_from_date(cdr_period_after(days[i], t->period));
    if (longer)
        cdr_read_mistake(r, where, "has a minimum longer than its period; the law's minimum wins, so make the period at least as long.");
    if (t->has_period && t->indefinite)
        cdr_read_mistake(r, where, "has a period and is indefinite; decide for one.");
    if (!t->confidence)
        t->confidence = "";
}

/* What each kind needs, and what else it may say; anything else would be passed over, and so is refused. */
typedef enum promise_part { PART_USES = 1, PART_CATEGORIES = 2, PART_SYSTEMS = 4, PART_RECIPIENTS = 8, PART_COUNTRIES = 16, PART_PERIOD = 32 } promise_part;
static const struct { unsigned needs, may; } promise_parts[] = {
    [CDR_PROMISE_NEVER_USE] = {PART_USES, PART_CATEGORIES | PART_SYSTEMS},
    [CDR_PROMISE_NEVER_SHARE] = {0, PART_RECIPIENTS | PART_CATEGORIES | PART_USES | PART_SYSTEMS},
    [CDR_PROMISE_NEVER_HOLD] = {PART_CATEGORIES, PART_SYSTEMS},
    [CDR_PROMISE_DELETE_AFTER] = {PART_PERIOD, PART_CATEGORIES | PART_SYSTEMS | PART_USES},
    [CDR_PROMISE_ONLY_IN] = {PART_COUNTRIES, PART_CATEGORIES | PART_USES | PART_SYSTEMS},
    [CDR_PROMISE_ENCRYPTED] = {0, PART_CATEGORIES | PART_SYSTEMS},
    [CDR_PROMISE_ONLY_COLLECT] = {PART_CATEGORIES, PART_SYSTEMS},
    [CDR_PROMISE_CONSENT_FIRST] = {PART_USES, 0},
};

static void check_promise(cdr_policy_reader *r, const char *where, void *object)
{
    const cdr_promise *p = object;
    const struct { promise_part part; const char *key; bool given; } parts[] = {
        {PART_USES, "uses", p->uses.count > 0}, {PART_CATEGORIES, "categories", p->categories.count > 0}, {PART_SYSTEMS, "systems", p->systems.count > 0},
        {PART_RECIPIENTS, "recipients", p->recipients.count > 0}, {PART_COUNTRIES, "countries", p->countries.count > 0}, {PART_PERIOD, "period", !cdr_period_is_zero(p->period)}};
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (!parts[i].given && promise_parts[p->kind].needs & parts[i].part)
            cdr_read_mistake(r, where, "promises \"%s\" and needs %s.", cdr_promise_kind_names[p->kind], parts[i].key);
        else if (parts[i].given && !((promise_parts[p->kind].needs | promise_parts[p->kind].may) & parts[i].part))
            cdr_read_mistake(r, where, "promises \"%s\", to which %s adds nothing; leave it out.", cdr_promise_kind_names[p->kind], parts[i].key);
}

/* --- purposes --- */

static const cdr_read_field treatment_fields[] = {
    FIELD(cdr_treatment, categories, "categories", CDR_READ_CATEGORIES), FIELD(cdr_treatment, fields, "fields", CDR_READ_KEYS), NEEDED(cdr_treatment, form, "form", CDR_READ_FORM),
    WORD(cdr_treatment, how, "how", generalisations), NUMBER(cdr_treatment, amount, "amount", 1, 1000000),
};

static void read_treatments(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_purpose *p = object;
    size_t n = json_array_size(value);
    cdr_treatment *all = cdr_arena_alloc(r->arena, CDR_MAX(n, 1u) * sizeof *all);
    r->no_memory |= !all;
    if (!json_is_array(value) || (r->entries += n) > RULES_MAX || !all) {
        cdr_read_mistake(r, where, json_is_array(value) ? "makes more than 2,000 entries in all." : "must be a list, each {categories: …, form: …}.");
        return;
    }
    p->treatments = all;
    p->treatment_count = n;
    for (size_t i = 0; i < n; i++) {
        const char *at = cdr_read_item(r, where, i);
        size_t before = json_array_size(r->mistakes);
        cdr_read_object(r, json_array_get(value, i), at, treatment_fields, CDR_COUNT(treatment_fields), NULL, 0, &all[i]);
        if (json_array_size(r->mistakes) > before)
            continue;
        if (all[i].categories.count == 0 && all[i].fields.count == 0)
            cdr_read_mistake(r, at, "needs categories or fields.");
        if (all[i].form != CDR_FORM_GENERALISED && (all[i].how != CDR_GENERAL_AUTO || all[i].amount))
            cdr_read_mistake(r, at, "says how to generalise, but its form is %s; write form: generalised, or leave how and amount out.", cdr_form_name(all[i].form));
    }
}

static const cdr_read_field purpose_fields[] = {
    NEEDED(cdr_purpose, key, "key", CDR_READ_TEXT), FIELD(cdr_purpose, title, "title", CDR_READ_TEXT), FIELD(cdr_purpose, use, "use", CDR_READ_USE),
    FIELD(cdr_purpose, subjects, "subjects", CDR_READ_SUBJECTS), FIELD(cdr_purpose, consent, "consent", CDR_READ_TEXT), FIELD(cdr_purpose, subject_field, "subject_field", CDR_READ_KEYS),
    CUSTOM("treatments", read_treatments), FIELD(cdr_purpose, other, "other", CDR_READ_FORM), FIELD(cdr_purpose, unrecognised, "unrecognised", CDR_READ_FORM),
    FIELD(cdr_purpose, free_text, "free_text", CDR_READ_FORM),
};

static void check_purpose(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_purpose *p = object;
    p->where = where;
    p->other = p->other ? p->other : CDR_FORM_NEVER;
    p->unrecognised = p->unrecognised ? p->unrecognised : CDR_FORM_PLAIN;
    p->free_text_said = p->free_text != CDR_FORM_UNKNOWN;
    p->free_text = p->free_text ? p->free_text : CDR_FORM_REDACTED;
    if (p->consent[0] && p->subject_field.count == 0)
        cdr_read_mistake(r, where, "needs subject_field: the columns that hold the key under which consents are recorded, such as email.");
}

/* --- waivers, cases --- */

static const cdr_read_field waiver_fields[] = {
    NEEDED(cdr_waiver, rule, "rule", CDR_READ_TEXT), FIELD(cdr_waiver, system, "system", CDR_READ_TEXT), FIELD(cdr_waiver, path, "path", CDR_READ_TEXT),
    FIELD(cdr_waiver, category, "category", CDR_READ_CATEGORY), NEEDED(cdr_waiver, reason, "reason", CDR_READ_TEXT), NEEDED(cdr_waiver, approver, "approver", CDR_READ_TEXT),
    FIELD(cdr_waiver, granted, "granted", CDR_READ_DATE), NEEDED(cdr_waiver, until, "until", CDR_READ_DATE),
};

static void check_waiver(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_waiver *w = object;
    w->where = where;
    if (w->granted[0] && strcmp(w->granted, w->until) > 0)
        cdr_read_mistake(r, where, "ends before it was granted.");
}

static void read_given(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    ((cdr_policy_case *)object)->given = value;
    if (!json_is_object(value))
        cdr_read_mistake(r, where, "must be a group of facts.");
}

static void read_expect(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    ((cdr_policy_case *)object)->expect = value;
    if (!json_is_object(value))
        cdr_read_mistake(r, where, "must be a group such as {rule-id: violated}.");
}

static const cdr_read_field case_fields[] = {
    NEEDED(cdr_policy_case, name, "name", CDR_READ_TEXT),
    {.key = "given", .type = CDR_READ_CUSTOM, .required = true, .custom = read_given}, {.key = "expect", .type = CDR_READ_CUSTOM, .required = true, .custom = read_expect},
};

static void check_case(cdr_policy_reader *r, const char *where, void *object)
{
    (void)r;
    ((cdr_policy_case *)object)->where = where;
}

/* --- limits --- */

static const cdr_read_field limit_fields[] = {
    NUMBER(cdr_policy_limits, stores_max, "stores_max", 1, 1000), NUMBER(cdr_policy_limits, constant_percent, "constant_percent", 50, 100),
    NUMBER(cdr_policy_limits, adequacy_months, "adequacy_months", 1, 120), FIELD(cdr_policy_limits, adequacy_as_of, "adequacy_as_of", CDR_READ_DATE),
    FIELD(cdr_policy_limits, adequacy_source, "adequacy_source", CDR_READ_TEXT), FIELD(cdr_policy_limits, adequate, "adequate", CDR_READ_COUNTRIES),
    FIELD(cdr_policy_limits, home_country, "home_country", CDR_READ_COUNTRY),
};

static void read_limits(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_policy_limits *l = &((cdr_policy *)object)->limits;
    cdr_read_object(r, value, where, limit_fields, CDR_COUNT(limit_fields), NULL, 0, l);
    if (l->adequate.known && (!l->adequacy_as_of[0] || !l->adequacy_source[0]))
        cdr_read_mistake(r, where, "names adequate countries and needs adequacy_as_of and adequacy_source: such lists age.");
}

/* --- sections --- */

typedef struct section {
    const char *key;
    const cdr_read_field *fields;
    size_t count;
    bool headed;                     /* its entries begin with a cdr_rule_head */
    size_t size, at, at_count;       /* of an entry; of the array and of its length in the policy */
    void (*check)(cdr_policy_reader *r, const char *where, void *object);
} section;

#define SECTION(key_, fields_, headed_, type_, member_, count_, check_) \
    {key_, fields_, CDR_COUNT(fields_), headed_, sizeof(type_), offsetof(cdr_policy, member_), offsetof(cdr_policy, count_), check_}

static const section sections[] = {
    SECTION("rules", use_fields, true, cdr_use_rule, rules, rule_count, check_use), SECTION("forms", form_fields, true, cdr_form_rule, forms, form_count, check_form),
    SECTION("places", place_fields, true, cdr_place_rule, places, place_count, check_place),
    SECTION("retention", retention_fields, true, cdr_retention_rule, retention, retention_count, check_retention),
    SECTION("promises", promise_fields, true, cdr_promise, promises, promise_count, check_promise),
    SECTION("purposes", purpose_fields, false, cdr_purpose, purposes, purpose_count, check_purpose),
    SECTION("waivers", waiver_fields, false, cdr_waiver, waivers, waiver_count, check_waiver), SECTION("cases", case_fields, false, cdr_policy_case, cases, case_count, check_case),
};

/* "MIN-01" to "MIN-30". */
static bool is_test(const char *id)
{
    uint64_t n;
    return strlen(id) == 6 && !strncmp(id, "MIN-", 4) && cdr_parse_u64(id + 4, 2, 1, 30, &n);
}

/* Ids are typed on command lines and stand in the ledger. */
static bool id_is_good(const char *id)
{
    size_t n = strlen(id);
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)id[i]) && !isdigit((unsigned char)id[i]) && (i == 0 || !strchr("-_.", id[i])))
            return false;
    return n > 0 && n <= 64;
}

static void finish_head(cdr_policy_reader *r, cdr_rule_head *h, const char *where)
{
    h->where = where;
    if (is_test(h->id) || !strncasecmp(h->id, "min-", 4))
        cdr_read_mistake(r, cdr_read_path(r, where, "id"), "begins like the tests of Candor; choose another.");
    if (h->id[0] && !id_is_good(h->id))
        cdr_read_mistake(r, cdr_read_path(r, where, "id"), "must have lower-case letters, digits, dots and dashes, at most 64.");
    if (!h->title[0])
        h->title = h->id;
}

static void read_section(cdr_policy_reader *r, json_t *value, const char *where, const section *s)
{
    char *policy = (char *)r->policy;
    size_t n = json_array_size(value);
    if (!json_is_array(value)) {
        cdr_read_mistake(r, where, "must be a list; begin each entry with a dash.");
        return;
    }
    if ((r->entries += n) > RULES_MAX) {
        cdr_read_mistake(r, where, "makes more than 2,000 entries in all.");
        return;
    }
    char *all = cdr_arena_alloc(r->arena, CDR_MAX(n, 1u) * s->size);
    if (!all) {
        r->no_memory = true;
        return;
    }
    *(void **)(void *)(policy + s->at) = all;
    *(size_t *)(void *)(policy + s->at_count) = n;
    for (size_t i = 0; i < n && !r->no_memory; i++) {
        char *one = all + i * s->size;
        const char *at = cdr_read_item(r, where, i);
        if (s->headed) {
            ((cdr_rule_head *)(void *)one)->severity = CDR_SEV_MEDIUM;
            ((cdr_rule_head *)(void *)one)->enabled = true;
        }
        size_t before = json_array_size(r->mistakes);
        cdr_read_object(r, json_array_get(value, i), at, s->fields, s->count, head_fields, s->headed ? CDR_COUNT(head_fields) : 0, one);
        if (s->headed)
            finish_head(r, (cdr_rule_head *)(void *)one, at);
        if (s->check && json_array_size(r->mistakes) == before)
            s->check(r, at, one);
    }
}

static const cdr_read_field top_fields[] = {
    FIELD(cdr_policy, name, "name", CDR_READ_TEXT), CUSTOM("limits", read_limits), FIELD(cdr_policy, tests_off, "tests_off", CDR_READ_KEYS),
};

static const section *section_named(const char *key)
{
    for (size_t i = 0; i < CDR_COUNT(sections); i++)
        if (!strcmp(sections[i].key, key))
            return &sections[i];
    return NULL;
}

/* The sections apart, what stands beside them by the table. */
static void read_top(cdr_policy_reader *r, json_t *tree)
{
    const char *key, *file = r->file;
    json_t *value;
    _cleanup_json_ json_t *rest = json_object();
    if (!rest) {
        r->no_memory = true;
        return;
    }
    if (!json_is_object(tree)) {
        cdr_read_mistake(r, file, "a policy is a group of sections: name, rules, forms, places, retention, promises, purposes, waivers, limits, tests_off, cases.");
        return;
    }
    json_object_foreach(tree, key, value) {
        const section *s = section_named(key);
        if (!s)
            r->no_memory |= json_object_set(rest, key, value) != 0;
        else if (!json_is_null(value))
            read_section(r, value, cdr_read_path(r, file, key), s);
    }
    /* Names of sections only, so that a mistyped one finds its nearest. */
    static const cdr_read_field section_keys[CDR_COUNT(sections)] = {
        {.key = "rules"}, {.key = "forms"}, {.key = "places"}, {.key = "retention"}, {.key = "promises"}, {.key = "purposes"}, {.key = "waivers"}, {.key = "cases"}};
    cdr_read_object(r, rest, file, top_fields, CDR_COUNT(top_fields), section_keys, CDR_COUNT(section_keys), r->policy);
}

static const cdr_rule_head *head_at(const cdr_policy *p, const section *s, size_t i)
{
    const char *all = *(char *const *)(const void *)((const char *)p + s->at);
    return (const cdr_rule_head *)(const void *)(all + i * s->size);
}

static size_t count_of(const cdr_policy *p, const section *s)
{
    return *(const size_t *)(const void *)((const char *)p + s->at_count);
}

static const cdr_rule_head *rule_named(const cdr_policy *p, const char *id, const cdr_rule_head *until)
{
    for (size_t s = 0; s < CDR_COUNT(sections); s++)
        for (size_t i = 0; sections[s].headed && i < count_of(p, &sections[s]); i++) {
            const cdr_rule_head *h = head_at(p, &sections[s], i);
            if (h == until)
                return NULL;
            if (!strcmp(h->id, id))
                return h;
        }
    return NULL;
}

static void check_ids(cdr_policy_reader *r)
{
    const cdr_policy *p = r->policy;
    for (size_t s = 0; s < CDR_COUNT(sections); s++)
        for (size_t i = 0; sections[s].headed && i < count_of(p, &sections[s]); i++) {
            const cdr_rule_head *h = head_at(p, &sections[s], i), *before = h->id[0] ? rule_named(p, h->id, h) : NULL;
            if (before)
                cdr_read_mistake(r, h->where, "has the id of %s; each rule needs its own.", before->where);
        }
    for (size_t i = 0; i < p->purpose_count; i++)
        if (cdr_policy_purpose(p, p->purposes[i].key) != &p->purposes[i])
            cdr_read_mistake(r, p->purposes[i].where, "has the key of an earlier purpose; each needs its own.");
}

/* "no rule has that id; did you mean no-sale?" */
static void no_such_rule(cdr_policy_reader *r, const char *where, const char *verb, const char *id)
{
    const cdr_policy *p = r->policy;
    const char **ids = cdr_arena_alloc(r->arena, (RULES_MAX + 1) * sizeof *ids);
    size_t n = 0;
    for (size_t s = 0; ids && s < CDR_COUNT(sections); s++)
        for (size_t i = 0; sections[s].headed && i < count_of(p, &sections[s]); i++)
            ids[n++] = head_at(p, &sections[s], i)->id;
    const char *near = ids ? cdr_text_nearest(id, ids, n) : NULL;
    r->no_memory |= !ids;
    cdr_read_mistake(r, where, "%s \"%s\", and no rule has that id%s%s%s", verb, cdr_read_shown(r, id), near ? "; did you mean " : ".", near ? near : "", near ? "?" : "");
}

static void check_expectations(cdr_policy_reader *r, const cdr_policy_case *c)
{
    json_t *expect = (json_t *)(uintptr_t)c->expect, *word;    /* the iterator changes nothing */
    const char *id;
    if (json_object_size(expect) == 0)
        cdr_read_mistake(r, c->where, "expects nothing; name a rule and what it must say, such as {rule-id: violated}.");
    json_object_foreach(expect, id, word) {
        const cdr_rule_head *h = rule_named(r->policy, id, NULL);
        if (!h)
            no_such_rule(r, cdr_read_path(r, c->where, "expect"), "names", id);
        else if (!cdr_case_expects(r->policy, h, json_string_value(word), NULL))
            cdr_read_mistake(r, cdr_read_path(r, cdr_read_path(r, c->where, "expect"), h->id), "must be %s.", cdr_case_words(r->policy, h));
    }
}

/* What only the whole can tell. */
static void check_whole(cdr_policy_reader *r)
{
    const cdr_policy *p = r->policy;
    check_ids(r);
    for (size_t i = 0; i < p->waiver_count; i++)
        if (!is_test(p->waivers[i].rule) && !rule_named(p, p->waivers[i].rule, NULL))
            no_such_rule(r, p->waivers[i].where, "waives", p->waivers[i].rule);
    for (size_t i = 0; i < p->tests_off.count; i++)
        if (!is_test(p->tests_off.keys[i]))
            cdr_read_mistake(r, cdr_read_path(r, r->file, "tests_off"), "names \"%s\", which is no test; they are MIN-01 to MIN-30.", cdr_read_shown(r, p->tests_off.keys[i]));
    for (size_t i = 0; i < p->case_count; i++) {
        cdr_case_check(r, &p->cases[i]);
        check_expectations(r, &p->cases[i]);
    }
}

static cdr_status read_tree(cdr_policy_reader *r, json_t *tree, cdr_err *err)
{
    cdr_policy *p = r->policy;
    p->name = p->limits.adequacy_as_of = p->limits.adequacy_source = p->limits.home_country = "";
    p->limits.stores_max = 3;
    p->limits.constant_percent = 99;
    p->limits.adequacy_months = 12;
    read_top(r, tree);
    if (!r->no_memory && json_array_size(r->mistakes) == 0)
        check_whole(r);
    return r->no_memory ? cdr_fail_nomem(err, "policy") : CDR_OK;
}

/* "policy.yaml:", where every mistake begins; of a long path the end, so that the place within the file always fits. */
static const char *label(cdr_arena *a, const char *file)
{
    enum { LABEL_MAX = 160 };
    size_t len = strlen(file);
    const char *from = len > LABEL_MAX ? file + (len - LABEL_MAX) : file;
    while (from > file && ((unsigned char)*from & 0xC0) == 0x80)    /* not within a character */
        from++;
    return cdr_arena_printf(a, "%s%s:", from > file ? "…" : "", from);
}

/* The policy with the mistakes it has. */
static cdr_status read_all(const char *text, size_t len, const char *file, cdr_policy **ret, json_t *mistakes, cdr_err *err)
{
    *ret = NULL;
    if (len > POLICY_BYTES)
        return cdr_fail(err, CDR_E_LIMIT, "policy", "policy.too-large", "%.200s is larger than 1 MiB.", file);
    _cleanup_(cdr_policy_freep) cdr_policy *p = cdr_alloc(sizeof *p);
    if (!p || !(p->arena = cdr_arena_new(ARENA_BYTES)) || !(p->file = cdr_arena_strdup(p->arena, file)))
        return cdr_fail_nomem(err, "policy");
    cdr_status s = cdr_yaml_parse(text, len, file, &p->tree, err);
    cdr_policy_reader r = {.policy = p, .arena = p->arena, .mistakes = mistakes, .file = label(p->arena, file)};
    if (s == CDR_OK && !r.file)
        s = cdr_fail_nomem(err, "policy");
    if (s == CDR_OK)
        s = read_tree(&r, p->tree, err);
    if (s == CDR_OK)
        *ret = CDR_TAKE(p);
    return s;
}

cdr_status cdr_policy_read(const char *text, size_t len, const char *file, cdr_policy **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    _cleanup_json_ json_t *mistakes = json_array();
    cdr_status s = mistakes ? read_all(text, len, file, &p, mistakes, err) : cdr_fail_nomem(err, "policy");
    if (s == CDR_OK && json_array_size(mistakes) > 0)
        s = cdr_fail(err, CDR_E_INVAL, "policy", "policy.invalid", "%s", json_string_value(json_array_get(mistakes, 0)));
    if (s == CDR_OK)
        *ret = CDR_TAKE(p);
    return s;
}

cdr_status cdr_policy_mistakes(const char *text, size_t len, const char *file, json_t **ret, cdr_err *err)
{
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    _cleanup_json_ json_t *mistakes = json_array();
    cdr_err why = {0};
    cdr_status s = mistakes ? read_all(text, len, file, &p, mistakes, &why) : cdr_fail_nomem(&why, "policy");
    if (s == CDR_E_INVAL || s == CDR_E_LIMIT)     /* no YAML at all */
        s = json_array_append_new(mistakes, json_string(why.text)) ? CDR_E_NOMEM : CDR_OK;
    if (s != CDR_OK)
        return cdr_fail(err, s, "policy", "policy.read", "%s", why.text);
    *ret = CDR_TAKE(mistakes);
    return CDR_OK;
}

void cdr_policy_free(cdr_policy *p)
{
    if (!p)
        return;
    json_decref(p->tree);
    cdr_arena_free(p->arena);
    cdr_free(p);
}

const cdr_purpose *cdr_policy_purpose(const cdr_policy *p, const char *key)
{
    for (size_t i = 0; i < p->purpose_count; i++)
        if (!strcmp(p->purposes[i].key, key))
            return &p->purposes[i];
    return NULL;
}
