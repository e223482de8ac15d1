/* SPDX-License-Identifier: Apache-2.0 */
/* A drill from the real workspace's side: a folder of its own is made, the team and the playbooks are copied, it runs, and a row with the report is what stays. */
#include "core/drill/drill.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/drill/folder.h"
#include "core/drill/sim.h"
#include "core/drill/store_drill.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 30000u

bool cdr_drill_parse_id(const char *text, int64_t *ret)
{
    if (*text == 'D' || *text == 'd')
        text += text[1] == '-' ? 2 : 1;
    return cdr_parse_i64(text, strlen(text), 1, INT64_MAX, ret);
}

cdr_status cdr_drill_report(cdr_workspace *ws, int64_t id, json_t **ret, cdr_err *err)
{
    return cdr_drill_store_report(ws, id, ret, err);
}

/* --- its workspace --- */

static cdr_status put_playbook(const char *dir, const char *name, const cdr_playbook *p, cdr_err *err)
{
    size_t len;
    const char *text = cdr_playbook_text(p, &len);
    _cleanup_free_ char *path = cdr_asprintf("%s/playbooks/%s.json", dir, name);
    return path ? cdr_file_write(path, text, len, 0600, err) : cdr_fail_nomem(err, "drill");
}

typedef struct copying { const char *dir; cdr_err *err; } copying;

static cdr_status copy_playbook(void *arg, const cdr_library_item *item)
{
    copying *c = arg;
    return item->playbook ? put_playbook(c->dir, item->name, item->playbook, c->err) : CDR_OK;
}

/* Those of the workspace, and the one that is drilled: later ones of the same name come first again. */
static cdr_status copy_playbooks(cdr_workspace *ws, const char *dir, const char *name, const cdr_playbook *p, cdr_err *err)
{
    copying c = {dir, err};
    _cleanup_free_ char *folder = cdr_path_join(dir, "playbooks");
    cdr_status s = folder ? cdr_mkdirs(folder, 0700, err) : cdr_fail_nomem(err, "drill");
    if (s == CDR_OK)
        s = cdr_library_each_own(cdr_workspace_dir(ws), copy_playbook, &c, err);
    return s == CDR_OK ? put_playbook(dir, name, p, err) : s;
}

typedef struct team { cdr_team_member of[CDR_DUTY__MAX]; } team;

static cdr_status on_member(void *arg, const cdr_team_member *m)
{
    team *t = arg;
    t->of[m->role] = *m;
    return CDR_OK;
}

/* Names, and no way to reach anybody: what is not there cannot be written to. */
static cdr_status put_team(cdr_sim *sim, team *t, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (unsigned r = CDR_DUTY_MANAGER; s == CDR_OK && r < CDR_DUTY__MAX; r++) {
        cdr_team_member m = {.role = (cdr_duty_role)r, .since_us = sim->s->begins_us};
        if (!*t->of[r].who)
            sim->stand_ins |= 1u << r;
        snprintf(m.who, sizeof m.who, "%.79s", *t->of[r].who ? t->of[r].who : sim->s->roles[r] ? sim->s->roles[r] : "");
        if (!*m.who)
            snprintf(m.who, sizeof m.who, "whoever would be %s", cdr_duty_role_label((cdr_duty_role)r));
        s = cdr_team_set(sim->in, &m, err);
    }
    return s;
}

static cdr_status read_team(cdr_workspace *ws, team *t, cdr_err *err)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(ws, &in, err);
    return s == CDR_OK ? cdr_team_each(in, on_member, t, err) : s;
}

/* --- running it --- */

static cdr_status in_its_workspace(cdr_sim *sim, const char *dir, team *t, const char *playbook, const char *kind, cdr_drill_score *score, json_t **ret, cdr_err *err)
{
    cdr_status s = cdr_workspace_open(&sim->ctx, dir, CDR_WORKSPACE_WRITE, NULL, &sim->ws, err);
    if (s == CDR_OK)
        s = cdr_incidents_open(sim->ws, &sim->in, err);
    if (s == CDR_OK) {
        sim->runs = cdr_incidents_runs(sim->in);
        sim->clocks = cdr_incidents_clocks(sim->in);
        s = put_team(sim, t, err);
    }
    if (s == CDR_OK)
        s = cdr_sim_open(sim, playbook, kind, err);
    if (s == CDR_OK)
        s = cdr_sim_run(sim, err);
    if (s == CDR_OK)
        s = cdr_sim_report(sim, score, ret, err);
    cdr_incidents_close(sim->in);
    cdr_workspace_close(sim->ws);
    return s;
}

static json_t *percent_json(const cdr_drill_score *s)
{
    return s->stopped ? json_null() : json_integer(s->percent);
}

static json_t *score_json(const cdr_drill_score *s)
{
    return json_pack("{s:o, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:I, s:I}", "percent", percent_json(s), "stopped", (int)s->stopped, "deadlines", (int)s->clocks, "met", (int)s->clocks_met, "late", (int)s->clocks_late,
                     "missed", (int)s->clocks_missed, "decisions", (int)s->decisions, "decisions_wanted", (int)s->decisions_wanted, "steps", (int)s->steps, "done", (int)s->steps_done, "skipped", (int)s->steps_skipped,
                     "open", (int)s->steps_open, "injects", (int)s->injects, "injects_answered", (int)s->injects_answered, "slack_seconds",
                     s->slack_us == INT64_MAX ? json_null() : json_integer(s->slack_us / 1000000), "simulated_seconds", (json_int_t)(s->simulated_us / 1000000), "took_ms", (json_int_t)(s->took_us / 1000));
}

/* Better or worse than the drill before? */
static int compare(const cdr_drill_row *row, const json_t *earlier, json_t *report)
{
    const json_t *last = json_array_get(earlier, 0);
    json_int_t before = json_integer_value(json_object_get(last, "percent")), now = row->score.percent;
    if (!last || row->score.stopped || now == before)
        return 0;
    return json_array_append_new(json_object_get(report, now > before ? "well" : "mend"),
                                 json_sprintf("%s than in the drill before, %s: %d %% after %d %%.", now > before ? "Better" : "Worse", cdr_json_str(last, "drill"), (int)now, (int)before));
}

/* What stands at the head of the report. */
static cdr_status head(cdr_workspace *ws, const cdr_sim *sim, const cdr_drill_row *row, const cdr_playbook *p, json_t *report, cdr_err *err)
{
    char id[32];
    json_t *earlier = NULL;
    snprintf(id, sizeof id, "D-%lld", (long long)row->id);
    cdr_status s = cdr_drill_store_earlier(ws, row->playbook, &earlier, err);
    if (s != CDR_OK) {
        json_decref(earlier);
        return s;
    }
    if (compare(row, earlier, report)) {
        json_decref(earlier);
        return cdr_fail_nomem(err, "drill");
    }
    _cleanup_json_ json_t *more = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:i, s:i, s:o, s:o}", "mark", "DRILL", "drill", id, "playbook", row->playbook, "name", cdr_playbook_name(p), "version",
                                            cdr_playbook_modified(p), "scenario", row->scenario, "at", cdr_json_time(row->at_us), "began", cdr_json_time(sim->began_us), "ended", cdr_json_time(sim->now_us), "reminders",
                                            (int)sim->warned, "escalations", (int)sim->escalated, "taken_over", (int)sim->taken_over, "score", score_json(&row->score), "earlier", earlier);
    return more && json_object_update(report, more) == 0 ? CDR_OK : cdr_fail_nomem(err, "drill");
}

static cdr_status keep(cdr_workspace *ws, const cdr_drill_row *row, const json_t *report, cdr_err *err)
{
    char subject[32], sha[2 * CDR_SHA256_BYTES + 1];
    uint8_t hash[CDR_SHA256_BYTES];
    _cleanup_free_ char *text = json_dumps(report, JSON_COMPACT);
    if (!text)
        return cdr_fail_nomem(err, "drill");
    cdr_sha256(text, strlen(text), hash);
    cdr_hex_encode(hash, sizeof hash, sha);
    snprintf(subject, sizeof subject, "D-%lld", (long long)row->id);
    _cleanup_json_ json_t *details = json_pack("{s:s, s:o, s:i, s:i, s:s}", "playbook", row->playbook, "percent", percent_json(&row->score), "deadlines", (int)row->score.clocks, "met", (int)row->score.clocks_met, "report", sha);
    _cleanup_free_ char *entry = details ? json_dumps(details, JSON_COMPACT) : NULL;
    cdr_status s = entry ? cdr_db_begin(cdr_workspace_db(ws), err) : cdr_fail_nomem(err, "drill");
    if (s != CDR_OK)
        return s;
    s = cdr_drill_store_add(ws, row, text, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){"drill.run", cdr_workspace_actor(ws), subject, entry}, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(cdr_workspace_db(ws), err);
    cdr_db_rollback(cdr_workspace_db(ws));
    return s;
}

/* --- does the scenario speak of this playbook? --- */

static bool has_step(const cdr_playbook *p, const char *name)
{
    for (uint32_t i = 0; i < cdr_playbook_step_count(p); i++) {
        const cdr_step *s = cdr_playbook_step(p, i);
        if (!strcmp(s->id, name) || (s->name && !strcmp(s->name, name)) || s->type == CDR_STEP_PLAYBOOK_ACTION)      /* may be a step of what that calls */
            return true;
    }
    return false;
}

static cdr_status check_names(const cdr_scenario *s, const cdr_playbook *p, const char *playbook, cdr_err *err)
{
    const char *wrong = NULL;
    for (size_t i = 0; i < s->script.len && !wrong; i++)
        if (strcmp(s->script.at[i].step, "*") != 0 && !has_step(p, s->script.at[i].step))
            wrong = s->script.at[i].step;
    for (size_t i = 0; i < s->injects.len && !wrong; i++)
        if (s->injects.at[i].step && !has_step(p, s->injects.at[i].step))
            wrong = s->injects.at[i].step;
    return !wrong ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "drill", "drill.step", "The scenario speaks of a step \"%.100s\", which %s does not have; candor playbook show %s lists its steps.", wrong, playbook, playbook);
}

static cdr_status in_folder(cdr_workspace *ws, cdr_sim *sim, const char *dir, const cdr_playbook *p, cdr_drill_row *row, json_t **report, cdr_err *err)
{
    _cleanup_free_ team *t = cdr_alloc(sizeof *t);
    const cdr_playbook_rule *rule = cdr_playbook_rule_of(p);
    cdr_ctx real = *cdr_workspace_ctx(ws);
    int64_t started = cdr_now_us(&real);
    cdr_sim_start_clock(sim);
    cdr_status s = t ? read_team(ws, t, err) : cdr_fail_nomem(err, "drill");
    if (s == CDR_OK)
        s = cdr_workspace_create(&sim->ctx, dir, cdr_workspace_org(ws), NULL, err);
    if (s == CDR_OK)
        s = copy_playbooks(ws, dir, row->playbook, p, err);
    if (s == CDR_OK)
        s = in_its_workspace(sim, dir, t, row->playbook, rule->present ? rule->kind : NULL, &row->score, report, err);
    row->score.took_us = cdr_now_us(&real) - started;
    row->at_us = started;
    if (s == CDR_OK && !cdr_workspace_is_writer(ws))
        s = cdr_workspace_start_writing(ws, WAIT_MS, err);
    if (s == CDR_OK)
        s = head(ws, sim, row, p, *report, err);
    return s == CDR_OK ? keep(ws, row, *report, err) : s;
}

static cdr_status drill(cdr_workspace *ws, cdr_sim *sim, const cdr_playbook *p, cdr_drill_row *row, json_t **report, cdr_err *err)
{
    cdr_drill_folder f;
    cdr_status s = cdr_drill_folder_make(ws, &f, err);
    row->id = f.id;
    if (s == CDR_OK)
        s = in_folder(ws, sim, f.path, p, row, report, err);
    cdr_drill_folder_done(&f, s == CDR_OK);
    return s;
}

cdr_status cdr_drill_run(cdr_workspace *ws, const cdr_scenario *s, const cdr_drill_options *options, cdr_drill_row *ret, json_t **report, cdr_err *err)
{
    static const cdr_drill_options none = {0};
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    options = options ? options : &none;
    const char *wanted = options->playbook ? options->playbook : s->playbook;
    *ret = (cdr_drill_row){0};
    *report = NULL;
    if (!wanted)
        return cdr_fail(err, CDR_E_INVAL, "drill", "drill.playbook", "The scenario names no playbook: name one.");
    cdr_status st = cdr_library_find(cdr_workspace_dir(ws), wanted, NULL, &p, ret->playbook, err);
    if (st == CDR_OK && !options->playbook)      /* another playbook may lack some of them */
        st = check_names(s, p, ret->playbook, err);
    if (st != CDR_OK)
        return st;
    cdr_text_cut(ret->scenario, sizeof ret->scenario, s->title);
    snprintf(ret->by, sizeof ret->by, "%.79s", cdr_workspace_actor(ws));
    cdr_sim sim = {.s = s, .o = options, .ctx = *cdr_workspace_ctx(ws)};
    st = drill(ws, &sim, p, ret, report, err);
    cdr_sim_done(&sim);
    if (st != CDR_OK) {
        json_decref(*report);
        *report = NULL;
    }
    return st;
}
