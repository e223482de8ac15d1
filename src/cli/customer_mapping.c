/* SPDX-License-Identifier: Apache-2.0 */
/* Which column is which field, as people check it before anything is stored. */
#include "base/text.h"
#include "cli/customer.h"
#include "detect/kinds.h"

#include <string.h>

static const char *field_key(const cdr_import_column *c)
{
    return c->field ? c->field->key : c->own;
}

/* "e-mail address"; NULL: left out. */
static const char *field_label(const cdr_import_column *c)
{
    return c->field ? c->field->label : c->own;
}

static const char *why(const cdr_import_map *m, uint32_t i)
{
    const cdr_import_column *c = &m->at[i];
    switch (c->why) {
    case CDR_IMPORT_BY_NAME: return "";
    case CDR_IMPORT_BY_VALUES: return "by its values";
    case CDR_IMPORT_GIVEN: return c->field ? "as you say" : "as you say, a new field of your own";
    case CDR_IMPORT_SECRET: return "left out: must not be kept (code, PIN, password or secret answer)";
    case CDR_IMPORT_TAKEN: return "left out: another column is that";
    case CDR_IMPORT_LEFT: return "left out, as you say";
    case CDR_IMPORT_DATE: return "since when the routes are on file";
    case CDR_IMPORT_UNKNOWN: return c->values ? "left out: no field that calls need" : "left out: empty";
    }
    return "";
}

static void show_row(const cdr_import_map *m, uint32_t i, int width, FILE *to)
{
    const cdr_import_column *c = &m->at[i];
    /* A name that looks like somebody's data is not repeated. */
    _cleanup_free_ char *shown = cdr_text_is_data(c->name, strlen(c->name)) ? cdr_asprintf("column %u", i + 1) : cdr_cli_shown(c->name);
    const char *reason = why(m, i);
    size_t used = shown ? cdr_text_width(shown) : 0;
    int gap = used < (size_t)width ? width - (int)used : 1;
    char cut[64];
    snprintf(cut, sizeof cut, "%s", field_label(c) ? field_label(c) : "-");
    bool last4 = c->field && c->field->id == CDR_FIELD_CARD_LAST4 && c->kind == CDR_K_CARD;
    if (last4)
        reason = "only the last four digits are kept";
    fprintf(to, "  %s%*s%-*s%s%s%s\n", shown ? shown : "", gap, "", *reason || i == m->key ? 24 : 0, cut, i == m->key ? "the key" : "", i == m->key && *reason ? ", " : "", reason);
}

void cdr_customer_mapping_show(cdr_cli *cli, const cdr_import_map *m, FILE *to)
{
    size_t width = 8;
    (void)cli;
    for (uint32_t i = 0; i < m->count; i++) {
        size_t w = cdr_text_width(m->at[i].name);
        width = CDR_MAX(width, CDR_MIN(w, (size_t)28));
    }
    fprintf(to, "  %-*sField\n", (int)width + 2, "Column");
    for (uint32_t i = 0; i < m->count; i++)
        show_row(m, i, (int)width + 2, to);
}

json_t *cdr_customer_mapping_json(const cdr_import_map *m)
{
    static const char *const words[] = {[CDR_IMPORT_UNKNOWN] = "unknown", [CDR_IMPORT_BY_NAME] = "name", [CDR_IMPORT_BY_VALUES] = "values", [CDR_IMPORT_GIVEN] = "given", [CDR_IMPORT_SECRET] = "must-not-be-kept",
                                        [CDR_IMPORT_TAKEN] = "taken", [CDR_IMPORT_LEFT] = "left-out", [CDR_IMPORT_DATE] = "on-file-since"};
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < m->count; i++) {
        const cdr_import_column *c = &m->at[i];
        const char *name = cdr_text_is_data(c->name, strlen(c->name)) ? "" : c->name;
        json_t *row = json_pack("{s:i, s:s, s:s?, s:s, s:b}", "column", (int)i + 1, "name", name, "field", field_key(c), "why", words[c->why], "key", (int)(i == m->key));
        if (!row || json_array_append_new(list, row)) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

bool cdr_customer_mapping_given(const cdr_import_map *m)
{
    bool any = false;
    for (uint32_t i = 0; i < m->count; i++) {
        any |= m->at[i].why == CDR_IMPORT_GIVEN;
        if (cdr_import_column_kept(&m->at[i]) && m->at[i].why != CDR_IMPORT_GIVEN)
            return false;
    }
    return any;
}
