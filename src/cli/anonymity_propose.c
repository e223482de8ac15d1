/* SPDX-License-Identifier: Apache-2.0 */
/* What each column is, by its name and its first rows: without --quasi as a proposal with a command to confirm it, otherwise to tell of columns that
 * were not judged and should have been. */
#include "cli/anonymity.h"

#include "base/arena.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/inventory.h"
#include "detect/column.h"

#include <ctype.h>
#include <string.h>

#define LOOKED_ROWS 2000u
#define COLUMNS_MAX 512u
#define COLUMN_BYTES ((size_t)8 << 20)

typedef cdr_anon_role role;
#define ROLE_NONE CDR_ANON_ROLE_NONE
#define ROLE_QUASI CDR_ANON_ROLE_QUASI
#define ROLE_SENSITIVE CDR_ANON_ROLE_SENSITIVE
#define ROLE_IDENTIFIER CDR_ANON_ROLE_IDENTIFIER
#define ROLE__MAX CDR_ANON_ROLE__MAX
static const char *const role_words[ROLE__MAX] = {"", "may be known to others", "nobody should learn it", "names a person: take it out"};
static const char *const role_keys[ROLE__MAX] = {NULL, "quasi", "sensitive", "identifier"};

typedef struct column { char *name; cdr_buf text; uint32_t starts[LOOKED_ROWS + 1]; uint32_t rows; role role; const char *why; } column;

struct cdr_anon_sample { cdr_cli *cli; cdr_arena *arena; column *columns[COLUMNS_MAX]; uint32_t count, rows; bool has_head; };   /* has_head: names stand in a row of their own */
typedef struct cdr_anon_sample proposal;

/* --- the first rows --- */

static cdr_status on_column(void *arg, uint32_t i, const char *name, cdr_err *err)
{
    proposal *p = arg;
    if (i >= COLUMNS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cli", "anonymity.columns", "More than %u columns are not looked at; name those that matter with --quasi.", COLUMNS_MAX);
    column *c = p->columns[i] = cdr_alloc(sizeof *c);
    if (!c || !(c->name = cdr_arena_strdup(p->arena, name)))
        return cdr_fail_nomem(err, "cli");
    c->text = CDR_BUF(COLUMN_BYTES);
    p->count = i + 1;
    return CDR_OK;
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    proposal *p = arg;
    p->has_head = p->rows ? p->has_head : line > 1;
    for (uint32_t i = 0; i < count; i++) {
        column *c = p->columns[i];
        size_t from = c->text.len;
        c->starts[c->rows++] = (uint32_t)from;
        cdr_buf_add(&c->text, cells[i].s ? cells[i].s : "", CDR_MIN(cells[i].len, 2000u));
        for (char *q = c->text.data ? c->text.data + from : NULL; q && *q; q++)   /* cells are parted by line ends */
            if (*q == '\n')
                *q = ' ';
        if (cdr_buf_addc(&c->text, '\n') != CDR_OK)
            return cdr_buf_status(&c->text) == CDR_E_LIMIT ? CDR_DONE : cdr_fail_nomem(err, "cli");
        c->starts[c->rows] = (uint32_t)c->text.len;
    }
    return ++p->rows < LOOKED_ROWS ? CDR_OK : CDR_DONE;
}

/* --- what a column is --- */

static const struct { role role; const char *why; const char *words[30]; } by_name[] = {
    {ROLE_QUASI, "a trait that others may know",
     {"age", "alter", "sex", "gender", "geschlecht", "birth", "born", "dob", "yob", "zip", "postcode", "plz", "education", "degree", "occupation", "profession", "beruf", "job", "workclass",
      "employer", "race", "ethnicity", "country", "nationality", "city", "marital", "household", "children", "language"}},
    {ROLE_QUASI, "a day that others may know", {"admission", "admitted", "discharge", "discharged", "visit", "visited", "joined", "hired", "death", "married"}},
    {ROLE_SENSITIVE, "what people keep to themselves",
     {"diagnosis", "disease", "condition", "illness", "treatment", "medication", "drug", "income", "salary", "wage", "gehalt", "balance", "debt", "score", "grade", "result", "offence", "religion",
      "party", "symptom"}},
};

static bool has_word(const char *name, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = name; *p; p++)
        if ((p == name || !isalpha((unsigned char)p[-1])) && cdr_ascii_ieq(p, strnlen(p, n), word, n) && !isalpha((unsigned char)p[n]))
            return true;
    return false;
}

static void judge_name(column *c)
{
    for (size_t i = 0; i < CDR_COUNT(by_name); i++)
        for (size_t w = 0; w < CDR_COUNT(by_name[i].words) && by_name[i].words[w]; w++)
            if (has_word(c->name, by_name[i].words[w])) {
                c->role = by_name[i].role;
                c->why = by_name[i].why;
                return;
            }
}

static bool starts(const char *s, const char *prefix)
{
    return !strncmp(s, prefix, strlen(prefix));
}

static role role_of(const cdr_kind_info *k)
{
    if (starts(k->category, "user.contact.address") || k->family == CDR_FAMILY_BIRTH || k->family == CDR_FAMILY_LOCATION || k->family == CDR_FAMILY_ADDRESS || !strcmp(k->id, "special.ethnicity") ||
        !strcmp(k->id, "work.title") || !strcmp(k->id, "org.name") || (starts(k->category, "user.demographic") && k->family == CDR_FAMILY_OTHER))
        return ROLE_QUASI;
    if (k->person_rank || k->family == CDR_FAMILY_NAME || k->family == CDR_FAMILY_CONTACT || k->family == CDR_FAMILY_PAYMENT || k->family == CDR_FAMILY_BANK ||
        k->family == CDR_FAMILY_GOVERNMENT || k->family == CDR_FAMILY_DEVICE || k->family == CDR_FAMILY_SECRET)
        return ROLE_IDENTIFIER;
    return k->family == CDR_FAMILY_HEALTH || k->family == CDR_FAMILY_SPECIAL || !strcmp(k->id, "work.salary") ? ROLE_SENSITIVE : ROLE_NONE;
}

typedef struct counting { cdr_column *column; const column *c; uint32_t cell; uint64_t counted; } counting;

/* Once for each cell. */
static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    counting *n = arg;
    while (n->cell + 1 < n->c->rows && n->c->starts[n->cell + 1] <= f->start)
        n->cell++;
    if (n->counted != n->cell + 1u)
        cdr_column_found(n->column, f->kind, (cdr_band)f->band);
    n->counted = n->cell + 1u;
    return CDR_OK;
}

/* Measures differ from row to row, too, and name nobody. */
static bool is_measure(const column *c)
{
    uint32_t measures = 0;
    for (uint32_t i = 0; i < c->rows; i++) {
        const char *s = c->text.data + c->starts[i];
        size_t len = c->starts[i + 1] - c->starts[i] - 1u;
        double v;
        measures += memchr(s, '.', len) && cdr_parse_double(s, len, -1e300, 1e300, &v);
    }
    return measures * 2 > c->rows;
}

static bool nearly_all_differ(const column *c)
{
    cdr_anonymity *a = NULL;
    cdr_anonymity_figures f = {0};
    cdr_anonymity_column quasi = {.name = c->name};
    cdr_status s = cdr_anonymity_new(&(cdr_anonymity_spec){.quasi = &quasi, .quasi_count = 1}, &a, NULL);
    for (uint32_t i = 0; s == CDR_OK && i < c->rows; i++)
        s = cdr_anonymity_add(a, &(cdr_row_cell){c->text.data + c->starts[i], c->starts[i + 1] - c->starts[i] - 1u}, NULL);
    if (s == CDR_OK)
        cdr_anonymity_figures_get(a, &f);
    cdr_anonymity_free(a);
    return f.rows >= 20 && f.classes * 20 >= f.rows * 19;
}

static cdr_status judge_column(column *c, const cdr_ruleset *rs, cdr_detect_scratch *scratch, cdr_err *err)
{
    cdr_column *k;
    cdr_column_class class;
    cdr_status s = cdr_column_new(rs, c->name, strlen(c->name), &k, err);
    if (s != CDR_OK)
        return s;
    cdr_column_cells(k, c->text.data ? c->text.data : "", c->starts, c->rows);
    counting n = {.column = k, .c = c};
    if (c->rows)
        s = cdr_detect_cells(rs, scratch, c->text.data, c->starts, c->rows, cdr_column_hint(k), on_finding, &n, err);
    cdr_column_judge(k, &class);
    cdr_column_free(k);
    if (s != CDR_OK)
        return s;
    if (class.kind != CDR_KIND_NONE) {
        c->role = role_of(cdr_kind_get(class.kind));
        c->why = cdr_kind_get(class.kind)->title;
    }
    if (c->role == ROLE_NONE)
        judge_name(c);
    if (c->role == ROLE_NONE && c->rows && !is_measure(c) && nearly_all_differ(c)) {
        c->role = ROLE_IDENTIFIER;
        c->why = "different in nearly every row";
    }
    return CDR_OK;
}

/* Without a header the first row would be shown as names. */
static cdr_status check_head(const proposal *p, const cdr_ruleset *rs)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(8u << 20), first = CDR_BUF(8u << 20);
    uint32_t starts[2][COLUMNS_MAX + 1] = {{0}};
    if (!p->has_head)
        return CDR_OK;
    for (uint32_t i = 0; i < p->count; i++) {
        const column *c = p->columns[i];
        cdr_buf_addf(&names, "%s\n", c->name);
        if (c->rows)
            cdr_buf_add(&first, c->text.data, c->starts[1]);
        starts[0][i + 1] = (uint32_t)names.len;
        starts[1][i + 1] = (uint32_t)first.len;
    }
    if (cdr_buf_status(&names) != CDR_OK || cdr_buf_status(&first) != CDR_OK)
        return cdr_fail_nomem(&p->cli->err, "cli");
    if (cdr_row_is_header(rs, names.data, starts[0], p->count, first.data ? first.data : "", starts[1], first.len ? p->count : 0))
        return CDR_OK;
    return cdr_fail(&p->cli->err, CDR_E_INVAL, "cli", "anonymity.header", "The first row looks like data, not like names of columns; put a line with a name for each column on top of the file.");
}

static cdr_status judge_all(proposal *p)
{
    cdr_ruleset *rs = NULL;
    cdr_detect_scratch *scratch = NULL;
    cdr_status s = cdr_ruleset_new(&(cdr_ruleset_options){.names = CDR_NAMES_OFF}, &rs, &p->cli->err);
    if (s == CDR_OK)
        s = cdr_detect_scratch_new(&scratch, &p->cli->err);
    if (s == CDR_OK)
        s = check_head(p, rs);
    for (uint32_t i = 0; s == CDR_OK && i < p->count; i++)
        s = judge_column(p->columns[i], rs, scratch, &p->cli->err);
    cdr_detect_scratch_free(scratch);
    cdr_ruleset_free(rs);
    return s;
}

/* --- the answer --- */

/* What terminals may not show is escaped, and then not to be copied anyway. */
static void quote(const char *s, cdr_buf *out)
{
    _cleanup_buf_ cdr_buf shown = CDR_BUF(1 << 20);
    cdr_text_escape(&shown, s, strlen(s));
    cdr_words_shell(out, shown.data ? shown.data : "");
}

static void list_role(const proposal *p, role r, cdr_buf *out)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(1 << 20);
    for (uint32_t i = 0; i < p->count; i++)
        if (p->columns[i]->role == r)
            cdr_buf_addf(&names, "%s%s", names.len ? "," : "", p->columns[i]->name);
    if (names.len)
        quote(names.data, out);
}

static cdr_exit answer_json(const proposal *p)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (uint32_t i = 0; ok && i < p->count; i++) {
        const column *c = p->columns[i];
        ok = json_array_append_new(list, json_pack("{s:s, s:s?, s:s?}", "column", c->name, "role", role_keys[c->role], "why", c->role ? c->why : NULL)) == 0;
    }
    json_t *j = ok ? json_pack("{s:b, s:O}", "judged", false, "columns", list) : NULL;
    json_decref(list);
    return cdr_cli_print_json(p->cli, j, CDR_EXIT_INCOMPLETE);
}

static cdr_exit answer(const proposal *p)
{
    _cleanup_buf_ cdr_buf quasi = CDR_BUF(1 << 20), sensitive = CDR_BUF(1 << 20), file = CDR_BUF(1 << 20);
    if (p->cli->json)
        return answer_json(p);
    if (p->cli->quiet)
        return CDR_EXIT_INCOMPLETE;
    cdr_text_table *t = cdr_text_table_new(3);
    if (!t)
        return cdr_cli_fail(p->cli, cdr_fail_nomem(&p->cli->err, "cli"));
    static const char *const heads[] = {"COLUMN", "PROPOSED", "BECAUSE"};
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    for (uint32_t i = 0; i < p->count; i++) {
        const column *c = p->columns[i];
        cdr_text_table_cell(t, c->name);
        cdr_text_table_cell(t, c->role ? role_words[c->role] : "no proposal");
        cdr_text_table_cell(t, c->role ? c->why : "");
    }
    cdr_cli_print(p->cli, "Not judged yet: say which columns others may know of a person. Only you can tell.\n\n");
    cdr_status s = cdr_text_table_print(t, p->cli, &p->cli->err);
    cdr_text_table_free(t);
    if (s != CDR_OK)
        return cdr_cli_fail(p->cli, s);
    list_role(p, ROLE_QUASI, &quasi);
    list_role(p, ROLE_SENSITIVE, &sensitive);
    quote(p->cli->argv[0], &file);
    cdr_cli_print(p->cli, "\nConfirm or correct:\n  candor anonymity %s --quasi %s%s%s\n", file.data ? file.data : "FILE", quasi.len ? quasi.data : "COLUMN,COLUMN",
                  sensitive.len ? " --sensitive " : "", sensitive.len ? sensitive.data : "");
    return CDR_EXIT_INCOMPLETE;
}

/* --- for a file that is judged --- */

cdr_anon_sample *cdr_anon_sample_new(cdr_cli *cli)
{
    proposal *p = cdr_alloc(sizeof *p);
    if (!p)
        return NULL;
    p->cli = cli;
    p->arena = cdr_arena_new(64u << 20);
    if (p->arena)
        return p;
    cdr_free(p);
    return NULL;
}

void cdr_anon_sample_free(cdr_anon_sample *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < COLUMNS_MAX; i++) {
        if (p->columns[i])
            cdr_buf_wipe(&p->columns[i]->text);
        cdr_free(p->columns[i]);
    }
    cdr_arena_free(p->arena);
    cdr_free(p);
}

/* Columns behind the last that is looked at are passed over. */
cdr_status cdr_anon_sample_column(cdr_anon_sample *p, uint32_t i, const char *name, cdr_err *err)
{
    return i < COLUMNS_MAX ? on_column(p, i, name, err) : CDR_OK;
}

cdr_status cdr_anon_sample_row(cdr_anon_sample *p, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err)
{
    if (p->rows >= LOOKED_ROWS)
        return CDR_OK;
    cdr_status s = on_row(p, line, cells, CDR_MIN(count, COLUMNS_MAX), err);
    if (s == CDR_DONE)
        p->rows = LOOKED_ROWS;
    return s == CDR_DONE ? CDR_OK : s;
}

static bool is_judged(const cdr_anon *q, const char *name)
{
    for (size_t i = 0; i < q->quasi_count; i++)
        if (!strcmp(q->quasi[i].name, name))
            return true;
    for (size_t i = 0; i < q->sensitive_count; i++)
        if (!strcmp(q->sensitive[i].name, name))
            return true;
    return false;
}

cdr_status cdr_anon_sample_unjudged(cdr_anon_sample *p, cdr_anon *q)
{
    cdr_status s = judge_all(p);
    for (uint32_t i = 0; s == CDR_OK && i < p->count; i++) {
        const column *c = p->columns[i];
        if ((c->role != ROLE_IDENTIFIER && c->role != ROLE_QUASI) || is_judged(q, c->name) || q->unjudged_count >= CDR_COUNT(q->unjudged))
            continue;
        char *name = cdr_arena_strdup(q->arena, c->name);
        if (!name)
            return cdr_fail_nomem(&q->cli->err, "cli");
        q->unjudged[q->unjudged_count++] = (cdr_anon_unjudged){name, c->why, c->role};
    }
    return s;
}

/* --- alone --- */

cdr_exit cdr_anon_propose(cdr_cli *cli)
{
    static const cdr_rows_events events = {on_column, on_row, NULL};
    static const char *const need[] = {"sensitive", "k", "l", "t", "html", "svg"};
    for (size_t i = 0; i < CDR_COUNT(need); i++)
        if (cdr_opt_text(cli, need[i]))
            return cdr_cli_usage(cli, "--%s needs --quasi, the columns that others may know of a person. candor anonymity FILE alone proposes some.", need[i]);
    proposal *p = cdr_anon_sample_new(cli);
    cdr_status s = p ? cdr_anon_read(cli, cli->argv[0], &events, p) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !p->count)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "anonymity.empty", "The file holds no columns.");
    if (s == CDR_OK)
        s = judge_all(p);
    cdr_exit code = s == CDR_OK ? answer(p) : cdr_cli_fail(cli, s);
    cdr_anon_sample_free(p);
    return code;
}
