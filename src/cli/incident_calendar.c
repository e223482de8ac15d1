/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident calendar: the running clocks as a file for calendars. */
#include "base/io.h"
#include "base/words.h"
#include "cli/incident.h"
#include "core/incident/calendar_feed.h"

#include <string.h>

#define CALENDAR_MAX (64u << 20)

static cdr_exit tell(cdr_cli *cli, const char *path, size_t count, const cdr_buf *text)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:i, s:s?, s:s?}", "entries", (int)count, "path", path, "calendar", path ? NULL : text->data), CDR_EXIT_OK);
    if (!path) {
        cdr_cli_print(cli, "%s", text->data);
        return CDR_EXIT_OK;
    }
    _cleanup_buf_ cdr_buf entries = CDR_BUF(60);
    cdr_words_count(&entries, count, "deadline", "deadlines");
    cdr_cli_say(cli, "%s: %s.\n", path, entries.data ? entries.data : "");
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf text = CDR_BUF(CALENDAR_MAX);
    const char *path = cdr_opt_text(cli, "out");
    size_t count = 0;
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argc ? cli->argv[0] : NULL, &r);
    if (s == CDR_OK)
        s = cdr_incident_calendar(r.in, &(cdr_calendar_request){.id = r.i.id, .tasks = cdr_opt_flag(cli, "tasks")}, &text, &count, &cli->err);
    if (s == CDR_OK && path)
        s = cdr_file_write(path, text.data, text.len, 0600, &cli->err);
    return s == CDR_OK ? tell(cli, path, count, &text) : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write it to FILE, replaced as a whole, readable by you alone; without it, to standard output"},
    {"tasks", 0, CDR_OPT_FLAG, NULL, NULL, "tasks instead of events, for calendars that show them"},
    {0},
};

const cdr_cmd cdr_cmd_incident_calendar = {
    .path = "incident calendar",
    .group = "Answer honestly",
    .summary = "the deadlines that run, as an iCalendar file",
    .args = "[I-NUMBER]",
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Every deadline of one incident, or of all that are open, with the reminders before it. Calendars import the file, or read it again and again where it lies: an entry keeps its id, and its number of "
                   "changes grows when the deadline moves. It holds no personal data. Deadlines that are met, and drills, are left out; a drill is written when it is named.",
    .examples = "  candor incident calendar --out deadlines.ics\n  candor incident calendar I-1 --tasks\n",
    .json_shape = "  {\"entries\": 3, \"path\": \"deadlines.ics\", \"calendar\": null}\n",
    .run = run,
};
