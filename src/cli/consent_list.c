/* SPDX-License-Identifier: Apache-2.0 */
/* candor consent list: how many, by purpose and state. candor consent show: one person's history. */
#include "base/parse.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/consent.h"
#include "cli/inventory.h"

#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *list; cdr_text_table *table; const char *only; uint64_t purposes; } listing;

static uint64_t total(const cdr_consent_tally *t)
{
    uint64_t n = 0;
    for (size_t i = 0; i < CDR_CONSENT__MAX; i++)
        n += t->by_state[i];
    return n;
}

static uint64_t allowing(const cdr_consent_tally *t)
{
    return t->by_state[CDR_CONSENT_GIVEN] + t->by_state[CDR_CONSENT_RENEWED];
}

static cdr_status list_json(listing *l, const cdr_consent_tally *t)
{
    char newest[32];
    json_t *states = json_object(), *j = json_pack("{s:s, s:I, s:I, s:s*}", "purpose", t->purpose, "people", (json_int_t)total(t), "allowed", (json_int_t)allowing(t), "newest",
                                                   cdr_cli_time_text(t->newest_us, newest));
    bool ok = states && j;
    for (size_t i = 0; ok && i < CDR_CONSENT__MAX; i++)
        if (t->by_state[i])
            ok = json_object_set_new(states, i ? cdr_consent_state_names[i] : "not yet", json_integer((json_int_t)t->by_state[i])) == 0;
    if (ok)
        ok = json_object_set(j, "states", states) == 0 && json_array_append(l->list, j) == 0;
    json_decref(states);
    json_decref(j);
    return ok ? CDR_OK : cdr_fail_nomem(&l->cli->err, "cli");
}

static void list_states(const cdr_consent_tally *t, cdr_buf *out)
{
    for (size_t i = 0; i < CDR_CONSENT__MAX; i++)
        if (t->by_state[i] && i != CDR_CONSENT_GIVEN && i != CDR_CONSENT_RENEWED) {
            cdr_buf_adds(out, out->len ? ", " : "");
            cdr_words_number(out, t->by_state[i]);
            cdr_buf_addf(out, " %s", i ? cdr_consent_state_names[i] : "not yet begun");
        }
}

static cdr_status list_one(void *arg, const cdr_consent_tally *t)
{
    listing *l = arg;
    if (l->only && strcmp(l->only, t->purpose) != 0)
        return CDR_OK;
    l->purposes++;
    if (l->list)
        return list_json(l, t);
    _cleanup_buf_ cdr_buf yes = CDR_BUF(100), all = CDR_BUF(100), others = CDR_BUF(1000), newest = CDR_BUF(100);
    cdr_words_number(&yes, allowing(t));
    cdr_words_number(&all, total(t));
    list_states(t, &others);
    if (t->newest_us)
        cdr_words_date(&newest, t->newest_us);
    cdr_text_table_cell(l->table, t->purpose);
    cdr_text_table_cell(l->table, yes.data);
    cdr_text_table_cell(l->table, all.data);
    cdr_text_table_cell(l->table, newest.data);
    cdr_text_table_cell(l->table, others.data);
    return CDR_OK;
}

static cdr_status list_text(listing *l, int64_t at)
{
    static const char *const heads[] = {"PURPOSE", "ALLOW", "PEOPLE", "NEWEST", "THE OTHERS"};
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(l->table, heads[i]);
    cdr_status s = cdr_consent_each_purpose(l->cli->ws, at, list_one, l, &l->cli->err);
    if (s == CDR_OK && l->purposes)
        s = cdr_text_table_print(l->table, l->cli, &l->cli->err);
    else if (s == CDR_OK)
        cdr_cli_print(l->cli, "No consents are recorded%s. No record means no.\n", l->only ? " for this purpose" : "");
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    int64_t at;
    listing l = {.cli = cli, .only = cdr_opt_text(cli, "purpose")};
    cdr_status s = cdr_cli_time(cli, "at", &at);
    if (s == CDR_OK && cli->json) {
        l.list = json_array();
        s = l.list ? cdr_consent_each_purpose(cli->ws, at, list_one, &l, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
        if (s == CDR_OK)
            return cdr_cli_print_json(cli, json_pack("{s:o}", "purposes", l.list), CDR_EXIT_OK);
        json_decref(l.list);
    } else if (s == CDR_OK) {
        l.table = cdr_text_table_new(5);
        s = l.table ? list_text(&l, at) : cdr_fail_nomem(&cli->err, "cli");
        cdr_text_table_free(l.table);
    }
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static const cdr_opt list_options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "NAME", NULL, "only this one"},
    {"at", 0, CDR_OPT_TEXT, "TIME", NULL, "as it was then; now when not given"},
    {0},
};

const cdr_cmd cdr_cmd_consent_list = {
    .path = "consent list",
    .group = "Keep less",
    .summary = "count consents by purpose and state",
    .max_args = 0,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ | CDR_ROLE_STAFF,
    .description = "How many people allow each purpose, and what the others said. Nobody is named: the workspace does not know who they are.",
    .examples = "  candor consent list\n  candor consent list --purpose marketing --at 2027-01-01\n",
    .json_shape = "  {\"purposes\": [{\"purpose\": \"marketing\", \"people\": 4982, \"allowed\": 3011, \"newest\": \"…\", \"states\": {\"given\": 3000, \"renewed\": 11, \"withdrawn\": 1971}}]}\n",
    .run = run,
};

/* --- one person --- */

typedef struct history { cdr_cli *cli; json_t *events; cdr_text_table *table; const char *subject; json_t *purposes; } history;

static json_t *event_json(const cdr_consent_entry *e)
{
    char id[33], at[32], until[32], recorded[32], text[65] = "";
    cdr_hex_encode(e->id, sizeof e->id, id);
    if (e->e.has_text)
        cdr_hex_encode(e->e.text_sha256, sizeof e->e.text_sha256, text);
    return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "event", id, "purpose", e->e.purpose, "event_state", cdr_consent_state_names[e->e.state],
                     "event_time", cdr_cli_time_text(e->e.at_us, at), "valid_until", cdr_cli_time_text(e->e.until_us, until), "method", *e->e.method ? e->e.method : NULL,
                     "channel", *e->e.channel ? e->e.channel : NULL, "jurisdiction", *e->e.jurisdiction ? e->e.jurisdiction : NULL, "language", *e->e.language ? e->e.language : NULL,
                     "notice_sha256", *text ? text : NULL, "recorded_by", *e->e.recorded_by ? e->e.recorded_by : NULL, "recorded", cdr_cli_time_text(e->recorded_us, recorded));
}

static cdr_status keep_event(void *arg, const cdr_consent_entry *e)
{
    history *h = arg;
    json_t *j = event_json(e);
    if (!j || json_array_append_new(h->events, j) || json_object_set_new(h->purposes, e->e.purpose, json_true()))
        return cdr_fail_nomem(&h->cli->err, "cli");
    return CDR_OK;
}

/* The state of each purpose the person was asked about, now. */
static cdr_status judge(history *h, int64_t at)
{
    const char *purpose;
    json_t *ignored;
    json_t *states = json_array();
    cdr_status s = states ? CDR_OK : cdr_fail_nomem(&h->cli->err, "cli");
    json_object_foreach(h->purposes, purpose, ignored) {
        cdr_consent_answer a = {0};
        char since[32], until[32];
        if (s == CDR_OK)
            s = cdr_consent_check(h->cli->ws, h->subject, purpose, at, &a, &h->cli->err);
        if (s == CDR_OK && json_array_append_new(states, json_pack("{s:s, s:b, s:s, s:s*, s:s*, s:s}", "purpose", purpose, "valid", a.allowed, "state", cdr_consent_state_names[a.state],
                                                                   "since", cdr_cli_time_text(a.since_us, since), "until", cdr_cli_time_text(a.until_us, until), "reason", a.reason)))
            s = cdr_fail_nomem(&h->cli->err, "cli");
    }
    json_decref(h->purposes);
    h->purposes = states;
    return s;
}

static const char *str(const json_t *j, const char *key)
{
    const char *s = cdr_json_str(j, key);
    return s ? s : "";
}

static cdr_status show_text(history *h)
{
    static const char *const heads[] = {"WHEN", "PURPOSE", "WHAT", "HOW"};
    size_t i;
    json_t *j;
    if (!json_array_size(h->events)) {
        cdr_cli_print(h->cli, "Nothing is recorded of this person. No record means no.\n");
        return CDR_OK;
    }
    json_array_foreach(h->purposes, i, j)
        cdr_cli_print(h->cli, "%s: %s %s\n", str(j, "purpose"), json_is_true(json_object_get(j, "valid")) ? "allowed." : "not allowed.", str(j, "reason"));
    cdr_cli_print(h->cli, "\n");
    h->table = cdr_text_table_new(4);
    if (!h->table)
        return cdr_fail_nomem(&h->cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(h->table, heads[i]);
    json_array_foreach(h->events, i, j) {
        cdr_text_table_cell(h->table, str(j, "event_time"));
        cdr_text_table_cell(h->table, str(j, "purpose"));
        cdr_text_table_cellf(h->table, "%s%s%.10s", str(j, "event_state"), *str(j, "valid_until") ? " until " : "", str(j, "valid_until"));
        cdr_text_table_cellf(h->table, "%s%s%s", str(j, "method"), *str(j, "method") && *str(j, "channel") ? ", " : "", str(j, "channel"));
    }
    return cdr_text_table_print(h->table, h->cli, &h->cli->err);
}

static cdr_exit show_json(history *h)
{
    uint8_t id[16];
    char hex[33];
    cdr_status s = cdr_consent_pseudonym(h->cli->ws, h->subject, id, &h->cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(h->cli, s);
    cdr_hex_encode(id, sizeof id, hex);
    return cdr_cli_print_json(h->cli, json_pack("{s:s, s:s, s:[s], s:O, s:O}", "schema_version", "ISO/IEC TS 27560:2023", "pii_principal_id", hex, "pii_controllers",
                                                cdr_workspace_org(h->cli->ws), "purposes", h->purposes, "events", h->events),
                              json_array_size(h->events) ? CDR_EXIT_OK : CDR_EXIT_NOT_FOUND);
}

static cdr_exit run_show(cdr_cli *cli)
{
    cdr_buf subject;
    int64_t at;
    history h = {.cli = cli, .events = json_array(), .purposes = json_object()};
    cdr_status s = cdr_cli_subject(cli, &subject);
    h.subject = subject.data;
    if (s == CDR_OK && (!h.events || !h.purposes))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_cli_time(cli, "at", &at);
    if (s == CDR_OK)
        s = cdr_consent_history(cli->ws, h.subject, keep_event, &h, &cli->err);
    if (s == CDR_OK)
        s = judge(&h, at);
    cdr_exit code = CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = show_json(&h);
    else if (s == CDR_OK && (s = show_text(&h)) == CDR_OK)
        code = json_array_size(h.events) ? CDR_EXIT_OK : CDR_EXIT_NOT_FOUND;
    if (s != CDR_OK)
        code = cdr_cli_fail(cli, s);
    cdr_text_table_free(h.table);
    json_decref(h.events);
    json_decref(h.purposes);
    cdr_buf_wipe(&subject);
    return code;
}

static const cdr_opt show_options[] = {
    CDR_CLI_SUBJECT_OPTIONS,
    {"at", 0, CDR_OPT_TEXT, "TIME", NULL, "judge as of then; now when not given"},
    {0},
};

const cdr_cmd cdr_cmd_consent_show = {
    .path = "consent show",
    .group = "Keep less",
    .summary = "one person's consents: what is allowed, and all events",
    .max_args = 0,
    .opts = show_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "With --json a record in the terms of ISO/IEC TS 27560, to hand to the person as a receipt. The text that was shown is named by its SHA-256. Exit code 3 when nothing is recorded.",
    .examples = "  candor consent show --subject-key K-1001\n  echo ada@example.com | candor consent show --subject-key - --json\n",
    .json_shape = "  {\"schema_version\": \"ISO/IEC TS 27560:2023\", \"pii_principal_id\": \"9f…\", \"pii_controllers\": [\"Harbour Books\"], \"purposes\": [{\"purpose\": \"marketing\", \"valid\": true,\n"
                  "   \"state\": \"given\", \"since\": \"…\", \"reason\": \"…\"}], \"events\": [{\"event\": \"…\", \"purpose\": \"marketing\", \"event_state\": \"given\", \"event_time\": \"…\", \"notice_sha256\": \"…\"}]}\n",
    .run = run_show,
};
