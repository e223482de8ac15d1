/* SPDX-License-Identifier: Apache-2.0 */
#include "core/drill/store_drill.h"

#include "db/db.h"

#include <stdio.h>
#include <string.h>

enum { ST_ADD, ST_LAST, ST_EACH, ST_REPORT, ST_EARLIER, ST__MAX };

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"drill-add", "INSERT INTO drill(id, playbook, scenario, by, at_us, percent, report) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", false},
    [ST_LAST] = {"drill-last", "SELECT coalesce(max(id), 0) FROM drill", true},
    [ST_EACH] = {"drill-each", "SELECT id, playbook, scenario, by, at_us, report FROM drill ORDER BY id DESC", true},
    [ST_REPORT] = {"drill-report", "SELECT report FROM drill WHERE id = ?1", true},
    [ST_EARLIER] = {"drill-earlier", "SELECT id, at_us, percent, scenario FROM drill WHERE playbook = ?1 AND percent >= 0 ORDER BY at_us DESC, id DESC LIMIT 20", true},
};

/* A few statements for a moment: drills are rare. */
static cdr_status begin(cdr_workspace *ws, size_t id, cdr_db_set **set, cdr_db_query *q, cdr_err *err)
{
    *q = (cdr_db_query){0};
    cdr_status s = cdr_db_prepare_set(cdr_workspace_db(ws), statements, ST__MAX, set, err);
    return s == CDR_OK ? cdr_db_begin_query(*set, id, q, err) : s;
}

static void end(cdr_db_set *set, cdr_db_query *q)
{
    cdr_db_end(q);
    cdr_db_set_free(set);
}

cdr_status cdr_drill_store_add(cdr_workspace *ws, const cdr_drill_row *row, const char *report, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    cdr_status s = begin(ws, ST_ADD, &set, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, row->id);
        cdr_db_bind_text(&q, 2, row->playbook);
        cdr_db_bind_text(&q, 3, row->scenario);
        cdr_db_bind_text(&q, 4, row->by);
        cdr_db_bind_int(&q, 5, row->at_us);
        cdr_db_bind_int(&q, 6, row->score.stopped ? -1 : (int64_t)row->score.percent);      /* none */
        cdr_db_bind_text(&q, 7, report);
        s = cdr_db_run(&q, err);
    }
    end(set, &q);
    return s;
}

cdr_status cdr_drill_store_last(cdr_workspace *ws, int64_t *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    cdr_status s = begin(ws, ST_LAST, &set, &q, err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    end(set, &q);
    return s;
}

cdr_status cdr_drill_store_has(cdr_workspace *ws, int64_t id, bool *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    cdr_status s = begin(ws, ST_REPORT, &set, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        s = cdr_db_step(&q, err);
    }
    *ret = s == CDR_OK;
    end(set, &q);
    return s == CDR_DONE ? CDR_OK : s;
}

static unsigned number(const json_t *score, const char *key)
{
    return (unsigned)json_integer_value(json_object_get(score, key));
}

static cdr_status read_report(cdr_db_query *q, int col, json_t **ret, cdr_err *err)
{
    size_t len;
    const char *text = cdr_db_col_text(q, col, &len);
    return text ? cdr_json_parse(text, len, "the report of a drill", ret, err) : cdr_fail(err, CDR_E_CORRUPT, "drill", "drill.report", "The report of a drill is missing in the database.");
}

static void read_score(const json_t *report, cdr_drill_score *s)
{
    const json_t *x = json_object_get(report, "score"), *slack = json_object_get(x, "slack_seconds");
    *s = (cdr_drill_score){.clocks = number(x, "deadlines"), .clocks_met = number(x, "met"), .clocks_late = number(x, "late"), .clocks_missed = number(x, "missed"), .decisions = number(x, "decisions"),
                           .decisions_wanted = number(x, "decisions_wanted"), .steps = number(x, "steps"), .steps_done = number(x, "done"), .steps_skipped = number(x, "skipped"), .steps_open = number(x, "open"),
                           .injects = number(x, "injects"), .injects_answered = number(x, "injects_answered"), .percent = number(x, "percent"), .stopped = json_is_true(json_object_get(x, "stopped")),
                           .slack_us = json_is_integer(slack) ? json_integer_value(slack) * 1000000 : INT64_MAX, .simulated_us = json_integer_value(json_object_get(x, "simulated_seconds")) * 1000000,
                           .took_us = json_integer_value(json_object_get(x, "took_ms")) * 1000};
}

cdr_status cdr_drill_each(cdr_workspace *ws, cdr_drill_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    cdr_status s = begin(ws, ST_EACH, &set, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_drill_row row = {.id = cdr_db_col_int(&q, 0), .at_us = cdr_db_col_int(&q, 4)};
        _cleanup_json_ json_t *report = NULL;
        snprintf(row.playbook, sizeof row.playbook, "%s", cdr_db_col_text(&q, 1, NULL));
        snprintf(row.scenario, sizeof row.scenario, "%s", cdr_db_col_text(&q, 2, NULL));
        snprintf(row.by, sizeof row.by, "%s", cdr_db_col_text(&q, 3, NULL));
        s = read_report(&q, 5, &report, err);
        if (s != CDR_OK)
            break;
        read_score(report, &row.score);
        s = fn(arg, &row);
    }
    end(set, &q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_drill_store_report(cdr_workspace *ws, int64_t id, json_t **ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    *ret = NULL;
    cdr_status s = begin(ws, ST_REPORT, &set, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, id);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK)
        s = read_report(&q, 0, ret, err);
    else if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "drill", "drill.none", "There is no drill D-%lld; candor drill list shows them.", (long long)id);
    end(set, &q);
    return s;
}

cdr_status cdr_drill_store_earlier(cdr_workspace *ws, const char *playbook, json_t **ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q;
    *ret = json_array();
    cdr_status s = *ret ? begin(ws, ST_EARLIER, &set, &q, err) : cdr_fail_nomem(err, "drill");
    if (!*ret)
        return s;
    if (s == CDR_OK)
        cdr_db_bind_text(&q, 1, playbook);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        if (json_array_append_new(*ret, json_pack("{s:o, s:o, s:I, s:s}", "drill", json_sprintf("D-%lld", (long long)cdr_db_col_int(&q, 0)), "at", cdr_json_time(cdr_db_col_int(&q, 1)), "percent",
                                                  (json_int_t)cdr_db_col_int(&q, 2), "scenario", cdr_db_col_text(&q, 3, NULL))))
            s = cdr_fail_nomem(err, "drill");
    end(set, &q);
    return s == CDR_DONE ? CDR_OK : s;
}
