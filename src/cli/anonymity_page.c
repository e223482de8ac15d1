/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of the risk, and the page around it. */
#include "cli/anonymity.h"

#include "base/io.h"
#include "base/time.h"
#include "base/words.h"
#include "core/report/paper.h"
#include "template/svg.h"
#include "template/template.h"

#include <math.h>
#include <string.h>

#define PAGE_MAX (4u << 20)

static void risk_of(const cdr_anon_bin *b, char out[32])
{
    if (b->from == b->to)
        snprintf(out, 32, "risk %.3g %%", 100.0 / (double)b->from);
    else
        snprintf(out, 32, "risk up to %.2g %%", 100.0 / (double)b->from);
}

static cdr_status columns_svg(const cdr_anon *q, bool alone, cdr_buf *out, cdr_err *err)
{
    char names[CDR_ANON_BINS][32], risks[CDR_ANON_BINS][32], shares[CDR_ANON_BINS][32];
    cdr_svg_column columns[CDR_ANON_BINS];
    _cleanup_buf_ cdr_buf title = CDR_BUF(1000), text = CDR_BUF(4000), mark = CDR_BUF(1000);
    const cdr_anonymity_figures *f = &q->figures;
    cdr_anon_headline(q, &title);
    cdr_buf_adds(&text, "Share of the rows by the size of their group:");
    for (size_t i = 0; i < CDR_ANON_BINS; i++) {
        _cleanup_buf_ cdr_buf share = CDR_BUF(32);
        cdr_anon_bin_name(&q->bins[i], names[i]);
        risk_of(&q->bins[i], risks[i]);
        cdr_words_percent(&share, q->bins[i].rows, f->rows);
        snprintf(shares[i], sizeof shares[i], "%s", share.data ? share.data : "");
        columns[i] = (cdr_svg_column){.name = names[i], .note = risks[i], .text = shares[i], .value = (double)q->bins[i].rows, .flagged = q->bins[i].to < q->threshold};
        cdr_buf_addf(&text, "%s %s %s", i ? ";" : "", names[i], shares[i]);
    }
    cdr_buf_adds(&text, ".");
    cdr_buf_addf(&mark, "In groups below %llu: ", (unsigned long long)q->threshold);
    cdr_words_percent(&mark, f->rows_below, f->rows);
    cdr_buf_adds(&mark, " of the rows");
    return cdr_svg_columns_write(out, &(cdr_svg_columns){.id = "sizes", .title = title.data ? title.data : "", .description = text.data ? text.data : "", .flag_text = mark.data ? mark.data : "",
                                                         .columns = columns, .count = CDR_ANON_BINS, .standalone = alone}, err);
}

cdr_status cdr_anon_svg(const cdr_anon *q, cdr_buf *out, cdr_err *err)
{
    return columns_svg(q, true, out, err);
}

cdr_status cdr_anon_write_svg(cdr_anon *q, const char *path)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(PAGE_MAX);
    cdr_status s = columns_svg(q, true, &out, &q->cli->err);
    return s == CDR_OK ? cdr_file_write(path, out.data, out.len, 0600, &q->cli->err) : s;
}

/* --- the page --- */

static json_t *number(uint64_t n)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64);
    cdr_words_number(&text, n);
    return json_string(text.data ? text.data : "");
}

static json_t *percent(uint64_t part, uint64_t whole)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64);
    cdr_words_percent(&text, part, whole);
    return json_string(text.data ? text.data : "");
}

static json_t *figure(double v)
{
    char text[32];
    snprintf(text, sizeof text, "%.4g", v);
    return json_string(isinf(v) ? "no bound" : text);
}

static json_t *share(double v)
{
    char text[32];
    snprintf(text, sizeof text, "%.3g %%", 100 * v);
    return json_string(text);
}

/* Appends; false when out of memory or ${item} is NULL. */
static bool push(json_t *list, json_t *item)
{
    return list && json_array_append_new(list, item) == 0;
}

static bool add_stats(const cdr_anon *q, json_t *page)
{
    const cdr_anonymity_figures *f = &q->figures;
    json_t *list = json_array();
    bool ok = push(list, json_pack("{s:o, s:s}", "value", number(f->k), "label", "k: rows in the smallest group")) &&
              push(list, json_pack("{s:o, s:s}", "value", number(f->uniques), "label", "unique rows")) &&
              push(list, json_pack("{s:o, s:s}", "value", number(f->classes), "label", "groups of rows that are alike")) &&
              push(list, json_pack("{s:o, s:s}", "value", share(f->average_risk), "label", "risk of being recognised, on average")) &&
              push(list, json_pack("{s:o, s:s}", "value", percent(f->rows_below, f->rows), "label", "of the rows in small groups"));
    return json_object_set_new(page, "stats", list) == 0 && ok;
}

static bool add_sizes(const cdr_anon *q, json_t *page)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < CDR_ANON_BINS; i++) {
        char name[32], risk[32];
        cdr_anon_bin_name(&q->bins[i], name);
        risk_of(&q->bins[i], risk);
        ok = push(list, json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", name, "risk", risk, "groups", number(q->bins[i].classes), "rows", number(q->bins[i].rows), "share",
                                  percent(q->bins[i].rows, q->figures.rows)));
    }
    return json_object_set_new(page, "sizes", list) == 0 && ok;
}

static bool add_sensitive(const cdr_anon *q, json_t *page)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < q->sensitive_count; i++) {
        const cdr_anonymity_attribute *w = &q->attributes[i];
        _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
        cdr_anon_learn(q, i, &text);
        ok = push(list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", q->sensitive[i].name, "learn", text.data ? text.data : "", "values", number(w->values), "l",
                                  number(w->distinct_l), "entropy", figure(w->entropy_l), "recursive", figure(w->recursive_c), "t", figure(w->t), "alpha", figure(w->max_share), "beta",
                                  figure(w->beta), "delta", figure(w->delta)));
    }
    return json_object_set_new(page, "sensitive", list) == 0 && json_object_set_new(page, "has_sensitive", json_boolean(q->sensitive_count > 0)) == 0 && ok;
}

static bool add_changes(const cdr_anon *q, json_t *page)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < q->change_count; i++) {
        const cdr_anon_change *c = &q->changes[i];
        ok = push(list, json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", q->quasi[c->column].name, "form", *c->form ? c->form : "left out", "k", number(c->figures.k), "uniques",
                                  number(c->figures.uniques), "below", percent(c->figures.rows_below, c->figures.rows)));
    }
    return json_object_set_new(page, "changes", list) == 0 && json_object_set_new(page, "has_changes", json_boolean(q->change_count > 0)) == 0 && ok;
}

static bool add_asked(const cdr_anon *q, json_t *page)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < q->asked_count; i++) {
        const cdr_anon_asked *a = &q->asked[i];
        char what[128];
        snprintf(what, sizeof what, "%s%s%s %s %.10g", a->what, *a->column ? " of " : "", a->column, a->at_most ? "at most" : "at least", a->wanted);
        ok = push(list, json_pack("{s:s, s:o, s:s, s:s}", "what", what, "found", figure(a->found), "word", a->holds ? "holds" : "does not hold", "cls", a->holds ? "ok" : "bad"));
    }
    return json_object_set_new(page, "asked", list) == 0 && json_object_set_new(page, "has_asked", json_boolean(q->asked_count > 0)) == 0 && ok;
}

static bool add_unjudged(const cdr_anon *q, json_t *page)
{
    static const cdr_anon_role roles[] = {CDR_ANON_ROLE_IDENTIFIER, CDR_ANON_ROLE_QUASI};
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < CDR_COUNT(roles); i++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 20);
        cdr_anon_unjudged_words(q, roles[i], &text);
        ok = !text.len || push(list, json_string(text.data));
    }
    _cleanup_buf_ cdr_buf population = CDR_BUF(1000);
    if (q->has_population)
        cdr_anon_population_words(q, &population);
    ok = ok && json_object_set_new(page, "population", json_string(population.data ? population.data : "")) == 0;
    return json_object_set_new(page, "unjudged", list) == 0 && ok;
}

static void known_columns(const cdr_anon *q, cdr_buf *out)
{
    for (size_t i = 0; i < q->quasi_count; i++)
        cdr_buf_addf(out, "%s%s", i ? ", " : "", q->quasi[i].name);
}

static cdr_status build_page(const cdr_anon *q, json_t **ret, cdr_err *err)
{
    char style[64], when[64];
    _cleanup_buf_ cdr_buf headline = CDR_BUF(1000), known = CDR_BUF(1 << 16), svg = CDR_BUF(PAGE_MAX), threshold = CDR_BUF(64), rows = CDR_BUF(64);
    cdr_status s = cdr_paper_style(style, err);
    if (s == CDR_OK)
        s = columns_svg(q, false, &svg, err);
    if (s != CDR_OK)
        return s;
    cdr_anon_headline(q, &headline);
    known_columns(q, &known);
    cdr_words_number(&threshold, q->threshold);
    cdr_words_number(&rows, q->figures.rows);
    cdr_time_format_long(cdr_now_us(&q->cli->ctx), when);
    *ret = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "style_hash", style, "page_title", "How well the extract hides people", "file", q->file, "when", when, "headline",
                     headline.data ? headline.data : "", "known", known.data ? known.data : "", "svg", svg.data ? svg.data : "", "caution", cdr_anon_caution, "threshold",
                     threshold.data ? threshold.data : "", "rows", rows.data ? rows.data : "");
    bool ok = *ret && add_stats(q, *ret) && add_sizes(q, *ret) && add_sensitive(q, *ret) && add_changes(q, *ret) && add_asked(q, *ret) && add_unjudged(q, *ret);
    return ok ? CDR_OK : cdr_fail_nomem(err, "cli");
}

cdr_status cdr_anon_write_page(cdr_anon *q, const char *path)
{
    cdr_template_source source;
    _cleanup_json_ json_t *data = NULL;
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    _cleanup_buf_ cdr_buf out = CDR_BUF(PAGE_MAX);
    cdr_err *err = &q->cli->err;
    if (!cdr_page_find(NULL, "anonymity.html", &source))
        return cdr_fail(err, CDR_E_CORRUPT, "cli", "anonymity.page", "This build lacks its template anonymity.html; build it again.");
    cdr_status s = build_page(q, &data, err);
    if (s == CDR_OK)
        s = cdr_template_new(&source, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, &t, err);
    if (s == CDR_OK)
        s = cdr_template_render_buf(t, data, &out, err);
    return s == CDR_OK ? cdr_file_write(path, out.data, out.len, 0600, err) : s;
}
