/* SPDX-License-Identifier: Apache-2.0 */
/* What people declared, as facts for the judge. */
#include "core/minimise/facts_parts.h"

#include "base/json.h"
#include "base/time.h"
#include "core/inventory/entity.h"
#include "core/inventory/state.h"
#include "core/taxonomy/taxonomy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- parties --- */

static bool ran_out(const gathering *g, const char *until)
{
    cdr_date d;
    return until && cdr_date_parse(until, &d) && cdr_days_from_date(d) < cdr_days_from_date(g->facts.today);
}

static cdr_status add_party(void *arg, const cdr_party *p)
{
    gathering *g = arg;
    cdr_judge_party *x = facts_parties_push(&g->parties);
    facts_said *parent = facts_said_list_push(&g->party_parents);
    if (!x || !parent)
        return facts_nomem(g);
    int agreement = p->agreement == CDR_AGREEMENT_SIGNED ? 1 : p->agreement == CDR_AGREEMENT_NONE ? 0 : p->agreement == CDR_AGREEMENT_EXPIRED ? -2 : -1;
    if (agreement == 1 && ran_out(g, p->agreement_until))
        agreement = -2;
    bool us = !strcmp(p->key, CDR_PARTY_US);
    *x = (cdr_judge_party){.key = facts_keep(g, p->key), .name = facts_keep(g, p->name ? p->name : p->key), .country = facts_keep(g, p->country), .ours = us || (p->kind == CDR_PARTY_DEPARTMENT && !p->parent),
                           .authority = p->kind == CDR_PARTY_AUTHORITY, .agreement = agreement, .agreement_until = facts_keep(g, p->agreement_until)};
    *parent = (facts_said){.key = x->key, .parent = facts_keep(g, p->parent)};
    if (us)
        g->facts.home_country = x->country;
    return x->key && x->name && x->country && x->agreement_until && parent->parent ? CDR_OK : facts_nomem(g);
}

/* Who is part of what is ours is ours, too. */
static void find_ours(gathering *g)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < g->parties.len; i++)
            for (size_t k = 0; k < g->parties.len && !g->parties.at[i].ours && g->party_parents.at[i].parent[0]; k++)
                if (g->parties.at[k].ours && !strcmp(g->parties.at[k].key, g->party_parents.at[i].parent))
                    g->parties.at[i].ours = again = true;
    }
}

static size_t party_with(const gathering *g, const char *key)
{
    for (size_t i = 0; i < g->parties.len; i++)
        if (!strcmp(g->parties.at[i].key, key))
            return i;
    return SIZE_MAX;
}

/* --- activities --- */

/* "US (standard contractual clauses)": a country in front, a mechanism behind. */
static bool read_transfer(gathering *g, const char *text, cdr_judge_transfer *ret)
{
    bool country = isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]) && !isalnum((unsigned char)text[2]);
    const char *open = strchr(text, '('), *close = open ? strrchr(open, ')') : NULL;
    ret->text = facts_keep(g, text);
    ret->country = country ? cdr_arena_strndup(g->arena, text, 2) : "";
    ret->mechanism = close && close > open + 1 ? cdr_arena_strndup(g->arena, open + 1, (size_t)(close - open - 1)) : "";
    return ret->text && ret->country && ret->mechanism;
}

static bool read_transfers(gathering *g, const json_t *list, cdr_judge_activity *ret)
{
    size_t n = json_array_size(list);
    cdr_judge_transfer *at = cdr_arena_alloc(g->arena, (n + 1) * sizeof *at);
    bool ok = at != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s)
            ok = read_transfer(g, s, &at[ret->transfer_count++]);
    }
    ret->transfers = at;
    ret->transfers_known = list != NULL;
    return ok;
}

/* Words become keys; one that the taxonomy does not know may stand for anybody. */
static bool read_subjects(gathering *g, const json_t *list, cdr_item_keys *ret)
{
    cdr_key_set words;
    if (!facts_keys(g, list, &words))
        return false;
    const char **keys = cdr_arena_alloc(g->arena, (words.count + 1) * sizeof *keys);
    *ret = (cdr_item_keys){.keys = {keys, 0, words.known}};
    for (size_t i = 0; keys && i < words.count; i++) {
        const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_SUBJECT, words.keys[i]);
        t = t ? t : cdr_taxon_by_word(CDR_TAXONOMY_SUBJECT, words.keys[i]);
        ret->open |= !t;
        if (t)
            keys[ret->keys.count++] = t->key;
    }
    return keys != NULL;
}

/* Nobody is an answer: known, and none. */
static bool read_recipients(gathering *g, const json_t *list, cdr_key_set *ret)
{
    if (!facts_keys(g, list, ret))
        return false;
    size_t kept = 0;
    const char **keys = (const char **)(uintptr_t)ret->keys;
    for (size_t i = 0; i < ret->count; i++)
        if (strcmp(keys[i], CDR_NOBODY) != 0)
            keys[kept++] = keys[i];
    ret->count = kept;
    return true;
}

static cdr_status add_activity(void *arg, const cdr_activity *a)
{
    gathering *g = arg;
    cdr_judge_activity *x = facts_activities_push(&g->activities);
    if (!x)
        return facts_nomem(g);
    *x = (cdr_judge_activity){.key = facts_keep(g, a->key), .name = facts_keep(g, a->purpose ? a->purpose : a->key), .function = facts_keep(g, a->function), .use = facts_keep(g, a->data_use),
                              .processor = !strcmp(cdr_activity_role_names[a->role], "processor"), .confirmed = a->state == CDR_CONFIRMED,
                              .basis = a->lawful_basis > 0 ? cdr_lawful_basis_names[a->lawful_basis] : "", .condition = a->special_condition > 0 ? cdr_special_condition_names[a->special_condition] : "",
                              .assessed = a->interest_assessment && a->interest_assessment[0], .safeguards = facts_keep(g, a->transfer_safeguards),
                              .period = facts_keep(g, a->retention_period), .trigger = facts_keep(g, a->retention_trigger), .source = facts_keep(g, a->retention_source)};
    bool ok = x->key && x->name && x->function && x->use && x->safeguards && x->period && x->trigger && x->source;
    ok = ok && read_subjects(g, a->subjects, &x->subjects) && facts_keys(g, a->categories, &x->categories.keys) && read_recipients(g, a->recipients, &x->recipients) && facts_keys(g, a->systems, &x->systems);
    return ok && read_transfers(g, a->transfers, x) ? CDR_OK : facts_nomem(g);
}

/* --- systems --- */

static cdr_status add_said(void *arg, const cdr_system *s, const cdr_holding *holders, size_t count)
{
    gathering *g = arg;
    facts_said *x = facts_said_list_push(&g->readers);
    (void)holders;
    (void)count;
    if (!x || !(x->key = facts_keep(g, s->key)) || !facts_keys(g, s->access, &x->readers))
        return facts_nomem(g);
    return CDR_OK;
}

static bool is_word(const char *s, size_t len, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && !strncasecmp(s, words[i], len))
            return true;
    return false;
}

/* By the words of its name. "Test results" of a practice are none: the word alone counts at the end, or before a word for a system. */
static const char *side_of_name(const char *name)
{
    static const char *const test[] = {"staging", "sandbox", "testing", "testdata", "testsystem", "dev", "demo", "qa", "uat"}, *const analytics[] = {"analytics", "warehouse", "datawarehouse", "bi"},
                             *const system[] = {"system", "server", "database", "db", "environment", "data", "copy", "shop", "site", "machine"};
    for (const char *p = name; *p;) {
        size_t len = 0;
        while (isalnum((unsigned char)p[len]))
            len++;
        if (len == 0) {
            p++;
            continue;
        }
        const char *next = p + len + strcspn(p + len, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        size_t after = 0;
        while (isalnum((unsigned char)next[after]))
            after++;
        if (is_word(p, len, test, CDR_COUNT(test)) || (len == 4 && !strncasecmp(p, "test", 4) && (after == 0 || is_word(next, after, system, CDR_COUNT(system)))))
            return "test";
        if (is_word(p, len, analytics, CDR_COUNT(analytics)))
            return "analytics";
        p = next;
    }
    return "";
}

/* All that it is used for is counting. */
static bool is_for_analytics(const gathering *g, const char *key)
{
    size_t uses = 0;
    for (size_t i = 0; i < g->activities.len; i++) {
        const cdr_judge_activity *a = &g->activities.at[i];
        for (size_t k = 0; k < a->systems.count; k++) {
            if (strcmp(a->systems.keys[k], key) != 0)
                continue;
            if (!a->use[0] || !cdr_taxon_within(a->use, "analytics"))
                return false;
            uses++;
        }
    }
    return uses > 0;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static cdr_status holders_of(gathering *g, const cdr_inv_system *s, cdr_judge_system *ret)
{
    static const char *const relations[] = {"responsible", "hosts", "stores", "shares"};
    cdr_judge_holder *at = cdr_arena_alloc(g->arena, (s->holder_count + 1) * sizeof *at);
    for (size_t i = 0; at && i < s->holder_count; i++) {
        size_t party = party_with(g, s->holders[i].party);
        for (size_t r = 0; party != SIZE_MAX && r < CDR_COUNT(relations); r++)
            if (!strcmp(relations[r], s->holders[i].relation))
                at[ret->holder_count++] = (cdr_judge_holder){party, (cdr_judge_relation)r};
    }
    ret->holders = at;
    return at ? CDR_OK : facts_nomem(g);
}

static const char *shown_place(gathering *g, const char *place)
{
    return facts_keep(g, cdr_path_mask(g->masker, cdr_inventory_display(g->inv, place)));
}

static cdr_status add_system(gathering *g, const cdr_inv_system *s, cdr_judge_system *ret)
{
    *ret = (cdr_judge_system){.key = s->key, .name = s->registered ? s->name : shown_place(g, s->name), .registered = s->registered, .record = s->system_of_record, .country = s->country,
                              .encrypted = s->registered ? s->encrypted : -1, .backup_of = s->backup_of, .side = "", .objects = s->objects, .unread = s->partial + s->skipped,
                              .people_min = s->people_min, .people_max = s->people_max};
    if (!ret->name)
        return facts_nomem(g);
    const char *side = s->registered ? side_of_name(s->key) : side_of_name(last_part(s->name));
    if (s->registered && !side[0])
        side = side_of_name(s->name);
    ret->side = !side[0] && s->registered && is_for_analytics(g, s->key) ? "analytics" : side;
    for (size_t i = 0; s->registered && i < g->readers.len; i++)
        if (!strcmp(g->readers.at[i].key, s->key))
            ret->readers = g->readers.at[i].readers;
    return holders_of(g, s, ret);
}

static cdr_status add_dataset(void *arg, const void *obj)
{
    gathering *g = arg;
    const cdr_declared_dataset *d = obj;
    for (size_t i = 0; d->system && i < g->overview.system_count; i++) {
        cdr_judge_system *s = &g->systems[i];
        cdr_key_set more;
        if (!s->registered || strcmp(s->key, d->system) != 0)
            continue;
        if (!facts_keys(g, d->categories, &more))
            return facts_nomem(g);
        const char **keys = cdr_arena_alloc(g->arena, (s->datasets.count + more.count + 1) * sizeof *keys);
        if (!keys)
            return facts_nomem(g);
        for (size_t k = 0; k < s->datasets.count + more.count; k++)
            keys[k] = k < s->datasets.count ? s->datasets.keys[k] : more.keys[k - s->datasets.count];
        s->datasets = (cdr_key_set){keys, s->datasets.count + more.count, true};
    }
    return CDR_OK;
}

cdr_status facts_gather_declared(gathering *g)
{
    g->facts.home_country = "";
    cdr_status s = cdr_inventory_each_party(g->inv, add_party, g, g->err);
    if (s == CDR_OK) {
        find_ours(g);
        s = cdr_inventory_each_activity(g->inv, add_activity, g, g->err);
    }
    if (s == CDR_OK)
        s = cdr_inventory_each_declared_system(g->inv, add_said, g, g->err);
    g->systems = cdr_arena_alloc(g->arena, (g->overview.system_count + 1) * sizeof *g->systems);
    if (s == CDR_OK && !g->systems)
        s = facts_nomem(g);
    for (size_t i = 0; s == CDR_OK && i < g->overview.system_count; i++)
        s = add_system(g, &g->overview.systems[i], &g->systems[i]);
    return s == CDR_OK ? cdr_store_each(g->inv, CDR_ENTITY_DATASET, add_dataset, g, g->err) : s;
}
