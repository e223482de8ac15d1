/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy show: what the policy says, in words. */
#include "base/text.h"
#include "base/time.h"
#include "cli/policy.h"
#include "core/policy/country.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 4, WIDTH = 78 };

/* Paragraphs of words, moved to the right. */
static void print_wrapped(cdr_cli *cli, int indent, const char *text)
{
    int column = 0;
    for (const char *s = text; *s;) {
        s += strspn(s, " ");
        size_t len = strcspn(s, " ");
        if (len == 0)
            break;
        char word[200];
        snprintf(word, sizeof word, "%.*s", (int)len, s);
        int width = (int)cdr_text_width(word);
        if (column == 0 || column + 1 + width > WIDTH) {
            cdr_cli_print(cli, "%s%*s", column ? "\n" : "", indent, "");
            column = indent;
        } else {
            cdr_cli_print(cli, " ");
            column++;
        }
        cdr_cli_print(cli, "%.*s", (int)len, s);
        column += width;
        s += len;
    }
    cdr_cli_print(cli, "\n");
}

static const char *name_of(cdr_taxonomy_id id, const char *key)
{
    const cdr_taxon *t = cdr_taxon_find(id, key);
    if (!t || !t->plain[0])
        return t ? t->name : key;
    /* The plain names are a notice's, which speaks to people of theirs. */
    if (strstr(t->plain, " you"))
        return strcmp(key, "user") ? t->name : "personal data";
    return strncmp(t->plain, "your ", 5) ? t->plain : t->plain + 5;
}

/* "a, b and c" by the taxonomy's plain names; ${id} CDR_TAXONOMY__MAX: as they stand. */
static void add_names(cdr_buf *out, const cdr_key_set *set, cdr_taxonomy_id id, const char *last)
{
    const char *group = id == CDR_TAXONOMY__MAX ? cdr_country_group_of(set) : NULL;
    if (group) {
        cdr_buf_adds(out, group);
        return;
    }
    for (size_t i = 0; i < set->count; i++)
        cdr_buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == set->count ? last : ", ", id == CDR_TAXONOMY__MAX ? set->keys[i] : name_of(id, set->keys[i]));
}

static void add_forms(cdr_buf *out, unsigned forms)
{
    size_t n = 0;
    for (unsigned bit = 1; bit <= CDR_FORM_PLAIN; bit <<= 1)
        if (forms & bit)
            cdr_buf_addf(out, "%s%s", n++ ? " or " : "", cdr_form_name((cdr_form)bit));
}

static cdr_taxonomy_id tree_of(cdr_dimension d)
{
    return d == CDR_DIM_CATEGORIES ? CDR_TAXONOMY_CATEGORY : d == CDR_DIM_USES ? CDR_TAXONOMY_USE : d == CDR_DIM_SUBJECTS ? CDR_TAXONOMY_SUBJECT : CDR_TAXONOMY__MAX;
}

static void say_rule(const void *one, cdr_buf *out)
{
    static const char *const of[] = {"the data are", "used for", "about", "in", "given to", "in the country"};
    static const char *const how[] = {"", "all of them among ", "none of them among ", "something else than "};
    const cdr_use_rule *r = one;
    cdr_buf_adds(out, r->effect == CDR_EFFECT_ALLOW ? "Allowed again when " : r->clause_count ? "Forbidden when " : "Forbidden.");
    for (size_t i = 0; i < r->clause_count; i++) {
        const cdr_clause *c = &r->clauses[i];
        cdr_buf_addf(out, "%s%s %s", i ? " and " : "", of[c->dimension], how[c->match]);
        add_names(out, &c->values, tree_of(c->dimension), " or ");
    }
    static const char *const lifted[] = {"everybody concerned consented to", "it stays in", "it does not go to", "it flows by", "it does not flow by", "it lies encrypted", "it is"};
    for (size_t i = 0; i < r->unless_count; i++) {
        cdr_buf_addf(out, "%s%s ", i ? " and " : "; not when ", lifted[r->unless[i].kind]);
        add_names(out, &r->unless[i].values, CDR_TAXONOMY__MAX, " or ");
        add_forms(out, r->unless[i].forms);
    }
}

static void say_form(const void *one, cdr_buf *out)
{
    const cdr_form_rule *f = one;
    add_names(out, &f->categories, CDR_TAXONOMY_CATEGORY, " and ");
    cdr_buf_adds(out, f->allowed == CDR_FORM_NEVER ? ": not at all" : ": ");
    if (f->allowed != CDR_FORM_NEVER)
        add_forms(out, f->allowed);
    if (f->purposes.count) {
        cdr_buf_adds(out, "; used for ");
        add_names(out, &f->purposes, CDR_TAXONOMY_USE, " or ");
    }
    if (f->systems.count) {
        cdr_buf_adds(out, "; in ");
        add_names(out, &f->systems, CDR_TAXONOMY__MAX, " or ");
    }
}

static void say_place(const void *one, cdr_buf *out)
{
    const cdr_place_rule *p = one;
    add_names(out, &p->categories, CDR_TAXONOMY_CATEGORY, " and ");
    if (p->only.count) {
        cdr_buf_adds(out, ": only in ");
        add_names(out, &p->only, CDR_TAXONOMY__MAX, " or ");
    }
    if (p->never.count) {
        cdr_buf_adds(out, ": never in ");
        add_names(out, &p->never, CDR_TAXONOMY__MAX, " or ");
    }
}

static void say_retention(const void *one, cdr_buf *out)
{
    const cdr_retention_rule *t = one;
    if (t->categories.count)
        add_names(out, &t->categories, CDR_TAXONOMY_CATEGORY, " and ");
    else
        cdr_buf_adds(out, "everything");
    if (t->purposes.count) {
        cdr_buf_adds(out, ", used for ");
        add_names(out, &t->purposes, CDR_TAXONOMY_USE, " or ");
    }
    cdr_buf_adds(out, ": ");
    if (t->has_minimum) {
        cdr_buf_adds(out, "at least ");
        cdr_period_words(t->minimum, out);
        cdr_buf_adds(out, t->has_period ? ", " : "");
    }
    if (t->has_period) {
        cdr_buf_adds(out, "at most ");
        cdr_period_words(t->period, out);
    }
    cdr_buf_addf(out, "%s%s%s; then %s", t->indefinite ? "for ever" : "", t->trigger[0] ? " after " : "", t->trigger, cdr_retention_action_names[t->action]);
    if (t->source[0])
        cdr_buf_addf(out, " (%s%s%s%s%s)", t->source, t->source_as_of[0] ? "; as of " : "", t->source_as_of, t->confidence[0] ? "; confidence " : "", t->confidence);
    if (t->indefinite && !t->approver[0])
        cdr_buf_adds(out, "; nobody has approved that");
}

static void say_promise(const void *one, cdr_buf *out)
{
    const cdr_promise *p = one;
    cdr_buf_addf(out, "%s", cdr_promise_kind_names[p->kind]);
    if (!cdr_period_is_zero(p->period)) {
        cdr_buf_addc(out, ' ');
        cdr_period_words(p->period, out);
    }
    const struct { const cdr_key_set *set; cdr_taxonomy_id id; } sets[] = {
        {&p->uses, CDR_TAXONOMY_USE}, {&p->categories, CDR_TAXONOMY_CATEGORY}, {&p->systems, CDR_TAXONOMY__MAX}, {&p->recipients, CDR_TAXONOMY__MAX}, {&p->countries, CDR_TAXONOMY__MAX}};
    for (size_t i = 0; i < CDR_COUNT(sets); i++)
        if (sets[i].set->count) {
            cdr_buf_adds(out, "; ");
            add_names(out, sets[i].set, sets[i].id, " or ");
        }
}

static void print_rules(cdr_cli *cli, const char *heading, const void *all, size_t count, size_t size, void (*say)(const void *one, cdr_buf *out))
{
    if (count)
        cdr_cli_print(cli, "\n%s\n", heading);
    for (size_t i = 0; i < count; i++) {
        const cdr_rule_head *h = (const cdr_rule_head *)(const void *)((const char *)all + i * size);
        _cleanup_buf_ cdr_buf text = CDR_BUF(8192);
        say(h, &text);
        _cleanup_buf_ cdr_buf title = CDR_BUF(4096);
        cdr_buf_addf(&title, "%s (%s, %s)%s", h->title, h->id, cdr_severity_name(h->severity), h->enabled ? "" : " switched off");
        print_wrapped(cli, 2, title.data ? title.data : "");
        print_wrapped(cli, INDENT, text.data ? text.data : "");
        if (h->law[0])
            print_wrapped(cli, INDENT, h->law);
    }
}

static void print_purposes(cdr_cli *cli, const cdr_policy *p)
{
    if (p->purpose_count)
        cdr_cli_print(cli, "\nWhat candor minimise hands on\n");
    for (size_t i = 0; i < p->purpose_count; i++) {
        const cdr_purpose *u = &p->purposes[i];
        _cleanup_buf_ cdr_buf text = CDR_BUF(16384);
        cdr_cli_print(cli, "  %s%s%s\n", u->key, u->title[0] ? ": " : "", u->title);
        for (size_t k = 0; k < u->treatment_count; k++) {
            const cdr_treatment *t = &u->treatments[k];
            cdr_buf_adds(&text, k ? "; " : "");
            add_names(&text, &t->categories, CDR_TAXONOMY_CATEGORY, " and ");
            cdr_buf_adds(&text, t->categories.count && t->fields.count ? " and " : "");
            add_names(&text, &t->fields, CDR_TAXONOMY__MAX, " and ");
            cdr_buf_addf(&text, ": %s", cdr_form_name(t->form));
        }
        cdr_buf_addf(&text, "%sother personal data: %s; in free text: %s", u->treatment_count ? "; " : "", cdr_form_name(u->other), cdr_form_name(u->free_text));
        if (u->consent[0])
            cdr_buf_addf(&text, "; only people who consented to %s", u->consent);
        print_wrapped(cli, INDENT, text.data ? text.data : "");
    }
}

static int64_t days_left(cdr_cli *cli, const cdr_waiver *w)
{
    cdr_date until = {0};
    int64_t today = cdr_now_us(&cli->ctx) / 86400000000;
    return cdr_date_parse(w->until, &until) ? cdr_days_from_date(until) - today : -1;
}

static void print_waivers(cdr_cli *cli, const cdr_policy *p)
{
    if (p->waiver_count)
        cdr_cli_print(cli, "\nWaived for a while\n");
    for (size_t i = 0; i < p->waiver_count; i++) {
        const cdr_waiver *w = &p->waivers[i];
        int64_t left = days_left(cli, w);
        _cleanup_buf_ cdr_buf text = CDR_BUF(8192);
        cdr_cli_print(cli, "  %s%s%s%s%s%s%s\n", w->rule, w->system[0] ? " in " : "", w->system, w->path[0] ? " at " : "", w->path, w->category[0] ? " for " : "", w->category);
        if (left < 0)
            cdr_buf_addf(&text, "ENDED on %s: it counts no more.", w->until);
        else
            cdr_buf_addf(&text, "until %s, %lld day%s left.", w->until, (long long)left, left == 1 ? "" : "s");
        cdr_buf_addf(&text, " %s (%s)", w->reason, w->approver);
        print_wrapped(cli, INDENT, text.data ? text.data : "");
    }
}

static void print_head(cdr_cli *cli, const cdr_policy *p)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    const struct { size_t n; const char *one, *many; } counts[] = {
        {p->rule_count, "rule", "rules"}, {p->form_count, "form", "forms"}, {p->place_count, "place", "places"}, {p->retention_count, "period", "periods"},
        {p->promise_count, "promise", "promises"}, {p->purpose_count, "purpose", "purposes"}, {p->waiver_count, "waiver", "waivers"}, {p->case_count, "case", "cases"}};
    cdr_buf_addf(&text, "%s:", p->name[0] ? p->name : p->file);
    for (size_t i = 0; i < CDR_COUNT(counts); i++)
        cdr_buf_addf(&text, "%s %zu %s", i ? "," : "", counts[i].n, counts[i].n == 1 ? counts[i].one : counts[i].many);
    cdr_buf_adds(&text, ".");
    print_wrapped(cli, 0, text.data ? text.data : "");
    if (p->tests_off.count) {
        cdr_cli_print(cli, "Switched off:");
        for (size_t i = 0; i < p->tests_off.count; i++)
            cdr_cli_print(cli, " %s", p->tests_off.keys[i]);
        cdr_cli_print(cli, "\n");
    }
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    cdr_status s = cli->argc > 0 ? cdr_cli_policy_read(cli, cli->argv[0], &p) : cdr_cli_policy_load(cli, &p);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:O}", "file", p->file, "sha256", p->sha256, "policy", p->tree), CDR_EXIT_OK);
    print_head(cli, p);
    print_rules(cli, "Never, or not for this", p->rules, p->rule_count, sizeof p->rules[0], say_rule);
    print_rules(cli, "In which form", p->forms, p->form_count, sizeof p->forms[0], say_form);
    print_rules(cli, "Where", p->places, p->place_count, sizeof p->places[0], say_place);
    print_rules(cli, "How long", p->retention, p->retention_count, sizeof p->retention[0], say_retention);
    print_rules(cli, "What we promise", p->promises, p->promise_count, sizeof p->promises[0], say_promise);
    print_purposes(cli, p);
    print_waivers(cli, p);
    return CDR_EXIT_OK;
}

static const cdr_opt opts[] = {CDR_OPT_POLICY, {0}};

const cdr_cmd cdr_cmd_policy_show = {
    .path = "policy show",
    .group = "Keep less",
    .summary = "what the policy says, in words",
    .args = "[FILE]",
    .max_args = 1,
    .opts = opts,
    .description = "What may never be kept or used, in which form, where and how long data may be kept, what is promised, what candor minimise hands on, and what is waived\n"
                   "until when. With FILE no workspace is needed. --json prints the file as data with its hash.",
    .examples = "  # the policy of this workspace\n  candor policy show\n  # one that comes with Candor\n  candor policy show playbooks/policies/card-merchant.yaml\n",
    .json_shape = "  {\"file\": \"candor-workspace/policy.yaml\", \"sha256\": \"…\", \"policy\": {\"name\": \"Small shop\", \"rules\": […], …}}\n",
    .run = run,
};
