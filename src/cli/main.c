/* SPDX-License-Identifier: Apache-2.0 */
/* candor: find the verb in the command table, parse its options, open the workspace if it wants one, run it. */
#include "cli/cmd.h"

#include "base/fault.h"
#include "base/io.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/passphrase.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/table.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two who work at once take turns; a command that takes longer is told of. */
#define WRITER_WAIT_MS 10000

/* A signal handler can reach nothing but a file-scope flag: the one the context points to. */
static volatile int stop_requested;

static void on_interrupt(int sig)
{
    (void)sig;
    /* A second Ctrl-C ends the program at once, should the first not get through. */
    if (stop_requested)
        _exit(128 + SIGINT);
    stop_requested = 1;
}

static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_interrupt};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);   /* a limit on the size of files: the write fails instead, and says so */
}

static void look_at_terminal(cdr_cli *cli)
{
    struct winsize size;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool dumb = term && !strcmp(term, "dumb");
    cli->colour = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !dumb;
    cli->progress_bar = isatty(STDERR_FILENO) && !dumb;
    cli->width = 80;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
        cli->width = size.ws_col;
}

static const char *workspace_folder(cdr_cli *cli)
{
    const char *dir = cdr_opt_text(cli, "workspace");
    if (!dir)
        dir = getenv("CANDOR_HOME");
    return dir && *dir ? dir : "candor-workspace";
}

cdr_status cdr_cli_open_workspace(cdr_cli *cli, cdr_workspace_mode mode)
{
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    if (!keyfile)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_secret *passphrase = NULL;
    /* A missing or unreadable key file is for the workspace to explain. */
    if (cdr_keyfile_kind_of(keyfile, &kind, NULL) == CDR_OK && kind == CDR_KEYFILE_PASSPHRASE) {
        cdr_status s = cdr_passphrase_read(cli, false, &passphrase);
        if (s != CDR_OK)
            return s;
    }
    cdr_status s = cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, mode, WRITER_WAIT_MS, passphrase, &cli->ws, &cli->err);
    cdr_secret_free(passphrase);
    return s == CDR_OK ? cdr_cli_check_session(cli) : s;
}

cdr_status cdr_cli_start_writing(cdr_cli *cli)
{
    cdr_status s = cdr_workspace_start_writing(cli->ws, WRITER_WAIT_MS, &cli->err);
    /* Asked again: while somebody typed, her session may have ended. */
    return s == CDR_OK ? cdr_cli_check_session(cli) : s;
}

static cdr_exit run_command(cdr_cli *cli)
{
    const cdr_cmd *cmd = cli->cmd;
    if (cli->argc < cmd->min_args)
        return cdr_cli_usage(cli, "candor %s needs %s; see candor %s --help.", cmd->path, cmd->args ? cmd->args : "arguments", cmd->path);
    if (cmd->max_args >= 0 && cli->argc > cmd->max_args)
        return cdr_cli_usage(cli, "candor %s takes %s%s; \"%.40s\" is too much.", cmd->path, cmd->args ? "only " : "no arguments", cmd->args ? cmd->args : "",
                             cli->argv[cmd->max_args]);
    if (cmd->flags & (CDR_CMD_WORKSPACE | CDR_CMD_READONLY)) {
        cdr_status s = cdr_cli_open_workspace(cli, cmd->flags & CDR_CMD_WORKSPACE ? CDR_WORKSPACE_WRITE : CDR_WORKSPACE_READ);
        if (s != CDR_OK)
            return cdr_cli_fail(cli, s);
    }
    return cmd->run(cli);
}

/* The verb that ${word} was meant to be: "leger" is near "ledger", "verfy" near the noun of "ledger verify". */
static bool nearest_verb(const char *word, char *ret, size_t cap)
{
    size_t best = 3;
    for (size_t i = 0; i < cdr_command_count; i++) {
        const char *path = cdr_commands[i]->path;
        const char *noun = strchr(path, ' ');
        char verb[32];
        snprintf(verb, sizeof verb, "%.*s", (int)strcspn(path, " "), path);
        size_t d = cdr_edit_distance(word, verb, best);
        if (d < best) {
            best = d;
            snprintf(ret, cap, "%s", verb);
        }
        d = noun ? cdr_edit_distance(word, noun + 1, best) : best;
        if (d < best) {
            best = d;
            snprintf(ret, cap, "%s", path);
        }
    }
    return best < 3;
}

/* "candor ledger verfy": the group is right, its noun is not. */
static cdr_exit unknown_noun(cdr_cli *cli, const char *group, const char *word)
{
    const char *near = NULL;
    size_t best = 3, len = strlen(group);
    for (size_t i = 0; i < cdr_command_count; i++) {
        const char *path = cdr_commands[i]->path;
        if (strncmp(path, group, len) != 0 || path[len] != ' ')
            continue;
        size_t d = cdr_edit_distance(word, path + len + 1, best);
        if (d < best) {
            best = d;
            near = path;
        }
    }
    return near ? cdr_cli_usage(cli, "There is no verb \"%s %.40s\"; did you mean candor %s?", group, word, near)
                : cdr_cli_usage(cli, "There is no verb \"%s %.40s\"; candor %s --help lists them.", group, word, group);
}

static cdr_exit unknown_verb(cdr_cli *cli, const char *word)
{
    char near[64];
    return nearest_verb(word, near, sizeof near) ? cdr_cli_usage(cli, "There is no verb \"%.40s\"; did you mean candor %s?", word, near)
                                                 : cdr_cli_usage(cli, "There is no verb \"%.40s\"; candor help lists them.", word);
}

/* The first words name no verb: a group of verbs, a global option, or a slip of the finger. */
static cdr_exit without_verb(cdr_cli *cli, int argc, char **argv)
{
    bool help;
    cdr_status s = cdr_options_parse(cli, argc, argv, &help);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cli->workspace_dir = workspace_folder(cli);
    return cli->argc ? cdr_cli_usage(cli, "The verb comes first: candor %.40s …; candor help lists the verbs.", cli->argv[0]) : cdr_status_next(cli);
}

static cdr_exit without_command(cdr_cli *cli, int argc, char **argv)
{
    cli->json = cdr_options_want_json(argc, argv);
    if (argc == 0)
        return without_verb(cli, argc, argv);
    if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) {
        cdr_help_overview(stdout);
        return CDR_EXIT_OK;
    }
    if (!strcmp(argv[0], "--version")) {
        printf("candor %s\n", cdr_version());
        return CDR_EXIT_OK;
    }
    if (cdr_command_is_noun_group(argv[0])) {
        if (argc > 1 && argv[1][0] != '-')
            return unknown_noun(cli, argv[0], argv[1]);
        bool asked = argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
        cdr_help_group(asked ? stdout : stderr, argv[0]);
        return asked ? CDR_EXIT_OK : CDR_EXIT_USAGE;
    }
    return argv[0][0] == '-' ? without_verb(cli, argc, argv) : unknown_verb(cli, argv[0]);
}

static cdr_exit dispatch(cdr_cli *cli, int argc, char **argv)
{
    int words;
    cli->cmd = cdr_command_find(argc, argv, &words);
    if (!cli->cmd)
        return without_command(cli, argc, argv);
    bool help;
    cdr_status s = cdr_options_parse(cli, argc - words, argv + words, &help);
    if (help) {
        cdr_help_command(stdout, cli->cmd);
        return CDR_EXIT_OK;
    }
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cli->workspace_dir = workspace_folder(cli);
    s = cdr_cli_check_outputs(cli);
    return s == CDR_OK ? run_command(cli) : cdr_cli_fail(cli, s);
}

int main(int argc, char **argv)
{
    cdr_fault_from_env();
    cdr_workspace_harden_process();
    umask(077);
    catch_signals();
    cdr_cli cli = {.workspace_dir = "candor-workspace"};
    cdr_ctx_init(&cli.ctx);
    cli.ctx.cancel = &stop_requested;
    look_at_terminal(&cli);
    cdr_exit code = dispatch(&cli, argc - 1, argv + 1);
    cdr_workspace_close(cli.ws);
    cdr_secret_free(cli.session);
    cdr_options_free(&cli);
    /* A reader that went away (head, less) is no failure of ours; a full disk is. */
    if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
        fprintf(stderr, "candor: The output could not be written: %s.\n", strerror(errno));
        return CDR_EXIT_FAULT;
    }
    return (int)code;
}
