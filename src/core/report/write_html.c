/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "candor/crypto.h"
#include "core/report/stream.h"
#include "core/report/view.h"
#include "template/template.h"

#include <ctype.h>
#include <string.h>

/* The page allows exactly this style sheet, named by its hash, and nothing else: no script, no picture, no connection. */
static cdr_status hash_style(char out[64], cdr_err *err)
{
    cdr_template_source css;
    if (!cdr_page_find(NULL, "candor.css", &css))
        return cdr_fail(err, CDR_E_CORRUPT, "report", "report.no-style", "This build lacks its style sheet candor.css; build it again.");
    uint8_t digest[CDR_SHA256_BYTES];
    cdr_sha256(css.text, css.len, digest);
    static const char prefix[] = "sha256-";
    memcpy(out, prefix, sizeof prefix - 1);
    cdr_base64_encode(digest, sizeof digest, out + sizeof prefix - 1);
    return CDR_OK;
}

static cdr_status into_file(void *arg, const char *data, size_t len, cdr_err *err)
{
    return cdr_outfile_add(arg, data, len, err);
}

static cdr_status compile_page(cdr_template **ret, cdr_err *err)
{
    cdr_template_source page;
    if (!cdr_page_find(NULL, "report.html", &page))
        return cdr_fail(err, CDR_E_CORRUPT, "report", "report.no-page", "This build lacks its page report.html; build it again.");
    return cdr_template_new(&page, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, ret, err);
}

/* The folder as a command can name it. Names that a shell would take apart are left to the reader. */
static cdr_status add_folder(json_t *data, const char *folder, cdr_err *err)
{
    bool plain = folder && folder[0] && folder[0] != '-';
    for (const char *p = folder; plain && *p; p++)
        plain = isalnum((unsigned char)*p) || strchr("/._-", *p);
    json_t *name = json_string(plain ? folder : "FOLDER");
    return !name || json_object_set_new(data, "folder", name) ? cdr_fail_nomem(err, "report") : CDR_OK;
}

cdr_status cdr_audit_write_html(const cdr_audit *a, const char *path, cdr_err *err)
{
    char style[64];
    _cleanup_(cdr_template_freep) cdr_template *page = NULL;
    _cleanup_json_ json_t *data = NULL;
    cdr_status s = hash_style(style, err);
    if (s == CDR_OK)
        s = compile_page(&page, err);
    if (s == CDR_OK)
        s = cdr_view_build(a, style, &data, err);
    if (s == CDR_OK)
        s = add_folder(data, a->folder, err);
    cdr_stream out;
    if (s == CDR_OK)
        s = cdr_stream_open(&out, path, err);
    if (s != CDR_OK)
        return s;
    return cdr_stream_finish(&out, cdr_template_render(page, data, into_file, out.file, err));
}
