/* SPDX-License-Identifier: Apache-2.0 */
/* candor consent import: events by the million. */
#include "base/io.h"
#include "base/words.h"
#include "cli/consent.h"
#include "cli/input.h"
#include "cli/policy.h"
#include "core/care/consent_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static cdr_status feed(void *arg, const char *bytes, size_t len, bool last, cdr_err *err)
{
    return cdr_consent_rows_feed(arg, bytes, len, last, err);
}

/* The first purposes met, to be held against the policy. */
#define PURPOSES_KEPT 32u
typedef struct storing { cdr_consent_import *im; char *purposes[PURPOSES_KEPT]; size_t count; } storing;

static cdr_status keep_purpose(storing *st, const char *purpose, cdr_err *err)
{
    for (size_t i = st->count; i-- > 0;)
        if (!strcmp(st->purposes[i], purpose))
            return CDR_OK;
    if (st->count == PURPOSES_KEPT)
        return CDR_OK;
    if (!(st->purposes[st->count] = cdr_strdup(purpose)))
        return cdr_fail_nomem(err, "cli");
    st->count++;
    return CDR_OK;
}

static cdr_status add(void *arg, const cdr_consent_event *e, cdr_err *err)
{
    storing *st = arg;
    cdr_status s = keep_purpose(st, e->purpose, err);
    return s == CDR_OK ? cdr_consent_import_add(st->im, e, err) : s;
}

static cdr_status look(void *arg, const cdr_consent_event *e, cdr_err *err)
{
    (void)arg;
    (void)e;
    (void)err;
    return CDR_OK;
}

static cdr_status pass(cdr_cli *cli, int fd, const char *name, const cdr_consent_defaults *defaults, cdr_consent_row_fn *fn, void *arg)
{
    cdr_consent_rows *rows;
    cdr_status s = cdr_consent_rows_new(name, defaults, fn, arg, &rows, &cli->err);
    if (s != CDR_OK)
        return s;
    s = cdr_cli_input_feed(cli, fd, name, feed, rows);
    cdr_consent_rows_free(rows);
    return s;
}

/* A file is looked through before any of it is stored. What comes from a pipe is stored batch by batch. */
static cdr_status import(cdr_cli *cli, int fd, const char *name, const cdr_consent_defaults *defaults, cdr_consent_import_counts *ret)
{
    storing st = {0};
    cdr_status s = CDR_OK;
    if (lseek(fd, 0, SEEK_CUR) == 0) {
        s = pass(cli, fd, name, defaults, look, NULL);
        if (s == CDR_OK && lseek(fd, 0, SEEK_SET) != 0)
            s = cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "cli.read", errno, "%s cannot be read twice", name);
    }
    if (s == CDR_OK)
        s = cdr_consent_import_begin(cli->ws, &st.im, &cli->err);
    if (s != CDR_OK)
        return s;
    s = pass(cli, fd, name, defaults, add, &st);
    if (s == CDR_OK)
        s = cdr_consent_import_finish(st.im, &cli->err);
    *ret = *cdr_consent_import_told(st.im);
    cdr_consent_import_free(st.im);
    if (s == CDR_OK)
        cdr_cli_purposes_in_policy(cli, (const char *const *)st.purposes, st.count);
    for (size_t i = 0; i < st.count; i++)
        cdr_free(st.purposes[i]);
    return s;
}

static const char *opt(cdr_cli *cli, const char *name)
{
    return cdr_opt_text(cli, name) ? cdr_opt_text(cli, name) : "";
}

static cdr_status read_defaults(cdr_cli *cli, cdr_consent_defaults *ret)
{
    const char *state = opt(cli, "state");
    *ret = (cdr_consent_defaults){.e = {.purpose = opt(cli, "purpose"), .method = opt(cli, "method"), .channel = opt(cli, "channel"), .jurisdiction = opt(cli, "jurisdiction"),
                                        .language = opt(cli, "language"), .state = cdr_consent_state_by_word(state, strlen(state))}};
    ret->skip_count = cdr_opt_list(cli, "skip", &ret->skip);
    if (*state && ret->e.state == CDR_CONSENT_NONE)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.state", "--state is none of requested, request-deferred, refused, given, expired, invalidated, revoked, withdrawn, renewed.");
    return cdr_cli_time(cli, "at", &ret->e.at_us);
}

/* What stands already is told, so that nobody fears to run it again. */
static cdr_exit refuse(cdr_cli *cli, cdr_status s, const cdr_consent_import_counts *n)
{
    size_t used = strlen(cli->err.text);
    if (n->rows && used < sizeof cli->err.text)
        snprintf(cli->err.text + used, sizeof cli->err.text - used, " The %llu rows before it are stored; import the whole again once it is right, nothing is stored twice.", (unsigned long long)n->rows);
    return cdr_cli_fail(cli, s);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_consent_defaults defaults;
    cdr_consent_import_counts n = {0};
    bool piped = !strcmp(cli->argv[0], "-");
    _cleanup_close_ int opened = piped ? -1 : open(cli->argv[0], O_RDONLY | O_CLOEXEC);
    _cleanup_free_ char *shown = cdr_cli_shown(piped ? "standard input" : cli->argv[0]);
    if (!shown)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (!piped && opened < 0)
        return cdr_cli_fail(cli, cdr_fail_errno(&cli->err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "cli", "cli.open", errno, "%s cannot be opened", shown));
    cdr_status s = read_defaults(cli, &defaults);
    if (s == CDR_OK)
        s = import(cli, piped ? STDIN_FILENO : opened, shown, &defaults, &n);
    if (s != CDR_OK)
        return refuse(cli, s, &n);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:I, s:I, s:I}", "rows", (json_int_t)n.rows, "added", (json_int_t)n.added, "known", (json_int_t)n.known, "batches",
                                                 (json_int_t)n.batches), CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    cdr_words_count(&text, n.added, "event", "events");
    cdr_buf_adds(&text, " added");
    if (n.known) {
        cdr_buf_adds(&text, ", ");
        cdr_words_number(&text, n.known);
        cdr_buf_adds(&text, " stood there already");
    }
    cdr_cli_say(cli, "%s.\n", text.data ? text.data : "");
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "NAME", NULL, "of rows that say none"},
    {"state", 's', CDR_OPT_TEXT, "STATE", NULL, "of rows that say none"},
    {"at", 0, CDR_OPT_TEXT, "TIME", NULL, "of rows that say none"},
    {"method", 0, CDR_OPT_TEXT, "TEXT", NULL, "of rows that say none"},
    {"channel", 0, CDR_OPT_TEXT, "TEXT", NULL, "of rows that say none"},
    {"jurisdiction", 0, CDR_OPT_TEXT, "CODE", NULL, "of rows that say none"},
    {"language", 0, CDR_OPT_TEXT, "CODE", NULL, "of rows that say none"},
    CDR_OPT_POLICY,
    {"skip", 0, CDR_OPT_LIST, "COLUMN", NULL, "do not look at this column; may be repeated"},
    {0},
};

const cdr_cmd cdr_cmd_consent_import = {
    .path = "consent import",
    .group = "Keep less",
    .summary = "record consents from a CSV or NDJSON file",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_OWNER,
    .description = "Columns: subject_key, purpose, state, at, and when there is more to say until, method, channel, jurisdiction, language, recorded_by, text (the words shown, of which the hash is "
                   "kept) or text_sha256. States as in candor consent record; opt_in, opt_out, unsubscribed and their like are understood. Times without a zone are UTC. "
                   "A file is looked through first: with one wrong line nothing of it is stored. Standard input (\"-\") is stored in batches of 100,000 rows as it comes; a wrong line stops it, "
                   "and what was stored stays. The same event is never stored twice, so an import can be repeated. Each batch is one entry of the ledger. "
                   "Check the number of rows that is told against your file.",
    .examples = "  candor consent import consents.csv\n  # a list of addresses of one newsletter\n"
                "  cut -d, -f1 subscribers.csv | sed '1s/.*/subject_key/' | candor consent import - --purpose newsletter --state given --at 2026-05-01\n",
    .json_shape = "  {\"rows\": 1000000, \"added\": 999998, \"known\": 2, \"batches\": 50}\n",
    .run = run,
};
