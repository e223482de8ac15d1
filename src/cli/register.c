/* SPDX-License-Identifier: Apache-2.0 */
/* candor register show, candor register export: the record of processing activities. */
#include "base/io.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "core/report/register.h"

#include <string.h>

static const struct { const char *word; cdr_register_format format; cdr_register_shape shape; } formats[] = {
    {"ico", CDR_REGISTER_ICO, CDR_SHAPE_CSV}, {"cnil", CDR_REGISTER_CNIL, CDR_SHAPE_MARKDOWN}, {"minimum", CDR_REGISTER_MINIMUM, CDR_SHAPE_MARKDOWN}, {"dpv", CDR_REGISTER_DPV, CDR_SHAPE_JSON}};
static const struct { const char *ending; cdr_register_shape shape; } endings[] = {
    {".csv", CDR_SHAPE_CSV}, {".md", CDR_SHAPE_MARKDOWN}, {".html", CDR_SHAPE_HTML}, {".htm", CDR_SHAPE_HTML}, {".json", CDR_SHAPE_JSON}, {".jsonld", CDR_SHAPE_JSON}};

/* The shape by the name of the file; without one that is known, what the format is mostly written as. */
static cdr_register_shape shape_of(const char *out, cdr_register_shape usual)
{
    size_t len = out ? strlen(out) : 0;
    for (size_t i = 0; i < CDR_COUNT(endings); i++) {
        size_t n = strlen(endings[i].ending);
        if (len > n && !strcasecmp(out + len - n, endings[i].ending))
            return endings[i].shape;
    }
    return usual;
}

static cdr_status read_register(cdr_cli *cli, cdr_arena *arena, cdr_register *ret)
{
    cdr_inventory *inv = NULL;
    cdr_status s = arena ? cdr_inventory_open(cli->ws, &inv, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_register_read(inv, arena, ret, &cli->err);
    cdr_inventory_close(inv);
    return s;
}

static size_t count_of(const cdr_register *r, bool processor)
{
    size_t n = 0;
    for (size_t i = 0; i < r->activity_count; i++)
        n += r->activities[i].processor == processor;
    return n;
}

static cdr_exit tell_export(cdr_cli *cli, const char *out, const cdr_buf *text, size_t count)
{
    if (!out && !cli->json) {
        cdr_cli_print(cli, "%s", text->data ? text->data : "");
        return CDR_EXIT_OK;
    }
    _cleanup_free_ char *shown = cdr_cli_shown(out ? out : "");
    const char *format = cdr_opt_text(cli, "format"), *role = cdr_opt_text(cli, "role");
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:I, s:s}", "format", format, "role", role, "activities", (json_int_t)count, out ? "file" : "text",
                                                 out ? (shown ? shown : "") : text->data ? text->data : ""), CDR_EXIT_OK);
    cdr_cli_say(cli, "Wrote %s: %zu activit%s.\n", shown ? shown : "", count, count == 1 ? "y" : "ies");
    return CDR_EXIT_OK;
}

static cdr_exit run_export(cdr_cli *cli)
{
    const char *out = cdr_opt_text(cli, "out"), *as_of = cdr_opt_text(cli, "as-of"), *format = cdr_opt_text(cli, "format");
    bool processor = !strcmp(cdr_opt_text(cli, "role"), "processor");
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new((size_t)256 << 20);
    _cleanup_buf_ cdr_buf text = CDR_BUF(256u << 20);
    cdr_register r;
    size_t f = 0;
    int64_t at = cdr_now_us(&cli->ctx);
    if (!format)
        return cdr_cli_usage(cli, "Say which form the register shall have: --format ico, cnil, minimum or dpv.");
    while (f + 1 < CDR_COUNT(formats) && strcmp(formats[f].word, format))
        f++;
    if (as_of && !cdr_time_parse(as_of, &at))
        return cdr_cli_usage(cli, "--as-of wants a date such as 2027-03-14.");
    cdr_status s = read_register(cli, arena, &r);
    if (s == CDR_OK)
        s = cdr_register_write(&r, processor, formats[f].format, shape_of(out, formats[f].shape), at, &text, &cli->err);
    if (s == CDR_OK && out)
        s = cdr_file_write(out, text.data ? text.data : "", text.len, 0600, &cli->err);
    return s == CDR_OK ? tell_export(cli, out, &text, count_of(&r, processor)) : cdr_cli_fail(cli, s);
}

#define ROLE {"role", 'r', CDR_OPT_CHOICE, "controller|processor", "controller", "what you do for yourself, or what you do for others"}

static const cdr_opt export_options[] = {
    {"format", 'f', CDR_OPT_CHOICE, "ico|cnil|minimum|dpv", NULL, "the form of the register"},
    ROLE,
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write to FILE instead of standard output; its ending says in which shape"},
    {"as-of", 0, CDR_OPT_TEXT, "DATE", NULL, "date the register bears; the declarations are those of now"},
    {0},
};

const cdr_cmd cdr_cmd_register_export = {
    .path = "register export",
    .group = "Tell",
    .summary = "write the record of processing activities for an authority",
    .max_args = 0,
    .opts = export_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "The record under GDPR Art. 30, from the activities of the inventory. The formats are:\n\n"
                   "ico: the 30 columns of the UK regulator's template as CSV, who is responsible above them; with --role processor the columns of Art. 30(2).\n"
                   "cnil: one sheet for each activity with the headings of the French regulator's model, as Markdown or HTML.\n"
                   "minimum: the seven columns that the law asks for, as Markdown or CSV.\n"
                   "dpv: JSON-LD in the words of the W3C Data Privacy Vocabulary 2.3.\n\nWhat the inventory does not say stays empty or is told as not said. Name an officer or a "
                   "representative by declaring parties with the keys dpo and representative.",
    .examples = "  candor register export --format ico --out register.csv\n  # sheets to read, on screen or on paper\n  candor register export --format cnil --out register.html\n"
                "  # what you do for others\n  candor register export --format ico --role processor\n",
    .json_shape = "  {\"format\": \"ico\", \"role\": \"controller\", \"activities\": 4, \"text\": \"…\"}   or, with --out, \"file\": \"register.csv\"\n",
    .run = run_export,
};

static json_t *list_json(const cdr_reg_list *l)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < l->count; i++)
        if (json_array_append_new(list, json_string(l->at[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *activity_json(const cdr_register *r, const cdr_reg_activity *x)
{
    const char *served = x->processor ? cdr_register_served(r, x) : "";
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "key", x->key, "purpose", x->purpose, "function", x->function, "controllers", served ? served : "",
                     "lawful_basis", x->lawful_basis, "special_condition", x->special_condition, "subjects", list_json(&x->subjects), "categories", list_json(&x->categories), "recipients",
                     x->nobody_receives ? json_pack("[s]", CDR_NOBODY) : list_json(&x->recipients), "transfers", list_json(&x->transfers), "safeguards", x->transfer_safeguards, "retention", x->retention, "security", list_json(&x->safeguards),
                     "systems", list_json(&x->system_keys));
}

static cdr_exit show_json(cdr_cli *cli, const cdr_register *r, bool processor)
{
    json_t *list = json_array();
    bool good = list;
    for (size_t i = 0; good && i < r->activity_count; i++)
        if (r->activities[i].processor == processor)
            good = !json_array_append_new(list, activity_json(r, &r->activities[i]));
    if (!good) {
        json_decref(list);
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    }
    cdr_register_head h = cdr_register_head_of(r, 0);
    return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "role", processor ? "processor" : "controller", "organisation", h.org, "contact", h.contact, "country", h.country,
                                             "dpo", h.dpo, "representative", h.representative, "activities", list), CDR_EXIT_OK);
}

static cdr_exit run_show(cdr_cli *cli)
{
    bool processor = !strcmp(cdr_opt_text(cli, "role"), "processor");
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new((size_t)256 << 20);
    _cleanup_buf_ cdr_buf text = CDR_BUF(64u << 20);
    cdr_register r;
    cdr_status s = read_register(cli, arena, &r);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return show_json(cli, &r, processor);
    cdr_register_show(&r, processor, cli->width, &text);
    if (cdr_buf_status(&text) != CDR_OK)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    cdr_cli_print(cli, "%s", text.data ? text.data : "");
    return CDR_EXIT_OK;
}

static const cdr_opt show_options[] = {ROLE, {0}};

const cdr_cmd cdr_cmd_register_show = {
    .path = "register show",
    .group = "Tell",
    .summary = "show the record of processing activities",
    .max_args = 0,
    .opts = show_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "What you do with people's data, activity by activity, as the inventory declares it. What must be said and is not stands there as not said.",
    .examples = "  candor register show\n  candor register show --role processor\n",
    .json_shape = "  {\"role\": \"controller\", \"organisation\": \"…\", \"contact\": \"…\", \"country\": \"US\", \"dpo\": \"\", \"representative\": \"\",\n"
                  "   \"activities\": [{\"key\": \"orders\", \"purpose\": \"…\", \"lawful_basis\": \"contract\", \"categories\": [\"user.name\"], \"retention\": \"6 years\", …}]}\n",
    .run = run_show,
};
