/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy.h"

#include "base/io.h"
#include "base/parse.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICY_BYTES_MAX (2u << 20)

char *cdr_cli_policy_path(const cdr_cli *cli)
{
    return cdr_path_join(cli->workspace_dir, "policy.yaml");
}

/* Nobody wants to correct a file twenty times: all mistakes are told at once. */
static cdr_status tell_mistakes(cdr_cli *cli, const char *text, size_t len, const char *shown)
{
    _cleanup_json_ json_t *all = NULL;
    cdr_err unused;
    if (cdr_policy_mistakes(text, len, shown, &all, &unused) != CDR_OK || json_array_size(all) < 2)
        return CDR_E_INVAL;    /* the one sentence stands already */
    size_t n = json_array_size(all), used = strlen(cli->err.text);
    if (cli->json) {
        _cleanup_free_ char *more = cdr_asprintf(" And %zu more%s.", n - 1, n >= 20 ? " or so" : "");
        if (more && used + strlen(more) < sizeof cli->err.text)
            memcpy(cli->err.text + used, more, strlen(more) + 1);
        return CDR_E_INVAL;
    }
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "candor: %s\n", json_string_value(json_array_get(all, i)));
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "policy.invalid", "%zu mistakes%s in %.200s; nothing of it counts until they are put right. docs/policy.md explains every key.", n, n >= 20 ? " or more" : "", shown);
}

static cdr_status parse(cdr_cli *cli, const char *text, size_t len, const char *path, bool tell, cdr_policy **ret)
{
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    uint8_t digest[CDR_SHA256_BYTES];
    *ret = NULL;
    cdr_status s = shown ? cdr_policy_read(text, len, shown, ret, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_E_INVAL && tell)
        return tell_mistakes(cli, text, len, shown);
    if (s != CDR_OK)
        return s;
    cdr_sha256(text, len, digest);
    cdr_hex_encode(digest, sizeof digest, (*ret)->sha256);
    return CDR_OK;
}

cdr_status cdr_cli_policy_parse(cdr_cli *cli, const char *text, size_t len, const char *path, cdr_policy **ret)
{
    return parse(cli, text, len, path, true, ret);
}

static cdr_status read_file(cdr_cli *cli, const char *path, bool tell, cdr_policy **ret)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(POLICY_BYTES_MAX);
    *ret = NULL;
    cdr_status s = cdr_file_read_regular(path, &text, &cli->err);
    return s == CDR_OK ? parse(cli, text.data ? text.data : "", text.len, path, tell, ret) : s;
}

cdr_status cdr_cli_policy_read(cdr_cli *cli, const char *path, cdr_policy **ret)
{
    return read_file(cli, path, true, ret);
}

/* The policy of --policy, which not every verb has; NULL: the workspace's own. */
static const char *tried_out(const cdr_cli *cli)
{
    return cdr_opt_flag(cli, "policy") ? cdr_opt_text(cli, "policy") : NULL;
}

bool cdr_cli_policy_exists(cdr_cli *cli)
{
    _cleanup_free_ char *path = cdr_cli_policy_path(cli);
    return tried_out(cli) || (path && !access(path, F_OK));
}

static cdr_status load(cdr_cli *cli, bool tell, cdr_policy **ret)
{
    const char *given = tried_out(cli);
    _cleanup_free_ char *own = cdr_cli_policy_path(cli);
    *ret = NULL;
    if (!own)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!given && access(own, F_OK))
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.none", "There is no policy in this workspace yet. Begin with one that comes with Candor: candor policy init --template small-shop");
    return read_file(cli, given ? given : own, tell, ret);
}

cdr_status cdr_cli_policy_load(cdr_cli *cli, cdr_policy **ret)
{
    return load(cli, true, ret);
}

cdr_policy *cdr_cli_policy_try(cdr_cli *cli)
{
    cdr_policy *p = NULL;
    cdr_err before = cli->err;
    if (load(cli, false, &p) != CDR_OK)
        cli->err = before;
    return p;
}

typedef struct newest { char sha256[65]; } newest;

static cdr_status look(void *arg, uint64_t index, const char *entry, size_t len)
{
    static const char adopt[] = "\"kind\":\"policy.adopt\"", change[] = "\"kind\":\"policy.change\"";
    newest *n = arg;
    _cleanup_json_ json_t *j = NULL;
    (void)index;
    if (!memmem(entry, len, adopt, sizeof adopt - 1) && !memmem(entry, len, change, sizeof change - 1))
        return CDR_OK;
    if (cdr_json_parse(entry, len, "ledger entry", &j, NULL) != CDR_OK)
        return CDR_OK;
    const char *hash = cdr_json_str(json_object_get(j, "details"), "sha256");
    if (hash && strlen(hash) == 64)
        memcpy(n->sha256, hash, 65);
    return CDR_OK;
}

cdr_status cdr_cli_policy_enter(cdr_cli *cli, const cdr_policy *p)
{
    if (tried_out(cli))
        return CDR_OK;     /* tried out, not adopted */
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    newest n = {""};
    cdr_status s = cdr_ledger_each(ledger, 0, look, &n, &cli->err);
    if (s != CDR_OK || !strcmp(n.sha256, p->sha256))
        return s;
    _cleanup_json_ json_t *details = json_pack("{s:s}", "sha256", p->sha256);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_ledger_event ev = {n.sha256[0] ? "policy.change" : "policy.adopt", cdr_workspace_actor(cli->ws), NULL, text};
    s = cdr_ledger_append(ledger, &ev, NULL, &cli->err);
    free(text);
    return s;
}
