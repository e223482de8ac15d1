/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a plan on a SQLite database. Everything but the entry points runs in a child. Rows to purge are marked, then those that refer to
 * them and go along; only when nothing else refers to a marked row is anything changed. */
#include "core/minimise/rest_sqlite.h"

#include "base/text.h"
#include "core/minimise/rest_redact.h"
#include "core/minimise/store_rest.h"

#include <stdio.h>
#include <string.h>

#define ARENA_MAX ((size_t)256 << 20)
#define VACUUM_MAX ((uint64_t)8 << 30)       /* bytes of a database that is still rewritten to clear its gaps */

typedef struct part {                        /* one step */
    const cdr_step *step;
    const cdr_rest_table *table;
    const cdr_rest_column **columns; size_t count;
    const cdr_rest_column *trigger;
    cdr_record_column dates;
    int64_t cutoff;
    cdr_rest_redactor redactor;
    cdr_hint **hints;                        /* by column */
    cdr_rest_said *said;
} part;

typedef struct job {
    const cdr_execution *e;
    int folder;
    cdr_rest_channel *c;
    cdr_rest_db *db;
    cdr_arena *a;
    cdr_rest_schema schema;
    part *parts; size_t count;
    bool *marked;                            /* by table: it has marks */
    bool *tied;                              /* by table: held rows are marked, as rows of it refer to others or others to them */
    uint64_t *along;                         /* by table: rows that go only because others go */
    cdr_status asked;                        /* of what a function was asked: its error, and why */
    cdr_err asked_err;
} job;

static void note(part *p, const char *fmt, ...) CDR_PRINTF(2, 3);
static void note(part *p, const char *fmt, ...)
{
    size_t used = strlen(p->said->note);
    va_list ap;
    if (used && used < sizeof p->said->note - 1)
        p->said->note[used++] = ' ';
    va_start(ap, fmt);
    vsnprintf(p->said->note + used, sizeof p->said->note - used, fmt, ap);
    va_end(ap);
}

static cdr_status refuse(const job *j, cdr_err *err, const char *fmt, ...) CDR_PRINTF(3, 4);
static cdr_status refuse(const job *j, cdr_err *err, const char *fmt, ...)
{
    char text[CDR_ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.refused", "%.200s: %s", j->c->shown, text);
}

/* --- what a step means here --- */

static cdr_status resolve_table(job *j, part *p, cdr_err *err)
{
    const char *inside = p->step->target.inside;
    if (!inside || !*inside)
        return refuse(j, err, "no table is named; a step on a database names its table.");
    p->table = cdr_rest_table_find(&j->schema, inside);
    if (!p->table)
        return refuse(j, err, "there is no table %.100s any more; make the plan anew.", inside);
    if (p->table->kind == CDR_REST_VIEW)
        return refuse(j, err, "%.100s is a view and holds nothing itself; clean the tables it shows.", inside);
    if (p->table->kind != CDR_REST_TABLE)
        return refuse(j, err, "%.100s belongs to a full-text or other index and is changed by its own program only; clean the table it was made from, or rebuild it there.", inside);
    return strncmp(p->table->name, "sqlite_", 7) ? CDR_OK : refuse(j, err, "%.100s is SQLite's own table.", inside);
}

static bool part_of_link(const job *j, const cdr_rest_table *t, const cdr_rest_column *c, const char **ret_other, bool *ret_child)
{
    for (size_t i = 0; i < j->schema.link_count; i++) {
        const cdr_rest_link *l = &j->schema.links[i];
        for (size_t k = 0; k < l->count; k++) {
            bool child = l->child == t && cdr_rest_column_find(t, l->from[k]) == c, parent = l->parent == t && cdr_rest_column_find(t, l->to[k]) == c;
            if (child || parent) {
                *ret_other = child ? l->parent->name : l->child->name;
                *ret_child = child && !parent;
                return true;
            }
        }
    }
    return false;
}

static cdr_status check_column(job *j, part *p, const cdr_rest_column *c, cdr_err *err)
{
    const char *other = NULL;
    bool child = false, nulls = p->step->action == CDR_ACT_NULL_COLUMN;
    if (c->generated)
        return refuse(j, err, "column %.80s of %.80s is computed from others; change those.", c->name, p->table->name);
    if (part_of_link(j, p->table, c, &other, &child) && !(nulls && child && !c->not_null))
        return refuse(j, err, "column %.80s of %.80s ties it to %.80s (foreign key), which would come apart; purge the rows instead.", c->name, p->table->name, other);
    if (nulls && c->key)
        return refuse(j, err, "column %.80s of %.80s is its primary key and cannot be emptied; purge the rows, or mask it by a keyed hash.", c->name, p->table->name);
    if (nulls && c->alone && c->not_null)
        return refuse(j, err, "column %.80s of %.80s must be filled and be unique, so that it cannot be emptied; mask it by a keyed hash, or purge the rows.", c->name, p->table->name);
    return CDR_OK;
}

/* Redaction without named columns: all texts that are no keys. */
static bool is_free(const job *j, const part *p, const cdr_rest_column *c)
{
    const char *other;
    bool child;
    return c->class == 't' && !c->generated && !c->key && !part_of_link(j, p->table, c, &other, &child);
}

static cdr_status resolve_columns(job *j, part *p, cdr_err *err)
{
    size_t named = p->step->column_count;
    bool all = p->step->action == CDR_ACT_REDACT_TEXT && named == 0;
    p->columns = cdr_arena_alloc(j->a, CDR_MAX(all ? p->table->column_count : named, (size_t)1) * sizeof *p->columns);
    if (!p->columns)
        return cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; all && i < p->table->column_count; i++)
        if (is_free(j, p, &p->table->columns[i]))
            p->columns[p->count++] = &p->table->columns[i];
    for (size_t i = 0; i < named; i++) {
        const cdr_rest_column *c = cdr_rest_column_find(p->table, p->step->columns[i]);
        if (!c)
            return refuse(j, err, "%.80s has no column %.80s any more; make the plan anew.", p->table->name, p->step->columns[i]);
        cdr_status s = check_column(j, p, c, err);
        if (s != CDR_OK)
            return s;
        p->columns[p->count++] = c;
    }
    return p->count || all ? CDR_OK : refuse(j, err, "the step names no column of %.80s.", p->table->name);
}

static cdr_status resolve_trigger(job *j, part *p, cdr_err *err)
{
    cdr_date day;
    const char *field = p->step->trigger_field;
    const char **names = cdr_arena_alloc(j->a, CDR_MAX(p->table->column_count, (size_t)1) * sizeof *names);
    if (!names)
        return cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; i < p->table->column_count; i++)
        names[i] = p->table->columns[i].name;
    cdr_key_set fields = {.keys = &field, .count = 1};
    size_t at = field ? cdr_record_trigger_column(&fields, names, p->table->column_count, NULL) : SIZE_MAX;
    if (at == SIZE_MAX)
        return refuse(j, err, "%.80s has no column %.80s whose date could be looked at; make the plan anew.", p->table->name, field ? field : "(none named)");
    if (!p->step->cutoff || !cdr_date_parse(p->step->cutoff, &day))
        return refuse(j, err, "the step names no day before which rows of %.80s go.", p->table->name);
    p->trigger = &p->table->columns[at];
    p->cutoff = cdr_days_from_date(day);
    return CDR_OK;
}

static cdr_status prepare_redaction(job *j, part *p, cdr_err *err)
{
    const cdr_form form = p->step->transform.form;
    if (!j->e->ruleset)
        return refuse(j, err, "redaction needs a set of detection rules.");
    p->redactor = (cdr_rest_redactor){.ruleset = j->e->ruleset, .categories = p->step->categories, .category_count = p->step->category_count, .form = form == CDR_FORM_UNKNOWN || form == CDR_FORM_PLAIN ? CDR_FORM_REDACTED : form, .keys = j->e->keys, .ctx = j->e->ctx};
    p->hints = cdr_arena_alloc(j->a, CDR_MAX(p->count, (size_t)1) * sizeof *p->hints);
    if (!p->hints)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_detect_scratch_new(&p->redactor.scratch, err);
    for (size_t i = 0; s == CDR_OK && i < p->count; i++)
        s = cdr_hint_new(j->e->ruleset, p->columns[i]->name, strlen(p->columns[i]->name), &p->hints[i], err);
    return s;
}

/* --- copies elsewhere in the database --- */

static bool mentions_word(const char *sql, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = sql; *p; p++)
        if (cdr_ascii_ieq(p, strnlen(p, n), name, n) && p > sql && strchr(" ='\"`[\t\n", p[-1]) && strchr("'\"`] ,)\t\n", p[n]))
            return true;
    return false;
}

static bool is_fulltext(const cdr_rest_table *t, bool *ret_outside)
{
    _cleanup_free_ char *low = t->sql ? cdr_strdup(t->sql) : NULL;
    for (char *c = low; c && *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
    const char *content = low ? strstr(low, "content") : NULL;
    *ret_outside = content && strchr(content, '=');
    return low && strstr(low, "using") && (strstr(low, "fts3") || strstr(low, "fts4") || strstr(low, "fts5"));
}

/* --- triggers --- */

/* A full-text index that is made anew when rows of the table change. */
static bool is_made_anew(const cdr_rest_table *index, const cdr_rest_table *t)
{
    bool outside = false;
    return index->kind == CDR_REST_VIRTUAL && is_fulltext(index, &outside) && outside && mentions_word(index->sql, t->name);
}

typedef struct feeding { const job *j; const cdr_rest_table *t; const part *p; } feeding;

static bool feeds(void *arg, const char *name, size_t len)
{
    const feeding *f = arg;
    for (size_t i = 0; i < f->j->schema.table_count; i++) {
        const cdr_rest_table *index = &f->j->schema.tables[i];
        if (cdr_ascii_ieq(index->name, strlen(index->name), name, len))
            return is_made_anew(index, f->t);
    }
    return false;
}

static bool changes(void *arg, const char *name, size_t len)
{
    const feeding *f = arg;
    bool found = !f->p;                      /* which columns is not known */
    for (size_t i = 0; f->p && i < f->p->count && !found; i++)
        found = cdr_ascii_ieq(f->p->columns[i]->name, strlen(f->p->columns[i]->name), name, len);
    return found;
}

/* Triggers do not run here: one that logs old values would bring them back. But one that would run may guard the rows, or keep something in step
 * with them; only a full-text index is kept in step here. ${p} NULL: any column changes. */
static cdr_status check_triggers(const job *j, const cdr_rest_table *t, const part *p, cdr_rest_event event, cdr_err *err)
{
    feeding f = {j, t, p};
    for (size_t i = 0; i < t->trigger_count; i++)
        if (cdr_rest_trigger_runs(t->triggers[i], event, changes, &f) && !cdr_rest_trigger_only_feeds(t->triggers[i], feeds, &f))
            return refuse(j, err, "%.100s has a trigger that runs when its rows are %s, and may guard them or keep other things in step; do it with the program that the database belongs to.", t->name,
                          event == CDR_REST_ON_DELETE ? "deleted" : "changed");
    return CDR_OK;
}

/* --- all steps --- */

static cdr_status resolve(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        part *p = &j->parts[i];
        p->step = &j->e->steps[i];
        p->said = &j->c->shared->said[i];
        p->said->effect.held_asked = j->e->held != NULL;
        s = resolve_table(j, p, err);
        if (s == CDR_OK && p->step->action == CDR_ACT_PURGE_ROWS)
            s = resolve_trigger(j, p, err);
        else if (s == CDR_OK)
            s = resolve_columns(j, p, err);
        if (s == CDR_OK && p->step->action == CDR_ACT_REDACT_TEXT)
            s = prepare_redaction(j, p, err);
        bool purges = p->step->action == CDR_ACT_PURGE_ROWS;
        if (s == CDR_OK)
            s = check_triggers(j, p->table, purges ? NULL : p, purges ? CDR_REST_ON_DELETE : CDR_REST_ON_UPDATE, err);
    }
    return s;
}

/* --- what statements ask --- */

static bool is_over(void *arg, size_t step, const char *text, size_t len)
{
    job *j = arg;
    part *p = &j->parts[step];
    cdr_record_date d;
    cdr_record_date_read(text, len, &d);
    cdr_truth before = cdr_record_date_before(&d, &p->dates, p->cutoff);
    p->said->effect.rows_unknown += before == CDR_UNKNOWN;
    return before == CDR_TRUE;
}

static bool is_held(void *arg, const char *text, size_t len)
{
    job *j = arg;
    return j->e->held(j->e->held_arg, text, len);
}

static void on_kept(void *arg, size_t step)
{
    job *j = arg;
    j->parts[step].said->effect.rows_held++;
}

static void on_changed(void *arg, size_t step, uint64_t before, uint64_t after)
{
    job *j = arg;
    cdr_step_effect *x = &j->parts[step].said->effect;
    x->values++;
    x->bytes += before > after ? before - after : 0;
}

static cdr_status value_for(void *arg, size_t step, size_t column, const char *text, size_t len, cdr_buf *ret)
{
    job *j = arg;
    part *p = &j->parts[step];
    cdr_status s;
    if (p->step->action == CDR_ACT_NULL_COLUMN || p->step->transform.form == CDR_FORM_NEVER)
        return CDR_NOT_FOUND;
    if (len == 0)
        return CDR_DONE;
    if (!cdr_utf8_valid(text, len))
        return p->step->action == CDR_ACT_REDACT_TEXT ? CDR_DONE : CDR_NOT_FOUND;
    if (p->step->action == CDR_ACT_REDACT_TEXT) {
        p->redactor.hint = p->hints[column];
        s = cdr_rest_redact(&p->redactor, text, len, ret, &j->asked_err);
    } else {
        cdr_transform t = p->step->transform;
        t.column = t.column ? t.column : p->columns[column]->name;
        s = cdr_transform_apply(&t, j->e->keys, j->e->ctx, text, len, ret, &j->asked_err);
    }
    if (s == CDR_OK || s == CDR_DONE)
        return s;
    if (s == CDR_DENIED)
        return CDR_NOT_FOUND;                /* it cannot be made coarser: it goes */
    j->asked = s;
    return s;
}

/* --- rows that go --- */

static void on_date(void *arg, const char *text, size_t len)
{
    part *p = arg;
    cdr_record_date d;
    cdr_record_date_read(text, len, &d);
    cdr_record_column_add(&p->dates, &d);
}

static cdr_status mark_table(job *j, const cdr_rest_table *t, cdr_err *err)
{
    if (j->marked[t->number])
        return CDR_OK;
    j->marked[t->number] = true;
    return cdr_store_rest_mark_table(j->db, t, err);
}

/* Marks of all tables that rows of marked tables are tied to. */
static cdr_status mark_tables(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++)
        if (j->parts[i].step->action == CDR_ACT_PURGE_ROWS)
            s = mark_table(j, j->parts[i].table, err);
    for (bool more = true; s == CDR_OK && more;) {
        more = false;
        for (size_t i = 0; s == CDR_OK && i < j->schema.link_count; i++) {
            const cdr_rest_link *l = &j->schema.links[i];
            if (!j->marked[l->parent->number] || j->marked[l->child->number])
                continue;
            s = mark_table(j, l->child, err);
            more = true;
        }
    }
    return s;
}

/* Tables that are changed, and all that their rows refer to, over any number of tables: as far as a hold may come from. */
static void reach_up(const job *j, bool *reached)
{
    for (size_t i = 0; i < j->schema.table_count; i++)
        reached[i] = j->marked[i];
    for (size_t i = 0; i < j->count; i++)
        reached[j->parts[i].table->number] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < j->schema.link_count; i++) {
            const cdr_rest_link *l = &j->schema.links[i];
            if (reached[l->child->number] && !reached[l->parent->number] && l->parent->kind == CDR_REST_TABLE)
                more = reached[l->parent->number] = true;
        }
    }
}

/* What belongs to a person who is held is held, too: rows that refer to a held row, directly or through others. */
static cdr_status follow_holds(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    const size_t n = CDR_MAX(j->schema.table_count, (size_t)1);
    bool *reached = cdr_arena_alloc(j->a, n * sizeof *reached);
    j->tied = cdr_arena_alloc(j->a, n * sizeof *j->tied);
    if (!reached || !j->tied)
        return cdr_fail_nomem(err, "minimise");
    if (!j->e->held)
        return CDR_OK;
    reach_up(j, reached);
    for (size_t i = 0; i < j->schema.link_count; i++) {
        const cdr_rest_link *l = &j->schema.links[i];
        if (reached[l->child->number] && reached[l->parent->number])
            j->tied[l->child->number] = j->tied[l->parent->number] = true;
    }
    for (size_t i = 0; s == CDR_OK && i < j->schema.table_count; i++)
        if (j->tied[i])
            s = cdr_store_rest_hold_table(j->db, &j->schema.tables[i], err);
    for (bool more = true; s == CDR_OK && more;) {
        more = false;
        for (size_t i = 0; s == CDR_OK && i < j->schema.link_count; i++) {
            const cdr_rest_link *l = &j->schema.links[i];
            uint64_t marked = 0;
            if (j->tied[l->child->number] && j->tied[l->parent->number])
                s = cdr_store_rest_hold_children(j->db, l, &marked, err);
            more |= marked > 0;
        }
    }
    return s;
}

static cdr_rest_holding holding(const job *j, const cdr_rest_table *t)
{
    return !j->e->held ? CDR_REST_NOT_HELD : j->tied[t->number] ? CDR_REST_HELD_BY_MARK : CDR_REST_HELD_BY_VALUE;
}

static cdr_status mark_roots(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        part *p = &j->parts[i];
        if (p->step->action != CDR_ACT_PURGE_ROWS)
            continue;
        s = cdr_store_rest_each(j->db, p->table, p->trigger->name, on_date, p, err);
        if (s == CDR_OK)
            s = cdr_store_rest_mark_over(j->db, p->table, i, p->trigger->name, holding(j, p->table), &p->said->effect.rows, err);
    }
    return s;
}

/* The step that speaks for what happens to a table that has none of its own: the first purge. */
static part *speaker(job *j, const cdr_rest_table *t)
{
    part *first = NULL;
    for (size_t i = 0; i < j->count; i++) {
        if (j->parts[i].step->action != CDR_ACT_PURGE_ROWS)
            continue;
        if (j->parts[i].table == t)
            return &j->parts[i];
        if (!first)
            first = &j->parts[i];
    }
    return first;
}

/* Why rows of the table may not go along with others; NULL: they may. */
static const char *against(const job *j, const cdr_rest_table *t)
{
    for (size_t i = 0; i < j->e->along_count; i++)
        if (cdr_rest_table_find(&j->schema, j->e->along[i].table) == t)
            return j->e->along[i].why;
    return j->e->along ? "the last scan did not see that table" : NULL;
}

/* Rows that are not over age themselves go only where nothing else keeps them. */
static cdr_status check_along(const job *j, const uint64_t *along, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->schema.table_count; i++) {
        const cdr_rest_table *t = &j->schema.tables[i];
        const char *why = along[i] ? against(j, t) : NULL;
        if (why)
            return refuse(j, err, "%llu row%s of %.80s would go along with the rows they refer to (ON DELETE CASCADE), but %.160s; nothing was purged. Decide on %.80s first, by hand.", (unsigned long long)along[i],
                          along[i] == 1 ? "" : "s", t->name, why, t->name);
        if (along[i])
            s = check_triggers(j, t, NULL, CDR_REST_ON_DELETE, err);
    }
    return s;
}

/* Whatever cascades goes along, over any number of tables and in circles, too: until no new row is marked. */
static cdr_status mark_dependants(job *j, uint64_t *along, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (bool more = true; s == CDR_OK && more;) {
        more = false;
        for (size_t i = 0; s == CDR_OK && i < j->schema.link_count; i++) {
            const cdr_rest_link *l = &j->schema.links[i];
            uint64_t marked = 0;
            if (l->on_delete != CDR_REST_CASCADES || !j->marked[l->parent->number])
                continue;
            s = cdr_store_rest_mark_children(j->db, l, &marked, err);
            along[l->child->number] += marked;
            more |= marked > 0;
        }
    }
    for (size_t i = 0; s == CDR_OK && j->e->held && i < j->schema.table_count; i++) {
        uint64_t held = 0, before;
        const cdr_rest_table *t = &j->schema.tables[i];
        if (!along[i])
            continue;
        part *p = speaker(j, t);
        before = p->said->effect.rows_held;
        s = cdr_store_rest_marked_held(j->db, t, (size_t)(p - j->parts), holding(j, t), &held, err);
        p->said->effect.rows_held = before;
        if (s == CDR_OK && held)
            s = refuse(j, err, "%llu row%s of %.80s that a legal hold keeps would go along with rows they refer to; nothing was purged.", (unsigned long long)held, held == 1 ? "" : "s", t->name);
    }
    return s;
}

static cdr_status check_referrers(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->schema.link_count; i++) {
        const cdr_rest_link *l = &j->schema.links[i];
        uint64_t left = 0;
        if (l->on_delete == CDR_REST_CASCADES || !j->marked[l->parent->number])
            continue;
        s = cdr_store_rest_children(j->db, l, &left, err);
        if (s != CDR_OK || !left)
            continue;
        bool empties = l->on_delete == CDR_REST_EMPTIES && !j->e->held && !against(j, l->child);
        for (size_t k = 0; empties && k < l->count; k++) {
            const cdr_rest_column *c = cdr_rest_column_find(l->child, l->from[k]);
            empties = c && !c->not_null && !c->generated && !c->key;
        }
        if (!empties)
            return refuse(j, err, "%llu row%s of %.80s still refer%s to rows of %.80s that would go; let the plan purge those of %.80s, too.", (unsigned long long)left, left == 1 ? "" : "s",
                          l->child->name, left == 1 ? "s" : "", l->parent->name, l->child->name);
        if ((s = check_triggers(j, l->child, NULL, CDR_REST_ON_UPDATE, err)) != CDR_OK)
            return s;
        part *p = speaker(j, l->parent);
        note(p, "In %llu row%s of %s the reference to %s is emptied.", (unsigned long long)left, left == 1 ? "" : "s", l->child->name, l->parent->name);
        p->said->effect.values += left * l->count;
        if (!j->e->dry)
            s = cdr_store_rest_release_children(j->db, l, err);
    }
    return s;
}

static cdr_status purge(job *j, cdr_err *err)
{
    uint64_t *along = j->along = cdr_arena_alloc(j->a, CDR_MAX(j->schema.table_count, (size_t)1) * sizeof *along);
    if (!along)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = mark_tables(j, err);
    if (s == CDR_OK)
        s = follow_holds(j, err);
    if (s == CDR_OK)
        s = mark_roots(j, err);
    if (s == CDR_OK)
        s = mark_dependants(j, along, err);
    if (s == CDR_OK)
        s = check_along(j, along, err);
    if (s == CDR_OK)
        s = check_referrers(j, err);
    for (size_t i = 0; s == CDR_OK && i < j->schema.table_count; i++) {
        const cdr_rest_table *t = &j->schema.tables[i];
        if (along[i]) {
            part *p = speaker(j, t);
            p->said->effect.rows += along[i];
            note(p, "%llu row%s of %s refer to what goes and go along (foreign key).", (unsigned long long)along[i], along[i] == 1 ? "" : "s", t->name);
        }
        if (j->marked[i] && !j->e->dry)
            s = cdr_store_rest_delete_marked(j->db, t, NULL, err);
    }
    return s;
}

/* --- columns --- */

static cdr_status change_columns(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        part *p = &j->parts[i];
        if (p->step->action != CDR_ACT_PURGE_ROWS && p->count)
            s = cdr_store_rest_update(j->db, p->table, i, p->columns, p->count, holding(j, p->table), j->e->dry, err);
        if (s != CDR_OK && j->asked != CDR_OK) {
            if (err)
                *err = j->asked_err;
            s = j->asked;
        }
    }
    return s;
}

/* --- what follows from it --- */

/* A full-text index made from the table is made anew; others are told. */
static cdr_status tend_indexes(job *j, part *p, const cdr_rest_table *of, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->schema.table_count; i++) {
        const cdr_rest_table *t = &j->schema.tables[i];
        bool outside = false;
        if (t->kind != CDR_REST_VIRTUAL || !is_fulltext(t, &outside))
            continue;
        if (is_made_anew(t, of)) {
            note(p, "The full-text index %s %s.", t->name, j->e->dry ? "would be made anew" : "was made anew");
            s = j->e->dry ? CDR_OK : cdr_store_rest_rebuild(j->db, t, err);
        } else if (of == p->table) {
            note(p, "The full-text index %s may hold copies of values and was not changed.", t->name);
        }
    }
    if (s == CDR_OK && j->schema.samples && !j->e->dry)
        s = cdr_store_rest_forget_samples(j->db, of, err);
    return s;
}

static cdr_status tend_copies(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        part *p = &j->parts[i];
        if (p->table->trigger_count)
            note(p, "Triggers of %s do not run.", p->table->name);
        s = tend_indexes(j, p, p->table, err);
    }
    for (size_t i = 0; s == CDR_OK && i < j->schema.table_count; i++) {
        const cdr_rest_table *t = &j->schema.tables[i];
        part *p = j->along[i] ? speaker(j, t) : NULL;
        if (p && p->table != t)
            s = tend_indexes(j, p, t, err);
    }
    return s;
}

static cdr_status count_left(job *j, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < j->count; i++) {
        part *p = &j->parts[i];
        s = cdr_store_rest_rows(j->db, p->table, &p->said->effect.rows_after, err);
        uint64_t marked = 0;
        if (s == CDR_OK && j->e->dry && j->marked[p->table->number])
            s = cdr_store_rest_marked(j->db, p->table, &marked, err);
        p->said->effect.rows_after -= marked;
    }
    return s;
}

/* --- all of it --- */

/* Rows that have numbers of their own only may get others when gaps are cleared: an index that knows rows by their number would be wrong. */
static bool may_vacuum(const job *j)
{
    bool virtual = false, loose = false;
    for (size_t i = 0; i < j->schema.table_count; i++) {
        virtual |= j->schema.tables[i].kind == CDR_REST_VIRTUAL;
        loose |= j->schema.tables[i].kind == CDR_REST_TABLE && j->schema.tables[i].loose;
    }
    return !(virtual && loose) && (uint64_t)j->c->st.st_size <= VACUUM_MAX;
}

static void tidy_up(job *j)
{
    bool log = cdr_store_rest_checkpoint(j->db), gaps = may_vacuum(j) && cdr_store_rest_vacuum(j->db);
    if (gaps)
        log = cdr_store_rest_checkpoint(j->db);
    for (size_t i = 0; i < j->count; i++) {
        part *p = &j->parts[i];
        if (!log)
            note(p, "Another program has the database open, so that its log (-wal) may hold the old values until that program closes it.");
        else if (!gaps)
            note(p, "Gaps within the database may hold copies from before; VACUUM clears them.");
        note(p, "%s", CDR_REST_BLOCKS);
    }
}

static cdr_status start(job *j, cdr_err *err)
{
    j->a = cdr_arena_new(ARENA_MAX);
    j->parts = j->a ? cdr_arena_alloc(j->a, j->count * sizeof *j->parts) : NULL;
    if (!j->parts)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_store_rest_open(j->c, j->folder, &j->db, err);
    if (s == CDR_OK)
        s = cdr_store_rest_begin(j->db, !j->e->dry, err);
    return s;
}

static cdr_status check_state(job *j, cdr_err *err)
{
    cdr_rest_file f = {.st = j->c->st};
    cdr_target_state now = {0};
    if (j->e->dry || !j->e->expected)
        return CDR_OK;
    snprintf(f.shown, sizeof f.shown, "%s", j->c->shown);
    cdr_rest_state_of(&j->c->st, &now);
    cdr_status s = cdr_store_rest_hash(j->db, &now, err);
    return s == CDR_OK ? cdr_rest_expect(&f, &now, j->e->expected, err) : s;
}

static cdr_status finish(job *j, cdr_err *err)
{
    if (j->e->dry)
        return CDR_OK;
    cdr_target_state *after = &j->c->shared->state;
    cdr_rest_state_of(&j->c->st, after);
    cdr_status s = cdr_store_rest_hash(j->db, after, err);
    if (s == CDR_OK)
        s = cdr_rest_ask_ready(j->c, err);
    if (s == CDR_OK)
        s = cdr_store_rest_commit(j->db, err);
    if (s != CDR_OK)
        return s;
    j->c->committed = j->c->shared->committed = true;
    tidy_up(j);
    return CDR_OK;
}

static cdr_status change(void *arg, cdr_rest_channel *c, cdr_err *err)
{
    job *j = arg;
    j->c = c;
    cdr_rest_asked asked = {j, is_over, is_held, value_for, on_kept, on_changed};
    cdr_status s = start(j, err);
    if (s == CDR_OK)
        s = check_state(j, err);
    if (s == CDR_OK)
        s = cdr_store_rest_check(j->db, err);
    if (s == CDR_OK)
        s = cdr_store_rest_schema(j->db, j->a, &j->schema, err);
    j->marked = s == CDR_OK ? cdr_arena_alloc(j->a, CDR_MAX(j->schema.table_count, (size_t)1) * sizeof *j->marked) : NULL;
    if (s == CDR_OK && !j->marked)
        s = cdr_fail_nomem(err, "minimise");
    if (s == CDR_OK)
        s = resolve(j, err);
    if (s == CDR_OK)
        s = cdr_store_rest_teach(j->db, &asked, err);
    if (s == CDR_OK)
        s = purge(j, err);
    if (s == CDR_OK)
        s = change_columns(j, err);
    if (s == CDR_OK)
        s = tend_copies(j, err);
    if (s == CDR_OK)
        s = count_left(j, err);
    if (s == CDR_OK)
        s = finish(j, err);
    cdr_store_rest_close(j->db);             /* what memory is left goes with the process */
    return s;
}

cdr_status cdr_rest_run_sqlite(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err)
{
    job j = {.e = e, .folder = f->dir, .count = e->step_count};
    cdr_rest_shared *shared = NULL;
    cdr_status s = cdr_rest_in_child(f, e->ctx, e->step_count, change, &j, e->ready, e->ready_arg, &shared, err);
    for (size_t i = 0; s == CDR_OK && i < e->step_count; i++) {
        cdr_rest_said *said = &shared->said[i];
        _cleanup_buf_ cdr_buf shown = CDR_BUF(16u << 10);
        said->note[sizeof said->note - 1] = '\0';
        cdr_text_escape(&shown, said->note, strlen(said->note));
        ret[i] = said->effect;
        ret[i].note = cdr_arena_strdup(e->arena, shown.len ? shown.data : "");
        if (!ret[i].note)
            ret[i].note = "";                /* the change is done */
    }
    if (s == CDR_OK && ret_after) {
        struct stat st;
        *ret_after = shared->state;
        if (!fstat(f->fd, &st))
            cdr_rest_state_of(&st, ret_after);
    }
    cdr_rest_shared_free(shared);
    return s;
}

/* --- looking only --- */

typedef struct look { int folder; bool settle; } look;

static cdr_status look_at(void *arg, cdr_rest_channel *c, cdr_err *err)
{
    const look *l = arg;
    cdr_rest_db *db = NULL;
    cdr_status s = cdr_store_rest_open(c, l->folder, &db, err);
    if (s == CDR_OK)
        s = cdr_store_rest_begin(db, false, err);
    if (s == CDR_OK && !l->settle)
        s = cdr_store_rest_hash(db, &c->shared->state, err);
    if (s == CDR_OK)
        s = cdr_store_rest_commit(db, err);
    if (s == CDR_OK && l->settle && !cdr_store_rest_checkpoint(db))
        s = cdr_fail(err, CDR_E_LOCKED, "minimise", "rest.in-use", "%s is in use by another program, and has been left as it is; close that program and run this again.", c->shown);
    cdr_store_rest_close(db);
    return s;
}

static cdr_status look_in_child(const cdr_rest_file *f, const cdr_ctx *ctx, bool settle, cdr_target_state *ret, cdr_err *err)
{
    look l = {f->dir, settle};
    cdr_rest_shared *shared = NULL;
    cdr_status s = cdr_rest_in_child(f, ctx, 0, look_at, &l, NULL, NULL, &shared, err);
    if (s == CDR_OK && ret) {
        *ret = shared->state;
        cdr_rest_state_of(&f->st, ret);
    }
    cdr_rest_shared_free(shared);
    return s;
}

cdr_status cdr_rest_sqlite_observe(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_target_state *ret, cdr_err *err)
{
    return look_in_child(f, ctx, false, ret, err);
}

cdr_status cdr_rest_sqlite_settle(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_err *err)
{
    return look_in_child(f, ctx, true, NULL, err);
}

static cdr_status tidy_at(void *arg, cdr_rest_channel *c, cdr_err *err)
{
    const int *folder = arg;
    job j = {.c = c, .a = cdr_arena_new(ARENA_MAX)};
    cdr_status s = j.a ? cdr_store_rest_open(c, *folder, &j.db, err) : cdr_fail_nomem(err, "minimise");
    if (s == CDR_OK)
        s = cdr_store_rest_begin(j.db, false, err);
    if (s == CDR_OK)
        s = cdr_store_rest_schema(j.db, j.a, &j.schema, err);
    if (s == CDR_OK)
        s = cdr_store_rest_commit(j.db, err);
    if (s == CDR_OK)
        tidy_up(&j);
    cdr_store_rest_close(j.db);
    return s;
}

cdr_status cdr_rest_sqlite_tidy(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_err *err)
{
    int folder = f->dir;
    cdr_rest_shared *shared = NULL;
    cdr_status s = cdr_rest_in_child(f, ctx, 0, tidy_at, &folder, NULL, NULL, &shared, err);
    cdr_rest_shared_free(shared);
    return s;
}
