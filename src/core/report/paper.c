/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/paper.h"

#include "base/io.h"
#include "base/parse.h"
#include "candor/crypto.h"
#include "template/template.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void cdr_markdown_escape(cdr_buf *out, const char *text, size_t len)
{
    /* A number with a dot, a dash or a plus begins a list where it begins a line. */
    size_t digits = 0;
    while (digits < len && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool list = (i == 0 && (c == '-' || c == '+' || c == '=' || c == '#')) || (i == digits && digits > 0 && (c == '.' || c == ')'));
        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
        else if (c && (list || strchr("\\`*_[]<>|~&", c)))
            cdr_buf_addc(out, '\\');
        cdr_buf_addc(out, c);
    }
}

/* A copy of ${data} in which every text is escaped. Trees come from our own builders: they are shallow. */
static json_t *escaped(const json_t *data, unsigned depth)
{
    const char *key;
    json_t *value, *copy;
    if (depth > 12)
        return NULL;
    if (json_is_string(data)) {
        cdr_buf text = CDR_BUF(8u << 20);
        cdr_markdown_escape(&text, json_string_value(data), json_string_length(data));
        copy = cdr_buf_status(&text) == CDR_OK ? json_stringn(text.data ? text.data : "", text.len) : NULL;
        cdr_buf_done(&text);
        return copy;
    }
    if (json_is_array(data)) {
        copy = json_array();
        for (size_t i = 0; copy && i < json_array_size(data); i++)
            if (json_array_append_new(copy, escaped(json_array_get(data, i), depth + 1))) {
                json_decref(copy);
                return NULL;
            }
        return copy;
    }
    if (!json_is_object(data))
        return json_deep_copy(data);
    copy = json_object();
    json_object_foreach((json_t *)(uintptr_t)data, key, value)
        if (copy && json_object_set_new(copy, key, escaped(value, depth + 1))) {
            json_decref(copy);
            return NULL;
        }
    return copy;
}

cdr_status cdr_paper_style(char ret[64], cdr_err *err)
{
    cdr_template_source css;
    if (!cdr_page_find(NULL, "candor.css", &css))
        return cdr_fail(err, CDR_E_CORRUPT, "report", "report.no-style", "This build lacks its style sheet candor.css; build it again.");
    uint8_t digest[CDR_SHA256_BYTES];
    static const char prefix[] = "sha256-";
    cdr_sha256(css.text, css.len, digest);
    memcpy(ret, prefix, sizeof prefix - 1);
    cdr_base64_encode(digest, sizeof digest, ret + sizeof prefix - 1);
    return CDR_OK;
}

/* The organisation's own template, when there is one. */
static cdr_status read_own(const char *folder, const char *name, cdr_buf *text, bool *ret, cdr_err *err)
{
    struct stat st;
    *ret = false;
    if (!folder)
        return CDR_OK;
    _cleanup_free_ char *path = cdr_path_join(folder, name);
    if (!path)
        return cdr_fail_nomem(err, "report");
    if (stat(path, &st))
        return errno == ENOENT || errno == ENOTDIR ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "report", "report.own-template", errno, "Cannot read %.300s", path);
    *ret = true;
    return cdr_file_read_regular(path, text, err);
}

cdr_status cdr_paper_render(const char *name, const char *folder, bool html, const json_t *data, cdr_buf *out, cdr_err *err)
{
    char style[64];
    bool own = false;
    cdr_template_source source;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_TEMPLATE_BYTES_MAX);
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    _cleanup_json_ json_t *tree = html ? json_deep_copy(data) : escaped(data, 0);
    cdr_status s = tree ? cdr_paper_style(style, err) : cdr_fail_nomem(err, "report");
    if (s == CDR_OK && html && json_object_set_new(tree, "style_hash", json_string(style)))
        s = cdr_fail_nomem(err, "report");
    if (s == CDR_OK)
        s = read_own(folder, name, &text, &own, err);
    if (s != CDR_OK)
        return s;
    if (own)
        source = (cdr_template_source){name, text.data ? text.data : "", text.len};
    else if (!cdr_page_find(NULL, name, &source))
        return cdr_fail(err, CDR_E_CORRUPT, "report", "report.no-page", "This build lacks its template %s; build it again.", name);
    s = cdr_template_new(&source, html ? CDR_TEMPLATE_HTML : CDR_TEMPLATE_TEXT, cdr_page_find, NULL, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, tree, out, err) : s;
}
