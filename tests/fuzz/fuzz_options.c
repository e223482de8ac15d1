/* SPDX-License-Identifier: Apache-2.0 */
/* room: base. Words of the command line, split at NUL bytes, against a table with every type of option. */
#include "cli/options.c"

#include <stdlib.h>

static const cdr_opt table[] = {
    {"limit", 'n', CDR_OPT_UINT, "N", "50", ""},        {"share", 0, CDR_OPT_REAL, "X", NULL, ""}, {"size", 's', CDR_OPT_SIZE, "SIZE", "64M", ""},
    {"format", 'f', CDR_OPT_CHOICE, "text|json", "text", ""}, {"skip", 'x', CDR_OPT_LIST, "GLOB", NULL, ""}, {"full", 'F', CDR_OPT_FLAG, NULL, NULL, ""},
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, ""},       {0},
};
static const cdr_cmd command = {.path = "fuzz", .opts = table, .max_args = -1};

#define WORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[WORDS + 1] = {0}, *text = cdr_alloc(size + 1);
    int argc = 0;
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    for (size_t at = 0; at < size && argc < WORDS; at += strlen(text + at) + 1)
        words[argc++] = text + at;
    cdr_cli cli = {.cmd = &command};
    bool help;
    const char *const *list;
    if (cdr_options_parse(&cli, argc, words, &help) == CDR_OK) {
        size_t n = cdr_opt_list(&cli, "skip", &list);
        if (cli.argc > argc || n > (size_t)argc || !cdr_opt_text(&cli, "format"))
            abort();
        (void)cdr_opt_uint(&cli, "limit");
        (void)cdr_opt_uint(&cli, "size");
        (void)cdr_opt_real(&cli, "share");
    } else if (!cli.err.text[0])
        abort();
    cdr_options_free(&cli);
    cdr_free(text);
    return 0;
}
