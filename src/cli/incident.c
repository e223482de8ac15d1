/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incident.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/time.h"
#include "cli/input.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"
#include "core/incident/lane_parts.h"
#include "core/report/paper.h"
#include "core/staff/staff.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

cdr_status cdr_incident_room_open(cdr_cli *cli, cdr_workspace_mode mode, const char *name, cdr_incident_room *ret)
{
    int64_t id = 0;
    *ret = (cdr_incident_room){.in = NULL};
    if (name && !cdr_incident_parse_id(name, &id))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.id", "\"%.30s\" is no incident: its name is like I-3; candor incident list shows them.", name);
    cdr_status s = cli->ws ? CDR_OK : cdr_cli_open_workspace(cli, mode);
    if (s == CDR_OK)
        s = cdr_incidents_open(cli->ws, &ret->in, &cli->err);
    return s == CDR_OK && name ? cdr_incident_get(ret->in, id, &ret->i, &cli->err) : s;
}

void cdr_incident_room_close(cdr_incident_room *r)
{
    cdr_incidents_close(r->in);
    r->in = NULL;
}

/* --- what is typed --- */

static cdr_status from_terminal(cdr_cli *cli, const char *prompt, cdr_buf *ret)
{
    cdr_secret *line = NULL;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, CDR_INCIDENT_TEXT_MAX, &line);
    if (s == CDR_OK && line)
        cdr_buf_add(ret, cdr_secret_bytes(line), cdr_secret_len(line));
    cdr_secret_free(line);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_incident_words(cdr_cli *cli, const char *opt, int first, const char *prompt, const char *what, bool needed, cdr_buf *ret)
{
    const char *text = opt ? cdr_opt_text(cli, opt) : NULL;
    cdr_status s = CDR_OK;
    *ret = CDR_BUF(CDR_INCIDENT_TEXT_MAX);
    cdr_buf_adds(ret, "");
    if (text && strcmp(text, "-") != 0)
        cdr_buf_adds(ret, text);
    else if (!text && first >= 0 && cli->argc > first && strcmp(cli->argv[first], "-") != 0)
        for (int i = first; i < cli->argc; i++)
            cdr_buf_addf(ret, "%s%s", i > first ? " " : "", cli->argv[i]);
    else if (!text && cdr_prompt_somebody() && needed)
        s = from_terminal(cli, prompt, ret);
    else if (text || needed)
        s = cdr_cli_input_read(cli, "-", ret);
    if (s == CDR_OK && cdr_buf_status(ret) != CDR_OK)
        s = cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "incident.words", "What was typed is longer than %d bytes.", CDR_INCIDENT_TEXT_MAX);
    if (s == CDR_OK && needed && (!ret->data || !ret->data[strspn(ret->data, " \t\r\n")]))
        s = opt ? cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.words", "Say %s with --%s, or type it to standard input.", what, opt)
                : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.words", "Say %s, or type it to standard input.", what);
    return s;
}

cdr_status cdr_incident_when_text(cdr_cli *cli, const char *what, const char *text, int64_t *ret)
{
    char kept[CDR_LANE_ANSWER_MAX];
    int64_t now = cdr_now_us(&cli->ctx);
    if (cdr_time_parse(text, ret))
        return CDR_OK;
    if (cdr_lane_read(CDR_LANE_NOTICED, text, now, kept, NULL) == CDR_OK && cdr_time_parse(kept, ret))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.when", "%s is a time such as now, 09:15, \"yesterday 16:00\", \"2 hours ago\" or 2027-02-19T09:15:00Z.", what);
}

/* When something happened may lie far back; when somebody noticed, decided or did something about it does not. */
static bool may_be_old(const char *opt)
{
    static const char *const old[] = {"began", "incident", "at"};
    for (size_t i = 0; i < CDR_COUNT(old); i++)
        if (!strcmp(opt, old[i]))
            return true;
    return false;
}

static cdr_status check_when(cdr_cli *cli, const char *what, bool old, int64_t at)
{
    if (at > cdr_now_us(&cli->ctx) + DAY_US)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.when", "%s lies in the future; look at the date.", what);
    if (at < (old ? 0 : CDR_INCIDENT_FIRST_US))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.when", "%s lies before %s; look at the date.", what, old ? "1970, where time begins here" : "the year 2000; only when it began, and what a note tells of, may be older");
    return CDR_OK;
}

cdr_status cdr_incident_when(cdr_cli *cli, const char *opt, int64_t *ret)
{
    char what[40];
    const char *text = cdr_opt_text(cli, opt);
    *ret = 0;
    snprintf(what, sizeof what, "--%s", opt);
    cdr_status s = text ? cdr_incident_when_text(cli, what, text, ret) : CDR_OK;
    return s == CDR_OK && text && strcmp(opt, "from") != 0 ? check_when(cli, what, may_be_old(opt), *ret) : s;
}

/* "in 3 days", "5 business days", "2 hours" */
static bool read_span(const char *text, cdr_duration *ret)
{
    static const struct { const char *word; char unit; } units[] = {{"minute", 'M'}, {"hour", 'H'}, {"day", 'D'}, {"business day", 'B'}, {"week", 'W'}};
    uint64_t n;
    text += !strncmp(text, "in ", 3) ? 3 : 0;
    size_t digits = strspn(text, "0123456789");
    if (!digits || !cdr_parse_u64(text, digits, 1, 100000, &n))
        return false;
    text += digits + strspn(text + digits, " ");
    for (size_t i = 0; i < CDR_COUNT(units); i++) {
        size_t len = strlen(units[i].word);
        if (strncmp(text, units[i].word, len) != 0 || (text[len] != '\0' && strcmp(text + len, "s") != 0))
            continue;
        char iso[40];
        snprintf(iso, sizeof iso, "P%s%llu%c", units[i].unit == 'M' || units[i].unit == 'H' ? "T" : "", (unsigned long long)n, units[i].unit);
        return cdr_duration_parse(iso, ret);
    }
    return false;
}

cdr_status cdr_incident_until(cdr_cli *cli, const char *opt, int64_t *ret)
{
    cdr_duration d;
    cdr_date date;
    const char *text = cdr_opt_text(cli, opt);
    *ret = 0;
    if (!text)
        return CDR_OK;
    if (cdr_duration_parse(text, &d) || read_span(text, &d))
        *ret = cdr_due(cdr_now_us(&cli->ctx), &d, NULL);
    else if (cdr_date_parse(text, &date))
        *ret = cdr_days_from_date(date) * DAY_US + DAY_US - 1000000;   /* the whole day */
    else if (!cdr_time_parse(text, ret))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.until", "--%s is a date such as 2027-03-01, a time, or \"3 days\", \"5 business days\", \"2 hours\".", opt);
    if (*ret < CDR_INCIDENT_FIRST_US || *ret > cdr_now_us(&cli->ctx) + CDR_INCIDENT_SPAN_MAX_US)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.until", "--%s lies before the year 2000, or more than ten years ahead; look at the date.", opt);
    return CDR_OK;
}

cdr_status cdr_incident_role_word(cdr_cli *cli, const char *word, cdr_duty_role *ret)
{
    char key[40];
    snprintf(key, sizeof key, "%.39s", word);
    for (char *p = key; *p; p++)
        *p = *p == ' ' || *p == '_' ? '-' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    *ret = cdr_duty_role_by_key(!strcmp(key, "incident-manager") ? "manager" : key);
    if (*ret > CDR_DUTY_ANYBODY && *ret < CDR_DUTY__MAX)
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.role", "The role is manager, deputy, privacy-lead, legal, communications, it, scribe, approver or owner.");
}

cdr_status cdr_incident_number(cdr_cli *cli, const char *word, const char *what, int64_t *ret)
{
    const char *digits = word + ((word[0] >= 'A' && word[0] <= 'Z') || (word[0] >= 'a' && word[0] <= 'z') ? 1 : 0);
    digits += digits > word && *digits == '-';
    if (cdr_parse_i64(digits, strlen(digits), 1, INT64_MAX, ret))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.number", "%s is named by its number, as candor incident show prints it.", what);
}

/* --- how it is told --- */

void cdr_incident_time_text(int64_t us, char ret[CDR_WHEN_TEXT])
{
    char iso[CDR_TIME_TEXT];
    ret[0] = '\0';
    if (!us)
        return;
    cdr_time_format(us, iso);
    snprintf(ret, CDR_WHEN_TEXT, "%.10s %.5s UTC", iso, iso + 11);
}

void cdr_incident_left(int64_t due_us, int64_t now_us, char ret[CDR_LEFT_TEXT])
{
    char span[CDR_DURATION_TEXT];
    cdr_span_words(due_us - now_us, span);
    snprintf(ret, CDR_LEFT_TEXT, "%s%s", span, due_us < now_us ? " late" : "");
}

cdr_status cdr_incident_page(cdr_cli *cli, const char *name, json_t *data, const char *path)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(16u << 20);
    char when[64];
    cdr_time_format_long(cdr_now_us(&cli->ctx), when);
    if (!data || json_object_set_new(data, "made", json_string(when)) || json_object_set_new(data, "org", json_string(cdr_workspace_org(cli->ws))))
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_paper_render(name, NULL, true, data, &out, &cli->err);
    return s == CDR_OK ? cdr_file_write(path, out.data, out.len, 0600, &cli->err) : s;
}

cdr_exit cdr_incident_did(cdr_cli *cli, cdr_incident_room *r, cdr_status s, const char *fmt, ...)
{
    json_t *view = NULL;
    if (s == CDR_OK && cli->json)
        s = cdr_incident_get(r->in, r->i.id, &r->i, &cli->err);
    if (s == CDR_OK && cli->json)
        s = cdr_incident_view(cli, r, &view);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, view, CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf text = CDR_BUF(8192);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    if (!cli->quiet)
        cdr_cli_lines(cli, 0, 0, text.data ? text.data : "", false);
    return CDR_EXIT_OK;
}

void cdr_incident_warn_login(cdr_cli *cli, const char *who)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_user u;
    cdr_err none = {0};
    bool any = false;
    if (cli->json || cli->quiet || !*who || cdr_staff_open(cli->ws, &st, &none) != CDR_OK || cdr_staff_any(st, &any, &none) != CDR_OK || !any)
        return;
    if (cdr_staff_find(st, who, false, &u, &none) != CDR_OK || u.disabled)
        fprintf(stderr, "candor: \"%.60s\" has no login here and cannot sign in and answer; candor user list\n        shows who can.\n", who);
}
