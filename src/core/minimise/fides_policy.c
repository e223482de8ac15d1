/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/fides_policy.h"

#include "base/text.h"
#include "base/yaml.h"
#include "core/inventory/fides.h"

#include <stdio.h>
#include <string.h>

enum { RULES_MAX = 2000, VALUES_MAX = 500, ID_MAX = 64, TEXT_MAX = 1000 };

typedef struct converting {
    const char *file;
    json_t *rules, *notes, *ids;     /* ids: those that were given away */
    cdr_err *err;
} converting;

static const struct dimension { const char *theirs, *ours; cdr_taxonomy_id taxonomy; } dimensions[] = {
    {"data_categories", "categories", CDR_TAXONOMY_CATEGORY}, {"data_uses", "uses", CDR_TAXONOMY_USE}, {"data_subjects", "subjects", CDR_TAXONOMY_SUBJECT}};
/* What a rule may say without changing what it forbids. */
static const char *const harmless[] = {"name", "fides_key", "description", "organization_fides_key", "tags", "meta"};

static cdr_status note(converting *c, const char *where, const char *sentence)
{
    _cleanup_free_ char *text = cdr_asprintf("%s%s", where, sentence);
    return text && !json_array_append_new(c->notes, json_string(text)) ? CDR_OK : cdr_fail_nomem(c->err, "minimise");
}

static const char *shown(const char *text, char space[260])
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(256);
    cdr_text_escape(&out, text, strnlen(text, 60));
    snprintf(space, 260, "%s", out.data ? out.data : "");
    return space;
}

/* --- ids --- */

/* "Disallow third-party marketing!" becomes "disallow-third-party-marketing". */
static void make_slug(const char *name, char ret[ID_MAX + 1])
{
    size_t n = 0;
    bool dash = false;
    for (const char *s = name; *s && n < 48; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s | 0x20) : *s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && dash && n > 0)
            ret[n++] = '-';
        if (plain)
            ret[n++] = c;
        dash = !plain;
    }
    ret[n] = '\0';
}

static cdr_status give_id(converting *c, const char *name, char ret[ID_MAX + 1])
{
    char slug[ID_MAX + 1];
    make_slug(name, slug);
    bool reserved = !strncmp(slug, "min-", 4);
    snprintf(ret, ID_MAX + 1, "%s%.50s", !slug[0] ? "rule" : reserved ? "rule-" : "", slug);
    for (unsigned n = 2; json_object_get(c->ids, ret); n++)
        snprintf(ret, ID_MAX + 1, "%s%.50s-%u", !slug[0] ? "rule" : reserved ? "rule-" : "", slug, n);
    return json_object_set_new(c->ids, ret, json_true()) ? cdr_fail_nomem(c->err, "minimise") : CDR_OK;
}

/* --- clauses --- */

static cdr_status read_values(converting *c, const struct dimension *d, const json_t *values, const char *where, json_t *ret)
{
    char space[200], name[260];
    if (!json_is_array(values) || json_array_size(values) == 0 || json_array_size(values) > VALUES_MAX)
        return cdr_fail(c->err, CDR_E_INVAL, "minimise", "fides.values", "%s must be a list of 1 to %d keys.", where, VALUES_MAX);
    for (size_t i = 0; i < json_array_size(values); i++) {
        const char *key = json_string_value(json_array_get(values, i));
        _cleanup_free_ char *at = cdr_asprintf("%s[%zu]: \"%s\"", where, i, shown(key ? key : "", name));
        if (!at)
            return cdr_fail_nomem(c->err, "minimise");
        const char *now = key ? cdr_fides_key(d->taxonomy, key, space) : "";
        cdr_status s = cdr_taxon_check(d->taxonomy, now, at, c->err);
        if (s != CDR_OK)
            return s;
        if (json_array_append_new(ret, json_string(now)))
            return cdr_fail_nomem(c->err, "minimise");
    }
    return CDR_OK;
}

/* How the values are matched, as older manifests said it, too; a list alone means any. */
static const char *match_of(const json_t *clause)
{
    static const char *const words[][2] = {{"ANY", "any"}, {"ALL", "all"}, {"NONE", "none"}, {"OTHER", "other"}};
    const char *word = cdr_json_str(clause, "matches");
    if (!word)
        word = cdr_json_str(clause, "inclusion");
    if (json_is_array(clause))
        return "any";
    for (size_t i = 0; word && i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(word, strlen(word), words[i][0], strlen(words[i][0])))
            return words[i][1];
    return NULL;
}

static cdr_status convert_clause(converting *c, const struct dimension *d, const json_t *clause, const char *rule, json_t *when)
{
    _cleanup_free_ char *where = cdr_asprintf("%s.%s", rule, d->theirs), *at = cdr_asprintf("%s.%s%s", rule, d->theirs, json_is_array(clause) ? "" : ".values");
    _cleanup_json_ json_t *values = json_array(), *group = json_object();
    if (!where || !at || !values || !group)
        return cdr_fail_nomem(c->err, "minimise");
    const char *match = match_of(clause);
    if (!match)
        return cdr_fail(c->err, CDR_E_INVAL, "minimise", "fides.matches", "%s.matches must be ANY, ALL, NONE or OTHER.", where);
    cdr_status s = read_values(c, d, json_is_array(clause) ? clause : json_object_get(clause, "values"), at, values);
    if (s != CDR_OK)
        return s;
    return json_object_set(group, match, values) || json_object_set(when, d->ours, group) ? cdr_fail_nomem(c->err, "minimise") : CDR_OK;
}

/* What we have no word for narrows the rule there; without it ours forbids more, and says so. */
static cdr_status note_unknown(converting *c, const json_t *rule, const char *where)
{
    const char *key;
    json_t *value, *obj = (json_t *)(uintptr_t)rule;    /* the iterator changes nothing */
    json_object_foreach(obj, key, value) {
        bool known = false;
        char name[260];
        for (size_t i = 0; i < CDR_COUNT(harmless); i++)
            known |= !strcmp(key, harmless[i]);
        for (size_t i = 0; i < CDR_COUNT(dimensions); i++)
            known |= !strcmp(key, dimensions[i].theirs);
        _cleanup_free_ char *text = known ? NULL : cdr_asprintf(": %s has no like here and is left out; the rule may forbid more than before.", shown(key, name));
        cdr_status s = known ? CDR_OK : text ? note(c, where, text) : cdr_fail_nomem(c->err, "minimise");
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* One line of a bounded length, as policies want their texts. */
static int put_text(json_t *rule, const char *key, const char *text)
{
    char line[TEXT_MAX + 1];
    size_t n = 0;
    for (const char *s = text ? text : ""; *s && n < TEXT_MAX; s++) {
        bool blank = (unsigned char)*s <= ' ' || *s == 0x7F;
        if (!blank)
            line[n++] = *s;
        else if (n > 0 && line[n - 1] != ' ')
            line[n++] = ' ';
    }
    while (n > 0 && (line[n - 1] == ' ' || !cdr_utf8_valid(line, n)))    /* cut between characters */
        n--;
    line[n] = '\0';
    return n ? json_object_set_new(rule, key, json_string(line)) : 0;
}

static cdr_status convert_rule(converting *c, const json_t *theirs, const char *where, const char *policy_text)
{
    char id[ID_MAX + 1];
    _cleanup_json_ json_t *rule = json_object(), *when = json_object();
    if (!rule || !when)
        return cdr_fail_nomem(c->err, "minimise");
    if (!json_is_object(theirs))
        return cdr_fail(c->err, CDR_E_INVAL, "minimise", "fides.rule", "%s must be a group with data_categories, data_uses and data_subjects.", where);
    const char *name = cdr_json_str(theirs, "name"), *own = cdr_json_str(theirs, "description");
    cdr_status s = give_id(c, name ? name : cdr_json_str(theirs, "fides_key") ? cdr_json_str(theirs, "fides_key") : "", id);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(dimensions); i++) {
        const json_t *clause = json_object_get(theirs, dimensions[i].theirs);
        if (clause && !json_is_null(clause))
            s = convert_clause(c, &dimensions[i], clause, where, when);
    }
    if (s == CDR_OK && json_object_size(when) == 0)
        s = cdr_fail(c->err, CDR_E_INVAL, "minimise", "fides.rule", "%s names no data_categories, data_uses or data_subjects.", where);
    if (s == CDR_OK && (put_text(rule, "id", id) || put_text(rule, "title", name) || put_text(rule, "why", own ? own : policy_text) || put_text(rule, "severity", "high") ||
                        json_object_set(rule, "when", when) || json_array_append(c->rules, rule)))
        s = cdr_fail_nomem(c->err, "minimise");
    return s == CDR_OK ? note_unknown(c, theirs, where) : s;
}

static cdr_status convert_policy(converting *c, const json_t *policy, size_t n)
{
    const json_t *rules = json_object_get(policy, "rules");
    cdr_status s = CDR_OK;
    if (!json_is_object(policy) || (rules && !json_is_array(rules)))
        return cdr_fail(c->err, CDR_E_INVAL, "minimise", "fides.policy", "%s: policy[%zu] must be a group with a list of rules.", c->file, n);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(rules); i++) {
        _cleanup_free_ char *where = cdr_asprintf("%s: policy[%zu].rules[%zu]", c->file, n, i);
        if (!where)
            return cdr_fail_nomem(c->err, "minimise");
        if (json_array_size(c->rules) >= RULES_MAX)
            return cdr_fail(c->err, CDR_E_LIMIT, "minimise", "fides.rules", "%s holds more than %d rules.", c->file, RULES_MAX);
        s = convert_rule(c, json_array_get(rules, i), where, cdr_json_str(policy, "description"));
    }
    return s;
}

cdr_status cdr_minimise_fides_policy(const char *text, size_t len, const char *where, json_t **ret, json_t **ret_notes, cdr_err *err)
{
    _cleanup_json_ json_t *tree = NULL, *rules = json_array(), *notes = json_array(), *ids = json_object();
    converting c = {where, rules, notes, ids, err};
    *ret = *ret_notes = NULL;
    if (!rules || !notes || !ids)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_yaml_parse(text, len, where, &tree, err);
    const json_t *policies = json_object_get(tree, "policy");
    if (s == CDR_OK && !json_is_array(policies))
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "fides.policy", "%s holds no list \"policy\"; is it the manifest that holds the policies?", where);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(policies); i++)
        s = convert_policy(&c, json_array_get(policies, i), i);
    if (s == CDR_OK && json_array_size(rules) == 0)
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "fides.policy", "%s holds no rules under policy.", where);
    if (s != CDR_OK)
        return s;
    *ret = CDR_TAKE(rules);
    *ret_notes = CDR_TAKE(notes);
    return CDR_OK;
}
