/* SPDX-License-Identifier: Apache-2.0 */
/* candor manual: the manual page in man(7) form, written from the command table. */
#include "base/text.h"
#include "cli/options.h"

#include <string.h>

/* Backslashes, leading dots and hyphens mean something to roff, and it reads ASCII only. */
static void roff(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if ((unsigned char)*text >= 0x80) {
            uint32_t cp;
            text += cdr_utf8_decode(text, strlen(text), &cp) - 1;
            fprintf(out, "\\[u%04X]", (unsigned)cp);
        } else
            fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void roff_options(FILE *out, const cdr_opt *table)
{
    for (const cdr_opt *o = table; o && o->name; o++) {
        fputs(".TP\n\\fB\\-\\-", out);
        roff(out, o->name);
        fputs("\\fR", out);
        if (o->type != CDR_OPT_FLAG) {
            fputs(" \\fI", out);
            roff(out, o->metavar);
            fputs("\\fR", out);
        }
        fputc('\n', out);
        roff(out, o->help);
        if (o->fallback) {
            fputs(" (default ", out);
            roff(out, o->fallback);
            fputs(")", out);
        }
        fputc('\n', out);
    }
}

static void roff_command(FILE *out, const cdr_cmd *cmd)
{
    fputs(".SS candor ", out);
    roff(out, cmd->path);
    fprintf(out, " %s\n", cmd->args ? cmd->args : "");
    roff(out, cmd->summary);
    fputs(".\n", out);
    if (cmd->description) {
        fputs(".PP\n", out);
        roff(out, cmd->description);
        fputc('\n', out);
    }
    roff_options(out, cmd->opts);
    if (cmd->examples) {
        fputs(".PP\nExamples:\n.nf\n", out);
        roff(out, cmd->examples);
        fputs("\n.fi\n", out);
    }
}

static cdr_exit run(cdr_cli *cli)
{
    (void)cli;
    printf(".TH CANDOR 1 \"\" \"candor %s\" \"User Commands\"\n.SH NAME\ncandor \\- customer\\-data privacy and breach response\n", cdr_version());
    fputs(".SH SYNOPSIS\n.B candor\nVERB [NOUN] [OPTIONS] [ARGUMENTS]\n.SH OPTIONS OF EVERY VERB\n", stdout);
    roff_options(stdout, cdr_global_options);
    fputs(".SH VERBS\n", stdout);
    for (size_t i = 0; i < cdr_command_count; i++)
        if (!(cdr_commands[i]->flags & CDR_CMD_HIDDEN))
            roff_command(stdout, cdr_commands[i]);
    fputs(".SH EXIT STATUS\n0 done; 1 the answer is no; 2 wrong use or bad input; 3 not found; 4 locked or not permitted; 5 the machine failed; 6 done but "
          "incomplete.\n.SH ENVIRONMENT\n.TP\nCANDOR_HOME\nWorkspace folder.\n.TP\nCANDOR_PASSPHRASE_FILE\nFile with the passphrase of the key "
          "file.\n.TP\nNO_COLOR\nNo colour on the terminal.\n",
          stdout);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_manual = {
    .path = "manual",
    .group = "Workspace",
    .summary = "print the manual page",
    .examples = "  # read it\n  candor manual | man -l -\n",
    .run = run,
};
