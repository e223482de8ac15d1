/* SPDX-License-Identifier: Apache-2.0 */
/* candor detect: what personal data stands in this text? No workspace is needed. */
#include "cli/detect.h"

#include "base/io.h"
#include "base/text.h"
#include "detect/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *cdr_detect_type(const cdr_detect_job *job, const cdr_finding *f)
{
    return f->kind == CDR_K_USER ? cdr_rules_type(cdr_ruleset_rules(job->ruleset), f->rule) : cdr_kind_get(f->kind)->type;
}

const char *cdr_detect_category(const cdr_detect_job *job, const cdr_finding *f)
{
    return f->kind == CDR_K_USER ? cdr_rules_category(cdr_ruleset_rules(job->ruleset), f->rule) : cdr_kind_get(f->kind)->category;
}

const char *cdr_detect_kind_name(const cdr_detect_job *job, const cdr_finding *f)
{
    return f->kind == CDR_K_USER ? cdr_rules_name(cdr_ruleset_rules(job->ruleset), f->rule) : cdr_kind_get(f->kind)->id;
}

static bool names(const char *word, const char *id, const char *type)
{
    size_t n = strlen(word);
    return cdr_ascii_ieq(word, n, type, strlen(type)) || (!strncmp(id, word, n) && (!id[n] || id[n] == '.'));
}

bool cdr_detect_wanted(const cdr_detect_job *job, const cdr_finding *f)
{
    if (!job->kinds || !job->kinds[0])
        return true;
    for (const char *const *k = job->kinds; *k; k++)
        if (names(*k, cdr_detect_kind_name(job, f), cdr_detect_type(job, f)))
            return true;
    return false;
}

/* A word of --kind that can never match is a slip of the finger. */
static cdr_status check_kinds(const cdr_detect_job *job, cdr_err *err)
{
    for (const char *const *w = job->kinds; w && *w; w++) {
        bool known = false;
        for (cdr_kind k = 1; k < cdr_kind_count() && !known; k++)
            known = names(*w, cdr_kind_get(k)->id, cdr_kind_get(k)->type);
        const cdr_rules *rules = cdr_ruleset_rules(job->ruleset);
        for (uint16_t i = 1; i <= cdr_rules_count(rules) && !known; i++)
            known = names(*w, cdr_rules_name(rules, i), cdr_rules_type(rules, i));
        if (!known)
            return cdr_fail(err, CDR_E_INVAL, "cli", "detect.unknown-kind", "No detector is called \"%.40s\"; give a kind such as us.ssn, a group such as secret, or a type such as EMAIL_ADDRESS.", *w);
    }
    return CDR_OK;
}

#define OUTPUT_GONE "detect.output"

cdr_status cdr_detect_output_failed(cdr_err *err)
{
    return cdr_fail_errno(err, CDR_E_CANCELLED, "cli", OUTPUT_GONE, errno, "The output could not be written");
}

/* Of a full disk main tells, a reader that went away needs no word. */
static bool output_gone(const cdr_err *err)
{
    return err->id && !strcmp(err->id, OUTPUT_GONE);
}

/* One document holds one error object, or a list of errors beside what was found. */
static cdr_exit tell_error(const cdr_detect_job *job, cdr_status s)
{
    cdr_cli *cli = job->cli;
    json_t *e = job->errors ? cdr_cli_error_json(cli, s) : NULL;
    return e && !json_array_append_new(job->errors, e) ? cdr_exit_of(s) : cdr_cli_fail(cli, s);
}

cdr_exit cdr_detect_each_file(const cdr_detect_job *job, cdr_status (*each)(void *arg, int fd, const char *name, cdr_err *err), void *arg)
{
    cdr_cli *cli = job->cli;
    static const char *const standard_input[] = {"-"};
    const char *const *names_ = cli->argc ? cli->argv : standard_input;
    cdr_exit code = CDR_EXIT_OK;
    for (int i = 0; i < CDR_MAX(cli->argc, 1) && !cdr_cancelled(&cli->ctx); i++) {
        bool standard = !strcmp(names_[i], "-");
        _cleanup_close_ int opened = standard ? -1 : open(names_[i], O_RDONLY | O_CLOEXEC);
        cdr_status s = CDR_OK;
        if (!standard && opened < 0)
            s = cdr_fail_errno(&cli->err, errno == ENOENT ? CDR_NOT_FOUND : errno == EINTR ? CDR_E_CANCELLED : CDR_E_IO, "cli", "detect.open", errno, "Cannot read %.200s", names_[i]);
        else
            s = each(arg, standard ? STDIN_FILENO : opened, standard ? "(standard input)" : names_[i], &cli->err);
        if (s == CDR_OK)
            continue;
        if (s == CDR_E_CANCELLED && output_gone(&cli->err))
            return CDR_EXIT_OK;
        cdr_exit failed = tell_error(job, s);
        code = CDR_MAX(code, failed);
        if (s == CDR_E_CANCELLED || failed == CDR_EXIT_FAULT)
            break;
    }
    return cdr_cancelled(&cli->ctx) ? CDR_EXIT_INCOMPLETE : code;
}

typedef enum face { FACE_TEXT, FACE_NDJSON, FACE_COUNT, FACE_REDACT, FACE_CONFLICT } face;

static face chosen_face(const cdr_cli *cli)
{
    bool ndjson = cdr_opt_flag(cli, "ndjson"), count = cdr_opt_flag(cli, "count"), redact = cdr_opt_flag(cli, "redact");
    if (ndjson + count + redact > 1)
        return FACE_CONFLICT;
    return ndjson ? FACE_NDJSON : count ? FACE_COUNT : redact ? FACE_REDACT : FACE_TEXT;
}

static cdr_exit run_face(const cdr_detect_job *job, face f)
{
    switch (f) {
    case FACE_TEXT: return cdr_detect_print(job);
    case FACE_NDJSON: return cdr_detect_print_ndjson(job);
    case FACE_COUNT: return cdr_detect_print_counts(job);
    case FACE_REDACT: return cdr_detect_print_redacted(job, cdr_opt_text(job->cli, "redact"));
    case FACE_CONFLICT: break;
    }
    return cdr_cli_usage(job->cli, "Give only one of --ndjson, --count and --redact.");
}

/* Options that go with --redact only. */
static const char *lonely_option(const cdr_cli *cli, face f)
{
    if (f != FACE_REDACT && (cdr_opt_flag(cli, "in-place") || cdr_opt_text(cli, "output")))
        return cdr_opt_flag(cli, "in-place") ? "--in-place" : "--output";
    return cdr_opt_flag(cli, "linked") && !cdr_opt_flag(cli, "in-place") ? "--linked" : NULL;
}

static cdr_cpu_path chosen_cpu(const char *name)
{
    return !strcmp(name, "portable") ? CDR_CPU_PORTABLE : !strcmp(name, "avx2") ? CDR_CPU_AVX2 : !strcmp(name, "neon") ? CDR_CPU_NEON : CDR_CPU_AUTO;
}

/* What lists alone say of names is right more often than not: enough for a program that reads on. */
#define NAMES_LEAST 0.2f

/* Looking for names costs far more than all the rest: everywhere only where text is read on or hidden, not at all when counting. */
static cdr_names_mode chosen_names(const char *name, face f)
{
    if (name)
        return !strcmp(name, "all") ? CDR_NAMES_ALL : !strcmp(name, "near") ? CDR_NAMES_CALLED : CDR_NAMES_OFF;
    return f == FACE_NDJSON || f == FACE_REDACT ? CDR_NAMES_ALL : f == FACE_COUNT ? CDR_NAMES_OFF : CDR_NAMES_CALLED;
}

static cdr_exit run(cdr_cli *cli)
{
    face f = chosen_face(cli);
    cdr_detect_job job = {.cli = cli, .explain = cdr_opt_flag(cli, "explain")};
    /* A value that is hidden without need costs little; one that is not hidden cannot be taken back. */
    const char *least = cdr_opt_text(cli, "min-confidence");
    job.min_confidence = least ? (float)cdr_opt_real(cli, "min-confidence") : f == FACE_REDACT ? 0 : 0.45f;
    if (job.min_confidence < 0 || job.min_confidence > 1)
        return cdr_cli_usage(cli, "--min-confidence is a number from 0 to 1, not %s.", least);
    const char *lonely = lonely_option(cli, f);
    if (lonely)
        return cdr_cli_usage(cli, "%s goes with %s.", lonely, strcmp(lonely, "--linked") ? "--redact" : "--redact --in-place");
    _cleanup_free_ char *rules = NULL;
    cdr_ruleset *ruleset = NULL;
    cdr_status s = cdr_cli_rules_load(cli, cdr_opt_text(cli, "rules"), &rules, &cli->err);
    /* In NDJSON mode every date and web address counts: there the reader decides what is personal. */
    cdr_ruleset_options o = {.cpu = chosen_cpu(cdr_opt_text(cli, "cpu")), .min_confidence = job.min_confidence, .plain_dates = f == FACE_NDJSON || cdr_opt_flag(cli, "dates"),
                             .names = chosen_names(cdr_opt_text(cli, "names"), f), .min_names = least || f == FACE_REDACT ? job.min_confidence : NAMES_LEAST, .rules_json = rules};
    if (s == CDR_OK)
        s = cdr_ruleset_new(&o, &ruleset, &cli->err);
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&job.scratch, &cli->err);
    job.ruleset = ruleset;
    job.table_options = o;
    job.table_options.min_confidence = 0;
    job.table_options.min_names = 0;
    if (!cdr_opt_text(cli, "names"))
        job.table_options.names = CDR_NAMES_NEAR;
    if (cdr_opt_flag(cli, "kind"))
        cdr_opt_list(cli, "kind", &job.kinds);
    if (s == CDR_OK)
        s = check_kinds(&job, &cli->err);
    cdr_exit code = s == CDR_OK ? run_face(&job, f) : cdr_cli_fail(cli, s);
    cdr_detect_scratch_free(job.scratch);
    cdr_ruleset_free(ruleset);
    return code;
}

static const cdr_opt options[] = {
    {"skip-bad", 0, CDR_OPT_FLAG, NULL, NULL, "with --ndjson: go on after a line that is no record; they are counted, and the exit code is 6"},
    {"ndjson", 0, CDR_OPT_FLAG, NULL, NULL, "read lines {\"id\", \"text\"}, write lines {\"id\", \"spans\"}; offsets count characters"},
    {"count", 'c', CDR_OPT_FLAG, NULL, NULL, "print totals per type only"},
    {"redact", 'r', CDR_OPT_MAYBE, "mask|label|pseudonym", "mask", "copy the text with each finding replaced"},
    {"in-place", 'i', CDR_OPT_FLAG, NULL, NULL, "with --redact: put the copy in the file's place, whole or not at all; owner and mode stay"},
    {"output", 'o', CDR_OPT_TEXT, "FILE", NULL, "with --redact: write the copy there, whole or not at all"},
    {"linked", 0, CDR_OPT_FLAG, NULL, NULL, "with --in-place: also what a symbolic link points to, and files of several names (the others keep the old content)"},
    {"format", 'f', CDR_OPT_CHOICE, "auto|text|csv|tsv|json|ndjson|xml|mail", "auto", "how the text is read (default: by its beginning and its name, as a scan does)"},
    {"explain", 'e', CDR_OPT_FLAG, NULL, NULL, "say why each finding has its confidence"},
    {"kind", 'k', CDR_OPT_LIST, "NAME", NULL, "only these kinds, groups or types; may be repeated"},
    {"min-confidence", 'm', CDR_OPT_REAL, "0-1", NULL, "leave out what is less certain (default 0.45; with --redact 0: whatever may be personal is replaced)"},
    {"names", 0, CDR_OPT_CHOICE, "all|near|off", NULL, "names and addresses in the text: everywhere, near other findings and forms of address, or not (default: all with --ndjson and --redact, off with --count, else near)"},
    {"dates", 0, CDR_OPT_FLAG, NULL, NULL, "report dates and web addresses that speak of nobody, too"},
    {"rules", 0, CDR_OPT_TEXT, "PATH", NULL, "your own detectors: a YAML or JSON file, or a folder of them"},
    {"key-file", 0, CDR_OPT_TEXT, "FILE", NULL, "key of the pseudonyms (default: the workspace's key)"},
    {"cpu", 0, CDR_OPT_CHOICE, "auto|portable|avx2|neon", "auto", "code path; every path finds the same"},
    {0},
};

const cdr_cmd cdr_cmd_detect = {
    .path = "detect",
    .group = "Know",
    .summary = "find personal data and secrets in text",
    .args = "[FILE...]",
    .max_args = -1,
    .opts = options,
    .description = "Reads files or standard input and prints one line per finding: where it stands, what it is, how certain that is and a masked form. Values are never printed.\n"
                   "CSV, JSON and XML are judged by column, header and values together, as a scan does; other text as it stands. UTF-8, UTF-16 and Windows-1252 are read. Input may be\n"
                   "of any size; what is no text ends with exit code 6, a folder with 2. Bands: high from 0.75, medium from 0.45, low below; what is low is not shown unless\n"
                   "--min-confidence asks for it. Offsets count bytes of the text in UTF-8.\n\n"
                   "--ndjson answers each line with a line, numbers of id as they were written. A line that is no record ends that file with exit code 2, after the lines before it "
                   "were answered; --skip-bad goes on. A line has at most 256 MiB; a text of more than 1 MiB is judged in parts.\n\n"
                   "--redact copies the text: mask keeps what people need to recognise a value (the last digits of a card), label puts its type, pseudonym a keyed code that is\n"
                   "the same for equal values. Whatever may be personal is replaced, the low band too, but no web addresses and no dates that speak of nobody; of a personal\n"
                   "column every value. --min-confidence 0.45 replaces only what is reported. A private key goes as a whole, up to its END line or, without one, its last line.\n"
                   "Format and encoding stay; numbers of JSON become strings. What is no text is refused before anything is written. Pseudonyms are made with --key-file, else\n"
                   "with the workspace's key; whoever has neither cannot turn them back or test guesses.",
    .examples = "  candor detect customers.csv\n  # what is in the logs?\n  zcat access.log.gz | candor detect --count\n  # a copy to hand on\n  candor detect --redact=label customers.csv > for-the-agency.csv\n"
                "  # card numbers out of a file\n  candor detect --redact --in-place --kind pay.card notes.txt\n"
                "  # why is this a card?\n  candor detect --explain --kind pay.card notes.txt\n",
    .json_shape = "  {\"findings\": [{\"file\": \"…\", \"line\": 3, \"column\": 14, \"start\": 120, \"end\": 131, \"kind\": \"us.ssn\", \"type\": \"US_SSN\", \"category\": \"…\",\n"
                  "    \"band\": \"high\", \"confidence\": 0.93, \"masked\": \"…34\", \"why\": \"…\"}], \"total\": 1}\n"
                  "  with --count: {\"total\": 7, \"types\": {\"EMAIL_ADDRESS\": 7}}\n",
    .run = run,
};
