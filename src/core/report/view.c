/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/view.h"

#include "base/text.h"
#include "base/time.h"
#include "core/report/words.h"
#include "template/svg.h"

#include <stdio.h>
#include <string.h>

/* A page is read by people: more rows than these are named and left to the files beside it. */
enum { ROWS_MAX = 40, PLACES_MAX = 8, TEXT_MAX = 4 << 20 };

json_t *cdr_view_object(cdr_view *v)
{
    json_t *o = json_object();
    v->failed |= !o;
    return o;
}

json_t *cdr_view_list(cdr_view *v)
{
    json_t *l = json_array();
    v->failed |= !l;
    return l;
}

void cdr_view_put(cdr_view *v, json_t *object, const char *key, json_t *value)
{
    if (!value || json_object_set_new(object, key, value))
        v->failed = true;
}

void cdr_view_add(cdr_view *v, json_t *list, json_t *value)
{
    if (!value || json_array_append_new(list, value))
        v->failed = true;
}

static json_t *string_of(cdr_view *v, const cdr_buf *b)
{
    if (cdr_buf_status(b) != CDR_OK)
        v->failed = true;
    return v->failed ? NULL : json_stringn(b->data ? b->data : "", b->len);
}

void cdr_view_raw(cdr_view *v, json_t *object, const char *key, const cdr_buf *b)
{
    cdr_view_put(v, object, key, string_of(v, b));
}

void cdr_view_str(cdr_view *v, json_t *object, const char *key, const char *s)
{
    cdr_buf safe = CDR_BUF(TEXT_MAX);
    cdr_text_escape(&safe, s ? s : "", s ? strlen(s) : 0);
    cdr_view_raw(v, object, key, &safe);
    cdr_buf_done(&safe);
}

void cdr_view_take(cdr_view *v, json_t *object, const char *key)
{
    if (cdr_buf_status(&v->text) != CDR_OK)
        v->failed = true;
    cdr_view_str(v, object, key, v->failed || !v->text.data ? "" : v->text.data);
    cdr_buf_clear(&v->text);
}

static void put_number(cdr_view *v, json_t *o, const char *key, uint64_t n)
{
    cdr_words_number(&v->text, n);
    cdr_view_take(v, o, key);
}

static void put_severity(cdr_view *v, json_t *o, cdr_severity s)
{
    cdr_view_str(v, o, "severity", cdr_severity_name(s));
    cdr_view_str(v, o, "cls", cdr_severity_class(s));
}

static void put_more(cdr_view *v, json_t *o, size_t total, size_t shown, const char *where)
{
    if (total > shown) {
        cdr_words_number(&v->text, total - shown);
        cdr_buf_addf(&v->text, " more stand in %s.", where);
    }
    cdr_view_take(v, o, "more");
}

/* The day of the last audit, with the time when it was today. */
static void put_previous(cdr_view *v)
{
    const int64_t day = INT64_C(86400000000);
    char text[CDR_TIME_TEXT];
    if (!v->audit->previous_us)
        return;
    cdr_words_date(&v->text, v->audit->previous_us);
    cdr_time_format(v->audit->previous_us, text);
    if (v->audit->previous_us / day == v->audit->at_us / day)
        cdr_buf_addf(&v->text, ", %.5s UTC", text + strlen("2027-03-14T"));
}

static void head(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    char when[64];
    cdr_view_str(v, root, "org", a->org);
    cdr_time_format_long(a->at_us, when);
    cdr_view_str(v, root, "when", when);
    put_previous(v);
    cdr_view_take(v, root, "compared");
    cdr_buf_adds(&v->text, "Audit · ");
    cdr_buf_adds(&v->text, a->org);
    cdr_view_take(v, root, "page_title");
    cdr_audit_headline(a, &v->text);
    cdr_view_take(v, root, "headline");
    cdr_audit_answer(a, &v->text);
    cdr_view_take(v, root, "answer");
    cdr_view_str(v, root, "program_version", a->program_version);
    cdr_view_str(v, root, "candor", a->program && a->program[0] ? a->program : "candor");
    cdr_buf_addf(&v->text, "%s%s", a->workspace && a->workspace[0] ? " --workspace " : "", a->workspace ? a->workspace : "");
    cdr_view_take(v, root, "in_workspace");
    cdr_view_str(v, root, "stand", a->cwd);
    cdr_view_str(v, root, "ruleset_version", a->ruleset_version);
}

static void stat(cdr_view *v, json_t *list, const char *label)
{
    json_t *o = cdr_view_object(v);
    cdr_view_take(v, o, "value");
    cdr_view_str(v, o, "label", label);
    cdr_view_add(v, list, o);
}

static void stats(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    cdr_audit_figures f = cdr_audit_figures_of(a);
    json_t *list = cdr_view_list(v);
    char label[80];
    cdr_buf_adds(&v->text, a->people_about ? "about " : "");
    cdr_words_range(&v->text, a->people_min, a->people_max);
    snprintf(label, sizeof label, "%s", a->people_max == 1 ? "person" : "people");
    stat(v, list, label);
    cdr_words_number(&v->text, f.places);
    snprintf(label, sizeof label, f.places == 1 ? "place, %zu unregistered" : "places, %zu unregistered", f.unregistered_places);
    stat(v, list, label);
    cdr_words_number(&v->text, f.holders_besides_us);
    stat(v, list, f.holders_besides_us == 1 ? "holder besides you" : "holders besides you");
    cdr_words_number(&v->text, f.rules);
    snprintf(label, sizeof label, f.rules == 1 ? "rule broken, %zu severe" : "rules broken, %zu severe", f.severe);
    stat(v, list, label);
    cdr_words_percent(&v->text, a->complete, a->complete + a->partial + a->skipped);
    snprintf(label, sizeof label, "of %llu objects read in full", (unsigned long long)(a->complete + a->partial + a->skipped));
    stat(v, list, label);
    cdr_view_put(v, root, "stats", list);
}

static void todo(cdr_view *v, json_t *root)
{
    static const char *const titles[] = {"Do these first", "Do this first", "Do these two things first", "Do these three things first", "Do these four things first",
                                         "Do these five things first"};
    const cdr_audit *a = v->audit;
    json_t *list = cdr_view_list(v);
    for (size_t i = 0; i < a->todo_count; i++) {
        json_t *o = cdr_view_object(v);
        put_severity(v, o, a->todo[i].severity);
        cdr_view_str(v, o, "headline", a->todo[i].headline);
        cdr_view_str(v, o, "detail", a->todo[i].detail);
        cdr_view_str(v, o, "command", a->todo[i].command);
        cdr_view_str(v, o, "note", a->todo[i].command && a->todo[i].command[0] ? a->todo[i].note : "");
        cdr_view_str(v, o, "rule", a->todo[i].rule);
        cdr_view_add(v, list, o);
    }
    cdr_view_put(v, root, "has_todo", json_boolean(a->todo_count > 0));
    cdr_view_str(v, root, "todo_title", a->todo_count < CDR_COUNT(titles) ? titles[a->todo_count] : titles[0]);
    cdr_view_put(v, root, "todo", list);
}

static json_t *rule_of(cdr_view *v, const cdr_audit_violation *x)
{
    json_t *o = cdr_view_object(v);
    put_severity(v, o, x->severity);
    cdr_view_str(v, o, "id", x->rule);
    cdr_view_str(v, o, "title", x->title);
    cdr_view_str(v, o, "why", x->why);
    cdr_view_str(v, o, "law", x->law);
    cdr_view_str(v, o, "remedy", x->remedy);
    return o;
}

/* One command for all places stands below them; where each has its own, it stands beside the place. */
static bool same_command(const cdr_audit *a, size_t first)
{
    for (size_t i = first + 1; i < a->violation_count; i++)
        if (!strcmp(a->violations[i].rule, a->violations[first].rule) && strcmp(a->violations[i].command, a->violations[first].command))
            return false;
    return true;
}

/* Violations of one rule stand together, in the order of the first one. */
static void violations(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    json_t *rules = cdr_view_list(v);
    for (size_t i = 0; i < a->violation_count; i++) {
        size_t same = 0, before = 0;
        for (size_t k = 0; k < i && !before; k++)
            before += !strcmp(a->violations[k].rule, a->violations[i].rule);
        if (before)
            continue;
        bool shared = same_command(a, i);
        json_t *o = rule_of(v, &a->violations[i]), *places = cdr_view_list(v);
        cdr_view_str(v, o, "command", shared ? a->violations[i].command : "");
        cdr_view_str(v, o, shared ? "note" : "own_note", a->violations[i].note);
        for (size_t k = i; k < a->violation_count; k++) {
            const cdr_audit_violation *x = &a->violations[k];
            if (strcmp(x->rule, a->violations[i].rule) || same++ >= PLACES_MAX)
                continue;
            json_t *p = cdr_view_object(v);
            cdr_view_str(v, p, "path", x->path);
            cdr_view_str(v, p, "system", x->system && x->path && strcmp(x->system, x->path) ? x->system : "");
            cdr_view_str(v, p, "evidence", x->evidence);
            cdr_view_str(v, p, "own_command", shared ? "" : x->command);
            cdr_view_add(v, places, p);
        }
        cdr_view_put(v, o, "places", places);
        put_more(v, o, same, PLACES_MAX, "report.json and findings.sarif");
        cdr_view_add(v, rules, o);
    }
    cdr_view_put(v, root, "rules", rules);
}

static void places(cdr_view *v, json_t *root, const char *key, const cdr_audit_place *at, size_t count)
{
    if (count == 0)
        return;
    json_t *o = cdr_view_object(v), *rows = cdr_view_list(v);
    bool masked = false;
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        json_t *r = cdr_view_object(v);
        masked |= at[i].masked[0] != '\0';
        cdr_view_str(v, r, "path", at[i].path);
        cdr_view_str(v, r, "system", at[i].system);
        cdr_view_str(v, r, "what", at[i].what);
        cdr_view_str(v, r, "where", at[i].where);
        cdr_view_str(v, r, "masked", at[i].masked);
        put_number(v, r, "count", at[i].count);
        put_severity(v, r, at[i].severity);
        cdr_view_add(v, rows, r);
    }
    cdr_view_put(v, o, "has_masked", json_boolean(masked));
    cdr_view_put(v, o, "rows", rows);
    put_more(v, o, count, ROWS_MAX, "report.json");
    cdr_view_put(v, root, key, o);
}

static void changes(cdr_view *v, json_t *root)
{
    static const char *const words[] = {"gone", "changed", "new", "set aside"}, *const classes[] = {"ok", "info", "warn", "info"};
    const cdr_audit *a = v->audit;
    if (!a->previous_us)
        return;
    json_t *o = cdr_view_object(v), *rows = cdr_view_list(v);
    put_previous(v);
    cdr_view_take(v, o, "since");
    for (size_t i = 0; i < a->change_count && i < ROWS_MAX; i++) {
        json_t *r = cdr_view_object(v);
        int n = a->changes[i].set_aside ? 3 : a->changes[i].direction < 0 ? 0 : a->changes[i].direction > 0 ? 2 : 1;
        cdr_view_str(v, r, "word", words[n]);
        cdr_view_str(v, r, "cls", classes[n]);
        cdr_view_str(v, r, "what", a->changes[i].what);
        cdr_view_str(v, r, "path", a->changes[i].path);
        cdr_view_add(v, rows, r);
    }
    cdr_view_put(v, o, "has_rows", json_boolean(a->change_count > 0));
    cdr_view_put(v, o, "rows", rows);
    put_more(v, o, a->change_count, ROWS_MAX, "report.json");
    cdr_view_put(v, root, "changes", o);
}

static void activities(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    if (a->activity_count == 0)
        return;
    json_t *o = cdr_view_object(v), *rows = cdr_view_list(v);
    for (size_t i = 0; i < a->activity_count && i < ROWS_MAX; i++) {
        const cdr_audit_activity *x = &a->activities[i];
        json_t *r = cdr_view_object(v);
        cdr_view_str(v, r, "function", x->function);
        cdr_view_str(v, r, "purpose", x->purpose);
        cdr_view_str(v, r, "lawful_basis", x->lawful_basis && x->lawful_basis[0] ? x->lawful_basis : "not said");
        cdr_view_str(v, r, "subjects", x->subjects);
        cdr_view_str(v, r, "systems", x->systems);
        cdr_view_str(v, r, "retention", x->retention && x->retention[0] ? x->retention : "not said");
        cdr_view_add(v, rows, r);
    }
    cdr_view_put(v, o, "rows", rows);
    cdr_view_put(v, root, "activities", o);
}

static void put_names(cdr_view *v, json_t *row, const cdr_audit_gap *g)
{
    json_t *names = cdr_view_list(v);
    for (size_t i = 0; i < g->name_count; i++) {
        json_t *o = cdr_view_object(v);
        cdr_view_str(v, o, "name", g->names[i]);
        cdr_view_add(v, names, o);
    }
    cdr_view_put(v, row, "names", names);
    put_more(v, row, g->count, g->name_count, "report.json and coverage.csv");
}

static void gaps(cdr_view *v, json_t *coverage)
{
    const cdr_audit *a = v->audit;
    json_t *rows = cdr_view_list(v);
    for (size_t i = 0; i < a->gap_count && i < ROWS_MAX; i++) {
        json_t *r = cdr_view_object(v);
        cdr_view_str(v, r, "reason", a->gaps[i].reason);
        cdr_view_str(v, r, "reason_id", a->gaps[i].reason_id);
        put_number(v, r, "count", a->gaps[i].count);
        if (a->gaps[i].bytes > 0)
            cdr_words_bytes(&v->text, a->gaps[i].bytes);
        cdr_view_take(v, r, "size");
        cdr_view_str(v, r, "how", a->gaps[i].partial ? "in part" : "not at all");
        put_names(v, r, &a->gaps[i]);
        cdr_view_add(v, rows, r);
    }
    put_more(v, coverage, a->gap_count, ROWS_MAX, "report.json");
    cdr_view_put(v, coverage, "has_gaps", json_boolean(a->gap_count > 0));
    cdr_view_put(v, coverage, "gaps", rows);
}

static void coverage(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    json_t *o = cdr_view_object(v);
    uint64_t whole = a->complete + a->partial + a->skipped;
    if (whole == 0)
        cdr_buf_adds(&v->text, "There was nothing to look at: no object lay in the targets, or nothing has been scanned yet.");
    else if (cdr_audit_is_complete(a)) {
        cdr_buf_adds(&v->text, "Everything in the targets was read in full: ");
        cdr_words_count(&v->text, whole, "object", "objects");
        cdr_buf_adds(&v->text, ".");
    } else {
        cdr_words_number(&v->text, a->partial + a->skipped);
        cdr_buf_adds(&v->text, " of ");
        cdr_words_count(&v->text, whole, "object was", "objects were");
        cdr_buf_adds(&v->text, " not read in full. What they hold is not in this report.");
        if (a->interrupted)
            cdr_buf_adds(&v->text, " The scan was stopped before its end; the next run goes on from there.");
    }
    cdr_words_own_folders(a, &v->text);
    cdr_view_take(v, o, "sentence");
    const cdr_svg_part parts[] = {{"read in full", (double)a->complete}, {"read in part", (double)a->partial}, {"not read", (double)a->skipped}};
    cdr_buf bar = CDR_BUF(TEXT_MAX);
    cdr_svg_parts(&bar, parts, CDR_COUNT(parts), "Share of objects read in full, in part, and not at all");
    cdr_view_raw(v, o, "bar", &bar);
    cdr_buf_done(&bar);
    put_number(v, o, "complete", a->complete);
    put_number(v, o, "partial", a->partial);
    put_number(v, o, "skipped", a->skipped);
    put_number(v, o, "unchanged", a->unchanged);
    put_number(v, o, "suppressed", a->suppressed);
    gaps(v, o);
    cdr_view_put(v, root, "coverage", o);
    json_t *targets = cdr_view_list(v), *findings = cdr_view_object(v), *one = cdr_view_object(v);
    for (size_t i = 0; i < a->target_count; i++) {
        cdr_view_str(v, one, "target", a->targets[i]);
        cdr_view_add(v, targets, json_incref(json_object_get(one, "target")));
    }
    json_decref(one);
    cdr_view_put(v, root, "targets", targets);
    put_number(v, findings, "high", a->findings_high);
    put_number(v, findings, "medium", a->findings_medium);
    put_number(v, findings, "low", a->findings_low);
    if (a->weak_left_out > 0) {
        cdr_words_count(&v->text, a->weak_left_out, "row", "rows");
        cdr_buf_addf(&v->text, " of a confidence below %.1f left out of findings.csv and findings.sarif; candor audit --all lists them.", (double)CDR_AUDIT_LEAST);
    }
    cdr_view_take(v, findings, "left_out");
    cdr_view_put(v, root, "findings", findings);
}

static void ledger(cdr_view *v, json_t *root)
{
    const cdr_audit *a = v->audit;
    if (a->ledger_size == 0 || !a->ledger_root || !a->ledger_root[0])
        return;
    json_t *o = cdr_view_object(v);
    put_number(v, o, "size", a->ledger_size);
    cdr_view_str(v, o, "root", a->ledger_root);
    cdr_view_put(v, root, "ledger", o);
}

static void contents(cdr_view *v, json_t *root)
{
    static const struct { const char *key, *id, *title; } sections[] = {
        {"heat", "what", "What lives where"}, {"holders", "who", "Who holds it"}, {"people", "people", "People"}, {"rules", "violations", "Rules broken"}, {"policy", "policy", "Your policy"},
        {"unregistered", "unregistered", "Unregistered"}, {"copies", "copies", "Copies"}, {"secrets", "secrets", "Passwords and keys"},
        {"special", "special", "Special categories"}, {"changes", "changes", "Changes"}, {"history", "history", "Over time"}, {"coverage", "purposes", "Purposes"},
        {"coverage", "coverage", "Not looked at"}, {"coverage", "verify", "How to check"}, {"coverage", "words", "Words"},
    };
    json_t *list = cdr_view_list(v);
    for (size_t i = 0; i < CDR_COUNT(sections); i++) {
        if (!json_object_get(root, sections[i].key))
            continue;
        json_t *o = cdr_view_object(v);
        cdr_view_str(v, o, "id", sections[i].id);
        cdr_view_str(v, o, "title", sections[i].title);
        cdr_view_add(v, list, o);
    }
    cdr_view_put(v, root, "contents", list);
}

cdr_status cdr_view_build(const cdr_audit *a, const char *style_hash, json_t **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_view v = {.audit = a, .text = CDR_BUF(TEXT_MAX)};
    cdr_err chart = {0};
    _cleanup_json_ json_t *root = cdr_view_object(&v);
    cdr_view_str(&v, root, "style_hash", style_hash);
    head(&v, root);
    stats(&v, root);
    todo(&v, root);
    cdr_view_heat(&v, root, &chart);
    cdr_view_holders(&v, root, &chart);
    cdr_view_people(&v, root);
    violations(&v, root);
    cdr_view_policy(&v, root);
    places(&v, root, "unregistered", a->unregistered, a->unregistered_count);
    places(&v, root, "copies", a->copies, a->copy_count);
    places(&v, root, "secrets", a->secrets, a->secret_count);
    places(&v, root, "special", a->special, a->special_count);
    changes(&v, root);
    cdr_view_history(&v, root);
    activities(&v, root);
    coverage(&v, root);
    ledger(&v, root);
    contents(&v, root);
    cdr_buf_done(&v.text);
    if (chart.status != CDR_OK) {
        if (err)
            *err = chart;
        return chart.status;
    }
    if (v.failed)
        return cdr_fail_nomem(err, "report");
    *ret = CDR_TAKE(root);
    return CDR_OK;
}
