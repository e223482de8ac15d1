/* SPDX-License-Identifier: Apache-2.0 */
/* The summary on a terminal: the answer, the few things to do, what was not read. Words wrap at the width; colour only where asked. */
#include "core/report/words.h"

#include "base/text.h"

#include <string.h>

typedef struct terminal {
    const cdr_audit *a;
    cdr_buf *out;
    unsigned width;
    bool colour;
} terminal;

static void paint(terminal *t, const char *code)
{
    if (t->colour)
        cdr_buf_addf(t->out, "\x1B[%sm", code);
}

static const char *colour_of(cdr_severity s)
{
    return s >= CDR_SEV_HIGH ? "1;31" : s == CDR_SEV_MEDIUM ? "33" : "36";
}

/* Words of ${text} in lines of the width, the first one starting at column ${at}, the others indented by ${indent}. A word longer
 * than a line, such as a path, stands whole: a cut path cannot be copied. */
static void wrap(terminal *t, const char *text, size_t at, size_t indent)
{
    cdr_buf safe = CDR_BUF(64 << 10);
    cdr_text_escape(&safe, text, strlen(text));
    const char *p = cdr_buf_status(&safe) == CDR_OK && safe.data ? safe.data : "";
    bool first = true;
    while (*p) {
        size_t len = strcspn(p, " ");
        cdr_buf word = CDR_BUF(64 << 10);
        cdr_buf_add(&word, p, len);
        size_t columns = word.data ? cdr_text_width(word.data) : 0;
        cdr_buf_done(&word);
        if (!first && at + 1 + columns > t->width) {
            cdr_buf_addf(t->out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            cdr_buf_addc(t->out, ' ');
            at++;
        }
        cdr_buf_add(t->out, p, len);
        at += columns;
        first = false;
        p += len;
        p += *p == ' ';
    }
    cdr_buf_addc(t->out, '\n');
    cdr_buf_done(&safe);
}

static void command(terminal *t, const char *text, size_t indent)
{
    cdr_buf_addf(t->out, "%*s", (int)indent, "");
    paint(t, "36");
    cdr_words_command(t->out, text, indent, t->width);
    paint(t, "0");
    cdr_buf_addc(t->out, '\n');
}

static void answer(terminal *t)
{
    cdr_buf text = CDR_BUF(8192);
    cdr_audit_headline(t->a, &text);
    paint(t, "1");
    wrap(t, text.data ? text.data : "", 0, 0);
    paint(t, "0");
    cdr_buf_clear(&text);
    cdr_audit_answer(t->a, &text);
    wrap(t, text.data ? text.data : "", 0, 0);
    cdr_buf_done(&text);
}

static void todo(terminal *t)
{
    static const char *const titles[] = {"", "Do this first", "Do these two things first", "Do these three things first", "Do these four things first", "Do these five things first"};
    if (t->a->todo_count == 0)
        return;
    cdr_buf_addf(t->out, "\n%s\n", titles[CDR_MIN(t->a->todo_count, CDR_COUNT(titles) - 1)]);
    for (size_t i = 0; i < t->a->todo_count; i++) {
        const cdr_audit_todo *x = &t->a->todo[i];
        cdr_buf_addf(t->out, "  %zu. ", i + 1);
        paint(t, colour_of(x->severity));
        cdr_buf_addf(t->out, "%-6s", cdr_severity_name(x->severity));
        paint(t, "0");
        cdr_buf_adds(t->out, "  ");
        wrap(t, x->headline, 13, 13);
        cdr_buf_addf(t->out, "%13s", "");
        wrap(t, x->detail, 13, 13);
        if (x->command && x->command[0] && x->note && x->note[0]) {
            cdr_buf_addf(t->out, "%13s", "");
            wrap(t, x->note, 13, 13);
        }
        if (x->command && x->command[0])
            command(t, x->command, 13);
    }
}

static void policy(terminal *t)
{
    if (!t->a->policy)
        return;
    cdr_buf text = CDR_BUF(8192);
    cdr_policy_sentence(t->a, &text);
    cdr_buf_adds(t->out, "\n");
    wrap(t, text.data ? text.data : "", 0, 0);
    cdr_buf_done(&text);
    command(t, t->a->policy->check, 2);
}

static void fill(cdr_buf *out, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        cdr_buf_addc(out, ' ');
}

/* ${s} cut or filled to ${columns}. */
static void cell(terminal *t, const char *s, size_t columns, bool right)
{
    cdr_buf safe = CDR_BUF(64 << 10);
    cdr_text_escape(&safe, s, strlen(s));
    const char *p = cdr_buf_status(&safe) == CDR_OK && safe.data ? safe.data : "";
    size_t width = cdr_text_width(p);
    if (right && width < columns)
        fill(t->out, columns - width);
    if (width <= columns)
        cdr_buf_adds(t->out, p);
    else {
        size_t at = 0, used = 0, len = strlen(p);
        for (;;) {
            uint32_t cp;
            size_t n = cdr_utf8_decode(p + at, len - at, &cp);
            char one[8] = {0};
            memcpy(one, p + at, CDR_MIN(n, sizeof one - 1));
            size_t w = cdr_text_width(one);
            if (used + w > columns - 1)
                break;
            used += w;
            at += n;
        }
        cdr_buf_add(t->out, p, at);
        cdr_buf_adds(t->out, "…");
        width = used + 1;
    }
    if (!right && width < columns)
        fill(t->out, columns - width);
    cdr_buf_done(&safe);
}

static void places(terminal *t)
{
    enum { ROWS = 10 };
    size_t name = CDR_MIN((size_t)34, t->width - 46), count = 20, shown = 0;
    if (t->a->system_count == 0)
        return;
    if (t->a->people_about && name > 16) {   /* "about 1,234,567 to 1,234,987" */
        name -= 8;
        count += 8;
    }
    cdr_buf_adds(t->out, "\nWhere it lies\n");
    for (size_t i = 0; i < t->a->system_count && shown < ROWS; i++) {
        const cdr_audit_system *s = &t->a->systems[i];
        if (s->registered && s->people_max == 0 && s->objects == 0)
            continue;
        cdr_buf people = CDR_BUF(64);
        cdr_buf_adds(&people, s->people_about ? "about " : "");
        cdr_words_range(&people, s->people_min, s->people_max);
        cdr_buf_adds(t->out, "  ");
        cell(t, s->name, name, false);
        cell(t, people.data ? people.data : "", count, true);
        cdr_buf_adds(t->out, s->people_max == 1 ? " person  " : " people  ");
        cdr_buf_done(&people);
        if (!s->registered) {
            paint(t, "33");
            cdr_buf_adds(t->out, "unregistered");
            paint(t, "0");
        } else if (s->violations > 0)
            cdr_words_count(t->out, s->violations, "point", "points");
        while (t->out->len > 0 && t->out->data[t->out->len - 1] == ' ')
            t->out->data[--t->out->len] = '\0';
        cdr_buf_addc(t->out, '\n');
        shown++;
    }
    if (t->a->system_count > shown && shown == ROWS)
        cdr_buf_addf(t->out, "  and %zu more in the report\n", t->a->system_count - shown);
}

static void coverage(terminal *t)
{
    enum { GAPS = 6, NAMES = 3 };
    const cdr_audit *a = t->a;
    uint64_t whole = a->complete + a->partial + a->skipped;
    cdr_buf text = CDR_BUF(8192);
    cdr_buf_adds(t->out, "\n");
    if (whole == 0)
        cdr_buf_adds(&text, "There was no object to read");
    else {
        cdr_words_number(&text, a->complete);
        cdr_buf_adds(&text, " of ");
        cdr_words_count(&text, whole, "object", "objects");
        cdr_buf_adds(&text, " read in full, ");
        cdr_words_bytes(&text, a->bytes_read);
    }
    if (a->unchanged > 0) {
        cdr_buf_adds(&text, "; ");
        cdr_words_number(&text, a->unchanged);
        cdr_buf_adds(&text, " unchanged since last time");
    }
    cdr_buf_adds(&text, "; ");
    cdr_words_count(&text, a->suppressed, "finding", "findings");
    cdr_buf_adds(&text, " set aside by you.");
    if (a->weak_left_out > 0) {
        cdr_buf_addc(&text, ' ');
        cdr_words_count(&text, a->weak_left_out, "very weak row is", "very weak rows are");
        cdr_buf_adds(&text, " left out of findings.csv; --all lists them.");
    }
    cdr_words_own_folders(a, &text);
    wrap(t, text.data ? text.data : "", 0, 0);
    for (size_t i = 0; i < a->gap_count && i < GAPS; i++) {
        const cdr_audit_gap *g = &a->gaps[i];
        cdr_buf_clear(&text);
        cdr_words_count(&text, g->count, "object", "objects");
        cdr_buf_addf(&text, " %s: ", g->partial ? "read in part" : "not read");
        size_t shown = CDR_MIN(g->name_count, (size_t)NAMES);
        for (size_t k = 0; k < shown; k++)
            cdr_buf_addf(&text, "%s%s", k ? ", " : "", g->names[k]);
        if (g->count > shown) {
            cdr_buf_adds(&text, " and ");
            cdr_words_number(&text, g->count - shown);
            cdr_buf_adds(&text, " more");
        }
        cdr_buf_addf(&text, ". %s", g->reason);
        cdr_buf_adds(t->out, "  ");
        wrap(t, text.data ? text.data : "", 2, 4);
    }
    if (a->gap_count > GAPS)
        cdr_buf_addf(t->out, "  and %zu more reasons in the report; coverage.csv lists every object\n", a->gap_count - GAPS);
    cdr_buf_done(&text);
}

cdr_status cdr_audit_write_terminal(const cdr_audit *a, unsigned width, bool colour, cdr_buf *out, cdr_err *err)
{
    terminal t = {a, out, CDR_MAX(60u, CDR_MIN(width, 100u)), colour};
    answer(&t);
    todo(&t);
    policy(&t);
    places(&t);
    coverage(&t);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "report", "report.summary-size", "The summary does not fit into memory.");
}
