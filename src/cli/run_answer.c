/* SPDX-License-Identifier: Apache-2.0 */
/* candor run answer, approve, reject, evidence: what people say to a step that waits for them. */
#include "cli/run.h"
#include "cli/incident.h"

#include "base/parse.h"
#include "base/text.h"
#include "cli/incident_second.h"
#include "cli/session.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The step's word is left out where the argument after the run is no step. */
static const char *step_word(const cdr_cli *cli)
{
    return cli->argc > 1 ? cli->argv[1] : NULL;
}

/* What is known and not said otherwise: with --keep it is the answer; without it nothing is taken for one. */
static cdr_status keep_known(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, json_t **answers)
{
    bool keep = cdr_opt_flag(cli, "keep"), any = false;
    if (keep && !*answers && !(*answers = json_object()))
        return cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; i < json_array_size(a->step->out_args) && a->command + 1 >= a->step->command_count; i++) {
        cdr_run_question q;
        if (!cdr_run_question_of(a, i, &q) || json_object_get(*answers, q.name))
            continue;
        const char *known = cdr_run_known(d->run, a, &q);
        any = any || known;
        if (known && !keep && !q.optional)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.known", "%.60s is %s, and nobody has confirmed it: --keep takes what is known as it is, --set says otherwise. candor run show tells it.", q.name,
                            cdr_run_known_words(&d->row));
        if (known && keep && json_object_set_new(*answers, q.name, json_string(known)))
            return cdr_fail_nomem(&cli->err, "cli");
    }
    return !keep || any ? CDR_OK : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.nothing-known", "Nothing that this step asks is known from before; say it with --set.");
}

/* "unknown" to a number is honest, and no answer: what to do then is said. */
static cdr_status check_unknown(cdr_cli *cli, const cdr_activation *a, const json_t *answers)
{
    char words[300];
    for (size_t i = 0; i < json_array_size(a->step->out_args); i++) {
        cdr_run_question q;
        const char *value = cdr_run_question_of(a, i, &q) ? cdr_json_str(answers, q.name) : NULL;
        const char *expects;
        if (!value || json_array_size(q.choices) || !cdr_prompt_is_unknown(value) || cdr_variable_value_valid(q.type, value, &expects))
            continue;
        cdr_run_unknown_words(&q, words, sizeof words);
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.unknown", "%.60s must be %s. %s", q.name, expects, words);
    }
    return CDR_OK;
}

static cdr_exit run_answer(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    _cleanup_json_ json_t *answers = NULL;
    const cdr_activation *a = NULL;
    bool failed = cdr_opt_flag(cli, "failed");
    cdr_status s = cdr_cli_run_values(cli, &answers);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s == CDR_OK)
        s = cdr_desk_run_step(cli, &d, step_word(cli), 1u << CDR_ACT_ANSWER, &a);
    if (s == CDR_OK && a->state == CDR_ACT_ANSWER)
        s = check_unknown(cli, a, answers);
    if (s == CDR_OK && a->state == CDR_ACT_ANSWER && !failed)
        s = keep_known(cli, &d, a, &answers);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cdr_desk_run_say(cli, &d, CDR_DEED_ANSWER, &(cdr_run_say){.activation = a->id, .answers = answers, .text = cdr_opt_text(cli, "note"), .failed = failed}, failed ? "did not work, as you say" : "answered");
}

static const cdr_opt answer_options[] = {
    {"set", 's', CDR_OPT_LIST, "NAME=VALUE", NULL, "a value that the step asks for; NAME=- asks for it without showing it"},
    {"keep", 'k', CDR_OPT_FLAG, NULL, NULL, "what is known from the report is right; for what --set does not say"},
    {"note", 'n', CDR_OPT_TEXT, "WORDS", NULL, "a word about it, kept with the answer"},
    {"failed", 0, CDR_OPT_FLAG, NULL, NULL, "it was tried and did not work; --note says why"},
    {0},
};

const cdr_cmd cdr_cmd_run_answer = {
    .path = "run answer",
    .group = "Be ready",
    .summary = "a step for people is done: say so, with what it asks",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = answer_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "STEP is its number in candor run show, or the start of its name (three letters or more, and of one step alone); when only one step waits it may be left out. Of two people who answer the same step one is taken, and the other is told who it was, with exit "
                   "code 4. candor run next asks the same in a dialogue.",
    .examples = "  candor run answer R-1 4 --note \"locked, by remote wipe\"\n"
                "  # a step that asks something\n"
                "  candor run answer R-1 4 --set encrypted=yes\n",
    .json_shape = "  as candor run show\n",
    .run = run_answer,
};

/* --- approval --- */

/* Who says it: whoever works here, or a second person at this terminal. */
static cdr_status speak_as(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, const char *second)
{
    int64_t incident = 0;
    if (!*second)
        return CDR_OK;
    if (d->row.subject[0] != 'I' || !cdr_incident_parse_id(d->row.subject, &incident))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "run.second", "--as is for runs of an incident, which knows who its people are.");
    cdr_status s = cdr_incident_check_second(d->in, incident, a->step->rule.approver, a->answered_by, second, &cli->err);
    if (s == CDR_OK)
        cdr_workspace_set_actor(cli->ws, second);
    return s;
}

/* What is judged stands above the judgement. */
static void print_what(cdr_cli *cli, const cdr_activation *a)
{
    _cleanup_free_ char *label = cdr_cli_shown(cdr_step_label(a->step));
    cdr_cli_wrapped(cli, 0, 4, label ? label : "");
}

#define ROLES_JUDGE (CDR_ROLES_RESPOND | CDR_ROLE_STAFF)

static cdr_status see_role(void *arg, const cdr_incident_role *r)
{
    const char **who = arg;
    if (*who && cdr_same_person(r->who, *who))
        *who = NULL;
    return CDR_OK;
}

/* Whoever is staff approves in incidents where she has a role, as in candor incident approve, and sees no others. */
static cdr_status has_part(cdr_cli *cli, cdr_desk_run *d)
{
    int64_t incident = 0;
    const char *who = cdr_workspace_actor(cli->ws);
    if (cli->role != CDR_ROLE_STAFF)
        return CDR_OK;
    cdr_status s = d->row.subject[0] == 'I' && cdr_incident_parse_id(d->row.subject, &incident) ? cdr_incident_roles(d->in, incident, false, see_role, &who, &cli->err) : CDR_OK;
    return s == CDR_OK && who ? cdr_cli_need_role(cli, CDR_ROLES_RESPOND, "approving without a role in the incident") : s;
}

static cdr_exit judge(cdr_cli *cli, cdr_run_deed deed, const char *reason, const char *done)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    const cdr_activation *a = NULL;
    char second[80];
    cdr_status s = cdr_cli_second(cli, second);
    if (s == CDR_OK)
        s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s == CDR_OK)
        s = has_part(cli, &d);
    if (s == CDR_OK)
        s = cdr_desk_run_step(cli, &d, step_word(cli), 1u << CDR_ACT_APPROVAL, &a);
    if (s == CDR_OK && !cli->json && !cli->quiet && a->state == CDR_ACT_APPROVAL) {
        print_what(cli, a);
        s = cdr_run_print_said(cli, &d, a);
    }
    if (s == CDR_OK)
        s = speak_as(cli, &d, a, second);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cdr_desk_run_say(cli, &d, deed, &(cdr_run_say){.activation = a->id, .text = reason}, done);
}

static cdr_exit run_approve(cdr_cli *cli)
{
    return judge(cli, CDR_DEED_APPROVE, cdr_opt_text(cli, "note"), "approved");
}

static cdr_exit run_reject(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say why it is sent back with --reason; who answered reads it.");
    return judge(cli, CDR_DEED_REJECT, cdr_opt_text(cli, "reason"), "sent back");
}

static const cdr_opt approve_options[] = {
    {"note", 'n', CDR_OPT_TEXT, "WORDS", NULL, "a word about it, kept with the approval"},
    CDR_OPT_SECOND("the second person at this terminal: her login, and she types password and code; a name where nobody has a login"),
    {0},
};

const cdr_cmd cdr_cmd_run_approve = {
    .path = "run approve",
    .group = "Be ready",
    .summary = "what somebody answered is right: a second pair of eyes",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = approve_options,
    .flags = CDR_CMD_READONLY,
    .roles = ROLES_JUDGE,
    .description = "Where the playbook wants two people, who answered cannot approve: somebody else does, in her own session or with --as at this terminal. In an incident where nobody else has a login or a role, the one "
                   "who is there approves alone, and the run says so. candor run show says who may.",
    .examples = "  candor run approve R-1 6\n"
                "  # a second person at this terminal\n"
                "  candor run approve R-1 6 --as bob\n",
    .json_shape = "  as candor run show\n",
    .run = run_approve,
};

static const cdr_opt reject_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; needed"},
    CDR_OPT_SECOND("the second person at this terminal, as in candor run approve"),
    {0},
};

const cdr_cmd cdr_cmd_run_reject = {
    .path = "run reject",
    .group = "Be ready",
    .summary = "an answer is sent back, to be given again",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = reject_options,
    .flags = CDR_CMD_READONLY,
    .roles = ROLES_JUDGE,
    .description = "The step is asked again from its beginning; the reason stands beside it.",
    .examples = "  candor run reject R-1 6 --reason \"the number of people is missing\"\n",
    .json_shape = "  as candor run show\n",
    .run = run_reject,
};

/* --- evidence --- */

/* Hashed, and copied where that is wanted, before anything is written; ${t} NULL: the run belongs to no incident. */
static cdr_status take(cdr_cli *cli, cdr_desk_run *d, const char *path, cdr_evidence_taken **t, uint8_t sha256[CDR_SHA256_BYTES])
{
    int64_t incident;
    if (d->row.subject[0] != 'I' || !cdr_incident_parse_id(d->row.subject, &incident))
        return cdr_sha256_file(path, sha256, &cli->err);
    cdr_status s = cdr_cli_take_evidence(cli, d->in, incident, path, t);
    if (s == CDR_OK)
        memcpy(sha256, cdr_evidence_taken_hash(*t), CDR_SHA256_BYTES);
    return s;
}

/* Into the incident's list where the run belongs to one; its number and hash, or the hash alone, go into the run. */
static cdr_status keep(cdr_cli *cli, cdr_desk_run *d, cdr_evidence_taken *t, const uint8_t sha256[CDR_SHA256_BYTES], const char *about, char *ret, size_t cap)
{
    int64_t incident, evidence = 0;
    char hex[2 * CDR_SHA256_BYTES + 1];
    cdr_hex_encode(sha256, CDR_SHA256_BYTES, hex);
    snprintf(ret, cap, "sha256 %s", hex);
    if (!t || !cdr_incident_parse_id(d->row.subject, &incident))
        return CDR_OK;
    cdr_status s = cdr_incident_keep_evidence(d->in, incident, t, about, &evidence, &cli->err);
    snprintf(ret, cap, "E-%lld sha256 %s", (long long)evidence, hex);
    return s;
}

static cdr_status waiting_step(cdr_cli *cli, cdr_desk_run *d, const cdr_activation **a)
{
    cdr_status s = cdr_desk_run_step(cli, d, cli->argc > 2 ? cli->argv[1] : NULL, 1u << CDR_ACT_EVIDENCE, a);
    if (s == CDR_OK && (*a)->state == CDR_ACT_CLOSED)
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "run.ended", "That step has ended: %s.", cdr_run_outcome_words((*a)->outcome));
    return s;
}

cdr_status cdr_desk_run_show(cdr_cli *cli, cdr_desk_run *d, uint32_t activation, const char *path)
{
    _cleanup_evidence_ cdr_evidence_taken *t = NULL;
    uint8_t sha256[CDR_SHA256_BYTES];
    char text[120];
    cdr_status s = take(cli, d, path, &t, sha256);
    if (s == CDR_OK)
        s = cdr_desk_run_write(cli, d);
    if (s == CDR_OK)
        s = keep(cli, d, t, sha256, NULL, text, sizeof text);
    return s == CDR_OK ? cdr_desk_run_deed(cli, d, CDR_DEED_SHOW, &(cdr_run_say){.activation = activation, .text = text}) : s;
}

static cdr_exit run_evidence(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    _cleanup_evidence_ cdr_evidence_taken *t = NULL;
    const cdr_activation *a = NULL;
    uint8_t sha256[CDR_SHA256_BYTES];
    char text[120];
    cdr_status s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s == CDR_OK)
        s = waiting_step(cli, &d, &a);
    if (s == CDR_OK)
        s = take(cli, &d, cli->argv[cli->argc - 1], &t, sha256);
    if (s == CDR_OK)
        s = cdr_desk_run_write(cli, &d);
    if (s == CDR_OK)      /* somebody may have been faster */
        s = waiting_step(cli, &d, &a);
    if (s == CDR_OK)
        s = keep(cli, &d, t, sha256, cdr_opt_text(cli, "about"), text, sizeof text);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cdr_desk_run_say(cli, &d, CDR_DEED_SHOW, &(cdr_run_say){.activation = a->id, .text = text}, "evidence is noted");
}

static const cdr_opt evidence_options[] = {
    {"about", 0, CDR_OPT_TEXT, "WORDS", NULL, "what it is, for the incident's list"},
    {"copy", 0, CDR_OPT_FLAG, NULL, NULL, "keep a copy in the workspace"},
    {0},
};

const cdr_cmd cdr_cmd_run_evidence = {
    .path = "run evidence",
    .group = "Be ready",
    .summary = "show that a step was done: a file, by its hash",
    .args = "RUN [STEP] FILE",
    .min_args = 2,
    .max_args = 3,
    .opts = evidence_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "The run keeps the SHA-256 of the file, not its name. In the run of an incident the file is entered in its list of evidence as well (candor incident evidence).",
    .examples = "  candor run evidence R-1 6 receipt.pdf\n",
    .json_shape = "  as candor run show\n",
    .run = run_evidence,
};
