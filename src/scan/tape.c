/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tape.h"

#include "base/mem.h"
#include "base/vec.h"

#include <string.h>

#define MASKED_KINDS 64
#define KEPT_ITEMS 4096        /* memory that an emptied tape keeps */

/* A digest, or the end of a record that speaks of a person. */
typedef struct item {
    bool person;
    uint32_t mask;             /* 1 + index of its mask; 0: none */
    union {
        cdr_digest digest;
        cdr_mention mention;
    };
} item;

typedef struct mask { char text[CDR_MASK_MAX]; } mask;

CDR_VEC(item_vec, item)
CDR_VEC(mask_vec, mask)
CDR_VEC(column_vec, cdr_tape_column)

typedef struct new_field { char *name; size_t len; cdr_role role; } new_field;
CDR_VEC(field_vec, new_field)

/* How many of a kind are on the tape: only values that can become samples need a mask. */
typedef struct masked_kind {
    uint32_t field;
    cdr_kind kind;
    uint16_t rule;
    uint32_t at_least[3];      /* values of this band or a stronger one */
} masked_kind;

struct cdr_tape {
    cdr_sink sink;
    const cdr_scan_options *o;
    const char *path;
    item_vec items;
    mask_vec masks;
    uint32_t known;            /* fields that are not on the tape */
    field_vec fields;
    column_vec columns;
    masked_kind kinds[MASKED_KINDS];
    size_t kind_count;
    const cdr_role *roles;     /* of the known fields; NULL: free text */
    cdr_person_seen person;
};

static bool may_become_sample(cdr_tape *t, const cdr_digest *d)
{
    size_t i = 0;
    while (i < t->kind_count && !(t->kinds[i].kind == d->kind && t->kinds[i].field == d->field && t->kinds[i].rule == d->rule))
        i++;
    if (i == MASKED_KINDS)
        return true;
    if (i == t->kind_count)
        t->kinds[t->kind_count++] = (masked_kind){.field = d->field, .kind = d->kind, .rule = d->rule};
    bool wanted = t->kinds[i].at_least[d->band] < CDR_SAMPLES_MAX;
    for (unsigned b = 0; b <= d->band; b++)
        t->kinds[i].at_least[b]++;
    return wanted;
}

static cdr_status record_end(cdr_sink *sink, cdr_err *err)
{
    cdr_tape *t = (cdr_tape *)(void *)sink;
    for (size_t i = 0, n = cdr_person_end(t->o, &t->person); i < n; i++) {
        item *it = item_vec_push(&t->items);
        if (!it)
            return cdr_fail_nomem(err, "scan");
        it->person = true;
        it->mention = t->person.mentions[i];
    }
    return CDR_OK;
}

static const cdr_role *role_of(const cdr_tape *t, uint32_t field)
{
    static const cdr_role text = {0, CDR_ROLE_TEXT, 0};
    if (!t->roles)
        return &text;
    return field < t->known ? &t->roles[field] : &t->fields.at[field - t->known].role;
}

static cdr_status value(cdr_sink *sink, const cdr_seen_value *v, cdr_err *err)
{
    cdr_tape *t = (cdr_tape *)(void *)sink;
    cdr_status s = cdr_person_full(&t->person) ? record_end(sink, err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    item *it = item_vec_push(&t->items);
    if (!it)
        return cdr_fail_nomem(err, "scan");
    cdr_digest_value(t->o, t->path, v, role_of(t, v->field), &t->person, &it->digest);
    if (it->digest.suppressed || !may_become_sample(t, &it->digest))
        return CDR_OK;
    mask *m = mask_vec_push(&t->masks);
    if (!m)
        return cdr_fail_nomem(err, "scan");
    cdr_mask_value(v->kind, v->value, v->len, m->text, sizeof m->text);
    it->mask = (uint32_t)t->masks.len;
    return CDR_OK;
}

static cdr_status field(cdr_sink *sink, const char *name, size_t len, cdr_err *err)
{
    cdr_tape *t = (cdr_tape *)(void *)sink;
    new_field *f = field_vec_push(&t->fields);
    if (!f || !(f->name = cdr_strndup(name, len)))
        return cdr_fail_nomem(err, "scan");
    f->len = len;
    f->role = cdr_role_of(name, len, t->path);
    return CDR_OK;
}

static cdr_status column(cdr_sink *sink, uint32_t number, const cdr_column_class *class, uint64_t values, uint64_t untold, cdr_err *err)
{
    cdr_tape *t = (cdr_tape *)(void *)sink;
    if (values == 0)
        return CDR_OK;
    cdr_tape_column *c = column_vec_push(&t->columns);
    if (!c)
        return cdr_fail_nomem(err, "scan");
    *c = (cdr_tape_column){number, *class, values, untold};
    return CDR_OK;
}

static const cdr_sink_calls calls = {.field = field, .value = value, .record_end = record_end, .column = column};

cdr_status cdr_tape_new(const cdr_scan_options *o, cdr_tape **ret, cdr_err *err)
{
    cdr_tape *t = *ret = cdr_alloc(sizeof *t);
    if (!t)
        return cdr_fail_nomem(err, "scan");
    t->sink.calls = &calls;
    t->o = o;
    return CDR_OK;
}

static void forget_fields(cdr_tape *t)
{
    for (size_t i = 0; i < t->fields.len; i++)
        cdr_free(t->fields.at[i].name);
    t->fields.len = 0;
}

void cdr_tape_free(cdr_tape *t)
{
    if (!t)
        return;
    forget_fields(t);
    field_vec_done(&t->fields);
    column_vec_done(&t->columns);
    item_vec_done(&t->items);
    mask_vec_done(&t->masks);
    cdr_wipe(&t->person, sizeof t->person);   /* names of a record that never ended */
    cdr_free(t);
}

void cdr_tape_clear(cdr_tape *t, const char *path)
{
    cdr_person_begin(t->o, &t->person, path);
    t->path = path;
    if (t->items.cap > KEPT_ITEMS * 8)
        item_vec_done(&t->items);
    t->items.len = t->masks.len = t->columns.len = 0;
    forget_fields(t);
    t->kind_count = 0;
}

cdr_sink *cdr_tape_sink(cdr_tape *t, uint32_t known)
{
    t->known = known;
    return &t->sink;
}

void cdr_tape_roles(cdr_tape *t, const cdr_role *roles)
{
    t->roles = roles;
}

size_t cdr_tape_fields(const cdr_tape *t)
{
    return t->fields.len;
}

const char *cdr_tape_field(const cdr_tape *t, size_t i, size_t *ret_len)
{
    *ret_len = t->fields.at[i].len;
    return t->fields.at[i].name;
}

size_t cdr_tape_columns(const cdr_tape *t, const cdr_tape_column **ret)
{
    *ret = t->columns.at;
    return t->columns.len;
}

cdr_status cdr_tape_play(const cdr_tape *t, cdr_collector *c, uint64_t lines, const uint32_t *map, cdr_err *err)
{
    for (size_t i = 0; i < t->items.len; i++) {
        const item *it = &t->items.at[i];
        cdr_status s;
        if (it->person) {
            s = cdr_collector_person(c, &it->mention, err);
        } else {
            cdr_digest d = it->digest;
            d.line += lines;
            if (d.field >= t->known)
                d.field = map[d.field - t->known];
            s = cdr_collector_tally(c, &d, NULL, 0, it->mask ? t->masks.at[it->mask - 1].text : NULL, err);
        }
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}
