/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown of a playbook, as data. */
#include "core/playbook/show.h"

#include "base/text.h"
#include "base/vec.h"
#include "core/cacao/condition.h"
#include "core/playbook/asked.h"

#include <stdio.h>
#include <string.h>

/* --- words --- */

/* "__eu_uk__" -> "eu uk"; ${len}: of the name. */
static void put_variable(cdr_buf *out, const char *name, size_t len)
{
    for (size_t i = 2; i + 2 < len; i++)
        cdr_buf_addc(out, name[i] == '_' ? ' ' : name[i]);
}

static size_t reference(const char *s)
{
    if (s[0] != '_' || s[1] != '_')
        return 0;
    const char *end = strstr(s + 2, "__:value");
    size_t len = end ? (size_t)(end - s) + 2 : 0;
    return len && cdr_variable_name_valid(s, len) ? len : 0;
}

void cdr_show_condition(cdr_buf *out, const char *s)
{
    static const struct { const char *sign, *word; } signs[] = {
        {"!=", "is not"}, {"<>", "is not"}, {"==", "is"}, {">=", "is at least"}, {"<=", "is at most"}, {"=", "is"}, {">", "is more than"}, {"<", "is less than"},
    };
    static const struct { const char *sign, *word; } words[] = {{"AND", "and"}, {"OR", "or"}, {"NOT", "not"}, {"IN", "is one of"}, {"EXISTS", "there is"}};
    bool quoted = false;
    while (*s) {
        size_t n = quoted ? 0 : reference(s), k = 0;
        if (n) {
            put_variable(out, s, n);
            s += n + 6;
            continue;
        }
        if (*s == '\'') {
            quoted = !quoted;
            cdr_buf_addc(out, '"');
            s++;
            continue;
        }
        for (k = 0; !quoted && k < CDR_COUNT(signs); k++)
            if (strncmp(s, signs[k].sign, strlen(signs[k].sign)) == 0)
                break;
        if (!quoted && k < CDR_COUNT(signs)) {
            cdr_buf_adds(out, signs[k].word);
            s += strlen(signs[k].sign);
            continue;
        }
        n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (!quoted && strncmp(s, "NOT IN ", 7) == 0) {
            cdr_buf_adds(out, "is none of");
            s += 6;
            continue;
        }
        for (k = 0; !quoted && k < CDR_COUNT(words); k++)
            if (strlen(words[k].sign) == n && strncmp(s, words[k].sign, n) == 0)
                break;
        if (!quoted && n && k < CDR_COUNT(words)) {
            cdr_buf_adds(out, words[k].word);
            s += n;
            continue;
        }
        n = n ? n : 1;
        cdr_buf_add(out, s, n);
        s += n;
    }
}

struct reader { const cdr_playbook *p; const cdr_step *step; char hole[CDR_ASKED_HOLE]; };

static const cdr_variable *find_in(const cdr_variable *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* A value where there is one; else the name, in brackets. */
static bool find_shown(void *arg, const char *name, cdr_variable *ret)
{
    struct reader *r = arg;
    size_t count;
    const cdr_variable *all = cdr_playbook_variables(r->p, &count), *v = r->step ? find_in(r->step->variables, r->step->variable_count, name) : NULL;
    v = v ? v : find_in(all, count, name);
    *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING, .value = r->hole};
    if (cdr_asked_hole(r->p, name, r->hole))
        return true;
    if (v && v->value && *v->value && strcmp(v->value, "unknown") != 0) {
        ret->value = v->value;
        return true;
    }
    cdr_buf hole _cleanup_buf_ = CDR_BUF(sizeof r->hole - 1);
    cdr_buf_addc(&hole, '[');
    put_variable(&hole, name, strlen(name));
    cdr_buf_addc(&hole, ']');
    snprintf(r->hole, sizeof r->hole, "%s", hole.data ? hole.data : "[]");
    ret->value = r->hole;
    return true;
}

static json_t *shown(const cdr_playbook *p, const cdr_step *step, const char *text)
{
    struct reader r = {.p = p, .step = step};
    cdr_buf out _cleanup_buf_ = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX);
    if (!text)
        return json_string("");
    if (cdr_variable_interpolate(text, strlen(text), find_shown, &r, &out, NULL) != CDR_OK)
        return json_string(text);
    return json_stringn(out.data ? out.data : "", out.len);
}

static const char *clock_words(const char *clock)
{
    static const struct { const char *clock, *words; } all[] = {{"step", "of its beginning"}, {"discovery", "of the discovery"}, {"awareness", "of becoming aware"}, {"confirmation", "of being sure"},
        {"request", "of the request"}, {"incident", "of the incident's beginning"}};
    for (size_t i = 0; clock && i < CDR_COUNT(all); i++)
        if (strcmp(all[i].clock, clock) == 0)
            return all[i].words;
    return clock ? NULL : all[0].words;
}

static void put_when(cdr_buf *out, const cdr_rule *r)
{
    char text[CDR_DURATION_TEXT];
    if (!r->has_due)
        return;
    cdr_duration_words(&r->due, text);
    const char *of = clock_words(r->clock);
    cdr_buf_addf(out, "within %s %s%s", text, of ? of : "of ", of ? "" : r->clock);
    if (r->due.business_days && r->calendar)
        cdr_buf_addf(out, " (holidays of %s)", r->calendar);
}

/* Who does it: the role of the rule, else the agent by its name, or by what it is when the name is filled in later. */
static json_t *who(const cdr_playbook *p, const cdr_step *s)
{
    if (s->rule.role != CDR_DUTY_ANYBODY)
        return json_string(cdr_duty_role_label(s->rule.role));
    const json_t *agent = cdr_playbook_object(p, "agent_definitions", s->agent);
    const char *name = cdr_json_str(agent, "name"), *about = cdr_json_str(agent, "description");
    return name && strstr(name, "__:value") && about ? json_string(about) : shown(p, s, name);
}

/* --- steps --- */

static json_t *fill(void *arg, const char *text)
{
    const struct reader *r = arg;
    return shown(r->p, r->step, text);
}

static json_t *commands_of(const cdr_playbook *p, const cdr_step *s, const cdr_asked_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < s->command_count; i++) {
        const cdr_command *c = &s->commands[i];
        json_t *text = shown(p, s, c->command ? c->command : cdr_json_str(c->json, "description"));
        json_array_append_new(list, json_pack("{s:s, s:b, s:o, s:o, s:o}", "type", c->type, "manual", (int)(strcmp(c->type, "manual") == 0), "text", text, "headers", cdr_asked_headers(v, c), "content",
                                              cdr_asked_content(v, c)));
    }
    return list;
}

static json_t *questions_of(const cdr_step *s)
{
    json_t *list = json_array(), *answer;
    const char *name;
    json_object_foreach((json_t *)s->rule.answers, name, answer) {
        const char *ask = cdr_json_str(answer, "ask");
        const json_t *choices = json_object_get(answer, "choices");
        cdr_buf words _cleanup_buf_ = CDR_BUF(CDR_VARIABLE_NAME_MAX + 8);
        put_variable(&words, name, strlen(name));
        json_array_append_new(list, json_pack("{s:s, s:O?, s:b}", "ask", ask ? ask : words.data ? words.data : "", "choices", choices, "open", (int)(json_array_size(choices) == 0)));
    }
    return list;
}

static json_t *late_of(const cdr_rule *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < r->escalation_count; i++) {
        char text[CDR_DURATION_TEXT];
        cdr_duration_words(&r->escalate[i].after, text);
        const cdr_duration *d = &r->escalate[i].after;
        bool now = !d->months && !d->days && !d->business_days && !d->seconds;
        json_array_append_new(list, json_sprintf(now ? "call the %s" : "call the %s after another %s", cdr_duty_role_label(r->escalate[i].to), text));
    }
    return list;
}

static const char *step_word(const cdr_step *s)
{
    switch (s->type) {
    case CDR_STEP_IF: return "question";
    case CDR_STEP_SWITCH: return "choice";
    case CDR_STEP_WHILE: return "again and again";
    case CDR_STEP_PARALLEL: return "at the same time";
    case CDR_STEP_PLAYBOOK_ACTION: return "another playbook";
    case CDR_STEP_UNKNOWN: return "of a kind that Candor does not know";
    case CDR_STEP_START:
    case CDR_STEP_END:
    case CDR_STEP_ACTION:
        break;
    }
    return "";
}

static json_t *asks(const cdr_step *s)
{
    cdr_buf out _cleanup_buf_ = CDR_BUF(CDR_CONDITION_BYTES_MAX * 4u);
    if (s->condition)
        cdr_show_condition(&out, s->condition);
    else if (s->switch_on)
        cdr_show_condition(&out, s->switch_on);
    else if (s->playbook_id)
        cdr_buf_adds(&out, s->playbook_id);
    return json_string(out.data && cdr_buf_status(&out) == CDR_OK ? out.data : "");
}

static json_t *step_data(const cdr_playbook *p, const cdr_outline_node *n)
{
    const cdr_step *s = cdr_playbook_step(p, n->step);
    const cdr_rule *r = &s->rule;
    char waits[CDR_DURATION_TEXT] = "";
    cdr_buf when _cleanup_buf_ = CDR_BUF(400);
    put_when(&when, r);
    if (s->delay_ms > 0)
        cdr_span_words(s->delay_ms < INT64_MAX / 1000 ? s->delay_ms * 1000 : INT64_MAX, waits);
    json_t *j = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o}", "kind", "step", "number", n->number, "depth", (int)n->depth, "id", s->id, "name", s->label, "type", s->type_name, "word", step_word(s),
                          "who", who(p, s), "when", when.data ? when.data : "", "waits", waits, "late", late_of(r));
    if (!j)
        return NULL;
    struct reader reader = {.p = p, .step = s};
    const cdr_asked_view view = {.p = p, .step = s, .fill = fill, .arg = &reader};
    json_object_set_new(j, "what", commands_of(p, s, &view));
    json_object_set_new(j, "agent", cdr_asked_agent(&view));
    json_object_set_new(j, "targets", cdr_asked_targets(&view));
    json_object_set_new(j, "machine", json_boolean(json_is_object(json_object_get(j, "agent")) && !cdr_asked_is_person(json_object_get(j, "agent"))));
    json_object_set_new(j, "about", shown(p, s, s->description));
    json_object_set_new(j, "why", json_string(r->why ? r->why : ""));
    json_object_set_new(j, "questions", questions_of(s));
    json_object_set_new(j, "approve", json_string(r->approver != CDR_DUTY_ANYBODY ? cdr_duty_role_label(r->approver) : ""));
    json_object_set_new(j, "two_person", json_boolean(r->two_person));
    json_object_set_new(j, "evidence", json_boolean(r->evidence_required));
    json_object_set_new(j, "decision", json_boolean(r->decision != NULL));
    json_object_set_new(j, "asks", asks(s));
    json_object_set_new(j, "action", json_boolean(s->type == CDR_STEP_ACTION || s->type == CDR_STEP_UNKNOWN || s->type == CDR_STEP_PLAYBOOK_ACTION));
    return j;
}

static const char *way_label(const cdr_outline_node *n)
{
    switch (n->way) {
    case CDR_WAY_MAIN: return "";
    case CDR_WAY_EXCEPTION: return "When something fails and no step takes it over";
    case CDR_WAY_UNREACHED: return "Steps that nothing leads to";
    case CDR_WAY_TRUE: return "If yes";
    case CDR_WAY_FALSE: return "If no";
    case CDR_WAY_WHILE: return "As long as it is so, again and again";
    case CDR_WAY_CASE: return n->value;
    case CDR_WAY_OTHERWISE: return "Otherwise";
    case CDR_WAY_PARALLEL: return "at the same time";
    case CDR_WAY_FAILURE: return "If it does not work";
    }
    return "";
}

/* ${sibling}: which branch of its step it is. */
static json_t *node_data(const cdr_playbook *p, const cdr_outline_node *n, size_t sibling)
{
    const cdr_step *s = n->step != CDR_NO_STEP ? cdr_playbook_step(p, n->step) : NULL;
    cdr_buf label _cleanup_buf_ = CDR_BUF(2000);
    switch (n->kind) {
    case CDR_OUTLINE_STEP:
        return step_data(p, n);
    case CDR_OUTLINE_GOTO:
        return json_pack("{s:s, s:s, s:i, s:s}", "kind", "goto", "number", n->number, "depth", (int)n->depth, "name", s ? s->label : "");
    case CDR_OUTLINE_END:
        return json_pack("{s:s, s:i, s:s}", "kind", "end", "depth", (int)n->depth, "name", n->depth > 1 ? "Done here" : s && s->name && *s->name ? s->name : "The end");
    case CDR_OUTLINE_BRANCH:
        break;
    }
    if (n->way == CDR_WAY_CASE)
        cdr_buf_addf(&label, "If it is \"%s\"", n->value);
    else if (n->way == CDR_WAY_PARALLEL)
        cdr_buf_addf(&label, "%c. %s", (char)('a' + sibling % 26), way_label(n));
    else
        cdr_buf_adds(&label, way_label(n));
    return json_pack("{s:s, s:i, s:s, s:b}", "kind", "branch", "depth", (int)n->depth, "label", label.data ? label.data : "", "nothing", (int)(n->first == CDR_OUTLINE_NONE));
}

static bool add_nodes(const cdr_playbook *p, const cdr_outline *o, uint32_t at, json_t *list)
{
    for (size_t sibling = 0; at != CDR_OUTLINE_NONE; at = o->nodes[at].next, sibling++) {
        const cdr_outline_node *n = &o->nodes[at];
        bool root = n->kind == CDR_OUTLINE_BRANCH && n->way == CDR_WAY_MAIN;
        json_t *j = root ? NULL : node_data(p, n, sibling);
        if (!root && json_array_append_new(list, j))
            return false;
        if (!add_nodes(p, o, n->first, list))
            return false;
    }
    return true;
}

static json_t *roles_of(const cdr_playbook *p)
{
    json_t *list = json_array(), *role;
    size_t i;
    json_array_foreach(cdr_playbook_rule_of(p)->roles, i, role) {
        cdr_duty_role r = cdr_duty_role_by_key(json_string_value(role) ? json_string_value(role) : "");
        if (r != CDR_DUTY__MAX)
            json_array_append_new(list, json_string(cdr_duty_role_label(r)));
    }
    /* Playbooks of others name people and groups as agents. */
    static const char *const people[] = {"individual", "group", "organization"};
    const char *id;
    json_t *agent;
    if (json_array_size(list) == 0)
        json_object_foreach(json_object_get(cdr_playbook_json(p), "agent_definitions"), id, agent)
            for (size_t k = 0; k < CDR_COUNT(people); k++)
                if (cdr_json_str(agent, "type") && cdr_json_str(agent, "name") && strcmp(cdr_json_str(agent, "type"), people[k]) == 0)
                    json_array_append_new(list, shown(p, NULL, cdr_json_str(agent, "name")));
    return list;
}

json_t *cdr_show_data(const cdr_playbook *p, const cdr_outline *o)
{
    const cdr_playbook_rule *r = cdr_playbook_rule_of(p);
    char review[CDR_DURATION_TEXT] = "";
    if (r->has_review)
        cdr_duration_words(&r->review_every, review);
    json_t *steps = json_array();
    if (!steps || (o->count && !add_nodes(p, o, 0, steps))) {
        json_decref(steps);
        return NULL;
    }
    const char *about = cdr_playbook_description(p), *tlp = cdr_playbook_tlp(p);
    int count = 0;
    for (size_t i = 0; i < o->count; i++)
        count += o->nodes[i].kind == CDR_OUTLINE_STEP;
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:i, s:o}", "title", cdr_playbook_name(p), "headline", r->headline ? r->headline : "", "description", shown(p, NULL, about), "id", cdr_playbook_id(p),
                     "version", cdr_playbook_modified(p), "tlp", tlp ? tlp : "", "kind", r->kind ? r->kind : "", "review", review, "roles", roles_of(p), "step_count", count, "people_count", (int)cdr_playbook_steps_for_people(p), "steps", steps);
}
