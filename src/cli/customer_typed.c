/* SPDX-License-Identifier: Apache-2.0 */
/* Fields as somebody types them, or sends them as JSON: never from the command line. */
#include "base/csv.h"
#include "base/io.h"
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

/* --- what was read, to the caller --- */

typedef struct taking { cdr_cli *cli; cdr_customer_typed_fn *fn; void *arg; bool lines; uint64_t count; } taking;

static cdr_status on_row(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err)
{
    taking *t = arg;
    (void)line; (void)since_us;
    cdr_status s = t->fn(t->arg, values, count, err);
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

/* Every column is the field it is called. */
static cdr_status name_fields(cdr_cli *cli, cdr_import_map *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        const cdr_vault_field *f = cdr_own_fields_find(m->own, m->at[i].name);
        if (!f && !cdr_import_is_secret(m->at[i].name))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.field", "There is no field \"%.60s\"; candor customer add --help lists them, and an import may make fields of your own.", m->at[i].name);
        if (!f)
            return cdr_fail(&cli->err, CDR_DENIED, "cli", "import.secret", "\"%.60s\" looks like a code, PIN, password or secret answer, which must not be kept here.", m->at[i].name);
        m->at[i].field = f;
        m->at[i].why = CDR_IMPORT_GIVEN;
        if (f->form == CDR_FORM_DATE)
            m->at[i].order = CDR_ORDER_UNKNOWN;
    }
    return CDR_OK;
}

static cdr_status hand_over(cdr_cli *cli, cdr_own_fields *own, const cdr_buf *text, const char *name, bool empty, taking *t)
{
    static const cdr_import_events events = {on_row, on_fault};
    cdr_import_map m;
    cdr_import_rows *rows = NULL;
    cdr_import_map_init(&m, own);
    m.named = true;
    cdr_status s = cdr_import_map_learn(&m, name, text->data ? text->data : "", text->len, true, &cli->err);
    if (s == CDR_OK)
        s = name_fields(cli, &m);
    if (s == CDR_OK)
        s = cdr_import_calling_code_get(cdr_workspace_db(cli->ws), m.calling_code, &cli->err);
    if (s == CDR_OK)
        s = cdr_import_rows_new(&m, name, cdr_now_us(&cli->ctx), &events, t, &rows, &cli->err);
    if (s == CDR_OK) {
        cdr_err detail = {0};
        cli->err = detail;
        if (empty)
            cdr_import_rows_keep_empty(rows);
        s = cdr_import_rows_feed(rows, text->data, text->len, true, &detail);
        if (s != CDR_OK && cli->err.status == CDR_OK)
            cli->err = detail;
        if (s != CDR_OK)
            s = cli->err.status;
        if (s == CDR_OK && !t->count)
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.nothing", "No field was given.");
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

cdr_status cdr_customer_typed(cdr_cli *cli, cdr_own_fields *own, const cdr_vault_field *const *fields, size_t count, const char *path, bool empty, cdr_customer_typed_fn *fn, void *arg)
{
    cdr_buf text = CDR_BUF(INPUT_MAX);
    taking t = {.cli = cli, .fn = fn, .arg = arg};
    bool asking = !path && cdr_prompt_somebody();
    cdr_status s = cdr_buf_reserve(&text, INPUT_MAX) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = asking ? ask_all(cli, fields, count, empty, &text) : cdr_cli_input_read(cli, path ? path : "-", &text);
    t.lines = !asking;
    _cleanup_free_ char *shown = cdr_cli_shown(path && strcmp(path, "-") ? path : asking ? "What was typed" : "Standard input");
    if (s == CDR_OK && !shown)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = hand_over(cli, own, &text, shown, empty, &t);
    cdr_buf_wipe(&text);
    return s;
}
