/* SPDX-License-Identifier: Apache-2.0 */
/* The small lane's answers in the database. */
#include "core/incident/lane_parts.h"

#include <stdio.h>
#include <string.h>

/* Rows that are no answers: the lane was begun, it was finished. */
#define FINISHED_NUMBER 1000
#define FINISHED "finished"
#define BEGUN "begun"

enum { ST_HOME, ST_READ, ST_ADD, ST_BEGIN, ST_LAST, ST_DROP, ST_RENAME, ST_UNFINISHED, ST_OPENED, ST_WANT_RUN, ST_REOPEN, ST_FORGET, ST__MAX };

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_HOME] = {"lane-home", "SELECT country, contact FROM party WHERE key = 'us'", true},
    [ST_READ] = {"lane-read", "SELECT key, answer FROM incident_answer WHERE incident_id = ?1 ORDER BY number", true},
    [ST_ADD] = {"lane-add", "INSERT INTO incident_answer(incident_id, number, key, answer, at_us, by) VALUES(?1, coalesce(?2, (SELECT coalesce(max(number), -1) + 1 FROM incident_answer "
                            "WHERE incident_id = ?1)), ?3, ?4, ?5, ?6)", false},
    [ST_BEGIN] = {"lane-begin", "INSERT INTO incident_answer(incident_id, number, key, answer, at_us, by) VALUES(?1, 0, '" BEGUN "', NULL, ?2, ?3) ON CONFLICT DO NOTHING", false},
    [ST_LAST] = {"lane-last", "SELECT max(number) FROM incident_answer WHERE incident_id = ?1", true},
    [ST_DROP] = {"lane-drop", "DELETE FROM incident_answer WHERE incident_id = ?1 AND number = ?2", false},
    [ST_RENAME] = {"lane-rename", "UPDATE incident SET kind = ?2, title = ?3, found_by = ?4 WHERE id = ?1", false},
    [ST_UNFINISHED] = {"lane-unfinished",
        "SELECT max(i.id) FROM incident i WHERE i.closed_us IS NULL AND EXISTS(SELECT 1 FROM incident_answer a WHERE a.incident_id = i.id) "
        "AND (i.run_wanted = 1 OR NOT EXISTS(SELECT 1 FROM incident_answer a WHERE a.incident_id = i.id AND a.key = '" FINISHED "'))", true},
    [ST_WANT_RUN] = {"lane-want-run", "UPDATE incident SET playbook = ?2, run_wanted = 1 WHERE id = ?1 AND playbook = ''", false},
    [ST_REOPEN] = {"lane-reopen", "DELETE FROM incident_answer WHERE incident_id = ?1 AND key <> '" BEGUN "' AND answer IS NULL", false},
    [ST_FORGET] = {"lane-forget", "DELETE FROM incident_answer WHERE incident_id = ?1 AND key = ?2", false},
    [ST_OPENED] = {"lane-opened", "SELECT opened_us FROM incident WHERE id = ?1", true},
};

struct cdr_lane_store { cdr_db *db; cdr_db_set *set; };

cdr_status cdr_lane_store_open(cdr_workspace *ws, cdr_lane_store **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_lane_store *st = cdr_alloc(sizeof *st);
    if (!st)
        return cdr_fail_nomem(err, "incident");
    st->db = cdr_workspace_db(ws);
    cdr_status s = cdr_db_prepare_set(st->db, statements, ST__MAX, &st->set, err);
    if (s != CDR_OK) {
        cdr_free(st);
        return s;
    }
    *ret = st;
    return CDR_OK;
}

void cdr_lane_store_close(cdr_lane_store *st)
{
    if (!st)
        return;
    cdr_db_set_free(st->set);
    cdr_free(st);
}

cdr_status cdr_lane_store_home(cdr_lane_store *st, char ret_country[3], char *ret_contact, size_t cap, cdr_err *err)
{
    cdr_db_query q = {0};
    ret_country[0] = ret_contact[0] = '\0';
    cdr_status s = cdr_db_begin_query(st->set, ST_HOME, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        const char *country = cdr_db_col_text(&q, 0, NULL), *contact = cdr_db_col_text(&q, 1, NULL);
        snprintf(ret_country, 3, "%s", country ? country : "");
        snprintf(ret_contact, cap, "%s", contact ? contact : "");
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_lane_q question_of(const char *key)
{
    cdr_lane_q q = 0;
    while (q < CDR_LANE_Q__MAX && strcmp(cdr_lane_rows[q].key, key) != 0)
        q++;
    return q;
}

static cdr_status read_opened(cdr_lane_store *st, int64_t id, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_OPENED, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? cdr_fail(err, CDR_NOT_FOUND, "incident", "incident.none", "There is no incident I-%lld; candor incident list shows them.", (long long)id) : s;
}

cdr_status cdr_lane_store_read(cdr_lane_store *st, int64_t id, cdr_lane_answers *ret, bool *ret_finished, cdr_err *err)
{
    cdr_db_query q = {0};
    char contact[8];
    *ret = (cdr_lane_answers){0};
    *ret_finished = false;
    cdr_status s = cdr_lane_store_home(st, ret->home, contact, sizeof contact, err);
    if (s != CDR_OK || !id)
        return s;
    s = read_opened(st, id, &ret->opened_us, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(st->set, ST_READ, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        const char *key = cdr_db_col_text(&q, 0, NULL), *text = cdr_db_col_text(&q, 1, NULL);
        cdr_lane_q which = key ? question_of(key) : CDR_LANE_Q__MAX;
        *ret_finished = *ret_finished || (key && !strcmp(key, FINISHED));
        if (which == CDR_LANE_Q__MAX)
            continue;
        ret->said[which] = text ? CDR_LANE_SAID : CDR_LANE_UNKNOWN;
        snprintf(ret->text[which], sizeof ret->text[which], "%s", text ? text : "");
    }
    cdr_db_end(&q);
    /* What is not asked by what is answered now was not said: it was when something else was. */
    for (cdr_lane_q k = 0; k < CDR_LANE_Q__MAX; k++)
        if (!cdr_lane_applies(k, ret)) {
            ret->said[k] = CDR_LANE_OPEN;
            ret->text[k][0] = '\0';
        }
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status add(cdr_lane_store *st, int64_t id, int64_t number, const char *key, const char *answer, int64_t at_us, const char *by, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    if (number)
        cdr_db_bind_int(&q, 2, number);
    else
        cdr_db_bind_null(&q, 2);
    cdr_db_bind_text(&q, 3, key);
    cdr_db_bind_text(&q, 4, answer);
    cdr_db_bind_int(&q, 5, at_us);
    cdr_db_bind_text(&q, 6, by);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_add(cdr_lane_store *st, int64_t id, const char *key, const char *answer, int64_t at_us, const char *by, cdr_err *err)
{
    return add(st, id, 0, key, answer, at_us, by, err);
}

cdr_status cdr_lane_store_begin(cdr_lane_store *st, int64_t id, int64_t at_us, const char *by, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_BEGIN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, at_us);
    cdr_db_bind_text(&q, 3, by);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_finish(cdr_lane_store *st, int64_t id, int64_t at_us, const char *by, cdr_err *err)
{
    return add(st, id, FINISHED_NUMBER, FINISHED, NULL, at_us, by, err);
}

cdr_status cdr_lane_store_drop_last(cdr_lane_store *st, int64_t id, cdr_err *err)
{
    cdr_db_query q = {0};
    int64_t number = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_LAST, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK)
        number = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    if (s < CDR_OK)
        return s;
    if (!number)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "lane.first", "This is the first question; there is no answer to take back.");
    s = cdr_db_begin_query(st->set, ST_DROP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, number);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_rename(cdr_lane_store *st, int64_t id, const char *kind, const char *title, const char *found_by, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_RENAME, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_text(&q, 2, kind);
    cdr_db_bind_text(&q, 3, title);
    cdr_db_bind_text(&q, 4, found_by);
    return cdr_db_run(&q, err);
}

/* The row that says "finished" has no answer either. */
cdr_status cdr_lane_store_reopen(cdr_lane_store *st, int64_t id, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_REOPEN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_forget(cdr_lane_store *st, int64_t id, const char *key, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_FORGET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_text(&q, 2, key);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_want_run(cdr_lane_store *st, int64_t id, const char *playbook, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_WANT_RUN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_text(&q, 2, playbook);
    return cdr_db_run(&q, err);
}

cdr_status cdr_lane_store_unfinished(cdr_lane_store *st, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_UNFINISHED, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    if (s < CDR_OK)
        return s;
    return *ret ? CDR_OK : cdr_fail(err, CDR_NOT_FOUND, "incident", "lane.none", "No incident waits for answers; begin with candor incident report.");
}
