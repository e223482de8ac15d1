/* SPDX-License-Identifier: Apache-2.0 */
/* The outline of a playbook as a flow chart: node for node. */
#include "core/playbook/show_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static cdr_flow_shape shape_of(const cdr_outline_node *n, const cdr_step *s)
{
    if (n->kind == CDR_OUTLINE_BRANCH)
        return CDR_FLOW_BRANCH;
    if (n->kind == CDR_OUTLINE_GOTO)
        return CDR_FLOW_JUMP;
    if (n->kind == CDR_OUTLINE_END)
        return CDR_FLOW_TERMINAL;
    switch (s->type) {
    case CDR_STEP_IF:
    case CDR_STEP_SWITCH: return CDR_FLOW_QUESTION;
    case CDR_STEP_WHILE: return CDR_FLOW_LOOP;
    case CDR_STEP_PARALLEL: return CDR_FLOW_FORK;
    case CDR_STEP_PLAYBOOK_ACTION: return CDR_FLOW_CALL;
    case CDR_STEP_UNKNOWN:
    case CDR_STEP_START:
    case CDR_STEP_END:
    case CDR_STEP_ACTION:
        break;
    }
    return CDR_FLOW_BOX;
}

static const char *branch_label(const cdr_outline_node *n)
{
    static const char *const labels[] = {[CDR_WAY_MAIN] = "", [CDR_WAY_EXCEPTION] = "When something fails and no step takes it over", [CDR_WAY_UNREACHED] = "Steps that nothing leads to", [CDR_WAY_TRUE] = "yes",
        [CDR_WAY_FALSE] = "no", [CDR_WAY_WHILE] = "so long", [CDR_WAY_CASE] = "", [CDR_WAY_OTHERWISE] = "otherwise", [CDR_WAY_PARALLEL] = "", [CDR_WAY_FAILURE] = "if it fails"};
    return n->way == CDR_WAY_CASE ? n->value : labels[n->way];
}

static const char *flag_of(const cdr_step *s)
{
    if (s->rule.decision)
        return s->rule.approver != CDR_DUTY_ANYBODY ? "decision, four eyes" : "decision";
    return s->rule.approver != CDR_DUTY_ANYBODY ? "needs approval" : s->type == CDR_STEP_UNKNOWN ? "unknown kind" : "";
}

/* "48 hours" -> "48 h": boxes are narrow. */
static void put_short(cdr_buf *out, const cdr_duration *d)
{
    static const struct { const char *word, *shorter; } words[] = {{" business days", " work days"}, {" business day", " work day"}, {" hours", " h"}, {" hour", " h"}, {" minutes", " min"}, {" minute", " min"}, {" seconds", " s"}};
    char text[CDR_DURATION_TEXT];
    cdr_duration_words(d, text);
    for (size_t i = 0; i < CDR_COUNT(words); i++) {
        char *at = strstr(text, words[i].word);
        if (at && !at[strlen(words[i].word)]) {
            cdr_buf_addf(out, " · %.*s%s", (int)(at - text), text, words[i].shorter);
            return;
        }
    }
    cdr_buf_addf(out, " · %s", text);
}

#define NAMES_MAX ((size_t)CDR_PLAYBOOK_BYTES_MAX * 2)

/* By its name where the playbook says one; one that is filled in later stands in the list of the steps. */
static void put_name(cdr_buf *out, const char *before, const cdr_playbook *p, const char *dictionary, const char *id)
{
    const char *name = id ? cdr_json_str(cdr_playbook_object(p, dictionary, id), "name") : NULL;
    if (name && *name && !strstr(name, "__:value"))
        cdr_buf_addf(out, "%s%s", before, name);
}

/* "14 · manager · 4 h" above the name, "TicketSystem" in place of the manager where no role is named, the targets below; when that is longer than a box is wide, the time stands below with the flag. */
static bool put_lines(cdr_arena *a, const cdr_playbook *p, const cdr_outline_node *n, const cdr_step *s, cdr_flow_node *ret)
{
    enum { COLUMNS = 29 };
    cdr_buf head _cleanup_buf_ = CDR_BUF(NAMES_MAX), due _cleanup_buf_ = CDR_BUF(200), flag _cleanup_buf_ = CDR_BUF(NAMES_MAX);
    cdr_buf_adds(&head, n->number);
    if (s->rule.role != CDR_DUTY_ANYBODY)
        cdr_buf_addf(&head, " · %s", s->rule.role == CDR_DUTY_IT ? "IT" : s->rule.role == CDR_DUTY_PRIVACY_LEAD ? "privacy lead" : cdr_duty_role_key(s->rule.role));
    else
        put_name(&head, " · ", p, "agent_definitions", s->agent);
    if (s->rule.has_due)
        put_short(&due, &s->rule.due);
    bool below = due.len && cdr_text_width(head.data) + cdr_text_width(due.data) > COLUMNS;
    if (due.len && !below)
        cdr_buf_adds(&head, due.data);
    cdr_buf_addf(&flag, "%s%s%s", below ? due.data + strlen(" · ") : "", below && *flag_of(s) ? " · " : "", flag_of(s));
    for (size_t i = 0; i < json_array_size(s->targets); i++)
        put_name(&flag, i ? ", " : flag.len ? " · on " : "on ", p, "target_definitions", json_string_value(json_array_get(s->targets, i)));
    ret->head = cdr_arena_strdup(a, head.data ? head.data : "");
    ret->flag = cdr_arena_strdup(a, flag.data ? flag.data : "");
    return ret->head && ret->flag;
}

static bool fill(cdr_arena *a, const cdr_playbook *p, const cdr_outline_node *n, cdr_flow_node *ret)
{
    const cdr_step *s = n->step != CDR_NO_STEP ? cdr_playbook_step(p, n->step) : NULL;
    *ret = (cdr_flow_node){.shape = shape_of(n, s), .head = "", .title = "", .flag = "", .label = "", .first = n->first, .next = n->next, .apart = n->apart};
    if (n->kind == CDR_OUTLINE_BRANCH) {
        ret->label = branch_label(n);
        ret->failure = n->way == CDR_WAY_FAILURE;
        ret->loop = n->way == CDR_WAY_WHILE;
    } else if (n->kind == CDR_OUTLINE_GOTO)
        ret->title = n->number[0] ? cdr_arena_printf(a, "on at %s", n->number) : cdr_arena_printf(a, "on at \"%s\"", s->label);
    else if (n->kind == CDR_OUTLINE_END)
        ret->title = n->depth > 1 ? "Done here" : s->name && *s->name ? s->name : "The end";
    else {
        ret->title = s->label;
        return put_lines(a, p, n, s, ret);
    }
    return ret->title;
}

cdr_status cdr_show_flow(const cdr_playbook *p, const cdr_outline *o, bool standalone, cdr_arena *a, cdr_svg_flow *ret, cdr_err *err)
{
    cdr_flow_node *nodes = cdr_arena_alloc(a, (o->count + 1) * sizeof *nodes);
    uint32_t *roots = cdr_arena_alloc(a, 3 * sizeof *roots);
    *ret = (cdr_svg_flow){.id = "flow", .title = cdr_arena_printf(a, "Flow of the playbook \"%.200s\"", cdr_playbook_name(p)), .description = "The same stands as a list of steps beside it.",
                          .nodes = nodes, .count = o->count, .roots = roots, .standalone = standalone};
    bool good = nodes && roots && ret->title;
    for (size_t i = 0; good && i < o->count; i++)
        good = fill(a, p, &o->nodes[i], &nodes[i]);
    if (!good)
        return cdr_fail_nomem(err, "playbook");
    for (uint32_t r = o->count ? 0 : CDR_OUTLINE_NONE; r != CDR_OUTLINE_NONE && ret->root_count < 3; r = o->nodes[r].next)
        roots[ret->root_count++] = r;
    /* A picture that travels alone says what it is of, and how it is marked. */
    const char *tlp = cdr_playbook_tlp(p);
    if (standalone && o->count)
        nodes[0].label = cdr_arena_printf(a, "%.150s%s%s", cdr_playbook_name(p), tlp ? " · " : "", tlp ? tlp : "");
    return !standalone || !o->count || nodes[0].label ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

cdr_status cdr_show_chart(const cdr_playbook *p, cdr_buf *out, cdr_err *err)
{
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    cdr_arena *a _cleanup_(cdr_arena_freep) = cdr_arena_new(64u << 20);
    cdr_svg_flow flow;
    if (!a)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_outline_new(p, &o, err);
    if (s == CDR_OK)
        s = cdr_show_flow(p, &o, true, a, &flow, err);
    return s == CDR_OK ? cdr_svg_flow_write(out, &flow, err) : s;
}
