/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident evidence add, list, check, hand. */
#include "cli/incident.h"

#include "base/parse.h"
#include "cli/policy_words.h"
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#define WATCH_AFTER_US 700000
#define WATCH_EVERY_US 150000

static json_t *evidence_json(const cdr_evidence *e)
{
    char hash[65];
    cdr_hex_encode(e->sha256, sizeof e->sha256, hash);
    return json_pack("{s:I, s:s, s:s, s:s, s:I, s:o, s:s, s:s, s:b, s:s}", "evidence", (json_int_t)e->id, "name", e->name, "place", e->place, "sha256", hash, "size", (json_int_t)e->size, "taken",
                     cdr_json_time(e->taken_us), "by", e->by, "custodian", e->custodian, "copied", (int)e->copied, "about", e->about);
}

typedef struct watching { cdr_cli *cli; cdr_progress bar; int64_t began_us, next_us; } watching;

/* A small file is there before anybody could read a bar. */
static bool watch(void *arg, uint64_t done, uint64_t all)
{
    watching *w = arg;
    int64_t now = cdr_now_us(&w->cli->ctx);
    if (cdr_cancelled(&w->cli->ctx))
        return false;
    if (now >= w->next_us) {
        cdr_progress_show(&w->bar, &(cdr_scan_progress){.bytes = done, .total_bytes = all, .elapsed_us = now - w->began_us});
        w->next_us = now + WATCH_EVERY_US;
    }
    return true;
}

cdr_status cdr_cli_take_evidence(cdr_cli *cli, cdr_incidents *in, int64_t id, const char *path, cdr_evidence_taken **ret)
{
    watching w = {.cli = cli, .began_us = cdr_now_us(&cli->ctx)};
    w.next_us = w.began_us + WATCH_AFTER_US;
    cdr_progress_init(&w.bar, cli);
    cdr_status s = cdr_incident_take_evidence(in, id, path, cdr_opt_flag(cli, "copy"), watch, &w, ret, &cli->err);
    cdr_progress_clear(&w.bar);
    return s;
}

static cdr_exit run_add(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_evidence_ cdr_evidence_taken *t = NULL;
    int64_t id = 0;
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_cli_take_evidence(cli, r.in, r.i.id, cli->argv[1], &t);
    cdr_incident_room_close(&r);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_keep_evidence(r.in, r.i.id, t, cdr_opt_text(cli, "about"), &id, &cli->err);
    return cdr_incident_did(cli, &r, s, "E-%lld is taken in: its hash stands in the ledger.%s", (long long)id,
                            cdr_opt_flag(cli, "copy") ? " A copy lies in the workspace." : " The file stays where it is; leave it untouched.");
}

static const cdr_opt add_options[] = {
    {"about", 'a', CDR_OPT_TEXT, "WORDS", NULL, "what it shows, and where it comes from"},
    {"copy", 'c', CDR_OPT_FLAG, NULL, NULL, "keep a copy in the folder evidence of the workspace, readable for nobody else"},
    {0},
};

const cdr_cmd cdr_cmd_incident_evidence_add = {
    .path = "incident evidence add",
    .group = "Answer honestly",
    .summary = "take in a file as evidence: hash, size, who, when",
    .args = "I-NUMBER FILE",
    .min_args = 2,
    .max_args = 2,
    .opts = add_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "The SHA-256 is taken at once and entered in the ledger, so that later changes show. Symbolic links are refused. A folder is packed first, for example with tar. "
                   "Numbers of cards and people in the name of the file are shown as masks; it is found all the same.",
    .examples = "  candor incident evidence add I-1 /var/log/auth.log --copy --about \"sign-ins of the night\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_add,
};

/* --- list and check --- */

typedef struct listing { cdr_cli *cli; json_t *list; } listing;

static cdr_status on_evidence(void *arg, const cdr_evidence *e)
{
    listing *l = arg;
    return json_array_append_new(l->list, evidence_json(e)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static cdr_status on_check(void *arg, const cdr_evidence *e, const char *fault)
{
    listing *l = arg;
    json_t *j = evidence_json(e);
    if (!j || json_object_set_new(j, "good", json_boolean(!fault)) || json_object_set_new(j, "fault", fault ? json_string(fault) : json_null()) || json_array_append(l->list, j)) {
        json_decref(j);
        return cdr_fail_nomem(&l->cli->err, "cli");
    }
    json_decref(j);
    return CDR_OK;
}

static void print(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    char text[900];
    json_array_foreach(list, i, j) {
        const char *fault = cdr_json_str(j, "fault"), *about = cdr_json_str(j, "about");
        snprintf(text, sizeof text, "%s, %lld bytes, with %s%s%s%s%s%s", cdr_json_str(j, "name"),
                 (long long)json_integer_value(json_object_get(j, "size")), cdr_json_str(j, "custodian"), *about ? ": " : "", about, fault ? ". WARNING: it " : "", fault ? fault : "",
                 json_is_true(json_object_get(j, "good")) ? ". Unchanged" : "");
        cdr_cli_print(cli, "E-%-3lld", (long long)json_integer_value(json_object_get(j, "evidence")));
        cdr_cli_wrapped(cli, 0, 5, text);
        cdr_cli_print(cli, "     %s\n", cdr_json_str(j, "sha256"));
    }
    if (!json_array_size(list))
        cdr_cli_print(cli, "No evidence is taken in.\n");
}

static cdr_exit look(cdr_cli *cli, bool check)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *list = json_array();
    listing l = {cli, list};
    unsigned changed = 0;
    cdr_status s = list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argv[0], &r) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = check ? cdr_incident_check_evidence(r.in, r.i.id, on_check, &l, &changed, &cli->err) : cdr_incident_evidence(r.in, r.i.id, on_evidence, &l, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = changed ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O, s:i}", "evidence", list, "changed", (int)changed), code);
    print(cli, list);
    return code;
}

static cdr_exit run_list(cdr_cli *cli)
{
    return look(cli, false);
}

static cdr_exit run_check(cdr_cli *cli)
{
    return look(cli, true);
}

const cdr_cmd cdr_cmd_incident_evidence_list = {
    .path = "incident evidence list",
    .group = "Answer honestly",
    .summary = "the evidence of an incident, and in whose hands it is",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "With size, SHA-256 and who has it now.",
    .examples = "  candor incident evidence list I-1\n",
    .json_shape = "  {\"evidence\": [{\"evidence\": 1, \"name\": \"auth.log\", \"place\": \"…\", \"sha256\": \"…\", \"size\": 4120, \"taken\": \"…\", \"by\": \"…\", \"custodian\": \"…\", \"copied\": true, \"about\": \"…\"}], \"changed\": 0}\n",
    .run = run_list,
};

const cdr_cmd cdr_cmd_incident_evidence_check = {
    .path = "incident evidence check",
    .group = "Answer honestly",
    .summary = "is the evidence still what it was?",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Reads each file again and compares size and SHA-256 with those of the day it was taken in. Exit code 1: something has changed or is gone.",
    .examples = "  candor incident evidence check I-1\n",
    .json_shape = "  {\"evidence\": [{\"evidence\": 1, \"name\": \"auth.log\", \"good\": false, \"fault\": \"has changed: …\"}], \"changed\": 1}\n",
    .run = run_check,
};

static cdr_exit run_hand(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    const char *to = cdr_opt_text(cli, "to");
    int64_t id = 0;
    if (!to)
        return cdr_cli_usage(cli, "Say to whom: --to WHO.");
    cdr_status s = cdr_incident_number(cli, cli->argv[1], "Evidence", &id);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, "reason", -1, "Why is it handed over? ", "why it is handed over", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_hand_evidence(r.in, r.i.id, id, to, reason.data, &cli->err);
    return cdr_incident_did(cli, &r, s, "E-%lld is with %s now.", (long long)id, to);
}

static const cdr_opt hand_options[] = {
    {"to", 't', CDR_OPT_TEXT, "WHO", NULL, "who has it from now on; needed"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; needed"},
    {0},
};

const cdr_cmd cdr_cmd_incident_evidence_hand = {
    .path = "incident evidence hand",
    .group = "Answer honestly",
    .summary = "evidence goes to somebody else: the chain of custody",
    .args = "I-NUMBER E-NUMBER",
    .min_args = 2,
    .max_args = 2,
    .opts = hand_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Each hand-over stands in the timeline and in the ledger: who had what, from when, and why.",
    .examples = "  candor incident evidence hand I-1 E-1 --to \"Forensics Example\" --reason \"examination of the disk\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_hand,
};
