/* SPDX-License-Identifier: Apache-2.0 */
/* candor notice check: is what people are told so? */
#include "base/io.h"
#include "base/parse.h"
#include "base/words.h"
#include "candor/crypto.h"
#include "cli/notice.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "core/report/notice_check.h"

#include <string.h>

static cdr_status hash_of_file(cdr_cli *cli, const char *path, char ret[2 * CDR_SHA256_BYTES + 1])
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64u << 20);
    uint8_t digest[CDR_SHA256_BYTES];
    cdr_status s = cdr_file_read_regular(path, &text, &cli->err);
    if (s != CDR_OK)
        return s;
    cdr_sha256(text.data ? text.data : "", text.len, digest);
    cdr_hex_encode(digest, sizeof digest, ret);
    return CDR_OK;
}

/* Of which kind the text is, when the ledger knows it: nobody needs to say so again. */
static cdr_status kind_of(cdr_cli *cli, const char *sha256, cdr_notice_kind *kind)
{
    cdr_notice_written w;
    cdr_status s = cdr_notice_last(cdr_workspace_ledger(cli->ws), CDR_NOTICE__MAX, sha256, false, &w, &cli->err);
    if (s == CDR_OK)
        *kind = !strcmp(w.kind, "ccpa") ? CDR_NOTICE_CCPA : CDR_NOTICE_GDPR;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_exit code_of(const cdr_notice_check *c)
{
    return c->mismatches ? CDR_EXIT_NO : c->unknowns ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
}

static json_t *finding_json(const cdr_notice_finding *f)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "rule", f->rule->id, "result", f->unknown ? "unknown" : "mismatch", "severity", cdr_severity_name(f->severity), "title",
                     f->title, "promise", f->promise, "where", f->where, "evidence", f->evidence, "missing", f->missing, "remedy", f->remedy, "command", f->command, "law", f->rule->law);
}

static cdr_exit print_json(cdr_cli *cli, const cdr_notice *n, const cdr_notice_check *c)
{
    json_t *list = json_array();
    bool good = list;
    for (size_t i = 0; good && i < c->count; i++)
        good = !json_array_append_new(list, finding_json(&c->findings[i]));
    if (!good) {
        json_decref(list);
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    }
    return cdr_cli_print_json(cli, json_pack("{s:s, s:I, s:I, s:b, s:I, s:I, s:b, s:s, s:s, s:o}", "notice", cdr_notice_kind_names[n->kind], "mismatches", (json_int_t)c->mismatches, "unknown",
                                             (json_int_t)c->unknowns, "policy", (int)c->has_policy, "promises", (json_int_t)c->promises, "promises_kept", (json_int_t)c->promises_kept, "scan_complete",
                                             (int)c->scan_complete, "written", c->written, "basis", n->basis, "findings", list), code_of(c));
}

static void headline(cdr_cli *cli, const cdr_notice_check *c)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(2000);
    if (c->mismatches) {
        cdr_words_count(&text, c->mismatches, "thing is", "things are");
        cdr_buf_adds(&text, " not as your notice says.");
    } else
        cdr_buf_adds(&text, c->unknowns ? "Nothing that could be checked speaks against your notice." : "All is as your notice says.");
    if (c->unknowns)
        cdr_buf_addf(&text, " %zu could not be judged.", c->unknowns);
    if (c->promises)
        cdr_buf_addf(&text, " Of %zu promise%s %zu %s surely kept.", c->promises, c->promises == 1 ? "" : "s", c->promises_kept, c->promises_kept == 1 ? "is" : "are");
    else
        cdr_buf_adds(&text, c->has_policy ? " The policy holds no promises." : " There is no policy, so there are no promises to check.");
    cdr_cli_wrapped(cli, 0, 0, text.data ? text.data : "");
}

/* A sentence, whether or not the text ends as one. */
static const char *stop_of(const char *text)
{
    size_t n = strlen(text);
    return n == 0 || strchr(".!?", text[n - 1]) ? "" : ".";
}

/* ${last}: the next one does not have the same remedy, so that it stands here. */
static void print_finding(cdr_cli *cli, const cdr_notice_finding *f, bool title, bool last)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 20);
    if (title) {
        cdr_buf_addf(&line, "%-7s %s (%s)", f->unknown ? "unknown" : cdr_severity_name(f->severity), f->title, f->promise[0] ? f->promise : f->rule->id);
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 2, 10, line.data ? line.data : "");
        cdr_cli_wrapped(cli, 10, 10, f->rule->law);
    }
    cdr_buf_clear(&line);
    cdr_buf_addf(&line, "%s%s%s%s%s%s%s", f->where, f->where[0] ? ": " : "", f->evidence, stop_of(f->evidence), f->missing[0] ? " Unknown: " : "", f->missing, stop_of(f->missing));
    _cleanup_free_ char *shown = cdr_cli_shown(line.data ? line.data : "");
    cdr_cli_wrapped(cli, 4, 6, shown ? shown : "");
    if (f->command[0])
        cdr_cli_print(cli, "      $ %s\n", f->command);
    if (f->remedy[0] && last)
        cdr_cli_wrapped(cli, 4, 6, f->remedy);
}

/* Do both stand under one heading? */
static bool alike(const cdr_notice_finding *a, const cdr_notice_finding *b)
{
    return a->rule == b->rule && a->unknown == b->unknown && a->severity == b->severity && !strcmp(a->title, b->title);
}

static cdr_exit print_text(cdr_cli *cli, const cdr_notice_check *c)
{
    enum { SHOWN = 60 };
    if (cli->quiet)
        return code_of(c);
    headline(cli, c);
    for (size_t i = 0; i < c->count && i < SHOWN; i++) {
        const cdr_notice_finding *f = &c->findings[i], *before = i ? f - 1 : NULL, *after = i + 1 < c->count && i + 1 < SHOWN ? f + 1 : NULL;
        print_finding(cli, f, !before || !alike(before, f), !after || !alike(f, after) || strcmp(f->remedy, after->remedy));
    }
    if (c->count > SHOWN)
        cdr_cli_print(cli, "\n%zu more; --json lists all.\n", c->count - SHOWN);
    return code_of(c);
}

static cdr_exit run(cdr_cli *cli)
{
    char hex[2 * CDR_SHA256_BYTES + 1] = "";
    cdr_notice_job job;
    cdr_notice n = {0};
    cdr_notice_check c = {0};
    if (cdr_opt_flag(cli, "published") && cli->argc == 0)
        return cdr_cli_usage(cli, "--published wants the file that people see: candor notice check privacy.html --published.");
    cdr_notice_kind kind = !strcmp(cdr_opt_text(cli, "kind"), "ccpa") ? CDR_NOTICE_CCPA : CDR_NOTICE_GDPR;
    cdr_status s = cdr_cli_notice_begin(cli, &job);
    if (s == CDR_OK && cli->argc > 0)
        s = hash_of_file(cli, cli->argv[0], hex);
    if (s == CDR_OK && hex[0])
        s = kind_of(cli, hex, &kind);
    if (s == CDR_OK)
        s = cdr_notice_build(&job.reg, job.policy, job.words, kind, "candor", &n, &cli->err);
    const cdr_notice_question q = {.ws = cli->ws, .inv = job.inv, .reg = &job.reg, .policy = job.policy, .notice = &n, .sha256 = hex[0] ? hex : NULL, .published = cdr_opt_flag(cli, "published")};
    if (s == CDR_OK)
        s = cdr_notice_check_run(&q, &c, &cli->err);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : cli->json ? print_json(cli, &n, &c) : print_text(cli, &c);
    cdr_notice_done(&n);
    cdr_cli_notice_end(&job);
    return code;
}

static const cdr_opt options[] = {
    {"kind", 'k', CDR_OPT_CHOICE, "gdpr|ccpa", "gdpr", "which notice"},
    {"published", 0, CDR_OPT_FLAG, NULL, NULL, "people see this file: it must be final and of today"},
    CDR_OPT_POLICY,
    {0},
};

const cdr_cmd cdr_cmd_notice_check = {
    .path = "notice check",
    .group = "Tell",
    .summary = "compare what people are told with what was declared and found",
    .args = "[NOTICE]",
    .min_args = 0,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Says what the notice does not tell although scans found it (data, places, holders, countries), what it tells although it is nowhere, which data are kept longer than it says, which promises "
                   "of the policy are not kept, and whether register or policy changed since it was written. NOTICE is a file; by its hash it is told whether this workspace wrote it. Without one the last "
                   "final notice counts.\n\nThe exit code is 1 when something is not as the notice says, 6 when something could not be judged: that is no pass.",
    .examples = "  candor notice check\n  # the page on your web site, fetched by you\n  candor notice check /srv/www/privacy.html --published\n",
    .json_shape = "  {\"notice\": \"gdpr\", \"mismatches\": 2, \"unknown\": 1, \"policy\": true, \"promises\": 3, \"promises_kept\": 1, \"scan_complete\": true, \"written\": \"2027-03-14T09:12:00Z\",\n"
                  "   \"basis\": \"…\", \"findings\": [{\"rule\": \"NOT-01\", \"result\": \"mismatch\", \"severity\": \"medium\", \"title\": \"…\", \"promise\": \"\", \"where\": \"Order database\",\n"
                  "   \"evidence\": \"…\", \"missing\": \"\", \"remedy\": \"…\", \"command\": \"…\", \"law\": \"…\"}]}\n",
    .run = run,
};
