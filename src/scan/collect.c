/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/collect.h"

#include "base/buf.h"
#include "base/mem.h"
#include "detect/engine.h"
#include "detect/kinds.h"
#include "detect/path_value.h"
#include "detect/suppress.h"
#include "scan/crowd.h"

#include <stdio.h>
#include <string.h>

#define NORMAL_MAX 512
/* Distinct values of one object may take this much; those of kinds that come up beyond are estimated from very few. */
#define VALUE_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define VALUES_FEW 1024u

static uint64_t hash64(const uint8_t id[CDR_VALUE_ID_BYTES])
{
    uint64_t h = 0;
    for (int i = 0; i < 8; i++)
        h |= (uint64_t)id[i] << (8 * i);
    return h;
}

static void see_person(cdr_person_seen *p, const cdr_role *role, const cdr_seen_value *v, const char *normal, size_t len, uint64_t hash)
{
    const cdr_kind_info *info = cdr_kind_get(v->kind);
    cdr_thing t = {.hash = hash, .offset = v->offset, .field = v->field, .len = (uint32_t)v->len, .kind = v->kind, .rank = info->person_rank};
    switch (v->kind) {
    case CDR_K_NAME:
    case CDR_K_NAME_FIRST:
    case CDR_K_NAME_LAST: t.name = true; break;
    case CDR_K_BIRTH_DATE:
    case CDR_K_POSTCODE: break;
    default:
        /* Devices (rank 8) are not people. */
        if (info->person_rank == 0 || info->person_rank >= 8 || info->family == CDR_FAMILY_DEVICE)
            return;
        t.hash = cdr_person_hash(v->kind, normal, len, hash, p->scope, role->noun);
        t.nobody = cdr_person_is_role(v->kind, normal, len);
        if (t.nobody && v->kind == CDR_K_PHONE)
            return;
        break;
    }
    cdr_person_value(p, role, &t, normal, len);
}

static const char *rule_of(const cdr_scan_options *o, uint16_t rule)
{
    return rule > 0 && o->ruleset ? cdr_rules_name(cdr_ruleset_rules(o->ruleset), rule) : "";
}

void cdr_digest_value(const cdr_scan_options *o, const char *path, const cdr_seen_value *v, const cdr_role *role, cdr_person_seen *person, cdr_digest *ret)
{
    char normal[NORMAL_MAX];
    size_t n = cdr_normalise_value(v->kind, v->value, CDR_MIN(v->len, sizeof normal), normal, sizeof normal);
    *ret = (cdr_digest){.field = v->field, .kind = v->kind, .rule = v->rule, .band = v->band, .confidence = v->confidence, .evidence = v->evidence,
                        .offset = v->offset, .line = v->line};
    cdr_value_id(o->value_key, normal, n, ret->value_id);
    ret->suppressed = o->suppressions && cdr_suppressed(o->suppressions, o->suppression_key, path, v->kind, rule_of(o, v->rule), v->value, v->len);
    if (!ret->suppressed && v->band >= CDR_BAND_MEDIUM)
        see_person(person, role, v, normal, n, hash64(ret->value_id));
    cdr_wipe(normal, n);
}

/* Memory of a field that outlives the object, to be used by the next. */
typedef struct field_memory {
    char *name;
    size_t name_cap, kind_cap;
    size_t last;               /* kind found last */
    cdr_role role;
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
    cdr_crowd crowd;
    cdr_detect_scratch *scratch;   /* for names of files; made when first needed */
};

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
    o->rows = o->bytes_read = 0;
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
    cdr_crowd_begin(&c->crowd, o);
    c->sketch_bytes = 0;
    cdr_person_begin(c->o, &c->person, o->container);
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
    /* The fields of a mail are told apart in a text: what stands together decides there. */
    bool mail = c->seen.field_count > 1 && c->fields[0].role.class == CDR_ROLE_TEXT && (!strcmp(c->seen.format, "mbox") || !strcmp(c->seen.format, "eml"));
    m->role = mail ? c->fields[0].role : cdr_role_of(name, len, c->path.data);
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
    cdr_sketch_empty(&k->values);
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

static cdr_status add_value(cdr_collector *c, cdr_sketch *s, uint64_t hash, cdr_err *err)
{
    size_t before = s->cap;
    if (!s->len)   /* people are counted apart, from more */
        s->k = c->sketch_bytes > VALUE_BYTES_MAX ? VALUES_FEW : CDR_SKETCH_K_SMALL;
    if (cdr_sketch_add(s, hash) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    c->sketch_bytes += (s->cap - before) * sizeof *s->at;
    return CDR_OK;
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
    return add_value(c, &k->values, hash64(d->value_id), err);
}

cdr_status cdr_collector_person(cdr_collector *c, const cdr_mention *m, cdr_err *err)
{
    return cdr_crowd_add(&c->crowd, &c->seen, m) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "scan");
}

static cdr_status record_end(cdr_sink *sink, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_status s = CDR_OK;
    for (size_t i = 0, n = cdr_person_end(c->o, &c->person); i < n && s == CDR_OK; i++)
        s = cdr_collector_person(c, &c->person.mentions[i], err);
    return s;
}

static cdr_status value(cdr_sink *sink, const cdr_seen_value *v, cdr_err *err)
{
    cdr_collector *c = (cdr_collector *)(void *)sink;
    cdr_digest d;
    if (v->field >= c->seen.field_count || v->band > CDR_BAND_HIGH)
        return cdr_fail(err, CDR_E_INVAL, "scan", "reader.protocol", "A reader told of a value in a field it had not named.");
    cdr_status s = cdr_person_full(&c->person) ? record_end(sink, err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    cdr_digest_value(c->o, c->path.data, v, &c->fields[v->field].role, &c->person, &d);
    return cdr_collector_tally(c, &d, v->value, v->len, NULL, err);
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
    if (cdr_crowd_end(&c->crowd, o) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
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
    cdr_crowd_done(&c->crowd, o);
    cdr_buf_done(&c->path);
    cdr_detect_scratch_free(c->scratch);
    cdr_wipe(&c->person, sizeof c->person);   /* names of a record that never ended */
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
