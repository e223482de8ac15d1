/* SPDX-License-Identifier: Apache-2.0 */
/* candor retention explain: every rule that applies to one place, which one counts and why, and the dates. */
#include "cli/retention.h"

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/inventory.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

#define CATEGORIES_MAX 256
#define DAY_US INT64_C(86400000000)

typedef struct explaining {
    cdr_cli *cli;
    cdr_inventory *inv;
    cdr_policy *policy;
    cdr_arena *arena;
    cdr_retention_world *world;
    cdr_path_masker *masker;
    const char *system, *system_name, *path;     /* path "": the whole system */
    int64_t object;                              /* 0: a system */
    const char *categories[CATEGORIES_MAX]; size_t count;
    cdr_date today;
    bool unsure;                                 /* some answer is not known */
    json_t *list;
} explaining;

/* --- what is asked about --- */

static cdr_status add_category(explaining *x, const char *category)
{
    for (size_t i = 0; i < x->count; i++)
        if (!strcmp(x->categories[i], category))
            return CDR_OK;
    if (!*category || x->count == CATEGORIES_MAX)
        return CDR_OK;
    const char *kept = cdr_arena_strdup(x->arena, category);
    if (!kept)
        return cdr_fail_nomem(&x->cli->err, "cli");
    x->categories[x->count++] = kept;
    return CDR_OK;
}

static cdr_status add_finding(void *arg, const cdr_inv_finding *f)
{
    return add_category(arg, cdr_retention_category(f));
}

static cdr_status take_object(void *arg, const cdr_inv_dataset *d)
{
    explaining *x = arg;
    if (x->path[0] && strcmp(d->path, x->path) != 0)
        return CDR_OK;                           /* what lies in it has entries of its own */
    x->object = d->id;
    x->system = cdr_arena_strdup(x->arena, d->system);
    x->system_name = cdr_arena_strdup(x->arena, d->system_name);
    return x->system && x->system_name ? CDR_DONE : cdr_fail_nomem(&x->cli->err, "cli");
}

static cdr_status take_system(explaining *x, const char *key)
{
    cdr_any_entity e;
    cdr_status s = cdr_inventory_get(x->inv, CDR_ENTITY_SYSTEM, key, &e, &x->cli->err);
    if (s != CDR_OK)
        return s;
    x->path = "";
    x->system = cdr_arena_strdup(x->arena, key);
    x->system_name = cdr_arena_strdup(x->arena, e.system.name);
    cdr_record_done(cdr_entity_record(CDR_ENTITY_SYSTEM), &e);
    return x->system && x->system_name ? CDR_OK : cdr_fail_nomem(&x->cli->err, "cli");
}

static cdr_status take_place(explaining *x)
{
    const char *what = x->cli->argv[0];
    if (!cdr_cli_means_object(x->cli, x->inv, what))
        return take_system(x, what);
    cdr_status s = cdr_cli_locate(x->cli, x->inv, what, x->arena, &x->path);
    cdr_inv_filter f = {.path = x->path};
    if (s == CDR_OK)
        s = cdr_inventory_each_dataset(x->inv, &f, take_object, x, &x->cli->err);
    return s == CDR_OK && !x->object ? cdr_cli_no_object(x->cli) : s;
}

/* What was found there; where nothing was, what activities say; or the one that was asked for. */
static cdr_status find_categories(explaining *x)
{
    const char *only = cdr_opt_text(x->cli, "category");
    if (only) {
        cdr_status s = cdr_taxon_check(CDR_TAXONOMY_CATEGORY, only, "--category", &x->cli->err);
        return s == CDR_OK ? add_category(x, only) : s;
    }
    cdr_inv_filter f = {.path = x->path[0] ? x->path : NULL, .system = x->path[0] ? NULL : x->system, .min_band = CDR_BAND_MEDIUM, .no_samples = true};
    return cdr_inventory_each_finding(x->inv, &f, add_finding, x, &x->cli->err);
}

/* --- answers --- */

/* Categories that the same rules answer for in the same way. */
typedef struct answering {
    const cdr_retention_answer *a;
    cdr_key_set uses;
    cdr_key_set categories;
    char cutoff[11];                             /* "" nothing is ever over age by this */
} answering;

static bool same_uses(const cdr_key_set *a, const cdr_key_set *b)
{
    if (a->known != b->known || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->keys[i], b->keys[i]) != 0)
            return false;
    return true;
}

static bool same_answer(const answering *x, const answering *y)
{
    return x->a->why == y->a->why && x->a->won == y->a->won && !strcmp(x->a->explanation, y->a->explanation) && same_uses(&x->uses, &y->uses);
}

static cdr_status ask_all(explaining *x, answering **ret, size_t *ret_count)
{
    answering *all = cdr_arena_alloc(x->arena, (x->count + 1) * sizeof *all);
    size_t count = 0;
    for (size_t i = 0; all && i < x->count; i++) {
        answering n = {.a = cdr_retention_ask(x->world, x->system, x->path, x->categories[i]), .uses = cdr_retention_uses(x->world, x->system, x->categories[i])};
        size_t at = 0;
        cdr_date cutoff;
        if (!n.a || !n.uses.keys)
            return cdr_fail_nomem(&x->cli->err, "cli");
        while (at < count && !same_answer(&all[at], &n))
            at++;
        if (at == count) {
            const char **keys = cdr_arena_alloc(x->arena, x->count * sizeof *keys);
            if (!keys)
                return cdr_fail_nomem(&x->cli->err, "cli");
            n.categories = (cdr_key_set){keys, 0, true};
            if (cdr_retention_cutoff(n.a, x->today, &cutoff))
                cdr_date_format(cutoff, n.cutoff);
            all[count++] = n;
            x->unsure |= n.a->why == CDR_RETENTION_UNKNOWN || n.a->why == CDR_NO_RULE || (n.a->why == CDR_KEPT_BY_MINIMUM && !n.a->has_end);
        }
        ((const char **)all[at].categories.keys)[all[at].categories.count++] = x->categories[i];
    }
    *ret = all;
    *ret_count = count;
    return all ? CDR_OK : cdr_fail_nomem(&x->cli->err, "cli");
}

static void list_keys(cdr_buf *b, const cdr_key_set *set, const char *none)
{
    for (size_t i = 0; i < set->count; i++)
        cdr_buf_addf(b, "%s%s", i ? ", " : "", set->keys[i]);
    if (set->count == 0)
        cdr_buf_adds(b, none);
}

/* "at least 7 years, at most 10 years after the order" */
static void say_rule(cdr_buf *b, const cdr_retention_rule *r)
{
    if (r->has_minimum) {
        cdr_buf_adds(b, "at least ");
        cdr_period_words(r->minimum, b);
    }
    if (r->has_period) {
        cdr_buf_adds(b, r->has_minimum ? ", at most " : "at most ");
        cdr_period_words(r->period, b);
    }
    if (r->indefinite && !r->has_period)
        cdr_buf_adds(b, r->has_minimum ? ", then without end" : "without end");
    if (*r->trigger)
        cdr_buf_addf(b, " after %s", r->trigger);
}

/* Where nobody has said who told so, or how sure that is, somebody must be asked. */
static bool must_ask(const cdr_retention_rule *r)
{
    bool sure = !strcmp(r->confidence, "high") || !strcmp(r->confidence, "medium");
    return (r->has_minimum || *r->source) && (!*r->source || !*r->source_as_of || !sure);
}

static void say_source(cdr_buf *b, const cdr_retention_rule *r)
{
    if (*r->source)
        cdr_retention_citation(r, b);
    else if (r->has_minimum)
        cdr_buf_adds(b, "no law is named for the minimum: ask counsel");
    else if (*r->head.law)
        cdr_buf_adds(b, r->head.law);
    else
        cdr_buf_adds(b, "your own choice; no law is named");
    if (*r->source && must_ask(r) && (!strcmp(r->confidence, "high") || !strcmp(r->confidence, "medium")))
        cdr_buf_adds(b, "; ask counsel whether it still holds");
}

/* --- text --- */

static void print_rule(explaining *x, const char *label, const cdr_retention_rule *r, const char *why)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 16);
    cdr_buf_addf(&b, "%s: ", r->head.id);
    say_rule(&b, r);
    if (*why)
        cdr_buf_addf(&b, "; %s", why);
    cdr_buf_addc(&b, '.');
    if (!*why || *r->source || r->has_minimum || *r->head.law) {
        cdr_buf_adds(&b, " Source: ");
        say_source(&b, r);
        cdr_buf_addc(&b, '.');
    }
    cdr_cli_labelled(x->cli, label, b.data ? b.data : "");
}

static void print_winner(explaining *x, const answering *n)
{
    const cdr_retention_answer *a = n->a;
    if (a->won)
        print_rule(x, a->why == CDR_ENDED_BY_MAXIMUM ? "ends by" : a->why == CDR_RETENTION_UNKNOWN ? "rule" : "kept by", a->won, "");
    else
        cdr_cli_labelled(x->cli, a->why == CDR_KEPT_BY_HOLD ? "kept by" : a->why == CDR_RETENTION_UNKNOWN ? "unknown" : "no rule", a->explanation);
    if (a->won && a->why == CDR_RETENTION_UNKNOWN)
        cdr_cli_labelled(x->cli, "unknown", a->explanation);
}

static void print_dates(explaining *x, const answering *n)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 16);
    const cdr_retention_answer *a = n->a;
    if (*n->cutoff) {
        cdr_buf_adds(&b, "records dated before ");
        cdr_cli_day(n->cutoff, &b);
        cdr_buf_adds(&b, cdr_retention_other_clocks(a) ? " are over age, once the minima that count from other events are over, too" : " are over age");
        cdr_cli_labelled(x->cli, "today", b.data ? b.data : "");
        cdr_buf_clear(&b);
        cdr_key_set fields = cdr_retention_fields(x->world, a->won);
        list_keys(&b, &fields, "no column is named; write trigger_fields into the rule");
        cdr_cli_labelled(x->cli, "dates in", b.data ? b.data : "");
    } else {
        cdr_cli_labelled(x->cli, "today", a->why == CDR_KEPT_BY_HOLD || a->why == CDR_KEPT_FOR_EVER ? "nothing of it is over age" : "it cannot be said what is over age");
    }
}

static cdr_status print_count(void *arg, const cdr_retention_count *c)
{
    explaining *x = arg;
    _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 16);
    if (!c->known) {
        cdr_buf_addf(&b, "%s: %s.", *c->rule ? c->rule : c->categories, c->reason);
    } else {
        cdr_buf_addf(&b, "%s: ", *c->rule ? c->rule : c->categories);
        cdr_words_number(&b, c->over_age);
        cdr_buf_adds(&b, " of ");
        cdr_words_count(&b, c->rows, "record is over age", "records are over age");
        if (c->undated) {
            cdr_buf_adds(&b, ", ");
            cdr_words_count(&b, c->undated, "has no certain date", "have no certain date");
        }
        cdr_buf_addc(&b, '.');
    }
    if (!c->fresh)
        cdr_buf_adds(&b, c->stands ? " Counted on an earlier day: candor retention run." : c->same_object ? " The rules, the activities or the holds have changed since: candor retention run."
                                                                                                                        : " The file has changed since: candor retention run.");
    if (*c->trigger_field || !c->known)
        cdr_cli_labelled(x->cli, "counted", b.data ? b.data : "");
    return CDR_OK;
}

static void print_answer(explaining *x, const answering *n)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 16);
    const cdr_retention_answer *a = n->a;
    list_keys(&b, &n->categories, "");
    cdr_cli_print(x->cli, "\n");
    cdr_cli_wrapped(x->cli, 0, 0, b.data ? b.data : "");
    cdr_buf_clear(&b);
    list_keys(&b, &n->uses, "nobody has said what for: candor inventory set activity KEY data_use=USE");
    if (n->uses.count && !n->uses.known)
        cdr_buf_adds(&b, "; of some activities nobody has said what for");
    cdr_cli_labelled(x->cli, "used for", b.data ? b.data : "");
    print_winner(x, n);
    print_dates(x, n);
    for (size_t i = 0; i < a->lost_count; i++)
        print_rule(x, a->lost_why[i] == CDR_LOST_OTHER_CLOCK ? "counts too" : a->lost_why[i] == CDR_LOST_UNCERTAIN ? "perhaps" : "gives way", a->lost[i],
                   cdr_retention_lost_words[a->lost_why[i]]);
}

static cdr_status print_text(explaining *x, const answering *all, size_t count)
{
    _cleanup_buf_ cdr_buf path = CDR_BUF(1 << 16);
    cdr_status s = CDR_OK;
    if (x->object)
        cdr_cli_print(x->cli, "%s\n", cdr_cli_retention_path(x->inv, x->masker, x->path, x->object, &path));
    cdr_cli_labelled(x->cli, "system", *x->system_name ? x->system_name : "none: no system claims this place");
    for (size_t i = 0, n = cdr_holds_count(cdr_retention_holds(x->world)); i < n; i++) {
        const cdr_hold *h = cdr_holds_get(cdr_retention_holds(x->world), i);
        _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 16);
        if (!cdr_hold_reaches(h, x->system, x->path, ""))
            continue;
        cdr_buf_addf(&b, "%s%s%s%s; approved by %s", h->name, h->person_count ? ", for one person's records" : "", *h->category ? ", for " : "", h->category, h->approver);
        cdr_cli_labelled(x->cli, "hold", b.data ? b.data : "");
    }
    if (x->object)
        s = cdr_retention_each_count(x->inv, x->policy, x->object, print_count, x, &x->cli->err);
    for (size_t i = 0; i < count; i++)
        print_answer(x, &all[i]);
    if (count == 0)
        cdr_cli_print(x->cli, "\nNo personal data were found there; --category KEY asks for some all the same.\n");
    return s;
}

/* --- JSON --- */

static json_t *keys_json(const cdr_key_set *set)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < set->count; i++)
        if (json_array_append_new(list, json_string(set->keys[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *rule_json(explaining *x, const cdr_retention_rule *r, const char *outcome)
{
    _cleanup_buf_ cdr_buf most = CDR_BUF(4096), least = CDR_BUF(4096);
    cdr_key_set fields = cdr_retention_fields(x->world, r);
    if (r->has_period)
        cdr_period_words(r->period, &most);
    if (r->has_minimum)
        cdr_period_words(r->minimum, &least);
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:s, s:s, s:s, s:b, s:s, s:s}", "rule", r->head.id, "outcome", outcome, "at_most", most.data ? most.data : "", "at_least",
                     least.data ? least.data : "", "without_end", (int)r->indefinite, "trigger", r->trigger, "trigger_fields", keys_json(&fields), "source", r->source, "as_of", r->source_as_of,
                     "confidence", r->confidence, "ask_counsel", (int)must_ask(r), "action", cdr_retention_action_names[r->action], "where", r->head.where);
}

static json_t *answer_json(explaining *x, const answering *n)
{
    const cdr_retention_answer *a = n->a;
    json_t *rules = json_array();
    bool failed = !rules || (a->won && json_array_append_new(rules, rule_json(x, a->won, "counts")));
    for (size_t i = 0; i < a->lost_count && !failed; i++)
        failed = json_array_append_new(rules, rule_json(x, a->lost[i], cdr_retention_lost_words[a->lost_why[i]])) != 0;
    if (failed) {
        json_decref(rules);
        return NULL;
    }
    return json_pack("{s:o, s:o, s:b, s:s, s:s, s:s, s:s, s:b, s:s, s:o}", "categories", keys_json(&n->categories), "uses", keys_json(&n->uses), "uses_known", (int)n->uses.known, "why",
                     cdr_retention_why_names[a->why], "rule", a->won ? a->won->head.id : "", "cutoff", n->cutoff, "hold", a->hold, "clash", (int)a->clash, "explanation", a->explanation, "rules",
                     rules);
}

static cdr_exit print_json(explaining *x, const answering *all, size_t count, cdr_exit code)
{
    _cleanup_buf_ cdr_buf path = CDR_BUF(1 << 16);
    char today[11];
    json_t *list = json_array();
    bool failed = !list;
    for (size_t i = 0; i < count && !failed; i++)
        failed = json_array_append_new(list, answer_json(x, &all[i])) != 0;
    if (failed) {
        json_decref(list);
        return cdr_cli_fail(x->cli, cdr_fail_nomem(&x->cli->err, "cli"));
    }
    cdr_date_format(x->today, today);
    return cdr_cli_print_json(x->cli, json_pack("{s:s, s:s, s:s, s:o}", "path", x->object ? cdr_cli_retention_path(x->inv, x->masker, x->path, x->object, &path) : "", "system", x->system,
                                                "as_of", today, "answers", list), code);
}

/* --- the verb --- */

static cdr_status prepare(explaining *x, answering **all, size_t *count)
{
    cdr_cli *cli = x->cli;
    cdr_status s = cdr_cli_policy_load(cli, &x->policy);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &x->inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_path_masker_new(&x->masker, &cli->err);
    if (s == CDR_OK)
        s = take_place(x);
    if (s == CDR_OK)
        s = find_categories(x);
    if (s == CDR_OK)
        s = cdr_retention_world_load(cli->ws, x->inv, x->policy, x->arena, &x->world, &cli->err);
    return s == CDR_OK ? ask_all(x, all, count) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new((size_t)1 << 30);
    explaining x = {.cli = cli, .arena = arena, .today = cdr_date_from_days(cdr_now_us(&cli->ctx) / DAY_US)};
    answering *all = NULL;
    size_t count = 0;
    cdr_exit code;
    cdr_status s = arena ? prepare(&x, &all, &count) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !cli->json)
        s = print_text(&x, all, count);
    if (s != CDR_OK)
        code = cdr_cli_fail(cli, s);
    else
        code = x.unsure || count == 0 ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = print_json(&x, all, count, code);
    cdr_retention_world_done(x.world);
    cdr_path_masker_free(x.masker);
    cdr_inventory_close(x.inv);
    cdr_policy_free(x.policy);
    return code;
}

static const cdr_opt options[] = {
    {"category", 0, CDR_OPT_TEXT, "KEY", NULL, "only data of this category, be it found there or not"},
    CDR_OPT_POLICY,
    {0},
};

const cdr_cmd cdr_cmd_retention_explain = {
    .path = "retention explain",
    .group = "Keep less",
    .summary = "which retention rules speak of a place, and which one counts",
    .args = "PATH|SYSTEM",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "For each category of personal data that was found in a file, table or system: what activities use it for, every retention rule that applies or may apply, which one "
                   "counts and why the others give way, the day before which records are over age today, and where the rule comes from, as of when and how sure. Where that is not "
                   "known, it says to ask counsel. Legal holds on the place are named.\n"
                   "Exit codes: 0 a rule says how long, for all of it; 6 some of it has no rule, or it cannot be told which one applies; 3 there is no such place.",
    .examples = "  # A file or table as reports name it\n  candor retention explain files/crm/customers.csv\n  # A system of the inventory, one category\n"
                "  candor retention explain crm --category user.contact.email --json\n",
    .json_shape = "  {\"path\": \"\", \"system\": \"crm\", \"as_of\": \"2027-02-19\", \"answers\": [{\"categories\": [\"user.contact.email\"], \"uses\": [\"essential.service\"], \"uses_known\": true,\n"
                  "    \"why\": \"maximum\", \"rule\": \"orders\", \"cutoff\": \"2021-02-19\", \"hold\": \"\", \"clash\": false, \"explanation\": \"…\",\n"
                  "    \"rules\": [{\"rule\": \"orders\", \"outcome\": \"counts\", \"at_most\": \"6 years\", \"at_least\": \"\", \"without_end\": false, \"trigger\": \"the order\",\n"
                  "      \"trigger_fields\": [\"ordered_at\"], \"source\": \"\", \"as_of\": \"\", \"confidence\": \"\", \"ask_counsel\": false, \"action\": \"delete\", \"where\": \"policy.yaml: retention[0]\"}]}]}\n",
    .run = run,
};
