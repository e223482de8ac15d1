/* SPDX-License-Identifier: Apache-2.0 */
/* candor inventory show: all about one party, system, activity or object. */
#include "cli/inventory.h"

#include "base/sketch.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* --- entities --- */

static void print_fields(cdr_cli *cli, const cdr_record *r, const void *obj)
{
    for (size_t i = 0; i < r->count; i++) {
        const cdr_field *f = &r->fields[i];
        _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 20), safe = CDR_BUF(4u << 20);
        if (f->type == CDR_F_ID)
            continue;
        cdr_field_text(f, obj, &text);
        cdr_text_escape(&safe, text.data ? text.data : "", text.len);
        if (text.len > 0 && strcmp(text.data, "unknown"))
            cdr_cli_print(cli, "%-34s %s\n", f->label, safe.data);
    }
}

typedef struct holder_print { cdr_cli *cli; const char *key; } holder_print;

static cdr_status print_holder(void *arg, const cdr_system *s, const cdr_holding *holders, size_t count)
{
    const holder_print *a = arg;
    if (strcmp(s->key, a->key) != 0)
        return CDR_OK;
    for (size_t i = 0; i < count; i++)
        cdr_cli_print(a->cli, "%-34s %s %s\n", i ? "" : "Held by", holders[i].party, cdr_relation_names[holders[i].relation]);
    return CDR_DONE;
}

static cdr_status show_entity(cdr_cli *cli, cdr_inventory *inv, cdr_entity e, const char *key, json_t **ret_json)
{
    cdr_any_entity obj;
    cdr_status s = cdr_inventory_get(inv, e, key, &obj, &cli->err);
    if (s != CDR_OK)
        return s;
    holder_print a = {cli, key};
    if (cli->json)
        s = cdr_entity_json(inv, e, &obj, ret_json, &cli->err);
    else {
        print_fields(cli, cdr_entity_record(e), &obj);
        if (e == CDR_ENTITY_SYSTEM)
            s = cdr_inventory_each_declared_system(inv, print_holder, &a, &cli->err);
    }
    cdr_record_done(cdr_entity_record(e), &obj);
    return s;
}

/* --- objects --- */

typedef struct showing { cdr_cli *cli; cdr_inventory *inv; const char *path; bool found; json_t *json, *findings; cdr_text_table *table; } showing;

static cdr_status show_dataset(void *arg, const cdr_inv_dataset *d)
{
    showing *x = arg;
    if (strcmp(d->path, x->path) != 0)
        return CDR_OK;
    x->found = true;
    if (x->cli->json) {
        x->json = json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:s, s:s}", "object", (json_int_t)d->id, "path", d->path, "format", d->format, "system", d->system, "reason", d->reason, "size",
                            (json_int_t)d->size, "rows", (json_int_t)d->rows, "people_min", (json_int_t)d->people_min, "people_max", (json_int_t)d->people_max, "approximate",
                            (int)(d->people_max >= CDR_SKETCH_EXACT), "provenance", d->provenance, "evidence", d->evidence);
        return x->json ? CDR_DONE : cdr_fail_nomem(&x->cli->err, "cli");
    }
    char people[64] = "none seen";
    if (d->people_max > d->people_min)
        snprintf(people, sizeof people, "%llu to %llu", (unsigned long long)d->people_min, (unsigned long long)d->people_max);
    else if (d->people_max)
        snprintf(people, sizeof people, "%llu", (unsigned long long)d->people_max);
    cdr_cli_print(x->cli, "%-12s %s\n%-12s %s\n%-12s %s\n%-12s %llu byte%s, %llu row%s\n%-12s %s\n%-12s %s %s\n", "Object", d->path, "System",
                  *d->system ? d->system_name : "none: unregistered", "Format", d->format, "Size", (unsigned long long)d->size, d->size == 1 ? "" : "s",
                  (unsigned long long)d->rows, d->rows == 1 ? "" : "s", "People", people, "Seen", d->provenance, d->evidence);
    if (*d->reason)
        cdr_cli_print(x->cli, "%-12s %s\n", "Not all read", d->reason);
    return CDR_DONE;
}

static cdr_status show_finding(void *arg, const cdr_inv_finding *f)
{
    showing *x = arg;
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    const char *title = f->kind ? k->title : f->kind_id, *masked = f->sample_count ? f->samples[0].masked : "";
    if (strcmp(f->path, x->path) != 0)
        return CDR_OK;
    if (x->cli->json)
        return json_array_append_new(x->findings, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:s}", "field", f->field, "kind", f->kind_id, "category",
                                                            k->category, "detector", f->rule_name, "high", (json_int_t)f->by_band[CDR_BAND_HIGH], "medium",
                                                            (json_int_t)f->by_band[CDR_BAND_MEDIUM], "low", (json_int_t)f->by_band[CDR_BAND_LOW], "suppressed",
                                                            (json_int_t)f->suppressed, "distinct", (json_int_t)f->distinct, "confidence", (double)f->confidence, "masked", masked))
                   ? cdr_fail_nomem(&x->cli->err, "cli") : CDR_OK;
    cdr_text_table_cell(x->table, *f->field ? f->field : "(text)");
    if (*f->rule_name)
        cdr_text_table_cellf(x->table, "%s (%s)", f->rule_title, f->rule_name);
    else
        cdr_text_table_cell(x->table, title);
    cdr_text_table_cellf(x->table, "%llu/%llu/%llu", (unsigned long long)f->by_band[CDR_BAND_HIGH], (unsigned long long)f->by_band[CDR_BAND_MEDIUM],
                         (unsigned long long)f->by_band[CDR_BAND_LOW]);
    cdr_text_table_cellf(x->table, "%llu", (unsigned long long)f->distinct);
    cdr_text_table_cell(x->table, masked);
    return CDR_OK;
}

static cdr_status show_parts(showing *x)
{
    static const char *const headings[] = {"FIELD", "KIND", "HIGH/MEDIUM/LOW", "DISTINCT", "FOR EXAMPLE"};
    cdr_inv_filter f = {.path = x->path};
    cdr_err *err = &x->cli->err;
    x->table = cdr_text_table_new(CDR_COUNT(headings));
    x->findings = json_array();
    cdr_status s = x->table && x->findings ? cdr_inventory_each_dataset(x->inv, &f, show_dataset, x, err) : cdr_fail_nomem(err, "cli");
    if (s == CDR_OK && !x->found)
        return cdr_cli_no_object(x->cli);
    for (size_t i = 0; i < CDR_COUNT(headings) && x->table; i++)
        cdr_text_table_cell(x->table, headings[i]);
    if (s == CDR_OK)
        s = cdr_inventory_each_finding(x->inv, &f, show_finding, x, err);
    if (s == CDR_OK && x->cli->json && json_object_set(x->json, "findings", x->findings))
        s = cdr_fail_nomem(err, "cli");
    if (s != CDR_OK || x->cli->json)
        return s;
    cdr_cli_print(x->cli, "\n");
    return cdr_text_table_print(x->table, x->cli, err);
}

static cdr_status show_object(cdr_cli *cli, cdr_inventory *inv, const char *what, json_t **ret_json)
{
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 20);
    showing x = {.cli = cli, .inv = inv};
    cdr_status s = arena ? cdr_cli_locate(cli, inv, what, arena, &x.path) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = show_parts(&x);
    cdr_text_table_free(x.table);
    json_decref(x.findings);
    if (s == CDR_OK)
        *ret_json = x.json;
    else
        json_decref(x.json);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    const char *what = cli->argv[0];
    cdr_inventory *inv = NULL;
    cdr_entity e;
    json_t *j = NULL;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    bool object = s == CDR_OK && cdr_cli_means_object(cli, inv, what);
    if (object)
        s = show_object(cli, inv, what, &j);
    else if (s == CDR_OK && (s = cdr_inventory_find(inv, what, &e, &cli->err)) == CDR_OK)
        s = show_entity(cli, inv, e, what, &j);
    cdr_inventory_close(inv);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, j, CDR_EXIT_OK) : CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_inventory_show = {
    .path = "inventory show",
    .group = "Know",
    .summary = "show all about one party, system, activity or object",
    .args = "KEY|PATH|object:N",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "KEY names a party, system or activity. PATH is an object that was found, as reports and candor inventory list datasets show it, whole or from the "
                   "current folder. Where a path itself holds a value, reports mask it and give a number: object:N shows the true path. What was found in each field is "
                   "shown with masked values.",
    .examples = "  candor inventory show crm\n  candor inventory show files/crm/customers-export.csv\n",
    .json_shape = "  {\"key\": \"crm\", \"name\": \"Customer list\", \"encrypted\": true, \"holders\": [{\"party\": \"us\", \"relation\": \"responsible\"}]}\n"
                  "  {\"path\": \"…\", \"format\": \"csv\", \"system\": \"crm\", \"people_min\": 5000, \"findings\": [{\"field\": \"email\", \"kind\": \"email\", \"high\": 5000}]}\n",
    .run = run,
};
