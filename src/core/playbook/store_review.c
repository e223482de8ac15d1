/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews in the database: added, read, never changed. */
#include "core/playbook/store_review.h"

#include <stdio.h>

enum { ST_ADD, ST_ALL, ST_OF, ST_LAST, ST_DRILL, ST__MAX };

#define COLUMNS "SELECT id, at_us, name, version, by, note, result FROM playbook_review "

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"review-add", "INSERT INTO playbook_review(name, version, at_us, by, result, note) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_ALL] = {"review-all", COLUMNS "ORDER BY at_us DESC, id DESC", true},
    [ST_OF] = {"review-of", COLUMNS "WHERE name = ?1 ORDER BY at_us DESC, id DESC", true},
    [ST_LAST] = {"review-last", "SELECT at_us, result, version FROM playbook_review WHERE name = ?1 ORDER BY at_us DESC, id DESC LIMIT 1", true},
    [ST_DRILL] = {"review-drill", "SELECT at_us, percent FROM drill WHERE playbook = ?1 AND percent >= 0 ORDER BY at_us DESC, id DESC LIMIT 1", true},
};

struct cdr_review_store { cdr_db_set *set; };

cdr_status cdr_review_store_open(cdr_workspace *ws, cdr_review_store **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_review_store *st = cdr_alloc(sizeof *st);
    if (!st)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_db_prepare_set(cdr_workspace_db(ws), statements, ST__MAX, &st->set, err);
    if (s != CDR_OK) {
        cdr_free(st);
        return s;
    }
    *ret = st;
    return CDR_OK;
}

void cdr_review_store_close(cdr_review_store *st)
{
    if (!st)
        return;
    cdr_db_set_free(st->set);
    cdr_free(st);
}

cdr_status cdr_review_store_add(cdr_review_store *st, const cdr_review *review, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, review->name);
    cdr_db_bind_text(&q, 2, review->version);
    cdr_db_bind_int(&q, 3, review->at_us);
    cdr_db_bind_text(&q, 4, review->by);
    cdr_db_bind_text(&q, 5, cdr_review_result_name(review->result));
    cdr_db_bind_text(&q, 6, review->note && *review->note ? review->note : NULL);
    return cdr_db_run(&q, err);
}

static const char *word(cdr_db_query *q, int col)
{
    const char *s = cdr_db_col_text(q, col, NULL);
    return s ? s : "";
}

cdr_status cdr_review_store_each(cdr_review_store *st, const char *name, cdr_review_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, name ? ST_OF : ST_ALL, &q, err);
    if (s != CDR_OK)
        return s;
    if (name)
        cdr_db_bind_text(&q, 1, name);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        const cdr_review r = {.id = cdr_db_col_int(&q, 0), .at_us = cdr_db_col_int(&q, 1), .name = word(&q, 2), .version = word(&q, 3), .by = word(&q, 4),
                              .note = cdr_db_col_text(&q, 5, NULL), .result = cdr_review_result_by_name(word(&q, 6))};
        s = fn(arg, &r);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* One row about ${name}, or none. */
static cdr_status one(cdr_review_store *st, size_t statement, const char *name, cdr_db_query *q, bool *ret, cdr_err *err)
{
    *ret = false;
    cdr_status s = cdr_db_begin_query(st->set, statement, q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(q, 1, name);
    s = cdr_db_step(q, err);
    *ret = s == CDR_OK;
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_review_store_last(cdr_review_store *st, const char *name, cdr_review_last *ret, cdr_err *err)
{
    cdr_db_query q = {0}, drill = {0};
    bool there;
    *ret = (cdr_review_last){0};
    cdr_status s = one(st, ST_LAST, name, &q, &there, err);
    if (s == CDR_OK && there) {
        ret->at_us = cdr_db_col_int(&q, 0);
        ret->result = cdr_review_result_by_name(word(&q, 1));
        snprintf(ret->version, sizeof ret->version, "%s", word(&q, 2));
    }
    cdr_db_end(&q);
    if (s == CDR_OK)
        s = one(st, ST_DRILL, name, &drill, &there, err);
    if (s == CDR_OK && there) {
        ret->drilled_us = cdr_db_col_int(&drill, 0);
        ret->percent = (int)cdr_db_col_int(&drill, 1);
    }
    cdr_db_end(&drill);
    return s;
}
