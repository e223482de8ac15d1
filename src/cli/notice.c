/* SPDX-License-Identifier: Apache-2.0 */
/* candor notice: drafts the privacy notice. */
#include "cli/notice.h"

#include "base/io.h"
#include "base/parse.h"
#include "candor/crypto.h"
#include "cli/policy.h"
#include "cli/policy_words.h"

#include <string.h>

cdr_status cdr_cli_notice_begin(cdr_cli *cli, cdr_notice_job *job)
{
    *job = (cdr_notice_job){.arena = cdr_arena_new((size_t)1 << 30)};
    job->folder = cdr_path_join(cdr_workspace_dir(cli->ws), "notices");
    _cleanup_free_ char *path = job->folder ? cdr_path_join(job->folder, "words.yaml") : NULL;
    cdr_status s = job->arena && path ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && cdr_cli_policy_exists(cli))
        s = cdr_cli_policy_load(cli, &job->policy);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &job->inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_register_read(job->inv, job->arena, &job->reg, &cli->err);
    if (s == CDR_OK)
        s = cdr_notice_words_read(path, &job->reg, &job->words, &cli->err);
    return s;
}

void cdr_cli_notice_end(cdr_notice_job *job)
{
    json_decref(job->words);
    cdr_inventory_close(job->inv);
    cdr_policy_free(job->policy);
    cdr_arena_free(job->arena);
    cdr_free(job->folder);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name), n = strlen(ending);
    return len > n && !strcasecmp(name + len - n, ending);
}

static json_t *gaps_json(const cdr_notice_gap *list, size_t count)
{
    json_t *l = json_array();
    for (size_t i = 0; l && i < count; i++)
        if (json_array_append_new(l, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", list[i].id, "law", list[i].law, "activity", list[i].activity, "text", list[i].text, "fix",
                                               list[i].command ? "" : list[i].fix, "command", list[i].command ? list[i].fix : ""))) {
            json_decref(l);
            return NULL;
        }
    return l;
}

/* Beside a notice on standard output, what is missing goes to standard error. */
static void tell_gaps(cdr_cli *cli, const char *title, const cdr_notice_gap *list, size_t count, bool beside)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4u << 20);
    if (count == 0)
        return;
    if (!beside)
        cdr_cli_print(cli, "\n%s\n", title);
    cdr_buf_addf(&text, "\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *what = cdr_cli_shown(list[i].text), *fix = cdr_cli_shown(list[i].fix);
        _cleanup_free_ char *numbered = cdr_asprintf("%zu. %s", i + 1, what ? what : "");
        if (beside) {
            cdr_buf_addf(&text, "  %s\n     %s%s\n", numbered ? numbered : "", list[i].command ? "$ " : "", fix ? fix : "");
            continue;
        }
        cdr_cli_wrapped(cli, 2, 5, numbered ? numbered : "");
        if (list[i].command)
            cdr_cli_print(cli, "     $ %s\n", fix ? fix : "");
        else
            cdr_cli_wrapped(cli, 5, 5, fix ? fix : "");
    }
    if (beside)
        fputs(text.data ? text.data : "", stderr);
}

typedef struct written { const char *out, *sha256; bool html, final; } written;

static cdr_exit tell(cdr_cli *cli, const cdr_notice *n, const written *w, const cdr_buf *text)
{
    cdr_exit code = n->gap_count ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    _cleanup_free_ char *shown = cdr_cli_shown(w->out ? w->out : "");
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:s}", "notice", cdr_notice_kind_names[n->kind], "language", "en", "final", (int)w->final, "sha256", w->sha256,
                                                 "basis", n->basis, "gaps", gaps_json(n->gaps, n->gap_count), "questions", gaps_json(n->questions, n->question_count),
                                                 w->out ? "file" : "text", w->out ? (shown ? shown : "") : text->data ? text->data : ""), code);
    if (!w->out)
        cdr_cli_print(cli, "%s", text->data ? text->data : "");
    if (cli->quiet)
        return code;
    if (w->out)
        cdr_cli_print(cli, "Wrote %s, %s.\nSHA-256 %s\n", shown ? shown : "", w->final ? "as it can be published" : "a draft that a person must approve", w->sha256);
    else
        fprintf(stderr, "SHA-256 %s\n", w->sha256);
    tell_gaps(cli, "Not yet written down:", n->gaps, n->gap_count, !w->out);
    tell_gaps(cli, "For you to decide:", n->questions, n->question_count, !w->out);
    return code;
}

static cdr_exit refuse_final(cdr_cli *cli, const cdr_notice *n, cdr_status s)
{
    if (!cli->json && !cli->quiet)
        tell_gaps(cli, "Not yet written down:", n->gaps, n->gap_count, true);
    cdr_cli_fail(cli, s);
    return CDR_EXIT_NO;
}

static cdr_exit write_it(cdr_cli *cli, const cdr_notice_job *job, const cdr_notice *n)
{
    uint8_t digest[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1];
    written w = {.out = cdr_opt_text(cli, "out"), .sha256 = hex, .final = cdr_opt_flag(cli, "final")};
    _cleanup_buf_ cdr_buf text = CDR_BUF(64u << 20);
    w.html = w.out && (ends_in(w.out, ".html") || ends_in(w.out, ".htm"));
    cdr_status s = cdr_notice_render(n, job->folder, w.html, w.final, &text, &cli->err);
    if (s != CDR_OK)
        return w.final && n->gap_count ? refuse_final(cli, n, s) : cdr_cli_fail(cli, s);
    cdr_sha256(text.data ? text.data : "", text.len, digest);
    cdr_hex_encode(digest, sizeof digest, hex);
    if (w.out)
        s = cdr_file_write(w.out, text.data ? text.data : "", text.len, 0644, &cli->err);
    if (s == CDR_OK)
        s = cdr_notice_enter(cli->ws, n, hex, w.html, w.final, &cli->err);
    return s == CDR_OK ? tell(cli, n, &w, &text) : cdr_cli_fail(cli, s);
}

static cdr_exit run(cdr_cli *cli)
{
    const char *out = cdr_opt_text(cli, "out");
    if (out && !ends_in(out, ".html") && !ends_in(out, ".htm") && !ends_in(out, ".md"))
        return cdr_cli_usage(cli, "--out names a file that ends in .html or .md.");
    cdr_notice_job job;
    cdr_notice n = {0};
    cdr_notice_kind kind = !strcmp(cdr_opt_text(cli, "kind"), "ccpa") ? CDR_NOTICE_CCPA : CDR_NOTICE_GDPR;
    cdr_status s = cdr_cli_notice_begin(cli, &job);
    if (s == CDR_OK)
        s = cdr_notice_build(&job.reg, job.policy, job.words, kind, "candor", &n, &cli->err);
    cdr_exit code = s == CDR_OK ? write_it(cli, &job, &n) : cdr_cli_fail(cli, s);
    cdr_notice_done(&n);
    cdr_cli_notice_end(&job);
    return code;
}

static const cdr_opt options[] = {
    {"kind", 'k', CDR_OPT_CHOICE, "gdpr|ccpa", "gdpr", "GDPR Art. 13 and 14, or California's notice at collection"},
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write to FILE.html or FILE.md; without it Markdown goes to standard output"},
    {"lang", 0, CDR_OPT_CHOICE, "en", "en", "language of the notice"},
    {"final", 0, CDR_OPT_FLAG, NULL, NULL, "without the marks of a draft; refused while something is missing"},
    CDR_OPT_POLICY,
    {0},
};

const cdr_cmd cdr_cmd_notice = {
    .path = "notice",
    .group = "Tell",
    .summary = "draft the privacy notice from what you declared",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_RESPOND,
    .description = "Writes what people must be told, in plain words: what you collect, why, who sees it, how long you keep it, where it is, their rights, and how to reach you. All of it comes from the "
                   "activities, systems and parties of the inventory and from the policy. What they do not say is marked in the draft and listed, with the command that writes it down; nothing is made "
                   "up, and the exit code is 6. With --final and gaps nothing is written and the exit code is 1.\n\nA notice is a draft until a person approved it. The ledger keeps its SHA-256, so that a "
                   "consent can name the text that was shown.\n\nPut your own templates into the folder notices of the workspace, as gdpr.html, gdpr.md, ccpa.html or ccpa.md; the ones of the program are in "
                   "playbooks/notices. Words that the inventory has no place for stand in notices/words.yaml: opt_out, limit_use and policy_url are links; effective is a date and authority a name; activities "
                   "holds must_provide and automated for the key of an activity.",
    .examples = "  candor notice --out notice.html\n  # for people in California\n  candor notice --kind ccpa --out collection.md\n  # as it can be published, once nothing is missing\n  candor notice --final --out privacy.html\n",
    .json_shape = "  {\"notice\": \"gdpr\", \"language\": \"en\", \"final\": false, \"sha256\": \"…\", \"basis\": \"…\", \"gaps\": [{\"id\": \"retention\", \"law\": \"GDPR Art. 13(2)(a)…\",\n"
                  "   \"activity\": \"orders\", \"text\": \"…\", \"fix\": \"\", \"command\": \"candor inventory set …\"}], \"questions\": […], \"text\": \"…\"}   or, with --out, \"file\"\n",
    .run = run,
};
