/* SPDX-License-Identifier: Apache-2.0 */
/* The run and the step that are meant, and saying something to them. */
#include "cli/run.h"

#include "base/parse.h"
#include "base/text.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>

/* --- the run --- */

typedef struct finding { int64_t open, any; unsigned opens, all; } finding;

static cdr_status look(void *arg, const cdr_run_row *row)
{
    finding *f = arg;
    f->all++;
    f->any = row->id;
    if (row->outcome == CDR_OUT_NONE) {
        f->opens++;
        f->open = row->id;
    }
    return CDR_OK;
}

static cdr_status run_of_incident(cdr_cli *cli, cdr_runs *r, const char *subject, int64_t *ret)
{
    finding f = {0};
    cdr_status s = cdr_runs_each(r, subject, true, look, &f, &cli->err);
    if (s != CDR_OK)
        return s;
    *ret = f.opens ? f.open : f.any;
    if (!f.all)
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "run.none", "%s has no run of a playbook; candor run list shows those there are.", subject);
    if (f.opens > 1 || (!f.opens && f.all > 1))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.several", "%s has several runs; say which: candor run list shows them.", subject);
    return CDR_OK;
}

static cdr_status which(cdr_cli *cli, cdr_runs *r, const char *name, int64_t *ret)
{
    uint64_t n;
    char subject[32];
    char kind = (char)(*name >= 'a' && *name <= 'z' ? *name - 32 : *name);
    const char *digits = kind == 'R' || kind == 'I' || kind == 'D' ? name + 1 + (name[1] == '-') : name;
    _cleanup_free_ char *shown = cdr_cli_shown(name);
    if (!cdr_parse_u64(digits, strlen(digits), 1, INT64_MAX, &n))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.name", "\"%.40s\" names no run: R-1, or I-1 for the run of an incident.", shown ? shown : "");
    *ret = (int64_t)n;
    if (digits == name || kind == 'R')
        return CDR_OK;
    snprintf(subject, sizeof subject, "%c-%llu", kind, (unsigned long long)n);
    return run_of_incident(cli, r, subject, ret);
}

static cdr_status open_rooms(cdr_cli *cli, cdr_desk_run *d)
{
    cdr_status s = cdr_incidents_open(cli->ws, &d->in, &cli->err);
    if (s == CDR_OK)
        d->r = cdr_incidents_runs(d->in);
    return s;
}

static void drop_run(cdr_desk_run *d)
{
    cdr_run_numbers_free(d->numbers);
    cdr_run_free(d->run);
    d->numbers = NULL;
    d->run = NULL;
}

static void close_rooms(cdr_desk_run *d)
{
    drop_run(d);
    cdr_incidents_close(d->in);
    d->in = NULL;
    d->r = NULL;
}

cdr_status cdr_desk_run_open(cdr_cli *cli, const char *name, cdr_desk_run *ret)
{
    int64_t id = 0;
    *ret = (cdr_desk_run){.in = NULL};
    cdr_status s = open_rooms(cli, ret);
    if (s == CDR_OK && name)
        s = which(cli, ret->r, name, &id);
    return s == CDR_OK && name ? cdr_runs_load(ret->r, id, &ret->row, &ret->run, &cli->err) : s;
}

void cdr_desk_run_close(cdr_desk_run *d)
{
    close_rooms(d);
}

static cdr_status open_again(cdr_cli *cli, cdr_desk_run *d)
{
    int64_t id = d->row.id;
    cdr_status s = open_rooms(cli, d);
    return s == CDR_OK && id ? cdr_runs_load(d->r, id, &d->row, &d->run, &cli->err) : s;
}

cdr_status cdr_desk_run_write(cdr_cli *cli, cdr_desk_run *d)
{
    close_rooms(d);
    cdr_status s = cdr_cli_start_writing(cli);
    return s == CDR_OK ? open_again(cli, d) : s;
}

cdr_status cdr_desk_run_read(cdr_cli *cli, cdr_desk_run *d)
{
    close_rooms(d);
    cdr_status s = cdr_workspace_stop_writing(cli->ws, &cli->err);
    return s == CDR_OK ? open_again(cli, d) : s;
}

/* --- the step --- */

const char *cdr_desk_run_number(cdr_desk_run *d, uint32_t activation, char ret[CDR_RUN_NUMBER_MAX])
{
    ret[0] = '\0';
    if (d->numbers || cdr_run_numbers_new(d->run, &d->numbers, NULL) == CDR_OK)
        cdr_run_number(d->numbers, activation, ret);
    return ret;
}

enum { NAME_START_MIN = 3 };

static bool begins(const char *label, const char *word)
{
    size_t n = strlen(word);
    return strlen(label) >= n && cdr_ascii_ieq(label, n, word, n);
}

/* The whole id, the whole name, or the start of the name: never a part of the id, which begins with "action" in every step. */
static bool whole(const cdr_activation *a, const char *word)
{
    return cdr_ascii_ieq(cdr_step_label(a->step), strlen(cdr_step_label(a->step)), word, strlen(word)) || !strcmp(a->step->id, word);
}

/* What begins with a digit and names no step is a number. */
static bool names(const cdr_desk_run *d, const cdr_activation *a, const char *word, bool exact)
{
    if (a->step->type == CDR_STEP_START || a->step->type == CDR_STEP_END)
        return false;
    if (exact && d->numbers && cdr_run_number_is(d->numbers, a->id, word))
        return true;
    return whole(a, word) || (!exact && strlen(word) >= NAME_START_MIN && begins(cdr_step_label(a->step), word));
}

/* ${word} NULL: all in ${states}. */
static cdr_status several(cdr_cli *cli, cdr_desk_run *d, const char *word, bool exact, unsigned states)
{
    _cleanup_buf_ cdr_buf list = CDR_BUF(2000);
    char number[CDR_RUN_NUMBER_MAX];
    for (uint32_t i = 1; i <= cdr_run_activation_count(d->run) && list.len < 300; i++) {
        const cdr_activation *a = cdr_run_activation(d->run, i);
        _cleanup_free_ char *label = cdr_cli_shown(cdr_step_label(a->step));
        if ((states >> a->state & 1) && (!word || names(d, a, word, exact)))
            cdr_buf_addf(&list, "%s%s \"%.60s\"", list.len ? ", " : "", cdr_desk_run_number(d, a->id, number), label ? label : "");
    }
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.which-step", "Say which step by its number: %s.", list.data ? list.data : "");
}

/* Of one step that came several times: those in ${states} before other open ones, the newest of those that ended last. Where names of several steps begin so, nothing is guessed, whether they are open or not. */
static const cdr_activation *search(cdr_desk_run *d, const char *word, bool exact, unsigned states, unsigned *ret_several)
{
    const cdr_activation *found = NULL;
    unsigned best = 0, count = 0;
    bool differ = false;
    size_t all = cdr_run_activation_count(d->run);
    for (uint32_t i = 1; i <= all; i++) {
        const cdr_activation *a = cdr_run_activation(d->run, i);
        if (!names(d, a, word, exact))
            continue;
        bool closed = a->state == CDR_ACT_CLOSED;
        unsigned rank = 1u + (closed ? 0u : 2u) + (states >> a->state & 1 ? 4u : 0u);
        differ = differ || (found && !whole(a, cdr_step_label(found->step)));      /* whole: another coming of the same step */
        if (rank < best)
            continue;
        count = rank > best || closed ? 1 : count + 1;
        best = rank;
        found = a;
    }
    *ret_several = differ ? ~0u : count > 1 ? (states >> found->state & 1 ? states : ~(1u << CDR_ACT_CLOSED)) : 0u;
    return found;
}

static cdr_status no_step(cdr_cli *cli, cdr_desk_run *d, const char *word)
{
    uint64_t n;
    const cdr_playbook *p = cdr_run_playbook(d->run);
    _cleanup_free_ char *shown = cdr_cli_shown(word);
    bool digits = cdr_parse_u64(word, strlen(word), 1, UINT32_MAX, &n);
    for (uint32_t i = 0; i < cdr_playbook_step_count(p); i++)
        if ((digits && d->numbers && cdr_run_plan_number(d->numbers, p, i) == n) || (strlen(word) >= NAME_START_MIN && begins(cdr_step_label(cdr_playbook_step(p, i)), word)))
            return cdr_fail(&cli->err, CDR_DENIED, "cli", "run.not-yet", "\"%.60s\" has not come yet; candor run show R-%lld shows what waits.", shown ? shown : "", (long long)d->row.id);
    return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "run.no-step", "R-%lld has no step \"%.60s\"; candor run show R-%lld lists them.", (long long)d->row.id, shown ? shown : "", (long long)d->row.id);
}

/* Somebody else did the last step: whoever leaves the step out may mean that one, and hit the one that came next. */
static cdr_status check_last(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *meant)
{
    const cdr_activation *last = NULL;
    char number[CDR_RUN_NUMBER_MAX];
    size_t all = cdr_run_activation_count(d->run);
    for (uint32_t i = 1; i <= all; i++) {
        const cdr_activation *a = cdr_run_activation(d->run, i);
        if (*a->answered_by && a->state == CDR_ACT_CLOSED && (!last || a->ended_us >= last->ended_us))
            last = a;
    }
    if (!last || cdr_same_person(last->answered_by, cdr_workspace_actor(cli->ws)))
        return CDR_OK;
    _cleanup_free_ char *label = cdr_cli_shown(cdr_step_label(last->step)), *now = cdr_cli_shown(cdr_step_label(meant->step)), *who = cdr_cli_shown(last->answered_by);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.which-step", "%.60s did \"%.60s\", and now %s \"%.60s\" waits; say which step you mean, by its number.", who ? who : "", label ? label : "", cdr_desk_run_number(d, meant->id, number), now ? now : "");
}

static cdr_status only_one(cdr_cli *cli, cdr_desk_run *d, unsigned states, const cdr_activation **ret)
{
    size_t n, count = 0;
    const cdr_activation *const *open = cdr_run_open(d->run, &n);
    for (size_t i = 0; i < n; i++)
        if (states >> open[i]->state & 1) {
            *ret = open[i];
            count++;
        }
    if (count > 1)
        return several(cli, d, NULL, true, states);
    if (!count && cdr_run_over(d->run, NULL))
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "run.over", "R-%lld is over: %s.", (long long)d->row.id, cdr_run_outcome_words(d->row.outcome));
    if (count && !(states >> CDR_ACT_APPROVAL & 1))      /* whoever agrees is always somebody else */
        return check_last(cli, d, *ret);
    return count ? CDR_OK : cdr_fail(&cli->err, CDR_DENIED, "cli", "run.nothing", "No step of R-%lld waits for that; candor run show R-%lld shows what does.", (long long)d->row.id, (long long)d->row.id);
}

cdr_status cdr_desk_run_step(cdr_cli *cli, cdr_desk_run *d, const char *word, unsigned states, const cdr_activation **ret)
{
    uint64_t n;
    unsigned more = 0;
    bool exact = true;
    char prefix[32], number[CDR_RUN_NUMBER_MAX];
    *ret = NULL;
    if (!word)
        return only_one(cli, d, states, ret);
    int len = snprintf(prefix, sizeof prefix, "R-%lld/", (long long)d->row.id);
    cdr_desk_run_number(d, 1, number);      /* they are there from here on */
    if (!strncmp(word, prefix, (size_t)len) && cdr_parse_u64(word + len, strlen(word + len), 1, UINT32_MAX, &n))
        *ret = cdr_run_activation(d->run, (uint32_t)n);      /* a reference, as registers have it */
    else if (*word && !(*ret = search(d, word, exact, states, &more)))
        *ret = search(d, word, exact = false, states, &more);
    if (more)
        return several(cli, d, word, exact, more);
    return *ret ? CDR_OK : no_step(cli, d, word);
}

/* --- values --- */

static cdr_status put_value(cdr_cli *cli, json_t *out, const char *text)
{
    const char *eq = strchr(text, '=');
    size_t len = eq ? (size_t)(eq - text) : 0;
    bool dressed = len > 4 && !strncmp(text, "__", 2) && !strncmp(eq - 2, "__", 2);
    _cleanup_free_ char *name = eq ? cdr_asprintf(dressed ? "%.*s" : "__%.*s__", (int)CDR_MIN(len, 400u), text) : NULL;
    _cleanup_free_ char *shown = cdr_cli_shown(name ? name : "");
    cdr_secret *typed = NULL;
    cdr_status s = CDR_OK;
    if (!eq || !cdr_variable_name_valid(name ? name : "", name ? strlen(name) : 0))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.set", "--set takes NAME=VALUE, such as device=laptop; candor run show says which names are asked for.");
    if (json_object_get(out, name))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.set-twice", "--set gives %.60s twice.", shown ? shown : "a name");
    const char *value = eq + 1;
    if (!strcmp(value, "-")) {
        _cleanup_free_ char *prompt = cdr_asprintf("%s: ", shown ? shown : "");
        s = cdr_prompt_line(cli, CDR_PROMPT_HIDDEN, prompt ? prompt : "", CDR_VARIABLE_VALUE_MAX, &typed);
        s = s == CDR_DONE ? cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.set", "Standard input has no line for %.60s.", shown ? shown : "") : s;
        value = "";
    }
    if (s == CDR_OK && json_object_set_new(out, name, typed ? json_stringn((const char *)cdr_secret_bytes(typed), cdr_secret_len(typed)) : json_string(value)))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.set", "The value of %.60s is no text in UTF-8.", shown ? shown : "");
    cdr_secret_free(typed);
    return s;
}

cdr_status cdr_cli_run_values(cdr_cli *cli, json_t **ret)
{
    const char *const *list;
    size_t n = cdr_opt_list(cli, "set", &list);
    *ret = NULL;
    if (!n)
        return CDR_OK;
    _cleanup_json_ json_t *out = json_object();
    cdr_status s = out ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; i < n && s == CDR_OK; i++)
        s = put_value(cli, out, list[i]);
    if (s == CDR_OK)
        *ret = json_incref(out);
    return s;
}

/* --- saying --- */

/* Where nobody else has a login or a role, whoever answered approves alone, under a name that says so. */
static cdr_status approve_alone(cdr_cli *cli, cdr_desk_run *d, int64_t incident, cdr_run_say *say, char by[CDR_INCIDENT_WHO_MAX])
{
    const cdr_activation *a = d->run ? cdr_run_activation(d->run, say->activation) : NULL;
    if (!a || a->state != CDR_ACT_APPROVAL || !a->step->rule.two_person)
        return CDR_OK;
    cdr_status s = cdr_incident_alone_as(d->in, incident, a->answered_by, by, &cli->err);
    say->alone = s == CDR_OK && *by;
    say->by = say->alone ? by : say->by;
    return s;
}

cdr_status cdr_desk_run_deed(cdr_cli *cli, cdr_desk_run *d, cdr_run_deed deed, const cdr_run_say *say)
{
    int64_t incident;
    char by[CDR_INCIDENT_WHO_MAX];
    cdr_run_say whole = *say;
    cdr_status s = CDR_OK;
    bool of_incident = d->row.subject[0] == 'I' && cdr_incident_parse_id(d->row.subject, &incident);
    if (of_incident && (deed == CDR_DEED_APPROVE || deed == CDR_DEED_REJECT))
        s = approve_alone(cli, d, incident, &whole, by);
    if (s == CDR_OK)
        s = cdr_runs_say(d->r, d->row.id, deed, &whole, &cli->err);
    return s == CDR_OK && of_incident ? cdr_incident_settle(d->in, incident, &cli->err) : s;
}

cdr_exit cdr_desk_run_say(cdr_cli *cli, cdr_desk_run *d, cdr_run_deed deed, const cdr_run_say *say, const char *done)
{
    char *label = NULL;
    const cdr_activation *a = cdr_run_activation(d->run, say->activation);
    if (a)
        label = cdr_cli_shown(cdr_step_label(a->step));
    cdr_status s = cdr_desk_run_deed(cli, d, deed, say);
    if (s == CDR_OK) {
        drop_run(d);
        s = cdr_runs_load(d->r, d->row.id, &d->row, &d->run, &cli->err);
    }
    a = d->run ? cdr_run_activation(d->run, say->activation) : NULL;
    if (a && a->state == CDR_ACT_APPROVAL && (deed == CDR_DEED_SKIP || deed == CDR_DEED_BY_HAND))
        done = "noted; a second person has to agree";
    if (a && a->state == CDR_ACT_EVIDENCE && deed == CDR_DEED_ANSWER)
        done = "answered; show a file for it (candor run evidence)";
    if (a && deed == CDR_DEED_APPROVE && !strncmp(a->approved_by, CDR_INCIDENT_ALONE, strlen(CDR_INCIDENT_ALONE)))
        done = "approved by one person alone: nobody else has a login or a role here";
    if (s == CDR_OK && !cli->json && !cli->quiet) {
        _cleanup_free_ char *line = label ? cdr_asprintf("%s: %s.", label, done) : cdr_asprintf("R-%lld: %s.", (long long)d->row.id, done);
        cdr_cli_wrapped(cli, 0, 2, line ? line : "");
        if (a && a->state == CDR_ACT_APPROVAL && deed != CDR_DEED_APPROVE && deed != CDR_DEED_REJECT)
            s = cdr_run_say_approval(cli, d, a);
        if (s == CDR_OK)
            s = cdr_run_print_next(cli, d);
    }
    cdr_free(label);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, cdr_run_json(cli, d), CDR_EXIT_OK) : CDR_EXIT_OK;
}
