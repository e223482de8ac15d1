/* SPDX-License-Identifier: Apache-2.0 */
/* Free text: detection walks straight over the read buffer. A record is a line; in a mailbox it is a message, whose header
 * fields are told apart. */
#include "scan/content_parts.h"

#include "base/mem.h"
#include "detect/kinds.h"

#include <string.h>
#include <strings.h>

#define CONTEXT ((size_t)256)      /* what detection wants to see on either side */

typedef unsigned char lanes __attribute__((vector_size(16)));

/* Newlines of a stretch, 16 bytes a step on any CPU with vectors. */
static uint64_t newlines(const char *s, size_t len)
{
    uint64_t n = 0;
    while (len >= 16) {
        lanes sum = {0}, v;
        const lanes nl = {'\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n'};
        size_t steps = CDR_MIN(len / 16, (size_t)255);
        for (size_t i = 0; i < steps; i++, s += 16) {
            memcpy(&v, s, 16);
            sum -= (lanes)(v == nl);
        }
        len -= steps * 16;
        for (int i = 0; i < 16; i++)
            n += sum[i];
    }
    for (size_t i = 0; i < len; i++)
        n += s[i] == '\n';
    return n;
}

enum { FIELD_BODY, FIELD_FROM, FIELD_TO, FIELD_CC, FIELD_REPLY_TO };
static const char *const mail_fields[] = {"", "From", "To", "Cc", "Reply-To"};

typedef struct run {
    cdr_content *c;
    cdr_sink *sink;
    cdr_text_mode mode;
    uint64_t lines;        /* ended before ->counted */
    size_t counted;        /* place in the buffer up to which lines are counted */
    bool pending;          /* values were told since the last record_end */
    size_t looked;         /* place in the buffer up to which coded parts are counted */
    cdr_mail_parts mail;
    bool in_header;        /* of a mail */
    bool last_was_newline;
    cdr_err *err;
} run;

static cdr_status end_record(run *r)
{
    if (!r->pending)
        return CDR_OK;
    r->pending = false;
    return r->sink->calls->record_end(r->sink, r->err);
}

/* "From ada@example.com Thu Oct  1 10:00:00 2026": only a line that ends in a year begins a message. */
bool cdr_text_begins_mail(const char *s, size_t len)
{
    const char *end = memchr(s, '\n', CDR_MIN(len, (size_t)256));
    if (len < 5 || memcmp(s, "From ", 5) != 0 || !end)
        return false;
    while (end > s && (end[-1] == '\r' || end[-1] == ' '))
        end--;
    return end - s > 12 && end[-1] >= '0' && end[-1] <= '9' && (memchr(s, ':', (size_t)(end - s)) != NULL);
}

static bool blank_line_in(const char *s, size_t len)
{
    return memmem(s, len, "\n\n", 2) || memmem(s, len, "\n\r\n", 3);
}

/* Follow the messages from ->counted to ${to}: where one begins, the record before it ends. */
static cdr_status follow_mails(run *r, size_t to)
{
    const char *buf = r->c->input.buf;
    size_t at = r->counted, len = r->c->input.len;
    if (r->c->input.base + at == 0)
        r->in_header = true;   /* of the first message, or of a mail that stands alone */
    for (;;) {
        /* The newline before "From " may be the last byte already counted. */
        size_t look = at > 0 ? at - 1 : 0;
        const char *found = look < to ? memmem(buf + look, to - look, "\nFrom ", 6) : NULL;
        size_t stretch_end = found ? (size_t)(found - buf) + 1 : to;
        if (r->in_header && stretch_end > look && blank_line_in(buf + look, stretch_end - look))
            r->in_header = false;
        if (!found)
            return CDR_OK;
        at = stretch_end + 5;
        if (!cdr_text_begins_mail(buf + stretch_end, len - stretch_end))
            continue;
        cdr_status s = end_record(r);
        if (s != CDR_OK)
            return s;
        r->in_header = true;
    }
}

static cdr_status advance(run *r, size_t to)
{
    if (to <= r->counted)
        return CDR_OK;
    cdr_status s = CDR_OK;
    if (r->mode == CDR_TEXT_MAILS)
        s = follow_mails(r, to);
    uint64_t n = newlines(r->c->input.buf + r->counted, to - r->counted);
    r->lines += n;
    r->last_was_newline = r->c->input.buf[to - 1] == '\n';
    r->counted = to;
    if (n && r->mode == CDR_TEXT_LINES)
        s = end_record(r);
    return s;
}

/* Start of the header line, folded lines included, that ${at} stands in. */
static size_t header_start(const char *buf, size_t at)
{
    size_t low = at > 2048 ? at - 2048 : 0;
    while (at > low && !(buf[at - 1] == '\n' && buf[at] != ' ' && buf[at] != '\t'))
        at--;
    return at;
}

static uint32_t header_field(const char *buf, size_t at)
{
    for (uint32_t i = 1; i < CDR_COUNT(mail_fields); i++) {
        size_t n = strlen(mail_fields[i]);
        if (!strncasecmp(buf + at, mail_fields[i], n) && buf[at + n] == ':')
            return i;
    }
    return FIELD_BODY;
}

/* "Ada Lovelace" <ada@example.com>: the words before the bracket are a name. */
static cdr_status tell_display_name(run *r, uint32_t field, size_t header, const cdr_finding *f)
{
    const char *buf = r->c->input.buf;
    size_t end = (size_t)f->start, colon = header + strlen(mail_fields[field]) + 1;
    if (end == 0 || buf[end - 1] != '<')
        return CDR_OK;
    end--;
    size_t start = end;
    while (start > colon && buf[start - 1] != ',' && buf[start - 1] != '>' && end - start < 80)
        start--;
    while (start < end && strchr(" \t\r\n\"'", buf[start]))
        start++;
    while (end > start && strchr(" \t\r\n\"'", buf[end - 1]))
        end--;
    if (end - start < 3 || memchr(buf + start, '@', end - start) || memchr(buf + start, '=', end - start) || !memchr(buf + start, ' ', end - start))
        return CDR_OK;
    cdr_seen_value v = {.field = field, .kind = CDR_K_NAME, .band = CDR_BAND_MEDIUM, .confidence = 0.7f, .evidence = CDR_EV_HEADER | CDR_EV_NEIGHBOUR,
                        .offset = r->c->input.base + start, .line = r->lines + 1, .value = buf + start, .len = end - start};
    return r->sink->calls->value(r->sink, &v, r->err);
}

/* A name that an address in brackets follows is told with the address. */
static bool told_with_address(const cdr_input *in, const cdr_finding *f)
{
    size_t end = CDR_MIN(in->len, (size_t)f->end + 80);
    for (size_t i = (size_t)f->end; i < end; i++) {
        if (in->buf[i] == '<')
            return true;
        if (in->buf[i] == ',' || (in->buf[i] == '\n' && (i + 1 >= end || (in->buf[i + 1] != ' ' && in->buf[i + 1] != '\t'))))
            return false;
    }
    return false;
}

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    run *r = arg;
    const cdr_input *in = &r->c->input;
    cdr_status s = advance(r, (size_t)f->start);
    if (s != CDR_OK)
        return s;
    uint32_t field = FIELD_BODY;
    if (r->in_header) {
        size_t header = header_start(in->buf, (size_t)f->start);
        field = header_field(in->buf, header);
        if (field != FIELD_BODY && f->kind == CDR_K_EMAIL)
            s = tell_display_name(r, field, header, f);
        if (s != CDR_OK || (field != FIELD_BODY && cdr_kind_get(f->kind)->family == CDR_FAMILY_NAME && told_with_address(in, f)))
            return s;
    }
    cdr_seen_value v = {.field = field, .kind = f->kind, .rule = f->rule, .band = f->band, .confidence = f->confidence, .evidence = f->evidence,
                        .offset = in->base + f->start, .line = r->lines + 1, .value = in->buf + f->start, .len = (size_t)(f->end - f->start)};
    r->pending = true;
    return r->sink->calls->value(r->sink, &v, r->err);
}

/* Lines that begin before ${to}. A line longer than what is held is looked at piece by piece. */
static void look_for_coded_parts(run *r, size_t to)
{
    const cdr_input *in = &r->c->input;
    while (r->looked < to) {
        const char *nl = memchr(in->buf + r->looked, '\n', in->len - r->looked);
        size_t end = nl ? (size_t)(nl - in->buf) + 1 : in->len;
        cdr_mail_parts_line(&r->mail, in->buf + r->looked, end - r->looked);
        r->looked = end;
    }
}

/* One window: what is held, but for the context that the next one needs. ${ret_last} when nothing follows. */
static cdr_status one_window(run *r, const cdr_text_part *part, size_t *from, bool *ret_last)
{
    cdr_input *in = &r->c->input;
    uint64_t left = part->to - in->base;
    size_t to = in->eof ? in->len : in->len - CONTEXT;
    *ret_last = in->eof;
    if (left <= to) {
        to = (size_t)left;
        *ret_last = true;
    }
    cdr_status s = CDR_OK;
    if (to > *from)
        s = cdr_detect_window(r->c->rs, r->c->scratch, in->buf, in->len, *from, to, NULL, on_finding, r, r->err);
    if (s == CDR_OK)
        s = advance(r, to);
    if (r->mode == CDR_TEXT_MAILS)
        look_for_coded_parts(r, to);
    *from = to;
    return s;
}

cdr_status cdr_read_text_part(cdr_content *c, cdr_text_part *part, cdr_sink *sink, cdr_err *err)
{
    cdr_input *in = &c->input;
    run r = {.c = c, .sink = sink, .mode = part->mode, .lines = part->lines, .last_was_newline = true, .err = err};
    bool last = false, begun = false;
    size_t from = 0;
    while (!last) {
        size_t keep = from > CONTEXT ? from - CONTEXT : 0;
        do {
            cdr_status s = cdr_input_more(in, keep, err);
            if (s == CDR_DONE)
                in->eof = true;
            else if (s != CDR_OK)
                return s;
            from -= keep;
            r.counted = r.counted > keep ? r.counted - keep : 0;
            r.looked = r.looked > keep ? r.looked - keep : 0;
            keep = 0;
        } while (!in->eof && in->len < CDR_INPUT_BYTES / 4);
        if (!begun) {
            from = r.counted = r.looked = part->from > in->base ? (size_t)(part->from - in->base) : in->pos;
            begun = true;
        }
        cdr_status s = one_window(&r, part, &from, &last);
        if (s != CDR_OK)
            return s;
    }
    part->lines = r.lines + !r.last_was_newline;
    part->mail = r.mail;
    return end_record(&r);
}

cdr_status cdr_text_fields(cdr_text_mode mode, cdr_sink *sink, cdr_err *err)
{
    size_t fields = mode == CDR_TEXT_MAILS ? CDR_COUNT(mail_fields) : 1;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < fields; i++)
        s = sink->calls->field(sink, mail_fields[i], strlen(mail_fields[i]), err);
    return s;
}

void cdr_mail_outcome(cdr_content *c, const cdr_mail_parts *m)
{
    if (m->encoded + m->words > 0)
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "mail.encoded-parts-not-read", "%llu coded part%s and %llu coded header word%s of mail were not decoded, so not searched.",
                        (unsigned long long)m->encoded, m->encoded == 1 ? "" : "s", (unsigned long long)m->words, m->words == 1 ? "" : "s");
}

cdr_status cdr_read_text(cdr_content *c, cdr_text_mode mode, cdr_sink *sink, cdr_err *err)
{
    cdr_text_part part = {.from = c->input.base, .to = UINT64_MAX, .mode = mode};
    cdr_status s = cdr_text_fields(mode, sink, err);
    if (s == CDR_OK)
        s = cdr_read_text_part(c, &part, sink, err);
    c->outcome.rows = part.lines;
    cdr_mail_outcome(c, &part.mail);
    return s;
}
