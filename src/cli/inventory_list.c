/* SPDX-License-Identifier: Apache-2.0 */
/* candor inventory list: parties, systems, datasets, activities. */
#include "cli/inventory.h"

#include "base/sketch.h"
#include "base/text.h"
#include "detect/observation.h"
#include "detect/path_value.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; cdr_inventory *inv; cdr_text_table *table; json_t *list; cdr_arena *arena; cdr_path_masker *masker; char shown[8192]; } listing;

/* A value in the name of a file is masked; its number leads to it. */
static const char *display(listing *l, const char *path, int64_t object)
{
    const char *plain = cdr_inventory_display(l->inv, path), *masked = cdr_path_mask(l->masker, plain);
    if (masked == plain || !object)
        return masked;
    snprintf(l->shown, sizeof l->shown, "%s (object:%lld)", masked, (long long)object);
    return l->shown;
}

static cdr_status append(listing *l, json_t *j)
{
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

/* --- parties, activities --- */

static void field_cells(listing *l, const cdr_record *r, const void *obj, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(1 << 16);
        cdr_field_text(cdr_record_field(r, names[i]), obj, &text);
        cdr_text_table_cell(l->table, text.data);
    }
}

static const char *const party_columns[] = {"key", "name", "kind", "country", "agreement", "agreement_until"};
static const char *const activity_columns[] = {"key", "purpose", "lawful_basis", "retention.period", "systems", "categories"};

static cdr_status list_party(void *arg, const cdr_party *p)
{
    listing *l = arg;
    json_t *j;
    if (!l->list) {
        field_cells(l, &cdr_party_record, p, party_columns, CDR_COUNT(party_columns));
        return CDR_OK;
    }
    cdr_status s = cdr_entity_json(NULL, CDR_ENTITY_PARTY, p, &j, &l->cli->err);
    return s == CDR_OK ? append(l, j) : s;
}

static cdr_status list_activity(void *arg, const cdr_activity *a)
{
    listing *l = arg;
    json_t *j;
    if (!l->list) {
        field_cells(l, &cdr_activity_record, a, activity_columns, CDR_COUNT(activity_columns));
        return CDR_OK;
    }
    cdr_status s = cdr_record_to_json(&cdr_activity_record, a, &j, &l->cli->err);
    return s == CDR_OK ? append(l, j) : s;
}

/* --- systems --- */

static json_t *families_json(const uint64_t by_family[CDR_FAMILY__MAX])
{
    json_t *j = json_object();
    for (size_t f = 1; j && f < CDR_FAMILY__MAX; f++)
        if (by_family[f] && json_object_set_new(j, cdr_family_name((cdr_family)f), json_integer((json_int_t)by_family[f]))) {
            json_decref(j);
            return NULL;
        }
    return j;
}

static json_t *holders_json(const cdr_inv_system *s)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < s->holder_count; i++)
        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "party", s->holders[i].party, "name", s->holders[i].name, "relation", s->holders[i].relation))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *system_json(listing *l, const cdr_inv_system *s)
{
    json_t *j = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:s}", "key", s->key, "name",
                          s->registered ? s->name : display(l, s->name, 0), "registered", (int)s->registered, "owner", s->owner, "location", s->location,
                          "country", s->country, "backup_of", s->backup_of, "system_of_record", (int)s->system_of_record, "holders", holders_json(s), "objects",
                          (json_int_t)s->objects, "with_findings", (json_int_t)s->with_findings, "partial", (json_int_t)s->partial, "skipped", (json_int_t)s->skipped,
                          "bytes", (json_int_t)s->bytes, "people_min", (json_int_t)s->people_min, "people_max", (json_int_t)s->people_max, "approximate", (int)(s->people_error > 0), "values",
                          families_json(s->by_family), "provenance", s->provenance);
    if (j && s->encrypted >= 0)
        json_object_set_new(j, "encrypted", json_boolean(s->encrypted));
    return j;
}

static void people_cell(cdr_text_table *t, uint64_t least, uint64_t most, double error)
{
    const char *about = error > 0 ? "about " : "";
    if (least == most)
        cdr_text_table_cellf(t, "%s%llu", about, (unsigned long long)most);
    else
        cdr_text_table_cellf(t, "%s%llu-%llu", about, (unsigned long long)least, (unsigned long long)most);
}

static void system_row(listing *l, const cdr_inv_system *s)
{
    cdr_text_table *t = l->table;
    _cleanup_buf_ cdr_buf holders = CDR_BUF(4096);
    static const char *const words[2][4] = {{"is responsible", "hosts", "stores", "shares"}, {"are responsible", "host", "store", "share"}};
    for (size_t i = 0; i < s->holder_count; i++) {
        const cdr_inv_holder *h = &s->holders[i];
        size_t relation = 0;
        while (relation < 3 && strcmp(h->relation, cdr_relation_names[relation]))
            relation++;
        cdr_buf_addf(&holders, "%s%s %s", i ? ", " : "", h->is_us ? "we" : h->party, words[h->is_us][relation]);
    }
    cdr_text_table_cell(t, s->registered ? s->key : "(unregistered)");
    cdr_text_table_cell(t, s->registered ? s->name : display(l, s->name, 0));
    cdr_text_table_cellf(t, "%llu", (unsigned long long)s->objects);
    people_cell(t, s->people_min, s->people_max, s->people_error);
    cdr_text_table_cell(t, s->encrypted > 0 ? "yes" : s->encrypted == 0 ? "no" : "unknown");
    cdr_text_table_cell(t, holders.data);
}

static cdr_status list_systems(listing *l)
{
    cdr_inv_overview v;
    cdr_status s = cdr_inventory_overview(l->inv, l->arena, &v, &l->cli->err);
    for (size_t i = 0; s == CDR_OK && i < v.system_count; i++) {
        if (l->list)
            s = append(l, system_json(l, &v.systems[i]));
        else
            system_row(l, &v.systems[i]);
    }
    return s;
}

/* --- datasets --- */

static const char *coverage_name(int coverage)
{
    return coverage == CDR_COVERAGE_COMPLETE ? "complete" : coverage == CDR_COVERAGE_PARTIAL ? "partial" : "skipped";
}

static cdr_status list_dataset(void *arg, const cdr_inv_dataset *d)
{
    listing *l = arg;
    if (l->list)
        return append(l, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "object", (json_int_t)d->id, "path",
                                   cdr_path_mask(l->masker, d->path), "format", d->format, "system", d->system,
                                   "coverage", coverage_name(d->coverage), "reason", d->reason, "size", (json_int_t)d->size, "rows", (json_int_t)d->rows, "people_min",
                                   (json_int_t)d->people_min, "people_max", (json_int_t)d->people_max, "approximate",
                                   (int)(d->people_max >= CDR_SKETCH_EXACT), "high", (json_int_t)d->findings[CDR_BAND_HIGH], "medium",
                                   (json_int_t)d->findings[CDR_BAND_MEDIUM], "low", (json_int_t)d->findings[CDR_BAND_LOW], "suppressed", (json_int_t)d->suppressed,
                                   "provenance", d->provenance));
    _cleanup_buf_ cdr_buf families = CDR_BUF(1024);
    for (size_t f = 1; f < CDR_FAMILY__MAX; f++)
        if (d->families & CDR_FAMILY_BIT(f))
            cdr_buf_addf(&families, "%s%s", families.len ? ", " : "", cdr_family_name((cdr_family)f));
    cdr_text_table_cell(l->table, display(l, d->path, d->id));
    cdr_text_table_cell(l->table, *d->system ? d->system : "(unregistered)");
    people_cell(l->table, d->people_min, d->people_max, d->people_max >= CDR_SKETCH_EXACT);
    cdr_text_table_cellf(l->table, "%llu", (unsigned long long)(d->findings[CDR_BAND_HIGH] + d->findings[CDR_BAND_MEDIUM]));
    cdr_text_table_cell(l->table, d->coverage == CDR_COVERAGE_COMPLETE ? families.data : coverage_name(d->coverage));
    return CDR_OK;
}

static cdr_status list_datasets(listing *l)
{
    bool all = cdr_opt_flag(l->cli, "all");
    cdr_inv_filter f = {.system = cdr_opt_text(l->cli, "system"), .unregistered = cdr_opt_flag(l->cli, "unregistered"), .min_band = all ? CDR_BAND_LOW : CDR_BAND_MEDIUM};
    if (f.system) {
        cdr_any_entity obj;
        cdr_status s = cdr_inventory_get(l->inv, CDR_ENTITY_SYSTEM, f.system, &obj, &l->cli->err);
        cdr_record_done(&cdr_system_record, &obj);
        if (s != CDR_OK)
            return s;
    }
    return cdr_inventory_each_dataset(l->inv, &f, list_dataset, l, &l->cli->err);
}

/* --- which of them --- */

static const char *const headings[CDR_ENTITY__MAX][7] = {
    {"KEY", "NAME", "KIND", "COUNTRY", "AGREEMENT", "UNTIL", NULL},
    {"KEY", "NAME", "OBJECTS", "PEOPLE", "ENCRYPTED", "HELD BY", NULL},
    {"KEY", "PURPOSE", "LAWFUL BASIS", "KEPT FOR", "SYSTEMS", "CATEGORIES", NULL},
    {"OBJECT", "SYSTEM", "PEOPLE", "FINDINGS", "KINDS", NULL},
};

static cdr_status fill(listing *l, cdr_entity e)
{
    switch (e) {
    case CDR_ENTITY_PARTY: return cdr_inventory_each_party(l->inv, list_party, l, &l->cli->err);
    case CDR_ENTITY_SYSTEM: return list_systems(l);
    case CDR_ENTITY_ACTIVITY: return cdr_inventory_each_activity(l->inv, list_activity, l, &l->cli->err);
    case CDR_ENTITY_DATASET: return list_datasets(l);
    case CDR_ENTITY__MAX: break;
    }
    return CDR_OK;
}

static cdr_exit list(cdr_cli *cli, listing *l, cdr_entity e)
{
    size_t columns = 0;
    while (headings[e][columns])
        columns++;
    l->arena = cdr_arena_new(1u << 28);
    l->table = cdr_text_table_new(columns);
    l->list = cli->json ? json_array() : NULL;
    cdr_status s = l->arena && l->table && (!cli->json || l->list) ? cdr_inventory_open(cli->ws, &l->inv, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_path_masker_new(&l->masker, &cli->err);
    for (size_t i = 0; s == CDR_OK && i < columns; i++)
        cdr_text_table_cell(l->table, headings[e][i]);
    if (s == CDR_OK)
        s = fill(l, e);
    if (s == CDR_OK && !cli->json)
        s = cdr_text_table_print(l->table, cli, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:O}", cdr_entity_plural(e), l->list), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    static const char *const words[] = {"parties", "systems", "datasets", "activities"};
    cdr_entity e = CDR_ENTITY_SYSTEM;
    if (cli->argc == 1 && !cdr_entity_by_word(cli->argv[0], &e)) {
        const char *near = cdr_text_nearest(cli->argv[0], words, CDR_COUNT(words));
        return near ? cdr_cli_usage(cli, "candor inventory list shows parties, systems, datasets or activities; did you mean %s?", near)
                    : cdr_cli_usage(cli, "candor inventory list shows parties, systems, datasets or activities.");
    }
    listing l = {.cli = cli};
    cdr_exit code = list(cli, &l, e);
    cdr_inventory_close(l.inv);
    cdr_text_table_free(l.table);
    cdr_arena_free(l.arena);
    cdr_path_masker_free(l.masker);
    json_decref(l.list);
    return code;
}

static const cdr_opt options[] = {
    {"system", 's', CDR_OPT_TEXT, "KEY", NULL, "datasets: only those of this system"},
    {"unregistered", 'u', CDR_OPT_FLAG, NULL, NULL, "datasets: only those that no system claims"},
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "datasets: those without findings too"},
    {0},
};

const cdr_cmd cdr_cmd_inventory_list = {
    .path = "inventory list",
    .group = "Know",
    .summary = "list systems, parties, activities, or what was found where",
    .args = "[parties|systems|datasets|activities]",
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Systems come with the number of objects and people found in them and with who holds them; folders that hold customer data but belong to no system "
                   "stand below them as unregistered. Two numbers of people are the least and the most: whom a record means cannot always be told. Beyond 200,000 they are estimates (about).",
    .examples = "  candor inventory list\n  # what was found outside every system\n  candor inventory list datasets --unregistered\n  candor inventory list parties --json\n",
    .json_shape = "  {\"systems\": [{\"key\": \"crm\", \"name\": \"Customer list\", \"registered\": true, \"holders\": [{\"party\": \"us\", \"relation\": \"responsible\"}], \"objects\": 3,\n"
                  "    \"people_min\": 5000, \"people_max\": 5000, \"values\": {\"contact\": 9871}}]}\n",
    .run = run,
};
