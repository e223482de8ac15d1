/* SPDX-License-Identifier: Apache-2.0 */
/* Fields as somebody types them, or sends them as JSON: never from the command line. */
#include "base/csv.h"
#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/customer.h"
#include "cli/input.h"
#include "cli/prompt.h"
#include "core/vault/import_rows.h"

#include <errno.h>
#include <string.h>

#define INPUT_MAX ((size_t)4 << 20)

cdr_status cdr_customer_line(cdr_cli *cli, const char *prompt, const char *what, size_t max, cdr_secret **ret)
{
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, max, ret);
    if (s == CDR_DONE || (s == CDR_OK && !*ret))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.nothing", "No %s was given; type it at the prompt, or send it to standard input.", what);
    return s;
}

cdr_status cdr_customer_since(cdr_cli *cli, const char *text, int64_t *ret)
{
    cdr_date date;
    *ret = 0;
    if (!text)
        return CDR_OK;
    if (!cdr_import_date(text, strlen(text), CDR_ORDER_UNKNOWN, &date) || (*ret = cdr_days_from_date(date) * INT64_C(86400000000)) <= 0)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.date", "--on-file-since takes a date such as 2024-01-31.");
    if (*ret > cdr_now_us(&cli->ctx))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.date", "--on-file-since lies in the future.");
    return CDR_OK;
}

cdr_status cdr_customer_home(cdr_vault *v, int64_t customer, char ret[4], cdr_err *err)
{
    _cleanup_buf_ cdr_buf country = CDR_BUF(512);
    cdr_status s = cdr_vault_mask(v, customer, CDR_FIELD_COUNTRY, &country, err);   /* a country is shown as it is */
    const char *code = s == CDR_OK && country.len ? cdr_import_country_code(country.data, country.len) : NULL;
    snprintf(ret, 4, "%.3s", code ? code : "");
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* --- what was read, to the caller --- */

typedef struct taking {
    cdr_cli *cli; cdr_customer_typed_fn *fn; void *arg;
    const char *home;                      /* NULL: new customers */
    const cdr_vault_field *const *fields;  /* the only ones that may come */
    size_t count_named;                    /* 0: any */
    bool lines;
    uint64_t count;
    char last4[4];                         /* of a card number */
} taking;

static const cdr_vault_value *value_of(const cdr_vault_value *values, size_t count, uint16_t field)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].field == field)
            return &values[i];
    return NULL;
}

/* The last four follow the card number, which itself goes on only when that was asked for. ${ret}: CDR_VAULT_FIELDS_MAX + 1. */
static cdr_status settle_card(taking *t, const cdr_vault_value *values, size_t count, cdr_vault_value *ret, size_t *ret_count, cdr_err *err)
{
    const cdr_vault_value *card = value_of(values, count, CDR_FIELD_CARD), *said = value_of(values, count, CDR_FIELD_CARD_LAST4);
    cdr_vault_value last4 = {CDR_FIELD_CARD_LAST4, t->last4, 0};
    bool full = card && (!card->len || cdr_opt_flag(t->cli, "full-card"));
    size_t n = 0;
    for (size_t i = card ? card->len : 0; i > 0 && last4.len < sizeof t->last4; i--)
        if (card->text[i - 1] >= '0' && card->text[i - 1] <= '9')
            t->last4[sizeof t->last4 - ++last4.len] = card->text[i - 1];
    if (card && said && (said->len != last4.len || memcmp(said->text, t->last4, last4.len)))
        return cdr_fail(err, CDR_E_INVAL, "cli", "customer.card", "The last four do not end the card number; leave them out, they follow it.");
    for (size_t i = 0; i < count; i++)
        if (values[i].field <= CDR_FIELD_CARD && (values[i].field != CDR_FIELD_CARD || full))
            ret[n++] = values[i];
    if (card || said)
        ret[n++] = card ? last4 : *said;
    for (size_t i = 0; i < count; i++)
        if (values[i].field > CDR_FIELD_CARD_LAST4)
            ret[n++] = values[i];
    if (card && !full && !t->count && !t->cli->quiet)
        fprintf(stderr, "candor: Of a card number the last four digits are kept.\n");
    *ret_count = n;
    return CDR_OK;
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err)
{
    taking *t = arg;
    (void)line; (void)since_us;
    cdr_vault_value settled[CDR_VAULT_FIELDS_MAX + 1];
    size_t n = 0;
    cdr_status s = settle_card(t, values, count, settled, &n, err);
    if (s == CDR_OK)
        s = t->fn(t->arg, settled, n, err);
    cdr_wipe(t->last4, sizeof t->last4);
    t->count++;
    if (s != CDR_OK && err)
        t->cli->err = *err;
    return s == CDR_E_INVAL ? CDR_E_CANCELLED : s;   /* a fault of the row would be told with its line */
}

static cdr_status on_fault(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    taking *t = arg;
    if (f->column && t->lines)
        return cdr_fail(err, CDR_E_INVAL, "cli", "cli.field", "Line %llu, %.60s: %s.", (unsigned long long)f->line, f->column, f->what);
    return f->column ? cdr_fail(err, CDR_E_INVAL, "cli", "cli.field", "%.60s: %s.", f->column, f->what) : cdr_fail(err, CDR_E_INVAL, "cli", "cli.field", "Line %llu: %s", (unsigned long long)f->line, f->what);
}

/* What is no name of a field may be a value that came without one; it is not repeated. */
static cdr_status unknown_name(cdr_cli *cli, const taking *t, const cdr_import_map *m, uint32_t i)
{
    const char *keys[64];
    size_t n = 0;
    for (; n < cdr_vault_standard_field_count && n < CDR_COUNT(keys); n++)
        keys[n] = cdr_vault_standard_fields[n].key;
    const char *near = cdr_text_nearest(m->at[i].name, keys, n);
    if (near)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "Name %u of what was sent is no field; did you mean %s?", i + 1, near);
    if (t->count_named == 1)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "What was sent has no field names; send one JSON object, as in {\"%.40s\": \"…\"}.", t->fields[0]->key);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "Name %u of what was sent is no field; candor customer add --help lists them, and an import may make fields of your own.", i + 1);
}

static bool is_named(const taking *t, const cdr_vault_field *f)
{
    bool found = t->count_named == 0;
    for (size_t i = 0; i < t->count_named; i++)
        found |= t->fields[i]->id == f->id;
    return found;
}

/* Every column is the field it is called. */
static cdr_status name_fields(cdr_cli *cli, const taking *t, cdr_import_map *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        const cdr_vault_field *f = cdr_own_fields_find(m->own, m->at[i].name);
        if (!f && !cdr_import_is_secret(m->at[i].name))
            return unknown_name(cli, t, m, i);
        if (!f)
            return cdr_fail(&cli->err, CDR_DENIED, "cli", "import.secret", "Name %u of what was sent looks like a code, PIN, password or secret answer, which must not be kept here.", i + 1);
        if (!is_named(t, f))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "The field %.60s came, but only those that were named may; name it, too.", f->key);
        m->at[i].field = f;
        m->at[i].why = CDR_IMPORT_GIVEN;
        if (f->form == CDR_FORM_DATE)
            m->at[i].order = CDR_ORDER_UNKNOWN;
    }
    for (size_t k = 0; k < t->count_named; k++) {
        bool came = false;
        for (uint32_t i = 0; i < m->count; i++)
            came |= m->at[i].field && m->at[i].field->id == t->fields[k]->id;
        if (!came && t->lines)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "The field %.60s was named, but no value of it came.", t->fields[k]->key);
    }
    return CDR_OK;
}

static cdr_status on_note(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    taking *t = arg;
    (void)err;
    fprintf(stderr, "candor: %.60s %s; no message goes there. Write it as in +49 30 5550101, or say the country.\n", f->column, f->what);
    return t->cli ? CDR_OK : CDR_E_INVAL;
}

static cdr_status hand_over(cdr_cli *cli, cdr_own_fields *own, const cdr_buf *text, const char *name, taking *t)
{
    static const cdr_import_events events = {on_row, on_fault, on_note};
    cdr_import_map m;
    cdr_import_rows *rows = NULL;
    cdr_import_map_init(&m, own);
    m.named = m.typed = true;
    cdr_status s = cdr_import_map_learn(&m, name, text->data ? text->data : "", text->len, true, &cli->err);
    if (s == CDR_OK)
        s = name_fields(cli, t, &m);
    if (s == CDR_OK)
        s = cdr_import_calling_code_get(cdr_workspace_db(cli->ws), m.calling_code, &cli->err);
    if (s == CDR_OK)
        s = cdr_import_rows_new(&m, name, cdr_now_us(&cli->ctx), &events, t, &rows, &cli->err);
    if (s == CDR_OK) {
        cdr_err detail = {0};
        cli->err = detail;
        if (t->home)
            cdr_import_rows_keep_empty(rows);
        cdr_import_rows_home(rows, t->home ? t->home : "");
        s = cdr_import_rows_feed(rows, text->data, text->len, true, &detail);
        if (s != CDR_OK && cli->err.status == CDR_OK)
            cli->err = detail;
        if (s != CDR_OK)
            s = cli->err.status;
        if (s == CDR_OK && !t->count)
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.nothing", "No field was given.");
        if (s == CDR_OK)
            s = cdr_calling_codes_keep(cdr_workspace_db(cli->ws), cdr_import_rows_codes(rows), &cli->err);
    }
    cdr_import_rows_free(rows);
    cdr_import_map_done(&m);
    return s;
}

/* --- the terminal --- */

static cdr_status ask(cdr_cli *cli, const cdr_vault_field *f, bool empty, cdr_buf *names, cdr_buf *values)
{
    char prompt[120];
    cdr_secret *typed;
    snprintf(prompt, sizeof prompt, "%c%s%s: ", f->label[0] >= 'a' && f->label[0] <= 'z' ? f->label[0] - 32 : f->label[0], f->label + 1, empty ? " (- removes it)" : "");
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, CDR_VAULT_TEXT_MAX, &typed);
    if (s != CDR_OK || !typed)
        return s == CDR_DONE ? CDR_OK : s;
    const char *text = (const char *)cdr_secret_bytes(typed);
    size_t len = cdr_secret_len(typed);
    bool first = names->len == 0;
    cdr_csv_cell(names, first, f->key, strlen(f->key));
    if (empty && len == 1 && *text == '-')
        cdr_buf_adds(values, first ? "\"\"" : ",\"\"");
    else
        cdr_csv_cell(values, first, text, len);
    cdr_secret_free(typed);
    return cdr_buf_status(values) == CDR_OK && cdr_buf_status(names) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

static cdr_status ask_all(cdr_cli *cli, const cdr_vault_field *const *fields, size_t count, bool empty, cdr_buf *out)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(INPUT_MAX);
    cdr_buf values = CDR_BUF(INPUT_MAX / 4);
    cdr_status s = cdr_buf_reserve(&values, INPUT_MAX / 4) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");   /* growing would leave copies behind */
    if (s == CDR_OK && !empty)
        fputs("Leave empty what is not known.\n", stderr);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = ask(cli, fields[i], empty, &names, &values);
    if (s == CDR_OK && names.len == 0)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.nothing", "No field was given; nothing was done.");
    if (s == CDR_OK) {
        cdr_csv_end(&names);
        cdr_csv_end(&values);
        cdr_buf_add(out, names.data, names.len);
        if (cdr_buf_add(out, values.data, values.len) != CDR_OK)
            s = cdr_fail_nomem(&cli->err, "cli");
    }
    cdr_buf_wipe(&values);
    return s;
}

cdr_status cdr_customer_typed(cdr_cli *cli, cdr_own_fields *own, const cdr_vault_field *const *fields, size_t count, const char *path, const char *home, cdr_customer_typed_fn *fn, void *arg)
{
    cdr_buf text = CDR_BUF(INPUT_MAX);
    taking t = {.cli = cli, .fn = fn, .arg = arg, .home = home, .fields = fields, .count_named = home ? count : 0};
    bool asking = !path && cdr_prompt_somebody();
    cdr_status s = cdr_buf_reserve(&text, INPUT_MAX) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = asking ? ask_all(cli, fields, count, home != NULL, &text) : cdr_cli_input_read(cli, path ? path : "-", &text);
    t.lines = !asking;
    _cleanup_free_ char *shown = cdr_cli_shown(path && strcmp(path, "-") ? path : asking ? "What was typed" : "Standard input");
    if (s == CDR_OK && !shown)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = hand_over(cli, own, &text, shown, &t);
    cdr_buf_wipe(&text);
    return s;
}
