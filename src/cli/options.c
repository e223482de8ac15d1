/* SPDX-License-Identifier: Apache-2.0 */
/* Options: declared in tables, parsed and checked here, read by name. */
#include "cli/options.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/vec.h"

#include <assert.h>
#include <string.h>

const cdr_opt cdr_global_options[] = {
    {"json", 0, CDR_OPT_FLAG, NULL, NULL, "print JSON instead of text"},
    {"workspace", 'w', CDR_OPT_TEXT, "DIR", NULL, "workspace folder (default: $CANDOR_HOME, else ./candor-workspace)"},
    {"passphrase-file", 0, CDR_OPT_TEXT, "FILE", NULL, "read the key file's passphrase from FILE (default: ask, or $CANDOR_PASSPHRASE_FILE)"},
    {"quiet", 'q', CDR_OPT_FLAG, NULL, NULL, "no progress, errors only"},
    {"help", 'h', CDR_OPT_FLAG, NULL, NULL, "show this help"},
    {0},
};

typedef struct given {
    const cdr_opt *opt;
    const char *value;
} given;
CDR_VEC(given_list, given)
CDR_VEC(text_list, const char *)

typedef struct parsed {
    given_list given;
    text_list args, list_values;
} parsed;

static const cdr_opt *find_in(const cdr_opt *table, const char *name, size_t len, char letter)
{
    for (const cdr_opt *o = table; o && o->name; o++)
        if (name ? strlen(o->name) == len && !memcmp(o->name, name, len) : o->letter == letter)
            return o;
    return NULL;
}

static const cdr_opt *find_option(const cdr_cmd *cmd, const char *name, size_t len, char letter)
{
    const cdr_opt *o = cmd ? find_in(cmd->opts, name, len, letter) : NULL;
    return o ? o : find_in(cdr_global_options, name, len, letter);
}

static const char *nearest_option(const cdr_cmd *cmd, const char *word)
{
    const char *best = NULL;
    size_t best_distance = 3;
    const cdr_opt *tables[] = {cmd ? cmd->opts : NULL, cdr_global_options};
    for (size_t t = 0; t < CDR_COUNT(tables); t++)
        for (const cdr_opt *o = tables[t]; o && o->name; o++) {
            size_t d = cdr_edit_distance(word, o->name, best_distance);
            if (d < best_distance) {
                best = o->name;
                best_distance = d;
            }
        }
    return best;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *c = choices; *c;) {
        size_t n = strcspn(c, "|");
        if (n == len && !memcmp(c, value, n))
            return true;
        c += n + (c[n] == '|');
    }
    return false;
}

static cdr_status check_value(cdr_cli *cli, const cdr_opt *o, const char *value)
{
    uint64_t u;
    double d;
    switch (o->type) {
    case CDR_OPT_UINT:
        if (!cdr_parse_u64(value, strlen(value), 0, INT64_MAX, &u))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.bad-number", "--%s needs a whole number, not \"%.40s\".", o->name, value);
        break;
    case CDR_OPT_SIZE:
        if (!cdr_parse_size(value, &u))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.bad-size", "--%s needs a size such as 64M or 2G, not \"%.40s\".", o->name, value);
        break;
    case CDR_OPT_REAL:
        if (!cdr_parse_double(value, strlen(value), -1e18, 1e18, &d))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.bad-number", "--%s needs a number, not \"%.40s\".", o->name, value);
        break;
    case CDR_OPT_CHOICE:
    case CDR_OPT_MAYBE:
        if (!is_choice(o->metavar, value))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.bad-choice", "--%s takes one of %s, not \"%.40s\".", o->name, o->metavar, value);
        break;
    case CDR_OPT_FLAG:
    case CDR_OPT_TEXT:
    case CDR_OPT_LIST:
        break;
    }
    return CDR_OK;
}

static cdr_status keep(cdr_cli *cli, const cdr_opt *o, const char *value)
{
    parsed *p = cli->opts;
    cdr_status s = value ? check_value(cli, o, value) : CDR_OK;
    if (s != CDR_OK)
        return s;
    given *g = given_list_push(&p->given);
    if (!g)
        return cdr_fail_nomem(&cli->err, "cli");
    *g = (given){o, value};
    return CDR_OK;
}

static cdr_status parse_long(cdr_cli *cli, const char *arg, int *i, int argc, char **argv)
{
    const char *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
    const cdr_opt *o = find_option(cli->cmd, arg, len, 0);
    if (!o) {
        char word[40];
        snprintf(word, sizeof word, "%.*s", (int)CDR_MIN(len, sizeof word - 1), arg);
        const char *near = nearest_option(cli->cmd, word);
        return near ? cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.unknown-option", "There is no option --%s here; did you mean --%s?", word, near)
                    : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.unknown-option", "There is no option --%s here; --help lists the options.", word);
    }
    if (o->type == CDR_OPT_FLAG)
        return equals ? cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.flag-value", "--%s takes no value.", o->name) : keep(cli, o, NULL);
    if (o->type == CDR_OPT_MAYBE)
        return keep(cli, o, equals ? equals + 1 : o->fallback);
    const char *value = equals ? equals + 1 : *i + 1 < argc ? argv[++*i] : NULL;
    if (!value)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.missing-value", "--%s needs a value: --%s %s.", o->name, o->name, o->metavar);
    return keep(cli, o, value);
}

static cdr_status parse_letters(cdr_cli *cli, const char *letters, int *i, int argc, char **argv)
{
    for (const char *c = letters; *c; c++) {
        const cdr_opt *o = find_option(cli->cmd, NULL, 0, *c);
        if (!o)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.unknown-option", "There is no option -%c here; --help lists the options.", *c);
        if (o->type == CDR_OPT_FLAG) {
            cdr_status s = keep(cli, o, NULL);
            if (s != CDR_OK)
                return s;
            continue;
        }
        const char *value = c[1] ? c + 1 : *i + 1 < argc ? argv[++*i] : NULL;
        if (!value)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.missing-value", "-%c needs a value: -%c %s.", *c, *c, o->metavar);
        return keep(cli, o, value);
    }
    return CDR_OK;
}

static cdr_status keep_argument(cdr_cli *cli, const char *arg)
{
    const char **slot = text_list_push(&((parsed *)cli->opts)->args);
    if (!slot)
        return cdr_fail_nomem(&cli->err, "cli");
    *slot = arg;
    return CDR_OK;
}

bool cdr_options_want_json(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--json"))
            return true;
    return false;
}

/* A list is gathered without a way to fail: what was asked to be left out must not be read because memory ran out. */
static cdr_status make_room_for_lists(cdr_cli *cli, parsed *p)
{
    for (size_t i = 0; i <= p->given.len; i++)
        if (!text_list_push(&p->list_values))
            return cdr_fail_nomem(&cli->err, "cli");
    return CDR_OK;
}

cdr_status cdr_options_parse(cdr_cli *cli, int argc, char **argv, bool *ret_help)
{
    *ret_help = false;
    parsed *p = cli->opts = cdr_alloc(sizeof *p);
    if (!p)
        return cdr_fail_nomem(&cli->err, "cli");
    bool only_arguments = false;
    cdr_status s = CDR_OK;
    for (int i = 0; s == CDR_OK && i < argc; i++) {
        const char *a = argv[i];
        if (only_arguments || a[0] != '-' || !a[1])
            s = keep_argument(cli, a);
        else if (!strcmp(a, "--"))
            only_arguments = true;
        else if (a[1] == '-')
            s = parse_long(cli, a + 2, &i, argc, argv);
        else
            s = parse_letters(cli, a + 1, &i, argc, argv);
    }
    if (s == CDR_OK)
        s = make_room_for_lists(cli, p);
    cli->argc = (int)p->args.len;
    cli->argv = p->args.at;
    /* --json decides how even a wrong option is reported, wherever it stands. */
    cli->json = cdr_opt_flag(cli, "json") || (s != CDR_OK && cdr_options_want_json(argc, argv));
    cli->quiet = cdr_opt_flag(cli, "quiet");
    *ret_help = cdr_opt_flag(cli, "help");
    return s;
}

void cdr_options_free(cdr_cli *cli)
{
    parsed *p = cli->opts;
    if (!p)
        return;
    given_list_done(&p->given);
    text_list_done(&p->args);
    text_list_done(&p->list_values);
    cdr_free(p);
    cli->opts = NULL;
}

/* The last one given wins. */
static const given *last_given(const cdr_cli *cli, const char *name)
{
    const parsed *p = cli->opts;
    for (size_t i = p->given.len; i-- > 0;)
        if (!strcmp(p->given.at[i].opt->name, name))
            return &p->given.at[i];
    return NULL;
}

bool cdr_opt_flag(const cdr_cli *cli, const char *name)
{
    return last_given(cli, name) != NULL;
}

const char *cdr_opt_text(const cdr_cli *cli, const char *name)
{
    const given *g = last_given(cli, name);
    if (g)
        return g->value;
    const cdr_opt *o = find_option(cli->cmd, name, strlen(name), 0);
    assert(o && "the option is in the command's table");
    return o ? o->fallback : NULL;
}

uint64_t cdr_opt_uint(const cdr_cli *cli, const char *name)
{
    const char *text = cdr_opt_text(cli, name);
    const cdr_opt *o = find_option(cli->cmd, name, strlen(name), 0);
    uint64_t v = 0;
    if (!text || !o)
        return 0;
    if (o->type == CDR_OPT_SIZE)
        return cdr_parse_size(text, &v) ? v : 0;
    return cdr_parse_u64(text, strlen(text), 0, INT64_MAX, &v) ? v : 0;
}

double cdr_opt_real(const cdr_cli *cli, const char *name)
{
    const char *text = cdr_opt_text(cli, name);
    double v = 0;
    return text && cdr_parse_double(text, strlen(text), -1e18, 1e18, &v) ? v : 0;
}

size_t cdr_opt_list(const cdr_cli *cli, const char *name, const char *const **ret)
{
    parsed *p = cli->opts;
    size_t n = 0;
    for (size_t i = 0; i < p->given.len; i++)
        if (!strcmp(p->given.at[i].opt->name, name))
            p->list_values.at[n++] = p->given.at[i].value;
    /* NULL-terminated for callees that want that; valid until the next list is read. */
    p->list_values.at[n] = NULL;
    *ret = p->list_values.at;
    return n;
}
