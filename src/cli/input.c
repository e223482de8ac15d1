/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)

cdr_status cdr_cli_input_feed(cdr_cli *cli, int fd, const char *shown, cdr_cli_input_fn *fn, void *arg)
{
    _cleanup_free_ char *chunk = cdr_alloc(CHUNK);
    ssize_t n = 1;
    cdr_status s = chunk ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    while (s == CDR_OK && n > 0) {
        n = cdr_read_waiting(&cli->ctx, fd, chunk, CHUNK);
        if (n < 0)
            s = errno == ECANCELED ? cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "cli.stopped", "Stopped.")
                                   : cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "cli.read", errno, "%s cannot be read", shown);
        else
            s = fn(arg, chunk, (size_t)n, n == 0, &cli->err);
    }
    if (chunk)
        cdr_wipe(chunk, CHUNK);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status append(void *arg, const char *bytes, size_t len, bool last, cdr_err *err)
{
    cdr_buf *out = arg;
    (void)last;
    if (cdr_buf_add(out, bytes, len) == CDR_E_LIMIT)
        return cdr_fail(err, CDR_E_LIMIT, "cli", "cli.stdin", "Standard input is longer than %zu bytes.", out->max);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "cli");
}

cdr_status cdr_cli_input_read(cdr_cli *cli, const char *path, cdr_buf *out)
{
    return strcmp(path, "-") != 0 ? cdr_file_read(path, out, &cli->err) : cdr_cli_input_feed(cli, STDIN_FILENO, "Standard input", append, out);
}
