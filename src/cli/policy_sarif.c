/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts as SARIF 2.1.0 (OASIS): what fails, what is waived as suppressed, what is unknown as open; what could not be evaluated as
 * notifications, so that a partial look cannot pass for a clean one. No value, no snippet. */
#include "cli/policy_words.h"

#include <ctype.h>
#include <string.h>

static void text(cdr_json_writer *w, const char *key, const char *value)
{
    cdr_jw_key(w, key);
    cdr_jw_str(w, value);
}

static void open(cdr_json_writer *w, const char *key, char bracket)
{
    cdr_jw_key(w, key);
    cdr_jw_open(w, bracket);
}

static void message(cdr_json_writer *w, const char *key, const char *value)
{
    open(w, key, '{');
    text(w, "text", value[0] ? value : "-");
    cdr_jw_close(w, '}');
}

static const char *level_of(cdr_severity s)
{
    return s >= CDR_SEV_HIGH ? "error" : s == CDR_SEV_MEDIUM ? "warning" : "note";
}

static bool is_result(const cdr_verdict *v)
{
    return v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_GAP || v->result == CDR_VERDICT_UNKNOWN || v->result == CDR_VERDICT_WAIVED;
}

/* Index among the rules that have results, in the order of their first; the number of them when ${all}[at] is the first of its rule. */
static size_t rule_index(const cdr_verdict *all, size_t at, bool *ret_first)
{
    size_t n = 0;
    *ret_first = true;
    for (size_t i = 0; i < at; i++) {
        bool first = is_result(&all[i]);
        for (size_t k = 0; k < i && first; k++)
            first = !is_result(&all[k]) || strcmp(all[k].rule, all[i].rule) != 0;
        if (first && !strcmp(all[i].rule, all[at].rule)) {
            *ret_first = false;
            return n;
        }
        n += first;
    }
    return n;
}

static void put_rule(cdr_json_writer *w, const cdr_verdict *v)
{
    cdr_jw_open(w, '{');
    text(w, "id", v->rule);
    message(w, "shortDescription", v->title);
    message(w, "fullDescription", v->why[0] ? v->why : v->title);
    message(w, "help", v->law[0] ? v->law : v->title);
    open(w, "defaultConfiguration", '{');
    text(w, "level", level_of(v->severity));
    cdr_jw_close(w, '}');
    open(w, "properties", '{');
    open(w, "tags", '[');
    cdr_jw_str(w, "privacy");
    cdr_jw_str(w, "minimisation");
    cdr_jw_str(w, v->test);
    cdr_jw_close(w, ']');
    text(w, "version", v->version == 1 ? "1" : "later");
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
}

static void put_uri(cdr_json_writer *w, const char *path)
{
    _cleanup_buf_ cdr_buf uri = CDR_BUF(1 << 20);
    cdr_buf_adds(&uri, path[0] == '/' ? "file://" : strchr(path, ':') ? "./" : "");
    for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
        if (isalnum(*p) || strchr("/-._~!$'()*+,;=@:", *p))
            cdr_buf_addc(&uri, (char)*p);
        else
            cdr_buf_addf(&uri, "%%%02X", *p);
    }
    text(w, "uri", cdr_buf_status(&uri) == CDR_OK && uri.data ? uri.data : "");
}

static void put_location(cdr_json_writer *w, const cdr_verdict *v)
{
    _cleanup_buf_ cdr_buf place = CDR_BUF(1 << 16);
    open(w, "locations", '[');
    cdr_jw_open(w, '{');
    if (v->path[0]) {
        open(w, "physicalLocation", '{');
        open(w, "artifactLocation", '{');
        put_uri(w, v->path);
        cdr_jw_close(w, '}');
        cdr_jw_close(w, '}');
    }
    cdr_verdict_place(v, &place);
    open(w, "logicalLocations", '[');
    cdr_jw_open(w, '{');
    text(w, "fullyQualifiedName", place.data ? place.data : "");
    text(w, "kind", v->field[0] ? "member" : "resource");
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
}

static void put_result(cdr_json_writer *w, const cdr_verdict *all, size_t at)
{
    const cdr_verdict *v = &all[at];
    bool first;
    cdr_jw_open(w, '{');
    text(w, "ruleId", v->rule);
    cdr_jw_key(w, "ruleIndex");
    cdr_jw_int(w, (int64_t)rule_index(all, at, &first));
    text(w, "kind", v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_WAIVED ? "fail" : "open");
    text(w, "level", v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_WAIVED ? level_of(v->severity) : "none");
    _cleanup_buf_ cdr_buf said = CDR_BUF(1 << 16);
    cdr_buf_addf(&said, "%s: ", v->title);
    cdr_verdict_sentences(v, &said);
    if (v->remedy_text[0] && strcmp(v->remedy_text, v->missing) != 0)
        cdr_buf_addf(&said, " %s", v->remedy_text);
    message(w, "message", said.data ? said.data : "");
    put_location(w, v);
    open(w, "partialFingerprints", '{');
    text(w, "candorVerdict/v1", v->id);
    cdr_jw_close(w, '}');
    if (v->result == CDR_VERDICT_WAIVED && v->waiver) {
        open(w, "suppressions", '[');
        cdr_jw_open(w, '{');
        text(w, "kind", "external");
        text(w, "status", "accepted");
        text(w, "justification", v->waiver->reason);
        cdr_jw_close(w, '}');
        cdr_jw_close(w, ']');
    }
    open(w, "properties", '{');
    text(w, "result", cdr_verdict_names[v->result]);
    text(w, "severity", cdr_severity_name(v->severity));
    if (v->command[0])
        text(w, "command", v->command);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
}

static void put_invocation(cdr_json_writer *w, const cdr_verdict *all, size_t count, bool complete)
{
    open(w, "invocations", '[');
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "executionSuccessful");
    cdr_jw_bool(w, complete);
    open(w, "toolExecutionNotifications", '[');
    if (!complete) {
        cdr_jw_open(w, '{');
        text(w, "level", "warning");
        message(w, "message", "The last scan did not read everything; what was not read is not judged.");
        cdr_jw_close(w, '}');
    }
    for (size_t i = 0; i < count; i++) {
        if (all[i].result != CDR_VERDICT_NOT_EVALUATED && all[i].result != CDR_VERDICT_OFF)
            continue;
        _cleanup_buf_ cdr_buf said = CDR_BUF(8192);
        cdr_buf_addf(&said, "%s is %s: %s", all[i].rule, cdr_verdict_names[all[i].result], all[i].missing[0] ? all[i].missing : all[i].evidence);
        cdr_jw_open(w, '{');
        text(w, "level", "note");
        message(w, "message", said.data ? said.data : "");
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
}

cdr_status cdr_verdicts_sarif(const cdr_verdict *all, size_t count, bool complete, cdr_buf *out, cdr_err *err)
{
    cdr_json_writer writer, *w = &writer;
    bool first;
    cdr_jw_begin(w, out);
    cdr_jw_open(w, '{');
    text(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    text(w, "version", "2.1.0");
    open(w, "runs", '[');
    cdr_jw_open(w, '{');
    open(w, "tool", '{');
    open(w, "driver", '{');
    text(w, "name", "candor policy");
    text(w, "version", cdr_version());
    open(w, "rules", '[');
    for (size_t i = 0; i < count; i++)
        if (is_result(&all[i]) && (rule_index(all, i, &first), first))
            put_rule(w, &all[i]);
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    put_invocation(w, all, count, complete);
    open(w, "results", '[');
    for (size_t i = 0; i < count; i++)
        if (is_result(&all[i]))
            put_result(w, all, i);
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_buf_addc(out, '\n');
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "cli", "policy.sarif", "The SARIF document does not fit into memory.");
}
