/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook review, candor playbook reviews: somebody read it and says whether it still holds. */
#include "core/playbook/review.h"

#include "base/text.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/policy_words.h"
#include "core/identity/note.h"

#include <stdio.h>
#include <string.h>

static cdr_status read_note(cdr_cli *cli, char ret[CDR_REVIEW_NOTE_MAX + 1])
{
    const char *note = cdr_opt_text(cli, "note");
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_NOTE_TEXT_MAX + 1);
    ret[0] = '\0';
    if (!note)
        return CDR_OK;
    if (strcmp(note, "-") != 0)
        return cdr_note_clean_once(note, ret, CDR_REVIEW_NOTE_MAX + 1, &cli->err);
    cdr_status s = cdr_cli_input_read(cli, "-", &text);
    return s == CDR_OK ? cdr_note_clean_once(text.data ? text.data : "", ret, CDR_REVIEW_NOTE_MAX + 1, &cli->err) : s;
}

/* The one that was just reviewed: when it is due again. */
typedef struct next { const char *name; int64_t us; } next;

static cdr_status find_next(void *arg, const cdr_standing *st)
{
    next *n = arg;
    if (!strcmp(st->item->name, n->name))
        n->us = st->next_us;
    return CDR_OK;
}

static cdr_exit run_review(cdr_cli *cli)
{
    char name[CDR_PLAYBOOK_NAME_MAX + 1], note[CDR_REVIEW_NOTE_MAX + 1], at[CDR_TIME_TEXT];
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    cdr_review_result result = cdr_review_result_by_name(cdr_opt_text(cli, "result"));
    if (!result)
        return cdr_cli_usage(cli, "Say what came of it: --result good, changed or retired.");
    if (strchr(cli->argv[0], '/'))
        return cdr_cli_usage(cli, "Reviews are kept by name; candor playbook list shows the names.");
    cdr_status s = cdr_library_find(cdr_workspace_dir(cli->ws), cli->argv[0], NULL, &p, name, &cli->err);
    if (s == CDR_OK)
        s = read_note(cli, note);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_review_add(cli->ws, name, p, result, *note ? note : NULL, &cli->err);
    next n = {.name = name};
    if (s == CDR_OK)
        s = cdr_standing_each(cli->ws, cdr_now_us(&cli->ctx), find_next, &n, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_time_format(n.us, at);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:s?}", "name", name, "version", cdr_playbook_modified(p) ? cdr_playbook_modified(p) : "", "result", cdr_review_result_name(result),
                                                 "next_review", n.us ? at : NULL), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s was reviewed: %s.", name, cdr_review_result_name(result));
    if (n.us)
        cdr_cli_say(cli, " Next review by %.10s.", at);
    cdr_cli_say(cli, "\n");
    return CDR_EXIT_OK;
}

static const cdr_opt review_options[] = {
    {"result", 'r', CDR_OPT_CHOICE, "good|changed|retired", NULL, "good: it still holds. changed: it was mended, in the file of the workspace. retired: it is not used here"},
    {"note", 'n', CDR_OPT_TEXT, "TEXT", NULL, "what was found; - reads it from standard input"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_review = {
    .path = "playbook review",
    .group = "Be ready",
    .summary = "you have read a playbook: does it still hold?",
    .args = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = review_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "Each playbook says how often somebody has to read it: those of Candor each quarter. Read it (candor playbook show NAME), ask whether names, numbers, systems and firms in it are still right, and enter what came of "
                   "it. What nobody read in time stands in candor status, in candor alone and in the audit. The ledger keeps who reviewed which version and the result; the note stays in the database.",
    .examples = "  candor playbook review lost-device --result good\n"
                "  # it is of no use here\n"
                "  candor playbook review natural-disaster --result retired --note \"we have no office\"\n",
    .json_shape = "  {\"name\": \"lost-device\", \"version\": \"2026-11-25T14:25:00.000Z\", \"result\": \"good\", \"next_review\": \"2027-05-19T09:12:00Z\"}\n",
    .run = run_review,
};

/* --- those that were --- */

typedef struct listing { cdr_cli *cli; json_t *list; size_t count; } listing;

static cdr_status list_one(void *arg, const cdr_review *r)
{
    listing *l = arg;
    char at[CDR_TIME_TEXT];
    cdr_time_format(r->at_us, at);
    l->count++;
    if (l->list)
        return json_array_append_new(l->list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "at", at, "name", r->name, "version", r->version, "result", cdr_review_result_name(r->result), "by", r->by, "note",
                                                        r->note)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
    cdr_cli_print(l->cli, "%.10s  %-8s %s, by %s\n", at, cdr_review_result_name(r->result), r->name, r->by);
    if (r->note) {
        _cleanup_free_ char *note = cdr_cli_shown(r->note);
        cdr_cli_wrapped(l->cli, 12, 12, note ? note : "");
    }
    return CDR_OK;
}

static cdr_exit run_reviews(cdr_cli *cli)
{
    char name[CDR_PLAYBOOK_NAME_MAX + 1];
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    listing l = {.cli = cli, .list = cli->json ? json_array() : NULL};
    cdr_status s = cli->argc ? cdr_library_find(cdr_workspace_dir(cli->ws), cli->argv[0], NULL, &p, name, &cli->err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_review_each(cli->ws, cli->argc ? name : NULL, list_one, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o}", "reviews", l.list), CDR_EXIT_OK);
    if (!l.count)
        cdr_cli_print(cli, "No review was entered yet: candor playbook review NAME --result good\n");
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_playbook_reviews = {
    .path = "playbook reviews",
    .group = "Be ready",
    .summary = "who reviewed which playbook when, and what came of it",
    .args = "[NAME]",
    .min_args = 0,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Newest first.",
    .examples = "  candor playbook reviews\n  candor playbook reviews lost-device\n",
    .json_shape = "  {\"reviews\": [{\"at\": \"…\", \"name\": \"lost-device\", \"version\": \"…\", \"result\": \"good\", \"by\": \"cli:dana\", \"note\": null}]}\n",
    .run = run_reviews,
};
