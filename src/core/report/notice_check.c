/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/notice_check_parts.h"

#include "base/words.h"
#include "core/report/notice_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const cdr_notice_rule cdr_notice_rules[] = {
    {"NOT-01", "Data that the notice does not tell", "GDPR Art. 13(1)(c), 14(1)(d); Cal. Civ. Code 1798.100(a)(1)", CDR_SEV_MEDIUM},
    {"NOT-02", "Data that the notice tells and that are nowhere", "GDPR Art. 5(1)(a), 12(1)", CDR_SEV_LOW},
    {"NOT-03", "A place or a holder that the notice does not tell", "GDPR Art. 13(1)(c), (e), 14(1)(c), (e)", CDR_SEV_MEDIUM},
    {"NOT-04", "A country that the notice does not name", "GDPR Art. 13(1)(f), 14(1)(f)", CDR_SEV_HIGH},
    {"NOT-05", "Data are kept longer than the notice says", "GDPR Art. 5(1)(e), 13(2)(a); Cal. Civ. Code 1798.100(a)(3)", CDR_SEV_HIGH},
    {"NOT-06", "A promise that is not kept", "GDPR Art. 5(1)(a); 15 U.S.C. 45(a)", CDR_SEV_HIGH},
    {"NOT-07", "The notice leaves something open", "GDPR Art. 13, 14", CDR_SEV_MEDIUM},
    {"NOT-08", "The notice that people see is not the one that holds now", "GDPR Art. 12(1), 13(3)", CDR_SEV_HIGH},
    {"NOT-09", "Register and policy say different periods", "GDPR Art. 5(2), 30(1)(f)", CDR_SEV_LOW},
};
const size_t cdr_notice_rule_count = CDR_COUNT(cdr_notice_rules);

const char *check_text(checking *c, const char *fmt, ...)
{
    cdr_buf text = CDR_BUF(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(c->r->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    c->failed |= !kept;
    return kept ? kept : "";
}

const char *check_path(checking *c, const char *path)
{
    return check_text(c, "%s", cdr_path_mask(c->masker, cdr_inventory_display(c->q->inv, path)));
}

cdr_notice_finding *check_add(checking *c, size_t rule, bool unknown)
{
    cdr_notice_finding *f = finding_list_push(&c->findings);
    if (!f) {
        c->failed = true;
        f = &c->spare;
    }
    const cdr_notice_rule *r = &cdr_notice_rules[rule];
    *f = (cdr_notice_finding){.rule = r, .unknown = unknown, .severity = r->severity, .title = r->title, .promise = "", .where = "", .evidence = "", .missing = "", .remedy = "", .command = ""};
    return f;
}

static bool works_in(const cdr_reg_activity *x, const char *system)
{
    for (size_t i = 0; i < x->system_keys.count; i++)
        if (!strcmp(x->system_keys.at[i], system))
            return true;
    return false;
}

bool check_covers(const cdr_register *r, const char *system)
{
    for (size_t i = 0; i < r->activity_count; i++)
        if (notice_covers(&r->activities[i]) && works_in(&r->activities[i], system))
            return true;
    return false;
}

bool check_for_others(const checking *c, const char *system)
{
    bool others = false;
    for (size_t i = 0; system[0] && i < c->r->activity_count; i++)
        if (works_in(&c->r->activities[i], system)) {
            if (notice_covers(&c->r->activities[i]))
                return false;
            others = true;
        }
    return others;
}

/* --- promises: the judge's verdicts in the notice's words --- */

static void tell_promise(checking *c, const cdr_promise *p, cdr_notice_check *ret)
{
    const cdr_verdict *open = NULL;
    size_t opens = 0, fails = 0, passes = 0;
    for (size_t i = 0; i < c->judged.count; i++) {
        const cdr_verdict *v = &c->judged.verdicts[i];
        if (strcmp(v->rule, p->head.id))
            continue;
        passes += v->result == CDR_VERDICT_PASS || v->result == CDR_VERDICT_WAIVED;
        if (v->result == CDR_VERDICT_UNKNOWN || v->result == CDR_VERDICT_GAP || v->result == CDR_VERDICT_NOT_EVALUATED) {
            open = open ? open : v;
            opens++;
        }
        if (v->result != CDR_VERDICT_FAIL)
            continue;
        fails++;
        cdr_notice_finding *f = check_add(c, PROMISE, false);
        f->severity = v->severity;
        f->title = p->head.title;
        f->promise = p->head.id;
        f->where = v->path[0] ? v->path : v->system_name[0] ? v->system_name : v->activity[0] ? check_text(c, "activity %s", v->activity) : v->party;
        f->evidence = v->evidence;
        f->remedy = v->remedy_text;
        f->command = v->command;
    }
    if (open) {
        cdr_notice_finding *f = check_add(c, PROMISE, true);
        cdr_buf count = CDR_BUF(200);
        cdr_words_count(&count, opens, "question", "questions");
        f->title = p->head.title;
        f->promise = p->head.id;
        f->evidence = opens == 1 ? open->evidence : check_text(c, "%s are open. The first: %s", count.data ? count.data : "", open->evidence);
        f->missing = open->missing;
        f->remedy = open->remedy_text;
        f->command = open->command;
        cdr_buf_done(&count);
    }
    ret->promises_kept += passes > 0 && !open && fails == 0;
}

static void promises(checking *c, cdr_notice_check *ret)
{
    for (size_t i = 0; c->q->policy && i < c->q->policy->promise_count; i++)
        if (c->q->policy->promises[i].head.enabled) {
            ret->promises++;
            tell_promise(c, &c->q->policy->promises[i], ret);
        }
}

/* --- papers that say different things --- */

static cdr_status papers(checking *c)
{
    for (size_t i = 0; c->q->policy && i < c->r->activity_count; i++) {
        const cdr_reg_activity *x = &c->r->activities[i];
        cdr_kept *own, *both;
        size_t own_count, count;
        if (!notice_covers(x) || !x->retention_period[0])
            continue;
        cdr_status s = cdr_notice_kept(c->r, NULL, x, &own, &own_count, c->err);
        if (s == CDR_OK)
            s = cdr_notice_kept(c->r, c->q->policy, x, &both, &count, c->err);
        if (s != CDR_OK)
            return s;
        for (size_t k = 0; own_count == 1 && own[0].known && k < count; k++) {
            if (both[k].known && !strcmp(both[k].text, own[0].text))
                continue;
            cdr_notice_finding *f = check_add(c, PAPERS_DIFFER, !both[k].known);
            f->where = check_text(c, "activity %s", x->key);
            f->evidence = both[k].known ? check_text(c, "The register says %s. By the policy%s%s it is %s, and so says the notice.", own[0].text, both[k].data[0] ? ", for " : "", both[k].data, both[k].text)
                                        : check_text(c, "The register says %s. By the policy there is no certain end%s%s.", own[0].text, both[k].data[0] ? " for " : "", both[k].data);
            f->missing = both[k].known ? "" : "Which rule of the policy counts here.";
            f->remedy = "Make register and policy say the same.";
            f->command = check_text(c, "candor inventory set activity %s retention.period=PERIOD", x->key);
        }
    }
    return CDR_OK;
}

/* --- the text that people see --- */

static void open_items(checking *c)
{
    const cdr_notice *n = c->q->notice;
    if (n->gap_count == 0)
        return;
    cdr_notice_finding *f = check_add(c, LEFT_OPEN, true);
    cdr_buf count = CDR_BUF(200);
    cdr_words_count(&count, n->gap_count, "thing", "things");
    f->evidence = check_text(c, "%s that the notice must tell %s not written down.", count.data ? count.data : "", n->gap_count == 1 ? "is" : "are");
    f->missing = check_text(c, "First of them: %s", n->gaps[0].text);
    f->remedy = n->gaps[0].command ? "" : n->gaps[0].fix;
    f->command = n->gaps[0].command ? n->gaps[0].fix : "";
    cdr_buf_done(&count);
}

static cdr_status text_of_now(checking *c, cdr_notice_check *ret)
{
    const cdr_notice_question *q = c->q;
    cdr_notice_written w;
    cdr_status s = cdr_notice_last(cdr_workspace_ledger(q->ws), q->notice->kind, q->sha256, !q->sha256, &w, c->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    if (s == CDR_NOT_FOUND) {
        cdr_notice_finding *f = check_add(c, OUTDATED, !q->sha256);
        f->evidence = q->sha256 ? "This text is none that this workspace wrote, or somebody changed it since." : "No notice was written with --final yet.";
        f->missing = q->sha256 ? "" : "Which text people see.";
        f->remedy = q->sha256 ? "Write it anew, and put words of your own into notices/words.yaml or a template." : "";
        f->command = "candor notice --final --out privacy.html";
        return CDR_OK;
    }
    ret->written = check_text(c, "%s", w.at);
    if (q->published && !w.final) {
        cdr_notice_finding *f = check_add(c, OUTDATED, false);
        f->evidence = "This text is a draft that nobody made final.";
        f->remedy = "Publish a final one.";
        f->command = "candor notice --final --out privacy.html";
    }
    if (strcmp(w.basis, q->notice->basis)) {
        cdr_notice_finding *f = check_add(c, OUTDATED, false);
        f->evidence = check_text(c, "Register or policy changed since it was written on %.10s: it would say something else now.", w.at);
        f->remedy = "Write it anew, read it, publish it, and tell people what changed.";
        f->command = "candor notice --final --out privacy.html";
    }
    return CDR_OK;
}

/* --- together --- */

static int worse(const void *a, const void *b)
{
    const cdr_notice_finding *x = a, *y = b;
    if (x->unknown != y->unknown)
        return x->unknown ? 1 : -1;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    int order = strcmp(x->rule->id, y->rule->id);
    if (order == 0)
        order = strcmp(x->where, y->where);
    return order ? order : strcmp(x->evidence, y->evidence);
}

static cdr_status settle(checking *c, cdr_notice_check *ret)
{
    size_t n = c->findings.len;
    cdr_notice_finding *at = cdr_arena_alloc(c->r->arena, (n + 1) * sizeof *at);
    if (!at || c->failed)
        return cdr_fail_nomem(c->err, "report");
    if (n > 0)
        memcpy(at, c->findings.at, n * sizeof *at);
    qsort(at, n, sizeof *at, worse);
    ret->findings = at;
    ret->count = n;
    for (size_t i = 0; i < n; i++)
        *(at[i].unknown ? &ret->unknowns : &ret->mismatches) += 1;
    return CDR_OK;
}

static cdr_status run(checking *c, const cdr_policy *policy, cdr_notice_check *ret)
{
    cdr_status s = cdr_path_masker_new(&c->masker, c->err);
    if (s == CDR_OK)
        s = cdr_minimise_judge(c->q->inv, policy, c->r->arena, &c->judged, c->err);
    if (s == CDR_OK)
        s = check_seen(c);
    if (s == CDR_OK)
        s = check_kept(c);
    if (s == CDR_OK) {
        promises(c, ret);
        s = papers(c);
    }
    if (s == CDR_OK) {
        open_items(c);
        s = text_of_now(c, ret);
    }
    ret->scan_complete = c->judged.scan_complete;
    return s == CDR_OK ? settle(c, ret) : s;
}

cdr_status cdr_notice_check_run(const cdr_notice_question *q, cdr_notice_check *ret, cdr_err *err)
{
    static const char nothing[] = "name: none\n";    /* the judge compares register and scan without a policy, too */
    cdr_policy *none = NULL;
    checking c = {.q = q, .r = q->reg, .err = err};
    *ret = (cdr_notice_check){.has_policy = q->policy, .written = ""};
    cdr_status s = q->policy ? CDR_OK : cdr_policy_read(nothing, sizeof nothing - 1, "no policy", &none, err);
    if (s == CDR_OK)
        s = run(&c, q->policy ? q->policy : none, ret);
    cdr_path_masker_free(c.masker);
    finding_list_done(&c.findings);
    seen_list_done(&c.seen);
    cdr_policy_free(none);
    return s;
}
