/* SPDX-License-Identifier: Apache-2.0 */
/* Registers to read: one sheet per activity with the headings of the French regulator's model, and the seven columns as a Markdown table. */
#include "core/report/paper.h"
#include "core/report/register_parts.h"

#include "base/words.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

/* Its boxes for kinds of data, and what of the taxonomy falls under each; the first that fits. */
static const struct { const char *title; const char *const keys[8]; } boxes[] = {
    {"Identity", {"user.name", "user.contact", "user.unique_id", "user.account", "user.government_id", "user.signature"}},
    {"Personal life", {"user.demographic", "user.social", "user.childrens", "user.content", "user.behavior.purchase_history"}},
    {"Working life", {"user.workplace", "user.job_title"}},
    {"Economic and financial", {"user.financial", "user.payment"}},
    {"Connection", {"user.device", "user.authorization", "user.telemetry"}},
    {"Location", {"user.location"}},
    {"Internet", {"user.behavior"}},
    {"Other", {"user", "system"}},
};
static const char *const measures[][2] = {
    {"Control of access", "access\nrole\npassword\nlogin\nauthenti"}, {"Traces of who did what", "log\ntrace\naudit"}, {"Protection of software", "update\npatch\nanti\nfirewall\nsoftware"},
    {"Back-ups", "backup\nback-up\nback up"}, {"Encryption", "encrypt\ncipher\ntls"}, {"Control of processors", "processor\ncontract\nvendor"}, {"Other", ""}};

static bool special(const cdr_reg_activity *x, size_t i)
{
    return cdr_register_special(x->categories.at[i])[0];
}

static size_t box_of(const char *category)
{
    for (size_t b = 0; b < CDR_COUNT(boxes); b++)
        for (size_t k = 0; k < CDR_COUNT(boxes[b].keys) && boxes[b].keys[k]; k++)
            if (cdr_taxon_within(category, boxes[b].keys[k]))
                return b;
    return CDR_COUNT(boxes) - 1;
}

static void add_category(cdr_buf *out, const char *key)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, key);
    cdr_buf_addf(out, "%s%s", out->len ? ", " : "", t ? t->name : key);
}

static void pair(cdr_view *v, json_t *list, const char *label, const char *text, const char *unsaid)
{
    json_t *o = cdr_view_object(v);
    cdr_view_str(v, o, "label", label);
    cdr_view_str(v, o, "text", text && *text ? text : unsaid);
    cdr_view_add(v, list, o);
}

static json_t *data_boxes(cdr_view *v, const cdr_reg_activity *x)
{
    json_t *list = cdr_view_list(v);
    for (size_t b = 0; b < CDR_COUNT(boxes); b++) {
        cdr_buf text = CDR_BUF(1 << 16);
        for (size_t i = 0; i < x->categories.count; i++)
            if (!special(x, i) && box_of(x->categories.at[i]) == b)
                add_category(&text, x->categories.at[i]);
        if (text.len > 0)
            pair(v, list, boxes[b].title, text.data, "");
        cdr_buf_done(&text);
    }
    return list;
}

static size_t measure_of(const char *words)
{
    for (size_t m = 0; m + 1 < CDR_COUNT(measures); m++)
        for (const char *w = measures[m][1]; *w;) {
            char word[32];
            size_t len = strcspn(w, "\n");
            memcpy(word, w, CDR_MIN(len, sizeof word - 1));
            word[CDR_MIN(len, sizeof word - 1)] = '\0';
            if (strcasestr(words, word))
                return m;
            w += len + (w[len] == '\n');
        }
    return CDR_COUNT(measures) - 1;
}

static json_t *measure_boxes(cdr_view *v, const cdr_reg_activity *x)
{
    json_t *list = cdr_view_list(v);
    for (size_t m = 0; m < CDR_COUNT(measures); m++) {
        cdr_buf text = CDR_BUF(1 << 16);
        for (size_t i = 0; i < x->safeguards.count; i++)
            if (measure_of(x->safeguards.at[i]) == m)
                cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", x->safeguards.at[i]);
        if (text.len > 0)
            pair(v, list, measures[m][0], text.data, "");
        cdr_buf_done(&text);
    }
    return list;
}

/* Recipients inside, outside, and those who work for us. */
static json_t *recipients(cdr_view *v, const cdr_register *r, const cdr_reg_activity *x)
{
    static const char *const titles[3] = {"Inside", "Outside", "Processors"};
    cdr_buf text[3] = {CDR_BUF(1 << 16), CDR_BUF(1 << 16), CDR_BUF(1 << 16)};
    for (size_t i = 0; i < x->recipients.count; i++) {
        const cdr_reg_party *p = cdr_register_party(r, x->recipients.at[i]);
        cdr_buf *b = &text[p && p->ours ? 0 : p && p->agreement == CDR_AGREEMENT_SIGNED ? 2 : 1];
        cdr_buf_addf(b, "%s%s", b->len ? ", " : "", p ? p->name : x->recipients.at[i]);
    }
    for (size_t i = 0; i < x->system_count; i++)
        for (size_t k = 0; k < x->systems[i]->holder_count; k++) {
            const cdr_reg_holder *h = &x->systems[i]->holders[k];
            cdr_buf *b = &text[h->relation == CDR_REL_HOSTS || h->relation == CDR_REL_STORES ? 2 : 1];
            bool named = false;
            for (size_t t = 0; t < 3; t++)
                named |= text[t].data && strstr(text[t].data, h->party->name);
            if (!h->party->ours && !named)
                cdr_buf_addf(b, "%s%s", b->len ? ", " : "", h->party->name);
        }
    json_t *list = cdr_view_list(v);
    for (size_t t = 0; t < 3; t++) {
        if (text[t].len > 0)
            pair(v, list, titles[t], text[t].data, "");
        cdr_buf_done(&text[t]);
    }
    return list;
}

static json_t *sheet(cdr_view *v, const paper *p, size_t i)
{
    const cdr_reg_activity *x = p->activities[i];
    const cdr_audit_activity *row = &p->rows[i];
    json_t *o = cdr_view_object(v), *facts = cdr_view_list(v), *aims = cdr_view_list(v);
    cdr_view_str(v, o, "title", x->purpose);
    cdr_view_str(v, o, "key", x->key);
    pair(v, facts, "Function", x->function, "not said");
    pair(v, facts, "Last changed", x->state_date, "not said");
    if (p->processor)
        pair(v, facts, "Done for", p->served[i], "not said");
    pair(v, facts, "Joint controller", p->processor ? "" : x->joint_controller, "none named");
    pair(v, facts, "Software and systems", row->systems, "not said");
    pair(v, aims, "Purpose", x->purpose, "not said");
    pair(v, aims, "Lawful basis", x->lawful_basis, "not said");
    pair(v, aims, "People", row->subjects, "not said");
    cdr_view_put(v, o, "facts", facts);
    cdr_view_put(v, o, "aims", aims);
    cdr_view_put(v, o, "data", data_boxes(v, x));
    cdr_buf sensitive = CDR_BUF(1 << 16);
    for (size_t k = 0; k < x->categories.count; k++)
        if (special(x, k))
            add_category(&sensitive, x->categories.at[k]);
    if (sensitive.len > 0)
        cdr_buf_addf(&sensitive, ". Condition: %s", x->special_condition[0] ? x->special_condition : "not said");
    cdr_view_str(v, o, "sensitive", sensitive.len ? sensitive.data : "None declared.");
    cdr_buf_done(&sensitive);
    cdr_view_str(v, o, "retention", row->retention[0] ? row->retention : "not said");
    cdr_view_put(v, o, "recipients", recipients(v, p->r, x));
    cdr_view_str(v, o, "transfers", row->transfers[0] ? row->transfers : "None declared.");
    cdr_view_str(v, o, "safeguards", row->transfers[0] ? (row->safeguards[0] ? row->safeguards : "Safeguards: not said") : "");
    cdr_view_put(v, o, "measures", measure_boxes(v, x));
    return o;
}

static void head(cdr_view *v, json_t *root, const paper *p)
{
    json_t *list = cdr_view_list(v);
    cdr_words_date(&v->text, p->head.at_us);
    cdr_view_take(v, root, "when");
    cdr_view_str(v, root, "org", p->head.org);
    cdr_view_str(v, root, "role", p->processor ? "processor" : "controller");
    cdr_words_count(&v->text, p->count, "activity", "activities");
    cdr_view_take(v, root, "count");
    pair(v, list, "Organisation", p->head.org, "not said");
    pair(v, list, "Contact", p->head.contact, "not said");
    pair(v, list, "Country", cdr_country_name(p->head.country), "not said");
    pair(v, list, "Data protection officer", p->head.dpo, "none named");
    pair(v, list, "Representative", p->head.representative, "none named");
    cdr_view_put(v, root, "head", list);
}

cdr_status register_cnil(const paper *p, bool html, cdr_err *err)
{
    cdr_view v = {.text = CDR_BUF(1 << 20)};
    _cleanup_json_ json_t *root = cdr_view_object(&v);
    json_t *list = cdr_view_list(&v);
    head(&v, root, p);
    for (size_t i = 0; i < p->count; i++)
        cdr_view_add(&v, list, sheet(&v, p, i));
    cdr_view_put(&v, root, "sheets", list);
    cdr_view_str(&v, root, "page_title", "Record of processing activities");
    cdr_buf_done(&v.text);
    if (v.failed)
        return cdr_fail_nomem(err, "report");
    return cdr_paper_render(html ? "register_cnil.html" : "register_cnil.md", NULL, html, root, p->out, err);
}

cdr_status register_minimum_markdown(const paper *p, cdr_err *err)
{
    cdr_view v = {.text = CDR_BUF(1 << 20)};
    _cleanup_json_ json_t *root = cdr_view_object(&v);
    json_t *list = cdr_view_list(&v), *names = cdr_view_list(&v);
    head(&v, root, p);
    for (size_t k = 0; k < REGISTER_MINIMUM; k++)
        cdr_view_add(&v, names, json_string(register_minimum_head[k]));
    cdr_view_put(&v, root, "columns", names);
    for (size_t i = 0; i < p->count; i++) {
        const char *cells[REGISTER_MINIMUM];
        json_t *o = cdr_view_object(&v), *row = cdr_view_list(&v);
        register_minimum_cells(p, i, cells);
        for (size_t k = 0; k < REGISTER_MINIMUM; k++) {
            json_t *c = cdr_view_object(&v);
            cdr_view_str(&v, c, "text", cells[k][0] ? cells[k] : "not said");
            cdr_view_add(&v, row, c);
        }
        cdr_view_put(&v, o, "cells", row);
        cdr_view_add(&v, list, o);
    }
    cdr_view_put(&v, root, "rows", list);
    cdr_buf_done(&v.text);
    return v.failed ? cdr_fail_nomem(err, "report") : cdr_paper_render("register_minimum.md", NULL, false, root, p->out, err);
}
