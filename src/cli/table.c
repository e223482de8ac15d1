/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs, made from commands.def. */
#include "cli/table.h"

#include <string.h>

#define CDR_COMMAND(name) extern const cdr_cmd cdr_cmd_##name;
#include "cli/commands.def"
#undef CDR_COMMAND

const cdr_cmd *const cdr_commands[] = {
#define CDR_COMMAND(name) &cdr_cmd_##name,
#include "cli/commands.def"
#undef CDR_COMMAND
};
const size_t cdr_command_count = CDR_COUNT(cdr_commands);

/* Words of ${path} that equal the first arguments; 0 when they do not all match. */
static int words_matched(const char *path, int argc, char **argv)
{
    int words = 0;
    while (*path) {
        size_t len = strcspn(path, " ");
        if (words >= argc || strlen(argv[words]) != len || strncmp(argv[words], path, len))
            return 0;
        words++;
        path += len + (path[len] == ' ');
    }
    return words;
}

const cdr_cmd *cdr_command_find(int argc, char **argv, int *ret_words)
{
    const cdr_cmd *best = NULL;
    *ret_words = 0;
    for (size_t i = 0; i < cdr_command_count; i++) {
        int words = words_matched(cdr_commands[i]->path, argc, argv);
        if (words > *ret_words) {
            best = cdr_commands[i];
            *ret_words = words;
        }
    }
    return best;
}

bool cdr_command_is_noun_group(const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i < cdr_command_count; i++)
        if (!strncmp(cdr_commands[i]->path, word, len) && cdr_commands[i]->path[len] == ' ')
            return true;
    return false;
}
