/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook verify. */
#include "base/io.h"
#include "base/parse.h"
#include "cli/cmd.h"
#include "core/cacao/signature.h"
#include "core/playbook/library.h"

#include <string.h>
#include <unistd.h>

typedef struct seen {
    cdr_cli *cli;
    const uint8_t *wanted, *own;       /* public keys; NULL none */
    json_t *list;
    unsigned good, known, bad, other;
} seen;

/* Whose key is it? */
static const char *known_as(const seen *x, const cdr_signature_verdict *v)
{
    if (!v->has_key)
        return NULL;
    if (x->wanted)
        return memcmp(v->public_key, x->wanted, CDR_SIGN_PUBLIC_BYTES) ? NULL : "the key you named";
    if (x->own && !memcmp(v->public_key, x->own, CDR_SIGN_PUBLIC_BYTES))
        return "this workspace";
    return memcmp(v->public_key, cdr_procedure_key, CDR_SIGN_PUBLIC_BYTES) ? NULL : "Candor";
}

static cdr_status one(void *arg, const cdr_signature_verdict *v)
{
    seen *x = arg;
    const char *who = known_as(x, v);
    char key[45] = "";
    _cleanup_free_ char *signee = cdr_cli_shown(v->signee ? v->signee : "nobody named");
    if (v->has_key)
        cdr_base64_encode(v->public_key, sizeof v->public_key, key);
    x->good += v->state == CDR_SIGNATURE_GOOD;
    x->known += v->state == CDR_SIGNATURE_GOOD && who && v->depth == 0;
    x->bad += v->state == CDR_SIGNATURE_BAD;
    x->other += v->state != CDR_SIGNATURE_GOOD && v->state != CDR_SIGNATURE_BAD;
    if (x->cli->json)
        return json_array_append_new(x->list, json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:i, s:s}", "state", cdr_signature_state_name(v->state), "signee", signee, "algorithm", v->algorithm, "created", v->created,
                                                        "public_key", key[0] ? key : NULL, "known_as", who, "depth", (int)v->depth, "why", v->why)) ? cdr_fail_nomem(&x->cli->err, "cli") : CDR_OK;
    cdr_cli_say(x->cli, "%*s%s, signed as \"%s\"%s%s: %s.\n", (int)(2 + 2 * v->depth), "", cdr_signature_state_name(v->state), signee ? signee : "", who ? " by " : "", who ? who : "", v->why);
    if (key[0] && !who && v->state == CDR_SIGNATURE_GOOD)
        cdr_cli_say(x->cli, "%*sNobody here vouches for its key %s.\n", (int)(4 + 2 * v->depth), "", key);
    return CDR_OK;
}

static cdr_exit verdict(const seen *x)
{
    if (x->bad || !x->good || (x->wanted && !x->known))
        return CDR_EXIT_NO;
    return x->known && !x->other ? CDR_EXIT_OK : CDR_EXIT_INCOMPLETE;      /* one that is not good may be one that was changed: its algorithm, its type */
}

static const char *words(const seen *x, cdr_exit code)
{
    if (x->bad)
        return "NOT as it was signed";
    if (code == CDR_EXIT_OK)
        return "as it was signed";
    if (code == CDR_EXIT_INCOMPLETE && x->other)
        return x->known ? "as it was signed, but not every signature on it is good" : "as it was signed, by somebody who is not known here, and not every signature on it is good";
    if (code == CDR_EXIT_INCOMPLETE)
        return "as it was signed, by somebody who is not known here";
    return x->good ? "NOT signed by that key" : x->other ? "no signature that holds" : "not signed";
}

static cdr_status verify(seen *x, const char *file, cdr_exit *ret)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    cdr_cli *cli = x->cli;
    cdr_status s = cdr_library_find(access(cli->workspace_dir, F_OK) ? NULL : cli->workspace_dir, file, NULL, &p, NULL, &cli->err);
    if (s != CDR_OK)
        return s;
    /* the summary stands first, so each signature is judged twice where it is shown as text */
    x->good = x->known = x->bad = x->other = 0;
    bool json = cli->json, quiet = cli->quiet;
    cli->quiet = true;
    cli->json = false;
    s = cdr_signature_each(p, cdr_now_us(&cli->ctx), one, x, &cli->err);
    cli->quiet = quiet;
    cli->json = json;
    *ret = verdict(x);
    if (s != CDR_OK)
        return s;
    const char *say = words(x, *ret);
    _cleanup_free_ char *shown = cdr_cli_shown(file);
    if (!json)
        cdr_cli_say(cli, "%s: %s.\n", shown ? shown : "", say);
    _cleanup_json_ json_t *all = x->list;
    x->list = json_array();
    s = x->list ? cdr_signature_each(p, cdr_now_us(&cli->ctx), one, x, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    json_t *signatures = x->list;
    x->list = CDR_TAKE(all);
    if (s == CDR_OK && json && json_array_append_new(x->list, json_pack("{s:s*, s:s, s:i, s:O}", "file", shown, "verdict", say, "exit", (int)*ret, "signatures", signatures)))
        s = cdr_fail_nomem(&cli->err, "cli");
    json_decref(signatures);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    uint8_t wanted[CDR_SIGN_PUBLIC_BYTES], own[CDR_SIGN_PUBLIC_BYTES];
    size_t len = 0;
    const char *key = cdr_opt_text(cli, "key");
    cdr_exit worst = CDR_EXIT_OK;
    seen x = {.cli = cli};
    if (key && (cdr_base64_decode(key, strlen(key), wanted, sizeof wanted, &len) != CDR_OK || len != sizeof wanted))
        return cdr_cli_usage(cli, "--key takes a public key as candor playbook key prints it.");
    x.wanted = key ? wanted : NULL;
    /* Playbooks can be checked without a workspace, and before anybody signs in. */
    cdr_err kept = cli->err;
    if (!key && cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ) == CDR_OK && cdr_workspace_key(cli->ws, CDR_KEY_PLAYBOOK_SIGN)) {
        cdr_sign_public(cdr_workspace_key(cli->ws, CDR_KEY_PLAYBOOK_SIGN), own);
        x.own = own;
    }
    cli->err = kept;
    x.list = json_array();
    cdr_status s = x.list ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    for (int i = 0; s == CDR_OK && i < cli->argc; i++) {
        cdr_exit code = CDR_EXIT_OK;
        s = verify(&x, cli->argv[i], &code);
        worst = code == CDR_EXIT_NO || worst == CDR_EXIT_OK ? code : worst;
    }
    if (s == CDR_OK && cli->json)
        return cdr_cli_print_json(cli, x.list, worst);
    json_decref(x.list);
    return s == CDR_OK ? worst : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"key", 'k', CDR_OPT_TEXT, "PUBLIC", NULL, "only a signature by this key counts, written as candor playbook key prints it"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_verify = {
    .path = "playbook verify",
    .group = "Be ready",
    .summary = "are playbooks as they were signed, and by whom? Exit code 0 yes, 1 no",
    .args = "FILE...",
    .min_args = 1,
    .max_args = -1,
    .opts = options,
    .flags = CDR_CMD_NO_SESSION,
    .roles = CDR_ROLES_READ,
    .description = "FILE is a file or the name of a playbook. Known are Candor's own key and the workspace's; name another with --key. A good signature by a key that nobody here knows proves that nothing was changed since, "
                   "not who made it: exit code 6. So is a good signature beside one that is unknown, expired, taken back or not valid yet. A signature that does not fit, or none, is exit code 1. Ed25519 and RS256 are checked; what else there is, and certificates, is said to be unknown and never taken for good.",
    .examples = "  candor playbook verify customer-data-breach\n"
                "  candor playbook verify our-breach.json --json\n",
    .json_shape = "  [{\"file\": \"our-breach.json\", \"verdict\": \"as it was signed\", \"exit\": 0, \"signatures\": [{\"state\": \"good\", \"signee\": \"Harbour Books\",\n"
                  "    \"algorithm\": \"Ed25519\", \"created\": \"…\", \"public_key\": \"…\", \"known_as\": \"this workspace\", \"depth\": 0, \"why\": \"…\"}]}]\n",
    .run = run,
};
