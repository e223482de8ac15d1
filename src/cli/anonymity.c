/* SPDX-License-Identifier: Apache-2.0 */
/* candor anonymity: how well an extract hides the people in it. */
#include "cli/anonymity.h"

#include "base/arena.h"
#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define HIERARCHY_MAX (64u << 20)
#define NO_COLUMN UINT32_MAX

/* --- the file --- */

static cdr_status feed(void *arg, const char *bytes, size_t len, bool last, cdr_err *err)
{
    return cdr_rows_feed(arg, bytes, len, last, err);
}

cdr_status cdr_anon_read(cdr_cli *cli, const char *path, const cdr_rows_events *ev, void *arg)
{
    bool piped = !strcmp(path, "-");
    const char *delimiter = cdr_opt_text(cli, "delimiter");
    _cleanup_free_ char *shown = cdr_cli_shown(piped ? "standard input" : path);
    _cleanup_close_ int opened = piped ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (!shown)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!piped && opened < 0)
        return cdr_fail_errno(&cli->err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "cli", "cli.open", errno, "%s cannot be opened", shown);
    if (delimiter && strlen(delimiter) != 1)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.delimiter", "--delimiter is one character, such as ';'.");
    _cleanup_(cdr_rows_freep) cdr_rows *rows = cdr_rows_new(delimiter ? CDR_ROWS_CSV : CDR_ROWS_AUTO, delimiter ? *delimiter : 0, shown, ev, arg);
    return rows ? cdr_cli_input_feed(cli, piped ? STDIN_FILENO : opened, shown, feed, rows) : cdr_fail_nomem(&cli->err, "cli");
}

/* --- the question --- */

static cdr_status add_names(cdr_anon *q, const char *list, cdr_anonymity_column *to, size_t max, size_t *count, const char *option)
{
    const char *p = list;
    while (p && *p) {
        size_t n = strcspn(p, ",");
        char *name = cdr_arena_strndup(q->arena, p, n);
        if (!name)
            return cdr_fail_nomem(&q->cli->err, "cli");
        name = cdr_str_trim(name);
        if (*name && *count == max)
            return cdr_fail(&q->cli->err, CDR_E_LIMIT, "cli", "anonymity.columns", "--%s takes at most %zu columns.", option, max);
        if (*name)
            to[(*count)++] = (cdr_anonymity_column){.name = name};
        p += n + (p[n] != '\0');
    }
    return CDR_OK;
}

static cdr_status read_columns(cdr_anon *q)
{
    cdr_status s = add_names(q, cdr_opt_text(q->cli, "quasi"), q->quasi, CDR_ANONYMITY_QUASI_MAX, &q->quasi_count, "quasi");
    if (s == CDR_OK)
        s = add_names(q, cdr_opt_text(q->cli, "sensitive"), q->sensitive, CDR_ANONYMITY_SENSITIVE_MAX, &q->sensitive_count, "sensitive");
    for (size_t i = 0; s == CDR_OK && i < q->quasi_count; i++)
        for (size_t j = 0; s == CDR_OK && j < q->quasi_count + q->sensitive_count; j++) {
            const char *other = j < q->quasi_count ? q->quasi[j].name : q->sensitive[j - q->quasi_count].name;
            if (j != i && !strcmp(q->quasi[i].name, other))
                s = cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.twice", "The column %.60s is named twice; it is either known to others (--quasi) or to be kept from them (--sensitive).", other);
        }
    return s;
}

static cdr_anonymity_column *find_column(cdr_anonymity_column *list, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i].name) == len && !strncmp(list[i].name, name, len))
            return &list[i];
    return NULL;
}

/* "COLUMN=VALUE": the columns of that name, of both lists; ${ret_value} the rest. Names and files may hold a "=", too. */
static cdr_status split(cdr_anon *q, const char *text, const char *option, cdr_anonymity_column *ret[2], const char **ret_value)
{
    for (const char *equals = strchr(text, '='); equals; equals = strchr(equals + 1, '=')) {
        size_t len = (size_t)(equals - text);
        ret[0] = find_column(q->quasi, q->quasi_count, text, len);
        ret[1] = find_column(q->sensitive, q->sensitive_count, text, len);
        *ret_value = equals + 1;
        if (ret[0] || ret[1])
            return CDR_OK;
    }
    return cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.column", "--%s %.80s names no column of --quasi or --sensitive; write COLUMN=… with one of theirs.", option, text);
}

static cdr_status read_hierarchies(cdr_anon *q)
{
    const char *const *list;
    size_t n = cdr_opt_list(q->cli, "hierarchy", &list);
    for (size_t i = 0; i < n; i++) {
        cdr_anonymity_column *columns[2];
        const char *path;
        _cleanup_buf_ cdr_buf text = CDR_BUF(HIERARCHY_MAX);
        if (i >= CDR_COUNT(q->hierarchies))
            return cdr_fail(&q->cli->err, CDR_E_LIMIT, "cli", "anonymity.hierarchies", "There are more hierarchies than columns.");
        cdr_status s = split(q, list[i], "hierarchy", columns, &path);
        if (s == CDR_OK)
            s = cdr_file_read(path, &text, &q->cli->err);
        _cleanup_free_ char *shown = cdr_cli_shown(path);
        if (s == CDR_OK)
            s = cdr_hierarchy_parse(text.data ? text.data : "", text.len, shown ? shown : "", &q->hierarchies[i], &q->cli->err);
        if (s != CDR_OK)
            return s;
        for (size_t c = 0; c < 2; c++)
            if (columns[c])
                columns[c]->hierarchy = q->hierarchies[i];
    }
    return CDR_OK;
}

static cdr_status read_levels(cdr_anon *q)
{
    const char *const *list;
    size_t n = cdr_opt_list(q->cli, "level", &list);
    for (size_t i = 0; i < n; i++) {
        cdr_anonymity_column *columns[2];
        const char *value;
        uint64_t level;
        cdr_status s = split(q, list[i], "level", columns, &value);
        if (s != CDR_OK)
            return s;
        if (!columns[0] || !cdr_parse_u64(value, strlen(value), 0, CDR_HIERARCHY_LEVELS_MAX, &level))
            return cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.level", "--level wants a column of --quasi and a level of its hierarchy: --level age=2.");
        columns[0]->level = (unsigned)level;
    }
    return CDR_OK;
}

static const char *const orders[] = {"equal", "ordered", "hierarchical"};

static cdr_status read_orders(cdr_anon *q)
{
    const char *const *list;
    size_t n = cdr_opt_list(q->cli, "order", &list);
    for (size_t i = 0; i < n; i++) {
        cdr_anonymity_column *columns[2] = {NULL, NULL};
        const char *value = list[i];
        cdr_status s = strchr(value, '=') ? split(q, list[i], "order", columns, &value) : CDR_OK;
        size_t order = 0;
        while (order < CDR_COUNT(orders) && strcmp(value, orders[order]) != 0)
            order++;
        if (s != CDR_OK)
            return s;
        if (order == CDR_COUNT(orders))
            return cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.order", "--order is equal, ordered or hierarchical, for all sensitive columns or as COLUMN=ORDER for one.");
        for (size_t c = 0; c < q->sensitive_count; c++)
            if (!strchr(list[i], '=') || &q->sensitive[c] == columns[1])
                q->sensitive[c].order = (cdr_sensitive_order)order;
    }
    return CDR_OK;
}

/* --- the rows --- */

typedef struct feeding { cdr_anon *q; uint32_t at[CDR_ANONYMITY_QUASI_MAX + CDR_ANONYMITY_SENSITIVE_MAX]; char **met; uint32_t met_count; cdr_anon_sample *sample; bool population; } feeding;   /* sample NULL: none is taken */

static const char *wanted_name(const cdr_anon *q, size_t i)
{
    return i < q->quasi_count ? q->quasi[i].name : q->sensitive[i - q->quasi_count].name;
}

static cdr_status on_column(void *arg, uint32_t column, const char *name, cdr_err *err)
{
    feeding *f = arg;
    if (!(f->met[column] = cdr_arena_strdup(f->q->arena, name)))
        return cdr_fail_nomem(err, "cli");
    f->met_count = column + 1;
    for (size_t i = 0; i < f->q->quasi_count + f->q->sensitive_count; i++)
        if (!strcmp(wanted_name(f->q, i), name))
            f->at[i] = column;
    return f->sample ? cdr_anon_sample_column(f->sample, column, name, err) : CDR_OK;
}

static cdr_status check_columns(const feeding *f, const char *file, cdr_err *err)
{
    for (size_t i = 0; i < f->q->quasi_count + (f->population ? 0 : f->q->sensitive_count); i++)
        if (f->at[i] == NO_COLUMN) {
            const char *nearest = cdr_text_nearest(wanted_name(f->q, i), (const char *const *)f->met, f->met_count);
            return cdr_fail(err, CDR_E_INVAL, "cli", "anonymity.column", "%s has no column %.60s%s%.60s%s. %s", file, wanted_name(f->q, i),
                            nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "", f->population ? "The population needs all quasi-identifiers." : "Without --quasi its columns are listed.");
        }
    return CDR_OK;
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    feeding *f = arg;
    cdr_row_cell mine[CDR_ANONYMITY_QUASI_MAX + CDR_ANONYMITY_SENSITIVE_MAX];
    size_t n = f->q->quasi_count + f->q->sensitive_count;
    cdr_status s = f->sample ? cdr_anon_sample_row(f->sample, line, cells, count, err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; i < n; i++)
        mine[i] = f->at[i] < count ? cells[f->at[i]] : (cdr_row_cell){0};
    return f->population ? cdr_anonymity_population_add(f->q->a, mine, err) : cdr_anonymity_add(f->q->a, mine, err);
}

static const cdr_rows_events events = {on_column, on_row, NULL};

static cdr_status read_population(cdr_anon *q)
{
    const char *path = cdr_opt_text(q->cli, "population");
    feeding f = {.q = q, .population = true};
    for (size_t i = 0; i < CDR_COUNT(f.at); i++)
        f.at[i] = NO_COLUMN;
    if (!path)
        return CDR_OK;
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    f.met = cdr_arena_alloc(q->arena, CDR_ROWS_COLUMNS_MAX * sizeof *f.met);
    if (!f.met || !shown)
        return cdr_fail_nomem(&q->cli->err, "cli");
    cdr_status s = cdr_anon_read(q->cli, path, &events, &f);
    if (s == CDR_OK)
        s = check_columns(&f, shown, &q->cli->err);
    cdr_anonymity_population_get(q->a, &q->population);
    if (s == CDR_OK && !q->population.rows)
        s = cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.empty", "%s holds no rows.", shown);
    q->has_population = s == CDR_OK;
    return s;
}

static cdr_status read_rows(cdr_anon *q)
{
    feeding f = {.q = q};
    uint64_t seed;
    q->cli->ctx.random(q->cli->ctx.rng, &seed, sizeof seed);
    for (size_t i = 0; i < CDR_COUNT(f.at); i++)
        f.at[i] = NO_COLUMN;
    f.met = cdr_arena_alloc(q->arena, CDR_ROWS_COLUMNS_MAX * sizeof *f.met);
    f.sample = cdr_anon_sample_new(q->cli);
    if (!f.met || !f.sample) {
        cdr_anon_sample_free(f.sample);
        return cdr_fail_nomem(&q->cli->err, "cli");
    }
    cdr_status s = cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = q->quasi, .quasi_count = q->quasi_count, .sensitive = q->sensitive, .sensitive_count = q->sensitive_count,
                                                           .threshold = q->threshold, .l = q->l, .memory_max = cdr_opt_uint(q->cli, "memory"), .seed = seed}, &q->a, &q->cli->err);
    if (s == CDR_OK)
        s = cdr_anon_read(q->cli, q->cli->argv[0], &events, &f);
    if (s == CDR_OK)
        s = check_columns(&f, q->file, &q->cli->err);
    if (s == CDR_OK)
        cdr_anonymity_figures_get(q->a, &q->figures);
    if (s == CDR_OK && !q->figures.rows)
        s = cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.empty", "%s holds no rows.", q->file);
    if (s == CDR_OK)
        s = cdr_anon_sample_unjudged(f.sample, q);
    cdr_anon_sample_free(f.sample);
    return s;
}

/* --- figures --- */

/* One bin begins at the threshold, so that small groups are whole bins: the edge that is nearest moves there. */
static void count_sizes(cdr_anon *q)
{
    uint64_t from[CDR_ANON_BINS] = {1, 2, 3, 5, 10, 20, 50, 100};
    size_t nearest = 1;
    for (size_t i = 1; i < CDR_ANON_BINS; i++)
        if (fabs(log((double)from[i] / (double)q->threshold)) < fabs(log((double)from[nearest] / (double)q->threshold)))
            nearest = i;
    if (q->threshold > 1)
        from[nearest] = q->threshold;
    for (size_t i = 0; i < CDR_ANON_BINS; i++) {
        q->bins[i] = (cdr_anon_bin){.from = from[i], .to = i + 1 < CDR_ANON_BINS ? from[i + 1] - 1 : UINT64_MAX};
        cdr_anonymity_sizes(q->a, q->bins[i].from, q->bins[i].to, &q->bins[i].classes, &q->bins[i].rows);
    }
}

static void ask(cdr_anon *q, const char *what, const char *column, double found, bool at_most)
{
    if (!cdr_opt_text(q->cli, what) || q->asked_count >= CDR_COUNT(q->asked))
        return;
    cdr_anon_asked *a = &q->asked[q->asked_count++];
    *a = (cdr_anon_asked){.what = what, .wanted = cdr_opt_real(q->cli, what), .found = found, .at_most = at_most};
    snprintf(a->column, sizeof a->column, "%.60s", column);
    /* Floats that should be equal differ in their last places: exp(ln 3) is less than 3. */
    double slack = 1e-9 * fmax(1, fabs(a->wanted));
    a->holds = at_most ? found <= a->wanted + slack : found >= a->wanted - slack;
    q->holds = q->holds && a->holds;
}

static cdr_status judge(cdr_anon *q)
{
    cdr_status s = CDR_OK;
    q->holds = true;
    count_sizes(q);
    ask(q, "k", "", (double)q->figures.k, false);
    if (q->has_population) {
        ask(q, "k-map", "", (double)q->population.k_map, false);
        ask(q, "presence", "", q->population.presence_max, true);
    }
    ask(q, "average-risk", "", q->figures.average_risk, true);
    for (size_t i = 0; s == CDR_OK && i < q->sensitive_count; i++) {
        const char *name = q->sensitive[i].name;
        cdr_anonymity_attribute *w = &q->attributes[i];
        s = cdr_anonymity_attribute_get(q->a, i, w, &q->cli->err);
        if (s != CDR_OK)
            return s;
        ask(q, "l", name, (double)w->distinct_l, false);
        ask(q, "entropy-l", name, w->entropy_l, false);
        ask(q, "recursive-c", name, w->recursive_c, true);
        ask(q, "t", name, w->t, true);
        ask(q, "alpha", name, w->max_share, true);
        ask(q, "beta", name, w->beta, true);
        ask(q, "delta", name, w->delta, true);
    }
    return s == CDR_OK && !cdr_opt_flag(q->cli, "no-advice") ? cdr_anon_try_changes(q) : s;
}

/* What needs a sensitive column must not pass for want of one. */
static cdr_status check_asked(cdr_anon *q)
{
    static const char *const need[] = {"l", "entropy-l", "recursive-c", "t", "alpha", "beta", "delta", "order"};
    for (size_t i = 0; i < CDR_COUNT(need) && !q->sensitive_count; i++) {
        const char *const *list;
        bool given = strcmp(need[i], "order") ? cdr_opt_text(q->cli, need[i]) != NULL : cdr_opt_list(q->cli, "order", &list) > 0;
        if (given)
            return cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.needs", "--%s speaks of sensitive columns; name them with --sensitive.", need[i]);
    }
    if (!cdr_opt_text(q->cli, "population") && (cdr_opt_text(q->cli, "k-map") || cdr_opt_text(q->cli, "presence")))
        return cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.needs", "--k-map and --presence need the table of all people, --population FILE.");
    return CDR_OK;
}

static cdr_status write_files(cdr_anon *q)
{
    const char *svg = cdr_opt_text(q->cli, "svg"), *html = cdr_opt_text(q->cli, "html");
    cdr_status s = svg ? cdr_anon_write_svg(q, svg) : CDR_OK;
    return s == CDR_OK && html ? cdr_anon_write_page(q, html) : s;
}

static cdr_status work(cdr_anon *q)
{
    cdr_status s = q->threshold ? read_columns(q) : cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.threshold", "--threshold is at least 1.");
    if (s == CDR_OK && !q->quasi_count)
        s = cdr_fail(&q->cli->err, CDR_E_INVAL, "cli", "anonymity.quasi", "--quasi names no column.");
    if (s == CDR_OK)
        s = check_asked(q);
    if (s == CDR_OK)
        s = read_hierarchies(q);
    if (s == CDR_OK)
        s = read_levels(q);
    if (s == CDR_OK)
        s = read_orders(q);
    if (s == CDR_OK)
        s = read_rows(q);
    if (s == CDR_OK)
        s = read_population(q);
    if (s == CDR_OK)
        s = judge(q);
    return s == CDR_OK ? write_files(q) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "quasi"))
        return cdr_anon_propose(cli);
    cdr_anon *q = cdr_alloc(sizeof *q);
    _cleanup_free_ char *shown = cdr_cli_shown(strcmp(cli->argv[0], "-") ? cli->argv[0] : "standard input");
    if (q)
        *q = (cdr_anon){.cli = cli, .file = shown, .arena = cdr_arena_new(64u << 20), .threshold = cdr_opt_uint(cli, "threshold"), .l = (unsigned)CDR_MIN(cdr_opt_uint(cli, "recursive-l"), 1000)};
    cdr_status s = q && shown && q->arena ? work(q) : cdr_fail_nomem(&cli->err, "cli");
    cdr_exit code = CDR_EXIT_OK;
    if (s != CDR_OK)
        code = cdr_cli_fail(cli, s);
    else if (cli->json)
        code = cdr_cli_print_json(cli, cdr_anon_json(q), q->holds ? CDR_EXIT_OK : CDR_EXIT_NO);
    else
        code = cdr_anon_print(q);
    if (q) {
        cdr_anonymity_free(q->a);
        for (size_t i = 0; i < CDR_COUNT(q->hierarchies); i++)
            cdr_hierarchy_free(q->hierarchies[i]);
        cdr_arena_free(q->arena);
    }
    cdr_free(q);
    return code;
}

static const cdr_opt options[] = {
    {"quasi", 'q', CDR_OPT_TEXT, "COL,COL", NULL, "what others may know of a person, such as date of birth, postcode, sex"},
    {"sensitive", 's', CDR_OPT_TEXT, "COL,COL", NULL, "what nobody should learn, such as diagnosis or salary"},
    {"order", 0, CDR_OPT_LIST, "[COL=]ORDER", NULL, "how far sensitive values lie apart, for t: equal, ordered (numbers, dates) or hierarchical; equal when not given"},
    {"hierarchy", 0, CDR_OPT_LIST, "COL=FILE", NULL, "coarser forms of the column's values: lines value;form;coarser form"},
    {"level", 0, CDR_OPT_LIST, "COL=N", NULL, "look at the quasi-identifier in its N-th coarser form"},
    {"threshold", 0, CDR_OPT_UINT, "N", "5", "groups smaller than N are counted as small"},
    {"k", 'k', CDR_OPT_UINT, "N", NULL, "ask that each row is like at least N-1 others"},
    {"l", 'l', CDR_OPT_UINT, "N", NULL, "ask for N different sensitive values in each group"},
    {"entropy-l", 0, CDR_OPT_REAL, "X", NULL, "the same, counted by entropy"},
    {"recursive-c", 0, CDR_OPT_REAL, "X", NULL, "ask for recursive (c, l)-diversity with c above the figure told"},
    {"recursive-l", 0, CDR_OPT_UINT, "N", "2", "the l of recursive diversity"},
    {"t", 't', CDR_OPT_REAL, "X", NULL, "ask that groups differ from all rows by at most X (t-closeness)"},
    {"alpha", 0, CDR_OPT_REAL, "X", NULL, "ask that no sensitive value has more than this share of a group"},
    {"beta", 0, CDR_OPT_REAL, "X", NULL, "ask that no value becomes likelier by more than X times"},
    {"delta", 0, CDR_OPT_REAL, "X", NULL, "ask for delta-disclosure of at most X"},
    {"average-risk", 0, CDR_OPT_REAL, "X", NULL, "ask for an average risk of being recognised of at most X"},
    {"population", 0, CDR_OPT_TEXT, "FILE", NULL, "the table of all people the extract was taken from, with the same quasi-identifiers"},
    {"k-map", 0, CDR_OPT_UINT, "N", NULL, "ask that each row fits at least N people of the population"},
    {"presence", 0, CDR_OPT_REAL, "X", NULL, "ask that nobody's being in the extract is surer than X (delta-presence)"},
    {"delimiter", 0, CDR_OPT_TEXT, "CHAR", NULL, "of the CSV; found out when not given"},
    {"memory", 0, CDR_OPT_SIZE, "SIZE", "1G", "give up rather than take more"},
    {"no-advice", 0, CDR_OPT_FLAG, NULL, NULL, "do not try what leaving out each column would do"},
    {"svg", 0, CDR_OPT_TEXT, "FILE", NULL, "write the picture of the risk"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write a page with picture and figures"},
    {0},
};

const cdr_cmd cdr_cmd_anonymity = {
    .path = "anonymity",
    .group = "Keep less",
    .summary = "how well does an extract hide the people in it? k, l, t and what would help",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .description = "FILE is a CSV with a header or NDJSON; \"-\" is standard input. Rows that are alike in all quasi-identifiers form a group: whoever knows these of a person in the file finds the group, "
                   "and k is the size of the smallest. Without --quasi the columns are looked at and proposals made. Missing and empty are one value of their own. "
                   "Exit code 0 when all that is asked for holds, 1 when not: it can guard a pipeline. "
                   "Other columns that seem to name people, or that others may know, are pointed out. "
                   "The figures judge the columns you name and nothing else. A good k is no certificate: no output says \"anonymous\".",
    .examples = "  # which columns would others know?\n  candor anonymity patients.csv\n"
                "  candor anonymity patients.csv --quasi birth_year,zip,sex --sensitive diagnosis --html risk.html\n"
                "  # a guard: exit code 1 unless all hold\n  candor anonymity patients.csv --quasi zip,sex --sensitive diagnosis --k 5 --l 2 --t 0.2 --quiet\n"
                "  # years of birth in their second coarser form\n  candor anonymity patients.csv --quasi birth_year,sex --hierarchy birth_year=years.csv --level birth_year=2\n",
    .json_shape = "  {\"file\": \"patients.csv\", \"rows\": 30162, \"quasi\": [\"zip\"], \"k\": 1, \"classes\": 3426, \"uniques\": 2080, \"largest\": 554, \"max_risk\": 1.0, \"average_risk\": 0.11,\n"
                  "   \"threshold\": 5, \"rows_below\": 5012, \"share_below\": 0.166, \"discernibility\": 392187826, \"sizes\": [{\"from\": 1, \"to\": 1, \"classes\": 2080, \"rows\": 2080}],\n"
                  "   \"sensitive\": [{\"column\": \"diagnosis\", \"order\": \"equal\", \"values\": 14, \"distinct_l\": 1, \"entropy_l\": 1.0, \"recursive_c\": null, \"recursive_l\": 2, \"t\": 0.99,\n"
                  "   \"max_share\": 1.0, \"beta\": 32.1, \"delta\": null, \"delta_present\": 3.4, \"revealed_rows\": 4100}], \"changes\": [{\"column\": \"zip\", \"form\": null, \"k\": 87, \"classes\": 10, \"uniques\": 0,\n"
                  "   \"rows_below\": 0}], \"asked\": [{\"what\": \"k\", \"column\": null, \"wanted\": 5, \"found\": 1, \"holds\": false}], \"holds\": false, \"population\": null, \"unjudged\": [{\"column\": \"email\", \"role\": \"identifier\", \"why\": \"Email address\"}],\n"
                  "   \"caution\": \"…\"}   null where unbounded\n",
    .run = run,
};
