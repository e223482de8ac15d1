/* SPDX-License-Identifier: Apache-2.0 */
/* The pages: one for the screen, one for paper. */
#include "core/playbook/show_parts.h"

#include "base/parse.h"
#include "base/words.h"
#include "candor/crypto.h"
#include "template/template.h"

#include <string.h>

#define PIECES_MAX 200u

static cdr_status put_style(json_t *data, cdr_err *err)
{
    cdr_template_source css;
    uint8_t digest[CDR_SHA256_BYTES];
    char hash[64] = "sha256-";
    if (!cdr_page_find(NULL, "candor.css", &css))
        return cdr_fail(err, CDR_E_CORRUPT, "playbook", "playbook.no-style", "This build lacks its style sheet candor.css; build it again.");
    cdr_sha256(css.text, css.len, digest);
    cdr_base64_encode(digest, sizeof digest, hash + strlen(hash));
    return json_object_set_new(data, "style_hash", json_string(hash)) ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

static cdr_status add_piece(void *arg, const char *svg, size_t len, cdr_err *err)
{
    json_t *list = arg;
    if (json_array_size(list) >= PIECES_MAX)
        return CDR_DONE;
    return json_array_append_new(list, json_pack("{s:b, s:s%}", "first", (int)(json_array_size(list) == 0), "svg", svg, len)) ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

static cdr_status put_pieces(json_t *data, const char *key, const cdr_svg_flow *flow, double ratio, cdr_err *err)
{
    json_t *list = json_array();
    if (!list || json_object_set_new(data, key, list))
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_svg_flow_pieces(flow, ratio, add_piece, list, err);
    json_object_set_new(data, "cut", json_boolean(s == CDR_DONE));
    return s == CDR_DONE ? CDR_OK : s;
}

/* On paper a chart fills pages across or upright, whichever leaves its words larger; on the screen it is one. A page for the screen may be printed, too: it has both. */
static cdr_status put_charts(json_t *data, const cdr_playbook *p, const cdr_outline *o, bool paper, cdr_err *err)
{
    enum { UPRIGHT_MAX = 980 };
    cdr_arena *a _cleanup_(cdr_arena_freep) = cdr_arena_new(64u << 20);
    cdr_svg_flow flow;
    double width = 0, height = 0, axis = 0.5;
    if (!a)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_show_flow(p, o, false, a, &flow, err);
    if (s == CDR_OK)
        s = cdr_svg_flow_size(&flow, &width, &height, &axis, err);
    if (s != CDR_OK)
        return s;
    bool across = width > UPRIGHT_MAX;
    json_object_set_new(data, "across", json_boolean(across));
    json_object_set_new(data, "wide", json_boolean(across));
    json_object_set_new(data, "start", json_integer((json_int_t)(100 * axis + 0.5)));
    if (!paper)
        s = put_pieces(data, "charts", &flow, 1e9, err);
    flow.id = paper ? flow.id : "print";
    return s == CDR_OK ? put_pieces(data, paper ? "charts" : "prints", &flow, across ? 0.57 : 1.24, err) : s;
}

static void put_words(json_t *data, const cdr_show_page *page)
{
    cdr_buf date _cleanup_buf_ = CDR_BUF(100);
    cdr_words_date(&date, page->now_us);
    json_object_set_new(data, "made", json_string(date.data ? date.data : ""));
    json_object_set_new(data, "organisation", json_string(page->organisation ? page->organisation : ""));
    const char *version = cdr_json_str(data, "version"), *title = cdr_json_str(data, "title");
    json_object_set_new(data, "page_title", json_string(title ? title : ""));
    /* Lines to write on. */
    json_t *lines = json_array();
    for (int i = 0; lines && i < 24; i++)
        json_array_append_new(lines, json_true());
    json_object_set_new(data, "lines", lines);
    json_object_set_new(data, "version_day", json_sprintf("%.10s", version ? version : ""));
}

/* A row of the table of whom to call, with the first of ${page} who has the role. */
static json_t *row_of(const cdr_show_page *page, const char *role)
{
    const cdr_show_person *found = NULL;
    for (size_t i = 0; i < page->people_count && !found; i++)
        found = strcmp(cdr_duty_role_label(page->people[i].role), role) ? NULL : &page->people[i];
    return json_pack("{s:s, s:s, s:s}", "role", role, "name", found && found->name ? found->name : "", "phone", found && found->phone ? found->phone : "");
}

static bool in_list(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (json_string_value(item) && !strcmp(json_string_value(item), text))
            return true;
    return false;
}

/* The roles of the playbook, then whoever else is named: the deputy is called when something is late, whether or not a step is hers. */
static cdr_status put_people(json_t *data, const cdr_show_page *page, cdr_err *err)
{
    const json_t *roles = json_object_get(data, "roles");
    json_t *rows = json_array(), *role;
    size_t i;
    bool good = rows != NULL;
    json_array_foreach(roles, i, role)
        good = good && !json_array_append_new(rows, row_of(page, json_string_value(role) ? json_string_value(role) : ""));
    for (i = 0; i < page->people_count; i++)
        if (!in_list(roles, cdr_duty_role_label(page->people[i].role)))
            good = good && !json_array_append_new(rows, row_of(page, cdr_duty_role_label(page->people[i].role)));
    json_object_set_new(data, "named", json_boolean(page->people_count > 0));
    return json_object_set_new(data, "people", rows) || !good ? cdr_fail_nomem(err, "playbook") : CDR_OK;
}

/* Names in sections of the templates: {{#is_step}}. */
static void mark_kinds(json_t *data)
{
    size_t i;
    json_t *n;
    json_array_foreach(json_object_get(data, "steps"), i, n) {
        const char *kind = cdr_json_str(n, "kind");
        json_int_t depth = json_integer_value(json_object_get(n, "depth"));
        json_object_set_new(n, "is_step", json_boolean(!strcmp(kind, "step")));
        json_object_set_new(n, "is_branch", json_boolean(!strcmp(kind, "branch")));
        json_object_set_new(n, "is_goto", json_boolean(!strcmp(kind, "goto")));
        json_object_set_new(n, "is_end", json_boolean(!strcmp(kind, "end")));
        json_object_set_new(n, "level", json_integer(CDR_MIN(depth, 4)));
        json_object_set_new(n, "has_late", json_boolean(json_array_size(json_object_get(n, "late")) > 0));
    }
}

cdr_status cdr_show_page_write(const cdr_playbook *p, const cdr_show_page *page, cdr_buf *out, cdr_err *err)
{
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    json_t *data _cleanup_json_ = NULL;
    cdr_template *t _cleanup_(cdr_template_freep) = NULL;
    cdr_template_source source;
    cdr_status s = cdr_outline_new(p, &o, err);
    if (s == CDR_OK && !(data = cdr_show_data(p, &o)))
        s = cdr_fail_nomem(err, "playbook");
    if (s == CDR_OK)
        s = put_style(data, err);
    if (s == CDR_OK)
        s = put_charts(data, p, &o, page->paper, err);
    if (s == CDR_OK)
        s = put_people(data, page, err);
    if (s != CDR_OK)
        return s;
    put_words(data, page);
    mark_kinds(data);
    if (!cdr_page_find(NULL, page->paper ? "playbook_sheet.html" : "playbook.html", &source))
        return cdr_fail(err, CDR_E_CORRUPT, "playbook", "playbook.no-page", "This build lacks its pages for playbooks; build it again.");
    s = cdr_template_new(&source, CDR_TEMPLATE_PAGE | CDR_TEMPLATE_LENIENT, cdr_page_find, NULL, &t, err);
    return s == CDR_OK ? cdr_template_render_buf(t, data, out, err) : s;
}
