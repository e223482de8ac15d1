/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a step is, and what was said to it: a second person sees what she approves. */
#include "cli/run.h"

#include "cli/incident.h"
#include "cli/policy_words.h"
#include "core/cacao/secret.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 64 << 10 };

/* --- whose it is --- */

static cdr_run_deed deed_of(const cdr_activation *a)
{
    return a->state == CDR_ACT_APPROVAL ? CDR_DEED_APPROVE : a->state == CDR_ACT_EVIDENCE ? CDR_DEED_SHOW : CDR_DEED_ANSWER;
}

cdr_status cdr_run_check_mine(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    int64_t incident;
    bool alone = false;
    cdr_status s = cdr_runs_check_may(d->r, &d->row, a, deed_of(a), &cli->err);
    if (s != CDR_OK || a->state != CDR_ACT_APPROVAL || !cdr_same_person(a->answered_by, cdr_workspace_actor(cli->ws)))
        return s;
    if (d->row.subject[0] == 'I' && cdr_incident_parse_id(d->row.subject, &incident))
        s = cdr_incident_alone(d->in, incident, &alone, &cli->err);
    if (s == CDR_OK && !alone)
        s = cdr_fail(&cli->err, CDR_DENIED, "cli", "run.own", "You answered \"%.80s\" yourself: somebody else looks at it and approves it.", cdr_step_label(a->step));
    return s;
}

cdr_status cdr_run_mine(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, bool *ret)
{
    cdr_err before = cli->err;
    cdr_status s = cdr_run_check_mine(cli, d, a);
    *ret = s == CDR_OK;
    if (s == CDR_DENIED)
        cli->err = before;
    return s == CDR_DENIED ? CDR_OK : s;
}

cdr_status cdr_run_by_words(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, cdr_buf *out)
{
    int64_t incident = 0;
    bool approval = a->state == CDR_ACT_APPROVAL;
    cdr_duty_role role = approval ? a->step->rule.approver : a->step->rule.role;
    cdr_incident_role has;
    cdr_buf_addf(out, "%s%s", role == CDR_DUTY_ANYBODY ? "" : "the ", role == CDR_DUTY_ANYBODY ? approval && a->step->rule.two_person ? "somebody" : "anybody" : cdr_duty_role_label(role));
    if (role != CDR_DUTY_ANYBODY && d->row.subject[0] == 'I' && cdr_incident_parse_id(d->row.subject, &incident)) {
        cdr_status s = cdr_incident_role_of(d->in, incident, role, &has, &cli->err);
        if (s != CDR_OK && s != CDR_NOT_FOUND)
            return s;
        _cleanup_free_ char *who = s == CDR_OK ? cdr_cli_shown(has.who) : NULL;
        cdr_buf_addf(out, who ? " (%s)" : "%s", who ? who : " (nobody yet: candor incident assign)");
    }
    if (approval && a->step->rule.two_person) {
        _cleanup_free_ char *who = cdr_cli_shown(a->answered_by);
        cdr_buf_addf(out, ", not %s, who answered", who ? who : "");
    }
    return CDR_OK;
}

/* --- what was said --- */

typedef struct gathering { uint32_t activation; cdr_run_said *said; } gathering;

static cdr_status take(void *arg, const cdr_run_event *e)
{
    const gathering *g = arg;
    cdr_run_said *said = g->said;
    if (e->activation != g->activation)
        return CDR_OK;
    if (e->kind == CDR_RUN_RETRIED || e->kind == CDR_RUN_REJECTED) {      /* asked again: what was said before does not count */
        cdr_run_said_done(said);
        return CDR_OK;
    }
    bool spoken = (e->kind == CDR_RUN_ENDED_COMMAND && e->by) || e->kind == CDR_RUN_BY_HAND || e->kind == CDR_RUN_SKIPPED;
    if (spoken) {
        said->at_us = e->at_us;
        said->skipped = e->kind == CDR_RUN_SKIPPED;
        said->by_hand = e->kind == CDR_RUN_BY_HAND;
    }
    if (spoken && e->text) {
        cdr_free(said->note);
        if (!(said->note = cdr_strdup(e->text)))
            return CDR_E_NOMEM;
    }
    if (e->kind == CDR_RUN_SHOWN && e->text) {
        cdr_free(said->shown);
        if (!(said->shown = cdr_strdup(e->text)))
            return CDR_E_NOMEM;
    }
    if (!e->data || (e->kind != CDR_RUN_ENDED_COMMAND && e->kind != CDR_RUN_BY_HAND))
        return CDR_OK;
    if (!said->answers && !(said->answers = json_object()))
        return CDR_E_NOMEM;
    return json_object_update(said->answers, (json_t *)(uintptr_t)e->data) ? CDR_E_NOMEM : CDR_OK;
}

cdr_status cdr_run_said_of(cdr_cli *cli, cdr_desk_run *d, uint32_t activation, cdr_run_said *ret)
{
    *ret = (cdr_run_said){.at_us = 0};
    cdr_status s = cdr_runs_events(d->r, d->row.id, take, &(gathering){activation, ret}, &cli->err);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        cdr_run_said_done(ret);
    return s;
}

void cdr_run_said_done(cdr_run_said *said)
{
    json_decref(said->answers);
    cdr_free(said->note);
    cdr_free(said->shown);
    *said = (cdr_run_said){.at_us = 0};
}

void cdr_run_put_answer(cdr_buf *out, const cdr_activation *a, const char *name, const json_t *value)
{
    cdr_run_question q = {.ask = NULL};
    for (size_t i = 0; a && i < json_array_size(a->step->out_args) && !q.ask; i++)
        if (!cdr_run_question_of(a, i, &q) || strcmp(q.name, name) != 0)
            q.ask = NULL;
    size_t n = strlen(name);
    _cleanup_free_ char *plain = n > 4 && !strncmp(name, "__", 2) ? cdr_strndup(name + 2, n - 4) : cdr_strdup(name);
    _cleanup_free_ char *ask = cdr_cli_shown(q.ask ? q.ask : plain ? plain : ""), *shown = cdr_cli_shown(json_string_value(value) ? json_string_value(value) : "nothing");
    if (a && cdr_playbook_secret(a->playbook, name)) {      /* told, never shown */
        cdr_buf_addf(out, "%s: (not shown)", ask ? ask : "");
        return;
    }
    const char *said = q.ask && q.type == CDR_VAR_BOOL && shown ? !strcmp(shown, "true") ? "yes" : !strcmp(shown, "false") ? "no" : shown : shown;
    size_t len = ask ? strlen(ask) : 0;
    cdr_buf_addf(out, "%s%s %s", ask ? ask : "", len && (ask[len - 1] == '?' || ask[len - 1] == '.' || ask[len - 1] == ':') ? "" : ":", said ? said : "");
}

static void row(cdr_cli *cli, const char *head, const char *text)
{
    _cleanup_free_ char *shown = cdr_cli_shown(text);
    cdr_cli_print(cli, "    %-9s ", head);
    cdr_cli_wrapped(cli, 0, 14, shown ? shown : "");
}

cdr_status cdr_run_print_said(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    _cleanup_(cdr_run_said_done) cdr_run_said said;
    char at[CDR_WHEN_TEXT], by[200];
    const char *name;
    json_t *value;
    cdr_status s = cdr_run_said_of(cli, d, a->id, &said);
    if (s != CDR_OK || (!said.at_us && !said.shown))
        return s;
    cdr_incident_time_text(said.at_us, at);
    snprintf(by, sizeof by, "%.79s, %s%s", a->answered_by, at, said.skipped ? ": to be skipped" : said.by_hand ? ": done by hand" : "");
    if (said.at_us)
        row(cli, "Answered", by);
    json_object_foreach(said.answers, name, value) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(TEXT_MAX);
        cdr_run_put_answer(&text, a, name, value);
        row(cli, "", text.data ? text.data : "");
    }
    if (said.note)
        row(cli, said.skipped || a->step->rule.decision ? "Reason" : "Note", said.note);
    if (said.shown)
        row(cli, "Shown", said.shown);
    return CDR_OK;
}

cdr_status cdr_run_say_approval(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(2000);
    char number[CDR_RUN_NUMBER_MAX];
    cdr_buf_addf(&line, "Next: candor run approve R-%lld %s, by ", (long long)d->row.id, cdr_desk_run_number(d, a->id, number));
    cdr_status s = cdr_run_by_words(cli, d, a, &line);
    cdr_buf_addc(&line, '.');
    if (s == CDR_OK)
        cdr_cli_wrapped(cli, 0, 2, line.data ? line.data : "");
    return s;
}
