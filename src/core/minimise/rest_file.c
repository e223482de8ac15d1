/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a plan on a file of records or text: read once (twice where dates of a whole column decide), written beside it, put in its place. */
#include "core/minimise/facts.h"
#include "core/minimise/rest.h"

#include "base/io.h"
#include "base/text.h"
#include "core/minimise/filter.h"
#include "core/minimise/record_date.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TRIGGERS_MAX 8u                      /* columns the filter hands out */

typedef struct trigger {                     /* a step that purges rows */
    size_t step, cell;
    int64_t cutoff;
    cdr_record_column dates;
    bool seen;
} trigger;

typedef struct column { size_t step; const char *name; cdr_filter_column what; bool seen; } column;

typedef struct job {
    const cdr_execution *e;
    const cdr_rest_file *f;
    cdr_step_effect *effects;
    cdr_err *err;
    const char *format;
    column *columns; size_t column_count;
    trigger *triggers; size_t trigger_count;
    const char *cells[TRIGGERS_MAX]; size_t cell_count;
    cdr_filter_column text;                  /* redaction of all columns or all text */
    bool redacts_all, headless;
    bool learning;                           /* the first of two passes: dates only */
    cdr_filter_counts counts;
    /* the stream */
    off_t at;
    cdr_digest *digest;
    cdr_rest_new *to;                        /* NULL: nothing is written */
    char carry[4]; size_t carry_len;         /* of a character cut in two */
    bool not_utf8;
} job;

/* --- formats --- */

typedef struct format { const char *name; cdr_filter_format as; char delimiter; const char *note; } format;

#define ENCODED "Parts written in base64 or quoted-printable are not looked into."
static const format formats[] = {
    {"csv", CDR_FILTER_CSV, 0, ""},        {"tsv", CDR_FILTER_CSV, '\t', ""},  {"json", CDR_FILTER_JSON, 0, ""}, {"ndjson", CDR_FILTER_NDJSON, 0, ""},
    {"text", CDR_FILTER_TEXT, 0, ""},      {"log", CDR_FILTER_TEXT, 0, ""},    {"html", CDR_FILTER_TEXT, 0, "Values written with entities (&#64;) are not seen."},
    {"xml", CDR_FILTER_TEXT, 0, "Values written with entities (&#64;) are not seen."}, {"mbox", CDR_FILTER_TEXT, 0, ENCODED}, {"eml", CDR_FILTER_TEXT, 0, ENCODED},
};

static const format *format_of(const char *name)
{
    for (size_t i = 0; name && i < CDR_COUNT(formats); i++)
        if (!strcmp(formats[i].name, name))
            return &formats[i];
    return NULL;
}

/* --- what the steps mean --- */

static const char *without_array(const char *name)
{
    return strncmp(name, "[].", 3) ? name : name + 3;
}

/* "column 3": how a scan calls the columns of a table without a header. */
static bool is_number_name(const char *name)
{
    return !strncmp(name, "column ", 7) && name[7] >= '1' && name[7] <= '9' && strspn(name + 7, "0123456789") == strlen(name + 7);
}

static cdr_filter_column what_of(const cdr_step *s, uint64_t *count)
{
    cdr_filter_column c = {.transform = s->transform, .count = count};
    if (s->action == CDR_ACT_REDACT_TEXT) {
        const cdr_form form = s->transform.form;
        c.transform = (cdr_transform){.form = CDR_FORM_PLAIN};
        c.free_text = true;
        c.text_form = form == CDR_FORM_UNKNOWN || form == CDR_FORM_PLAIN ? CDR_FORM_REDACTED : form;
    } else if (s->action == CDR_ACT_NULL_COLUMN || s->transform.form == CDR_FORM_NEVER) {
        c.transform = (cdr_transform){.form = CDR_FORM_NEVER};
        c.empty = true;
    }
    return c;
}

static cdr_status add_trigger(job *j, size_t step)
{
    const cdr_step *s = &j->e->steps[step];
    cdr_date day;
    if (!s->trigger_field || !*s->trigger_field || !strcmp(s->trigger_field, "file") || !s->cutoff || !cdr_date_parse(s->cutoff, &day))
        return cdr_fail(j->err, CDR_E_INVAL, "minimise", "rest.trigger", "The step on %s names no column with a date, or no day before which rows go.", j->f->shown);
    const char *name = without_array(s->trigger_field);
    size_t cell = 0;
    while (cell < j->cell_count && strcmp(j->cells[cell], name) != 0)
        cell++;
    if (cell == TRIGGERS_MAX)
        return cdr_fail(j->err, CDR_E_LIMIT, "minimise", "rest.trigger", "%s: at most %u columns of dates can be looked at together.", j->f->shown, TRIGGERS_MAX);
    j->cells[cell] = name;
    j->cell_count = CDR_MAX(j->cell_count, cell + 1);
    j->triggers[j->trigger_count++] = (trigger){.step = step, .cell = cell, .cutoff = cdr_days_from_date(day)};
    j->headless |= is_number_name(name);
    return CDR_OK;
}

static cdr_status add_columns(job *j, size_t step)
{
    const cdr_step *s = &j->e->steps[step];
    cdr_step_effect *effect = &j->effects[step];
    if (s->action == CDR_ACT_REDACT_TEXT && (s->column_count == 0 || format_of(j->format)->as == CDR_FILTER_TEXT)) {
        j->text = what_of(s, &effect->values);
        j->redacts_all = true;
        return CDR_OK;
    }
    for (size_t i = 0; i < s->column_count; i++) {
        j->columns[j->column_count++] = (column){.step = step, .name = without_array(s->columns[i]), .what = what_of(s, &effect->values)};
        j->headless |= is_number_name(s->columns[i]);
    }
    return s->column_count ? CDR_OK : cdr_fail(j->err, CDR_E_INVAL, "minimise", "rest.columns", "The step on %s names no column.", j->f->shown);
}

static cdr_status check_format(const job *j)
{
    const format *f = format_of(j->format);
    if (!f)
        return cdr_fail(j->err, CDR_E_UNSUPPORTED, "minimise", "rest.format", "%s (%s) cannot be cleaned in place; clean it with the program it belongs to, or delete it whole.", j->f->shown,
                        j->format && *j->format ? j->format : "of an unknown kind");
    for (size_t i = 0; i < j->e->step_count; i++)
        if (f->as == CDR_FILTER_TEXT && j->e->steps[i].action != CDR_ACT_REDACT_TEXT)
            return cdr_fail(j->err, CDR_E_UNSUPPORTED, "minimise", "rest.format", "%s is text (%s) without columns or rows that could be told apart; redact what is found in it, or delete it whole.",
                            j->f->shown, j->format);
    if (j->f->st.st_nlink > 1)
        return cdr_fail(j->err, CDR_E_INVAL, "minimise", "rest.names", "%s has %llu names (hard links), and the others would keep the old content; make it a file of its own (cp, mv) first.", j->f->shown,
                        (unsigned long long)j->f->st.st_nlink);
    return CDR_OK;
}

static cdr_status resolve(job *j)
{
    size_t columns = 1;
    cdr_status s = check_format(j);
    for (size_t i = 0; i < j->e->step_count; i++)
        columns += j->e->steps[i].column_count;
    j->columns = cdr_arena_alloc(j->e->arena, columns * sizeof *j->columns);
    j->triggers = cdr_arena_alloc(j->e->arena, j->e->step_count * sizeof *j->triggers);
    if (s == CDR_OK && (!j->columns || !j->triggers))
        return cdr_fail_nomem(j->err, "minimise");
    for (size_t i = 0; s == CDR_OK && i < j->e->step_count; i++) {
        j->effects[i].held_asked = j->e->held && format_of(j->format)->as != CDR_FILTER_TEXT;
        s = j->e->steps[i].action == CDR_ACT_PURGE_ROWS ? add_trigger(j, i) : add_columns(j, i);
    }
    return s;
}

/* --- what the filter asks --- */

static const cdr_filter_column *on_column(void *arg, const char *name)
{
    job *j = arg;
    const cdr_filter_column *ret = NULL;
    name = without_array(name);
    for (size_t i = 0; i < j->column_count; i++) {
        if (strcmp(j->columns[i].name, name) != 0)
            continue;
        j->columns[i].seen = true;
        ret = ret ? ret : &j->columns[i].what;
    }
    return j->learning ? NULL : ret;
}

/* The first of the steps by which a row goes counts it; rows that none can judge stay. */
static cdr_status on_row(void *arg, const char *const *cells, const size_t *lens, bool *ret, cdr_err *err)
{
    job *j = arg;
    (void)err;
    *ret = true;
    for (size_t i = 0; i < j->trigger_count; i++) {
        trigger *t = &j->triggers[i];
        cdr_record_date d;
        cdr_record_date_read(cells[t->cell], lens[t->cell], &d);
        if (j->learning) {
            cdr_record_column_add(&t->dates, &d);
            t->seen |= cells[t->cell] != NULL;
            continue;
        }
        cdr_truth before = cdr_record_date_before(&d, &t->dates, t->cutoff);
        cdr_step_effect *effect = &j->effects[t->step];
        effect->rows_unknown += before == CDR_UNKNOWN;
        if (before != CDR_TRUE || !*ret)
            continue;
        effect->rows++;
        *ret = false;
    }
    return CDR_OK;
}

/* --- the stream --- */

/* A character cut in two by a block is looked at with the next one. */
static void look_for_utf8(job *j, const char *s, size_t len)
{
    while (j->carry_len && len) {
        unsigned char lead = (unsigned char)j->carry[0];
        size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (j->carry_len < want) {
            j->carry[j->carry_len++] = *s++;
            len--;
        }
        if (j->carry_len < want)
            continue;
        j->not_utf8 |= !cdr_utf8_valid(j->carry, j->carry_len);
        j->carry_len = 0;
    }
    size_t tail = 0;
    while (tail < 3 && tail < len && ((unsigned char)s[len - 1 - tail] & 0xC0) == 0x80)
        tail++;
    if (len == 0)
        return;
    unsigned char lead = tail < len ? (unsigned char)s[len - 1 - tail] : 0;
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    size_t cut = want > tail + 1 ? tail + 1 : 0;
    memcpy(j->carry, s + len - cut, cut);
    j->carry_len = cut;
    j->not_utf8 |= !cdr_utf8_valid(s, len - cut);
}

static cdr_status on_read(void *arg, void *buf, size_t cap, size_t *ret_len, cdr_err *err)
{
    job *j = arg;
    ssize_t n;
    do
        n = pread(j->f->fd, buf, cap, j->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.read", errno, "Cannot read %s", j->f->shown);
    j->at += n;
    *ret_len = (size_t)n;
    cdr_digest_add(j->digest, buf, (size_t)n);
    look_for_utf8(j, buf, (size_t)n);
    return CDR_OK;
}

static cdr_status on_write(void *arg, const void *data, size_t len, cdr_err *err)
{
    job *j = arg;
    return j->to && !j->learning ? cdr_rest_new_add(j->to, data, len, err) : CDR_OK;
}

static cdr_status check_encoding(const job *j)
{
    bool columns_only = format_of(j->format)->as == CDR_FILTER_CSV;
    for (size_t i = 0; i < j->e->step_count; i++)
        columns_only &= j->e->steps[i].action == CDR_ACT_PURGE_ROWS || j->e->steps[i].action == CDR_ACT_NULL_COLUMN;
    if (columns_only || (!j->not_utf8 && !j->carry_len))
        return CDR_OK;
    return cdr_fail(j->err, CDR_E_UNSUPPORTED, "minimise", "rest.encoding", "%s is not written in UTF-8, so that its values cannot be told for certain; convert it first (iconv -f WINDOWS-1252 -t UTF-8), then scan it again.",
                    j->f->shown);
}

/* Is it what one of the steps on text is about? */
static bool on_finding(void *arg, const cdr_finding *f)
{
    const job *j = arg;
    bool wanted = false;
    for (size_t i = 0; i < j->e->step_count && !wanted; i++) {
        const cdr_step *s = &j->e->steps[i];
        wanted = s->action == CDR_ACT_REDACT_TEXT && cdr_minimise_is_of(f, j->e->ruleset, s->categories, s->category_count);
    }
    return wanted;
}

/* Read all, whole and as agreed to, or an error. */
static cdr_status pass(job *j)
{
    const format *kind = format_of(j->format);
    const cdr_filter_rows rows = {.cells = j->cells, .cell_count = j->cell_count, .keep = on_row, .arg = j};
    const cdr_filter_column plain = {.transform.form = CDR_FORM_PLAIN};
    cdr_filter_spec spec = {.format = kind->as, .delimiter = kind->delimiter, .other = j->redacts_all && !j->learning ? j->text : plain, .resolve = on_column, .resolve_arg = j,
                            .headless = j->headless, .rows = j->trigger_count ? &rows : NULL, .held = kind->as == CDR_FILTER_TEXT ? NULL : j->e->held, .held_arg = j->e->held_arg,
                            .only = on_finding, .only_arg = j, .ruleset = j->e->ruleset, .keys = j->e->keys, .ctx = j->e->ctx, .name = j->f->shown};
    cdr_target_state now = {.size = 0};
    j->at = 0;
    j->carry_len = 0;
    j->counts = (cdr_filter_counts){0};
    for (size_t i = 0; i < j->column_count; i++)
        j->columns[i].seen = false;
    cdr_status s = cdr_filter_run(&spec, on_read, on_write, j, &j->counts, j->err);
    cdr_digest_end(j->digest, now.sha256);
    if (s != CDR_OK)
        return s;
    cdr_rest_state_of(&j->f->st, &now);
    now.size = (uint64_t)j->at;
    s = cdr_rest_expect(j->f, &now, j->e->dry ? NULL : j->e->expected, j->err);
    return s == CDR_OK ? check_encoding(j) : s;
}

static cdr_status check_seen(const job *j)
{
    for (size_t i = 0; i < j->column_count; i++)
        if (!j->columns[i].seen)
            return cdr_fail(j->err, CDR_E_INVAL, "minimise", "rest.columns", "%s has no column %.100s any more; make the plan anew.", j->f->shown, j->columns[i].name);
    for (size_t i = 0; i < j->trigger_count; i++)
        if (!j->triggers[i].seen && j->counts.rows_in)
            return cdr_fail(j->err, CDR_E_INVAL, "minimise", "rest.trigger", "%s has no column %.100s whose date could be looked at; make the plan anew.", j->f->shown, j->cells[j->triggers[i].cell]);
    return CDR_OK;
}

/* --- together --- */

static cdr_status tell(job *j)
{
    const format *kind = format_of(j->format);
    for (size_t i = 0; i < j->e->step_count; i++) {
        cdr_step_effect *x = &j->effects[i];
        bool ok = true;
        x->rows_held = x->held_asked ? j->counts.rows_held : 0;
        x->rows_after = j->counts.rows_out;
        x->bytes = i == 0 && j->counts.bytes_in > j->counts.bytes_out ? j->counts.bytes_in - j->counts.bytes_out : 0;
        if (j->to && *cdr_rest_new_lost(j->to))
            ok = cdr_rest_note(j->e->arena, x, "%s", cdr_rest_new_lost(j->to)) == CDR_OK;
        if (ok && *kind->note)
            ok = cdr_rest_note(j->e->arena, x, "%s", kind->note) == CDR_OK;
        if (!ok || cdr_rest_note(j->e->arena, x, "%s", CDR_REST_BLOCKS) != CDR_OK)
            return cdr_fail_nomem(j->err, "minimise");
    }
    return CDR_OK;
}

static cdr_status replace(job *j, cdr_target_state *ret_after)
{
    cdr_target_state after;
    cdr_status s = cdr_rest_new_finish(j->to, j->f, &after, j->err);
    if (s == CDR_OK)
        s = tell(j);
    if (s == CDR_OK)
        s = cdr_rest_still(j->f, j->err);
    if (s == CDR_OK)
        s = cdr_rest_alone(j->f, j->err);
    if (s == CDR_OK && cdr_cancelled(j->e->ctx))
        s = cdr_rest_cancelled(j->err);
    if (s == CDR_OK && j->e->ready)
        s = j->e->ready(j->e->ready_arg, &after, j->err);
    if (s == CDR_OK)
        s = cdr_rest_new_swap(j->to, j->f, j->err);
    if (s == CDR_OK && ret_after)
        *ret_after = after;
    return s;
}

static cdr_status run(job *j, cdr_target_state *ret_after)
{
    cdr_status s = resolve(j);
    if (s == CDR_OK && j->trigger_count) {
        j->learning = true;
        s = pass(j);
        j->learning = false;
        if (s == CDR_OK)
            s = check_seen(j);
    }
    if (s == CDR_OK && !j->e->dry)
        s = cdr_rest_alone(j->f, j->err);
    if (s == CDR_OK && !j->e->dry)
        s = cdr_rest_new_open(j->f, j->e->ctx, &j->to, j->err);
    if (s == CDR_OK)
        s = pass(j);
    if (s == CDR_OK)
        s = check_seen(j);
    if (s == CDR_OK)
        s = j->e->dry ? tell(j) : replace(j, ret_after);
    return s;
}

cdr_status cdr_rest_run_file(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err)
{
    job j = {.e = e, .f = f, .effects = ret, .err = err, .format = e->steps[0].target.format};
    j.digest = cdr_digest_new();
    cdr_status s = j.digest ? run(&j, ret_after) : cdr_fail_nomem(err, "minimise");
    cdr_digest_free(j.digest);
    cdr_rest_new_free(j.to);
    return s;
}
