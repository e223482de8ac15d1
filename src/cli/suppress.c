/* SPDX-License-Identifier: Apache-2.0 */
/* candor suppress, list, remove: findings that a person has looked at and set aside, with a reason and for a time. The file
 * detectors/suppressions.json of the workspace holds keyed hashes of values, never values. */
#include "base/buf.h"
#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "cli/detect.h"
#include "cli/input.h"
#include "detect/engine.h"
#include "detect/suppress.h"

#include <string.h>
#include <unistd.h>

#define FILE_MAX (4u << 20)
#define VALUE_MAX 4096

static cdr_status read_file(cdr_cli *cli, char **ret_path, json_t **ret)
{
    *ret = NULL;
    *ret_path = cdr_path_join(cli->workspace_dir, "detectors/suppressions.json");
    if (!*ret_path)
        return cdr_fail_nomem(&cli->err, "cli");
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    cdr_status s = CDR_OK;
    if (!access(*ret_path, F_OK) && (s = cdr_file_read(*ret_path, &text, &cli->err)) == CDR_OK)
        s = cdr_json_parse(text.data ? text.data : "", text.len, "suppressions.json", ret, &cli->err);
    if (s == CDR_OK && !*ret)
        *ret = json_pack("{s:[]}", "suppressions");
    if (s == CDR_OK && !*ret)
        return cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !json_is_array(json_object_get(*ret, "suppressions")))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.file", "%s must be {\"suppressions\": [ … ]}.", *ret_path);
    return s;
}

/* The value comes from a file or standard input, so that it stays out of the shell's history; only its keyed hash is kept. */
static cdr_status hash_value(cdr_cli *cli, const char *kind_id, const char *path, char ret[33])
{
    cdr_buf text = CDR_BUF(VALUE_MAX);
    if (cdr_buf_reserve(&text, VALUE_MAX) != CDR_OK)   /* growing would leave copies behind */
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_cli_input_read(cli, path, &text);
    if (s == CDR_E_LIMIT)
        s = cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "suppress.value", "A value has at most %d bytes.", VALUE_MAX);
    while (text.len && strchr("\r\n ", text.data[text.len - 1]))
        text.len--;
    cdr_kind kind = strcmp(kind_id, "*") != 0 ? cdr_suppression_kind(kind_id) : CDR_KIND_NONE;
    const cdr_secret *key = cdr_workspace_key(cli->ws, CDR_KEY_SUPPRESSION);
    if (s == CDR_OK && !key)
        s = cdr_fail_nomem(&cli->err, "cli");
    else if (s == CDR_OK && (!text.len || kind == CDR_KIND_NONE))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.value", text.len ? "A value needs a kind, not \"*\"." : "The value is empty.");
    if (s == CDR_OK)
        cdr_suppression_value_id(key, kind, text.data, text.len, ret);
    cdr_buf_wipe(&text);
    return s;
}

/* A built-in kind, or a detector of the workspace or of --rules. */
static cdr_status check_kind(cdr_cli *cli, const char *kind)
{
    if (!strcmp(kind, "*") || cdr_kind_by_id(kind) != CDR_KIND_NONE)
        return CDR_OK;
    _cleanup_free_ char *json = NULL;
    cdr_ruleset *ruleset = NULL;
    cdr_status s = cdr_cli_rules_load(cli, cdr_opt_text(cli, "rules"), &json, &cli->err);
    if (s == CDR_OK)
        s = cdr_ruleset_new(&(cdr_ruleset_options){.rules_json = json, .names = CDR_NAMES_OFF}, &ruleset, &cli->err);
    if (s != CDR_OK)
        return s;
    const cdr_rules *rules = cdr_ruleset_rules(ruleset);
    bool known = false;
    for (uint16_t i = 1; i <= cdr_rules_count(rules) && !known; i++)
        known = !strcmp(kind, cdr_rules_name(rules, i));
    cdr_ruleset_free(ruleset);
    return known ? CDR_OK : cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "suppress.kind", "There is no kind \"%.40s\"; findings show theirs in brackets, and --rules names detectors outside the workspace.", kind);
}

static cdr_status make_entry(cdr_cli *cli, json_t **ret)
{
    char id[33] = "", now[CDR_TIME_TEXT];
    const char *until = cdr_opt_text(cli, "until"), *value = cdr_opt_text(cli, "value-file"), *kind = cli->argv[0];
    int64_t at;
    if (!cdr_opt_text(cli, "reason"))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.reason", "Say why with --reason; others must be able to judge it later.");
    if (!cdr_utf8_valid(cdr_opt_text(cli, "reason"), strlen(cdr_opt_text(cli, "reason"))) || !cdr_utf8_valid(cdr_opt_text(cli, "path"), strlen(cdr_opt_text(cli, "path"))))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.text", "--reason and --path must be UTF-8; write odd bytes of a path as scans show them (\\xFF).");
    if (until && !cdr_time_parse(until, &at))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.until", "--until wants a date such as 2027-12-31.");
    if (until && at <= cdr_now_us(&cli->ctx))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "suppress.past", "--until %.40s is not in the future: nothing would be set aside; give a later date.", until);
    cdr_status s = check_kind(cli, kind);
    if (s == CDR_OK && value)
        s = hash_value(cli, kind, value, id);
    if (s != CDR_OK)
        return s;
    cdr_time_format(cdr_now_us(&cli->ctx), now);
    *ret = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", kind, "path", cdr_opt_text(cli, "path"), "reason", cdr_opt_text(cli, "reason"), "author",
                     cdr_workspace_actor(cli->ws), "created", now);
    if (!*ret || (*id && json_object_set_new(*ret, "value_id", json_string(id))) || (until && json_object_set_new(*ret, "expires", json_string(until))))
        return cdr_fail_nomem(&cli->err, "cli");
    return CDR_OK;
}

/* Written only when the whole file reads back as suppressions. */
static cdr_status write_file(cdr_cli *cli, const char *path, json_t *root)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    cdr_suppressions *all = NULL;
    _cleanup_free_ char *folder = cdr_path_join(cli->workspace_dir, "detectors");
    cdr_status s = text && folder ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_suppressions_parse(text, strlen(text), cdr_now_us(&cli->ctx), &all, &cli->err);
    cdr_suppressions_free(s == CDR_OK ? all : NULL);
    if (s == CDR_OK)
        s = cdr_mkdirs(folder, 0700, &cli->err);
    if (s == CDR_OK)
        s = cdr_file_write(path, text, strlen(text), 0600, &cli->err);
    cdr_free(text);
    return s;
}

/* The file and the ledger's entry about it, or neither. Path and reason stay out of the ledger: they may name people. */
static cdr_status keep(cdr_cli *cli, const char *path, json_t *root, const char *event, const char *kind)
{
    cdr_db *db = cdr_workspace_db(cli->ws);
    cdr_status s = cdr_db_begin(db, &cli->err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &(cdr_ledger_event){event, cdr_workspace_actor(cli->ws), kind, NULL}, NULL, &cli->err);
    if (s == CDR_OK)
        s = write_file(cli, path, root);
    if (s == CDR_OK)
        return cdr_db_commit(db, &cli->err);
    cdr_db_rollback(db);
    return s;
}

/* What removes it again: of its content, so that removing one renumbers no other. */
static void entry_id(const json_t *e, char ret[9])
{
    static const char *const keys[] = {"kind", "path", "value_id", "author", "created", "reason", "expires"};
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    uint8_t hash[32];
    for (size_t i = 0; i < CDR_COUNT(keys); i++) {
        const char *value = cdr_json_str(e, keys[i]);
        (void)cdr_buf_add(&text, value ? value : "", value ? strlen(value) + 1 : 1);
    }
    cdr_blake2b(NULL, text.data ? text.data : "", text.len, hash);
    cdr_hex_encode(hash, 4, ret);
}

static bool add_id(json_t *e)
{
    char id[9];
    entry_id(e, id);
    return json_object_set_new(e, "id", json_string(id)) == 0;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_json_ json_t *root = NULL, *entry = NULL;
    cdr_status s = read_file(cli, &path, &root);
    if (s == CDR_OK)
        s = make_entry(cli, &entry);
    if (s == CDR_OK && json_array_append(json_object_get(root, "suppressions"), entry))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = keep(cli, path, root, "suppression.add", cli->argv[0]);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return add_id(entry) ? cdr_cli_print_json(cli, json_incref(entry), CDR_EXIT_OK) : cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (!cli->quiet)
        cdr_cli_print(cli, "Set aside. Every report counts it; the next scan or audit of those places reads again what it concerns.\n");
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"path", 'p', CDR_OPT_TEXT, "GLOB", "**", "only in objects whose path matches"},
    {"value-file", 0, CDR_OPT_TEXT, "FILE", NULL, "only this value, read from FILE or, with -, from standard input; its keyed hash is kept"},
    {"reason", 'r', CDR_OPT_TEXT, "TEXT", NULL, "why it is no problem; needed"},
    {"rules", 0, CDR_OPT_TEXT, "PATH", NULL, "where the detector KIND stands that is neither built in nor in the workspace: as for candor audit"},
    {"until", 'u', CDR_OPT_TEXT, "DATE", NULL, "look at it again from this date on"},
    {0},
};

const cdr_cmd cdr_cmd_suppress = {
    .path = "suppress",
    .group = "Know",
    .summary = "set findings aside, with a reason and for a time",
    .args = "KIND",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_OWNER,
    .description = "For findings that are right and yet no problem. KIND is what findings show in brackets, such as email or us.ssn, the id of a detector of your own, or \"*\" together with --path. "
                   "Scans and audits leave such findings out and always say how many there were.",
    .examples = "  # the shop's test accounts, until the end of the year\n  candor suppress email --path '**/fixtures/**' --reason \"made-up accounts of the tests\" --until 2027-12-31\n"
                "  # one value, wherever it is\n  echo 4111111111111111 | candor suppress pay.card --value-file - --reason \"the test card of our provider\"\n",
    .json_shape = "  {\"id\": \"3f9a01c2\", \"kind\": \"email\", \"path\": \"**\", \"reason\": \"…\", \"author\": \"cli:ada\", \"created\": \"…\", \"value_id\": \"…\", \"expires\": \"…\"}\n",
    .run = run,
};

static void print_text(cdr_cli *cli, const char *text, int width)
{
    _cleanup_buf_ cdr_buf escaped = CDR_BUF(FILE_MAX);
    cdr_text_escape(&escaped, text ? text : "", text ? strlen(text) : 0);
    cdr_cli_print(cli, "%-*s ", width, escaped.data ? escaped.data : "");
}

static bool is_over(cdr_cli *cli, const json_t *e)
{
    int64_t at;
    return cdr_json_str(e, "expires") && cdr_time_parse(cdr_json_str(e, "expires"), &at) && at <= cdr_now_us(&cli->ctx);
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_json_ json_t *root = NULL;
    cdr_status s = read_file(cli, &path, &root);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    size_t i;
    json_t *e;
    json_array_foreach(json_object_get(root, "suppressions"), i, e)
        if (!add_id(e))
            return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (cli->json)
        return cdr_cli_print_json(cli, json_incref(root), CDR_EXIT_OK);
    json_array_foreach(json_object_get(root, "suppressions"), i, e) {
        print_text(cli, cdr_json_str(e, "id"), 8);
        print_text(cli, cdr_json_str(e, "kind"), 16);
        print_text(cli, cdr_json_str(e, "path"), 24);
        print_text(cli, cdr_json_str(e, "value_id") ? "one value" : "any value", 9);
        print_text(cli, is_over(cli, e) ? "expired" : cdr_json_str(e, "expires") ? cdr_json_str(e, "expires") : "for good", 10);
        print_text(cli, cdr_json_str(e, "reason"), 0);
        cdr_cli_print(cli, "\n");
    }
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_suppress_list = {
    .path = "suppress list",
    .group = "Know",
    .summary = "list what is set aside, and why",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Kind, path, value, expiry and reason of each suppression. What is expired counts again. candor suppress remove takes one back, by the id in front.",
    .examples = "  candor suppress list\n",
    .json_shape = "  {\"suppressions\": [{\"id\": \"3f9a01c2\", \"kind\": \"email\", \"path\": \"**\", \"reason\": \"…\", \"author\": \"cli:ada\", \"created\": \"…\"}]}\n",
    .run = run_list,
};

static cdr_status take_out(cdr_cli *cli, json_t *root, json_t **ret)
{
    json_t *list = json_object_get(root, "suppressions");
    *ret = NULL;
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *e = json_array_get(list, i);
        char id[9];
        entry_id(e, id);
        if (strcmp(id, cli->argv[0]) != 0)
            continue;
        json_decref(*ret);
        *ret = json_incref(e);
        json_array_remove(list, i);
    }
    return *ret ? CDR_OK : cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "suppress.id", "No suppression has the id \"%.40s\"; candor suppress list shows them.", cli->argv[0]);
}

static cdr_exit run_remove(cdr_cli *cli)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_json_ json_t *root = NULL, *gone = NULL;
    cdr_status s = read_file(cli, &path, &root);
    if (s == CDR_OK)
        s = take_out(cli, root, &gone);
    if (s == CDR_OK)
        s = keep(cli, path, root, "suppression.remove", cdr_json_str(gone, "kind"));
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return add_id(gone) ? cdr_cli_print_json(cli, json_incref(gone), CDR_EXIT_OK) : cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (!cli->quiet)
        cdr_cli_print(cli, "Taken back. The next scan or audit of those places reads again what it concerns.\n");
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_suppress_remove = {
    .path = "suppress remove",
    .group = "Know",
    .summary = "take a suppression back: its findings count again",
    .args = "ID",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_OWNER,
    .description = "ID is what candor suppress list shows in front of each. The ledger keeps that there was one, and when it was taken back.",
    .examples = "  candor suppress remove 3f9a01c2\n",
    .json_shape = "  {\"id\": \"3f9a01c2\", \"kind\": \"email\", \"path\": \"**\", \"reason\": \"…\", \"author\": \"cli:ada\", \"created\": \"…\"}\n",
    .run = run_remove,
};
