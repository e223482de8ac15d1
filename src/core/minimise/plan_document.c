/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as canonical JSON, and back. What is agreed to is this text: its SHA-256 is the plan's name. */
#include "core/minimise/plan_parts.h"

#include "base/parse.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

const char *const cdr_planned_names[] = {"do", "by hand", "held", NULL};
const char *const cdr_outcome_names[] = {"", "erased", "anonymised", "pseudonymised", "governed by retention", "unverified", NULL};

const char *const cdr_refusal_words[] = {"", "It was changed after the plan was made.", "A legal hold covers it now, or one that kept records of it has ended.", "The file that was to be kept in its place is gone or was changed.",
                                         "It cannot be changed as it was agreed to any more.", NULL};

const char *cdr_plan_verdict(const cdr_plan *p, size_t step, cdr_outcome o)
{
    const cdr_planned *s = &p->steps[step];
    if (s->how == CDR_PLANNED_DO && s->unit < p->unit_count && p->units[s->unit].refusal)
        return "not done";
    return o == CDR_OUTCOME_NONE ? "rights only" : cdr_outcome_names[o];
}

void cdr_plan_free(cdr_plan *p)
{
    if (!p)
        return;
    json_decref(p->document);
    cdr_arena_free(p->arena);
    cdr_free(p);
}

/* --- writing --- */

static json_t *texts(const char *const *list, size_t count)
{
    json_t *a = json_array();
    for (size_t i = 0; i < count && a; i++)
        if (json_array_append_new(a, json_string(list[i]))) {
            json_decref(a);
            a = NULL;
        }
    return a;
}

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)CDR_MIN(n, UINT64_C(1) << 53));
}

/* Members that say nothing are left out: shorter, and one spelling only. */
static bool put_text(json_t *o, const char *key, const char *text)
{
    return !text || !*text || !json_object_set_new(o, key, json_string(text));
}

static bool put_number(json_t *o, const char *key, uint64_t n)
{
    return n == 0 || !json_object_set_new(o, key, number(n));
}

static json_t *transform_json(const cdr_transform *t)
{
    json_t *o = json_pack("{s:s}", "form", cdr_form_name(t->form));
    bool ok = o && put_number(o, "generalise", t->how) && put_number(o, "amount", t->amount) && put_text(o, "category", t->category);
    if (ok && t->kind != CDR_KIND_NONE)
        ok = put_text(o, "kind", cdr_kind_get(t->kind)->id);
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *why_json(const cdr_planned *s)
{
    json_t *a = json_array();
    for (size_t i = 0; i < s->why_count && a; i++)
        if (json_array_append_new(a, json_pack("{s:s, s:s, s:s}", "rule", s->why[i].rule, "test", s->why[i].test, "title", s->why[i].title))) {
            json_decref(a);
            a = NULL;
        }
    return a;
}

static json_t *effect_json(const cdr_planned *s)
{
    const cdr_step_effect *e = &s->effect;
    json_t *o = json_object();
    bool ok = o && put_number(o, "rows", e->rows) && put_number(o, "values", e->values) && put_number(o, "bytes", e->bytes) && put_number(o, "rows_undated", e->rows_unknown) &&
              put_number(o, "rows_held", e->rows_held) && put_number(o, "rows_after", e->rows_after) && put_number(o, "people_min", s->people_min) &&
              put_number(o, "people_max", s->people_max);
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

static json_t *step_json(const cdr_planned *s, size_t id)
{
    const cdr_step *t = &s->step;
    json_t *o = json_pack("{s:I, s:s, s:s, s:o, s:o}", "id", (json_int_t)id, "how", cdr_planned_names[s->how], "action", cdr_action_names[t->action], "verdicts",
                          texts(s->verdicts, s->verdict_count), "rules", texts(s->rules, s->rule_count));
    bool ok = o && !json_object_set_new(o, "because", why_json(s)) && put_text(o, "path", s->shown) && put_text(o, "system", s->system) && put_text(o, "inside", t->target.inside) && put_text(o, "format", t->target.format) &&
              put_number(o, "object", (uint64_t)t->target.object) && put_text(o, "trigger_field", t->trigger_field) && put_text(o, "cutoff", t->cutoff) && put_text(o, "text", s->text) &&
              put_text(o, "replaces", s->merged) && put_number(o, "hold", (uint64_t)s->hold) && put_text(o, "not_covered", s->effect.note);
    if (ok && t->column_count)
        ok = !json_object_set_new(o, "columns", texts(t->columns, t->column_count));
    if (ok && t->category_count)
        ok = !json_object_set_new(o, "categories", texts(t->categories, t->category_count));
    if (ok && t->transform.form)
        ok = !json_object_set_new(o, "transform", transform_json(&t->transform));
    if (ok && t->transform.form == CDR_FORM_HASHED)
        ok = put_text(o, "purpose", t->purpose);
    if (ok && t->destination && *t->destination)
        ok = !json_object_set_new(o, "destination", json_stringn(t->destination, folder_len(t->destination)));
    if (ok && s->kept)
        ok = !json_object_set_new(o, "kept_copy", json_pack("{s:o, s:s}", "object", number((uint64_t)s->kept), "path", s->kept_shown));
    if (ok && s->how == CDR_PLANNED_DO)
        ok = !json_object_set_new(o, "file", number(s->unit)) && !json_object_set_new(o, "effect", effect_json(s));
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *unit_json(const cdr_plan_unit *u)
{
    char hash[65];
    cdr_hex_encode(u->state.sha256, 32, hash);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "path", u->shown, "path_id", u->path_id, "system", u->system, "sha256", hash, "size", number(u->state.size), "mode",
                     number(u->state.mode), "uid", number(u->state.uid), "gid", number(u->state.gid));
}

static json_t *plan_json(const cdr_plan *p)
{
    char at[CDR_TIME_TEXT];
    cdr_time_format(p->made_us, at);
    json_t *files = json_array(), *steps = json_array(), *gaps = json_array(), *holds = json_array();
    bool ok = files && steps && gaps && holds;
    for (size_t i = 0; i < p->hold_count && ok; i++)
        ok = !json_array_append_new(holds, number((uint64_t)p->holds[i]));
    for (size_t i = 0; i < p->unit_count && ok; i++)
        ok = !json_array_append_new(files, unit_json(&p->units[i]));
    for (size_t i = 0; i < p->step_count && ok; i++)
        ok = !json_array_append_new(steps, step_json(&p->steps[i], i + 1));
    for (size_t i = 0; i < p->gap_count && ok; i++)
        ok = !json_array_append_new(gaps, json_pack("{s:s, s:s, s:s}", "kind", p->gaps[i].kind, "what", p->gaps[i].what, "system", p->gaps[i].system));
    if (ok)
        return json_pack("{s:s, s:s, s:{s:s, s:s}, s:I, s:o, s:o, s:o, s:o}", "format", CDR_PLAN_FORMAT, "made_at", at, "policy", "name", p->policy_name, "sha256", p->policy_sha256, "scan",
                         (json_int_t)p->scan, "files", files, "steps", steps, "not_covered", gaps, "holds", holds);
    json_decref(holds);
    json_decref(files);
    json_decref(steps);
    json_decref(gaps);
    return NULL;
}

static void name_plan(cdr_plan *p, const char *text, size_t len)
{
    uint8_t hash[32];
    cdr_sha256(text, len, hash);
    cdr_hex_encode(hash, sizeof hash, p->sha256);
    snprintf(p->id, sizeof p->id, "%.12s", p->sha256);
}

cdr_status cdr_plan_write(cdr_plan *p, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX);
    json_decref(p->document);
    if (!(p->document = plan_json(p)))
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_json_canonical(p->document, &text, err);
    if (s == CDR_OK)
        name_plan(p, text.data, text.len);
    return s;
}

/* --- reading --- */

typedef struct reading { cdr_plan *p; bool bad; } reading;

static const char *text_of(reading *r, const json_t *o, const char *key)
{
    const char *s = cdr_json_str(o, key);
    char *copy = s ? cdr_arena_strdup(r->p->arena, s) : NULL;
    r->bad = r->bad || (s && !copy);
    return copy ? copy : "";
}

static uint64_t number_of(reading *r, const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    r->bad = r->bad || (n && (!json_is_integer(n) || json_integer_value(n) < 0));
    return json_is_integer(n) ? (uint64_t)json_integer_value(n) : 0;
}

static const char *const *texts_of(reading *r, const json_t *o, const char *key, size_t *ret_count)
{
    const json_t *list = json_object_get(o, key);
    *ret_count = json_array_size(list);
    const char **at = cdr_arena_alloc(r->p->arena, (*ret_count + 1) * sizeof *at);
    for (size_t i = 0; at && i < *ret_count; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        at[i] = s ? cdr_arena_strdup(r->p->arena, s) : NULL;
        r->bad = r->bad || !at[i];
    }
    r->bad = r->bad || !at;
    return at;
}

static int index_of(reading *r, const char *const *names, const char *word)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], word))
            return i;
    r->bad = true;
    return 0;
}

static void read_transform(reading *r, const json_t *o, cdr_transform *ret)
{
    if (!o)
        return;
    const char *kind = cdr_json_str(o, "kind"), *form = cdr_json_str(o, "form"), *category = text_of(r, o, "category");
    *ret = (cdr_transform){.how = (cdr_generalise)number_of(r, o, "generalise"), .amount = (uint32_t)number_of(r, o, "amount"), .kind = kind ? cdr_kind_by_id(kind) : CDR_KIND_NONE,
                           .category = *category ? category : NULL};
    r->bad = r->bad || !form || !cdr_form_parse(form, &ret->form);
}

static void read_why(reading *r, const json_t *o, cdr_planned *s)
{
    const json_t *list = json_object_get(o, "because");
    cdr_planned_why *why = cdr_arena_alloc(r->p->arena, (json_array_size(list) + 1) * sizeof *why);
    r->bad = r->bad || !why;
    for (size_t i = 0; why && i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        why[s->why_count++] = (cdr_planned_why){text_of(r, x, "rule"), text_of(r, x, "test"), text_of(r, x, "title")};
    }
    s->why = why;
}

static void read_step(reading *r, const json_t *o, cdr_planned *s)
{
    const json_t *effect = json_object_get(o, "effect");
    *s = (cdr_planned){.how = (cdr_planned_how)index_of(r, cdr_planned_names, text_of(r, o, "how")), .shown = text_of(r, o, "path"), .system = text_of(r, o, "system"),
                       .text = text_of(r, o, "text"), .merged = text_of(r, o, "replaces"), .hold = (int64_t)number_of(r, o, "hold"), .unit = number_of(r, o, "file"),
                       .people_min = number_of(r, effect, "people_min"), .people_max = number_of(r, effect, "people_max")};
    s->kept = (int64_t)number_of(r, json_object_get(o, "kept_copy"), "object");
    s->kept_shown = text_of(r, json_object_get(o, "kept_copy"), "path");
    s->verdicts = texts_of(r, o, "verdicts", &s->verdict_count);
    s->rules = texts_of(r, o, "rules", &s->rule_count);
    read_why(r, o, s);
    s->step = (cdr_step){.action = (cdr_action)index_of(r, cdr_action_names, text_of(r, o, "action")), .purpose = "remedy", .trigger_field = text_of(r, o, "trigger_field"),
                         .cutoff = text_of(r, o, "cutoff"), .destination = text_of(r, o, "destination"),
                         .target = {.file = "", .inside = text_of(r, o, "inside"), .format = text_of(r, o, "format"), .object = (int64_t)number_of(r, o, "object")}};
    s->step.columns = texts_of(r, o, "columns", &s->step.column_count);
    s->step.categories = texts_of(r, o, "categories", &s->step.category_count);
    s->step.hand = s->how == CDR_PLANNED_HAND ? s->text : "";
    read_transform(r, json_object_get(o, "transform"), &s->step.transform);
    s->effect = (cdr_step_effect){.rows = number_of(r, effect, "rows"), .values = number_of(r, effect, "values"), .bytes = number_of(r, effect, "bytes"),
                                  .rows_unknown = number_of(r, effect, "rows_undated"), .rows_held = number_of(r, effect, "rows_held"), .rows_after = number_of(r, effect, "rows_after"),
                                  .note = text_of(r, o, "not_covered")};
}

static void read_unit(reading *r, const json_t *o, cdr_plan_unit *u)
{
    *u = (cdr_plan_unit){.path = "", .shown = text_of(r, o, "path"), .system = text_of(r, o, "system"),
                         .state = {.size = number_of(r, o, "size"), .mode = (uint32_t)number_of(r, o, "mode"), .uid = (uint32_t)number_of(r, o, "uid"), .gid = (uint32_t)number_of(r, o, "gid")}};
    const char *hash = cdr_json_str(o, "sha256"), *id = cdr_json_str(o, "path_id");
    r->bad = r->bad || !hash || !id || strlen(id) != 32 || !cdr_hex_decode(hash, strlen(hash), u->state.sha256, 32);
    if (!r->bad)
        memcpy(u->path_id, id, 33);
}

/* Steps to do stand first, file by file. */
static void link_units(reading *r)
{
    cdr_plan *p = r->p;
    for (size_t i = 0; i < p->step_count && !r->bad; i++) {
        cdr_planned *s = &p->steps[i];
        if (s->how != CDR_PLANNED_DO)
            continue;
        r->bad = s->unit >= p->unit_count;
        cdr_plan_unit *u = r->bad ? NULL : &p->units[s->unit];
        if (u && u->count == 0)
            u->first = i;
        r->bad = r->bad || u->first + u->count++ != i;
    }
    for (size_t i = 0; i < p->unit_count; i++)
        r->bad = r->bad || p->units[i].count == 0;
}

static void read_plan(reading *r, const json_t *doc)
{
    cdr_plan *p = r->p;
    const json_t *files = json_object_get(doc, "files"), *steps = json_object_get(doc, "steps"), *gaps = json_object_get(doc, "not_covered"), *policy = json_object_get(doc, "policy");
    const char *format = cdr_json_str(doc, "format"), *at = cdr_json_str(doc, "made_at");
    p->unit_count = json_array_size(files);
    p->step_count = json_array_size(steps);
    p->gap_count = json_array_size(gaps);
    p->units = cdr_arena_alloc(p->arena, (p->unit_count + 1) * sizeof *p->units);
    p->steps = cdr_arena_alloc(p->arena, (p->step_count + 1) * sizeof *p->steps);
    cdr_plan_gap *list = cdr_arena_alloc(p->arena, (p->gap_count + 1) * sizeof *list);
    const json_t *holds = json_object_get(doc, "holds");
    int64_t *ids = cdr_arena_alloc(p->arena, (json_array_size(holds) + 1) * sizeof *ids);
    p->hold_count = ids ? json_array_size(holds) : 0;
    for (size_t i = 0; i < p->hold_count; i++)
        ids[i] = (int64_t)json_integer_value(json_array_get(holds, i));
    p->holds = ids;
    r->bad = r->bad || !ids;
    p->policy_name = text_of(r, policy, "name");
    p->policy_sha256 = text_of(r, policy, "sha256");
    p->scan = (int64_t)number_of(r, doc, "scan");
    r->bad = r->bad || !p->units || !p->steps || !list || !format || strcmp(format, CDR_PLAN_FORMAT) != 0 || !at || !cdr_time_parse(at, &p->made_us) || p->step_count > CDR_PLAN_STEPS_MAX;
    for (size_t i = 0; i < p->unit_count && !r->bad; i++)
        read_unit(r, json_array_get(files, i), &p->units[i]);
    for (size_t i = 0; i < p->step_count && !r->bad; i++)
        read_step(r, json_array_get(steps, i), &p->steps[i]);
    for (size_t i = 0; i < p->gap_count && !r->bad; i++) {
        const json_t *o = json_array_get(gaps, i);
        list[i] = (cdr_plan_gap){text_of(r, o, "kind"), text_of(r, o, "what"), text_of(r, o, "system")};
    }
    p->gaps = list;
    if (!r->bad)
        link_units(r);
}

cdr_status cdr_plan_read(const char *text, size_t len, const char *where, cdr_plan **ret, cdr_err *err)
{
    cdr_plan *p = cdr_alloc(sizeof *p);
    *ret = NULL;
    if (!p || !(p->arena = cdr_arena_new(4 * CDR_PLAN_BYTES_MAX))) {
        cdr_plan_free(p);
        return cdr_fail_nomem(err, "minimise");
    }
    cdr_status s = cdr_json_parse(text, len, where, &p->document, err);
    reading r = {.p = p};
    if (s == CDR_OK) {
        name_plan(p, text, len);
        read_plan(&r, p->document);
        s = r.bad ? cdr_fail(err, CDR_E_CORRUPT, "minimise", "plan.malformed", "%s is no plan of the form %s.", where, CDR_PLAN_FORMAT) : CDR_OK;
    }
    if (s == CDR_OK)
        *ret = p;
    else
        cdr_plan_free(p);
    return s;
}
