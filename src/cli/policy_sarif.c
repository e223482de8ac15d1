/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts as SARIF 2.1.0 (OASIS): what fails, what is waived as suppressed, what is unknown as open; what could not be evaluated as
 * notifications, so that a partial look cannot pass for a clean one. No value, no snippet. */
#include "cli/policy_words.h"

#include "core/report/sarif.h"

#include <string.h>

static void text(cdr_json_writer *w, const char *key, const char *value)
{
    cdr_jw_key(w, key);
    cdr_jw_str(w, value);
}

static bool is_result(const cdr_verdict *v)
{
    return v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_GAP || v->result == CDR_VERDICT_UNKNOWN || v->result == CDR_VERDICT_WAIVED;
}

/* The first verdict of each rule that has results, in their order. */
typedef struct rule_order { size_t *first, count; } rule_order;

static size_t rule_index(rule_order *o, const cdr_verdict *all, size_t at)
{
    size_t i = o->count;    /* verdicts of a rule mostly follow one another */
    while (i > 0 && strcmp(all[o->first[i - 1]].rule, all[at].rule) != 0)
        i--;
    if (i > 0)
        return i - 1;
    o->first[o->count] = at;
    return o->count++;
}

static void put_rule(cdr_json_writer *w, const cdr_verdict *v)
{
    cdr_jw_open(w, '{');
    text(w, "id", v->rule);
    cdr_sarif_message(w, "shortDescription", v->title);
    cdr_sarif_message(w, "fullDescription", v->why[0] ? v->why : v->title);
    cdr_sarif_message(w, "help", v->law[0] ? v->law : v->title);
    cdr_sarif_open(w, "defaultConfiguration", '{');
    text(w, "level", cdr_sarif_level(v->severity));
    cdr_jw_close(w, '}');
    cdr_sarif_open(w, "properties", '{');
    cdr_sarif_open(w, "tags", '[');
    cdr_jw_str(w, "privacy");
    cdr_jw_str(w, "minimisation");
    cdr_jw_str(w, v->test);
    cdr_jw_close(w, ']');
    text(w, "version", v->version == 1 ? "1" : "later");
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
}

static void put_location(cdr_json_writer *w, const cdr_verdict *v)
{
    _cleanup_buf_ cdr_buf place = CDR_BUF(1 << 16);
    cdr_sarif_open(w, "locations", '[');
    if (v->path[0])
        cdr_sarif_location(w, v->path, 0, v->field);
    else {
        cdr_verdict_place(v, &place);
        cdr_sarif_location(w, NULL, 0, place.data);
    }
    cdr_jw_close(w, ']');
}

static void put_result(cdr_json_writer *w, rule_order *o, const cdr_verdict *all, size_t at)
{
    const cdr_verdict *v = &all[at];
    cdr_jw_open(w, '{');
    text(w, "ruleId", v->rule);
    cdr_jw_key(w, "ruleIndex");
    cdr_jw_int(w, (int64_t)rule_index(o, all, at));
    text(w, "kind", v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_WAIVED ? "fail" : "open");
    text(w, "level", v->result == CDR_VERDICT_FAIL || v->result == CDR_VERDICT_WAIVED ? cdr_sarif_level(v->severity) : "none");
    _cleanup_buf_ cdr_buf said = CDR_BUF(1 << 16);
    cdr_buf_addf(&said, "%s: ", v->title);
    cdr_verdict_sentences(v, &said);
    if (v->remedy_text[0] && strcmp(v->remedy_text, v->missing) != 0)
        cdr_buf_addf(&said, " %s", v->remedy_text);
    cdr_sarif_message(w, "message", said.data ? said.data : "");
    put_location(w, v);
    cdr_sarif_open(w, "partialFingerprints", '{');
    text(w, "candorVerdict/v1", v->id);
    cdr_jw_close(w, '}');
    if (v->result == CDR_VERDICT_WAIVED && v->waiver) {
        cdr_sarif_open(w, "suppressions", '[');
        cdr_jw_open(w, '{');
        text(w, "kind", "external");
        text(w, "status", "accepted");
        text(w, "justification", v->waiver->reason);
        cdr_jw_close(w, '}');
        cdr_jw_close(w, ']');
    }
    cdr_sarif_open(w, "properties", '{');
    text(w, "result", cdr_verdict_names[v->result]);
    text(w, "severity", cdr_severity_name(v->severity));
    if (v->command[0])
        text(w, "command", v->command);
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
}

static void put_invocation(cdr_json_writer *w, const cdr_verdict *all, size_t count, bool complete)
{
    cdr_sarif_open(w, "invocations", '[');
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "executionSuccessful");
    cdr_jw_bool(w, complete);
    cdr_sarif_open(w, "toolExecutionNotifications", '[');
    if (!complete) {
        cdr_jw_open(w, '{');
        text(w, "level", "warning");
        cdr_sarif_message(w, "message", "The last scan did not read everything; what was not read is not judged.");
        cdr_jw_close(w, '}');
    }
    for (size_t i = 0; i < count; i++) {
        if (all[i].result != CDR_VERDICT_NOT_EVALUATED && all[i].result != CDR_VERDICT_OFF)
            continue;
        _cleanup_buf_ cdr_buf said = CDR_BUF(8192);
        cdr_buf_addf(&said, "%s is %s: %s", all[i].rule, cdr_verdict_names[all[i].result], all[i].missing[0] ? all[i].missing : all[i].evidence);
        cdr_jw_open(w, '{');
        text(w, "level", "note");
        cdr_sarif_message(w, "message", said.data ? said.data : "");
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
}

cdr_status cdr_verdicts_sarif(const cdr_verdict *all, size_t count, bool complete, cdr_buf *out, cdr_err *err)
{
    cdr_json_writer writer, *w = &writer;
    rule_order o = {.first = cdr_alloc_array(count + 1, sizeof *o.first)};
    if (!o.first)
        return cdr_fail_nomem(err, "cli");
    for (size_t i = 0; i < count; i++)
        if (is_result(&all[i]))
            rule_index(&o, all, i);
    cdr_jw_begin(w, out);
    cdr_jw_open(w, '{');
    text(w, "$schema", CDR_SARIF_SCHEMA);
    text(w, "version", "2.1.0");
    cdr_sarif_open(w, "runs", '[');
    cdr_jw_open(w, '{');
    cdr_sarif_open(w, "tool", '{');
    cdr_sarif_open(w, "driver", '{');
    text(w, "name", "candor policy");
    text(w, "version", cdr_version());
    text(w, "semanticVersion", cdr_version());
    cdr_sarif_open(w, "rules", '[');
    for (size_t i = 0; i < o.count; i++)
        put_rule(w, &all[o.first[i]]);
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, '}');
    put_invocation(w, all, count, complete);
    cdr_sarif_open(w, "results", '[');
    for (size_t i = 0; i < count; i++)
        if (is_result(&all[i]))
            put_result(w, &o, all, i);
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    cdr_buf_addc(out, '\n');
    cdr_free(o.first);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "cli", "policy.sarif", "The SARIF document does not fit into memory.");
}
