/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident timeline, candor incident note. */
#include "cli/incident.h"

#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

static const char *str(const json_t *j, const char *key)
{
    const char *s = cdr_json_str(j, key);
    return s ? s : "";
}

/* "(R-1, staff:dana, entered 2027-02-19 10:00 UTC)" */
static void aside(const json_t *j, cdr_buf *out)
{
    char ref[64];      /* of a step its run: what stands behind it is Candor's own, and no number of the plan */
    snprintf(ref, sizeof ref, "%s", str(j, "ref"));
    if (!strncmp(ref, "R-", 2))
        ref[strcspn(ref, "/")] = '\0';
    const char *parts[] = {ref, str(j, "by"), json_is_true(json_object_get(j, "later")) ? str(j, "recorded_text") : ""};
    bool any = false;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (*parts[i]) {
            cdr_buf_addf(out, "%s%s%s", any ? ", " : " (", i == 2 ? "entered " : "", parts[i]);
            any = true;
        }
    cdr_buf_adds(out, any ? ")" : "");
}

static void print(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    json_array_foreach(list, i, j) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
        cdr_buf_addf(&text, "%s%s", json_is_true(json_object_get(j, "privileged")) ? "[privileged] " : "", str(j, "text"));
        aside(j, &text);
        cdr_cli_print(cli, "%s ", str(j, "at_text"));
        cdr_cli_wrapped(cli, 0, 21, text.data ? text.data : "");
    }
}

static cdr_exit run_timeline(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    json_t *list = NULL;
    bool public = cdr_opt_flag(cli, "public");
    const char *path = cdr_opt_text(cli, "html");
    char name[32], title[300];
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_timeline_json(cli, &r, public, &list);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    snprintf(name, sizeof name, "I-%lld", (long long)r.i.id);
    snprintf(title, sizeof title, "%s: %s", name, r.i.title);
    _cleanup_json_ json_t *data = json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "incident", name, "title", r.i.title, "page_title", title, "drill", (int)r.i.drill, "public", (int)public, "timeline", list);
    if (!data)
        s = cdr_fail_nomem(&cli->err, "cli");
    else if (path)
        s = cdr_incident_page(cli, "incident_timeline.html", data, path);
    else if (cli->json)
        return cdr_cli_print_json(cli, CDR_TAKE(data), CDR_EXIT_OK);
    else
        print(cli, list);
    if (s == CDR_OK && path)
        cdr_cli_say(cli, "Written to %s.\n", path);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static const cdr_opt timeline_options[] = {
    {"public", 0, CDR_OPT_FLAG, NULL, NULL, "for others: without what is privileged or names a party that is, and with roles in place of the names of staff"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write it as a page"},
    {0},
};

const cdr_cmd cdr_cmd_incident_timeline = {
    .path = "incident timeline",
    .group = "Answer honestly",
    .summary = "what happened, in order: notes, steps, decisions, clocks, evidence",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = timeline_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "In order of the time at which things happened, in UTC; what was entered later says when. Steps of playbooks, decisions, roles, clocks, evidence and parties enter by themselves.",
    .examples = "  candor incident timeline I-1\n  candor incident timeline I-1 --public --html timeline.html\n",
    .json_shape = "  {\"incident\": \"I-1\", \"title\": \"…\", \"public\": false, \"timeline\": [{\"at\": \"…\", \"recorded\": \"…\", \"found\": null, \"kind\": \"decision\", \"text\": \"…\", \"by\": \"staff:dana\",\n"
                  "    \"ref\": \"R-1/7\", \"privileged\": false, \"pinned\": true, \"later\": false}]}\n",
    .run = run_timeline,
};

static cdr_exit run_note(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf text = CDR_BUF(1);
    int64_t at, found;
    cdr_status s = cdr_incident_when(cli, "at", &at);
    if (s == CDR_OK)
        s = cdr_incident_when(cli, "found", &found);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, NULL, 1, "Note: ", "what is noted", true, &text);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_note(r.in, r.i.id, cdr_opt_flag(cli, "call") ? "call" : "note", text.data, at, found, cdr_opt_flag(cli, "privileged"), cdr_opt_flag(cli, "pin"), &cli->err);
    return cdr_incident_did(cli, &r, s, "Noted in I-%lld.", (long long)r.i.id);
}

static const cdr_opt note_options[] = {
    {"at", 'a', CDR_OPT_TEXT, "TIME", NULL, "when it happened; now when not given"},
    {"found", 0, CDR_OPT_TEXT, "TIME", NULL, "when it was found out, if that was later"},
    {"call", 'c', CDR_OPT_FLAG, NULL, NULL, "it was a telephone call"},
    {"privileged", 0, CDR_OPT_FLAG, NULL, NULL, "between you and counsel: stays out of public timelines"},
    {"pin", 0, CDR_OPT_FLAG, NULL, NULL, "important: into the short form of reports"},
    {0},
};

const cdr_cmd cdr_cmd_incident_note = {
    .path = "incident note",
    .group = "Answer honestly",
    .summary = "write down what happened, when it happened",
    .args = "I-NUMBER [WORDS]",
    .min_args = 1,
    .max_args = -1,
    .opts = note_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Numbers of cards and people, codes, passwords, e-mail addresses and telephone numbers are masked before the note is kept, names are not; whom to call belongs into candor incident party or "
                   "candor team, which keep them. Without words it is read from standard input. Notes are never changed; write another one.",
    .examples = "  candor incident note I-1 \"The locksmith says the door was not forced\" --at \"yesterday 16:00\"\n  echo \"The insurer calls back on Monday\" | candor incident note I-1 --call\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_note,
};
