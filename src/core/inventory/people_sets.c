/* SPDX-License-Identifier: Apache-2.0 */
/* People as sets of identifiers: merged, compared, stored. */
#include "core/inventory/people.h"

#include "base/buf.h"

#include <string.h>

#define MAGIC "CIK1"
#define ID_MAX 64
#define OTHERS_K (CDR_SKETCH_K * 4)   /* everybody has several other names */

void cdr_people_done(cdr_people *p)
{
    cdr_sketch_done(&p->emails);
    cdr_sketch_done(&p->phones);
    cdr_sketch_done(&p->people);
    cdr_sketch_done(&p->others);
    for (size_t i = 0; i < p->id_count; i++)
        cdr_sketch_done(&p->ids[i].values);
    cdr_free(p->ids);
    *p = (cdr_people){0};
}

static cdr_id_set *set_of(const cdr_people *p, cdr_kind kind)
{
    for (size_t i = 0; i < p->id_count; i++)
        if (p->ids[i].kind == kind)
            return &p->ids[i];
    return NULL;
}

static cdr_id_set *add_set(cdr_people *p, cdr_kind kind)
{
    cdr_id_set *found = set_of(p, kind);
    if (found)
        return found;
    cdr_id_set *grown = cdr_realloc_array(p->ids, p->id_count + 1, sizeof *grown);
    if (!grown)
        return NULL;
    p->ids = grown;
    grown[p->id_count] = (cdr_id_set){.kind = kind};
    return &grown[p->id_count++];
}

cdr_status cdr_people_merge(cdr_people *into, const cdr_people *from)
{
    into->others.k = OTHERS_K;
    cdr_status s = cdr_sketch_merge(&into->emails, &from->emails);
    if (s == CDR_OK)
        s = cdr_sketch_merge(&into->phones, &from->phones);
    if (s == CDR_OK)
        s = cdr_sketch_merge(&into->people, &from->people);
    if (s == CDR_OK)
        s = cdr_sketch_merge(&into->others, &from->others);
    for (size_t i = 0; i < from->id_count && s == CDR_OK; i++) {
        cdr_id_set *set = add_set(into, from->ids[i].kind);
        s = set ? cdr_sketch_merge(&set->values, &from->ids[i].values) : CDR_E_NOMEM;
        if (set)
            set->extra += from->ids[i].extra;
    }
    into->objects += CDR_MAX(from->objects, (size_t)1);
    into->email_extra += from->email_extra;
    into->phone_extra += from->phone_extra;
    into->least = CDR_MAX(into->least, from->least);
    return s;
}

cdr_status cdr_people_note_others(cdr_people *p)
{
    p->others.k = OTHERS_K;
    cdr_status s = cdr_sketch_merge_without(&p->others, &p->emails, &p->people);
    if (s == CDR_OK)
        s = cdr_sketch_merge_without(&p->others, &p->phones, &p->people);
    for (size_t i = 0; i < p->id_count && s == CDR_OK; i++)
        s = cdr_sketch_merge_without(&p->others, &p->ids[i].values, &p->people);
    return s;
}

static uint64_t groups_of(const cdr_sketch *values, uint64_t extra)
{
    uint64_t n = cdr_sketch_count(values), low = cdr_sketch_below(n, n, cdr_sketch_error(values));
    return low > extra ? low - extra : 0;
}

/* Of one kind, how many people at least. K-17 in one list and 1017 in another may be one customer: such numbers count within one object, by ->least. */
static uint64_t least_of(const cdr_people *p, const cdr_id_set *set)
{
    if (cdr_kind_is_account(set->kind))
        return set->values.len > 0;
    return p->objects > 1 && cdr_kind_is_local(set->kind) ? 0 : groups_of(&set->values, set->extra);
}

void cdr_people_bounds(const cdr_people *p, uint64_t *least, uint64_t *most)
{
    uint64_t margin, keys = cdr_sketch_missing(&p->people, &p->others, &margin);
    *least = CDR_MAX(p->least, CDR_MAX(groups_of(&p->emails, p->email_extra), groups_of(&p->phones, p->phone_extra)));
    for (size_t i = 0; i < p->id_count; i++)
        *least = CDR_MAX(*least, least_of(p, &p->ids[i]));
    *most = keys + margin;
    *least = CDR_MIN(*least, *most);
}

uint64_t cdr_people_least(const cdr_people *p)
{
    uint64_t least, most;
    cdr_people_bounds(p, &least, &most);
    return least ? least : most;
}

uint64_t cdr_people_shared(const cdr_people *a, const cdr_people *b)
{
    uint64_t best = cdr_sketch_shared(&a->emails, &b->emails);
    best = CDR_MAX(best, cdr_sketch_shared(&a->phones, &b->phones));
    for (size_t i = 0; i < a->id_count; i++) {
        const cdr_id_set *other = set_of(b, a->ids[i].kind);
        if (other)
            best = CDR_MAX(best, cdr_sketch_shared(&a->ids[i].values, &other->values));
    }
    return CDR_MAX(best, cdr_sketch_shared(&a->people, &b->people));
}

double cdr_people_error(const cdr_people *p)
{
    double error = CDR_MAX(cdr_sketch_error(&p->emails), cdr_sketch_error(&p->phones));
    for (size_t i = 0; i < p->id_count; i++)
        error = CDR_MAX(error, cdr_sketch_error(&p->ids[i].values));
    return CDR_MAX(error, CDR_MAX(cdr_sketch_error(&p->people), cdr_sketch_error(&p->others)));
}

/* --- stored: "CIK1", extra e-mails, extra telephones, then per kind its id with NUL, extra, length, sketch; numbers LE64 --- */

static void put64(cdr_buf *out, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        cdr_buf_addc(out, (char)(v >> (8 * i)));
}

cdr_status cdr_people_save_ids(const cdr_observation *o, cdr_buf *out)
{
    cdr_buf_add(out, MAGIC, 4);
    put64(out, o->email_extra);
    put64(out, o->phone_extra);
    for (size_t i = 0; i < o->id_count; i++) {
        const char *id = cdr_kind_get(o->ids[i].kind)->id;
        void *saved;
        size_t len;
        cdr_status s = cdr_sketch_save(&o->ids[i].values, &saved, &len);
        if (s != CDR_OK)
            return s;
        cdr_buf_add(out, id, strlen(id) + 1);
        put64(out, o->ids[i].extra);
        put64(out, len);
        cdr_buf_add(out, saved, len);
        cdr_free(saved);
    }
    return cdr_buf_status(out);
}

typedef struct cursor { const uint8_t *at, *end; } cursor;

static bool get64(cursor *c, uint64_t *ret)
{
    if (c->end - c->at < 8)
        return false;
    *ret = 0;
    for (int i = 0; i < 8; i++)
        *ret |= (uint64_t)c->at[i] << (8 * i);
    c->at += 8;
    return true;
}

static cdr_status load_set(cdr_people *p, cursor *c)
{
    const uint8_t *nul = memchr(c->at, 0, CDR_MIN((size_t)(c->end - c->at), (size_t)ID_MAX));
    uint64_t extra, len;
    if (!nul)
        return CDR_E_CORRUPT;
    cdr_kind kind = cdr_kind_by_id((const char *)c->at);
    c->at = nul + 1;
    if (!get64(c, &extra) || !get64(c, &len) || len > (uint64_t)(c->end - c->at))
        return CDR_E_CORRUPT;
    const uint8_t *data = c->at;
    c->at += len;
    cdr_id_set *set = kind == CDR_KIND_NONE ? NULL : add_set(p, kind);   /* a kind that this program no longer has joins nothing */
    if (!set)
        return kind == CDR_KIND_NONE ? CDR_OK : CDR_E_NOMEM;
    cdr_sketch_done(&set->values);
    set->extra = extra;
    return cdr_sketch_load(&set->values, data, (size_t)len);
}

cdr_status cdr_people_load_ids(cdr_people *p, const void *data, size_t len)
{
    cursor c = {data, (const uint8_t *)data + len};
    if (len < 4 || memcmp(data, MAGIC, 4) != 0)   /* written before kinds were told apart: joins nothing */
        return CDR_OK;
    c.at += 4;
    if (!get64(&c, &p->email_extra) || !get64(&c, &p->phone_extra))
        return CDR_E_CORRUPT;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && c.at < c.end)
        s = load_set(p, &c);
    return s;
}
