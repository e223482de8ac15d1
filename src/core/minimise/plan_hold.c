/* SPDX-License-Identifier: Apache-2.0 */
/* Which holds stop a step. By system and path: at once. By category: when the last scan saw something of it in what the step touches, or did
 * not see everything. By person: an executor that goes record by record leaves the person's alone; where none can, the step is stopped unless
 * neither the scan's counts nor the file itself know of the person. */
#include "core/minimise/store_plan.h"

#include "base/io.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/observation.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536
#define OVERLAP 1024

static bool same(const char *a, const char *b)
{
    return !strcmp(a, b);
}

static bool is_whole(cdr_action a)
{
    return a == CDR_ACT_DELETE_FILE || a == CDR_ACT_MOVE || a == CDR_ACT_REVOKE;
}

/* Does the step change what was seen there? */
static bool touches(const cdr_step *s, const cdr_held_kind *k)
{
    if (is_whole(s->action))
        return true;
    if (!same(s->target.inside, k->inside))
        return false;
    bool found = s->column_count == 0;
    for (size_t i = 0; i < s->column_count && !found; i++)
        found = same(s->columns[i], k->field);
    return found;
}

typedef struct asking {
    const cdr_holds *holds;
    const cdr_plan *p;
    const cdr_plan_unit *u;
    cdr_step_hold *ret;
    bool *met;                   /* by step: something was seen there */
} asking;

static const char *place_of(const asking *x, const cdr_planned *s, char *buf, size_t cap)
{
    if (is_whole(s->step.action) || !*s->step.target.inside)
        return x->u->path;
    cdr_buf text = CDR_BUF(cap - 1);
    cdr_buf_addf(&text, "%s!/%s", x->u->path, s->step.target.inside);
    bool fits = cdr_buf_status(&text) == CDR_OK;
    if (fits)
        memcpy(buf, text.data, text.len + 1);
    cdr_buf_done(&text);
    return fits ? buf : x->u->path;
}

static void stop(cdr_step_hold *h, const cdr_hold *by, const char *why)
{
    if (h->stop)
        return;
    h->stop = by;
    h->why = why;
}

/* May somebody of ${hold} be among these values? Sure when the value was met. */
static void look_for_person(const cdr_hold *hold, const cdr_held_kind *k, cdr_step_hold *h)
{
    bool sure = false, may = k->coverage != CDR_COVERAGE_COMPLETE || k->low || (k->strong && !k->has_sketch) || (k->has_sketch && !cdr_sketch_exact(&k->values));
    for (size_t i = 0; i < hold->person_count && k->has_sketch; i++) {
        uint64_t hash = 0;
        for (int b = 0; b < 8; b++)
            hash |= (uint64_t)hold->person[i][b] << (8 * b);
        sure = sure || cdr_sketch_has(&k->values, hash);
    }
    if ((sure || may) && (!h->person || (sure && !h->sure))) {
        h->person = hold;
        h->sure = sure;
    }
}

static void look_at_kind(const asking *x, const cdr_hold *hold, size_t i, const cdr_held_kind *k)
{
    const cdr_planned *s = &x->p->steps[x->u->first + i];
    char buf[8192];
    const char *path = place_of(x, s, buf, sizeof buf), *system = *k->system ? k->system : s->system;
    /* What tells of nobody by itself (dates, web addresses) has no category and belongs to none. */
    bool nothing = !*k->category && *k->kind && cdr_kind_get(cdr_kind_by_id(k->kind))->family == CDR_FAMILY_NONE && cdr_kind_by_id(k->kind) != CDR_KIND_NONE;
    const char *category = k->coverage == CDR_COVERAGE_COMPLETE ? k->category : "";
    if (hold->person_count) {
        if (cdr_hold_reaches(hold, system, path, category))
            look_for_person(hold, k, &x->ret[i]);
    } else if (*hold->category && !nothing && (*k->kind || k->coverage != CDR_COVERAGE_COMPLETE) && cdr_hold_reaches(hold, system, path, category)) {
        stop(&x->ret[i], hold, k->coverage == CDR_COVERAGE_COMPLETE ? "it holds data of the category that is held" : "it was not read in full and may hold data of the category that is held");
    } else if (!*hold->category && cdr_hold_reaches(hold, system, path, "")) {
        stop(&x->ret[i], hold, "it lies in what is held");
    }
}

static cdr_status on_kind(void *arg, const cdr_held_kind *k)
{
    asking *x = arg;
    for (size_t i = 0; i < x->u->count; i++) {
        if (!touches(&x->p->steps[x->u->first + i].step, k))
            continue;
        x->met[i] = x->met[i] || *k->kind;
        for (size_t n = 0; n < cdr_holds_count(x->holds); n++)
            look_at_kind(x, cdr_holds_get(x->holds, n), i, k);
    }
    /* A person's record is touched by a step on any of its columns. */
    for (size_t i = 0; i < x->u->count; i++) {
        const cdr_planned *s = &x->p->steps[x->u->first + i];
        for (size_t n = 0; same(s->step.target.inside, k->inside) && n < cdr_holds_count(x->holds); n++)
            if (cdr_holds_get(x->holds, n)->person_count && !touches(&s->step, k))
                look_at_kind(x, cdr_holds_get(x->holds, n), i, k);
    }
    return CDR_OK;
}

/* What holds whatever was seen: places, and categories where nothing at all was seen. */
static void look_at_places(const asking *x)
{
    char buf[8192];
    for (size_t i = 0; i < x->u->count; i++) {
        const cdr_planned *s = &x->p->steps[x->u->first + i];
        const char *path = place_of(x, s, buf, sizeof buf);
        for (size_t n = 0; n < cdr_holds_count(x->holds); n++) {
            const cdr_hold *h = cdr_holds_get(x->holds, n);
            if (h->person_count || !cdr_hold_reaches(h, s->system, path, ""))
                continue;
            if (!*h->category)
                stop(&x->ret[i], h, "it lies in what is held");
            else if (!x->met[i])
                stop(&x->ret[i], h, "nothing is known of the categories in it, so that it may hold what is held");
        }
    }
}

/* --- the file itself --- */

static bool is_readable_text(const char *format)
{
    static const char *const formats[] = {"csv", "json", "ndjson", "text", "xml", "mbox", "html", "log"};
    for (size_t i = 0; i < CDR_COUNT(formats); i++)
        if (same(format, formats[i]))
            return true;
    return false;
}

static const cdr_hold *person_in(const cdr_held_people *held, const char *text, size_t len)
{
    for (size_t i = 0; i < held->len; i++)
        if (cdr_hold_is_person(held->at[i], held->key, text, len))
            return held->at[i];
    return NULL;
}

/* Reads the file word by word; windows overlap, so that no word is cut in both. */
static cdr_status person_in_file(const cdr_held_people *held, const char *file, const cdr_hold **ret, cdr_err *err)
{
    _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    _cleanup_free_ char *buf = cdr_alloc(CHUNK + OVERLAP);
    size_t have = 0;
    ssize_t n = 0;
    *ret = NULL;
    if (!buf)
        return cdr_fail_nomem(err, "minimise");
    while (fd >= 0 && !*ret && (n = cdr_read_some(fd, buf + have, CHUNK)) > 0) {
        have += (size_t)n;
        *ret = person_in(held, buf, have);
        size_t keep = CDR_MIN(have, (size_t)OVERLAP);
        memmove(buf, buf + have - keep, keep);
        have = keep;
    }
    return fd >= 0 && n >= 0 ? CDR_OK : CDR_NOT_FOUND;    /* not readable: only the scan can tell */
}

static cdr_status look_into_file(const asking *x, const cdr_held_people *held, const char *file, cdr_err *err)
{
    for (size_t i = 0; i < x->u->count; i++) {
        const cdr_planned *s = &x->p->steps[x->u->first + i];
        const cdr_hold *in = NULL;
        if (!is_whole(s->step.action) || (x->ret[i].person && x->ret[i].sure) || !is_readable_text(s->step.target.format))
            continue;
        cdr_status found = person_in_file(held, file, &in, err);
        if (found == CDR_E_NOMEM)
            return found;
        if (found == CDR_OK) {
            x->ret[i].person = in;
            x->ret[i].sure = in != NULL;
        }
    }
    return CDR_OK;
}

bool cdr_held_value(void *arg, const char *value, size_t len)
{
    return person_in(arg, value, len) != NULL;
}

cdr_status cdr_plan_holds(cdr_plan_store *st, const cdr_holds *h, const cdr_secret *key, const cdr_plan *p, const cdr_plan_unit *u, const char *file, cdr_arena *a, cdr_step_hold *ret,
                          cdr_held_people *people, cdr_err *err)
{
    asking x = {.holds = h, .p = p, .u = u, .ret = ret, .met = cdr_arena_alloc(a, u->count * sizeof(bool) + 1)};
    int64_t container = 0;
    memset(ret, 0, u->count * sizeof *ret);
    *people = (cdr_held_people){.key = key, .at = cdr_arena_alloc(a, (cdr_holds_count(h) + 1) * sizeof *people->at)};
    if (!x.met || !people->at)
        return cdr_fail_nomem(err, "minimise");
    if (cdr_holds_count(h) == 0)
        return CDR_OK;
    for (size_t i = 0; i < cdr_holds_count(h); i++) {
        const cdr_hold *hold = cdr_holds_get(h, i);
        bool in = false;
        for (size_t k = 0; k < u->count && hold->person_count && !in; k++) {
            char buf[8192];
            const cdr_planned *s = &p->steps[u->first + k];
            in = cdr_hold_reaches(hold, s->system, place_of(&x, s, buf, sizeof buf), "");
        }
        if (in)
            people->at[people->len++] = hold;
    }
    cdr_status s = cdr_store_place_of(st, u->path, &container, err);
    if (s == CDR_OK && container)
        s = cdr_store_each_kind(st, container, on_kind, &x, err);
    if (s == CDR_OK)
        look_at_places(&x);
    return s == CDR_OK && people->len ? look_into_file(&x, people, file, err) : s;
}

const char *cdr_step_hold_unmet(const cdr_step_hold *h, const cdr_step_effect *e)
{
    if (!h->person)
        return NULL;
    if (!e->held_asked)
        return h->sure ? "the person whose records are held is in it, and it can only be changed as a whole" : "the person whose records are held may be in it, and it can only be changed as a whole";
    return h->sure && e->rows_held == 0 ? "the person whose records are held is in it, but no record could be told to be theirs" : NULL;
}
