/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook key, candor playbook sign. */
#include "base/io.h"
#include "base/parse.h"
#include "base/time.h"
#include "cli/input.h"
#include "cli/passphrase.h"
#include "core/cacao/check.h"
#include "core/cacao/signature.h"
#include "core/playbook/derive.h"

#include <string.h>

/* A key file of one's own, with its passphrase where it has one. */
static cdr_status open_key(cdr_cli *cli, const char *path, cdr_secret **ret)
{
    cdr_secret *passphrase = NULL;
    cdr_status s = cdr_keyfile_open(path, NULL, ret, &cli->err);
    if (s != CDR_E_LOCKED)
        return s;
    s = cdr_passphrase_read(cli, false, &passphrase);
    if (s == CDR_OK)
        s = cdr_keyfile_open(path, passphrase, ret, &cli->err);
    cdr_secret_free(passphrase);
    return s;
}

static cdr_exit run_key(cdr_cli *cli)
{
    cdr_secret *seed = NULL, *passphrase = NULL;
    bool make = cdr_opt_flag(cli, "new");
    uint8_t public_key[CDR_SIGN_PUBLIC_BYTES];
    char text[45];
    if (!make && cdr_opt_flag(cli, "passphrase"))
        return cdr_cli_usage(cli, "--passphrase seals a new key: give it with --new.");
    cdr_status s = make ? cdr_secret_random(&cli->ctx, CDR_SIGN_SEED_BYTES, &seed, &cli->err) : open_key(cli, cli->argv[0], &seed);
    if (s == CDR_OK && make && cdr_opt_flag(cli, "passphrase"))
        s = cdr_passphrase_new(cli, NULL, &passphrase);
    if (s == CDR_OK && make)
        s = cdr_keyfile_create(&cli->ctx, cli->argv[0], seed, passphrase, &cli->err);
    if (s == CDR_OK)
        cdr_sign_public(seed, public_key);
    cdr_secret_free(seed);
    cdr_secret_free(passphrase);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_base64_encode(public_key, sizeof public_key, text);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "public_key", text, "new", (int)make), CDR_EXIT_OK);
    cdr_cli_print(cli, "%s\n", text);
    return CDR_EXIT_OK;
}

static const cdr_opt key_options[] = {
    {"new", 0, CDR_OPT_FLAG, NULL, NULL, "make a new key and write it to FILE, which must not be there yet"},
    {"passphrase", 0, CDR_OPT_FLAG, NULL, NULL, "seal the new key with a passphrase; asks for it"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_key = {
    .path = "playbook key",
    .group = "Be ready",
    .summary = "a key to sign playbooks with: make one, or see its public half",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = key_options,
    .flags = CDR_CMD_NO_SESSION,
    .description = "Prints the public key, which others need to check what you sign (candor playbook verify --key). FILE holds the secret half (Ed25519); only you can read it: keep it like a key of the house. "
                   "Nobody needs a key file for playbooks of their own house: candor playbook sign uses the workspace's key.",
    .examples = "  candor playbook key signing.key --new\n"
                "  # its public half, to give to others\n"
                "  candor playbook key signing.key\n",
    .json_shape = "  {\"public_key\": \"k0vq…=\", \"new\": true}\n",
    .run = run_key,
};

/* --- signing --- */

static cdr_status note(cdr_cli *cli, const cdr_playbook *p)
{
    char sha[2 * CDR_SHA256_BYTES + 1];
    cdr_hex_encode(cdr_playbook_sha256(p), CDR_SHA256_BYTES, sha);
    _cleanup_json_ json_t *data = json_pack("{s:s, s:s}", "modified", cdr_playbook_modified(p), "sha256", sha);
    _cleanup_free_ char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(&cli->err, "cli");
    return cdr_ledger_append(cdr_workspace_ledger(cli->ws), &(cdr_ledger_event){"playbook.sign", cdr_workspace_actor(cli->ws), cdr_playbook_id(p), text}, NULL, &cli->err);
}

static cdr_status write_out(cdr_cli *cli, const char *path, const cdr_buf *text)
{
    if (!strcmp(path, "-")) {
        cdr_cli_print(cli, "%s", text->data);
        return CDR_OK;
    }
    return cdr_file_write(path, text->data, text->len, 0644, &cli->err);
}

static cdr_status sign(cdr_cli *cli, const cdr_playbook *p, cdr_secret *own, cdr_buf *out)
{
    cdr_signature_request r = {.seed = own, .signee = cdr_opt_text(cli, "name"), .now_us = cdr_now_us(&cli->ctx), .countersign = -1};
    const char *until = cdr_opt_text(cli, "valid-until");
    if (until && (!cdr_time_parse(until, &r.valid_until_us) || r.valid_until_us <= r.now_us))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.time", "--valid-until %.40s is no date to come: write 2028-12-31", until);
    if (cdr_opt_text(cli, "countersign"))
        r.countersign = (int)cdr_opt_uint(cli, "countersign");
    if (!own) {
        r.seed = cdr_workspace_key(cli->ws, CDR_KEY_PLAYBOOK_SIGN);
        r.signee = r.signee ? r.signee : cdr_workspace_org(cli->ws);
    }
    if (!r.seed)
        return cdr_fail_nomem(&cli->err, "cli");
    return cdr_signature_add(&cli->ctx, p, &r, out, &cli->err);
}

/* What nobody can carry out is signed by nobody. */
static cdr_status check(cdr_cli *cli, const cdr_playbook *p, const char *file)
{
    static const cdr_cacao_options lenient = {.lenient = true};
    _cleanup_(cdr_cacao_verdict_done) cdr_cacao_verdict v = {0};
    const cdr_cacao_finding *f = NULL;
    cdr_status s = cdr_playbook_check(p, &lenient, &v, &cli->err);
    if (s != CDR_OK || v.runnable)
        return s;
    for (size_t i = 0; i < v.count && !f; i++)
        f = v.findings[i].level == CDR_CACAO_ERROR || v.findings[i].fatal ? &v.findings[i] : NULL;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "playbook.errors", "%s is not signed, since it breaks the rules for playbooks: %s%s%s Mend it; candor playbook check lists all that is wrong.", file, f && *f->where ? f->where : "",
                    f && *f->where ? ": " : "", f ? f->text : "");
}

typedef struct fits { unsigned good, bad, of_another; } fits;

static cdr_status count_fit(void *arg, const cdr_signature_verdict *v)
{
    fits *f = arg;
    if (v->depth)
        return CDR_OK;
    f->bad += v->state == CDR_SIGNATURE_BAD;
    f->of_another += v->state == CDR_SIGNATURE_OTHER_VERSION;
    f->good += v->state == CDR_SIGNATURE_GOOD || v->state == CDR_SIGNATURE_EXPIRED || v->state == CDR_SIGNATURE_REVOKED;
    return CDR_OK;
}

/* Text that no signature fits any more is a new version: it says so in modified, and those signatures go. */
static cdr_status renew(cdr_cli *cli, cdr_playbook **p, const char *file, bool *ret_stamped)
{
    fits f = {0};
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1);
    cdr_status s = cdr_signature_each(*p, cdr_now_us(&cli->ctx), count_fit, &f, &cli->err);
    if (s != CDR_OK || f.good || (!f.bad && !f.of_another))
        return s;
    if (cdr_opt_text(cli, "countersign"))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "playbook.changed", "%s was changed after it was signed, so there is nothing to counter-sign; sign the new version first: candor playbook sign", file);
    *ret_stamped = f.bad > 0;
    cdr_playbook *next = NULL;
    s = cdr_playbook_renew(&cli->ctx, *p, *ret_stamped, &text, &cli->err);
    if (s == CDR_OK)
        s = cdr_playbook_read(text.data, text.len, file, &next, &cli->err);
    if (s != CDR_OK)
        return s;
    cdr_playbook_free(*p);
    *p = next;
    return CDR_OK;
}

static cdr_exit run_sign(cdr_cli *cli)
{
    const char *key = cdr_opt_text(cli, "key"), *file = cli->argv[0], *out = cdr_opt_text(cli, "out");
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1), done = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1);
    cdr_secret *own = NULL;
    bool stamped = false;
    out = out ? out : file;
    if (key && !cdr_opt_text(cli, "name"))
        return cdr_cli_usage(cli, "Say who signs: --name \"Harbour Books\".");
    cdr_status s = cdr_cli_input_read(cli, file, &text);
    if (s == CDR_OK)
        s = cdr_playbook_read(text.data ? text.data : "", text.len, file, &p, &cli->err);
    if (s == CDR_OK)
        s = check(cli, p, file);
    if (s == CDR_OK)
        s = renew(cli, &p, file, &stamped);
    if (s == CDR_OK)
        s = key ? open_key(cli, key, &own) : cdr_cli_open_workspace(cli, CDR_WORKSPACE_WRITE);
    if (s == CDR_OK)
        s = sign(cli, p, own, &done);
    cdr_secret_free(own);
    if (s == CDR_OK)
        s = write_out(cli, out, &done);
    if (s == CDR_OK && !key)
        s = note(cli, p);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!strcmp(out, "-"))
        return CDR_EXIT_OK;
    _cleanup_free_ char *shown = cdr_cli_shown(out), *id = cdr_cli_shown(cdr_playbook_id(p));
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s*, s:s*, s:s*}", "file", shown, "playbook", id, "modified", cdr_playbook_modified(p)), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is signed.\n", shown ? shown : "The playbook");
    if (stamped)
        cdr_cli_say(cli, "It was changed since it was signed, so it is a new version: modified is\n%s now.\n", cdr_playbook_modified(p));
    return CDR_EXIT_OK;
}

static const cdr_opt sign_options[] = {
    {"key", 'k', CDR_OPT_TEXT, "FILE", NULL, "sign with this key file (candor playbook key); default: the workspace's key"},
    {"name", 'n', CDR_OPT_TEXT, "WHO", NULL, "who signs; default: the workspace's organisation"},
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write the signed playbook here, - to standard output; default: in place"},
    {"countersign", 0, CDR_OPT_UINT, "N", NULL, "sign signature number N (from 0) together with the playbook, in place of an own signature"},
    {"valid-until", 0, CDR_OPT_TEXT, "DATE", NULL, "the signature holds until then; default: no end"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_sign = {
    .path = "playbook sign",
    .group = "Be ready",
    .summary = "sign a playbook, so that a change is noticed before it is followed",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = sign_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Adds a signature (Ed25519) to the playbook's own list; everything else in the file stays as it is, byte for byte, and signing makes no new version. A signature that the same key made before is "
                   "replaced. A playbook that was changed after it was signed is a new version: modified becomes now, and the signatures that no longer fit are taken out. One that breaks the rules (candor playbook check) "
                   "is not signed. A counter-signature says that a second one has looked: it signs the playbook and the first signature together.",
    .examples = "  candor playbook sign our-breach.json\n"
                "  # with a key of one's own, for others\n"
                "  candor playbook sign our-breach.json --key signing.key --name \"Harbour Books\"\n",
    .json_shape = "  {\"file\": \"our-breach.json\", \"playbook\": \"playbook--…\", \"modified\": \"2027-03-01T09:00:00.000Z\"}\n",
    .run = run_sign,
};
