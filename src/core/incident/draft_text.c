/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/draft_text.h"

#include "base/io.h"
#include "template/template.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PLACE_MAX 60           /* bytes between square brackets */

/* The organisation's own file, or the one that comes with the program. */
static cdr_status source(const char *folder, const char *name, cdr_buf *own, cdr_template_source *ret, cdr_err *err)
{
    _cleanup_free_ char *file = cdr_asprintf("%s.txt", name), *path = file && folder ? cdr_path_join(folder, file) : NULL;
    if (!file || (folder && !path))
        return cdr_fail_nomem(err, "incident");
    if (!cdr_page_find(NULL, file, ret))
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "draft.none", "There is no letter called \"%.40s\".", name);
    if (!path || (access(path, F_OK) && errno == ENOENT))
        return CDR_OK;
    cdr_status s = cdr_file_read_regular(path, own, err);
    if (s == CDR_OK)
        *ret = (cdr_template_source){ret->name, own->data ? own->data : "", own->len};
    return s;
}

/* "Subject: …" and an empty line stand before the text. */
static cdr_status split(const cdr_buf *all, const char *name, cdr_buf *subject, cdr_buf *text, cdr_err *err)
{
    static const char word[] = "Subject: ";
    const char *s = all->data ? all->data : "";
    s += strspn(s, "\n");
    const char *end = strchr(s, '\n');
    if (strncmp(s, word, sizeof word - 1) != 0 || !end || end[1] != '\n')
        return cdr_fail(err, CDR_E_INVAL, "incident", "draft.subject", "The letter %.40s does not begin with \"Subject: \" and an empty line; put them there.", name);
    cdr_buf_add(subject, s + sizeof word - 1, (size_t)(end - s) - (sizeof word - 1));
    /* Values that were empty leave no more than one empty line, and no blanks at the ends of lines. */
    unsigned empty = 1;
    for (s = end + 2; *s;) {
        size_t n = strcspn(s, "\n"), m = n;
        while (m && s[m - 1] == ' ')
            m--;
        empty = m ? 0 : empty + 1;
        if (empty <= 1 && (cdr_buf_add(text, s, m) != CDR_OK || cdr_buf_addc(text, '\n') != CDR_OK))
            break;
        s += n + (s[n] == '\n');
    }
    while (text->len > 1 && text->data[text->len - 1] == '\n' && text->data[text->len - 2] == '\n')
        text->data[--text->len] = '\0';
    return cdr_buf_status(subject) == CDR_OK && cdr_buf_status(text) == CDR_OK ? CDR_OK : cdr_fail(err, CDR_E_LIMIT, "incident", "draft.long", "The letter %.40s is too long.", name);
}

cdr_status cdr_draft_text(const char *folder, const char *name, const json_t *data, cdr_buf *subject, cdr_buf *text, cdr_err *err)
{
    _cleanup_buf_ cdr_buf own = CDR_BUF(CDR_DRAFT_BYTES_MAX), all = CDR_BUF(CDR_DRAFT_BYTES_MAX);
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    cdr_template_source src = {0};
    *subject = CDR_BUF(1000);
    *text = CDR_BUF(CDR_DRAFT_BYTES_MAX);
    cdr_status s = source(folder, name, &own, &src, err);
    if (s == CDR_OK)
        s = cdr_template_new(&src, CDR_TEMPLATE_TEXT, NULL, NULL, &t, err);
    if (s == CDR_OK)
        s = cdr_template_render_buf(t, data, &all, err);
    if (s == CDR_OK)
        s = split(&all, name, subject, text, err);
    if (s != CDR_OK) {
        cdr_buf_done(subject);
        cdr_buf_done(text);
    }
    return s;
}

void cdr_draft_open_places(const char *text, cdr_buf *out)
{
    for (const char *p = strchr(text, '['); p; p = strchr(p + 1, '[')) {
        const char *end = strchr(p, ']');
        if (!end || end - p > PLACE_MAX || memchr(p, '\n', (size_t)(end - p)))
            continue;
        if (out->len && memmem(out->data, out->len, p, (size_t)(end - p) + 1))
            continue;
        cdr_buf_adds(out, out->len ? ", " : "");
        cdr_buf_add(out, p, (size_t)(end - p) + 1);
    }
}
