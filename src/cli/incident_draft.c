/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident draft: the letters that were drafted for an incident. */
#include "base/io.h"
#include "base/json.h"
#include "base/parse.h"
#include "cli/cmd.h"
#include "cli/policy_words.h"
#include "core/incident/draft_text.h"
#include "core/incident/letters.h"

#include <stdio.h>
#include <string.h>

typedef struct find { cdr_cli *cli; unsigned wanted /* 0: all */, count; json_t *list; cdr_item found; } find;

static cdr_status see(void *arg, unsigned number, const cdr_item *item)
{
    find *f = arg;
    f->count = number;
    if (f->wanted == number)
        f->found = *item;
    if (f->list)
        json_array_append_new(f->list, json_pack("{s:i, s:s, s:s, s:o, s:b}", "number", (int)number, "what", item->what, "to", item->to_whom, "due", cdr_json_time(item->due_us), "open",
                                                 (int)(item->state == CDR_ITEM_OPEN)));
    else if (!f->wanted)
        cdr_cli_print(f->cli, "  %u  %s%s\n", number, item->what, item->state == CDR_ITEM_OPEN ? "" : item->state == CDR_ITEM_DONE ? " (done)" : " (dropped)");
    return CDR_OK;
}

static cdr_exit list_all(cdr_cli *cli, cdr_incidents *in, int64_t id)
{
    find f = {.cli = cli, .list = cli->json ? json_array() : NULL};
    cdr_status s = cdr_incident_letters(in, id, see, &f, &cli->err);
    if (s != CDR_OK) {
        json_decref(f.list);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:o}", "incident", cli->argv[0], "drafts", f.list), CDR_EXIT_OK);
    if (!f.count)
        cdr_cli_print(cli, "No letters are drafted for I-%lld; candor incident report drafts them.\n", (long long)id);
    else
        cdr_cli_print(cli, "\nShow one: candor incident draft I-%lld 1\n", (long long)id);
    return CDR_EXIT_OK;
}

static cdr_status write_out(cdr_cli *cli, const char *path, const cdr_buf *subject, const cdr_buf *text)
{
    _cleanup_buf_ cdr_buf all = CDR_BUF(2 * CDR_DRAFT_BYTES_MAX);
    cdr_buf_addf(&all, "Subject: %s\n\n%s", subject->data ? subject->data : "", text->data ? text->data : "");
    if (cdr_buf_status(&all) != CDR_OK)
        return cdr_fail_nomem(&cli->err, "cli");
    return cdr_file_write(path, all.data, all.len, 0600, &cli->err);
}

static cdr_exit show_one(cdr_cli *cli, cdr_incidents *in, int64_t id, unsigned number)
{
    find f = {.cli = cli, .wanted = number};
    _cleanup_buf_ cdr_buf subject = CDR_BUF(2000), text = CDR_BUF(CDR_DRAFT_BYTES_MAX), places = CDR_BUF(2000);
    const char *out = cdr_opt_text(cli, "out");
    cdr_status s = cdr_incident_letters(in, id, see, &f, &cli->err);
    if (s == CDR_OK && (!number || number > f.count))
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "cli.draft", "I-%lld has no draft %u; candor incident draft I-%lld lists them.", (long long)id, number, (long long)id);
    if (s == CDR_OK)
        s = cdr_incident_draft(in, f.found.id, &subject, &text, &cli->err);
    if (s == CDR_OK && out)
        s = write_out(cli, out, &subject, &text);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_draft_open_places(text.data ? text.data : "", &places);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o}", "number", (int)number, "what", f.found.what, "to", f.found.to_whom, "subject", subject.data ? subject.data : "", "text",
                                                 text.data ? text.data : "", "fill_in", places.data ? places.data : "", "due", cdr_json_time(f.found.due_us)), CDR_EXIT_OK);
    if (out) {
        _cleanup_free_ char *shown = cdr_cli_shown(out);
        cdr_cli_say(cli, "Written to %s, for you alone to read.\n", shown ? shown : "");
    } else {
        cdr_cli_print(cli, "Subject: %s\n\n%s", subject.data ? subject.data : "", text.data ? text.data : "");
    }
    if (places.len && !cli->quiet)
        fprintf(stderr, "Fill in before it is sent: %s\n", places.data);
    if (f.found.state == CDR_ITEM_OPEN && !cli->quiet)
        fprintf(stderr, "Once it is sent: candor incident item done %lld\n", (long long)f.found.id);
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    int64_t id;
    uint64_t number = 0;
    cdr_incident i;
    if (!cdr_incident_parse_id(cli->argv[0], &id))
        return cdr_cli_usage(cli, "\"%.40s\" is no incident; they are named I-1, I-2 …", cli->argv[0]);
    if (cli->argc > 1 && !cdr_parse_u64(cli->argv[1], strlen(cli->argv[1]), 1, 10000, &number))
        return cdr_cli_usage(cli, "\"%.40s\" is no number of a draft; candor incident draft I-%lld lists them.", cli->argv[1], (long long)id);
    if (!number && cdr_opt_text(cli, "out"))
        return cdr_cli_usage(cli, "Say which draft goes into the file, by its number.");
    cdr_status s = cdr_incidents_open(cli->ws, &in, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_get(in, id, &i, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return number ? show_one(cli, in, id, (unsigned)number) : list_all(cli, in, id);
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write it to a file that only you may read"},
    {0},
};

const cdr_cmd cdr_cmd_incident_draft = {
    .path = "incident draft",
    .group = "Answer honestly",
    .summary = "the letters that were drafted for an incident",
    .args = "I-NUMBER [N]",
    .min_args = 1,
    .max_args = 2,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Lists the drafts, or shows the one of that number. They are kept sealed. What stands in [square brackets] is filled in by hand when it is sent: no name of a person is in a draft. Texts of your own in the "
                   "folder letters of the workspace take the place of those that come with Candor.",
    .examples = "  # Which letters there are\n  candor incident draft I-1\n  # The first one, to a file\n  candor incident draft I-1 1 --out letter.txt\n",
    .json_shape = "  {\"incident\": \"I-1\", \"drafts\": [{\"number\": 1, \"what\": \"…\", \"to\": \"…\", \"due\": \"…\", \"open\": true}]}\n"
                  "  {\"number\": 1, \"what\": \"…\", \"to\": \"…\", \"subject\": \"…\", \"text\": \"…\", \"fill_in\": \"[name], [signature]\", \"due\": \"…\"}\n",
    .run = run,
};
