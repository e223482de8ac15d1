/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule answers for which category in which place. */
#include "core/minimise/retention.h"

#include "base/json.h"
#include "base/buf.h"
#include "base/parse.h"
#include "base/text.h"
#include "candor/crypto.h"
#include "base/vec.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

typedef struct own_activity {
    cdr_key_set systems, categories, uses;
    cdr_retention_rule rule;                 /* has_period false: it gives none */
} own_activity;
CDR_VEC(own_activities, own_activity)

/* An answer that was given before. */
typedef struct known_answer { const char *system, *category, *hold; const cdr_retention_answer *answer; struct known_answer *next; } known_answer;
#define SLOTS 1024u

struct cdr_retention_world {
    cdr_arena *a;
    const cdr_policy *p;
    cdr_holds *holds;
    const own_activity *activities; size_t activity_count;
    cdr_retention_rule *own; size_t own_count;           /* of the activities that give a period */
    known_answer *slots[SLOTS];
};

/* --- activities --- */

typedef struct loading { cdr_arena *a; own_activities list; cdr_err *err; } loading;

static bool keys_of(cdr_arena *a, const json_t *list, cdr_key_set *ret)
{
    size_t n = json_array_size(list);
    const char **keys = n ? cdr_arena_alloc(a, n * sizeof *keys) : NULL;
    *ret = (cdr_key_set){.known = n > 0};
    for (size_t i = 0; keys && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s && !(keys[ret->count++] = cdr_arena_strdup(a, s)))
            return false;
    }
    ret->keys = keys;
    return n == 0 || keys;
}

static const char *copy(cdr_arena *a, const char *s)
{
    return s && *s ? cdr_arena_strdup(a, s) : "";
}

static bool one_key(cdr_arena *a, const char *s, cdr_key_set *ret)
{
    *ret = (cdr_key_set){0};
    if (!s || !*s)
        return true;
    const char **keys = cdr_arena_alloc(a, sizeof *keys);
    if (!keys || !(keys[0] = cdr_arena_strdup(a, s)))
        return false;
    *ret = (cdr_key_set){keys, 1, true};
    return true;
}

static cdr_status add_activity(void *arg, const cdr_activity *x)
{
    loading *l = arg;
    own_activity *o = own_activities_push(&l->list);
    cdr_retention_own own = {.period = x->retention_period};
    bool ok = o && keys_of(l->a, x->systems, &o->systems) && keys_of(l->a, x->categories, &o->categories) && one_key(l->a, x->data_use, &o->uses)
              && one_key(l->a, x->retention_trigger, &own.fields) && (own.id = cdr_arena_printf(l->a, "activity %s", x->key)) && (own.trigger = copy(l->a, x->retention_trigger))
              && (own.source = copy(l->a, x->retention_source));
    if (!ok)
        return cdr_fail_nomem(l->err, "minimise");
    own.categories = o->categories;
    own.systems = o->systems;
    own.uses = o->uses;
    if (!cdr_retention_of_activity(&own, &o->rule))
        o->rule.has_period = false;
    return CDR_OK;
}

static cdr_status load_activities(cdr_retention_world *w, cdr_inventory *inv, cdr_err *err)
{
    loading l = {.a = w->a, .err = err};
    cdr_status s = cdr_inventory_each_activity(inv, add_activity, &l, err);
    own_activity *list = s == CDR_OK ? cdr_arena_alloc(w->a, (l.list.len + 1) * sizeof *list) : NULL;
    w->own = s == CDR_OK ? cdr_arena_alloc(w->a, (l.list.len + 1) * sizeof *w->own) : NULL;
    if (s == CDR_OK && (!list || !w->own))
        s = cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; s == CDR_OK && i < l.list.len; i++) {
        list[w->activity_count++] = l.list.at[i];
        if (l.list.at[i].rule.has_period)
            w->own[w->own_count++] = l.list.at[i].rule;
    }
    w->activities = list;
    own_activities_done(&l.list);
    return s;
}

cdr_status cdr_retention_world_load(cdr_workspace *ws, cdr_inventory *inv, const cdr_policy *p, cdr_arena *a, cdr_retention_world **ret, cdr_err *err)
{
    cdr_retention_world *w = cdr_arena_alloc(a, sizeof *w);
    *ret = NULL;
    if (!w)
        return cdr_fail_nomem(err, "minimise");
    w->a = a;
    w->p = p;
    cdr_status s = load_activities(w, inv, err);
    if (s == CDR_OK)
        s = cdr_holds_load(ws, &w->holds, err);
    if (s == CDR_OK)
        *ret = w;
    return s;
}

void cdr_retention_world_done(cdr_retention_world *w)
{
    if (w) {
        cdr_holds_free(w->holds);
        w->holds = NULL;
    }
}

/* --- all of it in short --- */

static void add_set(cdr_buf *b, const cdr_key_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        cdr_buf_addf(b, "%s,", set->keys[i]);
    cdr_buf_addf(b, "%d;", (int)set->known);
}

static void add_period(cdr_buf *b, bool given, cdr_period p)
{
    cdr_buf_addf(b, "%d %d %d %d;", (int)given, p.years, p.months, p.days);
}

/* What the words of a rule say counts, too: its answer tells them. */
static void add_rule(cdr_buf *b, const cdr_retention_rule *r)
{
    const cdr_key_set *const sets[] = {&r->categories, &r->purposes, &r->systems, &r->trigger_fields};
    cdr_buf_addf(b, "%s;%d;%s;%s;%s;%s;%s;%d;%d;", r->head.id, (int)r->head.enabled, r->trigger, r->source, r->source_as_of, r->confidence, r->approver, (int)r->indefinite, (int)r->action);
    for (size_t i = 0; i < CDR_COUNT(sets); i++)
        add_set(b, sets[i]);
    add_period(b, r->has_period, r->period);
    add_period(b, r->has_minimum, r->minimum);
}

static void add_hold(cdr_buf *b, const cdr_hold *h)
{
    cdr_buf_addf(b, "%lld;%s;%s;%s;%zu;", (long long)h->id, h->system, h->category, h->path, h->person_count);
}

void cdr_retention_rules_digest(const cdr_retention_world *w, char ret[17])
{
    _cleanup_buf_ cdr_buf b = CDR_BUF((size_t)256 << 20);
    uint8_t hash[CDR_SHA256_BYTES];
    for (size_t i = 0; i < w->p->retention_count; i++)
        add_rule(&b, &w->p->retention[i]);
    for (size_t i = 0; i < w->activity_count; i++) {
        cdr_buf_adds(&b, "\n");
        add_set(&b, &w->activities[i].systems);
        add_set(&b, &w->activities[i].categories);
        add_set(&b, &w->activities[i].uses);
        if (w->activities[i].rule.has_period)
            add_rule(&b, &w->activities[i].rule);
    }
    for (size_t i = 0; i < cdr_holds_count(w->holds); i++)
        add_hold(&b, cdr_holds_get(w->holds, i));
    cdr_sha256(b.data ? b.data : "", b.len, hash);
    cdr_hex_encode(hash, 8, ret);
    if (cdr_buf_status(&b) != CDR_OK)
        memcpy(ret, "no memory for it", 17);   /* the same as nothing that was counted by */
}

const cdr_holds *cdr_retention_holds(const cdr_retention_world *w)
{
    return w->holds;
}

/* --- questions --- */

static bool lists(const cdr_key_set *set, const char *key)
{
    for (size_t i = 0; i < set->count; i++)
        if (!strcmp(set->keys[i], key))
            return true;
    return false;
}

/* Either may be the wider word: what is declared broadly covers its parts, and a part of what is found. */
static bool touches(const cdr_key_set *set, const char *category)
{
    for (size_t i = 0; i < set->count; i++)
        if (cdr_taxon_within(category, set->keys[i]) || cdr_taxon_within(set->keys[i], category))
            return true;
    return set->count == 0;
}

cdr_key_set cdr_retention_uses(cdr_retention_world *w, const char *system, const char *category)
{
    const char **keys = cdr_arena_alloc(w->a, (w->activity_count + 1) * sizeof *keys);
    cdr_key_set uses = {.keys = keys, .known = true};
    for (size_t i = 0; keys && *system && i < w->activity_count; i++) {
        const own_activity *x = &w->activities[i];
        if (!lists(&x->systems, system) || !touches(&x->categories, category))
            continue;
        if (x->uses.count == 0)
            uses.known = false;
        else if (!lists(&uses, x->uses.keys[0]))
            keys[uses.count++] = x->uses.keys[0];
    }
    uses.known = uses.known && uses.count > 0;
    return uses;
}

static known_answer **slot_of(cdr_retention_world *w, const char *system, const char *category, const char *hold)
{
    const char *const parts[] = {system, category, hold};
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        for (const char *s = parts[i];; s++) {
            h = (h ^ (unsigned char)*s) * 16777619u;
            if (!*s)
                break;
        }
    return &w->slots[h % SLOTS];
}

const cdr_retention_answer *cdr_retention_ask(cdr_retention_world *w, const char *system, const char *path, const char *category)
{
    const cdr_hold *hold = cdr_holds_cover(w->holds, system, path, category);
    const char *name = hold ? hold->name : "";
    known_answer **slot = slot_of(w, system, category, name);
    for (known_answer *k = *slot; k; k = k->next)
        if (!strcmp(k->system, system) && !strcmp(k->category, category) && !strcmp(k->hold, name))
            return k->answer;
    cdr_retention_question q = {.category = category, .system = system, .held = hold != NULL, .own = w->own, .own_count = w->own_count};
    q.uses = cdr_retention_uses(w, system, category);
    known_answer *k = cdr_arena_alloc(w->a, sizeof *k);
    cdr_retention_answer *answer = cdr_arena_alloc(w->a, sizeof *answer);
    if (!k || !answer || !q.uses.keys || !(k->system = cdr_arena_strdup(w->a, system)) || !(k->category = cdr_arena_strdup(w->a, category)) || !(k->hold = cdr_arena_strdup(w->a, name)))
        return NULL;
    q.hold = k->hold;
    cdr_retention_resolve(w->p, &q, answer);
    k->answer = answer;
    k->next = *slot;
    *slot = k;
    return answer;
}

cdr_key_set cdr_retention_fields(cdr_retention_world *w, const cdr_retention_rule *r)
{
    cdr_key_set words = {0};
    if (r->trigger_fields.count || !one_key(w->a, r->trigger, &words))
        return r->trigger_fields;
    return words;
}
