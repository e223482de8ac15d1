/* SPDX-License-Identifier: Apache-2.0 */
/* report.json: the whole audit as data, nothing cut. Its shape is a promise: "schema" changes when a field changes its meaning. */
#include "core/report/json_fields.h"
#include "core/report/stream.h"

#include "base/sketch.h"
#include "base/text.h"
#include "base/time.h"
#include "core/report/words.h"

#include <string.h>

static void when(cdr_json_writer *w, const char *key, int64_t us)
{
    char text[CDR_TIME_TEXT];
    cdr_jw_key(w, key);
    if (us == 0) {
        cdr_jw_str(w, NULL);
        return;
    }
    cdr_time_format(us, text);
    cdr_jw_str(w, text);
}

static void words(cdr_json_writer *w, const char *key, const cdr_audit *a, void (*say)(const cdr_audit *a, cdr_buf *out))
{
    cdr_buf text = CDR_BUF(4096);
    say(a, &text);
    str(w, key, text.data);
    cdr_buf_done(&text);
}

static void range(cdr_json_writer *w, const char *key, uint64_t min, uint64_t max, bool about)
{
    cdr_jw_key(w, key);
    cdr_jw_open(w, '{');
    num(w, "min", min);
    num(w, "max", max);
    cdr_jw_key(w, "approximate");
    cdr_jw_bool(w, about);
    cdr_jw_close(w, '}');
}

static void open_list(cdr_json_writer *w, const char *key)
{
    cdr_jw_key(w, key);
    cdr_jw_open(w, '[');
}

static void head(cdr_json_writer *w, const cdr_audit *a)
{
    cdr_audit_figures f = cdr_audit_figures_of(a);
    str(w, "schema", "candor-audit-1");
    str(w, "organisation", a->org);
    when(w, "at", a->at_us);
    when(w, "previous", a->previous_us);
    str(w, "program", a->program_version);
    str(w, "ruleset", a->ruleset_version);
    words(w, "headline", a, cdr_audit_headline);
    words(w, "answer", a, cdr_audit_answer);
    open_list(w, "targets");
    for (size_t i = 0; i < a->target_count; i++)
        cdr_jw_str(w, a->targets[i]);
    cdr_jw_close(w, ']');
    num(w, "objects_elsewhere", a->elsewhere);
    range(w, "people", a->people_min, a->people_max, a->people_about);
    num(w, "places", f.places);
    num(w, "unregistered_places", f.unregistered_places);
    num(w, "holders_besides_us", f.holders_besides_us);
    cdr_jw_key(w, "findings");
    cdr_jw_open(w, '{');
    num(w, "high", a->findings_high);
    num(w, "medium", a->findings_medium);
    num(w, "low", a->findings_low);
    num(w, "suppressed", a->suppressed);
    num(w, "weak_rows_left_out", a->weak_left_out);
    cdr_jw_close(w, '}');
}

static void coverage(cdr_json_writer *w, const cdr_audit *a)
{
    cdr_jw_key(w, "coverage");
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "complete_audit");
    cdr_jw_bool(w, cdr_audit_is_complete(a));
    cdr_jw_key(w, "interrupted");
    cdr_jw_bool(w, a->interrupted);
    num(w, "objects", a->objects);
    num(w, "complete", a->complete);
    num(w, "partial", a->partial);
    num(w, "skipped", a->skipped);
    num(w, "unchanged", a->unchanged);
    num(w, "bytes_read", a->bytes_read);
    num(w, "own_folders_left_out", a->own_folders);
    open_list(w, "gaps");
    for (size_t i = 0; i < a->gap_count; i++) {
        cdr_jw_open(w, '{');
        str(w, "reason_id", a->gaps[i].reason_id);
        str(w, "reason", a->gaps[i].reason);
        num(w, "count", a->gaps[i].count);
        num(w, "bytes", a->gaps[i].bytes);
        str(w, "coverage", a->gaps[i].partial ? "partial" : "skipped");
        open_list(w, "examples");
        for (size_t k = 0; k < a->gaps[i].name_count; k++)
            cdr_jw_str(w, a->gaps[i].names[k]);
        cdr_jw_close(w, ']');
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
}

static void todo(cdr_json_writer *w, const cdr_audit *a)
{
    open_list(w, "todo");
    for (size_t i = 0; i < a->todo_count; i++) {
        cdr_jw_open(w, '{');
        str(w, "severity", cdr_severity_name(a->todo[i].severity));
        str(w, "headline", a->todo[i].headline);
        str(w, "detail", a->todo[i].detail);
        str(w, "note", a->todo[i].note);
        str(w, "command", a->todo[i].command);
        str(w, "rule", a->todo[i].rule);
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
}

static void system_of(cdr_json_writer *w, const cdr_audit_system *s)
{
    cdr_jw_open(w, '{');
    str(w, "key", s->key);
    str(w, "name", s->name);
    cdr_jw_key(w, "registered");
    cdr_jw_bool(w, s->registered);
    str(w, "location", s->location);
    str(w, "owner", s->owner);
    str(w, "encrypted", s->encrypted > 0 ? "yes" : s->encrypted == 0 ? "no" : "unknown");
    str(w, "backup_of", s->backup_of);
    open_list(w, "holders");
    for (size_t i = 0; i < s->holder_count; i++) {
        cdr_jw_open(w, '{');
        str(w, "party", s->holders[i].party);
        cdr_jw_key(w, "us");
        cdr_jw_bool(w, s->holders[i].is_us);
        str(w, "relation", s->holders[i].relation);
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    num(w, "objects", s->objects);
    range(w, "people", s->people_min, s->people_max, s->people_about);
    cdr_jw_key(w, "values");
    cdr_jw_open(w, '{');
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (s->by_family[f] > 0)
            num(w, cdr_family_name((cdr_family)f), s->by_family[f]);
    cdr_jw_close(w, '}');
    num(w, "violations", s->violations);
    cdr_jw_close(w, '}');
}

static cdr_status systems(cdr_stream *s, const cdr_audit *a)
{
    cdr_status r = CDR_OK;
    open_list(&s->json, "systems");
    for (size_t i = 0; i < a->system_count && r == CDR_OK; i++) {
        system_of(&s->json, &a->systems[i]);
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(&s->json, ']');
    open_list(&s->json, "overlaps");
    for (size_t i = 0; i < a->overlap_count && r == CDR_OK; i++) {
        cdr_jw_open(&s->json, '{');
        str(&s->json, "a", a->systems[a->overlaps[i].a].key);
        str(&s->json, "b", a->systems[a->overlaps[i].b].key);
        num(&s->json, "shared", a->overlaps[i].shared);
        cdr_jw_close(&s->json, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(&s->json, ']');
    return r;
}

static cdr_status one_unread(void *arg, const cdr_audit_unread *u)
{
    cdr_stream *s = arg;
    cdr_json_writer *w = &s->json;
    cdr_jw_open(w, '{');
    str(w, "path", u->path);
    str(w, "system", u->system);
    str(w, "format", u->format);
    str(w, "coverage", u->partial ? "partial" : "skipped");
    str(w, "reason_id", u->reason_id);
    str(w, "reason", u->reason);
    num(w, "size", u->size);
    num(w, "bytes_read", u->bytes_read);
    cdr_jw_close(w, '}');
    return cdr_stream_flush(s, false);
}

/* Each of them, however many. */
static cdr_status unread(cdr_stream *s, const cdr_audit *a)
{
    open_list(&s->json, "not_read_in_full");
    cdr_status r = a->each_unread ? a->each_unread(a, one_unread, s, s->err) : CDR_OK;
    cdr_jw_close(&s->json, ']');
    return r;
}

static cdr_status violations(cdr_stream *s, const cdr_audit *a)
{
    cdr_json_writer *w = &s->json;
    cdr_status r = CDR_OK;
    open_list(w, "violations");
    for (size_t i = 0; i < a->violation_count && r == CDR_OK; i++) {
        const cdr_audit_violation *x = &a->violations[i];
        cdr_jw_open(w, '{');
        str(w, "rule", x->rule);
        str(w, "severity", cdr_severity_name(x->severity));
        str(w, "title", x->title);
        str(w, "why", x->why);
        str(w, "law", x->law);
        str(w, "path", x->path);
        str(w, "system", x->system);
        str(w, "evidence", x->evidence);
        str(w, "remedy", x->remedy);
        str(w, "note", x->note);
        str(w, "command", x->command);
        num(w, "people", x->people);
        cdr_jw_close(w, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(w, ']');
    num(w, "violations_left_out", a->violations_left_out);
    return r;
}

/* Passes are counted, not listed. */
static cdr_status policy(cdr_stream *s, const cdr_audit *a)
{
    const cdr_audit_policy *p = a->policy;
    cdr_json_writer *w = &s->json;
    cdr_status r = CDR_OK;
    if (!p)
        return CDR_OK;
    cdr_jw_key(w, "policy");
    cdr_jw_open(w, '{');
    str(w, "name", p->name);
    words(w, "sentence", a, cdr_policy_sentence);
    cdr_jw_key(w, "counts");
    cdr_jw_open(w, '{');
    for (size_t i = 0; cdr_verdict_names[i]; i++)
        num(w, cdr_verdict_names[i], p->by_result[i]);
    cdr_jw_close(w, '}');
    open_list(w, "verdicts");
    for (size_t i = 0; i < p->count && r == CDR_OK; i++) {
        const cdr_verdict *x = &p->verdicts[i];
        if (x->result == CDR_VERDICT_PASS)
            continue;
        cdr_jw_open(w, '{');
        const struct { const char *key, *value; } texts[] = {{"id", x->id}, {"rule", x->rule}, {"test", x->test}, {"result", cdr_verdict_names[x->result]}, {"severity", cdr_severity_name(x->severity)},
                                                             {"title", x->title}, {"law", x->law}, {"system", x->system_name}, {"path", x->path}, {"field", x->field}, {"activity", x->activity},
                                                             {"evidence", x->evidence}, {"missing", x->missing}, {"remedy", x->remedy_text}, {"command", x->command}};
        for (size_t k = 0; k < CDR_COUNT(texts); k++)
            str(w, texts[k].key, texts[k].value);
        cdr_jw_close(w, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(w, ']');
    open_list(w, "kept_too_long");
    for (size_t i = 0; i < p->kept_count && r == CDR_OK; i++) {
        const cdr_audit_kept *k = &p->kept[i];
        cdr_jw_open(w, '{');
        str(w, "path", k->path);
        str(w, "system", k->system);
        str(w, "rule", k->rule);
        str(w, "trigger", k->trigger);
        cdr_jw_key(w, "known");
        cdr_jw_bool(w, k->known);
        str(w, "reason", k->reason);
        num(w, "records", k->rows);
        num(w, "over_age", k->over_age);
        str(w, "oldest", k->oldest);
        cdr_jw_close(w, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(w, ']');
    cdr_jw_close(w, '}');
    return r;
}

static cdr_status places(cdr_stream *s, const char *key, const cdr_audit_place *at, size_t count)
{
    cdr_json_writer *w = &s->json;
    cdr_status r = CDR_OK;
    open_list(w, key);
    for (size_t i = 0; i < count && r == CDR_OK; i++) {
        cdr_jw_open(w, '{');
        str(w, "what", at[i].what);
        str(w, "path", at[i].path);
        str(w, "system", at[i].system);
        str(w, "where", at[i].where);
        str(w, "masked", at[i].masked);
        num(w, "count", at[i].count);
        str(w, "severity", cdr_severity_name(at[i].severity));
        cdr_jw_close(w, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(w, ']');
    return r;
}

static cdr_status changes(cdr_stream *s, const cdr_audit *a)
{
    cdr_json_writer *w = &s->json;
    cdr_status r = CDR_OK;
    open_list(w, "changes");
    for (size_t i = 0; i < a->change_count && r == CDR_OK; i++) {
        cdr_jw_open(w, '{');
        str(w, "change", a->changes[i].set_aside ? "set aside" : a->changes[i].direction < 0 ? "gone" : a->changes[i].direction > 0 ? "new" : "changed");
        str(w, "what", a->changes[i].what);
        str(w, "path", a->changes[i].path);
        cdr_jw_close(w, '}');
        r = cdr_stream_flush(s, false);
    }
    cdr_jw_close(w, ']');
    return r;
}

static void activity(cdr_json_writer *w, const cdr_audit_activity *x)
{
    cdr_jw_open(w, '{');
    str(w, "function", x->function);
    str(w, "purpose", x->purpose);
    str(w, "joint_controller", x->joint_controller);
    str(w, "subjects", x->subjects);
    str(w, "categories", x->categories);
    str(w, "recipients", x->recipients);
    str(w, "processor_contract", x->processor_contract);
    str(w, "transfers", x->transfers);
    str(w, "safeguards", x->safeguards);
    str(w, "retention", x->retention);
    str(w, "security", x->security);
    str(w, "lawful_basis", x->lawful_basis);
    str(w, "special_condition", x->special_condition);
    str(w, "systems", x->systems);
    str(w, "source", x->source);
    str(w, "legitimate_interest", x->legitimate_interest);
    str(w, "interest_assessment", x->interest_assessment);
    str(w, "rights", x->rights);
    str(w, "automated_decisions", x->automated_decisions);
    str(w, "consent_record", x->consent_record);
    str(w, "dpia_required", x->dpia_required);
    str(w, "dpia_progress", x->dpia_progress);
    str(w, "dpia_link", x->dpia_link);
    cdr_jw_close(w, '}');
}

static void tail(cdr_json_writer *w, const cdr_audit *a)
{
    open_list(w, "activities");
    for (size_t i = 0; i < a->activity_count; i++)
        activity(w, &a->activities[i]);
    cdr_jw_close(w, ']');
    open_list(w, "history");
    for (size_t i = 0; i < a->history_count; i++) {
        cdr_jw_open(w, '{');
        when(w, "at", a->history[i].at_us);
        range(w, "people", a->history[i].people_min, a->history[i].people_max, a->history[i].people_max >= CDR_SKETCH_EXACT);
        num(w, "places", a->history[i].systems);
        num(w, "unregistered_places", a->history[i].unregistered);
        num(w, "violations", a->history[i].violations);
        num(w, "severe", a->history[i].severe);
        cdr_jw_close(w, '}');
    }
    cdr_jw_close(w, ']');
    cdr_jw_key(w, "ledger");
    cdr_jw_open(w, '{');
    num(w, "size", a->ledger_size);
    str(w, "root", a->ledger_root);
    cdr_jw_close(w, '}');
}

cdr_status cdr_audit_write_json(const cdr_audit *a, const char *path, cdr_err *err)
{
    cdr_stream s;
    cdr_status r = cdr_stream_open(&s, path, err);
    if (r != CDR_OK)
        return r;
    cdr_jw_open(&s.json, '{');
    head(&s.json, a);
    todo(&s.json, a);
    coverage(&s.json, a);
    r = unread(&s, a);
    if (r == CDR_OK)
        r = systems(&s, a);
    if (r == CDR_OK)
        r = violations(&s, a);
    if (r == CDR_OK)
        r = policy(&s, a);
    const struct { const char *key; const cdr_audit_place *at; size_t count; } lists[] = {
        {"unregistered", a->unregistered, a->unregistered_count}, {"copies", a->copies, a->copy_count}, {"secrets", a->secrets, a->secret_count},
        {"special_categories", a->special, a->special_count}};
    for (size_t i = 0; i < CDR_COUNT(lists) && r == CDR_OK; i++)
        r = places(&s, lists[i].key, lists[i].at, lists[i].count);
    if (r == CDR_OK)
        r = changes(&s, a);
    tail(&s.json, a);
    cdr_jw_close(&s.json, '}');
    cdr_buf_addc(&s.buf, '\n');
    return cdr_stream_finish(&s, r);
}

/* What `candor audit --json` prints: the answer without its lists. */
void cdr_audit_summary_json(const cdr_audit *a, cdr_json_writer *w)
{
    cdr_audit_figures f = cdr_audit_figures_of(a);
    head(w, a);
    num(w, "violations", a->violation_count + a->violations_left_out);
    num(w, "severe", f.severe_places);
    num(w, "rules_broken", f.rules);
    num(w, "rules_severe", f.severe);
    todo(w, a);
    coverage(w, a);
}
