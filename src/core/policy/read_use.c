/* SPDX-License-Identifier: Apache-2.0 */
/* Of a rule about uses: when it applies, and what lifts it. */
#include "core/policy/read_fields.h"

#include <stddef.h>
#include <string.h>

static const char *const dimensions[CDR_DIM__MAX] = {
    [CDR_DIM_CATEGORIES] = "categories", [CDR_DIM_USES] = "uses", [CDR_DIM_SUBJECTS] = "subjects",
    [CDR_DIM_SYSTEMS] = "systems", [CDR_DIM_RECIPIENTS] = "recipients", [CDR_DIM_COUNTRIES] = "countries",
};
static const cdr_read_type types[CDR_DIM__MAX] = {
    [CDR_DIM_CATEGORIES] = CDR_READ_CATEGORIES, [CDR_DIM_USES] = CDR_READ_USES, [CDR_DIM_SUBJECTS] = CDR_READ_SUBJECTS,
    [CDR_DIM_SYSTEMS] = CDR_READ_KEYS, [CDR_DIM_RECIPIENTS] = CDR_READ_KEYS, [CDR_DIM_COUNTRIES] = CDR_READ_COUNTRIES,
};
static const char *const matches[] = {[CDR_MATCH_ANY] = "any", [CDR_MATCH_ALL] = "all", [CDR_MATCH_NONE] = "none", [CDR_MATCH_OTHER] = "other"};

/* Index of ${word}, or a mistake and ${count}. */
static size_t known(cdr_policy_reader *r, const char *where, const char *word, const char *const *words, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(words[i], word) != 0)
        i++;
    if (i == count)
        cdr_read_mistake(r, where, "has the unknown key \"%s\"; %s", cdr_read_shown(r, word), cdr_read_near(r, word, words, count));
    return i;
}

typedef struct when_reading { cdr_clause clauses[(size_t)CDR_DIM__MAX * CDR_COUNT(matches)]; size_t count; } when_reading;

static void read_clause(cdr_policy_reader *r, json_t *value, const char *where, cdr_dimension d, cdr_match match, when_reading *w)
{
    cdr_clause c = {.dimension = d, .match = match};
    size_t before = json_array_size(r->mistakes);
    cdr_read_keys(r, value, where, types[d], &c.values);
    /* A clause over nothing would decide the rule by itself, and nobody means that. */
    if (c.values.count == 0 && json_array_size(r->mistakes) == before)
        cdr_read_mistake(r, where, "is empty; name at least one, or leave it out.");
    w->clauses[w->count++] = c;
}

/* A list means any of it; {any: …, none: …} are two clauses. */
static void read_dimension(cdr_policy_reader *r, json_t *value, const char *where, cdr_dimension d, when_reading *w)
{
    const char *key;
    json_t *list;
    if (!json_is_object(value)) {
        read_clause(r, value, where, d, CDR_MATCH_ANY, w);
        return;
    }
    if (json_object_size(value) == 0)
        cdr_read_mistake(r, where, "is empty; name at least one, or leave it out.");
    json_object_foreach(value, key, list) {
        size_t m = known(r, where, key, matches, CDR_COUNT(matches));
        if (m < CDR_COUNT(matches))
            read_clause(r, list, cdr_read_path(r, where, key), d, (cdr_match)m, w);
    }
}

void cdr_read_when(cdr_policy_reader *r, json_t *value, const char *where, void *object)
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
        size_t d = known(r, where, key, dimensions, CDR_DIM__MAX);
        if (d < CDR_DIM__MAX)
            read_dimension(r, one, cdr_read_path(r, where, key), (cdr_dimension)d, &w);
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

/* --- unless --- */

static const char *const exceptions[] = {
    [CDR_UNLESS_CONSENT] = "consent", [CDR_UNLESS_COUNTRY_IN] = "country_in", [CDR_UNLESS_COUNTRY_NOT_IN] = "country_not_in", [CDR_UNLESS_FLOW_ANY] = "flow_any",
    [CDR_UNLESS_FLOW_NONE] = "flow_none", [CDR_UNLESS_ENCRYPTED] = "encrypted", [CDR_UNLESS_FORM] = "form",
};

static void read_exception_forms(cdr_policy_reader *r, json_t *value, const char *where, cdr_unless *ret)
{
    static const cdr_read_field form[] = {{.key = "form", .type = CDR_READ_FORMS, .offset = offsetof(cdr_unless, forms)}};
    _cleanup_json_ json_t *group = json_pack("{s:O}", "form", value);
    size_t cut = strlen(where) - strlen(".form");    /* the path of the group, which the reader makes longer again */
    const char *at = cdr_arena_strndup(r->arena, where, cut);
    r->no_memory |= !group || !at;
    if (group && at)
        cdr_read_object(r, group, at, form, 1, NULL, 0, ret);
}

static void read_exception(cdr_policy_reader *r, json_t *value, const char *where, cdr_unless_kind kind, cdr_unless *ret)
{
    size_t before = json_array_size(r->mistakes);
    bool countries = kind == CDR_UNLESS_COUNTRY_IN || kind == CDR_UNLESS_COUNTRY_NOT_IN;
    ret->kind = kind;
    if (kind == CDR_UNLESS_ENCRYPTED) {
        if (!json_is_true(value))
            cdr_read_mistake(r, where, "must be true; leave it out otherwise.");
        return;
    }
    if (kind == CDR_UNLESS_FORM) {
        read_exception_forms(r, value, where, ret);
        return;
    }
    cdr_read_keys(r, value, where, countries ? CDR_READ_COUNTRIES : CDR_READ_KEYS, &ret->values);
    if (ret->values.count == 0 && json_array_size(r->mistakes) == before)
        cdr_read_mistake(r, where, "is empty; name at least one, or leave it out.");
}

void cdr_read_unless(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    cdr_use_rule *rule = object;
    const char *key;
    json_t *one;
    cdr_unless *all = cdr_arena_alloc(r->arena, CDR_COUNT(exceptions) * sizeof *all);
    r->no_memory |= !all;
    if (!json_is_object(value) || !all) {
        cdr_read_mistake(r, where, "must be a group such as {consent: marketing}.");
        return;
    }
    rule->unless = all;
    json_object_foreach(value, key, one) {
        /* What is not understood must not lift a rule: it is refused here, not passed over. */
        size_t n = known(r, where, key, exceptions, CDR_COUNT(exceptions));
        if (n < CDR_COUNT(exceptions))
            read_exception(r, one, cdr_read_path(r, where, key), (cdr_unless_kind)n, &all[rule->unless_count++]);
    }
}
