/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident assess, candor incident set: what is known of an incident. */
#include "cli/incident.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

static cdr_status state_of(cdr_cli *cli, const char *word, cdr_incident_state *ret)
{
    static const struct { const char *word; cdr_incident_state state; } words[] = {
        {"assessed", CDR_INCIDENT_ASSESSED}, {"breach", CDR_INCIDENT_BREACH}, {"no-breach", CDR_INCIDENT_NO_BREACH}, {"not-a-breach", CDR_INCIDENT_NO_BREACH},
    };
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (!strcmp(words[i].word, word)) {
            *ret = words[i].state;
            return CDR_OK;
        }
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.state", "An incident is assessed (looked into), breach or no-breach.");
}

static cdr_exit run_assess(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    cdr_incident_state state = CDR_INCIDENT_ASSESSED;
    cdr_status s = state_of(cli, cli->argv[1], &state);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, "reason", -1, "Why? ", "why", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_assess(r.in, r.i.id, state, reason.data, &cli->err);
    return cdr_incident_did(cli, &r, s, "I-%lld is %s now.%s", (long long)r.i.id, cdr_incident_state_name(state),
                            state == CDR_INCIDENT_BREACH ? " The authority's clock runs. Next: decide whom to tell, candor incident decide." : state == CDR_INCIDENT_NO_BREACH ? " It stays in the register with its reason." : "");
}

static const cdr_opt assess_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; - reads standard input. It stays in the register"},
    {0},
};

const cdr_cmd cdr_cmd_incident_assess = {
    .path = "incident assess",
    .group = "Answer honestly",
    .summary = "is it a breach, or not? With the reason",
    .args = "I-NUMBER assessed|breach|no-breach",
    .min_args = 2,
    .max_args = 2,
    .opts = assess_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "A breach is when personal data were lost, changed, seen or taken by somebody who must not. assessed: it was looked into, and the answer is still open. breach sets when you became aware (from when the law "
                   "counts its 72 hours, GDPR Art. 33) unless it was set before with candor incident set. no-breach can become assessed again when something new is known.",
    .examples = "  candor incident assess I-1 breach --reason \"Orders of 40 customers were on the laptop, not encrypted\"\n"
                "  candor incident assess I-1 no-breach --reason \"The disk was encrypted and the laptop is back\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_assess,
};

/* --- set --- */

static cdr_status set_times(cdr_cli *cli, cdr_incident_room *r, cdr_buf *names)
{
    cdr_status s = CDR_OK;
    for (unsigned t = 0; s == CDR_OK && t < CDR_INCIDENT_TIME__MAX; t++) {
        const char *key = cdr_incident_time_key((cdr_incident_time)t), *text = cdr_opt_text(cli, key);
        int64_t at = 0;
        if (!text)
            continue;
        if (strcmp(text, "unknown") != 0)
            s = cdr_incident_when(cli, key, &at);
        if (s == CDR_OK)
            s = cdr_incident_set_time(r->in, r->i.id, (cdr_incident_time)t, at, &cli->err);
        cdr_buf_addf(names, "%s%s", names->len ? ", " : "", key);
    }
    return s;
}

/* "40", "30-50", "30 to 50", "unknown" */
static cdr_status people_of(cdr_cli *cli, const char *text, int64_t *min, int64_t *max)
{
    size_t first = strspn(text, "0123456789");
    const char *rest = text + first + strspn(text + first, " -");
    rest += !strncmp(rest, "to ", 3) ? 3 : 0;
    *min = *max = -1;
    if (!strcmp(text, "unknown"))
        return CDR_OK;
    if (first && cdr_parse_i64(text, first, 0, INT64_C(10000000000), min) && (*rest ? cdr_parse_i64(rest, strlen(rest), 0, INT64_C(10000000000), max) : (*max = *min, true)))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.people", "--people is a number such as 40, a range such as 30-50, or unknown.");
}

static cdr_exit run_set(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    const char *people = cdr_opt_text(cli, "people"), *severity = cdr_opt_text(cli, "severity"), *kind = cdr_opt_text(cli, "kind");
    int64_t min = -1, max = -1;
    _cleanup_buf_ cdr_buf names = CDR_BUF(400);
    cdr_status s = people ? people_of(cli, people, &min, &max) : CDR_OK;
    if (s == CDR_OK && (people || severity || kind))
        s = cdr_incident_words(cli, "reason", -1, "Where do you know it from? ", "where it is known from", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = set_times(cli, &r, &names);
    if (s == CDR_OK && people)
        s = cdr_incident_set_people(r.in, r.i.id, min, max, reason.data, &cli->err);
    if (s == CDR_OK && severity)
        s = cdr_incident_set_severity(r.in, r.i.id, severity, reason.data, &cli->err);
    if (s == CDR_OK && kind)
        s = cdr_incident_set_kind(r.in, r.i.id, kind, reason.data, &cli->err);
    if (kind)
        cdr_buf_addf(&names, "%skind", names.len ? ", " : "");
    if (people)
        cdr_buf_addf(&names, "%speople", names.len ? ", " : "");
    if (severity)
        cdr_buf_addf(&names, "%sseverity", names.len ? ", " : "");
    if (s == CDR_OK && !names.len)
        return cdr_cli_usage(cli, "Say what to set: a time such as --awareness, --people, --severity or --kind.");
    return cdr_incident_did(cli, &r, s, "Set in I-%lld: %s.", (long long)r.i.id, names.data ? names.data : "");
}

static const cdr_opt set_options[] = {
    {"incident", 0, CDR_OPT_TEXT, "TIME", NULL, "when it began; unknown takes a time back"},
    {"discovery", 0, CDR_OPT_TEXT, "TIME", NULL, "when somebody noticed it"},
    {"awareness", 0, CDR_OPT_TEXT, "TIME", NULL, "when it was reasonably certain that personal data are concerned: from here the 72 hours of GDPR Art. 33 count"},
    {"confirmation", 0, CDR_OPT_TEXT, "TIME", NULL, "when it was certain"},
    {"contained", 0, CDR_OPT_TEXT, "TIME", NULL, "when it was stopped"},
    {"authority-told", 0, CDR_OPT_TEXT, "TIME", NULL, "when the authority was told"},
    {"people-told", 0, CDR_OPT_TEXT, "TIME", NULL, "when the people were told"},
    {"resolved", 0, CDR_OPT_TEXT, "TIME", NULL, "when everything worked again"},
    {"people", 0, CDR_OPT_TEXT, "N", NULL, "how many people are concerned: 40, 30-50, unknown"},
    {"severity", 0, CDR_OPT_TEXT, "WORD", NULL, "low, medium, high or very high"},
    {"kind", 0, CDR_OPT_TEXT, "KIND", NULL, "what it turned out to be; candor incident open --help lists the kinds"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "where that is known from; needed with --people, --severity and --kind"},
    {0},
};

const cdr_cmd cdr_cmd_incident_set = {
    .path = "incident set",
    .group = "Answer honestly",
    .summary = "when things were, how many people, how bad, what kind",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = set_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Times move the clocks of the steps that count from them. Each change stands in the timeline. A kind that is known later does not begin its playbook: candor run start NAME --incident I-1 does.",
    .examples = "  candor incident set I-1 --awareness \"2 hours ago\"\n  candor incident set I-1 --people 30-50 --reason \"rows of the exported list\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_set,
};
