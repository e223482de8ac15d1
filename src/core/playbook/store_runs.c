/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the database: playbooks pinned by the hash of their bytes, events added and read, never changed. */
#include "core/playbook/runs_parts.h"

#include <stdio.h>
#include <string.h>

enum { ST_PLAYBOOK_ADD, ST_PLAYBOOK_GET, ST_PINNED, ST_PIN, ST_NEW, ST_NAME, ST_GET, ST_SAVE, ST_ALL, ST_OPEN, ST_OF, ST_OF_OPEN, ST_DUE, ST_ADD, ST_EVENTS, ST_REPLAY, ST_DRAFT_KEEP, ST_DRAFTS, ST_DRAFTS_DROP, ST__MAX };

#define EVENT "SELECT seq, kind, at_us, activation, opener, frame, command, target, attempt, number, outcome, step, by, text, data FROM run_event WHERE run_id = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq"

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_PLAYBOOK_ADD] = {"run-playbook-add", "INSERT INTO run_playbook(sha256, playbook_id, modified, text) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", false},
    [ST_PLAYBOOK_GET] = {"run-playbook-get", "SELECT text FROM run_playbook WHERE sha256 = ?1", true},
    [ST_PINNED] = {"run-pinned", "SELECT p.sha256 FROM run_pinned n JOIN run_playbook p ON p.sha256 = n.playbook WHERE n.run_id = ?1 AND p.playbook_id = ?2 AND p.modified = ?3", true},
    [ST_PIN] = {"run-pin", "INSERT INTO run_pinned(run_id, playbook) VALUES(?1, ?2) ON CONFLICT DO NOTHING", false},
    [ST_NEW] = {"run-new", "INSERT INTO run(subject, name, playbook, drill, lenient, verified, started_us, busy) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)", false},
    [ST_NAME] = {"run-name", "UPDATE run SET subject = ?2 WHERE id = ?1", false},
    [ST_GET] = {"run-get",
        "SELECT r.id, r.subject, r.name, r.playbook, r.drill, r.lenient, r.verified, r.outcome, r.started_us, r.ended_us, r.events, r.waiting, p.playbook_id, p.modified "
        "FROM run r JOIN run_playbook p ON p.sha256 = r.playbook WHERE r.id = ?1", true},
    [ST_SAVE] = {"run-save", "UPDATE run SET outcome = ?2, ended_us = ?3, events = ?4, waiting = ?5, wake_us = ?6, busy = ?7 WHERE id = ?1", false},
    [ST_ALL] = {"run-all", "SELECT id FROM run ORDER BY id", true},
    [ST_OPEN] = {"run-open", "SELECT id FROM run WHERE outcome = 0 ORDER BY id", true},
    [ST_OF] = {"run-of", "SELECT id FROM run WHERE subject = ?1 ORDER BY id", true},
    [ST_OF_OPEN] = {"run-of-open", "SELECT id FROM run WHERE subject = ?1 AND outcome = 0 ORDER BY id", true},
    [ST_DUE] = {"run-due",
        "SELECT id FROM run WHERE outcome = 0 AND wake_us IS NOT NULL AND wake_us <= ?1 AND drill = 0 UNION SELECT id FROM run WHERE outcome = 0 AND busy = 1 AND drill = 0 ORDER BY id", true},
    [ST_ADD] = {"run-event-add",
        "INSERT INTO run_event(run_id, seq, kind, at_us, activation, opener, frame, command, target, attempt, number, outcome, step, by, text, data) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)", false},
    [ST_EVENTS] = {"run-events", EVENT, true},
    [ST_REPLAY] = {"run-replay", EVENT, true},
    [ST_DRAFT_KEEP] = {"run-draft-keep",
        "INSERT INTO run_draft(run_id, activation, attempt, by, name, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(run_id, activation, attempt, by, name) DO UPDATE SET value = excluded.value", false},
    [ST_DRAFTS] = {"run-drafts", "SELECT name, value FROM run_draft WHERE run_id = ?1 AND activation = ?2 AND attempt = ?3 AND by = ?4", true},
    [ST_DRAFTS_DROP] = {"run-drafts-drop", "DELETE FROM run_draft WHERE run_id = ?1 AND activation = ?2 AND (?3 IS NULL OR by = ?3)", false},
};

struct cdr_runs_store { cdr_workspace *ws; cdr_db *db; cdr_db_set *set; };

cdr_status cdr_runs_store_open(cdr_workspace *ws, cdr_runs_store **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_runs_store *st = cdr_alloc(sizeof *st);
    if (!st)
        return cdr_fail_nomem(err, "playbook");
    st->ws = ws;
    st->db = cdr_workspace_db(ws);
    cdr_status s = cdr_db_prepare_set(st->db, statements, ST__MAX, &st->set, err);
    if (s != CDR_OK) {
        cdr_free(st);
        return s;
    }
    *ret = st;
    return CDR_OK;
}

void cdr_runs_store_close(cdr_runs_store *st)
{
    if (!st)
        return;
    cdr_db_set_free(st->set);
    cdr_free(st);
}

/* --- playbooks --- */

cdr_status cdr_runs_store_playbook(cdr_runs_store *st, const cdr_playbook *p, uint8_t ret_sha256[32], cdr_err *err)
{
    size_t len;
    cdr_db_query q = {0};
    const char *text = cdr_playbook_text(p, &len);
    cdr_sha256(text, len, ret_sha256);
    cdr_status s = cdr_db_begin_query(st->set, ST_PLAYBOOK_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, ret_sha256, 32);
    cdr_db_bind_text(&q, 2, cdr_playbook_id(p));
    cdr_db_bind_text(&q, 3, cdr_playbook_modified(p) ? cdr_playbook_modified(p) : "");
    cdr_db_bind_blob(&q, 4, text, len);
    return cdr_db_run(&q, err);
}

static cdr_status corrupt(cdr_err *err, const char *where)
{
    return cdr_fail(err, CDR_E_CORRUPT, "playbook", "run.playbook", "The playbook that was kept for %s is not what it was when the run began; somebody wrote to the database. Put back a backup.", where);
}

cdr_status cdr_runs_store_read_playbook(cdr_runs_store *st, const uint8_t sha256[32], const char *where, cdr_playbook **ret, cdr_err *err)
{
    cdr_db_query q = {0};
    uint8_t is[32];
    size_t len;
    cdr_status s = cdr_db_begin_query(st->set, ST_PLAYBOOK_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, sha256, 32);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        const char *text = cdr_db_col_blob(&q, 0, &len);
        cdr_sha256(text ? text : "", text ? len : 0, is);
        s = text && !memcmp(is, sha256, 32) ? cdr_playbook_read(text, len, where, ret, err) : corrupt(err, where);
    } else if (s == CDR_DONE)
        s = corrupt(err, where);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_runs_store_pinned(cdr_runs_store *st, int64_t run, const char *id, const char *modified, uint8_t ret[32], cdr_err *err)
{
    cdr_db_query q = {0};
    size_t len = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_PINNED, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_text(&q, 2, id);
    cdr_db_bind_text(&q, 3, modified);
    s = cdr_db_step(&q, err);
    const void *bytes = s == CDR_OK ? cdr_db_col_blob(&q, 0, &len) : NULL;
    if (bytes && len == 32)
        memcpy(ret, bytes, 32);
    else if (s == CDR_OK || s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "playbook", "run.no-pin", "The playbook %.80s that R-%lld calls was not kept with it.", id, (long long)run);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_runs_store_pin(cdr_runs_store *st, int64_t run, const uint8_t sha256[32], cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PIN, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_blob(&q, 2, sha256, 32);
    return cdr_db_run(&q, err);
}

/* --- runs --- */

static cdr_status name_it(cdr_runs_store *st, int64_t id, cdr_err *err)
{
    char name[32];
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_NAME, &q, err);
    if (s != CDR_OK)
        return s;
    snprintf(name, sizeof name, "R-%lld", (long long)id);
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_text(&q, 2, name);
    return cdr_db_run(&q, err);
}

cdr_status cdr_runs_store_new(cdr_runs_store *st, const cdr_run_row *row, const char *subject, const uint8_t bytes[32], bool lenient, int64_t *ret_id, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_NEW, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, subject ? subject : "");
    cdr_db_bind_text(&q, 2, row->playbook);
    cdr_db_bind_blob(&q, 3, bytes, 32);
    cdr_db_bind_int(&q, 4, row->drill);
    cdr_db_bind_int(&q, 5, lenient);
    cdr_db_bind_int(&q, 6, row->verified);
    cdr_db_bind_int(&q, 7, row->started_us);
    s = cdr_db_run(&q, err);
    if (s != CDR_OK)
        return s;
    *ret_id = cdr_db_last_id(st->db);
    return subject ? CDR_OK : name_it(st, *ret_id, err);
}

static void copy_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *text = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", text ? text : "");
}

static void read_row(cdr_db_query *q, cdr_run_row *ret, uint8_t bytes[32], bool *ret_lenient)
{
    size_t len = 0;
    *ret = (cdr_run_row){.id = cdr_db_col_int(q, 0)};
    copy_text(q, 1, ret->subject, sizeof ret->subject);
    copy_text(q, 2, ret->playbook, sizeof ret->playbook);
    const void *sha256 = cdr_db_col_blob(q, 3, &len);
    memset(bytes, 0, 32);
    if (sha256 && len == 32)
        memcpy(bytes, sha256, 32);
    memcpy(ret->sha256, bytes, 32);
    ret->drill = cdr_db_col_int(q, 4) != 0;
    *ret_lenient = cdr_db_col_int(q, 5) != 0;
    ret->verified = cdr_db_col_int(q, 6) != 0;
    ret->outcome = (cdr_run_outcome)cdr_db_col_int(q, 7);
    ret->started_us = cdr_db_col_int(q, 8);
    ret->ended_us = cdr_db_col_int(q, 9);
    ret->events = (uint64_t)cdr_db_col_int(q, 10);
    ret->waiting = (unsigned)cdr_db_col_int(q, 11);
    copy_text(q, 12, ret->playbook_id, sizeof ret->playbook_id);
    copy_text(q, 13, ret->modified, sizeof ret->modified);
}

cdr_status cdr_runs_store_get(cdr_runs_store *st, int64_t id, cdr_run_row *ret, uint8_t bytes[32], bool *ret_lenient, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        read_row(&q, ret, bytes, ret_lenient);
    else if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "playbook", "run.unknown", "There is no run R-%lld; candor run list --all shows those there are.", (long long)id);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_runs_store_save(cdr_runs_store *st, const cdr_run_row *row, int64_t wake_us, cdr_err *err)
{
    cdr_db_query q = {0};
    bool over = row->outcome != CDR_OUT_NONE;
    cdr_status s = cdr_db_begin_query(st->set, ST_SAVE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, row->id);
    cdr_db_bind_int(&q, 2, row->outcome);
    if (over)
        cdr_db_bind_int(&q, 3, row->ended_us);
    else
        cdr_db_bind_null(&q, 3);
    cdr_db_bind_int(&q, 4, (int64_t)row->events);
    cdr_db_bind_int(&q, 5, row->waiting);
    if (over || wake_us == INT64_MAX || wake_us == 0)
        cdr_db_bind_null(&q, 6);
    else
        cdr_db_bind_int(&q, 6, wake_us);
    cdr_db_bind_int(&q, 7, !over && wake_us == 0);
    return cdr_db_run(&q, err);
}

cdr_status cdr_runs_store_ids(cdr_runs_store *st, runs_which which, const char *subject, int64_t now_us, runs_ids *out, cdr_err *err)
{
    cdr_db_query q = {0};
    size_t id = which == RUNS_DUE ? ST_DUE : subject ? (which == RUNS_ALL ? ST_OF : ST_OF_OPEN) : which == RUNS_ALL ? ST_ALL : ST_OPEN;
    cdr_status s = cdr_db_begin_query(st->set, id, &q, err);
    if (s != CDR_OK)
        return s;
    if (which == RUNS_DUE)
        cdr_db_bind_int(&q, 1, now_us);
    else if (subject)
        cdr_db_bind_text(&q, 1, subject);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t *place = runs_ids_push(out);
        if (!place) {
            cdr_db_end(&q);
            return cdr_fail_nomem(err, "playbook");
        }
        *place = cdr_db_col_int(&q, 0);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- events --- */

static void put_number(cdr_buf *out, int64_t v)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)v >> 8 * i);
    cdr_buf_add(out, bytes, sizeof bytes);
}

static void put_text(cdr_buf *out, const char *s, size_t len)
{
    put_number(out, s ? (int64_t)len : -1);
    if (s)
        cdr_buf_add(out, s, len);
}

/* What the ledger's hash is about: every column of the row, so that no two rows have the same bytes. */
static void put_row(cdr_buf *out, const cdr_run_event *e, const char *data, size_t len)
{
    const int64_t numbers[] = {(int64_t)e->seq, e->kind, e->at_us, e->activation, e->opener, e->frame, e->command, e->target, e->attempt, e->number, e->outcome};
    for (size_t i = 0; i < CDR_COUNT(numbers); i++)
        put_number(out, numbers[i]);
    put_text(out, e->step, e->step ? strlen(e->step) : 0);
    put_text(out, e->by, e->by ? strlen(e->by) : 0);
    put_text(out, e->text, e->text ? strlen(e->text) : 0);
    put_text(out, data, len);
}

static void bind_event(cdr_db_query *q, int64_t run, const cdr_run_event *e, const char *data, size_t len)
{
    const int64_t numbers[] = {run, (int64_t)e->seq, e->kind, e->at_us, e->activation, e->opener, e->frame, e->command, e->target, e->attempt, e->number, e->outcome};
    for (size_t i = 0; i < CDR_COUNT(numbers); i++)
        cdr_db_bind_int(q, (int)i + 1, numbers[i]);
    cdr_db_bind_text(q, 13, e->step);
    cdr_db_bind_text(q, 14, e->by);
    cdr_db_bind_text(q, 15, e->text);
    if (data)
        cdr_db_bind_textn(q, 16, data, len);
    else
        cdr_db_bind_null(q, 16);
}

cdr_status cdr_runs_store_add(cdr_runs_store *st, int64_t run, const cdr_run_event *e, cdr_buf *bytes, cdr_err *err)
{
    cdr_db_query q = {0};
    _cleanup_buf_ cdr_buf data = CDR_BUF((size_t)16 << 20);
    cdr_status s = e->data ? cdr_json_canonical(e->data, &data, err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_db_begin_query(st->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    bind_event(&q, run, e, e->data ? data.data : NULL, data.len);
    s = cdr_db_run(&q, err);
    put_row(bytes, e, e->data ? data.data : NULL, data.len);
    return s == CDR_OK && cdr_buf_status(bytes) != CDR_OK ? cdr_fail(err, CDR_E_LIMIT, "playbook", "run.large", "What happens in R-%lld at once is too much to be kept.", (long long)run) : s;
}

static cdr_status read_event(cdr_db_query *q, cdr_run_event *e, cdr_buf *bytes, json_t **ret_data, cdr_err *err)
{
    size_t len = 0;
    *e = (cdr_run_event){.seq = (uint64_t)cdr_db_col_int(q, 0), .kind = (cdr_run_kind)cdr_db_col_int(q, 1), .at_us = cdr_db_col_int(q, 2), .activation = (uint32_t)cdr_db_col_int(q, 3)};
    e->opener = (uint32_t)cdr_db_col_int(q, 4);
    e->frame = (uint32_t)cdr_db_col_int(q, 5);
    e->command = (uint32_t)cdr_db_col_int(q, 6);
    e->target = (uint32_t)cdr_db_col_int(q, 7);
    e->attempt = (uint32_t)cdr_db_col_int(q, 8);
    e->number = cdr_db_col_int(q, 9);
    e->outcome = (cdr_run_outcome)cdr_db_col_int(q, 10);
    e->step = cdr_db_col_text(q, 11, NULL);
    e->by = cdr_db_col_text(q, 12, NULL);
    e->text = cdr_db_col_text(q, 13, NULL);
    const char *data = cdr_db_col_text(q, 14, &len);
    if (bytes)
        put_row(bytes, e, data, len);
    cdr_status s = data ? cdr_json_parse(data, len, "an event of the run", ret_data, err) : CDR_OK;
    e->data = *ret_data;
    return s;
}

cdr_status cdr_runs_store_events(cdr_runs_store *st, int64_t run, uint64_t after, uint64_t until, bool replay, cdr_buf *bytes, runs_event_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, replay ? ST_REPLAY : ST_EVENTS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_int(&q, 2, (int64_t)CDR_MIN(after, (uint64_t)INT64_MAX));
    cdr_db_bind_int(&q, 3, (int64_t)CDR_MIN(until, (uint64_t)INT64_MAX));
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_run_event e;
        json_t *data = NULL;
        s = read_event(&q, &e, bytes, &data, err);
        if (s == CDR_OK && fn)
            s = cdr_runs_unseal(st->ws, run, &e, replay, data, err);
        if (s == CDR_OK && fn)
            s = fn(arg, &e, err);
        json_decref(data);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- drafts --- */

cdr_status cdr_runs_store_keep_draft(cdr_runs_store *st, int64_t run, uint32_t activation, uint32_t attempt, const char *by, const char *name, const char *value, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_DRAFT_KEEP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_int(&q, 2, activation);
    cdr_db_bind_int(&q, 3, attempt);
    cdr_db_bind_text(&q, 4, by);
    cdr_db_bind_text(&q, 5, name);
    cdr_db_bind_text(&q, 6, value);
    return cdr_db_run(&q, err);
}

cdr_status cdr_runs_store_drafts(cdr_runs_store *st, int64_t run, uint32_t activation, uint32_t attempt, const char *by, json_t *out, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_DRAFTS, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_int(&q, 2, activation);
    cdr_db_bind_int(&q, 3, attempt);
    cdr_db_bind_text(&q, 4, by);
    while ((s = cdr_db_step(&q, err)) == CDR_OK)
        if (json_object_set_new(out, cdr_db_col_text(&q, 0, NULL), json_string(cdr_db_col_text(&q, 1, NULL)))) {
            s = cdr_fail_nomem(err, "playbook");
            break;
        }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_runs_store_drop_drafts(cdr_runs_store *st, int64_t run, uint32_t activation, const char *by, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_DRAFTS_DROP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, run);
    cdr_db_bind_int(&q, 2, activation);
    cdr_db_bind_text(&q, 3, by);
    return cdr_db_run(&q, err);
}
