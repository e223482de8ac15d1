/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy.h"

#include "base/io.h"
#include "base/parse.h"
#include "core/ledger/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICY_BYTES_MAX (2u << 20)

static char *own_path(const cdr_cli *cli)
{
    return cdr_path_join(cli->workspace_dir, "policy.yaml");
}

cdr_status cdr_cli_policy_read(cdr_cli *cli, const char *path, cdr_policy **ret)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(POLICY_BYTES_MAX);
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    uint8_t digest[CDR_SHA256_BYTES];
    *ret = NULL;
    cdr_status s = shown ? cdr_file_read_regular(path, &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_policy_read(text.data ? text.data : "", text.len, shown, ret, &cli->err);
    if (s != CDR_OK)
        return s;
    cdr_sha256(text.data ? text.data : "", text.len, digest);
    cdr_hex_encode(digest, sizeof digest, (*ret)->sha256);
    return CDR_OK;
}

bool cdr_cli_policy_exists(cdr_cli *cli)
{
    _cleanup_free_ char *path = own_path(cli);
    return cdr_opt_text(cli, "policy") || (path && !access(path, F_OK));
}

cdr_status cdr_cli_policy_load(cdr_cli *cli, cdr_policy **ret)
{
    const char *given = cdr_opt_text(cli, "policy");
    _cleanup_free_ char *own = own_path(cli);
    *ret = NULL;
    if (!own)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!given && access(own, F_OK))
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.none", "There is no policy in this workspace yet. Begin with one that comes with Candor: candor policy init --template small-shop");
    return cdr_cli_policy_read(cli, given ? given : own, ret);
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
    if (cdr_opt_text(cli, "policy"))
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
