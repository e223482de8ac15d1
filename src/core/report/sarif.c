/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/sarif.h"

#include "core/report/json_fields.h"

#include <ctype.h>
#include <string.h>

void cdr_sarif_open(cdr_json_writer *w, const char *key, char bracket)
{
    cdr_jw_key(w, key);
    cdr_jw_open(w, bracket);
}

void cdr_sarif_message(cdr_json_writer *w, const char *key, const char *text)
{
    cdr_sarif_open(w, key, '{');
    str(w, "text", text && text[0] ? text : "-");
    cdr_jw_close(w, '}');
}

/* A path as a URI reference. What the display escaped (\xNN) goes back to the byte it stands for. */
static void put_uri(cdr_json_writer *w, const char *path)
{
    cdr_buf uri = CDR_BUF(1 << 20);
    if (path[0] == '/')
        cdr_buf_adds(&uri, "file://");
    else if (strchr(path, ':'))
        cdr_buf_adds(&uri, "./");    /* else "c:x" would be a scheme */
    for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
        if (p[0] == '\\' && p[1] == 'x' && isxdigit(p[2]) && isxdigit(p[3])) {
            cdr_buf_addf(&uri, "%%%c%c", p[2], p[3]);
            p += 3;
        } else if (isalnum(*p) || strchr("/-._~!$'()*+,;=@:", *p))
            cdr_buf_addc(&uri, (char)*p);
        else
            cdr_buf_addf(&uri, "%%%02X", *p);
    }
    str(w, "uri", cdr_buf_status(&uri) == CDR_OK ? uri.data : "");
    cdr_buf_done(&uri);
}

void cdr_sarif_location(cdr_json_writer *w, const char *path, uint64_t line, const char *field)
{
    cdr_jw_open(w, '{');
    if (path && path[0]) {
        cdr_sarif_open(w, "physicalLocation", '{');
        cdr_sarif_open(w, "artifactLocation", '{');
        put_uri(w, path);
        cdr_jw_close(w, '}');
        if (line > 0) {
            cdr_sarif_open(w, "region", '{');
            num(w, "startLine", line);
            cdr_jw_close(w, '}');
        }
        cdr_jw_close(w, '}');
    }
    if (field && field[0]) {
        cdr_sarif_open(w, "logicalLocations", '[');
        cdr_jw_open(w, '{');
        str(w, "name", field);
        str(w, "kind", "member");
        cdr_jw_close(w, '}');
        cdr_jw_close(w, ']');
    }
    cdr_jw_close(w, '}');
}

const char *cdr_sarif_level(cdr_severity s)
{
    return s >= CDR_SEV_HIGH ? "error" : s == CDR_SEV_MEDIUM ? "warning" : "note";
}
