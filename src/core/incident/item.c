/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks, commitments, duties, letters and the review: open until each is done. Whatever has a date has a clock. */
#include "core/incident/inside.h"
#include "core/incident/lane_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define DRAFT_MAX (1u << 20)

void cdr_in_item_row(cdr_db_query *q, cdr_item *t)
{
    *t = (cdr_item){.id = cdr_db_col_int(q, 0), .incident = cdr_db_col_int(q, 1), .kind = (cdr_item_kind)cdr_db_col_int(q, 2), .state = (cdr_item_state)cdr_db_col_int(q, 3), .made_us = cdr_db_col_int(q, 9),
                    .due_us = cdr_db_col_int(q, 10), .done_us = cdr_db_col_int(q, 11)};
    cdr_in_text(q, 4, t->what, sizeof t->what);
    cdr_in_text(q, 5, t->to_whom, sizeof t->to_whom);
    cdr_in_text(q, 6, t->who, sizeof t->who);
    cdr_in_text(q, 7, t->outcome, sizeof t->outcome);
    cdr_in_text(q, 8, t->ref, sizeof t->ref);
}

void cdr_in_item_ref(const cdr_item *item, char ret[64])
{
    snprintf(ret, 64, "%s/%lld", item->kind == CDR_ITEM_PROMISE ? "promise" : cdr_item_kind_name(item->kind), (long long)item->id);
}

/* Reminded before, and up the chain after; what is due soon is reminded of sooner. */
static cdr_status set_clock(cdr_incidents *in, const cdr_incident *i, const cdr_item *t, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT], ref[64], label[141];
    static const char *const names[] = {"", "Task", "Commitment", "Duty", "Letter", "Review"};
    int64_t left = t->due_us - t->made_us;
    cdr_in_subject(i->id, subject);
    cdr_in_item_ref(t, ref);
    /* What somebody typed stays in the register; the small lane's words are nobody's. */
    if (!strncmp(t->ref, CDR_LANE_REF, sizeof CDR_LANE_REF - 1))
        cdr_text_cut(label, sizeof label, t->what);
    else
        snprintf(label, sizeof label, "%s %lld", names[t->kind], (long long)t->id);
    cdr_clock_setup c = {.subject = subject, .ref = ref, .label = label, .began_us = t->made_us, .due_us = t->due_us, .role = CDR_DUTY_MANAGER, .drill = i->drill,
                         .escalation_count = 2, .escalate = {{{.seconds = 0}, CDR_DUTY_MANAGER}, {{.seconds = 86400}, CDR_DUTY_OWNER}}};
    if (left > DAY_US)
        c.warn[c.warn_count++] = (cdr_duration){.days = 1};
    if (left > DAY_US / 6)
        c.warn[c.warn_count++] = (cdr_duration){.seconds = 4 * 3600};
    return cdr_clock_set(cdr_runs_clocks(in->runs), &c, err);
}

static cdr_status check(cdr_incidents *in, const cdr_item *typed, cdr_item *t, cdr_err *err)
{
    *t = (cdr_item){.incident = typed->incident, .kind = typed->kind, .state = CDR_ITEM_OPEN, .made_us = cdr_in_now(in), .due_us = typed->due_us};
    if (t->kind < CDR_ITEM_TASK || t->kind > CDR_ITEM_REVIEW)
        return cdr_fail(err, CDR_E_INVAL, "incident", "item.kind", "It is a task, a commitment, a duty, a letter or a review.");
    if (t->due_us && (t->due_us < CDR_INCIDENT_FIRST_US || t->due_us > t->made_us + CDR_INCIDENT_SPAN_MAX_US))
        return cdr_fail(err, CDR_E_INVAL, "incident", "item.due", "It is due before the year 2000, or in more than ten years; look at the date.");
    cdr_status s = cdr_in_clean(in, typed->what, "What is to be done", true, t->what, sizeof t->what, err);
    if (s == CDR_OK)
        s = cdr_in_clean(in, typed->to_whom, "To whom", t->kind == CDR_ITEM_PROMISE, t->to_whom, sizeof t->to_whom, err);
    if (s == CDR_OK)
        s = cdr_in_name(in, typed->who, "Who has to do it", false, t->who, sizeof t->who, err);
    return s == CDR_OK ? cdr_in_line(typed->ref, "The reference", false, t->ref, sizeof t->ref, err) : s;
}

/* Nobody's work is done by nobody: without a name it is the manager's. */
static cdr_status give(cdr_incidents *in, cdr_item *t, cdr_err *err)
{
    cdr_incident_role r;
    if (*t->who)
        return CDR_OK;
    cdr_status s = cdr_incident_role_of(in, t->incident, CDR_DUTY_MANAGER, &r, err);
    if (s == CDR_OK)
        snprintf(t->who, sizeof t->who, "%s", r.who);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status add(cdr_incidents *in, const cdr_incident *i, cdr_item *t, cdr_err *err)
{
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){t->what, t->to_whom}, 2, words);
    cdr_status s = give(in, t, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_ITEM_ADD, CDR_V(cdr_v_int(i->id), cdr_v_int((int64_t)t->kind), cdr_v_text(t->what), cdr_v_text(t->to_whom), cdr_v_text(t->who), cdr_v_text(t->ref), cdr_v_int(t->made_us),
                                                   cdr_v_some(t->due_us), cdr_v_blob(salt, sizeof salt)), err);
    t->id = cdr_db_last_id(in->db);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.item", i->id, json_pack("{s:I, s:s, s:o, s:s}", "item", (json_int_t)t->id, "kind", cdr_item_kind_name(t->kind), "due", cdr_json_time(t->due_us), "words", words), err);
    return s == CDR_OK && t->due_us ? set_clock(in, i, t, err) : s;
}

cdr_status cdr_incident_add_item(cdr_incidents *in, const cdr_item *item, int64_t *ret_id, cdr_err *err)
{
    cdr_incident i;
    cdr_item t;
    cdr_status s = check(in, item, &t, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, t.incident, &i, NULL, err);
    if (s == CDR_OK)
        s = add(in, &i, &t, err);
    s = cdr_in_end(in, s, err);
    if (s == CDR_OK && ret_id)
        *ret_id = t.id;
    return s;
}

cdr_status cdr_in_item(cdr_incidents *in, int64_t item, cdr_item *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_ITEM_GET, &q, CDR_V(cdr_v_int(item)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        cdr_in_item_row(&q, ret);
    cdr_db_end(&q);
    if (s == CDR_DONE)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "item.none", "There is no item %lld; candor incident item list shows those that are open.", (long long)item);
    return s;
}

static cdr_status tell_duty(cdr_incidents *in, const cdr_item *t, cdr_err *err);

static cdr_status end_item(cdr_incidents *in, int64_t item, cdr_item_state state, const char *outcome, cdr_err *err)
{
    cdr_item t;
    cdr_incident i;
    char subject[CDR_IN_SUBJECT], ref[64], text[900];
    cdr_in_secret_parties secret = {0};
    cdr_status s = cdr_in_item(in, item, &t, err);
    if (s == CDR_OK)
        s = cdr_in_get_open(in, t.incident, &i, NULL, err);
    if (s == CDR_OK && t.state != CDR_ITEM_OPEN)
        s = cdr_fail(err, CDR_DENIED, "incident", "item.ended", "Item %lld is %s already.", (long long)item, t.state == CDR_ITEM_DONE ? "done" : "dropped");
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_ITEM_END, CDR_V(cdr_v_int(item), cdr_v_int((int64_t)state), cdr_v_text(outcome), cdr_v_int(cdr_in_now(in))), err);
    if (s == CDR_OK && t.due_us) {
        cdr_in_subject(t.incident, subject);
        cdr_in_item_ref(&t, ref);
        s = cdr_clock_stop(cdr_runs_clocks(in->runs), subject, ref, state == CDR_ITEM_DONE, err);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    if (s == CDR_OK)
        s = cdr_in_end_updates(in, &t, err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.item-end", t.incident, json_pack("{s:I, s:s}", "item", (json_int_t)item, "state", state == CDR_ITEM_DONE ? "done" : "dropped"), err);
    snprintf(text, sizeof text, "%s %lld %s: %s%s%s", cdr_item_kind_name(t.kind), (long long)item, state == CDR_ITEM_DONE ? "done" : "dropped", t.what, *outcome ? " - " : "", outcome);
    if (s == CDR_OK)
        s = cdr_in_secret_parties_of(in, t.incident, &secret, err);
    if (s == CDR_OK)
        s = cdr_in_add_event(in, t.incident, &(cdr_in_event){.kind = t.kind == CDR_ITEM_LETTER ? "letter" : t.kind == CDR_ITEM_PROMISE ? "promise" : "note", .text = text,
                                                             .privileged = cdr_in_is_one_of(&secret, t.to_whom)}, err);
    cdr_in_secret_parties_done(&secret);
    return s == CDR_OK && state == CDR_ITEM_DONE ? tell_duty(in, &t, err) : s;
}

/* A duty of the small lane that is done is what the register's time is about. */
static cdr_status tell_duty(cdr_incidents *in, const cdr_item *t, cdr_err *err)
{
    static const struct { const char *ref; cdr_incident_time which; } duties[] = {{CDR_LANE_REF "authority", CDR_INCIDENT_NOTIFIED_AUTHORITY}, {CDR_LANE_REF "people", CDR_INCIDENT_NOTIFIED_PEOPLE}};
    cdr_incident i;
    cdr_status s = CDR_OK;
    for (size_t k = 0; s == CDR_OK && t->kind == CDR_ITEM_DUTY && k < CDR_COUNT(duties); k++) {
        if (strcmp(t->ref, duties[k].ref) != 0)
            continue;
        s = cdr_in_get(in, t->incident, &i, NULL, err);
        if (s == CDR_OK && !i.times[duties[k].which])
            s = cdr_in_put_time(in, t->incident, duties[k].which, cdr_in_now(in), err);
        if (s == CDR_OK)
            s = cdr_in_authority(in, t->incident, err);
    }
    return s;
}

cdr_status cdr_incident_end_item(cdr_incidents *in, int64_t item, cdr_item_state state, const char *outcome, cdr_err *err)
{
    char clean[256];
    if (state != CDR_ITEM_DONE && state != CDR_ITEM_DROPPED)
        return cdr_fail(err, CDR_E_INVAL, "incident", "item.state", "An item is done, or dropped.");
    cdr_status s = cdr_in_clean(in, outcome, "The reason", state == CDR_ITEM_DROPPED, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, end_item(in, item, state, clean, err), err) : s;
}

cdr_status cdr_incident_items(cdr_incidents *in, int64_t id, bool ended_too, cdr_item_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_item t;
    cdr_status s = id ? cdr_in_begin(in->set, IN_ITEMS, &q, CDR_V(cdr_v_int(id), cdr_v_int(ended_too)), err) : cdr_in_begin(in->set, IN_ITEMS_ALL, &q, CDR_V(cdr_v_int(ended_too)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_in_item_row(&q, &t);
        s = fn(arg, &t);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- the review: within five business days of the first try to close --- */

cdr_status cdr_in_review(cdr_incidents *in, const cdr_incident *i, bool *ret_made, cdr_err *err)
{
    int64_t now = cdr_in_now(in);
    cdr_item t = {.incident = i->id, .kind = CDR_ITEM_REVIEW, .state = CDR_ITEM_OPEN, .made_us = now, .due_us = cdr_due(now, &(cdr_duration){.business_days = 5}, NULL)};
    snprintf(t.what, sizeof t.what, "Look back together: what happened, what went well, what changes");
    *ret_made = true;
    return add(in, i, &t, err);
}

typedef struct reviews { int64_t ids[8]; size_t count; } reviews;

static cdr_status keep_review(void *arg, const cdr_item *t)
{
    reviews *r = arg;
    if (t->kind == CDR_ITEM_REVIEW && t->state == CDR_ITEM_OPEN && r->count < CDR_COUNT(r->ids))
        r->ids[r->count++] = t->id;
    return CDR_OK;
}

cdr_status cdr_in_review_held(cdr_incidents *in, int64_t id, const char *step, cdr_err *err)
{
    reviews r = {.count = 0};
    char outcome[120];
    snprintf(outcome, sizeof outcome, "held in the playbook, %s", step);
    cdr_status s = cdr_incident_items(in, id, false, keep_review, &r, err);
    for (size_t i = 0; s == CDR_OK && i < r.count; i++)
        s = end_item(in, r.ids[i], CDR_ITEM_DONE, outcome, err);
    return s;
}

/* --- drafts --- */

static void bound_of(int64_t item, char part, char ret[48])
{
    snprintf(ret, 48, "incident-item:%lld:%c", (long long)item, part);
}

static cdr_status seal(cdr_incidents *in, int64_t item, char part, const char *text, uint8_t **ret, size_t *ret_len, cdr_err *err)
{
    char bound[48];
    const cdr_secret *key = cdr_workspace_key(in->ws, CDR_KEY_INCIDENT);
    size_t len = strlen(text);
    bound_of(item, part, bound);
    *ret = key ? cdr_alloc(len + CDR_SEAL_BYTES) : NULL;
    *ret_len = len + CDR_SEAL_BYTES;
    return *ret ? cdr_seal(in->ctx, key, text, len, bound, strlen(bound), *ret, err) : cdr_fail_nomem(err, "incident");
}

cdr_status cdr_incident_keep_draft(cdr_incidents *in, int64_t item, const char *subject, const char *text, cdr_err *err)
{
    cdr_item t;
    _cleanup_free_ uint8_t *head = NULL, *body = NULL;
    size_t head_len = 0, body_len = 0;
    if (strlen(text) > DRAFT_MAX || (subject && strlen(subject) > 1000))
        return cdr_fail(err, CDR_E_LIMIT, "incident", "draft.long", "The draft is too long: a subject has at most 1,000 bytes, a text 1 MiB.");
    cdr_status s = cdr_in_item(in, item, &t, err);
    if (s == CDR_OK)
        s = seal(in, item, 's', subject ? subject : "", &head, &head_len, err);
    if (s == CDR_OK)
        s = seal(in, item, 't', text, &body, &body_len, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_run(in->set, IN_ITEM_DRAFT, CDR_V(cdr_v_int(item), cdr_v_blob(head, head_len), cdr_v_blob(body, body_len)), err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.draft", t.incident, json_pack("{s:I}", "item", (json_int_t)item), err);
    return cdr_in_end(in, s, err);
}

static cdr_status unseal(cdr_incidents *in, int64_t item, char part, cdr_db_query *q, int col, cdr_buf *out, cdr_err *err)
{
    char bound[48];
    size_t len = 0;
    const uint8_t *sealed = cdr_db_col_blob(q, col, &len);
    const cdr_secret *key = cdr_workspace_key(in->ws, CDR_KEY_INCIDENT);
    bound_of(item, part, bound);
    if (!key || (sealed && cdr_buf_reserve(out, len) != CDR_OK))
        return cdr_fail_nomem(err, "incident");
    if (!sealed)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "draft.none", "Item %lld has no draft.", (long long)item);
    cdr_status s = len < CDR_SEAL_BYTES ? CDR_DENIED : cdr_unseal(key, sealed, len, bound, strlen(bound), (uint8_t *)out->data + out->len, NULL);
    if (s != CDR_OK)
        return cdr_fail(err, CDR_E_CORRUPT, "incident", "draft.damaged", "The draft of item %lld was changed outside of Candor or belongs to another workspace; put back a backup.", (long long)item);
    out->len += len - CDR_SEAL_BYTES;
    out->data[out->len] = '\0';
    return CDR_OK;
}

cdr_status cdr_incident_draft(cdr_incidents *in, int64_t item, cdr_buf *subject, cdr_buf *text, cdr_err *err)
{
    cdr_item t;
    cdr_db_query q = {0};
    cdr_status s = cdr_in_item(in, item, &t, err);
    if (s == CDR_OK)
        s = cdr_in_begin(in->set, IN_ITEM_DRAFT_GET, &q, CDR_V(cdr_v_int(item)), err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK && subject)
        s = unseal(in, item, 's', &q, 0, subject, err);
    if (s == CDR_OK)
        s = unseal(in, item, 't', &q, 1, text, err);
    cdr_db_end(&q);
    return s;
}
