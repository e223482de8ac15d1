/* SPDX-License-Identifier: Apache-2.0 */
/* The handle of the room, one incident and all of them. */
#include "core/incident/inside.h"

#include "base/fault.h"
#include "base/parse.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* All that is typed in this room goes through here: texts, and names of people and firms. */
static cdr_status clean_it(cdr_incidents *in, const char *text, size_t len, bool name, cdr_buf *out, cdr_err *err)
{
    cdr_status s = in->cleaner ? CDR_OK : cdr_cleaner_new(&in->cleaner, err);
    if (s != CDR_OK)
        return s;
    return name ? cdr_note_clean_name(in->cleaner, text, len, out, NULL, err) : cdr_note_clean(in->cleaner, text, len, out, NULL, err);
}

/* What is typed into runs is cleaned as everything else is. */
static cdr_status clean_for_runs(void *arg, const char *text, size_t len, cdr_buf *out, cdr_err *err)
{
    return clean_it(arg, text, len, false, out, err);
}

cdr_status cdr_incidents_open(cdr_workspace *ws, cdr_incidents **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_incidents *in = cdr_alloc(sizeof *in);
    if (!in)
        return cdr_fail_nomem(err, "incident");
    *in = (cdr_incidents){.ws = ws, .db = cdr_workspace_db(ws), .ctx = cdr_workspace_ctx(ws)};
    cdr_status s = cdr_db_prepare_set(in->db, cdr_in_statements, IN__MAX, &in->set, err);
    if (s == CDR_OK)
        s = cdr_staff_open(ws, &in->staff, err);
    if (s == CDR_OK)
        s = cdr_runs_open(ws, &in->runs, err);
    if (s != CDR_OK) {
        cdr_incidents_close(in);
        return s;
    }
    cdr_runs_guard(in->runs, cdr_in_may, in);
    cdr_runs_cleaner(in->runs, clean_for_runs, in);
    *ret = in;
    return CDR_OK;
}

void cdr_incidents_close(cdr_incidents *in)
{
    if (!in)
        return;
    cdr_runs_close(in->runs);
    cdr_staff_close(in->staff);
    cdr_cleaner_free(in->cleaner);
    cdr_db_set_free(in->set);
    cdr_free(in);
}

cdr_runs *cdr_incidents_runs(cdr_incidents *in)
{
    return in->runs;
}

cdr_clocks *cdr_incidents_clocks(cdr_incidents *in)
{
    return cdr_runs_clocks(in->runs);
}

cdr_workspace *cdr_incidents_workspace(cdr_incidents *in)
{
    return in->ws;
}

/* --- names --- */

void cdr_in_subject(int64_t id, char ret[CDR_IN_SUBJECT])
{
    snprintf(ret, CDR_IN_SUBJECT, "I-%lld", (long long)id);
}

const char *cdr_in_login(const char *actor)
{
    const char *colon = strchr(actor, ':');
    return colon ? colon + 1 : actor;
}

/* --- what is typed --- */

/* Control characters of eight bits, which some terminals obey. */
static bool has_c1(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)
            return true;
    return false;
}

static cdr_status too_long(const char *what, size_t cap, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "incident", "incident.long", "%s is too long: at most %zu bytes.", what, cap - 1);
}

/* It was short enough before the masks. */
static cdr_status too_long_masked(const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "incident", "incident.masked", "%s holds a number of a card or a person, or a password, which is kept as a mask only; leave it out.", what);
}

static cdr_status missing(const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "incident", "incident.missing", "%s is missing.", what);
}

cdr_status cdr_in_clean(cdr_incidents *in, const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * CDR_NOTE_TEXT_MAX);
    ret[0] = '\0';
    _cleanup_free_ char *copy = cdr_strdup(text ? text : "");
    if (!copy)
        return cdr_fail_nomem(err, "incident");
    const char *trimmed = cdr_str_trim(copy);
    if (!*trimmed)
        return needed ? missing(what, err) : CDR_OK;
    if (has_c1(trimmed))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.line", "%s is text without control characters.", what);
    cdr_status s = clean_it(in, trimmed, strlen(trimmed), false, &out, err);
    if (s != CDR_OK)
        return s;
    if (out.len >= cap)
        return strlen(trimmed) < cap ? too_long_masked(what, err) : too_long(what, cap, err);
    if (out.len)
        memcpy(ret, out.data, out.len);
    ret[out.len] = '\0';
    return needed && !out.len ? missing(what, err) : CDR_OK;
}

cdr_status cdr_in_line(const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err)
{
    ret[0] = '\0';
    _cleanup_free_ char *copy = cdr_strdup(text ? text : "");
    if (!copy)
        return cdr_fail_nomem(err, "incident");
    const char *trimmed = cdr_str_trim(copy);
    size_t len = strlen(trimmed);
    if (!len)
        return needed ? missing(what, err) : CDR_OK;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)trimmed[i] < ' ' || trimmed[i] == 127)
            return cdr_fail(err, CDR_E_INVAL, "incident", "incident.line", "%s is one line without control characters.", what);
    if (!cdr_utf8_valid(trimmed, len) || has_c1(trimmed))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.line", "%s is no text in UTF-8.", what);
    if (cdr_text_has_marks(trimmed, len))
        return cdr_fail(err, CDR_E_INVAL, "incident", "incident.marks", "%s holds marks that nobody sees or that turn the direction of writing; type it anew.", what);
    if (len >= cap)
        return too_long(what, cap, err);
    memcpy(ret, trimmed, len + 1);
    return CDR_OK;
}

cdr_status cdr_in_name(cdr_incidents *in, const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * CDR_NOTE_TEXT_MAX);
    cdr_status s = cdr_in_line(text, what, needed, ret, cap, err);
    if (s != CDR_OK || !*ret)
        return s;
    s = clean_it(in, ret, strlen(ret), true, &out, err);
    if (s == CDR_OK && out.len >= cap)
        return too_long_masked(what, err);
    if (s == CDR_OK)
        memcpy(ret, out.data, out.len + 1);
    return s;
}

bool cdr_in_is_key(const char *text, size_t max)
{
    size_t len = text ? strlen(text) : 0;
    if (len == 0 || len > max || text[0] < 'a' || text[0] > 'z')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '-'))
            return false;
    return true;
}

/* --- the ledger --- */

void cdr_in_salt(cdr_incidents *in, uint8_t ret[CDR_IN_SALT])
{
    in->ctx->random(in->ctx->rng, ret, CDR_IN_SALT);
}

#define PIECES_MAX 8

void cdr_in_words(const uint8_t salt[CDR_IN_SALT], const char *const *texts, size_t count, char ret[CDR_IN_WORDS])
{
    static const char label[] = "candor incident words 1";
    const void *parts[2 + 2 * PIECES_MAX] = {label, salt};
    size_t lens[2 + 2 * PIECES_MAX] = {sizeof label, CDR_IN_SALT}, n = 2;
    uint8_t sizes[PIECES_MAX][8], hash[CDR_SHA256_BYTES];
    for (size_t i = 0; i < count && i < PIECES_MAX; i++) {
        size_t len = strlen(texts[i]);
        for (unsigned b = 0; b < 8; b++)
            sizes[i][b] = (uint8_t)((uint64_t)len >> 8 * b);
        parts[n] = sizes[i];
        lens[n++] = sizeof sizes[i];
        parts[n] = texts[i];
        lens[n++] = len;
    }
    cdr_sha256_parts(parts, lens, n, hash);
    cdr_hex_encode(hash, sizeof hash, ret);
}

cdr_status cdr_in_enter(cdr_incidents *in, const char *kind, int64_t id, json_t *details, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    _cleanup_json_ json_t *d = details;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = d ? cdr_json_canonical(d, &text, err) : cdr_fail_nomem(err, "incident");
    if (s != CDR_OK)
        return s;
    cdr_in_subject(id, subject);
    return cdr_ledger_append(cdr_workspace_ledger(in->ws), &(cdr_ledger_event){.kind = kind, .actor = cdr_in_actor(in), .subject = id ? subject : NULL, .details_json = text.data}, NULL, err);
}

/* Tests end the process here: whatever comes after must find everything or nothing. */
static void stop_here(void)
{
    if (cdr_fault(CDR_FAULT_STOP))
        raise(SIGKILL);
}

cdr_status cdr_in_end(cdr_incidents *in, cdr_status s, cdr_err *err)
{
    if (s != CDR_OK) {
        cdr_db_rollback(in->db);
        return s;
    }
    stop_here();
    s = cdr_db_commit(in->db, err);
    stop_here();
    return s;
}

/* --- rows --- */

static int64_t known(cdr_db_query *q, int col)
{
    return cdr_db_col_is_null(q, col) ? -1 : cdr_db_col_int(q, col);
}

void cdr_in_row(cdr_db_query *q, cdr_incident *ret)
{
    *ret = (cdr_incident){.id = cdr_db_col_int(q, 0), .state = (cdr_incident_state)cdr_db_col_int(q, 4), .opened_us = cdr_db_col_int(q, 6), .closed_us = cdr_db_col_int(q, 9),
                          .people_min = known(q, 11), .people_max = known(q, 12), .drill = cdr_db_col_int(q, 13) != 0, .update_every_us = cdr_db_col_int(q, 14), .updated_us = cdr_db_col_int(q, 15),
                          .takeover_us = cdr_db_col_int(q, 16), .accepted_us = cdr_db_col_int(q, 17), .verdict = (cdr_incident_state)cdr_db_col_int(q, 18), .run_wanted = cdr_db_col_int(q, 20) != 0,
                          .takeover_self = cdr_db_col_int(q, 22) != 0};
    cdr_in_text(q, 1, ret->kind, sizeof ret->kind);
    cdr_in_text(q, 2, ret->title, sizeof ret->title);
    cdr_in_text(q, 3, ret->codename, sizeof ret->codename);
    cdr_in_text(q, 5, ret->severity, sizeof ret->severity);
    cdr_in_text(q, 7, ret->opened_by, sizeof ret->opened_by);
    cdr_in_text(q, 8, ret->found_by, sizeof ret->found_by);
    cdr_in_text(q, 10, ret->reason, sizeof ret->reason);
    cdr_in_text(q, 19, ret->playbook, sizeof ret->playbook);
}

static cdr_status read_times(cdr_incidents *in, cdr_incident *i, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_TIMES, &q, CDR_V(cdr_v_int(i->id)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        int64_t which = cdr_db_col_int(&q, 0);
        if (which >= 0 && which < CDR_INCIDENT_TIME__MAX)
            i->times[which] = cdr_db_col_int(&q, 1);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_in_get(cdr_incidents *in, int64_t id, cdr_incident *ret, uint8_t *salt, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_GET, &q, CDR_V(cdr_v_int(id)), err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        size_t len;
        cdr_in_row(&q, ret);
        const void *bytes = cdr_db_col_blob(&q, 21, &len);
        if (salt && bytes && len == CDR_IN_SALT)
            memcpy(salt, bytes, CDR_IN_SALT);
    }
    cdr_db_end(&q);
    if (s == CDR_DONE)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "incident.none", "There is no incident I-%lld; candor incident list --all shows those there are.", (long long)id);
    return s == CDR_OK ? read_times(in, ret, err) : s;
}

cdr_status cdr_in_get_open(cdr_incidents *in, int64_t id, cdr_incident *ret, uint8_t *salt, cdr_err *err)
{
    cdr_status s = cdr_in_get(in, id, ret, salt, err);
    if (s == CDR_OK && ret->closed_us)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.closed", "I-%lld is closed and stays as it is; open a new one that names it.", (long long)id);
    return s;
}

cdr_status cdr_incident_get(cdr_incidents *in, int64_t id, cdr_incident *ret, cdr_err *err)
{
    return cdr_in_get(in, id, ret, NULL, err);
}

cdr_status cdr_incident_each(cdr_incidents *in, bool closed_too, cdr_incident_fn *fn, void *arg, cdr_err *err)
{
    int64_t last = 0;
    for (;;) {   /* row by row, so that ${fn} may ask and write about each */
        cdr_db_query q;
        cdr_incident i;
        cdr_status s = cdr_in_begin(in->set, IN_EACH, &q, CDR_V(cdr_v_int(closed_too), cdr_v_int(last)), err);
        if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
            cdr_in_row(&q, &i);
        cdr_db_end(&q);
        if (s == CDR_OK)
            s = read_times(in, &i, err);
        if (s == CDR_OK)
            s = fn(arg, &i);
        if (s != CDR_OK)
            return s == CDR_DONE ? CDR_OK : s;
        last = i.id;
    }
}
