/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer import: a list of customers into the vault. */
#include "base/io.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/customer.h"
#include "cli/input.h"
#include "cli/minimise.h"
#include "cli/progress.h"
#include "cli/prompt.h"
#include "core/vault/import.h"
#include "core/vault/import_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FAULTS_TOLD 20u        /* on a screen; --json has all of them */
#define FAULTS_KEPT 20000u
#define SHOW_EVERY_US INT64_C(200000)
#define LINE_EVERY_US INT64_C(5000000)

typedef struct told_fault { uint64_t line; char column[64], what[200]; } told_fault;
typedef struct told_list { told_fault *at; uint32_t kept, cap; uint64_t count; } told_list;

typedef struct import {
    cdr_cli *cli;
    int fd;
    char *name;                       /* of the input, as it may be shown */
    bool seekable;
    uint64_t size;                    /* 0: not known */
    cdr_buf sample;                   /* the beginning, in UTF-8 */
    bool whole;                       /* it is all of the input */
    cdr_minimise_encoding encoding;
    cdr_minimise_decoder decoder;
    cdr_buf decoded;                  /* a piece of what was read, in UTF-8 */
    cdr_own_fields *own;
    cdr_import_map map;
    int64_t since_us;
    bool skip_bad, check_only;
    cdr_vault *v;
    cdr_vault_import *im;             /* NULL while rows are only looked at */
    told_list faults, notes;
    cdr_calling_codes codes;          /* of the telephones that were read */
    uint64_t rows, bytes;
    uint32_t late;
    int64_t begun_us, shown_us;
    bool drawn;
} import;

/* --- progress --- */

static void clear_line(import *x)
{
    if (x->drawn)
        fputs("\r\033[K", stderr);
    x->drawn = false;
}

static void show(import *x, const char *doing)
{
    int64_t now = cdr_now_us(&x->cli->ctx);
    char n[32], left[24] = "", percent[24] = "";
    if (x->cli->quiet || now - x->shown_us < (x->cli->progress_bar ? SHOW_EVERY_US : LINE_EVERY_US))
        return;
    double done = x->size ? (double)x->bytes / (double)x->size : 0;
    if (done > 0 && done <= 1)
        snprintf(percent, sizeof percent, ", %.0f %%", done * 100);
    if (done > 0.02 && done < 1)
        cdr_progress_time((int64_t)((double)(now - x->begun_us) * (1 - done) / done), left);
    fprintf(stderr, x->cli->progress_bar ? "\r\033[K%s %s rows%s%s%s%s" : "candor: %s %s rows%s%s%s%s\n", doing, cdr_progress_count(x->rows, n), percent, *left ? ", " : "", left, *left ? " left" : "");
    fflush(stderr);
    x->drawn = x->cli->progress_bar;
    x->shown_us = now;
}

/* --- rows --- */

static cdr_status keep(told_list *list, uint64_t line, const char *column, const char *what, cdr_err *err)
{
    list->count++;
    if (list->kept == FAULTS_KEPT)
        return CDR_OK;
    if (list->kept == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 32;
        told_fault *grown = cdr_realloc_array(list->at, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "cli");
        list->at = grown;
        list->cap = cap;
    }
    told_fault *f = &list->at[list->kept++];
    _cleanup_free_ char *shown = column && !cdr_text_is_data(column, strlen(column)) ? cdr_cli_shown(column) : NULL;
    *f = (told_fault){.line = line};
    if (column)
        snprintf(f->column, sizeof f->column, "%.60s", shown ? shown : "a column");
    snprintf(f->what, sizeof f->what, "%s", what);
    return CDR_OK;
}

static cdr_status note_fault(import *x, uint64_t line, const char *column, const char *what, cdr_err *err)
{
    cdr_status s = keep(&x->faults, line, column, what, err);
    /* A stream cannot be looked through before; its first wrong row ends it. */
    if (s != CDR_OK || x->skip_bad || !x->im || x->seekable)
        return s;
    return cdr_fail(err, CDR_E_INVAL, "cli", "customer.row", "%s, line %llu%s%s: %s.", x->name, (unsigned long long)line, column ? ", " : "", column ? x->faults.at[0].column : "", what);
}

static cdr_status on_note(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    import *x = arg;
    return keep(&x->notes, f->line, f->column, f->what, err);
}

static cdr_status on_fault(void *arg, const cdr_import_fault *f, cdr_err *err)
{
    return note_fault(arg, f->line, f->column, f->what, err);
}

static cdr_status on_stored_fault(void *arg, uint64_t line, const char *what, cdr_err *err)
{
    return note_fault(arg, line, NULL, what, err);
}

static cdr_status on_row(void *arg, uint64_t line, const cdr_vault_value *values, size_t count, int64_t since_us, cdr_err *err)
{
    import *x = arg;
    x->rows++;
    return x->im ? cdr_vault_import_add(x->im, line, values, count, since_us ? since_us : x->since_us, err) : CDR_OK;
}

typedef struct feeding { import *x; cdr_import_rows *rows; const char *doing; } feeding;

/* ${*bytes} in UTF-8; ${len} 0 ends the input. */
static cdr_status decode(import *x, const char **bytes, size_t *len, cdr_err *err)
{
    if (x->encoding == CDR_ENCODING_UTF8)
        return CDR_OK;
    cdr_buf_clear(&x->decoded);
    if (cdr_buf_reserve(&x->decoded, *len * 4 + 8) != CDR_OK)
        return cdr_fail_nomem(err, "cli");
    size_t n = 0;
    cdr_status s = cdr_minimise_decode(&x->decoder, x->name, (const unsigned char *)*bytes, *len, x->decoded.data, &n, err);
    *bytes = x->decoded.data;
    *len = n;
    return s;
}

static cdr_status feed(void *arg, const char *bytes, size_t len, bool last, cdr_err *err)
{
    feeding *f = arg;
    f->x->bytes += len;
    show(f->x, f->doing);
    cdr_status s = decode(f->x, &bytes, &len, err);
    return s == CDR_OK ? cdr_import_rows_feed(f->rows, bytes, len, last, err) : s;
}

/* All of the input through the reader; what was read as the sample comes first when it cannot be read again. */
static cdr_status pass(import *x, const char *doing)
{
    static const cdr_import_events events = {on_row, on_fault, on_note};
    feeding f = {.x = x, .doing = doing};
    cdr_cli *cli = x->cli;
    x->rows = x->bytes = x->faults.count = x->notes.count = 0;
    x->faults.kept = x->notes.kept = 0;
    x->begun_us = x->shown_us = cdr_now_us(&cli->ctx);
    cdr_status s = cdr_import_rows_new(&x->map, x->name, x->begun_us, &events, x, &f.rows, &cli->err);
    if (s == CDR_OK && x->seekable && lseek(x->fd, 0, SEEK_SET) != 0)
        s = cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "cli.read", errno, "%s cannot be read twice", x->name);
    if (x->seekable)
        x->decoder = (cdr_minimise_decoder){.is = x->encoding};
    else if (s == CDR_OK)
        s = cdr_import_rows_feed(f.rows, x->sample.data ? x->sample.data : "", x->sample.len, x->whole, &cli->err);
    if (s == CDR_OK && (x->seekable || !x->whole))
        s = cdr_cli_input_feed(cli, x->fd, x->name, feed, &f);
    if (s == CDR_OK && x->im)
        s = cdr_vault_import_finish(x->im, &cli->err);
    x->late = f.rows ? cdr_import_rows_late(f.rows) : 0;
    if (f.rows)
        x->codes = *cdr_import_rows_codes(f.rows);
    cdr_import_rows_free(f.rows);
    clear_line(x);
    return s;
}

/* --- the beginning --- */

static cdr_status open_input(import *x)
{
    cdr_cli *cli = x->cli;
    struct stat st;
    bool piped = !strcmp(cli->argv[0], "-");
    x->name = cdr_cli_shown(piped ? "standard input" : cli->argv[0]);
    if (!x->name)
        return cdr_fail_nomem(&cli->err, "cli");
    x->fd = piped ? STDIN_FILENO : open(cli->argv[0], O_RDONLY | O_CLOEXEC);
    if (x->fd < 0)
        return cdr_fail_errno(&cli->err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "cli", "cli.open", errno, "%s cannot be opened", x->name);
    if (fstat(x->fd, &st) == 0 && S_ISDIR(st.st_mode))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.folder", "%s is a folder; name the file in it.", x->name);
    x->seekable = !piped && lseek(x->fd, 0, SEEK_CUR) == 0;
    x->size = x->seekable ? (uint64_t)st.st_size : 0;
    return CDR_OK;
}

/* Bytes of another encoding: what Windows writes where nobody says otherwise. A single one beside good UTF-8 is a mistake of its row. */
static cdr_status check_encoding(import *x)
{
    const char *s = x->sample.data;
    size_t len = x->sample.len, good = 0, bad = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t used = cdr_utf8_decode(s + i, len - i, &cp);
        bad += used == 1 && (unsigned char)s[i] >= 0x80 && len - i > 4;
        good += used > 1;
        i += used ? used : 1;
    }
    if (bad <= good || x->skip_bad)
        return CDR_OK;
    return cdr_fail(&x->cli->err, CDR_E_INVAL, "cli", "customer.encoding", "%s is not written in UTF-8; if it comes from a spreadsheet on Windows, say --encoding windows-1252.", x->name);
}

static cdr_status choose_encoding(import *x, const char *raw, size_t len)
{
    const char *said = cdr_opt_text(x->cli, "encoding");
    x->encoding = cdr_minimise_encoding_of(said);
    if (!said && len >= 2 && (!memcmp(raw, "\xFF\xFE", 2) || !memcmp(raw, "\xFE\xFF", 2)))   /* the mark says it */
        x->encoding = raw[0] == '\xFF' ? CDR_ENCODING_UTF16LE : CDR_ENCODING_UTF16BE;
    x->decoder = (cdr_minimise_decoder){.is = x->encoding};
    x->decoded = CDR_BUF(CDR_IMPORT_SAMPLE * 4 + 64);
    const char *text = raw;
    cdr_status s = decode(x, &text, &len, &x->cli->err);
    if (s == CDR_OK && len == 0 && x->whole)
        s = decode(x, &text, &len, &x->cli->err);
    if (s == CDR_OK && cdr_buf_add(&x->sample, text, len) != CDR_OK)
        s = cdr_fail_nomem(&x->cli->err, "cli");
    return s == CDR_OK && x->encoding == CDR_ENCODING_UTF8 ? check_encoding(x) : s;
}

static cdr_status read_sample(import *x)
{
    cdr_buf raw = CDR_BUF(CDR_IMPORT_SAMPLE + 1);
    cdr_status s = CDR_OK;
    x->sample = CDR_BUF(CDR_IMPORT_SAMPLE * 3 + 16);
    if (cdr_buf_reserve(&raw, CDR_IMPORT_SAMPLE) != CDR_OK || cdr_buf_reserve(&x->sample, CDR_IMPORT_SAMPLE * 3 + 8) != CDR_OK)   /* growing would leave copies behind */
        s = cdr_fail_nomem(&x->cli->err, "cli");
    while (s == CDR_OK && raw.len < CDR_IMPORT_SAMPLE && !x->whole) {
        ssize_t n = cdr_read_waiting(&x->cli->ctx, x->fd, raw.data + raw.len, CDR_IMPORT_SAMPLE - raw.len);
        if (n < 0)
            s = errno == ECANCELED ? cdr_fail(&x->cli->err, CDR_E_CANCELLED, "cli", "cli.stopped", "Stopped; nothing was stored.")
                                   : cdr_fail_errno(&x->cli->err, CDR_E_IO, "cli", "cli.read", errno, "%s cannot be read", x->name);
        x->whole = n == 0;
        raw.len += n > 0 ? (size_t)n : 0;
    }
    if (s == CDR_OK)
        s = choose_encoding(x, raw.data, raw.len);
    cdr_buf_wipe(&raw);
    return s;
}

/* --on-file-since takes a date or a column. */
static cdr_status read_since(import *x)
{
    cdr_cli *cli = x->cli;
    const char *text = cdr_opt_text(cli, "on-file-since");
    cdr_date date;
    if (!text)
        return CDR_OK;
    if (cdr_import_map_find(&x->map, text) != UINT32_MAX)
        return cdr_import_map_since(&x->map, text, &cli->err);
    if (cdr_import_date(text, strlen(text), CDR_ORDER_UNKNOWN, &date))
        return cdr_customer_since(cli, text, &x->since_us);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.date", "--on-file-since takes a date such as 2024-01-31, or a column of the file.");
}

static cdr_status read_calling_code(import *x)
{
    const char *code = cdr_opt_text(x->cli, "calling-code");
    if (!code)
        return cdr_import_calling_code_get(cdr_workspace_db(x->cli->ws), x->map.calling_code, &x->cli->err);
    code += *code == '+';
    if (!cdr_import_calling_code(code))
        return cdr_fail(&x->cli->err, CDR_E_INVAL, "cli", "customer.calling-code", "--calling-code takes a number such as 49, 44 or 1.");
    snprintf(x->map.calling_code, sizeof x->map.calling_code, "%s", code);
    return CDR_OK;
}

static cdr_status make_map(import *x)
{
    cdr_cli *cli = x->cli;
    const char *const *given, *order = cdr_opt_text(cli, "dates");
    size_t count = cdr_opt_list(cli, "map", &given);
    cdr_status s = cdr_own_fields_load(cdr_workspace_db(cli->ws), &x->own, &cli->err);
    cdr_import_map_init(&x->map, x->own);
    if (s == CDR_OK)
        s = cdr_import_map_learn(&x->map, x->name, x->sample.data, x->sample.len, x->whole, &cli->err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = cdr_import_map_give(&x->map, given[i], &cli->err);
    if (s == CDR_OK)
        s = read_since(x);
    if (s == CDR_OK)
        s = read_calling_code(x);
    if (s == CDR_OK && cdr_opt_text(cli, "key"))
        s = cdr_import_map_key(&x->map, cdr_opt_text(cli, "key"), &cli->err);
    if (s != CDR_OK)
        return s == CDR_NOT_FOUND ? CDR_E_INVAL : s;
    cdr_import_map_suggest(&x->map);
    if (order)
        cdr_import_map_order(&x->map, !strcmp(order, "day-first") ? CDR_ORDER_DAY_FIRST : CDR_ORDER_MONTH_FIRST);
    if (!cdr_opt_text(cli, "key"))
        s = cdr_import_map_key(&x->map, NULL, &cli->err);
    return s;
}

static const char no_since[] = "E-mail addresses, telephones and addresses count as on file from today on: codes sent\nthere prove nothing for 30 days. Say since when they stand with --on-file-since.\n";

static bool has_routes(const import *x)
{
    for (uint32_t i = 0; i < x->map.count; i++)
        if (x->map.at[i].field && (x->map.at[i].field->flags & CDR_VF_ROUTE))
            return true;
    return false;
}

static const char no_delivery[] = "No column is the delivery address: the address stands for it when a caller asks where\na parcel goes.\n";

/* The usual list has one address. */
static bool address_stands_in(const import *x)
{
    bool address = false, delivery = false;
    for (uint32_t i = 0; i < x->map.count; i++) {
        address |= x->map.at[i].field && x->map.at[i].field->id == CDR_FIELD_ADDRESS;
        delivery |= x->map.at[i].field && x->map.at[i].field->id == CDR_FIELD_DELIVERY_ADDRESS;
    }
    return address && !delivery;
}

/* ${ret_go}: stored may be. */
static cdr_status confirm(import *x, bool *ret_go)
{
    cdr_cli *cli = x->cli;
    FILE *to = cli->json ? stderr : stdout;
    bool yes = cdr_opt_flag(cli, "yes"), given = cdr_customer_mapping_given(&x->map);
    if (!(cli->quiet && (yes || given)) && !(cli->json && yes)) {
        cdr_customer_mapping_show(cli, &x->map, to);
        if (!cdr_opt_text(cli, "on-file-since") && has_routes(x))
            fprintf(to, "\n%s", no_since);
        if (address_stands_in(x))
            fprintf(to, "\n%s", no_delivery);
        fflush(to);
    }
    cdr_status s = cdr_import_map_check(&x->map, &cli->err);
    *ret_go = yes || given || x->check_only;
    if (s != CDR_OK || *ret_go)
        return s;
    if (!cdr_prompt_somebody() || x->fd == STDIN_FILENO)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "customer.unconfirmed", "Nothing was stored: check which column is which field, change it with --map COLUMN=FIELD, and run it again with --yes.");
    return cdr_prompt_yes(cli, "\nStore the customers like this? [y/N] ", ret_go);
}

/* --- the end --- */

static void tell_faults(const told_list *list, FILE *to)
{
    uint64_t told = 0, alike = 0;
    bool encoding = false;
    for (uint32_t i = 0; i < list->kept && told < FAULTS_TOLD; i++) {
        const told_fault *f = &list->at[i];
        bool again = !strcmp(f->what, CDR_IMPORT_NO_UTF8);
        if (again && encoding) {
            alike++;
            continue;
        }
        encoding = encoding || again;
        told++;
        fprintf(to, "  line %llu%s%s: %s\n", (unsigned long long)f->line, *f->column ? ", " : "", f->column, f->what);
    }
    if (alike)
        fprintf(to, "  … and %llu that are no text in UTF-8\n", (unsigned long long)alike);
    if (list->count > told + alike)
        fprintf(to, "  … and %llu more; --json names them\n", (unsigned long long)(list->count - told - alike));
}

static json_t *faults_json(const told_list *told)
{
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < told->kept; i++) {
        json_t *f = json_pack("{s:I, s:s, s:s}", "line", (json_int_t)told->at[i].line, "column", told->at[i].column, "what", told->at[i].what);
        if (!f || json_array_append_new(list, f)) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

/* Text messages do not reach a number without its country. */
static void tell_notes(const import *x)
{
    if (!x->notes.count || x->cli->quiet)
        return;
    cdr_cli_print(x->cli, "%llu %s not as the world dials it, and no message goes there; say --calling-code:\n", (unsigned long long)x->notes.count, x->notes.count == 1 ? "telephone is" : "telephones are");
    tell_faults(&x->notes, stdout);
}

static cdr_exit print_json(import *x, const cdr_vault_import_counts *n, cdr_exit code)
{
    return cdr_cli_print_json(x->cli, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "rows", (json_int_t)x->rows, "added", (json_int_t)n->added, "changed", (json_int_t)n->changed,
                                                "same", (json_int_t)n->same, "again", (json_int_t)n->again, "dated", (json_int_t)n->dated, "wrong", (json_int_t)x->faults.count, "batches", (json_int_t)n->batches, "stored",
                                                (int)(x->im != NULL), "columns", cdr_customer_mapping_json(&x->map), "faults", faults_json(&x->faults), "notes",
                                                faults_json(&x->notes)), code);
}

static void add_part(cdr_buf *out, uint64_t n, const char *one, const char *many, const char *what)
{
    if (!n)
        return;
    if (out->len)
        cdr_buf_adds(out, ", ");
    cdr_words_count(out, n, one, many);
    cdr_buf_adds(out, what);
}

static cdr_exit report(import *x, const cdr_vault_import_counts *n)
{
    cdr_exit code = x->faults.count ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    cdr_cli *cli = x->cli;
    if (cli->json)
        return print_json(x, n, code);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    add_part(&text, n->added, "customer", "customers", " added");
    add_part(&text, n->changed, "customer", "customers", " changed");
    add_part(&text, n->same, "stood", "stood", " there already");
    char took[24];
    cdr_cli_say(cli, "%s in %s.\n", text.len ? text.data : "No customers added", cdr_progress_time(cdr_now_us(&cli->ctx) - x->begun_us, took));
    if (n->again)
        cdr_cli_say(cli, "%llu %s of a customer who stands in the file more than once; the last row counts.\n", (unsigned long long)n->again, n->again == 1 ? "row speaks" : "rows speak");
    if (n->routes)
        cdr_cli_say(cli, "%llu %s changed: for 30 days nothing sent there proves anything.\n", (unsigned long long)n->routes,
                    n->routes == 1 ? "e-mail address, telephone or address" : "e-mail addresses, telephones or addresses");
    if (n->dated)
        cdr_cli_say(cli, "%llu %s that came without a date and did not change since %s the date you gave.\n", (unsigned long long)n->dated,
                    n->dated == 1 ? "e-mail address, telephone or address" : "e-mail addresses, telephones or addresses", n->dated == 1 ? "has" : "have");
    if (x->late)
        cdr_cli_say(cli, "%u columns that first come behind the beginning of the file were left out.\n", x->late);
    if (x->faults.count) {
        cdr_cli_print(cli, "%llu %s wrong and passed over:\n", (unsigned long long)x->faults.count, x->faults.count == 1 ? "row is" : "rows are");
        tell_faults(&x->faults, stdout);
    }
    tell_notes(x);
    return code;
}

/* What was looked through and not stored. */
static cdr_exit refuse_rows(import *x)
{
    cdr_cli *cli = x->cli;
    cdr_vault_import_counts none = {0};
    if (cli->json)
        return print_json(x, &none, CDR_EXIT_USAGE);
    fprintf(stderr, "candor: %s: %llu %s wrong, and nothing was stored; --skip-bad passes over them.\n", x->name, (unsigned long long)x->faults.count, x->faults.count == 1 ? "row is" : "rows are");
    tell_faults(&x->faults, stderr);
    return CDR_EXIT_USAGE;
}

static cdr_exit fail(import *x, cdr_status s)
{
    const cdr_vault_import_counts *n = x->im ? cdr_vault_import_told(x->im) : NULL;
    size_t used = strlen(x->cli->err.text);
    if (n && n->added + n->changed + n->same && used < sizeof x->cli->err.text)
        snprintf(x->cli->err.text + used, sizeof x->cli->err.text - used, " %llu customers are stored; the same import goes on from there, and nobody is stored twice.",
                 (unsigned long long)(n->added + n->changed + n->same));
    return cdr_cli_fail(x->cli, s);
}

/* Own fields and the calling code stay only when the rows are good. ${ret_faults}: some are not. */
static cdr_status prepare(import *x, bool *ret_faults)
{
    cdr_cli *cli = x->cli;
    cdr_db *db = cdr_workspace_db(cli->ws);
    *ret_faults = false;
    cdr_status s = cdr_db_begin(db, &cli->err);
    if (s != CDR_OK)
        return s;
    s = cdr_import_map_settle(&x->map, db, &cli->err);
    if (s == CDR_OK && cdr_opt_text(cli, "calling-code"))
        s = cdr_import_calling_code_set(db, x->map.calling_code, &cli->err);
    if (s == CDR_OK && (x->check_only || (x->seekable && !x->skip_bad))) {
        s = pass(x, "Checked");
        *ret_faults = s == CDR_OK && x->faults.count;
    }
    if (s == CDR_OK && !*ret_faults && !x->check_only)
        return cdr_db_commit(db, &cli->err);
    cdr_db_rollback(db);
    return s;
}

static cdr_exit checked(import *x)
{
    cdr_vault_import_counts none = {0};
    if (x->cli->json)
        return print_json(x, &none, CDR_EXIT_OK);
    cdr_cli_say(x->cli, "%llu %s good; nothing was stored (--check).\n", (unsigned long long)x->rows, x->rows == 1 ? "row is" : "rows are");
    tell_notes(x);
    return CDR_EXIT_OK;
}

/* From here on the workspace is written to: nobody else waits while a person reads the columns. */
static cdr_exit store(import *x)
{
    cdr_cli *cli = x->cli;
    bool faults = false;
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = prepare(x, &faults);
    if (s == CDR_OK && faults)
        return refuse_rows(x);
    if (s == CDR_OK && x->check_only)
        return checked(x);
    if (s == CDR_OK)
        s = cdr_vault_open(cli->ws, &x->v, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_import_begin(x->v, x->map.at[x->map.key].field->id, on_stored_fault, x, &x->im, &cli->err);
    if (s == CDR_OK)
        s = pass(x, "Stored");
    if (s == CDR_OK)
        s = cdr_calling_codes_keep(cdr_workspace_db(cli->ws), &x->codes, &cli->err);
    return s == CDR_OK ? report(x, cdr_vault_import_told(x->im)) : fail(x, s);
}

static cdr_exit run(cdr_cli *cli)
{
    import *x = cdr_alloc(sizeof *x);
    bool go = false;
    if (!x)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    x->cli = cli;
    x->fd = -1;
    x->skip_bad = cdr_opt_flag(cli, "skip-bad");
    x->check_only = cdr_opt_flag(cli, "check");
    cdr_status s = open_input(x);
    if (s == CDR_OK)
        s = read_sample(x);
    if (s == CDR_OK)
        s = make_map(x);
    if (s == CDR_OK)
        s = confirm(x, &go);
    if (s == CDR_OK && !go)
        cdr_cli_say(cli, "Nothing was stored.\n");
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : go ? store(x) : CDR_EXIT_NO;
    cdr_vault_import_free(x->im);
    cdr_vault_close(x->v);
    cdr_import_map_done(&x->map);
    cdr_free(x->faults.at);
    cdr_free(x->notes.at);
    cdr_own_fields_free(x->own);
    cdr_buf_wipe(&x->sample);
    cdr_buf_wipe(&x->decoded);
    if (x->fd > STDIN_FILENO)
        close(x->fd);
    cdr_free(x->name);
    cdr_free(x);
    return code;
}

static const cdr_opt options[] = {
    {"map", 'm', CDR_OPT_LIST, "COLUMN=FIELD", NULL, "this column is that field; - leaves it out, own:NAME is a field of your own; may be repeated"},
    {"key", 'k', CDR_OPT_TEXT, "COLUMN", NULL, "the column by which a customer is known again (default: the account number)"},
    {"on-file-since", 0, CDR_OPT_TEXT, "DATE|COLUMN", NULL, "since when e-mail, telephone and address are on file (default: today); also of customers whose own came without a date and did not change since"},
    {"dates", 0, CDR_OPT_CHOICE, "day-first|month-first", NULL, "how dates such as 03/04/1985 are meant, where the file does not show it"},
    {"encoding", 0, CDR_OPT_CHOICE, "utf-8|windows-1252|iso-8859-1|utf-16le|utf-16be", NULL, "how the file is written (default: UTF-8, or UTF-16 when its mark is there)"},
    {"calling-code", 0, CDR_OPT_TEXT, "NUMBER", NULL, "telephones without a country's code belong to this one, as in 49, where their row has no country; kept for what is typed and looked up later"},
    {"skip-bad", 0, CDR_OPT_FLAG, NULL, NULL, "pass over wrong rows; exit 6 if there were any"},
    {"check", 0, CDR_OPT_FLAG, NULL, NULL, "show which column is which field and look through all rows; store nothing"},
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "store without asking whether the columns are right"},
    {0},
};

const cdr_cmd cdr_cmd_customer_import = {
    .path = "customer import",
    .group = "Tell only the customer",
    .summary = "put a list of customers into the vault",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER,
    .description = "FILE is CSV with column names on top, or NDJSON; \"-\" is standard input. What each column is, is told by its name and by its values, shown, and stored once you said yes. "
                   "What no call needs stays out. Of card numbers the last four digits are kept, unless --map COLUMN=card says otherwise; verification codes, PINs, passwords and secret answers "
                   "are never kept. "
                   "A customer whose key is known already is compared, and changed where the row differs; empty cells change nothing. So an import can be repeated, and one that was interrupted goes "
                   "on where it was. Every 50,000 rows are stored at once, with one entry of the ledger. "
                   "A telephone without its country's code is of the country that stands in its row, or of that of --calling-code; where neither is known it stays as it is written, told by line. "
                   "A file is looked through before any of it is stored: with a wrong row nothing is, unless --skip-bad passes over it. Rows are named by line and column, never by value. "
                   "Fields: name, given_name, family_name, email, phone, mobile, address, city, region, postcode, country, delivery_address, date_of_birth, account, card, card_last4, bank_account, "
                   "national_id, passport, driving_licence, medical_id, gender, language, order_state, orders, note, guardian.",
    .examples = "  # look first: which column is which field, are all rows good?\n  candor customer import crm.csv --check\n"
                "  candor customer import crm.csv --yes --on-file-since 2024-01-31\n"
                "  # a column is called otherwise; another is a field of your own\n"
                "  candor customer import crm.csv --yes --map \"Ref=account\" --map \"Level=own:level\"\n",
    .json_shape = "  {\"rows\": 3, \"added\": 2, \"changed\": 0, \"same\": 0, \"again\": 0, \"dated\": 0, \"wrong\": 1, \"batches\": 1, \"stored\": true,\n"
                  "   \"columns\": [{\"column\": 1, \"name\": \"Mail\", \"field\": \"email\", \"why\": \"name\", \"key\": false}],\n"
                  "   \"faults\": [{\"line\": 3, \"column\": \"Mail\", \"what\": \"is no e-mail address\"}], \"notes\": []}\n",
    .run = run,
};
