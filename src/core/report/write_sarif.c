/* SPDX-License-Identifier: Apache-2.0 */
/* findings.sarif: SARIF 2.1.0 (OASIS). Broken rules and findings as results, what was not read as notifications of the invocation, so
 * that a partial scan cannot look clean. Fingerprints are keyed ids; no snippet, no value. */
#include "core/report/json_fields.h"
#include "core/report/sarif.h"
#include "core/report/stream.h"

#include "base/time.h"
#include "base/vec.h"
#include "core/report/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

CDR_VEC(rule_list, const char *)
typedef struct own_rule { char *id, *title, *category; } own_rule;     /* the user's detectors */
CDR_VEC(own_rules, own_rule)

typedef struct sarif {
    cdr_stream s;
    const cdr_audit *a;
    rule_list audit_rules;      /* rule ids of violations, in order */
    bool kinds[UINT16_MAX + 1];
    int64_t kind_index[UINT16_MAX + 1];
    own_rules own;
    uint64_t own_first;         /* index of the first of them */
    cdr_status status;
} sarif;

/* --- rules --- */

static bool is_own(const cdr_audit_finding *f)
{
    return f->rule_name && f->rule_name[0];
}

static size_t own_index(const sarif *x, const char *id)
{
    size_t i = 0;
    while (i < x->own.len && strcmp(x->own.at[i].id, id) != 0)
        i++;
    return i;
}

static void own_done(sarif *x)
{
    for (size_t i = 0; i < x->own.len; i++) {
        cdr_free(x->own.at[i].id);
        cdr_free(x->own.at[i].title);
        cdr_free(x->own.at[i].category);
    }
    own_rules_done(&x->own);
}

static cdr_status note_kind(void *arg, const cdr_audit_finding *f)
{
    sarif *x = arg;
    if (!is_own(f)) {
        x->kinds[f->kind] = true;
        return CDR_OK;
    }
    if (own_index(x, f->rule_name) < x->own.len)
        return CDR_OK;
    own_rule *r = own_rules_push(&x->own);
    if (!r)
        return cdr_fail_nomem(x->s.err, "report");
    *r = (own_rule){cdr_strdup(f->rule_name), cdr_strdup(cdr_audit_finding_title(f)), cdr_strdup(cdr_audit_finding_category(f))};
    return r->id && r->title && r->category ? CDR_OK : cdr_fail_nomem(x->s.err, "report");
}

static size_t rule_index(const sarif *x, const char *rule)
{
    for (size_t i = 0; i < x->audit_rules.len; i++)
        if (!strcmp(x->audit_rules.at[i], rule))
            return i;
    return x->audit_rules.len;
}

static void audit_rule(cdr_json_writer *w, const cdr_audit_violation *v)
{
    cdr_buf help = CDR_BUF(8192);
    cdr_buf_addf(&help, "%s %s%s%s", v->why, v->remedy, v->law && v->law[0] ? " " : "", v->law ? v->law : "");
    cdr_jw_open(w, '{');
    str(w, "id", v->rule);
    cdr_sarif_message(w, "shortDescription", v->title);
    cdr_sarif_message(w, "fullDescription", v->why);
    cdr_sarif_message(w, "help", help.data);
    cdr_sarif_open(w, "defaultConfiguration", '{');
    str(w, "level", cdr_sarif_level(v->severity));
    cdr_jw_close(w, '}');
    cdr_sarif_open(w, "properties", '{');
    cdr_sarif_open(w, "tags", '[');
    cdr_jw_str(w, "privacy");
    cdr_jw_str(w, "audit");
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    cdr_buf_done(&help);
}

static void kind_rule(cdr_json_writer *w, const cdr_kind_info *k)
{
    char text[200];
    snprintf(text, sizeof text, "%s (%s)", k->title, cdr_family_name(k->family));
    cdr_jw_open(w, '{');
    str(w, "id", k->id);
    cdr_sarif_message(w, "shortDescription", k->title);
    cdr_sarif_message(w, "fullDescription", text);
    cdr_sarif_open(w, "properties", '{');
    cdr_sarif_open(w, "tags", '[');
    cdr_jw_str(w, "privacy");
    cdr_jw_str(w, cdr_family_name(k->family));
    cdr_jw_close(w, ']');
    if (k->category[0])
        str(w, "category", k->category);
    str(w, "type", k->type);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
}

static cdr_status rules(sarif *x)
{
    const cdr_audit *a = x->a;
    cdr_json_writer *w = &x->s.json;
    cdr_sarif_open(w, "rules", '[');
    for (size_t i = 0; i < a->violation_count; i++) {
        if (rule_index(x, a->violations[i].rule) < x->audit_rules.len)
            continue;
        const char **slot = rule_list_push(&x->audit_rules);
        if (!slot)
            return cdr_fail_nomem(x->s.err, "report");
        *slot = a->violations[i].rule;
        audit_rule(w, &a->violations[i]);
    }
    int64_t next = (int64_t)x->audit_rules.len;
    for (size_t k = 0; k <= UINT16_MAX; k++)
        if (x->kinds[k]) {
            x->kind_index[k] = next++;
            kind_rule(w, cdr_kind_get((cdr_kind)k));
        }
    x->own_first = (uint64_t)next;
    for (size_t i = 0; i < x->own.len; i++)
        kind_rule(w, &(cdr_kind_info){.id = x->own.at[i].id, .title = x->own.at[i].title, .type = "CUSTOM", .category = x->own.at[i].category, .family = CDR_FAMILY_OTHER});
    cdr_jw_close(w, ']');
    return cdr_stream_flush(&x->s, false);
}

static cdr_status tool(sarif *x)
{
    const cdr_audit *a = x->a;
    cdr_json_writer *w = &x->s.json;
    cdr_sarif_open(w, "tool", '{');
    cdr_sarif_open(w, "driver", '{');
    str(w, "name", "Candor");
    str(w, "version", a->program_version);
    str(w, "semanticVersion", a->program_version);
    cdr_status s = rules(x);
    cdr_sarif_open(w, "notifications", '[');
    for (size_t i = 0; i < a->gap_count; i++) {
        bool again = false;     /* reasons may differ in their words only: an id is told once */
        for (size_t k = 0; k < i && !again; k++)
            again = !strcmp(a->gaps[k].reason_id, a->gaps[i].reason_id);
        if (again)
            continue;
        cdr_jw_open(w, '{');
        str(w, "id", a->gaps[i].reason_id);
        cdr_sarif_message(w, "shortDescription", a->gaps[i].reason);
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    return s;
}

/* --- what was not read --- */

static cdr_status notification(void *arg, const cdr_audit_unread *u)
{
    sarif *x = arg;
    cdr_json_writer *w = &x->s.json;
    cdr_buf text = CDR_BUF(4096);
    cdr_buf_addf(&text, "%s: %s", u->partial ? "Read in part" : "Not read", u->reason);
    cdr_jw_open(w, '{');
    cdr_sarif_open(w, "descriptor", '{');
    str(w, "id", u->reason_id);
    cdr_jw_close(w, '}');
    str(w, "level", "warning");
    cdr_sarif_message(w, "message", text.data);
    cdr_sarif_open(w, "locations", '[');
    cdr_sarif_location(w, u->path, 0, NULL);
    cdr_jw_close(w, ']');
    cdr_sarif_open(w, "properties", '{');
    str(w, "coverage", u->partial ? "partial" : "skipped");
    str(w, "format", u->format);
    num(w, "size", u->size);
    num(w, "bytesRead", u->bytes_read);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    cdr_buf_done(&text);
    return cdr_stream_flush(&x->s, false);
}

static cdr_status invocations(sarif *x)
{
    const cdr_audit *a = x->a;
    cdr_json_writer *w = &x->s.json;
    char end[CDR_TIME_TEXT];
    cdr_time_format(a->at_us, end);
    cdr_sarif_open(w, "invocations", '[');
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "executionSuccessful");
    cdr_jw_bool(w, !a->interrupted);
    str(w, "endTimeUtc", end);
    cdr_sarif_open(w, "toolExecutionNotifications", '[');
    cdr_status r = a->each_unread ? a->each_unread(a, notification, x, x->s.err) : CDR_OK;
    cdr_jw_close(w, ']');
    cdr_sarif_open(w, "properties", '{');
    cdr_sarif_open(w, "coverage", '{');
    num(w, "complete", a->complete);
    num(w, "partial", a->partial);
    num(w, "skipped", a->skipped);
    num(w, "suppressed", a->suppressed);
    cdr_jw_close(w, '}');
    str(w, "ruleset", a->ruleset_version);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
    return r;
}

/* --- results --- */

static cdr_status violation(sarif *x, const cdr_audit_violation *v)
{
    cdr_json_writer *w = &x->s.json;
    cdr_buf text = CDR_BUF(8192);
    cdr_buf_addf(&text, "%s: %s. %s", v->title, v->evidence, v->remedy);
    cdr_jw_open(w, '{');
    str(w, "ruleId", v->rule);
    num(w, "ruleIndex", rule_index(x, v->rule));
    str(w, "level", cdr_sarif_level(v->severity));
    cdr_sarif_message(w, "message", text.data);
    if (v->path && v->path[0]) {
        cdr_sarif_open(w, "locations", '[');
        cdr_sarif_location(w, v->path, 0, NULL);
        cdr_jw_close(w, ']');
    }
    cdr_sarif_open(w, "properties", '{');
    str(w, "severity", cdr_severity_name(v->severity));
    str(w, "system", v->system);
    num(w, "people", v->people);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    cdr_buf_done(&text);
    return cdr_stream_flush(&x->s, false);
}

static void finding_kind(cdr_json_writer *w, const cdr_audit_finding *f)
{
    bool weak = f->high + f->medium == 0, secret = cdr_kind_get(f->kind)->family == CDR_FAMILY_SECRET;
    str(w, "kind", weak ? "review" : "fail");     /* a level other than none is for failures only */
    str(w, "level", weak ? "none" : secret ? "error" : f->high > 0 ? "warning" : "note");
}

static void finding_message(cdr_json_writer *w, const cdr_audit_finding *f)
{
    cdr_buf text = CDR_BUF(8192);
    cdr_buf_adds(&text, cdr_audit_finding_title(f));
    cdr_buf_adds(&text, ": ");
    cdr_words_count(&text, f->high + f->medium + f->low + f->suppressed, "occurrence", "occurrences");
    if (f->masked && f->masked[0])
        cdr_buf_addf(&text, ", the first reads %s (masked)", f->masked);
    if (f->explanation && f->explanation[0])
        cdr_buf_addf(&text, "; %s", f->explanation);
    cdr_buf_addc(&text, '.');
    cdr_sarif_message(w, "message", text.data);
    cdr_buf_done(&text);
}

/* Rows of a table are no lines of a file. */
static bool has_lines(const char *format)
{
    return format && strcmp(format, "sqlite-table") != 0;
}

static cdr_status finding(void *arg, const cdr_audit_finding *f)
{
    sarif *x = arg;
    cdr_json_writer *w = &x->s.json;
    cdr_jw_open(w, '{');
    str(w, "ruleId", cdr_audit_finding_id(f));
    num(w, "ruleIndex", is_own(f) ? x->own_first + own_index(x, f->rule_name) : (uint64_t)x->kind_index[f->kind]);
    finding_kind(w, f);
    finding_message(w, f);
    cdr_sarif_open(w, "locations", '[');
    cdr_sarif_location(w, f->path, has_lines(f->format) ? f->line : 0, f->field);
    cdr_jw_close(w, ']');
    if (f->value_id && f->value_id[0]) {
        cdr_sarif_open(w, "partialFingerprints", '{');
        str(w, "candorValueId/v1", f->value_id);
        cdr_jw_close(w, '}');
    }
    if (f->suppressed > 0 && f->high + f->medium + f->low == 0) {
        cdr_sarif_open(w, "suppressions", '[');
        cdr_jw_open(w, '{');
        str(w, "kind", "external");
        cdr_jw_close(w, '}');
        cdr_jw_close(w, ']');
    }
    cdr_sarif_open(w, "properties", '{');
    cdr_jw_key(w, "confidence");
    cdr_jw_num(w, (double)(int)(f->confidence * 1000 + 0.5f) / 1000);
    num(w, "high", f->high);
    num(w, "medium", f->medium);
    num(w, "low", f->low);
    num(w, "distinct", f->distinct);
    str(w, "system", f->system);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    return cdr_stream_flush(&x->s, false);
}

static cdr_status results(sarif *x)
{
    const cdr_audit *a = x->a;
    cdr_status s = CDR_OK;
    cdr_sarif_open(&x->s.json, "results", '[');
    for (size_t i = 0; i < a->violation_count && s == CDR_OK; i++)
        s = violation(x, &a->violations[i]);
    if (s == CDR_OK && a->each_finding)
        s = a->each_finding(a, finding, x, x->s.err);
    cdr_jw_close(&x->s.json, ']');
    return s;
}

static cdr_status document(sarif *x)
{
    cdr_json_writer *w = &x->s.json;
    cdr_status s = x->a->each_finding ? x->a->each_finding(x->a, note_kind, x, x->s.err) : CDR_OK;
    if (s != CDR_OK)
        return s;
    cdr_jw_open(w, '{');
    str(w, "$schema", CDR_SARIF_SCHEMA);
    str(w, "version", "2.1.0");
    cdr_sarif_open(w, "runs", '[');
    cdr_jw_open(w, '{');
    s = tool(x);
    if (s == CDR_OK)
        s = invocations(x);
    str(w, "columnKind", "unicodeCodePoints");
    if (s == CDR_OK)
        s = results(x);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_buf_addc(&x->s.buf, '\n');
    return s;
}

cdr_status cdr_audit_write_sarif(const cdr_audit *a, const char *path, cdr_err *err)
{
    _cleanup_free_ sarif *x = cdr_alloc(sizeof *x);
    if (!x)
        return cdr_fail_nomem(err, "report");
    cdr_status s = cdr_stream_open(&x->s, path, err);
    if (s != CDR_OK)
        return s;
    x->a = a;
    s = cdr_stream_finish(&x->s, document(x));
    rule_list_done(&x->audit_rules);
    own_done(x);
    return s;
}
