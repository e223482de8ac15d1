/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_words.h"

#include "base/io.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/detect.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void progress(void *arg, size_t done, size_t all, const char *shown)
{
    cdr_planning *p = arg;
    cdr_cli *cli = p->cli;
    int64_t now = cdr_now_us(&cli->ctx);
    /* A line a second, and none for what is done at once; a bar moves ten times as often. */
    if (cli->quiet || cli->json || (now - p->told_us < (cli->progress_bar ? 100000 : 1000000) && !(cli->progress_bar && done + 1 == all)))
        return;
    p->told_us = now;
    if (cli->progress_bar)
        fprintf(stderr, "\r\033[K%zu of %zu files  %.60s", done + 1, all, cdr_cli_from_here(shown));
    else
        fprintf(stderr, "%zu of %zu files: %s\n", done + 1, all, cdr_cli_from_here(shown));
    if (cli->progress_bar && done + 1 == all)
        fprintf(stderr, "\r\033[K");
    fflush(stderr);
}

cdr_status cdr_planning_begin(cdr_cli *cli, cdr_planning *ret)
{
    _cleanup_free_ char *rules = NULL;
    *ret = (cdr_planning){.cli = cli, .told_us = cdr_now_us(&cli->ctx)};
    cdr_status s = cdr_cli_policy_load(cli, &ret->policy);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &ret->inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_cli_rules_load(cli, NULL, &rules, &cli->err);
    const cdr_ruleset_options options = {.names = CDR_NAMES_ALL, .min_names = 0.2f, .rules_json = rules};   /* as candor detect --redact reads text */
    if (s == CDR_OK)
        s = cdr_ruleset_new(&options, &ret->ruleset, &cli->err);
    ret->context = (cdr_plan_context){cli->ws, ret->inv, ret->policy, ret->ruleset, progress, ret};
    return s;
}

void cdr_planning_end(cdr_planning *p)
{
    cdr_ruleset_free(p->ruleset);
    cdr_inventory_close(p->inv);
    cdr_policy_free(p->policy);
}

cdr_status cdr_cli_plan_load(cdr_cli *cli, const char *what, cdr_plan **ret)
{
    struct stat st;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX);
    if (stat(what, &st) || !S_ISREG(st.st_mode))
        return cdr_plan_load(cli->ws, what, ret, &cli->err);
    cdr_status s = cdr_file_read_regular(what, &text, &cli->err);
    return s == CDR_OK ? cdr_plan_load_text(cli->ws, text.data ? text.data : "", text.len, what, ret, &cli->err) : s;
}

cdr_status cdr_cli_plan_outcomes(cdr_cli *cli, const cdr_plan *p, cdr_arena *a, cdr_step_done **ret)
{
    cdr_plan_store st;
    *ret = cdr_arena_alloc(a, (p->step_count + 1) * sizeof **ret);
    cdr_status s = *ret ? cdr_plan_store_open(cdr_workspace_db(cli->ws), &st, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return s;
    s = cdr_store_steps_load(&st, p, *ret, a, &cli->err);
    cdr_plan_store_close(&st);
    return s;
}

/* --- text --- */

static size_t count_of(const cdr_plan *p, cdr_planned_how how)
{
    size_t n = 0;
    for (size_t i = 0; i < p->step_count; i++)
        n += p->steps[i].how == how;
    return n;
}

static void headline(cdr_cli *cli, const cdr_plan *p)
{
    static const char *const states[] = {"nothing is changed yet", "begun", "done"};
    size_t refused = cdr_plan_units_refused(p);
    size_t todo = count_of(p, CDR_PLANNED_DO), hand = count_of(p, CDR_PLANNED_HAND), held = count_of(p, CDR_PLANNED_HELD);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    cdr_buf_addf(&text, "Plan %s: ", p->id);
    cdr_words_count(&text, todo, "step", "steps");
    cdr_buf_adds(&text, " in ");
    cdr_words_count(&text, p->unit_count, "file", "files");
    if (hand) {
        cdr_buf_adds(&text, ", ");
        cdr_words_number(&text, hand);
        cdr_buf_adds(&text, " to be done by hand");
    }
    if (held) {
        cdr_buf_adds(&text, ", ");
        cdr_words_number(&text, held);
        cdr_buf_adds(&text, " stopped by a legal hold");
    }
    cdr_buf_addf(&text, "; %s", p->status == 1 ? "" : p->status == 2 && refused ? "done in part" : states[p->status]);
    if (p->status == 2 && refused) {
        cdr_buf_adds(&text, ": ");
        cdr_words_count(&text, refused, "file was", "files were");
        cdr_buf_adds(&text, " left as found");
    }
    if (p->status == 1) {
        cdr_words_number(&text, cdr_plan_units_done(p));
        cdr_buf_addf(&text, " of %zu files are done", p->unit_count);
    }
    cdr_buf_adds(&text, ".");
    cdr_cli_wrapped(cli, 0, 0, text.data ? text.data : "");
}

static void add_effect(const cdr_planned *s, cdr_buf *out)
{
    const cdr_step_effect *e = &s->effect;
    const struct { uint64_t n; const char *one, *many; } parts[] = {{e->rows, "row goes", "rows go"}, {e->values, "value changes", "values change"}, {e->rows_unknown, "row stays, as its date is not known", "rows stay, as their date is not known"},
                                                                    {e->rows_held, "row stays under a legal hold", "rows stay under a legal hold"}};
    size_t n = 0;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (parts[i].n) {
            cdr_buf_adds(out, n++ ? ", " : " ");
            cdr_words_count(out, parts[i].n, parts[i].one, parts[i].many);
        }
    if (e->bytes && s->step.action == CDR_ACT_DELETE_FILE) {
        cdr_buf_adds(out, n++ ? ", " : " ");
        cdr_words_bytes(out, e->bytes);
        cdr_buf_adds(out, " go");
    }
    if (s->people_max) {
        cdr_buf_adds(out, n++ ? "; " : " ");
        cdr_words_people(out, s->people_min, s->people_max, false);
    }
    if (n)
        cdr_buf_adds(out, ".");
}

static void add_list(cdr_buf *out, const char *const *at, size_t count, bool categories)
{
    for (size_t i = 0; i < count; i++) {
        const cdr_taxon *t = categories ? cdr_taxon_find(CDR_TAXONOMY_CATEGORY, at[i]) : NULL;
        cdr_buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", t ? t->name : at[i]);
    }
}

/* What exactly is done, from the step itself: several verdicts may have led to it. */
static void add_action(const cdr_planned *s, cdr_buf *out)
{
    const cdr_step *t = &s->step;
    if (s->how != CDR_PLANNED_DO) {
        cdr_buf_adds(out, s->text);
        return;
    }
    switch (t->action) {
    case CDR_ACT_DELETE_FILE: cdr_buf_adds(out, "delete the file."); return;
    case CDR_ACT_PURGE_ROWS: cdr_buf_addf(out, "purge the rows whose %s is before %s.", t->trigger_field, t->cutoff); return;
    case CDR_ACT_NULL_COLUMN: cdr_buf_adds(out, t->column_count == 1 ? "empty the column " : "empty the columns "); break;
    case CDR_ACT_MASK_COLUMN: cdr_buf_adds(out, t->column_count == 1 ? "rewrite the column " : "rewrite the columns "); break;
    case CDR_ACT_REDACT_TEXT:
        cdr_buf_adds(out, t->category_count ? "redact in its text: " : "redact everything personal in its text");
        add_list(out, t->categories, t->category_count, true);
        cdr_buf_adds(out, t->column_count ? ", in the column " : "");
        break;
    case CDR_ACT_MOVE: cdr_buf_addf(out, "move it to %s.", t->destination); return;
    case CDR_ACT_REVOKE: cdr_buf_adds(out, "take the rights of everyone else away."); return;
    case CDR_ACT_BY_HAND: cdr_buf_adds(out, s->text); return;
    }
    add_list(out, t->columns, t->column_count, false);
    if (t->action == CDR_ACT_MASK_COLUMN)
        cdr_buf_addf(out, ", %s", cdr_form_name(t->transform.form));
    cdr_buf_addc(out, '.');
}

/* Why: each rule with its test and title. */
static void print_why(cdr_cli *cli, const cdr_planned *s)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 16);
    for (size_t i = 0; i < s->why_count; i++) {
        const cdr_planned_why *w = &s->why[i];
        cdr_buf_addf(&line, "%s%s", i ? "; " : "why: ", w->rule);
        if (strcmp(w->rule, w->test) != 0)
            cdr_buf_addf(&line, " (%s)", w->test);
        if (w->title[0])
            cdr_buf_addf(&line, " %s", w->title);
    }
    if (line.len)
        cdr_cli_wrapped(cli, 5, 7, line.data);
}

static void print_step(cdr_cli *cli, const cdr_plan *p, size_t i, const cdr_step_done *done)
{
    const cdr_planned *s = &p->steps[i];
    const char *note = s->effect.note ? s->effect.note : "";
    _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 16);
    cdr_buf_addf(&line, "%zu. %s%s", i + 1, cdr_cli_from_here(s->shown), s->shown[0] ? ": " : "");
    add_action(s, &line);
    if (s->how == CDR_PLANNED_DO && !(done && done[i].done))     /* what was done is told by the verdict */
        add_effect(s, &line);
    if (s->merged[0])
        cdr_buf_addf(&line, " %s", s->merged);
    cdr_cli_wrapped(cli, 2, 5, line.data ? line.data : "");
    print_why(cli, s);
    if (s->how == CDR_PLANNED_DO && s->kept && !done) {
        cdr_buf_clear(&line);
        cdr_buf_addf(&line, "It goes only while %s has the same bytes.", cdr_cli_from_here(s->kept_shown));
        cdr_cli_wrapped(cli, 5, 5, line.data ? line.data : "");
    }
    bool told = i > 0 && p->steps[i - 1].effect.note && !strcmp(p->steps[i - 1].effect.note, note);
    if (note[0] && !told && !done)
        cdr_cli_wrapped(cli, 5, 5, note);
    if (done && done[i].outcome != CDR_OUTCOME_NONE) {
        cdr_buf_clear(&line);
        cdr_buf_addf(&line, "→ %s. %s", cdr_plan_verdict(p, i, done[i].outcome), done[i].reason ? done[i].reason : "");
        cdr_cli_wrapped(cli, 5, 7, line.data ? line.data : "");
    }
}

static void print_steps(cdr_cli *cli, const cdr_plan *p, cdr_planned_how how, const char *heading, const cdr_step_done *done)
{
    if (count_of(p, how))
        cdr_cli_print(cli, "\n%s\n", heading);
    for (size_t i = 0; i < p->step_count; i++)
        if (p->steps[i].how == how)
            print_step(cli, p, i, done);
}

void cdr_cli_plan_print(cdr_cli *cli, const cdr_plan *p, const cdr_step_done *done, bool brief)
{
    headline(cli, p);
    print_steps(cli, p, CDR_PLANNED_DO, p->status == 2 ? "What was done" : "What is done", done);
    if (!brief)
        print_steps(cli, p, CDR_PLANNED_HAND, "To be done by hand", done);
    print_steps(cli, p, CDR_PLANNED_HELD, "Stopped by a legal hold", done);
    if (p->gap_count && !cli->quiet) {
        cdr_cli_print(cli, "\nNot covered\n");
        for (size_t i = 0; i < p->gap_count; i++)
            cdr_cli_wrapped(cli, 2, 4, cdr_cli_from_here(p->gaps[i].what));
    }
    if (p->left_out)
        cdr_cli_print(cli, "\n%llu more places of the same rules are not in this plan; make another one after it.\n", (unsigned long long)p->left_out);
}

/* --- JSON --- */

static json_t *outcomes_json(const cdr_plan *p, const cdr_step_done *done)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < p->step_count; i++)
        if (p->steps[i].how == CDR_PLANNED_DO && done[i].done &&
            json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:s, s:s}", "step", (json_int_t)i + 1, "rows", (json_int_t)done[i].rows, "values", (json_int_t)done[i].values, "verdict",
                                                  cdr_plan_verdict(p, i, done[i].outcome), "because", done[i].reason ? done[i].reason : ""))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *cdr_cli_plan_json(const cdr_plan *p, const cdr_step_done *done)
{
    static const char *const states[] = {"made", "begun", "done"};
    json_t *j = json_pack("{s:s, s:s, s:s, s:I, s:I, s:O}", "id", p->id, "sha256", p->sha256, "state", p->status == 2 && cdr_plan_units_refused(p) ? "done in part" : states[p->status], "files", (json_int_t)p->unit_count, "files_done",
                          (json_int_t)cdr_plan_units_done(p), "plan", p->document);
    if (j && done && json_object_set_new(j, "outcomes", outcomes_json(p, done))) {
        json_decref(j);
        return NULL;
    }
    return j;
}
