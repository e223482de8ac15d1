/* SPDX-License-Identifier: Apache-2.0 */
/* What a hold covers of all that scans have seen. One that covers nothing may be misspelt: then the nearest known path helps. */
#include "core/minimise/store_plan.h"

#include "base/text.h"
#include "detect/observation.h"

#include <string.h>
#include <strings.h>

typedef struct measuring {
    const cdr_holds *holds;
    cdr_hold_reach *ret;
    int64_t *counted, *reached;  /* by hold: the object that it was counted for last */
    int64_t last;
    uint64_t known;
} measuring;

static bool was_seen(const cdr_hold *h, const cdr_held_kind *k)
{
    for (size_t i = 0; i < h->person_count && k->has_sketch; i++) {
        uint64_t hash = 0;
        for (int b = 0; b < 8; b++)
            hash |= (uint64_t)h->person[i][b] << (8 * b);
        if (cdr_sketch_has(&k->values, hash))
            return true;
    }
    return false;
}

/* As plans see it: what was not read in full may hold the category. */
static bool reaches(const cdr_hold *h, const cdr_held_kind *k)
{
    bool whole = k->coverage == CDR_COVERAGE_COMPLETE;
    return cdr_hold_reaches(h, k->system, k->path, whole ? k->category : "") && (!*h->category || !whole || *k->category);
}

static cdr_status measure(void *arg, const cdr_held_kind *k)
{
    measuring *m = arg;
    m->known += k->object != m->last;
    m->last = k->object;
    for (size_t i = 0; i < cdr_holds_count(m->holds); i++) {
        const cdr_hold *h = cdr_holds_get(m->holds, i);
        if (m->counted[i] == k->object || !reaches(h, k))
            continue;
        m->ret[i].within += m->reached[i] != k->object;
        m->reached[i] = k->object;
        if (h->person_count && !was_seen(h, k))
            continue;
        m->counted[i] = k->object;
        m->ret[i].objects++;
    }
    return CDR_OK;
}

cdr_status cdr_holds_measure(cdr_workspace *ws, const cdr_holds *h, cdr_arena *a, cdr_hold_reach **ret, uint64_t *ret_known, cdr_err *err)
{
    cdr_plan_store st;
    bool people = false;
    const size_t room = cdr_holds_count(h) + 1;
    measuring m = {.holds = h, .ret = cdr_arena_alloc(a, room * sizeof *m.ret), .counted = cdr_arena_alloc(a, room * sizeof *m.counted), .reached = cdr_arena_alloc(a, room * sizeof *m.reached)};
    if (!m.ret || !m.counted || !m.reached)
        return cdr_fail_nomem(err, "minimise");
    for (size_t i = 0; i < cdr_holds_count(h); i++)
        people = people || cdr_holds_get(h, i)->person_count;
    cdr_status s = cdr_plan_store_open(cdr_workspace_db(ws), &st, err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_each_kind_of_all(&st, people, measure, &m, err);
    cdr_plan_store_close(&st);
    *ret = m.ret;
    *ret_known = m.known;
    return s;
}

/* --- the nearest path --- */

enum { SAME_BUT_CASE, SAME_NAME, LIKE, NAME_LIKE = LIKE + 5, FAR = NAME_LIKE + 5 };

typedef struct searching {
    const char *path, *name;
    size_t len, name_len;
    cdr_arena *arena;
    const char *best;
    size_t best_len;
    int score;
    int64_t last;
} searching;

static const char *name_in(const char *path, size_t len)
{
    size_t at = len;
    while (at > 0 && path[at - 1] != '/')
        at--;
    return path + at;
}

static int distance(const char *a, size_t alen, const char *b, size_t blen)
{
    char x[512], y[512];
    size_t most = CDR_MIN(CDR_MAX(alen, blen) / 3, (size_t)4);
    if (alen >= sizeof x || blen >= sizeof y || (alen > blen ? alen - blen : blen - alen) > most)
        return -1;
    memcpy(x, a, alen);
    memcpy(y, b, blen);
    x[alen] = y[blen] = '\0';
    size_t d = cdr_edit_distance(x, y, most + 1);
    return d <= most ? (int)d : -1;
}

static int score_of(const searching *x, const char *path, size_t len)
{
    const char *name = name_in(path, len);
    size_t name_len = (size_t)(path + len - name);
    int d;
    if (len == x->len && !strncasecmp(path, x->path, len))
        return SAME_BUT_CASE;
    if (name_len == x->name_len && !strncasecmp(name, x->name, name_len))
        return SAME_NAME;
    if ((d = distance(name, name_len, x->name, x->name_len)) < 0)
        return FAR;
    bool same_folder = len - name_len == x->len - x->name_len && !strncmp(path, x->path, len - name_len);
    return (same_folder ? LIKE : NAME_LIKE) + d;
}

static cdr_status consider(void *arg, const cdr_held_kind *k)
{
    searching *x = arg;
    if (k->object == x->last)
        return CDR_OK;
    x->last = k->object;
    size_t whole = strlen(k->path);
    for (size_t len = whole; len > 1; len--) {
        bool end = len == whole || k->path[len] == '/' || (k->path[len] == '!' && k->path[len + 1] == '/');
        int score = end && k->path[len - 1] != '!' ? score_of(x, k->path, len) : FAR;
        if (score < x->score || (score == x->score && score < FAR && len < x->best_len)) {
            x->score = score;
            x->best_len = len;
            if (!(x->best = cdr_arena_strndup(x->arena, k->path, len)))
                return CDR_E_NOMEM;
        }
    }
    return CDR_OK;
}

cdr_status cdr_hold_nearest(cdr_workspace *ws, const char *path, cdr_arena *a, const char **ret, cdr_err *err)
{
    cdr_plan_store st;
    searching x = {.path = path, .len = strlen(path), .arena = a, .best = "", .score = FAR};
    while (x.len > 1 && path[x.len - 1] == '/')
        x.len--;
    x.name = name_in(path, x.len);
    x.name_len = (size_t)(path + x.len - x.name);
    *ret = "";
    if (strpbrk(path, "*?") || !x.name_len)
        return CDR_OK;
    cdr_status s = cdr_plan_store_open(cdr_workspace_db(ws), &st, err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_each_kind_of_all(&st, false, consider, &x, err);
    cdr_plan_store_close(&st);
    *ret = x.best;
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s;
}
