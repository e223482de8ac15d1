/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclosure report: what a supervisor wants to know of calls and of what was told, from the ledger. */
#include "base/io.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/policy_words.h"
#include "cli/verify.h"
#include "core/identity/oversight.h"
#include "core/report/paper.h"

#include <stdio.h>
#include <string.h>

/* Every number once: JSON, page and text take them from here. */
typedef struct figure { const char *key, *label; unsigned value; } figure;
#define FIGURES 40

static size_t figures(const cdr_oversight *o, figure ret[FIGURES])
{
    const figure all[] = {
        {"calls", "calls", o->calls}, {"verified", "calls in which a secret matched", o->verified}, {"ended", "calls ended with a receipt", o->ended}, {"tries", "tries", o->tries},
        {"matched", "of them matched", o->matched}, {"seconds", "second employees who stood in", o->seconds}, {"documents", "documents seen at the counter", o->documents}, {"locks", "locks", o->locks}, {"codes", "codes asked for", o->codes}, {"unsent", "codes that could not be sent", o->unsent},
        {"grants", "grants", o->grants}, {"reveals", "fields told", o->reveals}, {"confirms", "fields confirmed", o->confirms}, {"sends", "fields sent to the record", o->sends},
        {"not_right", "asked to confirm, and not right", o->not_right}, {"empty", "asked for, with nothing on file", o->empty}, {"send_failed", "fields that could not be sent", o->send_failed},
        {"refusals", "refusals", o->refusals}, {"dialled", "numbers given out for a call-back", o->dialled}, {"without_ticket", "told without a ticket", o->without_ticket},
        {"earlier_policy", "told under an earlier policy, on less than today's asks for", o->earlier_policy},
        {"third_party", "third parties", o->third_party}, {"glass_asked", "broken glass: asked for", o->glass_asked}, {"glass_approved", "broken glass: approved", o->glass_approved},
        {"glass_opened", "broken glass: opened", o->glass_opened}, {"requests", "requests proved in a call", o->requests}, {"canaries", "canary records opened", o->canaries},
        {"canaries_untold", "canary alarms that reached nobody", o->untold}, {"checks", "customers asked whether we call", o->checks}, {"checks_yes", "of them rightly", o->checks_yes},
    };
    memcpy(ret, all, sizeof all);
    return CDR_COUNT(all);
}

static json_t *agents_json(const cdr_oversight *o)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < o->agent_count; i++) {
        const cdr_oversight_agent *a = &o->agents[i];
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "name", a->name, "calls", (int)a->calls, "verified", (int)a->verified, "tries", (int)a->tries,
                                              "matched", (int)a->matched, "reveals", (int)a->reveals, "confirms", (int)a->confirms, "sends", (int)a->sends, "refusals", (int)a->refusals, "dialled",
                                              (int)a->dialled, "overrides", (int)a->overrides, "without_ticket", (int)a->without_ticket, "enrolled_alone", (int)a->enrolled, "documents_alone", (int)a->documents));
    }
    return list;
}

static json_t *flags_json(const cdr_oversight *o)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < o->flag_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "flag", o->flags[i].flag, "by", o->flags[i].by, "count", (int)o->flags[i].count));
    return list;
}

static json_t *faults_json(const cdr_oversight *o)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < o->fault_count; i++)
        json_array_append_new(list, json_pack("{s:I, s:s}", "index", (json_int_t)o->faults[i].index, "why", o->faults[i].why));
    return list;
}

static json_t *report_json(const cdr_oversight *o)
{
    figure f[FIGURES];
    size_t n = figures(o, f);
    char since[CDR_TIME_TEXT] = "";
    if (o->since_us)
        cdr_time_format(o->since_us, since);
    json_t *j = json_pack("{s:i, s:I, s:o, s:o, s:o}", "disclosures_without_verification", (int)o->unverified, "entries", (json_int_t)o->entries, "agents", agents_json(o), "flags", flags_json(o), "faults",
                          faults_json(o));
    if (j)
        json_object_set_new(j, "since", since[0] ? json_string(since) : json_null());
    for (size_t i = 0; j && i < n; i++)
        json_object_set_new(j, f[i].key, json_integer(f[i].value));
    return j;
}

/* A page shows texts, so its numbers are texts. */
static void as_texts(json_t *list)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) {
        const char *key;
        void *next;
        json_t *value;
        json_object_foreach_safe(row, next, key, value)
            if (json_is_integer(value)) {
                char text[24];
                snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
                json_object_set_new(row, key, json_string(text));
            }
    }
}

/* "From 1 March 2027, 09:00 UTC to …". */
static void period_words(cdr_cli *cli, const cdr_oversight *o, char *ret, size_t cap)
{
    char from[80], to[80];
    cdr_time_format_long(o->since_us, from);
    cdr_time_format_long(cdr_now_us(&cli->ctx), to);
    snprintf(ret, cap, "From %s to %s.", o->since_us ? from : "the first entry of the ledger", to);
}

/* What the policy makes of a flag, and why; by whom a flag was lifted stands behind its name. */
static void flag_words(const cdr_disclosure_policy *p, const char *flag, char *ret, size_t cap)
{
    const char *name, *does, *why;
    size_t len = strcspn(flag, " ");
    bool cleared = flag[len] != '\0';
    snprintf(ret, cap, "%s", cleared ? "Lifted; it no longer counts." : "The policy of today does not name it, so it raises the level by 1.");
    for (size_t i = 0; !cleared && (name = cdr_disclosure_flag(p, i, &does, &why)); i++)
        if (strlen(name) == len && !strncmp(name, flag, len))
            snprintf(ret, cap, "%c%s: %s.", does[0] >= 'a' && does[0] <= 'z' ? does[0] - 'a' + 'A' : does[0], does + 1, why);
}

static void add_meanings(json_t *flags, const cdr_oversight *o, const cdr_disclosure_policy *p)
{
    for (size_t i = 0; i < o->flag_count; i++) {
        char words[300];
        flag_words(p, o->flags[i].flag, words, sizeof words);
        json_object_set_new(json_array_get(flags, i), "means", json_string(words));
    }
}

static json_t *page_json(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_oversight *o, const char *headline)
{
    figure f[FIGURES];
    char period[200], when[64], entries[24], value[24];
    size_t n = figures(o, f);
    json_t *stats = json_array(), *agents = agents_json(o), *flags = flags_json(o), *faults = faults_json(o);
    for (size_t i = 0; i < n; i++) {
        snprintf(value, sizeof value, "%u", f[i].value);
        if (f[i].value || i < 5)
            json_array_append_new(stats, json_pack("{s:s, s:s}", "value", value, "label", f[i].label));
    }
    add_meanings(flags, o, p);
    period_words(cli, o, period, sizeof period);
    as_texts(agents);
    as_texts(flags);
    as_texts(faults);
    cdr_time_format_long(cdr_now_us(&cli->ctx), when);
    snprintf(entries, sizeof entries, "%llu", (unsigned long long)o->entries);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:s}", "page_title", headline, "org", cdr_workspace_org(cli->ws), "when", when, "headline", headline, "answer",
                     o->unverified ? "Something was told with nothing behind it. Look at these entries first." : "Every field that was told points to a grant, and every grant to a verified call, a ground or an approval before it.",
                     "entries", entries, "stats", stats, "agents", agents, "flags", flags, "faults", faults, "has_flags", o->flag_count > 0, "has_faults", o->fault_count > 0, "period", period);
}

static cdr_status write_page(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_oversight *o, const char *headline, const char *path)
{
    _cleanup_buf_ cdr_buf page = CDR_BUF(8u << 20);
    _cleanup_json_ json_t *data = page_json(cli, p, o, headline);
    cdr_status s = data ? cdr_paper_render("oversight.html", NULL, true, data, &page, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    return s == CDR_OK ? cdr_file_write(path, page.data, page.len, 0600, &cli->err) : s;
}

/* Proofs that one employee could have made up; whom no column concerns is left out. */
static void print_alone(cdr_cli *cli, const cdr_oversight *o)
{
    bool any = false;
    for (size_t i = 0; i < o->agent_count; i++) {
        const cdr_oversight_agent *a = &o->agents[i];
        if (!a->dialled && !a->enrolled && !a->documents && !a->without_ticket)
            continue;
        if (!any)
            cdr_cli_print(cli, "\n%-18s %8s %11s %14s %9s\n", "Looked at closely", "numbers", "factors set", "documents seen", "told with");
        if (!any)
            cdr_cli_print(cli, "%-18s %8s %11s %14s %9s\n", "", "dialled", "by her alone", "by her alone", "no ticket");
        any = true;
        cdr_cli_print(cli, "%-18.18s %8u %11u %14u %9u\n", a->name, a->dialled, a->enrolled, a->documents, a->without_ticket);
    }
}

static void print_flags(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_oversight *o)
{
    for (size_t i = 0; i < o->flag_count; i++) {
        char words[300];
        _cleanup_buf_ cdr_buf line = CDR_BUF(1024);
        flag_words(p, o->flags[i].flag, words, sizeof words);
        cdr_buf_addf(&line, "%s%s%s (%u). %s", o->flags[i].flag, o->flags[i].by[0] ? " by " : "", o->flags[i].by, o->flags[i].count, words);
        cdr_cli_print(cli, "%s", i ? "" : "\nFlags\n");
        cdr_cli_print(cli, "  ");
        cdr_cli_wrapped(cli, 0, 2, line.data);
    }
}

static void print(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_oversight *o, const char *headline)
{
    figure f[FIGURES];
    size_t n = figures(o, f);
    char period[200];
    period_words(cli, o, period, sizeof period);
    cdr_cli_print(cli, "%s\n", headline);
    cdr_cli_wrapped(cli, 0, 0, period);
    for (size_t i = 0; i < o->fault_count; i++) {
        char line[240];
        snprintf(line, sizeof line, "entry %llu: %s", (unsigned long long)o->faults[i].index, o->faults[i].why);
        cdr_cli_wrapped(cli, 2, 4, line);
    }
    cdr_cli_print(cli, "\n");
    for (size_t i = 0; i < n; i++)
        if (f[i].value || i < 5)
            cdr_cli_print(cli, "%8u  %s\n", f[i].value, f[i].label);
    if (o->agent_count)
        cdr_cli_print(cli, "\n%-18s %6s %8s %5s %5s %9s %4s %7s %8s\n", "Employee", "calls", "verified", "tries", "told", "confirmed", "sent", "refused", "override");
    for (size_t i = 0; i < o->agent_count; i++) {
        const cdr_oversight_agent *a = &o->agents[i];
        cdr_cli_print(cli, "%-18.18s %6u %8u %5u %5u %9u %4u %7u %8u\n", a->name, a->calls, a->verified, a->tries, a->reveals, a->confirms, a->sends, a->refusals, a->overrides);
    }
    print_alone(cli, o);
    print_flags(cli, p, o);
    cdr_cli_print(cli, "\nComputed from %llu entries of the ledger;\ncandor ledger verify says whether it is intact.\n", (unsigned long long)o->entries);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    cdr_oversight *o = cdr_alloc(sizeof *o);
    const char *since = cdr_opt_text(cli, "since"), *html = cdr_opt_text(cli, "html");
    int64_t since_us = 0;
    char headline[80];
    if (!o)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (since && !cdr_time_parse(since, &since_us)) {
        cdr_free(o);
        return cdr_cli_usage(cli, "--since takes a day such as 2027-03-01, or a moment such as 2027-03-01T09:00:00Z.");
    }
    cdr_status s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_oversight_read(d.id, since_us, o, &cli->err);
    snprintf(headline, sizeof headline, "Disclosures without verification: %u", o->unverified);
    if (s == CDR_OK && html)
        s = write_page(cli, d.policy, o, headline, html);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : o->unverified ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = cdr_cli_print_json(cli, report_json(o), code);
    else if (s == CDR_OK)
        print(cli, d.policy, o, headline);
    cdr_free(o);
    return code;
}

static const cdr_opt options[] = {
    {"since", 's', CDR_OPT_TEXT, "TIME", NULL, "count from then on; the check of the ledger always begins at its beginning"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write it as a page, too"},
    {0},
};

const cdr_cmd cdr_cmd_disclosure_report = {
    .path = "disclosure report",
    .group = "Tell only the customer",
    .summary = "calls, tries, locks, flags, who told how much, and what was told without verification",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER | CDR_ROLE_AUDITOR,
    .description = "Computed from the ledger: every field that was told, confirmed or sent must point to a grant before it, and every grant to a verified call of that level, a legal "
                   "ground, an approval by a second person, or a request that was proved. What does not is named by its entry. Exit code 0: nothing; 1: there is something.",
    .examples = "  candor disclosure report\n  candor disclosure report --since 2027-03-01 --html week.html\n",
    .json_shape = "  {\"disclosures_without_verification\": 0, \"calls\": 12, \"verified\": 9, \"tries\": 31, \"locks\": 1, \"reveals\": 14, …, \"agents\": [{\"name\": \"staff:dana\", \"calls\": 12, …}],\n"
                  "    \"flags\": [{\"flag\": \"pressure\", \"by\": \"staff:dana\", \"count\": 1}], \"faults\": [{\"index\": 118, \"why\": \"…\"}], \"entries\": 512}\n",
    .run = run,
};
