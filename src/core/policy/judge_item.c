/* SPDX-License-Identifier: Apache-2.0 */
/* A use rule over one item: three-valued logic, so that what holds for every way the unknown may turn out is known, and nothing else. */
#include "core/policy/item.h"

#include "core/taxonomy/taxonomy.h"

#include <string.h>

const char *const cdr_dimension_names[] = {"categories", "uses", "subjects", "systems", "recipients", "countries", NULL};
const char *const cdr_match_names[] = {"any", "all", "none", "other", NULL};
const char *const cdr_unless_names[] = {"consent", "country_in", "country_not_in", "flow_any", "flow_none", "encrypted", "form", NULL};

void cdr_item_init(cdr_item *ret)
{
    *ret = (cdr_item){.encrypted = CDR_UNKNOWN};
}

/* Keys of these stand in a tree. */
static bool has_tree(cdr_dimension d)
{
    return d == CDR_DIM_CATEGORIES || d == CDR_DIM_USES || d == CDR_DIM_SUBJECTS;
}

static bool must_exist(cdr_dimension d)
{
    return has_tree(d) || d == CDR_DIM_COUNTRIES;
}

/* Is ${key} among ${values}? A key that stands above a value may hold it, and may not. */
static cdr_truth among(const char *key, const cdr_key_set *values, bool tree, bool exact)
{
    cdr_truth found = CDR_FALSE;
    for (size_t i = 0; i < values->count; i++) {
        if (tree ? cdr_taxon_within(key, values->keys[i]) : !strcmp(key, values->keys[i]))
            return CDR_TRUE;
        if (tree && !exact && cdr_taxon_within(values->keys[i], key))
            found = CDR_UNKNOWN;
    }
    return found;
}

/* What the keys of a dimension say: is there one among the values, is there one that is not? */
typedef struct answer { cdr_truth any, other; bool empty, known; } answer;

static answer look(const cdr_clause *c, const cdr_item *item)
{
    const cdr_item_keys *k = &item->of[c->dimension];
    static const char *const nowhere[] = {CDR_SYSTEM_UNREGISTERED};
    cdr_key_set keys = k->keys;
    answer a = {CDR_FALSE, CDR_FALSE, false, keys.known};
    if (keys.known && keys.count == 0 && !k->open && c->dimension == CDR_DIM_SYSTEMS)
        keys = (cdr_key_set){nowhere, 1, true};
    a.empty = keys.count == 0;
    for (size_t i = 0; i < keys.count; i++) {
        cdr_truth in = among(keys.keys[i], &c->values, has_tree(c->dimension), k->exact);
        a.any = cdr_truth_or(a.any, in);
        a.other = cdr_truth_or(a.other, cdr_truth_not(in));
    }
    if (!keys.known || k->open || (a.empty && must_exist(c->dimension))) {
        a.any = cdr_truth_or(a.any, CDR_UNKNOWN);
        a.other = cdr_truth_or(a.other, CDR_UNKNOWN);
        a.empty = false;
    }
    return a;
}

cdr_truth cdr_clause_judge(const cdr_clause *c, const cdr_item *item)
{
    answer a = look(c, item);
    switch (c->match) {
    case CDR_MATCH_ANY:
        return a.any;
    case CDR_MATCH_ALL:
        return a.empty ? CDR_FALSE : cdr_truth_not(a.other);    /* of nothing, nothing is forbidden */
    case CDR_MATCH_NONE:
        return cdr_truth_not(a.any);
    case CDR_MATCH_OTHER:
        return a.other;
    }
    return CDR_UNKNOWN;
}

cdr_truth cdr_rule_match(const cdr_use_rule *r, const cdr_item *item)
{
    cdr_truth t = CDR_TRUE;
    for (size_t i = 0; i < r->clause_count && t != CDR_FALSE; i++)
        t = cdr_truth_and(t, cdr_clause_judge(&r->clauses[i], item));
    return t;
}

/* --- what lifts a rule --- */

static cdr_truth consented(const cdr_key_set *purposes, const cdr_item *item)
{
    cdr_truth t = purposes->count ? CDR_TRUE : CDR_UNKNOWN;
    for (size_t i = 0; i < purposes->count; i++) {
        cdr_truth one = CDR_UNKNOWN;
        for (size_t k = 0; k < item->consent_count; k++)
            if (!strcmp(item->consents[k].purpose, purposes->keys[i]))
                one = item->consents[k].all;
        t = cdr_truth_and(t, one);
    }
    return t;
}

static cdr_truth clause_of(cdr_dimension d, cdr_match m, const cdr_key_set *values, const cdr_item *item)
{
    return cdr_clause_judge(&(cdr_clause){d, m, *values}, item);
}

static cdr_truth flows(const cdr_key_set *values, const cdr_item *item)
{
    cdr_truth t = item->flows.known ? CDR_FALSE : CDR_UNKNOWN;
    for (size_t i = 0; i < item->flows.count; i++)
        t = cdr_truth_or(t, among(item->flows.keys[i], values, false, true));
    return t;
}

static cdr_truth held_as(unsigned allowed, const cdr_item *item)
{
    if (item->forms == 0)
        return CDR_UNKNOWN;
    if (!(item->forms & ~allowed))
        return CDR_TRUE;
    /* What lies in the clear in an encrypted place is encrypted, if that is enough. */
    return allowed & CDR_FORM_ENCRYPTED ? item->encrypted : CDR_FALSE;
}

static cdr_truth unless_holds(const cdr_unless *u, const cdr_item *item)
{
    switch (u->kind) {
    case CDR_UNLESS_CONSENT:
        return consented(&u->values, item);
    case CDR_UNLESS_COUNTRY_IN:
        return clause_of(CDR_DIM_COUNTRIES, CDR_MATCH_ALL, &u->values, item);
    case CDR_UNLESS_COUNTRY_NOT_IN:
        return clause_of(CDR_DIM_COUNTRIES, CDR_MATCH_NONE, &u->values, item);
    case CDR_UNLESS_FLOW_ANY:
        return flows(&u->values, item);
    case CDR_UNLESS_FLOW_NONE:
        return cdr_truth_not(flows(&u->values, item));
    case CDR_UNLESS_ENCRYPTED:
        return item->encrypted;
    case CDR_UNLESS_FORM:
        return held_as(u->forms, item);
    }
    return CDR_UNKNOWN;    /* an exception that this version does not know lifts nothing */
}

cdr_truth cdr_rule_lifted(const cdr_use_rule *r, const cdr_item *item)
{
    cdr_truth t = r->unless_count ? CDR_TRUE : CDR_FALSE;
    for (size_t i = 0; i < r->unless_count && t != CDR_FALSE; i++)
        t = cdr_truth_and(t, unless_holds(&r->unless[i], item));
    return t;
}

static cdr_truth alone(const cdr_use_rule *r, const cdr_item *item)
{
    cdr_truth match = cdr_rule_match(r, item);
    return match == CDR_FALSE ? CDR_FALSE : cdr_truth_and(match, cdr_truth_not(cdr_rule_lifted(r, item)));
}

/* Only a higher priority counts: with the same one the prohibition stands, in whatever order the file has them. */
static bool may_overrule(const cdr_use_rule *other, const cdr_use_rule *rule)
{
    return other->head.enabled && other->effect == CDR_EFFECT_ALLOW && other->priority > rule->priority;
}

cdr_truth cdr_rule_judge(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item)
{
    cdr_truth t = alone(rule, item);
    for (size_t i = 0; p && rule->effect == CDR_EFFECT_FORBID && t != CDR_FALSE && i < p->rule_count; i++)
        if (may_overrule(&p->rules[i], rule))
            t = cdr_truth_and(t, cdr_truth_not(alone(&p->rules[i], item)));
    return t;
}

/* --- in words --- */

enum { TEXT_MAX = 4096 };

typedef struct telling { cdr_arena *a; cdr_reason *at; size_t count, room; bool failed; } telling;

static const char *kept(telling *t, cdr_buf *text)
{
    const char *s = cdr_buf_status(text) == CDR_OK ? cdr_arena_strdup(t->a, text->data ? text->data : "") : NULL;
    cdr_buf_done(text);
    t->failed |= !s;
    return s ? s : "";
}

static void put_keys(cdr_buf *out, const cdr_key_set *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        cdr_buf_addf(out, "%s%s", i ? ", " : "", keys->keys[i]);
}

static void tell(telling *t, const char *clause, const char *found, const char *matched, cdr_truth truth)
{
    if (t->count < t->room)
        t->at[t->count++] = (cdr_reason){clause, found, matched, truth};
}

static const char *found_words(telling *t, cdr_dimension d, const cdr_item *item)
{
    const cdr_item_keys *k = &item->of[d];
    cdr_buf text = CDR_BUF(TEXT_MAX);
    if (!k->keys.known && k->keys.count == 0)
        cdr_buf_addf(&text, "nobody has said which %s", cdr_dimension_names[d]);
    else if (k->keys.count == 0)
        cdr_buf_adds(&text, d == CDR_DIM_SYSTEMS ? "no registered system" : d == CDR_DIM_RECIPIENTS ? "no recipients" : "an empty list, though there must be some");
    put_keys(&text, &k->keys);
    if (k->keys.count && (k->open || !k->keys.known))
        cdr_buf_adds(&text, ", and perhaps others");
    return kept(t, &text);
}

/* Which keys met which values. */
static const char *matched_words(telling *t, const cdr_clause *c, const cdr_item *item)
{
    const cdr_item_keys *k = &item->of[c->dimension];
    cdr_buf text = CDR_BUF(TEXT_MAX);
    for (size_t i = 0; i < k->keys.count; i++)
        for (size_t v = 0; v < c->values.count; v++) {
            const char *key = k->keys.keys[i], *value = c->values.keys[v];
            const char *sep = text.len ? "; " : "";
            bool tree = has_tree(c->dimension);
            if (!strcmp(key, value))
                cdr_buf_addf(&text, "%s%s", sep, key);
            else if (tree && cdr_taxon_within(key, value))
                cdr_buf_addf(&text, "%s%s lies within %s", sep, key, value);
            else if (tree && !k->exact && cdr_taxon_within(value, key))
                cdr_buf_addf(&text, "%sdeclares %s, which may hold %s", sep, key, value);
        }
    return kept(t, &text);
}

static void tell_clause(telling *t, const cdr_clause *c, const cdr_item *item)
{
    cdr_buf text = CDR_BUF(TEXT_MAX);
    cdr_buf_addf(&text, "%s: %s of ", cdr_dimension_names[c->dimension], cdr_match_names[c->match]);
    put_keys(&text, &c->values);
    const char *clause = kept(t, &text);
    tell(t, clause, found_words(t, c->dimension, item), matched_words(t, c, item), cdr_clause_judge(c, item));
}

static const char *consent_words(telling *t, const cdr_key_set *purposes, const cdr_item *item)
{
    cdr_buf text = CDR_BUF(TEXT_MAX);
    for (size_t i = 0; i < purposes->count; i++) {
        cdr_truth one = consented(&(cdr_key_set){&purposes->keys[i], 1, true}, item);
        cdr_buf_addf(&text, "%s%s %s", text.len ? "; " : "", purposes->keys[i],
                     one == CDR_TRUE ? "is consented to" : one == CDR_FALSE ? "has no valid consent" : "may lack the consent of somebody");
    }
    return kept(t, &text);
}

static void put_forms(cdr_buf *out, unsigned forms)
{
    bool first = true;
    for (unsigned f = CDR_FORM_NEVER; f <= CDR_FORM_PLAIN; f <<= 1)
        if (forms & f) {
            cdr_buf_addf(out, "%s%s", first ? "" : ", ", cdr_form_name((cdr_form)f));
            first = false;
        }
    if (first)
        cdr_buf_adds(out, "nobody has said in which form");
}

static const char *unless_found(telling *t, const cdr_unless *u, const cdr_item *item)
{
    static const char *const encrypted[] = {[CDR_FALSE] = "not encrypted", [CDR_TRUE] = "encrypted", [CDR_UNKNOWN] = "nobody has said whether it is encrypted"};
    cdr_buf text = CDR_BUF(TEXT_MAX);
    switch (u->kind) {
    case CDR_UNLESS_CONSENT:
        return consent_words(t, &u->values, item);
    case CDR_UNLESS_COUNTRY_IN:
    case CDR_UNLESS_COUNTRY_NOT_IN:
        return found_words(t, CDR_DIM_COUNTRIES, item);
    case CDR_UNLESS_FLOW_ANY:
    case CDR_UNLESS_FLOW_NONE:
        cdr_buf_adds(&text, !item->flows.known ? "nobody has said which flows" : item->flows.count ? "" : "no flows");
        put_keys(&text, &item->flows);
        break;
    case CDR_UNLESS_ENCRYPTED:
        return encrypted[item->encrypted];
    case CDR_UNLESS_FORM:
        put_forms(&text, item->forms);
        cdr_buf_addf(&text, "; %s", encrypted[item->encrypted]);
        break;
    }
    return kept(t, &text);
}

static void tell_unless(telling *t, const cdr_use_rule *r, const cdr_item *item)
{
    for (size_t i = 0; i < r->unless_count; i++) {
        const cdr_unless *u = &r->unless[i];
        cdr_buf text = CDR_BUF(TEXT_MAX);
        cdr_buf_addf(&text, "unless %s%s", cdr_unless_names[u->kind], u->values.count || u->forms ? ": " : "");
        put_keys(&text, &u->values);
        if (u->kind == CDR_UNLESS_FORM)
            put_forms(&text, u->forms);
        const char *clause = kept(t, &text);
        tell(t, clause, unless_found(t, u, item), "", unless_holds(u, item));
    }
}

static void tell_allow(telling *t, const cdr_use_rule *r, const cdr_item *item)
{
    static const char *const says[] = {[CDR_FALSE] = "it does not speak of this", [CDR_TRUE] = "it allows this", [CDR_UNKNOWN] = "it may allow this"};
    cdr_buf text = CDR_BUF(TEXT_MAX);
    cdr_buf_addf(&text, "allowed by %s (priority %d)", r->head.id, r->priority);
    const char *clause = kept(t, &text);
    tell(t, clause, says[alone(r, item)], "", alone(r, item));
}

const cdr_reason *cdr_rule_reasons(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item, cdr_arena *a, size_t *ret_count)
{
    telling t = {.a = a, .room = rule->clause_count + rule->unless_count + (p ? p->rule_count : 0) + 1};
    *ret_count = 0;
    if (!(t.at = cdr_arena_alloc(a, t.room * sizeof *t.at)))
        return NULL;
    if (rule->clause_count == 0)
        tell(&t, "no clause: everything", "", "", CDR_TRUE);
    for (size_t i = 0; i < rule->clause_count; i++)
        tell_clause(&t, &rule->clauses[i], item);
    tell_unless(&t, rule, item);
    for (size_t i = 0; p && rule->effect == CDR_EFFECT_FORBID && i < p->rule_count; i++)
        if (may_overrule(&p->rules[i], rule))
            tell_allow(&t, &p->rules[i], item);
    *ret_count = t.count;
    return t.failed ? NULL : t.at;
}

const char *cdr_rule_missing(const cdr_policy *p, const cdr_use_rule *rule, const cdr_item *item, cdr_arena *a)
{
    size_t count;
    telling t = {.a = a};
    cdr_buf text = CDR_BUF(TEXT_MAX);
    if (cdr_rule_judge(p, rule, item) != CDR_UNKNOWN)
        return "";
    const cdr_reason *r = cdr_rule_reasons(p, rule, item, a, &count);
    for (size_t i = 0; r && i < count; i++)
        if (r[i].truth == CDR_UNKNOWN)
            cdr_buf_addf(&text, "%s%s", text.len ? "; " : "", strstr(r[i].matched, "which may hold") ? r[i].matched : strncmp(r[i].clause, "allowed", 7) ? r[i].found : r[i].clause);
    const char *said = kept(&t, &text);
    return r && !t.failed ? said : NULL;
}
