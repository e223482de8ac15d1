/* SPDX-License-Identifier: Apache-2.0 */
/* Calls, tries, codes asked for and flags in the database. */
#include "core/identity/verify_parts.h"

#include <stdarg.h>
#include <string.h>

enum {
    ST_ADD, ST_LOAD, ST_BY_CHECK, ST_SET_START, ST_TOUCH, ST_END, ST_SAID, ST_MATCHED, ST_FAILURES_CALL, ST_FAILURES_DAY, ST_FAILURES_RUN, ST_NTH_FAILURE, ST_TRY, ST_TRY_MATCHED, ST_TRIES,
    ST_SEND, ST_SEND_RESULT, ST_DIALLED, ST_SENDS_CALL, ST_SENDS_DAY, ST_LAST_SEND, ST_LAST_SEND_SUBJECT, ST_EACH_SEND, ST_EACH_TRY, ST_FLAG, ST_FLAGS, ST_SUBJECT_FLAGGED,
    ST_NUMBER_SUBJECTS, ST_FAILED_CALLS, ST_AGENT_REVEALS, ST_TEAM_HOUR, ST_CALL_CHECK, ST_CALL_CHECKS, ST_OPEN, ST_UNFLAG, ST_ENDING, ST__MAX
};

#define COLUMNS "SELECT id, customer_id, subject, number_id, withheld, direction, call, word, channel, purpose, agent, ticket, fields, started_us, active_us, ended_us, start_index FROM verification "
#define SENDS "SELECT id, factor, at_us, result, usable_us, dialled_us FROM verification_send "

/* An identifier that was right before a secret matched is only noted: it counts like a wrong one, or the number of tries that are left would tell. */
#define NOTED "(factor BETWEEN 30 AND 49 AND NOT EXISTS(SELECT 1 FROM verification_try s WHERE s.verification_id = verification_try.verification_id AND s.matched = 1 AND s.factor < 30))"
#define FAILED "(matched = 0 OR " NOTED ")"

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"call-add",
        "INSERT INTO verification(call, customer_id, subject, number_id, withheld, direction, word, channel, purpose, agent, ticket, fields, started_us, active_us, check_id) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14)", false},
    [ST_LOAD] = {"call-load", COLUMNS "WHERE call = ?1", true},
    [ST_BY_CHECK] = {"call-by-check", COLUMNS "WHERE check_id = ?1", true},
    [ST_SET_START] = {"call-start-index", "UPDATE verification SET start_index = ?2 WHERE id = ?1", false},
    [ST_TOUCH] = {"call-touch", "UPDATE verification SET active_us = max(active_us, ?2) WHERE id = ?1 AND ended_us IS NULL", false},
    [ST_END] = {"call-end", "UPDATE verification SET ended_us = ?2, outcome = ?3, note = ?4 WHERE id = ?1 AND ended_us IS NULL", false},
    [ST_SAID] = {"call-said", "INSERT INTO verification_said(verification_id, factor, matched) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET matched = min(matched, excluded.matched)", false},
    [ST_MATCHED] = {"call-matched",
        "SELECT factor FROM verification_said WHERE verification_id = ?1 AND matched = 1 UNION SELECT factor FROM verification_try "
        "WHERE verification_id = ?1 AND matched = 1 AND factor < 1000 ORDER BY 1", true},
    [ST_FAILURES_CALL] = {"try-failures-call", "SELECT count(*) FROM verification_try WHERE verification_id = ?1 AND factor = ?2 AND " FAILED, true},
    /* Since the last match, or since the factor was set anew. */
    [ST_FAILURES_RUN] = {"try-failures-run",
        "SELECT count(*) FROM verification_try WHERE subject = ?1 AND factor = ?2 AND matched = 0 "
        "AND at_us > coalesce((SELECT max(at_us) FROM verification_try WHERE subject = ?1 AND factor = ?2 AND matched = 1), 0) "
        "AND at_us > coalesce((SELECT max(coalesce(confirmed_us, enrolled_us)) FROM factor WHERE customer_id = ?3 AND kind = ?2), 0)", true},
    [ST_FAILURES_DAY] = {"try-failures-day", "SELECT count(*) FROM verification_try WHERE subject = ?1 AND factor = ?2 AND at_us > ?3 AND " FAILED, true},
    /* The newest but ?4: when it is a day old there is room for a try again. */
    [ST_NTH_FAILURE] = {"try-nth-failure",
        "SELECT at_us FROM verification_try WHERE subject = ?1 AND factor = ?2 AND at_us > ?3 AND " FAILED " ORDER BY at_us DESC LIMIT 1 OFFSET ?4", true},
    [ST_TRY] = {"try-add", "INSERT INTO verification_try(verification_id, subject, factor, at_us, by, matched) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", false},
    [ST_TRY_MATCHED] = {"try-matched", "UPDATE verification_try SET matched = 1 WHERE id = ?1", false},
    [ST_TRIES] = {"try-count", "SELECT count(*), coalesce(sum(matched AND NOT " NOTED "), 0) FROM verification_try WHERE verification_id = ?1", true},
    [ST_SEND] = {"send-add", "INSERT INTO verification_send(verification_id, subject, factor, at_us) VALUES(?1, ?2, ?3, ?4)", false},
    [ST_SEND_RESULT] = {"send-result", "UPDATE verification_send SET result = ?2, usable_us = nullif(?3, 0) WHERE id = ?1", false},
    [ST_DIALLED] = {"send-dialled", "UPDATE verification_send SET dialled_us = ?2 WHERE id = ?1", false},
    [ST_SENDS_CALL] = {"send-count-call", "SELECT count(*) FROM verification_send WHERE verification_id = ?1 AND factor = ?2", true},
    [ST_SENDS_DAY] = {"send-count-day", "SELECT count(*) FROM verification_send WHERE subject = ?1 AND factor = ?2 AND at_us > ?3", true},
    [ST_LAST_SEND] = {"send-last", SENDS "WHERE verification_id = ?1 AND factor = ?2 ORDER BY id DESC LIMIT 1", true},
    [ST_LAST_SEND_SUBJECT] = {"send-last-subject", SENDS "WHERE subject = ?1 AND factor = ?2 ORDER BY id DESC LIMIT 1", true},
    [ST_EACH_SEND] = {"send-each", SENDS "WHERE verification_id = ?1 ORDER BY id", true},
    [ST_EACH_TRY] = {"try-each", "SELECT factor, count(*), sum(matched) FROM verification_try WHERE verification_id = ?1 GROUP BY factor ORDER BY min(id)", true},
    /* What rose by itself may be said by somebody, too. */
    [ST_FLAG] = {"flag-add", "INSERT INTO verification_flag(verification_id, subject, flag, at_us, by) VALUES(?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT DO UPDATE SET by = excluded.by, at_us = excluded.at_us WHERE by = 'candor' AND excluded.by <> 'candor'", false},
    [ST_FLAGS] = {"flag-list", "SELECT flag, by = 'candor' FROM verification_flag WHERE verification_id = ?1 ORDER BY id", true},
    [ST_SUBJECT_FLAGGED] = {"flag-subject", "SELECT count(*) FROM verification_flag WHERE subject = ?1 AND flag = ?2 AND at_us > ?3 AND by <> 'candor'", true},
    [ST_NUMBER_SUBJECTS] = {"flag-number", "SELECT count(DISTINCT subject) FROM verification WHERE number_id = ?1 AND started_us > ?2", true},
    [ST_FAILED_CALLS] = {"flag-failed-calls",
        "SELECT count(*) FROM verification v WHERE v.subject = ?1 AND v.started_us > ?2 AND v.id <> ?3 "
        "AND EXISTS(SELECT 1 FROM verification_try t WHERE t.verification_id = v.id AND t.matched = 0 AND t.factor < 1000) "
        "AND NOT EXISTS(SELECT 1 FROM verification_try t WHERE t.verification_id = v.id AND t.matched = 1 AND t.factor < 30)", true},
    [ST_AGENT_REVEALS] = {"flag-agent", "SELECT count(*) FROM disclosure_grant WHERE actor = ?1 AND issued_us > ?2 AND call IS NOT NULL", true},
    [ST_TEAM_HOUR] = {"flag-team",
        "WITH hours AS (SELECT count(*) AS n FROM disclosure_grant WHERE actor <> ?1 AND issued_us > ?2 AND call IS NOT NULL GROUP BY actor, issued_us / 3600000000) "
        "SELECT CASE WHEN (SELECT count(*) FROM hours) < 20 THEN 0 ELSE (SELECT n FROM hours ORDER BY n LIMIT 1 OFFSET (SELECT count(*) * 95 / 100 FROM hours)) END", true},
    [ST_CALL_CHECK] = {"check-add", "INSERT INTO call_check(at_us, found) VALUES(?1, ?2)", false},
    [ST_OPEN] = {"call-open", COLUMNS "WHERE agent = ?1 AND ended_us IS NULL AND active_us > ?2 ORDER BY id", true},
    [ST_UNFLAG] = {"flag-clear", "DELETE FROM verification_flag WHERE subject = ?1 AND flag = ?2", false},
    [ST_ENDING] = {"call-ending", "SELECT coalesce(outcome, ''), coalesce(note, '') FROM verification WHERE id = ?1", true},
    [ST_CALL_CHECKS] = {"check-count", "SELECT count(*) FROM call_check WHERE at_us > ?1", true},
};

cdr_status cdr_vs_prepare(cdr_identity *id, cdr_err *err)
{
    return cdr_db_prepare_set(id->db, statements, ST__MAX, &id->calls, err);
}

/* Parameters in their order: i a number, t a text (NULL: none), s a hash of 16 bytes (NULL: none). */
static void bind(cdr_db_query *q, const char *types, va_list ap)
{
    for (int i = 1; *types; types++, i++) {
        const void *p = *types == 'i' ? NULL : va_arg(ap, const void *);
        if (*types == 'i')
            cdr_db_bind_int(q, i, va_arg(ap, int64_t));
        else if (*types == 't')
            cdr_db_bind_text(q, i, p);
        else if (p)
            cdr_db_bind_blob(q, i, p, CDR_SUBJECT_BYTES);
        else
            cdr_db_bind_null(q, i);
    }
}

static cdr_status run(cdr_identity *id, size_t st, cdr_err *err, const char *types, ...)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(id->calls, st, &q, err);
    if (s != CDR_OK)
        return s;
    va_list ap;
    va_start(ap, types);
    bind(&q, types, ap);
    va_end(ap);
    return cdr_db_run(&q, err);
}

/* A query whose rows are read by the caller; steps to the first. */
static cdr_status first(cdr_identity *id, size_t st, cdr_db_query *q, cdr_err *err, const char *types, ...)
{
    *q = (cdr_db_query){0};
    cdr_status s = cdr_db_begin_query(id->calls, st, q, err);
    if (s != CDR_OK)
        return s;
    va_list ap;
    va_start(ap, types);
    bind(q, types, ap);
    va_end(ap);
    return cdr_db_step(q, err);
}

static cdr_status end_count(cdr_db_query *q, cdr_status s, unsigned *ret)
{
    int64_t n = s == CDR_OK ? cdr_db_col_int(q, 0) : 0;
    *ret = n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (unsigned)n;
    cdr_db_end(q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- calls --- */

static cdr_status fields_text(const cdr_verification *v, cdr_buf *out, cdr_err *err)
{
    cdr_json_writer w;
    cdr_jw_begin(&w, out);
    cdr_jw_open(&w, '[');
    for (size_t i = 0; i < v->field_count; i++)
        cdr_jw_int(&w, v->fields[i]);
    cdr_jw_close(&w, ']');
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_vs_add(cdr_identity *id, cdr_verification *v, const uint8_t *check_id, cdr_err *err)
{
    _cleanup_buf_ cdr_buf fields = CDR_BUF(4096);
    cdr_db_query q = {0};
    cdr_status s = fields_text(v, &fields, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(id->calls, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    const char *texts[] = {v->word, v->channel, v->purpose, v->agent, v->ticket[0] ? v->ticket : NULL, fields.data};
    cdr_db_bind_text(&q, 1, v->call);
    if (v->customer)
        cdr_db_bind_int(&q, 2, v->customer);
    else
        cdr_db_bind_null(&q, 2);
    cdr_db_bind_blob(&q, 3, v->subject, sizeof v->subject);
    if (v->has_number)
        cdr_db_bind_blob(&q, 4, v->number, sizeof v->number);
    else
        cdr_db_bind_null(&q, 4);
    cdr_db_bind_int(&q, 5, v->withheld);
    cdr_db_bind_int(&q, 6, v->direction);
    for (size_t i = 0; i < CDR_COUNT(texts); i++)
        cdr_db_bind_text(&q, 7 + (int)i, texts[i]);
    cdr_db_bind_int(&q, 13, v->started_us);
    if (check_id)
        cdr_db_bind_blob(&q, 14, check_id, CDR_SUBJECT_BYTES);
    else
        cdr_db_bind_null(&q, 14);
    s = cdr_db_run(&q, err);
    v->id = s == CDR_OK ? cdr_db_last_id(id->db) : 0;
    return s;
}

static void copy_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    size_t len = 0;
    const char *s = cdr_db_col_text(q, col, &len);
    len = CDR_MIN(len, cap - 1);
    if (s)
        memcpy(ret, s, len);
    ret[len] = '\0';
}

static bool copy_hash(cdr_db_query *q, int col, uint8_t ret[CDR_SUBJECT_BYTES])
{
    size_t len = 0;
    const void *p = cdr_db_col_blob(q, col, &len);
    if (!p || len != CDR_SUBJECT_BYTES)
        return false;
    memcpy(ret, p, CDR_SUBJECT_BYTES);
    return true;
}

static cdr_status read_fields(cdr_db_query *q, int col, cdr_verification *ret, cdr_err *err)
{
    size_t len = 0;
    const char *text = cdr_db_col_text(q, col, &len);
    _cleanup_json_ json_t *list = NULL;
    cdr_status s = text ? cdr_json_parse(text, len, "a call", &list, err) : CDR_E_CORRUPT;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        json_int_t f = json_integer_value(json_array_get(list, i));
        if (f <= 0 || f > UINT16_MAX || ret->field_count == CDR_CALL_FIELDS_MAX)
            s = CDR_E_CORRUPT;
        else
            ret->fields[ret->field_count++] = (uint16_t)f;
    }
    return s;
}

static cdr_status read_call(cdr_db_query *q, cdr_verification *ret, cdr_err *err)
{
    *ret = (cdr_verification){.id = cdr_db_col_int(q, 0), .customer = cdr_db_col_int(q, 1), .withheld = cdr_db_col_int(q, 4) != 0, .direction = (cdr_direction)cdr_db_col_int(q, 5),
                              .started_us = cdr_db_col_int(q, 13), .active_us = cdr_db_col_int(q, 14), .ended_us = cdr_db_col_int(q, 15), .start_index = (uint64_t)cdr_db_col_int(q, 16)};
    char *texts[] = {ret->call, ret->word, ret->channel, ret->purpose, ret->agent, ret->ticket};
    const size_t caps[] = {sizeof ret->call, sizeof ret->word, sizeof ret->channel, sizeof ret->purpose, sizeof ret->agent, sizeof ret->ticket};
    for (size_t i = 0; i < CDR_COUNT(texts); i++)
        copy_text(q, 6 + (int)i, texts[i], caps[i]);
    ret->has_number = copy_hash(q, 3, ret->number);
    if (!copy_hash(q, 2, ret->subject) || read_fields(q, 12, ret, NULL) != CDR_OK)
        return cdr_fail(err, CDR_E_CORRUPT, "identity", "verify.row", "The stored record of this call is damaged; restore the database from a backup.");
    return CDR_OK;
}

cdr_status cdr_vs_load(cdr_identity *id, const char *call, cdr_verification *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_LOAD, &q, err, "t", call);
    if (s == CDR_OK)
        s = read_call(&q, ret, err);
    else if (s == CDR_DONE)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "verify.no-call", "There is no call %s; candor verify start prints a call's number.", call);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_vs_by_check(cdr_identity *id, const uint8_t check_id[CDR_SUBJECT_BYTES], cdr_verification *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_BY_CHECK, &q, err, "s", check_id);
    s = s == CDR_OK ? read_call(&q, ret, err) : s == CDR_DONE ? CDR_NOT_FOUND : s;
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_vs_set_start(cdr_identity *id, const cdr_verification *v, cdr_err *err)
{
    return run(id, ST_SET_START, err, "ii", v->id, (int64_t)v->start_index);
}

cdr_status cdr_vs_touch(cdr_identity *id, cdr_verification *v, int64_t now_us, cdr_err *err)
{
    v->active_us = CDR_MAX(v->active_us, now_us);
    return run(id, ST_TOUCH, err, "ii", v->id, now_us);
}

cdr_status cdr_vs_end(cdr_identity *id, const cdr_verification *v, int64_t now_us, const char *outcome, const char *note, cdr_err *err)
{
    return run(id, ST_END, err, "iitt", v->id, now_us, outcome, note && *note ? note : NULL);
}

cdr_status cdr_vs_ending(cdr_identity *id, const cdr_verification *v, char ret_outcome[64], cdr_buf *ret_note, cdr_err *err)
{
    cdr_db_query q;
    size_t len = 0;
    cdr_status s = first(id, ST_ENDING, &q, err, "i", v->id);
    if (s == CDR_OK) {
        copy_text(&q, 0, ret_outcome, 64);
        const char *note = cdr_db_col_text(&q, 1, &len);
        cdr_buf_add(ret_note, note ? note : "", len);
    }
    cdr_db_end(&q);
    return s == CDR_OK && cdr_buf_status(ret_note) != CDR_OK ? cdr_fail_nomem(err, "identity") : s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vs_each_open(cdr_identity *id, const char *agent, int64_t since_us, cdr_verification_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_OPEN, &q, err, "ti", agent, since_us);
    for (; s == CDR_OK; s = s == CDR_OK ? cdr_db_step(&q, err) : s) {
        cdr_verification v;
        s = read_call(&q, &v, err);
        if (s == CDR_OK)
            s = fn(arg, &v);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- what was said, and tries --- */

cdr_status cdr_vs_said(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, bool matched, cdr_err *err)
{
    return run(id, ST_SAID, err, "iii", v->id, (int64_t)kind, (int64_t)matched);
}

cdr_status cdr_vs_matched(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err)
{
    cdr_db_query q;
    *ret_count = 0;
    cdr_status s = first(id, ST_MATCHED, &q, err, "i", v->id);
    for (; s == CDR_OK && *ret_count < CDR_MATCHED_MAX; s = cdr_db_step(&q, err))
        ret[(*ret_count)++] = (cdr_factor_kind)cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vs_failures_call(cdr_identity *id, const cdr_verification *v, int factor, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_FAILURES_CALL, &q, err, "ii", v->id, (int64_t)factor);
    return end_count(&q, s, ret);
}

cdr_status cdr_vs_failures_day(cdr_identity *id, const cdr_verification *v, int factor, int64_t since_us, unsigned limit, unsigned *ret, int64_t *ret_open_us, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_FAILURES_DAY, &q, err, "sii", v->subject, (int64_t)factor, since_us);
    s = end_count(&q, s, ret);
    *ret_open_us = 0;
    if (s != CDR_OK || *ret < limit || limit == 0)
        return s;
    s = first(id, ST_NTH_FAILURE, &q, err, "siii", v->subject, (int64_t)factor, since_us, (int64_t)limit - 1);
    if (s == CDR_OK)
        *ret_open_us = cdr_db_col_int(&q, 0) + DAY_US;
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vs_failures_run(cdr_identity *id, const cdr_verification *v, int factor, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_FAILURES_RUN, &q, err, "sii", v->subject, (int64_t)factor, v->customer);
    return end_count(&q, s, ret);
}

cdr_status cdr_vs_try(cdr_identity *id, const cdr_verification *v, int factor, int64_t now_us, bool matched, int64_t *ret_id, cdr_err *err)
{
    cdr_status s = run(id, ST_TRY, err, "isiiti", v->id, v->subject, (int64_t)factor, now_us, cdr_identity_actor(id), (int64_t)matched);
    *ret_id = s == CDR_OK ? cdr_db_last_id(id->db) : 0;
    return s;
}

cdr_status cdr_vs_try_matched(cdr_identity *id, int64_t try_id, cdr_err *err)
{
    return run(id, ST_TRY_MATCHED, err, "i", try_id);
}

cdr_status cdr_vs_tries(cdr_identity *id, const cdr_verification *v, unsigned *ret_all, unsigned *ret_matched, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_TRIES, &q, err, "i", v->id);
    *ret_matched = s == CDR_OK ? (unsigned)cdr_db_col_int(&q, 1) : 0;
    return end_count(&q, s, ret_all);
}

cdr_status cdr_vs_each_try(cdr_identity *id, const cdr_verification *v, cdr_try_row_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_EACH_TRY, &q, err, "i", v->id);
    for (; s == CDR_OK; s = s == CDR_OK ? cdr_db_step(&q, err) : s)
        s = fn(arg, (int)cdr_db_col_int(&q, 0), (unsigned)cdr_db_col_int(&q, 1), (unsigned)cdr_db_col_int(&q, 2));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- codes asked for --- */

cdr_status cdr_vs_send(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, int64_t now_us, int64_t *ret_id, cdr_err *err)
{
    cdr_status s = run(id, ST_SEND, err, "isii", v->id, v->subject, (int64_t)kind, now_us);
    *ret_id = s == CDR_OK ? cdr_db_last_id(id->db) : 0;
    return s;
}

cdr_status cdr_vs_send_result(cdr_identity *id, int64_t send_id, int result, int64_t usable_us, cdr_err *err)
{
    return run(id, ST_SEND_RESULT, err, "iii", send_id, (int64_t)result, usable_us);
}

cdr_status cdr_vs_dialled(cdr_identity *id, int64_t send_id, int64_t now_us, cdr_err *err)
{
    return run(id, ST_DIALLED, err, "ii", send_id, now_us);
}

cdr_status cdr_vs_send_counts(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, int64_t since_us, unsigned *ret_call, unsigned *ret_day, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_SENDS_CALL, &q, err, "ii", v->id, (int64_t)kind);
    s = end_count(&q, s, ret_call);
    if (s != CDR_OK)
        return s;
    s = first(id, ST_SENDS_DAY, &q, err, "sii", v->subject, (int64_t)kind, since_us);
    return end_count(&q, s, ret_day);
}

static void read_send(cdr_db_query *q, cdr_send_row *ret)
{
    *ret = (cdr_send_row){.id = cdr_db_col_int(q, 0), .kind = (cdr_factor_kind)cdr_db_col_int(q, 1), .at_us = cdr_db_col_int(q, 2), .result = (int)cdr_db_col_int(q, 3),
                          .usable_us = cdr_db_col_int(q, 4), .dialled_us = cdr_db_col_int(q, 5)};
}

cdr_status cdr_vs_last_send(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, bool any_call, cdr_send_row *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = any_call ? first(id, ST_LAST_SEND_SUBJECT, &q, err, "si", v->subject, (int64_t)kind) : first(id, ST_LAST_SEND, &q, err, "ii", v->id, (int64_t)kind);
    if (s == CDR_OK)
        read_send(&q, ret);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_vs_each_send(cdr_identity *id, const cdr_verification *v, cdr_send_row_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_EACH_SEND, &q, err, "i", v->id);
    for (; s == CDR_OK; s = s == CDR_OK ? cdr_db_step(&q, err) : s) {
        cdr_send_row r;
        read_send(&q, &r);
        s = fn(arg, &r);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- flags --- */

cdr_status cdr_vs_flag(cdr_identity *id, const cdr_verification *v, const char *flag, bool by_hand, int64_t now_us, bool *ret_new, cdr_err *err)
{
    cdr_status s = run(id, ST_FLAG, err, "istit", v->id, v->subject, flag, now_us, by_hand ? cdr_identity_actor(id) : "candor");
    *ret_new = s == CDR_OK && cdr_db_changes(id->db) > 0;
    return s;
}

cdr_status cdr_vs_flags(cdr_identity *id, const cdr_verification *v, cdr_flags *ret, cdr_err *err)
{
    cdr_db_query q;
    *ret = (cdr_flags){.count = 0};
    cdr_status s = first(id, ST_FLAGS, &q, err, "i", v->id);
    for (; s == CDR_OK && ret->count < CDR_CALL_FLAGS_MAX; s = cdr_db_step(&q, err)) {
        char *text = ret->text[ret->count];
        copy_text(&q, 0, text, CDR_CALL_FLAG_TEXT);
        /* What somebody said in this call tells nothing that she did not know. */
        ret->of_customer[ret->count] = cdr_flag_tells_of_customer(text) && cdr_db_col_int(&q, 1) != 0;
        ret->count++;
    }
    cdr_db_end(&q);
    for (size_t i = 0; i < ret->count; i++)
        ret->list[i] = ret->text[i];
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_vs_unflag_subject(cdr_identity *id, const cdr_verification *v, const char *flag, bool *ret_any, cdr_err *err)
{
    cdr_status s = run(id, ST_UNFLAG, err, "st", v->subject, flag);
    *ret_any = s == CDR_OK && cdr_db_changes(id->db) > 0;
    return s;
}

cdr_status cdr_vs_subject_flagged(cdr_identity *id, const cdr_verification *v, const char *flag, int64_t since_us, bool *ret, cdr_err *err)
{
    cdr_db_query q;
    unsigned n;
    cdr_status s = first(id, ST_SUBJECT_FLAGGED, &q, err, "sti", v->subject, flag, since_us);
    s = end_count(&q, s, &n);
    *ret = n > 0;
    return s;
}

cdr_status cdr_vs_number_subjects(cdr_identity *id, const cdr_verification *v, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_NUMBER_SUBJECTS, &q, err, "si", v->number, since_us);
    return end_count(&q, s, ret);
}

cdr_status cdr_vs_failed_calls(cdr_identity *id, const cdr_verification *v, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_FAILED_CALLS, &q, err, "sii", v->subject, since_us, v->id);
    return end_count(&q, s, ret);
}

cdr_status cdr_vs_agent_reveals(cdr_identity *id, const char *agent, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_AGENT_REVEALS, &q, err, "ti", agent, since_us);
    return end_count(&q, s, ret);
}

cdr_status cdr_vs_team_hour(cdr_identity *id, const char *agent, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_TEAM_HOUR, &q, err, "ti", agent, since_us);
    return end_count(&q, s, ret);
}

/* --- are you calling me? --- */

cdr_status cdr_vs_call_check(cdr_identity *id, int64_t now_us, bool found, cdr_err *err)
{
    return run(id, ST_CALL_CHECK, err, "ii", now_us, (int64_t)found);
}

cdr_status cdr_vs_call_checks_since(cdr_identity *id, int64_t since_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = first(id, ST_CALL_CHECKS, &q, err, "i", since_us);
    return end_count(&q, s, ret);
}
