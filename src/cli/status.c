/* SPDX-License-Identifier: Apache-2.0 */
/* candor status, and what `candor` alone prints: the next best action. */
#include "cli/status.h"

#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/policy_words.h"
#include "core/identity/overview.h"
#include "core/drill/drill.h"
#include "core/incident/canary.h"
#include "core/incident/next.h"
#include "core/incident/team.h"
#include "core/inventory/query.h"
#include "core/ledger/store.h"
#include "core/playbook/review.h"
#include "core/playbook/signed.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct advice { const char *headline, *why, *command; } advice;

typedef struct state {
    uint64_t ledger_size;
    bool audited;
    bool policy;               /* there is a policy.yaml */
    cdr_inv_counts counts;
    bool scanned;              /* ->last is filled */
    cdr_inv_scan last;
    cdr_overview care;         /* of customers */
    cdr_reviews_late reviews;  /* of playbooks */
    char own[600];             /* what is to be said of those of the workspace */
    unsigned changed;          /* of them: after they were signed */
    bool incident;             /* one is open, and ->action is what to do in it */
    cdr_incident_counts register_counts;
    cdr_next_action action;
    bool team, reviewed, drilled;   /* ready for the day: read while nothing was scanned */
} state;

/* What makes ready for the day, and was not done yet, in order. ${ret} takes at most 3. */
static size_t not_ready(const state *st, advice ret[3])
{
    size_t n = 0;
    if (st->audited || st->scanned || !st->team)
        return 0;
    if (!st->reviewed)
        ret[n++] = (advice){"Read the playbooks once.", "None was reviewed yet, and on the day itself nobody has time to.", "candor playbook list"};
    if (!st->drilled)
        ret[n++] = (advice){"Practise once.", "No drill was run yet: 72 hours pass in less than a second, and nothing is sent.", "candor drill run --scenario lost-laptop-friday --scripted"};
    ret[n++] = (advice){"Audit the folders where customer data may lie.", "Nothing has been scanned yet.", "candor audit FOLDER --out report"};
    return n;
}

/* People before files: a law's date that has passed, somebody who may be opening records, a customer who was impersonated. */
static bool next_for_people(const cdr_overview *o, advice *ret)
{
    if (o->late)
        *ret = (advice){o->late == 1 ? "Answer the request that is late." : "Answer the requests that are late.", "The law's date has passed.", "candor request list"};
    else if (o->canaries)
        *ret = (advice){"Look who opened a canary record.", "Nobody has a reason to open one.", "candor disclosure report"};
    else if (o->stopped)
        *ret = (advice){"Look at the calls of which a customer said that it was not her.", "Her calls are stopped until somebody has looked.", "candor disclosure report"};
    else
        return false;
    return true;
}

static advice next_of(const state *st)
{
    advice people, ready[3];
    if (st->incident)
        return (advice){st->action.what, st->action.why, st->action.command};
    if (next_for_people(&st->care, &people))
        return people;
    if (st->changed)
        return (advice){"Look at the playbook that was changed after it was signed.", "It is not begun until somebody has.", "candor playbook list"};
    if (st->reviews.count)
        return (advice){"Read the playbooks whose review is overdue.", "On the day itself nobody has time to find out that a number in them is wrong.", "candor playbook list"};
    if (st->scanned && st->last.interrupted)
        return (advice){"Go on where the last scan was interrupted.", "What it finished is kept and is not read again.", "candor audit FOLDER --out report"};
    if (not_ready(st, ready) > 0)
        return ready[0];
    if (!st->audited && !st->scanned)
        return (advice){"Audit the folders where customer data may lie.", "Nothing has been scanned yet.", "candor audit FOLDER --out report"};
    if (st->counts.unregistered > 0)
        return (advice){"Name the places that hold customer data and belong to no system.", "What nobody named, nobody looks after.",
                        "candor inventory list datasets --unregistered"};
    if (!st->policy)
        return (advice){"Write down what may be kept.", "There is no policy yet; begin with one that comes with Candor.", "candor policy init --template small-shop"};
    return (advice){"Read the report, and audit again after changes.", "Unchanged files are not read again.", "candor audit FOLDER --out report"};
}

static cdr_status look_for(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    bool *found = arg;
    static const char mark[] = "\"kind\":\"audit.finish\"";
    *found = *found || memmem(entry, len, mark, sizeof mark - 1);
    return CDR_OK;
}

static cdr_status read_inventory(cdr_cli *cli, state *ret)
{
    cdr_inventory *inv = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 24);
    cdr_status s = arena ? cdr_inventory_open(cli->ws, &inv, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_inventory_counts(inv, &ret->counts, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_last_scan(inv, true, arena, &ret->last, &cli->err);
    ret->scanned = s == CDR_OK;
    ret->last.targets = NULL;   /* they go with the arena */
    cdr_inventory_close(inv);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* Incidents are opened only when there is one: most days there is none. */
static cdr_status read_incidents(cdr_cli *cli, state *ret)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    bool any;
    cdr_status s = cdr_incident_any_open(cli->ws, &any, &cli->err);
    if (s != CDR_OK || !any)
        return s;
    s = cdr_incidents_open(cli->ws, &in, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_next(in, cdr_workspace_actor(cli->ws), &ret->action, &cli->err);
    ret->incident = s == CDR_OK;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status see_member(void *arg, const cdr_team_member *m)
{
    (void)m;
    *(bool *)arg = true;
    return CDR_OK;
}

static cdr_status see_review(void *arg, const cdr_review *review)
{
    (void)review;
    *(bool *)arg = true;
    return CDR_OK;
}

static cdr_status see_drill(void *arg, const cdr_drill_row *row)
{
    (void)row;
    *(bool *)arg = true;
    return CDR_OK;
}

static cdr_status read_ready(cdr_cli *cli, state *ret)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_status s = ret->audited || ret->scanned ? CDR_DONE : cdr_incidents_open(cli->ws, &in, &cli->err);
    if (s == CDR_OK)
        s = cdr_team_each(in, see_member, &ret->team, &cli->err);
    if (s == CDR_OK)
        s = cdr_review_each(cli->ws, NULL, see_review, &ret->reviewed, &cli->err);
    if (s == CDR_OK)
        s = cdr_drill_each(cli->ws, see_drill, &ret->drilled, &cli->err);
    return s == CDR_DONE ? CDR_OK : s;
}

/* A canary record that was opened since anybody looked: whoever may act finds an incident. Before anything else is read, as it writes; where nobody can write it waits for the tick. */
static void notice_canaries(cdr_cli *cli)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_err kept = cli->err;
    bool waiting = false;
    if (!((unsigned)cli->role & CDR_ROLES_RESPOND) || cdr_canary_waiting(cli->ws, &waiting, NULL) != CDR_OK || !waiting)
        return;
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_incidents_open(cli->ws, &in, NULL);
    if (s == CDR_OK)
        s = cdr_canary_incidents(in, NULL, NULL);
    (void)s;
    cli->err = kept;
}

static cdr_status read_playbooks(cdr_cli *cli, state *ret)
{
    _cleanup_buf_ cdr_buf own = CDR_BUF(4000);
    cdr_status s = cdr_reviews_late_read(cli->ws, cdr_now_us(&cli->ctx), &ret->reviews, &cli->err);
    if (s == CDR_OK)
        s = cdr_signed_own(cli->ws, &own, &ret->changed, &cli->err);
    snprintf(ret->own, sizeof ret->own, "%.*s", (int)sizeof ret->own - 4, own.len ? own.data : "");
    cdr_text_whole(ret->own);
    return s;
}

static cdr_status read_state(cdr_cli *cli, state *ret)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    *ret = (state){0};
    _cleanup_free_ char *policy = cdr_path_join(cdr_workspace_dir(cli->ws), "policy.yaml");
    ret->policy = policy && !access(policy, F_OK);
    cdr_status s = cdr_ledger_read_size(ledger, &ret->ledger_size, &cli->err);
    if (s == CDR_OK)
        s = cdr_ledger_each(ledger, 0, look_for, &ret->audited, &cli->err);
    if (s == CDR_OK)
        s = cdr_overview_read(cdr_workspace_db(cli->ws), cdr_now_us(&cli->ctx), &ret->care, &cli->err);
    if (s == CDR_OK)
        s = read_playbooks(cli, ret);
    if (s == CDR_OK)
        s = read_incidents(cli, ret);
    if (s == CDR_OK)
        s = cdr_incident_count(cdr_workspace_db(cli->ws), cdr_now_us(&cli->ctx), &ret->register_counts, &cli->err);
    if (s == CDR_OK)
        s = read_inventory(cli, ret);
    return s == CDR_OK ? read_ready(cli, ret) : s;
}

static cdr_exit print_json(cdr_cli *cli, const state *st, const advice *a)
{
    _cleanup_free_ char *dir = cdr_cli_shown(cdr_workspace_dir(cli->ws));
    char at[CDR_TIME_TEXT];
    const cdr_inv_counts *n = &st->counts;
    const cdr_overview *c = &st->care;
    json_t *last = NULL;
    if (st->scanned) {
        cdr_time_format(st->last.finished_us ? st->last.finished_us : st->last.started_us, at);
        last = json_pack("{s:s, s:b, s:I, s:I}", "at", at, "interrupted", (int)st->last.interrupted, "objects", (json_int_t)st->last.totals.objects, "findings",
                         (json_int_t)st->last.totals.findings);
    }
    return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:I, s:b, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:i, s:s, s:i, s:i, s:I, s:I, s:o?, s:{s:s, s:s, s:s, s:o}}", "workspace", dir ? dir : "", "organisation",
                                             cdr_workspace_org(cli->ws), "ledger_entries", (json_int_t)st->ledger_size, "audited", (int)st->audited, "inventory", "systems",
                                             (json_int_t)n->systems, "parties", (json_int_t)n->parties, "activities", (json_int_t)n->activities, "objects", (json_int_t)n->datasets,
                                             "with_findings", (json_int_t)n->with_findings, "unregistered", (json_int_t)n->unregistered, "customers", "known", (json_int_t)c->customers,
                                             "open_calls", (json_int_t)c->calls, "open_requests", (json_int_t)c->requests, "late_requests", (json_int_t)c->late, "canary_alerts", (json_int_t)c->canaries,
                                             "stopped", (json_int_t)c->stopped, "playbooks_changed", (int)st->changed, "own_playbooks", st->own, "reviews_overdue", (int)st->reviews.count, "open_incidents", (int)st->register_counts.open, "overdue_clocks", (json_int_t)st->register_counts.overdue, "waiting_decisions", (json_int_t)st->register_counts.waiting, "last_scan", last, "next", "headline",
                                             a->headline, "why", a->why, "command", a->command, "due", cdr_json_time(st->incident ? st->action.due_us : 0)), CDR_EXIT_OK);
}

static void print_inventory(cdr_cli *cli, const state *st)
{
    char at[CDR_TIME_TEXT];
    const cdr_inv_counts *n = &st->counts;
    if (n->systems + n->activities > 0)
        cdr_cli_print(cli, "declared: %llu system%s, %llu part%s, %llu activit%s\n", (unsigned long long)n->systems, n->systems == 1 ? "" : "s",
                      (unsigned long long)n->parties, n->parties == 1 ? "y" : "ies", (unsigned long long)n->activities, n->activities == 1 ? "y" : "ies");
    if (!st->scanned)
        return;
    cdr_time_format(st->last.finished_us ? st->last.finished_us : st->last.started_us, at);
    cdr_cli_print(cli, "found: %llu object%s customer data, %llu of them in no system; last scan %s%s\n", (unsigned long long)n->with_findings,
                  n->with_findings == 1 ? " holds" : "s hold", (unsigned long long)n->unregistered, at, st->last.interrupted ? ", interrupted" : "");
}

/* "customers: 3; 1 call is open; 2 requests are open, 1 of them late" */
static void print_customers(cdr_cli *cli, const cdr_overview *o)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(600);
    if (!(o->customers + o->calls + o->requests + o->canaries + o->stopped))
        return;
    cdr_buf_addf(&line, "customers: %llu", (unsigned long long)o->customers);
    if (o->calls)
        cdr_buf_addf(&line, "; %llu %s open", (unsigned long long)o->calls, o->calls == 1 ? "call is" : "calls are");
    if (o->requests)
        cdr_buf_addf(&line, "; %llu %s open", (unsigned long long)o->requests, o->requests == 1 ? "request is" : "requests are");
    if (o->late)
        cdr_buf_addf(&line, ", %llu of them late", (unsigned long long)o->late);
    cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
    cdr_buf_clear(&line);
    if (o->canaries)
        cdr_buf_addf(&line, "%llu %s", (unsigned long long)o->canaries, o->canaries == 1 ? "canary alert" : "canary alerts");
    if (o->stopped)
        cdr_buf_addf(&line, "%s%llu %s said that it was not them", line.len ? ", " : "", (unsigned long long)o->stopped, o->stopped == 1 ? "customer" : "customers");
    if (line.len)
        cdr_cli_print(cli, "in the last %d days: %s\n", CDR_OVERVIEW_DAYS, line.data);
}

static void print_reviews(cdr_cli *cli, const cdr_reviews_late *late)
{
    char since[CDR_TIME_TEXT];
    if (!late->count)
        return;
    cdr_time_format(late->due_us, since);
    cdr_cli_print(cli, "playbooks: %u review%s overdue, the first since %.10s\n", late->count, late->count == 1 ? " is" : "s are", since);
}

static void print_own(cdr_cli *cli, const state *st)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(2000);
    cdr_buf_addf(&line, "your playbooks: %s", st->own);
    if (*st->own)
        cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
}

/* "incidents: 2 are open; 1 clock is overdue; 1 decision waits for a second person" */
static void print_incidents(cdr_cli *cli, const cdr_incident_counts *n)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(400);
    if (!n->open && !n->drills && !n->overdue)
        return;
    cdr_buf_addf(&line, "incidents: %llu %s open", (unsigned long long)n->open, n->open == 1 ? "is" : "are");
    if (n->overdue)
        cdr_buf_addf(&line, "; %llu %s overdue", (unsigned long long)n->overdue, n->overdue == 1 ? "clock is" : "clocks are");
    if (n->waiting)
        cdr_buf_addf(&line, "; %llu %s for a second person", (unsigned long long)n->waiting, n->waiting == 1 ? "decision waits" : "decisions wait");
    if (n->drills)
        cdr_buf_addf(&line, "; %llu %s open", (unsigned long long)n->drills, n->drills == 1 ? "drill is" : "drills are");
    cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
}

static cdr_exit run(cdr_cli *cli)
{
    state st;
    notice_canaries(cli);
    cdr_status s = read_state(cli, &st);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    advice a = next_of(&st);
    if (cli->json)
        return print_json(cli, &st, &a);
    _cleanup_free_ char *org = cdr_cli_shown(cdr_workspace_org(cli->ws)), *dir = cdr_cli_shown(cdr_workspace_dir(cli->ws));
    cdr_cli_print(cli, "%s\nworkspace %s, %llu ledger entr%s\n", org ? org : "", dir ? dir : "", (unsigned long long)st.ledger_size,
                  st.ledger_size == 1 ? "y" : "ies");
    print_inventory(cli, &st);
    print_customers(cli, &st.care);
    print_reviews(cli, &st.reviews);
    print_own(cli, &st);
    print_incidents(cli, &st.register_counts);
    _cleanup_buf_ cdr_buf next = CDR_BUF(4000);
    cdr_buf_addf(&next, "Next: %s %s", a.headline, a.why);
    cdr_cli_print(cli, "\n");
    cdr_cli_wrapped(cli, 0, 0, next.data ? next.data : a.headline);
    cdr_cli_print(cli, "  %s\n", a.command);
    advice ready[3];
    size_t n = not_ready(&st, ready);
    for (size_t i = 1; i < n && !strcmp(a.command, ready[0].command); i++)
        cdr_cli_print(cli, "%s%s\n  %s\n", i == 1 ? "Then: " : "      ", ready[i].headline, ready[i].command);
    return CDR_EXIT_OK;
}

/* When something is going on nobody reads more than this. */
static cdr_exit print_action(cdr_cli *cli, const cdr_next_action *a)
{
    char due[64], line[700] = "";
    if (a->due_us) {
        cdr_time_format_long(a->due_us, due);
        snprintf(line, sizeof line, "Due: %s", due);
    }
    cdr_cli_wrapped(cli, 0, 0, a->what);
    cdr_cli_wrapped(cli, 0, 0, a->why);
    if (*line)
        cdr_cli_wrapped(cli, 0, 0, line);
    cdr_cli_print(cli, "  %s\n", a->command);
    if (a->open_incidents > 1)
        cdr_cli_print(cli, "\n%u incidents are open: candor incident list\n", a->open_incidents);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_status = {
    .path = "status",
    .group = "Workspace",
    .summary = "what this workspace holds, and the next best action",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .description = "Shows the organisation, what is declared and what was found, the last scan, how things stand with customers (open calls, requests and which are late, canary alerts, customers whose calls are stopped; "
                   "counts only), which reviews of playbooks are overdue, the size of the ledger and what to do next.",
    .examples = "  candor status\n",
    .json_shape = "  {\"workspace\": \"…\", \"organisation\": \"…\", \"ledger_entries\": 12, \"audited\": true,\n    \"inventory\": {\"systems\": 5, \"parties\": 2, \"activities\": 2, \"objects\": 14, \"with_findings\": 11, \"unregistered\": 4},\n    \"customers\": {\"known\": 3, \"open_calls\": 1, \"open_requests\": 2, \"late_requests\": 1, \"canary_alerts\": 0, \"stopped\": 0},\n    \"playbooks_changed\": 0, \"own_playbooks\": \"\", \"reviews_overdue\": 0, \"open_incidents\": 0, \"overdue_clocks\": 0, \"waiting_decisions\": 0, \"last_scan\": {\"at\": \"…\", \"interrupted\": false, \"objects\": 14, \"findings\": 71230}, \"next\": {\"headline\": \"…\", \"why\": \"…\", \"command\": \"…\", \"due\": null}}\n",
    .run = run,
};

static cdr_exit without_workspace(cdr_cli *cli)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:n, s:{s:s, s:s}}", "workspace", "next", "headline", "Make a workspace.", "command",
                                                 "candor init --org \"Your organisation\""), CDR_EXIT_OK);
    cdr_cli_print(cli, "Candor finds customer data, proves what you did with it, and knows what a breach would mean.\n\n"
                       "Next: make a workspace, a folder for the inventory, the ledger and the key.\n  candor init --org \"Your organisation\"\n\n"
                       "candor help lists the verbs.\n");
    return CDR_EXIT_OK;
}

cdr_exit cdr_status_next(cdr_cli *cli)
{
    struct stat st;
    if (stat(cli->workspace_dir, &st))
        return without_workspace(cli);
    /* A sealed key is not asked for here: status does. */
    cdr_keyfile_kind kind;
    cdr_buf path = CDR_BUF(4096);
    cdr_buf_addf(&path, "%s/candor.key", cli->workspace_dir);
    cdr_status s = cdr_buf_status(&path) == CDR_OK ? cdr_keyfile_kind_of(path.data, &kind, NULL) : CDR_E_NOMEM;
    cdr_buf_done(&path);
    if (s == CDR_NOT_FOUND)
        return without_workspace(cli);
    if (s == CDR_OK && kind == CDR_KEYFILE_PASSPHRASE) {
        cdr_cli_print(cli, "The workspace %s is sealed.\n\nNext: candor status\n", cli->workspace_dir);
        return CDR_EXIT_OK;
    }
    state now = {0};
    s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    if (s == CDR_OK)
        notice_canaries(cli);
    if (s == CDR_OK && !cli->json)
        s = read_incidents(cli, &now);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return now.incident ? print_action(cli, &now.action) : run(cli);
}
