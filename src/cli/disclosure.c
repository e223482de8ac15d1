/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/disclosure.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/ledger/store.h"
#include "core/vault/field.h"
#include "core/workspace/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1u << 20)

/* Nobody wants to correct a file twenty times: all mistakes are told at once. */
static cdr_status tell_mistakes(cdr_cli *cli, const char *text, size_t len, const char *shown)
{
    _cleanup_json_ json_t *all = NULL;
    cdr_err unused;
    if (cdr_disclosure_mistakes(text, len, shown, &all, &unused) != CDR_OK || json_array_size(all) < 2 || cli->json)
        return CDR_E_INVAL;    /* the one sentence stands already */
    size_t n = json_array_size(all);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "candor: %s: %s\n", shown, json_string_value(json_array_get(all, i)));
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.invalid", "%zu mistakes%s in %.200s; nothing of it counts until they are put right. docs/disclosure.md explains every key.", n, n >= 20 ? " or more" : "", shown);
}

static void hash(const char *text, size_t len, char ret_hash[2 * CDR_SHA256_BYTES + 1])
{
    uint8_t digest[CDR_SHA256_BYTES];
    cdr_sha256(text, len, digest);
    cdr_hex_encode(digest, sizeof digest, ret_hash);
}

/* ${ret_hash} may be NULL. */
static cdr_status read_file(cdr_cli *cli, const char *path, const char *shown, cdr_disclosure_policy **ret, char *ret_hash)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    cdr_status s = cdr_file_read_regular(path, &text, &cli->err);
    if (s != CDR_OK)
        return s;
    const char *bytes = text.data ? text.data : "";
    s = cdr_disclosure_policy_read(bytes, text.len, shown, ret, &cli->err);
    if (ret_hash)
        hash(bytes, text.len, ret_hash);
    return s == CDR_E_INVAL ? tell_mistakes(cli, bytes, text.len, shown) : s;
}

cdr_status cdr_cli_disclosure_read(cdr_cli *cli, const char *path, cdr_disclosure_policy **ret, char **ret_shown)
{
    _cleanup_free_ char *own = path ? cdr_strdup(path) : cdr_path_join(cli->workspace_dir, "disclosure.yaml"), *shown = own ? cdr_cli_shown(own) : NULL;
    *ret = NULL;
    if (!shown)
        return cdr_fail_nomem(&cli->err, "cli");
    bool shipped = !path && access(own, F_OK) && errno == ENOENT;
    cdr_status s = shipped ? cdr_disclosure_policy_default(ret, &cli->err) : read_file(cli, own, shown, ret, NULL);
    if (s != CDR_OK || !ret_shown)
        return s;
    *ret_shown = shipped ? cdr_strdup("the policy that comes with Candor") : CDR_TAKE(shown);
    return *ret_shown ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

cdr_status cdr_cli_disclosure_load(cdr_cli *cli, cdr_disclosure_policy **ret)
{
    return cdr_cli_disclosure_read(cli, NULL, ret, NULL);
}

/* The last one is a setting: the ledger may be long. */
static cdr_status enter(cdr_cli *cli, const char *now, bool shipped)
{
    static const char key[] = "disclosure.policy";
    cdr_db *db = cdr_workspace_db(cli->ws);
    _cleanup_free_ char *before = NULL;
    cdr_err unused;
    cdr_status s = cdr_setting_get(db, key, &before, &unused);
    if (s == CDR_NOT_FOUND && shipped)
        return CDR_OK;      /* it has counted all the time */
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return cdr_setting_get(db, key, &before, &cli->err);
    if (before && !strcmp(before, now))
        return CDR_OK;
    _cleanup_free_ char *details = cdr_asprintf("{\"sha256\":\"%s\",\"shipped\":%s}", now, shipped ? "true" : "false");
    if (!details)
        return cdr_fail_nomem(&cli->err, "cli");
    s = cdr_db_begin(db, &cli->err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &(cdr_ledger_event){key, cdr_workspace_actor(cli->ws), NULL, details}, NULL, &cli->err);
    if (s == CDR_OK)
        s = cdr_setting_set(db, key, now, &cli->err);
    if (s == CDR_OK)
        return cdr_db_commit(db, &cli->err);
    cdr_db_rollback(db);
    return s;
}

cdr_status cdr_cli_disclosure_adopt(cdr_cli *cli, cdr_disclosure_policy **ret)
{
    _cleanup_free_ char *own = cdr_path_join(cli->workspace_dir, "disclosure.yaml"), *shown = own ? cdr_cli_shown(own) : NULL;
    char now[2 * CDR_SHA256_BYTES + 1];
    *ret = NULL;
    if (!shown)
        return cdr_fail_nomem(&cli->err, "cli");
    bool shipped = access(own, F_OK) && errno == ENOENT;
    cdr_status s = shipped ? cdr_disclosure_policy_default(ret, &cli->err) : read_file(cli, own, shown, ret, now);
    if (shipped)
        hash(cdr_disclosure_policy_default_text(), strlen(cdr_disclosure_policy_default_text()), now);
    if (s == CDR_OK)
        s = enter(cli, now, shipped);
    if (s != CDR_OK) {
        cdr_disclosure_policy_free(*ret);
        *ret = NULL;
    }
    return s;
}

/* Whether they are known changes a warning at most, so nobody is asked for a passphrase. */
static cdr_own_fields *own_fields(cdr_cli *cli)
{
    cdr_keyfile_kind kind = CDR_KEYFILE_PASSPHRASE;
    cdr_own_fields *own = NULL;
    cdr_workspace *ws = NULL;
    cdr_err unused;
    _cleanup_free_ char *keyfile = cdr_path_join(cli->workspace_dir, "candor.key");
    if (!keyfile || cdr_keyfile_kind_of(keyfile, &kind, NULL) != CDR_OK || kind == CDR_KEYFILE_PASSPHRASE || cdr_workspace_open(&cli->ctx, cli->workspace_dir, CDR_WORKSPACE_READ, NULL, &ws, &unused) != CDR_OK)
        return NULL;
    if (cdr_own_fields_load(cdr_workspace_db(ws), &own, &unused) != CDR_OK)
        own = NULL;
    cdr_workspace_close(ws);
    return own;
}

static void put_field(cdr_cli_fields *f, const cdr_vault_field *v)
{
    f->at[f->count++] = (cdr_disclosure_field){v->key, v->label, v->category, (v->flags & CDR_VF_UNSPOKEN) != 0};
}

cdr_status cdr_cli_disclosure_fields(cdr_cli *cli, cdr_cli_fields *ret)
{
    *ret = (cdr_cli_fields){.own = own_fields(cli)};
    ret->at = cdr_alloc_array(cdr_vault_standard_field_count + CDR_OWN_FIELDS_MAX, sizeof *ret->at);
    if (!ret->at)
        return cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; i < cdr_vault_standard_field_count; i++)
        put_field(ret, &cdr_vault_standard_fields[i]);
    for (size_t i = 0; ret->own && i < ret->own->count; i++)
        put_field(ret, &ret->own->at[i]);
    return CDR_OK;
}

void cdr_cli_fields_done(cdr_cli_fields *f)
{
    cdr_free(f->at);
    cdr_own_fields_free(f->own);
    *f = (cdr_cli_fields){0};
}

static size_t length_of(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static cdr_status check_word(cdr_cli *cli, const char *word, const char *const *words, const char *what)
{
    size_t n = length_of(words);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(word, words[i]))
            return CDR_OK;
    const char *near = cdr_text_nearest(word, words, n);
    _cleanup_buf_ cdr_buf all = CDR_BUF(1000);
    for (size_t i = 0; i < n; i++)
        cdr_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", words[i]);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.word", "\"%.60s\" is no %s; %s%s%s", word, what, near ? "did you mean " : "known are ", near ? near : all.data ? all.data : "", near ? "?" : ".");
}

cdr_status cdr_cli_disclosure_check_words(cdr_cli *cli, const cdr_disclosure_policy *p, const char *purpose, const char *channel, const char *role)
{
    if (purpose && !cdr_disclosure_has_purpose(p, purpose)) {
        const char *near = cdr_disclosure_nearest_purpose(p, purpose);
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.purpose", "\"%.60s\" is no purpose of the policy; %s%s%s", purpose, near ? "did you mean " : "candor disclosure show names them", near ? near : "", near ? "?" : ".");
    }
    cdr_status s = channel ? check_word(cli, channel, cdr_disclosure_channels, "channel") : CDR_OK;
    return s == CDR_OK && role ? check_word(cli, role, cdr_disclosure_roles, "role") : s;
}

bool cdr_cli_disclosure_level(const char *word, cdr_level *ret)
{
    for (int l = CDR_LEVEL_C0; word && l <= CDR_LEVEL_C4; l++)
        if (cdr_ascii_ieq(word, strlen(word), cdr_level_names[l], 2)) {
            *ret = (cdr_level)l;
            return true;
        }
    return false;
}
