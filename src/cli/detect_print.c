/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as lines of text, as one JSON document, or counted. */
#include "cli/detect.h"

#include "base/text.h"

#include <string.h>

/* Line and column of where the reader is, counted once for every byte. */
typedef struct place { uint64_t line, column; size_t at; } place;

static void advance(place *p, const char *text, size_t to)
{
    size_t newlines = 0, from = p->at, last = from;
    for (size_t i = from; i < to; i++)
        newlines += text[i] == '\n';
    if (newlines) {
        last = (size_t)((const char *)memrchr(text + from, '\n', to - from) - text) + 1;
        p->line += newlines;
        p->column = 1;
    }
    for (size_t i = last; i < to; i++)
        p->column += ((unsigned char)text[i] & 0xC0) != 0x80;
    p->at = to;
}

typedef struct printer {
    const cdr_detect_job *job;
    const char *name;
    place place;
    uint64_t base;             /* of the window the place counts in */
    uint64_t total;
    cdr_buf line;
} printer;

static void move_to(printer *p, const char *window, uint64_t base, size_t to)
{
    p->place.at = (size_t)(p->place.at + p->base - base);
    p->base = base;
    advance(&p->place, window, to);
}

static void add_text_line(printer *p, const cdr_finding *f, const char *masked, const char *why)
{
    static const char *const colours[] = {"\033[2m", "\033[33m", "\033[31m"};
    bool colour = p->job->cli->colour;
    cdr_text_escape(&p->line, p->name, strlen(p->name));
    cdr_buf_addf(&p->line, ":%llu:%llu: %s%s%s  %s  %.2f  ", (unsigned long long)p->place.line, (unsigned long long)p->place.column, colour ? colours[f->band] : "",
                 cdr_detect_type(p->job, f), colour ? "\033[0m" : "", cdr_band_name((cdr_band)f->band), (double)f->confidence);
    cdr_text_escape(&p->line, masked, strlen(masked));
    cdr_buf_addf(&p->line, "  (%s)\n", cdr_detect_kind_name(p->job, f));
    if (why)
        cdr_buf_addf(&p->line, "    %s\n", why);
}

static void add_json(printer *p, uint64_t base, const cdr_finding *f, const char *masked, const char *why)
{
    cdr_json_writer w;
    cdr_buf_adds(&p->line, p->total > 1 ? ",\n" : "{\"findings\": [\n");
    cdr_jw_begin(&w, &p->line);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "file");
    cdr_jw_str(&w, p->name);
    const struct { const char *key; uint64_t value; } numbers[] = {{"line", p->place.line}, {"column", p->place.column}, {"start", base + f->start}, {"end", base + f->end}};
    for (size_t i = 0; i < CDR_COUNT(numbers); i++) {
        cdr_jw_key(&w, numbers[i].key);
        cdr_jw_int(&w, (int64_t)numbers[i].value);
    }
    const struct { const char *key, *value; } texts[] = {{"kind", cdr_detect_kind_name(p->job, f)}, {"type", cdr_detect_type(p->job, f)}, {"category", cdr_detect_category(p->job, f)},
                                                         {"band", cdr_band_name((cdr_band)f->band)}, {"masked", masked}, {"why", why}};
    for (size_t i = 0; i < CDR_COUNT(texts) - (why == NULL); i++) {
        cdr_jw_key(&w, texts[i].key);
        cdr_jw_str(&w, texts[i].value);
    }
    cdr_jw_key(&w, "confidence");
    cdr_jw_num(&w, (double)(int)(f->confidence * 100 + 0.5f) / 100);
    cdr_jw_close(&w, '}');
}

static cdr_status flush(printer *p, cdr_err *err)
{
    cdr_status s = cdr_buf_status(&p->line);
    if (s == CDR_OK && fwrite(p->line.data ? p->line.data : "", 1, p->line.len, stdout) != p->line.len)
        s = cdr_detect_output_failed(err);
    cdr_buf_clear(&p->line);
    return s == CDR_E_NOMEM || s == CDR_E_LIMIT ? cdr_fail_nomem(err, "cli") : s;
}

static cdr_status print_one(void *arg, const char *window, size_t len, uint64_t base, const cdr_finding *f, cdr_err *err)
{
    printer *p = arg;
    (void)len;
    char masked[160], why[512];
    p->total++;
    move_to(p, window, base, (size_t)f->start);
    cdr_mask_value(f->kind, window + f->start, (size_t)(f->end - f->start), masked, sizeof masked);
    cdr_status s = p->job->explain ? cdr_finding_explain(p->job->ruleset, f, why, sizeof why, err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    if (p->job->cli->json)
        add_json(p, base, f, masked, p->job->explain ? why : NULL);
    else
        add_text_line(p, f, masked, p->job->explain ? why : NULL);
    return flush(p, err);
}

static cdr_status pass_window(void *arg, const char *window, size_t len, uint64_t base, size_t to, cdr_err *err)
{
    (void)len;
    (void)err;
    move_to(arg, window, base, to);
    return CDR_OK;
}

static cdr_status print_file(void *arg, int fd, const char *name, cdr_err *err)
{
    printer *p = arg;
    p->name = name;
    p->place = (place){1, 1, 0};
    p->base = 0;
    cdr_detect_sink sink = {print_one, pass_window, p};
    return cdr_detect_read(p->job, fd, name, &sink, err);
}

/* Of nothing but a failure there is one error object; failures beside findings are listed. */
static void print_end(const printer *p, const json_t *errors)
{
    if (p->total == 0 && json_array_size(errors) > 0) {
        fputs("{\"error\": ", stdout);
        json_dumpf(json_array_get(errors, 0), stdout, JSON_COMPACT);
        fputs("}\n", stdout);
        return;
    }
    printf("%s], \"total\": %llu", p->total ? "\n" : "{\"findings\": [", (unsigned long long)p->total);
    if (json_array_size(errors) > 0) {
        fputs(", \"errors\": ", stdout);
        json_dumpf(errors, stdout, JSON_COMPACT);
    }
    fputs("}\n", stdout);
}

cdr_exit cdr_detect_print(const cdr_detect_job *asked)
{
    cdr_detect_job copy = *asked, *job = &copy;
    _cleanup_json_ json_t *errors = job->cli->json ? json_array() : NULL;
    job->errors = errors;
    printer p = {.job = job, .line = CDR_BUF(64u << 10)};
    cdr_exit code = cdr_detect_each_file(job, print_file, &p);
    if (job->cli->json)
        print_end(&p, errors);
    else if (job->cli->colour && !job->cli->quiet)
        fprintf(stderr, p.total == 1 ? "1 finding.\n" : "%llu findings.\n", (unsigned long long)p.total);
    cdr_buf_done(&p.line);
    return code;
}

/* --- counts --- */

#define COUNTED_MAX 1024   /* kinds, and rules of the user */

typedef struct counter {
    const cdr_detect_job *job;
    uint64_t by_kind[COUNTED_MAX];
    uint64_t by_rule[COUNTED_MAX];
} counter;

static cdr_status count_one(void *arg, const char *window, size_t len, uint64_t base, const cdr_finding *f, cdr_err *err)
{
    (void)window;
    (void)len;
    (void)base;
    (void)err;
    counter *c = arg;
    if (f->rule && f->rule < COUNTED_MAX)
        c->by_rule[f->rule]++;
    else
        c->by_kind[f->kind < COUNTED_MAX ? f->kind : 0]++;
    return CDR_OK;
}

static cdr_status count_file(void *arg, int fd, const char *name, cdr_err *err)
{
    counter *c = arg;
    cdr_detect_sink sink = {count_one, NULL, c};
    return cdr_detect_read(c->job, fd, name, &sink, err);
}

static json_t *totals(const counter *c, uint64_t *ret_total)
{
    json_t *types = json_object();
    for (size_t i = 0; types && i < 2u * COUNTED_MAX; i++) {
        bool rule = i >= COUNTED_MAX;
        size_t k = rule ? i - COUNTED_MAX : i;
        uint64_t n = rule ? c->by_rule[k] : c->by_kind[k];
        if (n == 0)
            continue;
        cdr_finding f = {.kind = rule ? cdr_kind_by_id("user") : (cdr_kind)k, .rule = (uint16_t)(rule ? k : 0)};
        const char *type = cdr_detect_type(c->job, &f);
        json_int_t before = json_integer_value(json_object_get(types, type));
        json_object_set_new(types, type, json_integer(before + (json_int_t)n));
        *ret_total += n;
    }
    return types;
}

static cdr_exit print_json_totals(cdr_cli *cli, uint64_t total, json_t *types, json_t *errors, cdr_exit code)
{
    if (total > 0 || json_array_size(errors) == 0)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:o, s:O*}", "total", (json_int_t)total, "types", types, "errors", json_array_size(errors) ? errors : NULL), code);
    json_decref(types);
    return cdr_cli_print_json(cli, json_pack("{s:O}", "error", json_array_get(errors, 0)), code);
}

cdr_exit cdr_detect_print_counts(const cdr_detect_job *asked)
{
    cdr_detect_job copy = *asked, *job = &copy;
    _cleanup_json_ json_t *errors = job->cli->json ? json_array() : NULL;
    job->errors = errors;
    counter *c = cdr_alloc(sizeof *c);
    if (!c) {
        cdr_fail_nomem(&job->cli->err, "cli");
        return cdr_cli_fail(job->cli, CDR_E_NOMEM);
    }
    c->job = job;
    cdr_exit code = cdr_detect_each_file(job, count_file, c);
    uint64_t total = 0;
    json_t *types = totals(c, &total);
    cdr_free(c);
    if (job->cli->json)
        return print_json_totals(job->cli, total, types, errors, code);
    const char *type;
    json_t *n;
    json_object_foreach(types, type, n)
        printf("%10lld  %s\n", (long long)json_integer_value(n), type);
    printf("%10llu  in all\n", (unsigned long long)total);
    json_decref(types);
    return code;
}
