/* SPDX-License-Identifier: Apache-2.0 */
/* Which paper in which shape, and the register on a terminal. */
#include "core/report/register_parts.h"

#include "base/text.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

static cdr_status gather(paper *p, cdr_err *err)
{
    size_t n = p->r->activity_count;
    p->activities = cdr_arena_alloc(p->r->arena, (n + 1) * sizeof *p->activities);
    p->rows = cdr_arena_alloc(p->r->arena, (n + 1) * sizeof *p->rows);
    p->served = cdr_arena_alloc(p->r->arena, (n + 1) * sizeof *p->served);
    if (!p->activities || !p->rows || !p->served)
        return cdr_fail_nomem(err, "report");
    for (size_t i = 0; i < n; i++) {
        const cdr_reg_activity *x = &p->r->activities[i];
        if (x->processor != p->processor)
            continue;
        p->activities[p->count] = x;
        p->served[p->count] = p->processor ? cdr_register_served(p->r, x) : "";
        if (!p->served[p->count] || !cdr_register_row(p->r, x, &p->rows[p->count]))
            return cdr_fail_nomem(err, "report");
        p->count++;
    }
    return CDR_OK;
}

static cdr_status wrong_shape(const char *format, const char *shapes, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "report", "register.shape", "The format %s is written as %s; name the file accordingly.", format, shapes);
}

cdr_status cdr_register_write(const cdr_register *r, bool processor, cdr_register_format format, cdr_register_shape shape, int64_t at_us, cdr_buf *out, cdr_err *err)
{
    paper p = {.r = r, .processor = processor, .head = cdr_register_head_of(r, at_us), .out = out};
    cdr_status s = gather(&p, err);
    if (s != CDR_OK)
        return s;
    switch (format) {
    case CDR_REGISTER_ICO:
        if (shape != CDR_SHAPE_CSV)
            return wrong_shape("ico", "CSV", err);
        if (processor)
            register_processor_csv(&p);
        else
            cdr_register_ico(&p.head, p.rows, p.count, out);
        break;
    case CDR_REGISTER_CNIL:
        if (shape != CDR_SHAPE_MARKDOWN && shape != CDR_SHAPE_HTML)
            return wrong_shape("cnil", "Markdown or HTML", err);
        s = register_cnil(&p, shape == CDR_SHAPE_HTML, err);
        break;
    case CDR_REGISTER_MINIMUM:
        if (shape != CDR_SHAPE_MARKDOWN && shape != CDR_SHAPE_CSV)
            return wrong_shape("minimum", "Markdown or CSV", err);
        if (shape == CDR_SHAPE_CSV)
            register_minimum_csv(&p);
        else
            s = register_minimum_markdown(&p, err);
        break;
    case CDR_REGISTER_DPV:
        if (shape != CDR_SHAPE_JSON)
            return wrong_shape("dpv", "JSON-LD (.json or .jsonld)", err);
        s = register_dpv(&p, err);
        break;
    }
    if (s == CDR_OK && cdr_buf_status(out) != CDR_OK)
        s = cdr_buf_status(out) == CDR_E_NOMEM ? cdr_fail_nomem(err, "report") : cdr_fail(err, CDR_E_LIMIT, "report", "register.size", "The register is too large to be written.");
    return s;
}

/* "  Kept for       6 years…", wrapped at ${width}; nothing for what is not said but must be. */
static void line(cdr_buf *out, unsigned width, const char *label, const char *text, bool needed)
{
    enum { LABEL = 16 };
    cdr_buf safe = CDR_BUF(1 << 20);
    if (!text || !*text)
        text = needed ? "not said" : "";
    if (!*text)
        return;
    cdr_text_escape(&safe, text, strlen(text));
    size_t room = width > LABEL + 24 ? width - LABEL : 24, at = LABEL;
    cdr_buf_addf(out, "  %-*s", LABEL - 2, label);
    const char *s = safe.data ? safe.data : "";
    for (size_t used = 0; *s;) {
        size_t word = strcspn(s, " ");
        size_t columns = word < 400 ? word : 400;
        if (used > 0 && used + 1 + columns > room) {
            cdr_buf_addf(out, "\n%*s", (int)at, "");
            used = 0;
        }
        cdr_buf_addf(out, "%s%.*s", used ? " " : "", (int)word, s);
        used += columns + (used ? 1 : 0);
        s += word;
        s += strspn(s, " ");
    }
    cdr_buf_addc(out, '\n');
    cdr_buf_done(&safe);
}

void cdr_register_show(const cdr_register *r, bool processor, unsigned width, cdr_buf *out)
{
    paper p = {.r = r, .processor = processor, .head = cdr_register_head_of(r, 0), .out = out};
    if (gather(&p, NULL) != CDR_OK) {
        out->status = CDR_E_NOMEM;
        return;
    }
    cdr_words_count(out, p.count, "activity", "activities");
    cdr_buf_adds(out, processor ? " that we do for others.\n" : " for which we decide why and how.\n");
    line(out, width, "We are", p.head.org, true);
    line(out, width, "Contact", p.head.contact, true);
    line(out, width, "Officer", p.head.dpo, false);
    line(out, width, "Representative", p.head.representative, false);
    for (size_t i = 0; i < p.count; i++) {
        const cdr_audit_activity *x = &p.rows[i];
        cdr_buf_adds(out, "\n");
        cdr_text_escape(out, x->purpose, strlen(x->purpose));
        cdr_buf_addf(out, " (%s)\n", p.activities[i]->key);
        if (processor)
            line(out, width, "For", p.served[i], true);
        else
            line(out, width, "Lawful basis", x->lawful_basis, true);
        line(out, width, "Condition", x->special_condition, x->special_basis[0]);
        line(out, width, "People", x->subjects, true);
        line(out, width, "Data", x->categories, true);
        line(out, width, "Recipients", x->recipients, true);
        line(out, width, "Abroad", x->transfers, false);
        line(out, width, "Safeguards", x->safeguards, x->transfers[0]);
        line(out, width, "Kept for", x->retention, !processor);
        line(out, width, "Security", x->security, true);
        line(out, width, "Systems", x->systems, true);
    }
}
