/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and what happened to them in the database. */
#include "core/clock/inside.h"

#include "base/json.h"

#include <string.h>

enum { ST_FIND, ST_ADD, ST_CHANGE, ST_EVENT, ST_SUPERSEDE, ST_ANNOUNCE, ST_DUE, ST_DUE_OF, ST_UNSENT, ST_SENT, ST_TRIED, ST_EACH, ST_EACH_OF, ST_EACH_OPEN, ST_EACH_OPEN_OF, ST_EVENTS, ST_NEXT, ST_WAITS, ST__MAX };

#define COLUMNS "c.id, c.subject, c.ref, c.label, c.began_us, c.due_us, c.warn, c.escalate, c.calendar, c.role, c.drill, c.state, c.done, c.next_us, c.escalated_to, c.ended_us, c.set_us"
#define COLUMN_COUNT 17
#define CLOCKS "SELECT " COLUMNS " FROM clock c "
#define EVENTS "SELECT " COLUMNS ", e.id, e.kind, e.at_us, e.meant_us, e.to_role, e.tries FROM clock_event e JOIN clock c ON c.id = e.clock_id "

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_FIND] = {"clock-find", CLOCKS "WHERE c.subject = ?1 AND c.ref = ?2", true},
    [ST_ADD] = {"clock-add", "INSERT INTO clock(subject, ref, label, began_us, due_us, warn, escalate, calendar, role, drill, state, done, next_us, escalated_to, ended_us, set_us) "
                             "VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)", false},
    [ST_CHANGE] = {"clock-change", "UPDATE clock SET subject = ?2, ref = ?3, label = ?4, began_us = ?5, due_us = ?6, warn = ?7, escalate = ?8, calendar = ?9, role = ?10, drill = ?11, state = ?12, done = ?13, "
                                   "next_us = ?14, escalated_to = ?15, ended_us = ?16, set_us = ?17 WHERE id = ?1", false},
    [ST_EVENT] = {"clock-event", "INSERT INTO clock_event(clock_id, kind, at_us, meant_us, to_role, sent) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_SUPERSEDE] = {"clock-supersede", "UPDATE clock_event SET sent = 3 WHERE clock_id = ?1 AND sent = 1 AND (?2 IS NULL OR to_role = ?2)", false},
    [ST_ANNOUNCE] = {"clock-announce",
        "UPDATE clock_event SET sent = 1, to_role = (SELECT role FROM clock WHERE id = clock_id) WHERE sent = 0 AND id = (SELECT max(e.id) FROM clock_event e JOIN clock c ON c.id = e.clock_id "
        "WHERE c.subject = ?1 AND c.ref = ?2 AND c.ended_us IS NULL AND c.drill = 0 AND e.kind IN (1, 6))", false},
    [ST_DUE] = {"clock-due", CLOCKS "WHERE c.ended_us IS NULL AND c.next_us IS NOT NULL AND c.drill = 0 AND c.next_us <= ?1 ORDER BY c.next_us, c.id LIMIT ?2", true},
    [ST_DUE_OF] = {"clock-due-of", CLOCKS "WHERE c.subject = ?3 AND c.ended_us IS NULL AND c.next_us <= ?1 ORDER BY c.next_us, c.id LIMIT ?2", true},
    [ST_UNSENT] = {"clock-unsent", EVENTS "WHERE e.sent = 1 AND e.id > ?1 AND (?2 IS NULL OR c.subject = ?2) ORDER BY e.id LIMIT 1", true},
    [ST_SENT] = {"clock-sent", "UPDATE clock_event SET sent = 2 WHERE id = ?1 AND sent = 1", false},
    [ST_TRIED] = {"clock-tried", "UPDATE clock_event SET tries = tries + 1 WHERE id = ?1", false},
    [ST_EACH] = {"clock-each", CLOCKS "ORDER BY c.due_us, c.id", true},
    [ST_EACH_OF] = {"clock-each-of", CLOCKS "WHERE c.subject = ?1 ORDER BY c.due_us, c.id", true},
    [ST_EACH_OPEN] = {"clock-each-open", CLOCKS "WHERE c.ended_us IS NULL ORDER BY c.due_us, c.id", true},
    [ST_EACH_OPEN_OF] = {"clock-each-open-of", CLOCKS "WHERE c.subject = ?1 AND c.ended_us IS NULL ORDER BY c.due_us, c.id", true},
    [ST_EVENTS] = {"clock-events", EVENTS "WHERE c.subject = ?1 ORDER BY e.id", true},
    [ST_NEXT] = {"clock-next", CLOCKS "WHERE c.ended_us IS NULL AND c.drill = 0 ORDER BY c.due_us LIMIT 1", true},
    [ST_WAITS] = {"clock-waits", "SELECT (SELECT min(next_us) FROM clock WHERE ended_us IS NULL AND next_us IS NOT NULL AND drill = 0 AND next_us <= ?1), "
                                 "(SELECT at_us FROM clock_event WHERE sent = 1 ORDER BY id LIMIT 1)", true},
};

cdr_status cdr_clocks_open(cdr_workspace *ws, cdr_clocks **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_clocks *c = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "clock");
    *c = (cdr_clocks){.ws = ws, .db = cdr_workspace_db(ws)};
    cdr_status s = cdr_db_prepare_set(c->db, statements, ST__MAX, &c->set, err);
    if (s != CDR_OK) {
        cdr_free(c);
        return s;
    }
    *ret = c;
    return CDR_OK;
}

void cdr_clocks_close(cdr_clocks *c)
{
    if (!c)
        return;
    cdr_db_set_free(c->set);
    cdr_free(c);
}

/* --- warnings and escalations as JSON --- */

static void write_moments(const cdr_clock_row *row, cdr_buf *warn, cdr_buf *escalate)
{
    cdr_json_writer w;
    char text[CDR_DURATION_TEXT];
    cdr_jw_begin(&w, warn);
    cdr_jw_open(&w, '[');
    for (size_t i = 0; i < row->warn_count; i++) {
        cdr_duration_format(&row->warn[i], text);
        cdr_jw_str(&w, text);
    }
    cdr_jw_close(&w, ']');
    cdr_jw_begin(&w, escalate);
    cdr_jw_open(&w, '[');
    for (size_t i = 0; i < row->escalation_count; i++) {
        cdr_duration_format(&row->escalate[i].after, text);
        cdr_jw_open(&w, '{');
        cdr_jw_key(&w, "after");
        cdr_jw_str(&w, text);
        cdr_jw_key(&w, "to_role");
        cdr_jw_str(&w, cdr_duty_role_key(row->escalate[i].to));
        cdr_jw_close(&w, '}');
    }
    cdr_jw_close(&w, ']');
}

/* A list that is not as we wrote it leaves no moments: corrupt. */
static cdr_status read_list(cdr_db_query *q, int col, size_t max, json_t **ret, cdr_err *err)
{
    size_t len;
    const char *text = cdr_db_col_text(q, col, &len);
    cdr_status s = text ? cdr_json_parse(text, len, "a clock", ret, err) : CDR_E_CORRUPT;
    if (s == CDR_E_NOMEM || (s == CDR_OK && json_is_array(*ret) && json_array_size(*ret) <= max))
        return s;
    return cdr_fail(err, CDR_E_CORRUPT, "clock", "clock.moments", "The moments of a clock in the database are not as they were written; run candor doctor.");
}

static bool read_warn(const json_t *list, cdr_clock_row *row)
{
    row->warn_count = json_array_size(list);
    for (size_t i = 0; i < row->warn_count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !cdr_duration_parse(text, &row->warn[i]))
            return false;
    }
    return true;
}

static bool read_escalate(const json_t *list, cdr_clock_row *row)
{
    row->escalation_count = json_array_size(list);
    for (size_t i = 0; i < row->escalation_count; i++) {
        const json_t *o = json_array_get(list, i);
        const char *text = cdr_json_str(o, "after");
        row->escalate[i].to = cdr_duty_role_by_key(cdr_json_str(o, "to_role"));
        if (!text || !cdr_duration_parse(text, &row->escalate[i].after) || row->escalate[i].to == CDR_DUTY__MAX)
            return false;
    }
    return true;
}

static bool copy_text(cdr_db_query *q, int col, char *out, size_t cap)
{
    size_t len;
    const char *text = cdr_db_col_text(q, col, &len);
    if (!text || len >= cap)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

static cdr_status read_row(cdr_db_query *q, cdr_clock_row *r, cdr_err *err)
{
    _cleanup_json_ json_t *warn = NULL, *escalate = NULL;
    *r = (cdr_clock_row){.id = cdr_db_col_int(q, 0), .began_us = cdr_db_col_int(q, 4), .due_us = cdr_db_col_int(q, 5), .role = (cdr_duty_role)cdr_db_col_int(q, 9), .drill = cdr_db_col_int(q, 10) != 0,
                         .state = (cdr_clock_state)cdr_db_col_int(q, 11), .done = (size_t)cdr_db_col_int(q, 12), .next_us = cdr_db_col_is_null(q, 13) ? INT64_MAX : cdr_db_col_int(q, 13),
                         .escalated_to = (cdr_duty_role)cdr_db_col_int(q, 14), .ended_us = cdr_db_col_int(q, 15), .set_us = cdr_db_col_int(q, 16)};
    cdr_status s = read_list(q, 6, CDR_RULE_WARNS_MAX, &warn, err);
    if (s == CDR_OK)
        s = read_list(q, 7, CDR_RULE_ESCALATIONS_MAX, &escalate, err);
    if (s != CDR_OK)
        return s;
    bool ok = read_warn(warn, r) && read_escalate(escalate, r) && copy_text(q, 1, r->subject, sizeof r->subject) && copy_text(q, 2, r->ref, sizeof r->ref) && copy_text(q, 3, r->label, sizeof r->label) &&
              copy_text(q, 8, r->calendar, sizeof r->calendar) && (unsigned)r->role < CDR_DUTY__MAX;
    return ok ? CDR_OK : cdr_fail(err, CDR_E_CORRUPT, "clock", "clock.row", "A clock in the database is not as it was written; run candor doctor.");
}

static void read_event(cdr_db_query *q, cdr_clock_event_row *e)
{
    *e = (cdr_clock_event_row){.id = cdr_db_col_int(q, COLUMN_COUNT), .kind = (cdr_clock_event_kind)cdr_db_col_int(q, COLUMN_COUNT + 1), .at_us = cdr_db_col_int(q, COLUMN_COUNT + 2),
                               .meant_us = cdr_db_col_int(q, COLUMN_COUNT + 3), .to = (cdr_duty_role)cdr_db_col_int(q, COLUMN_COUNT + 4), .tries = (unsigned)cdr_db_col_int(q, COLUMN_COUNT + 5)};
}

/* One row, or CDR_DONE. */
static cdr_status one(cdr_db_query *q, cdr_clock_row *row, cdr_clock_event_row *event, cdr_err *err)
{
    cdr_status s = cdr_db_step(q, err);
    if (s == CDR_OK)
        s = read_row(q, row, err);
    if (s == CDR_OK && event)
        read_event(q, event);
    cdr_db_end(q);
    return s;
}

/* --- clocks --- */

cdr_status cdr_clock_store_find(cdr_clocks *c, const char *subject, const char *ref, cdr_clock_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_FIND, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, subject);
    cdr_db_bind_text(&q, 2, ref);
    s = one(&q, ret, NULL, err);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

static void bind_or_null(cdr_db_query *q, int param, bool there, int64_t v)
{
    if (there)
        cdr_db_bind_int(q, param, v);
    else
        cdr_db_bind_null(q, param);
}

cdr_status cdr_clock_store_put(cdr_clocks *c, cdr_clock_row *row, cdr_err *err)
{
    cdr_db_query q = {0};
    _cleanup_buf_ cdr_buf warn = CDR_BUF(4096), escalate = CDR_BUF(4096);
    write_moments(row, &warn, &escalate);
    if (cdr_buf_status(&warn) != CDR_OK || cdr_buf_status(&escalate) != CDR_OK)
        return cdr_fail_nomem(err, "clock");
    cdr_status s = cdr_db_begin_query(c->set, row->id ? ST_CHANGE : ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    if (row->id)
        cdr_db_bind_int(&q, 1, row->id);
    cdr_db_bind_text(&q, 2, row->subject);
    cdr_db_bind_text(&q, 3, row->ref);
    cdr_db_bind_text(&q, 4, row->label);
    cdr_db_bind_int(&q, 5, row->began_us);
    cdr_db_bind_int(&q, 6, row->due_us);
    cdr_db_bind_text(&q, 7, warn.data);
    cdr_db_bind_text(&q, 8, escalate.data);
    cdr_db_bind_text(&q, 9, row->calendar);
    cdr_db_bind_int(&q, 10, row->role);
    cdr_db_bind_int(&q, 11, row->drill);
    cdr_db_bind_int(&q, 12, row->state);
    cdr_db_bind_int(&q, 13, (int64_t)row->done);
    bind_or_null(&q, 14, !row->ended_us && row->next_us != INT64_MAX, row->next_us);
    cdr_db_bind_int(&q, 15, row->escalated_to);
    bind_or_null(&q, 16, row->ended_us != 0, row->ended_us);
    cdr_db_bind_int(&q, 17, row->set_us);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK && !row->id)
        row->id = cdr_db_last_id(c->db);
    return s;
}

cdr_status cdr_clock_store_due(cdr_clocks *c, const char *subject, int64_t now_us, cdr_clock_row *rows, size_t cap, size_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(c->set, subject ? ST_DUE_OF : ST_DUE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, now_us);
    cdr_db_bind_int(&q, 2, (int64_t)cap);
    if (subject)
        cdr_db_bind_text(&q, 3, subject);
    while (*ret < cap && (s = cdr_db_step(&q, err)) == CDR_OK && (s = read_row(&q, &rows[*ret], err)) == CDR_OK)
        ++*ret;
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_clock_store_each(cdr_clocks *c, const char *subject, bool ended_too, cdr_clock_row_fn *fn, void *arg, cdr_err *err)
{
    static const size_t which[2][2] = {{ST_EACH_OPEN, ST_EACH_OPEN_OF}, {ST_EACH, ST_EACH_OF}};
    cdr_db_query q = {0};
    cdr_clock_row row;
    cdr_status s = cdr_db_begin_query(c->set, which[ended_too][subject != NULL], &q, err);
    if (s != CDR_OK)
        return s;
    if (subject)
        cdr_db_bind_text(&q, 1, subject);
    while ((s = cdr_db_step(&q, err)) == CDR_OK && (s = read_row(&q, &row, err)) == CDR_OK && (s = fn(arg, &row)) == CDR_OK) {}
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_clock_store_next(cdr_clocks *c, cdr_clock_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_NEXT, &q, err);
    if (s != CDR_OK)
        return s;
    s = one(&q, ret, NULL, err);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_clock_store_waits(cdr_clocks *c, int64_t now_us, int64_t *ret_since_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_WAITS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, now_us);
    s = cdr_db_step(&q, err);
    *ret_since_us = INT64_MAX;
    for (int i = 0; s == CDR_OK && i < 2; i++)
        if (!cdr_db_col_is_null(&q, i))
            *ret_since_us = CDR_MIN(*ret_since_us, cdr_db_col_int(&q, i));
    cdr_db_end(&q);
    return s;
}

/* --- events --- */

cdr_status cdr_clock_store_event(cdr_clocks *c, int64_t clock_id, const cdr_clock_event_row *e, bool to_be_sent, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_EVENT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, clock_id);
    cdr_db_bind_int(&q, 2, e->kind);
    cdr_db_bind_int(&q, 3, e->at_us);
    cdr_db_bind_int(&q, 4, e->meant_us);
    cdr_db_bind_int(&q, 5, e->to);
    cdr_db_bind_int(&q, 6, to_be_sent);
    return cdr_db_run(&q, err);
}

cdr_status cdr_clock_store_supersede(cdr_clocks *c, int64_t clock_id, cdr_duty_role to, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_SUPERSEDE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, clock_id);
    bind_or_null(&q, 2, to != CDR_DUTY__MAX, to);
    return cdr_db_run(&q, err);
}

cdr_status cdr_clock_store_announce(cdr_clocks *c, const char *subject, const char *ref, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_ANNOUNCE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, subject);
    cdr_db_bind_text(&q, 2, ref);
    return cdr_db_run(&q, err);
}

cdr_status cdr_clock_store_unsent(cdr_clocks *c, const char *subject, int64_t after, cdr_clock_event_row *ret, cdr_clock_row *clock, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, ST_UNSENT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, after);
    cdr_db_bind_text(&q, 2, subject);
    return one(&q, clock, ret, err);
}

cdr_status cdr_clock_store_sent(cdr_clocks *c, int64_t event, bool left, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(c->set, left ? ST_SENT : ST_TRIED, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, event);
    return cdr_db_run(&q, err);
}

cdr_status cdr_clock_store_events(cdr_clocks *c, const char *subject, cdr_clock_event_row_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_clock_row row;
    cdr_clock_event_row e;
    cdr_status s = cdr_db_begin_query(c->set, ST_EVENTS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, subject);
    while ((s = cdr_db_step(&q, err)) == CDR_OK && (s = read_row(&q, &row, err)) == CDR_OK) {
        read_event(&q, &e);
        if ((s = fn(arg, &row, &e)) != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
