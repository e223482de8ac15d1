/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/check_inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

const char *cdr_cacao_level_name(cdr_cacao_level level)
{
    static const char *const names[] = {"", "error", "warning", "structure"};
    return (unsigned)level < CDR_COUNT(names) ? names[level] : names[0];
}

static void copy_cut(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);
    if (len >= size)
        for (len = size - 1; len > 0 && (from[len] & 0xC0) == 0x80;)
            len--;
    memcpy(to, from, len);
    to[len] = '\0';
}

const char *cdr_cacao_check_quote(struct check *c, const char *s)
{
    char *to = c->quoted[c->quote++ % CDR_COUNT(c->quoted)];
    cdr_buf b _cleanup_buf_ = CDR_BUF(sizeof c->quoted[0] - 1);
    /* An escaped byte takes four: what does not fit is cut by the buffer's limit, so it is quoted shorter. */
    if (cdr_text_quote(&b, s, 60) != CDR_OK) {
        cdr_buf_done(&b);
        cdr_text_quote(&b, s, 20);
    }
    copy_cut(to, sizeof c->quoted[0], b.data ? b.data : "");
    return to;
}

void cdr_cacao_check_tell(struct check *c, cdr_cacao_level level, bool fatal, const char *id, const char *clause, const char *fmt, ...)
{
    c->errors += level == CDR_CACAO_ERROR;
    c->warnings += level == CDR_CACAO_WARNING;
    c->structure += level == CDR_CACAO_STRUCTURE;
    c->fatal = c->fatal || fatal || level == CDR_CACAO_ERROR;
    if (c->found.len >= CDR_CACAO_FINDINGS_MAX) {
        c->more = true;
        return;
    }
    cdr_cacao_finding *f = check_findings_push(&c->found);
    if (!f) {
        c->nomem = true;
        return;
    }
    *f = (cdr_cacao_finding){.level = level, .fatal = fatal || level == CDR_CACAO_ERROR, .id = id, .clause = clause};
    cdr_buf where _cleanup_buf_ = CDR_BUF(sizeof c->path * 4 + 1);
    cdr_text_escape(&where, c->path, c->path_len);
    copy_cut(f->where, sizeof f->where, where.data ? where.data : "");
    va_list ap;
    va_start(ap, fmt);
    char text[1024];
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    copy_cut(f->text, sizeof f->text, text);
}

size_t cdr_cacao_check_enter(struct check *c, const char *key)
{
    size_t was = c->path_len, len = strnlen(key, sizeof c->path), room = sizeof c->path - 2 - was;
    if (was > 0 && room > 0) {
        c->path[c->path_len++] = '/';
        room--;
    }
    len = CDR_MIN(len, room);
    memcpy(c->path + c->path_len, key, len);
    c->path_len += len;
    c->path[c->path_len] = '\0';
    return was;
}

size_t cdr_cacao_check_enter_index(struct check *c, size_t i)
{
    size_t was = c->path_len;
    int n = snprintf(c->path + was, sizeof c->path - was, "[%zu]", i);
    c->path_len = CDR_MIN(was + (size_t)CDR_MAX(n, 0), sizeof c->path - 2);
    return was;
}

void cdr_cacao_check_leave(struct check *c, size_t was)
{
    c->path_len = was;
    c->path[was] = '\0';
}

void cdr_cacao_verdict_done(cdr_cacao_verdict *v)
{
    cdr_free(v->findings);
    *v = (cdr_cacao_verdict){0};
}

static void done(struct check *c)
{
    check_findings_done(&c->found);
    check_ids_done(&c->ids);
    json_decref(c->activities);
    json_decref(c->references);
    json_decref(c->step_variables);
    json_decref(c->sectors);
    cdr_free(c->openers);
}

cdr_status cdr_playbook_check(const cdr_playbook *p, const cdr_cacao_options *options, cdr_cacao_verdict *ret, cdr_err *err)
{
    *ret = (cdr_cacao_verdict){0};
    struct check c _cleanup_(done) = {.p = p, .json = cdr_playbook_json(p), .lenient = options && options->lenient, .activities = json_object(), .step_variables = json_object(), .sectors = json_object()};
    if (!c.activities || !c.step_variables || !c.sectors)
        return cdr_fail_nomem(err, "cacao");
    cdr_cacao_check_openers(&c);
    cdr_cacao_check_playbook_object(&c);
    cdr_cacao_check_whole_playbook(&c);
    cdr_cacao_check_flow(&c);
    if (c.nomem)
        return cdr_fail_nomem(err, "cacao");
    *ret = (cdr_cacao_verdict){.findings = CDR_TAKE(c.found.at), .count = c.found.len, .errors = c.errors, .warnings = c.warnings, .structure = c.structure, .runnable = !c.fatal, .more = c.more};
    c.found = (check_findings){0};
    return CDR_OK;
}
