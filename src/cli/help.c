/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts from the command table, and the verb that prints them. */
#include "cli/help.h"

#include "cli/options.h"
#include "cli/table.h"

#include <string.h>

#define EXAMPLE_WIDTH 80

#define HELP_WIDTH 80
#define OPTIONS_INDENT 30
#define SUMMARY_INDENT 23

static const char exit_codes[] =
    "Exit codes: 0 done; 1 the answer is no; 2 wrong use or bad input; 3 not found;\n"
    "4 locked or not permitted; 5 the machine failed; 6 done but incomplete.\n";

/* In lines of at most ${HELP_WIDTH} columns, from ${column} on, each next one behind ${indent} spaces; line breaks of the text stay. */
static void print_wrapped(FILE *out, const char *text, size_t indent, size_t column)
{
    bool begun = false;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (begun && column + 1 + word > HELP_WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            begun = false;
        }
        if (word > 0) {
            fprintf(out, begun ? " %.*s" : "%.*s", (int)word, text);
            column += word + begun;
            begun = true;
        }
        text += word;
        if (*text == '\n') {
            fprintf(out, text[1] ? "\n%*s" : "\n", (int)indent, "");
            column = indent;
            begun = false;
        }
        text += *text != '\0';
    }
    if (begun)
        fputc('\n', out);
}

/* A line of an example of JSON, broken behind commas. */
static void print_broken(FILE *out, const char *line, size_t len)
{
    size_t indent = strspn(line, " "), width = HELP_WIDTH;
    while (len > width) {
        size_t cut = width;
        while (cut > 0 && !(line[cut - 1] == ',' && line[cut] == ' '))
            cut--;
        if (cut == 0)
            break;
        fprintf(out, "%.*s\n%*s", (int)cut, line, (int)indent + 2, "");
        len -= cut + 1;
        line += cut + 1;
        width = HELP_WIDTH - indent - 2;
    }
    fprintf(out, "%.*s\n", (int)len, line);
}

/* A long line goes on below, as a shell takes it; comments get a mark of their own. Words in quotes stay whole. */
static void print_example(FILE *out, const char *line, size_t len)
{
    bool comment = len > 2 && line[2] == '#';
    size_t start = 0, indent = 0;
    while (len - start > EXAMPLE_WIDTH - indent) {
        size_t cut = 0, option = 0;      /* the last space, and the last one before an option or a pipe */
        char quote = 0;
        for (size_t i = start; i < len && i - start + indent <= EXAMPLE_WIDTH - 2; i++) {
            if (quote ? line[i] == quote : !comment && (line[i] == '"' || line[i] == '\''))
                quote = quote ? 0 : line[i];
            else if (!quote && line[i] == ' ' && i > start + 2)
                cut = i;
            if (cut == i && i > start && (line[i + 1] == '|' || (line[i + 1] == '-' && line[i + 2] == '-')))
                option = i;
        }
        cut = option && !comment ? option : cut;
        if (!cut)
            break;
        fprintf(out, "%.*s%s\n%s", (int)(cut - start), line + start, comment ? "" : " \\", comment ? "  # " : "      ");
        start = cut + 1;
        indent = comment ? 4 : 6;
    }
    fprintf(out, "%.*s\n", (int)(len - start), line + start);
}

static void print_examples(FILE *out, const char *text)
{
    fputs("\nExamples\n", out);
    while (*text) {
        size_t len = strcspn(text, "\n");
        print_example(out, text, len);
        text += len + (text[len] == '\n');
    }
}

static void print_json_shape(FILE *out, const char *text)
{
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        print_broken(out, text, n);
    }
}

static void print_verb(FILE *out, const cdr_cmd *cmd)
{
    if (strlen(cmd->path) > 20)
        fprintf(out, "  %s\n%*s", cmd->path, SUMMARY_INDENT, "");
    else
        fprintf(out, "  %-20s ", cmd->path);
    print_wrapped(out, cmd->summary, SUMMARY_INDENT, SUMMARY_INDENT);
}

static bool group_seen_before(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!(cdr_commands[k]->flags & CDR_CMD_HIDDEN) && !strcmp(cdr_commands[k]->group, cdr_commands[i]->group))
            return true;
    return false;
}

void cdr_help_overview(FILE *out)
{
    fputs("Candor: where customer data lives, who may see it, and what to do when it leaks.\n\n"
          "Usage: candor VERB [NOUN] [OPTIONS] [ARGUMENTS]\n"
          "       candor            what to do next in this workspace\n",
          out);
    for (size_t i = 0; i < cdr_command_count; i++) {
        if ((cdr_commands[i]->flags & CDR_CMD_HIDDEN) || group_seen_before(i))
            continue;
        fprintf(out, "\n%s\n", cdr_commands[i]->group);
        for (size_t k = i; k < cdr_command_count; k++)
            if (!(cdr_commands[k]->flags & CDR_CMD_HIDDEN) && !strcmp(cdr_commands[k]->group, cdr_commands[i]->group))
                print_verb(out, cdr_commands[k]);
    }
    fprintf(out, "\ncandor VERB --help explains a verb, with examples.\n%s", exit_codes);
}

void cdr_help_group(FILE *out, const char *word)
{
    size_t len = strlen(word);
    fprintf(out, "Usage: candor %s NOUN [OPTIONS] [ARGUMENTS]\n\n", word);
    for (size_t i = 0; i < cdr_command_count; i++)
        if (!strncmp(cdr_commands[i]->path, word, len) && cdr_commands[i]->path[len] == ' ')
            print_verb(out, cdr_commands[i]);
}

static void print_options(FILE *out, const cdr_opt *table)
{
    for (const cdr_opt *o = table; o && o->name; o++) {
        char left[64];
        int n = o->letter ? snprintf(left, sizeof left, "-%c, --%s", o->letter, o->name) : snprintf(left, sizeof left, "    --%s", o->name);
        if (o->type != CDR_OPT_FLAG && n > 0 && (size_t)n < sizeof left)
            n += snprintf(left + n, sizeof left - (size_t)n, o->type == CDR_OPT_MAYBE ? "[=%s]" : " %s", o->metavar);
        char help[1000];
        snprintf(help, sizeof help, "%s%s%s%s", o->help, o->fallback ? " (default " : "", o->fallback ? o->fallback : "", o->fallback ? ")" : "");
        if (n > 26)
            fprintf(out, "  %s\n%*s", left, OPTIONS_INDENT, "");
        else
            fprintf(out, "  %-27s ", left);
        print_wrapped(out, help, OPTIONS_INDENT, OPTIONS_INDENT);
    }
}

void cdr_help_command(FILE *out, const cdr_cmd *cmd)
{
    char summary[300];
    size_t len = strlen(cmd->summary);
    snprintf(summary, sizeof summary, "%s%s", cmd->summary, len && cmd->summary[len - 1] == '?' ? "" : ".");
    fprintf(out, "candor %s: ", cmd->path);
    print_wrapped(out, summary, 0, strlen("candor : ") + strlen(cmd->path));
    fprintf(out, "\nUsage: candor %s [OPTIONS]%s%s\n", cmd->path, cmd->args ? " " : "", cmd->args ? cmd->args : "");
    if (cmd->description) {
        fputc('\n', out);
        print_wrapped(out, cmd->description, 0, 0);
    }
    if (cmd->opts && cmd->opts[0].name) {
        fputs("\nOptions\n", out);
        print_options(out, cmd->opts);
    }
    fputs("\nOptions of every verb\n", out);
    print_options(out, cdr_global_options);
    if (cmd->roles) {
        char roles[CDR_ROLES_TEXT];
        cdr_roles_text(cmd->roles, roles);
        char line[CDR_ROLES_TEXT + 60];
        snprintf(line, sizeof line, "For the role %s, once the workspace has users.", roles);
        fputc('\n', out);
        print_wrapped(out, line, 0, 0);
        fputc('\n', out);
    }
    if (cmd->examples)
        print_examples(out, cmd->examples);
    if (cmd->json_shape) {
        fputs("\nWith --json\n", out);
        print_json_shape(out, cmd->json_shape);
    }
    fprintf(out, "\n%s", exit_codes);
}

static json_t *options_json(const cdr_opt *table)
{
    json_t *list = json_array();
    for (const cdr_opt *o = table; list && o && o->name; o++)
        json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:s}", "name", o->name, "value", o->metavar, "default", o->fallback, "help", o->help));
    return list;
}

static json_t *roles_json(unsigned roles)
{
    json_t *list = json_array();
    for (unsigned role = 1; list && role <= CDR_ROLE_ALL; role <<= 1)
        if (roles & role)
            json_array_append_new(list, json_string(cdr_role_name((cdr_role)role)));
    return list;
}

static json_t *command_json(const cdr_cmd *cmd)
{
    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:o}", "command", cmd->path, "group", cmd->group, "summary", cmd->summary, "arguments",
                     cmd->args, "description", cmd->description, "examples", cmd->examples, "json", cmd->json_shape, "options", options_json(cmd->opts), "roles", roles_json(cmd->roles));
}

static cdr_exit run_help(cdr_cli *cli)
{
    int words;
    const cdr_cmd *cmd = cli->argc ? cdr_command_find(cli->argc, (char **)cli->argv, &words) : NULL;
    if (cli->argc && !cmd && !cdr_command_is_noun_group(cli->argv[0]))
        return cdr_cli_usage(cli, "There is no verb \"%.40s\"; candor help lists them.", cli->argv[0]);
    if (cli->json && cmd)
        return cdr_cli_print_json(cli, command_json(cmd), CDR_EXIT_OK);
    if (cli->json) {
        json_t *list = json_array();
        for (size_t i = 0; list && i < cdr_command_count; i++)
            json_array_append_new(list, command_json(cdr_commands[i]));
        return cdr_cli_print_json(cli, json_pack("{s:s, s:o, s:o}", "version", cdr_version(), "options", options_json(cdr_global_options), "commands", list),
                                  CDR_EXIT_OK);
    }
    if (cmd)
        cdr_help_command(stdout, cmd);
    else if (cli->argc)
        cdr_help_group(stdout, cli->argv[0]);
    else
        cdr_help_overview(stdout);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_help = {
    .path = "help",
    .group = "Workspace",
    .summary = "explain a verb, or list them all",
    .args = "[VERB [NOUN]]",
    .max_args = 2,
    .examples = "  # every verb\n  candor help\n  # one verb, with its options and examples\n  candor help ledger verify\n",
    .json_shape = "  {\"version\": \"0.1.0\", \"options\": [...], \"commands\": [{\"command\": \"init\", \"summary\": \"...\", \"options\": [...]}]}\n",
    .run = run_help,
};
