/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/audit_parts.h"

#include "base/parse.h"
#include "core/report/words.h"
#include "detect/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)4 << 30)
enum { CHANGES_MAX = 5000 };

const char *build_keep(build *b, const char *s)
{
    return s && s[0] ? cdr_arena_strdup(b->arena, s) : "";
}

static cdr_status nomem(build *b)
{
    return cdr_fail_nomem(b->err, "report");
}

/* --- findings are streamed from the inventory --- */

typedef struct streaming {
    audit_source *from;
    cdr_status (*fn)(void *arg, const cdr_audit_finding *f);
    void *arg;
} streaming;

static void explain(const cdr_inv_finding *f, char *out, size_t cap)
{
    cdr_finding x = {.kind = f->kind, .confidence = f->confidence, .evidence = f->sample_count > 0 ? f->samples[0].evidence : 0};
    if (f->suppressed > 0 && f->by_band[CDR_BAND_LOW] + f->by_band[CDR_BAND_MEDIUM] + f->by_band[CDR_BAND_HIGH] == 0)
        snprintf(out, cap, "set aside by you");
    else if (f->kind == CDR_K_USER || f->kind == CDR_KIND_NONE)
        snprintf(out, cap, "%s", f->kind == CDR_K_USER ? "your own detector found it" : "");
    else if (cdr_finding_explain(NULL, &x, out, cap, NULL) != CDR_OK)    /* the rule set names the user's detectors only */
        out[0] = '\0';
}

/* What somebody set aside has no confidence, and is listed. */
bool audit_is_weak(const audit_source *from, const cdr_inv_finding *f)
{
    return !from->all && f->suppressed == 0 && f->confidence < CDR_AUDIT_LEAST;
}

static cdr_status pass_finding(void *arg, const cdr_inv_finding *f)
{
    const streaming *s = arg;
    char why[512];
    if (audit_is_weak(s->from, f))
        return CDR_OK;
    explain(f, why, sizeof why);
    const cdr_inv_sample *first = f->sample_count > 0 ? &f->samples[0] : NULL;
    cdr_audit_finding x = {
        .system = f->system_name, .path = audit_display(s->from, f->path, f->dataset_id), .field = f->field, .format = f->format, .kind = f->kind,
        .rule_name = f->rule_name[0] ? f->rule_name : NULL, .high = f->by_band[CDR_BAND_HIGH], .medium = f->by_band[CDR_BAND_MEDIUM], .low = f->by_band[CDR_BAND_LOW],
        .suppressed = f->suppressed, .distinct = f->distinct, .confidence = f->confidence, .line = first ? first->line : 0, .offset = first ? first->offset : 0,
        .masked = first ? first->masked : "", .value_id = first ? first->value_id : "", .explanation = why,
        .rule_title = f->rule_title, .rule_category = f->rule_category};
    return s->fn(s->arg, &x);
}

static cdr_status each_finding(const cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_finding *f), void *arg, cdr_err *err)
{
    streaming s = {a->source, fn, arg};
    const cdr_inv_filter all = {0};
    return cdr_inventory_each_finding(s.from->inv, &all, pass_finding, &s, err);
}

/* --- systems --- */

static bool holds_data(const cdr_inv_system *s)
{
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (s->by_family[f] > 0)
            return true;
    return s->people_max > 0;
}

static const char *place_words(build *b, const cdr_inv_system *s)
{
    if (s->location[0] && s->country[0] && strcmp(s->location, s->country))
        return cdr_arena_printf(b->arena, "%s, %s", s->location, s->country);
    return s->location[0] ? s->location : s->country;
}

static cdr_status add_system(build *b, const cdr_inv_system *s, cdr_audit_system *x)
{
    *x = (cdr_audit_system){.key = s->registered ? s->key : build_display(b, s->name, 0), .name = s->registered ? s->name : build_display(b, s->name, 0), .registered = s->registered, .location = place_words(b, s), .owner = s->owner, .encrypted = s->encrypted,
                            .backup_of = s->backup_of, .holder_count = s->holder_count, .objects = s->objects, .people_min = s->people_min, .people_max = s->people_max,
                            .people_about = s->people_error > 0};
    memcpy(x->by_family, s->by_family, sizeof x->by_family);
    x->holders = cdr_arena_alloc(b->arena, (s->holder_count + 1) * sizeof *x->holders);
    if (!x->holders || !x->location || !x->key || !x->name)
        return nomem(b);
    for (size_t i = 0; i < s->holder_count; i++)
        x->holders[i] = (cdr_audit_holder){s->holders[i].name, s->holders[i].is_us, s->holders[i].relation, build_is_ours(b, s->holders[i].party)};
    return CDR_OK;
}

/* Folders where nothing was found are no places of customer data; registered systems stay, also when they are empty. */
static cdr_status add_systems(build *b)
{
    cdr_audit *a = b->audit;
    const cdr_inv_overview *v = &b->overview;
    b->shown = cdr_arena_alloc(b->arena, (v->system_count + 1) * sizeof *b->shown);
    a->systems = cdr_arena_alloc(b->arena, (v->system_count + 1) * sizeof *a->systems);
    a->overlaps = cdr_arena_alloc(b->arena, (v->overlap_count + 1) * sizeof *a->overlaps);
    if (!b->shown || !a->systems || !a->overlaps)
        return nomem(b);
    for (size_t i = 0; i < v->system_count; i++) {
        b->shown[i] = SIZE_MAX;
        if (!holds_data(&v->systems[i]) && (!v->systems[i].registered || (v->systems[i].elsewhere > 0 && v->systems[i].objects == 0)))
            continue;
        b->shown[i] = a->system_count;
        cdr_status s = add_system(b, &v->systems[i], &a->systems[a->system_count++]);
        if (s != CDR_OK)
            return s;
    }
    for (size_t i = 0; i < v->overlap_count; i++) {
        size_t x = b->shown[v->overlaps[i].a], y = b->shown[v->overlaps[i].b];
        if (x != SIZE_MAX && y != SIZE_MAX)
            a->overlaps[a->overlap_count++] = (cdr_audit_overlap){x, y, v->overlaps[i].shared};
    }
    return CDR_OK;
}

/* --- changes --- */

static cdr_status add_change(void *arg, const cdr_inv_change *c)
{
    build *b = arg;
    if (b->changes.len == CHANGES_MAX)
        return CDR_DONE;
    cdr_audit_change *x = change_list_push(&b->changes);
    if (!x)
        return nomem(b);
    cdr_buf text = CDR_BUF(300);
    if (c->kind != CDR_KIND_NONE)
        cdr_buf_addf(&text, "%s, ", cdr_kind_get(c->kind)->title);
    if (c->direction == 0 && c->before > 0) {
        cdr_words_number(&text, c->before);
        cdr_buf_adds(&text, " before, now ");
    }
    cdr_words_count(&text, c->count, "finding", "findings");
    *x = (cdr_audit_change){build_keep(b, text.data), build_display(b, c->path, 0), c->direction, c->set_aside};
    cdr_buf_done(&text);
    return x->what && x->path ? CDR_OK : nomem(b);
}

static cdr_status add_changes(build *b)
{
    if (b->previous_scan == 0)
        return CDR_OK;
    cdr_status s = cdr_inventory_each_change(b->inv, b->previous_scan, add_change, b, b->err);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- the whole --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Audits of the same targets are compared with one another. Their names stay out of the ledger: they may name people. */
static cdr_status find_scope(build *b)
{
    const cdr_audit_request *r = b->request;
    if (b->overview.elsewhere == 0)
        return CDR_OK;     /* all that is known */
    const char **sorted = cdr_arena_alloc(b->arena, (r->target_count + 1) * sizeof *sorted);
    const cdr_secret *key = cdr_workspace_key(b->ws, CDR_KEY_VALUE_ID);
    cdr_buf text = CDR_BUF(16 << 20);
    if (!sorted || !key)
        return nomem(b);
    memcpy(sorted, r->targets, r->target_count * sizeof *sorted);
    qsort(sorted, r->target_count, sizeof *sorted, by_text);
    for (size_t i = 0; i < r->target_count; i++)
        cdr_buf_addf(&text, "%s\n", sorted[i]);
    uint8_t id[CDR_VALUE_ID_BYTES];
    if (cdr_buf_status(&text) == CDR_OK) {
        cdr_value_id(key, text.data, text.len, id);
        cdr_hex_encode(id, sizeof id, b->audit->scope);
    }
    cdr_status s = cdr_buf_status(&text) == CDR_OK ? CDR_OK : nomem(b);
    cdr_buf_done(&text);
    return s;
}

static cdr_status add_head(build *b)
{
    cdr_audit *a = b->audit;
    const cdr_inv_overview *v = &b->overview;
    a->at_us = cdr_now_us(cdr_workspace_ctx(b->ws));
    a->org = build_keep(b, cdr_workspace_org(b->ws));
    a->program_version = cdr_version();
    a->program = build_keep(b, b->request->program ? b->request->program : "candor");
    a->workspace = build_keep(b, b->request->workspace);
    a->cwd = b->cwd && !audit_path_speaks(b->source, b->cwd) ? build_keep(b, b->cwd) : "";
    cdr_status s = cdr_inventory_last_scan(b->inv, true, b->arena, &b->scan, b->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    a->ruleset_version = build_keep(b, b->scan.ruleset);
    a->interrupted = b->scan.interrupted;
    a->scan = b->scan.id;
    const char **targets = cdr_arena_alloc(b->arena, (b->scan.target_count + 1) * sizeof *targets);
    if (!targets || !a->org || !a->ruleset_version)
        return nomem(b);
    for (size_t i = 0; i < b->scan.target_count; i++)
        targets[i] = build_display(b, b->scan.targets[i], 0);
    if ((s = find_scope(b)) != CDR_OK)
        return s;
    a->targets = targets;
    a->target_count = b->scan.target_count;
    a->objects = v->objects;
    a->elsewhere = v->elsewhere;
    a->complete = v->complete;
    a->partial = v->partial;
    a->skipped = v->skipped;
    a->unchanged = b->scan.totals.unchanged;
    a->bytes_read = v->bytes;
    a->suppressed = v->suppressed;
    a->findings_high = v->findings[CDR_BAND_HIGH];
    a->findings_medium = v->findings[CDR_BAND_MEDIUM];
    a->findings_low = v->findings[CDR_BAND_LOW];
    a->people_min = v->people_min;
    a->people_max = v->people_max;
    a->people_about = v->people_error > 0;
    return CDR_OK;
}

static cdr_status add_ledger(build *b)
{
    cdr_audit *a = b->audit;
    cdr_ledger *l = cdr_workspace_ledger(b->ws);
    uint8_t root[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1];
    cdr_status s = cdr_audit_history(l, b->arena, &a->history, &a->history_count, NULL, b->err);
    if (s != CDR_OK)
        return s;
    size_t same = 0;
    for (size_t i = 0; i < a->history_count; i++)
        if (!strcmp(a->history[i].scope, a->scope))
            a->history[same++] = a->history[i];
    a->history_count = same;
    if (same > 0) {
        a->previous_us = a->history[same - 1].at_us;
        b->previous_scan = a->history[same - 1].scan;
    }
    a->ledger_size = cdr_ledger_size(l);
    if (a->ledger_size == 0)
        return CDR_OK;
    s = cdr_ledger_root(l, a->ledger_size, root, b->err);
    if (s != CDR_OK)
        return s;
    cdr_hex_encode(root, sizeof root, hex);
    a->ledger_root = build_keep(b, hex);
    return a->ledger_root ? CDR_OK : nomem(b);
}

const char *build_command(build *b, const char *command)
{
    static const char word[] = "candor ";
    const char *program = b->request->program, *workspace = b->request->workspace;
    if (strncmp(command, word, sizeof word - 1) != 0 || (!program && !workspace))
        return command;
    const char *rest = command + sizeof word - 1;
    bool needs = workspace && strncmp(rest, "detect ", 7) != 0;
    return cdr_arena_printf(b->arena, "%s %s%s%s", program ? program : "candor", rest, needs ? " --workspace " : "", needs ? workspace : "");
}

static cdr_status judge(build *b)
{
    cdr_audit *a = b->audit;
    cdr_facts facts;
    cdr_check_result r;
    cdr_status s = build_facts(b, &facts);
    if (s == CDR_OK)
        s = cdr_checks_run(&facts, b->arena, &r, b->err);
    if (s != CDR_OK)
        return s;
    a->violations = r.violations;
    a->violation_count = r.violation_count;
    a->violations_left_out = r.left_out;
    a->todo = r.todo;
    a->todo_count = r.todo_count;
    for (size_t i = 0; i < a->violation_count; i++)
        if (!(a->violations[i].command = build_command(b, a->violations[i].command)))
            return nomem(b);
    for (size_t i = 0; i < a->todo_count; i++)
        if (!(a->todo[i].command = build_command(b, a->todo[i].command)))
            return nomem(b);
    for (size_t i = 0; i < a->violation_count; i++)
        for (size_t k = 0; k < a->system_count; k++)
            if (!strcmp(a->systems[k].name, a->violations[i].place)) {
                a->systems[k].violations++;
                break;
            }
    return CDR_OK;
}

/* Lists grew on the heap; the audit keeps them in its arena. */
static void *settle(build *b, const void *at, size_t len, size_t size)
{
    void *kept = cdr_arena_alloc(b->arena, (len + 1) * size);
    if (kept && len > 0)
        memcpy(kept, at, len * size);
    return kept;
}

static cdr_status settle_lists(build *b)
{
    cdr_audit *a = b->audit;
    const struct { const place_list *from; cdr_audit_place **to; size_t *count; } lists[] = {{&b->copies, &a->copies, &a->copy_count},
                                                                                             {&b->secrets, &a->secrets, &a->secret_count},
                                                                                             {&b->special, &a->special, &a->special_count},
                                                                                             {&b->unregistered, &a->unregistered, &a->unregistered_count}};
    for (size_t i = 0; i < CDR_COUNT(lists); i++) {
        *lists[i].to = settle(b, lists[i].from->at, lists[i].from->len, sizeof(cdr_audit_place));
        *lists[i].count = lists[i].from->len;
        if (!*lists[i].to)
            return nomem(b);
    }
    a->gaps = settle(b, b->gaps.at, b->gaps.len, sizeof *a->gaps);
    a->gap_count = b->gaps.len;
    a->changes = settle(b, b->changes.at, b->changes.len, sizeof *a->changes);
    a->change_count = b->changes.len;
    a->activities = settle(b, b->activity_rows.at, b->activity_rows.len, sizeof *a->activities);
    a->activity_count = b->activity_rows.len;
    return a->gaps && a->changes && a->activities ? CDR_OK : nomem(b);
}

static cdr_status build_all(build *b)
{
    cdr_status s = build_source(b);
    if (s == CDR_OK)
        s = cdr_inventory_scope(b->inv, b->request->targets, b->request->target_count, b->err);
    if (s == CDR_OK)
        s = cdr_inventory_overview(b->inv, b->arena, &b->overview, b->err);
    b->audit->each_finding = each_finding;
    cdr_status (*const steps[])(build *b) = {add_head, add_ledger, build_declared, add_systems, build_objects, judge, build_policy, add_changes, build_gaps, settle_lists};
    for (size_t i = 0; i < CDR_COUNT(steps) && s == CDR_OK; i++)
        s = cdr_cancelled(cdr_workspace_ctx(b->ws)) ? cdr_fail(b->err, CDR_E_CANCELLED, "report", "report.stopped", "Stopped while judging.") : steps[i](b);
    return s;
}

static void build_done(build *b)
{
    party_list_done(&b->parties);
    activity_list_done(&b->activities);
    activity_fact_list_done(&b->activity_facts);
    activity_row_list_done(&b->activity_rows);
    object_list_done(&b->objects);
    object_finding_list_done(&b->findings);
    place_list_done(&b->copies);
    place_list_done(&b->secrets);
    place_list_done(&b->special);
    place_list_done(&b->unregistered);
    gap_list_done(&b->gaps);
    change_list_done(&b->changes);
    cdr_free(b->by_id);
    cdr_free(b->by_key);
    cdr_free(b->system_facts);
    cdr_free(b->object_facts);
    cdr_reach_done(&b->reach);
}

cdr_status cdr_audit_build(cdr_workspace *ws, cdr_inventory *inv, const cdr_audit_request *request, cdr_audit **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_arena *arena = cdr_arena_new(ARENA_MAX);
    cdr_audit *a = arena ? cdr_arena_alloc(arena, sizeof *a) : NULL;
    if (!a) {
        cdr_arena_free(arena);
        return cdr_fail_nomem(err, "report");
    }
    a->arena = arena;
    build b = {.ws = ws, .inv = inv, .arena = arena, .audit = a, .request = request, .cwd = request->cwd, .last_system = SIZE_MAX, .err = err};
    cdr_status s = build_all(&b);
    build_done(&b);
    if (s != CDR_OK) {
        cdr_audit_free(a);
        return s;
    }
    *ret = a;
    return CDR_OK;
}

void cdr_audit_free(cdr_audit *a)
{
    if (!a)
        return;
    audit_source *from = a->source;
    cdr_path_masker_free(from ? from->masker : NULL);
    cdr_arena_free(a->arena);    /* the audit itself lies in it */
}
