/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/factor.h"

#include "base/text.h"
#include "cli/disclosure.h"
#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>

cdr_status cdr_cli_factors_open(cdr_cli *cli, cdr_cli_factors *ret)
{
    *ret = (cdr_cli_factors){0};
    cdr_status s = cdr_vault_open(cli->ws, &ret->vault, &cli->err);
    if (s == CDR_OK)
        s = cdr_factors_open(ret->vault, &ret->factors, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_customer(ret->vault, cli->argv[0], &ret->customer, &cli->err);
    return s;
}

void cdr_cli_factors_close(cdr_cli_factors *f)
{
    cdr_factors_close(f->factors);
    cdr_vault_close(f->vault);
    *f = (cdr_cli_factors){0};
}

cdr_status cdr_cli_factors_write(cdr_cli *cli, cdr_cli_factors *f)
{
    if (cdr_workspace_writes(cli->ws))
        return CDR_OK;
    cdr_cli_factors_close(f);
    cdr_status s = cdr_cli_start_writing(cli);
    return s == CDR_OK ? cdr_cli_factors_open(cli, f) : s;
}

cdr_status cdr_cli_factors_rest(cdr_cli *cli, cdr_cli_factors *f)
{
    if (!cdr_workspace_writes(cli->ws) || !cdr_prompt_somebody())
        return CDR_OK;
    cdr_cli_factors_close(f);
    cdr_workspace_close(cli->ws);
    cli->ws = NULL;
    cdr_status s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    return s == CDR_OK ? cdr_cli_factors_open(cli, f) : s;
}

cdr_status cdr_cli_factors_call(cdr_cli *cli, cdr_cli_factors *f, char ret_source[80])
{
    const char *call = cdr_opt_text(cli, "call");
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *policy = NULL;
    cdr_identity *id = NULL;
    char full[12];
    if (!call)
        return CDR_OK;
    cdr_status s = cdr_cli_disclosure_load(cli, &policy);
    if (s == CDR_OK)
        s = cdr_identity_open(f->vault, policy, NULL, cdr_role_name(cli->role), &id, &cli->err);
    if (s == CDR_OK)
        s = cdr_verify_may_do(id, call, "change-proof", f->customer.id, full, &cli->err);
    cdr_identity_close(id);
    if (s != CDR_OK)
        return s;
    cdr_factors_set_call(f->factors, full);
    snprintf(ret_source, 80, "call %s, verified for it", full);
    return CDR_OK;
}

const char *cdr_cli_factor_noun(cdr_factor_kind kind)
{
    return kind == CDR_FACTOR_TOTP ? "authenticator" : kind == CDR_FACTOR_RECOVERY ? "recovery codes" : cdr_factor_label(kind);
}

cdr_status cdr_cli_factor_kind(cdr_cli *cli, const char *word, cdr_factor_kind *ret)
{
    static const struct { const char *word; cdr_factor_kind kind; } words[] = {
        {"pin", CDR_FACTOR_PIN}, {"words", CDR_FACTOR_WORDS}, {"passphrase", CDR_FACTOR_WORDS}, {"totp", CDR_FACTOR_TOTP}, {"authenticator", CDR_FACTOR_TOTP},
        {"recovery", CDR_FACTOR_RECOVERY}, {"recovery-codes", CDR_FACTOR_RECOVERY},
    };
    *ret = (cdr_factor_kind)0;
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(word, strlen(word), words[i].word, strlen(words[i].word)))
            *ret = words[i].kind;
    if (*ret)
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "factor.kind", "\"%.40s\" is no factor that is enrolled; there are pin, words, totp and recovery.%s", word,
                    cdr_factor_by_key(word) ? " Codes are sent while a call lasts, and what the record holds needs no enrolling." : "");
}

cdr_exit cdr_cli_factor_tell(cdr_cli *cli, cdr_cli_factors *f, cdr_factor_kind kind, cdr_factor_change change, json_t *j)
{
    cdr_sender *sender = NULL;
    cdr_factor_told told;
    cdr_err detail = {0};
    cdr_status s = cdr_sender_open(&cli->ctx, cli->workspace_dir, &sender, &detail);
    cdr_factor_tell(f->factors, s == CDR_OK ? sender : NULL, f->customer.id, kind, change, &told);
    cdr_sender_close(sender);
    const char *why = s == CDR_OK ? told.why : detail.text;
    if (j && (json_object_set_new(j, "told", json_integer(told.sent)) || json_object_set_new(j, "not_told", json_integer(told.failed))))
        return CDR_EXIT_FAULT;
    if (!cli->json && told.sent)
        cdr_cli_say(cli, "%u %s went to what is on file%s, so that she hears of it.\n", told.sent, told.sent == 1 ? "message" : "messages", told.letter ? ", one by letter" : "");
    if (!cli->json && told.failed)
        cdr_cli_print(cli, "%u %s could not be sent: %s\nTell the customer by another way.\n", told.failed, told.failed == 1 ? "message" : "messages", why);
    if (!cli->json && !told.sent && !told.failed)
        cdr_cli_say(cli, "Nothing is on file by which she could be told: tell her by another way.\n");
    return told.failed ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
}
