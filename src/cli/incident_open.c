/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident open: the register begins, the team is named, the playbook starts. */
#include "cli/incident.h"

#include "base/parse.h"
#include "base/text.h"
#include "cli/playbook_signed.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>

#define FOUND_BY_MAX (sizeof ((cdr_incident *)NULL)->found_by - 1)
#define TAKEOVER_MAX 10080   /* a week */

/* Typed at the terminal where an option is missing; a script gives them all. */
typedef struct asked { cdr_buf what, noticed, by; const cdr_incident_kind *kind; } asked;

static void asked_done(asked *a)
{
    cdr_buf_done(&a->what);
    cdr_buf_done(&a->noticed);
    cdr_buf_done(&a->by);
}

/* Of what is typed only the line that does not fit is asked for again. */
static bool typed_wrongly(cdr_cli *cli, cdr_status s)
{
    if (s != CDR_E_INVAL && s != CDR_E_LIMIT)
        return false;
    cdr_cli_wrapped(cli, 0, 0, cli->err.text);
    cli->err = (cdr_err){0};
    return true;
}

static cdr_status ask(cdr_cli *cli, const char *prompt, size_t max, cdr_buf *ret)
{
    cdr_secret *line = NULL;
    cdr_status s;
    while (typed_wrongly(cli, s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, max, &line)))
        cdr_secret_free(line);
    ret->len = 0;
    cdr_buf_adds(ret, "");
    if (s == CDR_OK && line)
        cdr_buf_add(ret, cdr_secret_bytes(line), cdr_secret_len(line));
    cdr_secret_free(line);
    return s;
}

/* --- which kind --- */

static bool contains(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = text; strlen(p) >= len; p++)
        if (cdr_ascii_ieq(p, len, word, len))
            return true;
    return false;
}

/* A number of the list, a name, or a word that one of them alone has. ${ret} stays NULL: none. */
static cdr_status read_kind(cdr_cli *cli, const char *typed, const cdr_incident_kind **ret)
{
    uint64_t number = 0;
    unsigned found = 0;
    *ret = NULL;
    if (cdr_parse_u64(typed, strlen(typed), 1, cdr_incident_kind_count, &number)) {
        *ret = &cdr_incident_kinds[number - 1];
        return CDR_OK;
    }
    for (size_t i = 0; *typed && i < cdr_incident_kind_count; i++) {
        const cdr_incident_kind *k = &cdr_incident_kinds[i];
        bool whole = cdr_ascii_ieq(typed, strlen(typed), k->key, strlen(k->key)) || cdr_ascii_ieq(typed, strlen(typed), k->label, strlen(k->label));
        if (!whole && !contains(k->key, typed) && !contains(k->label, typed))
            continue;
        *ret = k;
        found++;
        if (whole)
            return CDR_OK;
    }
    if (found == 1)
        return CDR_OK;
    *ret = NULL;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.kind", found ? "More than one of them has this in it; type its number." : "Type one of the numbers, or ? when it is not known yet.");
}

static cdr_status ask_kind(cdr_cli *cli, asked *a)
{
    cdr_status s;
    cdr_cli_print(cli, "What happened?\n");
    for (size_t i = 0; i < cdr_incident_kind_count; i++)
        cdr_cli_print(cli, "  %2zu  %s\n", i + 1, cdr_incident_kinds[i].label);
    fflush(stdout);
    do {
        _cleanup_buf_ cdr_buf typed = CDR_BUF(200);
        s = ask(cli, "A number or a word (? not known yet): ", 100, &typed);
        char *word = s == CDR_OK ? cdr_str_trim(typed.data) : NULL;
        if (s == CDR_OK && strcmp(word, "?") != 0)
            s = read_kind(cli, word, &a->kind);
    } while (typed_wrongly(cli, s));
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- what else is missing --- */

static cdr_status ask_noticed(cdr_cli *cli, asked *a, int64_t *ret)
{
    cdr_status s;
    do {
        s = ask(cli, "When was it noticed? (now, 09:15, yesterday 16:00; Enter is now) ", 100, &a->noticed);
        const char *word = s == CDR_OK ? cdr_str_trim(a->noticed.data) : "";
        if (s == CDR_OK && *word)
            s = cdr_incident_when_text(cli, "When it was noticed", word, ret);
        if (s == CDR_OK && *word && *ret > cdr_now_us(&cli->ctx) + INT64_C(60000000))
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.future", "That lies in the future; times are UTC.");
    } while (typed_wrongly(cli, s));
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status ask_missing(cdr_cli *cli, asked *a, cdr_incident_open_request *r)
{
    bool somebody = cdr_prompt_somebody() && !cli->json, all = somebody && cli->argc == 0;
    char prompt[160];
    cdr_status s = somebody && !r->kind && !r->playbook ? ask_kind(cli, a) : CDR_OK;
    if (a->kind)
        r->kind = a->kind->key;
    const cdr_incident_kind *kind = cdr_incident_kind_of(r->kind);
    snprintf(prompt, sizeof prompt, "%s ", kind ? kind->asks : "What happened, in a sentence?");
    if (s == CDR_OK)
        s = cdr_incident_words(cli, NULL, 0, prompt, "what happened", true, &a->what);
    if (s == CDR_OK && !cdr_opt_text(cli, "noticed") && all)
        s = ask_noticed(cli, a, &r->discovered_us);
    if (s == CDR_OK && !cdr_opt_text(cli, "found-by") && all)
        s = ask(cli, "Who noticed it, or how? (Enter: not known) ", FOUND_BY_MAX, &a->by);
    return s == CDR_DONE ? CDR_OK : s;
}

/* Options first: what is wrong with them is said before anybody types. */
static cdr_status read_request(cdr_cli *cli, asked *a, cdr_incident_open_request *r)
{
    const char *by = cdr_opt_text(cli, "found-by");
    uint64_t minutes = cdr_opt_uint(cli, "takeover");
    *r = (cdr_incident_open_request){.kind = cdr_opt_text(cli, "kind"), .codename = cdr_opt_text(cli, "codename"), .drill = cdr_opt_flag(cli, "drill"), .no_run = cdr_opt_flag(cli, "no-playbook"),
                                     .playbook = cdr_opt_text(cli, "playbook"), .takeover_self = cdr_opt_flag(cli, "takeover-self")};
    if (r->kind && !cdr_incident_kind_of(r->kind))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.kind", "There is no such kind of incident; candor incident open --help lists them, and \"other\" is always right.");
    if (minutes < 1 || minutes > TAKEOVER_MAX)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.takeover", "--takeover is a number of minutes, from 1 to %d.", TAKEOVER_MAX);
    r->takeover_us = (int64_t)minutes * 60000000;
    cdr_status s = cdr_incident_when(cli, "noticed", &r->discovered_us);
    if (s == CDR_OK)
        s = cdr_incident_when(cli, "began", &r->began_us);
    if (s == CDR_OK)
        s = ask_missing(cli, a, r);
    r->title = a->what.data;
    r->found_by = by ? by : a->by.data;
    return s;
}

/* --- what came of it --- */

/* Nobody named a kind: nothing begins by itself, and nobody may think that it did. */
static void tell_kinds(cdr_cli *cli, const cdr_incident_room *r, bool named)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(2000);
    cdr_buf_addf(&text, "%s, so no playbook has begun. To begin one: candor run start NAME --incident I-%lld. The kinds with a playbook of their name:", named ? "This kind has no playbook of its own" : "No kind was named", (long long)r->i.id);
    for (size_t i = 0, n = 0; i < cdr_incident_kind_count; i++)
        if (cdr_incident_kinds[i].playbook)
            cdr_buf_addf(&text, "%s%s", n++ ? ", " : " ", cdr_incident_kinds[i].key);
    cdr_buf_adds(&text, ".");
    cdr_cli_wrapped(cli, 0, 0, text.data ? text.data : "");
}

static cdr_status tell_people(cdr_cli *cli, cdr_incident_room *r)
{
    cdr_incident_role manager = {.who = ""}, deputy = {.who = ""};
    char text[600];
    long long minutes = r->i.takeover_us / 60000000;
    cdr_status s = cdr_incident_role_of(r->in, r->i.id, CDR_DUTY_MANAGER, &manager, &cli->err);
    if (s == CDR_OK || s == CDR_NOT_FOUND)
        s = cdr_incident_role_of(r->in, r->i.id, CDR_DUTY_DEPUTY, &deputy, &cli->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    cdr_cli_print(cli, "I-%lld is open.%s%s%s\n", (long long)r->i.id, *manager.who ? " Incident manager: " : "", manager.who, *manager.who ? "." : "");
    if (r->i.accepted_us)
        return CDR_OK;
    if (!*deputy.who)
        snprintf(text, sizeof text, "She has %lld minute%s to say that she has it. No deputy is named who could take over: candor team add deputy NAME --email ADDRESS", minutes, minutes == 1 ? "" : "s");
    else if (r->i.takeover_self)
        snprintf(text, sizeof text, "She has %lld minute%s to say that she has it; after that the deputy, %s, is incident manager by herself, at the next candor tick.", minutes, minutes == 1 ? "" : "s", deputy.who);
    else
        snprintf(text, sizeof text, "She has %lld minute%s to say that she has it; after that the deputy, %s, %s take over with candor incident takeover I-%lld.", minutes, minutes == 1 ? "" : "s", deputy.who,
                 *deputy.email ? "is told and may" : "may", (long long)r->i.id);
    cdr_cli_wrapped(cli, 0, 0, text);
    if (*deputy.who && !*deputy.email) {
        snprintf(text, sizeof text, "No e-mail address of the deputy is known, so nobody tells her: candor incident assign I-%lld deputy NAME --email ADDRESS", (long long)r->i.id);
        cdr_cli_wrapped(cli, 0, 0, text);
    }
    return CDR_OK;
}

/* What has begun, and whether anybody vouches for it; or why it has not, and how it can. */
static cdr_status tell_playbook(cdr_cli *cli, cdr_incident_room *r, int64_t run)
{
    _cleanup_(cdr_run_freep) cdr_run *begun = NULL;
    _cleanup_buf_ cdr_buf line = CDR_BUF(2000);
    if (run) {
        cdr_cli_print(cli, "The playbook %s has begun as R-%lld.\n", r->i.playbook, (long long)run);
        cdr_status s = cdr_runs_load(cdr_incidents_runs(r->in), run, NULL, &begun, &cli->err);
        return s == CDR_OK ? cdr_cli_say_signed(cli, cdr_run_playbook(begun), r->i.playbook) : s;
    }
    cdr_buf_addf(&line, "The playbook %s is not started: %s", r->i.playbook, cdr_incident_not_started(r->in));
    cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
    cdr_cli_print(cli, "When that is mended: candor run start %s --incident I-%lld\n", r->i.playbook, (long long)r->i.id);
    return CDR_OK;
}

static cdr_exit tell(cdr_cli *cli, cdr_incident_room *r, int64_t run, bool named)
{
    cdr_status s = tell_people(cli, r);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (run || *r->i.playbook)
        s = tell_playbook(cli, r, run);
    else if (!strcmp(r->i.kind, "other") && !cdr_opt_flag(cli, "no-playbook"))
        tell_kinds(cli, r, named);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cdr_now_us(&cli->ctx) - cdr_cli_last_tick(cli) > CDR_TICK_LATE_US)
        cdr_cli_wrapped(cli, 0, 0, "No reminder goes out yet, as nobody calls candor tick here: candor tick --print-timer");
    cdr_cli_print(cli, "\nNext: candor incident show I-%lld\n", (long long)r->i.id);
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    asked a = {.what = CDR_BUF(1), .noticed = CDR_BUF(1000), .by = CDR_BUF(1000)};
    cdr_incident_open_request q;
    int64_t id = 0, run_id = 0;
    cdr_status s = read_request(cli, &a, &q);
    bool named = q.kind != NULL;
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, NULL, &r);
    if (s == CDR_OK)
        s = cdr_incident_open(r.in, &q, &id, &run_id, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_get(r.in, id, &r.i, &cli->err);
    asked_done(&a);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_incident_did(cli, &r, CDR_OK, "%s", "") : tell(cli, &r, run_id, named);
}

static const cdr_opt options[] = {
    {"kind", 'k', CDR_OPT_TEXT, "KIND", NULL, "customer-data-breach, lost-device, ransomware, vendor-breach, misdirected-message, insider-misuse, identity-theft, denial-of-service, natural-disaster, malpractice, complaint or other"},
    {"noticed", 'n', CDR_OPT_TEXT, "TIME", NULL, "when somebody noticed it: now, 09:15, \"yesterday 16:00\", \"2 hours ago\"; now when not given"},
    {"began", 'b', CDR_OPT_TEXT, "TIME", NULL, "when it began, if that is known"},
    {"found-by", 'f', CDR_OPT_TEXT, "WORDS", NULL, "who noticed it, or how: \"a customer called\""},
    {"codename", 0, CDR_OPT_TEXT, "WORD", NULL, "a name for the telephone and for corridors, that tells nothing"},
    {"playbook", 'p', CDR_OPT_TEXT, "NAME", NULL, "another playbook than that of the kind"},
    {"no-playbook", 0, CDR_OPT_FLAG, NULL, NULL, "start none"},
    {"takeover", 0, CDR_OPT_UINT, "MINUTES", "30", "how long the incident manager may take to answer; then the deputy is told, and may take over with candor incident takeover"},
    {"takeover-self", 0, CDR_OPT_FLAG, NULL, NULL, "then the deputy is incident manager without typing anything: candor tick does it"},
    {"drill", 0, CDR_OPT_FLAG, NULL, NULL, "an exercise: nothing leaves the house, and statistics leave it out"},
    {0},
};

const cdr_cmd cdr_cmd_incident_open = {
    .path = "incident open",
    .group = "Answer honestly",
    .summary = "something happened: open it in the register and start its playbook",
    .args = "[WHAT HAPPENED]",
    .max_args = -1,
    .opts = options,
    .roles = CDR_ROLES_RESPOND,
    .description = "One suspicion is enough. The people named with candor team are its incident manager, deputy and so on; where nobody is named, whoever opens it manages it. The manager says that she has it with candor "
                   "incident accept; otherwise the deputy may take over. The playbook of the kind starts; one that cannot be started stops nobody. On a terminal what is missing is asked. Leave customers out of the "
                   "words: numbers of cards and the like are masked, names are not. For a small mishap candor incident report asks at most twelve questions and writes the letters.",
    .examples = "  candor incident open --kind lost-device \"A laptop was left on the train\" --noticed \"2 hours ago\"\n"
                "  # asks what it needs\n  echo \"An order went to the wrong customer\" | candor incident open --kind misdirected-message\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run,
};
