/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/factor.h"

#include "cli/prompt.h"

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

cdr_status cdr_cli_factor_kind(cdr_cli *cli, const char *word, cdr_factor_kind *ret)
{
    static const struct { const char *word; cdr_factor_kind kind; } words[] = {
        {"pin", CDR_FACTOR_PIN}, {"words", CDR_FACTOR_WORDS}, {"passphrase", CDR_FACTOR_WORDS}, {"totp", CDR_FACTOR_TOTP}, {"authenticator", CDR_FACTOR_TOTP},
        {"recovery", CDR_FACTOR_RECOVERY}, {"recovery-codes", CDR_FACTOR_RECOVERY},
    };
    *ret = (cdr_factor_kind)0;
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (!strcmp(word, words[i].word))
            *ret = words[i].kind;
    if (*ret)
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "factor.kind", "\"%.40s\" is no factor that is enrolled; there are pin, words, totp and recovery.%s", word,
                    cdr_factor_by_key(word) ? " Codes are sent while a call lasts, and what the record holds needs no enrolling." : "");
}
