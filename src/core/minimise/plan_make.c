/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan: what the policy finds, whom it may touch, and a dry run of each file that counts what would change. */
#include "core/minimise/retention.h"
#include "core/minimise/store_plan.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "detect/path_value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two files of the same bytes, as scans saw them. */
typedef struct twin { const char *copy, *of; const struct twin *next; } twin;

typedef struct making {
    const cdr_plan_context *c;
    cdr_plan_store st;
    cdr_plan *p;
    cdr_holds *holds;
    cdr_purpose_keys *keys;
    cdr_retention_world *world;
    cdr_path_masker *masker;
    const twin *twins;
    bool has_twins;
    bool asked;                  /* rules, tests or verdicts were asked for by name */
    cdr_err *err;
} making;

/* --- names of files --- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The inventory writes odd bytes as \xNN; a file may also be called so. */
const char *cdr_plan_file(const char *path, cdr_arena *a)
{
    if (!strstr(path, "\\x") || exists(path))
        return cdr_arena_strdup(a, path);
    char *raw = cdr_arena_strdup(a, path), *to = raw;
    for (const char *s = path; raw && *s; to++) {
        int high = s[0] == '\\' && s[1] == 'x' ? hex_digit(s[2]) : -1, low = high >= 0 ? hex_digit(s[3]) : -1;
        *to = (char)(low >= 0 ? high << 4 | low : *s);
        s += low >= 0 ? 4 : 1;
    }
    if (raw)
        *to = '\0';
    return raw;
}

cdr_step *cdr_plan_steps_of(const cdr_planned *at, size_t count, const char *file, cdr_arena *a)
{
    cdr_step *steps = cdr_arena_alloc(a, (count + 1) * sizeof *steps);
    for (size_t i = 0; steps && i < count; i++) {
        steps[i] = at[i].step;
        steps[i].target.file = file;
        if (*steps[i].target.inside && !(steps[i].target.inside = cdr_plan_file(steps[i].target.inside, a)))
            return NULL;
    }
    return steps;
}

static const char *masked(making *m, const char *path)
{
    return cdr_arena_strdup(m->p->arena, cdr_path_mask(m->masker, path));
}

/* --- whether a file may be changed at all --- */

static cdr_status by_hand(making *m, cdr_planned *s, const char *text)
{
    s->how = CDR_PLANNED_HAND;
    s->text = cdr_arena_strdup(m->p->arena, text);
    s->step.hand = s->text;
    return s->text ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

static bool is_ours(const struct stat *st)
{
    return geteuid() == 0 || st->st_uid == geteuid();
}

/* A sentence, or NULL when nothing speaks against it. */
static const char *obstacle(const char *file, const cdr_place *place, const struct stat *st, int failed)
{
    if (failed)
        return failed == ENOENT || failed == ENOTDIR ? "It is gone since the last scan: scan again, and plan again." : "It cannot be looked at with the rights of this user.";
    if (S_ISLNK(st->st_mode))
        return "It is a symbolic link: plans change files under their own names only. Scan and clean what it points to.";
    if (!S_ISREG(st->st_mode))
        return "It is no regular file.";
    if (!is_ours(st))
        return "It belongs to another user: its owner or an administrator must do it.";
    if (access(file, R_OK))
        return "It cannot be read with the rights of this user.";
    int64_t mtime_us = (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
    if (place->known_mtime_us && (place->known_mtime_us != mtime_us || place->known_size != (uint64_t)st->st_size))
        return "It was changed since the last scan, so that what was found may not be right any more: scan again, and plan again.";
    return NULL;
}

/* --- one file --- */

typedef struct unit_work {
    cdr_planned *at; size_t count;
    const char *file;
    cdr_step_hold *holds;
    cdr_held_people people;
    cdr_plan_along along;
    cdr_plan_unit *u;
} unit_work;

static cdr_status run_dry(making *m, unit_work *w, cdr_planned *at, size_t count, cdr_err *err)
{
    cdr_arena *a = m->p->arena;
    cdr_step *steps = cdr_plan_steps_of(at, count, w->file, a);
    cdr_step_effect *effects = cdr_arena_alloc(a, (count + 1) * sizeof *effects);
    if (!steps || !effects)
        return cdr_fail_nomem(err, "minimise");
    cdr_execution e = {.ctx = cdr_workspace_ctx(m->c->ws), .steps = steps, .step_count = count, .keys = m->keys, .ruleset = m->c->ruleset, .arena = a, .dry = true,
                       .held = w->people.len ? cdr_held_value : NULL, .held_arg = &w->people, .along = w->along.at, .along_count = w->along.len};
    cdr_target_state after;
    cdr_status s = cdr_plan_execute(&e, effects, &after, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        at[i].effect = effects[i];
        if (!at[i].effect.note)
            at[i].effect.note = "";
    }
    return s;
}

/* Refused because of what the file is, not because the machine failed. */
static bool is_refusal(cdr_status s)
{
    return s == CDR_E_UNSUPPORTED || s == CDR_E_INVAL || s == CDR_DENIED || s == CDR_E_LIMIT || s == CDR_E_CORRUPT || s == CDR_NOT_FOUND || s == CDR_E_IO || s == CDR_E_LOCKED || s == CDR_PARTIAL;
}

/* All steps of the file together, as they will be carried out; when that is refused, the one that is to blame goes to the work by hand. */
static cdr_status count_effects(making *m, unit_work *w)
{
    cdr_err why = {0};
    cdr_status s = run_dry(m, w, w->at, w->count, &why);
    if (s == CDR_OK)
        return s;
    if (!is_refusal(s)) {
        if (m->err)
            *m->err = why;
        return s;
    }
    size_t kept = 0;
    cdr_status last = CDR_OK;
    for (size_t i = 0; i < w->count; i++) {
        cdr_err own = {0};
        cdr_status one = w->count > 1 ? run_dry(m, w, &w->at[i], 1, &own) : s;
        if (one == CDR_OK && w->count > 1) {
            kept++;
            continue;
        }
        last = by_hand(m, &w->at[i], *own.text ? own.text : why.text);
        if (last != CDR_OK)
            return last;
    }
    /* Each alone would do, together they do not. */
    for (size_t i = 0; kept == w->count && w->count > 1 && i < w->count && last == CDR_OK; i++)
        last = by_hand(m, &w->at[i], why.text);
    return last;
}

static cdr_status hold_step(making *m, cdr_planned *s, const cdr_hold *h, const char *why)
{
    s->how = CDR_PLANNED_HELD;
    s->hold = h->id;
    s->text = cdr_arena_printf(m->p->arena, "Stopped by hold %lld (%s): %s.", (long long)h->id, h->name, why);
    return s->text ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

static bool changes_nothing(const cdr_planned *s)
{
    const cdr_step_effect *e = &s->effect;
    return s->step.action != CDR_ACT_DELETE_FILE && s->step.action != CDR_ACT_MOVE && s->step.action != CDR_ACT_REVOKE && e->rows == 0 && e->values == 0 && e->bytes == 0;
}

static cdr_status judge_effects(making *m, unit_work *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w->count; i++) {
        cdr_planned *x = &w->at[i];
        const char *unmet = x->how == CDR_PLANNED_DO ? cdr_step_hold_unmet(&w->holds[i], &x->effect) : NULL;
        if (unmet)
            s = hold_step(m, x, w->holds[i].person, unmet);
        else if (x->how == CDR_PLANNED_DO && changes_nothing(x) && x->effect.rows_held)
            s = hold_step(m, x, w->people.at[0], "all it would change are records that are held");
        else if (x->how == CDR_PLANNED_DO && changes_nothing(x))
            s = by_hand(m, x, "A look at the file found nothing to change: what the scan saw is not where the step would look for it, or is gone. Scan again; look at the file if it stays.");
    }
    return s;
}

/* Who is affected, at most: the people of the object, and not more than rows that go. */
static cdr_status count_people(making *m, unit_work *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w->count; i++) {
        cdr_planned *x = &w->at[i];
        cdr_place place = {0};
        if (x->how != CDR_PLANNED_DO || !x->step.target.object)
            continue;
        s = cdr_store_place(&m->st, x->step.target.object, m->p->arena, &place, m->err);
        if (s == CDR_NOT_FOUND)
            s = CDR_OK;
        if (!x->people_max) {
            x->people_min = place.people_min;
            x->people_max = place.people_max;
        }
        if (x->step.action == CDR_ACT_PURGE_ROWS) {
            x->people_min = x->effect.rows_after ? 0 : CDR_MIN(x->people_min, x->effect.rows);
            x->people_max = CDR_MIN(x->people_max, x->effect.rows);
        }
    }
    return s;
}

static cdr_status observe(making *m, unit_work *w, const cdr_place *place)
{
    struct stat st;
    int failed = lstat(w->file, &st) ? errno : 0;
    const char *against = obstacle(w->file, place, &st, failed);
    cdr_err why = {0};
    cdr_status s = CDR_OK;
    if (!against && (s = cdr_target_observe(&(cdr_target){.file = w->file, .inside = "", .format = ""}, &w->u->state, &why)) != CDR_OK) {
        if (!is_refusal(s)) {
            if (m->err)
                *m->err = why;
            return s;
        }
        against = why.text;
    }
    s = CDR_OK;
    for (size_t i = 0; against && s == CDR_OK && i < w->count; i++)
        s = by_hand(m, &w->at[i], against);
    return s;
}

static bool any_to_do(const unit_work *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->at[i].how == CDR_PLANNED_DO)
            return true;
    return false;
}

/* Steps that were taken out go behind those that stay. Stable. */
static void close_ranks(unit_work *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->at[i].how == CDR_PLANNED_DO) {
            cdr_planned keep = w->at[i];
            cdr_step_hold hold = w->holds[i];
            memmove(&w->at[n + 1], &w->at[n], (i - n) * sizeof *w->at);
            memmove(&w->holds[n + 1], &w->holds[n], (i - n) * sizeof *w->holds);
            w->at[n] = keep;
            w->holds[n++] = hold;
        }
    w->count = n;
}

/* Columns that say who agreed to what, in the first lines. A scan keeps only the names of columns with findings. */
static bool tells_of_consent(const char *file)
{
    char head[4097], *word = head;
    _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd >= 0 ? cdr_read_some(fd, head, sizeof head - 1) : 0;
    if (n <= 0)
        return false;
    head[n] = '\0';
    for (; (word = memchr(word, '\0', (size_t)(head + n - word))); word++)
        *word = ' ';
    bool about = strcasestr(head, "purpose") || strcasestr(head, "zweck"), state = strcasestr(head, "given") || strcasestr(head, "granted") || strcasestr(head, "withdrawn") || strcasestr(head, "state");
    bool named = strcasestr(head, "consent") || strcasestr(head, "einwillig") || strcasestr(head, "opt_in") || strcasestr(head, "opt-in") || strcasestr(head, "optin") || strcasestr(head, "unsubscri");
    cdr_wipe(head, sizeof head);
    return named || (about && state);
}

/* --- the copy that stays --- */

typedef struct twin_seeking { making *m; bool failed; } twin_seeking;

static cdr_status take_twin(void *arg, const cdr_inv_copy *c)
{
    twin_seeking *x = arg;
    making *m = x->m;
    if (!c->same_content)
        return CDR_OK;
    twin *t = cdr_arena_alloc(m->p->arena, sizeof *t);
    if (!t || !(t->copy = cdr_arena_strdup(m->p->arena, c->path)) || !(t->of = cdr_arena_strdup(m->p->arena, c->twin))) {
        x->failed = true;
        return CDR_DONE;
    }
    t->next = m->twins;
    m->twins = t;
    return CDR_OK;
}

static bool is_deleted(const making *m, const char *path)
{
    for (size_t i = 0; i < m->p->step_count; i++)
        if (m->p->steps[i].how == CDR_PLANNED_DO && m->p->steps[i].step.action == CDR_ACT_DELETE_FILE && !strcmp(m->p->steps[i].step.target.file, path))
            return true;
    return false;
}

/* A file that goes because another has the same bytes: which one stays is part of what is agreed to. */
static cdr_status name_kept(making *m, cdr_planned *s)
{
    twin_seeking x = {.m = m};
    cdr_status status = m->has_twins ? CDR_OK : cdr_inventory_each_copy(m->c->inv, 0, take_twin, &x, m->err);
    if (status != CDR_OK || x.failed)
        return x.failed ? cdr_fail_nomem(m->err, "minimise") : status;
    m->has_twins = true;
    for (const twin *t = m->twins; t; t = t->next) {
        if (strcmp(t->copy, s->step.target.file) != 0)
            continue;
        if (strstr(t->of, "!/"))
            return by_hand(m, s, "The copy that would stay lies inside of another file, where it cannot be looked at again before this one goes: delete it by hand.");
        if (is_deleted(m, t->of))
            return by_hand(m, s, "The copy that would stay is deleted by this plan, too: decide which of them is needed.");
        status = cdr_store_place_of(&m->st, t->of, &s->kept, m->err);
        s->kept_shown = masked(m, cdr_inventory_display(m->c->inv, t->of));
        return status == CDR_OK && !s->kept_shown ? cdr_fail_nomem(m->err, "minimise") : status;
    }
    return CDR_OK;
}

/* A copy is not deleted with the only proof in it, unless that was asked for. */
static cdr_status check_copies(making *m, unit_work *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w->count; i++) {
        cdr_planned *x = &w->at[i];
        bool copy = false;
        for (size_t k = 0; k < x->why_count; k++)
            copy = copy || !strcmp(x->why[k].test, "MIN-14");
        if (x->how != CDR_PLANNED_DO || x->step.action != CDR_ACT_DELETE_FILE || !copy)
            continue;
        s = name_kept(m, x);
        if (s == CDR_OK && x->how == CDR_PLANNED_DO && !m->asked && tells_of_consent(w->file))
            s = by_hand(m, &w->at[i], "Delete the copy, or declare it as a backup. It seems to hold who agreed to what, which nobody can show without it; candor consent import takes it over. "
                                      "To plan it all the same: candor policy plan --only MIN-14");
    }
    return s;
}

/* A step that cannot move with the file, or would meet another of that name, is done by hand. */
static cdr_status check_moves(making *m, unit_work *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w->count; i++)
        if (w->at[i].how == CDR_PLANNED_DO && w->at[i].step.action == CDR_ACT_MOVE && exists(w->at[i].step.destination))
            s = by_hand(m, &w->at[i], "There is a file of this name in the folder it should move to: look at both, and move or delete it by hand.");
    return s;
}

static cdr_status plan_file(making *m, size_t first, size_t count)
{
    cdr_plan *p = m->p;
    cdr_plan_unit *u = &p->units[p->unit_count];
    cdr_place place = {0};
    unit_work w = {.at = &p->steps[first], .count = count, .u = u, .holds = cdr_arena_alloc(p->arena, (count + 1) * sizeof *w.holds)};
    const char *path = w.at->step.target.file;
    int64_t object = 0;
    *u = (cdr_plan_unit){.path = path, .shown = masked(m, cdr_inventory_display(m->c->inv, path)), .system = w.at->system, .first = first, .count = count};
    w.file = cdr_plan_file(path, p->arena);
    if (!w.holds || !w.file || !u->shown)
        return cdr_fail_nomem(m->err, "minimise");
    uint8_t id[16];
    cdr_value_id(cdr_workspace_key(m->c->ws, CDR_KEY_PSEUDONYM), path, strlen(path), id);
    cdr_hex_encode(id, sizeof id, u->path_id);
    cdr_status s = cdr_store_place_of(&m->st, path, &object, m->err);
    if (s == CDR_OK && object)
        s = cdr_store_place(&m->st, object, p->arena, &place, m->err);
    if (s == CDR_OK)
        s = observe(m, &w, &place);
    if (s == CDR_OK && any_to_do(&w)) {
        s = cdr_plan_holds(&m->st, m->holds, cdr_workspace_key(m->c->ws, CDR_KEY_VALUE_ID), p, u, w.file, p->arena, w.holds, &w.people, m->err);
        if (s == CDR_OK)
            s = cdr_plan_find_along(&m->st, m->world, p, u, p->arena, &w.along, m->err);
        for (size_t i = 0; s == CDR_OK && i < w.count; i++)
            if (w.holds[i].stop)
                s = hold_step(m, &w.at[i], w.holds[i].stop, w.holds[i].why);
    }
    if (s == CDR_OK)
        s = check_moves(m, &w);
    if (s == CDR_OK)
        s = check_copies(m, &w);
    close_ranks(&w);
    if (s == CDR_OK && w.count)
        s = count_effects(m, &w);
    if (s == CDR_OK)
        s = judge_effects(m, &w);
    size_t before = w.count;
    close_ranks(&w);
    if (s == CDR_OK && w.count && w.count < before)    /* others fell out: count again what is left */
        s = run_dry(m, &w, w.at, w.count, m->err);
    if (s == CDR_OK)
        s = count_people(m, &w);
    if (s == CDR_OK && w.count) {
        u->count = w.count;
        p->unit_count++;
    }
    return s;
}

/* --- the whole --- */

static cdr_status place_of(void *arg, int64_t object, cdr_place *ret, cdr_err *err)
{
    making *m = arg;
    return cdr_store_place(&m->st, object, m->p->arena, ret, err);
}

static cdr_status show_paths(making *m)
{
    for (size_t i = 0; i < m->p->step_count; i++) {
        cdr_planned *s = &m->p->steps[i];
        if (s->how == CDR_PLANNED_DO) {
            const char *shown = cdr_inventory_display(m->c->inv, s->step.target.file);
            s->shown = cdr_arena_strdup(m->p->arena, *s->step.target.inside ? cdr_arena_printf(m->p->arena, "%s!/%s", shown, s->step.target.inside) : shown);
        }
        s->shown = s->shown ? masked(m, s->shown) : NULL;
        if (!s->shown)
            return cdr_fail_nomem(m->err, "minimise");
    }
    return CDR_OK;
}

static cdr_status plan_files(making *m)
{
    cdr_plan *p = m->p;
    cdr_status s = CDR_OK;
    if (!(p->units = cdr_arena_alloc(p->arena, (p->step_count + 1) * sizeof *p->units)))
        return cdr_fail_nomem(m->err, "minimise");
    size_t to_do = 0, done = 0;
    while (to_do < p->step_count && p->steps[to_do].how == CDR_PLANNED_DO)
        to_do++;
    for (size_t i = 0, end; s == CDR_OK && i < to_do; i = end) {
        for (end = i + 1; end < to_do && !strcmp(p->steps[end].step.target.file, p->steps[i].step.target.file);)
            end++;
        if (cdr_cancelled(cdr_workspace_ctx(m->c->ws)))
            return cdr_fail(m->err, CDR_E_CANCELLED, "minimise", "plan.stopped", "Stopped; no plan was made and nothing was changed.");
        if (m->c->progress)
            m->c->progress(m->c->arg, done, to_do, p->steps[i].shown);
        done = end;
        s = plan_file(m, i, end - i);
    }
    return s;
}

/* Those to do file by file, then by hand, then held. */
static cdr_status sort_steps(making *m)
{
    cdr_plan *p = m->p;
    cdr_planned *sorted = cdr_arena_alloc(p->arena, (p->step_count + 1) * sizeof *sorted);
    size_t n = 0;
    if (!sorted)
        return cdr_fail_nomem(m->err, "minimise");
    for (size_t i = 0; i < p->unit_count; i++) {
        cdr_plan_unit *u = &p->units[i];
        size_t from = u->first;
        u->first = n;
        for (size_t k = 0; k < u->count; k++) {
            sorted[n] = p->steps[from + k];
            sorted[n++].unit = i;
        }
    }
    for (int how = CDR_PLANNED_HAND; how <= CDR_PLANNED_HELD; how++)
        for (size_t i = 0; i < p->step_count; i++)
            if ((int)p->steps[i].how == how)
                sorted[n++] = p->steps[i];
    p->steps = sorted;
    p->step_count = n;
    return CDR_OK;
}

/* Which records stay was counted with these. */
static cdr_status note_holds(making *m)
{
    int64_t *ids = cdr_arena_alloc(m->p->arena, (cdr_holds_count(m->holds) + 1) * sizeof *ids);
    for (size_t i = 0; ids && i < cdr_holds_count(m->holds); i++)
        if (cdr_holds_get(m->holds, i)->person_count)
            ids[m->p->hold_count++] = cdr_holds_get(m->holds, i)->id;
    m->p->holds = ids;
    return ids ? CDR_OK : cdr_fail_nomem(m->err, "minimise");
}

static cdr_status make(making *m, const cdr_plan_wishes *w)
{
    cdr_plan *p = m->p;
    cdr_judgement j;
    const cdr_secret *pseudonyms = cdr_workspace_key(m->c->ws, CDR_KEY_PSEUDONYM), *values = cdr_workspace_key(m->c->ws, CDR_KEY_VALUE_ID);
    if (!pseudonyms || !values)
        return cdr_fail_nomem(m->err, "minimise");
    cdr_status s = cdr_plan_store_open(cdr_workspace_db(m->c->ws), &m->st, m->err);
    if (s == CDR_OK)
        s = cdr_holds_load(m->c->ws, &m->holds, m->err);
    if (s == CDR_OK)
        s = cdr_retention_world_load(m->c->ws, m->c->inv, m->c->policy, p->arena, &m->world, m->err);
    if (s == CDR_OK)
        s = note_holds(m);
    if (s == CDR_OK)
        s = cdr_purpose_keys_new(pseudonyms, "remedy", &m->keys, m->err);
    if (s == CDR_OK)
        s = cdr_path_masker_new(&m->masker, m->err);
    if (s == CDR_OK)
        s = cdr_store_newest_scan(&m->st, &p->scan, m->err);
    if (s == CDR_OK)
        s = cdr_minimise_judge(m->c->inv, m->c->policy, p->arena, &j, m->err);
    if (s == CDR_OK)
        s = cdr_plan_check_words(&j, w, m->err);
    if (s == CDR_OK)
        s = cdr_plan_steps_make(&j, w, place_of, m, p, m->err);
    if (s == CDR_OK)
        s = show_paths(m);
    if (s == CDR_OK)
        s = plan_files(m);
    if (s == CDR_OK)
        s = sort_steps(m);
    p->left_out = s == CDR_OK ? j.left_out : 0;
    if (s == CDR_OK)
        s = cdr_plan_find_gaps(m->c, &m->st, p, m->err);
    return s == CDR_OK ? cdr_plan_write(p, m->err) : s;
}

cdr_status cdr_plan_make(const cdr_plan_context *c, const cdr_plan_wishes *w, cdr_plan **ret, cdr_err *err)
{
    cdr_plan *p = cdr_alloc(sizeof *p);
    *ret = NULL;
    if (!p || !(p->arena = cdr_arena_new((size_t)1 << 30))) {
        cdr_plan_free(p);
        return cdr_fail_nomem(err, "minimise");
    }
    making m = {.c = c, .p = p, .asked = w->only_count > 0, .err = err};
    p->policy_name = c->policy->name;
    p->policy_sha256 = c->policy->sha256;
    p->made_us = cdr_now_us(cdr_workspace_ctx(c->ws)) / 1000000 * 1000000;    /* as it is written */
    cdr_status s = make(&m, w);
    cdr_plan_store_close(&m.st);
    cdr_holds_free(m.holds);
    cdr_purpose_keys_free(m.keys);
    cdr_retention_world_done(m.world);
    cdr_path_masker_free(m.masker);
    if (s == CDR_OK)
        *ret = p;
    else
        cdr_plan_free(p);
    return s;
}

/* --- keeping and finding --- */

static cdr_status enter_plan(const cdr_plan_context *c, const cdr_plan *p, cdr_err *err)
{
    size_t by_how[3] = {0};
    for (size_t i = 0; i < p->step_count; i++)
        by_how[p->steps[i].how]++;
    _cleanup_free_ char *details = cdr_asprintf("{\"plan\":\"%s\",\"policy\":\"%s\",\"files\":%zu,\"steps\":%zu,\"by_hand\":%zu,\"held\":%zu}", p->sha256, p->policy_sha256, p->unit_count,
                                                by_how[0], by_how[1], by_how[2]);
    return details ? cdr_ledger_append(cdr_workspace_ledger(c->ws), &(cdr_ledger_event){"remedy.plan", cdr_workspace_actor(c->ws), p->id, details}, NULL, err)
                   : cdr_fail_nomem(err, "minimise");
}

static cdr_status keep(const cdr_plan_context *c, cdr_plan_store *st, cdr_plan *p, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX);
    bool is_new = false;
    cdr_status s = cdr_json_canonical(p->document, &text, err);
    if (s == CDR_OK)
        s = cdr_store_plan_add(st, p->sha256, text.data, text.len, p->made_us, &p->row, &is_new, err);
    for (size_t i = 0; s == CDR_OK && is_new && i < p->unit_count; i++)
        s = cdr_store_unit_add(st, p->row, i, p->units[i].path, err);
    return s == CDR_OK && is_new ? enter_plan(c, p, err) : s;
}

cdr_status cdr_plan_keep(const cdr_plan_context *c, cdr_plan *p, cdr_err *err)
{
    cdr_plan_store st;
    cdr_db *db = cdr_workspace_db(c->ws);
    cdr_status s = cdr_plan_store_open(db, &st, err);
    if (s == CDR_OK && (s = cdr_db_begin(db, err)) == CDR_OK) {
        s = keep(c, &st, p, err);
        if (s == CDR_OK)
            s = cdr_db_commit(db, err);
        else
            cdr_db_rollback(db);
    }
    cdr_plan_store_close(&st);
    return s;
}

typedef struct finding { cdr_plan *found; size_t count; cdr_err *err; } finding;

static cdr_status take_row(void *arg, const cdr_plan_row *r)
{
    finding *f = arg;
    if (f->count++)
        return CDR_DONE;
    cdr_status s = cdr_plan_read(r->document, strlen(r->document), "The stored plan", &f->found, f->err);
    if (s != CDR_OK)
        return s;
    if (strcmp(f->found->sha256, r->sha256) != 0)
        return cdr_fail(f->err, CDR_E_CORRUPT, "minimise", "plan.changed", "The stored plan %.12s was changed in the database: its text has another hash.", r->sha256);
    f->found->row = r->id;
    f->found->status = r->status;
    return CDR_OK;
}

static cdr_status load(cdr_workspace *ws, const char *sha256, cdr_plan **ret, cdr_err *err)
{
    cdr_plan_store st;
    finding f = {.err = err};
    cdr_status s = cdr_plan_store_open(cdr_workspace_db(ws), &st, err);
    if (s == CDR_OK)
        s = cdr_store_each_plan(&st, sha256, take_row, &f, err);
    if (s == CDR_OK && f.count == 0)
        s = CDR_NOT_FOUND;
    if (s == CDR_OK && f.count > 1)
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "plan.ambiguous", "More than one plan begins with %.64s; give more of its id.", sha256);
    if (s == CDR_OK)
        s = cdr_store_units_load(&st, f.found, err);
    cdr_plan_store_close(&st);
    for (size_t i = 0; s == CDR_OK && i < f.found->unit_count; i++) {
        cdr_plan_unit *u = &f.found->units[i];
        uint8_t id[16];
        char hex[33];
        cdr_value_id(cdr_workspace_key(ws, CDR_KEY_PSEUDONYM), u->path, strlen(u->path), id);
        cdr_hex_encode(id, sizeof id, hex);
        if (strcmp(hex, u->path_id) != 0)
            s = cdr_fail(err, CDR_E_CORRUPT, "minimise", "plan.changed", "The stored plan %s names another file than it did when it was made.", f.found->id);
        for (size_t k = 0; k < u->count; k++)
            f.found->steps[u->first + k].step.target.file = u->path;
    }
    if (s == CDR_OK)
        *ret = f.found;
    else
        cdr_plan_free(f.found);
    return s;
}

cdr_status cdr_plan_load(cdr_workspace *ws, const char *id, cdr_plan **ret, cdr_err *err)
{
    size_t len = strlen(id);
    *ret = NULL;
    if (len < 6 || len > 64 || strspn(id, "0123456789abcdef") != len)
        return cdr_fail(err, CDR_NOT_FOUND, "minimise", "plan.none", "\"%.80s\" is neither a file nor the id of a plan; candor policy plans lists them.", id);
    cdr_status s = load(ws, id, ret, err);
    return s == CDR_NOT_FOUND ? cdr_fail(err, s, "minimise", "plan.none", "There is no plan %.64s; candor policy plans lists them.", id) : s;
}

cdr_status cdr_plan_load_text(cdr_workspace *ws, const char *text, size_t len, const char *where, cdr_plan **ret, cdr_err *err)
{
    uint8_t hash[32];
    char hex[65];
    cdr_sha256(text, len, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    *ret = NULL;
    cdr_status s = load(ws, hex, ret, err);
    return s == CDR_NOT_FOUND ? cdr_fail(err, CDR_DENIED, "minimise", "plan.foreign", "%.200s is not, to the byte, a plan that was made in this workspace: it was changed, or made elsewhere.", where) : s;
}
