/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/playbook.h"

#include "cli/input.h"
#include "core/playbook/library.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

cdr_status cdr_cli_playbook_open(cdr_cli *cli, const char *wanted, cdr_playbook **ret)
{
    struct stat st;
    *ret = NULL;
    if (strcmp(wanted, "-") == 0) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX + 1);
        cdr_status s = cdr_cli_input_read(cli, wanted, &text);
        return s == CDR_OK ? cdr_playbook_read(text.data ? text.data : "", text.len, "standard input", ret, &cli->err) : s;
    }
    /* A file that is there and is not called *.json is meant all the same. */
    _cleanup_free_ char *here = !strchr(wanted, '/') && stat(wanted, &st) == 0 && S_ISREG(st.st_mode) ? cdr_asprintf("./%s", wanted) : cdr_strdup(wanted);
    if (!here)
        return cdr_fail_nomem(&cli->err, "cli");
    return cdr_library_find(access(cli->workspace_dir, F_OK) ? NULL : cli->workspace_dir, here, NULL, ret, NULL, &cli->err);
}
