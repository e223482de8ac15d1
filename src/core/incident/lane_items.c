/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/lane_items.h"

#include "base/io.h"
#include "base/vec.h"
#include "core/incident/draft_text.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define TASK_HCDR_LANE_REF 24

typedef struct want { cdr_item item; const char *letter; bool filed; } want;
CDR_VEC(wants, want)
CDR_VEC(items, cdr_item)

typedef struct work { const cdr_lane_todo *t; wants wanted; items there; cdr_err *err; } work;

/* --- what is wanted --- */

static want *add_want(work *w, cdr_item_kind kind, const char *ref, int64_t due_us)
{
    want *n = wants_push(&w->wanted);
    if (n) {
        n->item = (cdr_item){.incident = w->t->facts.id, .kind = kind, .state = CDR_ITEM_OPEN, .made_us = w->t->facts.now_us, .due_us = due_us};
        snprintf(n->item.ref, sizeof n->item.ref, CDR_LANE_REF "%s", ref);
        snprintf(n->item.who, sizeof n->item.who, "%s", w->t->who);
    }
    return n;
}

static bool want_tasks(work *w)
{
    const cdr_lane_result *r = w->t->r;
    const int64_t now = w->t->facts.now_us;
    int64_t due_us = now + TASK_HCDR_LANE_REF * HOUR_US;
    if (r->due_us > now)
        due_us = CDR_MIN(due_us, r->due_us);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        if (!cdr_lane_applies(q, w->t->a) || w->t->a->said[q] == CDR_LANE_SAID)
            continue;
        want *n = add_want(w, CDR_ITEM_TASK, cdr_lane_rows[q].key, due_us);
        if (!n)
            return false;
        snprintf(n->item.what, sizeof n->item.what, "%s", cdr_lane_rows[q].find);
    }
    if (!r->ask_counsel)
        return true;
    cdr_lane_place p;
    cdr_lane_place_of(w->t->a, &p);
    want *n = add_want(w, CDR_ITEM_TASK, "counsel", due_us);
    if (n)
        snprintf(n->item.what, sizeof n->item.what, "Ask counsel whom to tell, and by when%s%s", p.others[0] ? ": " : "", p.others);
    return n;
}

static bool want_duty(work *w, bool wanted, const char *ref, const char *what, const char *to_whom, int64_t due_us)
{
    want *n = wanted ? add_want(w, CDR_ITEM_DUTY, ref, due_us) : NULL;
    if (n) {
        snprintf(n->item.what, sizeof n->item.what, "%s", what);
        snprintf(n->item.to_whom, sizeof n->item.to_whom, "%s", to_whom);
    }
    return n || !wanted;
}

static bool want_letters(work *w)
{
    cdr_lane_letter letters[CDR_LANE_LETTERS_MAX];
    const size_t count = cdr_lane_letters(w->t->a, w->t->r, w->t->facts.now_us, letters);
    for (size_t i = 0; i < count; i++) {
        want *n = add_want(w, CDR_ITEM_LETTER, letters[i].name, letters[i].due_us);
        if (!n)
            return false;
        n->letter = letters[i].name;
        n->filed = letters[i].filed;
        snprintf(n->item.what, sizeof n->item.what, "%s", letters[i].what);
        snprintf(n->item.to_whom, sizeof n->item.to_whom, "%s", letters[i].to_whom);
    }
    return true;
}

/* --- what is there --- */

static cdr_status keep(void *arg, const cdr_item *item)
{
    work *w = arg;
    if (strncmp(item->ref, CDR_LANE_REF, sizeof CDR_LANE_REF - 1) != 0)
        return CDR_OK;
    cdr_item *kept = items_push(&w->there);
    if (!kept)
        return cdr_fail_nomem(w->err, "incident");
    *kept = *item;
    return CDR_OK;
}

/* The open one; else one that is done: what was told was told. */
static const cdr_item *find(const work *w, const char *ref)
{
    const cdr_item *done = NULL;
    for (size_t i = 0; i < w->there.len; i++) {
        const cdr_item *t = &w->there.at[i];
        if (strcmp(t->ref, ref) != 0)
            continue;
        if (t->state == CDR_ITEM_OPEN)
            return t;
        done = t->state == CDR_ITEM_DONE ? t : done;
    }
    return done;
}

static unsigned count_of(const work *w, const char *ref)
{
    unsigned n = 0;
    for (size_t i = 0; i < w->there.len; i++)
        n += !strcmp(w->there.at[i].ref, ref);
    return n;
}

static bool is_wanted(const work *w, const char *ref)
{
    for (size_t i = 0; i < w->wanted.len; i++)
        if (!strcmp(w->wanted.at[i].item.ref, ref))
            return true;
    return false;
}

/* --- the one to the other --- */

/* The organisation's own text, or, when that cannot be used, the one that comes with Candor: on such a day a slip in a file must not stop the decision. It is noted. */
static cdr_status write_letter(work *w, const char *letter, const json_t *data, const char *folder, cdr_buf *subject, cdr_buf *text)
{
    cdr_err problem = {0};
    char note[700];
    cdr_status s = cdr_draft_text(folder, letter, data, subject, text, &problem);
    if (s == CDR_OK)
        return s;
    s = cdr_draft_text(NULL, letter, data, subject, text, w->err);
    snprintf(note, sizeof note, "The text letters/%s.txt of the workspace could not be used, so that of Candor was: %s", letter, problem.text);
    return s == CDR_OK ? cdr_incident_note(w->t->in, w->t->facts.id, "note", note, 0, 0, false, false, w->err) : s;
}

static cdr_status draft(work *w, const want *n, const json_t *data, const char *folder, int64_t item)
{
    _cleanup_buf_ cdr_buf subject = CDR_BUF(1000), text = CDR_BUF(CDR_DRAFT_BYTES_MAX);
    cdr_status s = write_letter(w, n->letter, data, folder, &subject, &text);
    if (s == CDR_OK)
        s = cdr_incident_keep_draft(w->t->in, item, subject.data ? subject.data : "", text.data ? text.data : "", w->err);
    return s == CDR_OK && n->filed ? cdr_incident_end_item(w->t->in, item, CDR_ITEM_DONE, "kept with the incident", w->err) : s;
}

static cdr_status put(work *w, const want *n, const json_t *data, const char *folder)
{
    const cdr_item *there = find(w, n->item.ref);
    int64_t id = there && there->state == CDR_ITEM_OPEN ? there->id : 0;
    /* A task that was done and is not known again is a new one; the note for the file is new each time. */
    if (there && !id && n->item.kind != CDR_ITEM_TASK && !n->filed)
        return CDR_OK;
    cdr_item item = n->item;
    unsigned before = n->letter ? count_of(w, n->item.ref) : 0;
    if (before)   /* no two have the same name */
        snprintf(item.what + strlen(item.what), sizeof item.what - strlen(item.what), ", version %u", before + 1);
    cdr_status s = id ? CDR_OK : cdr_incident_add_item(w->t->in, &item, &id, w->err);
    return s == CDR_OK && n->letter ? draft(w, n, data, folder, id) : s;
}

static cdr_status end_others(work *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < w->there.len && s == CDR_OK; i++) {
        const cdr_item *t = &w->there.at[i];
        if (t->state != CDR_ITEM_OPEN || is_wanted(w, t->ref))
            continue;
        if (t->kind == CDR_ITEM_TASK)
            s = cdr_incident_end_item(w->t->in, t->id, CDR_ITEM_DONE, "it is known now", w->err);
        else if (w->t->settled)
            s = cdr_incident_end_item(w->t->in, t->id, CDR_ITEM_DROPPED, "by what is known now it is not needed", w->err);
    }
    return s;
}

cdr_status cdr_lane_items_put(const cdr_lane_todo *t, cdr_err *err)
{
    work w = {.t = t, .err = err};
    const cdr_lane_result *r = t->r;
    cdr_lane_letter_facts facts = t->facts;
    _cleanup_json_ json_t *data = cdr_lane_letter_data(t->a, r, &facts);
    _cleanup_free_ char *folder = cdr_path_join(cdr_workspace_dir(cdr_incidents_workspace(t->in)), "letters");
    /* The register itself counts 72 hours from when one was aware. Where nobody knows when that was, the duty has a date of its own. */
    const int64_t authority_us = r->aware_us ? 0 : r->due_us;
    bool fits = data && folder && want_duty(&w, r->tell_authority, "authority", "Tell the authority", "the authority", authority_us) &&
                want_duty(&w, r->tell_people, "people", "Tell the people, without delay", "the people concerned", r->due_us ? r->due_us : facts.now_us + 72 * HOUR_US) && want_letters(&w) && want_tasks(&w);
    cdr_status s = fits ? cdr_incident_items(t->in, facts.id, true, keep, &w, err) : cdr_fail_nomem(err, "incident");
    for (size_t i = 0; i < w.wanted.len && s == CDR_OK; i++)
        s = put(&w, &w.wanted.at[i], data, folder);
    if (s == CDR_OK)
        s = end_others(&w);
    wants_done(&w.wanted);
    items_done(&w.there);
    return s;
}
