/* SPDX-License-Identifier: Apache-2.0 */
/* candor identifier check: does a number follow the rule of its kind? */
#include "cli/cmd.h"
#include "candor/detect.h"

#include <errno.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

typedef struct checker {
    cdr_cli *cli;
    const char *kind;
    json_t *results;          /* with --json */
    json_int_t valid, invalid;
} checker;

static cdr_status answer(checker *c, const char *number, size_t len)
{
    cdr_status s = cdr_identifier_check(c->kind, number, len, &c->cli->err);
    if (s != CDR_OK && s != CDR_DENIED)
        return s;
    bool valid = s == CDR_OK;
    *(valid ? &c->valid : &c->invalid) += 1;
    if (c->results && json_array_append_new(c->results, json_boolean(valid)) != 0)
        return cdr_fail_nomem(&c->cli->err, "cli");
    if (!c->results)
        cdr_cli_print(c->cli, valid ? "valid\n" : "invalid\n");
    return CDR_OK;
}

/* A line that is too long is no number; what is left of it is passed over. */
static cdr_status answer_lines(checker *c, FILE *f)
{
    char line[LINE_MAX_BYTES + 1];
    size_t n = 0;
    bool any = false;
    cdr_status s = CDR_OK;
    for (int ch; s == CDR_OK && (ch = fgetc(f)) != EOF;) {
        any = true;
        if (ch == '\n') {
            n -= n > 0 && n <= LINE_MAX_BYTES && line[n - 1] == '\r';
            s = answer(c, line, n > LINE_MAX_BYTES ? 0 : n);
            n = 0;
            any = false;
        } else if (n < LINE_MAX_BYTES) {
            line[n++] = (char)ch;
        } else {
            n = LINE_MAX_BYTES + 1;
        }
    }
    return s == CDR_OK && any ? answer(c, line, n > LINE_MAX_BYTES ? 0 : n) : s;
}

static cdr_exit finish(checker *c)
{
    cdr_exit code = cdr_opt_flag(c->cli, "check") && c->invalid > 0 ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (!c->results)
        return code;
    return cdr_cli_print_json(c->cli, json_pack("{s:s, s:I, s:I, s:O}", "kind", c->kind, "valid", c->valid, "invalid", c->invalid, "results", c->results), code);
}

static cdr_exit run(cdr_cli *cli)
{
    const char *path = cli->argc > 1 ? cli->argv[1] : NULL;
    checker c = {.cli = cli, .kind = cli->argv[0]};
    cdr_status s = cdr_identifier_check(c.kind, "", 0, &cli->err);
    if (s == CDR_NOT_FOUND)
        return cdr_cli_fail(cli, s);
    FILE *f = path && strcmp(path, "-") ? fopen(path, "re") : stdin;
    if (!f)
        return cdr_cli_fail(cli, cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "cli.unreadable", errno, "%.200s cannot be read", path));
    c.results = cli->json ? json_array() : NULL;
    s = cli->json && !c.results ? cdr_fail_nomem(&cli->err, "cli") : answer_lines(&c, f);
    if (s == CDR_OK && ferror(f))
        s = cdr_fail(&cli->err, CDR_E_IO, "cli", "cli.unreadable", "The input could not be read to its end.");
    cdr_exit code = s == CDR_OK ? finish(&c) : cdr_cli_fail(cli, s);
    json_decref(c.results);
    if (f != stdin)
        fclose(f);
    return code;
}

static const cdr_opt options[] = {
    {"check", 0, CDR_OPT_FLAG, NULL, NULL, "exit 1 when any number is invalid"},
    {0},
};

const cdr_cmd cdr_cmd_identifier_check = {
    .path = "identifier check",
    .group = "Know",
    .summary = "check numbers against the rule of their kind",
    .args = "KIND [FILE]",
    .min_args = 1,
    .max_args = 2,
    .opts = options,
    .description = "Reads one number a line from FILE or standard input and prints valid or invalid for each: length, alphabet, check digits, dates and region codes.\n"
                   "Spaces, dashes, dots and slashes are accepted where people write them. Numbers are never printed. candor identifier list names the kinds.",
    .examples = "  # is this number possible?\n  echo 536-90-4399 | candor identifier check us.ssn\n  # how many of a column are real?\n  candor identifier check iban accounts.txt | sort | uniq -c\n",
    .json_shape = "  {\"kind\": \"iban\", \"valid\": 2, \"invalid\": 1, \"results\": [true, true, false]}\n",
    .run = run,
};
