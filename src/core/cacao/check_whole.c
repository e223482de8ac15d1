/* SPDX-License-Identifier: Apache-2.0 */
/* The playbook object (3.1), and what can be asked only when all of it was seen: identifiers that are used twice, activities, the summary of its features. */
#include "core/cacao/check_inside.h"

#include <stdlib.h>
#include <string.h>

#define ROW struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value
#define SHAPE(rows) .props = rows, .count = CDR_COUNT(rows)

const char *const cdr_cacao_check_activities[] = {"compose-content", "deliver-content", "identify-audience", "identify-channel", "scan-system", "match-indicator", "analyze-collected-data", "identify-indicators",
    "scan-vulnerabilities", "configure-systems", "restrict-access", "disconnect-system", "eliminate-risk", "revert-system", "restore-data", "restore-capabilities", "map-network", "identify-steps",
    "step-sequence", "prepare-engagement", "execute-operation", "analyze-engagement-results", NULL};
const char *const cdr_cacao_check_sectors[] = {"aerospace", "aviation", "agriculture", "automotive", "biotechnology", "chemical", "commercial", "consulting", "construction", "cosmetics", "critical-infrastructure", "dams",
    "defense", "education", "emergency-services", "energy", "non-renewable-energy", "renewable-energy", "media", "financial", "food", "gambling", "government", "local-government", "national-government",
    "regional-government", "public-services", "healthcare", "information-communications-technology", "electronics-hardware", "software", "telecommunications", "legal-services", "lodging", "manufacturing",
    "maritime", "metals", "mining", "non-profit", "humanitarian-aid", "human-rights", "nuclear", "petroleum", "pharmaceuticals", "research", "transportation", "logistics-shipping", "utilities", "video-game", "water", NULL};
static const char *const types[] = {"attack", "detection", "engagement", "investigation", "mitigation", "notification", "prevention", "remediation", NULL};
static const char *const playbook_word[] = {"playbook", NULL};

static void check_version(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (text && strcmp(text, "cacao-2.0") != 0)
        check_error(c, "playbook.version", "3.1", "spec_version must be \"cacao-2.0\"; this playbook is written for \"%s\".", cdr_cacao_check_quote(c, text));
}

static void check_playbook_id(ROW)
{
    size_t prefix;
    char kind;
    cdr_cacao_check_id(c, shape, prop, value);
    const char *id = json_string_value(value);
    if (!id || !cdr_cacao_check_identifier(id, &prefix, &kind))
        return;
    if (kind != '4' && kind != '5')
        check_warn(c, "playbook.uuid", "10.10", "The UUID of a playbook should be random (version 4) or made of its name (version 5).");
    cdr_cacao_check_take_id(c, id, c->json);
}

static void check_markings(ROW)
{
    size_t i;
    json_t *item;
    cdr_cacao_check_ids(c, shape, prop, value);
    json_array_foreach(value, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        const char *id = json_string_value(item);
        if (id && !cdr_playbook_object(c->p, "data_marking_definitions", id))
            check_error(c, "marking.undefined", "3.1", "This marking is not defined. Add it to data_marking_definitions.");
        cdr_cacao_check_leave(c, was);
    }
}

static void check_start(ROW)
{
    cdr_cacao_check_id(c, shape, prop, value);
    const char *id = json_string_value(value);
    const cdr_step *s = cdr_playbook_step(c->p, cdr_playbook_start(c->p));
    if (id && !s)
        check_structure(c, true, "start.dangling", "3.1", "workflow_start leads to no step of the workflow. Let it name the start step.");
    else if (s && s->type != CDR_STEP_START)
        check_error(c, "start.type", "3.1", "workflow_start must name a step of the type start, not \"%s\". Add one that leads to it.", cdr_cacao_check_quote(c, s->type_name));
}

static void check_exception(ROW)
{
    cdr_cacao_check_id(c, shape, prop, value);
    if (json_is_string(value) && cdr_playbook_exception(c->p) == CDR_NO_STEP)
        check_structure(c, true, "step.dangling", "3.1", "workflow_exception leads to no step of the workflow. Correct the identifier, or take it out.");
    else if (json_is_string(value) && cdr_playbook_step(c->p, cdr_playbook_exception(c->p))->type == CDR_STEP_START)
        check_error(c, "exception.start", "3.1", "workflow_exception names a start step: what fails would begin the whole again. Let it name the first step of what is to be done then.");
}

/* Members that are whole dictionaries. */
static void on_workflow(ROW) { (void)shape, (void)prop; cdr_cacao_check_workflow(c, value); }
static void on_agents(ROW) { (void)shape, (void)prop; cdr_cacao_check_agents(c, value); }
static void on_targets(ROW) { (void)shape, (void)prop; cdr_cacao_check_targets(c, value); }
static void on_authentications(ROW) { (void)shape, (void)prop; cdr_cacao_check_authentications(c, value); }
static void on_markings(ROW) { (void)shape, (void)prop; cdr_cacao_check_markings(c, value); }
static void on_extensions(ROW) { (void)shape, (void)prop; cdr_cacao_check_extension_definitions(c, value); }
static void on_signatures(ROW) { (void)shape, (void)prop; cdr_cacao_check_signatures(c, value); }

/* --- the summary: 10.14 --- */

enum feature { MANUAL, EXTERNAL, PARALLEL, IF, WHILE, SWITCH, TEMPORAL, MARKINGS, SIGNED, COUNTERSIGNED, EXTENSIONS, FEATURES };
static const struct check_prop summary_rows[FEATURES] = {
    {"manual_playbook", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"external_playbooks", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"parallel_processing", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"if_logic", cdr_cacao_check_bool, CHECK_MAY, NULL},
    {"while_logic", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"switch_logic", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"temporal_logic", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"data_markings", cdr_cacao_check_bool, CHECK_MAY, NULL},
    {"digital_signatures", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"countersigned_signatures", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"extensions", cdr_cacao_check_bool, CHECK_MAY, NULL},
};
static const struct check_shape summary_shape = {"the summary", "10.14", SHAPE(summary_rows), NULL};

static void check_summary_object(ROW)
{
    (void)prop;
    if (cdr_cacao_check_is_object(c, shape, value, "the summary of features"))
        cdr_cacao_check_shape(c, &summary_shape, value);
}

static const char *const what_is_there[FEATURES] = {"nothing but manual commands", "a playbook-action", "a parallel step", "an if step", "a while step", "a switch step", "a delay or timeout", "a marking",
    "a signature", "a counter-signature", "an extension in use"};

static void see_features(const struct check *c, bool seen[FEATURES])
{
    static const enum feature of_type[] = {[CDR_STEP_PLAYBOOK_ACTION] = EXTERNAL, [CDR_STEP_PARALLEL] = PARALLEL, [CDR_STEP_IF] = IF, [CDR_STEP_WHILE] = WHILE, [CDR_STEP_SWITCH] = SWITCH};
    size_t i;
    json_t *signature;
    for (uint32_t s = 0; s < cdr_playbook_step_count(c->p); s++) {
        cdr_step_type type = cdr_playbook_step(c->p, s)->type;
        if (type >= CDR_STEP_PLAYBOOK_ACTION)
            seen[of_type[type]] = true;
    }
    seen[MANUAL] = c->has_command && !c->uses_other_command && !seen[EXTERNAL];
    seen[TEMPORAL] = c->uses_delay;
    seen[MARKINGS] = json_array_size(json_object_get(c->json, "markings")) > 0;
    seen[EXTENSIONS] = c->uses_extension;
    json_array_foreach(json_object_get(c->json, "signatures"), i, signature) {
        seen[SIGNED] = true;
        seen[COUNTERSIGNED] = seen[COUNTERSIGNED] || json_object_get(signature, "signature");
    }
}

/* Defined, and not used: whether it is contained can be said either way. */
static bool is_open(const struct check *c, enum feature f)
{
    return (f == EXTENSIONS && !c->uses_extension && json_object_size(json_object_get(c->json, "extension_definitions")) > 0)
        || (f == MARKINGS && json_array_size(json_object_get(c->json, "markings")) == 0 && json_object_size(json_object_get(c->json, "data_marking_definitions")) > 0);
}

static void check_summary(struct check *c)
{
    const json_t *summary = json_object_get(c->json, "playbook_processing_summary");
    bool seen[FEATURES] = {false};
    if (json_object_size(summary) == 0)
        return;
    see_features(c, seen);
    size_t was = cdr_cacao_check_enter(c, "playbook_processing_summary");
    for (size_t i = 0; i < FEATURES; i++) {
        const json_t *said = json_object_get(summary, summary_rows[i].key);
        size_t at = cdr_cacao_check_enter(c, summary_rows[i].key);
        bool wrong = json_is_boolean(said) && json_is_true(said) != seen[i], later = i == SIGNED || i == COUNTERSIGNED;
        if (wrong && !is_open(c, (enum feature)i))
            cdr_cacao_check_tell(c, later ? CDR_CACAO_WARNING : CDR_CACAO_ERROR, false, "summary.wrong", "10.14", "It says %s, but there is %s%s. Correct it%s.", json_is_true(said) ? "true" : "false",
                seen[i] || i == MANUAL ? "" : "not ", i == MANUAL && !seen[i] ? "more than manual commands" : what_is_there[i], later ? " with the next version; signatures come and go without one" : "");
        else if (!said && seen[i] && i != MANUAL && i != MARKINGS && i != SIGNED && i != COUNTERSIGNED)
            check_warn(c, "summary.incomplete", "10.14", "The summary does not tell that there is %s. Add \"%s\": true.", what_is_there[i], summary_rows[i].key);
        cdr_cacao_check_leave(c, at);
    }
    cdr_cacao_check_leave(c, was);
}

/* --- the table of the playbook --- */

static const struct check_prop playbook_rows[] = {
    {"type", cdr_cacao_check_enum, CHECK_MUST, playbook_word}, {"spec_version", check_version, CHECK_MUST, NULL}, {"id", check_playbook_id, CHECK_MUST, "playbook"}, {"name", cdr_cacao_check_string, CHECK_MUST, NULL},
    {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"playbook_types", cdr_cacao_check_words, CHECK_MAY, types}, {"playbook_activities", cdr_cacao_check_words, CHECK_MAY, cdr_cacao_check_activities},
    {"playbook_processing_summary", check_summary_object, CHECK_MAY, NULL}, {"created_by", cdr_cacao_check_id, CHECK_MUST, "identity"}, {"created", cdr_cacao_check_exact_time, CHECK_MUST, NULL},
    {"modified", cdr_cacao_check_exact_time, CHECK_MUST, NULL}, {"revoked", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"valid_from", cdr_cacao_check_time, CHECK_MAY, NULL}, {"valid_until", cdr_cacao_check_time, CHECK_MAY, NULL},
    {"derived_from", cdr_cacao_check_ids, CHECK_MAY, "playbook"}, {"related_to", cdr_cacao_check_ids, CHECK_MAY, NULL}, {"priority", cdr_cacao_check_percent, CHECK_MAY, NULL}, {"severity", cdr_cacao_check_percent, CHECK_MAY, NULL},
    {"impact", cdr_cacao_check_percent, CHECK_MAY, NULL}, {"industry_sectors", cdr_cacao_check_words, CHECK_MAY, cdr_cacao_check_sectors}, {"labels", cdr_cacao_check_texts, CHECK_MAY, NULL},
    {"external_references", cdr_cacao_check_own_references, CHECK_MAY, NULL}, {"markings", check_markings, CHECK_MAY, NULL}, {"playbook_variables", cdr_cacao_check_variables, CHECK_MAY, NULL},
    {"workflow_start", check_start, CHECK_MUST, NULL}, {"workflow_exception", check_exception, CHECK_MAY, NULL}, {"workflow", on_workflow, CHECK_MUST, NULL},
    {"playbook_extensions", cdr_cacao_check_extensions, CHECK_MAY, NULL}, {"authentication_info_definitions", on_authentications, CHECK_MAY, NULL}, {"agent_definitions", on_agents, CHECK_MAY, NULL},
    {"target_definitions", on_targets, CHECK_MAY, NULL}, {"extension_definitions", on_extensions, CHECK_MAY, NULL}, {"data_marking_definitions", on_markings, CHECK_MAY, NULL},
    {"signatures", on_signatures, CHECK_MAY, NULL},
};
static const struct check_shape playbook_shape = {"a playbook", "3.1", SHAPE(playbook_rows), NULL};

/* What later members are held against, wherever they stand in the file. */
static void look_ahead(struct check *c)
{
    const char *name;
    json_t *declared, *reference, *sector;
    size_t i;
    json_array_foreach(json_object_get(c->json, "industry_sectors"), i, sector)
        if (json_is_string(sector) && json_object_set_new(c->sectors, json_string_value(sector), json_true()) != 0)
            c->nomem = true;
    for (uint32_t s = 0; s < cdr_playbook_step_count(c->p); s++)
        json_object_foreach(json_object_get(cdr_playbook_step(c->p, s)->json, "step_variables"), name, declared)
            if (json_object_set(c->step_variables, name, declared) != 0)
                c->nomem = true;
    json_array_foreach(json_object_get(c->json, "external_references"), i, reference) {
        char *dump _cleanup_free_ = json_dumps(reference, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        if (!dump || (!c->references && !(c->references = json_object())) || json_object_set_new(c->references, dump, json_true()) != 0)
            c->nomem = true;
    }
}

static void check_order(struct check *c, const char *first, const char *second, bool equal)
{
    const char *a = cdr_json_str(c->json, first), *b = cdr_json_str(c->json, second);
    size_t digits;
    if (!a || !b || !cdr_cacao_check_time_valid(a, &digits) || !cdr_cacao_check_time_valid(b, &digits))
        return;
    int order = cdr_cacao_check_compare_times(a, b);
    size_t was = cdr_cacao_check_enter(c, second);
    if (order > 0 || (order == 0 && !equal))
        check_error(c, "time.order", "3.1", "%s must be %s %s.", second, equal ? "the same as or later than" : "later than", first);
    cdr_cacao_check_leave(c, was);
}

void cdr_cacao_check_playbook_object(struct check *c)
{
    look_ahead(c);
    cdr_cacao_check_shape(c, &playbook_shape, c->json);
    check_order(c, "created", "modified", true);
    if (cdr_playbook_revoked(c->p))
        check_warn(c, "playbook.revoked", "3.1", "Whoever made this playbook has revoked it: it can be looked at, and is not started any more.");
    else
        check_order(c, "valid_from", "valid_until", false);
    if (!c->p->canonical)
        check_warn(c, "playbook.canonical", "10.15", "It holds a number that has no exact form (beyond 2^53), so it can be neither signed nor verified.");
}

/* --- all of it --- */

static int compare_ids(const void *a, const void *b)
{
    const struct check_id *x = a, *y = b;
    for (const char *s = x->uuid, *t = y->uuid;; s++, t++) {
        int p = *s >= 'A' && *s <= 'F' ? *s + 32 : *s, q = *t >= 'A' && *t <= 'F' ? *t + 32 : *t;
        if (p != q || !p)
            return p != q ? p - q : strcmp(x->id, y->id);
    }
}

static void check_unique(struct check *c)
{
    if (c->ids.len)
        qsort(c->ids.at, c->ids.len, sizeof *c->ids.at, compare_ids);
    for (size_t i = 1; i < c->ids.len; i++) {
        const struct check_id *a = &c->ids.at[i - 1], *b = &c->ids.at[i];
        bool same = strcmp(a->id, b->id) == 0;
        if (strncmp(a->uuid, b->uuid, 36) != 0 || (same && json_equal(a->object, b->object)))
            continue;
        size_t was = cdr_cacao_check_enter(c, b->id);
        if (same)
            check_error(c, "id.twice", "10.10", "Two different objects have this identifier. Give one of them a new UUID.");
        else
            check_warn(c, "id.uuid-twice", "10.10", "Its UUID is also that of %s. Each object must have a UUID of its own; here they are told apart by what stands before it.", cdr_cacao_check_quote(c, a->id));
        cdr_cacao_check_leave(c, was);
    }
}

static void check_activities(struct check *c)
{
    const json_t *list = json_object_get(c->json, "playbook_activities"), *kinds = json_object_get(c->json, "playbook_types");
    size_t i;
    json_t *item;
    size_t was = cdr_cacao_check_enter(c, "playbook_activities");
    json_array_foreach(list, i, item) {
        size_t at = cdr_cacao_check_enter_index(c, i);
        if (json_is_string(item) && !json_object_get(c->activities, json_string_value(item)))
            check_warn(c, "activity.unused", "3.1", "No command says that it is \"%s\" (playbook_activity). Each activity of the playbook must be reflected in a step.", cdr_cacao_check_quote(c, json_string_value(item)));
        cdr_cacao_check_leave(c, at);
    }
    bool known = false;
    json_array_foreach(kinds, i, item)
        known = known || (json_is_string(item) && cdr_cacao_check_in(types, json_string_value(item)));
    if (known && json_array_size(list) == 0)
        check_warn(c, "activity.none", "3.1", "A playbook that names its playbook_types must name at least one of its playbook_activities.");
    cdr_cacao_check_leave(c, was);
}

void cdr_cacao_check_whole_playbook(struct check *c)
{
    cdr_playbook_rule rule;
    cdr_err err = {0};
    check_unique(c);
    check_activities(c);
    check_summary(c);
    size_t was = cdr_cacao_check_enter(c, "playbook_extensions/" CDR_RULE_KEY);
    if (cdr_playbook_rule_read(c->json, "The playbook", &rule, &err) != CDR_OK)
        check_error(c, "rule.bad", "Candor", "%s", err.text);
    cdr_cacao_check_leave(c, was);
}
