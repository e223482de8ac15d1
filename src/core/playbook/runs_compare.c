/* SPDX-License-Identifier: Apache-2.0 */
/* Do the events say what the ledger knows of them? The ledger is read once: each entry of a run names the events it is about and their hash, one entry after the other without a gap. */
#include "core/playbook/runs_parts.h"

#include "base/parse.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <string.h>

typedef struct known { int64_t id; uint64_t last; bool said, over; } known;
CDR_VEC(knowns, known)

typedef struct comparing { cdr_workspace *ws; cdr_runs_store *st; cdr_runs_difference_fn *fn; void *arg; knowns runs; cdr_buf bytes; cdr_err *err; } comparing;

static cdr_status differ(comparing *c, int64_t id, const char *what)
{
    char text[160];
    snprintf(text, sizeof text, "run R-%lld: %s", (long long)id, what);
    return c->fn(c->arg, text);
}

/* Runs begin in the order of their numbers; one that does not was not begun by Candor. */
static known *known_of(comparing *c, int64_t id, bool make)
{
    size_t low = 0, high = c->runs.len;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->runs.at[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < c->runs.len && c->runs.at[low].id == id)
        return &c->runs.at[low];
    if (!make || low < c->runs.len)
        return NULL;
    known *k = knowns_push(&c->runs);
    if (k)
        k->id = id;
    return k;
}

static cdr_status check_entry(comparing *c, int64_t id, const json_t *d, bool first)
{
    uint8_t sha256[32], noted[32];
    const char *hex = cdr_json_str(d, "sha256"), *of = cdr_json_str(d, "of");
    uint64_t from = (uint64_t)json_integer_value(json_object_get(d, "first")), to = (uint64_t)json_integer_value(json_object_get(d, "last"));
    known *k = known_of(c, id, first);
    if (!k)
        return first ? cdr_fail_nomem(c->err, "playbook") : CDR_OK;
    if (k->said || !hex || !of || !cdr_hex_decode(hex, strlen(hex), noted, sizeof noted))
        return CDR_OK;
    cdr_run_row row;
    uint8_t text[32];
    bool lenient, over = cdr_json_str(d, "outcome") != NULL;
    cdr_status s = first || over ? cdr_runs_store_get(c->st, id, &row, text, &lenient, NULL) : CDR_OK;
    if (s == CDR_OK && (first || over) && (strcmp(row.subject, of) != 0 || (over && strcmp(cdr_run_outcome_name(row.outcome), cdr_json_str(d, "outcome")) != 0)))
        s = CDR_NOT_FOUND;
    cdr_buf_clear(&c->bytes);
    if (s == CDR_OK)
        s = cdr_runs_store_events(c->st, id, from - 1, to, false, &c->bytes, NULL, NULL, c->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND && s != CDR_E_INVAL)
        return s;
    if (cdr_runs_hash(c->ws, id, &c->bytes, sha256, c->err) != CDR_OK)
        return CDR_E_NOMEM;
    bool good = s == CDR_OK && cdr_buf_status(&c->bytes) == CDR_OK && from == k->last + 1 && !memcmp(sha256, noted, 32);
    k->last = to;
    k->over = k->over || over;
    k->said = !good;
    return good ? CDR_OK : differ(c, id, s == CDR_NOT_FOUND ? "it is not the run that the ledger knows" : "its events are not those that the ledger knows");
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    static const char ours[] = "\"kind\":\"run.";
    comparing *c = arg;
    uint64_t id;
    if (!memmem(entry, len, ours, sizeof ours - 1))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, c->err);
    if (s != CDR_OK)
        return s;
    const char *kind = cdr_json_str(j, "kind"), *subject = cdr_json_str(j, "subject");
    if (!kind || strncmp(kind, "run.", 4) != 0 || !subject || strncmp(subject, "R-", 2) != 0 || !cdr_parse_u64(subject + 2, strlen(subject + 2), 1, INT64_MAX, &id))
        return CDR_OK;
    return check_entry(c, (int64_t)id, json_object_get(j, "details"), !strcmp(kind, "run.start"));
}

/* Each run of the table: does it have more, or less, than the ledger says? */
static cdr_status check_rows(comparing *c, const runs_ids *ids, cdr_err *err)
{
    cdr_status s = CDR_OK;
    size_t met = 0;
    for (size_t i = 0; i < ids->len && s == CDR_OK; i++) {
        cdr_run_row row;
        uint8_t text[32];
        bool lenient;
        const known *k = known_of(c, ids->at[i], false);
        met += k != NULL;
        s = cdr_runs_store_get(c->st, ids->at[i], &row, text, &lenient, err);
        if (s == CDR_NOT_FOUND) {
            s = differ(c, ids->at[i], "the playbook that was kept for it is gone");
            continue;
        }
        if (s != CDR_OK)
            break;
        cdr_buf_clear(&c->bytes);
        if (k && !k->said)
            s = cdr_runs_store_events(c->st, row.id, k->last, UINT64_MAX, false, &c->bytes, NULL, NULL, err);
        if (s == CDR_OK && !k)
            s = differ(c, row.id, "the ledger does not know it");
        else if (s == CDR_OK && !k->said && (row.events != k->last || c->bytes.len > 0))
            s = differ(c, row.id, "it has other events than the ledger knows");
        else if (s == CDR_OK && !k->said && (row.outcome != CDR_OUT_NONE) != k->over)
            s = differ(c, row.id, "whether it is over is not what the ledger knows");
    }
    if (s == CDR_OK && met < c->runs.len) {
        char text[120];
        snprintf(text, sizeof text, "%zu run%s of the ledger %s not in the table", c->runs.len - met, c->runs.len - met == 1 ? "" : "s", c->runs.len - met == 1 ? "is" : "are");
        s = c->fn(c->arg, text);
    }
    return s;
}

cdr_status cdr_runs_compare_ledger(cdr_workspace *ws, cdr_runs_difference_fn *fn, void *arg, cdr_err *err)
{
    comparing c = {.ws = ws, .fn = fn, .arg = arg, .err = err, .bytes = CDR_BUF((size_t)64 << 20)};
    runs_ids ids = {0};
    cdr_status s = cdr_db_begin_read(cdr_workspace_db(ws), err);
    if (s != CDR_OK)
        return s;
    s = cdr_runs_store_open(ws, &c.st, err);
    if (s == CDR_OK)
        s = cdr_ledger_each(cdr_workspace_ledger(ws), 0, look, &c, err);
    if (s == CDR_OK)
        s = cdr_runs_store_ids(c.st, RUNS_ALL, NULL, 0, &ids, err);
    if (s == CDR_OK)
        s = check_rows(&c, &ids, err);
    cdr_runs_store_close(c.st);
    runs_ids_done(&ids);
    knowns_done(&c.runs);
    cdr_buf_done(&c.bytes);
    cdr_status end = cdr_db_commit(cdr_workspace_db(ws), s == CDR_OK ? err : NULL);
    return s == CDR_OK ? end : s;
}
