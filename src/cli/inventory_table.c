/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inventory.h"
#include "cli/policy_words.h"

#include "base/text.h"
#include "base/vec.h"

#include <string.h>

#define LAST_MIN 24   /* columns that are worth wrapping into */

CDR_VEC(cells, char *)

struct cdr_text_table { size_t columns; cells cells; bool failed; };

cdr_text_table *cdr_text_table_new(size_t columns)
{
    cdr_text_table *t = cdr_alloc(sizeof *t);
    if (t)
        t->columns = columns;
    return t;
}

void cdr_text_table_free(cdr_text_table *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->cells.len; i++)
        cdr_free(t->cells.at[i]);
    cells_done(&t->cells);
    cdr_free(t);
}

void cdr_text_table_cell(cdr_text_table *t, const char *text)
{
    cdr_buf safe = CDR_BUF(1 << 20);
    cdr_text_escape(&safe, text ? text : "", text ? strlen(text) : 0);
    char **slot = cells_push(&t->cells);
    if (!slot || !(*slot = cdr_buf_take(&safe)))
        t->failed = true;
    cdr_buf_done(&safe);
}

void cdr_text_table_cellf(cdr_text_table *t, const char *fmt, ...)
{
    cdr_buf text = CDR_BUF(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    cdr_text_table_cell(t, text.data);
    cdr_buf_done(&text);
}

cdr_status cdr_text_table_print(cdr_text_table *t, cdr_cli *cli, cdr_err *err)
{
    size_t widths[16] = {0};
    if (t->failed || t->columns > CDR_COUNT(widths))
        return cdr_fail_nomem(err, "cli");
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t width = cdr_text_width(t->cells.at[i]);
        widths[i % t->columns] = CDR_MAX(widths[i % t->columns], width);
    }
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t column = i % t->columns;
        if (column + 1 == t->columns) {
            cdr_cli_print(cli, "%s\n", t->cells.at[i]);
            continue;
        }
        int pad = (int)(widths[column] - cdr_text_width(t->cells.at[i])) + 2;
        cdr_cli_print(cli, "%s%*s", t->cells.at[i], pad, "");
    }
    return CDR_OK;
}

/* The last column goes on below itself, or, where too little room is left for that, on lines of its own. */
cdr_status cdr_text_table_print_wrapped(cdr_text_table *t, cdr_cli *cli, cdr_err *err)
{
    size_t widths[16] = {0}, at = 0, room = cli->width >= 40 ? cli->width - 2 : 78, columns = t->columns;
    if (t->failed || columns > CDR_COUNT(widths))
        return cdr_fail_nomem(err, "cli");
    for (size_t i = 0; i < t->cells.len; i++)
        widths[i % columns] = CDR_MAX(widths[i % columns], cdr_text_width(t->cells.at[i]));
    for (size_t k = 0; k + 1 < columns; k++)
        at += widths[k] + 2;
    if (at + widths[columns - 1] <= room)
        return cdr_text_table_print(t, cli, err);
    bool below = at + LAST_MIN > room;
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t column = i % columns;
        if (column + 1 < columns)
            cdr_cli_print(cli, "%s%*s", t->cells.at[i], column + 2 == columns && below && i >= columns ? 0 : (int)(widths[column] - cdr_text_width(t->cells.at[i])) + 2, "");
        else if (below && i >= columns) {      /* the heading stays where it is */
            cdr_cli_print(cli, "\n");
            cdr_cli_wrapped(cli, 4, 4, t->cells.at[i]);
        } else
            cdr_cli_wrapped(cli, 0, (int)at, t->cells.at[i]);
    }
    return CDR_OK;
}

bool cdr_entity_by_word(const char *word, cdr_entity *ret)
{
    for (cdr_entity e = 0; e < CDR_ENTITY__MAX; e++)
        if (!strcmp(word, cdr_entity_record(e)->name) || !strcmp(word, cdr_entity_plural(e))) {
            *ret = e;
            return true;
        }
    return false;
}

typedef struct looking { cdr_inventory *inv; const char *key; json_t *holders; cdr_err *err; } looking;

static cdr_status take_holders(void *arg, const cdr_system *s, const cdr_holding *holders, size_t count)
{
    looking *l = arg;
    cdr_status st = CDR_OK;
    if (strcmp(s->key, l->key) != 0)
        return CDR_OK;
    for (size_t i = 0; st == CDR_OK && i < count; i++) {
        json_t *h;
        st = cdr_record_to_json(&cdr_holder_record, &holders[i], &h, l->err);
        if (st == CDR_OK && json_array_append_new(l->holders, h))
            st = cdr_fail_nomem(l->err, "cli");
    }
    return st == CDR_OK ? CDR_DONE : st;
}

cdr_status cdr_entity_json(cdr_inventory *inv, cdr_entity e, const void *obj, json_t **ret, cdr_err *err)
{
    cdr_status s = cdr_record_to_json(cdr_entity_record(e), obj, ret, err);
    /* A program that reads on finds the key of an unknown number, too. */
    if (s == CDR_OK && e == CDR_ENTITY_PARTY && ((const cdr_party *)obj)->breach_notice_hours == 0)
        s = json_object_set_new(*ret, "breach_notice_hours", json_null()) ? cdr_fail_nomem(err, "cli") : CDR_OK;
    if (s != CDR_OK || e != CDR_ENTITY_SYSTEM)
        return s;
    looking l = {.inv = inv, .key = ((const cdr_system *)obj)->key, .holders = json_array(), .err = err};
    s = l.holders ? cdr_inventory_each_declared_system(inv, take_holders, &l, err) : cdr_fail_nomem(err, "cli");
    if (s == CDR_OK && !json_object_set(*ret, "holders", l.holders)) {
        json_decref(l.holders);
        return CDR_OK;
    }
    json_decref(l.holders);
    json_decref(*ret);
    *ret = NULL;
    return s == CDR_OK ? cdr_fail_nomem(err, "cli") : s;
}
