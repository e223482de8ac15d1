/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/playbook_signed.h"

#include "cli/policy_words.h"

cdr_status cdr_cli_signed_by(cdr_cli *cli, const cdr_playbook *p, cdr_signed_by *ret, cdr_buf *who)
{
    return cdr_signed_by_whom(cli->ws, p, cdr_now_us(&cli->ctx), ret, who, &cli->err);
}

cdr_status cdr_cli_say_signed(cdr_cli *cli, const cdr_playbook *p, const char *name)
{
    cdr_signed_by by;
    _cleanup_buf_ cdr_buf who = CDR_BUF(600), line = CDR_BUF(2000);
    cdr_status s = cdr_cli_signed_by(cli, p, &by, &who);
    if (s != CDR_OK)
        return s;
    if (by != CDR_SIGNED_CANDOR && cdr_library_shadows(name, p))      /* an older one of Candor's is no one's own */
        cdr_buf_adds(&line, "It is your own file, not the one that comes with Candor. ");
    if (by == CDR_SIGNED_BADLY)
        cdr_buf_adds(&line, "It was CHANGED AFTER IT WAS SIGNED. Look at it: candor playbook verify");
    else if (by == CDR_SIGNED_NOBODY)
        cdr_buf_adds(&line, "It is not signed, so nobody vouches for what it says. Once it is read: candor playbook sign");
    else if (by == CDR_SIGNED_OTHER)
        cdr_buf_addf(&line, "It is %s.", who.data ? who.data : "");
    else if (line.len)
        cdr_buf_addf(&line, "It is %s.", who.data ? who.data : "");
    if (line.len)
        cdr_cli_wrapped(cli, 0, 0, line.data);
    return CDR_OK;
}
