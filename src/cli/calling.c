/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calling.h"

#include "base/io.h"
#include "base/words.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ${s} as one word of a shell. */
static char *quoted(const char *s)
{
    cdr_buf word = CDR_BUF(1 << 16);
    cdr_words_shell(&word, s);
    return cdr_buf_take(&word);
}

/* Does the word "candor" start this program? */
static bool is_on_path(const char *self)
{
    const char *path = getenv("PATH");
    for (const char *p = path ? path : ""; *p; p += strcspn(p, ":"), p += *p == ':') {
        size_t len = strcspn(p, ":");
        _cleanup_free_ char *file = cdr_asprintf("%.*s/candor", (int)len, p);
        if (!file || len == 0 || access(file, X_OK))
            continue;
        char *real = realpath(file, NULL);
        bool same = real && !strcmp(real, self);
        free(real);
        return same;
    }
    return false;
}

cdr_status cdr_cli_calling(cdr_cli *cli, cdr_calling *ret)
{
    *ret = (cdr_calling){0};
    char *cwd = realpath(".", NULL), *self = realpath("/proc/self/exe", NULL), *ws = realpath(cli->workspace_dir, NULL);
    bool ok = true;
    if (cwd)
        ok = (ret->cwd = cdr_strdup(cwd)) != NULL;
    if (ok && self && !is_on_path(self))
        ok = (ret->program = quoted(self)) != NULL;
    _cleanup_free_ char *usual = cwd ? cdr_path_join(cwd, "candor-workspace") : NULL;
    if (ok && ws && (!usual || strcmp(ws, usual) != 0))
        ok = (ret->workspace = quoted(ws)) != NULL;
    free(cwd);
    free(self);
    free(ws);
    return ok ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

void cdr_calling_done(cdr_calling *c)
{
    cdr_free(c->cwd);
    cdr_free(c->program);
    cdr_free(c->workspace);
    *c = (cdr_calling){0};
}
