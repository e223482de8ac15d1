/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/review.h"

#include "base/json.h"
#include "base/time.h"
#include "core/ledger/store.h"
#include "core/playbook/store_review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const results[CDR_REVIEW__MAX] = {[CDR_REVIEW_GOOD] = "good", [CDR_REVIEW_CHANGED] = "changed", [CDR_REVIEW_RETIRED] = "retired"};

const char *cdr_review_result_name(cdr_review_result result)
{
    return result > CDR_REVIEW_NONE && result < CDR_REVIEW__MAX ? results[result] : "";
}

cdr_review_result cdr_review_result_by_name(const char *name)
{
    for (size_t i = CDR_REVIEW_GOOD; i < CDR_REVIEW__MAX; i++)
        if (name && !strcmp(name, results[i]))
            return (cdr_review_result)i;
    return CDR_REVIEW_NONE;
}

/* --- entering one --- */

static cdr_status enter(cdr_workspace *ws, const cdr_review *r, cdr_err *err)
{
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s}", "result", cdr_review_result_name(r->result), "version", r->version);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "playbook");
    const cdr_ledger_event event = {.kind = "playbook.review", .actor = r->by, .subject = r->name, .details_json = text};
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(ws), &event, NULL, err);
    free(text);
    return s;
}

cdr_status cdr_review_add(cdr_workspace *ws, const char *name, const cdr_playbook *p, cdr_review_result result, const char *note, cdr_err *err)
{
    _cleanup_(cdr_review_store_closep) cdr_review_store *st = NULL;
    const char *modified = cdr_playbook_modified(p);
    const cdr_review r = {.at_us = cdr_now_us(cdr_workspace_ctx(ws)), .name = name, .version = modified ? modified : "", .by = cdr_workspace_actor(ws), .note = note, .result = result};
    if (result <= CDR_REVIEW_NONE || result >= CDR_REVIEW__MAX)
        return cdr_fail(err, CDR_E_INVAL, "playbook", "review.result", "The result of a review is good, changed or retired.");
    if (note && strlen(note) > CDR_REVIEW_NOTE_MAX)
        return cdr_fail(err, CDR_E_INVAL, "playbook", "review.note-long", "A note has at most %d bytes; keep the rest elsewhere and say where.", CDR_REVIEW_NOTE_MAX);
    cdr_db *db = cdr_workspace_db(ws);
    cdr_status s = cdr_review_store_open(ws, &st, err);
    if (s == CDR_OK)
        s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_review_store_add(st, &r, err);
    if (s == CDR_OK)
        s = enter(ws, &r, err);
    if (s == CDR_OK)
        return cdr_db_commit(db, err);
    cdr_db_rollback(db);
    return s;
}

cdr_status cdr_review_each(cdr_workspace *ws, const char *name, cdr_review_fn *fn, void *arg, cdr_err *err)
{
    _cleanup_(cdr_review_store_closep) cdr_review_store *st = NULL;
    cdr_status s = cdr_review_store_open(ws, &st, err);
    return s == CDR_OK ? cdr_review_store_each(st, name, fn, arg, err) : s;
}

/* --- how they stand --- */

/* When the workspace was made: the first entry of its ledger says. */
static cdr_status made_at(cdr_workspace *ws, int64_t *ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX + 1);
    *ret = 0;
    cdr_status s = cdr_ledger_entry(cdr_workspace_ledger(ws), 0, &text, err);
    if (s != CDR_OK)
        return s;
    _cleanup_json_ json_t *entry = json_loadb(text.data, text.len, 0, NULL);
    const char *at = json_string_value(json_object_get(entry, "at"));
    if (!at || !cdr_time_parse(at, ret))
        return cdr_fail(err, CDR_E_CORRUPT, "playbook", "review.made", "The first entry of the ledger does not say when the workspace was made; candor ledger verify tells what is wrong.");
    return CDR_OK;
}

typedef struct look { cdr_review_store *st; int64_t now_us, made_us; cdr_standing_fn *fn; void *arg; cdr_err *err; } look;

static cdr_status look_from(cdr_workspace *ws, look *l)
{
    cdr_status s = cdr_review_store_open(ws, &l->st, l->err);
    return s == CDR_OK ? made_at(ws, &l->made_us, l->err) : s;
}

/* The first is counted from the day on which it could be read here: that of the workspace, or of the file. */
static int64_t counts_from(const look *l, const cdr_library_item *item, const cdr_review_last *last)
{
    int64_t made = 0;
    const char *created = item->path ? json_string_value(json_object_get(cdr_playbook_json(item->playbook), "created")) : NULL;
    if (last->at_us)
        return last->at_us;
    if (created && cdr_time_parse(created, &made) && made > l->made_us && made <= l->now_us)
        return made;
    return l->made_us;
}

/* 0: none is wanted. */
static int64_t next_of(int64_t from_us, const cdr_review_last *last, const cdr_duration *every)
{
    return last->result == CDR_REVIEW_RETIRED ? 0 : cdr_due(from_us, every, NULL);
}

static cdr_status look_at(void *arg, const cdr_library_item *item)
{
    look *l = arg;
    cdr_review_last last;
    cdr_standing st = {.item = item};
    cdr_status s = cdr_review_store_last(l->st, item->name, &last, l->err);
    if (s != CDR_OK)
        return s;
    st.result = last.result;
    st.reviewed_us = last.at_us;
    st.drilled_us = last.drilled_us;
    st.percent = last.percent;
    if (item->playbook) {
        const cdr_playbook_rule *rule = cdr_playbook_rule_of(item->playbook);
        const char *modified = cdr_playbook_modified(item->playbook);
        st.changed = last.at_us && modified && strcmp(modified, last.version) != 0;
        if (rule->present && rule->has_review)
            st.next_us = next_of(counts_from(l, item, &last), &last, &rule->review_every);
        st.overdue = st.next_us && st.next_us < l->now_us;
    }
    return l->fn(l->arg, &st);
}

cdr_status cdr_standing_each(cdr_workspace *ws, int64_t now_us, cdr_standing_fn *fn, void *arg, cdr_err *err)
{
    look l = {.now_us = now_us, .fn = fn, .arg = arg, .err = err};
    cdr_status s = look_from(ws, &l);
    if (s == CDR_OK)
        s = cdr_library_each(cdr_workspace_dir(ws), look_at, &l, err);
    cdr_review_store_close(l.st);
    return s;
}

/* --- which wait: asked by `candor` alone, so none of those that come with Candor is read for it --- */

typedef struct waiting { cdr_reviews_late late; bool *own; /* by number of procedure: the workspace has its own */ } waiting;

static void count_late(cdr_reviews_late *late, const char *name, int64_t due_us)
{
    if (!late->count || due_us < late->due_us) {
        late->due_us = due_us;
        snprintf(late->name, sizeof late->name, "%s", name);
    }
    late->count++;
}

static cdr_status wait_for_own(void *arg, const cdr_standing *st)
{
    waiting *w = arg;
    for (size_t i = 0; i < cdr_procedure_count; i++)
        w->own[i] = w->own[i] || !strcmp(cdr_procedures[i].name, st->item->name);
    if (st->overdue)
        count_late(&w->late, st->item->name, st->next_us);
    return CDR_OK;
}

static cdr_status wait_for_procedure(const look *l, waiting *w, const cdr_procedure *p)
{
    cdr_review_last last;
    cdr_duration every;
    if (!cdr_duration_parse(p->review_every, &every))
        return CDR_OK;
    cdr_status s = cdr_review_store_last(l->st, p->name, &last, l->err);
    if (s != CDR_OK)
        return s;
    int64_t next = next_of(last.at_us ? last.at_us : l->made_us, &last, &every);
    if (next && next < l->now_us)
        count_late(&w->late, p->name, next);
    return CDR_OK;
}

cdr_status cdr_reviews_late_read(cdr_workspace *ws, int64_t now_us, cdr_reviews_late *ret, cdr_err *err)
{
    waiting w = {.own = cdr_alloc_array(cdr_procedure_count + 1, sizeof *w.own)};
    look l = {.now_us = now_us, .fn = wait_for_own, .arg = &w, .err = err};
    *ret = (cdr_reviews_late){0};
    cdr_status s = w.own ? look_from(ws, &l) : cdr_fail_nomem(err, "playbook");
    if (s == CDR_OK)
        s = cdr_library_each_own(cdr_workspace_dir(ws), look_at, &l, err);
    for (size_t i = 0; i < cdr_procedure_count && s == CDR_OK; i++)
        if (!w.own[i])
            s = wait_for_procedure(&l, &w, &cdr_procedures[i]);
    if (s == CDR_OK)
        *ret = w.late;
    cdr_free(w.own);
    cdr_review_store_close(l.st);
    return s;
}
