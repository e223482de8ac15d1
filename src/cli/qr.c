/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/qr.h"

#include "core/identity/qr.h"

#include <string.h>

cdr_status cdr_cli_qr(cdr_cli *cli, const char *uri)
{
    cdr_buf blocks = CDR_BUF(CDR_QR_BYTES);
    cdr_status s = cdr_buf_reserve(&blocks, CDR_QR_BYTES - 1) == CDR_OK ? cdr_qr_blocks(uri, cli->width, cli->colour, &blocks, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        cdr_cli_print(cli, "%s", blocks.data);
    else if (s == CDR_E_LIMIT)
        cdr_cli_print(cli, "%s\n", cli->err.text);
    cdr_buf_wipe(&blocks);
    return s == CDR_E_LIMIT ? CDR_OK : s;
}

void cdr_cli_qr_key(cdr_cli *cli, const char *uri)
{
    const char *key = strstr(uri, "secret=");
    cdr_cli_print(cli, "Key to type instead of scanning:");
    for (size_t i = 0; key && key[7 + i] && key[7 + i] != '&'; i++)
        cdr_cli_print(cli, "%s%c", i % 4 ? "" : " ", key[7 + i]);
    cdr_cli_print(cli, "\n");
}
