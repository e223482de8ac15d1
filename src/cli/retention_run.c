/* SPDX-License-Identifier: Apache-2.0 */
/* candor retention run: what has been kept longer than it may be. */
#include "cli/retention.h"

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/inventory.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "cli/progress.h"
#include "core/inventory/claims.h"

#include <stdlib.h>
#include <string.h>

typedef struct showing {
    cdr_cli *cli;
    cdr_inventory *inv;
    const cdr_policy *policy;
    cdr_path_masker *masker;
    const cdr_retention_options *o;
    const cdr_retention_summary *sum;
    uint64_t not_read;           /* objects that the scan did not read whole */
    bool all;
    bool unused;                 /* nobody has said what some of it is used for */
    int part;                    /* of the text, see parts */
    bool headed;                 /* its heading was printed */
    json_t *list;
    int64_t object;              /* printed last */
} showing;

/* --- the answer --- */

static void headline(const showing *x, cdr_buf *b)
{
    const cdr_retention_summary *s = x->sum;
    uint64_t open = s->unknown_objects + s->undated_objects;
    if (s->over_age) {
        cdr_words_count(b, s->over_age, "record", "records");
        cdr_buf_adds(b, " in ");
        cdr_words_count(b, s->over_age_objects, "place", "places");
        cdr_buf_adds(b, s->over_age == 1 ? " is over age" : " are over age");
        if (s->oldest[0]) {
            cdr_buf_adds(b, s->over_age == 1 ? "; it is from " : "; the oldest is from ");
            cdr_cli_day(s->oldest, b);
        }
        cdr_buf_addc(b, '.');
    } else if (s->objects == 0) {
        cdr_buf_adds(b, "No place with personal data is known.");
    } else {
        cdr_buf_adds(b, open || s->no_rule_objects || x->not_read ? "Nothing is known to be over age." : "Nothing is over age.");
    }
    if (s->unknown_objects) {
        cdr_buf_addc(b, ' ');
        cdr_words_count(b, s->unknown_objects, "place", "places");
        cdr_buf_adds(b, " could not be dated.");
    }
    if (s->undated) {
        cdr_buf_addc(b, ' ');
        cdr_words_count(b, s->undated, "record", "records");
        cdr_buf_adds(b, s->undated == 1 ? " has no certain date." : " have no certain date.");
    }
}

static cdr_exit verdict(const showing *x)
{
    const cdr_retention_summary *s = x->sum;
    if (s->over_age)
        return CDR_EXIT_NO;
    return s->unknown_objects || s->undated || s->no_rule_objects || x->not_read ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
}

/* --- place by place --- */

enum { PART_OVER_AGE, PART_UNDATED, PART_HELD, PART_REST, PART__MAX };
static const char *const parts[PART__MAX] = {"Over age", "Could not be dated, or not judged", "Kept by a hold", "Not over age, or without an end"};

static int part_of(const cdr_retention_count *c)
{
    if (c->why == CDR_KEPT_BY_HOLD)
        return PART_HELD;
    if (c->over_age)
        return PART_OVER_AGE;
    return c->undated || (!c->known && c->why != CDR_NO_RULE) ? PART_UNDATED : PART_REST;
}

static bool is_asked(const showing *x, const cdr_retention_count *c)
{
    size_t len = x->o->path ? strlen(x->o->path) : 0;
    if (x->o->system && strcmp(x->o->system, c->system) != 0)
        return false;
    if (len && (strncmp(x->o->path, c->path, len) != 0 || (c->path[len] && c->path[len] != '/' && c->path[len] != '!' && x->o->path[len - 1] != '/')))
        return false;
    return x->all || part_of(c) != PART_REST;
}

static void print_counts(showing *x, const cdr_retention_count *c)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(4096);
    if (!c->known) {
        cdr_buf_addf(&b, "%s.", c->reason);
        cdr_cli_labelled(x->cli, c->why == CDR_NO_RULE || !*c->cutoff ? "not judged" : "not dated", b.data);
        return;
    }
    if (!*c->trigger_field)
        return;
    cdr_words_count(&b, c->over_age, "record", "records");
    cdr_buf_adds(&b, " of ");
    cdr_words_number(&b, c->rows);
    cdr_buf_addf(&b, " by %s, dated before ", !strcmp(c->trigger_field, "file") ? "the file's own time" : c->trigger_field);
    cdr_cli_day(c->cutoff, &b);
    if (*c->oldest) {
        cdr_buf_adds(&b, "; the oldest is from ");
        cdr_cli_day(c->oldest, &b);
    }
    cdr_cli_labelled(x->cli, "over age", b.data ? b.data : "");
    if (c->undated) {
        cdr_buf_clear(&b);
        cdr_words_count(&b, c->undated, "record has no certain date and counts", "records have no certain date and count");
        cdr_buf_adds(&b, " as unknown");
        cdr_cli_labelled(x->cli, "undated", b.data ? b.data : "");
    }
}

static void print_kept(showing *x, const cdr_retention_count *c)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(4096);
    if (!c->kept)
        return;
    cdr_words_count(&b, c->kept, "record", "records");
    if (c->why == CDR_KEPT_BY_HOLD)
        cdr_buf_addf(&b, " past the period stay: the legal hold %s is in force", c->hold);
    else
        cdr_buf_adds(&b, " cannot go as a whole: something else in the record must or may stay. Empty the columns by hand");
    cdr_cli_labelled(x->cli, c->why == CDR_KEPT_BY_HOLD ? "held" : "by hand", b.data ? b.data : "");
}

static void print_people(showing *x, const cdr_retention_count *c)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(4096);
    if (!c->over_age || !c->people_max)
        return;
    cdr_words_people(&b, c->people_min, c->people_max, false);
    cdr_cli_labelled(x->cli, "people", b.data ? b.data : "");
}

static void print_place(showing *x, const cdr_retention_count *c)
{
    _cleanup_buf_ cdr_buf path = CDR_BUF(1 << 16);
    if (!x->headed)
        cdr_cli_print(x->cli, "\n%s\n", parts[x->part]);
    x->headed = true;
    if (c->object != x->object) {
        const char *shown = cdr_cli_retention_path(x->inv, x->masker, c->path, c->object, &path);
        cdr_cli_print(x->cli, "\n%s\n", shown);
        cdr_cli_labelled(x->cli, "system", *c->system_name ? c->system_name : "none: no system claims this place");
    }
    x->object = c->object;
    print_counts(x, c);
    cdr_cli_labelled(x->cli, "why", c->explanation);
    cdr_cli_labelled(x->cli, "of", c->categories);
    print_kept(x, c);
    print_people(x, c);
}

static cdr_status add_json(showing *x, const cdr_retention_count *c)
{
    _cleanup_buf_ cdr_buf buf = CDR_BUF(1 << 16);
    const char *path = cdr_cli_retention_path(x->inv, x->masker, c->path, c->object, &buf);
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "object", (json_int_t)c->object, "path", path, "system", c->system, "why",
                          cdr_retention_why_names[c->why], "rule", c->rule, "trigger", c->trigger_field, "cutoff", c->cutoff, "categories", c->categories, "hold", c->hold, "known",
                          (int)c->known, "reason", c->reason);
    json_t *n = json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:s}", "rows", (json_int_t)c->rows, "over_age", (json_int_t)c->over_age, "undated", (json_int_t)c->undated, "kept",
                          (json_int_t)c->kept, "counted_already", (json_int_t)c->again, "oldest", c->oldest, "people_min", (json_int_t)c->people_min, "people_max",
                          (json_int_t)c->people_max, "explanation", c->explanation);
    bool ok = j && n && !json_object_update(j, n) && !json_array_append(x->list, j);
    json_decref(j);
    json_decref(n);
    return ok ? CDR_OK : cdr_fail_nomem(&x->cli->err, "cli");
}

static cdr_status show(void *arg, const cdr_retention_count *c)
{
    showing *x = arg;
    if (!is_asked(x, c))
        return CDR_OK;
    x->unused |= c->why == CDR_RETENTION_UNKNOWN;
    if (x->cli->json)
        return add_json(x, c);
    if (part_of(c) == x->part)
        print_place(x, c);
    return CDR_OK;
}

/* --- the whole --- */

static void print_end(const showing *x)
{
    const cdr_retention_summary *s = x->sum;
    cdr_cli *cli = x->cli;
    _cleanup_buf_ cdr_buf b = CDR_BUF(4096);
    if (s->no_rule_objects && !x->all) {
        cdr_words_count(&b, s->no_rule_objects, "place holds", "places hold");
        cdr_buf_adds(&b, " personal data that no retention rule ends; --all lists them.");
    }
    if (x->not_read) {
        cdr_buf_adds(&b, b.len ? " " : "");
        cdr_words_count(&b, x->not_read, "object was", "objects were");
        cdr_buf_adds(&b, " not read whole by the scan; what is in them is not known.");
    }
    if (b.len) {
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 0, 0, b.data);
    }
    cdr_buf_clear(&b);
    if (s->over_age)
        cdr_cli_own_periods(x->policy, &b);
    if (b.len) {
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 0, 0, b.data);
    }
    if (s->over_age)
        cdr_cli_print(cli, "\nWhat a clean-up would change, as a plan:\n  candor policy plan --only MIN-10\n");
    if (x->unused)
        cdr_cli_print(cli, "\nSay what the data are used for, so that it is known which rule counts:\n  candor inventory set activity KEY data_use=essential.service\n");
    if (s->unknown_objects || s->undated)
        cdr_cli_print(cli, "\nWhich rules speak of one place, and what is missing:\n  candor retention explain PLACE\n");
}

static cdr_exit print_all(showing *x)
{
    cdr_cli *cli = x->cli;
    _cleanup_buf_ cdr_buf head = CDR_BUF(4096);
    char today[11];
    headline(x, &head);
    cdr_date_format(cdr_date_from_days(cdr_now_us(&cli->ctx) / INT64_C(86400000000)), today);
    bool silent = cli->quiet && !cli->json;
    if (!cli->json && !silent)
        cdr_cli_wrapped(cli, 0, 0, head.data ? head.data : "");
    cdr_status s = CDR_OK;
    for (x->part = 0; s == CDR_OK && x->part < (silent ? 0 : cli->json ? 1 : PART__MAX); x->part++) {
        x->headed = false;
        x->object = 0;
        s = cdr_retention_each_count(x->inv, x->policy, 0, show, x, &cli->err);
    }
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    const cdr_retention_summary *n = x->sum;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:s}", "headline", head.data ? head.data : "", "as_of", today,
                                                 "over_age", (json_int_t)n->over_age, "over_age_places", (json_int_t)n->over_age_objects, "oldest", n->oldest, "undated",
                                                 (json_int_t)n->undated, "unknown_places", (json_int_t)n->unknown_objects, "no_rule_places", (json_int_t)n->no_rule_objects,
                                                 "held", (json_int_t)n->held, "places", (json_int_t)n->objects, "not_read", (json_int_t)x->not_read, "records",
                                                 (json_int_t)n->rows, "counts", x->list, "next", n->over_age ? "candor policy plan --only MIN-10" : ""), verdict(x));
    if (!cli->quiet)
        print_end(x);
    return verdict(x);
}

typedef struct bar { cdr_cli *cli; cdr_progress progress; int64_t from_us; } bar;

static void on_progress(void *arg, const cdr_retention_progress *p)
{
    bar *b = arg;
    cdr_scan_progress s = {.objects = p->objects, .bytes = p->bytes, .total_objects = p->total, .elapsed_us = cdr_now_us(&b->cli->ctx) - b->from_us, .current = p->current};
    cdr_progress_show(&b->progress, &s);
}

static cdr_status add_gap(void *arg, const cdr_inv_gap *g)
{
    *(uint64_t *)arg += g->count;
    return CDR_OK;
}

static cdr_status note_any(void *arg, const cdr_inv_dataset *d)
{
    (void)d;
    *(bool *)arg = true;
    return CDR_DONE;
}

/* PATH, when it was given: an object, or what lies below a folder. */
static cdr_status find_path(showing *x, cdr_retention_options *o, cdr_arena *a, cdr_buf *buf)
{
    cdr_cli *cli = x->cli;
    if (cli->argc == 0)
        return CDR_OK;
    cdr_status s = cdr_cli_locate(cli, x->inv, cli->argv[0], a, &o->path);
    if (s != CDR_NOT_FOUND || !strncmp(cli->argv[0], "object:", 7))
        return s;
    char *here = realpath(".", NULL);
    cli->err = (cdr_err){0};
    s = cdr_claim_resolve(cli->argv[0], here ? here : "", buf, &cli->err);
    free(here);
    while (s == CDR_OK && buf->len > 1 && buf->data[buf->len - 1] == '/')
        buf->data[--buf->len] = '\0';
    o->path = buf->data;
    bool known = false;
    if (s == CDR_OK)
        s = cdr_inventory_each_dataset(x->inv, &(cdr_inv_filter){.path = o->path}, note_any, &known, &cli->err);
    if (s == CDR_DONE || (s == CDR_OK && known))
        return CDR_OK;
    return s == CDR_OK ? cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "retention.path", "No scan has seen %.200s; scan it first with candor scan, or see candor inventory list datasets.", cli->argv[0]) : s;
}

static cdr_status prepare(showing *x, cdr_policy **policy, cdr_arena *arena)
{
    cdr_cli *cli = x->cli;
    cdr_inv_scan last;
    cdr_status s = cdr_cli_policy_load(cli, policy);
    if (s == CDR_OK)
        s = cdr_cli_policy_enter(cli, *policy);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &x->inv, &cli->err);
    if (s == CDR_OK && (s = cdr_inventory_last_scan(x->inv, true, arena, &last, &cli->err)) == CDR_NOT_FOUND)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "retention.no-scan", "Nothing was scanned yet, so that it is not known where personal data lie: candor scan FOLDER");
    if (s == CDR_OK)
        s = cdr_cli_check_system(cli, x->inv, x->o->system);
    if (s == CDR_OK && !x->o->system && cli->argc == 0)
        s = cdr_inventory_each_gap(x->inv, add_gap, &x->not_read, &cli->err);
    if (s == CDR_OK)
        s = cdr_path_masker_new(&x->masker, &cli->err);
    if (s == CDR_OK && cli->json && !(x->list = json_array()))
        s = cdr_fail_nomem(&cli->err, "cli");
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    bar b = {.cli = cli, .from_us = cdr_now_us(&cli->ctx)};
    cdr_retention_options o = {.system = cdr_opt_text(cli, "system"), .again = cdr_opt_flag(cli, "again"), .progress = cli->quiet ? NULL : on_progress, .arg = &b};
    cdr_retention_summary sum = {0};
    showing x = {.cli = cli, .o = &o, .sum = &sum, .all = cdr_opt_flag(cli, "all")};
    _cleanup_(cdr_policy_freep) cdr_policy *policy = NULL;
    _cleanup_buf_ cdr_buf path = CDR_BUF(1 << 16);
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 24);
    cdr_progress_init(&b.progress, cli);
    cdr_status s = arena ? prepare(&x, &policy, arena) : cdr_fail_nomem(&cli->err, "cli");
    x.policy = policy;
    if (s == CDR_OK)
        s = find_path(&x, &o, arena, &path);
    if (s == CDR_OK)
        s = cdr_retention_run(cli->ws, x.inv, policy, &o, &sum, &cli->err);
    cdr_progress_clear(&b.progress);
    cdr_exit code = s == CDR_OK ? print_all(&x) : cdr_cli_fail(cli, s);
    json_decref(x.list);
    cdr_path_masker_free(x.masker);
    cdr_inventory_close(x.inv);
    return code;
}

static const cdr_opt options[] = {
    {"system", 's', CDR_OPT_TEXT, "KEY", NULL, "only this system"},
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "list every place, also those where nothing is over age"},
    {"again", 0, CDR_OPT_FLAG, NULL, NULL, "count unchanged files again, too"},
    CDR_OPT_POLICY,
    {0},
};

const cdr_cmd cdr_cmd_retention_run = {
    .path = "retention run",
    .group = "Keep less",
    .summary = "count the records that are kept longer than the policy allows",
    .args = "PATH",
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_RESPOND,
    .description = "Asks the retention rules of the policy for every place where scans found personal data (or for PATH, a file or folder), reads the dates in the column that starts the "
                   "clock, and counts what is past its period today. A legal hold beats every rule; then the longest legal minimum counts; then the shortest maximum. A record whose date "
                   "is missing, or can be read in two ways, is unknown, never fine. Nothing is changed or deleted.\n"
                   "Files that have not changed since they were counted today are not read again. CSV, JSON, NDJSON and tables of SQLite databases are counted record by record; with the "
                   "trigger field \"file\" a file is one record, as old as its last change. Ctrl-C stops; what was counted is kept.\n"
                   "Exit codes: 0 nothing is over age; 1 something is; 6 nothing is known to be, but something could not be dated, has no rule or was not read.",
    .examples = "  # What is over age, and why\n  candor retention run\n  # One file, for a program\n  candor retention run files/crm --json\n",
    .json_shape = "  {\"headline\": \"1,204 records in 3 places are over age; …\", \"as_of\": \"2027-02-19\", \"over_age\": 1204, \"over_age_places\": 3, \"oldest\": \"2017-03-14\",\n"
                  "    \"undated\": 12, \"unknown_places\": 2, \"no_rule_places\": 0, \"held\": 0, \"places\": 14, \"not_read\": 0, \"records\": 71230,\n"
                  "    \"counts\": [{\"object\": 7, \"path\": \"files/crm/orders.csv\", \"system\": \"crm\", \"why\": \"maximum\", \"rule\": \"orders\", \"trigger\": \"ordered_at\", \"cutoff\": \"2025-02-19\",\n"
                  "      \"categories\": \"user.contact.email\", \"hold\": \"\", \"known\": true, \"reason\": \"\", \"rows\": 5000, \"over_age\": 1204, \"undated\": 12, \"kept\": 0,\n"
                  "      \"counted_already\": 0, \"oldest\": \"2017-03-14\", \"people_min\": 1, \"people_max\": 4982, \"explanation\": \"…\"}], \"next\": \"…\"}\n",
    .run = run,
};
