/* SPDX-License-Identifier: Apache-2.0 */
/* The figures in words, as a page for the terminal and as JSON. */
#include "cli/anonymity.h"

#include "base/text.h"
#include "base/words.h"
#include "cli/inventory.h"

#include <math.h>
#include <string.h>

const char cdr_anon_caution[] = "Say pseudonymous unless singling out, linkability and inference are all answered. These figures judge the columns named, within this file, and no other knowledge.";

/* --- sentences --- */

void cdr_anon_headline(const cdr_anon *q, cdr_buf *out)
{
    const cdr_anonymity_figures *f = &q->figures;
    if (!f->uniques) {
        cdr_buf_adds(out, "No row stands alone: k = ");
        cdr_words_number(out, f->k);
        cdr_buf_addf(out, ", so each row is like at least ");
        cdr_words_count(out, f->k - 1, "other", "others");
        cdr_buf_adds(out, " in these columns.");
        return;
    }
    double each = (double)f->rows / (double)f->uniques;
    if (f->uniques == f->rows)
        cdr_buf_adds(out, "Every row");
    else if (each < 1.1)
        cdr_buf_adds(out, "Nearly every row");
    else if (each < 1.6)
        cdr_buf_adds(out, "Most rows");
    else if (f->uniques == 1)
        cdr_buf_adds(out, "One row");
    else {
        cdr_buf_adds(out, "One row in ");
        cdr_words_number(out, (uint64_t)llround(each));
    }
    cdr_buf_adds(out, " can be singled out: k = 1, ");
    cdr_words_number(out, f->uniques);
    cdr_buf_adds(out, " of ");
    cdr_words_number(out, f->rows);
    cdr_buf_adds(out, f->uniques == 1 ? " rows is unique." : " rows are unique.");
}

void cdr_anon_learn(const cdr_anon *q, size_t sensitive, cdr_buf *out)
{
    const cdr_anonymity_attribute *w = &q->attributes[sensitive];
    const char *name = q->sensitive[sensitive].name;
    if (w->revealed_rows) {
        cdr_words_percent(out, w->revealed_rows, q->figures.rows);
        cdr_buf_addf(out, " of the rows are in groups in which all have the same %.60s: whoever finds the group knows it.", name);
    } else {
        cdr_buf_addf(out, "Each group has at least %llu different values of %.60s; the most frequent one has up to ", (unsigned long long)w->distinct_l, name);
        cdr_buf_addf(out, "%.0f %% of a group.", 100 * w->max_share);
    }
}

void cdr_anon_population_words(const cdr_anon *q, cdr_buf *out)
{
    const cdr_anonymity_population *p = &q->population;
    cdr_buf_adds(out, "Among ");
    cdr_words_number(out, p->rows);
    cdr_buf_adds(out, " people of the population each row fits at least ");
    cdr_words_number(out, p->k_map);
    cdr_buf_addf(out, " (k-map). That somebody of them is in the extract is sure by %.3g to %.3g %% (delta-presence).", 100 * p->presence_min, 100 * p->presence_max);
    if (p->missing_rows) {
        cdr_buf_adds(out, " ");
        cdr_words_count(out, p->missing_rows, "row does", "rows do");
        cdr_buf_adds(out, " not come from this population, or not all of it is there.");
    }
}

void cdr_anon_unjudged_words(const cdr_anon *q, cdr_anon_role role, cdr_buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < q->unjudged_count; i++) {
        if (q->unjudged[i].role != role)
            continue;
        if (!n++)
            cdr_buf_adds(out, role == CDR_ANON_ROLE_IDENTIFIER ? "Not judged, and they seem to name people: " : "Not judged, though others may know them: ");
        else
            cdr_buf_adds(out, ", ");
        cdr_text_escape(out, q->unjudged[i].column, strlen(q->unjudged[i].column));
        if (strcmp(q->unjudged[i].why, q->unjudged[i].column) != 0)
            cdr_buf_addf(out, " (%s)", q->unjudged[i].why);
    }
    if (n)
        cdr_buf_adds(out, role == CDR_ANON_ROLE_IDENTIFIER ? ". Take them out before the file leaves the house: with them the figures mean nothing." : ". Add them to --quasi, or leave them out of the file.");
}

void cdr_anon_bin_name(const cdr_anon_bin *b, char out[32])
{
    if (b->from == b->to)
        snprintf(out, 32, b->from == 1 ? "unique" : "%llu", (unsigned long long)b->from);
    else if (b->to == UINT64_MAX)
        snprintf(out, 32, "%llu or more", (unsigned long long)b->from);
    else
        snprintf(out, 32, "%llu to %llu", (unsigned long long)b->from, (unsigned long long)b->to);
}

/* --- the terminal --- */

static void number(cdr_text_table *t, uint64_t n)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64);
    cdr_words_number(&text, n);
    cdr_text_table_cell(t, text.data);
}

static void percent(cdr_text_table *t, uint64_t part, uint64_t whole)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64);
    cdr_words_percent(&text, part, whole);
    cdr_text_table_cell(t, text.data);
}

static cdr_status finish(cdr_anon *q, cdr_text_table *t)
{
    cdr_status s = cdr_text_table_print(t, q->cli, &q->cli->err);
    cdr_text_table_free(t);
    return s;
}

static void print_groups(cdr_anon *q)
{
    const cdr_anonymity_figures *f = &q->figures;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    cdr_words_count(&text, f->classes, "group", "groups");
    cdr_buf_adds(&text, " of rows that are alike; the smallest has ");
    cdr_words_number(&text, f->k);
    cdr_buf_adds(&text, ", the largest ");
    cdr_words_number(&text, f->largest);
    cdr_buf_adds(&text, ".\nIn groups smaller than ");
    cdr_words_number(&text, q->threshold);
    cdr_buf_adds(&text, ": ");
    cdr_words_count(&text, f->rows_below, "row", "rows");
    cdr_buf_adds(&text, " (");
    cdr_words_percent(&text, f->rows_below, f->rows);
    cdr_buf_addf(&text, ").\nRisk of being recognised: at most %.4g %%, on average %.4g %%.", 100 * f->max_risk, 100 * f->average_risk);
    cdr_cli_print(q->cli, "%s\n\n", text.data ? text.data : "");
}

static cdr_status print_sizes(cdr_anon *q)
{
    cdr_text_table *t = cdr_text_table_new(5);
    if (!t)
        return cdr_fail_nomem(&q->cli->err, "cli");
    static const char *const heads[] = {"GROUP OF", "GROUPS", "ROWS", "SHARE", ""};
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    for (size_t i = 0; i < CDR_ANON_BINS; i++) {
        const cdr_anon_bin *b = &q->bins[i];
        char name[32], bar[32] = "";
        if (!b->rows)
            continue;
        size_t n = (size_t)ceil(25.0 * (double)b->rows / (double)q->figures.rows);
        memset(bar, '#', CDR_MIN(n, 25));
        cdr_anon_bin_name(b, name);
        cdr_text_table_cell(t, name);
        number(t, b->classes);
        number(t, b->rows);
        percent(t, b->rows, q->figures.rows);
        cdr_text_table_cell(t, bar);
    }
    return finish(q, t);
}

static void figure(cdr_text_table *t, double v)
{
    if (isinf(v))
        cdr_text_table_cell(t, "no bound");
    else
        cdr_text_table_cellf(t, "%.6g", v);
}

static cdr_status print_sensitive(cdr_anon *q)
{
    cdr_text_table *t = cdr_text_table_new(9);
    char recursive[32];
    if (!t)
        return cdr_fail_nomem(&q->cli->err, "cli");
    snprintf(recursive, sizeof recursive, "c (l=%u)", q->l);
    const char *const heads[] = {"SENSITIVE", "VALUES", "L", "ENTROPY L", recursive, "T", "ALPHA", "BETA", "DELTA"};
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    for (size_t i = 0; i < q->sensitive_count; i++) {
        const cdr_anonymity_attribute *w = &q->attributes[i];
        cdr_text_table_cell(t, q->sensitive[i].name);
        number(t, w->values);
        number(t, w->distinct_l);
        figure(t, w->entropy_l);
        figure(t, w->recursive_c);
        figure(t, w->t);
        figure(t, w->max_share);
        figure(t, w->beta);
        figure(t, w->delta);
    }
    cdr_cli_print(q->cli, "\n");
    cdr_status s = finish(q, t);
    for (size_t i = 0; s == CDR_OK && i < q->sensitive_count; i++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
        cdr_anon_learn(q, i, &text);
        cdr_cli_print(q->cli, "%s\n", text.data ? text.data : "");
    }
    return s;
}

static cdr_status print_changes(cdr_anon *q)
{
    cdr_text_table *t = cdr_text_table_new(5);
    if (!t)
        return cdr_fail_nomem(&q->cli->err, "cli");
    static const char *const heads[] = {"WHAT WOULD HELP", "", "K", "UNIQUE", "IN SMALL GROUPS"};
    for (size_t i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    for (size_t i = 0; i < q->change_count; i++) {
        const cdr_anon_change *c = &q->changes[i];
        cdr_text_table_cell(t, q->quasi[c->column].name);
        cdr_text_table_cell(t, *c->form ? c->form : "left out");
        number(t, c->figures.k);
        number(t, c->figures.uniques);
        percent(t, c->figures.rows_below, c->figures.rows);
    }
    cdr_cli_print(q->cli, "\n");
    return finish(q, t);
}

static void print_unjudged(cdr_anon *q)
{
    static const cdr_anon_role roles[] = {CDR_ANON_ROLE_IDENTIFIER, CDR_ANON_ROLE_QUASI};
    for (size_t i = 0; i < CDR_COUNT(roles); i++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 20);
        cdr_anon_unjudged_words(q, roles[i], &text);
        if (text.len)
            cdr_cli_print(q->cli, "%s\n\n", text.data);
    }
}

static void print_asked(cdr_anon *q)
{
    for (size_t i = 0; i < q->asked_count; i++) {
        const cdr_anon_asked *a = &q->asked[i];
        cdr_cli_print(q->cli, "%s: %s%s%s at %s %.10g was asked for, ", a->holds ? "Holds" : "Does not hold", a->what, *a->column ? " of " : "", a->column, a->at_most ? "most" : "least", a->wanted);
        cdr_cli_print(q->cli, isinf(a->found) ? "it has no bound.\n" : "it is %.10g.\n", a->found);
    }
    if (q->asked_count)
        cdr_cli_print(q->cli, "\n");
}

cdr_exit cdr_anon_print(cdr_anon *q)
{
    cdr_exit code = q->holds ? CDR_EXIT_OK : CDR_EXIT_NO;
    _cleanup_buf_ cdr_buf headline = CDR_BUF(1000);
    if (q->cli->quiet)
        return code;
    cdr_anon_headline(q, &headline);
    cdr_cli_print(q->cli, "%s\n\n", headline.data ? headline.data : "");
    print_unjudged(q);
    print_asked(q);
    print_groups(q);
    if (q->has_population) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
        cdr_anon_population_words(q, &text);
        cdr_cli_print(q->cli, "%s\n\n", text.data ? text.data : "");
    }
    cdr_status s = print_sizes(q);
    if (s == CDR_OK && q->sensitive_count)
        s = print_sensitive(q);
    if (s == CDR_OK && q->change_count)
        s = print_changes(q);
    if (s != CDR_OK)
        return cdr_cli_fail(q->cli, s);
    cdr_cli_print(q->cli, "\n%s\n", cdr_anon_caution);
    return code;
}

/* --- JSON --- */

static json_t *real(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *count_of(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *sensitive_json(const cdr_anon *q, size_t i)
{
    static const char *const orders[] = {"equal", "ordered", "hierarchical"};
    const cdr_anonymity_attribute *w = &q->attributes[i];
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "column", q->sensitive[i].name, "order", orders[q->sensitive[i].order], "values",
                     count_of(w->values), "distinct_l", count_of(w->distinct_l), "entropy_l", real(w->entropy_l), "recursive_c", real(w->recursive_c), "recursive_l", (int)q->l, "t",
                     real(w->t), "max_share", real(w->max_share), "beta", real(w->beta), "delta", real(w->delta), "delta_present", real(w->delta_present), "revealed_rows",
                     count_of(w->revealed_rows));
}

static json_t *lists_json(const cdr_anon *q)
{
    json_t *quasi = json_array(), *sizes = json_array(), *sensitive = json_array(), *changes = json_array(), *asked = json_array(), *unjudged = json_array();
    bool ok = quasi && sizes && sensitive && changes && asked && unjudged;
    for (size_t i = 0; ok && i < q->quasi_count; i++)
        ok = json_array_append_new(quasi, json_string(q->quasi[i].name)) == 0;
    for (size_t i = 0; ok && i < CDR_ANON_BINS; i++) {
        const cdr_anon_bin *b = &q->bins[i];
        ok = json_array_append_new(sizes, json_pack("{s:o, s:o, s:o, s:o}", "from", count_of(b->from), "to", b->to == UINT64_MAX ? json_null() : count_of(b->to), "classes", count_of(b->classes),
                                                    "rows", count_of(b->rows))) == 0;
    }
    for (size_t i = 0; ok && i < q->sensitive_count; i++)
        ok = json_array_append_new(sensitive, sensitive_json(q, i)) == 0;
    for (size_t i = 0; ok && i < q->change_count; i++) {
        const cdr_anon_change *c = &q->changes[i];
        ok = json_array_append_new(changes, json_pack("{s:s, s:s?, s:o, s:o, s:o, s:o}", "column", q->quasi[c->column].name, "form", *c->form ? c->form : NULL, "k", count_of(c->figures.k),
                                                      "classes", count_of(c->figures.classes), "uniques", count_of(c->figures.uniques), "rows_below", count_of(c->figures.rows_below))) == 0;
    }
    for (size_t i = 0; ok && i < q->asked_count; i++) {
        const cdr_anon_asked *a = &q->asked[i];
        ok = json_array_append_new(asked, json_pack("{s:s, s:s?, s:s, s:o, s:o, s:b}", "what", a->what, "column", *a->column ? a->column : NULL, "bound", a->at_most ? "at most" : "at least",
                                                    "wanted", real(a->wanted), "found", real(a->found), "holds", a->holds)) == 0;
    }
    for (size_t i = 0; ok && i < q->unjudged_count; i++)
        ok = json_array_append_new(unjudged, json_pack("{s:s, s:s, s:s}", "column", q->unjudged[i].column, "role", q->unjudged[i].role == CDR_ANON_ROLE_IDENTIFIER ? "identifier" : "quasi", "why",
                                                       q->unjudged[i].why)) == 0;
    json_t *all = ok ? json_pack("{s:O, s:O, s:O, s:O, s:O, s:O}", "unjudged", unjudged, "quasi", quasi, "sizes", sizes, "sensitive", sensitive, "changes", changes, "asked", asked) : NULL;
    json_t *parts[] = {quasi, sizes, sensitive, changes, asked, unjudged};
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        json_decref(parts[i]);
    return all;
}

static json_t *population_json(const cdr_anon *q)
{
    const cdr_anonymity_population *p = &q->population;
    return q->has_population ? json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "rows", count_of(p->rows), "k_map", count_of(p->k_map), "unique_rows", count_of(p->unique_rows), "presence_min",
                                         real(p->presence_min), "presence_max", real(p->presence_max), "missing_rows", count_of(p->missing_rows)) : json_null();
}

json_t *cdr_anon_json(const cdr_anon *q)
{
    const cdr_anonymity_figures *f = &q->figures;
    _cleanup_buf_ cdr_buf headline = CDR_BUF(1000);
    cdr_anon_headline(q, &headline);
    json_t *j = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "file", q->file, "headline", headline.data ? headline.data : "", "rows", count_of(f->rows),
                          "k", count_of(f->k), "classes", count_of(f->classes), "uniques", count_of(f->uniques), "largest", count_of(f->largest), "max_risk", real(f->max_risk), "average_risk",
                          real(f->average_risk), "threshold", count_of(q->threshold), "rows_below", count_of(f->rows_below), "share_below",
                          real(f->rows ? (double)f->rows_below / (double)f->rows : 0), "discernibility", real(f->discernibility), "holds", q->holds, "caution", cdr_anon_caution);
    json_t *lists = lists_json(q);
    if (!j || !lists || json_object_update(j, lists) || json_object_set_new(j, "population", population_json(q))) {
        json_decref(j);
        j = NULL;
    }
    json_decref(lists);
    return j;
}
