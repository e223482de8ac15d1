/* SPDX-License-Identifier: Apache-2.0 */
/* The disclosure policy as one page: for each purpose a table of fields and levels. To print, and to hang up beside the telephone. */
#include "cli/disclosure.h"

#include "base/io.h"
#include "base/time.h"
#include "core/report/paper.h"
#include "template/template.h"

#include <string.h>

#define PAGE_MAX (4u << 20)

static const char *word_of(cdr_mode mode)
{
    static const char *const words[] = {"", "confirm", "to the record", "masked", "tell"};
    return words[mode];
}


/* A cell for each level: its word where it begins, and where it goes on. */
static json_t *row_of(const cdr_disclosure_policy *p, const cdr_disclosure_field *f, const char *purpose, const char *role, const char *channel, cdr_mode *ret_most)
{
    json_t *cells = json_array();
    cdr_mode before = CDR_MODE_NEVER;
    *ret_most = CDR_MODE_NEVER;
    for (int l = CDR_LEVEL_C0; cells && l <= CDR_LEVEL_C4; l++) {
        cdr_disclosure_answer a;
        cdr_disclosure_decide(p, &(cdr_disclosure_request){.field = f->key, .category = f->category, .unspoken = f->unspoken, .purpose = purpose, .role = role, .channel = channel, .level = (cdr_level)l,
                                                           .ground = cdr_disclosure_purpose_ground(p, purpose)}, &a);
        *ret_most = a.mode;
        json_array_append_new(cells, json_pack("{s:s, s:s, s:b}", "level", cdr_level_names[l], "word", word_of(a.mode), "new", (int)(a.mode != before)));
        before = a.mode;
    }
    return cells;
}

static json_t *rows_of(const cdr_disclosure_policy *p, const cdr_cli_fields *fields, const char *purpose, const char *role, const char *channel)
{
    json_t *rows = json_array();
    /* What is told most comes first: that is what people call for. */
    for (size_t k = 0; rows && k < fields->count * CDR_MODE_PLAIN; k++) {
        size_t i = k % fields->count;
        cdr_mode most;
        json_t *cells = row_of(p, &fields->at[i], purpose, role, channel, &most);
        if (most != CDR_MODE_PLAIN - k / fields->count)
            json_decref(cells);
        else if (json_array_append_new(rows, json_pack("{s:s, s:o}", "field", fields->at[i].label, "cells", cells))) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static json_t *purposes_of(const cdr_disclosure_policy *p, const cdr_cli_fields *fields, const char *role, const char *channel)
{
    const char *key, *label;
    json_t *all = json_array();
    for (size_t i = 0; all && (key = cdr_disclosure_purpose(p, i, &label)); i++) {
        json_t *rows = rows_of(p, fields, key, role, channel);
        bool any = json_array_size(rows) > 0;
        if (json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "key", key, "label", label, "needs", cdr_level_names[cdr_disclosure_purpose_level(p, key, NULL, 0)], "ground",
                                                 (int)cdr_disclosure_purpose_ground(p, key), "any", (int)any, "rows", rows))) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *flags_of(const cdr_disclosure_policy *p)
{
    const char *key, *does, *why;
    json_t *all = json_array();
    for (size_t i = 0; all && (key = cdr_disclosure_flag(p, i, &does, &why)); i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "key", key, "does", does, "why", why));
    return all;
}

static json_t *levels_of(const cdr_disclosure_policy *p)
{
    json_t *all = json_array();
    for (int l = CDR_LEVEL_C1; all && l <= CDR_LEVEL_C4; l++)
        json_array_append_new(all, json_pack("{s:s, s:s}", "level", cdr_level_names[l], "means", cdr_disclosure_level_means(p, (cdr_level)l)));
    return all;
}

cdr_status cdr_cli_disclosure_page(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_cli_fields *fields, const char *from, const char *role, const char *channel, const char *path)
{
    cdr_template_source source;
    char style[64], when[64];
    _cleanup_(cdr_template_freep) cdr_template *t = NULL;
    _cleanup_buf_ cdr_buf out = CDR_BUF(PAGE_MAX);
    cdr_err *err = &cli->err;
    if (!cdr_page_find(NULL, "disclosure.html", &source))
        return cdr_fail(err, CDR_E_CORRUPT, "cli", "disclosure.page", "This build lacks its template disclosure.html; build it again.");
    cdr_status s = cdr_paper_style(style, err);
    cdr_time_format_long(cdr_now_us(&cli->ctx), when);
    _cleanup_json_ json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "style_hash", style, "page_title", "Who may be told what", "from", from, "when", when, "role", role, "channel", channel,
                                            "levels", levels_of(p), "purposes", purposes_of(p, fields, role, channel), "flags", flags_of(p));
    if (s == CDR_OK && !data)
        s = cdr_fail_nomem(err, "cli");
    if (s == CDR_OK)
        s = cdr_template_new(&source, CDR_TEMPLATE_PAGE, cdr_page_find, NULL, &t, err);
    if (s == CDR_OK)
        s = cdr_template_render_buf(t, data, &out, err);
    return s == CDR_OK ? cdr_file_write(path, out.data, out.len, 0600, err) : s;
}
