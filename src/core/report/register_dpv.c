/* SPDX-License-Identifier: Apache-2.0 */
/* The register as JSON-LD in the words of the W3C Data Privacy Vocabulary, pinned to 2.3. What our taxonomy calls by another word keeps its key and
 * stands in a SKOS relation to the term: nothing is passed off as the same that is only near. */
#include "core/report/register_parts.h"

#include "base/time.h"
#include "core/report/view.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DPV_VERSION "https://w3id.org/dpv/2.3"

static const char *const context[][2] = {
    {"dpv", "https://w3id.org/dpv#"}, {"pd", "https://w3id.org/dpv/pd#"}, {"eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"}, {"loc", "https://w3id.org/dpv/loc#"},
    {"dct", "http://purl.org/dc/terms/"}, {"skos", "http://www.w3.org/2004/02/skos/core#"}, {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"}};

/* In the order of cdr_lawful_basis_names. */
static const char *const bases[] = {"", "eu-gdpr:A6-1-a", "eu-gdpr:A6-1-b", "eu-gdpr:A6-1-c", "eu-gdpr:A6-1-d", "eu-gdpr:A6-1-e", "eu-gdpr:A6-1-f"};

typedef struct graph { cdr_view v; const paper *p; json_t *nodes, *made; } graph;   /* made: ids of the nodes that are there */

static json_t *ref(graph *g, const char *id)
{
    json_t *o = cdr_view_object(&g->v);
    cdr_view_str(&g->v, o, "@id", id);
    return o;
}

/* A fragment: keys are letters, digits, dot, dash and underscore. */
static const char *id_of(graph *g, const char *kind, const char *key)
{
    const char *id = cdr_arena_printf(g->p->r->arena, "#%s-%s", kind, key);
    g->v.failed |= !id;
    return id ? id : "#";
}

/* One more value of a property: alone, or in a list. */
static void add(graph *g, json_t *node, const char *property, json_t *value)
{
    json_t *old = json_object_get(node, property);
    if (!old)
        cdr_view_put(&g->v, node, property, value);
    else if (json_is_array(old))
        cdr_view_add(&g->v, old, value);
    else {
        json_t *list = cdr_view_list(&g->v);
        cdr_view_add(&g->v, list, json_incref(old));
        cdr_view_add(&g->v, list, value);
        cdr_view_put(&g->v, node, property, list);
    }
}

static void text(graph *g, json_t *node, const char *property, const char *s)
{
    if (s && *s)
        cdr_view_str(&g->v, node, property, s);
}

static json_t *typed(graph *g, const char *type)
{
    json_t *o = cdr_view_object(&g->v);
    cdr_view_str(&g->v, o, "@type", type);
    return o;
}

/* The node ${id} is begun when it is not there yet; NULL when it is. */
static json_t *begin(graph *g, const char *id, const char *type)
{
    if (json_object_get(g->made, id))
        return NULL;
    json_t *o = ref(g, id);
    cdr_view_str(&g->v, o, "@type", type);
    cdr_view_put(&g->v, g->made, id, json_true());
    cdr_view_add(&g->v, g->nodes, o);
    return o;
}

/* A word of the taxonomy, with the nearest term and how near it is. */
static json_t *taxon(graph *g, cdr_taxonomy_id which, const char *kind, const char *type, const char *key)
{
    const cdr_taxon *t = cdr_taxon_by_word(which, key);
    char slug[80];
    if (!t)
        snprintf(slug, sizeof slug, "%.60s", key);
    for (char *c = slug; !t && *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *c))
            *c = '-';
    const char *id = id_of(g, kind, t ? t->key : slug);
    json_t *o = begin(g, id, type);
    if (o && which == CDR_TAXONOMY_CATEGORY && t && cdr_register_special(t->key)[0])
        add(g, o, "@type", json_string("dpv:SpecialCategoryPersonalData"));
    if (o)
        cdr_view_str(&g->v, o, "skos:prefLabel", t ? t->name : key);
    if (o && t) {
        char relation[40];
        cdr_view_str(&g->v, o, "dct:identifier", t->key);
        snprintf(relation, sizeof relation, "skos:%s", t->dpv_relation);
        if (t->dpv[0])
            add(g, o, relation, ref(g, t->dpv));
    }
    return ref(g, id);
}

static json_t *party(graph *g, const cdr_reg_party *p, const char *type)
{
    const char *id = id_of(g, "party", p->key);
    json_t *o = begin(g, id, type);
    if (o) {
        text(g, o, "dpv:hasName", p->name);
        text(g, o, "dpv:hasContact", p->contact);
        if (cdr_country_exists(p->country))
            add(g, o, "dpv:hasLocation", ref(g, cdr_arena_printf(g->p->r->arena, "loc:%s", p->country)));
    }
    return ref(g, id);
}

static void recipients(graph *g, json_t *o, const cdr_reg_activity *x)
{
    for (size_t i = 0; i < x->recipients.count; i++) {
        const cdr_reg_party *p = cdr_register_party(g->p->r, x->recipients.at[i]);
        json_t *who = p ? party(g, p, "dpv:Organisation") : typed(g, "dpv:Recipient");
        if (!p)
            text(g, who, "dpv:hasName", x->recipients.at[i]);
        add(g, o, "dpv:hasRecipient", who);
    }
    _cleanup_json_ json_t *seen = cdr_view_object(&g->v);
    for (size_t i = 0; i < x->system_count; i++)
        for (size_t k = 0; k < x->systems[i]->holder_count; k++) {
            const cdr_reg_holder *h = &x->systems[i]->holders[k];
            bool works = h->relation == CDR_REL_HOSTS || h->relation == CDR_REL_STORES;
            const char *property = works ? "dpv:hasDataProcessor" : h->relation == CDR_REL_SHARES ? "dpv:hasRecipient" : g->p->processor ? "dpv:hasDataController" : "dpv:hasJointDataControllers";
            char mark[160];
            snprintf(mark, sizeof mark, "%s %s", property, h->party->key);
            if (h->party->ours || json_object_get(seen, mark))
                continue;
            cdr_view_put(&g->v, seen, mark, json_true());
            add(g, o, property, party(g, h->party, "dpv:Organisation"));
        }
}

static void places(graph *g, json_t *o, const cdr_reg_activity *x)
{
    _cleanup_json_ json_t *seen = cdr_view_object(&g->v);
    for (size_t i = 0; i < x->system_count; i++)
        if (cdr_country_exists(x->systems[i]->country) && !json_object_get(seen, x->systems[i]->country)) {
            cdr_view_put(&g->v, seen, x->systems[i]->country, json_true());
            add(g, o, "dpv:hasLocation", ref(g, cdr_arena_printf(g->p->r->arena, "loc:%s", x->systems[i]->country)));
        }
    for (size_t i = 0; i < x->transfers.count; i++) {
        char code[3];
        cdr_country_of(x->transfers.at[i], code);
        json_t *there = typed(g, "dpv:ThirdCountry");
        if (code[0])
            add(g, there, "skos:exactMatch", ref(g, cdr_arena_printf(g->p->r->arena, "loc:%s", code)));
        text(g, there, "dct:description", x->transfers.at[i]);
        add(g, o, "dpv:hasThirdCountry", there);
    }
    if (x->transfer_safeguards[0]) {
        json_t *s = typed(g, "dpv:SafeguardForDataTransfer");
        text(g, s, "dct:description", x->transfer_safeguards);
        add(g, o, "dpv:hasTechnicalOrganisationalMeasure", s);
    }
}

static void legal(graph *g, json_t *o, const cdr_reg_activity *x)
{
    if (x->basis > 0 && x->basis < CDR_COUNT(bases)) {
        json_t *b = ref(g, bases[x->basis]);
        add(g, o, "dpv:hasLegalBasis", b);
    }
    if (x->condition > 0 && x->condition <= 10) {
        char iri[24];
        snprintf(iri, sizeof iri, "eu-gdpr:A9-2-%c", (char)('a' + (char)(x->condition - 1)));
        add(g, o, "dpv:hasLegalBasis", ref(g, iri));
    }
    if (x->legitimate_interest[0]) {
        json_t *i = typed(g, "dpv:LegitimateInterest");
        text(g, i, "dct:description", x->legitimate_interest);
        text(g, i, "dct:source", x->interest_assessment);
        add(g, o, "dpv:hasLegalBasis", i);
    }
}

static void kept(graph *g, json_t *o, const cdr_reg_activity *x)
{
    if (!x->retention_period[0])
        return;
    json_t *c = typed(g, "dpv:StorageDuration"), *d = typed(g, "dpv:Duration"), *value = cdr_view_object(&g->v);
    cdr_view_str(&g->v, value, "@value", x->retention_period);
    cdr_view_str(&g->v, value, "@type", "xsd:duration");
    cdr_view_put(&g->v, d, "rdf:value", value);
    cdr_view_put(&g->v, c, "dpv:hasDuration", d);
    text(g, c, "dct:description", x->retention_trigger[0] ? cdr_arena_printf(g->p->r->arena, "counted from: %s", x->retention_trigger) : "");
    text(g, c, "dct:source", x->retention_source);
    add(g, o, "dpv:hasStorageCondition", c);
}

static void activity(graph *g, const cdr_reg_activity *x)
{
    json_t *o = begin(g, id_of(g, "activity", x->key), "dpv:Process");
    if (!o)
        return;
    cdr_view_str(&g->v, o, "dct:identifier", x->key);
    cdr_view_str(&g->v, o, "dct:title", x->purpose);
    if (g->p->r->us)
        add(g, o, g->p->processor ? "dpv:hasDataProcessor" : "dpv:hasDataController", ref(g, id_of(g, "party", CDR_PARTY_US)));
    json_t *purpose = typed(g, "dpv:Purpose");
    text(g, purpose, "dct:description", x->purpose);
    const cdr_taxon *use = x->data_use[0] ? cdr_taxon_find(CDR_TAXONOMY_USE, x->data_use) : NULL;
    if (use)
        add(g, purpose, "skos:broadMatch", taxon(g, CDR_TAXONOMY_USE, "use", "dpv:Purpose", x->data_use));
    add(g, o, "dpv:hasPurpose", purpose);
    for (size_t i = 0; i < x->categories.count; i++)
        add(g, o, "dpv:hasPersonalData", taxon(g, CDR_TAXONOMY_CATEGORY, "category", "dpv:PersonalData", x->categories.at[i]));
    for (size_t i = 0; i < x->subjects.count; i++)
        add(g, o, "dpv:hasDataSubject", taxon(g, CDR_TAXONOMY_SUBJECT, "subject", "dpv:DataSubject", x->subjects.at[i]));
    legal(g, o, x);
    recipients(g, o, x);
    places(g, o, x);
    kept(g, o, x);
    for (size_t i = 0; i < x->safeguards.count; i++) {
        json_t *m = typed(g, "dpv:TechnicalOrganisationalMeasure");
        text(g, m, "dct:description", x->safeguards.at[i]);
        add(g, o, "dpv:hasTechnicalOrganisationalMeasure", m);
    }
    if (x->source[0]) {
        json_t *s = typed(g, "dpv:DataSource");
        text(g, s, "dct:description", x->source);
        add(g, o, "dpv:hasDataSource", s);
    }
    if (x->automated > 0)
        add(g, o, "dpv:hasContext", ref(g, "dpv:AutomatedDecisionMaking"));
    if (x->dpia[0] && strcmp(x->dpia, "not required")) {
        json_t *d = typed(g, "dpv:DPIA");
        text(g, d, "dct:description", x->dpia);
        text(g, d, "dct:source", x->dpia_link);
        add(g, o, "dpv:hasImpactAssessment", d);
    }
    if (g->p->processor && x->joint_controller[0]) {
        json_t *c = typed(g, "dpv:DataController");
        text(g, c, "dpv:hasName", x->joint_controller);
        add(g, o, "dpv:hasDataController", c);
    }
}

static void ourselves(graph *g)
{
    const cdr_register *r = g->p->r;
    if (!r->us)
        return;
    json_t *us = begin(g, id_of(g, "party", CDR_PARTY_US), "dpv:Organisation");
    if (!us)
        return;
    add(g, us, "@type", json_string(g->p->processor ? "dpv:DataProcessor" : "dpv:DataController"));
    text(g, us, "dpv:hasName", r->org);
    text(g, us, "dpv:hasContact", r->contact);
    if (cdr_country_exists(r->country))
        add(g, us, "dpv:hasLocation", ref(g, cdr_arena_printf(r->arena, "loc:%s", r->country)));
    if (r->dpo)
        add(g, us, "dpv:hasDataProtectionOfficer", party(g, r->dpo, "dpv:DataProtectionOfficer"));
    if (r->representative)
        add(g, us, "dpv:hasRepresentative", party(g, r->representative, "dpv:Representative"));
}

cdr_status register_dpv(const paper *p, cdr_err *err)
{
    graph g = {.v = {.text = CDR_BUF(1 << 20)}, .p = p};
    _cleanup_json_ json_t *root = cdr_view_object(&g.v), *made = cdr_view_object(&g.v);
    json_t *names = cdr_view_object(&g.v);
    g.nodes = cdr_view_list(&g.v);
    g.made = made;
    for (size_t i = 0; i < CDR_COUNT(context); i++)
        cdr_view_str(&g.v, names, context[i][0], context[i][1]);
    cdr_view_put(&g.v, root, "@context", names);
    cdr_view_put(&g.v, root, "@graph", g.nodes);
    json_t *record = begin(&g, "#register", "dpv:RecordsOfActivities");
    if (record) {
        char when[CDR_TIME_TEXT];
        cdr_time_format(p->head.at_us, when);
        when[10] = '\0';
        cdr_view_put(&g.v, record, "dct:conformsTo", ref(&g, DPV_VERSION));
        json_t *day = cdr_view_object(&g.v);
        cdr_view_str(&g.v, day, "@value", when);
        cdr_view_str(&g.v, day, "@type", "xsd:date");
        cdr_view_put(&g.v, record, "dct:date", day);
        for (size_t i = 0; i < p->count; i++)
            add(&g, record, "dct:hasPart", ref(&g, id_of(&g, "activity", p->activities[i]->key)));
    }
    ourselves(&g);
    for (size_t i = 0; i < p->count; i++)
        activity(&g, p->activities[i]);
    cdr_buf_done(&g.v.text);
    char *dump = g.v.failed ? NULL : json_dumps(root, JSON_INDENT(2));
    if (!dump)
        return cdr_fail_nomem(err, "report");
    cdr_buf_adds(p->out, dump);
    cdr_buf_adds(p->out, "\n");
    free(dump);
    return CDR_OK;
}
