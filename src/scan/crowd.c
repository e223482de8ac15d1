/* SPDX-License-Identifier: Apache-2.0 */
/* At most there are as many people as keys that no other record shows to be somebody else's second name. At least: identifiers that
 * stand in one record are of one person, so of each kind the groups that hang together are counted, and the kind with the most decides.
 * What very many records share (the number of a switchboard) joins nobody. */
#include "scan/crowd.h"

#include "base/mem.h"

#include <string.h>

#define EXACT_MAX 16384u       /* mentions that are joined one by one */
#define SHARED_MAX 16u         /* different mentions of an identifier that is still one person's */
#define KEPT 256u

void cdr_sketch_empty(cdr_sketch *s)
{
    if (s->cap > KEPT)
        cdr_sketch_done(s);
    else if (s->len)
        memset(s->at, 0, s->cap * sizeof *s->at);
    s->len = 0;
    s->limit = 0;
    s->k = 0;
}

void cdr_crowd_begin(cdr_crowd *c, cdr_observation *o)
{
    cdr_sketch_empty(&o->emails);
    cdr_sketch_empty(&o->phones);
    cdr_sketch_empty(&o->people);
    cdr_sketch_empty(&o->others);
    for (size_t i = 0; i < CDR_ID_SETS_MAX; i++)
        cdr_sketch_empty(&o->ids[i].values);
    cdr_sketch_empty(&c->seen);
    o->id_count = 0;
    o->email_extra = o->phone_extra = o->people_min = o->people_max = 0;
    if (c->cap > KEPT) {
        cdr_free(c->mentions);
        c->mentions = NULL;
        c->cap = 0;
    }
    c->count = 0;
    c->over = c->linked = c->has_pending = false;
    c->records = 0;
    memset(c->by_kind, 0, sizeof c->by_kind);
}

void cdr_crowd_done(cdr_crowd *c, cdr_observation *o)
{
    cdr_sketch_done(&o->emails);
    cdr_sketch_done(&o->phones);
    cdr_sketch_done(&o->people);
    cdr_sketch_done(&o->others);
    for (size_t i = 0; i < CDR_ID_SETS_MAX; i++)
        cdr_sketch_done(&o->ids[i].values);
    cdr_sketch_done(&c->seen);
    cdr_free(c->mentions);
    c->mentions = NULL;
    c->cap = c->count = 0;
}

/* 0: e-mail, 1: telephone, 2 + i: ->ids[i]; CDR_CROWD_KINDS when it is of no kind that joins, or of one too many. */
static size_t slot_of(cdr_observation *o, cdr_kind kind)
{
    if (kind == CDR_K_EMAIL)
        return 0;
    if (kind == CDR_K_PHONE)
        return 1;
    size_t i = 0;
    while (i < o->id_count && o->ids[i].kind != kind)
        i++;
    if (i < o->id_count)
        return 2 + i;
    if (!cdr_person_joins(kind) || i == CDR_ID_SETS_MAX)
        return CDR_CROWD_KINDS;
    o->ids[i].kind = kind;
    o->ids[i].extra = 0;
    o->id_count++;
    return 2 + i;
}

static cdr_sketch *set_at(cdr_observation *o, size_t slot)
{
    return slot == 0 ? &o->emails : slot == 1 ? &o->phones : &o->ids[slot - 2].values;
}

static uint64_t *extra_at(cdr_observation *o, size_t slot)
{
    return slot == 0 ? &o->email_extra : slot == 1 ? &o->phone_extra : &o->ids[slot - 2].extra;
}

static cdr_status remember(cdr_crowd *c, const cdr_mention *m)
{
    if (c->count == EXACT_MAX) {
        c->over = true;
        cdr_sketch_done(&c->seen);
        return CDR_OK;
    }
    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        cdr_mention *grown = cdr_realloc_array(c->mentions, cap, sizeof *grown);
        if (!grown)
            return CDR_E_NOMEM;
        c->mentions = grown;
        c->cap = cap;
    }
    c->mentions[c->count++] = *m;
    return CDR_OK;
}

static cdr_status add_ids(cdr_crowd *c, cdr_observation *o, const cdr_mention *m)
{
    cdr_status s = CDR_OK;
    unsigned counted = 0;
    for (size_t i = 0; i < m->count && s == CDR_OK; i++) {
        cdr_kind kind = (cdr_kind)(m->kinds[i] & ~CDR_MENTION_NOBODY);
        size_t slot = m->kinds[i] & CDR_MENTION_NOBODY ? CDR_CROWD_KINDS : slot_of(o, kind);
        if (slot < CDR_CROWD_KINDS) {
            s = cdr_sketch_add(set_at(o, slot), m->ids[i]);
            c->by_kind[slot]++;
            counted++;
        } else if (i > 0 || m->name) {
            s = cdr_sketch_add(&o->others, m->ids[i]);
        }
        if (s == CDR_OK && i > 0 && m->name)
            s = cdr_sketch_add(&o->others, cdr_person_named(m->ids[i], m->name));
    }
    c->records += counted > 0;
    c->linked = c->linked || counted > 1;
    return s;
}

static cdr_status take(cdr_crowd *c, cdr_observation *o, const cdr_mention *m)
{
    if (!c->over) {
        uint64_t all = m->key;
        for (size_t i = 1; i < m->count; i++)
            all = cdr_person_named(all, m->ids[i]);
        size_t before = c->seen.len;
        cdr_status s = cdr_sketch_add(&c->seen, all);
        if (s != CDR_OK || c->seen.len == before)
            return s;
        s = remember(c, m);
        if (s != CDR_OK)
            return s;
    }
    cdr_status s = cdr_sketch_add(&o->people, m->key);
    return s == CDR_OK ? add_ids(c, o, m) : s;
}

static void expect(cdr_observation *o, const cdr_mention *m)
{
    cdr_sketch_expect(&o->people, m->key);
    for (size_t i = 0; i < m->count; i++) {
        size_t slot = slot_of(o, (cdr_kind)(m->kinds[i] & ~CDR_MENTION_NOBODY));
        if (slot < CDR_CROWD_KINDS)
            cdr_sketch_expect(set_at(o, slot), m->ids[i]);
        if (i > 0 && m->name)
            cdr_sketch_expect(&o->others, cdr_person_named(m->ids[i], m->name));
    }
}

cdr_status cdr_crowd_add(cdr_crowd *c, cdr_observation *o, const cdr_mention *m)
{
    expect(o, m);
    cdr_status s = c->has_pending ? take(c, o, &c->pending) : CDR_OK;
    c->pending = *m;
    c->has_pending = true;
    return s;
}

/* --- at least --- */

/* An identifier together with a name: two people of different names may share a telephone. */
typedef struct node { uint64_t hash, name; uint32_t parent, mentions, kinds, next; } node;   /* next: of the same identifier, 1 + index */
typedef struct forest { node *nodes; uint32_t *index; size_t count, mask; } forest;

/* The chain of one identifier begins at the first node that was made for it. */
static uint32_t first_of(forest *f, uint64_t hash, size_t *ret_slot)
{
    size_t i = (size_t)(hash & f->mask);
    while (f->index[i] && f->nodes[f->index[i] - 1].hash != hash)
        i = (i + 1) & f->mask;
    *ret_slot = i;
    return f->index[i];
}

static uint32_t node_of(forest *f, uint64_t hash, uint64_t name)
{
    size_t slot;
    uint32_t first = first_of(f, hash, &slot), steps = 0;
    for (uint32_t n = first; n && steps < SHARED_MAX; n = f->nodes[n - 1].next, steps++)
        if (f->nodes[n - 1].name == name)
            return n - 1;
    if (steps == SHARED_MAX) {   /* of a crowd */
        f->nodes[first - 1].mentions = SHARED_MAX + 1;
        return first - 1;
    }
    uint32_t made = (uint32_t)f->count++;
    f->nodes[made] = (node){.hash = hash, .name = name, .parent = made};
    if (first) {
        f->nodes[made].next = f->nodes[first - 1].next;
        f->nodes[first - 1].next = made + 1;
    } else
        f->index[slot] = made + 1;
    return made;
}

static uint32_t root_of(node *nodes, uint32_t n)
{
    while (nodes[n].parent != n) {
        nodes[n].parent = nodes[nodes[n].parent].parent;
        n = nodes[n].parent;
    }
    return n;
}

static void join_nodes(node *nodes, uint32_t a, uint32_t b)
{
    nodes[root_of(nodes, b)].parent = root_of(nodes, a);
}

static void join_mentions(forest *f, const cdr_crowd *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const cdr_mention *m = &c->mentions[i];
        uint32_t first = UINT32_MAX;
        for (size_t k = 0; k < m->count; k++) {
            if (m->kinds[k] & CDR_MENTION_NOBODY)
                continue;
            uint32_t n = node_of(f, m->ids[k], m->name);
            if (f->nodes[n].kinds == 0 || f->nodes[n].mentions > SHARED_MAX)
                continue;
            if (first == UINT32_MAX)
                first = n;
            else
                join_nodes(f->nodes, first, n);
        }
    }
    /* Who is met without a name, and once with one, may be the same. */
    for (uint32_t n = 0; n < f->count; n++) {
        size_t slot;
        uint32_t first = first_of(f, f->nodes[n].hash, &slot) - 1, other = f->nodes[first].next;
        if (first == n && other && !f->nodes[other - 1].next && (!f->nodes[n].name || !f->nodes[other - 1].name))
            join_nodes(f->nodes, n, other - 1);
    }
}

static bool is_account(const cdr_observation *o, size_t slot)
{
    return slot >= 2 && cdr_kind_is_account(o->ids[slot - 2].kind);
}

/* Of one kind as many people at least as groups of its values hang together; a value that several names share is one. */
static void count_kind(forest *f, node *copy, cdr_observation *o, size_t slot)
{
    uint64_t distinct = 0, groups = 0;
    memcpy(copy, f->nodes, f->count * sizeof *copy);
    for (uint32_t i = 0; i < f->count; i++) {
        if (!(copy[i].kinds >> slot & 1))
            continue;
        size_t at;
        uint32_t first = first_of(f, copy[i].hash, &at) - 1;
        distinct += first == i;
        join_nodes(copy, first, i);
    }
    for (uint32_t i = 0; i < f->count; i++)
        if (copy[i].kinds >> slot & 1) {
            node *root = &copy[root_of(copy, i)];
            groups += !(root->kinds >> 31);
            root->kinds |= UINT32_C(1) << 31;
        }
    *extra_at(o, slot) = distinct - CDR_MIN(groups, distinct);
    o->people_min = CDR_MAX(o->people_min, is_account(o, slot) ? CDR_MIN(groups, 1u) : groups);
}

static cdr_status least_exact(const cdr_crowd *c, cdr_observation *o)
{
    size_t ids = 0, slots = 16;
    for (size_t i = 0; i < c->count; i++)
        ids += c->mentions[i].count;
    while (slots < ids * 2)
        slots *= 2;
    _cleanup_free_ node *nodes = cdr_alloc_array(ids * 2 + 2, sizeof *nodes);
    _cleanup_free_ uint32_t *index = cdr_alloc_array(slots, sizeof *index);
    if (!nodes || !index)
        return CDR_E_NOMEM;
    forest f = {nodes, index, 0, slots - 1};
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->mentions[i].count; k++) {
            size_t slot = c->mentions[i].kinds[k] & CDR_MENTION_NOBODY ? CDR_CROWD_KINDS : slot_of(o, (cdr_kind)c->mentions[i].kinds[k]);
            if (slot == CDR_CROWD_KINDS)
                continue;
            node *n = &nodes[node_of(&f, c->mentions[i].ids[k], c->mentions[i].name)];
            n->kinds |= 1u << slot;
            n->mentions += n->mentions <= SHARED_MAX;
        }
    join_mentions(&f, c);
    for (size_t k = 0; k < 2 + o->id_count; k++)
        count_kind(&f, nodes + ids + 1, o, k);
    return CDR_OK;
}

/* Too many to be joined one by one. Certain is the kind that nearly every record has and that has the fewest values. Better is the kind
 * with the most, less what the records looked at let expect of second values: pairs are met with the square of the share. */
static cdr_status least_by_kind(const cdr_crowd *c, cdr_observation *o)
{
    uint64_t most = 0, least = UINT64_MAX, counts[CDR_CROWD_KINDS] = {0}, best = 0;
    for (size_t k = 0; k < 2 + o->id_count; k++) {
        const cdr_sketch *s = set_at(o, k);
        uint64_t n = cdr_sketch_count(s);
        counts[k] = cdr_sketch_below(n, n, cdr_sketch_error(s));
        if (is_account(o, k))
            counts[k] = CDR_MIN(counts[k], 1u);
        most = CDR_MAX(most, counts[k]);
    }
    for (size_t k = 0; k < 2 + o->id_count; k++)
        if (!is_account(o, k) && c->by_kind[k] >= c->records - c->records / 20 && counts[k] * SHARED_MAX >= most)
            least = CDR_MIN(least, counts[k]);
    least = CDR_MIN(least, most);
    cdr_status s = c->linked ? least_exact(c, o) : CDR_OK;
    uint64_t keys = cdr_sketch_count(&o->people);
    double scale = (double)keys / (double)c->count;
    for (size_t k = 0; k < 2 + o->id_count && s == CDR_OK; k++) {
        uint64_t extra = c->linked ? (uint64_t)((double)(*extra_at(o, k) + 3) * scale * scale) : 0;
        extra = CDR_MIN(extra, counts[k] > least ? counts[k] - least : 0);
        *extra_at(o, k) = extra;
        best = CDR_MAX(best, counts[k] - extra);
    }
    o->people_min = best;
    return s;
}

/* Nothing but names: equal ones may be one person's. */
static cdr_status least_by_name(const cdr_crowd *c, cdr_observation *o)
{
    cdr_sketch names = {0};
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < c->count && s == CDR_OK; i++)
        if (c->mentions[i].count == 0)
            s = cdr_sketch_add(&names, c->mentions[i].name);
    o->people_min = cdr_sketch_count(&names);
    cdr_sketch_done(&names);
    return s;
}

/* --- at most --- */

/* What one record is counted by and another has beside something better. */
static cdr_status note_others(const cdr_crowd *c, cdr_observation *o)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < c->count; i++) {
        const cdr_mention *m = &c->mentions[i];
        for (size_t k = m->name ? 0 : 1; k < m->count && s == CDR_OK; k++)
            if (cdr_sketch_has(&o->people, m->ids[k]))
                s = cdr_sketch_add(&o->others, m->ids[k]);
    }
    return s;
}

cdr_status cdr_crowd_end(cdr_crowd *c, cdr_observation *o)
{
    cdr_status s = c->has_pending ? take(c, o, &c->pending) : CDR_OK;
    c->has_pending = false;
    if (s != CDR_OK)
        return s;
    if (c->over)
        s = least_by_kind(c, o);
    else if (c->records)
        s = least_exact(c, o);
    else if (c->count)
        s = least_by_name(c, o);
    if (s == CDR_OK && !c->over)
        s = note_others(c, o);
    uint64_t keys = cdr_sketch_count(&o->people), margin;
    if (c->over)
        o->people_max = cdr_sketch_above(keys, keys, cdr_sketch_error(&o->people));
    else
        o->people_max = cdr_sketch_missing(&o->people, &o->others, &margin);
    o->people_min = CDR_MIN(o->people_min, o->people_max);
    return s;
}
