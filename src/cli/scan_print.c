/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan saw, for people and for programs. */
#include "cli/scan.h"

#include "base/json.h"
#include "base/text.h"
#include "detect/engine.h"
#include "detect/observation.h"

#include <stdlib.h>
#include <string.h>

#define REASONS_MAX 64

typedef struct reason_count { const char *id, *format; uint64_t count; } reason_count;

struct cdr_scan_listing {
    cdr_cli_scan *job;
    uint64_t hits, low, with_findings, secrets;
    uint64_t per_family[CDR_FAMILY__MAX];
    reason_count reasons[REASONS_MAX];
    size_t reason_count;
};

cdr_scan_listing *cdr_scan_listing_new(cdr_cli_scan *job)
{
    cdr_scan_listing *l = cdr_alloc(sizeof *l);
    if (l)
        l->job = job;
    return l;
}

void cdr_scan_listing_free(cdr_scan_listing *l)
{
    cdr_free(l);
}

uint64_t cdr_scan_listing_hits(const cdr_scan_listing *l)
{
    return l->hits;
}

static uint64_t firm(const cdr_kind_seen *k)
{
    return k->by_band[CDR_BAND_MEDIUM] + k->by_band[CDR_BAND_HIGH];
}

static const char *title_of(const cdr_scan_listing *l, const cdr_kind_seen *k)
{
    return k->rule ? cdr_rules_name(cdr_ruleset_rules(l->job->ruleset), k->rule) : cdr_kind_get(k->kind)->title;
}

static void count_object(cdr_scan_listing *l, const cdr_observation *o, uint64_t *ret_firm)
{
    *ret_firm = 0;
    for (size_t f = 0; f < o->field_count; f++)
        for (size_t i = 0; i < o->fields[f].kind_count; i++) {
            const cdr_kind_seen *k = &o->fields[f].kinds[i];
            *ret_firm += firm(k);
            l->low += k->by_band[CDR_BAND_LOW];
            l->per_family[cdr_kind_get(k->kind)->family] += firm(k);
        }
    l->hits += *ret_firm;
    l->with_findings += *ret_firm > 0;
    if (o->coverage != CDR_COVERAGE_SKIPPED)
        return;
    size_t i = 0;
    while (i < l->reason_count && (strcmp(l->reasons[i].id, o->reason_id) != 0 || strcmp(l->reasons[i].format, o->format) != 0))
        i++;
    if (i == l->reason_count && i < REASONS_MAX)
        l->reasons[l->reason_count++] = (reason_count){o->reason_id, o->format, 0};
    if (i < REASONS_MAX)
        l->reasons[i].count++;
}

static void print_kind(const cdr_scan_listing *l, const cdr_field_seen *f, const cdr_kind_seen *k)
{
    char n[32], d[32];
    uint64_t distinct = cdr_sketch_count(&k->values);
    cdr_cli_print(l->job->cli, "    %-34.34s %10s", title_of(l, k), cdr_progress_count(firm(k), n));
    if (distinct && distinct != firm(k))
        cdr_cli_print(l->job->cli, "  (%s%s different)", cdr_sketch_exact(&k->values) ? "" : "about ", cdr_progress_count(distinct, d));
    if (f->name[0]) {
        _cleanup_buf_ cdr_buf name = CDR_BUF(2048);
        (void)cdr_text_escape(&name, f->name, CDR_MIN(strlen(f->name), (size_t)60));
        cdr_cli_print(l->job->cli, "  in %s", name.data ? name.data : "");
    } else if (k->sample_count) {
        cdr_cli_print(l->job->cli, "  first on line %s", cdr_progress_count(k->samples[0].line, d));
    }
    cdr_cli_print(l->job->cli, "\n");
}

static void print_text(cdr_scan_listing *l, const cdr_observation *o, uint64_t hits)
{
    cdr_cli *cli = l->job->cli;
    char n[32], m[32];
    if (!hits && o->coverage != CDR_COVERAGE_PARTIAL)
        return;
    cdr_progress_clear(&l->job->progress);
    cdr_cli_print(cli, "%s  (%s", o->path, o->format);
    if (o->rows && o->field_count && o->fields[0].name[0])
        cdr_cli_print(cli, ", %s rows", cdr_progress_count(o->rows, n));
    const char *about = o->people_max >= CDR_SKETCH_EXACT ? "about " : "";
    if (o->people_max && o->people_min != o->people_max)
        cdr_cli_print(cli, ", %s%s to %s people", about, cdr_progress_count(o->people_min, n), cdr_progress_count(o->people_max, m));
    else if (o->people_max)
        cdr_cli_print(cli, ", %s%s %s", about, cdr_progress_count(o->people_max, m), o->people_max == 1 ? "person" : "people");
    cdr_cli_print(cli, ")\n");
    if (o->coverage == CDR_COVERAGE_PARTIAL)
        cdr_cli_print(cli, "    not read completely: %s\n", o->reason);
    for (size_t f = 0; f < o->field_count; f++)
        for (size_t i = 0; i < o->fields[f].kind_count; i++)
            if (firm(&o->fields[f].kinds[i]))
                print_kind(l, &o->fields[f], &o->fields[f].kinds[i]);
}

static void write_samples(cdr_json_writer *w, const cdr_kind_seen *k)
{
    cdr_jw_key(w, "samples");
    cdr_jw_open(w, '[');
    for (uint32_t i = 0; i < k->sample_count; i++) {
        const cdr_sample *s = &k->samples[i];
        cdr_jw_open(w, '{');
        cdr_jw_key(w, "line");
        cdr_jw_int(w, (int64_t)s->line);
        cdr_jw_key(w, "offset");
        cdr_jw_int(w, (int64_t)s->offset);
        cdr_jw_key(w, "confidence");
        cdr_jw_num(w, (double)(int)(s->confidence * 1000 + 0.5f) / 1000);
        cdr_jw_key(w, "masked");
        cdr_jw_str(w, s->masked);
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
}

static void write_kind(const cdr_scan_listing *l, cdr_json_writer *w, const cdr_kind_seen *k)
{
    const cdr_kind_info *info = cdr_kind_get(k->kind);
    const cdr_rules *rules = cdr_ruleset_rules(l->job->ruleset);
    const struct { const char *key; uint64_t n; } counts[] = {{"high", k->by_band[2]}, {"medium", k->by_band[1]}, {"low", k->by_band[0]},
                                                             {"suppressed", k->suppressed}, {"distinct", cdr_sketch_count(&k->values)}};
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "kind");
    cdr_jw_str(w, k->rule ? cdr_rules_name(rules, k->rule) : info->id);
    cdr_jw_key(w, "type");
    cdr_jw_str(w, k->rule ? cdr_rules_type(rules, k->rule) : info->type);
    cdr_jw_key(w, "category");
    cdr_jw_str(w, k->rule ? cdr_rules_category(rules, k->rule) : info->category);
    for (size_t i = 0; i < CDR_COUNT(counts); i++) {
        cdr_jw_key(w, counts[i].key);
        cdr_jw_int(w, (int64_t)counts[i].n);
    }
    write_samples(w, k);
    cdr_jw_close(w, '}');
}

static void write_field(const cdr_scan_listing *l, cdr_json_writer *w, const cdr_field_seen *f)
{
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "name");
    cdr_jw_str(w, f->name);
    if (f->column_kind != CDR_KIND_NONE) {
        cdr_jw_key(w, "is");
        cdr_jw_str(w, cdr_kind_get(f->column_kind)->id);
        cdr_jw_key(w, "support");
        cdr_jw_num(w, (double)(int)(f->column_support * 1000 + 0.5f) / 1000);
    }
    cdr_jw_key(w, "values");
    cdr_jw_int(w, (int64_t)f->values);
    cdr_jw_key(w, "kinds");
    cdr_jw_open(w, '[');
    for (size_t i = 0; i < f->kind_count; i++)
        write_kind(l, w, &f->kinds[i]);
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
}

static void print_json(const cdr_scan_listing *l, const cdr_observation *o)
{
    static const char *const coverage[] = {"complete", "partial", "skipped"};
    _cleanup_buf_ cdr_buf out = CDR_BUF((size_t)64 * 1024 * 1024);
    cdr_json_writer w;
    const struct { const char *key; uint64_t n; } numbers[] = {{"size", o->size}, {"bytes_read", o->bytes_read}, {"rows", o->rows},
                                                              {"people_min", o->people_min}, {"people_max", o->people_max}};
    cdr_jw_begin(&w, &out);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "path");
    cdr_jw_str(&w, o->path);
    if (o->people_max >= CDR_SKETCH_EXACT) {
        cdr_jw_key(&w, "approximate");
        cdr_jw_bool(&w, true);
    }
    cdr_jw_key(&w, "format");
    cdr_jw_str(&w, o->format);
    cdr_jw_key(&w, "coverage");
    cdr_jw_str(&w, coverage[o->coverage]);
    if (o->coverage != CDR_COVERAGE_COMPLETE) {
        cdr_jw_key(&w, "reason");
        cdr_jw_str(&w, o->reason_id);
        cdr_jw_key(&w, "sentence");
        cdr_jw_str(&w, o->reason);
    }
    for (size_t i = 0; i < CDR_COUNT(numbers); i++) {
        cdr_jw_key(&w, numbers[i].key);
        cdr_jw_int(&w, (int64_t)numbers[i].n);
    }
    cdr_jw_key(&w, "fields");
    cdr_jw_open(&w, '[');
    for (size_t f = 0; f < o->field_count; f++)
        if (o->fields[f].kind_count || o->fields[f].name[0])
            write_field(l, &w, &o->fields[f]);
    cdr_jw_close(&w, ']');
    cdr_jw_close(&w, '}');
    if (cdr_buf_status(&out) == CDR_OK)
        cdr_cli_print(l->job->cli, "%s\n", out.data);
}

void cdr_scan_listing_object(void *listing, const cdr_observation *o)
{
    cdr_scan_listing *l = listing;
    uint64_t hits;
    count_object(l, o, &hits);
    if (l->job->cli->json)
        print_json(l, o);
    else if (!l->job->cli->quiet)
        print_text(l, o, hits);
}

static void print_json_totals(const cdr_scan_listing *l, const cdr_scan_totals *t)
{
    json_t *j = json_pack("{s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}}", "totals", "objects", (json_int_t)t->objects, "complete", (json_int_t)t->complete,
                          "partial", (json_int_t)t->partial, "skipped", (json_int_t)t->skipped, "unchanged", (json_int_t)t->unchanged, "bytes", (json_int_t)t->bytes_read,
                          "findings", (json_int_t)t->findings, "suppressed", (json_int_t)t->suppressed, "own_folders", (json_int_t)t->own_folders, "elapsed_us", (json_int_t)t->elapsed_us, "interrupted", (int)t->interrupted);
    if (j) {
        json_dumpf(j, stdout, JSON_COMPACT);
        cdr_cli_print(l->job->cli, "\n");
    }
    json_decref(j);
}

static int by_count(const void *pa, const void *pb)
{
    const reason_count *a = pa, *b = pb;
    return (a->count < b->count) - (a->count > b->count);
}

static void print_skipped(cdr_scan_listing *l, const cdr_scan_totals *t)
{
    char n[32];
    cdr_cli_print(l->job->cli, "Not read: %s (", cdr_progress_count(t->skipped, n));
    qsort(l->reasons, l->reason_count, sizeof l->reasons[0], by_count);
    for (size_t i = 0; i < CDR_MIN(l->reason_count, (size_t)8); i++)
        cdr_cli_print(l->job->cli, "%s%s %s", i ? ", " : "", cdr_progress_count(l->reasons[i].count, n),
                      !strcmp(l->reasons[i].id, "format.not-supported") ? l->reasons[i].format : l->reasons[i].id);
    cdr_cli_print(l->job->cli, "%s); --json tells each with its reason.\n", l->reason_count > 8 ? ", …" : "");
}

void cdr_scan_listing_totals(cdr_scan_listing *l, const cdr_scan_totals *t)
{
    cdr_cli *cli = l->job->cli;
    char a[32], b[32], c[24], d[24];
    if (cli->json) {
        print_json_totals(l, t);
        return;
    }
    if (cli->quiet)
        return;
    if (l->with_findings)
        cdr_cli_print(cli, "\n");
    cdr_cli_print(cli, "%s objects, %s in %s: %s hold personal data or secrets", cdr_progress_count(t->objects, a), cdr_progress_size(t->bytes_read, c),
                  cdr_progress_time(t->elapsed_us, d), cdr_progress_count(l->with_findings, b));
    cdr_cli_print(cli, ", %s findings", cdr_progress_count(l->hits, a));
    if (l->low)
        cdr_cli_print(cli, " (and %s too weak to show)", cdr_progress_count(l->low, b));
    cdr_cli_print(cli, ".\n");
    if (t->unchanged)
        cdr_cli_print(cli, "Unchanged since the last scan: %s.\n", cdr_progress_count(t->unchanged, a));
    cdr_cli_print(cli, "Set aside by suppressions: %s.\n", cdr_progress_count(t->suppressed, a));
    if (t->own_folders)
        cdr_cli_print(cli, "Left out: the files of %s %s that Candor wrote (workspace, reports).\n", cdr_progress_count(t->own_folders, a), t->own_folders == 1 ? "folder" : "folders");
    if (t->partial)
        cdr_cli_print(cli, "Read only in part: %s.\n", cdr_progress_count(t->partial, a));
    if (t->skipped)
        print_skipped(l, t);
    if (t->interrupted)
        cdr_cli_print(cli, "Interrupted; what was finished is shown above.\n");
}
