/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy check: what breaks the policy, what cannot be judged and why; candor policy explain: the clauses behind one verdict. */
#include "base/io.h"
#include "base/words.h"
#include "cli/inventory.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "core/minimise/facts.h"
#include "core/policy/judge_facts.h"

#include <stdio.h>
#include <string.h>

/* What both verbs need. */
typedef struct checking {
    cdr_policy *policy;
    cdr_inventory *inv;
    cdr_arena *arena;
} checking;

static cdr_status begin(cdr_cli *cli, checking *c)
{
    *c = (checking){.arena = cdr_arena_new((size_t)1 << 30)};
    cdr_status s = c->arena ? cdr_cli_policy_load(cli, &c->policy) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &c->inv, &cli->err);
    return s;
}

static void end(checking *c)
{
    cdr_inventory_close(c->inv);
    cdr_policy_free(c->policy);
    cdr_arena_free(c->arena);
}

/* --- which verdicts are wanted --- */

static bool wanted(cdr_cli *cli, const cdr_verdict *v)
{
    const char *const *only, *system = cdr_opt_text(cli, "system");
    size_t n = cdr_opt_list(cli, "only", &only);
    bool named = n == 0;
    for (size_t i = 0; i < n && !named; i++)
        named = !strcmp(only[i], v->rule) || !strcmp(only[i], v->test) || (strlen(only[i]) >= 6 && !strncmp(only[i], v->id, strlen(only[i])));
    if (!named)
        return false;
    return !system || !strcmp(system, v->system) || (!strcmp(system, "unregistered") && v->path[0] && !v->system[0]);
}

static size_t choose(cdr_cli *cli, const cdr_judgement *j, cdr_arena *a, cdr_verdict **ret)
{
    size_t n = 0;
    *ret = cdr_arena_alloc(a, (j->count + 1) * sizeof **ret);
    for (size_t i = 0; *ret && i < j->count; i++)
        if (wanted(cli, &j->verdicts[i]))
            (*ret)[n++] = j->verdicts[i];
    return n;
}

static size_t count_of(const cdr_verdict *all, size_t count, cdr_verdict_result r)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += all[i].result == r;
    return n;
}

static cdr_exit code_of(const cdr_verdict *all, size_t count)
{
    if (count_of(all, count, CDR_VERDICT_FAIL))
        return CDR_EXIT_NO;
    return count_of(all, count, CDR_VERDICT_GAP) + count_of(all, count, CDR_VERDICT_UNKNOWN) ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
}

/* --- text --- */

static void headline(cdr_cli *cli, const cdr_policy *p, const cdr_verdict *all, size_t count)
{
    size_t fails = count_of(all, count, CDR_VERDICT_FAIL), severe = 0, open = count_of(all, count, CDR_VERDICT_UNKNOWN), gaps = count_of(all, count, CDR_VERDICT_GAP);
    for (size_t i = 0; i < count; i++)
        severe += all[i].result == CDR_VERDICT_FAIL && all[i].severity == CDR_SEV_SEVERE;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    if (fails)
        cdr_buf_addf(&text, "%zu thing%s break%s your policy%s", fails, fails == 1 ? "" : "s", fails == 1 ? "s" : "", severe ? "; " : "");
    else
        cdr_buf_addf(&text, "Nothing that was seen breaks %s", p->name[0] ? p->name : "your policy");
    if (severe)
        cdr_buf_addf(&text, "%zu of them %s severe", severe, severe == 1 ? "is" : "are");
    cdr_buf_adds(&text, ".");
    if (open)
        cdr_buf_addf(&text, " %zu could not be judged.", open);
    if (gaps)
        cdr_buf_addf(&text, " %zu must be written down first.", gaps);
    if (!fails && !open && !gaps)
        cdr_buf_adds(&text, " Everything could be judged.");
    cdr_cli_wrapped(cli, 0, 0, text.data ? text.data : "");
}

/* What is said of many places is said once: ${before} is the verdict above, of the same rule. */
static void print_remedy(cdr_cli *cli, const cdr_verdict *v, const cdr_verdict *before)
{
    enum { INDENT = 12 };
    if (v->remedy_text[0] && strcmp(v->remedy_text, v->missing) != 0 && !(before && !strcmp(before->remedy_text, v->remedy_text)))
        cdr_cli_wrapped(cli, INDENT, INDENT, v->remedy_text);
    if (!v->command[0] || (before && !strcmp(before->command, v->command)))
        return;
    _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 16);
    cdr_words_command(&line, v->command, INDENT, cli->width);
    cdr_cli_print(cli, "%*s%s\n", INDENT, "", line.data ? line.data : "");
}

static void print_verdict(cdr_cli *cli, const cdr_verdict *v, const cdr_verdict *before)
{
    _cleanup_buf_ cdr_buf place = CDR_BUF(1 << 16), line = CDR_BUF(1 << 16);
    if (!before) {
        cdr_buf_addf(&line, "%-6s  %s", cdr_severity_name(v->severity), v->title);
        if (strcmp(v->rule, v->test) != 0)
            cdr_buf_addf(&line, " (%s, %s)", v->rule, v->test);
        else
            cdr_buf_addf(&line, " (%s)", v->rule);
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 2, 10, line.data ? line.data : "");
        if (v->law[0])
            cdr_cli_wrapped(cli, 10, 10, v->law);
    }
    cdr_verdict_place(v, &place);
    cdr_cli_print(cli, "  %.8s", v->id);
    cdr_buf_clear(&line);
    cdr_buf_addf(&line, "%s: ", place.data ? place.data : "");
    cdr_verdict_sentences(v, &line);
    if (v->waiver && v->result == CDR_VERDICT_WAIVED)
        cdr_buf_addf(&line, " Waived until %s by %s: %s", v->waiver->until, v->waiver->approver, v->waiver->reason);
    cdr_cli_wrapped(cli, 2, 12, line.data ? line.data : "");
    print_remedy(cli, v, before);
}

/* The first of each rule, with the others counted, unless all are asked for. */
static void print_results(cdr_cli *cli, const char *heading, const cdr_verdict *all, size_t count, cdr_verdict_result r)
{
    /* What cannot be judged mostly lacks the same fact everywhere. */
    const size_t most = r == CDR_VERDICT_FAIL || r == CDR_VERDICT_WAIVED ? 3 : 1;
    bool every = cdr_opt_flag(cli, "all");
    size_t shown = 0, hidden = 0;
    const cdr_verdict *before = NULL;
    if (count_of(all, count, r))
        cdr_cli_print(cli, "\n%s\n", heading);
    for (size_t i = 0; i < count; i++) {
        if (all[i].result != r)
            continue;
        bool first = !before || strcmp(before->rule, all[i].rule) != 0 || before->severity != all[i].severity;
        if (first && hidden)
            cdr_cli_print(cli, "            and %zu more; --all lists them\n", hidden);
        if (first)
            shown = hidden = 0;
        if (every || shown < most) {
            print_verdict(cli, &all[i], first ? NULL : before);
            before = &all[i];
            shown++;
        } else {
            hidden++;
        }
    }
    if (hidden)
        cdr_cli_print(cli, "            and %zu more; --all lists them\n", hidden);
}

static void print_rest(cdr_cli *cli, const cdr_verdict *all, size_t count)
{
    static const struct { cdr_verdict_result r; const char *words; } lists[] = {{CDR_VERDICT_PASS, "Passed"}, {CDR_VERDICT_OFF, "Switched off"}};
    for (size_t k = 0; k < CDR_COUNT(lists); k++) {
        _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 16);
        for (size_t i = 0; i < count; i++)
            if (all[i].result == lists[k].r)
                cdr_buf_addf(&line, "%s %s", line.len ? "," : ":", all[i].rule);
        if (line.len) {
            cdr_cli_print(cli, "\n%s", lists[k].words);
            cdr_cli_wrapped(cli, 0, (int)strlen(lists[k].words), line.data);
        }
    }
    if (count_of(all, count, CDR_VERDICT_NOT_EVALUATED))
        cdr_cli_print(cli, "\nNot yet evaluated, which is no pass\n");
    for (size_t i = 0; i < count; i++)
        if (all[i].result == CDR_VERDICT_NOT_EVALUATED) {
            _cleanup_buf_ cdr_buf line = CDR_BUF(4096);
            cdr_buf_addf(&line, "%s  %s. It needs %s.", all[i].rule, all[i].title, all[i].missing);
            cdr_cli_wrapped(cli, 2, 10, line.data ? line.data : "");
        }
}

static cdr_exit print_text(cdr_cli *cli, const cdr_policy *p, const cdr_judgement *j, const cdr_verdict *all, size_t count)
{
    if (cli->quiet)
        return code_of(all, count);
    headline(cli, p, all, count);
    if (j->suppressed) {
        _cleanup_buf_ cdr_buf line = CDR_BUF(400);
        cdr_words_count(&line, j->suppressed, "finding that you set aside was", "findings that you set aside were");
        cdr_buf_adds(&line, " not judged; candor suppress list names them.");
        cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
    }
    print_results(cli, "What breaks it", all, count, CDR_VERDICT_FAIL);
    print_results(cli, "What could not be judged", all, count, CDR_VERDICT_UNKNOWN);
    print_results(cli, "What must be written down first", all, count, CDR_VERDICT_GAP);
    print_results(cli, "Waived", all, count, CDR_VERDICT_WAIVED);
    print_rest(cli, all, count);
    if (j->left_out)
        cdr_cli_print(cli, "\n%llu more of the same rules are not listed.\n", (unsigned long long)j->left_out);
    if (count_of(all, count, CDR_VERDICT_FAIL) + count_of(all, count, CDR_VERDICT_UNKNOWN))
        cdr_cli_print(cli, "\nWhy one is so:                 candor policy explain ID\nWhat can be done, as a plan:   candor policy plan\n");
    return code_of(all, count);
}

/* --- JSON, SARIF --- */

static cdr_exit print_json(cdr_cli *cli, const cdr_policy *p, const cdr_judgement *j, const cdr_verdict *all, size_t count)
{
    json_t *list = json_array(), *counts = json_object();
    bool failed = !list || !counts;
    for (size_t r = 0; cdr_verdict_names[r] && !failed; r++)
        failed = json_object_set_new(counts, cdr_verdict_names[r], json_integer((json_int_t)count_of(all, count, (cdr_verdict_result)r))) != 0;
    for (size_t i = 0; i < count && !failed; i++)
        failed = json_array_append_new(list, cdr_verdict_json(&all[i])) != 0;
    if (failed) {
        json_decref(list);
        json_decref(counts);
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    }
    return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:I, s:o, s:I, s:o}", "policy", p->name, "sha256", p->sha256, "scan_complete", (int)j->scan_complete, "set_aside", (json_int_t)j->suppressed,
                                             "counts", counts, "left_out", (json_int_t)j->left_out, "verdicts", list), code_of(all, count));
}

static cdr_exit print_sarif(cdr_cli *cli, const cdr_judgement *j, const cdr_verdict *all, size_t count)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF((size_t)256 << 20);
    const char *path = cdr_opt_text(cli, "out");
    cdr_status s = cdr_verdicts_sarif(all, count, j->scan_complete, &out, &cli->err);
    if (s == CDR_OK && path)
        s = cdr_file_write(path, out.data, out.len, 0600, &cli->err);
    else if (s == CDR_OK)
        fwrite(out.data, 1, out.len, stdout);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (path)
        cdr_cli_say(cli, "Wrote %s.\n", path);
    return code_of(all, count);
}

static cdr_exit run_check(cdr_cli *cli)
{
    checking c;
    cdr_judgement j;
    cdr_verdict *all = NULL;
    cdr_status s = begin(cli, &c);
    const char *system = cdr_opt_text(cli, "system");
    if (s == CDR_OK && system && strcmp(system, "unregistered") != 0)
        s = cdr_cli_check_system(cli, c.inv, system);
    if (s == CDR_OK)
        s = cdr_minimise_judge(c.inv, c.policy, c.arena, &j, &cli->err);
    size_t count = s == CDR_OK ? choose(cli, &j, c.arena, &all) : 0;
    if (s == CDR_OK && !all)
        s = cdr_fail_nomem(&cli->err, "cli");
    const char *const *only;
    if (s == CDR_OK && count == 0 && cdr_opt_list(cli, "only", &only) > 0)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.only", "No rule, test or verdict is called \"%.64s\" here; candor policy check without --only names them.", only[0]);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : cdr_opt_flag(cli, "sarif") ? print_sarif(cli, &j, all, count) : cli->json ? print_json(cli, c.policy, &j, all, count)
                                                                                                                                : print_text(cli, c.policy, &j, all, count);
    end(&c);
    return code;
}

/* --- explain --- */

static const char *truth_word(cdr_truth t)
{
    return t == CDR_TRUE ? "yes" : t == CDR_FALSE ? "no" : "unknown";
}

static cdr_exit explain_json(cdr_cli *cli, const cdr_verdict *v, const cdr_reason *reasons, size_t count)
{
    json_t *list = json_array(), *verdict = cdr_verdict_json(v);
    bool failed = !list || !verdict;
    for (size_t i = 0; i < count && !failed; i++)
        failed = json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "clause", reasons[i].clause, "found", reasons[i].found, "matched", reasons[i].matched, "holds", truth_word(reasons[i].truth))) != 0;
    if (failed) {
        json_decref(list);
        json_decref(verdict);
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    }
    return cdr_cli_print_json(cli, json_pack("{s:o, s:o}", "verdict", verdict, "clauses", list), CDR_EXIT_OK);
}

static cdr_exit explain_text(cdr_cli *cli, const cdr_verdict *v, const cdr_reason *reasons, size_t count)
{
    _cleanup_buf_ cdr_buf place = CDR_BUF(1 << 16), line = CDR_BUF(1 << 16);
    cdr_verdict_place(v, &place);
    cdr_buf_addf(&line, "%s: %s (%s, %s version %u, verdict %s).", place.data ? place.data : "", cdr_verdict_names[v->result], v->rule, v->test, v->version, v->id);
    cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
    cdr_cli_print(cli, "\n");
    cdr_cli_wrapped(cli, 2, 2, v->title);
    if (v->why[0])
        cdr_cli_wrapped(cli, 2, 2, v->why);
    if (v->law[0])
        cdr_cli_wrapped(cli, 2, 2, v->law);
    cdr_cli_print(cli, "\nClause by clause\n");
    for (size_t i = 0; i < count; i++) {
        cdr_buf_clear(&line);
        cdr_buf_addf(&line, "%-7s  %s", truth_word(reasons[i].truth), reasons[i].clause);
        cdr_cli_wrapped(cli, 2, 11, line.data ? line.data : "");
        cdr_buf_clear(&line);
        if (reasons[i].found[0] || reasons[i].matched[0])
            cdr_buf_addf(&line, "found: %s%s%s", reasons[i].found[0] ? reasons[i].found : "nothing", reasons[i].matched[0] ? "; matched: " : "", reasons[i].matched);
        if (line.len)
            cdr_cli_wrapped(cli, 11, 11, line.data);
    }
    if (count == 0)
        cdr_cli_wrapped(cli, 2, 2, v->evidence);
    cdr_cli_print(cli, "\nWhat would change it\n");
    if (v->missing[0])
        cdr_cli_wrapped(cli, 2, 2, v->missing);
    if (v->remedy_text[0])
        cdr_cli_wrapped(cli, 2, 2, v->remedy_text);
    else if (!v->missing[0])
        cdr_cli_print(cli, "  %s\n", v->result == CDR_VERDICT_PASS ? "Data or uses that break it." : "What the clauses name.");
    if (v->command[0])
        cdr_cli_print(cli, "  $ %s\n", v->command);
    return CDR_EXIT_OK;
}

/* The whole id of what people type: the first digits of it, or a rule or test, whose worst verdict is meant. */
static cdr_status find_id(cdr_cli *cli, const checking *c, const char *typed, char ret[17])
{
    cdr_judgement j;
    cdr_status s = cdr_minimise_judge(c->inv, c->policy, c->arena, &j, &cli->err);
    for (size_t i = 0; s == CDR_OK && i < j.count; i++) {
        const cdr_verdict *v = &j.verdicts[i];
        bool prefix = strlen(typed) >= 6 && !strncmp(v->id, typed, strlen(typed));
        if (prefix || !strcmp(v->rule, typed) || !strcmp(v->test, typed)) {
            memcpy(ret, v->id, 17);
            return CDR_OK;
        }
    }
    return s != CDR_OK ? s : cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.no-verdict", "No verdict, rule or test is called \"%.64s\"; candor policy check --all names them.", typed);
}

static cdr_exit run_explain(cdr_cli *cli)
{
    checking c;
    char id[17] = "";
    const cdr_verdict *v = NULL;
    const cdr_reason *reasons = NULL;
    size_t count = 0;
    cdr_status s = begin(cli, &c);
    if (s == CDR_OK)
        s = find_id(cli, &c, cli->argv[0], id);
    if (s == CDR_OK)
        s = cdr_minimise_explain(c.inv, c.policy, id, c.arena, &v, &reasons, &count, &cli->err);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : cli->json ? explain_json(cli, v, reasons, count) : explain_text(cli, v, reasons, count);
    end(&c);
    return code;
}

static const cdr_opt check_opts[] = {
    CDR_OPT_POLICY,
    {"only", 0, CDR_OPT_LIST, "RULE", NULL, "only this rule, test (MIN-07) or verdict; may be given again"},
    {"system", 0, CDR_OPT_TEXT, "KEY", NULL, "only this system; unregistered: what no system claims"},
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "list every place, not the first three of each rule"},
    {"sarif", 0, CDR_OPT_FLAG, NULL, NULL, "print SARIF 2.1.0"},
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "with --sarif: write it to this file"},
    {0},
};

const cdr_cmd cdr_cmd_policy_check = {
    .path = "policy check",
    .group = "Keep less",
    .summary = "what breaks the policy, and what could not be judged",
    .opts = check_opts,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Judges what scans found and what is declared against policy.yaml and thirty tests of data minimisation. A missing fact is unknown, never a pass; tests that\n"
                   "need what this version does not know are listed as not yet evaluated. Exit code 0: nothing breaks it and everything could be judged; 1: something breaks\n"
                   "it; 6: nothing does, but something is unknown or not written down. docs/policy-tests.md describes the tests.",
    .examples = "  # the answer, and the first three places of each rule\n  candor policy check\n  # one test, every place, as data\n  candor policy check --only MIN-18 --all --json\n"
                "  # for a code host's security tab\n  candor policy check --sarif --out policy.sarif\n",
    .json_shape = "  {\"policy\": \"Small shop\", \"sha256\": \"…\", \"scan_complete\": true, \"set_aside\": 0, \"counts\": {\"pass\": 20, \"fail\": 3, \"unknown\": 1, …}, \"left_out\": 0,\n"
                  "    \"verdicts\": [{\"id\": \"90f1…\", \"rule\": \"no-card-codes\", \"test\": \"MIN-07\", \"version\": 1, \"result\": \"fail\", \"severity\": \"severe\", \"title\": \"…\", \"why\": \"…\",\n"
                  "      \"law\": \"…\", \"evidence\": \"…\", \"missing\": \"\", \"system\": \"web\", \"path\": \"files/logs/payment.log\", \"people\": {\"min\": 0, \"max\": 215},\n"
                  "      \"remedy\": {\"kind\": \"redact text\", \"text\": \"…\"}, \"command\": \"candor policy plan --only 90f1…\"}]}\n",
    .run = run_check,
};

static const cdr_opt explain_opts[] = {CDR_OPT_POLICY, {0}};

const cdr_cmd cdr_cmd_policy_explain = {
    .path = "policy explain",
    .group = "Keep less",
    .summary = "the clauses behind one verdict",
    .args = "ID",
    .min_args = 1,
    .max_args = 1,
    .opts = explain_opts,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Tells for one verdict of candor policy check what each clause asks, what the data say, what matched, what is unknown, and what would change the verdict. ID is\n"
                   "the id that check shows (its first six digits suffice), or a rule or a test, whose worst verdict is then explained.",
    .examples = "  # the worst thing that one rule says\n  candor policy explain no-card-codes\n  # a test\n  candor policy explain MIN-10 --json\n",
    .json_shape = "  {\"verdict\": {\"id\": \"90f1…\", \"result\": \"fail\", …}, \"clauses\": [{\"clause\": \"categories any of …\", \"found\": \"…\", \"matched\": \"…\", \"holds\": \"yes\"}]}\n",
    .run = run_explain,
};
