/* SPDX-License-Identifier: Apache-2.0 */
/* California's notice at collection: by the groups of Cal. Civ. Code 1798.140(v)(1), each with its use, how long it is kept, and whether it is sold
 * or shared. */
#include "core/report/notice_parts.h"

#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>

/* Are the data of this activity sold (1798.140(ad)) or shared for advertising across contexts (1798.140(ah))? By what they are used for; to let
 * others have them for anything but a legal duty counts as sold, as the law takes any valuable thing for a price. */
static cdr_truth sold(const cdr_reg_activity *x)
{
    static const char *const uses[] = {"third_party_sharing", "marketing.advertising.third_party"};
    if (!x->data_use[0])
        return CDR_UNKNOWN;
    if (cdr_taxon_within(x->data_use, "third_party_sharing.legal_obligation"))
        return CDR_FALSE;
    for (size_t i = 0; i < CDR_COUNT(uses); i++)
        if (cdr_taxon_within(x->data_use, uses[i]))
            return CDR_TRUE;
    /* A use so broad that it may hold one of them says nothing. */
    return !strcmp(x->data_use, "marketing") || !strcmp(x->data_use, "marketing.advertising") ? CDR_UNKNOWN : CDR_FALSE;
}

static char letter_of(const char *category)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category);
    return t && t->ccpa[0] ? t->ccpa[0] : '\0';
}

/* A text with each part once. */
static void add_once(cdr_buf *out, const char *between, const char *text)
{
    size_t len = strlen(text);
    if (len == 0)
        return;
    for (const char *at = out->data; at && (at = strstr(at, text)); at += len) {
        bool begins = at == out->data || (at >= out->data + strlen(between) && !memcmp(at - strlen(between), between, strlen(between)));
        bool ends = !at[len] || !strncmp(at + len, between, strlen(between));
        if (begins && ends)
            return;
    }
    cdr_buf_addf(out, "%s%s", out->len ? between : "", text);
}

typedef struct group { cdr_buf data, sensitive, uses, kept; cdr_truth sold; bool used, unknown_time; } group;

static void add_kept(drafting *d, json_t *what, group *g, const cdr_reg_activity *x, const char *category)
{
    cdr_kept found[NOTICE_KEPT_MAX];
    size_t n = notice_kept_category(d->r, d->policy, x, category, found);
    d->v.failed |= n == 0;
    for (size_t k = 0; k < n; k++) {
        if (found[k].known)
            add_once(&g->kept, "; ", found[k].source[0] ? notice_text(d, "%s (%s)", found[k].text, found[k].source) : found[k].text);
        else {
            if (!g->unknown_time)
                notice_kept_gap(d, what, x, &found[k], notice_plain(category));
            g->unknown_time = true;
        }
    }
}

static void add_activity(drafting *d, json_t *what, group *g, const notice_group *n, const cdr_reg_activity *x)
{
    for (size_t k = 0; k < x->categories.count; k++) {
        const char *key = x->categories.at[k];
        const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, key);
        if (letter_of(key) != n->letter)
            continue;
        g->used = true;
        add_once(&g->data, ", ", notice_plain(key));
        if (t && !strcmp(t->ccpa_sensitive, "yes"))
            add_once(&g->sensitive, ", ", t->plain);
        else if (t && t->ccpa_sensitive[0])
            notice_ask(d, "sensitive", "", notice_text(d, "If they are, declare the finer kinds: the word is %s.", key), notice_text(d, "Are some of these sensitive under the law: %s?", t->plain));
        add_once(&g->uses, "; ", x->purpose);
        add_kept(d, what, g, x, key);
        g->sold = cdr_truth_or(g->sold, sold(x));
    }
}

static void put_group(drafting *d, json_t *rows, const notice_group *n, const group *g)
{
    json_t *row = cdr_view_object(&d->v);
    cdr_view_str(&d->v, row, "group", n->title);
    cdr_view_str(&d->v, row, "law", n->law);
    cdr_view_str(&d->v, row, "data", notice_capital(d, g->data.data ? g->data.data : ""));
    cdr_view_str(&d->v, row, "sensitive", g->sensitive.len ? notice_capital(d, g->sensitive.data) : "");
    cdr_view_str(&d->v, row, "uses", g->uses.data ? g->uses.data : "");
    cdr_view_str(&d->v, row, "kept", g->kept.len ? notice_capital(d, g->kept.data) : "Not yet written down");
    cdr_view_str(&d->v, row, "sold", g->sold == CDR_TRUE ? "Yes" : g->sold == CDR_FALSE ? "No" : "Not yet written down");
    const cdr_buf *const all[] = {&g->data, &g->sensitive, &g->uses, &g->kept};
    for (size_t i = 0; i < CDR_COUNT(all); i++)
        d->v.failed |= cdr_buf_status(all[i]) != CDR_OK;
    cdr_view_add(&d->v, rows, row);
}

static void groups(drafting *d)
{
    json_t *what = notice_section(d, "what"), *rows = cdr_view_list(&d->v);
    bool any = false, sensitive = false;
    for (size_t n = 0; n < notice_group_count; n++) {
        group g = {CDR_BUF(1 << 20), CDR_BUF(1 << 20), CDR_BUF(1 << 20), CDR_BUF(1 << 20), CDR_FALSE, false, false};
        for (size_t i = 0; i < d->r->activity_count; i++)
            if (notice_covers(&d->r->activities[i]))
                add_activity(d, what, &g, &notice_groups[n], &d->r->activities[i]);
        if (g.used)
            put_group(d, rows, &notice_groups[n], &g);
        any |= g.used;
        sensitive |= g.sensitive.len > 0;
        cdr_buf_done(&g.data);
        cdr_buf_done(&g.sensitive);
        cdr_buf_done(&g.uses);
        cdr_buf_done(&g.kept);
    }
    cdr_view_put(&d->v, what, "rows", rows);
    cdr_view_put(&d->v, what, "any_sensitive", json_boolean(sensitive));
    bool activities = false;
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        activities |= notice_covers(x);
        if (notice_covers(x) && x->categories.count == 0)
            notice_gap_command(d, what, "categories", x->key, notice_set(d, x->key, "categories=KEY,KEY"),
                               notice_text(d, "We have not yet written down which data we use: “%s”.", x->purpose));
    }
    if (!activities)
        notice_gap_command(d, what, "purpose", "", notice_text(d, "%s inventory add activity KEY purpose=PURPOSE", d->program), "We have not yet written down what we use your data for.");
    cdr_view_put(&d->v, what, "any", json_boolean(any));
    const char *limit = notice_word(d, "limit_use");
    cdr_view_str(&d->v, what, "limit", limit);
    if (sensitive && !limit[0])
        notice_ask(d, "limit", "", "If you use them for more than the law allows by itself, write limit_use: LINK into notices/words.yaml.",
                   "Sensitive data are used. Must people be able to limit that (11 CCR 7027(m))?");
}

static void selling(drafting *d)
{
    json_t *o = notice_section(d, "sold");
    cdr_truth all = CDR_FALSE;
    size_t count = 0;
    for (size_t i = 0; i < d->r->activity_count; i++) {
        const cdr_reg_activity *x = &d->r->activities[i];
        if (!notice_covers(x))
            continue;
        count++;
        all = cdr_truth_or(all, sold(x));
        if (sold(x) == CDR_UNKNOWN)
            notice_gap_command(d, o, "sold", x->key, notice_set(d, x->key, "data_use=KEY"),
                               notice_text(d, "We have not yet written down whether we sell or share the data: “%s”.", x->purpose));
    }
    const char *link = notice_word(d, "opt_out");
    cdr_view_str(&d->v, o, "answer", count == 0 || all == CDR_UNKNOWN ? "" : all == CDR_TRUE ? "Yes. We sell or share some of your data. You can say no to that."
                                                                                              : "No. We do not sell your data. We do not share them for advertising.");
    cdr_view_str(&d->v, o, "link", all == CDR_TRUE ? link : "");
    if (all == CDR_TRUE && !link[0])
        notice_gap(d, o, "opt-out", "", "Write opt_out: LINK into notices/words.yaml in the workspace.", "We have not yet written down where you can say no to selling and sharing.");
}

static void ccpa_rights(drafting *d)
{
    static const char *const rights[][2] = {
        {"Know", "You can ask what we hold about you, where it came from and who got it."}, {"Delete", "You can ask us to delete your data. Sometimes a law makes us keep them."},
        {"Correct", "You can ask us to correct what is wrong."}, {"Say no", "You can tell us at any time not to sell or share your data."},
        {"Be treated alike", "We do not treat you worse because you use your rights."}};
    json_t *o = notice_section(d, "rights"), *items = cdr_view_list(&d->v);
    for (size_t i = 0; i < CDR_COUNT(rights); i++) {
        json_t *r = cdr_view_object(&d->v);
        cdr_view_str(&d->v, r, "title", rights[i][0]);
        cdr_view_str(&d->v, r, "text", rights[i][1]);
        cdr_view_add(&d->v, items, r);
    }
    cdr_view_put(&d->v, o, "items", items);
    const char *policy = notice_word(d, "policy_url");
    cdr_view_str(&d->v, o, "policy", policy);
    if (!policy[0])
        notice_ask(d, "policy", "", "Write policy_url: LINK into notices/words.yaml in the workspace.", "Where does your whole privacy policy stand? The notice must link to it.");
}

cdr_status notice_ccpa(drafting *d)
{
    groups(d);
    notice_who(d);
    selling(d);
    notice_where(d);
    ccpa_rights(d);
    notice_reach(d);
    return d->v.failed && (!d->err || d->err->status == CDR_OK) ? CDR_E_NOMEM : d->v.failed ? d->err->status : CDR_OK;
}
