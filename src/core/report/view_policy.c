/* SPDX-License-Identifier: Apache-2.0 */
/* The policy in the report: one row a rule that is broken, what could not be judged, what is kept too long, promises. What a built-in rule
 * of the audit tells already is named, not told again. */
#include "core/report/view.h"

#include "core/report/words.h"

#include <stdio.h>
#include <string.h>

enum { PLACES_MAX = 3, ROWS_MAX = 30 };

/* Tests that see what a rule of the audit sees, too. */
static const struct { const char *test, *rule; } twins[] = {
    {"MIN-01", "AUD-07"}, {"MIN-02", "AUD-19"}, {"MIN-04", "AUD-15"}, {"MIN-09", "AUD-14"}, {"MIN-14", "AUD-08"}, {"MIN-19", "AUD-03"}, {"MIN-20", "AUD-09"}, {"MIN-21", "AUD-11"}};

/* The rule of the audit that tells of it above; NULL: none does. */
static const char *told_above(const cdr_audit *a, const cdr_verdict *v)
{
    if (strcmp(v->rule, v->test) != 0)
        return NULL;     /* the owner's own rule is always told */
    for (size_t i = 0; i < CDR_COUNT(twins); i++)
        for (size_t k = 0; k < a->violation_count && !strcmp(twins[i].test, v->test); k++)
            if (!strcmp(a->violations[k].rule, twins[i].rule))
                return twins[i].rule;
    return NULL;
}

void cdr_policy_sentence(const cdr_audit *a, cdr_buf *out)
{
    const cdr_audit_policy *p = a->policy;
    uint64_t fails = p->by_result[CDR_VERDICT_FAIL], open = p->by_result[CDR_VERDICT_UNKNOWN], gaps = p->by_result[CDR_VERDICT_GAP], waived = p->by_result[CDR_VERDICT_WAIVED];
    if (fails) {
        cdr_words_count(out, fails, "thing breaks", "things break");
        cdr_buf_addf(out, " your policy%s%s", p->name[0] ? ", " : "", p->name);
        if (p->severe) {
            cdr_buf_adds(out, "; ");
            cdr_words_number(out, p->severe);
            cdr_buf_adds(out, p->severe == 1 ? " of them is severe" : " of them are severe");
        }
        cdr_buf_adds(out, ".");
    } else {
        cdr_buf_addf(out, "Nothing that was seen breaks your policy%s%s.", p->name[0] ? ", " : "", p->name);
    }
    if (open + gaps) {
        cdr_buf_adds(out, " ");
        cdr_words_number(out, open + gaps);
        cdr_buf_adds(out, " could not be judged, because something is not known.");
    }
    if (waived) {
        cdr_buf_adds(out, " ");
        cdr_words_number(out, waived);
        cdr_buf_adds(out, waived == 1 ? " is waived for a while." : " are waived for a while.");
    }
}

static void put_place(cdr_view *v, json_t *o, const cdr_verdict *x)
{
    cdr_buf_adds(&v->text, x->path[0] ? x->path : x->system_name[0] ? x->system_name : x->activity[0] ? x->activity : x->party[0] ? x->party : "the whole");
    if (x->path[0] && x->field[0])
        cdr_buf_addf(&v->text, ", column %s", x->field);
    cdr_view_take(v, o, "path");
}

static void put_command(cdr_view *v, json_t *o, const char *command)
{
    static const char word[] = "candor ";
    const cdr_audit *a = v->audit;
    if (!strncmp(command, word, sizeof word - 1))
        cdr_buf_addf(&v->text, "%s %s%s%s", a->program && a->program[0] ? a->program : "candor", command + sizeof word - 1, a->workspace && a->workspace[0] ? " --workspace " : "",
                     a->workspace ? a->workspace : "");
    else
        cdr_buf_adds(&v->text, command);
    cdr_view_take(v, o, "command");
}

static void put_severity(cdr_view *v, json_t *o, cdr_severity s)
{
    cdr_view_str(v, o, "severity", cdr_severity_name(s));
    cdr_view_str(v, o, "cls", cdr_severity_class(s));
}

static bool same_rule(const cdr_verdict *a, const cdr_verdict *b)
{
    return a->result == b->result && !strcmp(a->rule, b->rule);
}

/* Places of the rule of verdict ${first}; what more there are is counted. */
static void put_places(cdr_view *v, json_t *o, size_t first)
{
    const cdr_audit_policy *p = v->audit->policy;
    json_t *places = cdr_view_list(v);
    size_t n = 0;
    for (size_t i = first; i < p->count; i++) {
        const cdr_verdict *x = &p->verdicts[i];
        if (!same_rule(x, &p->verdicts[first]) || n++ >= PLACES_MAX)
            continue;
        json_t *one = cdr_view_object(v);
        put_place(v, one, x);
        cdr_view_str(v, one, "evidence", x->evidence);
        put_command(v, one, x->command);
        cdr_view_add(v, places, one);
    }
    cdr_view_put(v, o, "places", places);
    if (n > PLACES_MAX) {
        cdr_words_number(&v->text, n - PLACES_MAX);
        cdr_buf_addf(&v->text, " more: candor policy check --all --only %s", p->verdicts[first].rule);
    }
    cdr_view_take(v, o, "more");
}

static bool told_before(const cdr_audit_policy *p, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_rule(&p->verdicts[i], &p->verdicts[at]))
            return true;
    return false;
}

static void put_rules(cdr_view *v, json_t *o)
{
    const cdr_audit_policy *p = v->audit->policy;
    json_t *rules = cdr_view_list(v), *promises = cdr_view_list(v);
    cdr_buf above = CDR_BUF(4096);
    for (size_t i = 0; i < p->count && p->verdicts[i].result == CDR_VERDICT_FAIL; i++) {
        const cdr_verdict *x = &p->verdicts[i];
        if (told_before(p, i))
            continue;
        const char *twin = told_above(v->audit, x);
        if (twin) {
            cdr_buf_addf(&above, "%s%s (%s)", above.len ? ", " : "", x->rule, twin);
            continue;
        }
        json_t *r = cdr_view_object(v);
        put_severity(v, r, x->severity);
        cdr_view_str(v, r, "id", x->rule);
        cdr_view_str(v, r, "title", x->title);
        cdr_view_str(v, r, "why", x->why);
        cdr_view_str(v, r, "law", x->law);
        cdr_view_str(v, r, "remedy", x->remedy_text);
        put_places(v, r, i);
        cdr_view_add(v, p->is_promise[i] ? promises : rules, r);
    }
    cdr_view_put(v, o, "has_promises", json_boolean(json_array_size(promises) > 0));
    cdr_view_put(v, o, "promises", promises);
    cdr_view_put(v, o, "rules", rules);
    cdr_view_raw(v, o, "above", &above);
    cdr_buf_done(&above);
}

static void put_open(cdr_view *v, json_t *o)
{
    const cdr_audit_policy *p = v->audit->policy;
    json_t *rows = cdr_view_list(v);
    for (size_t i = 0; i < p->count && json_array_size(rows) < ROWS_MAX; i++) {
        const cdr_verdict *x = &p->verdicts[i];
        if ((x->result != CDR_VERDICT_UNKNOWN && x->result != CDR_VERDICT_GAP) || told_before(p, i))
            continue;
        json_t *r = cdr_view_object(v);
        cdr_view_str(v, r, "id", x->rule);
        cdr_view_str(v, r, "title", x->title);
        put_place(v, r, x);
        cdr_view_str(v, r, "missing", x->missing[0] ? x->missing : x->evidence);
        cdr_view_add(v, rows, r);
    }
    cdr_view_put(v, o, "has_open", json_boolean(json_array_size(rows) > 0));
    cdr_view_put(v, o, "open", rows);
}

static void put_kept(cdr_view *v, json_t *o)
{
    const cdr_audit_policy *p = v->audit->policy;
    json_t *rows = cdr_view_list(v);
    for (size_t i = 0; i < p->kept_count && i < ROWS_MAX; i++) {
        const cdr_audit_kept *k = &p->kept[i];
        json_t *r = cdr_view_object(v);
        cdr_view_str(v, r, "path", k->path);
        cdr_view_str(v, r, "system", k->system);
        cdr_view_str(v, r, "rule", k->rule);
        if (k->known) {
            cdr_words_number(&v->text, k->over_age);
            cdr_buf_adds(&v->text, " of ");
            cdr_words_count(&v->text, k->rows, "record", "records");
        } else {
            cdr_buf_adds(&v->text, "unknown: ");
            cdr_buf_adds(&v->text, k->reason[0] ? k->reason : "not counted");
        }
        cdr_view_take(v, r, "amount");
        cdr_view_str(v, r, "oldest", k->known ? k->oldest : "");
        cdr_view_add(v, rows, r);
    }
    cdr_view_put(v, o, "has_kept", json_boolean(p->kept_count > 0));
    cdr_view_put(v, o, "kept", rows);
    if (p->kept_count > ROWS_MAX) {
        cdr_words_number(&v->text, p->kept_count - ROWS_MAX);
        cdr_buf_adds(&v->text, " more stand in report.json.");
    }
    cdr_view_take(v, o, "more_kept");
}

void cdr_view_policy(cdr_view *v, json_t *root)
{
    if (!v->audit->policy)
        return;
    json_t *o = cdr_view_object(v);
    cdr_policy_sentence(v->audit, &v->text);
    cdr_view_take(v, o, "sentence");
    put_rules(v, o);
    put_open(v, o);
    put_kept(v, o);
    cdr_view_put(v, root, "policy", o);
}
