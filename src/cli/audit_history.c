/* SPDX-License-Identifier: Apache-2.0 */
/* candor audit list: earlier audits. candor audit verify: whether a report is one that was written here. */
#include "base/io.h"
#include "base/parse.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "core/ledger/store.h"
#include "core/report/audit_build.h"
#include "core/report/words.h"

#include <string.h>
#include <unistd.h>

static json_t *as_json(const cdr_audit_point *p)
{
    char at[CDR_TIME_TEXT];
    cdr_time_format(p->at_us, at);
    return json_pack("{s:s, s:{s:I, s:I}, s:I, s:I, s:I, s:I}", "at", at, "people", "min", (json_int_t)p->people_min, "max", (json_int_t)p->people_max, "places", (json_int_t)p->systems,
                     "unregistered_places", (json_int_t)p->unregistered, "violations", (json_int_t)p->violations, "severe", (json_int_t)p->severe);
}

static cdr_exit print_json(cdr_cli *cli, const cdr_audit_point *at, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++)
        if (json_array_append_new(list, as_json(&at[i]))) {
            json_decref(list);
            list = NULL;
        }
    return cdr_cli_print_json(cli, list ? json_pack("{s:o}", "audits", list) : NULL, CDR_EXIT_OK);
}

static void print_row(cdr_cli *cli, const cdr_audit_point *p)
{
    char at[64];
    cdr_time_format(p->at_us, at);
    cdr_buf people = CDR_BUF(64);
    cdr_words_range(&people, p->people_min, p->people_max);
    cdr_cli_print(cli, "%.10s %.5s  %20s  %6llu  %12llu  %12llu  %6llu\n", at, at + 11, people.data ? people.data : "", (unsigned long long)p->systems, (unsigned long long)p->unregistered,
                  (unsigned long long)p->violations, (unsigned long long)p->severe);
    cdr_buf_done(&people);
}

static cdr_exit run_list(cdr_cli *cli)
{
    cdr_arena *arena = cdr_arena_new((size_t)256 << 20);
    cdr_audit_point *at = NULL;
    size_t count = 0;
    cdr_status s = arena ? cdr_audit_history(cdr_workspace_ledger(cli->ws), arena, &at, &count, NULL, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    cdr_exit code = s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
    if (s == CDR_OK && cli->json)
        code = print_json(cli, at, count);
    else if (s == CDR_OK && count == 0)
        cdr_cli_print(cli, "No audit yet.\n\nNext: candor audit FOLDER\n");
    else if (s == CDR_OK) {
        cdr_cli_print(cli, "%-16s  %20s  %6s  %12s  %12s  %6s\n", "audit (UTC)", "people", "places", "unregistered", "violations", "severe");
        for (size_t i = 0; i < count; i++)
            print_row(cli, &at[i]);
    }
    cdr_arena_free(arena);
    return code;
}

const cdr_cmd cdr_cmd_audit_list = {
    .path = "audit list",
    .group = "Know",
    .summary = "earlier audits and their numbers",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Shows date, people, places and violations (rule by rule and place by place) of each audit, from the ledger. A folder called list is named ./list.",
    .examples = "  candor audit list\n",
    .json_shape = "  {\"audits\": [{\"at\": \"2027-03-14T09:12:00Z\", \"people\": {\"min\": 4991, \"max\": 5017}, \"places\": 9, \"unregistered_places\": 3, \"violations\": 11, \"severe\": 2}]}\n",
    .run = run_list,
};

/* --- verify --- */

typedef struct looking {
    json_t *present;         /* name -> hash of the files in the folder */
    uint64_t index;          /* newest entry whose files all are as they were */
    char at[CDR_TIME_TEXT];
    bool found;
} looking;

static bool all_equal(const json_t *entered, const json_t *present)
{
    const char *name;
    json_t *hash, *files = (json_t *)(uintptr_t)entered;   /* the iterator changes nothing */
    json_object_foreach(files, name, hash) {
        const char *now = cdr_json_str(present, name), *then = json_string_value(hash);
        if (!now || !then || strcmp(now, then))
            return false;
    }
    return json_object_size(entered) > 0;
}

static cdr_status compare(void *arg, uint64_t idx, const char *entry, size_t len)
{
    static const char mark[] = "\"kind\":\"audit.finish\"";
    looking *l = arg;
    _cleanup_json_ json_t *j = NULL;
    if (!memmem(entry, len, mark, sizeof mark - 1) || cdr_json_parse(entry, len, "ledger entry", &j, NULL) != CDR_OK)
        return CDR_OK;
    const char *at = cdr_json_str(j, "at");
    if (at && all_equal(json_object_get(json_object_get(j, "details"), "files"), l->present)) {
        l->found = true;
        l->index = idx;
        snprintf(l->at, sizeof l->at, "%s", at);
    }
    return CDR_OK;
}

static cdr_status hash_files(cdr_cli *cli, const char *dir, json_t *into)
{
    static const char *const names[] = {"report.html", "report.json", "findings.csv", "findings.sarif", "coverage.csv", "ropa.csv"};
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        _cleanup_free_ char *path = cdr_path_join(dir, names[i]);
        uint8_t digest[CDR_SHA256_BYTES];
        char hex[2 * CDR_SHA256_BYTES + 1];
        if (!path)
            return cdr_fail_nomem(&cli->err, "cli");
        if (i > 0 && access(path, F_OK))
            continue;     /* what the entry names and is not there will differ from it */
        cdr_status s = cdr_sha256_file(path, digest, &cli->err);
        if (s != CDR_OK)
            return s;
        cdr_hex_encode(digest, sizeof digest, hex);
        if (json_object_set_new(into, names[i], json_string(hex)))
            return cdr_fail_nomem(&cli->err, "cli");
    }
    return CDR_OK;
}

static cdr_exit run_verify(cdr_cli *cli)
{
    looking l = {.present = json_object()};
    cdr_status s = l.present ? hash_files(cli, cli->argv[0], l.present) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_ledger_each(cdr_workspace_ledger(cli->ws), 0, compare, &l, &cli->err);
    json_decref(l.present);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = l.found ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (cli->json)
        return cdr_cli_print_json(cli, l.found ? json_pack("{s:b, s:I, s:s}", "genuine", 1, "entry", (json_int_t)l.index, "at", l.at) : json_pack("{s:b}", "genuine", 0), code);
    if (l.found)
        cdr_cli_print(cli, "The report in %s is the one written at %s: its files have the hashes of ledger entry %llu.\n\nThe entry itself: candor ledger verify\n", cli->argv[0], l.at,
                      (unsigned long long)l.index);
    else
        cdr_cli_print(cli, "The report in %s is not one that this workspace wrote, or it was changed since.\n", cli->argv[0]);
    return code;
}

const cdr_cmd cdr_cmd_audit_verify = {
    .path = "audit verify",
    .group = "Know",
    .summary = "whether a report is one that was written here, unchanged",
    .args = "DIR",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Compares the SHA-256 of the files in DIR with what the ledger holds of each audit. Exits with 1 when no audit wrote exactly these files.",
    .examples = "  candor audit verify report\n",
    .json_shape = "  {\"genuine\": true, \"entry\": 41, \"at\": \"2027-03-14T09:12:00Z\"}\n",
    .run = run_verify,
};
