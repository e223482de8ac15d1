/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for spreadsheets: findings.csv, coverage.csv, and ropa.csv, the record of processing activities (register_csv.c).
 * cdr_csv_cell keeps a cell from being taken for a formula. */
#include "core/report/stream.h"

#include "base/csv.h"
#include "base/text.h"
#include "core/report/register.h"
#include "core/report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void cell(cdr_stream *s, bool first, const char *text)
{
    cdr_buf safe = CDR_BUF(1 << 20);
    cdr_text_escape(&safe, text ? text : "", text ? strlen(text) : 0);
    if (cdr_buf_status(&safe) != CDR_OK)
        s->buf.status = cdr_buf_status(&safe);
    else
        cdr_csv_cell(&s->buf, first, safe.data ? safe.data : "", safe.len);
    cdr_buf_done(&safe);
}

static void number_cell(cdr_stream *s, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    cell(s, false, text);
}

static void row(cdr_stream *s, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cell(s, i == 0, cells[i]);
    cdr_csv_end(&s->buf);
}

/* --- findings.csv --- */

static const char *const finding_head[] = {"system", "path", "field", "format", "kind", "title", "family", "category", "band", "confidence", "high", "medium", "low", "suppressed", "distinct",
                                           "line", "sample_masked", "value_id", "why"};

static cdr_status finding_row(void *arg, const cdr_audit_finding *f)
{
    cdr_stream *s = arg;
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    char confidence[16];
    /* What is wholly set aside was not judged. */
    bool judged = f->suppressed == 0 || f->high + f->medium + f->low > 0;
    snprintf(confidence, sizeof confidence, "%.2f", (double)f->confidence);
    cell(s, true, f->system);
    cell(s, false, f->path);
    cell(s, false, f->field);
    cell(s, false, f->format);
    cell(s, false, cdr_audit_finding_id(f));
    cell(s, false, cdr_audit_finding_title(f));
    cell(s, false, cdr_family_name(k->family));
    cell(s, false, cdr_audit_finding_category(f));
    cell(s, false, judged ? cdr_band_name(cdr_band_of(f->confidence)) : "");
    cell(s, false, judged ? confidence : "");
    number_cell(s, f->high);
    number_cell(s, f->medium);
    number_cell(s, f->low);
    number_cell(s, f->suppressed);
    number_cell(s, f->distinct);
    number_cell(s, f->line);
    cell(s, false, f->masked);
    cell(s, false, f->value_id);
    cell(s, false, f->explanation);
    cdr_csv_end(&s->buf);
    return cdr_stream_flush(s, false);
}

cdr_status cdr_audit_write_csv(const cdr_audit *a, const char *path, cdr_err *err)
{
    cdr_stream s;
    cdr_status r = cdr_stream_open(&s, path, err);
    if (r != CDR_OK)
        return r;
    row(&s, finding_head, CDR_COUNT(finding_head));
    if (a->each_finding)
        r = a->each_finding(a, finding_row, &s, err);
    return cdr_stream_finish(&s, r);
}

/* --- coverage.csv --- */

static const char *const coverage_head[] = {"path", "system", "format", "coverage", "reason_id", "reason", "size", "bytes_read"};

static cdr_status coverage_row(void *arg, const cdr_audit_unread *u)
{
    cdr_stream *s = arg;
    cell(s, true, u->path);
    cell(s, false, u->system);
    cell(s, false, u->format);
    cell(s, false, u->partial ? "partial" : "skipped");
    cell(s, false, u->reason_id);
    cell(s, false, u->reason);
    number_cell(s, u->size);
    number_cell(s, u->bytes_read);
    cdr_csv_end(&s->buf);
    return cdr_stream_flush(s, false);
}

cdr_status cdr_audit_write_coverage(const cdr_audit *a, const char *path, cdr_err *err)
{
    cdr_stream s;
    cdr_status r = cdr_stream_open(&s, path, err);
    if (r != CDR_OK)
        return r;
    row(&s, coverage_head, CDR_COUNT(coverage_head));
    if (a->each_unread)
        r = a->each_unread(a, coverage_row, &s, err);
    return cdr_stream_finish(&s, r);
}

/* --- ropa.csv --- */

static bool names(const char *list, const char *name)
{
    return name && name[0] && strstr(list, name);
}

/* Column 29: a broken retention rule in one of the activity's systems is a no; nothing declared is no answer. */
static void kept_as_said(const cdr_audit *a, cdr_audit_activity *x)
{
    for (size_t i = 0; i < a->violation_count; i++)
        if (!strcmp(a->violations[i].rule, "AUD-13") && names(x->systems, a->violations[i].place)) {
            x->kept = "no";
            x->kept_why = a->violations[i].evidence;
            return;
        }
}

cdr_status cdr_audit_write_ropa(const cdr_audit *a, const char *path, cdr_err *err)
{
    cdr_stream s;
    cdr_audit_activity *rows = cdr_alloc_array(a->activity_count + 1, sizeof *rows);
    cdr_status r = rows ? cdr_stream_open(&s, path, err) : cdr_fail_nomem(err, "report");
    if (r != CDR_OK) {
        cdr_free(rows);
        return r;
    }
    for (size_t i = 0; i < a->activity_count; i++) {
        rows[i] = a->activities[i];
        kept_as_said(a, &rows[i]);
    }
    const cdr_register_head head = {a->org, a->contact, a->country, a->dpo, a->representative, a->at_us};
    cdr_register_ico(&head, rows, a->activity_count, &s.buf);
    cdr_free(rows);
    return cdr_stream_finish(&s, CDR_OK);
}
