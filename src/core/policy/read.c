/* SPDX-License-Identifier: Apache-2.0 */
/* policy.yaml: its sections and what they may hold. Every mistake is looked for before anything is refused, so that one reading tells all. */
#include "core/policy/read_fields.h"

#include "base/yaml.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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

static const struct { const char *key; cdr_dimension dimension; cdr_read_type type; } dimensions[] = {
    {"categories", CDR_DIM_CATEGORIES, CDR_READ_CATEGORIES}, {"uses", CDR_DIM_USES, CDR_READ_USES}, {"subjects", CDR_DIM_SUBJECTS, CDR_READ_SUBJECTS},
    {"systems", CDR_DIM_SYSTEMS, CDR_READ_KEYS}, {"recipients", CDR_DIM_RECIPIENTS, CDR_READ_KEYS}, {"countries", CDR_DIM_COUNTRIES, CDR_READ_COUNTRIES},
};
static const char *const matches[] = {"any", "all", "none", "other"};

typedef struct when_reading { cdr_clause clauses[CDR_COUNT(dimensions) * CDR_COUNT(matches)]; size_t count; } when_reading;

static void read_clause(cdr_policy_reader *r, json_t *value, const char *where, size_t dimension, cdr_match match, when_reading *w)
{
    cdr_clause c = {.dimension = dimensions[dimension].dimension, .match = match};
    cdr_read_keys(r, value, where, dimensions[dimension].type, &c.values);
    if (c.values.count == 0 && !json_array_size(r->mistakes))
        cdr_read_mistake(r, where, "is empty; name at least one, or leave it out.");
    w->clauses[w->count++] = c;
}

/* A list means any of it; {any: …, none: …} are two clauses. */
static void read_dimension(cdr_policy_reader *r, json_t *value, const char *where, size_t dimension, when_reading *w)
{
    static const cdr_read_field allowed[] = {{.key = "any"}, {.key = "all"}, {.key = "none"}, {.key = "other"}};
    const char *key;
    json_t *list;
    if (!json_is_object(value)) {
        read_clause(r, value, where, dimension, CDR_MATCH_ANY, w);
        return;
    }
    json_object_foreach(value, key, list) {
        size_t m = 0;
        while (m < CDR_COUNT(matches) && strcmp(matches[m], key) != 0)
            m++;
        if (m < CDR_COUNT(matches))
            read_clause(r, list, cdr_read_path(r, where, key), dimension, (cdr_match)m, w);
        else
            cdr_read_mistake(r, where, "has the unknown key \"%.40s\"; known are %s, %s, %s and %s.", key, allowed[0].key, allowed[1].key, allowed[2].key, allowed[3].key);
    }
}

static void read_when(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_use_rule *rule = object;
    when_reading w = {.count = 0};
    const char *key;
    json_t *one;
    if (!json_is_object(value)) {
        cdr_read_mistake(r, where, "must be a group such as {categories: [user.contact], uses: [marketing]}.");
        return;
    }
    json_object_foreach(value, key, one) {
        size_t d = 0;
        while (d < CDR_COUNT(dimensions) && strcmp(dimensions[d].key, key) != 0)
            d++;
        if (d < CDR_COUNT(dimensions))
            read_dimension(r, one, cdr_read_path(r, where, key), d, &w);
        else
            cdr_read_mistake(r, where, "has the unknown key \"%.40s\"; known are categories, uses, subjects, systems, recipients and countries.", key);
    }
    cdr_clause *clauses = cdr_arena_alloc(r->arena, CDR_MAX(w.count, 1u) * sizeof *clauses);
    if (!clauses) {
        r->no_memory = true;
        return;
    }
    memcpy(clauses, w.clauses, w.count * sizeof *clauses);
    rule->clauses = clauses;
    rule->clause_count = w.count;
}

static const struct { const char *key; cdr_unless_kind kind; cdr_read_type type; } exceptions[] = {
    {"consent", CDR_UNLESS_CONSENT, CDR_READ_KEYS}, {"country_in", CDR_UNLESS_COUNTRY_IN, CDR_READ_COUNTRIES}, {"country_not_in", CDR_UNLESS_COUNTRY_NOT_IN, CDR_READ_COUNTRIES},
    {"flow_any", CDR_UNLESS_FLOW_ANY, CDR_READ_KEYS}, {"flow_none", CDR_UNLESS_FLOW_NONE, CDR_READ_KEYS}, {"encrypted", CDR_UNLESS_ENCRYPTED, CDR_READ_BOOL}, {"form", CDR_UNLESS_FORM, CDR_READ_FORMS},
};

static void read_exception(cdr_policy_reader *r, json_t *value, const char *where, size_t n, cdr_unless *ret)
{
    static const cdr_read_field form[] = {{.key = "form", .type = CDR_READ_FORMS, .offset = offsetof(cdr_unless, forms)}};
    ret->kind = exceptions[n].kind;
    if (exceptions[n].type == CDR_READ_BOOL) {
        if (!json_is_true(value))
            cdr_read_mistake(r, where, "must be true; leave it out otherwise.");
    } else if (exceptions[n].type == CDR_READ_FORMS) {
        _cleanup_json_ json_t *group = json_pack("{s:O}", "form", value);
        if (group)
            cdr_read_object(r, group, where, form, 1, NULL, 0, ret);
        r->no_memory |= !group;
    } else {
        cdr_read_keys(r, value, where, exceptions[n].type, &ret->values);
    }
}

static void read_unless(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_use_rule *rule = object;
    const char *key;
    json_t *one;
    cdr_unless *all = cdr_arena_alloc(r->arena, CDR_COUNT(exceptions) * sizeof *all);
    if (!json_is_object(value) || !all) {
        r->no_memory |= !all;
        cdr_read_mistake(r, where, "must be a group such as {consent: marketing}.");
        return;
    }
    rule->unless = all;
    json_object_foreach(value, key, one) {
        size_t n = 0;
        while (n < CDR_COUNT(exceptions) && strcmp(exceptions[n].key, key) != 0)
            n++;
        /* What is not understood must not lift a rule: it is refused here, not passed over. */
        if (n < CDR_COUNT(exceptions))
            read_exception(r, one, cdr_read_path(r, where, key), n, &all[rule->unless_count++]);
        else
            cdr_read_mistake(r, where, "has the unknown key \"%.40s\"; known are consent, country_in, country_not_in, flow_any, flow_none, encrypted and form.", key);
    }
}

static const cdr_read_field use_fields[] = {
    WORD(cdr_use_rule, effect, "effect", effects), FIELD(cdr_use_rule, priority, "priority", CDR_READ_INT), CUSTOM("when", read_when), CUSTOM("unless", read_unless),
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
    if (t->has_period && t->indefinite)
        cdr_read_mistake(r, where, "has a period and is indefinite; decide for one.");
    if (!t->confidence)
        t->confidence = "";
}

static void check_promise(cdr_policy_reader *r, const char *where, void *object)
{
    static const struct { cdr_promise_kind kind; size_t offset; const char *what; } needs[] = {
        {CDR_PROMISE_NEVER_USE, offsetof(cdr_promise, uses), "uses"}, {CDR_PROMISE_NEVER_HOLD, offsetof(cdr_promise, categories), "categories"},
        {CDR_PROMISE_ONLY_IN, offsetof(cdr_promise, countries), "countries"}, {CDR_PROMISE_ONLY_COLLECT, offsetof(cdr_promise, categories), "categories"},
        {CDR_PROMISE_CONSENT_FIRST, offsetof(cdr_promise, uses), "uses"},
    };
    cdr_promise *p = object;
    for (size_t i = 0; i < CDR_COUNT(needs); i++)
        if (needs[i].kind == p->kind && ((const cdr_key_set *)(const void *)((const char *)object + needs[i].offset))->count == 0)
            cdr_read_mistake(r, where, "promises \"%s\" and needs %s.", cdr_promise_kind_names[p->kind], needs[i].what);
    if (p->kind == CDR_PROMISE_DELETE_AFTER && cdr_period_is_zero(p->period))
        cdr_read_mistake(r, where, "promises \"delete after\" and needs a period.");
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
    if (!json_is_array(value) || n > RULES_MAX || !all) {
        cdr_read_mistake(r, where, "must be a list, each {categories: …, form: …}.");
        return;
    }
    p->treatments = all;
    p->treatment_count = n;
    for (size_t i = 0; i < n; i++) {
        const char *at = cdr_read_item(r, where, i);
        cdr_read_object(r, json_array_get(value, i), at, treatment_fields, CDR_COUNT(treatment_fields), NULL, 0, &all[i]);
        if (all[i].categories.count == 0 && all[i].fields.count == 0)
            cdr_read_mistake(r, at, "needs categories or fields.");
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
    p->free_text = p->free_text ? p->free_text : CDR_FORM_REDACTED;
    if (p->consent[0] && p->subject_field.count == 0)
        cdr_read_mistake(r, where, "needs subject_field: the columns that hold the key under which consents are recorded, such as email.");
}

/* --- waivers, cases --- */

static const cdr_read_field waiver_fields[] = {
    NEEDED(cdr_waiver, rule, "rule", CDR_READ_TEXT), FIELD(cdr_waiver, system, "system", CDR_READ_TEXT), FIELD(cdr_waiver, path, "path", CDR_READ_TEXT),
    FIELD(cdr_waiver, category, "category", CDR_READ_TEXT), NEEDED(cdr_waiver, reason, "reason", CDR_READ_TEXT), NEEDED(cdr_waiver, approver, "approver", CDR_READ_TEXT),
    FIELD(cdr_waiver, granted, "granted", CDR_READ_DATE), NEEDED(cdr_waiver, until, "until", CDR_READ_DATE),
};

static void check_waiver(cdr_policy_reader *r, const char *where, void *object)
{
    cdr_waiver *w = object;
    w->where = where;
    if (w->category[0]) {
        cdr_key_set one;
        _cleanup_json_ json_t *text = json_string(w->category);
        if (text)
            cdr_read_keys(r, text, cdr_read_path(r, where, "category"), CDR_READ_CATEGORIES, &one);
        if (text && one.count == 1)
            w->category = one.keys[0];
    }
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
    FIELD(cdr_policy_limits, home_country, "home_country", CDR_READ_TEXT),
};

static void read_limits(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_policy_limits *l = &((cdr_policy *)object)->limits;
    cdr_read_object(r, value, where, limit_fields, CDR_COUNT(limit_fields), NULL, 0, l);
    if (l->adequate.count > 0 && (!l->adequacy_as_of[0] || !l->adequacy_source[0]))
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
    SECTION("rules", use_fields, true, cdr_use_rule, rules, rule_count, NULL), SECTION("forms", form_fields, true, cdr_form_rule, forms, form_count, check_form),
    SECTION("places", place_fields, true, cdr_place_rule, places, place_count, check_place),
    SECTION("retention", retention_fields, true, cdr_retention_rule, retention, retention_count, check_retention),
    SECTION("promises", promise_fields, true, cdr_promise, promises, promise_count, check_promise),
    SECTION("purposes", purpose_fields, false, cdr_purpose, purposes, purpose_count, check_purpose),
    SECTION("waivers", waiver_fields, false, cdr_waiver, waivers, waiver_count, check_waiver), SECTION("cases", case_fields, false, cdr_policy_case, cases, case_count, check_case),
};

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
    if (h->id[0] && !id_is_good(h->id))
        cdr_read_mistake(r, cdr_read_path(r, where, "id"), "must have lower-case letters, digits, dots and dashes, at most 64.");
    if (!h->title[0])
        h->title = h->id;
}

static void read_section(cdr_policy_reader *r, json_t *value, const char *where, const section *s)
{
    char *policy = (char *)r->policy;
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n > RULES_MAX) {
        cdr_read_mistake(r, where, json_is_array(value) ? "has too many entries; at most 2,000." : "must be a list.");
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
    const char *key, *file = cdr_arena_printf(r->arena, "%s:", r->policy->file);
    json_t *value;
    _cleanup_json_ json_t *rest = json_object();
    if (!rest || !file) {
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

/* --- what only the whole can tell --- */

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

static bool is_test(const char *id)
{
    unsigned n = isdigit((unsigned char)id[0]) ? 0 : strncmp(id, "MIN-", 4) ? 0 : 1;
    return n && strlen(id) == 6 && id[4] >= '0' && id[4] <= '3' && isdigit((unsigned char)id[5]) && strcmp(id + 4, "00") > 0 && strcmp(id + 4, "30") <= 0;
}

static void check_whole(cdr_policy_reader *r)
{
    cdr_policy *p = r->policy;
    for (size_t s = 0; s < CDR_COUNT(sections); s++)
        for (size_t i = 0; sections[s].headed && i < count_of(p, &sections[s]); i++) {
            const cdr_rule_head *h = head_at(p, &sections[s], i), *before = h->id[0] ? rule_named(p, h->id, h) : NULL;
            if (before)
                cdr_read_mistake(r, h->where, "has the id of %s; each rule needs its own.", before->where);
        }
    for (size_t i = 0; i < p->purpose_count; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(p->purposes[i].key, p->purposes[k].key))
                cdr_read_mistake(r, p->purposes[i].where ? p->purposes[i].where : "purposes", "has the key of an earlier purpose; each needs its own.");
    for (size_t i = 0; i < p->waiver_count; i++)
        if (p->waivers[i].rule[0] && !is_test(p->waivers[i].rule) && !rule_named(p, p->waivers[i].rule, NULL))
            cdr_read_mistake(r, p->waivers[i].where ? p->waivers[i].where : "waivers", "waives \"%.64s\", and no rule has that id.", p->waivers[i].rule);
    for (size_t i = 0; i < p->tests_off.count; i++)
        if (!is_test(p->tests_off.keys[i]))
            cdr_read_mistake(r, "tests_off:", "\"%.40s\" is no test; they are MIN-01 to MIN-30.", p->tests_off.keys[i]);
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
    cdr_policy_reader r = {.policy = p, .arena = p->arena, .mistakes = mistakes};
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
