/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scan.h"

#include "base/io.h"
#include "base/text.h"
#include "candor/inventory.h"
#include "cli/detect.h"
#include "detect/engine.h"
#include "detect/observation.h"
#include "detect/suppress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUPPRESSIONS_MAX ((size_t)64 * 1024 * 1024)

/* What a run holds until its end. */
typedef struct run {
    cdr_cli_scan *job;
    char *rules_json;
    cdr_ruleset_options ruleset_options;
    cdr_ruleset *ruleset;
    cdr_secret *passing_key;       /* without a workspace: values are told apart in this run only */
    cdr_suppressions *suppressions;
    char **absolute;               /* targets; the inventory knows places by their whole path */
    char **shown;                  /* the same as observations show them: escaped */
    cdr_scan_own own[2];           /* the workspace, the folder of the report */
    cdr_inventory *inventory;      /* NULL without a workspace */
} run;

static cdr_status load_rules(run *r, cdr_err *err)
{
    cdr_status s = cdr_cli_rules_load(r->job->cli, r->job->rules_path, &r->rules_json, err);
    r->ruleset_options = (cdr_ruleset_options){.rules_json = r->rules_json, .names = CDR_NAMES_NEAR};
    if (s == CDR_OK)
        s = cdr_ruleset_new(&r->ruleset_options, &r->ruleset, err);
    r->job->ruleset = r->ruleset;
    return s;
}

static cdr_status load_suppressions(run *r, cdr_err *err)
{
    cdr_cli *cli = r->job->cli;
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "detectors/suppressions.json");
    if (!path)
        return cdr_fail_nomem(err, "cli");
    if (access(path, F_OK))
        return CDR_OK;
    _cleanup_buf_ cdr_buf text = CDR_BUF(SUPPRESSIONS_MAX);
    cdr_status s = cdr_file_read(path, &text, err);
    return s == CDR_OK ? cdr_suppressions_parse(text.data ? text.data : "", text.len, cdr_now_us(&cli->ctx), &r->suppressions, err) : s;
}

static cdr_status take_keys(run *r, cdr_err *err)
{
    cdr_scan_options *o = &r->job->options;
    cdr_workspace *ws = r->job->cli->ws;
    if (!ws) {
        cdr_status s = cdr_crypto_start(err);
        if (s == CDR_OK)
            s = cdr_secret_random(&r->job->cli->ctx, CDR_KEY_BYTES, &r->passing_key, err);
        o->value_key = r->passing_key;
        return s;
    }
    o->value_key = cdr_workspace_key(ws, CDR_KEY_VALUE_ID);
    o->content_key = cdr_workspace_key(ws, CDR_KEY_CONTENT);
    o->suppression_key = cdr_workspace_key(ws, CDR_KEY_SUPPRESSION);
    if (!o->value_key || !o->content_key || !o->suppression_key)
        return cdr_fail_nomem(err, "cli");
    return load_suppressions(r, err);
}

/* Standard input has no place to come back to. */
static bool has_place(const char *path)
{
    return path[0] == '/';
}

static cdr_status observed(void *arg, const cdr_observation *o, const cdr_scan_known *state, cdr_err *err)
{
    run *r = arg;
    if (r->job->seen)
        r->job->seen(r->job->arg, o);
    if (!r->inventory || !has_place(o->path))
        return CDR_OK;
    cdr_container_state kept = {0};
    if (state) {
        kept = (cdr_container_state){.dev = state->dev, .ino = state->ino, .size = state->size, .mtime_us = state->mtime_us};
        memcpy(kept.content_id, state->content_id, sizeof kept.content_id);
        memcpy(kept.ruleset, state->ruleset, sizeof kept.ruleset);
    }
    return cdr_inventory_observe(r->inventory, o, state ? &kept : NULL, err);
}

static bool known(void *arg, const char *container, cdr_scan_known *ret)
{
    run *r = arg;
    cdr_container_state kept;
    if (!cdr_inventory_known(r->inventory, container, &kept))
        return false;
    *ret = (cdr_scan_known){.dev = kept.dev, .ino = kept.ino, .size = kept.size, .mtime_us = kept.mtime_us, .mode = kept.mode, .uid = kept.uid};
    memcpy(ret->content_id, kept.content_id, sizeof ret->content_id);
    memcpy(ret->ruleset, kept.ruleset, sizeof ret->ruleset);
    return true;
}

static cdr_status unchanged(void *arg, const char *container, cdr_err *err)
{
    run *r = arg;
    return cdr_inventory_unchanged(r->inventory, container, err);
}

static const char *rule_name(void *arg, uint16_t rule)
{
    const run *r = arg;
    const char *name = rule > 0 ? cdr_rules_name(cdr_ruleset_rules(r->ruleset), rule) : NULL;
    return name && name[0] ? name : NULL;
}

static const char *rule_title(void *arg, uint16_t rule)
{
    const run *r = arg;
    return rule > 0 ? cdr_rules_title(cdr_ruleset_rules(r->ruleset), rule) : NULL;
}

static const char *rule_category(void *arg, uint16_t rule)
{
    const run *r = arg;
    return rule > 0 ? cdr_rules_category(cdr_ruleset_rules(r->ruleset), rule) : NULL;
}

static void progress(void *arg, const cdr_scan_progress *p)
{
    run *r = arg;
    cdr_progress_show(&r->job->progress, p);
}

static cdr_status make_absolute(run *r, cdr_err *err)
{
    cdr_cli_scan *job = r->job;
    r->absolute = cdr_alloc_array(job->target_count + 1, sizeof *r->absolute);
    for (size_t i = 0; r->absolute && i < job->target_count; i++) {
        char *real = strcmp(job->targets[i], "-") ? realpath(job->targets[i], NULL) : NULL;
        /* One that is missing is left to the scan to explain. */
        r->absolute[i] = cdr_strdup(real ? real : job->targets[i]);
        free(real);
        if (!r->absolute[i])
            return cdr_fail_nomem(err, "cli");
    }
    return r->absolute ? CDR_OK : cdr_fail_nomem(err, "cli");
}

static cdr_status escape_targets(run *r, cdr_err *err)
{
    r->shown = cdr_alloc_array(r->job->target_count + 1, sizeof *r->shown);
    for (size_t i = 0; r->shown && i < r->job->target_count; i++) {
        cdr_buf text = CDR_BUF(1 << 20);
        cdr_text_escape(&text, r->absolute[i], strlen(r->absolute[i]));
        r->shown[i] = cdr_buf_take(&text);
        if (!r->shown[i] || (r->job->absolute && json_array_append_new(r->job->absolute, json_string(r->shown[i]))))
            return cdr_fail_nomem(err, "cli");
    }
    return r->shown ? CDR_OK : cdr_fail_nomem(err, "cli");
}

/* From here on what is seen goes into the inventory. */
static cdr_status begin_inventory(run *r, cdr_err *err)
{
    cdr_scan_options *o = &r->job->options;
    cdr_status s = make_absolute(r, err);
    if (s == CDR_OK)
        s = escape_targets(r, err);
    for (size_t i = 0; s == CDR_OK && i < r->job->target_count; i++)
        if (has_place(r->absolute[i]) && access(r->absolute[i], F_OK))
            return CDR_OK;     /* left to the scan to refuse: nothing is entered for it */
    if (s == CDR_OK)
        s = cdr_inventory_open(r->job->cli->ws, &r->inventory, err);
    cdr_inventory_scan scan = {.targets = (const char *const *)r->shown, .target_count = r->job->target_count, .ruleset = cdr_ruleset_version(r->ruleset), .full = o->full,
                               .rule_name = rule_name, .arg = r, .rule_title = rule_title, .rule_category = rule_category};
    if (s == CDR_OK)
        s = cdr_inventory_scan_begin(r->inventory, &scan, NULL, err);
    o->known = known;
    o->unchanged = unchanged;
    return s;
}

static cdr_status finish_inventory(run *r, cdr_status scanned, cdr_err *err)
{
    const cdr_scan_totals *t = &r->job->totals;
    if (!r->inventory || (scanned != CDR_OK && scanned != CDR_PARTIAL && scanned != CDR_E_CANCELLED))
        return scanned;
    cdr_inventory_totals totals = {t->objects, t->complete, t->partial, t->skipped, t->unchanged, t->bytes_read, t->findings, t->suppressed, t->elapsed_us, t->interrupted};
    cdr_status s = cdr_inventory_scan_finish(r->inventory, &totals, err);
    return s == CDR_OK ? scanned : s;
}

static void done(run *r)
{
    cdr_inventory_close(r->inventory);
    for (size_t i = 0; r->shown && i < r->job->target_count; i++)
        cdr_free(r->shown[i]);
    cdr_free(r->shown);
    cdr_progress_clear(&r->job->progress);
    for (size_t i = 0; r->absolute && i < r->job->target_count; i++)
        cdr_free(r->absolute[i]);
    cdr_free(r->absolute);
    cdr_suppressions_free(r->suppressions);
    cdr_secret_free(r->passing_key);
    cdr_ruleset_free(r->ruleset);
    cdr_free(r->rules_json);
    r->job->ruleset = NULL;
}

cdr_cli_scan cdr_cli_scan_asked(cdr_cli *cli)
{
    cdr_cli_scan job = {.cli = cli, .targets = cli->argv, .target_count = (size_t)cli->argc, .rules_path = cdr_opt_text(cli, "rules")};
    cdr_scan_options_init(&job.options);
    job.options.threads = (unsigned)cdr_opt_uint(cli, "threads");
    job.options.full = cdr_opt_flag(cli, "full");
    job.options.follow_symlinks = cdr_opt_flag(cli, "follow");
    job.options.cross_devices = cdr_opt_flag(cli, "cross-devices");
    if (cdr_opt_flag(cli, "exclude"))
        cdr_opt_list(cli, "exclude", &job.options.exclude);
    return job;
}

/* What this run itself keeps and writes is no find. */
static void leave_out(run *r)
{
    const char *const dirs[] = {r->job->cli->ws ? r->job->cli->workspace_dir : NULL, r->job->report_dir};
    cdr_scan_options *o = &r->job->options;
    struct stat st;
    o->own = r->own;
    for (size_t i = 0; i < CDR_COUNT(dirs); i++)
        if (dirs[i] && !stat(dirs[i], &st))
            r->own[o->own_count++] = (cdr_scan_own){.dev = st.st_dev, .ino = st.st_ino, .report = i == 1};
}

cdr_status cdr_cli_scan_run(cdr_cli_scan *job, cdr_err *err)
{
    run r = {.job = job};
    cdr_scan_options *o = &job->options;
    cdr_progress_init(&job->progress, job->cli);
    cdr_status s = load_rules(&r, err);
    if (s == CDR_OK)
        s = take_keys(&r, err);
    if (s == CDR_OK && job->cli->ws)
        s = begin_inventory(&r, err);
    leave_out(&r);
    o->ruleset = r.ruleset;
    o->ruleset_options = &r.ruleset_options;
    o->suppressions = r.suppressions;
    o->arg = &r;
    o->observed = observed;
    o->progress = job->cli->quiet ? NULL : progress;
    o->count_ahead = job->cli->progress_bar && !job->cli->quiet;
    if (s == CDR_OK)
        s = cdr_scan_run(&job->cli->ctx, r.absolute ? (const char *const *)r.absolute : job->targets, job->target_count, o, &job->totals, err);
    s = finish_inventory(&r, s, err);
    done(&r);
    return s;
}
