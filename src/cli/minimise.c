/* SPDX-License-Identifier: Apache-2.0 */
/* candor minimise: hand on no more than a purpose needs. */
#include "cli/minimise.h"

#include "cli/detect.h"
#include "cli/passphrase.h"
#include "cli/session.h"
#include "cli/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAP_BYTES_MAX ((size_t)4 << 20)
#define ARENA_MAX ((size_t)512 << 20)
#define LOCK_TRIES 100u

/* --- workspace --- */

static bool workspace_is_there(const cdr_cli *cli)
{
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "candor.db");
    return path && access(path, F_OK) == 0;
}

/* The passphrase is asked for once, though the workspace is opened twice: to read what is needed, and at the end for the ledger. While data flows
 * it is closed, so that several filters may run in one pipe. */
static cdr_status open_workspace(cdr_minimise_job *job, cdr_workspace_mode mode)
{
    cdr_cli *cli = job->cli;
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    if (!keyfile)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!job->passphrase && cdr_keyfile_kind_of(keyfile, &kind, NULL) == CDR_OK && kind == CDR_KEYFILE_PASSPHRASE) {
        cdr_status s = cdr_passphrase_read(cli, false, &job->passphrase);
        if (s != CDR_OK)
            return s;
    }
    cdr_status s = cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, mode, 0, job->passphrase, &cli->ws, &cli->err);
    return s == CDR_OK ? cdr_cli_check_session(cli) : s;
}

static void close_workspace(cdr_cli *cli)
{
    cdr_workspace_close(cli->ws);
    cli->ws = NULL;
}

static cdr_status need_workspace(cdr_minimise_job *job, const char *what)
{
    if (job->has_workspace)
        return CDR_OK;
    return cdr_fail(&job->cli->err, CDR_E_INVAL, "cli", "minimise.no-workspace", "%s, and there is no workspace in %.200s; make one with candor init, or name it with --workspace.", what, job->cli->workspace_dir);
}

/* --- policy and map --- */

static cdr_status find_purpose(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    char list[300] = "";
    size_t n = 0;
    job->purpose = cdr_policy_purpose(job->policy, job->purpose_key);
    if (job->purpose)
        return CDR_OK;
    for (size_t i = 0; i < job->policy->purpose_count && n + 70 < sizeof list; i++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%.60s", i ? ", " : "", job->policy->purposes[i].key);
    if (!n)
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "minimise.no-purposes", "%.100s has no purposes; write under purposes: what %.60s may be handed on with.", job->policy->file, job->purpose_key);
    return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "minimise.unknown-purpose", "%.100s has no purpose \"%.60s\"; there are: %s.", job->policy->file, job->purpose_key, list);
}

static cdr_status load_map(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    const char *path = cdr_opt_text(cli, "map");
    if (!path)
        return CDR_OK;
    _cleanup_buf_ cdr_buf text = CDR_BUF(MAP_BYTES_MAX);
    cdr_status s = cdr_file_read(path, &text, &cli->err);
    return s == CDR_OK ? cdr_filter_map_read(text.data ? text.data : "", text.len, path, job->arena, &job->map, &cli->err) : s;
}

/* --- detectors: free text is read as candor detect --redact reads it, but for figures that nothing speaks for but their length; columns as a scan does --- */

#define LEAST_IN_TEXT 0.05f

static cdr_status make_rulesets(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    _cleanup_free_ char *rules = NULL;
    cdr_status s = cdr_cli_rules_load(cli, cdr_opt_text(cli, "rules"), &rules, &cli->err);
    cdr_ruleset_options text = {.min_confidence = LEAST_IN_TEXT, .names = CDR_NAMES_ALL, .min_names = 0.2f, .rules_json = rules}, column = {.names = CDR_NAMES_NEAR, .rules_json = rules};
    if (s == CDR_OK)
        s = cdr_ruleset_new(&text, &job->ruleset, &cli->err);
    return s == CDR_OK ? cdr_ruleset_new(&column, &job->watch, &cli->err) : s;
}

/* --- keys and consents --- */

static cdr_status read_workspace(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    bool keyed = job->opening || cdr_filter_needs_keys(job->purpose, job->map), consent = !job->opening && job->purpose->consent[0];
    cdr_status s = CDR_OK;
    if (keyed)
        s = need_workspace(job, job->opening ? "Opening encrypted values needs the key of the workspace that made them" : "This purpose hashes or encrypts, which needs the key of a workspace");
    if (s == CDR_OK && consent)
        s = need_workspace(job, "This purpose needs consent, and consents are kept in a workspace");
    if (s != CDR_OK || (!keyed && !consent))
        return s;
    s = open_workspace(job, CDR_WORKSPACE_READ);
    const cdr_secret *key = s == CDR_OK ? cdr_workspace_key(cli->ws, CDR_KEY_PSEUDONYM) : NULL;
    if (s == CDR_OK)
        s = key ? cdr_purpose_keys_new(key, job->purpose_key, &job->keys, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && consent)
        s = cdr_consent_set_load(cli->ws, job->purpose->consent, 0, &job->consents, &cli->err);
    /* Consents are asked of the open workspace; it is open for reading, which stops nobody. */
    if (!consent)
        close_workspace(cli);
    return s;
}

/* --- the ledger --- */

static void wait_a_little(void)
{
    struct timespec t = {.tv_nsec = 100000000};
    nanosleep(&t, NULL);
}

static cdr_status write_ledger(cdr_minimise_job *job, bool complete)
{
    cdr_cli *cli = job->cli;
    static const char *const forms[] = {"never", "redacted", "masked", "generalised", "hashed", "tokenised", "encrypted", "plain", "not_generalised"};
    cdr_consent_set_free(job->consents);
    job->consents = NULL;
    close_workspace(cli);
    if (!job->has_workspace || job->dry)
        return CDR_OK;
    _cleanup_json_ json_t *j = json_pack("{s:s, s:s*, s:b, s:I, s:I, s:I, s:I, s:{}}", "purpose", job->purpose_key, "policy_sha256", job->policy ? job->policy->sha256 : NULL, "complete", complete, "inputs",
                                         (json_int_t)json_array_size(job->inputs), "records_in", (json_int_t)job->records_in, "records_out", (json_int_t)job->records_out, "without_consent",
                                         (json_int_t)job->left_out, "values");
    for (size_t i = 0; j && i < CDR_COUNT(forms); i++)
        if (job->by_form[i] && json_object_set_new(json_object_get(j, "values"), forms[i], json_integer((json_int_t)job->by_form[i])))
            return cdr_fail_nomem(&cli->err, "cli");
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = j ? cdr_json_canonical(j, &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return s;
    s = open_workspace(job, CDR_WORKSPACE_WRITE);
    for (unsigned i = 0; s == CDR_E_LOCKED && i < LOCK_TRIES && !cdr_cancelled(&cli->ctx); i++) {
        wait_a_little();
        s = open_workspace(job, CDR_WORKSPACE_WRITE);
    }
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &(cdr_ledger_event){job->opening ? "minimise.open" : "minimise.run", cdr_workspace_actor(cli->ws), NULL, text.data}, NULL, &cli->err);
    close_workspace(cli);
    return s;
}

/* --- inputs --- */

static cdr_status each_input(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    static const char *const standard[] = {"-"};
    const char *const *names = cli->argc ? cli->argv : standard;
    cdr_status s = CDR_OK;
    for (int i = 0; s == CDR_OK && i < CDR_MAX(cli->argc, 1); i++) {
        bool piped = !strcmp(names[i], "-");
        _cleanup_close_ int opened = piped ? -1 : open(names[i], O_RDONLY | O_CLOEXEC);
        if (!piped && opened < 0)
            return cdr_fail_errno(&cli->err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "cli", "minimise.open", errno, "%.200s cannot be opened", names[i]);
        s = cdr_minimise_stream(job, piped ? STDIN_FILENO : opened, piped ? "standard input" : names[i], &cli->err);
        const json_t *last = json_array_get(job->inputs, json_array_size(job->inputs) - 1);
        const char *format = s == CDR_OK ? cdr_json_str(last, "format") : NULL;
        if (format && i + 1 < cli->argc && strcmp(format, "ndjson") != 0 && strcmp(format, "text") != 0)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "minimise.several", "Several files cannot become one %s; filter them one by one.", format);
    }
    return s;
}

static cdr_status write_report(cdr_minimise_job *job)
{
    if (!job->report)
        return CDR_OK;
    _cleanup_json_ json_t *j = cdr_minimise_report(job);
    char *text = j ? json_dumps(j, JSON_INDENT(2)) : NULL;
    cdr_status s = text ? cdr_outfile_add(job->report, text, strlen(text), &job->cli->err) : cdr_fail_nomem(&job->cli->err, "cli");
    free(text);
    if (s == CDR_OK)
        s = cdr_outfile_add(job->report, "\n", 1, &job->cli->err);
    return s == CDR_OK ? cdr_outfile_commit(&job->report, &job->cli->err) : s;
}

static cdr_status prepare(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    const char *out = cdr_opt_text(cli, "out"), *report = cdr_opt_text(cli, "report");
    cdr_status s = job->opening ? CDR_OK : cdr_cli_policy_load(cli, &job->policy);
    if (s == CDR_OK && !job->opening)
        s = find_purpose(job);
    if (s == CDR_OK && !job->opening)
        s = load_map(job);
    if (s == CDR_OK && !job->opening)
        s = make_rulesets(job);
    if (s == CDR_OK)
        s = read_workspace(job);
    if (s == CDR_OK && out && !job->dry)
        s = cdr_outfile_open(out, 0600, &job->out, &cli->err);
    if (s == CDR_OK && report)
        s = cdr_outfile_open(report, 0600, &job->report, &cli->err);
    return s;
}

static cdr_status finish(cdr_minimise_job *job)
{
    cdr_cli *cli = job->cli;
    cdr_status s = job->out ? cdr_outfile_commit(&job->out, &cli->err) : CDR_OK;
    if (s == CDR_OK)
        s = write_report(job);
    if (s == CDR_OK)
        s = write_ledger(job, true);
    if (s == CDR_OK && !cli->json)
        cdr_minimise_tell(job);
    return s;
}

/* What went out before it failed is in the ledger, too; a file that was not finished never was. */
static void note_failure(cdr_minimise_job *job)
{
    cdr_err why = job->cli->err;
    if (job->bytes_out && !cdr_opt_text(job->cli, "out"))
        (void)!write_ledger(job, false);
    job->cli->err = why;
}

static void clear(cdr_minimise_job *job)
{
    cdr_outfile_drop(&job->out);
    cdr_outfile_drop(&job->report);
    cdr_consent_set_free(job->consents);
    close_workspace(job->cli);
    cdr_purpose_keys_free(job->keys);
    cdr_ruleset_free(job->ruleset);
    cdr_ruleset_free(job->watch);
    cdr_policy_free(job->policy);
    cdr_secret_free(job->passphrase);
    json_decref(job->inputs);
    cdr_arena_free(job->arena);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_minimise_job job = {.cli = cli, .purpose_key = cdr_opt_text(cli, "purpose"), .opening = cdr_opt_flag(cli, "open"), .dry = cdr_opt_flag(cli, "dry-run")};
    if (!job.purpose_key)
        return cdr_cli_usage(cli, "Say what the data is for: --purpose NAME, one of the policy's purposes.");
    if (cli->json && !job.dry && !cdr_opt_text(cli, "out"))
        return cdr_cli_usage(cli, "--json prints the report on standard output, where the data goes; give --out FILE, --dry-run, or --report FILE instead.");
    cdr_workspace_harden_process();
    job.has_workspace = workspace_is_there(cli);
    job.inputs = json_array();
    job.arena = cdr_arena_new(ARENA_MAX);
    cdr_status s = job.inputs && job.arena ? prepare(&job) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = each_input(&job);
    if (s == CDR_OK)
        s = finish(&job);
    else
        note_failure(&job);
    if (job.gone)
        s = CDR_OK;
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : cli->json && !job.gone ? cdr_cli_print_json(cli, cdr_minimise_report(&job), CDR_EXIT_OK) : CDR_EXIT_OK;
    clear(&job);
    return code;
}

static const cdr_opt options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "NAME", NULL, "what the data is for: one of the policy's purposes; needed"},
    {"in", 'f', CDR_OPT_CHOICE, "auto|csv|ndjson|json|text", "auto", "how the data is written (default: by its name and beginning)"},
    {"encoding", 0, CDR_OPT_CHOICE, "utf-8|windows-1252|iso-8859-1|utf-16le|utf-16be", "utf-8", "how letters are written in the input; the output is UTF-8"},
    {"map", 'm', CDR_OPT_TEXT, "FILE", NULL, "what columns are, where names and values do not show it: YAML \"notes: free text\" or a CSV of two columns"},
    CDR_OPT_POLICY,
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write there, whole or not at all, instead of to standard output"},
    {"report", 0, CDR_OPT_TEXT, "FILE", NULL, "write what was done as JSON"},
    {"dry-run", 'n', CDR_OPT_FLAG, NULL, NULL, "only say what would be done"},
    {"header", 0, CDR_OPT_CHOICE, "auto|yes|no", "auto", "CSV: whether the first row names the columns"},
    {"open", 0, CDR_OPT_FLAG, NULL, NULL, "the other way round: open what was encrypted for this purpose again"},
    {"rules", 0, CDR_OPT_TEXT, "PATH", NULL, "your own detectors: a YAML or JSON file, or a folder of them"},
    {0},
};

const cdr_cmd cdr_cmd_minimise = {
    .path = "minimise",
    .group = "Keep less",
    .summary = "hand data on with no more than a purpose needs",
    .args = "[FILE...]",
    .max_args = -1,
    .opts = options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Reads CSV, lines of JSON, JSON or text from files or standard input and writes the same with every column dropped, masked, generalised, hashed, encrypted or kept as "
                   "the purpose in the policy says. What a column is shows its name and the first 2 MiB of its values, or --map says it. What looks personal and has no treatment is dropped; so are keys of people (id beside "
                   "an e-mail address) without a treatment and, unless the purpose says free_text, remarks. "
                   "What is not recognised passes, but what is found in it is replaced, and so is what is found in free text.\n\n"
                   "What is not written in UTF-8 is refused, unless --encoding says what it is. Kept columns pass byte for byte. A value that cannot be made coarser is dropped, not passed. Pseudonyms are the same for equal values within a purpose, and different in "
                   "another. Where the purpose needs consent, records of people without it are left out. Memory does not depend on the length of the data.\n\n"
                   "A malformed row ends the run with exit code 2 and its line; what was written before ends with a whole record. The report goes to standard error and holds no values. "
                   "--open needs the workspace whose key encrypted, and the column names of then.",
    .examples = "  candor minimise --purpose analytics customers.csv > for-analysis.csv\n"
                "  # what would be done?\n  candor minimise --purpose analytics --dry-run customers.csv\n"
                "  # in a pipe, with a report\n  cat events.ndjson | candor minimise -p analytics --in ndjson --report report.json > less.ndjson\n"
                "  # columns that speak in riddles\n  candor minimise -p analytics --map columns.yaml --out less.csv customers.csv\n",
    .json_shape = "  {\"schema\": \"candor-minimise-1\", \"purpose\": \"analytics\", \"records_in\": 4982, \"records_out\": 4810, \"without_consent\": 172, \"not_generalised\": 3,\n"
                  "    \"forms\": {\"never\": 9620, \"hashed\": 4810}, \"inputs\": [{\"name\": \"customers.csv\", \"format\": \"csv\", \"columns\": [{\"name\": \"email\",\n"
                  "    \"taken_for\": \"E-mail address\", \"category\": \"user.contact.email\", \"why\": \"name and content\", \"rule\": \"treatments[0]\", \"form\": \"hashed\", \"values\": 4810}]}]}\n",
    .run = run,
};
