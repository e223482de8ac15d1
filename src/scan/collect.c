/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/collect.h"

#include "base/buf.h"
#include "base/mem.h"
#include "detect/kinds.h"
#include "detect/path_value.h"
#include "detect/suppress.h"

#include <stdio.h>
#include <string.h>

#define NORMAL_MAX 512
/* Sketches of one object may take this much; beyond, distinct values of further kinds are no longer counted, people still are. */
#define SKETCH_BYTES_MAX ((size_t)12 * 1024 * 1024)
#define SKETCH_KEPT 256        /* slots that an emptied sketch may keep for the next object */

static uint64_t hash64(const uint8_t id[CDR_VALUE_ID_BYTES])
{
    uint64_t h = 0;
    for (int i = 0; i < 8; i++)
        h |= (uint64_t)id[i] << (8 * i);
    return h;
}

static uint64_t keyed(const cdr_scan_options *o, const void *value, size_t len)
{
    uint8_t id[CDR_VALUE_ID_BYTES];
    cdr_value_id(o->value_key, value, len, id);
    return hash64(id);
}

static void keep_name(char *to, uint8_t *to_len, const char *normal, size_t len)
{
    if (*to_len)
        return;
    *to_len = (uint8_t)CDR_MIN(len, (size_t)CDR_NAME_MAX - 1);
    memcpy(to, normal, *to_len);
}

static void see_person(cdr_person_seen *p, const cdr_seen_value *v, const char *normal, size_t len, uint64_t hash)
{
    const cdr_kind_info *info = cdr_kind_get(v->kind);
    switch (v->kind) {
    case CDR_K_NAME: keep_name(p->full, &p->full_len, normal, len); break;
    case CDR_K_NAME_FIRST: keep_name(p->first, &p->first_len, normal, len); break;
    case CDR_K_NAME_LAST: keep_name(p->last, &p->last_len, normal, len); break;
    case CDR_K_BIRTH_DATE: p->apart = hash; return;
    case CDR_K_POSTCODE: p->apart = p->apart ? p->apart : hash; return;
    default:
        /* Devices (rank 8) are not people. */
        if (info->person_rank == 0 || info->person_rank >= 8 || info->family == CDR_FAMILY_DEVICE)
            return;
        if (!p->best.rank || info->person_rank < p->best.rank)
            p->best = (cdr_person_key){.hash = hash, .rank = info->person_rank};
        break;
    }
    p->any = true;
}

void cdr_digest_value(const cdr_scan_options *o, const char *path, const cdr_seen_value *v, cdr_person_seen *person, cdr_digest *ret)
{
    char normal[NORMAL_MAX];
    size_t n = cdr_normalise_value(v->kind, v->value, CDR_MIN(v->len, sizeof normal), normal, sizeof normal);
    *ret = (cdr_digest){.field = v->field, .kind = v->kind, .rule = v->rule, .band = v->band, .confidence = v->confidence, .evidence = v->evidence,
                        .offset = v->offset, .line = v->line};
    cdr_value_id(o->value_key, normal, n, ret->value_id);
    ret->suppressed = o->suppressions && cdr_suppressed(o->suppressions, o->suppression_key, path, v->kind, v->value, v->len);
    if (!ret->suppressed && v->band >= CDR_BAND_MEDIUM)
        see_person(person, v, normal, n, hash64(ret->value_id));
    cdr_wipe(normal, n);
}

static size_t whole_name(const cdr_person_seen *p, char *ret)
{
    size_t n = 0;
    if (p->first_len && p->last_len) {
        memcpy(ret, p->first, p->first_len);
        n = p->first_len;
        ret[n++] = ' ';
        memcpy(ret + n, p->last, p->last_len);
        return n + p->last_len;
    }
    /* One half of a name alone tells nobody. */
    memcpy(ret, p->full, p->full_len);
    return p->full_len;
}

bool cdr_person_end(const cdr_scan_options *o, cdr_person_seen *p, cdr_person_key *ret)
{
    bool somebody = false;
    if (p->any) {
        char name[2 * CDR_NAME_MAX + 9];
        *ret = p->best;
        size_t n = p->best.rank ? 0 : whole_name(p, name);
        if (n) {
            ret->name_hash = keyed(o, name, n);
            ret->by_name = true;
            ret->rank = 9;
            memcpy(name + n, &p->apart, sizeof p->apart);
            ret->hash = p->apart ? keyed(o, name, n + sizeof p->apart) : ret->name_hash;
            cdr_wipe(name, sizeof name);
        }
        somebody = ret->rank != 0;
        cdr_wipe(p->full, p->full_len);
        cdr_wipe(p->first, p->first_len);
        cdr_wipe(p->last, p->last_len);
    }
    p->best = (cdr_person_key){0};
    p->full_len = p->first_len = p->last_len = 0;
    p->apart = 0;
    p->any = false;
    return somebody;
}

/* Memory of a field that outlives the object, to be used by the next. */
typedef struct field_memory {
    char *name;
    size_t name_cap, kind_cap;
    size_t last;               /* kind found last */
} field_memory;

struct cdr_collector {
    cdr_sink sink;             /* first: the sink's address is the collector's */
    const cdr_scan_options *o;
    cdr_collect_deliver *deliver;
    void *arg;
    const cdr_collect_file *file;
    cdr_observation seen;
    field_memory *fields;
    size_t field_cap;
    cdr_buf path;
    size_t sketch_bytes;
    cdr_person_seen person;
    cdr_detect_scratch *scratch;   /* for names of files; made when first needed */
};

static void empty_sketch(cdr_sketch *s)
{
    if (s->cap > SKETCH_KEPT)
        cdr_sketch_done(s);
    else if (s->len)
        memset(s->at, 0, s->cap * sizeof *s->at);
    s->len = 0;
    s->limit = 0;
}

static cdr_status begin(cdr_sink *sink, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_observation *o = &c->seen;
    cdr_buf_clear(&c->path);
    if (cdr_buf_adds(&c->path, path) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    o->path = c->path.data;
    o->container = (char *)(uintptr_t)(c->file ? c->file->container : path);
    o->format = format;
    o->size = size;
    o->field_count = 0;
    o->rows = o->bytes_read = o->people_min = o->people_max = 0;
    o->reason_id = "";
    o->reason[0] = '\0';
    o->coverage = CDR_COVERAGE_COMPLETE;
    if (c->file) {
        o->dev = c->file->dev;
        o->ino = c->file->ino;
        o->mtime_us = c->file->mtime_us;
        o->mode = c->file->mode;
        o->uid = c->file->uid;
    }
    empty_sketch(&o->emails);
    empty_sketch(&o->phones);
    empty_sketch(&o->ids);
    empty_sketch(&o->names);
    empty_sketch(&o->people);
    c->sketch_bytes = 0;
    cdr_person_key ignored;
    (void)cdr_person_end(c->o, &c->person, &ignored);
    return CDR_OK;
}

static cdr_status grow_fields(cdr_collector *c, cdr_err *err)
{
    size_t cap = c->field_cap ? c->field_cap * 2 : 8;
    cdr_field_seen *seen = cdr_realloc_array(c->seen.fields, cap, sizeof *seen);
    if (seen)
        c->seen.fields = seen;
    field_memory *memory = seen ? cdr_realloc_array(c->fields, cap, sizeof *memory) : NULL;
    if (!memory)
        return cdr_fail_nomem(err, "scan");
    c->fields = memory;
    memset(seen + c->field_cap, 0, (cap - c->field_cap) * sizeof *seen);
    memset(memory + c->field_cap, 0, (cap - c->field_cap) * sizeof *memory);
    c->field_cap = cap;
    return CDR_OK;
}

static cdr_status field(cdr_sink *sink, const char *name, size_t len, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    if (c->seen.field_count == c->field_cap) {
        cdr_status s = grow_fields(c, err);
        if (s != CDR_OK)
            return s;
    }
    field_memory *m = &c->fields[c->seen.field_count];
    if (len + 1 > m->name_cap) {
        char *grown = cdr_realloc_array(m->name, len + 32, 1);
        if (!grown)
            return cdr_fail_nomem(err, "scan");
        m->name = grown;
        m->name_cap = len + 32;
    }
    memcpy(m->name, name, len);
    m->name[len] = '\0';
    cdr_field_seen *f = &c->seen.fields[c->seen.field_count++];
    f->name = m->name;
    f->column_kind = CDR_KIND_NONE;
    f->column_support = f->column_confidence = 0;
    f->values = 0;
    f->kind_count = 0;
    m->last = 0;
    return CDR_OK;
}

static cdr_status kind_of(cdr_collector *c, const cdr_digest *d, cdr_kind_seen **ret, cdr_err *err)
{
    cdr_field_seen *f = &c->seen.fields[d->field];
    field_memory *m = &c->fields[d->field];
    if (m->last < f->kind_count && f->kinds[m->last].kind == d->kind && f->kinds[m->last].rule == d->rule) {
        *ret = &f->kinds[m->last];
        return CDR_OK;
    }
    for (size_t i = 0; i < f->kind_count; i++)
        if (f->kinds[i].kind == d->kind && f->kinds[i].rule == d->rule) {
            m->last = i;
            *ret = &f->kinds[i];
            return CDR_OK;
        }
    if (f->kind_count == m->kind_cap) {
        size_t cap = m->kind_cap ? m->kind_cap * 2 : 2;
        cdr_kind_seen *grown = cdr_realloc_array(f->kinds, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "scan");
        memset(grown + m->kind_cap, 0, (cap - m->kind_cap) * sizeof *grown);
        f->kinds = grown;
        m->kind_cap = cap;
    }
    cdr_kind_seen *k = &f->kinds[m->last = f->kind_count++];
    k->kind = d->kind;
    k->rule = d->rule;
    memset(k->by_band, 0, sizeof k->by_band);
    k->suppressed = 0;
    k->max_confidence = 0;
    k->sample_count = 0;
    empty_sketch(&k->values);
    *ret = k;
    return CDR_OK;
}

/* The strongest bands first, within a band the first seen. */
static void keep_sample(cdr_kind_seen *k, const cdr_digest *d, const char *value, size_t len, const char *masked)
{
    uint32_t n = k->sample_count;
    if (n == CDR_SAMPLES_MAX && cdr_band_of(k->samples[n - 1].confidence) >= (cdr_band)d->band)
        return;
    uint32_t at = n == CDR_SAMPLES_MAX ? n - 1 : n;
    k->sample_count = at + 1;
    while (at > 0 && cdr_band_of(k->samples[at - 1].confidence) < (cdr_band)d->band) {
        k->samples[at] = k->samples[at - 1];
        at--;
    }
    cdr_sample *s = &k->samples[at];
    s->offset = d->offset;
    s->line = d->line;
    s->confidence = d->confidence;
    s->evidence = d->evidence;
    memcpy(s->value_id, d->value_id, sizeof s->value_id);
    if (masked)
        snprintf(s->masked, sizeof s->masked, "%s", masked);
    else
        cdr_mask_value(d->kind, value ? value : "", len, s->masked, sizeof s->masked);
}

static cdr_status add_to(cdr_collector *c, cdr_sketch *s, uint64_t hash, bool always, cdr_err *err)
{
    if (!always && c->sketch_bytes > SKETCH_BYTES_MAX && s->len * 2 >= s->cap)
        return CDR_OK;
    size_t before = s->cap;
    if (cdr_sketch_add(s, hash) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    c->sketch_bytes += (s->cap - before) * sizeof *s->at;
    return CDR_OK;
}

static cdr_sketch *joined_by(cdr_observation *o, cdr_kind kind)
{
    if (kind == CDR_K_EMAIL)
        return &o->emails;
    if (kind == CDR_K_PHONE)
        return &o->phones;
    const cdr_kind_info *info = cdr_kind_get(kind);
    bool device = info->family == CDR_FAMILY_DEVICE || info->family == CDR_FAMILY_CONTACT;
    return info->person_rank >= 1 && info->person_rank <= 6 && !device ? &o->ids : NULL;
}

cdr_status cdr_collector_tally(cdr_collector *c, const cdr_digest *d, const char *value, size_t len, const char *masked, cdr_err *err)
{
    cdr_kind_seen *k;
    cdr_status s = kind_of(c, d, &k, err);
    if (s != CDR_OK)
        return s;
    if (d->suppressed) {
        k->suppressed++;
        return CDR_OK;
    }
    k->by_band[d->band]++;
    if (d->confidence > k->max_confidence)
        k->max_confidence = d->confidence;
    keep_sample(k, d, value, len, masked);
    if (d->band < CDR_BAND_MEDIUM)
        return CDR_OK;
    uint64_t hash = hash64(d->value_id);
    cdr_sketch *join = joined_by(&c->seen, d->kind);
    s = add_to(c, &k->values, hash, false, err);
    return s == CDR_OK && join ? add_to(c, join, hash, true, err) : s;
}

cdr_status cdr_collector_person(cdr_collector *c, const cdr_person_key *k, cdr_err *err)
{
    cdr_status s = add_to(c, &c->seen.people, k->hash, true, err);
    return s == CDR_OK && k->by_name ? add_to(c, &c->seen.names, k->name_hash, true, err) : s;
}

static cdr_status value(cdr_sink *sink, const cdr_seen_value *v, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_digest d;
    if (v->field >= c->seen.field_count || v->band > CDR_BAND_HIGH)
        return cdr_fail(err, CDR_E_INVAL, "scan", "reader.protocol", "A reader told of a value in a field it had not named.");
    cdr_digest_value(c->o, c->path.data, v, &c->person, &d);
    return cdr_collector_tally(c, &d, v->value, v->len, NULL, err);
}

static cdr_status record_end(cdr_sink *sink, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_person_key k;
    return cdr_person_end(c->o, &c->person, &k) ? cdr_collector_person(c, &k, err) : CDR_OK;
}

static cdr_status column(cdr_sink *sink, uint32_t number, const cdr_column_class *class, uint64_t values, uint64_t untold, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    if (number >= c->seen.field_count)
        return cdr_fail(err, CDR_E_INVAL, "scan", "reader.protocol", "A reader told of a column it had not named.");
    cdr_field_seen *f = &c->seen.fields[number];
    f->column_kind = class->kind;
    f->column_support = class->support;
    f->column_confidence = class->confidence;
    f->values = values;
    if (!untold || class->kind == CDR_KIND_NONE)
        return CDR_OK;
    cdr_digest d = {.field = number, .kind = class->kind, .band = (uint8_t)cdr_band_of(class->confidence), .confidence = class->confidence};
    cdr_kind_seen *k;
    cdr_status s = kind_of(c, &d, &k, err);
    if (s != CDR_OK)
        return s;
    k->by_band[d.band] += untold;
    if (d.confidence > k->max_confidence)
        k->max_confidence = d.confidence;
    return CDR_OK;
}

/* One person may have several numbers; those of one kind in one field are of as many people. */
static uint64_t most_numbers(cdr_observation *o)
{
    uint64_t most = 0;
    for (size_t f = 0; f < o->field_count; f++)
        for (size_t k = 0; k < o->fields[f].kind_count; k++)
            if (joined_by(o, o->fields[f].kinds[k].kind) == &o->ids)
                most = CDR_MAX(most, cdr_sketch_count(&o->fields[f].kinds[k].values));
    return most;
}

/* --- names of files and folders --- */

typedef struct naming { cdr_collector *c; const char *name; uint32_t field; bool told; cdr_err *err; } naming;

static cdr_status name_value(void *arg, const cdr_finding *f)
{
    naming *n = arg;
    if (!n->told) {
        n->told = true;
        n->field = (uint32_t)n->c->seen.field_count;
        cdr_status s = field(&n->c->sink, CDR_FIELD_FILE_NAME, sizeof CDR_FIELD_FILE_NAME - 1, n->err);
        if (s != CDR_OK)
            return s;
    }
    cdr_seen_value v = {.field = n->field, .kind = f->kind, .rule = f->rule, .band = f->band, .confidence = f->confidence, .evidence = f->evidence, .offset = f->start,
                        .value = n->name + f->start, .len = (size_t)(f->end - f->start)};
    return value(&n->c->sink, &v, n->err);
}

/* Values in the path; those in a container's own path are told with the container, not again with each member. */
static cdr_status name_values(cdr_collector *c, cdr_err *err)
{
    const char *path = c->path.data, *own = c->file ? c->file->container : NULL;
    size_t outer = own && strcmp(own, path) != 0 ? strlen(own) : 0;
    naming n = {.c = c, .name = path + (strncmp(path, own ? own : "", outer) == 0 ? outer : 0), .err = err};
    if (!c->o->ruleset)
        return CDR_OK;
    cdr_status s = c->scratch ? CDR_OK : cdr_detect_scratch_new(&c->scratch, err);
    return s == CDR_OK ? cdr_path_values(c->o->ruleset, c->scratch, n.name, strlen(n.name), name_value, &n, err) : s;
}

static cdr_status end(cdr_sink *sink, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_observation *o = &c->seen;
    cdr_status s = record_end(sink, err);
    if (s == CDR_OK)
        s = name_values(c, err);
    if (s == CDR_OK)
        s = record_end(sink, err);
    if (s != CDR_OK)
        return s;
    o->coverage = coverage;
    o->reason_id = reason_id;
    o->reason[0] = '\0';
    if (*reason)
        snprintf(o->reason, sizeof o->reason, "%s", reason);
    o->bytes_read = bytes_read;
    o->rows = rows;
    uint64_t e = cdr_sketch_count(&o->emails), p = cdr_sketch_count(&o->phones), i = most_numbers(o);
    o->people_max = cdr_sketch_count(&o->people);
    o->people_min = CDR_MIN(CDR_MAX(e, CDR_MAX(p, i)), o->people_max);
    return c->deliver(c->arg, o, err);
}

static const cdr_sink_calls calls = {begin, field, value, record_end, column, end};

cdr_status cdr_collector_new(const cdr_scan_options *o, cdr_collect_deliver *deliver, void *arg, cdr_collector **ret, cdr_err *err)
{
    cdr_collector *c = *ret = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "scan");
    c->sink.calls = &calls;
    c->o = o;
    c->deliver = deliver;
    c->arg = arg;
    c->path.max = 1024 * 1024;
    return CDR_OK;
}

void cdr_collector_free(cdr_collector *c)
{
    if (!c)
        return;
    cdr_observation *o = &c->seen;
    for (size_t i = 0; i < c->field_cap; i++) {
        for (size_t k = 0; k < c->fields[i].kind_cap; k++)
            cdr_sketch_done(&o->fields[i].kinds[k].values);
        cdr_free(o->fields[i].kinds);
        cdr_free(c->fields[i].name);
    }
    cdr_free(o->fields);
    cdr_free(c->fields);
    cdr_sketch_done(&o->emails);
    cdr_sketch_done(&o->phones);
    cdr_sketch_done(&o->ids);
    cdr_sketch_done(&o->names);
    cdr_sketch_done(&o->people);
    cdr_buf_done(&c->path);
    cdr_detect_scratch_free(c->scratch);
    cdr_free(c);
}

void cdr_collector_file(cdr_collector *c, const cdr_collect_file *file)
{
    c->file = file;
}

cdr_sink *cdr_collector_sink(cdr_collector *c)
{
    return &c->sink;
}

const char *cdr_collector_path(const cdr_collector *c)
{
    return c->path.data;
}
