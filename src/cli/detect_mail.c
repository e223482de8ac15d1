/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/detect_mail.h"

#include "base/mem.h"
#include "detect/kinds.h"
#include "scan/content_parts.h"

#include <string.h>
#include <strings.h>

typedef struct list { cdr_finding *at; size_t len, cap; } list;

struct cdr_detect_mail {
    bool all;
    bool begun, in_header, in_part, addresses;   /* addresses: in a header line that holds them */
    uint64_t encoded;
    list kept, names, merged;
};

cdr_status cdr_detect_mail_new(bool all, cdr_detect_mail **ret, cdr_err *err)
{
    *ret = cdr_alloc(sizeof **ret);
    if (!*ret)
        return cdr_fail_nomem(err, "cli");
    (*ret)->all = all;
    return CDR_OK;
}

void cdr_detect_mail_free(cdr_detect_mail *m)
{
    if (!m)
        return;
    cdr_free(m->kept.at);
    cdr_free(m->names.at);
    cdr_free(m->merged.at);
    cdr_free(m);
}

uint64_t cdr_detect_mail_encoded(const cdr_detect_mail *m)
{
    return m ? m->encoded : 0;
}

static cdr_status push(list *l, const cdr_finding *f)
{
    if (l->len == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 256;
        cdr_finding *grown = cdr_realloc_array(l->at, cap, sizeof *grown);
        if (!grown)
            return CDR_E_NOMEM;
        l->at = grown;
        l->cap = cap;
    }
    l->at[l->len++] = *f;
    return CDR_OK;
}

cdr_status cdr_detect_mail_keep(cdr_detect_mail *m, const cdr_finding *f)
{
    return push(&m->kept, f);
}

static bool is_edge(char c)
{
    return c && strchr(" \t\r\n\"'", c) != NULL;
}

static cdr_status name_between(cdr_detect_mail *m, const char *buf, size_t start, size_t end)
{
    while (start < end && is_edge(buf[start]))
        start++;
    while (end > start && is_edge(buf[end - 1]))
        end--;
    size_t len = end - start;
    bool scanned = len >= 3 && !memchr(buf + start, '@', len) && !memchr(buf + start, '=', len) && memchr(buf + start, ' ', len);
    if (len == 0 || (!scanned && !m->all))
        return CDR_OK;
    return push(&m->names, &(cdr_finding){.start = start, .end = end, .kind = CDR_K_NAME, .band = CDR_BAND_MEDIUM, .confidence = 0.7f, .evidence = CDR_EV_HEADER | CDR_EV_NEIGHBOUR});
}

/* Behind the name of a header line, or in a line that goes on: words before '<', and with ->all in round brackets. */
static cdr_status names_of_line(cdr_detect_mail *m, const char *buf, size_t at, size_t end)
{
    cdr_status s = CDR_OK;
    size_t start = at, round = 0;
    bool quoted = false;
    for (; s == CDR_OK && at < end; at++) {
        char c = buf[at];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (c == '<')
            s = name_between(m, buf, start, at);
        if (c == '<' || c == ',' || c == '>' || c == ';')
            start = at + 1;
        if (c == '(')
            round = at + 1;
        else if (c == ')' && round && m->all) {
            s = name_between(m, buf, round, at);
            start = at + 1;
            round = 0;
        }
    }
    return s;
}

static bool begins(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && !strncasecmp(s, word, n);
}

static size_t address_header(const char *line, size_t len)
{
    static const char *const names[] = {"From:", "To:", "Cc:", "Bcc:", "Reply-To:", "Sender:", "Resent-From:", "Resent-To:"};
    for (size_t i = 0; i < CDR_COUNT(names); i++)
        if (begins(line, len, names[i]))
            return strlen(names[i]);
    return 0;
}

static cdr_status one_line(cdr_detect_mail *m, const char *buf, size_t have, size_t at, size_t end)
{
    const char *line = buf + at;
    size_t len = end - at;
    bool blank = len == 0 || *line == '\r';
    if (len >= 5 && cdr_text_begins_mail(line, have - at)) {
        m->in_header = true;
        m->addresses = false;
        return CDR_OK;
    }
    m->encoded += begins(line, len, "Content-Transfer-Encoding:") && memmem(line, len, "base64", 6);
    if (blank)
        m->in_header = m->addresses = false;
    if (!m->in_header)
        return CDR_OK;
    if (*line == ' ' || *line == '\t')
        return m->addresses ? names_of_line(m, buf, at, end) : CDR_OK;
    size_t n = address_header(line, len);
    m->addresses = n > 0;
    return n ? names_of_line(m, buf, at + n, end) : CDR_OK;
}

static cdr_status find_names(cdr_detect_mail *m, const char *buf, size_t have, size_t from, size_t to)
{
    m->in_header |= !m->begun;
    m->begun = true;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && from < to) {
        const char *nl = memchr(buf + from, '\n', to - from);
        size_t end = nl ? (size_t)(nl - buf) : to;
        s = one_line(m, buf, have, from, end);
        from = end + 1;
    }
    return s;
}

cdr_status cdr_detect_mail_merge(cdr_detect_mail *m, const char *buffer, size_t have, size_t from, size_t to, const cdr_finding **ret, size_t *ret_count, cdr_err *err)
{
    m->merged.len = m->names.len = 0;
    cdr_status s = find_names(m, buffer, have, from, to);
    size_t i = 0, k = 0;
    while (s == CDR_OK && (i < m->kept.len || k < m->names.len)) {
        const cdr_finding *f = &m->kept.at[i], *n = &m->names.at[k];
        if (k == m->names.len || (i < m->kept.len && f->end <= n->start)) {
            s = push(&m->merged, f);
            i++;
        } else if (i < m->kept.len && f->start < n->end && f->start >= n->start && f->end <= n->end) {
            i++;   /* a part of the name */
        } else if (i < m->kept.len && f->start < n->start) {
            s = push(&m->merged, f);
            i++;
        } else {
            s = push(&m->merged, n);
            k++;
        }
    }
    m->kept.len = 0;
    *ret = m->merged.at;
    *ret_count = m->merged.len;
    return s == CDR_OK ? s : cdr_fail_nomem(err, "cli");
}
