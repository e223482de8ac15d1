/* SPDX-License-Identifier: Apache-2.0 */
/* What was done, without a value: for people on standard error, for programs as JSON. */
#include "base/words.h"
#include "base/text.h"
#include "cli/minimise.h"

#include <string.h>

static const char *const form_names[] = {"never", "redacted", "masked", "generalised", "hashed", "tokenised", "encrypted", "plain", "not_generalised"};
static const char *const format_names[] = {"auto", "csv", "ndjson", "json", "text"};

static const char *done_with(const cdr_filter_column *c)
{
    switch (c->transform.form) {
    case CDR_FORM_NEVER: case CDR_FORM_UNKNOWN: return "dropped";
    case CDR_FORM_REDACTED: return "redacted";
    case CDR_FORM_MASKED: return "masked";
    case CDR_FORM_GENERALISED: return "generalised";
    case CDR_FORM_HASHED: return "hashed";
    case CDR_FORM_TOKENISED: return "tokenised";
    case CDR_FORM_ENCRYPTED: return "encrypted";
    case CDR_FORM_PLAIN: break;
    }
    return c->free_text ? "looked through" : c->watch ? "kept, watched" : "kept";
}

static const char *taken_for(const cdr_filter_seen *c)
{
    const char *title = c->kind != CDR_KIND_NONE ? cdr_kind_get(c->kind)->title : c->category;
    return *title ? title : c->free_text ? "free text" : "-";
}

/* A name that is personal data is not shown. */
static char *name_of(const cdr_filter_seen *c)
{
    return c->why == CDR_FILTER_WHY_NAME ? cdr_strdup("(personal data)") : cdr_cli_shown(!strncmp(c->name, "[].", 3) ? c->name + 3 : c->name);
}

static json_t *column_json(const cdr_filter_seen *c)
{
    char *name = name_of(c);
    json_t *j = name ? json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:I}", "name", name, "taken_for", taken_for(c), "category", *c->category ? c->category : NULL, "why",
                                 cdr_filter_why_words[c->why], "rule", c->rule, "form", cdr_form_name(c->column.transform.form == CDR_FORM_UNKNOWN ? CDR_FORM_NEVER : c->column.transform.form),
                                 "done", done_with(&c->column), "certainty", *c->category ? cdr_band_name(cdr_band_of(c->confidence)) : "none", "values", (json_int_t)c->count) : NULL;
    cdr_free(name);
    return j;
}

static json_t *columns_json(const cdr_filter_plan *plan)
{
    json_t *all = json_array();
    for (size_t i = 0; all && plan && i < plan->seen_count; i++) {
        json_t *one = column_json(plan->seen[i]);
        if (!one || json_array_append_new(all, one)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *forms_json(const uint64_t by_form[9])
{
    json_t *all = json_object();
    for (size_t i = 0; all && i < CDR_COUNT(form_names); i++)
        if (by_form[i] && json_object_set_new(all, form_names[i], json_integer((json_int_t)by_form[i]))) {
            json_decref(all);
            return NULL;
        }
    return all;
}

cdr_status cdr_minimise_note(cdr_minimise_job *job, const char *name, const cdr_filter_plan *plan, const cdr_filter_spec *spec, const cdr_filter_counts *n, cdr_err *err)
{
    uint64_t left_out = plan ? plan->left_out : 0;
    for (size_t i = 0; i < CDR_COUNT(job->by_form); i++)
        job->by_form[i] += n->by_form[i];
    job->records_in += n->rows_in;
    job->records_out += n->rows_out;
    job->bytes_in += n->bytes_in;
    job->bytes_out += n->bytes_out;
    job->left_out += left_out;
    json_t *columns = columns_json(plan);
    _cleanup_free_ char *shown = cdr_cli_shown(name);
    json_t *j = columns && shown ? json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "name", shown, "format", format_names[spec->format], "header", spec->format == CDR_FILTER_CSV && !spec->headless,
                          "records_in", (json_int_t)n->rows_in, "records_out", (json_int_t)n->rows_out, "without_consent", (json_int_t)left_out, "bytes_in", (json_int_t)n->bytes_in, "bytes_out",
                          (json_int_t)n->bytes_out, "forms", forms_json(n->by_form), "columns", columns) : NULL;
    return j && !json_array_append_new(job->inputs, j) ? CDR_OK : cdr_fail_nomem(err, "cli");
}

json_t *cdr_minimise_report(const cdr_minimise_job *job)
{
    return json_pack("{s:s, s:s, s:s*, s:b, s:I, s:I, s:I, s:I, s:o, s:O}", "schema", "candor-minimise-1", "purpose", job->purpose_key, "policy_sha256", job->policy ? job->policy->sha256 : NULL, "dry_run",
                     job->dry, "records_in", (json_int_t)job->records_in, "records_out", (json_int_t)job->records_out, "without_consent", (json_int_t)job->left_out, "not_generalised",
                     (json_int_t)job->by_form[8], "forms", forms_json(job->by_form), "inputs", job->inputs);
}

/* --- for people --- */

static void cell(FILE *f, const char *text, size_t width)
{
    size_t w = cdr_text_width(text), n = strlen(text);
    if (w > width) {
        n = 0;
        for (size_t used = 0; used < width - 1; used++) {
            uint32_t cp;
            n += cdr_utf8_decode(text + n, strlen(text + n), &cp);
        }
        fprintf(f, "%.*s\xe2\x80\xa6", (int)n, text);
        w = width;
    } else {
        fputs(text, f);
    }
    fprintf(f, "%*s", (int)(width - w) + 2, "");
}

static void tell_column(FILE *f, const json_t *c, const size_t widths[4])
{
    static const char *const keys[] = {"name", "taken_for", "why", "done"};
    _cleanup_buf_ cdr_buf n = CDR_BUF(64);
    fputs("  ", f);
    for (size_t i = 0; i < CDR_COUNT(keys); i++)
        cell(f, cdr_json_str(c, keys[i]), widths[i]);
    cdr_words_number(&n, (uint64_t)json_integer_value(json_object_get(c, "values")));
    fprintf(f, "%s\n", n.data ? n.data : "0");
}

static void tell_columns(FILE *f, const json_t *columns)
{
    static const char *const keys[] = {"name", "taken_for", "why", "done"}, *const heads[] = {"column", "taken for", "because of", "done"};
    static const size_t most[] = {22, 20, 16, 14};
    size_t widths[4], i;
    const json_t *c;
    for (size_t k = 0; k < CDR_COUNT(keys); k++)
        widths[k] = strlen(heads[k]);
    json_array_foreach(columns, i, c)
        for (size_t k = 0; k < CDR_COUNT(keys); k++)
            widths[k] = CDR_MIN(most[k], CDR_MAX(widths[k], cdr_text_width(cdr_json_str(c, keys[k]))));
    fputs("  ", f);
    for (size_t k = 0; k < CDR_COUNT(keys); k++)
        cell(f, heads[k], widths[k]);
    fputs("values\n", f);
    json_array_foreach(columns, i, c)
        tell_column(f, c, widths);
}

/* Remarks that went, and how they stay. */
static void tell_remarks(FILE *f, const json_t *columns)
{
    size_t i;
    const json_t *c;
    json_array_foreach(columns, i, c)
        if (!strcmp(cdr_json_str(c, "why"), cdr_filter_why_words[CDR_FILTER_WHY_REMARKS]) && !strcmp(cdr_json_str(c, "done"), "dropped")) {
            fputs("  Remarks go where other personal data may not pass; free_text: redacted in the\n  policy, or \"free text\" in a map, has them looked through instead.\n", f);
            return;
        }
}

static void tell_input(FILE *f, const cdr_minimise_job *job, const json_t *in)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(4096);
    uint64_t rows = (uint64_t)json_integer_value(json_object_get(in, "records_in")), out = (uint64_t)json_integer_value(json_object_get(in, "records_out"));
    bool text = !strcmp(cdr_json_str(in, "format"), "text");
    cdr_buf_addf(&line, "%s: ", cdr_json_str(in, "name"));
    if (text) {
        cdr_words_bytes(&line, (uint64_t)json_integer_value(json_object_get(in, "bytes_in")));
        cdr_buf_adds(&line, " of text");
    } else {
        cdr_words_count(&line, rows, "record", "records");
        cdr_buf_addf(&line, " of %s", cdr_json_str(in, "format"));
        if (out != rows) {
            cdr_buf_adds(&line, ", ");
            cdr_words_number(&line, out);
            cdr_buf_adds(&line, job->dry ? " would be handed on" : " handed on");
        }
    }
    fprintf(f, "%s.\n", line.data ? line.data : "");
    if (!strcmp(cdr_json_str(in, "format"), "csv") && !json_is_true(json_object_get(in, "header")))
        fputs("  The first row is data, not a header (--header yes says otherwise).\n", f);
    if (json_array_size(json_object_get(in, "columns")))
        tell_columns(f, json_object_get(in, "columns"));
    tell_remarks(f, json_object_get(in, "columns"));
}

static void tell_count(FILE *f, uint64_t n, const char *one, const char *many, const char *rest)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(256);
    if (n == 0)
        return;
    cdr_words_count(&line, n, one, many);
    fprintf(f, "%s %s\n", line.data ? line.data : "", rest);
}

static bool text_only(const cdr_minimise_job *job)
{
    size_t i;
    const json_t *in;
    bool all = true;
    json_array_foreach(job->inputs, i, in)
        all = all && !strcmp(cdr_json_str(in, "format"), "text");
    return all;
}

static uint64_t in_text(const cdr_minimise_job *job)
{
    uint64_t n = 0;
    for (size_t i = 0; i < 8; i++)
        n += job->by_form[i];
    return n;
}

void cdr_minimise_tell(const cdr_minimise_job *job)
{
    FILE *f = stderr;
    size_t i;
    const json_t *in;
    if (job->cli->quiet)
        return;
    fprintf(f, "%s purpose %s%s\n", job->opening ? "Opened for" : "For", job->purpose_key, job->dry ? " (dry run: nothing is written)" : "");
    json_array_foreach(job->inputs, i, in)
        tell_input(f, job, in);
    tell_count(f, job->left_out, "record", "records", "left out: no consent.");
    tell_count(f, job->by_form[8], "value", "values", "could not be made coarser and went.");
    if (job->opening)
        tell_count(f, job->by_form[6], "value", "values", "opened.");
    else if (text_only(job))
        tell_count(f, in_text(job), "value", "values", "replaced.");
}
