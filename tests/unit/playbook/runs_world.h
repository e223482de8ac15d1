/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace with runs, and playbooks made of few words. */
#ifndef TEST_RUNS_WORLD_H
#define TEST_RUNS_WORLD_H

#include "../workspace_world.h"

#include "base/io.h"
#include "core/playbook/runs.h"

#define STEP(n) "00000000-0000-4000-8000-0000000000" n
#define KEY "extension-definition--" CDR_RULE_UUID

typedef struct runs_world { world w; cdr_runs *r; } runs_world;

static inline void runs_open(runs_world *w)
{
    world_ok(&w->w, cdr_runs_open(w->w.ws, &w->r, &w->w.err));
}

static inline void runs_reopen(runs_world *w)
{
    cdr_runs_close(w->r);
    world_close(&w->w);
    world_open(&w->w);
    runs_open(w);
}

static inline void runs_make(runs_world *w)
{
    world_make(&w->w);
    runs_open(w);
}

static inline void runs_drop(runs_world *w)
{
    cdr_runs_close(w->r);
    world_drop(&w->w);
}

/* A playbook of the workspace: ${variables}, ${agents} (more of them) and ${workflow} are members of the objects of that name; ${more} follows them. ${number} makes its id. */
static inline void runs_playbook(runs_world *w, const char *name, unsigned number, const char *modified, const char *variables, const char *workflow, const char *agents, const char *more)
{
    char path[200];
    snprintf(path, sizeof path, "%s/playbooks", w->w.home);
    world_ok(&w->w, cdr_mkdirs(path, 0700, &w->w.err));
    snprintf(path, sizeof path, "%s/playbooks/%s.json", w->w.home, name);
    char *text = cdr_asprintf("{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook--00000000-0000-4000-9000-0000000000%02u\",\"name\":\"%s\","
                              "\"created_by\":\"identity--00000000-0000-4000-a000-000000000001\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"%s\","
                              "\"workflow_start\":\"start--" STEP("01") "\",\"playbook_variables\":{%s},"
                              "\"agent_definitions\":{\"individual--" STEP("90") "\":{\"type\":\"individual\",\"name\":\"Dana\"}%s},\"workflow\":{%s}%s}",
                              number, name, modified, variables, agents, workflow, more);
    assert_non_null(text);
    world_ok(&w->w, cdr_file_write(path, text, strlen(text), 0600, &w->w.err));
    cdr_free(text);
}

#define VERSION_1 "2026-01-01T00:00:00.000Z"
#define VERSION_2 "2026-02-02T00:00:00.000Z"
#define EXTENSION ",\"extension_definitions\":{\"" KEY "\":{\"type\":\"extension-definition\",\"name\":\"Candor\",\"created_by\":\"identity--00000000-0000-4000-a000-000000000001\",\"schema\":\"about:blank\",\"version\":\"1.0.0\"}}"
#define START(next) "\"start--" STEP("01") "\":{\"type\":\"start\",\"on_completion\":\"" next "\"}"
#define END(n) "\"end--" STEP(n) "\":{\"type\":\"end\"}"
#define AGENT "\"agent\":\"individual--" STEP("90") "\""
#define MANUAL(n, name, next, more) "\"action--" STEP(n) "\":{\"type\":\"action\",\"name\":\"" name "\",\"on_completion\":\"" next "\"," AGENT ",\"commands\":[{\"type\":\"manual\",\"command\":\"Do it.\"}]" more "}"

static inline int64_t runs_start(runs_world *w, const char *name)
{
    int64_t id = 0;
    world_ok(&w->w, cdr_runs_start(w->r, &(cdr_run_request){.playbook = name}, &id, &w->w.err));
    return id;
}

/* The first open step in ${state}; 0 none. */
static inline uint32_t runs_open_step(runs_world *w, int64_t id, cdr_activation_state state)
{
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    size_t n;
    world_ok(&w->w, cdr_runs_load(w->r, id, NULL, &run, &w->w.err));
    const cdr_activation *const *open = cdr_run_open(run, &n);
    for (size_t i = 0; i < n; i++)
        if (open[i]->state == state)
            return open[i]->id;
    return 0;
}

static inline cdr_run_outcome runs_outcome(runs_world *w, int64_t id)
{
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    cdr_run_row row;
    world_ok(&w->w, cdr_runs_load(w->r, id, &row, &run, &w->w.err));
    return row.outcome;
}

static inline cdr_status runs_answer(runs_world *w, int64_t id, uint32_t step, const char *name, const char *value)
{
    _cleanup_json_ json_t *answers = name ? json_pack("{s:s}", name, value) : NULL;
    return cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .answers = answers}, &w->w.err);
}

#endif
