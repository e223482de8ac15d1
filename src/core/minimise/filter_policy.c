/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with each column. */
#include "core/minimise/filter_policy.h"

#include "core/minimise/filter_learn.h"
#include "core/minimise/filter_map.h"
#include "core/minimise/filter_parts.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/kinds.h"

#include <string.h>

const char *const cdr_filter_why_words[] = {"nothing personal", "map", "policy", "name", "content", "name and content", "personal name", "empty at first", "came late", "key of a person", "remarks"};

/* --- which treatment --- */

static const cdr_treatment *by_field(const cdr_purpose *p, const char *name)
{
    const cdr_treatment *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < p->treatment_count; i++)
        for (size_t k = 0; k < p->treatments[i].fields.count; k++) {
            unsigned level = cdr_filter_name_level(p->treatments[i].fields.keys[k], name);
            if (level > most) {
                most = level;
                best = &p->treatments[i];
            }
        }
    return best;
}

static const cdr_treatment *by_category(const cdr_purpose *p, const char *category)
{
    for (size_t i = 0; i < p->treatment_count; i++)
        for (size_t k = 0; k < p->treatments[i].categories.count; k++)
            if (cdr_taxon_within(category, p->treatments[i].categories.keys[k]))
                return &p->treatments[i];
    return NULL;
}

static cdr_form or_else(cdr_form f, cdr_form otherwise)
{
    return f == CDR_FORM_UNKNOWN ? otherwise : f;
}

static cdr_form text_form(const cdr_purpose *p)
{
    return or_else(p->free_text, CDR_FORM_REDACTED);
}

static void treat(cdr_filter_plan *plan, cdr_filter_seen *c, const cdr_treatment *t)
{
    const cdr_purpose *p = plan->ask->purpose;
    cdr_transform *x = &c->column.transform;
    *x = (cdr_transform){.form = t ? t->form : or_else(p->other, CDR_FORM_NEVER), .kind = c->kind, .category = c->category[0] ? c->category : NULL};
    if (t) {
        x->how = t->how;
        x->amount = t->amount;
        c->rule = cdr_arena_printf(plan->arena, "treatments[%zu]", (size_t)(t - p->treatments));
    } else {
        c->rule = "other";
    }
    /* Texts of many words under a plain treatment were meant to be read, their contents not. */
    if (x->form == CDR_FORM_PLAIN && c->free_text && text_form(p) != CDR_FORM_PLAIN) {
        c->column.free_text = true;
        c->column.text_form = text_form(p);
    }
}

/* Nothing personal seen: it passes as the policy says, and what is found in it is treated all the same. */
static void pass(cdr_filter_plan *plan, cdr_filter_seen *c)
{
    const cdr_purpose *p = plan->ask->purpose;
    c->rule = c->free_text ? "free_text" : "unrecognised";
    c->column.transform = (cdr_transform){.form = or_else(p->unrecognised, CDR_FORM_PLAIN)};
    if (c->column.transform.form != CDR_FORM_PLAIN)
        return;
    c->column.free_text = c->free_text;
    c->column.watch = !c->free_text;
    c->column.text_form = c->free_text || text_form(p) != CDR_FORM_PLAIN ? text_form(p) : CDR_FORM_REDACTED;
}

static void as_mapped(cdr_filter_plan *plan, cdr_filter_seen *c, const cdr_filter_mapped *m)
{
    c->why = CDR_FILTER_WHY_MAP;
    c->confidence = 1;
    if (m->form != CDR_FORM_UNKNOWN) {
        c->rule = "map";
        c->column.transform = (cdr_transform){.form = m->form, .kind = c->kind, .category = c->category[0] ? c->category : NULL};
        return;
    }
    c->free_text = m->free_text;
    if (m->free_text || m->not_personal) {
        c->kind = CDR_KIND_NONE;
        c->category = "";
        pass(plan, c);
        return;
    }
    bool fits = c->category[0] && cdr_taxon_within(c->category, m->category);
    c->kind = fits ? c->kind : cdr_transform_kind_of(m->category);
    c->category = m->category;
    treat(plan, c, by_category(plan->ask->purpose, m->category));
}

/* Detection finds what it knows, not that Mrs Fisher's neighbour is ill: where nothing personal may pass, remarks do not, unless the policy says how. */
static void remarks(cdr_filter_plan *plan, cdr_filter_seen *c)
{
    const cdr_purpose *p = plan->ask->purpose;
    c->free_text = true;
    c->kind = CDR_KIND_NONE;
    c->category = "";
    if (p->free_text_said || or_else(p->other, CDR_FORM_NEVER) != CDR_FORM_NEVER) {
        pass(plan, c);
        return;
    }
    c->why = CDR_FILTER_WHY_REMARKS;
    c->rule = "other";
    c->column.transform = (cdr_transform){.form = CDR_FORM_NEVER};
}

static cdr_filter_why why_of(const cdr_filter_learnt *l)
{
    return l->by_header && l->by_content ? CDR_FILTER_WHY_BOTH : l->by_header ? CDR_FILTER_WHY_HEADER : CDR_FILTER_WHY_CONTENT;
}

static cdr_status decide(cdr_filter_plan *plan, const cdr_filter_learnt *l, bool late, cdr_filter_seen **ret, cdr_err *err)
{
    const cdr_filter_ask *ask = plan->ask;
    cdr_filter_seen *c = *ret = cdr_arena_alloc(plan->arena, sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "minimise");
    *c = (cdr_filter_seen){.name = l->name, .kind = l->kind, .category = l->category, .confidence = l->confidence, .free_text = l->free_text};
    c->column.name = c->name;
    c->column.values_only = true;
    c->column.count = &c->count;
    const cdr_filter_mapped *m = cdr_filter_map_find(ask->map, c->name);
    const cdr_treatment *field = by_field(ask->purpose, c->name);
    if (m) {
        as_mapped(plan, c, m);
    } else if (l->personal_name) {
        c->why = CDR_FILTER_WHY_NAME;
        c->rule = "other";
        c->column.transform = (cdr_transform){.form = CDR_FORM_NEVER};
    } else if (field) {
        c->why = CDR_FILTER_WHY_FIELD;
        treat(plan, c, field);
    } else if (l->remarks) {
        remarks(plan, c);
    } else if (l->category[0]) {
        c->why = why_of(l);
        treat(plan, c, by_category(ask->purpose, c->category));
    } else if (!l->values && !plan->whole) {
        c->why = late ? CDR_FILTER_WHY_LATE : CDR_FILTER_WHY_EMPTY;
        treat(plan, c, NULL);
    } else {
        pass(plan, c);
    }
    c->column.numbers = l->numbers && c->column.watch;
    return c->rule ? CDR_OK : cdr_fail_nomem(err, "minimise");
}

static cdr_status list(cdr_filter_plan *plan, cdr_filter_seen *c, cdr_err *err)
{
    if (plan->seen_count == plan->seen_cap) {
        size_t cap = plan->seen_cap ? plan->seen_cap * 2 : 64;
        cdr_filter_seen **grown = cdr_arena_alloc(plan->arena, cap * sizeof(cdr_filter_seen *));
        if (!grown)
            return cdr_fail_nomem(err, "minimise");
        if (plan->seen_count)
            memcpy(grown, plan->seen, plan->seen_count * sizeof *grown);
        plan->seen = grown;
        plan->seen_cap = cap;
    }
    plan->seen[plan->seen_count++] = c;
    return CDR_OK;
}

/* --- keys of people --- */

/* Beside what says who somebody is, "id" leads back to it, be it the row's own number: as long as that stays, no pseudonym is one. */
static cdr_status close_keys(cdr_filter_plan *plan, const cdr_filter_lesson *lesson, cdr_err *err)
{
    const char **direct = cdr_arena_alloc(plan->arena, (lesson->count + 1) * sizeof *direct);
    size_t count = 0;
    if (!direct)
        return cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; i < lesson->count; i++)
        if (cdr_filter_is_direct(plan->seen[i]->category))
            direct[count++] = plan->seen[i]->name;
    for (size_t i = 0; i < lesson->count; i++) {
        cdr_filter_seen *c = plan->seen[i];
        if (c->why != CDR_FILTER_WHY_NOTHING || !cdr_filter_is_key(c->name, lesson->columns[i].codes, direct, count))
            continue;
        c->why = CDR_FILTER_WHY_KEY;
        c->category = "user.unique_id";
        c->confidence = 0.5f;
        treat(plan, c, by_category(plan->ask->purpose, c->category));
        c->column.free_text = c->column.watch = false;
        if (!c->rule)
            return cdr_fail_nomem(err, "minimise");
    }
    return CDR_OK;
}

/* --- consent in objects that hold lists --- */

/* Only what stands in an object of a list that the outermost object holds is part of a record. */
static bool is_in_record(const char *path)
{
    const char *brackets = strstr(path, "[]");
    return brackets && !memchr(path, '.', (size_t)(brackets - path)) && brackets[2] == '.';
}

/* Of whom the rest of such an object speaks nobody says: without consent it goes. */
static void close_outside(const cdr_filter_plan *plan, cdr_filter_seen *c)
{
    if (!plan->subject || plan->spec.format != CDR_FILTER_JSON || !is_in_record(plan->subject) || !strncmp(plan->subject, "[].", 3))
        return;
    if (is_in_record(c->name) || (!c->category[0] && !c->free_text && c->why != CDR_FILTER_WHY_LATE))
        return;
    c->column.transform = (cdr_transform){.form = CDR_FORM_NEVER};
    c->rule = "consent";
}

/* --- what the filter asks while it runs --- */

static const cdr_filter_column *resolve(void *arg, const char *name)
{
    cdr_filter_plan *plan = arg;
    cdr_filter_learnt l = {.name = cdr_arena_strdup(plan->arena, name), .kind = cdr_filter_name_says(name, strlen(name))};
    cdr_filter_seen *c;
    l.category = cdr_kind_get(l.kind)->category;
    bool certain = l.kind != CDR_KIND_NONE || cdr_filter_name_known(name, strlen(name), &l.kind, &l.category);
    if (!certain) {
        l.kind = cdr_filter_name_hints(plan->ask->watch_ruleset, name, strlen(name));
        l.category = cdr_kind_get(l.kind)->category;
    }
    l.by_header = l.category[0] != '\0';
    l.confidence = l.by_header ? 0.4f : 0;
    cdr_status s = l.name ? decide(plan, &l, true, &c, NULL) : CDR_E_NOMEM;
    /* A name that only hints may choose among ways to change a value, not that it passes. */
    if (s == CDR_OK && l.by_header && !certain && c->column.transform.form == CDR_FORM_PLAIN && c->why == CDR_FILTER_WHY_HEADER) {
        l.kind = CDR_KIND_NONE;
        l.category = "";
        s = decide(plan, &l, true, &c, NULL);
    }
    if (s != CDR_OK || list(plan, c, NULL) != CDR_OK) {
        plan->failed = true;
        return NULL;
    }
    close_outside(plan, c);
    return &c->column;
}

static cdr_status keep(void *arg, const char *const *cells, const size_t *lens, bool *ret, cdr_err *err)
{
    cdr_filter_plan *plan = arg;
    (void)err;
    *ret = cells[0] && lens[0] && cdr_consent_set_allows(plan->ask->consents, cells[0], lens[0]);
    plan->left_out += !*ret;
    return CDR_OK;
}

/* --- consent --- */

/* Of columns that fit alike, one of the records that a list holds: the others speak of nobody in particular. */
static const char *subject_column(const cdr_filter_plan *plan)
{
    const cdr_key_set *fields = &plan->ask->purpose->subject_field;
    const char *best = NULL;
    uint64_t most = 0;
    for (size_t k = 0; k < fields->count && !best; k++)
        for (size_t i = 0; i < plan->seen_count; i++) {
            const char *name = plan->seen[i]->name;
            uint64_t level = (uint64_t)cdr_filter_name_level(fields->keys[k], name) * 2;
            level += level && plan->spec.format == CDR_FILTER_JSON && is_in_record(name);
            if (level > most) {
                most = level;
                best = name;
            }
        }
    return best;
}

static cdr_status ask_for_consent(cdr_filter_plan *plan, cdr_err *err)
{
    const cdr_purpose *p = plan->ask->purpose;
    if (!p->consent[0])
        return CDR_OK;
    if (plan->spec.format == CDR_FILTER_TEXT)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.consent-text", "Purpose %.60s needs consent, and plain text does not say whose it is: nothing of it can be handed on.", p->key);
    if (!plan->ask->consents)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.consent-none", "Purpose %.60s needs consent to %.60s, and consents are kept in a workspace; make one with candor init.", p->key, p->consent);
    plan->subject = subject_column(plan);
    if (!plan->subject)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.consent-field", "Purpose %.60s needs consent, but no column of %.120s is the subject_field that the policy names%s%.60s: no record could be handed on.", p->key,
                        plan->ask->name, p->subject_field.count ? " first, " : " (it names none)", p->subject_field.count ? p->subject_field.keys[0] : "");
    plan->asked[0] = plan->subject;
    for (size_t i = 0; i < plan->spec.column_count; i++) {
        close_outside(plan, plan->seen[i]);
        ((cdr_filter_column *)(uintptr_t)plan->spec.columns)[i] = plan->seen[i]->column;
    }
    plan->rows = (cdr_filter_rows){.cells = plan->asked, .cell_count = 1, .keep = keep, .arg = plan};
    plan->spec.rows = &plan->rows;
    return CDR_OK;
}

/* --- all --- */

static bool is_keyed(cdr_form f)
{
    return f == CDR_FORM_HASHED || f == CDR_FORM_ENCRYPTED;
}

bool cdr_filter_needs_keys(const cdr_purpose *p, const cdr_filter_map *map)
{
    bool keyed = is_keyed(p->other) || is_keyed(p->unrecognised) || is_keyed(p->free_text);
    for (size_t i = 0; i < p->treatment_count; i++)
        keyed |= is_keyed(p->treatments[i].form);
    for (size_t i = 0; map && i < map->count; i++)
        keyed |= is_keyed(map->at[i].form);
    return keyed;
}

/* Names of CSV columns and the short names of JSON: as the filter looks them up. */
static cdr_status columns_of(cdr_filter_plan *plan, const cdr_filter_lesson *lesson, cdr_err *err)
{
    cdr_filter_column *columns = cdr_arena_alloc(plan->arena, (lesson->count + 1) * sizeof *columns);
    cdr_status s = columns ? CDR_OK : cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; s == CDR_OK && i < lesson->count; i++) {
        cdr_filter_seen *c;
        s = decide(plan, &lesson->columns[i], false, &c, err);
        if (s == CDR_OK)
            s = list(plan, c, err);
    }
    if (s == CDR_OK)
        s = close_keys(plan, lesson, err);
    for (size_t i = 0; s == CDR_OK && i < lesson->count; i++)
        columns[i] = plan->seen[i]->column;
    plan->spec.columns = columns;
    plan->spec.column_count = s == CDR_OK ? lesson->count : 0;
    return s;
}

/* Better nothing written than half of it, where the beginning shows it already. */
static cdr_status check_sample(const cdr_filter_ask *ask, const char *sample, size_t len, bool whole, cdr_err *err)
{
    bool wrong;
    size_t n = cdr_filter_utf8(sample, len, &wrong);
    if (cdr_filter_is_utf16(sample, len) || !(wrong || (whole && n < len)) || memchr(sample, 0, n))
        return CDR_OK;
    return cdr_filter_foreign(ask->name, cdr_filter_lines(sample, n) + 1, n + 1, err);
}

cdr_status cdr_filter_plan_make(const cdr_filter_ask *ask, const char *sample, size_t len, bool whole, cdr_arena *a, cdr_filter_plan **ret, cdr_err *err)
{
    cdr_filter_lesson lesson;
    cdr_filter_plan *plan = *ret = cdr_arena_alloc(a, sizeof *plan);
    if (!plan)
        return cdr_fail_nomem(err, "minimise");
    plan->ask = ask;
    plan->arena = a;
    plan->whole = whole;
    cdr_status s = check_sample(ask, sample, len, whole, err);
    if (s == CDR_OK)
        s = cdr_filter_learn(ask, sample, len, whole, a, &lesson, err);
    if (s != CDR_OK)
        return s;
    plan->spec = (cdr_filter_spec){.format = lesson.format, .delimiter = lesson.delimiter, .headless = lesson.headless, .utf8 = true, .resolve = resolve, .resolve_arg = plan, .ruleset = ask->ruleset,
                                   .watch_ruleset = ask->watch_ruleset, .keys = ask->keys, .ctx = ask->ctx, .name = ask->name};
    plan->spec.other = (cdr_filter_column){.transform = {.form = CDR_FORM_NEVER}};
    if (lesson.format == CDR_FILTER_TEXT)
        plan->spec.other = (cdr_filter_column){.transform = {.form = CDR_FORM_PLAIN}, .free_text = true, .text_form = text_form(ask->purpose)};
    s = columns_of(plan, &lesson, err);
    return s == CDR_OK ? ask_for_consent(plan, err) : s;
}
