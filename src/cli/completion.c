/* SPDX-License-Identifier: Apache-2.0 */
/* candor completion: shell completion, written from the command table. */
#include "cli/options.h"

#include <string.h>

static void print_option_words(FILE *out, const cdr_opt *table)
{
    for (const cdr_opt *o = table; o && o->name; o++)
        fprintf(out, " --%s", o->name);
}

/* The table keeps the verbs of a group together or apart: "ledger" is offered once. */
static bool verb_seen_before(size_t i)
{
    size_t len = strcspn(cdr_commands[i]->path, " ");
    for (size_t k = 0; k < i; k++)
        if (strcspn(cdr_commands[k]->path, " ") == len && !strncmp(cdr_commands[k]->path, cdr_commands[i]->path, len))
            return true;
    return false;
}

/* "ledger": its nouns, and the options if it is a verb of its own too. */
static void print_bash_group(FILE *out, size_t first)
{
    const char *path = cdr_commands[first]->path;
    size_t len = strcspn(path, " ");
    fprintf(out, "    \"%.*s\") words=\"", (int)len, path);
    for (size_t i = 0; i < cdr_command_count; i++) {
        const char *other = cdr_commands[i]->path;
        if (!strncmp(other, path, len) && other[len] == ' ')
            fprintf(out, " %s", other + len + 1);
        else if (!strncmp(other, path, len) && !other[len])
            print_option_words(out, cdr_commands[i]->opts);
    }
    print_option_words(out, cdr_global_options);
    fputs("\" ;;\n", out);
}

static void print_bash(FILE *out)
{
    fputs("# bash completion for candor\n_candor() {\n  local words cur=${COMP_WORDS[COMP_CWORD]} line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n  case \"$line\" in\n", out);
    for (size_t i = 0; i < cdr_command_count; i++)
        if (!verb_seen_before(i))
            print_bash_group(out, i);
    /* Two words before one: "ledger verify" before "ledger". */
    for (int spaces = 1; spaces >= 0; spaces--)
        for (size_t i = 0; i < cdr_command_count; i++) {
            const char *path = cdr_commands[i]->path;
            if ((strchr(path, ' ') != NULL) != (spaces == 1))
                continue;
            fprintf(out, "    \"%s\"|\"%s \"*) words=\"", path, path);
            print_option_words(out, cdr_commands[i]->opts);
            print_option_words(out, cdr_global_options);
            fputs("\" ;;\n", out);
        }
    fputs("    *) words=\"", out);
    for (size_t i = 0; i < cdr_command_count; i++) {
        const char *path = cdr_commands[i]->path;
        if (!verb_seen_before(i))
            fprintf(out, " %.*s", (int)strcspn(path, " "), path);
    }
    fputs("\" ;;\n  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _candor candor\n", out);
}

static void print_fish(FILE *out)
{
    for (size_t i = 0; i < cdr_command_count; i++) {
        const char *path = cdr_commands[i]->path;
        fprintf(out, "complete -c candor -n '__fish_use_subcommand' -a '%.*s' -d '%s'\n", (int)strcspn(path, " "), path, cdr_commands[i]->summary);
        for (const cdr_opt *o = cdr_commands[i]->opts; o && o->name; o++)
            fprintf(out, "complete -c candor -n '__fish_seen_subcommand_from %.*s' -l %s\n", (int)strcspn(path, " "), path, o->name);
    }
}

static cdr_exit run(cdr_cli *cli)
{
    if (!strcmp(cli->argv[0], "bash"))
        print_bash(stdout);
    else if (!strcmp(cli->argv[0], "fish"))
        print_fish(stdout);
    else
        return cdr_cli_usage(cli, "Completion is written for bash and fish, not for \"%.40s\".", cli->argv[0]);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_completion = {
    .path = "completion",
    .group = "Workspace",
    .summary = "print shell completion for bash or fish",
    .args = "bash|fish",
    .min_args = 1,
    .max_args = 1,
    .examples = "  # complete verbs and options in this shell\n  source <(candor completion bash)\n",
    .run = run,
};
