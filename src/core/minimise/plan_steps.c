/* SPDX-License-Identifier: Apache-2.0 */
/* From verdicts to steps. Several verdicts on one thing become one step; where two want different things of one column or file, the stronger
 * is taken and says what it replaced. Sorting comes first, so that the order of verdicts does not matter. */
#include "core/minimise/plan_parts.h"

#include "base/text.h"
#include "base/vec.h"
#include "detect/observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const cdr_action_names[] = {"delete file", "purge rows", "null column", "mask column", "redact text", "move", "revoke", "by hand", NULL};

/* One verdict as a wish for one thing. */
typedef struct wish {
    const cdr_verdict *v;
    cdr_planned_how how;
    cdr_action action;
    cdr_place place;             /* of what it is about; ->path "" none */
    const char *inside, *field, *text, *trigger, *cutoff;
    bool dropped;                /* a stronger one took its place */
    const char *merged;
} wish;
CDR_VEC(wishes, wish)

typedef struct making {
    const cdr_plan_wishes *w;
    cdr_place_fn *place;
    void *arg;
    cdr_plan *p;
    wishes all;
    cdr_err *err;
} making;

static bool same(const char *a, const char *b)
{
    return !strcmp(a, b);
}

/* The first digits of an id are what lists show. */
static bool is_id(const char *typed, const char *id)
{
    size_t n = strlen(typed);
    return n >= 6 && !strncmp(typed, id, n);
}

static bool is_named(const char *typed, const cdr_verdict *v)
{
    return is_id(typed, v->id) || same(typed, v->rule) || same(typed, v->test);
}

static bool is_asked_for(const cdr_plan_wishes *w, const cdr_verdict *v)
{
    if (w->system && !same(w->system, v->system))
        return false;
    bool found = w->only_count == 0;
    for (size_t i = 0; i < w->only_count && !found; i++)
        found = is_named(w->only[i], v);
    return found;
}

cdr_status cdr_plan_check_words(const cdr_judgement *j, const cdr_plan_wishes *w, cdr_err *err)
{
    for (size_t i = 0; i < w->only_count; i++) {
        bool known = false;
        const char *near = NULL;
        for (size_t k = 0; k < j->count && !known; k++) {
            known = is_named(w->only[i], &j->verdicts[k]);
            const char *const words[] = {j->verdicts[k].rule, j->verdicts[k].test};
            near = near ? near : cdr_text_nearest(w->only[i], words, CDR_COUNT(words));
        }
        if (!known)
            return cdr_fail(err, CDR_NOT_FOUND, "minimise", "plan.only", "No rule, test or verdict is called \"%.64s\" here%s%s; candor policy check names them.", w->only[i], near ? "; did you mean " : "",
                            near ? near : "");
    }
    return CDR_OK;
}

static void by_hand(wish *x, const char *text)
{
    x->how = CDR_PLANNED_HAND;
    x->action = CDR_ACT_BY_HAND;
    if (text)
        x->text = text;
}

static bool is_table(const cdr_place *p)
{
    return same(p->format, "sqlite-table");
}

/* A whole file on disk: nothing lies around it. */
static bool is_file(const cdr_place *p)
{
    return same(p->path, p->container);
}

static void decide_columns(wish *x, cdr_action action)
{
    x->action = action;
    x->field = x->v->field;
    if (x->v->remedy == CDR_REMEDY_MASK_COLUMN && x->v->form == CDR_FORM_TOKENISED)
        by_hand(x, "Tokens can only be made by the vault; hash or mask the column instead, or let its owner replace the values.");
    else if (same(x->field, "(file name)"))
        by_hand(x, "The value stands in the name of the file: rename it.");
    else if (!*x->field && action != CDR_ACT_REDACT_TEXT)
        x->action = CDR_ACT_REDACT_TEXT;    /* text has no columns */
}

static void decide_rows(wish *x)
{
    x->trigger = x->v->trigger_field;
    x->cutoff = x->v->cutoff;
    x->action = CDR_ACT_PURGE_ROWS;
    if (same(x->trigger, "file") && is_file(&x->place))
        x->action = CDR_ACT_DELETE_FILE;
    else if (!*x->trigger || same(x->trigger, "file") || !*x->cutoff)
        by_hand(x, "Which rows are over age cannot be told by a machine: no column with the trigger's date is known. Name it in the policy (trigger_fields), or delete them by hand.");
}

/* What kind of thing it is decides whether a machine may touch it. */
static void decide_place(wish *x)
{
    bool whole = x->action == CDR_ACT_DELETE_FILE || x->action == CDR_ACT_MOVE || x->action == CDR_ACT_REVOKE;
    if (x->how == CDR_PLANNED_HAND)
        return;
    if (x->place.path[0] != '/')
        by_hand(x, NULL);
    else if (x->action == CDR_ACT_REVOKE)
        x->inside = "";          /* rights belong to the file around it */
    else if (is_file(&x->place) && !whole && x->place.coverage == CDR_COVERAGE_SKIPPED)
        by_hand(x, "The format is not read here, so that nothing in it can be changed: change it with the program that made it, or delete the file.");
    else if (!is_file(&x->place) && whole)
        by_hand(x, is_table(&x->place) ? "It is a table of a database: drop it with the program that owns the database." : "It lies in an archive: take it out with the program that made the archive, or delete the archive.");
    else if (!is_file(&x->place) && !is_table(&x->place))
        by_hand(x, "It lies in an archive, which is not changed here: unpack, clean and pack it again, or delete the archive.");
}

static void decide(const making *m, wish *x)
{
    switch (x->v->remedy) {
    case CDR_REMEDY_DELETE_FILE: x->action = CDR_ACT_DELETE_FILE; break;
    case CDR_REMEDY_PURGE_ROWS: decide_rows(x); break;
    case CDR_REMEDY_NULL_COLUMN: decide_columns(x, CDR_ACT_NULL_COLUMN); break;
    case CDR_REMEDY_MASK_COLUMN: decide_columns(x, CDR_ACT_MASK_COLUMN); break;
    case CDR_REMEDY_REDACT_TEXT: decide_columns(x, CDR_ACT_REDACT_TEXT); break;
    case CDR_REMEDY_REVOKE: x->action = CDR_ACT_REVOKE; break;
    case CDR_REMEDY_MOVE:
        x->action = CDR_ACT_MOVE;
        if (!m->w->move_to)
            by_hand(x, NULL);
        break;
    case CDR_REMEDY_NONE: case CDR_REMEDY_DECLARE: case CDR_REMEDY_STOP: case CDR_REMEDY_AGREE: by_hand(x, NULL); break;
    }
    decide_place(x);
}

/* What somebody should think about first is done by a machine only when it was asked for by name. */
static bool leave_to_people(const making *m, wish *x)
{
    if (x->how != CDR_PLANNED_DO || !x->v->thought || !*x->v->thought || m->w->only_count)
        return true;
    const char *text = cdr_arena_printf(m->p->arena, "%s %s To plan it all the same: candor policy plan --only %s", x->v->remedy_text, x->v->thought, x->v->rule);
    by_hand(x, text);
    return text != NULL;
}

static cdr_status add_wish(making *m, const cdr_verdict *v)
{
    cdr_place none = {.path = "", .container = "", .format = "", .system = v->system, .system_name = v->system_name}, place = none;
    cdr_status s = v->object ? m->place(m->arg, v->object, &place, m->err) : CDR_NOT_FOUND;
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    wish *x = wishes_push(&m->all);
    if (!x)
        return cdr_fail_nomem(m->err, "minimise");
    *x = (wish){.v = v, .place = s == CDR_OK ? place : none, .inside = "", .field = "", .text = v->remedy_text, .trigger = "", .cutoff = "", .merged = ""};
    size_t len = strlen(x->place.container);
    if (strlen(x->place.path) > len + 2)
        x->inside = x->place.path + len + 2;     /* behind "!/" */
    decide(m, x);
    return leave_to_people(m, x) ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

/* --- order and merging --- */

/* Strongest first: what leaves least. */
static int strength(const wish *x)
{
    return x->action == CDR_ACT_NULL_COLUMN ? 0 : x->action == CDR_ACT_MASK_COLUMN ? (int)x->v->form : x->action == CDR_ACT_REDACT_TEXT ? 1000 : 0;
}

static bool is_column(const wish *x)
{
    return x->action == CDR_ACT_NULL_COLUMN || x->action == CDR_ACT_MASK_COLUMN || (x->action == CDR_ACT_REDACT_TEXT && *x->field);
}

static int by_target(const void *a, const void *b)
{
    const wish *x = a, *y = b;
    int order = (int)x->how - (int)y->how;
    if (!order)
        order = strcmp(x->place.container, y->place.container);
    if (!order)
        order = strcmp(x->inside, y->inside);
    if (!order)
        order = (int)is_column(y) - (int)is_column(x);
    if (!order && is_column(x))
        order = strcmp(x->field, y->field);
    if (!order)
        order = is_column(x) ? strength(x) - strength(y) : (int)x->action - (int)y->action;
    if (!order)
        order = strcmp(x->trigger, y->trigger);
    if (!order)
        order = strcmp(y->cutoff, x->cutoff);        /* the latest day first: it takes most rows */
    if (!order)
        order = strcmp(x->text, y->text);
    if (!order)
        order = strcmp(x->v->path, y->v->path);
    return order ? order : strcmp(x->v->id, y->v->id);
}

static cdr_status replaced(making *m, wish *kept, const char *stands_for, const char *what)
{
    if (*kept->merged)
        return CDR_OK;
    kept->merged = cdr_arena_printf(m->p->arena, "Stands for %s: %s.", stands_for, what);
    return kept->merged ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

/* Of one column the strongest stays, of one trigger the latest day. */
static cdr_status keep_strongest(making *m, wish *kept, wish *x)
{
    if (is_column(kept) && is_column(x) && same(kept->inside, x->inside) && same(kept->field, x->field)) {
        bool other = kept->action != x->action || (x->action == CDR_ACT_MASK_COLUMN && kept->v->form != x->v->form);
        x->dropped = true;
        return other ? replaced(m, kept, "a weaker step that another rule asks for", cdr_action_names[x->action]) : CDR_OK;
    }
    if (kept->action == CDR_ACT_PURGE_ROWS && x->action == CDR_ACT_PURGE_ROWS && same(kept->inside, x->inside) && same(kept->trigger, x->trigger)) {
        x->dropped = true;
        return same(kept->cutoff, x->cutoff) ? CDR_OK : replaced(m, kept, "another rule's rows from before an earlier day", x->cutoff);
    }
    if (!is_column(kept) && kept->action == x->action && kept->action != CDR_ACT_PURGE_ROWS && same(kept->inside, x->inside))
        x->dropped = true;
    return CDR_OK;
}

static cdr_status settle_file(making *m, wish *at, size_t count)
{
    wish *gone = NULL, *last = NULL;
    bool content = false;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < count; i++) {
        if (at[i].action == CDR_ACT_DELETE_FILE && !gone)
            gone = &at[i];
        content = content || (at[i].action != CDR_ACT_MOVE && at[i].action != CDR_ACT_REVOKE);
    }
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        if (gone && &at[i] != gone) {
            at[i].dropped = true;
            s = at[i].action != CDR_ACT_DELETE_FILE ? replaced(m, gone, "every other step on this file", cdr_action_names[at[i].action]) : CDR_OK;
        } else if (!gone && at[i].action == CDR_ACT_MOVE && content) {
            by_hand(&at[i], "The file is changed by another step of this plan first; make a new plan afterwards, which moves it.");
        } else if (!gone) {
            s = last ? keep_strongest(m, last, &at[i]) : CDR_OK;
            last = at[i].dropped ? last : &at[i];
        }
    }
    return s;
}

static cdr_status settle(making *m)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0, end; s == CDR_OK && i < m->all.len; i = end) {
        for (end = i + 1; end < m->all.len && m->all.at[end].how == m->all.at[i].how && same(m->all.at[end].place.container, m->all.at[i].place.container);)
            end++;
        if (m->all.at[i].how == CDR_PLANNED_DO)
            s = settle_file(m, m->all.at + i, end - i);
    }
    return s;
}

/* --- steps --- */

/* Do both belong into one step? Columns of one table that are treated alike do. */
static bool one_step(const wish *a, const wish *b)
{
    if (a->how != b->how || !same(a->place.container, b->place.container) || a->action != b->action)
        return false;
    if (a->how == CDR_PLANNED_HAND)
        return same(a->text, b->text) && same(a->v->path, b->v->path) && same(a->v->system, b->v->system);
    if (!same(a->inside, b->inside) || !same(a->trigger, b->trigger))
        return false;
    return a->action != CDR_ACT_MASK_COLUMN || (a->v->form == b->v->form && same(a->v->category, b->v->category));
}

static cdr_planned *find_step(cdr_plan *p, size_t first, const wish *const *of, const wish *x)
{
    /* Sorted: what belongs together by hand stands together, tables of one database do. */
    for (size_t i = p->step_count; i > first; i--) {
        if (one_step(of[i - 1], x))
            return &p->steps[i - 1];
        if (x->how == CDR_PLANNED_HAND || !same(of[i - 1]->inside, x->inside))
            break;
    }
    return NULL;
}

/* Lists grow in the arena, doubling at powers of two. */
static bool add_text(cdr_arena *a, const char *const **list, size_t *count, const char *text)
{
    for (size_t i = *count < 64 ? 0 : *count; i < *count; i++)
        if (same((*list)[i], text))
            return true;
    if ((*count & (*count - 1)) == 0) {
        const char **grown = cdr_arena_alloc(a, (*count ? *count * 2 : 1) * sizeof *grown);
        if (!grown)
            return false;
        if (*count)
            memcpy(grown, *list, *count * sizeof *grown);
        *list = grown;
    }
    char *copy = cdr_arena_strdup(a, text);
    ((const char **)(uintptr_t)*list)[(*count)++] = copy;
    return copy != NULL;
}

static bool add_why(cdr_arena *a, cdr_planned *s, const cdr_verdict *v)
{
    for (size_t i = 0; i < s->why_count; i++)
        if (same(s->why[i].rule, v->rule))
            return true;
    if ((s->why_count & (s->why_count - 1)) == 0) {
        cdr_planned_why *grown = cdr_arena_alloc(a, (s->why_count ? s->why_count * 2 : 1) * sizeof *grown);
        if (!grown)
            return false;
        if (s->why_count)
            memcpy(grown, s->why, s->why_count * sizeof *grown);
        s->why = grown;
    }
    const cdr_planned_why why = {cdr_arena_strdup(a, v->rule), cdr_arena_strdup(a, v->test), cdr_arena_strdup(a, v->title)};
    ((cdr_planned_why *)(uintptr_t)s->why)[s->why_count++] = why;
    return why.rule && why.test && why.title;
}

static const char *destination(const making *m, const wish *x)
{
    const char *slash = strrchr(x->place.container, '/');
    return cdr_arena_printf(m->p->arena, "%s/%s", m->w->move_to, slash ? slash + 1 : x->place.container);
}

static bool start_step(const making *m, const wish *x, cdr_planned *s)
{
    cdr_arena *a = m->p->arena;
    *s = (cdr_planned){.how = x->how, .shown = cdr_arena_strdup(a, *x->v->path ? x->v->path : *x->v->system_name ? x->v->system_name : *x->v->activity ? x->v->activity : x->v->party), .system = cdr_arena_strdup(a, x->v->system), .text = cdr_arena_strdup(a, x->text), .merged = x->merged,
                       .people_min = x->v->people_min, .people_max = x->v->people_max};
    s->step = (cdr_step){.action = x->action, .target = {.file = cdr_arena_strdup(a, x->place.container), .inside = cdr_arena_strdup(a, x->inside),
                                                         .format = cdr_arena_strdup(a, x->place.format), .object = x->v->object},
                         .purpose = "remedy", .trigger_field = cdr_arena_strdup(a, x->action == CDR_ACT_PURGE_ROWS ? x->trigger : ""),
                         .cutoff = cdr_arena_strdup(a, x->action == CDR_ACT_PURGE_ROWS ? x->cutoff : ""), .destination = x->action == CDR_ACT_MOVE ? destination(m, x) : "",
                         .hand = x->how == CDR_PLANNED_HAND ? s->text : ""};
    if (x->action == CDR_ACT_MASK_COLUMN)
        s->step.transform = (cdr_transform){.form = x->v->form, .category = cdr_arena_strdup(a, x->v->category)};
    else if (x->action == CDR_ACT_REDACT_TEXT)
        s->step.transform = (cdr_transform){.form = CDR_FORM_REDACTED};
    else if (x->action == CDR_ACT_NULL_COLUMN)
        s->step.transform = (cdr_transform){.form = CDR_FORM_NEVER};
    return s->shown && s->system && s->text && s->step.target.file && s->step.target.inside && s->step.target.format && s->step.trigger_field && s->step.cutoff && s->step.destination;
}

static cdr_status add_to_step(const making *m, const wish *x, cdr_planned *s)
{
    cdr_arena *a = m->p->arena;
    bool ok = add_text(a, &s->verdicts, &s->verdict_count, x->v->id) && add_text(a, &s->rules, &s->rule_count, x->v->rule) && add_why(a, s, x->v);
    if (ok && is_column(x) && !x->dropped)
        ok = add_text(a, &s->step.columns, &s->step.column_count, x->field);
    /* What a verdict asked for goes, and nothing else. */
    if (ok && x->action == CDR_ACT_REDACT_TEXT && *x->v->category)
        ok = add_text(a, &s->step.categories, &s->step.category_count, x->v->category);
    s->people_min = CDR_MAX(s->people_min, x->v->people_min);
    s->people_max = CDR_MAX(s->people_max, x->v->people_max);
    if (*x->merged && !*s->merged)
        s->merged = x->merged;
    return ok ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

/* The step that took the place of ${x}: the last one of its file, or of its column. */
static cdr_planned *stand_in(cdr_plan *p, size_t first, const wish *const *of, const wish *x)
{
    for (size_t i = p->step_count; i > first; i--)
        if (of[i - 1]->action == CDR_ACT_DELETE_FILE || (same(of[i - 1]->inside, x->inside) && is_column(of[i - 1]) == is_column(x)))
            return &p->steps[i - 1];
    return p->step_count > first ? &p->steps[p->step_count - 1] : NULL;
}

static cdr_status make_steps(making *m)
{
    cdr_plan *p = m->p;
    const wish **of = cdr_alloc_array(m->all.len + 1, sizeof *of);
    cdr_status s = of && (p->steps = cdr_arena_alloc(p->arena, (m->all.len + 1) * sizeof *p->steps)) ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
    /* Those that stay first, then those they stand for: a dropped one may be sorted before its stand-in. */
    for (size_t i = 0, end; s == CDR_OK && i < m->all.len; i = end) {
        size_t first = p->step_count;
        for (end = i; end < m->all.len && same(m->all.at[end].place.container, m->all.at[i].place.container) && m->all.at[end].how == m->all.at[i].how;)
            end++;
        for (size_t k = i; s == CDR_OK && k < end; k++) {
            const wish *x = &m->all.at[k];
            cdr_planned *step = x->dropped ? NULL : find_step(p, first, of, x);
            if (!x->dropped && !step) {
                of[p->step_count] = x;
                step = &p->steps[p->step_count++];
                s = start_step(m, x, step) ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
            }
            if (s == CDR_OK && step)
                s = add_to_step(m, x, step);
        }
        for (size_t k = i; s == CDR_OK && k < end; k++) {
            cdr_planned *step = m->all.at[k].dropped ? stand_in(p, first, of, &m->all.at[k]) : NULL;
            if (step)
                s = add_to_step(m, &m->all.at[k], step);
        }
        if (s == CDR_OK && p->step_count > CDR_PLAN_STEPS_MAX)
            s = cdr_fail(m->err, CDR_E_LIMIT, "minimise", "plan.large", "A plan has at most %d steps; plan one rule or system at a time with --only or --system.", CDR_PLAN_STEPS_MAX);
    }
    cdr_free(of);
    return s;
}

cdr_status cdr_plan_steps_make(const cdr_judgement *j, const cdr_plan_wishes *w, cdr_place_fn *place, void *arg, cdr_plan *p, cdr_err *err)
{
    making m = {.w = w, .place = place, .arg = arg, .p = p, .err = err};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        const cdr_verdict *v = &j->verdicts[i];
        bool wrong = v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_GAP;
        if (wrong && (v->remedy != CDR_REMEDY_NONE || *v->remedy_text) && is_asked_for(w, v))
            s = add_wish(&m, v);
    }
    if (s == CDR_OK && m.all.len)
        qsort(m.all.at, m.all.len, sizeof *m.all.at, by_target);
    if (s == CDR_OK)
        s = settle(&m);
    /* A move that became work by hand belongs behind the others. */
    if (s == CDR_OK && m.all.len)
        qsort(m.all.at, m.all.len, sizeof *m.all.at, by_target);
    if (s == CDR_OK)
        s = make_steps(&m);
    wishes_done(&m.all);
    return s;
}
