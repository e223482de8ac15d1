/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident trends: what happens again and again, and how long everything takes. */
#include "base/io.h"
#include "cli/incident.h"
#include "cli/inventory.h"
#include "cli/policy_words.h"
#include "core/incident/trends.h"
#include "core/report/paper.h"

#include <string.h>

#define PAGE_MAX (16u << 20)

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

/* "2 days 3 hours" -> "2 d 3 h": five columns stand side by side. */
static void shorten(char *text)
{
    static const struct { const char *word, *unit; } units[] = {{"second", "s"}, {"minute", "min"}, {"hour", "h"}, {"day", "d"}, {"week", "w"}, {"month", "mo"}, {"year", "y"}};
    char *out = text;
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, " "), i = 0;
        while (i < CDR_COUNT(units) && strncmp(s, units[i].word, strlen(units[i].word)) != 0)
            i++;
        const char *word = i < CDR_COUNT(units) ? units[i].unit : s;
        size_t len = i < CDR_COUNT(units) ? strlen(units[i].unit) : n;
        memmove(out, word, len);
        out += len;
        s += n;
        if (*s)
            *out++ = *s++;
    }
    *out = '\0';
}

static void span_cell(cdr_text_table *t, const json_t *j, const char *key)
{
    char text[CDR_DURATION_TEXT] = "-";
    if (json_is_integer(json_object_get(j, key)))
        cdr_span_words((int64_t)number(j, key) * 1000000, text);
    shorten(text);
    cdr_text_table_cell(t, text);
}

static cdr_text_table *begin_table(const char *const *heads, size_t count)
{
    cdr_text_table *t = cdr_text_table_new(count);
    for (size_t i = 0; t && i < count; i++)
        cdr_text_table_cell(t, heads[i]);
    return t;
}

static cdr_status end_table(cdr_cli *cli, cdr_text_table *t)
{
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static cdr_status print_kinds(cdr_cli *cli, const json_t *trends)
{
    static const char *const heads[] = {"TIMES", "KIND", "LAST", "ABOUT EVERY"};
    cdr_text_table *t = begin_table(heads, CDR_COUNT(heads));
    size_t i;
    const json_t *j;
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    json_array_foreach(json_object_get(trends, "kinds"), i, j) {
        const json_t *every = json_object_get(j, "every_days");
        cdr_text_table_cellf(t, "%lld", (long long)number(j, "count"));
        cdr_text_table_cell(t, cdr_json_str(j, "label"));
        cdr_text_table_cellf(t, "%.10s", cdr_json_str(j, "last"));
        if (json_is_integer(every))
            cdr_text_table_cellf(t, json_integer_value(every) > 1 ? "%lld days" : "%lld day", (long long)CDR_MAX(json_integer_value(every), 1));
        else
            cdr_text_table_cell(t, "-");
    }
    return end_table(cli, t);
}

static cdr_status print_times(cdr_cli *cli, const json_t *trends)
{
    static const char *const heads[] = {"HOW LONG IT TOOK", "KNOWN", "FASTEST", "MIDDLE", "SLOWEST"};
    cdr_text_table *t = begin_table(heads, CDR_COUNT(heads));
    size_t i;
    const json_t *j;
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    json_array_foreach(json_object_get(trends, "times"), i, j) {
        cdr_text_table_cell(t, cdr_json_str(j, "label"));
        cdr_text_table_cellf(t, "%lld of %lld", (long long)number(j, "known"), (long long)number(j, "of"));
        span_cell(t, j, "least_s");
        span_cell(t, j, "median_s");
        span_cell(t, j, "most_s");
    }
    return end_table(cli, t);
}

static cdr_status print(cdr_cli *cli, const json_t *trends)
{
    _cleanup_buf_ cdr_buf headline = CDR_BUF(400), answer = CDR_BUF(2000);
    cdr_incident_trends_words(trends, &headline, &answer);
    cdr_cli_wrapped(cli, 0, 0, headline.data ? headline.data : "");
    cdr_cli_wrapped(cli, 0, 0, answer.data ? answer.data : "");
    if (!number(trends, "incidents"))
        return CDR_OK;
    cdr_cli_print(cli, "\n");
    cdr_status s = print_kinds(cli, trends);
    cdr_cli_print(cli, "\n");
    return s == CDR_OK ? print_times(cli, trends) : s;
}

static cdr_status write_page(cdr_cli *cli, const json_t *trends, const char *path)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(PAGE_MAX);
    char style[64];
    cdr_status s = cdr_paper_style(style, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_trends_page(cdr_workspace_org(cli->ws), style, trends, &out, &cli->err);
    return s == CDR_OK ? cdr_file_write(path, out.data, out.len, 0600, &cli->err) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *trends = NULL;
    const char *path = cdr_opt_text(cli, "html");
    int64_t from = 0, to = 0;
    cdr_status s = cdr_incident_when(cli, "from", &from);
    if (s == CDR_OK)
        s = cdr_incident_until(cli, "to", &to);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_READ, NULL, &r);
    if (s == CDR_OK)
        s = cdr_incident_trends(r.in, from, to ? to + 1 : cdr_now_us(&cli->ctx) + 1, cdr_opt_flag(cli, "drills"), &trends, &cli->err);
    if (s == CDR_OK && path)
        s = write_page(cli, trends, path);
    if (s == CDR_OK && !cli->json)
        s = print(cli, trends);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_incref(trends), CDR_EXIT_OK);
    if (path)
        cdr_cli_say(cli, "\nThe page with pictures: %s\n", path);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"from", 'f', CDR_OPT_TEXT, "TIME", NULL, "incidents that were opened from then on; from the first one when not given"},
    {"to", 't', CDR_OPT_TEXT, "TIME", NULL, "and until then, a day counted whole; now when not given"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write a page with pictures: kinds over time, how long it took, time left at the deadlines"},
    {"drills", 0, CDR_OPT_FLAG, NULL, NULL, "drills, too"},
    {0},
};

const cdr_cmd cdr_cmd_incident_trends = {
    .path = "incident trends",
    .group = "Answer honestly",
    .summary = "kinds of incidents over time, what recurs, how long everything took",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Counted from the register: how often which kind happened and when, how long it took until an incident was noticed, decided, contained and told of, and how much time was left at its deadlines. "
                   "Where a time was not entered nothing is guessed. A cause is what candor incident decide calls \"cause\": candor incident decide I-1 cause stolen-key --reason WORDS.",
    .examples = "  candor incident trends\n  candor incident trends --from 2026-01-01 --html trends.html\n",
    .json_shape = "  {\"from\": \"…\", \"to\": \"…\", \"drills\": false, \"incidents\": 7, \"open\": 1, \"deadlines_met\": 9, \"deadlines_late\": 2,\n"
                  "   \"period\": \"month|quarter|year\", \"periods\": [{\"name\": \"2027-02\", \"count\": 2, \"kinds\": {\"lost-device\": 2}}],\n"
                  "   \"kinds\": [{\"kind\": \"lost-device\", \"label\": \"…\", \"count\": 3, \"last\": \"…\", \"every_days\": 40}],\n"
                  "   \"causes\": [{\"cause\": \"stolen-key\", \"count\": 2, \"kinds\": {\"lost-device\": 2}}],\n"
                  "   # seconds; null: not known. detect, decide, contain, notify-authority, notify-people, resolve\n"
                  "   \"times\": [{\"name\": \"detect\",\n"
                  "              \"known\": 3, \"of\": 7, \"label\": \"…\", \"least_s\": 60,\n"
                  "              \"low_s\": 90, \"median_s\": 120, \"high_s\": 500, \"most_s\": 900}],\n"
                  "   # slack_s below 0: late; unmet: closed before it was done, which counts as late\n"
                  "   \"deadlines\": [{\"incident\": \"I-1\", \"what\": \"…\", \"due\": \"…\", \"slack_s\": 3600, \"late\": false, \"open\": false,\n"
                  "      \"unmet\": false}]}\n",
    .run = run,
};
